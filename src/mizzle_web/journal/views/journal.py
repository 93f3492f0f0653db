"""The journal itself: its pages, its table to take away, and its check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.journal import checker, details, figures
from mizzle_web.journal.actions import record_check
from mizzle_web.journal.forms import Check, Filter
from mizzle_web.journal.models import Entry, Head
from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.page.templatetags.page import fragment

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit

PER_PAGE = 50
NAME = "people:name"
"""The fragment that names a member, of a room above this one; where there is none, the id is shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a page shows it."""

    entry: Entry
    who: str
    thing: str
    more: list[tuple[str, str]]
    """What the entry says more: names and values."""


@needs(Permission.READ_JOURNAL)
@require_safe
def journal(request: Visit) -> HttpResponse:
    """Show who did what to what, the newest first, fifty at a time by their number."""
    form = Filter(request.GET or None)
    if form.is_bound and not form.is_valid():
        return render(request, "journal/journal.html", {"form": form, "lines": []}, status=422)
    question = form.question() if form.is_bound else {}
    entries = Entry.objects.told(**question).order_by("-number")
    before = _number(request.GET.get("before", ""))
    found = list((entries.filter(number__lt=before) if before else entries)[: PER_PAGE + 1])
    filters = {name: str(value) for name, value in request.GET.items() if name in form.fields and value}
    older = urlencode(filters | {"before": str(found[PER_PAGE - 1].number)}) if len(found) > PER_PAGE else ""
    return render(
        request,
        "journal/journal.html",
        {
            "form": form,
            "lines": _lines(request, found[:PER_PAGE]),
            "older": older,
            "is_newest": not before,
            "filters": urlencode(filters),
        },
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None  # noqa: PLR2004 - 64 bits


def _lines(request: Visit, entries: list[Entry]) -> list[Line]:
    names = {actor: _name(request, actor) for actor in {entry.by for entry in entries}}
    return [Line(entry, names[entry.by], figures.short(entry.thing), details.lines(entry.details)) for entry in entries]


def _name(request: Visit, actor: str) -> str:
    try:
        reverse(NAME, args=(actor,))
        return fragment({"request": request}, NAME, actor) or figures.short(actor)  # type: ignore[arg-type] # a dict will do
    except (NoReverseMatch, Http404):  # no such room, no member, or a member who is no longer known
        return figures.short(actor)


@needs(Permission.READ_JOURNAL)
@require_safe
def table(request: Visit) -> StreamingHttpResponse | HttpResponse:
    """Give the entries that the page shows, all of them, as a file for a spreadsheet."""
    form = Filter(request.GET)
    if not form.is_valid():
        return render(request, "journal/journal.html", {"form": form, "lines": []}, status=422)
    entries = Entry.objects.told(**form.question())
    name = f"journal-{request.at.date().isoformat()}.csv"
    return StreamingHttpResponse(
        figures.lines(entries),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@needs(Permission.READ_JOURNAL)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Visit) -> HttpResponse:
    """Follow the whole chain and say whether, and where, it breaks; a long one is left to the command."""
    form = Check(request.POST if request.method == "POST" else None)
    head = Head.objects.filter(pk=1).first() or Head()
    finding = None
    is_short = head.number < checker.SHORT
    if is_short and form.is_valid():
        try:
            finding = checker.check(kept=checker.anchor(form.cleaned_data["head"]))
            record_check(is_intact=finding.is_intact, number=finding.number, by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
    return render(
        request,
        "journal/check.html",
        {
            "form": form,
            "finding": finding,
            "head": f"{head.number}:{head.digest}",
            "number": head.number,
            "is_short": is_short,
            "command": "mizzle journal check --head …",
        },
        status=422 if form.errors else 200,
    )
