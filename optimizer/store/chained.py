"""Dwellings of an agenda that a sitting tenant frees: whose departure each waits for, and where that departure stands.

The agenda freezes, in the facts of such a dwelling, ``chain``: ``number`` and ``kind`` (chain or cycle) of its chain, its
``position`` there, and ``after``, the dwelling of the same session that its tenant is first on. The tenant is that dwelling's
first name as the proposal put it forward: no number of a household is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from optimizer.store.states import GOES, LIVE_ITEM, STAYS, TAKEN_BY
from optimizer.store.tables import Row, Tables

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
    found: dict[int, Row] = {}
    for number in candidates:
        name = tables.get("candidate", number)
        if name is None or name["status"] not in STAYS:
            continue
        before = tables.get("item", name["item_id"])
        session = None if before is None else tables.get("session", before["session_id"])
        if before is None or session is None or session["status"] == "open":
            continue
        for item in tables.find("item", session_id=session["session_id"], status=LIVE_ITEM):
            link = link_of(item["facts"])
            if link is not None and link["after"] == before["dwelling_id"]:
                tenant = tenant_of(tables, item)
                if tenant is not None and tenant["candidate_id"] == number:
                    found[item["item_id"]] = item
    return [found[key] for key in sorted(found)]
