"""The first refusal code of any pair, the account question included (design §4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts
from optimizer.eligibility.naming import naming
from optimizer.eligibility.pairs import ACCOUNT, before_account


def pair_code(facts: Facts, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.int8]:
    """First refusal code of each pair (number in `CODES` from 1), 0 when eligible. Defined for any pair.

    Work in progress on the dwelling is no code: it holds the dwelling back from the run, whoever the household is.
    """
    out = before_account(facts, dwelling, apps)
    open_ = np.flatnonzero(out == 0)
    if len(open_):
        _, eligible, _ = naming(facts, dwelling, apps[open_])
        out[open_[~eligible.any(axis=1)]] = ACCOUNT
    return out
