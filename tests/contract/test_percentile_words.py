"""Where several EPCI meet, a score is a percentile rank: whoever reads one is told so, beside the points that the household knows."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from optimizer.datadirs import models_dir
from tests.cli.running import attriflux
from tests.contract.writing import write

TWO_PLACES = """
    id landlord commune rooms financing rent_eur charges_eur surface_m2
    L1 BAIL     25056   3     PLUS      430      70          60
    L2 BAIL     25462   3     PLUS      430      70          60
"""
PEOPLE = """
    id first_registered_on persons choices status score monthly_income_eur
    N1 2024-01-01          3       25056   active 90    2400
    N2 2024-01-02          3       25056   active 80    2400
    N3 2024-01-03          3       25056   active 70    2400
    N4 2024-01-04          3       25056   active 60    2400
    N5 2024-01-05          3       25462   active 40    2400
"""
"""Of the four who ask for Besançon the ranks are 87.5, 62.5, 37.5 and 12.5; alone in Pontarlier, N5 has 50."""
WORDS = {
    "fr": (
        "plus de 25 points de rang centile supplémentaires auraient donné un premier rang",
        "80 points, rang centile 62,5 (2e sur 4)",
        "Rang centile à la cotation",
        "Cotation (CU Grand Besançon Métropole) : 80 (",
        "soit un rang centile de 62,5 parmi les demandes de l'EPCI",
        "plus de 25 points de rang centile supplémentaires",
        "Répartition des rangs centiles",
    ),
    "en": (
        "more than 25 further percentile points would have brought a first rank",
        "80 points, percentile rank 62.5 (2nd of 4)",
        "Percentile rank by score",
        "Score (CU Grand Besançon Métropole): 80 (",
        "a percentile rank of 62.5 among the applications of the EPCI",
        "more than 25 further percentile points",
        "How percentile ranks are spread",
    ),
}


def plain(text: str) -> str:
    """A page as its words."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_percentile_rank_is_never_shown_as_points(tmp_path: Path, lang: str) -> None:
    case, out = write(tmp_path / "case", dwellings=TWO_PLACES, applications=PEOPLE), tmp_path / "out"
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
    assert done.code == 0, done.err
    lacking, card, head, points, rank, change, spread = WORDS[lang]
    [told] = [x for x in (out / "explanations.csv").read_text("utf-8-sig").splitlines() if x.startswith("N2")]
    assert lacking in told
    assert card in plain((out / "sheets.html").read_text(encoding="utf-8"))
    assert head in plain((out / "report.html").read_text(encoding="utf-8"))
    sheet = load_workbook(out / "shortlists.xlsx").worksheets[1]
    assert head in [cell.value for cell in sheet[1]]
    staff = " ".join(attriflux("why", out, "N2", "--lang", lang).out.split())
    assert points in staff and rank in staff and change in staff
    letter = " ".join(attriflux("why", out, "N2", "--letter", "--lang", lang).out.split())
    assert points in letter and rank in letter and spread in letter
    [kept] = [
        form["households"]["N2"]
        for form in json.loads((out / "sheets.json").read_text(encoding="utf-8"))["forms"]
        if form["dwelling"] == "L1"
    ]
    assert (kept["score"], kept["behind"], kept["ranked"]) == (62.5, 80, True)


def test_points_of_one_grid_stay_points(tmp_path: Path) -> None:
    one = "\n".join(line for line in TWO_PLACES.splitlines() if "L2" not in line)
    case, out = write(tmp_path / "case", dwellings=one, applications=PEOPLE), tmp_path / "out"
    assert attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed").code == 0
    pages = "".join(
        plain((out / name).read_text(encoding="utf-8")) for name in ("sheets.html", "report.html")
    )
    assert "80 (2e sur 4)" in pages and "centile" not in pages
    assert "centile" not in (out / "explanations.csv").read_text(encoding="utf-8-sig")
    assert "centile" not in attriflux("why", out, "N2", "--letter").out


BURDENED = """
    id first_registered_on persons choices status score monthly_income_eur
    N1 2024-01-01          3       25056   active 90    2400
    N2 2024-01-02          3       25056   active 80    2400
    N3 2024-01-03          3       25056   active 70    2400
    N5 2024-01-05          3       25462   active 40    2400
"""


def test_a_gap_of_percentile_ranks_is_told_as_such(tmp_path: Path) -> None:
    """N1 has 83.33, N2 has 50 in Besançon; a rent that takes half of N1's income puts it behind."""
    simulated = """
        dwelling_id application_id effort
        L1          N1             0.50
    """
    case = write(tmp_path / "case", dwellings=TWO_PLACES, applications=BURDENED, simulations=simulated)
    done = attriflux("propose", case, "--out", tmp_path / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    lines = (tmp_path / "out" / "proposals.csv").read_text("utf-8-sig").splitlines()
    [line] = [x for x in lines if x.startswith("L1;BAILLEUR;1;N2;")]
    assert "dans ce logement (jusqu'à 33,33 points de rang centile d'écart)" in line


def test_a_letter_names_the_grid_that_scored_the_household_and_whom_its_rank_is_among(tmp_path: Path) -> None:
    """N2, a tenant of the social stock, is scored by the grid of transfers: alone in it, it has 50, whatever the three others have."""
    case = write(
        tmp_path / "case",
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
        """,
        applications="""
            id first_registered_on persons choices status current_landlord
            N1 2024-01-01          3       25056   active .
            N2 2025-01-02          3       25056   active AUTRE
            N3 2024-01-03          3       25056   active .
            N4 2024-01-04          3       25056   active .
        """,
        settings={"territory": "mien.yaml"},
    )
    doubs = (models_dir() / "territories" / "doubs.yaml").read_text("utf-8")
    doubs = doubs.replace("grid: demonstration", "grid: demonstration\nmutation_grid: demonstration_mutation")
    (case / "mien.yaml").write_text(doubs, "utf-8")
    out = tmp_path / "out"
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    letter = " ".join(attriflux("why", out, "N2", "--letter").out.split())
    assert "Grille de cotation : Grille de démonstration des mutations (inventée) -" in letter
    assert "rang centile de 50 parmi les demandes de l'EPCI cotées par la même grille" in letter
    other = " ".join(attriflux("why", out, "N1", "--letter").out.split())
    assert "Grille de cotation : Grille de démonstration (inventée) -" in other
