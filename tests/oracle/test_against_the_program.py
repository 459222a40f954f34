"""The program against the plain statement of the contract, on random small cases that mix every table.

Pairs and their values, rule rows, optimum, ties, lists, leapfrogs, statuses and reasons must be equal, and the program's own
check must accept every result.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer as af
from optimizer.runs.exporting import export_case
from tests.oracle.campaign import groups
from tests.oracle.cases import write_case
from tests.oracle.comparison import all_differences
from tests.oracle.contract import answer


def differences(seed: int, folder: Path) -> list[str]:
    """What the program says otherwise than the contract on the case of a seed."""
    case = write_case(seed, folder / "case")
    priced = seed % 4 == 3
    options = af.Options(accept_assumed=True, price_assumed=priced, pdf=False)
    written = af.propose_to(case, folder / "result", options)  # raises where its own check refuses
    pairs = folder / "pairs.csv"
    export_case(case, pairs=pairs, accept_assumed=True)
    return all_differences(answer(case, price_assumed=priced), written.result, pairs)


@pytest.mark.parametrize("seeds", groups(), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_the_program_answers_as_the_contract_says(seeds: range, tmp_path: Path) -> None:
    found = {seed: differences(seed, tmp_path / str(seed)) for seed in seeds}
    assert not {seed: said[:8] for seed, said in found.items() if said}
