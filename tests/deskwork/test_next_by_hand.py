"""One session of seven dwellings and one to come, written as records: every row that the next case owes to them, counted on paper.

The case is of 23 November 2026. The session was convened on 25 November and held on 3 December:

========  =========  ======================================================================================================
dwelling  account    what became of it
========  =========  ======================================================================================================
L1        ALS        11 signed on 15 December; 12 (rank 2) released
L2        BAILLEUR   21 refused on 10 December without legitimate reason; 22 (rank 2) is to be notified; 23 declined before
L3        ALS        31 not attributed; 32 ineligible (I1), its notice went out on 10 December
L4        BAILLEUR   41 refused with a legitimate reason on 11 December; 42 silent, its last day was 14 December
L5        ALS        51 attributed, then the dwelling was withdrawn on 9 December
L6        BAILLEUR   taken off before it was examined
L7        ETAT_PRIO  71 notified on 4 December, may still answer; 72 (rank 2) waits
========  =========  ======================================================================================================

A session of 30 December, convened on 16 December, has L8 with 81 first and 82 second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from optimizer import policy
from optimizer.desk.call_list import call_list
from optimizer.desk.following import attempt_ended_on, followed, last_act, next_to_offer
from optimizer.desk.next_case import NextCase, next_case
from optimizer.desk.papers.report_back import events_table
from optimizer.desk.papers.wording import Told
from optimizer.domain import Case, CaseSettings, default_seed
from optimizer.store.law import law as law_on
from optimizer.store.records import (
    CallRecord,
    CandidateRecord,
    DecisionRecord,
    DocumentRecord,
    DutyRecord,
    ItemRecord,
    OfferRecord,
    SessionRecord,
)
from tests.statement.year import filled

IMPORT, CONVENED, HELD = date(2026, 11, 23), date(2026, 11, 25), date(2026, 12, 3)
LEASE, TODAY = date(2026, 12, 15), date(2026, 12, 16)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def decided(number: int, kind: str, rank: int | None, **more: Any) -> DecisionRecord:
    told = {"document": "", "due_on": None, "motive": "", "provision": "", "sentence": "", **more}
    return DecisionRecord(
        number, number // 10, 1, True, kind, rank, decided_at=noon(HELD), decided_by="P", **told
    )  # type: ignore[arg-type]


def offered(number: int, status: str, **more: Any) -> OfferRecord:
    told: dict[str, Any] = {
        "rank": 1, "notified_on": date(2026, 12, 4), "proof": "hand", "proof_on": date(2026, 12, 4), "days": 10,
        "deadline": date(2026, 12, 14), "answered_on": None, "refusal_reason": "", "legitimate": "", "document": "", "due_on": None,
        "condition": "none", "condition_on": None, "lease_on": None, "end_reason": "", "other_live": False, **more,
    }  # fmt: skip
    return OfferRecord(
        number, number, number // 10, "S", f"L{number // 10}", f"r{number}", status=status, **told
    )  # type: ignore[arg-type]


def candidate(
    number: int,
    status: str,
    decision: DecisionRecord | None = None,
    offer: OfferRecord | None = None,
    **more: Any,
) -> CandidateRecord:
    told: dict[str, Any] = {
        "checks": {}, "reason": "", "facts": {}, "reasons": (), "call": "interested", "condition": "none", "condition_on": None,
        "condition_reason": "", "documents": (), "source": "proposal", **more,
    }  # fmt: skip
    return CandidateRecord(
        number, number // 10, "S", f"L{number // 10}", f"r{number}", str(number), number % 10, status, decision=decision, offer=offer,
        **told,
    )  # type: ignore[arg-type]  # fmt: skip


def item(
    number: int, account: str, status: str, *names: CandidateRecord, changed: date = HELD, **facts: Any
) -> ItemRecord:
    home = {
        "landlord": "OPH25",
        "commune": "25056",
        "qpv": "no",
        "rooms": 3,
        "financing": "plus",
        "construction_year": 1980,
        **facts,
    }
    return ItemRecord(
        number, "S", f"L{number}", number, status, 1, account, home, {}, "", "", "agenda", "", "", "", "S", noon(changed),  # type: ignore[arg-type]
        tuple(reversed(names)), None,
    )  # fmt: skip


def session(name: str, on: date, status: str, convened: date, *items: ItemRecord) -> SessionRecord:
    return SessionRecord(
        name, "OPH25", "CALEOL", on, "09:00", "", "in_person", status, 1, False, "", "", None, "h", convened, (), 4, "", None, None,  # type: ignore[arg-type]
        "S", "P", False, None, "", "", tuple(reversed(items)),
    )  # fmt: skip


def held() -> SessionRecord:
    return session(
        "S", HELD, "closed", CONVENED,
        item(1, "ALS", "let",
             candidate(11, "signed", decided(11, "attribution", 1), offered(11, "signed", answered_on=date(2026, 12, 8), lease_on=LEASE),
                       facts={"lease": {"q1": "yes", "mutation": False}}),
             candidate(12, "released", decided(12, "ranked", 2))),
        item(2, "BAILLEUR", "offering",
             candidate(21, "refused", decided(21, "attribution", 1), offered(21, "refused", answered_on=date(2026, 12, 10), legitimate="no")),
             candidate(22, "ranked", decided(22, "ranked", 2)), candidate(23, "declined", call="declines")),
        item(3, "ALS", "no_taker",
             candidate(31, "not_attributed", decided(31, "not_attributed", None, motive="N3")),
             candidate(32, "ineligible", decided(32, "ineligible", None, motive="I1"))),
        item(4, "BAILLEUR", "exhausted",
             candidate(41, "refused", decided(41, "attribution", 1), offered(41, "refused", answered_on=date(2026, 12, 11), legitimate="yes")),
             candidate(42, "silent", decided(42, "ranked", 2), offered(42, "silent"))),
        item(5, "ALS", "withdrawn", candidate(51, "attributed", decided(51, "attribution", 1)), changed=date(2026, 12, 9)),
        item(6, "BAILLEUR", "not_examined", candidate(61, "not_examined")),
        item(7, "ETAT_PRIO", "offering",
             candidate(71, "offered", decided(71, "attribution", 1), offered(71, "offered", deadline=date(2026, 12, 18)),
                       documents=(DocumentRecord(71, "D1", HELD, None), DocumentRecord(71, "D2", HELD, date(2026, 12, 7)))),
             candidate(72, "ranked", decided(72, "ranked", 2), documents=(DocumentRecord(72, "D1", HELD, date(2026, 12, 7)),))),
    )  # fmt: skip


def coming() -> SessionRecord:
    return session(
        "T", date(2026, 12, 30), "convened", TODAY,
        item(8, "ALS", "listed", candidate(81, "listed", call="unreachable"), candidate(82, "listed")),
    )  # fmt: skip


def notice(number: int, closed: date | None) -> DutyRecord:
    return DutyRecord(1, "radiation_notice", f"r{number}", "S", number // 10, HELD, None, closed, "")


DUTIES = (notice(32, date(2026, 12, 10)),)


def imported(on: date = IMPORT, **tables: list[dict[str, object]]) -> Case:
    """Nine vacant dwellings and their households; 21 has one refusal already, L3 was presented twice."""
    settings = CaseSettings(
        title="Bureau", territory="doubs", on=on, year=2026, landlord="OPH25", seed=default_seed(on, "OPH25", "doubs"), synthetic=True,
    )  # fmt: skip
    homes = [
        {"dwelling_id": f"L{n}", "landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus",
         "vacant_since": "2026-11-01", "attempts": 2 if n == 3 else None}
        for n in range(1, 10)
    ]  # fmt: skip
    people = [
        {"application_id": str(n), "first_registered_on": "2024-01-01", "persons": 2, "status": "active", "dossier": "complete",
         "refusals": 1 if n == 21 else None}
        for n in (11, 12, 21, 22, 23, 31, 32, 41, 42, 51, 61, 71, 72, 81, 82)
    ]  # fmt: skip
    given = {"dwellings": homes, "applications": people, **tables}
    return Case(settings, {name: filled(name, rows) for name, rows in given.items()})


def turned(
    case: Case | None = None,
    on: date | None = None,
    sessions: Sequence[SessionRecord] = (),
    duties: Sequence[DutyRecord] = DUTIES,
    housed: Mapping[str, date] | None = None,
) -> NextCase:
    case = case or imported()
    rules = policy.rules_of(case.settings)
    return next_case(case, sessions or [coming(), held()], rules, duties=duties, housed=housed, on=on)


def rows(made: NextCase, name: str, *columns: str) -> list[list[Any]]:
    frame = made.case.table(name)
    return [
        ["" if pd.isna(x) else f"{x:%d/%m}" if isinstance(x, pd.Timestamp) else x for x in line]
        for line in frame[list(columns)].astype(object).itertuples(index=False)
    ]


def test_the_last_day_that_the_log_speaks_of():
    assert last_act([held()]) == LEASE and last_act([held(), coming()]) == TODAY
    made = turned()
    assert made.case.settings.on == TODAY and made.case.settings.seed == default_seed(TODAY, "OPH25", "doubs")
    assert turned(sessions=[held()], on=date(2027, 1, 4)).case.settings.year == 2027


def test_leases_are_those_of_the_log_as_the_agenda_froze_them():
    names = (
        "dwelling_id",
        "account",
        "application_id",
        "signed_on",
        "q1",
        "in_flux",
        "construction_year",
        "rooms",
    )
    assert rows(turned(), "leases", *names) == [["L1", "ALS", "11", "15/12", "yes", True, 1980, 3]]
    known = imported(
        leases=[
            {
                "dwelling_id": "L1",
                "landlord": "OPH25",
                "commune": "25056",
                "account": "ALS",
                "application_id": "11",
                "signed_on": "2026-12-15",
            }
        ]
    )
    assert len(turned(known).case.table("leases")) == 1, "an import that has it already is not told twice"


@pytest.mark.parametrize(
    "why", [{"assiette_exclusion": "anru"}, {"reserved_to": "ALS"}, {"first_letting": True}]
)
def test_a_lease_outside_the_flux_base_is_written_so(why: dict[str, object]):
    one = held()
    home = next(i for i in one.items if i.dwelling_id == "L1")
    apart = replace(home, facts={**home.facts, **why})
    made = turned(sessions=[replace(one, items=tuple(apart if i is home else i for i in one.items))])
    assert made.case.table("leases")["in_flux"].tolist() == [False]


def test_dwellings_let_and_withdrawn_leave_and_presentations_that_came_to_nothing_count():
    made = turned()
    # L1 is let, L5 withdrawn; L3 and L4 were presented once more for nothing; L2 and L7 go on, L6 was not examined, L8 is to come
    assert rows(made, "dwellings", "dwelling_id", "attempts", "vacant_since") == [
        ["L2", "", "01/11"], ["L3", 3, "01/11"], ["L4", 1, "01/11"], ["L6", "", "01/11"], ["L7", "", "01/11"], ["L8", "", "01/11"],
        ["L9", "", "01/11"],
    ]  # fmt: skip
    assert made.counts["dwellings"] == -2 and made.counts["applications"] == -1
    assert [f.params for f in made.said if f.code == "DESK_DWELLING_WITHDRAWN"] == [
        {"dwelling": "L5", "day": date(2026, 12, 9)}
    ]


def test_a_dwelling_taken_off_an_agenda_before_its_examination_is_told_until_something_else_says_where_it_is():
    def told(made: NextCase) -> list[str]:
        return [f.sentence() for f in made.said if f.code == "DESK_DWELLING_OFF_AGENDA"]

    def sold(*others: SessionRecord) -> list[SessionRecord]:
        left = replace(item(6, "BAILLEUR", "not_examined", candidate(61, "not_examined")), end_reason="sale")
        return [replace(held(), items=(left,)), *others]

    made = turned(sessions=sold())
    (said,) = told(made)
    for part in ("« L6 »", "retiré le 03/12/2026", "séance du 03/12/2026", "Vente ou démolition"):
        assert part in said
    assert "L6" in set(made.case.table("dwellings")["dwelling_id"])
    english = next(f for f in made.said if f.code == "DESK_DWELLING_OFF_AGENDA").text("en")
    assert "Sale or demolition" in english
    # before the session, too: the agenda alone was frozen, or was not yet
    for status in ("convened", "draft"):
        assert told(turned(sessions=[replace(s, status=status) for s in sold()], on=TODAY))
    # a later agenda has it, or a younger import; the whole session was called off: nothing of this dwelling alone
    again = replace(coming(), items=(item(6, "BAILLEUR", "listed", candidate(61, "listed")),))
    assert not told(turned(sessions=sold(again)))
    fresh = imported()
    assert not told(
        turned(
            replace(fresh, settings=replace(fresh.settings, on=date(2026, 12, 4))), sessions=sold(), on=TODAY
        )
    )
    whole = [
        replace(s, status="cancelled", items=tuple(replace(i, end_reason="quorum") for i in s.items))
        for s in sold()
    ]
    assert not told(turned(sessions=whole, on=TODAY))


def test_refusals_files_and_radiations_of_households():
    made = turned()
    people = made.case.table("applications").set_index("application_id")
    assert "11" not in people.index and len(people) == 14
    # one refusal more without legitimate reason; a legitimate one and a silence count nothing
    assert people["refusals"].dropna().to_dict() == {"21": 2}
    # a document is missing; all have come
    assert people["dossier"].to_dict() == {name: "complete" for name in people.index} | {
        "71": "to_verify",
        "81": "unreachable",
    }
    assert set(people["status"]) == {"active"}
    # a month after the notice of 10 December
    for day, status in ((date(2027, 1, 9), "active"), (date(2027, 1, 10), "struck_off")):
        assert (
            turned(on=day).case.table("applications").set_index("application_id").loc["32", "status"]
            == status
        )
    unsent = turned(on=date(2027, 3, 1), duties=[notice(32, None)])
    assert unsent.case.table("applications").set_index("application_id").loc["32", "status"] == "active"


def test_a_refusal_is_forgotten_after_twelve_months():
    """Of 10 December 2026: still there on 9 December 2027, gone on the 10th; the import's own count is its own."""
    for day, refusals in ((date(2027, 12, 9), 2), (date(2027, 12, 10), 1)):
        people = turned(on=day).case.table("applications").set_index("application_id")
        assert people.loc["21", "refusals"] == refusals


