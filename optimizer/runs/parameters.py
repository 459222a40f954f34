"""A value of the models as pages and the terminal show it: its title with its place, its number with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from optimizer.policy import Parameter, place_in
from optimizer.shortlist.labels import account_label

if TYPE_CHECKING:
    from optimizer.errors import Lang

UNITS = {
    "points": ("points", "points"),
    "euros": ("€", "€"),
    "euros_per_year": ("€/an", "€/year"),
    "euros_per_m2_month": ("€/m²/mois", "€/m²/month"),
    "m2": ("m²", "m²"),
    "days": ("jours", "days"),
    "months": ("mois", "months"),
    "years": ("ans", "years"),
}
CODES = {
    "signed": ("bail signé", "lease signed"),
    "oriented": ("orientation", "oriented"),
    "presented": ("présentation", "presented"),
    "attributed": ("attribution", "attributed"),
    "delegated": ("gestion déléguée", "delegated"),
    "direct": ("gestion directe", "direct"),
    "partial": ("gestion partagée", "partial"),
    "tense": ("tendu", "tense"),
    "relaxed": ("détendu", "relaxed"),
    "none": ("aucune", "none"),
}
"""Codes of the models that staff read; the others are names already."""


def parameter_words(value: object, unit: str, lang: Lang) -> str:
    """``25 %``, ``3 000 points``, ``oui``: a value of the models as a page shows it."""
    fr = lang == "fr"
    pick = 0 if fr else 1
    if isinstance(value, bool):
        return ("oui" if value else "non") if fr else ("yes" if value else "no")
    if isinstance(value, str):
        return CODES[value][pick] if value in CODES else account_label(value, lang)
    if unit == "ceilings" and isinstance(value, (list, tuple)):
        *categories, more = (parameter_words(v, "count", lang) for v in value)
        last = "par personne de plus" if fr else "per further person"
        return f"{' / '.join(categories)}\u00a0{UNITS['euros_per_year'][pick]} ; +\u00a0{more} {last}"
    if not isinstance(value, (int, float)):
        return "table"
    text = f"{100 * value if unit == 'share' else value:,.4f}".rstrip("0").rstrip(".")
    if fr:
        text = text.replace(",", "\u202f").replace(".", ",")
    if unit == "share":
        return text + ("\u00a0%" if fr else "%")
    return f"{text}\u00a0{UNITS[unit][pick]}" if unit in UNITS else text


def titled(parameter: Parameter, places: Mapping[str, str]) -> str:
    """The title of a value with the place, or the account and area, it holds for; the titles of the models are French.

    ``places`` names communes, EPCI and départements by code.
    """
    if parameter.key.startswith("conventions."):
        account = parameter.key.split(".")[2]
        return parameter.title.replace(f", {account},", f" : {account_label(account, 'fr', places)},")
    place = place_in(parameter.key)
    if not place:
        return parameter.title
    table, _, _ = parameter.title.partition(
        ", par "
    )  # « …, par EPCI » is said of the table, the EPCI of its value
    return f"{table} : {places.get(place, place)}"
