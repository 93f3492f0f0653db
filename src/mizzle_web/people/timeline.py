"""What was so from a day until before another: names of units, their place in the tree, where people work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

V = TypeVar("V")
W = TypeVar("W")


class Span(NamedTuple, Generic[V]):
    """A value that held from a day until before another; for ever where that is None."""

    from_on: date
    until_on: date | None
    value: V

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def joined(spans: Iterable[Span[V]]) -> list[Span[V]]:
    """Make neighbours with the same value one."""
    found: list[Span[V]] = []
    for span in spans:
        if found and found[-1].until_on == span.from_on and found[-1].value == span.value:
            found[-1] = found[-1]._replace(until_on=span.until_on)
        else:
            found.append(span)
    return found


def filled(spans: Sequence[Span[V]], nothing: V) -> list[Span[V]]:
    """Fill gaps between spans, and what comes after the last, with a value that means nothing."""
    found: list[Span[V]] = []
    for span in spans:
        if found and found[-1].until_on != span.from_on:
            found.append(Span(found[-1].until_on or span.from_on, span.from_on, nothing))
        found.append(span)
    if found and found[-1].until_on is not None:
        found.append(Span(found[-1].until_on, None, nothing))
    return found


def changed(spans: Sequence[Span[V]], on: date, value: V) -> list[Span[V]]:
    """Let a value hold from a day on, until the next change that is already known.

    A day before the first span is joined to it; a day after the last changes nothing.
    """
    spans = joined(spans)
    if not spans:
        return [Span(on, None, value)]
    found: list[Span[V]] = [Span(on, spans[0].from_on, value)] if on < spans[0].from_on else []
    for span in spans:
        if not span.holds(on):
            found.append(span)
            continue
        if span.from_on < on:
            found.append(span._replace(until_on=on))
        found.append(Span(on, span.until_on, value))
    return joined(found)


def together(one: Sequence[Span[V]], other: Sequence[Span[W]]) -> list[Span[tuple[V, W]]]:
    """Lay two timelines over each other; both begin and end on the same days."""
    starts = sorted({span.from_on for span in one} | {span.from_on for span in other})
    ends = [*starts[1:], one[-1].until_on] if one else []
    return [Span(start, end, (at(one, start), at(other, start))) for start, end in zip(starts, ends, strict=True)]


def at(spans: Sequence[Span[V]], day: date) -> V:
    """Give what held on a day."""
    for span in spans:
        if span.holds(day):
            return span.value
    raise LookupError(day)
