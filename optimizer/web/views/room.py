"""Séance: who sits, one dwelling a page, decisions and votes as the commission says them; nothing is chosen beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from optimizer.desk.chained import waits_words
from optimizer.desk.documents import household_lines
from optimizer.desk.following import names_shown
from optimizer.desk.pack import home_lines
from optimizer.desk.papers.carence import cause, suites
from optimizer.desk.papers.wording import Told, examined
from optimizer.desk.sessions import not_held
from optimizer.errors import Lang, said
from optimizer.presentation.numbers import day
from optimizer.store import commands, queries
from optimizer.store.clock import clock_time
from optimizer.store.commands.corrections import LEFT, WITHDRAWN_IN
from optimizer.store.records import (
    AttendanceRecord,
    CandidateRecord,
    DecisionRecord,
    ItemRecord,
    NewCandidate,
    NewDecision,
    Receipt,
    RectificationRecord,
    SessionRecord,
    VoteRecord,
)
from optimizer.store.together import share
from optimizer.store.voting import astray, crowded, voices
from optimizer.web.acting import act
from optimizer.web.answers import Answered, ask, expect, kept_to
from optimizer.web.asked import Asked
from optimizer.web.choices import CHECKS, FEW, KINDS, PRESENCES, VOICES, commission_law, words
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.looks import checked, late_name
from optimizer.web.pages import lang_of, page
from optimizer.web.scope import corrections_of, elsewhere_of, imports_for
from optimizer.web.today import hour_of, today
from optimizer.web.views.agenda import checks_of, listed
from optimizer.web.visitor import NAMING

BLANK_ROWS, FIRST_ROWS = 3, 10
"""Empty lines under the members who are known; lines of a commission that nobody has entered yet."""
MOST_MEMBERS = 40
DECIDABLE = ("listed", "attributed", "ranked", "conditional", "not_attributed", "ineligible")


def room(request: Asked, session: str, status: int = 200, **values: Any) -> HttpResponse:
    """The session's own page: attendance, the dwellings and where they stand, opening and closing."""
    if "conflict" in values:
        request.session_record = queries.session(desk().store, session)
    record, lang = request.session_record, lang_of(request)
    held = request.visitor.roles_for(record)
    homes, named = request.visitor.items(record), request.visitor.items(record, NAMING)
    members = _members(record)
    return page(
        request,
        "room",
        {
            "s": record,
            "homes": homes,
            "held": held,
            "may": any(r in held for r in "SP") and record.status in ("convened", "open"),
            "members": members,
            "rows": range(max(FIRST_ROWS, len(members) + BLANK_ROWS)),
            "voices": words("VOICE", VOICES, lang),
            "presences": words("PRESENCE", PRESENCES, lang),
            "listed": listed(record),
            "checks": words("CHECK", CHECKS, lang),
            "checked": checked(desk(), record),
            "imports": imports_for(request.visitor, record, lang_of(request)),
            "left": [item for item in record.items if item.status == "listed"],
            "examined": examined,
            "recused": lambda member: _recused(record, member),
            "corrected": lambda one: _corrected(named, one),
            "not_held": _not_held(record, lang),
            "cause": cause,
            "suites": suites,
            "hour": hour_of(record),
            **values,
        },
        status=status,
    )


def _recused(record: SessionRecord, member: AttendanceRecord) -> str:
    """The dwellings a member leaves the room for, as they are typed: their places on the agenda."""
    return " ".join(str(item.position) for item in record.items if item.item_id in member.recused)


def _corrected(
    homes: Sequence[ItemRecord], one: RectificationRecord
) -> list[tuple[CandidateRecord, DecisionRecord, DecisionRecord]]:
    """What a rectificatif changes on the dwellings shown, name by name: the decision that was signed, the one in its place."""
    names = {c.candidate_id: c for item in homes for c in item.candidates}
    return [(names[now.candidate_id], was, now) for was, now in one.corrected if now.candidate_id in names]


def _members(record: SessionRecord) -> list[AttendanceRecord]:
    """Who was entered; before that, the members of the commission's last session, their presence left to be said."""
    if record.attendance:
        return list(record.attendance)
    same = (
        s
        for s in desk().known.heads()
        if s.status == "closed" and s.commission == record.commission and share(s.landlord, record.landlord)
    )
    return [member for earlier in islice(same, 1) for member in earlier.attendance]


