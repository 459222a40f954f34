"""Rows on two households where the orders are lists: a bound whatever the multipliers are, counted place by place, and a lower one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer import pipeline
from optimizer.problem import Problem, build, explicit, own_lists
from optimizer.problem.own_lists import Asked, before, everybody
from optimizer.solve import SolveOptions, solve
from optimizer.solve.implicit import HUNDREDTH, TEN
from optimizer.solve.layout import lay_out
from optimizer.solve.policy import DEFAULT
from optimizer.solve.primal.list_landscape import losses
from optimizer.solve.proof import behind
from optimizer.solve.proof.dual_bound import Multipliers, kind_costs, nothing, price_out
from optimizer.solve.proof.node import Formulation
from optimizer.synth import synthesize
from tests.problem.random_cases import random_ready

SEEDS = (1, 8, 10, 12, 23, 24, 38)
"""Random weeks with five nominees and more."""


def in_lists(seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, Problem]:
    """A random week with its orders as lists, and with its orders as rows."""
    case, facts, scores, rules, written = random_ready(seed)
    with monkeypatch.context() as patch:
        patch.setattr(own_lists, "WRITTEN", -1)
        return build(case, facts, scores, rules), written


def drawn(problem: Problem, rng: np.random.Generator) -> Multipliers:
    """Prices and multipliers of rows that mean nothing."""
    lists = problem.own_lists
    assert lists is not None
    nominees = np.flatnonzero(lists.number >= 0).tolist()
    two = [(b, c) for b in nominees for c in nominees if b != c and rng.random() < 0.5]
    prices = rng.integers(0, 200 * 10**6, len(problem.application_ids))
    after = {one: int(rng.integers(0, 60 * 10**6)) for one in two}
    return replace(nothing(lay_out(problem)), prices=prices, after=after)


def one_by_one(problem: Problem, m: Multipliers) -> int:
    """The bound in 1e-10 point, every first rank possible looked at with what the lists of its dwelling say."""
    lists = problem.own_lists
    assert lists is not None
    columns = explicit(problem, reduced=False)
    first = np.flatnonzero(columns.first)
    account = problem.kinds.account[columns.kind[first]].astype(np.int32)
    asked = Asked(columns.dwelling[first].astype(np.int32), account, columns.app[first].astype(np.int32))
    who = everybody(problem, lists, asked)
    named = {(int(p), int(a)) for p, a in zip(who.place, problem.entry_app[who.entry], strict=True)}
    place, other = before(problem, lists, asked)
    cost = kind_costs(lay_out(problem), (), m)
    gain = np.zeros(len(problem.application_ids), object)
    for (b, _), tau in m.after.items():
        gain[b] += tau
    best = {d: None if problem.must_fill[k] else 0 for d, k in enumerate(problem.klass.tolist())}
    for i, at in enumerate(first.tolist()):
        d, app, kind = int(columns.dwelling[at]), int(columns.app[at]), int(columns.kind[at])
        net = (
            int(columns.value[at]) * HUNDREDTH - int(cost[kind]) - int(problem.kinds.value[kind]) * HUNDREDTH
        )
        if app >= 0:
            net -= (int(m.prices[app]) - gain[app]) * TEN
            binds = lists.binds[problem.class_group[problem.klass[d]], account[i]]
            if binds and (i, app) in named:
                net -= sum(m.after.get((int(b), app), 0) for b in other[place == i]) * TEN
        known = best[d]
        best[d] = net if known is None else max(known, net)
    found = [worth for worth in best.values() if worth is not None]
    return sum(found) + sum(int(x) for x in m.prices) * TEN


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bound_with_any_multipliers_is_counted_place_by_place_and_holds(seed, monkeypatch):
    problem, written = in_lists(seed, monkeypatch)
    layout, optimum = lay_out(problem), solve(written, SolveOptions()).objective
    for again in range(4):
        m = drawn(problem, np.random.default_rng((seed, again)))
        found = price_out(layout, Formulation(layout), (), m)
        assert found.total == one_by_one(problem, m)
        assert found.micropoints >= optimum


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_with_rows_raise_no_class(seed, monkeypatch):
    problem, _ = in_lists(seed, monkeypatch)
    layout = lay_out(problem)
    m = drawn(problem, np.random.default_rng(seed))
    at = losses(layout, replace(m, after={}))
    told = behind.prices_with(problem, at.cost, at.worth, m.prices, m.after)
    found = price_out(layout, Formulation(layout), (), replace(m, prices=told))
    assert bool((found.named <= at.worth).all()) and int(told.min()) >= 0
    nominees = np.flatnonzero(problem.own_lists.number >= 0)
    # the least such prices: one micropoint less, and a class is raised or the price is that of nothing at all
    for app in nominees[told[nominees] > 0].tolist():
        less = told.copy()
        less[app] -= 1
        raised = price_out(layout, Formulation(layout), (), replace(m, prices=less)).named
        assert bool((raised > at.worth).any())


@pytest.mark.long
def test_rows_of_a_week_by_lists_lower_its_bound(monkeypatch):
    case = synthesize("doubs", dwellings=60, applications=600, seed=4)
    monkeypatch.setattr(own_lists, "PLACES", 0)
    problem = pipeline.prepare(case, accept_assumed=True).problem
    options = SolveOptions(backend="scale", policy=DEFAULT.having(choice__implicit_from=0))
    with monkeypatch.context() as patch:
        patch.setattr(behind, "rows_behind", lambda *_: {})
        plain = solve(problem, options)
    found = solve(problem, options)
    assert found.objective == plain.objective <= found.bound < plain.bound
    (leaf,), shown = found.certificate.nodes, found.certificate.root
    assert leaf.after and shown is not None
    # what first ranks lose rests on prices without these rows
    assert (
        found.prices.tolist() == plain.prices.tolist() and shown.prices == plain.certificate.nodes[0].prices
    )
    assert all(tau > 0 for tau in leaf.after.values())
