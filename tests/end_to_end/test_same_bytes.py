"""Same case, same bytes: whatever the order of rows, the file format, the solver, the threads or the hash seed."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
import yaml

import optimizer as af
from optimizer.presentation.csvfile import csv_bytes
from optimizer.synth import write_case
from tests import campaign
from tests.cli.running import attriflux, content, own_process
from tests.end_to_end.shuffling import shuffled
from tests.end_to_end.small import SAME, header, proposed, same_answer, same_otherwise, table, tables_alone

TEXTS = ("proposals.csv", "applications.csv", "dwellings.csv", "rules.csv", "leapfrogs.csv", "scores.csv")


def workbook(case: Path, path: Path) -> Path:
    """The case as one workbook, every cell a text."""
    settings = yaml.load(
        (case / "case.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
    )  # every value as text
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("dossier")
        pairs = [("clé", "valeur")]
        for key, value in settings.items():
            pairs += (
                [(f"{key}.{k}", v) for k, v in value.items()] if isinstance(value, dict) else [(key, value)]
            )
        for i, (key, value) in enumerate(pairs):
            sheet.write_string(i, 0, key)
            sheet.write_string(i, 1, value)
        for source in sorted(case.glob("*.csv")):
            sheet = book.add_worksheet(source.stem)
            for i, row in enumerate([header(source), *(list(r.values()) for r in table(source))]):
                for j, cell in enumerate(row):
                    sheet.write_string(i, j, cell)
    return path


def test_rows_and_columns_in_another_order(week, tmp_path):
    case, out = week
    other = tables_alone(shuffled(case, tmp_path / "case", 1), tmp_path / "out")
    assert same_answer(out, other)
    assert all((out / name).read_bytes() == (other / name).read_bytes() for name in TEXTS)


@pytest.mark.parametrize(
    ("name", "backend"),
    [
        ("plain-1", "pulp"),
        ("doubs-4", "highs"),
        ("tight-2", "scale"),
        ("doubs-4", "scale"),
        *(
            [("plain-1", "cpsat"), ("tight-2", "highs")] if campaign.NAME else []
        ),  # also run below, on two threads
    ],
)
@pytest.mark.long
def test_every_backend(weeks, name, backend):
    """CBC needs minutes for the tight weeks: the small cases hold it against the others there."""
    _, out = weeks[name]
    assert same_otherwise(weeks.prepared(name), out, backend=backend)


@pytest.mark.parametrize(("name", "backend"), [("tight-2", "highs"), ("plain-1", "cpsat")])
@pytest.mark.long
def test_threads(weeks, name, backend):
    _, out = weeks[name]
    assert same_otherwise(weeks.prepared(name), out, backend=backend, threads=2)


@pytest.mark.long
def test_only_the_record_differs_between_two_runs(weeks, tmp_path):
    case, out = weeks["tight-2"]
    first, again = content(out), content(proposed(case, tmp_path / "out"))
    assert set(first) == set(again)
    assert {name for name in first if first[name] != again[name]} <= {"run.json"}
    records = [json.loads(x["run.json"]) for x in (first, again)]
    for record in records:
        # The record's own hash covers the timings: it differs because they do.
        del record["timings"], record["phases"], record["self_sha256"]
    assert records[0] == records[1]


@pytest.mark.long
def test_another_hash_seed(weeks, tmp_path):
    case, out = weeks["plain-1"]
    done = own_process(
        "propose", case, "--out", "out", "--no-pdf", cwd=tmp_path, environment={"PYTHONHASHSEED": "4711"}
    )
    assert done.code == 0, done.err
    first, again = content(out), content(tmp_path / "out")
    assert {name for name in first if first[name] != again[name]} <= {"run.json"}


def same_result(case: Path, out: Path, other: Path, folder: Path) -> bool:
    """Whether another writing of a case reads as the case does, cell by cell; in the campaign, whether its tables are the same too.

    What is proposed is a function of what is read (`test_the_python_api_gives_the_same_tables`).
    """
    one, two = af.read(case), af.read(other)
    assert one.settings == two.settings and one.tables.keys() == two.tables.keys()
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, two.tables[name], obj=name)
    return not campaign.NAME or same_answer(out, tables_alone(other, folder / "out"))


@pytest.mark.parametrize(
    ("form", "week"),
    [("parquet", "plain-1"), ("international", "plain-1"), ("xlsx", "doubs-4")],
)
def test_every_format_of_the_case(weeks, tmp_path, form, week):
    """The week of one landlord changes a value of the law (``changes``), the one of the Doubs does not."""
    case, out = weeks[week]
    if form == "xlsx":
        other = workbook(case, tmp_path / "case.xlsx")
    else:
        other = tmp_path / "case"
        read = af.read(case)
        if form == "parquet":
            write_case(read, other, format="parquet")
        else:
            write_case(read, other, international=True)
    assert same_result(case, out, other, tmp_path)


def test_windows_spreadsheets(weeks, tmp_path):
    case, out = weeks["plain-1"]
    other = tmp_path / "case"
    shutil.copytree(case, other)
    for path in other.glob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        path.write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    assert same_result(case, out, other, tmp_path)


@pytest.mark.long
def test_the_international_tables_say_the_same(weeks, tmp_path):
    case, out = weeks["plain-1"]
    other = proposed(case, tmp_path / "out", "--csv", "international")
    for name in SAME:
        data = (other / name).read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        with (other / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        french = table(out / name)
        assert len(rows) == len(french)
        for a, b in zip(rows, french, strict=True):
            for key in a:
                # Only numbers change their mark; a sentence keeps its own.
                assert a[key] in (b[key], b[key].replace(",", ".")), (name, key)
    done = attriflux("verify", other, "--case", case)
    assert done.code == 0, done.err


def test_the_python_api_gives_the_same_tables(weeks):
    """Of a case in memory, which knows no file."""
    case, out = weeks["plain-1"]
    result = af.propose(af.read(case))
    for name in SAME:
        assert csv_bytes(getattr(result.tables, Path(name).stem)) == (out / name).read_bytes(), name
    assert result.certificate == json.loads((out / "certificate.json").read_text(encoding="utf-8"))
