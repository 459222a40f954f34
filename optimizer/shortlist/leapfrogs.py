"""Leapfrogs: every better-scored household a line passes over, and why (design §6).

For a line (dwelling, account, household, rank) the passed households are those eligible for that dwelling and
account with a higher score, not above it on the list and without a first rank. Each gets one reason:

* ``pin`` / ``nomination`` — the place was decided before the run, or the order is the réservataire's own (of this list, where it
  does not give both the same place, or of another that needs the household of the line housed);
* ``chain`` — the first rank is a sitting tenant whose departure frees a dwelling that is let in turn;
* ``fit``, ``burden``, ``awaited``, ``lean``, ``keep`` — the whole value of the passed household is not higher there: the part of it by
  which it loses most (preference, size or access; the rent's weight on its income; a dwelling expected that would miss it; the account; an earlier result kept);
* ``<rule>[<scope>]@<price>`` — at first rank: exchanging the two would worsen that row by more than it gains;
* ``places`` — in reserve: the passed household already stands on two lists;
* ``class`` — in reserve: the same class as the first rank comes first, and a DALO household is never filler (which sentences tell apart);
* ``gap`` — the exchange would gain and the run is not proven; on a proven run this cannot happen and raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError, define
from optimizer.problem import Evaluation
from optimizer.problem.model import FirstRanks, Problem
from optimizer.problem.registry import find_rule
from optimizer.shortlist.departures import movers
from optimizer.shortlist.exchange import NEVER, Exchange
from optimizer.shortlist.lookup import Pools, kind_marks, menu_of
from optimizer.shortlist.passes import (
    CLASS,
    FILLER,
    FIRST,
    GAP,
    NOMINATION,
    NOT_NAMED,
    PARTS,
    PINNED,
    RESERVE,
    RULE,
    InPlace,
    Menu,
    OnAccount,
    OneList,
    People,
    Room,
    TakenOff,
    Tally,
    first_reasons,
    lacking,
    passed_over,
    pool_size,
    reserve_reasons,
    types_ahead,
)  # fmt: skip
from optimizer.shortlist.ranks import Lines, OwnOrder

B = NDArray[np.bool_]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

BY_SCORE, ALIKE = -3, -4
"""Why a first rank stands before a household where it passes nobody over: its score is higher, or the same."""
SHOWN = 20
"""Leapfrogs written per line, the highest scores first; a count row follows when there are more (design §8)."""

_WORDS = (
    "count",
    "fit",
    "pin",
    "nomination",
    "places",
    "class",
    "gap",
    "burden",
    "lean",
    "keep",
    "awaited",
    "filler",
)
"""The reasons that are no rule, by number (`passes`)."""
CHAIN = "chain"
SCORE = "score"
"""Of a household whose score is lower, where another part of the value counts as much: the first word of ``score+burden``."""
SAME, STILL = "alike", "|"
"""Of a household of the same score; before what would keep it behind even without the reason told: ``score|nomination``."""
_PLAIN = np.where(np.arange(len(_WORDS)) == FILLER, CLASS, np.arange(len(_WORDS))).astype(np.int32)
"""The number under which the table publishes each reason: design §6 has one word for both kinds of ``class``."""
_TOLD = np.arange(len(_WORDS), dtype=np.int32)
"""The same for sentences, which tell a household that is never filler from one of another class."""

define(
    "LEAPFROG_UNEXPLAINED",
    "Une proposition passe devant une demande mieux cotée sans raison : le calcul est arrêté.",
    "A proposal passes over a better-scored application without a reason: the run is stopped.",
)


@dataclass(frozen=True)
class Leapfrog:
    """One passed household. ``passed`` is -1 on the count row that closes a long list."""

    dwelling: int
    rank: int
    ahead: int
    passed: int
    gap: int
    """Points of score between the two, hundredths (count rows: how many more there are)."""
    why: str


@dataclass(frozen=True)
class Standing:
    """Where a line stands in the cotation of its pool: ``size`` households, ``place`` (ties share the best), ``tied``."""

    size: int
    place: int
    tied: bool


@dataclass(frozen=True)
class Together:
    """Parts of the value that only together make up for a higher score, the named reason first: the most that each counts.

    ``times``: of how many households; ``parts``: (reason, hundredths of a point).
    """

    times: int
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LineSummary:
    """How many households a line passes, by reason, and by how many points at most (hundredths): for the line's sentence."""

    total: int
    by_reason: tuple[tuple[str, int, int], ...]
    together: Mapping[str, Together] = field(default_factory=dict)
    """Reasons that are a part of the value and do not suffice alone, for some of the households shown."""


