"""Ranks 2…k against a plain reading of design §6, and leapfrogs that all have a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import Evaluation, InvalidSolution, evaluate
from optimizer.problem.model import RATE_UNIT, FirstRanks, lottery_number
from optimizer.shortlist.leapfrogs import LeapfrogFinder
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.ranks import binding_rows, fill_ranks
from tests.campaign import part
from tests.strategies import all_solutions, random_problem

CASES = part(400, 20)


def best_solution(problem):
    """The optimum by looking at every solution, ties broken as design §5 says."""
    best, best_key = None, None
    for first in all_solutions(problem):
        try:
            ev = evaluate(problem, first)
        except InvalidSolution:  # a pin or a réservataire's order is broken
            continue
        names = [
            (
                problem.dwelling_ids[d],
                problem.accounts[problem.kinds.account[c]],
                problem.application_ids[a] if a >= 0 else "",
            )
            for d, a, c in zip(first.dwelling, first.app, first.kind, strict=True)
        ]
        key = (-ev.objective, -ev.seniority, -ev.lottery, sorted(names))
        if best_key is None or key < best_key:
            best, best_key = first, key
    return best


def plain_ranks(problem, first, dalo, binding, size, names=0):
    """Design §6 read literally, with lists and loops; the lists go on to ``names`` once they are all there."""
    eligible = {}
    for i in range(len(first)):
        d, r = int(first.dwelling[i]), int(problem.kinds.account[first.kind[i]])
        found = []
        sl = problem.entries_of(d)
        for j in range(sl.start, sl.stop):
            kinds, _ = problem.options_of(
                int(problem.class_group[problem.klass[d]]), int(problem.entry_type[j])
            )
            for c in kinds.tolist():
                if problem.kinds.account[c] == r:
                    lean = int(problem.kinds.value[c])
                    value = int(problem.values(slice(j, j + 1))[0]) + int(problem.bonus[d]) + lean
                    found.append((int(problem.entry_app[j]), int(c), value))
                    break
        eligible[i] = found

    def h(a, d, r):
        return lottery_number(
            problem.seed, str(problem.application_ids[a]), str(problem.dwelling_ids[d]), problem.accounts[r]
        )

    def gives(c):
        k = problem.kinds
        return {int(k.row[x]) for x in range(k.ptr[c], k.ptr[c + 1]) if k.num[x] and binding[k.row[x]]}

    placed = {int(a) for a in first.app if a >= 0}
    lists: dict[int, int] = {}
    result = {i: [int(first.app[i])] for i in range(len(first)) if first.app[i] >= 0}

    def may_stand(i):
        return [x for x in eligible[i] if x[0] not in placed and (not dalo[x[0]] or dalo[first.app[i]])]

    order = sorted(
        result,
        key=lambda i: (
            len({a for a, _, _ in may_stand(i)}),
            h(int(first.app[i]), int(first.dwelling[i]), int(problem.kinds.account[first.kind[i]])),
            problem.dwelling_ids[first.dwelling[i]],
        ),
    )
    for end, i in [(end, i) for end in (size, names) for i in order]:
        d, r = int(first.dwelling[i]), int(problem.kinds.account[first.kind[i]])
        need = gives(int(first.kind[i]))
        for _ in range(len(result[i]), end):
            options = [
                (not (need <= gives(c)), -v, -int(problem.seniority[a]), -h(a, d, r), a)
                for a, c, v in may_stand(i)
                if a not in result[i] and lists.get(a, 0) < 2
            ]
            if options:
                a = min(options)[-1]
                result[i].append(a)
                lists[a] = lists.get(a, 0) + 1
    return {int(first.dwelling[i]): apps for i, apps in result.items()}


def by_dwelling(lines):
    got: dict[int, list[int]] = {}
    for i in range(len(lines)):
        if lines.app[i] >= 0:
            got.setdefault(int(lines.dwelling[i]), []).append(int(lines.app[i]))
    return got


@pytest.mark.parametrize("seed", range(CASES))
def test_ranks_and_leapfrogs_of_random_optima(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, dwellings=3, applications=6, pins=0.0)
    first = best_solution(problem)
    assert isinstance(first, FirstRanks)
    dalo = rng.random(len(problem.application_ids)) < 0.3
    counted = evaluate(problem, first)
    binding = binding_rows(problem, counted)
    lines = fill_ranks(problem, first, dalo=dalo, binding=binding, size=3, max_lists=2, named={})
    assert by_dwelling(lines) == plain_ranks(problem, first, dalo, binding, 3)
    calls = fill_ranks(problem, first, dalo=dalo, binding=binding, size=2, max_lists=2, named={}, names=4)
    assert by_dwelling(calls) == plain_ranks(problem, first, dalo, binding, 2, 4)
    finder = LeapfrogFinder(
        problem, lines, first=first, counted=counted, dalo=dalo, binding=binding, named={}, pinned=frozenset(), proven=True, max_lists=2,
    )  # fmt: skip
    found, summaries = finder.find()
    assert all(x.why != "gap" for x in found)
    pools = Pools(problem)
    expected = 0
    above: list[int] = []
    for i in range(len(lines)):
        if lines.app[i] < 0:
            continue
        if lines.rank[i] == 1:
            above = []
        pool = pools.pool(int(lines.dwelling[i]), int(lines.account[i]))
        first_apps = set(first.app.tolist())
        expected += sum(
            1
            for a, s in zip(pool.app.tolist(), pool.score.tolist(), strict=True)
            if s > lines.score[i] and a not in above and a not in first_apps
        )
        above.append(int(lines.app[i]))
    assert sum(s.total for s in summaries.values()) == expected


def test_binding_means_that_losing_one_num_misses_a_lease():
    rng = np.random.default_rng(3)
    met = 0
    for _ in range(12):
        problem = random_problem(rng, dwellings=4, applications=6, rows=4)
        n = len(problem.rows)
        for num_run in range(4):
            counted = replace(
                NOTHING,
                num_run=np.full(n, num_run, np.int64),
                asked=np.array([row.rate * 5 for row in problem.rows], np.int64),
            )
            for row, got in zip(problem.rows, binding_rows(problem, counted).tolist(), strict=True):
                missing = row.rate * 5 - (num_run - 1) * RATE_UNIT - row.play
                assert got == (row.price > 0 and not row.ceiling and missing > 0)
                met += got
    assert met


NOTHING = Evaluation(0, *(np.zeros(0, np.int64),) * 4, 0, 0, 0)