def test_work_in_progress_is_live_offers_next_ranks_and_the_first_name_of_a_coming_agenda():
    made = turned()
    names = ("dwelling_id", "account", "application_id", "stage", "since", "commune")
    assert rows(made, "in_progress", *names) == [
        ["L2", "BAILLEUR", "22", "commission", "03/12", "25056"], ["L7", "ETAT_PRIO", "71", "offered", "04/12", "25056"],
        ["L8", "ALS", "81", "commission", "16/12", "25056"],
    ]  # fmt: skip
    going = [
        {"dwelling_id": d, "landlord": "OPH25", "commune": "25056", "account": "ALS", "application_id": "61", "stage": "nominated", "since": "2026-11-01"}
        for d in ("L3", "L9")
    ]  # fmt: skip
    # what the import followed of a dwelling that the session took up is over
    assert [x[0] for x in rows(turned(imported(in_progress=going)), "in_progress", "dwelling_id")] == [
        "L2",
        "L7",
        "L8",
        "L9",
    ]


def test_ranks_that_wait_are_held_where_the_landlord_proposes_them_nowhere_else():
    case = imported()
    changes = {"national.desk.waiting_ranks_proposable": False}
    kept = turned(replace(case, settings=replace(case.settings, changes=changes)))
    there = [
        row for row in rows(kept, "in_progress", "dwelling_id", "application_id", "stage") if row[0] == "L7"
    ]
    assert there == [["L7", "71", "offered"], ["L7", "72", "commission"]]
    shipped = [
        row for row in rows(turned(), "in_progress", "dwelling_id", "application_id") if row[0] == "L7"
    ]
    assert shipped == [["L7", "71"]]


