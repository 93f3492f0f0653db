"""Labelled comments: themes at least as good as simple baselines, kinds of value beside hand-mapped labels."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np

from golden.proofs import Proof, golden, rows
from mizzle.language import friends_and_family, themes, value_kinds
from mizzle.language.matching import Matching, matching
from mizzle.level import KINDS

FILE = "text_and_feedback"
PATIENTS, BANK, TEST = "text/nhs_phase1_trusts_ab.csv.gz", "text/banking77_train.csv.gz", "text/nhs_fft_neas.csv.gz"
THING, EASE, ATTITUDE, RELATIONSHIP = KINDS

RELATING = {"Emotional care", "1-2-1 care/Time spent with service user", "Carer support"}
"""Subcategories of care that are about being with somebody, not about what is given."""


def kind_of_patient(label: str, subcategory: str) -> str | None:
    """Map a label of the first set to a kind of value; None where it says nothing of one, or could be of two."""
    if label == "Care received":
        return RELATIONSHIP if subcategory in RELATING else THING
    if label == "Environment/ facilities":
        return EASE if subcategory == "Parking/transport" else THING
    if label == "Transition/coordination":
        return RELATIONSHIP if subcategory.startswith("Consistency") else EASE
    if label == "Staff":
        return {"Attitude Of Staff": ATTITUDE, "Professionalism/Competence Of Staff": THING}.get(subcategory)
    return {"Access": EASE, "Communication": RELATIONSHIP, "Dignity": RELATIONSHIP}.get(label)


THEMES_OF_TEST = {
    THING: "Competence & training;Diagnosis & triage;Impact of treatment/ care;Pain management;"
    "Cleanliness, tidiness & infection control;Provision of medical equipment;Supplying & understanding medication;"
    "Environment & Facilities;Food & drink provision & facilities;Sensory experience",
    EASE: "Timeliness of care;Contacting services;Appointment arrangements;Appointment method;Service location;"
    "Transport to/ from services;Parking;Organisation & efficiency;Referals & continuity of care;Admission;Discharge;"
    "Number & deployment of staff",
    ATTITUDE: "Staff manner & personal attributes;Staff responsiveness",
    RELATIONSHIP: "Staff listening, understanding & involving patients;Information directly from staff during care;"
    "Being kept informed, clarity & consistency of information;Information provision & guidance;"
    "Unspecified communication;Staff continuity;Interaction with family/ carers;Equality, Diversity & Inclusion;"
    "Feeling safe",
}
"""Themes of the second set by kind of value; a comment counts where all of its themes are of one kind."""


@cache
def found_themes(file: str, text: str, label: str) -> Matching:
    """Find as many themes as there are labels, and compare."""
    told = rows(file)
    often = Counter(row[label] for row in told)
    kept = [row for row in told if often[row[label]] >= 10]
    n_themes = len({row[label] for row in kept})
    found = themes(
        [row[text] for row in kept], rng=np.random.default_rng(1), n_themes=n_themes, languages=["en"] * len(kept)
    )
    return matching([str(place) for place in found.of], [row[label] for row in kept])


def lacking(case: str, file: str, text: str, label: str) -> float:
    """Give by how much the NMI of our themes stays below the best baseline; 0 where it does not."""
    expected = golden(FILE, case)["expected"]
    best = max(expected["kmeans_lsa100_nmi_mean"], expected["nmf_argmax_nmi"])
    ours = found_themes(file, text, label).nmi.value
    return max(best - (ours or 0.0), 0.0)


@cache
def kinds_of_patients() -> Matching:
    """Compare suggestions with mapped labels, on the half of the comments that the list was not made from."""
    told = [row for row in rows(PATIENTS) if int(row["row_index"]) % 2]
    known = [kind_of_patient(row["label"], row["subcategory"].strip()) for row in told]
    return _kinds([row["feedback"] for row in told], known)


@cache
def kinds_of_test() -> Matching:
    """Compare suggestions with mapped themes, in a service from which no word of the list was taken."""
    kinds = {theme: kind for kind, named in THEMES_OF_TEST.items() for theme in named.split(";")}
    told = rows(TEST)
    of = [{kind for theme, kind in kinds.items() if row[theme] == "1"} for row in told]
    return _kinds([row["FFT answer"] for row in told], [next(iter(one)) if len(one) == 1 else None for one in of])


def _kinds(comments: list[str], known: list[str | None]) -> Matching:
    found = value_kinds(comments, languages=["en"] * len(comments))
    return matching([one.kind for one in found.suggestions], known)


@cache
def counted(department: str | None = None):
    """Give the test's answers, the first row of each respondent."""
    first: dict[str, dict[str, str]] = {}
    for row in rows(TEST):
        first.setdefault(row["Respondent ID"], row)
    return friends_and_family(
        [
            float(row["FFT categorical answer"])
            for row in first.values()
            if department in (None, " ".join(row["Service type 1"].split()))
        ]
    )


