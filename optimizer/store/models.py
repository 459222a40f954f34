"""The tables. Their constraints are the last word: no command, page or script can write what they refuse.

``Person``, ``Dossier`` and ``Note`` hold what can be erased; everything else holds codes, dates and references and follows
from the events alone. A CHECK that compares with NULL lets it pass: those that need a value say so. Days stand beside dates where a constraint counts them (``…_day``: days since 0001-01-01).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from optimizer.store.states import (
    CALLS,
    CANDIDATE,
    CONDITION,
    DECISION,
    DUTY,
    HELD,
    ITEM,
    LIVE_ITEM,
    OFFER,
    PRESENCE,
    PROOF,
    SESSION,
    TAKEN,
    VOICE,
)

LEAST_DAYS = 10
"""R. 441-10. The value in force is ``national.caleol.answer_days``; below this one the database refuses."""


# Without a plugin of the type checker a field has no type of its own: these give it one word each.


def _text(length: int = 200, **more: Any) -> Any:
    return models.CharField(max_length=length, **more)


def _long() -> Any:
    return models.TextField()


def _int(**more: Any) -> Any:
    return models.IntegerField(**more)


def _key() -> Any:
    return models.BigIntegerField(primary_key=True)


def _big(**more: Any) -> Any:
    return models.BigIntegerField(**more)


def _yes() -> Any:
    return models.BooleanField()


def _day(null: bool = False) -> Any:
    return models.DateField(null=null)


def _instant(null: bool = False) -> Any:
    return models.DateTimeField(null=null)


def _json() -> Any:
    return models.JSONField()


def _link(to: type[models.Model], null: bool = False) -> Any:
    return models.ForeignKey(to, models.PROTECT, null=null)


def _of(to: type[models.Model]) -> Any:
    """The key of another table, which is this one's too."""
    return models.OneToOneField(to, models.PROTECT, primary_key=True)


def _among(field: str, values: tuple[str, ...], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": list(values)}), name=name)


class Head(models.Model):
    """One row: the last event. Every command takes it first, so that commands follow one another."""

    id = _int(primary_key=True)
    seq = _big()
    hash = _text(64)
    at = _instant(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="head_one_row")]


class Event(models.Model):
    seq = _key()
    at = _instant()
    actor = _text()
    role = _text(20)
    kind = _text(60)
    session = _text(60)
    dwelling = _text()
    ref = _text(40)
    payload = _long()
    commitment = _text(64)
    command_id = _text(80, unique=True)
    prev = _text(64)
    hash = _text(64)

    class Meta:
        indexes = [models.Index(fields=["session"]), models.Index(fields=["ref"])]


class Run(models.Model):
    run_id = _text(80, primary_key=True)
    verdict = _text(20)
    gap_points = _text(40)
    seed = _text()
    runs = _int()
    case_on = _day()
    hashes = _json()
    attached_at = _instant()
    attached_by = _text()
    chains = _int(null=True)

    class Meta:
        constraints = [_among("verdict", ("certified", "within"), "run_verified")]


class Session(models.Model):
    session_id = _text(60, primary_key=True)
    landlord = _text()
    commission = _text()
    on = _day()
    hour = _text(20)
    place = _text()
    mode = _text(20)
    status = _text(20)
    version = _int()
    urgent = _yes()
    reason = _text(1000)
    programme = _text()
    run = _link(Run, null=True)
    agenda_hash = _text(64)
    convened_on = _day(null=True)
    recipients = _json()
    quorum = _int(null=True)
    quorum_rule = _text(1000)
    opened_at = _instant(null=True)
    closed_at = _instant(null=True)
    sat_from = _text(5, null=True)
    sat_to = _text(5, null=True)
    prepared_by = _text()
    signed_by = _text()
    one_person = _yes()
    signed_seq = _big(null=True)
    signed_hash = _text(64)
    signed_with = _text(128)
    changed_by = _text()
    changed_at = _instant()

    class Meta:
        constraints = [
            _among("status", SESSION, "session_status"),
            models.UniqueConstraint(
                fields=["landlord", "commission"], condition=Q(status="open"), name="session_one_open"
            ),
            models.CheckConstraint(
                condition=Q(quorum__isnull=True) | Q(quorum__gte=1), name="session_quorum"
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | (Q(closed_at__isnull=False) & ~Q(signed_by="")),
                name="session_closed_is_signed",
            ),
        ]


