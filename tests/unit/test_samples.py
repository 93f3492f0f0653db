"""What all measures take numbers with: one reader, which refuses what cannot be reckoned with."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle import adoption, agreement, economics, level, loyalty, momentum, survey
from mizzle.errors import MizzleError
from mizzle.samples import as_numbers, in_order

FINE = [float(place % 5 + 1) for place in range(20)]
REPEATS = [float(place % 3) for place in range(20)]


@pytest.mark.parametrize("absurd", [1e200, float("inf"), "many", 10**400])
@pytest.mark.parametrize(
    "measure",
    [
        adoption.bass,
        lambda x: adoption.practising(np.reshape(x, (5, 4))),
        lambda x: agreement.weighted_kappa(x, FINE),
        lambda x: agreement.lagged(x, FINE, REPEATS),
        lambda x: economics.acquire_or_keep(x, FINE),
        lambda x: level.superiority(x, FINE),
        lambda x: level.slide(x, REPEATS),
        lambda x: loyalty.bg_bb(x, FINE, FINE),
        lambda x: loyalty.gamma_gamma(REPEATS, x),
        loyalty.sbg,
        momentum.chart,
        momentum.runs,
        lambda x: survey.alpha(np.reshape(x, (10, 2))),
        survey.nps,
    ],
)
def test_numbers_beyond_reckoning_are_refused_in_words(measure, absurd):
    with pytest.raises(MizzleError, match=r"endless or beyond|must be numbers"):
        measure(np.array([*FINE[:7], absurd, *FINE[8:]], dtype=object))


def test_numbers_are_told_as_they_are():
    np.testing.assert_array_equal(as_numbers([[1, None], [3, 4]]), [[1, np.nan], [3, 4]])
    assert as_numbers(3).shape == ()


def test_names_are_told_by_number_or_by_letter():
    assert in_order(["2", "10", "-1"]) == [2, 0, 1]
    assert in_order(["2", "10", "b"]) == [1, 0, 2]
    assert in_order(["nan", "3"]) == [1, 0]
    assert in_order([]) == []
