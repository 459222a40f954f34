"""`fit` of a pair (design §5) and the flags shown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.effort import BEFORE_ALLOWANCE, ESTIMATED, effort_high, ratio
from optimizer.eligibility.facts import ACCESS, MOBILITY, PROOF, Facts
from optimizer.eligibility.income import income_missing
from optimizer.eligibility.pairs import small_asked

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

FLAGS = (
    "TO_RENEW", "CEILING_UNCHECKED", "INCOME_MISSING", "DOSSIER_TO_VERIFY", "UNREACHABLE", "PRIORITY_DECLARED_ONLY",
    "ACCESS_UNKNOWN", "EFFORT_HIGH", "ALLOWANCE_ESTIMATED", "ALLOWANCE_MISSING", "SMALL_ASKED",
)  # fmt: skip
"""Flag names; flag i is bit i. The last four say something of the pair, nothing against the file."""
DOSSIER_TO_VERIFY, DOSSIER_UNREACHABLE = 1, 2
EFFORT_KEY = 1 << 20
"""Larger than any weight: threshold and weight of the burden as one number."""


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


def pair_flags(facts: Facts, dwelling: int, apps: I32) -> I16:
    """Bits of ``FLAGS`` for each pair."""
    a = facts.applications
    exact = ratio(facts, dwelling, apps)
    declared = a.priority_any[apps] & (a.proof[apps] == PROOF.index("declared"))
    bits = (
        a.to_renew[apps],
        a.ceiling_income_cents[apps] < 0,
        income_missing(facts, apps),
        a.dossier[apps] == DOSSIER_TO_VERIFY,
        a.dossier[apps] == DOSSIER_UNREACHABLE,
        declared,
        (a.mobility[apps] != MOBILITY.index("none")) & bool(facts.dwellings.access_unknown[dwelling]),
        effort_high(facts, dwelling, apps, exact),
        exact.status == ESTIMATED,
        exact.status == BEFORE_ALLOWANCE,
        small_asked(facts, dwelling, apps),
    )
    flags = np.zeros(len(apps), np.int16)
    for i, bit in enumerate(bits):
        flags |= bit.astype(np.int16) << i
    return flags


def effort_key(facts: Facts) -> I64:
    """(D, 5): what the effort rate, its flags and the burden read of a dwelling; two equal rows are told apart by nothing.

    A dwelling with simulations is alone of its kind.
    """
    d = facts.dwellings
    alone = np.full(len(d.ids), -1, np.int64)
    simulated = np.array(sorted(facts.simulations), np.int64)
    alone[simulated] = simulated
    columns = (
        alone, d.counted_rent_cents, np.maximum(d.counted_charges_cents, 0), d.allowance_zone.astype(np.int64),
        d.effort_threshold * EFFORT_KEY + d.effort_weight,
    )  # fmt: skip
    return np.stack(columns, axis=1)


MANY_PAIRS = 5_000
"""Pairs above which their flags are not remembered one by one."""


def flags_of_pairs(facts: Facts, dwellings: I32, apps: I32) -> I16:
    """Bits of ``FLAGS`` of many pairs, dwelling by dwelling of those that the flags tell apart; those of few are remembered."""
    if len(apps) > MANY_PAIRS:
        return _flags(facts, dwellings, apps)
    known = facts.lasting.setdefault("flags", {})
    pairs = list(zip(dwellings.tolist(), apps.tolist(), strict=True))
    new = np.array([i for i, pair in enumerate(pairs) if pair not in known], np.int64)
    if len(new):
        found = _flags(facts, dwellings[new], apps[new])
        known.update(zip((pairs[i] for i in new.tolist()), found.tolist(), strict=True))
    return np.array([known[pair] for pair in pairs], np.int16)


def _flags(facts: Facts, dwellings: I32, apps: I32) -> I16:
    d = facts.dwellings
    other = (d.access_unknown.astype(np.int64) * 8 + d.rooms) * 128 + d.rooms_table
    columns = np.concatenate([effort_key(facts), other[:, None]], axis=1)[dwellings]
    _, key = np.unique(columns, axis=0, return_inverse=True)
    key = key.reshape(-1)
    order = np.argsort(key, kind="stable")
    flags = np.zeros(len(apps), np.int16)
    for part in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else []:
        flags[part] = pair_flags(facts, int(dwellings[part[0]]), apps[part])
    return flags
