"""The secretary's notebook says what the program gives; that of researchers holds lotteries, several of which are as good."""

from __future__ import annotations

import json

import pytest

from benchmarks.notebook import DOCS, NOTEBOOKS, notebook, run, shown
from optimizer.presentation.plots_curves import curves


@pytest.mark.long
def test_the_notebook_of_a_week_holds_what_its_cells_give_today():
    kept = json.loads((DOCS / "week.ipynb").read_text(encoding="utf-8"))
    assert notebook(NOTEBOOKS["week"]) == kept


@pytest.mark.long
def test_the_comparison_of_the_notebook_is_that_of_today():
    """Figures of values moved with the amounts of an allowance, and the page kept the old ones."""
    kept = json.loads((DOCS / "fairness.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in kept["cells"] if cell["cell_type"] == "code")
    told = "".join(first["outputs"][0]["data"]["text/plain"])
    source = next(text for kind, text in NOTEBOOKS["fairness"] if kind == "code")
    table = run(source.replace('["cotation", "random", "leximin", "optimum"]', '["cotation", "optimum"]'), {})
    for value in table.to_numpy().ravel():
        assert f"{value:.3f}" in told


def test_a_figure_of_a_cell_is_drawn_and_not_written_out():
    """A plain text that begins with ``<svg`` is text to a notebook that is run again."""
    figure = curves({"a": [(0.0, 0.0), (1.0, 1.0)]}, "x", "y", "a line", str)
    assert set(shown(figure)) == {"image/svg+xml", "text/plain"}
    assert set(shown("<svg></svg>")) == {"text/plain"}


@pytest.mark.parametrize("name", sorted(NOTEBOOKS))
def test_a_notebook_written_again_has_the_cells_that_are_kept(name: str):
    """Its code was laid out otherwise than the checks of the house lay it out: written as the docs say, they refused it."""
    kept = json.loads((DOCS / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = tuple((cell["cell_type"], "".join(cell["source"])) for cell in kept["cells"])
    assert cells == NOTEBOOKS[name]
