"""How far the items of a scale go together: Cronbach's alpha, its companions, and each item beside the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, fisher, student, student_mean
from mizzle.survey.answers import TOTAL_IS_ZERO, as_table, complete, estimate, refuse_flat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from mizzle.survey.answers import Numbers

ALPHA = "survey.alpha/1"
ITEM_REST = "survey.item_rest/1"

SINGULAR = 1e-10
"""Least eigenvalue of a correlation matrix, below which an item is made of others."""

BLOCK = 1 << 13
"""Rows that are worked on at a time, so that they stay in the processor's cache."""

LEFT_OUT = 4096
"""Rows up to which each is left out in turn; beyond, its influence says the same to three digits."""

FAR_FROM_ZERO = 1e-6
"""Spread beside the squares of a mean below which a sum about zero keeps too few digits of it."""

DIGITS = ((np.float32, 1e-3), (np.float64, 1e-9))
"""Numbers to reckon with, and the share of its terms down to which they tell a sum to three digits."""

COMMON = 1e6
"""Variances up to this, and down to one over this, leave room for powers in short numbers."""

ROUNDING = 1e-10
"""Share of a spread below which what is left of it is rounding."""

FARTHEST = 700.0
"""What the exponential function can take."""

CELLS = 1 << 20
"""Numbers of covariance matrices that are worked on at a time."""


@dataclass(frozen=True, slots=True)
class Alpha:
    """How far the items of a scale go together.

    Attributes
    ----------
    alpha
        Cronbach's alpha of the answers as they are.
    standardised
        Alpha of the items as if all spread alike.
    g6
        Guttman's lambda 6, from what each item shares with all others.
    average_r, median_r
        Mean and median of the correlations between items.
    standard_error
        Of alpha under the normal model (Duhachek and Iacobucci); the interval does not lean on it.
    dropped
        Alpha of the scale without the item, for each item; empty for two items.
    item_rest
        Correlation of each item with the sum of the others.
    mean, sd
        Of people's mean over the items.
    incomplete
        Rows left out since an answer is missing.
    """

    alpha: Estimate
    standardised: Estimate
    g6: Estimate
    average_r: Estimate
    median_r: Estimate
    standard_error: Estimate
    dropped: Mapping[str, Estimate]
    item_rest: Mapping[str, Estimate]
    mean: Estimate
    sd: Estimate
    incomplete: int


class _Moments(NamedTuple):
    """Covariances of the items, and what follows from them for the scale without each."""

    n: int
    k: int
    means: Numbers
    covariances: Numbers
    variances: Numbers
    total: float
    rest: Numbers
    with_rest: Numbers


class _Doubt(NamedTuple):
    """Standard errors: of log(1 - alpha), also standardised and without each item; of Fisher's z with the rest."""

    alpha: float
    standardised: float
    dropped: Numbers
    item_rest: Numbers


def reverse(answers: npt.ArrayLike, low: float, high: float) -> Numbers:
    """Turn answers round, for an item that is worded against its scale.

    Parameters
    ----------
    answers
        In points of the scale; NaN where nothing was said.
    low, high
        The ends of the scale.

    Returns
    -------
    array
        ``low + high - answer``.

    Raises
    ------
    MizzleError
        For an answer beyond the ends, or ends the wrong way round.

    Examples
    --------
    >>> reverse([1, 2, 6], 1, 6)
    array([6., 5., 1.])
    """
    values = np.asarray(answers, dtype=float)
    if not low < high:
        raise MizzleError(f"A scale goes from its low end to its high end; {low:g} is not below {high:g}.")
    if (values < low).any() or (values > high).any():
        raise MizzleError(
            f"An answer lies beyond the scale from {low:g} to {high:g}, so it cannot be turned round. Give the ends"
            " that the question had."
        )
    turned: Numbers = low + high - values
    return turned


