"""The value chain of a case, drawn and in words: touch is solid, waiting is hatched, what was agreed is a bracket.

The drawing has no style of its own: see `static/journeys/near.css`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mizzle_web.journeys.figures.said import months, tongue
from mizzle_web.journeys.templatetags.journeys import HATCHED

if TYPE_CHECKING:
    from mizzle.estimate import Spread
    from mizzle.journeys.results import Step
    from mizzle_web.journeys.figures.cases import Row

register = template.Library()

FOOT = 6
"""Length of the ends of a bracket, in pixels."""


@register.simple_tag
def chain_plot(row: Row) -> SafeString:
    """Draw the wait and the touch of one step on the line of its case, with what was agreed as a bracket above."""
    bracket = SafeString()
    if row.agreed is not None:
        begin, end = row.agreed[0], row.agreed[0] + row.agreed[1]
        sides = ((begin, begin, 2, 2 + FOOT), (end, end, 2, 2 + FOOT), (begin, end, 2, 2))
        bracket = format_html_join(
            "",
            '<line class="n-agreed" x1="{}%" x2="{}%" y1="{}" y2="{}"/>',
            ((f"{x1:.2f}", f"{x2:.2f}", y1, y2) for x1, x2, y1, y2 in sides),
        )
    drawn = format_html_join(
        "",
        '<rect class="n-{}" x="{}%" width="{}%" y="36%" height="52%"{}/>',
        ((kind, f"{begin:.2f}", f"{width:.2f}", HATCHED.get(kind, "")) for kind, begin, width in row.stretches),
    )
    return format_html(
        '<svg class="n-plot" role="img" aria-label="{}" focusable="false">{}{}</svg>', said(row), drawn, bracket
    )


@register.simple_tag
def said_months(first: str, last: str) -> str:
    """Write some months, both included."""
    return months(first, last)


@register.filter
def signed(value: int) -> str:
    """Write a whole number with its sign."""
    return ("\N{MINUS SIGN}" if value < 0 else "+" if value else "") + tongue().number(abs(value), 0)


@register.filter
def usual(spread: Spread) -> str:
    """Say what is usual: the median, and what nine in ten stay within."""
    told = {"median": tongue().duration(spread.median or 0.0), "p90": tongue().duration(spread.p90 or 0.0)}
    return _("usually %(median)s, nine in ten within %(p90)s") % told


@register.filter
def said(row: Row) -> str:
    """Say the wait and the touch of a step in a sentence, beside what is usual and what was agreed."""
    step, parts = row.step, []
    if step.wait_hours is not None:
        beside = [usual(row.wait_usual)] if row.wait_usual else []
        if step.agreed_wait_hours is not None:
            beside.append(_("agreed %(hours)s") % {"hours": tongue().duration(step.agreed_wait_hours)})
        parts.append(_beside(_("waited %(hours)s") % {"hours": tongue().duration(step.wait_hours)}, beside))
    if step.touch_hours is not None:
        beside = [usual(row.touch_usual)] if row.touch_usual else []
        parts.append(_beside(_("touched for %(hours)s") % {"hours": tongue().duration(step.touch_hours)}, beside))
    return "; ".join(parts) or _("the first step")


def _beside(figure: str, beside: list[str]) -> str:
    return f"{figure} ({'; '.join(beside)})" if beside else figure


@register.filter
def when(step: Step) -> str:
    """Write from when until when a step was worked on, in the zone of the reader; its end where that is all we know."""
    end = timezone.localtime(step.end)
    if step.start is None:
        return date_format(end, "SHORT_DATETIME_FORMAT")
    start = timezone.localtime(step.start)
    told = date_format(start, "SHORT_DATETIME_FORMAT")
    if start == end:
        return told
    until = time_format(end, "TIME_FORMAT") if end.date() == start.date() else date_format(end, "SHORT_DATETIME_FORMAT")
    return _("%(start)s to %(end)s") % {"start": told, "end": until}
