"""Tables of a case as they lie on disk: text columns under canonical names. CSV dialects, workbooks, Parquet."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from optimizer.domain import TABLES
from optimizer.verify import habits, local
from optimizer.verify.verdict import Unreadable
from optimizer.verify.words import canonical, every_table, fitting, headers_of, plain
from optimizer.verify.yamltext import read_yaml

BOM = b"\xef\xbb\xbf"
BLANK = b' \t\r\n;,"'
"""What a line without any value may hold."""
READY = Path(__file__).resolve().parents[1] / "importers" / "mappings"
"""Ready mappings are data: headers of usual exports."""
NOTHING = pa.nulls(0, pa.string())
"""Takes the place of a column that has been read: a country's columns are not held twice."""
SETTINGS_SHEETS = ("case", "dossier", "parametres", "settings")
NOTES_SHEETS = ("lisezmoi", "lisez_moi", "readme", "notes", "listes")


@dataclass(frozen=True)
class RawTable:
    """Text columns by canonical name; empty cells are null. ``columns`` keeps further columns by their header."""

    file: str
    rows: int
    columns: Mapping[str, pa.Array]

    def text(self, name: str) -> pa.Array:
        """The column, or nulls when the file does not have it."""
        return self.columns[name] if name in self.columns else pa.nulls(self.rows, pa.string())


@dataclass(frozen=True)
class RawCase:
    """``case.yaml`` (all scalars as text), the tables found, and the SHA-256 of every file."""

    settings: Mapping[str, Any]
    tables: dict[str, RawTable]
    hashes: Mapping[str, str]
    used: tuple[str, ...] = ()
    missing: Mapping[str, RawTable] = field(default_factory=dict)

    def table(self, name: str) -> RawTable:
        return self.tables.get(name) or RawTable(name, 0, {})


TABLE_FORMATS = (".csv", ".tsv", ".txt", ".parquet")
"""Files that hold one table, of its name."""
_OTHERS = (".xlsx", ".yaml", ".yml")


def not_read(names: Iterable[str]) -> list[str]:
    """Input files of a run in a format that only the program which made it reads."""
    return [n for n in names if Path(n).suffix.lower() not in (*TABLE_FORMATS, *_OTHERS)]


