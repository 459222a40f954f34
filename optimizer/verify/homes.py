"""Dwellings that sitting tenants may free, read from the raw tables: second reading of ``--chains``.

A tenant's dwelling is known when its identifier, landlord, commune, rooms and financing are; it counts when its landlord has a
dwelling in the case, its commune is one the law knows, nobody else applies from it and the case does not list it itself. A bounded
chain has a copy of it at each of its positions, named ``identifier~position`` from the second on. With exchanges, each cycle of two or
three tenants has copies of its own dwellings, named ``identifier~eN`` for the Nth of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import pyarrow as pa

from optimizer.verify import cells
from optimizer.verify.tables import RawCase, RawTable

ANY = -1
"""Position of a dwelling freed in chains of any length."""
SHORT = -2
"""Position of a dwelling in the first exchange; the next exchanges go down from it."""
Cycle = tuple[str, ...]
"""Identifiers of the dwellings of an exchange, the least first: each is the next one of the tenant before it."""
SAME = ("rooms", "financing", "qpv", "surface_m2", "rent_eur", "accessible", "floor", "lift", "available_on")
"""Columns of a dwelling that an application says of its present one, under ``current_…``."""


@dataclass(frozen=True)
class Homes:
    """The freed dwellings of a case: identifier -> (application whose departure frees it, position)."""

    tenant: dict[str, tuple[str, int]] = field(default_factory=dict)
    guest: dict[str, str] = field(default_factory=dict)
    """Of a dwelling in an exchange that the proof weighs, the one application that may be first."""


def with_homes(
    raw: RawCase, longest: int, communes: Collection[str], only: Collection[str] | None = None,
    cycles: Sequence[Cycle] = (),
) -> tuple[RawCase, Homes]:  # fmt: skip
    """The case with the dwellings that chains of at most ``longest`` freed ones may let (``ANY``: of any length), and ``cycles``."""
    people, own = raw.table("applications"), raw.table("dwellings")
    there = {
        name: cells.strings(people.text(f"current_{name}"))
        for name in ("dwelling", "landlord", "commune", "rooms", "financing")
    }
    apps = cells.strings(people.text("application_id"))
    times = Counter(there["dwelling"])
    listed, landlords = set(cells.strings(own.text("dwelling_id"))), set(cells.strings(own.text("landlord")))
    known = frozenset(communes)
    rows: list[int] = []
    for i, home in enumerate(there["dwelling"]):
        told = all(there[name][i] for name in there)
        if told and times[home] == 1 and home not in listed:
            if there["landlord"][i] in landlords and there["commune"][i] in known:
                rows.append(i)
    found: dict[str, tuple[str, int]] = {}
    taken: list[int] = []
    # each place of a chain is opened by the departure of another tenant
    for position in (ANY,) if longest == ANY else range(1, min(longest, len(rows)) + 1):
        for i in rows:
            name = there["dwelling"][i] + (f"~{position}" if position > 1 else "")
            if only is None or name in only:
                found[name] = (apps[i], position)
                taken.append(i)
    guest: dict[str, str] = {}
    row_of = {there["dwelling"][i]: i for i in rows}
    for name in sorted(only or ()):
        home, mark, number = name.rpartition("~e")
        if mark and home in row_of and number.isascii() and number.isdecimal() and number[0] != "0":
            found[name] = (apps[row_of[home]], SHORT + 1 - int(number))
            taken.append(row_of[home])
    for k, cycle in enumerate(cycles):
        for home, before in zip(cycle, (cycle[-1], *cycle), strict=False):
            name = f"{home}~e{k + 1}"
            found[name] = (apps[row_of[home]], SHORT - k)
            guest[name] = apps[row_of[before]]
            taken.append(row_of[home])
    at = pa.array(taken, pa.int64())
    columns: dict[str, pa.Array] = {
        "dwelling_id": pa.array(list(found), pa.string()),
        "landlord": people.text("current_landlord").take(at),
        "commune": people.text("current_commune").take(at),
        **{name: people.text(f"current_{name}").take(at) for name in SAME},
    }
    nothing = pa.nulls(len(taken), pa.string())
    names = dict.fromkeys([*own.columns, *columns])
    whole = {
        name: pa.concat_arrays([_plain(own.text(name)), _plain(columns.get(name, nothing))]) for name in names
    }
    table = RawTable(own.file, own.rows + len(taken), whole)
    return replace(raw, tables={**raw.tables, "dwellings": table}), Homes(found, guest)


def short_cycles(takes: Mapping[str, Set[str]]) -> list[Cycle]:
    """Every cycle of two, then of three dwellings, in order; ``takes``: dwelling -> those that its tenant may take."""
    pairs = [(a, b) for a in takes for b in takes[a] if a < b and a in takes[b]]
    threes = [
        (a, b, c)
        for a in takes
        for b in takes[a]
        if a < b
        for c in takes[b]
        if a < c and c != b and a in takes[c]
    ]
    return [*sorted(pairs), *sorted(threes)]


def _plain(column: pa.Array) -> pa.Array:
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return column.cast(pa.string())
