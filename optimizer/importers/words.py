"""Words of the files: header names, yes and no, and the French words of closed values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from optimizer.domain import Column

TRUE = ("1", "oui", "true", "vrai", "yes", "o", "y", "1.0", "1,0")
FALSE = ("0", "non", "false", "faux", "no", "n", "0.0", "0,0")
"""With decimals: what a column of yes and no becomes in a spreadsheet or a frame that has gaps in it."""
_LONGEST_NAME = 80
SETTINGS_SHEETS = ("case", "dossier", "parametres", "settings")
"""Sheets that hold what case.yaml holds (names in their plain form)."""
NOTES_SHEETS = ("lisezmoi", "lisez_moi", "readme", "notes", "listes")
"""Sheets that are for people: not read, not reported."""

VOCABULARY = Path(__file__).with_name("vocabulary.yaml")


@cache
def vocabulary() -> Mapping[str, Any]:
    """The file of words: every scalar as text."""
    found: Mapping[str, Any] = yaml.load(
        VOCABULARY.read_bytes(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    )
    return found


def spoken(column: str) -> Mapping[str, Sequence[str]]:
    """Canonical word -> words accepted for it in that column, the one to show first."""
    name = vocabulary()["like"].get(column, column)
    found: Mapping[str, Sequence[str]] = vocabulary()["values"].get(name, {})
    return found


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

    >>> accepted("dossier", ("complete", "to_verify", "unreachable"))["a_completer"]
    'to_verify'
    """
    known = {plain(v): v for v in values}
    for canonical, words in spoken(column).items():
        for word in words:
            known.setdefault(plain(word), canonical)
    return known


@lru_cache(maxsize=1024)
def empty_words(column: Column) -> frozenset[str]:
    """Lower-case words that stand for an empty cell in a column; none for identifiers.

    >>> from optimizer.domain import TABLES
    >>> of = {c.name: empty_words(c) for c in TABLES["applications"].columns}
    >>> "nc" in of["max_rent_eur"], "nc" in of["application_id"], "0" in of["current_landlord"], "0" in of["max_rent_eur"]
    (True, False, True, False)
    """
    if column.kind == "id":
        return frozenset()
    of_texts = "text" in (column.kind, column.items)
    parts = {
        "everywhere": True,
        "plain": column.kind != "text",
        "lists": column.kind == "list",
        "texts": of_texts,
        "parties": column.name in vocabulary()["party_columns"],
    }
    empty = vocabulary()["empty"]
    return frozenset(word.lower() for part, holds in parts.items() if holds for word in empty[part])


@cache
def _refusals() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (why, re.compile("|".join(f"(?:{p})" for p in patterns)))
        for why, patterns in vocabulary()["refused"].items()
    )


def refusal(name: str) -> str:
    """Why a column of that name must not enter (``nationality``, ``contact``…), or ``""``.

    >>> refusal("N° sécurité sociale"), refusal("Nom du demandeur"), refusal("Loyer")
    ('identity_number', 'name', '')
    """
    word = plain(name)
    return next((why for why, pattern in _refusals() if pattern.fullmatch(word)), "")


def in_french(column: Column) -> list[tuple[str, str]]:
    """(canonical word, French word to show) for each closed value of the column."""
    words = spoken(column.name)
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


def said_in(text: str, known: Iterable[str]) -> str:
    """The one known name whose words all stand in ``text``, or ``""``: of names inside each other the longest, of two others neither.

    >>> said_in("Nb de pièces", ["pieces", "loyer"]), said_in("Loyer et charges", ["loyer", "charges"])
    ('pieces', '')
    """
    words = _words(text)
    held = {name: own for name in known if name and (own := _words(name)) and own <= words}
    found = [name for name, own in held.items() if not any(own < other for other in held.values())]
    return found[0] if found and len({held[name] for name in found}) == 1 else ""


def _words(text: str) -> frozenset[str]:
    """The words of a name, the plural apart."""
    return frozenset(word.rstrip("s") for word in plain(text).split("_") if word.rstrip("s"))


def near_names(word: str, known: Sequence[tuple[str, str]], most: int = 20) -> dict[str, object]:
    """Parameters of a message about an unknown key: the keys that exist and the nearest, in the words of each language.

    ``known``: canonical name and French name of each.
    """
    both = {name: pair for pair in known for name in pair}
    close = both.get(close_to(word, both))
    more = ", …" if len(known) > most else ""
    return {
        "known_fr": ", ".join(fr for _, fr in known[:most]) + more,
        "known_en": ", ".join(en for en, _ in known[:most]) + more,
        "near_fr": f" (peut-être « {close[1]} »)" if close else "",
        "near_en": f" (perhaps “{close[0]}”)" if close else "",
    }
