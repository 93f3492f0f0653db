"""The shape of what people type about the organisation and about themselves."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mizzle_web.page.forms import Form

LONGEST_PASSWORD = 1000
"""So that nobody keeps the server busy with hashing a book."""


@cache
def zones() -> list[tuple[str, str]]:
    """Give the names of time zones that people know: those with a continent or ocean before a city."""
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if "/" in name[1:] and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    ] + [("UTC", "UTC")]


class Start(Form):
    """The organisation, and who opens the house."""

    organisation = forms.CharField(label=_("Name of the organisation"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    units = forms.CharField(
        label=_("First teams or departments"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line. You can change them at any time."),
    )
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label=_("A password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Four words are easy to remember."),
    )


class StartFromElsewhere(Start):
    """The same, from another machine than that of the house."""

    code = forms.CharField(
        label=_("Start code"),
        max_length=40,
        help_text=_("It was printed when mizzle was started, and stands in the file start-code of its data folder."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("code",)


class SignIn(Form):
    """E-mail address or personal code, and password."""

    name = forms.CharField(
        label=_("E-mail address or personal code"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class OneTimeCode(Form):
    """The code that an app shows."""

    code = forms.CharField(
        label=_("Code from your app"),
        max_length=40,
        help_text=_("Six digits. Each code works once."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class RecoveryCode(Form):
    """One of the codes that were written down for the day on which the phone is gone."""

    code = forms.CharField(
        label=_("Recovery code"),
        max_length=40,
        help_text=_("One of the eight that you wrote down, as abcd-efgh-ijkl-mnop. Each works once."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )


class Tablet(Form):
    """Personal code and PIN, on a tablet that many share."""

    name = forms.CharField(
        label=_("Personal code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "input key-input"}
        ),
    )
    pin = forms.CharField(
        label=_("PIN"),
        max_length=12,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "input key-input"}, render_value=False
        ),
    )


class Forgotten(Form):
    """The address to which a link for a new password goes."""

    email = forms.EmailField(label=_("Your e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class ComeIn(Form):
    """A password, chosen by somebody whom a link lets in."""

    password = forms.CharField(
        label=_("A new password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, shortest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = password_hint(shortest)


def password_hint(shortest: int) -> str:
    """Say how long a password must be, and an easy way to it."""
    return gettext("At least %(n)d characters. Four words are easy to remember.") % {"n": shortest}