def read_case(path: Path, models: Path | None = None) -> RawCase:
    """The case folder, or the one workbook; ``models`` names communes and quarters. Raises Unreadable on nonsense."""
    if path.is_file():
        return _read_workbook(path, models)
    settings = read_yaml(path / "case.yaml") if (path / "case.yaml").is_file() else {}
    mapping = read_yaml(path / "columns.yaml") if (path / "columns.yaml").is_file() else {}
    hashes: dict[str, str] = {}
    found: dict[str, tuple[str, habits.Frame]] = {}
    books = []
    for file in sorted(p for p in path.iterdir() if p.is_file()):
        hashes[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
        name = _table_of(file.stem)
        if file.suffix.lower() == ".xlsx" and not file.name.startswith("~"):
            books.append(file)
        elif name and file.suffix.lower() in TABLE_FORMATS:
            found[name] = (file.name, _frame(file))
    for book in books:
        for name, frame in _sheets(book):
            if name == "case":
                settings = settings or _settings_of(frame)
            else:
                found.setdefault(name, (book.name, frame))
    used = tuple(dict.fromkeys(file for file, _ in found.values()))
    return _read(settings or {}, mapping or {}, found, path, models, hashes, used)


def _read(
    raw: Mapping[str, Any], mapping: Mapping[str, Any], found: Mapping[str, tuple[str, habits.Frame]], folder: Path,
    models: Path | None, hashes: Mapping[str, str], used: tuple[str, ...],
) -> RawCase:  # fmt: skip
    """Every table under its canonical columns, once the settings say where names are looked up."""
    found = {name: (file, habits.without_examples(frame)) for name, (file, frame) in found.items()}
    settings = _with_territory(habits.settings_in_words(raw), folder)
    mapping = {"mapping": settings["mapping"], **mapping} if settings.get("mapping") else mapping
    settings = {
        **settings,
        **local.own_values({n: f for n, (_, f) in found.items() if n in local.SHEETS.values()}, models),
    }
    labels = habits.labels_of(found[habits.LABELS][1]) if habits.LABELS in found else {}
    reading = habits.Habits(models, _departements(settings, models), labels)
    on = _on(settings)
    tables = {}
    for name, (file, frame) in found.items():
        if name not in TABLES:
            continue
        own = headers_of(mapping, TABLES[name], READY) or fitting(frame, TABLES[name], READY)
        if name == "applications" and habits.WISHES in found:
            frame = habits.with_wishes(frame, found[habits.WISHES][1], own, reading)
        alone = headers_of({k: v for k, v in mapping.items() if isinstance(v, Mapping)}, TABLES[name], READY)
        frame = habits.folded(frame, TABLES[name], own, on)
        tables[name] = _canonical(file, name, frame, own, frozenset(alone), reading)
    return RawCase(settings, tables, hashes, used)


def _departements(settings: Mapping[str, Any], models: Path | None) -> frozenset[str] | None:
    """Codes of the territory; None where it is the country or cannot be read."""
    name = str(settings.get("territory", ""))
    own = name.endswith((".yaml", ".yml"))
    path = Path(name) if own else models / "territories" / f"{name}.yaml" if models is not None else None
    if path is None or not path.is_file():
        return None
    found = read_yaml(path).get("departements")
    return frozenset(map(str, found)) if isinstance(found, list) else None


def _on(settings: Mapping[str, Any]) -> date | None:
    text = str(settings.get("on", "")).strip()
    try:
        return (
            date(*(int(p) for p in reversed(text.split("/"))))
            if "/" in text
            else date.fromisoformat(text[:10])
        )
    except (TypeError, ValueError):
        return None


def _with_territory(settings: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The settings, where a territory that is a file inside the case is named by its path."""
    name = str(settings.get("territory", ""))
    if not name.endswith((".yaml", ".yml")):
        return settings
    file = (folder / name).resolve()
    if not file.is_file() or not file.is_relative_to(folder.resolve()):
        raise Unreadable("case.yaml", "territory : un fichier hors du dossier")
    return {**settings, "territory": str(file), "territory_as_written": name}


def _table_of(stem: str) -> str:
    found = every_table().get(plain(stem))
    return found.name if found else {**habits.BESIDE, **local.SHEETS}.get(plain(stem), "")


def _frame(file: Path) -> habits.Frame:
    if file.suffix.lower() == ".parquet":
        return _parquet(file)
    return _without_blank(csv_columns(file.read_bytes(), file.name))


def csv_columns(raw: bytes, name: str) -> dict[str, pa.Array]:
    """Columns of a CSV as text: ``;``, ``,`` or tab; UTF-8 (BOM or not) or Windows-1252."""
    raw = raw.removeprefix(BOM)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raw = raw.decode("cp1252", errors="replace").encode()
    delimiter, names = _head(raw)
    if not names:
        return {}
    if not raw.split(b"\n", 1)[0].strip(BLANK) or raw.count(b"\r") != raw.count(b"\r\n"):
        return _csv_slow(raw, delimiter, name)
    try:
        table = pacsv.read_csv(
            io.BytesIO(raw),
            read_options=pacsv.ReadOptions(column_names=[f"c{i}" for i in range(len(names))], skip_rows=1),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in raw),
            convert_options=pacsv.ConvertOptions(
                column_types={f"c{i}": pa.string() for i in range(len(names))},
                null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return _csv_slow(raw, delimiter, name)
    return {n: _one(table.column(i)) for i, n in enumerate(names)}


def _without_blank(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Without the lines that hold separators alone, as spreadsheets leave them below and between."""
    if any(not values.null_count for values in columns.values()):
        return columns
    blank = functools.reduce(pc.and_, (pc.is_null(values) for values in columns.values()))
    return {n: values.filter(pc.invert(blank)) for n, values in columns.items()}


def _head(raw: bytes) -> tuple[str, list[str]]:
    """(delimiter, headers) of the first line that is not blank; no headers when there is none."""
    lines = re.split(b"\r\n|\n|\r", raw[: 1 << 20])
    head = next((line for line in lines if line.strip(BLANK)), b"").decode("utf-8", errors="replace")
    if not head:
        return ",", []
    delimiter = max((";", ",", "\t"), key=head.count)
    return delimiter, next(csv.reader([head], delimiter=delimiter))


def header_names(file: Path) -> list[str]:
    """The headers of a CSV file as they stand, in its order."""
    with file.open("rb") as stream:
        return _head(stream.read(1 << 20).removeprefix(BOM))[1]


def _csv_slow(raw: bytes, delimiter: str, name: str) -> dict[str, pa.Array]:
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), delimiter=delimiter))
    names, *body = (line for line in lines if any(cell.strip() for cell in line))
    if any(len(line) > len(names) and any(c.strip() for c in line[len(names) :]) for line in body):
        raise Unreadable(name, "lignes trop longues")
    return {
        n: pa.array([line[i] if i < len(line) else None for line in body], pa.string())
        for i, n in enumerate(names)
    }


