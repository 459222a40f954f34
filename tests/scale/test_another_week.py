"""A model whose constants moved: what an earlier certificate is worth there, and what happens when it is worth little."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.scale.again import again, new_week
from benchmarks.scale.raw_instances import draw
from benchmarks.scale.simplified import build
from optimizer.solve.policy import DEFAULT
from optimizer.solve.transport import ScaleOptions, ScaleResult, bound_of, solve_transport
from optimizer.solve.transport import column_generation as driver
from optimizer.solve.transport.branch_and_bound import AssignmentTree
from optimizer.solve.transport.model import Branch
from optimizer.solve.transport.run import Run
from optimizer.solve.transport.warm_start import carried, same_rounding, shifted


@cache
def year() -> ScaleResult:
    return solve_transport(build(draw(500, 1_600, tight=True)), ScaleOptions(threads=1))


def test_what_a_cut_is_worth_to_a_lease_is_kept_whatever_it_rounds_by() -> None:
    model, found = build(draw(500, 1_600, tight=True)), year().certificate
    run = Run(model, ScaleOptions(threads=1), None)
    own, cut = carried(run.rows, run.cut_rest, found)
    assert np.allclose(own, found.multipliers / found.quantum)
    assert np.allclose(cut[run.cut_rest > 0], (found.cut_multipliers / found.quantum)[run.cut_rest > 0])
    assert cut.any() and same_rounding(run.rows, run.cut_rest, found)

    rest = np.where(run.cut_rest > 0, run.cut_rest + 1, 0)
    own, cut = carried(run.rows, rest, found)
    limit = [min(model.row_price[k] / w for k, w in zip(c.rows, c.weights, strict=True)) for c in found.cuts]
    pull = found.cut_multipliers / found.quantum * found.cut_rest
    assert np.allclose(cut, np.minimum(limit, np.divide(pull, rest, out=np.zeros(len(rest)), where=rest > 0)))
    assert not same_rounding(run.rows, rest, found)

    own, cut = carried(run.rows, np.zeros_like(rest), found)
    given = np.zeros(model.n_rows)
    for c, p in zip(found.cuts, pull, strict=True):
        for k, w in zip(c.rows, c.weights, strict=True):
            given[k] += w * p / c.divisor
    assert not cut.any() and given.any()
    assert np.allclose(own, found.multipliers / found.quantum + given)


def test_thresholds_move_with_the_leases_asked_for() -> None:
    model = build(draw(500, 1_600, tight=True))
    some = tuple(Branch(k, k % 3 > 0, k % 2 > 0, 5, 7 if k % 5 == 4 else -1) for k in range(model.n_rows))
    leaf = replace(year().certificate, branches=some)
    assert shifted(model, leaf) is leaf
    more = replace(model, row_constant=model.row_constant + 2)
    moved = shifted(more, leaf).branches
    for before, after in zip(some, moved, strict=True):
        lowest = model.effect_coef[model.effect_row == before.row].min()
        by = round(2 / -lowest) if before.lowest and before.cell < 0 and lowest < 0 else 0
        assert after == replace(before, threshold=before.threshold + by)
    assert any(a != b for a, b in zip(some, moved, strict=True))


@pytest.mark.parametrize("which", ["a changed share", "a pin", "a new week"])
def test_the_same_optimum_is_proven_with_no_more_pricings(which: str) -> None:
    raw = draw(500, 1_600, tight=True)
    changed, start = next((m, w) for name, m, w in again(raw, build(raw), year()) if name == which)
    cold = solve_transport(changed, ScaleOptions(threads=1))
    warm = solve_transport(changed, ScaleOptions(threads=1), warm=start)
    assert cold.stop_reason == warm.stop_reason == "proven"
    assert cold.objective == warm.objective and warm.iterations <= cold.iterations


def test_multipliers_that_lead_nowhere_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """To a gap: after a few pricings a pilot takes over, from what was found; the bound stays one, and never gets worse."""
    raw = draw(500, 1_600, tight=True)
    changed, start = next((m, w) for name, m, w in again(raw, build(raw), year()) if name == "a new week")
    left: list[int] = []
    usual = Run.leave

    def leave(run: Run) -> object:
        left.append(run.bound)
        return usual(run)

    monkeypatch.setattr(Run, "leave", leave)
    options = ScaleOptions(
        threads=1, gap=1e-6, cuts=False, max_leaves=0, max_iterations=60,
        policy=DEFAULT.having(generation__lost_after=2, generation__pilot_arcs=1, generation__pilot_part=0.0),
    )  # fmt: skip
    lost = solve_transport(changed, options, warm=start)
    exact = solve_transport(changed, ScaleOptions(threads=1))
    assert len(left) == 1 and lost.bound <= left[0]
    assert lost.objective <= exact.objective <= lost.bound
    assert bound_of(changed, lost.certificate) // lost.certificate.quantum == lost.bound


def test_an_earlier_run_never_keeps_from_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its start ends without one, the answer is that of a run without it."""
    raw = draw(500, 1_600, tight=True)
    changed, start = next((m, w) for name, m, w in again(raw, build(raw), year()) if name == "a new week")
    cold = solve_transport(changed, ScaleOptions(threads=1))
    usual = driver.iterate
    calls: list[bool] = []

    def lead_astray(run: Run, *words: object, **named: object) -> object:
        calls.append(bool(named.get("warm")))
        reached = usual(run, *words, **named)  # type: ignore[arg-type]
        return "converged" if calls[-1] else reached

    monkeypatch.setattr(driver, "iterate", lead_astray)
    monkeypatch.setattr(driver.AssignmentTree, "explore", lambda tree: False)
    warm = solve_transport(changed, ScaleOptions(threads=1), warm=start)
    assert calls == [True, False]
    assert warm.objective <= cold.objective <= warm.bound


@pytest.mark.long
def test_what_was_divided_on_before_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same proof with fewer programs solved to choose what to divide on."""
    raw = draw(3_224, 9_864, tight=True)
    earlier = solve_transport(build(raw), ScaleOptions(threads=1))
    changed, start = new_week(raw, earlier, 3)
    assert {b.row for leaf in earlier.leaves for b in leaf.branches}
    asked: list[int] = []
    usual = AssignmentTree.compare

    def compare(tree: AssignmentTree, *words: object) -> object:
        with pytest.MonkeyPatch.context() as patch:
            solve = tree.run.master.solve
            patch.setattr(tree.run.master, "solve", lambda: asked.append(0) or solve())
            return usual(tree, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(AssignmentTree, "compare", compare)
    told = solve_transport(changed, ScaleOptions(threads=1), warm=start)
    few = len(asked)
    monkeypatch.setattr(driver, "divided_on", lambda _: frozenset())
    untold = solve_transport(changed, ScaleOptions(threads=1), warm=start)
    assert told.stop_reason == untold.stop_reason == "proven" and told.objective == untold.objective
    assert 0 < 2 * few < len(asked) - few
