"""Pages of ratings: how both sides rate the perception points of a drawn journey, and one's own part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mizzle_web.journeys.actions import ratings as actions
from mizzle_web.journeys.figures.ratings import results
from mizzle_web.journeys.forms.ratings import NUMBERS, Asked, Rate
from mizzle_web.journeys.models import RatingBlock, Side
from mizzle_web.journeys.views.drawn import drawn_or_404
from mizzle_web.journeys.views.shown import shown
from mizzle_web.page.access import member, needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.page.sheets import sheet
from mizzle_web.page.templatetags.page import level_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from mizzle_web.journeys.figures.ratings import Point, Results, Seen
    from mizzle_web.journeys.models import DrawnStep, Journey
    from mizzle_web.journeys.views.drawn import Cell
    from mizzle_web.page.visit import Visit


@member
@require_safe
def ratings(request: Visit, public_id: UUID) -> HttpResponse:
    """Show how both sides rate each perception point, as far as enough people have."""
    journey = drawn_or_404(public_id)
    found = results(journey)
    context = {
        "results": found,
        "title": _finding(found),
        "least": actions.BLOCK,
        "numbers": NUMBERS,
        "may_manage": request.user.may(Permission.MANAGE_JOURNEYS),
    }
    return render(request, "journeys/ratings.html", shown(request, journey, **context))


def _finding(found: Results) -> str:
    """Say what stands out, or ask: which level wore off, or where the two sides see a point differently."""
    if found.worn:
        said = ngettext(
            "%(n)d perception point is rated lower now than at first",
            "%(n)d perception points are rated lower now than at first",
            len(found.worn),
        )
        return said % {"n": len(found.worn)}
    apart = [one for one in found.both if one.gap is not None and one.gap.levels.value]
    if apart:
        said = _("At %(n)d of %(all)d points both sides see it differently")
        return said % {"n": len(apart), "all": len(found.both)}
    return _("How is it where the customer meets it?")


@member
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: Visit, public_id: UUID) -> HttpResponse:
    """Rate perception points from one side; first it is said who will see what."""
    journey = drawn_or_404(public_id)
    points = _points(journey)
    side = request.GET.get("side", "")
    context = {"least": actions.BLOCK, "side": side, "sides": _sides(request, side), "points": points}
    if side not in Side.values:
        return render(request, "journeys/rating_side.html", shown(request, journey, **context))
    form = Rate(request.POST if request.method == "POST" else None, points=points)
    if request.method == "POST" and form.is_valid():
        try:
            counted = actions.rate(
                journey=journey, side=side, levels=form.levels(), by=request.user.actor, at=request.at
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("journeys:ratings", journey.public_id), _counted(counted))
    status = 422 if form.errors else 200
    return render(request, "journeys/rating_rate.html", shown(request, journey, form=form, **context), status=status)


def _sides(request: Visit, side: str) -> list[tuple[str, str, bool, int | None]]:
    """Give the two sides, each with an address of its own."""
    words = {Side.PROVIDER: _("I do this work"), Side.SERVED: _("I receive it")}
    return [(word, f"{request.path}?side={one.value}", one == side, None) for one, word in words.items()]


def _counted(counted: actions.Counted) -> str:
    """Say what became of the ratings; never how many others have rated."""
    if not counted.new:
        return _(
            "You have rated this before: each counts once a month, and once until it is shown."
            " Your first rating stands."
        )
    said = ngettext("%(n)d rating is counted.", "%(n)d ratings are counted.", counted.new) % {"n": counted.new}
    if counted.before:
        before = ngettext(
            "%(n)d was counted before, and stands as it was.",
            "%(n)d were counted before, and stand as they were.",
            counted.before,
        )
        said = f"{said} {before % {'n': counted.before}}"
    return said


def _points(journey: Journey) -> list[DrawnStep]:
    return list(journey.steps.filter(is_point=True))


@needs(Permission.MANAGE_JOURNEYS)
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: Visit, public_id: UUID) -> HttpResponse:
    """Enter what customers said who were asked, and take such counts back."""
    journey = drawn_or_404(public_id)
    initial = {"on": timezone.localdate(request.at), "point": request.GET.get("point", "")}
    form = Asked(request.POST if request.method == "POST" else None, points=_points(journey), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.bring_counts(
                journey=journey,
                point=UUID(form.cleaned_data["point"]),
                counts=form.counts(),
                on=form.cleaned_data["on"],
                key=form.cleaned_data["key"],
                by=request.user.actor,
                at=request.at,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return tell(redirect("journeys:ratings", journey.public_id), _("Entered."))
    before = RatingBlock.objects.full().filter(step__journey=journey, is_asked=True).select_related("step")
    context = {"form": form, "before": before.order_by("-filled_on", "-pk"), "least": actions.BLOCK}
    status = 422 if form.errors else 200
    return render(request, "journeys/rating_asked.html", shown(request, journey, **context), status=status)


@needs(Permission.MANAGE_JOURNEYS)
@require_POST
def take_back(request: Visit, public_id: UUID) -> HttpResponse:
    """Take back counts of customers who were asked."""
    journey = drawn_or_404(public_id)
    point, number = request.POST.get("point", ""), request.POST.get("number", "")
    try:
        wanted = UUID(point), int(number[:9])
    except ValueError:
        return redirect("journeys:asked", journey.public_id)
    actions.take_back_counts(journey=journey, point=wanted[0], number=wanted[1], by=request.user.actor, at=request.at)
    return tell(redirect("journeys:asked", journey.public_id), _("Taken back."))


@member
@require_safe
def ratings_csv(_request: Visit, public_id: UUID) -> HttpResponse:
    """Send what the page shows as CSV: full blocks, and nothing else."""
    journey = drawn_or_404(public_id)
    levels = [level_word(number) for number in NUMBERS]
    titles = [
        *(_("Department"), _("Perception point"), _("Side"), _("Answers"), *levels, _("Median level, 1 to 6")),
        *(_("Share at Wished for or above"), _("Low end, 95 %"), _("High end, 95 %")),
        *(_("Gap in levels, those who serve less those who are served"), _("Last answers on")),
    ]
    return sheet(f"{journey.name} ratings", [titles, *_lines(results(journey))])


def _lines(found: Results) -> Iterator[list[Cell]]:
    for point in found.shown:
        for seen in point.sides:
            yield _cells(point, seen)


def _cells(point: Point, seen: Seen) -> list[Cell]:
    level, share = seen.level, seen.level.wished_for
    gap = "" if point.gap is None else point.gap.levels.value
    return [
        *(point.step.department, point.step.activity, str(Side(seen.side).label), level.n),
        *level.counts,
        *(level.median, share.value, *(share.interval or ("", "")), gap, seen.last_on.isoformat()),
    ]
