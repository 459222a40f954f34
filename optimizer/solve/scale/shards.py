"""Shards of a structure priced apart: how it is cut, what a task is asked, how answers come together again.

A task is a pure function of (shard, question): the question carries the last answer and the credits it answered. Whoever
computes tasks keeps nothing between two rounds that cannot be computed again from one shard and one question, so the
loss of a worker costs one task per lost shard and never a chain of earlier rounds. The last answer is small, because
only housed households are in it: about 20 bytes a dwelling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.solve.scale.leases import Leases, no_leases
from optimizer.solve.scale.model import Ints
from optimizer.solve.scale.pricing import COUNTERS, Answer, LocalPricer, Shard
from optimizer.solve.scale.structure import Structure


@dataclass(frozen=True)
class Placed:
    """A shard and where it stands in the structure.

    ``cells`` are the household cells of its offers in the structure's numbers, ascending; the shard counts in these.
    """

    shard: Shard
    classes: slice
    applicants: slice
    cells: Ints


@dataclass(frozen=True)
class Last:
    """An answer of a shard, and what it was an answer to."""

    answer: Answer
    credit: Ints
    outside: Ints
    slack: int


@dataclass(frozen=True)
class Question:
    """One pricing asked of a shard; ``last`` is None the first time."""

    quantum: int
    credit: Ints
    outside: Ints
    slack: int
    last: Last | None

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        before = 0 if self.last is None else answer_bytes(self.last.answer)
        again = 0 if self.last is None else self.last.credit.nbytes + self.last.outside.nbytes
        return self.credit.nbytes + self.outside.nbytes + before + again


Round = Callable[[list[tuple[int, Question]]], list[Answer]]
"""Answers the questions asked of some shards (by number), in the order asked."""


def answer_bytes(answer: Answer) -> int:
    """Bytes of an answer's arrays."""
    x = answer.leases
    return x.applicant.nbytes + x.klass.nbytes + x.cell.nbytes + x.value.nbytes + answer.price.nbytes


def shard_bytes(shard: Shard) -> int:
    """Bytes of a shard's arrays."""
    return sum(getattr(shard, name).nbytes for name in Shard.__dataclass_fields__)


def price_shard(shard: Shard, question: Question) -> Answer:
    """The task: one pricing of one shard, on one thread."""
    pricer = LocalPricer(shard, question.quantum)
    last = question.last
    if last is not None:
        pricer.resume(last.answer.leases, last.answer.price, last.credit, last.outside, last.slack)
    return pricer.price(question.credit, question.outside, question.slack)


