"""Pins, orientations and first ranks kept: they take first ranks away or hold them still, and bring nothing of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from optimizer import eligibility, scoring
from optimizer.domain.case import Case
from optimizer.errors import InputProblems
from optimizer.policy import RuleSet
from optimizer.problem import Problem, build, evaluate, explicit
from optimizer.problem.model import FirstRanks
from optimizer.solve import Solved, SolveOptions, solve
from tests.problem.random_cases import CAMPAIGN, random_ready

SEEDS = range(10 * CAMPAIGN)


def _free(case: Case) -> Case:
    """The case without decisions."""
    return replace(case, tables={**case.tables, "decisions": case.table("decisions").iloc[:0]})


def _decided(case: Case, **line: object) -> Case:
    table = case.table("decisions")
    row = pd.DataFrame([{**dict.fromkeys(table.columns), **line}]).reindex(columns=table.columns)
    joined = row.astype(table.dtypes.to_dict())
    return replace(case, tables={**case.tables, "decisions": joined})


def _built(case: Case, terms: RuleSet, **options: object) -> Problem:
    facts = eligibility.encode(case, terms)
    return build(case, facts, scoring.score(case, facts, terms), terms, **options)


def _pairs(problem: Problem, *, first: bool) -> set[tuple[str, str, str, int]]:
    columns = explicit(problem, first_only=first)
    return {
        (
            problem.dwelling_ids[d],
            problem.application_ids[a],
            problem.accounts[problem.kinds.account[c]],
            int(v),
        )
        for d, a, c, v in zip(columns.dwelling, columns.app, columns.kind, columns.value, strict=True)
        if a >= 0
    }


def _solved(problem: Problem) -> Solved:
    solved = solve(problem, SolveOptions())
    assert solved.stop == "proven"
    return solved


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pin_adds_no_pair_and_never_raises_the_optimum(seed: int) -> None:
    case, _, _, terms, _ = random_ready(seed)
    case = _free(case)
    free = _built(case, terms)
    best = _solved(free).objective
    rng = np.random.default_rng(seed)
    dwellings, apps = free.dwelling_ids.tolist(), free.application_ids.tolist()
    for _ in range(3):
        d, a = str(rng.choice(dwellings)), str(rng.choice(apps))
        account = str(rng.choice(free.accounts)) if rng.random() < 0.5 else None
        try:
            pinned = _built(
                _decided(case, dwelling_id=d, application_id=a, account=account, decision="pin"), terms
            )
        except InputProblems:
            continue
        assert {p[:3] for p in _pairs(pinned, first=False)} <= {p[:3] for p in _pairs(free, first=False)}
        assert _pairs(pinned, first=True) <= _pairs(free, first=True)
        found = _solved(pinned)
        assert found.objective <= best
        at = pinned.dwelling_ids.tolist().index(d)
        place = found.first.dwelling.tolist().index(at)
        assert pinned.application_ids[found.first.app[place]] == a
        on = pinned.accounts[pinned.kinds.account[found.first.kind[place]]]
        assert account in (None, on)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_oriented_dwelling_stays_in_the_base_and_goes_nowhere_else(seed: int) -> None:
    case, _, _, terms, _ = random_ready(seed)
    case = _free(case)
    free = _built(case, terms)
    rng = np.random.default_rng(seed)
    d, account = str(rng.choice(free.dwelling_ids.tolist())), str(rng.choice(free.accounts))
    try:
        sent = _built(_decided(case, dwelling_id=d, account=account, decision="orient"), terms)
    except InputProblems:
        return
    assert [(r.rule, r.scope, r.rate, r.den_before, r.remaining_num, r.remaining_den) for r in sent.rows] == [
        (r.rule, r.scope, r.rate, r.den_before, r.remaining_num, r.remaining_den) for r in free.rows
    ]
    for problem_pair in _pairs(sent, first=True):
        assert problem_pair[0] != d or problem_pair[2] == account
    columns = explicit(sent)
    at = sent.dwelling_ids.tolist().index(d)
    seats = (columns.dwelling == at) & (columns.app < 0)
    assert set(sent.kinds.account[columns.kind[seats]].tolist()) <= {sent.accounts.index(account)}
    assert _solved(sent).stop == "proven"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_first_rank_kept_weighs_fifty_points_for_its_household_and_account_alone(seed: int) -> None:
    case, _, _, terms, problem = random_ready(seed)
    best = _solved(problem)
    named = np.flatnonzero(best.first.app >= 0)
    kept = tuple(
        (
            problem.dwelling_ids[best.first.dwelling[i]],
            problem.accounts[problem.kinds.account[best.first.kind[i]]],
            problem.application_ids[best.first.app[i]],
        )
        for i in named.tolist()
    )
    again = _built(case, terms, kept=(*kept, ("nowhere", "ALS", "nobody")))
    own = {(d, a, r) for d, r, a in kept}
    before = {p[:3]: p[3] for p in _pairs(problem, first=False)}
    after = {p[:3]: p[3] for p in _pairs(again, first=False)}
    assert after == {key: value + 5_000 * (key in own) for key, value in before.items()}
    found = _solved(again)
    assert found.objective == best.objective + 50_000_000 * len(kept)
    same = FirstRanks(best.first.dwelling, best.first.app, _kinds(again, best.first, problem))
    assert evaluate(again, same).objective == found.objective


def _kinds(problem: Problem, first: FirstRanks, old: Problem) -> np.ndarray:
    """The kinds that first ranks of another problem have in this one."""
    columns = explicit(problem)
    account = problem.kinds.account[columns.kind]
    known = dict(
        zip(
            zip(columns.dwelling.tolist(), columns.app.tolist(), account.tolist(), strict=True),
            columns.kind.tolist(),
            strict=True,
        )
    )
    on = old.kinds.account[first.kind].tolist()
    lines = zip(first.dwelling.tolist(), first.app.tolist(), on, strict=True)
    return np.array([known[line] for line in lines], np.int32)
