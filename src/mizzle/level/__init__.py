"""The level of service: six ordered levels, who gives them, how two groups differ, and how a level wears off."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.level.internal import InternalService, internal_service
    from mizzle.level.served import (
        LEVEL_NAMES,
        LevelOfService,
        PointGap,
        PointGaps,
        level_of_service,
        perception_gap,
        perception_gaps,
        read_levels,
    )
    from mizzle.level.sliding import Slide, WornGifts, slide, worn_gifts
    from mizzle.level.superior import Superiority, superiority, superiority_of_counts
    from mizzle.level.values import KINDS, BlindSpot, blind_spot

__all__ = [
    "KINDS",
    "LEVEL_NAMES",
    "BlindSpot",
    "InternalService",
    "LevelOfService",
    "PointGap",
    "PointGaps",
    "Slide",
    "Superiority",
    "WornGifts",
    "blind_spot",
    "internal_service",
    "level_of_service",
    "perception_gap",
    "perception_gaps",
    "read_levels",
    "slide",
    "superiority",
    "superiority_of_counts",
    "worn_gifts",
]

lazily(
    __name__,
    {
        "KINDS": "values",
        "LEVEL_NAMES": "served",
        "BlindSpot": "values",
        "InternalService": "internal",
        "LevelOfService": "served",
        "PointGap": "served",
        "PointGaps": "served",
        "Slide": "sliding",
        "Superiority": "superior",
        "WornGifts": "sliding",
        "blind_spot": "values",
        "internal_service": "internal",
        "level_of_service": "served",
        "perception_gap": "served",
        "perception_gaps": "served",
        "read_levels": "served",
        "slide": "sliding",
        "superiority": "superior",
        "superiority_of_counts": "superior",
        "worn_gifts": "sliding",
    },
)
