"""Words that several papers of a session share: who sat, what a dwelling is, what was decided of whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from optimizer.desk.documents import BLANK, document_words, documents_on, missing
from optimizer.desk.entry_rows import home_words, in_qpv
from optimizer.desk.following import UNDONE, housed_before, on_the_list, rank_of
from optimizer.desk.papers import texts as texts
from optimizer.errors import LANGS, Lang, said
from optimizer.presentation.numbers import UNKNOWN, day, decimal
from optimizer.shortlist.labels import count_word
from optimizer.store import voting
from optimizer.store.clock import PARIS
from optimizer.store.law import NO_DOCUMENT, CommissionLaw
from optimizer.store.naming import Somebody, without
from optimizer.store.records import (
    CancellationRecord,
    CandidateRecord,
    CorrectionRecord,
    DecisionRecord,
    ItemRecord,
    PersonRecord,
    RectificationRecord,
    SessionRecord,
)
from optimizer.store.together import owner_of, sits_for_several

OTHER = "other"
"""Code of a reason that is none of the list."""
HASH = 16
"""First signs of a hash that a paper prints; the store keeps them whole."""


def read_for(session_id: str, lang: Lang) -> str:
    """Why the papers of a session read names, as the ledger keeps it."""
    return said("NAMES.REASON", lang, session=session_id)


def reason_in(reason: str, session_id: str, lang: Lang) -> str:
    """A reason in the reader's language where the program gave it itself; what somebody typed stays as it is."""
    own = {read_for(session_id, one) for one in LANGS}
    return read_for(session_id, lang) if reason in own else reason


def sitting(session_id: str, lang: Lang) -> str:
    """The day of a session from its identifier; the second one of a day says so."""
    held, again = session_id[:10], session_id[11:]
    shown = day(date.fromisoformat(held), lang)
    return f"{shown} ({again})" if again else shown


@dataclass(frozen=True)
class Issuer:
    """Who signs and where to write; blanks are filled by hand.

    Attributes
    ----------
    name : the landlord as it signs.
    author, quality : name and quality of who signs the letters.
    contact : where a household asks or answers.
    rules_at : where the rules and the grid are published.
    """

    name: str = ""
    author: str = ""
    quality: str = ""
    contact: str = ""
    rules_at: str = ""


@dataclass(frozen=True)
class NoReply:
    """A notice of no answer: on which dwelling, since when its month runs, and whether somebody confirmed that none came, or one did."""

    item_id: int | None
    noticed: date
    unanswered: bool
    answered: bool = False


