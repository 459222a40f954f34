"""How many dwellings could be counted in a row: what no proposal exceeds, recounted from the raw files."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.verify.bound import Field


def most_of(space: Field, base: tuple[int, ...]) -> int:
    """Dwellings with a first rank that would be counted in the denominator of one of these rows."""
    inside = np.zeros(len(space.kind_ptr) - 1, bool)
    owner = np.repeat(np.arange(len(inside)), np.diff(space.kind_ptr))
    inside[owner[np.isin(space.mark_row, base)]] = True
    klass, _, _ = space.rows_of
    some = np.zeros(len(space.class_row), bool)
    if len(space.set_ptr) > 1:
        of_set = np.logical_or.reduceat(inside[space.set_kind], space.set_ptr[:-1])
        row = np.repeat(np.arange(len(some)), np.diff(space.ptr))
        some[row[of_set[space.set_of]]] = True
    if len(space.seat):
        some[space.seat[inside[space.seat[:, 2]], 0]] = True
    return int(some[klass].sum())


def used_kinds(space: Field) -> NDArray[np.bool_]:
    """(n_kinds,) whether a first rank of the case, with or without a household, may be of the kind."""
    used = np.zeros(len(space.kind_ptr) - 1, bool)
    for t in np.unique(space.set_of).tolist():
        used[space.set_kind[space.set_ptr[t] : space.set_ptr[t + 1]]] = True
    if len(space.seat):
        used[space.seat[:, 2]] = True
    return used


def most_by_row(space: Field) -> dict[tuple[str, int], int]:
    """("num" or "den", row) -> dwellings with a first rank that would be counted there."""
    counted: list[set[tuple[str, int]]] = []
    for a, b in pairwise(space.kind_ptr.tolist()):
        rows, num = space.mark_row[a:b].tolist(), space.mark_num[a:b].tolist()
        counted.append({("den", k) for k in rows} | {("num", k) for k, n in zip(rows, num, strict=True) if n})
    klass, _, _ = space.rows_of
    size = np.bincount(klass, minlength=len(space.class_row))
    found: dict[tuple[str, int], int] = {}
    seats: dict[int, list[int]] = {}
    for row, kind in space.seat[:, [0, 2]].tolist():
        seats.setdefault(row, []).append(kind)
    for row in range(len(space.class_row)):
        here: set[tuple[str, int]] = set()
        for t in np.unique(space.set_of[space.ptr[row] : space.ptr[row + 1]]).tolist():
            for kind in space.set_kind[space.set_ptr[t] : space.set_ptr[t + 1]].tolist():
                here |= counted[kind]
        for kind in seats.get(row, ()):
            here |= counted[kind]
        for key in here:
            found[key] = found.get(key, 0) + int(size[row])
    return found
