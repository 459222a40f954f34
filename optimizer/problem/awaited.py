"""`awaited` of a household (design §5): what it costs to let to it now where a dwelling expected this year might be left empty.

A line of the table ``forecast`` expects L dwellings; n households of the case would suit it and some more are to arrive. With it count
the lines that suit nobody else: those whose every household it suits too. Dwellings come at random and apart (Poisson), so that

    chance = ½ P(X ≥ k) + ½ P(2X ≥ k),   X ~ Poisson(L),   k = n + arrivals
    awaited = weight × fill_value × min(most, chance)

rounded half up to hundredths of a point; of several lines the dearest counts. The second half is for two of these households that one
session may take at once: neither is missed where one goes, both are where both do. Neglected: that households of one line are also wanted
by lines that share some of them only, refusals, departures, and who may name whom.

Chances are decimal numbers of sixty digits, rounded once: no chance lies within 10⁻⁵⁰ of a tie, as e^L is no fraction.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.expected import EXPECTED_UNIT, suited
from optimizer.eligibility.facts import Csr, Facts
from optimizer.problem.model import I64
from optimizer.problem.registry import hundredths

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

DIGITS = 60
NEGLIGIBLE = Decimal(1).scaleb(-12)
"""A chance below it is worth less than a millionth of a hundredth of a point."""


@lru_cache(maxsize=4096)
def at_least(expected: int, needed: int) -> Decimal:
    """P(Poisson(expected) ≥ needed), 0 below `NEGLIGIBLE`.

    Parameters
    ----------
    expected : hundredths of a dwelling
    needed : households, 0 or more
    """
    with localcontext(Context(prec=DIGITS)):
        mean = Decimal(expected) / EXPECTED_UNIT
        term = (-mean).exp()
        below = Decimal(0)
        for count in range(needed):
            below += term
            if count > mean and 1 - below < NEGLIGIBLE:
                return Decimal(0)
            term = term * mean / (count + 1)
        return max(Decimal(0), 1 - below)


def reserve(expected: int, needed: int, whole: Decimal, most: Decimal) -> int:
    """Hundredths of a point of a line.

    Parameters
    ----------
    expected, needed : as `at_least` takes them
    whole : hundredths of a point that an empty dwelling costs
    most : part of it that is never passed
    """
    with localcontext(Context(prec=DIGITS)):
        chance = (at_least(expected, needed) + at_least(expected, -(-needed // 2))) / 2
        points = whole * min(most, chance)
        return int(points.to_integral_value(ROUND_HALF_UP))


def awaited(facts: Facts, rules: RuleSet) -> I64:
    """(A,) hundredths of a point taken off the value of each household, 0 or more; empty for a case without the table."""
    lines = facts.expected
    if lines is None:
        return np.zeros(0, np.int64)
    found = np.zeros(len(facts.applications.ids), np.int64)
    weight, most = (Decimal(str(rules.get(f"national.awaited.{name}"))) for name in ("weight", "most"))
    whole = hundredths(rules.get("national.fit.fill_value")) * weight
    if not whole:
        return found
    who = suited(facts, lines)
    size = np.diff(who.ptr)
    for line in np.flatnonzero(size).tolist():
        needed = int(size[line] + lines.arrivals[line])
        if not reserve(int(lines.many.sum()), needed, whole, most):
            continue  # not even if every line counted with it
        points = reserve(int(lines.many[inside(who, line)].sum()), needed, whole, most)
        mine = who.row(line)
        found[mine] = np.maximum(found[mine], points)
    return found


def inside(who: Csr, line: int) -> NDArray[np.bool_]:
    """(L,) lines that suit somebody, and nobody whom ``line`` does not suit: itself, and those nested in it."""
    mine = np.zeros(int(who.values.max(initial=-1)) + 1, bool)
    mine[who.row(line)] = True
    size = np.diff(who.ptr)
    within = np.concatenate([[0], np.cumsum(mine[who.values])])
    return np.asarray((size > 0) & (within[who.ptr[1:]] - within[who.ptr[:-1]] == size), bool)
