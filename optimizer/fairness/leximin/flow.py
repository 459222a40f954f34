"""The most equal chances where capacities alone limit them: groups of types and the classes that only they take, found by cuts.

With capacities only, the chances of leximin are those of a flow: the types that are worst off are those whose classes, all together,
hold least for each of them. They take these classes whole, share them evenly, and the rest is a smaller market of the same form
(Megiddo 1974; Gallo, Grigoriadis & Tarjan 1989). A cut finds the groups by halves instead of one after the other, in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.problem.model import I64


@dataclass(frozen=True)
class Group:
    """Types that have one chance, and the classes that they alone take.

    Attributes
    ----------
    types, classes : numbers, ascending
    chance : exact
    """

    types: I64
    classes: I64
    chance: Fraction


def even_groups(
    owner: I64, klass: I64, people: I64, capacity: I64
) -> tuple[list[Group], NDArray[np.float64]]:
    """Groups in the order of their chances, and a flow that gives them.

    Parameters
    ----------
    owner, klass : (N,) type and class of each column; of columns with the same two the first is used
    people : (T,) of each type
    capacity : (K,) of each class

    Returns
    -------
    groups : each type is in one of them; a class that nobody reaches in none
    y : (N,) people of each column
    """
    t, k = len(people), len(capacity)
    key, column = np.unique(owner.astype(np.int64) * max(1, k) + klass, return_index=True)
    arc_type, arc_class = key // max(1, k), key % max(1, k)
    y = np.zeros(len(owner))
    found: list[Group] = []
    parts = [(np.arange(t), np.arange(len(key)))]
    while parts:
        types, arcs = parts.pop()
        if not len(types):
            continue
        classes, at_class = np.unique(arc_class[arcs], return_inverse=True)
        at_type = np.searchsorted(types, arc_type[arcs])
        held, wanted = int(capacity[classes].sum()), int(people[types].sum())
        chance = Fraction(min(held, wanted), wanted)
        # whole numbers: a person is `denominator` units of flow, a dwelling as many
        supply = people[types] * chance.numerator
        room = capacity[classes] * chance.denominator
        flow, low, taken = _largest_flow(at_type, at_class, supply, room)
        if int(flow.sum()) == int(supply.sum()):
            found.append(Group(types, classes[taken] if chance == 1 else classes, chance))
            y[column[arcs]] = flow / chance.denominator
            continue
        inside = low[at_type]
        reached = np.zeros(len(classes), bool)
        reached[at_class[inside]] = True
        parts.append((types[~low], arcs[~inside & ~reached[at_class]]))
        parts.append((types[low], arcs[inside]))
    found.sort(key=lambda g: (g.chance, int(g.types[0])))
    return found, y


def _largest_flow(
    at_type: I64, at_class: I64, supply: I64, room: I64
) -> tuple[I64, NDArray[np.bool_], NDArray[np.bool_]]:
    """A largest flow of whole amounts, the types that a unit left over could come from, and the classes used.

    ``at_type`` ascends.
    """
    order = np.argsort(at_class, kind="stable").astype(np.int64)
    type_ptr = np.concatenate([[0], np.cumsum(np.bincount(at_type, minlength=len(supply)))]).astype(np.int64)
    class_ptr = np.concatenate([[0], np.cumsum(np.bincount(at_class, minlength=len(room)))]).astype(np.int64)
    flow = np.zeros(len(at_type), np.int64)
    left, free = supply.astype(np.int64), room.astype(np.int64)
    reached = _augmented(
        at_type.astype(np.int64), at_class.astype(np.int64), type_ptr, class_ptr, order, flow, left, free
    )
    return flow, reached, free < room


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _augmented(
    at_type: Any,
    at_class: Any,
    type_ptr: Any,
    class_ptr: Any,
    class_arcs: Any,
    flow: Any,
    left: Any,
    free: Any,
) -> Any:
    """Dinic's phases: fill ``flow``, take it from ``left`` of the types and ``free`` of the classes; the types reached at the end."""
    types, classes = len(left), len(free)
    for t in range(types):
        for e in range(type_ptr[t], type_ptr[t + 1]):
            amount = min(left[t], free[at_class[e]])
            if amount > 0:
                flow[e] += amount
                left[t] -= amount
                free[at_class[e]] -= amount
    of_type, of_class = np.empty(types, np.int64), np.empty(classes, np.int64)
    queue = np.empty(types, np.int64)
    next_type, next_class = np.empty(types, np.int64), np.empty(classes, np.int64)
    path = np.empty(2 * min(types, classes) + 2, np.int64)
    while True:
        of_type[:] = -1
        of_class[:] = -1
        head, tail, last = 0, 0, -1
        for t in range(types):
            if left[t] > 0:
                of_type[t] = 0
                queue[tail] = t
                tail += 1
        while head < tail:
            t = queue[head]
            head += 1
            if last >= 0 and of_type[t] >= last:
                break
            for e in range(type_ptr[t], type_ptr[t + 1]):
                c = at_class[e]
                if of_class[c] >= 0:
                    continue
                of_class[c] = of_type[t] + 1
                if free[c] > 0:
                    last = of_class[c]
                    continue
                for i in range(class_ptr[c], class_ptr[c + 1]):
                    back = class_arcs[i]
                    other = at_type[back]
                    if flow[back] > 0 and of_type[other] < 0:
                        of_type[other] = of_class[c] + 1
                        queue[tail] = other
                        tail += 1
        if last < 0:
            return of_type >= 0
        next_type[:] = type_ptr[:-1]
        next_class[:] = class_ptr[:-1]
        for start in range(types):
            while left[start] > 0 and of_type[start] == 0:
                length = 0
                t = start
                arrived = False
                while True:
                    # one arc onward to a class of the next level, then back along one that carries flow
                    c = -1
                    while next_type[t] < type_ptr[t + 1]:
                        e = next_type[t]
                        if of_class[at_class[e]] == of_type[t] + 1:
                            c = at_class[e]
                            break
                        next_type[t] += 1
                    if c < 0:
                        of_type[t] = -2
                        if length == 0:
                            break
                        next_class[at_class[path[length - 1]]] += 1
                        length -= 2
                        t = at_type[path[length]]
                        continue
                    path[length] = next_type[t]
                    if free[c] > 0:
                        length += 1
                        arrived = True
                        break
                    on = -1
                    if of_class[c] < last:
                        while next_class[c] < class_ptr[c + 1]:
                            back = class_arcs[next_class[c]]
                            if flow[back] > 0 and of_type[at_type[back]] == of_class[c] + 1:
                                on = back
                                break
                            next_class[c] += 1
                    if on < 0:
                        of_class[c] = -2
                        next_type[t] += 1
                        continue
                    path[length + 1] = on
                    length += 2
                    t = at_type[on]
                if not arrived:
                    break
                amount = min(left[start], free[at_class[path[length - 1]]])
                for i in range(1, length, 2):
                    amount = min(amount, flow[path[i]])
                left[start] -= amount
                free[at_class[path[length - 1]]] -= amount
                for i in range(0, length, 2):
                    flow[path[i]] += amount
                for i in range(1, length, 2):
                    flow[path[i]] -= amount
