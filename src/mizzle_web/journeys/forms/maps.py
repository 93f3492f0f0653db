"""The form of the map: which cases to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.journeys.figures.said import month
from mizzle_web.journeys.figures.view import LONGEST
from mizzle_web.page.forms import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mizzle_web.journeys.figures.view import View

BETWEEN = "\N{INFORMATION SEPARATOR ONE}"
"""Between an attribute and its value, in one choice."""


class ChooseCases(Form):
    """Months in which the cases ended, and one value of an attribute."""

    first = forms.ChoiceField(label=_("Ended from"), required=False)
    last = forms.ChoiceField(label=_("until"), required=False)
    having = forms.ChoiceField(label=_("Having"), required=False)

    def __init__(
        self, *args: Any, months: Sequence[str], attributes: Mapping[str, Sequence[Sequence[Any]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one, month(one)) for one in months]
        self.fields["first"].choices = [("", _("the beginning")), *choices]  # type: ignore[attr-defined] # a choice
        self.fields["last"].choices = [("", _("the end")), *choices]  # type: ignore[attr-defined] # a choice
        short = {name: [one for one, _n in found if len(one) <= LONGEST] for name, found in attributes.items()}
        values = [
            (name, [(f"{name}{BETWEEN}{value}", f"{name}: {value}") for value in found])
            for name, found in short.items()
            if found and len(name) <= LONGEST
        ]
        self.fields["having"].choices = [("", _("anything")), *values]  # type: ignore[attr-defined] # a choice
        if not values:
            del self.fields["having"]

    @staticmethod
    def shows(view: View) -> dict[str, str]:
        """Give what the form shows of a view."""
        having = f"{view.attribute}{BETWEEN}{view.value}" if view.attribute else ""
        return {"first": view.first, "last": view.last, "having": having}