class Item(models.Model):
    item_id = _key()
    session = _link(Session)
    dwelling_id = _text()
    position = _int()
    status = _text(20)
    version = _int()
    account = _text()
    facts = _json()
    orientation = _json()
    few_reason = _text(60)
    programme = _text()
    added_as = _text(20)
    added_reason = _text(1000)
    end_reason = _text(1000)
    changed_by = _text()
    changed_at = _instant()

    class Meta:
        constraints = [
            _among("status", ITEM, "item_status"),
            models.UniqueConstraint(fields=["session", "dwelling_id"], name="item_once_a_session"),
            models.UniqueConstraint(
                fields=["dwelling_id"],
                condition=Q(status__in=list(LIVE_ITEM)),
                name="item_one_live_a_dwelling",
            ),
        ]


class Person(models.Model):
    """Erasable. ``salt`` keys the commitments of the ledger: without it they say nothing of anybody."""

    ref = _text(40, primary_key=True)
    salt = _text(64)
    application_id = _text(40, unique=True)
    name = _text()
    phone = _text(60)
    email = _text()
    address = _text(500)
    purge_after = _day(null=True)


class Candidate(models.Model):
    candidate_id = _key()
    item = _link(Item)
    ref = _text(40, db_index=True)
    position = _int()
    status = _text(20)
    source = _text(20)
    checks = _json()
    call = _text(20)
    condition = _text(10)
    condition_on = _day(null=True)
    condition_reason = _text(60, null=True)
    has_dalo = _yes()

    class Meta:
        constraints = [
            _among("status", CANDIDATE, "candidate_status"),
            _among("condition", CONDITION, "candidate_condition"),
            models.UniqueConstraint(fields=["item", "ref"], name="candidate_once_an_item"),
        ]


class Dossier(models.Model):
    """Erasable: what was known of a household when the agenda was made."""

    candidate = _of(Candidate)
    ref = _text(40, db_index=True)
    facts = _json()
    reasons = _json()
    reason = _text(1000)


class Remark(models.Model):
    """Erasable: why the commission left the proposed order (``item:7``), why it rectified (``rectification:2``)."""

    remark_id = _text(60, primary_key=True)
    ref = _text(40, db_index=True)
    text = _long()


class Document(models.Model):
    document_id = _key()
    candidate = _link(Candidate)
    document = _text(60)
    asked_on = _day(null=True)
    received_on = _day(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "document"], name="document_once")]


class Call(models.Model):
    call_id = _key()
    candidate = _link(Candidate)
    item = _link(Item)
    ref = _text(40)
    stage = _text(20)
    outcome = _text(20)
    reason = _text(60)
    at = _instant()
    by = _text()

    class Meta:
        constraints = [_among("outcome", CALLS, "call_outcome")]


class Decision(models.Model):
    decision_id = _key()
    candidate = _link(Candidate)
    item = _link(Item)
    revision = _int()
    current = _yes()
    pending = _yes()
    kind = _text(20)
    rank = _int(null=True)
    document = _text(60)
    due_on = _day(null=True)
    motive = _text(10)
    provision = _text(300)
    decided_at = _instant()
    decided_by = _text()
    rectification = _int(null=True)

    class Meta:
        constraints = [
            _among("kind", DECISION, "decision_kind"),
            models.UniqueConstraint(fields=["candidate", "revision"], name="decision_revision"),
            models.UniqueConstraint(
                fields=["candidate"], condition=Q(current=True), name="decision_one_current"
            ),
            models.UniqueConstraint(
                fields=["item", "rank"], condition=Q(current=True), name="decision_rank_once"
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(current=True, kind="attribution"),
                name="decision_one_attribution",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        kind="attribution",
                        rank__isnull=False,
                        rank=1,
                        document="",
                        due_on__isnull=True,
                        motive="",
                    )
                    | Q(
                        kind="ranked",
                        rank__isnull=False,
                        rank__gte=1,
                        document="",
                        due_on__isnull=True,
                        motive="",
                    )
                    | (
                        Q(
                            kind="conditional",
                            rank__isnull=False,
                            rank__gte=1,
                            due_on__isnull=False,
                            motive="",
                        )
                        & ~Q(document="")
                    )
                    | (
                        Q(kind__in=["not_attributed", "ineligible"], rank__isnull=True)
                        & Q(document="", due_on__isnull=True)
                        & ~Q(motive="")
                        & ~Q(provision="")
                    )
                ),
                name="decision_form",
            ),
            models.CheckConstraint(condition=~Q(current=True, pending=True), name="decision_pending"),
        ]


