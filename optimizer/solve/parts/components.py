"""Parts of a problem that share no household and no rule: each is solved by itself, and their answers are put together.

A country is mostly départements: a rule speaks of a landlord or an EPCI in one of them, and only wishes beyond a border tie
two. Proposals of different parts never compete, so the best proposal is the parts' best ones and the bounds add up. What
that brings is time (a master program per part, which converges by itself) and memory (one part's arrays at a time).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I64, Problem
from optimizer.solve.transport.unions import join, root


@dataclass(frozen=True)
class Part:
    """Classes, menus, applications, groups and rows of a part, in the problem's numbers, ascending.

    Parts may share an empty menu. ``whole``: the part is the problem, which is then not numbered again.
    """

    classes: I64
    menus: I64
    applications: I64
    groups: I64
    rows: I64
    whole: bool = False


def whole(problem: Problem) -> Part:
    """The problem as one part."""
    return Part(
        np.arange(len(problem.class_menu)),
        np.arange(len(problem.menu_ptr) - 1),
        np.arange(len(problem.application_ids)),
        np.arange(problem.n_groups),
        np.arange(len(problem.rows)),
        whole=True,
    )


def parts_of(problem: Problem) -> list[Part]:
    """The parts in which somebody or something can be named, those with most menu entries first.

    Rows without price or rate ask nothing and tie nothing; they are in no part.
    """
    k, m, g = len(problem.class_menu), len(problem.menu_ptr) - 1, problem.n_groups
    length = np.diff(problem.menu_ptr)
    asks = np.array([row.price > 0 and row.rate > 0 for row in problem.rows], bool)
    asks[problem.kinds.row[problem.kinds.more > 0]] = True
    asks &= np.array([row.price > 0 for row in problem.rows], bool)
    first_menu, first_group, first_row = k, k + m, k + m + g
    named = np.flatnonzero(length[problem.class_menu] > 0)
    groups, rows = _group_rows(problem, asks)
    tied = np.zeros(g, bool)
    tied[groups] = True
    judged = np.flatnonzero(tied[problem.class_group])
    seats, seat_rows = _marked(problem, problem.seats.kind.astype(np.int64), asks)
    ties = np.concatenate(
        [
            np.stack([named, first_menu + problem.class_menu[named]]),
            np.stack([judged, first_group + problem.class_group[judged]]),
            np.stack([first_group + groups, first_row + rows]),
            np.stack([problem.seats.klass[seats].astype(np.int64), first_row + seat_rows]),
        ],
        axis=1,
    )
    used = np.zeros(m, bool)
    used[problem.class_menu] = True
    label = np.arange(first_row + len(problem.rows))
    of_app = np.full(len(problem.application_ids), -1, np.int64)
    _tie(label, ties[0], ties[1], problem.menu_ptr, problem.entry_app, used, first_menu, of_app)
    entries = np.bincount(label[first_menu:first_group], np.where(used, length, 0), len(label))
    worth = entries.copy()
    np.add.at(worth, label[problem.seats.klass], 1)
    roots = np.flatnonzero(worth > 0)
    roots = roots[np.lexsort((roots, -worth[roots]))]
    of_row = np.where(asks, label[first_row:], -1)
    members = [_members(labels, roots) for labels in (label[:k], of_app, of_row)]
    return [
        Part(
            classes,
            np.unique(problem.class_menu[classes]).astype(np.int64),
            applications,
            np.unique(problem.class_group[classes]).astype(np.int64),
            asked,
        )
        for classes, applications, asked in zip(*members, strict=True)
    ]


def _members(label: I64, roots: I64) -> list[I64]:
    """Positions with each of the labels, ascending."""
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.stack([roots, roots + 1]))
    return [order[a:b] for a, b in bounds.T.tolist()]


def _marked(problem: Problem, kind: I64, asks: np.ndarray) -> tuple[I64, I64]:
    """(position in ``kind``, row) for each row that asks and is marked by that kind."""
    kinds = problem.kinds
    length = np.diff(kinds.ptr)[kind]
    at = np.repeat(kinds.ptr[:-1][kind] - np.cumsum(length) + length, length) + np.arange(int(length.sum()))
    position, row = np.repeat(np.arange(len(kind)), length), kinds.row[at].astype(np.int64)
    keep = asks[row]
    return position[keep], row[keep]


def _group_rows(problem: Problem, asks: np.ndarray) -> tuple[I64, I64]:
    """(group, row) for each row that asks something of a first rank of the group."""
    options = problem.options
    group = np.repeat(options.key // max(1, problem.n_types), np.diff(options.ptr))[options.first]
    both = np.unique(group * max(1, len(problem.kinds)) + options.kind[options.first])
    position, row = _marked(problem, both % max(1, len(problem.kinds)), asks)
    return (both // max(1, len(problem.kinds)))[position], row


@njit(cache=True, nogil=True)
def _tie(parent, one, other, menu_ptr, entry_app, used, first_menu, of_app):  # type: ignore[no-untyped-def]
    """Smallest node tied to each node, and to each household (through menus that some dwelling uses)."""
    for i in range(len(one)):
        join(parent, one[i], other[i])
    for m in range(len(menu_ptr) - 1):
        if not used[m]:
            continue
        for e in range(menu_ptr[m], menu_ptr[m + 1]):
            a = entry_app[e]
            if of_app[a] < 0:
                of_app[a] = first_menu + m
            elif of_app[a] != first_menu + m:
                join(parent, of_app[a], first_menu + m)
    for x in range(len(parent)):
        parent[x] = root(parent, x)
    for a in range(len(of_app)):
        if of_app[a] >= 0:
            of_app[a] = parent[of_app[a]]
