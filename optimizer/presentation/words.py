"""Words of the pages and workbooks: statuses, quartiles, proofs, flags, reasons, a dwelling in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from optimizer.shortlist.labels import account_label, flag_label, refusal_label, rule_label, spaced

STATUS = {
    "proposed": ("1er rang", "first rank"),
    "reserve": ("réserve", "reserve"),
    "not_proposed": ("non proposée", "not proposed"),
    "ineligible": ("non recevable", "not eligible"),
    "listed": ("liste", "listed"),
    "awaiting_reservataire": ("attente du réservataire", "awaiting réservataire"),
    "no_candidate": ("sans candidat", "no candidate"),
}


def dwelling_words(row: Any, fr: bool) -> str:
    """``T3 PLUS · Besançon · 62 m² · 412 € + 85 € · hors QPV`` for a row of dwelling_facts."""
    parts = [f"T{row.rooms} {row.financing}", str(row.commune_name)]
    if row.surface_m2 == row.surface_m2:
        parts.append(f"{row.surface_m2:.0f} m²")
    if row.rent_eur == row.rent_eur:
        charges = f" + {row.charges_eur:.0f} €" if row.charges_eur == row.charges_eur else ""
        parts.append(f"{row.rent_eur:.0f} €{charges}")
    parts.append(("QPV" if row.qpv else "hors QPV") if fr else ("QPV" if row.qpv else "outside QPV"))
    if row.residence:
        parts.append(str(row.residence))
    return " · ".join(parts)


def quartile_word(q1: str, fr: bool) -> str:
    """``1er quartile`` / ``2e à 4e`` / ``inconnu``."""
    words = {"yes": ("1er", "first"), "no": ("2e à 4e", "2nd-4th"), "unknown": ("inconnu", "unknown")}
    return words[q1][0 if fr else 1] if q1 in words else ""


def priority_words(text: str, lang: Any) -> str:
    """``c|j (labelled)`` -> « c, j (labellisée) »; the proof in words."""
    words = {
        "declared": ("déclarée", "declared"),
        "verified": ("vérifiée", "verified"),
        "labelled": ("labellisée", "labelled"),
    }
    out = str(text).replace("|", ", ")
    for code, pair in words.items():
        out = out.replace(f"({code})", f"({pair[0 if lang == 'fr' else 1]})")
    return out


def letters_used(priorities: Iterable[str], letters: Mapping[str, str]) -> str:
    """What the letters of article L. 441-1 that occur mean: ``c : mal logé… ; d : …``; empty without any."""
    seen = {code for text in set(priorities) for code in str(text).partition(" (")[0].split("|")}
    return " ; ".join(f"{code} : {title}" for code, title in letters.items() if code in seen)


def flags_words(flags: str, lang: Any) -> str:
    """Flags in words, separated by commas."""
    return ", ".join(flag_label(f, lang) for f in str(flags).split("|") if f)


def day(iso: str) -> str:
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}" if len(iso) == 10 else iso


def scope_words(scope: str, lang: Any, places: Mapping[str, str]) -> str:
    """``landlord=OPH25;area=25;account=ALS`` -> ``OPH25 · département 25 · Action Logement``."""
    parts = []
    for piece in scope.split(";"):
        key, _, value = piece.partition("=")
        parts.append(account_label(value, lang, places) if key == "account" else places.get(value, value))
    return " · ".join(dict.fromkeys(parts))


def why_words(why: str, lang: Any, places: Mapping[str, str]) -> str:
    """The reason of a leapfrog in words."""
    words = {
        "fit": ("adéquation : préférence, taille ou accès", "fit: preference, size or access"),
        "places": ("déjà réserve sur deux listes", "already reserve on two lists"),
        "class": (
            "même public que le premier rang, ou DALO jamais en complément",
            "same class as the first rank",
        ),
        "pin": ("décision enregistrée", "recorded decision"),
        "nomination": ("ordre du réservataire", "the réservataire's order"),
        "gap": ("calcul arrêté avant la preuve", "stopped before the proof"),
    }
    if why in words:
        return words[why][0 if lang == "fr" else 1]
    rule, _, rest = why.partition("[")
    scope, _, price = rest.rpartition("]@")
    if not price:
        return why
    whole = price.isdigit() and lang == "fr"
    return f"{rule_label(rule, lang)} ({scope_words(scope, lang, places)}), {spaced(int(price)) if whole else price} points"


def reason_words(reason: str, lang: Any) -> str:
    """The status reason code of an application, in words."""
    words = {
        "FIRST_RANK": ("premier rang", "first rank"),
        "RESERVE": ("en réserve", "in reserve"),
        "OUTRANKED": ("recevable, mais d'autres demandes passent devant", "eligible, but others come first"),
        "NO_DWELLING": ("aucun logement dans ce dossier", "no dwelling in this case"),
    }
    return words[reason][0 if lang == "fr" else 1] if reason in words else refusal_label(reason, lang)
