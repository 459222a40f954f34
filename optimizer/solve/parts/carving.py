"""From a `Problem`, or a part of one, to the integer transport model of the scale kernel (`answers`: and back).

Objective units are micropoints. A row's shortfall counts in ten-thousandths of a lease, so its price per unit is the price
in hundredths of a point. A class that must be filled (a pin) gets a premium on every pair, taken off again at the end: the
premium is larger than everything the rules could charge for one lease, so the kernel always fills it.

A country's menus hold 300 million entries, its largest part 65 million. A kernel then gets the best of each menu and type
only (`implicit.leading`): what it returns is a proposal and multipliers, and the bound made of these is taken over every
pair as always. Leaving entries out can cost value, never truth: the gap says what it cost, and where it cost much the kernel is
given those of them that pay at these multipliers and goes on (`parts.tasks`), which is column generation over entries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, RATE_UNIT, B, Problem
from optimizer.solve.implicit import Depth, first_of_type, leading
from optimizer.solve.parts.components import Part, whole
from optimizer.solve.parts.entries import PartEntries, extremes
from optimizer.solve.transport.model import LabelledTransport

MOST_ENTRIES = 40_000_000
"""Menu entries of a whole problem that a kernel is given at most."""


@dataclass(frozen=True)
class Transport:
    """The kernel's model of a part, with what leads back: the part, the position in ``problem.seats`` of each seat, and the
    kind of each option."""

    model: LabelledTransport
    part: Part
    seat: I64
    option_kind: I32


@dataclass(frozen=True)
class Placed:
    """Where an answer belongs: the part, and the position in ``problem.seats`` of each seat."""

    part: Part
    seat: I64


def to_transport(problem: Problem) -> Transport:
    """The kernel's model of a whole problem; first-rank options only."""
    return Carver(problem).carve(whole(problem))


