"""Taking hold or drifting back: control charts, runs, turns and what is left of a gain."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.momentum.charts import KINDS, chart, chart_of_groups
    from mizzle.momentum.runs import runs
    from mizzle.momentum.turns import held_gain, turns

__all__ = ["KINDS", "chart", "chart_of_groups", "held_gain", "runs", "turns"]

lazily(
    __name__,
    {
        "KINDS": "charts",
        "chart": "charts",
        "chart_of_groups": "charts",
        "held_gain": "turns",
        "runs": "runs",
        "turns": "turns",
    },
)
