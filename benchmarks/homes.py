"""Synthetic cases say where a sitting tenant lives, not what that dwelling is: here it is like a vacancy of its landlord and size."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pandas as pd

from optimizer.domain import Case


def with_current_homes(case: Case, *, seed: int = 0, share: float = 1.0) -> Case:
    """The case with ``current_commune``, ``current_financing`` and the like of a share of its tenants.

    Each takes them from a vacancy of its landlord with as many rooms, from any of its landlord where there is none.
    """
    draw = Random(f"homes|{seed}")
    homes, people = case.table("dwellings"), case.table("applications").copy()
    by_landlord: dict[str, list[int]] = {}
    by_size: dict[tuple[str, int], list[int]] = {}
    for i, (landlord, rooms) in enumerate(zip(homes["landlord"], homes["rooms"], strict=True)):
        by_landlord.setdefault(str(landlord), []).append(i)
        by_size.setdefault((str(landlord), int(rooms)), []).append(i)
    names = {"commune", "financing", "qpv", "accessible", "floor", "lift"}
    taken: dict[str, list[object]] = {name: [None] * len(people) for name in names}
    for at, (landlord, rooms) in enumerate(
        zip(people["current_landlord"], people["current_rooms"], strict=True)
    ):
        if pd.isna(landlord) or pd.isna(rooms) or draw.random() >= share:
            continue
        like = by_size.get((str(landlord), min(6, int(rooms)))) or by_landlord.get(str(landlord))
        if like:
            row = homes.iloc[draw.choice(like)]
            for name in names:
                taken[name][at] = None if pd.isna(row[name]) else row[name]
    for name in names:
        people[f"current_{name}"] = pd.Series(taken[name], index=people.index).astype(
            people[f"current_{name}"].dtype
        )
    return replace(case, tables={**case.tables, "applications": people})
