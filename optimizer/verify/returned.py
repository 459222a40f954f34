"""Orientations that came back without a lease, counted on the flux rows where the agreement's count rule consumed them.

One orientation is (dwelling, account, day of orientation); rows without that day are one a year. It belongs to the year of
the first day its rule was reached. Leases of the year and counted work in progress of the same dwelling and account are
taken from the number of orientations; what is left came back. A lease whose own orientation belongs to an earlier year was
counted there, and is none of this year's flux.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from optimizer.verify import cells
from optimizer.verify.agreements import OUTSIDE
from optimizer.verify.tables import RawTable
from optimizer.verify.world import STAGES, World

COUNTED_FROM = {"oriented": 0, "presented": 1, "attributed": 3}
_REACHED_BY = {"oriented": 0, "presented": 1, "attributed": 2}
_DATES = ("oriented_on", "presented_on", "attributed_on", "signed_on")
Spot = tuple[str, str, str, str]
"""Landlord, commune, EPCI, département; the last three empty where the commune is unknown."""


def furthest_lines(table: RawTable) -> dict[str, tuple[int, int]]:
    """Dwelling -> (line, stage) of its work in progress that counts: furthest, then oldest, then smallest application."""
    stage, since = cells.choice(table, "stage", STAGES), cells.days(table, "since")
    best: dict[str, tuple[int, int, str, int]] = {}
    names = zip(
        cells.strings(table.text("dwelling_id")), cells.strings(table.text("application_id")), strict=True
    )
    for i, (dwelling, application) in enumerate(names):
        key = (-int(stage[i]), int(since[i]), application, i)
        best[dwelling] = min(best.get(dwelling, key), key)
    return {dwelling: (key[3], -key[0]) for dwelling, key in best.items()}


def returned(world: World) -> Iterator[tuple[Spot, str, int]]:
    """(where, account, how many) of the orientations that count without a lease, in the flux base."""
    table = world.raw.table("events")
    if not table.rows:
        return
    seen = _orientations(table)
    year, on = world.settings.year, world.on
    opens, closes = cells.as_day(date(year, 1, 1)), cells.as_day(date(year, 12, 31))
    before = earlier(world)
    leases = {rule: _leases(world, before[rule], opens, closes) for rule in COUNTED_FROM}
    progress = world.raw.table("in_progress")
    accounts = cells.strings(progress.text("account"))
    pending = {d: (accounts[i], stage) for d, (i, stage) in furthest_lines(progress).items()}
    spots, closed = _spots(world), _out_of_flux(world)
    for (dwelling, account), firsts in sorted(seen.items()):
        spot = spots.get(dwelling)
        if spot is None or not spot[1] or account in OUTSIDE or dwelling in closed:
            continue
        line = world.agreements.line(spot[0], account, *spot[1:])
        rule = line.count_rule if line else world.agreements.default_count
        if rule not in COUNTED_FROM:
            continue
        days = firsts[_REACHED_BY[rule]].values()
        done = leases[rule][dwelling, account]
        who, stage = pending.get(dwelling, ("", -1))
        done += who == account and stage >= COUNTED_FROM[rule]
        back = sum(opens <= day <= min(on, closes) for day in days) - done
        if back > 0:
            yield spot, account, back


def _orientations(
    table: RawTable,
) -> dict[tuple[str, str], tuple[dict[tuple[bool, int], int], ...]]:
    """(dwelling, account) -> for each rule, orientation -> first day it was reached."""
    dates = [cells.days(table, name).tolist() for name in _DATES]
    names = zip(cells.strings(table.text("dwelling_id")), cells.strings(table.text("account")), strict=True)
    seen: dict[tuple[str, str], tuple[dict[tuple[bool, int], int], ...]] = {}
    for i, pair in enumerate(names):
        row = [column[i] for column in dates]
        for rule, firsts in enumerate(seen.setdefault(pair, ({}, {}, {}))):
            day = next((x for x in row[rule:] if x != cells.NO_DAY), None)
            if day is None:
                continue
            which = _which(row[0], day)
            firsts[which] = min(firsts.get(which, day), day)
    return seen


def _which(oriented: int, day: int) -> tuple[bool, int]:
    """The orientation of a row: its day, else the year in which it got so far."""
    if oriented != cells.NO_DAY:
        return True, oriented
    return False, (date(1970, 1, 1) + timedelta(days=day)).year


def _leases(
    world: World, before: set[tuple[str, str, int]], opens: int, closes: int
) -> Counter[tuple[str, str]]:
    """Leases of the year by dwelling and account, but those that an earlier one counted."""
    kept = (x for x in _lease_keys(world) if opens <= x[2] <= closes and x not in before)
    return Counter((dwelling, account) for dwelling, account, _ in kept)


def _lease_keys(world: World) -> list[tuple[str, str, int]]:
    """Dwelling, account and day of signature of each lease, line by line."""
    table = world.raw.table("leases")
    names = (cells.strings(table.text(name)) for name in ("dwelling_id", "account"))
    return list(zip(*names, cells.days(table, "signed_on").tolist(), strict=True))


def earlier(world: World) -> dict[str, set[tuple[str, str, int]]]:
    """For each count rule (dwelling, account, day of signature) of the leases whose orientation reached it before the year of the case."""
    found: dict[str, set[tuple[str, str, int]]] = {rule: set() for rule in COUNTED_FROM}
    table = world.raw.table("events")
    if not table.rows:
        return found
    opens = cells.as_day(date(world.settings.year, 1, 1))
    seen = _orientations(table)
    dates = [cells.days(table, name).tolist() for name in _DATES]
    names = list(
        zip(cells.strings(table.text("dwelling_id")), cells.strings(table.text("account")), strict=True)
    )
    for rule, at in _REACHED_BY.items():
        last: dict[tuple[str, str, tuple[bool, int]], int] = {}
        for i, (dwelling, account) in enumerate(names):
            row = [column[i] for column in dates]
            if row[-1] == cells.NO_DAY:
                continue
            key = dwelling, account, _which(row[0], next(x for x in row[at:] if x != cells.NO_DAY))
            last[key] = max(last.get(key, row[-1]), row[-1])
        for (dwelling, account, which), signed in last.items():
            if seen[dwelling, account][at][which] < opens:
                found[rule].add((dwelling, account, signed))
    return found


def settled_before(world: World, spots: list[Spot]) -> list[bool]:
    """Lease by lease, whether an earlier year counted it by the rule of its account where it lies."""
    before = earlier(world)
    known: set[tuple[str, str, int]] = set().union(*before.values())
    out = [False] * len(spots)
    if not known:
        return out
    for i, (key, spot) in enumerate(zip(_lease_keys(world), spots, strict=True)):
        if key in known:
            line = world.agreements.line(spot[0], key[1], *spot[1:]) if spot[1] else None
            out[i] = key in before.get(line.count_rule if line else world.agreements.default_count, ())
    return out


def _spots(world: World) -> Mapping[str, Spot]:
    """Where each dwelling is: `dwellings`, else the counted line of `in_progress`, else the latest lease, else `events` itself."""
    found = {name: spot for name, (spot, _) in _followed(world).items()}
    leases = world.raw.table("leases")
    signed = cells.days(leases, "signed_on").tolist()
    where = _places(world, leases)
    names = cells.strings(leases.text("dwelling_id"))
    for i in sorted(range(leases.rows), key=lambda i: signed[i]):
        found[names[i]] = where[i]
    progress = world.raw.table("in_progress")
    where = _places(world, progress)
    found |= {dwelling: where[i] for dwelling, (i, _) in furthest_lines(progress).items()}
    own = world.dwellings
    found |= {name: (own.landlord[d], *world.place(d)) for name, d in own.number.items()}
    return found


def _followed(world: World) -> dict[str, tuple[Spot, bool]]:
    """Dwellings that `events` describes -> where they are, the first by landlord and commune, and whether a row says outside the flux."""
    table = world.raw.table("events")
    said, known = cells.booleans(table, "in_flux")
    rows = list(zip(cells.strings(table.text("dwelling_id")), cells.strings(table.text("landlord")), cells.strings(table.text("commune")), strict=True))  # fmt: skip
    out = {name for i, (name, _, _) in enumerate(rows) if known[i] and not said[i]}
    spots = _places(world, table)
    found: dict[str, tuple[Spot, bool]] = {}
    for i in sorted(range(len(rows)), key=lambda i: rows[i]):
        name, landlord, commune = rows[i]
        if landlord and commune and name not in found:
            found[name] = (spots[i], name in out)
    return found


def _places(world: World, table: RawTable) -> list[Spot]:
    places = world.law.places
    at = cells.index_in(table.text("commune"), places.insee).tolist()
    return [
        (landlord, places.insee[i], places.epci[i], places.departement[i])
        if i >= 0
        else (landlord, "", "", "")
        for landlord, i in zip(cells.strings(table.text("landlord")), at, strict=True)
    ]


def _out_of_flux(world: World) -> set[str]:
    """Dwellings of the case outside the flux base; of the others, those that a lease of the flux, or else `events`, says are."""
    own = world.dwellings
    table, progress = world.raw.table("leases"), world.raw.table("in_progress")
    said, known = cells.booleans(table, "in_flux")
    names = zip(cells.strings(table.text("dwelling_id")), cells.strings(table.text("account")), strict=True)
    out = {
        dwelling
        for i, (dwelling, account) in enumerate(names)
        if known[i] and not said[i] and account not in OUTSIDE and dwelling not in own.number
    }
    closed = (
        name
        for name, d in own.number.items()
        if own.exclusion[d] != "none" or own.reserved_to[d] or own.first_letting[d]
    )
    described = {*own.number, *cells.strings(table.text("dwelling_id")), *cells.strings(progress.text("dwelling_id"))}  # fmt: skip
    alone = {name for name, (_, outside) in _followed(world).items() if outside and name not in described}
    return out | set(closed) | alone
