"""The kinds of background work. Each room declares its own in a module `work`, which is found when it is first needed.

``people/work.py`` may say::

    @kind("people.import", title=gettext_lazy("Import of people"))
    def import_people(arguments: dict[str, Any], tell: Progress) -> dict[str, Any]:
        for n, row in enumerate(rows, 1):
            tell(n / len(rows), _("Row %(n)d") % {"n": n})
            ...
        return {"sentence": _("400 people were imported."), "address": "/people/", "lines": bad_rows}

Work may run twice, when its worker was killed, so it is written to give the same then; and its transactions last
for seconds, with `tell` called at least that often. It speaks the language of the member who began it. What it
returns is JSON: a ``sentence`` in plain words, the ``address`` of a page that shows more and the ``address_title`` of
that link, further ``lines``; all may be left out, and anything else may be in. `Refused` ends it with its sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Progress(Protocol):
    """How work tells what it is at: the share that is done, from 0 to 1, and its stage in words.

    Raises `Cancelled` when the work is to stop: let it pass.
    """

    def __call__(self, share: float, stage: str) -> None:
        """Tell it."""


class Cancelled(BaseException):
    """The member asked to stop. No `Exception`, so that work which catches those does not go on by accident."""


Work = Callable[[dict[str, Any], Progress], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of background work."""

    name: str
    title: StrOrPromise
    work: Work


_known: dict[str, Kind] = {}


def kind(name: str, *, title: StrOrPromise) -> Callable[[Work], Work]:
    """Declare a kind of work by the function that does it."""

    def declare(work: Work) -> Work:
        if name in _known:
            raise ValueError(f"The kind {name} is declared twice. Give one of them another name.")
        _known[name] = Kind(name, title, work)
        return work

    return declare


def find(name: str) -> Kind | None:
    """Find a kind; None where this version has none of that name."""
    load()
    return _known.get(name)


def title(name: str) -> str:
    """Give the title of a kind in the language of the reader."""
    found = find(name)
    return str(found.title) if found else name


@cache
def load() -> None:
    """Let every room declare its work; once in a process."""
    autodiscover_modules("work")