def open_session(request: Asked, session: str) -> HttpResponse:
    """Open the session: names checked again, quorum counted from those who sit."""
    form, record = Form(request), request.session_record

    # a demonstration shows its coming session at once
    early = today() < record.on and not desk().deployment.demo
    told = said("WEB.OPEN_EARLY" if early else "WEB.OPENED", form.lang, day=day(record.on, form.lang))
    return act(
        request,
        lambda: commands.open_session(
            desk().store, request.visitor.actor("S", record), form.command_id, session,
            checks=checks_of(form, record), hour=hour_of(record), version=form.version,
        ),
        done=lambda _: told,
        to=_room(session),
        show=lambda **v: room(request, session, **v),
    )  # fmt: skip


def no_quorum(request: Asked, session: str) -> HttpResponse:
    """The session could not sit: the voices of those recorded are counted at the hour said, below the quorum."""
    form, record = Form(request), request.session_record

    def do() -> Any:
        hour = form.hour("no_quorum_at", "WEB.NO_QUORUM_AT", required=True)
        reason = form.text("no_quorum_reason", "WEB.NO_QUORUM_REASON", longest=1000)
        form.check()
        return commands.cancel(
            desk().store, request.visitor.actor("S", record), form.command_id, session, reason=reason, no_quorum_at=hour,
            version=form.version,
        )  # fmt: skip

    early = today() < record.on and not desk().deployment.demo
    told = said(
        "WEB.NO_QUORUM_EARLY" if early else "WEB.NO_QUORUM_DONE", form.lang, day=day(record.on, form.lang)
    )
    return act(
        request, do, done=lambda _: told, to=_room(session), show=lambda **v: room(request, session, **v)
    )


def _not_held(record: SessionRecord, lang: Lang) -> Told | None:
    """A session that was cancelled, as its paper tells it; None of any other."""
    if record.status != "cancelled":
        return None
    found = desk().known.of(("not held", record.session_id), lambda: not_held(desk().store, record))
    return Told(record, commission_law(record.on), lang, **found)


def attendance(request: Asked, session: str) -> HttpResponse:
    """Who sits, by which right, and who leaves the room for which dwelling."""
    form, record = Form(request), request.session_record

    def do() -> Any:
        members = []
        for n in range(MOST_MEMBERS):
            name = form.text(f"member-{n}", "WEB.MEMBER", longest=120)
            if not name:
                continue
            voice = form.choice(f"voice-{n}", "WEB.VOICE", VOICES)
            presence = form.choice(f"presence-{n}", "WEB.PRESENCE", PRESENCES)
            away = [
                x
                for x in form.text(f"recused-{n}", "WEB.RECUSED", longest=400).replace(",", " ").split()
                if x
            ]
            recused = tuple(item.item_id for item in record.items if str(item.position) in away)
            if len(recused) != len(set(away)):
                form.refuse("WEB.FORM_RECUSED", "WEB.RECUSED", f"recused-{n}")
            members.append(
                AttendanceRecord(
                    session_id=session, member=name, quality=form.text(f"quality-{n}", "WEB.QUALITY", longest=120),
                    voice=voice, territory=form.text(f"territory-{n}", "WEB.TERRITORY", longest=12), presence=presence,
                    represented_by=form.text(f"by-{n}", "WEB.REPRESENTED_BY", longest=120),
                    arrived_at=form.text(f"from-{n}", "WEB.ARRIVED", longest=5),
                    left_at=form.text(f"to-{n}", "WEB.LEFT", longest=5), recused=recused,
                )
            )  # fmt: skip
        if not members:
            form.refuse("WEB.FORM_REQUIRED", "WEB.MEMBER", "member-0")
        form.check()
        actor = request.visitor.actor("SP", record)
        return commands.attend(
            desk().store, actor, form.command_id, session, members=members, version=form.version
        )

    def done(receipt: Receipt) -> str:
        undone = receipt.result.get("undone", ())
        told = [said("WEB.SAVED", form.lang)]
        if undone:
            told.append(said("WEB.VOTE_AGAIN", form.lang, homes=", ".join(undone)))
        now = queries.session(desk().store, session)
        found = astray(now.attendance, [item.facts for item in now.items], voices(now.on))
        for code, members in zip(("WEB.NO_VOICE", "WEB.VOICE_EVERYWHERE"), found, strict=True):
            if members:
                names = said("WORDS.LIST", form.lang).join(m.member for m in members)
                told.append(said(code, form.lang, names=names))
        if many := crowded(now.attendance, now.on, now.sat_from or clock_time(now.hour) or ""):
            names = said("WORDS.LIST", form.lang).join(m.member for m in many)
            told.append(said("WEB.VOICES_MANY", form.lang, names=names))
        return " ".join(told)

    return act(request, do, done=done, to=_room(session), show=lambda **v: room(request, session, **v))


