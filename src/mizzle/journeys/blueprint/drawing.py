"""Writes a layout as SVG: classes for the page's style sheet, or a style of its own for a file that stands alone."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from mizzle.journeys.blueprint.spacing import HEAD, NAME_LEADING, NODE_LEADING
from mizzle.journeys.blueprint.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mizzle.journeys.blueprint.labels import Label
    from mizzle.journeys.blueprint.layout import DrawnContact, DrawnEdge, DrawnLane, DrawnNode, Layout, Point
    from mizzle.journeys.blueprint.text import Words

CORNER = 6.0
LEFT = 10

LIGHT = {
    "page": "#FAF9F6", "surface": "#FFFFFF", "line": "#D5DBD8", "line-strong": "#75827F", "ink": "#142329",
    "ink-2": "#3F4F54", "ink-3": "#56646A", "rain": "#155B79", "wait": "#84918F", "over": "#9C5420",
    "point": "#56707C", "on-point": "#FFFFFF", "soil": "#E3E9E6",
}  # fmt: skip
DARK = {
    "page": "#0F1719", "surface": "#151F22", "line": "#2D393D", "line-strong": "#6C7C80", "ink": "#E7EBE7",
    "ink-2": "#B4BFBE", "ink-3": "#93A1A3", "rain": "#7FC6E3", "wait": "#74837F", "over": "#E39A62",
    "point": "#9DB2B8", "on-point": "#0A1A21", "soil": "#060C0E",
}  # fmt: skip
COLOURS = (
    (".bp-page,.bp-lbg,.bp-node.cu", "fill", "page"), (".bp-deep", "fill", "soil"), (".bp-rule", "stroke", "line"),
    (".bp-name,.bp-vistext,.bp-text", "fill", "ink"), (".bp-dist,.bp-time", "fill", "ink-3"),
    (".bp-vis", "stroke", "ink"), (".bp-node.ps", "fill", "surface"),
    (".bp-node.ps,.bp-contact", "stroke", "line-strong"),
    (".bp-node.ps.hot,.bp-contact.hot,.bp-edge.hot", "stroke", "rain"), (".bp-node.pp", "fill", "point"),
    (".bp-node.pp.hot,.bp-wait.hot", "fill", "rain"), (".bp-node.cu", "stroke", "ink-3"),
    (".bp-text.pp", "fill", "on-point"), (".bp-edge", "stroke", "wait"), (".bp-edge.over", "stroke", "over"),
    (".bp-tip,.bp-loop,.bp-order", "stroke", "line-strong"),
    (".bp-tip.hot", "stroke", "rain"), (".bp-tip.over", "stroke", "over"),
    (".bp-wait", "fill", "ink-2"), (".bp-wait.hot", "fill", "rain"), (".bp-wait.over", "fill", "over"),
)  # fmt: skip
SHAPES = (
    'text{font-family:"Source Sans 3 Variable","Source Sans 3",system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}'
    ".bp-lane{fill:none}.bp-name{font-size:15px;font-weight:600}"
    ".bp-dist,.bp-time,.bp-wait,.bp-vistext{font-size:13px;font-variant-numeric:tabular-nums}"
    ".bp-vistext,.bp-wait.hot{font-weight:600}.bp-wait.over{font-weight:700}"
    ".bp-text{font-size:13.5px;font-weight:500}.bp-text.cu{font-weight:400}"
    ".bp-vis{stroke-width:1.5}.bp-node.ps.hot{stroke-width:1.75}.bp-contact{fill:none;stroke-width:1.25}"
    ".bp-contact.hot{stroke-width:1.75}.bp-edge{fill:none;stroke-linecap:round}"
    ".bp-loop,.bp-order{fill:none}.bp-loop{stroke-width:1.5;stroke-dasharray:1.5 2}"
    ".bp-tip{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}"
)


def write(layout: Layout, words: Words, *, title: str, description: str, standalone: bool) -> str:
    """Write the drawing: grounds first, then lines, then nodes, then labels over all of them."""
    size = f'width="{_n(layout.width)}" height="{_n(layout.height)}"'
    name = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    view = f'viewBox="0 0 {_n(layout.width)} {_n(layout.height)}"'
    parts = [
        f'<svg{name} class="bp" {view} {size} role="img">',
        f"<title>{_t(title)}</title><desc>{_t(description)}</desc>",
        *([f"<style>{style()}</style>", f'<rect {size} class="bp-page"/>'] if standalone else ()),
        *_grounds(layout, words),
        *_contacts(layout),
        *(_edge(edge) for edge in sorted(layout.edges, key=lambda edge: (edge.is_over, edge.is_on_way))),
        *(_tip(edge) for edge in layout.edges),
        *(piece for node in layout.nodes for piece in _node(node)),
        *(piece for contact in layout.contacts for piece in _pill(contact)),
        *(piece for label in layout.labels for piece in _label(layout, label)),
        "</svg>",
    ]
    return "".join(parts)


def write_names(layout: Layout, words: Words) -> str:
    """Write the names of the lanes once more, to stand still at the left while the drawing is scrolled sideways."""
    size = f'width="{_n(layout.names)}" height="{_n(layout.height)}"'
    view = f'viewBox="0 0 {_n(layout.names)} {_n(layout.height)}"'
    ground = f'<rect {size} class="bp-page"/>'
    return f'<svg class="bp bp-names" {view} {size} aria-hidden="true">{ground}{"".join(_grounds(layout, words))}</svg>'


def style() -> str:
    """Give the style of a drawing that stands alone: plain colours, light and dark, for every viewer of SVG."""
    light, dark = ("".join(f"{s}{{{p}:{c[name]}}}" for s, p, name in COLOURS) for c in (LIGHT, DARK))
    return f"svg{{color-scheme:light dark}}{SHAPES}{light}@media (prefers-color-scheme:dark){{{dark}}}"


def dots(hours: float) -> tuple[float, float]:
    """Give the width of the dots and their distance: the longer the wait, the larger."""
    wide = min(5.4, 1.3 + 0.78 * math.sqrt(hours))
    return wide, wide + 2.1


def _grounds(layout: Layout, words: Words) -> Iterator[str]:
    end = _n(layout.width)
    middle = layout.customer.y + layout.customer.h / 2
    yield f'<text x="{LEFT}" y="{_n(HEAD - 12)}" class="bp-time">{_t(words.order)}</text>'
    if layout.nodes:
        x = max(layout.names + 10, LEFT + 12 + 6.4 * len(words.order))
        yield f'<path class="bp-order" d="M{_n(x)} {_n(HEAD - 16)}H{_n(layout.width - 14)}"/>'
        yield f'<path class="bp-order" d="M{_n(layout.width - 18)} {_n(HEAD - 20)}l4 4l-4 4"/>'
    yield f'<text x="{LEFT}" y="{_n(middle + 5)}" class="bp-name">{_t(words.customer)}</text>'
    yield f'<path class="bp-rule" d="M0 {_n(layout.customer.y + layout.customer.h)}H{end}"/>'
    for lane in layout.lanes:
        yield from _lane(lane)
    yield f'<path class="bp-vis" d="M0 {_n(layout.visibility)}H{end}"/>'
    yield f'<text x="{LEFT}" y="{_n(layout.visibility - 4)}" class="bp-vistext">{_t(words.line)}</text>'


def _lane(lane: DrawnLane) -> Iterator[str]:
    box = lane.box
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}"'
    shade = f' fill-opacity="{lane.deep:.2f}"' if lane.deep else ""
    yield f'<rect {place} class="bp-lane{" bp-deep" if lane.deep else ""}"{shade}/>'
    top = lane.middle - (NAME_LEADING * len(lane.lines) + 16) / 2 + 12.5
    yield f"<g><title>{_t(lane.name)}</title>"
    for k, line in enumerate(lane.lines):
        yield f'<text x="{LEFT}" y="{_n(top + NAME_LEADING * k)}" class="bp-name">{_t(line)}</text>'
    top += NAME_LEADING * len(lane.lines) + 0.5
    yield f'<text x="{LEFT}" y="{_n(top)}" class="bp-dist">{_t(lane.distance)}</text></g>'
    yield f'<path class="bp-rule" d="M0 {_n(box.y + box.h)}H{_n(box.w)}"/>'


def _contacts(layout: Layout) -> Iterator[str]:
    for contact in layout.contacts:
        kind = " hot" if contact.is_on_way else ""
        for line in contact.lines:
            yield f'<path class="bp-contact{kind}" d="{_path(line)}"/>'


def _edge(edge: DrawnEdge) -> str:
    wide, apart = dots(edge.edge.wait.median or 0.0)
    first, last = edge.points[0], edge.points[-1]
    points = ((first[0] + 3, first[1]), *edge.points[1:-1], (last[0] - 5, last[1]))
    ink = f'stroke-width="{wide:.2f}" stroke-dasharray=".01 {apart:.2f}"'
    return f'<path class="bp-edge{_kind(edge)}" {ink} d="{_path(points)}"/>'


def _tip(edge: DrawnEdge) -> str:
    x, y = edge.points[-1]
    return f'<path class="bp-tip{_kind(edge)}" d="M{_n(x - 5)} {_n(y - 3)}l3.5 3l-3.5 3"/>'


def _kind(edge: DrawnEdge) -> str:
    return " over" if edge.is_over else " hot" if edge.is_on_way else ""


def _node(node: DrawnNode) -> Iterator[str]:
    box, kind = node.box, ("pp" if node.is_point else "ps")
    hot = " hot" if node.is_on_way else ""
    whole = f"{clean(node.node.node.department)}: {clean(node.node.node.activity)}"
    yield f"<g><title>{_t(whole)}</title>"
    if node.is_repeated:
        x, y = box.x + box.w - 26, box.y
        loop = f"M{_n(x)} {_n(y)}V{_n(y - 3)}q0 -4 4 -4h10q4 0 4 4V{_n(y - 2)}"
        yield f'<path class="bp-loop" d="{loop}"/>'
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}"'
    yield f'<rect {place} rx="3" class="bp-node {kind}{hot}"/>'
    x, middle = box.x + box.w / 2, box.y + box.h / 2 + 4.5
    for k, line in enumerate(node.lines):
        y = middle + (k - (len(node.lines) - 1) / 2) * NODE_LEADING
        yield f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="middle" class="bp-text {kind}">{_t(line)}</text>'
    yield "</g>"


def _pill(contact: DrawnContact) -> Iterator[str]:
    box = contact.pill
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}" rx="{_n(box.h / 2)}"'
    yield f'<rect {place} class="bp-node cu{" hot" if contact.is_on_way else ""}"/>'
    x, y = box.x + box.w / 2, box.y + box.h / 2 + 4.5
    yield f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="middle" class="bp-text cu">{_t(contact.text)}</text>'


def _label(layout: Layout, label: Label) -> Iterator[str]:
    x, y, wide, high = label.box
    if label.is_on_line:
        place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" rx="3"'
        yield f'<rect {place} class="bp-lbg"/>'
        deep = next((lane.deep for lane in layout.lanes if lane.box.y <= y + high / 2 < lane.box.y + lane.box.h), 0.0)
        if deep:
            yield f'<rect {place} class="bp-deep" fill-opacity="{deep:.2f}"/>'
    kind = _kind(layout.edges[label.edge])
    middle = f'x="{_n(x + wide / 2)}" y="{_n(y + high / 2 + 4.5)}"'
    yield f'<text {middle} text-anchor="middle" class="bp-wait{kind}">{_t(label.text)}</text>'


def _path(points: Sequence[Point]) -> str:
    """Draw a line through corners, each rounded as far as its two pieces are long enough."""
    (x, y), *rest = points
    parts = [f"M{_n(x)} {_n(y)}"]
    for k, (x2, y2) in enumerate(rest):
        if k + 1 == len(rest):
            parts.append(f"L{_n(x2)} {_n(y2)}")
            continue
        x3, y3 = rest[k + 1]
        into, out = math.hypot(x2 - x, y2 - y), math.hypot(x3 - x2, y3 - y2)
        r = min(CORNER, into / 2, out / 2)
        ax, ay = x2 + (x - x2) * r / into, y2 + (y - y2) * r / into
        bx, by = x2 + (x3 - x2) * r / out, y2 + (y3 - y2) * r / out
        parts.append(f"L{_n(ax)} {_n(ay)}Q{_n(x2)} {_n(y2)} {_n(bx)} {_n(by)}")
        x, y = x2, y2
    return "".join(parts)


def _n(value: float) -> str:
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _t(text: str) -> str:
    return escape(text, quote=True)
