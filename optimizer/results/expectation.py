"""The second gauge: how many leases to expect when each rank accepts with its own probability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I32, I64, Problem

FULL = 10_000
SCALE = 10**12


class Ranked(Protocol):
    """Lines sorted by (dwelling, rank); ``app`` -1 is a seat."""

    @property
    def dwelling(self) -> I32: ...
    @property
    def rank(self) -> I32: ...
    @property
    def app(self) -> I32: ...
    @property
    def kind(self) -> I32: ...


def expected_nums(
    problem: Problem, lines: Ranked, acceptance: I64, free: Mapping[int, int] | None = None
) -> NDArray[np.float64]:
    """Expected ``num_run`` of each row, (R,) leases with four decimals.

    Parameters
    ----------
    lines : ranked lines of all dwellings
    acceptance : (A,) int64
        Probability of accepting, in ten-thousandths.
    free : dwelling -> probability, in 1e-12, that it is free at all (`SCALE` where it does not say): of one that a chain frees,
        that all before it accept.

    Notes
    -----
    Rank i signs with probability ``accept_i × Π_{j<i} (1 − accept_j)``: names are called in order. A seat is counted whole,
    its réservataire being bound to name somebody. Integers of 1e-12 lease; rounded half up once at the end.
    """
    kinds = problem.kinds
    total = [0] * len(problem.rows)
    before, left = -1, SCALE
    free = free or {}
    parts = zip(lines.dwelling.tolist(), lines.app.tolist(), lines.kind.tolist(), strict=True)
    for dwelling, app, kind in parts:
        if dwelling != before:
            before, left = dwelling, free.get(dwelling, SCALE)
        accept = FULL if app < 0 else int(acceptance[app])
        signs = left * accept // FULL
        left -= signs
        if kind < 0:
            continue
        for j in range(int(kinds.ptr[kind]), int(kinds.ptr[kind + 1])):
            # a row that limits is written by its complement: what it counts are the leases that count against it
            row = int(kinds.row[j])
            if bool(kinds.num[j]) != problem.rows[row].ceiling:
                total[row] += signs
    unit = SCALE // FULL
    return np.array([(t + unit // 2) // unit / FULL for t in total], np.float64)
