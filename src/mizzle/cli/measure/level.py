"""The measures of the level of service, as `mizzle measure` asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.cli.measure import GROUP, LEVEL, Measure, Option
from mizzle.cli.measure.rows import aside, by_group, levels_of, nothing, ordered, read

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mizzle.answer import Answer, Figure
    from mizzle.level import LevelOfService


def _distribution(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer
    from mizzle.errors import MizzleError
    from mizzle.level import level_of_service
    from mizzle.level.served import LEVELS, METHOD

    columns = read(chosen, chosen.level, chosen.group)
    levels = levels_of(columns, chosen.level)
    if not levels.any():
        raise MizzleError(f"No row of {columns.path.name} has a level in {chosen.level!r}. Name another column.")
    figures = _of("", level_of_service(np.bincount(levels, minlength=LEVELS + 1)[1:].tolist()))
    for name, rows in by_group(columns, chosen.group):
        counts = np.bincount(levels[rows], minlength=LEVELS + 1)[1:]
        figures += _of(name, level_of_service(counts.tolist()))
    missing = [(levels == 0, "rows without a level")]
    if chosen.group:
        nowhere = nothing(columns.words(chosen.group))
        missing.append((nowhere & (levels > 0), "rows without a group: they are in the whole only"))
    return Answer("level", METHOD, "share", figures, aside(columns, *missing))


def _of(of: str, found: LevelOfService) -> list[Figure]:
    """List the figures of one distribution."""
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate
    from mizzle.level import LEVEL_NAMES
    from mizzle.level.served import METHOD

    median = Estimate(found.median, None, found.n, "level", METHOD)
    figures = [
        Figure("median", median, of),
        Figure("wished_for_or_above", found.wished_for, of),
        Figure("below_expected", found.below_expected, of),
    ]
    for name, share, count in zip(LEVEL_NAMES, found.shares, found.counts, strict=True):
        word = name.lower().replace(" ", "_")
        figures += [
            Figure(f"share_{word}", share, of),
            Figure(f"count_{word}", Estimate(count, None, found.n, "answers", METHOD), of),
        ]
    return figures


def _superiority(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate
    from mizzle.level import superiority
    from mizzle.level.superior import METHOD

    columns = read(chosen, chosen.level, chosen.group)
    levels = ordered(columns, chosen.level)
    groups, names = columns.codes(chosen.group)
    first, second = _two(names, chosen.first, chosen.second, chosen.group)
    of_first, of_second = groups == names.index(first), groups == names.index(second)
    found = superiority(levels[of_first], levels[of_second])
    n = found.probability.n
    rest = [("higher", found.higher), ("equal", found.equal), ("lower", found.lower)]
    figures = [Figure("probability_of_superiority", found.probability)]
    figures += [Figure(name, Estimate(value, None, n, "share", METHOD)) for name, value in rest]
    missing = [
        (levels != levels, "rows without a level"),  # noqa: PLR0124 - a NaN differs from itself
        (~(of_first | of_second), "rows of other groups, or of none"),
    ]
    said = f"X is {first}, Y is {second}: above 0.5, an answer of {first} is more often the higher one."
    return Answer("superiority", METHOD, "probability", figures, aside(columns, *missing), [said])


def _slide(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate
    from mizzle.level import slide, worn_gifts
    from mizzle.level.sliding import METHOD, WORN

    columns = read(chosen, chosen.level, chosen.repeat, chosen.age, chosen.act)
    levels = ordered(columns, chosen.level)
    repeats = columns.numbers(chosen.repeat)
    ages = columns.numbers(chosen.age) if chosen.age else None
    acts = columns.words(chosen.act) if chosen.act else None
    unknown = np.array([act is None for act in acts]) if acts else np.zeros(columns.n, bool)
    lacking = np.isnan(levels) | np.isnan(repeats) | unknown
    if ages is not None:
        lacking |= np.isnan(ages)
    found = slide(np.where(lacking, np.nan, levels), repeats, ages, acts=acts)
    figures = [Figure(name, one) for name, one in found.slopes.items()]
    figures += [Figure(f"odds_ratio_{name}", one) for name, one in found.odds_ratios.items()]
    figures.append(Figure("LL", Estimate(found.log_likelihood, None, found.n, "log likelihood", METHOD)))
    warnings = ["A slope below 0 says that the level falls. Association, not cause."]
    if acts:
        worn = worn_gifts(levels, repeats, acts)
        figures.append(Figure("worn_gifts", worn.share))
        figures += [
            Figure("fall", Estimate(fall, None, 1, "levels", WORN), str(act)) for act, fall in worn.falls.items()
        ]
    else:
        warnings.append("No acts were named (--act), so ratings count as independent, and no worn gifts are told.")
    rows = aside(columns, (lacking, "rows that lack a level, a repeat number, an age or an act"))
    return Answer("slide", METHOD, "log odds per repeat", figures, rows, warnings)


def _perception_gap(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer, Figure, SetAside
    from mizzle.level import perception_gaps
    from mizzle.level.served import GAP, LEVELS

    columns = read(chosen, chosen.level, chosen.point, chosen.side)
    levels = levels_of(columns, chosen.level)
    points, names = columns.codes(chosen.point)
    sides, said = columns.codes(chosen.side)
    provider, served = _two(said, chosen.provider, chosen.served, chosen.side)
    counts = np.zeros((2, len(names), LEVELS + 1), np.int64)
    for place, side in enumerate((provider, served)):
        rows = (sides == said.index(side)) & (points >= 0)
        np.add.at(counts[place], (points[rows], levels[rows]), 1)
    found = perception_gaps({name: tuple(counts[:, at, 1:].tolist()) for at, name in enumerate(names)})
    figures = [Figure("perception_gap", one.gap, name) for name, one in found.both.items()]
    figures += [Figure("seen_higher_by_provider", one.seen_higher, name) for name, one in found.both.items()]
    outside = ~np.isin(sides, [said.index(provider), said.index(served)]) | (points < 0)
    left = aside(columns, (levels == 0, "rows without a level"), (outside, "rows without a point or of no side"))
    for which, of in ((found.provider_only, provider), (found.served_only, served)):
        if which:
            left.append(SetAside(f"points that only {of} has rated: {', '.join(which)}", len(which)))
    warnings = [f"Above 0, {provider} sees the point higher than {served}. Do not average over points."]
    if not found.both:
        warnings.append("No point was rated from both sides, so there is no gap.")
    return Answer("perception-gap", GAP, "levels", figures, left, warnings)


def _blind_spot(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.columns import read_columns
    from mizzle.level import blind_spot
    from mizzle.level.values import METHOD

    voice = read(chosen, chosen.kind)
    ideas_kind = chosen.ideas_kind or chosen.kind
    ideas = read_columns(chosen.file_2, [ideas_kind], sheet=chosen.sheet)
    said, thought = (
        [_kind(word) for word in columns.words(name)] for columns, name in ((voice, chosen.kind), (ideas, ideas_kind))
    )
    found = blind_spot(_counts(said), _counts(thought))
    figures = [Figure("blind_spot", one.blind_spot, kind) for kind, one in found.items()]
    figures += [Figure("share_in_voice", one.voice, kind) for kind, one in found.items()]
    figures += [Figure("share_in_ideas", one.ideas, kind) for kind, one in found.items()]
    left = [
        *aside(voice, (nothing(said), "statements without a kind")),
        *aside(ideas, (nothing(thought), "ideas without a kind")),
    ]
    warnings = ["Above 0, customers speak of it more than our ideas do."]
    return Answer("blind-spot", METHOD, "share", figures, left, warnings)


def _internal_service(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.estimate import Estimate
    from mizzle.level import internal_service
    from mizzle.level.internal import METHOD

    columns = read(chosen, chosen.level, chosen.rater, chosen.rated)
    levels = levels_of(columns, chosen.level)
    raters, rated = columns.words(chosen.rater), columns.words(chosen.rated)
    found = internal_service(raters, rated, levels)
    figures = [Figure("reciprocity", found.reciprocity)]
    for name, one in found.received.items():
        figures.append(Figure("received_median", Estimate(one.median, None, one.n, "level", METHOD), name))
        figures.append(Figure("received_wished_for_or_above", one.wished_for, name))
    for (who, whom), one in found.cells.items():
        figures.append(Figure("median", Estimate(one.median, None, one.n, "level", METHOD), f"{who} of {whom}"))
    lacking = (levels == 0) | nothing(raters) | nothing(rated)
    left = aside(
        columns,
        (lacking, "rows that lack a department or a level"),
        (found.of_themselves, "ratings of a department by itself"),
    )
    few = found.reciprocity.interval is None
    warnings = ["There are too few departments, or they rate too much alike, for an interval."] if few else []
    return Answer("internal-service", METHOD, "correlation", figures, left, warnings)


def _two(names: Sequence[str], first: str | None, second: str | None, column: str) -> tuple[str, str]:
    """Give the two groups that are compared: as told, or the only two that there are."""
    from mizzle.errors import NoSuchName

    listed = ", ".join(names[:30]) or "none"
    for one in (first, second):
        if one is not None and one not in names:
            raise NoSuchName(f"The column {column!r} has no {one!r}. It has: {listed}.")
    rest = [name for name in names if name not in (first, second)]
    wanted = [one for one in (first, second) if one is None]
    if len(wanted) != len(rest) and wanted:
        raise NoSuchName(f"Two are compared, and the column {column!r} has: {listed}. Name both on the command line.")
    one = first if first is not None else rest.pop(0)
    other = second if second is not None else rest.pop(0)
    if one == other:
        raise NoSuchName(f"{one!r} cannot be compared with itself. Name two of: {listed}.")
    return one, other


def _kind(word: str | None) -> str | None:
    from mizzle.level import KINDS

    if word is None:
        return None
    plain = " ".join(word.replace("_", " ").replace("-", " ").lower().split()).removeprefix("the ")
    short = {kind.removeprefix("the_").split("_")[0]: kind for kind in KINDS}
    return short.get(plain.split()[0], word) if plain else word


def _counts(kinds: Sequence[str | None]) -> dict[str, int]:
    from collections import Counter

    return dict(Counter(kind for kind in kinds if kind is not None))


MEASURES = (
    Measure(
        "level",
        "How answers are spread over the six levels of service: shares at Wished for or above, and below Expected.",
        documents="mizzle.level.level_of_service",
        ask=_distribution,
        options=(LEVEL, GROUP),
        files=("ANSWERS.csv",),
    ),
    Measure(
        "superiority",
        "How probable it is that an answer of one group lies above one of another.",
        documents="mizzle.level.superiority",
        ask=_superiority,
        options=(
            Option("--level", "column of the level, or of any ordered number", "COLUMN", required=True),
            Option("--group", "column of the groups", "COLUMN", required=True),
            Option("--first", "the group X (default: the first of two)", "NAME"),
            Option("--second", "the group Y (default: the other one)", "NAME"),
        ),
        files=("ANSWERS.csv",),
    ),
    Measure(
        "slide",
        "How the level falls as an act is repeated and grows old, and which gifts are worn.",
        documents="mizzle.level.slide",
        ask=_slide,
        options=(
            LEVEL,
            Option("--repeat", "column of the repeat number", "COLUMN", required=True),
            Option("--age", "column of the age of the act, as a number", "COLUMN"),
            Option("--act", "column of the act, where one is rated several times", "COLUMN"),
        ),
        files=("RATINGS.csv",),
    ),
    Measure(
        "perception-gap",
        "How much higher those who serve see a perception point than those who are served.",
        documents="mizzle.level.perception_gaps",
        ask=_perception_gap,
        options=(
            LEVEL,
            Option("--point", "column of the perception point", "COLUMN", required=True),
            Option("--side", "column that says which side rates", "COLUMN", required=True),
            Option("--provider", "what those who serve are called in it", "NAME", default="provider"),
            Option("--served", "what those who are served are called in it", "NAME", default="served"),
        ),
        files=("RATINGS.csv",),
    ),
    Measure(
        "blind-spot",
        "Which kinds of value customers speak of more than our ideas do.",
        documents="mizzle.level.blind_spot",
        ask=_blind_spot,
        options=(
            Option("--kind", "column of the kind of value", "COLUMN", required=True),
            Option("--ideas-kind", "the same in the file of ideas (default: the same name)", "COLUMN"),
        ),
        files=("VOICE.csv", "IDEAS.csv"),
    ),
    Measure(
        "internal-service",
        "How departments rate one another, and whether it is mutual.",
        documents="mizzle.level.internal_service",
        ask=_internal_service,
        options=(
            LEVEL,
            Option("--rater", "column of the department that rates", "COLUMN", required=True),
            Option("--rated", "column of the department that is rated", "COLUMN", required=True),
        ),
        files=("RATINGS.csv",),
    ),
)
