"""What tests share with the benchmarks: a house in a process of its own, and a PostgreSQL that is thrown away."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = str(Path(__file__).parents[2] / "benchmarks")
sys.path.insert(0, FOLDER)
try:
    import cluster
    import killing
finally:
    sys.path.remove(FOLDER)

__all__ = ["cluster", "killing"]
