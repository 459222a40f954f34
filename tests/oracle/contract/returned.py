"""Orientations of the year that came back without a lease where an agreement counts before the lease."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.oracle.contract.pairs import Pairs
    from tests.oracle.contract.rules import Fact


def returned(pairs: Pairs, year: int) -> list[Fact]:
    """One fact for each orientation of `events` that counts and is neither a lease of the year nor in progress.

    One orientation is (dwelling, account, day oriented), rows without that day one orientation a year. It counts in the year,
    up to the day of the case, in which it first reached the agreement's stage; a later date stands for one that is missing.
    """
    from tests.oracle.contract.agreements import in_flux_base
    from tests.oracle.contract.rules import COUNTED_FROM, STAGES, Fact

    case: dict[str, Any] = pairs.case
    places = _places(case)
    days: dict[tuple[str, str, Any], list[Any]] = {}
    steps = ("oriented_on", "presented_on", "attributed_on", "signed_on")
    for row in case["events"]:
        place = places.get(row["dwelling_id"])
        if place is None:
            continue
        rule = pairs.agreements.count_rule(place["landlord"], place["commune"], row["account"])
        if rule == "signed":
            continue
        first = ("oriented", "presented", "attributed").index(rule)
        reached = [row[step] for step in steps[first:] if row[step] is not None]
        if not reached:
            continue
        day = min(reached)
        key = (row["dwelling_id"], row["account"], row["oriented_on"] or day.year)
        days.setdefault(key, []).append(day)
    counted: dict[tuple[str, str], int] = {}
    for (dwelling, account, _), reached in days.items():
        day = min(reached)
        if day.year == year and day <= pairs.on:
            counted[dwelling, account] = counted.get((dwelling, account), 0) + 1
    facts: list[Fact] = []
    for (dwelling, account), number in sorted(counted.items()):
        place = places[dwelling]
        leases = sum(
            1
            for row in case["leases"]
            if (row["dwelling_id"], row["account"]) == (dwelling, account) and row["signed_on"].year == year
        )
        rule = pairs.agreements.count_rule(place["landlord"], place["commune"], account)
        going = sum(
            1
            for row in case["in_progress"]
            if (row["dwelling_id"], row["account"]) == (dwelling, account)
            and STAGES.index(row["stage"]) >= COUNTED_FROM[rule]
        )
        base = in_flux_base(place) if dwelling in pairs.dwellings else place["in_flux"] is not False
        fact = Fact(place["landlord"], place["commune"], bool(place["qpv"]), account, base)
        facts += [fact] * max(0, number - leases - going)
    return facts


def _places(case: dict[str, Any]) -> dict[str, Any]:
    """Where each dwelling that the case describes is; `events` describes one that no other table does."""
    found: dict[str, Any] = {}
    told = [row for row in case["events"] if row["landlord"] and row["commune"]]
    for row in sorted(told, key=lambda row: (row["landlord"], row["commune"]), reverse=True):
        outside = any(e["in_flux"] is False for e in case["events"] if e["dwelling_id"] == row["dwelling_id"])
        found[row["dwelling_id"]] = {**row, "in_flux": not outside}
    for table in ("leases", "in_progress", "dwellings"):
        found.update({row["dwelling_id"]: row for row in case[table]})
    return found
