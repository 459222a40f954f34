"""Letters to households: attribution, rank, condition, non-attribution, ineligibility, no answer; the DALO warning where one is due.

A rank is no offer and starts no clock; a list that is over is said to be over. A letter names no other household.
Letters of L. 441-1 are never printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from optimizer.desk.chained import held_back, still_lived_in
from optimizer.desk.documents import BLANK, document_words, missing
from optimizer.desk.following import LIVE, items_of, local_day, next_to_offer
from optimizer.desk.papers.wording import Told, examined, money, yes_no
from optimizer.errors import said
from optimizer.presentation.document import (
    Block,
    Document,
    Sheet,
    heading,
    mention,
    pairs,
    place,
    signatures,
    text,
)
from optimizer.presentation.numbers import UNKNOWN, decimal, percent
from optimizer.presentation.words import allowance_words
from optimizer.store.law import EFFORT, NO_DOCUMENT, NOT_ACTIVE
from optimizer.store.records import CandidateRecord, DecisionRecord, ItemRecord
from optimizer.store.states import REACHED

OFFER, RANK, CONDITION, REFUSAL, INELIGIBLE = "offer", "rank", "condition", "not_attributed", "ineligible"
NO_REPLY = "no_reply"
OVER, FAILED = "over", "condition_failed"
"""The dwelling is let to somebody else or was withdrawn; the document of a condition did not come, or bars the access."""


@dataclass(frozen=True)
class Letter:
    """One letter: of which kind, to whom, on which dwelling."""

    kind: str
    item: ItemRecord
    candidate: CandidateRecord
    decision: DecisionRecord | None
    """None: the commission decided nothing, nobody could reach the household."""

    @property
    def decided(self) -> DecisionRecord:
        """The decision that the letter tells."""
        assert self.decision is not None, "a letter of no answer tells no decision"
        return self.decision


def unanswered(told: Told) -> list[Letter]:
    """Notices to households that nobody could reach and that no decision concerns: a month to answer, then radiation.

    One a household, however many of the session's lists it stands on; none to one that answered, or was decided upon, on another, and
    none once an earlier notice was answered or its month has passed.
    """
    everywhere = [c for item in told.session.items for c in item.candidates]
    heard = {c.ref for c in everywhere if c.call in REACHED or c.decision is not None}
    found: dict[str, Letter] = {}
    for item in items_of(told.session):
        for c in item.candidates:
            sent = told.no_replies.get(c.ref)
            over = sent is not None and (sent.unanswered or sent.answered)
            if c.call == "unreachable" and c.ref not in heard and c.application_id and not over:
                found.setdefault(c.ref, Letter(NO_REPLY, item, c, None))
    return list(found.values())


def letters_of(told: Told) -> list[Letter]:
    """Letters due after a session, in the order of its agenda; whose turn has not come has a letter of rank.

    None goes to a household that has signed for another dwelling meanwhile and never had an offer here, whichever of the two came
    first, nor to one that was erased: its number and the facts that a refusal must tell are gone.
    """
    found = unanswered(told)
    for item in items_of(told.session):
        if item.status in ("listed", "not_examined"):
            continue
        for c in examined(item):
            left = c.status == "superseded" or (c.status == "released" and _housed_elsewhere(told, c))
            if c.decision is not None and c.application_id and (not left or c.offer is not None):
                found.append(Letter(_kind(told, item, c), item, c, c.decision))
    return found


def _housed_elsewhere(told: Told, c: CandidateRecord) -> bool:
    """Whether the household signed the lease of another dwelling: its application is over, and no letter says that it is kept."""
    return c.application_id in told.housed and c.status != "signed"


def _kind(told: Told, item: ItemRecord, c: CandidateRecord) -> str:
    assert c.decision is not None
    if c.decision.kind == "not_attributed":
        return REFUSAL
    if c.decision.kind == "ineligible":
        return INELIGIBLE
    if c.status in ("released", "condition_failed"):
        return OVER if c.status == "released" else FAILED
    if c.decision.kind == "conditional":
        return CONDITION
    return OFFER if _has_come(told, item, c) else RANK


def _has_come(told: Told, item: ItemRecord, c: CandidateRecord) -> bool:
    """Whether the household's turn has come: it was offered the dwelling, or is the next one and nothing holds the offer back."""
    if c.status in LIVE or c.offer is not None:
        return True
    turn = next_to_offer(item)
    return turn is not None and turn.candidate_id == c.candidate_id and not held_back(told.session, item)


