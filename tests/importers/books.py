"""Workbooks made for the tests: a sound one, and surgery on its archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.importers.base import SETTINGS, TABLES

Cell = Any
DWELLINGS = [
    ["logement", "bailleur", "commune", "pieces", "financement"],
    ["L1", "OPH25", "25056", 3, "PLUS"],
    ["L2", "OPH25", "25580", "T2", "PLAI"],
]
APPLICATIONS = [
    ["numero_unique", "premiere_demande_le", "personnes", "communes_souhaitees", "revenus_mensuels"],
    ["025012345678900001", "03/04/2024", 3, "25056|25580", 1650.5],
    ["007", "2023-01-31", 1, "25580", 0],
]


def settings_rows() -> list[list[Cell]]:
    pairs = (line.split(": ", 1) for line in SETTINGS.splitlines())
    return [["clé", "valeur"], *([key, value] for key, value in pairs)]


def book(**sheets: list[list[Cell]]) -> bytes:
    """A workbook of the given sheets; settings, dwellings and applications are there unless replaced."""
    content = {"dossier": settings_rows(), "logements": DWELLINGS, "demandes": APPLICATIONS} | sheets
    return sheets_book(content)


def sheets_book(
    content: Mapping[str, list[list[Cell]]], then: Callable[[Any, Any], None] | None = None
) -> bytes:
    """A workbook with exactly these sheets. ``then(book, sheets)`` may add what rows cannot say."""
    sink = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(sink, options) as made:
        sheets = {name: made.add_worksheet(name) for name in content}
        for name, rows in content.items():
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheets[name].write_string(i, j, cell)
                    elif cell is not None:
                        sheets[name].write(i, j, cell)
        if then is not None:
            then(made, sheets)
    return sink.getvalue()


def default_sheets() -> dict[str, list[list[Cell]]]:
    return {"dossier": settings_rows(), "logements": DWELLINGS, "demandes": APPLICATIONS}


def part_names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def rezip(data: bytes, changes: Mapping[str, bytes | None], level: int = 6) -> bytes:
    """The archive with some parts replaced, added, or (None) removed."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as new,
    ):
        for entry in old.infolist():
            if entry.filename not in changes:
                new.writestr(entry.filename, old.read(entry.filename))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return sink.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def edited(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The archive with a piece of one part replaced; the piece must be there."""
    content = part(data, name)
    assert old in content
    return rezip(data, {name: content.replace(old, new, 1)})


def save(folder: Path, data: bytes, name: str = "dossier.xlsx") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def text_cells(table: str) -> list[list[Cell]]:
    """The rows of the sound case as a sheet of texts."""
    rows = TABLES[table]
    return [list(rows[0]), *(list(row.values()) for row in rows)]
