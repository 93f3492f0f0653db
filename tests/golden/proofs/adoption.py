"""Published diffusion curves, and what Granovetter and Xie found of crowds."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import ndtri

from golden.proofs import Proof, golden
from mizzle.adoption import bass, cascade, committed_minority

VCR = "Cowpertwait and Metcalfe (2009), Introductory Time Series with R, 3.3.4: sales of video recorders, R's nls"
MIT = "a course's worked solution of Bass's regression on five periods (golden/diffusion_bass.json, mit_2555A_ols)"
RECOMPUTED = "R 4.2.2, nls on the same series (golden/diffusion_bass.json, vcr_1980_89_nls)"
GRANOVETTER = "Granovetter (1978), American Journal of Sociology 83, 1420-1443"
XIE = "Xie et al. (2011), Physical Review E 84, 011130: critical share 0.0979"


def _vcr():
    return bass(golden("diffusion_bass", "vcr_1980_89_nls")["input"]["sales"], form="density")


def _regression():
    return bass(golden("diffusion_bass", "mit_2555A_ols")["input"]["adoptions"], form="ols")


def _of(fitted, name):
    return getattr(fitted(), name).value


def _error(place):
    return _vcr().standard_errors[place]


def _coefficient(place):
    return _regression().coefficients[place]


def _crowd(deviation):
    """Give the end of a great crowd with normally distributed thresholds of mean 25 in 100."""
    among = (np.arange(100_000) + 0.5) / 100_000
    return cascade(np.maximum(0.25 + deviation * ndtri(among), 0.0)).end


def _leap():
    """Give the deviation at which the end of a crowd leaps."""
    low, high = 0.05, 0.2
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if _crowd(middle) < 0.5 else (low, middle)
    return 100 * high


def _carried(share):
    return committed_minority(300, share, rng=np.random.default_rng(1), runs=30, rounds=100).carried.value


PROOFS = [
    Proof("bass", "m (density)", VCR, "seen", 68000.0, 50.0, partial(_of, _vcr, "m"), "6.80e+04"),
    Proof("bass", "p (density)", VCR, "seen", 0.00659, 5e-6, partial(_of, _vcr, "p"), "6.59e-03"),
    Proof("bass", "q (density)", VCR, "seen", 0.638, 5e-4, partial(_of, _vcr, "q"), "6.38e-01"),
    Proof("bass", "standard error of m (density)", VCR, "seen", 3130.0, 5.0, partial(_error, 0), "3.13e+03"),
    Proof("bass", "standard error of p (density)", VCR, "seen", 0.00143, 5e-6, partial(_error, 1), "1.43e-03"),
    Proof("bass", "standard error of q (density)", VCR, "seen", 0.0414, 5e-5, partial(_error, 2), "4.14e-02"),
    Proof("bass", "m (density)", RECOMPUTED, "recomputed", 67980.9503535618, 6.8, partial(_of, _vcr, "m")),
    Proof("bass", "p (density)", RECOMPUTED, "recomputed", 0.0065939823, 6.6e-7, partial(_of, _vcr, "p")),
    Proof("bass", "q (density)", RECOMPUTED, "recomputed", 0.6380904847, 6.4e-5, partial(_of, _vcr, "q")),
    Proof("bass", "standard error of m (density)", RECOMPUTED, "recomputed", 3127.5218989003, 0.31, partial(_error, 0)),
    Proof("bass", "standard error of p (density)", RECOMPUTED, "recomputed", 0.0014302684, 1.4e-7, partial(_error, 1)),
    Proof("bass", "standard error of q (density)", RECOMPUTED, "recomputed", 0.0413959304, 4.1e-6, partial(_error, 2)),
    Proof(
        "bass",
        "residual error (density)",
        RECOMPUTED,
        "recomputed",
        727.1930957245,
        0.07,
        lambda: _vcr().residual_error,
    ),
    Proof("bass", "t_peak (density)", RECOMPUTED, "recomputed", 7.0923418761, 7e-4, partial(_of, _vcr, "t_peak")),
    Proof(
        "bass", "peak_rate (density)", RECOMPUTED, "recomputed", 11069.7900663955, 1.1, partial(_of, _vcr, "peak_rate")
    ),
    Proof("bass", "m (ols)", MIT, "seen", 10.5036768, 5e-8, partial(_of, _regression, "m"), "10.5036768"),
    Proof("bass", "p (ols)", MIT, "seen", 0.0626032, 5e-8, partial(_of, _regression, "p"), "0.0626032"),
    Proof("bass", "q (ols)", MIT, "seen", 0.73766359, 5e-9, partial(_of, _regression, "q"), "0.73766359"),
    Proof("bass", "a (ols)", MIT, "recomputed", 0.6575637534, 6.6e-7, partial(_coefficient, 0)),
    Proof("bass", "b (ols)", MIT, "recomputed", 0.6750603967, 6.7e-7, partial(_coefficient, 1)),
    Proof("bass", "c (ols)", MIT, "recomputed", -0.0702290831, 7e-8, partial(_coefficient, 2)),
    Proof(
        "thresholds",
        "end of 100 people with thresholds 0 to 99",
        GRANOVETTER,
        "recalled",
        1.0,
        0.0,
        lambda: cascade([one / 100 for one in range(100)]).end,
        "all 100",
    ),
    Proof(
        "thresholds",
        "end where nobody has the threshold 1",
        GRANOVETTER,
        "recalled",
        0.01,
        0.0,
        lambda: cascade([0, 0.02, *(one / 100 for one in range(2, 100))]).end,
        "one",
    ),
    Proof("thresholds", "deviation at which the end leaps", GRANOVETTER, "recalled", 12.2, 0.05, _leap, "12.2"),
    Proof("committed-minority", "carried by 7 in 100", XIE, "recalled", 0.0, 0.0, partial(_carried, 0.07)),
    Proof("committed-minority", "carried by 13 in 100", XIE, "recalled", 1.0, 0.0, partial(_carried, 0.13)),
]
