"""One merged order with minimum rates, as Parcoursup makes its ordre d'appel, for any number of rates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Draw, Lottery, certain
from optimizer.fairness.market import Market, traits
from optimizer.fairness.registry import mechanism
from optimizer.fairness.reserves import of_accounts
from optimizer.fairness.serial import serial_picks
from optimizer.problem.model import RATE_UNIT


def merge(order: Sequence[int], rates: Sequence[tuple[int, int, Sequence[bool]]]) -> list[int]:
    """The order in which households are called.

    Parameters
    ----------
    order : households, the first first.
    rates : ``(num, den, who)`` in falling precedence: among the first k called, at least ``num/den × k`` are of ``who[a]``,
        as long as any is left.

    Notes
    -----
    At each place a rate binds when it would be missed by calling anybody else. The first household that serves every binding
    rate is called; where none does, the rates of least precedence are let go, one at a time.

    Examples
    --------
    >>> merge([0, 1, 2, 3], [(1, 2, [False, False, True, True])])
    [2, 0, 3, 1]
    """
    kinds: dict[tuple[bool, ...], list[int]] = {}
    for a in order:
        kinds.setdefault(tuple(bool(who[a]) for _, _, who in rates), []).append(a)
    place = {a: i for i, a in enumerate(order)}
    at = dict.fromkeys(kinds, 0)
    left = [sum(len(v) for k, v in kinds.items() if k[i]) for i in range(len(rates))]
    called = [0] * len(rates)
    out: list[int] = []
    while len(out) < len(order):
        binding = [
            i for i, (num, den, _) in enumerate(rates) if left[i] and called[i] * den < num * (len(out) + 1)
        ]
        heads = [k for k in kinds if at[k] < len(kinds[k])]
        while not (able := [k for k in heads if all(k[i] for i in binding)]):
            binding.pop()
        best = min(able, key=lambda k: place[kinds[k][at[k]]])
        out.append(kinds[best][at[best]])
        at[best] += 1
        for i, mine in enumerate(best):
            left[i] -= mine
            called[i] += mine
    return out


def rates_of(market: Market) -> list[tuple[int, int, list[bool]]]:
    """Rates of households, one per rule, the dearest first: the highest required rate among its priced rows."""
    best: dict[str, tuple[int, int]] = {}
    for row in market.rows:
        if row.price > 0 and row.rate > 0 and row.rule not in of_accounts():
            price, rate = best.get(row.rule, (0, 0))
            best[row.rule] = (max(price, row.price), max(rate, row.rate))
    ordered = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
    return [(rate, RATE_UNIT, traits(market, rule).tolist()) for rule, (_, rate) in ordered]


@mechanism(
    "merged_order",
    title_fr="Ordre d'appel à taux minimaux",
    title_en="Merged order with minimum rates",
    source="Document de présentation des algorithmes de Parcoursup, § 4.2; art. L. 612-3 du code de l'éducation",
    randomised=False,
    quotas="reserves",
    claims={"pareto", "strategyproof"},
    order=80,
)
def allocate(market: Market, draw: Draw) -> Lottery:
    """The order of the cotation, merged with the required rates of the rules of households; then a serial choice."""
    order = market.order_by(market.best_score, market.seniority).tolist()
    merged = np.array(merge(order, rates_of(market)), np.int32)
    return certain(market, on_accounts(market, serial_picks(market, merged)))
