"""Taking hold: who does the practice, how it spreads, and what it would take."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.adoption.curves import Bass, BassPriors, bass, forecast
    from mizzle.adoption.practice import CriticalMass, Practising, critical_mass, practising
    from mizzle.adoption.whatif import (
        Cascade,
        CommittedMinority,
        Thresholds,
        cascade,
        committed_minority,
        thresholds,
    )

__all__ = [
    "Bass",
    "BassPriors",
    "Cascade",
    "CommittedMinority",
    "CriticalMass",
    "Practising",
    "Thresholds",
    "bass",
    "cascade",
    "committed_minority",
    "critical_mass",
    "forecast",
    "practising",
    "thresholds",
]

lazily(
    __name__,
    {
        "Bass": "curves",
        "BassPriors": "curves",
        "Cascade": "whatif",
        "CommittedMinority": "whatif",
        "CriticalMass": "practice",
        "Practising": "practice",
        "Thresholds": "whatif",
        "bass": "curves",
        "cascade": "whatif",
        "committed_minority": "whatif",
        "critical_mass": "practice",
        "forecast": "curves",
        "practising": "practice",
        "thresholds": "whatif",
    },
)
