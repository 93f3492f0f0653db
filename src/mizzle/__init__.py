"""mizzle: service culture that soaks in.

The ground floor: measures as pure functions of tables and numbers. Importing the package loads nothing heavy; each
module is imported where it is used, as ``from mizzle import journeys, logs``.
"""

from importlib.metadata import version

__version__ = version("mizzle")
