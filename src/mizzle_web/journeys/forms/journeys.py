"""Forms of journeys themselves."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.journeys.models import JourneyKind
from mizzle_web.page.forms import Form


class OpenJourney(Form):
    """A new journey."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As people call it: from order to delivery, hiring, a repair.")
    )
    kind = forms.ChoiceField(label=_("Where it is known from"), widget=forms.RadioSelect, choices=JourneyKind.choices)


class RenameJourney(Form):
    """Another name, as the journey stood at a version."""

    name = forms.CharField(label=_("Name"), max_length=120)
    version = forms.IntegerField(widget=forms.HiddenInput)
