"""An earlier proposal that a change leaves short: caught up by mixing, for better only, when its mixes no longer do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.scale.families import full_like
from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport import (
    LabelledTransport,
    ScaleOptions,
    ScaleResult,
    bound_of,
    solve_transport,
)
from optimizer.solve.transport import column_generation as driver
from optimizer.solve.transport.evaluation import objective_of
from optimizer.solve.transport.exchanges import apart, apply_exchanges, exchanges_between
from optimizer.solve.transport.leases import total_value, vacancies
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.run import Run

OPTIONS = ScaleOptions(gap=2e-4, max_iterations=60, max_leaves=0, cuts=False, threads=1)


@cache
def earlier(seed: int) -> tuple[LabelledTransport, ScaleResult]:
    model = full_like(120, 500, seed)
    return model, solve_transport(model, OPTIONS)


def changed(model: LabelledTransport, seed: int) -> LabelledTransport:
    """A row in ten asks for a lease more."""
    rng = np.random.default_rng(seed)
    lease = np.zeros(model.n_rows, np.int64)
    np.maximum.at(lease, model.effect_row, -model.effect_coef)
    more = np.where(rng.random(model.n_rows) < 0.1, 1, 0)
    return replace(model, row_constant=model.row_constant + more * lease)


def begun(model: LabelledTransport, found: ScaleResult) -> Run:
    """A run that has priced the earlier multipliers, with labels for the assignment that answers them."""
    run = Run(model, OPTIONS, None)
    run.price(run.rows.clip(found.certificate.multipliers / found.certificate.quantum, run.quantum))
    run.first_solution()
    return run


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.soak
def test_most_of_what_is_missing_is_found_and_twice_the_same(seed: int) -> None:
    model, found = earlier(seed)
    later, ends = changed(model, seed), []
    for _ in range(2):
        run = begun(later, found)
        before = run.bound - run.incumbent.objective
        LocalSearch(run).catch_up()
        after = run.bound - run.incumbent.objective
        assert run.incumbent.objective <= run.bound and (after < 0.5 * before or run.closed())
        ends.append((run.incumbent.objective, run.incumbent.leases.klass.tolist()))
    assert ends[0] == ends[1]


@pytest.mark.long
def test_it_ends_when_the_gap_is_reached_or_the_clock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    model, found = earlier(1)
    mixes: list[int] = []
    usual = LocalSearch.mix_whole
    monkeypatch.setattr(LocalSearch, "mix_whole", lambda self, *words: mixes.append(1) or usual(self, *words))
    run = begun(changed(model, 1), found)
    monkeypatch.setattr(run, "closed", lambda: len(mixes) >= 2)
    LocalSearch(run).catch_up()
    assert len(mixes) == 2
    mixes.clear()
    run = begun(changed(model, 1), found)
    monkeypatch.setattr(run, "halted", lambda: True)
    LocalSearch(run).catch_up()
    assert not mixes
    mixes.clear()
    run = begun(changed(model, 1), found)
    monkeypatch.setattr(run, "closed", lambda: False)
    LocalSearch(run).catch_up()
    assert DEFAULT.primal.catch_up_vain < len(mixes) <= DEFAULT.primal.catch_up_turns + 1


@pytest.mark.soak
def test_only_a_run_from_an_earlier_one_catches_up_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    usual = LocalSearch.catch_up
    monkeypatch.setattr(LocalSearch, "catch_up", lambda self: calls.append(self.run.iteration) or usual(self))
    times = []
    for seed in (0, 1):
        model, found = earlier(seed)
        later = changed(model, seed)
        calls.clear()
        cold = solve_transport(later, OPTIONS)
        assert not calls
        warm = solve_transport(later, OPTIONS, warm=found.warm)
        assert len(calls) <= 1 and all(at > 1 for at in calls)
        times.append(len(calls))
        for one in (cold, warm):
            assert one.objective == objective_of(later, one.assigned_class, one.account, one.seats)
            assert one.objective <= min(cold.bound, warm.bound)
            assert bound_of(later, one.certificate) // one.certificate.quantum >= one.bound
    assert any(times)
    calls.clear()
    solve_transport(later, replace(OPTIONS, gap=0.0, max_iterations=12), warm=found.warm)
    assert not calls, "a proof tells the little that is missing apart by cases"


@pytest.mark.long
def test_rows_pushed_are_those_that_cost_most_and_each_turn_is_another() -> None:
    model, found = earlier(1)
    seen = []
    for turn in (0, 1, 2, 1):
        local_search = LocalSearch(begun(changed(model, 1), found))
        others = local_search.perturbed_apart(turn)
        assert len(others) == 1 + DEFAULT.primal.catch_up_rows
        seen.append(tuple(x.klass.tobytes() + x.applicant.tobytes() for x in others))
    assert seen[1] == seen[3] and len(set(seen)) == 3
    assert len({some[0] for some in seen}) == 1, (
        "the incumbent repaired for the best multipliers is not shaken"
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.soak
def test_pieces_apart_may_be_taken_in_any_subset(seed: int) -> None:
    model, found = earlier(seed)
    local_search = LocalSearch(begun(changed(model, seed), found))
    run, rng = local_search.run, np.random.default_rng(seed)
    held = run.incumbent.leases
    sets = [
        p for p in (exchanges_between(run.structure, held, x) for x in local_search.perturbed_apart(1)) if p.n
    ]
    mask = apart(sets, vacancies(run.structure, held))
    assert len(mask) == sum(p.n for p in sets) and 0 < mask.sum() < len(mask)
    for part in (1.0, 0.5, 0.5, 0.2):
        leases, at, worth = held, 0, total_value(run.structure, held)
        chosen = mask & (rng.random(len(mask)) < part)
        for exchanges in sets:
            take = chosen[at : at + exchanges.n]
            leases, at = apply_exchanges(leases, exchanges, take), at + exchanges.n
            worth += int(exchanges.gain[take].sum())
        assert (np.diff(leases.applicant) > 0).all() and (vacancies(run.structure, leases) >= 0).all()
        if not np.diff(run.structure.bonus_start).any():
            assert total_value(run.structure, leases) == worth


def test_what_has_no_labels_keeps_its_last_pushes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without counts that labels decide nothing is looked for here, and pushes on single rows are not left out for it."""
    model, found = earlier(1)
    run = begun(changed(model, 1), found)
    local_search, before = LocalSearch(run), run.incumbent.objective
    counts, labels = run.tail.counted
    monkeypatch.setitem(vars(run.tail), "counted", (counts[:, :0], labels[:, :0]))
    local_search.catch_up()
    assert not local_search.caught_up and run.incumbent.objective == before


