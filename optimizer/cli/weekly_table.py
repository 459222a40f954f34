"""The year lived week by week in the terminal: mean and extremes over the replications, scenarios in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.errors import Lang

COLUMNS = (
    ("weekly_unlet", "dwellings", "Non loués", "Not let"),
    ("weekly_vacancy", "days", "Attente j", "Waited d"),
    ("weekly_q1_outside_qpv", "share", "Q1 hors QPV", "Q1 outside"),
    ("weekly_priority", "share", "Prioritaires", "Priority"),
    ("weekly_months", "months", "Mois", "Months"),
)


def weekly_table(comparison: pd.DataFrame, lang: Lang, numbered: bool) -> str:
    """The table, empty where no run lived its year."""
    from optimizer.cli.speak import table
    from optimizer.scenario import shown

    if not comparison["indicator"].astype(str).str.startswith("weekly_").any():
        return ""
    fr = lang == "fr"
    rows = []
    for number, (name, group) in enumerate(comparison.groupby("scenario", sort=False), start=1):
        values = dict(zip(group["indicator"], group["value"], strict=True))
        label = str(number) if numbered else str(name)
        # means kept to the hundredth: three of them may sum to 293.99
        signed = round(float(group.loc[group["indicator"] == "weekly_leases", "value"].sum()), 1)
        for end, word, leases in (
            ("", label, shown(signed, "leases", lang)),
            ("_low", "  bas" if fr else "  low", ""),
            ("_high", "  haut" if fr else "  high", ""),
        ):
            cells = [shown(values.get(key + end), unit, lang) for key, unit, _, _ in COLUMNS]
            rows.append((word, leases, *cells))
    heads = ("Baux" if fr else "Leases", *(c[2] if fr else c[3] for c in COLUMNS))
    title = (
        "Année vécue en lots hebdomadaires, avec refus : moyenne et extrêmes des réplications"
        if fr
        else "The year in weekly batches, with refusals: mean and extremes of the replications"
    )
    return title + "\n" + table(rows, ("Scénario" if fr else "Scenario", *heads))
