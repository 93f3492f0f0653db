"""What the columns of a file of people mean, judged by their titles in English, Spanish and Norwegian."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import override

from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLES: dict[str, tuple[str, ...]] = {
    "name": ("name", "full name", "person", "employee", "nombre", "nombre completo", "nombre y apellidos", "navn",
             "fullt navn", "ansatt", "empleado", "display name"),
    "first_name": ("first name", "given name", "nombre de pila", "fornavn"),
    "last_name": ("last name", "surname", "family name", "apellido", "apellidos", "etternavn"),
    "email": ("email", "mail", "email address", "correo", "correo electronico", "direccion de correo", "epost",
              "epostadresse", "mailadresse", "e post adresse", "direccion de correo electronico"),
    "code": ("code", "personal code", "employee number", "employee id", "personnel number", "staff number", "codigo",
             "codigo personal", "numero de empleado", "kode", "personlig kode", "ansattnummer", "ansattnr", "id"),
    "unit_code": ("unit code", "department code", "team code", "codigo de unidad", "codigo de la unidad",
                  "codigo de departamento", "enhetskode", "avdelingskode", "kode for enhet"),
    "unit": ("unit", "unit name", "department", "team", "unidad", "nombre de la unidad", "nombre de unidad",
             "departamento", "equipo", "enhet", "enhetsnavn", "avdeling", "avdelingsnavn"),
    "parent": ("parent unit", "parent", "part of", "parent department", "unidad superior", "departamento superior",
               "depende de", "overordnet enhet", "overordnet", "overordnet avdeling", "parent unit code"),
    "language": ("language", "idioma", "lengua", "sprak"),
    "role": ("role", "roles", "rol", "rolle", "roller"),
    "joined": ("joined", "joined on", "start date", "start", "hired", "fecha de alta", "alta", "fecha de inicio",
               "ansatt fra", "startdato", "begynte"),
    "left": ("left", "left on", "end date", "end", "leaving date", "fecha de baja", "baja", "fecha de fin", "sluttdato",
             "sluttet", "ansatt til"),
}  # fmt: skip
LANGUAGES = {
    "en": ("english", "ingles", "engelsk", "eng"),
    "es": ("spanish", "espanol", "spansk", "castellano", "spa"),
    "nb": ("norwegian", "norsk", "noruego", "bokmal", "norsk bokmal", "norwegian bokmal", "no", "nor"),
}
ROLES = {
    Role.COLLEAGUE: ("colega", "companero", "kollega", "medarbeider", "employee", "empleado", "ansatt"),
    Role.HOST: ("anfitrion", "vert"),
    Role.LEADER: ("lider", "leder", "manager", "jefe", "jefa", "team leader"),
    Role.SERVICE_LEAD: ("responsable de servicio", "lider de servicio", "serviceleder", "service leader"),
    Role.PEOPLE_PARTNER: ("personas", "recursos humanos", "rrhh", "hr", "personal", "people"),
    Role.EXECUTIVE: ("direccion", "ejecutivo", "ledelse", "toppleder"),
    Role.ANALYST: ("analista", "analytiker"),
    Role.OPERATOR: ("operador", "driftsansvarlig", "administrator", "administrador"),
    Role.OBSERVER: ("observador", "observator", "works council"),
}


def plain(words: str) -> str:
    """Make words comparable: small letters without accents, and single spaces for all that is no letter or digit.

    Examples
    --------
    >>> plain("E-Mail_Address"), plain("Código de unidad:"), plain("Språk"), plain("Bokmål/Ø")
    ('email address', 'codigo de unidad', 'sprak', 'bokmal o')
    """
    small = words.casefold().replace("e-mail", "email").replace("e-post", "epost").replace("ø", "o").replace("æ", "ae")
    bare = "".join(one for one in unicodedata.normalize("NFKD", small) if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in bare).split())


def meanings(titles: Sequence[str]) -> list[str]:
    """Say of each title what it means; an empty text where that is not known, or a column before it means the same.

    Examples
    --------
    >>> meanings(["Navn", "E-postadresse", "Shoe size", "Name"])
    ['name', 'email', '', '']
    """
    known = {title: meaning for meaning, titles_of in TITLES.items() for title in titles_of}
    found: list[str] = []
    for title in titles:
        meaning = known.get(plain(title), "")
        found.append("" if meaning in found else meaning)
    return found


@lru_cache(maxsize=256)
def language(words: str) -> str | None:
    """Recognise a language; None where it is none that the house speaks."""
    wanted = plain(words)
    for code, _name in settings.LANGUAGES:
        if wanted == code or wanted.split(" ")[0] == code or wanted in LANGUAGES[code]:
            return code
    return None


def roles() -> dict[str, Role]:
    """Give the names by which roles are recognised: their own, and their titles in every language of the house."""
    known = {plain(role.value): role for role in Role}
    for code, _name in settings.LANGUAGES:
        with override(code):
            known |= {plain(str(role.label)): role for role in Role}
    for role, names in ROLES.items():
        for name in names:
            known.setdefault(name, role)
    return known
