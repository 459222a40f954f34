"""A code that the desk stores has its words wherever a person reads it: a new one without them would end a page in an error."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from optimizer.desk import texts as entry_words
from optimizer.desk.call_list import KINDS
from optimizer.desk.papers import letters, subject_words
from optimizer.desk.papers import texts as paper_words
from optimizer.errors import LANGS, said
from optimizer.store import records, state_words, states
from optimizer.store.commands.duties import RECOURSES
from optimizer.store.purge import HELD
from optimizer.web import texts as web_words

READ = [entry_words, paper_words, subject_words, web_words]
"""Their words are declared once they are imported."""
PLACES: list[tuple[str, Any, tuple[str, ...]]] = [
    ("session", records.SessionStatus, ("WEB.SESSION_",)),
    ("dwelling", records.ItemStatus, ("WEB.ITEM_",)),
    ("candidate", records.CandidateStatus, ("WEB.CANDIDATE_",)),
    ("offer", records.OfferStatus, ("WEB.OFFER_",)),
    ("decision", records.DecisionKind, ("WEB.KIND_", "ENTRY.DECISION.")),
    ("duty", records.DutyKind, ("PAPER.DUE_", "SUBJECT.DUTY_")),
    ("call", records.CallOutcome, ("WEB.CALL_", "ENTRY.CALL.")),
    ("refusal", records.Legitimate, ("WEB.LEGITIMATE_", "ENTRY.LEGITIMATE.")),
    ("proof", records.Proof, ("WEB.PROOF_",)),
    ("voice", records.Voice, ("WEB.VOICE_",)),
    ("presence", records.Presence, ("WEB.PRESENCE_", "PAPER.PRESENCE_", "ENTRY.PRESENCE.")),
    ("mode", records.Mode, ("WEB.MODE_", "PAPER.MODE_")),
    ("role", records.Role, ("SUBJECT.ROLE_",)),
    ("recourse", RECOURSES, ("WEB.RECOURSE_", "SUBJECT.RECOURSE_")),
    ("line of calls", KINDS, ("PAPER.DUE_",)),
    ("held from a purge", HELD, ("WEB.HELD_", "SUBJECT.HELD_")),
    ("letter", tuple(letters.BODIES), ("PAPER.LETTER_",)),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "places"), [x[1:] for x in PLACES], ids=[x[0] for x in PLACES])
def test_every_code_has_its_words(codes: Any, places: tuple[str, ...]):
    for code in filter(None, get_args(codes) or codes):
        for place in places:
            assert all(said(f"{place}{code}".upper(), lang) for lang in LANGS)


def test_every_state_of_a_machine_is_worded_for_the_sentence_that_refuses_a_step():
    machines = {
        "session": states.SESSION, "item": states.ITEM, "candidate": states.CANDIDATE, "offer": states.OFFER, "condition": states.CONDITION,
    }  # fmt: skip
    for machine, codes in machines.items():
        assert set(state_words.STATE[machine]) == set(codes), machine


def test_every_duty_has_its_place_on_the_list_of_calls():
    assert set(states.DUTY) <= set(KINDS) and len(set(KINDS)) == len(KINDS)