def test_each_candidature_examined_is_an_event_with_its_days():
    names = (
        "dwelling_id",
        "application_id",
        "oriented_on",
        "presented_on",
        "attributed_on",
        "signed_on",
        "outcome",
    )
    days = ["25/11", "03/12"]
    assert rows(turned(), "events", *names) == [
        ["L1", "11", *days, "03/12", "15/12", "signed"], ["L1", "12", *days, "03/12", "", "released"],
        ["L2", "21", *days, "03/12", "", "refused"], ["L2", "22", *days, "03/12", "", ""],
        ["L3", "31", *days, "", "", "not_attributed"], ["L3", "32", *days, "", "", "ineligible"],
        ["L4", "41", *days, "03/12", "", "refused_legitimate"], ["L4", "42", *days, "03/12", "", "silent"],
        ["L5", "51", *days, "03/12", "", "withdrawn"],
        ["L7", "71", *days, "03/12", "", ""], ["L7", "72", *days, "03/12", "", ""],
    ]  # fmt: skip


def test_who_is_not_to_be_proposed_again_where_and_until_when():
    names = ("dwelling_id", "application_id", "decision", "reason", "expires_on")
    forbid = "forbid"
    assert rows(turned(), "decisions", *names) == [
        # an ineligible household is proposed nowhere, until it is struck off a month after its notice
        ["", "32", forbid, "income_proven_above", "10/01"],
        # twelve months after the answer; three after the session
        ["L2", "21", forbid, "refused_same_dwelling", "10/12"], ["L2", "23", forbid, "declined_before", "03/03"],
        # six months after the session
        ["L3", "31", forbid, "commission_decision", "03/06"],
        # a refusal, legitimate or not, and a silence, of that dwelling
        ["L4", "41", forbid, "refused_same_dwelling", "11/12"], ["L4", "42", forbid, "refused_same_dwelling", "14/12"],
    ]  # fmt: skip
    assert turned().case.table("decisions")["expires_on"].dt.year.tolist() == [2027] * 6
    later = rows(turned(on=date(2027, 3, 3)), "decisions", "dwelling_id", "application_id")
    assert ["L2", "23"] in later and ["L2", "23"] not in rows(
        turned(on=date(2027, 3, 4)), "decisions", "dwelling_id", "application_id"
    )


def test_a_dwelling_taken_off_because_its_household_withdrew_bars_the_only_one():
    def barred(reason: str, *names: CandidateRecord) -> list[list[Any]]:
        left = replace(item(6, "BAILLEUR", "not_examined", *names), end_reason=reason)
        alone = replace(held(), items=(left,))
        return rows(
            turned(sessions=[alone]), "decisions", "dwelling_id", "application_id", "reason", "expires_on"
        )

    one, two = candidate(61, "not_examined"), candidate(62, "not_examined")
    assert barred("household_withdrew", one) == [["L6", "61", "withdrawn", "03/03"]]
    # of several, nobody knows which one it was
    assert barred("household_withdrew", one, two) == [] == barred("works", one)


def test_decisions_of_the_import_are_over_once_carried_out():
    given = [
        {"dwelling_id": "L2", "application_id": "21", "account": "BAILLEUR", "decision": "pin", "author": "S"},
        {"dwelling_id": "L9", "application_id": "61", "account": "ALS", "decision": "pin", "author": "S"},
        {"dwelling_id": "L9", "application_id": "71", "account": "ALS", "decision": "pin", "author": "S"},
        {"dwelling_id": "L3", "account": "ALS", "decision": "orient", "author": "S"},
        {"dwelling_id": "L9", "account": "ALS", "decision": "orient", "author": "S"},
        {"dwelling_id": "L1", "application_id": "61", "decision": "forbid", "reason": "withdrawn", "author": "S"},
        {"application_id": "11", "decision": "forbid", "reason": "withdrawn", "author": "S"},
        {"dwelling_id": "L3", "application_id": "31", "decision": "forbid", "reason": "withdrawn", "author": "S", "expires_on": "2027-12-31"},
        {"dwelling_id": "L4", "application_id": "42", "decision": "forbid", "reason": "withdrawn", "author": "S", "expires_on": "2027-01-31"},
    ]  # fmt: skip
    found = rows(
        turned(imported(decisions=given)), "decisions", "dwelling_id", "application_id", "decision", "reason"
    )
    own = [x for x in found if x[2] != "forbid" or x[3] == "withdrawn"]
    # a pin on a dwelling that was examined, or of a household that is followed elsewhere, is done; a longer bar of the import stands
    assert own == [["L3", "31", "forbid", "withdrawn"], ["L9", "", "orient", ""], ["L9", "61", "pin", ""]]
    assert ["L4", "42", "forbid", "refused_same_dwelling"] in found


