"""Proposals that keep the réservataires' orders where these are lists and not rows (`problem.own_lists`).

A heuristic puts on a list's dwellings whom it likes best. Which dwellings go to which account is kept; who is named there is
settled anew, account by account: the nominees come in the order of their ranks, and each takes the dwelling that suits it best
among those of the account that are still open. Nobody is passed over then: whoever found no dwelling would have taken any that was
left open to it, and those taken before are held by better placed ones. What no nominee takes goes back to whom it was given, or to the
seat of the account; what is left empty, to the best household on an account without a list.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I32, B, FirstRanks, OwnLists, Problem
from optimizer.problem.own_lists import LAST, Asked, asked_at, bound_lines, housed, offers, passes, waiting
from optimizer.solve.primal.pins_on_lists import held_by_pins


def served(problem: Problem, lists: OwnLists, first: FirstRanks) -> FirstRanks:
    """The proposal where it keeps every list, else with the nominees of its lists named anew.

    Raises
    ------
    AttrifluxError
        ``NO_SOLUTION``: the pins cannot hold together with the orders.
    """
    if not passes(problem, first).any():
        return first
    found = _named_anew(problem, lists, first, problem.must_fill[problem.klass[first.dwelling]])
    if found is not None:
        return found
    firm = held_by_pins(problem, lists)
    gone = (first.app >= 0) & housed(problem, firm)[first.app]
    keep = ~np.isin(first.dwelling, firm.dwelling) & (~gone | bound_lines(problem, lists, first))
    # a dwelling whose household is a firm one's elsewhere stays open to its account
    left = _part(FirstRanks(first.dwelling, np.where(gone, -1, first.app), first.kind), keep)
    whole = _sorted(*(np.concatenate(pair) for pair in zip(_columns(firm), _columns(left), strict=True)))
    found = _named_anew(problem, lists, whole, np.isin(whole.dwelling, firm.dwelling))
    assert found is not None  # whom the firm ones wait for is firm
    return found


def _columns(first: FirstRanks) -> tuple[I32, I32, I32]:
    return first.dwelling, first.app, first.kind


def _named_anew(problem: Problem, lists: OwnLists, first: FirstRanks, firm: B) -> FirstRanks | None:
    """The proposal with the nominees of its lists named anew around the ``firm`` ones; None when one of these passes over somebody."""
    open_ = bound_lines(problem, lists, first) & ~firm
    held = set(first.dwelling[firm].tolist())
    lines = asked_at(problem, first, np.flatnonzero(open_))
    kept = _part(first, ~open_)
    placed = housed(problem, kept)
    # a household of the pool of a partial account, on no list, stays where nobody on the list is in need of the dwelling
    _, rank = waiting(problem, lists, lines, placed)
    pool = (rank == LAST) & (lines.app >= 0)
    app, kind = np.full(len(lines.app), -1, np.int32), np.full(len(lines.app), -1, np.int32)
    for account in np.unique(lines.account).tolist():
        _serve(problem, lists, lines, account, placed, app, kind)
    back = (kind < 0) & pool
    back[back] = ~placed[lines.app[back]]
    was = first.kind[open_]
    app[back], kind[back] = lines.app[back], was[back]
    _seat(problem, lines, kind)
    at = kind >= 0
    found = _sorted(
        np.concatenate([kept.dwelling, lines.dwelling[at]]),
        np.concatenate([kept.app, app[at]]),
        np.concatenate([kept.kind, kind[at]]),
    )
    while (over := passes(problem, found)).any():
        if held & set(found.dwelling[over].tolist()):
            return None
        found = _part(found, ~over)
    return _filled(problem, lists, found)


def _part(first: FirstRanks, keep: B) -> FirstRanks:
    return FirstRanks(first.dwelling[keep], first.app[keep], first.kind[keep])


def _sorted(dwelling: I32, app: I32, kind: I32) -> FirstRanks:
    by = np.argsort(dwelling, kind="stable")
    return FirstRanks(*(x[by].astype(np.int32) for x in (dwelling, app, kind)))


def _serve(
    problem: Problem, lists: OwnLists, lines: Asked, account: int, placed: B, app: I32, kind: I32
) -> None:
    """Give the open dwellings of one account to its nominees; ``placed``, ``app`` and ``kind`` of the lines are filled in."""
    mine = np.flatnonzero(lines.account == account)
    klass = problem.klass[lines.dwelling[mine]].astype(np.int64)
    by = np.lexsort((lines.dwelling[mine], -problem.bonus[lines.dwelling[mine]], klass))
    mine = mine[by]
    _, start = np.unique(klass[by], return_index=True)
    one = Asked(*(column[mine[start]] for column in lines))
    found = offers(problem, lists, one, placed)
    who = problem.entry_app[found.entry]
    worth = problem.values(found.entry) + problem.kinds.value[found.kind]
    order = np.lexsort((found.place, -worth, who, found.rank))
    end = np.append(start[1:], len(mine)).astype(np.int64)
    _take(order, found.place, who, found.kind, mine, start.astype(np.int64), end, placed, app, kind)


@njit(cache=True, nogil=True)
def _take(order, place, who, offered, mine, at, end, placed, app, kind):  # type: ignore[no-untyped-def]
    """``at`` is the next open dwelling of each place: they are taken in turn."""
    for k in order:
        a, p = who[k], place[k]
        if not placed[a] and at[p] < end[p]:
            line = mine[at[p]]
            app[line], kind[line] = a, offered[k]
            placed[a] = True
            at[p] += 1


def _seat(problem: Problem, lines: Asked, kind: I32) -> None:
    """The seat of its account for each line that nobody holds, where there is one worth something."""
    seats = problem.seats
    worth = np.flatnonzero(seats.value > 0)
    n = len(problem.accounts)
    key = seats.klass[worth].astype(np.int64) * n + problem.kinds.account[seats.kind[worth]]
    key, first = np.unique(key, return_index=True)
    left = np.flatnonzero(kind < 0)
    if not len(key) or not len(left):
        return
    wanted = problem.klass[lines.dwelling[left]].astype(np.int64) * n + lines.account[left]
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    fine = key[at] == wanted
    kind[left[fine]] = seats.kind[worth[first[at[fine]]]]


def _filled(problem: Problem, lists: OwnLists, first: FirstRanks) -> FirstRanks:
    """Dwellings left empty, in order: the best household without a first rank, on the best account that follows no list."""
    empty = np.setdiff1d(np.arange(len(problem.dwelling_ids)), first.dwelling)
    used = housed(problem, first)
    klass = problem.klass[empty]
    app, kind = np.full(len(empty), -1, np.int32), np.full(len(empty), -1, np.int32)
    options = problem.options
    _best(
        problem.class_menu[klass], problem.class_group[klass], problem.menu_ptr, problem.entry_app, problem.entry_type,
        options.key, options.ptr, options.kind, options.first, problem.kinds.account, problem.kinds.value, problem.n_types,
        lists.binds, used, app, kind,
    )  # fmt: skip
    at = np.flatnonzero(kind >= 0)
    if len(at):
        worth = problem.values(entries_of_pairs(problem, empty[at].astype(np.int32), app[at]))
        at = at[worth + problem.bonus[empty[at]] + problem.kinds.value[kind[at]] > 0]
    return _sorted(
        np.concatenate([first.dwelling, empty[at]]),
        np.concatenate([first.app, app[at]]),
        np.concatenate([first.kind, kind[at]]),
    )


@njit(cache=True, nogil=True)
def _best(  # type: ignore[no-untyped-def]
    menu, group, menu_ptr, entry_app, entry_type, key, ptr, kind, first, kind_account, kind_value, n_types, binds, used,
    out_app, out_kind,
):  # fmt: skip
    for i in range(len(menu)):
        for e in range(menu_ptr[menu[i]], menu_ptr[menu[i] + 1]):
            if used[entry_app[e]]:
                continue
            wanted = np.int64(group[i]) * n_types + entry_type[e]
            at = np.searchsorted(key, wanted)
            if at >= len(key) or key[at] != wanted:
                continue
            best = -1
            for o in range(ptr[at], ptr[at + 1]):
                c = kind[o]
                if first[o] and not binds[group[i], kind_account[c]]:
                    if best < 0 or kind_value[c] > kind_value[best]:
                        best = c
            if best >= 0:
                out_app[i], out_kind[i] = entry_app[e], best
                used[entry_app[e]] = True
                break
