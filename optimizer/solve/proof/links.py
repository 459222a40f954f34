"""The largest multipliers of the links of chains that leave a bound as it is: what nothing but they can rule out.

A pair that loses more than is left between bound and optimum is in no optimum. What the pairs of a freed dwelling q lose depends on
the multiplier σ of its link: each of them pays it, and the tenant t of q earns it wherever its departure opens q. With d the dwellings
that open q::

    least(t) = min over d of  term_d - reduced value of t at d

is what a departure of t loses at least. Raising σ by least(t) makes no term larger, so that the bound holds, and each first rank at q
then loses what the whole way to it loses. With the multipliers of a linear program, whose tenants mostly stay, the best household of
every freed dwelling seems to lose nothing; with these, hardly any does.

References
----------
M. Fischetti, P. Toth, *An additive bounding procedure for combinatorial optimization problems*, Operations Research 37 (1989), 319-328.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.problem.model import I64
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import HUNDREDTH, NEVER, TEN, Multipliers, Priced, best_options, reduced

HARMLESS = 10**12
"""Micropoints that a link no tenant can open is given at most: no first rank is worth more."""


def dearest_links(layout: Layout, m: Multipliers, priced: Priced, term: I64) -> Multipliers:
    """The same multipliers, those of the links raised as far as the bound allows.

    Parameters
    ----------
    priced : the node at ``m``
    term : (D,) 1e-10 point, what each dwelling adds to its bound
    """
    problem, full = layout.problem, layout.full
    kinds, orders = problem.kinds, problem.orders
    # a pair earns the same links on every account
    first = layout.option_kind[layout.option_ptr[:-1]][full.key]
    earning = np.zeros(len(kinds), bool)
    owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.order_ptr))
    opening = (kinds.order_sign < 0) & (orders.account[kinds.order_row] < 0)
    earning[owner[opening]] = True
    some = np.flatnonzero(earning[first])
    klass = np.repeat(np.arange(len(problem.class_menu)), np.diff(full.ptr))[some]
    room = np.full(len(problem.class_menu), -NEVER, np.int64)
    np.minimum.at(room, problem.klass, term - problem.bonus * HUNDREDTH)
    worth = reduced(full, best_options(layout, priced.kind_cost), m.prices)[some]
    least = np.full(len(kinds), -NEVER, np.int64)
    np.minimum.at(least, first[some], room[klass] - worth)
    raised = np.full(len(orders), -NEVER, np.int64)
    np.minimum.at(raised, kinds.order_row[opening], least[owner[opening]])
    more = {
        p: m.orders.get(p, 0) + min(int(raised[p]) // TEN, HARMLESS)
        for p in layout.link_of.values()
        if raised[p] > 0
    }
    return replace(m, orders={**m.orders, **more})
