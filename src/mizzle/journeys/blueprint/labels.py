"""Where the wait of each edge can be written: on its line or beside it, over no node, no other label, few lines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mizzle.journeys.blueprint.text import width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Line = Sequence[tuple[float, float]]
    Rectangle = tuple[float, float, float, float]

SIZE, HEIGHT, AIR = 13.0, 16.0, 3.0
STEP = 4.0
HIDDEN = 25.0  # what it costs, in pixels away from the middle of the line, to hide a piece of another line
MAY_HIDE = {True: 2, False: 0}


@dataclass(frozen=True, slots=True)
class Wish:
    """A text that an edge would like to have beside it."""

    edge: int
    text: str
    points: tuple[tuple[float, float], ...]
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A text that found its place: left, top, width, height."""

    edge: int
    text: str
    box: tuple[float, float, float, float]
    is_on_line: bool


def place(
    wishes: Sequence[Wish],
    solid: Sequence[Rectangle],
    lines: Mapping[int, Sequence[Line]],
    canvas: tuple[float, float],
) -> tuple[Label, ...]:
    """Give each wish a place in turn; a wish without a free place is dropped, since the list form has them all."""
    walls = np.array(solid, dtype=float).reshape(-1, 4)
    pieces = np.array(
        [
            (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1), owner)
            for owner, group in lines.items()
            for line in group
            for (x1, y1), (x2, y2) in itertools.pairwise(line)
        ],
        dtype=float,
    ).reshape(-1, 5)
    done: list[Label] = []
    for wish in wishes:
        found = _find(wish, walls, pieces[pieces[:, 4] != wish.edge, :4], canvas)
        if found is not None:
            done.append(found)
            walls = np.vstack([walls, np.array([found.box])])
    return tuple(done)


def _find(wish: Wish, walls: np.ndarray, pieces: np.ndarray, canvas: tuple[float, float]) -> Label | None:
    wide = width(wish.text, SIZE, bold=wish.is_urgent) + 6
    spots = np.array(sorted(set(_spots(wish.points, wide))), dtype=float).reshape(-1, 4)
    boxes = np.column_stack([spots[:, 1] - wide / 2, spots[:, 2] - HEIGHT / 2])
    inside = (boxes[:, 0] >= AIR) & (boxes[:, 0] + wide <= canvas[0] - AIR)
    inside &= (boxes[:, 1] >= AIR) & (boxes[:, 1] + HEIGHT <= canvas[1] - AIR)
    clear = ~_meets(boxes, wide, walls, 1.5).any(axis=1)
    hidden = _meets(boxes, wide, pieces, 1.5).sum(axis=1)
    good = inside & clear & (hidden <= MAY_HIDE[wish.is_urgent])
    if not good.any():
        return None
    cost = np.where(good, spots[:, 0] + HIDDEN * hidden, np.inf)
    best = int(np.argmin(cost))
    x, y = (float(value) for value in boxes[best])
    return Label(wish.edge, wish.text, (x, y, wide, HEIGHT), bool(spots[best, 3]))


def _meets(boxes: np.ndarray, wide: float, others: np.ndarray, clear: float) -> np.ndarray:
    x, y = boxes[:, 0:1], boxes[:, 1:2]
    across = (x < others[:, 0] + others[:, 2] + clear) & (others[:, 0] < x + wide + clear)
    down = (y < others[:, 1] + others[:, 3] + clear) & (others[:, 1] < y + HEIGHT + clear)
    return np.asarray(across & down)


def _spots(points: Line, wide: float) -> Iterator[tuple[float, float, float, float]]:
    """Give every place worth trying: what it costs, its middle, and whether it lies on the line."""
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        long = abs(x2 - x1) + abs(y2 - y1)
        count = max(1, int(long // STEP))
        for k in range(count + 1):
            x, y = x1 + (x2 - x1) * k / count, y1 + (y2 - y1) * k / count
            away = abs(k / count - 0.5) * min(long, 120) * 0.4
            if x1 == x2:
                if long > HEIGHT + 8 and min(k, count - k) * long / count > HEIGHT / 2 + 2:
                    yield away, x, y, 1.0
                yield away + 9, x + wide / 2 + 4, y, 0.0
                yield away + 10, x - wide / 2 - 4, y, 0.0
            else:
                if long > wide + 10 and min(k, count - k) * long / count > wide / 2 + 4:
                    yield away + 4, x, y, 1.0
                for off in (HEIGHT / 2 + 4, HEIGHT / 2 + 8, HEIGHT / 2 + 12, HEIGHT / 2 + 16, HEIGHT / 2 + 19):
                    yield away + 6 + off / 2, x, y - off, 0.0
                    yield away + 8 + off / 2, x, y + off, 0.0
