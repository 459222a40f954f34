"""Run in a child process: looks at a workbook's archive, then prints its cells, one JSON document per line.

``python -P _sheet_child.py FILE``. Standard library and openpyxl only; memory, time and writing are limited first, so
that whatever a hostile file does ends here. Lines printed: ``{"sheet": title, "merged": [...]}``, then
``[row, cell, ...]`` (a cell is null, a text, or ``[kind, text]``), at last ``{"end": true}``; a file that must not be
opened gives ``{"refused": code, "params": {...}}``. Any other end means that the file is damaged.

``python -P _sheet_child.py FILE COLUMNS`` prints the workbook itself, with some columns empty: ``COLUMNS`` is the JSON of
``{sheet: [header row, [positions from 0]]}``.
"""

from __future__ import annotations

import io
import json
import math
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import IO, Any
from xml.parsers import expat

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
MAX_DEPTH = 64
"""Elements inside one another; a worksheet has about ten."""
MAX_FORMULA = 200
"""Characters of a formula that are shown."""
MOST_MERGED = 50
_CHUNK = 1 << 20
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DIGITS = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"[A-Z]{1,3}([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})")
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


def limit_process(written: int = 0) -> None:
    """Bounds on memory, time and bytes written to a file, where the system knows them."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, written),
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


def scan(archive: zipfile.ZipFile) -> None:
    """Unpack every part once, bounded, without parsing: sizes that lie, forbidden declarations."""
    total = 0
    for entry in archive.infolist():
        xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail, first = b"", True
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
                if _FORBIDDEN.search(tail + chunk) or b"\0" in chunk:
                    raise Refuse("READ_WORKBOOK_DTD", value=entry.filename)
                tail = chunk[-200:]


class Sheet:
    """What a worksheet's XML says beside its values: merged ranges, hidden rows, and formulas without a stored result.

    Read by a real parser, so that no spelling of a tag, a quote or a prefix hides anything.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.merged: dict[str, int] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.hidden: list[int] = []
        self._row = self._column = self._depth = 0
        self._formula: str | None = None
        self._value = ""
        self._text: str | None = None

    def parse(self, part: IO[bytes]) -> Sheet:
        """Read the whole part. Raises :class:`Refuse`, or `ExpatError` for what is no XML."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._declared
        parser.ParseFile(part)
        return self

    def first_merged(self) -> list[str]:
        """The ranges that reach furthest down: those that can touch the table."""
        return sorted(self.merged, key=lambda ref: (-self.merged[ref], ref))[:MOST_MERGED]

    def _declared(self, *_: object) -> None:
        raise Refuse("READ_WORKBOOK_DTD", value=self.name)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refuse("READ_WORKBOOK_DAMAGED")
        local = tag.rpartition(" ")[2]
        if local == "row":
            self._row = self._number(attributes.get("r"), self._row + 1)
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.append(self._row)
            self._column = 0
        elif local == "c":
            self._cell(attributes.get("r"))
            self._formula, self._value = None, ""
        elif local == "f":
            self._text = ""
        elif local in ("v", "t"):
            self._text = ""
        elif local == "mergeCell":
            ref = attributes.get("ref", "").replace("$", "").upper()
            if found := _RANGE.fullmatch(ref):
                self.merged[ref] = int(found.group(2))

    def _end(self, tag: str) -> None:
        self._depth -= 1
        local = tag.rpartition(" ")[2]
        if local == "f":
            self._formula = "=" + (self._text or "…")[:MAX_FORMULA]
        elif local in ("v", "t"):
            self._value += self._text or ""
        elif local == "c" and self._formula is not None and not self._value:
            self.formulas[self._row, self._column] = self._formula
        if local in ("f", "v", "t"):
            self._text = None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text += text

    def _number(self, written: str | None, following: int) -> int:
        row = int(written) if written is not None and _DIGITS.fullmatch(written) else following
        if row > MAX_ROW:
            raise Refuse("READ_WORKBOOK_FAR_CELL", value=f"A{row}", rows=MAX_ROW, columns=MAX_COLUMN)
        return row

    def _cell(self, written: str | None) -> None:
        found = None if written is None else _CELL.fullmatch(written)
        if found is None:
            self._column += 1
        else:
            self._column = column_number(found.group(1))
            if int(found.group(2)) > MAX_ROW:
                raise Refuse("READ_WORKBOOK_FAR_CELL", value=written, rows=MAX_ROW, columns=MAX_COLUMN)
            self._row = int(found.group(2))
        if self._column > MAX_COLUMN:
            raise Refuse(
                "READ_WORKBOOK_FAR_CELL", value=written or str(self._row), rows=MAX_ROW, columns=MAX_COLUMN
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


def filled(cell: Any) -> bool:
    """Whether a person sees something in a printed cell: a space typed into an empty line does not make a row of it."""
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def rows(sheet: Any, formulas: Mapping[tuple[int, int], str]) -> Iterator[list[Any]]:
    """Non-empty rows: the spreadsheet's number, then the cells. ``formulas``: those without a stored result, by cell."""
    waiting: dict[int, dict[int, str]] = {}
    for (row, column), formula in formulas.items():
        waiting.setdefault(row, {})[column] = formula
    for n, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if n > MAX_ROW or len(values) > MAX_COLUMN:
            raise Refuse("READ_WORKBOOK_FAR_CELL", value=f"A{n}", rows=MAX_ROW, columns=MAX_COLUMN)
        line = [cell(v) for v in values]
        for column, formula in waiting.pop(n, {}).items():
            line += [None] * (column - len(line))
            if line[column - 1] is None or line[column - 1] == "":
                line[column - 1] = ["formula", formula]
        while line and not filled(line[-1]):
            line.pop()
        if any(map(filled, line)):
            yield [n, *line]
    for n, cells in sorted(waiting.items()):
        last: list[Any] = [None] * max(cells)
        for column, formula in cells.items():
            last[column - 1] = ["formula", formula]
        yield [n, *last]


