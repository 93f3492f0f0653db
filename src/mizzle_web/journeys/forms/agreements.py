"""The shape of a time that is proposed: hours as people write them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINUTE, _HOUR, _DAY, _WEEK = 1 / 60, 1.0, 24.0, 168.0
UNITS = {
    _MINUTE: ("m", "min", "mins", "minute", "minutes", "minuto", "minutos", "minutt", "minutter"),
    _HOUR: ("h", "hr", "hrs", "hour", "hours", "hora", "horas", "t", "time", "timer"),
    _DAY: ("d", "day", "days", "día", "días", "dia", "dias", "dag", "dager", "døgn"),
    _WEEK: ("w", "week", "weeks", "sem", "semana", "semanas", "uke", "uker"),
}
"""Hours in one of each unit, and what it is called in English, Spanish and Norwegian."""
_HOURS = {name: hours for hours, names in UNITS.items() for name in names}
_PART = re.compile(r"([0-9]{1,7}(?:[.,][0-9]{1,6})?)\s*([^\W\d_]*)\.?")
_BETWEEN = re.compile(r"[\s,+]*(?:(?:and|y|og)\b)?\s*")


def read_hours(text: str) -> float | None:
    """Read a time as people write it; a number alone is hours. None where it cannot be read.

    Examples
    --------
    >>> read_hours("12"), read_hours("1,5"), read_hours("36 h"), read_hours("2 días"), read_hours("1 døgn og 4 timer")
    (12.0, 1.5, 36.0, 48.0, 28.0)
    >>> read_hours("soon"), read_hours("1.500,5"), read_hours("-2")
    (None, None, None)
    """
    rest, hours, n_parts = text.strip().casefold(), 0.0, 0
    while rest:
        part = _PART.match(rest)
        if part is None:
            return None
        number, unit = part.groups()
        rest = rest[part.end() :]
        if (unit or "h") not in _HOURS or (not unit and (rest or n_parts)):
            return None
        hours += float(number.replace(",", ".")) * _HOURS[unit or "h"]
        n_parts += 1
        rest = rest[_BETWEEN.match(rest).end() :]  # type: ignore[union-attr] # it matches nothing as well
    return hours if n_parts and math.isfinite(hours) else None


class Hours(forms.CharField):
    """Hours, days or minutes, with a decimal point or comma."""

    def clean(self, value: Any) -> Any:
        """Give the hours."""
        text = super().clean(value)
        if not text:
            return None
        hours = read_hours(text)
        if hours is None:
            raise forms.ValidationError(_("Write a time as 12, 1.5, 36 h or 2 days."), code="no_time")
        return round(hours, 4)


class ProposeTime(Form):
    """A time for a handover or for a department's own part, as things stood at a version."""

    department = forms.ChoiceField(label=_("Department"))
    to_department = forms.ChoiceField(
        label=_("Hands over to"),
        required=False,
        help_text=_("A wait belongs to both: to who hands over, and who takes."),
    )
    hours = Hours(
        label=_("Time"),
        max_length=40,
        help_text=_("In hours, or as 2 days or 30 min. Hours are counted day and night."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, departments: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(one, one) for one in departments]
        self.fields["department"].choices = [("", _("Choose a department")), *names]  # type: ignore[attr-defined] # a choice
        nobody = ("", _("Nobody: it is the department's own part of a case"))
        self.fields["to_department"].choices = [nobody, *names]  # type: ignore[attr-defined] # a choice
        self.fields["hours"].widget.attrs |= {"autocomplete": "off", "inputmode": "text"}
