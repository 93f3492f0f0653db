"""The measures of taking hold, as `mizzle measure` asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.cli.measure import DATES, GROUP, SEED, Measure, Option
from mizzle.cli.measure.given import names, share, span, whole
from mizzle.cli.measure.rows import aside, by_group, done, moments, read

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.adoption import Bass
    from mizzle.answer import Answer, Figure
    from mizzle.columns import Columns

UNDECIDED = "people with too few windows observed to say"

_WINDOWS = Option(
    "--windows", "columns of the windows, the latest last: yes and no, or how often", "W1,W2,W3", names, required=True
)


def _table(columns: Columns, windows: list[str]) -> NDArray[np.float64]:
    import numpy as np

    return np.column_stack([done(columns, name) for name in windows])


def _practising(chosen: argparse.Namespace) -> Answer:
    from mizzle.adoption import practising
    from mizzle.adoption.practice import METHOD
    from mizzle.answer import Answer, Figure
    from mizzle.errors import MizzleError

    columns = read(chosen, chosen.windows, chosen.group)
    table = _table(columns, chosen.windows)
    found = practising(table)
    figures, warnings = [Figure("practising", found.share)], []
    for name, rows in by_group(columns, chosen.group):
        try:
            figures.append(Figure("practising", practising(table[rows]).share, name))
        except MizzleError as refused:
            warnings.append(f"{name}: {refused}")
    left = aside(columns, (found.undecided, UNDECIDED))
    return Answer("practising", METHOD, "share", figures, left, warnings)


def _critical_mass(chosen: argparse.Namespace) -> Answer:
    from mizzle.adoption import critical_mass, practising
    from mizzle.adoption.practice import MASS
    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate

    columns = read(chosen, chosen.windows)
    who = practising(_table(columns, chosen.windows))
    found = critical_mass(who.practising, who.share.n)
    marks = (("band_low", found.band[0]), ("mark", found.mark), ("band_high", found.band[1]))
    figures = [Figure("practising", found.share)]
    figures += [Figure(name, Estimate(value, None, who.share.n, "share", MASS)) for name, value in marks]
    sure = "with its whole interval" if found.is_sure else "but its interval reaches further"
    warnings = [
        f"The share lies {found.place}, {sure}.",
        "The band is one of evidence, not a law: such shares have been seen to be enough, and not to be.",
    ]
    left = aside(columns, (who.undecided, UNDECIDED))
    return Answer("critical-mass", MASS, "share", figures, left, warnings)


BARELY = 2.0
"""Periods since the peak below which it is hardly known."""


def _bass(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.adoption import BassPriors, bass, forecast
    from mizzle.adoption.curves import METHODS, WORDS, forms_beside
    from mizzle.answer import Answer, Figure
    from mizzle.errors import MizzleError

    columns = read(chosen, chosen.adopters, chosen.date)
    series = columns.numbers(chosen.adopters)
    if chosen.date:
        when = moments(columns, chosen.date, chosen.dates)
        if np.isnan(when).any():
            raise MizzleError(f"A row has no {chosen.date!r}, so its place in the series is unknown. Fill it in.")
        series = series[np.argsort(when, kind="stable")]
    if chosen.cumulative:
        series = _added(series)
    if (chosen.prior_p is None) != (chosen.prior_q is None):
        raise MizzleError("Priors are given for p and q together: --prior-p LOW,HIGH --prior-q LOW,HIGH.")
    priors = BassPriors(chosen.prior_p, chosen.prior_q) if chosen.prior_p else None
    found = bass(series, form=chosen.form, priors=priors)
    figures = _parameters(found)
    if chosen.horizon:
        ahead = forecast(found, chosen.horizon)
        figures += [Figure("adopters", one, f"period {found.periods + by}") for by, one in enumerate(ahead, 1)]
    for form, other in forms_beside(series, chosen.form):
        figures += [Figure("m", other.m, form), Figure("p", other.p, form), Figure("q", other.q, form)]
    warnings = [f"Form {chosen.form}: {WORDS[chosen.form]}. Other forms are named beside their figures."]
    if not series[0] and (before := int(np.argmax(series > 0))):
        warnings.append(
            f"The first {before} periods have nobody. The curve begins with the first row: leave out what was before"
            " the start, or p is far too low."
        )
    if priors is None and found.t_peak.value is not None and found.periods - found.t_peak.value < BARELY:
        warnings.append(
            "The peak lies in the last two periods: it is told from one or two numbers, and what is foretold rests on"
            " it. Wait for a few more periods before you plan with it."
        )
    if priors is not None:
        warnings.append("The ranges for p and q that were given count as much as the data, or more before the peak.")
    return Answer("bass", METHODS[chosen.form], "per period", figures, columns.set_aside, warnings)


def _added(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what a running total rose by in each period."""
    import numpy as np

    from mizzle.errors import MizzleError

    added = np.diff(totals, prepend=0.0)
    falls = np.flatnonzero(added < 0)
    if len(falls):
        place = int(falls[0])
        raise MizzleError(
            f"The running total falls in period {place + 1}, to {totals[place]:g}. One of all who ever adopted cannot;"
            " one of those who still do it can, and is no Bass curve. Leave out --cumulative, or end the series before."
        )
    return added


