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
        (
            "direct",
            "plus de 30 points supplémentaires, si la place gardée au réservataire ne comptait pas davantage",
        ),
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


@pytest.mark.long
def test_points_that_a_seat_would_have_too_are_promised_for_the_seat_as_it_is(tmp_path: Path) -> None:
    """L1 waits for the agents' réservataire, whose seat is worth N1, its only agent: 60. N1 itself, 75 less a burden of 18.53 (half of
    90 × 0.07 / 0.17), lacks 3.53; but whatever it has more, the seat has as well."""
    case = write(
        tmp_path / "case",
        conventions="""
            landlord departement year account    share management_mode
            BAIL     25          2026 ETAT_AGENT 0.5   direct
            BAIL     25          2026 BAILLEUR   0.5   delegated
        """,
        dwellings=HOMES,
        applications="""
            id first_registered_on persons choices status score public_agent
            N1 2024-01-02          3       25056   active 60    1
            N2 2024-01-03          3       25388   active 90    .
        """,
        simulations="""
            dwelling_id application_id effort
            L1          N1             0.40
        """,
    )
    for lang, kept in (
        ("fr", "si la place gardée au réservataire ne comptait pas davantage"),
        ("en", "if the seat kept for the réservataire counted for no more"),
    ):
        out = tmp_path / lang
        done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
        assert done.code == 0, done.err  # the second program says the same
        (line,) = [
            x for x in (out / "explanations.csv").read_text("utf-8-sig").splitlines() if x.startswith("N1;")
        ]
        assert kept in line and ";3,53;L1;" in line
        assert kept in " ".join(attriflux("why", out, "N1", "--lang", lang).out.split())
