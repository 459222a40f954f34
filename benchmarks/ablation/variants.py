"""The policies compared: the default with one number changed, and with the mechanisms that a number can switch off."""

from __future__ import annotations

from typing import Any

from optimizer.solve.policy import DEFAULT, SearchPolicy

USUAL = "default"
NEVER, ALWAYS = 1 << 60, 0

OFF: dict[str, Any] = {
    "choice.implicit_from": NEVER,  # and no head start
    "branching.trials": 1,
    "branching.reliable": NEVER,
    "branching.dearer": 0.0,
    "tree.postponed_from": NEVER,
    "tree.rounding_nodes": 1,
    "relaxation.assigned_from": NEVER,
    "relaxation.answers_kept": 1,
    "relaxation.envelope_rounds": 0,
    "relaxation.multiples": 0,
    "relaxation.rows_together": 1,
    "parts.polish": 0,
    "generation.grow": 1.0,
    "generation.shrink": 1.0,
    "generation.rough": 0.0,
    "generation.slack": 0.0,
    "generation.easy": 0.0,
    "generation.promised": 0.0,
    "generation.exchange_part": 2.0,
    "primal.nodes_within": 0.0,
    "primal.loose_rows": -1.0,
    "primal.perturbations": 0,
    "primal.pairs": 0,
    "primal.kept_from": NEVER,
    "primal.local_shake": 0.0,
    "nodes.sure": 0.0,
    "nodes.shaken": 0,
    "nodes.heaviest": 0,
    "nodes.counts_first": 0,
}
"""Values at which a mechanism does nothing, or does everywhere what it is there to spare."""


def scaled(value: Any, factor: float) -> Any:
    """A number, or each of several, times a factor; whole numbers stay whole and above nothing."""
    if isinstance(value, tuple):
        return tuple(scaled(x, factor) for x in value)
    return max(1, int(value * factor)) if isinstance(value, int) else value * factor


def variants(name: str) -> dict[str, Any]:
    """Values of one number to compare, by what was done to it; without those that change nothing."""
    value = dict(DEFAULT.named())[name]
    found = {"halved": scaled(value, 0.5), "doubled": scaled(value, 2.0)}
    if name in OFF:
        found["off"] = OFF[name]
    return {how: other for how, other in found.items() if other != value}


def policy_of(name: str, how: str) -> SearchPolicy:
    """The default with one number changed.

    Raises
    ------
    KeyError
        A number or a change that there is not.
    """
    if name == USUAL:
        return DEFAULT
    return DEFAULT.having(**{name.replace(".", "__"): variants(name)[how]})
