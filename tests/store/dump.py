"""A desk as text that two ways of playing the same weeks make alike: no times, numbers of commands, references, salts or hashes.

Rows are named by what people know (session, dwelling, unique number), not by the order in which they were written, and only
decisions in force are told. Two desks are the same when their dumps are.
"""

from __future__ import annotations

from typing import Any

from optimizer.store.canonical import canonical, plain
from optimizer.store.holding import Store
from optimizer.store.tables import PROJECTIONS, Row

LEFT_OUT = frozenset(
    {
        "agenda_hash", "at", "attached_at", "changed_at", "changed_by", "closed_at", "decided_at", "hashes", "opened_at",
        "prepared_at", "purge_after", "revision", "run_id", "salt", "signed_at", "signed_hash", "signed_seq",
        "signed_with", "version",
    }
)  # fmt: skip


def dump(store: Store) -> list[str]:
    """Sorted lines, one a row, canonical JSON."""
    numbers = {r["ref"]: r["application_id"] for r in store.tables.find("person")}
    items = {r["item_id"]: f"{r['session_id']}/{r['dwelling_id']}" for r in store.tables.find("item")}
    candidates = {
        r["candidate_id"]: f"{items[r['item_id']]}/{numbers.get(r['ref'], '')}"
        for r in store.tables.find("candidate")
    }
    decisions = {
        r["decision_id"]: candidates[r["candidate_id"]] for r in store.tables.find("decision", current=True)
    }
    names: dict[str, dict[Any, str]] = {
        "ref": numbers,
        "item_id": items,
        "candidate_id": candidates,
        "decision_id": decisions,
    }
    lines = []
    for table in PROJECTIONS:
        for row in store.tables.find(table):
            if table in ("decision", "note") and row["decision_id"] not in decisions:
                continue
            lines.append(canonical([table, _told(row, store.tables.keys[table], names)]).decode())
    return sorted(lines)


def _told(row: Row, key: str, names: dict[str, dict[Any, str]]) -> Row:
    told: Row = {}
    for column, value in row.items():
        if column in LEFT_OUT:
            continue
        if column in names:
            told[column] = names[column].get(value, "")
        elif column == "remark_id":
            kind, _, number = str(value).partition(":")
            told[column] = f"{kind}:{names['item_id'].get(int(number), '')}" if kind == "item" else kind
        elif column == "recused":
            told[column] = sorted(names["item_id"].get(i, "") for i in value)
        elif column != key or isinstance(value, str):
            told[column] = plain(value)
    return told