def letters(told: Told) -> Document:
    """Every letter of a session, each on its own sheet."""
    return _document(told, letters_of(told))


def notices(told: Told) -> Document:
    """The notices of no answer alone, for the folder that goes to the table."""
    return _document(told, unanswered(told))


def _document(told: Told, due: list[Letter]) -> Document:
    sheets = tuple(
        Sheet(
            told.say(f"LETTER_{x.kind}"),
            tuple(_letter(told, x)),
            sub=_subject(told, x),
            anchor=f"courrier-{n}",
        )
        for n, x in enumerate(due, start=1)
    )
    empty = (Sheet(told.say("LETTERS"), (text(told.say("NO_LETTER")),)),)
    return Document(
        told.say("LETTERS"),
        told.session.on,
        sheets or empty,
        foot=told.foot,
        apart=True,
    )


def _subject(told: Told, x: Letter) -> str:
    return told.say(
        "LETTER_SUBJECT",
        number=told.number(x.candidate),
        dwelling=x.item.dwelling_id,
        day=told.day(told.session.on),
    )


def _letter(told: Told, x: Letter) -> Iterator[Block]:
    say, s = told.say, told.session
    person = told.people.get(x.candidate.ref)
    address = [line for line in ((person.address if person else "") or "").splitlines() if line.strip()]
    yield place([(person.name if person and person.name else BLANK), *(address or [BLANK, BLANK])])
    yield pairs(
        [
            (say("WRITTEN"), BLANK),
            (say("LANDLORD"), told.landlord_of(x.item)), (say("COMMISSION"), s.commission),
            (say("SESSION"), f"{told.day(s.on)}, {s.place or BLANK}"), (say("NUR"), told.number(x.candidate)), *([(say("DECISION"), told.decision(x.decision))] if x.decision else []),
            *([(say("UNDER_DALO"), yes_no(x.candidate.facts["dalo"], told.lang))] if _offers(x) and "dalo" in x.candidate.facts else []),
            *([(say("DOCUMENTS_AWAITED"), words)] if (words := _awaited_documents(told, x)) else []),
        ]
    )  # fmt: skip
    yield from _corrected(told, x)
    yield from BODIES[x.kind](told, x)
    if _offers(x) and _awaited(x) and _has_come(told, x.item, x.candidate) and x.candidate.facts.get("dalo"):
        yield mention(told.term("dalo", decided=BLANK))
        yield text(say("DALO_COPY"))
    if x.decision is not None:
        yield mention(
            told.term(
                "algorithm", address=told.issuer.rules_at or BLANK, contact=told.issuer.contact or BLANK
            )
        )
    yield text(told.term("personal_data", contact=told.issuer.contact or BLANK))
    yield text(say("CONTACT", contact=told.issuer.contact or BLANK))
    signs = say("AUTHOR" if x.decision is not None else "WRITER")
    yield signatures([(signs, f"{told.issuer.author or BLANK}, {told.issuer.quality or BLANK}"), ("", "")])


def _corrected(told: Told, x: Letter) -> Iterator[Block]:
    """Of a decision that a rectificatif changed: an earlier letter of the same session and day may say another one."""
    if found := told.corrected(x.candidate, told.whole_decision):
        one, was = found
        assert one.signed_at is not None
        words = ", ".join(part for part in (told.decision(was), told.condition(was)) if part)
        yield mention(
            told.say("LETTER_CORRECTED", n=one.number, day=told.day(local_day(one.signed_at)), was=words)
        )


def _offers(x: Letter) -> bool:
    """Whether the letter tells an attribution, which says if it is made under the right to housing (CCH R. 441-2-17)."""
    return x.kind in (OFFER, CONDITION)


def _awaited_documents(told: Told, x: Letter) -> str:
    """Documents that a household with a rank or an offer was asked for and has not brought yet; its condition is told apart."""
    if x.kind not in (OFFER, RANK, CONDITION) or _offer_over(x):
        return ""
    own = [d for d in missing(x.candidate) if x.kind != CONDITION or d.document != x.decided.document]
    return document_words(own, told.law.known("documents", told.lang), told.lang)


def _offer(told: Told, x: Letter) -> Iterator[Block]:
    say = told.say
    yield text(say("LETTER_OFFER_TEXT"))
    yield from _lived_in(told, x)
    yield from _described(told, x.item)
    yield from _answer(told, x)


