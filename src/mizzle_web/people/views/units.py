"""Pages of units: the tree of a day, a unit and its history, and every change from a day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mizzle_web.page import both
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import figures
from mizzle_web.people.actions import units as actions
from mizzle_web.people.forms import units as forms
from mizzle_web.people.models import Member, Placement, Unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.forms import Form
    from mizzle_web.page.visit import Visit


def today(request: Visit) -> date:
    """Give the day of the reader."""
    return timezone.localdate(request.at)


def day_of(request: Visit) -> date:
    """Give the day that the reader looks at: `?on=`, or their today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today(request)


@needs(Permission.SEE_PEOPLE)
@require_safe
def units(request: Visit) -> HttpResponse:
    """Show the tree of units on a day, or those that a search finds in it."""
    on = day_of(request)
    branches = figures.tree(on)
    reach = figures.reach(request.user, Permission.SEE_PEOPLE, on)
    if reach is not None:
        branches = tuple(one for one in branches if one.pk in reach)
    words = request.GET.get("q", "").strip()[:100]
    found = figures.found(branches, words)
    context = {
        "tree": found,
        "words": words,
        "on": on,
        "is_today": on == today(request),
        "n_units": len(branches),
        "may_manage": request.user.may(Permission.MANAGE_UNITS),
    }
    return render(request, "people/units.html", context)


@needs(Permission.SEE_PEOPLE)
@require_safe
def unit(request: Visit, public_id: UUID) -> HttpResponse:
    """Show a unit on a day: what it is called and part of, who works there, and how it came to be so."""
    found = _unit(public_id)
    on = day_of(request)
    reach = figures.reach(request.user, Permission.SEE_PEOPLE, on)
    if reach is not None and found.pk not in reach:
        raise Http404
    branches = figures.tree(on)
    here = next((one for one in branches if one.pk == found.pk), None)
    by_pk = {one.pk: one for one in branches if reach is None or one.pk in reach}
    kin = figures.successions(found)
    names = figures.names_of_units({found.pk, *(one.earlier_id for one in kin), *(one.later_id for one in kin)}, on)
    n_shown = 200
    members = figures.members_within(frozenset({found.pk}), on).order_by("name", "pk")
    context = {
        "unit": found,
        "name": names.get(found.pk, found.code),
        "here": here,
        "above": by_pk.get(here.parent) if here and here.parent else None,
        "below": [one for one in by_pk.values() if one.parent == found.pk],
        "members": members[:n_shown],
        "n_more": max(0, (here.n_members if here else 0) - n_shown),
        "history": figures.history(found, on),
        "became": [(names[one.later_id], one) for one in kin if one.earlier_id == found.pk],
        "came": [(names[one.earlier_id], one) for one in kin if one.later_id == found.pk],
        "on": on,
        "is_today": on == today(request),
        "may_manage": request.user.may(Permission.MANAGE_UNITS) and found.ended_on is None,
    }
    return render(request, "people/unit.html", context)


@needs(Permission.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Visit) -> HttpResponse:
    """Open a unit."""
    shown = {"on": today(request), "parent": request.GET.get("under", "")}
    form = forms.OpenUnit(_sent(request), units=lambda: forms.unit_choices(figures.tree(today(request))), initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_unit(**form.cleaned_data, by=request.user.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("people:unit", made.public_id), _("The unit is open."))
    context = {"form": form, "title": _("Open a unit"), "button": _("Open the unit")}
    return render(request, "people/unit_form.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Visit, public_id: UUID) -> HttpResponse:
    """Give a unit another name from a day on."""
    found = _unit(public_id)
    form = forms.RenameUnit(_sent(request), initial=_shown(request, found) | {"name": _name(request, found)})
    words = {"title": _("Rename %(name)s"), "button": _("Rename it"), "done": _("Renamed.")}
    return _change(request, found, form, actions.rename_unit, words)


@needs(Permission.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Visit, public_id: UUID) -> HttpResponse:
    """Put a unit elsewhere in the tree from a day on."""
    found = _unit(public_id)
    branches = figures.tree(today(request))
    choices = forms.unit_choices(branches, without=figures.under(branches, {found.pk}))
    above = {one.pk: one for one in branches}
    here = above.get(found.pk)
    parent = above[here.parent].public_id if here and here.parent else ""
    form = forms.MoveUnit(_sent(request), units=lambda: choices, initial=_shown(request, found) | {"parent": parent})
    words = {"title": _("Move %(name)s"), "button": _("Move it"), "done": _("Moved.")}
    return _change(request, found, form, actions.move_unit, words)


@needs(Permission.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: Visit, public_id: UUID) -> HttpResponse:
    """Merge a unit into another one from a day on."""
    found = _unit(public_id)
    form = forms.MergeUnit(
        _sent(request),
        units=lambda: forms.unit_choices(figures.tree(today(request)), without=frozenset({found.pk})),
        initial=_shown(request, found),
    )

    def act(*, unit: Unit, into: Unit, on: date, version: int, **more: Any) -> None:
        actions.merge_units(units=[unit], versions=[version], into=into, on=on, **more)

    words = {"title": _("Merge %(name)s into another unit"), "button": _("Merge it"), "done": _("Merged.")}
    return _change(request, found, form, act, words)


@needs(Permission.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: Visit, public_id: UUID) -> HttpResponse:
    """Let a new unit come out of one from a day on."""
    found = _unit(public_id)
    there = Placement.objects.filter(figures.on_day(today(request)), unit=found).select_related("member")
    people = [(one.member.actor, one.member.name) for one in there.order_by("member__name")]
    form = forms.SplitUnit(_sent(request), members=people, initial=_shown(request, found))

    def act(*, unit: Unit, name: str, code: str, members: list[str], **more: Any) -> None:
        part = actions.Part(code, name, tuple(Member.objects.filter(public_id__in=members)))
        actions.split_unit(unit=unit, parts=[part], **more)

    words = {"title": _("Split %(name)s"), "button": _("Split it"), "done": _("Split.")}
    return _change(request, found, form, act, words)


@needs(Permission.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Visit, public_id: UUID) -> HttpResponse:
    """Close a unit from a day on."""
    found = _unit(public_id)
    form = forms.FromDay(_sent(request), initial=_shown(request, found))
    words = {"title": _("Close %(name)s"), "button": _("Close it"), "done": _("Closed.")}
    return _change(request, found, form, actions.close_unit, words)


def _unit(public_id: UUID) -> Unit:
    found = Unit.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _sent(request: Visit) -> Any:
    return request.POST if request.method == "POST" else None


def _shown(request: Visit, unit: Unit) -> dict[str, Any]:
    return {"on": today(request), "version": unit.version}


def _name(request: Visit, unit: Unit) -> str:
    return figures.names_of_units({unit.pk}, today(request)).get(unit.pk, unit.code)


def _change(request: Visit, unit: Unit, form: Form, act: Callable[..., object], words: dict[str, str]) -> HttpResponse:
    """Show the form of a change, and make the change."""
    if request.method == "POST" and form.is_valid():
        try:
            act(unit=unit, **form.cleaned_data, by=request.user.actor, at=request.at)
        except Changed as refusal:
            return both.show(request, form, refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("people:unit", unit.public_id), words["done"])
    name = _name(request, unit)
    context = {"form": form, "unit": unit, "name": name, **words, "title": words["title"] % {"name": name}}
    return render(request, "people/unit_form.html", context, status=422 if form.errors else 200)
