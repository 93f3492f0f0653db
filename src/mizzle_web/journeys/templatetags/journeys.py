"""Figures of journeys in words, as the blueprint says them, and small drawings without any style of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mizzle_web.journeys.figures import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mizzle.estimate import Estimate

register = template.Library()

HATCHED = {
    "wait": SafeString(' fill="url(#j-hatch)"'),
    "over": SafeString(' fill="url(#j-hatch-over)"'),
}
"""Waiting is never solid; the patterns are those of `hatches`, which stands once on a page."""
DEEPEST = 10
"""Half steps by which the list form indents at the most."""


@register.filter
def duration(hours: float | None) -> str:
    """Write hours in the unit that reads best, or that there are none."""
    return "—" if hours is None else said.tongue().duration(hours)


@register.filter
def handovers(value: float | None) -> str:
    """Write a number of handovers with one decimal."""
    return "—" if value is None else said.tongue().fixed(value)


@register.filter
def share(value: float | None) -> str:
    """Write a share of 0 to 1 in per cent."""
    return "—" if value is None else said.tongue().share(value)


@register.filter
def whole(value: int) -> str:
    """Write a whole number with the signs of the language."""
    return said.tongue().number(value, 0)


@register.filter
def interval(estimate: Estimate) -> str:
    """Write the 95 % interval of an estimate, or nothing where it has none."""
    return said.interval(estimate)


@register.filter
def depth(value: float | None) -> int:
    """Give the number of half steps by which the list form indents a step."""
    return DEEPEST if value is None else min(DEEPEST, round(2 * value))


@register.simple_tag
def bar(parts: Iterable[tuple[str, float, float]], label: str) -> SafeString:
    """Draw stretches of a bar, each by its kind, where it begins and how wide it is, in per cent; say it in a label."""
    drawn = format_html_join(
        "",
        '<rect class="j-{}" x="{}%" y="0" width="{}%" height="100%"{}/>',
        ((kind, f"{begin:.2f}", f"{width:.2f}", HATCHED.get(kind, "")) for kind, begin, width in parts),
    )
    return format_html('<svg class="j-bar" role="img" aria-label="{}" focusable="false">{}</svg>', label, drawn)


@register.simple_tag
def hatches() -> SafeString:
    """Lay down the patterns by which bars show waiting; once on a page, before its first bar."""
    drawn = "".join(
        f'<pattern id="j-hatch{name}" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<rect class="j-hatch{name}" width="{width}" height="5"/></pattern>'
        for name, width in (("", 1.5), ("-over", 2))
    )
    return SafeString(f'<svg class="j-hatches" width="0" height="0" aria-hidden="true"><defs>{drawn}</defs></svg>')


@register.simple_tag
def points(marks: Iterable[tuple[str, float]], label: str) -> SafeString:
    """Draw points on a line, each by its kind and its place in per cent; say it in a label."""
    drawn = format_html_join(
        "", '<circle class="j-{}" cx="{}%" cy="50%" r="5"/>', ((kind, f"{place:.2f}") for kind, place in marks)
    )
    ground = SafeString('<line class="j-ground" x1="0" x2="100%" y1="50%" y2="50%"/>')
    begin = format_html('<svg class="j-points" role="img" aria-label="{}" focusable="false">', label)
    return format_html("{}{}{}</svg>", begin, ground, drawn)


@register.simple_tag
def month_name(month: str) -> str:
    """Write a month as `2026-09` in said."""
    return said.month(month)


@register.simple_tag
def drawn_not_measured() -> SafeString:
    """Mark what people drew, so that nobody takes it for measured."""
    return format_html('<span class="tag">{}</span>', _("drawn, not measured"))


@register.filter
def less(change: float | None) -> str:
    """Write the size of a change of handovers, without its sign."""
    return handovers(None if change is None else abs(change))


@register.filter(name="month")
def month_in_words(month: str) -> str:
    """Write a month as `2026-09` in words."""
    return said.month(month)
