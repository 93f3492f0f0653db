"""The shape of what people type about the journal and about who is told."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mizzle_web.journal.caller import Unreachable, read
from mizzle_web.page.forms import Form

VERB = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]*)*", re.ASCII)
MOST_VERBS = 50
DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1)))


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, validators=DAYS, widget=forms.DateInput(attrs={"type": "date"}))


class Filter(Form):
    """Which entries to show."""

    verb = forms.CharField(
        label=_("What was done"),
        required=False,
        max_length=60,
        help_text=_("The beginning, such as member or hook.added"),
    )
    by = forms.CharField(
        label=_("By"), required=False, max_length=40, help_text=_("The beginning of the id, or system")
    )
    since = _day(_("From"))
    until = _day(_("Up to and including"))

    def question(self) -> dict[str, Any]:
        """Give what was typed as the question that the journal takes; days are those of the reader's zone."""
        given = self.cleaned_data
        until = given.get("until")
        return {
            "verb": (given.get("verb") or "").strip(),
            "by": (given.get("by") or "").strip(),
            "since": _begins(given.get("since")),
            "until": _begins(until + timedelta(days=1)) if until else None,
        }


def _begins(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone()) if day else None


class Check(Form):
    """A head that was kept elsewhere."""

    head = forms.CharField(
        label=_("A head that you have kept"),
        required=False,
        max_length=90,
        help_text=_(
            "Without one, the check finds what was changed or removed, but not an end that was carefully cut off."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class NewHook(Form):
    """An address, and what it wants to hear of."""

    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("A public address such as https://example.org/mizzle; port 443, 8443 or 80."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    verbs = forms.CharField(
        label=_("Events"),
        required=False,
        max_length=2000,
        help_text=_("One on each line, such as member or member.added. Leave it empty for all of them."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_url(self) -> str:
        """Refuse an address that would never be called."""
        url = str(self.cleaned_data["url"])
        try:
            read(url)
        except Unreachable as problem:
            if str(problem) == "port":
                raise forms.ValidationError(_("Choose port 443, 8443 or 80; others are not called.")) from problem
            raise forms.ValidationError(
                _("Write a public address that begins with https:// and has no name or password in it.")
            ) from problem
        return url

    def clean_verbs(self) -> list[str]:
        """Read one verb, or its beginning, from each line."""
        verbs = list(dict.fromkeys(re.split(r"[\s,]+", self.cleaned_data["verbs"].strip())))
        verbs = [verb for verb in verbs if verb]
        for verb in verbs:
            if not VERB.fullmatch(verb):
                raise forms.ValidationError(
                    _("%(verb)s is not an event. Write one such as member or member.added."), params={"verb": verb}
                )
        if len(verbs) > MOST_VERBS:
            raise forms.ValidationError(_("Name 50 events or fewer, or leave it empty for all of them."))
        return verbs
