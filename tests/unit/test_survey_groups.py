"""Groups and raters: ICC, r_wg, AD, "shown as we", Krippendorff, by hand and at their limits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mizzle import survey
from mizzle.errors import MizzleError
from mizzle.simulate import coded_units, team_answers
from mizzle.survey import coding

NAN = float("nan")
SHROUT = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def test_icc_of_groups_by_hand():
    found = survey.icc([1, 2, 1, 4, 5, 5, 3, 3, 2, 9, NAN], [*"aaabbbccc", None, "a"])
    between, within = 16.8889 / 2, 2.0 / 6
    assert found.mean_square_between == pytest.approx(between, abs=1e-4)
    assert found.icc1.value == pytest.approx((between - within) / (between + 2 * within), abs=1e-4)
    assert found.icc2.value == pytest.approx((between - within) / between, abs=1e-4)
    assert (found.groups, found.size, found.icc1.n) == (3, 3.0, 9)


def test_groups_of_one_size_have_the_exact_interval_of_f():
    answers = np.array([1, 2, 1, 4, 5, 5, 3, 3, 2], dtype=float)
    grouped = survey.icc(answers, list("aaabbbccc")).icc1
    single = survey.shrout_fleiss(answers.reshape(3, 3))["ICC(1,1)"]
    assert grouped.value == pytest.approx(single.value)
    assert grouped.interval == pytest.approx(single.interval, abs=1e-6)


def test_groups_that_differ_by_nothing_but_chance_have_a_low_icc(rng):
    found = survey.icc(*team_answers(rng, [10] * 40, 0.0))
    assert found.icc1.interval.low < 0 < found.icc1.interval.high
    alike = survey.icc([1, 2, 1, 2], list("aabb"))
    assert alike.icc1.value == pytest.approx(-1)
    assert alike.icc2.value is None


def test_groups_without_any_spread_inside_agree_wholly():
    found = survey.icc([1, 1, 2, 2], list("aabb"))
    assert (found.icc1.value, found.icc1.interval, found.icc2.value) == (1.0, None, 1.0)


@pytest.mark.parametrize(
    ("answers", "groups", "message"),
    [
        ([1, 2, 3], list("aaa"), "3 answers in 1 groups"),
        ([1, 2, 3], list("abc"), "3 answers in 3 groups"),
        ([NAN, NAN], list("ab"), "0 answers"),
        ([4, 4, 4, 4], list("aabb"), "All answers are the same"),
    ],
)
def test_what_says_nothing_of_groups_is_refused(answers, groups, message):
    with pytest.raises(MizzleError, match=message):
        survey.icc(answers, groups)


def test_the_agreement_of_raters_is_the_second_coefficient_of_shrout_and_fleiss():
    six, one = survey.shrout_fleiss([*SHROUT, [1, NAN, 2, 3]]), survey.icc_agreement(SHROUT)
    assert one.value == pytest.approx(six["ICC(2,1)"].value)
    assert one.interval == pytest.approx(six["ICC(2,1)"].interval)
    assert one.n == 6
    # Published with the example: the F intervals of the first and third.
    assert six["ICC(1,1)"].interval == pytest.approx((-0.133, 0.723), abs=1e-3)
    assert six["ICC(3,1)"].interval == pytest.approx((0.342, 0.946), abs=1e-3)


def test_raters_who_agree_wholly_have_1_and_no_interval():
    found = survey.shrout_fleiss([[1, 1], [2, 2], [5, 5]])
    assert {one.value for one in found.values()} == {1.0}
    assert {one.interval for one in found.values()} == {None}
    shifted = survey.shrout_fleiss([[1, 2], [2, 3], [5, 6]])
    assert shifted["ICC(3,1)"].value == 1.0
    assert shifted["ICC(2,1)"].value < 1


def test_raters_who_see_it_the_other_way_round_are_below_0():
    found = survey.shrout_fleiss([[1, 5], [3, 3], [5, 1], [2, 4]])
    assert found["ICC(2,1)"].value < 0
    assert found["ICC(2,1)"].interval.low <= found["ICC(2,1)"].value
    assert found["ICC(1,k)"].value is None


def test_what_says_nothing_of_raters_is_refused():
    for ratings, message in (
        ([[1, 2], [NAN, 1], [2, 2]], "2 targets"),
        ([[3, 3]] * 4, "All ratings are the same"),
        ([[1], [2], [3]], "At least 2 items"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.icc_agreement(ratings)


def test_agreement_inside_groups_by_hand():
    found = survey.rwg([[4], [3], [2], [3], [5], [1], [5], [9]], [*"aaaabbb", None], by_chance=2)
    assert found.groups["a"].value == pytest.approx(1 - (2 / 3) / 2)
    assert found.groups["b"].value == 0.0
    assert (found.mean.value, found.mean.n, found.incomplete) == (pytest.approx(1 / 3), 2, 1)
    assert found.mean.interval == (0.0, 1.0)


def test_one_alone_has_no_agreement():
    found = survey.rwg([4, 3, 5], list("aab"), by_chance=2)
    assert (found.groups["b"].value, found.groups["b"].n) == (None, 1)
    assert (found.mean.n, found.mean.interval) == (1, None)


def test_several_items_agree_more_than_one():
    answers = [[4, 4, 5], [4, 5, 5], [3, 4, 4], [4, 4, 4]]
    several = survey.rwg(answers, ["a"] * 4, by_chance=2)
    variances = np.var(answers, axis=0, ddof=1).mean() / 2
    assert several.groups["a"].value == pytest.approx(3 * (1 - variances) / (3 * (1 - variances) + variances))
    assert several.items == 3


def test_people_who_answer_at_random_use_all_points_alike():
    assert survey.uniform(5) == np.var([1, 2, 3, 4, 5])
    for bad in (1, 0):
        with pytest.raises(MizzleError, match="at least two points"):
            survey.uniform(bad)


@pytest.mark.parametrize("by_chance", [0, -1, NAN, float("inf")])
def test_a_variance_by_chance_is_above_0(by_chance):
    with pytest.raises(MizzleError, match="above 0"):
        survey.rwg([1, 2], ["a", "a"], by_chance=by_chance)


def test_no_group_with_two_members_says_nothing():
    for answers, groups in (([1, 2], ["a", "b"]), ([NAN, 2], ["a", "a"]), ([1, 2], [None, None])):
        with pytest.raises(MizzleError, match="No group has two members"):
            survey.ad(answers, groups)


def test_deviations_from_the_mean_and_from_the_median():
    answers, groups = [1, 1, 1, 5, 2, 4, 9], list("aaaabbc")
    mean = survey.ad(answers, groups, points=5)
    median = survey.ad(answers, groups, around_median=True)
    assert mean.groups["a"].value == pytest.approx(1.5)
    assert median.groups["a"].value == pytest.approx(1.0)
    assert (mean.by_chance, median.by_chance) == (pytest.approx(5 / 6), 0.0)
    assert median.groups["b"].value == 1.0
    assert median.groups["c"].value is None
    assert mean.groups["a"].unit == "points"


def test_a_mean_stands_for_those_who_agree_and_are_enough():
    answers = [4, 4, 5, 4, 5, 1, 5, 1, 3, 5, 4, 4]
    found = survey.as_we(answers, [*"aaaaabbbbb", "c", "c"], low=1, high=5)
    assert found["a"].is_we
    assert found["a"].mean.value == pytest.approx(4.4)
    assert found["b"].split == (0.4, 0.2, 0.4)
    assert (found["b"].is_we, found["b"].mean) == (False, None)
    assert (found["c"].mean, found["c"].split) == (None, None)
    assert "Fewer than 5 members answered" in found["c"].reason
    assert (found["c"].agreement.value, found["c"].agreement.n) == (None, 0)
    for low, high, message in ((5, 1, "not below"), (2, 5, "beyond the scale"), (1, 4, "beyond the scale")):
        with pytest.raises(MizzleError, match=message):
            survey.as_we(answers, ["a"] * 12, low=low, high=high)


def pairs(ratings, distance):
    """Krippendorff's alpha from its definition, pair by pair."""
    units = [[one for one in unit if not np.isnan(one)] for unit in ratings]
    units = [unit for unit in units if len(unit) > 1]
    every = [one for unit in units for one in unit]
    found = sum(sum(distance(a, b) for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected = sum(distance(a, b) for a, b in itertools.permutations(every, 2)) / (len(every) - 1)
    return 1 - found / expected


def ranks_apart(ratings):
    every = np.sort([one for unit in ratings for one in unit if not np.isnan(one)])

    def distance(a, b):
        low, high = min(a, b), max(a, b)
        between = ((every >= low) & (every <= high)).sum()
        return (between - ((every == low).sum() + (every == high).sum()) / 2) ** 2 if a != b else 0.0

    return distance


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorffs_alpha_is_its_definition(rng, level, monkeypatch):
    ratings = coded_units(rng, 15, 3, [0.3, 0.3, 0.2, 0.2], 0.7, 0.2)
    ratings = ratings[(~np.isnan(ratings)).sum(axis=1) > 1]
    distance = {
        "nominal": lambda a, b: float(a != b),
        "ordinal": ranks_apart(ratings),
        "interval": lambda a, b: (a - b) ** 2,
        "ratio": lambda a, b: ((a - b) / (a + b)) ** 2,
    }[level]
    whole = survey.krippendorff(ratings, level=level)
    assert whole.alpha.value == pytest.approx(pairs(ratings, distance))
    without = [survey.krippendorff(np.delete(ratings, place, axis=0), level=level) for place in range(len(ratings))]
    spread = np.sqrt((len(ratings) - 1) * np.var(np.log([1 - one.alpha.value for one in without])))
    assert (
        whole.alpha.interval.high == pytest.approx(1 - (1 - whole.alpha.value) * np.exp(-2.1448 * spread), abs=1e-3)
        or len(ratings) != 15
    )
    monkeypatch.setattr(coding, "BLOCK", 8)
    assert survey.krippendorff(ratings, level=level).alpha.interval == pytest.approx(whole.alpha.interval)


def test_an_order_of_very_many_values_is_taken_by_ranks_that_stay(rng, monkeypatch):
    ratings = rng.standard_normal((60, 1)) + 0.3 * rng.standard_normal((60, 2))
    exact = survey.krippendorff(ratings, level="ordinal").alpha
    monkeypatch.setattr(coding, "MOST_VALUES", 10)
    fixed = survey.krippendorff(ratings, level="ordinal").alpha
    assert fixed.value == pytest.approx(exact.value)
    assert fixed.interval.low == pytest.approx(exact.interval.low, abs=0.02)
    with pytest.raises(MizzleError, match="different amounts"):
        survey.krippendorff(np.abs(ratings), level="ratio")


def test_agreement_that_is_perfect_or_hangs_on_one_unit():
    perfect = survey.krippendorff([[1, 1], [2, 2], [1, 1]])
    assert (perfect.alpha.value, perfect.alpha.interval) == (1.0, None)
    one = survey.krippendorff([[1, 1], [2, 2], [1, 1], [2, 1]])
    assert one.alpha.interval.low < one.alpha.value < one.alpha.interval.high
    habit = survey.krippendorff([[2, 2], [2, 2], [2, NAN]])
    assert (habit.alpha.value, habit.units, habit.ratings, habit.single) == (None, 2, 4, 1)
    assert survey.krippendorff([[2, 1], [2, 2]]).alpha.interval is None
    assert survey.krippendorff([[2, 1], [2, 2], [2, 2]]).alpha.interval is None
    assert survey.krippendorff([[0, 0], [2, 1], [2, 2], [0, 1]], level="ratio").alpha.value < 1


def test_what_are_no_ratings_is_refused():
    for ratings, level, message in (
        ([[1, NAN], [2, 2]], "nominal", "1 units"),
        ([[1, 2], [-2, 2]], "ratio", "starts at 0"),
        ([[1, 2], [2, 2]], "exact", "no level of measurement"),
    ):
        with pytest.raises(MizzleError, match=message):
            survey.krippendorff(ratings, level=level)
