"""Twin cards: the customer's level and the server's own estimate of the same encounter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.agreement.kappa import Pairs, Weights, differences, kappa_of, paired
from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of, student_mean
from mizzle.samples import drawn_mean

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

GAP = "agreement.signed_gap/1"
WITHIN = "agreement.within_one/1"
BASELINE = "agreement.shuffled_partners/1"
SHUFFLES = 1000
NEAR = 1.0
"""Levels within which two cards are near."""
FEWEST = 3
"""Pairs below which agreement cannot be told from chance."""


@dataclass(frozen=True, slots=True)
class Against:
    """A figure of agreement beside what it would be with partners drawn by lot.

    Attributes
    ----------
    observed
        Of the cards as they are, with its interval.
    baseline
        Its mean over the shuffles; the ends hold 95 % of the shuffles. It is no interval of a truth.
    as_high
        Share of the shuffles in which it was at least as high as observed, the cards themselves counted as one.
    """

    observed: Estimate
    baseline: Estimate
    as_high: float | None


@dataclass(frozen=True, slots=True)
class TwinCards:
    """How far servers know what their customers have seen.

    Attributes
    ----------
    signed_gap
        Mean of server minus customer, in levels: above 0 where servers think it went better. Shuffling partners does
        not change it.
    kappa_linear, kappa_quadratic
        Weighted kappa.
    icc
        ICC(A,1), absolute agreement of single cards.
    within_one
        Share of pairs that are at most one level apart.
    n
        Pairs.
    shuffles
        How often partners were drawn by lot.
    """

    signed_gap: Estimate
    kappa_linear: Against
    kappa_quadratic: Against
    icc: Against
    within_one: Against
    n: int
    shuffles: int


def twin_cards(
    customers: npt.ArrayLike, servers: npt.ArrayLike, *, rng: np.random.Generator, shuffles: int = SHUFFLES
) -> TwinCards:
    """Say how far servers know what their customers have seen, beyond what their habits would bring about.

    Parameters
    ----------
    customers, servers
        Of each encounter: the customer's level, and the server's own estimate of it. NaN is no card.
    rng
        Where the shuffles come from.
    shuffles
        How often partners are drawn by lot.

    Returns
    -------
    TwinCards
        Signed gap in levels, weighted kappas, ICC(A,1), share within one level, each beside its baseline.

    Raises
    ------
    MizzleError
        For fewer than three whole pairs, no shuffle, or answers that are no scale.

    Notes
    -----
    Formula: signed gap = mean of (server - customer). The baseline of a figure is its mean over tables of pairs that
    have the same customers' and the same servers' answers, with partners drawn by lot. Where both like fives, the share
    within one level is high and so is its baseline: that is no synchrony. Only what lies above the baseline is.

    Assumes: pairs are independent; each encounter has its own customer. The steps between levels count alike.

    Missing data: an encounter that lacks one of the two cards is left out. A figure is undefined where both always gave
    the same one answer.

    Interval: signed gap: Student's t; covers 93 to 97 % from 20 pairs on. Kappas: as `weighted_kappa`. ICC(A,1): as
    `mizzle.survey.icc_agreement`. Within one: Wilson.

    Not for: judging a person. Not for cards that were filled in with a view to the other one.

    References
    ----------
    McGraw, K. O. and Wong, S. P. (1996), Psychological Methods 1, 30-46. Patefield, W. M. (1981), Algorithm AS 159, for
    the tables. Checked: tests/golden.

    Examples
    --------
    >>> cards = twin_cards([3, 4, 5, 2, 4, 5], [4, 4, 5, 3, 5, 6], rng=np.random.default_rng(1))
    >>> round(cards.signed_gap.value, 3), cards.within_one.observed.value, cards.within_one.baseline.value < 1
    (0.667, 1.0, True)
    """
    if shuffles < 1:
        raise MizzleError("Partners are to be drawn by lot at least once; ask for 1 shuffle or more.")
    pairs = paired(customers, servers)
    n = int(pairs.table.sum())
    if n < FEWEST:
        raise MizzleError(f"There are {n} whole pairs. At least {FEWEST} are needed to tell agreement from chance.")
    tables = _tables(pairs.table, shuffles, rng)
    near = np.abs(pairs.levels[:, None] - pairs.levels[None, :]) <= NEAR + 1e-9
    within = int(pairs.table[near].sum())
    return TwinCards(
        signed_gap=signed_gap_of(pairs),
        kappa_linear=_kappa_against(pairs, tables, "linear"),
        kappa_quadratic=_kappa_against(pairs, tables, "quadratic"),
        icc=_icc_against(pairs, tables, n),
        within_one=_against(share_of(within, n, WITHIN), tables[:, near].sum(axis=1) / n),
        n=n,
        shuffles=shuffles,
    )


def _tables(table: npt.NDArray[np.int64], shuffles: int, rng: np.random.Generator) -> Numbers:
    """Draw tables with the same customers' and the same servers' answers, as partners drawn by lot would give them."""
    from scipy.stats import random_table

    if len(table) == 1:
        return np.full((shuffles, 1, 1), float(table[0, 0]))
    drawn = random_table(table.sum(axis=1), table.sum(axis=0)).rvs(shuffles, random_state=rng)
    return np.asarray(drawn, np.float64).reshape(shuffles, *table.shape)


def signed_gap_of(pairs: Pairs) -> Estimate:
    """Work out the mean of the second minus the first from a table of pairs, with Student's interval.

    Parameters
    ----------
    pairs
        As `mizzle.agreement.kappa.paired` counts them; the customers are the first.

    Returns
    -------
    Estimate
        In levels; without an interval where all pairs are equally far apart.

    Notes
    -----
    Formula, assumptions and interval: see `twin_cards`.
    """
    n = int(pairs.table.sum())
    apart = pairs.levels[None, :] - pairs.levels[:, None]
    mean = float((pairs.table * apart).sum()) / n
    variance = float((pairs.table * (apart - mean) ** 2).sum()) / (n - 1)
    if not variance:
        return Estimate(mean, None, n, "levels", GAP)
    return student_mean(mean, math.sqrt(variance), n, "levels", GAP)


def _kappa_against(pairs: Pairs, tables: Numbers, weights: Weights) -> Against:
    observed = kappa_of(pairs, weights)
    if observed.value is None:
        return _undefined(observed)
    apart = differences(pairs.levels, weights)
    n = observed.n
    expected = float(pairs.table.sum(axis=1) @ apart @ pairs.table.sum(axis=0)) / n**2
    drawn: Numbers = 1 - (tables * apart).sum(axis=(1, 2)) / n / expected
    return _against(observed, drawn)


def _icc_against(pairs: Pairs, tables: Numbers, n: int) -> Against:
    from mizzle.survey.intraclass import AGREEMENT, icc_agreement

    if len(pairs.levels) < 2:  # noqa: PLR2004 - a single answer says nothing of agreement
        return _undefined(Estimate(None, None, n, "", AGREEMENT))
    first, second = (places.ravel() for places in np.indices(pairs.table.shape))
    times = pairs.table.ravel()
    ratings = np.column_stack([np.repeat(pairs.levels[first], times), np.repeat(pairs.levels[second], times)])
    levels = pairs.levels
    rows, columns = pairs.table.sum(axis=1) / n, pairs.table.sum(axis=0) / n
    means = float(rows @ levels), float(columns @ levels)
    spreads = [float(p @ (levels - mean) ** 2) * n / (n - 1) for p, mean in ((rows, means[0]), (columns, means[1]))]
    about = np.outer(levels - means[0], levels - means[1])
    together = (tables * about).sum(axis=(1, 2)) / (n - 1)
    total = sum(spreads)
    drawn: Numbers = 2 * together / (total + (means[0] - means[1]) ** 2 - (total - 2 * together) / n)
    return _against(icc_agreement(ratings), drawn)


def _against(observed: Estimate, drawn: Numbers) -> Against:
    baseline = drawn_mean(drawn, observed.n, observed.unit, BASELINE)
    if observed.value is None:
        return Against(observed, baseline, None)
    as_high = int((drawn >= observed.value - 1e-12).sum())
    return Against(observed, baseline, (1 + as_high) / (1 + len(drawn)))


def _undefined(observed: Estimate) -> Against:
    return Against(observed, Estimate(None, None, observed.n, observed.unit, BASELINE), None)
