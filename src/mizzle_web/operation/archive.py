"""The file of a backup: a zip with the database, uploaded files, and a manifest that has the digest of each part."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from mizzle_web.page.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
FILES, KEYS = "files/", "keys/"
CHUNK = 1 << 20
LARGEST_MANIFEST = 64 << 20
_NAME = re.compile(r"(database|(files|keys)/[^\0]+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    mizzle: str
    made_at: str
    vendor: str
    migrations: list[str]
    rows: dict[str, int]
    head_number: int
    head_digest: str
    keys_needed: list[str]
    has_keys: bool
    files: dict[str, list[Any]] = field(default_factory=dict)
    """By name, the number of bytes and the SHA-256 of each part."""
    format: int = FORMAT


class Writer:
    """Writes a backup into a file that only its owner reads; the manifest comes last."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self.files: dict[str, list[Any]] = {}

    def add(self, name: str, path: Path, tell: Callable[[int], None] = lambda _n_bytes: None) -> None:
        """Add a file, and tell how much of it is in; one that has gone away meanwhile is left out."""
        digest, n_bytes = hashlib.sha256(), 0
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source, self._zip.open(zipfile.ZipInfo(name), "w", force_zip64=True) as out:
            while block := source.read(CHUNK):
                digest.update(block)
                n_bytes += len(block)
                out.write(block)
                tell(n_bytes)
        self.files[name] = [n_bytes, digest.hexdigest()]

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, and make sure that all of it is on disk."""
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is; it is no backup."""
        self._zip.fp = None  # or it would write its directory when it is thrown away
        self._file.close()


def digest_of(path: Path) -> str:
    """Compute the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _spoilt() -> Refused:
    return Refused(
        "spoilt", _("This file is no backup of mizzle, or it is damaged. Use another one; nothing was changed.")
    )


def read_manifest(path: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises
    ------
    Refused
        For a file that is none, is damaged, or was written by a later version.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            if bundle.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                raise _spoilt()
            said = json.loads(bundle.read(MANIFEST))
    except FileNotFoundError as problem:
        raise Refused("no_file", _("There is no file %(file)s.") % {"file": path}) from problem
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, EOFError) as problem:
        raise _spoilt() from problem
    if not isinstance(said, dict) or not isinstance(said.get("format"), int):
        raise _spoilt()
    if said["format"] > FORMAT:
        sentence = _("This backup was made by mizzle %(version)s. Install that version or a later one.")
        raise Refused("too_new", sentence % {"version": said.get("mizzle", "?")})
    try:
        manifest = Manifest(**said)
    except TypeError as problem:
        raise _spoilt() from problem
    for name in manifest.files:
        if not _NAME.fullmatch(name) or ".." in name.split("/") or "\\" in name or "//" in name:
            raise _spoilt()
    return manifest


def unpack(path: Path, manifest: Manifest, folder: Path, tell: Callable[[float, str], None]) -> None:
    """Unpack every part that the manifest names into a folder, and compare its size and digest.

    Raises
    ------
    Refused
        When a part is missing or is not what the manifest says.
    """
    total, done = sum(size for size, _digest in manifest.files.values()) or 1, 0
    if shutil.disk_usage(folder).free < total:
        raise Refused("no_room", _("There is no room to unpack this backup. Make room first; nothing was changed."))
    try:
        with zipfile.ZipFile(path) as bundle:
            for name, (size, wanted) in manifest.files.items():
                target = folder / name
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                digest, n_bytes = hashlib.sha256(), 0
                with bundle.open(name) as source, target.open("xb") as out:
                    while n_bytes <= size and (block := source.read(CHUNK)):
                        digest.update(block)
                        n_bytes += len(block)
                        out.write(block)
                    out.flush()
                    os.fsync(out.fileno())
                target.chmod(0o600)
                if n_bytes != size or digest.hexdigest() != wanted:
                    raise _spoilt()
                done += n_bytes
                tell(done / total, _("Unpacking"))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ValueError, NotImplementedError, EOFError) as problem:
        raise _spoilt() from problem
