"""The table ``simulations``: allowances and effort rates computed elsewhere for a dwelling and a household."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.eligibility.columns import arrow_text, codes, hundredths, scaled, texts
from optimizer.eligibility.effort import RATE_UNIT
from optimizer.eligibility.facts import DwellingFacts, Facts, Simulated
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import ALLOWANCE_ABOVE_RENT, SIMULATION_EMPTY


def read_simulations(
    case: Case, dwellings: DwellingFacts, applications: NDArray[np.object_]
) -> dict[int, Simulated]:
    """Dwelling -> what was simulated for it. A line about another dwelling or household concerns another run; one about a tenant's
    dwelling, each copy of it."""
    frame = case.table("simulations")
    if not len(frame):
        return {}
    names, copies_of = texts(frame, "dwelling_id"), dwellings.named()
    copies = [copies_of(name) for name in names.tolist()]
    row = np.repeat(np.arange(len(names)), [len(there) for there in copies])
    dwelling = np.array([d for there in copies for d in there], np.int32)
    app = codes(arrow_text(frame, "application_id"), list(applications))
    lines = pd.DataFrame(
        {
            "dwelling": dwelling,
            "app": app[row],
            "allowance": hundredths(frame, "allowance_eur")[row],
            "rls": hundredths(frame, "rls_eur")[row],
            "effort": scaled(frame, "effort", RATE_UNIT, -1)[row],
        }
    )
    lines = lines[lines["app"] >= 0]
    # of a pair written twice (the reader has told it) the first line stays
    lines = lines.drop_duplicates(["dwelling", "app"]).sort_values(["dwelling", "app"], kind="stable")
    return {
        int(str(d)): Simulated(
            here["app"].to_numpy(np.int32), here["allowance"].to_numpy(np.int64), here["rls"].to_numpy(np.int64),
            here["effort"].to_numpy(np.int64),
        )
        for d, here in lines.groupby("dwelling")
    }  # fmt: skip


def check_simulations(case: Case, facts: Facts, findings: Findings) -> None:
    """Warnings: a line that says nothing, an allowance above the rent and charges (the effort rate is then zero)."""
    frame = case.table("simulations")
    if not len(frame):
        return
    rows = findings.rows("simulations")
    allowance, effort = hundredths(frame, "allowance_eur"), scaled(frame, "effort", RATE_UNIT, -1)
    silent = (allowance < 0) & (effort < 0) & (hundredths(frame, "rls_eur") < 0)
    for i in np.flatnonzero(silent):
        name = str(frame["dwelling_id"].iloc[i])
        findings.add(
            SIMULATION_EMPTY, "simulations", int(rows[i]), "allowance_eur", name, cell="", severity="warning"
        )
    at = codes(arrow_text(frame, "dwelling_id"), list(facts.dwellings.ids))
    rent = np.append(facts.dwellings.counted_rent_cents, -1)[at]
    charges = np.maximum(np.append(facts.dwellings.counted_charges_cents, 0)[at], 0)
    above = (rent >= 0) & (effort < 0) & (allowance > rent + charges)
    for i in np.flatnonzero(above):
        findings.add(
            ALLOWANCE_ABOVE_RENT, "simulations", int(rows[i]), "allowance_eur", f"{allowance[i] / 100:.2f}",
            severity="warning", cost=f"{(rent[i] + charges[i]) / 100:.2f}",
        )  # fmt: skip
