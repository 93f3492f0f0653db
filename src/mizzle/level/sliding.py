"""How a level wears off: what surprised the first time is expected the third."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import ENDLESS, Z95, Estimate, Interval, share_of, student
from mizzle.samples import as_numbers, codes_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

METHOD = "level.slide/1"
WORN = "level.worn_gifts/1"
FALL = 1.0
"""Levels by which a gift fell that is worn."""
STEPS, CLOSE = 60, 1e-10
SIZES = tuple(0.5**times for times in range(30))
FAR = 25.0
"""Log odds beyond which the levels are told apart without a doubt, so that no slope can be found."""
SMALLEST = 1e-300
SINGULAR = 1e-11
"""Share of an information matrix's scale below which a column says nothing new."""


@dataclass(frozen=True, slots=True)
class Slide:
    """How the level moves with the repeat number and the age of an act.

    Attributes
    ----------
    slopes
        By name ("repeat", "age"): change of the log odds of a higher level per unit; below 0 where the level falls.
    odds_ratios
        The same as a ratio: the odds of a higher level are multiplied by it, per unit.
    cuts
        Cut-points between the observed levels, in log odds.
    levels
        The levels that were observed, from the lowest to the highest.
    log_likelihood
        Of the model.
    n, n_acts
        Ratings, and the acts that they belong to; None where no acts were told.
    """

    slopes: dict[str, Estimate]
    odds_ratios: dict[str, Estimate]
    cuts: tuple[float, ...]
    levels: tuple[float, ...]
    log_likelihood: float
    n: int
    n_acts: int | None


@dataclass(frozen=True, slots=True)
class WornGifts:
    """Acts whose level fell by one or more.

    Attributes
    ----------
    share
        Share of the acts that were rated at two repeats or more, with Wilson's interval.
    falls
        By act: median level at its first repeat minus that at its last; above 0 where it fell.
    worn
        The acts that fell by one or more, the furthest first.
    once
        Acts that were rated at one repeat only, which say nothing of wear.
    """

    share: Estimate
    falls: dict[Hashable, float]
    worn: tuple[Hashable, ...]
    once: int


class Ordinal(NamedTuple):
    """A fitted proportional-odds model: cut-points, slopes, their covariance and the log-likelihood."""

    cuts: Numbers
    slopes: Numbers
    covariance: Numbers
    levels: Numbers
    log_likelihood: float


