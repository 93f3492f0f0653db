"""A ledger of assumptions: each with low, base and high, and what they come to together."""

from __future__ import annotations

import ast
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mizzle.economics.amounts import Amount
from mizzle.errors import MizzleError
from mizzle.estimate import ENDLESS, Estimate, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

Shape = Literal["triangular", "pert"]
METHODS: dict[str, str] = {"triangular": "economics.ledger_triangular/1", "pert": "economics.ledger_pert/1"}
DRAWS = 20_000
MOST_DRAWS = 2_000_000
LONGEST = 2_000
"""Signs of a formula, at most."""
OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One line of a ledger.

    Attributes
    ----------
    name
        What it is.
    low, base, high
        The least that it can be, what it most likely is, and the most that it can be.
    """

    name: str
    low: float
    base: float
    high: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the assumptions come to together.

    Attributes
    ----------
    result
        Median of the draws; its ends hold 95 % of them. They say what follows from the assumptions, not how true these
        are.
    mean
        Mean of the draws.
    base
        With every assumption at its base.
    above_zero
        Share of the draws above 0.
    contributions
        By name: how much of the spread goes with it, 0 to 1. What is left is of assumptions together.
    shape
        How each is spread between low and high.
    draws
        How many.
    """

    result: Amount
    mean: Estimate
    base: Estimate
    above_zero: Estimate
    contributions: dict[str, Estimate]
    shape: Shape
    draws: int


def ledger(
    assumptions: Sequence[Assumption],
    *,
    rng: np.random.Generator,
    formula: str | None = None,
    shape: Shape = "triangular",
    draws: int = DRAWS,
    currency: str = "EUR",
    period: str = "per year",
    leaves_out: Sequence[str] = (),
) -> Ledger:
    """Say what assumptions come to together, and which of them the doubt comes from.

    Parameters
    ----------
    assumptions
        Each with low, base and high.
    rng
        Where the draws come from.
    formula
        How they go together: names, numbers, + - * / and brackets; a name with other signs is written with _ for each
        of them. Their sum where None.
    shape
        ``"triangular"`` between low, base and high, or ``"pert"``: a beta distribution with more weight at the base.
    draws
        How many.
    currency, period
        Of the result.
    leaves_out
        What is not in it, in words.

    Returns
    -------
    Ledger
        The result with its ends, the base case, and each assumption's part in the spread.

    Raises
    ------
    MizzleError
        For no assumption, two of one name, ends out of order, a formula that cannot be read or divides by 0, no draw.

    Notes
    -----
    Formula: the draws of the formula; contribution = squared correlation of an assumption's draws with the result's.

    Assumes: assumptions are independent of one another, and truly between low and high.

    Missing data: none; every line needs all three numbers.

    Interval: the ends hold 95 % of the draws, to within the chance of drawing. It is no confidence interval.

    Not for: hiding a guess: the ledger is to be shown with the result.

    References
    ----------
    Malcolm, D. G. et al. (1959), Operations Research 7, 646-669 (PERT). Checked against the moments of both
    distributions: tests/golden.

    Examples
    --------
    >>> lines = [Assumption("saved", 80, 100, 150), Assumption("cost", 40, 50, 60)]
    >>> found = ledger(lines, formula="saved - cost", rng=np.random.default_rng(1))
    >>> found.base.value, found.contributions["saved"].value > found.contributions["cost"].value
    (50.0, True)
    """
    if shape not in METHODS:
        raise MizzleError(f"There is no shape {shape!r}. Choose triangular or pert.")
    if not 1 <= draws <= MOST_DRAWS:
        raise MizzleError(f"Draw at least once and at most {MOST_DRAWS:,} times.")
    method, unit = METHODS[shape], f"{currency} {period}"
    keys = _checked(assumptions)
    tree = _read(formula if formula is not None else " + ".join(keys), keys)
    drawn = {key: _draw(one, shape, draws, rng) for key, one in keys.items()}
    values = np.broadcast_to(np.asarray(_value(tree, drawn), np.float64), (draws,))
    base = float(_value(tree, {key: np.float64(one.base) for key, one in keys.items()}))
    if not np.isfinite(values).all() or not math.isfinite(base) or float(np.abs(values).max()) > ENDLESS:
        raise MizzleError("The formula divides by 0, or its result is larger than any amount can be. Look at the ends.")
    low, median, high = np.quantile(values, [0.025, 0.5, 0.975]).tolist()
    result = Estimate(median, Interval(low, high), draws, unit, method)
    return Ledger(
        result=Amount(result, currency, period, tuple(leaves_out)),
        mean=Estimate(float(values.mean()), None, draws, unit, method),
        base=Estimate(base, None, draws, unit, method),
        above_zero=Estimate(float((values > 0).mean()), None, draws, "share", method),
        contributions={
            one.name: Estimate(_part(drawn[key], values), None, draws, "share", method) for key, one in keys.items()
        },
        shape=shape,
        draws=draws,
    )


