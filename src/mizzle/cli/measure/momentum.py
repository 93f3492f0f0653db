"""Measures of momentum: control charts, runs, turns and held gains of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.answer import Answer, Figure
from mizzle.cli.measure import DATES, Measure, Option
from mizzle.cli.measure.given import above_zero, moment, names, number, share, whole, whole_numbers
from mizzle.cli.measure.rows import aside, moments, read

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import SetAside
    from mizzle.momentum.charts import Chart

    Numbers = NDArray[np.float64]

KINDS = ("xmr", "p", "pp", "u", "up", "c", "xbar", "r")
UNITS = {"p": "share", "pp": "share", "u": "rate", "up": "rate", "c": "count"}
LEAST_FOR_LIMITS = 12


def _read(chosen: argparse.Namespace, *named: str | None) -> tuple[list[Numbers], list[str], list[SetAside]]:
    """Read number columns in the order of time, without rows that lack one; and what each row is called."""
    import numpy as np

    from mizzle.columns import UnfitColumn

    wanted = [name for name in named if name]
    columns = read(chosen, wanted, chosen.date)
    numbers = [columns.numbers(name) for name in wanted]
    known = ~np.logical_or.reduce([np.isnan(one) for one in numbers])
    labels = np.arange(1, columns.n + 1).astype(str)
    order = np.arange(columns.n)
    if chosen.date:
        labels = np.array([word or "" for word in columns.words(chosen.date)], object)
        when = moments(columns, chosen.date, chosen.dates)
        order = np.argsort(when, kind="stable")
        known &= ~np.isnan(when)
    order = order[known[order]]
    if not len(order):
        raise UnfitColumn(f"{columns.path.name} has no row with all of {', '.join(wanted)}. Name other columns.")
    set_aside = aside(columns, (columns.n - len(order), "rows that lack a number or a date"))
    return [one[order] for one in numbers], [str(labels[place]) for place in order], set_aside


def _chart(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.columns import UnfitColumn
    from mizzle.estimate import Estimate
    from mizzle.momentum.charts import METHOD, chart, chart_of_groups

    sized = chosen.kind in ("p", "pp", "u", "up")
    if sized != bool(chosen.n):
        says = "needs the column of sizes, --n" if sized else "has no sizes; leave out --n"
        raise UnfitColumn(f"A chart {chosen.kind} {says}.")
    if chosen.kind in ("xbar", "r"):
        if len(chosen.value) == 1 and not chosen.group:
            raise UnfitColumn(f"A chart {chosen.kind} needs several columns in --value, or the column --group.")
        groups, labels, set_aside = _groups(chosen)
        found = chart_of_groups(groups, kind=chosen.kind, baseline=chosen.baseline)
    else:
        if len(chosen.value) > 1 or chosen.group:
            raise UnfitColumn(f"A chart {chosen.kind} has one column in --value, and no --group.")
        numbers, labels, set_aside = _read(chosen, chosen.value[0], chosen.n)
        found = chart(numbers[0], numbers[1] if sized else None, kind=chosen.kind, baseline=chosen.baseline)
    unit, n = UNITS.get(chosen.kind, ""), found.baseline
    figures = [Figure("centre", Estimate(found.centre, None, n, unit, METHOD))]
    if found.sigma is not None:
        figures.append(Figure("sigma", Estimate(found.sigma, None, n, "ratio" if sized else unit, METHOD)))
    figures.append(Figure("points_beyond", Estimate(float(len(found.beyond)), None, len(labels), "points", METHOD)))
    figures += [
        Figure("beyond", Estimate(found.values[place], None, 1, unit, METHOD), labels[place]) for place in found.beyond
    ]
    same = np.ptp(found.upper) == 0 and np.ptp(found.lower) == 0
    for name, line in (("lower_limit", found.lower), ("upper_limit", found.upper)):
        ends = [(line[0], "")] if same else zip(line, labels, strict=True)
        figures += [Figure(name, Estimate(value, None, n, unit, METHOD), of) for value, of in ends]
    return Answer("chart", METHOD, unit, figures, set_aside, _warnings(found))


def _warnings(found: Chart) -> list[str]:
    if found.baseline < LEAST_FOR_LIMITS:
        return [f"The limits come from {found.baseline} points; below {LEAST_FOR_LIMITS} they move much with each one."]
    return []


def _groups(chosen: argparse.Namespace) -> tuple[list[Numbers], list[str], list[SetAside]]:
    """Read groups as rows of several columns, or as rows of one column with the same name in another."""
    import numpy as np

    from mizzle.columns import UnfitColumn

    if not chosen.group:
        numbers, labels, set_aside = _read(chosen, *chosen.value)
        return list(np.column_stack(numbers)), labels, set_aside
    columns = read(chosen, chosen.value, chosen.group)
    values = columns.numbers(chosen.value[0])
    members: dict[str, list[float]] = {}
    for name, value in zip(columns.words(chosen.group), values.tolist(), strict=True):
        if name is not None and not np.isnan(value):
            members.setdefault(name, []).append(value)
    set_aside = aside(columns, (columns.n - sum(map(len, members.values())), "rows without a number or a group"))
    if len({len(one) for one in members.values()}) > 1:
        raise UnfitColumn(f"The groups of {chosen.group!r} are not of one size. Leave out those that are not full.")
    return [np.array(one) for one in members.values()], list(members), set_aside


def _runs(chosen: argparse.Namespace) -> Answer:
    from mizzle.estimate import Estimate
    from mizzle.momentum.runs import LEAST, METHOD, runs

    numbers, _, set_aside = _read(chosen, chosen.value, chosen.n)
    values = numbers[0] / _positive(numbers[1]) if chosen.n else numbers[0]
    centre = chosen.centre
    if chosen.mean:
        centre = float(numbers[0].sum() / numbers[1].sum()) if chosen.n else float(values.mean())
    found = runs(values, centre=centre)
    told = {
        "longest_run": (found.longest_run, "points"),
        "longest_run_max": (found.longest_run_max, "points"),
        "crossings": (found.crossings, "crossings"),
        "crossings_min": (found.crossings_min, "crossings"),
        "n_useful": (found.n_useful, "points"),
        "centre": (found.centre, ""),
        "signal": (None if found.is_signal is None else int(found.is_signal), "1 where it shifts"),
    }
    figures = [
        Figure(name, Estimate(None if value is None else float(value), None, found.n_useful, unit, METHOD))
        for name, (value, unit) in told.items()
    ]
    few = (
        [f"Fewer than {LEAST} points are off the middle, so the rules say nothing."] if found.is_signal is None else []
    )
    return Answer("runs", METHOD, "points", figures, set_aside, few)


def _positive(sizes: Numbers) -> Numbers:
    from mizzle.columns import UnfitColumn

    if (sizes <= 0).any():
        raise UnfitColumn("A size is not above 0. Leave out points at which nothing could be counted.")
    return sizes


def _turns(chosen: argparse.Namespace) -> Answer:
    from mizzle.estimate import Estimate
    from mizzle.momentum.turns import METHOD, turns

    numbers, labels, set_aside = _read(chosen, chosen.value, chosen.n)
    values = numbers[0] / _positive(numbers[1]) if chosen.n else numbers[0]
    found = turns(values, shortest=chosen.shortest, most=chosen.most)
    n = len(labels)
    figures = [Figure("turns", Estimate(float(len(found.turns)), None, n, "turns", METHOD))]
    for one in found.turns:
        of = labels[one.last]
        figures += [
            Figure("last_point_before", Estimate(float(one.last + 1), None, n, "points", METHOD), of),
            Figure("mean_before", Estimate(one.before, None, n, "", METHOD), of),
            Figure("mean_after", Estimate(one.after, None, n, "", METHOD), of),
            Figure("step", one.step, of),
        ]
    figures.append(Figure("sup_F", found.sup_f))
    for name, line in (("RSS", found.rss), ("BIC", found.bic)):
        figures += [Figure(name, Estimate(value, None, n, "", METHOD), str(m)) for m, value in enumerate(line)]
    warnings = ["A turn is named by the last point before it; its date and step are taken as known in the interval."]
    return Answer("turns", METHOD, "", figures, set_aside, warnings)


def _held_gain(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.columns import UnfitColumn
    from mizzle.momentum.turns import HELD, held_gain

    columns = read(chosen, chosen.value, chosen.date, chosen.n)
    values, when = columns.numbers(chosen.value), columns.instants(chosen.date, dates=chosen.dates)
    if chosen.n:
        values = values / _positive(columns.numbers(chosen.n))
    known = ~(np.isnan(values) | np.isnat(when))
    days = (when[known] - np.datetime64(chosen.since.replace(tzinfo=None))) / np.timedelta64(1, "D")
    if not known.any():
        raise UnfitColumn(f"{columns.path.name} has no row with a number and a date. Name other columns.")
    gain, held = held_gain(values[known], days, after=chosen.after, window=chosen.window)
    set_aside = aside(columns, (~known, "rows that lack a number or a date"))
    figures = [Figure("gain", gain), *(Figure("held", one.share, f"{one.days} days") for one in held)]
    warnings = []
    if any(one.share.value is None for one in held):
        warnings.append("No share is said where nothing was measured then, or where the gain is not beyond chance.")
    return Answer("held-gain", HELD, "share", figures, set_aside, warnings)


_DATE = Option("--date", "column with the date or number of each point (default: rows are in order)", "COLUMN")
_VALUE = Option("--value", "column with the numbers", "COLUMN", required=True)
_SIZES = Option("--n", "column with sizes, where values are counts", "COLUMN")

MEASURES = (
    Measure(
        name="chart",
        sentence="Which points of a series lie outside of what chance alone would do (control charts).",
        documents="mizzle.momentum.chart",
        ask=_chart,
        options=(
            Option(
                "--value", "column with the numbers or counts; several for xbar and r", "COLUMN", names, required=True
            ),
            Option(
                "--kind",
                "single values, shares (p, Laney's pp), rates (u, up), counts, groups",
                None,
                None,
                "xmr",
                choices=KINDS,
            ),
            Option("--n", "column with the size of each point, for p, pp, u and up", "COLUMN"),
            Option("--group", "column with the group of each row, for xbar and r", "COLUMN"),
            Option("--baseline", "how many points make the limits, from the first on (default: all)", "N", whole(1)),
            _DATE,
            DATES,
        ),
        files=("SERIES.csv",),
    ),
    Measure(
        name="runs",
        sentence="Whether a series shifts or drifts more than chance would (Anhøj's rules).",
        documents="mizzle.momentum.runs",
        ask=_runs,
        options=(
            _VALUE,
            _SIZES,
            Option("--centre", "the middle (default: the median)", "NUMBER", number),
            Option("--mean", "take the mean as the middle, as charts do"),
            _DATE,
            DATES,
        ),
        files=("SERIES.csv",),
    ),
    Measure(
        name="turns",
        sentence="When the level of a series changed, and by how much.",
        documents="mizzle.momentum.turns",
        ask=_turns,
        options=(
            _VALUE,
            _SIZES,
            Option(
                "--shortest", "share of the series that a level lasts at least (default: 0.15)", "SHARE", share, 0.15
            ),
            Option("--most", "how many turns are looked for (default: 5)", "N", whole(1), 5),
            _DATE,
            DATES,
        ),
        files=("SERIES.csv",),
    ),
    Measure(
        name="held-gain",
        sentence="Which share of a gain is still there 90, 180 and 365 days after an improvement.",
        documents="mizzle.momentum.held_gain",
        ask=_held_gain,
        options=(
            _VALUE,
            _SIZES,
            Option("--date", "column with the date of each point", "COLUMN", required=True),
            DATES,
            Option("--since", "day of the improvement", "DATE", moment, required=True),
            Option(
                "--after", "days after which one looks (default: 90,180,365)", "D1,D2", whole_numbers, [90, 180, 365]
            ),
            Option("--window", "days over which a level is averaged (default: 28)", "DAYS", above_zero, 28.0),
        ),
        files=("SERIES.csv",),
    ),
)
