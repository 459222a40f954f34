"""Which account a letting is counted on, where the mechanism does not care: the one whose flux lags most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.fairness.lottery import Allocation, allocation
from optimizer.fairness.market import Market
from optimizer.problem.model import RATE_UNIT


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
    flux = np.array([row.rule == "flux" for row in market.rows], bool)
    rate = [row.rate for row in market.rows]
    num, den = [0] * len(market.rows), [0] * len(market.rows)
    found = []
    pairs = market.pair_of(
        np.array([a for a, _ in picks], np.int64), np.array([c for _, c in picks], np.int64)
    )
    for i, ((app, klass), pair) in enumerate(zip(picks, pairs.tolist(), strict=True)):
        options = market.options(pair)
        row = wanted[i] if i < len(wanted) else None
        if row is not None:
            counted = [k for k in options if _counts(market, k, row)]
            options = counted or options
        best, lag = options[0], None
        for kind in options:
            rows, nums, _, _ = market.marks(kind)
            here = [
                rate[r] * den[r] - RATE_UNIT * num[r]
                for r, n in zip(rows.tolist(), nums.tolist(), strict=True)
                if n and flux[r]
            ]
            deficit = max(here, default=0)
            if lag is None or deficit > lag:
                best, lag = kind, deficit
        rows, nums, dens, _ = market.marks(best)
        for r, n, d in zip(rows.tolist(), nums.tolist(), dens.tolist(), strict=True):
            num[r] += n
            den[r] += d
        found.append((app, klass, best))
    return allocation(found)


def _counts(market: Market, kind: int, row: int) -> bool:
    rows, nums, _, _ = market.marks(kind)
    return any(r == row and n for r, n in zip(rows.tolist(), nums.tolist(), strict=True))
