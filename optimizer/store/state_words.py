"""What a person calls the states of the desk's machines, for the sentences that refuse a step."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.errors import Said

SUBJECT = {
    "session": Said("la séance", "the session"),
    "item": Said("le logement", "the dwelling"),
    "candidate": Said("la candidature", "the candidature"),
    "offer": Said("l'offre", "the offer"),
    "condition": Said("la condition", "the condition"),
    "nomination": Said("la désignation", "the nomination"),
    "rectificatif": Said("le rectificatif", "the rectificatif"),
    "duty": Said("l'obligation", "the duty"),
    "recourse": Said("le recours", "the recourse"),
}
"""Table, or part of it, that a state belongs to."""
STATE = {
    "session": {
        "draft": Said("en préparation", "in preparation"), "convened": Said("convoquée", "convened"),
        "open": Said("ouverte", "open"), "closed": Said("close", "closed"), "cancelled": Said("annulée", "cancelled"),
    },
    "item": {
        "listed": Said("à examiner", "to examine"), "not_examined": Said("non examiné", "not examined"),
        "decided": Said("décidé", "decided"), "no_taker": Said("sans preneur", "no taker"),
        "offering": Said("en cours d'attribution", "being attributed"), "let": Said("loué", "let"),
        "exhausted": Said("rangs épuisés", "ranks exhausted"), "withdrawn": Said("retiré", "withdrawn"),
    },
    "candidate": {
        "queue": Said("en attente", "waiting"), "listed": Said("à examiner", "to examine"),
        "declined": Said("déclinée avant la séance", "declined before the session"), "replaced": Said("remplacée", "replaced"),
        "not_examined": Said("non examinée", "not examined"), "attributed": Said("attribuée", "attributed"),
        "ranked": Said("classée", "ranked"), "conditional": Said("sous condition", "conditional"),
        "not_attributed": Said("non attribuée", "not attributed"), "ineligible": Said("irrecevable", "ineligible"),
        "offered": Said("offre notifiée", "offer notified"), "accepted": Said("acceptée par le ménage", "accepted by the household"),
        "refused": Said("refusée par le ménage", "refused by the household"), "silent": Said("sans réponse", "silent"),
        "condition_failed": Said("condition non remplie", "condition failed"), "desisted": Said("désistement", "withdrew"),
        "signed": Said("bail signé", "lease signed"), "released": Said("sans suite", "leads no further"),
        "superseded": Said("relogée ailleurs", "housed elsewhere"),
    },
    "offer": {
        "offered": Said("notifiée", "notified"), "accepted": Said("acceptée", "accepted"), "refused": Said("refusée", "refused"),
        "silent": Said("sans réponse", "silent"), "signed": Said("bail signé", "lease signed"),
        "desisted": Said("désistement", "withdrew"), "failed": Said("condition non remplie", "condition failed"),
        "released": Said("sans suite", "leads no further"),
    },
    "condition": {
        "none": Said("sans objet", "none"), "open": Said("attendue", "open"), "met": Said("remplie", "met"),
        "failed": Said("non remplie", "failed"),
    },
    "nomination": {
        "open": Said("ouverte", "open"), "withdrawn": Said("retirée", "withdrawn"), "used": Said("ménage logé", "household housed"),
    },
    "duty": {"open": Said("ouverte", "open"), "closed": Said("close", "closed")},
    "recourse": {"open": Said("ouvert", "open"), "closed": Said("clos", "closed")},
    "rectificatif": {
        "missing": Said("absent", "missing"), "prepared": Said("préparé", "prepared"), "signed": Said("signé", "signed"),
    },
}  # fmt: skip
"""Machine -> code -> words."""


def state_words(what: str, codes: Iterable[str]) -> Said:
    """States of a machine in both languages, one or the other.

    >>> state_words("session", ["convened", "open"]).fr
    'convoquée ou ouverte'
    """
    known = STATE[what]
    told = [known[code] for code in codes]
    return Said(" ou ".join(w.fr for w in told), " or ".join(w.en for w in told))