def _parameters(found: Bass) -> list[Figure]:
    from mizzle.adoption.curves import METHODS
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate

    method, n = METHODS[found.form], found.periods
    figures = [Figure("m", found.m), Figure("p", found.p), Figure("q", found.q)]
    figures += [Figure("t_peak", found.t_peak), Figure("peak_rate", found.peak_rate)]
    figures += [
        Figure(f"standard_error_{name}", Estimate(error, None, n, one.unit, method))
        for name, error, one in zip("mpq", found.standard_errors, (found.m, found.p, found.q), strict=True)
    ]
    figures.append(Figure("residual_standard_error", Estimate(found.residual_error, None, n, "adopters", method)))
    figures += [
        Figure(name, Estimate(value, None, n, "coefficient", method))
        for name, value in zip("abc", found.coefficients, strict=False)
    ]
    return figures


def _thresholds(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.adoption import cascade, thresholds
    from mizzle.adoption.whatif import THRESHOLDS
    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate

    columns = read(chosen, chosen.threshold)
    told = columns.numbers(chosen.threshold, low=0, high=1e6) / (100 if chosen.per_cent else 1)
    found = cascade(told, start=chosen.start)
    known = told[~np.isnan(told)]
    rng = np.random.default_rng(chosen.seed)
    mean, spread = float(known.mean()), float(known.std())
    drawn = thresholds(len(known), mean, spread, rng=rng, runs=chosen.runs, start=chosen.start)
    figures = [
        Figure("end", Estimate(found.end, None, len(known), "share", THRESHOLDS)),
        Figure("steps", Estimate(len(found.shares) - 1, None, len(known), "steps", THRESHOLDS)),
        Figure("end_of_drawn_crowds", drawn.end),
        Figure("carried_among_drawn_crowds", drawn.carried),
    ]
    warnings = [
        found.what_if,
        f"Drawn crowds: {drawn.runs} crowds of normally distributed thresholds with the same mean and deviation.",
    ]
    left = aside(columns, (np.isnan(told), "people without a threshold"))
    return Answer("thresholds", THRESHOLDS, "share", figures, left, warnings)


def _committed(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.adoption import committed_minority
    from mizzle.adoption.whatif import COMMITTED
    from mizzle.answer import Answer, Figure

    rng = np.random.default_rng(chosen.seed)
    found = committed_minority(chosen.people, chosen.committed, rng=rng, rounds=chosen.rounds, runs=chosen.runs)
    figures = [Figure("carried", found.carried), Figure("end", found.end), Figure("rounds", found.rounds)]
    return Answer("committed-minority", COMMITTED, "share", figures, (), [found.what_if])


MEASURES = (
    Measure(
        "practising",
        "Which share of people did the practice in at least 2 of the last 3 windows.",
        documents="mizzle.adoption.practising",
        ask=_practising,
        options=(_WINDOWS, GROUP),
        files=("PRACTICE.csv",),
    ),
    Measure(
        "bass",
        "How something new spreads: how many in the end (m), by themselves (p), from one to another (q).",
        documents="mizzle.adoption.bass",
        ask=_bass,
        options=(
            Option("--adopters", "column of how many adopted in each period", "COLUMN", required=True),
            Option("--form", "how it is fitted (default: nls)", default="nls", choices=("nls", "differences", "ols")),
            Option("--cumulative", "the column is a running total"),
            Option("--date", "column that orders the periods (default: the order of the rows)", "COLUMN"),
            DATES,
            Option("--horizon", "coming periods that are foretold (default: 0)", "N", whole(0, 10_000), 0),
            Option("--prior-p", "range that holds p with 95 %%, known from elsewhere", "LOW,HIGH", span),
            Option("--prior-q", "range that holds q with 95 %%, known from elsewhere", "LOW,HIGH", span),
        ),
        files=("SERIES.csv",),
    ),
    Measure(
        "critical-mass",
        "Where the share of practising people lies to the band in which practices have been seen to spread.",
        documents="mizzle.adoption.critical_mass",
        ask=_critical_mass,
        options=(_WINDOWS,),
        files=("PRACTICE.csv",),
    ),
    Measure(
        "thresholds",
        "What if people join once enough others have? How far it goes from their thresholds.",
        documents="mizzle.adoption.thresholds",
        ask=_thresholds,
        options=(
            Option("--threshold", "column of the share of others that a person waits for", "COLUMN", required=True),
            Option("--per-cent", "thresholds are in per cent"),
            Option("--start", "share of people who do it anyway (default: 0)", "SHARE", share, 0.0),
            Option("--runs", "how many crowds are drawn (default: 1000)", "N", whole(1, 100_000), 1000),
            SEED,
        ),
        files=("THRESHOLDS.csv",),
    ),
    Measure(
        "committed-minority",
        "What if a minority never gives in? How often it carries the others along in a naming game.",
        documents="mizzle.adoption.committed_minority",
        ask=_committed,
        options=(
            Option("--people", "how many people", "N", whole(2, 100_000), required=True),
            Option("--committed", "share of them who never give in, 0 to 1", "SHARE", share, required=True),
            Option("--rounds", "rounds that are played (default: 200)", "N", whole(1, 100_000), 200),
            Option("--runs", "how often it is played (default: 100)", "N", whole(1, 100_000), 100),
            SEED,
        ),
        files=(),
    ),
)
