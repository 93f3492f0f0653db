"""Comments of customers who never were, in three languages, each of a known theme and kind of value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Comment(NamedTuple):
    """A comment with what is known of it: its text, language, theme and kind of value."""

    text: str
    language: str
    theme: str
    kind: str


_SAID = {
    "waiting": (
        "ease_of_getting_it",
        {
            "en": "we waited an hour in the queue;the waiting time was too long;I had to wait for weeks"
            ";the wait was short"
            ";there was a long queue at the desk;my turn came late",
            "es": "esperamos una hora en la cola;el tiempo de espera fue demasiado largo;tuve que esperar semanas"
            ";la espera fue corta;había una cola larga en el mostrador;mi turno llegó tarde",
            "nb": "vi ventet en time i køen;ventetiden var for lang;jeg måtte vente i flere uker;ventetiden var kort"
            ";det var lang kø ved skranken;jeg kom til sent",
        },
    ),
    "food": (
        "the_thing_itself",
        {
            "en": "the food was cold;breakfast was fresh;dinner tasted good;the meal was served warm;the menu was small"
            ";the coffee was weak",
            "es": "la comida estaba fría;el desayuno era fresco;la cena tenía buen sabor;el plato se sirvió caliente"
            ";el menú era pequeño;el café era flojo",
            "nb": "maten var kald;frokosten var fersk;middagen smakte godt;måltidet ble servert varmt;menyen var liten"
            ";kaffen var tynn",
        },
    ),
    "cleaning": (
        "the_thing_itself",
        {
            "en": "the room was clean;the bathroom was dirty;the towels were clean;the floor was dirty"
            ";the shower was dirty"
            ";cleaning was done every day",
            "es": "la habitación estaba limpia;el baño estaba sucio;las toallas estaban limpias;el suelo estaba sucio"
            ";la ducha estaba sucia;la limpieza se hacía cada día",
            "nb": "rommet var rent;badet var skittent;håndklærne var rene;gulvet var skittent;dusjen var skitten"
            ";renhold ble gjort hver dag",
        },
    ),
    "welcome": (
        "attitude",
        {
            "en": "the staff were friendly;she was kind and polite;he was rude to us;they met us with a smile"
            ";the driver was polite;everybody was friendly and helpful",
            "es": "el personal fue amable;ella fue amable y educada;él fue grosero con nosotros;nos recibieron con una"
            " sonrisa;el conductor fue educado;todos fueron amables y atentos",
            "nb": "de ansatte var vennlige;hun var snill og høflig;han var frekk mot oss;de møtte oss med et smil"
            ";sjåføren var høflig;alle var vennlige og hjelpsomme",
        },
    ),
    "explaining": (
        "relationship",
        {
            "en": "they explained everything clearly;nobody listened to me;I was well informed"
            ";she listened to my questions"
            ";the information was clear;nobody explained the delay",
            "es": "explicaron todo con claridad;nadie me escuchó;me informaron bien;ella escuchó mis preguntas"
            ";la información era clara;nadie explicó el motivo",
            "nb": "de forklarte alt tydelig;ingen lyttet til meg;jeg ble godt informert;hun lyttet til spørsmålene mine"
            ";informasjonen var tydelig;ingen forklarte hvorfor",
        },
    ),
    "parking": (
        "ease_of_getting_it",
        {
            "en": "parking was hard to find;the car park was full;parking was near;the car park was far away"
            ";I paid too much for parking;no space to park",
            "es": "fue difícil aparcar;el aparcamiento estaba lleno;el aparcamiento estaba cerca"
            ";el aparcamiento quedaba"
            " lejos;pagué demasiado por aparcar;no había sitio para aparcar",
            "nb": "parkering var vanskelig å finne;parkeringsplassen var full;parkering var nær"
            ";parkeringsplassen lå langt"
            " unna;jeg betalte for mye for parkering;ingen plass til å parkere",
        },
    ),
}
_FILLERS = {
    "en": ";Thank you.;Last Tuesday.;We will see.;That is all.;My second visit.",
    "es": ";Gracias.;El martes pasado.;Ya veremos.;Eso es todo.;Mi segunda visita.",
    "nb": ";Takk.;Forrige tirsdag.;Vi får se.;Det var alt.;Mitt andre besøk.",
}
LANGUAGES = ("en", "es", "nb")
THEMES = tuple(_SAID)


def comments(n: int, *, rng: np.random.Generator, languages: tuple[str, ...] = LANGUAGES) -> list[Comment]:
    """Draw comments of customers, each of one theme.

    Parameters
    ----------
    n
        How many.
    rng
        Draws them.
    languages
        In which they are written, in equal parts.

    Returns
    -------
    list of Comment
        Text, language, theme and kind of value.

    Examples
    --------
    >>> import numpy as np
    >>> drawn = comments(2, rng=np.random.default_rng(1), languages=("en",))
    >>> drawn[0].theme, drawn[0].kind
    ('cleaning', 'the_thing_itself')
    """
    made = []
    for _ in range(n):
        language = languages[int(rng.integers(len(languages)))]
        theme = THEMES[int(rng.integers(len(THEMES)))]
        kind, told = _SAID[theme]
        clauses = told[language].split(";")
        first, second = (clauses[int(place)] for place in rng.choice(len(clauses), 2, replace=False))
        fillers = _FILLERS[language].split(";")
        text = f"{first[0].upper()}{first[1:]}, {second}. {fillers[int(rng.integers(len(fillers)))]}".strip()
        made.append(Comment(text, language, theme, kind))
    return made
