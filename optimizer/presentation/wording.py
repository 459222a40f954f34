"""How comparisons say scopes, values and differences, on pages, in workbooks and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.errors import Lang
from optimizer.shortlist.labels import account_label, rule_label

WITHIN = (
    "écart inférieur à la marge certifiée : non concluant", "within the certified margin: not conclusive"
)  # fmt: skip
"""What is said beside a difference that the certificates do not settle."""
SIDES = {"yes": ("en QPV", "in QPV"), "no": ("hors QPV", "outside QPV")}


def scope_label(scope: str, lang: Lang, places: Mapping[str, str] | None = None) -> str:
    """The scope in words: names of rules, accounts and EPCI; other places by their code."""
    words = []
    for piece in filter(None, scope.split(";")):
        key, _, value = piece.partition("=")
        if key == "rule":
            words.append(rule_label(value, lang))
        elif key == "account":
            words.append(account_label(value, lang, places))
        elif key == "qpv":
            words.append(SIDES[value][0 if lang == "fr" else 1])
        elif key in ("epci", "area") and places and value in places:
            words.append(places[value])
        elif key == "departement":
            words.append(f"{key if lang == 'en' else 'département'} {value}")
        else:
            words.append(value)
    return " · ".join(words)


def shown(value: float | None, unit: str, lang: Lang) -> str:
    """A value with its unit, as pages show it."""
    if value is None or value != value:
        return "–"
    if unit == "share":
        text = f"{100 * value:.1f}".replace("-", "−")
        return (text.replace(".", ",") + "\u00a0%") if lang == "fr" else text + "%"
    places = 0 if float(value).is_integer() else 1
    text = f"{value:,.{places}f}".replace("-", "−")
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def signed(gap: float, unit: str, lang: Lang) -> str:
    """A difference with its sign; shares in points of per cent; one too small for the decimals shown is about nothing."""
    text = shown(abs(gap), unit, lang)
    if not any(digit in text for digit in "123456789"):
        return "≈ 0"
    if unit == "share":
        text = text.replace("%", "pt")
    return ("+" if gap > 0 else "−") + text
