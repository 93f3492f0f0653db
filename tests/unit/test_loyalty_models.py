"""Models of customers: their top, their edges, what they say, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betainc, gammaln, hyp2f1

from golden.proofs import Absent, golden
from golden.proofs import loyalty as known
from mizzle import loyalty
from mizzle.loyalty import bgbb, bgnbd, contracts, fitted, maximum, mbgcnbdk, paretonbd, spending
from mizzle.loyalty.bases import UnfitCustomers, base_of, compressed
from mizzle.loyalty.fitted import UnfitModel
from mizzle.loyalty.reaching import reached
from mizzle.loyalty.residual import residual_value
from mizzle.simulate import CUSTOMERS, buyers, cohort

RNG = np.random.default_rng
SUMMARY = (loyalty.bg_nbd, loyalty.pareto_nbd, lambda *rows: loyalty.mbg_cnbd_k(*rows, k=2))


@pytest.fixture(scope="module")
def many():
    return buyers(3000, RNG(1))


def differences(surface, at):
    """First and second derivatives of a surface, by central differences."""
    slope, bend = np.zeros(len(at)), np.zeros((len(at), len(at)))
    for i, one in enumerate(at):
        step = np.zeros(len(at))
        step[i] = 1e-5 * one
        up, down = surface(at + step), surface(at - step)
        slope[i] = (up.value - down.value) / (2 * step[i])
        bend[i] = (up.slope - down.slope) / (2 * step[i])
    return slope, bend


@pytest.mark.parametrize(
    ("surface", "at"),
    [
        (bgnbd.surface, [0.5, 0.2, 0.9, 2.1]),
        (paretonbd.surface, [0.5, 0.2, 0.9, 0.3]),
        (paretonbd.surface, [0.5, 0.4, 0.9, 0.3]),
        (lambda base: mbgcnbdk.surface(base, 1), [0.5, 0.2, 0.9, 2.1]),
        (lambda base: mbgcnbdk.surface(base, 3), [0.5, 0.2, 0.9, 2.1]),
        (
            lambda _: bgbb.surface(bgbb._histories([0, 1, 2, 3], [0, 2, 3, 4], [4, 5, 6, 4], [9, 5, 7, 8])),
            [1, 2, 0.5, 3],
        ),
        (lambda _: spending.surface(np.array([1.0, 2, 5]), np.array([0.5, 1.2, 0.9])), [3.0, 2.0, 1.5]),
        (lambda _: contracts.surface(np.array([100.0, 60, 45, 40])), [0.7, 1.2]),
    ],
)
def test_the_derivatives_are_those_of_the_likelihood(surface, at, many):
    height = surface(base_of(*many[:3]))
    at = np.array(at, dtype=float)
    slope, bend = differences(height, at)
    found = height(at)
    assert found.slope == pytest.approx(slope, rel=1e-5, abs=1e-6)
    assert found.bend == pytest.approx(bend, rel=1e-5, abs=1e-5 * np.abs(bend).max())


def test_the_likelihood_of_bg_nbd_is_the_published_formula(many):
    r, alpha, a, b = 0.3, 5.0, 0.7, 2.0
    x, tx, age = many[:3]
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    second = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    third = (alpha + age) ** -(r + x) + (x > 0) * a / (b + np.maximum(x, 1) - 1) * (alpha + tx) ** -(r + x)
    base = base_of(x, tx, age)
    ours = bgnbd.surface(base)(np.array([r, alpha / base.scale, a, b])).value - base.repeats * math.log(base.scale)
    assert ours == pytest.approx(float((first + second + np.log(third)).sum()), rel=1e-12)


@pytest.mark.parametrize(("alpha", "beta"), [(10.0, 12.0), (12.0, 10.0), (5.0, 5.0), (0.05, 9.0), (9.0, 0.05)])
def test_the_integral_of_pareto_nbd_is_right_to_ten_digits(alpha, beta):
    r, s = 0.6, 0.7
    for x, tx, age in [(0, 0, 39), (3, 10, 39), (250, 12, 39), (2, 39, 39), (1, 0.5, 5000)]:
        rows = [np.array([float(one)]) for one in (x, tx, age)]
        _, _, logs = paretonbd._ends(*rows, np.array([r, alpha, s, beta]))
        alive = np.exp(logs[0, 0] - logs[0].max()) / np.exp(logs[0] - logs[0].max()).sum()

        def ended(u, x=x, tx=tx):
            return math.exp(
                -(r + x) * math.log((alpha + u) / (alpha + tx)) - (s + 1) * math.log((beta + u) / (beta + tx))
            )

        gone = s * quad(ended, tx, age, epsabs=0, epsrel=1e-12, limit=500, points=_near(tx, age))[0] / (beta + tx)
        still = math.exp(-(r + x) * math.log((alpha + age) / (alpha + tx)) - s * math.log((beta + age) / (beta + tx)))
        assert alive == pytest.approx(still / (still + gone), rel=1e-9)


def _near(tx, age):
    points = [tx + step for step in (0.001, 0.01, 0.1, 1, 10, 100) if tx + step < age]
    return points or None


def test_expected_purchases_are_the_published_closed_form():
    parameters, t = np.array([0.3, 5.0, 0.7, 2.0]), 20.0
    r, alpha, a, b = parameters
    x, tx, age = np.array([0.0, 2.0, 9.0]), np.array([0.0, 12.0, 30.0]), np.array([30.0, 35.0, 31.0])
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    published = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * series)
    odds = (x > 0) * a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + tx)) ** (r + x)
    assert bgnbd.expected(parameters, x, tx, age, t) == pytest.approx(published / (1 + odds), rel=1e-10)


@pytest.mark.parametrize("a", [1.0, 1 - 1e-9, 0.999, 1.001])
def test_expected_purchases_pass_smoothly_where_the_closed_form_has_a_pole(a):
    one = [np.array([value]) for value in (2.0, 12.0, 30.0)]
    near = [float(bgnbd.expected(np.array([0.3, 5.0, side, 2.0]), *one, 20.0)[0]) for side in (0.99, 1.01)]
    assert min(near) < float(bgnbd.expected(np.array([0.3, 5.0, a, 2.0]), *one, 20.0)[0]) < max(near)


def test_expected_purchases_of_those_who_bought_once_pass_the_other_pole():
    one = [np.array([0.0]), np.array([0.0]), np.array([30.0])]
    found = [float(bgnbd.expected(np.array([0.3, 5.0, 0.4, b]), *one, 20.0)[0]) for b in (0.599, 0.6, 0.601)]
    assert found == sorted(found)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("model", ["mbg-cnbd-k", "bg-nbd", "pareto-nbd"])
def test_expected_purchases_of_a_new_customer_are_the_mean_of_many(model, k):
    model = loyalty.given(model, CUSTOMERS[model], k=k if model == "mbg-cnbd-k" else 1)
    drawn = loyalty.draw(model, np.full(40_000, 30.0), RNG(2))
    error = drawn.frequency.std() / 200
    assert loyalty.expected_purchases_new(model, 30).value == pytest.approx(drawn.frequency.mean(), abs=4 * error)


def one_by_one(rate, a, b, share, steps, purchases=400_000):
    """The sum over purchases of the chance that each is reached."""
    n = np.arange(1, purchases + 1.0)
    going = np.r_[1.0, np.cumprod((b + n[:-1] - 1) / (a + b + n[:-1] - 1))]
    return sum(weight * (going * betainc(n * len(steps) - j, rate + j, share)).sum() for j, weight in enumerate(steps))


@pytest.mark.parametrize(
    ("rate", "a", "b", "share", "steps"),
    [
        (0.3, 0.8, 2.4, 0.4, [1.0]),
        (700.0, 0.8, 10.0, 0.9, [1.0]),
        (700.0, 0.001, 3000.0, 0.99, [1.0]),
        (9000.0, 9000.0, 9000.0, 0.9, [1.0]),
        (50.0, 2.0, 9.0, 0.999, [0.3, 0.7]),
        (1e5, 0.5, 1e4, 0.5, [0.5, 0.25, 0.25]),
    ],
)
def test_purchases_to_expect_are_the_sum_over_purchases(rate, a, b, share, steps):
    rows = [np.array([one]) for one in (rate, b, share)]
    direct = one_by_one(rate, a, b, share, steps)
    assert reached(rows[0], a, rows[1], rows[2], np.array([steps])) == pytest.approx([direct], rel=1e-5)
    if len(steps) == 1:
        assert bgnbd.purchases_if_alive(rows[0], a, rows[1], rows[2]) == pytest.approx([direct], rel=1e-6)


@pytest.mark.parametrize("model", ["bg-nbd", "pareto-nbd", "mbg-cnbd-k"])
def test_more_purchases_are_expected_the_longer_one_looks(model):
    known_model = loyalty.given(model, CUSTOMERS[model], k=2 if model == "mbg-cnbd-k" else 1)
    rows = ([0, 2, 5], [0, 10, 30], [39, 39, 39])
    soon, later = (loyalty.expected_purchases(known_model, *rows, horizon) for horizon in (10, 100))
    assert (soon < later).all()
    assert (loyalty.p_alive(known_model, *rows) <= 1).all()


def test_pareto_nbd_passes_smoothly_where_s_is_one():
    rows = ([2.0], [10.0], [39.0])
    found = [
        loyalty.expected_purchases(loyalty.given("pareto-nbd", {"r": 0.5, "alpha": 10, "s": s, "beta": 11}), *rows, 20)[
            0
        ]
        for s in (0.9999, 1.0, 1.0001)
    ]
    assert found == sorted(found, reverse=True)
    new = [
        loyalty.expected_purchases_new(
            loyalty.given("pareto-nbd", {"r": 0.5, "alpha": 10, "s": s, "beta": 11}), 20
        ).value
        for s in (0.9999, 1.0, 1.0001)
    ]
    assert new == sorted(new, reverse=True)


def test_the_constants_of_the_proofs_are_those_of_the_golden_table():
    try:
        for case, (values, _) in known.TABLE.items():
            expected = golden("customer_base_btyd", case)["expected"]
            assert {name: expected[name] for name in values} == values
        amounts = golden("customer_base_btyd", "gamma_gamma_cdnow")["expected"]["first5[frequency,monetary,E]"]
        assert tuple(row[2] for row in amounts) == known.AMOUNTS
    except Absent as absent:
        pytest.skip(f"the data are not on this machine: {absent}")


def test_the_regularity_of_purchases_is_found():
    rng = RNG(3)
    rows = []
    for _ in range(500):
        rate, stop = rng.gamma(3.0, 1.0), rng.beta(1.0, 6.0)
        days, at = [0.0], 0.0
        while rng.random() > stop:
            at += rng.gamma(3, 1 / rate)
            if at > 20:
                break
            days.append(at)
        gaps = np.diff(days)
        rows.append((len(gaps), days[-1], 20.0, float(np.log(gaps).sum()) if len(gaps) else 0.0))
    x, tx, age, gaps = np.array(rows).T
    found = loyalty.mbg_cnbd_k(x, tx, age, log_gaps=gaps)
    assert found.k == 3
    assert found.log_likelihood.value > loyalty.mbg_cnbd_k(x, tx, age, log_gaps=gaps, k=2).log_likelihood.value
    assert found.log_likelihood.value > loyalty.mbg_cnbd_k(x, tx, age, log_gaps=gaps, k=4).log_likelihood.value
    assert loyalty.mbg_cnbd_k(x, tx, age, k=2).log_likelihood.value is None
    assert loyalty.mbg_cnbd_k(x, tx, age, k=1).log_likelihood.value is not None


def test_a_calendar_is_as_regular_as_is_tried():
    x, age = np.repeat([3.0, 6.0, 9.0, 12.0], 20), np.full(80, 30.0)
    found = loyalty.mbg_cnbd_k(x, x * 2, age, log_gaps=x * math.log(2))
    assert found.k == 12
    assert "as regular as a calendar" in " ".join(found.warnings)


def test_k_must_be_given_or_found(many):
    rows = many[:3]
    with pytest.raises(UnfitModel, match="Give k, or the transactions"):
        loyalty.mbg_cnbd_k(*rows)
    for k in (0, 13):
        with pytest.raises(UnfitModel, match="from 1 to 12"):
            loyalty.mbg_cnbd_k(*rows, k=k)
    with pytest.raises(UnfitCustomers, match="one number for every customer"):
        loyalty.mbg_cnbd_k(*rows, log_gaps=[1.0])


@pytest.mark.parametrize("fit", SUMMARY)
def test_nobody_who_came_again_is_refused(fit):
    with pytest.raises(UnfitCustomers, match="Nobody bought a second time"):
        fit([0] * 50, [0] * 50, [9] * 50)
    with pytest.raises(UnfitCustomers, match="Only 4 of 50 customers"):
        fit([1] * 4 + [0] * 46, [3] * 4 + [0] * 46, [9] * 50)


@pytest.mark.parametrize(
    ("x", "tx", "age", "says"),
    [
        ([], [], [], "There is no customer"),
        ([1, 2], [1], [2], "one number each"),
        ([[1]], [[1]], [[2]], "one number each"),
        ([1, math.nan], [1, 1], [2, 2], "Customer 2: frequency nan is no number"),
        ([1, 1], [1, 1], [2, math.inf], "Customer 2: age inf is no number"),
        ([-1], [1], [2], "below zero"),
        ([1.5, 2.5], [1, 1], [2, 2], r"no whole number of repeat purchases \(and 1 more\)"),
        ([1], [3], [2], "later than the customer was observed"),
        ([1], [0], [2], "count a day once"),
        ([0], [1], [2], "must be 0 where frequency is 0"),
    ],
)
def test_histories_that_cannot_be_are_refused(x, tx, age, says):
    with pytest.raises(UnfitCustomers, match=says):
        loyalty.bg_nbd(x, tx, age)


def test_a_customer_who_came_today_changes_no_parameter(many):
    x, tx, age = (one.copy() for one in many[:3])
    with_new = [np.r_[x, np.zeros(50)], np.r_[tx, np.zeros(50)], np.r_[age, np.zeros(50)]]
    for fit in (loyalty.bg_nbd, loyalty.pareto_nbd):
        assert fit(*with_new).values == pytest.approx(fit(x, tx, age).values, rel=1e-5)


def test_where_nobody_stops_the_edge_is_said_and_the_rest_still_known():
    rng = RNG(4)
    x = rng.poisson(rng.gamma(2.0, 2.0, 800)).astype(float)
    age = np.full(800, 30.0)
    tx = np.where(x > 0, age * rng.beta(np.maximum(x, 1), 1), 0)
    for fit, places in ((loyalty.bg_nbd, "a and b"), (loyalty.pareto_nbd, "s and beta")):
        found = fit(x, tx, age)
        assert f"no top that fixes {places}" in found.warnings[0]
        one, other = places.split(" and ")
        assert found.parameters[one].interval is None
        assert found.standard_errors[other] is None
        assert found.parameters["r"].interval is not None
        ahead = loyalty.outlook(found, x, tx, age, 30)
        assert ahead.expected_purchases.value == pytest.approx(x.mean(), rel=0.05)


def test_where_the_data_say_nothing_no_figure_has_an_interval():
    found = loyalty.sbg([1000, 900, 710, 429, 156])
    assert all(one.interval is None for one in found.parameters.values())
    same = loyalty.pareto_nbd([0, 1, 1, 2, 3, 1], [0, 1, 2, 3, 4, 1], [9] * 6)
    assert "alpha" in same.warnings[0]


def test_counts_of_a_million_purchases_are_no_trouble():
    rng = RNG(5)
    x = rng.poisson(rng.gamma(0.5, 2e6, 400)).astype(float) + 1
    age = np.full(400, 30.0)
    tx = age * rng.beta(x, 1)
    for fit in (loyalty.bg_nbd, loyalty.pareto_nbd):
        found = fit(x, tx, age)
        ahead = loyalty.outlook(found, x, tx, age, 30).expected_purchases.value
        assert ahead == pytest.approx(x.mean(), rel=0.01)


def test_a_sample_is_fitted_first_where_there_are_many_customers(many, monkeypatch):
    whole = loyalty.bg_nbd(*many[:3])
    monkeypatch.setattr(bgnbd, "SAMPLED", 200)
    assert loyalty.bg_nbd(*many[:3]).values == pytest.approx(whole.values, rel=1e-5)
    base = base_of(*many[:3])
    sample = base.sample(200)
    assert base.once + 150 < len(sample.x) <= base.once + 200
    assert sample.weight[: base.once].sum() == pytest.approx(base.once / 7, rel=0.2)


def test_what_takes_too_many_steps_ends_where_it_is(many, monkeypatch):
    monkeypatch.setattr(maximum, "MOST_STEPS", 1)
    assert bgnbd.fit(base_of(*many[:3])).log_likelihood.value < -1000


def test_equal_customers_are_put_together_and_nothing_is_rounded():
    x, tx, age = np.array([0.0, 2, 2, 0, 1]), np.array([0.0, 3 / 7, 3 / 7, 0, 1 / 7]), np.array([39.0, 39, 39, 39, 2])
    rows = compressed(x, tx, age)
    assert [one.tolist() for one in rows] == [[0, 1, 2], [0, 1 / 7, 3 / 7], [39, 2, 39], [2, 1, 2]]
    odd = compressed(x, tx * math.pi, age)
    assert odd[3].tolist() == [1] * 5
    huge = compressed(x * 1e12, tx, np.array([1e9, 1e9, 1e9, 1e9, 1e9]))
    assert huge[3].tolist() == [1] * 5


def test_a_climb_that_begins_nowhere_is_refused():
    with pytest.raises(ValueError, match="a place to start from"):
        maximum.highest(lambda at: maximum.Height(0.0, at, np.diag(at)), [], [1.0])


def test_a_climb_ends_where_no_step_leads_up():
    # A slope that promises what the height does not keep.
    top = maximum.highest(
        lambda at: maximum.Height(0.0 if at[0] == 1 else -1.0, np.array([1.0]), np.array([[-3.0]])), [[1.0]], [5.0]
    )
    assert top.at[0] == 1.0
    free = maximum.highest(lambda at: maximum.Height(float(at[0]), np.ones(1), np.zeros((1, 1))), [[1.0]], [2.0])
    assert free.edges == (0,)
    assert free.covariance is None


# --- amounts --------------------------------------------------------------------------------------------------------


def test_amounts_that_say_nothing_are_refused():
    for x, z, says in (
        ([1, 2], [1.0], "one number each"),
        ([1.5] * 6, [1.0] * 6, "whole number"),
        ([1] * 6, [math.nan] * 6, "no number"),
        ([1] * 6, [-1.0] * 6, "Set returns aside"),
        ([0] * 6, [1.0] * 6, "no spread"),
        ([1] * 6, [5.0] * 6, "All customers spend 5"),
    ):
        with pytest.raises(UnfitCustomers, match=says):
            loyalty.gamma_gamma(x, z)


def test_amounts_without_a_mean_are_said_to_have_none():
    found = loyalty.gamma_gamma([1] * 300, np.exp(RNG(1).normal(0, 3, 300)))
    assert "q is at most 1" in found.warnings[-1]
    assert loyalty.mean_value(found).value is None
    with pytest.raises(UnfitModel, match="no expected amount"):
        loyalty.expected_value(found, [0], [0])


def test_amounts_and_contracts_are_not_confused_with_customers():
    amounts = loyalty.given("gamma-gamma", CUSTOMERS["gamma-gamma"])
    contract = loyalty.given("sbg", CUSTOMERS["sbg"])
    with pytest.raises(UnfitModel, match="does not speak of customers who go silent"):
        loyalty.p_alive(amounts, [1], [1], [2])
    with pytest.raises(UnfitModel, match="draws no histories"):
        loyalty.draw(contract, [2.0], RNG(1))
    with pytest.raises(UnfitModel, match="says what is spent"):
        loyalty.mean_value(contract)
    with pytest.raises(UnfitModel, match="speaks of contracts"):
        loyalty.retention(amounts, 1)


def test_parameters_can_be_given_but_not_any():
    with pytest.raises(UnfitModel, match="There is no model called 'nbd'"):
        loyalty.given("nbd", {})
    with pytest.raises(UnfitModel, match="has the parameters r, alpha, a, b"):
        loyalty.given("bg-nbd", {"r": 1.0})
    for value, k in ((0.0, 1), (math.nan, 1), (1.0, 0)):
        with pytest.raises(UnfitModel, match="above zero"):
            loyalty.given("sbg", {"alpha": value, "beta": 1.0}, k=k)
    known_model = loyalty.given("sbg", {"alpha": 1.0, "beta": 1.0})
    assert known_model.standard_errors == {"alpha": None, "beta": None}
    assert loyalty.retention(known_model, 1).interval is None


def test_standard_errors_are_those_of_the_second_derivatives():
    found = loyalty.sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    _, bend = differences(contracts.surface(np.array([1000.0, 631, 468, 382, 326, 289, 262, 241])), found.values)
    errors = np.sqrt(np.diag(np.linalg.inv(-bend)))
    assert list(found.standard_errors.values()) == pytest.approx(errors.tolist(), rel=1e-4)


# --- contracts and rounds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([1000, 600], "at least two renewals"),
        ([1000, math.nan, 500], "missing or below zero"),
        ([1000, 600, -1], "missing or below zero"),
        ([1000, 600, 700], "rises from 600 to 700 after renewal 2"),
        ([1000, 1000, 1000], "Nobody left"),
        ([0, 0, 0], "Nobody left"),
        ([1000, 0, 0], "All left at the first renewal"),
    ],
)
def test_counts_that_say_nothing_are_refused(counts, says):
    with pytest.raises(UnfitCustomers, match=says):
        loyalty.sbg(counts)


def test_retention_rises_and_survival_falls():
    found = loyalty.sbg(cohort(5000, RNG(1)))
    stay = [loyalty.retention(found, period).value for period in range(1, 9)]
    left = [one.value for one in loyalty.survival(found, range(9))]
    assert stay == sorted(stay)
    assert left == sorted(left, reverse=True)
    assert left[0] == 1.0
    assert loyalty.residual_periods(found, 5).value > loyalty.residual_periods(found, 0).value
    direct = sum(one.value / 1.1 ** (t - 1) for t, one in enumerate(loyalty.survival(found, range(1, 400)), 1))
    assert loyalty.residual_periods(found, 0).value == pytest.approx(direct, rel=1e-3)


def test_renewals_that_cannot_be_are_refused():
    found = loyalty.sbg([1000, 631, 468])
    for asked in (
        lambda: loyalty.survival(found, [-1]),
        lambda: loyalty.retention(found, 0),
        lambda: loyalty.residual_periods(found, -1),
        lambda: loyalty.residual_periods(found, 1, discount=0.0),
    ):
        with pytest.raises(UnfitModel):
            asked()


@pytest.mark.parametrize(
    ("x", "last", "n", "says"),
    [
        ([1, 2], [1], [3], "one number each"),
        ([0.5] * 6, [1] * 6, [3] * 6, "whole numbers"),
        ([3] * 6, [2] * 6, [3] * 6, "History 1 cannot be: 3 times, the last on occasion 2 of 3"),
        ([1] * 6, [4] * 6, [3] * 6, "cannot be"),
        ([1] * 6, [0] * 6, [3] * 6, "cannot be"),
        ([1] * 6, [1] * 6, [3000] * 6, "use BG/NBD"),
        ([0] * 6, [0] * 6, [3] * 6, "came again"),
    ],
)
def test_rounds_that_cannot_be_are_refused(x, last, n, says):
    with pytest.raises(UnfitCustomers, match=says):
        loyalty.bg_bb(x, last, n)


def test_rounds_say_what_to_expect():
    drawn = buyers(4000, RNG(1), model="bg-bb", time=6)
    found = loyalty.bg_bb(*drawn[:3])
    known_model = loyalty.given("bg-bb", CUSTOMERS["bg-bb"])
    for model in (found, known_model):
        assert loyalty.expected_purchases_new(model, 6).value == pytest.approx(drawn.frequency.mean(), rel=0.05)
    assert float(loyalty.expected_purchases(known_model, [6], [6], [6], 0.5)[0]) == 0.0
    ahead = loyalty.outlook(found, *drawn[:3], 5)
    assert ahead.expected_total.value == pytest.approx(5 * ahead.expected_purchases.value * 4000 / 5)


# --- outlook and value ----------------------------------------------------------------------------------------------


def test_the_outlook_of_a_base_is_that_of_its_customers(many):
    found = loyalty.bg_nbd(*many[:3])
    rows = (*many[:3], 39)
    base, each = loyalty.outlook(found, *rows), loyalty.customers(found, *rows)
    assert base.p_alive.value == pytest.approx(np.mean([one.p_alive.value for one in each]))
    assert base.expected_total.value == pytest.approx(sum(one.expected_purchases.value for one in each))
    assert all(one.p_alive.interval.low <= one.p_alive.value <= one.p_alive.interval.high for one in each)
    bare = loyalty.given("bg-nbd", CUSTOMERS["bg-nbd"])
    assert loyalty.customers(bare, *rows)[0].p_alive.interval is None
    assert loyalty.outlook(bare, *rows).expected_total.interval is None


@pytest.mark.parametrize("horizon", [0, -1, math.inf, math.nan])
def test_a_time_that_is_none_is_refused(horizon):
    known_model = loyalty.given("bg-nbd", CUSTOMERS["bg-nbd"])
    with pytest.raises(UnfitModel, match="above zero"):
        loyalty.expected_purchases(known_model, [1], [1], [2], horizon)


@pytest.mark.parametrize("model", ["bg-nbd", "pareto-nbd", "mbg-cnbd-k"])
def test_a_residual_value_has_an_interval_and_shrinks_with_discount(model):
    drawn = buyers(400, RNG(7), model=model)
    fit = {"bg-nbd": SUMMARY[0], "pareto-nbd": SUMMARY[1], "mbg-cnbd-k": SUMMARY[2]}[model]
    found, amounts = fit(*drawn[:3]), loyalty.gamma_gamma(drawn.frequency, drawn.monetary)

    def worth(discount, replications=20):
        return residual_value(
            found, amounts, *drawn, horizon=52, discount=discount, rng=RNG(1), replications=replications, margin=0.5
        )

    now, later = worth(0.0), worth(0.01, 0)
    assert now.mean.interval.low < now.mean.value < now.mean.interval.high
    assert later.mean.interval is None
    assert later.mean.value < now.mean.value
    assert now.total.value == pytest.approx(sum(now.each))
    undiscounted = loyalty.expected_purchases(found, *drawn[:3], 52)
    direct = 0.5 * undiscounted * loyalty.expected_value(amounts, drawn.frequency, drawn.monetary)
    assert now.mean.value == pytest.approx(float(direct.mean()))


def test_discounting_is_exact_enough():
    known_model = loyalty.given("bg-nbd", CUSTOMERS["bg-nbd"])
    amounts = loyalty.given("gamma-gamma", CUSTOMERS["gamma-gamma"])
    rows = ([3.0], [30.0], [39.0], [20.0])
    found = residual_value(known_model, amounts, *rows, horizon=260, discount=0.002, rng=RNG(1), replications=0)
    times = np.linspace(0, 260, 2601)
    until = np.r_[0.0, [loyalty.expected_purchases(known_model, *rows[:3], one)[0] for one in times[1:]]]
    direct = float(np.diff(until) @ 1.002 ** -((times[1:] + times[:-1]) / 2))
    per = loyalty.expected_value(amounts, rows[0], rows[3])[0]
    assert found.mean.value == pytest.approx(direct * per, rel=1e-5)


def test_many_customers_are_drawn_in_part():
    drawn = buyers(11_000, RNG(8))
    found, amounts = loyalty.bg_nbd(*drawn[:3]), loyalty.gamma_gamma(drawn.frequency, drawn.monetary)
    worth = residual_value(found, amounts, *drawn, horizon=52, discount=0.0, rng=RNG(1), replications=20)
    assert worth.mean.interval.low < worth.mean.value


def test_a_residual_value_without_models_for_its_samples_has_no_interval():
    model = loyalty.given("bg-nbd", {"r": 0.01, "alpha": 500.0, "a": 1.0, "b": 1.0})
    amounts = loyalty.given("gamma-gamma", CUSTOMERS["gamma-gamma"])
    worth = residual_value(
        model, amounts, [1, 0], [3, 0], [9, 9], [5, 0], horizon=5, discount=0, rng=RNG(1), replications=20
    )
    assert worth.mean.interval is None
    assert "no interval" in worth.warnings[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon": 0},
        {"discount": 2},
        {"margin": 0},
        {"replications": 5},
    ],
)
def test_a_residual_value_of_nothing_is_refused(wrong):
    model, amounts = (loyalty.given(name, CUSTOMERS[name]) for name in ("bg-nbd", "gamma-gamma"))
    chosen = {"horizon": 5, "discount": 0.1, "rng": RNG(1)} | wrong
    with pytest.raises(UnfitModel):
        residual_value(model, amounts, [1], [3], [9], [5], **chosen)


def test_a_residual_value_takes_the_right_models_and_amounts():
    model, amounts = (loyalty.given(name, CUSTOMERS[name]) for name in ("bg-nbd", "gamma-gamma"))
    chosen = {"horizon": 5, "discount": 0.1, "rng": RNG(1)}
    with pytest.raises(UnfitModel, match="and gamma-gamma for the amounts"):
        residual_value(amounts, model, [1], [3], [9], [5], **chosen)
    for z in ([5, 6], [math.nan], [-1.0]):
        with pytest.raises(UnfitCustomers, match="mean amount"):
            residual_value(model, amounts, [1], [3], [9], z, **chosen)


def test_a_figure_far_out_stays_within_its_scale():
    assert fitted._share(np.array([1e9])).tolist() == [1.0]
    assert fitted._exp(np.array([1e9]))[0] < math.inf
    assert fitted._same(np.array([1.0])).tolist() == [1.0]
