"""The year lived week by week in the terminal: mean and standard error over the replications, scenarios in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from optimizer.errors import Lang

COLUMNS = (
    ("weekly_unlet", "dwellings", "Non loués", "Not let"),
    ("weekly_letting_days", "days", "Attente j", "Waited d"),
    ("weekly_lec_outside_qpv", "share", "LEC hors QPV", "LEC outside"),
    ("weekly_flux_below", "lines", "Flux sous la bande", "Flux below"),
    ("weekly_mean_months", "months", "Mois", "Months"),
)


def weekly_table(
    comparison: pd.DataFrame, lang: Lang, numbered: bool, replications: Sequence[int] = ()
) -> str:
    """The table, empty where no run lived its year; the same figures as the optimum's, how far chance alone moves them, and over
    how many years, where ``replications`` says it."""
    from optimizer.cli.speak import table
    from optimizer.presentation.numbers import decimal
    from optimizer.scenario import shown

    if not comparison["indicator"].astype(str).str.startswith("weekly_").any():
        return ""
    fr = lang == "fr"
    rows = []
    for number, (name, group) in enumerate(comparison.groupby("scenario", sort=False), start=1):
        found = {str(row["indicator"]): row for row in group.to_dict("records")}
        label = str(number) if numbered else str(name)
        # means kept to the hundredth: three of them may sum to 293.99
        signed = group.loc[group["indicator"] == "weekly_account_dwellings", "value"].sum()
        means = [found.get(key, {}).get("value") for key, *_ in COLUMNS]
        errors = [found.get(key, {}).get("standard_error") for key, *_ in COLUMNS]
        units = [unit for _, unit, *_ in COLUMNS]
        for word, leases, values in (
            (label, decimal(float(signed), 1, lang), means),
            ("  ±", "", errors),
        ):
            cells = [shown(value, unit, lang) for value, unit in zip(values, units, strict=True)]
            rows.append((word, leases, *cells))
    heads = ("Baux" if fr else "Leases", *(c[2] if fr else c[3] for c in COLUMNS))
    many = f" ({', '.join(map(str, replications))})" if replications else ""
    title = (
        f"Année vécue en lots hebdomadaires, avec refus :\nmoyenne des réplications{many} et erreur type (±)"
        if fr
        else f"The year in weekly batches, with refusals:\nmean of the replications{many} and standard error (±)"
    )
    return title + "\n" + table(rows, ("Scénario" if fr else "Scenario", *heads))
