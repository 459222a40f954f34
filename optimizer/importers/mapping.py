"""``columns.yaml``: under which header each column is found, by hand or from a ready mapping.

::

    mapping: fichier_partage        # a ready one, optional
    applications:                   # then table by table: canonical (or French) name: header found
      application_id: "N° de la demande"

A line at the top level holds for every table that has the column and, in its file, that header; the others keep their own names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from optimizer.domain import TABLES, Table
from optimizer.dropin import wrong_data
from optimizer.errors import Finding
from optimizer.importers.headers import Headers
from optimizer.importers.raw import shown
from optimizer.importers.words import close_to, near_names, plain
from optimizer.importers.yamltext import Block, Scalar, parse

_FEWEST = 3
"""Headers that a file must share with a ready mapping before it is taken for it."""
_NOT_TABLES = ("mapping", "title")
READY = Path(__file__).with_name("mappings")
_NONE = Headers({})


@dataclass(frozen=True)
class Mappings:
    """Headers by canonical table name."""

    tables: Mapping[str, Headers] = field(default_factory=dict)
    anywhere: tuple[tuple[str, str, int], ...] = ()
    """Lines at the top level: column, header, line of the file."""

    def of(self, table: str) -> Headers:
        return self.tables.get(table, _NONE)


_NO_MAPPINGS = Mappings()


def ready_mappings() -> tuple[str, ...]:
    """Names of the ready mappings."""
    return tuple(sorted(p.stem for p in READY.glob("*.yaml")))


def read_mappings(raw: bytes, label: str) -> tuple[Mappings, list[Finding]]:
    """The mappings of a case and every problem of the file."""
    block, findings = parse(raw, label)
    if block is None:
        return Mappings(), findings
    base: dict[str, dict[str, str]] = {}
    chosen = block.items.get("mapping")
    if chosen is not None:
        name = chosen.text if isinstance(chosen, Scalar) else ""
        if name in ready_mappings():
            base = _ready(name)
        else:
            known = ", ".join(ready_mappings())
            findings.append(
                Finding(
                    "READ_KEY_VALUE",
                    file=label,
                    row=chosen.line,
                    column="mapping",
                    value=shown(name),
                    params={"expected_fr": known, "expected_en": known},
                )  # fmt: skip
            )
    own, everywhere = _tables(block, label, findings), _everywhere_of(block)
    found = {}
    for table in TABLES.values():
        parts = [part.get(table.name, {}) for part in (base, everywhere, own)]
        headers = {column: header for part in parts for column, header in part.items()}
        if headers:
            found[table.name] = Headers(headers, frozenset(own.get(table.name, {})))
    anywhere = tuple(
        (key, node.text, block.lines[key])
        for key, node in block.items.items()
        if key not in _NOT_TABLES and isinstance(node, Scalar) and _everywhere(key)
    )
    return Mappings(found, anywhere), findings


def named_mapping(name: str, raw: Mappings) -> Mappings | None:
    """The mappings of a case over the ready mapping of that name; None when there is none."""
    if name not in ready_mappings():
        return None
    return Mappings(
        {
            table: Headers({**headers, **raw.of(table).headers}, frozenset(raw.of(table).explicit))
            for table, headers in {**{t: {} for t in raw.tables}, **_ready(name)}.items()
        },
        raw.anywhere,
    )


def headers_for(column: str, given: Mappings = _NO_MAPPINGS) -> frozenset[str]:
    """Headers, plainly written, under which a column may stand in whichever table: its own names, those of the ready mappings and ``given``."""
    ready = [headers for name in ready_mappings() for headers in _ready(name).values()]
    mapped = [*ready, *(headers.headers for headers in given.tables.values())]
    own = {name for table in TABLES.values() for c in table.columns if c.name == column for name in c.names}
    return frozenset(map(plain, own | {headers[column] for headers in mapped if column in headers}))


def fitting(header: Sequence[str], table: Table) -> str:
    """The one ready mapping that finds every required column of its own in a header, and three at least; else empty."""
    present = {plain(h) for h in header if h}
    found = {}
    for name in ready_mappings():
        headers = _ready(name).get(table.name, {})
        hits = sum(plain(h) in present for h in headers.values())
        required = [
            headers[c.name] for c in table.columns if c.required and c.kind != "list" and c.name in headers
        ]
        if hits >= _FEWEST and all(plain(h) in present for h in required):
            found[name] = hits
    best = max(found.values(), default=0)
    names = [name for name, hits in found.items() if hits == best]
    return names[0] if len(names) == 1 else ""


@cache
def _ready(name: str) -> dict[str, dict[str, str]]:
    """A ready mapping by its name.

    Raises
    ------
    DropInError
        The file is no mapping, or names a table or a column that does not exist.
    """
    path = READY / f"{name}.yaml"
    block, findings = parse(path.read_bytes(), path.name)
    items = {} if block is None else block.items
    if lines := [key for key, node in items.items() if key != "title" and isinstance(node, Scalar)]:
        raise wrong_data(path, block.lines[lines[0]] if block else 0, f"{lines[0]!r} is no table of columns")
    tables = {} if block is None else _tables(block, path.name, findings)
    if findings:
        raise wrong_data(path, findings[0].row or 0, findings[0].sentence("en"))
    return tables


def _tables(block: Block, label: str, findings: list[Finding]) -> dict[str, dict[str, str]]:
    """Canonical table -> canonical column -> header."""
    by_name = {plain(n): t for t in TABLES.values() for n in (t.alias, t.name)}
    found: dict[str, dict[str, str]] = {}
    for key, node in block.items.items():
        if key in _NOT_TABLES:
            continue
        table = by_name.get(plain(key))
        if isinstance(node, Block) and table is not None:
            inner = node.items.get("columns")
            part = inner if isinstance(inner, Block) else node
            found.setdefault(table.name, {}).update(_columns(part, table, label, findings))
        elif not (isinstance(node, Scalar) and _everywhere(key)):
            findings.append(
                _unknown(key, block.lines[key], tuple((t.name, t.alias) for t in TABLES.values()), label)
            )
    return found


def _everywhere_of(block: Block) -> dict[str, dict[str, str]]:
    """What the lines at the top level say of each table; of two for one column the first."""
    found: dict[str, dict[str, str]] = {}
    for key, node in block.items.items():
        if key not in _NOT_TABLES and isinstance(node, Scalar):
            for name, column in _everywhere(key):
                found.setdefault(name, {}).setdefault(column, node.text)
    return found


def _everywhere(key: str) -> list[tuple[str, str]]:
    wanted = plain(key)
    return [(t.name, c.name) for t in TABLES.values() for c in t.columns if wanted in map(plain, c.names)]


def _columns(part: Block, table: Table, label: str, findings: list[Finding]) -> dict[str, str]:
    names = {plain(n): c.name for c in table.columns for n in reversed(c.names)}
    found = {}
    for key, node in part.items.items():
        name = names.get(plain(key), key if table.extra and not close_to(key, names) else None)
        if name is None:
            findings.append(
                _unknown(
                    key, part.lines[key], tuple((c.name, c.alias or c.name) for c in table.columns), label
                )
            )
        elif not isinstance(node, Scalar) or not node.text.strip():
            findings.append(
                Finding(
                    "READ_KEY_VALUE",
                    file=label,
                    row=part.lines[key],
                    column=shown(key),
                    value="…" if not isinstance(node, Scalar) else "",
                    params={
                        "expected_fr": "le nom d'une colonne du fichier",
                        "expected_en": "the name of a column of the file",
                    },
                )  # fmt: skip
            )
        else:
            found[name] = node.text.strip()
    return found


def _unknown(key: str, line: int, known: tuple[tuple[str, str], ...], label: str) -> Finding:
    params = near_names(key, known)
    return Finding("READ_KEY_UNKNOWN", file=label, row=line, column=shown(key), params=params)