def rule_reason(problem: Problem, row: int) -> str:
    """``lec_q1_outside_qpv[landlord=OPH25;epci=242500361]@2000``: the rule, its scope and its price in points."""
    line = problem.rows[row]
    price = f"{line.price // 100}" if line.price % 100 == 0 else f"{line.price / 100:.2f}"
    return f"{line.rule}[{line.scope}]@{price}"


@dataclass(frozen=True)
class _Place:
    """A menu and an account: what the account means to each type, the types with a kind, how many households."""

    menu: Menu
    on_account: OnAccount
    types: I64
    size: int


@dataclass(frozen=True)
class _Scratch:
    """Tables that a list overwrites, for the types of its account; ``need`` and ``met`` are False between two."""

    in_place: InPlace
    met: B
    need: B
    """By row."""

    @staticmethod
    def of(problem: Problem) -> _Scratch:
        n = problem.n_types
        lacks, met, need = (np.zeros(size, np.bool_) for size in (n, n, len(problem.rows)))
        return _Scratch(InPlace(lacks, np.zeros(n, np.int64), np.full(n, -1, np.int32)), met, need)


class LeapfrogFinder:
    """Finds and explains the leapfrogs of finished lists."""

    def __init__(
        self,
        problem: Problem,
        lines: Lines,
        *,
        first: FirstRanks,
        counted: Evaluation,
        dalo: B,
        binding: B,
        named: Mapping[tuple[int, int], OwnOrder],
        pinned: frozenset[int],
        proven: bool,
        max_lists: int,
        pools: Pools | None = None,
    ) -> None:
        self.problem = problem
        self.lines = lines
        self.dalo = dalo
        self.named = named
        self.pinned = pinned
        self.proven = proven
        self.max_lists = max_lists
        self.pools = pools or Pools(problem)
        self.binding = binding
        self.exchange = Exchange(problem, first, counted)
        self.placed = np.zeros(len(problem.application_ids), np.bool_)
        at_first = (lines.rank == 1) & (lines.app >= 0)
        self.placed[lines.app[at_first]] = True
        place = np.full(len(self.placed), NOT_NAMED, np.int32)
        self._people = People(self.placed, dalo, self._full_at(), place)
        self._off = TakenOff(
            problem.entry_burden, problem.awaited_of(np.arange(len(problem.application_ids)))
        )
        self._marks = kind_marks(problem)
        self._least = int(problem.entry_fit.min(initial=0))
        self._frees = frozenset(movers(problem, first))
        """Households whose departure frees a dwelling that is let."""
        self._words = list(_WORDS)
        self._rules: dict[int, int] = {}
        self._found = _Collected()
        self._scratch = _Scratch.of(problem)

    def _full_at(self) -> I64:
        """Fill order after which each application stood on its last allowed list (a large number: never)."""
        full = np.full(len(self.problem.application_ids), np.iinfo(np.int64).max, np.int64)
        count = np.zeros(len(self.problem.application_ids), np.int64)
        reserve = np.flatnonzero(self.lines.rank > 1)
        for i in reserve[np.argsort(self.lines.order[reserve], kind="stable")].tolist():
            a = int(self.lines.app[i])
            count[a] += 1
            if count[a] == self.max_lists:
                full[a] = int(self.lines.order[i])
        return full

    def find(self) -> tuple[list[Leapfrog], dict[int, LineSummary]]:
        """All leapfrogs in line order, and per line index its summary."""
        summaries = {i: summary for i, _, summary in self.walk()}
        return list(self.found().rows()), summaries

    def walk(self) -> Iterator[tuple[int, Standing, LineSummary]]:
        """Each line with a household, once, with where it stands and its summary; :meth:`found` holds the leapfrogs after it.

        Lines come by class of dwellings, so that what the accounts and rules say of a class is worked out once.
        """
        lines, problem = self.lines, self.problem
        starts = np.flatnonzero((lines.rank == 1) & (lines.app >= 0))
        klass = problem.klass[lines.dwelling[starts]]
        starts = starts[np.lexsort((lines.account[starts], klass))]
        stops = np.searchsorted(lines.dwelling, lines.dwelling[starts], side="right")
        place, here = (-1, -1), None
        for first, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            d, r = int(lines.dwelling[first]), int(lines.account[first])
            if here is None or (int(problem.klass[d]), r) != place:
                place, here = (int(problem.klass[d]), r), self._place(d, r)
            yield from self._list(first, stop, here)

    def _place(self, d: int, r: int) -> _Place:
        """What the accounts say of the menu of a dwelling."""
        here = self.pools.by_type(self.pools.group(d), r)
        menu = menu_of(self.problem, self.pools.entries(d))
        on_account = OnAccount(here.kind, here.lean, here.keep, here.first)
        return _Place(menu, on_account, here.named, int(pool_size(menu, here.kind)))

    def found(self) -> Leapfrogs:
        """The leapfrogs of the lines walked so far, in line order."""
        return self._found.sorted(self.lines, tuple(self._words))

    def _list(self, first: int, stop: int, here: _Place) -> Iterator[tuple[int, Standing, LineSummary]]:
        """Leapfrogs and summary of each line of one list."""
        lines, problem, s = self.lines, self.problem, self._scratch
        d, part, n = int(lines.dwelling[first]), slice(first, stop), stop - first
        how = self._how(first, stop)
        seeks = np.zeros(n, np.bool_)
        lacking(
            here.on_account.kind[here.types], here.types, self._marks, self.binding, int(lines.kind[first]),
            lines.kind[part], s.need, s.in_place.lacks, seeks,
        )  # fmt: skip
        more = problem.fill_value + int(problem.bonus[d])
        word = self._charges(first, here, more, int(lines.score[first])) if how[0] == FIRST else _PLAIN
        tally = Tally(
            np.empty(n, np.int64), np.empty(n, np.int64), np.empty((n, len(word)), np.int64), np.empty((n, len(word)), np.int64),
            np.empty((n, len(PARTS)), np.int64), np.empty((n, len(PARTS), len(PARTS)), np.int64),
        )  # fmt: skip
        self._found.room(n * (SHOWN + 1))
        one_list = OneList(
            first, how, seeks, lines.app[part], lines.score[part], lines.value[part], self._parts(first, stop),
            lines.order[part], more,
        )  # fmt: skip
        room = Room(word, np.empty((n, SHOWN, 3 + len(PARTS)), np.int64), self._found.open)
        with self._in_order(first) as people:
            self._found.held = passed_over(
                here.menu, self._off, self._least, here.on_account, s.in_place, people, one_list,
                bool(self.dalo[lines.app[first]]), SHOWN, room, self._found.held, tally,
            )  # fmt: skip
        if self.proven and bool(tally.passed[:, GAP].any()):
            raise AttrifluxError("LEAPFROG_UNEXPLAINED")
        names = [self._words[FILLER if why == FILLER else w] for why, w in enumerate(word.tolist())]
        for j, counts in enumerate(tally.passed.tolist()):
            reasons = [(names[w], count, int(tally.widest[j, w])) for w, count in enumerate(counts) if count]
            reasons.sort(key=lambda x: (-x[1], x[0]))
            standing = Standing(here.size, int(tally.places[j]) + 1, int(tally.tied[j]) > 1)
            yield first + j, standing, LineSummary(sum(counts), tuple(reasons), _together(tally, j))

    @property
    def words(self) -> tuple[str, ...]:
        """The reasons met so far, by their published number."""
        return tuple(self._words)

    def first_reasons(self, first: int) -> I32:
        """By entry of the dwelling's menu: why a first rank stands before that household, a number of ``words``.

        Below 0 (`standings`): its score is lower and nothing else keeps it behind, or it is the same and the dwelling or a tie
        decides. Where a rule or an order would keep it behind all the same, that is told too: points alone would change nothing.
        Households that hold a first rank elsewhere are told as if they were free.
        """
        lines, problem, s = self.lines, self.problem, self._scratch
        d, r = int(lines.dwelling[first]), int(lines.account[first])
        here = self._place(d, r)
        how = self._how(first, first + 1)
        more = problem.fill_value + int(problem.bonus[d])
        word = self._charges(first, here, more, None) if how[0] == FIRST else _PLAIN
        out = np.zeros(here.menu.stop - here.menu.start, np.int32)
        still = np.full(len(out), -1, np.int32)
        part = slice(first, first + 1)
        one_list = OneList(
            first, how, np.zeros(1, np.bool_), lines.app[part], lines.score[part], lines.value[part],
            self._parts(first, first + 1), lines.order[part], more,
        )  # fmt: skip
        with self._in_order(first) as people:
            first_reasons(
                here.menu, self._off, here.on_account, s.in_place, people, one_list, BY_SCORE, ALIKE, word, out,
                also := np.zeros(len(out), np.uint8), still,
            )  # fmt: skip
        reasons = self._joined(out, also)
        for i in np.flatnonzero(still >= 0).tolist():
            main = {BY_SCORE: SCORE, ALIKE: SAME}.get(int(reasons[i])) or self._words[reasons[i]]
            reasons[i] = self._word(main + STILL + self._words[still[i]])
        return reasons

    def publics(self, first: int) -> tuple[str, ...]:
        """The rules on households that a first rank serves and that one lease less would leave short: the class that the reserves
        behind it share with it. In the order of publication."""
        kind, rows = int(self.lines.kind[first]), self.problem.rows
        part = slice(int(self._marks.ptr[kind]), int(self._marks.ptr[kind + 1]))
        served = [
            int(k)
            for k in self._marks.row[part][self._marks.num[part] > 0]
            if self.binding[k] and _of_households(rows[k].rule)
        ]
        return tuple(dict.fromkeys(rows[k].rule for k in sorted(served)))

    def reserve_reasons(self, first: int) -> tuple[I32, I32]:
        """By entry of the dwelling's menu: the rank of the first reserve that stands before that household of a higher score (0:
        none does), and why, a published number.

        Like the leapfrogs, but for every household and not for the highest scores only; where its value is not higher either, that
        is told beside a full list or another class: ``class|lean``.
        """
        lines, s = self.lines, self._scratch
        d, r = int(lines.dwelling[first]), int(lines.account[first])
        stop = int(np.searchsorted(lines.dwelling, d, side="right"))
        here, part, n = self._place(d, r), slice(first, stop), stop - first
        seeks = np.zeros(n, np.bool_)
        lacking(
            here.on_account.kind[here.types], here.types, self._marks, self.binding, int(lines.kind[first]),
            lines.kind[part], s.need, s.in_place.lacks, seeks,
        )  # fmt: skip
        one_list = OneList(
            first, self._how(first, stop), seeks, lines.app[part], lines.score[part], lines.value[part],
            self._parts(first, stop), lines.order[part], self.problem.fill_value + int(self.problem.bonus[d]),
        )  # fmt: skip
        size = here.menu.stop - here.menu.start
        line, out, still = np.zeros(size, np.int32), np.zeros(size, np.int32), np.full(size, -1, np.int32)
        with self._in_order(first) as people:
            reserve_reasons(
                here.menu, self._off, here.on_account, s.in_place, people, one_list, bool(self.dalo[lines.app[first]]),
                _TOLD, line, out, also := np.zeros(size, np.uint8), still,
            )  # fmt: skip
        # of a household kept behind by its list, the parts of its value are what would do so all the same
        alone = still < 0
        reasons = self._joined(out, np.where(alone, also, np.uint8(0)))
        held = self._joined(still, np.where(alone, np.uint8(0), also))
        for i in np.flatnonzero(~alone).tolist():
            reasons[i] = self._word(self._words[reasons[i]] + STILL + self._words[held[i]])
        return np.where(line > 0, line + 1, 0).astype(np.int32), reasons

    def _joined(self, reasons: I32, also: NDArray[np.uint8]) -> I32:
        """The reasons, those that do not suffice alone as ``fit+burden``; a lower score beside another part as ``score+burden``."""
        for i in np.flatnonzero(also).tolist():
            others = [_WORDS[part] for k, part in enumerate(PARTS) if also[i] >> k & 1]
            main = SCORE if reasons[i] == BY_SCORE else self._words[reasons[i]]
            reasons[i] = self._word("+".join([main, *others]))
        return reasons

    @contextmanager
    def _in_order(self, first: int) -> Iterator[People]:
        """What is known of each household while one list is looked at: its place in the réservataire's order for it."""
        own = self.named.get((int(self.lines.dwelling[first]), int(self.lines.account[first])))
        if own is None:
            yield self._people
            return
        self._people.place[own.app] = own.place
        try:
            yield self._people
        finally:
            self._people.place[own.app] = NOT_NAMED

    def _parts(self, first: int, stop: int) -> I64:
        """(lines, 5): fit without burden, awaited nor what the dwelling adds, burden, lean, what of it keeps an earlier result,
        awaited."""
        lines, part = self.lines, slice(first, stop)
        bonus = self.problem.bonus[lines.dwelling[part]]
        keep = self.problem.kinds.keep[lines.kind[part]]
        columns = (lines.fit[part] - bonus, lines.burden[part], lines.lean[part], keep, lines.awaited[part])
        return np.stack(columns, axis=1)

    def _how(self, first: int, stop: int) -> I32:
        """How each line of a list got its place."""
        d = int(self.lines.dwelling[first])
        how = np.full(stop - first, RESERVE, np.int32)
        how[0] = FIRST
        if d in self.pinned:
            how[0] = PINNED
        return how

    def _charges(self, first: int, here: _Place, more: int, above: int | None) -> I32:
        """What the rules charge for putting each type with a score higher than ``above`` and a higher value (None: every type that may
        be first) in the place of a first rank; published number of each reason."""
        lines, s = self.lines, self._scratch
        lean_of, kind_of = here.on_account.lean, here.on_account.kind
        if above is None:
            types = here.types[here.on_account.first[here.types]]
        else:
            types_ahead(
                here.menu, here.on_account, int(lean_of[here.types].max(initial=0)), self.placed, more, lines.value[first],
                above, s.met,
            )  # fmt: skip
            types = here.types[s.met[here.types]]
            s.met[types] = False
        if not len(types):
            return _PLAIN
        into: list[int] = kind_of[types].tolist()
        known = self.exchange.known_costs(int(lines.kind[first]), list(dict.fromkeys(into)))
        if self.exchange.needed(int(lines.app[first]), int(lines.dwelling[first])):
            known = [(NEVER, -1)] * len(known)
        charge = dict(zip(dict.fromkeys(into), known, strict=True))
        rows = list(dict.fromkeys(row for _, row in known if row >= 0))
        number = {row: RULE + i for i, row in enumerate(rows)}
        chained = int(lines.app[first]) in self._frees
        held = RULE + len(rows) if chained else NOMINATION
        for t, kind in zip(types.tolist(), into, strict=True):
            lost, row = charge[kind]
            s.in_place.cost[t], s.in_place.rule[t] = lost, held if lost == NEVER else number.get(row, -1)
        words = [*_PLAIN.tolist(), *(self._rule(row) for row in rows)]
        return np.array([*words, self._word(CHAIN)] if chained else words, np.int32)

    def _word(self, word: str) -> int:
        """Number of a reason met now and then."""
        if word not in self._words:
            self._words.append(word)
        return self._words.index(word)

    def _rule(self, row: int) -> int:
        """Number of the reason « this row »."""
        known = self._rules.get(row)
        if known is None:
            known = self._rules[row] = len(self._words)
            self._words.append(rule_reason(self.problem, row))
        return known


