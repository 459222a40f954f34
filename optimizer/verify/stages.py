"""What the stages of a lottery prove, computed again from their multipliers in whole numbers.

A stage of `leximin` or `maximin` says that no point of the program gives every type that is not fixed yet more than its value. The last
stage of `nash` says that no geometric mean of chances is larger: for any slopes s > 0 and weights w that add up to 1,
Σ w log p ≤ Σ w log(w/s) + log Σ s p, so that the largest Σ s p of a point, which multipliers prove like any sum of chances, is enough.
The solver's rounding is charged in full; of a product, logarithms are in double precision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log
from types import MappingProxyType
from typing import Any, Protocol

from optimizer.verify.verdict import Findings

UNIT = 10**15
"""Multipliers and chances are read as whole numbers of this unit: coefficients of rows are ten-thousands, which magnify what is rounded."""
SLACK = UNIT // 10**7
"""What the rounding of a linear program may leave between a stage's value and the bound of its multipliers."""
STAGED = ("leximin", "maximin")
"""Those proven stage by stage."""
PRODUCT = "nash"
"""The one whose last stage proves a product."""


class Chances(Protocol):
    """Of one mechanism: the households of each type, and the chance of each type added up from its allocations."""

    @property
    def members(self) -> Mapping[int, Sequence[str]]: ...

    @property
    def of_type(self) -> Mapping[int, Fraction]: ...


