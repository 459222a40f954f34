"""From the headers of a file to the columns of the schema, and every problem on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from optimizer.domain import Column, Table
from optimizer.errors import Finding, Said, Severity
from optimizer.importers.encoding import DOUBLE_ENCODED
from optimizer.importers.raw import RawTable, shown
from optimizer.importers.words import close_to, plain, refusal, said_in, vocabulary


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
    found = close_to(word, known, cutoff) or said_in(word, known)
    return {
        "near_fr": f" (peut-être « {found} »)" if found else "",
        "near_en": f" (perhaps “{found}”)" if found else "",
    }


_WHY = {
    "identity_number": Said("numéro d'identité d'une personne", "a person's identity number"),
    "nationality": Said("nationalité ou titre de séjour", "nationality or permit"),
    "name": Said("nom d'une personne", "a person's name"),
    "contact": Said("adresse ou moyen de joindre une personne", "a person's address or contact"),
    "free_text": Said("texte libre", "free text"),
    "birth_date": Said("date de naissance", "birth date"),
    "health": Said("détail de santé ou de handicap", "detail of health or disability"),
    "origin": Said("origine, religion ou opinion", "origin, religion or opinion"),
}


def match(raw: RawTable, table: Table, mapping: Headers, declared: Collection[str] | None = None) -> Matched:
    """Columns of ``raw`` under their canonical names. ``declared``: plain names of the columns that grids declare; None = any
    column may be declared.

    A column that the user mapped is looked for under that header alone; the others under the header of a ready mapping, else
    under their canonical name or French alias.
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
        mapped = place.get(plain(options[0]), [])[:1] if column.name in mapping.headers else []
        hits = mapped or sorted(i for o in dict.fromkeys(map(plain, options)) for i in place.get(o, [])[:1])
        if len(hits) > 1:
            usable = False
            findings.append(_duplicate(raw, hits[0], hits[1]))
        if hits:
            known[column.name] = hits[0]
            taken.update(hits)
        elif column.required and not (column.name == "choices" and _has_perimeter(place, table, mapping)):
            usable = False
            findings.append(missing_column(raw, column, mapping))
        elif column.name in mapping.explicit:
            findings.append(_absent(raw, column, options[0]))
    extra = _rest(raw, table, mapping, taken, known, declared, findings)
    return Matched(known, extra, tuple(findings), usable)


def _options(column: Column, mapping: Headers) -> list[str]:
    mapped = mapping.headers.get(column.name)
    if mapped and column.name in mapping.explicit:
        return [mapped]
    return [n for n in (mapped, *column.names) if n]


def _has_perimeter(place: Mapping[str, list[int]], table: Table, mapping: Headers) -> bool:
    """An application whose perimeter was fixed needs no choices of its own (the rows are looked at once they are converted)."""
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


def missing_column(raw: RawTable, column: Column, mapping: Headers) -> Finding:
    """A required column under none of its names, with the header that it may be."""
    headers = tuple(n for n in raw.header if n)
    wanted = mapping.headers.get(column.name, column.alias or column.name)
    names = (wanted, column.name)
    found = next((c for o in names if (c := close_to(o, headers))), "")
    found = found or next((h for h in headers if said_in(h, names)), "")
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
    raw: RawTable, table: Table, mapping: Headers, taken: set[int], known: Mapping[str, int],
    declared: Collection[str] | None, findings: list[Finding],
) -> dict[str, int]:  # fmt: skip
    """Columns outside the schema: kept where a grid may declare them, refused by name, else a warning."""
    renamed = {plain(h): plain(c) for c, h in mapping.headers.items() if c not in _names(table)}
    extra: dict[str, int] = {}
    unread: list[str] = []
    nameless: list[int] = []
    for i, name in enumerate(raw.header):
        if i in taken:
            continue
        if not name:
            if raw.columns[i].null_count < len(raw.columns[i]):
                nameless.append(i + 1)
            continue
        if DOUBLE_ENCODED.search(name):
            findings.append(_of_header(raw, "READ_DOUBLE_ENCODED", name, {}, "error"))
            continue
        own = renamed.get(plain(name), plain(name))
        if why := refusal(name) or refusal(own):
            findings.append(_of_header(raw, "READ_COLUMN_REFUSED", name, {"why": _WHY[why]}))
            continue
        if table.extra:
            extra.setdefault(own, i)
            if plain(name) in renamed or declared is None or own in declared:
                continue
        column = _nearest(name, table, known)
        if column is not None:
            close = column.alias or column.name
            lost = loss(table.name, column.name)
            more = {
                "near_fr": f" (peut-être « {close} »)",
                "near_en": f" (perhaps “{close}”)",
                "lost_fr": f" ; sans elle, {lost.fr}" if lost else "",
                "lost_en": f"; without it, {lost.en}" if lost else "",
            }
            findings.append(_of_header(raw, "READ_COLUMN_UNKNOWN", name, more))
        else:
            unread.append(name)
    if nameless:
        params: dict[str, object] = {"count": len(nameless), "positions": ", ".join(map(_position, nameless))}
        findings.append(_of_header(raw, "READ_COLUMN_WITHOUT_NAME", None, params, "error"))
    if unread:
        params = {"count": len(unread), "names": ", ".join(shown(n) for n in unread)}
        found = _of_header(raw, "READ_COLUMNS_UNREAD", None, params)
        findings.append(replace(found, value=shown(", ".join(unread))))
    return {name: i for name, i in extra.items() if name and name not in _names(table)}


def _position(column: int) -> str:
    """A column by its number and by the letters over it in a spreadsheet.

    >>> _position(28)
    '28 (AB)'
    """
    letters, rest = "", column
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{column} ({letters})"


def _of_header(
    raw: RawTable, code: str, name: str | None, params: Mapping[str, object], severity: Severity = "warning"
) -> Finding:
    word = shown(name) if name is not None else None
    return Finding(code, severity, raw.label, raw.header_row, word, word, params=params)


def _nearest(name: str, table: Table, known: Mapping[str, int]) -> Column | None:
    """The column that a header most likely means and that the file does not have yet."""
    options = {
        plain(word): column
        for column in reversed(table.columns)
        if column.name not in known
        for word in (*_titles(column.fr), *reversed(column.names))
        if word
    }
    own = {plain(word) for column in table.columns for word in column.names}
    if plain(name) in own:
        return None
    found = close_to(name, options)
    if not found:  # explanations are sentences: their first words stand in too many headers
        found = said_in(name, [n for n in own if n in options])
    return options[plain(found)] if found else None


def _titles(text: str) -> tuple[str, ...]:
    """What a column is called in its explanation: the phrase, and its first two words."""
    phrase = text.split(" (")[0].split(" :")[0].split(" ;")[0]
    return phrase, " ".join(phrase.split()[:2])


def loss(table: str, column: str) -> Said | None:
    """What a case loses where the column is missing everywhere, for the columns whose loss is worth a word."""
    found = vocabulary()["losses"].get(table, {}).get(column)
    return Said(found["fr"], found["en"]) if found else None


def _names(table: Table) -> frozenset[str]:
    return frozenset(c.name for c in table.columns)