def alpha(answers: npt.ArrayLike, items: Sequence[str] | None = None) -> Alpha:
    """Say how far the items of a scale go together: Cronbach's alpha.

    Parameters
    ----------
    answers
        A row for each person, a column for each item, in points of one scale; NaN where nothing was said. Items worded
        against the scale are to be turned round first (`reverse`).
    items
        Names of the items; numbers from 1 where None.

    Returns
    -------
    Alpha
        Alpha, at most 1, with its companions. Below 0 where items go against each other.

    Raises
    ------
    MizzleError
        For fewer than two items or three complete rows, an item that does not vary, or items that cancel out.

    Notes
    -----
    Formula: alpha = k / (k - 1) · (1 - Σ variances of items / variance of their sum), with k items. Standardised: the
    same of the correlations. Lambda 6: 1 - Σ (1 - squared multiple correlation) / Σ correlations.

    Assumes: one thing is asked in several ways, all as strongly (tau-equivalence), with errors that do not go
    together. Where items differ in strength alpha is too low; where errors go together it is too high. See `omega`.

    Missing data: rows with a missing answer are left out, and counted.

    Interval: leave one person out (jackknife; beyond 4,096 people each one's influence, which is the same there), on
    the scale of log(1 - alpha), with Student's t on n - 1 degrees of freedom. It needs no normal answers and holds
    from 20 people on. Lambda 6 and the median correlation have none.

    Not for: proof that a scale measures one thing, items that make up a thing rather than show it, or a comparison of
    scales of different length: more items alone raise alpha.

    References
    ----------
    Checked against R's psych (attitude, bfi, ECSI): tests/golden/proofs/survey.py. Maydeu-Olivares, A., Coffman, D. L.
    and Hartmann, W. M. (2007), Asymptotically distribution-free interval estimation for coefficient alpha,
    Psychological Methods 12, 157-176.

    Examples
    --------
    >>> found = alpha([[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 4, 3]])
    >>> round(found.alpha.value, 3), found.alpha.n
    (0.918, 5)
    """
    table, names = as_table(answers, items)
    kept, incomplete = complete(table)
    found = _moments(kept, names)
    doubt = _doubt(kept, found)
    r = _correlations(found)
    upper = r[np.triu_indices(found.k, 1)]
    n, k = found.n, found.k
    value, standard = _alpha(float(found.variances.sum()), found.total, k), _alpha(k, float(r.sum()), k)
    ends = below_one(standard, doubt.standardised, n)
    mean_ends = tuple(end / (k - (k - 1) * end) for end in ends)
    centre, sd = float(found.means.mean()), math.sqrt(found.total) / k
    return Alpha(
        alpha=estimate(value, below_one(value, doubt.alpha, n), n, ALPHA),
        standardised=estimate(standard, ends, n, ALPHA),
        g6=estimate(1 - float((1 - _shared(r)).sum() / r.sum()), None, n, ALPHA),
        average_r=estimate(float(upper.mean()), (mean_ends[0], mean_ends[1]), n, ALPHA),
        median_r=estimate(float(np.median(upper)), None, n, ALPHA),
        standard_error=estimate(_normal_error(found), None, n, ALPHA, within=math.inf),
        dropped=_dropped(found, doubt, names),
        item_rest=_item_rest(found, doubt, names, ALPHA),
        mean=student_mean(centre, sd, n, "points", ALPHA),
        sd=estimate(sd, None, n, ALPHA, unit="points", within=math.inf),
        incomplete=incomplete,
    )


def item_rest(answers: npt.ArrayLike, items: Sequence[str] | None = None) -> Mapping[str, Estimate]:
    """Say how far each item of a scale goes with the sum of the others: the corrected item-rest correlation.

    Parameters
    ----------
    answers
        A row for each person, a column for each item, in points of one scale; NaN where nothing was said.
    items
        Names of the items; numbers from 1 where None.

    Returns
    -------
    Mapping of str to Estimate
        Pearson's correlation of the item with the sum of all others, -1 to 1, by item.

    Raises
    ------
    MizzleError
        For fewer than two items or three complete rows, or an item that does not vary.

    Notes
    -----
    Formula: cov(item, sum of the others) / (sd of the item · sd of that sum).

    Assumes: that the sum is worth asking for; items worded against the scale are turned round.

    Missing data: rows with a missing answer are left out.

    Interval: leave one person out (jackknife; beyond 4,096 people each one's influence), on Fisher's z scale, with
    Student's t on n - 1 degrees of freedom. It needs no normal answers.

    Not for: dropping items one after the other until alpha pleases: chance is kept that way.

    References
    ----------
    Checked against R's psych, `r.drop` of the attitude data: tests/golden/proofs/survey.py.

    Examples
    --------
    >>> found = item_rest([[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 4, 3]], ["help", "pace", "care"])
    >>> round(found["help"].value, 3)
    0.971
    """
    table, names = as_table(answers, items)
    kept, _ = complete(table)
    found = _moments(kept, names)
    return _item_rest(found, _doubt(kept, found), names, ITEM_REST)


