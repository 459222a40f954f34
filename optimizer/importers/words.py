"""Words of the files: header names, yes and no, and the French words of closed values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache

from optimizer.domain import Column

TRUE = ("1", "oui", "true", "vrai", "yes", "o", "y")
FALSE = ("0", "non", "false", "faux", "no", "n")
_LONGEST_NAME = 80
SETTINGS_SHEETS = ("case", "dossier", "parametres", "settings")
"""Sheets that hold what case.yaml holds (names in their plain form)."""
NOTES_SHEETS = ("lisezmoi", "lisez_moi", "readme", "notes", "listes")
"""Sheets that are for people: not read, not reported."""

FRENCH: dict[str, dict[str, tuple[str, ...]]] = {
    "financing": {"plai": ("PLAI", "PLA-I"), "plus": ("PLUS",), "pls": ("PLS",)},
    "accessible": {
        "none": ("aucune", "non", "sans"),
        "accessible": ("accessible",),
        "adapted": ("adapté", "adaptée"),
    },
    "assiette_exclusion": {
        "none": ("aucune", "non"),
        "mutation": ("mutation",),
        "anru": ("ANRU", "NPNRU"),
        "orcod": ("ORCOD",),
        "unfit": ("insalubrité", "insalubre", "habitat indigne"),
        "sale": ("vente",),
        "stock": ("stock", "en stock"),
    },
    "status": {
        "active": ("active", "actif"),
        "to_renew": ("à renouveler",),
        "struck_off": ("radiée", "radié"),
    },
    "income_status": {"declared": ("déclarés", "déclaré"), "verified": ("vérifiés", "vérifié")},
    "mobility_need": {
        "none": ("aucun", "non", "sans"),
        "no_stairs": ("sans escalier", "sans marche"),
        "accessible": ("accessible",),
        "adapted": ("adapté",),
    },
    "priority_codes": {"dalo": ("DALO",), "gbis": ("g bis",)},
    "priority_status": {
        "declared": ("déclarée", "déclaré"),
        "verified": ("vérifiée", "vérifié"),
        "labelled": ("labellisée", "labellisé"),
    },
    "relocation": {
        "none": ("aucun", "non"),
        "npnru": ("NPNRU", "ANRU"),
        "orcod": ("ORCOD",),
        "unfit": ("insalubrité", "insalubre", "habitat indigne"),
        "sale": ("vente",),
    },
    "dossier": {
        "complete": ("complet",),
        "to_verify": ("à vérifier",),
        "unreachable": ("injoignable",),
    },
    "stage": {
        "oriented": ("orienté", "orientée"),
        "nominated": ("désigné", "désignée"),
        "commission": ("commission", "CALEOL"),
        "offered": ("proposé", "proposée"),
    },
    "q1": {"yes": ("oui",), "no": ("non",), "unknown": ("inconnu",)},
    "decision": {
        "pin": ("imposer", "imposé"),
        "forbid": ("écarter", "écarté"),
        "orient": ("orienter", "orienté"),
    },
    "management_mode": {
        "direct": ("directe", "gestion directe"),
        "delegated": ("déléguée", "délégué", "gestion déléguée"),
        "partial": ("partielle", "partiel"),
    },
    "count_rule": {
        "oriented": ("orienté",),
        "presented": ("présenté",),
        "attributed": ("attribué",),
        "signed": ("signé", "bail signé"),
    },
    "rights_kind": {
        "recurring": ("récurrents", "récurrent"),
        "single": ("unique",),
        "empty": ("vides", "vide"),
    },
    "basis": {
        "forecast": ("prévision", "prévisionnel", "prévisionnelle"),
        "actual": ("réel", "réelle", "réalisé"),
    },
}
"""Column -> canonical word -> French words accepted for it, the one to show first."""


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """A name as compared: lower case, no accent, words joined by ``_``.

    >>> plain("  Numéro unique (SNE) ")
    'numero_unique_sne'
    """
    text = unicodedata.normalize("NFKD", name.strip().lower())
    return re.sub(r"[^0-9a-z]+", "_", "".join(c for c in text if not unicodedata.combining(c))).strip("_")


@cache
def accepted(column: str, values: tuple[str, ...]) -> dict[str, str]:
    """Plain form of every word accepted in a closed column -> canonical word.

    >>> accepted("dossier", ("complete", "to_verify", "unreachable"))["a_verifier"]
    'to_verify'
    """
    known = {plain(v): v for v in values}
    for canonical, words in FRENCH.get(column, {}).items():
        for word in words:
            known.setdefault(plain(word), canonical)
    return known


def in_french(column: Column) -> list[tuple[str, str]]:
    """(canonical word, French word to show) for each closed value of the column."""
    words = FRENCH.get(column.name, {})
    return [(v, words[v][0] if v in words else v) for v in column.values]


def close_to(word: str, known: Iterable[str], cutoff: float = 0.75) -> str:
    """The known word that looks most like ``word``, or ``""``.

    >>> close_to("logment", ["logement", "commune"])
    'logement'
    """
    if len(word) > _LONGEST_NAME:
        return ""
    options = {plain(k): k for k in known if k}
    found = get_close_matches(plain(word), list(options), n=1, cutoff=cutoff)
    return options[found[0]] if found else ""
