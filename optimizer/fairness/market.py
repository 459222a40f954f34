"""`Market`: who may be housed where, in which order, and what the rules count — a `Problem` as mechanisms see it.

A household chooses among *classes* of dwellings and never among accounts: the same dwelling on another contingent is the
same dwelling. The accounts of a pair are its *options*; which one a mechanism takes matters to the rules alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.columns import explicit
from optimizer.problem.model import I32, I64, B, Kinds, Problem, Row, S, lottery_number

I16 = NDArray[np.int16]
NOT = np.int16(32_767)
"""Level of a class where the household is not eligible."""


@dataclass(frozen=True, eq=False)
class Market:
    """n applications with an eligible pair, D dwellings in K classes, P pairs (application, class), O options.

    Attributes
    ----------
    application_ids : (n,) object, sorted        dwelling_ids : (D,) object, sorted
    klass : (D,) int32           class of each dwelling; dwellings of a class are the same to everybody
    bonus : (D,) int64           hundredths of a point that a let dwelling adds to the value whoever lives there
    pair_ptr : (n+1,) int64      pairs of application a: ``pair_*[pair_ptr[a]:pair_ptr[a+1]]``, classes ascending
    pair_class : (P,) int32
    fit : (P,) int64             hundredths: what the household prefers, more is better, equal is indifferent
    score : (P,) int64           hundredths
    option_ptr : (P+1,) int64    options of a pair: ``option_*[option_ptr[p]:option_ptr[p+1]]``, kinds ascending
    option_kind : (O,) int32     kind of `Kinds`
    option_value : (O,) int64    hundredths, without the dwelling's bonus
    seniority : (n,) int64       days
    kinds, rows, accounts : of the problem
    seed : str                   of every lottery number
    endowment : (n,) int32       class of the dwelling a household already holds, −1: none
    strict : bool                whether equal fits are told apart by lottery numbers
    pinned : int                 dwellings that a decision fills beforehand in the optimum only
    problem : what the market was made from; None for one written by hand
    """

    application_ids: S
    dwelling_ids: S
    klass: I32
    bonus: I64
    pair_ptr: I64
    pair_class: I32
    fit: I64
    score: I64
    option_ptr: I64
    option_kind: I32
    option_value: I64
    seniority: I64
    kinds: Kinds
    rows: tuple[Row, ...]
    accounts: tuple[str, ...]
    seed: str
    endowment: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    strict: bool = False
    pinned: int = 0
    problem: Problem | None = None

    def __post_init__(self) -> None:
        if len(self.endowment) < len(self.application_ids):
            object.__setattr__(self, "endowment", np.full(len(self.application_ids), -1, np.int32))

    def __len__(self) -> int:
        return len(self.application_ids)

    def __repr__(self) -> str:
        """A line: the sizes."""
        return f"<Market dwellings: {int(self.to_let.sum())}, households: {len(self)}, pairs: {len(self.pair_class)}>"

    @property
    def n_classes(self) -> int:
        return int(self.klass.max()) + 1 if len(self.klass) else 0

    @cached_property
    def capacity(self) -> I64:
        """(K,) dwellings of each class."""
        return np.bincount(self.klass, minlength=self.n_classes).astype(np.int64)

    @cached_property
    def to_let(self) -> B:
        """(D,) whether some household may be given the dwelling: one in progress, or that suits nobody, is no part of any comparison."""
        wanted = np.bincount(self.pair_class, minlength=self.n_classes) > 0
        return np.asarray(wanted[self.klass], bool)

    @cached_property
    def pair_app(self) -> I32:
        """(P,) application of each pair."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.pair_ptr))

    @cached_property
    def level(self) -> I16:
        """(P,) 0 for the classes a household likes best, 1 for the next; equal fits are one level unless ``strict``."""
        order = np.lexsort(
            (-self.tie, -self.fit, self.pair_app) if self.strict else (-self.fit, self.pair_app)
        )
        app, fit = self.pair_app[order], self.fit[order]
        first = np.ones(len(order), bool)
        first[1:] = app[1:] != app[:-1]
        step = np.ones(len(order), bool)
        step[1:] = first[1:] | (fit[1:] != fit[:-1]) | self.strict
        steps = np.cumsum(step)
        found = np.zeros(len(order), np.int16)
        found[order] = steps - np.repeat(steps[first], np.diff(np.append(np.flatnonzero(first), len(order))))
        return found

    @cached_property
    def tie(self) -> I64:
        """(P,) lottery number of a household at a class (of its first dwelling): tells equal fits apart."""
        home = [str(self.dwelling_ids[int(np.argmax(self.klass == k))]) for k in range(self.n_classes)]
        names = [str(name) for name in self.application_ids]
        return np.array(
            [
                lottery_number(self.seed, names[a], home[c], "")
                for a, c in zip(self.pair_app.tolist(), self.pair_class.tolist(), strict=True)
            ],
            np.int64,
        )

    @cached_property
    def lot(self) -> I64:
        """(n,) one lottery number per household: the last stage of the order ≻, the same at every dwelling."""
        return np.array(
            [lottery_number(self.seed, str(name), "", "") for name in self.application_ids], np.int64
        )

    @cached_property
    def pair_rank(self) -> I32:
        """(P,) place of the household among those eligible for the class, by (score, seniority, lot); 0 is first."""
        app = self.pair_app
        order = np.lexsort((app, -self.lot[app], -self.seniority[app], -self.score, self.pair_class))
        size = np.bincount(self.pair_class, minlength=self.n_classes)
        start = np.concatenate([[0], np.cumsum(size)[:-1]])
        found = np.empty(len(order), np.int32)
        found[order] = np.arange(len(order)) - start[self.pair_class[order]]
        return found

    @cached_property
    def best_score(self) -> I64:
        """(n,) the highest score a household has anywhere it is eligible."""
        return np.maximum.reduceat(self.score, self.pair_ptr[:-1]) if len(self) else self.score[:0]

    def order_by(self, *keys: I64) -> I32:
        """Applications, the largest keys first; ties by the lottery number, then by identifier."""
        index = np.arange(len(self))
        return np.lexsort((index, -self.lot, *(-k for k in reversed(keys)))).astype(np.int32)

    @cached_property
    def in_problem(self) -> I64:
        """(n,) place of each household in the problem the market was made from; all −1 of one written by hand."""
        if self.problem is None:
            return np.full(len(self), -1, np.int64)
        place = {str(name): i for i, name in enumerate(self.problem.application_ids)}
        return np.array([place[str(name)] for name in self.application_ids], np.int64)

    @cached_property
    def twins(self) -> I32:
        """(n,) households that differ in nothing a mechanism may see but score, seniority and name have one number."""
        return self._alike(with_levels=True)

    @cached_property
    def types(self) -> I32:
        """(n,) households with the same eligible classes and options: what a quota can tell apart."""
        return self._alike(with_levels=False)

    def _alike(self, with_levels: bool) -> I32:
        seen: dict[bytes, int] = {}
        found = np.empty(len(self), np.int32)
        level, fit = self.level, self.fit
        for a in range(len(self)):
            i, j = int(self.pair_ptr[a]), int(self.pair_ptr[a + 1])
            o, q = int(self.option_ptr[i]), int(self.option_ptr[j])
            size = self.option_ptr[i : j + 1] - o
            key = (
                self.pair_class[i:j].tobytes()
                + b"|"
                + self.option_kind[o:q].tobytes()
                + b"|"
                + size.tobytes()
            )
            if with_levels:
                key += b"|" + level[i:j].tobytes() + b"|" + fit[i:j].tobytes()
            found[a] = seen.setdefault(key, len(seen))
        return found

    @cached_property
    def twin_levels(self) -> I16:
        """(twins, K) level of each class for each number of `twins`; `NOT` where it is not eligible."""
        first = np.zeros(int(self.twins.max()) + 1 if len(self) else 0, np.int64)
        first[self.twins[::-1]] = np.arange(len(self))[::-1]
        found = np.full((len(first), self.n_classes), NOT, np.int16)
        for t, a in enumerate(first.tolist()):
            here = slice(int(self.pair_ptr[a]), int(self.pair_ptr[a + 1]))
            found[t, self.pair_class[here]] = self.level[here]
        return found

    @cached_property
    def signature(self) -> I32:
        """(kinds,) kinds that enter the priced rows in the same way have one number."""
        priced = np.array([row.price > 0 for row in self.rows], bool)
        seen: dict[bytes, int] = {}
        found = np.empty(len(self.kinds), np.int32)
        for k in range(len(self.kinds)):
            row, num, den, more = self.marks(k)
            kept = priced[row]
            key = b"|".join(x[kept].tobytes() for x in (row, num, den, more))
            found[k] = seen.setdefault(key, len(seen))
        return found

    def like(self, app: int, klass: int, kind: int) -> int:
        """The option of a household at a class that counts as ``kind`` does (KeyError when it has none)."""
        pair = int(self.pair_of(np.array([app]), np.array([klass]))[0])
        for own in self.options(pair) if pair >= 0 else ():
            if own == kind or self.signature[own] == self.signature[kind]:
                return own
        raise KeyError((app, klass, kind))

    @cached_property
    def _pair_key(self) -> I64:
        return self.pair_app.astype(np.int64) * max(1, self.n_classes) + self.pair_class

    def pair_of(self, app: I32 | I64, klass: I32 | I64) -> I64:
        """Position of each pair, −1 where the household is not eligible for the class."""
        key = self._pair_key
        wanted = np.asarray(app, np.int64) * max(1, self.n_classes) + np.asarray(klass, np.int64)
        at = np.searchsorted(key, wanted)
        inside = at < len(key)
        good = np.zeros(len(wanted), bool)
        good[inside] = key[at[inside]] == wanted[inside]
        return np.where(good, at, -1).astype(np.int64)

    def options(self, pair: int) -> list[int]:
        """Kinds of a pair."""
        return [int(k) for k in self.option_kind[self.option_ptr[pair] : self.option_ptr[pair + 1]]]

    def values_of(self, app: I32, klass: I32, kind: I32) -> I64:
        """Hundredths of a point of each letting, without the dwelling's bonus (KeyError when one is not possible)."""
        pair = self.pair_of(app, klass)
        key = self._option_key
        wanted = pair * max(1, len(self.kinds)) + kind
        at = np.searchsorted(key, wanted)
        good = (pair >= 0) & (at < len(key))
        good[good] = key[at[good]] == wanted[good]
        if not good.all():
            first = int(np.flatnonzero(~good)[0])
            raise KeyError((int(app[first]), int(klass[first]), int(kind[first])))
        return self.option_value[at]

    @cached_property
    def _option_key(self) -> I64:
        owner = np.repeat(np.arange(len(self.pair_class), dtype=np.int64), np.diff(self.option_ptr))
        return owner * max(1, len(self.kinds)) + self.option_kind

    def bonuses(self, used: I64) -> int:
        """Hundredths of a point that so many dwellings of each class add, the dearest of a class first."""
        begins, running = self._dearest
        return int((running[begins[: len(used)] + used] - running[begins[: len(used)]]).sum())

    @cached_property
    def _dearest(self) -> tuple[I64, I64]:
        """Where each class begins, and the running sum of bonuses with the dearest of each class first."""
        order = np.lexsort((-self.bonus, self.klass))
        begins = np.concatenate([[0], np.cumsum(self.capacity)]).astype(np.int64)
        return begins, np.concatenate([[0], np.cumsum(self.bonus[order])]).astype(np.int64)

    @cached_property
    def class_pairs(self) -> tuple[I64, ...]:
        """Pairs of each class in the order ≻."""
        order = np.lexsort((self.pair_rank, self.pair_class))
        cut = np.cumsum(np.bincount(self.pair_class, minlength=self.n_classes))[:-1]
        return tuple(np.asarray(part, np.int64) for part in np.split(order, cut))

    def marks(self, kind: int) -> tuple[I32, NDArray[np.int8], NDArray[np.int8], I32]:
        """Rows a kind enters, with its num, den and what is asked above the rate."""
        here = slice(int(self.kinds.ptr[kind]), int(self.kinds.ptr[kind + 1]))
        return self.kinds.row[here], self.kinds.num[here], self.kinds.den[here], self.kinds.more[here]


