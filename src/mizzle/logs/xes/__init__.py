"""XES, the standard for event logs (IEEE 1849): a fast path for the plain form, a real parser for the rest."""

from mizzle.logs.xes.reader import XesReader, open_xes

__all__ = ["XesReader", "open_xes"]
