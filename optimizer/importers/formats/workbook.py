"""Excel workbooks: one table per sheet. The parsing happens in a child process with limits (``_sheet_child``)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from optimizer.errors import Finding
from optimizer.importers.encoding import kind_of
from optimizer.importers.raw import I64, Mark, Opened, RawTable, one_line, refused, shown, title_above
from optimizer.importers.registry import format
from optimizer.importers.words import SETTINGS_SHEETS, plain

MAX_MEGABYTES = 200
WALL_SECONDS = 180
_CHILD = Path(__file__).with_name("_sheet_child.py")
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE_READ = 4 << 20
_TITLE_LINES = 15
_LIMIT_SIGNALS = (-24, -9, -6, 137, 134)
"""Exit codes of a child stopped by its limits: CPU time, killed, aborted for lack of memory."""


def forget(path: Path, columns: Mapping[str, tuple[int, Sequence[int]]]) -> bytes:
    """As ``Forgetter``: the child that reads workbooks writes this one again, without comments, with results in place of formulas.

    Raises
    ------
    OSError
        The child met its limits.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-X", "utf8", str(_CHILD), str(path.resolve()), json.dumps(columns)],
            capture_output=True, timeout=WALL_SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OSError(0, "workbook not written again", path.name) from error
    if done.returncode or not done.stdout.startswith(b"PK"):
        raise OSError(0, "workbook not written again", path.name)
    return done.stdout


@format(forget=forget, id="xlsx", extensions=(".xlsx",), title_fr="Classeur Excel (.xlsx)", many=True)
def read(path: Path, label: str) -> Opened:
    """Every sheet of a workbook that is not empty, cells as text."""
    wrong = _not_a_workbook(path, label)
    if wrong is not None:
        return wrong
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-X", "utf8", str(_CHILD), str(path.resolve())],
            capture_output=True, timeout=WALL_SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return refused("READ_WORKBOOK_LIMITS", label)
    if done.returncode in _LIMIT_SIGNALS:
        return refused("READ_WORKBOOK_LIMITS", label)
    lines = done.stdout.splitlines()
    last = json.loads(lines[-1]) if done.returncode == 0 and lines else {}
    if isinstance(last, dict) and "refused" in last:
        params = dict(last["params"])
        return refused(str(last["refused"]), label, value=params.pop("value", None), params=params)
    if not (isinstance(last, dict) and last.get("end")):
        return refused("READ_WORKBOOK_DAMAGED", label)
    tables: list[RawTable] = []
    findings: list[Finding] = []
    for head, body in _sheets(lines[:-1]):
        opened = _table(head, body, label)
        tables += opened.tables
        findings += opened.findings
    return Opened(tuple(tables), tuple(findings))


def _not_a_workbook(path: Path, label: str) -> Opened | None:
    """The one reason why the first bytes are not those of an open .xlsx file, or None."""
    size = path.stat().st_size
    if size == 0:
        return refused("READ_EMPTY_FILE", label)
    if size > MAX_MEGABYTES * 1_000_000:
        return refused("READ_FILE_TOO_BIG", label, params={"size": size // 1_000_000, "limit": MAX_MEGABYTES})
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(_OLE):
            inside = head + file.read(_OLE_READ)
            code = "READ_WORKBOOK_PASSWORD" if _ENCRYPTED in inside else "READ_NOT_A_WORKBOOK"
        elif head.startswith(b"PK\x03\x04"):
            return None
        else:
            code = "READ_NOT_A_WORKBOOK"
    if code == "READ_WORKBOOK_PASSWORD":
        return refused(code, label)
    fr, en = kind_of(head) or ("un fichier de texte", "a text file")
    return refused(code, label, params={"found_fr": fr, "found_en": en})


def _sheets(lines: list[bytes]) -> Iterator[tuple[dict[str, Any], list[list[Any]]]]:
    """The child's lines, sheet by sheet."""
    head: dict[str, Any] | None = None
    body: list[list[Any]] = []
    for line in lines:
        content = json.loads(line)
        if isinstance(content, dict):
            if head is not None:
                yield head, body
            head, body = content, []
        else:
            body.append(content)
    if head is not None:
        yield head, body


def _text(cell: Any) -> str | None:
    if isinstance(cell, list):
        return str(cell[1])
    return cell if cell is None or str(cell).strip() else None


def _table(head: dict[str, Any], body: list[list[Any]], book: str) -> Opened:
    """One sheet; an empty one gives nothing. Settings sheets keep their first line as a header too."""
    title = str(head["sheet"])
    label = f"{book} › {title}"
    if not body:
        return Opened()
    first_lines = [[_text(c) for c in line[1:]] for line in body[:_TITLE_LINES]]
    above = None if plain(title) in SETTINGS_SHEETS else title_above(first_lines)
    if above is not None:
        value = next(t for t in map(_text, body[0][1:]) if t)
        finding = Finding(
            "READ_TITLE_ABOVE_HEADER", file=label, row=body[0][0], value=shown(value),
            params={"header": body[above][0]},
        )  # fmt: skip
        empty = RawTable(
            title, label, (), int(body[above][0]), (), np.zeros(0, np.int64), findings=(finding,)
        )
        return Opened((empty,))
    width = max(len(line) for line in body) - 1
    header = [one_line(_text(c) or "") for c in body[0][1:]] + [""] * (width + 1 - len(body[0]))
    marks: list[Mark] = []
    cells: list[list[str | None]] = [[] for _ in range(width)]
    for i, line in enumerate(body[1:]):
        for j in range(width):
            cell: Any = line[j + 1] if j + 1 < len(line) else None
            if isinstance(cell, list):
                marks.append(Mark(i, j, str(cell[0]), str(cell[1])))
            cells[j].append(_text(cell))
    columns = tuple(pa.array(c, pa.string()) for c in cells)
    rows = np.array([int(line[0]) for line in body[1:]], np.int64)
    unseen = (Finding("READ_HIDDEN_SHEET", "warning", label),) if head["unseen"] else ()
    findings = (
        *unseen,
        *_merged(head["merged"], int(body[0][0]), label),
        *_hidden(head["hidden"], rows, label),
    )
    return Opened(
        (RawTable(title, label, tuple(header), int(body[0][0]), columns, rows, tuple(marks), findings),)
    )


def _hidden(hidden: list[int], rows: I64, label: str) -> tuple[Finding, ...]:
    """Rows that a filter or a hand keeps from sight are read: a user may think that they are out."""
    at = [int(row) for row in rows[np.isin(rows, hidden)]]
    if not at:
        return ()
    params = {"count": len(at)}
    return (Finding("READ_HIDDEN_ROWS", "warning", label, at[0], rows=tuple(at[1:]), params=params),)


def _merged(ranges: list[str], header_row: int, label: str) -> tuple[Finding, ...]:
    """Merged ranges that reach the table."""
    touching = [r for r in ranges if int("".join(c for c in r.split(":")[-1] if c.isdigit())) >= header_row]
    if not touching:
        return ()
    row = min(int("".join(c for c in r.split(":")[0] if c.isdigit())) for r in touching)
    value = ", ".join(touching[:3]) + (", …" if len(touching) > 3 else "")
    return (Finding("READ_MERGED_CELLS", file=label, row=row, value=value),)
