"""States of the desk's machines and which of them count as live. Leaf module: the tables and the commands share it."""

from __future__ import annotations

from typing import get_args

from optimizer.store.records import (
    CallOutcome,
    CandidateStatus,
    ConditionStatus,
    DecisionKind,
    DutyKind,
    ItemStatus,
    OfferStatus,
    Presence,
    Proof,
    SessionStatus,
    Voice,
)

SESSION: tuple[str, ...] = get_args(SessionStatus)
ITEM: tuple[str, ...] = get_args(ItemStatus)
CANDIDATE: tuple[str, ...] = get_args(CandidateStatus)
DECISION: tuple[str, ...] = get_args(DecisionKind)
OFFER: tuple[str, ...] = get_args(OfferStatus)
PROOF: tuple[str, ...] = get_args(Proof)
CONDITION: tuple[str, ...] = get_args(ConditionStatus)
CALLS: tuple[str, ...] = get_args(CallOutcome)
REACHED = ("interested", "declines")
"""Outcomes of a call to a household that was reached, whatever it said of whichever dwelling."""
VOICE: tuple[str, ...] = get_args(Voice)
PRESENCE: tuple[str, ...] = get_args(Presence)
DUTY: tuple[str, ...] = get_args(DutyKind)

LIVE_ITEM = ("listed", "decided", "offering")
"""A dwelling is live on one agenda at a time."""
HELD = ("offered", "accepted", "signed")
"""Offers that hold a dwelling: one at a time."""
TAKEN = ("accepted", "signed")
"""Offers that a household has taken: one at a time."""
MISTAKEN = "entered_by_mistake"
"""Why an offer ended that was never sent: nobody was offered anything."""
WITHDRAWN = "withdrawn"
"""Why an offer ended whose dwelling was taken back."""
TENANT_STAYS = "tenant_stays"
"""Why a dwelling left that was void: code of ``not_examined_reasons`` and ``withdrawal_reasons``."""
RECTIFIED = "rectified"
"""How a duty ended that a rectificatif undid."""
REEXAMINED = "examined_since"
"""How the notice of a household found ineligible ended, once a later session examined it and found it so no longer; that of a household
without answer, once a session decided upon it all the same."""
HOUSED = "housed"
"""How the duty of a suitable offer ended, once the household had signed a lease."""
NOTICE = "no_reply"
"""Kind of the duty that a notice of no answer opens."""
INELIGIBLE_NOTICE, RADIATION = "radiation_notice", "ineligible_radiation"
"""Kinds of the duties towards a household found ineligible: its notice, then, once that is delivered, its radiation a month later."""
STRUCK_OFF = "struck_off"
"""How the radiation of an ineligible household ended, once somebody entered it; any other words say why it does not come."""
ANSWERED, UNANSWERED = "answered", "no_reply"
"""How a notice of no answer ended: the household was heard of, or somebody confirmed that its month passed without an answer."""
UNTOLD = (RECTIFIED, REEXAMINED)
"""Ends of a duty by which nothing was done and nobody was told anything."""
OWN_ENDS = (*UNTOLD, HOUSED, ANSWERED, UNANSWERED, STRUCK_OFF)
"""Ends of a duty that the program knows by their name: nobody types them."""
POSITIVE = ("attributed", "ranked", "conditional")
"""Candidates with a favourable decision that wait for their offer."""
GOES = ("signed", "superseded")
"""Candidates who leave their present dwelling: a lease is signed, here or elsewhere."""
TAKEN_BY = ("accepted", *GOES)
"""Candidates who leave, or have said that they will."""
STAYS = (
    "declined", "replaced", "not_examined", "not_attributed", "ineligible", "refused", "silent", "condition_failed", "desisted",
    "released",
)  # fmt: skip
"""Candidates who do not move to that dwelling."""
STATUS_OF: dict[str, str] = {
    "attribution": "attributed",
    "ranked": "ranked",
    "conditional": "conditional",
    "not_attributed": "not_attributed",
    "ineligible": "ineligible",
}
"""Candidate's status after each kind of decision."""
