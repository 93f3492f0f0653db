"""Themes of customers' comments: what many of them are about, named by their own words. Never for texts of staff."""

from __future__ import annotations

import math
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from mizzle.errors import MizzleError
from mizzle.estimate import share_of
from mizzle.language.words import as_written, likely_language, stem_of, stop_words, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from mizzle.estimate import Estimate

    Vectors = Callable[[Sequence[str]], NDArray[np.float32]]
    Tokens = list[list[str]]

METHOD = "language.themes/1"
LEAST = 5
"""The least number of comments that make a theme."""
NAMED, EXAMPLES = 5, 3
"""Words that name a theme; comments that show it."""
FEWEST, MOST, PER_THEME = 2, 20, 4.0
TELLTALE = re.compile(r"@|\d[\d ./()-]{2,}\d")
"""A date, a telephone number, a number of a case, an address for mail."""
DIMENSIONS = 100
STARTS, ROUNDS = 3, 50
MOST_WORDS = 1500
"""Words whose vectors are asked for, the most frequent first: some 230 a second are new."""
SAME = 3
"""Directions that most vectors of words share, and that say nothing of what a word means."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of comments.

    Attributes
    ----------
    words
        The words that tell it from the others, the most telling first.
    share
        Its share of all comments that say something, with Wilson's interval; `share.n` is how many those are.
    n
        How many comments it has.
    examples
        Places of the comments nearest to its middle; none that holds a date, a long number or an address for mail,
        by which one could tell who wrote it. A name is not noticed: read them before you show them.
    language
        Whose comments it has, where themes are sought in each language; None where in all together.
    """

    words: tuple[str, ...]
    share: Estimate
    n: int
    examples: tuple[int, ...]
    language: str | None


@dataclass(frozen=True, slots=True)
class Themes:
    """Themes of comments.

    Attributes
    ----------
    themes
        The largest first.
    of
        For each comment the place of its theme; -1 for none.
    empty
        Comments that say nothing.
    unthemed
        Comments without a word that others use as well, or of too few to make a theme.
    """

    themes: tuple[Theme, ...]
    of: tuple[int, ...]
    empty: int
    unthemed: int


def themes(
    comments: Sequence[str | None],
    *,
    rng: np.random.Generator,
    languages: Sequence[str | None] | None = None,
    n_themes: int | None = None,
    vectors: Vectors | None = None,
    least: int = LEAST,
) -> Themes:
    """Find what many comments of customers are about.

    Parameters
    ----------
    comments
        Comments of customers, never of staff. None or empty where there is none.
    rng
        Starts the search for groups.
    languages
        The language of each comment, as its form was. Without vectors, themes are sought in each language by itself;
        with them in all together, each language centred first.
    n_themes
        How many themes are sought in all; where None, the root of the number of comments over four, 2 to 20.
    vectors
        Gives vectors of words (`mizzle.language.word_vectors`); where None, words count as they are.
    least
        The least number of comments that make a theme.

    Returns
    -------
    Themes
        Themes with shares of 0 to 1, and the theme of each comment.

    Raises
    ------
    MizzleError
        For too few comments, or languages or a number of themes that cannot be.

    Notes
    -----
    Formula: stems of words (`mizzle.language.words.stem_of`) and pairs of stems of at least two comments, without words
    that carry no meaning, weighted by 1 + ln(count) and inverse document frequency (TF-IDF), rows of length 1; the
    first 100 singular vectors, rows of length 1; k-means, the best of three starts.
    With vectors: from the vectors of the 1,500 most frequent words the mean of their language and the first three
    common directions are taken away; a comment is the sum of those of its words, rare words weighing more (1 + ln of
    comments over comments with the word), less the mean of its language; its 100 main directions, rows of length 1;
    the same k-means. The words of a theme are those with the greatest mean weight within it less that over all.

    Assumes: a comment is of one theme. Themes are groups of words, not truths: with another start or number they
    differ. Measured as normalised mutual information (purity) with labels by hand, by `./run bench themes`: comments
    of patients, 9 labels: 0.13 (0.50), with vectors 0.14 (0.46), plain TF-IDF and k-means 0.12 (0.48), the most
    frequent label (0.41); questions to a bank, 77 labels: 0.61 (0.42), with vectors 0.62 (0.46), plain 0.54 (0.37);
    drawn comments in three languages, 6 themes: 0.30 (0.34), with vectors 0.93 (0.94), plain 0.31 (0.34). So vectors
    are worth their 90 MB where comments come in several languages, and are no default.

    Missing data: empty comments are counted and left out; comments without a common word are of no theme.

    Interval: Wilson's, of comments, for the themes as found; it does not know that others could be found.

    Not for: texts of staff, whatever they are; single comments; feelings, which are not inferred here or anywhere.

    References
    ----------
    Arora, Liang and Ma (2017), a simple but tough-to-beat baseline for sentence embeddings; Mu and Viswanath (2018),
    all-but-the-top. Checked against labelled comments beside simple baselines (tests/golden, text_and_feedback).

    Examples
    --------
    >>> said = ["The wait was long", "A long wait again", "Waited so long", "Clean room", "The room was clean"] * 4
    >>> found = themes(said, rng=np.random.default_rng(1), n_themes=2)
    >>> [(theme.n, theme.words[0]) for theme in found.themes]
    [(12, 'long'), (8, 'clean')]
    """
    from threadpoolctl import threadpool_limits

    if languages is not None and len(languages) != len(comments):
        raise MizzleError(f"There are {len(comments)} comments and {len(languages)} languages; give one for each.")
    if n_themes is not None and n_themes < FEWEST:
        raise MizzleError(f"At least {FEWEST} themes are sought, not {n_themes}.")
    said = [place for place, comment in enumerate(comments) if comment and comment.strip()]
    if len(said) < FEWEST * least:
        raise MizzleError(
            f"There are {len(said)} comments that say something; at least {FEWEST * least} are needed to find themes."
        )
    spoken = [None if languages is None else languages[place] for place in said]
    tokens = [words_of(comments[place] or "") for place in said]
    wanted = n_themes or min(max(round(math.sqrt(len(said)) / PER_THEME), FEWEST), MOST)
    read = [one or likely_language(words) for one, words in zip(spoken, tokens, strict=True)]
    search = _Search(tokens, spoken, read, rng, wanted)
    with threadpool_limits(1):  # sums in one order, so that an answer is the same on every machine
        groups = search.by_vectors(vectors) if vectors is not None else search.by_words()
    return _told(search, comments, said, least, groups)


