"""Kaplan-Meier, log-rank and Cox, by hand and where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.errors import MizzleError
from mizzle.survival import cox, kaplan_meier, log_rank


def drawn(n, beta, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(beta)))
    lasting = rng.exponential(1 / np.exp(x @ np.array(beta)))
    seen = rng.exponential(2.0, n)
    return np.minimum(lasting, seen), (lasting <= seen).astype(float), x


def test_the_curve_by_hand():
    found = kaplan_meier([2, 3, 3, 5, 5, 8], [1, 1, 0, 1, 0, 0], unit="weeks")
    assert found.times == (2, 3, 5, 8)
    assert [one.value for one in found.surviving] == pytest.approx([5 / 6, 2 / 3, 4 / 9, 4 / 9])
    assert [one.n for one in found.surviving] == [6, 5, 3, 1]
    assert (found.median.value, found.median.unit, found.n, found.ended) == (5, "weeks", 6, 3)
    assert found.median.interval.low <= 5 <= found.median.interval.high


def test_where_nothing_or_everything_ends_there_is_no_interval():
    still = kaplan_meier([1, 2], [0, 0])
    assert (still.surviving[0].value, still.surviving[0].interval, still.median.value) == (1, None, None)
    over = kaplan_meier([1, 2], [1, 1])
    assert (over.surviving[-1].value, over.surviving[-1].interval, over.median.value) == (0, None, 1.5)
    assert kaplan_meier([3], [1]).median.value == 3
    flat = kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0])
    assert flat.median.value == 2


def test_equal_groups_do_not_differ_and_others_do():
    t, d, _ = drawn(200, [0.0])
    same = log_rank(np.append(t, t), np.append(d, d), ["a"] * 200 + ["b"] * 200)
    assert (same.chi_squared.value, same.p.value) == (pytest.approx(0), pytest.approx(1))
    assert same.ended["a"] == same.ended["b"]
    apart = log_rank(np.append(t, 3 * t), np.append(d, d), ["a"] * 200 + ["b"] * 200)
    assert apart.p.value < 1e-6
    assert sum(apart.ended.values()) == pytest.approx(sum(apart.expected.values()))


def test_three_groups_have_two_degrees_of_freedom_and_no_end_no_test():
    t, d, _ = drawn(90, [0.0])
    assert log_rank(t, d, ["a", "b", "c"] * 30).freedom == 2
    nothing = log_rank([1, 2], [0, 0], ["a", "b"])
    assert (nothing.chi_squared.value, nothing.p.value) == (None, None)


def test_coefficients_are_found_again():
    t, d, x = drawn(3000, [0.7, -0.3])
    found = cox(t, d, x, ["a", "b"])
    assert found.coefficients["a"].value == pytest.approx(0.7, abs=0.1)
    assert found.coefficients["b"].value == pytest.approx(-0.3, abs=0.1)
    assert found.log_likelihood > found.null
    assert 0.6 < found.concordance.value < 0.8


def test_without_ties_both_ways_agree_and_with_ties_they_do_not():
    t, d, x = drawn(80, [0.5])
    assert cox(t, d, x, ["a"]).coefficients == cox(t, d, x, ["a"], ties="breslow").coefficients
    coarse = np.ceil(3 * t)
    assert cox(coarse, d, x, ["a"]).errors != cox(coarse, d, x, ["a"], ties="breslow").errors


@pytest.mark.parametrize("seed", [15, 18, 25, 36, 40])
def test_a_step_that_is_too_long_is_halved(seed):
    rng = np.random.default_rng(seed)
    x = np.exp(2 * rng.normal(size=(12, 1)))
    t = rng.exponential(size=12) / (1 + x[:, 0])
    found = cox(t, np.ones(12), x, ["a"])
    assert found.log_likelihood > found.null


def test_a_step_beyond_all_numbers_is_halved_too():
    x = np.append(np.linspace(-1, 1, 400), 900.0)
    t = np.append(np.random.default_rng(1).exponential(size=400), 1e-9)
    found = cox(t, np.ones(401), x[:, None], ["a"])
    assert np.isfinite(found.log_likelihood)


def test_one_that_ended_last_of_all_makes_no_pair():
    found = cox([1, 1, 1, 1], [1, 1, 1, 1], [[0], [1], [0], [1]], ["a"])
    assert (found.concordance.value, found.concordance.n) == (None, 0)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: kaplan_meier([], []), "at least one"),
        (lambda: kaplan_meier([1, 2], [1]), "whether it has ended"),
        (lambda: kaplan_meier([1, -2], [1, 1]), "below 0"),
        (lambda: kaplan_meier([1, np.inf], [1, 1]), "endless"),
        (lambda: kaplan_meier([1, 2], [1, 2]), r"1 \(yes\) or 0"),
        (lambda: log_rank([1, 2], [1, 1], ["a"]), "one for each"),
        (lambda: log_rank([1, 2], [1, 1], ["a", "a"]), "Two groups"),
        (lambda: cox([1, 2], [1, 1], [[1, 2]], ["a", "b"]), "row of 2 covariates"),
        (lambda: cox([1, 2], [1, 1], [[1], [np.nan]], ["a"]), "covariate is missing"),
        (lambda: cox([1, 2], [1, 1], [[1], [2]], ["a"], ties="exact"), "efron"),
        (lambda: cox([1, 2], [0, 0], [[1], [2]], ["a"]), "Nothing has ended"),
        (lambda: cox([1, 2], [1, 1], [[1], [1]], ["a"]), "same in every row"),
        (lambda: cox([1, 2, 3, 4], [1, 1, 1, 1], [[4], [3], [2], [1]], ["a"]), "entirely"),
        (lambda: cox([1, 3, 2, 4], [1, 1, 1, 1], [[1, 2], [2, 4], [4, 8], [3, 6]], ["a", "b"]), "entirely"),
    ],
)
def test_what_cannot_be_said_is_refused(ask, says):
    with pytest.raises(MizzleError, match=says):
        ask()
