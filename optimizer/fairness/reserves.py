"""Which dwellings are reserved, and for whom: the rules of households turned into slots."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil

import numpy as np
import pandas as pd

from optimizer.domain.frames import kept_kinds
from optimizer.fairness.market import Market
from optimizer.problem.model import RATE_UNIT, B
from optimizer.problem.registry import all_rules

RESERVES = {"dwelling_id": "str", "rule": "str", "scope": "str"}
"""Columns of ``reserves.csv`` and what they hold."""


@cache
def of_accounts() -> frozenset[str]:
    """Rules about accounts, which no household's trait serves (membership tests only)."""
    return frozenset(shape.id for shape in all_rules() if not shape.of_households)


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
    that may enter its denominator, times the flux share of its account there where it is about one account only. It takes the
    dwellings where most households count, not yet reserved.
    """
    slot = [-1] * len(market.dwelling_ids)
    wanted = [
        r
        for r, row in enumerate(market.rows)
        if row.price > 0 and row.rate > 0 and row.rule not in of_accounts()
    ]
    for r in sorted(wanted, key=lambda r: (-market.rows[r].price, r)):
        row = market.rows[r]
        num, den = counting_pairs(market, r)
        supply = np.bincount(market.pair_class[num], minlength=market.n_classes)
        possible = np.bincount(market.pair_class[den], minlength=market.n_classes) > 0
        expected = _expected(market, row.scope, possible)
        need = ceil(Fraction(row.rate, RATE_UNIT) * expected - Fraction(row.play, RATE_UNIT))
        homes = sorted(
            (d for d in range(len(slot)) if slot[d] < 0 and supply[market.klass[d]] > 0),
            key=lambda d: (-int(supply[market.klass[d]]), d),
        )
        for d in homes[: max(0, need)]:
            slot[d] = r
    return slot


def reserved_table(market: Market) -> pd.DataFrame:
    """``dwelling_id, rule, scope``: one line per dwelling that a mechanism of reserves keeps for those who count for a rule first."""
    rows = [
        (str(market.dwelling_ids[d]), market.rows[r].rule, market.rows[r].scope)
        for d, r in enumerate(reserved_slots(market))
        if r >= 0
    ]
    found = kept_kinds(pd.DataFrame(rows, columns=list(RESERVES)), RESERVES)
    return found.sort_values("dwelling_id", ignore_index=True)


def _expected(market: Market, scope: str, possible: B) -> Fraction:
    """Leases of a row among the classes that may enter it: all of them, or of an account the part agreed with its landlord there.

    The part is the rate of the account's line of the flux; where it has none (the landlord's own rest) what its ceiling leaves it.
    """
    party = _party(scope)
    homes = market.capacity * possible
    if not party[1]:
        return Fraction(int(homes.sum()))
    found = Fraction(0)
    for rule in ("flux", "flux_max"):
        told = np.zeros(market.n_classes, bool)
        for r, row in enumerate(market.rows):
            if row.rule == rule and row.price > 0 and _party(row.scope) == party:
                based = counting_pairs(market, r)[1]
                here = np.bincount(market.pair_class[based], minlength=market.n_classes) > 0
                part = Fraction(row.rate if rule == "flux" else RATE_UNIT - row.rate, RATE_UNIT)
                found += part * int(homes[here].sum())
                told |= here
        homes = homes * ~told
    return found


def _party(scope: str) -> tuple[str, str]:
    """Landlord and account of a scope, empty where it names none."""
    parts = dict(part.split("=", 1) for part in scope.split(";") if part)
    return parts.get("landlord", ""), parts.get("account", "")
