"""The proof recomputed: multipliers allowed, each leaf's bound over all pairs, the bound of the whole tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.verify.behind import both
from optimizer.verify.bound import FROM_MICRO, Field, Special, Weights
from optimizer.verify.caps import most_by_row
from optimizer.verify.cells import I64
from optimizer.verify.cuts import Cuts
from optimizer.verify.outputs import decimal
from optimizer.verify.rows import Book
from optimizer.verify.solution import RATE, Counts
from optimizer.verify.tree import CountSplit, DepartureSplit, HouseholdSplit, Leaf, Path, path_of, walk
from optimizer.verify.verdict import Findings, Unreadable
from optimizer.verify.world import World

STATUSES = ("certified_optimal", "certified_within", "not_certified")
FORMAT = "attriflux-certificate/2"
MOST_ORDER = 2**56


@dataclass
class Multipliers:
    """What a leaf weighs: units by row, application and kind; the constant they cost; units of each order row by dwelling."""

    use: Weights
    constant: int
    """With the prices of the applications."""
    orders: dict[int, list[tuple[str, int, int]]]
    after: I64
    """Units of each row on two households (`Field.behind`)."""
    links: dict[int, int]
    """Units of the rows of freed dwellings."""
    departures: dict[int, int]
    """Units that a tenant's departure from a freed dwelling earns for the divisions on it (negative: costs)."""
    asks: dict[int, int]
    """Units that one more lease asked of a row takes off the bound."""


def order_prices(raw: Iterable[Mapping[str, Any]], world: World, price: I64) -> None:
    """What the nominees of order rows gain, off their price."""
    for one in raw:
        if one["account"]:
            price[world.apps.number[str(one["application"])]] -= decimal(one["sigma"]) * FROM_MICRO


def after_prices(raw: Iterable[Mapping[str, Any]], world: World, price: I64) -> None:
    """The same of rows on two households: whoever the other comes after gains, wherever it is first."""
    for one in raw:
        price[world.apps.number[str(one["application"])]] -= decimal(one["tau"]) * FROM_MICRO


def foreseen(raw: Mapping[str, Any], world: World) -> I64 | None:
    """Units per application of a proof of one leaf; None for another proof, and for what :class:`Proof` will refuse."""
    try:
        (node,) = raw["nodes"]
        price = np.zeros(len(world.apps), np.int64)
        for app, text in node["leaf"].get("prices", {}).items():
            price[world.apps.number[app]] = decimal(text) * FROM_MICRO
        order_prices(node["leaf"].get("order", ()), world, price)
        after_prices(node["leaf"].get("after", ()), world, price)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None
    return price


@dataclass(frozen=True)
class InPlay:
    """A leaf that may hold a proposal worth the objective: what it weighs and allows, and the units it leaves open."""

    use: Weights
    special: Mapping[int, Special]
    taken: Sequence[int]
    links: Mapping[int, int]
    departures: Mapping[int, int]
    after: I64
    slack: int


