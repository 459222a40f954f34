"""Small markets of every kind, from a number: with and without rules, strict or indifferent, with tenants who hold a dwelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from random import Random

import numpy as np

from optimizer.fairness.lottery import Allocation, allocation, counts
from optimizer.fairness.market import NOT, Market
from optimizer.problem.model import Kinds, Row


def plain_market(
    fits: Sequence[Sequence[int | None]],
    *,
    capacity: Sequence[int] = (),
    scores: Sequence[int] = (),
    seniority: Sequence[int] = (),
    endowment: Sequence[int] = (),
    strict: bool = False,
    seed: str = "",
) -> Market:
    """A market without rules, written by hand: ``fits[a][c]`` in points, None where a is not eligible for c."""
    n, k = len(fits), max((len(f) for f in fits), default=len(capacity))
    sizes = list(capacity) or [1] * k
    wanted = [(a, c, int(f)) for a, row in enumerate(fits) for c, f in enumerate(row) if f is not None]
    known = sorted({a for a, _, _ in wanted})
    place = {a: i for i, a in enumerate(known)}
    points = [int(x) for x in scores] or [0] * n
    ages = [int(x) for x in seniority] or [0] * n
    homes = [int(x) for x in endowment] or [-1] * n
    empty = np.zeros(0, np.int32)
    kinds = Kinds(
        np.zeros(1, np.int32), np.zeros(2, np.int64), empty, np.zeros(0, np.int8), np.zeros(0, np.int8),
        order_ptr=np.zeros(2, np.int64),
    )  # fmt: skip
    pairs = len(wanted)
    fit = np.array([f * 100 for _, _, f in wanted], np.int64)
    score = np.array([points[a] * 100 for a, _, _ in wanted], np.int64)
    owner = np.array([place[a] for a, _, _ in wanted], np.int64)
    klass = np.repeat(np.arange(k, dtype=np.int32), sizes)
    return Market(
        application_ids=np.array([f"A{a:03d}" for a in known], object),
        dwelling_ids=np.array([f"D{d:03d}" for d in range(len(klass))], object),
        klass=klass,
        bonus=np.zeros(len(klass), np.int64),
        pair_ptr=np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(known)))]).astype(np.int64),
        pair_class=np.array([c for _, c, _ in wanted], np.int32),
        fit=fit,
        score=score,
        option_ptr=np.arange(pairs + 1, dtype=np.int64),
        option_kind=np.zeros(pairs, np.int32),
        option_value=fit + score + 2_000_000,
        seniority=np.array([ages[a] for a in known], np.int64),
        kinds=kinds,
        rows=(),
        accounts=("BAILLEUR",),
        seed=seed,
        endowment=np.array([homes[a] for a in known], np.int32),
        strict=strict,
    )


@cache
def small_market(number: int, *, strict: bool = False, ruled: bool = False, tenants: bool = False) -> Market:
    """2 to 5 households, 2 or 3 classes of one or two dwellings."""
    draw = Random(number)
    n, k = draw.randint(2, 5), draw.randint(2, 3)
    fits: list[list[int | None]] = [
        [draw.choice((None, 0, 1, 2)) if draw.random() < 0.8 else 1 for _ in range(k)] for _ in range(n)
    ]
    if n > 2 and draw.random() < 0.5:
        fits[1] = list(fits[0])
    for row in fits:
        if all(x is None for x in row):
            row[draw.randrange(k)] = 1
    capacity = [draw.choice((1, 1, 2)) for _ in range(k)]
    homes = [-1] * n
    if tenants:
        free = list(capacity)
        for a in range(n):
            c = draw.randrange(k)
            if free[c] and draw.random() < 0.6:
                free[c] -= 1
                homes[a] = c
                fits[a][c] = 0 if fits[a][c] is None else fits[a][c]
    market = plain_market(
        fits, capacity=capacity, scores=[draw.randint(0, 3) for _ in range(n)],
        seniority=[draw.randint(0, 2) for _ in range(n)], endowment=homes, strict=strict, seed=str(number),
    )  # fmt: skip
    if number % 2:
        market = replace(market, score=np.array([100 * draw.randint(0, 3) for _ in market.score], np.int64))
    return with_rules(market, draw) if ruled else market


def with_rules(market: Market, draw: Random) -> Market:
    """Two accounts, of which one has a share of the flux, and a public that counts on each."""
    public = [draw.random() < 0.5 for _ in range(len(market))]
    # every account with and without the public
    account, ptr, row, num = [], [0], [], []
    for acc, who in product((0, 1), (False, True)):
        account.append(acc)
        row += [0, 1 + acc]
        num += [int(acc == 0), int(who)]
        ptr.append(len(row))
    kinds = Kinds(
        np.array(account, np.int32), np.array(ptr, np.int64), np.array(row, np.int32), np.array(num, np.int8),
        np.ones(len(row), np.int8), order_ptr=np.zeros(5, np.int64),
    )  # fmt: skip

    def line(rule: str, scope: str, price: int, rate: int) -> Row:
        return Row(rule, scope, price * 100, rate, rate, 0, 0, 0, 1, 1, play=0)

    rows = (
        line("flux", "landlord=X;area=25;account=ALS", 1000, draw.choice((0, 5000, 10000))),
        line("priority_publics", "landlord=X;departement=25;account=ALS", 900, draw.choice((0, 2500, 5000))),
        line(
            "priority_publics",
            "landlord=X;departement=25;account=BAILLEUR",
            900,
            draw.choice((0, 2500, 10000)),
        ),
    )
    size, kind, value = [0], [], []
    for p, a in enumerate(market.pair_app.tolist()):
        for acc in draw.choice(((0,), (1,), (0, 1))):
            kind.append(2 * acc + int(public[a]))
            value.append(int(market.option_value[p]))
        size.append(len(kind))
    return replace(
        market, kinds=kinds, rows=rows, accounts=("ALS", "BAILLEUR"), option_ptr=np.array(size, np.int64),
        option_kind=np.array(kind, np.int32), option_value=np.array(value, np.int64),
    )  # fmt: skip


def every_allocation(market: Market) -> list[Allocation]:
    """Every way of letting dwellings to households that are eligible."""
    found: list[Allocation] = []

    def step(a: int, free: list[int], taken: list[tuple[int, int, int]]) -> None:
        if a == len(market):
            found.append(allocation(taken))
            return
        step(a + 1, free, taken)
        for p in range(int(market.pair_ptr[a]), int(market.pair_ptr[a + 1])):
            c = int(market.pair_class[p])
            if free[c]:
                free[c] -= 1
                for kind in market.options(p):
                    step(a + 1, free, [*taken, (a, c, kind)])
                free[c] += 1

    step(0, market.capacity.tolist(), [])
    return found


def levels(market: Market) -> list[list[int]]:
    """``levels[a][c]``: level of preference, large where a is not eligible."""
    found = [[int(NOT)] * market.n_classes for _ in range(len(market))]
    for p, (a, c) in enumerate(zip(market.pair_app.tolist(), market.pair_class.tolist(), strict=True)):
        found[a][c] = int(market.level[p])
    return found


def held(market: Market, chosen: Allocation) -> list[int]:
    """Level that each household holds; ``NOT`` for those without dwelling."""
    table = levels(market)
    own = [int(NOT)] * len(market)
    for a, c in zip(chosen.app.tolist(), chosen.klass.tolist(), strict=True):
        own[a] = table[a][c]
    return own


def priced_shortfall(market: Market, chosen: Allocation) -> int:
    """Price × shortfall, added up."""
    return sum(r.price * int(s) for r, s in zip(market.rows, counts(market, chosen)[2], strict=True))
