"""What a row would cost and bring: ``expected_num`` recomputed; ``marginal_points`` too, but where the optimum was solved again.

One more lease asked of a row changes nothing where it has no price or a whole lease to spare. Elsewhere it costs the row's
multiplier at the root, or what the proposal itself then loses where that is less. On small proven cases the optimum is solved
again, which only a solver can do: the proposal there is still possible, so it falls by no more than the proposal does, and the
leaves of the proof, one more lease asked, say by how much it falls at least.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.verify.cells import B
from optimizer.verify.outputs import Out
from optimizer.verify.proof import Proof
from optimizer.verify.root import MICRO, Root
from optimizer.verify.rows import LEASE, PROFILES, TRAITS, Book, lease_of
from optimizer.verify.solution import Counts, Lines, profiles
from optimizer.verify.verdict import Findings, place
from optimizer.verify.world import World

WHOLE = 10**12
"""Parts of a lease in which expected leases are added up."""


SOLVED_AGAIN = 25
"""Dwellings up to which one more lease may have been priced by solving again."""


@dataclass(frozen=True)
class Margins:
    """What the proof says of one more lease; ``again``: whether the optimum may have been solved again."""

    root: Root
    proof: Proof
    again: bool

    def allows(self, row: tuple[str, str], said: Fraction, lost: Fraction) -> bool:
        """Whether the marginal points of a row, by rule and scope, are its multiplier's, or within what its leaves leave open.

        By name: the proof may have rows besides, of dwellings that a chain could let and does not, so its numbers are others.
        """
        k = self.proof.book.number[row]
        if said == self.root.marginal(k, lost):
            return True
        return self.again and -lost <= said <= Fraction(self.proof.asked_more(k), MICRO)


def check_gauges(
    out: Out, world: World, book: Book, counts: Counts, lines: Lines, whole: bool, margins: Margins | None, found: Findings
) -> None:  # fmt: skip
    """Both columns of every row; ``whole``: none may be empty; without ``margins`` no more than what the proposal loses."""
    found.start("gauges")
    expected = expected_leases(world, book, lines)
    names = zip(out.strings("rule"), out.strings("scope"), strict=True)
    said = {name: out.strings(name) for name in ("marginal_points", "expected_num")}
    for i, name in enumerate(names):
        k = book.number.get(name)
        if k is None:
            continue
        lost = most_lost(book, counts, k)
        for column in said:
            text = said[column][i]
            if not text:
                fine = not whole
            elif column == "expected_num":
                fine = number(text) == expected[k]
            else:
                value = number(text)
                fine = -lost <= value <= 0 if margins is None else margins.allows(name, value, lost)
            found.demand("gauges", fine, f"{place('rules', i, column)} : {name[0]}[{name[1]}]")


def number(text: str) -> Fraction:
    """A decimal as the tables write it."""
    return Fraction(text.replace(",", "."))


def most_lost(book: Book, counts: Counts, k: int) -> Fraction:
    """Points that the proposal as it stands loses when row ``k`` asks one more lease: the optimum loses no more."""
    row = book.rows[k]
    asked = row.rate * counts.den[k] + counts.more[k] - row.slack - counts.num[k] * LEASE
    more = max(0, asked + LEASE) - max(0, asked)
    return Fraction(row.price * more, 100 * LEASE)


def free_of(world: World, lines: Lines) -> dict[int, int]:
    """Freed dwelling -> parts of a certainty that it is free: that every first rank before it accepts, all of a cycle's others."""
    first = np.flatnonzero(lines.rank == 1)
    home_of = dict(zip(lines.app[first].tolist(), lines.dwelling[first].tolist(), strict=True))
    at_first = dict(zip(lines.dwelling[first].tolist(), lines.app[first].tolist(), strict=True))
    found: dict[int, int] = {}
    for d in world.tenant:
        if d not in at_first:
            continue
        before, at = [world.tenant[d]], home_of[world.tenant[d]]
        while at in world.tenant and at != d:
            before.append(world.tenant[at])
            at = home_of[world.tenant[at]]
        if at == d:
            before.remove(at_first[d])
            found[d] = _all(sorted(int(world.apps.acceptance[a]) for a in before))
        else:
            found[d] = _all([int(world.apps.acceptance[a]) for a in reversed(before)])
    return found


def _all(chances: list[int]) -> int:
    """All of them, each rounded down in turn."""
    left = WHOLE
    for chance in chances:
        left = left * chance // LEASE
    return left


def expected_leases(world: World, book: Book, lines: Lines) -> list[Fraction]:
    """By row: leases to expect when each name of a list accepts with its own probability, called in order; four decimals.

    An orientation without household is counted whole. Of an upper row, the leases that count against its account.
    """
    total = [0] * len(book.rows)
    named = lines.app >= 0
    bits = np.zeros(len(lines), np.int64)
    bits[named] = profiles(world, lines.dwelling[named], lines.app[named])
    before, left = -1, WHOLE
    free = free_of(world, lines)
    rows = zip(
        lines.dwelling.tolist(), lines.accounts_of(lines.account), lines.app.tolist(), bits.tolist(), strict=True
    )  # fmt: skip
    every = np.arange(PROFILES)
    counts = {name: trait(every) > 0 for name, trait in TRAITS.items()}
    known: dict[tuple[int, str, bool], list[tuple[int, B]]] = {}
    for d, account, a, mine in rows:
        if d != before:
            before, left = d, free.get(d, WHOLE)
        signs = left * (LEASE if a < 0 else int(world.apps.acceptance[a])) // LEASE
        left -= signs
        key = (book.spot(d), account, a < 0)
        if key not in known:
            marks = book.marks(lease_of(world, d), account, seat=a < 0)
            known[key] = [(k, counts[trait] != book.rows[k].upper) for k, trait in marks]
        for k, adds in known[key]:
            if adds[mine]:
                total[k] += signs
    unit = WHOLE // LEASE
    return [Fraction((2 * t + unit) // (2 * unit), LEASE) for t in total]
