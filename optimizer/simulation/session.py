"""One commission of a simulated year, in memory: the problem of that day, solved under the terms of a policy, and its lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import ConventionFacts, DwellingFacts, Facts
from optimizer.problem import Problem, Row, book_of, build, evaluate
from optimizer.problem.ground import Counted
from optimizer.shortlist.ranks import binding_rows, fill_ranks
from optimizer.simulation.chaining import PutForward
from optimizer.simulation.terms import Terms
from optimizer.simulation.world import World
from optimizer.solve import Solved

I64 = NDArray[np.int64]
B = NDArray[np.bool_]


@dataclass(frozen=True)
class Offer:
    """A line of a list; ``dwelling`` by place in the session, ``app`` -1 where the réservataire names, ``position`` in a chain."""

    rank: int
    position: int
    dwelling: int
    app: int
    account: int
    value: int
    """Hundredths of a point that the pair is worth whatever the policy: fill value, score and fit, no lean, no reserve price;
    of a dwelling let in a chain without the fill value and less the cost of a link."""
    score: int


def session_facts(
    world: World,
    put: PutForward,
    present: B,
    refused: Sequence[tuple[int, int]],
    conventions: tuple[ConventionFacts, ...],
) -> Facts:
    """The facts of a day: dwellings put forward, households there, pairs that were refused kept apart."""
    keep, tenant = np.array(put.dwelling, np.int64), np.array(put.tenant, np.int32)
    known, people = world.facts.dwellings, world.facts.applications
    many = len(known.ids)
    cut: dict[str, Any] = {}
    for field in fields(DwellingFacts):
        value = getattr(known, field.name)
        if field.name != "receive_sets" and isinstance(value, np.ndarray) and len(value) == many:
            cut[field.name] = value[keep]
    if (tenant >= 0).any():
        cut["ids"] = np.array(put.name, known.ids.dtype)
        cut["tenant"], cut["position"] = tenant, np.array(put.position, np.int32)
    vacant = np.flatnonzero(tenant < 0)
    at = np.full(many, -1, np.int32)
    at[keep[vacant]] = vacant
    home = people.current_dwelling
    asked: dict[int, list[int]] = {}
    for d, a in refused:
        asked.setdefault(d, []).append(a)
    pairs = [(i, a) for i, d in enumerate(put.dwelling) for a in asked.get(d, ())]
    # nobody takes the dwelling it leaves, at whatever place of a chain
    pairs = sorted([*pairs, *((i, a) for i, a in enumerate(put.tenant) if a >= 0)])
    return replace(
        world.facts,
        dwellings=replace(known, **cut),
        applications=replace(
            people,
            active=people.active & present,
            current_dwelling=np.where(home >= 0, at[np.maximum(home, 0)], -1).astype(np.int32),
        ),
        conventions=conventions,
        forbidden=np.array(pairs, np.int32).reshape(-1, 2),
        pins=np.zeros((0, 2), np.int32),
        pin_accounts=np.zeros(0, np.int32),
        orients=np.zeros((0, 2), np.int32),
        nominations=(),
        simulations={},
        memo={},
        lasting={},
    )


def session_problem(world: World, facts: Facts, before: Counted, day: int) -> Problem:
    """The problem that `propose` would build that day: same facts, same leases counted, same code."""
    on = world.ground.settings.on
    first = on.replace(month=1, day=1)
    settings = replace(world.ground.settings, on=first.fromordinal(first.toordinal() + min(day, 364)))
    ground = replace(
        world.ground,
        facts=facts,
        settings=settings,
        before=before,
        has_leases=len(before) > 0,
        signed=len(before),
        expected=None,
    )
    return build(world.case, facts, world.scores, world.rules, book=book_of(ground))


def under(problem: Problem, terms: Terms) -> Problem:
    """The same problem under other terms."""
    rows = tuple(
        replace(row, rate=int(rate), play=int(play), price=int(price))
        for row, rate, play, price in zip(problem.rows, terms.rate, terms.play, terms.price, strict=True)
    )
    changed = replace(problem, rows=rows)
    if not terms.lean:
        kinds = problem.kinds
        changed = replace(changed, kinds=replace(kinds, value=np.zeros_like(kinds.value)))
    return _reserved(changed, terms.reserve) if len(terms.reserve) else changed


def _reserved(problem: Problem, reserve: I64) -> Problem:
    """Reserve prices off the fit of the pairs; each menu in the order of its new values."""
    fit = problem.entry_fit.astype(np.int64) - reserve[problem.entry_app]
    menu = np.repeat(np.arange(len(problem.menu_ptr) - 1), np.diff(problem.menu_ptr))
    whole = problem.entry_score.astype(np.int64) + fit
    order = np.lexsort((problem.entry_app, -problem.seniority[problem.entry_app], -whole, menu))
    return replace(
        problem,
        entry_app=problem.entry_app[order],
        entry_score=problem.entry_score[order],
        entry_fit=fit[order],
        entry_type=problem.entry_type[order],
        entry_burden=problem.entry_burden[order],
    )


def offers(world: World, problem: Problem, facts: Facts, solved: Solved, terms: Terms) -> list[Offer]:
    """The lists of a session, rank by rank: all first ranks, those of vacant dwellings before those of the dwellings that they open, then
    all second ones."""
    first = solved.first
    size = world.case.settings.shortlist_size or world.rules.integer("national.caleol.shortlist_size")
    filled = fill_ranks(
        problem, first, dalo=facts.applications.dalo, binding=binding_rows(problem, evaluate(problem, first)),
        size=size if world.setting.refusals else 1, max_lists=world.rules.integer("national.caleol.max_lists"), named={},
    )  # fmt: skip
    value = filled.value - filled.lean
    if len(terms.reserve):
        value = value + np.where(filled.app >= 0, terms.reserve[np.maximum(filled.app, 0)], 0)
    position = facts.dwellings.position[filled.dwelling]
    columns = (filled.rank, position, filled.dwelling, filled.app, filled.account, value, filled.score)
    return [Offer(*line) for line in sorted(zip(*(column.tolist() for column in columns), strict=True))]


def rows_at(problem: Problem, year: tuple[Row, ...]) -> I64:
    """(rows of the problem,) place of each among the rows of the year."""
    at = {(row.rule, row.scope): i for i, row in enumerate(year)}
    return np.array([at[row.rule, row.scope] for row in problem.rows], np.int64)
