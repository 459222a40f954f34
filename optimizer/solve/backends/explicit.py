"""The integer program over explicit pairs, as the reference backends read it.

With x_j = 1 when pair j (dwelling d(j), household a(j) or a seat, kind of lease) is a first rank, v_j its value and, for a row k
with price p_k, s_k the leases missing::

    max  sum_j v_j x_j  -  sum_k p_k s_k
    sum over the pairs of a dwelling of x_j  <= 1   (= 1 where it must be filled)
    sum over the pairs of a household of x_j <= 1
    s_k + sum_j w_kj x_j / 10,000  >=  ask_k / 10,000,     w_kj = 10,000 num_kj - rate_kj,    s_k >= 0
    sum_j o_rj x_j <= 0                             (a réservataire's order r)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from optimizer.problem.model import I64, RATE_UNIT, B, FirstRanks
from optimizer.solve.options import BackendTooLarge
from optimizer.solve.registry import Job


class Group(NamedTuple):
    """Pairs (positions of columns) of which at most one is taken; ``exactly``: one must be."""

    columns: list[int]
    exactly: bool = False


def refuse_beyond(job: Job, backend: str, limit: int) -> None:
    """Refuse more pairs than a backend can hold.

    Raises
    ------
    BackendTooLarge
        ``BACKEND_TOO_LARGE``.
    """
    if len(job.columns) > limit:
        raise BackendTooLarge("BACKEND_TOO_LARGE", backend=backend, columns=len(job.columns), limit=limit)


def one_each(job: Job) -> Iterator[Group]:
    """Pairs by dwelling, then by household."""
    columns, problem = job.columns, job.problem
    for d, group in _groups(columns.dwelling):
        yield Group(group, bool(problem.must_fill[problem.klass[d]]))
    for a, group in _groups(columns.app):
        if a >= 0:
            yield Group(group)


def row_weight(job: Job, k: int) -> I64:
    """``10,000 num - rate`` of every pair on row k, (n,) int64."""
    kinds, layout = job.problem.kinds, job.layout
    per_kind = np.zeros(len(kinds), np.int64)
    here = np.flatnonzero(kinds.row == k)
    np.add.at(
        per_kind,
        layout.kind_of_mark[here],
        RATE_UNIT * kinds.num[here].astype(np.int64) - layout.mark_rate[here],
    )
    return per_kind[job.columns.kind]


def order_signs(job: Job) -> Iterator[I64]:
    """For each row of the réservataires' orders, what every pair adds to it, (n,) int64: at most 0 in all."""
    kinds = job.problem.kinds
    owner = np.repeat(np.arange(len(kinds)), np.diff(kinds.order_ptr))
    for row in range(len(job.problem.orders)):
        per_kind = np.zeros(len(kinds), np.int64)
        here = kinds.order_row == row
        np.add.at(per_kind, owner[here], kinds.order_sign[here].astype(np.int64))
        yield per_kind[job.columns.kind]


def known(job: Job) -> list[bool]:
    """Whether each pair is a line of the best proposal known."""
    first, columns = job.incumbent.first, job.columns
    lines = set(zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True))
    each = zip(columns.dwelling.tolist(), columns.app.tolist(), columns.kind.tolist(), strict=True)
    return [line in lines for line in each]


def proposal_of(job: Job, chosen: B) -> FirstRanks:
    """The proposal of the pairs taken, a mask (n,)."""
    columns = job.columns
    return FirstRanks(
        columns.dwelling[chosen].copy(), columns.app[chosen].copy(), columns.kind[chosen].copy()
    )


def _groups(labels: np.ndarray) -> list[tuple[int, list[int]]]:
    """(label, positions) in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    return [(int(labels[part[0]]), part.tolist()) for part in np.split(order, cuts) if len(part)]
