"""The largest and the least multipliers of the links of chains that leave a bound as it is: what nothing but they can rule out.

A pair that loses more than is left between bound and optimum is in no optimum. What the pairs of a freed dwelling q lose depends on
the multiplier σ of its link: each of them pays it, and the tenant t of q earns it wherever its departure opens q. With d the dwellings
that open q::

    least(t) = min over d of  term_d - reduced value of t at d

is what a departure of t loses at least. Raising σ by least(t) makes no term larger, so that the bound holds, and each first rank at q
then loses what the whole way to it loses. With the multipliers of a linear program, whose tenants mostly stay, the best household of
every freed dwelling seems to lose nothing; with these, hardly any does. The other way, σ may fall by what the best first rank at q is
short of nothing: then departures of t lose what they lose without anybody at q.

A linear program over few pairs has many multipliers of one value. At its dearest links a first rank at q is worth a column only when the
whole way to it is: half as many enter.

References
----------
M. Fischetti, P. Toth, *An additive bounding procedure for combinatorial optimization problems*, Operations Research 37 (1989), 319-328.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.problem.model import I64
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import NEVER, TEN, Multipliers, Priced, best_options, reduced

RAISED = 3 * 10**12
"""Micropoints by which all links together are raised at most: one that no tenant can open would be raised without end, and `verify`
reads a certificate whose links come to seven times 10¹² at most."""


def dearest_links(layout: Layout, m: Multipliers, kind_cost: I64, most: I64) -> Multipliers:
    """The same multipliers, those of the links raised as far as each class has room.

    Parameters
    ----------
    kind_cost : (n_kinds,) 1e-10 point, at ``m``
    most : (K,) 1e-10 point, what a first rank of each class may be worth at the multipliers, without the bonus of the dwelling
    """
    entry, row = layout.departing
    klass = np.searchsorted(layout.full.ptr, entry, side="right") - 1
    worth = reduced(layout.full.of(entry), best_options(layout, kind_cost), m.prices)
    raised = np.full(len(layout.problem.orders), -NEVER, np.int64)
    np.minimum.at(raised, row, most[klass] - worth)
    most_of_each = RAISED // max(1, len(layout.link_of))
    more = {
        p: m.orders.get(p, 0) + min(int(raised[p]) // TEN, most_of_each)
        for p in layout.link_of.values()
        if raised[p] > 0
    }
    return replace(m, orders={**m.orders, **more})


def costs_at_links(layout: Layout, kind_cost: I64, before: Multipliers, after: Multipliers) -> I64:
    """What kinds cost at other multipliers of the links, (n_kinds,) 1e-10 point, from what they cost ``before``."""
    more = np.zeros(len(layout.problem.orders), np.int64)
    for p in layout.link_of.values():
        more[p] = after.orders.get(p, 0) - before.orders.get(p, 0)
    cost = kind_cost.copy()
    # a kind is of one freed dwelling at most, and opens one at most
    for (kind, row), sign in ((layout.conditional, TEN), (layout.openings, -TEN)):
        cost[kind] += sign * more[row]
    return cost


def least_links(layout: Layout, m: Multipliers, priced: Priced) -> Multipliers:
    """The same multipliers, those of the links as low as they may be where nobody at the freed dwelling is worth it.

    Parameters
    ----------
    priced : the node at ``m``
    """
    short = np.minimum(priced.dwelling, 0)
    fewer = {
        p: max(0, m.orders[p] + int(short[d] // TEN) + 1)
        for d, p in layout.link_of.items()
        if short[d] < 0 and m.orders.get(p, 0) > 0
    }
    return replace(m, orders={**m.orders, **fewer})