class Carver:
    """Makes the models of the parts of one problem; what they all read is worked out once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        options, rows = problem.options, problem.rows
        self.option_key = np.repeat(options.key, np.diff(options.ptr))[options.first]
        self.option_kind = options.kind[options.first]
        self.ptr, self.row, self.coef = _all_marks(problem)
        """Marks of each kind: those of the rules, then those of the orders, whose rows come after those of the rules."""
        self.play = np.array([row.play for row in rows], np.int64)
        self.homes = np.bincount(problem.klass, minlength=len(problem.class_menu))
        """Dwellings of each class."""

    @cached_property
    def lists(self) -> I64:
        """Number of the list of first-rank kinds of each option key, -1 for an empty one."""
        options = self.problem.options
        known: dict[tuple[int, ...], int] = {}
        number = np.zeros(len(options.key), np.int64)
        for i in range(len(options.key)):
            a, b = int(options.ptr[i]), int(options.ptr[i + 1])
            named = tuple(options.kind[a:b][options.first[a:b]].tolist())
            number[i] = known.setdefault(named, len(known)) if named else -1
        return number

    def entries(self, part: Part) -> int:
        """Menu entries of a part."""
        return int(np.diff(self.problem.menu_ptr)[part.menus].sum())

    def placed(self, part: Part) -> Placed:
        """Where an answer to the model of a part belongs."""
        return Placed(part, self._seats(part)[0])

    def _seats(self, part: Part) -> tuple[I64, I64]:
        """Seats of a part in the order of its model, and the class of every seat in the part (-1: none of it)."""
        place = _places(part.classes, len(self.problem.class_menu))[self.problem.seats.klass]
        seat = np.argsort(place, kind="stable")
        return seat[place[seat] >= 0], place

    def types(self, part: Part) -> NDArray[np.integer]:
        """Type of each entry of a part's menus end to end, as its models tell them apart, in the problem's numbers."""
        return coarse_types(self.problem, part, self.lists)

    def every(self, part: Part, types: NDArray[np.integer]) -> PartEntries:
        """The entries of a part in the numbers of its models; ``types`` as `Carver.types` says them."""
        problem = self.problem
        new_type = _places(_present(problem, part, types), problem.n_types)
        new_app = _places(part.applications, len(problem.application_ids)).astype(np.int32)
        start = np.concatenate([[0], np.cumsum(np.diff(problem.menu_ptr)[part.menus])]).astype(np.int64)
        # a region's types in 64 bits would weigh half a gigabyte
        return PartEntries(problem, part, start, types, new_app, new_type.astype(types.dtype))

    def carve(
        self,
        part: Part,
        depth: Depth | None = None,
        types: NDArray[np.integer] | None = None,
        more: I64 | None = None,
    ) -> Transport:
        """The kernel's model of a part, with the first entries of each type of each menu, as `implicit.first_of_type` counts them (None: all).

        ``types``: as `Carver.types` says them, where that is known; ``more``: positions of further entries, the part's menus end to end.
        """
        problem = self.problem
        types = self.types(part) if types is None else types
        new_class = _places(part.classes, len(problem.class_menu))
        new_group = _places(part.groups, problem.n_groups)
        new_menu = _places(part.menus, len(problem.menu_ptr) - 1)
        dwellings = np.flatnonzero(new_class[problem.klass] >= 0)
        klass = new_class[problem.klass[dwellings]]
        capacity = np.bincount(klass, minlength=len(part.classes)).astype(np.int64)
        member = np.lexsort((dwellings, -problem.bonus[dwellings], klass))
        present = _present(problem, part, types)
        new_type = _places(present, problem.n_types)
        group, type_ = (
            new_group[self.option_key // problem.n_types],
            new_type[self.option_key % problem.n_types],
        )
        here = (group >= 0) & (type_ >= 0)
        kind = self.option_kind[here]
        start = np.zeros(len(part.groups) * len(present) + 1, np.int64)
        np.add.at(start, group[here] * len(present) + type_[here] + 1, 1)
        effect = self._effects(part, kind)
        seat, seat_class = self._seats(part)
        seat_effect = self._effects(part, problem.seats.kind[seat])
        rows = [problem.rows[k] for k in part.rows.tolist()]
        premium = np.zeros(len(part.groups), np.int64)
        pinned = part.classes[problem.must_fill[part.classes]]
        forbidding = _premium([row.price for row in rows], _spread(problem, part))
        premium[new_group[problem.class_group[pinned]]] = forbidding
        # an order passed over costs as much; what is not held this way is taken back afterwards (`primal.orders`)
        orders = len(problem.orders) if part.whole else 0
        price = [row.price for row in rows] + [forbidding // RATE_UNIT + 1] * orders
        entries = self.every(part, types)
        kept = None
        if part.whole:
            kept = leading(entries.start, types, problem.n_types, MOST_ENTRIES)
        elif depth is not None:
            homes = _homes(capacity, problem.class_menu[part.classes], new_menu, len(part.menus))
            kept = _with(first_of_type(entries.start, types, problem.n_types, depth, homes), more)
        menu_start, applicant, value, types = entries.read(kept)
        base = problem.fill_value * MICRO_PER_HUNDREDTH
        if part.whole:  # `relaxation.subproblem` asks what pairs are worth in all
            value, base = value.astype(np.int64) + base, 0
        model = LabelledTransport(
            n_applicants=len(part.applications),
            n_groups=len(part.groups),
            n_types=len(present),
            capacity=capacity,
            class_menu=new_menu[problem.class_menu[part.classes]].astype(np.int32),
            class_group=new_group[problem.class_group[part.classes]].astype(np.int32),
            menu_start=menu_start,
            entry_applicant=applicant,
            entry_value=value,
            entry_type=types,
            option_start=np.cumsum(start),
            option_account=problem.kinds.account[kind].astype(np.int32),
            option_value=premium[group[here]] + problem.kinds.value[kind] * MICRO_PER_HUNDREDTH,
            effect_start=effect[0],
            effect_row=effect[1],
            effect_coef=effect[2],
            row_constant=np.append(-self.play[part.rows], np.zeros(orders, np.int64)),
            row_price=np.array(price, np.int64),
            bonus_start=np.concatenate([[0], np.cumsum(capacity)]).astype(np.int64),
            bonus=problem.bonus[dwellings[member]] * MICRO_PER_HUNDREDTH,
            seat_start=np.searchsorted(seat_class[seat], np.arange(len(part.classes) + 1)).astype(np.int64),
            seat_account=problem.kinds.account[problem.seats.kind[seat]].astype(np.int32),
            seat_value=problem.seats.value[seat] * MICRO_PER_HUNDREDTH,
            seat_effect_start=seat_effect[0],
            seat_effect_row=seat_effect[1],
            seat_effect_coef=seat_effect[2],
            scale=1_000_000,
            entry_base=base,
        )
        return Transport(model, part, seat, kind)

    def _effects(self, part: Part, kind: I32) -> tuple[I64, I32, I64]:
        """What each kind adds to the part's rows: start, row, coefficient."""
        length = np.diff(self.ptr)[kind]
        owner = np.repeat(np.arange(len(kind)), length)
        at = np.repeat(self.ptr[:-1][kind] - np.cumsum(length) + length, length) + np.arange(len(owner))
        ordered = np.arange(len(self.problem.orders)) + len(part.rows)
        if not part.whole:
            ordered = np.full(len(ordered), -1)
        row = np.append(_places(part.rows, len(self.problem.rows)), ordered)[self.row[at]]
        here = row >= 0
        start = np.concatenate([[0], np.cumsum(np.bincount(owner[here], minlength=len(kind)))])
        return start.astype(np.int64), row[here].astype(np.int32), self.coef[at[here]]


