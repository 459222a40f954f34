"""Names that one table writes otherwise than another: two spellings are two names here, and the row would be lost.

A landlord is « BAIL » in one export and « Bail » in the next; a number loses its leading zeros on the way through a
spreadsheet. Nothing is corrected: an identifier is opaque (design §2), so the reader is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.errors import Finding
from optimizer.importers.cells import Problem
from optimizer.importers.tables import ReadTable

_NAMES = (
    *(
        (table, "landlord", "dwellings", "landlord")
        for table in (
            "dwellings", "conventions", "in_progress", "leases", "events", "stock", "assiette", "forecast", "answers", "handovers",
            "commitments",
        )
    ),
    ("applications", "current_landlord", "dwellings", "landlord"),
    ("dwellings", "residence", "residences", "residence"),
    ("dwellings", "district", "dwellings", "district"),
    ("applications", "districts_wanted", "dwellings", "district"),
    ("in_progress", "application_id", "applications", "application_id"),
    ("in_progress", "dwelling_id", "dwellings", "dwelling_id"),
)  # fmt: skip
"""Column that names something, and the column where the same thing has its name."""


def folded(names: pa.Array, *, identifier: bool) -> pa.Array:
    """What two spellings of one name share: no case, and no accent, blank or mark; of an identifier, no leading zero either.

    >>> folded(pa.array(["Bail-25", "00A-1"]), identifier=False).to_pylist()
    ['bail25', '00a1']
    >>> folded(pa.array(["Bail-25", "00A-1"]), identifier=True).to_pylist()
    ['bail-25', 'a-1']
    """
    lower = pc.utf8_lower(pc.utf8_normalize(names, form="NFKD"))
    if identifier:
        return pc.utf8_ltrim(lower, characters="0")
    return pc.replace_substring_regex(lower, r"[\pM\pP\pZ\pS]", "")


def check_spelling(found: Mapping[str, ReadTable]) -> list[Finding]:
    """One warning per column whose names are, but for their spelling, names of the table that holds them."""
    findings = []
    for table, column, target, name in _NAMES:
        read, other = found.get(table), found.get(target)
        if read is None or other is None or read.frame is None or other.frame is None:
            continue
        names, rows = pa.array(read.frame[column], pa.string(), from_pandas=True), None
        if read.table.column(column).kind == "list":
            parts = pc.split_pattern(names, "|")
            names, rows = pc.utf8_trim_whitespace(parts.flatten()), pc.list_parent_indices(parts)
        coded = names.dictionary_encode()
        words, known = (
            coded.dictionary,
            pa.array(other.frame[name], pa.string(), from_pandas=True).drop_null(),
        )
        itself = (table, column) == (target, name)
        if not itself and pc.all(pc.is_in(words, value_set=known)).as_py() is not False:
            continue
        known = pc.unique(known)
        identifier = column.endswith("_id")
        first = pc.index_in(
            folded(words, identifier=identifier), value_set=folded(known, identifier=identifier)
        )
        meant = known.take(first)
        otherwise = pc.fill_null(pc.not_equal(meant, words), False)
        if not itself:
            otherwise = pc.and_(otherwise, pc.invert(pc.is_in(words, value_set=known)))
        if rows is not None:
            findings += _several_in_one(read, column, words, coded.indices, rows, known, shown(other, target))
        at = np.flatnonzero(pc.fill_null(otherwise.take(coded.indices), False).to_numpy(zero_copy_only=False))
        if not len(at):
            continue
        code = coded.indices[int(at[0])].as_py()
        if rows is not None:
            at = np.unique(rows.to_numpy()[at])
        params = {"written": meant[code].as_py(), "table": shown(other, target)}
        findings.append(
            read.finding(Problem("READ_OTHER_SPELLING", at, words[code].as_py(), params, "warning"), column)
        )
    return findings


def shown(other: ReadTable, target: str) -> str:
    """How a table is named to the reader: in French, with its canonical name where that is another."""
    return other.table.alias if other.table.alias == target else f"{other.table.alias} ({target})"


def _several_in_one(
    read: ReadTable,
    column: str,
    words: pa.Array,
    indices: pa.Array,
    rows: pa.Array,
    known: pa.Array,
    table: str,
) -> list[Finding]:
    """Items that hold several names of the other table between commas or slashes: as one name they fit nothing."""
    names = set(folded(known, identifier=False).to_pylist())
    whole = folded(words, identifier=False).to_pylist()
    joined: dict[int, str] = {}
    for code, word in enumerate(words.to_pylist()):
        parts = [part.strip() for part in re.split("[,/]", word)]
        if len(parts) < 2 or whole[code] in names:
            continue
        meant = [
            p
            for p, f in zip(parts, folded(pa.array(parts), identifier=False).to_pylist(), strict=True)
            if f in names
        ]
        if meant:
            joined[code] = meant[0]
    if not joined:
        return []
    hit = np.flatnonzero(np.isin(indices.to_numpy(zero_copy_only=False), list(joined)))
    code = indices[int(hit[0])].as_py()
    params = {"written": joined[code], "table": table}
    at = np.unique(rows.to_numpy()[hit])
    problem = Problem("READ_SEVERAL_IN_ONE", at, words[code].as_py(), params, "warning")
    return [read.finding(problem, column)]
