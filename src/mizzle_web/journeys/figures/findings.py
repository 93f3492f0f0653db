"""Which sentences may stand above the figures: only what is true of them, and a question where they do not say."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from mizzle_web.journeys.figures.kept import FEWEST_CASES
from mizzle_web.journeys.figures.said import listed, month, tongue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle.estimate import Estimate
    from mizzle.journeys.results import Agreed, Handover
    from mizzle_web.journeys.figures.measured import Compared, Page

LEAST = 20
"""Fewer times than this, and a handover is not singled out."""
LEAST_SHARE = 0.02
"""Nor one that fewer than this share of the cases pass."""
SURE, INTERVAL = 0.99, 0.95
"""A title is true in 99 of 100 maps on which nothing changed; intervals are those of 95 %."""
MOST_NAMED = 3


class Moved(NamedTuple):
    """Departments whose distance changed beyond chance: those that came closer, and those that went further away."""

    closer: tuple[Compared, ...]
    further: tuple[Compared, ...]


def lead(page: Page) -> str:
    """Say what the figures show, in one to three sentences."""
    hours = page.throughput.spread.median
    if hours is None:
        return _("No case ended in these months. Choose others.")
    said = [_("A case takes %(hours)s at the median.") % {"hours": tongue().duration(hours)}]
    touch = page.throughput.touch
    if touch is not None and touch.median is not None:
        said = [
            _("A case takes %(hours)s at the median, and people touch it for %(touch)s.")
            % {"hours": tongue().duration(hours), "touch": tongue().duration(touch.median)}
        ]
    longest = longest_wait(page.handovers, page.cases)
    if longest is None:
        said.append(_("Where does a case wait between departments?"))
    else:
        said.append(
            _("The longest wait at a handover, %(hours)s at the median, lies between %(source)s and %(target)s.")
            % {
                "hours": tongue().duration(longest.wait.median or 0.0),
                "source": longest.source,
                "target": longest.target,
            }
        )
    return " ".join(said)


def longest_wait(handovers: Sequence[Handover], cases: int) -> Handover | None:
    """Find the handover with the longest median wait among those that many cases pass; None where two share it."""
    least = max(LEAST, LEAST_SHARE * cases)
    telling = [one for one in handovers if one.count >= least and (one.wait.median or 0.0) > 0]
    if not telling:
        return None
    longest = max(telling, key=lambda one: one.wait.median or 0.0)
    alone = sum(one.wait.median == longest.wait.median for one in telling) == 1
    return longest if alone else None


def moved(compared: Sequence[Compared]) -> Moved:
    """Find who came closer or went further in handovers, beyond what chance does among so many departments."""
    n = len(compared)
    return Moved(
        tuple(one for one in compared if _side(one.handovers_change, n) < 0),
        tuple(one for one in compared if _side(one.handovers_change, n) > 0),
    )


def _side(change: Estimate, n: int) -> int:
    """Say on which side of nothing a change lies; 0 where its interval, widened for `n` questions, holds nothing."""
    if change.value is None or change.interval is None:
        return 0
    wider = NormalDist().inv_cdf(1 - (1 - SURE) / 2 / n) / NormalDist().inv_cdf((1 + INTERVAL) / 2)
    low = change.value - wider * (change.value - change.interval.low)
    high = change.value + wider * (change.interval.high - change.value)
    return 1 if low > 0 else -1 if high < 0 else 0


def closer_title(page: Page) -> str:
    """Name who came closer, or ask."""
    since = {"month": month(page.before_last)}
    found = moved(page.compared)
    if found.closer and len(found.closer) <= MOST_NAMED:
        names = {"names": listed([one.department for one in found.closer])}
        return _("%(names)s came closer since %(month)s") % (names | since)
    if found.closer:
        n = {"n": len(found.closer)}
        return _("%(n)s departments came closer since %(month)s") % (n | since)
    if found.further and len(found.further) <= MOST_NAMED:
        names = {"names": listed([one.department for one in found.further])}
        return _("%(names)s moved further away since %(month)s") % (names | since)
    if found.further:
        return _("%(n)s departments moved further away since %(month)s") % ({"n": len(found.further)} | since)
    return _("Who came closer since %(month)s? We cannot tell yet") % since


def agreed_title(agreed: Sequence[Agreed]) -> str:
    """Name the handover that waits furthest beyond what was agreed, or say that the agreed times are kept, or ask."""
    told = [one for one in agreed if one.cases >= FEWEST_CASES]
    beyond = [one for one in told if one.agreement.to and _is_beyond(one)]
    if beyond:
        worst = max(beyond, key=lambda one: (one.actual.median or 0.0) / one.agreement.hours)
        fill = {
            "source": worst.agreement.department,
            "target": worst.agreement.to,
            "times": tongue().fixed((worst.actual.median or 0.0) / worst.agreement.hours),
        }
        return _("%(source)s to %(target)s waits %(times)s times as long as agreed") % fill
    kept = [one for one in told if one.within.interval is not None and one.within.interval.low > 0.5]  # noqa: PLR2004 - more than half
    if agreed and len(kept) == len(agreed):
        return _("Most cases stay within every agreed time")
    return _("Which waits are longer than agreed?")


def _is_beyond(one: Agreed) -> bool:
    """Whether, beyond chance, more than half of the cases wait longer than agreed."""
    return one.within.interval is not None and one.within.interval.high < 0.5  # noqa: PLR2004 - half