def item_page(request: Asked, session: str, item: int, status: int = 200, **values: Any) -> HttpResponse:
    """One dwelling: its facts, the names put forward with their reasons, the form of the decision."""
    record, lang = request.session_record, lang_of(request)
    found, homes = _item(request, item), list(request.visitor.items(record))
    held, law = request.visitor.roles_on(found, record), commission_law(record.on)
    named = request.visitor.names_on(found, record)
    at = next(n for n, home in enumerate(homes) if home.item_id == item)
    may = (
        any(r in held for r in "SP")
        and record.status == "open"
        and found.status in ("listed", "decided", "no_taker")
    )
    may_ask, hour = any(r in held for r in "SPM"), hour_of(record)
    last = record.rectifications[-1] if record.rectifications and "S" in held else None
    if may_ask and found.status == "listed":
        expect(desk(), record, found, lang)
    return page(
        request,
        "item",
        {
            "s": record,
            "i": found,
            "n": at + 1,
            "of": len(homes),
            "before": homes[at - 1] if at else None,
            "after": homes[at + 1] if at + 1 < len(homes) else None,
            "waits": waits_words([record], lang, None if named else {home.dwelling_id for home in homes}),
            "home_lines": home_lines(found, lang, record.on, chained=named),
            "household_lines": lambda c: household_lines(c, law.known("documents", lang), lang, screen=True),
            "names": names_shown(record, found),
            "examined": examined(found),
            "queue": [c for c in found.candidates if c.status == "queue"],
            "decidable": DECIDABLE,
            "may": may,
            "may_set_aside": "S" in held
            and record.status != "cancelled"
            and found.status in ("listed", "decided", "offering"),
            "may_restore": "S" in held
            and (
                (found.status == "not_examined" and record.status in LEFT)
                or (found.status == "withdrawn" and record.status in WITHDRAWN_IN)
            ),
            "elsewhere": elsewhere_of(request.visitor, found),
            "corrections": [
                c
                for c in corrections_of(record)
                if named and c.kind == "item.restored" and c.dwelling_id == found.dwelling_id
            ],
            "may_rectify": "S" in held
            and record.status == "closed"
            and found.status in ("offering", "no_taker")
            and all(c.offer is None for c in found.candidates),
            "rectified": last,
            "rectified_homes": said("WORDS.LIST", lang).join(_homes_of(record, last)),
            "may_add": "S" in held
            and record.status in ("draft", "convened", "open")
            and found.status == "listed",
            "may_ask": may_ask,
            "named": named,
            "voters": desk().known.of(
                ("voters", item, hour), lambda: queries.voters(desk().store, item, hour)
            )
            if record.attendance
            else None,
            "hour": hour,
            "examined_at": desk()
            .known.of(("examined_at", session), lambda: queries.examined_at(desk().store, session))
            .get(found.dwelling_id, "")
            if may and found.status == "decided"
            else "",
            "kinds": words("KIND", KINDS, lang),
            "motives": [
                (code, f"{code} – {text} ({law.words('provisions', lang)[code]})")
                for code, text in law.words("motives", lang).items()
            ],
            "documents": list(law.words("documents", lang).items()),
            "few": words("FEW", FEW, lang),
            "checked": checked(desk(), record),
            "imports": imports_for(request.visitor, record, lang_of(request)),
            "not_examined": list(law.words("not_examined_reasons", lang).items()),
            "withdrawals": list(law.words("withdrawal_reasons", lang).items()),
            "shortest": law.value("sentence_characters"),
            "enough": law.shortlist_size,
            "answer": None,
            **values,
        },
        status=status,
    )


