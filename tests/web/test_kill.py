"""The server is killed in the middle of writes: what was acknowledged is there, once.

Three rounds; `KILL_ROUNDS=60` makes more of them, and `./run bench kill` 200.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))


@pytest.fixture(autouse=True)
def at():
    """Let the clock run: this test is about real time."""


@pytest.fixture
def killing():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import killing
    finally:
        sys.path.remove(str(BENCHMARKS))
    return killing


def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(killing, tmp_path):
    seed = random.randrange(10**6)  # noqa: S311 - chooses instants
    verdict = killing.kill_often(tmp_path / "data", random.Random(seed), ROUNDS)  # noqa: S311 - the same
    assert verdict.is_good, (seed, verdict)
    assert verdict.acknowledged >= ROUNDS, (seed, verdict)
