"""Demande: what the desk knows of a household, its instruction; its name and contact on demand, with a typed reason, logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from optimizer.desk.chained import waits_words
from optimizer.desk.documents import document_words, documents_on, household_lines
from optimizer.store import commands, queries
from optimizer.store.commands.corrections import LEFT
from optimizer.store.commands.duties import RECOURSES
from optimizer.store.records import (
    CandidateRecord,
    DutyRecord,
    ItemRecord,
    PersonRecord,
    RecourseRecord,
    SessionRecord,
)
from optimizer.store.states import LIVE_ITEM, NOTICE, RADIATION, REACHED
from optimizer.web.access import ROUTES
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.choices import OUTCOMES, PROOFS, commission_law, words
from optimizer.web.desk import desk
from optimizer.web.due import after_a_call
from optimizer.web.form import Form, FormProblems
from optimizer.web.names import LIVE
from optimizer.web.pages import lang_of, page
from optimizer.web.scope import corrections_of, elsewhere_of, heads_of, imports_for
from optimizer.web.today import today
from optimizer.web.views.offers import correctable, settled
from optimizer.web.views.room import late_candidate
from optimizer.web.views.week import week
from optimizer.web.visitor import NAMING

CONFIRMED: Mapping[str, Callable[..., Any]] = {
    NOTICE: commands.confirm_no_reply,
    RADIATION: commands.enter_radiation,
}
"""Duties that run from a notice -> what a person confirms once their time is over."""
LEFT_LIST = ("declined", "replaced", "not_examined")
"""Candidatures that no document is asked for."""
SHORTEST = 10
"""Characters of a typed reason."""


def application(request: Asked, session: str, candidate: int) -> HttpResponse:
    """A household on a dwelling; POST with a typed reason shows who it is and its history in this desk."""
    found = request.visitor.candidate(request.session_record, candidate)
    if request.method != "POST":
        return _show(request, found)
    form, seen = Form(request), []

    def do() -> Any:
        reason = form.text("reason", "WEB.REASON", required=True, longest=300)
        if len(reason) < SHORTEST:
            form.refuse("WEB.FORM_SHORT", "WEB.REASON", "reason", least=SHORTEST)
        form.check()
        if not _may_identify(request, found):
            raise Http404
        actor = request.visitor.actor("SPMAR", request.session_record, _home(request, found))
        seen.append(
            commands.view_identities(
                desk().store, actor, form.command_id, refs=[found.ref], reason=reason, session=session
            )
        )

    answer = act(request, do, done="WEB.IDENTITY_LOGGED", to="", show=lambda **v: _show(request, found, **v))
    return _show(request, found, person=seen[0].people.get(found.ref), asked=True) if seen else answer


def find(request: Asked) -> HttpResponse:
    """The page of a household by its unique number, on the last dwelling it was put forward for; its history still asks a reason."""
    form, visitor = Form(request), request.visitor

    def do() -> str:
        number = form.number("number", "WEB.FIND_NUMBER", required=True)
        form.check()
        own = {s.session_id for s in heads_of(visitor) if visitor.names_households(s)}
        for c in reversed(queries.candidatures_of(desk().store, number)):
            record = desk().known.session(c.session_id) if c.session_id in own else None
            if record is not None and any(i.item_id == c.item_id for i in visitor.items(record, NAMING)):
                return reverse("application", kwargs={"session": c.session_id, "candidate": c.candidate_id})
        form.refuse("WEB.FIND_NONE", "WEB.FIND_NUMBER", "number")
        raise FormProblems(form.problems)

    try:
        return HttpResponseRedirect(do())
    except FormProblems as wrong:
        return week(request, status=422, problems=wrong.problems, typed=request.POST, searched=True)


def call(request: Asked, session: str, candidate: int) -> HttpResponse:
    """What the instruction finds of a name: a call, a document, a replacement, a notice of no answer that went out."""
    form, record = Form(request), request.session_record
    found = request.visitor.candidate(request.session_record, candidate)
    store, actor = desk().store, request.visitor.actor("SA", record)

    def do() -> Any:
        act_on = form.choice("act", "WEB.WHAT", ("call", "ask", "receive", "replace", "restore", "notice"))
        if act_on == "call":
            outcome = form.choice("outcome", "WEB.CALL", OUTCOMES)
            reason = form.text("decline", "WEB.CALL_REASON", required=outcome == "declines")
            form.check()
            return commands.call(
                store, actor, form.command_id, candidate, outcome=outcome, reason=reason, version=form.version
            )
        if act_on == "notice":
            proof = form.choice("notice_proof", "WEB.PROOF", PROOFS)
            delivered = form.a_day("notice_on", "WEB.PROOF_ON")
            form.check()
            return commands.notice_no_reply(
                store,
                actor,
                form.command_id,
                candidate,
                proof=proof,
                proof_on=delivered,
                version=form.version,
            )
        if act_on in ("ask", "receive"):
            document = form.text("document", "WEB.DOCUMENT", required=True)
            on = form.day("on", "WEB.DOCUMENT_DAY")
            form.check()
            command = commands.ask_document if act_on == "ask" else commands.receive_document
            return command(store, actor, form.command_id, candidate, document=document, on=on)
        reason = form.text("reason", "WEB.REASON", required=True)
        if act_on == "restore":
            form.check()
            secretary = request.visitor.actor("S", record)
            return commands.restore_candidate(
                store, secretary, form.command_id, candidate, reason=reason, version=form.version
            )
        number = form.number("by", "WEB.APPLICATION")
        case = form.choice("import", "WEB.IMPORT", dict(imports_for(request.visitor, record)), required=False)
        form.check()
        home = next(i for i in record.items if i.item_id == found.item_id)
        by = late_candidate(home, number, case, found.position) if number else None
        return commands.replace(
            store, actor, form.command_id, candidate, reason=reason, by=by, version=form.version
        )

    agenda = f"{reverse('agenda', kwargs={'session': session})}#c{candidate}"
    there = ROUTES["agenda"].allows("GET", request.visitor.roles_for(record))
    to: str | Callable[[object], str] = agenda
    if not there or request.POST.get("back") == "calls":
        to = after_a_call(request.visitor, candidate)
    if record.status in ("open", "closed"):  # a document in the room, or after it: back to what was read
        to = reverse("application", kwargs={"session": session, "candidate": candidate})
    return act(request, do, done="WEB.SAVED", to=to, show=lambda **v: _show(request, found, **v))


def follow(request: Asked, session: str, candidate: int) -> HttpResponse:
    """What is still owed to a household: a duty met, a notice left without an answer, a recourse opened or closed."""
    form, record, found = (
        Form(request),
        request.session_record,
        request.visitor.candidate(request.session_record, candidate),
    )
    store, actor = desk().store, request.visitor.actor("S", record)

    def do() -> Any:
        what = form.choice("act", "WEB.WHAT", ("duty", *CONFIRMED, "recourse", "recourse_closed"))
        on = form.a_day("on", "WEB.ON_DAY")
        if what == "recourse":
            kind = form.choice("kind", "WEB.RECOURSE", RECOURSES)
            form.check()
            return commands.open_recourse(store, actor, form.command_id, ref=found.ref, kind=kind, on=on)
        confirmed = CONFIRMED.get(what)
        outcome = "" if confirmed else form.text("outcome", "WEB.OUTCOME_SHORT", required=True, longest=200)
        duties, recourses = _owed(request, found, "S")
        known = (
            [r.recourse_id for r in recourses] if what == "recourse_closed" else [d.duty_id for d in duties]
        )
        key = form.choice("key", "WEB.WHAT", [str(x) for x in known])
        form.check()
        if confirmed is not None:
            return confirmed(store, actor, form.command_id, int(key), on=on)
        if what == "duty":
            return commands.close_duty(store, actor, form.command_id, int(key), outcome=outcome, on=on)
        return commands.close_recourse(store, actor, form.command_id, int(key), on=on, outcome=outcome)

    to = reverse("application", kwargs={"session": session, "candidate": candidate})
    return act(request, do, done="WEB.SAVED", to=to, show=lambda **v: _show(request, found, **v))


def _owed(
    request: Asked, found: CandidateRecord, roles: str = NAMING
) -> tuple[list[DutyRecord], list[RecourseRecord]]:
    """Open recourses of a household, and its open duties on the dwellings that the visitor sees in one of these roles.

    What another landlord or commission owes it is theirs to do, and to say done.
    """
    store, visitor = desk().store, request.visitor
    own = {s.session_id for s in heads_of(visitor, roles)}

    def theirs(duty: DutyRecord) -> bool:
        if not duty.session_id or duty.session_id not in own:
            return not duty.session_id
        homes = visitor.items(desk().known.session(duty.session_id), roles)
        return duty.item_id is None or any(home.item_id == duty.item_id for home in homes)

    recourses = desk().known.of("recourses", lambda: queries.recourses(store))
    return (
        [d for d in _duties_of(found) if theirs(d)],
        [r for r in recourses if r.ref == found.ref],
    )


def _duties_of(found: CandidateRecord) -> list[DutyRecord]:
    """Every open duty towards a household."""
    store = desk().store
    return [d for d in desk().known.of("duties", lambda: queries.duties(store)) if d.ref == found.ref]


def _show(
    request: Asked,
    found: CandidateRecord,
    status: int = 200,
    person: PersonRecord | None = None,
    asked: bool = False,
    **values: Any,
) -> HttpResponse:
    """The page; ``asked``: a reason was typed and logged, so that other candidatures may be shown beside this one."""
    record = request.session_record
    own = {s.session_id for s in heads_of(request.visitor)}
    candidatures = desk().known.of(("history", found.ref), lambda: queries.history(desk().store, found.ref))
    history = [
        c for c in candidatures if c.item_id == found.item_id or (c.session_id in own and _seen(request, c))
    ]
    home = _home(request, found)
    names, held, law = (
        request.visitor.names_on(home, record),
        request.visitor.roles_on(home, record),
        commission_law(record.on),
    )
    documents = law.known("documents", lang_of(request))
    return page(
        request,
        "application",
        {
            "s": record,
            "c": found,
            "i": home,
            "waits": waits_words(
                [record],
                lang_of(request),
                None if names else {i.dwelling_id for i in request.visitor.items(record)},
            ).get(home.item_id, ""),
            "history": history if names and asked else [c for c in history if c.item_id == found.item_id],
            "asked": asked,
            "named": names,
            "lines": household_lines(found, documents, lang_of(request), screen=True),
            "may_identify": _may_identify(request, found),
            "person": person,
            "owed": _owed(request, found),
            "notices": tuple(CONFIRMED),
            "may_follow": "S" in held,
            "recourses": words("RECOURSE", RECOURSES, lang_of(request)),
            "may_call": any(r in held for r in "SA")
            and record.status in ("draft", "convened")
            and found.status == "listed",
            "may_ask_documents": any(r in held for r in "SA")
            and home.status in LIVE_ITEM
            and found.status not in LEFT_LIST,
            "may_restore": "S" in held and found.status in LEFT.get(record.status, ()),
            "may_notice": any(r in held for r in "SA") and _unreached(record, found),
            "proofs": words("PROOF", PROOFS, lang_of(request)),
            "today": today(),
            "may_correct": "S" in held and correctable(home, found),
            "settled": settled,
            "corrections": [
                c
                for c in corrections_of(record)
                if names and c.ref == found.ref and c.dwelling_id == found.dwelling_id
            ],
            "elsewhere": elsewhere_of(request.visitor, home).get(found.ref, []) if names else [],
            "outcomes": words("CALL", OUTCOMES, lang_of(request)),
            "declines": list(law.words("decline_reasons", lang_of(request)).items()),
            "documents": list(law.words("documents", lang_of(request)).items()),
            "reply": commission_law(today()).parameter("commission.no_reply_months"),
            "known_documents": [
                (d, document_words([d], documents, lang_of(request))) for d in documents_on(found)
            ],
            "imports": imports_for(request.visitor, record, lang_of(request)),
            **values,
        },
        status=status,
    )


def _home(request: Asked, found: CandidateRecord) -> ItemRecord:
    """The dwelling that a household stands on."""
    return next(item for item in request.session_record.items if item.item_id == found.item_id)


def _seen(request: Asked, candidature: CandidateRecord) -> bool:
    """Whether a candidature is the visitor's to read under its number: a maire reads its own commune's."""
    items = request.visitor.items(desk().known.session(candidature.session_id), NAMING)
    return any(item.item_id == candidature.item_id for item in items)


def _unreached(record: SessionRecord, found: CandidateRecord) -> bool:
    """Whether a notice of no answer may go to the household: the last call did not reach it, the session neither reached it on another
    of its lists nor decided on it, none is running."""
    own = [c for item in record.items for c in item.candidates if c.ref == found.ref]
    heard = any(c.decision is not None or c.call in REACHED for c in own)
    running = any(d.kind == NOTICE for d in _duties_of(found))
    return found.call == "unreachable" and bool(found.application_id) and not heard and not running


def _may_identify(request: Asked, found: CandidateRecord) -> bool:
    """Secretary and chair; a member while the session is open; an agent on live offers; a réservataire for its nominees."""
    record = request.session_record
    held = request.visitor.roles_on(_home(request, found), record)
    return bool(found.application_id) and (  # nothing is left to show of a household that was erased
        any(r in held for r in "SP")
        or ("M" in held and record.status == "open")
        or ("A" in held and found.status in LIVE)
        or ("R" in held and found.source == "nomination")
    )
