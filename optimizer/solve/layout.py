"""A `Problem` laid out for pricing: per class, the columns a first rank may use, with exact truncation.

Everything later (bound, LP, tree, ties) reads these arrays. Pairs of a class stay grouped: its dwellings differ by their
bonus only.

*Truncation.* An LP solution or a set of prices of ours never prices more than ``width`` applications above zero. Among
the entries of a class with the same options, sorted by value, at least one of the first ``width + 1`` then has the price
zero and stands above all later ones: the best reduced value over the kept entries is the best over all of them. `width`
is the number of dwellings that may name a household; :meth:`Layout.exact_for` says when the argument holds, and the full
arrays are used when it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizer.problem.model import I32, I64, B, Problem
from optimizer.solve.implicit import OptionLists, read_lists, steps
from optimizer.solve.listed import Costing, KindsByOrder, Runs, entered_orders, first_of_runs, read_runs
from optimizer.solve.precedence import Precedence


@dataclass(frozen=True)
class ClassEntries:
    """Entries of all classes end to end; class k owns ``ptr[k]:ptr[k+1]``, best values first inside a key.

    ``entry`` indexes ``problem.entry_*``, ``key`` the first-rank option lists, ``value`` is score + fit + fill value in
    hundredths, without the dwelling's bonus.
    """

    ptr: I64
    entry: I32
    app: I32
    key: I32
    value: I64

    def part(self, a: int, b: int) -> ClassEntries:
        """Some of them, as of one class."""
        ptr = np.array([0, b - a], np.int64)
        return ClassEntries(ptr, self.entry[a:b], self.app[a:b], self.key[a:b], self.value[a:b])

    def of(self, at: I64) -> ClassEntries:
        """Those at some places, as of one class."""
        ptr = np.array([0, len(at)], np.int64)
        return ClassEntries(ptr, self.entry[at], self.app[at], self.key[at], self.value[at])


@dataclass(frozen=True)
class Layout:
    """See the module. ``ask`` (R,) is what each row demands besides its rate, in ten-thousandths of a lease: minus its play,
    and what is asked for more (nothing in a plain solve). ``rate`` (R,) is the least rate of a lease of its denominator,
    ``mark_rate`` that of each (row, num, den) mark; ``uniform`` (R,): all the same. ``mark_rate`` is 0 outside the denominator.

    ``full``, ``runs`` and ``cut`` list the entries of every class: what the tree and the tie stages work on. They are made when first
    asked for, and never for a country, whose classes hold 800 million entries: `implicit` passes over those by ``lists``.
    """

    problem: Problem
    ask: I64
    member_ptr: I64
    member: I32
    option_ptr: I64
    option_kind: I32
    key_number: I32
    lists: OptionLists
    width: int
    seat_ptr: I64
    seat: I32
    price: I64
    rate: I64
    mark_rate: I64
    uniform: B
    active: I32

    def members(self, klass: int) -> I32:
        """Dwellings of a class, largest bonus first, then by identifier."""
        return self.member[self.member_ptr[klass] : self.member_ptr[klass + 1]]

    def seats(self, klass: int) -> I32:
        """Seats of a class: indices of ``problem.seats``."""
        return self.seat[self.seat_ptr[klass] : self.seat_ptr[klass + 1]]

    def exact_for(self, priced: int) -> bool:
        """True when ``priced`` applications with a price above zero leave the truncated entries exact."""
        return priced <= self.width

    @cached_property
    def full(self) -> ClassEntries:
        """Every entry of every class."""
        return _entries(self.problem, self.key_number)

    @cached_property
    def cut(self) -> ClassEntries:
        """The entries that an LP solution or prices of ours can need."""
        return _truncate(self.full, self.runs, self.width + 1)

    @cached_property
    def runs(self) -> Runs:
        """Every entry by class and option list."""
        return read_runs(self.full.ptr, self.full.key, len(self.option_ptr) - 1)

    @property
    def listed(self) -> bool:
        """Whether ``full`` was made."""
        return "full" in self.__dict__

    def with_entries_of(self, other: Layout) -> Layout:
        """Itself, with what a layout of the same entries has listed already."""
        for name in (
            "full",
            "cut",
            "runs",
            "kind_of_mark",
            "marking",
            "marked",
            "costing",
            "_kinds_of",
            "precedence",
            "link_of",
            "openings",
            "conditional",
            "departing",
            "_departures",
        ):
            if name in other.__dict__:
                self.__dict__[name] = other.__dict__[name]
        return self

    @cached_property
    def kind_of_mark(self) -> I32:
        """Kind of each (row, num, den) mark of ``problem.kinds``."""
        length = np.diff(self.problem.kinds.ptr)
        return np.repeat(np.arange(len(length), dtype=np.int32), length)

    @cached_property
    def marking(self) -> I32:
        """(n_kinds,) a number for the (row, num, den) marks of each kind. Kinds that differ by what they add to a value, or by the
        orders they enter, count alike: on a session with lists or chains there are a hundred thousand kinds and a few dozen markings.
        """
        kinds = self.problem.kinds
        length = np.diff(kinds.ptr)
        inside = np.arange(len(kinds.row)) - np.repeat(kinds.ptr[:-1], length)
        table = np.full((len(length), int(length.max(initial=1))), -1, np.int64)
        table[self.kind_of_mark, inside] = (kinds.row.astype(np.int64) * 2 + kinds.num) * 2 + kinds.den
        few, back = _alike(table)
        return np.unique(table[few], axis=0, return_inverse=True)[1].reshape(-1)[back].astype(np.int32)

    @cached_property
    def marked(self) -> I32:
        """(n_markings,) one kind of each marking."""
        return np.unique(self.marking, return_index=True)[1].astype(np.int32)

    @cached_property
    def costing(self) -> Costing:
        """The marks of all kinds, each way of charging them once."""
        kinds = self.problem.kinds
        way = self.marking
        if not self.uniform.all():
            length = np.diff(kinds.ptr)
            inside = np.arange(len(kinds.row)) - np.repeat(kinds.ptr[:-1], length)
            table = np.zeros((len(length), int(length.max(initial=0)) + 1), np.int64)
            table[self.kind_of_mark, inside] = self.mark_rate
            table[:, -1] = way
            few, back = _alike(table)
            way = np.unique(table[few], axis=0, return_inverse=True)[1].reshape(-1)[back].astype(np.int32)
        kind = np.unique(way, return_index=True)[1].astype(np.int32)
        some = np.repeat(kinds.ptr[kind], np.diff(kinds.ptr)[kind])
        ptr = np.concatenate([[0], np.cumsum(np.diff(kinds.ptr)[kind])]).astype(np.int64)
        at = some + np.arange(len(some)) - np.repeat(ptr[:-1], np.diff(ptr))
        return Costing(
            way, ptr, kinds.row[at], kinds.num[at], kinds.den[at], self.mark_rate[at], self.marking[kind]
        )

    @cached_property
    def _kinds_of(self) -> dict[int, I32]:
        nominee = self.problem.kinds.nominee
        orders = self.problem.orders
        found = sorted(set(orders.app[orders.account >= 0].tolist()))
        return {a: np.flatnonzero(nominee == a).astype(np.int32) for a in found}

    @cached_property
    def entered(self) -> KindsByOrder:
        """The kinds that enter each row of ``problem.orders``."""
        return entered_orders(self.problem.kinds, len(self.problem.orders))

    @cached_property
    def link_of(self) -> dict[int, int]:
        """Row of ``problem.orders`` of each dwelling that a sitting tenant may free."""
        orders = self.problem.orders
        links = np.flatnonzero(orders.account < 0)
        return dict(zip(orders.dwelling[links].tolist(), links.tolist(), strict=True))

    @property
    def vacant(self) -> int:
        """Dwellings that are to be let whoever leaves: all but those that sitting tenants may free."""
        return len(self.problem.dwelling_ids) - len(self.link_of)

    @cached_property
    def openings(self) -> tuple[I64, I64]:
        """Kinds of the first ranks that open a freed dwelling, ascending, and the row of ``problem.orders`` that says so: a kind opens
        one at most."""
        kinds, orders = self.problem.kinds, self.problem.orders
        at = np.flatnonzero((kinds.order_sign < 0) & (orders.account < 0)[kinds.order_row])
        owner = np.searchsorted(kinds.order_ptr, at, side="right") - 1
        return owner.astype(np.int64), kinds.order_row[at].astype(np.int64)

    @cached_property
    def conditional(self) -> tuple[I64, I64]:
        """Kinds of the first ranks at a freed dwelling, ascending, and its row of ``problem.orders``."""
        kinds, orders = self.problem.kinds, self.problem.orders
        at = np.flatnonzero((kinds.order_sign > 0) & (orders.account < 0)[kinds.order_row])
        owner = np.searchsorted(kinds.order_ptr, at, side="right") - 1
        return owner.astype(np.int64), kinds.order_row[at].astype(np.int64)

    @cached_property
    def departing(self) -> tuple[I64, I64]:
        """Entries of ``full`` whose household frees a dwelling by going there, and the row of ``problem.orders`` of that dwelling: the
        same on every account."""
        kind, row = self.openings
        opened = np.full(len(self.problem.kinds), -1, np.int64)
        opened[kind] = row
        own = opened[self.option_kind[self.option_ptr[:-1]]][self.full.key]
        at = np.flatnonzero(own >= 0)
        return at, own[at]

    @cached_property
    def _departures(self) -> tuple[I64, I32]:
        """Kinds of the first ranks that open the dwelling of each row of ``problem.orders``, end to end, and where each begins."""
        kind, row = self.openings
        order = np.argsort(row, kind="stable")
        ptr = np.searchsorted(row[order], np.arange(len(self.problem.orders) + 1)).astype(np.int64)
        return ptr, kind[order].astype(np.int32)

    def departures(self, dwelling: int) -> I32:
        """Kinds of the first ranks by which the tenant of a freed dwelling leaves it for one that opens it: they are nobody else's."""
        ptr, kind = self._departures
        row = self.link_of[dwelling]
        return kind[ptr[row] : ptr[row + 1]]

    @cached_property
    def precedence(self) -> Precedence:
        """Rows that hold whoever comes after a nominee on several lists to one first rank of the nominee."""
        return Precedence(self.problem)

    @property
    def listed_households(self) -> tuple[int, ...]:
        """Households with somebody placed after them on some réservataire's list."""
        return tuple(self._kinds_of)

    def kinds_of(self, app: int) -> I32:
        """Kinds of the first ranks of such a household: they are nobody else's."""
        return self._kinds_of[app]