class Proof:
    """A certificate against the recomputed case."""

    def __init__(
        self, raw: Mapping[str, Any], space: Field, book: Book, counts: Counts, found: Findings
    ) -> None:
        self.raw, self.field, self.book, self.counts, self.found = raw, space, book, counts, found
        self.world: World = space.classes.world
        self.row_at: list[int] = []
        """Row of the book of each row of the certificate."""
        self.in_play: list[InPlay] = []
        """Leaves that a proposal worth the objective may lie in."""
        self._leaves: list[tuple[int, dict[int, int]]] = []
        """Bound of each leaf that something is possible in, and what one more lease of each row takes off it (units)."""
        self._step = 1

    def check(self) -> int | None:
        """Check everything; the proven bound in micropoints on the grid, None when nothing is proven."""
        found = self.found
        with found.guard("objective"):
            fine = decimal(self.raw["objective"]) == self.counts.objective
            found.demand("objective", fine, "objectif du certificat")
        with found.guard("ties"):
            stages = self.raw["stages"]
            due = {"seniority_days": self.counts.seniority, "lottery": self.counts.lottery}
            fine = all(type(stages[name]) is int and stages[name] == total for name, total in due.items())
            found.demand("ties", fine, "départages")
        bound = None
        with found.guard("tree"):
            found.demand("tree", self.raw["format"] == FORMAT, "format")
            self._rows()
            bound = self._bound()
        return bound

    def _rows(self) -> None:
        names = []
        for raw in self.raw["rows"]:
            name = (raw["rule"], raw["scope"])
            names.append(name)
            k = self.book.number[name]
            row = self.book.rows[k]
            fine = decimal(raw["price"]) == row.price * 10_000 and decimal(raw["rate"], 4) == row.rate
            fine &= decimal(raw["play"], 4) == row.slack
            self.found.demand("multipliers", fine, f"{name[0]}[{name[1]}]")
            self.row_at.append(k)
        priced = {(r.rule, r.scope) for r in self.book.rows if r.price}
        fine = len(set(names)) == len(names) and priced <= set(names)
        self.found.demand("tree", fine, "lignes de règles du certificat")

    def _bound(self) -> int | None:
        found = self.found
        nodes = self.raw["nodes"]
        step = self._step = self._grid()
        if not nodes:
            found.demand("tree", self.raw["status"] == "not_certified", "arbre vide")
            nodes = [{"leaf": {"bound": None}}]
        leaves, whole = walk([self._by_book(n) for n in nodes], self.world, self.book)
        found.demand("tree", whole, "un cas n'est pas couvert")
        highest: int | None = None
        stated_most = 0
        for leaf in leaves:
            with found.guard("bound"):
                worth, stated = self._leaf(leaf)
                if worth is not None:
                    highest = worth if highest is None else max(highest, worth)
                    stated_most = max(stated_most, stated)
        if highest is None or not whole:
            return None
        floored = highest // (step * FROM_MICRO) * step
        with found.guard("status"):
            self._status(floored, max(-(-highest // FROM_MICRO), stated_most))
        return floored

    def asked_more(self, k: int) -> int:
        """Micropoints by which the optimum changes at most when row ``k`` asks one more lease: what every leaf then proves.

        Cuts stay as they are: what they say of a shortfall holds of a greater one.
        """
        most = max((worth - less.get(k, 0) for worth, less in self._leaves), default=0)
        floored = most // (self._step * FROM_MICRO) * self._step
        return min(0, floored - self.counts.objective)

    def _by_book(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The node with the row numbers of the book in its split."""
        split = node.get("split")
        if not isinstance(split, Mapping) or "row" not in split:
            return node
        return {**node, "split": {**split, "row": self.row_at[_index(split["row"], len(self.row_at))]}}

    def _grid(self) -> int:
        step = decimal(self.raw["grid"])
        fine = step > 0 and self.field.on_grid(step, self.book.rows)
        self.found.demand("bound", fine, "pas de l'objectif")
        return step if fine else 1

    def _leaf(self, leaf: Leaf) -> tuple[int | None, int]:
        """(bound in units or None when nothing is possible, stated bound in micropoints)."""
        path = path_of(leaf)
        if leaf.empty:
            # A path that asks for more than there is: also what no first rank can satisfy.
            fine = path.contradiction(self._most) or self._nothing(path)
            self.found.demand("tree", fine, "feuille dite vide sans raison")
            return (None, 0) if fine else (self._trivial(), 0)
        if path.clash():
            return None, 0
        mine = self._multipliers(leaf, path)
        special, taken = path.specials(), path.taken
        for d, orders in mine.orders.items():
            special[d] = replace(special.get(d, Special()), orders=tuple(orders))
        rest = (mine.links, mine.departures, mine.after)
        tight = self.field.bound(mine.use, special, taken, *rest)
        loose = tight if not taken else self.field.bound(mine.use, special, (), *rest)
        if loose is None:
            return None, 0
        fixed = mine.constant
        raw = leaf.content.get("bound")
        stated = 0
        if raw is not None:
            stated = decimal(raw)
            least = tight if tight is not None else loose
            fine = least + fixed - FROM_MICRO < stated * FROM_MICRO < loose + fixed + FROM_MICRO
            self.found.demand("bound", fine, "borne d'une feuille")
        elif self.raw["nodes"]:
            raise KeyError("bound")
        if tight is None:
            return None, stated
        self._leaves.append((tight + fixed, mine.asks))
        slack = tight + fixed - self.counts.objective * FROM_MICRO
        if slack >= 0:
            self.in_play.append(InPlay(mine.use, special, taken, *rest, slack))
        return tight + fixed, stated

    @cached_property
    def _most(self) -> Mapping[tuple[str, int], int]:
        return most_by_row(self.field)

    @cached_property
    def _cuts(self) -> Cuts:
        return Cuts(self.field, self.book.rows)

    def _trivial(self) -> int:
        """The bound without multipliers: every dwelling its best first rank."""
        return self.field.bound(Weights.none(len(self.book.rows), len(self.world.apps)), {}) or 0

    def _nothing(self, path: Path) -> bool:
        none = Weights.none(len(self.book.rows), len(self.world.apps))
        return self.field.bound(none, path.specials(), [*path.taken, *path.idle]) is None

    def _multipliers(self, leaf: Leaf, path: Path) -> Multipliers:
        rows = self.book.rows
        num, den, more = [0] * len(rows), [0] * len(rows), [0] * len(rows)
        constant = 0
        waiting: list[tuple[int, int]] = []
        use = [0] * len(rows)
        asks: dict[int, int] = {}
        for key, text in leaf.content.get("rows", {}).items():
            k = self.row_at[_index(int(key), len(self.row_at))]
            each = self._positive(text)
            use[k] += each
            num[k] += each * FROM_MICRO
            den[k] -= each * rows[k].rate
            more[k] -= each
            constant += each * rows[k].slack
            asks[k] = asks.get(k, 0) + each * RATE
        for key, text in leaf.content.get("mir", {}).items():
            k = self.row_at[_index(int(key), len(self.row_at))]
            each = self._positive(text)
            use[k] += each
            least = path.low.get(("den", k))
            if least is None:
                self.found.add("multipliers", "arrondi sans borne du dénominateur")
                continue
            goal = rows[k].rate * least - rows[k].slack
            part = goal % RATE or RATE
            num[k] += each * part
            constant -= each * part * -(-goal // RATE)
            asks[k] = asks.get(k, 0) + each * part
        kinds = None
        if leaf.content.get("cuts"):
            cut = self._cuts.taken(leaf.content["cuts"], path, self.row_at, self.found)
            kinds, constant = cut.kinds, constant - cut.constant
            over = any(use[k] * RATE + x > rows[k].price * 10_000 * RATE for k, x in cut.use.items())
            self.found.demand("multipliers", not over, "multiplicateur au-dessus du prix")
        over = any(u > r.price * 10_000 for u, r in zip(use, rows, strict=True))
        self.found.demand("multipliers", not over, "multiplicateur au-dessus du prix")
        steps = {str(i): (split, high) for i, split, high in leaf.path}
        price = np.zeros(len(self.world.apps), np.int64)
        departures: dict[int, int] = {}
        for key, text in leaf.content.get("branch", {}).items():
            split, high = steps[key]
            each = self._positive(text) * FROM_MICRO
            if isinstance(split, HouseholdSplit):
                waiting.append((split.app, -each if high else each))
                constant -= each if high else 0
                continue
            if isinstance(split, DepartureSplit):
                departures[split.dwelling] = departures.get(split.dwelling, 0) + (each if high else -each)
                constant -= each if high else 0
                continue
            if not isinstance(split, CountSplit):
                raise ValueError("branch")
            side = num if split.on == "num" else den
            side[split.row] += each if high else -each
            constant += -each * (split.at + 1) if high else each * split.at
        for app, text in leaf.content.get("prices", {}).items():
            each = self._positive(text) * FROM_MICRO
            price[self.world.apps.number[app]] = each
        constant += int(price.sum(dtype=object))
        if (
            sum(abs(units) for units in (*(u for _, u in waiting), *departures.values()))
            >= MOST_ORDER * FROM_MICRO // RATE
        ):
            raise Unreadable("certificate.json", "multiplicateurs hors limites")
        for who, units in waiting:
            price[who] += units
        waits = leaf.content.get("order", ())
        links = self._links(one for one in waits if not one["account"])
        orders = self._orders((one for one in waits if one["account"]), price)
        after = self._after(leaf.content.get("after", ()), price)
        by_num, by_den, by_more = (np.array(x, np.int64) for x in (num, den, more))
        return Multipliers(
            Weights(by_num, by_den, by_more, price, kinds), constant, orders, after, links, departures, asks
        )

    def _orders(self, raw: Iterable[Mapping[str, Any]], price: I64) -> dict[int, list[tuple[str, int, int]]]:
        """The order rows of a leaf by dwelling, each one that the case has; ``price`` is lowered for their nominees."""
        found: dict[int, list[tuple[str, int, int]]] = {}
        total = 0
        for one in raw:
            units = self._positive(one["sigma"]) * FROM_MICRO
            d, account = self.world.dwellings.number[one["dwelling"]], str(one["account"])
            app = self.world.apps.number[str(one["application"])]
            order = self.field.order_of(d, account)
            if order is None or order.place(app) < 0:
                self.found.add("multipliers", "ordre de désignation que le cas n'a pas")
                continue
            total += units
            price[app] -= units
            found.setdefault(d, []).append((account, order.place(app), units))
        if total >= MOST_ORDER * FROM_MICRO // RATE:
            raise Unreadable("certificate.json", "multiplicateurs hors limites")
        return found

    def _after(self, raw: Iterable[Mapping[str, Any]], price: I64) -> I64:
        """Units of each row on two households; ``price`` is lowered for the nominees."""
        found = np.zeros(len(self.field.behind.number), np.int64)
        total = 0
        for one in raw:
            units = self._positive(one["tau"]) * FROM_MICRO
            two = both(one, self.world)
            total += units
            if total >= MOST_ORDER * FROM_MICRO // RATE:
                raise Unreadable("certificate.json", "multiplicateurs hors limites")
            price[two[0]] -= units
            found[self.field.behind.number[two]] += units
        return found

    def _links(self, raw: Iterable[Mapping[str, Any]]) -> dict[int, int]:
        """Units of the rows of freed dwellings, each one that the case has and the tenant it has."""
        found: dict[int, int] = {}
        for one in raw:
            d = self.world.dwellings.number[one["dwelling"]]
            app = self.world.apps.number[str(one["application"])]
            if self.world.tenant.get(d, -1) != app:
                self.found.add("multipliers", "lien de chaîne que le cas n'a pas")
                continue
            found[d] = found.get(d, 0) + self._positive(one["sigma"]) * FROM_MICRO
        if sum(found.values()) >= MOST_ORDER * FROM_MICRO // RATE:
            raise Unreadable("certificate.json", "multiplicateurs hors limites")
        return found

    def _positive(self, text: object) -> int:
        value = decimal(text)
        if value < 0:
            self.found.add("multipliers", "multiplicateur négatif")
            return 0
        return value

    def _status(self, floored: int, most: int) -> None:
        found, objective = self.found, self.counts.objective
        bound, gap, status = decimal(self.raw["bound"]), decimal(self.raw["gap"]), self.raw["status"]
        found.demand("bound", floored >= objective, "borne sous l'objectif")
        found.demand("status", gap == bound - objective, "écart annoncé")
        found.demand("status", floored <= bound <= max(most, floored), "borne annoncée")
        if status == "not_certified":
            # only where no tree is shown: who reads the status alone would take a gap that is proven for none
            found.demand("status", not self.raw["nodes"], "preuve dite absente")
            return
        proven = floored <= objective
        found.demand("status", status in STATUSES, "état inconnu")
        found.demand("status", proven or status != "certified_optimal", "optimalité non prouvée")
        found.demand("status", not proven or status == "certified_optimal", "optimalité prouvée")


def _index(value: object, n: int) -> int:
    if type(value) is not int or not 0 <= value < n:
        raise ValueError("row")
    return value
