"""A request as views receive it, after the doors."""

from __future__ import annotations

from django.http import HttpRequest

from optimizer.store.records import SessionRecord
from optimizer.web.visitor import Visitor


class Asked(HttpRequest):
    """A request whose visitor is known, and the session where the route names one."""

    visitor: Visitor
    session_record: SessionRecord
