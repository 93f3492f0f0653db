"""Every address of the house, found from the resolver, with values for its arguments."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver, reverse

DECLARED = Path(__file__).with_name("access.toml")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name, its pattern and the view behind it."""

    name: str
    pattern: str
    view: object
    arguments: tuple[str, ...]


def routes(resolver=None, pattern="/", space="") -> list[Route]:
    """Walk the resolver."""
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        path = pattern + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            found += routes(one, path, inner)
        elif isinstance(one, URLPattern):
            found.append(Route(space + (one.name or ""), path, one.callback, tuple(one.pattern.converters)))
    return found


def declared() -> dict[str, dict[str, object]]:
    """What was reviewed: who may open each address, and by which methods."""
    return tomllib.loads(DECLARED.read_text("utf-8"))


def address(route: Route, values: dict[str, object]) -> str:
    """The address itself, with values for its arguments."""
    return reverse(route.name, kwargs={argument: values[argument] for argument in route.arguments})
