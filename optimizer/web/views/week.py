"""Semaine: what is due, in the order in which it should be done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from optimizer.web.access import ROUTES
from optimizer.web.asked import Asked
from optimizer.web.desk import desk
from optimizer.web.due import due_of
from optimizer.web.jobs import told
from optimizer.web.pages import page
from optimizer.web.scope import jobs_of, live_sessions_of
from optimizer.web.today import today


def week(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Clocks, calls, sessions to come, duties, and what the last verified proposal leaves short."""
    sessions = live_sessions_of(request.visitor)
    reads_runs = ROUTES["prepare"].allows("GET", request.visitor.roles)
    done = (job for job in jobs_of(request.visitor) if job.state == "done") if reads_runs else iter(())
    last = next(done, None)
    # who neither prepares, signs nor calls reads no call list: a member has its agenda and the session
    working = [s for s in sessions if any(r in request.visitor.roles_for(s) for r in "SPA")]
    coming = [s for s in sessions if s.status in ("draft", "convened", "open")]
    return page(
        request,
        "week",
        {
            "today": today(),
            "coming": sorted(coming, key=lambda s: s.order),
            "due": [x for x in due_of(working) if x.kind != "instruction"],
            "may_call": any(r in request.visitor.roles for r in "SPA"),
            "last": last,
            "short": told(desk(), last.id).short if last is not None else [],
            "read_only": desk().store.read_only,
            "may_find": ROUTES["find"].allows("POST", request.visitor.roles),
            **values,
        },
        status=status,
    )
