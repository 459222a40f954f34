"""The families and the names on the command line (``simplified-200-tight``, ``commission``, ``doubs``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.instances.full import full
from benchmarks.instances.pairs import simplified
from optimizer.problem.model import Problem


@dataclass(frozen=True)
class Instance:
    """A problem to time. ``offset`` micropoints are in its objective whatever is decided, and are not shown."""

    name: str
    problem: Problem
    offset: int
    known: int | None = None
    """Optimum proven before, in points."""


@dataclass(frozen=True)
class Family:
    """How to build an instance at any size, and the size it is timed at."""

    make: Callable[[int, int, int], tuple[Problem, int]]
    dwellings: int
    applications: int
    known: int | None = None


def _simplified(*, tight: bool) -> Callable[[int, int, int], tuple[Problem, int]]:
    return lambda dwellings, applications, seed: simplified(dwellings, applications, seed, tight=tight)


def _full(profile: str, *, tight: bool) -> Callable[[int, int, int], tuple[Problem, int]]:
    return lambda dwellings, applications, seed: (
        full(profile, dwellings, applications, seed, tight=tight),
        0,
    )


FAMILIES: dict[str, Family] = {
    "simplified-60": Family(_simplified(tight=False), 60, 1_500, 88_702),
    "simplified-60-tight": Family(_simplified(tight=True), 60, 1_500, 76_850),
    "simplified-200": Family(_simplified(tight=False), 200, 2_000, 285_294),
    "simplified-200-tight": Family(_simplified(tight=True), 200, 2_000, 248_113),
    "simplified-500": Family(_simplified(tight=False), 500, 5_000, 725_905),
    "simplified-500-tight": Family(_simplified(tight=True), 500, 5_000, 624_411),
    "simplified-3224": Family(_simplified(tight=False), 3_224, 9_864, 4_327_408),
    "simplified-3224-tight": Family(_simplified(tight=True), 3_224, 9_864, 3_740_090),
    "commission": Family(_full("commission", tight=False), 40, 20_000),
    "commission-tight": Family(_full("commission", tight=True), 40, 20_000),
    "doubs": Family(_full("doubs", tight=False), 3_224, 9_864),
    "doubs-tight": Family(_full("doubs", tight=True), 3_224, 9_864),
    "doubs-500": Family(_full("doubs", tight=False), 500, 2_000),
    "doubs-800": Family(_full("doubs", tight=False), 800, 2_800),
}
"""Known optima hold at seed 0 and full size; they were proven by the scale engine (``benchmarks/scale/README.md``)."""


def names() -> tuple[str, ...]:
    """Instance names in the order of the table."""
    return tuple(FAMILIES)


def build(
    name: str, seed: int = 0, *, dwellings: int | None = None, applications: int | None = None
) -> Instance:
    """The instance of that name, or a smaller one of its family (whose optimum is then unknown).

    Raises
    ------
    KeyError
        No instance has that name.
    """
    family = FAMILIES[name]
    usual = dwellings is None and applications is None and seed == 0
    problem, offset = family.make(dwellings or family.dwellings, applications or family.applications, seed)
    return Instance(name, problem, offset, family.known if usual else None)
