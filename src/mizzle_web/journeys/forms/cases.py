"""The form that finds a case."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form


class FindCase(Form):
    """The id of a case, or how it begins."""

    case = forms.CharField(
        label=_("Case"),
        max_length=500,
        help_text=_("Its number or name, as the log has it. The beginning will do."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
