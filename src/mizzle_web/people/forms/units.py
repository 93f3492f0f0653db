"""The shape of what people type about units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form
from mizzle_web.people.models import Unit

if TYPE_CHECKING:
    from mizzle_web.people.figures import Branch

Units = Callable[[], Sequence[tuple[str, str]]]
"""Asks for the units to choose from, as `unit_choices` gives them."""
FROM = _("It holds from this day on, past or to come, until the next change that is already known.")


def unit_choices(branches: Sequence[Branch], *, without: frozenset[int] = frozenset()) -> list[tuple[str, str]]:
    """Offer units in the order of the tree, each as far in as it stands."""
    return [
        (one.public_id, "\N{EN SPACE}" * 2 * one.indent + f"{one.name} ({one.code})")
        for one in branches
        if one.pk not in without
    ]


class UnitChoice(forms.ChoiceField):
    """A unit, chosen from the tree of a day."""

    widget = forms.Select

    def offer(self, nothing: str, units: Units) -> None:
        """Offer these units, or nothing. They are looked up when somebody looks, so seldom when a form is sent."""
        ask = cache(units)
        self.choices = lambda: [("", nothing), *ask()]

    def clean(self, value: Any) -> Unit | None:
        """Give the unit, or None where nothing was chosen."""
        chosen = super().clean(value)
        return Unit.objects.get(public_id=chosen) if chosen else None


def day_field(**more: Any) -> forms.DateField:
    """Make a field for a day that the browser helps to choose."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    given: dict[str, Any] = {"label": _("From"), "widget": widget, "help_text": FROM}
    return forms.DateField(**(given | more))


def code_field(**more: Any) -> forms.CharField:
    """Make a field for the code of a unit."""
    text = _("Short and lasting: files and other systems know the unit by it.")
    given: dict[str, Any] = {"label": _("Code"), "max_length": 40, "help_text": text}
    return forms.CharField(**(given | more))


class FromDay(Form):
    """A change of a unit from a day on, as the unit stood at a version."""

    on = day_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class OpenUnit(Form):
    """A new unit."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = code_field()
    parent = UnitChoice(label=_("Part of"), required=False)
    on = day_field(help_text="")

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(_("Nothing: it stands at the top"), units)  # type: ignore[attr-defined] # it is ours


class RenameUnit(FromDay):
    """Another name."""

    name = forms.CharField(label=_("New name"), max_length=120)
    field_order = ("name", "on")


class MoveUnit(FromDay):
    """Another place in the tree."""

    parent = UnitChoice(label=_("Part of"), required=False)
    field_order = ("parent", "on")

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(_("Nothing: it stands at the top"), units)  # type: ignore[attr-defined] # it is ours


class MergeUnit(FromDay):
    """The unit into which this one goes."""

    into = UnitChoice(label=_("Into"), help_text=_("The people and the units of this one go there."))
    field_order = ("into", "on")

    def __init__(self, *args: Any, units: Units, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].offer(_("Choose a unit"), units)  # type: ignore[attr-defined] # it is ours


class SplitUnit(FromDay):
    """A new unit that comes out of this one, and who goes with it."""

    name = forms.CharField(label=_("Name of the new unit"), max_length=120)
    code = code_field()
    members = forms.MultipleChoiceField(
        label=_("Who goes with it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ends = forms.BooleanField(
        label=_("The unit they come from is closed on that day"),
        required=False,
        help_text=_("Only where everybody has gone."),
    )
    field_order = ("name", "code", "on", "members", "ends")

    def __init__(self, *args: Any, members: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = members  # type: ignore[attr-defined] # a choice
