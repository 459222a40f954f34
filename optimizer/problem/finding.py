"""Where a household stands in the menu of a dwelling: the entries of many pairs found in one compiled pass."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.problem.model import I32, I64, B, Problem


def entries_of_pairs(problem: Problem, dwelling: I32, app: I32) -> I64:
    """(n,) position in ``problem.entry_*`` of each pair, -1 when the household is not on the menu of the dwelling."""
    entry = np.full(len(dwelling), -1, np.int64)
    menu = problem.class_menu[problem.klass[dwelling]] if len(dwelling) else np.zeros(0, np.int32)
    _find(problem.entry_app, problem.menu_ptr, menu, app, entry)
    return entry


def may_be_first(problem: Problem, dwelling: I32, entry: I64, kind: I32) -> B:
    """(n,) whether the kind may be the first rank of that entry on that dwelling."""
    options = problem.options
    group = problem.class_group[problem.klass[dwelling]].astype(np.int64)
    key = group * problem.n_types + problem.entry_type[entry]
    fine = np.zeros(len(entry), np.bool_)
    if not len(options.key):
        return fine
    at = np.minimum(np.searchsorted(options.key, key), len(options.key) - 1)
    known = options.key[at] == key
    begin, end = options.ptr[at], options.ptr[at + 1]
    for step in range(int((end - begin).max(initial=0))):
        here = np.flatnonzero(known & (begin + step < end))
        one = begin[here] + step
        fine[here] |= (options.kind[one] == kind[here]) & options.first[one]
    return fine


@njit(cache=True, nogil=True)
def _find(apps, menu_ptr, menu, app, entry):  # type: ignore[no-untyped-def]
    for i in range(len(menu)):
        for e in range(menu_ptr[menu[i]], menu_ptr[menu[i] + 1]):
            if apps[e] == app[i]:
                entry[i] = e
                break
