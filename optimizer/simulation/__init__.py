"""A year lived session by session under several policies, on the same draws, measured against what nobody does better than.

What lives here. `world` draws a year from a case or a profile (what is vacated, who asks, who leaves, who would refuse); a policy is a
file of ``policies/`` that says under which `terms` a session is solved; `living` lives the year; `perfect` is the bound that
knows everything; `sweep` makes a unit of work of each policy and seed; `summary` compares, `files` writes the tables and the page.

What it may import: ``pipeline``, ``shortlist``, ``solve``, ``problem``, ``synth``, ``presentation``, ``workers`` and below.

Why so. A policy changes the inputs of a session and never its answer: every session is the exact problem that `propose` solves, with its
certificate. All randomness is the hash of a name, so that two policies meet the same year and a refusal does not depend on the
week it is asked; only then do differences of a tenth of a per cent mean something.

Rejected: measuring on total points (the value of a dwelling let hides everything: today's rule is at 99.9 % of it, and so would be a poor
one); an allocation rule of its own for each policy (nothing would be proven any more); frames and files between sessions (a
second each, for nothing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.simulation.comparing import Simulation, simulate
    from optimizer.simulation.files import simulate_to
    from optimizer.simulation.registry import all_policies

__all__ = ["Simulation", "all_policies", "simulate", "simulate_to"]

_WHERE = {"simulate_to": "files", "all_policies": "registry"}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used."""
    from importlib import import_module

    if name in __all__:
        return getattr(import_module(f"optimizer.simulation.{_WHERE.get(name, 'comparing')}"), name)
    raise AttributeError(f"module 'optimizer.simulation' has no attribute {name!r}")
