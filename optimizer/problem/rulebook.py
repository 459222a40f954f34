"""The rows of a case: every line of every rule counted before the run, with its required rate; and the measure of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.ground import I64, Counted, Ground, leases_of_first_ranks
from optimizer.problem.ledger import read_ground
from optimizer.problem.model import Row
from optimizer.problem.registry import Line, Pairs, RuleShape, all_rules, lines_of, pairs_of
from optimizer.problem.required import Expected, ceiling_of, expected, row_of, tally

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

    def read_from(self, facts: Facts) -> RuleBook:
        """The same rows over the facts of the same tables with other decisions."""
        return replace(self, ground=replace(self.ground, facts=facts))


def rule_book(case: Case, facts: Facts, rules: RuleSet, *, price_assumed: bool = False) -> RuleBook:
    """The rules of a case; ``price_assumed`` as in `read_ground`.

    Raises
    ------
    DropInError
        A rule answers with something else than it must.
    """
    return book_of(read_ground(case, facts, rules, price_assumed=price_assumed))


def book_of(ground: Ground) -> RuleBook:
    """The rules on a ground: what was counted so far, and the dwellings of this run."""
    sections: list[Section] = []
    rows: list[Row] = []
    for shape in all_rules():
        lines = lines_of(shape, ground)
        sections.append(Section(shape, lines, len(rows)))
        if lines:
            rows += _rows(shape, lines, ground)
    return RuleBook(ground, tuple(sections), tuple(rows))


def _rows(shape: RuleShape, lines: tuple[Line, ...], ground: Ground) -> list[Row]:
    before = Counted.joined((ground.before, ground.returned)) if shape.counts_returned else ground.before
    num, den = _count(shape, lines, ground, before)
    own = pairs_of(shape, lines, ground, ground.dwellings_as_leases())
    if any(line.ceiling for line in lines):
        return _ceilings(shape, lines, ground, before, own)
    remaining = [None if line.remaining is None else Expected(line.remaining, True) for line in lines]
    if any(f is None for f in remaining):
        done = pairs_of(shape, lines, ground, ground.before)
        found = expected(ground, len(lines), (done.lease, done.line), (own.lease, own.line), flux=False)
        remaining = [common if mine is None else mine for mine, common in zip(remaining, found, strict=True)]
    return [
        row_of(ground, shape.id, line, int(n), int(d), f)
        for line, n, d, f in zip(lines, num, den, remaining, strict=True)
        if f is not None
    ]


def _ceilings(
    shape: RuleShape, lines: tuple[Line, ...], ground: Ground, before: Counted, own: Pairs
) -> list[Row]:
    """Rows of lines that limit; num of the measure is what does not count against them."""
    pairs = pairs_of(shape, lines, ground, before)
    dwellings = ground.dwellings_as_leases()
    rows = []
    for k, line in enumerate(lines):
        here = pairs.lease[pairs.line == k]
        against = int((~pairs.num[pairs.line == k]).sum())
        communes = before.commune[here].tolist(), dwellings.commune[own.lease[own.line == k]].tolist()
        rows.append(ceiling_of(ground, shape.id, line, against, *communes))
    return rows


def _count(shape: RuleShape, lines: tuple[Line, ...], ground: Ground, leases: Counted) -> tuple[I64, I64]:
    if not shape.counts_seats:
        leases = leases.where(leases.named)
    pairs = pairs_of(shape, lines, ground, leases)
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
    leases = leases_of_first_ranks(book.ground, dwelling, app, account)
    num, den = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for section in book.sections:
        if section.lines:
            n, d = _count(section.rule, section.lines, book.ground, leases)
            num.append(n)
            den.append(d)
    return np.concatenate(num), np.concatenate(den)
