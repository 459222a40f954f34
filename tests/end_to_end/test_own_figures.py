"""A case of a territory as large as the country says, of the figures of ``models/``, those of its own places and no others."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import attriflux
from tests.contract.writing import table, write

HOMES = """
    id landlord commune rooms financing
    L1 BAIL     97411   3     PLUS
    L2 BAIL     97411   3     PLAI
"""
WHO = """
    id first_registered_on persons choices status tax_income_eur monthly_income_eur income_status
    N1 2024-01-01          3       97411   active 12000          1000               verified
    N2 2024-03-01          3       97411   active 12000          1100               verified
"""
AGREEMENT = """
    landlord departement year account    share management_mode
    BAIL     974         2026 ETAT_PRIO  0.2   delegated
"""
INVENTED = "grille inventée pour la démonstration"

pytestmark = pytest.mark.long


@pytest.fixture
def case(tmp_path):
    """Saint-Denis of La Réunion under the territory France: real people, no grid of their own."""
    return write(
        tmp_path / "case", dwellings=HOMES, applications=WHO, conventions=AGREEMENT,
        settings={"territory": "france", "synthetic": "false"},
    )  # fmt: skip


def test_check_names_what_is_assumed_with_its_place(case):
    done = attriflux("check", case)
    assert done.code == 0, done.err
    assert INVENTED in done.out.replace("\n", " ")
    assert "Ménages DALO à loger dans l'année : département 974 : 270" in done.out
    assert "département 25" not in done.out and "PLAI, autres régions" not in done.out
    told = json.loads(attriflux("check", case, "--json").out)["assumed"]
    assert {x["key"] for x in told} == {"territory.dalo.974", "territory.market", "territory.vacated.974"}
    assert all(x["source"] and x["value"] for x in told)


def test_the_annex_names_figures_of_the_case_alone_with_their_amounts(case, tmp_path):
    out = tmp_path / "out"
    assert attriflux("propose", case, "--out", out, "--no-pdf").code == 0
    page = (out / "report.html").read_text(encoding="utf-8").replace("\u202f", " ").replace("\u00a0", " ")
    assert "Franche-Comté" not in page and "département 25" not in page
    assert "Seuil du premier quartile : CA Intercommunale du Nord de la Réunion (CINOR)" in page
    assert "21 063 / 28 129 / 33 826" in page and "23 403" not in page
    assumed = json.loads((out / "run.json").read_text(encoding="utf-8"))["assumed"]
    assert [key for key in assumed if key.startswith(("territory.dalo", "conventions"))] == [
        "territory.dalo.974"
    ]
    assert attriflux("verify", out, "--case", case).code == 0


def test_an_invented_grid_is_said_first_on_the_page_of_a_real_case(case, tmp_path):
    """Not where the case writes its scores, nor in a synthetic one, whose banner says so already."""
    for name, settings, scores, told in (
        ("real", {"synthetic": "false"}, "", True),
        ("synthetic", {"synthetic": "true"}, "", False),
        ("scored", {"synthetic": "false"}, "N1,10\nN2,12\n", False),
    ):
        written = write(
            tmp_path / name, dwellings=HOMES, applications=WHO, conventions=AGREEMENT,
            settings={"territory": "france", **settings},
        )  # fmt: skip
        if scores:
            asked = dict(line.split(",") for line in scores.split())
            rows = table(WHO).splitlines()
            cells = [rows[0] + ",score", *(f"{row},{asked[row.split(',')[0]]}" for row in rows[1:])]
            text = "\n".join(cells).replace("id,", "application_id,", 1)
            (written / "applications.csv").write_text(text + "\n", encoding="utf-8")
        out = tmp_path / f"out-{name}"
        assert attriflux("propose", written, "--out", out, "--no-pdf").code == 0
        page = (out / "report.html").read_text(encoding="utf-8")
        assert (INVENTED in page) == told


GRID = """\
title: Cotation du conseil communautaire
invented: false
status: local
source: délibération
in_force_from: 2026-01-01
reviewed_on: 2026-01-02
by: habitat
columns:
  pdalhpd: {title: Titulaire PDALHPD, type: bool}
rubrics:
  priorites:
    title: Publics prioritaires
    combine: best
    criteria:
      dalo: {title: DALO, kind: flag, when: [{input: priority_codes, has: dalo}], points: 50}
      pdalhpd: {title: PDALHPD, kind: flag, when: [{input: pdalhpd, is: true}], points: 40}
  logement:
    title: Logement actuel
    combine: sum
    criteria:
      mois: {title: Ancienneté, kind: months, input: first_registered_on, points_per_month: 1}
      effort: {title: Taux d'effort, kind: brackets, input: effort_rate, compare: above, brackets: [{limit: 0.33, points: 5}]}
"""
TERRITORY = """\
title: Nord de La Réunion
departements: ["974"]
status: local
source: PPGDID
reviewed_on: 2026-01-02
by: habitat
market: tense
grid: grille-locale.yaml
conventions: []
"""


def test_criteria_of_a_deliberated_grid_that_nothing_fills_are_told(tmp_path):
    """« Titulaire PDALHPD » was worth 40 points to nobody, without a word, as the export has no such column."""
    written = write(
        tmp_path / "case", dwellings=HOMES, applications=WHO.replace("income_status", "income_status priority_codes")
        .replace("verified\n", "verified DALO\n"), conventions=AGREEMENT, settings={"territory": "territoire.yaml", "synthetic": "false"},
    )  # fmt: skip
    (written / "territoire.yaml").write_text(TERRITORY, encoding="utf-8")
    (written / "grille-locale.yaml").write_text(GRID, encoding="utf-8")
    told = empty_criteria(written)
    assert len(told) == 1 and told[0]["severity"] == "warning"
    assert "PDALHPD (pdalhpd) ; Taux d'effort (loyer_actuel)" in told[0]["message"]
    header, *rows = (written / "applications.csv").read_text(encoding="utf-8").splitlines()
    cells = "\n".join([f"{header},pdalhpd,loyer_actuel", *(f"{row},oui,500" for row in rows)])
    (written / "applications.csv").write_text(cells + "\n", encoding="utf-8")
    assert empty_criteria(written) == []


def empty_criteria(case):
    found = json.loads(attriflux("check", case, "--json").out)["findings"]
    return [f for f in found if f["code"] == "SCORE_CRITERIA_WITHOUT_CELLS"]
