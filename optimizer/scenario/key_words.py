"""Keys and values of a scenario as people say them: a council reads no dotted key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from optimizer import policy
from optimizer.domain import Case
from optimizer.errors import AttrifluxError, Lang, said
from optimizer.policy.changes import parse_line_key
from optimizer.presentation.numbers import decimal
from optimizer.scenario import texts as texts
from optimizer.scenario.keys import is_policy_key, own_key
from optimizer.shortlist.labels import account_label


def titles_of(case: Case, keys: Iterable[str], models: Path | None = None) -> dict[str, str]:
    """Title of each key of ``models/`` that has one, as ``models/`` writes it."""
    settings = case.settings
    rules = policy.rules_of(settings, models)
    out = {}
    for key in sorted(set(keys)):
        if is_policy_key(key) and not key.startswith("conventions."):
            try:
                out[key] = rules.value(key).title
            except AttrifluxError:
                continue
    return out


def key_words(key: str, lang: Lang, titles: Mapping[str, str], places: Mapping[str, str]) -> str:
    """``conventions.OPH25.ALS.share`` -> ``part du flux : Action Logement, OPH25``; the key itself where nothing says it."""
    if key in titles:
        return titles[key]
    if key.startswith("conventions."):
        landlord, account, area, name = parse_line_key(key)
        parts = [
            said("COMPARISON.EVERY_ACCOUNT", lang)
            if account == "*"
            else account_label(account, lang, places),
            said("COMPARISON.EVERY_LANDLORD", lang) if landlord == "*" else landlord,
        ]
        if area not in ("", "*"):
            parts.append(places.get(area, area))
        return f"{_word(f'field_{name}', str(name), lang)}{said('COMPARISON.COLON', lang)}{', '.join(parts)}"
    found = own_key(key)
    if found is None:
        return key
    family, named = found
    stem = _word("key_" + re.sub(r"[.<>]+", "_", family.form.partition(".<")[0]), key, lang)
    more = [
        said(f"COMPARISON.EVERY_{name}".upper(), lang) if value == "*"
        else account_label(value, lang, places) if name == "account"
        else _word(f"column_{value}", value, lang) if name == "field"
        else value
        for name, value in sorted(named.items(), key=lambda item: ORDER.index(item[0]))
    ]  # fmt: skip
    return f"{stem}{said('COMPARISON.COLON', lang)}{', '.join(more)}" if more else stem


ORDER = ("field", "account", "landlord", "year")


def _word(name: str, otherwise: str, lang: Lang) -> str:
    try:
        return said(f"COMPARISON.{name}".upper(), lang)
    except KeyError:
        return otherwise


def value_words(text: str, lang: Lang) -> str:
    """Values as scenario files write them (``0.25 | 0.3``), with the decimal mark of the language."""

    def spoken(found: re.Match[str]) -> str:
        whole, _, rest = found.group().partition(".")
        mark = "," if lang == "fr" else "."
        if len(whole.lstrip("-")) < 4:
            return found.group().replace(".", mark)
        return decimal(int(whole), 0, lang) + (mark + rest if rest else "")

    return " | ".join(
        re.sub(r"^-?\d+(\.\d+)?$", spoken, part.strip()) for part in text.split("|")
    )  # fmt: skip
