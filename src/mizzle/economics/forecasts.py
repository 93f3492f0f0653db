"""A forecast that is locked when it is made, and compared with what came."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of

if TYPE_CHECKING:
    from collections.abc import Sequence

METHOD = "economics.forecast/1"


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast as it was locked.

    Attributes
    ----------
    name
        What was forecast.
    value, low, high
        The amount, and the interval that it was to fall in.
    currency, period
        Of the amount.
    assumptions
        What it rested on, in words.
    digest
        SHA-256 of all of this: whoever keeps it can tell that nothing was changed afterwards.
    """

    name: str
    value: float
    low: float
    high: float
    currency: str
    period: str
    assumptions: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A locked forecast beside what came.

    Attributes
    ----------
    error
        What came less what was forecast, in the currency.
    relative_error
        The same as a share of the forecast; undefined where that was 0.
    is_inside
        Whether what came lies in the interval of the forecast.
    is_unchanged
        Whether the forecast is still the one that was locked.
    """

    error: Estimate
    relative_error: Estimate
    is_inside: bool
    is_unchanged: bool


def lock(
    name: str,
    estimate: Estimate,
    *,
    currency: str = "EUR",
    period: str = "per year",
    assumptions: Sequence[str] = (),
) -> Forecast:
    """Lock a forecast under a digest, so that it cannot be bettered afterwards.

    Parameters
    ----------
    name
        What is forecast.
    estimate
        Its value with the interval that it is to fall in.
    currency, period
        Of the amount.
    assumptions
        What it rests on, in words.

    Returns
    -------
    Forecast
        With its digest, to be kept apart from it.

    Raises
    ------
    MizzleError
        For a forecast without a value or without an interval.

    Notes
    -----
    Formula: SHA-256 over the parts as JSON with sorted keys; the same forecast always has the same digest.

    Assumes: the digest is kept where the forecast cannot be changed together with it, such as a journal.

    Missing data: a forecast without an interval cannot be wrong, and is refused.

    Interval: that of the estimate.

    Not for: proving when it was made: whoever keeps the digest has to say that.

    References
    ----------
    FIPS 180-4 (SHA-256).

    Examples
    --------
    >>> from mizzle.estimate import Interval
    >>> locked = lock("fewer complaints", Estimate(100.0, Interval(60.0, 150.0), 12, "EUR", "m/1"))
    >>> compare(locked, 70.0).is_inside
    True
    """
    if estimate.value is None or estimate.interval is None:
        raise MizzleError(f"The forecast of {name!r} needs a value and an interval: without one it cannot be wrong.")
    low, high = estimate.interval
    parts = (name, estimate.value, low, high, currency, period, tuple(assumptions))
    return Forecast(*parts, digest=_digest(*parts))


def compare(locked: Forecast, actual: float) -> Outcome:
    """Compare a locked forecast with what came.

    Parameters
    ----------
    locked
        As `lock` gave it.
    actual
        What came, in the same currency and period.

    Returns
    -------
    Outcome
        The error, whether what came lies in the interval, and whether the forecast is unchanged.

    Raises
    ------
    MizzleError
        Where what came is no number.

    Notes
    -----
    Formula: error = what came - what was forecast.

    Assumes: what came was counted as the forecast said it would be.

    Missing data: there is nothing to compare before something came.

    Interval: none: both are known. Of many forecasts, see `kept`.

    Not for: judging a single forecast: one in twenty misses its interval by chance.

    References
    ----------
    mizzle's own measure. Checked by hand (tests/unit).

    Examples
    --------
    >>> from mizzle.estimate import Interval
    >>> locked = lock("fewer complaints", Estimate(100.0, Interval(60.0, 150.0), 12, "EUR", "m/1"))
    >>> compare(locked, 160.0).error.value
    60.0
    """
    if not math.isfinite(actual):
        raise MizzleError(f"What came of {locked.name!r} is no number. Give the amount that was counted.")
    error = actual - locked.value
    parts = (locked.name, locked.value, locked.low, locked.high, locked.currency, locked.period, locked.assumptions)
    unit = f"{locked.currency} {locked.period}"
    return Outcome(
        error=Estimate(error, None, 1, unit, METHOD),
        relative_error=Estimate(error / abs(locked.value) if locked.value else None, None, 1, "share", METHOD),
        is_inside=locked.low <= actual <= locked.high,
        is_unchanged=_digest(*parts) == locked.digest,
    )


def kept(outcomes: Sequence[Outcome]) -> Estimate:
    """Say which share of forecasts came true within their intervals.

    Parameters
    ----------
    outcomes
        As `compare` gave them.

    Returns
    -------
    Estimate
        A share with Wilson's interval; about 0.95 where intervals of 95 % were honest. Undefined without outcomes.

    Notes
    -----
    Formula: forecasts whose interval held what came, over all that were compared.
    """
    return share_of(sum(one.is_inside for one in outcomes), len(outcomes), METHOD)


def _digest(
    name: str, value: float, low: float, high: float, currency: str, period: str, assumptions: tuple[str, ...]
) -> str:
    told = {
        "name": name,
        "value": float(value).hex(),
        "low": float(low).hex(),
        "high": float(high).hex(),
        "currency": currency,
        "period": period,
        "assumptions": list(assumptions),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode("ascii")).hexdigest()
