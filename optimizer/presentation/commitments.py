"""The register of commitments as pages and workbooks show it: names, dates, what each brings and what its end does, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from optimizer.conversion import Register, account_order
from optimizer.errors import Lang, said, texts
from optimizer.presentation.numbers import UNKNOWN, day, decimal, percent, signed
from optimizer.shortlist.labels import account_label

texts(
    "PAGE",
    {
        "commitments": ("Engagements et contreparties", "Commitments and counterparts"),
        "commitments_note": (
            "Ce que les réservataires apportent et la part du flux que cela leur vaut, au prorata des jours. Les parts en vigueur restent celles des conventions : un engagement qui finit ne change rien tout seul.",
            "What the réservataires bring and the share of the flux it is worth, by days. The shares in force stay those of the agreements: a commitment that ends changes nothing by itself.",
        ),
        "commitments_agreed": ("Part convenue", "Agreed share"),
        "commitments_brought": ("Apporté en {year}", "Brought in {year}"),
        "commitments_change": ("Effet sur {year}", "Effect on {year}"),
        "commitments_count": ("Engagements", "Commitments"),
        "commitments_ending": ("Finissent", "Ending"),
        "commitments_counterpart": ("Contrepartie", "Counterpart"),
        "commitments_document": ("Acte", "Document"),
        "commitments_from_to": ("Du – au", "From – to"),
        "commitments_brings": ("Apporte", "Brings"),
        "commitments_what": ("Ce qui se passe", "What happens"),
        "commitments_in_year": ("Logements {year}", "Dwellings {year}"),
        "commitments_no_end": ("sans terme", "without end"),
        "commitments_guarantee_end": ("remboursement + prorogation", "repayment + extension"),
        "commitments_of_flux": ("{share} du flux", "{share} of the flux"),
        "commitments_of_stock": ("{n:logement/logements} du parc", "{n:dwelling/dwellings} of the stock"),
        "commitments_turnover": ("rotation {turnover}", "turnover {turnover}"),
        "counterpart_guarantee": ("garantie d'emprunt", "loan guarantee"),
        "counterpart_financing": ("financement", "financing"),
        "counterpart_land": ("terrain", "land"),
        "commitment_none": ("court", "runs"),
        "commitment_begins": ("commence dans l'année", "begins in the year"),
        "commitment_begins_next": ("commence l'année prochaine", "begins next year"),
        "commitment_ends": ("finit dans l'année", "ends in the year"),
        "commitment_ends_at_year_end": ("finit le 31 décembre", "ends on 31 December"),
        "commitment_ends_next": ("finit l'année prochaine", "ends next year"),
        "commitment_over": ("est échu", "is over"),
        "commitment_later": ("commence plus tard", "begins later"),
        "commitment_loses": ("{year} : {share} du flux en moins", "{year}: {share} of the flux less"),
        "commitment_gains": ("{year} : {share} du flux en plus", "{year}: {share} of the flux more"),
    },
)  # fmt: skip
Keep = Callable[[pd.DataFrame], pd.DataFrame]


def counterpart_words(code: str, lang: Lang) -> str:
    """``garantie d'emprunt``, ``financement``, ``terrain``."""
    return said(f"PAGE.COUNTERPART_{code}".upper(), lang)


def effect_words(effect: str, change: float, year: int, lang: Lang) -> str:
    """What a commitment does, with what the next year's share loses or gains: ``finit le 31 décembre ; 2027 : 5 % du flux en moins``."""
    words = said(f"PAGE.COMMITMENT_{effect}".upper(), lang)
    if change != change or not change:
        return words
    code = "PAGE.COMMITMENT_LOSES" if change < 0 else "PAGE.COMMITMENT_GAINS"
    then = said(code, lang, year=str(year + 1), share=percent(abs(change), 2, lang))
    return f"{words} ; {then}" if lang == "fr" else f"{words}; {then}"


def commitments_part(
    found: Register, keep: Keep, year: int, lang: Lang, places: Mapping[str, str]
) -> dict[str, Any]:
    """What the macro ``commitments`` of the pages needs.

    Parameters
    ----------
    keep : callable
        The rows of a table that this page shows: everything, or one account's.
    """

    def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
        kept = [{str(k): v for k, v in r.items()} for r in keep(frame).to_dict("records")]
        return sorted(kept, key=lambda r: (str(r["landlord"]), account_order(str(r["account"]))))

    def share(value: float) -> str:
        return percent(value, 2, lang)

    return {
        "accounts": [
            {
                "landlord": r["landlord"], "label": account_label(str(r["account"]), lang, places),
                "where": places.get(str(r["area"]), str(r["area"])), "n": str(r["commitments"]), "ending": str(r["ending"]),
                "agreed": share(r["agreed_share"]), "now": share(r["year_share"]), "then": share(r["next_share"]),
                "change": points(r["change_share"], lang), "dwellings": decimal(r["year_dwellings"], 1, lang),
            }
            for r in rows(found.accounts)
        ],
        "rows": [
            {
                "landlord": r["landlord"], "label": account_label(str(r["account"]), lang, places),
                "counterpart": counterpart_words(str(r["counterpart"]), lang),
                "document": " · ".join(filter(None, (str(r["reference"]), str(r["programme"]), str(r["convention"])))),
                "dates": _dates(r, lang), "brings": _brings(r, lang), "now": share(r["year_share"]), "then": share(r["next_share"]),
                "what": effect_words(str(r["effect"]), float(r["change_share"]), year, lang),
                "ends": r["effect"] in ("ends", "ends_at_year_end"),
            }
            for r in rows(found.table)
        ],
        "year": str(year), "next": str(year + 1),
    }  # fmt: skip


def points(change: float, lang: Lang) -> str:
    """A change of a share: ``−5 %``; a dash when unknown."""
    if change != change:
        return UNKNOWN
    return signed(change * 100, 2, lang) + ("\u00a0%" if lang == "fr" else "%")


def _dates(row: Mapping[str, Any], lang: Lang) -> str:
    last = row["last_day"]
    if pd.isna(last):
        return f"{day(row['begins_on'], lang)} – {said('PAGE.COMMITMENTS_NO_END', lang)}"
    text = f"{day(row['begins_on'], lang)} – {day(last, lang)}"
    return (
        f"{text} ({said('PAGE.COMMITMENTS_GUARANTEE_END', lang)})" if row["end_from"] == "guarantee" else text
    )


def _brings(row: Mapping[str, Any], lang: Lang) -> str:
    """What the document gives, and the share it is worth."""
    worth = said("PAGE.COMMITMENTS_OF_FLUX", lang, share=percent(row["share"], 2, lang))
    if pd.isna(row["dwellings"]):
        return worth
    parts = [said("PAGE.COMMITMENTS_OF_STOCK", lang, n=int(row["dwellings"]))]
    if row["turnover"] == row["turnover"]:
        parts.append(said("PAGE.COMMITMENTS_TURNOVER", lang, turnover=percent(row["turnover"], 1, lang)))
    return ", ".join(parts) + (f" = {worth}" if row["share"] == row["share"] else "")


def commitments_sheet(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """The register for a workbook: words instead of codes."""
    said_what = [
        effect_words(str(e), float(c), year, "fr")
        for e, c in zip(table["effect"], table["change_share"], strict=True)
    ]
    out = table.drop(columns=["state", "end_from", "counterpart", "effect"])
    out.insert(4, "nature", [counterpart_words(str(x), "fr") for x in table["counterpart"]])
    return out.assign(what=pd.Series(said_what, index=out.index, dtype="str"))
