"""Survival beside R's survival and lifelines: Freireich's remissions and Rossi's arrests."""

from __future__ import annotations

from functools import cache

from golden.proofs import Proof, golden, rows
from mizzle.survival import Cox, Curve, cox, kaplan_meier, log_rank

NAMES = ("fin", "age", "race", "wexp", "mar", "paro", "prio")


@cache
def patients() -> list[tuple[float, int, str]]:
    """Give the remissions."""
    told = golden("survival", "gehan_6mp")["input"]["rows"]
    return [(row["time"], row["event"], row["group"]) for row in told]


@cache
def curve(group: str) -> Curve:
    """Give the curve of one group."""
    theirs = [row for row in patients() if row[2] == group]
    return kaplan_meier([row[0] for row in theirs], [row[1] for row in theirs])


def surviving(time: float) -> float:
    """Give the share of the treated that lasts longer than a time."""
    found = curve("6-MP")
    return found.surviving[found.times.index(time)].value


def effect(ties: str) -> float:
    """Give the coefficient of the control group."""
    told = patients()
    return (
        cox(
            [row[0] for row in told],
            [row[1] for row in told],
            [[float(row[2] == "control")] for row in told],
            ["control"],
            ties=ties,
        )
        .coefficients["control"]
        .value
    )


@cache
def arrests() -> Cox:
    """Fit Rossi's data."""
    told = rows("survival/rossi.csv")
    return cox(
        [float(row["week"]) for row in told],
        [float(row["arrest"]) for row in told],
        [[float(row[name]) for name in NAMES] for row in told],
        NAMES,
    )


def compared():
    """Compare the two groups."""
    return log_rank(*zip(*patients(), strict=True))


_R = "Freireich's remissions, R survival 3.5.3"
_ROSSI = "Rossi's arrests, lifelines docs (Survival Regression.rst)"

PROOFS = (
    Proof("survival", "median of 6-MP", _R, "recalled", 23, 0, lambda: curve("6-MP").median.value),
    Proof("survival", "median of control", _R, "recalled", 8, 0, lambda: curve("control").median.value),
    *(
        Proof("survival", f"S({time})", _R, "recomputed", value, 1e-9, lambda time=time: surviving(time))
        for time, value in (
            (6, 0.8571428571),
            (7, 0.8067226891),
            (9, 0.8067226891),
            (10, 0.7529411765),
            (11, 0.7529411765),
            (13, 0.6901960784),
            (16, 0.6274509804),
            (17, 0.6274509804),
            (19, 0.6274509804),
            (20, 0.6274509804),
            (22, 0.5378151261),
            (23, 0.4481792717),
            (25, 0.4481792717),
            (32, 0.4481792717),
            (34, 0.4481792717),
            (35, 0.4481792717),
        )
    ),
    Proof(
        "survival",
        "log_rank_chi_squared",
        _R,
        "recalled",
        16.7929409892,
        1e-8,
        lambda: compared().chi_squared.value,
        "16.79",
    ),
    Proof(
        "survival", "beta of control (breslow)", _R, "recalled", 1.5091914126, 1e-7, lambda: effect("breslow"), "1.51"
    ),
    Proof("survival", "beta of control (efron)", _R, "recomputed", 1.5721251488, 1e-7, lambda: effect("efron")),
    *(
        Proof(
            "survival",
            f"beta of {name}",
            _ROSSI,
            "seen",
            value,
            6e-5,
            lambda name=name: arrests().coefficients[name].value,
        )
        for name, value in zip(NAMES, (-0.3794, -0.0574, 0.3139, -0.1498, -0.4337, -0.0849, 0.0915), strict=True)
    ),
    *(
        Proof("survival", f"se of {name}", _ROSSI, "seen", value, 6e-5, lambda name=name: arrests().errors[name])
        for name, value in zip(NAMES, (0.1914, 0.0220, 0.3080, 0.2122, 0.3819, 0.1958, 0.0286), strict=True)
    ),
    Proof("survival", "LL", _ROSSI, "recomputed", -658.7476594, 1e-6, lambda: arrests().log_likelihood),
    Proof("survival", "concordance", _ROSSI, "recomputed", 0.640329, 1e-6, lambda: arrests().concordance.value),
)
