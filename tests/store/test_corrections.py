"""What was typed for the wrong household is taken back: who, why and both values stay in the ledger; never over the head of another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.store import commands as c
from optimizer.store import queries
from optimizer.store.ledger import verify
from optimizer.store.records import NewDecision
from tests.store.playing import A, S, board, dwelling
from tests.store.test_offers import conditional
from tests.store.test_sessions import refused

WHY = "Réponse du dossier voisin, saisie ici par erreur"


def statuses(play, name="L1"):
    return [n.status for n in play.names(name)]


def last(play):
    return queries.events(play.store)[-1]


@pytest.mark.parametrize("answered", ["refused", "accepted", "silent", "desisted"])
def test_an_answer_typed_by_mistake_is_taken_back_and_both_stay_in_the_ledger(play, answered):
    play.week()
    offer = play.offer("L1")
    until = queries.offer(play.store, offer).deadline
    if answered == "refused":
        play.refuse(offer)
    elif answered == "silent":
        play.clock.later(20)
        play.do(c.confirm_silence, A, offer)
    else:
        play.accept(offer)
        if answered == "desisted":
            play.do(c.desist, A, offer, on=play.store.today())
    refused("STORE_NEEDS_REASON", play.do, c.correct_answer, S, offer, reason=" ")
    play.do(c.correct_answer, S, offer, reason=WHY)
    made = queries.offer(play.store, offer)
    assert (made.status, made.deadline, made.answered_on, made.refusal_reason) == ("offered", until, None, "")
    assert statuses(play)[:2] == ["offered", "ranked"]
    line = last(play)
    assert (line.kind, line.actor, line.payload["facts"]["was"]["status"]) == (
        "answer.corrected",
        "sophie",
        answered,
    )
    (told,) = queries.corrections(play.store, play.session)
    assert (told.by, told.was["status"], told.reason) == ("sophie", answered, WHY)
    assert verify(play.store).holds
    play.accept(offer)
    assert statuses(play)[0] == "accepted"


def test_the_last_rank_comes_back_and_the_dwelling_is_offered_again(play):
    play.week()
    for _ in range(3):
        offer = play.offer("L1")
        play.refuse(offer)
    assert play.seen().items[0].status == "exhausted"
    play.do(c.correct_answer, S, offer, reason=WHY)
    assert play.seen().items[0].status == "offering"
    assert statuses(play)[:3] == ["refused", "refused", "offered"]
    # meanwhile on another agenda: the dwelling is spoken for
    play.refuse(offer)
    first = play.session
    play.new(dwelling("L1"))
    refused("STORE_DWELLING_LIVE", play.do, c.correct_answer, S, offer, reason=WHY)
    play.session = first


def test_nothing_is_taken_back_over_the_head_of_the_next_rank(play):
    play.week()
    offer = play.offer("L1")
    play.refuse(offer)
    play.offer("L1")
    refused("STORE_CORRECTION_OFFERED", play.do, c.correct_answer, S, offer, reason=WHY)
    assert statuses(play)[:2] == ["refused", "offered"]
    assert queries.corrections(play.store, play.session) == ()


def test_a_notification_that_was_never_sent_is_taken_back(play):
    play.week()
    wrong = play.offer("L1")
    first = play.names("L1")[0].candidate_id
    play.do(c.correct_notification, S, wrong, reason=WHY)
    again = play.names("L1")[0]
    assert (again.status, again.offer) == ("attributed", None)
    assert queries.next_to_offer(play.store, play.item("L1")) == first
    (told,) = queries.corrections(play.store, play.session)
    assert told.was == {
        "status": "offered",
        "notified_on": "2026-12-03",
        "proof": "hand",
        "proof_on": "2026-12-03",
    }
    # nobody was offered anything: the session may still be rectified
    names = play.names("L1")
    swapped = [NewDecision(n.candidate_id, "ranked", k) for n, k in zip(names[:3], (2, 1, 3), strict=True)]
    play.do(c.prepare_rectification, S, play.session, reason="Rangs inversés", decisions=swapped)
    assert verify(play.store).holds
    play.accept(play.offer("L1"))
    refused("STORE_STATE", play.do, c.correct_notification, S, wrong, reason=WHY)


def test_an_offer_that_was_never_sent_does_not_bind_the_answer_before_it(play):
    """Rank 1 refused, rank 2 was notified by mistake and that is taken back: rank 1's answer may be taken back too."""
    play.week()
    first = play.offer("L1")
    play.refuse(first)
    second = play.offer("L1")
    refused("STORE_CORRECTION_OFFERED", play.do, c.correct_answer, S, first, reason=WHY)
    play.do(c.correct_notification, S, second, reason=WHY)
    play.do(c.correct_answer, S, first, reason=WHY)
    assert statuses(play)[:2] == ["offered", "ranked"]