def key_of(name: str) -> str:
    """Give the name by which a formula calls an assumption.

    Examples
    --------
    >>> key_of("Hours saved (per week)")
    'Hours_saved__per_week_'
    """
    key = "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in name.strip())
    return f"_{key}" if key[:1].isdigit() else key


def _checked(assumptions: Sequence[Assumption]) -> dict[str, Assumption]:
    found: dict[str, Assumption] = {}
    for one in assumptions:
        key = key_of(one.name)
        if not key or key in found:
            raise MizzleError(f"The assumption {one.name!r} has no name of its own. Give each line another name.")
        ends = (one.low, one.base, one.high)
        if not all(math.isfinite(end) and abs(end) <= ENDLESS for end in ends):
            raise MizzleError(f"{one.name}: low, base and high are needed, each a number that an amount can be.")
        if not one.low <= one.base <= one.high:
            raise MizzleError(f"{one.name}: the base must lie between low and high. It is {one.base:g}.")
        found[key] = one
    if not found:
        raise MizzleError("The ledger has no assumption. Write at least one, with low, base and high.")
    return found


def _read(formula: str, keys: Mapping[str, Assumption]) -> ast.expr:
    """Read a formula; nothing but names, numbers, brackets and the four operations is understood."""
    try:
        tree = ast.parse(formula[: LONGEST + 1].strip(), mode="eval").body
        known = len(formula) <= LONGEST and _is_understood(tree, keys)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        known = False
    if not known:
        raise MizzleError(
            f"The formula {formula[:80]!r} cannot be read. Use + - * / and brackets, numbers, and these names:"
            f" {', '.join(keys)}."
        )
    return tree


def _is_understood(node: ast.expr, keys: Mapping[str, Assumption]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in keys
        case ast.Constant(value=value):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return _is_understood(inner, keys)
        case ast.BinOp(left=left, op=op, right=right):
            return type(op) in OPERATIONS and _is_understood(left, keys) and _is_understood(right, keys)
    return False


def _value(node: ast.expr, drawn: Mapping[str, Any]) -> Any:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        match node:
            case ast.Name(id=name):
                return drawn[name]
            case ast.Constant(value=value):
                return np.float64(str(value))
            case ast.UnaryOp(operand=inner):
                return -_value(inner, drawn)
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATIONS[type(op)](_value(left, drawn), _value(right, drawn))
    raise MizzleError("The formula cannot be worked out.")


def _draw(one: Assumption, shape: Shape, draws: int, rng: np.random.Generator) -> Numbers:
    span = one.high - one.low
    if span <= 0:
        return np.full(draws, one.base)
    if shape == "triangular":
        return rng.triangular(one.low, one.base, one.high, draws)
    near = (one.base - one.low) / span
    found: Numbers = one.low + span * rng.beta(1 + 4 * near, 1 + 4 * (1 - near), draws)
    return found


def _part(drawn: Numbers, values: Numbers) -> float:
    a, b = drawn - drawn.mean(), values - values.mean()
    size = float((a * a).sum()) * float((b * b).sum())
    return min(float((a * b).sum()) ** 2 / size, 1.0) if size > 0 else 0.0
