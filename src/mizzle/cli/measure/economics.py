"""The measures of money, as `mizzle measure` asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.cli.measure import SEED, Measure, Option
from mizzle.cli.measure.given import amount, names, number, share, whole
from mizzle.cli.measure.rows import aside, done, nothing, read

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import Answer
    from mizzle.columns import Columns
    from mizzle.economics import Amount, Assumption, Forecast, MarginAtRisk
    from mizzle.estimate import Estimate, Interval

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_CURRENCY = Option("--currency", "currency of the amounts (default: EUR)", "CODE", default="EUR")


def _left_out(one: Amount) -> str:
    return f"Leaves out: {', '.join(one.leaves_out)}."


def _unsatisfied(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.economics import cost_of_unsatisfied
    from mizzle.economics.unsatisfied import METHOD
    from mizzle.errors import MizzleError
    from mizzle.estimate import Estimate, Interval

    minutes = chosen.minutes or []
    if not (minutes or chosen.compensation or chosen.rework):
        raise MizzleError("Name at least one part: --minutes with --rate, --compensation or --rework.")
    columns = read(chosen, minutes, chosen.compensation, chosen.rework)
    risk = None
    if chosen.margin_at_risk:
        low, value, high = chosen.margin_at_risk
        risk = Estimate(value, Interval(low, high), 0, f"{chosen.currency} per customer", METHOD)
    found = cost_of_unsatisfied(
        minutes=sum(columns.numbers(name, low=0) for name in minutes) if minutes else None,
        hourly_rate=chosen.rate,
        compensation=columns.numbers(chosen.compensation, low=0) if chosen.compensation else None,
        rework=columns.numbers(chosen.rework, low=0) if chosen.rework else None,
        margin_at_risk=risk,
        currency=chosen.currency,
    )
    figures = [Figure(name.replace(" ", "_"), part.estimate) for name, part in found.parts.items()]
    figures.append(Figure("total", found.total.estimate))
    left = aside(columns, (found.set_aside, "cases that lack a part"))
    warnings = [_left_out(found.total), "Look at the parts: they fall on different budgets."]
    return Answer("unsatisfied", METHOD, f"{chosen.currency} per case", figures, left, warnings)


def _margin_at_risk(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.economics import margin_at_risk
    from mizzle.economics.customers import RISK

    columns = read(chosen, chosen.unsatisfied, chosen.left, chosen.value)
    unsatisfied, gone = done(columns, chosen.unsatisfied), done(columns, chosen.left)
    worth = columns.numbers(chosen.value)
    found = margin_at_risk(
        unsatisfied, gone, worth, currency=chosen.currency, period=chosen.period, value_of=chosen.value_of
    )
    figures = [Figure(name, one) for name, one in _parts(found)]
    unit = f"{chosen.currency} {chosen.period}"
    for name, side in (("mean_value_left", 1.0), ("mean_value_stayed", 0.0)):
        figures.append(Figure(name, _mean_value(unsatisfied, gone, worth, side, unit)))
    left = aside(columns, (found.set_aside, "customers that lack one of the three"))
    warnings = [
        _left_out(found.per_customer),
        "Association, not cause; and the value must be from before they left, or it is low because they left.",
    ]
    return Answer("margin-at-risk", RISK, unit, figures, left, warnings)


def _parts(found: MarginAtRisk) -> list[tuple[str, Estimate]]:
    return [
        ("margin_at_risk", found.per_customer.estimate),
        ("margin_at_risk_total", found.in_all.estimate),
        ("P(leave | unsatisfied)", found.leave_unsatisfied),
        ("P(leave | satisfied)", found.leave_satisfied),
        ("excess", found.excess),
        ("risk_ratio", found.risk_ratio),
        ("residual_value", found.residual_value),
    ]


def _mean_value(unsatisfied: Numbers, gone: Numbers, worth: Numbers, side: float, unit: str) -> Estimate:
    import numpy as np

    from mizzle.economics.amounts import mean_of
    from mizzle.economics.customers import RISK

    table = np.column_stack([unsatisfied, gone, worth])
    table = table[~np.isnan(table).any(axis=1)]
    return mean_of(table[table[:, 1] == side, 2], unit, RISK)


def _acquire_or_keep(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer, Figure
    from mizzle.economics import acquire_or_keep
    from mizzle.economics.amounts import mean_of
    from mizzle.economics.customers import ACQUIRE

    columns = read(chosen, chosen.acquire, chosen.serve)
    winning, serving = columns.numbers(chosen.acquire, low=0), columns.numbers(chosen.serve, low=0)
    found = acquire_or_keep(winning, serving)
    figures = [Figure("acquire_or_keep", found)]
    for name, told, period in (("cost_to_win", winning, ""), ("cost_to_serve", serving, " per year")):
        unit = f"{chosen.currency} per customer{period}"
        figures.append(Figure(name, mean_of(told[told == told], unit, ACQUIRE)))  # noqa: PLR0124 - a NaN differs from itself
    warnings = ["Leaves out: what either kind of customer brings in."]
    left = aside(
        columns, (np.isnan(winning), "rows without a cost to win"), (np.isnan(serving), "rows without a cost to serve")
    )
    return Answer("acquire-or-keep", ACQUIRE, "years of serving", figures, left, warnings)


def _margin_multiple(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.economics import margin_multiple
    from mizzle.economics.customers import MULTIPLE, WARNING
    from mizzle.estimate import Estimate, wilson

    retention = Estimate(chosen.retention, None, 0, "share", MULTIPLE)
    if chosen.customers is not None:
        ends = wilson(chosen.retention, chosen.customers)
        retention = Estimate(chosen.retention, ends, chosen.customers, "share", MULTIPLE)
    found = margin_multiple(retention, chosen.discount)
    figures = [Figure("margin_multiple", found)]
    return Answer("margin-multiple", MULTIPLE, "margins", figures, (), [WARNING])


def _ledger(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer, Figure
    from mizzle.economics import ledger
    from mizzle.economics.ledgers import METHODS

    columns = read(chosen, chosen.name, chosen.low, chosen.base, chosen.high)
    found = ledger(
        _assumptions(columns, chosen),
        rng=np.random.default_rng(chosen.seed),
        formula=chosen.formula,
        shape=chosen.shape,
        draws=chosen.draws,
        currency=chosen.currency,
        period=chosen.period,
        leaves_out=chosen.leaves_out or (),
    )
    figures = [
        Figure("result", found.result.estimate),
        Figure("mean", found.mean),
        Figure("base", found.base),
        Figure("above_zero", found.above_zero),
    ]
    figures += [Figure("contribution", share, name) for name, share in found.contributions.items()]
    outside = ", ".join(found.result.leaves_out) or "nothing that was named (--leaves-out)"
    warnings = [
        f"{found.draws:,} draws, {found.shape} between low and high; the ends hold 95 %. No surer than what went in.",
        f"Leaves out: {outside}.",
    ]
    unit = f"{chosen.currency} {chosen.period}"
    return Answer("ledger", METHODS[chosen.shape], unit, figures, columns.set_aside, warnings)


def _assumptions(columns: Columns, chosen: argparse.Namespace) -> list[Assumption]:
    from mizzle.economics import Assumption

    ends = [columns.numbers(name).tolist() for name in (chosen.low, chosen.base, chosen.high)]
    return [
        Assumption(name or "", *three)
        for name, *three in zip(columns.words(chosen.name), *ends, strict=True)
        if name is not None or any(end == end for end in three)  # noqa: PLR0124 - a NaN differs from itself
    ]


def _forecast(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer, Figure
    from mizzle.economics import compare
    from mizzle.economics.forecasts import METHOD, kept
    from mizzle.estimate import Estimate

    columns = read(chosen, chosen.name, chosen.value, chosen.low, chosen.high, chosen.actual, chosen.digest)
    locked, lacking = _locked(columns, chosen)
    unit = f"{chosen.currency} {chosen.period}"
    if chosen.actual is None:
        figures = [
            Figure("forecast", Estimate(one.value, _interval(one), 0, unit, METHOD), one.name)
            for one in locked.values()
        ]
        warnings = [f"{one.name} is locked as sha256 {one.digest}. Keep it apart." for one in locked.values()]
        return Answer("forecast", METHOD, unit, figures, aside(columns, lacking), warnings)
    actual = columns.numbers(chosen.actual)
    came = {row: one for row, one in locked.items() if not np.isnan(actual[row])}
    outcomes = {row: compare(one, float(actual[row])) for row, one in came.items()}
    figures = [Figure("kept", kept(list(outcomes.values())))]
    for row, outcome in outcomes.items():
        name = came[row].name
        figures.append(Figure("error", outcome.error, name))
        figures.append(Figure("relative_error", outcome.relative_error, name))
        figures.append(Figure("inside", Estimate(float(outcome.is_inside), None, 1, "yes or no", METHOD), name))
    changed = [one.name for row, one in came.items() if not outcomes[row].is_unchanged]
    warnings = [f"Changed after it was locked, by its digest: {', '.join(changed)}."] if changed else []
    if not chosen.digest:
        warnings.append("No digests were given (--digest), so nobody can tell whether the forecasts were changed.")
    waiting = np.zeros(columns.n, bool)
    waiting[[row for row in locked if row not in came]] = True
    rows = aside(columns, lacking, (waiting, "forecasts of which nothing came yet"))
    return Answer("forecast", METHOD, unit, figures, rows, warnings)


def _locked(columns: Columns, chosen: argparse.Namespace) -> tuple[dict[int, Forecast], tuple[Flags, str]]:
    """Lock each row of a file; under its own digest where it has one."""
    import dataclasses

    import numpy as np

    from mizzle.economics import lock
    from mizzle.economics.forecasts import METHOD
    from mizzle.errors import MizzleError
    from mizzle.estimate import Estimate, Interval

    unit = f"{chosen.currency} {chosen.period}"
    words = columns.words(chosen.name)
    table = np.column_stack([columns.numbers(name) for name in (chosen.low, chosen.value, chosen.high)])
    digests = columns.words(chosen.digest) if chosen.digest else [None] * columns.n
    lacking = np.isnan(table).any(axis=1) | nothing(words)
    found = {}
    for row in np.flatnonzero(~lacking).tolist():
        low, value, high = table[row].tolist()
        if not low <= value <= high:
            raise MizzleError(f"{words[row]}: the value must lie between low and high. It is {value:g}.")
        estimate = Estimate(value, Interval(low, high), 0, unit, METHOD)
        made = lock(str(words[row]), estimate, currency=chosen.currency, period=chosen.period)
        found[row] = made if digests[row] is None else dataclasses.replace(made, digest=str(digests[row]).lower())
    return found, (lacking, "rows that lack a name, a value or an end")


def _interval(one: Forecast) -> Interval:
    from mizzle.estimate import Interval

    return Interval(one.low, one.high)


_NAME = Option("--name", "column of the names (default: name)", "COLUMN", default="name")
_LOW = Option("--low", "column of the low ends (default: low)", "COLUMN", default="low")
_HIGH = Option("--high", "column of the high ends (default: high)", "COLUMN", default="high")
_PERIOD = Option("--period", "what an amount is for (default: per year)", "WORDS", default="per year")
MEASURES = (
    Measure(
        "unsatisfied",
        "What an unsatisfied customer costs: staff time, compensation, rework, margin at risk.",
        documents="mizzle.economics.cost_of_unsatisfied",
        ask=_unsatisfied,
        options=(
            Option("--minutes", "columns of minutes of staff: in sessions, in handling", "M1,M2", names),
            Option("--rate", "what an hour of staff costs, with all that comes on top of pay", "AMOUNT", number),
            Option("--compensation", "column of compensation", "COLUMN"),
            Option("--rework", "column of the cost of rework", "COLUMN"),
            Option("--margin-at-risk", "margin at risk of a customer, or LOW,VALUE,HIGH", "AMOUNT", amount),
            _CURRENCY,
        ),
        files=("CASES.csv",),
    ),
    Measure(
        "margin-at-risk",
        "How much more often unsatisfied customers leave, times what they would still be worth.",
        documents="mizzle.economics.margin_at_risk",
        ask=_margin_at_risk,
        options=(
            Option("--unsatisfied", "column: 1 or yes where a customer was unsatisfied", "COLUMN", required=True),
            Option("--left", "column: 1 or yes where a customer left", "COLUMN", required=True),
            Option("--value", "column of the residual value", "COLUMN", required=True),
            Option(
                "--value-of",
                "whose mean value counts (default: unsatisfied)",
                default="unsatisfied",
                choices=("unsatisfied", "all"),
            ),
            _CURRENCY,
            Option("--period", "what a value is for (default: per customer)", "WORDS", default="per customer"),
        ),
        files=("CUSTOMERS.csv",),
    ),
    Measure(
        "acquire-or-keep",
        "How many years a regular customer could be served for what it costs to win a new one.",
        documents="mizzle.economics.acquire_or_keep",
        ask=_acquire_or_keep,
        options=(
            Option("--acquire", "column of what it cost to win a customer", "COLUMN", required=True),
            Option("--serve", "column of what it costs to serve one for a year", "COLUMN", required=True),
            _CURRENCY,
        ),
        files=("COSTS.csv",),
    ),
    Measure(
        "margin-multiple",
        "How many yearly margins a customer is still worth at a constant retention: r / (1 + i - r).",
        documents="mizzle.economics.margin_multiple",
        ask=_margin_multiple,
        options=(
            Option("--retention", "share of customers kept in a period, 0 to 1", "SHARE", share, required=True),
            Option("--discount", "what money costs in a period, as a share", "SHARE", number, required=True),
            Option("--customers", "of how many customers the retention was counted, for an interval", "N", whole(1)),
        ),
        files=(),
    ),
    Measure(
        "ledger",
        "What assumptions with low, base and high come to together, and where the doubt comes from.",
        documents="mizzle.economics.ledger",
        ask=_ledger,
        options=(
            _NAME,
            _LOW,
            Option("--base", "column of the likeliest amounts (default: base)", "COLUMN", default="base"),
            _HIGH,
            Option("--formula", "how they go together (default: their sum)", "FORMULA"),
            Option("--shape", "between low and high", default="triangular", choices=("triangular", "pert")),
            Option("--draws", "how many draws (default: 20000)", "N", whole(1, 10_000_000), 20_000),
            Option("--leaves-out", "what is not in it, with commas", "A,B", names),
            _CURRENCY,
            _PERIOD,
            SEED,
        ),
        files=("LEDGER.csv",),
    ),
    Measure(
        "forecast",
        "Locks forecasts under a digest; later, compares them with what came.",
        documents="mizzle.economics.lock",
        ask=_forecast,
        options=(
            _NAME,
            Option("--value", "column of the amounts forecast (default: value)", "COLUMN", default="value"),
            _LOW,
            _HIGH,
            Option("--actual", "column of what came", "COLUMN"),
            Option("--digest", "column of the digests under which they were locked", "COLUMN"),
            _CURRENCY,
            _PERIOD,
        ),
        files=("FORECASTS.csv",),
    ),
)
