"""How well two ways of sorting the same comments go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, share_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

METHOD = "language.matching/1"


@dataclass(frozen=True, slots=True)
class Matching:
    """How well found groups go with known labels.

    Attributes
    ----------
    purity
        Share of rows whose label is the most frequent one of their group; with many small groups it is high by itself.
    nmi
        Normalised mutual information, 0 to 1: 0 where the group says nothing of the label, 1 where each tells the
        other.
    accuracy
        Share of rows whose group has the name of their label, with Wilson's interval; 0 where names differ.
    kappa
        Cohen's kappa of the same; None where both have one and the same name only.
    most_frequent
        Share of the most frequent label: what purity and accuracy would be without looking.
    """

    purity: Estimate
    nmi: Estimate
    accuracy: Estimate
    kappa: Estimate
    most_frequent: Estimate


def matching(found: Sequence[Hashable], known: Sequence[Hashable]) -> Matching:
    """Say how well found groups go with labels that are known.

    Parameters
    ----------
    found, known
        Per row the group that was found and the label that is known; None where there is none.

    Returns
    -------
    Matching
        Over the rows that have both.

    Raises
    ------
    MizzleError
        For columns of different lengths, or where no row has both.

    Notes
    -----
    Formula: purity = Σ max over labels of n(group, label) / n. NMI = mutual information / mean of the two entropies.
    Kappa = (accuracy - chance) / (1 - chance), chance being Σ share(group) · share(label) over equal names.

    Assumes: nothing; it describes these rows.

    Missing data: rows without a group or a label are left out.

    Interval: Wilson's for accuracy and the most frequent label; none for purity, NMI and kappa.

    Not for: comparing purities of different numbers of groups.

    References
    ----------
    Checked against scikit-learn's normalized_mutual_info_score and cohen_kappa_score (tests/unit).

    Examples
    --------
    >>> found = matching(["a", "a", "b", "b"], ["a", "a", "b", "a"])
    >>> found.purity.value, found.accuracy.value, round(found.nmi.value, 3), found.kappa.value
    (0.75, 0.75, 0.344, 0.5)
    """
    if len(found) != len(known):
        raise MizzleError(f"There are {len(found)} groups and {len(known)} labels; give one of each for each row.")
    pairs = [(one, other) for one, other in zip(found, known, strict=True) if one is not None and other is not None]
    if not pairs:
        raise MizzleError("No row has both a group and a label, so there is nothing to compare.")
    n = len(pairs)
    groups = {one: place for place, one in enumerate(dict.fromkeys(one for one, _ in pairs))}
    labels = {one: place for place, one in enumerate(dict.fromkeys(one for _, one in pairs))}
    table = np.zeros((len(groups), len(labels)))
    np.add.at(table, ([groups[one] for one, _ in pairs], [labels[one] for _, one in pairs]), 1.0)
    rows, columns = table.sum(1) / n, table.sum(0) / n
    both = _entropy(rows) + _entropy(columns)
    shared = max(both - _entropy(table.ravel() / n), 0.0)
    same = sum(one == other for one, other in pairs)
    chance = float(sum(rows[groups[one]] * columns[labels[one]] for one in groups if one in labels))
    kappa = (same / n - chance) / (1 - chance) if chance < 1 else None
    return Matching(
        purity=Estimate(float(table.max(1).sum()) / n, None, n, "share", METHOD),
        nmi=Estimate(min(2 * shared / both, 1.0) if both > 0 else 1.0, None, n, "share", METHOD),
        accuracy=share_of(same, n, METHOD),
        kappa=Estimate(kappa, None, n, "kappa", METHOD),
        most_frequent=share_of(round(float(columns.max()) * n), n, METHOD),
    )


def _entropy(shares: NDArray[np.float64]) -> float:
    some = shares[shares > 0]
    return float(-(some @ np.log(some)))
