"""Figures that were worked out before: found by the digest of all that they rest on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mizzle import __version__
from mizzle.journeys.results import ProcessMap
from mizzle_web.journeys.figures.measured import FEWEST, FORM, PARTS, Drawing, Months, Near, form_of, key_of, of_json
from mizzle_web.journeys.models import Agreement, FigurePart, FigureSet
from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from mizzle.tables import Node
    from mizzle_web.journeys.figures.measured import Page
    from mizzle_web.journeys.figures.view import View
    from mizzle_web.journeys.models import Journey

FEWEST_CASES = FEWEST
"""From fewer cases nothing is told of a department."""
EMPTY = ProcessMap(nodes=(), edges=(), cases=0, cases_shown=0, nodes_total=0, edges_total=0, method="")


class Unreadable(Refused):
    """Figures that were kept, and cannot be read any more."""

    def __init__(self) -> None:
        sentence = _(
            "The figures that were kept of these cases cannot be read any more. Open the map of the journey, and have"
            " them worked out anew."
        )
        super().__init__("figures_unreadable", sentence)


def agreements_of(journey: Journey) -> list[dict[str, Any]]:
    """Give the agreed times that hold, as `mizzle.journeys.agreed` takes them."""
    held = Agreement.objects.holding().filter(journey=journey).order_by("department", "to_department")
    return [{"department": one.department, "to": one.to_department or None, "hours": one.hours} for one in held]


def digest_of(journey: Journey, view: View) -> str:
    """Give the digest of all that the figures of a view rest on."""
    rests_on = [__version__, _form(), journey.table_digest, sorted(journey.points), agreements_of(journey), view.key]
    return hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()


def _form() -> str:
    """Give the form of the parts that this version reads."""
    return form_of(_languages())


def _languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class Kept:
    """One set of figures, read part by part as a page asks for it."""

    figures: FigureSet
    is_current: bool

    def page(self, pace: str = "all") -> Page:
        """Give what the map page shows of all, of typical, or of late cases."""
        found: Page = self._part(pace)
        return found

    def drawing(self, pace: str, language: str) -> Drawing:
        """Give the blueprint in a language."""
        found: Drawing = self._part(f"draw-{pace}", language)
        return found

    @cached_property
    def months(self) -> Months:
        """Every department in every month."""
        found: Months = self._part("months")
        return found

    def near(self, department: str) -> Near | None:
        """Give what one department is told of itself; None where these cases do not have it."""
        found: str | None = self._near.get(department)
        near: Near | None = None if found is None else _read(found, Near)
        return near

    @cached_property
    def _near(self) -> dict[str, str]:
        found: dict[str, str] = self._part("near")
        return found

    def usual(self, nodes: Iterable[Node]) -> ProcessMap:
        """Give the process map of some nodes, and of the steps that lead to them."""
        known: dict[str, str] = self._part("usual")
        wanted = (known.get(key_of(node)) for node in dict.fromkeys(nodes))
        found: list[ProcessMap] = [_read(one, ProcessMap) for one in wanted if one is not None]
        around = chain.from_iterable
        whole = next(iter(found), EMPTY)
        return replace(
            whole,
            nodes=tuple(around(one.nodes for one in found)),
            edges=tuple(around(one.edges for one in found)),
        )

    @cached_property
    def steps(self) -> ProcessMap:
        """The whole process map."""
        found: ProcessMap = self._part("steps")
        return found

    def _part(self, name: str, language: str = "") -> Any:
        """Read a part; by journey and view, since the set may be followed by another one while a page is made."""
        of = {"figures__journey": self.figures.journey_id, "figures__view": self.figures.view}
        bodies = FigurePart.objects.filter(**of, name=name, language=language).values_list("body", flat=True)
        body = bodies.first()
        if body is None:  # as when the last log was deleted while a page was made
            raise Unreadable
        return _read(body, PARTS[name])

    def is_whole(self) -> bool:
        """Whether every part is there and can be read; for work that would make them anew, since it takes its time."""
        try:
            for name, kind in PARTS.items():
                for language in _languages() if kind is Drawing else ("",):
                    self._part(name, language)
        except Unreadable:
            return False
        return True


def _read(text: str, kind: Hashable) -> Any:
    try:
        return of_json(text, kind)
    except ValidationError as problem:
        raise Unreadable from problem


def find(journey: Journey, view: View) -> Kept | None:
    """Find the figures of a view: the present ones, or else those of before the last change; None without any.

    What another version of mizzle has kept in a form that this one does not read is as good as none.
    """
    of_ours = FigureSet.objects.filter(parts__name=FORM, parts__body=_form())
    figures = of_ours.filter(journey=journey, view=view.key).first()
    return None if figures is None else Kept(figures, figures.digest == digest_of(journey, view))


def is_kept(journey: Journey, view: View) -> bool:
    """Whether any figures of a view are kept, in whatever form."""
    return FigureSet.objects.filter(journey=journey, view=view.key).exists()
