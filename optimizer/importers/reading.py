"""From a path to a case: which file holds which table, then every table, then the checks across tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from optimizer.arguments import PATH, listed, one_of, optional, takes
from optimizer.datadirs import models_dir
from optimizer.domain import TABLES, Case, CaseSettings, Origin, SourceFile, Table
from optimizer.dropin import answered
from optimizer.errors import Finding, InputProblems, Severity
from optimizer.importers.beside import LABELS, WISHES, labels_of, with_wishes
from optimizer.importers.checks import check_tables
from optimizer.importers.gazetteer import Gazetteer, gazetteer_of
from optimizer.importers.headers import near
from optimizer.importers.local import SHEETS, with_own_values
from optimizer.importers.mapping import Mappings, fitting, named_mapping, read_mappings, ready_mappings
from optimizer.importers.raw import Opened, RawTable, shown
from optimizer.importers.registry import format_of
from optimizer.importers.settings import of_sheet, read_settings, undated
from optimizer.importers.tables import ReadTable, read_table
from optimizer.importers.territory import named_beside, unnamed_beside
from optimizer.importers.words import NOTES_SHEETS, SETTINGS_SHEETS, plain
from optimizer.importers.yamltext import Block, parse, raw_of

PROPOSE = ("dwellings", "applications")
SETTINGS_FILE, COLUMNS_FILE, SETTINGS_SHEET = "case.yaml", "columns.yaml", "dossier"
_UNREAD = (".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".fods", ".numbers")
"""Spreadsheets that people send and that are not read: named rather than ignored."""
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tar", ".tgz")
_RULES = ("conventions", "cotation", "national", "profiles", "territories")
"""Folders of rules: inside a case nobody reads them."""
_NOT_READ = ("READ_FILE_UNKNOWN", "READ_RULES_UNNAMED")
_BESIDE = {t.name: t for t in (WISHES, LABELS, *SHEETS)}
_BY_NAME = {plain(n): t for t in (*TABLES.values(), *_BESIDE.values()) for n in (t.alias, t.name)}
_WORDS = tuple(n for t in TABLES.values() for n in (t.alias, t.name))


@dataclass
class _Found:
    """What the files gave so far."""

    raw: dict[str, RawTable] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """Tables whose file could not be read -> its label."""
    sheet: RawTable | None = None
    beside: dict[str, RawTable] = field(default_factory=dict)
    """Sheets that complete the tables (``souhaits``, ``libelles``), by canonical name."""
    sources: list[SourceFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    undated: CaseSettings | None = None
    """The settings, where nothing but their date is wrong."""

    def place(self, table: Table, raw: RawTable) -> None:
        """Keep a table, unless another file has it already."""
        kept = self.beside if table.name in _BESIDE else self.raw
        first = kept.get(table.name)
        if first is None:
            kept[table.name] = raw
            return
        self.findings.append(_twice(table.alias, first.label, raw.label))

    def place_settings(self, raw: RawTable) -> None:
        """Keep the settings sheet, unless another one is there: neither holds by its place."""
        if self.sheet is None:
            self.sheet = raw
        else:
            self.findings.append(_twice(SETTINGS_SHEET, self.sheet.label, raw.label))


def _twice(name: str, first: str, second: str, severity: Severity = "error") -> Finding:
    return Finding(
        "READ_TABLE_TWICE", severity, second, params={"name": name, "first": first, "second": second}
    )


@takes(
    path=PATH,
    need=listed(one_of(*TABLES)),
    models=optional(PATH),
)
def read(path: str | Path, *, need: Sequence[str] = PROPOSE, models: Path | None = None) -> Case:
    """Read a case folder, or one workbook.

    Parameters
    ----------
    path : str or Path
    need : canonical names of the tables that must be there.
    models : another ``models/`` folder than the shipped one, for the names of communes and quarters.

    Returns
    -------
    Case
        ``warnings`` holds what deserves a look.

    Raises
    ------
    InputProblems
        Every problem of every file, as soon as one is an error.
    """
    case, findings = read_findings(path, need=need, models=models)
    if case is None or any(f.severity == "error" for f in findings):
        raise InputProblems(findings)
    return case


def read_findings(
    path: str | Path, *, need: Sequence[str] = PROPOSE, models: Path | None = None, mapping: str = ""
) -> tuple[Case | None, tuple[Finding, ...]]:
    """As :func:`read`, without raising: the case with bad cells missing, and every finding.

    ``mapping`` names a ready mapping of headers, over the one that ``case.yaml`` names.
    The case is None when its settings, a needed table or the header of a table cannot be read.
    """
    case, whole, findings = read_parts(path, need=need, models=models, mapping=mapping)
    return case if whole else None, findings


def read_parts(
    path: str | Path, *, need: Sequence[str] = PROPOSE, models: Path | None = None, mapping: str = ""
) -> tuple[Case | None, bool, tuple[Finding, ...]]:
    """As :func:`read_findings`, with what could be read of a case that cannot be used, and whether it is whole.

    Checking such a case in full would list consequences, not causes; its landlords and communes can still be looked at.
    None when the settings themselves cannot be read, save for their date alone: no table is then held against a day.
    """
    place = Path(path)
    if place.is_dir():
        found, block, mappings, label = _folder(place)
    elif place.is_file() and place.suffix.lower() == ".xlsx":
        found, block, mappings, label = _workbook(place)
    else:
        return None, False, (_no_case(place),)
    settings = _beside(_settings(found, block, label), place, found)
    known = settings or _beside(found.undated, place, found)
    mappings = _mappings(found, mappings, mapping or (known.mapping if known else ""), label)
    places = gazetteer_of(known, models_dir(models))
    if settings is not None:
        settings, problems = with_own_values(settings, found.beside, places)
        found.findings += problems
        known = settings
    found.findings += _nowhere(mappings, found.raw.values())
    tables = _tables(found, mappings, places, settings)
    missing = _missing(found, need)
    findings = [*found.findings, *missing]
    for table in tables.values():
        findings += table.findings
    findings += check_tables(tables, settings)
    warnings = tuple(f for f in findings if f.severity == "warning")
    frames = {name: t.frame for name, t in tables.items() if t.frame is not None}
    if known is None:
        return None, False, tuple(findings)
    whole = settings is not None and not (missing or found.broken or len(frames) < len(tables))
    known = with_own_lines(known, frames)
    sources = tuple(sorted(found.sources, key=lambda s: s.name))
    origins = {name: _origin(t) for name, t in tables.items()}
    return Case(known, frames, sources, warnings, place, origins), whole, tuple(findings)


def with_own_lines(settings: CaseSettings, frames: Mapping[str, pd.DataFrame]) -> CaseSettings:
    """Settings that say which of their changes the agreements of the case itself are still to have."""
    if not len(frames.get("conventions", ())):
        return settings
    due = {key: value for key, value in settings.changes.items() if key.startswith("conventions.")}
    return replace(settings, own_changes=due)


def _beside(settings: CaseSettings | None, place: Path, found: _Found) -> CaseSettings | None:
    """A territory written as a file of the case: where it lies; what it names beside it are no unknown tables."""
    if settings is None or not settings.territory.endswith((".yaml", ".yml")):
        return settings
    folder = (place if place.is_dir() else place.parent).resolve()
    file = (folder / settings.territory).resolve()
    if not file.is_file() or not file.is_relative_to(folder):
        name = Path(settings.territory).name
        found.findings.append(
            Finding(
                "READ_TERRITORY_ELSEWHERE",
                file=settings.written.label,
                row=settings.written.row("territory"),
                column="territory",
                value=name,
            )
        )
        return settings
    named = {path.name for path in (file, *named_beside(file))} if file.parent == folder else set[str]()
    mine = (*named, *unnamed_beside(file))
    found.findings = [f for f in found.findings if f.code not in _NOT_READ or f.file not in mine]
    inside = {
        p.parent.relative_to(folder).as_posix()
        for p in (file, *named_beside(file))
        if p.is_relative_to(folder)
    }
    found.findings = [f for f in found.findings if f.code != "READ_FOLDER_OF_RULES" or f.file not in inside]
    found.findings += [
        Finding("READ_FILE_UNNAMED", "warning", path, params={"territory": file.name})
        for path in unnamed_beside(file)
    ]
    return replace(settings, territory_file=file)


def _origin(table: ReadTable) -> Origin:
    regular = len(table.rows) == 0 or (int(table.rows[0]) == 2 and int(table.rows[-1]) == len(table.rows) + 1)
    return Origin(table.label, table.names, None if regular else table.rows)


def _no_case(place: Path) -> Finding:
    name = shown(place.name or str(place))
    if not place.exists():
        return Finding("READ_CASE_NOT_FOUND", value=name)
    if place.suffix.lower() in _UNREAD:
        return Finding("READ_FORMAT_UNREAD", file=name, value=place.suffix.lower())
    if place.suffix.lower() in _ARCHIVES:
        return Finding("READ_ARCHIVE", file=name, value=name)
    return Finding("READ_CASE_NOT_A_FOLDER", value=name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(folder: Path) -> tuple[_Found, Block | None, Mappings, str]:
    """Open every file of the folder that is a table, a workbook of tables, or settings."""
    found = _Found()
    block: Block | None = None
    mappings = Mappings()
    there = sorted(p for p in folder.iterdir() if not p.name.startswith((".", "~")))
    files = [p for p in there if p.is_file()]
    found.findings += [
        Finding("READ_NOT_A_FILE", file=shown(p.name), value=shown(p.name))
        for p in there
        if not p.is_file() and format_of(p.suffix) is not None and _BY_NAME.get(plain(p.stem))
    ]
    found.findings += [
        Finding("READ_FOLDER_OF_RULES", "warning", shown(p.name), value=shown(p.name))
        for p in there
        if p.name.lower() in _RULES and p.is_dir() and any(p.glob("*.y*ml"))
    ]
    names = {p.name for p in files}
    for name in (SETTINGS_FILE, COLUMNS_FILE):
        if name not in names:
            continue
        raw = raw_of(folder / name)
        if name == SETTINGS_FILE:
            block, problems = parse(raw, name)
            count = len(block.items) if block is not None else 0
            if block is None:
                found.broken[name] = name
        else:
            mappings, problems = read_mappings(raw, name)
            count = len(mappings.tables)
        found.findings += problems
        found.sources.append(SourceFile(name, hashlib.sha256(raw).hexdigest(), count))
    for path in files:
        if path.name not in (SETTINGS_FILE, COLUMNS_FILE):
            _open(path, path.name, found)
    return found, block, mappings, SETTINGS_FILE


def _workbook(path: Path) -> tuple[_Found, Block | None, Mappings, str]:
    found = _Found()
    _open(path, path.name, found)
    return found, None, Mappings(), path.name


def _open(path: Path, label: str, found: _Found) -> None:
    """One file: its table, or its sheets that are tables."""
    shape = format_of(path.suffix)
    table = _BY_NAME.get(plain(path.stem))
    if shape is None:
        if path.suffix.lower() in _UNREAD:
            found.findings.append(Finding("READ_FORMAT_UNREAD", file=label, value=path.suffix.lower()))
            found.broken[table.name if table else label] = label
        elif path.suffix.lower() in _ARCHIVES:
            found.findings.append(Finding("READ_ARCHIVE", "warning", label, value=label))
        elif path.suffix.lower() in (".yaml", ".yml"):
            likely = near(path.stem + ".yaml", (SETTINGS_FILE, COLUMNS_FILE))
            code = "READ_FILE_UNKNOWN" if likely["near_fr"] else "READ_RULES_UNNAMED"
            found.findings.append(Finding(code, "warning", label, params=likely if likely["near_fr"] else {}))
        return
    if table is None and not shape.many:
        found.findings.append(Finding("READ_FILE_UNKNOWN", "warning", label, params=near(path.stem, _WORDS)))
        return
    opened = answered(shape.read(path, label), Opened, shape.read)
    found.findings += opened.findings
    if not opened.tables and opened.findings:
        found.broken[table.name if table and not shape.many else label] = label
    if shape.many:
        rows = _sheets(opened.tables, label, found) if opened.tables or not opened.findings else 0
    else:
        rows = sum(len(t.rows) for t in opened.tables)
        for raw in opened.tables:
            if table is not None:
                found.place(table, raw)
    found.sources.append(SourceFile(label, _digest(path), rows))


def _sheets(sheets: Iterable[RawTable], book: str, found: _Found) -> int:
    """Place the sheets of a workbook; returns the number of their rows."""
    rows, names, used = 0, [], False
    sheets = tuple(sheets)
    alone = _by_file(sheets, book)
    if alone is not None:
        own, raw = alone
        params = {"name": own.alias}
        found.findings.append(
            Finding("READ_SHEET_BY_FILE", "warning", book, value=shown(raw.name), params=params)
        )
        found.place(own, raw)
        return len(raw.rows)
    for raw in sheets:
        name = plain(raw.name)
        table = _BY_NAME.get(name)
        names.append(raw.name)
        if name in SETTINGS_SHEETS:
            used = True
            found.place_settings(raw)
        elif table is not None:
            used = True
            rows += len(raw.rows)
            found.place(table, raw)
        elif name not in NOTES_SHEETS:
            found.findings.append(
                Finding(
                    "READ_SHEET_UNKNOWN",
                    "warning",
                    book,
                    value=shown(raw.name),
                    params=near(raw.name, _WORDS),
                )
            )
    if not used:
        known = ", ".join(t.alias for t in TABLES.values())
        found.findings = [
            f for f in found.findings if not (f.code == "READ_SHEET_UNKNOWN" and f.file == book)
        ]
        found.findings.append(
            Finding("READ_NO_TABLE_SHEET", file=book, value=shown(", ".join(names)), params={"known": known})
        )
        found.broken[book] = book
    return rows


def _by_file(sheets: Sequence[RawTable], book: str) -> tuple[Table, RawTable] | None:
    """The table that a workbook is named after, where its one sheet for programs has a name of its own (« Feuil1 »)."""
    table = _BY_NAME.get(plain(Path(book).stem))
    read = [raw for raw in sheets if plain(raw.name) not in NOTES_SHEETS]
    if table is None or len(read) != 1 or plain(read[0].name) in (*SETTINGS_SHEETS, *_BY_NAME):
        return None
    return table, read[0]


def _settings(found: _Found, block: Block | None, label: str) -> CaseSettings | None:
    """Settings of case.yaml, else of the settings sheet."""
    if SETTINGS_FILE in found.broken:
        return None
    if block is None:
        if found.sheet is None:
            if label == SETTINGS_FILE or not found.broken:
                found.findings.append(Finding("READ_SETTINGS_MISSING", file=label))
            return None
        (block, twice), label = of_sheet(found.sheet), found.sheet.label
        found.findings += twice
    elif found.sheet is not None:  # the file holds, and its sheet would change nothing
        found.findings.append(_twice(SETTINGS_SHEET, label, found.sheet.label, "warning"))
    settings, problems = read_settings(block, label)
    found.findings += problems
    if settings is None:
        found.undated = undated(block, label)
    return settings


def _mappings(found: _Found, mappings: Mappings, name: str, label: str) -> Mappings:
    """The mappings of ``columns.yaml`` over the ready one that was named; one that fits where none was."""
    if name:
        chosen = named_mapping(name, mappings)
        if chosen is None:
            params = {"known": ", ".join(ready_mappings())}
            found.findings.append(
                Finding(
                    "READ_MAPPING_UNKNOWN", file=label, column="mapping", value=shown(name), params=params
                )
            )
        return chosen or mappings
    tables = dict(mappings.tables)
    for table, raw in found.raw.items():
        schema = TABLES[table]
        if table in tables or _native(raw, schema):
            continue
        name = fitting(raw.header, schema)
        chosen = named_mapping(name, mappings) if name else None
        if chosen is not None:
            tables[table] = chosen.of(table)
            found.findings.append(
                Finding("READ_MAPPING_CHOSEN", "warning", raw.label, raw.header_row, value=name)
            )
    return Mappings(tables, mappings.anywhere)


def _nowhere(mappings: Mappings, raw: Iterable[RawTable]) -> list[Finding]:
    """Headers that a line of ``columns.yaml`` gives for every table and that no file has."""
    tables = tuple(raw)
    there = {plain(name) for table in tables for name in table.header}
    names = tuple(name for table in tables for name in table.header if name)
    return [
        Finding(
            "READ_MAPPED_NOWHERE",
            "warning",
            COLUMNS_FILE,
            line,
            column,
            shown(header),
            params=near(header, names),
        )
        for column, header, line in mappings.anywhere
        if plain(header) not in there and not any(n.startswith(plain(header)) for n in there)
    ]


def _native(raw: RawTable, table: Table) -> bool:
    """Whether the key of the table stands under its own name."""
    names = {plain(h) for h in raw.header}
    first = next(c for c in table.columns if c.required)
    return bool(names & {plain(first.name), plain(first.alias)})


def _tables(
    found: _Found, mappings: Mappings, places: Gazetteer, settings: CaseSettings | None
) -> dict[str, ReadTable]:
    """Every table found, in the order of the schema."""
    labels, findings = labels_of(found.beside.get(LABELS.name))
    found.findings += findings
    wishes = found.beside.get(WISHES.name)
    if wishes is not None and "applications" in found.raw:
        of = mappings.of("applications")
        found.raw["applications"], findings = with_wishes(found.raw["applications"], wishes, of, places)
        found.findings += findings
    on = settings.on if settings is not None else None
    return {
        name: read_table(found.raw[name], table, mappings.of(name), places, on, labels)
        for name, table in TABLES.items()
        if name in found.raw
    }


def _missing(found: _Found, need: Sequence[str]) -> list[Finding]:
    """Needed tables that no file holds. Silent about the one whose file is there but cannot be read."""
    unread_book = any(name not in TABLES for name in found.broken if name != SETTINGS_FILE)
    if unread_book:
        return []
    return [
        Finding("READ_TABLE_MISSING", params={"alias": TABLES[name].alias, "name": name})
        for name in need
        if name not in found.raw and name not in found.broken
    ]
