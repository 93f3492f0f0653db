"""`mizzle measure`: surveys. What the members of groups have in common, and how far raters of the same agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.cli.measure import GROUP, LEAST, Measure, Option
from mizzle.cli.measure.given import names, number, whole
from mizzle.cli.measure.rows import aside, nothing, read

if TYPE_CHECKING:
    import argparse

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import Answer, Figure
    from mizzle.columns import Columns
    from mizzle.survey.within import AsWe, Within

    Numbers = NDArray[np.float64]


def _rwg(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer
    from mizzle.errors import MizzleError
    from mizzle.survey.within import RWG, rwg, uniform

    if _scale_is_told(chosen) and chosen.variance is not None:
        raise MizzleError("Give the scale or --variance, not both: the points of the scale say the variance.")
    columns, answers = _answers(chosen)
    warnings: list[str] = []
    by_chance = chosen.variance
    if by_chance is None:
        of_scale, warnings = _points(chosen, answers)
        by_chance = uniform(of_scale)
    found = rwg(answers, columns.words(chosen.group), by_chance=by_chance)
    name = "r_wg" if found.items == 1 else "r_wg(j)"
    return Answer("rwg", RWG, "", _figures(name, found), aside(columns, (found.incomplete, MISSING)), warnings)


def _ad(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer
    from mizzle.survey.within import AD, ad

    columns, answers = _answers(chosen)
    median = chosen.around == "median"
    points, warnings = _points(chosen, answers) if _scale_is_told(chosen) else (None, [])
    found = ad(answers, columns.words(chosen.group), points=points, around_median=median)
    beyond = [of for of, one in found.groups.items() if one.value is not None and one.value > found.by_chance]
    if points and beyond:
        warnings.append(
            f"{len(beyond)} of {len(found.groups)} groups lie beyond {found.by_chance:.4g}, the upper limit of"
            f" agreement on {points} points."
        )
    return Answer("ad", AD, "points", _figures("AD", found), aside(columns, (found.incomplete, MISSING)), warnings)


def _icc(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.intraclass import ICC, icc

    columns, answers = _answers(chosen)
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
    return Answer("icc", ICC, "", figures, aside(columns, (left, MISSING)), warnings)


def _shrout_fleiss(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, figures_of
    from mizzle.survey.intraclass import SHROUT_FLEISS, shrout_fleiss

    columns = read(chosen, chosen.raters)
    found = shrout_fleiss(columns.matrix(chosen.raters))
    figures = [figure for name, one in found.items() for figure in figures_of({"": one}, name)]
    left = columns.n - figures[0].estimate.n
    return Answer(
        "shrout-fleiss", SHROUT_FLEISS, "", figures, aside(columns, (left, "rows that a rater has not rated"))
    )


def _as_we(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer
    from mizzle.errors import MizzleError
    from mizzle.survey.within import AS_WE, as_we

    columns, answers = _answers(chosen)
    if np.isnan(answers).all():
        raise MizzleError("No row has an answer. Name other columns, or give a file with answers.")
    low, high, warnings = scale_of(answers, chosen)
    found = as_we(answers, columns.words(chosen.group), low=low, high=high, fewest=chosen.least)
    figures = [figure for of, one in found.items() for figure in _told(of, one)]
    warnings += [f"{of}: {one.reason}" for of, one in found.items() if not one.is_we][:MOST_REASONS]
    left = np.isnan(answers).any(axis=1) | nothing(columns.words(chosen.group))
    return Answer("as-we", AS_WE, "", figures, aside(columns, (left, MISSING)), warnings)


def scale_of(answers: Numbers, chosen: argparse.Namespace) -> tuple[float, float, list[str]]:
    """Give the ends of the scale: as told, or those of the answers, with a warning that they were found there."""
    import numpy as np

    from mizzle.errors import MizzleError

    low = float(np.nanmin(answers)) if chosen.low is None else chosen.low
    high = float(np.nanmax(answers)) if chosen.high is None else chosen.high
    if low == high:
        raise MizzleError(f"Every answer is {low:g}, which does not show the scale. Give its ends: --low and --high.")
    if chosen.low is not None and chosen.high is not None:
        return low, high, []
    ends = f"The scale is taken to go from {low:g} to {high:g}, the ends found in the data"
    return low, high, [f"{ends}; give --low and --high if the question had others."]


def _told(of: str, one: AsWe) -> list[Figure]:
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate
    from mizzle.survey.within import AS_WE

    figures = [Figure("agreement", one.agreement, of)]
    if one.mean is not None:
        figures.append(Figure("mean", one.mean, of))
    for name, share in zip(("share_low", "share_middle", "share_high"), one.split or (), strict=False):
        figures.append(Figure(name, Estimate(share, None, one.agreement.n, "share", AS_WE), of))
    return figures


def _figures(name: str, found: Within) -> list[Figure]:
    from mizzle.answer import Figure, figures_of

    return [Figure(f"mean_{name}", found.mean), Figure(f"median_{name}", found.median), *figures_of(found.groups, name)]


def _answers(chosen: argparse.Namespace) -> tuple[Columns, Numbers]:
    columns = read(chosen, chosen.items, chosen.group)
    return columns, columns.matrix(chosen.items)


def _scale_is_told(chosen: argparse.Namespace) -> bool:
    return any(one is not None for one in (chosen.points, chosen.low, chosen.high))


def _points(chosen: argparse.Namespace, answers: Numbers) -> tuple[int, list[str]]:
    """Say how many points the scale has: as told, by its ends, or as the answers show."""
    import numpy as np

    from mizzle.errors import MizzleError

    ends = [end for end in (chosen.low, chosen.high) if end is not None]
    if chosen.points:
        if ends:
            raise MizzleError("Give --points, or the ends of the scale by --low and --high, not both.")
        return int(chosen.points), []
    found = answers[~np.isnan(answers)]
    all_told = chosen.low is not None and chosen.high is not None
    steps = np.array(ends) if all_told else np.append(found, ends)
    if not len(steps) or (steps != np.floor(steps)).any() or steps.min() == steps.max():
        raise MizzleError("The answers do not show how many points the scale has. Give --points, or --low and --high.")
    low, high = float(steps.min()), float(steps.max())
    least, most = (low if chosen.low is None else chosen.low), (high if chosen.high is None else chosen.high)
    if ((found < least) | (found > most)).any():
        raise MizzleError(
            f"Answers go from {found.min():g} to {found.max():g}, beyond the scale that was given. Look at --low,"
            " --high and the columns."
        )
    said = f"The scale is taken to go from {low:g} to {high:g}, the ends found in the data; give --low and --high, or"
    return round(high - low) + 1, [] if all_told else [f"{said} --points, if it has more."]


MISSING = "rows with a missing answer or group"
FEW = 10
"""Groups below which an ICC says little."""

MOST_REASONS = 20
"""Groups whose reason is told."""

ITEMS = Option("--items", "columns of the items", "A1,A2", names, required=True)
BY = GROUP._replace(help="column of the group", required=True)
LOW = Option("--low", "low end of the scale (default: least answer found)", "N", number)
HIGH = Option("--high", "high end of the scale (default: greatest answer found)", "N", number)
RATERS = Option("--raters", "columns of the raters; a row is what was rated", "R1,R2", names, required=True)
POINTS = Option("--points", "how many points the scale has", "N", whole(2))

GROUPS = (
    Measure("rwg", "How alike the members of each group answered: r_wg, r_wg(j).", "mizzle.survey.rwg", _rwg,
            (ITEMS, BY, LOW, HIGH, POINTS,
             Option("--variance", "variance of answers at random, not --points", "N", number)), ("ANSWERS.csv",)),
    Measure("ad", "How far the members of each group are from its middle: average deviation.", "mizzle.survey.ad", _ad,
            (ITEMS, BY, LOW, HIGH, POINTS,
             Option("--around", "middle of the group (default: mean)", None, None, "mean", choices=("mean", "median"))),
            ("ANSWERS.csv",)),
    Measure("icc", "How much of people's answers is their group's: ICC(1), ICC(2).", "mizzle.survey.icc", _icc,
            (ITEMS, BY), ("ANSWERS.csv",)),
    Measure("shrout-fleiss", "How far raters give the same thing the same rating: the six ICCs of Shrout and Fleiss.",
            "mizzle.survey.shrout_fleiss", _shrout_fleiss,
            (RATERS,), ("RATINGS.csv",)),
    Measure("as-we", 'Of which groups the mean may be shown as "we", and how the others split.', "mizzle.survey.as_we",
            _as_we,
            (ITEMS, BY, LOW, HIGH, LEAST), ("ANSWERS.csv",)),
)  # fmt: skip
