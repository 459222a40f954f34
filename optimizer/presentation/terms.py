"""Words of French law and administration that English pages keep, each with its meaning, told once where a page uses them.

They have no English equal: a *préfet* is no prefect of police and a *réservataire* no tenant with a reservation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from optimizer.errors import said
from optimizer.presentation import texts as texts

TERMS: Mapping[str, str] = {
    "ALS": "Action Logement, which houses employees for the employers that fund it",
    "APL": "housing allowance",
    "arrêté": "ministerial or local order",
    "assiette": "the year's vacated dwellings that shares apply to",
    "bilan": "a landlord's yearly statement",
    "CADA": "authority on access to administrative documents",
    "CAF": "office that pays the housing allowance",
    "CALEOL": "commission of a landlord that attributes its dwellings",
    "CCH": "Construction and Housing Code",
    "CE": "Conseil d'État, the highest administrative court",
    "CIA": "agreement of an EPCI on who is housed where",
    "CNIL": "data protection authority",
    "commune": "municipality",
    "contingent": "the rights that a dwelling is counted on",
    "convention": "agreement that gives a réservataire its share of a landlord's dwellings",
    "convocation": "notice that calls the members to a session",
    "cotation": "score of an application on a published grid",
    "CRPA": "Code of relations between the public and the administration",
    "DALO": "enforceable right to housing: households the State must house",
    "département": "county-size area, numbered",
    "EPCI": "authority that groups communes",
    "État": "the State",
    "flux": "shares of the year's vacated dwellings, instead of addresses held",
    "LEC": "law of 27 January 2017: a quarter of leases outside QPV go to the lowest income quartile",
    "maire": "mayor",
    "mandant": "owner whose dwellings the landlord manages",
    "NUR": "unique number of an application",
    "ordonnance": "government order with the force of a law",
    "PLAI": "social dwelling with the lowest ceilings of income and rent",
    "PLS": "social dwelling with the highest ceilings",
    "PLUS": "social dwelling with the ordinary ceilings",
    "préfet": "representative of the State in a département",
    "procès-verbal": "signed minutes",
    "Q1": "lowest quartile of applicants' income",
    "QPV": "priority district",
    "radiation": "taking an application off the register",
    "rectificatif": "signed correction of the minutes",
    "RPLS": "register of social dwellings",
    "réservataire": "party with rights to name households for dwellings",
    "SNE": "the State's register of applications",
    "UC": "unit of consumption: 1 for the first person, less for each other one",
}
"""As pages write them; capital letters make no difference but to acronyms. ``T3`` is told apart: any number may follow."""
ROOMS = ("T1 … T6", "dwelling of 1 … 6 main rooms")
_ROOMS = re.compile(r"(?<![\w-])T[1-6](?![\w-])")
_WORD = {
    term: re.compile(
        rf"(?<![\w-]){re.escape(term)}{'' if term.isupper() else 's?'}(?![\w-])",
        re.NOFLAG if any(c.isupper() for c in term) else re.IGNORECASE,
    )
    for term in TERMS
}


def terms_in(text: str) -> dict[str, str]:
    """The terms that a text uses, in alphabetical order, with their meaning.

    >>> terms_in("Named by the préfet for two réservataires.")["préfet"]
    'representative of the State in a département'
    """
    found = {term: meaning for term, meaning in TERMS.items() if _WORD[term].search(text)}
    if _ROOMS.search(text):
        found[ROOMS[0]] = ROOMS[1]
    return found


def terms_words(text: str) -> str:
    """``French terms: DALO, enforceable right to housing; maire, mayor.``; empty where the text uses none."""
    told = said("WORDS.LIST", "en").join(f"{term}, {meaning}" for term, meaning in terms_in(text).items())
    return f"French terms: {told}." if told else ""
