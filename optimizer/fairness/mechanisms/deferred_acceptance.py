"""Deferred acceptance with reserved dwellings first, then open ones."""

from __future__ import annotations

import numpy as np

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Draw, Lottery, certain
from optimizer.fairness.market import Market
from optimizer.fairness.preferences import strict_choices
from optimizer.fairness.registry import mechanism
from optimizer.fairness.reserves import counting_pairs, reserved_slots


@mechanism(
    "deferred_acceptance",
    title_fr="Acceptation différée (logements réservés)",
    title_en="Deferred acceptance (reserved dwellings)",
    source="Gale & Shapley (1962), doi:10.2307/2312726; Kominers & Sönmez (2016), doi:10.3982/TE1839",
    randomised=False,
    quotas="reserves",
    claims={"strategyproof", "no_justified_envy", "individually_rational"},
    indifferent=False,
    order=40,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """Households propose to the dwellings they like best, reserved ones first among like ones.

    A dwelling keeps the household it ranks highest: by (score, seniority, lottery number), and where it is reserved for a rule,
    those who count for that rule before all others. A tenant ranks first at the dwelling it holds.
    """
    slot = reserved_slots(market)
    served = {r: counting_pairs(market, r)[0] for r in sorted(set(slot) - {-1})}
    homes: list[list[int]] = [[] for _ in range(market.n_classes)]
    for d in sorted(range(len(slot)), key=lambda d: (slot[d] < 0, d)):
        homes[int(market.klass[d])].append(d)
    choices = strict_choices(market)
    rank = market.pair_rank.tolist()
    start = market.pair_ptr.tolist()
    place = [
        dict(zip(market.pair_class[i:j].tolist(), range(i, j), strict=True))
        for i, j in zip(start, start[1:], strict=False)
    ]
    own = market.endowment.tolist()
    held = [-1] * len(slot)
    held_rank: list[tuple[bool, bool, int]] = [(True, True, 0)] * len(slot)
    step = [(0, 0)] * len(market)
    # the best placed propose first: those after them are refused at once, and the outcome does not depend on it
    waiting = np.argsort(-np.asarray(market.best_score), kind="stable")[::-1].tolist()
    while waiting:
        a = waiting.pop()
        c_at, s_at = step[a]
        while c_at < len(choices[a]):
            c = choices[a][c_at]
            if s_at == len(homes[c]):
                c_at, s_at = c_at + 1, 0
                continue
            d = homes[c][s_at]
            s_at += 1
            pair = place[a][c]
            row = slot[d]
            mine = (own[a] != c, row >= 0 and not served[row][pair], rank[pair])
            if held[d] < 0 or mine < held_rank[d]:
                out, held[d], held_rank[d] = held[d], a, mine
                step[a] = (c_at, s_at)
                if out >= 0:
                    waiting.append(out)
                break
    picks = sorted(
        ((held_rank[d], d) for d in range(len(slot)) if held[d] >= 0), key=lambda x: (x[0][2], x[1])
    )
    pairs = [(held[d], int(market.klass[d])) for _, d in picks]
    return certain(market, on_accounts(market, pairs, [slot[d] if slot[d] >= 0 else None for _, d in picks]))
