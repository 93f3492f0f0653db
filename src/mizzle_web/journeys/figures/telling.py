"""How the process that reads and measures tells what it is at: JSON objects on standard output, one a line."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EVERY = 0.25
"""Seconds between two lines that tell how far it is."""
BEAT = 0.5
"""Seconds after which the last of them is told again, so that who asked can stop this process at any time."""

_line = threading.Lock()
_last: list[dict[str, Any]] = [{"tell": [0.0, ""]}]


def say(line: dict[str, Any]) -> None:
    """Write a line to who asked; where nobody listens any more, end at once."""
    with _line:
        if "tell" in line:
            _last[0] = line
        try:
            # A database keeps no NUL; where a file holds one, its place is marked.
            sys.stdout.write(json.dumps(line).replace("\\u0000", "\\ufffd") + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(1)  # the worker was killed; another one begins again and must find nobody here


def beat() -> None:
    """Say the last line of progress again and again, beside the work."""

    def go() -> None:
        while True:
            time.sleep(BEAT)
            say(_last[0])

    threading.Thread(target=go, name="beat", daemon=True).start()


def teller(begin: float, end: float) -> Callable[[str, float], None]:
    """Give a function that tells the share of any stage as a share of the whole task."""
    return stager({"": (begin, end)})


def stager(stages: Mapping[str, tuple[float, float]]) -> Callable[[str, float], None]:
    """Give a function that tells how far a task of several stages is.

    Parameters
    ----------
    stages
        By the first word of what `mizzle` says that it does, from which share of the task to which it goes; under the
        empty text, those of every other stage.
    """
    last = [0.0]

    def tell(stage: str, share: float) -> None:
        now = time.monotonic()
        word = stage.partition(" ")[0]
        place = stages.get(word, stages.get(""))
        if now - last[0] >= EVERY and place is not None:
            last[0] = now
            begin, end = place
            say({"tell": [begin + (end - begin) * min(max(share, 0.0), 1.0), word]})

    return tell
