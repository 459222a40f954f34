"""Which account a letting is counted on, where the mechanism does not care: the one whose flux lags most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.compiled import njit
from optimizer.fairness.lottery import Allocation, allocation
from optimizer.fairness.market import Market
from optimizer.problem.model import RATE_UNIT

ANY = -1
"""Row of a pick that may count in any."""


def on_accounts(
    market: Market, picks: Sequence[tuple[int, int]], wanted: Sequence[int | None] = ()
) -> Allocation:
    """Give each (application, class), in that order, the option whose account has the largest flux deficit.

    The deficit of a line of the flux is ``rate × den − num`` over the picks so far, in ten-thousandths of a lease; an
    account without a line has none. Equal deficits: the first option.

    Parameters
    ----------
    wanted : row of a rule each pick should count in the numerator of, where one of its options does (None: any).
    """
    kinds = market.kinds
    app = np.array([a for a, _ in picks], np.int64)
    klass = np.array([c for _, c in picks], np.int64)
    asked = np.full(len(picks), ANY, np.int64)
    for i, row in enumerate(wanted[: len(picks)]):
        asked[i] = ANY if row is None else row
    found = _lagging(
        market.pair_of(app, klass),
        asked,
        (market.option_ptr, market.option_kind),
        (kinds.ptr, kinds.row, kinds.num, kinds.den),
        np.array([row.rate for row in market.rows], np.int64),
        np.array([row.rule == "flux" for row in market.rows], bool),
    )
    return allocation(list(zip(app.tolist(), klass.tolist(), found.tolist(), strict=True)))


@njit(cache=True, nogil=True)
def _lagging(pairs, asked, options, marks, rate, flux):  # type: ignore[no-untyped-def]
    """Kind of each pick, counted one after the other."""
    option_ptr, option_kind = options
    ptr, row, num, den = marks
    counted, based = np.zeros(len(rate), np.int64), np.zeros(len(rate), np.int64)
    found = np.empty(len(pairs), np.int64)
    for i in range(len(pairs)):
        first, last = option_ptr[pairs[i]], option_ptr[pairs[i] + 1]
        some = False
        for o in range(first, last):
            some = some or _counts(option_kind[o], asked[i], marks)
        best, lag = -1, np.int64(0)
        for o in range(first, last):
            kind = option_kind[o]
            if some and not _counts(kind, asked[i], marks):
                continue
            deficit, told = np.int64(0), False
            for k in range(ptr[kind], ptr[kind + 1]):
                if num[k] and flux[row[k]]:
                    lacks = rate[row[k]] * based[row[k]] - RATE_UNIT * counted[row[k]]
                    deficit = max(deficit, lacks) if told else lacks
                    told = True
            if best < 0 or deficit > lag:
                best, lag = kind, deficit
        for k in range(ptr[best], ptr[best + 1]):
            counted[row[k]] += num[k]
            based[row[k]] += den[k]
        found[i] = best
    return found


@njit(cache=True, nogil=True)
def _counts(kind, asked, marks):  # type: ignore[no-untyped-def]
    """Whether a kind counts in the numerator of a row."""
    ptr, row, num, _ = marks
    for k in range(ptr[kind], ptr[kind + 1]):
        if row[k] == asked and num[k]:
            return True
    return False
