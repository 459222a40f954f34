"""What the desk knows, as plain frozen records: everything that a paper, a screen or the next case may show.

Nothing here touches a database. Dates are ``date``, instants are aware ``datetime`` in UTC, mappings are read only by
convention. ``facts`` are the columns of the case as they stood when the agenda was frozen; those of a household can
be erased and are then empty. A household is named by its ``ref``, a random reference; its number, name and contact are
a :class:`PersonRecord`, which only :func:`optimizer.store.commands.view_identities` hands out, and logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

Role = Literal["S", "P", "M", "A", "R", "D", "T", "program"]
"""Secretary, chair (P), member, agent, réservataire, data protection officer, technical; the program itself."""
ROLES: tuple[Role, ...] = ("S", "P", "M", "A", "R", "D", "T")

SessionStatus = Literal["draft", "convened", "open", "closed", "cancelled"]
ItemStatus = Literal[
    "listed", "not_examined", "decided", "no_taker", "offering", "let", "exhausted", "withdrawn"
]
CandidateStatus = Literal[
    "queue",  # a further name of the proposal, not called up yet
    "listed",
    "declined",  # said no during the instruction: no refusal
    "replaced",  # taken off before the session, with a reason
    "not_examined",
    "attributed",
    "ranked",
    "conditional",
    "not_attributed",
    "ineligible",
    "offered",
    "accepted",
    "refused",
    "silent",
    "condition_failed",
    "desisted",
    "signed",
    "released",  # the dwelling was let to another rank, or withdrawn
    "superseded",  # the household signed elsewhere
]
DecisionKind = Literal["attribution", "ranked", "conditional", "not_attributed", "ineligible"]
LETTERS: Mapping[str, str] = {
    "attribution": "a",
    "ranked": "b",
    "conditional": "c",
    "not_attributed": "d",
    "ineligible": "e",
}
"""The letter of R441-3 of each kind of decision."""
OfferStatus = Literal["offered", "accepted", "refused", "silent", "signed", "desisted", "failed", "released"]
Proof = Literal["", "hand", "registered_received", "registered_presented", "email_acknowledged"]
Legitimate = Literal["", "yes", "no", "to_decide"]
ConditionStatus = Literal["none", "open", "met", "failed"]
CallOutcome = Literal["interested", "declines", "unreachable"]
Voice = Literal["board", "prefet", "epci", "mayor", "mandant", "consultative"]
"""By what right a member sits; all but ``consultative`` vote on the dwellings of their territory."""
Presence = Literal["present", "represented", "absent"]
Mode = Literal["in_person", "remote", "mixed"]
AddedAs = Literal["agenda", "late"]
DutyKind = Literal[
    "suitable_offer", "sne_radiation", "radiation_notice", "prefet_signal", "no_reply", "ineligible_radiation"
]  # fmt: skip


ORIENTATION = (
    "objectives", "flux_share", "flux_done", "flux_in_progress", "flux_remaining", "flux_behind", "residence", "residence_q1_share",
    "residence_fragility", "recent_move_ins", "candidates", "candidates_dalo", "candidates_priority", "best_score",
)  # fmt: skip
"""What an agenda freezes of the orientation of a dwelling, in the order in which it is read: a base keeps no order inside a value."""


@dataclass(frozen=True)
class Actor:
    """Who acts. ``name`` is the account's name (a person of staff, never a household)."""

    name: str
    role: Role


@dataclass(frozen=True)
class Receipt:
    """The answer of a command. A repeated ``command_id`` gets the first answer again, with ``repeated``."""

    command_id: str
    seq: int
    kind: str
    at: datetime
    result: Mapping[str, Any] = field(default_factory=dict)
    """Ids that the command made (``session_id``, ``item_ids``, ``offer_id``, …) and what followed from it."""
    repeated: bool = False


# ---------------------------------------------------------------- what `session new` hands over


