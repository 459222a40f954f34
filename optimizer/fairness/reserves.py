"""Which dwellings are reserved, and for whom: the rules of households turned into slots."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np

from optimizer.fairness.market import Market
from optimizer.problem.model import RATE_UNIT, B

OF_ACCOUNTS = ("flux", "flux_max", "mutation_max", "account_balance")
"""Rules about accounts, which no household's trait serves."""


def counting_pairs(market: Market, row: int) -> tuple[B, B]:
    """(P,) pairs with an option in the numerator of a row, and pairs with one in its denominator."""
    kinds = market.kinds
    owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.ptr))
    num, den = np.zeros(len(kinds), bool), np.zeros(len(kinds), bool)
    here = kinds.row == row
    num[owner[here & (kinds.num > 0)]] = True
    den[owner[here & (kinds.den > 0)]] = True
    cut = market.option_ptr[:-1]
    if not len(cut):
        return np.zeros(0, bool), np.zeros(0, bool)
    counted = np.logical_or.reduceat(num[market.option_kind], cut)
    based = np.logical_or.reduceat(den[market.option_kind], cut)
    return np.asarray(counted, bool), np.asarray(based, bool)


def reserved_slots(market: Market) -> list[int]:
    """(D,) row each dwelling is reserved for, −1: open to all.

    Rows of households are taken by falling price. A row asks for its required rate of the leases it may expect: the dwellings
    that may enter its denominator, times the flux share of its account where it is about one account only. It takes the
    dwellings where most households count, not yet reserved.
    """
    slot = [-1] * len(market.dwelling_ids)
    wanted = [
        r
        for r, row in enumerate(market.rows)
        if row.price > 0 and row.rate > 0 and row.rule not in OF_ACCOUNTS
    ]
    shares = {
        row.scope.rpartition("account=")[2]: Fraction(row.rate, RATE_UNIT)
        for row in market.rows
        if row.rule == "flux" and row.price > 0
    }
    for r in sorted(wanted, key=lambda r: (-market.rows[r].price, r)):
        row = market.rows[r]
        num, den = counting_pairs(market, r)
        supply = np.bincount(market.pair_class[num], minlength=market.n_classes)
        possible = np.bincount(market.pair_class[den], minlength=market.n_classes) > 0
        expected = Fraction(int(market.capacity[possible].sum()))
        if "account=" in row.scope:
            expected *= shares.get(row.scope.rpartition("account=")[2], Fraction(0))
        need = ceil(Fraction(row.rate, RATE_UNIT) * expected - Fraction(row.play, RATE_UNIT))
        homes = sorted(
            (d for d in range(len(slot)) if slot[d] < 0 and supply[market.klass[d]] > 0),
            key=lambda d: (-int(supply[market.klass[d]]), d),
        )
        for d in homes[: max(0, need)]:
            slot[d] = r
    return slot
