"""A case whose réservataires' lists would be too many rows: proposed by lists, certified within a gap, every table verified."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from optimizer import pipeline
from optimizer.errors import AttrifluxError
from optimizer.problem import evaluate, naming, orders, own_lists
from optimizer.runs import Options, propose_to
from optimizer.solve import SolveOptions, solve
from optimizer.solve.policy import DEFAULT
from optimizer.solve.registry import choose_backend
from optimizer.solve.start_heuristic import head_start
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify
from tests.solve.test_head_start import job_of


@pytest.mark.long
def test_rows_are_counted_before_they_are_written(monkeypatch: pytest.MonkeyPatch):
    case = synthesize("doubs", dwellings=60, applications=600, seed=4)
    rows = len(pipeline.prepare(case, accept_assumed=True).problem.orders)
    assert rows > 20
    for limit, by_lists in ((rows, False), (rows // 2, True)):
        monkeypatch.setattr(own_lists, "PLACES", 60 * limit)
        problem = pipeline.prepare(case, accept_assumed=True).problem
        assert (problem.own_lists is not None, len(problem.orders)) == (by_lists, 0 if by_lists else rows)
    backend, fr, en = choose_backend("auto", problem)
    assert backend.id == "scale" and "listes de réservataires" in fr and "nominee" in en


def test_without_chains_no_number_of_rows_is_refused(monkeypatch: pytest.MonkeyPatch):
    for module in (own_lists, orders):
        monkeypatch.setattr(module, "MOST", 20)
    problem = pipeline.prepare(
        synthesize("doubs", dwellings=60, applications=600, seed=4), accept_assumed=True
    ).problem
    assert problem.own_lists is not None


@pytest.mark.long
def test_a_run_by_lists_is_verified_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own_lists, "PLACES", 24 * 2)
    write_case(synthesize("doubs", dwellings=24, applications=160, seed=4), tmp_path / "case")
    written = propose_to(
        tmp_path / "case", tmp_path / "out", Options(accept_assumed=True, pdf=False, csv="international")
    )
    assert written.verdict.startswith("certified")
    assert verify(tmp_path / "out", tmp_path / "case").verdict == written.verdict
    orientation = pd.read_csv(tmp_path / "out" / "orientation.csv")
    other = orientation[~orientation["chosen"].astype(bool)]
    assert (
        other["loss_at_most"].notna().any()
        and (other["loss_points"] <= other["loss_at_most"].fillna(1e9)).all()
    )


@pytest.mark.long
def test_a_bound_with_rows_on_two_households_of_lists_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(own_lists, "PLACES", 0)
    write_case(synthesize("doubs", dwellings=420, applications=1_500, seed=4), tmp_path / "case")
    asked = Options(accept_assumed=True, pdf=False, csv="international", backend="scale")
    written = propose_to(tmp_path / "case", tmp_path / "out", asked)
    assert written.verdict.startswith("certified within")
    file = tmp_path / "out" / "certificate.json"
    certificate = json.loads(file.read_text())
    (node,) = certificate["nodes"]
    assert len(node["leaf"]["after"]) > 20 and certificate["root"]["prices"] != node["leaf"]["prices"]
    # one of them left out, the prices alone prove less
    node["leaf"]["after"].pop()
    file.write_text(json.dumps(certificate))
    told = verify(tmp_path / "out", tmp_path / "case", record=False)
    assert told.refused and "borne d'une feuille" in " ".join(str(x) for x in told.checks)


@pytest.mark.long
def test_many_rows_are_left_to_their_lists(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(naming, "MANY", 20)
    case = synthesize("doubs", dwellings=60, applications=600, seed=4)
    problem = pipeline.prepare(case, accept_assumed=True).problem
    assert problem.order_lists is not None and len(problem.orders)
    quick = DEFAULT.having(choice__tree_to=0, choice__implicit_from=0)
    found = solve(problem, SolveOptions(backend="scale", policy=quick))
    best = solve(problem, SolveOptions(backend="highs"))
    # counted on the rows, and bounded without them
    assert evaluate(problem, found.first).objective == found.objective
    assert 0.999 * best.objective < found.objective <= best.objective <= best.bound <= found.bound
    job = job_of(problem, SolveOptions(backend="highs", policy=quick))
    assert head_start(job, SolveOptions(backend="highs", policy=quick), job.watch)
    assert 0.999 * best.objective < job.incumbent.objective <= best.objective


def test_lists_too_long_beside_chains_are_refused_in_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(orders, "MOST", 20)
    case = synthesize("doubs", dwellings=60, applications=600, seed=4)
    with pytest.raises(AttrifluxError) as refused:
        pipeline.prepare(case, accept_assumed=True, chains=1)
    assert refused.value.code == "LISTS_BESIDE_CHAINS" and "sans --chains" in refused.value.text("fr")
