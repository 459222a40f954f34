"""What must not enter leaves the kept files: a refused column is emptied, everything else stays at its place."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from optimizer import importers, synth
from optimizer.errors import InputProblems
from optimizer.importers import registry
from optimizer.importers.forgetting import forget_refused
from tests.importers.books import sheets_book


def with_names(folder: Path) -> Path:
    """A case whose applications have names, in a file with blank lines, quotes and cells of two lines."""
    synth.write_case(synth.synthesize("commission", dwellings=3, applications=20, seed=1), folder)
    path = folder / "demandes.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    with path.open("w", encoding="cp1252", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow([head[0], "Nom du demandeur", *head[1:], "NIR"])
        for i, row in enumerate(rows):
            out.writerow([row[0], f'Durand "{i}"\n; née', *row[1:], f"28506{i:08}"])
            if i == 3:
                out.writerow([])
    return path


def test_a_refused_column_is_emptied_and_the_case_reads_the_same(tmp_path: Path):
    path = with_names(tmp_path / "case")
    before, findings = importers.read_findings(tmp_path / "case")
    assert before is not None and sum(f.code == "READ_COLUMN_REFUSED" for f in findings) == 2
    assert b"Durand" in path.read_bytes() and b"28506" in path.read_bytes()
    others = {p.name: p.read_bytes() for p in (tmp_path / "case").iterdir() if p != path}
    assert forget_refused(tmp_path / "case", findings)
    assert b"Durand" not in path.read_bytes() and b"28506" not in path.read_bytes()
    assert others == {p.name: p.read_bytes() for p in (tmp_path / "case").iterdir() if p != path}
    after, again = importers.read_findings(tmp_path / "case")
    assert after is not None
    assert [f.sentence("fr") for f in again] == [f.sentence("fr") for f in findings]
    assert after.table("applications").equals(before.table("applications"))
    assert not forget_refused(tmp_path / "case", again)


def test_a_workbook_forgets_in_the_sheet_that_holds_it(tmp_path: Path):
    book = tmp_path / "dossier.xlsx"
    people = [["numero_unique", "nom", "personnes"], ["001", "Durand", 2], ["002", "Petit", 3]]
    book.write_bytes(
        sheets_book({"demandes": people, "logements": [["logement", "nom"], ["L1", "Les Lilas"]]})
    )
    _, findings = importers.read_findings(book)
    refused = [f for f in findings if f.code == "READ_COLUMN_REFUSED"]
    assert {f.file for f in refused} >= {"dossier.xlsx › demandes"}
    assert forget_refused(book, [f for f in refused if "demandes" in f.file])
    kind = registry.format_of(".xlsx")
    assert kind is not None
    sheets = {t.name: [c.to_pylist() for c in t.columns] for t in kind.read(book, "x").tables}
    assert sheets["demandes"] == [["001", "002"], [None, None], ["2", "3"]]
    assert sheets["logements"][1] == ["Les Lilas"]


def test_a_file_that_cannot_be_written_again_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = with_names(tmp_path / "case")
    _, findings = importers.read_findings(tmp_path / "case")

    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "no space left")

    kind = registry.format_of(".csv")
    assert kind is not None
    monkeypatch.setitem(
        registry.REGISTERED, "csv", registry.Format(kind.id, kind.extensions, kind.title_fr, kind.read, full)
    )
    with pytest.raises(InputProblems) as told:
        forget_refused(tmp_path / "case", findings)
    (finding,) = told.value.findings
    # a problem of the input: the desk keeps nothing of an import that has one
    assert (finding.code, finding.file) == ("READ_NOT_FORGOTTEN", path.name)
