"""The shape of a token that somebody wants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form


class NewToken(Form):
    """A name, what it opens, and until when."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("So that you know later which one to end.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label=_("How long it lasts"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year"))],
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["scopes"]
        choices.choices = scopes
        self.fields["key"].initial = get_random_string(20)
