"""Dwellings of an agenda that a sitting tenant frees: whose departure each waits for, and where that departure stands.

The agenda freezes, in the facts of such a dwelling, ``chain``: ``number`` and ``kind`` (chain or cycle) of its chain, its
``position`` there, and ``after``, the dwelling of the same session that its tenant is first on. The tenant is that dwelling's
first name as the proposal put it forward: no number of a household is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from optimizer.store.states import GOES, LIVE_ITEM, STAYS, TAKEN_BY
from optimizer.store.tables import AT_ONCE, Row, Tables

CYCLE = "cycle"


def link_of(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """``chain`` of a dwelling that its tenant must free first; None of any other (the vacant one of a chain too)."""
    link = facts.get("chain")
    return link if isinstance(link, Mapping) and link.get("after") else None


def tenant_of(tables: Tables, item: Row) -> Row | None:
    """The candidature whose outcome frees the dwelling; None where nothing is waited for."""
    link = link_of(item["facts"])
    if link is None:
        return None
    for before in tables.find("item", session_id=item["session_id"], dwelling_id=str(link["after"])):
        named = [c for c in tables.find("candidate", item_id=before["item_id"]) if c["source"] == "proposal"]
        return min(named, key=lambda c: (c["position"], c["candidate_id"]), default=None)
    return None


def may_offer(tables: Tables, item: Row) -> bool:
    """Whether the dwelling may be offered: its tenant has taken another; in a cycle all are asked at once."""
    tenant = tenant_of(tables, item)
    link = link_of(item["facts"])
    return tenant is None or link is None or link["kind"] == CYCLE or tenant["status"] in TAKEN_BY


def may_let(tables: Tables, item: Row) -> bool:
    """Whether a lease may be signed: the tenant's own is; in a cycle, also once every household of it has accepted."""
    tenant = tenant_of(tables, item)
    link = link_of(item["facts"])
    if tenant is None or link is None or tenant["status"] in GOES:
        return True
    if link["kind"] != CYCLE:
        return False
    seen: set[int] = set()
    at: Row | None = item
    while at is not None and at["item_id"] not in seen:
        seen.add(at["item_id"])
        tenant = tenant_of(tables, at)
        if tenant is None or tenant["status"] not in TAKEN_BY:
            return False
        at = tables.get("item", tenant["item_id"])
    return True


def voided(tables: Tables, candidates: Iterable[int]) -> list[Row]:
    """Live dwellings that wait for one of these candidatures although it has come to nothing.

    While a session is open its decisions may still be revised: what hangs on them is settled at the signature.
    """
    lost = {c["candidate_id"]: c for c in _of(tables, "candidate", candidates) if c["status"] in STAYS}
    before = {i["item_id"]: i for i in _of(tables, "item", {c["item_id"] for c in lost.values()})}
    homes: dict[str, set[str]] = {}
    for item in before.values():
        homes.setdefault(item["session_id"], set()).add(item["dwelling_id"])
    found: list[Row] = []
    for session in tables.find("session", session_id=tuple(homes)):
        if session["status"] == "open":
            continue
        key = session["session_id"]
        # asked of the base, and of a whole session at once: a close that read every agenda row for every name of it
        # cost the square of its dwellings
        waiting = tables.find("item", session_id=key, status=LIVE_ITEM, facts__chain__after=tuple(homes[key]))
        for item in waiting:
            tenant = tenant_of(tables, item)
            if tenant is not None and tenant["candidate_id"] in lost:
                found.append(item)
    return sorted(found, key=itemgetter("item_id"))


def _of(tables: Tables, table: str, keys: Iterable[int]) -> list[Row]:
    """Rows of these keys, asked for together."""
    wanted = sorted(set(keys))
    parts = (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
    return [row for part in parts for row in tables.find(table, **{f"{table}_id": tuple(part)})]
