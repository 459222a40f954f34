"""Expected rows of every rule on the six-dwelling case, counted by hand. No rule may be missing, no row either.

Columns: share, tolerance, price (points), num_before, den_before, F, required rate. On 1 July 2026 181 days are gone and
184 left. OPH has a forecast of 60 vacated, 12 mutations, 3 ANRU, 5 in stock: a flux base of 40 for three dwellings of
the run (L1, L2, L3; L4 is reserved). ESH has none, but the case has leases: it goes on at the pace of the year.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from optimizer.problem import Row, all_rules, measure, rule_book
from tests.golden.six_dwellings import BALANCE, golden, rules

F = Fraction
Expected = tuple[float, float, int, int, int, Fraction, float]
ROWS: dict[str, dict[str, Expected]] = {
    "flux": {
        # B9 only (B8 is said to be outside the flux): fewer than 4 leases in the year, no price
        "landlord=ESH;area=25;account=ALS": (0.5, 0, 0, 1, 1, F(184, 181), 0.0082),
        "landlord=ESH;area=25;account=BAILLEUR": (0.5, 0, 0, 0, 1, F(184, 181), 0.9918),
        # B1-B4, B7 (said in the flux), P1, P3 in Besançon; two of three dwellings: 80/3 expected in the year
        "landlord=OPH;area=25056;account=COLL:25056": (0.2, 0, 1000, 1, 7, F(59, 3), 0.2203),
        # + B5; (0.35 x 40 - 4 - 1.5) / 32: ALS counts dwellings presented, so P1 and P3
        "landlord=OPH;area=25;account=ALS": (0.4, 0.05, 1000, 4, 8, F(32), 0.2656),
        # P2 is offered but not signed: not counted; (10 - 1) / 32 = 0.28125, half up
        "landlord=OPH;area=25;account=ETAT_PRIO": (0.25, 0, 1000, 1, 8, F(32), 0.2813),
    },
    "mutation_max": {
        # 1 - 12/60; nine leases counted (B1-B7, P1, P3), B6 is a mutation; 60 - 9 = 51
        "landlord=OPH;departement=25": (0.8, 0, 3000, 8, 9, F(51), 0.7843),
    },
    "priority_publics": {
        "landlord=ESH;departement=25;account=ALS": (0.25, 0, 0, 0, 1, F(92, 181), 0.7418),
        "landlord=ESH;departement=25;account=BAILLEUR": (0.25, 0, 0, 0, 1, F(92, 181), 0.7418),
        # B2 (k, verified) of B1, B2, P1, P3; F = 0.4 x 32
        "landlord=OPH;departement=25;account=ALS": (0.25, 0, 1500, 1, 4, F(64, 5), 0.25),
        # B4 (DALO) of B3, B4; F = what the others leave: 32 - 8 - 12.8 - 0.2 x 59/3
        "landlord=OPH;departement=25;account=BAILLEUR": (0.25, 0, 1500, 1, 2, F(109, 15), 0.1812),
        "landlord=OPH;departement=25;account=COLL:25056": (0.25, 0, 1500, 0, 1, F(59, 15), 0.3136),
    },
    "lec_q1_outside_qpv": {
        "landlord=ESH;epci=242500361": (0.25, 0, 0, 1, 1, F(184, 181), 0),
        # B5 is of unknown income but relocated by NPNRU
        "landlord=OPH;epci=200065647": (0.25, 0, 2000, 1, 1, F(37, 3), 0.1892),
        # B1 and P1 (its applicant N01 is of the first quartile) of B1, B2, B6, B7, P1; 40 x 1/3 - 5
        "landlord=OPH;epci=242500361": (0.25, 0, 2000, 2, 5, F(25, 3), 0.16),
    },
    "lec_q234_inside_qpv": {
        "landlord=ESH;epci=242500361": (0.5, 0, 0, 1, 1, F(184, 181), 0.0082),
        "landlord=OPH;epci=200065647": (0.5, 0, 0, 0, 0, F(0), 0),
        # B3 of B3, B4, P3 (applicant unknown: neither)
        "landlord=OPH;epci=242500361": (0.5, 0, 2000, 1, 3, F(31, 3), 0.5484),
    },
    "dalo": {
        # B5; B4 is in QPV, of the first quartile, and did not say it accepts. 30 in the year; no forecast for ESH: pace
        "departement=25": (float(30 / (11 + F(2024, 181))), 0, 3000, 1, 11, F(2024, 181), 1),
    },
    "essential_workers": {
        "epci=200065647": (0.05, 0, 500, 0, 1, F(37, 3), 0.0541),
        "epci=242500361": (0.05, 0, 500, 1, 10, F(1840, 181), 0.0008),
    },
    "priority_mix": {"residence=Tilleuls": (0.5, 0, 1000, 0, 0, F(40, 3), 0.5)},
    "account_balance": {},
}
# account -> F, den_before, and by kind (share of the supply - 0.10, num_before)
BALANCE_ROWS: dict[str, tuple[Fraction, int, dict[str, tuple[float, int]]]] = {
    # L1, L2, L3 of OPH and L5 of ESH; leases B1, B2, B9, P1, P3 (QPV), all T3 PLUS
    "ALS": (
        F(64, 5) + F(92, 181), 5,
        {"kind=qpv": (0.4, 1), "rooms=T1-T2": (0.15, 0), "rooms=T3": (0.4, 5), "rooms=T4+": (0.15, 0),
         "financing=plai": (0.15, 0), "financing=plus": (0.65, 5), "financing=pls": (0, 0)},
    ),
    "BAILLEUR": (
        F(109, 15) + F(92, 181), 3,
        {"kind=qpv": (0.4, 3), "rooms=T1-T2": (0.15, 0), "rooms=T3": (0.4, 3), "rooms=T4+": (0.15, 0),
         "financing=plai": (0.15, 0), "financing=plus": (0.65, 3), "financing=pls": (0, 0)},
    ),
    "COLL:25056": (
        F(59, 15), 1,
        {"kind=qpv": (0.4, 0), "rooms=T1-T2": (0.4, 0), "rooms=T3": (0.4, 1), "rooms=T4+": (0, 0),
         "financing=plai": (0.4, 0), "financing=plus": (0.4, 1), "financing=pls": (0, 0)},
    ),
    "ETAT_PRIO": (
        F(8), 1,
        {"kind=qpv": (0.2333, 0), "rooms=T1-T2": (0.2333, 0), "rooms=T3": (0.2333, 1), "rooms=T4+": (0.2333, 0),
         "financing=plai": (0.2333, 0), "financing=plus": (0.5667, 1), "financing=pls": (0, 0)},
    ),
}  # fmt: skip
for _account, (_rest, _den, _kinds) in BALANCE_ROWS.items():
    for _kind, (_share, _num) in _kinds.items():
        _rate = (F(str(_share)) * (_den + _rest) - _num) / _rest
        ROWS["account_balance"][f"account={_account};{_kind}"] = (
            _share, 0, 100, _num, _den, _rest, round(float(min(max(_rate, F(0)), F(1))), 4),
        )  # fmt: skip


def _found() -> tuple[Row, ...]:
    case, facts, _ = golden()
    return rule_book(case, facts, rules(*BALANCE)).rows


def test_every_rule_has_golden_rows_and_every_golden_row_is_there() -> None:
    assert {rule.id for rule in all_rules()} == set(ROWS)
    assert all(ROWS.values())
    expected = [(rule.id, scope) for rule in all_rules() for scope in sorted(ROWS[rule.id])]
    assert [(row.rule, row.scope) for row in _found()] == expected


@pytest.mark.parametrize(("rule", "scope"), [(r, s) for r in ROWS for s in ROWS[r]])
def test_row_is_the_one_counted_by_hand(rule: str, scope: str) -> None:
    row = next(r for r in _found() if (r.rule, r.scope) == (rule, scope))
    share, tolerance, price, num, den, remaining, rate = ROWS[rule][scope]
    assert (row.num_before, row.den_before) == (num, den)
    assert Fraction(row.remaining_num, row.remaining_den) == remaining
    assert row.share == round(share * 10_000)
    assert (row.tolerance, row.price) == (round(tolerance * 10_000), price * 100)
    assert row.rate == round(rate * 10_000)


# first ranks of the run -> rows they enter, as scope: (num, den); every other row counts nothing
RUN: list[tuple[str, str, str, dict[tuple[str, str], tuple[int, int]]]] = [
    (
        # L1: Besançon, outside QPV, flux base. N01: first quartile, no priority
        "L1", "N01", "ALS",
        {("flux", "landlord=OPH;area=25;account=ALS"): (1, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1),
         ("flux", "landlord=OPH;area=25056;account=COLL:25056"): (0, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("priority_publics", "landlord=OPH;departement=25;account=ALS"): (0, 1),
         ("lec_q1_outside_qpv", "landlord=OPH;epci=242500361"): (1, 1), ("dalo", "departement=25"): (0, 1),
         ("essential_workers", "epci=242500361"): (0, 1),
         ("account_balance", "account=ALS;kind=qpv"): (0, 1), ("account_balance", "account=ALS;rooms=T1-T2"): (0, 1),
         ("account_balance", "account=ALS;rooms=T3"): (1, 1), ("account_balance", "account=ALS;rooms=T4+"): (0, 1),
         ("account_balance", "account=ALS;financing=plai"): (0, 1),
         ("account_balance", "account=ALS;financing=plus"): (1, 1),
         ("account_balance", "account=ALS;financing=pls"): (0, 1)},
    ),
    (
        # L2: QPV, priority-mix residence, T2 PLAI. N03: DALO of the first quartile who does not accept a QPV
        "L2", "N03", "ETAT_PRIO",
        {("flux", "landlord=OPH;area=25;account=ALS"): (0, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (1, 1),
         ("flux", "landlord=OPH;area=25056;account=COLL:25056"): (0, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("lec_q234_inside_qpv", "landlord=OPH;epci=242500361"): (0, 1), ("dalo", "departement=25"): (0, 1),
         ("essential_workers", "epci=242500361"): (0, 1), ("priority_mix", "residence=Tilleuls"): (0, 1),
         ("account_balance", "account=ETAT_PRIO;kind=qpv"): (1, 1),
         ("account_balance", "account=ETAT_PRIO;rooms=T1-T2"): (1, 1),
         ("account_balance", "account=ETAT_PRIO;rooms=T3"): (0, 1),
         ("account_balance", "account=ETAT_PRIO;rooms=T4+"): (0, 1),
         ("account_balance", "account=ETAT_PRIO;financing=plai"): (1, 1),
         ("account_balance", "account=ETAT_PRIO;financing=plus"): (0, 1),
         ("account_balance", "account=ETAT_PRIO;financing=pls"): (0, 1)},
    ),
    (
        # the same dwelling, given by the landlord to N09, whose income is known and above the first quartile
        "L2", "N09", "BAILLEUR",
        {("flux", "landlord=OPH;area=25;account=ALS"): (0, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1),
         ("flux", "landlord=OPH;area=25056;account=COLL:25056"): (0, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("priority_publics", "landlord=OPH;departement=25;account=BAILLEUR"): (0, 1),
         ("lec_q234_inside_qpv", "landlord=OPH;epci=242500361"): (1, 1), ("dalo", "departement=25"): (0, 1),
         ("essential_workers", "epci=242500361"): (0, 1), ("priority_mix", "residence=Tilleuls"): (1, 1),
         ("account_balance", "account=BAILLEUR;kind=qpv"): (1, 1),
         ("account_balance", "account=BAILLEUR;rooms=T1-T2"): (1, 1),
         ("account_balance", "account=BAILLEUR;rooms=T3"): (0, 1),
         ("account_balance", "account=BAILLEUR;rooms=T4+"): (0, 1),
         ("account_balance", "account=BAILLEUR;financing=plai"): (1, 1),
         ("account_balance", "account=BAILLEUR;financing=plus"): (0, 1),
         ("account_balance", "account=BAILLEUR;financing=pls"): (0, 1)},
    ),
    (
        # L4: reserved to ALS, outside the flux base. N12: first quartile, essential worker
        "L4", "N12", "ALS",
        {("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("priority_publics", "landlord=OPH;departement=25;account=ALS"): (0, 1),
         ("lec_q1_outside_qpv", "landlord=OPH;epci=242500361"): (1, 1), ("dalo", "departement=25"): (0, 1),
         ("essential_workers", "epci=242500361"): (1, 1),
         ("account_balance", "account=ALS;kind=qpv"): (0, 1), ("account_balance", "account=ALS;rooms=T1-T2"): (0, 1),
         ("account_balance", "account=ALS;rooms=T3"): (1, 1), ("account_balance", "account=ALS;rooms=T4+"): (0, 1),
         ("account_balance", "account=ALS;financing=plai"): (0, 1),
         ("account_balance", "account=ALS;financing=plus"): (1, 1),
         ("account_balance", "account=ALS;financing=pls"): (0, 1)},
    ),
    (
        # L6: kept for mutations of ESH, which has no forecast. N10: its sitting tenant, above the first quartile
        "L6", "N10", "MUTATION",
        {("lec_q1_outside_qpv", "landlord=ESH;epci=242500361"): (0, 1), ("dalo", "departement=25"): (0, 1),
         ("essential_workers", "epci=242500361"): (0, 1)},
    ),
    (
        # a seat of ALS on L3: the flux only
        "L3", "", "ALS",
        {("flux", "landlord=OPH;area=25;account=ALS"): (1, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1)},
    ),
    (
        # L5: QPV. N04: DALO of the first quartile who accepts it
        "L5", "N04", "BAILLEUR",
        {("flux", "landlord=ESH;area=25;account=ALS"): (0, 1), ("flux", "landlord=ESH;area=25;account=BAILLEUR"): (1, 1),
         ("priority_publics", "landlord=ESH;departement=25;account=BAILLEUR"): (1, 1),
         ("lec_q234_inside_qpv", "landlord=ESH;epci=242500361"): (0, 1), ("dalo", "departement=25"): (1, 1),
         ("essential_workers", "epci=242500361"): (0, 1),
         ("account_balance", "account=BAILLEUR;kind=qpv"): (1, 1),
         ("account_balance", "account=BAILLEUR;rooms=T1-T2"): (0, 1),
         ("account_balance", "account=BAILLEUR;rooms=T3"): (1, 1),
         ("account_balance", "account=BAILLEUR;rooms=T4+"): (0, 1),
         ("account_balance", "account=BAILLEUR;financing=plai"): (0, 1),
         ("account_balance", "account=BAILLEUR;financing=plus"): (1, 1),
         ("account_balance", "account=BAILLEUR;financing=pls"): (0, 1)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("dwelling", "application", "account", "expected"), RUN)
def test_first_rank_counts_as_read(
    dwelling: str, application: str, account: str, expected: dict[tuple[str, str], tuple[int, int]]
) -> None:
    case, facts, _ = golden()
    book = rule_book(case, facts, rules(*BALANCE))
    d = facts.dwellings.ids.tolist().index(dwelling)
    a = facts.applications.ids.tolist().index(application) if application else -1
    r = facts.accounts.index(account)
    num, den = measure(book, *(np.array([x], np.int32) for x in (d, a, r)))
    found = {
        (row.rule, row.scope): (int(n), int(m))
        for row, n, m in zip(book.rows, num, den, strict=True)
        if n or m
    }
    assert found == expected


def test_every_rule_counts_something_in_the_runs_above() -> None:
    counted = {rule for *_, expected in RUN for (rule, _), (num, _) in expected.items() if num}
    assert counted == {rule.id for rule in all_rules()}