@dataclass(frozen=True)
class NewCandidate:
    """A name for a dwelling: ``position`` 1 is the first rank. ``queue`` names come after the examined ones."""

    application_id: str
    position: int
    queue: bool = False
    source: Literal["proposal", "nomination", "late"] = "proposal"
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Columns of ``applications`` and what the page shows (points, burden, income over ceiling…)."""
    reasons: tuple[str, ...] = ()
    """French sentences of the page: why this household."""


@dataclass(frozen=True)
class NewItem:
    """A dwelling of the agenda with the names put forward."""

    dwelling_id: str
    account: str
    candidates: tuple[NewCandidate, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Columns of ``dwellings`` (``commune``, ``rooms``, ``financing``, ``qpv``, ``landlord`` …)."""
    orientation: Mapping[str, Any] = field(default_factory=dict)
    """The six inputs of the orientation, as shown on the agenda."""
    few_reason: str = ""
    """Code of R441-3 when fewer than the legal number are examined (``national.caleol.single_candidate_cases``)."""
    programme: str = ""


@dataclass(frozen=True)
class RunFacts:
    """What is attached of a verified run: the arguments of ``attach_run``; its fields mean what they do in `RunRecord`."""

    run_id: str
    verdict: Literal["certified", "within"]
    gap_points: str
    seed: str
    case_on: date
    hashes: Mapping[str, str]
    chains: int = 0
    """Freed dwellings that its chains may let after a vacant one, ``optimizer.chains.UNBOUNDED`` any number."""


@dataclass(frozen=True)
class Agenda:
    """The dwellings of a session and the run they come from."""

    run: RunFacts
    items: tuple[NewItem, ...]
    landlord: str
    awaiting: tuple[str, ...] = ()
    """Dwellings of the run without a list, which wait for the names of a réservataire: on no agenda."""
    without: tuple[str, ...] = ()
    """Dwellings of the run for which no household can be put forward: on no agenda."""
    under_way: tuple[str, ...] = ()
    """Dwellings of the run that an earlier week is still letting: on no agenda."""


@dataclass(frozen=True)
class NewDecision:
    """What the commission says of one candidate; the motive is a code of ``national.commission.motives``."""

    candidate_id: int
    kind: DecisionKind
    rank: int | None = None
    document: str = ""
    due_on: date | None = None
    motive: str = ""
    sentence: str = ""


# ---------------------------------------------------------------- what is known


@dataclass(frozen=True)
class RunRecord:
    """A verified run that an agenda was made from."""

    run_id: str
    verdict: Literal["certified", "within"]
    gap_points: str
    """Certified distance to the best value, as printed (``0`` or ``0,35``); empty when certified without one."""
    seed: str
    runs: int
    """How many times the case was solved before this run was chosen (printed on the procès-verbal)."""
    case_on: date
    hashes: Mapping[str, str]
    """File name -> SHA-256 of the inputs, the rules and the outputs."""
    attached_at: datetime
    attached_by: str
    chains: int | None = None
    """Freed dwellings that its chains may let after a vacant one, −1 any number; None: attached by a program without the choice."""


@dataclass(frozen=True)
class PersonRecord:
    """A household apart from the rest, erasable. No NIR, nationality or birth date is ever kept."""

    ref: str
    application_id: str
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    purge_after: date | None = None


@dataclass(frozen=True)
class CallRecord:
    call_id: int
    candidate_id: int
    item_id: int
    ref: str
    stage: Literal["instruction", "offer"]
    outcome: CallOutcome
    reason: str
    """Code of ``national.commission.decline_reasons`` when the household declines."""
    at: datetime
    by: str


@dataclass(frozen=True)
class DocumentRecord:
    candidate_id: int
    document: str
    """Code of ``national.commission.documents``."""
    asked_on: date | None
    received_on: date | None


@dataclass(frozen=True)
class DecisionRecord:
    candidate_id: int
    item_id: int
    revision: int
    current: bool
    kind: DecisionKind
    rank: int | None
    document: str
    due_on: date | None
    motive: str
    provision: str
    sentence: str
    """The commission's own sentence (≥ 30 characters for d and e); empty once erased."""
    decided_at: datetime
    decided_by: str
    rectification: int | None = None
    """Number of the rectificatif that brought it."""

    @property
    def letter(self) -> str:
        return LETTERS[self.kind]


