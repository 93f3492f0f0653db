"""Published results of surveys: scales, groups, raters and drivers."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from golden.proofs import Proof, golden, rows
from mizzle import survey
from mizzle.survey.promoters import nps
from mizzle.survey.shares import wilson
from mizzle.survey.within import uniform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

R = "R 4.2.2: psych 2.2.9, multilevel 2.7, relaimpo 2.2.7, irr 0.84.1, lavaan 0.6.14"

ALPHAS = {
    "attitude_7items": ("psych's alpha of the attitude data (Chatterjee and Price 1977)", 0.84),
    "bfi_agree_listwise": ("psych's alpha of bfi, agreeableness, complete rows", 0.70),
    "bfi_neuroticism_listwise": ("psych's alpha of bfi, neuroticism, complete rows", 0.81),
    "bfi_openness_listwise": ("psych's alpha of bfi, openness, complete rows", 0.60),
    "ecsi_mobile_IMAG": ("psych's alpha of the ECSI mobile customers, image (Tenenhaus et al. 2005)", 0.723),
    "ecsi_mobile_PERQ": ("psych's alpha of the ECSI mobile customers, perceived quality", 0.877),
    "ecsi_mobile_CUSL": ("psych's alpha of the ECSI mobile customers, loyalty", 0.472),
}

COLUMNS = {
    "attitude_7items": ["rating", "complaints", "privileges", "learning", "raises", "critical", "advance"],
    "bfi_agree_listwise": ["-A1", "A2", "A3", "A4", "A5"],
    "bfi_neuroticism_listwise": ["N1", "N2", "N3", "N4", "N5"],
    "bfi_openness_listwise": ["O1", "-O2", "O3", "O4", "-O5"],
    "ecsi_mobile_IMAG": [f"IMAG{place}" for place in range(1, 6)],
    "ecsi_mobile_PERQ": [f"PERQ{place}" for place in range(1, 8)],
    "ecsi_mobile_CUSL": [f"CUSL{place}" for place in range(1, 4)],
}

EXPECTED: dict[str, dict[str, float]] = {
    "attitude_7items": {
        "alpha": 0.8431427696,
        "std_alpha": 0.839083803,
        "G6": 0.8752151374,
        "average_r": 0.4269066426,
        "median_r": 0.4454779381,
        "standard_error": 0.0424356956,
        "mean": 60.4380952381,
        "sd": 8.2497890561,
    },
    "bfi_agree_listwise": {
        "alpha": 0.7037558944,
        "std_alpha": 0.7135015526,
        "G6": 0.6831703164,
        "average_r": 0.3324807165,
    },
    "bfi_neuroticism_listwise": {
        "alpha": 0.8133031432,
        "std_alpha": 0.8140720657,
        "G6": 0.7981914673,
        "average_r": 0.466861608,
    },
    "bfi_openness_listwise": {
        "alpha": 0.6025464286,
        "std_alpha": 0.6089511668,
        "G6": 0.5688484056,
        "average_r": 0.237482363,
    },
    "ecsi_mobile_IMAG": {
        "alpha": 0.714446802,
        "std_alpha": 0.7228345954,
        "G6": 0.6907479691,
        "average_r": 0.3427930727,
    },
    "ecsi_mobile_PERQ": {
        "alpha": 0.8724063714,
        "std_alpha": 0.8770102452,
        "G6": 0.8693932971,
        "average_r": 0.504626735,
    },
    "ecsi_mobile_CUSL": {
        "alpha": 0.4417171984,
        "std_alpha": 0.4723989629,
        "G6": 0.4526634357,
        "average_r": 0.2298552385,
    },
}

DROPPED = {
    "rating": (0.8097602063, 0.6712620572),
    "complaints": (0.7969174573, 0.7421097102),
    "privileges": (0.8278477659, 0.5607111115),
    "learning": (0.803030975, 0.7144454981),
    "raises": (0.7953865742, 0.7862755938),
    "critical": (0.8638723114, 0.2650343392),
    "advance": (0.8404648683, 0.4608105495),
}

LAMBDA = [1.0712653928, 1.0975312273, 1.3354279311, 1.2116289197, 1.0309690504, 1.2046569676, 1.3229362023]
THETA = [0.8652544921, 2.3585616294, 1.5226321326, 1.2488996669, 1.0407192866, 1.1946252722, 1.6353753986]

SHROUT = {
    "ICC(1,1)": (0.1657417684, ".17"),
    "ICC(2,1)": (0.2897637795, ".29"),
    "ICC(3,1)": (0.7148407148, ".71"),
    "ICC(1,k)": (0.4427971337, ".44"),
    "ICC(2,k)": (0.6200505476, ".62"),
    "ICC(3,k)": (0.9093155424, ".91"),
}

BH1996 = {
    "HRS": (0.1331066791, 0.9196731954),
    "COHES": (0.0442652976, 0.7754596778),
    "LEAD": (0.12702755, 0.9156129693),
    "WBEING": (0.0433690501, 0.7717128755),
}

KRIPPENDORFF = {
    "nominal": (0.7434210526, ".743", "seen"),
    "ordinal": (0.8153875038, ".815", "seen"),
    "interval": (0.8491071429, ".849", "recalled"),
    "ratio": (0.7974027747, ".797", "seen"),
}

DRIVERS: dict[str, dict[str, Any]] = {
    "swiss": {
        "source": "Grömping 2006, J. Stat. Softw. 17(1), swiss data; relaimpo",
        "R2": 0.7067350016,
        "names": ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"],
        "LMG": [0.0570912208, 0.1711730289, 0.2601346786, 0.1055701504, 0.1127659229],
        "published": [".0571", ".1712", ".2601", ".1056", ".1128"],
        "genizi": [0.0484168958, 0.1547082498, 0.2719641046, 0.1146800299, 0.1169657214],
        "pratt": [-0.110485991, 0.1064274043, 0.4450045676, 0.161176815, 0.1046122056],
        "first": [0.1246649099, 0.4171644705, 0.4406156467, 0.2150035016, 0.1735189273],
        "last": [0.0428696071, 0.0073874185, 0.1619626931, 0.0623726258, 0.0569452587],
        "betasq": [0.097919729, 0.0271518626, 0.449437206, 0.1208257796, 0.0630692786],
        "car": [0.0005674742, 0.1511339908, 0.323268071, 0.1150731842, 0.1166922814],
    },
    "attitude": {
        "source": "relaimpo on the attitude data (Chatterjee and Price 1977)",
        "R2": 0.7326019925,
        "names": ["complaints", "privileges", "learning", "raises", "critical", "advance"],
        "LMG": [0.3708161943, 0.050903793, 0.1557659902, 0.1203450794, 0.0065887225, 0.0281822131],
        "published": [""] * 6,
        "genizi": [0.3627601997, 0.0560022788, 0.1636109108, 0.1217803997, 0.0082554665, 0.0201927372],
        "pratt": [0.5536283681, -0.0312886657, 0.1926356266, 0.0411986153, 0.0048808622, -0.028452814],
        "first": [0.6813141641, 0.181575587, 0.3889744529, 0.3482640333, 0.0244732082, 0.0240517457],
        "last": [0.168677213, 0.0033678656, 0.0420074921, 0.001583274, 0.0007926205, 0.0172470605],
        "betasq": [0.4498722998, 0.0053915871, 0.0954008274, 0.0048736756, 0.0009734243, 0.0336592044],
        "car": [0.4467066869, 0.0223482308, 0.1644634869, 0.0906565562, 0.0038022481, 0.0046247836],
    },
}


def table(file: str, columns: list[str]) -> np.ndarray:
    """Read columns of a file; 7 - answer for one with a minus before its name."""
    told = rows(file)
    found = [[float(row[name.lstrip("-")] or "nan") for row in told] for name in columns]
    return np.column_stack(
        [7 - np.array(one) if name[0] == "-" else np.array(one) for name, one in zip(columns, found, strict=True)]
    )


@cache
def scale(case: str) -> survey.reliability.Alpha:
    """Work out the alpha of a golden case."""
    return survey.alpha(table(golden("psychometrics_alpha", case)["input"]["file"], COLUMNS[case]), COLUMNS[case])


def of_scale(case: str, figure: str) -> float:
    names = {"std_alpha": "standardised", "G6": "g6"}
    return getattr(scale(case), names.get(figure, figure)).value


@cache
def quality() -> survey.factors.Omega:
    columns = COLUMNS["ecsi_mobile_PERQ"]
    return survey.omega(table("surveys/ecsi_mobile_customers.csv", columns), columns)


@cache
def thurstone() -> survey.bifactor.BifactorOmega:
    matrix = golden("psychometrics_omega", "thurstone9")["input"]["correlation_matrix"]
    return survey.bifactor_omega(matrix, 213)


def shrout(figure: str) -> float:
    ratings = golden("psychometrics_agreement", "shrout_fleiss_1979")["input"]["ratings_targets_x_judges"]
    return survey.shrout_fleiss(ratings)[figure].value


def agreement() -> float:
    ratings = golden("psychometrics_agreement", "shrout_fleiss_1979")["input"]["ratings_targets_x_judges"]
    return survey.icc_agreement(ratings).value


@cache
def companies(column: str) -> survey.intraclass.GroupIntraclass:
    told = rows("surveys/bh1996_companies.csv.gz")
    return survey.icc([float(row[column]) for row in told], [row["GRP"] for row in told])


@cache
def cohesion() -> survey.within.Within:
    told = rows("surveys/bh1996_companies.csv.gz")
    groups = [f"{float(row['GRP']):04.0f}" for row in told]
    return survey.rwg([float(row["COHES"]) for row in told], groups, by_chance=2)


def bliese(items: int, unit: str) -> float:
    told = golden("psychometrics_agreement", "bliese_cohesion_rwg")["input"]["rows"]
    answers = [[row[f"COH0{place}"] for place in range(1, items + 1)] for row in told]
    found = survey.rwg(np.array(answers, dtype=float), [row["UNIT"] for row in told], by_chance=uniform(5))
    return found.groups[unit].value


def coders(level: str) -> float:
    ratings = golden("psychometrics_agreement", "krippendorff_canonical")["input"]["raters_x_units"]
    return survey.krippendorff(np.array(ratings, dtype=float).T, level=level).alpha.value


@cache
def driven(case: str) -> survey.drivers.Importance:
    told = golden("drivers_relative_importance", case)["input"]
    x, y = told["x"], told["y"]
    both = table(told["file"], [*x, y]) if "file" in told else np.column_stack([told["data"][one] for one in [*x, y]])
    return survey.importance(both[:, -1], both[:, :-1], x, rng=np.random.default_rng(1), replicates=0)


def part(case: str, way: str, name: str) -> float:
    found = getattr(driven(case), way.lower())[name]
    return found if isinstance(found, float) else found.value


def _alphas() -> Iterator[Proof]:
    for case, (source, published) in ALPHAS.items():
        for figure, expected in EXPECTED[case].items():
            told = figure == ("std_alpha" if case.startswith("ecsi") else "alpha")
            shown = f"{published:g}".lstrip("0") if told else ""
            ours = partial(of_scale, case, figure)
            yield Proof("alpha", figure, f"{source}; {R}", "recomputed", expected, 1e-6, ours, shown)
    for name, (alpha, rest) in DROPPED.items():
        source = f"psych's alpha of the attitude data; {R}"
        yield Proof("alpha", f"alpha_if_dropped[{name}]", source, "recomputed", alpha, 1e-6, _dropped(name))
        yield Proof("item-rest", f"item_rest[{name}]", source, "recomputed", rest, 1e-6, _rest(name))


def _dropped(name: str) -> Callable[[], float]:
    return lambda: scale("attitude_7items").dropped[name].value


def _rest(name: str) -> Callable[[], float]:
    return lambda: scale("attitude_7items").item_rest[name].value


def _omegas() -> Iterator[Proof]:
    source = f"lavaan's one-factor model of the ECSI mobile customers, perceived quality; {R}"
    yield Proof("omega", "omega", source, "recomputed", 0.8740480903, 1e-6, lambda: quality().omega.value)
    for place, name in enumerate(COLUMNS["ecsi_mobile_PERQ"]):
        yield Proof("omega", f"lambda[{name}]", source, "recomputed", LAMBDA[place], 1e-5, _loading(name))
        yield Proof("omega", f"theta[{name}]", source, "recomputed", THETA[place], 1e-5, _own(name))
    nine = f"psych's omega of nine tests of Thurstone (McDonald 1999); {R}"
    for figure, expected, ours, shown in (
        ("omega_h", 0.7360703183, lambda: thurstone().hierarchical.value, ".74"),
        ("omega_total", 0.9308254149, lambda: thurstone().total.value, ".93"),
        ("omega_lim", 0.7907716168, lambda: thurstone().limit.value, ".79"),
    ):
        yield Proof("omega", figure, nine, "recomputed", expected, 1e-5, ours, shown)


def _loading(name: str) -> Callable[[], float]:
    return lambda: quality().loadings[name].value


def _own(name: str) -> Callable[[], float]:
    return lambda: quality().uniquenesses[name].value


def _groups() -> Iterator[Proof]:
    for figure, (expected, shown) in SHROUT.items():
        source = f"Shrout and Fleiss 1979, table 4; {R}"
        yield Proof("shrout-fleiss", figure, source, "recalled", expected, 1e-6, partial(shrout, figure), shown)
    source = "Shrout and Fleiss 1979, table 4, whose ICC(2,1) is ICC(A,1) of McGraw and Wong"
    yield Proof("shrout-fleiss", "ICC(A,1)", source, "recalled", 0.2897637795, 1e-6, agreement, ".29")
    for column, (one, two) in BH1996.items():
        source = f"multilevel's ICC1 and ICC2 of bh1996 (Bliese and Halverson 1996), {column}; {R}"
        yield Proof("icc", f"ICC(1)[{column}]", source, "recomputed", one, 1e-6, _company(column, "icc1"))
        yield Proof("icc", f"ICC(2)[{column}]", source, "recomputed", two, 1e-6, _company(column, "icc2"))
    source = f"Bliese, Multilevel Modeling in R, cohesion of two units; {R}"
    for figure, items, unit, expected, shown in (
        ("r_wg[1044B]", 1, "1044B", 0.7166666667, ".7166667"),
        ("r_wg[1044C]", 1, "1044C", 0.6, ".6"),
        ("r_wg(j)[1044B]", 5, "1044B", 0.753968254, ".7539683"),
        ("r_wg(j)[1044C]", 5, "1044C", 0.8988764045, ".8988764"),
    ):
        yield Proof("rwg", figure, source, "recalled", expected, 1e-6, partial(bliese, items, unit), shown)
    source = f"multilevel's rwg of bh1996, cohesion; {R}"
    yield Proof("rwg", "mean_r_wg", source, "recomputed", 0.6316440695, 1e-6, lambda: cohesion().mean.value)
    yield Proof("rwg", "median_r_wg", source, "recomputed", 0.6347424413, 1e-6, lambda: cohesion().median.value)
    first = [0.6560186042, 0.6299807995, 0.6920281312, 0.3309641583, 0.6925149391, 0.4587156911]
    for place, expected in enumerate(first):
        yield Proof("rwg", f"r_wg[{place + 1}]", source, "recomputed", expected, 1e-6, _group(place))


def _company(column: str, figure: str) -> Callable[[], float]:
    return lambda: getattr(companies(column), figure).value


def _group(place: int) -> Callable[[], float]:
    return lambda: list(cohesion().groups.values())[place].value


def _raters() -> Iterator[Proof]:
    source = "Krippendorff 2011, four observers and twelve units"
    for level, (expected, shown, basis) in KRIPPENDORFF.items():
        yield Proof("krippendorff", "alpha", f"{source}, {level}", basis, expected, 1e-6, partial(coders, level), shown)


def _drivers() -> Iterator[Proof]:
    for case, told in DRIVERS.items():
        source = f"{told['source']}; {R}"
        yield Proof("importance", "R2", source, "recalled", told["R2"], 1e-6, _r2(case), f"{told['R2']:.4f}"[1:])
        for way in ("LMG", "genizi", "pratt", "first", "last", "betasq", "car"):
            for place, name in enumerate(told["names"]):
                shown = told["published"][place] if way == "LMG" else ""
                basis = "recalled" if shown else "recomputed"
                ours = partial(part, case, way, name)
                yield Proof("importance", f"{way}[{name}]", source, basis, told[way][place], 1e-6, ours, shown)


def _r2(case: str) -> Callable[[], float]:
    return lambda: driven(case).r2.value


def _scores() -> Iterator[Proof]:
    newcombe = "Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81 of 263"
    yield Proof("favourable", "low", newcombe, "recalled", 0.2553, 5e-5, lambda: wilson(81 / 263, 263).low, ".2553")
    yield Proof("favourable", "high", newcombe, "recalled", 0.3662, 5e-5, lambda: wilson(81 / 263, 263).high, ".3662")
    ten = [10] * 5 + [8] * 3 + [2] * 2
    definition = "the definition, five promoters and two detractors of ten"
    yield Proof("nps", "NPS", definition, "formula", 30.0, 1e-12, lambda: nps(ten).score.value)
    error = 100 * (0.61 / 10) ** 0.5
    yield Proof("nps", "standard_error", definition, "formula", error, 1e-9, lambda: nps(ten).standard_error.value)
    # All promoters: the score test of a share of n out of n, on the scale of the difference.
    low = 100 * (20 - 1.959963984540054**2) / (20 + 1.959963984540054**2)
    everybody = "the score interval in closed form, twenty promoters of twenty"
    yield Proof("nps", "low", everybody, "formula", low, 1e-6, lambda: nps([10] * 20).score.interval.low)


PROOFS: tuple[Proof, ...] = (*_scores(), *_alphas(), *_omegas(), *_groups(), *_raters(), *_drivers())
