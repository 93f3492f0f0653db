"""A fitted model of customers: its parameters with their doubt, and how that doubt passes on to what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import ndtri

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from mizzle.loyalty.maximum import Top

    Numbers = NDArray[np.float64]

Z = float(ndtri(0.975))
NUDGE = 1e-5
"""Step of a logarithm when a figure is differentiated by a parameter."""

Scale = Literal["log", "logit", "plain"]

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "bg-nbd": ("r", "alpha", "a", "b"),
    "pareto-nbd": ("r", "alpha", "s", "beta"),
    "mbg-cnbd-k": ("r", "alpha", "a", "b"),
    "bg-bb": ("alpha", "beta", "gamma", "delta"),
    "gamma-gamma": ("p", "q", "v"),
    "sbg": ("alpha", "beta"),
}
"""The models, with the names of their parameters in the literature."""

METHODS: Mapping[str, str] = {name: f"loyalty.{name.replace('-', '_')}/1" for name in PARAMETERS}


class UnfitModel(MizzleError):
    """A model cannot answer what it was asked; the message says which can."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model of customers with its parameters.

    Attributes
    ----------
    model
        Which: ``"bg-nbd"``, ``"pareto-nbd"``, ``"mbg-cnbd-k"``, ``"bg-bb"``, ``"gamma-gamma"`` or ``"sbg"``.
    parameters
        By name, each with its 95 % interval; without one where the likelihood has no top inside.
    log_likelihood
        The natural logarithm of the likelihood at these parameters; None where they were given and not fitted.
    n
        Customers it rests on.
    k
        Regularity of the purchases (MBG/CNBD-k); 1 otherwise.
    covariance
        Of the logarithms of the parameters, a row for each, without what the data leave open; empty where that is all.
    warnings
        Sentences to read before the figures are used.
    """

    model: str
    parameters: Mapping[str, Estimate]
    log_likelihood: Estimate
    n: int
    k: int = 1
    covariance: tuple[tuple[float, ...], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The number of its formula."""
        return METHODS[self.model]

    @property
    def values(self) -> Numbers:
        """The parameters as plain numbers, in the order of their names."""
        return np.array([one.value for one in self.parameters.values()], dtype=float)

    @property
    def standard_errors(self) -> Mapping[str, float | None]:
        """The standard error of each parameter, from the second derivatives; None where it is not known."""
        if not self.covariance:
            return dict.fromkeys(self.parameters)
        spread = np.sqrt(np.diag(np.array(self.covariance)))
        rows = zip(self.parameters.items(), self.values, spread, strict=True)
        return {name: float(value * one) if told.interval else None for (name, told), value, one in rows}

    def estimate(self, figure: Callable[[Numbers], float], unit: str, scale: Scale = "log") -> Estimate:
        """Give a figure that follows from the parameters, with the interval that follows from theirs.

        Parameters
        ----------
        figure
            Works the figure out from the parameters.
        unit
            What one of it is.
        scale
            On which scale it is taken as normal: ``"log"`` for what is above zero, ``"logit"`` for a share.

        Notes
        -----
        The delta method, with derivatives by central differences of the logarithms of the parameters.
        """
        value = float(figure(self.values))
        low, high = self.spread(lambda at: np.array([figure(at)]), scale)
        interval = None if not self.covariance else Interval(min(float(low[0]), value), max(float(high[0]), value))
        return Estimate(value, interval, self.n, unit, self.method)

    def spread(self, figures: Callable[[Numbers], Numbers], scale: Scale) -> tuple[Numbers, Numbers]:
        """Give the lower and upper ends of the intervals of many figures; both as the figures where none is known."""
        value = figures(self.values)
        if not self.covariance:
            return value, value
        there, back = _SCALES[scale]
        slopes = []
        for i in range(len(self.values)):
            step = np.zeros(len(self.values))
            step[i] = NUDGE
            up, down = (figures(self.values * np.exp(sign * step)) for sign in (1, -1))
            slopes.append((there(up) - there(down)) / (2 * NUDGE))
        slope = np.stack(slopes)
        variance = np.einsum("ij,ik,kj->j", slope, np.array(self.covariance), slope)
        half = Z * np.sqrt(np.maximum(variance, 0.0))
        return back(there(value) - half), back(there(value) + half)


