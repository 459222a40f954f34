"""A household that nobody reaches: the notice, its month, what stops it, and who says that it passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimizer.desk.files_learnt import notices_answered
from optimizer.desk.notices import deliver, end
from optimizer.desk.papers.report_back import radiations_table
from optimizer.desk.sessions import told_of
from optimizer.store import commands as c
from optimizer.store import ledger, queries
from optimizer.store.records import NewDecision
from tests.store.playing import DAY, SMALL, A, P, S, board, dwelling
from tests.store.test_sessions import refused


def unreached(play) -> int:
    """The first name of L1, called on 3 December for nothing; the session is to come."""
    play.new(dwelling("L1"), on=date(2026, 12, 10))
    name = play.names("L1")[0].candidate_id
    play.do(c.call, A, name, outcome="unreachable")
    return name


def notice(play, name: int, on: date = DAY, **more) -> int:
    return int(
        play.do(c.notice_no_reply, A, name, proof="registered_presented", proof_on=on, **more)["duty_id"]
    )


def running(play) -> list[date]:
    return [d.due_on for d in queries.duties(play.store) if d.kind == "no_reply"]


def ended(play) -> list[str]:
    return [d.outcome for d in queries.duties(play.store, open=False) if d.kind == "no_reply"]


def test_the_month_of_a_proven_notice_passes_and_a_person_says_so(play):
    """Presented on 5 December, recorded on the 9th: the household may answer until 5 January, and is struck off from the 6th."""
    name = unreached(play)
    play.clock.later(6)
    due = notice(play, name, DAY + timedelta(days=2))
    assert running(play) == [date(2027, 1, 5)]
    play.clock.on(date(2027, 1, 5))
    refused("STORE_NOT_PAST", play.do, c.confirm_no_reply, S, due)
    play.clock.on(date(2027, 1, 9))
    refused("STORE_BEFORE", play.do, c.confirm_no_reply, S, due, on=date(2027, 1, 4))
    play.do(c.confirm_no_reply, S, due, on=date(2027, 1, 7))
    (over,) = (d for d in queries.duties(play.store, open=False) if d.kind == "no_reply")
    assert (over.opened_on, over.closed_on, over.recorded_on, over.outcome) == (
        date(2026, 12, 5), date(2027, 1, 7), date(2027, 1, 9), "no_reply",
    )  # fmt: skip
    refused("STORE_STATE", play.do, c.confirm_no_reply, S, due)
    assert ledger.verify(play.store).holds


@pytest.mark.parametrize("how", ["call", "document"])
def test_any_answer_stops_the_month(play, how):
    name = unreached(play)
    notice(play, name)
    play.clock.later(1)
    if how == "call":
        play.do(c.call, A, name, outcome="unreachable")
        assert running(play)
        play.do(c.call, A, name, outcome="interested")
    else:
        play.do(c.receive_document, A, name, document="tax_notice")
    assert not running(play) and ended(play) == ["answered"]


def test_a_household_that_answers_an_offer_elsewhere_has_answered(play):
    """L1-1 is offered L2, whose list it shares; it could not be reached for L1."""
    shared = dwelling("L2", names=3)
    play.new(type(shared)(**{**vars(shared), "candidates": dwelling("L1").candidates}))
    play.open()
    play.decide("L2")
    play.close()
    offer = play.offer("L2")
    name = unreached(play)
    notice(play, name)
    play.refuse(offer)
    assert ended(play) == ["answered"]


def test_a_household_with_a_live_offer_is_not_struck_off(play):
    """It was offered L2 on 3 December, whose list it shares, and has not answered that either."""
    shared = dwelling("L2", names=3)
    play.new(type(shared)(**{**vars(shared), "candidates": dwelling("L1").candidates}))
    play.open()
    play.decide("L2")
    play.close()
    offer = play.offer("L2")
    due = notice(play, unreached(play))
    play.clock.on(date(2027, 1, 9))
    refused("STORE_OFFER_LIVE", play.do, c.confirm_no_reply, S, due)
    play.session = queries.offer(play.store, offer).session_id
    play.do(c.confirm_silence, A, offer)
    play.do(c.confirm_no_reply, S, due)
    assert ended(play) == ["no_reply"]


def test_a_letter_or_a_visit_is_an_answer_that_a_person_records(play):
    due = notice(play, unreached(play))
    for word in (
        "no_reply",
        " rectified ",
        "examined_since",
        "struck_off",
    ):  # by which the program knows its own ends
        refused("STORE_TEXT", play.do, c.close_duty, S, due, outcome=word)
    play.do(c.close_duty, S, due, outcome="Courrier reçu le 9")
    assert ended(play) == ["Courrier reçu le 9"] and not running(play)


def test_a_notice_goes_to_whom_nobody_reached_once_and_is_proven(play):
    name = unreached(play)
    other = play.names("L1")[1].candidate_id
    refused("STORE_REACHED", notice, play, other)
    refused("STORE_BEFORE", notice, play, name, DAY - timedelta(days=1))
    refused("STORE_FUTURE", notice, play, name, DAY + timedelta(days=1))
    refused("STORE_PROOF", play.do, c.notice_no_reply, A, name, proof="", proof_on=DAY)
    notice(play, name)
    refused("STORE_NOTICED", notice, play, name)
    # one that the commission examined all the same is told its decision
    play.clock.on(date(2026, 12, 10))
    play.open(*board(play.session))
    first, *rest = play.names("L1", "listed")
    kept = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L1", [NewDecision(first.candidate_id, "not_attributed", motive="N3", sentence=SMALL), *kept])
    play.do(c.close_duty, S, queries.duties(play.store)[0].duty_id, outcome="Saisi par erreur")
    refused("STORE_REACHED", notice, play, name)
    assert ended(play) == ["Saisi par erreur"] and not running(play)


@pytest.mark.parametrize("how", ["reached", "decided"])
def test_who_was_heard_of_on_another_list_of_the_session_is_sent_no_notice(play, how):
    shared = dwelling("L2")
    play.new(dwelling("L1"), type(shared)(**{**vars(shared), "candidates": dwelling("L1").candidates}))
    name, other = (play.names(home)[0].candidate_id for home in ("L1", "L2"))
    play.do(c.call, A, name, outcome="unreachable")
    if how == "reached":
        play.do(c.call, A, other, outcome="interested")
    else:
        play.open()
        play.decide("L2")
    refused("STORE_REACHED", notice, play, name)
    assert not running(play) and not ended(play)


def test_only_a_notice_of_no_answer_is_confirmed_so(play):
    play.new(dwelling("L1"))
    ref = play.names("L1")[0].ref
    owed = play.do(c.open_duty, S, kind="suitable_offer", ref=ref)["duty_id"]
    refused("STORE_OUTSIDE", play.do, c.confirm_no_reply, S, owed)
    assert [d.duty_id for d in queries.duties(play.store)] == [owed]  # it is owed as before


def test_the_notice_of_an_ineligible_household_is_recorded_without_a_browser(play):
    """It starts the month of `next`: delivered on 5 December, recorded on the 8th; of the household that was not reached, its own."""
    play.new(dwelling("L1"))
    unreached = play.names("L1")[3]
    play.do(c.call, A, unreached.candidate_id, outcome="unreachable")
    play.open()
    barred, *rest = play.names("L1", "listed")
    kept = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L1", [NewDecision(barred.candidate_id, "ineligible", motive="I1", sentence=SMALL), *kept])
    play.close()
    play.clock.later(5)
    on = DAY + timedelta(days=2)
    assert deliver(play.store, S, play.session, "L1-1", on, "") == "radiation_notice"
    assert deliver(play.store, S, play.session, "L1-4", on, "hand") == "no_reply"
    (told,) = (d for d in queries.duties(play.store, open=False) if d.kind == "radiation_notice")
    assert (told.closed_on, told.recorded_on, told.outcome) == (on, DAY + timedelta(days=5), "avis notifié")
    play.clock.on(date(2027, 1, 8))
    end(play.store, S, play.session, "L1-4", date(2027, 1, 7), "")
    assert ended(play) == ["no_reply"]


def barred(play) -> int:
    """The session finds L1-1 ineligible and ranks the others; its notice is delivered on 5 December. The radiation that follows."""
    play.new(dwelling("L1"))
    play.open()
    first, *rest = play.names("L1", "listed")
    kept = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L1", [NewDecision(first.candidate_id, "ineligible", motive="I1", sentence=SMALL), *kept])
    play.close()
    play.clock.on(date(2026, 12, 8))
    deliver(play.store, S, play.session, "L1-1", date(2026, 12, 5), "")
    (due,) = (d for d in queries.duties(play.store) if d.kind == "ineligible_radiation")
    assert (due.opened_on, due.due_on) == (date(2026, 12, 5), date(2027, 1, 5))
    return due.duty_id


def radiations(play) -> list[str]:
    return [d.outcome for d in queries.duties(play.store, open=False) if d.kind == "ineligible_radiation"]


def test_the_radiation_of_an_ineligible_household_is_due_a_month_after_its_notice(play):
    due = barred(play)
    play.clock.on(date(2027, 1, 5))
    refused("STORE_NOT_PAST", end, play.store, S, play.session, "L1-1", date(2027, 1, 5), "")
    refused("STORE_OUTSIDE", play.do, c.confirm_no_reply, S, due)
    play.clock.on(date(2027, 1, 6))
    assert end(play.store, S, play.session, "L1-1", date(2027, 1, 6), "") == "struck_off"
    assert radiations(play) == ["struck_off"] and not told_of(play.store, play.session, "fr").put_right
    assert ledger.verify(play.store).holds


def test_a_household_that_puts_its_application_right_is_not_struck_off(play):
    barred(play)
    assert len(radiations_table(told_of(play.store, play.session, "fr"))) == 1
    assert (
        end(play.store, S, play.session, "L1-1", date(2026, 12, 8), "Avis d'imposition 2025 reçu")
        == "put_right"
    )
    assert radiations(play) == ["Avis d'imposition 2025 reçu"]
    assert not len(radiations_table(told_of(play.store, play.session, "fr")))


@pytest.mark.parametrize(("right", "left"), [("ranked", 0), ("I2", 0), ("I1", 1)])
def test_a_rectificatif_ends_the_radiation_of_whom_it_concerns_alone(play, right, left):
    """Its decision turned, or its motive: the old notice strikes nobody off. Another name's put right: its own month runs on, once."""
    barred(play)
    first, *rest = sorted(
        (n for n in play.names("L1") if n.decision is not None), key=lambda n: n.candidate_id
    )
    shift = 2 if right == "ranked" else 1
    told = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(reversed(rest), shift)]
    told.append(
        NewDecision(first.candidate_id, "ranked", 1)
        if right == "ranked"
        else NewDecision(first.candidate_id, "ineligible", motive=right, sentence=SMALL)
    )
    number = play.do(c.prepare_rectification, S, play.session, reason="Erreur de plume", decisions=told)[
        "number"
    ]
    play.do(c.sign_rectification, P, play.session, number)
    open_ = [d.kind for d in queries.duties(play.store) if d.ref == first.ref]
    assert open_.count("ineligible_radiation") == left
    assert open_.count("radiation_notice") == (right == "I2")  # what was delivered is not owed again