def test_a_lease_is_not_taken_back(play):
    play.week()
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)
    refused("STORE_STATE", play.do, c.correct_answer, S, offer, reason=WHY)
    assert queries.offer(play.store, offer).status == "signed" and play.seen().items[0].status == "let"
    assert queries.corrections(play.store, play.session) == ()


def test_a_name_declined_or_replaced_by_mistake_is_on_the_list_again(play):
    play.new(dwelling("L1"))
    one, two, *_ = play.names("L1")
    play.do(c.call, S, one.candidate_id, outcome="declines")
    play.do(c.restore_candidate, S, one.candidate_id, reason=WHY)
    assert statuses(play) == ["listed", "listed", "listed", "listed"]  # whoever was called up stays
    assert play.names("L1")[0].call == ""
    assert last(play).payload["facts"]["was"] == {"status": "declined", "call": "declines"}
    play.do(c.replace, S, two.candidate_id, reason="Ne répond plus depuis un mois")
    play.do(c.restore_candidate, S, two.candidate_id, reason=WHY)
    again = play.names("L1")[1]
    assert (again.status, again.reason) == ("listed", "")
    refused("STORE_STATE", play.do, c.restore_candidate, S, two.candidate_id, reason=WHY)


def test_a_name_not_examined_by_mistake_is_examined_after_all(play):
    play.new(dwelling("L1"))
    play.open()
    one, *others = play.names("L1", "listed")
    play.do(c.candidate_not_examined, S, one.candidate_id, reason="household_withdrew")
    ranked = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(others, 1)]
    play.decide("L1", ranked, few_reason="too_few_candidates")
    play.do(c.restore_candidate, S, one.candidate_id, reason=WHY)
    assert play.seen().items[0].status == "listed"
    refused("STORE_ITEMS_LEFT", play.close)
    play.decide("L1")
    play.close()
    assert statuses(play)[:3] == ["attributed", "ranked", "ranked"]
    refused("STORE_STATE", play.do, c.restore_candidate, S, one.candidate_id, reason=WHY)


def test_a_dwelling_taken_off_by_mistake_comes_back_with_its_names(play):
    play.new(dwelling("L1"), dwelling("L2"))
    play.open()
    away = play.names("L1", "listed")[2]
    play.do(c.candidate_not_examined, S, away.candidate_id, reason="household_withdrew")
    play.do(c.not_examined, S, play.item("L1"), reason="works")
    # the names of the list were not examined; the one who waited behind it was never to be
    assert statuses(play) == ["not_examined", "not_examined", "not_examined", "queue"]
    play.do(c.restore_item, S, play.item("L1"), reason=WHY)
    assert statuses(play) == ["listed", "listed", "not_examined", "queue"]
    assert play.seen().items[0].end_reason == ""
    assert verify(play.store).holds


@pytest.mark.parametrize("answered", ["", "offered", "accepted"])
def test_a_condition_that_failed_by_mistake_is_open_again_and_its_offer_where_it_was(play, answered):
    """The document lay at the counter since the 10th, which was found after the lapse was confirmed."""
    name = conditional(play)
    if answered:
        offer = play.offer("L1")
        if answered == "accepted":
            play.accept(offer)
    play.clock.later(20)
    play.do(c.condition_failed, A, name)
    assert statuses(play)[0] == "condition_failed"
    play.do(c.correct_condition, S, name, reason=WHY)
    seen = play.names("L1")[0]
    assert (seen.status, seen.condition, seen.condition_on) == (answered or "conditional", "open", None)
    assert (seen.offer.status if seen.offer else "") == answered
    (told,) = queries.corrections(play.store, play.session)
    assert (told.kind, told.was["condition"], told.reason) == ("condition.corrected", "failed", WHY)
    play.do(c.condition_met, A, name, on=date(2026, 12, 10))
    if answered == "accepted":
        play.sign(offer)
    assert verify(play.store).holds


def test_a_condition_is_not_taken_back_over_the_head_of_the_next_rank_nor_after_the_lease(play):
    name = conditional(play)
    play.clock.later(20)
    play.do(c.condition_failed, A, name)
    play.offer("L1")
    refused("STORE_CORRECTION_OFFERED", play.do, c.correct_condition, S, name, reason=WHY)
    assert statuses(play)[:2] == ["condition_failed", "offered"]


def test_a_condition_said_to_be_met_by_mistake_holds_the_lease_back_again(play):
    name = conditional(play)
    offer = play.offer("L1")
    play.accept(offer)
    play.do(c.condition_met, A, name)
    play.do(c.correct_condition, S, name, reason=WHY)
    refused("STORE_CONDITION_OPEN", play.sign, offer)
    assert statuses(play)[0] == "accepted"
    play.do(c.condition_met, A, name)
    play.sign(offer)
    refused("STORE_STATE", play.do, c.correct_condition, S, name, reason=WHY)
    assert statuses(play)[0] == "signed"
    assert verify(play.store).holds


