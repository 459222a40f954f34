"""Who is passed over for a proof alone is named on the first page: somebody asks for it before the session."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.cli.running import attriflux
from tests.contract.writing import write

HOME = """
    id landlord commune rooms financing
    L1 BAIL     25056   3     PLUS
"""
PEOPLE = """
    id first_registered_on persons choices status score priority_codes priority_status
    N1 2024-01-01          3       25056   active 90    {codes}        {proof}
    N2 2024-01-02          3       25056   active 60    k              verified
    N3 2024-01-03          3       25056   active 50    .              .
"""
AGREEMENT = """
    landlord departement year account  share management_mode
    BAIL     25          2026 BAILLEUR 1     delegated
"""
YEAR = """
    landlord departement year basis    vacated
    BAIL     25          2026 forecast 400
"""


def first_page(folder: Path, codes: str, proof: str) -> tuple[str, str]:
    """The first rank of L1, and the report as words."""
    people = PEOPLE.format(codes=codes, proof=proof)
    case = write(folder / "case", dwellings=HOME, applications=people, assiette=YEAR, conventions=AGREEMENT)
    done = attriflux("propose", case, "--out", folder / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    lines = (folder / "out" / "proposals.csv").read_text("utf-8-sig").splitlines()
    [first] = [line.split(";")[3] for line in lines if line.startswith("L1;BAILLEUR;1;")]
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    return first, re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.long
def test_a_better_scored_household_that_lacks_the_proof_alone_is_named(tmp_path: Path) -> None:
    first, page = first_page(tmp_path, "k", "declared")
    assert first == "N2"
    assert "pour une priorité seulement déclarée (1) : L1 : demande N1" in page


@pytest.mark.parametrize(("codes", "proof", "first"), [("k", "verified", "N1"), (".", ".", "N2")])
def test_nobody_is_asked_for_a_proof_that_would_change_nothing(
    tmp_path: Path, codes: str, proof: str, first: str
) -> None:
    """With the proof N1 is first; without any priority no proof is missing."""
    found, page = first_page(tmp_path, codes, proof)
    assert found == first and "preuve de priorité à demander" not in page


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("fr", "même public que le premier rang « part des publics prioritaires »"),
        ("en", "same class as the first rank “share of priority households”"),
    ],
)
def test_a_reserve_says_which_public_it_is_of(tmp_path: Path, lang: str, told: str) -> None:
    """N2 is first for the share of priority publics; N4, of that public too, is its reserve before N1 and N3."""
    people = (
        PEOPLE.format(codes="k", proof="declared")
        + "    N4 2024-01-04          3       25056   active 40    a              verified\n"
    )
    case = write(tmp_path / "case", dwellings=HOME, applications=people, assiette=YEAR, conventions=AGREEMENT)
    done = attriflux(
        "propose", case, "--out", tmp_path / "out", "--no-pdf", "--accept-assumed", "--lang", lang
    )
    assert done.code == 0, done.err
    lines = (tmp_path / "out" / "proposals.csv").read_text("utf-8-sig").splitlines()
    [line] = [x for x in lines if x.startswith("L1;BAILLEUR;2;N4;")]
    assert told in line
