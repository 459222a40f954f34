"""A problem cut into what shares no household and no rule: nothing lost, nothing shared, the same optimum."""

from __future__ import annotations

import pickle
import threading
from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import evaluate
from optimizer.problem.model import Kinds, Options, Problem, Seats
from optimizer.solve import SolveOptions, solve
from optimizer.solve.implicit import Depth, first_of_type
from optimizer.solve.parts import tasks as part_tasks
from optimizer.solve.parts.carving import Carver
from optimizer.solve.parts.components import parts_of
from optimizer.solve.parts.tasks import Carved, PartTask
from optimizer.solve.parts.turns import Turns
from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport import ScaleOptions, bound_of, solve_transport
from tests.campaign import few
from tests.strategies import random_problem

APART = DEFAULT.having(parts__parts_from=0)
"""Part by part whatever the size."""


def beside(a: Problem, b: Problem) -> Problem:
    """Two problems as one, with other names for the dwellings and households of the second."""
    k, m, g, r, n = len(a.class_menu), len(a.menu_ptr) - 1, a.n_groups, len(a.rows), len(a.kinds)
    types, accounts = max(a.n_types, b.n_types), tuple(dict.fromkeys((*a.accounts, *b.accounts)))

    def kinds_of(p: Problem) -> np.ndarray:
        return np.array([accounts.index(p.accounts[i]) for i in p.kinds.account.tolist()], np.int32)

    def join(one: np.ndarray, other: np.ndarray, shift: int = 0) -> np.ndarray:
        return np.concatenate([one, other + shift]).astype(one.dtype)

    def keys(p: Problem, shift: int) -> np.ndarray:
        return (p.options.key // p.n_types + shift) * types + p.options.key % p.n_types

    return replace(
        a,
        dwelling_ids=np.array([*("1" + a.dwelling_ids), *("2" + b.dwelling_ids)], object),
        application_ids=np.array([*("1" + a.application_ids), *("2" + b.application_ids)], object),
        klass=join(a.klass, b.klass, k),
        bonus=join(a.bonus, b.bonus),
        class_menu=join(a.class_menu, b.class_menu, m),
        class_group=join(a.class_group, b.class_group, g),
        must_fill=np.concatenate([a.must_fill, b.must_fill]),
        menu_ptr=join(a.menu_ptr, b.menu_ptr[1:], int(a.menu_ptr[-1])),
        entry_app=join(a.entry_app, b.entry_app, len(a.application_ids)),
        entry_score=join(a.entry_score, b.entry_score),
        entry_fit=join(a.entry_fit, b.entry_fit),
        entry_type=join(a.entry_type, b.entry_type),
        n_types=types,
        n_groups=g + b.n_groups,
        options=Options(
            join(keys(a, 0), keys(b, g)),
            join(a.options.ptr, b.options.ptr[1:], int(a.options.ptr[-1])),
            join(a.options.kind, b.options.kind, n),
            np.concatenate([a.options.first, b.options.first]),
        ),
        kinds=Kinds(
            np.concatenate([kinds_of(a), kinds_of(b)]),
            join(a.kinds.ptr, b.kinds.ptr[1:], int(a.kinds.ptr[-1])),
            join(a.kinds.row, b.kinds.row, r),
            join(a.kinds.num, b.kinds.num),
            join(a.kinds.den, b.kinds.den),
        ),
        seats=Seats(
            join(a.seats.klass, b.seats.klass, k),
            join(a.seats.kind, b.seats.kind, n),
            join(a.seats.value, b.seats.value),
            join(a.seats.deadline_days, b.seats.deadline_days),
        ),
        rows=(*a.rows, *(replace(row, scope=row.scope + ";two") for row in b.rows)),
        accounts=accounts,
        seniority=join(a.seniority, b.seniority),
    )


def pair(seed: int) -> tuple[Problem, Problem]:
    rng = np.random.default_rng(seed)
    one = random_problem(rng, dwellings=int(rng.integers(1, 9)), applications=int(rng.integers(1, 14)))
    return one, random_problem(rng, dwellings=int(rng.integers(1, 9)), applications=int(rng.integers(1, 14)))


ONE = Depth(1, 0)


def crowded(seed: int) -> Problem:
    """Two menus and two types for thirty dwellings: one entry of each type is far too few."""
    return random_problem(
        np.random.default_rng(seed), dwellings=30, applications=120, menus=2, groups=2, types=2, density=0.8
    )


@pytest.mark.parametrize("seed", few(20))
def test_parts_share_nothing_and_leave_nothing_that_can_be_named(seed):
    a, b = pair(seed)
    problem = beside(a, replace(b, fill_value=a.fill_value))
    parts = parts_of(problem)
    for field, n in (("classes", len(problem.class_menu)), ("applications", len(problem.application_ids)),
                     ("rows", len(problem.rows))):  # fmt: skip
        found = np.concatenate([np.zeros(0, np.int64), *(getattr(p, field) for p in parts)])
        assert len(np.unique(found)) == len(found)
        assert not len(found) or 0 <= found.min() <= found.max() < n
    length = np.diff(problem.menu_ptr)
    inside = np.concatenate([np.zeros(0, np.int64), *(p.classes for p in parts)])
    assert set(np.flatnonzero(length[problem.class_menu] > 0)) | set(problem.seats.klass) <= set(inside)
    edge = len(a.class_menu)
    assert all((p.classes < edge).all() or (p.classes >= edge).all() for p in parts)
    for p in parts:
        named = np.concatenate(
            [np.zeros(0, np.int64), *(problem.entry_app[problem.menu_ptr[m] : problem.menu_ptr[m + 1]] for m in p.menus)]
        )  # fmt: skip
        assert set(named) <= set(p.applications)


@pytest.mark.parametrize("seed", few(12))
def test_solving_part_by_part_finds_the_same_optimum(seed):
    a, b = pair(100 + seed)
    problem = beside(a, replace(b, fill_value=a.fill_value))
    exact = solve(problem, SolveOptions(backend="highs"))
    found = solve(problem, SolveOptions(backend="scale", policy=APART))
    assert found.objective == exact.objective == evaluate(problem, found.first).objective
    assert found.bound >= exact.objective


def test_a_long_part_is_given_the_entries_that_pay_until_nothing_left_out_does(monkeypatch):
    """One entry of each type first: then those that pay, until the bound over all entries is as close as that of those given."""
    policy = APART.having(
        parts__long_menus=0,
        parts__first_depth=1,
        parts__first_a_dwelling=0,
        parts__part_gap=1e-3,
        parts__small_to=0,
    )
    models: dict[tuple[Carver, int], list[int]] = {}
    carve = Carver.carve

    def counted(self, part, depth=None, types=None, more=None):
        made = carve(self, part, depth, types, more)
        models.setdefault((self, int(part.classes[0])), []).append(len(made.model.entry_applicant))
        return made

    monkeypatch.setattr(Carver, "carve", counted)
    for seed in range(2):
        problem = beside(crowded(seed), crowded(50 + seed))
        found = solve(problem, SolveOptions(backend="scale", nodes=0, policy=policy))
        exact = solve(problem, SolveOptions(backend="highs", gap=1e-3))
        assert found.objective == evaluate(problem, found.first).objective <= exact.bound
        assert exact.objective <= found.bound <= found.objective * 1.02
    rounds = [sizes for sizes in models.values() if len(sizes) > 1]
    assert rounds and all(sizes == sorted(set(sizes)) for sizes in rounds)


def test_a_menu_of_many_dwellings_and_few_types_gives_more_of_each():
    """Two menus of the same twelve entries of three types, for two dwellings and for six; four of each for a dwelling shared out."""
    start, types = np.array([0, 12, 24]), np.tile([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2], 2)
    assert first_of_type(start, types, 3, Depth(2, 0), np.array([2, 6])).tolist() == [
        0,
        1,
        6,
        7,
        11,
        12,
        13,
        18,
        19,
        23,
    ]
    assert first_of_type(start, types, 3, Depth(2, 2), np.array([2, 6])).tolist() == [
        *[0, 1, 6, 7, 11], *[12, 13, 14, 15, 18, 19, 20, 21, 23],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", few(6))
def test_entries_beyond_a_model_that_pay_are_those_its_bound_lacks(seed):
    """With them the model's own bound is that of every entry; without any of them it is less."""
    problem = beside(crowded(seed), crowded(60 + seed))
    carver, part = Carver(problem), parts_of(problem)[0]
    models = Carved(carver, part)
    shallow = models.at(ONE)
    proof = solve_transport(shallow, ScaleOptions(max_leaves=0, cuts=False, threads=1)).certificate
    whole_model = models.at(None)
    bound, paying = models.beyond(shallow, proof)
    assert bound == bound_of(whole_model, proof) // proof.quantum >= bound_of(shallow, proof) // proof.quantum
    assert bound_of(models.at(ONE, paying), proof) // proof.quantum == bound
    assert models.beyond(models.at(ONE, paying), proof)[1].tolist() == []
    away = pickle.loads(pickle.dumps(models))
    there, same = away.beyond(away.at(ONE), proof)
    assert there == bound and same.tolist() == paying.tolist()
    assert (away.at(ONE, paying).entry_applicant == models.at(ONE, paying).entry_applicant).all()
    # every household that a left out entry would serve better has one among them
    assert (bound > bound_of(shallow, proof) // proof.quantum) == (len(paying) > 0)


def fields(found) -> list[bytes]:
    return [getattr(found, name).tobytes() for name in ("assigned_class", "account", "seats")] + [
        repr((found.objective, found.bound, found.iterations, found.stop_reason)).encode()
    ]


@pytest.mark.parametrize("depth", [None, ONE])
def test_a_part_that_travels_is_answered_as_it_is_here(depth):
    """The entries come along, so another process shortens them itself; who listens stays behind."""
    problem = beside(crowded(3), crowded(53))
    carver, asked = Carver(problem), parts_of(problem)[0]
    task = PartTask(
        Carved(carver, asked), problem.must_fill[asked.classes], 1e-3, 0.0, 10**9, depth, None,
        ScaleOptions(max_leaves=0, cuts=False, threads=1, interrupted=lambda: False), heard=lambda state: None,
    )  # fmt: skip
    whole_model = carver.carve(asked).model
    shallow = carver.carve(asked, ONE).model
    blocks = list(carver.every(asked, carver.types(asked)).blocks(most=1))
    assert len(blocks) == len(asked.menus)
    assert bound_of(shallow, proof := task.solve().certificate, blocks) == bound_of(whole_model, proof)
    away = pickle.loads(pickle.dumps(task))
    assert away.heard is None and away.options.interrupted is None
    assert fields(away.solve()) == fields(task.solve())


def test_who_is_free_takes_the_first_part_that_fits_beside_the_others():
    turns = Turns([9, 4, 3, 0], 8)
    assert turns.take() == 0  # larger than the room, and nothing else is there
    assert turns.take() == 3
    turns.give(0)
    assert [turns.take(), turns.take()] == [1, 2]
    assert turns.take() is None
    turns = Turns([9, 4, 2, 2], 8)
    assert [turns.take(), turns.take()] == [0, 2]  # a quarter of the room is open beside the largest
    turns.give(2)
    assert turns.take() == 3
    waiting = Turns([5, 5], 8)
    assert waiting.take() == 0
    got: list[int | None] = []
    other = threading.Thread(target=lambda: got.append(waiting.take()))
    other.start()
    other.join(0.02)
    assert not got
    waiting.give(0)
    other.join()
    assert got == [1]
    waiting.stop()
    assert waiting.take() is None


def test_a_part_nobody_has_solved_keeps_the_known_proposal(monkeypatch):
    a, b = pair(104)
    problem = beside(a, replace(b, fill_value=a.fill_value))
    all_answered = part_tasks.solve_side_by_side
    lost: list[int] = []

    def interrupted(tasks, workers, halted, room):
        answers = all_answered(tasks, workers, halted, room)
        lost.append(max(answers))
        return {i: found for i, found in answers.items() if i not in lost}

    monkeypatch.setattr(part_tasks, "solve_side_by_side", interrupted)
    found = solve(problem, SolveOptions(backend="scale", nodes=0, policy=APART))
    assert lost and found.stop in ("interrupted", "proven")
    assert found.bound >= found.objective == evaluate(problem, found.first).objective
    best = solve(problem, SolveOptions(backend="highs"))
    assert found.bound >= best.objective >= found.objective


@pytest.mark.soak
@pytest.mark.parametrize("workers", ["1", "2", "threads:3"])
def test_parts_give_the_same_bytes_whoever_solves_them(workers):
    problem = beside(crowded(4), crowded(54))
    here, there = (
        solve(problem, SolveOptions(backend="scale", nodes=0, workers=who, policy=APART))
        for who in ("threads:2", workers)
    )
    assert (here.objective, here.bound) == (there.objective, there.bound)
    for name in ("dwelling", "app", "kind"):
        assert np.array_equal(getattr(here.first, name), getattr(there.first, name))


@pytest.mark.soak
def test_an_interrupt_ends_processes_at_work_and_keeps_what_is_known():
    problem = beside(crowded(5), crowded(55))
    stop = threading.Event()
    stop.set()
    found = solve(problem, SolveOptions(backend="scale", nodes=0, workers="2", interrupt=stop, policy=APART))
    assert found.stop == "interrupted"
    assert found.bound >= found.objective == evaluate(problem, found.first).objective
