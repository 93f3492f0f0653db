"""Measures of survival: how long practices and customers last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.answer import Answer, Figure
from mizzle.cli.measure import GROUP, Measure, Option
from mizzle.cli.measure.given import names
from mizzle.cli.measure.rows import aside, done, nothing, read

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.survival import Curve

MOST_TIMES = 400
"""Times of a curve that an answer gives; of more, an even choice."""


def _survival(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.columns import UnfitColumn
    from mizzle.estimate import Estimate
    from mizzle.survival import LOG_RANK, METHOD, kaplan_meier, log_rank

    columns = read(chosen, chosen.duration, chosen.event, chosen.group, chosen.on)
    durations = columns.numbers(chosen.duration)
    ended = done(columns, chosen.event) if chosen.event else np.where(np.isnan(durations), np.nan, 1.0)
    covariates = columns.matrix(chosen.on) if chosen.on else np.zeros((columns.n, 0))
    groups = columns.words(chosen.group) if chosen.group else [""] * columns.n
    known = ~(np.isnan(durations) | np.isnan(ended) | np.isnan(covariates).any(axis=1))
    known &= ~nothing(groups)
    set_aside = aside(columns, (~known, "rows that lack a duration, an end, a group or a covariate"))
    if not known.any():
        raise UnfitColumn(f"{columns.path.name} has no row with all that was named. Name other columns.")
    t, d = durations[known], ended[known]
    of = [one or "" for one, is_known in zip(groups, known, strict=True) if is_known]
    figures = _of_curve(kaplan_meier(t, d, unit=chosen.time_unit), "", chosen.curve)
    if chosen.group:
        for name in sorted(set(of)):
            rows = np.array([one == name for one in of])
            figures += _of_curve(kaplan_meier(t[rows], d[rows], unit=chosen.time_unit), name, chosen.curve)
        found = log_rank(t, d, of)
        figures += [
            Figure("log_rank_chi_squared", found.chi_squared),
            Figure("log_rank_p", found.p),
            *(
                Figure("expected", Estimate(one, None, of.count(name), "ends", LOG_RANK), name)
                for name, one in found.expected.items()
            ),
        ]
    if chosen.on:
        figures += _of_cox(t, d, covariates[known], chosen)
    warnings = ["What has not ended yet is taken to last on as others do that were seen longer."]
    if lasting := [one.label for one in figures if one.name == "median" and one.estimate.value is None]:
        warnings.append(
            f"Not known yet, since more than half were still lasting when they were last seen: {', '.join(lasting)}."
            " Ask for the curve (--curve)."
        )
    return Answer("survival", METHOD, chosen.time_unit, figures, set_aside, warnings)


def _of_curve(found: Curve, name: str, whole: bool) -> list[Figure]:  # noqa: FBT001 - as chosen on the command line
    from mizzle.estimate import Estimate
    from mizzle.survival import METHOD

    figures = [
        Figure("median", found.median, name),
        Figure("ended", Estimate(float(found.ended), None, found.n, "ends", METHOD), name),
    ]
    if not whole:
        return figures
    every = max(len(found.times) // MOST_TIMES, 1)
    told = list(zip(found.times, found.surviving, strict=True))[::every]
    return figures + [Figure("survival", one, f"{name} {time:g}".strip()) for time, one in told]


def _of_cox(
    t: NDArray[np.float64], d: NDArray[np.float64], x: NDArray[np.float64], chosen: argparse.Namespace
) -> list[Figure]:
    from math import exp

    from mizzle.estimate import Estimate, Interval
    from mizzle.survival import COX, cox

    found = cox(t, d, x, chosen.on, ties=chosen.ties)
    figures = [Figure("beta", one, name) for name, one in found.coefficients.items()]
    figures += [
        Figure("standard_error", Estimate(one, None, len(t), "log hazard ratio", COX), name)
        for name, one in found.errors.items()
    ]
    for name, one in found.coefficients.items():
        if one.value is not None and one.interval is not None and max(map(abs, one.interval)) < 500:  # noqa: PLR2004 - e to it is finite
            ends = Interval(exp(one.interval.low), exp(one.interval.high))
            figures.append(Figure("hazard_ratio", Estimate(exp(one.value), ends, one.n, "ratio", COX), name))
    told = Estimate(found.log_likelihood, None, len(t), "log likelihood", COX)
    return [*figures, Figure("LL", told), Figure("concordance", found.concordance)]


MEASURES = (
    Measure(
        name="survival",
        sentence="How long practices or customers last, whether groups differ, and what goes with ending sooner.",
        documents="mizzle.survival.kaplan_meier",
        ask=_survival,
        options=(
            Option("--duration", "column with how long each lasted, or has lasted so far", "COLUMN", required=True),
            Option("--event", "column that says whether it has ended: 1 or 0, yes or no (default: all have)", "COLUMN"),
            GROUP._replace(help="column of groups: medians of each, and the log-rank test"),
            Option("--on", "columns of covariates: Cox's model", "X1,X2", names),
            Option(
                "--ties",
                "how ends at one time are taken (default: efron)",
                None,
                None,
                "efron",
                choices=("efron", "breslow"),
            ),
            Option("--curve", "give the whole curve as well"),
            Option("--time-unit", "unit of the durations, as weeks", "UNIT", default=""),
        ),
        files=("ROWS.csv",),
    ),
)
