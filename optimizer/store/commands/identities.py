"""Names and contacts: they come by a file of their own, and each look at them is a line of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.store.commands.room import remark
from optimizer.store.holding import Store
from optimizer.store.messages import StoreMissing
from optimizer.store.people import NUMBER, kept_until, somebody
from optimizer.store.queries import reason_key
from optimizer.store.records import Actor, PersonRecord, Receipt
from optimizer.store.tables import AT_ONCE
from optimizer.store.work import Work, clean, command, demand_same, named

REASON = 300
"""Characters of a typed reason."""
LENGTHS = {"name": 200, "phone": 60, "email": 200, "address": 500}


@command("identities.imported", roles="S")
def import_people(work: Work, *, people: Sequence[PersonRecord]) -> Mapping[str, Any]:
    """Names and contacts by unique number; what a person's row already says is kept where the file is empty."""
    added = changed = 0
    until = kept_until(work)
    for start in range(0, len(people), AT_ONCE):
        given: dict[str, dict[str, str]] = {}
        for person in people[start : start + AT_ONCE]:
            number = named(person.application_id, NUMBER, "numero_unique")
            given.setdefault(number, {}).update(
                (field, clean(getattr(person, field), limit, field))
                for field, limit in LENGTHS.items()
                if getattr(person, field)
            )
        known = {row["application_id"]: row for row in work.find("person", application_id=tuple(given))}
        new = [somebody(number, until, **told) for number, told in given.items() if number not in known]
        work.put_all("person", new)
        added += len(new)
        for number, row in known.items():
            if other := {field: value for field, value in given[number].items() if row[field] != value}:
                work.set("person", row["ref"], row, **other)
                changed += 1
    return {"added": added, "changed": changed}


@dataclass(frozen=True)
class IdentityView:
    """Who the references are; households that were erased are not among them."""

    receipt: Receipt
    people: Mapping[str, PersonRecord]


@command("identity.viewed", roles="SPMARD")
def _viewed(work: Work, *, refs: Iterable[str], reason: str, session: str | None) -> Mapping[str, Any]:
    listed, why = sorted(set(refs)), named(reason, REASON, "motif")
    work.session = session or ""
    work.facts |= {"refs": listed}
    if len(listed) != 1:  # the program's own words: names of a whole list are never asked for by hand
        work.facts |= {"reason": why}
    else:
        work.ref = listed[0]
        if work.store.tables.get("person", work.ref) is not None:
            # typed about a household: kept where it can be erased with it
            remark(work, reason_key(int(work.store.head()["seq"]) + 1), work.ref, why)
    return {"count": len(listed)}


def view_identities(
    store: Store,
    actor: Actor,
    command_id: str,
    *,
    refs: Iterable[str],
    reason: str,
    session: str | None = None,
) -> IdentityView:
    """Read names and contacts. The look is recorded first: who, why, whom.

    Raises
    ------
    StoreForbidden
        The technical role sees no household.
    StoreRefused
        ``STORE_COMMAND_ID``: the number of a look at others, or of somebody else's.
    """
    wanted = sorted(set(refs))
    receipt = _viewed(store, actor, command_id, refs=wanted, reason=reason, session=session)
    demand_same(store, receipt, actor, refs=wanted)
    rows = store.tables.find("person", ref=tuple(wanted))
    if len(wanted) == 1 and not rows:
        raise StoreMissing("STORE_NO_SUCH", what="person", key=wanted[0])
    found = {
        row["ref"]: PersonRecord(**{name: value for name, value in row.items() if name != "salt"})
        for row in rows
    }
    return IdentityView(receipt, found)


@command("access.given", roles="D")
def _given(work: Work, *, number: str, reason: str) -> Mapping[str, Any]:
    why = named(reason, REASON, "motif")
    found = work.find("person", application_id=named(number, NUMBER, "numero_unique"))
    if found:
        work.ref = found[0]["ref"]
        remark(work, reason_key(int(work.store.head()["seq"]) + 1), work.ref, why)
    return {"known": bool(found)}


def give_access(store: Store, actor: Actor, command_id: str, *, number: str, reason: str) -> Receipt:
    """A household asks what is held about it (GDPR art. 15): who asked for the copy, and why, whether or not anything is held.

    ``number`` is a unique number; the line holds the reference alone, and nothing of a number that the desk does not know.

    Raises
    ------
    StoreRefused
        ``STORE_COMMAND_ID``: the number of a copy for another household.
    """
    receipt = _given(store, actor, command_id, number=number, reason=reason)
    found = store.tables.find("person", application_id=number)
    demand_same(store, receipt, actor, ref=found[0]["ref"] if found else "")
    return receipt
