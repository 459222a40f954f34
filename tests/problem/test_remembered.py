"""A problem built with what earlier builds of the case have worked out is the one built without, whatever was decided in between."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

import optimizer as af
from optimizer.errors import InputProblems
from optimizer.problem import build


def differences(one: Any, other: Any, name: str = "problem") -> list[str]:
    if is_dataclass(one):
        parts = [(f.name, getattr(one, f.name), getattr(other, f.name)) for f in fields(one)]
        return [found for part, a, b in parts for found in differences(a, b, f"{name}.{part}")]
    if isinstance(one, np.ndarray):
        same = one.dtype == other.dtype and np.array_equal(one, other)
    else:
        same = one == other
    return [] if same else [name]


@pytest.mark.parametrize("seed", [1])
def test_a_problem_built_with_memory_is_the_one_built_without(seed: int) -> None:
    session = af.Session(af.synthesize("commission", dwellings=6, applications=80, seed=seed))
    rng = np.random.default_rng(seed)
    taken = 0
    for _ in range(8):
        problem = session.prepared().problem
        home = int(rng.integers(len(problem.dwelling_ids)))
        menu = problem.entries_of(home)
        if menu.start == menu.stop:
            continue
        who = problem.entry_app[menu.start + int(rng.integers(min(8, menu.stop - menu.start)))]
        names = {
            "dwelling": str(problem.dwelling_ids[home]),
            "application": str(problem.application_ids[who]),
        }
        kind = ("refuse", "forbid", "pin", "orient")[int(rng.integers(4))]
        try:
            if kind == "orient":
                account = problem.accounts[int(rng.integers(len(problem.accounts)))]
                session.decide("orient", dwelling=names["dwelling"], account=account)
            elif kind == "forbid":
                session.decide("forbid", application=names["application"])
            else:
                session.decide("refuse" if kind == "refuse" else "pin", **names)
        except InputProblems:
            continue
        taken += 1
        decided = session.prepared()
        plain = build(decided.case, decided.facts, decided.scores, decided.rules, book=decided.book)
        assert not differences(decided.problem, plain)
    assert taken >= 3
