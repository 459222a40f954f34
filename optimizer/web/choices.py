"""What a form offers to choose from: the closed lists of the law of the commission, with their words."""

from __future__ import annotations

from datetime import date

from optimizer.chains import length_of
from optimizer.desk.chained import length_words
from optimizer.errors import Lang, said
from optimizer.store.law import CommissionLaw, law

Options = list[tuple[str, str]]

KINDS = ("attribution", "ranked", "conditional", "not_attributed", "ineligible")
CHECKS = ("documents", "income", "composition", "unreachable", "inactive")
PROOFS = ("hand", "registered_received", "registered_presented", "email_acknowledged")
FEW = ("too_few_candidates", "prefet_designated", "subsidy_d331_25_1")
OUTCOMES = ("interested", "declines", "unreachable")
VOICES = ("board", "prefet", "epci", "mayor", "mandant", "consultative")
CHAINS = ("0", "1", "2", "all")
PRESENCES = ("present", "represented", "absent")


def words(family: str, keys: tuple[str, ...], lang: Lang) -> Options:
    """Options whose words are texts of the pages: ``WEB.<family>_<key>``."""
    return [(key, said(f"WEB.{family}_{key}".upper(), lang)) for key in keys]


def chains_words(lang: Lang) -> Options:
    """How far the chains of a proposal may go."""
    return [(key, length_words(length_of(key) or 0, lang)) for key in CHAINS]


def commission_law(on: date) -> CommissionLaw:
    """The law of the commission in force on a day."""
    return law(on)
