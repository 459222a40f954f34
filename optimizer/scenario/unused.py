"""Keys of a scenario that change nothing, because its conversion, or no run, reads them: said, never silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.errors import Finding, Said
from optimizer.scenario import messages as messages
from optimizer.scenario.files import Run

RIGHTS, NEGOTIATED = ("rights.",), ("flux.negotiated.", "flux.counterpart.", "flux.minimum.")
CONVERSION = ("flux.basis", "stock.")
"""What only a conversion reads, whatever its mode."""
DESK = "national.commission."
"""What only the desk of the sessions reads: retention, quorum, motives, words of the letters."""


def unused(runs: Sequence[Run], negotiated: Mapping[str, object]) -> dict[str, tuple[Finding, ...]]:
    """One warning per key that no run of its scenario reads, by name of run.

    Parameters
    ----------
    runs : the runs of one scenario: a matrix over ``flux.mode`` reads in one run what it leaves aside in another.
    negotiated : `negotiated` of the case's settings, which gives the base of mode 4 where the scenario does not.
    """
    read = {key for run in runs for key in run.changes if _needs(key) and _is_read(key, run, negotiated)}
    return {
        run.name: tuple(
            _said(key, run)
            for key in sorted(run.changes)
            if key.startswith(DESK) or (_needs(key) is not None and key not in read)
        )
        for run in runs
    }


def _needs(key: str) -> Said | None:
    """The conversion that reads a key, in words; None for a key read by every run."""
    if key.startswith(RIGHTS):
        return Said("seul le mode 3 (ou 4 sur cette base)", "mode 3 alone (or 4 on that base)")
    if key.startswith(NEGOTIATED):
        return Said("seul le mode 4", "mode 4 alone")
    if key.startswith(CONVERSION):
        return Said("seule une conversion", "a conversion alone")
    return None


def _is_read(key: str, run: Run, negotiated: Mapping[str, object]) -> bool:
    mode = int(str(run.changes.get("flux.mode", 0)))
    if key.startswith(RIGHTS):
        base = run.changes.get("flux.negotiated.base", negotiated.get("base", 1))
        return mode == 3 or (mode == 4 and str(base) == "3")
    return mode == 4 if key.startswith(NEGOTIATED) else mode > 0


def _said(key: str, run: Run) -> Finding:
    if key.startswith(DESK):
        return Finding("SCENARIO_KEY_DESK", "warning", params={"key": key})
    mode = run.changes.get("flux.mode")
    now = Said("flux.mode n'est pas fixé", "flux.mode is not set")
    if mode is not None:
        now = Said(f"flux.mode est {mode}", f"flux.mode is {mode}")
    return Finding("SCENARIO_KEY_UNUSED", "warning", params={"key": key, "mode": _needs(key), "now": now})


READ_BY_FLUX = (
    "flux.", "assiette.", "stock.", "rights.", "delivery.", "national.flux.", "national.ceilings.", "national.rooms.",
    "national.uc.", "national.planning.turnover_gap", "national.planning.agreements_ending_within", "national.planning.fit_gap", "territory.lec.", "territory.market",
)  # fmt: skip
"""What the stock-to-flux command reads: the conversion, and the inventory beside it (rooms, ceilings, first quartile)."""


def unread_by_flux(run: Run, modes: Sequence[int] | None) -> tuple[Finding, ...]:
    """One warning per key of a scenario that the stock-to-flux command does not read; another run of it may.

    Parameters
    ----------
    modes : the modes asked for, None for all that the case allows.
    """
    found = []
    for key in sorted(run.changes):
        if key == "flux.mode":
            found.append(Finding("SCENARIO_MODE_BESIDE", "warning", params={"mode": run.changes[key]}))
        elif not key.startswith(READ_BY_FLUX) and not (
            key.startswith("conventions.") and key.endswith(".cap_receiver")
        ):
            found.append(Finding("SCENARIO_KEY_NOT_FLUX", "warning", params={"key": key}))
        elif modes is not None and key.startswith((*RIGHTS, *NEGOTIATED)):
            needed = 3 if key.startswith(RIGHTS) else 4
            if needed not in modes and 4 not in modes:
                said = Said(
                    f"les modes demandés sont {_list(modes)}", f"the modes asked for are {_list(modes)}"
                )
                found.append(
                    Finding(
                        "SCENARIO_KEY_UNUSED",
                        "warning",
                        params={"key": key, "mode": _needs(key), "now": said},
                    )
                )
    return tuple(found)


def _list(modes: Sequence[int]) -> str:
    return ", ".join(map(str, modes))
