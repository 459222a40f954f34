"""A conversion under the changes of a scenario: an assiette, a turnover, new rights, another value of the law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from optimizer import importers
from optimizer.errors import AttrifluxError
from optimizer.scenario import messages as messages
from optimizer.scenario.case_changes import new_rights
from optimizer.scenario.checking import applied
from optimizer.scenario.files import checked_scenarios, expand
from optimizer.scenario.flux import Flux, flux, modes_of
from optimizer.scenario.unused import unread_by_flux


def flux_under(
    case: Path,
    scenario: Path | str,
    *,
    modes: Sequence[int] | int | str | None = None,
    basis: str = "forecast",
    models: Path | None = None,
) -> Flux:
    """The conversion of a case as a scenario changes it.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_MATRIX``: the file tries several values. Other ``SCENARIO_…``: as for any scenario, with the line.
    """
    (read,) = checked_scenarios([scenario], case, models)
    if read.over or read.variants:
        raise AttrifluxError("SCENARIO_MATRIX", name=read.name)
    run = expand(read)[0]
    modes = None if modes is None else modes_of(modes)
    unread = unread_by_flux(run, modes)
    if run.changes.get("flux.mode") == 4:
        modes = modes if modes is not None else (1, 2, 3, 4)  # without negotiated it is refused, not left out
    run = replace(run, changes={k: v for k, v in run.changes.items() if k != "flux.mode"})
    found = importers.read(case, need=("stock",))
    changed, _ = applied(found, run, read, models)
    title = f"{found.settings.title} – {read.title}"
    warnings = (*changed.warnings, *unread)
    changed = replace(changed, warnings=warnings, settings=replace(changed.settings, title=title))
    return flux(
        changed, modes=modes, basis=str(run.changes.get("flux.basis", basis)), models=models,
        added=new_rights(run.changes),
    )  # fmt: skip