def _moments(table: Numbers, names: Sequence[str]) -> _Moments:
    n, k = table.shape
    means, spreads = _centred(table)
    refuse_flat(np.diag(spreads), n * means * means, names)
    covariances = spreads / (n - 1)
    variances, rows, total = np.diag(covariances).copy(), covariances.sum(axis=0), float(covariances.sum())
    if total <= TOTAL_IS_ZERO * k * float(variances.sum()):
        raise MizzleError(
            "The items cancel out: their sum is the same for everybody. Turn round the items that are worded against"
            " the others."
        )
    return _Moments(n, k, means, covariances, variances, total, total - 2 * rows + variances, rows - variances)


def _centred(table: Numbers) -> tuple[Numbers, Numbers]:
    """Give the means of the columns, and their sums of products about them, in one pass over the rows."""
    n, k = table.shape
    sums, products = np.zeros(k), np.zeros((k, k))
    for start in range(0, n, BLOCK):
        rows = table[start : start + BLOCK]
        sums += np.ones(len(rows)) @ rows
        products += rows.T @ rows
    means: Numbers = sums / n
    spreads: Numbers = products - n * means[:, None] * means
    if (np.diag(spreads) < FAR_FROM_ZERO * n * means * means).any():
        about = table - means
        spreads = about.T @ about
    return means, spreads


def _correlations(found: _Moments) -> Numbers:
    sd = np.sqrt(found.variances)
    r: Numbers = found.covariances / np.outer(sd, sd)
    np.fill_diagonal(r, 1.0)
    return r


def _alpha(variances: float, total: float, k: int) -> float:
    return k / (k - 1) * (1 - variances / total)


def _shared(r: Numbers) -> Numbers:
    """Say what each item shares with all others: the squared multiple correlation."""
    values, vectors = np.linalg.eigh(r)
    if values[0] > SINGULAR:
        precision = (vectors**2 / values).sum(axis=1)
        shared: Numbers = 1 - 1 / precision
        return shared
    k = len(r)
    others = [np.delete(np.arange(k), place) for place in range(k)]
    inverses = [np.linalg.pinv(r[np.ix_(rest, rest)]) for rest in others]
    found = [r[place, rest] @ inverses[place] @ r[rest, place] for place, rest in enumerate(others)]
    at_most: Numbers = np.minimum(np.array(found), 1.0)
    return at_most


def _normal_error(found: _Moments) -> float:
    """Give the standard error of alpha for normal answers, by Duhachek and Iacobucci (2004)."""
    k, c, trace = found.k, found.covariances, float(found.variances.sum())
    squares = c @ c
    q = found.total * (float(np.trace(squares)) + trace * trace) - 2 * trace * float(squares.sum())
    return math.sqrt(max(2 * k * k / ((k - 1) ** 2 * found.total**3) * q / found.n, 0.0))


def _doubt(table: Numbers, found: _Moments) -> _Doubt:
    """Work out standard errors, from people left out one after the other or from the influence of each."""
    k = found.k
    errors = _left_out(table, found) if found.n <= LEFT_OUT else _influence(table, found)
    return _Doubt(float(errors[0]), float(errors[1]), errors[2 : 2 + k], errors[2 + k :])


