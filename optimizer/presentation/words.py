"""Words of the pages and workbooks: statuses, quartiles, proofs, flags, reasons, a dwelling in one line."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from optimizer.errors import Lang, said
from optimizer.presentation import texts as texts
from optimizer.presentation.numbers import day as day
from optimizer.presentation.numbers import decimal
from optimizer.shortlist.labels import (
    account_label,
    flag_label,
    on_lists,
    points_noun,
    refusal_label,
    rule_label,
)

WHYS = ("fit", "burden", "awaited", "lean", "keep", "places", "class", "pin", "nomination", "chain", "gap")
"""What may explain that a better-scored application is passed, besides a rule."""


def status_words(status: str, lang: Lang) -> str:
    """The state of a dwelling or of an application."""
    return said(f"WORDS.STATUS_{status}".upper(), lang)


def score_words(score: float, behind: float, *, ranked: bool, lang: Lang) -> str:
    """The score of a household: its points, or where several grids or EPCI meet the points of its grid and their percentile rank.

    Parameters
    ----------
    score : what the proposal weighs.
    behind : the points of the grid that a percentile rank stands for; NaN where there are none.
    ranked : ``score`` is a percentile rank.

    >>> score_words(65.0, float("nan"), ranked=False, lang="fr"), score_words(98.98, 65.0, ranked=True, lang="fr")
    ('65', '65 points, rang centile 98,98')
    """
    text = decimal(score, 2, lang)
    if not ranked:
        return text
    rank = said("WORDS.PERCENTILE_RANK", lang, rank=text)
    if behind != behind:
        return rank
    return f"{decimal(behind, 2, lang)} {points_noun(round(behind * 100), lang)}, {rank}"


def allowance_words(counted: Mapping[str, Any], status: str, lang: Lang) -> str:
    """What an effort rate takes off the rent and charges: the allowance with where it comes from, and the rent reduction.

    Parameters
    ----------
    counted : as `shortlist.details.counted_in_effort` gives it.
    status : of the rate (`eligibility.EFFORT_STATUS`).
    """

    def euros(value: float) -> str:
        return f"{decimal(value, 2, lang, fixed=True)} €"

    if counted["allowance_eur"] is not None:
        origin = "ALLOWANCE_SIMULATED" if status == "simulated" else "ALLOWANCE_ESTIMATED"
        told = f"{euros(counted['allowance_eur'])} ({said(f'SHEETS.{origin}', lang)})"
    else:
        told = said(f"SHEETS.{'ALLOWANCE_WITHIN' if counted['given'] else 'ALLOWANCE_NONE'}", lang)
    if not counted["reduction_eur"]:
        return told
    reduction = said("SHEETS.REDUCTION", lang, value=euros(counted["reduction_eur"]))
    return f"{told}, {reduction}"


def dwelling_words(row: Any, lang: Lang) -> str:
    """``T3 PLUS · Besançon · 62,5 m² · 412,30 € + 85,00 € · hors QPV`` for a row of dwelling_facts: the figures of its sheet."""

    def euros(value: float) -> str:
        return f"{decimal(value, 2, lang, fixed=True)} €"

    parts = [f"T{row.rooms} {row.financing}", str(row.commune_name)]
    if row.surface_m2 == row.surface_m2:
        parts.append(f"{decimal(row.surface_m2, 1, lang)} m²")
    if row.rent_eur == row.rent_eur:
        charges = f" + {euros(row.charges_eur)}" if row.charges_eur == row.charges_eur else ""
        parts.append(f"{euros(row.rent_eur)}{charges}")
    parts.append("QPV" if row.qpv else said("PAGE.OUTSIDE_QPV", lang))
    if row.residence:
        parts.append(str(row.residence))
    return " · ".join(parts)


def of_commune(name: str) -> str:
    """``de Besançon``, ``d'Aubervilliers``, ``du Mans``, ``des Abymes``: a commune after « maire » in French.

    >>> of_commune("Besançon"), of_commune("Aubervilliers"), of_commune("Le Mans"), of_commune("Les Abymes"), of_commune("La Réole")
    ('de Besançon', "d'Aubervilliers", 'du Mans', 'des Abymes', 'de La Réole')
    """
    for article, short in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return short + name.removeprefix(article)
    first = unicodedata.normalize("NFD", name[:1].lower())[:1]
    return f"d'{name}" if first in tuple("aeiouœæ") else f"de {name}"


def place_words(row: Any, lang: Lang) -> str:
    """``T3 PLUS · Besançon · 62,5 m² · QPV``: what tells a dwelling apart in one line of a table."""
    parts = [f"T{row.rooms} {row.financing}", str(row.commune_name)]
    if row.surface_m2 == row.surface_m2:
        parts.append(f"{decimal(row.surface_m2, 1, lang)} m²")
    if row.qpv:
        parts.append("QPV")
    return " · ".join(parts)


def quartile_word(q1: str, published: bool, lang: Lang) -> str:
    """``1er`` / ``2e à 4e`` / ``inconnu``, or that no threshold is published for the EPCI of the dwelling."""
    return (
        said(f"WORDS.Q1_{_quartile(q1, published)}".upper(), lang) if q1 in ("yes", "no", "unknown") else ""
    )


def first_quartile_word(q1: str, published: bool, lang: Lang) -> str:
    """``oui`` / ``non`` / ``inconnu`` beside « Q1 », or that no threshold is published for the EPCI of the dwelling."""
    return said(f"SHEETS.Q1_{_quartile(q1 or 'unknown', published)}".upper(), lang)


def _quartile(q1: str, published: bool) -> str:
    """A quartile written in the file is one wherever the dwelling is; without a threshold no income can be of one."""
    return "none" if q1 == "unknown" and not published else q1


def flags_words(flags: str, lang: Lang) -> str:
    """Flags in words, separated by commas."""
    return ", ".join(flag_label(f, lang) for f in str(flags).split("|") if f)


def scope_words(scope: str, lang: Lang, places: Mapping[str, str] | None = None) -> str:
    """``landlord=OPH25;area=25;account=ALS`` -> ``OPH25 · département 25 · Action Logement``; rules and sides of a QPV too."""
    parts = []
    for piece in filter(None, scope.split(";")):
        key, _, value = piece.partition("=")
        if key == "account":
            parts.append(account_label(value, lang, places))
        elif key == "rule":
            parts.append(rule_label(value, lang))
        elif key == "qpv":
            parts.append(said("PAGE.IN_QPV" if value == "yes" else "PAGE.OUTSIDE_QPV", lang))
        elif key == "departement":
            parts.append(said("WORDS.DEPARTEMENT", lang, code=value))
        else:
            parts.append((places or {}).get(value, value))
    return " · ".join(dict.fromkeys(parts))


def why_words(why: str, lang: Lang, places: Mapping[str, str], max_lists: int) -> str:
    """The reason of a leapfrog in words; the price of a rule stays in the file."""
    if why in WHYS:
        return said(f"WORDS.WHY_{why}".upper(), lang, lists=on_lists(max_lists, lang))
    rule, _, rest = why.partition("[")
    scope, found, _ = rest.rpartition("]@")
    if found:
        return f"{rule_label(rule, lang)} ({scope_words(scope, lang, places)})"
    kind, _, home = why.partition(":")
    return said("WORDS.WHY_NEED", lang, dwelling=home) if kind == "need" else why


def reason_words(reason: str, lang: Lang) -> str:
    """The status reason code of an application, in words."""
    known = reason in ("FIRST_RANK", "RESERVE", "OUTRANKED", "NO_FREE_DWELLING", "NO_DWELLING")
    return said(f"WORDS.REASON_{reason}", lang) if known else refusal_label(reason, lang)
