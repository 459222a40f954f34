"""Run in a child process: looks at a workbook's archive, then prints its cells, one JSON document per line.

``python -P _sheet_child.py FILE``. Standard library and openpyxl only; memory, time and writing are limited first, so
that whatever a hostile file does ends here. Lines printed: ``{"sheet": title, "merged": [...]}``, then
``[row, cell, ...]`` (a cell is null, a text, or ``[kind, text]``), at last ``{"end": true}``; a file that must not be
opened gives ``{"refused": code, "params": {...}}``. Any other end means that the file is damaged.
"""

from __future__ import annotations

import json
import math
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

MEMORY = 3 << 30
CPU_SECONDS = 120
MAX_ENTRIES = 1000
MAX_EXPANDED = 256 << 20
MAX_RATIO = 150
SMALL = 8 << 20
"""Below this expanded size a high ratio is harmless (styles of an empty workbook shrink well)."""
MAX_ROW = 250_000
MAX_COLUMN = 512
MAX_DIGITS_E = 10**15
MAX_CELL = 32_767
"""Characters a spreadsheet allows in a cell."""
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="([0-9]{1,9})"')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!")
)


class Refuse(Exception):
    """The file must not be opened: a code and its parameters."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def limit_process() -> None:
    """Bounds on memory, time and files written, where the system knows them."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def look(archive: zipfile.ZipFile) -> None:
    """Refuse by the directory alone: entries, sizes announced, encryption, macros."""
    entries = archive.infolist()
    limit = f"{MAX_EXPANDED >> 20} Mio"
    if len(entries) > MAX_ENTRIES:
        raise Refuse("READ_WORKBOOK_BOMB", detail=f"{len(entries)} éléments", limit=f"{MAX_ENTRIES} éléments")
    names = [e.filename for e in entries]
    if len(set(names)) < len(names) or any(e.flag_bits & 1 for e in entries):
        raise Refuse("READ_WORKBOOK_DAMAGED")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refuse("READ_WORKBOOK_MACROS")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise Refuse("READ_NOT_A_WORKBOOK", found_fr="une autre archive zip", found_en="another zip archive")
    expanded = sum(e.file_size for e in entries)
    if expanded > MAX_EXPANDED:
        raise Refuse("READ_WORKBOOK_BOMB", detail=f"{expanded >> 20} Mio", limit=limit)
    for e in entries:
        if e.file_size > SMALL and e.file_size > MAX_RATIO * max(1, e.compress_size):
            ratio = e.file_size // max(1, e.compress_size)
            raise Refuse("READ_WORKBOOK_BOMB", detail=f"{ratio} pour 1", limit=f"{MAX_RATIO} pour 1")


def scan(archive: zipfile.ZipFile) -> dict[str, tuple[list[str], bool]]:
    """Unpack every part once, bounded, without parsing: sizes that lie, forbidden declarations, far cells.

    Returns, per worksheet part, its merged ranges and whether it holds formulas.
    """
    total = 0
    sheets: dict[str, tuple[list[str], bool]] = {}
    for entry in archive.infolist():
        sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        merged: list[str] = []
        formulas, tail, first = False, b"", True
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                total += len(chunk)
                if total > MAX_EXPANDED:
                    raise Refuse(
                        "READ_WORKBOOK_BOMB", detail=f"{total >> 20} Mio", limit=f"{MAX_EXPANDED >> 20} Mio"
                    )
                if not xml:
                    continue
                if first and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise Refuse("READ_WORKBOOK_DTD", value=entry.filename)
                first = False
                text = tail + chunk
                if _FORBIDDEN.search(text) or b"\0" in chunk:
                    raise Refuse("READ_WORKBOOK_DTD", value=entry.filename)
                if sheet:
                    far(text)
                    merged += [m.decode() for m in _MERGE.findall(text) if m.decode() not in merged]
                    formulas = formulas or b"<f>" in text or b"<f " in text or b":f>" in text
                tail = text[-200:]
        if sheet:
            sheets[entry.filename] = (merged[:50], formulas)
    return sheets


