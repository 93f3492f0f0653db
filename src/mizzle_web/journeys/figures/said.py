"""Figures in the words of the reader's language: the same that stand in a blueprint and in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mizzle.report.language import LANGUAGES, language
from mizzle_web.journeys.figures.view import begin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle.estimate import Estimate
    from mizzle.journeys.blueprint import Words


def tongue() -> Words:
    """Give the words of the reader's language."""
    code = get_language() or "en"
    return language(code if code in LANGUAGES else "en").words


def interval(estimate: Estimate) -> str:
    """Write the 95 % interval of an estimate, or nothing where it has none."""
    if estimate.interval is None:
        return ""
    said = tongue()
    write = {"share": said.share, "h": said.duration}.get(estimate.unit, said.fixed)
    if estimate.unit == "h" and estimate.interval.low < 0:  # of a difference; a duration is never less than nothing
        write = hours_more_or_less
    low, high = (write(end) for end in estimate.interval)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def hours_more_or_less(hours: float) -> str:
    """Write a difference of hours with its sign."""
    sign = "\N{MINUS SIGN}" if hours < 0 else "+"
    return sign + tongue().duration(abs(hours))


def month(text: str) -> str:
    """Write a month as `2026-09` in words."""
    return date_format(begin_of(text), "YEAR_MONTH_FORMAT", use_l10n=True) if text else ""


def months(first: str, last: str) -> str:
    """Write some months, both included."""
    if first == last:
        return month(first)
    return _("%(first)s to %(last)s") % {"first": month(first), "last": month(last)}


def listed(names: Sequence[str]) -> str:
    """List names in a sentence."""
    if len(names) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}
