"""The dotted keys of a scenario that are not those of `models/`: the conversion, the base, deliveries, the case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.domain.account import convention_pattern
from optimizer.policy import PREFIXES

ASSIETTE_FIELDS = ("vacated", "mutation", "anru", "orcod", "unfit", "sale", "stock")


@dataclass(frozen=True)
class OwnKey:
    """One family of keys: its form, what its value may be, and what it does."""

    form: str
    pattern: str
    kind: str
    fr: str
    en: str


_NAME = r"[^.\s]+"
_ACCOUNT = rf"(?:{convention_pattern()})"
"""The codes an account may have (design §3): a slip of the pen is refused before any case is read."""
OWN_KEYS: tuple[OwnKey, ...] = (
    OwnKey("flux.mode", r"flux\.mode", "mode", "1, 2, 3 ou 4", "1, 2, 3 or 4"),
    OwnKey("flux.basis", r"flux\.basis", "basis", "forecast ou actual", "forecast or actual"),
    OwnKey("flux.negotiated.base", r"flux\.negotiated\.base", "base", "1, 2 ou 3", "1, 2 or 3"),
    OwnKey(
        "flux.negotiated.<compte>", rf"flux\.negotiated\.(?P<account>{_ACCOUNT})", "delta",
        "un écart de part entre -1 et 1", "a difference of share between -1 and 1",
    ),
    OwnKey(
        "flux.minimum.<compte>", rf"flux\.minimum\.(?P<account>{_ACCOUNT})", "rate",
        "la plus petite part que cette partie accepte, entre 0 et 1", "the least share this party accepts, between 0 and 1",
    ),
    OwnKey(
        "flux.counterpart.<compte>", rf"flux\.counterpart\.(?P<account>{_ACCOUNT})", "text",
        "la contrepartie négociée, en quelques mots", "the counterpart agreed, in a few words",
    ),
    OwnKey(
        "rights.<bailleur>.<compte>.<année>",
        rf"rights\.(?P<landlord>{_NAME})\.(?P<account>{_ACCOUNT})\.(?P<year>20\d\d)", "count",
        "les droits uniques qu'un nouveau financement apporte au 1er janvier, 0 ou plus",
        "the single-use rights that new financing brings on 1 January, 0 or more",
    ),
    OwnKey(
        "assiette.<bailleur>.<colonne>",
        rf"assiette\.(?P<landlord>{_NAME})\.(?P<field>{'|'.join(ASSIETTE_FIELDS)})", "count",
        "un nombre entier de logements, 0 ou plus", "a whole number of dwellings, 0 or more",
    ),
    OwnKey(
        "stock.<bailleur>.<compte>.turnover", rf"stock\.(?P<landlord>{_NAME})\.(?P<account>{_ACCOUNT}|\*)\.(?P<field>turnover)",
        "rate", "un taux entre 0 et 1", "a rate between 0 and 1",
    ),
    OwnKey(
        "delivery.<bailleur>.<compte>", rf"delivery\.(?P<landlord>{_NAME})\.(?P<account>{_ACCOUNT})", "count",
        "un nombre entier de logements, 0 ou plus", "a whole number of dwellings, 0 or more",
    ),
    OwnKey("case.shortlist_size", r"case\.shortlist_size", "size", "un nombre entier de 1 à 20", "a whole number from 1 to 20"),
    OwnKey("case.all_landlords", r"case\.all_landlords", "bool", "true ou false", "true or false"),
)  # fmt: skip
"""Every key of a scenario beside ``national. territory. conventions. cotation.``"""


def is_policy_key(key: str) -> bool:
    """Whether the key is one of `models/` (checked there)."""
    return key.startswith(PREFIXES)


def own_key(key: str) -> tuple[OwnKey, Mapping[str, str]] | None:
    """The family of a key and its parts, or None when there is none."""
    for family in OWN_KEYS:
        match = re.fullmatch(family.pattern, key)
        if match:
            return family, match.groupdict()
    return None


def near_own(key: str) -> str:
    """Forms that look like ``key``; of a key of ``models/`` whose first word is misspelled, that word put right."""
    head, _, rest = key.partition(".")
    first = difflib.get_close_matches(head, [p.removesuffix(".") for p in PREFIXES], n=1, cutoff=0.75)
    if first and rest:
        return f"{first[0]}.{rest}"
    forms = [family.form for family in OWN_KEYS]
    found = difflib.get_close_matches(key, forms, n=3, cutoff=0.3) or forms
    return ", ".join(found[:3])


def value_fits(kind: str, value: object) -> bool:
    """Whether a value has the kind of its key; booleans are never numbers."""
    if kind == "bool":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if kind == "basis":
        return value in ("forecast", "actual")
    if kind == "mode":
        return isinstance(value, int) and 1 <= value <= 4
    if kind == "base":
        return isinstance(value, int) and 1 <= value <= 3
    if kind == "size":
        return isinstance(value, int) and 1 <= value <= 20
    if kind == "count":
        return isinstance(value, int) and 0 <= value <= 1_000_000
    low = -1 if kind == "delta" else 0
    return isinstance(value, (int, float)) and low <= value <= 1
