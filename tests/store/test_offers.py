"""After the session: the clock, the ranks, answers, silence, conditions, the lease and what it closes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from optimizer.store import commands as c
from optimizer.store import ledger, queries
from optimizer.store.commands.offers import candidate_of
from optimizer.store.messages import StoreRefused
from optimizer.store.records import NewCandidate, NewDecision, NewItem
from optimizer.store.work import command
from tests.store.playing import DAY, SMALL, A, P, S, dwelling
from tests.store.test_sessions import refused


def statuses(play, name="L1"):
    return [n.status for n in play.names(name)]


def test_the_next_rank_takes_over_on_a_refusal_without_a_solve(play):
    play.week()
    first = play.offer("L1")
    second = play.names("L1")[1]
    refused("STORE_RANK_AHEAD", play.do, c.offer, A, second.candidate_id, notified_on=DAY)
    play.clock.later(3)
    assert play.refuse(first)["next_candidate"] == second.candidate_id
    play.offer("L1")
    assert statuses(play) == ["refused", "offered", "ranked", "queue"]
    made = queries.offer(play.store, first)
    assert (made.refusal_reason, made.legitimate, made.rank) == ("rent", "no", 1)


def test_the_ranks_are_those_of_the_commission_not_of_the_proposal(play):
    """Proposed 1, 2, 3; decided third, first, second: the offers go to the second, the third, then the first."""
    play.new(dwelling("L1"))
    play.open()
    names = [n.candidate_id for n in play.names("L1", "listed")]
    ranks = [
        NewDecision(names[0], "ranked", 3),
        NewDecision(names[1], "ranked", 1),
        NewDecision(names[2], "ranked", 2),
    ]
    play.decide("L1", ranks, departure="La deuxième famille est sans logement.")
    play.close()
    turns = []
    for _ in names:
        turns.append(queries.next_to_offer(play.store, play.item("L1")))
        play.refuse(play.offer("L1"))
    assert turns == [names[1], names[2], names[0]]


def test_without_a_rank_left_the_dwelling_is_exhausted(play):
    play.week()
    for left in ("offering", "offering", "exhausted"):
        assert play.refuse(play.offer("L1"))["item_status"] == left
    assert queries.next_to_offer(play.store, play.item("L1")) is None
    play.new(dwelling("L1"))  # it may come back on another agenda


def test_silence_needs_a_proof_and_a_time_that_is_over(play):
    play.week()
    offer = play.offer("L1", proven=False)
    assert queries.offer(play.store, offer).deadline is None
    play.clock.later(40)
    refused("STORE_NO_PROOF", play.do, c.confirm_silence, A, offer)
    play.do(c.prove, A, offer, proof="registered_presented", proof_on=date(2026, 12, 7))
    assert queries.offer(play.store, offer).deadline == date(2026, 12, 17)
    assert play.do(c.confirm_silence, A, offer)["next_candidate"]
    assert statuses(play)[0] == "silent"


def test_the_last_evening_belongs_to_the_household(play):
    play.week()
    offer = play.offer("L1")
    last = queries.offer(play.store, offer).deadline
    assert last == date(2026, 12, 14)  # the tenth day, the 13th, is a Sunday
    play.clock.on(last, hour=22)  # 23:00 in Paris
    refused("STORE_NOT_PAST", play.do, c.confirm_silence, A, offer)
    play.clock.on(last, hour=23)  # midnight
    play.do(c.confirm_silence, A, offer)


def test_a_late_answer_counts_until_somebody_confirms_the_silence(play):
    play.week()
    offer = play.offer("L1")
    play.clock.later(30)
    play.accept(offer)
    assert statuses(play)[0] == "accepted"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("STORE_DAYS", {"days": 9}),
        ("STORE_FUTURE", {"notified_on": DAY + timedelta(days=1)}),
        ("STORE_BEFORE", {"notified_on": DAY - timedelta(days=1)}),
        ("STORE_PROOF", {"proof": "hand"}),
        ("STORE_PROOF", {"proof_on": DAY}),
        ("STORE_PROOF", {"proof": "pigeon", "proof_on": DAY}),
        ("STORE_PROOF", {"proof": "hand", "proof_on": DAY - timedelta(days=1)}),
    ],
)
def test_an_offer_that_starts_no_honest_clock_is_refused(play, code, change):
    play.week()
    turn = play.names("L1")[0].candidate_id
    refused(code, play.do, c.offer, A, turn, **({"notified_on": DAY} | change))
    assert play.names("L1")[0].offer is None


def test_an_acceptance_is_written_and_a_refusal_has_a_reason_of_the_list(play):
    play.week()
    offer = play.offer("L1")
    refused("STORE_WRITTEN", play.do, c.answer, A, offer, accepted=True, on=DAY, written=False)
    refused("STORE_REASON_CODE", play.refuse, offer, reason="couleur")
    refused("STORE_OUTSIDE", play.refuse, offer, legitimate="peut-être")
    refused("STORE_BEFORE", play.do, c.answer, A, offer, accepted=True, on=DAY - timedelta(days=1))
    play.refuse(offer, legitimate="to_decide")
    play.do(c.judge_refusal, S, offer, legitimate="yes")
    assert queries.offer(play.store, offer).legitimate == "yes"


def test_a_lease_lets_the_dwelling_and_opens_the_radiation(play):
    play.week()
    offer = play.offer("L1")
    refused("STORE_STATE", play.sign, offer)
    play.accept(offer)
    play.sign(offer)
    assert statuses(play) == ["signed", "released", "released", "queue"]
    assert play.seen().items[0].status == "let" and queries.offer(play.store, offer).lease_on == DAY
    (duty,) = queries.duties(play.store)
    assert (duty.kind, duty.ref) == ("sne_radiation", play.names("L1")[0].ref)
    play.do(c.close_duty, S, duty.duty_id, outcome="Radiation saisie")
    assert queries.duties(play.store) == ()


def test_what_is_owed_or_contested_is_not_of_a_day_to_come_nor_closed_before_it_began(play):
    play.week()
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)
    (duty,), tomorrow = queries.duties(play.store), DAY + timedelta(days=1)
    refused("STORE_FUTURE", play.do, c.close_duty, S, duty.duty_id, outcome="Radiation saisie", on=tomorrow)
    told = {"ref": play.names("L1")[1].ref, "kind": "gracieux"}
    refused("STORE_FUTURE", play.do, c.open_recourse, S, **told, on=tomorrow)
    recourse = play.do(c.open_recourse, S, **told, on=DAY)["recourse_id"]
    refused(
        "STORE_BEFORE", play.do, c.close_recourse, S, recourse, on=DAY - timedelta(days=1), outcome="Rejeté"
    )
    refused("STORE_FUTURE", play.do, c.close_recourse, S, recourse, on=tomorrow, outcome="Rejeté")
    play.do(c.close_recourse, S, recourse, on=DAY, outcome="Rejeté")
    assert [(r.opened_on, r.closed_on) for r in queries.recourses(play.store, open=False)] == [(DAY, DAY)]
    assert queries.duties(play.store) == (duty,)  # what was refused left it open


def same_household(name: str, rank: int) -> NewItem:
    """A dwelling on which the household ``commun`` stands at ``rank``."""
    names = [NewCandidate("commun" if k == rank else f"{name}-{k}", k) for k in (1, 2, 3)]
    return NewItem(name, "BAILLEUR", tuple(names), facts={"commune": "25056"})


def test_a_household_with_two_live_offers_takes_one_and_leaves_the_other(play):
    play.week(same_household("L1", 1), same_household("L2", 1))
    one, other = play.offer("L1"), play.offer("L2")
    assert queries.offer(play.store, one).other_live and queries.offer(play.store, other).other_live
    play.accept(one)
    refused("STORE_ELSEWHERE", play.accept, other)
    done = play.sign(one)
    assert statuses(play, "L2")[0] == "superseded" and queries.offer(play.store, other).status == "released"
    second = play.names("L2")[1].candidate_id
    assert done["superseded"] == [{"item_id": play.item("L2"), "next_candidate": second}]
    play.offer("L2")


def test_a_household_that_signed_leaves_the_next_agenda_and_the_next_name_comes(play):
    play.week(same_household("L1", 1))
    offer = play.offer("L1")
    play.accept(offer)
    signed_in = play.session
    draft = play.new(
        NewItem(
            "L5",
            "ALS",
            (NewCandidate("commun", 1), NewCandidate("L5-2", 2), NewCandidate("L5-3", 3, queue=True)),
        )
    )
    play.session = signed_in
    play.sign(offer)
    play.session = draft
    assert statuses(play, "L5") == ["superseded", "listed", "listed"]


def test_a_household_that_signed_is_named_by_no_reservataire_any_more(play):
    """Its nominations stood open on *Réservataire* for ever, beside those that may still bring somebody a dwelling."""
    for account, dwelling_id, household in (
        ("ALS", "L9", "commun"),
        ("ETAT_PRIO", "", "commun"),
        ("ALS", "", "L1-2"),
    ):
        play.do(c.nominate, S, account=account, dwelling_id=dwelling_id, application_id=household)
    taken = queries.nominations(play.store, account="ALS")[0]
    play.do(c.nominate, S, account="ALS", dwelling_id="L8", application_id="commun")
    play.do(c.withdraw_nomination, S, queries.nominations(play.store, account="ALS")[-1].nomination_id)
    play.week(same_household("L1", 1))
    offer = play.offer("L1")
    play.accept(offer)
    assert queries.nominations(play.store, account="ALS")[0].status == "open"
    play.sign(offer)
    states = {(n.account, n.dwelling_id, n.application_id): n.status for n in queries.nominations(play.store)}
    assert states == {
        ("ALS", "L9", "commun"): "used", ("ETAT_PRIO", "", "commun"): "used", ("ALS", "", "L1-2"): "open",
        ("ALS", "L8", "commun"): "withdrawn",
    }  # fmt: skip
    refused("STORE_STATE", play.do, c.withdraw_nomination, S, taken.nomination_id)
    # named after its lease it would stand open, enter no case, and the day to name somebody would pass
    refused("STORE_HOUSED", play.do, c.nominate, S, account="ALS", dwelling_id="L7", application_id="commun")
    assert len(queries.nominations(play.store)) == len(states)


def test_the_last_rank_that_signs_elsewhere_exhausts_the_dwelling(play):
    play.week(same_household("L1", 1), same_household("L2", 3))
    for _ in range(2):
        play.refuse(play.offer("L2"))
    offer = play.offer("L1")
    play.accept(offer)
    play.sign(offer)
    assert play.seen().items[1].status == "exhausted"


def test_a_household_that_signed_waits_behind_no_other_list(play):
    """It stood in the queue of another dwelling: called up there, it would be examined while somebody waits behind it."""
    play.week(same_household("L1", 1))
    offer, signed_in = play.offer("L1"), play.session
    play.accept(offer)
    names = [NewCandidate(n, k, queue=k > 1) for k, n in enumerate(("L5-1", "commun", "L5-3"), 1)]
    draft = play.new(NewItem("L5", "ALS", tuple(names)))
    play.session = signed_in
    play.sign(offer)
    play.session = draft
    assert statuses(play, "L5") == ["listed", "superseded", "queue"]
    play.do(c.call, A, play.names("L5")[0].candidate_id, outcome="declines")
    assert statuses(play, "L5") == ["declined", "superseded", "listed"]


def test_a_rank_that_ends_behind_a_live_offer_leaves_the_dwelling_on_offer(play):
    """Its household may still accept: exhausted, the dwelling would be proposed to others while it decides."""
    play.new(dwelling("L1", queue=0))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1", "listed"))
    awaited = NewDecision(second, "conditional", 2, "tax_notice", date(2026, 12, 18))
    no = NewDecision(third, "not_attributed", motive="N3", sentence=SMALL)
    play.decide("L1", [NewDecision(first, "ranked", 1), awaited, no])
    play.close()
    offer = play.offer("L1")
    assert play.do(c.condition_failed, A, second, reason="access")["item_status"] == "offering"
    play.accept(offer)
    play.sign(offer)
    assert play.seen().items[0].status == "let"


def test_a_lease_is_not_of_before_its_acceptance(play):
    play.week()
    offer = play.offer("L1")
    play.clock.later(3)
    play.accept(offer)
    refused("STORE_BEFORE", play.do, c.sign_lease, S, offer, on=DAY + timedelta(days=2))
    assert play.seen().items[0].status == "offering"
    play.sign(offer)
    assert play.seen().items[0].status == "let"


def conditional(play):
    """A week whose first rank waits for the tax notice until 18 December."""
    play.new(dwelling("L1"))
    play.open()
    names = [n.candidate_id for n in play.names("L1", "listed")]
    first = NewDecision(names[0], "conditional", 1, "tax_notice", date(2026, 12, 18))
    play.decide("L1", [first, *(NewDecision(n, "ranked", k) for k, n in enumerate(names[1:], 2))])
    play.close()
    return names[0]


def test_a_condition_that_is_met_makes_the_lease_due(play):
    name = conditional(play)
    offer = play.offer("L1")
    play.accept(offer)
    refused("STORE_CONDITION_OPEN", play.sign, offer)
    play.do(c.condition_met, A, name)
    seen = queries.offer(play.store, offer)
    assert (seen.condition, seen.document, seen.due_on) == ("met", "tax_notice", date(2026, 12, 18))
    play.sign(offer)


def test_the_day_of_a_condition_is_the_one_told_between_the_session_and_today(play):
    name = conditional(play)
    play.clock.later(5)
    for told in (c.condition_met, c.condition_failed):
        more = {"reason": "access"} if told is c.condition_failed else {}
        refused("STORE_BEFORE", play.do, told, A, name, on=DAY - timedelta(days=1), **more)
        refused("STORE_FUTURE", play.do, told, A, name, on=DAY + timedelta(days=6), **more)
    play.do(c.condition_met, A, name, on=DAY + timedelta(days=2))
    assert play.names("L1")[0].condition_on == DAY + timedelta(days=2)


def test_a_condition_fails_after_its_date_or_when_access_is_in_question(play):
    name = conditional(play)
    offer = play.offer("L1")
    play.accept(offer)
    refused("STORE_NOT_PAST", play.do, c.condition_failed, A, name)
    play.clock.on(date(2026, 12, 19))
    assert play.do(c.condition_failed, A, name)["next_candidate"] == play.names("L1")[1].candidate_id
    assert statuses(play)[0] == "condition_failed" and queries.offer(play.store, offer).status == "failed"
    refused("STORE_STATE", play.do, c.condition_met, A, name)


def test_a_condition_may_fail_before_the_offer(play):
    name = conditional(play)
    done = play.do(c.condition_failed, A, name, reason="access")
    assert done["next_candidate"] == play.names("L1")[1].candidate_id
    assert play.names("L1")[0].condition_reason == "access"
    assert ledger.verify(play.store).holds


@pytest.mark.parametrize("sent", [False, True])
def test_why_a_condition_failed_is_known_of_a_desk_of_before_its_column(play, sent):
    """The version before kept it with the offer, and on the line of the ledger where none was made; the row says nothing of it."""

    @command("condition.failed", roles="A")
    def as_before(work, candidate):
        row, item = candidate_of(work, candidate, None)
        work.set("candidate", candidate, status="condition_failed", condition="failed", condition_on=DAY)
        for live in work.find("offer", candidate_id=candidate):
            work.set("offer", live["offer_id"], status="failed", end_reason="access")
        if not sent:
            work.facts["reason"] = "access"
        work.bump("item", item)
        return {}

    name = conditional(play)
    if sent:
        play.offer("L1")
    play.do(as_before, A, name)
    assert play.names("L1")[0].condition_reason == "access"
    assert ledger.verify(play.store).holds


def test_a_household_that_gives_up_after_accepting_gives_its_place(play):
    play.week()
    offer = play.offer("L1")
    play.accept(offer)
    play.clock.later(1)
    assert play.do(c.desist, A, offer, on=play.store.today(), reason="work")["next_candidate"]
    assert statuses(play)[:2] == ["desisted", "ranked"]
    seen = queries.offer(play.store, offer)
    # the day and the reason of the withdrawal, not those of the acceptance before it
    assert (seen.answered_on, seen.refusal_reason) == (play.store.today(), "work")


def test_a_dwelling_is_withdrawn_unless_somebody_accepted_it(play):
    play.week(dwelling("L1"), dwelling("L2"))
    refused("STORE_REASON_CODE", play.do, c.withdraw, S, play.item("L1"), reason="envie")
    offer = play.offer("L1")
    play.do(c.withdraw, S, play.item("L1"), reason="works")
    assert statuses(play)[:3] == ["released"] * 3 and queries.offer(play.store, offer).status == "released"
    play.accept(play.offer("L2"))
    refused("STORE_ACCEPTED", play.do, c.withdraw, S, play.item("L2"), reason="works")


def test_refusals_of_the_commission_open_their_duties(play):
    item = dwelling("L1")
    dalo = NewCandidate("L1-dalo", 3, facts={"priority_codes": "DALO|a"})
    play.new(NewItem("L1", "ETAT_PRIO", (*item.candidates[:2], dalo), facts=item.facts))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1"))
    play.decide(
        "L1",
        [
            NewDecision(first, "not_attributed", motive="N7", sentence=SMALL),
            NewDecision(second, "ineligible", motive="I1", sentence=SMALL),
            NewDecision(third, "not_attributed", motive="N3", sentence=SMALL),
        ],
    )
    assert queries.duties(play.store) == ()  # nothing before the signature
    play.close()
    found = {(d.kind, d.ref): d.due_on for d in queries.duties(play.store)}
    refs = [n.ref for n in play.names("L1")]
    assert found == {
        ("suitable_offer", refs[0]): None,
        # the month of a radiation runs from its notice: until that is delivered no day stands beside it
        ("radiation_notice", refs[1]): None,
        ("prefet_signal", refs[2]): None,
    }


def test_a_dalo_household_found_ineligible_is_signalled_to_the_prefet_too(play):
    """The préfet designates somebody else, or contests: whatever the refusal is called, it is a refusal of a DALO household."""
    item = dwelling("L1")
    dalo = NewCandidate("L1-dalo", 3, facts={"priority_codes": "DALO"})
    play.new(NewItem("L1", "ETAT_PRIO", (*item.candidates[:2], dalo), facts=item.facts))
    play.open()
    first, second, third = (n.candidate_id for n in play.names("L1"))
    barred = NewDecision(third, "ineligible", motive="I1", sentence=SMALL)
    play.decide("L1", [NewDecision(first, "ranked", 1), NewDecision(second, "ranked", 2), barred])
    play.close()
    ref = play.names("L1")[2].ref
    found = {(d.kind, d.ref) for d in queries.duties(play.store)}
    assert found == {("radiation_notice", ref), ("prefet_signal", ref)}


def test_a_household_that_signs_a_lease_is_owed_no_suitable_offer(play):
    """Every agenda named it as owed the first suitable vacancy, and kept its data from erasure, until somebody closed it by hand."""
    owed = NewCandidate("250000000000000009", 1, facts={"priority_codes": ""})
    first, second = dwelling("L1"), dwelling("L2")
    play.new(
        NewItem("L1", "ALS", (owed, *first.candidates[1:]), facts=first.facts),
        NewItem("L2", "ALS", (owed, *second.candidates[1:]), facts=second.facts),
    )
    play.open()
    mixed = [n.candidate_id for n in play.names("L1", "listed")]
    play.decide(
        "L1",
        [
            NewDecision(mixed[0], "not_attributed", motive="N7", sentence=SMALL),
            *(NewDecision(n, "ranked", k) for k, n in enumerate(mixed[1:], start=1)),
        ],
    )
    play.decide("L2")
    play.close()
    ref = play.ref("250000000000000009")
    assert [(d.kind, d.ref) for d in queries.duties(play.store)] == [("suitable_offer", ref)]
    offer = play.offer("L2")
    play.accept(offer)
    assert [d.kind for d in queries.duties(play.store)] == ["suitable_offer"]
    play.sign(offer)
    assert [d.kind for d in queries.duties(play.store)] == ["sne_radiation"]
    (met,) = [d for d in queries.duties(play.store, open=False) if d.kind == "suitable_offer"]
    assert (met.closed_on, met.outcome) == (play.store.today(), "housed")
    assert ledger.verify(play.store).holds


def test_a_rectificatif_asks_again_for_nothing_that_was_done(play):
    """The notice of an ineligible household was delivered: another household's rank put right asked for it a second time."""
    play.new(dwelling("L1"))
    play.open()
    one, two, three = (n.candidate_id for n in play.names("L1", "listed"))

    def ranks(first: int, second: int, last: str = "ineligible") -> list[NewDecision]:
        refused = {"ineligible": "I1", "not_attributed": "N3"}
        return [
            NewDecision(one, "ranked", first), NewDecision(two, "ranked", second),
            NewDecision(three, last, motive=refused[last], sentence=SMALL),
        ]  # fmt: skip

    def rectify(decisions: list[NewDecision]) -> list[str]:
        made = play.do(
            c.prepare_rectification, S, play.session, reason="Erreur de plume", decisions=decisions
        )
        play.do(c.sign_rectification, P, play.session, made["number"])
        return [d.kind for d in queries.duties(play.store)]

    play.decide("L1", ranks(1, 2))
    play.close()
    (notice,) = queries.duties(play.store)
    play.do(c.close_duty, S, notice.duty_id, outcome="Remis contre émargement")
    assert rectify(ranks(2, 1)) == ["ineligible_radiation"]
    # a decision that a rectificatif undid and another one takes up again is owed its notice anew
    assert rectify(ranks(2, 1, "not_attributed")) == []
    assert rectify(ranks(2, 1)) == ["radiation_notice"]
    # one that nobody did yet stays as it was
    assert rectify(ranks(1, 2)) == ["radiation_notice"] and len(queries.duties(play.store, open=False)) == 3
    assert ledger.verify(play.store).holds