def market_of(problem: Problem, *, strict: bool = False) -> Market:
    """The market of a problem: every pair that may hold a first rank.

    Waiting seats of direct réservataires hold no household and are left out; the optimum alone may use them. The réservataires' own
    orders bind the optimum only: the published mechanisms know no such order, and `passed_nominees` counts what they pass over.
    """
    columns = explicit(problem)
    kept = columns.app >= 0
    dwelling, app, kind = columns.dwelling[kept], columns.app[kept], columns.kind[kept]
    bonus = problem.bonus[dwelling]
    fit: I64 = columns.fit[kept] - bonus
    value: I64 = columns.value[kept] - bonus
    score = columns.score[kept]
    klass = problem.klass[dwelling]
    order = np.lexsort((kind, klass, app))
    app, klass, kind = app[order], klass[order], kind[order]
    fit, value, score = fit[order], value[order], score[order]
    one = np.ones(len(app), bool)
    one[1:] = (app[1:] != app[:-1]) | (klass[1:] != klass[:-1]) | (kind[1:] != kind[:-1])
    app, klass, kind = app[one], klass[one], kind[one]
    fit, value, score = fit[one], value[one], score[one]
    new = np.ones(len(app), bool)
    new[1:] = (app[1:] != app[:-1]) | (klass[1:] != klass[:-1])
    start = np.flatnonzero(new)
    present, inverse = np.unique(app[start], return_inverse=True)
    return Market(
        application_ids=problem.application_ids[present],
        dwelling_ids=problem.dwelling_ids,
        klass=problem.klass,
        bonus=problem.bonus,
        pair_ptr=np.concatenate([[0], np.cumsum(np.bincount(inverse, minlength=len(present)))]).astype(
            np.int64
        ),
        pair_class=klass[start].astype(np.int32),
        fit=fit[start],
        score=score[start],
        option_ptr=np.append(start, len(app)).astype(np.int64),
        option_kind=kind.astype(np.int32),
        option_value=value,
        seniority=problem.seniority[present],
        kinds=problem.kinds,
        rows=problem.rows,
        accounts=problem.accounts,
        seed=problem.seed,
        strict=strict,
        pinned=int(problem.must_fill[problem.klass].sum()),
        problem=problem,
    )


