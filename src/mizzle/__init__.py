"""mizzle: service culture that soaks in.

The ground floor: measures as pure functions of tables and numbers. Importing the package loads nothing heavy; each
module is imported where it is used, as ``from mizzle import journeys, logs``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """Give the version when it is asked for: to look it up takes longer than all else that a help needs."""
        if name != "__version__":
            raise AttributeError(f"module 'mizzle' has no attribute {name!r}")
        from importlib.metadata import version

        return version("mizzle")
