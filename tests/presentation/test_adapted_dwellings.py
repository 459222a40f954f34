"""An adapted dwelling is for who needs it: pages say who does, and whom it goes to without a need."""

from __future__ import annotations

import html
import re
from pathlib import Path

from tests.cli.running import attriflux
from tests.contract.writing import write

ADAPTED = """
    id landlord commune rooms financing accessible floor
    L1 BAIL     25056   3     PLUS      adapted    0
"""
PEOPLE = """
    id first_registered_on persons choices status score mobility_need
    N1 2024-01-01          3       25056   active 90    {one}
    N2 2024-01-02          3       25056   active 80    {two}
"""


def pages(folder: Path, one: str, two: str, dwellings: str = ADAPTED) -> tuple[str, str]:
    """The A4 pages and the report, as words."""
    case = write(folder / "case", dwellings=dwellings, applications=PEOPLE.format(one=one, two=two))
    done = attriflux("propose", case, "--out", folder / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    texts = ((folder / "out" / name).read_text(encoding="utf-8") for name in ("sheets.html", "report.html"))
    sheets, report = (re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", x))) for x in texts)
    return sheets, report


def test_an_adapted_dwelling_nobody_needs_is_told_before_it_is_let(tmp_path: Path) -> None:
    sheets, report = pages(tmp_path, "none", "no_stairs")
    assert "adapté (aucune demande recevable n'en a besoin)" in sheets
    assert "Besoin d'accès : aucun" in sheets and "Besoin d'accès : sans escalier" in sheets
    assert "logement adapté, ménage sans ce besoin (1) : L1 (1)" in report
    assert "logement adapté, ménage sans ce besoin (rang 1)" in report


def test_who_needs_an_adapted_dwelling_has_it_and_the_page_says_so(tmp_path: Path) -> None:
    sheets, report = pages(tmp_path, "none", "adapted")
    assert "adapté (1 demande recevable au besoin adapté, dont 0 proposée au premier rang ailleurs)" in sheets
    assert "Besoin d'accès : logement adapté" in sheets
    assert "ménage sans ce besoin" not in report


def test_a_household_without_a_need_is_told_of_no_need_elsewhere(tmp_path: Path) -> None:
    sheets, _ = pages(tmp_path, "none", "no_stairs", ADAPTED.replace("adapted", "none"))
    assert sheets.count("Besoin d'accès") == 1


def test_a_need_that_a_rule_outweighs_is_told_first(tmp_path: Path) -> None:
    """L1 goes to the DALO N1, whom the département awaits, before N2 who needs it: the A4 page and the first page say so."""
    case = write(
        tmp_path / "case",
        dwellings=ADAPTED,
        settings={"dalo": "{BAIL: {'25': 4}}"},
        applications="""
            id first_registered_on persons choices status score mobility_need priority_codes priority_status
            N1 2024-01-01          3       25056   active 90    none          DALO           labelled
            N2 2024-01-02          3       25056   active 80    adapted       .              .
        """,
        assiette="""
            landlord departement year basis    vacated
            BAIL     25          2026 forecast 4
        """,
    )
    done = attriflux("propose", case, "--out", tmp_path / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    sheets, report = (
        re.sub(
            r"\s+",
            " ",
            html.unescape(re.sub(r"<[^>]+>", " ", (tmp_path / "out" / name).read_text(encoding="utf-8"))),
        )
        for name in ("sheets.html", "report.html")
    )
    assert "adapté (1 demande recevable au besoin adapté, dont 0 proposée au premier rang ailleurs)" in sheets
    assert (
        "logement adapté, ménage sans ce besoin devant des demandes recevables qui l'ont (1) : L1 (1)"
        in report
    )
