"""Packages whose parts are imported when they are first used, so that a program starts quickly and stays small."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Lazy(ModuleType):
    """A package that looks for a part when it is asked for."""

    _parts: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        if name not in self._parts:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        part = getattr(import_module(f"{self.__name__}.{self._parts[name]}"), name)
        self.__dict__[name] = part
        return part

    def __setattr__(self, name: str, value: Any) -> None:
        # Python hangs a module on its package under its own name; one that is called as its measure must not hide it.
        if not (isinstance(value, ModuleType) and name in self._parts):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._parts})


def lazily(package: str, parts: Mapping[str, str]) -> None:
    """Let a package give its parts, each by the name of its module, without importing any of them now.

    Examples
    --------
    >>> import mizzle.journeys
    >>> mizzle.journeys.distance.__name__
    'distance'
    """
    module = sys.modules[package]
    module.__dict__["_parts"] = dict(parts)
    module.__class__ = _Lazy
