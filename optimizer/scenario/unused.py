"""Keys of a scenario that change nothing, because its conversion, or no run, reads them: said, never silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from optimizer.errors import Finding, Said
from optimizer.scenario import messages as messages
from optimizer.scenario.files import Run

RIGHTS = ("rights.", "national.flux.spread_years")
"""What only the conversion to single-use rights reads."""
NEGOTIATED = ("flux.negotiated.", "flux.counterpart.", "flux.minimum.")
CONVERSION = (
    "flux.basis", "stock.", "national.flux.state_cap", "national.flux.agents_cap", "national.flux.guarantee_cap",
    "national.flux.cap_receiver", "national.flux.stock_rights",
)  # fmt: skip
"""What only a conversion reads, whatever its mode: agreed shares are not lowered to a cap."""
RECEIVER, CARRIED = ".cap_receiver", ".carry_over"
"""Fields of an agreement that only a conversion, or only the next year's agreements, read."""
_DESK = Said("seul le bureau des séances s'en sert", "the desk of the sessions alone reads it")
_NEXT = Said("seul bilan --next s'en sert", "bilan --next alone reads it")
ELSEWHERE: Mapping[str, Said] = {
    "national.commission.": _DESK,
    "national.desk.": _DESK,
    "national.dashboard.": Said("seuls les tableaux de bord s'en servent", "dashboards alone read it"),
    "national.fairness.": Said("seule la commande fairness s'en sert", "the command fairness alone reads it"),
    "national.simulation.": Said("seule la commande simulate s'en sert", "the command simulate alone reads it"),
    "national.chain.": Said("seules les chaînes (propose --chains) s'en servent", "chains (propose --chains) alone read it"),
    "national.statement.": Said("seul le bilan s'en sert", "the statement alone reads it"),
    "national.planning.": Said("seules les pages de flux et de tornado s'en servent", "the pages of flux and tornado alone read it"),
    "national.flux.counterparts": Said("seule la page de flux s'en sert", "the page of flux alone reads it"),
    "national.flux.report_deadline": Said("seul le bilan s'en sert", "the statement alone reads it"),
    "national.flux.carry_over": _NEXT,
    "national.caleol.answer_days": _DESK,
    "national.caleol.single_candidate_cases": _DESK,
    "national.cotation.low_stakes_share": Said("seule la commande cotation test s'en sert", "the command cotation test alone reads it"),
    "national.lec.median_threshold": Said("seule la commande synth s'en sert", "the command synth alone reads it"),
}  # fmt: skip
"""Start of a key -> who reads what no run reads: the desk, its dashboards, other commands."""


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
            if _reader(key) is not None or (_needs(key) is not None and key not in read)
        )
        for run in runs
    }


def _needs(key: str) -> Said | None:
    """The conversion that reads a key, in words; None for a key read by every run."""
    if key.startswith(RIGHTS):
        return Said("seul le mode 3 (ou 4 sur cette base)", "mode 3 alone (or 4 on that base)")
    if key.startswith(NEGOTIATED):
        return Said("seul le mode 4", "mode 4 alone")
    if key.startswith(CONVERSION) or key.endswith(RECEIVER):
        return Said("seule une conversion", "a conversion alone")
    return None


def _reader(key: str) -> Said | None:
    """Who reads a key that no run reads; None for the others."""
    if key.startswith("conventions.") and key.endswith(CARRIED):
        return _NEXT
    return next((who for start, who in ELSEWHERE.items() if key.startswith(start)), None)


def _is_read(key: str, run: Run, negotiated: Mapping[str, object]) -> bool:
    mode = int(str(run.changes.get("flux.mode", 0)))
    if key.startswith(RIGHTS):
        base = run.changes.get("flux.negotiated.base", negotiated.get("base", 1))
        return mode == 3 or (mode == 4 and str(base) == "3")
    return mode == 4 if key.startswith(NEGOTIATED) else mode > 0


def _said(key: str, run: Run) -> Finding:
    if (reader := _reader(key)) is not None:
        return Finding("SCENARIO_KEY_ELSEWHERE", "warning", params={"key": key, "reader": reader})
    mode = run.changes.get("flux.mode")
    now = Said("flux.mode n'est pas fixé", "flux.mode is not set")
    if mode is not None:
        now = Said(f"flux.mode est {mode}", f"flux.mode is {mode}")
    return Finding("SCENARIO_KEY_UNUSED", "warning", params={"key": key, "mode": _needs(key), "now": now})


READ_WHILE_LOADING = ("national.ceiling_zones.",)
"""Values that make the tables of the rules: they weigh though nobody asks for them afterwards."""


def left_unread(run: Run, was_read: Callable[[str], bool]) -> tuple[Finding, ...]:
    """One warning per number of ``national/`` that the finished run has not read, and that :func:`unused` does not tell.

    A number may wait for another market, a table or a switch that the case does not have: the days to name households of a
    tense market in a relaxed one, the margin of a balance that is off.
    """
    return tuple(
        Finding("SCENARIO_KEY_UNREAD", "warning", params={"key": key})
        for key in sorted(run.changes)
        if key.startswith("national.")
        and not key.startswith(READ_WHILE_LOADING)
        and _needs(key) is None
        and _reader(key) is None
        and not was_read(key)
    )


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
