"""The inventory as ``flux.html`` shows it, landlord by landlord: tables in words and the two plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from optimizer.conversion import account_order
from optimizer.errors import Lang, said
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.page import Num
from optimizer.presentation.plots_stock import ends_chart, stock_bars
from optimizer.scenario.fit import FIT_GAP
from optimizer.scenario.stocktaking import ENDING_WITHIN
from optimizer.shortlist.labels import account_label

if TYPE_CHECKING:
    from optimizer.scenario.flux import Flux

FIT = ("rooms", "ceiling")
WHY_EN = {
    "convention échue": "agreement ended", "convention à échoir dans l'année": "agreement ending in the year",
    "réorientation dans l'année": "oriented again in the year", "au-dessus": "above", "non renseigné": "not given",
    "sans terme": "without end", "en cours": "running", "échue": "ended",
}  # fmt: skip


def stock_part(result: Flux, landlord: str, departement: str, lang: Lang) -> dict[str, Any]:
    """Everything the template needs for one landlord and département."""

    def here(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[(frame["landlord"] == landlord) & (frame["departement"] == departement)]

    def label(account: object) -> str:
        return account_label(str(account), lang, result.places)

    accounts = ordered(here(result.inventory.accounts))
    spreads = here(result.inventory.spreads)
    commitments = here(result.commitments)
    numbers = {p.key: p.value for p in result.numbers}
    gap = float(numbers[FIT_GAP])
    return {
        "soon_years": numbers[ENDING_WITHIN],
        "fit_points": decimal(100 * gap, lang=lang),
        "accounts": [_account(r, label(r["account"]), commitments, lang) for r in accounts],
        "mixity": [{**r, "label": label(r["account"])} for r in ordered(here(result.mixity))],
        "moves": [
            {"old": label(r["from_account"]), "new": label(r["to_account"]), "why": word(str(r["why"]), lang), "n": int(r["dwellings"])}
            for r in here(result.moves).to_dict("records")
        ],
        "fits": [_fit(here(result.fit), d, said(f"FLUX.FIT_{d}".upper(), lang), label, gap, lang) for d in FIT],
        "bars": _bars(spreads, accounts, label, lang),
        "bars_name": said("FLUX.BARS", lang),
        "ends": _ends(commitments, label, result.case.settings.year, lang),
    }  # fmt: skip


def word(text: str, lang: Lang) -> str:
    """A word of the tables in the language of the page."""
    return text if lang == "fr" else WHY_EN.get(text, text)


def ordered(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows in the order accounts are shown in."""
    rows = [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]
    return sorted(rows, key=lambda r: account_order(str(r["account"])))


def _account(row: dict[str, Any], label: str, commitments: pd.DataFrame, lang: Lang) -> dict[str, Any]:
    mine = commitments[commitments["account"] == row["account"]]
    soon = mine.loc[mine["state"].str.startswith("échoit"), "dwellings"].sum()
    given = [str(x) for x in mine["counterpart"].unique() if x]
    return {
        "label": label,
        "dwellings": int(row["dwellings"]),
        "share": row["share"],
        "turnover": row["turnover"],
        "ended": int(row["ended"]),
        "soon": int(soon),
        "last": None if pd.isna(row["ends_last"]) else row["ends_last"],
        "counterpart": said("WORDS.LIST", lang).join(given) or said("FLUX.NOT_RESERVED", lang),
    }


def _fit(fit: pd.DataFrame, dimension: str, title: str, label: Any, gap: float, lang: Lang) -> dict[str, Any]:
    """Share of the stock beside share of the demand, contingents in lines and values in columns."""
    rows = fit[fit["dimension"] == dimension]
    values = list(dict.fromkeys(rows["value"])) if dimension == "ceiling" else sorted(rows["value"].unique())
    lines = []
    for account in sorted(rows["account"].unique(), key=account_order):
        mine = rows[rows["account"] == account].set_index("value")
        cells: list[dict[str, object] | None] = []
        for value in values:
            if value not in mine.index:
                cells.append(None)
                continue
            have, want = float(mine.loc[value, "stock_share"]), float(mine.loc[value, "demand_share"])
            cells.append(
                {
                    "stock": percent(have, lang=lang, fixed=True),
                    "demand": percent(want, lang=lang, fixed=True),
                    "short": round(want - have, 9) > gap,
                }
            )
        lines.append({"label": label(account), "cells": cells})
    return {"title": title, "values": [Num(word(str(v), lang)) for v in values], "lines": lines}


def _bars(spreads: pd.DataFrame, accounts: list[dict[str, Any]], label: Any, lang: Lang) -> str:
    sides = spreads[spreads["dimension"] == "qpv"].groupby(["account", "value"])["dwellings"].sum().to_dict()
    rows = [
        (
            label(r["account"]),
            *(int(sides.get((r["account"], v), 0)) for v in ("non", "oui", "non renseigné")),
        )
        for r in accounts
    ]
    words = (said("PAGE.OUTSIDE_QPV", lang), said("PAGE.IN_QPV", lang), said("PAGE.NOT_GIVEN", lang))
    return stock_bars(rows, words, said("FLUX.BARS", lang), lang)


def _ends(commitments: pd.DataFrame, label: Any, year: int, lang: Lang) -> str:
    dated = commitments[commitments["ends_on"].notna() & (commitments["state"] != "échue")]
    ends: dict[str, dict[int, int]] = {}
    for account in sorted(dated["account"].unique(), key=account_order):
        mine = dated[dated["account"] == account]
        counts = mine.groupby(mine["ends_on"].dt.year)["dwellings"].sum()
        ends[label(account)] = {int(str(y)): int(n) for y, n in counts.items()}
    return ends_chart(ends, year, said("FLUX.ENDS", lang))
