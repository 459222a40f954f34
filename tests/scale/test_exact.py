"""The kernel against references that share nothing with it, on tiny random models: over a thousand in the long campaign."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.solve.transport import LabelledTransport, ScaleOptions, objective_of, solve_transport
from optimizer.solve.transport.certificate import bound_of, bound_of_leaves
from tests import campaign
from tests.campaign import few
from tests.scale.reference import optimum_by_enumeration, optimum_by_milp, random_model

ONE_THREAD = ScaleOptions(max_iterations=80, threads=1)


@pytest.mark.parametrize("seed", range(0, len(few(60)), 3))
def test_the_two_references_agree(seed: int) -> None:
    model = random_model(seed)
    if model.n_applicants <= 4 and len(model.seat_account) <= 3:
        assert optimum_by_milp(model) == optimum_by_enumeration(model)
    assert model.n_applicants < 7


@pytest.mark.parametrize("block", range(8))
def test_proven_optimum_equals_the_explicit_program(block: int) -> None:
    for seed in range(150 * block, 150 * block + campaign.part(150, len(few(30)))):
        model = random_model(seed, plain=seed % 5 == 0)
        best = optimum_by_milp(model)
        result = solve_transport(model, ONE_THREAD)
        assert result.stop_reason == "proven", f"seed {seed}"
        assert result.objective == best, f"seed {seed}"
        again = objective_of(model, result.assigned_class, result.account, result.seats)
        assert again == result.objective, f"seed {seed}"


@pytest.mark.parametrize("seed", few(40))
def test_certificates_bound_the_optimum_whatever_stopped_the_run(seed: int) -> None:
    model = random_model(seed + 5_000)
    result = solve_transport(model, ScaleOptions(max_iterations=2, threads=1, max_leaves=0))
    best = optimum_by_milp(model)
    assert result.objective <= best <= bound_of(model, result.certificate) // result.certificate.quantum
    assert best <= result.bound


def test_any_multipliers_and_prices_bound_the_optimum() -> None:
    rng = np.random.default_rng(3)
    for seed in few(60):
        model = random_model(seed + 9_000)
        certificate = solve_transport(model, ScaleOptions(max_iterations=1, threads=1)).certificate
        y = rng.integers(0, model.row_price * certificate.quantum + 1)
        price = rng.integers(-2_000, 8_000, model.n_classes)
        cuts = np.zeros(len(certificate.cuts), np.int64)
        wild = type(certificate)(certificate.quantum, y, certificate.cuts, cuts, price)
        assert optimum_by_milp(model) <= bound_of(model, wild) // wild.quantum, f"seed {seed}"


def test_multipliers_above_the_price_are_refused() -> None:
    model = random_model(11)
    seed = 11
    while not model.n_rows:
        seed += 1
        model = random_model(seed)
    certificate = solve_transport(model, ONE_THREAD).certificate
    greedy = type(certificate)(
        certificate.quantum,
        model.row_price * certificate.quantum + 1,
        (),
        np.zeros(0, np.int64),
        certificate.class_price,
    )
    with pytest.raises(ValueError, match="out of its range"):
        bound_of(model, greedy)


def test_leaves_that_miss_a_case_are_refused() -> None:
    for seed in range(400):
        model = random_model(seed)
        result = solve_transport(model, ONE_THREAD)
        if len(result.leaves) > 1:
            assert bound_of_leaves(model, result.leaves) >= result.objective
            with pytest.raises(ValueError, match="do not cover"):
                bound_of_leaves(model, result.leaves[:-1])
            return
    pytest.fail("no model needed a case distinction")


def _single(value: int, capacity: int, applicants: int, need: int, price: int) -> LabelledTransport:
    """One class, one account, one row asking for ``need`` leases."""
    return LabelledTransport(
        n_applicants=applicants,
        n_groups=1,
        n_types=1,
        capacity=np.array([capacity]),
        class_menu=np.zeros(1, np.int32),
        class_group=np.zeros(1, np.int32),
        menu_start=np.array([0, applicants]),
        entry_applicant=np.arange(applicants, dtype=np.int32),
        entry_value=np.full(applicants, value, np.int64),
        entry_type=np.zeros(applicants, np.int32),
        option_start=np.array([0, 1]),
        option_account=np.zeros(1, np.int32),
        option_value=np.zeros(1, np.int64),
        effect_start=np.array([0, 1]),
        effect_row=np.zeros(1, np.int32),
        effect_coef=np.array([-1]),
        row_constant=np.array([need]),
        row_price=np.array([price]),
    )


@pytest.mark.parametrize(
    ("value", "capacity", "applicants", "need", "price", "expected"),
    [
        (10, 0, 5, 0, 7, 0),  # no dwelling
        (10, 3, 0, 0, 7, 0),  # no applicant
        (10, 2, 5, 9, 7, 20 - 7 * 7),  # a quota nobody can fill
        (-10, 2, 5, 0, 7, 0),  # nobody is worth housing
        (-10, 2, 5, 2, 7, -14),  # cheaper to miss the quota
        (-10, 2, 5, 2, 12, -20),  # cheaper to house at a loss
        (100_000_000, 3, 9, 2, 1_000, 300_000_000),  # scores of a million points in hundredths
    ],
)
def test_hard_cases_have_defined_answers(
    value: int, capacity: int, applicants: int, need: int, price: int, expected: int
) -> None:
    result = solve_transport(_single(value, capacity, applicants, need, price), ONE_THREAD)
    assert (result.objective, result.bound, result.stop_reason) == (expected, expected, "proven")
    assert int(result.shortfall[0]) == max(0, need - int((result.assigned_class >= 0).sum()))


def test_malformed_models_are_refused() -> None:
    good = _single(1, 1, 2, 0, 1)
    for field, value in (
        ("capacity", np.array([-1])),
        ("menu_start", np.array([0, 1])),
        ("entry_applicant", np.array([0, 7], np.int32)),
        ("row_price", np.array([-3])),
        ("effect_row", np.array([4], np.int32)),
    ):
        broken = type(good)(**{**good.__dict__, field: value})
        with pytest.raises(ValueError, match="labelled transport"):
            solve_transport(broken)