def test_an_answer_is_not_taken_back_once_a_later_session_decided_on_the_dwelling(play):
    """Its list is over and another commission let it: a household offered it again would sign a second lease of one dwelling."""
    play.week()
    for _ in range(3):
        offer = play.offer("L1")
        play.refuse(offer)
    first = play.session
    play.clock.later(7)
    play.new(dwelling("L1", names=4, queue=0))
    refused("STORE_DWELLING_LIVE", play.do, c.correct_answer, S, offer, reason=WHY)
    play.open()
    play.decide("L1")
    play.close()
    later = play.offer("L1")
    play.accept(later)
    play.sign(later)
    refused("STORE_CORRECTION_SINCE", play.do, c.correct_answer, S, offer, reason=WHY)
    play.session = first
    assert play.seen().items[0].status == "exhausted" and statuses(play)[2] == "refused"
    assert verify(play.store).holds


def test_an_answer_is_taken_back_where_the_later_session_did_not_examine_the_dwelling(play):
    play.week()
    for _ in range(3):
        offer = play.offer("L1")
        play.refuse(offer)
    play.new(dwelling("L1"), dwelling("L2"))
    play.do(c.not_examined, S, play.item("L1"), reason="works")
    play.do(c.correct_answer, S, offer, reason=WHY)
    assert queries.offer(play.store, offer).status == "offered"


def test_a_condition_said_to_be_met_is_taken_back_of_a_list_that_is_over_and_stays_over(play):
    """Everybody refused since: nobody is left to be offered the dwelling, which another agenda may take."""
    name = conditional(play)
    offer = play.offer("L1")
    play.do(c.condition_met, A, name)
    play.refuse(offer)
    for _ in range(2):
        play.refuse(play.offer("L1"))
    assert play.seen().items[0].status == "exhausted"
    play.do(c.correct_condition, S, name, reason=WHY)
    assert play.seen().items[0].status == "exhausted"
    play.new(dwelling("L1", names=4, queue=0))
    assert verify(play.store).holds


def test_a_dwelling_withdrawn_by_mistake_in_the_room_keeps_what_was_decided(play):
    """The wrong line was clicked on: nothing was told to anybody, the vote stands, the session is signed."""
    play.new(dwelling("L1"), dwelling("L2"))
    play.open()
    play.decide("L1")
    play.decide("L2")
    play.do(c.withdraw, S, play.item("L1"), reason="works")
    assert statuses(play)[:3] == ["released"] * 3
    play.do(c.restore_item, S, play.item("L1"), reason=WHY)
    assert statuses(play)[:3] == ["attributed", "ranked", "ranked"]
    assert (play.seen().items[0].status, play.seen().items[0].end_reason) == ("decided", "")
    # a vote that no longer stands once members had left waits for its vote, as everywhere
    play.do(c.withdraw, S, play.item("L1"), reason="works")
    there = [replace(m, presence="absent") if n > 1 else m for n, m in enumerate(board(play.session))]
    play.do(c.attend, S, play.session, members=there)
    play.do(c.restore_item, S, play.item("L1"), reason=WHY)
    assert play.seen().items[0].status == "listed"
    play.do(c.attend, S, play.session, members=board(play.session))
    play.close()
    assert play.seen().items[0].status == "offering" and verify(play.store).holds


def test_a_dwelling_withdrawn_by_mistake_after_the_session_goes_on_where_it_was(play):
    """Its first rank was offered, its second has signed elsewhere meanwhile; the offer's time did not stop."""
    other = replace(
        dwelling("L2"),
        candidates=(replace(dwelling("L1").candidates[1], position=1), *dwelling("L2").candidates[1:]),
    )
    session = play.week(dwelling("L1"), other)
    offer = play.offer("L1")
    until = queries.offer(play.store, offer).deadline
    play.do(c.withdraw, S, play.item("L1"), reason="works")
    assert queries.offer(play.store, offer).status == "released"
    elsewhere = play.offer("L2")
    play.accept(elsewhere)
    play.sign(elsewhere)
    back = play.do(c.restore_item, S, play.item("L1"), reason=WHY)
    assert back["version"] == play.seen().items[0].version
    assert statuses(play)[:3] == ["offered", "superseded", "ranked"]
    again = queries.offer(play.store, offer)
    assert (again.status, again.deadline, again.end_reason) == ("offered", until, "")
    (told,) = queries.corrections(play.store, session)
    assert (told.was, told.reason) == ({"status": "withdrawn", "reason": "works"}, WHY)
    play.refuse(offer)
    turn = queries.next_to_offer(play.store, play.item("L1"))
    assert turn == play.names("L1")[2].candidate_id
    assert verify(play.store).holds


def test_a_dwelling_withdrawn_and_taken_up_since_does_not_come_back(play):
    first = play.week(dwelling("L1"))
    item = play.item("L1")
    play.do(c.withdraw, S, item, reason="works")
    play.clock.later(7)
    play.new(dwelling("L1"))
    refused("STORE_DWELLING_LIVE", play.do, c.restore_item, S, item, reason=WHY)
    assert queries.session(play.store, first).items[0].status == "withdrawn"