TINY = 1e-300
NEARLY = 1e-12


def _log(value: Numbers) -> Numbers:
    found: Numbers = np.log(np.maximum(value, TINY))
    return found


def _exp(value: Numbers) -> Numbers:
    found: Numbers = np.exp(np.minimum(value, 700.0))
    return found


def _logit(value: Numbers) -> Numbers:
    inside = np.clip(value, NEARLY, 1 - NEARLY)
    found: Numbers = np.log(inside) - np.log1p(-inside)
    return found


def _share(value: Numbers) -> Numbers:
    found: Numbers = 1 / (1 + np.exp(-np.clip(value, -700.0, 700.0)))
    return found


def _same(value: Numbers) -> Numbers:
    return value


_SCALES: Mapping[str, tuple[Callable[[Numbers], Numbers], Callable[[Numbers], Numbers]]] = {
    "log": (_log, _exp),
    "logit": (_logit, _share),
    "plain": (_same, _same),
}


def fitted(
    model: str, top: Top, n: int, value: float, units: Sequence[float], *, k: int = 1, warnings: Sequence[str] = ()
) -> Fitted:
    """Turn the top of a likelihood into a fitted model.

    Parameters
    ----------
    model
        Which.
    top
        The top, with times as shares of a scale.
    n
        Customers.
    value
        The log-likelihood in the caller's unit of time.
    units
        What each parameter is multiplied by to be in the caller's unit.
    k, warnings
        As in `Fitted`.
    """
    names, method = PARAMETERS[model], METHODS[model]
    values = top.at * np.asarray(units, dtype=float)
    spread = np.zeros(len(names)) if top.covariance is None else np.sqrt(np.diag(top.covariance))
    parameters = {}
    for name, one, error in zip(names, values, spread, strict=True):
        interval = None
        if top.covariance is not None and names.index(name) not in top.edges:
            interval = Interval(float(one * math.exp(-Z * error)), float(one * math.exp(Z * error)))
        parameters[name] = Estimate(float(one), interval, n, "", method)
    covariance = () if top.covariance is None else tuple(tuple(float(cell) for cell in row) for row in top.covariance)
    told = [*warnings, *_edge(model, [names[place] for place in top.edges])]
    return Fitted(model, parameters, Estimate(value, None, n, "", method), n, k, covariance, tuple(told))


def _edge(model: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    listed = " and ".join(names)
    told = (
        f"The likelihood of {model} has no top that fixes {listed}: with these data it rises towards an edge, where "
        "customers do not differ in that respect. They have no interval; do not read them one by one."
    )
    return [told]


def given(model: str, parameters: Mapping[str, float], *, k: int = 1) -> Fitted:
    """Take a model with parameters that are known from elsewhere, such as a publication.

    Parameters
    ----------
    model
        ``"bg-nbd"``, ``"pareto-nbd"``, ``"mbg-cnbd-k"``, ``"bg-bb"``, ``"gamma-gamma"`` or ``"sbg"``.
    parameters
        By the names that the model has in the literature, all above zero.
    k
        Regularity of the purchases, for ``"mbg-cnbd-k"``.

    Returns
    -------
    Fitted
        With neither intervals nor log-likelihood.

    Raises
    ------
    UnfitModel
        For an unknown model, other names, or a number that is not above zero.

    Examples
    --------
    >>> known = given("mbg-cnbd-k", {"r": 1.3292, "alpha": 2.8126, "a": 0.4247, "b": 0.7900}, k=2)
    >>> known.parameters["r"].value
    1.3292
    """
    if model not in PARAMETERS:
        raise UnfitModel(f"There is no model called {model!r}. There are: {', '.join(PARAMETERS)}.")
    names = PARAMETERS[model]
    if set(parameters) != set(names):
        raise UnfitModel(f"{model} has the parameters {', '.join(names)}; give these and no others.")
    if not all(math.isfinite(one) and one > 0 for one in parameters.values()) or k < 1:
        raise UnfitModel(f"The parameters of {model} are numbers above zero, and k is 1 or more.")
    method = METHODS[model]
    told = {name: Estimate(float(parameters[name]), None, 0, "", method) for name in names}
    return Fitted(model, told, Estimate(None, None, 0, "", method), 0, k)
