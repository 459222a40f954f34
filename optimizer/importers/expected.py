"""What a column expects, in one phrase, in both languages: for findings and for the template."""

from __future__ import annotations

from functools import cache

from optimizer.domain import Column
from optimizer.errors import Lang, thousands
from optimizer.importers.words import in_french

_UNITS_EN = {"€/mois": "€/month", "€/an": "€/year", "ans": "years", "jours": "days", "logements": "dwellings"}


def _plain(value: float, lang: Lang) -> str:
    """A bound, its thousands apart where there are enough of them to be miscounted."""
    if abs(value) >= 10_000:
        return thousands(int(value), lang)
    return str(int(value)) if value == int(value) else str(value).replace(".", "," if lang == "fr" else ".")


def range_of(column: Column) -> tuple[str, str]:
    """``entre 5 et 500``, ``au moins 0``…; empty when the column has no bounds."""
    low, high = column.low, column.high
    if low is not None and high is not None:
        return (
            f"entre {_plain(low, 'fr')} et {_plain(high, 'fr')}",
            f"between {_plain(low, 'en')} and {_plain(high, 'en')}",
        )
    if low is not None:
        return f"au moins {_plain(low, 'fr')}", f"at least {_plain(low, 'en')}"
    return "", ""


@cache
def expected(column: Column) -> tuple[str, str]:
    """The phrase after « Attendu : », French then English."""
    return _list(column) if column.kind == "list" else _one(column)


def correction(column: Column, fr: str = "", en: str = "") -> dict[str, object]:
    """Parameters of a message about a cell: what is expected of it, and what to do (``fr``, ``en``; else to correct the cell)."""
    expected_fr, expected_en = expected(column)
    return {
        "expected_fr": expected_fr, "expected_en": expected_en,
        "remedy_fr": fr or "Corrigez la cellule", "remedy_en": en or "Correct the cell",
    }  # fmt: skip


def _one(column: Column) -> tuple[str, str]:
    kind = column.kind
    fr_range, en_range = range_of(column)
    fr_range, en_range = (f", {fr_range}" if fr_range else ""), (f", {en_range}" if en_range else "")
    if kind == "rate":
        return f"un nombre{fr_range}, par exemple 0,25", f"a number{en_range}, for example 0.25"
    if kind == "money":
        en_unit = _UNITS_EN.get(column.unit, column.unit)
        return (
            f"un montant en {column.unit}{fr_range}, sans symbole, par exemple 512,40",
            f"an amount in {en_unit}{en_range}, without symbol, for example 512.40",
        )
    if kind in ("int", "decimal"):
        fr, en = (" entier", "a whole number") if kind == "int" else ("", "a number")
        en_unit = _UNITS_EN.get(column.unit, column.unit)
        return (
            f"un nombre{fr}{f' ({column.unit})' if column.unit else ''}{fr_range}",
            f"{en}{f' ({en_unit})' if column.unit else ''}{en_range}",
        )
    if kind == "choice":
        return _choices(column)
    return {
        "rooms": ("un nombre de 1 à 6 (6 = 6 et plus) ou T1 à T6", "a number from 1 to 6 (6 = 6 or more) or T1 to T6"),
        "bool": ("oui ou non", "yes or no"),
        "date": ("une date JJ/MM/AAAA ou AAAA-MM-JJ", "a date DD/MM/YYYY or YYYY-MM-DD"),
        "month": ("un mois MM/AAAA ou AAAA-MM", "a month MM/YYYY or YYYY-MM"),
        "insee": ("un code INSEE de 5 caractères, par exemple 25056", "a 5-character INSEE code, for example 25056"),
        "qpv": ("oui, non, ou le code du quartier", "yes, no, or the code of the district"),
    }.get(kind, ("un texte", "a text"))  # fmt: skip


def _choices(column: Column) -> tuple[str, str]:
    words = in_french(column)
    if len(words) > 10:
        return (
            "DALO, a à n, gbis, ou un mot de la feuille « listes » du modèle",
            "DALO, a to n, gbis, or a word of the template's sheet “listes”",
        )
    shown = [w if w.lower() == v else f"{w} ({v})" for v, w in words]
    return (
        ", ".join(shown[:-1]) + f" ou {shown[-1]}",
        ", ".join(column.values[:-1]) + f" or {column.values[-1]}",
    )


def _list(column: Column) -> tuple[str, str]:
    if column.items == "insee":
        return "des codes INSEE de 5 caractères", "5-character INSEE codes"
    if column.items == "rooms":
        return "des typologies T1 à T6", "rooms T1 to T6"
    if column.items == "choice":
        return _choices(column)
    return "des textes", "texts"