def test_whose_turn_it_is_and_when_a_presentation_ended():
    homes = {i.dwelling_id: i for i in held().items}
    turn = {name: getattr(next_to_offer(home), "application_id", None) for name, home in homes.items()}
    # nobody while an offer is live or a lease signed
    assert turn == {"L1": None, "L2": "22", "L3": None, "L4": None, "L5": "51", "L6": None, "L7": None}
    ended = {name: attempt_ended_on(held(), homes[name]) for name in ("L3", "L4", "L5")}
    assert ended == {"L3": HELD, "L4": date(2026, 12, 14), "L5": date(2026, 12, 9)}
    # the last rank's condition failed before it was offered anything
    day = date(2026, 12, 16)
    failed = candidate(
        43, "condition_failed", decided(43, "conditional", 3), condition="failed", condition_on=day
    )
    last = replace(homes["L4"], candidates=(*homes["L4"].candidates, failed))
    assert attempt_ended_on(held(), last) == day
    assert [x.candidate.application_id for x in followed([coming(), held()])] == [
        "11", "12", "21", "22", "31", "32", "41", "42", "51", "71", "72",
    ]  # fmt: skip


def test_the_list_of_the_day_in_its_order():
    """16 December: the clock of 71 ends on the 18th; L2 is vacant since 1 November, 45 days."""
    law = law_on(TODAY)
    one = held()
    homes = [replace(i, facts={**i.facts, "vacant_since": "2026-11-01"}) for i in one.items]
    calls = [
        CallRecord(1, 22, 2, "r22", "offer", "unreachable", "", noon(date(2026, 12, 11)), "A"),
        CallRecord(2, 22, 2, "r22", "offer", "unreachable", "", noon(date(2026, 12, 12)), "A"),
    ]
    lines = call_list(
        [coming(), replace(one, items=tuple(homes))], law, TODAY, duties=[notice(32, None)], calls=calls
    )
    told = [(x.kind, x.application_id, x.day, x.vacant_days, x.attempts, x.write) for x in lines]
    assert told == [
        ("clock", "71", date(2026, 12, 18), 0, 0, False), ("next_rank", "22", HELD, 45, 2, False),
        ("instruction", "81", date(2026, 12, 30), 0, 0, False),
        # five days after the notice nobody has spoken to 71
        ("no_contact", "71", date(2026, 12, 9), 0, 0, False), ("radiation_notice", "32", HELD, 0, 0, False),
    ]  # fmt: skip
    # three calls without an answer: a letter
    third = CallRecord(3, 22, 2, "r22", "offer", "unreachable", "", noon(TODAY), "A")
    again = call_list([one], law, TODAY, calls=[*calls, third])
    assert [(x.attempts, x.write) for x in again if x.kind == "next_rank"] == [(3, True)]
    answered = replace(third, call_id=4, outcome="interested")
    assert [
        x.attempts for x in call_list([one], law, TODAY, calls=[*calls, answered]) if x.kind == "next_rank"
    ] == [0]
    # a duty with a day is due that day, one without since it was opened
    dated = replace(notice(32, None), due_on=date(2026, 12, 31))
    assert [(x.day, x.since) for x in call_list([one], law, TODAY, duties=[dated]) if x.duty_id] == [
        (date(2026, 12, 31), False)
    ]
    # past its last day silence is proposed; four days before it nobody is hurried
    kinds = {day: {x.kind for x in call_list([one], law, day) if x.application_id == "71"} for day in (
        date(2026, 12, 14), date(2026, 12, 15), date(2026, 12, 18), date(2026, 12, 19))}  # fmt: skip
    assert [sorted(x - {"no_contact"}) for x in kinds.values()] == [[], ["clock"], ["clock"], ["silence"]]


def test_a_call_before_the_session_is_no_contact_about_the_offer():
    """71 was reached on its list; nobody has spoken to it since its notice, and ten days run."""
    law = law_on(TODAY)
    earlier = CallRecord(1, 71, 7, "r71", "instruction", "interested", "", noon(CONVENED), "A")
    kinds = [x.kind for x in call_list([held()], law, TODAY, calls=[earlier]) if x.application_id == "71"]
    assert "no_contact" in kinds
    since = replace(earlier, call_id=2, stage="offer", at=noon(date(2026, 12, 8)))
    kinds = [
        x.kind for x in call_list([held()], law, TODAY, calls=[earlier, since]) if x.application_id == "71"
    ]
    assert "no_contact" not in kinds


def test_nobody_is_to_be_reached_any_more_for_a_session_that_sits():
    law, there = law_on(TODAY), coming()
    assert [x.application_id for x in call_list([there], law, TODAY) if x.kind == "instruction"] == ["81"]
    assert call_list([replace(there, status="open")], law, TODAY) == []


def test_an_earlier_next_case_counts_nothing_twice():
    one = turned()
    again = turned(one.case)
    for name, frame in one.case.tables.items():
        pd.testing.assert_frame_equal(again.case.table(name), frame)
    # what is forgotten after twelve months is taken off the count that this log brought
    people = turned(one.case, on=date(2027, 12, 10)).case.table("applications").set_index("application_id")
    assert people.loc["21", "refusals"] == 1
    # and stays on the count of another system, which knows its own
    told = imported(on=TODAY)
    assert (
        turned(told, on=date(2027, 12, 10))
        .case.table("applications")
        .set_index("application_id")
        .loc["21", "refusals"]
        == 1
    )


def test_an_import_younger_than_the_acts_has_counted_them():
    """The import of 20 December has L5 back and its own counts of L3 and of 21; of L4 and L5 it tells no number, the log does."""
    made = turned(imported(on=date(2026, 12, 20)))
    assert rows(made, "dwellings", "dwelling_id", "attempts") == [
        ["L2", ""], ["L3", 2], ["L4", 1], ["L5", 1], ["L6", ""], ["L7", ""], ["L8", ""], ["L9", ""],
    ]  # fmt: skip
    people = made.case.table("applications").set_index("application_id")
    assert people["refusals"].dropna().to_dict() == {"21": 1}
    # 71's file as the import has it; 81 stands on a session still to come
    assert people.loc[["71", "81"], "dossier"].tolist() == ["complete", "unreachable"]
    silent = imported(on=date(2026, 12, 20))
    nothing = silent.table("applications").assign(refusals=pd.array([None] * 15, "Int64"))
    told = turned(replace(silent, tables={**silent.tables, "applications": nothing}))
    assert told.case.table("applications").set_index("application_id")["refusals"].dropna().to_dict() == {
        "21": 1
    }
    # on the day of the session its files are the younger ones
    same = turned(imported(on=HELD)).case.table("applications").set_index("application_id")
    assert same.loc["71", "dossier"] == "to_verify"


def test_a_dwelling_vacated_again_after_its_lease_is_to_be_let():
    case = imported()
    homes = case.table("dwellings")
    back = homes.assign(
        vacant_since=homes["vacant_since"].mask(homes["dwelling_id"] == "L1", pd.Timestamp("2026-12-16"))
    )
    made = turned(replace(case, tables={**case.tables, "dwellings": back}))
    assert "L1" in set(made.case.table("dwellings")["dwelling_id"])
    assert made.case.table("leases")["dwelling_id"].tolist() == ["L1"]
    # vacated on the very day of the lease: that lease let it
    same = homes.assign(
        vacant_since=homes["vacant_since"].mask(homes["dwelling_id"] == "L1", pd.Timestamp(LEASE))
    )
    made = turned(replace(case, tables={**case.tables, "dwellings": same}))
    assert "L1" not in set(made.case.table("dwellings")["dwelling_id"])


