"""Who practises, Bass curves that are found again or refused, and what-ifs that say so."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.adoption import (
    BassPriors,
    bass,
    cascade,
    committed_minority,
    critical_mass,
    forecast,
    practising,
    thresholds,
)
from mizzle.adoption.curves import forms_beside
from mizzle.errors import MizzleError
from mizzle.estimate import wilson
from mizzle.simulate.spreading import spreading

NAN = float("nan")
VCR = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
PRIORS = BassPriors((0.001, 0.05), (0.2, 0.9))


def rng():
    return np.random.default_rng(1)


def test_two_of_the_last_three_windows_make_a_practice():
    found = practising([[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 3, 1], [1, 1, 1, 1], [1, 1, 0, 0]])
    assert (found.share.value, found.practising, found.undecided) == (0.6, 3, 0)
    assert found.share.interval == wilson(0.6, 5)


def test_people_count_as_soon_as_their_windows_decide_it():
    found = practising([[1, 1, NAN], [0, NAN, 0], [NAN, NAN, 1], [1, NAN, 0], [NAN, NAN, NAN]])
    assert (found.share.value, found.share.n, found.undecided) == (0.5, 2, 3)


@pytest.mark.parametrize("windows", [[[1, 1]], [1, 1, 1], [[1, -1, 0]], [[NAN, NAN, 1]], np.zeros((0, 3))])
def test_windows_that_say_nothing_are_refused(windows):
    with pytest.raises(MizzleError):
        practising(windows)


@pytest.mark.parametrize(
    ("many", "people", "place", "is_sure"),
    [
        (1, 100, "below the band", True),
        (9, 100, "below the band", False),
        (10, 100, "within the band", False),
        (25, 100, "within the band", True),
        (41, 100, "above the band", False),
        (90, 100, "above the band", True),
    ],
)
def test_the_band_is_one_of_evidence(many, people, place, is_sure):
    found = critical_mass(many, people)
    assert (found.place, found.is_sure, found.band, found.mark) == (place, is_sure, (0.1, 0.4), 0.25)


@pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 5)])
def test_counts_of_people_that_cannot_be_are_refused(counts):
    with pytest.raises(MizzleError, match="cannot practise"):
        critical_mass(*counts)


@pytest.mark.parametrize("form", ["differences", "nls", "ols"])
def test_a_known_curve_is_found_again(form):
    series = spreading(30, rng(), noise=0.005, form="nls" if form == "nls" else "differences")
    if form == "ols":
        adopted, series = 0.0, []
        for _ in range(30):
            series.append((0.02 + 0.5 * adopted / 1000) * (1000 - adopted))
            adopted += series[-1]
    found = bass(series, form=form)
    assert found.m.value == pytest.approx(1000, rel=0.01)
    assert found.p.value == pytest.approx(0.02, rel=0.03)
    assert found.q.value == pytest.approx(0.5, rel=0.02)
    assert found.t_peak.value == pytest.approx(np.log(25) / 0.52, rel=0.02)
    assert (found.form, found.periods, found.m.unit) == (form, 30, "adopters")


def test_the_forms_give_different_figures_and_are_named():
    assert [form for form, _ in forms_beside(VCR, "nls")] == ["differences", "ols"]
    assert [form for form, _ in forms_beside(VCR[:7], "nls")] == ["differences", "ols"]
    assert forms_beside([1, 5, 2, 7, 1, 9, 3, 11], "nls") == []
    assert bass(VCR, form="nls").m.method == "adoption.bass_nls/1"


@pytest.mark.parametrize("series", [VCR[:5], VCR[:6], [1, 2, 4, 8, 16, 32, 64], [5, 5, 5, 5, 5, 6]])
def test_before_the_peak_there_is_no_curve(series):
    with pytest.raises(MizzleError, match="not passed its peak"):
        bass(series)


def test_ols_sees_the_peak_in_what_had_adopted():
    with pytest.raises(MizzleError, match="not passed its peak"):
        bass([1.0, 1.5, 2.2, 3.1, 4.2, 5.2], form="ols")


def test_priors_allow_for_a_curve_before_the_peak_and_give_way_to_data():
    before = bass(VCR[:5], priors=PRIORS)
    assert before.has_priors
    assert before.m.interval.high > 3 * before.m.interval.low
    assert 0.001 < before.p.value < 0.05
    alone, with_priors = bass(VCR), bass(VCR, priors=PRIORS)
    assert with_priors.q.value == pytest.approx(alone.q.value, rel=0.1)
    assert forecast(before, 1)[0].value > VCR[4]
    assert before.peak_rate.interval.low > 0


def test_priors_that_have_not_settled_still_give_a_curve(monkeypatch):
    monkeypatch.setattr("mizzle.adoption.curves.ROUNDS", 2)
    assert 0.2 < bass(VCR, priors=PRIORS).q.value < 0.9


def test_a_curve_that_only_falls_has_no_peak():
    t = np.arange(1, 13)
    found = bass(100 * np.exp(-0.4 * t) * (1 + 0.002 * (-1) ** t))
    assert (found.t_peak.value, found.peak_rate.value) == (None, None)
    assert found.m.value == pytest.approx(100 / 0.4, rel=0.02)


def test_units_of_adopters_change_nothing_but_m():
    one, other = bass(VCR), bass(np.array(VCR) / 1e9)
    assert other.m.value == pytest.approx(one.m.value / 1e9, rel=1e-6)
    assert other.p.value == pytest.approx(one.p.value, rel=1e-5)
    assert other.standard_errors[1] == pytest.approx(one.standard_errors[1], rel=1e-4)


def test_a_forecast_goes_on_along_the_curve_and_never_below_nothing():
    fitted = bass(VCR)
    ahead = forecast(fitted, 12)
    assert [one.value for one in ahead] == sorted((one.value for one in ahead), reverse=True)
    assert all(one.interval.low >= 0 for one in ahead)
    assert fitted.adopted + sum(one.value for one in ahead) == pytest.approx(fitted.m.value, rel=0.02)
    discrete = forecast(bass(VCR, form="ols"), 2)
    assert discrete[0].value > discrete[1].value > 0
    with pytest.raises(MizzleError, match="at least 1"):
        forecast(fitted, 0)


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ([1, 2, 3, 1], "needs at least 5"),
        ([NAN] * 6, "0 periods"),
        ([1, 2, NAN, 3, 2, 1], "Period 3"),
        ([1, 2, -3, 3, 2, 1], "fewer than 0"),
        ([1, 2, np.inf, 3, 2, 1], "endless"),
        ([0] * 8, "Nobody adopted"),
        (np.ones(10_001), "more than 10000"),
    ],
)
def test_series_without_a_curve_are_refused(series, said):
    with pytest.raises(MizzleError, match=said):
        bass(series)


@pytest.mark.parametrize("series", [[10, 1, 5, 1, 9, 2, 1, 1], [0, 0, 9, 0, 0, 0, 0, 0]])
def test_what_no_curve_of_regression_fits_is_refused(series):
    with pytest.raises(MizzleError):
        bass(series, form="ols")


def test_a_series_of_one_period_has_no_regression():
    with pytest.raises(MizzleError, match="No Bass curve"):
        bass([7, 0, 0, 0, 0, 0], form="ols")


def test_a_series_that_neither_rises_nor_falls_has_no_regression():
    with pytest.raises(MizzleError, match="No Bass curve"):
        bass([48] * 20, form="ols")


def test_trailing_periods_without_a_number_are_left_out():
    assert bass([*VCR, NAN, NAN]).periods == 10


def test_words_that_are_no_form_and_ranges_that_are_none_are_refused():
    with pytest.raises(MizzleError, match="no form"):
        bass(VCR, form="logistic")
    with pytest.raises(MizzleError, match="nls and differences"):
        bass(VCR, form="ols", priors=PRIORS)
    for p, q in (((0, 0.1), (0.2, 0.4)), ((0.01, 0.1), (0.4, 0.2)), ((0.01, np.inf), (0.2, 0.4))):
        with pytest.raises(MizzleError, match="two ends above 0"):
            bass(VCR, priors=BassPriors(p, q))


def test_a_cascade_goes_on_until_nobody_joins():
    assert cascade([0, 0.25, 0.5, 0.75]).shares == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert cascade([0.5, 0.5, 1.5, NAN], start=0.5).end == pytest.approx(2 / 3)
    assert cascade([0.5, 0.9]).shares == (0.0,)
    assert "no measurement" in cascade([0.5]).what_if


@pytest.mark.parametrize(("told", "start"), [([], 0), ([NAN], 0), ([-0.1], 0), ([0.2], 1.5), ([0.2], -1)])
def test_crowds_without_thresholds_are_refused(told, start):
    with pytest.raises(MizzleError):
        cascade(told, start=start)


def test_drawn_crowds_end_where_their_cascades_do():
    found = thresholds(40, 0.3, 0.2, rng=rng(), runs=25, start=0.1)
    draws = np.sort(rng().normal(0.3, 0.2, (25, 40)), axis=1)
    ends = [cascade(np.maximum(one, 0), start=0.1).end for one in draws]
    assert found.end.value == pytest.approx(np.mean(ends))
    assert found.carried.value == np.mean(np.array(ends) >= 0.9)
    assert found.runs == 25


@pytest.mark.parametrize(
    "given",
    [{"people": 0}, {"runs": 0}, {"deviation": -1}, {"start": 2}, {"people": 100_000, "runs": 1000}, {"mean": np.inf}],
)
def test_crowds_that_cannot_be_drawn_are_refused(given):
    with pytest.raises(MizzleError):
        thresholds(**({"people": 10, "mean": 0.3, "deviation": 0.1, "rng": rng()} | given))


def test_a_committed_minority_carries_or_does_not():
    many = committed_minority(60, 0.3, rng=rng(), runs=10)
    assert (many.carried.value, many.end.value, many.runs) == (1.0, 1.0, 10)
    assert many.rounds.value > 1
    nobody = committed_minority(60, 0.0, rng=rng(), runs=5, rounds=3)
    assert (nobody.carried.value, nobody.end.value, nobody.rounds.value) == (0.0, 0.0, None)
    everybody = committed_minority(20, 1.0, rng=rng(), runs=5)
    assert (everybody.carried.value, everybody.rounds.value) == (1.0, 0.0)


@pytest.mark.parametrize(
    "given", [{"people": 1}, {"rounds": 0}, {"committed": 1.2}, {"people": 100_000, "rounds": 100}, {"runs": 0}]
)
def test_games_that_cannot_be_played_are_refused(given):
    with pytest.raises(MizzleError):
        committed_minority(**({"people": 10, "committed": 0.3, "rng": rng()} | given))


def test_a_long_series_is_looked_through_in_parts():
    found = bass(spreading(600, rng(), p=0.0004, q=0.01, noise=0.02))
    assert (found.m.value, found.q.value) == pytest.approx((1000, 0.01), rel=0.02)