@dataclass(frozen=True)
class Told:
    """A session, the law on its day and the identities a paper may print.

    ``people`` is empty for papers without names; ``pseudonymous`` papers print the reference instead of the number.
    """

    session: SessionRecord
    law: CommissionLaw
    lang: Lang = "fr"
    people: Mapping[str, PersonRecord] = field(default_factory=dict)
    issuer: Issuer = Issuer()
    pseudonymous: bool = False
    corrections: tuple[CorrectionRecord, ...] = ()
    """What was taken back because it was typed by mistake."""
    cancellation: CancellationRecord | None = None
    """How the session came not to be held."""
    moved: Mapping[str, date] = field(default_factory=dict)
    """Dwellings of a session that was not held -> day of the session whose agenda they stand on since."""
    noticed: Mapping[str, date] = field(default_factory=dict)
    """Households found ineligible (by reference) -> day of the notice that starts the month before their radiation."""
    examined_since: Mapping[str, date] = field(default_factory=dict)
    """Those of them that a later session examined and found so no longer -> its day: they are not struck off."""
    put_right: frozenset[str] = frozenset()
    """Those of them that put their application right after the notice: they are not struck off either."""
    housed: frozenset[str] = frozenset()
    """Unique numbers of the households that signed a lease at this desk: their application is not kept any more."""
    no_replies: Mapping[str, NoReply] = field(default_factory=dict)
    """Households that a notice of no answer went to (by reference)."""
    before: tuple[SessionRecord, ...] = ()
    """The session that the commission held last before this one was convened, and those since that could not be held, without their
    agendas: their minutes go with the convocation."""

    def say(self, name: str, **values: object) -> str:
        return said(f"PAPER.{name}".upper(), self.lang, **values)

    def beside(self, label: object, value: str) -> str:
        """``label : value`` as each language sets it."""
        return f"{label}{said('PAGE.COLON', self.lang)}{value}"

    def listed(self, words: Iterable[str]) -> str:
        """One after the other in a line."""
        return said("WORDS.LIST", self.lang).join(words)

    def day(self, when: date | None) -> str:
        return day(when, self.lang) if when is not None else UNKNOWN

    @property
    def convoked(self) -> str:
        """When the convocation was sent and to whom; typed after the session, its day is that of the typing alone."""
        s = self.session
        late = s.convened_on is not None and s.convened_on > s.on
        name = "CONVOKED_LATE" if late else "CONVOKED"
        return self.say(name, day=self.day(s.convened_on), to=self.listed(s.recipients) or UNKNOWN)

    @property
    def foot(self) -> str:
        """Whose paper it is, and of which session: at the foot of every page."""
        return f"{self.landlord} – {self.say('SITTING', day=sitting(self.session.session_id, self.lang))}"

    def hour(self, when: datetime | None) -> str:
        """Hour in Paris of an instant."""
        return UNKNOWN if when is None else when.astimezone(PARIS).strftime("%H:%M")

    def moment(self, when: datetime) -> str:
        """Day and hour in Paris of an instant."""
        return f"{self.day(when.astimezone(PARIS).date())} {self.hour(when)}"

    def term(self, name: str, **values: object) -> str:
        """A text of the letters, as ``models/national/commission.yaml`` dates it."""
        return self.law.words("letter_terms", self.lang)[name].format(**values)

    def months(self, n: int) -> str:
        """``un mois``, ``deux mois``: a time that the law gives, in words."""
        return self.say("ONE_MONTH") if n == 1 else self.say("SOME_MONTHS", count=count_word(n, self.lang))

    @property
    def quorum(self) -> str:
        """The rule of the quorum and its voices; of one that no règlement intérieur gave, that it is assumed."""
        s = self.session
        rule = s.quorum_rule or self.say("QUORUM_RULE_ASSUMED" if s.quorum_assumed else "QUORUM_RULE_DEFAULT")
        return f"{rule} ({self.say('QUORUM_COUNT', n=s.quorum)})"

    @property
    def _documents(self) -> Mapping[str, str]:
        return self.law.known("documents", self.lang)

    @property
    def for_everyone(self) -> Told:
        """The same, for a paper that goes to people who may see no household: what a person typed names none in it either."""
        return replace(self, pseudonymous=True)

    @property
    def landlord(self) -> str:
        return self.issuer.name or self.session.landlord

    def landlord_of(self, item: ItemRecord) -> str:
        """The landlord of a dwelling as papers name it, of a session that sits for several: whose tenant the household would be."""
        return self.issuer.name or owner_of(self.session, item)

    @property
    def several(self) -> bool:
        """Whether the session sits for several landlords, each with dwellings of its own."""
        return sits_for_several(self.session)

    @property
    def urgency(self) -> str:
        """Why the session is urgent, also once a cancellation has a reason of its own."""
        given = self.cancellation.urgency if self.cancellation is not None else self.session.reason
        return self.free(given)

    def number(self, candidate: CandidateRecord) -> str:
        """Unique number, or the reference on a pseudonymous paper and once the household is erased."""
        if self.pseudonymous or not candidate.application_id:
            return candidate.ref
        return candidate.application_id

    def free(self, text: str) -> str:
        """What a person typed; on a pseudonymous paper the session's households are named in it by their reference only."""
        return without(text, self._households) if self.pseudonymous else text

    @cached_property
    def _households(self) -> tuple[Somebody, ...]:
        """Whoever of the session a typed text may name, and the reference instead."""
        numbers = {c.ref: c.application_id for i in self.session.items for c in i.candidates}
        names = {ref: p.name for ref, p in self.people.items()}
        return tuple(
            Somebody(numbers.get(ref) or "", names.get(ref) or "", ref) for ref in {**numbers, **names}
        )

    def who(self, candidate: CandidateRecord) -> str:
        """Number, and the name where the paper may print it."""
        person = self.people.get(candidate.ref)
        name = person.name if person is not None and not self.pseudonymous else ""
        return f"{self.number(candidate)} – {name}" if name else self.number(candidate)

    def home(self, item: ItemRecord) -> str:
        return home_words(item.facts, self.lang)

    def head(self, item: ItemRecord) -> str:
        return self.say("DWELLING", n=item.position, of=len(self.session.items), dwelling=item.dwelling_id)

    def decision(self, d: DecisionRecord) -> str:
        """``b – Attribution avec rang de classement, rang 2``."""
        words = f"{d.letter} – {self.law.known('decisions', self.lang)[d.kind]}"
        ranked = d.rank is not None and d.kind != "attribution"
        return f"{words}, {self.say('RANK', n=d.rank)}" if ranked else words

    def whole_decision(self, d: DecisionRecord) -> str:
        """A decision with its document or its motive, in one line."""
        return ", ".join(x for x in (self.decision(d), self.condition(d), self.motive(d)) if x)

    def corrected(
        self, c: CandidateRecord, words: Callable[[DecisionRecord], str]
    ) -> tuple[RectificationRecord, DecisionRecord] | None:
        """The last rectificatif after which a paper words the decision of a household otherwise, and the decision that it took the place
        of; ``words``: how that paper tells a decision."""
        for one in reversed(self.session.rectifications):
            for was, now in one.corrected:
                own = one.signed_at is not None and now.candidate_id == c.candidate_id
                if own and words(was) != words(now):
                    return one, was
        return None

    def set_aside(self, candidate: CandidateRecord) -> str:
        """Why a household on the list was not examined, or left it before the session."""
        if candidate.status in ("declined", "replaced") or housed_before(candidate):
            said_why = candidate.reason if candidate.status == "replaced" else ""
            return said("PAGE.COLON", self.lang).join(
                [self.say(f"LEFT_{candidate.status}"), *filter(None, [self.free(said_why)])]
            )
        # a late name was given its own reason in the same place: only a code of the list is why it was not examined
        known = candidate.reason in self.law.known("not_examined_reasons", self.lang)
        reason = self.because("not_examined_reasons", candidate.reason) if known else ""
        return said("PAGE.COLON", self.lang).join(
            [self.say("CANDIDATE_NOT_EXAMINED"), *filter(None, [reason])]
        )

    def because(self, reasons: str, code: str) -> str:
        """A code of a closed list in words; of « autre raison » with a blank, since the paper is where a hand writes it."""
        words = self.law.known(reasons, self.lang).get(code, code)
        return self.beside(words, BLANK) if code == OTHER else words

    def condition(self, d: DecisionRecord) -> str:
        if not d.document:
            return ""
        return self.say(
            "DOCUMENT_DUE", document=self._documents.get(d.document, d.document), day=self.day(d.due_on)
        )

    def motive(self, d: DecisionRecord) -> str:
        """Motive, provision and the commission's own sentence; with the documents that did not come, where they are the motive."""
        if not d.motive:
            return ""
        provision = self.law.provision(d.motive, d.provision, self.lang)
        sentence = self.free(d.sentence) or self.say("ERASED")
        wanted = f" {self.say('MISSING', documents=self.wanted(d))}" if d.motive == NO_DOCUMENT else ""
        return f"{d.motive} – {self.law.known('motives', self.lang).get(d.motive, '')} ({provision}). {sentence}{wanted}"

    def wanted(self, d: DecisionRecord) -> str:
        """Documents that the household of a decision was asked for and had not brought by the day of the session."""
        names = (c for i in self.session.items for c in i.candidates if c.candidate_id == d.candidate_id)
        found = [x for c in names for x in missing(c, self.session.on)]
        return document_words(found, self._documents, self.lang) or BLANK

    def asked_of(self, candidate: CandidateRecord) -> str:
        """Documents that a household was asked for by the day of the session, and when they came; empty where none was."""
        return document_words(documents_on(candidate, self.session.on), self._documents, self.lang)


