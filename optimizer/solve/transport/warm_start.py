"""Starting from an earlier run: its multipliers, its class prices, and what is still possible of its assignment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.leases import Leases
from optimizer.solve.transport.model import (
    DualSolution,
    Floats,
    Ints,
    LabelledTransport,
    RowSumCut,
    SmallInts,
    WarmStart,
)
from optimizer.solve.transport.pricing import network_of
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.structure import Structure

LARGEST = 1 << 49
"""Largest price taken over, times the quantum: no pair is worth twice as much (`run.choose_quantum`)."""


@njit(cache=True, nogil=True)
def _still_possible(wanted, capacity, admitted, offers, arcs, cell, value):  # type: ignore[no-untyped-def]
    """Keep ``wanted[a]`` where an admissible arc leads there and a dwelling is left; first applicants first.

    ``admitted`` (C,): whether a cell admits anybody. Credits are not read.
    """
    offer_start, offer_class, offer_cell, _ = offers
    arc_start, arc_pair, arc_value = arcs
    left = capacity.copy()
    for a in range(len(wanted)):
        k = wanted[a]
        kept = False
        if k >= 0 and left[k] > 0:
            for i in range(arc_start[a], arc_start[a + 1]):
                p = arc_pair[i]
                for j in range(offer_start[p], offer_start[p + 1]):
                    if offer_class[j] == k and admitted[offer_cell[j]]:
                        cell[a] = offer_cell[j]
                        value[a] = arc_value[i]
                        kept = True
        if kept:
            left[k] -= 1
        else:
            wanted[a] = -1


def leases_of(structure: Structure, assigned_class: SmallInts) -> Leases:
    """Leases of an assignment in model numbering; pairs no longer eligible are dropped.

    Raises
    ------
    ValueError
        The assignment does not have one entry per applicant, or names an unknown class.
    """
    s = structure
    if (
        len(assigned_class) != s.model.n_applicants
        or int(assigned_class.max(initial=-1)) >= s.model.n_classes
    ):
        raise ValueError("warm start: the assignment does not fit the model")
    new = np.full(s.model.n_classes + 1, -1, np.int32)
    new[s.class_of] = np.arange(s.n_classes, dtype=np.int32)
    wanted = new[assigned_class[s.applicant_of]]
    cell = np.full(s.n_applicants, -1, np.int32)
    value = np.zeros(s.n_applicants, np.int64)
    network = network_of(s)
    offers = network.offers(np.zeros(0, np.int64))
    _still_possible(wanted, s.capacity, s.cells.admissible, offers, network.arcs, cell, value)
    held = np.flatnonzero(wanted >= 0)
    return Leases(held.astype(np.int32), wanted[held], cell[held], value[held])


def first_multipliers(rows: RowSystem, cut_rest: Ints, warm: WarmStart | None, quantum: int) -> Ints:
    """Admissible multipliers near those of the earlier run; zero where there is none or the rows differ."""
    known = None if warm is None else warm.certificate
    if known is None or len(known.multipliers) != len(rows.price):
        return rows.clip(np.zeros(rows.n_rows), quantum)
    return rows.clip(np.concatenate(carried(rows, cut_rest, known)), quantum)


def carried(rows: RowSystem, cut_rest: Ints, old: DualSolution) -> tuple[Floats, Floats]:
    """Multipliers of the rows and of the cuts, in units, as near as these rows allow to what a certificate says.

    A lease more or less in a constant changes what a cut rounds by, and may leave it nothing to round. What its multiplier
    is worth to a lease it counts is kept: by the same cut with another remainder, or by its rows when it is gone.
    """
    own, cut = old.multipliers / old.quantum, np.zeros(len(rows.cuts))
    at = {_named(c): i for i, c in enumerate(rows.cuts)}
    rest = old.cut_rest if len(old.cut_rest) == len(old.cuts) else [c.divisor for c in old.cuts]
    for c, multiplier, by in zip(old.cuts, old.cut_multipliers / old.quantum, rest, strict=True):
        i, pull = at.get(_named(c), -1), multiplier * by
        if i >= 0 and cut_rest[i]:
            most = min(rows.price[k] / w for k, w in zip(c.rows, c.weights, strict=True))
            cut[i] = min(most, pull / cut_rest[i])
            continue
        for k, w in zip(c.rows, c.weights, strict=True):
            own[k] += w * pull / c.divisor
    return own, cut


def same_rounding(rows: RowSystem, cut_rest: Ints, old: DualSolution) -> bool:
    """Whether the cuts of an earlier run round by what they did: then its nodes still speak of the counts that matter."""
    alike = [_named(c) for c in rows.cuts] == [_named(c) for c in old.cuts]
    return alike and len(old.multipliers) == len(rows.price) and np.array_equal(cut_rest, old.cut_rest)


def _named(cut: RowSumCut) -> tuple[tuple[int, ...], tuple[int, ...], int, int]:
    """A cut without the room it has in one model."""
    return cut.rows, cut.weights, cut.divisor, cut.base


def shifted(model: LabelledTransport, leaf: DualSolution) -> DualSolution:
    """An earlier node whose thresholds have moved as the leases asked for have."""
    if len(leaf.row_constant) != model.n_rows or (leaf.row_constant == model.row_constant).all():
        return leaf
    more = model.row_constant - leaf.row_constant
    lowest = np.zeros(model.n_rows, np.int64)
    np.minimum.at(lowest, model.effect_row, model.effect_coef)
    np.minimum.at(lowest, model.seat_effect_row, model.seat_effect_coef)
    by = np.where(lowest < 0, np.rint(more / np.maximum(1, -lowest)), 0).astype(np.int64)
    branches = tuple(
        replace(b, threshold=b.threshold + int(by[b.row])) if b.lowest and b.cell < 0 else b
        for b in leaf.branches
    )
    return replace(leaf, branches=branches)


def earlier_prices(known: DualSolution, structure: Structure, quantum: int) -> Ints:
    """Class prices of an earlier run, times the quantum, in the structure's numbers."""
    whole, rest = np.divmod(known.class_price[structure.class_of], known.quantum)
    price: Ints = np.clip(whole * quantum + rest * quantum // known.quantum, -LARGEST, LARGEST)
    return price
