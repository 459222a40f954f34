"""A floor under the engine's time: the same pairs without a rule, solved by SciPy."""

from __future__ import annotations

import time

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.peers.program import explicit_pairs
from optimizer.solve.transport import LabelledTransport


def scipy_floor(model: LabelledTransport) -> tuple[int, float]:
    """Value and seconds of SciPy's sparse assignment without any rule; the matrix is built before the clock starts.

    One dummy applicant of value 1 per dwelling makes a full matching exist.
    """
    dwelling, who, value, _ = explicit_pairs(model)
    n = int(model.capacity.sum())
    dummy = np.arange(n)
    rows, cols = np.r_[dwelling, dummy], np.r_[who, model.n_applicants + dummy]
    weights = np.r_[value + 1, np.ones(n, np.int64)].astype(float)
    matrix = sp.csr_matrix((weights, (rows, cols)), shape=(n, model.n_applicants + n))
    began = time.perf_counter()
    row, col = min_weight_full_bipartite_matching(matrix, maximize=True)
    seconds = time.perf_counter() - began
    return int(matrix[row, col].sum()) - n, seconds