def test_pins_of_what_was_not_examined_or_long_before_the_import_stand():
    pins = [
        {"dwelling_id": d, "application_id": a, "account": "BAILLEUR", "decision": "pin", "author": "S"}
        for d, a in (("L6", "61"), ("L4", "51"))
    ]
    assert [
        x[0]
        for x in rows(turned(imported(decisions=pins)), "decisions", "dwelling_id", "decision")
        if x[1] == "pin"
    ] == ["L6"]
    # a dwelling whose next rank is to be notified is held whatever the day of its session
    held_pin = {
        "dwelling_id": "L2",
        "application_id": "51",
        "account": "BAILLEUR",
        "decision": "pin",
        "author": "S",
    }
    younger = turned(imported(on=date(2026, 12, 20), decisions=[*pins, held_pin]))
    assert [x[0] for x in rows(younger, "decisions", "dwelling_id", "decision") if x[1] == "pin"] == [
        "L4",
        "L6",
    ]


def test_an_attribution_without_rank_comes_first_and_a_withdrawal_is_an_act():
    first, second = (
        candidate(93, "attributed", decided(93, "attribution", None)),
        candidate(91, "ranked", decided(91, "ranked", 2)),
    )
    home = item(9, "ALS", "decided", second, first, changed=date(2026, 12, 20))
    turn = next_to_offer(home)
    assert turn is not None and turn.application_id == "93"
    assert last_act([session("S", HELD, "closed", CONVENED, home)]) == HELD
    assert last_act([session("S", HELD, "closed", CONVENED, replace(home, status="withdrawn"))]) == date(
        2026, 12, 20
    )


def test_leases_and_work_of_the_import_are_followed_from_the_first_event_on():
    """Two leases and three dwellings followed in the import: the statement counts them beside those of the session."""
    home = {"landlord": "OPH25", "commune": "25056", "account": "ALS"}
    case = imported(
        leases=[{**home, "dwelling_id": "X", "application_id": "9", "signed_on": "2026-03-01"},
                {**home, "dwelling_id": "L1", "application_id": "11", "signed_on": "2026-12-15"}],
        in_progress=[{**home, "dwelling_id": d, "application_id": "8", "stage": "nominated", "since": "2026-11-01"} for d in ("L1", "L2", "L9")],
    )  # fmt: skip
    made = turned(case)
    told = rows(made, "events", "dwelling_id", "account", "application_id", "oriented_on", "signed_on")
    before = [x for x in told if x[3] != "25/11"]
    # L1's lease is the session's own; L1 was followed on the account of the session, L2 on another
    assert before == [
        ["L2", "ALS", "8", "01/11", ""],
        ["L9", "ALS", "8", "01/11", ""],
        ["X", "ALS", "9", "", "01/03"],
    ]
    assert made.counts["events"] == 11
    assert len(made.case.table("leases")) == 2


def test_lines_of_one_kind_go_by_their_day_and_next_ranks_by_their_vacancy():
    def waiting(number: int, vacant: str) -> ItemRecord:
        return item(
            number,
            "ALS",
            "decided",
            candidate(10 * number + 1, "attributed", decided(10 * number + 1, "attribution", 1)),
            vacant_since=vacant,
        )

    def clock(number: int, last: date) -> ItemRecord:
        who = 10 * number + 1
        return item(
            number,
            "ALS",
            "offering",
            candidate(who, "offered", decided(who, "attribution", 1), offered(who, "offered", deadline=last)),
        )

    lived_in = waiting(5, "")
    lived_in = replace(lived_in, facts={**lived_in.facts, "available_on": "2027-01-15"})
    one = session(
        "S", HELD, "closed", CONVENED, waiting(1, "2026-11-20"), waiting(2, "2026-10-01"), clock(3, date(2026, 12, 18)), clock(4, date(2026, 12, 17)),
        lived_in,
    )  # fmt: skip
    lines = call_list([one], law_on(TODAY), TODAY)
    assert [(x.kind, x.dwelling_id, x.vacant_days) for x in lines if x.kind != "no_contact"] == [
        ("clock", "L4", 0), ("clock", "L3", 0), ("next_rank", "L2", 76), ("next_rank", "L1", 26),
        ("next_rank", "L5", 0),
    ]  # fmt: skip
    # one that is lived in is free on a day to come
    assert {x.dwelling_id: x.free_on for x in lines if x.kind == "next_rank"} == {
        "L1": None,
        "L2": None,
        "L5": date(2027, 1, 15),
    }


def changed(
    one: SessionRecord,
    home: str,
    who: str = "",
    offer: dict[str, Any] | None = None,
    status: str = "",
    **more: Any,
) -> SessionRecord:
    """The session with something of a dwelling, or of one of its names, recorded otherwise."""

    def of(c: CandidateRecord) -> CandidateRecord:
        sent = replace(c.offer, **offer) if offer and c.offer is not None else c.offer
        return replace(c, offer=sent, **more) if c.application_id == who else c

    items = tuple(
        replace(i, status=status or i.status, candidates=tuple(map(of, i.candidates))) if i.dwelling_id == home else i for i in one.items
    )  # fmt: skip
    return replace(one, items=items)


def going_on() -> SessionRecord:
    """The second name of L4 may still answer."""
    one = changed(held(), "L4", "42", {"status": "offered"}, "offering")
    items = tuple(
        replace(i, candidates=tuple(replace(c, status="offered") if c.application_id == "42" else c for c in i.candidates)) for i in one.items
    )  # fmt: skip
    return replace(one, items=items)


TWICE = [1] * 9
"""Every dwelling presented once already, as the import counts."""


@pytest.mark.parametrize(
    ("before", "after", "table", "key", "column", "found"),
    [
        # a refusal of 10 December judged on the 18th: the case of the 16th did not count it
        (changed(held(), "L2", "21", {"legitimate": "to_decide"}), held(), "applications", "21", "refusals", 2),
        # and judged otherwise: it counted there, and counts no more
        (held(), changed(held(), "L2", "21", {"legitimate": "yes"}), "applications", "21", "refusals", 1),
        # a silence of 14 December confirmed on the 20th: L4 was still being offered, and comes back once more presented
        (going_on(), held(), "dwellings", "L4", "attempts", 2),
        # a judgement changes nothing of a presentation that was over
        (changed(held(), "L4", "41", {"legitimate": "to_decide"}), held(), "dwellings", "L4", "attempts", 2),
        # the missing document came on 18 December
        (
            held(), changed(held(), "L7", "71", documents=(DocumentRecord(71, "D1", HELD, date(2026, 12, 18)),)),
            "applications", "71", "dossier", "complete",
        ),
    ],
)  # fmt: skip
def test_what_is_recorded_after_a_next_case_counts_in_the_one_after(before, after, table, key, column, found):
    """Both the last import and an earlier next case give it, whatever the day the fact is of."""
    case = imported()
    told = case.table("dwellings").assign(attempts=pd.array(TWICE, "Int64"))
    case = replace(case, tables={**case.tables, "dwellings": told})
    earlier = turned(case, sessions=[before, coming()]).case
    day = date(2026, 12, 20)
    for base in (case, earlier):
        frame = turned(base, on=day, sessions=[after, coming()]).case.table(table)
        assert frame.set_index(frame.columns[0]).loc[key, column] == found