def far(text: bytes) -> None:
    """Refuse a cell or a row number beyond the largest table read from a workbook."""
    for letters, digits in _REFERENCE.findall(text):
        if int(digits) > MAX_ROW or (len(letters) > 1 and column_number(letters.decode()) > MAX_COLUMN):
            raise Refuse(
                "READ_WORKBOOK_FAR_CELL", value=(letters + digits).decode(), rows=MAX_ROW, columns=MAX_COLUMN
            )
    for digits in _ROW.findall(text):
        if int(digits) > MAX_ROW:
            raise Refuse(
                "READ_WORKBOOK_FAR_CELL", value=f"A{digits.decode()}", rows=MAX_ROW, columns=MAX_COLUMN
            )


def cell(value: object) -> Any:
    """A cell as text (never rounded), or its kind and text where the stored value cannot be trusted."""
    if value is None or isinstance(value, bool):
        return None if value is None else ("true" if value else "false")
    if isinstance(value, str):
        if len(value) > MAX_CELL:
            raise Refuse(
                "READ_WORKBOOK_BOMB", detail=f"{len(value)} / cellule", limit=f"{MAX_CELL} / cellule"
            )
        return ["error", value] if value in _ERRORS else value
    if isinstance(value, int):
        return str(value) if abs(value) < MAX_DIGITS_E else ["long", str(value)]
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def number(value: float) -> Any:
    if not math.isfinite(value):
        return ["error", str(value)]
    if value == int(value):
        return str(int(value)) if abs(value) < MAX_DIGITS_E else ["long", str(int(value))]
    text = repr(value)
    # "1.234" typed as text is ambiguous; stored as a number it is not: a fourth decimal says so.
    return text + "0" if re.fullmatch(r"-?\d{1,3}\.\d{3}", text) else text


def rows(sheet: Any, formulas: Any) -> Iterator[list[Any]]:
    """Non-empty rows: the spreadsheet's number, then the cells. ``formulas``: the same sheet with formulas, or None."""
    other = formulas.iter_rows(values_only=True) if formulas is not None else None
    for n, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if n > MAX_ROW or len(values) > MAX_COLUMN:
            raise Refuse("READ_WORKBOOK_FAR_CELL", value=f"A{n}", rows=MAX_ROW, columns=MAX_COLUMN)
        line = [cell(v) for v in values]
        if other is not None:
            for j, source in enumerate(next(other, ())):
                if j < len(line) and line[j] is None and source is not None:
                    line[j] = ["formula", source if isinstance(source, str) else "{=…}"]
        while line and (line[-1] is None or line[-1] == ""):
            line.pop()
        if any(c is not None and c != "" for c in line):
            yield [n, *line]


def print_workbook(path: str, out: Any) -> None:
    """Look, scan, then print every worksheet."""
    with zipfile.ZipFile(path) as archive:
        look(archive)
        parts = scan(archive)
        announced = len(_SHEET.findall(archive.read("xl/workbook.xml")))
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    if len(book.sheetnames) < announced:
        raise Refuse("READ_WORKBOOK_DAMAGED")
    needs = any(formulas for _, formulas in parts.values())
    twin = openpyxl.load_workbook(path, read_only=True, data_only=False) if needs else None
    written = 0
    for i, sheet in enumerate(book.worksheets):
        part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
        merged, formulas = parts.get(part, ([], needs))
        other = twin.worksheets[i] if twin is not None and formulas else None
        for view in (sheet, other):
            if view is not None:
                view.reset_dimensions()
        out.write(json.dumps({"sheet": sheet.title, "merged": merged}) + "\n")
        for line in rows(sheet, other):
            text = json.dumps(line)
            written += len(text)
            if written > MAX_EXPANDED:
                raise Refuse(
                    "READ_WORKBOOK_BOMB",
                    detail=f"> {MAX_EXPANDED >> 20} Mio",
                    limit=f"{MAX_EXPANDED >> 20} Mio",
                )
            out.write(text + "\n")
    out.write('{"end": true}\n')


def main(path: str) -> int:
    limit_process()
    try:
        print_workbook(path, sys.stdout)
    except Refuse as refusal:
        sys.stdout.write(json.dumps({"refused": refusal.code, "params": refusal.params}) + "\n")
    except MemoryError:
        sys.stdout.write('{"refused": "READ_WORKBOOK_LIMITS", "params": {}}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
