"""Orientation: for each dwelling and account, the six things staff ask for, and what that account would cost.

The loss lies between two figures. At least: with multipliers λ and household prices π, putting a dwelling on an account
whose best reduced value is v_r while its best is p costs at least ``p − v_r`` points less what separates the bound of these
prices from the optimum. At most: the best exact exchange with every other first rank kept (`switching`). The chosen account
shows 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.frames import kept_kinds, records
from optimizer.eligibility.facts import Facts
from optimizer.problem import Evaluation
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.problem.registry import all_rules
from optimizer.shortlist.explanations import Prices
from optimizer.shortlist.frames import money, named
from optimizer.shortlist.lookup import Pools, menu_of
from optimizer.shortlist.passes import sums_by_account, sums_by_type
from optimizer.shortlist.switching import UNKNOWN, switch_costs

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

FluxState = Mapping[tuple[str, str], Mapping[str, Mapping[str, float]]]
_NONE = np.iinfo(np.int64).min // 4
_FINANCING, _ACCESS = (
    np.array(["PLAI", "PLUS", "PLS"], object),
    np.array(["none", "accessible", "adapted"], object),
)


@dataclass(frozen=True)
class Choices:
    """The accounts that each dwelling may be put on, sorted by (dwelling, account).

    Attributes
    ----------
    dwelling, account : (n,) int32
    loss : (n,) int64            hundredths of a point that the choice costs at least
    at_most : (n,) int64         hundredths that it costs at most; `switching.UNKNOWN` where no exchange says
    candidates : (n,) int64      households eligible on the account (first rank or reserve)
    dalo, priority, unknown : (n,) int64
        Of them: DALO, other priority, monthly income unknown.
    best_score : (n,) int64      hundredths, 0 without candidate
    """

    dwelling: I32
    account: I32
    loss: I64
    at_most: I64
    candidates: I64
    dalo: I64
    priority: I64
    unknown: I64
    best_score: I64

    def __len__(self) -> int:
        return len(self.dwelling)

    def part(self, lines: slice) -> Choices:
        """Some of the lines."""
        return Choices(*(getattr(self, f.name)[lines] for f in fields(self)))

    def chosen(self, account: I32) -> NDArray[np.bool_]:
        """Whether each line is the account given to its dwelling; ``account`` (D,), -1 for none."""
        return np.asarray(account[self.dwelling] == self.account, dtype=bool)


class _Classes:
    """Best reduced value and profile of the candidates, class by class and account by account."""

    def __init__(self, problem: Problem, facts: Facts, prices: Prices) -> None:
        self.problem, self.prices, self.pools = problem, prices, Pools(problem)
        apps = facts.applications
        dalo = apps.dalo
        self.marks = (dalo, apps.priority_any & ~dalo, apps.monthly_income_cents < 0)
        n = problem.n_types
        self._menu = -1
        self._worth, self._top, self._size = (
            np.empty(n, np.int64),
            np.empty(n, np.int64),
            np.zeros((n, 4), np.int64),
        )
        self._where = np.full(len(problem.accounts), -1, np.int64)
        self._rows = np.empty((len(problem.accounts), 7), np.int64)
        self.seats: dict[int, list[int]] = {}
        for i, k in enumerate(problem.seats.klass.tolist()):
            self.seats.setdefault(k, []).append(i)

    def of(self, klass: int) -> NDArray[np.int64]:
        """(n, 7): account, best reduced value (micropoints), candidates, DALO, priority, unknown, best score."""
        problem, menu = self.problem, int(self.problem.class_menu[klass])
        here = self.pools.options_of(int(problem.class_group[klass]))
        rows: dict[int, list[int]] = {}
        if menu >= 0 and problem.menu_ptr[menu + 1] > problem.menu_ptr[menu]:
            self._named(menu, here, rows)
        for i in self.seats.get(klass, ()):
            kind = int(problem.seats.kind[i])
            worth = int(problem.seats.value[i]) * MICRO_PER_HUNDREDTH - int(self.prices.kind_cost[kind])
            row = rows.setdefault(int(problem.kinds.account[kind]), [_NONE, 0, 0, 0, 0, 0])
            row[0] = max(row[0], worth)
        kept = [[r, *row] for r, row in sorted(rows.items()) if row[0] > _NONE]
        return np.array(kept, np.int64).reshape(-1, 7)

    def _by_type(self, menu: int) -> None:
        """Of each type of a menu: best reduced value without the account's cost, best score, households, marks.

        The last menu is kept: classes that share one are asked in a row.
        """
        if menu == self._menu:
            return
        problem = self.problem
        part = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
        sums_by_type(
            menu_of(problem, part), problem.fill_value, self.prices.application, tuple(self.marks), _NONE, self._worth,
            self._top, self._size,
        )  # fmt: skip
        self._menu = menu

    def _named(self, menu: int, options: slice, rows: dict[int, list[int]]) -> None:
        """Households of a menu by account: sums by type first, then over the types an account may name."""
        self._by_type(menu)
        met = sums_by_account(
            self.pools.option_type[options], self.pools.option_account[options], self.problem.options.first[options],
            self.problem.options.kind[options], self.prices.kind_cost, _NONE,
            self._worth, self._top, self._size, self._rows, self._where,
        )  # fmt: skip
        rows.update((row[0], row[1:]) for row in self._rows[:met].tolist())


def losses(
    problem: Problem,
    facts: Facts,
    prices: Prices,
    first: FirstRanks,
    counted: Evaluation,
    *,
    exchanges: NDArray[np.bool_],
) -> Choices:
    """Every possible account of every dwelling, with its loss and the profile of its candidates.

    Parameters
    ----------
    counted : the proposal counted again
    exchanges : (D,) bool
        Dwellings for whose lines the best exchange is looked for too (not for a country's).
    """
    chosen = np.full(len(problem.dwelling_ids), -1, np.int32)
    chosen[first.dwelling] = problem.kinds.account[first.kind]
    classes = _Classes(problem, facts, prices)
    tables = [np.zeros((0, 7), np.int64)] * len(problem.class_menu)
    for k in np.argsort(problem.class_menu, kind="stable").tolist():
        tables[k] = classes.of(k)
    length = np.array([len(t) for t in tables], np.int64)
    start = np.concatenate([[0], np.cumsum(length)])
    table = np.concatenate([np.zeros((0, 7), np.int64), *tables])
    owner = np.repeat(np.arange(len(tables)), length)
    top = np.full(len(tables), _NONE, np.int64)
    np.maximum.at(top, owner, table[:, 1])
    klass = problem.klass.astype(np.int64)
    size = np.where(klass >= 0, length[klass], 0) if len(length) else np.zeros(len(klass), np.int64)
    dwelling = np.repeat(np.arange(len(klass), dtype=np.int32), size)
    at = np.repeat(start[klass] - np.cumsum(size) + size, size) + np.arange(int(size.sum()))
    account = table[at, 0].astype(np.int32)
    bonus = problem.bonus * MICRO_PER_HUNDREDTH
    # nothing is a dwelling worth whom nobody may take, whatever the days it has stood vacant
    price = np.maximum(0, np.where(klass >= 0, top[klass] + bonus, 0)) if len(top) else np.zeros_like(klass)
    # reduced values are rounded down by less than a micropoint each
    rounding = len(klass) + 1
    bound = int(prices.application.sum()) + int(price.sum()) + prices.play + rounding
    slack = bound - counted.objective
    worth = table[at, 1] + bonus[dwelling]
    loss = np.maximum(0, price[dwelling] - worth - max(0, slack)) // MICRO_PER_HUNDREDTH
    loss[chosen[dwelling] == account] = 0
    at_most = np.full(len(loss), UNKNOWN, np.int64)
    wanted = np.flatnonzero(exchanges[dwelling])
    if len(wanted):
        at_most[wanted] = switch_costs(problem, first, counted, dwelling[wanted], account[wanted])
    at_most[chosen[dwelling] == account] = 0
    return Choices(dwelling, account, loss, at_most, *(table[at, j] for j in range(2, 7)))


def second_best(
    problem: Problem, choices: Choices, chosen: I32, searched: NDArray[np.bool_]
) -> dict[int, str]:
    """Plan B of each dwelling: the cheapest other account with somebody to take it, by the exact exchange.

    ``searched`` (D,): dwellings whose exchanges were looked for; an account whose households all hold first ranks elsewhere is no plan
    there. Of the others any account with candidates may be, by the bound.
    """
    open_to = (choices.candidates > 0) & (~searched[choices.dwelling] | (choices.at_most >= 0))
    other = np.flatnonzero(~choices.chosen(chosen) & open_to)
    most = choices.at_most[other]
    other = other[np.lexsort((choices.account[other], choices.loss[other], most, choices.dwelling[other]))]
    if not len(other):
        return {}
    ahead = np.concatenate([[True], np.diff(choices.dwelling[other]) != 0])
    return {
        int(choices.dwelling[i]): problem.accounts[int(choices.account[i])] for i in other[ahead].tolist()
    }


def orientation_table(
    problem: Problem,
    facts: Facts,
    choices: Choices,
    chosen: I32,
    rules: pd.DataFrame,
    flux_state: FluxState,
    residences: pd.DataFrame,
    leases: pd.DataFrame,
) -> pd.DataFrame:
    """``orientation.csv``.

    Parameters
    ----------
    flux_state : mapping (landlord, account) -> area -> share, done, in_progress, remaining, behind
        The year's flux (input 3), from the line of the convention whose area holds the dwelling.
    """
    dw, d = facts.dwellings, choices.dwelling
    communes, landlords = np.array(facts.communes, object), np.array(facts.landlords, object)
    accounts = np.array(problem.accounts, object)
    states, back = _flux_states(facts, choices, accounts, landlords, flux_state)

    def flux(name: str) -> NDArray[np.float64]:
        values = np.array([float(state.get(name, np.nan)) for state in states], np.float64)
        return values[back.reshape(-1)] if len(values) else np.zeros(0)

    names = residences["residence"].astype(str).tolist() if len(residences) else []
    known = {name: i for i, name in enumerate(names)}
    homes = [known.get(name, -1) for name in facts.residences]
    q1_share, fragility = (
        _said(residences, "q1_share", homes, np.nan),
        _said(residences, "fragility", homes, ""),
    )
    recent = np.zeros(len(communes) + 1, np.int64)
    if len(leases):
        counted = leases["commune"].value_counts().to_dict()
        recent[:-1] = [int(counted.get(code, 0)) for code in facts.communes]
    residence = np.where(dw.residence[d] >= 0, dw.residence[d], len(homes))
    table = pd.DataFrame(
        {
            "dwelling_id": named(problem.dwelling_ids, d),
            "account": named(accounts, choices.account),
            "chosen": choices.chosen(chosen).astype(np.int64),
            "loss_points": money(choices.loss),
            "loss_at_most": np.where(choices.at_most < 0, np.nan, choices.at_most / 100),
            "commune": named(communes, dw.commune[d]),
            "rooms": dw.rooms[d].astype(np.int64),
            "financing": named(_FINANCING, dw.financing[d]),
            "qpv": dw.qpv[d].astype(np.int64),
            "accessible": named(_ACCESS, dw.accessible[d]),
            "vacancy_days": dw.vacancy_days[d].astype(np.int64),
            "objectives": _objectives_of(facts, rules)[d],
            "flux_share": flux("share"),
            "flux_done": flux("done"),
            "flux_in_progress": flux("in_progress"),
            "flux_remaining": flux("remaining"),
            "flux_behind": flux("behind"),
            "residence": named(np.array([*facts.residences, ""], object), residence),
            "residence_q1_share": q1_share[residence].astype(np.float64),
            "residence_fragility": fragility[residence],
            "recent_move_ins": recent[dw.commune[d]],
            "candidates": choices.candidates,
            "candidates_dalo": choices.dalo,
            "candidates_priority": choices.priority,
            "candidates_income_unknown": choices.unknown,
            "best_score": np.where(choices.candidates > 0, choices.best_score, 0) / 100,
        }
    )
    return kept_kinds(table, {"objectives": "str", "residence_fragility": "str"})


def _said(table: pd.DataFrame, column: str, rows: list[int], nothing: object) -> NDArray[np.object_]:
    """Values of a column at rows, ``nothing`` where the row is -1, and once more at the end."""
    values = table[column].tolist() if column in table else []
    found = np.empty(len(rows) + 1, object)
    found[:] = [values[i] if i >= 0 and values else nothing for i in [*rows, -1]]
    return found


def _flux_states(
    facts: Facts,
    choices: Choices,
    accounts: NDArray[np.object_],
    landlords: NDArray[np.object_],
    state: FluxState,
) -> tuple[list[Mapping[str, float]], I64]:
    """The flux of each (landlord, account, commune) met, and which of them each line is."""
    dw, d = facts.dwellings, choices.dwelling
    keys = np.stack([dw.landlord[d], choices.account, dw.commune[d]], axis=1).astype(np.int64)
    met, back = np.unique(keys.reshape(-1, 3), axis=0, return_inverse=True)
    found: list[Mapping[str, float]] = []
    for landlord, account, commune in met.tolist():
        by_area = state.get((landlords[landlord], accounts[account]), {})
        areas = (
            facts.communes[commune],
            facts.epcis[facts.commune_epci[commune]],
            facts.departements[facts.commune_departement[commune]],
        )
        found.append(next((by_area[area] for area in areas if area in by_area), {}))
    return found, np.asarray(back.reshape(-1), np.int64)


def _objectives_of(facts: Facts, rules: pd.DataFrame) -> NDArray[np.object_]:
    """(D,) targets reached so far where each dwelling lies, of the rules that have words for it: ``hors QPV Q1 12/60``."""
    texts, dw = _objectives(rules), facts.dwellings
    places = np.stack([dw.landlord, dw.epci, dw.departement], axis=1).astype(np.int64)
    met, back = np.unique(places.reshape(-1, 3), axis=0, return_inverse=True)
    epcis, departements = (*facts.epcis, ""), (*facts.departements, "")
    said = []
    for landlord, epci, departement in met.tolist():
        here = product(("", facts.landlords[landlord]), ("", epcis[epci]), ("", departements[departement]))
        found = sorted({item for key in here for item in texts.get(key, ())})
        said.append(" ; ".join(text for _, text in found))
    return np.array(said, object)[back.reshape(-1)] if said else np.zeros(0, object)


def _objectives(rules: pd.DataFrame) -> dict[tuple[str, str, str], list[tuple[int, str]]]:
    """(landlord, EPCI, département), each empty where the scope does not name it -> position of the row and its words."""
    words = {shape.id: shape.reached[0] for shape in all_rules() if shape.reached[0]}
    text: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for at, row in enumerate(records(rules)):
        if row.rule not in words:
            continue
        scope = dict(part.split("=", 1) for part in str(row.scope).split(";"))
        if not scope.keys() <= {"landlord", "epci", "departement"}:
            continue
        done = f"{int(row.num_before)}/{int(row.den_before)}"
        key = (scope.get("landlord", ""), scope.get("epci", ""), scope.get("departement", ""))
        text.setdefault(key, []).append((at, f"{words[row.rule]} {done}"))
    return text
