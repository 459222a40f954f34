"""The secretary's notebook says what the program gives; that of researchers holds lotteries, several of which are as good."""

from __future__ import annotations

import json

from benchmarks.notebook import DOCS, NOTEBOOKS, notebook


def test_the_notebook_of_a_week_holds_what_its_cells_give_today():
    kept = json.loads((DOCS / "week.ipynb").read_text(encoding="utf-8"))
    assert notebook(NOTEBOOKS["week"]) == kept
