"""Themes of labelled comments: by mizzle, with vectors of words and without, and by plain weights of words."""

from __future__ import annotations

import csv
import gzip
import shutil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from contend import main
from measuring import DATA, ROOT

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from contend import Check, Work

SEED = 20_240_103
DRAWN = 20_000
FEWEST = 10
"""Comments of a label below which they are left out, as the golden case does."""

REAL = {
    "patients": ("text/nhs_phase1_trusts_ab.csv.gz", "feedback", "label"),
    "bank": ("text/banking77_train.csv.gz", "text", "category"),
}


class Said(NamedTuple):
    """Comments, the language of each, and its label."""

    comments: Sequence[str]
    languages: Sequence[str]
    labels: Sequence[Hashable]


def path_of(said: str) -> Path:
    """Give where real comments lie."""
    return ROOT.parent / "shared" / "data" / REAL[said][0]


def themes(said: str, vectors: str = "") -> tuple[Work, Check]:
    """Find themes; vectors of words are worked out (``"cold"``) or were kept (``"warm"``)."""
    from mizzle.language import themes as find
    from mizzle.language import word_vectors

    told, folder = _said(said), DATA / "vectors"
    if vectors == "cold":
        shutil.rmtree(folder, ignore_errors=True)

    def work() -> Sequence[int]:
        chosen = word_vectors(folder) if vectors else None
        rng, many = np.random.default_rng(SEED), len({*told.labels})
        return find(told.comments, rng=rng, languages=told.languages, n_themes=many, vectors=chosen).of

    return work, lambda found: _compared([None if one < 0 else one for one in found], told)


def plain(said: str) -> tuple[Work, Check]:
    """Weigh words, and look for as many clusters as there are labels, with scikit-learn as it comes."""
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    told = _said(said)

    def work() -> Sequence[int]:
        weights = TfidfVectorizer(min_df=2, sublinear_tf=True).fit_transform(told.comments)
        found: Sequence[int] = KMeans(len({*told.labels}), n_init=3, random_state=1).fit_predict(weights).tolist()
        return found

    return work, lambda found: _compared(found, told)


def _said(said: str) -> Said:
    if said == "drawn":
        from mizzle.simulate import comments

        drawn = comments(DRAWN, rng=np.random.default_rng(SEED))
        return Said([one.text for one in drawn], [one.language for one in drawn], [one.theme for one in drawn])
    _, text, label = REAL[said]
    with gzip.open(path_of(said), "rt", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = [row[label] for row in rows]
    kept = [row for row in rows if labels.count(row[label]) >= FEWEST]
    return Said([row[text] for row in kept], ["en"] * len(kept), [row[label] for row in kept])


def _compared(found: Sequence[Hashable], told: Said) -> dict[str, float]:
    from mizzle.language.matching import matching

    one = matching(found, told.labels)
    figures = {"nmi": one.nmi, "purity": one.purity, "most": one.most_frequent}
    return {name: figure.value or 0.0 for name, figure in figures.items()} | {"n": float(len(told.comments))}


if __name__ == "__main__":
    main({"themes": themes, "plain": plain})
