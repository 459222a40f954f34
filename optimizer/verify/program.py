"""The program of a lottery, put together again from the case and compared with the one published, in whole numbers.

Published are the dwellings of each class, the households of each type, the columns (a type at a class counting in one way) and the
rows. From the case come the options of every household (`offers`), hence which households are alike, which columns there must be and
what each asks of every row; the most dwellings that can be let, by augmenting paths; and what every allocation of the lottery misses.
What is not proven here is that no allocation misses less: the published shortfall is held against every allocation, not against all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optimizer.verify.offers import ClassOptions, Marks
from optimizer.verify.verdict import Findings

Column = tuple[int, tuple[tuple[int, int], ...]]
"""Class, and (published row, coefficient) of the rows of rules or of marks that the column enters."""


class Rebuilt:
    """The options of every household at the published classes.

    Parameters
    ----------
    homes : dwellings of each published class, by place in the case
    """

    def __init__(self, offers: ClassOptions, homes: Sequence[Sequence[int]]) -> None:
        self.offers, self.homes = offers, homes
        klass, blocked = offers.classes.klass, offers.classes.world.blocked
        nothing = (np.zeros(0, np.int32), np.zeros(0, np.int32))
        self.alike = True
        """Whether the dwellings of each published class are the same to every household."""
        apps, places, sets = [], [], []
        for number, mine in enumerate(homes):
            own = [
                nothing if blocked[d] else offers.at.get(int(klass[d]), nothing)
                for d in {(int(klass[d]), bool(blocked[d])): d for d in mine}.values()
            ]
            first = own[0] if own else nothing
            self.alike &= all(
                np.array_equal(x, y) for other in own[1:] for x, y in zip(first, other, strict=True)
            )
            apps.append(first[0])
            places.append(np.full(len(first[0]), number, np.int64))
            sets.append(first[1].astype(np.int64))
        who = np.concatenate(apps) if apps else np.zeros(0, np.int32)
        pair = np.concatenate(places) << 32 | np.concatenate(sets) if apps else np.zeros(0, np.int64)
        order = np.lexsort((pair, who))
        who, pair = who[order], pair[order]
        cut = np.flatnonzero(np.diff(who)) + 1
        self.key: dict[int, bytes] = {
            int(x): part.tobytes()
            for x, part in zip(
                who[np.concatenate([[0], cut])] if len(who) else who, np.split(pair, cut), strict=False
            )
        }
        """What each household may have: (class, set of marks) of all its classes, as bytes."""

    def options(self, key: bytes) -> list[tuple[int, int]]:
        """(class, marks) of a household's options."""
        pairs = np.frombuffer(key, np.int64).tolist()
        return [(p >> 32, m) for p in pairs for m in sorted(self.offers.sets[p & 0xFFFFFFFF])]


