"""The exported files, read by other solvers: HiGHS and CBC find the objective that all solutions give."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from pathlib import Path

import highspy
import numpy as np
import pulp
import pyarrow.parquet as pq
import pytest
from ortools.linear_solver.python import model_builder

from optimizer.problem import Problem, evaluate, explicit
from optimizer.problem.export import write_lp, write_mps, write_pairs
from tests.strategies import all_solutions, random_problem

SEEDS = range(12)


def _problem(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    return random_problem(rng, dwellings=int(rng.integers(1, 5)), applications=int(rng.integers(0, 6)))


def _best(problem: Problem) -> float:
    return max(evaluate(problem, s).objective for s in all_solutions(problem)) / 1_000_000


def _highs(path: Path) -> float:
    solver = highspy.Highs()
    solver.silent()
    assert solver.readModel(str(path)) != highspy.HighsStatus.kError
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kModelEmpty:
        return 0.0
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value)


def _cbc(path: Path) -> float:
    _, model = pulp.LpProblem.fromMPS(str(path))
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    assert model.status == pulp.LpStatusOptimal
    return float(pulp.value(model.objective) or 0.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_solvers_find_the_same_optimum(seed: int, tmp_path: Path) -> None:
    problem = _problem(seed)
    columns = write_mps(problem, tmp_path / "case.mps")
    assert write_lp(problem, tmp_path / "case.lp") == columns == len(explicit(problem)) + len(problem.rows)
    best = _best(problem)
    assert _highs(tmp_path / "case.mps") == pytest.approx(-best, abs=1e-5)
    assert _highs(tmp_path / "case.lp") == pytest.approx(-best, abs=1e-5)


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_cbc_reads_the_mps(seed: int, tmp_path: Path) -> None:
    problem = _problem(seed)
    write_mps(problem, tmp_path / "case.mps")
    assert _cbc(tmp_path / "case.mps") == pytest.approx(-_best(problem), abs=1e-5)


def _or_tools(path: Path, solver: str) -> float:
    model = model_builder.Model()
    assert model.import_from_mps_file(str(path))
    found = model_builder.Solver(solver)
    assert found.solve(model) == model_builder.SolveStatus.OPTIMAL
    return float(found.objective_value)


@pytest.mark.parametrize("solver", ["sat", "scip"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 7])
def test_or_tools_reads_the_mps_with_integers_and_without(seed: int, solver: str, tmp_path: Path) -> None:
    problem = _problem(seed)
    write_mps(problem, tmp_path / "case.mps")
    assert _or_tools(tmp_path / "case.mps", solver) == pytest.approx(-_best(problem), abs=1e-5)


def test_an_empty_problem_can_be_exported(tmp_path: Path) -> None:
    problem = random_problem(np.random.default_rng(0), dwellings=0, applications=0, rows=0)
    assert write_mps(problem, tmp_path / "case.mps") == 0 == write_lp(problem, tmp_path / "case.lp")
    assert _highs(tmp_path / "case.mps") == 0.0 == _highs(tmp_path / "case.lp")
    assert write_pairs(problem, tmp_path / "pairs.csv") == 0


def test_every_name_is_explained_and_short(tmp_path: Path) -> None:
    problem = _problem(3)
    write_mps(problem, tmp_path / "case.mps")
    with (tmp_path / "names.csv").open(encoding="utf-8", newline="") as file:
        known = {line["name"]: line for line in csv.DictReader(file)}
    used = set(re.findall(r"\b[xudaro][0-9a-z]+\b", (tmp_path / "case.mps").read_text()))
    assert used == set(known)
    assert all(re.fullmatch(r"[A-Za-z0-9_.]{1,8}", name) for name in known)
    seats = [line for line in known.values() if line["what"] == "seat"]
    assert len(seats) == int((explicit(problem).app < 0).sum())
    assert all(not line["application_id"] for line in seats)
    first = (tmp_path / "names.csv").read_bytes()
    write_lp(problem, tmp_path / "case.lp")
    assert (tmp_path / "names.csv").read_bytes() == first


def test_pairs_hold_every_eligible_pair_and_the_identity_of_the_value(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    problem = random_problem(rng, dwellings=5, applications=8, reserve_only=0.5, negative=1.0)
    n = write_pairs(problem, tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        french = list(csv.DictReader(file, delimiter=";"))
    write_pairs(problem, tmp_path / "world.csv", style="international")
    with (tmp_path / "world.csv").open(encoding="utf-8", newline="") as file:
        world = list(csv.DictReader(file))
    write_pairs(problem, tmp_path / "pairs.parquet")
    parquet = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    everything = explicit(problem, first_only=False)
    assert [line["may_be_first"] for line in world] == [
        str(int(first)) for first in everything.first[everything.app >= 0].tolist()
    ]
    assert n == len(french) == len(world) == len(parquet) == int((everything.app >= 0).sum()) > 0
    for a, b, c in zip(french, world, parquet, strict=True):
        for column in ("score", "fit", "burden", "lean", "value"):
            assert Fraction(a[column].replace(",", ".")) == Fraction(b[column]) == Fraction(c[column])
        told = {name: Fraction(b[name]) for name in ("score", "fit", "burden", "lean", "value")}
        assert told["value"] == (
            Fraction(problem.fill_value, 100) + told["score"] + told["fit"] - told["burden"] + told["lean"]
        )
        assert a["may_be_first"] == b["may_be_first"] == str(int(c["may_be_first"]))
        assert a["account"] == c["account"] and b["application_id"] == c["application_id"]


def test_dangerous_identifiers_are_neutralised(tmp_path: Path) -> None:
    problem = random_problem(
        np.random.default_rng(5), dwellings=2, applications=3, density=1.0, empty_menu=0.0
    )
    problem.application_ids[:] = ["=1+1", 'a;"b"', "-2"]
    assert write_pairs(problem, tmp_path / "pairs.csv") > 0
    with (tmp_path / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {line["application_id"] for line in csv.DictReader(file, delimiter=";")}
    assert found and found <= {"'=1+1", 'a;"b"', "'-2"}
