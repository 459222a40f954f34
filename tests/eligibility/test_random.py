"""Whole columns against one pair at a time, on seeded random cases that use every column."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility as el
from optimizer.domain import Case
from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.effort import ratio
from optimizer.eligibility.enough import Enough
from optimizer.eligibility.naming import accounts_of
from tests.campaign import few
from tests.eligibility.plain import Plain, half_up
from tests.eligibility.small import (
    BESANCON,
    GRAND_BESANCON,
    MONTBELIARD,
    ON,
    PONTARLIER,
    SERRE,
    application,
    dwelling,
    make_case,
    rules,
)

COMMUNES = (BESANCON, SERRE, PONTARLIER, MONTBELIARD)
ACCOUNTS = ("ETAT_PRIO", "ETAT_AGENT", "ALS", f"COLL:{GRAND_BESANCON}", f"COLL:{PONTARLIER}", "OTHER:caf")
SPAN = 31_307
"""An odd span: the half of it needs rounding."""
OF_PAIRS = {"EFFORT_HIGH", "ALLOWANCE_ESTIMATED", "ALLOWANCE_MISSING", "SMALL_ASKED"}
Q1_WORDS = {el.Q1_NO: "no", el.Q1_YES: "yes", el.Q1_UNKNOWN: "unknown"}


def maybe(rng: random.Random, value: Any, share: float = 0.5) -> Any:
    return value if rng.random() < share else None


def random_dwelling(rng: random.Random, i: int) -> dict[str, Any]:
    exclusion = rng.choice(("none",) * 6 + ("mutation", "anru", "orcod", "unfit", "sale"))
    return dwelling(
        f"L{i}", landlord=rng.choice(("OPH25", "ESH25")), commune=rng.choice(COMMUNES), rooms=rng.randint(1, 6),
        financing=rng.choice(("plai", "plus", "pls")), accessible=rng.choice((None, "none", "accessible", "adapted")),
        floor=rng.choice((None, 0, 2)), lift=rng.choice((None, True, False)),
        reserved_to=rng.choice((None,) * 6 + ACCOUNTS) if exclusion == "none" else None, assiette_exclusion=exclusion,
        rent_eur=rng.choice((None, 250.0, 405.5, 620.0)), charges_eur=rng.choice((None, 0.0, 61.2)),
        ceiling_factor=rng.choice((None, 1.3)), district=rng.choice((None, None, "Planoise", "Centre")),
    )  # fmt: skip


def random_application(rng: random.Random, i: int) -> dict[str, Any]:
    persons = rng.choice((1, 1, 2, 3, 3, 4, 5, 7))
    wished = rng.sample((*COMMUNES, "39198"), rng.randint(1, 4))
    codes = rng.sample(("dalo", "a", "c", "gbis"), rng.randint(0, 2))
    return application(
        f"A{i:02d}", persons=persons, choices="|".join(wished), extend=maybe(rng, rng.random() < 0.5),
        status=rng.choice(("active", "active", "to_renew", None, None, "struck_off")),
        first_registered_on=rng.choice(("2025-10-22", "2025-10-23", "2025-10-24", "2025-11-23", "2026-03-31")),
        renewed_on=maybe(rng, "2026-02-28", 0.3), adults=maybe(rng, rng.randint(1, min(persons, 2))),
        children_under_14=maybe(rng, rng.randint(0, max(persons - 1, 0))), visiting_children=maybe(rng, 1, 0.2),
        household_category=maybe(rng, rng.randint(1, 8), 0.2), couple=maybe(rng, rng.random() < 0.4),
        disabled_persons=maybe(rng, 1, 0.2), ages_sum=maybe(rng, rng.choice((50, 55, 56)), 0.5), dependants=maybe(rng, rng.randint(0, max(persons - 1, 0)), 0.3),
        tax_income_eur=maybe(rng, rng.choice((9000.0, 25091.0, 25091.01, 45374.0, 60000.0)), 0.8),
        tax_income_n1_eur=maybe(rng, rng.choice((8100.0, 22581.9, 22582.0)), 0.4),
        monthly_income_eur=maybe(rng, rng.choice((0.0, 700.0, 1500.0, 3000.0)), 0.8),
        income_status=rng.choice((None, "declared", "verified")),
        districts_wanted=rng.choice((None, None, "Planoise", "Centre|Battant")),
        rooms_wanted=rng.choice((None, None, "3|4", "1|2")), mobility_need=rng.choice(
            (None, None, "none", "no_stairs", "accessible", "adapted")),
        priority_codes="|".join(codes) or None, priority_status=rng.choice((None, "declared", "verified", "labelled")),
        dalo_perimeter=maybe(rng, rng.choice((BESANCON, f"{PONTARLIER}|{SERRE}")), 0.15),
        dalo_rooms=maybe(rng, rng.choice(("3", "2|4")), 0.15),
        relocation=rng.choice((None,) * 4 + ("npnru", "orcod", "unfit", "sale")),
        current_landlord=rng.choice((None, None, "OPH25", "ESH25", "AUTRE")),
        current_dwelling=maybe(rng, f"L{rng.randint(0, 5)}", 0.2), als_employee=maybe(rng, True, 0.4),
        public_agent=maybe(rng, True, 0.3), accounts=maybe(rng, "|".join(rng.sample(ACCOUNTS, 2)), 0.15),
        dossier=rng.choice((None, "complete", "to_verify", "unreachable")),
        alternate_custody_children=maybe(rng, 1, 0.15), expected_children=maybe(rng, rng.randint(0, 2), 0.15),
        consumption_units=maybe(rng, rng.choice((1.0, 1.8, 2.35)), 0.15), prefet_designated=maybe(rng, True, 0.1),
        income_per_uc=maybe(rng, rng.choice((0.0, 9_000.0, 14_000.0)), 0.15), first_quartile=maybe(rng, rng.random() < 0.5, 0.1),
    )  # fmt: skip


def random_tables(seed: int) -> dict[str, list[dict[str, Any]]]:
    rng = random.Random(seed)
    dwellings = [random_dwelling(rng, i) for i in range(6)]
    applications = [random_application(rng, i) for i in range(24)]
    conventions = [
        {
            "landlord": landlord, "departement": "25", "year": 2026, "account": account, "share": 0.1,
            "area": account[5:] if account.startswith("COLL:") else rng.choice(("25", BESANCON, GRAND_BESANCON)),
            "management_mode": rng.choice(("direct", "delegated", "partial")),
            "pool": rng.choice(("default", "default", "any", "als_employee", "priority")),
        }
        for landlord in ("OPH25", "ESH25")
        for account in rng.sample(ACCOUNTS, 4)
    ]  # fmt: skip
    nominations = [
        {
            "account": rng.choice(ACCOUNTS), "application_id": f"A{rng.randrange(24):02d}",
            "dwelling_id": rng.choice((None, "L0", "L1", "L2", "L3")), "rank": rank,
        }
        for rank in range(1, 16)
    ]  # fmt: skip
    in_progress = [
        {
            "dwelling_id": f"X{i}", "landlord": "OPH25", "commune": BESANCON, "account": "ALS",
            "application_id": f"A{i:02d}", "stage": stage, "since": "2026-11-02",
        }
        for i, stage in enumerate(("oriented", "nominated", "commission", "offered"))
    ]  # fmt: skip
    decisions = [
        {"decision": "forbid", "application_id": "A05", "reason": "medical", "author": "s"},
        {"decision": "forbid", "application_id": "A06", "dwelling_id": "L1", "reason": "withdrawn", "author": "s"},
        {
            "decision": "forbid", "application_id": "A07", "reason": "duplicate", "author": "s",
            "expires_on": "2026-11-22",
        },
    ]  # fmt: skip
    simulations = [
        {
            "dwelling_id": f"L{pair % 6}", "application_id": f"A{pair // 6:02d}",
            "allowance_eur": rng.choice((None, 0.0, 180.25, 900.0)), "rls_eur": rng.choice((None, 45.5)),
            "effort": rng.choice((None, None, 0.0, 0.33, 0.4125)),
        }
        for pair in rng.sample(range(6 * 24), 30)
    ]  # fmt: skip
    return {
        "dwellings": dwellings, "applications": applications, "conventions": conventions, "nominations": nominations,
        "in_progress": in_progress, "decisions": decisions, "simulations": simulations,
    }  # fmt: skip


def as_case(tables: dict[str, list[dict[str, Any]]]) -> Case:
    return make_case(**tables)


def with_pin(tables: dict[str, list[dict[str, Any]]], plain: Plain) -> None:
    """Pin the first pair found that can be pinned."""
    for d in tables["dwellings"]:
        for a in tables["applications"]:
            if plain.code(d, a) == 0 and any(plain.naming(d, a).values()):
                tables["decisions"].append(
                    {
                        "decision": "pin", "application_id": a["application_id"], "dwelling_id": d["dwelling_id"],
                        "reason": "earlier_commitment", "author": "s",
                    }
                )  # fmt: skip
                return


@pytest.mark.parametrize("seed", few(24))
def test_columns_agree_with_one_pair_at_a_time(seed: int) -> None:
    tables = random_tables(seed)
    plain = Plain(rules(), ON, tables)
    if seed % 2:
        with_pin(tables, plain)
    random.Random(seed).shuffle(tables["applications"])
    facts = el.encode(as_case(tables), rules()).with_span(SPAN)
    menus = el.menus(facts, rules())
    counts = el.code_counts(facts)
    people = {a["application_id"]: a for a in tables["applications"]}
    homes = {d["dwelling_id"]: d for d in tables["dwellings"]}
    apps = np.arange(len(people), dtype=np.int32)
    expected_counts = np.zeros_like(counts)
    for d, home_id in enumerate(facts.dwellings.ids):
        home = homes[home_id]
        codes = el.pair_code(facts, d, apps)
        accounts, eligible, first = el.naming(facts, d, apps)
        in_menu = set(menus.app[menus.of(d)].tolist())
        effort, burden = el.effort(facts, rules(), d, apps), el.burden(facts, d, apps)
        estimated = replace(facts, simulations={})
        slowly = el.burden(estimated, d, apps, ratio(estimated, d, apps))
        assert el.burden(estimated, d, apps).tolist() == slowly.tolist(), "compiled, and in columns"
        for account, line in zip(*accounts_of(facts, d), strict=True):
            may = int(may_name(facts, account, line, d, apps).sum())
            assert [Enough(facts).named(account, line, d, apps, most) for most in (3, 99)] == [
                min(3, may),
                may,
            ]
        flags = el.flags_of_pairs(facts, np.full(len(apps), d, np.int32), apps)
        state = el.q1_state(facts, apps, int(facts.dwellings.epci[d]))
        for a, app_id in enumerate(facts.applications.ids):
            person = people[app_id]
            assert codes[a] == plain.code(home, person), (home, person)
            expected_counts[a, codes[a]] += 1
            assert (a in in_menu) == (plain.before_account(home, person) == 0)
            named = plain.naming(home, person)
            found = {facts.accounts[r]: bool(first[a, j]) for j, r in enumerate(accounts) if eligible[a, j]}
            if plain.before_account(home, person) == 0:
                assert found == named, (home, person)
            assert Q1_WORDS[int(state[a])] == plain.q1(home, person)
            rate, status = plain.effort(home, person)
            assert effort.rate[a] == (-1 if rate is None else half_up(rate, 4) * 10_000), (home, person)
            assert el.EFFORT_STATUS[effort.status[a]] == status
            assert burden[a] == plain.burden(home, person, SPAN), (home, person)
            names = {name for i, name in enumerate(el.FLAGS) if flags[a] >> i & 1}
            assert names & OF_PAIRS == plain.flags(home, person)
        for entry in range(menus.of(d).start, menus.of(d).stop):
            person = people[facts.applications.ids[menus.app[entry]]]
            assert menus.fit[entry] == plain.fit(home, person), (home, person)
            assert menus.pref[entry] == plain.rank(home, person)
    assert (counts == expected_counts).all()


def test_every_code_and_account_occurs_in_the_random_cases() -> None:
    seen: set[int] = set()
    named: set[str] = set()
    for seed in range(12):
        tables = random_tables(seed)
        facts = el.encode(as_case(tables), rules())
        counts = el.code_counts(facts)
        seen |= set(np.flatnonzero(counts.sum(axis=0)).tolist())
        for d in range(len(facts.dwellings.ids)):
            apps = np.arange(len(facts.applications.ids), dtype=np.int32)
            accounts, eligible, _ = el.naming(facts, d, apps)
            named |= {facts.accounts[r] for j, r in enumerate(accounts) if eligible[:, j].any()}
    assert seen == set(range(len(el.CODES) + 1))
    assert named >= {*ACCOUNTS, "BAILLEUR", "MUTATION", "RELOGEMENT"}


def test_row_order_changes_nothing() -> None:
    tables = random_tables(3)
    facts = el.encode(as_case(tables), rules())
    menus = el.menus(facts, rules())
    for name in tables:
        random.Random(name).shuffle(tables[name])
    again = el.encode(as_case(tables), rules())
    other = el.menus(again, rules())
    assert list(facts.applications.ids) == list(again.applications.ids)
    assert (menus.app == other.app).all() and (menus.fit == other.fit).all()
    assert (menus.menu_of_dwelling == other.menu_of_dwelling).all()
    assert facts.nominations == again.nominations
    assert (el.code_counts(facts) == el.code_counts(again)).all()
