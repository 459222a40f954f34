"""How the search goes about it: every number is read somewhere, reaches its place, and changes no answer."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import optimizer.solve
from optimizer.solve import SolveOptions, solve
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.transport import ScaleOptions, solve_transport
from tests.scale.reference import random_model
from tests.solve.oracle import binding


def test_every_number_is_read_by_a_stage_that_it_steers() -> None:
    """One that nobody reads would be turned in vain."""
    read = set()
    for path in Path(optimizer.solve.__file__).parent.rglob("*.py"):
        if path.name != "policy.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            read |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = [name for name, _ in DEFAULT.named()]
    assert len(names) == len(set(names)) > 100
    assert not [name for name in names if name.split(".")[1] not in read]


def test_a_number_is_changed_by_its_name_and_no_other_with_it() -> None:
    other = DEFAULT.having(branching__trials=3, primal__local_steps=(1.0,))
    assert dict(other.named()).items() - dict(DEFAULT.named()).items() == {
        ("branching.trials", 3), ("primal.local_steps", (1.0,)),
    }  # fmt: skip
    for name in ("trials", "branching__trial", "forest__trials"):
        with pytest.raises(TypeError):
            DEFAULT.having(**{name: 3})


def turned(rng: np.random.Generator) -> SearchPolicy:
    """Every number halved, doubled or as it is."""
    changed = {}
    for name, value in DEFAULT.named():
        factor = rng.choice([0.5, 1.0, 2.0])
        if isinstance(value, tuple):
            changed[name] = tuple(type(x)(x * factor) for x in value)
        elif isinstance(value, int):
            changed[name] = max(1, int(value * factor))
        else:
            changed[name] = value * factor
    return DEFAULT.having(**{name.replace(".", "__"): value for name, value in changed.items()})


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(k, marks=pytest.mark.soak) for k in range(2, 20))])
def test_no_policy_changes_what_is_proven(seed: int) -> None:
    policy = turned(np.random.default_rng(seed))
    assert policy != DEFAULT
    problem = binding(seed, 12, 30)
    usual, other = (solve(problem, SolveOptions(policy=each)) for each in (DEFAULT, policy))
    assert usual.stop == other.stop == "proven"
    for name in ("dwelling", "app", "kind"):
        assert getattr(usual.first, name).tolist() == getattr(other.first, name).tolist()
    model = random_model(seed)
    plain, turned_ = (solve_transport(model, ScaleOptions(policy=each)) for each in (DEFAULT, policy))
    assert plain.objective == turned_.objective <= turned_.bound
