"""The réservataires' orders as lists: the same first ranks hold as where each row is written, and a heuristic's are mended and made better."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer import eligibility, scoring
from optimizer.domain import Case
from optimizer.errors import AttrifluxError
from optimizer.policy import RuleSet
from optimizer.problem import InvalidSolution, Problem, build, evaluate, explicit, own_lists
from optimizer.problem.model import FirstRanks
from optimizer.solve.layout import lay_out
from optimizer.solve.primal.greedy import greedy
from optimizer.solve.primal.one_by_one import improved
from optimizer.solve.primal.own_lists import served
from tests.golden.six_dwellings import BALANCE, BESANCON, application, case, convention, dwelling, rules
from tests.problem.random_cases import random_ready

Column = tuple[int, int, int]
"""(dwelling, application, account)."""


def both_forms(one: Case, terms: RuleSet, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, Problem]:
    """The problem of a case with its orders as rows, and with its orders as lists."""
    facts = eligibility.encode(one, terms)
    scores = scoring.score(one, facts, terms)
    written = build(one, facts, scores, terms)
    with monkeypatch.context() as patch:
        patch.setattr(own_lists, "WRITTEN", -1)
        return written, build(one, facts, scores, terms)


def columns(problem: Problem) -> dict[Column, tuple[int, int]]:
    """First ranks that may be, with what each is worth and its kind."""
    c = explicit(problem, reduced=False)
    account = problem.kinds.account[c.kind]
    rows = zip(c.dwelling, c.app, account, c.value, c.kind, c.first, strict=True)
    return {(int(d), int(a), int(r)): (int(v), int(k)) for d, a, r, v, k, first in rows if first}


def drawn(rng: np.random.Generator, some: list[Column]) -> list[Column]:
    """A first rank for each dwelling and each household at most."""
    found: list[Column] = []
    for at in rng.permutation(len(some))[: int(rng.integers(1, len(some) + 1))].tolist():
        d, a, _ = some[at]
        if all(d != x and (a < 0 or a != y) for x, y, _ in found):
            found.append(some[at])
    return sorted(found)


def first_ranks(chosen: list[Column], known: dict[Column, tuple[int, int]]) -> FirstRanks:
    part = np.array([(d, a, known[d, a, r][1]) for d, a, r in chosen], np.int32).reshape(-1, 3)
    return FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())


def worth(problem: Problem, first: FirstRanks) -> int | str:
    try:
        return evaluate(problem, first).objective
    except InvalidSolution as error:
        return str(error)


def test_lists_hold_what_rows_hold(monkeypatch):
    refused = mended = ordered = bettered = 0
    for seed in (0, 3, 8):
        case, facts, scores, rules, written = random_ready(seed)
        with monkeypatch.context() as patch:
            patch.setattr(own_lists, "WRITTEN", -1)
            listed = build(case, facts, scores, rules)
        rng, rows, lists = np.random.default_rng(seed), columns(written), columns(listed)
        assert not len(listed.orders) and listed.own_lists is not None
        assert {c: v for c, (v, _) in rows.items()} == {c: v for c, (v, _) in lists.items()}
        for _ in range(25):
            # mostly on accounts that follow a list, where something can go wrong
            group = listed.class_group[listed.klass]
            on_lists = [c for c in sorted(rows) if listed.own_lists.binds[group[c[0]], c[2]]]
            chosen = drawn(rng, on_lists if on_lists and rng.random() < 0.8 else sorted(rows))
            one = first_ranks(chosen, lists)
            assert worth(written, first_ranks(chosen, rows)) == worth(listed, one)
            ordered += not own_lists.passes(listed, one).any()
            if own_lists.passes(listed, one).any():
                refused += 1
                try:
                    found = served(listed, listed.own_lists, one)
                except AttrifluxError as error:
                    assert error.code == "NO_SOLUTION" and listed.must_fill.any()
                    continue
                mended += 1
                assert not own_lists.passes(listed, found).any()
                if not listed.must_fill.any():
                    value = evaluate(listed, found).objective
                    better = evaluate(listed, improved(listed, listed.own_lists, found)).objective
                    assert better >= value
                    bettered += better > value
    assert min(refused, mended, ordered, bettered) > 10, (refused, mended, ordered, bettered)


def test_nobody_is_needed_where_nobody_waits():
    *_, problem = random_ready(0)
    one, more = own_lists.needed(problem, FirstRanks(*(np.zeros(0, np.int32),) * 3))
    assert (one == -1).all() and not more.any()


def pins_behind_nominees(seed: int) -> Case:
    """Five dwellings, one or two of them pinned to the last of a list of four; two with lists of their own, some sent to the account."""
    rng, account = np.random.default_rng(seed), f"COLL:{BESANCON}"
    named = [str(n) for n in rng.permutation([f"N{i:02d}" for i in range(1, 10)])[:6]]
    lists = {None: named[:4], **{home: rng.permutation(named)[:2].tolist() for home in ("L3", "L4")}}
    pins = (("L1", 3), ("L2", 2))[: int(rng.integers(1, 3))]
    sent = [home for home in ("L3", "L4", "L5") if rng.random() < 0.6]
    said = {"account": account, "reason": "commission_decision", "author": "secrétariat"}
    return case(
        {
            "dwellings": [dwelling(i, "OPH", BESANCON) for i in range(1, 6)],
            "applications": [application(i, score=float(rng.integers(5, 60))) for i in range(1, 10)],
            "conventions": [convention("OPH", account, 0.3, management_mode="direct")],
            "nominations": [
                {"account": account, "application_id": name, "dwelling_id": home, "rank": rank + 1}
                for home, names in lists.items()
                for rank, name in enumerate(names)
            ],
            "decisions": [
                *({**said, "decision": "pin", "dwelling_id": d, "application_id": named[k]} for d, k in pins),
                *({**said, "decision": "orient", "dwelling_id": home} for home in sent),
            ],
        }
    )


def test_a_pin_behind_nominees_holds_or_is_refused_in_words(monkeypatch):
    terms = rules(*BALANCE)
    held = 0
    for seed in (5, 16, 24):
        written, listed = both_forms(pins_behind_nominees(seed), terms, monkeypatch)
        answers = []
        for problem in (written, listed):
            try:
                answers.append(evaluate(problem, greedy(lay_out(problem))).objective > 0)
            except AttrifluxError as error:
                answers.append(error.code)
        held += answers[1] is True
        # rows say exactly when pins and orders contradict each other
        assert answers[0] == answers[1] and answers[1] in (True, "NO_SOLUTION"), (seed, answers)
    assert held == 2
