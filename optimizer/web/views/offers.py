"""Offres and À appeler: what was notified, with which proof, until when, what was answered, and the lease."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from optimizer.desk.call_list import Due
from optimizer.desk.chained import held_back, stranded, waits_words
from optimizer.desk.following import closed_sessions, next_to_offer
from optimizer.desk.papers.wording import decided_order
from optimizer.store import commands
from optimizer.store.commands.corrections import ANSWERED
from optimizer.store.records import CandidateRecord, ItemRecord, OfferRecord, SessionRecord
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.choices import OUTCOMES, PROOFS, commission_law, words
from optimizer.web.desk import desk
from optimizer.web.due import WORKING, after_a_call, due_of
from optimizer.web.form import Form
from optimizer.web.names import ASKED_FOR, names_of, toggle
from optimizer.web.pages import lang_of, page
from optimizer.web.scope import live_sessions_of
from optimizer.web.today import today

ACTS = (
    "notify",
    "prove",
    "reprove",
    "answer",
    "judge",
    "silence",
    "met",
    "failed",
    "access",
    "desist",
    "call",
    "correct",
    "uncondition",
    "unnotify",
)

UNFOLDED = 12
"""Dwellings under way beyond which the forms of each household are folded: a page of sixty is read before it is filled."""


def offers(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Every dwelling decided upon and not yet at its end, with its names in their order; those at their end behind them, folded."""
    shared = _shared(request)
    shown = _shown(shared)
    ended = [(s, i) for s, i in shown if _over(i) and not stranded(s, i)]
    typed_there = any(str(c.candidate_id) == shared["typed_for"] for _, i in ended for c in i.candidates)
    # by number: comparing whole records costs the square of a year's dwellings
    over = {i.item_id for _, i in ended}
    under_way = [(s, i) for s, i in shown if i.item_id not in over]
    lists = {
        "under_way": under_way, "ended": ended, "typed_there": typed_there, "many": len(under_way) > UNFOLDED,
    }  # fmt: skip
    return page(request, "offers", {**shared, **lists, **values}, status=status)


def _shown(shared: Mapping[str, Any]) -> list[tuple[SessionRecord, ItemRecord]]:
    """The dwellings of the page, in its order."""
    return [
        (s, i)
        for s in shared["sessions"]
        for i in s.items
        if i.status in ("decided", "offering", "let", "exhausted")
        or (i.status == "withdrawn" and (shared["waits"].get(i.item_id) or not _judged(i)))
    ]


def _over(item: ItemRecord) -> bool:
    """Whether nothing is left to record of a dwelling, save a correction: let, no rank left or void, and every refusal judged."""
    return item.status in ("let", "exhausted", "withdrawn") and _judged(item)


def _judged(item: ItemRecord) -> bool:
    """Whether every refusal of a dwelling was said to be legitimate or not."""
    return all(
        c.offer is None or c.offer.status != "refused" or c.offer.legitimate != "to_decide"
        for c in item.candidates
    )


def correctable(item: ItemRecord, candidate: CandidateRecord) -> bool:
    """Whether something typed of an offer may have been wrong: a notification, an answer or a condition while the dwelling may still be
    offered, what a refusal was judged to be whatever became of the dwelling."""
    made = candidate.offer
    if settled(item, candidate):
        return True
    if made is None:
        return False
    still = item.status in ("offering", "exhausted") and made.status in ("offered", *ANSWERED)
    return still or (made.status == "refused" and made.legitimate in ("yes", "no"))


def settled(item: ItemRecord, candidate: CandidateRecord) -> bool:
    """Whether a condition was said to be met, or failed, that no lease rests on yet."""
    open_ = item.status in ("offering", "exhausted") and candidate.status != "superseded"
    return open_ and candidate.condition in ("met", "failed")