def _lived_in(told: Told, x: Letter) -> Iterator[Block]:
    """What an attribution still open is worth while the tenant has not signed for another dwelling: nothing of a vacant one."""
    offer = x.candidate.offer
    if still_lived_in(told.session, x.item) and (offer is None or offer.status in LIVE):
        yield mention(told.say("OFFER_STILL_LIVED_IN"))


def _described(told: Told, item: ItemRecord) -> Iterator[Block]:
    """The dwelling, as precisely as a household needs it to answer; what the case does not know is left for a hand to fill in."""
    say, f, lang = told.say, item.facts, told.lang
    surface = f.get("surface_m2")
    floor, free = f.get("floor"), f.get("available_on")

    def euros(name: str) -> str:
        return BLANK if f.get(name) is None else money(f[name], lang)

    yield heading(say("THE_DWELLING"))
    yield pairs(
        [
            (say("ADDRESS"), ", ".join(str(x) for x in (f.get("address") or BLANK, f.get("commune_name")) if x)),
            (say("FLOOR"), BLANK if floor is None else say("FLOOR_VALUE", n=int(floor) or said("SHEETS.GROUND", lang), lift=BLANK if f.get("lift") is None else yes_no(f["lift"], lang))),
            (say("TYPE"), f"T{f.get('rooms')}, {BLANK if surface is None else decimal(float(surface), 1, lang)} m²"),
            (say("ENERGY"), str(f.get("energy_label") or BLANK).upper()),
            (say("RENT"), f"{euros('rent_eur')} + {euros('charges_eur')}"),
            (say("DEPOSIT"), euros("rent_eur")), (say("AVAILABLE"), told.day(date.fromisoformat(str(free)[:10])) if free else BLANK),
        ]
    )  # fmt: skip


def _answer(told: Told, x: Letter) -> Iterator[Block]:
    """The last day to answer where the proof of notification is on file, else the rule and a blank; once answered, the answer."""
    offer, say = x.candidate.offer, told.say
    if offer is not None and not _awaited(x):
        yield heading(say("YOUR_ANSWER"))
        day = offer.lease_on or offer.answered_on or offer.deadline
        yield mention(say(f"ANSWERED_{offer.status}", day=told.day(day)))
        if _housed_elsewhere(told, x.candidate):
            return
        if offer.status in ("refused", "silent", "desisted"):
            yield text(say("ANSWERED_KEPT"))
        if offer.status in ("refused", "silent") and offer.legitimate != "yes":
            yield text(_refusal_effect(told))
        return
    deadline = told.day(offer.deadline) if offer is not None and offer.deadline is not None else BLANK
    yield heading(told.say("YOUR_ANSWER"))
    yield mention(told.term("answer", deadline=deadline))
    days = told.law.answer_days if offer is None else offer.days
    yield text(told.say("ANSWER_RULE", days=days))
    yield text(_refusal_effect(told))
    yield text(say("VISIT", contact=told.issuer.contact or BLANK))


def _awaited(x: Letter) -> bool:
    """Whether the household may still answer: no offer was sent yet, or it waits for its answer."""
    return x.candidate.offer is None or x.candidate.offer.status == "offered"


def _offer_over(x: Letter) -> bool:
    """Whether the household's offer ended without a lease: refused, left without an answer, given up, or housed elsewhere."""
    offer = x.candidate.offer
    return offer is not None and offer.status in ("refused", "silent", "desisted", "released")


def _rank(told: Told, x: Letter) -> Iterator[Block]:
    yield text(told.say("LETTER_RANK_TEXT", n=x.decided.rank or 1, home=told.home(x.item)))
    if held_back(told.session, x.item):
        yield text(told.say("RANK_STILL_LIVED_IN"))
    yield mention(told.term("rank") if (x.decided.rank or 1) > 1 else _first_of_rank(told, x.item))
    yield text(told.say("RANK_NO_APPEAL"))


def _first_of_rank(told: Told, item: ItemRecord) -> str:
    """What a first rank means before its offer; of a dwelling that is still lived in, no offer is promised."""
    lived_in = held_back(told.session, item)
    return told.say("RANK_FIRST_STILL_LIVED_IN") if lived_in else told.term("rank_first")


