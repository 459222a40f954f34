"""``python -m benchmarks.notebook``: writes ``docs/fairness.ipynb``, executed: from a case to a figure one would publish.

The notebook is plain JSON (nbformat 4.5): each cell is run here, in order, in one namespace; the last value of a cell is its output.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "docs" / "fairness.ipynb"
CELLS = (
    ("markdown", "# How equal are chances, and what do rules cost?\n\nA synthetic commission (nobody real), four ways of choosing, measured by "
     "Attriflux. Compare under equal rules only: `cotation` and `random` ignore the rules, `leximin` and `optimum` keep them."),
    ("code", "import optimizer as af\n\ncase = af.synthesize(\"commission\", dwellings=12, applications=300, seed=1)\n"
     "found = af.fairness(case, [\"cotation\", \"random\", \"leximin\", \"optimum\"], draws=200)\n"
     "wanted = [(\"lettings\", \"\"), (\"value\", \"net\"), (\"shortfall\", \"\"), (\"gini_p\", \"\"), (\"justified_envy\", \"\")]\n"
     "table = found.table.set_index([\"mechanism\", \"metric\", \"scope\"])[\"value\"].unstack(\"mechanism\")\n"
     "table.loc[wanted, list(found.lotteries)].round(3)"),
    ("markdown", "Chances are exact fractions where the lottery is a list; the leximin lottery has this many allocations, and is this far from "
     "the relaxed answer it was made from."),
    ("code", "lottery = found.lotteries[\"leximin\"]\nlen(lottery.support), lottery.support[0][0], lottery.proof[\"error\"]"),
    ("markdown", "Who is housed: rate over the rate of a random order on the same dwellings."),
    ("code", "found.groups[found.groups[\"group\"].eq(\"priority\")].pivot(index=\"level\", columns=\"mechanism\", "
     "values=\"opportunity\").round(2)"),
    ("markdown", "The figure: share of all chances held by the least lucky households."),
    ("code", "from optimizer.presentation.plots_curves import curves\nfrom optimizer.presentation.numbers import percent\n\n"
     "series = {name: list(zip(part[\"households\"], part[\"chances\"], strict=True)) for name, part in "
     "found.lorenz.groupby(\"mechanism\", sort=False)}\n"
     "figure = curves(series, \"Households, least lucky first\", \"Share of all chances\", \"Lorenz curves of the chances\",\n"
     "                lambda x: percent(x, 0, \"en\"), diagonal=True)\nfigure"),
)  # fmt: skip


def run(source: str, names: dict[str, Any]) -> Any:
    """Execute a cell; the value of its last line where that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return (
        eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        if isinstance(last, ast.Expr)
        else None
    )


def shown(value: Any) -> dict[str, Any]:
    """The bundle of one output: tables as HTML too, drawings as SVG."""
    if isinstance(value, str) and value.startswith("<svg"):
        return {"image/svg+xml": value, "text/plain": "<figure>"}
    if hasattr(value, "to_html"):
        return {"text/html": value.to_html(), "text/plain": value.to_string()}
    return {"text/plain": repr(value)}


def notebook() -> dict[str, Any]:
    """The executed notebook."""
    names: dict[str, Any] = {}
    cells: list[dict[str, Any]] = []
    count = 0
    for number, (kind, source) in enumerate(CELLS):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
        if kind == "code":
            count += 1
            value = run(source, names)
            output = {
                "output_type": "execute_result",
                "execution_count": count,
                "metadata": {},
                "data": shown(value),
            }
            cell |= {"execution_count": count, "outputs": [] if value is None else [output]}
        cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def main() -> int:
    """Write the notebook."""
    TARGET.write_text(json.dumps(notebook(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(TARGET.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