@dataclass(frozen=True)
class OfferRecord:
    offer_id: int
    candidate_id: int
    item_id: int
    session_id: str
    dwelling_id: str
    ref: str
    rank: int
    status: OfferStatus
    notified_on: date
    proof: Proof
    proof_on: date | None
    """Day the clock starts from: hand-over, receipt, presentation or acknowledgement."""
    days: int
    deadline: date | None
    """Last day to answer, until 24:00; None without proof: silence is then nothing."""
    answered_on: date | None
    """Day of the last answer: that of the withdrawal once a household that had accepted gives up."""
    refusal_reason: str
    legitimate: Legitimate
    document: str
    due_on: date | None
    condition: ConditionStatus
    condition_on: date | None
    lease_on: date | None
    end_reason: str
    other_live: bool
    """Another offer to the same household is live."""


@dataclass(frozen=True)
class CandidateRecord:
    candidate_id: int
    item_id: int
    session_id: str
    dwelling_id: str
    ref: str
    application_id: str
    """Unique number; empty once the household is erased."""
    position: int
    status: CandidateStatus
    source: str
    checks: Mapping[str, str]
    """``convened`` / ``open`` -> code of what the new check found, empty text = still in order."""
    reason: str
    """Why it was replaced, or came late; empty otherwise, and once erased."""
    facts: Mapping[str, Any]
    reasons: tuple[str, ...]
    call: CallOutcome | Literal[""]
    """Outcome of the last call of the instruction."""
    condition: ConditionStatus
    condition_on: date | None
    """Day the condition was met or failed."""
    condition_reason: str
    """Code of ``condition_failures``; empty while it did not fail, and where nobody said why."""
    documents: tuple[DocumentRecord, ...]
    decision: DecisionRecord | None
    """The one in force."""
    offer: OfferRecord | None
    """The last one."""


@dataclass(frozen=True)
class VoteRecord:
    item_id: int
    votes_for: int
    votes_against: int
    abstentions: int
    casting: Literal["", "for", "against"]
    """How the casting vote went; only on a tie."""
    present: int
    """Voices present or represented for this dwelling, against which the quorum was counted."""
    quorum: int


@dataclass(frozen=True)
class AttendanceRecord:
    session_id: str
    member: str
    quality: str
    """As printed: « représentante des locataires »."""
    voice: Voice
    territory: str
    """INSEE code of the mayor's commune, SIREN of the EPCI; empty: every dwelling."""
    presence: Presence
    represented_by: str
    arrived_at: str
    left_at: str
    """``HH:MM`` or empty."""
    recused: tuple[int, ...]
    """Items for which the member left the room (déport)."""


@dataclass(frozen=True)
class ItemRecord:
    item_id: int
    session_id: str
    dwelling_id: str
    position: int
    status: ItemStatus
    version: int
    account: str
    facts: Mapping[str, Any]
    orientation: Mapping[str, Any]
    few_reason: str
    programme: str
    added_as: AddedAs
    added_reason: str
    end_reason: str
    """Why it was not examined or withdrawn."""
    departure: str
    """Why the commission left the proposed order; empty when it kept it."""
    changed_by: str
    changed_at: datetime
    candidates: tuple[CandidateRecord, ...]
    vote: VoteRecord | None
    left_at: datetime | None = None
    """When it was withdrawn or taken off, as the ledger tells it: a household of its list may move it later still."""

    @property
    def ended_at(self) -> datetime:
        """When a dwelling that was withdrawn or taken off left."""
        return self.left_at or self.changed_at


@dataclass(frozen=True)
class RectificationRecord:
    session_id: str
    number: int
    reason: str
    prepared_by: str
    prepared_at: datetime
    signed_by: str
    signed_at: datetime | None
    decisions: tuple[NewDecision, ...]
    corrected: tuple[tuple[DecisionRecord, DecisionRecord], ...] = ()
    """What each decision was when the session was signed, or by the rectificatif before, and what it becomes."""


