"""The shape of what people type about how they themselves sign in, and about the rules for all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form
from mizzle_web.people.forms.door import LONGEST_PASSWORD, password_hint, zones

HOUSE = "house"
"""Chosen by who wants what the organisation has."""


def _like_everybody(choices: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    return [(HOUSE, _("As the organisation")), *choices]


class Habits(Form):
    """In which language and zone somebody reads, and which version of that was on the page."""

    language = forms.ChoiceField(label=_("Language"), choices=lambda: _like_everybody(list(settings.LANGUAGES)))
    timezone = forms.ChoiceField(label=_("Time zone"), choices=lambda: _like_everybody(zones()))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Keep nothing where somebody wants what the organisation has."""
        return {name: "" if value == HOUSE else value for name, value in (super().clean() or {}).items()}


class Present(Form):
    """The present password, asked once more."""

    present = forms.CharField(
        label=_("Your present password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPassword(Present):
    """The present password and a new one."""

    password = forms.CharField(
        label=_("A new password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, shortest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = password_hint(shortest)


class NewPin(Present):
    """The present password, and a PIN for shared tablets."""

    pin = forms.CharField(
        label=_("A new PIN"),
        max_length=12,
        help_text=_("Six digits without a pattern; no birthday."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class FirstCode(Form):
    """The key of a new second factor, sealed, and the first code that the app makes with it."""

    offer = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Code from your app"),
        max_length=20,
        help_text=_("Six digits. They show that the app has read the key."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class OtherPhone(FirstCode, Present):
    """The same, where one factor takes the place of another: with the present password."""

    field_order = ("offer", "code", "present")


class SignInRules(Form):
    """How long sessions last and how long passwords are."""

    shortest_password = forms.IntegerField(
        label=_("Shortest password, in characters"), min_value=12, max_value=64, help_text=_("Between 12 and 64.")
    )
    idle_minutes = forms.IntegerField(
        label=_("Minutes without use until somebody is signed out"),
        min_value=5,
        max_value=1440,
        help_text=_("Between 5 and 1440, a whole day."),
    )
    session_hours = forms.IntegerField(
        label=_("Hours until everybody signs in anew, however busy"),
        min_value=1,
        max_value=336,
        help_text=_("Between 1 and 336, two weeks."),
    )
    tablet_minutes = forms.IntegerField(
        label=_("Minutes without use on a shared tablet"),
        min_value=1,
        max_value=60,
        help_text=_("Between 1 and 60. The screen clears itself then."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("shortest_password", "idle_minutes", "session_hours", "tablet_minutes"):
            self.fields[name].widget.attrs["class"] = "input input-short"


class HouseLanguage(Form):
    """The language in which the house speaks to whoever has chosen none."""

    language = forms.ChoiceField(label=_("Default language"), choices=settings.LANGUAGES)
    version = forms.IntegerField(widget=forms.HiddenInput)
