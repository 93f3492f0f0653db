"""Control charts: which points of a series lie outside of what chance alone would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

METHOD = "momentum.chart/1"
KINDS = ("xmr", "p", "pp", "u", "up", "c", "xbar", "r")
"""Single values; shares, and Laney's; rates, and Laney's; counts; means and ranges of groups."""
LARGEST = 25
"""Members of a group beyond which its range says too little."""
MEAN_RANGE = (
    1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.970, 3.078, 3.173, 3.258, 3.336,
    3.407, 3.472, 3.532, 3.588, 3.640, 3.689, 3.735, 3.778, 3.819, 3.858, 3.895, 3.931,
)  # fmt: skip
"""d2: the mean range of 2, 3, … draws from a normal distribution, in standard deviations, as tables print it."""
SPREAD_OF_RANGE = (
    0.8525033, 0.8883697, 0.8798108, 0.8640855, 0.8480442, 0.8332108, 0.8198378, 0.8078413, 0.7970584, 0.7873230,
    0.7784873, 0.7704257, 0.7630330, 0.7562217, 0.7499188, 0.7440627, 0.7386021, 0.7334929, 0.7286980, 0.7241851,
    0.7199267, 0.7158987, 0.7120802, 0.7084528,
)  # fmt: skip
"""d3: the standard deviation of the same range, as qcc has it (the exact values are at most 0.00001 lower)."""
D2 = MEAN_RANGE[0]
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart.

    Attributes
    ----------
    kind
        One of `KINDS`.
    values
        What is drawn, a value for each point.
    centre
        The centre line.
    lower, upper
        The limits at each point.
    sigma
        The standard deviation of one value (xmr, xbar, r), or Laney's ratio of seen to expected spread (pp, up); None
        where the kind has its spread by definition (p, u, c).
    beyond
        Places of the points outside the limits, from 0.
    baseline
        How many points, from the first on, made the limits.
    """

    kind: str
    values: tuple[float, ...]
    centre: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    sigma: float | None
    beyond: tuple[int, ...]
    baseline: int


def chart(
    values: ArrayLike, sizes: ArrayLike | None = None, *, kind: str = "xmr", baseline: int | None = None
) -> Chart:
    """Say which points of a series lie outside of what chance alone would do.

    Parameters
    ----------
    values
        xmr: one number per point in time. p, pp, u, up, c: one count per point.
    sizes
        p, pp: of how many each count is; u, up: the time, customers or area at which it was counted.
    kind
        xmr, p, pp (Laney's p'), u, up (Laney's u') or c.
    baseline
        How many points make the limits, from the first on; all where None.

    Returns
    -------
    Chart
        Centre, limits at each point, and the points outside of them.

    Raises
    ------
    MizzleError
        For another kind, fewer than 3 points, values that are missing or cannot be counts, or sizes that do not fit.

    Notes
    -----
    Formula: xmr: mean ± 3 · mean moving range / 1.128 (2.66 moving ranges). c: mean ± 3 √mean. u: Σx/Σn ± 3 √(u/n).
    p: Σx/Σn ± 3 √(p(1-p)/n). Laney's pp and up: the same with the root multiplied by the mean moving range of the
    standardised values over 1.128. Limits of counts, rates and shares end at 0, of shares at 1.

    Assumes: points are independent of each other; p, u and c: chance is binomial or Poisson, which large sizes seldom
    keep - then pp and up. False alarms: of normal points in control about 0.27 % lie outside of known limits, and about
    1 % of limits made from 20 points.

    Missing data: none may be missing; leave such points out.

    Interval: none; the limits are no intervals.

    Not for: fewer than about 12 points, and series with a season.

    References
    ----------
    Shewhart (1931); Laney (2002), improved control charts for attributes, Quality Engineering 14. Checked against
    qcc, qicharts2 and the NIST handbook (tests/golden, control_charts).

    Examples
    --------
    >>> found = chart([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> round(found.centre, 2), round(found.upper[0], 3), found.beyond
    (50.81, 55.804, ())
    """
    if kind not in KINDS[:6]:
        raise MizzleError(f"There is no chart {kind!r} of single points. The kinds are {', '.join(KINDS[:6])}.")
    x = _series(values)
    first = _baseline(baseline, len(x))
    if kind == "xmr":
        centre, sigma = float(x[:first].mean()), _moving_range(x[:first])
        return _chart(kind, x, centre, np.full(len(x), 3 * sigma), sigma, first)
    if (x < 0).any():
        raise MizzleError("A count is below 0. Give counts from 0 on.")
    if kind == "c":
        centre = float(x[:first].mean())
        return _chart(kind, x, centre, np.full(len(x), 3 * centre**0.5), None, first, low=0.0)
    n = _sizes(sizes, x, kind)
    share = x / n
    centre = float(x[:first].sum() / n[:first].sum())
    spread = np.sqrt((centre * (1 - centre) if kind in ("p", "pp") else centre) / n)
    high = 1.0 if kind in ("p", "pp") else np.inf
    if kind in ("p", "u"):
        return _chart(kind, share, centre, 3 * spread, None, first, low=0.0, high=high)
    ratio = _moving_range((share[:first] - centre) / np.where(spread[:first] > 0, spread[:first], 1.0))
    return _chart(kind, share, centre, 3 * spread * ratio, ratio, first, low=0.0, high=high)


