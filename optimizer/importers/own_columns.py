"""Cells of a column that a grid declares itself, read as those of any other column: labels, units, dashes, long dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.domain import Column
from optimizer.errors import Finding
from optimizer.importers.cells import as_array, as_text, one_array, text_series
from optimizer.importers.kinds import convert
from optimizer.importers.raw import I64, shown


def read_cells(
    values: pd.Series[Any], column: Column, file: str, rows: I64
) -> tuple[pd.Series[Any], tuple[Finding, ...]]:
    """One column in the dtype of its kind, cells that cannot be read missing.

    A closed value that is written exactly is itself, even where another one differs from it by a sign only.

    Parameters
    ----------
    values : (n,) cells as the files or a frame gave them.
    column : its ``name`` is the header shown in the findings.
    file : label of the file, for the findings.
    rows : (n,) spreadsheet rows, in any order.

    Returns
    -------
    The column in the order of ``values``, and its problems and repairs, each with its rows ascending.
    """
    order = np.argsort(rows, kind="stable")
    cells = one_array(as_array(values.iloc[order]))
    exact = as_text(cells) if column.kind == "choice" else None
    if exact is not None:
        exact = pc.utf8_lower(exact)
        written = pc.is_in(exact, value_set=pa.array(column.values, pa.string()))
        cells = pc.if_else(written, pa.scalar(None, cells.type), cells)
    made = convert(cells, column)
    series = made.series
    if exact is not None:
        series = text_series(pc.if_else(written, exact, pa.array(series, pa.string(), from_pandas=True)))
    findings = []
    for problem in made.problems:
        at = rows[order][problem.at]
        findings.append(
            Finding(
                problem.code, problem.severity, file, int(at[0]), column.name, shown(problem.value),
                tuple(int(r) for r in at[1:]), problem.params,
            )
        )  # fmt: skip
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return series.iloc[back].reset_index(drop=True), tuple(findings)
