"""``awaited``: what is taken off the value of a household that a dwelling expected this year would miss (design §5).

Whom each line of the table ``forecast`` would suit is worked out from the raw columns, the chance from ratios of the terms of Poisson's
law in whole numbers: no exponential is taken, and nothing is rounded before the end.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow as pa

from optimizer.verify import cells
from optimizer.verify.blocks import Blocks, accepted_rooms
from optimizer.verify.cells import I32, I64
from optimizer.verify.facts import Dwellings, read_dwellings
from optimizer.verify.passes import EVERYWHERE, GONE, LIVE, door_codes
from optimizer.verify.tables import RawTable
from optimizer.verify.verdict import Unreadable
from optimizer.verify.world import World

TABLE = "forecast"
SCALE = 1 << 320
"""One, where ratios of terms are whole numbers."""
LARGE = 1_000
"""Dwellings from which a number of households below half of them, or above twice, leaves no doubt."""
CERTAIN = 90
"""Bits by which one sum is above the other where nothing is left of the chance of the other."""
NOBODY = np.zeros(0, np.int32)


def tail(mean: Fraction, count: int) -> Fraction:
    """P(Poisson(mean) ≥ count).

    With ``t`` the terms of the law, ``up = Σ_{j ≥ count} t_j / t_count`` and ``down = Σ_{j < count} t_j / t_count``: the chance is
    ``up / (up + down)``. The shorter sum first; the other may stop where it leaves no doubt.
    """
    if count <= 0:
        return Fraction(1)
    if not mean or (count > 2 * mean + 60):
        return Fraction(0)
    if mean >= LARGE and 2 * count <= mean:
        return Fraction(1)
    top, bottom = mean.numerator, mean.denominator

    def up(limit: int | None = None) -> int:
        term = total = SCALE
        j = count
        while term and (limit is None or total <= limit):
            j += 1
            term = term * top // (bottom * j)
            total += term
        return total

    def down(limit: int | None = None) -> int:
        term, total, j = SCALE, 0, count
        while term and j and (limit is None or total <= limit):
            term = term * bottom * j // top
            total += term
            j -= 1
        return total

    if count > mean:
        high = up()
        low = down(high << CERTAIN)
    else:
        low = down()
        high = up((low + SCALE) << CERTAIN)
    return Fraction(high, high + low)


def awaited(world: World, blocks: Blocks) -> I64:
    """(A,) hundredths of a point, at least 0."""
    found = np.zeros(len(world.apps), np.int64)
    table = world.raw.table(TABLE)
    if not table.rows:
        return found
    law = world.law
    whole = law.hundredths("national.fit.fill_value") * law.fraction("national.awaited.weight")
    if not whole:
        return found
    most = law.fraction("national.awaited.most")
    many, arrivals = cells.scaled(table, "expected", 100), cells.integers(table, "arrivals", 0)
    if bool((many < 0).any()) or bool((arrivals < 0).any()):
        raise Unreadable(table.file, "expected, arrivals")
    sets = _suited(world, blocks, table)
    held = [frozenset(x.tolist()) for x in sets]
    known: dict[tuple[int, int], int] = {}
    for mine, more in zip(held, arrivals.tolist(), strict=True):
        if not mine:
            continue
        counted = sum(int(many[i]) for i, other in enumerate(held) if other and other <= mine)
        key = (counted, len(mine) + more)
        if key not in known:
            mean = Fraction(counted, 100)
            chance = (tail(mean, key[1]) + tail(mean, (key[1] + 1) // 2)) / 2
            points = whole * min(most, chance)
            known[key] = int((2 * points + 1) // 2)
        for a in mine:
            found[a] = max(found[a], known[key])
    return found


def _suited(world: World, blocks: Blocks, table: RawTable) -> list[I32]:
    """Line -> households that no code before ``ACCOUNT`` refuses for a dwelling of it."""
    numbers = pa.array([str(i) for i in range(table.rows)], pa.string())
    named = RawTable(table.file, table.rows, {**table.columns, "dwelling_id": numbers})
    lines = read_dwellings(named, world.law.places, world.on)
    found: dict[tuple[object, ...], I32] = {}
    return [_of_line(world, blocks, lines, i, found) for i in range(table.rows)]


def _of_line(
    world: World, blocks: Blocks, lines: Dwellings, i: int, found: dict[tuple[object, ...], I32]
) -> I32:
    place, rooms, financing = int(lines.place[i]), int(lines.rooms[i]), int(lines.financing[i])
    name = world.law_rooms(lines.landlord[i])
    access, upstairs = int(lines.accessible[i]), bool(lines.upstairs[i])
    key = (place, rooms, financing, name, access, upstairs)
    if key not in found:
        a = world.apps
        apps = blocks.reach(place)[0]
        zone = int(world.law.places.zone[place])
        cap = np.array([int(x) * 10_000 for x in world.law.ceilings_cents(financing)[zone]], np.int64)
        status = ~a.active * GONE + world.live_offer * LIVE + world.forbidden_all * EVERYWHERE
        code = door_codes(
            status[apps].astype(np.uint8),
            np.zeros(0, bool),
            accepted_rooms(world, name)[0][apps].astype(np.uint8),
            a.income[apps],
            a.category[apps],
            a.mobility[apps].astype(np.uint8),
            np.full(len(apps), -1, np.int32),
            apps,
            rooms,
            cap,
            access,
            upstairs,
            0,
            NOBODY,
        )
        found[key] = apps[code == 0]
    return found[key]
