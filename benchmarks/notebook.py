"""``python -m benchmarks.notebook [NAME…]``: writes the notebooks of ``docs``, executed.

``fairness`` goes from a case to a figure one would publish, ``week`` through a secretary's week.

The notebook is plain JSON (nbformat 4.5): each cell is run here, in order, in one namespace; the last value of a cell is its output.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"
Cells = tuple[tuple[str, str], ...]
RESEARCHER: Cells = (
    ("markdown", "# How equal are chances, and what do rules cost?\n"
     "\n"
     "A synthetic commission (nobody real), four ways of choosing, measured by Attriflux. Compare under equal rules only: `cotation` and `random` ignore the rules, `leximin` and `optimum` weigh them."),
    ("code", "import optimizer as af\n"
     "\n"
     "case = af.synthesize(\"commission\", dwellings=12, applications=300, seed=1)\n"
     "found = af.fairness(case, [\"cotation\", \"random\", \"leximin\", \"optimum\"], draws=200)\n"
     "wanted = [(\"lettings\", \"\"), (\"value\", \"net\"), (\"shortfall\", \"\"), (\"gini_p\", \"\"), (\"justified_envy\", \"\")]\n"
     "table = found.table.set_index([\"mechanism\", \"metric\", \"scope\"])[\"value\"].unstack(\"mechanism\")\n"
     "table.loc[wanted, list(found.lotteries)].round(3)"),
    ("markdown", "Chances are exact fractions where the lottery is a list; the leximin lottery has this many allocations, and is this far from the relaxed answer it was made from."),
    ("code", "lottery = found.lotteries[\"leximin\"]\n"
     "len(lottery.support), lottery.support[0][0], lottery.proof[\"error\"]"),
    ("markdown", "Who is housed: rate over the rate of a random order on the same dwellings."),
    ("code", "found.groups[found.groups[\"group\"].eq(\"priority\")].pivot(\n"
     "    index=\"level\", columns=\"mechanism\", values=\"opportunity\"\n"
     ").round(2)"),
    ("markdown", "The figure: share of all chances held by the least lucky households."),
    ("code", "from optimizer.presentation.numbers import percent\n"
     "from optimizer.presentation.plots_curves import curves\n"
     "\n"
     "series = {\n"
     "    name: list(zip(part[\"households\"], part[\"chances\"], strict=True))\n"
     "    for name, part in found.lorenz.groupby(\"mechanism\", sort=False)\n"
     "}\n"
     "figure = curves(\n"
     "    series,\n"
     "    \"Households, least lucky first\",\n"
     "    \"Share of all chances\",\n"
     "    \"Lorenz curves of the chances\",\n"
     "    lambda x: percent(x, 0, \"en\"),\n"
     "    diagonal=True,\n"
     ")\n"
     "figure"),
    ("markdown", "The same on the households themselves: sorted chances on a tenfold scale, those without any on the line at the bottom."),
    ("code", "import numpy as np\n"
     "\n"
     "sorted_p = {name: np.sort(lottery.p) for name, lottery in found.lotteries.items()}\n"
     "steps = {name: [((i + 1) / len(p), float(x)) for i, x in enumerate(p)] for name, p in sorted_p.items()}\n"
     "curves(\n"
     "    steps,\n"
     "    \"Households, least lucky first\",\n"
     "    \"Chance of a first rank\",\n"
     "    \"Chances, sorted\",\n"
     "    lambda x: percent(x, 2, \"en\"),\n"
     "    decades=True,\n"
     ")"),
)  # fmt: skip
SECRETARY: Cells = (
    ("markdown", "# La semaine d'un secrétariat de commission\n\nDouze logements, soixante demandes de synthèse (personne de réel). "
     "Les mêmes pas se font par la commande `attriflux` ou au bureau (`attriflux serve`) ; ici, en Python, on regarde sous le capot."),
    ("code", "import optimizer as af\n\ncase = af.synthesize(\"commission\", dwellings=12, applications=60, seed=4)\ncase"),
    ("markdown", "Lundi : la proposition. Elle porte sa preuve : rien de mieux n'existe sous les mêmes règles. Écrite par "
     "`af.propose_to` (ou la commande), elle est recomptée par un second programme avant d'être rendue."),
    ("code", "result = af.propose(case)\nresult.certificate[\"status\"], len(result.proposals), len(result.leapfrogs)"),
    ("markdown", "Une liste : qui est présenté sur le logement qui a le plus de candidats, dans quel ordre."),
    ("code", "lists = result.proposals\nshown = lists[lists[\"application_id\"].ne(\"\")]\nbusiest = shown[\"dwelling_id\"].value_counts().sort_index().idxmax()\n"
     "columns = [\"account\", \"rank\", \"application_id\", \"score\", \"effort\"]\nshown.loc[shown[\"dwelling_id\"].eq(busiest), columns]"),
    ("markdown", "Le flux et les publics : ce qui manque, et les points que coûterait un bail demandé de plus."),
    ("code", "rules = result.rules\nrules.loc[rules[\"shortfall\"].gt(0), [\"rule\", \"scope\", \"shortfall\", \"marginal_points\"]].head(8)"),
    ("markdown", "Ceux qui n'ont rien cette semaine : chacun a un statut et une raison."),
    ("code", "result.applications[\"status\"].value_counts()"),
    ("markdown", "Mercredi : le premier de cette liste refuse. Les autres listes ne bougent que si elles le doivent."),
    ("code", "session = af.Session(case)\nfirst = shown.loc[shown[\"dwelling_id\"].eq(busiest) & shown[\"rank\"].eq(1), \"application_id\"].iloc[0]\n"
     "session.decide(\"refuse\", dwelling=busiest, application=first)\nafter = session.propose()\n"
     "again = after.proposals[after.proposals[\"dwelling_id\"].eq(busiest) & after.proposals[\"application_id\"].ne(\"\")]\nagain[columns]"),
    ("markdown", "Combien de listes ont changé en tout."),
    ("code", "key = [\"dwelling_id\", \"rank\", \"application_id\"]\nboth = lists[key].merge(after.proposals[key], how=\"outer\", indicator=True)\n"
     "both.loc[both[\"_merge\"].ne(\"both\"), \"dwelling_id\"].nunique(), lists[\"dwelling_id\"].nunique()"),
)  # fmt: skip
NOTEBOOKS = {"fairness": RESEARCHER, "week": SECRETARY}


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
    if hasattr(value, "_repr_svg_"):
        return {"image/svg+xml": value._repr_svg_(), "text/plain": "<figure>"}
    if hasattr(value, "to_html"):
        return {"text/html": value.to_html(), "text/plain": value.to_string()}
    return {"text/plain": repr(value)}


def notebook(source_cells: Cells) -> dict[str, Any]:
    """The executed notebook."""
    names: dict[str, Any] = {}
    cells: list[dict[str, Any]] = []
    count = 0
    for number, (kind, source) in enumerate(source_cells):
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


def main(words: list[str] | None = None) -> int:
    """Write the notebooks named, all of them by default."""
    reader = argparse.ArgumentParser(
        prog="python -m benchmarks.notebook", description="Writes the notebooks of docs, executed."
    )
    reader.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NOTEBOOKS)}; all by default")
    names = reader.parse_args(words).names
    if unknown := sorted(set(names) - set(NOTEBOOKS)):
        reader.error(f"no notebook {', '.join(unknown)}: {', '.join(NOTEBOOKS)}")
    for name in names or list(NOTEBOOKS):
        text = json.dumps(notebook(NOTEBOOKS[name]), ensure_ascii=False, indent=1)
        (DOCS / f"{name}.ipynb").write_text(text + "\n", encoding="utf-8")
        print(f"{name}.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
