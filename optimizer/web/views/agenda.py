"""Ordre du jour: the dwellings of a session and their names, the convocation."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from optimizer.store import commands
from optimizer.store.records import CandidateRecord, NewCandidate, NewItem, SessionRecord
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.choices import CHECKS, words
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.pages import lang_of, page
from optimizer.web.scope import heads_of


def sessions(request: Asked) -> HttpResponse:
    """Every session of the visitor's commissions."""
    return page(request, "sessions", {"sessions": heads_of(request.visitor)})


def agenda(request: Asked, session: str) -> HttpResponse:
    """One session: its dwellings, names and calls; POST changes hour, place and quorum."""
    if request.method != "POST":
        return _agenda(request)
    form, record = Form(request), request.session_record

    def do() -> Any:
        hour, place = (
            form.text("hour", "WEB.SESSION_HOUR", longest=20),
            form.text("place", "WEB.SESSION_PLACE", longest=200),
        )
        quorum = form.whole("quorum", "WEB.SESSION_QUORUM", most=30)
        rule = form.text("quorum_rule", "WEB.SESSION_QUORUM_RULE", longest=300)
        form.check()
        return commands.edit_session(
            desk().store, request.visitor.actor("S", record), form.command_id, session, version=form.version, hour=hour,
            place=place, quorum=quorum, quorum_rule=rule,
        )  # fmt: skip

    return act(request, do, done="WEB.SAVED", to=_at(session), show=lambda **v: _agenda(request, **v))


def _agenda(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    record, lang = request.session_record, lang_of(request)
    held = request.visitor.roles_for(record)
    return page(
        request,
        "agenda",
        {
            "s": record,
            "homes": request.visitor.items(record),
            "may": "S" in held,
            "may_call": any(r in held for r in "SA") and record.status in ("draft", "convened"),
            "checks": words("CHECK", CHECKS, lang),
            **values,
        },
        status=status,
    )


def checks_of(form: Form, record: SessionRecord) -> dict[int, str]:
    """What the new check of each listed name found: said once for all that are in order, name by name for the others."""
    found = {}
    for candidate in listed(record):
        given = form.choice(f"check-{candidate.candidate_id}", "WEB.CHECK_AGAIN", CHECKS, required=False)
        if given or "checked" in form.data:
            found[candidate.candidate_id] = given
    return found


def listed(record: SessionRecord) -> list[CandidateRecord]:
    """Names that will be examined."""
    return [
        c for item in record.items if item.status == "listed" for c in item.candidates if c.status == "listed"
    ]


def convene(request: Asked, session: str) -> HttpResponse:
    """Freeze the agenda and keep who is convened."""
    form, record = Form(request), request.session_record

    def do() -> Any:
        recipients = form.text("recipients", "WEB.RECIPIENTS", required=True, longest=4000)
        form.check()
        return commands.convene(
            desk().store, request.visitor.actor("S", record), form.command_id, session,
            recipients=tuple(x.strip() for x in recipients.splitlines() if x.strip()), checks=checks_of(form, record),
            version=form.version,
        )  # fmt: skip

    return act(request, do, done="WEB.CONVENED", to=_at(session), show=lambda **v: _agenda(request, **v))


def cancel(request: Asked, session: str) -> HttpResponse:
    """Cancel a session, with its reason."""
    form = Form(request)

    def do() -> Any:
        reason = form.text("reason", "WEB.REASON", required=True)
        form.check()
        actor = request.visitor.actor("S", request.session_record)
        return commands.cancel(
            desk().store, actor, form.command_id, session, reason=reason, version=form.version
        )

    return act(request, do, done="WEB.CANCELLED", to=_at(session), show=lambda **v: _agenda(request, **v))


def add_item(request: Asked, session: str) -> HttpResponse:
    """A late dwelling, with its reason and the numbers of its candidates."""
    form = Form(request)

    def do() -> Any:
        dwelling = form.text("dwelling", "WEB.DWELLING", required=True, longest=100)
        account = form.text("account", "WEB.ACCOUNT", required=True, longest=100)
        reason = form.text("reason", "WEB.REASON", required=True)
        numbers = form.text("applications", "WEB.APPLICATIONS", required=True, longest=2000).split()
        form.check()
        named = tuple(NewCandidate(n, position=i, source="late") for i, n in enumerate(numbers, start=1))
        return commands.add_item(
            desk().store, request.visitor.actor("S", request.session_record), form.command_id, session,
            NewItem(dwelling, account, named), reason=reason, version=form.version,
        )  # fmt: skip

    return act(request, do, done="WEB.ITEM_ADDED", to=_at(session), show=lambda **v: _agenda(request, **v))


def _at(session: str) -> str:
    return reverse("agenda", kwargs={"session": session})