def check_stages(proofs: Mapping[str, Any], lotteries: Mapping[str, Chances], found: Findings) -> int:
    """Each stage's value is within reach of no more: the bound of its multipliers, over every column and every leaf of its tree.

    Returns the largest chance, in units, that a stage leaves between what the lottery gives and what is proven.
    """
    within = 0
    for name, one in lotteries.items():
        if name not in (*STAGED, PRODUCT):
            continue
        proof = proofs[name]
        found.demand("stages", bool(proof["stages"]), f"{name} : étapes")
        program = Program(proof["program"])
        for kind, size in enumerate(program.people):
            found.demand("stages", len(one.members[kind]) == size, f"{name} : type {kind}")
        fixed: dict[int, int] = {}
        smallest = proof["stages"][:-1] if name == PRODUCT else proof["stages"]
        for number, stage in enumerate(smallest):
            value = _whole(stage["value"])
            told = max(value, _whole(stage.get("bound", stage["value"])))
            weight = [max(0, _whole(x)) for x in stage["on_types"]]
            mass = sum(w for t, w in enumerate(weight) if t not in fixed)
            held = sum(weight[t] * p for t, p in fixed.items())
            # a chance is at most 1 whatever the multipliers of a stage whose tree was cut short say
            if told < UNIT:
                most = program.proves(stage, weight) * UNIT - held
                # multipliers of nothing prove nothing, and say of no type that it can have no more
                tight = mass > 0 and all(weight[int(kind)] > 0 for kind in stage["fixed"])
                proven = tight and most <= (told + SLACK) * mass
                found.demand("stages", proven, f"{name} : étape {number + 1}")
                if proven:
                    open_ = max(0, most - told * mass)
                    within = max([within, *(open_ // weight[int(kind)] for kind in stage["fixed"])])
            within = max(within, told - value)
            for kind in stage["fixed"]:
                found.demand("stages", kind not in fixed, f"{name} : type fixé deux fois")
                fixed[int(kind)] = value
        if name == PRODUCT:
            within = max(within, _product(name, proof["stages"][-1], program, one, fixed, found))
        whole = name != "leximin" or fixed.keys() == set(range(len(program.people)))
        found.demand("stages", whole, f"{name} : étapes manquantes")
        error = _whole(proof["error"])
        within = max(within, error)
        for kind, value in fixed.items():
            share = one.of_type.get(kind, Fraction(0))
            low = name == "maximin" or abs(share * UNIT - value) <= error + SLACK
            found.demand(
                "stages", low and share * UNIT >= value - error - SLACK, f"{name} : chance d'un type"
            )
    return within


def _product(
    name: str,
    stage: Mapping[str, Any],
    program: Program,
    one: Chances,
    fixed: Mapping[int, int],
    found: Findings,
) -> int:
    """The chance, in units, between the geometric mean of a lottery's chances and what no lottery exceeds.

    Types that an earlier stage proves to have no chance are left out of the mean; of every other one the slope is positive.
    """
    slopes = [_whole(x) for x in stage["on_types"]]
    served = [t for t in range(len(program.people)) if t not in fixed]
    nobody = all(value == 0 for value in fixed.values()) and all(slopes[t] == 0 for t in fixed)
    found.demand("stages", nobody, f"{name} : types sans chance")
    chances = [float(one.of_type.get(t, Fraction(0))) for t in served]
    fine = len(slopes) == len(program.people) and all(slopes[t] > 0 for t in served)
    found.demand("stages", fine and min(chances, default=1.0) > 0, f"{name} : pentes ou chance nulle")
    if not fine or min(chances, default=1.0) <= 0:
        return 0
    people = sum(program.people[t] for t in served)
    weight = [program.people[t] / people for t in served]
    reached = exp(fsum(w * log(p) for w, p in zip(weight, chances, strict=True)))
    slack = fsum(w * log(w * UNIT / slopes[t]) for w, t in zip(weight, served, strict=True))
    most = program.proves(stage, slopes) / UNIT * exp(slack)
    value, told = float(stage["value"]), max(float(stage["value"]), float(stage["bound"]))
    found.demand("stages", abs(value - reached) * UNIT <= SLACK, f"{name} : moyenne des chances")
    found.demand("stages", (most - told) * UNIT <= SLACK, f"{name} : produit des chances")
    return _whole(told - value)


class Program:
    """The published program: columns of types, rows in whole numbers, and what multipliers prove of its points."""

    def __init__(self, program: Mapping[str, Any]) -> None:
        self.people = [int(x) for x in program["people"]]
        self.owner = [int(t) for t in program["owner"]]
        self.low, self.high = program["low"], program["high"]
        self.entries: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for column, row, value in program["entries"]:
            self.entries[int(column)].append((int(row), int(value)))

    def proves(self, stage: Mapping[str, Any], weight: Sequence[int]) -> int:
        """Largest weighted sum of chances that a stage allows: of its multipliers, or of every leaf of its tree."""
        return self.most(stage["tree"], weight) if "tree" in stage else self.leaf(stage, weight)

    def leaf(
        self,
        leaf: Mapping[str, Any],
        weight: Sequence[int],
        within: Mapping[int, tuple[int, int]] = MappingProxyType({}),
    ) -> int:
        """Largest weighted sum of chances that multipliers allow, in units; ``within``: columns with bounds of their own."""
        caps = [max(0, _whole(x)) for x in leaf["on_people"]]
        on_rows = []
        total = sum(v * m for v, m in zip(caps, self.people, strict=True))
        for x, low, high in zip(leaf["on_rows"], self.low, self.high, strict=True):
            u = _whole(x)
            if (u > 0 and high is None) or (u < 0 and low is None):
                u = 0
            on_rows.append(u)
            total += u * int(high if u > 0 else low) if u else 0
        # Σ of a type's columns ≤ its people: one column of the type takes the largest rest of those without bounds
        extra = [0] * len(self.people)
        for column, t in enumerate(self.owner):
            charged = caps[t] + sum(on_rows[r] * a for r, a in self.entries.get(column, ()))
            # rests are of one person: weight/people − charged, kept whole by counting it ``people`` times
            rest = weight[t] - self.people[t] * charged
            if column in within:
                low, high = within[column]
                total += _up(rest * (high if rest > 0 else low), self.people[t])
            else:
                extra[t] = max(extra[t], rest)
        return total + sum(extra)

    def most(self, tree: Sequence[Mapping[str, Any]], weight: Sequence[int]) -> int:
        """The largest bound of a leaf; every whole point lies in one: each node halves what a column may be."""
        best: int | None = None
        pending: list[tuple[int, dict[int, tuple[int, int]]]] = [(0, {})]
        while pending:
            place, within = pending.pop()
            node = tree[place]
            if "column" not in node:
                bound = self.leaf(node, weight, within)
                best = bound if best is None else max(best, bound)
                continue
            column, at = int(node["column"]), int(node["at"])
            low, high = within.get(column, (0, self.people[self.owner[column]]))
            for child, bounds in ((node["below"], (low, at)), (node["above"], (at + 1, high))):
                if int(child) <= place:
                    raise ValueError("tree")
                if bounds[0] <= bounds[1]:
                    pending.append((int(child), within | {column: bounds}))
        if best is None:
            raise ValueError("tree")
        return best


def _up(num: int, den: int) -> int:
    return -(-num // den)


def _whole(x: float) -> int:
    return int(round(Fraction(float(x)) * UNIT))
