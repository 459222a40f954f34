"""Columns that a proposal of the optimal value can still use, from a leaf of the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.problem import explicit
from optimizer.problem.model import I32, I64, B
from optimizer.solve.layout import Layout
from optimizer.solve.policy import DEFAULT, TiesPolicy
from optimizer.solve.proof.dual_bound import (
    HUNDREDTH,
    NEVER,
    TEN,
    Multipliers,
    Priced,
    best_options,
    price_out,
    reduced,
)
from optimizer.solve.proof.links import dearest_links, least_links
from optimizer.solve.proof.node import Formulation, Path, Restriction, restrictions


@dataclass(frozen=True)
class Candidates:
    """(dwelling, application or -1, kind) that may be used, sorted by (dwelling, account, application), and their loss.

    ``value`` is without what the kind adds.
    ``loss`` (n,) in 1e-10 point with the leaf's multipliers.
    """

    dwelling: I32
    app: I32
    kind: I32
    value: I64
    loss: I64

    def __len__(self) -> int:
        return len(self.dwelling)


@dataclass(frozen=True)
class LeafView:
    """A leaf that can hold an optimum: prices, dwelling terms, and how much may be lost (1e-10 point)."""

    path: Path
    multipliers: Multipliers
    priced: Priced
    term: I64
    must: B
    slack: int
    limits: dict[int, Restriction]
    other: LeafView | None = None
    """The leaf at the dearest multipliers of its links, where it has any (`proof.links`): another reason for which columns are gone."""


def view(
    layout: Layout, formulation: Formulation, path: Path, m: Multipliers, objective: int
) -> LeafView | None:
    """None when the leaf is empty or cannot reach the objective."""
    seen = _at(layout, formulation, path, m, objective)
    if seen is None or not layout.link_of:
        return seen
    most = np.full(len(layout.problem.class_menu), -NEVER, np.int64)
    np.minimum.at(most, layout.problem.klass, seen.term - layout.problem.bonus * HUNDREDTH)
    dearest = dearest_links(layout, m, seen.priced.kind_cost, most)
    other = _at(layout, formulation, path, dearest, objective)
    low = _at(layout, formulation, path, least_links(layout, m, seen.priced), objective)
    return None if low is None or other is None else replace(low, other=other)


def _at(
    layout: Layout, formulation: Formulation, path: Path, m: Multipliers, objective: int
) -> LeafView | None:
    priced = price_out(layout, formulation, path, m)
    if priced.total is None or priced.total < objective * TEN:
        return None
    limits = restrictions(path)
    must = layout.problem.must_fill[layout.problem.klass].copy()
    for d, limit in limits.items():
        must[d] |= limit.filled
    term = np.where(must, priced.dwelling, np.maximum(0, priced.dwelling))
    return LeafView(path, m, priced, term, must, priced.total - objective * TEN, limits)


def columns_of_leaf(layout: Layout, leaf: LeafView, policy: TiesPolicy = DEFAULT.ties) -> Candidates | None:
    """Columns of a leaf within its slack; None when there are too many to list."""
    found = _direct(layout, leaf, policy.columns_listed)
    if found is not None and leaf.other is not None:
        left = _loss(leaf.other, *found) <= leaf.other.slack
        found = (found[0][left], found[1][left], found[2][left], found[3][left])
    if found is None or len(found[0]) > policy.columns_reduced:
        reduced = explicit(layout.problem, reduced=True)
        if found is None or len(reduced) < len(found[0]):
            base = reduced.value - np.where(reduced.app >= 0, layout.problem.kinds.value[reduced.kind], 0)
            found = (reduced.dwelling, reduced.app, reduced.kind, base)
    if len(found[0]) > policy.columns_listed:
        return None
    dwelling, app, kind, value = found
    loss = _loss(leaf, dwelling, app, kind, value)
    keep = (loss <= leaf.slack) & _allowed(layout, leaf, dwelling, app, kind)
    dwelling, app, kind, value, loss = dwelling[keep], app[keep], kind[keep], value[keep], loss[keep]
    order = np.lexsort((app, layout.problem.kinds.account[kind], dwelling))
    return Candidates(dwelling[order], app[order], kind[order], value[order], loss[order])


def _loss(leaf: LeafView, dwelling: I32, app: I32, kind: I32, value: I64) -> I64:
    prices = leaf.multipliers.prices
    price = np.where(app >= 0, prices[app] if len(prices) else 0, 0)
    red = value * HUNDREDTH - leaf.priced.kind_cost[kind] - price * TEN
    return np.asarray(leaf.term[dwelling] - red, np.int64)


def _allowed(layout: Layout, leaf: LeafView, dwelling: I32, app: I32, kind: I32) -> B:
    problem, ok = layout.problem, np.ones(len(dwelling), bool)
    for step in leaf.path:
        if step.split.on == "household" and not step.high:
            ok &= app != step.split.application
        elif step.split.on == "departure" and not step.high:
            ok &= ~np.isin(kind, layout.departures(step.split.dwelling))
    for d, limit in sorted(leaf.limits.items()):
        here = np.flatnonzero(dwelling == d)
        ok[here] = limit.allows(app[here], problem.kinds.account[kind[here]])
    return ok


def _direct(layout: Layout, leaf: LeafView, limit: int) -> tuple[I32, I32, I32, I64] | None:
    """All columns within the leaf's slack, class by class."""
    problem = layout.problem
    parts: list[tuple[I64, I64, I64, I64]] = []
    total = 0
    cost = leaf.priced.kind_cost
    options = best_options(layout, cost)
    for klass in range(len(problem.class_menu)):
        dwellings = layout.members(klass).astype(np.int64)
        if not len(dwellings):
            continue
        floor = leaf.term[dwellings] - problem.bonus[dwellings] * HUNDREDTH - leaf.slack
        a, b = int(layout.full.ptr[klass]), int(layout.full.ptr[klass + 1])
        best = reduced(layout.full.part(a, b), options, leaf.multipliers.prices)
        entry, kind = _pairs(layout, a + np.flatnonzero(best >= floor.min()))
        app = layout.full.app[entry].astype(np.int64)
        value = layout.full.value[entry]
        red = value * HUNDREDTH - cost[kind] - (leaf.multipliers.prices[app] * TEN if len(app) else 0)
        top = np.flatnonzero(red >= floor.min()) if len(red) else np.zeros(0, np.int64)
        which, col = np.nonzero(red[top][None, :] >= floor[:, None])
        total += len(which)
        if total > limit:
            return None
        col = top[col]
        parts.append(
            (
                dwellings[which],
                app[col],
                kind[col].astype(np.int64),
                value[col] + problem.bonus[dwellings[which]],
            )
        )
        seats = layout.seats(klass).astype(np.int64)
        for i in seats.tolist():
            n = len(dwellings)
            parts.append(
                (
                    dwellings,
                    np.full(n, -1),
                    np.full(n, int(problem.seats.kind[i])),
                    np.full(n, int(problem.seats.value[i])),
                )
            )
    if not parts:
        none = np.zeros(0, np.int32)
        return none, none, none, np.zeros(0, np.int64)
    d, app, kind, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return d.astype(np.int32), app.astype(np.int32), kind.astype(np.int32), value.astype(np.int64)


def _pairs(layout: Layout, entries: I64) -> tuple[I64, I32]:
    """(entry position, kind) of some entries, one per first-rank option."""
    key = layout.full.key[entries]
    length = layout.option_ptr[key + 1] - layout.option_ptr[key]
    entry = np.repeat(entries, length)
    inside = np.arange(len(entry)) - np.repeat(np.cumsum(length) - length, length)
    return entry, layout.option_kind[np.repeat(layout.option_ptr[key], length) + inside]