def _homes_of(record: SessionRecord, one: RectificationRecord | None) -> list[str]:
    """The dwellings that a rectificatif corrects."""
    changed = set() if one is None else {new.candidate_id for new in one.decisions}
    return [i.dwelling_id for i in record.items if changed & {c.candidate_id for c in i.candidates}]


def decide(request: Asked, session: str, item: int) -> HttpResponse:
    """The decisions of one dwelling, all at once, with the vote."""
    form, record, found = Form(request), request.session_record, _item(request, item)

    def do() -> Any:
        decisions = _decisions(form, found)
        vote = _vote(form, found)
        departure = form.text("departure", "WEB.DEPARTURE", longest=1000)
        few = form.choice("few", "WEB.FEW", FEW, required=False)
        hour = form.hour("hour", "WEB.EXAMINED_AT") or hour_of(record)
        form.check()
        return commands.decide(
            desk().store, request.visitor.actor("SP", record), form.command_id, item, decisions=decisions, vote=vote,
            departure=departure, few_reason=few, hour=hour, version=form.version,
        )  # fmt: skip

    return act(
        request,
        do,
        done="WEB.DECIDED",
        to=reverse("item", kwargs={"session": session, "item": item}),
        show=lambda **v: _again(request, session, item, **v),
    )


def _decisions(form: Form, found: ItemRecord) -> list[NewDecision]:
    """What was chosen for each name of a dwelling; a name left blank has none."""
    decisions = []
    for candidate in found.candidates:
        if candidate.status not in DECIDABLE:
            continue
        key = candidate.candidate_id
        kind = form.choice(f"kind-{key}", "WEB.DECISION", KINDS, required=False)
        if not kind:
            continue
        rank = form.whole(f"rank-{key}", "WEB.RANK", most=99)
        decisions.append(
            NewDecision(
                candidate_id=key, kind=kind, rank=1 if rank is None and kind == "attribution" else rank,
                document=form.text(f"document-{key}", "WEB.DOCUMENT"), due_on=form.day(f"due-{key}", "WEB.DUE_ON"),
                motive=form.text(f"motive-{key}", "WEB.MOTIVE", longest=4),
                sentence=form.text(f"sentence-{key}", "WEB.SENTENCE", longest=2000),
            )
        )  # fmt: skip
    return decisions


def _stands(decision: DecisionRecord | None, new: NewDecision) -> bool:
    """Whether a decision is the one in force, word for word."""
    return decision is not None and new == NewDecision(
        new.candidate_id, decision.kind, decision.rank, decision.document, decision.due_on, decision.motive, decision.sentence
    )  # fmt: skip


def _vote(form: Form, found: ItemRecord) -> VoteRecord | None:
    """The count of the votes, when one was typed."""
    counts = [
        form.whole(name, f"WEB.{name.upper()}", most=99)
        for name in ("votes_for", "votes_against", "abstentions")
    ]
    casting = form.choice("casting", "WEB.CASTING", ("for", "against"), required=False)
    if all(count is None for count in counts) and not casting:
        return None
    return VoteRecord(
        item_id=found.item_id, votes_for=counts[0] or 0, votes_against=counts[1] or 0, abstentions=counts[2] or 0,
        casting=casting, present=0, quorum=0,
    )  # fmt: skip


def _again(request: Asked, session: str, at: int, **values: Any) -> HttpResponse:
    """The page again, of what stands now; what was typed stays in the form, beside what somebody else has saved."""
    request.session_record = desk().known.session(session)
    return item_page(request, session, at, **values)