def _over(told: Told, x: Letter) -> Iterator[Block]:
    """The list is over without this household: what it was told before no longer holds."""
    say = told.say
    yield text(say("LETTER_RANK_TEXT", n=x.decided.rank or 1, home=told.home(x.item)))
    if x.item.status == "withdrawn":
        yield mention(say("OVER_WITHDRAWN", why=told.because("withdrawal_reasons", x.item.end_reason)))
        if x.candidate.offer is not None:
            yield text(say("OVER_OFFER"))
    else:
        yield mention(say("OVER_LET"))
    yield text(say("OVER_NO_REFUSAL" if _housed_elsewhere(told, x.candidate) else "OVER_KEPT"))


def _failed(told: Told, x: Letter) -> Iterator[Block]:
    """A condition that was not met: what was awaited, which of the two reasons, and where to contest it."""
    d, say = x.decided, told.say
    reasons, given = told.law.words("condition_failures", told.lang), x.candidate.condition_reason
    words = told.law.known("condition_failures", told.lang).get(given, "")
    yield text(say("LETTER_CONDITION_FAILED_TEXT", home=told.home(x.item)))
    yield pairs(
        [
            (say("CONDITION"), told.condition(d)),
            (say("REASON"), words or " / ".join(reasons.values())),
            (say("DATE"), told.day(x.candidate.condition_on)),
        ]
    )
    yield mention(_kept(told, x))
    yield text(_recourse(told))
    yield text(say("SOCIAL_HELP"))


def _conditional(told: Told, x: Letter) -> Iterator[Block]:
    d = x.decided
    yield text(told.say("LETTER_CONDITION_TEXT"))
    if _offer_over(x):
        # nothing is awaited any more, and no lease is due: only the answer and what it ended are told
        yield from _described(told, x.item)
        yield from _answer(told, x)
        return
    document = told.law.known("documents", told.lang).get(d.document, d.document)
    say = told.say
    if x.candidate.condition == "met":
        yield mention(say("CONDITION_MET", document=document, day=told.day(x.candidate.condition_on)))
    else:
        yield mention(told.term("condition", document=document, due=told.day(d.due_on)))
    come = _has_come(told, x.item, x.candidate)
    if not come:
        if held_back(told.session, x.item):
            yield text(say("RANK_STILL_LIVED_IN"))
        yield text(
            say("CONDITION_RANK", n=d.rank or 1) if (d.rank or 1) > 1 else _first_of_rank(told, x.item)
        )
    else:
        yield from _lived_in(told, x)
    yield from _described(told, x.item)
    if come:
        yield from _answer(told, x)


def _refused(told: Told, x: Letter) -> Iterator[Block]:
    yield text(told.say("LETTER_REFUSAL_TEXT", home=told.home(x.item)))
    yield from _why(told, x)
    if x.decided.motive == NOT_ACTIVE:
        yield mention(told.say("REFUSAL_NOT_ACTIVE"))
    elif not _struck_off(told, x):
        yield mention(_kept(told, x))
    yield text(_recourse(told))
    yield text(told.say("SOCIAL_HELP"))


def _kept(told: Told, x: Letter) -> str:
    """That the decision is about this dwelling only, and that the application is kept where it is."""
    alone = _housed_elsewhere(told, x.candidate)
    return told.say("THIS_DWELLING_ONLY") if alone else told.term("not_attributed")


def _recourse(told: Told) -> str:
    return told.term("recourse", time=told.months(int(told.law.value("recourse_months"))))


def _refusal_effect(told: Told) -> str:
    """What a refusal may do to the score, for as long as the desk counts it (``national.desk.refusal_window``)."""
    return told.say("REFUSAL_EFFECT", time=told.months(told.law.refusal_months))


def _struck_off(told: Told, x: Letter) -> bool:
    """Whether the same session found the application ineligible on another dwelling and nothing came after: it is not kept."""
    if x.candidate.ref in told.examined_since or x.candidate.ref in told.put_right:
        return False
    return any(
        c.ref == x.candidate.ref and c.status == INELIGIBLE for i in told.session.items for c in i.candidates
    )


def _ineligible(told: Told, x: Letter) -> Iterator[Block]:
    yield text(told.say("LETTER_INELIGIBLE_TEXT"))
    yield from _why(told, x)
    since = told.examined_since.get(x.candidate.ref)
    if since is not None:
        yield mention(told.say("INELIGIBLE_NO_LONGER", day=told.day(since)))
    elif x.candidate.ref in told.put_right:
        yield mention(told.say("INELIGIBLE_PUT_RIGHT"))
    else:
        months = int(told.law.value("radiation_notice_months"))
        yield mention(told.term("ineligible", time=told.months(months)))
    yield text(_recourse(told))
    yield text(told.say("PROVED_DELIVERY"))


