"""The same year a little changed, and what an earlier run says about it: what warm starts are for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.scale.raw_instances import RawTerritory
from benchmarks.scale.simplified import build, class_codes
from optimizer.solve.transport import LabelledTransport, ScaleResult, WarmStart

MORE_LEASES = 2
"""Leases added to one landlord's quota: a changed share."""
PIN = 1_000_000
"""Premium of a pinned pair, above all values and prices."""
NEW_PART = 0.02
"""Dwellings of a new week: this part of the year's gone and as many new."""


def again(
    raw: RawTerritory, model: LabelledTransport, earlier: ScaleResult
) -> Iterator[tuple[str, LabelledTransport, WarmStart]]:
    """(What changed, model, start made of the earlier run) for a changed share, a pin and a new week."""
    yield "a changed share", *changed_share(model, earlier, 0)
    yield "a pin", *pinned(model, earlier, 0)
    yield "a new week", *new_week(raw, earlier)


def changed_share(
    model: LabelledTransport, earlier: ScaleResult, row: int
) -> tuple[LabelledTransport, WarmStart]:
    """One row asks for ``MORE_LEASES`` more."""
    lease = -int(model.effect_coef[model.effect_row == row].min(initial=-1))
    wanted = model.row_constant.copy()
    wanted[row] += MORE_LEASES * lease
    return replace(model, row_constant=wanted), earlier.warm


def pinned(
    model: LabelledTransport, earlier: ScaleResult, place: float
) -> tuple[LabelledTransport, WarmStart]:
    """A pair of a household that had nothing is pinned: of all those pairs, in their order, the one at ``place`` in [0, 1)."""
    losers = np.flatnonzero(earlier.assigned_class[model.entry_applicant] < 0)
    value = model.entry_value.copy()
    value[losers[int(place * len(losers))]] += PIN
    return replace(model, entry_value=value), earlier.warm


def new_week(raw: RawTerritory, earlier: ScaleResult, seed: int = 1) -> tuple[LabelledTransport, WarmStart]:
    """One of many weeks: which dwellings have gone and which have come is drawn from ``seed``."""
    rng = np.random.default_rng(seed)
    n = len(raw.d_commune)
    gone = rng.choice(n, int(n * NEW_PART), replace=False)
    like = rng.integers(0, n, len(gone))
    moved = {}
    for name in ("d_commune", "d_rooms", "d_landlord", "d_qpv", "d_financing", "d_accessible"):
        column = getattr(raw, name).copy()
        column[gone] = column[like]
        moved[name] = column
    week = replace(raw, **moved)
    before, after = np.unique(class_codes(raw)), np.unique(class_codes(week))
    at = np.minimum(np.searchsorted(after, before), len(after) - 1)
    number = np.where(after[at] == before, at, -1)
    placed = earlier.assigned_class
    assigned = np.where(placed >= 0, number[np.maximum(placed, 0)], -1).astype(np.int32)
    price = np.zeros(len(after), np.int64)
    known = number >= 0
    price[number[known]] = earlier.certificate.class_price[known]
    proof = replace(earlier.certificate, class_price=price)
    leaves = tuple(_moved(leaf, number, len(after)) for leaf in earlier.leaves)
    return build(week), WarmStart(proof, leaves, assigned)


def _moved(leaf, number: np.ndarray, n: int):  # type: ignore[no-untyped-def]
    price = np.zeros(n, np.int64)
    known = number >= 0
    price[number[known]] = leaf.class_price[known]
    return replace(leaf, class_price=price)