@pytest.mark.long
def test_a_mix_ends_with_what_is_enough() -> None:
    """Never worse, and nothing more is looked for once the gap asked is reached."""
    model, found = earlier(2)
    ends = []
    for enough in (None, 0):
        run = begun(changed(model, 2), found)
        others = LocalSearch(run).perturbed_apart(0)
        start = run.incumbent.objective
        asked = None if enough is None else start + 1
        ends.append(run.recombine(run.incumbent, others, 20, 0.0, whole_counts=True, enough=asked).objective)
        assert start < ends[-1] <= run.bound
    assert ends[1] <= ends[0]


@pytest.mark.long
def test_nearly_reached_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a few pricings more will give is not begun again with a pilot."""
    model, found = earlier(2)
    later = changed(model, 2)
    pilots: list[int] = []
    usual = driver.pilot_multipliers
    monkeypatch.setattr(driver, "pilot_multipliers", lambda run: pilots.append(run.iteration) or usual(run))
    soon = DEFAULT.having(generation__lost_after=1, generation__pilot_arcs=1, generation__pilot_part=0.0)
    narrow = replace(OPTIONS, gap=1e-7, max_iterations=12, policy=soon)
    solve_transport(later, narrow, warm=found.warm)
    assert pilots == [1]
    pilots.clear()
    near = replace(narrow, policy=soon.having(generation__lost_within=1e6))
    solve_transport(later, near, warm=found.warm)
    assert pilots == [soon.generation.lost_longest], "no longer than so many times as many pricings"