@dataclass(frozen=True)
class SessionRecord:
    session_id: str
    landlord: str
    commission: str
    on: date
    hour: str
    place: str
    mode: Mode
    status: SessionStatus
    version: int
    urgent: bool
    reason: str
    """Why it is urgent, or was cancelled."""
    programme: str
    """A first letting examined whole."""
    run: RunRecord | None
    agenda_hash: str
    """SHA-256 of the frozen agenda; empty before the convocation."""
    convened_on: date | None
    recipients: tuple[str, ...]
    quorum: int
    """The one given with the session, else ``national.commission.quorum``."""
    quorum_rule: str
    """As the règlement intérieur says it; empty where nobody typed it."""
    opened_at: datetime | None
    closed_at: datetime | None
    prepared_by: str
    signed_by: str
    one_person: bool
    """The same person prepared and signed (printed on the procès-verbal)."""
    signed_seq: int | None
    signed_hash: str
    """Head of the ledger at the signature."""
    signed_with: str
    """Ed25519 signature of ``seq:hash``, hexadecimal."""
    items: tuple[ItemRecord, ...] = ()
    attendance: tuple[AttendanceRecord, ...] = ()
    rectifications: tuple[RectificationRecord, ...] = ()
    sat_from: str | None = None
    """``HH:MM`` at which it was opened, as somebody wrote it down; None where ``opened_at`` is all that is known."""
    sat_to: str | None = None
    """The same of its end."""
    quorum_assumed: bool = False
    """No règlement intérieur gave the quorum: it is the assumed one, and papers and pages say so."""

    @property
    def order(self) -> tuple[date, list[str | int]]:
        """Its place among the sessions."""
        return session_order(self.on, self.session_id)

    @cached_property
    def homes(self) -> Mapping[str, ItemRecord]:
        """Dwelling -> its place on the agenda: looked for by each line of a workbook, by each dwelling that a tenant frees."""
        return {item.dwelling_id: item for item in self.items}


def session_order(on: date, session_id: str) -> tuple[date, list[str | int]]:
    """Place of a session among the others: by day, then by number, the tenth of a day after the second."""
    return on, [int(x) if x.isdecimal() else x for x in re.split("([0-9]+)", session_id)]


@dataclass(frozen=True)
class DutyRecord:
    duty_id: int
    kind: DutyKind
    ref: str
    session_id: str
    item_id: int | None
    opened_on: date
    due_on: date | None
    closed_on: date | None
    outcome: str
    recorded_on: date | None = None
    """The day somebody recorded a notice of radiation, sent on ``closed_on``, or that a notice of no answer was left without one."""


@dataclass(frozen=True)
class RecourseRecord:
    recourse_id: int
    ref: str
    kind: Literal["gracieux", "contentieux", "mediation"]
    opened_on: date
    closed_on: date | None
    outcome: str


@dataclass(frozen=True)
class NominationRecord:
    nomination_id: int
    account: str
    dwelling_id: str
    ref: str
    application_id: str
    rank: int
    status: Literal["open", "used", "withdrawn"]
    """``used``: the household signed a lease, whichever account named it."""
    by: str
    at: datetime
    landlords: tuple[str, ...] = ()
    """Landlords for whose dwellings its author may name households; an empty text stands for every one."""


@dataclass(frozen=True)
class GrantRecord:
    """What an account may do: a role within a scope. Empty scope fields mean all."""

    grant_id: int
    user: str
    role: Role
    landlord: str
    commission: str
    territory: str
    """Of a member: commune or EPCI."""
    account: str
    """Of a réservataire."""
    since: date
    until: date | None


@dataclass(frozen=True)
class CorrectionRecord:
    """What was taken back because it was typed by mistake: who, when, what stood, and why (empty once it was erased)."""

    seq: int
    kind: str
    at: datetime
    by: str
    dwelling_id: str
    ref: str
    was: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class CancellationRecord:
    """How a session came not to be held: who recorded it and when; where the quorum was missing, what was counted."""

    at: datetime
    by: str
    listed: frozenset[int] = frozenset()
    """Candidates who stood on the lists then; those who waited behind did not."""
    hour: str = ""
    """``HH:MM`` at which the quorum was found missing; empty where the session was cancelled for another reason."""
    present: int = 0
    quorum: int = 0
    urgency: str = ""
    """Why the session was urgent, where it was: its own reason gave way to that of the cancellation."""


@dataclass(frozen=True)
class EventRecord:
    """One line of the ledger. ``payload`` holds codes, dates, hashes and the rows that changed, never a name."""

    seq: int
    at: datetime
    actor: str
    role: str
    kind: str
    session_id: str
    dwelling_id: str
    ref: str
    payload: Mapping[str, Any]
    commitment: str
    command_id: str
    prev: str
    hash: str


@dataclass(frozen=True)
class HeadRecord:
    """The signed head of the ledger: whoever keeps it can tell later whether anything before it changed."""

    seq: int
    hash: str
    at: datetime
    signature: str
    public_key: str
