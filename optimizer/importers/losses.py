"""What a case loses because a column that matters is nowhere."""

from __future__ import annotations

from optimizer.domain import TABLES, Case
from optimizer.errors import Finding
from optimizer.importers.headers import loss
from optimizer.importers.words import vocabulary


def losses(case: Case) -> tuple[Finding, ...]:
    """A warning for each optional column whose absence a user should know of, where it is missing or empty everywhere."""
    findings = []
    for table, columns in vocabulary()["losses"].items():
        if not case.has(table) or not len(frame := case.table(table)):
            continue
        origin = case.origins.get(table)
        for name, item in columns.items():
            said = loss(table, name)
            if said is None or not frame[[name, *item.get("unless", ())]].isna().all(axis=None):
                continue
            column = origin.names.get(name) if origin is not None else None
            findings.append(
                Finding(
                    "READ_LOST_WITHOUT",
                    "warning",
                    origin.label if origin is not None else table,
                    column=column or TABLES[table].column(name).alias,
                    params={"lost": said},
                )
            )
    return tuple(findings)
