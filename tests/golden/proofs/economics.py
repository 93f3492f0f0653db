"""Published and recomputed figures of what customers are worth."""

from __future__ import annotations

from functools import partial

import numpy as np

from golden.proofs import Proof, golden, rows
from mizzle.economics import Assumption, ledger, margin_at_risk, margin_multiple

GUPTA = "closed form r / (1 + i - r), the margin multiple of Gupta and Lehmann (golden/loyalty_value.json)"
CHURN = "direct counts of UCI 563, customers of a telecom company (golden/loyalty_value.json)"
MOMENTS = "moments of the distribution between low 10, base 20 and high 60"
CASES = {"r60_i10": 1.2, "r70_i14": 1.5909090909, "r80_i16": 2.2222222222, "r90_i12": 4.0909090909}


def _multiple(case):
    given = golden("loyalty_value", case)["input"]
    return margin_multiple(given["retention"], given["discount"]).value


def _churn():
    table = rows("churn/iranian_churn.csv.gz")
    columns = {" ".join(name.split()): name for name in table[0]}
    wanted = ("Complains", "Churn", "Customer Value")
    return margin_at_risk(*([float(row[columns[name]]) for row in table] for name in wanted))


def _share(name):
    return getattr(_churn(), name).value


def _mean_value(left):
    from mizzle.cli.measure.economics import _mean_value as mean_value

    table = rows("churn/iranian_churn.csv.gz")
    columns = {" ".join(name.split()): name for name in table[0]}
    told = [np.array([float(row[columns[name]]) for row in table]) for name in ("Complains", "Churn", "Customer Value")]
    return mean_value(*told, left, "").value


def _mean(shape):
    line = [Assumption("one", 10, 20, 60)]
    return ledger(line, rng=np.random.default_rng(1), shape=shape, draws=1_000_000).mean.value


PROOFS = [
    *(
        Proof("margin-multiple", f"margin_multiple ({case})", GUPTA, "formula", value, 1e-9, partial(_multiple, case))
        for case, value in CASES.items()
    ),
    Proof(
        "margin-at-risk",
        "P(leave | unsatisfied)",
        CHURN,
        "recomputed",
        0.8298755187,
        1e-9,
        partial(_share, "leave_unsatisfied"),
    ),
    Proof(
        "margin-at-risk",
        "P(leave | satisfied)",
        CHURN,
        "recomputed",
        0.101409419,
        1e-9,
        partial(_share, "leave_satisfied"),
    ),
    Proof("margin-at-risk", "risk_ratio", CHURN, "recomputed", 8.1834165553, 1e-8, partial(_share, "risk_ratio")),
    Proof(
        "margin-at-risk",
        "customers",
        CHURN,
        "recomputed",
        3150,
        0,
        lambda: _churn().leave_unsatisfied.n + _churn().leave_satisfied.n,
    ),
    Proof("margin-at-risk", "unsatisfied", CHURN, "recomputed", 241, 0, lambda: _churn().leave_unsatisfied.n),
    Proof("margin-at-risk", "mean_value_left", CHURN, "recomputed", 124.8114141414, 1e-8, partial(_mean_value, 1.0)),
    Proof("margin-at-risk", "mean_value_stayed", CHURN, "recomputed", 535.5115009416, 1e-8, partial(_mean_value, 0.0)),
    Proof("ledger", "mean (triangular)", MOMENTS, "formula", 30.0, 0.05, partial(_mean, "triangular")),
    Proof("ledger", "mean (pert)", MOMENTS, "formula", 25.0, 0.05, partial(_mean, "pert")),
]
