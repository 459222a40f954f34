"""Whose case it is, and what a desk of several landlords holds for it.

Exports seldom name the landlord whose they are, and a case need not: where every dwelling is of one, it is that landlord's, as its
sessions are. What another landlord's commission decided is none of its business, neither its leases nor its households.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from optimizer.desk.frames import days_of, texts_of
from optimizer.domain import Case
from optimizer.errors import Finding
from optimizer.store.records import DutyRecord, SessionRecord
from optimizer.store.together import TOGETHER, landlords_of


def landlord_of(case: Case) -> str:
    """The landlord that a case names, or the one of all its dwellings, else (none is vacant) of all its leases; empty where there are several."""
    names = _named(case)
    return names[0] if len(names) == 1 else ""


def landlords_in(case: Case) -> str:
    """The landlords of a case, as a session that sits for them names them; empty where none is told."""
    return TOGETHER.join(_named(case))


def _named(case: Case) -> list[str]:
    if case.settings.landlord:
        return [str(case.settings.landlord)]
    for table in ("dwellings", "leases"):
        if found := {str(name) for name in case.table(table)["landlord"].dropna()}:
            return sorted(found)
    return []


def sessions_of(case: Case, sessions: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Those of the landlord of a case, or of the several that it holds; all of them where nothing says whose it is.

    Landlords that sat together once are one office: a week in which a single one of them has dwellings still reads the others' sessions.
    """
    every, named = list(sessions), _named(case)
    if not named:
        return every
    if case.settings.landlord:
        return [s for s in every if s.landlord == named[0]]
    sat = [{s.landlord, *landlords_of(s.landlord)} for s in every]
    own, before = set(named) if len(named) == 1 else _told(case), set[str]()
    while own != before:
        before = set(own)
        own.update(*(names for names in sat if names & own))
    return [s for s, names in zip(every, sat, strict=True) if names & own]


def _told(case: Case) -> set[str]:
    """Every landlord of a case of several: one without a dwelling this week has its leases or what it is letting there."""
    tables = ("dwellings", "leases", "in_progress")
    return {str(name) for table in tables for name in case.table(table)["landlord"].dropna()}


def duties_of(duties: Iterable[DutyRecord], sessions: Iterable[SessionRecord]) -> list[DutyRecord]:
    """What is owed after these sessions, or after none."""
    own = {s.session_id for s in sessions}
    return [d for d in duties if not d.session_id or d.session_id in own]


def unread_of(case: Case, own: Iterable[SessionRecord], every: Iterable[SessionRecord]) -> Sequence[Finding]:
    """What sessions of another landlord did with dwellings of this case, one remark a landlord.

    A dwelling keeps its number when its landlord changes name or is merged into another: the case, under the new name, no longer
    reads the sessions held under the former one, and what they let or offered would be proposed again as if nobody had sat.

    Parameters
    ----------
    case : Case
        The import that the next case starts from.
    own : iterable of SessionRecord
        Those that the next case reads.
    every : iterable of SessionRecord
        Those of the whole desk, with their agendas.

    Returns
    -------
    sequence of Finding
        ``DESK_OTHER_NAME``, by landlord. A dwelling of another town or size is another one that bears the same number, and
        what was done before a dwelling fell vacant is of an earlier vacancy: neither is counted.
    """
    read = {s.session_id for s in own}
    homes = case.table("dwellings")
    columns = (texts_of(homes, "dwelling_id"), texts_of(homes, "commune"), homes["rooms"].tolist())
    vacant = days_of(homes, "vacant_since")
    here = {
        name: (commune, rooms, since) for name, commune, rooms, since in zip(*columns, vacant, strict=True)
    }
    found: dict[str, dict[str, date]] = {}
    for session in every:
        if session.session_id in read or session.status == "cancelled":
            continue
        for item in session.items:
            commune, rooms, since = here.get(item.dwelling_id, ("", None, None))
            same = (commune, rooms) == (item.facts.get("commune"), item.facts.get("rooms"))
            # a lease, or an offer, of a session held before the vacancy is of the tenant who has left
            if not same or item.status == "not_examined" or (since is not None and session.on < since):
                continue
            days = found.setdefault(session.landlord, {})
            days[item.dwelling_id] = max(days.get(item.dwelling_id, session.on), session.on)
    return [
        Finding(
            "DESK_OTHER_NAME", "warning", params={"n": len(days), "other": other, "own": landlords_in(case), "day": max(days.values())}
        )
        for other, days in sorted(found.items())
    ]  # fmt: skip
