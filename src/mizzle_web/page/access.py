"""Who may open an address: each view says it, once, by a decorator; a view that says nothing opens for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import Enum

    V = TypeVar("V", bound=Callable[..., object])

ANYONE = "anyone"
"""Nobody needs to have signed in."""
MEMBER = "member"
"""Whoever has signed in."""


def anyone(view: V) -> V:
    """Open a view to everybody, signed in or not."""
    view.access = ANYONE  # type: ignore[attr-defined] # read by the door
    return view


def member(view: V) -> V:
    """Open a view to every member who has signed in; what is shown there is theirs."""
    view.access = MEMBER  # type: ignore[attr-defined] # read by the door
    return view


def needs(permission: Enum) -> Callable[[V], V]:
    """Open a view to members with this permission."""

    def mark(view: V) -> V:
        view.access = permission  # type: ignore[attr-defined] # read by the door
        return view

    return mark