@dataclass(slots=True)
class _Group:
    """A group of comments that was found: rows among those that say something, the nearest to its middle first."""

    rows: NDArray[np.int64]
    stems: list[str]
    language: str | None


@dataclass(slots=True)
class _Search:
    tokens: Tokens
    spoken: Sequence[str | None]
    read: Sequence[str]
    """The language in which each is read: its own, or the likeliest."""
    rng: np.random.Generator
    wanted: int

    def by_words(self) -> list[_Group]:
        """Find groups in each language by itself."""
        found: list[_Group] = []
        for language in sorted({one or "" for one in self.spoken}):
            rows = np.array([row for row, one in enumerate(self.spoken) if (one or "") == language], np.int64)
            weights, names = weighted([self.tokens[row] for row in rows], [self.read[row] for row in rows])
            k = max(round(self.wanted * len(rows) / len(self.tokens)), 1)
            filled = np.flatnonzero(np.diff(weights.indptr))
            if not len(filled):
                continue
            nearest = self._clustered(_reduced(weights[filled], self.rng), k)
            found += _named([rows[filled[group]] for group in nearest], rows, weights, names, language or None)
        return found

    def by_vectors(self, vectors: Vectors) -> list[_Group]:
        """Find groups in all languages together."""
        weights, names = weighted(self.tokens, self.read)
        means, filled = averaged(self.tokens, self.spoken, self.read, vectors)
        for language in {*self.spoken}:
            rows = filled & np.array([one == language for one in self.spoken])
            if rows.any():
                means[rows] -= means[rows].mean(0)
        places = np.flatnonzero(filled)
        if not len(places):
            return []
        nearest = self._clustered(_turned(_unit(means[places])), self.wanted)
        return _named([places[group] for group in nearest], np.arange(len(self.tokens)), weights, names, None)

    def spelled(self, group: _Group, texts: Sequence[str]) -> tuple[str, ...]:
        """Write the stems of a group as its comments mostly spell them, with their accents."""
        spellings: dict[str, Counter[str]] = {stem: Counter() for stem in group.stems}
        for row, text in zip(group.rows, texts, strict=True):
            words = self.tokens[row]
            written = words if text.isascii() else as_written(text)
            for word, spelled in zip(words, written, strict=False):
                stem = stem_of(word, self.read[row])
                if stem in spellings:
                    spellings[stem][spelled] += 1
        return tuple(spellings[stem].most_common(1)[0][0] for stem in group.stems)

    def _clustered(self, points: NDArray[np.float32], k: int) -> list[NDArray[np.int64]]:
        """Give the rows of each cluster, the nearest to its middle first."""
        from scipy.cluster.vq import kmeans2

        best, labels, away = math.inf, np.zeros(len(points), np.int32), np.zeros(len(points))
        for _ in range(STARTS):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # fewer different comments than themes: some are empty
                middles, told = kmeans2(points, _far_apart(points, k, self.rng), ROUNDS, minit="matrix")
            distances = ((points - middles[told]) ** 2).sum(axis=1)
            if distances.sum() < best:
                best, labels, away = float(distances.sum()), told, distances
        order = np.argsort(away, kind="stable")
        found = [order[labels[order] == label] for label in range(k)]
        return [rows for rows in found if len(rows)]


