"""The contract of every file dropped into ``importers/formats/``: it is found here by itself."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from optimizer.importers import all_formats
from optimizer.importers.cells import as_text
from optimizer.importers.registry import Format, format, format_of
from tests.importers.base import csv_text
from tests.importers.books import sheets_book

ROWS = [
    {"logement": "007", "residence": "NA", "loyer": "1 234,50", "libre": "03/04/2026"},
    {"logement": "L2", "residence": "Île d’Août", "loyer": "", "libre": "x"},
]
FORMATS = all_formats()
IDS = [f.id for f in FORMATS]


def written(kind: Format, path: Path) -> Path:
    """The rows in the format, texts as texts. A new format needs its writer here: how else could it be trusted?"""
    if kind.id == "csv":
        path.write_text(csv_text(ROWS), encoding="utf-8")
    elif kind.id == "xlsx":
        path.write_bytes(sheets_book({path.stem: [list(ROWS[0]), *(list(r.values()) for r in ROWS)]}))
    elif kind.id == "parquet":
        pq.write_table(pa.table({k: [r[k] or None for r in ROWS] for k in ROWS[0]}), path)
    else:
        raise AssertionError(f"no writer for {kind.id}")
    return path


def test_the_formats_of_the_design_are_there():
    assert {"csv", "xlsx", "parquet"} <= set(IDS)


@pytest.mark.parametrize("kind", FORMATS, ids=IDS)
def test_cells_come_back_as_text(tmp_path: Path, kind: Format):
    opened = kind.read(written(kind, tmp_path / f"logements{kind.extensions[0]}"), "étiquette")
    assert opened.findings == () and len(opened.tables) == 1
    table = opened.tables[0]
    assert table.name == "logements" and table.label.startswith("étiquette")
    assert table.header == tuple(ROWS[0]) and table.header_row == 1 and table.rows.tolist() == [2, 3]
    assert table.rows.dtype == np.int64 and len(table.columns) == len(table.header)
    for name, column in zip(table.header, table.columns, strict=True):
        text = as_text(column)
        assert text is not None and text.to_pylist() == [r[name] or None for r in ROWS]


@pytest.mark.parametrize("kind", FORMATS, ids=IDS)
def test_a_column_is_forgotten_and_the_rest_stays_where_it_was(tmp_path: Path, kind: Format):
    path = written(kind, tmp_path / f"logements{kind.extensions[0]}")
    assert "Août" in held(path)
    (before,) = kind.read(path, "x").tables
    path.write_bytes(kind.forget(path, {before.name: (1, [1])}))
    assert "Août" not in held(path)
    opened = kind.read(path, "x")
    (after,) = opened.tables
    assert opened.findings == () and after.header == before.header
    assert after.rows.tolist() == before.rows.tolist()
    for i, (old, new) in enumerate(zip(before.columns, after.columns, strict=True)):
        text = as_text(new)
        assert text is not None
        assert text.to_pylist() == ([None, None] if i == 1 else as_text(old).to_pylist())


def held(path: Path) -> str:
    """All that a file holds, unpacked where it is an archive or has pages."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pydict()) + path.read_bytes().decode("utf-8", "replace")
    return path.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize("kind", FORMATS, ids=IDS)
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 64, b"PK\x03\x04 rien", b"PAR1 rien PAR1", b"\xd0\xcf\x11\xe0" * 4, b"\xff\xfea\0;\0", bytes(range(256)) * 8]
)  # fmt: skip
def test_nonsense_is_a_finding_and_never_an_exception(tmp_path: Path, kind: Format, content: bytes):
    path = tmp_path / f"logements{kind.extensions[-1]}"
    path.write_bytes(content)
    opened = kind.read(path, "étiquette")
    assert opened.tables == () and len(opened.findings) == 1
    finding = opened.findings[0]
    assert finding.severity == "error" and finding.file == "étiquette"
    assert finding.sentence("fr") and finding.sentence("en")


@pytest.mark.parametrize("kind", FORMATS, ids=IDS)
def test_every_truncation_is_read_or_told(tmp_path: Path, kind: Format):
    path = written(kind, tmp_path / f"logements{kind.extensions[0]}")
    data = path.read_bytes()
    for cut in range(1, len(data), max(1, len(data) // 6)):
        path.write_bytes(data[:cut])
        opened = kind.read(path, "x")
        assert opened.tables or opened.findings


@pytest.mark.parametrize("kind", FORMATS, ids=IDS)
def test_extensions_lead_to_the_format(kind: Format):
    for extension in kind.extensions:
        assert format_of(extension) is kind and format_of(extension.upper()) is kind
    assert kind.title_fr.strip()


@pytest.mark.parametrize(
    ("id", "extensions", "title"),
    [("csv", (".zzz",), "x"), ("zzz", (".csv",), "x"), ("zzz", (), "x"), ("", (".zzz",), "x"), ("zzz", ("zzz",), "x"), ("zzz", (".ZZ",), "x"), ("zzz", (".zzz",), " ")],
)  # fmt: skip
def test_a_bad_registration_is_refused(id: str, extensions: tuple[str, ...], title: str):
    with pytest.raises(ValueError, match="format"):
        format(id=id, extensions=extensions, title_fr=title, forget=lambda path, columns: b"")(
            lambda path, label: None  # type: ignore[arg-type, return-value]
        )
    assert format_of(".zzz") is None


def test_unknown_extensions_have_no_format():
    assert format_of(".doc") is None and format_of("") is None
