"""The proof of a node too large for a tree: one leaf, the tightest of a backend's multipliers and of none at all.

Nothing but the bound is computed, so a country needs neither the LP of `master` nor its list of columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.solve.grid import floor_to
from optimizer.solve.layout import Layout
from optimizer.solve.proof.dual_bound import NEVER, Multipliers, nothing, price_out
from optimizer.solve.proof.node import Formulation
from optimizer.solve.proof.published import Proof, published_leaf


def root_proof(
    layout: Layout, formulation: Formulation, suggested: Sequence[Multipliers | None], value: int, step: int
) -> Proof:
    """The root bound, floored to the grid.

    Parameters
    ----------
    suggested : multipliers of the backend; those with the tightest bound make the leaf. Of those that price rows on two households too,
        only the bound is used: losses rest on those without.
    value : objective of the proposal, micropoints; step : grid of the objective
    """
    best = root = nothing(layout)
    bound = NEVER
    for m in (best, *suggested):
        if m is None or (bound != NEVER and floor_to(bound, step) <= value):
            continue
        priced = price_out(layout, formulation, (), m)
        found = NEVER if priced.total is None else priced.micropoints
        if bound == NEVER or found < bound:
            best, bound = m, found
            root = root if m.after else m
    floored = value if bound == NEVER else floor_to(bound, step)
    return Proof(
        bound=floored,
        nodes=(published_leaf(best, bound),),
        root=root,
        solved=0,
        tight=best,
        open_leaves=(((), best, bound),) if bound != NEVER and floored >= value else (),
    )
