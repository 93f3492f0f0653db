"""The measures of synchrony, as `mizzle measure` asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mizzle.cli.measure import DATES, SEED, UNIT, Measure, Option
from mizzle.cli.measure.given import whole
from mizzle.cli.measure.rows import aside, by_group, moments, nothing, ordered, read

if TYPE_CHECKING:
    import argparse

    from mizzle.agreement import TwinCards
    from mizzle.answer import Answer, Figure

METHOD = "agreement.twin_cards/1"


def _agreement(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.agreement import twin_cards
    from mizzle.answer import Answer
    from mizzle.errors import MizzleError

    columns = read(chosen, chosen.customer, chosen.server, chosen.unit)
    customers, servers = ordered(columns, chosen.customer), ordered(columns, chosen.server)
    lacking = np.isnan(customers) | np.isnan(servers)
    rng = np.random.default_rng(chosen.seed)
    found = twin_cards(customers, servers, rng=rng, shuffles=chosen.shuffles)
    figures = _of("", found)
    warnings = [
        "Above 0, the signed gap says that servers think it went better than customers do; shuffling keeps it.",
        f"Baselines: mean of {found.shuffles} shuffles of partners, and the ends that hold 95 %. Synchrony lies above.",
    ]
    for name, rows in by_group(columns, chosen.unit):
        try:
            figures += _of(name, twin_cards(customers[rows], servers[rows], rng=rng, shuffles=chosen.shuffles))
        except MizzleError as refused:
            warnings.append(f"{name}: {refused}")
    missing = [(lacking, "pairs that lack one of the two cards")]
    if chosen.unit:
        nowhere = nothing(columns.words(chosen.unit))
        missing.append((nowhere & ~lacking, "pairs without a unit: they are in the whole only"))
    return Answer("agreement", METHOD, "levels", figures, aside(columns, *missing), warnings)


def _of(of: str, found: TwinCards) -> list[Figure]:
    """List the figures of one set of cards: each as observed, then its baseline."""
    from mizzle.agreement.twins import BASELINE
    from mizzle.answer import Figure
    from mizzle.estimate import Estimate

    figures = [Figure("signed_gap", found.signed_gap, of)]
    for name, one in (
        ("kappa_linear", found.kappa_linear),
        ("kappa_quadratic", found.kappa_quadratic),
        ("ICC(A,1)", found.icc),
        ("within_one", found.within_one),
    ):
        share = Estimate(one.as_high, None, found.shuffles, "share", BASELINE)
        figures += [
            Figure(name, one.observed, of),
            Figure(f"baseline_{name}", one.baseline, of),
            Figure(f"shuffles_as_high_{name}", share, of),
        ]
    return figures


def _lagged(chosen: argparse.Namespace) -> Answer:
    import numpy as np

    from mizzle.agreement import lagged
    from mizzle.agreement.lags import METHOD as LAGGED
    from mizzle.answer import Answer, Figure

    columns = read(chosen, chosen.level, chosen.mood, chosen.session, chosen.unit)
    levels, moods = ordered(columns, chosen.level), ordered(columns, chosen.mood)
    sessions = moments(columns, chosen.session, chosen.dates)
    units = columns.words(chosen.unit) if chosen.unit else None
    found = lagged(levels, moods, sessions, units)
    figures = [
        Figure("same_session", found.same_session),
        Figure("level_after_mood", found.level_after_mood),
        Figure("mood_after_level", found.mood_after_level),
    ]
    lacking = np.isnan(levels) | np.isnan(moods) | np.isnan(sessions)
    if units is not None:
        lacking = lacking | np.array([unit is None for unit in units], bool)
    warnings = [
        f"{found.sessions} sessions of {found.units} units. For looking at: what comes later need not come from it."
    ]
    rows = aside(columns, (lacking, "rows that lack a level, a mood, a session or a unit"))
    return Answer("lagged", LAGGED, "correlation", figures, rows, warnings)


MEASURES = (
    Measure(
        "agreement",
        "How far servers know what their customers have seen, beyond partners drawn by lot (twin cards).",
        documents="mizzle.agreement.twin_cards",
        ask=_agreement,
        options=(
            Option("--customer", "column of the customer's level", "COLUMN", required=True),
            Option("--server", "column of the server's own estimate", "COLUMN", required=True),
            UNIT,
            Option("--shuffles", "how often partners are drawn by lot (default: 1000)", "N", whole(1, 100_000), 1000),
            SEED,
        ),
        files=("PAIRS.csv",),
    ),
    Measure(
        "lagged",
        "How customers' levels and the server's mood move together, in a session and one session apart.",
        documents="mizzle.agreement.lagged",
        ask=_lagged,
        options=(
            Option("--level", "column of the level that customers gave", "COLUMN", required=True),
            Option("--mood", "column of the server's mood, as a number or a level", "COLUMN", required=True),
            Option("--session", "column that orders the sessions: a number or a date", "COLUMN", required=True),
            DATES,
            Option("--unit", "column of units, each with sessions of its own", "COLUMN"),
        ),
        files=("SESSIONS.csv",),
    ),
)
