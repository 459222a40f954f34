"""Expected rows of every rule on the six-dwelling case, counted by hand. No rule may be missing, no row either.

Columns: share, tolerance, price (points), num_before, den_before, F, required rate. On 1 July 2026 181 days are gone and
184 left. OPH has a forecast of 60 vacated, 12 mutations, 3 ANRU, 5 in stock: a flux base of 40, of which its eight leases of the
flux and the three dwellings of the run (L1, L2, L3; L4 is reserved) hold each place's part; every lease and dwelling counts in
the 60: nine and four. ESH has none, but the case has leases: it goes on at the pace of the year.

Of a row that limits, what is counted before is on the account, and the rate is what the account may not have.
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
        # B1-B4, B7 (said in the flux), P1, P3 in Besançon and two dwellings, of eleven: 40 x 9/11 - 7
        "landlord=OPH;area=25056;account=COLL:25056": (0.2, 0, 1000, 1, 7, F(283, 11), 0.2155),
        # + B5; a tolerance of a tenth of the share at most: (0.36 x 40 - 4 - 1.5) / 32; ALS counts dwellings presented: P1, P3
        "landlord=OPH;area=25;account=ALS": (0.4, 0.04, 1000, 4, 8, F(32), 0.2781),
        # P2 is offered but not signed: not counted; (10 - 1) / 32 = 0.28125, half up
        "landlord=OPH;area=25;account=ETAT_PRIO": (0.25, 0, 1000, 1, 8, F(32), 0.2813),
    },
    "flux_max": {
        # no price is lost for few leases: it holds from the first one on
        "landlord=ESH;area=25;account=ALS": (0.5, 0, 1000, 1, 1, F(0), 0.5),
        "landlord=ESH;departement=25;account=BAILLEUR": (0.5, 0, 1000, 0, 1, F(0), 0.5),
        "landlord=OPH;area=25056;account=COLL:25056": (0.2, 0, 1000, 1, 7, F(0), 0.8),
        "landlord=OPH;area=25;account=ALS": (0.4, 0, 1000, 4, 8, F(0), 0.6),
        "landlord=OPH;area=25;account=ETAT_PRIO": (0.25, 0, 1000, 1, 8, F(0), 0.75),
        # 0.15 in Besançon (L1, L2), 0.35 in Montbéliard (L3), where the commune has no share: 0.65 / 3; B3 and B4
        "landlord=OPH;departement=25;account=BAILLEUR": (0.2167, 0, 1000, 2, 8, F(0), 0.65),
    },
    "mutation_max": {
        # 1 - 12/60; nine leases counted (B1-B7, P1, P3), B6 is a mutation; 60 - 9 = 51
        "landlord=OPH;departement=25": (0.8, 0, 3000, 8, 9, F(51), 0.7843),
    },
    "priority_publics": {
        "landlord=ESH;departement=25;account=ALS": (0.25, 0, 0, 0, 1, F(92, 181), 0.7418),
        "landlord=ESH;departement=25;account=BAILLEUR": (0.25, 0, 0, 0, 1, F(92, 181), 0.7418),
        # B2 (k, verified) of B1, B2, P1, P3; F = 0.4 x 32
        "landlord=OPH;departement=25;account=ALS": (0.25, 0, 900, 1, 4, F(64, 5), 0.25),
        # B4 (DALO) of B3, B4; F = what the others leave: 32 - 8 - 12.8 - 0.2 x 283/11
        "landlord=OPH;departement=25;account=BAILLEUR": (0.25, 0, 900, 1, 2, F(333, 55), 0.1674),
        "landlord=OPH;departement=25;account=COLL:25056": (0.25, 0, 900, 0, 1, F(283, 55), 0.2986),
    },
    "lec_q1_outside_qpv": {
        "landlord=ESH;epci=242500361": (0.25, 0, 0, 1, 1, F(184, 181), 0),
        # B5 is of unknown income but relocated by NPNRU; with L3 two of thirteen: 60 x 2/13 - 1
        "landlord=OPH;epci=200065647": (0.25, 0, 2000, 1, 1, F(107, 13), 0.1589),
        # B1 and P1 (its applicant N01 is of the first quartile) of B1, B2, B6, B7, P1; with L1 and L4: 60 x 7/13 - 5
        "landlord=OPH;epci=242500361": (0.25, 0, 2000, 2, 5, F(355, 13), 0.2225),
    },
    "lec_q234_inside_qpv": {
        "landlord=ESH;epci=242500361": (0.5, 0, 0, 1, 1, F(184, 181), 0.0082),
        "landlord=OPH;epci=200065647": (0.5, 0, 0, 0, 0, F(0), 0),
        # B3 of B3, B4, P3 (applicant unknown: neither); with L2: 60 x 4/13 - 3
        "landlord=OPH;epci=242500361": (0.5, 0, 2000, 1, 3, F(201, 13), 0.5323),
    },
    "dalo": {
        # no number of their own: 30 of the 3,224 dwellings vacated in the département. B8 and B9, and the pace of the year
        "landlord=ESH;departement=25": (0.0093, 0, 3000, 0, 2, F(368, 181), 0.0185),
        # B5; B4 is in QPV, of the first quartile, and did not say it accepts
        "landlord=OPH;departement=25": (0.0093, 0, 3000, 1, 9, F(51), 0),
    },
    "essential_workers": {
        "epci=200065647": (0.05, 0, 500, 0, 1, F(107, 13), 0.0561),
        # OPH: 60 x 11/13 - 8; ESH at the pace of the year: two leases, not fewer than L5 and L6
        "epci=242500361": (0.05, 0, 500, 1, 10, F(556, 13) + F(368, 181), 0.0388),
    },
    # no lease names a residence: 60 x 1/13
    "priority_mix": {"residence=Tilleuls": (0.5, 0, 1000, 0, 0, F(60, 13), 0.5)},
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
        F(333, 55) + F(92, 181), 3,
        {"kind=qpv": (0.4, 3), "rooms=T1-T2": (0.15, 0), "rooms=T3": (0.4, 3), "rooms=T4+": (0.15, 0),
         "financing=plai": (0.15, 0), "financing=plus": (0.65, 3), "financing=pls": (0, 0)},
    ),
    "COLL:25056": (
        F(283, 55), 1,
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


PLAY: dict[tuple[str, str], str] = {
    ("flux", "landlord=OPH;area=25;account=ALS"): "0.5",
    ("dalo", "landlord=OPH;departement=25"): "0",
    # half a lease and: 0.5 x 1 - 1 < 0; 0.5 x 1; 0.2 x 7 - 1; 0.4 x 8 - 4 - 1.5 < 0; 0.25 x 8 - 1;
    # 0.15 x 7 in Besançon and 0.35 for B5 in Montbéliard, less two
    ("flux_max", "landlord=ESH;area=25;account=ALS"): "0.5",
    ("flux_max", "landlord=ESH;departement=25;account=BAILLEUR"): "1",
    ("flux_max", "landlord=OPH;area=25056;account=COLL:25056"): "0.9",
    ("flux_max", "landlord=OPH;area=25;account=ALS"): "0.5",
    ("flux_max", "landlord=OPH;area=25;account=ETAT_PRIO"): "1.5",
    ("flux_max", "landlord=OPH;departement=25;account=BAILLEUR"): "0.5",
}


def test_what_is_forgiven_is_the_play_and_what_the_year_left() -> None:
    found = {(row.rule, row.scope): F(row.play, 10_000) for row in _found()}
    assert {key: found[key] for key in PLAY} == {key: F(value) for key, value in PLAY.items()}


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


def test_the_balance_of_an_account_is_asked_of_the_exact_share_of_its_supply() -> None:
    """A third of the supply less 0.1002: (7/30 - 0.0002) x 9 / 8 = 0.262275; of 0.2331, the share as printed, it was 0.2622."""
    case, facts, _ = golden()
    law = rules(*BALANCE, ("national.rules.account_balance.margin", 0.1002))
    asked = {(row.rule, row.scope): row for row in rule_book(case, facts, law).rows}
    row = asked["account_balance", "account=ETAT_PRIO;kind=qpv"]
    assert (row.share, row.rate) == (2331, 2623)


# first ranks of the run -> rows they enter, as scope: (num, den); every other row counts nothing. In num of a row that limits
# is what does not count against it
RUN: list[tuple[str, str, str, dict[tuple[str, str], tuple[int, int]]]] = [
    (
        # L1: Besançon, outside QPV, flux base. N01: first quartile, no priority
        "L1", "N01", "ALS",
        {("flux_max", "landlord=OPH;area=25;account=ALS"): (0, 1),
         ("flux_max", "landlord=OPH;area=25;account=ETAT_PRIO"): (1, 1),
         ("flux_max", "landlord=OPH;area=25056;account=COLL:25056"): (1, 1),
         ("flux_max", "landlord=OPH;departement=25;account=BAILLEUR"): (1, 1),
         ("flux", "landlord=OPH;area=25;account=ALS"): (1, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1),
         ("flux", "landlord=OPH;area=25056;account=COLL:25056"): (0, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("priority_publics", "landlord=OPH;departement=25;account=ALS"): (0, 1),
         ("lec_q1_outside_qpv", "landlord=OPH;epci=242500361"): (1, 1), ("dalo", "landlord=OPH;departement=25"): (0, 1),
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
        {("flux_max", "landlord=OPH;area=25;account=ALS"): (1, 1),
         ("flux_max", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1),
         ("flux_max", "landlord=OPH;area=25056;account=COLL:25056"): (1, 1),
         ("flux_max", "landlord=OPH;departement=25;account=BAILLEUR"): (1, 1),
         ("flux", "landlord=OPH;area=25;account=ALS"): (0, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (1, 1),
         ("flux", "landlord=OPH;area=25056;account=COLL:25056"): (0, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("lec_q234_inside_qpv", "landlord=OPH;epci=242500361"): (0, 1), ("dalo", "landlord=OPH;departement=25"): (0, 1),
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
        {("flux_max", "landlord=OPH;area=25;account=ALS"): (1, 1),
         ("flux_max", "landlord=OPH;area=25;account=ETAT_PRIO"): (1, 1),
         ("flux_max", "landlord=OPH;area=25056;account=COLL:25056"): (1, 1),
         ("flux_max", "landlord=OPH;departement=25;account=BAILLEUR"): (0, 1),
         ("flux", "landlord=OPH;area=25;account=ALS"): (0, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1),
         ("flux", "landlord=OPH;area=25056;account=COLL:25056"): (0, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("priority_publics", "landlord=OPH;departement=25;account=BAILLEUR"): (0, 1),
         ("lec_q234_inside_qpv", "landlord=OPH;epci=242500361"): (1, 1), ("dalo", "landlord=OPH;departement=25"): (0, 1),
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
         ("lec_q1_outside_qpv", "landlord=OPH;epci=242500361"): (1, 1), ("dalo", "landlord=OPH;departement=25"): (0, 1),
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
        {("lec_q1_outside_qpv", "landlord=ESH;epci=242500361"): (0, 1), ("dalo", "landlord=ESH;departement=25"): (0, 1),
         ("essential_workers", "epci=242500361"): (0, 1)},
    ),
    (
        # a seat of ALS on L3: the flux and what is not a mutation
        "L3", "", "ALS",
        {("flux_max", "landlord=OPH;area=25;account=ALS"): (0, 1),
         ("flux_max", "landlord=OPH;area=25;account=ETAT_PRIO"): (1, 1),
         ("flux_max", "landlord=OPH;departement=25;account=BAILLEUR"): (1, 1),
         ("mutation_max", "landlord=OPH;departement=25"): (1, 1),
         ("flux", "landlord=OPH;area=25;account=ALS"): (1, 1), ("flux", "landlord=OPH;area=25;account=ETAT_PRIO"): (0, 1)},
    ),
    (
        # L5: QPV. N04: DALO of the first quartile who accepts it
        "L5", "N04", "BAILLEUR",
        {("flux_max", "landlord=ESH;area=25;account=ALS"): (1, 1),
         ("flux_max", "landlord=ESH;departement=25;account=BAILLEUR"): (0, 1),
         ("flux", "landlord=ESH;area=25;account=ALS"): (0, 1), ("flux", "landlord=ESH;area=25;account=BAILLEUR"): (1, 1),
         ("priority_publics", "landlord=ESH;departement=25;account=BAILLEUR"): (1, 1),
         ("lec_q234_inside_qpv", "landlord=ESH;epci=242500361"): (0, 1), ("dalo", "landlord=ESH;departement=25"): (1, 1),
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
