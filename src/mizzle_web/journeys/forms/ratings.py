"""Forms of ratings: one's own levels from one side, and counts of customers who were asked."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle_web.journeys.models import LEVELS
from mizzle_web.page.forms import Form
from mizzle_web.page.templatetags.page import level, level_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle_web.journeys.models import DrawnStep

NUMBERS = range(1, LEVELS + 1)


class Rate(Form):
    """A level for each perception point; any of them may stay empty."""

    def __init__(self, *args: Any, points: Sequence[DrawnStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in points:
            self.fields[f"level-{point.public_id}"] = forms.TypedChoiceField(
                label=f"{point.activity} · {point.department}",
                help_text=point.promise,
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(number, level(number)) for number in NUMBERS],
                widget=forms.RadioSelect,
            )
            self.fields[f"level-{point.public_id}"].widget.template_name = "page/choices.html"

    def levels(self) -> dict[UUID, int]:
        """Give the levels that were chosen, by the id of the point."""
        given = self.cleaned_data.items()
        return {UUID(name.removeprefix("level-")): number for name, number in given if number is not None}


class Asked(Form):
    """What customers said who were asked elsewhere: how many chose each level; `key` makes two clicks one."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    point = forms.ChoiceField(label=gettext_lazy("Perception point"))
    on = forms.DateField(
        label=gettext_lazy("Asked on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, points: Sequence[DrawnStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = secrets.token_urlsafe(12)
        self.fields["point"].choices = [  # type: ignore[attr-defined] # a field of choices
            (str(one.public_id), f"{one.activity} · {one.department}") for one in points
        ]
        for number in NUMBERS:
            self.fields[f"level_{number}"] = forms.IntegerField(
                label=level_word(number),
                required=False,
                min_value=0,
                max_value=100_000,
                error_messages={
                    "invalid": _("Give a whole number, or nothing."),
                    "min_value": _("Give 0 or more."),
                    "max_value": _("That is too many customers for one question."),
                },
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-short", "maxlength": 6}),
            )

    def counts(self) -> list[int]:
        """Give how many chose each level, from the lowest to the highest."""
        return [self.cleaned_data[f"level_{number}"] or 0 for number in NUMBERS]