def slide(
    levels: npt.ArrayLike,
    repeats: npt.ArrayLike,
    ages: npt.ArrayLike | None = None,
    *,
    acts: Sequence[Hashable] | None = None,
) -> Slide:
    """Say how a level moves as an act is repeated and grows old.

    Parameters
    ----------
    levels
        Level of each rating, 1 to 6; NaN where it is missing.
    repeats
        The how-manieth time the act was done for this customer or at this point.
    ages
        Age of the act, in the unit of your choice (days); None for none.
    acts
        The act that each rating belongs to, where one act was rated several times.

    Returns
    -------
    Slide
        Slopes in log odds of a higher level per repeat and per unit of age, as odds ratios too.

    Raises
    ------
    MizzleError
        Where there is a single level, a repeat number or age does not vary or says the same as the other, or the levels
        are told apart without any doubt, so that no slope can be found.

    Notes
    -----
    Formula: proportional odds, log odds of (level > j) = b·repeat + c·age - cut j, by maximum likelihood.

    Assumes: each repeat moves the odds by the same ratio, at every level (proportional odds); without `acts`, ratings
    are independent.

    Missing data: a rating that lacks its level, its repeat number or its age is left out,
    and with acts one without an act.

    Interval: normal for the log odds; with `acts`, the variance between acts and Student's t on their number less one.
    Covers 93 to 97 % from 40 ratings on; with acts, from 20 acts on.

    Not for: saying that repeating is the cause: acts that are repeated often may differ from others. Not for a fall
    that happens at once and then stops.

    References
    ----------
    McCullagh, P. (1980), J. R. Statist. Soc. B 42, 109-142. Checked against MASS::polr on its housing data:
    tests/golden.

    Examples
    --------
    >>> found = slide([6, 5, 5, 4, 5, 3, 4, 3, 2, 3], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    >>> round(found.slopes["repeat"].value, 2)
    -1.96
    """
    named = {"repeat": as_numbers(repeats, "repeats", ENDLESS).ravel()}
    if ages is not None:
        named["age"] = as_numbers(ages, "ages", ENDLESS).ravel()
    y = as_numbers(levels, "levels", ENDLESS).ravel()
    if any(len(one) != len(y) for one in named.values()) or (acts is not None and len(acts) != len(y)):
        raise MizzleError("Give a repeat number (and an age, and an act) for each level: as many of them as of levels.")
    x = np.column_stack(list(named.values()))
    told = ~np.isnan(y) & ~np.isnan(x).any(axis=1)
    if acts is not None:
        told &= np.array([act is not None for act in acts], bool)
    codes = None if acts is None else codes_of([acts[place] for place in np.flatnonzero(told).tolist()])
    y, x = y[told], x[told]
    fitted = proportional_odds(y, x, names=tuple(named), clusters=codes)
    n_acts = None if codes is None else int(codes.max()) + 1
    quantile = Z95 if n_acts is None else student(n_acts - 1)
    errors = np.sqrt(np.diag(fitted.covariance)[len(fitted.cuts) :])
    slopes, ratios = {}, {}
    for name, slope, error in zip(named, fitted.slopes.tolist(), errors.tolist(), strict=True):
        ends = (slope - quantile * error, slope + quantile * error)
        slopes[name] = Estimate(slope, Interval(*ends), len(y), f"log odds per {_unit(name)}", METHOD)
        ratio, low, high = (float(np.exp(min(one, 700.0))) for one in (slope, *ends))
        ratios[name] = Estimate(ratio, Interval(low, high), len(y), f"odds ratio per {_unit(name)}", METHOD)
    cuts, seen = tuple(fitted.cuts.tolist()), tuple(fitted.levels.tolist())
    return Slide(slopes, ratios, cuts, seen, fitted.log_likelihood, len(y), n_acts)


def worn_gifts(levels: npt.ArrayLike, repeats: npt.ArrayLike, acts: Sequence[Hashable]) -> WornGifts:
    """Name the acts whose level fell by one or more.

    Parameters
    ----------
    levels
        Level of each rating, 1 to 6; NaN where it is missing.
    repeats
        The how-manieth time the act was done, or any number that grows with time.
    acts
        The act that each rating belongs to.

    Returns
    -------
    WornGifts
        The acts, how far each fell, and the share of worn ones among those that were rated at two repeats or more.

    Raises
    ------
    MizzleError
        Where the three are not of one length.

    Notes
    -----
    Formula: the fall of an act is the median level at its first repeat less the median level at its last; it is worn
    where the fall is 1 or more.

    Assumes: the ratings of first and last are of comparable customers.

    Missing data: a rating without a level or a repeat number is left out; acts with one repeat are counted apart.

    Interval: Wilson's for the share, the act being the unit. Covers 93 to 97 % from 50 acts on, for shares of 10 to
    90 %.

    Not for: a single low answer: with few ratings at an end, a fall of one level is often chance.

    References
    ----------
    mizzle's own measure. Checked against answers by hand (tests/unit).

    Examples
    --------
    >>> found = worn_gifts([6, 4, 4, 5], [1, 3, 1, 2], ["flowers", "flowers", "card", "card"])
    >>> found.worn, found.share.value
    (('flowers',), 0.5)
    """
    y, order = as_numbers(levels).ravel(), as_numbers(repeats).ravel()
    if not len(y) == len(order) == len(acts):
        raise MizzleError("Give a level, a repeat number and an act for each rating: as many of each.")
    ratings: dict[Hashable, dict[float, list[float]]] = {}
    for level, repeat, act in zip(y.tolist(), order.tolist(), acts, strict=True):
        if level == level and repeat == repeat and act is not None:  # noqa: PLR0124 - a NaN differs from itself
            ratings.setdefault(act, {}).setdefault(repeat, []).append(level)
    falls = {act: _fall(found) for act, found in ratings.items() if len(found) > 1}
    worn = sorted((act for act, fall in falls.items() if fall >= FALL), key=lambda act: -falls[act])
    return WornGifts(share_of(len(worn), len(falls), WORN), falls, tuple(worn), len(ratings) - len(falls))