def test_leases_of_last_year_stay_with_last_year():
    """The first case of January leaves the lease of 15 December to its statement, and so does the one after it."""
    first = turned(on=date(2027, 1, 4))
    assert first.case.settings.year == 2027 and not len(first.case.table("leases"))
    assert [f.params["leases"] for f in first.said if f.code == "DESK_NEW_YEAR"] == [1]
    second = turned(first.case, on=date(2027, 1, 11))
    assert not len(second.case.table("leases")) and not [f for f in second.said if f.code == "DESK_NEW_YEAR"]


@pytest.mark.parametrize(
    ("first", "then"), [(date(2026, 12, 16), date(2027, 1, 11)), (date(2027, 1, 4), date(2027, 3, 4))]
)
def test_an_earlier_next_case_gives_what_the_import_gives(first: date, then: date):
    """Over the new year and past the day of a bar: every table, row by row."""
    home = {"landlord": "OPH25", "commune": "25056", "account": "ALS"}
    case = imported(
        leases=[{**home, "dwelling_id": "X", "application_id": "9", "signed_on": "2026-03-01"}],
        in_progress=[
            {**home, "dwelling_id": "L9", "application_id": "8", "stage": "nominated", "since": "2026-11-01"}
        ],
    )
    one, other = turned(turned(case, on=first).case, on=then), turned(case, on=then)
    assert one.case.settings == other.case.settings and set(one.case.tables) == set(other.case.tables)
    for name, frame in other.case.tables.items():
        pd.testing.assert_frame_equal(one.case.table(name), frame)


def status_of(made: NextCase, who: str) -> str:
    return str(made.case.table("applications").set_index("application_id").loc[who, "status"])


def test_an_application_corrected_since_is_not_struck_off_again():
    """The notice of 10 December is over on 10 January; an import of 11 January where the application is active knows better."""
    late, on = date(2027, 1, 11), date(2027, 3, 1)
    made = turned(imported(late), on=on)
    assert status_of(made, "32") == "active"
    assert [f.params for f in made.said if f.code == "DESK_STRUCK_OFF_ACTIVE"] == [
        {"dwelling": "L3", "day": HELD, "until": date(2027, 1, 10)}
    ]
    assert not {"32"} & {x[0] for x in rows(made, "decisions", "application_id")}
    # the same from the case of a week before; an import of the day itself, and one without a status, are struck off
    assert status_of(turned(turned(imported(late), on=date(2027, 2, 20)).case, on=on), "32") == "active"
    assert status_of(turned(imported(date(2027, 1, 10)), on=on), "32") == "struck_off"
    blank = imported(late)
    people = blank.table("applications").assign(status=pd.array([None] * 15, dtype="str"))
    assert (
        status_of(turned(replace(blank, tables={**blank.tables, "applications": people}), on=on), "32")
        == "struck_off"
    )


@pytest.mark.parametrize("imported_on", [IMPORT, date(2027, 1, 20)])
def test_a_notice_recorded_late_strikes_off_from_the_import_and_from_a_case_of_before_alike(
    imported_on: date,
):
    """The notice of 10 December is recorded on 25 January: neither the import of the 20th nor a case of the 21st could know of it."""
    on = date(2027, 3, 1)
    late = [replace(notice(32, date(2026, 12, 10)), recorded_on=date(2027, 1, 25))]
    unknown = turned(imported(imported_on), on=date(2027, 1, 21), duties=[notice(32, None)])
    assert status_of(unknown, "32") == "active"
    for case in (unknown.case, imported(imported_on)):
        made = turned(case, on=on, duties=late)
        assert status_of(made, "32") == "struck_off"
        assert "32" not in {x[0] for x in rows(made, "decisions", "application_id")}
        assert not [f for f in made.said if f.code == "DESK_STRUCK_OFF_ACTIVE"]
    # sent on 20 January it bars until 20 February, and no longer until the end of the six months that the earlier case said
    sent = [replace(notice(32, date(2027, 1, 20)), recorded_on=date(2027, 1, 25))]
    barred = [
        rows(turned(case, on=date(2027, 2, 1), duties=sent), "decisions", "application_id", "expires_on")
        for case in (unknown.case, imported(imported_on))
    ]
    assert barred[0] == barred[1] and ["32", "20/02"] in barred[0]
    # one of after the recording where the application is active knows better, and so does the case made of it
    better = turned(imported(date(2027, 1, 26)), on=date(2027, 2, 1), duties=late)
    assert status_of(better, "32") == "active" == status_of(turned(better.case, on=on, duties=late), "32")


def test_a_bar_that_the_log_no_longer_says_leaves_the_next_case():
    """21's refusal was typed for the wrong household and taken back after a next case had barred L2; 42's silence stands."""
    one = held()
    home = next(i for i in one.items if i.dwelling_id == "L2")
    again = candidate(21, "offered", decided(21, "attribution", 1), offered(21, "offered"))
    names = tuple(again if c.candidate_id == 21 else c for c in home.candidates)
    put_right = replace(one, items=tuple(replace(i, candidates=names) if i is home else i for i in one.items))
    before = turned(sessions=[one])
    pairs = rows(before, "decisions", "dwelling_id", "application_id")
    assert ["L2", "21"] in pairs and ["L4", "42"] in pairs
    columns = ("dwelling_id", "application_id", "reason", "expires_on", "author")
    direct, chained = (
        rows(turned(case, sessions=[put_right]), "decisions", *columns) for case in (None, before.case)
    )
    assert direct == chained and ["L2", "21"] not in [x[:2] for x in chained]


def test_only_a_notice_of_this_decision_starts_the_month():
    """A duty that a rectificatif undid told the household nothing; a notice of before the session tells of another decision."""
    on = date(2027, 3, 1)
    undone = replace(notice(32, date(2026, 12, 4)), duty_id=2, outcome="rectified")
    earlier = replace(notice(32, date(2026, 10, 1)), duty_id=3, outcome="avis envoyé")
    for other in (undone, earlier):
        made = turned(on=on, duties=[other, notice(32, None)])
        assert status_of(made, "32") == "active"
        assert ["", "32", "03/06"] in rows(made, "decisions", "dwelling_id", "application_id", "expires_on")
        sent = turned(on=on, duties=[other, notice(32, date(2027, 1, 28))])
        assert status_of(sent, "32") == "struck_off"
        assert (
            status_of(turned(on=date(2027, 2, 27), duties=[other, notice(32, date(2027, 1, 28))]), "32")
            == "active"
        )


def unanswered(
    closed: date | None, outcome: str = "no_reply", recorded: date | None = None
) -> list[DutyRecord]:
    """The notice of no answer to 81, not reached for L8; its month ended on 16 January."""
    sent, due = date(2026, 12, 16), date(2027, 1, 16)
    return [*DUTIES, DutyRecord(9, "no_reply", "r81", "T", 8, sent, due, closed, outcome, recorded)]


