"""``flux.html``: the four conversions side by side, wording a planner can paste in a council paper."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from optimizer.conversion import MODES, account_order
from optimizer.errors import Lang
from optimizer.presentation.data import DECIDES
from optimizer.scenario.flux import Flux
from optimizer.scenario.flux_stock import stock_part
from optimizer.scenario.plots import percent, slope_chart
from optimizer.shortlist.labels import account_label

TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(__file__).parents[1] / "presentation" / "templates" / "style.css"
MOST_PLACES = 40
"""Landlord × département sections on the page; the tables hold them all."""

CAP_WORDS = {
    "agents": ("agents publics", "public agents"),
    "state": ("ensemble de l'État", "State as a whole"),
    "guarantees": ("garanties d'emprunt", "loan guarantees"),
}


MINUS_WORDS = {
    "mutation": ("mutations", "transfers"), "anru": ("ANRU", "ANRU"), "orcod": ("ORCOD", "ORCOD"),
    "unfit": ("insalubrité", "unfit housing"), "sale": ("vente", "sale"), "stock": ("en stock", "kept in stock"),
}  # fmt: skip


@cache
def environment() -> jinja2.Environment:
    """Templates of the planning pages: escaped, strict."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip


def page_words(lang: Lang) -> dict[str, Any]:
    """What every planning page needs: style, language switch, the standing sentence."""
    fr = lang == "fr"
    return {
        "lang": lang,
        "t": lambda french, english: french if fr else english,
        "css": STYLE.read_text(encoding="utf-8"),
        "decides": DECIDES[lang],
        "percent": percent,
    }


def flux_html(result: Flux, lang: Lang = "fr") -> str:
    """The whole page, self-contained."""
    settings = result.case.settings
    places = result.flux[["landlord", "departement"]].drop_duplicates().itertuples(index=False)
    shown = list(places)
    return environment().get_template("flux.html.j2").render(
        title=settings.title,
        territory=settings.territory,
        on=settings.on.strftime("%d/%m/%Y"),
        year=settings.year,
        synthetic=settings.synthetic,
        sections=[_section(result, str(p[0]), str(p[1]), lang) for p in shown[:MOST_PLACES]],
        hidden=max(0, len(shown) - MOST_PLACES),
        totals=_totals(result, lang) if len(shown) > 1 else [],
        numbers=[
            {
                "title": p.title,
                "value": _value(p.value, p.unit),
                "assumed": p.is_assumed,
                "source": p.source,
                "since": p.in_force_from.strftime("%d/%m/%Y") if p.in_force_from else "–",
            }
            for p in result.numbers
        ],
        findings=[f.sentence(lang) for f in result.findings],
        **page_words(lang),
    )  # fmt: skip


def _value(value: object, unit: str) -> str:
    if isinstance(value, Mapping):
        return " ; ".join(f"{k} : {v}" for k, v in value.items())
    if unit == "share" and isinstance(value, (int, float)):
        return percent(float(value))
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _totals(result: Flux, lang: Lang) -> list[dict[str, Any]]:
    """Each département over all its landlords: dwellings and share of the assiette by account and mode."""
    out = []
    for departement, table in result.flux.groupby("departement", sort=True):
        modes = sorted({int(m) for m in table["mode"]})
        sums = table.groupby(["account", "mode"])["dwellings"].sum().to_dict()
        whole = {m: int(table.loc[table["mode"] == m, "dwellings"].sum()) for m in modes}
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
                        (counts[m], percent(counts[m] / whole[m], 2) if whole[m] else "–") for m in modes
                    ],
                }
            )
        out.append(
            {
                "departement": str(departement),
                "landlords": int(table["landlord"].nunique()),
                "modes": [(m, MODES[m][0 if lang == "fr" else 1]) for m in modes],
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
    at = 0 if lang == "fr" else 1
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
                    "share": percent(float(row["share"]), 2),
                    "uncapped": percent(float(row["share_uncapped"]), 2),
                    "capped": ", ".join(CAP_WORDS[n][at] for n in names),
                    "received": percent(float(row["received_from_cap"]), 2)
                    if row["received_from_cap"]
                    else "",
                }
            )
        lines.append(
            {
                "label": account_label(account, lang, result.places),
                "stock": int(first["stock"]),
                "vacated": f"{first['vacated']:g}".replace(".", "," if lang == "fr" else "."),
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
        "modes": [(m, MODES[m][at]) for m in modes],
        "lines": lines,
        "chart": slope_chart(
            series,
            [f"mode {m}" for m in modes],
            "Parts de flux par contingent selon le mode"
            if lang == "fr"
            else "Flux shares by account and mode",
        ),
        "stock": stock_part(result, landlord, departement, lang),
        "trace": [
            {**r, "title": MINUS_WORDS[str(r["reason"])][at], "rate": percent(float(r["stated_rate"]))}
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
