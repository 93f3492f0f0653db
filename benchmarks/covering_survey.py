"""How often the intervals of surveys hold the truth."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from covering import Covering
from mizzle import survey
from mizzle.simulate.answers import coded_units, drivers_and_outcome, scale_answers, team_answers
from mizzle.survey.orderings import all_subsets, shapley

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mizzle.estimate import Estimate

    Numbers = NDArray[np.float64]
    Drawn = tuple[float, float, float]

SKEWED = (-2.3, -1.7, -1.1, -0.4, 0.5)
"""Cuts that make six points of which people mostly take the upper ones."""

POPULATION = 1_000_000
"""People in whom a truth is looked up that has no formula."""

FIVE = (0.7,) * 5
UNLIKE = (0.9, 0.8, 0.6, 0.5, 0.4, 0.7)
TEAMS = (3, 4, 5, 6, 8, 10, 12, 20, 30, 40) * 3
SHARES = (0.4, 0.3, 0.2, 0.1)

FAVOURABLE = 5
"""The least answer that these worlds call favourable."""


def ends(one: Estimate, truth: float) -> Drawn:
    """Give the ends of an estimate with the truth; an interval that is not given holds nothing."""
    return (*(one.interval or (np.inf, -np.inf)), truth)


@cache
def population(loadings: tuple[float, ...], cuts: tuple[float, ...] | None) -> Numbers:
    """Draw many people."""
    return scale_answers(np.random.default_rng(99), POPULATION, loadings, cuts)


@cache
def truth_of(figure: str, loadings: tuple[float, ...], cuts: tuple[float, ...] | None) -> float:
    """Look up a figure in a large population."""
    answers = population(loadings, cuts)
    if figure == "alpha":
        return survey.alpha(answers).alpha.value or 0.0
    if figure == "omega":
        return survey.omega(answers).omega.value or 0.0
    return survey.item_rest(answers)["1"].value or 0.0


def of_scale(
    figure: str, loadings: tuple[float, ...], cuts: tuple[float, ...] | None, n: int, rng: np.random.Generator
) -> Drawn:
    """Ask a figure of a scale."""
    answers = scale_answers(rng, n, loadings, cuts)
    truth = truth_of(figure, loadings, cuts)
    if figure == "alpha":
        return ends(survey.alpha(answers).alpha, truth)
    if figure == "omega":
        return ends(survey.omega(answers).omega, truth)
    return ends(survey.item_rest(answers)["1"], truth)


def of_teams(figure: str, sizes: Sequence[int], icc: float, rng: np.random.Generator) -> Drawn:
    """Ask how much of the answers is the teams'."""
    found = survey.icc(*team_answers(rng, sizes, icc))
    size = sum(sizes) / len(sizes)
    return ends(*((found.icc1, icc) if figure == "ICC(1)" else (found.icc2, size * icc / (1 + (size - 1) * icc))))


def of_raters(n: int, raters: int, rng: np.random.Generator) -> Drawn:
    """ICC(A,1) of raters whose own levels are a sample too."""
    ratings = rng.standard_normal((n, 1)) + 0.5 * rng.standard_normal(raters) + 0.7 * rng.standard_normal((n, raters))
    return ends(survey.icc_agreement(ratings), 1 / (1 + 0.25 + 0.49))


def of_units(level: str, sure: float, missing: float, n: int, rng: np.random.Generator) -> Drawn:
    """Ask how far raters agree on categories."""
    ratings = coded_units(rng, n, 3, SHARES, sure, missing)
    return ends(survey.krippendorff(ratings, level=level).alpha, sure**2)  # type: ignore[arg-type] # one of the levels


def of_favourable(share: float, n: int, rng: np.random.Generator) -> Drawn:
    """Ask for a share."""
    answers = np.where(rng.random((n, 1)) < share, 5.0, 2.0)
    return ends(survey.favourable(answers).overall, share)


@cache
def highest() -> float:
    """Look up how many answers are among the two highest points."""
    return float((population(FIVE, SKEWED) >= FAVOURABLE).mean())


def of_five_items(n: int, rng: np.random.Generator) -> Drawn:
    """Answers of one person to five items go together."""
    answers = scale_answers(rng, n, FIVE, SKEWED)
    return ends(survey.favourable(answers, at_least=5).overall, highest())


def of_promoters(shares: Sequence[float], n: int, rng: np.random.Generator) -> Drawn:
    """Ask for a Net Promoter Score."""
    answers = rng.choice([10.0, 8.0, 3.0], n, p=shares)
    return ends(survey.nps(answers).score, 100 * (shares[0] - shares[2]))


def of_effort(n: int, rng: np.random.Generator) -> Drawn:
    """Ask for a mean of seven points."""
    points, shares = np.arange(1.0, 8.0), (0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.3)
    return ends(survey.ces(rng.choice(points, n, p=shares)).score, float(points @ shares))


