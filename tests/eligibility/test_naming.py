"""Who names whom: direct, delegated and partial accounts, nominations, pins, seats (design §3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer import eligibility as el
from optimizer.domain import Case
from optimizer.eligibility.naming import accounts_of
from tests.eligibility.small import (
    BESANCON,
    GRAND_BESANCON,
    PONTARLIER,
    application,
    dwelling,
    make_case,
    rules,
)


def line(account: str, mode: str = "delegated", **more: Any) -> dict[str, Any]:
    return {
        "landlord": "OPH25", "departement": "25", "year": 2026, "account": account, "share": 0.2,
        "management_mode": mode, **more,
    }  # fmt: skip


def nomination(
    name: str, rank: int = 1, dwelling_id: str | None = None, account: str = "ALS"
) -> dict[str, Any]:
    return {"account": account, "application_id": name, "dwelling_id": dwelling_id, "rank": rank}


def named(case: Case, d: int = 0) -> dict[str, dict[str, bool]]:
    """account -> {application: may be first} for the eligible ones."""
    facts = el.encode(case, rules())
    apps = np.arange(len(facts.applications.ids), dtype=np.int32)
    accounts, eligible, first = el.naming(facts, d, apps)
    assert not (first & ~eligible).any()
    return {
        facts.accounts[account]: {
            str(facts.applications.ids[a]): bool(first[a, j]) for a in apps if eligible[a, j]
        }
        for j, account in enumerate(accounts)
    }  # fmt: skip


def employees(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [application(name, als_employee=True, **more) for name in names]


def test_delegated_names_its_pool_and_bailleur_anybody() -> None:
    people = [*employees("A1"), application("A2")]
    found = named(make_case([dwelling()], people, conventions=[line("ALS")]))
    assert found == {
        "ALS": {"A1": True},
        "BAILLEUR": {"A1": True, "A2": True},
        "MUTATION": {},
        "RELOGEMENT": {},
    }


def test_accounts_come_in_the_order_of_the_contract() -> None:
    codes = ("OTHER:caf", "COLL:25", "ALS", f"COLL:{BESANCON}", "ETAT_AGENT", "ETAT_PRIO")
    case = make_case([dwelling()], [application()], conventions=[line(code, share=0.1) for code in codes])
    expected = ["ETAT_PRIO", "ETAT_AGENT", "ALS", "COLL:25", "COLL:25056", "OTHER:caf", "BAILLEUR", "MUTATION",
                "RELOGEMENT"]  # fmt: skip
    assert list(named(case)) == expected
    assert list(el.encode(case, rules()).accounts) == expected


def test_an_area_decides_which_dwellings_an_account_receives() -> None:
    conventions = [line(f"COLL:{GRAND_BESANCON}"), line(f"COLL:{BESANCON}"), line("ALS", area=PONTARLIER)]
    homes = [dwelling("L1"), dwelling("L2", commune=PONTARLIER)]
    people = employees("A1", choices=f"{BESANCON}|{PONTARLIER}")
    case = make_case(homes, people, conventions=conventions)
    always = {"BAILLEUR", "MUTATION", "RELOGEMENT"}
    assert set(named(case, 0)) == {f"COLL:{GRAND_BESANCON}", f"COLL:{BESANCON}"} | always
    assert set(named(case, 1)) == {"ALS"} | always


def test_the_line_of_the_smallest_area_says_who_names() -> None:
    wide, narrow = line("ALS", "direct"), line("ALS", "delegated", area=BESANCON)
    for conventions in ([wide, narrow], [narrow, wide]):
        assert named(make_case([dwelling()], employees("A1"), conventions=conventions))["ALS"] == {"A1": True}


def test_direct_names_only_its_nominees_and_all_of_them_may_be_first() -> None:
    case = make_case(
        [dwelling()], employees("A1", "A2", "A3"), conventions=[line("ALS", "direct")],
        nominations=[nomination("A2", 2), nomination("A1", 1)],
    )  # fmt: skip
    assert named(case)["ALS"] == {"A1": True, "A2": True}


def order_of(case: Case, account: str = "ALS", d: int = 0) -> list[tuple[str, int]]:
    """The list in force for a dwelling: (application, rank), best placed first."""
    facts = el.encode(case, rules())
    code = list(facts.accounts).index(account)
    accounts, lines = accounts_of(facts, d)
    apps, ranks = el.nominee_order(facts, d, code, int(lines[list(accounts).index(code)]))
    return [(str(facts.applications.ids[app]), rank) for app, rank in zip(apps, ranks, strict=True)]


def test_names_for_this_dwelling_go_before_the_general_list() -> None:
    people = [*employees("A1", "A2", "A3"), *employees("A4", status="struck_off"), application("A5")]
    case = make_case(
        [dwelling()], people, conventions=[line("ALS", "direct")],
        nominations=[
            nomination("A4", 1, "L1"), nomination("A5", 2, "L1"), nomination("A2", 3, "L1"), nomination("A1", 4, "L1"),
            nomination("A3", 1),
        ],
    )  # fmt: skip
    found = named(case)["ALS"]
    assert {name for name, first in found.items() if first} == {"A1", "A2"}, (
        "A4 is refused, A5 outside the pool, A3 on the general list"
    )
    assert set(found) >= {"A1", "A2", "A3"} and "A5" not in found
    assert order_of(case) == [("A2", 3), ("A1", 4)], "an order, not a lock: who follows waits for who leads"


def test_the_general_list_holds_where_nobody_named_for_the_dwelling_is_eligible() -> None:
    people = [*employees("A1", "A2", "A3"), *employees("A4", status="struck_off")]
    case = make_case(
        [dwelling()], people, conventions=[line("ALS", "direct")],
        nominations=[nomination("A4", 1, "L1"), nomination("A3", 2), nomination("A1", 1), nomination("A2", 2)],
    )  # fmt: skip
    order = order_of(case)
    assert order[0] == ("A1", 1) and sorted(order[1:]) == [("A2", 2), ("A3", 2)], "equal ranks stay equal"
    assert {name for name, first in named(case)["ALS"].items() if first} == {"A1", "A2", "A3"}


def test_a_nomination_for_another_dwelling_does_not_count_here() -> None:
    case = make_case(
        [dwelling("L1"), dwelling("L2")], employees("A1"), conventions=[line("ALS", "direct")],
        nominations=[nomination("A1", 1, "L2")],
    )  # fmt: skip
    assert named(case, 0)["ALS"] == {} and named(case, 1)["ALS"] == {"A1": True}
    unknown = make_case(
        [dwelling()], employees("A1"), conventions=[line("ALS", "direct")], nominations=[nomination("A1", 1, "L9")]
    )  # fmt: skip
    assert named(unknown)["ALS"] == {}, "a dwelling outside the case must not become any dwelling"


def test_partial_leads_with_nominees_then_the_engine_completes() -> None:
    people = employees("A1", "A2")
    conventions = [line("ALS", "partial")]
    free = make_case([dwelling()], people, conventions=conventions)
    led = make_case([dwelling()], people, conventions=conventions, nominations=[nomination("A2")])
    assert order_of(free) == [] and order_of(led) == [("A2", 1)]
    for case in (free, led):
        assert named(case)["ALS"] == {"A1": True, "A2": True}, "A1 may follow once A2 is first somewhere"


def test_sitting_tenants_are_named_by_mutation_and_when_relocated_by_relogement_too() -> None:
    people = [
        application("A1", current_landlord="OPH25", als_employee=True, relocation="npnru"),
        application("A2", current_landlord="ESH25", als_employee=True, relocation="npnru"),
        application("A3", current_landlord="OPH25", als_employee=True),
    ]
    found = named(make_case([dwelling()], people, conventions=[line("ALS")]))
    assert found == {
        "ALS": {"A2": True}, "BAILLEUR": {"A2": True}, "MUTATION": {"A1": True, "A3": True},
        "RELOGEMENT": {"A1": True, "A2": True},
    }  # fmt: skip


def test_a_dwelling_of_an_urban_renewal_takes_the_landlords_own_relocated_tenant() -> None:
    people = [
        application("A1", current_landlord="OPH25", relocation="npnru"),
        application("A2", current_landlord="OPH25", relocation="sale"),
        application("A3", current_landlord="OPH25"),
    ]
    found = named(make_case([dwelling(assiette_exclusion="anru")], people))
    assert found == {"RELOGEMENT": {"A1": True}}


def test_explicit_accounts_replace_the_pools_of_reservataires_only() -> None:
    people = [application("A1", als_employee=True, accounts="COLL:25")]
    found = named(
        make_case([dwelling()], people, conventions=[line("ALS"), line("COLL:25"), line("ETAT_PRIO")])
    )
    assert {account for account, names in found.items() if names} == {"COLL:25", "BAILLEUR"}


def test_pools_of_conventions() -> None:
    people = [
        application("A1", priority_codes="a", priority_status="verified"),
        application("A2", public_agent=True),
        application("A3", als_employee=True),
    ]
    for pool, names in (
        ("priority", {"A1"}), ("public_agent", {"A2"}), ("als_employee", {"A3"}), ("any", {"A1", "A2", "A3"}),
        ("default", {"A1", "A2", "A3"}), (None, {"A1", "A2", "A3"}),
    ):  # fmt: skip
        case = make_case([dwelling()], people, conventions=[line("COLL:25", pool=pool)])
        assert set(named(case)["COLL:25"]) == names, pool


def test_a_pin_gives_the_first_rank_there_and_nowhere_else() -> None:
    people = employees("A1", "A2")
    pin = {
        "decision": "pin",
        "application_id": "A2",
        "dwelling_id": "L1",
        "reason": "earlier_commitment",
        "author": "s",
    }
    case = make_case([dwelling("L1"), dwelling("L2")], people, conventions=[line("ALS")], decisions=[pin])
    assert named(case, 0)["ALS"] == {"A1": False, "A2": True}
    assert named(case, 1)["ALS"] == {"A1": True, "A2": False}
    expired = make_case(
        [dwelling("L1")], people, conventions=[line("ALS")], decisions=[{**pin, "expires_on": "2026-11-22"}]
    )  # fmt: skip
    assert named(expired, 0)["ALS"] == {"A1": True, "A2": True}


def test_a_pin_overrides_the_order_of_the_nominations() -> None:
    pin = {
        "decision": "pin",
        "application_id": "A2",
        "dwelling_id": "L1",
        "reason": "earlier_commitment",
        "author": "s",
    }
    case = make_case(
        [dwelling()], employees("A1", "A2"), conventions=[line("ALS", "direct")], decisions=[pin],
        nominations=[nomination("A1", 1, "L1"), nomination("A2", 2, "L1")],
    )  # fmt: skip
    assert named(case)["ALS"] == {"A1": False, "A2": True}


def seats_of(case: Case) -> list[tuple[str, str, int, list[str]]]:
    facts = el.encode(case, rules())
    found = el.seats(facts, rules())
    assert [seat[:3] for seat in el.seats(facts, rules(), el.menus(facts, rules()))] == [
        seat[:3] for seat in found
    ]
    return [
        (str(facts.dwellings.ids[d]), facts.accounts[r], days, [str(facts.applications.ids[a]) for a in pool])
        for d, r, days, pool in found
    ]


def test_a_seat_waits_for_every_dwelling_a_direct_reservataire_may_receive() -> None:
    people = [*employees("A1", "A3"), application("A2"), *employees("A4", status="struck_off")]
    conventions = [
        line("ALS", "direct", proposal_deadline_days=20),
        line("COLL:25", "direct"),
        line("ETAT_PRIO"),
    ]
    homes = [dwelling("L1"), dwelling("L2", rooms=6)]
    case = make_case(homes, people, conventions=conventions)
    default = rules().integer("national.flux.proposal_deadline_days_relaxed")
    assert seats_of(case) == [
        ("L1", "ALS", 20, ["A1", "A3"]), ("L1", "COLL:25", default, ["A1", "A2", "A3"]),
        ("L2", "ALS", 20, []), ("L2", "COLL:25", default, []),
    ]  # fmt: skip
    refused = make_case(homes, people, conventions=conventions, nominations=[nomination("A4", 1, "L1")])
    assert len(seats_of(refused)) == 4
    fine = make_case(homes, people, conventions=conventions, nominations=[nomination("A1", 1, "L1")])
    assert seats_of(fine) == seats_of(case), "the seat stays: its place is after the nominees, in the rows"


def test_no_seat_for_a_dwelling_held_back_pinned_or_reserved_elsewhere() -> None:
    conventions = [line("ALS", "direct")]
    work = {
        "dwelling_id": "L1", "landlord": "OPH25", "commune": BESANCON, "account": "ALS", "stage": "nominated",
        "since": "2026-11-20",
    }  # fmt: skip
    pin = {
        "decision": "pin",
        "application_id": "A1",
        "dwelling_id": "L2",
        "reason": "earlier_commitment",
        "author": "s",
    }
    homes = [dwelling("L1"), dwelling("L2"), dwelling("L3", reserved_to="COLL:25"), dwelling("L4")]
    case = make_case(homes, employees("A1"), conventions=conventions, in_progress=[work], decisions=[pin])
    assert [seat[:2] for seat in seats_of(case)] == [("L4", "ALS")]


def test_work_in_progress_holds_a_dwelling_until_the_deadline_has_passed() -> None:
    def blocked(stage: str, since: str, **more: Any) -> bool:
        work = {
            "dwelling_id": "L1", "landlord": "OPH25", "commune": BESANCON, "account": "ALS", "stage": stage,
            "since": since, **more,
        }  # fmt: skip
        conventions = [line("ALS", "direct", proposal_deadline_days=20)]
        facts = el.encode(
            make_case([dwelling()], [application()], conventions=conventions, in_progress=[work]), rules()
        )
        menus = el.menus(facts, rules())
        assert (menus.menu_of_dwelling[0] < 0) == bool(facts.dwellings.blocked[0])
        return bool(facts.dwellings.blocked[0])

    assert blocked("oriented", "2026-11-03") and not blocked("oriented", "2026-11-02")
    assert blocked("nominated", "2026-01-02") and blocked("offered", "2026-01-02")
    assert blocked("oriented", "2026-11-08", account="COLL:25") and not blocked(
        "oriented", "2026-11-07", account="COLL:25"
    )