def _no_reply(told: Told, x: Letter) -> Iterator[Block]:
    yield text(told.say("LETTER_NO_REPLY_TEXT", home=told.home(x.item)))
    months = int(told.law.value("no_reply_months"))
    yield mention(told.term("no_reply", time=told.say("MONTHS", n=months)))
    yield text(told.say("NO_REPLY_HOW", contact=told.issuer.contact or BLANK))
    yield text(told.say("PROVED_DELIVERY"))


def _why(told: Told, x: Letter) -> Iterator[Block]:
    d, say = x.decided, told.say
    yield pairs(
        [
            (say("MOTIVE_ALONE"), told.law.known("motives", told.lang).get(d.motive, d.motive)),
            (say("PROVISION"), told.law.provision(d.motive, d.provision, told.lang) or UNKNOWN),
            (say("FACTS"), d.sentence or say("ERASED")),
            *(
                [(say("EFFORT_HEAD"), _effort(told, x)), (say("EFFORT_LIMIT"), _effort_limit(told, x))]
                if d.motive == EFFORT
                else []
            ),
            *([(say("DOCUMENTS_WANTED"), told.wanted(d))] if d.motive == NO_DOCUMENT else []),
        ]
    )


def _effort_limit(told: Told, x: Letter) -> str:
    """The threshold that the rate passes and the deliberation that fixed it; blanks where the landlord's file gives none.

    No text fixes a threshold: a refusal that names no deliberation rests on nothing, so it is never filled with an assumed one.
    """
    limit = x.item.facts.get("effort_limit")
    if not limit:
        return told.say("EFFORT_LIMIT_BLANK", blank=BLANK)
    return told.say(
        "EFFORT_LIMIT_TOLD", limit=percent(float(limit["threshold"]), 1, told.lang),
        deliberation=limit["deliberation"], day=told.day(date.fromisoformat(limit["on"])),
    )  # fmt: skip


def _effort(told: Told, x: Letter) -> str:
    """The rate of effort as it was computed for this dwelling when the agenda was frozen, for a hand to redo.

    A blank where it was not computed, where somebody else computed it (its calculation is then to be attached), and in a session
    begun with a version that kept less.
    """
    say, lang = told.say, told.lang
    facts, home = x.candidate.facts, x.item.facts
    rate, income, counted = facts.get("effort"), facts.get("income_month_eur"), facts.get("counted")
    if rate is None or counted is None or (income is None and not counted["given"]):
        return BLANK
    shown = percent(float(rate), 1, lang)
    if counted["given"]:
        return say("EFFORT_GIVEN", rate=shown, blank=BLANK)
    if facts.get("effort_status") == "before_allowance":
        shown = f"{shown} {said('SHEETS.BEFORE', lang)}"
    own = (home.get("rent_eur") or 0, home.get("charges_eur") or 0)
    like = any(
        round(mine, 2) != round(used, 2)
        for mine, used in zip(own, (counted["rent_eur"], counted["charges_eur"]), strict=True)
    )
    parts = [
        say(
            "EFFORT_LIKE" if like else "EFFORT_COST",
            rent=money(counted["rent_eur"], lang),
            charges=money(counted["charges_eur"], lang),
        )
    ]
    if counted["allowance_eur"] is not None:
        allowance = allowance_words({**counted, "reduction_eur": 0}, str(facts.get("effort_status")), lang)
        parts.append(say("EFFORT_ALLOWANCE", allowance=allowance))
    if counted["reduction_eur"]:
        parts.append(say("EFFORT_REDUCTION", reduction=money(counted["reduction_eur"], lang)))
    return say("EFFORT_TOLD", cost=" − ".join(parts), income=money(income, lang), rate=shown)


BODIES: Mapping[str, Callable[[Told, Letter], Iterator[Block]]] = {
    OFFER: _offer, RANK: _rank, CONDITION: _conditional, REFUSAL: _refused, INELIGIBLE: _ineligible,
    NO_REPLY: _no_reply, OVER: _over, FAILED: _failed,
}  # fmt: skip
"""Kind of a letter -> what it says between its head and its mentions; its title is ``PAPER.LETTER_<kind>``."""
