"""The shape of what is sent with the boxes of the activities."""

from __future__ import annotations

from typing import Any

from django import forms

from mizzle_web.journeys.models import NAME
from mizzle_web.page.forms import Form


class Names(forms.Field):
    """Several names from a log, each in a field of its own or all as one list."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        """Take texts only; the name of an activity is never longer than what is kept here."""
        if not isinstance(value, list) or not all(isinstance(one, str) and len(one) <= NAME for one in value):
            return []
        return [one.replace("\r\n", "\n") for one in value]  # as a browser sends the end of a line


class NameList(forms.JSONField):
    """Several names in one field, as JSON: any number of them is a single thing to send."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        """Read the names."""
        return Names(required=False).clean(super().clean(value))


class MarkPoints(Form):
    """Ticks as they stand on the page, those that it shows and those that it does not, and what they began from."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    was = forms.CharField(max_length=16, widget=forms.HiddenInput)
    kept = NameList(required=False)
    point = Names(required=False)

    @property
    def ticked(self) -> list[str]:
        """Give every activity that is ticked, once."""
        return sorted({*self.cleaned_data["kept"], *self.cleaned_data["point"]})


class Look(Form):
    """Words by which an activity or a department is found, and the part of the list that is looked at."""

    q = forms.CharField(max_length=100, required=False)
    page = forms.IntegerField(required=False)


def looked_for(data: Any) -> tuple[str, int]:
    """Give the words and the page that somebody asks for; what cannot be read is left out."""
    form = Look(data)
    form.is_valid()
    page = form.cleaned_data.get("page") or 1
    return form.cleaned_data.get("q", ""), min(max(page, 1), 1_000_000)
