"""Published results of customer-base models."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from golden.proofs import Proof, rows
from mizzle import loyalty
from mizzle.loyalty.cleaning import clean, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FHL = "Fader, Hardie and Lee (2005), Marketing Science 24, 275-284, CDNOW"
GG = "Fader and Hardie (2013), The gamma-gamma model of monetary value, CDNOW"
PARETO = "Fader and Hardie (2005), A note on deriving the Pareto/NBD model, CDNOW"
DONORS = "Fader, Hardie and Shang (2010), Marketing Science 29, 1086-1108, 11,104 donors of 1995"
SBG = "Fader and Hardie (2007), Journal of Interactive Marketing 21, 76-90"
GROCERY = "Platzer and Reutterer (2016) and BTYDplus, grocery log, parameters as published, t_x = 12, T = 52"
ONE = ([2.0], [30.43], [38.86])
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)
HELD_OUT = {8: 223, 9: 207, 10: 194, 11: 183, 12: 173}
DONATIONS = (
    *((6, 6, 1203), (5, 6, 728), (4, 6, 512), (3, 6, 357), (2, 6, 234), (1, 6, 129), (5, 5, 335), (4, 5, 284)),
    *((3, 5, 225), (2, 5, 173), (1, 5, 119), (4, 4, 240), (3, 4, 181), (2, 4, 155), (1, 4, 78), (3, 3, 322)),
    *((2, 3, 255), (1, 3, 129), (2, 2, 613), (1, 2, 277), (1, 1, 1091), (0, 0, 3464)),
)


@cache
def cdnow() -> tuple[np.ndarray, ...]:
    """The published summary: frequency, recency, T."""
    found = rows("transactions/cdnow_summary.csv.gz")
    return tuple(np.array([float(row[name]) for row in found]) for name in ("frequency", "recency", "T"))


@cache
def spent() -> tuple[np.ndarray, ...]:
    """The published summary: frequency and mean spend."""
    found = rows("transactions/cdnow_summary_monetary.csv.gz")
    return tuple(np.array([float(row[name]) for row in found]) for name in ("x", "zbar"))


@cache
def transactions() -> Any:
    """The transactions, cleaned and summed up to the end of calibration."""
    found = rows("transactions/cdnow_sample.csv.gz")
    days = np.array([row["date"] for row in found], "datetime64[D]")
    amounts = [float(row["dollars"]) for row in found]
    kept = clean([row["sample_id"] for row in found], days, amounts)
    return summarise(kept, "week", split=np.datetime64("1997-09-30"))


@cache
def fit(name: str, source: str = "summary") -> Any:
    """A model fitted to CDNOW."""
    if name == "gamma_gamma":
        one = transactions() if source == "transactions" else None
        return loyalty.gamma_gamma(one.frequency, one.monetary) if one else loyalty.gamma_gamma(*spent())
    if source == "transactions":
        one = transactions()
        return getattr(loyalty, name)(one.frequency, one.recency, one.age)
    return getattr(loyalty, name)(*cdnow())


@cache
def modified() -> Any:
    """MBG/NBD fitted to CDNOW."""
    return loyalty.mbg_cnbd_k(*cdnow(), k=1)


@cache
def donors() -> Any:
    """The model of donors."""
    x, last, n = (np.array(column) for column in zip(*DONATIONS, strict=True))
    return loyalty.bg_bb(x, last, np.full(len(x), 6), customers=n)


@cache
def contract(counts: tuple[int, ...]) -> Any:
    """The model of a contract."""
    return loyalty.sbg(counts)


def grocery(x: int) -> float:
    """P(alive) in per cent, by the published parameters."""
    known = loyalty.given("mbg-cnbd-k", {"r": 1.3292, "alpha": 2.8126, "a": 0.4247, "b": 0.7900}, k=2)
    return 100 * float(loyalty.p_alive(known, [x], [12.0], [52.0])[0])


def parameters(
    measure: str,
    source: str,
    model: Callable[[], Any],
    expected: dict[str, float],
    *,
    basis: Any = "recalled",
    tolerance: float = 1e-3,
    published: dict[str, str] | None = None,
) -> Iterator[Proof]:
    """A proof for each parameter and LL; the tolerance is a share of the value."""
    for name, value in expected.items():
        yield Proof(
            measure,
            name,
            source,
            basis,
            value,
            tolerance * abs(value) if name != "LL" else 0.01,
            lambda name=name: (
                model().log_likelihood.value if name == "LL" else model().parameters[name].value
            ),  # each proof keeps its own name
            (published or {}).get(name, ""),
        )


def _expected_amounts() -> np.ndarray:
    x, z = spent()
    return loyalty.expected_value(fit("gamma_gamma"), x, z)[x > 0]


def _from_table() -> Iterator[Proof]:
    """The parameters of the golden table, whose numbers stand here so that the catalogue has them everywhere."""
    models = {
        "bgnbd_cdnow": ("loyalty", lambda: fit("bg_nbd"), FHL),
        "gamma_gamma_cdnow": ("loyalty", lambda: fit("gamma_gamma"), GG),
        "sbg_regular": ("retention", lambda: contract(REGULAR), f"{SBG}, regular segment"),
    }
    for case, (measure, model, source) in models.items():
        wanted, tolerance = TABLE[case]
        yield from parameters(measure, SECOND + source, model, wanted, basis="recomputed", tolerance=tolerance)


TABLE: dict[str, tuple[dict[str, float], float]] = {
    "bgnbd_cdnow": ({"r": 0.2425929126, "alpha": 4.4135316575, "a": 0.7928861231, "b": 2.4257536077}, 1e-5),
    "gamma_gamma_cdnow": ({"p": 6.2488024961, "q": 3.7445884609, "v": 15.4477480649}, 1e-5),
    "sbg_regular": ({"alpha": 0.7040772955, "beta": 1.1820430112}, 1e-6),
}
AMOUNTS = (24.6586161892, 18.9114798699, 71.4628508045, 18.9114798699, 27.2824075811)
SECOND = "independent second implementation, on the data of "


def _amount(place: int) -> Callable[[], float]:
    return lambda: float(_seen()[1][place])


@cache
def _seen() -> tuple[np.ndarray, np.ndarray]:
    """Mean amounts of the customers who came again, and those to expect of them."""
    return spent()[1][spent()[0] > 0], _expected_amounts()


ASKED: tuple[tuple[str, str, str, float, float, Callable[[], Any]], ...] = (
    ("loyalty", "LL", SECOND + FHL, -9582.4255605674, 1e-3, lambda: fit("bg_nbd").log_likelihood.value),
    (
        "loyalty",
        "expected_purchases[x=2, t_x=30.43, T=38.86, 39 weeks]",
        SECOND + FHL,
        1.2259104242,
        1e-5,
        lambda: float(loyalty.expected_purchases(fit("bg_nbd"), *ONE, 39)[0]),
    ),
    (
        "loyalty",
        "P(alive)[x=2, t_x=30.43, T=38.86]",
        SECOND + FHL,
        0.7266091368,
        1e-5,
        lambda: float(loyalty.p_alive(fit("bg_nbd"), *ONE)[0]),
    ),
    (
        "loyalty",
        "expected_purchases_new[39 weeks]",
        SECOND + FHL,
        1.1950162284,
        1e-5,
        lambda: loyalty.expected_purchases_new(fit("bg_nbd"), 39).value,
    ),
    ("loyalty", "n", SECOND + FHL, 2357, 0, lambda: fit("bg_nbd").n),
    ("loyalty", "n(gamma-gamma)", SECOND + GG, 946, 0, lambda: fit("gamma_gamma").n),
    (
        "loyalty",
        "mean amount seen",
        SECOND + GG,
        35.078551797,
        1e-8,
        lambda: float(_seen()[0].mean()),
    ),
    (
        "loyalty",
        "mean of expected_value",
        SECOND + GG,
        35.3751991372,
        1e-4,
        lambda: float(_seen()[1].mean()),
    ),
    *(
        ("loyalty", f"expected_value[customer {place + 1}]", SECOND + GG, value, 1e-4, _amount(place))
        for place, value in enumerate(AMOUNTS)
    ),
    ("retention", "LL", SECOND + SBG, -1680.2651884633, 1e-6, lambda: contract(REGULAR).log_likelihood.value),
)
"""Figures of the golden table beyond the parameters."""


OTHERS = {"pareto_nbd": (1.4550995, 0.8691159, 1.2134231), "modified": (1.2626708, 0.7061263, 1.1822838)}
"""Of lifetimes 0.11.3 on CDNOW: purchases of the customer x = 2 in 39 weeks, P(alive), purchases of a new one."""


def _others() -> Iterator[Proof]:
    """What two more models say of one customer, as another program says it."""
    names = ("expected_purchases[x=2, t_x=30.43, T=38.86, 39 weeks]", "P(alive)[x=2, t_x=30.43, T=38.86]")
    for model, values in OTHERS.items():
        for place, (name, value) in enumerate(zip((*names, "expected_purchases_new[39 weeks]"), values, strict=True)):
            yield Proof(
                "loyalty",
                name,
                f"lifetimes 0.11.3, {'Pareto/NBD' if model == 'pareto_nbd' else 'MBG/NBD'}, CDNOW",
                "recomputed",
                value,
                5e-5,
                lambda model=model, place=place: _said(model)[place],
            )


def _said(model: str) -> tuple[float, ...]:
    found = modified() if model == "modified" else fit(model)
    one = loyalty.customers(found, *ONE, 39)[0]
    new = loyalty.expected_purchases_new(found, 39)
    return one.expected_purchases.value, one.p_alive.value, new.value


def _figures() -> Iterator[Proof]:
    def left(period: int) -> Callable[[], float]:
        return lambda: 1000 * loyalty.survival(contract(REGULAR), [period])[0].value

    for measure, figure, source, value, tolerance, ours in ASKED:
        yield Proof(measure, figure, source, "recomputed", value, tolerance, ours)
    for period, seen in HELD_OUT.items():
        yield Proof(
            "retention",
            f"customers left of 1,000 after {period} years, held out",
            f"{SBG}, regular segment; real customers, of whom the model saw seven years",
            "recalled",
            seen,
            6,
            left(period),
            str(seen),
        )
    for x, share in zip(range(1, 6), (15.64, 2.92, 0.39, 0.04, 0.00), strict=True):
        yield Proof(
            "loyalty",
            f"P(alive) in %[x={x}]",
            GROCERY,
            "recalled",
            share,
            0.006,
            lambda x=x: grocery(x),
            f"{share:.2f}",
        )


PROOFS = [
    *parameters(
        "loyalty",
        FHL,
        lambda: fit("bg_nbd"),
        {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "LL": -9582.43},
        tolerance=1.8e-3,
        published={"r": "0.243", "alpha": "4.414", "a": "0.793", "b": "2.426", "LL": "-9582.4"},
    ),
    *parameters(
        "loyalty",
        f"{FHL}, from the transactions themselves",
        lambda: fit("bg_nbd", "transactions"),
        {"r": 0.24259, "alpha": 4.41353, "a": 0.79289, "b": 2.42575, "LL": -9582.4256},
        basis="recomputed",
    ),
    *parameters(
        "loyalty",
        PARETO,
        lambda: fit("pareto_nbd"),
        {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669, "LL": -9594.98},
        published={"r": "0.553", "alpha": "10.578", "s": "0.606", "beta": "11.669", "LL": "-9594.98"},
    ),
    *parameters(
        "loyalty",
        "lifetimes, test of ModifiedBetaGeoFitter, CDNOW (MBG/NBD: k = 1)",
        modified,
        {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614},
        published={"r": "0.525", "alpha": "6.183", "a": "0.891", "b": "1.614"},
    ),
    *parameters(
        "loyalty",
        GG,
        lambda: fit("gamma_gamma"),
        {"p": 6.25, "q": 3.74, "v": 15.44, "LL": -4055.923},
        tolerance=1.5e-3,
        published={"p": "6.25", "q": "3.74", "v": "15.44"},
    ),
    *parameters(
        "loyalty",
        f"{GG}, from the transactions themselves",
        lambda: fit("gamma_gamma", "transactions"),
        {"p": 6.2488, "q": 3.7446, "v": 15.4477},
        basis="recomputed",
    ),
    *parameters(
        "bg-bb",
        DONORS,
        donors,
        {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783, "LL": -33225.58},
        published={"alpha": "1.204", "beta": "0.750", "gamma": "0.657", "delta": "2.783", "LL": "-33225.6"},
    ),
    *parameters(
        "retention",
        f"{SBG}, regular segment",
        lambda: contract(REGULAR),
        {"alpha": 0.704, "beta": 1.182},
        published={"alpha": "0.704", "beta": "1.182"},
    ),
    *parameters(
        "retention",
        f"{SBG}, high-end segment",
        lambda: contract(HIGH_END),
        {"alpha": 0.66809, "beta": 3.80609},
        tolerance=1e-5,
        published={"alpha": "0.668", "beta": "3.806"},
    ),
    *_from_table(),
    *_figures(),
    *_others(),
]
"""Every published or recomputed figure of customer-base models."""