def lay_out(problem: Problem, ask: I64 | None = None) -> Layout:
    """Arrays for pricing. ``ask``: extra ten-thousandths of a lease wanted by each row."""
    n_classes = len(problem.class_menu)
    member = np.lexsort((np.arange(len(problem.klass)), -problem.bonus, problem.klass)).astype(np.int32)
    member_ptr = np.searchsorted(problem.klass[member], np.arange(n_classes + 1)).astype(np.int64)
    option_ptr, option_kind, key_number = _first_options(problem)
    lists = read_lists(problem, key_number)
    _, step = steps(problem, lists)
    width = int(np.diff(member_ptr)[step >= 0].sum())
    seat = np.argsort(problem.seats.klass, kind="stable").astype(np.int32)
    seat_ptr = np.searchsorted(problem.seats.klass[seat], np.arange(n_classes + 1)).astype(np.int64)
    price = np.array([row.price for row in problem.rows], np.int64)
    rate = np.array([row.rate for row in problem.rows], np.int64)
    kinds = problem.kinds
    mark_rate = (rate[kinds.row] + kinds.more) * kinds.den
    asked = -np.array([row.play for row in problem.rows], np.int64)
    if ask is not None:
        asked = asked + ask
    uniform = np.ones(len(rate), bool)
    uniform[kinds.row[kinds.more > 0]] = False
    return Layout(
        problem=problem,
        ask=asked,
        member_ptr=member_ptr,
        member=member,
        option_ptr=option_ptr,
        option_kind=option_kind,
        key_number=key_number,
        lists=lists,
        width=width,
        seat_ptr=seat_ptr,
        seat=seat,
        price=price,
        rate=rate,
        mark_rate=mark_rate,
        uniform=uniform,
        active=_active(price, rate, uniform, asked),
    )


