"""One place of a result, altered: any cell, header or row of a table, any leaf of a record, any byte of the rest."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish import seal

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Altered:
    """What was altered: file, place in it (column, path of a leaf, ``octet``), value before and after."""

    file: str
    place: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.before!r} -> {self.after!r}"


def alter(folder: Path, r: random.Random) -> Altered:
    """Alter one place of a result, drawn over its files, then over the places of the file.

    The forger makes ``run.json`` agree again with what he altered in the tables and records, so that the content has to
    give him away; of pages, workbook and PDF he alters a byte. What he writes into ``run.json`` itself he
    seals or not; what he writes into the seals stays.
    """
    names = sorted(x.relative_to(folder).as_posix() for x in folder.rglob("*") if x.is_file())
    name = r.choice(names)
    file = folder / name
    if file.suffix == ".csv":
        found = _table(file, r)
    elif name in ("run.json", "certificate.json"):
        found = _record(file, r)
    else:
        return _octet(file, r)
    sealing = found.place.startswith(("manifest", "self_sha256"))
    if name != "run.json" or (not sealing and r.random() < 0.7):
        seal(folder)
    return found


def _table(file: Path, r: random.Random) -> Altered:
    raw = file.read_bytes()
    rows = list(csv.reader(io.StringIO(raw.removeprefix(BOM).decode(), newline=""), delimiter=";"))
    kind = r.random()
    if kind < 0.06 and len(rows) > 1:
        i = r.randrange(1, len(rows))
        row = rows[i]
        if r.random() < 0.3 and i > 1:
            rows[i - 1 : i + 1] = row, rows[i - 1]
            found = Altered(file.name, "lignes échangées", str(rows[i]), str(row))
        elif r.random() < 0.5:
            del rows[i]
            found = Altered(file.name, "ligne retirée", str(row), "")
        else:
            rows.insert(i, row)
            found = Altered(file.name, "ligne doublée", "", str(row))
    elif kind < 0.09:
        j = r.randrange(len(rows[0]))
        before, rows[0][j] = rows[0][j], rows[0][j] + "x"
        found = Altered(file.name, "en-tête", before, rows[0][j])
    else:
        i, j = (r.randrange(1, len(rows)) if len(rows) > 1 else 0), r.randrange(len(rows[0]))
        before = rows[i][j]
        rows[i][j] = after = _other(before, [row[j] for row in rows[1:]], r)
        found = Altered(file.name, rows[0][j], before, after)
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=";", lineterminator="\n").writerows(rows)
    file.write_bytes(BOM + sink.getvalue().encode())
    return found


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _other(before: str, column: list[str], r: random.Random) -> str:
    """Another value: of the same column, none at all, or the same with one character more, less or else."""
    others = sorted({x for x in column if x != before})
    options = [x for x in (r.choice(others) if others else "", "") if x != before]
    number = _number(before)
    if number is not None and len(before) < 15:
        step = r.choice(("1", "0.01", "-1", "10"))
        moved = f"{round(number + float(step), 6):g}".replace(".", ",")
        options += [moved, moved, before + "9", f"-{before}"]
    elif before:
        at = r.randrange(len(before))
        options += [
            before + "x",
            before[:at] + r.choice("aeiou3 |") + before[at + 1 :],
            before[:at] + before[at + 1 :],
        ]
    else:
        options += ["1", "x"]
    # a cell that reads as the same number or the same text altered nothing
    same = [x for x in options if x.strip() != before.strip() and (number is None or _number(x) != number)]
    return r.choice(same) if same else before + "x"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of every leaf of a JSON value; an empty object or list is one."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inside = list(items)
    if not inside:
        yield path
    for key, item in inside:
        yield from leaves(item, (*path, key))


def _record(file: Path, r: random.Random) -> Altered:
    content = json.loads(file.read_text())
    every = list(leaves(content))
    # fields first: a record with thousands of multipliers has other fields too
    head = r.choice(sorted({x[0] for x in every}))
    path = r.choice([x for x in every if x[0] == head])
    holder = content
    for key in path[:-1]:
        holder = holder[key]
    before = holder[path[-1]]
    if r.random() < 0.1:
        del holder[path[-1]]
        after: Any = "(rien)"
    else:
        after = holder[path[-1]] = _other_leaf(before, r)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    return Altered(file.name, ".".join(map(str, path)), json.dumps(before), json.dumps(after))


def _other_leaf(before: Any, r: random.Random) -> Any:
    if isinstance(before, bool):
        return not before
    if isinstance(before, int | float):
        return before + r.choice((1, -1, 10))
    if isinstance(before, str):
        number = _number(before)
        if number is not None and "." in before:
            digits = len(before.partition(".")[2])
            return f"{number + r.choice((1, -1, 0.01)):.{digits}f}"
        return r.choice(
            (before + "x", before[:-1] + "0" if before[-1:] not in ("", "0") else before + "1", "")
        )
    return "x" if before in (None, {}, []) else None


def _octet(file: Path, r: random.Random) -> Altered:
    raw = bytearray(file.read_bytes())
    if r.random() < 0.1:
        file.unlink()
        return Altered(file.name, "fichier retiré", "", "")
    at = r.randrange(len(raw))
    before = raw[at]
    raw[at] ^= 1 << r.randrange(8)
    file.write_bytes(bytes(raw))
    return Altered(file.name, f"octet {at}", str(before), str(raw[at]))
