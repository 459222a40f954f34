"""``chains.csv`` and the chain columns of ``proposals``, recomputed from the first ranks and the raw tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.verify import cells
from optimizer.verify.gauges import WHOLE, free_of
from optimizer.verify.homes import SHORT
from optimizer.verify.outputs import Out, need_out
from optimizer.verify.rows import LEASE
from optimizer.verify.solution import Lines
from optimizer.verify.verdict import Findings
from optimizer.verify.world import World

LONGEST_EXCHANGE = 3
"""Tenants of an exchange beside bounded chains."""


@dataclass(frozen=True)
class ChainStep:
    """A dwelling of a chain: its chain, whether that is a cycle, its place there."""

    chain: int
    cycle: bool
    position: int
    dwelling: int


def steps(world: World, lines: Lines) -> list[ChainStep]:
    """The chains of the first ranks, numbered by the identifier of their first dwelling, chains before cycles."""
    first = lines.rank == 1
    who = dict(zip(lines.dwelling[first].tolist(), lines.app[first].tolist(), strict=True))
    frees = {world.tenant[d]: d for d in who if d in world.tenant}
    found: list[ChainStep] = []
    seen: set[int] = set()
    number = 0
    by_id = sorted(who, key=lambda d: world.dwellings.ids[d])
    for cycle in (False, True):
        for start in by_id:
            if start in seen or (start in world.tenant) != cycle or (not cycle and who[start] not in frees):
                continue
            number += 1
            d: int | None = start
            position = int(cycle)
            while d is not None and d not in seen:
                seen.add(d)
                found.append(ChainStep(number, cycle, position, d))
                d, position = frees.get(who[d]), position + 1
    return found


def check_chains(out: Path, lines: Lines, world: World, found: Findings) -> None:
    """Both places that tell of chains."""
    found.start("chains")
    mine = steps(world, lines)
    by_dwelling = {step.dwelling: step for step in mine}
    proposals = need_out(out, "proposals")
    homes = proposals.index("dwelling_id", world.dwellings.ids)
    for i, said in enumerate(_said(proposals, ("chain", "position", "conditional_on"))):
        step = by_dwelling.get(int(homes[i]))
        columns = (
            ("", "", "") if step is None else (str(step.chain), str(step.position), _before(world, step))
        )
        found.demand("chains", said == columns, f"proposals, ligne {i + 2}")
    long = Counter(step.chain for step in mine if world.position.get(step.dwelling, 0) <= SHORT)
    found.demand(
        "chains", all(n <= LONGEST_EXCHANGE for n in long.values()), "un échange de plus de trois locataires"
    )
    table = need_out(out, "chains")
    found.demand("chains", table.rows == len(mine), "chains : nombre de lignes")
    if table.rows != len(mine):
        return
    free = free_of(world, lines)
    at_first = np.flatnonzero(lines.rank == 1)
    line_of = dict(zip(lines.dwelling[at_first].tolist(), at_first.tolist(), strict=True))
    dates = cells.days(world.raw.table("dwellings"), "available_on")
    names = (
        "chain",
        "kind",
        "position",
        "dwelling_id",
        "account",
        "application_id",
        "conditional_on",
        "available_on",
    )
    numbers = {
        n: table.scaled(n, s)
        for n, s in (("value", 100), ("acceptance_rate", LEASE), ("expected_rate", LEASE))
    }
    for i, (step, said) in enumerate(zip(mine, _said(table, names), strict=True)):
        line = line_of[step.dwelling]
        app = int(lines.app[line])
        accepts = LEASE if app < 0 else int(world.apps.acceptance[app])
        chance = free.get(step.dwelling, WHOLE) * accepts // LEASE
        day = dates[step.dwelling]
        right = (
            str(step.chain), "cycle" if step.cycle else "chain", str(step.position), world.dwellings.ids[step.dwelling],
            lines.accounts[lines.account[line]], "" if app < 0 else world.apps.ids[app], _before(world, step),
            "" if day == cells.NO_DAY else str(np.datetime64(int(day), "D")),
        )  # fmt: skip
        fine = said == right and int(numbers["value"][i]) == int(lines.value[line])
        fine &= int(numbers["acceptance_rate"][i]) == accepts
        fine &= abs(int(numbers["expected_rate"][i]) * (WHOLE // LEASE) - chance) <= WHOLE // LEASE
        found.demand("chains", fine, f"chains, ligne {i + 2}")


def _before(world: World, step: ChainStep) -> str:
    """Whose departure frees the dwelling; nobody's for a vacant one."""
    return world.apps.ids[world.tenant[step.dwelling]] if step.dwelling in world.tenant else ""


def _said(out: Out, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return zip(*(out.strings(name) for name in names), strict=True)
