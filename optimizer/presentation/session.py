"""What the report, the sheets and the workbook of a session share: its order, an account's year, what a household may be called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from optimizer.domain.frames import records
from optimizer.errors import Lang, said
from optimizer.presentation import texts as texts
from optimizer.presentation.numbers import due

STATES = ("listed", "awaiting_reservataire", "no_candidate")


def in_session(dwellings: pd.DataFrame) -> list[Any]:
    """Rows of the dwellings in the order of the session: lists, then what is awaited, then what has nobody; each by reference."""
    return sorted(records(dwellings), key=lambda d: (STATES.index(d.status), str(d.dwelling_id)))


def account_year(years: pd.DataFrame, landlord: str, account: str, areas: Sequence[str]) -> Any | None:
    """The row of an account's year whose area holds a place, the smallest first; None outside the agreements."""
    if not len(years) or not account:
        return None
    own = years[(years["landlord"] == landlord) & (years["account"] == account)]
    for area in areas:
        found = own[own["area"] == area]
        if len(found):
            return next(iter(records(found)))
    return None


def year_words(row: Any, lang: Lang) -> str:
    """``dû à ce jour 487,4 · dû au 31/12 526,1 · fait 466 · en cours 8 · reste 53 · en retard de 22 baux``."""

    def pair(name: str, value: float) -> str:
        label = said(f"PAGE.{name}", lang)
        return f"{label[:1].lower()}{label[1:]} {due(value, lang)}"

    figures = (
        ("DUE_TO_DATE", row.due_to_date), ("DUE_YEAR", row.due_year), ("YEAR_DONE", row.done), ("IN_PROGRESS", row.in_progress),
        ("REMAINING", row.remaining),
    )  # fmt: skip
    return " · ".join(
        [*(pair(name, value) for name, value in figures), pace_words(row.late, row.ahead, lang)]
    )


def pace_words(late: int, ahead: int, lang: Lang) -> str:
    """Late or ahead of what is due to date, in whole leases."""
    if late:
        return said("PAGE.PACE_LATE", lang, n=int(late))
    return said("PAGE.PACE_AHEAD", lang, n=int(ahead)) if ahead else said("PAGE.ON_TIME", lang)


def title_words(priority: str, designated: bool, lang: Lang) -> str:
    """What a page may say of a priority: DALO, or « prioritaire L441-1 » with its proof; never a letter, some tell violence.

    A DALO whose decision nobody has seen is called declared too: « DALO » alone is read as the decision itself.
    Whom the préfet designated is told so without a DALO too: a list of one name rests on it (CCH R. 441-3).

    >>> title_words("c|g (labelled)", False, "fr"), title_words("DALO|c (labelled)", True, "fr"), title_words("", False, "fr")
    ('prioritaire L441-1 (labellisé)', 'DALO désigné par le préfet', 'aucun')
    """
    codes, _, proof = str(priority).partition(" (")
    if not codes:
        return said("WORDS.TITLE_DESIGNATED_ONLY" if designated else "WORDS.TITLE_NONE", lang)
    words = said(f"WORDS.TITLE_PROOF_{proof.rstrip(')') or 'declared'}".upper(), lang)
    if "DALO" not in codes.split("|"):
        return said(
            "WORDS.TITLE_PRIORITY_DESIGNATED" if designated else "WORDS.TITLE_PRIORITY", lang, proof=words
        )
    if designated:
        return said("WORDS.TITLE_DESIGNATED", lang)
    if proof.rstrip(")") in ("", "declared"):
        return said("WORDS.TITLE_DALO_DECLARED", lang, proof=words)
    return said("WORDS.TITLE_DALO", lang)