def _all_marks(problem: Problem) -> tuple[I64, I64, I64]:
    """Start, row and coefficient of all that each kind adds to the rows of the rules and of the orders."""
    kinds, rows = problem.kinds, problem.rows
    rate = np.array([row.rate for row in rows], np.int64)[kinds.row] + kinds.more
    coef = rate * kinds.den - RATE_UNIT * kinds.num.astype(np.int64)
    n = len(kinds)
    owner = np.concatenate(
        [np.repeat(np.arange(n), np.diff(kinds.ptr)), np.repeat(np.arange(n), np.diff(kinds.order_ptr))]
    )
    row = np.concatenate([kinds.row.astype(np.int64), kinds.order_row.astype(np.int64) + len(rows)])
    coef = np.concatenate([coef, RATE_UNIT * kinds.order_sign.astype(np.int64)])
    order = np.argsort(owner, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))])
    return start.astype(np.int64), row[order], coef[order]


def _homes(capacity: I64, menu: I32, place: I64, menus: int) -> I64:
    """(menus,) dwellings of each menu; ``menu``: that of each class, ``place``: its position among the menus."""
    homes = np.zeros(menus, np.int64)
    np.add.at(homes, place[menu], capacity)
    return homes


def _with(kept: I64, more: I64 | None) -> I64:
    """Positions of either, ascending."""
    return kept if more is None or not len(more) else np.union1d(kept, more)


def shortened(model: LabelledTransport, depth: Depth, more: I64 | None = None) -> LabelledTransport:
    """A model with the first entries of each type of each menu (`implicit.first_of_type`), and ``more``, as `Carver.carve` would have made it."""
    menus = len(model.menu_start) - 1
    homes = _homes(model.capacity, model.class_menu, np.arange(menus), menus)
    kept = _with(first_of_type(model.menu_start, model.entry_type, model.n_types, depth, homes), more)
    return replace(
        model,
        menu_start=np.searchsorted(kept, model.menu_start).astype(np.int64),
        entry_applicant=model.entry_applicant[kept],
        entry_value=model.entry_value[kept],
        entry_type=model.entry_type[kept],
    )


