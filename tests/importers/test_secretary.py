"""The README's path with the template alone: what is missing is said, then the lists come and are verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer import policy
from optimizer.datadirs import models_dir
from optimizer.importers import read
from optimizer.pipeline import check_case
from optimizer.verify.law import Law
from optimizer.verify.settings import read_settings
from optimizer.verify.tables import read_case as read_again
from tests.importers.secretary import APPLICATIONS, DWELLINGS, filled


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("secretary")
    return filled(folder / "seul.xlsx", convention=False), filled(
        folder / "complet.xlsx", convention=True, grid=True
    )


def test_twelve_dwellings_and_sixty_applications_alone_lack_a_convention(books: tuple[Path, Path]):
    case, findings = check_case(books[0])
    assert case is not None and len(case.table("dwellings")) == DWELLINGS
    assert len(case.table("applications")) == APPLICATIONS
    errors = [f for f in findings if f.severity == "error"]
    assert [(f.code, f.value) for f in errors] == [("ELIG_NO_CONVENTION", "HABITAT25")]
    assert "Remplissez la feuille conventions" in errors[0].sentence()


def test_with_its_convention_the_workbook_is_sound_and_words_are_codes(books: tuple[Path, Path]):
    case, findings = check_case(books[1])
    assert case is not None and {f.code for f in findings} == {"READ_MENDED", "READ_LOST_WITHOUT"}
    assert {f.column for f in findings if f.code == "READ_LOST_WITHOUT"} == {"besoin_pmr", "bailleur_actuel"}
    assert case.table("conventions")["account"].tolist() == ["ETAT_PRIO", "ALS", "COLL:25056"]
    assert case.table("conventions")["share"].tolist() == [0.25, 0.2, 0.1]
    assert not any("EXEMPLE" in frame.astype(str).to_numpy() for frame in case.tables.values())


def test_thresholds_targets_and_grid_of_the_workbook_stand_above_the_shipped_ones(books: tuple[Path, Path]):
    case = read(books[1])
    rules = policy.rules_of(case.settings)
    threshold = rules.lec_epci["242500361"]
    assert (threshold.value, threshold.status, threshold.source) == (11050, "local", "arrêté")
    assert case.settings.dalo == {"HABITAT25": {"25": 12}}
    grid = rules.grid_for("242500361")
    assert grid is not None and grid.id == "grille" and not grid.invented
    raw = read_again(books[1], models_dir())
    settings = read_settings(raw.settings)
    law = Law(models_dir(), settings.territory, settings.on, {}, settings.own_values, settings.own_grid)
    assert law.q1_thresholds["242500361"] == 11050 and settings.dalo == {("HABITAT25", "25"): 12}
    again = law.grid_file(law.grid_names("242500361")[0])["rubrics"]
    first = {(r.id, c.id) for r in grid.rubrics for c in r.criteria}
    assert {(r, c) for r, item in again.items() for c in item["criteria"]} == first
    assert float(again["publics_prioritaires"]["criteria"]["dalo"]["points"]) == 50


def test_read_errors_conventions_and_thresholds_are_told_in_the_same_run(tmp_path: Path):
    (tmp_path / "case.yaml").write_text(
        "titre: x\nterritoire: Doubs\ndate: 24/11/2026\nannee: 2026\n", "utf-8"
    )
    (tmp_path / "logements.csv").write_text(
        "logement;bailleur;commune;pieces;financement\nL1;AUTRE25;25056;grand;PLUS\n"
    )
    (tmp_path / "demandes.csv").write_text("numero_unique;personnes\n1;2\n")
    case, findings = check_case(tmp_path)
    assert case is None
    codes = {f.code for f in findings if f.severity == "error"}
    assert {"READ_ROOMS", "READ_COLUMN_MISSING", "ELIG_NO_CONVENTION"} <= codes


def test_a_criterion_outside_the_catalogue_is_an_error(tmp_path: Path):
    (tmp_path / "case.yaml").write_text(
        "titre: x\nterritoire: Doubs\ndate: 24/11/2026\nannee: 2026\n", "utf-8"
    )
    (tmp_path / "grille.csv").write_text("rubrique;critere;points\nA;Couleur des volets;10\n", "utf-8")
    (tmp_path / "seuils.csv").write_text("epci;seuil\nNulle part;11000\n", "utf-8")
    _, findings = check_case(tmp_path)
    assert {f.value for f in findings if f.code == "READ_OWN_VALUE"} == {"Couleur des volets", "Nulle part"}
