"""What measures answer with can be kept as JSON and read back without loss, as the house does."""

from __future__ import annotations

import dataclasses
import inspect

import pytest
from pydantic import TypeAdapter

from factories import BEGIN, events
from mizzle import estimate, journeys
from mizzle.journeys import results
from mizzle.journeys.results import Agreement

pytestmark = pytest.mark.sqlite

LOG = """
a  order   Sales     0    1
a  pick    Store     3    4.3
a  noted   -         5    5
a  deliver Transport 10.1 12
b  order   Sales     0    2
b  pick    Store     3    6
b  deliver Transport 800  801
c  order   Sales     -    9
"""
KINDS = [
    thing
    for module in (estimate, results)
    for thing in vars(module).values()
    if inspect.isclass(thing) and dataclasses.is_dataclass(thing) and thing.__module__ == module.__name__
]


def answers(log):
    agreements = [Agreement("Store", None, 1.5), Agreement("Store", "Transport", 7.0)]
    yield journeys.distance(log, ["deliver"], by_month=True)
    yield from journeys.ways(log, ["deliver"])
    yield journeys.process_map(log, 0.9)
    yield from journeys.handovers(log)
    yield journeys.throughput(log)
    yield journeys.rework(log)
    yield from journeys.agreed(log, agreements)
    yield from journeys.suggest_perception_points(log)
    for case in "abc":
        yield journeys.timeline(log, case, perception_points=["deliver"], agreements=agreements)


def inside(answer):
    """An answer and every dataclass in it, however deep."""
    if isinstance(answer, tuple):
        for one in answer:
            yield from inside(one)
    elif dataclasses.is_dataclass(answer):
        yield answer
        for field in dataclasses.fields(answer):
            yield from inside(getattr(answer, field.name))


@pytest.fixture(scope="module")
def samples(duckdb):
    whole = events(duckdb, LOG)
    found = {}
    for log in (whole, journeys.select(whole, ended_until=BEGIN)):
        for answer in answers(log) if log.n_cases else [journeys.distance(log, []), journeys.throughput(log)]:
            for one in inside(answer):
                found.setdefault(type(one), []).append(one)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_answer_comes_back_from_json_as_it_was(samples, kind):
    adapter = TypeAdapter(kind)
    assert samples[kind]
    for one in samples[kind]:
        assert adapter.validate_json(adapter.dump_json(one)) == one
