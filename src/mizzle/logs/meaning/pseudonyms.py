"""Names of people become pseudonyms on the way in, by a keyed hash; the key belongs to the user."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from typing import TYPE_CHECKING

import pyarrow as pa

from mizzle.errors import UnclearMapping

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST_KEY = 16
"""Bytes that a key must have at least."""

_PREFIX, _DIGEST = "p_", 10  # 80 bits: one clash in a billion names has a chance below one in a million


def pseudonyms(column: pa.Array, key: bytes) -> pa.Array:
    """Replace names by pseudonyms: the same name with the same key is always the same pseudonym.

    Parameters
    ----------
    column
        Names, as text; null stays null.
    key
        The secret, of at least 16 bytes. Whoever has it can test whether a pseudonym stands for a given name;
        without it, nobody can.

    Returns
    -------
    pa.Array
        Text: ``p_`` and 16 letters and digits.

    Raises
    ------
    ValueError
        For a key that is too short.

    Examples
    --------
    >>> pseudonyms(pa.array(["Kari", None, "Kari"]), b"sixteen bytes or more").to_pylist()
    ['p_...', None, 'p_...']
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"a key has at least {SHORTEST_KEY} bytes, not {len(key)}")
    # BLAKE2 takes keys of up to 64 bytes; a longer one is hashed first, as HMAC does.
    short = key if len(key) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(key).digest()
    coded = column.dictionary_encode()
    names = [_pseudonym(name, short) for name in coded.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(coded.indices)


def _pseudonym(name: str, key: bytes) -> str:
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=_DIGEST).digest()
    return _PREFIX + base64.b32encode(digest).decode().lower()


def read_key(path: Path) -> bytes:
    """Read the key for pseudonyms: the bytes that the file writes as hexadecimal digits, or else its bytes as such.

    Raises
    ------
    UnclearMapping
        Where there is no such file, or it holds less than 16 bytes.
    """
    try:
        text = path.read_bytes().strip()
    except OSError as missing:
        raise UnclearMapping(f"The key {path} cannot be read. Check the path, or have a key made there.") from missing
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = text
    if len(key) < SHORTEST_KEY:
        raise UnclearMapping(
            f"The key {path} has {len(key)} bytes; {SHORTEST_KEY} are the least that keeps names secret."
            " Have a new one made, or give a longer one."
        )
    return key


def make_key(path: Path) -> None:
    """Write a new random key of 32 bytes as hexadecimal digits, readable by its owner alone.

    Raises
    ------
    UnclearMapping
        Where a file is there already (it is never written over: a lost key breaks the tie to earlier pseudonyms),
        or none can be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as taken:
        raise UnclearMapping(f"There is a file at {path} already. Use it as the key, or name another path.") from taken
    except OSError as refused:
        raise UnclearMapping(f"No key can be written at {path}. Name a path in a folder of yours.") from refused
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
