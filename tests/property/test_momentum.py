"""What holds of charts, runs and turns whatever the series is."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mizzle.momentum import chart, runs, turns

fast = settings(max_examples=50, deadline=None)
whole = st.lists(st.integers(-50, 50), min_size=6, max_size=40)


@fast
@given(whole, st.sampled_from([0.5, 2.0, 8.0]), st.integers(-64, 64))
def test_another_scale_and_origin_change_nothing_but_the_numbers(values, scale, origin):
    x = np.array(values, float)
    plain, moved = chart(x), chart(scale * x + origin)
    assert np.allclose(np.array(plain.upper) * scale + origin, moved.upper)
    assert runs(x).longest_run == runs(scale * x + origin).longest_run
    assert runs(x).crossings == runs(scale * x + origin).crossings


@fast
@given(whole)
def test_runs_read_backwards_are_the_same(values):
    assert runs(values) == runs(values[::-1])


@fast
@given(whole)
def test_a_turn_never_fits_worse_than_none(values):
    found = turns(values, most=1)
    assert found.rss[1] <= found.rss[0] + 1e-6


@fast
@given(whole)
def test_turns_find_the_least_squares_that_looking_everywhere_finds(values):
    x = np.array(values, float)
    assume(np.ptp(x) > 0)
    least = max(int(0.15 * len(x)), 2)
    every = [
        ((x[:cut] - x[:cut].mean()) ** 2).sum() + ((x[cut:] - x[cut:].mean()) ** 2).sum()
        for cut in range(least, len(x) - least + 1)
    ]
    assert abs(min(every) - turns(x, most=1).rss[1]) < 1e-6 * max(x @ x, 1)


@fast
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(20, 60)), min_size=3, max_size=30))
def test_the_limits_of_shares_hold_the_centre(told):
    x, n = [one for one, _ in told], [one for _, one in told]
    for kind in ("p", "pp", "u", "up"):
        found = chart(x, n, kind=kind)
        assert all(
            low <= found.centre + 1e-12 and high >= found.centre - 1e-12
            for low, high in zip(found.lower, found.upper, strict=True)
        )
        assert all(found.values[place] for place in found.beyond) or min(x) == 0
