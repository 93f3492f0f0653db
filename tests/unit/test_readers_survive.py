"""Two thousand spoilt logs, of the two hundred thousand that `./run bench fuzz` reads."""

from __future__ import annotations

import math
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SEED = 2


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import mutations
        import survival
    finally:
        sys.path.remove(str(BENCHMARKS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        survival.warm(mutations.seeds(), tmp_path_factory.mktemp("seeds"))
    return mutations, survival


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries find odd in a spoilt file is no failure
        yield


def fates(lane, folder, numbers):
    mutations, survival = lane
    seeds = mutations.seeds()
    for number in numbers:
        spoilt = mutations.spoil(seeds, SEED, number)
        fate = survival.suffer(spoilt, folder, math.inf)
        if fate.outcome == "hang":  # perhaps the machine was busy
            fate = survival.suffer(spoilt, folder, math.inf)
        yield spoilt, fate


@pytest.mark.parametrize("part", range(4))
def test_spoilt_logs_end_in_an_answer_or_a_clear_error(lane, tmp_path, part):
    outcomes = Counter()
    for spoilt, fate in fates(lane, tmp_path, range(500 * part, 500 * (part + 1))):
        outcomes[fate.outcome] += 1
        # The process of the tests has had its memory from others, so here only the lane itself looks at that.
        assert fate.outcome != "crash", f"input {spoilt.number}: {spoilt.seed.name} {spoilt.steps}\n{fate.detail}"
        assert fate.outcome != "hang", f"input {spoilt.number}: {spoilt.seed.name} {spoilt.steps}\n{fate.detail}"
    assert outcomes["read"] > 50
    assert outcomes["refused"] > 50


def test_every_seed_can_be_read_as_it_is(lane, tmp_path):
    mutations, survival = lane
    for seed in mutations.seeds():
        fate = survival.suffer(mutations.Spoilt(0, seed, (), seed.data), tmp_path, math.inf)
        assert fate.outcome == "read", f"{seed.name}: {fate.detail}"


def test_the_same_number_spoils_the_same_way(lane):
    mutations, _ = lane
    seeds = mutations.seeds()
    assert seeds == mutations.seeds()
    every = [mutations.spoil(seeds, SEED, number) for number in range(200)]
    assert every == [mutations.spoil(seeds, SEED, number) for number in range(200)]
    assert {spoilt.seed.name for spoilt in every} == {seed.name for seed in seeds}
    assert sum(spoilt.data != spoilt.seed.data for spoilt in every) > 190


def test_a_reader_that_fails_is_found_out(lane, tmp_path, monkeypatch):
    mutations, survival = lane
    spoilt = mutations.Spoilt(1, mutations.seeds()[0], (), b"a")

    def fail(*_args, **_options):
        raise KeyError("the department")

    def hang(*_args, **_options):
        while True:
            pass

    monkeypatch.setattr(survival, "understand", fail)
    assert survival.suffer(spoilt, tmp_path, math.inf).outcome == "crash"
    monkeypatch.setattr(survival, "understand", hang)
    monkeypatch.setattr(survival, "PATIENCE", 0.05)
    assert survival.suffer(spoilt, tmp_path, math.inf).outcome == "hang"