def _of_households(rule: str) -> bool:
    """Whether a rule looks at who is housed: of the others every household of a list gives as much."""
    shape = find_rule(rule)
    return shape is not None and shape.of_households


def _together(tally: Tally, line: int) -> dict[str, Together]:
    """By reason that is a part of the value: what it needs beside it, over the households shown of a line."""
    found = {}
    for p in np.flatnonzero(tally.times[line]).tolist():
        counts = tally.together[line, p].tolist()
        order = sorted((q for q, most in enumerate(counts) if most), key=lambda q: (q != p, -counts[q], q))
        parts = tuple((_WORDS[PARTS[q]], counts[q]) for q in order)
        found[_WORDS[PARTS[p]]] = Together(int(tally.times[line, p]), parts)
    return found


@dataclass(frozen=True)
class Leapfrogs:
    """All leapfrogs as columns, in line order: 16 bytes each, a country has 24 million.

    ``line`` indexes ``lines``, ``why`` indexes ``words``; ``passed`` is -1 on a count row.
    """

    lines: Lines
    line: I32
    passed: I32
    gap: I32
    why: I32
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.line)

    @property
    def dwelling(self) -> I32:
        return self.lines.dwelling[self.line]

    @property
    def rank(self) -> I32:
        return self.lines.rank[self.line]

    @property
    def ahead(self) -> I32:
        """The household of the line, who goes ahead."""
        return self.lines.app[self.line]

    def part(self, rows: slice) -> Leapfrogs:
        """Some of them, in the same words."""
        return Leapfrogs(
            self.lines, self.line[rows], self.passed[rows], self.gap[rows], self.why[rows], self.words
        )

    def rows(self) -> Iterator[Leapfrog]:
        """One value per leapfrog."""
        columns = (self.dwelling, self.rank, self.ahead, self.passed, self.gap, self.why)
        for d, rank, ahead, passed, gap, why in zip(*(c.tolist() for c in columns), strict=True):
            yield Leapfrog(d, rank, ahead, passed, gap, self.words[why])


