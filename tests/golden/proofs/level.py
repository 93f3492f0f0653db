"""Published results on ordered answers: Brunner and Munzel, proportional odds, Wilson and Newcombe."""

from __future__ import annotations

import numpy as np

from golden.proofs import Proof
from mizzle.level import blind_spot, level_of_service, superiority
from mizzle.level.sliding import proportional_odds

PAIN_NEW = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
PAIN_OLD = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
BRUNNER = "Brunner and Munzel (2000), pain scores after surgery, as in R lawstat::brunner.munzel.test"
SCIPY = "scipy.stats.brunnermunzel 1.17 on the same pain scores"

HOUSING = (
    "21 21 28 34 22 36 10 11 36 61 23 17 43 35 40 26 18 54 13 9 10 8 8 12 6 7 9 18 6 7 15 13 13 7 5 11 "
    "14 19 37 17 23 40 3 5 23 78 46 43 48 45 86 15 25 62 20 23 20 10 22 24 7 10 21 57 23 13 31 21 13 5 6 13"
)
"""How often each of 72 rows: satisfaction within influence within type within contact (Madsen 1976)."""
POLR = "R MASS::polr(Sat ~ Infl + Type + Cont, weights = Freq) on MASS::housing"


def _housing():
    rows = np.arange(72)
    influence, kind, contact = rows // 3 % 3, rows // 9 % 4, rows // 36
    columns = [influence == 1, influence == 2, kind == 1, kind == 2, kind == 3, contact == 1]
    on = np.column_stack(columns).astype(float)
    return proportional_odds(rows % 3, on, weights=[float(one) for one in HOUSING.split()])


def _pain():
    return superiority(PAIN_OLD, PAIN_NEW)


def _slope(place):
    return lambda: float(_housing().slopes[place])


def _error(place):
    return lambda: float(np.sqrt(_housing().covariance[2 + place, 2 + place]))


_SLOPES = {
    "influence medium": 0.5663937,
    "influence high": 1.2888191,
    "type apartment": -0.5723501,
    "type atrium": -0.3661866,
    "type terrace": -1.0910149,
    "contact high": 0.3602841,
}
_ERRORS = (0.10465, 0.12716, 0.11924, 0.15517, 0.15149, 0.09554)


def _wilson(place):
    return lambda: float(level_of_service([0, 0, 263 - 81, 81, 0, 0]).wished_for.interval[place])


def _newcombe(place):
    spots = blind_spot({"relationship": 56, "attitude": 14}, {"relationship": 48, "attitude": 32})
    return lambda: float(spots["relationship"].blind_spot.interval[place])


PROOFS = [
    Proof(
        "superiority", "probability", BRUNNER, "recalled", 0.788961, 5e-7, lambda: _pain().probability.value, "0.788961"
    ),
    Proof("superiority", "statistic", BRUNNER, "recalled", 3.1375, 5e-5, lambda: _pain().statistic, "3.1375"),
    Proof("superiority", "df", BRUNNER, "recalled", 17.683, 5e-4, lambda: _pain().df, "17.683"),
    Proof("superiority", "statistic", SCIPY, "recomputed", 3.1374674823029505, 1e-12, lambda: _pain().statistic),
    *(
        Proof("slide", f"slope of {name}", POLR, "recalled", value, 1e-6, _slope(place), f"{value}")
        for place, (name, value) in enumerate(_SLOPES.items())
    ),
    *(
        Proof("slide", f"standard error of {name}", POLR, "recalled", value, 1e-5, _error(place), f"{value}")
        for place, (name, value) in enumerate(zip(_SLOPES, _ERRORS, strict=True))
    ),
    Proof(
        "slide", "cut Low|Medium", POLR, "recalled", -0.4961353, 1e-6, lambda: float(_housing().cuts[0]), "-0.4961353"
    ),
    Proof(
        "slide", "cut Medium|High", POLR, "recalled", 0.6907083, 1e-6, lambda: float(_housing().cuts[1]), "0.6907083"
    ),
    Proof(
        "slide",
        "residual deviance",
        POLR,
        "recalled",
        3479.149,
        5e-4,
        lambda: -2 * _housing().log_likelihood,
        "3479.149",
    ),
    Proof(
        "level",
        "wished_for_or_above, low",
        "Newcombe (1998), Statistics in Medicine 17, 857-872, table I, 81 of 263, method 3",
        "recalled",
        0.2553,
        5e-5,
        _wilson(0),
        "0.2553",
    ),
    Proof(
        "level",
        "wished_for_or_above, high",
        "Newcombe (1998), Statistics in Medicine 17, 857-872, table I, 81 of 263, method 3",
        "recalled",
        0.3662,
        5e-5,
        _wilson(1),
        "0.3662",
    ),
    Proof(
        "blind-spot",
        "blind_spot, low",
        "Newcombe (1998), Statistics in Medicine 17, 873-890, table II, 56/70 - 48/80, method 10",
        "recalled",
        0.0524,
        5e-5,
        _newcombe(0),
        "0.0524",
    ),
    Proof(
        "blind-spot",
        "blind_spot, high",
        "Newcombe (1998), Statistics in Medicine 17, 873-890, table II, 56/70 - 48/80, method 10",
        "recalled",
        0.3339,
        5e-5,
        _newcombe(1),
        "0.3339",
    ),
]
