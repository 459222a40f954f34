"""The rows of a case: every line of every rule counted before the run, with its required rate; and the measure of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.ground import I64, Counted, Ground, first_ranks
from optimizer.problem.ledger import read_ground
from optimizer.problem.model import Row
from optimizer.problem.registry import Line, RuleShape, all_rules
from optimizer.problem.required import expected, row_of, tally

if TYPE_CHECKING:
    from optimizer.domain.case import Case
    from optimizer.eligibility.facts import Facts
    from optimizer.policy import RuleSet


@dataclass(frozen=True)
class Section:
    """One rule in a case: its lines in the order of their scopes; the first is row ``start`` of the book."""

    rule: RuleShape
    lines: tuple[Line, ...]
    start: int


@dataclass(frozen=True)
class RuleBook:
    """Rules in order of publication, their lines by scope, and the rows these give."""

    ground: Ground
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]


def rule_book(case: Case, facts: Facts, rules: RuleSet) -> RuleBook:
    """The rules of a case.

    Raises
    ------
    ValueError
        A rule gives two lines the same scope.
    """
    ground = read_ground(case, facts, rules)
    sections: list[Section] = []
    rows: list[Row] = []
    for shape in all_rules():
        lines = tuple(sorted(shape.lines(ground), key=lambda line: line.scope))
        if len({line.scope for line in lines}) != len(lines):
            raise ValueError(f"rule {shape.id}: two lines of one scope")
        sections.append(Section(shape, lines, len(rows)))
        if lines:
            rows += _rows(shape, lines, ground)
    return RuleBook(ground, tuple(sections), tuple(rows))


def _rows(shape: RuleShape, lines: tuple[Line, ...], ground: Ground) -> list[Row]:
    before = Counted.joined((ground.before, ground.returned)) if shape.counts_returned else ground.before
    num, den = _count(shape, lines, ground, before)
    remaining = [line.remaining for line in lines]
    if any(f is None for f in remaining):
        own = shape.counted(lines, ground, ground.dwellings_as_leases())
        territory = [line.territory for line in lines]
        found = expected(
            ground, territory, den.tolist(), (own.lease, own.line), whole_stock=shape.whole_stock
        )
        remaining = [common if own is None else own for own, common in zip(remaining, found, strict=True)]
    return [
        row_of(ground, shape.id, line, int(n), int(d), f)
        for line, n, d, f in zip(lines, num, den, remaining, strict=True)
        if f is not None
    ]


def _count(shape: RuleShape, lines: tuple[Line, ...], ground: Ground, leases: Counted) -> tuple[I64, I64]:
    if not shape.counts_seats:
        leases = leases.where(leases.named)
    pairs = shape.counted(lines, ground, leases)
    return tally(pairs.line[pairs.num], len(lines)), tally(pairs.line, len(lines))


def measure(
    book: RuleBook,
    dwelling: NDArray[np.integer],
    app: NDArray[np.integer],
    account: NDArray[np.integer],
) -> tuple[I64, I64]:
    """``num_run, den_run`` of every row for a set of first ranks, from the facts alone.

    Parameters
    ----------
    dwelling, app, account : (n,) indices in `Facts`; ``app`` -1 is a seat.
    """
    leases = first_ranks(book.ground, dwelling, app, account)
    num, den = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for section in book.sections:
        if section.lines:
            n, d = _count(section.rule, section.lines, book.ground, leases)
            num.append(n)
            den.append(d)
    return np.concatenate(num), np.concatenate(den)
