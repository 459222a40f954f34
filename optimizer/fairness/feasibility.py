"""What no lottery may hold, whoever wrote its mechanism: a dwelling let twice, a household housed twice, a pair that is not eligible.

Figures of such a lottery would look like any others. Only its shape is judged here; what a mechanism claims is judged by its tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from optimizer.fairness.lottery import Allocation, Draw, Lots, Lottery
from optimizer.fairness.market import Market
from optimizer.problem.model import I32

TWICE = "a household is housed twice"


def faults(market: Market, lottery: Lottery) -> str:
    """The first fault of a lottery on a market, in words of Python; empty where there is none.

    Of a lottery that is known by its chances and its sampler, the first draw is looked at.
    """
    if lottery.groups.shape != (len(market),):
        return f"groups has shape {lottery.groups.shape}, ({len(market)},) was expected"
    if any(not 0 <= chance <= 1 for chance in lottery.chance):
        return "a household has a chance below 0 or above 1"
    if lottery.support:
        weights = [weight for weight, _ in lottery.support]
        if min(weights) < 0 or sum(weights, Fraction(0)) != 1:
            return "the weights of the allocations do not add up to one"
        each = next((wrong for _, one in lottery.support if (wrong := _of_lots(market, lottery, one))), "")
        return each or _not_eligible(market, lottery)
    if lottery.sampler is None:
        return "neither allocations nor a sampler" if len(market) else ""
    return _of_people(market, lottery.sample(Draw(market.seed, 0)))


def _of_lots(market: Market, lottery: Lottery, one: Lots) -> str:
    """Faults of the numbers of an allocation of groups."""
    if (one.count < 0).any() or _outside(one.group, len(lottery.members)):
        return "a lot of no group, or of fewer than no households"
    size = np.bincount(lottery.groups, minlength=len(lottery.members))
    if (np.bincount(one.group, one.count, len(size)) > size).any():
        return TWICE
    return _too_many(market, one.klass, one.count)


def _of_people(market: Market, one: Allocation) -> str:
    if _outside(one.app, len(market)):
        return "a letting to nobody of the market"
    if len(np.unique(one.app)) < len(one):
        return TWICE
    lettings = zip(one.app.tolist(), one.klass.tolist(), one.kind.tolist(), strict=True)
    return _too_many(market, one.klass, np.ones(len(one), np.int32)) or _first_wrong(market, lettings)


def _not_eligible(market: Market, lottery: Lottery) -> str:
    """Whether the first member of each group of the allocations is eligible where they house the group."""
    lots = np.concatenate([np.stack([x.group, x.klass, x.kind]) for _, x in lottery.support], axis=1)
    members = lottery.members
    return _first_wrong(
        market, ((int(members[g][0]), c, k) for g, c, k in np.unique(lots.T, axis=0).tolist())
    )


def _too_many(market: Market, klass: I32, count: I32) -> str:
    if _outside(klass, market.n_classes):
        return "a letting of no class of the market"
    if (np.bincount(klass, count, market.n_classes) > market.capacity).any():
        return "a class is let more often than it has dwellings"
    return ""


def _first_wrong(market: Market, lettings: Iterable[tuple[int, int, int]]) -> str:
    try:
        for app, klass, kind in lettings:
            market.like(app, klass, kind)
    except (KeyError, IndexError):
        return "a household is given a dwelling, or an account, for which it is not eligible"
    return ""


def _outside(places: I32, size: int) -> bool:
    return bool(len(places)) and not 0 <= int(places.min()) <= int(places.max()) < size
