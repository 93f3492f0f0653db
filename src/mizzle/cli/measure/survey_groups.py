"""`mizzle measure`: surveys. What the members of groups have in common, and how far raters of the same agree."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mizzle.cli.measure import Measure, Option, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import Answer, Figure, SetAside
    from mizzle.columns import Columns
    from mizzle.survey.within import AsWe, Within

    Numbers = NDArray[np.float64]


def points(text: str) -> int:
    """Read how many points a scale has."""
    if not text.isascii() or not text.isdigit() or int(text) < 2:  # noqa: PLR2004 - one point leaves no choice
        raise argparse.ArgumentTypeError(f"a whole number from 2 on is wanted, not {text!r}")
    return int(text)


def number(text: str) -> float:
    """Read a number that has an end."""
    import math

    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError(f"a number is wanted, not {text!r}")
    return found


def _rwg(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer
    from mizzle.errors import MizzleError
    from mizzle.survey.within import RWG, rwg, uniform

    if chosen.points and chosen.variance is not None:
        raise MizzleError("Give --points or --variance, not both: the points say the variance.")
    columns, answers = _read(chosen)
    warnings: list[str] = []
    by_chance = chosen.variance
    if by_chance is None:
        of_scale, warnings = _points(chosen, answers)
        by_chance = uniform(of_scale)
    found = rwg(answers, columns.words(chosen.group), by_chance=by_chance)
    name = "r_wg" if found.items == 1 else "r_wg(j)"
    return Answer("rwg", RWG, "", _figures(name, found), _aside(columns, found.incomplete), warnings)


def _ad(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer
    from mizzle.survey.within import AD, ad

    columns, answers = _read(chosen)
    median = chosen.around == "median"
    found = ad(answers, columns.words(chosen.group), points=chosen.points, around_median=median)
    beyond = [of for of, one in found.groups.items() if one.value is not None and one.value > found.by_chance]
    warnings = []
    if chosen.points and beyond:
        warnings.append(
            f"{len(beyond)} of {len(found.groups)} groups lie beyond {found.by_chance:.4g}, the upper limit of"
            f" agreement on {chosen.points} points."
        )
    return Answer("ad", AD, "points", _figures("AD", found), _aside(columns, found.incomplete), warnings)


def _icc(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.intraclass import ICC, icc

    columns, answers = _read(chosen)
    groups = columns.words(chosen.group)
    found = {name: icc(answers[:, place], groups) for place, name in enumerate(chosen.items)}
    one = len(found) == 1
    figures = []
    for name, told in found.items():
        of = "" if one else name
        figures += [Figure("ICC(1)", told.icc1, of), Figure("ICC(2)", told.icc2, of)]
    few = min(told.groups for told in found.values())
    warnings = (
        [f"{few} groups say little of groups; with fewer than 10 the interval is very wide."] if few < FEW else []
    )
    left = columns.n - min(told.icc1.n for told in found.values())
    return Answer("icc", ICC, "", figures, _aside(columns, left), warnings)


def _shrout_fleiss(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, SetAside, figures_of
    from mizzle.columns import read_columns
    from mizzle.survey.intraclass import SHROUT_FLEISS, shrout_fleiss

    columns = read_columns(chosen.file, chosen.raters, sheet=chosen.sheet)
    found = shrout_fleiss(columns.matrix(chosen.raters))
    figures = [figure for name, one in found.items() for figure in figures_of({"": one}, name)]
    left = columns.n - figures[0].estimate.n
    aside = [*columns.set_aside, *([SetAside("rows that a rater has not rated", left)] if left else [])]
    return Answer("shrout-fleiss", SHROUT_FLEISS, "", figures, aside)


def _as_we(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer
    from mizzle.errors import MizzleError
    from mizzle.survey.within import AS_WE, as_we

    columns, answers = _read(chosen)
    if np.isnan(answers).all():
        raise MizzleError("No row has an answer. Name other columns, or give a file with answers.")
    low = float(np.nanmin(answers)) if chosen.low is None else chosen.low
    high = float(np.nanmax(answers)) if chosen.high is None else chosen.high
    found = as_we(answers, columns.words(chosen.group), low=low, high=high, fewest=chosen.fewest)
    figures = [figure for of, one in found.items() for figure in _told(of, one)]
    warnings = []
    if chosen.low is None or chosen.high is None:
        warnings.append(
            f"The scale goes from {low:g} to {high:g} in the data; give --low and --high if the question had others."
        )
    warnings += [f"{of}: {one.reason}" for of, one in found.items() if not one.is_we][:MOST_REASONS]
    left = columns.n - sum(one.agreement.n for one in found.values())
    return Answer("as-we", AS_WE, "", figures, _aside(columns, left), warnings)


def _told(of: str, one: AsWe) -> list[Figure]:
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate
    from mizzle.survey.within import AS_WE

    figures = [Figure("agreement", one.agreement, of)]
    if one.mean is not None:
        figures.append(Figure("mean", one.mean, of))
    for name, share in zip(("low", "middle", "high"), one.split or (), strict=False):
        figures.append(Figure(name, Estimate(share, None, one.agreement.n, "share", AS_WE), of))
    return figures


def _figures(name: str, found: Within) -> list[Figure]:
    from mizzle.answer import Figure, figures_of

    return [Figure(f"mean_{name}", found.mean), Figure(f"median_{name}", found.median), *figures_of(found.groups, name)]


def _read(chosen: argparse.Namespace) -> tuple[Columns, Numbers]:
    from mizzle.columns import read_columns

    columns = read_columns(chosen.file, [*chosen.items, chosen.group], sheet=chosen.sheet)
    return columns, columns.matrix(chosen.items)


def _points(chosen: argparse.Namespace, answers: Numbers) -> tuple[int, list[str]]:
    """Say how many points the scale has: as told, or as the answers show."""
    import numpy as np

    from mizzle.errors import MizzleError

    if chosen.points:
        return int(chosen.points), []
    given = answers[~np.isnan(answers)]
    if not len(given) or (given != np.floor(given)).any() or given.min() == given.max():
        raise MizzleError("The answers do not show how many points the scale has. Give --points, or --variance.")
    low, high = float(given.min()), float(given.max())
    return round(high - low) + 1, [
        f"The scale is taken to go from {low:g} to {high:g}, the ends found in the data; give --points if it has more."
    ]


def _aside(columns: Columns, n: int) -> Sequence[SetAside]:
    from mizzle.answer import SetAside

    return [*columns.set_aside, *([SetAside("rows with a missing answer or group", n)] if n else [])]


FEW = 10
"""Groups below which an ICC says little."""

MOST_REASONS = 20
"""Groups whose reason is told."""

ITEMS = Option("--items", "columns of the items", "A1,A2", names, required=True)
BY = Option("--group", "column of the group", "COLUMN", required=True)
POINTS = Option("--points", "how many points the scale has", "N", points)

GROUPS = (
    Measure("rwg", "How alike the members of each group answered: r_wg, r_wg(j).", "mizzle.survey.rwg", _rwg,
            (ITEMS, BY, POINTS,
             Option("--variance", "variance of answers at random, not --points", "N", number)), ("ANSWERS.csv",)),
    Measure("ad", "How far the members of each group are from its middle: average deviation.", "mizzle.survey.ad", _ad,
            (ITEMS, BY, POINTS,
             Option("--around", "middle of the group (default mean)", None, None, "mean", choices=("mean", "median"))),
            ("ANSWERS.csv",)),
    Measure("icc", "How much of people's answers is their group's: ICC(1), ICC(2).", "mizzle.survey.icc", _icc,
            (ITEMS, BY), ("ANSWERS.csv",)),
    Measure("shrout-fleiss", "How far raters give the same the same rating: the six ICCs of Shrout and Fleiss.",
            "mizzle.survey.shrout_fleiss", _shrout_fleiss,
            (Option("--raters", "columns of the raters; a row is what was rated", "R1,R2", names, required=True),),
            ("RATINGS.csv",)),
    Measure("as-we", 'Of which groups the mean may be shown as "we", and how the others split.', "mizzle.survey.as_we",
            _as_we,
            (ITEMS, BY, Option("--low", "low end of the scale (default: least answer found)", "N", number),
             Option("--high", "high end of the scale (default: greatest answer found)", "N", number),
             Option("--fewest", "least number of members (default 5)", "N", points, 5)), ("ANSWERS.csv",)),
)  # fmt: skip