def compare(
    name: str,
    program: Mapping[str, Any],
    members: Mapping[int, Sequence[int]],
    allocations: Sequence[Sequence[tuple[int, int, str]]],
    offers: ClassOptions,
    found: Findings,
) -> None:
    """Hold a published program and the allocations of its lottery against the case.

    Parameters
    ----------
    members : households of each type, by place in the case
    allocations : (dwelling, type, account) of every letting of each allocation
    """

    def demand(fine: bool, what: str) -> None:
        found.demand("program", fine, f"{name} : {what}")

    world, rows = offers.classes.world, offers.book.rows
    place = {str(x): i for i, x in enumerate(world.dwellings.ids)}
    homes = [[place[str(x)] for x in mine] for mine in program["classes"]]
    flat = [d for mine in homes for d in mine]
    demand(sorted(flat) == list(range(len(place))), "logements des classes")
    rebuilt = Rebuilt(offers, homes)
    demand(rebuilt.alike, "classe de logements différents")
    keys: dict[int, bytes] = {}
    for kind, mine in members.items():
        own = {rebuilt.key.get(a, b"") for a in mine}
        demand(len(own) == 1 and b"" not in own, f"type {kind}")
        keys[kind] = next(iter(own))
    demand(sorted(a for mine in members.values() for a in mine) == sorted(rebuilt.key), "ménages")
    demand([len(members.get(t, ())) for t in range(len(program["people"]))] == program["people"], "effectifs")

    names, low, high = program["rows"], program["low"], program["high"]
    lettings = int(program["lettings"])
    known = {f"{rows[k].rule} {rows[k].scope}": k for k in offers.priced}
    missing = {known[x]: int(n) for x, n in program["missing"].items()}
    demand(set(missing) == set(offers.priced) and min(missing.values(), default=0) >= 0, "manques")
    of_row: dict[int, int] = {}
    of_marks: dict[int, int] = {}
    count: dict[int, int] = {}
    classes = len(homes)
    demand([f"class {c}" for c in range(classes)] == names[:classes], "lignes")
    for r, row in enumerate(names):
        if r < classes:
            demand(low[r] is None and high[r] == len(homes[r]), row)
        elif row == "lettings":
            demand(low[r] == high[r] == lettings, row)
        elif row in known:
            of_row[known[row]] = r
            demand(low[r] is None and high[r] == rows[known[row]].slack + missing[known[row]], row)
        else:
            told: Marks = tuple(sorted((known[x], int(n)) for x, n in program["marks"][row]))
            of_marks[offers.numbered(told)] = r
            count[offers.numbered(told)] = int(high[r])
            demand(low[r] == high[r] and high[r] >= 0, row)
    if of_marks:
        demand(sum(count.values()) == lettings, "marques")
        _within(offers, count, missing, demand)

    total = names.index("lettings") if "lettings" in names else -1
    entries: dict[int, dict[int, int]] = defaultdict(dict)
    for column, r, value in program["entries"]:
        entries[int(column)][int(r)] = int(value)
    published: dict[int, set[Column]] = defaultdict(set)
    for column, owner in enumerate(program["owner"]):
        of = {r: x for r, x in entries[column].items() if x}
        at = [r for r in of if r < classes]
        fine = len(at) == 1 and of[at[0]] == 1 and (total < 0 or of.pop(total, 0) == 1)
        demand(fine, "colonne")
        if fine:
            published[int(owner)].add((at[0], tuple(sorted((r, x) for r, x in of.items() if r >= classes))))
    for kind, key in keys.items():
        must = {(c, _coefficients(offers, m, of_row, of_marks)) for c, m in rebuilt.options(key)}
        demand(published[kind] == must, f"colonnes du type {kind}")
    demand(set(published) <= set(keys), "colonnes")
    supply = {kind: sorted({c for c, _ in rebuilt.options(key)}) for kind, key in keys.items()}
    most = most_lettings(supply, {k: len(x) for k, x in members.items()}, [len(x) for x in homes])
    demand(most == lettings, "baux")

    seen: dict[tuple[int, int, str], int] = {}
    for lines in allocations:
        demand(len(lines) == lettings, "baux d'une attribution")
        got: dict[int, int] = defaultdict(int)
        for d, kind, account in lines:
            here = (offers.book.spot(d), kind, account)
            if here not in seen:
                numbers = offers.of_members(d, account, members[kind])
                demand(len(numbers) == 1, "marques d'un bail")
                seen[here] = min(numbers)
            got[seen[here]] += 1
        _within(offers, got, missing, demand)


def _coefficients(
    offers: ClassOptions, m: int, of_row: Mapping[int, int], of_marks: Mapping[int, int]
) -> tuple[tuple[int, int], ...]:
    if of_marks:
        return ((of_marks[m], 1),) if m in of_marks else ((-1, 1),)
    return tuple(sorted((of_row[k], x) for k, x in offers.marks[m] if k in of_row and x))


def _within(offers: ClassOptions, count: Mapping[int, int], missing: Mapping[int, int], demand: Any) -> None:
    """No priced row misses more than is published."""
    asked: dict[int, int] = defaultdict(int)
    for m, n in count.items():
        for k, x in offers.marks[m]:
            asked[k] += n * x
    fine = all(max(0, x - offers.book.rows[k].slack) <= missing[k] for k, x in asked.items())
    demand(fine, "manque plus que publié")


def most_lettings(
    supply: Mapping[int, Sequence[int]], people: Mapping[int, int], capacity: Sequence[int]
) -> int:
    """Most lettings of types at classes, by augmenting paths: an allocation that none of them makes larger is a largest one."""
    kinds: list[list[int]] = [[] for _ in capacity]
    for kind, classes in sorted(supply.items()):
        for c in classes:
            kinds[c].append(kind)
    left = dict(people)
    held: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    """Type -> class -> lettings."""

    def let(c: int) -> bool:
        """One more letting at a class: to a type with somebody left, or by moving a letting of a type to another class."""
        came: dict[int, tuple[int, int]] = {}
        """Type reached -> (class that would take it, type whose letting there it replaces, −1 at the start)."""
        queue = [(c, -1)]
        visited = {c}
        for at, before in queue:
            for kind in kinds[at]:
                if kind in came:
                    continue
                came[kind] = (at, before)
                if left[kind]:
                    left[kind] -= 1
                    while kind >= 0:
                        at, before = came[kind]
                        held[kind][at] += 1
                        if before >= 0:
                            held[before][at] -= 1
                        kind = before
                    return True
                for other, n in held[kind].items():
                    if n and other not in visited:
                        visited.add(other)
                        queue.append((other, kind))
        return False

    total = 0
    for c, n in enumerate(capacity):
        for _ in range(n):
            if not let(c):
                break
            total += 1
    return total
