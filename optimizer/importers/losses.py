"""What a case loses because a column that matters is nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain import TABLES, Case
from optimizer.errors import Finding
from optimizer.importers.headers import loss
from optimizer.importers.words import vocabulary


def losses(case: Case, known: Sequence[Finding] = ()) -> tuple[Finding, ...]:
    """A warning for each optional column whose absence a user should know of, where it is missing or empty everywhere.

    One that matters only to those who ask for something (``when``) is told where somebody does. ``known``: what reading has found. A column whose cells are wrong, or whose rows are shifted, is not empty.
    """
    findings = []
    wrong = {(f.file, f.column) for f in known if f.severity == "error"}
    shifted = {f.file for f in known if f.code == "READ_RAGGED_ROW"}
    for table, columns in vocabulary()["losses"].items():
        if not case.has(table) or not len(frame := case.table(table)):
            continue
        origin = case.origins.get(table)
        for name, item in columns.items():
            said = loss(table, name)
            if said is None or not frame[[name, *item.get("unless", ())]].isna().all(axis=None):
                continue
            if not all(_asked(case, where, values) for where, values in item.get("when", {}).items()):
                continue
            label = origin.label if origin is not None else table
            column = (origin.names.get(name) if origin is not None else None) or TABLES[table].column(
                name
            ).alias
            if label in shifted or (label, column) in wrong:
                continue
            findings.append(
                Finding(
                    "READ_LOST_WITHOUT",
                    "warning",
                    label,
                    column=column,
                    params={"lost": said},
                )
            )
    return tuple(findings)


def _asked(case: Case, where: str, values: Sequence[str]) -> bool:
    """Whether a row of ``table.column`` has one of the values."""
    table, _, column = where.partition(".")
    return case.has(table) and bool(case.table(table)[column].isin(values).any())
