"""Households that a réservataire names for its dwellings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.store.agenda import has_signed
from optimizer.store.messages import StoreRefused
from optimizer.store.people import household, touch
from optimizer.store.work import Work, clean, command, named

WORDS = 200


@command("nominated", roles="RS")
def nominate(
    work: Work, *, account: str, dwelling_id: str, application_id: str, rank: int = 1
) -> Mapping[str, Any]:
    """Name a household on an account, for a dwelling or (empty) for any of the account.

    Refused of one that has signed a lease at the desk: it enters no case any more, and the time given to name somebody would pass.
    """
    person = household(work, application_id)
    if has_signed(work, person["ref"]):
        raise StoreRefused("STORE_HOUSED")
    dwelling = clean(dwelling_id, WORDS, "logement")
    account = named(account, WORDS, "contingent")
    work.ref, work.dwelling = person["ref"], dwelling
    if work.find("nomination", account=account, dwelling_id=dwelling, ref=person["ref"], status="open"):
        raise StoreRefused("STORE_NUMBER_TAKEN")
    row = work.put(
        "nomination", account=account, dwelling_id=dwelling, ref=person["ref"], rank=int(rank), status="open",
        by=work.actor.name, at=work.now,
    )  # fmt: skip
    touch(work, person["ref"])
    return {"nomination_id": row["nomination_id"]}


@command("nomination.withdrawn", roles="RS")
def withdraw_nomination(work: Work, nomination: int) -> Mapping[str, Any]:
    """Take a nomination back."""
    row = work.get("nomination", nomination)
    work.ref, work.dwelling = row["ref"], row["dwelling_id"]
    work.require("nomination", row["status"], ("open",))
    work.set("nomination", nomination, status="withdrawn")
    return {}
