"""The built problem against a plain reading of every pair, on random whole cases."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from optimizer import eligibility, scoring
from optimizer.domain.case import Case
from optimizer.eligibility.facts import Facts
from optimizer.problem import FirstRanks, Problem, RuleBook, build, count, explicit, measure, rule_book
from optimizer.problem.naming import median
from tests.campaign import part
from tests.golden.six_dwellings import BALANCE, BESANCON, application, case, convention, dwelling, rules
from tests.problem.random_cases import random_ready

SEEDS = sorted({*range(part(200, 8)), 167})
"""167: two landlords whose dwellings only take mutations were once asked about together."""
Pair = tuple[int, int, int]
HOUSEHOLDS = {
    "priority_publics",
    "lec_q1_outside_qpv",
    "lec_q234_inside_qpv",
    "dalo",
    "essential_workers",
    "priority_mix",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_accounts_and_values_are_those_of_a_plain_reading(seed: int) -> None:
    _, facts, scores, terms, problem = random_ready(seed)
    columns = explicit(problem, first_only=False)
    account = problem.kinds.account[columns.kind]
    found = {
        (int(d), int(a), int(r)): (bool(f), int(v), int(s))
        for d, a, r, f, v, s in zip(
            columns.dwelling, columns.app, account, columns.first, columns.value, columns.score, strict=True
        )
        if a >= 0
    }
    assert len(found) == int((columns.app >= 0).sum())
    menus = eligibility.menus(facts, terms)
    everyone = np.arange(len(facts.applications.ids), dtype=np.int32)
    expected: dict[Pair, tuple[bool, int, int]] = {}
    spanned = facts.with_span(scores.span)
    for d in range(len(facts.dwellings.ids)):
        part = menus.of(d)
        burden = eligibility.burden(spanned, d, everyone)
        fit = dict(zip(menus.app[part].tolist(), menus.fit[part].tolist(), strict=True))
        points = scores.points(everyone, int(facts.dwellings.epci[d]))
        accounts, eligible, first = eligibility.naming(facts, d, everyone)
        lean = _plain_lean(spanned, d, sorted(fit), accounts, eligible)
        for a in fit:
            for j in np.flatnonzero(eligible[a]).tolist():
                value = 2_000_000 + int(points[a]) + fit[a] + int(facts.dwellings.vacancy_points[d])
                value += lean[a][j] - int(burden[a])
                expected[d, a, int(accounts[j])] = (bool(first[a, j]), value, int(points[a]))
    assert found == expected


def _plain_lean(facts: Facts, d: int, menu: list[int], accounts: np.ndarray, eligible: np.ndarray) -> dict:
    """Hundredths, household by household: 200 a missing name, 200 for DALO, M + 20 for nobody reached."""
    names = [facts.accounts[r] for r in accounts.tolist()]
    mode = [facts.mode_of(int(r), facts.line_of(d, int(r))) for r in accounts]
    sent = facts.oriented.get(d)
    receives = [sent is None or int(r) == sent for r in accounts]
    many = [sum(bool(eligible[a, j]) for a in menu) if receives[j] else 0 for j in range(len(names))]
    goal = min(3, max(many, default=0))
    people, found = facts.applications, {}
    for a in menu:
        dalo, line = bool(people.dalo[a]), []
        prio = [j for j, name in enumerate(names) if name == "ETAT_PRIO" and receives[j]]
        state = bool(prio) and bool(eligible[a, prio[0]])
        for j, name in enumerate(names):
            points = 0
            spared = mode[j] == "direct" or name in ("MUTATION", "RELOGEMENT") or not receives[j]
            one = bool(people.prefet_designated[a]) or bool(facts.dwellings.subsidy_d331_25_1[d])
            if not spared and not one and not (dalo and name == "ETAT_PRIO"):
                points -= 20_000 * max(0, goal - many[j])
            if dalo and (name == "ETAT_PRIO" or not state):
                points += 20_000
            if people.unreachable[a]:
                points -= facts.span + 2_000
            line.append(points)
        found[a] = line
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_seats_are_those_of_eligibility_with_their_value(seed: int) -> None:
    found_case, facts, scores, terms, problem = random_ready(seed)
    book = rule_book(found_case, facts, terms)
    columns = explicit(problem)
    seats = columns.app < 0
    assert (problem.kinds.den == 1).all()
    found = {
        (int(d), int(problem.kinds.account[k])): int(v)
        for d, k, v in zip(columns.dwelling[seats], columns.kind[seats], columns.value[seats], strict=True)
    }
    expected, owed = {}, {}
    deadlines = set()
    for d, r, days, pool in eligibility.seats(facts, terms):
        deadlines.add((int(problem.klass[d]), r, days))
        points = np.sort(scores.points(pool, int(facts.dwellings.epci[d]))).tolist()
        middle = (points[(len(points) - 1) // 2] + points[len(points) // 2] + 1) // 2 if points else 0
        parts = _plain_parts(book, d, r, pool)
        expected[d, r] = 2_000_000 + middle - int((sum(parts.values()) * 2 + 1) // 2)
        most = max(parts.values(), default=Fraction(0))
        owed[d, r] = {k for k, part in parts.items() if part == most and part} or {-1}
    assert found == expected
    for at, (klass, kind) in enumerate(zip(problem.seats.klass, problem.seats.kind, strict=True)):
        for d in np.flatnonzero(problem.klass == klass).tolist():
            assert int(problem.seats.owed[at]) in owed[d, int(problem.kinds.account[kind])]
    account = problem.kinds.account[problem.seats.kind]
    stored = zip(
        problem.seats.klass.tolist(), account.tolist(), problem.seats.deadline_days.tolist(), strict=True
    )
    assert set(stored) == deadlines


def _plain_parts(book: RuleBook, d: int, r: int, pool: np.ndarray) -> dict[int, Fraction]:
    """By rule of households, hundredths: price × what the rate asks above the part of the pool that would count."""
    owed = {}
    counted = [_alone(book, d, int(a), r) for a in pool]
    for k, row in enumerate(book.rows):
        if row.rule in HOUSEHOLDS and row.price and any(den[k] for _, den in counted):
            part = Fraction(sum(int(num[k]) for num, _ in counted), len(counted))
            owed[k] = row.price * max(Fraction(0), Fraction(row.rate, 10_000) - part)
    return owed


def _alone(book: RuleBook, d: int, a: int, r: int) -> tuple[np.ndarray, np.ndarray]:
    return measure(book, np.array([d]), np.array([a]), np.array([r]))


@pytest.mark.parametrize("seed", SEEDS)
def test_lists_hold_the_better_placed_before_the_others(seed: int) -> None:
    _, facts, _, _, problem = random_ready(seed)
    columns = explicit(problem)
    account = problem.kinds.account[columns.kind]
    rows = problem.orders
    for p in range(len(rows)):
        d, r, b = int(rows.dwelling[p]), int(rows.account[p]), int(rows.app[p])
        line = facts.line_of(d, r)
        apps, ranks = eligibility.nominee_order(facts, d, r, line)
        rank = dict(zip(apps, ranks, strict=True))
        assert b in rank and facts.mode_of(r, line) != "delegated"
        for i in range(len(columns)):
            part = slice(*problem.kinds.order_ptr[columns.kind[i] : columns.kind[i] + 2].tolist())
            signs = problem.kinds.order_sign[part][problem.kinds.order_row[part] == p].tolist()
            a = int(columns.app[i])
            here = int(columns.dwelling[i]) == d and int(account[i]) == r
            after = here and (a not in rank or rank[a] > rank[b])
            elsewhere = int(columns.dwelling[i]) != d
            assert signs == ([-1] * elsewhere if a == b else [1] if after else [])
            assert (problem.kinds.nominee[columns.kind[i]] == b) == (a == b)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_column_counts_as_its_lease_does(seed: int) -> None:
    found, facts, _, terms, problem = random_ready(seed)
    book = rule_book(found, facts, terms)
    columns = explicit(problem, first_only=False)
    for i in range(len(columns)):
        one = FirstRanks(*(x[i : i + 1] for x in (columns.dwelling, columns.app, columns.kind)))
        num, den = count(problem, one)
        seen = measure(book, one.dwelling, one.app, problem.kinds.account[one.kind])
        assert num.tolist() == seen[0].tolist() and den.tolist() == seen[1].tolist()
        assert (num <= den).all()


def _shuffled(found: Case, rng: np.random.Generator) -> Case:
    tables = {
        name: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for name, frame in found.tables.items()
    }
    return replace(found, tables=tables)


def _same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if hasattr(a, "__dataclass_fields__"):
        return all(_same(getattr(a, name), getattr(b, name)) for name in a.__dataclass_fields__)
    return a == b


@pytest.mark.parametrize("seed", range(part(80, 4)))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found, _, _, terms, problem = random_ready(seed)
    other = _shuffled(found, rng)
    facts = eligibility.encode(other, terms)
    assert _same(problem, build(other, facts, scoring.score(other, facts, terms), terms))


@pytest.mark.parametrize("seed", SEEDS)
def test_menus_are_sorted_and_pins_are_alone(seed: int) -> None:
    _, facts, _, _, problem = random_ready(seed)
    for m in range(len(problem.menu_ptr) - 1):
        part = slice(int(problem.menu_ptr[m]), int(problem.menu_ptr[m + 1]))
        app = problem.entry_app[part]
        keys = list(
            zip(
                (-(problem.entry_score + problem.entry_fit)[part]).tolist(),
                (-problem.seniority[app]).tolist(),
                app.tolist(),
                strict=True,
            )
        )
        assert keys == sorted(keys) and len(set(app.tolist())) == len(app)
    columns = explicit(problem, reduced=True)
    pinned = {int(d): int(a) for d, a in facts.pins}
    for d, a in pinned.items():
        assert set(columns.app[columns.dwelling == d].tolist()) == {a}
        assert set(columns.dwelling[columns.app == a].tolist()) == {d}
    must = problem.must_fill[problem.klass]
    assert np.flatnonzero(must).tolist() == sorted(pinned)


def test_equal_dwellings_share_a_class_and_a_rule_that_is_off_splits_none() -> None:
    tables = {
        "dwellings": [
            dwelling(i, "OPH", BESANCON, financing=f) for i, f in enumerate(("plus", "plus", "plai", "pls"))
        ],
        "applications": [application(i) for i in range(1, 6)],
        "conventions": [convention("OPH", "ALS", 0.3)],
    }
    found = case(tables)
    facts = eligibility.encode(found, rules())
    problem = build(found, facts, scoring.score(found, facts, rules()), rules())
    assert problem.klass[0] == problem.klass[1]
    assert problem.n_groups == 1
    found = case(tables)
    facts = eligibility.encode(found, rules(*BALANCE))
    on = build(found, facts, scoring.score(found, facts, rules(*BALANCE)), rules(*BALANCE))
    assert on.n_groups == 3


@pytest.mark.parametrize(
    "tables", [{}, {"dwellings": [dwelling(1, "OPH", BESANCON)]}, {"applications": [application(1)]}]
)
def test_empty_cases_give_empty_problems(tables: dict[str, list[object]]) -> None:
    tables = {"conventions": [convention("OPH", "ALS", 0.3)], **tables}
    found = case(tables)  # type: ignore[arg-type]
    facts = eligibility.encode(found, rules())
    problem = build(found, facts, scoring.score(found, facts, rules()), rules())
    assert len(explicit(problem)) == 0
    assert len(problem.dwelling_ids) == len(tables.get("dwellings", []))
    assert all(row.rate >= 0 for row in problem.rows)


def test_median_of_an_even_pool_is_rounded_half_up() -> None:
    assert median(np.array([], np.int64)) == 0
    assert median(np.array([7])) == 7
    assert median(np.array([100, 201])) == 151
    assert median(np.array([-3, -2])) == -2


def test_the_problem_does_not_keep_the_frames_alive() -> None:
    _, _, _, _, problem = random_ready(9)
    assert not any(isinstance(getattr(problem, name), pd.DataFrame) for name in Problem.__dataclass_fields__)