def test_a_later_session_that_finds_it_eligible_ends_its_radiation(play):
    barred(play)
    made = play.do(
        c.new_session, S, commission="CAL1", on=date(2026, 12, 10), landlord="OPH25", urgent=True, reason="x",
        items=(replace(dwelling("L2"), candidates=dwelling("L1").candidates),),
    )  # fmt: skip
    play.session = made["session_id"]
    play.clock.on(date(2026, 12, 10))
    play.open()
    play.decide("L2")
    play.close()
    assert radiations(play) == ["examined_since"]


@pytest.mark.parametrize("told", ["ranked", "not_attributed"])
def test_a_household_that_the_session_decides_upon_is_not_struck_off_for_want_of_an_answer(play, told):
    """Its notice went out before the session; the letter of the decision says that the application stays."""
    name = unreached(play)
    notice(play, name)
    play.clock.on(date(2026, 12, 10))
    play.open(*board(play.session))
    first, *rest = play.names("L1", "listed")
    assert first.candidate_id == name
    own = (
        NewDecision(name, "ranked", len(rest) + 1)
        if told == "ranked"
        else NewDecision(name, "not_attributed", motive="N3", sentence=SMALL)
    )
    ranked = [NewDecision(n.candidate_id, "ranked", k) for k, n in enumerate(rest, 1)]
    play.decide("L1", [own, *ranked], departure="Jointe par personne.")
    assert running(play)
    play.close()
    assert not running(play) and ended(play) == ["examined_since"]
    assert ledger.verify(play.store).holds
    # nobody has heard of it for all that
    assert not notices_answered(queries.duties(play.store, open=False))
