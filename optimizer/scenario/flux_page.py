"""``flux.html``: the four conversions side by side, wording a planner can paste in a council paper."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from optimizer.conversion import MODES, account_order
from optimizer.errors import Lang, said
from optimizer.presentation.commitments import commitments_part
from optimizer.presentation.numbers import percent
from optimizer.presentation.page import Num, render
from optimizer.presentation.plots import slope_chart
from optimizer.scenario import texts as texts
from optimizer.scenario.flux import Flux
from optimizer.scenario.flux_stock import stock_part
from optimizer.shortlist.labels import account_label

MOST_PLACES = 40
"""Landlord × département sections on the page; the tables hold them all."""


def flux_html(result: Flux, lang: Lang = "fr") -> str:
    """The whole page, self-contained."""
    settings = result.case.settings
    places = result.flux[["landlord", "departement"]].drop_duplicates().itertuples(index=False)
    shown = list(places)
    values = {
        "title": settings.title,
        "territory": result.territory,
        "on": settings.on,
        "year": settings.year,
        "synthetic": settings.synthetic,
        "sections": [_section(result, str(p[0]), str(p[1]), lang) for p in shown[:MOST_PLACES]],
        "hidden": max(0, len(shown) - MOST_PLACES),
        "totals": _totals(result, lang) if len(shown) > 1 else [],
        "numbers": [
            {
                "title": p.title,
                "value": value_said((lang == "en" and p.english) or p.value, p.unit, lang),
                "assumed": p.is_assumed,
                "source": p.source,
                "since": p.in_force_from,
            }
            for p in result.numbers
        ],
        "findings": [f.sentence(lang) for f in result.findings],
    }
    return render("scenario/flux", lang, values)


def value_said(value: object, unit: str, lang: Lang) -> str:
    """A value of the law or of an agreement as it is read: shares in per cent, accounts by their names, codes in words with the
    account that a file writes."""
    if isinstance(value, Mapping):
        colon = said("PAGE.COLON", lang)
        return said("WORDS.LIST", lang).join(
            f"{_in_words(str(k), lang) or account_label(str(k), lang)}{colon}{v}" for k, v in value.items()
        )
    if unit == "share" and isinstance(value, (int, float)):
        return percent(float(value), lang=lang)
    if isinstance(value, tuple):
        return ", ".join(
            f"{words} (OTHER:{x})" if (words := _in_words(str(x), lang)) else str(x) for x in value
        )
    return account_label(str(value), lang)


def _in_words(code: str, lang: Lang) -> str:
    """A family of accounts, or a réservataire kept in stock, that the law names by a code; nothing for a code of one's own."""
    try:
        return said(f"FLUX_CODE.{code}".upper(), lang)
    except KeyError:
        return ""


def _totals(result: Flux, lang: Lang) -> list[dict[str, Any]]:
    """Each département over all its landlords: dwellings and share of the assiette by account and mode.

    The share is before rounding, as in each landlord's table: whole dwellings are shared out landlord by landlord, and an
    account of a few hundredths has none at a small landlord, so that what it has in all says less than what it is due.
    """
    out = []
    for departement, table in result.flux.groupby("departement", sort=True):
        modes = sorted({int(m) for m in table["mode"]})
        sums = table.groupby(["account", "mode"])["dwellings"].sum().to_dict()
        whole = {m: int(table.loc[table["mode"] == m, "dwellings"].sum()) for m in modes}
        bases = table.groupby(["landlord", "mode"])["dwellings"].transform("sum")
        due = (table["share"] * bases).groupby([table["account"], table["mode"]]).sum().to_dict()
        one = table[table["mode"] == modes[0]]
        stock = one.groupby("account")["stock"].sum().to_dict()
        lines = []
        for account in sorted({str(a) for a in table["account"]}, key=account_order):
            counts = {m: int(sums.get((account, m), 0)) for m in modes}
            lines.append(
                {
                    "label": account_label(account, lang, result.places),
                    "stock": int(stock.get(account, 0)),
                    "cells": [
                        (
                            counts[m],
                            percent(due.get((account, m), 0.0) / whole[m], 2, lang, fixed=True)
                            if whole[m]
                            else "–",
                        )
                        for m in modes
                    ],
                }
            )
        out.append(
            {
                "departement": str(departement),
                "landlords": int(table["landlord"].nunique()),
                "modes": [Num(f"{m}. {MODES[m][lang == 'en']}") for m in modes],
                "lines": lines,
                "whole": [whole[m] for m in modes],
            }
        )
    return out


