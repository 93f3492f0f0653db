"""The form that every other one grows from: its fields wear the classes of the design and point at their errors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from mizzle_web.page.refused import Refused


T = TypeVar("T")


class Fields(dict[str, forms.Field]):
    """The fields of a kind of form, from which each form takes its own.

    Django copies everything that a field consists of. A form of ours changes the attributes of a field and of its
    widget, and what it shares with others it replaces and never changes; so two levels are enough, in a fifth of the
    time.
    """

    def __deepcopy__(self, _memo: object) -> dict[str, forms.Field]:
        return {name: _copied(field) for name, field in self.items()}


def _copied(field: forms.Field) -> forms.Field:
    made = _alike(field)
    made.widget = _alike(field.widget)
    made.widget.attrs = dict(field.widget.attrs)
    return made


def _alike(one: T) -> T:
    made = object.__new__(type(one))
    made.__dict__.update(one.__dict__)
    return made


@cache
def _dress(kind: type[Form]) -> None:
    """Let the fields of a form wear the classes of the design; once for each kind of form, since it costs time."""
    kind.base_fields = Fields(kind.base_fields)
    for field in kind.base_fields.values():
        dress(field)


def dress(field: forms.Field) -> forms.Field:
    """Let a field wear the classes of the design; for one that a form gets only when it is made."""
    if isinstance(field, forms.EmailField):
        field.validators = [EmailValidator(gettext_lazy("Give an address such as name@example.org."))]
    widget = field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.template_name = "page/choices.html"
        return field
    if isinstance(widget, forms.Select):
        widget.template_name = "page/select.html"
    if not isinstance(widget, forms.HiddenInput | forms.CheckboxInput):
        widget.attrs.setdefault("class", "input")
    return field


class Bound(forms.BoundField):
    """A field as it stands on a page: it points at its hint and at what is wrong with it."""

    @property
    def aria_describedby(self) -> str | None:
        """Name what describes it in HTML."""
        described = [f"{self.auto_id}-hint"] if self.field.help_text else []
        if self.errors:
            described.append(f"{self.auto_id}-error")
        return " ".join(described) or None


class Form(forms.Form):
    """A plain form. It checks the shape of what was typed; what it means is decided by an action."""

    template_name = "page/form.html"
    bound_field_class = Bound
    error_css_class = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        _dress(type(self))
        super().__init__(*args, **kwargs)

    def add_error(self, field: str | None, error: Any) -> None:
        """Say what is wrong, and of what is missing how it is called."""
        if field is not None and getattr(error, "code", None) == "required":
            error = _("Fill in: %(label)s.") % {"label": self.fields[field].label}
        super().add_error(field, error)

    @property
    def n_errors(self) -> int:
        """How many things are to be put right."""
        return sum(len(errors) for errors in self.errors.values())

    def refuse(self, refusal: Refused) -> None:
        """Show the refusal of an action where it belongs: at its field, or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)