def test_a_household_that_left_its_notice_unanswered_is_struck_off_once_somebody_confirmed_it():
    on = date(2027, 3, 1)
    for duties in (
        unanswered(None, ""),
        unanswered(date(2027, 1, 5), "answered"),
        unanswered(date(2027, 3, 2)),
    ):
        made = turned(on=on, duties=duties)
        assert status_of(made, "81") == "active"
    over = unanswered(date(2027, 1, 18))
    assert status_of(turned(on=on, duties=over), "81") == "struck_off"
    assert status_of(turned(on=date(2027, 1, 17), duties=over), "81") == "active"
    # from an earlier next case alike, and where it was recorded after the import
    before = turned(on=date(2027, 1, 20), duties=unanswered(None, ""))
    late = unanswered(date(2027, 1, 18), recorded=date(2027, 1, 25))
    for case in (before.case, imported(date(2027, 1, 20))):
        assert status_of(turned(case, on=on, duties=late), "81") == "struck_off"
    # an import of after where it is active knows better, and that is said
    better = turned(imported(date(2027, 1, 26)), on=on, duties=late)
    assert status_of(better, "81") == "active"
    assert [f.params for f in better.said if f.code == "DESK_NO_REPLY_ACTIVE"] == [
        {"dwelling": "L8", "until": date(2027, 1, 18)}
    ]
    # so does a session that examined it since
    later = session(
        "V", date(2027, 2, 4), "closed", date(2027, 2, 1),
        item(9, "ALS", "offering", replace(candidate(91, "ranked", decided(91, "ranked", 1)), ref="r81", application_id="81")),
    )  # fmt: skip
    made = turned(on=on, sessions=[coming(), held(), later], duties=over)
    assert status_of(made, "81") == "active"


def test_who_is_found_eligible_by_a_later_session_is_no_longer_struck_off():
    """32, ineligible on 3 December, won its appeal: the session of 10 December gives it L9."""
    later = session(
        "U", date(2026, 12, 10), "closed", date(2026, 12, 9),
        item(9, "ALS", "offering",
             replace(candidate(91, "offered", decided(91, "attribution", 1), offered(91, "offered", notified_on=date(2026, 12, 11), deadline=date(2026, 12, 21))),
                     ref="r32", application_id="32")),
    )  # fmt: skip
    made = turned(on=date(2027, 1, 20), sessions=[held(), later])
    assert status_of(made, "32") == "active"
    assert ["", "32"] not in rows(made, "decisions", "dwelling_id", "application_id")
    assert ["L9", "32", "offered"] in rows(made, "in_progress", "dwelling_id", "application_id", "stage")
    # a second session of the same day is a later one; the tenth of a day comes after the second
    second = replace(later, session_id="S-10", on=HELD)
    assert status_of(turned(on=date(2027, 1, 20), sessions=[second, held()]), "32") == "active"
    before = replace(held(), session_id="S-2")
    assert status_of(turned(on=date(2027, 1, 20), sessions=[second, before]), "32") == "active"
    # one that found it ineligible too, after its notice, undoes nothing
    again = session(
        "U", date(2026, 12, 20), "closed", date(2026, 12, 18),
        item(9, "ALS", "no_taker",
             replace(candidate(91, "ineligible", decided(91, "ineligible", None, motive="I1")), ref="r32", application_id="32")),
    )  # fmt: skip
    assert status_of(turned(on=date(2027, 1, 20), sessions=[held(), again]), "32") == "struck_off"
    # a session before says nothing of the later decision
    first = replace(later, on=date(2026, 12, 1), convened_on=date(2026, 11, 25))
    assert status_of(turned(on=date(2027, 1, 20), sessions=[held(), first]), "32") == "struck_off"


def test_who_signed_at_another_landlord_leaves_the_case():
    """The sessions of the other landlord are not read: 72, superseded by its lease there, and 82, of a coming agenda, are housed."""

    def elsewhere(one: SessionRecord) -> SessionRecord:
        names = [
            replace(
                i,
                candidates=tuple(
                    replace(c, status="superseded") if c.application_id in ("72", "82") else c
                    for c in i.candidates
                ),
            )
            for i in one.items
        ]
        return replace(one, items=tuple(names))

    made = turned(sessions=[elsewhere(coming()), elsewhere(held())])
    assert {"72", "82", "11"}.isdisjoint(made.case.table("applications")["application_id"])
    assert ["L7", "72", "superseded"] in rows(made, "events", "dwelling_id", "application_id", "outcome")
    # nothing else moves
    plain = turned()
    for name in ("dwellings", "in_progress", "leases", "decisions"):
        pd.testing.assert_frame_equal(made.case.table(name), plain.case.table(name))
    at_year_end = turned(sessions=[elsewhere(held())], on=date(2026, 12, 31))
    later = turned(
        sessions=[elsewhere(held()), replace(elsewhere(coming()), status="closed", on=date(2027, 1, 6))],
        on=date(2026, 12, 31),
    )
    for made in (at_year_end, later):
        assert "72" not in set(made.case.table("applications")["application_id"])


def test_who_signed_at_another_landlord_without_being_a_candidate_here_leaves_too():
    """21 refused here and 61 was on no list that was decided: both signed elsewhere at the desk, 61 after the year's end."""
    elsewhere = {"21": date(2026, 12, 11), "61": date(2027, 1, 5)}
    left = set(turned(housed=elsewhere).case.table("applications")["application_id"])
    assert left == set(turned().case.table("applications")["application_id"]) - {"21", "61"}
    year_end = turned(
        sessions=[held(), replace(coming(), status="closed", on=date(2027, 1, 6))], on=date(2026, 12, 31), housed=elsewhere,
    )  # fmt: skip
    left = set(year_end.case.table("applications")["application_id"])
    assert "21" not in left and "61" in left


def test_a_refusal_is_to_be_judged_until_somebody_says_whether_it_was_legitimate():
    """21 refused on 10 December: nobody has judged it; 41's was judged, and the one of an erased household counts for nobody."""

    def judged(what: str, erased: bool = False) -> SessionRecord:
        one = held()
        names = {
            i.item_id: tuple(
                replace(
                    c,
                    application_id="" if erased else "21",
                    offer=replace(c.offer, legitimate=what),
                )
                if c.candidate_id == 21 and c.offer is not None
                else c
                for c in i.candidates
            )
            for i in one.items
        }
        return replace(one, items=tuple(replace(i, candidates=names[i.item_id]) for i in one.items))

    def lines(one: SessionRecord) -> list[tuple[object, ...]]:
        due = call_list([one], law_on(TODAY), TODAY)
        return [(x.application_id, x.dwelling_id, x.day, x.since) for x in due if x.kind == "legitimacy"]

    assert lines(judged("to_decide")) == [("21", "L2", date(2026, 12, 10), True)]
    assert lines(judged("to_decide", erased=True)) == lines(judged("yes")) == lines(held()) == []


