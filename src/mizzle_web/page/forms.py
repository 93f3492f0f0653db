"""The form that every other one grows from: its fields wear the classes of the design and point at their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from mizzle_web.page.refused import Refused


class Form(forms.Form):
    """A plain form. It checks the shape of what was typed; what it means is decided by an action."""

    template_name = "page/form.html"
    error_css_class = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("Fill in: %(label)s.") % {"label": field.label}
            if isinstance(field, forms.EmailField):
                field.validators = [EmailValidator(_("Give an address such as name@example.org."))]
            widget = field.widget
            if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
                widget.template_name = "page/choices.html"
            elif not isinstance(widget, forms.HiddenInput | forms.CheckboxInput):
                widget.attrs.setdefault("class", "input")

    def __getitem__(self, name: str) -> forms.BoundField:
        bound = super().__getitem__(name)
        if bound.field.widget.use_fieldset:  # the fieldset around the choices is described instead
            return bound
        described = [f"{bound.auto_id}-hint"] if bound.field.help_text else []
        if self.is_bound and self.errors.get(name):
            described.append(f"{bound.auto_id}-error")
            bound.field.widget.attrs["aria-invalid"] = "true"
        if described:
            bound.field.widget.attrs["aria-describedby"] = " ".join(described)
        return bound

    @property
    def n_errors(self) -> int:
        """How many things are to be put right."""
        return sum(len(errors) for errors in self.errors.values())

    def refuse(self, refusal: Refused) -> None:
        """Show the refusal of an action where it belongs: at its field, or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)
