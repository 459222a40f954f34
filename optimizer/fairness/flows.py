"""Chances without rules as a lottery: every chance is a flow, and every flow is a lottery of whole ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Allocation, Draw, Lottery
from optimizer.fairness.market import Market
from optimizer.problem.model import I32


class Cell(NamedTuple):
    group: int
    klass: int


def as_lottery(market: Market, groups: I32, shares: Mapping[tuple[int, int], Fraction]) -> Lottery:
    """The lottery whose chances are ``shares`` (of one member of a group at a class): exact chances, allocations drawn by hash."""
    size = np.bincount(groups).tolist() if len(groups) else []
    masses = {Cell(g, c): x * size[g] for (g, c), x in sorted(shares.items()) if x}
    members: list[list[int]] = [[] for _ in size]
    for a, g in enumerate(groups.tolist()):
        members[g].append(a)

    def sample(draw: Draw) -> Allocation:
        counts = whole_flow(masses, draw)
        picks: list[tuple[int, int]] = []
        places: dict[int, list[int]] = {}
        for cell, n in counts.items():
            places.setdefault(cell.group, []).extend([cell.klass] * n)
        for g, classes in sorted(places.items()):
            names = market.application_ids
            ordered = sorted(members[g], key=lambda a: (draw.number(str(names[a])), a))
            picks += list(zip(ordered, classes, strict=False))
        return on_accounts(market, picks)

    return Lottery(market, groups, dict(shares), sampler=sample)


def whole_flow(masses: Mapping[Cell, Fraction], draw: Draw) -> dict[Cell, int]:
    """A whole flow drawn so that every mass is its expectation, and every sum of a group or a class is rounded up or down.

    Cells of a group that has one cell only are taken together per class: they lie on a wheel, turned once. The others are
    rounded along paths and cycles: one step moves the same amount up and down along it, as far as the first whole number, in
    either of the two directions with the odds that keep every expectation.

    References
    ----------
    Gandhi, Khuller, Parthasarathy & Srinivasan (2006), Dependent rounding, Journal of the ACM 53, doi:10.1145/1147954.1147956.
    """
    cells_of: dict[int, list[Cell]] = {}
    for cell in masses:
        cells_of.setdefault(cell.group, []).append(cell)
    alone: dict[int, list[Cell]] = {}
    edges: dict[tuple[int, int], float] = {}
    for g, mine in cells_of.items():
        if len(mine) == 1:
            alone.setdefault(mine[0].klass, []).append(mine[0])
        else:
            edges |= {(g, cell.klass): float(masses[cell]) for cell in mine}
    totals = {c: sum((masses[cell] for cell in mine), Fraction(0)) for c, mine in alone.items()}
    edges |= {(-1 - c, c): float(total) for c, total in totals.items()}
    rounded = _rounded(edges, draw)
    found: dict[Cell, int] = {}
    for c, mine in alone.items():
        total = float(totals[c])
        floor, part = int(total), total - int(total)
        turn = draw.unit(f"wheel|{c}")
        high = rounded[(-1 - c, c)] > floor
        offset = turn * part if high else part + turn * (1.0 - part)
        ends = np.cumsum([float(masses[cell]) for cell in mine])
        for i in range(rounded[(-1 - c, c)]):
            cell = mine[min(int(np.searchsorted(ends, offset + i, side="right")), len(mine) - 1)]
            found[cell] = found.get(cell, 0) + 1
    for (g, c), n in rounded.items():
        if g >= 0 and n:
            found[Cell(g, c)] = n
    return found


def _rounded(edges: Mapping[tuple[int, int], float], draw: Draw) -> dict[tuple[int, int], int]:
    """Dependent rounding of a bipartite flow."""
    value = dict(edges)
    touching: dict[tuple[str, int], dict[tuple[int, int], None]] = {}

    def part(x: float) -> bool:
        return abs(x - round(x)) > 1e-9

    for e, x in value.items():
        if part(x):
            for v in (("g", e[0]), ("c", e[1])):
                touching.setdefault(v, {})[e] = None
    step = 0
    for start in list(touching):
        while touching.get(start):
            path = _path(touching, start)
            up = min(
                [np.ceil(value[e]) - value[e] for e in path[::2]]
                + [value[e] - np.floor(value[e]) for e in path[1::2]]
            )
            down = min(
                [value[e] - np.floor(value[e]) for e in path[::2]]
                + [np.ceil(value[e]) - value[e] for e in path[1::2]]
            )
            step += 1
            odds = _unit(draw, step)
            move = up if odds * (up + down) < down else -down
            for i, e in enumerate(path):
                value[e] += move if i % 2 == 0 else -move
                if not part(value[e]):
                    value[e] = float(round(value[e]))
                    for v in (("g", e[0]), ("c", e[1])):
                        touching[v].pop(e, None)
    return {e: round(x) for e, x in value.items()}


def _path(
    touching: Mapping[tuple[str, int], Mapping[tuple[int, int], None]], start: tuple[str, int]
) -> list[tuple[int, int]]:
    """A cycle through fractional edges, or a path between two ends that have no other."""

    def walk(
        at: tuple[str, int], used: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], tuple[str, int]]:
        seen = [at]
        path: list[tuple[int, int]] = []
        while True:
            options = [e for e in touching[at] if e not in path and e not in used]
            if not options:
                return path, at
            e = options[0]
            path.append(e)
            at = ("c", e[1]) if at[0] == "g" else ("g", e[0])
            if at in seen:
                return path[seen.index(at) :], at
            seen.append(at)

    first, end = walk(start, [])
    begin = ("g", first[0][0]), ("c", first[0][1])
    if len(first) > 2 and end in begin and first[-1] != first[0] and _closed(first):
        return first
    # from that end back as far as it goes: a maximal path
    whole, _ = walk(end, [])
    return whole


def _closed(path: list[tuple[int, int]]) -> bool:
    groups: dict[int, int] = {}
    classes: dict[int, int] = {}
    for g, c in path:
        groups[g] = groups.get(g, 0) + 1
        classes[c] = classes.get(c, 0) + 1
    return all(n == 2 for n in groups.values()) and all(n == 2 for n in classes.values())


def _unit(draw: Draw, step: int) -> float:
    digest = hashlib.sha256(f"{draw.seed}|round|{draw.index}|{step}".encode()).digest()
    return (int.from_bytes(digest[:7], "big") >> 3) / 2.0**53
