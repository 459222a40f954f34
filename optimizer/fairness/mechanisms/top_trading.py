"""Top trading cycles: each class points to its tenant, then to the first household of its order; cycles are served."""

from __future__ import annotations

import numpy as np

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Draw, Lottery, certain
from optimizer.fairness.market import Market
from optimizer.fairness.preferences import strict_choices
from optimizer.fairness.registry import mechanism


@mechanism(
    "top_trading",
    title_fr="Échanges de priorités (cycles)",
    title_en="Top trading cycles",
    source="Abdulkadiroğlu & Sönmez (1999), doi:10.1006/jeth.1999.2553",
    randomised=False,
    quotas="ignored",
    claims={"pareto", "strategyproof", "individually_rational"},
    indifferent=False,
    order=50,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """Tenants are endowed with the dwelling they hold, vacancies are free: "you request my house, I get your turn".

    A class with dwellings left points to its endowed tenants first, then by (score, seniority, lottery number); a household
    points to the class it likes best among those with dwellings left. Every cycle is served at once.
    """
    choices = strict_choices(market)
    free = market.capacity.copy()
    queue = [_queue(market, c) for c in range(market.n_classes)]
    head = [0] * market.n_classes
    place = np.zeros(len(market), np.int64)
    gone = np.zeros(len(market), bool)
    picks: list[tuple[int, int]] = []

    def pointed(c: int) -> int:
        while head[c] < len(queue[c]) and gone[queue[c][head[c]]]:
            head[c] += 1
        return int(queue[c][head[c]]) if head[c] < len(queue[c]) else -1

    def wanted(a: int) -> int:
        while free[choices[a][place[a]]] <= 0:
            place[a] += 1
        return int(choices[a][place[a]])

    open_ = [c for c in range(market.n_classes) if free[c] > 0]
    while open_:
        path: list[int] = []
        c = open_[0]
        while c not in path:
            path.append(c)
            a = pointed(c)
            if a < 0:
                break
            c = wanted(a)
        if pointed(path[-1]) < 0:
            open_.remove(path[-1])
            free[path[-1]] = 0
            continue
        cycle = path[path.index(c) :]
        served = [pointed(k) for k in cycle]
        for i, a in enumerate(served):
            k = cycle[(i + 1) % len(cycle)]
            picks.append((a, k))
            gone[a] = True
        for k in cycle:
            free[k] -= 1
        open_ = [k for k in open_ if free[k] > 0]
    return certain(market, on_accounts(market, picks))


def _queue(market: Market, klass: int) -> list[int]:
    """Households of a class: tenants who hold one of its dwellings, then the order ≻."""
    ordered = market.pair_app[market.class_pairs[klass]].tolist()
    own = [a for a in ordered if int(market.endowment[a]) == klass]
    return own + [a for a in ordered if int(market.endowment[a]) != klass]