def _one(column: pa.ChunkedArray) -> pa.Array:
    chunks = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return chunks.combine_chunks() if isinstance(chunks, pa.ChunkedArray) else chunks


def _parquet(file: Path) -> dict[str, pa.Array]:
    with pq.ParquetFile(file) as book:
        names = book.schema_arrow.names
        return {name: _as_text(_one(book.read(columns=[name]).column(0))) for name in names}


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.array(
            [None if x is None else "|".join(str(i) for i in x) for x in column.to_pylist()], pa.string()
        )
    if pa.types.is_timestamp(kind):
        return pc.cast(pc.cast(column, pa.date32(), safe=False), pa.string())
    return pc.cast(column, pa.string())


def _canonical(
    file: str, name: str, found: Mapping[str, pa.Array], own: Mapping[str, str], alone: frozenset[str],
    reading: habits.Habits,
) -> RawTable:  # fmt: skip
    """The table under canonical columns; those of ``alone`` have no other header than the one ``columns.yaml`` gives."""
    schema = TABLES[name]
    by_header = {plain(h): h for h in reversed(list(found))}
    columns: dict[str, pa.Array] = {}
    rows = len(next(iter(found.values()))) if found else 0
    found = dict(found)
    taken = set()
    for column in schema.columns:
        options = [own.get(column.name, "")]
        options += [] if column.name in alone else list(column.names)
        header = next((by_header[plain(o)] for o in options if o and plain(o) in by_header), None)
        if header is not None:
            columns[column.name] = canonical(reading.read(trimmed(found[header]), column), column)
            found[header] = NOTHING
            taken.add(header)
    if schema.extra:
        renamed = {plain(header): column for column, header in own.items()}
        for header, values in found.items():
            target = renamed.get(plain(header), plain(header))
            if header not in taken and not habits.refused(header) and not habits.refused(target):
                columns.setdefault(target, trimmed(values))
    return RawTable(file, rows, columns)


def trimmed(values: pa.Array) -> pa.Array:
    """Outer white space removed; empty becomes null."""
    text = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(pc.utf8_length(text), 0), pa.scalar(None, pa.string()), text)


def _read_workbook(path: Path, models: Path | None) -> RawCase:
    digest = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    beside = path.parent / "case.yaml"
    settings: Mapping[str, Any] = read_yaml(beside) if beside.is_file() else {}
    found = {}
    for name, frame in _sheets(path):
        if name == "case":
            settings = _settings_of(frame) or settings
        else:
            found[name] = (path.name, frame)
    return _read(settings, {}, found, path.parent, models, digest, (path.name,))


def _sheets(path: Path) -> Iterator[tuple[str, habits.Frame]]:
    """(table, columns by header) of every sheet that holds one; the settings sheet is called ``case``."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        alone = _named_after(book.worksheets, path)
        for sheet in book.worksheets:
            name = "case" if plain(sheet.title) in SETTINGS_SHEETS else _table_of(sheet.title)
            name = alone if alone and plain(sheet.title) not in NOTES_SHEETS else name
            if not name:
                continue
            lines = [[_cell(c) for c in line] for line in sheet.iter_rows(values_only=True)]
            lines = [line for line in lines if any(c and c.strip() for c in line)]
            names = ["0", "1"] if name == "case" else [c or "" for c in lines[0]] if lines else []
            body = lines if name == "case" else lines[1:]
            yield (
                name,
                {
                    n: pa.array([x[i] if i < len(x) else None for x in body], pa.string())
                    for i, n in enumerate(names)
                    if n
                },
            )
    finally:
        book.close()


def _named_after(sheets: Iterable[Any], path: Path) -> str:
    """The table a workbook is named after, where its one sheet with cells (notes apart) is not named after any."""
    titles = [
        plain(sheet.title)
        for sheet in sheets
        if plain(sheet.title) not in NOTES_SHEETS
        and any((_cell(c) or "").strip() for line in sheet.iter_rows(values_only=True) for c in line)
    ]
    own = len(titles) == 1 and titles[0] not in SETTINGS_SHEETS and not _table_of(titles[0])
    return _table_of(path.stem) if own else ""


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _settings_of(frame: habits.Frame) -> dict[str, Any]:
    keys, values = frame["0"].to_pylist(), frame["1"].to_pylist()
    return {str(k).strip(): v for k, v in zip(keys, values, strict=True) if k and v is not None}
