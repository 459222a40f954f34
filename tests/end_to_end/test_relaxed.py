"""Relaxed markets: advertising proven and too few households; no ranking is shown where the cotation decided nothing."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from optimizer.importers import read, read_findings
from optimizer.runs import Options, propose_to
from optimizer.verify import verify

SETTINGS = "title: Semaine détendue\nterritory: doubs\non: 2026-11-24\nyear: 2026\nlandlord: OPH25\nsynthetic: true\n"
HOMES = (
    "logement;bailleur;commune;pieces;financement;qpv;loyer;charges;publie_le;publie_ou;preuve_publicite\n"
)
PEOPLE = "numero_unique;premiere_demande_le;renouvelee_le;personnes;adultes;communes_souhaitees;revenus_mensuels;revenu_fiscal;pieces_souhaitees\n"
SHARES = "bailleur;departement;annee;reservataire;part;gestion\nOPH25;25;2026;ALS;0,1;deleguee\n"
PROOF = "02/11/2026;bienveo.fr;annonce 2026-7"
WANTED = {"D1": ("25462", "3"), "D2": ("25462", "5"), "D3": ("25411", "3"), "D4": ("25411", "3")}
"""One household for D1, nobody for D2, one household for D3 and D4 both."""


def week(folder: Path, *, proof: str = PROOF, more: str = "") -> Path:
    folder.mkdir(parents=True)
    homes = [f"{d};OPH25;{c};{n};PLUS;non;400;80;{proof}" for d, (c, n) in WANTED.items()]
    people = [
        f"{who};03/04/2024;03/04/2026;3;2;{c};1500;16000;3" for who, c in (("A1", "25462"), ("B1", "25411"))
    ]
    for name, text in (
        ("case.yaml", SETTINGS), ("logements.csv", HOMES + "\n".join(homes) + "\n"),
        ("demandes.csv", PEOPLE + "\n".join(people) + "\n" + more), ("conventions.csv", SHARES),
    ):  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def shown(path: Path) -> str:
    """The words of a page."""
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"[\s\xa0]+", " ", text)


@pytest.fixture(scope="module")
def relaxed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("relaxed")
    case = week(base / "case")
    propose_to(case, base / "out", Options())
    return case, base / "out"


def test_a_week_where_everyone_is_proposed_has_a_short_page(relaxed):
    _, out = relaxed
    page = shown(out / "report.html")
    done = "publicité faite (depuis le 02/11/2026, bienveo.fr, preuve : annonce 2026-7)"
    assert f"{done} ; 1 candidat, proposé" in page and f"{done} ; aucun candidat" in page
    assert "1 candidat, proposé sur un autre logement" in page and "Page courte" in page
    for theatre in (
        "Passages devant",
        "à la cotation parmi",
        "Qui est proposé au premier rang",
        "moins de trois candidats",
    ):
        assert theatre not in page, theatre
    assert "la commission décide" in page and "aucune meilleure solution" in page


def test_the_sheet_holds_the_evidence_in_place_of_points_and_ranks(relaxed):
    _, out = relaxed
    page = shown(out / "sheets.html")
    assert "Publicité : depuis le 02/11/2026, bienveo.fr, preuve : annonce 2026-7" in page
    assert "insuffisance du nombre de candidats (éligibles 1" in page
    assert "à la cotation parmi" not in page and "Cotation" not in page
    assert "publier l'annonce" not in page and (out / "sheets.pdf").stat().st_size > 1000
    # the pack of a session is set from these
    kept = {form["dwelling"]: form for form in json.loads((out / "sheets.json").read_bytes())["forms"]}
    assert any("bienveo.fr" in value for line in kept["D1"]["lines"]["fr"] for _, value in line)
    why = kept["D1"]["candidates"][0]["lines"]
    assert why["fr"][3][0][1].endswith("1 candidat, proposé") and why["en"][3][0][1].endswith(
        "1 household, proposed"
    )


def test_the_workbook_has_no_passages_and_no_points_there(relaxed):
    _, out = relaxed
    with zipfile.ZipFile(out / "shortlists.xlsx") as book:
        sheets = book.read("xl/workbook.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "Passages" not in sheets and "tous proposés" not in texts and "1 candidat, proposé" in texts


def test_the_result_is_certified_and_its_tables_are_those_of_a_week_without_advertising(relaxed, tmp_path):
    case, out = relaxed
    assert verify(out, case).verdict == "certified"
    plain = week(tmp_path / "case", proof=";;")
    propose_to(plain, tmp_path / "out", Options(pdf=False))
    for name in ("proposals", "applications", "dwellings", "rules"):
        assert (out / f"{name}.csv").read_bytes() == (tmp_path / "out" / f"{name}.csv").read_bytes(), name
    page = shown(tmp_path / "out" / "report.html")
    assert "à la cotation parmi" in page and "Page courte" not in page and "publicité faite" not in page


def test_where_one_household_stands_behind_another_the_ranking_is_shown(tmp_path):
    case = week(tmp_path / "case", more="A2;03/04/2025;03/04/2026;3;2;25462;1500;16000;3\n")
    propose_to(case, tmp_path / "out", Options(pdf=False, lang="en"))
    page = shown(tmp_path / "out" / "report.html")
    part = page.partition("D1 — ")[2].partition("D2 — ")[0]
    assert "by score among 2 eligible" in part and "everyone eligible is proposed" not in page
    assert "2 of 3 households; advertised (since 2 November 2026" in page
    assert (
        "advertised (since 2 November 2026, bienveo.fr, proof: annonce 2026-7); 1 household, proposed" in page
    )


@pytest.mark.long
def test_advertising_without_its_proof_proves_nothing_and_is_told(tmp_path):
    case = week(tmp_path / "case", proof="02/11/2026;bienveo.fr;")
    _, found = read_findings(case)
    assert [f.code for f in found if f.code.startswith("READ_PUBLICITY")] == ["READ_PUBLICITY_PARTIAL"]
    propose_to(case, tmp_path / "out", Options(pdf=False))
    page = shown(tmp_path / "out" / "report.html")
    assert (
        "preuve incomplète" in page and "publicité faite" not in page and "moins de trois candidats" in page
    )
    assert pd.isna(read(case).table("dwellings")["publication_proof"]).all()