def chart_of_groups(groups: ArrayLike, *, kind: str = "xbar", baseline: int | None = None) -> Chart:
    """Say which of some groups of measurements differ from the others, in mean or in range.

    Parameters
    ----------
    groups
        A row for each group in its order, a column for each of its 2 to 25 members.
    kind
        xbar (means) or r (ranges).
    baseline
        How many groups make the limits, from the first on; all where None.

    Returns
    -------
    Chart
        Of the means or the ranges.

    Raises
    ------
    MizzleError
        For another kind, groups of another size, or missing values.

    Notes
    -----
    Formula: sigma = mean range / d2; xbar: mean of means ± 3 sigma / √members; r: mean range ± 3 d3 sigma, from 0 on.
    d2 and d3 are mean and standard deviation of the range of as many normal draws, as tables have them.

    Assumes: normal measurements of one spread within all groups.

    Missing data: none may be missing.

    Interval: none; the limits are no intervals.

    Not for: groups of more than 25, whose range says too little of them.

    References
    ----------
    Shewhart (1931). Checked against qcc on Montgomery's piston rings (tests/golden, control_charts).

    Examples
    --------
    >>> chart_of_groups([[1.0, 2.0], [2.0, 1.0], [1.0, 3.0], [9.0, 9.5]], baseline=3).beyond
    (3,)
    """
    table = as_numbers(groups)
    if kind not in KINDS[6:]:
        raise MizzleError(f"There is no chart {kind!r} of groups. The kinds are xbar and r.")
    if table.ndim != 2 or not 2 <= table.shape[1] <= LARGEST:  # noqa: PLR2004 - a range needs two
        raise MizzleError(
            f"A group has 2 to {LARGEST} members, and all have as many. Leave out groups of another size."
        )
    ranges, means = _series(np.ptp(table, axis=1)), _series(table.mean(axis=1))
    first, members = _baseline(baseline, len(table)), table.shape[1]
    d2, d3 = MEAN_RANGE[members - 2], SPREAD_OF_RANGE[members - 2]
    mean_range = float(ranges[:first].mean())
    sigma = mean_range / d2
    if kind == "r":
        return _chart(kind, ranges, mean_range, np.full(len(ranges), 3 * d3 * sigma), sigma, first, low=0.0)
    centre = float(means[:first].mean())
    return _chart(kind, means, centre, np.full(len(means), 3 * sigma / members**0.5), sigma, first)


def _series(values: ArrayLike) -> Numbers:
    x = as_numbers(values)
    if x.ndim != 1 or len(x) < FEWEST:
        raise MizzleError(f"A chart needs at least {FEWEST} points, one after another; there are {x.size}.")
    if not np.isfinite(x).all():
        raise MizzleError("A point is missing. Leave it out, or fill it.")
    return x


def _baseline(wanted: int | None, n: int) -> int:
    if wanted is not None and not FEWEST <= wanted <= n:
        raise MizzleError(f"The limits are made from {FEWEST} to all {n} points, not from {wanted}.")
    return n if wanted is None else wanted


def _sizes(sizes: ArrayLike | None, x: Numbers, kind: str) -> Numbers:
    n = np.asarray([] if sizes is None else sizes, float)
    if n.shape != x.shape:
        raise MizzleError(f"A chart {kind} needs a size for each of the {len(x)} points.")
    if not (np.isfinite(n) & (n > 0)).all():
        raise MizzleError("A size is missing or not above 0. Leave out points at which nothing could be counted.")
    if kind in ("p", "pp") and (x > n).any():
        raise MizzleError("A count is above its size, so it is no share. Use u or up for a rate.")
    return n


def _moving_range(x: Numbers) -> float:
    return float(np.abs(np.diff(x)).mean()) / D2


def _chart(
    kind: str,
    values: Numbers,
    centre: float,
    away: Numbers,
    sigma: float | None,
    baseline: int,
    *,
    low: float = -np.inf,
    high: float = np.inf,
) -> Chart:
    lower, upper = np.maximum(centre - away, low), np.minimum(centre + away, high)
    rounding = 1e-12 * max(abs(centre), float(np.abs(values).max()))  # of equal values none is outside
    beyond = np.flatnonzero((values < lower - rounding) | (values > upper + rounding))
    return Chart(
        kind=kind,
        values=tuple(values.tolist()),
        centre=centre,
        lower=tuple(lower.tolist()),
        upper=tuple(upper.tolist()),
        sigma=sigma,
        beyond=tuple(beyond.tolist()),
        baseline=baseline,
    )