def share_of_points(model: LabelledTransport, pinned: B, objective: int) -> float:
    """Share of the kernel's objective that is points and not premium, so that a relative gap keeps its meaning.

    ``pinned``: classes that must be filled; ``objective``: micropoints the model is worth, roughly.
    """
    low, high = (
        model.entry_base + int(x)
        for x in (model.entry_value.min(initial=0), model.entry_value.max(initial=0))
    )
    spread = max(high, -low)
    premium = _premium(model.row_price.tolist(), spread) if pinned.any() else 0
    worth = max(1, abs(objective))
    return worth / (worth + premium * int(model.capacity[pinned].sum()))


def coarse_types(problem: Problem, part: Part, lists: I64) -> NDArray[np.integer]:
    """Types of the entries of a part's menus, with those merged that no group of the menu tells apart.

    A type says all that any group of the problem may ask of an application; the dwellings of one menu ask much less.
    The kernel collapses the arcs of equal types, so merging is what makes a landlord's year fast. The smallest of the
    merged types stands for them. ``lists``: `Carver.lists`.
    """
    options = problem.options
    n_lists = int(lists.max(initial=-1)) + 1
    if part.whole:
        merged = problem.entry_type.copy()
    else:
        spans = np.stack([problem.menu_ptr[part.menus], problem.menu_ptr[part.menus + 1]], axis=1)
        merged = np.concatenate(
            [problem.entry_type[:0], *(problem.entry_type[a:b] for a, b in spans.tolist())]
        )
    menus = np.unique(np.stack([problem.class_menu, problem.class_group], axis=1), axis=0)
    start = np.searchsorted(menus[:, 0], np.arange(len(problem.menu_ptr)))
    seen = np.zeros(problem.n_types, bool)
    stands = np.zeros(problem.n_types, merged.dtype)
    first_entry = 0
    for menu in part.menus.tolist():
        entries = slice(first_entry, first_entry + int(problem.menu_ptr[menu + 1] - problem.menu_ptr[menu]))
        first_entry = entries.stop
        groups = menus[start[menu] : start[menu + 1], 1].astype(np.int64)
        if entries.stop == entries.start or not len(groups):
            continue
        types = merged[entries]
        seen[types] = True
        present = np.flatnonzero(seen)
        seen[present] = False
        same = np.zeros(len(present), np.int64)
        for group in groups.tolist():
            # types told apart so far, told apart further by the lists of one more group
            wanted = group * problem.n_types + present
            at = np.minimum(np.searchsorted(options.key, wanted), max(0, len(options.key) - 1))
            found = np.where(options.key[at] == wanted, lists[at], -1) if len(options.key) else same - 1
            _, same = np.unique(same * (n_lists + 1) + found + 1, return_inverse=True)
        _, first = np.unique(same, return_index=True)
        stands[present] = present[first[same]]
        merged[entries] = stands[types]
    return merged


def _present(problem: Problem, part: Part, types: NDArray[np.integer]) -> I64:
    """The types of a part's models, ascending."""
    if part.whole:
        return np.arange(problem.n_types)
    seen = np.zeros(problem.n_types, bool)
    seen[types] = True
    return np.flatnonzero(seen)


def _places(numbers: I64, n: int) -> I64:
    """Position of each of ``0 .. n - 1`` in ``numbers``, -1 when it is not there."""
    place = np.full(n, -1, np.int64)
    place[numbers] = np.arange(len(numbers))
    return place


def _spread(problem: Problem, part: Part) -> int:
    """Largest size of a pair's value in a part, micropoints."""
    most = max(abs(worth + problem.fill_value) for worth in extremes(problem, part))
    most += int(np.abs(problem.kinds.value).max(initial=0))
    return most * MICRO_PER_HUNDREDTH


def _premium(prices: list[int], spread: int) -> int:
    """Micropoints no set of rules can charge for one lease, nor values differ by: twice the sum of both."""
    return 2 * (sum(prices) * RATE_UNIT + spread) + 1
