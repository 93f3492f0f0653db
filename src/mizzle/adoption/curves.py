"""The Bass curve: how something new spreads by itself (p) and from one to another (q) among m people in the end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import ENDLESS, Z95, Estimate, Interval, student
from mizzle.samples import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

Form = Literal["nls", "differences", "ols"]
METHODS: dict[str, str] = {
    "differences": "adoption.bass_differences/1",
    "nls": "adoption.bass_nls/1",
    "ols": "adoption.bass_ols/1",
}
WORDS: dict[str, str] = {
    "differences": "nonlinear least squares on the differences m·(F(t) - F(t-1))",
    "nls": "nonlinear least squares on the curve m·f(t) at the periods' ends",
    "ols": "ordinary least squares on N(t) = a + b·A(t-1) + c·A(t-1)²",
}
FORECAST = "adoption.bass_forecast/1"
FEWEST = 5
MOST = 10_000
"""Periods beyond which a series is to be summed up first."""
TINY = 1e-30
"""Step of the derivatives, in the imaginary direction: exact to the last digit."""
AT_ONCE = 100_000
"""Numbers of the grid that are worked out at once."""
ROUNDS = 30
STILL = 1e-10
BEYOND = 50.0
"""How far, in logarithms, a parameter may go before it is not to be found."""

SINGULAR = 1e14
"""Condition beyond which the data tell two parameters not apart."""


@dataclass(frozen=True, slots=True)
class BassPriors:
    """What is known of p and q from elsewhere: ranges that hold them with 95 %, lognormal between."""

    p: tuple[float, float]
    q: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bass:
    """A fitted Bass curve.

    Attributes
    ----------
    m, p, q
        How many adopt in the end; share of those left who adopt by themselves, and from others, in one period.
    t_peak, peak_rate
        When adoption is fastest, in periods from the beginning, and how many adopt in a period then; undefined where it
        was fastest at the beginning (q not above p).
    standard_errors
        Of m, p and q.
    residual_error
        Standard deviation of a period around the curve.
    form
        How it was fitted; the three forms give different figures of the same series.
    coefficients
        Of the form "ols": a, b and c; empty otherwise.
    periods, adopted
        Periods observed, and how many had adopted by then.
    has_priors
        Whether ranges for p and q were given beforehand.
    covariance
        Of m, p and q.
    """

    m: Estimate
    p: Estimate
    q: Estimate
    t_peak: Estimate
    peak_rate: Estimate
    standard_errors: tuple[float, float, float]
    residual_error: float
    form: Form
    coefficients: tuple[float, ...]
    periods: int
    adopted: float
    has_priors: bool
    covariance: tuple[tuple[float, ...], ...]


class _Fit(NamedTuple):
    at: Numbers
    covariance: Numbers
    error: float
    df: float
    coefficients: tuple[float, ...] = ()


def bass(adopters: npt.ArrayLike, *, form: Form = "nls", priors: BassPriors | None = None) -> Bass:
    """Say how something new spreads: how many in the end (m), by themselves (p), and from one to another (q).

    Parameters
    ----------
    adopters
        How many adopted in each period, from the first one on, without gaps.
    form
        ``"nls"``: least squares on the curve itself at the end of each period; ``"differences"``: on differences of
        the cumulative curve (Srinivasan and Mason); ``"ols"``: Bass's own regression.
    priors
        Ranges for p and q, which allow for a fit before the peak; not for ``"ols"``.

    Returns
    -------
    Bass
        m in adopters, p and q per period, the peak, each with its interval.

    Raises
    ------
    MizzleError
        For fewer than five periods, gaps, numbers below zero, a series that no such curve fits, or one that has not
        passed its peak where no priors were given: before it, nothing in the data says how many there will be.

    Notes
    -----
    Formula: F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t), and N(t) = m·(F(t) - F(t-1)) for "differences", m·f(t) with
    f = F' for "nls"; for "ols" N(t) = a + b·A(t-1) + c·A(t-1)², A what had adopted before, with
    m = (-b - √(b² - 4ac)) / 2c, p = a/m, q = -cm. Peak: t* = ln(q/p) / (p+q), peak rate m(p+q)² / 4q.

    Assumes: each adopts once; all who could meet alike; nothing else changes meanwhile. Errors of periods are
    independent and alike.

    Missing data: none is allowed inside the series; periods without a number at its end are left out.

    Interval: from the curve's derivatives with Student's t on n - 3, on the scale of logarithms but for the time of
    the peak; with priors, from their ranges and the data together. Covers 93 to 97 % for "nls" and "differences" from
    12 periods on, where the peak lies half-way and errors are as assumed; about 92 % where the series goes on long
    after it has run out, and errors are cut off at 0. That of "ols" covers less, since it regresses on sums of its own
    errors: for comparison.

    Not for: telling the future before the peak, nor for a practice that people take up again and again: count who
    practises instead.

    References
    ----------
    Bass, F. M. (1969), Management Science 15, 215-227. Srinivasan, V. and Mason, C. H. (1986), Marketing Science 5,
    169-178. Checked against R's nls on sales of video recorders, and a worked solution for "ols": tests/golden.

    Examples
    --------
    >>> sales = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
    >>> fitted = bass(sales, form="nls")
    >>> round(fitted.m.value), round(fitted.p.value, 5), round(fitted.q.value, 3)
    (67981, 0.00659, 0.638)
    """
    y = _series(adopters)
    if form not in METHODS:
        raise MizzleError(f"There is no form {form!r}. Choose one of: {', '.join(METHODS)}.")
    if form == "ols":
        if priors is not None:
            raise MizzleError("Priors are for the forms nls and differences. Leave them out, or choose another form.")
        fit = _by_regression(y)
    else:
        fit = _by_curve(y, form, _prior(priors))
    if priors is None:
        _refuse_before_the_peak(y, form, fit.at)
    return _told(y, form, fit, has_priors=priors is not None)


def forecast(fitted: Bass, periods: int) -> tuple[Estimate, ...]:
    """Say how many will adopt in each of the next periods, if the curve holds.

    Parameters
    ----------
    fitted
        What `bass` gave.
    periods
        How many periods ahead.

    Returns
    -------
    tuple of Estimate
        Adopters per period, the next one first; the interval is for what will be counted, at least 0.

    Raises
    ------
    MizzleError
        For fewer than one period.

    Notes
    -----
    Formula: the fitted curve, for "ols" step by step from what had adopted.

    Assumes: the same as `bass`, and that it stays so.

    Missing data: as `bass`.

    Interval: variance of the curve from its parameters, and of a period around it, with Student's t on n - 3.

    Not for: more periods ahead than were observed.

    References
    ----------
    As `bass`.

    Examples
    --------
    >>> sales = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]
    >>> [round(one.value) for one in forecast(bass(sales, form="nls"), 2)]
    [3054, 1723]
    """
    if periods < 1:
        raise MizzleError("Say for how many periods ahead, at least 1.")
    at = np.array([fitted.m.value, fitted.p.value, fitted.q.value], float)
    covariance = np.array(fitted.covariance)

    def ahead(theta: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if fitted.form == "ols":
            return _steps(theta, fitted.adopted, periods)
        return _curve(theta, np.arange(fitted.periods + 1, fitted.periods + periods + 1), fitted.form)

    slopes, values = _slopes(ahead, at), ahead(at)
    spread = np.einsum("ij,jk,ik->i", slopes, covariance, slopes) + fitted.residual_error**2
    half = student(math.inf if fitted.has_priors else fitted.periods - 3) * np.sqrt(spread)
    return tuple(
        Estimate(value, Interval(max(value - by, 0.0), value + by), fitted.periods, "adopters", FORECAST)
        for value, by in zip(np.maximum(values, 0.0).tolist(), half.tolist(), strict=True)
    )


def _series(adopters: npt.ArrayLike) -> Numbers:
    y = as_numbers(adopters, "numbers of adopters", ENDLESS).ravel()
    told = np.flatnonzero(~np.isnan(y))
    y = y[: told[-1] + 1] if len(told) else y[:0]
    if len(y) < FEWEST:
        raise MizzleError(f"There are {len(y)} periods. A Bass curve has three unknowns, and needs at least {FEWEST}.")
    if len(y) > MOST:
        raise MizzleError(f"There are {len(y)} periods, more than {MOST}. Sum them up to weeks or months.")
    if np.isnan(y).any():
        period = int(np.flatnonzero(np.isnan(y))[0]) + 1
        raise MizzleError(f"Period {period} has no number. The series must have no gaps: write 0 where nobody adopted.")
    if (y < 0).any():
        raise MizzleError("A period has fewer than 0 adopters. Give how many there were in each, not what changed.")
    if not y.any():
        raise MizzleError("Nobody adopted in any period, so there is no curve.")
    return y


def _curve(theta: npt.NDArray[Any], t: npt.NDArray[Any], form: str) -> npt.NDArray[Any]:
    m, p, q = theta
    e = np.exp(-(p + q) * t)
    found: npt.NDArray[Any]
    if form == "nls":
        found = m * ((p + q) ** 2 / p) * e / (1 + (q / p) * e) ** 2
        return found
    before = np.exp(-(p + q) * (t - 1))
    found = m * ((1 - e) / (1 + (q / p) * e) - (1 - before) / (1 + (q / p) * before))
    return found


def _steps(theta: npt.NDArray[Any], adopted: float, periods: int) -> npt.NDArray[Any]:
    """Walk the discrete curve of the form "ols" on from what had adopted."""
    m, p, q = theta
    found = []
    so_far = adopted
    for _ in range(periods):
        found.append((p + q * so_far / m) * (m - so_far))
        so_far = so_far + found[-1]
    return np.array(found)


def _slopes(curve: Callable[[npt.NDArray[Any]], npt.NDArray[Any]], at: Numbers) -> Numbers:
    """Give the derivatives of a curve, by a step in the imaginary direction."""
    columns = [np.imag(curve(at + 1j * TINY * np.eye(len(at))[place])) / TINY for place in range(len(at))]
    return np.column_stack(columns)


def _start(y: Numbers, form: str) -> Numbers:
    """Look for the best curve on a grid of p and q; m follows from them."""
    n = len(y)
    t = np.arange(1, n + 1, dtype=float)
    found, best = np.array([y.sum(), 0.01, 0.4]), np.inf
    grid_q, times = (one.ravel() for one in np.meshgrid(np.geomspace(0.3, 80, 40) / n, np.geomspace(0.5, 1e6, 40)))
    at_once = max(AT_ONCE // n, 1)
    for begin in range(0, len(grid_q), at_once):
        q = grid_q[begin : begin + at_once, None]
        p = q / times[begin : begin + at_once, None]
        shapes = _curve(np.array([np.ones_like(p), p, q]), t, form)
        size = (shapes * shapes).sum(axis=1)
        m = shapes @ y / np.where(size > 0, size, 1.0)
        off = np.where((size > 0) & (m > 0), ((y - m[:, None] * shapes) ** 2).sum(axis=1), np.inf)
        place = int(np.argmin(off))
        if off[place] < best:
            best, found = float(off[place]), np.array([m[place], p[place, 0], q[place, 0]])
    return found


def _prior(priors: BassPriors | None) -> tuple[Numbers, Numbers] | None:
    """Give centre and standard deviation of log p and log q."""
    if priors is None:
        return None
    for name, (low, high) in (("p", priors.p), ("q", priors.q)):
        if not 0 < low < high < math.inf:
            raise MizzleError(f"The range for {name} needs two ends above 0, the low one first.")
    low, high = np.log([priors.p, priors.q]).T
    return (low + high) / 2, (high - low) / (2 * Z95)


def _by_curve(y: Numbers, form: str, prior: tuple[Numbers, Numbers] | None) -> _Fit:
    t = np.arange(1, len(y) + 1, dtype=float)
    unit = float(y.max())
    y = y / unit
    start = np.log(_start(y, form))
    if prior is not None:
        start[1:] = prior[0]
        shape = _curve(np.exp([0.0, *prior[0]]), t, form)
        start[0] = math.log(max(float(y @ shape) / float(shape @ shape), 1e-9))
    at, error = start, 1.0
    for _ in range(ROUNDS):
        at, before = _least_squares(y, t, form, at, prior, error), at
        off = float(((y - _curve(np.exp(at), t, form)) ** 2).sum())
        error = math.sqrt(max(off / (len(y) - 3), 1e-24))
        if prior is None or np.abs(at - before).max() < STILL:
            break
    theta = np.exp(at)
    slopes = _slopes(lambda one: _curve(one, t, form), theta) * theta
    information = slopes.T @ slopes / error**2
    if prior is not None:
        information[[1, 2], [1, 2]] += 1 / prior[1] ** 2
    scale = np.sqrt(np.diag(information))
    if not (scale > 0).all() or np.linalg.cond(information / np.outer(scale, scale)) > SINGULAR:
        raise _no_curve(y)
    size = np.array([theta[0] * unit, theta[1], theta[2]])
    covariance = np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale) * np.outer(size, size)
    df = len(y) - 3 if prior is None else math.inf
    return _Fit(size, covariance, error * unit, df)


def _least_squares(
    y: Numbers, t: Numbers, form: str, start: Numbers, prior: tuple[Numbers, Numbers] | None, error: float
) -> Numbers:
    from scipy.optimize import least_squares

    def off(at: Numbers) -> Numbers:
        apart = _curve(np.exp(at), t, form) - y
        return apart if prior is None else np.concatenate([apart, error * (at[1:] - prior[0]) / prior[1]])

    def slopes(at: Numbers) -> Numbers:
        theta = np.exp(at)
        found = _slopes(lambda one: _curve(one, t, form), theta) * theta
        if prior is None:
            return found
        return np.vstack([found, np.column_stack([np.zeros(2), np.diag(error / prior[1])])])

    bounds = (start - BEYOND, start + BEYOND)
    fitted = least_squares(off, start, slopes, bounds=bounds, x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return np.asarray(fitted.x, np.float64)


def _by_regression(y: Numbers) -> _Fit:
    before = np.concatenate([[0.0], np.cumsum(y)[:-1]])
    unit = float(y.sum())
    x = np.column_stack([np.ones(len(y)), before / unit, (before / unit) ** 2])
    if not np.ptp(y) or np.linalg.matrix_rank(x) < x.shape[1]:
        raise _no_curve(y)
    found, *_ = np.linalg.lstsq(x, y, rcond=None)
    a, b, c = (found / [1, unit, unit**2]).tolist()
    inside = b * b - 4 * a * c
    if c >= 0 or inside <= 0 or a <= 0:
        raise _no_curve(y)
    m = (-b - math.sqrt(inside)) / (2 * c)
    off = float(((y - x @ found) ** 2).sum())
    error = math.sqrt(off / (len(y) - 3))
    scaled = np.linalg.inv(x.T @ x) * error**2

    def parts(one: npt.NDArray[Any]) -> npt.NDArray[Any]:
        a, b, c = one[0], one[1] / unit, one[2] / unit**2
        m = (-b - np.sqrt(b * b - 4 * a * c)) / (2 * c)
        return np.array([m, a / m, -c * m])

    slopes = _slopes(parts, np.asarray(found, np.float64))
    return _Fit(np.array([m, a / m, -c * m]), slopes @ scaled @ slopes.T, error, len(y) - 3, (a, b, c))


def _refuse_before_the_peak(y: Numbers, form: str, at: Numbers) -> None:
    m, p, q = at.tolist()
    if form == "ols":
        is_before = q > p and m * (q - p) / (2 * q) >= y.sum()
    else:
        is_before = q > p and math.log(q / p) / (p + q) >= len(y)
    if is_before:
        raise _before_the_peak()


def _before_the_peak() -> MizzleError:
    return MizzleError(
        "The series has not passed its peak, so nothing in it says how many will adopt in the end. Wait until fewer"
        " adopt than before, or give ranges for p and q that are known from elsewhere (priors)."
    )


def _told(y: Numbers, form: Form, fit: _Fit, *, has_priors: bool) -> Bass:
    n, method = len(y), METHODS[form]
    quantile = student(fit.df)
    errors = np.sqrt(np.maximum(np.diag(fit.covariance), 0.0)).tolist()
    units = ("adopters", "per period", "per period")
    m, p, q = (
        Estimate(value, _on_logs(value, error, quantile), n, unit, method)
        for value, error, unit in zip(fit.at.tolist(), errors, units, strict=True)
    )
    peak, rate = _peak(fit, quantile, n, method)
    return Bass(
        m=m,
        p=p,
        q=q,
        t_peak=peak,
        peak_rate=rate,
        standard_errors=(errors[0], errors[1], errors[2]),
        residual_error=fit.error,
        form=form,
        coefficients=fit.coefficients,
        periods=n,
        adopted=float(y.sum()),
        has_priors=has_priors,
        covariance=tuple(tuple(row) for row in fit.covariance.tolist()),
    )


def _peak(fit: _Fit, quantile: float, n: int, method: str) -> tuple[Estimate, Estimate]:
    if fit.at[2] <= fit.at[1]:
        return Estimate(None, None, n, "periods", method), Estimate(None, None, n, "adopters", method)

    def parts(one: npt.NDArray[Any]) -> npt.NDArray[Any]:
        m, p, q = one
        return np.array([np.log(q / p) / (p + q), m * (p + q) ** 2 / (4 * q)])

    slopes, values = _slopes(parts, fit.at), parts(fit.at).tolist()
    errors = np.sqrt(np.maximum(np.diag(slopes @ fit.covariance @ slopes.T), 0.0)).tolist()
    around = Interval(values[0] - quantile * errors[0], values[0] + quantile * errors[0])
    when = Estimate(values[0], around, n, "periods", method)
    return when, Estimate(values[1], _on_logs(values[1], errors[1], quantile), n, "adopters", method)


def _on_logs(value: float, error: float, quantile: float) -> Interval:
    """Give an interval on the scale of logarithms; it reaches at most as far as a number can say."""
    by = math.exp(min(quantile * error / value, 300.0))
    return Interval(min(value / by, value), max(min(value * by, 1e300), value))


def _no_curve(y: Numbers) -> MizzleError:
    if int(np.argmax(y)) >= len(y) - 2:
        return _before_the_peak()
    return MizzleError(
        "No Bass curve fits this series: it does not rise and fall as one does. Look at the series itself, choose"
        " another form, or wait for more periods."
    )


def forms_beside(adopters: npt.ArrayLike, form: Form) -> Sequence[tuple[Form, Bass]]:
    """Fit the other forms too, where they can be fitted: how far the figures depend on the form.

    Parameters
    ----------
    adopters
        As in `bass`.
    form
        The form that is left out.

    Returns
    -------
    Sequence of (form, Bass)
        The forms that could be fitted.
    """
    found: list[tuple[Form, Bass]] = []
    others: tuple[Form, ...] = ("nls", "differences", "ols")
    for other in others:
        if other != form:
            try:
                found.append((other, bass(adopters, form=other)))
            except MizzleError:
                continue
    return found
