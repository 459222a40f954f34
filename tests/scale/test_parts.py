"""Parts of the kernel on their own: exchanges, cuts, rooms, branches, numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.scale.families import FAMILIES
from optimizer.solve.transport.branching import covers_all
from optimizer.solve.transport.capacities import with_rooms
from optimizer.solve.transport.certificate import room_bound
from optimizer.solve.transport.exchanges import apply_exchanges, exchanges_between
from optimizer.solve.transport.lagrangian import Lagrangian
from optimizer.solve.transport.leases import cell_counts, class_counts, total_value
from optimizer.solve.transport.mir import CutMaker, propose_cuts
from optimizer.solve.transport.model import Branch, LabelledTransport, RowSumCut
from optimizer.solve.transport.rows import with_cuts
from optimizer.solve.transport.run import choose_quantum, objective_grid
from tests.campaign import few
from tests.scale.reference import random_model


def _prices(model: LabelledTransport, seed: int, quantum: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random(model.n_rows) * model.row_price * quantum * 0.1).astype(np.int64)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["tight", "full_like"])
def test_any_subset_of_pieces_is_an_assignment_and_adds_up(name: str, seed: int) -> None:
    model = FAMILIES[name](60, 300, seed)
    structure, rows = with_cuts(model, (), exact_rooms=False)
    oracle = Lagrangian(structure, rows, 256, 1)
    first, second = (oracle.solve(_prices(model, 10 * seed + i, 256)).leases for i in (1, 2))
    exchanges = exchanges_between(structure, first, second)
    assert exchanges.n > 1
    chosen = np.random.default_rng(seed).random(exchanges.n) < 0.5
    mixed = apply_exchanges(first, exchanges, chosen)
    assert (np.diff(mixed.applicant) > 0).all()
    assert (class_counts(structure, mixed) <= structure.capacity).all()
    assert total_value(structure, mixed) == total_value(structure, first) + int(exchanges.gain[chosen].sum())
    moved = np.asarray(exchanges.counts[chosen].sum(axis=0)).ravel()
    assert np.array_equal(cell_counts(structure, mixed), cell_counts(structure, first) + moved)
    everything = apply_exchanges(first, exchanges, np.ones(exchanges.n, bool))
    assert np.array_equal(everything.klass, second.klass)


def _solutions(model: LabelledTransport, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Random feasible (option counts, seat counts)."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(30):
        left = model.capacity.copy()
        options = np.zeros(len(model.option_account), np.int64)
        seats = np.zeros(len(model.seat_account), np.int64)
        for a in rng.permutation(model.n_applicants):
            k = int(rng.integers(0, model.n_classes)) if model.n_classes else 0
            if not model.n_classes or not left[k] or rng.random() < 0.2:
                continue
            span = range(*model.menu_start[model.class_menu[k] : model.class_menu[k] + 2])
            for j in span:
                cell = model.class_group[k] * model.n_types + model.entry_type[j]
                may = range(*model.option_start[cell : cell + 2])
                if model.entry_applicant[j] == a and len(may):
                    options[rng.choice(may)] += 1
                    left[k] -= 1
        for k in range(model.n_classes if len(model.seat_start) else 0):
            for s in range(*model.seat_start[k : k + 2]):
                taken = int(rng.integers(0, left[k] + 1))
                seats[s] += taken
                left[k] -= taken
        out.append((options, seats))
    return out


def test_cuts_hold_for_every_solution() -> None:
    met = 0
    for seed in few(300):
        model = random_model(seed)
        structure, _ = with_cuts(model, (), exact_rooms=False)
        cuts = propose_cuts(model)
        maker = CutMaker(model)
        for options, seats in _solutions(model, seed):
            need = model.row_constant + maker.options.T @ options + maker.seats.T @ seats
            missing = np.maximum(0, need)
            for cut in (*cuts, *with_rooms(structure, cuts)):
                constant, o, oc, s, sc = maker.row(cut)
                asked = constant + int(oc @ options[o]) + int(sc @ seats[s])
                assert int(missing[list(cut.rows)] @ np.array(cut.weights)) >= asked, (seed, cut)
                met += 1
    assert met > 1_000


def test_rooms_are_proven_by_their_cover() -> None:
    tightened = 0
    for seed in range(8):
        model = FAMILIES["relaxed"](20, 90, seed)
        structure, _ = with_cuts(model, (), exact_rooms=False)
        for cut in with_rooms(structure, propose_cuts(model)):
            if cut.room >= 0:
                tightened += 1
                assert room_bound(model, cut) == cut.room
                assert room_bound(model, replace(cut, cover=())) >= cut.room
    assert tightened > 0


def test_ill_formed_cuts_are_refused() -> None:
    model = FAMILIES["tight"](20, 60, 1)
    for cut in (RowSumCut((0,), (0,), 4, 0), RowSumCut((0, 0), (1, 1), 4, 0), RowSumCut((0,), (1,), 0, 0)):
        with pytest.raises(ValueError, match="must be positive"):
            CutMaker(model).row(cut)


def test_cases_cover_everything_or_not() -> None:
    low, high = Branch(0, True, False, 3), Branch(0, True, True, 4)
    deep_low, deep_high = Branch(1, False, False, 0), Branch(1, False, True, 1)
    assert covers_all([(low,), (high,)])
    assert covers_all([(low, deep_low), (low, deep_high), (high,)])
    assert covers_all([()])
    assert not covers_all([(low,)])
    assert not covers_all([])
    assert not covers_all([(low,), (Branch(0, True, True, 5),)])
    assert not covers_all([(low, deep_low), (high,)])
    assert not covers_all([(low,), (Branch(0, True, True, 4, cell=2),)])


def test_quantum_leaves_room_for_sums_and_grid_divides_objectives() -> None:
    model = FAMILIES["full_like"](60, 300, 1)
    assert choose_quantum(model) >= 1 << 18
    huge = replace(model, entry_value=model.entry_value * (1 << 28))
    assert choose_quantum(huge) < choose_quantum(model)
    with pytest.raises(ValueError, match="coarser scale"):
        choose_quantum(replace(model, entry_value=model.entry_value * (1 << 34)))
    plain = FAMILIES["tight"](20, 60, 1)
    assert objective_grid(plain) == 1
    tens = replace(plain, entry_value=plain.entry_value * 10, row_price=plain.row_price * 10)
    assert objective_grid(tens) == 10
