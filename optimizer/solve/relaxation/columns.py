"""Units, columns and rows of the LP relaxation, added to HiGHS as they are needed.

Units are classes of dwellings (a class splits into single dwellings once the tree distinguishes them). Columns are (unit,
application, kind) and (unit, seat). Every row that holds a column is written when the column enters, and every column that
belongs to a later row (a count, a rounded row) when that row is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from optimizer.problem.model import I32, I64, RATE_UNIT
from optimizer.solve.cuts.envelopes import Envelope
from optimizer.solve.cuts.mir import Inequality
from optimizer.solve.highs_lp import INFINITY, F, add_columns, add_rows, new_model
from optimizer.solve.implicit import HUNDREDTH
from optimizer.solve.layout import Layout
from optimizer.solve.precedence import Two
from optimizer.solve.proof.node import Formulation, Restriction, mir_row
from optimizer.solve.relaxation.chain_auction import clear
from optimizer.solve.relaxation.entering import Entering, ranges
from optimizer.solve.relaxation.first_pairs import cheapest_kinds, taken_in_turns
from optimizer.solve.relaxation.subproblem import subproblem_of

STEADY = {"dual_simplex_cost_perturbation_multiplier": 0.0, "simplex_scale_strategy": 0}
"""Options of HiGHS where pairs come from whole assignments, and below the root elsewhere. Most pairs of such a program tie with many
others; perturbing their costs sends the simplex through all of them."""

PASSED = 1e-7
"""First ranks by which an LP solution may pass over an order for want of exact numbers."""


@dataclass
class AlikeDwellings:
    """Interchangeable dwellings: ``cap`` row (fills ≤ size), ``link`` row when their bonuses differ (else -1)."""

    klass: int
    dwellings: I32
    cap: int
    link: int
    elastic: int = -1
    alive: bool = True
    columns: list[int] = field(default_factory=list)


@dataclass
class ColumnPool:
    """Columns and rows of the LP. Lists by column: ``unit``, ``app`` (-1: seat), ``kind``, ``value``, HiGHS index ``at``."""

    layout: Layout
    formulation: Formulation

    def __post_init__(self) -> None:
        problem = self.layout.problem
        self.model = new_model()
        self.model.setOptionValue("presolve", "off")
        self.work = 0
        """Of all that was solved so far (`highs_lp.work_of`)."""
        self.units: list[AlikeDwellings] = []
        self.unit_of_class: list[int] = []
        self.unit_of_dwelling: I32 = np.full(len(problem.dwelling_ids), -1, np.int32)
        self.unit: list[int] = []
        self.app: list[int] = []
        self.kind: list[int] = []
        self.at: list[int] = []
        self.value: list[int] = []
        self.known: set[tuple[int, int, int]] = set()
        self.app_row: dict[int, int] = {}
        self.base_row: dict[int, int] = {}
        self.short_col: dict[int, int] = {}
        self.count_row: dict[tuple[str, int], int] = {}
        self.elastic_cols: list[int] = []
        self.mir_row: dict[tuple[int, int], int] = {}
        self.open_counts: set[tuple[str, int]] = set()
        self.open_mir: set[tuple[int, int]] = set()
        self.cut_row: dict[Inequality, int] = {}
        self.open_cuts: set[Inequality] = set()
        self.lasting_cuts: set[Inequality] = set()
        self.passing_cuts: set[Inequality] = set()
        """Those that hold in every node, and those that hold in some."""
        self.tally: dict[tuple[str, int], tuple[int, int]] = {}
        """(row, column) of the counts that envelopes speak of, by (num or den, row)."""
        self.entering = Entering(self.layout)
        self.limited: dict[int, Restriction] = {}
        self.held_to: dict[int, bool] = {}
        """Households that the node leaves out (False) or wants housed (True)."""
        self.departure_row: dict[int, int] = {}
        self.open_departures: dict[int, bool] = {}
        """Freed dwellings whose tenant the node has stay (False) or leave (True)."""
        self.bid = False
        """Whether the dwellings of a case with chains have bid again at the prices of the first LP."""
        self.wanting: dict[int, int] = {}
        """Column that stands in for a household which is to be housed."""
        self._columns: tuple[I64, I64] = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        values = [int(np.abs(v).max()) for v in (self.layout.full.value, problem.seats.value) if len(v)]
        top = max([0, *values, *self.layout.price.tolist()]) + int(np.abs(problem.kinds.value).max(initial=0))
        self.forbidding = 100.0 * (top / 100.0 + 1.0)
        for k in self.layout.active.tolist():
            self._add_base(k)
        self.after_row: dict[Two, int] = {}
        """Rows of `Precedence` that some solution missed."""
        self.order_row: dict[int, int] = {}
        """Rows of the réservataires' orders in the LP: all in a small case, else those that some solution passed over."""
        for klass in range(len(problem.class_menu)):
            self.unit_of_class.append(
                self._add_unit(klass, self.layout.members(klass), bool(problem.must_fill[klass]))
            )
        self.subproblem = subproblem_of(self.layout, self.formulation.policy)
        if self.subproblem is None:
            if self.layout.link_of:
                # the first LP alone has no basis to start from, and presolve finds most of what the links leave closed
                self.model.setOptionValue("presolve", "choose")
                # its coefficients are ones but for a few rows: scaled, it takes a quarter longer
                self.model.setOptionValue("simplex_scale_strategy", 0)
                self._seed_apart()
                # of the réservataires' orders, which come to thousands, few are passed over
                self.add_orders(sorted(self.layout.link_of.values()))
            else:
                self._seed()
                # most of them bind sooner or later: waiting for the LP to pass over them costs a run each time
                self.add_orders(list(range(len(problem.orders))))
        else:
            self.steady()
            self._add_batch([seat for u in self.unit_of_class for seat in self._seat_batch(u)])
            self.add(self.subproblem.assign(np.zeros(len(problem.kinds), np.int64)).columns)

    def steady(self) -> None:
        """From now on, go to the vertex that is next rather than to one nobody could name."""
        for name, value in STEADY.items():
            self.model.setOptionValue(name, value)

    # ---------------------------------------------------------------- building

    def _add_base(self, k: int) -> None:
        self.short_col[k] = self._add_column(self.layout.price[k] / 100.0, 0.0, INFINITY, [])
        self.base_row[k] = self._add_row(self.layout.ask[k] / RATE_UNIT, INFINITY, [(self.short_col[k], 1.0)])
        self.entering.base_at[k] = self.base_row[k]

    def _add_column(self, cost: float, lower: float, upper: float, entries: list[tuple[int, float]]) -> int:
        at = int(self.model.getNumCol())
        add_columns(self.model, np.array([cost]), np.array([lower]), np.array([upper]), [entries])
        return at

    def _add_row(self, lower: float, upper: float, entries: list[tuple[int, float]]) -> int:
        at = int(self.model.getNumRow())
        add_rows(self.model, np.array([lower]), np.array([upper]), [entries])
        return at

    def _add_unit(self, klass: int, dwellings: I32, must: bool) -> int:
        number = len(self.units)
        size = float(len(dwellings))
        bonus = self.layout.problem.bonus[dwellings]
        free = len(dwellings) == 1 and int(dwellings[0]) in self.layout.link_of
        cap = self._add_row(size if must else -INFINITY, INFINITY if free else size, [])
        unit = AlikeDwellings(klass, dwellings, cap, -1)
        if len(np.unique(bonus)) > 1:
            unit.link = self._add_row(0.0, 0.0, [])
            for value, n in zip(*np.unique(bonus, return_counts=True), strict=True):
                self._add_column(-value / 100.0, 0.0, float(n), [(cap, 1.0), (unit.link, -1.0)])
        if must:
            self._make_elastic(unit)
        self.units.append(unit)
        if len(dwellings) == 1:
            self.unit_of_dwelling[dwellings[0]] = number
        return number

    def _make_elastic(self, unit: AlikeDwellings) -> None:
        if unit.elastic < 0:
            unit.elastic = self._add_column(self.forbidding, 0.0, INFINITY, [(unit.cap, 1.0)])
            self.elastic_cols.append(unit.elastic)

    def _seed(self) -> None:
        """Few best entries of each class, its best free ones so that all classes can be filled, and all seats; pricing brings what is missing."""
        cut = self.layout.cut
        used = np.zeros(len(self.layout.problem.application_ids), bool)
        batches = []
        for klass, u in enumerate(self.unit_of_class):
            a, b = int(cut.ptr[klass]), int(cut.ptr[klass + 1])
            size = len(self.units[u].dwellings)
            if not size:
                continue
            free = a + np.flatnonzero(~used[cut.app[a:b]])[:size]
            used[cut.app[free]] = True
            chosen = np.union1d(np.arange(a, min(b, a + 3 * size + 5)), free)
            batches.append(self._batch_of(u, chosen) + self._seat_batch(u))
        self._add_batches(batches)

    def _batch_of(self, u: int, entries: I64) -> list[tuple[int, int, int, int]]:
        """Columns of a unit for each kind of some entries of ``layout.cut``."""
        cut, start = self.layout.cut, self.layout.option_ptr
        key = cut.key[entries]
        many = start[key + 1] - start[key]
        each = np.repeat(entries, many)
        inside = np.arange(len(each)) - np.repeat(np.cumsum(many) - many, many)
        kind = self.layout.option_kind[np.repeat(start[key], many) + inside]
        columns = (cut.app[each].tolist(), kind.tolist(), cut.value[each].tolist())
        return [(u, *column) for column in zip(*columns, strict=True)]

    def _seed_apart(self) -> None:
        """Columns for an LP with links: the `bids` of an auction.

        The dwellings that tenants may free are many and suit the same households: the best few of each would be the same few. Each
        has the kind that adds most to its value; what the rules would rather have comes with the prices.
        """
        if not len(self.layout.full.app):
            return self._seed()
        bids = self.bids(-self.layout.problem.kinds.value * HUNDREDTH)
        self._add_batches([bids, *(self._seat_batch(u) for u in self.unit_of_class)])

    def bids(self, cost: I64) -> list[tuple[int, int, int, int]]:
        """What an auction leaves with each dwelling and, in turns, the best entry of each class at its prices, among the households
        that no class has taken in the turn; ``cost`` (n_kinds,) 1e-10 point, beside the links."""
        layout, full, policy = self.layout, self.layout.full, self.formulation.policy.relaxation
        cleared = clear(layout, cost, policy.bid_step, policy.bids)
        turns = taken_in_turns(
            full.ptr, full.app, cleared.worth, len(layout.problem.application_ids), policy.turns
        )
        entries = np.union1d(cleared.held, turns)
        kind = cheapest_kinds(full.key[entries], layout.option_ptr, layout.option_kind, cost)
        klass = np.searchsorted(full.ptr, entries, side="right") - 1
        columns = zip(
            np.array(self.unit_of_class, np.int64)[klass].tolist(),
            full.app[entries].tolist(),
            kind.tolist(),
            full.value[entries].tolist(),
            strict=True,
        )
        return list(columns)

    def _seat_batch(self, u: int) -> list[tuple[int, int, int, int]]:
        seats = self.layout.problem.seats
        own = self.layout.seats(self.units[u].klass).tolist()
        return [(u, -1, int(seats.kind[i]), int(seats.value[i])) for i in own]

    def add(self, columns: list[tuple[int, int, int, int]]) -> int:
        """Add columns given by class: (class, application, kind, value without bonus)."""
        batch = []
        for klass, app, kind, value in columns:
            unit = self.units[self.unit_of_class[klass]]
            if unit.alive:
                batch.append((self.unit_of_class[klass], app, kind, value))
            else:
                batch += [(int(self.unit_of_dwelling[d]), app, kind, value) for d in unit.dwellings.tolist()]
        return self._add_batch(batch)

    def _add_batch(self, batch: list[tuple[int, int, int, int]]) -> int:
        """Add columns (unit, application, kind, value without bonus); those already there are left out."""
        return self._add_batches([batch])

    def _add_batches(self, batches: Sequence[list[tuple[int, int, int, int]]]) -> int:
        """Batch after batch, the rows of their new households first."""
        fresh, new_apps, known = list[tuple[int, int, int, int]](), list[int](), self.known
        for batch in batches:
            first = len(fresh)
            for line in batch:
                if line[:3] not in known:
                    known.add(line[:3])
                    fresh.append(line)
            own = sorted({app for _, app, _, _ in fresh[first:] if app >= 0 and app not in self.app_row})
            self.app_row.update((app, -1) for app in own)
            new_apps += own
        if not fresh:
            return 0
        n, row = len(new_apps), int(self.model.getNumRow())
        if n:
            nothing = np.zeros(0)
            self.model.addRows(
                n,
                np.full(n, -INFINITY),
                np.ones(n),
                0,
                np.zeros(n, np.int32),
                nothing.astype(np.int32),
                nothing,
            )
        self.app_row.update(zip(new_apps, range(row, row + n), strict=True))
        self._write(fresh)
        return len(fresh)

    def _write(self, fresh: list[tuple[int, int, int, int]]) -> None:
        """Columns into HiGHS: of each its unit's row, its household's, and those that its kind enters."""
        problem, first = self.layout.problem, int(self.model.getNumCol())
        _, app, kind, worth = np.array(fresh, np.int64).T
        home, bonus = [], []
        for u, a, c, base in fresh:
            own = self.units[u]
            apart = own.link >= 0 and a >= 0
            home.append(own.link if apart else own.cap)
            bonus.append(int(own.dwellings[0]) if a >= 0 and own.link < 0 and len(own.dwellings) else -1)
            own.columns.append(len(self.at))
            self.unit.append(u)
            self.app.append(a)
            self.kind.append(c)
            self.value.append(base)
            self.at.append(first + len(home) - 1)
        alike = np.array(bonus, np.int64)
        worth = worth + problem.kinds.value[kind] + np.where(alike >= 0, problem.bonus[alike], 0)
        named = np.flatnonzero(app >= 0)
        rows = np.array([self.app_row[a] for a in app[named].tolist()], np.int64)
        found = self.entering.of(kind)
        column = np.concatenate([np.arange(len(fresh)), named, found.column])
        order = np.argsort(column, kind="stable")
        row = np.concatenate([np.array(home, np.int64), rows, found.row])[order]
        value = np.concatenate([np.ones(len(fresh) + len(named)), found.value])[order]
        start = np.searchsorted(column[order], np.arange(len(fresh)))
        self.model.addCols(
            len(fresh),
            -worth / 100.0,
            np.zeros(len(fresh)),
            # the application's and the unit's rows are the limit: a bound would hide their duals
            np.full(len(fresh), INFINITY),
            len(row),
            start.astype(np.int32),
            row.astype(np.int32),
            value,
        )

    def using(self, k: int, on: str) -> list[int]:
        """Columns that count for a row."""
        at, kind = self.columns
        found: list[int] = at[self._inside(on)[k, self.layout.marking[kind]] > 0].tolist()
        return found

    def _inside(self, on: str) -> I64:
        """(R, n_markings) 1 where what counts so is in the num, or the den, of a row."""
        return self.formulation.cuts.num if on == "num" else self.formulation.cuts.den

    @property
    def columns(self) -> tuple[I64, I64]:
        """Index in HiGHS and kind of every column, as arrays."""
        if len(self._columns[0]) < len(self.at):
            self._columns = np.array(self.at, np.int64), np.array(self.kind, np.int64)
        return self._columns

    def passed_over(self, count: F) -> list[int]:
        """Orders that a solution, given by kind, does not keep and that the LP does not hold yet."""
        kinds = self.layout.problem.kinds
        # ascending: a sum has its terms in the order of the kinds
        used = np.flatnonzero(count)
        of, at = ranges(kinds.order_ptr, used)
        each = count[used[of]] * kinds.order_sign[at]
        rows = np.bincount(kinds.order_row[at], each, len(self.layout.problem.orders))
        over = np.flatnonzero(rows > PASSED)
        return [p for p in over.tolist() if p not in self.order_row]

    def orders_of(self, rows: Sequence[int]) -> list[list[tuple[int, float]]]:
        """The columns at hand of some rows of the orders, with their signs."""
        at, sign, ends = self._in_orders(rows)
        entries = list(zip(at.tolist(), sign.tolist(), strict=True))
        return [entries[a:b] for a, b in pairwise(ends.tolist())]

    def _in_orders(self, rows: Sequence[int]) -> tuple[I64, F, I64]:
        """Columns at hand and their signs, row by row of the orders, and where each row begins and ends."""
        kinds, (at, kind) = self.layout.problem.kinds, self.columns
        many = np.diff(kinds.order_ptr)[kind]
        column = np.repeat(np.arange(len(kind)), many)
        inside = np.arange(len(column)) - np.repeat(np.cumsum(many) - many, many)
        mark = np.repeat(kinds.order_ptr[:-1][kind], many) + inside
        place = np.full(len(self.layout.problem.orders), -1, np.int64)
        place[list(rows)] = np.arange(len(rows))
        row = place[kinds.order_row[mark]]
        kept = np.flatnonzero(row >= 0)
        kept = kept[np.argsort(row[kept], kind="stable")]
        ends = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=len(rows)))])
        return at[column[kept]], kinds.order_sign[mark[kept]].astype(np.float64), ends

    def add_orders(self, rows: list[int]) -> None:
        """Hold the LP to some rows of the orders from now on."""
        first, n = int(self.model.getNumRow()), len(rows)
        at, sign, ends = self._in_orders(rows)
        self.model.addRows(
            n,
            np.full(n, -INFINITY),
            np.zeros(n),
            len(at),
            ends[:-1].astype(np.int32),
            at.astype(np.int32),
            sign,
        )
        self.order_row.update({p: first + i for i, p in enumerate(rows)})
        self.entering.order_at[rows] = np.arange(first, first + n)

    def add_after(self, some: list[Two]) -> None:
        """Hold the LP to some rows of `Precedence` from now on."""
        precedence, (at, kind) = self.layout.precedence, self.columns
        for two in some:
            coef = np.zeros(len(self.layout.problem.kinds))
            coef[precedence.kinds_after(two)] = 1.0
            coef[precedence.kinds_of(two[0])] = -1.0
            held = np.flatnonzero(coef[kind])
            entries = list(zip(at[held].tolist(), coef[kind[held]].tolist(), strict=True))
            self.after_row[two] = row = self._add_row(-INFINITY, 0.0, entries)
            own = np.flatnonzero(coef)
            self.entering.add_kinds(row, own, coef[own])

    def _add_count_row(self, on: str, k: int) -> None:
        self.count_row[on, k] = row = self._add_row(
            -INFINITY, INFINITY, [(at, 1.0) for at in self.using(k, on)]
        )
        self.entering.add(row, self._inside(on)[k])
        for sign in (1.0, -1.0):
            self.elastic_cols.append(self._add_column(self.forbidding, 0.0, INFINITY, [(row, sign)]))

    def _add_departure_row(self, dwelling: int) -> None:
        at, kind = self.columns
        leaving = at[np.isin(kind, self.layout.departures(dwelling))]
        elastic = self._add_column(self.forbidding, 0.0, INFINITY, [])
        self.elastic_cols.append(elastic)
        entries = [(elastic, 1.0), *((j, 1.0) for j in leaving.tolist())]
        self.departure_row[dwelling] = row = self._add_row(-INFINITY, INFINITY, entries)
        self.entering.departure_at[self.layout.link_of[dwelling]] = row

    def _add_mir_row(self, k: int, n: int) -> None:
        f = mir_row(self.layout, k, n).f / RATE_UNIT
        entries = [(self.short_col[k], 1.0), *((at, f) for at in self.using(k, "num"))]
        self.mir_row[k, n] = row = self._add_row(-INFINITY, INFINITY, entries)
        self.entering.add(row, self._inside("num")[k] * f)

    def _tally(self, on: str, k: int) -> int:
        """Column that equals a count: an envelope is then a short row, however many pairs count in it."""
        if (on, k) not in self.tally:
            # without bounds, else a count of nothing would keep from the pairs what the envelopes charge for it
            at = self._add_column(0.0, -INFINITY, INFINITY, [])
            row = self._add_row(0.0, 0.0, [(at, -1.0), *((j, 1.0) for j in self.using(k, on))])
            self.tally[on, k] = row, at
            self.entering.add(row, self._inside(on)[k])
        return self.tally[on, k][1]

    def _add_envelope_row(self, cut: Envelope) -> None:
        entries = [(self.short_col[k], share / RATE_UNIT) for k, share in cut.shares() if share]
        entries += [
            (self._tally("num", k), mu / RATE_UNIT) for k, mu in zip(cut.rows, cut.counts, strict=True) if mu
        ]
        if cut.slope:
            entries.append((self._tally("den", cut.rows[0]), -cut.slope / RATE_UNIT))
        self.cut_row[cut] = self._add_row(-INFINITY, INFINITY, entries)

    def add_cut_row(self, cut: Inequality) -> None:
        """Hold a cut as a row, open in no node yet (`open_cuts`)."""
        (self.lasting_cuts if self.formulation.holds(cut, ()) else self.passing_cuts).add(cut)
        if isinstance(cut, Envelope):
            self._add_envelope_row(cut)
            return
        coef = cut.coef / cut.unit
        entries = [(self.short_col[k], share / RATE_UNIT) for k, share in cut.shares()]
        at, kind = self.columns
        own = coef[self.layout.marking[kind]]
        some = np.flatnonzero(own)
        entries += zip(at[some].tolist(), own[some].tolist(), strict=True)
        self.cut_row[cut] = row = self._add_row(-INFINITY, INFINITY, entries)
        self.entering.add(row, coef)

    def ask(self, layout: Layout, formulation: Formulation) -> None:
        """Go on with the same problem where some rows ask for other amounts.

        What rounded rows, cuts and envelopes say of these rows holds no longer: their rows are left free, for good.
        """
        changed = set(np.flatnonzero(layout.ask != self.layout.ask).tolist())
        self.layout, self.formulation = layout, formulation
        for k in sorted(changed & self.base_row.keys()):
            self.model.changeRowBounds(self.base_row[k], layout.ask[k] / RATE_UNIT, INFINITY)
        gone = [self.mir_row.pop(key) for key in sorted(self.mir_row) if key[0] in changed]
        self.open_mir &= self.mir_row.keys()
        for cut in [cut for cut in self.cut_row if not changed.isdisjoint(cut.rows)]:
            gone.append(self.cut_row.pop(cut))
        for cuts in (self.open_cuts, self.lasting_cuts, self.passing_cuts):
            cuts.intersection_update(self.cut_row)
        for row in gone:
            self.model.changeRowBounds(row, -INFINITY, INFINITY)
        self.entering.drop(set(gone))

    def let_go(self, rows: Sequence[int]) -> I64:
        """Take rows out of the LP, which a solution may bring back; where each row of before stands now, -1 for these."""
        gone = np.array(sorted(rows), np.int32)
        stays = np.ones(int(self.model.getNumRow()), bool)
        stays[gone] = False
        place = np.where(stays, np.cumsum(stays) - 1, -1)
        self.model.deleteRows(len(gone), gone)
        for held in (
            self.app_row, self.base_row, self.count_row, self.mir_row, self.cut_row, self.departure_row, self.order_row, self.after_row,
        ):  # fmt: skip
            _move(held, place)
        self.tally = {key: (int(place[row]), at) for key, (row, at) in self.tally.items()}
        for unit in self.units:
            unit.cap = int(place[unit.cap])
            unit.link = int(place[unit.link]) if unit.link >= 0 else -1
        self.entering.move(place)
        return np.asarray(place, np.int64)

    def explode(self, klass: int) -> None:
        """Split a class into single dwellings: the tree is about to tell them apart."""
        old = self.units[self.unit_of_class[klass]]
        if len(old.dwellings) <= 1 or not old.alive:
            return
        old.alive = False
        self.model.changeRowBounds(old.cap, -INFINITY, 0.0)
        must = bool(self.layout.problem.must_fill[klass])
        for d in np.sort(old.dwellings).tolist():
            u = self._add_unit(klass, np.array([d], np.int32), must)
            self._add_batch([(u, self.app[j], self.kind[j], self.value[j]) for j in old.columns])


def _move(held: dict[Any, int], place: I64) -> None:
    """Rows by what they stand for, at their new places; those that are gone are forgotten."""
    for key, row in list(held.items()):
        if place[row] < 0:
            del held[key]
        else:
            held[key] = int(place[row])
