"""That fewer points would not have been enough is said only where nothing else moves with the household's score."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import attriflux
from tests.contract.writing import write

AGREEMENT = """
    landlord departement year account  share management_mode
    BAIL     25          2026 ALS      0.4   {mode}
    BAIL     25          2026 BAILLEUR 0.6   delegated
"""
HOMES = """
    id landlord commune rooms financing
    L1 BAIL     25056   3     PLUS
"""
PEOPLE = """
    id first_registered_on persons choices status score als_employee
    N1 2024-01-01          3       25056   active 90    .
    N2 2024-01-02          3       25056   active 60    1
    N3 2024-01-03          3       25056   active 50    .
    N4 2024-01-04          3       25056   active 40    .
"""


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("delegated", "plus de 30 points supplémentaires ; moins n'aurait pas suffi"),
        ("direct", "plus de 30 points supplémentaires ; moins aurait peut-être suffi"),
    ],
)
def test_the_least_is_promised_where_no_seat_moves_with_the_score(
    tmp_path: Path, mode: str, told: str
) -> None:
    """Action Logement's seat is worth the median of its employees: N2 alone, whose points the seat would have too."""
    case = write(
        tmp_path / "case", conventions=AGREEMENT.format(mode=mode), dwellings=HOMES, applications=PEOPLE
    )
    done = attriflux("propose", case, "--out", tmp_path / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    assert told in " ".join(attriflux("why", tmp_path / "out", "N2").out.split())