_COUNTED = "direct counts of the Friends and Family Test of an ambulance trust (NEAS), first row of each respondent"
_BEST = "the best of LSA with k-means and NMF in scikit-learn 1.9, on"
_MAPPED = (
    "labels of patients' comments, mapped to kinds by hand (kind_of_patient, THEMES_OF_TEST); the value of release 0.1"
    " on"
)

PROOFS = (
    Proof("friends-and-family", "n", _COUNTED, "recomputed", 2929, 0, lambda: counted().n),
    *(
        Proof(
            "friends-and-family",
            f"answers {code}",
            _COUNTED,
            "recomputed",
            n,
            0,
            lambda code=code: counted().counts[code - 1],
        )
        for code, n in enumerate((2049, 477, 129, 109, 151, 14), 1)
    ),
    Proof(
        "friends-and-family",
        "positive, %",
        _COUNTED,
        "recomputed",
        86.2410378969,
        1e-9,
        lambda: 100 * counted().positive.value,
    ),
    Proof(
        "friends-and-family",
        "negative, %",
        _COUNTED,
        "recomputed",
        8.8767497439,
        1e-9,
        lambda: 100 * counted().negative.value,
    ),
    *(
        Proof(
            "friends-and-family",
            f"positive of {name}, %",
            _COUNTED,
            "recomputed",
            percent,
            1e-9,
            lambda name=name: 100 * counted(name).positive.value,
        )
        for name, percent in (
            ("111", 75.1740139211),
            ("PTS - Patient Transport", 94.1848390447),
            ("See and Convey", 87.9528985507),
        )
    ),
    Proof(
        "themes",
        "NMI below the best baseline",
        f"{_BEST} 5,930 comments of patients, 9 labels (NMI 0.0702)",
        "recomputed",
        0.0,
        0.0,
        lambda: lacking("nhs_phase1_trusts_ab_label", PATIENTS, "feedback", "label"),
    ),
    Proof(
        "themes",
        "NMI below the best baseline",
        f"{_BEST} 10,003 questions to a bank, 77 labels (NMI 0.5607)",
        "recomputed",
        0.0,
        0.0,
        lambda: lacking("banking77_train", BANK, "text", "category"),
    ),
    Proof(
        "value-kinds",
        "accuracy",
        f"{_MAPPED} 2,034 comments not used in making the list",
        "recomputed",
        0.65,
        0.01,
        lambda: kinds_of_patients().accuracy.value,
    ),
    Proof(
        "value-kinds", "kappa", f"{_MAPPED} the same", "recomputed", 0.46, 0.01, lambda: kinds_of_patients().kappa.value
    ),
    Proof(
        "value-kinds",
        "accuracy",
        f"{_MAPPED} 1,751 comments of another service",
        "recomputed",
        0.77,
        0.01,
        lambda: kinds_of_test().accuracy.value,
    ),
    Proof("value-kinds", "kappa", f"{_MAPPED} the same", "recomputed", 0.61, 0.01, lambda: kinds_of_test().kappa.value),
)
