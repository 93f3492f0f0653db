"""Customers who come back: measures of transactions, of ready summaries and of contracts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mizzle.cli.measure import DATES, SEED, TIME_UNIT, Measure, Option
from mizzle.cli.measure.given import above_zero, day, samples, share, whole
from mizzle.cli.measure.rows import aside, read

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import Answer, Figure, SetAside
    from mizzle.columns import Columns
    from mizzle.estimate import Estimate
    from mizzle.loyalty.cleaning import Purchases
    from mizzle.loyalty.fitted import Fitted

    Numbers = NDArray[np.float64]

MODELS = ("bg-nbd", "pareto-nbd", "mbg-cnbd-k")
YEAR = {"week": 365.25 / 7, "day": 365.25}
CALLED_CURRENCY = ("currency", "currency_code", "valuta", "moneda")
RELATED = 0.3
"""Correlation of amounts and repeats from which on a residual value is doubtful."""

HALF = 0.5


class _History(NamedTuple):
    """What a model is fitted to, and what stands around it in the answer."""

    names: Sequence[str]
    frequency: Numbers
    recency: Numbers
    age: Numbers
    monetary: Numbers | None
    log_gaps: Numbers | None
    money: str
    set_aside: Sequence[SetAside]
    warnings: Sequence[str]


def _cleaned(chosen: argparse.Namespace) -> tuple[Purchases, str]:
    """Read transactions and clean them; give them with the name of their currency."""
    from mizzle.answer import SetAside
    from mizzle.loyalty.cleaning import clean

    currency = chosen.currency_column or _currency_column(chosen)
    columns = read(chosen, chosen.customer, chosen.date, chosen.amount, currency)
    codes, names = columns.codes(chosen.customer)
    found = clean(
        codes,
        columns.instants(chosen.date, dates=chosen.dates, strict=False),
        _amounts(columns, chosen.amount) if chosen.amount else None,
        names=names,
        currencies=columns.words(currency) if currency else None,
        currency=chosen.currency,
        until=chosen.until,
        repeated=chosen.repeated,
    )
    from dataclasses import replace

    aside = tuple(SetAside(one.reason, one.n) for one in columns.set_aside)
    money = chosen.currency or (_only(columns, currency) if currency else "currency")
    return replace(found, set_aside=aside + found.set_aside), money


def _currency_column(chosen: argparse.Namespace) -> str | None:
    """Find a column that is called as currencies are."""
    from mizzle.logs.readers import open_reader

    if not chosen.amount:
        return None
    reader = open_reader(chosen.file, sheet=chosen.sheet, least_columns=1)
    try:
        names = getattr(reader, "columns", ())
    finally:
        reader.close()
    return next((name for name in names if name.strip().lower() in CALLED_CURRENCY), None)


def _only(columns: Columns, currency: str) -> str:
    return next((word.upper() for word in columns.words(currency) if word), "currency")


def _amounts(columns: Columns, name: str) -> Numbers:
    """Read amounts; where most of them are none, say what is wrong with the first."""
    import numpy as np

    found = columns.numbers(name, strict=False)
    if np.isnan(found).mean() > HALF:
        return columns.numbers(name)
    return found


def _transactions(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate
    from mizzle.loyalty.cleaning import summarise

    kept, money = _cleaned(chosen)
    found = summarise(kept, chosen.time_unit, split=chosen.split)
    method, n = "loyalty.clean/1", len(found.customers)

    def one(name: str, value: float | None, unit: str) -> Figure:
        return Figure(name, Estimate(value, None, n, unit, method))

    returned = found.frequency > 0
    figures = [
        one("customers", n, "customers"),
        one("customers_with_repeat", int(returned.sum()), "customers"),
        one("purchases", float(found.frequency.sum()) + n, "purchases"),
        one("frequency", float(found.frequency.mean()), "purchases"),
        one("age", float(found.age.mean()), f"{chosen.time_unit}s"),
    ]
    if kept.has_amounts:
        mean = float(found.monetary[returned].mean()) if returned.any() else None
        figures.append(one("monetary", mean, money))
    if chosen.split is not None:
        figures.append(one("held_out_purchases", float(found.held_out.sum()), "purchases"))
    if chosen.per_customer:
        columns = {"frequency": found.frequency, "recency": found.recency, "age": found.age}
        columns |= {"monetary": found.monetary} if kept.has_amounts else {}
        units = {"frequency": "purchases", "monetary": money}
        figures += [
            Figure(name, Estimate(float(value), None, 1, units.get(name, f"{chosen.time_unit}s"), method), of)
            for name, values in columns.items()
            for of, value in zip(found.customers, values, strict=True)
        ]
    return Answer("transactions", method, "", figures, found.set_aside, found.notes)


def _loyalty(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate
    from mizzle.loyalty.cleaning import summarise

    kept, money = _cleaned(chosen)
    found = summarise(kept, chosen.time_unit, split=chosen.split)
    history = _History(
        found.customers,
        found.frequency,
        found.recency,
        found.age,
        monetary=found.monetary if kept.has_amounts else None,
        log_gaps=found.log_gaps,
        money=money,
        set_aside=found.set_aside,
        warnings=found.notes,
    )
    horizon = chosen.horizon or found.held_out_for or YEAR[chosen.time_unit]
    more = []
    if chosen.split is not None:
        held_out = Estimate(float(found.held_out.sum()), None, len(found.customers), "purchases", "loyalty.clean/1")
        more.append(Figure("held_out_purchases", held_out))
    return _told("loyalty", history, chosen, horizon, more)


def _summary(chosen: argparse.Namespace) -> Answer:
    columns = read(chosen, chosen.frequency, chosen.recency, chosen.age, chosen.monetary, chosen.customer)
    names = [str(place + 1) for place in range(columns.n)]
    if chosen.customer:
        names = [word or place for word, place in zip(columns.words(chosen.customer), names, strict=True)]
    rows = [columns.numbers(one, low=0) for one in (chosen.frequency, chosen.recency, chosen.age)]
    monetary = columns.numbers(chosen.monetary) if chosen.monetary else None
    kept = _complete(rows, monetary)
    history = _History(
        [name for name, there in zip(names, kept, strict=True) if there],
        rows[0][kept],
        rows[1][kept],
        rows[2][kept],
        monetary=None if monetary is None else monetary[kept],
        log_gaps=None,
        money="currency",
        set_aside=aside(columns, (~kept, "customers of whom a number is missing")),
        warnings=(),
    )
    return _told("loyalty-summary", history, chosen, chosen.horizon or YEAR[chosen.time_unit], [])


def _complete(rows: Sequence[Numbers], monetary: Numbers | None) -> NDArray[np.bool_]:
    """Find the customers whose every number is known."""
    import numpy as np

    known: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(np.stack(rows)))
    return known if monetary is None else known & (np.isfinite(monetary) | (rows[0] == 0))


def _told(measure: str, history: _History, chosen: argparse.Namespace, horizon: float, more: list[Figure]) -> Answer:
    """Fit the models, and put together what they say."""
    from mizzle.answer import Answer, Figure
    from mizzle.loyalty import customers, expected_purchases_new, outlook

    model = _fitted(history, chosen)
    rows = (history.frequency, history.recency, history.age)
    ahead = outlook(model, *rows, horizon)
    figures = _parameters(model)
    if model.model == "mbg-cnbd-k":
        figures.append(Figure("k", _plain(model, model.k)))
    figures += [
        Figure("LL", model.log_likelihood),
        Figure("P(alive)", ahead.p_alive),
        Figure("expected_purchases", ahead.expected_purchases),
        Figure("expected_purchases_total", ahead.expected_total),
        *more,
        Figure("expected_purchases_new", expected_purchases_new(model, horizon)),
    ]
    warnings = [*history.warnings, *model.warnings, *_ahead(horizon, history, chosen)]
    once = int((history.frequency == 0).sum())
    if model.model == "bg-nbd" and once:
        warnings.append(
            f"BG/NBD takes the {once:,} customers who bought once as alive, since here one stops only after a repeat"
            " purchase. Other models do not: compare P(alive) within one model only."
        )
    values = None
    if history.monetary is not None:
        worth, values, said = _worth(model, history, history.monetary, chosen)
        figures += worth
        warnings += said
    if chosen.per_customer:
        each = customers(model, *rows, horizon)
        figures += [Figure("P(alive)", one.p_alive, of) for of, one in zip(history.names, each, strict=True)]
        figures += [
            Figure("expected_purchases", one.expected_purchases, of)
            for of, one in zip(history.names, each, strict=True)
        ]
        figures += _each_worth(model, history, values)
    return Answer(measure, model.method, "purchases", figures, history.set_aside, warnings)


def _ahead(horizon: float, history: _History, chosen: argparse.Namespace) -> list[str]:
    longest = float(history.age.max())
    told = [f"Expected purchases are those of the coming {horizon:,.4g} {chosen.time_unit}s."]
    if horizon > 2 * longest:
        told.append(
            f"That is more than twice the {longest:,.4g} {chosen.time_unit}s that were seen: read it with care."
        )
    return told


def _fitted(history: _History, chosen: argparse.Namespace) -> Fitted:
    from mizzle.loyalty import bg_nbd, mbg_cnbd_k, pareto_nbd

    rows = (history.frequency, history.recency, history.age)
    if chosen.model == "mbg-cnbd-k":
        return mbg_cnbd_k(*rows, log_gaps=history.log_gaps, k=chosen.k)
    return bg_nbd(*rows) if chosen.model == "bg-nbd" else pareto_nbd(*rows)


def _parameters(model: Fitted, among: str = "") -> list[Figure]:
    from mizzle.answer import Figure

    return [Figure(name, one, among) for name, one in model.parameters.items()]


def _plain(model: Fitted, value: float) -> Estimate:
    from mizzle.estimate import Estimate

    return Estimate(value, None, model.n, "", model.method)


def _worth(
    model: Fitted, history: _History, monetary: Numbers, chosen: argparse.Namespace
) -> tuple[list[Figure], Sequence[float] | None, list[str]]:
    """Say what customers spend, and what they are still worth; where no model fits the amounts, say why."""
    from dataclasses import replace

    import numpy as np

    from mizzle.answer import Figure
    from mizzle.errors import MizzleError
    from mizzle.loyalty import gamma_gamma, mean_value, residual_value

    x, z, year = history.frequency, np.nan_to_num(monetary), YEAR[chosen.time_unit]
    try:
        amounts = gamma_gamma(x, z)
        mean = replace(mean_value(amounts), unit=history.money)
        figures = [*_parameters(amounts), Figure("LL(gamma-gamma)", amounts.log_likelihood), Figure("mean_value", mean)]
        worth = residual_value(
            model,
            amounts,
            x,
            history.recency,
            history.age,
            z,
            horizon=chosen.years * year,
            discount=math.expm1(math.log1p(chosen.discount) / year),
            rng=np.random.default_rng(chosen.seed),
            margin=chosen.margin,
            replicates=chosen.samples,
        )
    except MizzleError as reason:
        return [], None, [f"There is no residual value. {reason}"]
    figures += [
        Figure("residual_value", replace(worth.mean, unit=history.money)),
        Figure("residual_value_total", replace(worth.total, unit=history.money)),
    ]
    warnings = [*amounts.warnings, *worth.warnings, *_left_out(chosen), *_related(x, z)]
    return figures, worth.each, warnings


def _left_out(chosen: argparse.Namespace) -> list[str]:
    earned = "turnover, since no margin was given" if chosen.margin == 1 else f"a margin of {chosen.margin:.4g}"
    told = (
        f"The residual value counts {earned}, over {chosen.years:g} years, discounted by {chosen.discount:.4g} a year. "
        "It leaves out what comes later, costs to serve, and customers whom these bring along."
    )
    return [told]


def _related(x: Numbers, z: Numbers) -> list[str]:
    import numpy as np

    seen = (x > 0) & (z > 0)
    if np.ptp(x[seen]) == 0:
        return []
    found = float(np.corrcoef(x[seen], z[seen])[0, 1])
    if abs(found) < RELATED:
        return []
    told = (
        f"Amounts and repeats go together (correlation {found:.2f}), which the model of amounts does not allow for; "
        "value groups of customers one by one."
    )
    return [told]


def _each_worth(model: Fitted, history: _History, values: Sequence[float] | None) -> list[Figure]:
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate

    if values is None:
        return []
    return [
        Figure("residual_value", Estimate(value, None, model.n, history.money, "loyalty.residual_value/1"), of)
        for of, value in zip(history.names, values, strict=True)
    ]


def _retention(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.loyalty import residual_periods, retention, sbg, survival

    columns = read(chosen, chosen.customers)
    counts = columns.numbers(chosen.customers, low=0)
    model = sbg(counts)
    seen = len(counts) - 1
    periods = range(1, seen + chosen.horizon + 1)
    figures = [*_parameters(model), Figure("LL", model.log_likelihood)]
    figures += [
        Figure("residual_periods", residual_periods(model, seen, discount=chosen.discount), f"after {seen}"),
        *(Figure("retention", retention(model, one), str(one)) for one in periods),
        *(Figure("survival", one, str(t)) for t, one in zip(periods, survival(model, periods), strict=True)),
    ]
    warnings = list(model.warnings)
    if (counts != counts.round()).any() or counts[0] == 1:
        warnings.append("Counts are not whole numbers of people: intervals are those of as many as the first one says.")
    return Answer("retention", model.method, "share", figures, columns.set_aside, warnings)


def _bg_bb(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.loyalty import bg_bb, customers, expected_purchases_new, outlook

    named = (chosen.frequency, chosen.recency, chosen.occasions)
    columns = read(chosen, *named, chosen.customers)
    x, last, n = (columns.numbers(name, low=0) for name in named)
    weight = columns.numbers(chosen.customers, low=0) if chosen.customers else None
    model = bg_bb(x, last, n, customers=weight)
    ahead = outlook(model, x, last, n, chosen.horizon, customers=weight)
    figures = [
        *_parameters(model),
        Figure("LL", model.log_likelihood),
        Figure("P(alive)", ahead.p_alive),
        Figure("expected_purchases", ahead.expected_purchases),
        Figure("expected_purchases_total", ahead.expected_total),
        Figure("expected_purchases_new", expected_purchases_new(model, chosen.horizon)),
    ]
    if chosen.per_history:
        each = customers(model, x, last, n, chosen.horizon)
        called = [f"x={a:g}, t_x={b:g}, n={c:g}" for a, b, c in zip(x, last, n, strict=True)]
        figures += [Figure("P(alive)", one.p_alive, of) for of, one in zip(called, each, strict=True)]
        figures += [
            Figure("expected_purchases", one.expected_purchases, of) for of, one in zip(called, each, strict=True)
        ]
    which = "next occasion" if chosen.horizon == 1 else f"coming {chosen.horizon} occasions"
    told = f"Expected purchases are those of the {which}; P(alive) is the chance to be still a customer on the next."
    return Answer("bg-bb", model.method, "purchases", figures, columns.set_aside, [*model.warnings, told])


FILE_OF = (
    Option("--customer", "column that says whose a transaction is", "COLUMN", required=True),
    Option("--date", "column that says when it was", "COLUMN", required=True),
    Option("--amount", "column with its amount; below zero is a return", "COLUMN"),
    Option("--currency-column", "column with the currency (default: one that is called so)", "COLUMN"),
    Option("--currency", "the currency to keep, where there are several", "EUR"),
    DATES,
    TIME_UNIT,
    Option("--until", "last day of observation (default: the last in the file)", "DATE", day),
    Option("--split", "last day of calibration; what comes later is held out", "DATE", day),
    Option("--repeated", "rows of one day that are alike (default: keep)", default="keep", choices=("keep", "aside")),
    Option("--per-customer", "a figure for each customer as well"),
)
VALUE_OF = (
    Option("--model", "the model (default: bg-nbd)", default="bg-nbd", choices=MODELS),
    Option("--k", "regularity, for mbg-cnbd-k (default: chosen by likelihood)", "K", whole(1, 12)),
    Option("--horizon", "the coming time, in units (default: a year, or what was held out)", "N", above_zero),
    Option("--years", "years that the residual value counts (default: 5)", "N", above_zero, 5.0),
    Option("--discount", "rate of discount a year (default: 0.1)", "SHARE", share, 0.1),
    Option("--margin", "share of an amount that is earned (default: 1)", "SHARE", share, 1.0),
    Option("--samples", "samples drawn again for the interval of the value (default: 200)", "N", samples(20), 200),
    SEED,
)

MEASURES = (
    Measure(
        "loyalty",
        "How often customers come back, whether they still do, and what they are still worth, from transactions.",
        documents="mizzle.loyalty.bg_nbd",
        ask=_loyalty,
        options=(*FILE_OF, *VALUE_OF),
        files=("TRANSACTIONS.csv",),
    ),
    Measure(
        "loyalty-summary",
        "The same from a summary: repeats, time of the last one and time observed of each customer.",
        documents="mizzle.loyalty.outlook",
        ask=_summary,
        options=(
            Option("--frequency", "column with the repeat purchases", "COLUMN", required=True),
            Option("--recency", "column with the time from the first purchase to the last", "COLUMN", required=True),
            Option("--age", "column with the time from the first purchase to the end", "COLUMN", required=True),
            Option("--monetary", "column with the mean amount of the repeats", "COLUMN"),
            Option("--customer", "column with the customer (default: the number of the row)", "COLUMN"),
            TIME_UNIT,
            Option("--per-customer", "a figure for each customer as well"),
            *VALUE_OF,
        ),
        files=("SUMMARY.csv",),
    ),
    Measure(
        "transactions",
        "What would be set aside of a file of transactions, and why, and what is left of it.",
        documents="mizzle.loyalty.clean",
        ask=_transactions,
        options=FILE_OF,
        files=("TRANSACTIONS.csv",),
    ),
    Measure(
        "retention",
        "How many customers of a contract will stay, from how many were left after each renewal (sBG).",
        documents="mizzle.loyalty.sbg",
        ask=_retention,
        options=(
            Option("--customers", "column with the number of customers, the start first", "COLUMN", required=True),
            Option("--horizon", "renewals beyond those seen (default: 5)", "N", whole(0, 10_000), 5),
            Option("--discount", "rate of discount a period (default: 0.1)", "SHARE", above_zero, 0.1),
        ),
        files=("COUNTS.csv",),
    ),
    Measure(
        "bg-bb",
        "How often customers come on given occasions, and whether they still do (BG/BB).",
        documents="mizzle.loyalty.bg_bb",
        ask=_bg_bb,
        options=(
            Option("--frequency", "column with the occasions on which a customer came", "COLUMN", required=True),
            Option("--recency", "column with the number of the last of these", "COLUMN", required=True),
            Option("--occasions", "column with the number of occasions", "COLUMN", required=True),
            Option("--customers", "column with how many customers a row stands for", "COLUMN"),
            Option("--horizon", "coming occasions (default: 1)", "N", whole(1, 10_000), 1),
            Option("--per-history", "a figure for each row as well"),
        ),
        files=("HISTORIES.csv",),
    ),
)
"""What the command line can ask of customers who come back."""