def _section(result: Flux, landlord: str, departement: str, lang: Lang) -> dict[str, Any]:
    def here(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[(frame["landlord"] == landlord) & (frame["departement"] == departement)]

    table = here(result.flux)
    modes = sorted({int(m) for m in table["mode"]})
    accounts = sorted({str(a) for a in table["account"]}, key=account_order)
    cell: dict[tuple[str, int], dict[Hashable, Any]] = {
        (str(r["account"]), int(r["mode"])): r for r in table.to_dict("records")
    }
    lines = []
    for account in accounts:
        first = next(cell[(account, m)] for m in modes if (account, m) in cell)
        cells = []
        for mode in modes:
            row = cell.get((account, mode))
            names = str(row["cap"]).split("|") if row is not None and row["cap"] else []
            cells.append(
                None
                if row is None
                else {
                    "dwellings": int(row["dwellings"]),
                    "share": percent(float(row["share"]), 2, lang, fixed=True),
                    "uncapped": percent(float(row["share_uncapped"]), 2, lang, fixed=True),
                    "capped": ", ".join(said(f"FLUX.CAP_{n}".upper(), lang) for n in names),
                    "received": percent(float(row["received_from_cap"]), 2, lang, fixed=True)
                    if row["received_from_cap"]
                    else "",
                }
            )
        lines.append(
            {
                "label": account_label(account, lang, result.places),
                "stock": int(first["stock"]),
                "vacated": float(first["vacated"]),
                "cells": cells,
            }
        )
    series: dict[str, list[float | None]] = {
        account_label(a, lang, result.places): [
            float(cell[(a, m)]["share"]) if (a, m) in cell else None for m in modes
        ]
        for a in accounts
    }
    return {
        "landlord": landlord,
        "departement": departement,
        "bases": here(result.assiette).to_dict("records"),
        "modes": [Num(f"{m}. {MODES[m][lang == 'en']}") for m in modes],
        "lines": lines,
        "chart": slope_chart(
            series,
            [f"mode {m}" for m in modes],
            said("FLUX.CHART", lang),
            lang=lang,
        ),
        "stock": stock_part(result, landlord, departement, lang),
        "engagements": commitments_part(
            result.register, here, result.case.settings.year, lang, result.places
        ),
        "trace": [
            {**r, "title": said(f"FLUX.MINUS_{r['reason']}".upper(), lang)}
            for r in here(result.trace).to_dict("records")
            if r["dwellings"]
        ],
        "counterparts": [
            (account_label(a, lang, result.places), words)
            for a, words in (result.negotiated.counterparts.items() if result.negotiated else ())
            if 4 in modes
        ],
        "rights": _rights(here(result.conversion.rights), lang, result.places),
        "first": [
            {**r, "label": account_label(str(r["account"]), lang, result.places) if r["account"] else "–"}
            for r in here(result.first_lettings).to_dict("records")
        ],
    }


def _rights(frame: pd.DataFrame, lang: Lang, places: Mapping[str, str]) -> list[dict[str, Any]]:
    out = []
    for account, group in frame.groupby("account", sort=False):
        first, last = group.iloc[0], group.iloc[-1]
        out.append(
            {
                "label": account_label(str(account), lang, places),
                "opening": int(first["opening"]),
                "yearly": int(first["used"]),
                "end": int(last["year"]) if int(last["left"]) == 0 else None,
            }
        )
    return out
