"""Files made to mislead or to exhaust: each is one sentence, and costs little."""

from __future__ import annotations

import time
import zipfile
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from optimizer import importers, policy
from optimizer.errors import InputProblems
from optimizer.importers.formats import columnar, workbook
from optimizer.policy.messages import PolicyError
from optimizer.policy.strict_yaml import parse_yaml
from optimizer.synth import write_synthetic
from tests.pace import allowed

FORMULA = '<c r="B2"><f>1+1</f><v></v></c>'
SPELLINGS = (
    FORMULA,
    '<c r="B2"><f\n>1+1</f></c>',
    "<c r='B2'><f ca='1'>1+1</f><v/></c>",
    "<c><f><![CDATA[1+1]]></f></c>",
    '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="B2"><x:f\t>1+1</x:f></x:c>',
)


def book(path, change):
    """A workbook of one sheet (``a``, ``b`` over ``1``, ``2``) whose XML is changed."""
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("demandes")
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [1, 2])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = change(parts[name].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, raw in parts.items():
            archive.writestr(part, raw)
    return path


@pytest.mark.parametrize("cell", SPELLINGS)
def test_a_formula_without_stored_result_is_marked_however_it_is_spelled(tmp_path, cell):
    path = book(tmp_path / "x.xlsx", lambda xml: xml.replace('<c r="B2"><v>2</v></c>', cell))
    (table,) = workbook.read(path, "x.xlsx").tables
    assert [(m.row, m.column, m.kind) for m in table.marks] == [(0, 1, "formula")]
    assert table.marks[0].text == "=1+1"


@pytest.mark.parametrize("ref", ['ref="A2:B2"', "ref='A2:B2'", "ref = '$A$2:$B$2'"])
def test_merged_cells_are_refused_however_they_are_spelled(tmp_path, ref):
    path = book(
        tmp_path / "x.xlsx",
        lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells><mergeCell {ref}/></mergeCells>"),
    )
    (table,) = workbook.read(path, "x.xlsx").tables
    assert [(f.code, f.value) for f in table.findings] == [("READ_MERGED_CELLS", "A2:B2")]


@pytest.mark.long
def test_sixty_thousand_merged_ranges_take_no_time(tmp_path):
    ranges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(2, 60_002))
    path = book(
        tmp_path / "x.xlsx",
        lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>"),
    )
    clock = time.process_time()
    (table,) = workbook.read(path, "x.xlsx").tables
    assert table.findings[0].code == "READ_MERGED_CELLS"
    assert time.process_time() - clock < allowed(1)


def parquet(path, column):
    pq.write_table(pa.table({"application_id": ["A", "B"], "x": column}), path)
    return columnar.read(path, path.name)


def test_days_that_no_calendar_has_are_given_back_as_they_are_stored(tmp_path):
    stored = pa.array([0, 2**62], pa.int64()).cast(pa.timestamp("ms"))
    (table,) = parquet(tmp_path / "x.parquet", stored).tables
    assert table.columns[1].to_pylist() == ["1970-01-01", str(2**62)]


def test_good_columns_keep_their_type(tmp_path):
    (table,) = parquet(tmp_path / "x.parquet", pa.array([20_000, None], pa.int32()).cast(pa.date32())).tables
    assert pa.types.is_date32(table.columns[1].type) and table.columns[1].null_count == 1


def test_lists_of_lists_are_a_type_without_text(tmp_path):
    (table,) = parquet(tmp_path / "x.parquet", pa.array([[[1]], None])).tables
    assert pa.types.is_struct(table.columns[1].type)


@pytest.mark.long
def test_a_small_parquet_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 4096, pa.int32()), pa.array(["é" * 100_000]))
    with pq.ParquetWriter(path, pa.schema([("a", text.type)]), store_schema=False) as writer:
        for _ in range(4):
            writer.write_table(pa.table({"a": text}))
    assert path.stat().st_size < 1_000_000
    opened = columnar.read(path, "x.parquet")
    [found] = opened.findings
    # it weighs less than a megabyte: its weight is not the matter
    assert found.code in ("READ_UNFOLDS_TOO_BIG", "READ_WORKBOOK_LIMITS")
    assert "pèse" not in found.sentence("fr")


@pytest.mark.parametrize(
    "text",
    [
        "name: !!int abc",
        "name: !!float abc",
        "name: " + "9" * 5000,
        "name: " + "[" * 5000,
    ],
)
def test_a_yaml_value_that_is_not_what_its_tag_says_is_one_sentence(text):
    with pytest.raises(PolicyError) as error:
        parse_yaml(text.encode(), "t.yaml")
    assert error.value.code == "YAML_UNREADABLE" and "t.yaml" in error.value.text("fr")


TERRITORY = (
    'title: "T"\ndepartements: ["25"]\nstatus: assumed\nsource: "S"\nreviewed_on: 2026-01-01\nby: "x"\nmarket: tense\n'
    "grid: demonstration\nconventions: [{name}]\n"
)


@pytest.mark.parametrize("name", ["../secret.yaml", "link.yaml"])
def test_an_agreement_outside_the_folder_of_the_territory_is_not_read(tmp_path, name):
    (tmp_path / "secret.yaml").write_text("a: b\n", encoding="utf-8")
    case = tmp_path / "case"
    case.mkdir()
    (case / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (case / "t.yaml").write_text(TERRITORY.format(name=name), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        policy.load(case / "t.yaml", on=date(2026, 6, 1))
    assert error.value.code == "POLICY_FILE_OUTSIDE"


def test_a_territory_outside_the_case_is_refused(tmp_path):
    (tmp_path / "t.yaml").write_text(TERRITORY.format(name="x"), encoding="utf-8")
    case = tmp_path / "case"
    write_synthetic("commission", case, dwellings=2, applications=20, seed=1)
    settings = (case / "case.yaml").read_text(encoding="utf-8")
    for place in (tmp_path / "t.yaml", "../t.yaml"):
        lines = [f"territory: {place}" if x.startswith("territory:") else x for x in settings.splitlines()]
        (case / "case.yaml").write_text("\n".join(lines), encoding="utf-8")
        with pytest.raises(InputProblems) as error:
            importers.read(case)
        assert "READ_TERRITORY_ELSEWHERE" in [f.code for f in error.value.findings]
