"""Pages of agreed times: what stands and how it is kept, proposing, agreeing, withdrawing, ending, and the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.journeys.actions import agreements as actions
from mizzle_web.journeys.actions.figure_sets import standing_views
from mizzle_web.journeys.figures import agreed_times as figures
from mizzle_web.journeys.figures.likeness import folded
from mizzle_web.journeys.figures.said import tongue
from mizzle_web.journeys.forms.agreements import ProposeTime
from mizzle_web.journeys.models import Agreement
from mizzle_web.journeys.views.measured import measured
from mizzle_web.journeys.views.shown import shown
from mizzle_web.page import both
from mizzle_web.page.access import member, needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from mizzle_web.journeys.figures.agreed_times import Line, Standing
    from mizzle_web.journeys.figures.view import View
    from mizzle_web.journeys.models import Journey
    from mizzle_web.page.visit import Visit

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A time that stands, with what its reader may do about it."""

    time: Standing
    holding_hours: str
    waiting_hours: str
    who: str
    kept: str
    is_mine: bool
    may_agree: bool
    may_withdraw: bool
    may_end: bool
    may_propose: bool
    is_linked: bool


@member
@require_safe
def agreements(request: Visit, public_id: UUID) -> HttpResponse:
    """Show what stands, what waits for a yes, and where agreeing is worth the while."""
    return _show(request, measured(request, public_id))


def _show(request: Visit, journey: Journey, refusal: Refused | None = None) -> HttpResponse:
    view = standing_views(journey)[0]
    standing = figures.standing(journey, view)
    may = request.user.may(Permission.AGREE_TIMES)
    entries = _entries(request, journey, standing)
    context = shown(
        request,
        journey,
        waiting=[one for one in entries if one.time.waiting],
        holding=[one for one in entries if one.time.holding],
        worth=_worth(journey, view) if may else [],
        may_propose=may and bool(journey.table_facts.get("departments")),
        has_departments=bool(journey.table_facts.get("departments")),
        n_history=journey.agreements.count(),
        refusal=refusal,
    )
    return render(request, "journeys/agreements.html", context, status=409 if refusal else 200)


def _worth(journey: Journey, view: View) -> list[dict[str, object]]:
    return [
        {
            "source": one.source,
            "target": one.target,
            "count": one.count,
            "median": tongue().duration(one.wait.median or 0),
        }
        for one in figures.worth_agreeing(journey, view)
    ]


@needs(Permission.AGREE_TIMES)
@require_safe
def waiting(request: Visit) -> HttpResponse:
    """Show on Today which times others proposed that the reader can agree to."""
    found = figures.proposals_for(request.user, _today(request))
    who = _who(request, list(found.first))
    lines = [(one, figures.exact_hours(one.hours), who[one.proposed_by]) for one in found.first]
    return render(request, "journeys/waiting.html", {"lines": lines, "n_more": found.n_more})


def _entries(request: Visit, journey: Journey, standing: tuple[Standing, ...]) -> list[Entry]:
    sides, by = figures.Sides(journey, _today(request)), request.user.actor
    may = request.user.may(Permission.AGREE_TIMES)
    who = _who(request, [one for time in standing for one in (time.waiting, time.holding) if one])
    found = []
    for time in standing:
        waiting, holding = time.waiting, time.holding
        is_mine = waiting is not None and waiting.proposed_by == by
        reaches = may and any(sides.reaches(one, by) for one in (waiting or holding,) if one)
        found.append(
            Entry(
                time=time,
                holding_hours=figures.exact_hours(holding.hours) if holding else "",
                waiting_hours=figures.exact_hours(waiting.hours) if waiting else "",
                who=who[waiting.proposed_by] if waiting else "",
                kept=figures.kept_words(time.actual) if time.actual else "",
                is_mine=is_mine,
                may_agree=bool(waiting and may and not is_mine and sides.may_settle(waiting, by)),
                may_withdraw=bool(waiting and may and (is_mine or reaches)),
                may_end=bool(holding and reaches),
                may_propose=may and time.is_in_log,
                is_linked=any(sides.units_of(one) for one in (waiting or holding,) if one),
            )
        )
    return found


