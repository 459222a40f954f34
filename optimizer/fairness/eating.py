"""Simultaneous eating with ties, exactly: who eats what until when, by successive bottlenecks.

At each moment every household eats, at speed one, from its best level with dwellings left. The next set of classes to run out is
the bottleneck: the set S of smallest ``(capacity of S + what was begun) / (households whose level lies in S)``. A linear program
points at it, the moment itself is computed in fractions, and the shares inside a bottleneck come from a spanning forest.

References
----------
Katta, A.-K. & Sethuraman, J. (2006), A solution to the random assignment problem on the full preference domain, Journal of
Economic Theory 131, 231-250, doi:10.1016/j.jet.2005.05.001.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import scipy.sparse as sp

from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.polytope import passed
from optimizer.fairness.market import I16, NOT
from optimizer.problem.model import I64
from optimizer.solve.highs_lp import INFINITY

Shares = dict[tuple[int, int], Fraction]


def eat(levels: I16, people: I64, capacity: I64) -> Shares:
    """(type, class) -> dwellings eaten by one member of the type.

    Parameters
    ----------
    levels : (T, K) preference levels, `NOT` where a type is not eligible
    people : (T,)        capacity : (K,)
    """
    types = len(people)
    left = [int(c) for c in capacity]
    begun = [Fraction(0)] * types
    found: Shares = {}
    now = Fraction(0)
    open_ = [c for c, n in enumerate(left) if n > 0]
    current = [_level_set(levels[t], open_) for t in range(types)] if open_ else []
    while open_ and now < 1:
        groups: dict[tuple[tuple[int, ...], Fraction], list[int]] = {}
        for t, mine in enumerate(current):
            if mine:
                groups.setdefault((mine, begun[t]), []).append(t)
        if not groups:
            break
        keys = list(groups)
        size = [int(people[groups[k]].sum()) for k in keys]
        moment, gone = _bottleneck(keys, size, left, open_)
        if moment >= 1:
            moment, gone = Fraction(1), set(open_)
        eaters = [i for i, (mine, _) in enumerate(keys) if set(mine) <= gone]
        supply = [size[i] * (moment - keys[i][1]) for i in eaters]
        flow = forest_flow([keys[i][0] for i in eaters], supply, {c: Fraction(left[c]) for c in gone})
        for i, c, amount in flow:
            group = groups[keys[eaters[i]]]
            each = amount / size[eaters[i]]
            for t in group:
                found[(t, c)] = found.get((t, c), Fraction(0)) + each
        for i in eaters:
            for t in groups[keys[i]]:
                begun[t] = moment
        now = moment
        open_ = [c for c in open_ if c not in gone]
        if open_:
            # who lost no class goes on with the same
            current = [
                mine if gone.isdisjoint(mine) else _level_set(levels[t], open_)
                for t, mine in enumerate(current)
            ]
    return found


def _level_set(level: I16, open_: Sequence[int]) -> tuple[int, ...]:
    """The best level that has classes left; empty when the household likes none of them."""
    here = level[open_]
    best = here.min()
    return () if best == NOT else tuple(open_[i] for i in np.flatnonzero(here == best).tolist())


def _bottleneck(
    keys: Sequence[tuple[tuple[int, ...], Fraction]],
    size: Sequence[int],
    left: Sequence[int],
    open_: Sequence[int],
) -> tuple[Fraction, set[int]]:
    """The moment at which the next classes run out, and which ones."""
    gone = set(open_)
    moment = _moment(keys, size, left, gone)
    while True:
        tighter = _tighter(keys, size, left, open_, moment)
        if tighter is None:
            return moment, gone
        sooner = _moment(keys, size, left, tighter)
        if sooner is None or (moment is not None and sooner >= moment):
            assert moment is not None
            return moment, gone
        moment, gone = sooner, tighter


def _moment(
    keys: Sequence[tuple[tuple[int, ...], Fraction]],
    size: Sequence[int],
    left: Sequence[int],
    inside: set[int],
) -> Fraction:
    """When the classes of a set run out if those who like nothing else at their level eat them alone."""
    eaters = [i for i, (mine, _) in enumerate(keys) if set(mine) <= inside]
    number = sum(size[i] for i in eaters)
    if not number:
        return Fraction(10**9)
    amount = Fraction(sum(left[c] for c in inside)) + sum((size[i] * keys[i][1] for i in eaters), Fraction(0))
    return amount / number


def _tighter(
    keys: Sequence[tuple[tuple[int, ...], Fraction]],
    size: Sequence[int],
    left: Sequence[int],
    open_: Sequence[int],
    moment: Fraction,
) -> set[int] | None:
    """A set of classes that runs out sooner than ``moment``: the cut of a flow that cannot serve everybody until then."""
    arcs = [(i, c) for i, (mine, _) in enumerate(keys) for c in mine]
    place = {c: i for i, c in enumerate(open_)}
    n, g, k = len(arcs), len(keys), len(open_)
    demand = np.array([float(s * (moment - b)) for s, (_, b) in zip(size, keys, strict=True)])
    matrix = sp.csc_matrix(
        (
            np.ones(2 * n),
            (
                np.concatenate([[i for i, _ in arcs], [g + place[c] for _, c in arcs]]).astype(int),
                np.tile(np.arange(n), 2),
            ),
        ),
        shape=(g + k, n),
    )
    model = passed(
        matrix,
        np.full(g + k, -INFINITY),
        np.concatenate([demand, [float(left[c]) for c in open_]]),
        np.ones(n),
        np.zeros(n),
        np.full(n, INFINITY),
    )
    model.setOptionValue("primal_feasibility_tolerance", 1e-10)
    model.run()
    served = float(model.getInfo().objective_function_value)
    if served >= float(demand.sum()) - 1e-9 * max(1.0, float(demand.sum())):
        return None
    dual = np.array(model.getSolution().row_dual)
    inside = {c for c in open_ if dual[g + place[c]] > 0.5}
    return inside or None


def forest_flow(
    sets: Sequence[Sequence[int]], supply: Sequence[Fraction], capacity: Mapping[int, Fraction]
) -> list[tuple[int, int, Fraction]]:
    """A flow that sends every supply to classes of its set within their capacities, in exact fractions.

    A vertex of the linear program uses a forest of arcs (classes that are not full have a slack arc to a common sink); on a forest
    the amounts follow from the leaves inward, without rounding.

    Raises
    ------
    AttrifluxError
        ``LEXIMIN_STUCK``: the program found no vertex that adds up.
    """
    classes = sorted(capacity)
    place = {c: i for i, c in enumerate(classes)}
    arcs = [(i, c) for i, mine in enumerate(sets) for c in mine if supply[i] > 0]
    n, g, k = len(arcs), len(sets), len(classes)
    if not n:
        return []
    total, room = sum(supply, Fraction(0)), sum(capacity.values(), Fraction(0))
    full = total == room
    ends = np.array([[i, g + place[c]] for i, c in arcs])
    columns = n + (0 if full else k)
    rows = np.concatenate([ends[:, 0], ends[:, 1], [] if full else g + np.arange(k)]).astype(int)
    at = np.concatenate([np.arange(n), np.arange(n), [] if full else n + np.arange(k)]).astype(int)
    matrix = sp.csc_matrix((np.ones(len(rows)), (rows, at)), shape=(g + k, columns))
    right = np.array([float(x) for x in supply] + [float(capacity[c]) for c in classes])
    # a small distinct cost per arc: one vertex, the same everywhere
    cost = np.concatenate([np.arange(n) % 97 / 1e3, np.zeros(columns - n)])
    model = passed(
        matrix,
        right - 1e-12,
        right + 1e-12,
        cost,
        np.zeros(columns),
        np.full(columns, INFINITY),
        maximise=False,
    )
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        model.setOptionValue(name, 1e-10)
    model.setOptionValue("presolve", "off")
    model.run()
    basic = [i for i, s in enumerate(model.getBasis().col_status) if int(s) == 1]
    return _on_forest(arcs, basic, supply, {c: capacity[c] for c in classes}, n, classes)


def _on_forest(
    arcs: Sequence[tuple[int, int]],
    basic: Sequence[int],
    supply: Sequence[Fraction],
    capacity: Mapping[int, Fraction],
    n: int,
    classes: Sequence[int],
) -> list[tuple[int, int, Fraction]]:
    need: dict[tuple[str, int], Fraction] = {("s", i): x for i, x in enumerate(supply)}
    need |= {("c", c): x for c, x in capacity.items()}
    touching: dict[tuple[str, int], set[int]] = {v: set() for v in need}
    ends: dict[int, tuple[tuple[str, int], ...]] = {}
    for j in basic:
        if j < n:
            i, c = arcs[j]
            ends[j] = (("s", i), ("c", c))
        else:
            ends[j] = (("c", classes[j - n]),)
        for v in ends[j]:
            touching[v].add(j)
    amount: dict[int, Fraction] = {}
    queue = [v for v in touching if len(touching[v]) == 1]
    while queue:
        v = queue.pop()
        if len(touching[v]) != 1:
            continue
        j = next(iter(touching[v]))
        amount[j] = need[v]
        for w in ends[j]:
            need[w] -= amount[j]
            touching[w].discard(j)
            if len(touching[w]) == 1:
                queue.append(w)
    if any(need.values()) or any(x < 0 for x in amount.values()) or any(touching.values()):
        raise AttrifluxError("LEXIMIN_STUCK", status="flow")
    return [(arcs[j][0], arcs[j][1], x) for j, x in sorted(amount.items()) if j < n and x]
