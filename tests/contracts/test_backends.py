"""The suite of every solver backend: it finds each registered one by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.cli.arguments import Backend, registered_backends
from optimizer.dropin import DropInError
from optimizer.errors import AttrifluxError
from optimizer.problem import evaluate
from optimizer.problem.model import Problem
from optimizer.solve import Job, RawSolution, Solved, SolveOptions, Watch, backend, solve
from optimizer.solve.backends.explicit import proposal_of
from optimizer.solve.policy import DEFAULT
from optimizer.solve.registry import all_backends, choose_backend, get
from tests.solve.oracle import binding, campaign, known_best, listed, middle, same, tiny

NAMES = sorted(all_backends())
REQUIRED = {"highs", "cpsat", "pulp"}


def test_the_required_backends_are_there_and_usable() -> None:
    assert set(NAMES) >= REQUIRED
    assert [name for name in REQUIRED if all_backends()[name].available()] == []
    assert [x.value for x in Backend] == [
        "auto",
        *NAMES,
    ]  # the command offers what is registered, without loading it


@pytest.mark.parametrize("name", NAMES)
def test_optimum_ties_and_stages_equal_brute_force(name: str) -> None:
    wrong, open_ones = [], 0
    seeds = listed(2_000, 40)
    for seed in seeds:
        problem = tiny(seed)
        first, value, days, lottery = known_best(seed)
        solved = solve(problem, SolveOptions(backend=name))
        stages = (solved.stages.seniority_days, solved.stages.lottery)
        if solved.stop == "gap" and solved.objective == value:
            open_ones += 1  # ties are broken on a proof
        elif (solved.objective, solved.stop, *stages) != (value, "proven", days, lottery):
            wrong.append((seed, solved.objective - value, solved.stop))
        elif not same(solved.first, first):
            wrong.append((seed, "list", 0))
    assert wrong == []
    # now and then multipliers in whole micropoints leave a bound a few micropoints above the optimum
    assert open_ones <= 0.01 * len(seeds)


@cache
def by_highs(seed: int) -> Solved:
    """The answer of `highs` to ``random_commission(seed)``, asked once for all the others."""
    return solve(random_commission(seed), SolveOptions(backend="highs"))


def random_commission(seed: int) -> Problem:
    """Up to 24 dwellings and 150 applications, every other one with rules that all bind and round."""
    kind = binding if seed % 2 else middle
    return kind(10_000 + seed, 5 + seed % 20, 20 + 10 * (seed % 14))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "highs"])
@pytest.mark.long
def test_backends_agree_where_brute_force_cannot_go(name: str) -> None:
    wrong, proven = [], 0
    seeds = campaign(1_000, 50)
    for seed in seeds:
        one, two = by_highs(seed), solve(random_commission(seed), SolveOptions(backend=name))
        proven += two.stop == "proven"
        # ties are broken on a proof: two runs that stop a few micropoints short of one may name equals differently
        differ = two.stop == "proven" and not same(one.first, two.first)
        if (two.objective, two.stop) != (one.objective, one.stop) or differ:
            wrong.append((seed, two.objective - one.objective, two.stop, one.stop))
    assert wrong == []
    # now and then multipliers in whole micropoints leave a bound a few micropoints above the optimum
    assert proven >= 0.99 * len(seeds)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.long
def test_never_better_than_the_exact_bound_and_repeatable(name: str) -> None:
    for seed in range(3):
        problem = middle(100 + seed, 10, 40)
        runs = [solve(problem, SolveOptions(backend=name, threads=threads)) for threads in (1, 2, 1)]
        assert all(run.objective <= run.bound for run in runs)
        assert all(evaluate(problem, run.first).objective == run.objective for run in runs)
        assert all(same(run.first, runs[0].first) for run in runs)


@pytest.mark.parametrize("name", NAMES)
def test_no_time_still_gives_a_labelled_proposal(name: str) -> None:
    problem = middle(7, 12, 60)
    solved = solve(problem, SolveOptions(backend=name, time_limit=0.0))
    assert solved.stop == "time"
    assert solved.certificate.status == "certified_within"
    assert evaluate(problem, solved.first).objective == solved.objective <= solved.bound


PLAIN_START = DEFAULT.having(tree__exchanged_to=0)
"""Without exchanges, which make the first proposal of a small case the best one: a claim about it would then be true."""


def test_a_backend_that_lies_is_corrected_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.solve import registry

    problem = middle(3, 12, 60)
    honest = solve(problem, SolveOptions(backend="highs"))
    monkeypatch.setattr(registry, "REGISTERED", dict(registry.REGISTERED))

    @backend("liar", features=("exact",), available=lambda: None)
    def liar(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
        return RawSolution(job.incumbent.first, True, "proven", "optimal, trust me")

    corrected = solve(problem, SolveOptions(backend="liar", policy=PLAIN_START))
    assert corrected.objective == honest.objective
    assert same(corrected.first, honest.first)
    assert any("liar" in note for note in corrected.notes)


def test_a_claim_that_does_not_even_hold_is_corrected_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.solve import registry

    problem = middle(3, 12, 60)
    honest = solve(problem, SolveOptions(backend="highs"))
    monkeypatch.setattr(registry, "REGISTERED", dict(registry.REGISTERED))

    @backend("doubler", features=("exact",), available=lambda: None)
    def doubler(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
        every = np.ones(len(job.columns), bool)
        return RawSolution(proposal_of(job, every), True, "proven", "optimal, trust me")

    corrected = solve(problem, SolveOptions(backend="doubler"))
    assert same(corrected.first, honest.first) and corrected.stop == "proven"
    assert any("doubler" in note and "a dwelling twice" in note for note in corrected.notes)


@pytest.mark.long
def test_a_claim_that_the_tree_does_not_close_is_not_called_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.solve import registry

    monkeypatch.setattr(registry, "REGISTERED", dict(registry.REGISTERED))

    @backend("boaster", features=("exact",), available=lambda: None)
    def boaster(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
        return RawSolution(job.incumbent.first, True, "proven", "optimal, trust me")

    stops = set()
    for seed in range(6):
        solved = solve(binding(seed, 20, 60), SolveOptions(backend="boaster", nodes=1, policy=PLAIN_START))
        proof = solved.certificate
        stops.add(solved.stop)
        assert (
            (solved.stop == "proven")
            == (proof.status == "certified_optimal")
            == (solved.bound == solved.objective)
        )
        assert proof.stopped == solved.stop
        if solved.stop != "proven":
            assert solved.stages.unique is None
            assert any("claims the optimum" in note for note in solved.notes)
    assert "gap" in stops


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"first": [1, 2]}, "it returned list, FirstRanks was expected"),
        ({"app": 0.5}, "first.app is no row of whole numbers"),
        ({"multipliers": 3}, "it returned int, Multipliers was expected"),
        ({"stop": "bored"}, "stop 'bored', not one of proven, gap, time, interrupted"),
    ],
)
def test_an_answer_of_another_kind_is_told_as_the_fault_of_its_file(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], why: str
) -> None:
    """An unexpected error that named no file stood there, or nothing at all."""
    from optimizer.solve import registry

    monkeypatch.setattr(registry, "REGISTERED", dict(registry.REGISTERED))

    @backend("odd", features=("exact",), available=lambda: None)
    def odd(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
        first = job.incumbent.first
        if "app" in change:
            return RawSolution(replace(first, app=first.app + change["app"]), False, "gap")
        return replace(RawSolution(first, False, "gap"), **change)

    with pytest.raises(DropInError, match=re.escape(why)):
        solve(tiny(5), SolveOptions(backend="odd"))


def test_the_command_line_offers_a_backend_however_it_is_declared(tmp_path: Path) -> None:
    assert registered_backends() == NAMES
    for name, mark in (
        ("a", '@backend("a", features=("exact",), available=available)'),
        ("b", "@backend('b', features=('exact',), available=available)"),
        ("c", '@backend(\n    id="c", features=("exact",), available=available\n)'),
        ("d", '@registry.backend("d", features=("exact",), available=available)'),
        ("_e", '@backend("e", features=("exact",), available=available)'),
    ):
        text = f"# règle\n{mark}\ndef solve(job, options, watch): ...\n"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "latin.py").write_bytes("# é\n@backend('latin'".encode("latin-1"))
    (tmp_path / "broken.py").write_text('@backend("broken"', encoding="utf-8")
    assert registered_backends(tmp_path) == ["a", "b", "c", "d"]


def test_registration_refuses_doubles_and_unknown_features() -> None:
    def nothing(job: Job, options: SolveOptions, watch: Watch) -> RawSolution:
        return RawSolution(None, False, "gap")

    with pytest.raises(ValueError, match="twice"):
        backend("highs", features=("exact",), available=lambda: None)(nothing)
    with pytest.raises(ValueError, match="unknown features"):
        backend("other", features=("magic",), available=lambda: None)(nothing)
    with pytest.raises(TypeError, match="None is no function"):
        backend("other", features=("exact",), available=None)(nothing)  # type: ignore[arg-type]


def test_unknown_backend_is_named_with_the_known_ones() -> None:
    with pytest.raises(AttrifluxError) as error:
        get("cplex")
    assert error.value.code == "BACKEND_UNKNOWN"
    assert "highs" in error.value.text("fr")


def test_auto_says_which_and_why() -> None:
    chosen, fr, en = choose_backend("auto", tiny(5))
    assert chosen.id == "highs"
    assert "5 logements" in fr and "5 dwellings" in en


@pytest.mark.parametrize(
    ("dwellings", "limit", "gap", "id", "word"),
    [
        (399, 10.0, 0.01, "highs", "programme linéaire"),
        (400, None, 0.0, "highs", "programme linéaire"),
        (400, None, 0.0001, "highs", "programme linéaire"),
        (400, None, 0.001, "scale", "écart admis"),
        (400, 119.0, 0.0, "scale", "temps court"),
        (400, 120.0, 0.0, "highs", "programme linéaire"),
        (1_000, 120.0, 0.0, "scale", "temps court"),
        (1_000, 600.0, 0.0, "highs", "programme linéaire"),
        (1_001, 600.0, 0.0, "scale", "n'énumère pas"),
        (1_001, None, 0.001, "scale", "n'énumère pas"),
    ],
)
def test_auto_goes_by_size_and_by_what_is_asked(
    dwellings: int, limit: float | None, gap: float, id: str, word: str
) -> None:
    problem = replace(tiny(5), dwelling_ids=np.arange(dwellings).astype(str).astype(object))
    chosen, fr, en = choose_backend("auto", problem, time_limit=limit, gap=gap)
    assert chosen.id == id
    assert word in fr and f"{dwellings} " in fr and f"{dwellings} " in en


def test_asking_what_exists_loads_no_solver_library() -> None:
    code = (
        "import sys; from optimizer.solve import all_backends; [b.available() for b in all_backends().values()];"
        "print(sorted(set(sys.modules) & {'ortools', 'pulp', 'highspy'}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