def examined(item: ItemRecord) -> list[CandidateRecord]:
    """Households that the commission examined, in the proposed order."""
    named = (c for c in item.candidates if on_the_list(c) and c.status not in UNDONE)
    return sorted(named, key=lambda c: c.position)


def decided_order(item: ItemRecord) -> list[CandidateRecord]:
    """Households attributed to, in the commission's order."""
    kept = [
        c
        for c in examined(item)
        if c.decision is not None and c.decision.kind in ("attribution", "ranked", "conditional")
    ]
    return sorted(kept, key=rank_of)


def departs(item: ItemRecord) -> bool:
    """Whether the commission left the proposed order and was asked why, or said why by itself.

    A household that was given nothing has its own motive; those behind it keep their order.
    """
    places = [c.position for c in decided_order(item)]
    return bool(item.departure) or places != sorted(places)


def in_groups(hexadecimal: str, size: int = HASH) -> str:
    """A hash or a signature in groups that a line of paper can break."""
    return " ".join(hexadecimal[i : i + size] for i in range(0, len(hexadecimal), size))


def voices_on(session: SessionRecord, item: ItemRecord) -> int:
    """Voices present or represented on a dwelling: those counted when it was decided, else those that would be."""
    if item.vote is not None:
        return item.vote.present
    attendance = [asdict(member) for member in session.attendance]
    there = voting.voters(
        attendance, {"facts": item.facts, "item_id": item.item_id}, voting.voices(session.on)
    )
    return len(there)


def yes_no(value: Any, lang: Lang) -> str:
    """``oui`` or ``non``; a dash where it is not known, as on the A4 page."""
    if value is None:
        return UNKNOWN
    return said("WORDS.YES" if value else "WORDS.NO", lang)


def qpv_words(facts: Mapping[str, Any], lang: Lang) -> str:
    """``oui``, ``non``, with the quarter's code where it is known."""
    value = str(facts.get("qpv") or "")
    inside = in_qpv(value)
    code = f" ({value})" if inside and value.upper().startswith("QN") else ""
    return yes_no(inside, lang) + code


def money(value: Any, lang: Lang) -> str:
    return UNKNOWN if value is None else f"{decimal(float(value), 2, lang, fixed=True)} €"
