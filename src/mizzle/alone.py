"""One program at a time in a folder."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone_in(folder: Path, *, wait: bool) -> Iterator[None]:
    """Have a folder for oneself, which is made where it is not there.

    Parameters
    ----------
    folder
        It stays with whoever entered first, until that one leaves or ends.
    wait
        Whether to wait for another one.

    Raises
    ------
    BlockingIOError
        Where another one is in it, and `wait` is not set.
    """
    import fcntl

    while True:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.exists() and os.path.samestat(os.fstat(lock), folder.stat()):  # not one that has just gone
                yield
                return
        finally:
            os.close(lock)
