"""Where the house keeps what is not in the database, and the mark on the door that says whether it is open."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKUPS, KEYS, ASIDE, LOCK, HEARD = "backups", "keys", "aside", "house.lock", "last-backup.json"
_OWN = (BACKUPS, KEYS, ASIDE)


def data() -> Path:
    """Give the data folder."""
    return Path(settings.ENVIRONMENT.data)


def backups() -> Path:
    """Give the folder of the backups, made where it is missing."""
    folder = data() / BACKUPS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def uploaded() -> list[Path]:
    """Give the folders of what people have uploaded: all that the house does not keep there for itself."""
    if not data().is_dir():
        return []
    return sorted(
        path
        for path in data().iterdir()
        if path.is_dir() and not path.is_symlink() and path.name not in _OWN and not path.name.startswith(".")
    )


def uploaded_files() -> list[Path]:
    """Give each uploaded file; links are not followed, so that nothing from elsewhere is taken along."""
    found: list[Path] = []
    for top in uploaded():
        found += [path for path in sorted(top.rglob("*")) if path.is_file() and not path.is_symlink()]
    return found


@contextmanager
def open_house() -> Iterator[None]:
    """Mark the house as open for as long as this process lives; several processes may keep it open together."""
    with _mark(fcntl.LOCK_SH, _("A backup is being restored. Wait until that has ended, then start again.")):
        yield


@contextmanager
def closed_house() -> Iterator[None]:
    """Make sure that the house is closed, and stays so for now.

    Raises
    ------
    Refused
        While a process keeps the house open.
    """
    said = _("mizzle is running (process %(pid)s). Stop it first, so that nothing is written meanwhile.")
    with _mark(fcntl.LOCK_EX, said % {"pid": _who() or "?"}):
        yield


def is_open() -> bool:
    """Tell whether a process keeps the house open."""
    try:
        with closed_house():
            return False
    except Refused:
        return True


def _who() -> str:
    try:
        return (data() / LOCK).read_text().strip()
    except OSError:
        return ""


@contextmanager
def _mark(kind: int, refusal: str) -> Iterator[None]:
    # The lock is the kernel's: it ends with the process, however that ends. The number in the file is for people.
    handle = os.open(data() / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise Refused("house_is_open", refusal) from problem
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
