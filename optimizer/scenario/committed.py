"""What the commitments of a case bring beside what an agreement or a scenario gives: two figures per account."""

from __future__ import annotations

from optimizer.pipeline import Prepared
from optimizer.runs.committed import commitments_of
from optimizer.scenario.figures import Figure
from optimizer.scenario.flux import conventions_of


def committed_figures(prepared: Prepared) -> list[Figure]:
    """The share of the flux that commitments bring to each account this year, and the next; nothing without a register.

    A comparison shows them beside ``rule_target``, the share that the run gave the account.
    """
    case = prepared.case
    if case.table("commitments").empty:
        return []
    found = commitments_of(
        case, prepared.rules, conventions_of(case, prepared.rules), lambda landlord, departement, area: None
    )
    rows = []
    for row in found.accounts.to_dict("records"):
        scope = f"landlord={row['landlord']};area={row['area']};account={row['account']}"
        for name, column in (("committed", "year_share"), ("committed_next", "next_share")):
            value = float(row[column])
            if value == value:
                rows.append(Figure(name, scope, "share", value))
    return rows
