"""What a household is kept for: points that letting to it now costs, where a dwelling expected might be left empty without it."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.reading import half_up

TERMS = 400
"""Terms of the series of e^L: L stays below 100 in these cases."""


def awaited(pairs: Pairs) -> dict[str, Fraction]:
    """Household -> points, those of none left out."""
    law = pairs.law
    lines = {f"ligne {i}": row for i, row in enumerate(pairs.case["forecast"])}
    homes = [{**row, "dwelling_id": name} for name, row in lines.items()]
    rows = [type(row)(home) for row, home in zip(lines.values(), homes, strict=True)]
    decisions = [row for row in pairs.case["decisions"] if row["dwelling_id"] is None]
    later = Pairs({**pairs.case, "dwellings": rows, "decisions": decisions}, law, pairs.agreements)
    who = {d: frozenset(a for a in pairs.applications if later.code(d, a) is None) for d in lines}
    found: dict[str, Fraction] = {}
    for d, people in who.items():
        if not people:
            continue
        expected = sum(Fraction(lines[e]["expected"]) for e in lines if who[e] and who[e] <= people)
        needed = len(people) + (lines[d]["arrivals"] or 0)
        terms = [expected**j / factorial(j) for j in range(TERMS)]
        once, twice = (sum(terms[j] for j in range(TERMS) if times * j >= needed) for times in (1, 2))
        chance = min(law.national("awaited.most"), (once + twice) / (2 * sum(terms)))
        points = half_up(law.national("awaited.weight") * law.national("fit.fill_value") * chance, 2)
        for a in people:
            found[a] = max(found.get(a, Fraction(0)), points)
    return found
