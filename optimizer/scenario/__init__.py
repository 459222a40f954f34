"""Planning: stock to flux for a case, and what-ifs as files — run, kept, compared.

What lives here. The stock-to-flux command on a whole case (:func:`flux`, :func:`flux_to`), the reader of scenario files,
their expansion into named runs, the runner with its cache, the indicators of a run and the comparison of several; the
cotation workshop: a grid from an order of criteria, and what another grid changes.

What it may import: `runs`, `presentation` and everything below; never `statement`, its sibling. A scenario is nothing but a
`propose` under changed values: no allocation is computed here.

Why files. A planner argues by editing ten lines. Keys are the dotted keys of `models/`, checked with the line they
stand on before any case is read; a run is named by the hash of all it depends on, so that an interrupt costs one run
and the number of workers changes no byte.

A notebook may make the same scenarios as values (:class:`Scenario`) and run them on a case in memory.

Rejected: scenarios as Python only (nobody in a meeting edits it), a database of results (a folder per run can be mailed),
differences computed from rounded screens (the comparison reads the published tables).
"""

from optimizer.presentation.wording import shown, signed
from optimizer.scenario.apply import apply, converted_lines
from optimizer.scenario.comparison_files import compare
from optimizer.scenario.cotation import GridTest, cotation_test
from optimizer.scenario.cotation_files import cotation_to
from optimizer.scenario.files import Run, Scenario, check_keys, expand, read_scenario, shipped
from optimizer.scenario.flux import Flux, flux
from optimizer.scenario.flux_files import flux_to
from optimizer.scenario.grid_new import NewGrid, new_grid, new_grid_to, read_base
from optimizer.scenario.records import comparison_table, inputs_table, read_record
from optimizer.scenario.running import Plan, Ran, plan_scenarios, run_scenarios
from optimizer.scenario.tornado import tornado_scenarios
from optimizer.scenario.weekly import spread, weekly
from optimizer.scenario.weights import METHODS, rank_weights
from optimizer.scenario.writing import new_scenario

__all__ = [
    "METHODS", "Flux", "GridTest", "NewGrid", "Plan", "Ran", "Run", "Scenario", "apply", "check_keys", "compare", "comparison_table", "converted_lines",
    "cotation_test", "cotation_to", "expand", "flux", "flux_to", "inputs_table", "new_grid", "new_grid_to",
    "new_scenario", "rank_weights", "read_base", "read_record", "read_scenario",
    "plan_scenarios", "run_scenarios", "shipped", "shown", "signed", "spread", "tornado_scenarios", "weekly",
]  # fmt: skip
