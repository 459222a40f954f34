"""``cotation.html``: the comparison of two grids in a page for a meeting; no application is named."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain import CaseSettings
from optimizer.errors import Lang
from optimizer.presentation.page import render
from optimizer.scenario import texts as texts
from optimizer.scenario.cotation import GridTest
from optimizer.scenario.publics import publics_said


def cotation_html(found: GridTest, settings: CaseSettings, lines: Sequence[str], lang: Lang) -> str:
    """The page; same comparison, same bytes.

    Parameters
    ----------
    lines : sequence of str
        The sentences of the comparison.
    """
    lost = found.fragile.assign(lost=found.fragile["rank_without"] - found.fragile["rank"])
    facts = [
        {
            "grid": grid,
            "fact": fact,
            "files": int(group["application_id"].nunique()),
            "most": int(group["lost"].max()),
        }
        for (grid, fact), group in lost.groupby(["grid", "fact"], sort=True)
    ]
    values = {
        "a": found.grids[0],
        "b": found.grids[1],
        "on": settings.on,
        "synthetic": settings.synthetic,
        "lines": lines,
        "publics": found.publics.assign(public=found.publics["public"].map(publics_said(lang))).to_dict(
            "records"
        ),
        "criteria": found.criteria.to_dict("records"),
        "facts": facts,
    }
    return render("scenario/cotation", lang, values)
