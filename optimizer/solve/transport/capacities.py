"""Largest number of leases some groups can hold at all: makes rounding cuts exact where dwellings stay empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.solve.transport.cells import IMPOSSIBLE
from optimizer.solve.transport.mir import CutMaker
from optimizer.solve.transport.model import Cut, Ints
from optimizer.solve.transport.shortest_paths import place_component
from optimizer.solve.transport.structure import Structure


def most_households(structure: Structure, inside: np.ndarray) -> tuple[int, Ints]:
    """Most households the classes ``inside`` (bool, (K,)) can house, and the 0/1 class prices that prove it.

    The pricing kernel with every value worth 0 and every lease inside worth 1.
    """
    s = structure
    credit = np.where(inside[s.offer_class], 1, IMPOSSIBLE).astype(np.int64)
    k, n = s.n_classes, s.n_applicants
    price, count, base = np.zeros(k, np.int64), np.zeros(k, np.int64), np.zeros(n, np.int64)
    worth = np.zeros(n, np.int64)
    owner, cell = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    slot, member = np.zeros(n, np.int64), np.zeros(int(s.slot_start[-1]), np.int32)
    nothing, work = np.zeros(k, np.int64), np.zeros(3, np.int64)
    classes = np.flatnonzero(inside)
    for e in np.unique(np.searchsorted(s.class_start, classes, side="right") - 1):
        place_component(
            s.class_start[e], s.class_start[e + 1], s.applicant_start[e], s.applicant_start[e + 1],
            s.pair_start[e], s.pair_start[e + 1], 0, s.capacity, s.slot_start,
            s.offer_start, s.offer_class, s.offer_cell, credit, nothing, s.bonus_start, s.bonus,
            s.arc_start, s.arc_pair, s.arc_value,
            price, worth, base, owner, cell, slot, member, count, work,
        )  # fmt: skip
    return int(count[inside].sum()), price


def with_rooms(structure: Structure, cuts: tuple[Cut, ...], maker: CutMaker | None = None) -> tuple[Cut, ...]:
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
