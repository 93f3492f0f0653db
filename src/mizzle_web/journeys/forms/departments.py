"""The shape of what is sent with the choices of departments."""

from __future__ import annotations

from typing import Any

from django import forms

from mizzle_web.journeys.models import NAME
from mizzle_web.page.forms import Form

CHOICE = "in:"
"""What the field of a department is called begins so; its name in the log follows."""
LONGEST = 60


class Choices(forms.JSONField):
    """A choice for each of several departments, as JSON."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        """Read names and choices; anything else is left out."""
        found = super().clean(value)
        if not isinstance(found, dict):
            return {}
        return {
            name: choice
            for name, choice in found.items()
            if isinstance(choice, str) and len(name) <= NAME and len(choice) <= LONGEST
        }


class LinkDepartments(Form):
    """Choices that the page shows, those that it does not, and what was saved when it was made."""

    seen = Choices(required=False)
    kept = Choices(required=False)

    @property
    def choices(self) -> dict[str, str]:
        """Give the choice for every department that was sent."""
        shown = {
            name.removeprefix(CHOICE).replace("\r\n", "\n"): str(value)[:LONGEST]
            for name, value in self.data.items()
            if name.startswith(CHOICE)
        }
        kept: dict[str, str] = self.cleaned_data["kept"]
        return kept | shown