def proportional_odds(
    levels: npt.ArrayLike,
    on: npt.ArrayLike,
    *,
    names: Sequence[str] = (),
    weights: npt.ArrayLike | None = None,
    clusters: npt.NDArray[np.int64] | None = None,
) -> Ordinal:
    """Fit log odds of (level > j) = on · slopes - cut j by maximum likelihood.

    Parameters
    ----------
    levels
        An ordered outcome.
    on
        What it depends on, a row for each outcome.
    names
        What the columns are called, for messages.
    weights
        How often each row occurred.
    clusters
        Codes of groups that rows belong to; the covariance is then that of the sum over groups (sandwich).

    Returns
    -------
    Ordinal
        Cut-points, slopes, and their covariance.

    Raises
    ------
    MizzleError
        Where no slope can be found.

    References
    ----------
    Checked against MASS::polr: tests/golden.

    Examples
    --------
    >>> fitted = proportional_odds([1, 1, 2, 2, 1, 2], [[0], [1], [1], [2], [2], [3]])
    >>> round(float(fitted.slopes[0]), 2)
    1.39
    """
    y, x = as_numbers(levels, "levels", ENDLESS), as_numbers(on, "predictors", ENDLESS)
    w = np.ones(len(y)) if weights is None else as_numbers(weights)
    seen, codes = np.unique(y, return_inverse=True)
    _check(seen, x, names)
    centre, scale = x.mean(axis=0), x.std(axis=0)
    model = _Model(codes, (x - centre) / scale, w, len(seen))
    spread = np.linalg.svd(model.x / np.sqrt(len(y)), compute_uv=False)
    if spread[-1] < np.sqrt(SINGULAR):
        raise MizzleError(f"{' and '.join(names)} say the same of each rating. Leave one of them out.")
    totals = np.cumsum(np.bincount(codes, w))[:-1] / w.sum()
    at = np.concatenate([np.log(totals / (1 - totals)), np.zeros(x.shape[1])])
    at, information = _climb(model, at, names)
    covariance = np.asarray(np.linalg.inv(information), np.float64)
    if clusters is not None:
        covariance = _sandwich(model, at, covariance, clusters)
    back = _back(centre, scale, len(seen) - 1)
    whole = back @ at
    cuts = len(seen) - 1
    return Ordinal(whole[:cuts], whole[cuts:], back @ covariance @ back.T, seen, model.log_likelihood(at))


def _check(seen: Numbers, x: Numbers, names: Sequence[str]) -> None:
    if len(seen) < 2:  # noqa: PLR2004 - of one level nothing can be said
        raise MizzleError("All ratings have the same level, or there is none: nothing moves. Give ratings that differ.")
    for place, column in enumerate(x.T):
        if np.ptp(column) == 0:
            called = names[place] if place < len(names) else f"column {place + 1}"
            raise MizzleError(f"The {called} is the same for every rating, so nothing can be said of it. Leave it out.")