def _far_apart(points: NDArray[np.float32], k: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Choose points far from one another for clusters to start at, each the best of a few drawn ones.

    Greedy k-means++ (Arthur and Vassilvitskii 2007): the farther from those chosen so far, the likelier to be drawn.
    """
    chosen, squares = [int(rng.integers(len(points)))], (points**2).sum(axis=1)
    away = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < min(k, len(points)):
        drawn = np.searchsorted(np.cumsum(away), rng.random(2 + round(math.log(k))) * away.sum())
        drawn = np.minimum(drawn, len(points) - 1)
        left = np.minimum(away[:, None], squares[:, None] + squares[drawn] - 2 * points @ points[drawn].T)
        best = int(left.sum(axis=0).argmin())
        chosen.append(int(drawn[best]))
        away = np.maximum(left[:, best], 0)
    return points[chosen]


def weighted(tokens: Tokens, read: Sequence[str]) -> tuple[csr_array, list[str]]:
    """Weigh stems and pairs of stems of comments by TF-IDF: a row for each comment, and what the columns are."""
    counted = []
    for one in zip(tokens, read, strict=True):
        kept = stems(*one)
        counted.append(Counter(chain(kept, (f"{first} {second}" for first, second in pairwise(kept)))))
    often = Counter(chain.from_iterable(counted))
    names = sorted(name for name, n in often.items() if n > 1)
    place = {name: column for column, name in enumerate(names)}
    rows = [[(place[name], n) for name, n in one.items() if name in place] for one in counted]
    columns, counts = np.array(list(chain.from_iterable(rows)), np.int64).reshape(-1, 2).T
    rare = 1 + np.log((1 + len(tokens)) / (1 + np.array([often[name] for name in names], float)))
    values = ((1 + np.log(counts)) * rare[columns]).astype(np.float32)
    return _rows_of_length_one(values, columns, [len(row) for row in rows], max(len(names), 1)), names or [""]


def _rows_of_length_one(
    values: NDArray[np.float32], columns: NDArray[np.int64], lengths: Sequence[int], width: int
) -> csr_array:
    from scipy.sparse import csr_array

    row = np.repeat(np.arange(len(lengths)), lengths)
    norms = np.sqrt(np.bincount(row, values * values, len(lengths)))
    starts = np.append(0, np.cumsum(lengths))
    return csr_array(((values / norms[row]).astype(np.float32), columns, starts), (len(lengths), width))


def stems(words: Sequence[str], language: str) -> list[str]:
    """Give the stems of the words of a comment that carry a meaning, in their order."""
    return [stem_of(word, language) for word in _telling(words, language)]


def averaged(
    tokens: Tokens, spoken: Sequence[str | None], read: Sequence[str], vectors: Vectors
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Average the vectors of each comment's words, rare words weighing more; and say which comments have any."""
    from scipy.sparse import csr_array

    telling = [list(dict.fromkeys(_telling(*one))) for one in zip(tokens, read, strict=True)]
    counts = Counter(chain.from_iterable(telling))
    words = [word for word, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS] if n > 1]
    if not words:
        return np.zeros((len(tokens), 1), np.float32), np.zeros(len(tokens), bool)
    place = {word: column for column, word in enumerate(words)}
    columns = [[place[word] for word in row if word in place] for row in telling]
    lengths = np.array([len(row) for row in columns])
    flat = np.fromiter(chain.from_iterable(columns), np.int64, int(lengths.sum()))
    often = np.array([counts[word] for word in words], float)
    used = csr_array(
        (np.ones(len(flat), np.float32), flat, np.append(0, np.cumsum(lengths))), (len(tokens), len(words))
    )
    points = _levelled(np.array(vectors(words), np.float32), often, used, spoken)
    rare = (1 + np.log(len(tokens) / often)).astype(np.float32)
    return used @ (points * rare[:, None]), lengths > 0