def cut_shards(structure: Structure, parts: int) -> list[Placed]:
    """Consecutive components together, in about ``parts`` shards of equal numbers of arcs; a component is never cut."""
    s = structure
    arcs = s.arc_start[s.applicant_start]
    target = max(1, -(-int(arcs[-1]) // parts)) if len(arcs) else 1
    placed, first = [], 0
    for e in range(1, s.n_components + 1):
        if e == s.n_components or arcs[e] - arcs[first] >= target:
            placed.append(_cut(s, first, e))
            first = e
    return placed


def _cut(s: Structure, first: int, end: int) -> Placed:
    """Components ``first .. end - 1`` renumbered from 0."""
    k0, k1 = int(s.class_start[first]), int(s.class_start[end])
    a0, a1 = int(s.applicant_start[first]), int(s.applicant_start[end])
    p0, p1 = int(s.pair_start[first]), int(s.pair_start[end])
    o0, o1 = int(s.offer_start[p0]), int(s.offer_start[p1])
    i0, i1 = int(s.arc_start[a0]), int(s.arc_start[a1])
    b0, b1 = int(s.bonus_start[k0]), int(s.bonus_start[k1])
    cells, offer_cell = np.unique(s.offer_cell[o0:o1], return_inverse=True)
    shard = Shard(
        class_start=s.class_start[first : end + 1] - k0,
        applicant_start=s.applicant_start[first : end + 1] - a0,
        pair_start=s.pair_start[first : end + 1] - p0,
        capacity=s.capacity[k0:k1],
        slot_start=s.slot_start[k0 : k1 + 1] - s.slot_start[k0],
        offer_start=s.offer_start[p0 : p1 + 1] - o0,
        offer_class=s.offer_class[o0:o1] - np.int32(k0),
        offer_cell=offer_cell.astype(np.int32),
        bonus_start=s.bonus_start[k0 : k1 + 1] - b0,
        bonus=s.bonus[b0:b1] if b1 > b0 else np.zeros(1, np.int64),
        arc_start=s.arc_start[a0 : a1 + 1] - i0,
        arc_pair=s.arc_pair[i0:i1] - np.int32(p0),
        arc_value=s.arc_value[i0:i1],
    )
    return Placed(shard, slice(k0, k1), slice(a0, a1), cells.astype(np.int64))


class ShardedPricer:
    """A `Pricer` that asks each shard apart and puts the answers together; keeps the last answer of each shard."""

    def __init__(self, placed: list[Placed], quantum: int, ask: Round) -> None:
        self.placed = placed
        self.quantum = quantum
        self._ask = ask
        self._last: list[Last | None] = [None] * len(placed)

    def resume(self, leases: Leases, price: Ints, credit: Ints, outside: Ints, slack: int) -> None:
        """Take an earlier answer, and what it was an answer to, as the last one of every shard."""
        nothing = np.zeros(COUNTERS, np.int64)
        for i, place in enumerate(self.placed):
            own = slice(*np.searchsorted(leases.applicant, [place.applicants.start, place.applicants.stop]))
            part = Leases(
                leases.applicant[own] - np.int32(place.applicants.start),
                leases.klass[own] - np.int32(place.classes.start),
                np.searchsorted(place.cells, leases.cell[own]).astype(np.int32),
                leases.value[own],
            )
            answer = Answer(part, price[place.classes], 0, 0, nothing)
            self._last[i] = Last(answer, credit[place.cells], outside[place.classes], slack)

    def price(self, credit: Ints, outside: Ints, slack: int) -> Answer:
        """Best assignment for these credits; shards whose credits did not move are not asked again."""
        asked: list[tuple[int, Question]] = []
        for i, place in enumerate(self.placed):
            question = Question(
                self.quantum, credit[place.cells], outside[place.classes], slack, self._last[i]
            )
            if not _answered(question):
                asked.append((i, question))
        work = np.zeros(COUNTERS, np.int64)
        for (i, question), answer in zip(asked, self._ask(asked) if asked else [], strict=True):
            self._last[i] = Last(answer, question.credit, question.outside, slack)
            work += answer.work
        answers = []
        for i, last in enumerate(self._last):
            assert last is not None
            self._last[i] = replace(last, slack=slack)
            answers.append(last.answer)
        return Answer(
            leases=_together(self.placed, answers),
            price=np.concatenate([np.zeros(0, np.int64), *(x.price for x in answers)]),
            gains=sum(x.gains for x in answers),
            dwellings=sum(x.dwellings for x in answers),
            work=work,
        )


def _answered(question: Question) -> bool:
    """Whether the last answer is this question's: nothing moved, and it was solved at least as well."""
    last = question.last
    return (
        last is not None
        and last.slack <= question.slack
        and np.array_equal(last.credit, question.credit)
        and np.array_equal(last.outside, question.outside)
    )


def _together(placed: list[Placed], answers: list[Answer]) -> Leases:
    """Leases of all shards in the structure's numbers."""
    if not placed:
        return no_leases()
    both = [(p, x.leases) for p, x in zip(placed, answers, strict=True)]
    return Leases(
        np.concatenate([x.applicant + np.int32(p.applicants.start) for p, x in both]),
        np.concatenate([x.klass + np.int32(p.classes.start) for p, x in both]),
        np.concatenate([p.cells[x.cell] for p, x in both]).astype(np.int32),
        np.concatenate([x.value for _, x in both]),
    )
