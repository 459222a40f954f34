"""Frames made or changed in memory, checked as the reader checks files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from optimizer.arguments import (
    COUNT,
    DAY,
    MAPPING,
    PATH,
    TABLE,
    TEXT,
    either,
    of_type,
    optional,
    require,
    takes,
)
from optimizer.datadirs import models_dir
from optimizer.domain import TABLES, Case, CaseSettings
from optimizer.domain.frames import text_is_known
from optimizer.errors import Finding, InputProblems
from optimizer.importers.cells import as_array
from optimizer.importers.checks import check_tables
from optimizer.importers.gazetteer import Gazetteer, gazetteer_of
from optimizer.importers.headers import near
from optimizer.importers.mapping import Mappings
from optimizer.importers.raw import RawTable, shown
from optimizer.importers.reading import PROPOSE, with_own_lines
from optimizer.importers.settings import read_settings
from optimizer.importers.tables import ReadTable, read_table
from optimizer.importers.yamltext import parse

SETTINGS = "settings"


FRAMES = replace(MAPPING, fr="un dict : nom de table -> DataFrame", en="a dict: name of a table -> DataFrame")


@takes(
    frames=FRAMES,
    settings=either(of_type(CaseSettings), MAPPING),
    models=optional(PATH),
)
def case(
    frames: Mapping[str, Any], settings: CaseSettings | Mapping[str, Any], *, models: Path | None = None
) -> Case:
    """A case from frames, checked cell by cell like files.

    Parameters
    ----------
    frames : canonical table name (or French alias) -> frame; columns by canonical name or French alias. Columns as a mapping, rows as a
        list of mappings, and tables that have ``to_pandas`` (Arrow, Polars) are made frames; a named index is a column.
    settings : settings, or the keys of ``case.yaml``.
    models : folder of the law, whose territories say what a commune's name means; the shipped one by default.

    Returns
    -------
    Case
        Frames with canonical columns and dtypes; ``warnings`` holds what deserves a look.

    Raises
    ------
    InputProblems
        Every problem of every table, as soon as one is an error; rows are numbered as a spreadsheet would, the header
        on row 1.
    AttrifluxError
        ``PANDAS_TEXT``: pandas is set to make objects of text.
    WrongArgument
        ``ARGUMENT_KIND``, a `TypeError`: ``frames`` is no mapping, or holds something that is no table.

    Examples
    --------
    >>> import optimizer as af
    >>> homes = [{"dwelling_id": "L1", "landlord": "ESH25", "commune": "Besançon", "rooms": "T3", "financing": "PLUS"}]
    >>> people = [{"application_id": "D1", "first_registered_on": "03/04/2024", "persons": 3, "choices": ["25056"]}]
    >>> week = {"title": "Semaine 49", "territory": "doubs", "on": "2026-11-23", "year": 2026}
    >>> made = af.case({"dwellings": homes, "applications": people}, week)
    >>> made.table("dwellings")[["commune", "rooms"]].to_dict("records")
    [{'commune': '25056', 'rooms': 3}]
    """
    text_is_known()
    findings: list[Finding] = []
    known, problems = _settings(settings)
    findings += problems
    tables, problems = _tables({name: _framed(name, table) for name, table in frames.items()})
    findings += problems
    read = _read(tables, gazetteer_of(known, models_dir(models)), known.on if known is not None else None)
    for table in read.values():
        findings += table.findings
    findings += check_tables(read, known)
    if known is None or any(f.severity == "error" for f in findings):
        raise InputProblems(findings)
    made = {name: t.frame for name, t in read.items() if t.frame is not None}
    return Case(with_own_lines(known, made), made, warnings=tuple(findings))


def need_tables(made: Case, need: Sequence[str] = ()) -> None:
    """Refuse a case in memory without a table that is needed, or with nothing in the place of one.

    Raises
    ------
    InputProblems
        ``READ_TABLE_MISSING`` of every such table, as of a folder without its file.
    """
    tables = made.tables if isinstance(made.tables, Mapping) else {}
    named = [
        *need,
        *(name for name in TABLES if name in tables and tables[name] is None and name not in need),
    ]
    missing = [name for name in named if tables.get(name) is None]
    if missing or made.tables is None:
        raise InputProblems(
            [
                Finding("READ_TABLE_MISSING", params={"alias": TABLES[name].alias, "name": name})
                for name in missing or PROPOSE
            ]
        )


def check_frames(made: Case, need: Sequence[str] = ()) -> tuple[Case, tuple[Finding, ...]]:
    """A case whose frames were made or changed in memory, as the reader would have read them, and every problem found.

    Cells become canonical (``PLUS`` reads ``plus``), columns that only a grid declares stay as they are.

    Raises
    ------
    InputProblems
        A table of ``need`` is not there, or lacks a required column: nothing can be said of its rows, as of such a file.
    """
    need_tables(made, need)
    read = {name: _placed(made, name, table) for name, table in _read({**made.tables}).items()}
    findings = [f for table in read.values() for f in table.findings]
    if any(table.frame is None for table in read.values()):
        raise InputProblems(findings)
    tables = {name: _canonical(made.tables[name], read.get(name)) for name in made.tables}
    return replace(made, tables=tables), (*findings, *check_tables(read, made.settings))


def _canonical(frame: pd.DataFrame, read: ReadTable | None) -> pd.DataFrame:
    if read is None or read.frame is None or len(read.frame) != len(frame):
        return frame
    known = [c.name for c in read.table.columns]
    extra = frame[[c for c in frame.columns if c not in known and str(c) in read.frame.columns]]
    return pd.concat([read.frame[known], extra.set_axis(read.frame.index, axis=0)], axis=1)


def _placed(made: Case, name: str, table: ReadTable) -> ReadTable:
    """The table under the name and with the rows of the file it came from, where it came from one."""
    origin = made.origins.get(name)
    if origin is None:
        return table
    rows = made.row_numbers(name)
    spoken = {2 + i: int(row) for i, row in enumerate(rows.tolist())} if table.findings else {}
    moved = tuple(
        replace(
            f, file=origin.label, row=spoken.get(f.row, f.row) if f.row else f.row,
            rows=tuple(spoken.get(r, r) for r in f.rows), column=origin.names.get(f.column or "", f.column),
        )
        for f in table.findings
    )  # fmt: skip
    return replace(table, label=origin.label, rows=rows, names=dict(origin.names), findings=moved)


def _settings(settings: CaseSettings | Mapping[str, Any]) -> tuple[CaseSettings | None, list[Finding]]:
    if isinstance(settings, CaseSettings):
        for argument, kind in (
            ("title", TEXT),
            ("territory", TEXT),
            ("on", DAY),
            ("year", COUNT),
            ("territory_file", optional(PATH)),
        ):
            require("af.CaseSettings", argument, getattr(settings, argument), kind)
        return settings, []
    text = yaml.safe_dump(_plain(settings), allow_unicode=True, sort_keys=False)
    block, problems = parse(text.encode(), SETTINGS)
    if block is None:
        return None, problems
    found, more = read_settings(block, SETTINGS)
    return found, [*problems, *more]


def _plain(value: Any) -> Any:
    """A value of settings as YAML knows it: dates of pandas, numbers of numpy, any mapping or sequence."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, np.generic):
        return _plain(value.item())
    return value if isinstance(value, (str, bool, int, float, date, type(None))) else str(value)


