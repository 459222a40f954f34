"""What an optimum says: how each rule ends, what one more lease would cost, why a target is out of reach.

What lives here. :func:`rules_table` (the frame of ``rules.csv``), :func:`expected_nums` (the "attendu" gauge, from the
ranks and their acceptance), :func:`unmet` (missing leases, what exists to fill them, the smallest relaxation).

What it may import: ``solve``, ``problem`` and below. Lists and reports stand above; they pass their ranks in.

Why so. Counts come from the proposal itself, counted again in integers, never from a solver; a multiplier is shown as points
per lease only after it was checked against its price. Everything is computed in integers and turned into numbers of a
frame at the end.

Rejected: sensitivity ranges of the solver (true for the LP, not for whole leases); averages of acceptance in floats (the
sum would depend on the order of the lines).
"""

from __future__ import annotations

from optimizer.results.expectation import FULL, SCALE, Ranked, expected_nums
from optimizer.results.rules import marginal_points, rules_table
from optimizer.results.shortfalls import unmet

__all__ = ["FULL", "SCALE", "Ranked", "expected_nums", "marginal_points", "rules_table", "unmet"]
