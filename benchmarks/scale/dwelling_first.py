"""The textbook oracle without rules: dwellings inserted one by one, every list entry scanned.

Same problem, same lists, compiled the same way as the kernel; only the algorithm differs. It is the yardstick for
"how far from the problem without rules", and shows what inserting applicants with pair filters brings.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.solve.transport import LabelledTransport
from optimizer.solve.transport.heap import pop, push

FAR = np.int64(1) << np.int64(60)


@njit(cache=True, nogil=True)
def _insert_all(capacity, class_menu, start, who, value, n_applicants):  # type: ignore[no-untyped-def]
    """Shortest augmenting paths from each dwelling; lists sorted by falling value. Returns the total value."""
    n = len(capacity)
    price = np.zeros(n_applicants, np.int64)
    owner = np.full(n_applicants, -1, np.int32)
    slot = np.zeros(n_applicants, np.int64)
    offset = np.zeros(n + 1, np.int64)
    for k in range(n):
        offset[k + 1] = offset[k] + capacity[k]
    member = np.empty(offset[n], np.int32)
    count = np.zeros(n, np.int64)
    surplus = np.zeros(n, np.int64)
    dist = np.full(n, FAR, np.int64)
    done = np.zeros(n, np.bool_)
    before = np.empty(n, np.int32)
    through = np.empty(n, np.int32)
    touched = np.empty(n, np.int32)
    keys = np.empty(1 << 16, np.int64)
    vals = np.empty(1 << 16, np.int32)
    length = np.empty(n, np.int64)
    for k in range(n):
        length[k] = start[class_menu[k] + 1] - start[class_menu[k]]
    for root in np.argsort(length):
        m = class_menu[root]
        for j in range(start[m], start[m + 1]):
            surplus[root] = max(surplus[root], value[j] - price[who[j]])
        for _ in range(capacity[root]):
            if surplus[root] <= 0:
                break
            n_touched = 1
            touched[0] = root
            dist[root] = 0
            before[root] = -1
            n_heap = push(keys, vals, 0, np.int64(0), np.int32(root))
            best = FAR
            end = -1
            taken = -1
            while n_heap > 0:
                k = vals[0]
                d = keys[0]
                n_heap = pop(keys, vals, n_heap)
                if d >= best:
                    break
                if done[k] or d > dist[k]:
                    continue
                done[k] = True
                reach = d + surplus[k]
                if reach < best:
                    best, end, taken = reach, k, -1
                m = class_menu[k]
                for j in range(start[m], start[m + 1]):
                    if reach - value[j] >= best:
                        break
                    a = who[j]
                    nd = reach - value[j] + price[a]
                    if nd < best:
                        q = owner[a]
                        if q < 0:
                            best, end, taken = nd, k, a
                        elif not done[q] and nd < dist[q]:
                            if dist[q] == FAR:
                                touched[n_touched] = q
                                n_touched += 1
                            dist[q] = nd
                            before[q] = k
                            through[q] = a
                            if n_heap == len(keys):
                                keys = np.concatenate((keys, np.empty(n_heap, np.int64)))
                                vals = np.concatenate((vals, np.empty(n_heap, np.int32)))
                            n_heap = push(keys, vals, n_heap, nd, np.int32(q))
            for i in range(n_touched):
                q = touched[i]
                if dist[q] < best:
                    surplus[q] -= best - dist[q]
                    for s in range(offset[q], offset[q] + count[q]):
                        price[member[s]] += best - dist[q]
            k = end
            if taken < 0 and before[k] >= 0:  # the end class gives a dwelling up
                s = slot[through[k]]
                count[k] -= 1
                moved = member[offset[k] + count[k]]
                member[s] = moved
                slot[moved] = s
                taken = through[k]
                k = before[k]
            while taken >= 0:
                if before[k] < 0:
                    s = offset[k] + count[k]
                    count[k] += 1
                    leaving = -1
                else:
                    leaving = through[k]
                    s = slot[leaving]
                member[s] = taken
                slot[taken] = s
                owner[taken] = k
                taken = leaving
                k = before[k]
            for i in range(n_touched):
                dist[touched[i]] = FAR
                done[touched[i]] = False
    total = np.int64(0)
    for k in range(n):
        total += surplus[k] * capacity[k]
    for a in range(n_applicants):
        total += price[a]
    return total


def sorted_lists(model: LabelledTransport) -> tuple[np.ndarray, np.ndarray]:
    """Entries by menu and falling value, prepared before the clock starts."""
    menu = np.repeat(np.arange(len(model.menu_start) - 1), np.diff(model.menu_start))
    order = np.lexsort((-model.entry_value.astype(np.int64), menu))
    return model.entry_applicant[order], model.entry_value[order].astype(np.int64)


def solve(model: LabelledTransport, lists: tuple[np.ndarray, np.ndarray]) -> int:
    """Optimum without rules (labels' own values ignored)."""
    return int(_insert_all(model.capacity, model.class_menu, model.menu_start, *lists, model.n_applicants))