class _Collected:
    """Leapfrogs as they are found: a few columns of 32 bits in blocks, so that millions of them stay small."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.int32]] = []
        self.open = np.empty((1 << 10, 4), np.int32)
        """Rows of (line, passed, gap, reason); the first ``held`` are filled."""
        self.held = 0

    def room(self, rows: int) -> None:
        """See to it that so many rows can be added to ``open``."""
        if self.held + rows > len(self.open):
            self._blocks.append(self.open[: self.held].copy())
            self.open, self.held = np.empty((max(1 << 18, rows), 4), np.int32), 0

    def sorted(self, lines: Lines, words: tuple[str, ...]) -> Leapfrogs:
        """In line order. The rows of a line follow each other in one block, and each block is let go as it is put in place."""
        blocks, self._blocks = [*self._blocks, self.open[: self.held]], []
        self.open, self.held = self.open[:0], 0
        size = np.zeros(len(lines), np.int64)
        for block in blocks:
            size += np.bincount(block[:, 0], minlength=len(lines))
        start = np.cumsum(size) - size
        columns = [np.empty(int(size.sum()), np.int32) for _ in range(4)]
        while blocks:
            block = blocks.pop()
            here = block[:, 0]
            run = np.flatnonzero(np.diff(here, prepend=-1))
            inside = np.arange(len(here)) - np.repeat(run, np.diff(run, append=len(here)))
            at = start[here] + inside
            for column, values in zip(columns, block.T, strict=True):
                column[at] = values
        line, passed, gap, why = columns
        return Leapfrogs(lines, line, passed, gap, why, words)
