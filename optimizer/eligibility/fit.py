"""`fit` of a pair (design §5) and the flags shown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.effort import without_credit
from optimizer.eligibility.facts import ACCESS, MOBILITY, PROOF, Facts
from optimizer.eligibility.income import income_missing

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

FLAGS = (
    "TO_RENEW", "CEILING_UNCHECKED", "INCOME_MISSING", "DOSSIER_TO_VERIFY", "UNREACHABLE", "PRIORITY_DECLARED_ONLY",
    "ACCESS_UNKNOWN", "EFFORT_NO_CREDIT",
)  # fmt: skip
"""Flag names; flag i is bit i (the eighth and last of an int8)."""
NO_CREDIT = np.int8(-128)
"""Bit of ``EFFORT_NO_CREDIT``: the lease would count in no rule that looks at the household (design §4)."""
DOSSIER_TO_VERIFY, DOSSIER_UNREACHABLE = 1, 2


@dataclass(frozen=True)
class Fit:
    """The terms of `fit` in hundredths of a point; ``preference[rank]``, index 0 for a commune reached by `extend`."""

    preference: I64
    first_choice_rooms: int
    adapted: int

    @property
    def least(self) -> int:
        """The smallest fit a pair can have, vacancy points left out."""
        return int(self.preference.min()) + min(0, self.first_choice_rooms) + min(0, self.adapted)

    @property
    def most(self) -> int:
        """The largest."""
        return int(self.preference.max()) + max(0, self.first_choice_rooms) + max(0, self.adapted)

    def of(self, facts: Facts, dwelling: int, apps: I32, ranks: I16) -> I64:
        """Fit of each pair in hundredths, vacancy points left out."""
        d = facts.dwellings
        points = self.preference[np.minimum(ranks.astype(np.int64), len(self.preference) - 1)]
        best = facts.rooms_tables[int(d.rooms_table[dwelling])].first[apps]
        points = points + self.first_choice_rooms * (best == d.rooms[dwelling])
        if d.accessible[dwelling] == ACCESS.index("adapted"):
            points = points + self.adapted * (facts.applications.mobility[apps] == MOBILITY.index("adapted"))
        return np.asarray(points, dtype=np.int64)


def fit_terms(rules: RuleSet) -> Fit:
    """Read the terms: preference points fall linearly over ``preference_span`` ranks, rounded half up to hundredths."""
    most, first, adapted = (
        int(np.floor(rules.number(f"national.fit.{name}") * 100 + 0.5))
        for name in ("preference_points", "first_choice_rooms_points", "adapted_points")
    )
    span = rules.integer("national.fit.preference_span")
    left = np.maximum(span - np.arange(span + 1), 0)
    preference = np.concatenate([[0], (2 * most * left + span) // (2 * span)])
    return Fit(preference.astype(np.int64), first, adapted)


def pair_flags(facts: Facts, dwelling: int, apps: I32) -> I8:
    """Bits of ``FLAGS`` for each pair."""
    a = facts.applications
    declared = a.priority_any[apps] & (a.proof[apps] == PROOF.index("declared"))
    bits = (
        a.to_renew[apps],
        a.ceiling_income_cents[apps] < 0,
        income_missing(facts, apps),
        a.dossier[apps] == DOSSIER_TO_VERIFY,
        a.dossier[apps] == DOSSIER_UNREACHABLE,
        declared,
        (a.mobility[apps] != MOBILITY.index("none")) & bool(facts.dwellings.access_unknown[dwelling]),
        without_credit(facts, dwelling, apps),
    )
    flags = np.zeros(len(apps), np.int8)
    for i, bit in enumerate(bits):
        flags |= bit.astype(np.int8) << i
    return flags


def flags_of_pairs(facts: Facts, dwellings: I32, apps: I32) -> I8:
    """Bits of ``FLAGS`` of many pairs, dwelling by dwelling of those that the flags tell apart."""
    d = facts.dwellings
    alone = d.effort_credit_max[dwellings] >= 0
    key = np.where(alone, dwellings.astype(np.int64) + 2, d.access_unknown[dwellings].astype(np.int64))
    order = np.argsort(key, kind="stable")
    flags = np.zeros(len(apps), np.int8)
    for part in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else []:
        flags[part] = pair_flags(facts, int(dwellings[part[0]]), apps[part])
    return flags
