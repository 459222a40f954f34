"""What each line of each rule has reached, before the run and with it: one count for the optimum and for the lived year."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.account import remainder
from optimizer.pipeline import Prepared
from optimizer.policy import RuleSet
from optimizer.problem import all_rules
from optimizer.problem.model import RATE_UNIT
from optimizer.scenario.figures import Figure, parts_of, share

PLAY = "national.rules.flux.play"


def lines_reached(prepared: Prepared, num_run: NDArray[np.int64], den_run: NDArray[np.int64]) -> pd.DataFrame:
    """One row per line of a rule: ``rule, scope, share, tolerance, opening, price, ceiling, num_run, den_run, num, den``.

    Parameters
    ----------
    num_run, den_run : (R,) as the problem counts them; a line that limits counts in num what is *not* against it, and is
        turned round here.

    Returns
    -------
    DataFrame
        ``num`` and ``den`` hold the leases before the run too; ``opening`` is the balance carried over, in leases.
    """
    rows = prepared.problem.rows
    limits = np.array([r.ceiling for r in rows], bool)
    num = np.where(limits, den_run - num_run, num_run).astype(np.int64) if len(rows) else num_run
    return pd.DataFrame(
        {
            "rule": [r.rule for r in rows], "scope": [r.scope for r in rows],
            "share": [r.share / RATE_UNIT for r in rows], "tolerance": [r.tolerance / RATE_UNIT for r in rows],
            "opening": [r.opening_balance / 100 for r in rows], "price": [r.price / 100 for r in rows],
            "ceiling": limits, "num_run": num, "den_run": den_run,
            "num": num + np.array([r.num_before for r in rows], np.int64),
            "den": den_run + np.array([r.den_before for r in rows], np.int64),
        }
    )  # fmt: skip


def rate_figures(lines: pd.DataFrame) -> list[Figure]:
    """The rate of each line, and the rate over all lines of each rule that has an indicator, counted as the rule does.

    For LEC, a first quartile share alone leaves out the relocations, and would read as a missed target where it is met.
    """
    found: list[Figure] = []
    for row in lines.to_dict("records"):
        found += share("rule_rate", f"rule={row['rule']};{row['scope']}", int(row["num"]), int(row["den"]))
    for shape in all_rules():
        if shape.indicator is not None:
            mine = lines[lines["rule"] == shape.id]
            found += share(shape.indicator[0], "", int(mine["num"].sum()), int(mine["den"].sum()))
    return found


def flux_gaps(lines: pd.DataFrame, rules: RuleSet) -> list[Figure]:
    """By how many leases each account is above (+) or below (−) its share of the flux, the band it may move in, and how many
    lines leave it on either side.

    The band is the tolerance of the line and the half lease of play that the rule leaves. What is not reserved is due
    what the other shares leave where they apply; it stands under one scope whether an agreement gives it a line of its own or not, so
    that two runs are compared of which only one has it (a conversion).
    """
    if lines.empty:  # a case without dwellings has no line, nor columns of words
        return []
    agreed = [shape.id for shape in all_rules() if shape.agreed]
    play = float(str(rules.get(PLAY)))
    flux = lines[lines["rule"].isin(agreed)]
    rest = _rest_scopes(lines)
    found: list[Figure] = []
    above = below = 0
    for row in [*flux.to_dict("records"), *not_reserved(lines, rules)]:
        if not row["den"]:
            continue
        scope = rest.get(str(row["scope"])) or f"rule={row['rule']};{row['scope']}"
        gap = float(row["num"]) - float(row.get("due", row["share"] * row["den"])) + float(row["opening"])
        band = play + float(row["tolerance"]) * float(row["den"])
        found.append(Figure("flux_gap", scope, "leases", gap, float(row["num"]), float(row["den"])))
        found.append(Figure("flux_band", scope, "leases", band))
        above += gap > band + 1e-9
        below += gap < -band - 1e-9
    if found:
        found.append(Figure("flux_above", "", "lines", float(above)))
        found.append(Figure("flux_below", "", "lines", float(below)))
    return found


def _rest_scopes(lines: pd.DataFrame) -> dict[str, str]:
    """Scope of the landlord's own line over a whole département -> the one under which what is not reserved is told."""
    limits = lines[lines["ceiling"] & lines["scope"].str.endswith(f";account={remainder()}")]
    return {
        str(row["scope"]).replace("departement=", "area="): f"rule={row['rule']};{row['scope']}"
        for row in limits.to_dict("records")
    }


def not_reserved(lines: pd.DataFrame, rules: RuleSet, den: str = "den") -> list[dict[Hashable, Any]]:
    """The lines of what is not reserved, each with what is ``due`` to it: what the shares of the whole département leave, less
    the local shares.

    Not the share of the line itself, which is the average over the communes of this run: the local shares are out of it already.
    Where an agreement gives the landlord a share of its own, that line says it already.

    Parameters
    ----------
    den : the leases that are shared out: ``den``, or ``den_run`` for those of the run alone.
    """
    flux = lines[lines["rule"].isin([shape.id for shape in all_rules() if shape.agreed])]
    mine = lines[lines["ceiling"] & lines["scope"].str.endswith(f";account={remainder()}")]
    taken: dict[tuple[str, str], float] = {}
    everywhere: dict[tuple[str, str], float] = {}
    said: set[tuple[str, str]] = set()
    for row in flux.to_dict("records"):
        parts = parts_of(str(row["scope"]))
        place = _departement(parts["area"], rules)
        if parts["account"] == remainder():
            said.add((parts["landlord"], place))
        key = (parts["landlord"], place)
        if place != parts["area"]:
            taken[key] = taken.get(key, 0.0) + float(row["share"]) * float(row[den])
        else:
            everywhere[key] = everywhere.get(key, 0.0) + float(row["share"])
    out: list[dict[Hashable, Any]] = []
    for row in mine.to_dict("records"):
        parts = parts_of(str(row["scope"]))
        key = (parts["landlord"], parts["departement"])
        if key in said:
            continue
        left = max(0.0, 1.0 - everywhere.get(key, 0.0)) * float(row[den])
        due = max(0.0, left - taken.get(key, 0.0))
        out.append({**row, "due": due})
    return out


def _departement(area: str, rules: RuleSet) -> str:
    """The département of an area: itself, its commune's, or that of most communes of the EPCI."""
    communes = rules.all_communes
    if area in communes.index:
        return str(communes.loc[area, "departement"])
    inside = communes.loc[communes["epci"] == area, "departement"]
    return str(inside.mode().iloc[0]) if len(inside) else area
