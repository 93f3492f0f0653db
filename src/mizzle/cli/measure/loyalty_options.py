"""What the options of measures of loyalty are read as: numbers, days and shares, or a sentence that helps."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def above_zero(text: str) -> float:
    """Read a number above zero.

    Examples
    --------
    >>> above_zero("52")
    52.0
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found > 0):
        raise argparse.ArgumentTypeError(f"a number above zero is wanted, not {text!r}")
    return found


def whole(text: str) -> int:
    """Read a whole number from 0 on.

    Examples
    --------
    >>> whole("8")
    8
    """
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"a whole number is wanted, not {text!r}")
    return int(text[:18])


def rate(text: str) -> float:
    """Read a share from 0 to 1.

    Examples
    --------
    >>> rate("0.1")
    0.1
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"a share from 0 to 1 is wanted, as 0.1 for ten per cent, not {text!r}")
    return found


def day(text: str) -> np.datetime64:
    """Read a day, as 2024-12-31.

    Examples
    --------
    >>> str(day("2024-12-31"))
    '2024-12-31'
    """
    import numpy as np

    try:
        found: np.datetime64 = np.datetime64(text, "D")
    except ValueError:
        found = np.datetime64("NaT", "D")
    if np.isnat(found):
        raise argparse.ArgumentTypeError(f"a day is wanted, written as 2024-12-31, not {text!r}")
    return found


def occasions(text: str) -> int:
    """Read a number of occasions, from 1 to 10,000.

    Examples
    --------
    >>> occasions("6")
    6
    """
    found = whole(text)
    if not 1 <= found <= 10_000:  # noqa: PLR2004 - more rounds than any customer sees
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 10,000 is wanted, not {text!r}")
    return found


def samples(text: str) -> int:
    """Read a number of bootstrap samples: 0, or from 20 on.

    Examples
    --------
    >>> samples("0"), samples("200")
    (0, 200)
    """
    found = whole(text)
    if 0 < found < 20 or found > 100_000:  # noqa: PLR2004 - fewer say nothing, more take days
        raise argparse.ArgumentTypeError(f"0, or a whole number from 20 to 100,000, is wanted, not {text!r}")
    return found


def regularity(text: str) -> int:
    """Read k, from 1 to 12.

    Examples
    --------
    >>> regularity("2")
    2
    """
    found = whole(text)
    if not 1 <= found <= 12:  # noqa: PLR2004 - the largest that the model tries
        raise argparse.ArgumentTypeError(f"k is a whole number from 1 to 12, not {text!r}")
    return found
