"""Multipliers read from a certificate with cuts: what a lease is worth to a row, and numbers that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

import optimizer as af
from optimizer import pipeline
from optimizer.runs.earlier import earlier_of, multipliers_of
from optimizer.solve import SolveOptions, retold


def document(**cut: object) -> dict[str, object]:
    whole: dict[str, object] = {
        "rows": {"1": 1},
        "base": [1],
        "times": 2500,
        "cap": 10,
        "unit": 10_000,
        "nu": "40.0",
    }
    leaf = {"rows": {"0": "1.5", "1": "2.0"}, "mir": {}, "branch": {}, "prices": {"A": "3.0"}, "bound": "7.0"}
    rows = [{"rule": "flux", "scope": "a"}, {"rule": "dalo", "scope": "b"}]
    return {
        "format": "attriflux-certificate/1",
        "rows": rows,
        "nodes": [{"leaf": {**leaf, "cuts": [{**whole, **cut}]}}],
    }


def test_a_cut_adds_what_a_lease_is_worth_to_it() -> None:
    """A quarter of 10 leases is 2.5: the cut gives half its multiplier per lease."""
    found, prices = multipliers_of(document())
    assert found == {("flux", "a"): 1_500_000, ("dalo", "b"): 22_000_000}
    assert prices == {"A": 3_000_000}
    fine, _ = multipliers_of(document(rows={"0": 10_000, "1": 2_500}, times=25_000_000, unit=10**8))
    assert fine == {("flux", "a"): 21_500_000, ("dalo", "b"): 7_000_000}


@pytest.mark.parametrize(
    "change",
    [
        {"nu": "-1"},
        {"nu": 1.0},
        {"rows": {"2": 1}},
        {"rows": {"1": "1"}},
        {"times": 0.5},
        {"unit": None},
        {"cap": True},
    ],
)
def test_a_damaged_cut_is_no_start(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        multipliers_of(document(**change))


@pytest.mark.long
def test_an_answer_tells_the_next_proof_what_its_certificate_tells() -> None:
    case = af.synthesize("commission", dwellings=26, applications=200, seed=2)
    prepared = pipeline.prepare(case)
    result = af.propose(case, af.Options(pdf=False))
    solved = pipeline.optimise(prepared, SolveOptions()).solved
    written, told = earlier_of(result), retold(prepared.problem, solved)
    assert len(told.tree) > 1
    assert replace(told, digest=written.digest, first=tuple(sorted(told.first)), pseudocosts=()) == replace(
        written, first=tuple(sorted(written.first))
    )
    # what its divisions were seen to cost goes on from proof to proof
    later = retold(prepared.problem, pipeline.optimise(prepared, SolveOptions(earlier=told)).solved)
    trials = {(x.on, x.row, x.application, x.rounds, x.high): x.trials for x in later.pseudocosts}
    assert told.pseudocosts
    assert all(trials[x.on, x.row, x.application, x.rounds, x.high] >= x.trials for x in told.pseudocosts)
