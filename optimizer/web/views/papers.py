"""PV et courriers: the papers of a session, made when they are opened; every opening is logged."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from optimizer.web.asked import Asked
from optimizer.web.pages import page


def papers(request: Asked, session: str, status: int = 200, **values: Any) -> HttpResponse:
    """The papers that the state of the session allows."""
    return page(request, "papers", {"s": request.session_record, "papers": [], **values}, status=status)


def paper(request: Asked, session: str, name: str) -> HttpResponse:
    """One paper."""
    return papers(request, session)
