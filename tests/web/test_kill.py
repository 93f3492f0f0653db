"""The server is killed in the middle of writes, on both databases: what was acknowledged is there, once.

60 rounds on each; `KILL_ROUNDS` makes more or fewer of them, and `./run bench kill` 200.
"""

from __future__ import annotations

import os
import random

import pytest

from web.benchmarks import cluster, killing

ROUNDS = int(os.environ.get("KILL_ROUNDS", "60"))
pytestmark = pytest.mark.sqlite  # each database has a server of its own here, whatever the other tests run on


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: this test is about real time."""


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request):
    """The address of an empty database; an empty one for SQLite."""
    if request.param == "sqlite":
        yield ""
        return
    if cluster.PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed here")
    with cluster.running() as made:
        yield made.database("house")


def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(address, tmp_path):
    seed = random.randrange(10**6)  # noqa: S311 - chooses instants
    rng = random.Random(seed)  # noqa: S311 - the same
    verdict = killing.kill_often(tmp_path / "data", rng, ROUNDS, address, pace=killing.FAST)
    assert verdict.is_good, (seed, verdict)
    assert verdict.acknowledged >= ROUNDS, (seed, verdict)
    assert verdict.unanswered > 0, (seed, verdict)


def test_what_is_lost_doubled_or_strange_is_found():
    told = killing.Told(acknowledged=["P 1", "P 2", "P 3"], strange=[500])
    verdict = killing.judged(told, ["P 1", "P 3", "P 3"], rounds=1, unanswered=0, is_intact=True)
    assert (verdict.lost, verdict.doubled, verdict.strange, verdict.is_good) == (["P 2"], ["P 3"], [500], False)
    whole = killing.judged(killing.Told(["P 1"]), ["P 1"], rounds=1, unanswered=0, is_intact=False)
    assert not whole.is_good
