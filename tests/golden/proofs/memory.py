"""FSRS-6: the intervals of py-fsrs's own tests, and how well it foretells one real learner."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from golden.proofs import Proof, golden, rows
from mizzle.memory import Calibration, Rules, calibration, review

LOG = "rhythm/fsrs_review_log_even.csv.gz"


@cache
def intervals() -> list[int]:
    """Replay the golden ratings, each review when it is due."""
    told = golden("spaced_repetition_fsrs", "fsrs6_ratings1")["input"]
    rules = Rules(tuple(told["parameters"]), told["desired_retention"])
    state, at, found = None, datetime.fromisoformat(told["start"]), []
    for rating in told["ratings"]:
        state = review(state, rating, at, rules)
        found.append(state.interval_days)
        at = state.due
    return found


@cache
def calibrated() -> Calibration:
    """Foretell the reviews of one real learner over six months."""
    told = rows(LOG)
    return calibration(
        [row["card_id"] for row in told],
        [int(row["review_rating"]) for row in told],
        [datetime.fromisoformat(row["review_time"]) for row in told],
    )


_PUBLISHED = "py-fsrs 6.3.1, tests/test_basic.py::test_review_card"
_OWN = "py-fsrs 6.3.2 asked review by review, with sums in plain Python, on the log of one learner (py-fsrs, MIT)"

PROOFS = (
    *(
        Proof(
            "memory",
            f"interval {place} of 13, days",
            _PUBLISHED,
            "seen",
            days,
            0,
            lambda place=place: intervals()[place - 1],
        )
        for place, days in enumerate((0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21), 1)
    ),
    Proof("calibration", "log_loss", _OWN, "recomputed", 0.4454692604, 1e-9, lambda: calibrated().log_loss.value),
    Proof("calibration", "predicted", _OWN, "recomputed", 0.770417493517, 1e-9, lambda: calibrated().predicted.value),
    Proof("calibration", "recalled", _OWN, "recomputed", 2071 / 2589, 1e-12, lambda: calibrated().recalled.value),
)
