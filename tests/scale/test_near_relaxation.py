"""Long mixing programs: what the relaxation has whole is kept, and the answer is within the gap asked or searched for."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport.programs import Tail, solve_mip


def program(seed: int, n: int = 200, n_rows: int = 6):
    """Exchanges that lose or gain a little and fill rows whose leases are dear."""
    rng = np.random.default_rng(seed)
    n_cells = 40
    counts = sp.random(
        n, n_cells, 0.08, format="csr", random_state=seed, data_rvs=lambda k: rng.choice([-1, 1], k)
    )
    fixed = sp.csr_matrix(rng.integers(-3, 4, (n_cells, n_rows)) * (rng.random((n_cells, n_rows)) < 0.4))
    need = rng.integers(5, 60, n_rows)
    price = rng.integers(20, 200, n_rows).astype(float)
    tail = Tail(
        0, 0, n_rows, np.ones(n_rows), 1.0, -price, sp.eye(n_rows, format="csc"),
        sp.csr_matrix((n_cells, 0)), fixed, sp.csr_matrix(-fixed), need,
    )  # fmt: skip
    gain = rng.integers(-30, 6, n).astype(float)
    return tail, gain, counts.astype(np.int64), price


def worth(tail: Tail, gain: np.ndarray, counts: sp.csr_matrix, price: np.ndarray, taken: np.ndarray) -> float:
    missing = np.maximum(0, tail.constant + (taken @ counts) @ tail.fixed)
    return float(gain @ taken - price @ missing)


@pytest.mark.parametrize("seed", range(5))
def test_the_answer_is_whole_worth_what_it_says_and_within_the_gap(seed):
    tail, gain, counts, price = program(seed)
    base = np.zeros(counts.shape[1], np.int64)
    found = {}
    for many in (1 << 60, 1):
        policy = DEFAULT.having(primal__kept_from=many).primal
        answer = solve_mip(tail, gain, counts, base, nodes=2_000, absolute_gap=10.0, policy=policy)
        assert answer is not None and answer.finished
        assert set(np.unique(answer.columns)) <= {0, 1}
        assert worth(tail, gain, counts, price, answer.columns) == pytest.approx(answer.value, abs=1e-4)
        assert answer.value <= answer.bound + 1e-4 and answer.bound - answer.value <= 10.0 + 1e-4
        found[many] = answer
    assert abs(found[1].value - found[1 << 60].value) <= 10.0 + 1e-4
    assert found[1].bound >= found[1 << 60].value - 1e-4


def test_what_the_relaxation_cannot_reach_is_searched_for():
    """Half a lease of each of two exchanges is the relaxation's best: kept whole values alone are 45 short of it."""
    tail = Tail(
        0, 0, 1, np.ones(1), 1.0, np.array([-90.0]), sp.eye(1, format="csc"),
        sp.csr_matrix((1, 0)), sp.csr_matrix(np.array([[-2]])), sp.csr_matrix(np.array([[2]])), np.array([1]),
    )  # fmt: skip
    counts = sp.csr_matrix(np.array([[1]]))
    answer = solve_mip(
        tail,
        np.array([-60.0]),
        counts,
        np.zeros(1, np.int64),
        absolute_gap=1.0,
        policy=DEFAULT.having(primal__kept_from=1).primal,
    )
    assert answer is not None
    assert answer.columns.tolist() == [1]
    assert answer.value == pytest.approx(-60.0)
