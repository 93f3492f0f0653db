"""What the gallery shows: one of everything, with invented words. The accessibility tests look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle_web.page.forms import Form

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit

PLACES = ("page", "surface", "sunk", "hover", "line", "line-strong", "ink-3", "ink-2", "ink")
HUES = (
    *("rain", "rain-hover", "rain-mid", "rain-line", "rain-soft", "madder", "madder-mid", "madder-soft"),
    *("ochre", "ochre-mid", "ochre-soft", "danger", "moss"),
)
DEPARTMENTS = (
    *(("FD", "Front desk", 6), ("TR", "Transport", 5), ("SA", "Sales", 4), ("CL", "Claims", 8), ("BI", "Billing", 2)),
    *(("OP", "Order planning", 3), ("WH", "Warehouse", 7), ("IT", "IT", 1), ("PE", "People", 0)),
)
NAMES = ("Torvald N.", "Mateo S.", "Sunniva H.", "Ingrid R.", "Amara K.", "Oskar L.")
WEEKS = "hhpphhhhhmhhhhhhhhmhhhhhhhhhhhpphhhhhhmhhhmmhmmmnn"
LONG = (
    (
        "nb",
        "Kundetilfredshetsundersøkelse for ordreplanlegging",
        "Send tilbakemelding til avdelingen",
        "Utsett gjennomføringen",
        (("Avdeling", "Gjennomføringsgrad"), ("Ordreplanlegging", "94\u202f%")),
    ),
    (
        "es",
        "Retroalimentación de los departamentos más alejados del cliente",
        "Enviar la retroalimentación",
        "Aplazar la sesión",
        (("Departamento", "Grado de cumplimiento"), ("Planificación de pedidos", "94\u202f%")),
    ),
)
"""The longest words of each language, which must fit on a phone."""


class Rhythm(Form):
    """A form with one field of each kind, two of them filled in badly."""

    place = forms.CharField(
        label=gettext_lazy("Place"),
        help_text=gettext_lazy("Where you will meet every time"),
        error_messages={"required": gettext_lazy("Name the place. A rhythm with a fixed place lasts longer.")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        max_value=60,
        error_messages={"max_value": gettext_lazy("Choose 60 minutes or fewer. Short and often.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-short"}),
    )
    every = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=[("1", gettext_lazy("Every week")), ("2", gettext_lazy("Every second week"))],
    )
    cause = forms.CharField(label=gettext_lazy("Add a cause"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class Sharing(Form):
    """Choices: one of several, and one box."""

    seen = forms.ChoiceField(
        label=gettext_lazy("Who may see the answers"),
        choices=[
            ("groups", gettext_lazy("Groups of seven or more")),
            ("whole", gettext_lazy("The whole organisation only")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Smaller groups are hidden, and so is what would reveal them."),
    )
    quoted = forms.BooleanField(
        label=gettext_lazy("Let writers choose to be quoted"),
        required=False,
        help_text=gettext_lazy("Nobody is quoted who has not agreed."),
    )


def specimens(request: Visit) -> dict[str, Any]:
    """Give one of everything."""
    here = request.path
    return {
        "places": PLACES,
        "hues": HUES,
        "steps": [(f"seq-{number}", number) for number in range(1, 8)],
        "levels": range(1, 7),
        "departments": DEPARTMENTS,
        "states": [
            ("alive", _("Alive")),
            ("fading", _("Fading")),
            ("dormant", _("Dormant")),
            ("ended", _("Ended")),
        ],
        "form": Rhythm({"place": "", "minutes": "90", "every": "1", "cause": ""}),
        "sharing": Sharing(initial={"seen": "groups", "quoted": True}, prefix="sharing"),
        "tabs": [
            (_("Employees"), here, True, 318),
            (_("Customers"), f"{here}?view=customers", False, 2114),
            (_("Complaints"), f"{here}?view=complaints", False, 61),
        ],
        "periods": [(_("13 weeks"), f"{here}?weeks=13", False, None), (_("52 weeks"), here, True, None)],
        "names": NAMES,
        "facts": [
            (_("sessions held of 565 planned"), "510", ""),
            (_("median session"), "15", _("min")),
            (_("of paid hours"), "0.5", "%"),
        ],
        "weeks": WEEKS,
        "path": [
            (_("Heard"), ""),
            (_("Times"), ""),
            (_("Causes"), _("now")),
            (_("Ideas"), ""),
            (_("Agreed"), ""),
        ],
        "teams": [(*DEPARTMENTS[3], "alive", _("Alive"), 90, 621), (*DEPARTMENTS[4], "fading", _("Fading"), 38, 216)],
        "long": LONG,
        "errors": (
            *(_("There is nothing here"), _("Not for this role"), _("This form has expired")),
            *(_("Something broke"), _("Back in a moment"), _("No room to save this")),
        ),
    }
