"""Ordre du jour: the dwellings of a session and their names, the convocation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from optimizer.conversion import account_order
from optimizer.desk.alike import alike
from optimizer.desk.chained import chains_words, waits_words
from optimizer.desk.documents import to_settle
from optimizer.desk.following import names_shown, on_the_list
from optimizer.errors import AttrifluxError, Lang, day_words, said
from optimizer.shortlist.labels import account_label
from optimizer.store import commands, queries
from optimizer.store.law import law
from optimizer.store.records import ORIENTATION, CandidateRecord, ItemRecord, NewItem, SessionRecord
from optimizer.web.acting import act
from optimizer.web.agendas import agenda_of
from optimizer.web.asked import Asked
from optimizer.web.awaiting import awaiting_in
from optimizer.web.choices import CHECKS, words
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.looks import checked, late_item, recheck
from optimizer.web.named_since import named_since
from optimizer.web.pages import lang_of, page
from optimizer.web.scope import heads_of, imports_for, jobs_for

OFFERED = 12
"""Proposals from which a late dwelling may take its list, the newest first."""


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
    if "conflict" in values:
        request.session_record = queries.session(desk().store, request.session_record.session_id)
    record, lang = request.session_record, lang_of(request)
    held = request.visitor.roles_for(record)
    homes = request.visitor.items(record, "SPM")
    return page(
        request,
        "agenda",
        {
            "s": record,
            "homes": homes,
            "may": "S" in held,
            "enough": law(record.on).shortlist_size,
            "put_forward": lambda item: sum(on_the_list(c) for c in item.candidates),
            "names_shown": names_shown,
            "orientation": ORIENTATION,
            "settle": _to_settle(record, homes, lang),
            "may_call": any(r in held for r in "SA") and record.status in ("draft", "convened"),
            "checks": words("CHECK", CHECKS, lang),
            "checked": checked(desk(), record),
            "listed": listed(record),
            "since": _since(request, record, lang),
            "awaiting": len(awaiting_in(record))
            if "S" in held and record.status in ("draft", "convened")
            else 0,
            "waits": waits_words([record], lang),
            "chains": chains_words(record, lang),
            "imports": imports_for(request.visitor, record, lang_of(request)),
            "runs": _runs(request),
            **values,
        },
        status=status,
    )


def _since(request: Asked, record: SessionRecord, lang: Lang) -> tuple[int, str]:
    """How many nominations came or went since the proposal, and of which accounts."""
    found = named_since(request.visitor, record)
    accounts = sorted({n.account for n in found}, key=account_order)
    return len(found), said("WORDS.LIST", lang).join(account_label(a, lang) for a in accounts)


def _to_settle(
    record: SessionRecord, homes: Sequence[ItemRecord], lang: Lang
) -> list[tuple[ItemRecord, CandidateRecord, str]]:
    """Names on the dwellings shown whose file is to be settled before the session: dwelling, household, what is missing."""
    if record.status not in ("draft", "convened"):
        return []
    labels = law(record.on).known("documents", lang)
    found = [
        (item, c, to_settle(c, labels, lang))
        for item in homes
        if item.status == "listed"
        for c in item.candidates
        if c.status == "listed"
    ]
    return [x for x in found if x[2]]


def _runs(request: Asked) -> list[tuple[str, str]]:
    """Verified proposals whose list a late dwelling may take."""
    done = (job for job in jobs_for(request.visitor, request.session_record) if job.state == "done")
    jobs = islice(done, OFFERED)
    return [(job.id, f"{job.title} ({day_words(job.started_at, lang_of(request))})") for job in jobs]


def checks_of(form: Form, record: SessionRecord) -> dict[int, str]:
    """What the new check of each listed name found.

    The person's own word stands first, name by name; then what the import said when it was checked again; the tick says that
    every other name is in order.
    """
    made = checked(desk(), record)
    known = made.found if made is not None else {}
    found = {}
    for candidate in listed(record):
        key = candidate.candidate_id
        given = form.choice(f"check-{key}", "WEB.CHECK_AGAIN", CHECKS, required=False)
        if given or "checked" in form.data:
            found[key] = given or known.get(key, "")
    return found


def check_names(request: Asked, session: str) -> HttpResponse:
    """Check the names of the session again, against an import; what is found is shown, and recorded at the next step."""
    form, record = Form(request), request.session_record

    def do() -> Any:
        case = form.choice("import", "WEB.IMPORT", dict(imports_for(request.visitor, record)))
        form.check()
        return recheck(desk(), record, case)

    there = "room" if record.status in ("convened", "open") else "agenda"
    return act(
        request, do, done="WEB.CHECKED_NOW", to=reverse(there, kwargs={"session": session}) + "#checks",
        show=lambda **v: _agenda(request, **v),
    )  # fmt: skip


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
    """A late dwelling, with its reason: the list of a verified proposal, or names of the import in the order given."""
    form, record = Form(request), request.session_record

    def do() -> Any:
        dwelling = form.text("dwelling", "WEB.DWELLING", required=True, longest=100)
        reason = form.text("reason", "WEB.REASON", required=True)
        run = form.choice("run", "WEB.PROPOSAL", dict(_runs(request)), required=False)
        by_hand = not run
        account = form.text("account", "WEB.ACCOUNT", required=by_hand, longest=100)
        numbers = form.text("applications", "WEB.APPLICATIONS", required=by_hand, longest=2000).split()
        case = form.choice(
            "import", "WEB.IMPORT", dict(imports_for(request.visitor, record)), required=by_hand
        )
        form.check()
        item = _proposed(run, dwelling) if run else late_item(desk(), case, dwelling, account, tuple(numbers))
        return commands.add_item(
            desk().store, request.visitor.actor("S", record), form.command_id, session, item,
            reason=reason, version=form.version,
        )  # fmt: skip

    return act(request, do, done="WEB.ITEM_ADDED", to=_at(session), show=lambda **v: _agenda(request, **v))


def _proposed(run: str, dwelling: str) -> NewItem:
    """The dwelling's list in a verified proposal."""
    items = agenda_of(desk(), run).items
    for item in items:
        if item.dwelling_id == dwelling:
            return item
    raise AttrifluxError(
        "DESK_DWELLING_UNKNOWN", name=dwelling, known=alike(dwelling, (i.dwelling_id for i in items))
    )


def _at(session: str) -> str:
    return reverse("agenda", kwargs={"session": session})