def _left_out(table: Numbers, found: _Moments) -> Numbers:
    """Work out all figures without each person in turn."""
    n, k = found.n, found.k
    told, many = [], max(CELLS // (k * k), 1)
    for start in range(0, n, many):
        d = table[start : start + many] - found.means
        told.append(_transformed(found.covariances - n / (n - 1) ** 2 * d[:, :, None] * d[:, None, :], found))
    z = np.concatenate(told)
    with np.errstate(invalid="ignore"):  # without one person an item may not vary: no number then
        errors: Numbers = np.sqrt((n - 1) * z.var(axis=0))
    return errors


def _transformed(covariances: Numbers, whole: _Moments) -> Numbers:
    """Give the figures of many covariance matrices, on the scales on which they are nearly normal.

    What does not vary any more without somebody has none.
    """
    k = covariances.shape[-1]
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    rows, trace = covariances.sum(axis=-1), variances.sum(axis=-1)
    total = rows.sum(axis=-1)
    rest = _if_any(total[:, None] - 2 * rows + variances, whole.rest)
    total = _if_any(total, whole.total)
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.sqrt(_if_any(variances, whole.variances))
        reach = (covariances / sd[:, :, None] / sd[:, None, :]).sum(axis=(-2, -1))
        below = [
            1 - k / (k - 1) * (1 - trace / total),
            1 - k / (k - 1) * (1 - k / reach),
            *(1 - _shorter(k) * (1 - (trace[:, None] - variances) / rest)).T,
        ]
        return np.column_stack([np.log(np.array(below)).T, np.arctanh((rows - variances) / sd / np.sqrt(rest))])


def _if_any(spread: Numbers, whole: Numbers | float) -> Numbers:
    """Give a spread where it is more than rounding, and no number elsewhere."""
    found: Numbers = np.where(spread > ROUNDING * whole, spread, np.nan)
    return found


def _shorter(k: int) -> float:
    """Give the factor of alpha for one item less; no number where one item is left."""
    return (k - 1) / (k - 2) if k > 2 else math.nan  # noqa: PLR2004 - one item left has no alpha


def _influence(table: Numbers, found: _Moments) -> Numbers:
    """Work out the influence of each person, in one pass over the rows.

    Each influence is a weighted sum of squares of a person's answers and of products of an answer with the person's
    sum. So few sums over people of products of these give the squares of all influences. Half the digits do where
    enough is left of the terms, all of them where less is, and where too little is, each is left out in turn.
    """
    n, k, total, trace = found.n, found.k, found.total, float(found.variances.sum())
    r = _correlations(found)
    reach = float(r.sum())
    rest = np.where(found.rest > TOTAL_IS_ZERO * total, found.rest, np.nan)
    correlation = found.with_rest / np.sqrt(found.variances * rest)
    shares, crosses = (trace - found.variances) / rest**2, 1 / np.sqrt(found.variances * rest)
    squared, beside = correlation / 2 / found.variances, correlation / 2 / rest
    # Of the sum of squares, the square of the sum, an item's square, and its product with the sum. The square of the
    # sum of the others is the second and the third less twice the fourth.
    weights = np.array(
        [
            [1 / rest, -shares, -1 / rest - shares, 2 * shares],
            [0 * rest, -beside, -crosses - squared - beside, crosses + 2 * beside],
        ]
    ).transpose(0, 2, 1)
    is_common = found.variances.min() > 1 / COMMON and total < COMMON
    for digits, least in DIGITS if is_common else DIGITS[1:]:
        products, standard = _products(table, found, r.sum(axis=0) / found.variances, digits)
        sums = np.einsum("fja,jab,fjb->fj", weights, products, weights)
        terms = np.einsum("fja,jab,fjb->fj", np.abs(weights), np.abs(products), np.abs(weights))
        if not (sums < least * terms).any():
            break
    else:
        return _left_out(table, found)
    whole = np.array([1 / total, -trace / total**2])
    below = [1 - _alpha(trace, total, k), 1 - _alpha(k, reach, k)]
    below_without = 1 - _shorter(k) * (1 - (trace - found.variances) / rest)
    slopes = [
        k / (k - 1) / below[0],
        k / (k - 1) * k / reach**2 / below[1],
        *(_shorter(k) / below_without),
        *(1 / (1 - correlation**2)),
    ]
    squares = np.array([whole @ products[0, :2, :2] @ whole, standard, *sums.ravel()])
    errors: Numbers = np.sqrt(squares / n / (n - 1)) * np.array(slopes)
    return errors


def _products(
    table: Numbers, found: _Moments, by_square: Numbers, digits: type[np.floating[Any]]
) -> tuple[Numbers, float]:
    """Sum over people what their influences are made of.

    Returns
    -------
    array, float
        For each item the sums of products of four: a person's sum of squares, the square of the sum, the item's
        square, and its product with the sum. And the sum of squares of the influence on the standardised scale.
    """
    n, k = table.shape
    sum_of = np.stack([np.ones(k), 1 / np.sqrt(found.variances)]).astype(digits)
    squares_of, means = np.stack([np.ones(k), by_square]).astype(digits), found.means[:, None]
    room, room_for_terms = np.empty((k, BLOCK), digits), np.empty((2 * k, BLOCK), digits)
    shared, own, standard = np.zeros((2, 2 * k)), np.zeros((3, k)), 0.0
    for start in range(0, n, BLOCK):
        rows = table[start : start + BLOCK].T
        d, terms = room[:, : rows.shape[1]], room_for_terms[:, : rows.shape[1]]
        squares, with_sum = terms[:k], terms[k:]
        np.subtract(rows, means, out=d, casting="same_kind")
        sums = sum_of @ d
        np.multiply(d, d, out=squares)
        np.multiply(d, sums[0], out=with_sum)
        sums *= sums
        told = squares_of @ squares
        apart = sums[1] - told[1]
        standard += float(apart @ apart)
        told[1] = sums[0]
        shared += told @ terms.T
        own += [np.vecdot(squares, squares), np.vecdot(squares, with_sum), np.vecdot(with_sum, with_sum)]
    products = np.empty((k, 4, 4))
    products[:, :2, :2] = [[shared[0, :k].sum(), shared[0, k:].sum()], [shared[0, k:].sum(), shared[1, k:].sum()]]
    products[:, :2, 2], products[:, :2, 3] = shared[:, :k].T, shared[:, k:].T
    products[:, 2:, :2] = products[:, :2, 2:].transpose(0, 2, 1)
    products[:, 2:, 2:] = own[[[0, 1], [1, 2]]].transpose(2, 0, 1)
    return products, standard


def _dropped(found: _Moments, doubt: _Doubt, names: Sequence[str]) -> Mapping[str, Estimate]:
    if found.k == 2:  # noqa: PLR2004 - one item left has no alpha
        return {}
    trace, n = float(found.variances.sum()), found.n
    told = {}
    for place, name in enumerate(names):
        if found.rest[place] <= TOTAL_IS_ZERO * found.total:
            told[name] = Estimate(None, None, n, "", ALPHA)
            continue
        value = _alpha(trace - float(found.variances[place]), float(found.rest[place]), found.k - 1)
        told[name] = estimate(value, below_one(value, float(doubt.dropped[place]), n), n, ALPHA)
    return told


def _item_rest(found: _Moments, doubt: _Doubt, names: Sequence[str], method: str) -> Mapping[str, Estimate]:
    told = {}
    for place, name in enumerate(names):
        if found.rest[place] <= TOTAL_IS_ZERO * found.total:
            told[name] = Estimate(None, None, found.n, "", method)
            continue
        r = float(found.with_rest[place]) / math.sqrt(float(found.variances[place] * found.rest[place]))
        is_sure = 1 - abs(r) <= SINGULAR
        ends = None if is_sure else fisher(r, student(found.n - 1) * float(doubt.item_rest[place]))
        told[name] = estimate(r, ends, found.n, method)
    return told


def below_one(value: float, error: float, n: int) -> tuple[float, float]:
    """Give the ends of a coefficient that is at most 1, by Student's t on the scale of log(1 - value).

    `error` is the standard error on that scale; there are no ends where the coefficient is 1.
    """
    below = 1 - value
    if below <= SINGULAR:
        return math.nan, math.nan
    step = student(n - 1) * error
    return 1 - below * math.exp(min(step, FARTHEST)), 1 - below * math.exp(-step)