def asking(layout: Layout, ask: I64) -> Layout:
    """The same arrays where each row asks for ``ask`` (R,) more ten-thousandths of a lease; entries listed are shared."""
    asked = np.asarray(layout.ask + ask, np.int64)
    active = _active(layout.price, layout.rate, layout.uniform, asked)
    return replace(layout, ask=asked, active=active).with_entries_of(layout)


def _alike(table: I64) -> tuple[I64, I64]:
    """Places of some rows of a table, every different one among them, and which of these each row is like.

    Sorting whole rows takes seconds where sorting a number of each takes a tenth. Rows of one number are compared, and a table in which
    two different ones share it is taken as it is.
    """
    odd = np.random.default_rng(0).integers(1, 2**62, table.shape[1], np.int64) * 2 + 1
    _, at, back = np.unique(table @ odd, return_index=True, return_inverse=True)
    back = back.reshape(-1)
    if not np.array_equal(table[at[back]], table):
        at = back = np.arange(len(table))
    return at.astype(np.int64), back.astype(np.int64)


def _active(price: I64, rate: I64, uniform: B, asked: I64) -> I32:
    return np.flatnonzero((price > 0) & ((rate > 0) | ~uniform | (asked > 0))).astype(np.int32)


def _first_options(problem: Problem) -> tuple[I64, I32, I32]:
    """Option lists kept to first ranks; number of each key (-1: none)."""
    options = problem.options
    length = (
        np.add.reduceat(np.append(options.first, False).astype(np.int64), options.ptr[:-1])
        if len(options.key)
        else np.zeros(0, np.int64)
    )
    length = np.where(np.diff(options.ptr) > 0, length, 0)
    some = length > 0
    number = np.full(len(options.key), -1, np.int32)
    number[some] = np.arange(int(some.sum()), dtype=np.int32)
    ptr = np.concatenate([[0], np.cumsum(length[some])]).astype(np.int64)
    return ptr, options.kind[options.first].astype(np.int32), number