def test_the_document_of_a_condition_is_missing_from_the_file_until_the_condition_is_met():
    """22, rank 2 of L2, is given it under a condition; nobody asked it for anything before the session."""

    def file(
        condition: str, on: date | None = None, documents: tuple[DocumentRecord, ...] = (), imported_on: date = IMPORT
    ) -> str:  # fmt: skip
        one = held()
        decision = decided(22, "conditional", 2, document="D1", due_on=date(2026, 12, 12))
        homes = [
            replace(
                i,
                candidates=tuple(
                    replace(c, decision=decision, condition=condition, condition_on=on, documents=documents)
                    if c.candidate_id == 22
                    else c
                    for c in i.candidates
                ),
            )
            for i in one.items
        ]
        made = turned(imported(imported_on), sessions=[replace(one, items=tuple(homes))])
        return str(made.case.table("applications").set_index("application_id").loc["22", "dossier"])

    asked, came = DocumentRecord(22, "D1", HELD, None), DocumentRecord(22, "D1", HELD, date(2026, 12, 8))
    day = date(2026, 12, 13)
    assert file("none") == "complete"
    assert file("open") == file("failed", day) == file("open", None, (asked,)) == "to_verify"
    assert file("met", day) == file("met", day, (asked,)) == file("open", None, (came,)) == "complete"
    # another document is still awaited; an import of after the session and before the condition failed, and one of after both
    other = DocumentRecord(22, "D2", HELD, None)
    assert file("met", day, (other,)) == "to_verify"
    assert file("failed", day, imported_on=date(2026, 12, 10)) == "to_verify"
    assert (
        file("failed", day, imported_on=date(2026, 12, 14))
        == file("open", imported_on=date(2026, 12, 10))
        == "complete"
    )


@pytest.mark.long
def test_a_household_that_was_heard_of_since_is_unreachable_no_longer():
    """72 was not reached for L7: until it is heard of, on another list, by an answer, a document or after a notice, or at a later session."""

    def file(
        on_l7: dict[str, Any], on_l2: dict[str, Any] | None = None, *more: SessionRecord, **told: Any
    ) -> str:
        lost = replace(candidate(72, "ranked", decided(72, "ranked", 2)), **{"call": "unreachable", **on_l7})
        also = replace(
            lost,
            **{
                "candidate_id": 24,
                "item_id": 2,
                "dwelling_id": "L2",
                "call": "",
                "offer": None,
                **(on_l2 or {}),
            },
        )
        homes = {
            "L2": tuple(c for c in held().items if c.dwelling_id == "L2"),
            "L7": tuple(c for c in held().items if c.dwelling_id == "L7"),
        }
        items = (
            replace(homes["L2"][0], candidates=(*homes["L2"][0].candidates, also)),
            replace(homes["L7"][0], candidates=(homes["L7"][0].candidates[-1], lost)),
        )
        sessions = [replace(held(), items=items), *more]
        once = turned(sessions=sessions, **told)
        # an earlier next case, of when nobody had reached it yet, gives the same
        before = imported(on=HELD)
        people = before.table("applications").assign(dossier="unreachable")
        before = replace(before, tables={**before.tables, "applications": people})
        assert state(turned(before, sessions=sessions, **told).case) == state(once.case)
        return state(once.case)

    def state(case: Case) -> str:
        return str(case.table("applications").set_index("application_id").loc["72", "dossier"])

    answered = date(2026, 12, 9)
    notice_of = DutyRecord(9, "no_reply", "r72", "S", 7, HELD, date(2027, 1, 3), answered, "answered")
    document = DocumentRecord(72, "D1", HELD, answered)
    again = session(
        "T", date(2026, 12, 30), "convened", TODAY,
        item(9, "ALS", "listed", replace(candidate(91, "listed"), ref="r72", application_id="72")),
    )  # fmt: skip
    assert file({}) == "unreachable"
    assert file({"offer": offered(72, "silent"), "status": "silent"}) == "unreachable"
    assert file({}, {"call": "interested"}) == "to_verify"
    assert file({}, {"call": "declines", "status": "declined", "decision": None}) == "to_verify"
    assert file({"offer": offered(72, "refused", answered_on=answered), "status": "refused"}) == "to_verify"
    assert file({}, None, duties=(notice_of,)) == "to_verify"
    told = replace(notice_of, outcome="A rappelé, cherche toujours")
    left = replace(notice_of, outcome="no_reply")
    assert file({}, None, duties=(told,)) == "to_verify" and file({}, None, duties=(left,)) == "unreachable"
    assert file({}, None, duties=(replace(notice_of, closed_on=None, outcome=""),)) == "unreachable"
    assert file({"documents": (document,)}) == "complete"
    assert file({}, None, again) == "to_verify"


def test_a_document_that_bars_the_access_keeps_the_household_from_that_dwelling():
    """42 was given L4 under a condition that failed on 13 December: six months where the document bars the access, offered or not."""

    def barred(reason: str, sent: bool = True) -> list[list[Any]]:
        decision = decided(42, "conditional", 2, document="D1", due_on=date(2026, 12, 12))
        offer = offered(42, "failed", answered_on=date(2026, 12, 8), end_reason=reason) if sent else None
        failed = candidate(
            42, "condition_failed", decision, offer,
            condition="failed", condition_on=date(2026, 12, 13), condition_reason=reason,
        )  # fmt: skip
        one = held()
        homes = [
            replace(i, candidates=(*(c for c in i.candidates if c.candidate_id != 42), failed))
            if i.dwelling_id == "L4"
            else i
            for i in one.items
        ]
        made = turned(sessions=[replace(one, items=tuple(homes))])
        columns = ("dwelling_id", "application_id", "reason", "expires_on")
        return [x for x in rows(made, "decisions", *columns) if x[1] == "42"]

    assert barred("access") == barred("access", sent=False) == [["L4", "42", "commission_decision", "13/06"]]
    assert barred("late") == barred("late", sent=False) == []


def test_an_acceptance_that_a_condition_ended_is_still_to_be_carried_over():
    """42 accepted on 8 December, its condition failed on the 13th; without an answer there is none to tell."""

    def told(answered: date | None) -> list[tuple[str, str]]:
        decision = decided(42, "conditional", 1, document="D1", due_on=date(2026, 12, 12))
        failed = candidate(
            42, "condition_failed", decision, offered(42, "failed", answered_on=answered, end_reason="late"),
            condition="failed", condition_on=date(2026, 12, 13), condition_reason="late",
        )  # fmt: skip
        one = replace(held(), items=(item(4, "BAILLEUR", "exhausted", failed),))
        found = events_table(Told(one, law_on(TODAY)))
        assert found["detail"].iloc[-1].endswith(", Pièce non remise à la date fixée")
        return list(zip(found["evenement"], found["date"], strict=True))

    end = ("condition non remplie", "13/12/2026")
    start = [
        ("passage en commission", "03/12/2026"),
        ("décision", "03/12/2026"),
        ("proposition notifiée", "04/12/2026"),
    ]
    assert told(date(2026, 12, 8)) == [*start, ("acceptation", "08/12/2026"), end]
    assert told(None) == [*start, end]
