"""Sheets of ``inventory.xlsx``: French headings, names instead of codes, no more lines than anybody reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from optimizer.conversion.inventory import in_qpv
from optimizer.presentation.tables_book import PLANNING
from optimizer.shortlist.labels import account_label

MOST_LINES = 5_000
"""Lines of a sheet of blocks or agreements; beyond, they are summed by what a planner compares first."""
ACCOUNTS = ("account", "from_account", "to_account")
REASONS = {
    "mutation": "mutations", "anru": "ANRU", "orcod": "ORCOD", "unfit": "insalubrité", "sale": "vente", "stock": "en stock",
    "first_letting": "première mise en location",
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    "basis": {"forecast": "prévision", "actual": "réalisé"},
    "reason": REASONS,
    "rights_kind": {"recurring": "droit de suite", "single": "droit unique", "empty": "droits vides", "": ""},
    "dimension": {
        "commune": "commune", "rooms": "typologie", "financing": "financement", "qpv": "QPV", "convention": "convention",
        "ceiling": "plafond de ressources",
    },
}  # fmt: skip
"""Column -> code -> what the sheet says; a code that is not there is shown as it is."""
INVENTORY = replace(
    PLANNING,
    headings={
        "landlord": "Bailleur", "departement": "Département", "account": "Contingent", "dwellings": "Logements",
        "share": "Part", "turnover": "Rotation", "vacated": "Libérés par an", "qpv_share": "Part en QPV",
        "ended": "Conventions échues", "ends_first": "Premier terme", "ends_last": "Dernier terme",
        "dimension": "Dimension", "value": "Valeur", "convention": "Convention", "ends_on": "Terme", "end_year": "Année du terme",
        "years_left": "Années restantes", "state": "État", "counterpart": "Contrepartie (supposée sans acte)", "rights_kind": "Nature des droits",
        "stock": "En stock", "stock_share": "Part du parc", "demand": "Demandes", "demand_share": "Part des demandes",
        "demand_q1_share": "1er quartile des demandes", "demand_unknown": "Demandes, quartile inconnu", "leases": "Baux de l'année",
        "leases_qpv_share": "Baux en QPV", "leases_q1_share": "1er quartile des baux", "leases_unknown": "Baux, quartile inconnu",
        "from_account": "De", "to_account": "Vers", "why": "Pourquoi", "year": "Année", "basis": "Nature",
        "mutation": "Mutations", "anru": "ANRU", "orcod": "ORCOD", "unfit": "Insalubrité", "sale": "Vente", "assiette": "Assiette",
        "reason": "Motif", "identified": "Désignés un à un", "stated": "Au taux déclaré", "stated_rate": "Taux déclaré",
        "mode": "Mode", "share_uncapped": "Part avant plafond", "cap": "Plafond", "received_from_cap": "Excédent reçu",
        "rights_left": "Droits restants", "opening": "Ouverture", "added": "Apportés", "used": "Utilisés", "left": "Restants",
        "nature": "Contrepartie", "area": "Périmètre", "reference": "Acte", "programme": "Programme", "signed_on": "Signé le", "begins_on": "Du",
        "last_day": "Au", "year_share": "Part apportée dans l'année", "next_share": "Part apportée l'année suivante", "change_share": "Effet sur l'année suivante",
        "year_dwellings": "Logements de l'année", "next_dwellings": "Logements de l'année suivante", "what": "Ce qui se passe",
        "enters_flux": "Dans le flux en", "dwelling_id": "Logement", "commune": "Commune", "rooms": "Typologie",
        "financing": "Financement", "qpv": "QPV", "title": "Intitulé", "status": "Statut", "source": "Source",
        "in_force_from": "En vigueur depuis", "key": "Clé",
    },
)  # fmt: skip
"""The inventory and the conversion: French headings."""


def in_words(frame: pd.DataFrame, places: Mapping[str, str]) -> pd.DataFrame:
    """A table as a planner reads it: names of contingents, words instead of codes; numbers are left alone."""
    said = {}
    for column in frame.columns:
        name = str(column)
        if name in ACCOUNTS:
            known = {a: account_label(str(a), "fr", places) if a else "" for a in frame[column].unique()}
            said[name] = frame[column].map(known)
        elif name in WORDS:
            known = {a: WORDS[name].get(str(a), str(a)) for a in frame[column].unique()}
            said[name] = frame[column].map(known)
        elif name == "cap":
            said[name] = frame[column].astype(str).map(_caps)
    return frame.assign(**said) if said else frame


def _caps(names: str) -> str:
    words = {"agents": "agents publics", "state": "ensemble de l'État", "guarantees": "garanties d'emprunt"}
    return ", ".join(words.get(n, n) for n in names.split("|") if n)


def ends_sheet(commitments: pd.DataFrame) -> pd.DataFrame:
    """Agreements and their ends; by year of end when there are more than anybody reads."""
    if len(commitments) <= MOST_LINES:
        return commitments
    keys = ["landlord", "departement", "account", "end_year", "counterpart"]
    dated = commitments.assign(end_year=commitments["ends_on"].dt.year.astype("Int64"))
    return dated.groupby(keys, sort=True, dropna=False)["dwellings"].sum().reset_index()


def spread_sheet(spreads: pd.DataFrame) -> pd.DataFrame:
    """Spread by commune, rooms, financing, QPV and agreement; without the agreements when they are too many."""
    if len(spreads) <= MOST_LINES * 4:
        return spreads
    return spreads[spreads["dimension"] != "convention"]


def blocks_sheet(stock: pd.DataFrame) -> pd.DataFrame:
    """The crossed table: contingent × commune × rooms × financing × QPV × agreement and its end, with its turnover.

    Where that makes more lines than anybody reads, the agreement goes first, then the rooms and the financing.
    """
    frame = pd.DataFrame(
        {
            **{name: stock[name].astype(object) for name in ("landlord", "departement", "account")},
            "commune": stock["commune"].astype(object).where(stock["commune"].notna(), ""),
            "rooms": stock["rooms"].map(lambda n: "" if pd.isna(n) else f"T{int(n)}"),
            "financing": stock["financing"]
            .astype(object)
            .where(stock["financing"].notna(), "")
            .astype(str)
            .str.upper(),
            "qpv": in_qpv(stock["qpv"]),
            "convention": stock["convention"].astype(object).where(stock["convention"].notna(), ""),
            "ends_on": stock["ends_on"],
            "dwellings": stock["dwellings"].fillna(0).astype("int64"),
            "told": stock["dwellings"].fillna(0).astype("int64").where(stock["turnover"].notna(), 0),
            "vacated": (stock["dwellings"] * stock["turnover"]).fillna(0.0).astype(float),
        }
    )
    place = ["landlord", "departement", "account", "commune"]
    for more in (
        ["rooms", "financing", "qpv", "convention", "ends_on"],
        ["rooms", "financing", "qpv"],
        ["qpv"],
    ):
        keys = [*place, *more]
        table = (
            frame.groupby(keys, sort=True, dropna=False)[["dwellings", "told", "vacated"]].sum().reset_index()
        )
        if len(table) <= MOST_LINES:
            break
    table["turnover"] = (table["vacated"] / table["told"].where(table["told"] > 0)).astype(float).round(4)
    table["vacated"] = table["vacated"].round(2)
    return table.drop(columns="told")
