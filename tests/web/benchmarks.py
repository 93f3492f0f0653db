"""What tests share with the benchmarks: a house in a process of its own, a browser, a PostgreSQL to throw away."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = str(Path(__file__).parents[2] / "benchmarks")
sys.path.insert(0, FOLDER)
try:
    import browsing
    import cluster
    import killing
    import maproom
finally:
    sys.path.remove(FOLDER)

__all__ = ["browsing", "cluster", "killing", "maproom"]
