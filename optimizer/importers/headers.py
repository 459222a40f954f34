"""From the headers of a file to the columns of the schema, and every problem on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.domain import Column, Table
from optimizer.errors import Finding
from optimizer.importers.encoding import DOUBLE_ENCODED
from optimizer.importers.raw import RawTable, shown
from optimizer.importers.words import close_to, plain


@dataclass(frozen=True)
class Headers:
    """Names of the columns of one table in the files of a case (``columns.yaml``).

    ``explicit`` headers were written by the user, so their absence is worth a warning; those of a ready mapping are not.
    """

    headers: Mapping[str, str]
    explicit: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Matched:
    """Where each column is. ``known``: canonical name -> position in the file; ``extra``: plain name -> position."""

    known: Mapping[str, int]
    extra: Mapping[str, int]
    findings: tuple[Finding, ...]
    usable: bool
    """False when a required column is missing or a column appears twice: the rows would be judged wrongly."""


def near(word: str, known: tuple[str, ...], cutoff: float = 0.75) -> dict[str, object]:
    """Parameters ``near_fr`` and ``near_en`` of a message: the close name, or nothing."""
    found = close_to(word, known, cutoff)
    return {
        "near_fr": f" (peut-être « {found} »)" if found else "",
        "near_en": f" (perhaps “{found}”)" if found else "",
    }


def match(raw: RawTable, table: Table, mapping: Headers) -> Matched:
    """Columns of ``raw`` under their canonical names.

    A mapped column is looked for under its mapped header alone; the others under their canonical name or French alias.
    Case, accents and punctuation do not matter.
    """
    findings: list[Finding] = []
    place: dict[str, list[int]] = {}
    for i, name in enumerate(raw.header):
        if name:
            place.setdefault(plain(name), []).append(i)
    usable = _twice(raw, place, findings)
    known: dict[str, int] = {}
    taken = {i for positions in place.values() for i in positions[1:]}
    for column in table.columns:
        options = _options(column, mapping)
        hits = sorted(i for o in dict.fromkeys(map(plain, options)) for i in place.get(o, [])[:1])
        if len(hits) > 1:
            usable = False
            findings.append(_duplicate(raw, hits[0], hits[1]))
        if hits:
            known[column.name] = hits[0]
            taken.update(hits)
        elif column.required and not (column.name == "choices" and _has_perimeter(place, table, mapping)):
            usable = False
            findings.append(_missing(raw, column, mapping, tuple(n for n in raw.header if n)))
        elif column.name in mapping.explicit:
            findings.append(_absent(raw, column, options[0]))
    extra = _rest(raw, table, mapping, taken, findings)
    return Matched(known, extra, tuple(findings), usable)


def _options(column: Column, mapping: Headers) -> list[str]:
    mapped = mapping.headers.get(column.name)
    return [mapped] if mapped else [n for n in (column.name, column.alias) if n]


def _has_perimeter(place: Mapping[str, list[int]], table: Table, mapping: Headers) -> bool:
    """An application whose perimeter was fixed needs no choices of its own."""
    return any(plain(o) in place for o in _options(table.column("dalo_perimeter"), mapping))


def _twice(raw: RawTable, place: Mapping[str, list[int]], findings: list[Finding]) -> bool:
    usable = True
    for positions in place.values():
        for other in positions[1:]:
            usable = False
            findings.append(_duplicate(raw, positions[0], other))
    return usable


def _duplicate(raw: RawTable, first: int, second: int) -> Finding:
    name = raw.header[second]
    return Finding(
        "READ_COLUMN_TWICE", file=raw.label, row=raw.header_row, column=name, value=shown(name),
        params={"first": first + 1, "second": second + 1},
    )  # fmt: skip


def _missing(raw: RawTable, column: Column, mapping: Headers, headers: tuple[str, ...]) -> Finding:
    wanted = mapping.headers.get(column.name, column.alias or column.name)
    found = next((c for o in (wanted, column.name) if (c := close_to(o, headers))), "")
    more: dict[str, object] = {
        "either_fr": " ou ".join(f"« {n} »" for n in dict.fromkeys((wanted, column.name))),
        "either_en": " or ".join(f"“{n}”" for n in dict.fromkeys((column.name, wanted))),
        "near_fr": f" (serait-ce « {shown(found)} » ?)" if found else "",
        "near_en": f" (is it “{shown(found)}”?)" if found else "",
    }
    return Finding("READ_COLUMN_MISSING", file=raw.label, row=raw.header_row, column=wanted, params=more)


def _absent(raw: RawTable, column: Column, header: str) -> Finding:
    more = near(header, tuple(n for n in raw.header if n))
    return Finding(
        "READ_COLUMN_MAPPED_ABSENT", "warning", raw.label, raw.header_row, header, shown(header),
        params={"name": column.name, **more},
    )  # fmt: skip


def _rest(
    raw: RawTable, table: Table, mapping: Headers, taken: set[int], findings: list[Finding]
) -> dict[str, int]:
    """Columns outside the schema: kept where a grid may declare them, else a warning."""
    renamed = {plain(h): plain(c) for c, h in mapping.headers.items() if c not in _names(table)}
    words = tuple(n for c in table.columns for n in (c.name, c.alias) if n)
    extra: dict[str, int] = {}
    unread: list[str] = []
    for i, name in enumerate(raw.header):
        if i in taken:
            continue
        if not name:
            if raw.columns[i].null_count < len(raw.columns[i]):
                findings.append(
                    Finding(
                        "READ_COLUMN_WITHOUT_NAME",
                        file=raw.label,
                        row=raw.header_row,
                        params={"position": i + 1},
                    )
                )
            continue
        if DOUBLE_ENCODED.search(name):
            findings.append(
                Finding(
                    "READ_DOUBLE_ENCODED",
                    file=raw.label,
                    row=raw.header_row,
                    column=shown(name),
                    value=shown(name),
                )
            )
            continue
        if table.extra:
            extra.setdefault(renamed.get(plain(name), plain(name)), i)
            if plain(name) in renamed:
                continue
        # Where a grid may declare columns, only an all but certain slip is worth a word.
        more = near(name, words, 0.88 if table.extra else 0.75)
        if plain(name) in map(plain, words):
            unread.append(name)
        elif more["near_fr"]:
            findings.append(
                Finding(
                    "READ_COLUMN_UNKNOWN",
                    "warning",
                    raw.label,
                    raw.header_row,
                    shown(name),
                    shown(name),
                    params=more,
                )  # fmt: skip
            )
        elif not table.extra:
            unread.append(name)
    if unread:
        findings.append(
            Finding(
                "READ_COLUMNS_UNREAD",
                "warning",
                raw.label,
                raw.header_row,
                value=shown(", ".join(unread)),
                params={"count": len(unread)},
            )  # fmt: skip
        )
    return {name: i for name, i in extra.items() if name and name not in _names(table)}


def _names(table: Table) -> frozenset[str]:
    return frozenset(c.name for c in table.columns)