def world(p: int, together: float, betas: Sequence[float]) -> Numbers:
    """Give the correlations of predictors that go together alike, and of their outcome."""
    found = np.eye(p + 1)
    found[:p, :p] = together + (1 - together) * np.eye(p)
    found[:p, p] = found[p, :p] = found[:p, :p] @ betas
    return found


MODERATE = world(4, 0.4, (0.35, 0.25, 0.15, 0.1))
WEAK = world(5, 0.3, (0.2, 0.15, 0.1, 0.05, 0.05))
TEN = world(10, 0.3, (0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05))


def of_drivers(figure: str, correlations: Numbers, n: int, rng: np.random.Generator) -> Drawn:
    """Ask for a part of R², of a predictor drawn at random."""
    x, y = drivers_and_outcome(rng, n, correlations)
    found = survey.importance(y, x, rng=rng, replicates=600)
    truth = shapley(all_subsets(correlations))
    if figure == "R2":
        return ends(found.r2, float(truth.sum()))
    place = int(rng.integers(len(truth)))
    name = str(place + 1)
    if figure == "LMG":
        return ends(found.lmg[name], float(truth[place]))
    if figure == "share":
        return ends(found.shares[name], float(truth[place] / truth.sum()))
    return ends(found.correlations[name], float(correlations[place, -1]))


def _scales() -> Iterator[Covering]:
    for n in (20, 50, 200):
        size = f"{n} people"
        for cuts, told in ((None, "5 items without steps, loadings .7"), (SKEWED, "5 skewed items of 6 points")):
            yield Covering("alpha", "alpha", told, size, partial(of_scale, "alpha", FIVE, cuts, n))
        told = "6 skewed items of 6 points, loadings .4 to .9"
        yield Covering("item-rest", "item_rest", told, size, partial(of_scale, "item_rest", UNLIKE, SKEWED, n))
    for n in (100, 200, 500):
        for cuts, told in ((None, "6 items, loadings .4 to .9"), (SKEWED, "6 skewed items of 6 points")):
            yield Covering("omega", "omega", told, f"{n} people", partial(of_scale, "omega", UNLIKE, cuts, n))


def _teams() -> Iterator[Covering]:
    for sizes, size in (((8,) * 20, "20 teams of 8"), (TEAMS, "30 teams of 3 to 40"), ((6,) * 10, "10 teams of 6")):
        for icc in (0.0, 0.1, 0.3):
            told = f"{icc:.0%} of the variance between teams"
            yield Covering("icc", "ICC(1)", told, size, partial(of_teams, "ICC(1)", sizes, icc))
        told = "10% of the variance between teams"
        yield Covering("icc", "ICC(2)", told, size, partial(of_teams, "ICC(2)", sizes, 0.1))


def _raters() -> Iterator[Covering]:
    for n, k in ((20, 2), (20, 4), (100, 2), (100, 4)):
        told = f"{k} raters of unlike level, ICC(A,1) .57"
        yield Covering("shrout-fleiss", "ICC(2,1)", told, f"{n} targets", partial(of_raters, n, k))
    for n in (20, 50, 200):
        for level in ("nominal", "ordinal"):
            told = f"3 raters, 20% missing, {level}, alpha .49"
            yield Covering("krippendorff", "alpha", told, f"{n} units", partial(of_units, level, 0.7, 0.2, n))
    for n in (100, 200):
        told = "3 raters, nominal, alpha .81"
        yield Covering("krippendorff", "alpha", told, f"{n} units", partial(of_units, "nominal", 0.9, 0.0, n))


def _shares() -> Iterator[Covering]:
    for n in (20, 50, 200):
        for share in (0.5, 0.8):
            told, draw = f"{share:.0%} favourable", partial(of_favourable, share, n)
            yield Covering("favourable", "favourable", told, f"{n} people", draw)
        yield Covering("favourable", "overall", "5 items that go together", f"{n} people", partial(of_five_items, n))
        for shares in ((0.5, 0.3, 0.2), (0.2, 0.5, 0.3), (0.8, 0.15, 0.05)):
            told = f"{shares[0]:.0%} promoters, {shares[2]:.0%} detractors"
            yield Covering("nps", "NPS", told, f"{n} customers", partial(of_promoters, shares, n))
    for n in (50, 200):
        yield Covering("ces", "CES", "7 points, skewed", f"{n} customers", partial(of_effort, n))


def _drivers() -> Iterator[Covering]:
    for n in (100, 200, 500):
        for told, correlations in (("4 predictors, R² .42", MODERATE), ("5 predictors, R² .14", WEAK)):
            for figure in ("R2", "LMG", "share", "r"):
                draw = partial(of_drivers, figure, correlations, n)
                yield Covering("importance", figure, told, f"{n} rows", draw)
    for figure in ("R2", "LMG", "share"):
        draw = partial(of_drivers, figure, TEN, 200)
        yield Covering("importance", figure, "10 predictors, R² .35", "200 rows", draw)


COVERINGS = (*_scales(), *_teams(), *_raters(), *_shares(), *_drivers())
