"""The shape of what people type about members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form
from mizzle_web.people.actions.roles import FOR_A_UNIT
from mizzle_web.people.forms.door import zones
from mizzle_web.people.forms.units import UnitChoice, day_field
from mizzle_web.people.roles import Role

if TYPE_CHECKING:
    from mizzle_web.people.forms.units import Units


def _languages() -> list[tuple[str, Any]]:
    return [("", _("That of the organisation")), *settings.LANGUAGES]


def _zones() -> list[tuple[str, Any]]:
    return [("", _("That of the organisation")), *zones()]


class Person(Form):
    """Who somebody is."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Without one, somebody signs in with a personal code.")
    )
    code = forms.CharField(
        label=_("Personal code"), max_length=40, required=False, help_text=_("For a shared tablet, and for files.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False)

    def clean_code(self) -> str:
        """Keep addresses out: by a code that reads like one, somebody could pass for its owner."""
        code = str(self.cleaned_data["code"])
        if "@" in code:
            raise forms.ValidationError(_("A personal code has no @ in it. Choose a different one."))
        return code


class NewPerson(Person):
    """Somebody who joins, and where; `key` makes two clicks one."""

    unit = UnitChoice(label=_("Unit"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(_("In none yet"), units)  # type: ignore[attr-defined] # it is ours


class ChangePerson(Person):
    """Who somebody is, as they stood at a version."""

    timezone = forms.ChoiceField(label=_("Time zone"), choices=_zones, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class PlacePerson(Form):
    """Where somebody works from a day on."""

    unit = UnitChoice(label=_("Unit"), required=False)
    on = day_field()

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(_("In none"), units)  # type: ignore[attr-defined] # it is ours


class GiveRole(Form):
    """A role, for the whole organisation or for one unit."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=lambda: [
            ("", _("Choose a role")),
            *((one.value, one.label) for one in Role if one != Role.COLLEAGUE),
        ],
    )
    unit = UnitChoice(label=_("For"), required=False)

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ", ".join(str(role.label) for role in Role if role in FOR_A_UNIT)
        self.fields["unit"].offer(_("The whole organisation"), units)  # type: ignore[attr-defined] # it is ours
        self.fields["unit"].help_text = _("One unit and what is under it, for: %(roles)s.") % {"roles": names}


class SendFile(Form):
    """A file of people, and from when on it holds where they work."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or Excel (.xlsx), with a first row of titles."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
    )
    on = day_field(label=_("Moves to a unit apply from"), help_text=_("Units that are not there yet open on this day."))


class Whom(Form):
    """Whom to help, by what they sign in with."""

    name = forms.CharField(
        label=_("Their e-mail address or personal code"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
