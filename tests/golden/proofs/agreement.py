"""Published agreement of two raters: Agresti's pathologists, and scikit-learn on the same table."""

from __future__ import annotations

import math

import numpy as np

from golden.proofs import Proof
from mizzle.agreement import weighted_kappa

PATHOLOGISTS = np.array([[22, 2, 2, 0], [5, 7, 14, 0], [0, 2, 36, 0], [0, 1, 17, 10]])
"""Carcinoma of the cervix: 118 slides, rated 1 to 4 by two pathologists (Landis and Koch 1977)."""
AGRESTI = "Agresti, Categorical Data Analysis, two pathologists and 118 slides"
SKLEARN = "sklearn.metrics.cohen_kappa_score 1.9 on the same table"


def _kappa(weights):
    rows, columns = (places.ravel() for places in np.indices(PATHOLOGISTS.shape))
    return weighted_kappa(np.repeat(rows, PATHOLOGISTS.ravel()), np.repeat(columns, PATHOLOGISTS.ravel()), weights)


def _standard_error():
    """Give the standard error that the interval was made of: on Fisher's scale, with Student's t on 117."""
    found = _kappa("none")
    half = (math.atanh(found.interval.high) - math.atanh(found.interval.low)) / 2
    return half / 1.980448 * (1 - found.value**2)


PROOFS = [
    Proof("agreement", "kappa", AGRESTI, "recalled", 0.493, 5e-4, lambda: _kappa("none").value, "0.493"),
    Proof("agreement", "kappa, standard error", AGRESTI, "recalled", 0.057, 1e-3, _standard_error, "0.057"),
    Proof("agreement", "kappa_quadratic", AGRESTI, "recalled", 0.78, 5e-3, lambda: _kappa("quadratic").value, "0.78"),
    Proof(
        "agreement", "kappa_linear", SKLEARN, "recomputed", 0.6488095238095238, 1e-12, lambda: _kappa("linear").value
    ),
    Proof(
        "agreement",
        "kappa_quadratic",
        SKLEARN,
        "recomputed",
        0.7838218714768884,
        1e-12,
        lambda: _kappa("quadratic").value,
    ),
]
