"""The components of the design as tags, and fragments of other rooms. The gallery shows each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mizzle_web.page import fragments, notices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.forms import BoundField
    from django.template import Context

register = template.Library()

LEVELS = 6
DEPARTMENT_COLOURS = 8
"""The ninth department and every later one are grey: its two letters tell it apart."""
STRIP_STEP, STRIP_GROUND = 20, 51.5


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
        f'<path d="M{1.5 + 3.4 * step:g} 14V{11.6 - 2 * step:g}" class="{"on" if step < level else "off"}"/>'
        for step in range(LEVELS)
    )
    return mark_safe(f'<svg class="ladder" viewBox="0 0 20 14" aria-hidden="true">{steps}</svg>')  # noqa: S308 - numbers


@register.simple_tag
def level_word(number: int) -> str:
    """Name one of the six levels of service, 1 to 6."""
    words = (_("Broken"), _("Bare"), _("Expected"), _("Wished for"), _("Surprising"), _("Unforgettable"))
    return words[number - 1]


@register.simple_tag
def level(number: int) -> SafeString:
    """Name a level of service beside its ladder."""
    return format_html('<span class="level">{}{}</span>', ladder(number), level_word(number))


@register.simple_tag
def meter(share: float, label: str) -> SafeString:
    """Draw a share of work that is done as a bar, and say it to a screen reader."""
    percent = round(100 * share)
    return format_html(
        '<progress class="progress" max="100" value="{}" aria-label="{}">{} %</progress>', percent, label, percent
    )


@register.simple_tag
def dept(code: str, name: str, colour: int = 0, *, short: bool = False) -> SafeString:
    """Name a department: two letters and a line of colour (1 to 8, or 0), then its name unless `short`."""
    return format_html(
        '<span class="dept cat-{}"><abbr title="{}">{}</abbr>{}</span>',
        colour if 0 < colour <= DEPARTMENT_COLOURS else 0,
        name,
        code,
        "" if short else name,
    )


def initials(name: str) -> str:
    """Give the letters of the round mark of a person: the first of the first word and of the last."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.simple_tag
def person(name: str, note: str = "") -> SafeString:
    """Name a person beside their round mark, with what is to be known under it."""
    small = format_html('<br><small class="muted">{}</small>', note) if note else ""
    return format_html(
        '<span class="person"><span class="avatar" aria-hidden="true">{}</span><span>{}{}</span></span>',
        initials(name),
        name,
        small,
    )


@register.simple_tag
def avatars(names: Sequence[str], shown: int = 4) -> SafeString:
    """Draw the round marks of several people, and say all names to a screen reader."""
    marks = [format_html('<span class="avatar">{}</span>', initials(name)) for name in names[:shown]]
    if len(names) > shown:
        marks.append(format_html('<span class="avatar">+{}</span>', len(names) - shown))
    return format_html(
        '<span class="avatars" role="img" aria-label="{}">{}</span>',
        ", ".join(names),
        mark_safe("".join(marks)),  # noqa: S308 - each was escaped above
    )


@register.simple_tag
def skeleton(label: str) -> SafeString:
    """Hold the place of what is still on its way."""
    return format_html('<div class="skeleton" role="status" aria-label="{}"><i></i><i></i><i></i></div>', label)


@register.simple_tag
def strip(weeks: str, label: str) -> SafeString:
    """Draw the weeks of a rhythm on their ground line: `h` held, `m` missed, `p` paused, `n` still to come.

    The label says the same in words.
    """
    drawn: dict[str, list[str]] = {"h": [], "m": [], "p": [], "n": []}
    for number, week in enumerate(weeks):
        x = 7 + STRIP_STEP * number
        drawn[week].append(
            {"h": f"M{x} 49V24", "m": f"M{x} 48V42", "n": f"M{x} 49V26"}.get(week, f"M{x - 7} 2H{x + 13}V51H{x - 7}z")
        )
    now = next((number for number, week in enumerate(weeks) if week == "n"), len(weeks))
    width = STRIP_STEP * len(weeks)
    held = f"M0 {STRIP_GROUND}V62H{STRIP_STEP * now}V{STRIP_GROUND}z" if drawn["h"] else "M0 0"
    paths = (
        ("g-pause fill", "".join(drawn["p"])),
        ("soak soak-alive", held),
        ("g-ground", f"M0 {STRIP_GROUND}H{width}"),
        ("g-drop", "".join(drawn["h"])),
        ("g-miss-o", "".join(drawn["m"])),
        ("g-miss-i", "".join(drawn["m"])),
        ("g-plan", "".join(drawn["n"])),
        ("g-now", f"M{STRIP_STEP * now} 2V67"),
    )
    return format_html(
        '<svg class="ink strip" viewBox="0 0 {} 68" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        width,
        label,
        mark_safe("".join(f'<path class="{name}" d="{path}"/>' for name, path in paths if path)),  # noqa: S308 - numbers
    )


