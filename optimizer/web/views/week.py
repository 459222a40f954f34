"""Semaine: what is due, in the order in which it should be done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.http import HttpResponse

from optimizer.errors import Spaced
from optimizer.store.records import SessionRecord
from optimizer.store.together import landlords_of
from optimizer.web.access import ROUTES
from optimizer.web.asked import Asked
from optimizer.web.desk import desk
from optimizer.web.due import WORKING, due_of
from optimizer.web.jobs import told
from optimizer.web.models import Job
from optimizer.web.pages import page
from optimizer.web.scope import jobs_of, live_sessions_of
from optimizer.web.today import today

LOOKED_AT = 40
"""Newest computations among which the last one of each landlord is looked for."""


def week(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Clocks, calls, sessions to come, duties, and what the last verified proposal leaves short."""
    sessions = live_sessions_of(request.visitor)
    reads_runs = ROUTES["prepare"].allows("GET", request.visitor.roles)
    last = _last_of_each(jobs_of(request.visitor)) if reads_runs else []
    # who neither prepares, signs nor calls reads no call list: a member has its agenda and the session
    working = [s for s in sessions if any(r in request.visitor.roles_for(s) for r in WORKING)]
    coming = [s for s in sessions if s.status in ("draft", "convened", "open")]
    due = due_of(working)
    calls = Counter(x.session_id for x in due if x.kind == "instruction")
    return page(
        request,
        "week",
        {
            "today": today(),
            "coming": sorted(coming, key=lambda s: (s.on, *_begins(s), s.order)),
            "due": (now := [x for x in due if x.kind != "instruction"]),
            "lines": Spaced(len(now)),
            "to_call": calls,
            "may_call": any(r in request.visitor.roles for r in WORKING),
            "short": [(job, told(desk(), job.id).short) for job in last],
            "read_only": desk().store.read_only,
            "may_find": ROUTES["find"].allows("POST", request.visitor.roles),
            **values,
        },
        status=status,
    )


def _last_of_each(jobs: Iterable[Job]) -> list[Job]:
    """The last verified proposal of each landlord, in the order of their names: what one leaves short is not another's."""
    found: list[Job] = []
    told: set[str] = set()
    for job in islice(jobs, LOOKED_AT):
        if job.state == "done" and not landlords_of(job.landlord) <= told:
            told |= landlords_of(job.landlord)
            found.append(job)
    return sorted(found, key=lambda job: job.landlord)


def _begins(session: SessionRecord) -> tuple[int, int]:
    """Hour and minute of a session as people write them (« 9 h », « 9h30 », « 14:00 »); what is no hour comes last."""
    found = re.match(r"\s*(\d{1,2})\s*(?:[h:]\s*(\d{2})?|$)", session.hour, re.IGNORECASE)
    return (int(found[1]), int(found[2] or 0)) if found else (24, 0)
