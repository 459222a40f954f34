"""The best first ranks, by an explicit integer program over all eligible pairs, ties in the contract's order.

Everything is a whole number: a value in millionths of a point, a shortfall in ten-thousandths of a lease. `by_enumeration`
tries every proposal of a tiny case and must find the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ortools.sat.python import cp_model

from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.reading import half_up
from tests.oracle.contract.rules import HOUSEHOLD_RULES, Fact, RuleRow, Rules
from tests.oracle.contract.values import Values

ZERO = Fraction(0)


@dataclass(frozen=True, eq=False)
class Option:
    """One way to use a dwelling: a household (or nobody yet: a seat) on an account."""

    dwelling: str
    account: str
    application: str | None
    value: Fraction
    fact: Fact


class Market:
    """All options of a case and what binds them."""

    def __init__(self, pairs: Pairs, values: Values, rules: Rules) -> None:
        self.pairs, self.values, self.rules = pairs, values, rules
        settings = pairs.case["settings"]
        default = f"{settings['on'].isoformat()}|{settings.get('landlord') or settings['territory']}"
        self.seed = str(settings.get("seed") or default)
        self.options: list[Option] = []
        for d in pairs.free:
            for r in pairs.receivers(d):
                for a in pairs.first(d, r):
                    value = values.parts(d, a, r)["value"]
                    self.options.append(Option(d, r, a, value, rules.first_rank(d, a, r)))
                if pairs.mode(d, r) == "direct":
                    self.options.append(
                        Option(d, r, None, self.seat_value(d, r), rules.first_rank(d, None, r))
                    )
        self.pins = [row for row in pairs.decisions if row["decision"] == "pin"]

    def seat_value(self, d: str, r: str) -> Fraction:
        """What an orientation without household is worth."""
        public = [
            a
            for a in self.pairs.public(d, r)
            if self.pairs.applications[a]["current_landlord"] != self.pairs.dwellings[d]["landlord"]
        ]
        facts = [self.rules.first_rank(d, a, r) for a in public]
        empty = Fact(**{**vars(self.rules.first_rank(d, None, r)), "seat": False})
        less = ZERO
        for row in self.rules.rows:
            if row.rule in HOUSEHOLD_RULES and row.price and row.den(empty) and facts:
                assert row.rate is not None
                have = Fraction(sum(1 for f in facts if row.num(f)), len(facts))
                less += row.price * max(ZERO, row.rate - have)
        return self.values.fill_value + self.values.median_score(d, public) - half_up(less, 2)

    def hash(self, d: str, a: str | None, r: str) -> int:
        """h: the first 20 bits of the draw; a seat draws with an empty number, as its line is printed."""
        text = f"{self.seed}|{a or ''}|{d}|{r}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:3], "big") >> 4

    def seniority(self, a: str | None) -> int:
        """Days since the first registration."""
        if a is None:
            return 0
        return (self.pairs.on - self.pairs.applications[a]["first_registered_on"]).days

    @cached_property
    def orders(self) -> list[tuple[list[Option], str]]:
        """(options placed after a nominee on a dwelling and account, the nominee) of each order row."""
        return list(self._orders())

    def _orders(self) -> Iterator[tuple[list[Option], str]]:
        for d in self.pairs.free:
            for r in self.pairs.receivers(d):
                ranks = self.pairs.nominees(d, r)
                mine = [o for o in self.options if (o.dwelling, o.account) == (d, r)]
                for b, rank in sorted(ranks.items()):
                    after = [
                        o
                        for o in mine
                        if o.application != b and (o.application not in ranks or ranks[o.application] > rank)
                    ]
                    if after:
                        yield after, b

    def points(self, chosen: list[Option]) -> Fraction:
        """The objective of a proposal."""
        facts = [o.fact for o in chosen]
        lost = sum((row.price * row.shortfall(facts) for row in self.rules.rows), ZERO)
        return sum((o.value for o in chosen), ZERO) - lost

    def holds(self, chosen: list[Option]) -> bool:
        """Whether pins and nomination orders allow a proposal."""
        first = {o.application for o in chosen}
        for row in self.pins:
            if not any(
                (o.dwelling, o.application) == (row["dwelling_id"], row["application_id"])
                and row["account"] in (None, o.account)
                for o in chosen
            ):
                return False
        taken = set(chosen)
        return all(b in first for after, b in self.orders if taken & set(after))

    def order(self, chosen: list[Option]) -> tuple[Fraction, int, int, list[tuple[str, str, str]]]:
        """What is compared: points, days, draws (larger first), then the sorted list (smaller first)."""
        return (
            -self.points(chosen),
            -sum(self.seniority(o.application) for o in chosen),
            -sum(self.hash(o.dwelling, o.application, o.account) for o in chosen),
            sorted((o.dwelling, o.account, o.application or "") for o in chosen),
        )


def by_enumeration(market: Market) -> list[Option]:
    """Every proposal tried: for tiny cases."""
    best: list[Option] | None = None
    dwellings = market.pairs.free

    def walk(i: int, chosen: list[Option], used: set[str]) -> None:
        nonlocal best
        if i == len(dwellings):
            if market.holds(chosen) and (best is None or market.order(chosen) < market.order(best)):
                best = list(chosen)
            return
        walk(i + 1, chosen, used)
        for o in market.options:
            if o.dwelling == dwellings[i] and o.application not in used:
                more = {o.application} if o.application else set()
                walk(i + 1, [*chosen, o], used | more)

    walk(0, [], set())
    assert best is not None
    return sorted(best, key=lambda o: o.dwelling)


def best_first_ranks(market: Market) -> list[Option]:
    """The best proposal, by integer programs: points, then days, then draws, then the smallest list."""
    model = cp_model.CpModel()
    x = [model.new_bool_var(f"x{i}") for i in range(len(market.options))]
    by_dwelling: dict[str, list[int]] = {}
    by_household: dict[str, list[int]] = {}
    for i, o in enumerate(market.options):
        by_dwelling.setdefault(o.dwelling, []).append(i)
        if o.application:
            by_household.setdefault(o.application, []).append(i)
    for group in (*by_dwelling.values(), *by_household.values()):
        model.add_at_most_one(x[i] for i in group)
    place = {id(o): i for i, o in enumerate(market.options)}
    for after, b in market.orders:
        model.add(sum(x[place[id(o)]] for o in after) <= sum(x[i] for i in by_household.get(b, [])))
    for row in market.pins:
        fixed = [
            i
            for i, o in enumerate(market.options)
            if (o.dwelling, o.application) == (row["dwelling_id"], row["application_id"])
            and row["account"] in (None, o.account)
        ]
        model.add(sum(x[i] for i in fixed) == 1)
    lost = [
        _micro(row.price, 2) * _shortfall(model, row, market, x) for row in market.rules.rows if row.price
    ]
    points = sum(_micro(o.value, 2) * 10_000 * x[i] for i, o in enumerate(market.options)) - sum(lost)
    days = sum(market.seniority(o.application) * x[i] for i, o in enumerate(market.options))
    draws = sum(
        market.hash(o.dwelling, o.application, o.account) * x[i] for i, o in enumerate(market.options)
    )
    for goal in (points, days, draws):
        solver = _solve(model, goal)
        model.add(goal == round(solver.objective_value))
    chosen = [i for i in range(len(x)) if solver.value(x[i])]
    return _smallest(model, market, x, chosen)


def _smallest(model: cp_model.CpModel, market: Market, x: list, chosen: list[int]) -> list[Option]:
    """Of equal proposals, the one whose sorted list is the smallest: tried option by option in that order."""
    other = model.clone()
    other.add(
        sum(x[i] for i in chosen) - sum(x[i] for i in range(len(x)) if i not in set(chosen))
        <= len(chosen) - 1
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(other) == cp_model.INFEASIBLE:
        return sorted((market.options[i] for i in chosen), key=lambda o: o.dwelling)
    ordered = sorted(
        range(len(x)),
        key=lambda i: (
            market.options[i].dwelling, market.options[i].account, market.options[i].application or "",
        ),
    )  # fmt: skip
    fixed = []
    for i in ordered:
        trial = model.clone()
        for j, value in fixed:
            trial.add(x[j] == value)
        trial.add(x[i] == 1)
        possible = solver.solve(trial) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        fixed.append((i, int(possible)))
    return sorted((market.options[i] for i, value in fixed if value), key=lambda o: o.dwelling)


def _solve(model: cp_model.CpModel, goal: object) -> cp_model.CpSolver:
    model.maximize(goal)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    assert status == cp_model.OPTIMAL, solver.status_name(status)
    return solver


def _micro(value: Fraction, decimals: int) -> int:
    scaled = value * 10**decimals
    assert scaled.denominator == 1, value
    return int(scaled)


def _shortfall(model: cp_model.CpModel, row: RuleRow, market: Market, x: list) -> object:
    """A variable in ten-thousandths of a lease, at least what the row lacks."""
    num = [i for i, o in enumerate(market.options) if row.counts_num(o.fact)]
    den = [i for i, o in enumerate(market.options) if row.counts_den(o.fact)]
    lacks: object
    if row.rule == "flux_max":
        assert row.due is not None and row.allowance is not None
        due = sum(_micro(row.due(market.options[i].fact), 4) * x[i] for i in den)
        lacks = 10_000 * sum(x[i] for i in num) - due - _micro(row.allowance, 4)
    else:
        assert row.rate is not None
        lacks = _micro(row.rate, 4) * sum(x[i] for i in den) - 10_000 * sum(x[i] for i in num)
        lacks = lacks - _micro(row.play, 4)
    s = model.new_int_var(0, 10_000 * (len(market.pairs.free) + 1), "")
    model.add(s >= lacks)
    return s