def _framed(name: object, table: Any) -> pd.DataFrame:
    """A table as a frame, a named index as its first column."""
    if hasattr(table, "to_pandas"):
        table = table.to_pandas()
    if isinstance(table, (Mapping, list)):
        # columns of different lengths, or cells without rows, make no table: what was given is told then
        with suppress(ValueError, TypeError):
            table = pd.DataFrame(table)
    require("af.case", f"frames[{name!r}]", table, TABLE)
    frame: pd.DataFrame = table
    named = [level for level in frame.index.names if level is not None and level not in frame.columns]
    return frame.reset_index(named) if named else frame


def _tables(frames: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Frames by canonical name; a name that is no table is an error."""
    names = {name: t.name for t in TABLES.values() for name in (t.alias, t.name)}
    found: dict[str, pd.DataFrame] = {}
    findings = []
    for name, frame in frames.items():
        if name in names:
            found[names[name]] = frame
        else:
            likely = near(name, tuple(names))
            findings.append(Finding("READ_FILE_UNKNOWN", file=shown(name), params=likely))
    return found, findings


def _read(
    frames: Mapping[str, pd.DataFrame], places: Gazetteer | None = None, on: date | None = None
) -> dict[str, ReadTable]:
    """Every table through the converters of files, in the order of the schema."""
    mapping = Mappings()
    return {
        name: read_table(_raw(name, frames[name]), table, mapping.of(name), places, on)
        for name, table in TABLES.items()
        if name in frames
    }


def _raw(name: str, frame: pd.DataFrame) -> RawTable:
    columns = tuple(as_array(values) for _, values in frame.items())
    header = tuple(str(c) for c in frame.columns)
    rows = np.arange(len(frame), dtype=np.int64) + 2
    return RawTable(name, name, header, 1, columns, rows)
