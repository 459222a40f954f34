"""The table of accounts in the report counts as the objectives do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from optimizer.presentation.report import lettings_by_account


def test_a_title_that_is_only_declared_is_not_counted_as_a_priority_public() -> None:
    titles = ["DALO", "DALO|c (declared)", "a (verified)", "c|d (labelled)", "l (declared)", "l", "", ""]
    proposals = pd.DataFrame(
        {
            "rank": 1,
            "account": "BAILLEUR",
            "application_id": [f"A{i}" for i in range(7)] + [""],
            "score": 10.0,
            "q1": "no",
            "priority": titles,
        }
    )
    data: Any = SimpleNamespace(proposals=proposals, lang="en", places={}, style="international")
    (line,) = lettings_by_account(data)
    assert line["n"] == 8
    assert line["priority"] == "57.1%"  # four of seven