def program_size(market: Market) -> tuple[int, int]:
    """Columns and kinds of households of the program of all types (`leximin.housing`), counted without making it.

    A kind of households has a column for each class and each way of counting it has there; kinds that the program would still put
    together are counted apart.
    """
    if not len(market):
        return 0, 0
    first = np.unique(market.types, return_index=True)[1]
    mine = np.zeros(len(market), bool)
    mine[first] = True
    owner = np.repeat(np.arange(len(market.pair_class), dtype=np.int64), np.diff(market.option_ptr))
    kept = mine[market.pair_app[owner]]
    key = owner[kept] * max(1, len(market.kinds)) + market.signature[market.option_kind[kept]]
    return len(np.unique(key)), len(first)


def passed_nominees(market: Market, kinds: I32) -> int:
    """How many rows of the réservataires' own orders an allocation passes over, from the kinds of its lettings."""
    if market.problem is None or not len(market.problem.orders):
        return 0
    ptr = market.kinds.order_ptr
    length = np.diff(ptr)[kinds]
    start = np.repeat(ptr[kinds], length)
    at = start + np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    signs = np.bincount(market.kinds.order_row[at], market.kinds.order_sign[at], len(market.problem.orders))
    return int((signs > 0).sum())


def traits(market: Market, rule: str) -> B:
    """(n,) whether some option of a household counts in the numerator of a priced row of the rule."""
    lines = np.array([row.rule == rule and row.price > 0 for row in market.rows], bool)
    owner = np.repeat(np.arange(len(market.kinds)), np.diff(market.kinds.ptr))
    kind = np.zeros(len(market.kinds), bool)
    if len(market.rows):
        kind[owner[lines[market.kinds.row] & (market.kinds.num > 0)]] = True
    found = np.zeros(len(market), bool)
    if len(market):
        hit = np.logical_or.reduceat(kind[market.option_kind], market.option_ptr[:-1])
        np.logical_or.at(found, market.pair_app, hit)
    return found