def _entries(problem: Problem, number: I32) -> ClassEntries:
    found: dict[tuple[int, int], tuple[I32, I32]] = {}
    sizes, entries, keys = [], [], []
    known = problem.options.key
    for menu, group in zip(problem.class_menu.tolist(), problem.class_group.tolist(), strict=True):
        if (menu, group) not in found:
            a, b = int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])
            own = slice(*np.searchsorted(known, [group * problem.n_types, (group + 1) * problem.n_types]))
            of_type = np.full(problem.n_types, -1, np.int32)
            of_type[known[own] - group * problem.n_types] = number[own]
            key = of_type[problem.entry_type[a:b]]
            keep = np.flatnonzero(key >= 0)
            found[menu, group] = ((keep + a).astype(np.int32), key[keep].astype(np.int32))
        entry, key = found[menu, group]
        sizes.append(len(entry))
        entries.append(entry)
        keys.append(key)
    entry = np.concatenate([np.zeros(0, np.int32), *entries])
    return ClassEntries(
        ptr=np.concatenate([[0], np.cumsum(np.array(sizes, np.int64))]).astype(np.int64),
        entry=entry,
        app=problem.entry_app[entry],
        key=np.concatenate([np.zeros(0, np.int32), *keys]),
        value=problem.values(entry),
    )


def _truncate(full: ClassEntries, runs: Runs, width: int) -> ClassEntries:
    """The best ``width`` entries of each (class, key): the first ones of its run."""
    keep = first_of_runs(runs, width)
    kept = np.concatenate([[0], np.cumsum(keep)])
    return ClassEntries(
        ptr=kept[full.ptr].astype(np.int64),
        entry=full.entry[keep],
        app=full.app[keep],
        key=full.key[keep],
        value=full.value[keep],
    )
