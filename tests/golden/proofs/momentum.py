"""Control charts, runs and turns beside qcc, qicharts2, strucchange and the NIST handbook."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from golden.proofs import Proof, golden, rows
from mizzle.momentum import chart, chart_of_groups, runs, turns
from mizzle.momentum.runs import limits

if TYPE_CHECKING:
    from mizzle.momentum.charts import Chart

CHARTS = "control_charts"


def wanted(case: str, file: str = CHARTS) -> dict[str, Any]:
    """Give what a case expects."""
    return golden(file, case)["expected"]


@cache
def rings(kind: str, n: int) -> Chart:
    """Chart the first piston rings, with limits from 25 samples."""
    groups = np.array([float(row["diameter"]) for row in rows("spc/pistonrings.csv")]).reshape(-1, 5)
    return chart_of_groups(groups[:n], kind=kind, baseline=25)


@cache
def juice() -> Chart:
    """Chart the defective cans of the first 30 samples."""
    defective = [float(row["D"]) for row in rows("spc/orangejuice.csv") if row["trial"].upper() == "TRUE"]
    return chart(defective, [50.0] * len(defective), kind="p")


@cache
def complaints(kind: str) -> Chart:
    """Chart complaints by sales."""
    told = rows("spc/complaints.csv")
    return chart([float(row["complaints"]) for row in told], [float(row["sales"]) for row in told], kind=kind)


@cache
def infections() -> Chart:
    """Chart infections by month."""
    return chart([float(row["n"]) for row in rows("spc/cdi.csv")], kind="c")


@cache
def nile():
    """Look for turns of the Nile."""
    return turns([float(row["flow"]) for row in rows("spc/nile.csv")])


def farthest(ours: tuple[float, ...], case: str, key: str) -> float:
    """Give the greatest difference of a line from the expected one."""
    return float(np.abs(np.array(ours) - wanted(case)[key]).max())


_NIST = "NIST/SEMATECH e-Handbook 6.3.2.2"
_QCC, _QI = "qcc 2.7 on Montgomery's", "qicharts2 on its"
_ZEILEIS = "strucchange 1.5.3 on the flow of the Nile (Zeileis et al. 2003)"
_INDIVIDUALS = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)


@cache
def individuals() -> Chart:
    """Chart the ten flow rates of the handbook."""
    return chart(_INDIVIDUALS)


PROOFS = (
    Proof("chart", "centre (xmr)", _NIST, "recalled", 50.81, 1e-9, lambda: individuals().centre),
    Proof("chart", "sigma (xmr)", _NIST, "recomputed", 1.6646966115, 1e-9, lambda: individuals().sigma),
    Proof(
        "chart", "lower_limit (xmr)", _NIST, "recalled", 45.8159101655, 1e-9, lambda: individuals().lower[0], "45.8159"
    ),
    Proof(
        "chart", "upper_limit (xmr)", _NIST, "recalled", 55.8040898345, 1e-9, lambda: individuals().upper[0], "55.8041"
    ),
    Proof(
        "chart",
        "centre (xbar)",
        f"{_QCC} piston rings",
        "recalled",
        74.001176,
        1e-9,
        lambda: rings("xbar", 25).centre,
        "74.001",
    ),
    Proof(
        "chart",
        "sigma (xbar)",
        f"{_QCC} piston rings",
        "recomputed",
        0.0097850387,
        1e-9,
        lambda: rings("xbar", 25).sigma,
    ),
    Proof(
        "chart",
        "lower_limit (xbar)",
        f"{_QCC} piston rings",
        "recalled",
        73.988047993,
        1e-8,
        lambda: rings("xbar", 25).lower[0],
        "73.988",
    ),
    Proof(
        "chart",
        "upper_limit (xbar)",
        f"{_QCC} piston rings",
        "recalled",
        74.014304007,
        1e-8,
        lambda: rings("xbar", 25).upper[0],
        "74.014",
    ),
    Proof(
        "chart",
        "points_beyond (xbar, 40 samples)",
        f"{_QCC} piston rings: 37, 38 and 39",
        "recalled",
        3,
        0,
        lambda: len(rings("xbar", 40).beyond),
    ),
    Proof(
        "chart",
        "first beyond (xbar, 40 samples)",
        f"{_QCC} piston rings",
        "recalled",
        37,
        0,
        lambda: rings("xbar", 40).beyond[0] + 1,
    ),
    Proof(
        "chart", "centre (r)", f"{_QCC} piston rings", "recalled", 0.02276, 1e-9, lambda: rings("r", 25).centre, "0.023"
    ),
    Proof(
        "chart",
        "upper_limit (r)",
        f"{_QCC} piston rings",
        "recalled",
        0.0481253302,
        1e-9,
        lambda: rings("r", 25).upper[0],
        "0.049",
    ),
    Proof("chart", "lower_limit (r)", f"{_QCC} piston rings", "recomputed", 0.0, 0, lambda: rings("r", 25).lower[0]),
    Proof(
        "chart", "centre (p)", f"{_QCC} orange juice", "recalled", 0.2313333333, 1e-9, lambda: juice().centre, "0.2313"
    ),
    Proof(
        "chart",
        "lower_limit (p)",
        f"{_QCC} orange juice",
        "recalled",
        0.0524275481,
        1e-9,
        lambda: juice().lower[0],
        "0.0524",
    ),
    Proof(
        "chart",
        "upper_limit (p)",
        f"{_QCC} orange juice",
        "recalled",
        0.4102391186,
        1e-9,
        lambda: juice().upper[0],
        "0.4102",
    ),
    Proof(
        "chart",
        "points_beyond (p): samples 15 and 23",
        f"{_QCC} orange juice",
        "recalled",
        38,
        0,
        lambda: sum(juice().beyond) + 2,
    ),
    *(
        Proof("chart", f"{name} of {kind} from its own", f"{_QI} complaints, 20 months", "recomputed", 0.0, 1e-9, ours)
        for kind, case in (("u", "complaints_u"), ("up", "complaints_uprime"))
        for name, ours in (
            ("values", lambda kind=kind, case=case: farthest(complaints(kind).values, case, "y")),
            ("lower limits", lambda kind=kind, case=case: farthest(complaints(kind).lower, case, "lcl")),
            ("upper limits", lambda kind=kind, case=case: farthest(complaints(kind).upper, case, "ucl")),
        )
    ),
    Proof("chart", "points_beyond (u)", f"{_QI} complaints", "recomputed", 13, 0, lambda: len(complaints("u").beyond)),
    Proof("chart", "points_beyond (up)", f"{_QI} complaints", "recomputed", 0, 0, lambda: len(complaints("up").beyond)),
    Proof("chart", "centre (c)", f"{_QI} infections", "recomputed", 14.8333333333, 1e-9, lambda: infections().centre),
    Proof(
        "chart", "lower_limit (c)", f"{_QI} infections", "recomputed", 3.279113325, 1e-9, lambda: infections().lower[0]
    ),
    Proof(
        "chart",
        "upper_limit (c)",
        f"{_QI} infections",
        "recomputed",
        26.3875533416,
        1e-9,
        lambda: infections().upper[0],
    ),
    Proof("chart", "points_beyond (c)", f"{_QI} infections", "recomputed", 2, 0, lambda: len(infections().beyond)),
    *(
        Proof(
            "runs",
            f"{name} of {data}",
            f"{_QI} {data}",
            "recomputed",
            value,
            0,
            lambda made=made, name=name: getattr(runs(made().values, centre=made().centre), name),
        )
        for data, made, values in (
            ("complaints", lambda: complaints("u"), (5, 7, 7, 6, 20)),
            ("infections", infections, (17, 8, 5, 13, 36)),
        )
        for name, value in zip(
            ("longest_run", "longest_run_max", "crossings", "crossings_min", "n_useful"), values, strict=True
        )
    ),
    *(
        Proof(
            "runs",
            f"{name} of {n} points",
            "Anhøj and Olesen 2014, as R has round and qbinom",
            "recomputed",
            value,
            0,
            lambda n=n, place=place: limits(n)[place],
        )
        for place, (name, values) in enumerate(
            (
                ("longest_run_max", (6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10)),
                ("crossings_min", (2, 3, 4, 6, 8, 10, 14, 19, 23, 32, 41)),
            )
        )
        for n, value in zip((10, 12, 15, 20, 24, 30, 40, 50, 60, 80, 100), values, strict=True)
    ),
    Proof("turns", "turns", f"{_ZEILEIS}: one, 1898", "recomputed", 1, 0, lambda: len(nile().turns)),
    Proof(
        "turns",
        "last_point_before",
        f"{_ZEILEIS}: observation 28, 1898; Cobb 1978",
        "seen",
        28,
        0,
        lambda: nile().turns[0].last + 1,
    ),
    Proof("turns", "mean_before", _ZEILEIS, "recomputed", 1097.75, 1e-6, lambda: nile().turns[0].before),
    Proof("turns", "mean_after", _ZEILEIS, "recomputed", 849.9722222222, 1e-6, lambda: nile().turns[0].after),
    Proof("turns", "sup_F", _ZEILEIS, "recalled", 75.9297694275, 1e-6, lambda: nile().sup_f.value, "75.93"),
    *(
        Proof(
            "turns",
            f"{name} of {m} turns",
            _ZEILEIS,
            "recomputed",
            value,
            1e-5,
            lambda name=name, m=m: getattr(nile(), name.lower())[m],
        )
        for name, values in (
            (
                "RSS",
                (2835156.75, 1597457.19444444, 1552923.6157754, 1538096.5127451, 1507888.47591645, 1659993.50042626),
            ),
            (
                "BIC",
                (1318.2418068762, 1270.0837357396, 1276.4667007554, 1284.7176674489, 1291.9444768873, 1310.7651547659),
            ),
        )
        for m, value in enumerate(values)
    ),
)