def print_workbook(path: str, out: Any) -> None:
    """Look, scan, then print every worksheet."""
    with zipfile.ZipFile(path) as archive:
        look(archive)
        scan(archive)
        announced = len(_SHEET.findall(archive.read("xl/workbook.xml")))
        import openpyxl

        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        if len(book.sheetnames) < announced:
            raise Refuse("READ_WORKBOOK_DAMAGED")
        written = 0
        sheets: list[Any] = list(book.worksheets)
        for sheet in sheets:
            part = str(sheet._worksheet_path).lstrip("/")
            with archive.open(part) as stream:
                known = Sheet(part).parse(stream)
            sheet.reset_dimensions()
            out.write(
                json.dumps(
                    {
                        "sheet": sheet.title,
                        "unseen": sheet.sheet_state != "visible",
                        "merged": known.first_merged(),
                        "hidden": known.hidden,
                    }
                )
                + "\n"
            )
            for line in rows(sheet, known.formulas):
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


def print_without(path: str, columns: Mapping[str, tuple[int, list[int]]], out: IO[bytes]) -> None:
    """Look, scan, then print the workbook with nothing below the header of some columns; no comment stays anywhere."""
    with zipfile.ZipFile(path) as archive:
        look(archive)
        scan(archive)
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    sheets: list[Any] = list(book.worksheets)
    for sheet in sheets:
        header_row, positions = columns.get(sheet.title, (0, []))
        for line in sheet.iter_rows():
            for one in line:
                one.comment = None
                if one.row > header_row > 0 and one.column - 1 in positions:
                    one.value = one.hyperlink = None
    whole = io.BytesIO()
    book.save(whole)
    out.write(whole.getvalue())


def main(path: str, columns: str = "") -> int:
    limit_process(MAX_EXPANDED if columns else 0)
    # openpyxl loads them where it finds them, for types that no file holds: half of the child's time
    sys.modules.update(dict.fromkeys(("numpy", "PIL")))  # type: ignore[arg-type]
    if columns:
        print_without(path, json.loads(columns), sys.stdout.buffer)
        return 0
    try:
        print_workbook(path, sys.stdout)
    except Refuse as refusal:
        sys.stdout.write(json.dumps({"refused": refusal.code, "params": refusal.params}) + "\n")
    except MemoryError:
        sys.stdout.write('{"refused": "READ_WORKBOOK_LIMITS", "params": {}}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
