"""Which sentences may stand above the figures: only what is true of them, and a question where they do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.journeys.blueprint.text import ELLIPSIS, clean, clusters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mizzle.journeys.results import DepartmentDistance, Distance, Handover, Throughput
    from mizzle.report.language import Language

LEAST = 20
"""Cases below which no handover, department or month is singled out."""

LONGEST_NAME = 48


def brief(name: str) -> str:
    """Write a name in a sentence: cleaned, and cut where it is very long."""
    parts = clusters(clean(name))
    return "".join(parts) if len(parts) <= LONGEST_NAME else "".join(parts[: LONGEST_NAME - 1]).rstrip() + ELLIPSIS


def telling(handovers: Sequence[Handover]) -> list[Handover]:
    """Keep handovers with a wait in enough cases to say something, the longest median first."""
    kept = [
        h
        for h in handovers
        if h.source != h.target and h.count >= LEAST and h.wait.median is not None and h.wait.median > 0
    ]
    return sorted(kept, key=lambda h: (-(h.wait.median or 0.0), -h.count, h.source, h.target))


def ends(distance: Distance) -> tuple[DepartmentDistance, DepartmentDistance] | None:
    """Find the nearest and the furthest department, if their intervals say that they differ."""
    known = [
        row for row in distance.departments if row.cases >= LEAST and row.handovers_to_customer.interval is not None
    ]
    if not known:
        return None
    near = min(known, key=lambda row: row.handovers_to_customer.value or 0.0)
    far = max(known, key=lambda row: row.handovers_to_customer.value or 0.0)
    first, last = near.handovers_to_customer.interval, far.handovers_to_customer.interval
    if first is None or last is None or first.high >= last.low:
        return None
    return near, far


def lead(tongue: Language, distance: Distance, handovers: Sequence[Handover], throughput: Throughput) -> str:
    """Say what the figures show, in two or three sentences."""
    sentences = []
    if throughput.spread.median is not None:
        sentences.append(tongue.say("lead_time", hours=tongue.long_hours(throughput.spread.median)))
    longest = telling(handovers)
    if longest:
        hours = tongue.long_hours(longest[0].wait.median or 0.0)
        pair = {"source": brief(longest[0].source), "target": brief(longest[0].target)}
        sentences.append(tongue.say("lead_wait", hours=hours, **pair))
    else:
        sentences.append(tongue.say("lead_wait_question", least=LEAST))
    pair_of_ends = ends(distance)
    if pair_of_ends:
        near, far = pair_of_ends
        value = tongue.handovers(far.handovers_to_customer.value)
        fill = {"near": brief(near.department), "far": brief(far.department), "handovers": value}
        sentences.append(tongue.say("lead_far", **fill))
    return " ".join(sentences)


def blueprint_title(tongue: Language, distance: Distance) -> str:
    """Say how many departments have perception points, and how many lie below the line of visibility."""
    touching = [(row.contact_share.value or 0.0) > 0 for row in distance.departments]
    if not any(touching):
        return tongue.say("blueprint_none")
    if all(touching):
        return tongue.say("blueprint_all")
    below = touching[::-1].index(True)
    meet = tongue.counted("blueprint_meet", sum(touching), above=tongue.count(sum(touching)), all=len(touching))
    return tongue.counted("blueprint_below", below, meet=meet, below=tongue.count(below)) if below else meet


def distance_title(tongue: Language, distance: Distance) -> str:
    """Name the nearest and the furthest department where their intervals lie apart, or ask."""
    pair = ends(distance)
    if pair is None:
        return tongue.say("distance_question")
    near, far = pair
    low, high = (tongue.handovers(row.handovers_to_customer.value) for row in pair)
    return tongue.say("distance_range", low=low, near=brief(near.department), high=high, far=brief(far.department))


def handover_title(tongue: Language, handovers: Sequence[Handover]) -> str:
    """Name the handover with the longest wait where it is alone, or ask."""
    longest = telling(handovers)
    alone = len(longest) == 1 or (len(longest) > 1 and longest[0].wait.median != longest[1].wait.median)
    if not alone:
        return tongue.say("handover_question")
    return tongue.say("handover_longest", source=brief(longest[0].source), target=brief(longest[0].target))
