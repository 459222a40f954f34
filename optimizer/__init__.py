"""Attriflux: allocation of vacated French social housing under the flux, proposed, certified and explained.

``import optimizer as af`` gives a researcher the whole main job; nothing else happens at import, and nothing prints::

    case = af.read("mon-dossier")                  # or af.case({"dwellings": homes, "applications": people}, settings)
    result = af.propose(case)
    result.proposals, result.rules, result.certificate
    session = af.Session(case)                     # decided upon: session.decide("refuse", dwelling=…, application=…)
    af.synthesize("commission", dwellings=40, applications=20_000, seed=1)

A planner's and a secretary's: ``af.flux(case).flux``, ``af.run_scenarios(["quatre-modes"], "essais")``,
``af.run_scenarios([af.Scenario("lec", changes={"national.lec.first_quartile_share": 0.3})], case=case).comparison``,
``af.bilan(case, 2026).ledger``, ``af.dashboard(case, "prefet", "25").alerts``; all the rest in ``af.scenario`` and
``af.statement``. A researcher's: ``af.fairness(case).table``, ``af.simulate("commission", seeds=20).summary``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from optimizer import scenario, statement
    from optimizer.domain import Case, CaseSettings
    from optimizer.errors import AttrifluxError, InputProblems
    from optimizer.fairness import fairness, fairness_to
    from optimizer.importers import case, read
    from optimizer.runs import Options, Result, Session, propose, propose_to, why
    from optimizer.scenario.comparison_files import compare
    from optimizer.scenario.cotation import cotation_test
    from optimizer.scenario.files import Scenario
    from optimizer.scenario.flux import flux
    from optimizer.scenario.flux_files import flux_to
    from optimizer.scenario.grid_new import new_grid
    from optimizer.scenario.running import plan_scenarios, run_scenarios
    from optimizer.simulation import simulate, simulate_to
    from optimizer.statement.bilan import bilan
    from optimizer.statement.dashboards import dashboard, dashboard_to
    from optimizer.statement.files import bilan_to
    from optimizer.synth import synthesize, write_case
    from optimizer.verify import verify

_WHERE = {
    "AttrifluxError": "optimizer.errors",
    "Case": "optimizer.domain",
    "CaseSettings": "optimizer.domain",
    "InputProblems": "optimizer.errors",
    "Options": "optimizer.runs",
    "Result": "optimizer.runs",
    "Scenario": "optimizer.scenario",
    "Session": "optimizer.runs",
    "bilan": "optimizer.statement",
    "case": "optimizer.importers",
    "bilan_to": "optimizer.statement",
    "compare": "optimizer.scenario",
    "cotation_test": "optimizer.scenario",
    "dashboard": "optimizer.statement",
    "fairness": "optimizer.fairness",
    "fairness_to": "optimizer.fairness",
    "dashboard_to": "optimizer.statement",
    "flux": "optimizer.scenario",
    "flux_to": "optimizer.scenario",
    "new_grid": "optimizer.scenario",
    "plan_scenarios": "optimizer.scenario",
    "propose": "optimizer.runs",
    "propose_to": "optimizer.runs",
    "read": "optimizer.importers",
    "run_scenarios": "optimizer.scenario",
    "simulate": "optimizer.simulation",
    "simulate_to": "optimizer.simulation",
    "synthesize": "optimizer.synth",
    "verify": "optimizer.verify",
    "why": "optimizer.runs",
    "write_case": "optimizer.synth",
}

_MODULES = ("scenario", "statement")

__all__ = [
    "__version__",
    "AttrifluxError",
    "Case",
    "CaseSettings",
    "InputProblems",
    "Options",
    "Result",
    "Scenario",
    "Session",
    "bilan",
    "case",
    "bilan_to",
    "compare",
    "cotation_test",
    "dashboard",
    "dashboard_to",
    "fairness",
    "fairness_to",
    "flux",
    "flux_to",
    "new_grid",
    "plan_scenarios",
    "propose",
    "propose_to",
    "read",
    "run_scenarios",
    "scenario",
    "simulate",
    "simulate_to",
    "statement",
    "synthesize",
    "verify",
    "why",
    "write_case",
]


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that ``attriflux --help`` stays fast."""
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("attriflux")
    if name in _MODULES:
        return import_module(f"optimizer.{name}")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'optimizer' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
