"""Whose case it is, and what a desk of several landlords holds for it.

Exports seldom name the landlord whose they are, and a case need not: where every dwelling is of one, it is that landlord's, as its
sessions are. What another landlord's commission decided is none of its business, neither its leases nor its households.
"""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.domain import Case
from optimizer.store.records import DutyRecord, SessionRecord

TOGETHER = ", "
"""Between the landlords of a session that sits for several of them."""


def landlord_of(case: Case) -> str:
    """The landlord that a case names, or the one of all its dwellings, else (none is vacant) of all its leases; empty where there are several."""
    if case.settings.landlord:
        return str(case.settings.landlord)
    for table in ("dwellings", "leases"):
        if found := {str(name) for name in case.table(table)["landlord"].dropna()}:
            return found.pop() if len(found) == 1 else ""
    return ""


def sessions_of(case: Case, sessions: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Those of the landlord of a case; all of them where it is of several landlords.

    Landlords that sat together once are one office: a week in which a single one of them has dwellings still reads the others' sessions.
    """
    every, landlord = list(sessions), landlord_of(case)
    if not landlord:
        return every
    if case.settings.landlord:
        return [s for s in every if s.landlord == landlord]
    sat = [{s.landlord, *s.landlord.split(TOGETHER)} for s in every]
    own, before = {landlord}, set[str]()
    while own != before:
        before = set(own)
        own.update(*(names for names in sat if names & own))
    return [s for s, names in zip(every, sat, strict=True) if names & own]


def duties_of(duties: Iterable[DutyRecord], sessions: Iterable[SessionRecord]) -> list[DutyRecord]:
    """What is owed after these sessions, or after none."""
    own = {s.session_id for s in sessions}
    return [d for d in duties if not d.session_id or d.session_id in own]
