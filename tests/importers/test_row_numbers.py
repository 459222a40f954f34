"""Rows named by the rules and by the cotation are those of the file: empty lines, cells of two lines, workbooks."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from optimizer.importers import read_findings
from optimizer.pipeline import check_case

SETTINGS = "title: essai\nterritory: doubs\non: 2026-11-23\nyear: 2026\nsynthetic: true\n"
HOMES = "logement;bailleur;commune;pieces;financement;reserve_a;exclusion_assiette\n"
PEOPLE = (
    "numero_unique;premiere_demande_le;personnes;communes_souhaitees;reservataires;resident_since\n"
    "N1;04/05/2026;3;25056;ALS;2020-01-01\n"
)


def folder(path: Path, homes: str, **others: str) -> Path:
    (path / "case.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, text in {"logements": homes, "demandes": PEOPLE, **others}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def found(path: Path, code: str) -> list[tuple[int | None, tuple[int, ...]]]:
    _, findings = check_case(path)
    return [(f.row, f.rows) for f in findings if f.code == code]


def test_blank_lines(tmp_path: Path) -> None:
    homes = (
        HOMES
        + "L1;OPH25;25056;3;plus;;\n\n\nL2;OPH25;25056;3;plus;;stock\n;;;;;;\nL3;OPH25;25056;3;plus;XX;\n"
    )
    case = folder(tmp_path, homes)
    assert found(case, "ELIG_STOCK_UNRESERVED") == [(5, ())]
    assert found(case, "ELIG_UNKNOWN_ACCOUNT") == [(7, ())]


def test_lines_of_separators_alone(tmp_path: Path) -> None:
    """The quick reader: no physical empty line, but rows without any value."""
    homes = HOMES + ";;;;;;\nL1;OPH25;25056;3;plus;;stock\n;;;;;;\nL2;OPH25;25056;3;plus;;stock\n"
    assert found(folder(tmp_path, homes), "ELIG_STOCK_UNRESERVED") == [(3, ()), (5, ())]


def test_line_ends_inside_quotes_are_one_row(tmp_path: Path) -> None:
    homes = (
        "logement;residence;bailleur;commune;pieces;financement;exclusion_assiette\n"
        'L1;"Les Tilleuls\nbâtiment B";OPH25;25056;3;plus;\nL2;"Le\n\nParc";OPH25;25056;3;plus;stock\n'
        '\nL3;"Un ""mot""";OPH25;25056;3;plus;stock\n'
    )
    assert found(folder(tmp_path, homes), "ELIG_STOCK_UNRESERVED") == [(3, ()), (5, ())]


def test_every_table(tmp_path: Path) -> None:
    homes = HOMES + "\nL1;OPH25;25056;3;plus;;\n"
    case = folder(
        tmp_path, homes,
        demandes=PEOPLE + "\n\nN2;04/05/2026;3;25056;NOBODY;\nN3;04/05/2026;3;99999;;\n",
        conventions="bailleur;departement;annee;reservataire;part\n\nOPH25;25;2026;MUTATION;0,2\n\nOPH25;25;2026;ALS;0,2\n",
        decisions="logement;numero_unique;decision;motif;auteur\n\nL1;N1;forbid;dette;s\n\nL1;N1;pin;earlier_commitment;s\n",
        en_cours="logement;bailleur;commune;reservataire;numero_unique;etape;depuis\n\nX;OPH25;25056;ZZZ;N9;oriented;20/11/2026\n",
    )  # fmt: skip
    _, findings = check_case(case)
    rows = {(f.code, f.file): f.row for f in findings}
    assert rows["ELIG_UNKNOWN_ACCOUNT", "demandes.csv"] == 5
    assert rows["ELIG_CHOICES_OUTSIDE", "demandes.csv"] == 6
    assert rows["ELIG_UNKNOWN_ACCOUNT", "conventions.csv"] == 3
    assert rows["ELIG_UNKNOWN_REASON", "decisions.csv"] == 3
    assert rows["ELIG_UNKNOWN_ACCOUNT", "en_cours.csv"] == 3


def test_cotation_criteria(tmp_path: Path) -> None:
    grid = (Path(__file__).parents[2] / "models/cotation/demonstration.yaml").read_text(encoding="utf-8")
    assert "local_job" in grid
    people = PEOPLE.replace("resident_since", "emploi_local_depuis")
    case = folder(
        tmp_path, HOMES + "L1;OPH25;25056;3;plus;;\n", demandes=people + "\n\nN2;04/05/2026;3;25056;;hier\n"
    )
    read, _ = read_findings(case)
    assert read is not None
    assert read.row_numbers("applications").tolist() == [2, 5]
    assert read.row_numbers("dwellings").tolist() == [2]
    assert read.origins["dwellings"].rows is None, "a regular file keeps no row numbers"


@pytest.mark.parametrize("gap", [1, 4])
def test_workbook(tmp_path: Path, gap: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "dossier"
    for key, value in (line.split(": ") for line in SETTINGS.splitlines()):
        sheet.append([key, value])
    homes = book.create_sheet("logements")
    homes.append(HOMES.strip().split(";"))
    homes.append(["L1", "OPH25", "25056", 3, "plus", None, None])
    for column, value in enumerate(["L2", "OPH25", "25056", 3, "plus", None, "stock"], start=1):
        homes.cell(2 + gap + 1, column, value)
    people = book.create_sheet("demandes")
    for line in PEOPLE.strip().splitlines():
        people.append(line.split(";"))
    path = tmp_path / "dossier.xlsx"
    book.save(path)
    _, findings = check_case(path)
    [problem] = [f for f in findings if f.code == "ELIG_STOCK_UNRESERVED"]
    assert (problem.row, problem.file) == (3 + gap, "dossier.xlsx › logements")
    assert problem.column == "reserve_a", "the header of the file, as the reader's own findings say it"


WRONG = (
    ("territory: doubs", "territory: nulle-part", "POLICY_UNKNOWN_TERRITORY", 2),
    ("synthetic: true", "shortlist_size: 2", "ELIG_SHORT_BY_CHOICE", 5),
    ("synthetic: true", "changes.national.prices.fluxx: 3", "POLICY_CHANGE_UNKNOWN", 5),
)


@pytest.mark.parametrize("sheet", [False, True], ids=["case.yaml", "workbook"])
@pytest.mark.parametrize(("right", "wrong", "code", "row"), WRONG, ids=lambda x: str(x))
def test_what_the_rules_say_of_the_settings_stands_at_the_line_of_its_key(
    tmp_path: Path, right: str, wrong: str, code: str, row: int, sheet: bool
) -> None:
    case, settings = folder(tmp_path, HOMES + "L1;OPH25;25056;3;plus;;\n"), SETTINGS.replace(right, wrong)
    written = "case.yaml"
    if sheet:
        (case / "case.yaml").unlink()
        book = openpyxl.Workbook()
        book.active.title = "dossier"  # type: ignore[union-attr]
        for line in settings.splitlines():
            book.active.append(line.split(": "))  # type: ignore[union-attr]
        book.save(case / "reglages.xlsx")
        written = "reglages.xlsx › dossier"
    else:
        line = wrong if not wrong.startswith("changes.") else "changes: {national.prices.fluxx: 3}"
        (case / "case.yaml").write_text(SETTINGS.replace(right, line), encoding="utf-8")
    _, findings = check_case(case)
    assert [(f.file, f.row) for f in findings if f.code == code] == [(written, row)]
