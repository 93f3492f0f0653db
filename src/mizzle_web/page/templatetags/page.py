"""Small marks of the design: icons, departments, levels, people; and fragments of other rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; it says nothing to a screen reader, the word beside it does."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        static("page/icons.svg"),
        name,
    )


@register.simple_tag
def drop(state: str, word: str) -> SafeString:
    """Draw the state of a rhythm: a drop, and the word for it."""
    return format_html(
        '<span class="state" data-state="{}"><svg aria-hidden="true"><use href="{}#st-{}"/></svg>{}</span>',
        state,
        static("page/icons.svg"),
        state,
        word,
    )


@register.simple_tag
def ladder(level: int) -> SafeString:
    """Draw the six steps of service up to a level."""
    steps = "".join(
        f'<path d="M{1.5 + 3.4 * step:g} 14V{11.6 - 2 * step:g}"{" class=on" if step < level else ""}/>'
        for step in range(6)
    )
    return mark_safe(f'<svg class="ladder" viewBox="0 0 20 14" aria-hidden="true">{steps}</svg>')  # noqa: S308 - numbers


@register.simple_tag
def meter(share: float, label: str) -> SafeString:
    """Draw a share of work that is done as a bar, and say it to a screen reader."""
    percent = round(100 * share)
    return format_html(
        '<progress class="progress" max="100" value="{}" aria-label="{}">{} %</progress>', percent, label, percent
    )


@register.simple_tag(takes_context=True)
def fragment(context: Context, name: str, *args: Any) -> SafeString:
    """Show a fragment of another room, asked for by its address and under the rights of the reader.

    The same address answers to a browser, so that a fragment can be asked for again on its own.
    """
    request = context["request"]
    match = resolve(reverse(name, args=args))
    access = getattr(match.func, "access", None)
    member = request.user
    if access is None or (not isinstance(access, str) and not (member.is_authenticated and member.may(access))):
        return SafeString()
    response = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response.render()
    return mark_safe(response.content.decode())  # noqa: S308 - made by a template of ours