def item_state(request: Asked, session: str, item: int) -> HttpResponse:
    """Not examined, or withdrawn, with a reason of the list; one name not examined, or a late name."""
    form, record = Form(request), request.session_record
    found = _item(request, item)

    def do() -> Any:
        what = form.choice("what", "WEB.WHAT", ("not_examined", "withdraw", "candidate", "late", "restore"))
        reason = form.text("reason", "WEB.REASON", required=True)
        if what == "late":
            number = form.number("number", "WEB.APPLICATION", required=True)
            case = form.choice(
                "import", "WEB.IMPORT", dict(imports_for(request.visitor, record)), required=False
            )
            form.check()
            late = late_candidate(found, number, case)
            secretary = request.visitor.actor("S", record)
            return commands.add_candidate(
                desk().store, secretary, form.command_id, item, late, reason=reason, version=form.version
            )
        if what == "candidate":
            name = form.choice("candidate", "WEB.HOUSEHOLD", [str(c.candidate_id) for c in found.candidates])
            form.check()
            secretary = request.visitor.actor("S", record)
            return commands.candidate_not_examined(
                desk().store, secretary, form.command_id, int(name), reason=reason, version=form.version
            )
        form.check()
        if what == "restore":
            secretary = request.visitor.actor("S", record)
            return commands.restore_item(
                desk().store, secretary, form.command_id, item, reason=reason, version=form.version
            )
        command = commands.withdraw if what == "withdraw" else commands.not_examined
        actor = request.visitor.actor("S", record)
        return command(desk().store, actor, form.command_id, item, reason=reason, version=form.version)

    return act(
        request,
        do,
        done="WEB.SAVED",
        to=reverse("item", kwargs={"session": session, "item": item}),
        show=lambda **v: _again(request, session, item, **v),
    )


def late_candidate(item: ItemRecord, number: str, case: str, position: int = 0) -> NewCandidate:
    """A household that comes late: as the import describes it, or its number alone where no import is chosen."""
    place = position or 1 + max((c.position for c in item.candidates), default=0)
    if not case:
        return NewCandidate(number, position=place, source="late")
    return late_name(desk(), case, item.dwelling_id, item.account, number, place)


def question(request: Asked, session: str, item: int) -> HttpResponse:
    """« Pourquoi », « et si ce ménage », « qui est le suivant »: answered on the dwelling's page, nothing is kept."""
    record = request.session_record
    seen = request.visitor.items(record, "SPM")
    found = next((home for home in seen if home.item_id == item), None)
    if found is None:
        raise Http404
    answered: Answered = ask(
        desk(), record, found, request.GET.get("ask", ""), "".join(request.GET.get("number", "").split()),
        lang_of(request), seen,
    )  # fmt: skip
    return item_page(request, session, item, answer=kept_to(answered, record, seen))


def close(request: Asked, session: str) -> HttpResponse:
    """The chair signs: decisions are final, the head of the ledger is signed with them."""
    form, record = Form(request), request.session_record

    def do() -> Any:
        read = form.whole("homes_version", "WEB.DWELLINGS", most=10**9)
        form.check()
        return commands.close(
            desk().store, request.visitor.actor("P", record), form.command_id, session, version=form.version,
            homes_version=read, one_person="one_person" in form.data,
        )  # fmt: skip

    return act(
        request,
        do,
        done="WEB.CLOSED",
        to=reverse("papers", kwargs={"session": session}),
        show=lambda **v: room(request, session, **v),
    )  # fmt: skip


def rectify(request: Asked, session: str) -> HttpResponse:
    """A rectificatif: the secretary prepares it on the dwelling's page with its reason, the chair signs it on the session's."""
    form, record = Form(request), request.session_record
    at = form.whole("item", "WEB.DWELLING", most=10**9)

    def do() -> Any:
        number = form.whole("sign", "WEB.RECTIFICATION")
        if number is not None:
            form.check()
            actor = request.visitor.actor("P", record)
            return commands.sign_rectification(
                desk().store, actor, form.command_id, session, number, one_person="one_person" in form.data,
                version=form.version,
            )  # fmt: skip
        reason = form.text("reason", "WEB.REASON", required=True, longest=1000)
        found = _item(request, at or 0)
        now = {c.candidate_id: c.decision for c in found.candidates}
        decisions = [new for new in _decisions(form, found) if not _stands(now[new.candidate_id], new)]
        if not decisions:
            form.refuse("WEB.FORM_UNCHANGED", "WEB.DECISION")
        form.check()
        return commands.prepare_rectification(
            desk().store,
            request.visitor.actor("S", record),
            form.command_id,
            session,
            reason=reason,
            decisions=decisions,
            version=form.version,
        )

    def show(**values: Any) -> HttpResponse:
        return _again(request, session, at, **values) if at else room(request, session, **values)

    return act(request, do, done="WEB.SAVED", to=_room(session), show=show)


def _item(request: Asked, item: int) -> ItemRecord:
    found = next((x for x in request.visitor.items(request.session_record) if x.item_id == item), None)
    if found is None:
        raise Http404
    return found


def _room(session: str) -> str:
    return reverse("room", kwargs={"session": session})
