"""Twin cards and sessions of a world in which it is known how far people know what others see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

CUSTOMERS = (0.05, 0.1, 0.25, 0.35, 0.15, 0.1)
SERVERS = (0.02, 0.08, 0.2, 0.4, 0.2, 0.1)


def chances_of_pairs(knowing: float) -> Numbers:
    """Give the chance of each pair of levels, where a share of the servers knows what the customer saw.

    Parameters
    ----------
    knowing
        Share of servers who know it, to a level at most; the others follow their habit.

    Returns
    -------
    numpy.ndarray
        A row for each level of the customer, a column for each of the server; the chances add up to 1.

    Examples
    --------
    >>> float(round(chances_of_pairs(0.5).sum(), 12))
    1.0
    """
    customers = np.array(CUSTOMERS)
    near = np.array([[{0: 0.6, 1: 0.2}.get(abs(i - j), 0.0) for j in range(6)] for i in range(6)])
    near /= near.sum(axis=1, keepdims=True)
    found: Numbers = knowing * customers[:, None] * near + (1 - knowing) * np.outer(customers, SERVERS)
    return found


def cards(n: int, rng: np.random.Generator, *, knowing: float = 0.5) -> tuple[Numbers, Numbers]:
    """Draw twin cards: levels of n customers, and what their servers think.

    Parameters
    ----------
    n
        Encounters.
    rng
        Where chance comes from.
    knowing
        Share of servers who know what the customer saw.

    Returns
    -------
    tuple of numpy.ndarray
        Levels 1 to 6 of customers and of servers.

    Examples
    --------
    >>> customers, servers = cards(4, np.random.default_rng(1))
    >>> len(customers) == len(servers) == 4
    True
    """
    drawn = rng.choice(36, size=n, p=chances_of_pairs(knowing).ravel()).astype(np.float64)
    return drawn // 6 + 1.0, drawn % 6 + 1.0


def sessions(n: int, rng: np.random.Generator, *, follows: float = 0.4, memory: float = 0.3) -> tuple[Numbers, Numbers]:
    """Draw sessions in which the customers' level follows the mood of the session before.

    Parameters
    ----------
    n
        Sessions.
    rng
        Where chance comes from.
    follows
        Correlation of the level with the mood of the session before.
    memory
        Correlation of the mood with itself one session later.

    Returns
    -------
    tuple of numpy.ndarray
        Levels and moods, each with mean 0 and variance 1.

    Examples
    --------
    >>> levels, moods = sessions(5, np.random.default_rng(1))
    >>> levels.shape
    (5,)
    """
    noise = rng.normal(size=n + 1)
    moods: Numbers = np.empty(n + 1)
    moods[0] = noise[0]
    for at in range(1, n + 1):
        moods[at] = memory * moods[at - 1] + np.sqrt(1 - memory**2) * noise[at]
    levels = follows * moods[:-1] + np.sqrt(1 - follows**2) * rng.normal(size=n)
    return np.asarray(levels, np.float64), moods[1:]
