"""Results of a reference that tries every solution are certified, whatever the features of the case."""

from __future__ import annotations

import pytest

from optimizer.verify import verify
from tests.campaign import few


@pytest.mark.parametrize("seed", few(40))
def test_optimum_of_brute_force_is_certified(country, seed):
    case, out, _ = country.solved(seed)
    verdict = verify(out, case, models=country.models, record=False)
    assert [c.text("en") for c in verdict.checks if not c.ok] == []
    assert verdict.verdict == "certified"