def calls(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Whom to call, in order, with the form that records what was said; a household on several lists is asked about all of them at once."""
    shared = _shared(request)
    asked: dict[str, list[Due]] = {}
    for line in shared["due"]:
        if line.kind == "instruction":
            asked.setdefault(line.ref, []).append(line)

    def also(line: Due) -> list[Due]:
        return [x for x in asked.get(line.ref, ()) if line.kind == "instruction" and x is not line]

    return page(request, "calls", {**shared, "also": also, **values}, status=status)


def _shared(request: Asked) -> dict[str, Any]:
    lang, law = lang_of(request), commission_law(today())
    sessions = live_sessions_of(request.visitor, WORKING)
    closed = closed_sessions(sessions)[::-1]
    turns = {
        i.item_id: next_to_offer(i)
        for s in closed
        for i in s.items
        if i.status in ("decided", "offering") and not held_back(s, i)
    }

    def held(roles: str) -> set[str]:
        """Sessions in which the visitor holds one of these roles: the secretary of one commission may be the agent of another."""
        return {s.session_id for s in sessions if any(r in roles for r in request.visitor.roles_for(s))}

    return {
        "today": today(),
        "sessions": closed,
        "due": due_of(sessions),
        "decided_order": decided_order,
        "waits": waits_words(closed, lang),
        "following": {item: turn.candidate_id for item, turn in turns.items() if turn is not None},
        "may": any(r in request.visitor.roles for r in "SA"),
        "may_record": held("SA"),
        "people": names_of(request, sessions),
        "names_asked": bool(request.session.get(ASKED_FOR)),
        "may_sign": held("S"),
        "proofs": words("PROOF", PROOFS, lang),
        "outcomes": words("CALL", OUTCOMES, lang),
        "declines": list(law.words("decline_reasons", lang).items()),
        "refusals": list(law.words("refusal_reasons", lang).items()),
        "days": law.answer_days,
        "correctable": correctable,
        "settled": settled,
        "typed_for": request.POST.get("candidate", ""),
    }


def show_names(request: Asked) -> HttpResponse:
    """Show the names and telephones of live households on these pages, or no more; the ledger keeps each session's look."""
    toggle(request)
    return HttpResponseRedirect(reverse("calls" if request.POST.get("back") == "calls" else "offers"))


def offer(request: Asked, session: str, candidate: int) -> HttpResponse:
    """One step of an offer, or an attempt to reach the household."""
    form, record = Form(request), request.session_record
    found = request.visitor.candidate(request.session_record, candidate)
    store, actor, back = desk().store, request.visitor.actor("SA", record), request.POST.get("back", "offers")

    def do() -> Any:
        what = form.choice("act", "WEB.WHAT", ACTS)
        if what == "call":
            outcome = form.choice("outcome", "WEB.CALL", OUTCOMES)
            form.check()
            return commands.call(store, actor, form.command_id, candidate, outcome=outcome, stage="offer")
        if what == "notify":
            on = form.a_day("notified", "WEB.NOTIFIED_ON")
            proof, proof_on = (
                form.choice("proof", "WEB.PROOF", PROOFS, required=False),
                form.day("proof_on", "WEB.PROOF_ON"),
            )
            days = form.whole("days", "WEB.DAYS", most=90)
            form.check()
            return commands.offer(
                store, actor, form.command_id, candidate, notified_on=on, proof=proof, proof_on=proof_on, days=days,
                version=form.version,
            )  # fmt: skip
        if what in ("met", "failed", "access"):
            day = form.day("on", "WEB.ON_DAY")
            form.check()
            if what == "met":
                return commands.condition_met(
                    store, actor, form.command_id, candidate, on=day, version=form.version
                )
            return commands.condition_failed(
                store, actor, form.command_id, candidate, on=day, reason="access" if what == "access" else "late",
                version=form.version,
            )  # fmt: skip
        if what == "uncondition":
            reason = form.text("reason", "WEB.CORRECT_REASON", required=True, longest=300)
            form.check()
            secretary = request.visitor.actor("S", record)
            return commands.correct_condition(
                store, secretary, form.command_id, candidate, reason=reason, version=form.version
            )
        if found.offer is None:
            raise Http404
        return _step(form, found.offer, what, request)

    return act(
        request,
        do,
        done="WEB.SAVED",
        to=after_a_call(request.visitor, candidate)
        if back == "calls"
        else f"{reverse('offers')}#c{candidate}",
        show=lambda **v: (calls if back == "calls" else offers)(request, **v),
    )


def _step(form: Form, made: OfferRecord, what: str, request: Asked) -> Any:
    """What follows a notification."""
    store, actor = desk().store, request.visitor.actor("SA", request.session_record)
    key, number = form.command_id, made.offer_id
    if what == "prove":
        proof, on = (
            form.choice("proof", "WEB.PROOF", PROOFS),
            form.a_day("proof_on", "WEB.PROOF_ON"),
        )
        form.check()
        return commands.prove(store, actor, key, number, proof=proof, proof_on=on, version=form.version)
    if what == "reprove":
        other = form.choice("proof", "WEB.PROOF", PROOFS, required=False)
        day = form.day("proof_on", "WEB.PROOF_ON")
        form.check()
        return commands.prove(store, actor, key, number, proof=other, proof_on=day, version=form.version)
    if what == "answer":
        answer = form.choice("answer", "WEB.ANSWER", ("accepted", "refused"))
        on = form.a_day("on", "WEB.ANSWERED_ON")
        reason = form.text("refusal", "WEB.REFUSAL_REASON", required=answer == "refused")
        form.check()
        return commands.answer(
            store, actor, key, number, accepted=answer == "accepted", on=on, written="written" in form.data,
            reason=reason if answer == "refused" else "", version=form.version,
        )  # fmt: skip
    if what == "judge":
        legitimate = form.choice("legitimate", "WEB.LEGITIMATE", ("yes", "no"))
        form.check()
        judge = request.visitor.actor("S", request.session_record)
        return commands.judge_refusal(store, judge, key, number, legitimate=legitimate, version=form.version)
    if what in ("correct", "unnotify"):
        reason = form.text("reason", "WEB.CORRECT_REASON", required=True, longest=300)
        form.check()
        secretary = request.visitor.actor("S", request.session_record)
        take_back = commands.correct_answer if what == "correct" else commands.correct_notification
        return take_back(store, secretary, key, number, reason=reason, version=form.version)
    if what == "silence":
        return commands.confirm_silence(store, actor, key, number, version=form.version)
    ended = form.day("on", "WEB.ON_DAY")
    reason = form.text("refusal", "WEB.DESIST_REASON", required=True)
    form.check()
    return commands.desist(
        store, actor, key, number, on=ended or today(), reason=reason, version=form.version
    )


def sign(request: Asked, session: str, offer: int) -> HttpResponse:
    """The lease is signed: the dwelling is let, the others are released, the radiation is due; the page goes on at the next dwelling."""
    form, record = Form(request), request.session_record
    own = (
        i
        for i in request.visitor.items(record)
        if any(c.offer and c.offer.offer_id == offer for c in i.candidates)
    )
    signed = next(own, None)
    if signed is None:
        raise Http404
    homes = [i.item_id for s, i in _shown(_shared(request)) if not _over(i)]
    following = homes[homes.index(signed.item_id) + 1 :] if signed.item_id in homes else []

    def do() -> Any:
        on = form.a_day("on", "WEB.LEASE_ON")
        form.check()
        return commands.sign_lease(
            desk().store,
            request.visitor.actor("S", record),
            form.command_id,
            offer,
            on=on,
            version=form.version,
        )

    to = reverse("offers") + (f"#i{following[0]}" if following else "")
    return act(request, do, done="WEB.SIGNED", to=to, show=lambda **v: offers(request, **v))
