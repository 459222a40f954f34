"""What a refusal does to a chain: dwellings that waited for the household's departure leave the agenda, and so on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optimizer.store.canonical import digest
from optimizer.store.chained import voided
from optimizer.store.commands.sessions import drop_item
from optimizer.store.offering import ranked
from optimizer.store.people import touch
from optimizer.store.records import Actor, Receipt
from optimizer.store.states import POSITIVE, TENANT_STAYS
from optimizer.store.work import FOLLOWING, Work, command

VOID = "item.void"
PROGRAM = Actor("programme", "program")


@command(VOID, roles="program")
def void(work: Work, item: int, *, cause: int) -> Mapping[str, Any]:
    """Take off a dwelling whose tenant stays, whatever was offered or accepted there; ``cause``: the line it follows from.

    Its tenant's own candidature was the condition of every line of the list (`conditional_on`), so that nobody refused.
    """
    row = work.get("item", item)
    work.session, work.dwelling = row["session_id"], row["dwelling_id"]
    work.facts |= {"cause": cause, "reason": TENANT_STAYS}
    if row["status"] == "listed":
        drop_item(work, row, TENANT_STAYS)
        return {"status": row["status"]}
    for made in work.find("offer", item_id=item, status=("offered", "accepted")):
        work.set("offer", made["offer_id"], status="released", end_reason=TENANT_STAYS)
    for _, name in ranked(work.store.tables, item):
        if name["status"] in (*POSITIVE, "offered", "accepted"):
            work.set("candidate", name["candidate_id"], status="released")
            touch(work, name["ref"])
    work.bump("item", row, status="withdrawn", end_reason=TENANT_STAYS)
    return {"status": row["status"]}


def _after(work: Work, receipt: Receipt) -> Receipt:
    """Void what waited for a departure that will not be; ``result["void"]``: these dwellings."""
    moved = [key for table, _, key, columns in work.rows if table == "candidate" and "status" in columns]
    if work.kind == "session.closed":
        items = tuple(i["item_id"] for i in work.find("item", session_id=work.session))
        moved = [c["candidate_id"] for c in work.find("candidate", item_id=items)]
    lost: list[str] = []
    for item in voided(work.store.tables, moved) if moved else ():
        number = digest([work.command_id, item["item_id"]])[:40]
        said = void(work.store, PROGRAM, number, item["item_id"], cause=receipt.seq)
        lost += [item["dwelling_id"], *said.result.get("void", ())]
    return replace(receipt, result={**receipt.result, "void": lost}) if lost else receipt


FOLLOWING.append(_after)