@register.inclusion_tag("page/ways.html")
def tabs(label: str, ways: Iterable[tuple[str, str, bool, int | None]]) -> dict[str, Any]:
    """Show views of one thing, each a link: title, address, whether it is the present one, how many are in it."""
    return {"kind": "tabs", "label": label, "ways": ways, "current": "page"}


@register.inclusion_tag("page/ways.html")
def seg(label: str, ways: Iterable[tuple[str, str, bool, int | None]]) -> dict[str, Any]:
    """Show a choice between two or three ways to look at one thing; each is a link, as with `tabs`."""
    return {"kind": "seg", "label": label, "ways": ways, "current": "true"}


@register.inclusion_tag("page/stepper.html")
def stepper(label: str, steps: Sequence[tuple[str, str]], now: int) -> dict[str, Any]:
    """Show how far something has come: steps with a note each, and the number of the present one from 0 on."""
    return {"label": label, "steps": steps, "now": now}


@register.inclusion_tag("page/stats.html")
def stats(facts: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Show a line of facts: what it is, the figure, its unit."""
    return {"facts": facts}


@register.simple_block_tag
def only_you(content: SafeString) -> SafeString:
    """Frame what only its owner sees, always with the same sentence."""
    return format_html(
        '<div class="only-you"><p class="lock">{}{}</p>{}</div>',
        icon("mine"),
        _("Only you can see this. Not your lead, not People, not an administrator."),
        content,
    )


@register.simple_block_tag
def callout(content: SafeString) -> SafeString:
    """Set an explanation apart from what it explains."""
    return format_html('<div class="callout note">{}</div>', content)


@register.simple_block_tag
def nudge(content: SafeString) -> SafeString:
    """Offer a better way without refusing."""
    return format_html('<div class="nudge">{}<div>{}</div></div>', icon("info"), content)


@register.simple_block_tag
def quote(content: SafeString, by: str = "") -> SafeString:
    """Show words that a person said."""
    name = format_html('<span class="quote-by">{}</span>', by) if by else ""
    return format_html('<blockquote class="quote">{}{}</blockquote>', content, name)


@register.simple_block_tag
def blank(content: SafeString, title: str) -> SafeString:
    """Say that nothing is here yet; the content names the smallest first step."""
    return mark_safe(render_to_string("page/blank.html", {"title": title, "content": content}))  # noqa: S308 - our template


@register.simple_block_tag
def table(content: SafeString, label: str, *, stacked: bool = False) -> SafeString:
    """Set rows in a table that scrolls by itself on narrow screens, or with `stacked` becomes a list there."""
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table class="{}">{}</table></div>',
        label,
        "table stacked" if stacked else "table",
        content,
    )


@register.simple_block_tag
def ask(content: SafeString, name: str, label: str, title: str, *, danger: bool = False) -> SafeString:
    """Ask before something that cannot be undone: a button that opens the question, without any script.

    The content says what will be lost and ends with the form that does it. `name` is the only one of its page.
    """
    return mark_safe(  # noqa: S308 - our template
        render_to_string(
            "page/ask.html", {"name": name, "label": label, "title": title, "danger": danger, "content": content}
        )
    )


@register.filter
def target(field: BoundField) -> str:
    """Give the id to which the message about a field leads: the field, or the first of its choices."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Give each language as its own speakers call it; Django would translate the names."""
    return list(settings.LANGUAGES)


@register.simple_tag(takes_context=True)
def notice(context: Context) -> SafeString:
    """Say once what the last action did."""
    text = notices.told(context.get("request"))
    return (
        format_html('<p class="notice" role="status">{}<span>{}</span></p>', icon("check"), text)
        if text
        else SafeString()
    )


@register.simple_tag(takes_context=True)
def fragment(context: Context, name: str, *args: Any) -> SafeString:
    """Show a fragment of another room, asked for by its address and under the rights of the reader."""
    return fragments.show(context["request"], name, *args)
