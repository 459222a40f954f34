"""Compiled passes over the applications that reach a commune, for the counts of `misses`."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.eligibility.pairs import ACCESSIBLE, CEILING, FORBIDDEN, OWN_DWELLING, ROOMS


@njit(cache=True, nogil=True)
def tally(  # type: ignore[no-untyped-def]
    rooms, above, far, barred, home, here, inside, dwelling, times, count, over, apps, excess, financing, mine
):  # fmt: skip
    """First code of each application at a kind of dwelling, added to ``count``; positions of those nothing refuses.

    ``rooms``: accepted; ``above`` the ceiling by ``over`` cents; ``far``: cannot reach it; ``here`` and ``inside``
    (district): empty where they refuse nobody. The smallest ``excess`` of each application keeps its financing.
    """
    fine = np.empty(len(apps), np.int32)
    n = 0
    for i in range(len(apps)):
        if len(inside) and not inside[i]:
            continue
        if not rooms[i]:
            code = ROOMS
        elif above[i]:
            code = CEILING
            if over[i] < excess[apps[i]]:
                excess[apps[i]] = over[i]
                financing[apps[i]] = mine
        elif far[i]:
            code = ACCESSIBLE
        elif home[i] == dwelling:
            code = OWN_DWELLING
        elif barred[i] or (len(here) and here[i]):
            code = FORBIDDEN
        else:
            fine[n] = i
            n += 1
            continue
        count[i, code] += times
    return fine[:n].copy()
