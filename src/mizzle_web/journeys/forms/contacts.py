"""The shape of time that people spent close to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.journeys.models import ContactKind
from mizzle_web.page.forms import Form

if TYPE_CHECKING:
    from collections.abc import Sequence


class NoteContact(Form):
    """What it was, when, how long and how many; there is no field for a name. `key` makes two clicks one."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    department = forms.ChoiceField(label=_("Department"))
    kind = forms.ChoiceField(label=_("What it was"), widget=forms.RadioSelect, choices=ContactKind.choices)
    on = forms.DateField(
        label=_("Day"), localize=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    n_people = forms.IntegerField(
        label=_("How many people"), help_text=_("Of this department. Nobody is named."), min_value=1
    )
    minutes = forms.IntegerField(label=_("Minutes of each person"), min_value=1)

    def __init__(self, *args: Any, departments: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(one, one) for one in departments]
        choices = names if len(names) == 1 else [("", _("Choose a department")), *names]
        self.fields["department"].choices = choices  # type: ignore[attr-defined] # a choice
        for name in ("n_people", "minutes"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
