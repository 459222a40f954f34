"""The allocations among which leximin, maximin and Nash choose: most lettings, then the least priced shortfall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.branches import tree_of
from optimizer.fairness.leximin.decompose import Mixture, exact_weights, mixture, roomy_mixture, spread, walks
from optimizer.fairness.leximin.hull import Hull, hull_leximin, hull_maximin, hull_nash
from optimizer.fairness.leximin.large import even_relaxed, large_leximin, whole_sides
from optimizer.fairness.leximin.polytope import Polytope, owners, passed, whole_point
from optimizer.fairness.leximin.shortfall import Least, least_missing, solved_missing
from optimizer.fairness.leximin.stages import (
    Relaxed,
    bound_of,
    geometric_mean,
    leximin,
    maximin,
    nash,
    product_bound,
    proof_of,
    sum_bound,
)
from optimizer.fairness.lottery import Lots, Lottery, lots
from optimizer.fairness.market import Market
from optimizer.problem.model import I32, RATE_UNIT
from optimizer.solve.highs_lp import INFINITY

F = NDArray[np.float64]
LARGE = 8_000
"""Columns from which a program with rules is narrowed at once: its relaxed answer would cost more than it tells."""
FEW_RULES = 40
"""Rows beside those of classes up to which a large program is solved by cuts and by growing; with all rules of a case these do not end."""
SMALL = 200
"""Columns up to which a program whose relaxation is no lottery is answered over its whole points."""
LOOSE = 1e-6
"""Error of a chance from which a lottery is not the relaxed answer."""
VALUED = 5
"""Allocations of larger value that may join a maximin lottery."""
PRODUCT = "nash"
"""The mechanism whose last stage proves a product of chances, not a smallest chance."""
ROUNDS = 400
"""Allocations that column generation may add to what the walk found."""


@dataclass(frozen=True)
class Housing:
    """Types of households, and what whole allocations of them must satisfy.

    Attributes
    ----------
    types : (n,) int32           type of each application: same classes, same marks on the priced rows
    klass, kind : (N,) int32     of each column; the kind stands for all that count alike
    lettings : int               the most that can be housed
    least : Least                shortfall of each row in the least priced allocation, and that allocation
    ruled : whether a rule limits them besides the capacities
    rows : names of the rows of the polytope
    """

    polytope: Polytope
    types: I32
    klass: I32
    kind: I32
    lettings: int
    least: Least
    ruled: bool
    rows: tuple[str, ...]


def housing(market: Market) -> Housing:
    """Types and rows of a market.

    The least shortfall is the smallest priced sum among allocations with most lettings, proven as `propose` proves its optimum;
    where several ways of missing cost the same, the one proven first is taken (a market written by hand serves its rows in their
    order). Every allocation of the lottery then misses no row by more.
    """
    types, columns, value = _columns(market)
    owner = np.array([t for t, _, _ in columns], np.int32)
    klass = np.array([c for _, c, _ in columns], np.int32)
    kind = np.array([k for _, _, k in columns], np.int32)
    n = len(columns)
    people = np.bincount(types).astype(np.int64) if len(types) else np.zeros(0, np.int64)
    caps = sp.csr_matrix((np.ones(n), (klass, np.arange(n))), shape=(market.n_classes, n))
    cap = market.capacity.astype(np.float64)
    open_ = Polytope(owner, people, caps, np.full(len(cap), -INFINITY), cap)
    lettings = int(round(_most(open_, np.ones(n))))
    total = sp.csr_matrix(np.ones((1, n)))
    asked, play = _asked(market, kind)
    price = np.array([r.price for r in market.rows], np.float64)
    found = None
    if n and (price > 0).any():
        found = solved_missing(market, types, columns, lettings)
    least = found or least_missing(open_, total, lettings, asked, play, price)
    bound = play + least.missing
    priced = np.array([row.price > 0 for row in market.rows], bool)
    binding = (
        np.flatnonzero(priced & (_highest(asked, cap, klass, lettings) > bound))
        if len(priced)
        else np.zeros(0, int)
    )
    rows = sp.vstack([caps, total, asked[binding]]).tocsr()
    names = [f"class {c}" for c in range(len(cap))] + ["lettings"]
    names += [named(market, r) for r in binding.tolist()]
    low = np.concatenate([np.full(len(cap), -INFINITY), [lettings], np.full(len(binding), -INFINITY)])
    high = np.concatenate([cap, [lettings], bound[binding].astype(np.float64)])
    cell = np.unique(np.stack([klass, market.signature[kind] if n else kind]), axis=1, return_inverse=True)[1]
    polytope = Polytope(
        owner, people, rows, low, high, value, np.asarray(cell, np.int32).reshape(-1), klass, market.n_classes
    )
    return Housing(polytope, types, klass, kind, lettings, least, bool(len(binding)), tuple(names))


def _columns(market: Market) -> tuple[I32, list[tuple[int, int, int]], F]:
    """Types of the applications, (type, class, kind) of the columns, and the mean value of each in points."""
    signature = market.signature
    seen: dict[tuple[tuple[int, int, int], ...], int] = {}
    accounts = market.kinds.account.tolist()
    types = np.empty(len(market), np.int32)
    found: dict[tuple[int, int, int], tuple[int, int]] = {}
    total: dict[tuple[int, int, int], int] = {}
    size: dict[tuple[int, int, int], int] = {}
    classes, kinds = market.pair_class.tolist(), market.option_kind.tolist()
    marks = signature[market.option_kind].tolist()
    options, pairs, values = (
        market.option_ptr.tolist(),
        market.pair_ptr.tolist(),
        market.option_value.tolist(),
    )
    for a in range(len(market)):
        own: dict[tuple[int, int], tuple[int, int]] = {}
        for p in range(pairs[a], pairs[a + 1]):
            for o in range(options[p], options[p + 1]):
                own.setdefault((classes[p], marks[o]), (kinds[o], values[o]))
        # a lottery names one account for all households of a type: all of them must have it, whether a rule counts it or not
        alike = tuple(sorted((c, s, accounts[k]) for (c, s), (k, _) in own.items()))
        t = seen.setdefault(alike, len(seen))
        types[a] = t
        for (c, s), (k, v) in own.items():
            key = (t, c, s)
            found.setdefault(key, (t, k))
            total[key] = total.get(key, 0) + v
            size[key] = size.get(key, 0) + 1
    ordered = sorted(found)
    return (
        types,
        [(t, c, found[(t, c, s)][1]) for t, c, s in ordered],
        np.array([total[k] / size[k] / 100.0 for k in ordered], np.float64),
    )


def _most(polytope: Polytope, weight: F) -> float:
    """The largest ``weight · y`` of the relaxed program."""
    n, t = len(polytope), polytope.types
    if not n:
        return 0.0
    model = passed(
        sp.vstack([polytope.rows, owners(polytope)]).tocsc(),
        np.concatenate([polytope.low, np.full(t, -INFINITY)]),
        np.concatenate([polytope.high, polytope.people.astype(np.float64)]),
        weight,
        np.zeros(n),
        np.full(n, INFINITY),
    )
    model.run()
    return float(model.getInfo().objective_function_value)


def _asked(market: Market, kind: I32) -> tuple[sp.csr_matrix, NDArray[np.int64]]:
    """(R, N) what a letting asks of each row, ten-thousandths of a lease, less what it brings; and the play of the rows."""
    at, columns, data = [], [], []
    for j, k in enumerate(kind.tolist()):
        row, num, den, more = market.marks(k)
        for r, x, d, m in zip(row.tolist(), num.tolist(), den.tolist(), more.tolist(), strict=True):
            at.append(r)
            columns.append(j)
            data.append(float(market.rows[r].rate * d + m - RATE_UNIT * x))
    shape = (len(market.rows), len(kind))
    play = np.array([row.play for row in market.rows], np.int64)
    return sp.csr_matrix((data, (at, columns)), shape=shape), play


def _highest(asked: sp.csr_matrix, cap: F, klass: I32, lettings: int) -> F:
    """(R,) the most any allocation could ask of each row: rows that can never miss are left out."""
    found = np.zeros(asked.shape[0])
    for r in range(asked.shape[0]):
        here = slice(asked.indptr[r], asked.indptr[r + 1])
        most = np.zeros(len(cap))
        np.maximum.at(most, klass[asked.indices[here]], asked.data[here])
        ordered = np.sort(np.repeat(most, cap.astype(np.int64)))[::-1]
        found[r] = ordered[:lettings].sum()
    return found


@dataclass(frozen=True)
class Settled:
    """How a market is answered, found once for the three mechanisms.

    Attributes
    ----------
    home : the allocations chosen among
    hull : whether they are few enough to be answered over the whole points (`hull`)
    narrowed : whether they were narrowed to one count of lettings per class of marks, so that a lottery exists
    """

    home: Housing
    hull: bool
    narrowed: bool


_HOMES: WeakKeyDictionary[Market, Housing] = WeakKeyDictionary()
_SETTLED: WeakKeyDictionary[Market, Settled] = WeakKeyDictionary()
_EVEN: WeakKeyDictionary[Polytope, Relaxed | None] = WeakKeyDictionary()
_RELAXED: WeakKeyDictionary[Polytope, Relaxed] = WeakKeyDictionary()
"""Leximin of the program of a market: what the maximin lottery starts from."""


def settled(market: Market) -> Settled:
    """The allocations of a market, and the way that answers them.

    Without a binding rule the relaxed program is a flow, and its leximin is a lottery. With rules it may be no lottery: a small
    program is then answered over its whole points; a large one is narrowed to the allocations that give each class of marks
    (account, public, place) as many lettings as one allocation of least shortfall — near the relaxed answer, where that is not dear.
    Those form a flow again.
    """
    if market not in _SETTLED:
        _SETTLED[market] = _settle(market, _home(market))
    return _SETTLED[market]


def _home(market: Market) -> Housing:
    if market not in _HOMES:
        _HOMES[market] = housing(market)
    return _HOMES[market]


def _settle(market: Market, home: Housing) -> Settled:
    if not len(home.polytope):
        return Settled(home, False, False)
    if home.ruled and len(home.polytope) > LARGE:
        even = _even(market)
        near = home.least.point if even is None else _near(home, even.y)
        return Settled(_narrowed(market, home, near), False, True)
    relaxed = _leximin(home.polytope)
    small, point, _, _ = _bundled(home, relaxed.y)
    if walks(small, point)[-1].done:
        return Settled(home, False, False)
    if len(home.polytope) <= SMALL:
        return Settled(home, True, False)
    return Settled(_narrowed(market, home, _near(home, relaxed.y)), False, True)


def _near(home: Housing, y: F) -> NDArray[np.int64]:
    """A whole allocation near a relaxed one: among the columns it uses, then among all."""
    used = np.flatnonzero(y > 1e-9)
    for columns in (used, np.arange(len(home.polytope))):
        part = home.polytope
        types, owner = np.unique(part.owner[columns], return_inverse=True)
        small = Polytope(
            owner.astype(np.int32), part.people[types], part.rows[:, columns].tocsr(), part.low, part.high
        )
        point, _ = whole_point(small, np.minimum(y[columns], 1.0), gap=0.02)
        if point is not None:
            whole = np.zeros(len(part), np.int64)
            whole[columns] = point
            return whole
    raise AttrifluxError("LEXIMIN_STUCK", status="no whole allocation")


def _narrowed(market: Market, home: Housing, point: NDArray[np.int64]) -> Housing:
    """The allocations with as many lettings per class of marks as ``point``."""
    polytope, n = home.polytope, len(home.polytope)
    marks, of_column = np.unique(market.signature[home.kind], return_inverse=True)
    total = np.bincount(of_column, point, len(marks)).astype(np.float64)
    caps = sp.csr_matrix((np.ones(n), (home.klass, np.arange(n))), shape=(market.n_classes, n))
    counted = sp.csr_matrix((np.ones(n), (of_column, np.arange(n))), shape=(len(marks), n))
    cap = market.capacity.astype(np.float64)
    narrow = replace(
        polytope,
        rows=sp.vstack([caps, counted]).tocsr(),
        low=np.concatenate([np.full(len(cap), -INFINITY), total]),
        high=np.concatenate([cap, total]),
    )
    names = tuple(f"class {c}" for c in range(len(cap))) + tuple(f"marks {int(m)}" for m in marks)
    return replace(home, polytope=narrow, rows=names)


def _bundled(home: Housing, y: F) -> tuple[Polytope, F, list[list[int]], NDArray[np.int64]]:
    """Types in one cell only bundled together: a small polytope, its point, the columns of each bundle, the other columns."""
    polytope, y = home.polytope, np.where(y > 1e-11, y, 0.0)
    used = np.flatnonzero(y)
    per_type = np.bincount(polytope.owner[used], minlength=polytope.types)
    alone = per_type[polytope.owner[used]] == 1
    cells = np.unique(polytope.cell[used[alone]])
    bundle = {int(c): i for i, c in enumerate(cells)}
    inside: list[list[int]] = [[] for _ in cells]
    for j in used[alone].tolist():
        inside[bundle[int(polytope.cell[j])]].append(j)
    single = used[~alone]
    owner_types, owner = np.unique(polytope.owner[single], return_inverse=True)
    sample = np.array([one[0] for one in inside] + single.tolist(), np.int64)
    mass = np.array([float(y[one].sum()) for one in inside])
    size = np.array([int(polytope.people[polytope.owner[one]].sum()) for one in inside], np.int64)
    small = Polytope(
        np.concatenate([np.arange(len(cells)), len(cells) + owner]).astype(np.int32),
        np.concatenate([size, polytope.people[owner_types]]).astype(np.int64),
        polytope.rows[:, sample].tocsr(),
        polytope.low,
        polytope.high,
    )
    return small, np.concatenate([mass, y[single]]), inside, single


def answer(market: Market, name: str) -> Lottery:
    """``leximin``, ``maximin`` or ``nash`` over the allocations of a market."""
    if name == "leximin" and (even := _evenly(market)):
        return even
    way = settled(market)
    if not len(way.home.polytope):
        return Lottery(
            market, way.home.types, {}, ((Fraction(1), lots({})),), proof={"kind": name, "stages": []}
        )
    if way.hull:
        over = {"leximin": hull_leximin, "maximin": hull_maximin, "nash": hull_nash}[name](way.home.polytope)
        return _of_hull(market, way, over, name)
    relaxed = {"leximin": _leximin, "maximin": maximin, "nash": nash}[name](way.home.polytope)
    found = lottery_of(market, way, relaxed, name)
    if found is None or found.proof["error"] > LOOSE:
        if name == "maximin":
            return _valued(market, way, relaxed, answer(market, "leximin"))
        if name == PRODUCT and not way.narrowed:
            return _product(market, way, relaxed)
    if found is None:
        raise AttrifluxError("LEXIMIN_STUCK", status="no allocation")
    return found


def _product(market: Market, way: Settled, relaxed: Relaxed) -> Lottery:
    """The largest product where the relaxed one is no lottery though the relaxed leximin is: over whole points, or narrowed near it."""
    if len(way.home.polytope) <= SMALL:
        return _of_hull(market, replace(way, hull=True), hull_nash(way.home.polytope), PRODUCT)
    near = replace(way, home=_narrowed(market, way.home, _near(way.home, relaxed.y)), narrowed=True)
    found = lottery_of(market, near, nash(near.home.polytope), PRODUCT)
    if found is None:
        raise AttrifluxError("LEXIMIN_STUCK", status="no allocation")
    return found


def _leximin(polytope: Polytope) -> Relaxed:
    if polytope not in _RELAXED:
        grown = len(polytope) > LARGE and len(polytope.high) - polytope.classes <= FEW_RULES
        _RELAXED[polytope] = (large_leximin if grown else leximin)(polytope)
    return _RELAXED[polytope]


def _even(market: Market) -> Relaxed | None:
    home = _home(market)
    rules = len(home.rows) - home.polytope.classes
    if not home.ruled or len(home.polytope) <= LARGE or rules > FEW_RULES:
        return None
    if home.polytope not in _EVEN:
        _EVEN[home.polytope] = even_relaxed(home.polytope)
    return _EVEN[home.polytope]


def leximin_chances(market: Market) -> Relaxed:
    """The chances of `answer` and the stages that prove them, before they are written as a lottery.

    Those of a large market whose lottery is then not found without narrowing are not published: `answer` narrows, and proves again.
    """
    return _even(market) or _leximin(settled(market).home.polytope)


def _evenly(market: Market) -> Lottery | None:
    """Leximin of a large market whose rules leave the chances as the capacities alone would have them; None where they do not.

    Nothing is narrowed then: the stages are proven over all allocations that miss the rules least.
    """
    home, relaxed = _home(market), _even(market)
    if relaxed is None:
        return None
    small, point, _, _ = _bundled(home, relaxed.y)
    mixed = roomy_mixture(replace(small, high=whole_sides(home.polytope, relaxed.y)), point)
    if mixed is None:
        return None
    return lottery_of(market, Settled(home, False, False), relaxed, "leximin", mixed)


def _valued(market: Market, way: Settled, relaxed: Relaxed, start: Lottery) -> Lottery:
    """The maximin lottery where the relaxed one is no lottery: mixtures that keep the smallest chance of the leximin one.

    Allocations of larger value join those of the leximin lottery, a few at a time; the smallest chance is never given up, and the
    proof tells how much value may be left.
    """
    polytope = way.home.polytope
    column = {
        (int(t), int(c), int(s)): j
        for j, (t, c, s) in enumerate(
            zip(polytope.owner, way.home.klass, market.signature[way.home.kind], strict=True)
        )
    }
    points: list[dict[int, int]] = []
    for _, one in start.support:
        places: dict[int, int] = {}
        for t, c, k, n in zip(
            *(x.tolist() for x in (one.group, one.klass, one.kind, one.count)), strict=True
        ):
            j = column[(t, c, int(market.signature[k]))]
            places[j] = places.get(j, 0) + n
        points.append(places)
    people = polytope.people.astype(np.float64)

    def rows_of(places: dict[int, int]) -> tuple[NDArray[np.int32], F, float]:
        index = np.array(sorted(places), np.int64)
        count = np.array([places[j] for j in index.tolist()], np.float64)
        chance = np.bincount(polytope.owner[index], count, polytope.types) / people
        at = np.flatnonzero(chance)
        worth = float(polytope.value[index] @ count)
        return np.append(at, polytope.types).astype(np.int32), np.append(chance[at], 1.0), worth

    made = [rows_of(one) for one in points]
    matrix = sp.csc_matrix(
        (
            np.concatenate([v for _, v, _ in made]),
            np.concatenate([i for i, _, _ in made]),
            np.concatenate([[0], np.cumsum([len(i) for i, _, _ in made])]),
        ),
        shape=(polytope.types + 1, len(made)),
    )
    floor = np.where(
        start.matrix.sum(1) > 0, min(relaxed.stages[0].value, start.proof["smallest"]) - 1e-12, 0.0
    )
    model = passed(
        matrix,
        np.append(floor, 1.0),
        np.append(np.full(polytope.types, INFINITY), 1.0),
        np.array([w for _, _, w in made]),
        np.zeros(len(made)),
        np.full(len(made), INFINITY),
    )
    bound = INFINITY
    for _ in range(VALUED):
        model.run()
        value = float(model.getInfo().objective_function_value)
        dual = np.array(model.getSolution().row_dual)
        weight = polytope.value - (dual[:-1] / people)[polytope.owner]
        point, most = whole_point(polytope, weight, gap=1e-4)
        if point is None:
            break
        bound = min(bound, value + max(0.0, most - float(dual[-1])))
        if float(weight @ point) - float(dual[-1]) <= 1e-6:
            break
        points.append({int(j): int(point[j]) for j in np.flatnonzero(point)})
        rows, values, worth = rows_of(points[-1])
        model.addCol(worth, 0.0, INFINITY, len(rows), rows, values)
    model.run()
    weights = np.maximum(0.0, np.array(model.getSolution().col_value))
    kept = np.flatnonzero(weights > 1e-12)
    support = [
        (w, lots(_rows_of(way.home, points[i])))
        for w, i in zip(exact_weights(weights[kept]), kept.tolist(), strict=True)
    ]
    reached = Relaxed(
        np.zeros(0), np.zeros(0), relaxed.stages, float(bound - model.getInfo().objective_function_value)
    )
    bounds = _bounds(way.home.polytope, relaxed, "maximin")
    return _finished(market, way, reached, support, 0.0, "maximin", proof_of(relaxed)["stages"], bounds)


def _of_hull(market: Market, way: Settled, found: Hull, name: str) -> Lottery:
    home = way.home
    support = []
    for weight, point in zip(exact_weights(found.weights), found.points, strict=True):
        if weight:
            support.append((weight, lots(_rows_of(home, dict(enumerate(point.tolist()))))))
    stages = [
        {
            "value": s.value,
            "bound": s.bound,
            "fixed": list(s.fixed),
            "on_types": s.on_types.tolist(),
            "tree": tree_of(s.tree),
        }
        for s in found.stages
    ]
    chances = found.p
    if name == "leximin":
        chances = np.zeros(home.polytope.types)
        for s in found.stages:
            chances[list(s.fixed)] = s.value
    relaxed = Relaxed(chances, np.zeros(0), (), found.gap)
    return _finished(market, way, relaxed, support, 0.0, name, stages, [s.bound for s in found.stages])


def _rows_of(home: Housing, places: Mapping[int, int]) -> dict[tuple[int, int, int], int]:
    rows: dict[tuple[int, int, int], int] = {}
    for column, n in places.items():
        if n:
            key = (int(home.polytope.owner[column]), int(home.klass[column]), int(home.kind[column]))
            rows[key] = rows.get(key, 0) + int(n)
    return rows


def lottery_of(
    market: Market, way: Settled, relaxed: Relaxed, name: str, mixed: Mixture | None = None
) -> Lottery | None:
    """The relaxed chances as a lottery over whole allocations, with its proof; None where no whole allocation lies on their face.

    Types that the program puts in one cell only are bundled: the walk sees the bundle, the wheel of `spread` gives every type its
    chances back. The others keep their columns. ``mixed``: the lottery of the bundles, where it is known.
    """
    home = way.home
    small, point, inside, single = _bundled(home, relaxed.y)
    mixed = mixed or mixture(small, point, rounds=ROUNDS)
    if not mixed.points:
        return None
    weights = exact_weights(mixed.weights)
    counts = [[int(x) for x in p[: len(inside)]] for p in mixed.points]
    support = []
    for weight, j, members in spread_all(counts, weights, [relaxed.y[one] for one in inside]):
        places: dict[int, int] = {}
        for b, who in enumerate(members):
            for m in who:
                places[inside[b][m]] = places.get(inside[b][m], 0) + 1
        for i, n in enumerate(mixed.points[j][len(inside) :].tolist()):
            places[int(single[i])] = places.get(int(single[i]), 0) + int(n)
        support.append((weight, lots(_rows_of(home, places))))
    stages = proof_of(relaxed)["stages"]
    bounds = _bounds(home.polytope, relaxed, name)
    return _finished(market, way, relaxed, support, mixed.least, name, stages, bounds)


def spread_all(
    counts: list[list[int]], weights: list[Fraction], shares: list[F]
) -> list[tuple[Fraction, int, list[list[int]]]]:
    """Who of each cell is served at each point; cells whose places vary by more than one turn their wheel at every point."""
    exact: list[list[Fraction]] = []
    steady = True
    for b, mine in enumerate(shares):
        total = sum((w * point[b] for w, point in zip(weights, counts, strict=True)), Fraction(0))
        exact.append(_shares(np.asarray(mine, np.float64), total))
        places = {point[b] for point in counts}
        steady = steady and places <= {int(total), int(total) + (total.denominator > 1)}
    if steady:
        found = []
        left = list(weights)
        j = 0
        for weight, members in spread(counts, weights, exact):
            while left[j] == 0:
                j += 1  # a point whose weight was rounded away has no part at all
            found.append((weight, j, members))
            left[j] -= weight
        return found
    found = []
    for j, (point, weight) in enumerate(zip(counts, weights, strict=True)):
        turned = [
            _shares(np.asarray(mine, np.float64), Fraction(n)) for mine, n in zip(shares, point, strict=True)
        ]
        for part, members in spread([point], [Fraction(1)], turned):
            found.append((part * weight, j, members))
    return found


def _shares(mine: F, total: Fraction) -> list[Fraction]:
    """Exact shares of a total near the given ones; whole ones stay whole, so that nobody is served twice by rounding."""
    near = np.rint(mine)
    whole = np.abs(mine - near) < 1e-9
    found = [Fraction(int(x)) for x in near]
    rest = total - sum((x for x, w in zip(found, whole, strict=True) if w), Fraction(0))
    others = np.flatnonzero(~whole)
    if not len(others) and rest == 0:
        return found
    if not len(others) or rest <= 0:
        return [x * total for x in exact_weights(mine)] if float(mine.sum()) > 0 else found
    for i, x in zip(others.tolist(), exact_weights(mine[others]), strict=True):
        found[i] = x * rest
    return found


def _finished(
    market: Market,
    way: Settled,
    relaxed: Relaxed,
    support: list[tuple[Fraction, Lots]],
    least: float,
    name: str,
    stages: Any,
    bounds: list[float],
) -> Lottery:
    home = way.home
    people = [int(x) for x in home.polytope.people]
    share: dict[tuple[int, int], Fraction] = {}
    for weight, one in support:
        for t, c, n in zip(one.group.tolist(), one.klass.tolist(), one.count.tolist(), strict=True):
            share[(t, c)] = share.get((t, c), Fraction(0)) + weight * n / people[t]
    chance = np.zeros(len(people))
    for (t, _), x in share.items():
        chance[t] += float(x)
    if name == PRODUCT:
        # of the chances that the lottery gives, not of those the program found
        slopes = np.array(stages[-1]["on_types"])
        bounds[-1] = product_bound(home.polytope.people, slopes, bounds[-1])
        stages[-1] |= {
            "value": geometric_mean(home.polytope.people, slopes, chance),
            "bound": bounds[-1],
        }
    proof: Mapping[str, Any] = {
        "kind": name,
        "over": "points" if way.hull else "narrowed" if way.narrowed else "relaxed",
        "lettings": home.lettings,
        "missing": home.least.missing.tolist(),
        "error": float(np.abs(chance - relaxed.p).max(initial=0.0)) if len(relaxed.p) else 0.0,
        "least_error": least,
        "missing_gap": home.least.gap,
        "gap": relaxed.gap,
        "smallest": float(chance[chance > 0].min(initial=1.0)),
        "bounds": bounds,
        "relaxed": relaxed.p.tolist(),
        "stages": stages,
        "program": _published(market, home),
    }
    return Lottery(market, home.types, share, tuple(support), proof=proof)


def _published(market: Market, home: Housing) -> dict[str, Any]:
    """The program that the stages are of, for whoever puts it together again from the case; open sides are null."""
    rows = home.polytope.rows.tocoo()
    ids = market.dwelling_ids

    def side(values: F) -> list[int | None]:
        return [int(round(x)) if np.isfinite(x) else None for x in values.tolist()]

    return {
        "classes": [[str(x) for x in ids[market.klass == c]] for c in range(market.n_classes)],
        "lettings": home.lettings,
        "missing": {
            named(market, r): int(home.least.missing[r]) for r, row in enumerate(market.rows) if row.price > 0
        },
        "marks": {f"marks {m}": _asks(market, m) for m in np.unique(market.signature[home.kind]).tolist()},
        "rows": list(home.rows),
        "low": side(home.polytope.low),
        "high": side(home.polytope.high),
        "people": home.polytope.people.tolist(),
        "owner": home.polytope.owner.tolist(),
        "entries": [
            [int(c), int(r), int(round(x))] for r, c, x in zip(rows.row, rows.col, rows.data, strict=True)
        ],
    }


def named(market: Market, row: int) -> str:
    """A row as it is published: its rule and its scope."""
    return f"{market.rows[row].rule} {market.rows[row].scope}"


def _asks(market: Market, signature: int) -> list[tuple[str, int]]:
    """(row, ten-thousandths of a lease asked, less what is brought) of the kinds of a signature, over the priced rows."""
    row, num, den, more = market.marks(int(np.argmax(market.signature == signature)))
    return [
        (named(market, r), int(market.rows[r].rate * d + m - RATE_UNIT * x))
        for r, x, d, m in zip(row.tolist(), num.tolist(), den.tolist(), more.tolist(), strict=True)
        if market.rows[r].price > 0
    ]


def _bounds(polytope: Polytope, relaxed: Relaxed, name: str) -> list[float]:
    """What the multipliers of each stage prove; of the stage of a product, the largest sum of chances at its slopes."""
    free = np.ones(polytope.types, bool)
    found = []
    product = relaxed.stages[-1] if name == PRODUCT else None
    for stage in relaxed.stages:
        bound = sum_bound(stage, polytope) if stage is product else bound_of(stage, polytope, relaxed.p, free)
        found.append(float(bound))
        free[list(stage.fixed)] = False
    return found
