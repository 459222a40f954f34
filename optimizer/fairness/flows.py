"""Chances without rules as a lottery: every chance is a flow, and a whole flow is drawn that keeps every expectation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.fairness.accounts import on_accounts
from optimizer.fairness.lottery import Allocation, Draw, Lottery, drawn
from optimizer.fairness.market import Market
from optimizer.problem.model import I32, I64

F = NDArray[np.float64]
FEW = 1e-9
"""A part of a dwelling this near to none or to a whole one is that."""


def as_lottery(market: Market, groups: I32, shares: Mapping[tuple[int, int], Fraction]) -> Lottery:
    """The lottery whose chances are ``shares`` (of one member of a group at a class): exact chances, allocations drawn by hash."""
    size = np.bincount(groups).tolist() if len(groups) else []
    ordered = sorted((g, c) for (g, c), x in shares.items() if x)
    flow = WholeFlow(
        np.array([g for g, _ in ordered], np.int64),
        np.array([c for _, c in ordered], np.int64),
        np.array([float(shares[key] * size[key[0]]) for key in ordered]),
        len(size),
        market.n_classes,
    )
    members: list[list[int]] = [[] for _ in size]
    for a, g in enumerate(groups.tolist()):
        members[g].append(a)
    names = [str(name) for name in market.application_ids]

    def sample(draw: Draw) -> Allocation:
        picks: list[tuple[int, int]] = []
        places: dict[int, list[int]] = {}
        whole = flow.draw(draw)
        for i in np.flatnonzero(whole).tolist():
            g, c = ordered[i]
            places.setdefault(g, []).extend([c] * int(whole[i]))
        for g, classes in sorted(places.items()):
            mine = drawn(members[g], len(classes), names[members[g][0]], draw)
            picks += list(zip(mine, classes, strict=False))
        return on_accounts(market, picks)

    return Lottery(market, groups, dict(shares), sampler=sample)


class WholeFlow:
    """A fractional flow, rounded at random: every amount is its expectation, every sum of a group or class is rounded up or down.

    A group and a class beyond the others take what is missing to whole sums, so that fractional amounts always lie on a cycle. One
    step moves the same amount up and down around a cycle, as far as the first whole number, in one of the two directions
    with the odds that keep every expectation.

    References
    ----------
    Gandhi, Khuller, Parthasarathy & Srinivasan (2006), Dependent rounding, Journal of the ACM 53, doi:10.1145/1147954.1147956.
    """

    def __init__(self, group: I64, klass: I64, amount: F, groups: int, classes: int) -> None:
        self._n = len(amount)
        by_group = np.bincount(group, amount, groups)
        by_class = np.bincount(klass, amount, classes)
        more_g, more_c = np.ceil(by_group - FEW) - by_group, np.ceil(by_class - FEW) - by_class
        g, c = np.flatnonzero(more_g > FEW), np.flatnonzero(more_c > FEW)
        corner = float(more_c[c].sum()) % 1.0
        self._group = np.concatenate([group, g, np.full(len(c), groups), [groups]]).astype(np.int64)
        self._class = np.concatenate([klass, np.full(len(g), classes), c, [classes]]).astype(np.int64)
        whole = np.concatenate([amount, more_g[g], more_c[c], [1.0 - corner if corner > FEW else 0.0]])
        near = np.rint(whole)
        whole = np.where(np.abs(whole - near) < FEW, near, whole)
        self._floor = np.floor(whole).astype(np.int64)
        self._part = whole - self._floor
        self._sizes = groups + 1, classes + 1
        self._of_group = _lists(self._group, groups + 1)
        self._of_class = _lists(self._class, classes + 1)

    def draw(self, draw: Draw) -> I64:
        """(edges,) whole amounts."""
        part = self._part.copy()
        steps = int((part > 0).sum())
        # the walk puts whole edges last in these lists: another draw begins from the same ones
        (g_ptr, g_list), (c_ptr, c_list) = self._of_group, self._of_class
        _round(
            self._group,
            self._class,
            part,
            g_ptr,
            g_list.copy(),
            c_ptr,
            c_list.copy(),
            self._sizes[1],
            _units(draw, steps + 1),
            FEW,
        )
        return np.asarray(self._floor[: self._n] + np.rint(part[: self._n]).astype(np.int64))


def _lists(at: I64, size: int) -> tuple[I64, I64]:
    order = np.argsort(at, kind="stable").astype(np.int64)
    return np.concatenate([[0], np.cumsum(np.bincount(at, minlength=size))]).astype(np.int64), order


def _units(draw: Draw, n: int) -> F:
    """n numbers of [0, 1) from successive digests of the draw."""
    head = f"{draw.seed}|round|{draw.index}|"
    digests = b"".join(hashlib.sha256(f"{head}{i}".encode()).digest() for i in range((n + 3) // 4))
    return np.asarray((np.frombuffer(digests, ">u8")[:n] >> np.uint64(11)).astype(np.float64) / 2.0**53)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _other(at: Any, came: Any, part: Any, ptr: Any, lists: Any, left: Any) -> Any:
    """A fractional edge of a vertex other than ``came``, −1: none; whole ones are taken off its list on the way."""
    i = 0
    while i < left[at]:
        e = lists[ptr[at] + i]
        if part[e] <= 0.0:
            last = ptr[at] + left[at] - 1
            lists[ptr[at] + i], lists[last] = lists[last], e
            left[at] -= 1
        elif e != came:
            return e
        else:
            i += 1
    return -1


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _round(
    group: Any,
    klass: Any,
    part: Any,
    g_ptr: Any,
    g_list: Any,
    c_ptr: Any,
    c_list: Any,
    classes: Any,
    units: Any,
    few: Any,
) -> None:
    """Round ``part`` in place, cycle by cycle."""
    c_left = c_ptr[1:] - c_ptr[:-1]
    g_left = g_ptr[1:] - g_ptr[:-1]
    path = np.empty(2 * classes + 2, np.int64)
    seen = np.full(classes, -1, np.int64)
    step = 0
    for start in range(classes):
        while True:
            seen[:] = -1
            length = 0
            at = start
            came = -1
            lost = False
            while seen[at] < 0:
                seen[at] = length
                out = _other(at, came, part, c_ptr, c_list, c_left)
                if out < 0:
                    lost = True
                    break
                back = _other(group[out], out, part, g_ptr, g_list, g_left)
                if back < 0:
                    lost = True
                    path[length] = out
                    length += 1
                    break
                path[length] = out
                path[length + 1] = back
                length += 2
                came = back
                at = klass[back]
            if length == 0:
                break
            first = 0 if lost else seen[at]
            if length - first > 2 and path[first] == path[length - 1]:
                # the cycle closes through the group it left by the same edge, which stays as it is
                first += 1
                length -= 1
            up, down = 2.0, 2.0
            for i in range(first, length):
                x = part[path[i]]
                if (i - first) % 2 == 0:
                    up, down = min(up, 1.0 - x), min(down, x)
                else:
                    up, down = min(up, x), min(down, 1.0 - x)
            move = up if units[step % len(units)] * (up + down) < down else -down
            step += 1
            for i in range(first, length):
                e = path[i]
                part[e] += move if (i - first) % 2 == 0 else -move
                if part[e] < few:
                    part[e] = 0.0
                elif part[e] > 1.0 - few:
                    part[e] = -1.0
    for e in range(len(part)):
        if part[e] < 0.0:
            part[e] = 1.0
