"""What réservataires named or took back since the proposal behind an agenda was begun: its lists do not know it."""

from __future__ import annotations

from optimizer.store import queries
from optimizer.store.records import NominationRecord, SessionRecord
from optimizer.store.together import share
from optimizer.web.answers import job_of
from optimizer.web.desk import desk
from optimizer.web.visitor import Visitor

KINDS = ("nominated", "nomination.withdrawn")
MOST = 500
"""Lines of the ledger looked at, the newest: a proposal is of these last weeks."""


def named_since(visitor: Visitor, session: SessionRecord) -> list[NominationRecord]:
    """The nominations for the session's landlord that the visitor reads, while its agenda may still change."""
    if session.run is None or session.status not in ("draft", "convened"):
        return []
    job = job_of(session)
    begun = session.run.attached_at if job is None else job.started_at
    known = desk().known
    lines = known.of("naming", lambda: queries.events(desk().store, kinds=KINDS, limit=MOST))
    late = {
        row[2] for line in lines if line.at > begun for row in line.payload["rows"] if row[0] == "nomination"
    }
    every = known.of("nominations", lambda: queries.nominations(desk().store))
    return [
        n
        for n in every
        if n.nomination_id in late
        and not (n.at > begun and n.status == "withdrawn")  # came and went
        and any(not name or share(name, session.landlord) for name in n.landlords)
        and visitor.reads_nomination(n.account, n.landlords)
    ]
