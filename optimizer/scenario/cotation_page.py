"""``cotation.html``: the comparison of two grids in a page for a meeting; no application is named."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain import CaseSettings
from optimizer.errors import Lang
from optimizer.scenario.cotation import GridTest
from optimizer.scenario.flux_page import environment, page_words


def cotation_html(found: GridTest, settings: CaseSettings, lines: Sequence[str], lang: Lang) -> str:
    """The page; same comparison, same bytes.

    Parameters
    ----------
    lines : sequence of str
        The sentences of the comparison.
    """
    fr = lang == "fr"

    def number(value: float) -> str:
        text = "–" if value != value else f"{value:+.1f}"
        return text.replace(".", ",") if fr else text

    def share(value: float) -> str:
        text = "–" if value != value else f"{100 * value:.0f}\u00a0%"
        return text if fr else text.replace("\u00a0", "")

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
    return environment().get_template("cotation.html.j2").render(
        a=found.grids[0],
        b=found.grids[1],
        on=settings.on.strftime("%d/%m/%Y") if fr else settings.on.isoformat(),
        synthetic=settings.synthetic,
        lines=lines,
        publics=found.publics.to_dict("records"),
        criteria=found.criteria.to_dict("records"),
        facts=facts,
        number=number,
        share=share,
        **page_words(lang),
    )  # fmt: skip
