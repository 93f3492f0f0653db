"""Taking hold or drifting back: control charts, runs, turns and what is left of a gain."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.momentum.charts import KINDS, Chart, chart, chart_of_groups
    from mizzle.momentum.runs import Runs, runs
    from mizzle.momentum.turns import Held, Turn, Turns, held_gain, turns

__all__ = [
    "KINDS",
    "Chart",
    "Held",
    "Runs",
    "Turn",
    "Turns",
    "chart",
    "chart_of_groups",
    "held_gain",
    "runs",
    "turns",
]

lazily(
    __name__,
    {
        "Chart": "charts",
        "Held": "turns",
        "KINDS": "charts",
        "Runs": "runs",
        "Turn": "turns",
        "Turns": "turns",
        "chart": "charts",
        "chart_of_groups": "charts",
        "held_gain": "turns",
        "runs": "runs",
        "turns": "turns",
    },
)
