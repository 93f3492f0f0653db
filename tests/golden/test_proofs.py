"""Every published result that the catalogue of measures names is reached, within its tolerance."""

from __future__ import annotations

import pytest

from golden.proofs import Absent, proofs

PROOFS = list(proofs())


@pytest.mark.parametrize(
    "proof", [one for _, one in PROOFS], ids=[f"{one.measure}-{one.figure}-{i}" for i, (_, one) in enumerate(PROOFS)]
)
def test_a_published_result_is_reached(proof):
    try:
        ours = proof.ours()
    except Absent as absent:
        pytest.skip(f"the data are not on this machine: {absent}")
    assert ours == pytest.approx(proof.expected, abs=proof.tolerance, rel=0)