class Note(models.Model):
    """Erasable: the commission's own sentence."""

    decision = _of(Decision)
    ref = _text(40, db_index=True)
    sentence = _long()


class Offer(models.Model):
    offer_id = _key()
    candidate = _link(Candidate)
    item = _link(Item)
    ref = _text(40, db_index=True)
    rank = _int()
    status = _text(20)
    notified_on = _day()
    proof = _text(30)
    proof_on = _day(null=True)
    proof_day = _int(null=True)
    days = _int()
    deadline = _day(null=True)
    deadline_day = _int(null=True)
    answered_on = _day(null=True)
    refusal_reason = _text(60)
    legitimate = _text(10)
    lease_on = _day(null=True)
    end_reason = _text(1000)

    class Meta:
        constraints = [
            _among("status", OFFER, "offer_status"),
            _among("proof", PROOF, "offer_proof"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(status__in=list(HELD)), name="offer_one_live_an_item"
            ),
            models.UniqueConstraint(
                fields=["ref"], condition=Q(status__in=list(TAKEN)), name="offer_one_taken_a_household"
            ),
            models.CheckConstraint(condition=Q(days__gte=LEAST_DAYS), name="offer_least_days"),
            models.CheckConstraint(
                condition=(
                    Q(proof="", proof_day__isnull=True, deadline_day__isnull=True)
                    | (
                        ~Q(proof="")
                        & Q(
                            proof_day__isnull=False,
                            deadline_day__isnull=False,
                            deadline_day__gte=F("proof_day") + F("days"),
                        )
                    )
                ),
                name="offer_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(status="silent") | ~Q(proof=""), name="offer_silence_is_proven"
            ),
            models.CheckConstraint(
                condition=~Q(status="signed") | Q(lease_on__isnull=False), name="offer_signed_has_a_date"
            ),
        ]


class Attendance(models.Model):
    attendance_id = _key()
    session = _link(Session)
    member = _text()
    quality = _text()
    voice = _text(20)
    territory = _text(20)
    presence = _text(20)
    represented_by = _text()
    arrived_at = _text(10)
    left_at = _text(10)
    recused = _json()
    active = _yes()

    class Meta:
        constraints = [
            _among("voice", VOICE, "attendance_voice"),
            _among("presence", PRESENCE, "attendance_presence"),
            models.UniqueConstraint(fields=["session", "member"], name="attendance_once"),
        ]


class Vote(models.Model):
    item = _of(Item)
    votes_for = _int()
    votes_against = _int()
    abstentions = _int()
    casting = _text(10)
    present = _int()
    quorum = _int()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(casting="") | Q(votes_for=F("votes_against")), name="vote_casting_on_a_tie"
            ),
            models.CheckConstraint(
                condition=Q(votes_for__gte=0, votes_against__gte=0, abstentions__gte=0), name="vote_counts"
            ),
        ]


class Rectification(models.Model):
    rectification_id = _key()
    session = _link(Session)
    number = _int()
    prepared_by = _text()
    prepared_at = _instant()
    signed_by = _text()
    signed_at = _instant(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="rectification_number")]


class Duty(models.Model):
    duty_id = _key()
    kind = _text(30)
    ref = _text(40, db_index=True)
    session = _link(Session, null=True)
    item = _link(Item, null=True)
    opened_on = _day()
    due_on = _day(null=True)
    closed_on = _day(null=True)
    outcome = _text(300)

    class Meta:
        constraints = [_among("kind", DUTY, "duty_kind")]


class Recourse(models.Model):
    recourse_id = _key()
    ref = _text(40, db_index=True)
    kind = _text(20)
    opened_on = _day()
    closed_on = _day(null=True)
    outcome = _text(300)


class Nomination(models.Model):
    nomination_id = _key()
    account = _text()
    dwelling_id = _text()
    ref = _text(40, db_index=True)
    rank = _int()
    status = _text(20)
    by = _text()
    at = _instant()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dwelling_id", "ref"], condition=Q(status="open"), name="nomination_once"
            )
        ]


class Grant(models.Model):
    grant_id = _key()
    user = _text(db_index=True)
    role = _text(10)
    landlord = _text()
    commission = _text()
    territory = _text()
    account = _text()
    since = _day()
    until = _day(null=True)

    class Meta:
        constraints = [_among("role", ("S", "P", "M", "A", "R", "D", "T"), "grant_role")]