def test_nothing_is_offered_before_the_signature_of_the_session(play):
    play.new(dwelling("L1"))
    play.open()
    play.decide("L1")
    with pytest.raises(StoreRefused) as error:
        play.offer("L1")
    assert error.value.code == "STORE_STATE"


def test_calls_about_an_offer_are_logged_and_change_nothing(play):
    play.week()
    play.offer("L1")
    name = play.names("L1")[0].candidate_id
    for _ in range(2):
        play.do(c.call, A, name, outcome="unreachable", stage="offer")
    assert [k.stage for k in queries.calls(play.store, item=play.item("L1"))] == ["offer", "offer"]
    assert statuses(play)[0] == "offered"


def test_history_holds_every_candidature_of_a_household(play):
    play.week(same_household("L1", 1), same_household("L2", 2))
    ref = play.ref("commun")
    assert [h.dwelling_id for h in queries.history(play.store, ref)] == ["L1", "L2"]
    assert play.ref("personne") is None


def test_a_document_that_came_in_time_is_no_lapse(play):
    """It was typed on the page of the household, on the 10th; on the 21st somebody else confirms that nothing came by the 18th."""
    name = conditional(play)
    play.clock.later(7)
    play.do(c.receive_document, A, name, document="tax_notice")
    play.clock.later(11)
    refused("STORE_CONDITION_CAME", play.do, c.condition_failed, A, name)
    assert play.names("L1")[0].condition == "open"
    # one that does not serve is asked for again: it has not come
    play.do(c.ask_document, A, name, document="tax_notice")
    play.do(c.condition_failed, A, name)
    assert play.names("L1")[0].condition == "failed"


def test_a_document_that_came_on_the_last_day_is_no_lapse(play):
    name = conditional(play)
    play.clock.on(date(2026, 12, 18))
    play.do(c.receive_document, A, name, document="tax_notice")
    play.clock.later(3)
    refused("STORE_CONDITION_CAME", play.do, c.condition_failed, A, name)
    assert play.names("L1")[0].condition == "open"
