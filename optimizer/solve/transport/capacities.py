"""Largest number of leases some groups can hold at all: makes rounding cuts exact where dwellings stay empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.solve.transport.bundles import Placement
from optimizer.solve.transport.cells import IMPOSSIBLE
from optimizer.solve.transport.mir import CutMaker
from optimizer.solve.transport.model import Ints, RowSumCut
from optimizer.solve.transport.pricing import COUNTERS, network_of
from optimizer.solve.transport.shortest_paths import place_component
from optimizer.solve.transport.structure import Structure


def most_households(structure: Structure, inside: np.ndarray) -> tuple[int, Ints]:
    """Most households the classes ``inside`` (bool, (K,)) can house, and the 0/1 class prices that prove it.

    The pricing kernel with every value worth 0 and every lease inside worth 1.
    """
    s, network = structure, network_of(structure)
    credit = np.where(inside[s.offer_class], 1, IMPOSSIBLE).astype(np.int64)
    k, n = s.n_classes, s.n_applicants
    placed = Placement(
        price=np.zeros(k, np.int64),
        worth=np.zeros(n, np.int64),
        base=np.zeros(n, np.int64),
        owner=np.full(n, -1, np.int32),
        cell=np.full(n, -1, np.int32),
        slot=np.zeros(n, np.int64),
        member=np.zeros(int(s.slot_start[-1]), np.int32),
        filled=np.zeros(k, np.int64),
    )
    tables = network.supply(np.zeros(k, np.int64)), network.offers(credit), network.arcs
    work = np.zeros(COUNTERS, np.int64)
    classes = np.flatnonzero(inside)
    for e in np.unique(np.searchsorted(s.class_start, classes, side="right") - 1):
        place_component(network.component(e), 0, *tables, placed, work)
    return int(placed.filled[inside].sum()), placed.price


def with_rooms(
    structure: Structure, cuts: tuple[RowSumCut, ...], maker: CutMaker | None = None
) -> tuple[RowSumCut, ...]:
    """The cuts with their proven room where it is below the capacity."""
    model, s = structure.model, structure
    maker = maker or CutMaker(model)
    seats = np.zeros(s.n_classes, bool)
    if len(model.seat_start):
        seats = np.diff(model.seat_start)[s.class_of] > 0
    out = []
    for cut in cuts:
        if cut.base == 0:
            out.append(cut)
            continue
        touched = maker.touch(cut)[2]
        inside = np.isin(s.group, touched)
        most, price = most_households(s, inside & ~seats)
        room = most + int(s.capacity[inside & seats].sum())
        if room < int(maker.room[touched].sum()):
            cover = np.sort(s.class_of[inside & ~seats & (price > 0)])
            cut = replace(cut, room=room, cover=tuple(int(k) for k in cover))
        out.append(cut)
    return tuple(out)
