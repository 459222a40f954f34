"""A session from its draft to its signature: what each step does, and what each guard refuses."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from optimizer.desk.papers.minutes import minutes
from optimizer.desk.sessions import told_of
from optimizer.store import commands as c
from optimizer.store import queries, schema
from optimizer.store.ledger import verify as verify_ledger
from optimizer.store.messages import StoreConflict, StoreForbidden, StoreMissing, StoreRefused
from optimizer.store.records import NewCandidate, NewDecision, PersonRecord, VoteRecord
from optimizer.store.work import Work
from tests.store.playing import DAY, SMALL, A, D, M, P, R, S, T, board, dwelling


def refused(code, do, *args, **kwargs):
    with pytest.raises(StoreRefused) as error:
        do(*args, **kwargs)
    assert error.value.code == code
    for lang in ("fr", "en"):
        assert "{" not in error.value.text(lang)


def test_a_week_from_the_draft_to_the_signature(play):
    session = play.new(dwelling("L1"), dwelling("L2", names=3, queue=0))
    assert session == "2026-12-03" and play.seen().status == "draft"
    assert [c.status for c in play.names("L1")] == ["listed", "listed", "listed", "queue"]
    play.open()
    assert play.seen().status == "open" and len(play.seen().agenda_hash) == 64
    play.decide("L1")
    play.decide(
        "L2",
        [
            NewDecision(n.candidate_id, "not_attributed", motive="N3", sentence=SMALL)
            for n in play.names("L2")
        ],
    )
    signed = play.close()
    assert signed["offering"] == [play.item("L1")] and signed["no_taker"] == [play.item("L2")]
    seen = play.seen()
    assert (seen.status, seen.prepared_by, seen.signed_by, seen.one_person) == (
        "closed",
        "sophie",
        "paul",
        False,
    )
    assert (seen.signed_seq, seen.signed_hash) == (signed["head"]["seq"], signed["head"]["hash"])
    first = play.names("L1")[0]
    assert first.decision.letter == "a" and first.decision.rank == 1
    assert play.names("L2")[0].decision.provision.startswith("CCH L. 441-1")
    assert play.names("L2")[0].decision.sentence == SMALL
    assert seen.items[0].vote.votes_for == 4 and seen.items[0].vote.quorum == 3
    assert seen.quorum_assumed  # nobody gave one with the session


def test_a_second_session_of_the_day_has_a_number_of_its_own(play):
    assert play.new(dwelling("L1")) == "2026-12-03"
    assert play.new(dwelling("L2")) == "2026-12-03-2"


def test_the_tenth_session_of_a_day_comes_after_the_ninth(play):
    for n in range(1, 13):
        play.new(dwelling(f"L{n}"))
    names = [f"{DAY}-{n}" for n in range(12, 1, -1)] + [f"{DAY}"]
    assert [s.session_id for s in queries.sessions(play.store)] == names


def test_no_notice_is_owed_to_a_household_that_a_later_session_found_eligible(play):
    """L1-1 is found ineligible on 3 December; the session of the 10th ranks it on L2, that of another landlord had done so on the 5th."""

    def again(name: str, on: date, **landlord: str) -> None:
        home = replace(dwelling(name), candidates=dwelling("L1").candidates)
        made = play.do(
            c.new_session, S, commission="CAL1", on=on, items=(home,), urgent=True, reason="x",
            **{"landlord": "OPH25", **landlord},
        )  # fmt: skip
        play.session = made["session_id"]
        play.clock.on(on)
        play.open()
        play.decide(name)
        play.close()

    def notices() -> list[str]:
        return [d.outcome for d in queries.duties(play.store, open=False) if d.kind == "radiation_notice"]

    play.new(dwelling("L1"))
    play.open()
    barred, *rest = play.names("L1", "listed")
    kept = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L1", [NewDecision(barred.candidate_id, "ineligible", motive="I1", sentence=SMALL), *kept])
    play.close()
    first = play.session
    assert notices() == [""] and told_of(play.store, first, "fr").examined_since == {}
    again("L3", date(2026, 12, 5), landlord="SEM")
    assert notices() == [""] and told_of(play.store, first, "fr").examined_since == {}
    again("L2", date(2026, 12, 10))
    assert notices() == ["examined_since"] and not [
        d for d in queries.duties(play.store) if d.kind == "radiation_notice"
    ]
    told = told_of(play.store, first, "fr")
    assert told.examined_since == {barred.ref: date(2026, 12, 10)} and told.noticed == {}
    assert verify_ledger(play.store).holds


def test_a_household_found_ineligible_again_is_owed_its_first_notice_still(play):
    """Both sessions find L1-1 ineligible: its first letter says no more that it was found eligible since."""
    first = ""
    for name, on in (("L1", date(2026, 12, 3)), ("L2", date(2026, 12, 10))):
        play.clock.on(on)
        play.new(replace(dwelling(name), candidates=dwelling("L1").candidates))
        first = first or play.session
        play.open()
        barred, *rest = play.names(name, "listed")
        kept = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
        no = NewDecision(barred.candidate_id, "ineligible", motive="I1", sentence=SMALL)
        play.decide(name, [no, *kept])
        play.close()
    owed = [d for d in queries.duties(play.store) if d.kind == "radiation_notice"]
    assert {d.session_id for d in owed} == {first, play.session} and len(owed) == 2
    assert told_of(play.store, first, "fr").examined_since == {}


def test_a_session_that_has_its_quorum_to_the_voice_could_have_sat(play):
    play.new(dwelling("L1"), quorum=3, quorum_rule="Article 6 du règlement intérieur")
    play.convene()
    play.do(c.attend, S, play.session, members=board(play.session, 3))
    play.clock.on(DAY, 14)
    refused("STORE_QUORUM_THERE", play.do, c.cancel, S, play.session, no_quorum_at="14:30")
    assert play.seen().status == "convened"
    play.do(c.attend, S, play.session, members=board(play.session, 2))
    play.do(c.cancel, S, play.session, no_quorum_at="14:30")
    assert play.seen().status == "cancelled"


def test_a_dwelling_is_live_on_one_agenda_only(play):
    play.new(dwelling("L1"))
    refused("STORE_DWELLINGS_TAKEN", play.new, dwelling("L1"))
    refused("STORE_DWELLING_TWICE", play.new, dwelling("L2"), dwelling("L2"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    assert play.seen().items[0].status == "not_examined" and play.new(dwelling("L1"))


def test_a_session_without_its_quorum_keeps_what_was_counted_and_signs_the_ledger(play):
    play.new(dwelling("L1"))
    refused("STORE_NEEDS_REASON", play.do, c.cancel, S, play.session)
    refused("STORE_STATE", play.do, c.cancel, S, play.session, no_quorum_at="14:30")
    play.convene()
    refused("STORE_NO_ATTENDANCE", play.do, c.cancel, S, play.session, no_quorum_at="11:30")
    there = board(play.session, present=4)
    play.do(
        c.attend,
        S,
        play.session,
        members=[replace(m, left_at="14:20") if n else m for n, m in enumerate(there)],
    )
    # at noon nobody has counted at two yet
    refused("STORE_HOUR_TO_COME", play.do, c.cancel, S, play.session, no_quorum_at="14:30")
    play.clock.on(DAY, 14)
    refused("STORE_QUORUM_THERE", play.do, c.cancel, S, play.session, no_quorum_at="14:10")
    refused("STORE_HOUR", play.do, c.cancel, S, play.session, no_quorum_at="ce soir")
    assert queries.cancellation(play.store, play.session) is None and play.seen().status == "convened"
    play.do(c.cancel, S, play.session, no_quorum_at="14h30")
    seen, found = play.seen(), queries.cancellation(play.store, play.session)
    assert (found.by, found.hour, found.present, found.quorum) == ("sophie", "14:30", 1, 3)
    assert [(i.status, i.end_reason) for i in seen.items] == [("not_examined", "quorum")]
    assert seen.signed_seq == queries.head(play.store).seq and verify_ledger(play.store).holds
    # its dwellings are free, and what they went to is known
    assert queries.agendas_since(play.store, ["L1"], seen.on) == {}
    later = play.new(dwelling("L1"), on=DAY + timedelta(days=4))
    assert queries.agendas_since(play.store, ["L1", "L2"], seen.on) == {"L1": DAY + timedelta(days=4)}
    # one that was never convened leaves no signature
    play.do(c.cancel, S, later, reason="Salle fermée")
    assert play.seen().signed_seq is None and queries.cancellation(play.store, later).hour == ""
    assert queries.agendas_since(play.store, ["L1"], seen.on) == {}


def test_a_session_needs_a_verified_run_or_a_reason_to_be_urgent(play):
    play.new(dwelling("L1"), run=False)
    refused("STORE_NEEDS_RUN", play.convene)
    refused("STORE_NEEDS_REASON", play.new, dwelling("L2"), run=False, urgent=True)
    play.new(dwelling("L2"), run=False, urgent=True, reason="Incendie rue des Lilas")
    play.convene()
    assert play.seen().urgent and play.seen().status == "convened"
    refused("STORE_NEEDS_RUN", play.do, c.attach_run, S, run_id="x", verdict="refused", case_on=DAY)


def test_candidates_are_checked_again_at_the_convocation_and_at_the_opening(play):
    play.new(dwelling("L1"))
    short = dict(list(play.checks().items())[1:])
    refused("STORE_CHECK_MISSING", play.do, c.convene, S, play.session, recipients=[], checks=short)
    play.convene()
    play.do(c.attend, S, play.session, members=board(play.session))
    found = play.checks() | {play.names("L1")[1].candidate_id: "INCOME_OVER_CEILING"}
    refused("STORE_CHECK_MISSING", play.do, c.open_session, S, play.session, checks={})
    play.do(c.open_session, S, play.session, checks=found)
    assert play.names("L1")[1].checks == {"convened": "", "open": "INCOME_OVER_CEILING"}


def test_a_household_that_declines_is_no_refusal_and_calls_up_the_next_name(play):
    play.new(dwelling("L1", names=3, queue=2))
    second, further = play.names("L1")[1], play.names("L1", "queue")
    done = play.do(c.call, A, second.candidate_id, outcome="declines", reason="location")
    assert done["next_candidate"] == further[0].candidate_id
    assert [n.status for n in play.names("L1")] == ["listed", "declined", "listed", "listed", "queue"]
    assert queries.offers(play.store, live=False) == () and queries.duties(play.store) == ()
    play.do(c.call, A, further[0].candidate_id, outcome="interested")
    play.do(c.call, A, further[1].candidate_id, outcome="declines")
    assert play.do(c.call, A, further[0].candidate_id, outcome="declines")["next_candidate"] is None
    assert len(queries.calls(play.store, sessions=[play.session])) == 4
    play.convene()
    refused("STORE_STATE", play.do, c.call, A, second.candidate_id, outcome="declines")


def test_documents_are_asked_and_received_once_each(play):
    play.new(dwelling("L1"))
    name = play.names("L1")[0].candidate_id
    play.do(c.ask_document, A, name, document="tax_notice")
    play.clock.later(2)
    play.do(c.receive_document, A, name, document="tax_notice")
    (paper,) = play.names("L1")[0].documents
    assert (paper.asked_on, paper.received_on) == (DAY, DAY + timedelta(days=2))
    refused("STORE_DOCUMENT", play.do, c.ask_document, A, name, document="passeport")
    refused("STORE_FUTURE", play.do, c.receive_document, A, name, document="resources", on=date(2027, 1, 1))


def test_late_names_replacements_and_late_dwellings_have_their_reasons(play):
    play.new(dwelling("L1", queue=0))
    first, second, _ = play.names("L1")
    refused("STORE_NEEDS_REASON", play.do, c.replace, S, first.candidate_id, reason=" ")
    done = play.do(c.replace, S, first.candidate_id, reason="Relogé ailleurs", by=NewCandidate("N9", 1))
    assert play.do(c.replace, S, second.candidate_id, reason="Dossier retiré")["next_candidate"] is None
    assert play.names("L1", "replaced")[0].reason == "Relogé ailleurs"
    assert done["next_candidate"] in [n.candidate_id for n in play.names("L1", "listed")]
    play.open()
    play.do(c.add_candidate, S, play.item("L1"), NewCandidate("N10", 9), reason="Urgence signalée ce matin")
    refused(
        "STORE_CANDIDATE_TWICE",
        play.do,
        c.add_candidate,
        S,
        play.item("L1"),
        NewCandidate("N10", 9),
        reason="x",
    )
    refused("STORE_NEEDS_REASON", play.do, c.add_item, S, play.session, dwelling("L9"), reason="")
    play.do(c.add_item, S, play.session, dwelling("L9"), reason="Préavis reçu hier")
    assert [i.position for i in play.seen().items] == list(range(1, len(play.seen().items) + 1))
    late = next(i for i in play.seen().items if i.dwelling_id == "L9")
    assert (late.added_as, late.added_reason) == ("late", "Préavis reçu hier")


def test_no_quorum_no_session_and_a_recused_member_does_not_count(play):
    play.new(dwelling("L1"), quorum=3, quorum_rule="Article 6 du règlement intérieur")
    play.convene()
    play.do(c.attend, S, play.session, members=board(play.session, 2))
    refused("STORE_NO_QUORUM", play.do, c.open_session, S, play.session, checks=play.checks())
    item = play.item("L1")
    members = board(play.session, 3)
    members[0] = replace(members[0], recused=(item,))
    play.do(c.attend, S, play.session, members=members)
    play.do(c.open_session, S, play.session, checks=play.checks())
    assert queries.voters(play.store, item).present == 2
    refused("STORE_NO_QUORUM", play.decide, "L1")
    absent = [replace(m, presence="absent") if m.member == "Membre 1" else m for m in board(play.session, 4)]
    play.do(c.attend, S, play.session, members=absent)
    play.decide("L1")
    assert play.seen().items[0].vote.present == 3


def test_the_mayor_votes_in_his_commune_only_and_has_the_casting_vote(play):
    play.new(dwelling("L1", commune="25056"), dwelling("L2", commune="25388"))
    play.open(*board(play.session, 3, territory="25056"))
    here, there = play.item("L1"), play.item("L2")
    assert (queries.voters(play.store, here).present, queries.voters(play.store, there).present) == (4, 3)
    tie = VoteRecord(here, 2, 2, 0, "", 0, 0)
    refused("STORE_NO_CASTING", play.decide, "L1", vote=tie)
    refused("STORE_CASTING", play.decide, "L2", vote=VoteRecord(there, 1, 1, 0, "for", 0, 0))
    refused("STORE_CASTING", play.decide, "L1", vote=VoteRecord(here, 3, 1, 0, "for", 0, 0))
    refused("STORE_VOTE", play.decide, "L2", vote=VoteRecord(there, 3, 1, 0, "", 0, 0))
    play.decide("L1", vote=replace(tie, casting="for"))
    assert play.seen().items[0].vote.casting == "for"


@pytest.mark.parametrize(
    "ballot",
    [(1, 3, 0, ""), (0, 0, 4, ""), (0, 4, 0, ""), (0, 0, 0, "for"), (2, 2, 0, "against")],
)
def test_what_the_vote_did_not_carry_is_no_decision(play, ballot):
    """Letters, offers and refusals follow from a decision: one that was voted down must leave none."""
    play.new(dwelling("L1"))
    play.open(*board(play.session, 3, territory="25056"))
    refused("STORE_NOT_ADOPTED", play.decide, "L1", vote=VoteRecord(play.item("L1"), *ballot, 0, 0))
    assert play.seen().items[0].status == "listed" and all(n.decision is None for n in play.names("L1"))
    play.decide("L1", vote=VoteRecord(play.item("L1"), 1, 0, 3, "", 0, 0))
    assert play.seen().items[0].vote.abstentions == 3


def test_consultative_voices_do_not_count(play):
    play.new(dwelling("L1"))
    members = [replace(m, voice="consultative") for m in board(play.session, 2)]
    members += [replace(m, member=f"Autre {m.member}") for m in board(play.session, 3)]
    play.open(*members)
    assert queries.voters(play.store, play.item("L1")).present == 3


UNKNOWN_TO_THE_LAW = [
    ("STORE_RANK", {"rank": 2}),
    ("STORE_ATTRIBUTION_FIRST", {"kind": "attribution", "rank": 2}),
    ("STORE_NEEDS_RANK", {"kind": "ranked", "rank": None}),
    ("STORE_NO_MOTIVE", {"motive": "N3"}),
    ("STORE_CONDITION", {"kind": "conditional", "due_on": DAY + timedelta(days=9)}),
    ("STORE_CONDITION", {"kind": "conditional", "document": "tax_notice", "due_on": DAY}),
    ("STORE_CONDITION", {"kind": "conditional", "document": "lettre", "due_on": DAY + timedelta(days=9)}),
    ("STORE_NO_CONDITION", {"document": "tax_notice"}),
    ("STORE_MOTIVE", {"kind": "not_attributed", "rank": None, "motive": "I1", "sentence": SMALL}),
    ("STORE_MOTIVE", {"kind": "ineligible", "rank": None, "motive": "N2", "sentence": SMALL}),
    ("STORE_MOTIVE", {"kind": "not_attributed", "rank": None, "motive": "", "sentence": SMALL}),
    ("STORE_SENTENCE", {"kind": "not_attributed", "rank": None, "motive": "N3", "sentence": "Trop petit."}),
    ("STORE_NO_RANK", {"kind": "not_attributed", "rank": 3, "motive": "N3", "sentence": SMALL}),
    ("STORE_OUTSIDE", {"kind": "ajourned"}),
]


def test_a_decision_that_the_law_does_not_know_is_refused(play):
    """All on one agenda: what is refused leaves nothing behind."""
    play.new(dwelling("L1"))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1", "listed"))
    others = [NewDecision(second, "ranked", 2), NewDecision(third, "ranked", 3)]
    for code, change in UNKNOWN_TO_THE_LAW:
        refused(code, play.decide, "L1", [replace(NewDecision(first, "ranked", 1), **change), *others])
        assert play.names("L1")[0].decision is None and play.seen().items[0].status == "listed", change
    play.decide("L1", [NewDecision(first, "ranked", 1), *others])
    assert play.names("L1")[0].decision is not None


def test_a_sentence_names_no_other_household(play):
    play.new(dwelling("L1"), dwelling("L2"))
    play.open()
    first, second, third = play.names("L1", "listed")[:3]

    def not_attributed(sentence):
        kept = [NewDecision(first.candidate_id, "ranked", 1), NewDecision(second.candidate_id, "ranked", 2)]
        return [*kept, NewDecision(third.candidate_id, "not_attributed", motive="N8", sentence=sentence)]

    for other in (first, play.names("L2")[0]):
        number = other.application_id
        for typed in (number, f"{number[:4]} {number[4:]}"):
            said = not_attributed(f"La demande {typed} est hébergée avec deux enfants, plus urgente.")
            refused("STORE_SENTENCE_NAMES", play.decide, "L1", said)
    people = [
        PersonRecord("", who.application_id, name=name)
        for who, name in ((first, "Anne-Marie Lefèvre"), (third, "Paul Martin"))
    ]
    play.do(c.import_people, S, people=people)
    said = not_attributed("Mme LEFEVRE est hébergée avec deux enfants, plus urgente.")
    refused("STORE_SENTENCE_NAMES", play.decide, "L1", said)
    own = f"Votre demande {third.application_id}, M. Martin, a une pièce de plus qu'il n'en faut ; hébergement de deux enfants."
    play.decide("L1", not_attributed(own))
    assert play.names("L1")[2].decision.sentence == own


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("Le taux d'effort serait de 45,2 %, au-delà de 35 % (délibération du 12/01/2026).", False),
        ("Taux d'effort au-delà de 35 % (délibération du 12/01/2026).", False),
        ("Le taux d'effort est de 30,8 %, au-delà de 30 % (délibération du 12/01/2026).", True),
        ("Le taux d'effort est de 31 %, au-delà de 30 % (délibération du 12/01/2026).", True),
        ("Taux d'effort de 41,5 %, et non 30,8 % comme à l'import : le salaire a cessé le 01/11/2026.", True),
        ("Le taux d'effort dépasse celui de la délibération du 12/01/2026, calcul joint.", True),
    ],
)
def test_a_refusal_for_the_rate_of_effort_tells_the_rate_that_its_letter_computes(play, sentence, right):
    home = dwelling("L1")
    first = replace(home.candidates[0], facts={"priority_codes": "", "effort": 0.3079})
    play.new(replace(home, candidates=(first, *home.candidates[1:])))
    play.open()
    one, two, three = (n.candidate_id for n in play.names("L1", "listed"))
    decisions = [
        NewDecision(one, "not_attributed", motive="N5", sentence=sentence),
        NewDecision(two, "ranked", 1),
        NewDecision(three, "ranked", 2),
    ]
    if right:
        play.decide("L1", decisions)
        assert play.names("L1")[0].decision.sentence == sentence
    else:
        refused("STORE_EFFORT_RATE", play.decide, "L1", decisions)


def test_every_candidate_examined_has_a_decision_and_few_need_a_reason(play):
    play.new(dwelling("L1", names=2, queue=0))
    play.open()
    first, second = (n.candidate_id for n in play.names("L1"))
    refused("STORE_UNDECIDED", play.decide, "L1", [NewDecision(first, "attribution")])
    both = [NewDecision(first, "attribution"), NewDecision(second, "ranked", 2)]
    refused("STORE_FEW", play.decide, "L1", both)
    refused("STORE_FEW_REASON", play.decide, "L1", both, few_reason="pressés")
    play.decide("L1", both, few_reason="too_few_candidates")
    assert play.seen().items[0].few_reason == "too_few_candidates"


def test_another_order_than_the_one_proposed_is_explained(play):
    play.new(dwelling("L1"))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1", "listed"))
    turned = [
        NewDecision(second, "attribution"),
        NewDecision(first, "ranked", 2),
        NewDecision(third, "ranked", 3),
    ]
    refused("STORE_DEPARTURE", play.decide, "L1", turned)
    why = "Le ménage vit en hôtel depuis avril."
    play.decide("L1", turned, departure=why)
    assert play.seen().items[0].departure == why


def test_a_decision_is_revised_until_the_signature_and_keeps_its_history(play):
    play.new(dwelling("L1"))
    play.open()
    play.decide("L1")
    names = [n.candidate_id for n in play.names("L1") if n.decision]
    second = [NewDecision(names[0], "conditional", 1, "tax_notice", DAY + timedelta(days=15))]
    play.decide("L1", second + [NewDecision(n, "ranked", k) for k, n in enumerate(names[1:], 2)])
    seen = play.names("L1")[0]
    assert (seen.status, seen.decision.revision, seen.condition) == ("conditional", 2, "open")
    play.close()
    with pytest.raises(StoreRefused):
        play.decide("L1")


def test_two_households_may_exchange_their_ranks(play):
    play.new(dwelling("L1"))
    play.open()
    play.decide("L1")
    first, second, third = (n.candidate_id for n in play.names("L1") if n.decision)
    refused("STORE_RANK", play.do, c.decide_one, S, first, NewDecision(first, "ranked", 2))
    turned = [(second, 1), (first, 2), (third, 3)]
    play.decide(
        "L1", [NewDecision(n, "ranked", k) for n, k in turned], departure="Le second dossier est plus urgent."
    )
    assert [n.decision.rank for n in play.names("L1") if n.decision] == [2, 1, 3]


def test_one_candidate_at_a_time(play):
    play.new(dwelling("L1"))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1", "listed"))
    play.do(c.decide_one, P, first, NewDecision(first, "attribution"))
    refused("STORE_UNDECIDED", play.do, c.finish_item, P, play.item("L1"))
    play.do(c.candidate_not_examined, S, third, reason="household_withdrew")
    play.do(c.decide_one, P, second, NewDecision(second, "ranked", 2))
    play.do(c.finish_item, P, play.item("L1"), few_reason="too_few_candidates")
    assert [n.status for n in play.names("L1")] == ["attributed", "ranked", "not_examined", "queue"]


def test_a_dwelling_leaves_the_agenda_before_its_first_decision_only(play):
    play.new(dwelling("L1"), dwelling("L2"))
    play.open()
    first = play.names("L1", "listed")[0].candidate_id
    play.do(c.decide_one, S, first, NewDecision(first, "attribution"))
    refused("STORE_STATE", play.do, c.not_examined, S, play.item("L1"), reason="works")
    refused("STORE_REASON_CODE", play.do, c.not_examined, S, play.item("L2"), reason="ajourné")
    play.do(c.not_examined, S, play.item("L2"), reason="works")
    refused("STORE_ITEMS_LEFT", play.close)
    play.decide(
        "L1",
        [
            NewDecision(n.candidate_id, "ranked", k)
            for k, n in enumerate(play.names("L1", "listed", "attributed"), 1)
        ],
    )
    play.close()
    assert [item.status for item in queries.session(play.store, play.session).items] == [
        "offering",
        "not_examined",
    ]


def test_whoever_prepared_the_session_does_not_sign_it_unless_the_minutes_say_so(play):
    play.new(dwelling("L1"))
    play.open()
    play.decide("L1")
    sophie = replace(S, role="P")
    refused("STORE_SAME_PERSON", play.do, c.close, sophie, play.session)
    play.do(c.close, sophie, play.session, one_person=True)
    assert play.seen().one_person


def test_an_application_that_is_ineligible_is_given_no_other_dwelling_by_the_same_session(play):
    shared = replace(dwelling("L2"), candidates=dwelling("L1").candidates)
    play.new(dwelling("L1"), shared)
    play.open()
    barred = play.names("L1", "listed")[0].candidate_id
    others = [
        NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(play.names("L1", "listed")[1:], 1)
    ]
    play.decide("L1", [NewDecision(barred, "ineligible", motive="I1", sentence=SMALL), *others])
    play.decide("L2")
    refused("STORE_INELIGIBLE_ELSEWHERE", play.close)
    first, *rest = play.names("L2")[:3]
    kept = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L2", [NewDecision(first.candidate_id, "ineligible", motive="I1", sentence=SMALL), *kept])
    play.close()
    assert play.seen().status == "closed"


def test_a_rectification_gives_no_dwelling_to_a_household_that_has_signed_a_lease_since(play):
    """Prepared before the lease or after it: such a household would be called first, could not accept, and the list would wait for it."""
    play.new(dwelling("L1"), replace(dwelling("L2"), candidates=dwelling("L1").candidates))
    play.open()
    play.decide("L1")
    first, *rest = (n.candidate_id for n in play.names("L2", "listed"))
    others = [NewDecision(n, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L2", [NewDecision(first, "not_attributed", motive="N3", sentence=SMALL), *others])
    play.close()
    right = [NewDecision(first, "ranked", 1), *(replace(d, rank=d.rank + 1) for d in others)]
    play.do(c.prepare_rectification, S, play.session, reason="Composition mal lue", decisions=right)
    offer = play.offer("L1")
    play.do(c.answer, A, offer, accepted=True, on=play.store.today())
    play.do(c.sign_lease, S, offer, on=play.store.today())
    refused("STORE_HOUSED", play.do, c.sign_rectification, P, play.session, 1)
    refused(
        "STORE_HOUSED", play.do, c.prepare_rectification, S, play.session, reason="Encore", decisions=right
    )
    assert queries.next_to_offer(play.store, play.item("L2")) == rest[0]


def test_a_rectification_keeps_a_condition_that_is_met_and_sets_no_condition_of_a_day_past(play):
    """The document is there: a rank put right asks for it no second time, and nobody is asked for one by a day that is over."""
    play.new(dwelling("L1"))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1", "listed"))
    tax = NewDecision(second, "conditional", 2, document="tax_notice", due_on=DAY + timedelta(days=5))
    play.decide("L1", [NewDecision(first, "ranked", 1), tax, NewDecision(third, "ranked", 3)])
    play.close()
    play.clock.later(3)
    play.do(c.condition_met, A, second)
    play.clock.later(4)

    def put_right(*decisions: NewDecision) -> None:
        number = play.do(
            c.prepare_rectification, S, play.session, reason="Rangs intervertis", decisions=decisions
        )["number"]
        play.do(c.sign_rectification, P, play.session, number)

    late = NewDecision(third, "conditional", 3, document="resources", due_on=play.store.today())
    refused("STORE_CONDITION", put_right, late)
    put_right(replace(tax, rank=1), NewDecision(first, "ranked", 2))
    (moved,) = [n for n in play.names("L1") if n.candidate_id == second]
    assert (moved.status, moved.condition, moved.condition_on) == (
        "conditional",
        "met",
        DAY + timedelta(days=3),
    )
    assert moved.decision.rank == 1
    # another document is another condition
    put_right(replace(tax, rank=1, document="resources", due_on=play.store.today() + timedelta(days=8)))
    (asked,) = [n for n in play.names("L1") if n.candidate_id == second]
    assert (asked.condition, asked.condition_on) == ("open", None)


def test_what_is_owed_to_households_stands_where_their_dwelling_is_withdrawn_during_the_session(play):
    """The dwelling goes; the household found ineligible waits for its notice, the one refused for mixity for another dwelling."""
    play.new(dwelling("L1"))
    play.open()
    first, barred, refused_here = (n.candidate_id for n in play.names("L1", "listed"))
    play.decide(
        "L1",
        [
            NewDecision(first, "ranked", 1),
            NewDecision(barred, "ineligible", motive="I1", sentence=SMALL),
            NewDecision(refused_here, "not_attributed", motive="N7", sentence=SMALL),
        ],
    )
    play.do(c.withdraw, S, play.item("L1"), reason="works")
    play.close()
    owed = {d.kind: d.ref for d in queries.duties(play.store)}
    assert owed == {"radiation_notice": play.ref("L1-2"), "suitable_offer": play.ref("L1-3")}


def test_a_rectification_is_prepared_signed_and_stops_at_the_first_notification(play):
    play.new(dwelling("L1"))
    play.open()
    names = play.names("L1", "listed")
    all_refused = [NewDecision(n.candidate_id, "not_attributed", motive="N7", sentence=SMALL) for n in names]
    play.decide("L1", all_refused)
    play.close()
    assert play.seen().items[0].status == "no_taker"
    assert len(queries.duties(play.store)) == 3
    right = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(names, 1)]
    done = play.do(c.prepare_rectification, S, play.session, reason="Erreur de plume", decisions=right)
    assert play.names("L1")[0].status == "not_attributed"  # not in force before it is signed
    refused("STORE_SAME_PERSON", play.do, c.sign_rectification, replace(S, role="P"), play.session, 1)
    play.do(c.sign_rectification, P, play.session, done["number"])
    seen = play.seen()
    assert seen.items[0].status == "offering" and seen.rectifications[0].reason == "Erreur de plume"
    assert [n.decision.rectification for n in play.names("L1", "ranked")] == [1, 1, 1]
    assert queries.duties(play.store) == () and {
        d.outcome for d in queries.duties(play.store, open=False)
    } == {"rectified"}
    play.offer("L1")
    refused(
        "STORE_ALREADY_NOTIFIED",
        play.do,
        c.prepare_rectification,
        S,
        play.session,
        reason="x",
        decisions=right,
    )


def test_a_rectification_is_of_one_mind_about_a_household_too(play):
    """Ineligible on one dwelling, ranked on the other of the same session: refused at the signature as it is at the close."""
    play.new(dwelling("L1"), replace(dwelling("L2"), candidates=dwelling("L1").candidates))
    play.open()
    play.decide("L1")
    play.decide("L2")
    play.close()
    barred, *_ = play.names("L1", "attributed")
    ranks = play.names("L1", "ranked")
    told = [
        NewDecision(barred.candidate_id, "ineligible", motive="I1", sentence=SMALL),
        *(NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(ranks, 1)),
    ]
    waiting = play.do(c.prepare_rectification, S, play.session, reason="Erreur", decisions=told)["number"]
    refused("STORE_INELIGIBLE_ELSEWHERE", play.do, c.sign_rectification, P, play.session, waiting)
    play.offer("L2")
    refused("STORE_INELIGIBLE_ELSEWHERE", play.do, c.sign_rectification, P, play.session, waiting)
    assert play.names("L1")[0].status == "attributed"


def test_a_rectification_gives_no_dwelling_that_a_later_session_has_decided_on(play):
    """Nobody was given it here; the next commission let it. The refusal may still be put right, a rank would let it twice."""
    play.new(dwelling("L1"))
    play.open()
    names = [n.candidate_id for n in play.names("L1", "listed")]
    play.decide("L1", [NewDecision(n, "not_attributed", motive="N3", sentence=SMALL) for n in names])
    play.close()
    first = play.session
    right = [NewDecision(n, "ranked", k) for k, n in enumerate(names, 1)]
    waiting = play.do(c.prepare_rectification, S, first, reason="Erreur", decisions=right)["number"]
    play.clock.later(7)
    play.new(dwelling("L1", names=4, queue=0))
    refused("STORE_DWELLING_LIVE", play.do, c.sign_rectification, P, first, waiting)
    play.open()
    play.decide("L1")
    play.close()
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)
    refused("STORE_CORRECTION_SINCE", play.do, c.sign_rectification, P, first, waiting)
    refused("STORE_CORRECTION_SINCE", play.do, c.prepare_rectification, S, first, reason="x", decisions=right)
    better = [NewDecision(names[0], "not_attributed", motive="N8", sentence=SMALL)]
    made = play.do(c.prepare_rectification, S, first, reason="Motif mal lu", decisions=better)
    play.do(c.sign_rectification, P, first, made["number"])
    play.session = first
    assert play.seen().items[0].status == "no_taker"
    assert play.names("L1")[0].decision.motive == "N8"


def test_a_session_of_one_household_has_no_other_number_to_hide(play):
    play.new(dwelling("L1", names=1, queue=0))
    play.open()
    (only,) = play.names("L1")
    told = NewDecision(only.candidate_id, "not_attributed", motive="N3", sentence=SMALL)
    play.decide("L1", [told], few_reason="too_few_candidates")
    assert play.names("L1")[0].decision.sentence == SMALL


def test_after_a_signed_rectification_another_has_the_next_number(play):
    play.week(dwelling("L1"))
    for number, kept in ((1, (2, 1, 3)), (2, (1, 2, 3))):
        ranked = [
            NewDecision(n.candidate_id, "ranked", k) for n, k in zip(play.names("L1"), kept, strict=False)
        ]
        made = play.do(c.prepare_rectification, S, play.session, reason=f"Erreur {number}", decisions=ranked)
        assert made["number"] == number
        play.do(c.sign_rectification, P, play.session, number)
    assert [(r.number, r.reason, r.signed_by) for r in play.seen().rectifications] == [
        (1, "Erreur 1", P.name),
        (2, "Erreur 2", P.name),
    ]
    assert [n.decision.rank for n in play.names("L1", "ranked")] == [1, 2, 3]


def test_the_day_of_a_session_that_people_were_convened_for_is_not_moved(play):
    play.new(dwelling("L1"))
    play.do(c.edit_session, S, play.session, on=DAY + timedelta(days=7))
    assert play.seen().on == DAY + timedelta(days=7)
    play.convene()
    refused("STORE_STATE", play.do, c.edit_session, S, play.session, on=DAY + timedelta(days=8))
    play.do(c.edit_session, S, play.session, hour="16 h")
    assert play.seen().on == DAY + timedelta(days=7)


def test_the_line_of_a_duty_that_is_met_says_of_which_session_it_was(play):
    play.new(dwelling("L1"))
    play.open()
    first, *others = (n.candidate_id for n in play.names("L1", "listed"))
    mixed = NewDecision(first, "not_attributed", motive="N7", sentence=SMALL)
    play.decide("L1", [mixed, *(NewDecision(n, "ranked", k) for k, n in enumerate(others, 1))])
    play.close()
    (owed,) = queries.duties(play.store)
    play.do(c.close_duty, S, owed.duty_id, outcome="Autre logement signé")
    (line,) = queries.events(play.store, kinds=("duty.closed",))
    assert (line.session_id, line.ref) == (play.session, owed.ref)


def test_of_a_notice_the_day_it_was_sent_and_the_day_that_was_recorded_are_known(play):
    play.new(dwelling("L1"))
    play.open()
    first, *others = (n.candidate_id for n in play.names("L1", "listed"))
    told = NewDecision(first, "ineligible", motive="I1", sentence=SMALL)
    play.decide("L1", [told, *(NewDecision(n, "ranked", k) for k, n in enumerate(others, 1))])
    play.close()
    (owed,) = queries.duties(play.store)
    assert owed.recorded_on is None
    play.clock.later(20)
    play.do(c.close_duty, S, owed.duty_id, outcome="Avis envoyé", on=DAY + timedelta(days=2))
    sent, _ = queries.duties(play.store, open=False)
    assert (sent.closed_on, sent.recorded_on) == (DAY + timedelta(days=2), DAY + timedelta(days=20))


def test_a_rectification_that_could_not_be_signed_is_refused_and_one_that_waits_is_replaced(play):
    play.week()
    names = play.names("L1", "attributed", "ranked")
    wrong = [NewDecision(names[0].candidate_id, "not_attributed", motive="N3", sentence=SMALL)]
    refused("STORE_RANK", play.do, c.prepare_rectification, S, play.session, reason="Erreur", decisions=wrong)
    assert play.names("L1", "attributed", "ranked") == names and not play.seen().rectifications
    ranks = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(names[1:], 1)]
    play.do(c.prepare_rectification, S, play.session, reason="Erreur", decisions=[*wrong, *ranks])
    turned = [
        NewDecision(names[0].candidate_id, "ranked", 2),
        NewDecision(names[1].candidate_id, "ranked", 1),
    ]
    play.do(c.prepare_rectification, S, play.session, reason="Mieux lue", decisions=turned)
    (waiting,) = play.seen().rectifications
    assert (waiting.number, waiting.reason, set(waiting.decisions)) == (1, "Mieux lue", set(turned))
    play.do(c.sign_rectification, P, play.session, 1)
    assert [n.decision.rank for n in play.names("L1", "ranked")] == [2, 1, 3]


def test_two_hands_on_one_dwelling_the_second_sees_what_the_first_did(play):
    play.new(dwelling("L1"))
    play.open()
    item = play.item("L1")
    read = queries.item(play.store, item).version
    names = play.names("L1", "listed")
    ranks = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(names, 1)]
    play.do(c.decide, P, item, decisions=ranks, version=read)
    with pytest.raises(StoreConflict) as error:
        play.do(c.decide, S, item, decisions=ranks, version=read)
    assert (error.value.params["by"], error.value.params["version"]) == ("paul", read + 1)
    assert error.value.record.status == "decided"
    assert "paul" in str(error.value) and "paul" in error.value.text("en")


def test_the_same_request_twice_has_one_effect_and_one_answer(play):
    first = c.attach_run(play.store, S, "double-clic", run_id="r", verdict="certified", case_on=DAY)
    again = c.attach_run(play.store, S, "double-clic", run_id="autre", verdict="certified", case_on=DAY)
    assert again.repeated and not first.repeated and again.result == first.result == {"run_id": "r"}
    assert len(queries.runs(play.store)) == 1
    refused("STORE_COMMAND_ID", c.grant, play.store, T, "double-clic", user="x", role="S")


def test_a_run_attached_before_chains_could_be_chosen_is_upgraded_and_its_ledger_holds(play, monkeypatch):
    from django.core.management import call_command

    def before(work, table, **columns):
        columns.pop("chains", None)
        return put(work, table, **columns)

    put = Work.put
    with monkeypatch.context() as earlier:
        earlier.setattr(Work, "put", before)
        c.attach_run(play.store, S, "avant", run_id="avant", verdict="certified", case_on=DAY)
    call_command("migrate", "store", "0001", verbosity=0)
    schema.build()
    c.attach_run(play.store, S, "apres", run_id="apres", verdict="certified", case_on=DAY, chains=2)
    assert {r.run_id: r.chains for r in queries.runs(play.store)} == {"avant": None, "apres": 2}
    assert verify_ledger(play.store).holds


ROLES = [
    (c.new_session, "S"), (c.convene, "S"), (c.open_session, "SP"), (c.close, "P"), (c.cancel, "S"),
    (c.decide, "SP"), (c.call, "SA"), (c.offer, "SA"), (c.answer, "SA"), (c.sign_lease, "S"), (c.withdraw, "S"),
    (c.judge_refusal, "S"), (c.confirm_silence, "SA"), (c.nominate, "RS"), (c.grant, "T"), (c.import_people, "S"),
    (c.prepare_rectification, "S"), (c.sign_rectification, "P"), (c.open_duty, "S"), (c.view_identities, "SPMARD"),
    (c.give_access, "D"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "allowed"), ROLES, ids=lambda x: getattr(x, "__name__", x))
def test_each_command_is_for_its_roles_only(play, command, allowed):
    args = {"view_identities": {"refs": [], "reason": "appel"}}.get(command.__name__)
    for actor in (S, P, M, A, R, D, T):
        if actor.role not in allowed:
            with pytest.raises(StoreForbidden):
                command(play.store, actor, play.number(), **(args or _any(command)))
    assert queries.events(play.store) == ()


def _any(command):
    """Arguments of the right names; the role is looked at before their values."""
    import inspect

    named = inspect.signature(inspect.unwrap(command)).parameters
    left = [
        p
        for p in named.values()
        if p.default is p.empty and p.name not in ("work", "store", "actor", "command_id")
    ]
    return {p.name: 1 for p in left}


def test_what_does_not_exist_is_said_so(play):
    for do in (
        lambda: c.convene(play.store, S, "1", "2031-01-01", recipients=[], checks={}),
        lambda: c.decide(play.store, S, "2", 99, decisions=[]),
        lambda: queries.session(play.store, "2031-01-01"),
        lambda: queries.candidate(play.store, 7),
        lambda: queries.offer(play.store, 7),
    ):
        with pytest.raises(StoreMissing):
            do()


def test_text_that_no_page_can_show_is_refused(play):
    play.new(dwelling("L1"))
    for wrong in ("a\x00b", "x" * 1001):
        refused("STORE_TEXT", play.do, c.cancel, S, play.session, reason=wrong)
    assert queries.session(play.store, play.session).status == "draft"
    refused("STORE_TEXT", play.new, dwelling("L" * 201))


def test_a_batch_is_written_whole_or_not_at_all(play):
    play.new(dwelling("L1"))
    before = play.store.head()["seq"]
    name = play.names("L1")[0].candidate_id
    with c.batch(play.store) as together:
        with together.step():
            play.do(c.call, A, name, outcome="interested")
        with pytest.raises(StoreRefused), together.step():
            play.do(c.ask_document, A, name, document="inconnue")
        with together.step():
            play.do(c.ask_document, A, name, document="resources")
    assert play.store.head()["seq"] == before + 2
    with c.batch(play.store, dry_run=True) as together, together.step():
        assert play.do(c.call, A, name, outcome="declines")["next_candidate"]
    with pytest.raises(ZeroDivisionError), c.batch(play.store):
        play.do(c.call, A, name, outcome="declines")
        raise ZeroDivisionError
    assert play.store.head()["seq"] == before + 2 and play.names("L1")[0].status == "listed"


def test_who_has_left_or_is_not_there_yet_has_no_voice_at_that_hour(play):
    """A quorum is counted with who sits when the dwelling is examined, not with who signed in."""
    play.new(dwelling("L1"), dwelling("L2"), quorum=3)
    play.convene()
    members = board(play.session, 4)
    members[1] = replace(members[1], left_at="14h30")
    members[2] = replace(members[2], arrived_at="14:10")
    members[3] = replace(members[3], presence="represented", represented_by="Membre 1")
    play.do(c.attend, S, play.session, members=members)
    assert [m.left_at for m in play.seen().attendance] == ["", "14:30", "", ""]
    refused("STORE_NO_QUORUM", play.do, c.open_session, S, play.session, checks=play.checks(), hour="13:59")
    play.do(c.open_session, S, play.session, checks=play.checks(), hour="14:00")
    first, second = play.item("L1"), play.item("L2")
    there = {h: queries.voters(play.store, first, h).present for h in ("", "14:00", "14:10", "14:30")}
    # at half past two the one who left takes the voice that he carried with him
    assert there == {"": 4, "14:00": 3, "14:10": 4, "14:30": 2}
    play.decide("L1", hour="14:15")
    refused("STORE_NO_QUORUM", play.decide, "L2", hour="14:30")
    play.decide("L2")
    assert [i.vote.present for i in play.seen().items] == [4, 4]
    refused("STORE_HOUR", play.do, c.attend, S, play.session, members=[replace(members[0], left_at="midi")])
    recused = [replace(m, recused=(second,)) if m.member == "Membre 1" else m for m in members]
    play.do(c.attend, S, play.session, members=recused)
    assert queries.voters(play.store, second, "14:15").present == 2


def test_a_proposal_that_is_older_than_a_lease_puts_nobody_forward_whom_it_housed(play):
    """L1-1 signs for L1; proposals made before that name it on L2 first, on L3 as one who waits, on L4 alone."""
    play.week(dwelling("L1", vacant_since="2026-11-20"))
    play.clock.later(1)
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)
    play.clock.later(5)
    housed = NewCandidate("L1-1", 1)
    first, waiting, alone = dwelling("L2"), dwelling("L3"), dwelling("L4")
    play.new(
        replace(first, candidates=(housed, *first.candidates[1:])),
        replace(waiting, candidates=(*waiting.candidates[:3], replace(housed, position=4, queue=True))),
        replace(alone, candidates=(housed,)),
        run=True,
    )
    assert [(n.position, n.status) for n in play.names("L2")] == [
        (1, "superseded"), (2, "listed"), (3, "listed"), (4, "listed"),
    ]  # fmt: skip
    assert [n.status for n in play.names("L3")] == ["listed", "listed", "listed", "superseded"]
    assert [n.status for n in play.names("L4")] == ["superseded"]
    # who is put forward by hand is refused, and said why
    late = replace(housed, source="late", position=9)
    refused("STORE_HOUSED", play.do, c.add_candidate, S, play.item("L3"), late, reason="Demande du maire.")
    by_hand = replace(dwelling("L5"), candidates=(housed,))
    refused("STORE_HOUSED", play.do, c.add_item, S, play.session, by_hand, reason="Demande du maire.")
    assert verify_ledger(play.store).holds


def test_a_dwelling_let_is_put_forward_again_once_it_is_vacant_again(play):
    play.week(dwelling("L1", vacant_since="2026-11-20"))
    play.clock.later(1)
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)
    others = tuple(NewCandidate(f"N-{k}", k) for k in range(1, 4))
    for vacant in ("2026-11-20", play.store.today().isoformat()):
        refused(
            "STORE_DWELLINGS_TAKEN", play.new, replace(dwelling("L1", vacant_since=vacant), candidates=others)
        )
    play.clock.later(90)
    play.new(replace(dwelling("L1", vacant_since="2027-01-15"), candidates=others))
    assert [n.status for n in play.names("L1")] == ["listed"] * 3


def test_the_reason_of_an_order_that_was_taken_back_goes_with_it(play):
    play.new(dwelling("L1"))
    play.open()
    one, two, three = (x.candidate_id for x in play.names("L1", "listed"))
    turned = [NewDecision(two, "attribution"), NewDecision(one, "ranked", 2), NewDecision(three, "ranked", 3)]
    play.decide("L1", turned, departure="Le second dossier est plus urgent.")
    assert play.seen().items[0].departure
    play.decide("L1")
    assert play.seen().items[0].departure == ""


def test_a_step_refused_says_the_state_in_words(play):
    play.new(dwelling("L1"))
    with pytest.raises(StoreRefused) as problem:
        play.do(c.open_session, S, play.session, checks={})
    assert (
        problem.value.text("fr")
        == "Impossible maintenant – la séance : « en préparation » ; attendu : « convoquée »."
    )
    assert "“in preparation”; expected: “convened”" in problem.value.text("en")


def test_a_decision_refused_says_whose_it_is(play):
    play.new(dwelling("L1"))
    play.open()
    one, two, three = (x.candidate_id for x in play.names("L1", "listed"))
    wrong = [
        NewDecision(one, "attribution"), NewDecision(two, "ranked", 2),
        NewDecision(three, "not_attributed", 3, motive="N3", sentence=SMALL),
    ]  # fmt: skip
    with pytest.raises(StoreRefused) as problem:
        play.decide("L1", wrong)
    assert problem.value.code == "STORE_NO_RANK"
    assert problem.value.text("fr") == "Demande proposée au rang 3 : Cette décision ne porte pas de rang."


@pytest.mark.long
def test_a_decision_asks_the_base_no_more_in_a_long_session_than_in_a_short_one(play):
    """Each household of the session was looked up for each sentence: in one of 300 dwellings a page of decisions took seconds."""
    asked = []
    for homes in (2, 12):
        play.new(*(dwelling(f"L{homes}-{k}", names=4) for k in range(homes)))
        play.open()
        names = [n.candidate_id for n in play.names(f"L{homes}-0", "listed")]
        said = [NewDecision(names[0], "attribution", 1)]
        said += [NewDecision(n, "not_attributed", motive="N3", sentence=SMALL) for n in names[1:]]
        questions = []

        def count(execute, *given, questions=questions):
            questions.append(given[0])
            return execute(*given)

        with schema.connection().execute_wrapper(count):
            play.decide(f"L{homes}-0", said)
        asked.append(len(questions))
        # nor is the frozen agenda, whose facts weigh a thousand times a name, read for the sake of a sentence
        assert not any('"store_item"."facts"' in x and '"session_id" =' in x for x in questions)
        for k in range(1, homes):
            play.decide(f"L{homes}-{k}")
        play.close()
    assert asked[1] <= asked[0] + 3, asked


@pytest.mark.long
def test_a_long_session_is_closed_and_offered_without_reading_its_agenda_for_every_name(play, monkeypatch):
    """The whole agenda was read for each name that came to nothing: a close of 400 dwellings held the desk for minutes."""
    read, find = [], play.store.tables.find

    def counted(table, **equal):
        rows = find(table, **equal)
        read.append(len(rows))
        return rows

    def rows_of(act, *given):
        read.clear()
        act(*given)
        return sum(read)

    monkeypatch.setattr(play.store.tables, "find", counted)
    closed, refused_ = [], []
    for homes in (4, 24):
        play.new(*(dwelling(f"L{homes}-{k}", names=3) for k in range(homes)))
        play.open()
        for k in range(homes):
            names = [n.candidate_id for n in play.names(f"L{homes}-{k}", "listed")]
            said = [NewDecision(names[0], "attribution", 1), NewDecision(names[1], "ranked", 2)]
            play.decide(
                f"L{homes}-{k}", [*said, NewDecision(names[2], "not_attributed", motive="N3", sentence=SMALL)]
            )
        closed.append(rows_of(play.close) / homes)
        offer = play.offer(f"L{homes}-0")
        refused_.append(rows_of(play.refuse, offer))
    assert closed[1] <= closed[0] + 2, closed
    assert refused_[1] <= refused_[0] + 2, refused_


def test_at_the_close_a_dwelling_leaves_whose_tenant_was_not_attributed_the_other(play):
    """Which dwellings wait for whom is asked of the base, in the frozen facts: of a file and of a server alike."""
    waits = {"number": 1, "kind": "chain", "position": 2, "after": "L1"}
    play.new(
        dwelling("L1", names=4),
        dwelling("L2", chain=waits),
        dwelling("L3", chain=waits | {"after": "L2"}),
        dwelling("L4"),
    )
    play.open()
    names = [n.candidate_id for n in play.names("L1", "listed")]
    said = [NewDecision(n, "attribution" if k == 1 else "ranked", k) for k, n in enumerate(names[1:], 1)]
    play.decide("L1", [NewDecision(names[0], "not_attributed", motive="N3", sentence=SMALL), *said])
    for home in ("L2", "L3", "L4"):
        play.decide(home)
    assert play.close()["void"] == ["L2", "L3"]
    assert {i.dwelling_id: i.status for i in play.seen().items} == {
        "L1": "offering", "L2": "withdrawn", "L3": "withdrawn", "L4": "offering",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "first", "second", "left"),
    [
        (date(2026, 10, 24), "02:30", "02:15", "02:30"),  # 02:30 comes twice that night
        (date(2026, 3, 28), "01:30", "03:15", "03:30"),  # 02:30 does not come
    ],
)
def test_a_session_that_lasts_into_the_night_of_the_clocks(play, day, first, second, left):
    """The ledger's order and the hours in Paris: in October a later line bears an earlier hour, in March an hour is skipped."""
    midnight = datetime(day.year, day.month, day.day, 23, 0, tzinfo=UTC)
    play.clock.now = midnight - timedelta(hours=3)
    play.new(dwelling("L1"), dwelling("L2"), on=day)
    play.open()
    at = {}
    for name, minutes_after in (("L1", 90), ("L2", 135)):
        play.clock.now = midnight + timedelta(minutes=minutes_after)
        play.decide(name)
        at[name] = play.last.at
    play.clock.now = midnight + timedelta(minutes=150)
    play.close()
    lines = queries.events(play.store)
    assert [e.seq for e in lines] == list(range(1, len(lines) + 1))
    assert all(a.at <= b.at for a, b in itertools.pairwise(lines))
    told = told_of(play.store, play.session, "fr")
    assert [told.hour(at["L1"]), told.hour(at["L2"]), told.hour(told.session.closed_at)] == [
        first,
        second,
        left,
    ]
    assert at["L1"] < at["L2"]
    assert left in " ".join(
        cell for s in minutes(told).sheets for b in s.blocks for row in b.rows for cell in row
    )
    assert verify_ledger(play.store).holds
    play.clock.now = midnight + timedelta(hours=12)
    offer = queries.offer(play.store, play.offer("L1"))
    assert (offer.notified_on, offer.deadline) == (day + timedelta(1), day + timedelta(11))
