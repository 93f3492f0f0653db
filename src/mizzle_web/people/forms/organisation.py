"""The shape of what people type about the organisation."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form
from mizzle_web.people.forms.door import zones


class OrganisationForm(Form):
    """Name, language and zone, as they stood at a version."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("For people who have not chosen one, and for what is printed."),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Days begin and end by it, unless somebody has their own.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
