"""Decisions taken before the run: dwellings sent to an account, pins with an account, and what makes them impossible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility as el
from optimizer.domain import Case
from tests.eligibility.small import application, dwelling, make_case, rules

LINES = [
    {"landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "share": 0.2, "management_mode": "delegated"},
    {"landlord": "OPH25", "departement": "25", "year": 2026, "account": "COLL:25", "share": 0.2, "management_mode": "direct"},
]  # fmt: skip


def decision(
    kind: str, dwelling: str | None = "L1", application: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "decision": kind, "dwelling_id": dwelling, "application_id": application, "reason": "commission_decision",
        "author": "secrétaire", **more,
    }  # fmt: skip


def case(decisions: list[dict[str, Any]], homes: int = 2, **tables: Any) -> Case:
    people = [application(f"A{i}", als_employee=i % 2 == 1) for i in range(1, 5)]
    return make_case(
        [dwelling(f"L{i}") for i in range(1, homes + 1)], tables.pop("applications", people), conventions=LINES,
        decisions=decisions, **tables,
    )  # fmt: skip


def codes(one: Case) -> list[tuple[str, int | None]]:
    return [(f.code, f.row) for f in el.check_case(one, rules())]


def firsts(facts: el.Facts, dwelling: int) -> dict[str, list[str]]:
    apps = np.arange(len(facts.applications.ids), dtype=np.int32)
    accounts, _, first = el.naming(facts, dwelling, apps)
    found = {
        facts.accounts[r]: [str(facts.applications.ids[a]) for a in apps[first[:, j]]]
        for j, r in enumerate(accounts)
    }
    return {account: names for account, names in found.items() if names}


def test_an_oriented_dwelling_goes_to_its_account_and_stays_in_the_flux() -> None:
    free, sent = (el.encode(case(d), rules()) for d in ([], [decision("orient", account="ALS")]))
    assert set(firsts(free, 0)) == {"ALS", "BAILLEUR"} and firsts(sent, 0) == {"ALS": ["A1", "A3"]}
    assert firsts(sent, 1) == firsts(free, 1), "the other dwelling is as it was"
    assert sent.dwellings.flux_base.all(), "the dwelling stays in the base of the flux"
    apps = np.arange(4, dtype=np.int32)
    for d in (0, 1):
        assert (el.naming(sent, d, apps)[1] == el.naming(free, d, apps)[1]).all()
    assert sent.oriented == {0: sent.accounts.index("ALS")}


def test_an_orientation_to_a_direct_account_leaves_its_seat_only() -> None:
    facts = el.encode(case([decision("orient", account="COLL:25")]), rules())
    assert firsts(facts, 0) == {}
    assert {(d, facts.accounts[r]) for d, r, _, _ in el.seats(facts, rules())} == {
        (0, "COLL:25"),
        (1, "COLL:25"),
    }
    facts = el.encode(case([decision("orient", account="ALS")]), rules())
    assert {d for d, *_ in el.seats(facts, rules())} == {1}


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([decision("orient", account="ETAT_AGENT")], [("ELIG_ORIENT_ACCOUNT", 2)]),
        ([decision("orient", account="NULLE")], [("ELIG_ORIENT_ACCOUNT", 2)]),
        ([decision("orient")], [("ELIG_ORIENT_UNKNOWN", 2)]),
        ([decision("orient", None, account="ALS")], [("ELIG_ORIENT_UNKNOWN", 2)]),
        ([decision("orient", "L9", account="ALS")], [("ELIG_ORIENT_UNKNOWN", 2)]),
        ([decision("orient", application="A1", account="ALS")], [("ELIG_ORIENT_UNKNOWN", 2)]),
        ([decision("orient", account="ALS"), decision("orient", account="COLL:25")], [("ELIG_ORIENT_TWICE", 2)]),
        ([decision("pin", application="A1", account="ETAT_PRIO")], [("ELIG_PIN_UNKNOWN_ACCOUNT", 2)]),
        ([decision("pin", application="A2", account="ALS")], [("ELIG_PIN_OTHER_ACCOUNT", 2)]),
        ([decision("pin", application="A1", account="COLL:25")], [("ELIG_PIN_OTHER_ACCOUNT", 2)]),
        (
            [decision("orient", account="BAILLEUR"), decision("pin", application="A1", account="ALS")],
            [("ELIG_PIN_AND_ORIENT", 3)],
        ),
        (
            [decision("orient", account="ALS"), decision("pin", application="A2")],
            [("ELIG_PIN_OTHER_ACCOUNT", 3)],
        ),
        (
            [decision("pin", application="A1", account="ALS"), decision("pin", application="A3", account="ALS")],
            [("ELIG_PIN_TWO_APPLICATIONS", 2)],
        ),
        ([decision("forbid", application="A1", reason="medical", account="ALS")], [("ELIG_FORBID_ACCOUNT", 2)]),
        ([decision("forbid", application=None, reason="medical")], [("ELIG_FORBID_UNKNOWN", 2)]),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_hold_is_told_with_its_row(
    decisions: list[dict[str, Any]], expected: list[tuple[str, int]]
) -> None:
    assert codes(case(decisions)) == expected


def test_a_pin_that_an_orientation_rules_out_says_which_decision_does() -> None:
    made = case([decision("orient", account="ALS"), decision("pin", application="A2")])
    told = next(f for f in el.check_case(made, rules()) if f.code == "ELIG_PIN_OTHER_ACCOUNT")
    assert told.column == "dwelling_id"
    assert "par ALS, vers qui une autre décision oriente le logement ; le peuvent :" in told.sentence()
    alone = case([decision("pin", application="A2", account="ALS")])
    told = next(f for f in el.check_case(alone, rules()) if f.code == "ELIG_PIN_OTHER_ACCOUNT")
    assert told.column == "account" and "par ALS ; le peuvent :" in told.sentence()


def test_a_dwelling_in_progress_is_oriented_to_nobody_else() -> None:
    work = [
        {
            "dwelling_id": "L1",
            "landlord": "OPH25",
            "commune": "25056",
            "account": "ALS",
            "stage": "offered",
            "since": "2026-11-02",
        }
    ]
    assert codes(case([decision("orient", account="ALS")], in_progress=work)) == [("ELIG_ORIENT_BLOCKED", 2)]


def test_a_pin_with_an_account_holds_there_only_and_adds_no_pair() -> None:
    free = el.encode(case([]), rules())
    pinned = el.encode(case([decision("pin", application="A1", account="ALS")]), rules())
    assert firsts(pinned, 0) == {"ALS": ["A1"]} and firsts(pinned, 1) == {
        "ALS": ["A3"],
        "BAILLEUR": ["A2", "A3", "A4"],
    }
    apps = np.arange(4, dtype=np.int32)
    assert (el.naming(pinned, 0, apps)[1] == el.naming(free, 0, apps)[1]).all()
    anywhere = el.encode(case([decision("pin", application="A1")]), rules())
    assert firsts(anywhere, 0) == {"ALS": ["A1"], "BAILLEUR": ["A1"]}
    both = el.encode(case([decision("orient", account="ALS"), decision("pin", application="A1")]), rules())
    assert firsts(both, 0) == {"ALS": ["A1"]}
    assert (pinned.pinned_account, anywhere.pinned_account) == ({0: pinned.accounts.index("ALS")}, {0: -1})


def nominated(*names: str, dwelling: str | None = None) -> list[dict[str, Any]]:
    return [
        {"account": "COLL:25", "application_id": name, "dwelling_id": dwelling, "rank": rank}
        for rank, name in enumerate(names, start=1)
    ]


def test_a_pin_that_the_reservataires_order_forbids_is_refused_with_the_order() -> None:
    pin = [decision("pin", application="A2", account="COLL:25")]
    one = case(pin, homes=1, nominations=nominated("A1", "A2"))
    assert codes(one) == [("ELIG_PIN_NOMINATION_ORDER", 2)]
    (found,) = el.check_case(one, rules())
    assert "A1" in found.text("fr") and "COLL:25" in found.text("fr")
    assert codes(case(pin, homes=2, nominations=nominated("A1", "A2"))) == [], (
        "A1 may hold the other dwelling"
    )
    assert codes(case(pin, homes=2, nominations=nominated("A1", "A3", "A2"))) == [
        ("ELIG_PIN_NOMINATION_ORDER", 2)
    ]
    equal = [{**n, "rank": 1} for n in nominated("A1", "A2")]
    assert codes(case(pin, homes=1, nominations=equal)) == [], "equal ranks impose no order"
    assert (
        codes(case([decision("pin", application="A2")], homes=1, nominations=nominated("A1", "A2"))) == []
    ), "BAILLEUR may name it"


def test_the_list_of_the_dwelling_comes_before_the_general_one_if_one_of_it_is_eligible() -> None:
    lists = [*nominated("A1", "A2"), *nominated("A3", "A4", dwelling="L1")]
    facts = el.encode(case([], nominations=lists), rules())
    account = facts.accounts.index("COLL:25")
    line = facts.line_of(0, account)
    assert el.nominee_order(facts, 0, account, line) == ((2, 3), (1, 2))
    assert el.nominee_order(facts, 1, account, line) == ((0, 1), (1, 2))
    people = [application(f"A{i}", rooms_wanted="5" if i > 2 else None) for i in range(1, 5)]
    facts = el.encode(case([], applications=people, nominations=lists), rules())
    assert el.nominee_order(facts, 0, account, line) == ((0, 1), (1, 2))


def test_each_direct_account_of_a_dwelling_has_its_own_deadline() -> None:
    lines = [
        {"landlord": "OPH25", "departement": "25", "year": 2026, "account": account, "share": 0.1, "management_mode": "direct",
         "proposal_deadline_days": days}
        for account, days in (("ALS", 30), ("COLL:25", 10), ("ETAT_AGENT", 15))
    ]  # fmt: skip
    facts = el.encode(make_case([dwelling()], [application()], conventions=lines), rules())
    found = {facts.accounts[r]: days for _, r, days, _ in el.seats(facts, rules())}
    assert found == {"ALS": 30, "COLL:25": 10, "ETAT_AGENT": 15}


def test_shorter_lists_than_the_law_asks_for_are_told() -> None:
    plain = case([])
    told = el.check_case(replace(plain, settings=replace(plain.settings, shortlist_size=2)), rules())
    assert [(f.code, f.severity, f.column, f.value) for f in told] == [
        ("ELIG_SHORT_BY_CHOICE", "warning", "shortlist_size", "2")
    ]
    assert not el.check_case(replace(plain, settings=replace(plain.settings, shortlist_size=3)), rules())