def _telling(words: Sequence[str], language: str) -> list[str]:
    """Give the words of a comment that carry a meaning."""
    idle = stop_words(language)
    return [word for word in words if word not in idle and len(word) > 1]


def _levelled(
    points: NDArray[np.float32], often: NDArray[np.float64], used: csr_array, spoken: Sequence[str | None]
) -> NDArray[np.float32]:
    """Take from the vectors of words what all of a language share, and what tells most words apart by form alone.

    Raw vectors of words lie close together, and by language before meaning: the mean of the words of each language and
    the first three directions that are left say little of what a word means (Mu and Viswanath 2018).
    """
    tongues = sorted({one or "" for one in spoken})
    by = np.array([used[[(one or "") == tongue for one in spoken]].sum(axis=0) for tongue in tongues])
    of = by.argmax(axis=0)
    for tongue in {*of.tolist()}:
        rows = of == tongue
        points[rows] -= np.average(points[rows], axis=0, weights=often[rows])
    first = _directions(points, SAME)
    return _unit(np.asarray(points - points @ first @ first.T, np.float32))


def _reduced(weights: csr_array, rng: np.random.Generator) -> NDArray[np.float32]:
    """Give comments as points in few dimensions, each at distance 1."""
    from scipy.sparse.linalg import svds

    if min(weights.shape) <= DIMENSIONS:
        return _unit(weights.toarray())
    points, lengths, _ = svds(weights, DIMENSIONS, rng=rng)
    return _unit(np.asarray(points * lengths, np.float32))


def _turned(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give points by the few directions in which they differ most."""
    return _unit(points @ _directions(points, DIMENSIONS))


def _directions(points: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Give the first few directions in which points differ most, a column for each."""
    _, directions = np.linalg.eigh(np.asarray(points.T @ points, np.float64))
    return np.asarray(directions[:, : -n - 1 : -1], np.float32)


def _unit(points: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.where(lengths > 0, lengths, 1), np.float32)


def _named(
    groups: Sequence[NDArray[np.int64]],
    rows: NDArray[np.int64],
    weights: csr_array,
    names: Sequence[str],
    language: str | None,
) -> list[_Group]:
    """Name groups by their most telling words; `weights` has a line for each of `rows`."""
    single = np.array([" " not in name for name in names])
    overall = np.asarray(weights.mean(axis=0)).ravel()
    found = []
    for group in groups:
        telling = np.asarray(weights[np.searchsorted(rows, group)].mean(axis=0)).ravel() - overall
        order = np.argsort(-np.where(single, telling, -np.inf), kind="stable")[:NAMED]
        found.append(_Group(group, [names[one] for one in order if single[one] and telling[one] > 0], language))
    return found


def _told(
    search: _Search, comments: Sequence[str | None], said: Sequence[int], least: int, groups: Sequence[_Group]
) -> Themes:
    enough = (group for group in groups if len(group.rows) >= least)
    of = np.full(len(comments), -1)
    told = []
    for place, group in enumerate(sorted(enough, key=lambda group: (-len(group.rows), group.stems))):
        places = [said[row] for row in group.rows]
        of[places] = place
        told.append(
            Theme(
                words=search.spelled(group, [comments[one] or "" for one in places]),
                share=share_of(len(places), len(said), METHOD),
                n=len(places),
                examples=tuple(_different(places, comments)),
                language=group.language,
            )
        )
    return Themes(tuple(told), tuple(of.tolist()), len(comments) - len(said), len(said) - int((of >= 0).sum()))


def _different(places: Sequence[int], comments: Sequence[str | None]) -> list[int]:
    """Give the first few places whose comments are not the same and hold nothing that tells who wrote them."""
    first: dict[str, int] = {}
    for place in places:
        if TELLTALE.search(comments[place] or ""):
            continue
        first.setdefault((comments[place] or "").strip(), place)
        if len(first) == EXAMPLES:
            break
    return list(first.values())
