"""`mizzle measure`: surveys. Scales and their reliability, scores, raters, weights and drivers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mizzle.cli.measure import Measure, Option, names
from mizzle.cli.measure.survey_groups import GROUPS, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mizzle.answer import Answer, Figure, SetAside
    from mizzle.columns import Columns
    from mizzle.estimate import Estimate
    from mizzle.survey.drivers import Importance

    Numbers = NDArray[np.float64]

ANSWERS = ("ANSWERS.csv",)

MANY, TOO_MANY = 16, 20
"""Predictors above which fewer samples are drawn again, and above which none are."""

FEWER = 200
FEW_ROWS = 100
"""Rows below which parts of R² say little."""

YES, NO = {"yes", "y", "true", "1", "1.0", "x"}, {"no", "n", "false", "0", "0.0"}
"""Words by which a column says whether somebody answered."""


def whole(text: str) -> int:
    """Read a whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"a whole number from 1 on is wanted, not {text!r}")
    return int(text)


def seed(text: str) -> int:
    """Read the start of random numbers: a whole number from 0 on."""
    return 0 if text == "0" else whole(text)


def _favourable(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.shares import FAVOURABLE, favourable

    columns = _read(chosen, chosen.items, chosen.group)
    answers = _some(columns.matrix(chosen.items), chosen.items)
    found = favourable(answers, chosen.items, at_least=chosen.at_least)
    figures = [Figure("favourable", found.overall)]
    if chosen.group:
        figures += [
            Figure("favourable", favourable(answers[rows], at_least=chosen.at_least).overall, of)
            for of, rows in _by(columns, chosen.group)
        ]
    elif len(chosen.items) > 1:
        figures += _each("favourable", found.items)
    silent = columns.n - found.people
    return Answer("favourable", FAVOURABLE, "share", figures, _aside(columns, "rows without any answer", silent))


def _response_rate(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.errors import MizzleError
    from mizzle.survey.shares import RESPONSE_RATE, response_rate

    if chosen.invited and chosen.group:
        raise MizzleError("--invited is one number for all; leave it out, or leave out --group.")
    columns = _read(chosen, chosen.answered, chosen.group)
    answered = _answered(columns, chosen.answered)
    everybody = response_rate(int(answered.sum()), chosen.invited or columns.n)
    figures = [Figure("response_rate", everybody)]
    if chosen.group:
        figures += [
            Figure("response_rate", response_rate(int(answered[rows].sum()), int(rows.sum())), of)
            for of, rows in _by(columns, chosen.group)
        ]
    return Answer("response-rate", RESPONSE_RATE, "share", figures, columns.set_aside)


def _answered(columns: Columns, of: Sequence[str]) -> NDArray[np.bool_]:
    """Say which rows answered: a column of yes and no says so itself, any other by saying anything."""
    import numpy as np

    found = np.zeros(columns.n, bool)
    for name in of:
        words = ["" if word is None else word.lower() for word in columns.words(name)]
        no = NO if set(words) - {""} <= YES | NO else set()
        found |= np.array([bool(word) and word not in no for word in words], bool)
    return found


def _alpha(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.reliability import ALPHA, alpha

    columns, answers, warnings = _scale(chosen)
    found = alpha(answers, chosen.items)
    figures = [
        Figure("alpha", found.alpha),
        Figure("std_alpha", found.standardised),
        Figure("G6", found.g6),
        Figure("average_r", found.average_r),
        Figure("median_r", found.median_r),
        Figure("standard_error", found.standard_error),
        Figure("mean", found.mean),
        Figure("sd", found.sd),
        *_each("alpha_if_dropped", found.dropped),
        *_each("item_rest", found.item_rest),
    ]
    warnings += _against(found.item_rest)
    return Answer("alpha", ALPHA, "", figures, _incomplete(columns, found.incomplete), warnings)


def _item_rest(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer
    from mizzle.survey.reliability import ITEM_REST, item_rest

    columns, answers, warnings = _scale(chosen)
    found = item_rest(answers, chosen.items)
    incomplete = columns.n - next(iter(found.values())).n
    aside, warnings = _incomplete(columns, incomplete), warnings + _against(found)
    return Answer("item-rest", ITEM_REST, "", _each("item_rest", found), aside, warnings)


def _omega(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.factors import OMEGA, omega

    columns, answers, warnings = _scale(chosen)
    if chosen.factors > 1:
        return _bifactor(chosen, columns, answers, warnings)
    found = omega(answers, chosen.items)
    if found.is_heywood:
        warnings.append(
            "One item has nothing of its own left beside the factor (a Heywood case): the model does not fit these"
            " answers, and omega has no interval. See alpha, or leave the item out."
        )
    figures = [Figure("omega", found.omega), *_each("lambda", found.loadings), *_each("theta", found.uniquenesses)]
    return Answer("omega", OMEGA, "", figures, _incomplete(columns, found.incomplete), warnings)


def _bifactor(chosen: argparse.Namespace, columns: Columns, answers: Numbers, warnings: list[str]) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.answers import complete, varying
    from mizzle.survey.bifactor import METHOD, bifactor_omega
    from mizzle.survey.factors import correlations

    kept, incomplete = complete(answers, least=len(chosen.items) + 1)
    about, _ = varying(kept, chosen.items)
    found = bifactor_omega(correlations(about.T @ about / len(kept)), len(kept), factors=chosen.factors)
    figures = [
        Figure("omega_total", found.total),
        Figure("omega_h", found.hierarchical),
        Figure("omega_lim", found.limit),
    ]
    return Answer("omega", METHOD, "", figures, _incomplete(columns, incomplete), warnings)


def _krippendorff(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.coding import METHOD, krippendorff

    columns = _read(chosen, chosen.raters)
    ratings = _categories(columns, chosen.raters) if chosen.level == "nominal" else columns.matrix(chosen.raters)
    found = krippendorff(_some(ratings, chosen.raters), level=chosen.level)
    warnings = []
    if found.alpha.value is None:
        warnings.append("Every rating is the same, so agreement cannot be told from habit; alpha is undefined.")
    aside = _aside(columns, "rows with fewer than two ratings", found.single)
    return Answer("krippendorff", METHOD, "", [Figure("alpha", found.alpha)], aside, warnings)


def _categories(columns: Columns, raters: Sequence[str]) -> Numbers:
    """Give words as numbers, the same for the same word of every rater; numbers as they are."""
    import numpy as np

    from mizzle.columns import UnfitColumn

    try:
        return columns.matrix(raters)
    except UnfitColumn:
        table = [columns.words(name) for name in raters]
    known = {word: place for place, word in enumerate(sorted({word for row in table for word in row if word}))}
    return np.column_stack([[known[word] if word else np.nan for word in row] for row in table])


def _nps(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.promoters import NPS, nps

    columns, score, aside = _score(chosen)
    found = nps(score)
    figures = [
        Figure("NPS", found.score),
        Figure("standard_error", found.standard_error),
        Figure("promoters", found.promoters),
        Figure("passives", found.passives),
        Figure("detractors", found.detractors),
    ]
    figures += [Figure("NPS", nps(score[rows]).score, of) for of, rows in _by(columns, chosen.group)]
    return Answer("nps", NPS, "points", figures, aside)


def _csat(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.shares import CSAT, csat

    columns, score, aside = _score(chosen)
    figures = [Figure("CSAT", csat(score, at_least=chosen.at_least))]
    figures += [
        Figure("CSAT", csat(score[rows], at_least=chosen.at_least), of) for of, rows in _by(columns, chosen.group)
    ]
    return Answer("csat", CSAT, "share", figures, aside, _beyond(score, 5, chosen.at_least))


def _ces(chosen: argparse.Namespace) -> Answer:
    from mizzle.answer import Answer, Figure
    from mizzle.survey.promoters import CES, ces

    columns, score, aside = _score(chosen)
    found = ces(score, at_least=chosen.at_least)
    figures = [Figure("CES", found.score), Figure("easy", found.easy)]
    parts = [(of, ces(score[rows], at_least=chosen.at_least)) for of, rows in _by(columns, chosen.group)]
    figures += [Figure("CES", part.score, of) for of, part in parts]
    figures += [Figure("easy", part.easy, of) for of, part in parts]
    return Answer("ces", CES, "points", figures, aside, _beyond(score, 7, chosen.at_least))


def _raking(chosen: argparse.Namespace) -> Answer:
    from collections import Counter

    from mizzle.answer import Answer, Figure
    from mizzle.columns import read_columns
    from mizzle.survey.weights import METHOD, raking

    columns = _read(chosen, chosen.on)
    roster = read_columns(chosen.file_2, chosen.on)
    answered = {margin: columns.words(margin) for margin in chosen.on}
    wanted = {margin: Counter(word for word in roster.words(margin) if word) for margin in chosen.on}
    found = raking(answered, wanted, trim=None if chosen.untrimmed else chosen.trim)
    figures = [
        Figure("n_eff", found.n_effective),
        Figure("design_effect", found.design_effect),
        Figure("greatest_weight", found.greatest),
        Figure("least_weight", found.least),
        Figure("gap", found.gap),
        *_cells(chosen.on, list(zip(*answered.values(), strict=True)), found.weights),
    ]
    warnings = []
    if not found.is_met:
        warnings.append(
            f"Not every margin is met: {found.trimmed} rows stand at the limit of weights. Put small categories"
            " together, or give a higher --trim."
        )
    aside = _aside(columns, "rows with an unknown category, which have no weight", found.incomplete)
    return Answer("raking", METHOD, "", figures, aside, warnings)


def _cells(margins: Sequence[str], rows: Sequence[tuple[str | None, ...]], weights: Numbers) -> list[Figure]:
    """Give the weight of each combination of categories, with how many rows have it."""
    from collections import Counter

    from mizzle.answer import Figure
    from mizzle.estimate import Estimate
    from mizzle.survey.weights import METHOD

    known = {row: float(weight) for row, weight in zip(rows, weights, strict=True) if weight == weight}  # noqa: PLR0124 - not NaN
    counts = Counter(rows)
    return [
        Figure(
            "weight",
            Estimate(known[row], None, counts[row], "", METHOD),
            ", ".join(f"{margin}={word}" for margin, word in zip(margins, row, strict=True)),
        )
        for row in sorted(known)
    ]


def _importance(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.answer import Answer, Figure, figures_of
    from mizzle.errors import MizzleError
    from mizzle.estimate import Estimate
    from mizzle.survey.drivers import METHOD, importance

    if chosen.outcome in chosen.on:
        raise MizzleError(f"{chosen.outcome!r} is the outcome, so it cannot go with itself; take it out of --on.")
    if chosen.replicates < FEWER:
        raise MizzleError(f"Intervals need at least {FEWER} samples drawn again; leave out --replicates, or give more.")
    columns = _read(chosen, [*chosen.on, chosen.outcome])
    outcome, predictors = columns.numbers(chosen.outcome), columns.matrix(chosen.on)
    p = len(chosen.on)
    replicates = chosen.replicates if p <= MANY else min(chosen.replicates, FEWER) if p <= TOO_MANY else 0
    rng = np.random.default_rng(chosen.seed)
    found = importance(outcome, predictors, chosen.on, rng=rng, replicates=replicates)
    figures = [
        Figure("R2", found.r2),
        *figures_of(found.lmg, "LMG"),
        *figures_of(found.shares, "share"),
        *figures_of(found.performance, "performance"),
        *figures_of(found.correlations, "r"),
    ]
    for way in ("first", "last", "genizi", "pratt", "betasq", "car"):
        told: Mapping[str, float] = getattr(found, way)
        figures += [Figure(way, Estimate(one, None, found.r2.n, "share", METHOD), of) for of, one in told.items()]
    warnings = _cautions(chosen, found)
    return Answer("importance", METHOD, "share", figures, _incomplete(columns, found.incomplete), warnings)


def _cautions(chosen: argparse.Namespace, found: Importance) -> list[str]:
    told = [f"Association, not cause: what goes with {chosen.outcome} need not change it."]
    down = [name for name, r in found.correlations.items() if r.value is not None and r.value < 0]
    if down:
        told.append(f"A higher value goes with a lower {chosen.outcome} for: {', '.join(down)}.")
    if found.is_collinear:
        told.append("A predictor is made of others; they share what they have in common. Leave one out.")
    if found.r2.n < FEW_ROWS:
        told.append(f"{found.r2.n} rows are few: the order of the predictors may be chance.")
    if found.permutations:
        told.append(f"With {len(chosen.on)} predictors, {found.permutations:,} of all orders were drawn at random.")
    if found.replicates < chosen.replicates:
        told.append(
            f"With {len(chosen.on)} predictors the intervals rest on {found.replicates} samples drawn again."
            if found.replicates
            else f"With {len(chosen.on)} predictors no intervals are worked out; name fewer for them."
        )
    return told


def _read(chosen: argparse.Namespace, wanted: Sequence[str], by: str | None = None) -> Columns:
    from mizzle.columns import read_columns

    return read_columns(chosen.file, [*wanted, *([by] if by else [])], sheet=chosen.sheet)


def _scale(chosen: argparse.Namespace) -> tuple[Columns, Numbers, list[str]]:
    """Read the items of a scale, those worded against it turned round."""
    import numpy as np

    from mizzle.errors import MizzleError
    from mizzle.survey.reliability import reverse

    unknown = [name for name in chosen.reverse or () if name not in chosen.items]
    if unknown:
        raise MizzleError(f"--reverse names {', '.join(unknown)}, which --items does not. Name it in both.")
    columns = _read(chosen, chosen.items)
    answers = _some(columns.matrix(chosen.items), chosen.items)
    if not chosen.reverse:
        return columns, answers, []
    low = float(np.nanmin(answers)) if chosen.low is None else chosen.low
    high = float(np.nanmax(answers)) if chosen.high is None else chosen.high
    for name in chosen.reverse:
        place = chosen.items.index(name)
        answers[:, place] = reverse(answers[:, place], low, high)
    if chosen.low is not None and chosen.high is not None:
        return columns, answers, []
    ends = f"Items were turned round on a scale from {low:g} to {high:g}, the ends found in the data"
    return columns, answers, [f"{ends}; give --low and --high if the question had others."]


def _against(item_rest: Mapping[str, Estimate]) -> list[str]:
    """Warn of items that go against the others."""
    down = [name for name, one in item_rest.items() if one.value is not None and one.value < 0]
    if not down:
        return []
    return [f"These items go against the others: {', '.join(down)}. If they are worded so, name them in --reverse."]


def _score(chosen: argparse.Namespace) -> tuple[Columns, Numbers, Sequence[SetAside]]:
    import numpy as np

    columns = _read(chosen, [chosen.score], chosen.group)
    score = _some(columns.numbers(chosen.score), [chosen.score])
    return columns, score, _aside(columns, "rows without an answer", int(np.isnan(score).sum()))


def _beyond(score: Numbers, usual: int, at_least: float) -> list[str]:
    """Warn where the answers go beyond the scale for which the limit was made."""
    import numpy as np

    if not np.nanmax(score) > usual:
        return []
    beyond = f"Answers go up to {np.nanmax(score):g}, beyond the usual {usual}"
    return [f"{beyond}; they count from {at_least:g} on. Say --at-least if that is not meant."]


def _some(answers: Numbers, of: Sequence[str]) -> Numbers:
    """Refuse columns that say nothing at all."""
    import numpy as np

    from mizzle.errors import MizzleError
    from mizzle.survey.answers import listed

    if np.isnan(answers).all():
        raise MizzleError(f"No row has an answer in {listed(of)}. Name other columns, or give a file with answers.")
    return answers


def _by(columns: Columns, by: str | None) -> list[tuple[str, NDArray[np.bool_]]]:
    """Give the rows of each group; none where no column of groups is named."""
    if not by:
        return []
    codes, groups = columns.codes(by)
    return [(of, codes == place) for place, of in enumerate(groups)]


def _each(name: str, told: Mapping[str, Estimate]) -> list[Figure]:
    from mizzle.answer import figures_of

    return figures_of(told, name)


def _incomplete(columns: Columns, n: int) -> Sequence[SetAside]:
    return _aside(columns, "rows with a missing answer", n)


def _aside(columns: Columns, reason: str, n: int) -> Sequence[SetAside]:
    from mizzle.answer import SetAside

    return [*columns.set_aside, *([SetAside(reason, n)] if n else [])]


ITEMS = Option("--items", "columns of the items", "A1,A2", names, required=True)
BY = Option("--group", "column of the group, for each group as well", "COLUMN")
SCORE = Option("--score", "column of the answers", "COLUMN", required=True)
SCALE: tuple[Option, ...] = (
    ITEMS,
    Option("--reverse", "items worded against the scale, to be turned round", "A1", names),
    Option("--low", "low end of the scale, for --reverse (default: least answer found)", "N", number),
    Option("--high", "high end of the scale, for --reverse (default: greatest answer found)", "N", number),
)
SEED = Option("--seed", "start of the random numbers (default 1)", "N", seed, 1)


def _at_least(default: int, what: str) -> Option:
    return Option("--at-least", f"least answer that counts as {what} (default {default})", "N", number, default)


def _measure(name: str, sentence: str, documents: str, ask: Any, *options: Option, files: Any = ANSWERS) -> Measure:
    return Measure(name, sentence, f"mizzle.survey.{documents}", ask, options, files)


MEASURES = (
    _measure("favourable", "Which share of the answers given are favourable.", "favourable", _favourable,
             ITEMS, _at_least(4, "favourable"), BY),
    _measure("response-rate", "Which share of the people invited answered.", "response_rate", _response_rate,
             Option("--answered", "columns that say something, or yes, where somebody answered", "A1,A2", names,
                    required=True),
             Option("--invited", "how many were invited (default: the rows of the file)", "N", whole), BY),
    _measure("alpha", "How far the items of a scale go together: Cronbach's alpha.", "alpha", _alpha, *SCALE),
    _measure("omega", "How much of a scale's sum its items have in common: McDonald's omega.", "omega", _omega, *SCALE,
             Option("--factors", "groups of items within the scale, for omega_h (default 1: none)", "N", whole, 1)),
    _measure("item-rest", "How far each item goes with the sum of the others.", "item_rest", _item_rest, *SCALE),
    *GROUPS,
    _measure("krippendorff", "How far raters agree beyond chance: Krippendorff's alpha.", "krippendorff", _krippendorff,
             Option("--raters", "columns of the raters; a row is what was rated", "R1,R2", names, required=True),
             Option("--level", "what the ratings are (default nominal: categories)", None, None, "nominal",
                    choices=("nominal", "ordinal", "interval", "ratio")), files=("RATINGS.csv",)),
    _measure("raking", "Weights that make those who answered look like the roster.", "raking", _raking,
             Option("--on", "columns of both files whose shares are to be met", "TEAM,SITE", names, required=True),
             Option("--trim", "greatest weight, in mean weights (default 5)", "N", number, 5.0),
             Option("--untrimmed", "no limit on weights"), files=("ANSWERS.csv", "ROSTER.csv")),
    _measure("importance", "How much of an outcome goes with each of several predictors (association, not cause).",
             "importance", _importance,
             Option("--outcome", "column of the outcome", "Y", required=True),
             Option("--on", "columns of the predictors", "X1,X2", names, required=True),
             Option("--replicates", "samples drawn again for the intervals (default 1000)", "N", whole, 1000),
             SEED, files=("DATA.csv",)),
    _measure("nps", "How many more customers would recommend than would not: Net Promoter Score.", "nps", _nps,
             SCORE, BY),
    _measure("csat", "Which share of the customers who answered are satisfied.", "csat", _csat,
             SCORE, _at_least(4, "satisfied"), BY),
    _measure("ces", "How easy it was for customers: Customer Effort Score.", "ces", _ces,
             SCORE, _at_least(5, "easy"), BY),
)  # fmt: skip
