"""From event logs: how far every department is from the customer, and where a case waits."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.journeys.blueprint import blueprint
    from mizzle.journeys.distance import distance
    from mizzle.journeys.drawn import drawn
    from mizzle.journeys.maps import handovers, process_map, rework, throughput
    from mizzle.journeys.selection import attribute_values, by_pace, select
    from mizzle.journeys.suggestions import suggest_perception_points
    from mizzle.journeys.timelines import agreed, read_agreements, timeline, timeline_of
    from mizzle.journeys.ways import ways

__all__ = [
    "agreed",
    "attribute_values",
    "blueprint",
    "by_pace",
    "distance",
    "drawn",
    "handovers",
    "process_map",
    "read_agreements",
    "rework",
    "select",
    "suggest_perception_points",
    "throughput",
    "timeline",
    "timeline_of",
    "ways",
]

lazily(
    __name__,
    {
        "agreed": "timelines",
        "attribute_values": "selection",
        "blueprint": "blueprint",
        "by_pace": "selection",
        "distance": "distance",
        "drawn": "drawn",
        "handovers": "maps",
        "process_map": "maps",
        "read_agreements": "timelines",
        "rework": "maps",
        "select": "selection",
        "suggest_perception_points": "suggestions",
        "throughput": "maps",
        "timeline": "timelines",
        "timeline_of": "timelines",
        "ways": "ways",
    },
)