class _Model:
    """The log-likelihood of cut-points and slopes, with its derivatives."""

    def __init__(self, codes: npt.NDArray[np.int64], x: Numbers, weights: Numbers, levels: int) -> None:
        self.codes, self.x, self.w, self.cuts = codes, x, weights, levels - 1
        self.upper = np.zeros((len(codes), levels - 1))
        self.lower = np.zeros((len(codes), levels - 1))
        rows = np.arange(len(codes))
        has_upper, has_lower = codes < levels - 1, codes > 0
        self.upper[rows[has_upper], codes[has_upper]] = 1
        self.lower[rows[has_lower], codes[has_lower] - 1] = 1
        self.a, self.b = np.hstack([self.upper, -x]), np.hstack([self.lower, -x])

    def ends(self, at: Numbers) -> tuple[Numbers, Numbers]:
        """Give both ends of each answer's stretch on the scale of log odds."""
        bounds = np.concatenate([[-np.inf], at[: self.cuts], [np.inf]])
        eta = self.x @ at[self.cuts :]
        return bounds[self.codes + 1] - eta, bounds[self.codes] - eta

    def log_likelihood(self, at: Numbers) -> float:
        """Give the log-likelihood; minus infinity where the cut-points are out of order."""
        if (np.diff(at[: self.cuts]) <= 0).any():
            return -np.inf
        up, down = self.ends(at)
        return float(self.w @ np.log(np.maximum(_between(up, down), SMALLEST)))

    def scores(self, at: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Give, for each row, density and its slope at both ends, over the probability of the row."""
        up, down = self.ends(at)
        p = np.maximum(_between(up, down), SMALLEST)
        fa, fb = _logistic(up) * _logistic(-up), _logistic(down) * _logistic(-down)
        return fa / p, fb / p, fa * (1 - 2 * _logistic(up)) / p, fb * (1 - 2 * _logistic(down)) / p

    def derivatives(self, at: Numbers) -> tuple[Numbers, Numbers]:
        """Give the gradient and the observed information."""
        ga, gb, ha, hb = self.scores(at)
        gradient = self.a.T @ (self.w * ga) - self.b.T @ (self.w * gb)
        cross = (self.a.T * (self.w * ga * gb)) @ self.b
        upper = (self.a.T * (self.w * (ga * ga - ha))) @ self.a
        lower = (self.b.T * (self.w * (gb * gb + hb))) @ self.b
        return gradient, upper + lower - cross - cross.T


def _climb(model: _Model, at: Numbers, names: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Climb to the greatest likelihood by Newton's steps, halved where they go too far."""
    for _ in range(STEPS):
        gradient, information = model.derivatives(at)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        if float(step @ gradient) < CLOSE:
            return at, information
        here = model.log_likelihood(at)
        at = at + next((size for size in SIZES if model.log_likelihood(at + size * step) >= here), 0.0) * step
        if np.abs(at).max() > FAR:
            break
    raise MizzleError(
        f"The levels are told apart without a doubt by {' and '.join(names) or 'the columns'}, so no slope can be"
        " found: each step down has its own stretch. Look at the ratings themselves, or wait for more."
    )


def _sandwich(model: _Model, at: Numbers, bread: Numbers, clusters: npt.NDArray[np.int64]) -> Numbers:
    ga, gb, _, _ = model.scores(at)
    rows = model.w[:, None] * (ga[:, None] * model.a - gb[:, None] * model.b)
    groups = int(clusters.max()) + 1
    if groups < 2:  # noqa: PLR2004 - one act says nothing of how acts differ
        raise MizzleError("All ratings are of one act, which says nothing of how acts differ. Leave the acts out.")
    sums = np.zeros((groups, rows.shape[1]))
    np.add.at(sums, clusters, rows)
    found: Numbers = bread @ (sums.T @ sums) @ bread * (groups / (groups - 1))
    return found


def _back(centre: Numbers, scale: Numbers, cuts: int) -> Numbers:
    """Give the matrix that takes cut-points and slopes of standardised columns to those of the columns themselves."""
    whole = np.eye(cuts + len(scale))
    whole[cuts:, cuts:] = np.diag(1 / scale)
    whole[:cuts, cuts:] = centre / scale
    return whole


def _between(up: Numbers, down: Numbers) -> Numbers:
    """Give F(up) - F(down) without cancelling where both are far up."""
    flip = up + down > 0
    high, low = np.where(flip, -down, up), np.where(flip, -up, down)
    return _logistic(high) - _logistic(low)


def _logistic(t: Numbers) -> Numbers:
    found: Numbers = 0.5 * (1 + np.tanh(t / 2))
    return found


def _fall(ratings: Mapping[float, Sequence[float]]) -> float:
    first, last = min(ratings), max(ratings)
    return float(np.median(ratings[first]) - np.median(ratings[last]))


def _unit(name: str) -> str:
    return "unit of age" if name == "age" else name
