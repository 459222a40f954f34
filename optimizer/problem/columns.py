"""A Problem written out column by column, whole or reduced to the columns an optimum can use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.problem.model import I32, I64, B, Columns, Problem, lottery_number


@dataclass(frozen=True)
class ClassBlock:
    """Columns common to the dwellings of one class: entry and kind of each, in the order of the menu."""

    entry: I64
    kind: I32
    first: B


def expand(problem: Problem, menu: int, group: int, first_only: bool = True) -> ClassBlock:
    """Entries of a menu times the kinds their type opens in a group, entry order kept."""
    a, b = int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1])
    key = np.int64(group) * problem.n_types + problem.entry_type[a:b].astype(np.int64)
    options = problem.options
    at = np.searchsorted(options.key, key)
    known = np.zeros(len(key), bool)
    inside = at < len(options.key)
    known[inside] = options.key[at[inside]] == key[inside]
    at = np.where(known, at, 0)
    length = (
        np.where(known, options.ptr[at + 1] - options.ptr[at], 0) if len(options.key) else np.zeros_like(at)
    )
    start = options.ptr[at] if len(options.key) else np.zeros_like(at)
    entry = np.repeat(np.arange(a, b, dtype=np.int64), length)
    shift = np.arange(len(entry)) - np.repeat(np.cumsum(length) - length, length)
    option = np.repeat(start, length) + shift
    kind, first = options.kind[option], options.first[option]
    if first_only:
        entry, kind, first = entry[first], kind[first], first[first]
    return ClassBlock(entry, kind, first)


def explicit(problem: Problem, reduced: bool = False, first_only: bool = True) -> Columns:
    """All columns of the problem, seats included, sorted by (dwelling, account, application).

    Parameters
    ----------
    reduced : keep, per dwelling and kind, only the best D applications in the full tie order — value, seniority,
        lottery number descending, then identifier ascending — where D is the number of dwellings that may name a
        household. Seats are always kept.
    first_only : leave out columns that may only be a reserve. ``reduced`` needs it.

    Notes
    -----
    *The reduction loses no optimum.* Let S be the solution that the objective and the three tie stages make unique,
    and suppose it gives dwelling d to application a with kind c although D other applications, all allowed the first
    rank with kind c at d, stand before a in the tie order there. The other dwellings of S name at most D - 1
    households, so one of those D, say b, has no first rank in S. Give d to b with kind c instead: every row counts the
    same (same kind), no household is used twice, d stays filled. If b has the larger value the objective grows; if
    equal, the larger seniority or lottery number improves stage 1 or 2; if these tie too, the identifier of b is
    smaller, so that the line (dwelling, account, application) of d becomes smaller and with it the sorted list of stage
    3. Each contradicts the choice of S. A kind also says what a first rank adds to the value and which rows of the
    réservataires' orders it enters, so these stay as they are too. A nominee, a pinned household and one kept from an earlier
    proposal have kinds of their own wherever they are told apart: none of them is ever dropped.
    """
    if reduced and not first_only:
        raise ValueError("the reduction is about first ranks: reserves need every column")
    members = _members(problem)
    places = list(zip(problem.class_menu.tolist(), problem.class_group.tolist(), strict=True))
    blocks = {place: expand(problem, *place, first_only=first_only) for place in sorted(set(places))}
    width = (
        sum(len(m) for m, place in zip(members, places, strict=True) if len(blocks[place].entry))
        if reduced
        else 0
    )
    seats: list[list[int]] = [[] for _ in places]
    for i, k in enumerate(problem.seats.klass.tolist()):
        seats[k].append(i)
    parts: list[_Part | None] = [None] * len(problem.dwelling_ids)
    for klass, place in enumerate(places):
        for dwelling, part in _class_parts(problem, blocks[place], members[klass], seats[klass], width):
            parts[dwelling] = part
    return _assemble(problem, [part for part in parts if part is not None])


@dataclass(frozen=True)
class _Part:
    """Columns of one dwelling, without its own bonus, sorted by (account, application); dwellings share what is equal."""

    app: I32
    kind: I32
    score: I64
    fit: I64
    burden: I64
    awaited: I64
    lean: I64
    value: I64
    first: B


def _members(problem: Problem) -> list[I64]:
    order = np.argsort(problem.klass, kind="stable")
    cuts = np.searchsorted(problem.klass[order], np.arange(1, len(problem.class_menu)))
    return list(np.split(order, cuts)) if len(problem.class_menu) else []


def _class_parts(
    problem: Problem, block: ClassBlock, dwellings: I64, seats: list[int], width: int
) -> list[tuple[int, _Part]]:
    """Columns of the dwellings of one class; ``width`` 0 = no reduction."""
    everyone = dwellings.tolist()
    if not width or not len(block.entry):
        part = _part(problem, block, seats)
        return [(d, part) for d in everyone]
    order = np.argsort(block.kind, kind="stable")
    entry, kind = block.entry[order], block.kind[order]
    rank = (np.arange(len(kind)) - np.searchsorted(kind, kind)).astype(np.int64)
    split = _ties_at_the_cut(problem, entry, kind, rank, width)
    sure = rank < width
    for low, high, _ in split:
        sure[low:high] = False
    if not split:
        part = _part(problem, ClassBlock(entry[sure], kind[sure], np.ones(int(sure.sum()), bool)), seats)
        return [(d, part) for d in everyone]
    found = []
    for d in everyone:
        drawn = [_draw(problem, d, entry[low:high], int(kind[low]))[:places] for low, high, places in split]
        kinds = [
            np.full(len(chosen), kind[low], np.int32)
            for chosen, (low, _, _) in zip(drawn, split, strict=True)
        ]
        entries = np.concatenate([entry[sure], *drawn])
        kept = ClassBlock(entries, np.concatenate([kind[sure], *kinds]), np.ones(len(entries), bool))
        found.append((d, _part(problem, kept, seats)))
    return found


def _part(problem: Problem, block: ClassBlock, seats: list[int]) -> _Part:
    entry = block.entry
    seat = np.array(seats, np.int64)
    seats_of, kinds = problem.seats, problem.kinds
    deduction = seats_of.deduction[seat]
    nothing = np.zeros(len(seat), np.int64)
    score = np.concatenate(
        [problem.entry_score[entry], seats_of.value[seat] + deduction - problem.fill_value]
    ).astype(np.int64)
    burden = np.concatenate([problem.entry_burden[entry], nothing]).astype(np.int64)
    awaited = np.concatenate([problem.awaited_of(problem.entry_app[entry]), nothing])
    fit = np.concatenate([problem.entry_fit[entry], nothing]) + burden + awaited
    lean = np.concatenate([kinds.value[block.kind], -deduction])
    app = np.concatenate([problem.entry_app[entry], np.full(len(seat), -1, np.int32)])
    kind = np.concatenate([block.kind, problem.seats.kind[seat]])
    first = np.concatenate([block.first, np.ones(len(seat), bool)])
    order = np.lexsort((app, problem.kinds.account[kind]))
    value = problem.fill_value + score + fit - burden - awaited + lean
    return _Part(
        app[order],
        kind[order],
        score[order],
        fit[order],
        burden[order],
        awaited[order],
        lean[order],
        value[order],
        first[order],
    )


def _ties_at_the_cut(
    problem: Problem, entry: I64, kind: I32, rank: I64, width: int
) -> list[tuple[int, int, int]]:
    """Runs of equal (value, seniority) which the cut divides: (first, last + 1, places left before the cut)."""
    found = []
    for last in np.flatnonzero(rank == width - 1).tolist():
        nxt = last + 1
        if nxt == len(entry) or kind[nxt] != kind[last] or not _same(problem, entry, last, nxt):
            continue
        low, high = last, nxt
        while low > 0 and kind[low - 1] == kind[last] and _same(problem, entry, low - 1, last):
            low -= 1
        while high < len(entry) and kind[high] == kind[last] and _same(problem, entry, high, last):
            high += 1
        found.append((low, high, nxt - low))
    return found


def _same(problem: Problem, entry: I64, i: int, j: int) -> bool:
    e, f = entry[i], entry[j]
    one, other = problem.values(np.array([e, f])).tolist()
    return bool(
        one == other and problem.seniority[problem.entry_app[e]] == problem.seniority[problem.entry_app[f]]
    )


def _draw(problem: Problem, d: int, entry: I64, kind: int) -> I64:
    """The tied entries in the order of the lottery at that dwelling, then of the identifiers."""
    account = problem.accounts[int(problem.kinds.account[kind])]
    apps = problem.entry_app[entry]
    h = [
        lottery_number(problem.seed, problem.application_ids[a], problem.dwelling_ids[d], account)
        for a in apps
    ]
    return entry[np.lexsort((apps, -np.array(h, np.int64)))]


def _assemble(problem: Problem, parts: list[_Part]) -> Columns:
    """All columns; the bonus of a dwelling goes to the households it may get, not to its seats."""
    length = np.array([len(part.app) for part in parts], np.int64)
    ptr = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    total = int(ptr[-1])
    app, kind, first = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total, bool)
    score, fit, burden, awaited, lean, value = (np.empty(total, np.int64) for _ in range(6))
    for d, part in enumerate(parts):
        here = slice(int(ptr[d]), int(ptr[d + 1]))
        bonus = problem.bonus[d] * (part.app >= 0)
        app[here], kind[here], first[here], score[here] = part.app, part.kind, part.first, part.score
        fit[here], value[here] = part.fit + bonus, part.value + bonus
        burden[here], awaited[here], lean[here] = part.burden, part.awaited, part.lean
    dwelling = np.repeat(np.arange(len(parts), dtype=np.int32), length)
    return Columns(dwelling, app, kind, score, fit, burden, awaited, lean, value, first)