@needs(Permission.AGREE_TIMES)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: Visit, public_id: UUID) -> HttpResponse:
    """Propose a time; `?from=` and `?to=` name whose it is."""
    journey = measured(request, public_id)
    known = sorted(journey.table_facts.get("departments", ()), key=folded)
    if not known:
        return redirect("journeys:agreements", journey.public_id)
    pair = (request.GET.get("from", ""), request.GET.get("to", ""))
    now = _standing_for(journey, pair)
    shown_first = {"department": pair[0], "to_department": pair[1], "version": figures.turn_of(now)}
    form = ProposeTime(request.POST if request.method == "POST" else None, departments=known, initial=shown_first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"version": form.cleaned_data["version"] or 0}
        try:
            actions.propose_time(journey=journey, **given, by=request.user.actor, at=request.at)
        except Changed as refusal:
            return both.show(request, form, refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            done = _("Proposed. It holds as soon as somebody else agrees to it.")
            return tell(redirect("journeys:agreements", journey.public_id), done)
    context = shown(
        request,
        journey,
        form=form,
        now=[(figures.exact_hours(one.hours), one.is_agreed) for one in now],
    )
    return render(request, "journeys/propose.html", context, status=422 if form.errors else 200)


def _standing_for(journey: Journey, pair: tuple[str, str]) -> list[Agreement]:
    return list(Agreement.objects.open().filter(journey=journey, department=pair[0], to_department=pair[1]))


@needs(Permission.AGREE_TIMES)
@require_POST
def agree(request: Visit, public_id: UUID, id: UUID) -> HttpResponse:  # noqa: A002 - as the address calls it
    """Say yes to a time that somebody else proposed."""
    return _do(request, public_id, id, actions.agree_time, _("Agreed. The figures are being worked out anew."))


@needs(Permission.AGREE_TIMES)
@require_POST
def withdraw(request: Visit, public_id: UUID, id: UUID) -> HttpResponse:  # noqa: A002 - as the address calls it
    """Take a proposal back."""
    return _do(request, public_id, id, actions.withdraw_time, _("Withdrawn. What was agreed before still holds."))


@needs(Permission.AGREE_TIMES)
@require_POST
def end(request: Visit, public_id: UUID, id: UUID) -> HttpResponse:  # noqa: A002 - as the address calls it
    """End an agreed time."""
    return _do(request, public_id, id, actions.end_time, _("Ended. The history keeps it."))


def _do(request: Visit, public_id: UUID, number: UUID, act: Callable[..., Agreement], done: str) -> HttpResponse:
    """Do something about one time; what was refused is said above what stands now."""
    journey = measured(request, public_id)
    found = Agreement.objects.filter(journey=journey, public_id=number).select_related("journey").first()
    if found is None:
        raise Http404
    try:
        act(agreement=found, by=request.user.actor, at=request.at)
    except Refused as refusal:
        return _show(request, measured(request, public_id), refusal)
    return tell(redirect("journeys:agreements", journey.public_id), done)


@member
@require_safe
def history(request: Visit, public_id: UUID) -> HttpResponse:
    """Tell every time that was proposed or agreed, the latest first: who, when, and what it was before."""
    journey = measured(request, public_id)
    page = Paginator(figures.history(journey), A_PAGE).get_page(request.GET.get("page"))
    who = _who(request, [line.agreement for line in page])
    lines = [
        {
            "line": line,
            "hours": figures.exact_hours(line.agreement.hours),
            "before": "" if line.before is None else figures.exact_hours(line.before),
            "outcome": figures.outcome_words(line.outcome),
            "proposed": who[line.agreement.proposed_by],
            "agreed": who.get(line.agreement.agreed_by, ""),
            "ended": who.get(line.agreement.ended_by, ""),
        }
        for line in page
    ]
    return render(request, "journeys/agreed.html", shown(request, journey, page=page, lines=lines))


@member
@require_safe
def agreements_table(request: Visit, public_id: UUID) -> HttpResponseBase:
    """Give the whole history as CSV."""
    journey = measured(request, public_id)
    lines = figures.history(journey)
    return sheet(f"{journey.name} agreed-times", _lines(lines, _who(request, [line.agreement for line in lines])))


def _lines(lines: tuple[Line, ...], who: dict[str, str]) -> Iterator[list[str | float | None]]:
    yield [
        *(_("Department"), _("Hands over to"), _("Hours"), _("Hours before"), _("What became of it")),
        *(_("Proposed on"), _("Proposed by"), _("Agreed on"), _("Agreed by"), _("Ended on"), _("Ended by")),
        _("In the logs"),
    ]
    for line in lines:
        one = line.agreement
        told = []
        for at, by in (
            (one.proposed_at, one.proposed_by),
            (one.agreed_at, one.agreed_by),
            (one.ended_at, one.ended_by),
        ):
            told += [at.isoformat() if at else "", who.get(by, "")]
        yield [
            *(one.department, one.to_department, one.hours, line.before),
            *(figures.outcome_words(line.outcome), *told, _("yes") if line.is_in_log else _("no")),
        ]


def _who(request: Visit, some: list[Agreement]) -> dict[str, str]:
    actors = {by for one in some for by in (one.proposed_by, one.agreed_by, one.ended_by) if by}
    return figures.people_of(actors, request.user, _today(request))


def _today(request: Visit) -> date:
    return timezone.localdate(request.at)
