"""What a visitor may see: sessions, all as heads, whole only where something is still to be done; computations and imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from optimizer.desk.following import Followed, elsewhere
from optimizer.errors import Lang
from optimizer.store import queries
from optimizer.store.records import CorrectionRecord, ItemRecord, SessionRecord
from optimizer.store.together import share
from optimizer.web.access import ROLES
from optimizer.web.desk import desk
from optimizer.web.looks import imports_kept
from optimizer.web.models import Job
from optimizer.web.today import today
from optimizer.web.visitor import NAMING, Visitor

RECENT, RECENT_DAYS = 12, 91
"""Sessions shown whole to a réservataire: those of a quarter, and never fewer than twelve. Ten commissions of one landlord hold twelve
sessions in a week: counted alone, what was decided the week before was gone from the page."""


def heads_of(visitor: Visitor, roles: str = ROLES) -> list[SessionRecord]:
    """Sessions of the commissions the visitor holds one of these roles in, newest first, without their dwellings."""
    return [s for s in desk().known.heads() if any(role in roles for role in visitor.roles_for(s))]


def live_sessions_of(visitor: Visitor, roles: str = ROLES) -> list[SessionRecord]:
    """Whole sessions in which something is to be done, where the visitor holds one of these roles: not closed yet, an offer under
    way, an open duty.

    Years of closed sessions are not read for a page about this week.
    """
    live = desk().known.live()
    return whole_sessions(s.session_id for s in heads_of(visitor, roles) if s.session_id in live)


def elsewhere_of(visitor: Visitor, item: ItemRecord) -> dict[str, list[Followed]]:
    """Where the households of a dwelling still wait or hold an offer, on the other dwellings that the visitor sees."""
    seen = (replace(s, items=visitor.items(s, NAMING)) for s in live_sessions_of(visitor, NAMING))
    return elsewhere(seen, item)


def corrections_of(session: SessionRecord) -> tuple[CorrectionRecord, ...]:
    """What was taken back in a session, and why."""
    key = session.session_id
    return desk().known.of(("corrections", key), lambda: queries.corrections(desk().store, key))


def recent_sessions_of(visitor: Visitor) -> list[SessionRecord]:
    """The sessions of the last quarter and those to come, whole; the twelve newest where there are fewer."""
    since = today() - timedelta(days=RECENT_DAYS)
    heads = heads_of(visitor)
    return whole_sessions(s.session_id for n, s in enumerate(heads) if n < RECENT or s.on >= since)


def shown(job: Job, visitor: Visitor) -> bool:
    """Whether a computation is the visitor's to see: on a case of its landlords, or begun by it on one whose landlord is not known."""
    return visitor.reads_proposals_of(job.landlord) or (not job.landlord and job.started_by == visitor.name)


def jobs_of(visitor: Visitor) -> Iterator[Job]:
    """The computations that the visitor sees, the newest first."""
    return (job for job in Job.objects.order_by("-started_at") if shown(job, visitor))


def jobs_for(visitor: Visitor, session: SessionRecord) -> Iterator[Job]:
    """Those that are not about another landlord than the session's."""
    return (job for job in jobs_of(visitor) if not job.landlord or share(job.landlord, session.landlord))


def imports_for(visitor: Visitor, session: SessionRecord, lang: Lang = "fr") -> list[tuple[str, str]]:
    """(case, title) of the imports whose households may stand in the session."""
    return imports_kept(desk(), jobs_for(visitor, session), lang)


def whole_sessions(ids: Iterable[str]) -> list[SessionRecord]:
    """Sessions with their dwellings, in the order of their numbers given."""
    return desk().known.sessions(tuple(ids))
