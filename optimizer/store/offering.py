"""Whose turn it is: the order of the ranks, read from the rows."""

from __future__ import annotations

from optimizer.store.states import HELD, POSITIVE
from optimizer.store.tables import Row, Tables


def ranked(tables: Tables, item_id: int) -> list[tuple[int, Row]]:
    """Candidates with a rank in force, best first."""
    decisions = {
        d["candidate_id"]: d["rank"]
        for d in tables.find("decision", item_id=item_id, current=True)
        if d["rank"]
    }
    rows = [c for c in tables.find("candidate", item_id=item_id) if c["candidate_id"] in decisions]
    return sorted(((decisions[c["candidate_id"]], c) for c in rows), key=lambda pair: pair[0])


def next_candidate(tables: Tables, item_id: int) -> Row | None:
    """The best rank still waiting, when no offer holds the dwelling."""
    if tables.find("offer", item_id=item_id, status=HELD):
        return None
    waiting = [candidate for _, candidate in ranked(tables, item_id) if candidate["status"] in POSITIVE]
    return waiting[0] if waiting else None
