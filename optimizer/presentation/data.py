"""What the pages and workbooks read: finished tables and words, nothing to compute with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

import pandas as pd

from optimizer.errors import Lang, said
from optimizer.presentation import texts as texts
from optimizer.presentation.numbers import decimal, percent


@dataclass(frozen=True)
class LegalNumber:
    """A number of the law as shown on a page: its title, value, source, date and status."""

    key: str
    title: str
    value: str
    status: str
    source: str
    in_force: str

    @property
    def assumed(self) -> bool:
        return self.status == "assumed"


@dataclass(frozen=True)
class ProofSummary:
    """The certificate in words: ``status`` certified_optimal | certified_within | not_certified, numbers in points."""

    status: str
    objective: float
    bound: float
    gap: float
    stopped: str
    verdict: str = ""
    """What the independent check said, where a page shows it."""
    drawn: bool = True
    """Whether equal proposals were told apart to the end (design §5)."""
    asked: float | None = None
    """Relative gap the run was allowed to end at (0: none); None where the page does not know it."""


class Headed(Protocol):
    """What a pack of sheets needs beside its pages."""

    @property
    def title(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def lang(self) -> Lang: ...
    @property
    def banners(self) -> tuple[str, ...]: ...


class Linked(NamedTuple):
    """A dwelling of a chain: who frees it is first on ``after``, whom it is for frees ``next``; empty at the ends."""

    number: int
    kind: str
    """``chain`` (from a vacant dwelling on) or ``cycle``."""
    position: int
    after: str
    next: str


@dataclass(frozen=True)
class ReportData:
    """Everything a report shows. Frames have the columns of design §8; ``details`` those of shortlist.details."""

    title: str
    territory: str
    on: date
    year: int
    landlord: str
    seed: str
    seed_modified: bool
    synthetic: bool
    proof: ProofSummary
    proposals: pd.DataFrame
    details: pd.DataFrame
    dwellings: pd.DataFrame
    dwelling_facts: pd.DataFrame
    """dwelling_id, landlord, commune, commune_name, city_name (of an arrondissement, its commune), epci, departement, rooms, financing, qpv, surface_m2, rent_eur,
    charges_eur, residence, district, vacancy_days, address, floor, lift, accessible, energy_label, heating, rpls,
    ceiling_factor, priority_mix, first_letting, available_on, vacant_since, attempts, subsidised, mode, published_on, published_at,
    publication_proof, published, eligible, all_first, in_progress, q1_threshold (whether one is published for its EPCI), needed, needed_housed (eligible households in need of an
    adapted dwelling, those of them with a first rank on another one; -1 where the dwelling is none, or the run too large to count)"""
    applications: pd.DataFrame
    population: pd.DataFrame
    """application_id, status and the groups compared in the report: quartile, size, priority, origin, score, months"""
    rules: pd.DataFrame
    orientation: pd.DataFrame
    leapfrogs: pd.DataFrame
    shortfalls: pd.DataFrame
    """rule, scope, limits, missing_whole, most_possible, rate_that_holds, reason_fr, reason_en; up to a thousand dwellings the columns
    of `shortlist.remedies` too"""
    numbers: tuple[LegalNumber, ...]
    places: Mapping[str, str]
    """Names of communes, EPCI and départements by code."""
    forbids: pd.DataFrame
    """author, reason, count"""
    max_lists: int
    """Lists a household may be reserve on in a session."""
    least: int
    """Households to be examined for a dwelling (CCH R. 441-3), save where the law lets fewer be."""
    ranked: bool
    """Whether scores are percentile ranks and no points of a grid."""
    lang: Lang = "fr"
    ending: str = "csv"
    """How the names of the tables' files end."""
    notes: tuple[str, ...] = ()
    confirmed: int = 0
    """Households without a first rank whose number of lacking points was checked."""
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What moved against the result kept and why (``changes.csv``); empty without one."""
    kept: bool = False
    """Whether an earlier result weighed."""
    quartiles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Group of resources (`QUARTILES`) in the EPCI of the dwelling, by dwelling and household: first ranks, and whom an effort rate put
    behind one."""
    years: pd.DataFrame = field(default_factory=pd.DataFrame)
    """landlord, area, account and the figures of `problem.account_year.AccountYear`."""
    banners: tuple[str, ...] = ()
    """What every page must say first: assumed figures that were accepted, a modified draw, a synthetic case."""
    stamp: str = ""
    """First signs of the hash of the certificate: what ties a sheet to its proof."""
    papers: tuple[tuple[str, str], ...] = ()
    """Words and file of the papers that lie beside the report."""
    linked: Mapping[str, Linked] | None = None
    """The dwellings of chains of the whole run, where this is a part of it."""


QUARTILES = ("1er quartile", "2e à 4e quartile", "inconnu", "sans seuil publié")
"""Groups of resources that a report compares; the last holds who asks first for an EPCI without a threshold, or is proposed there."""

DECLARED = "prioritaire déclaré"
PRIORITIES = ("DALO", "prioritaire prouvé", DECLARED, "autre")
"""Groups of priority that a report compares; `DECLARED`: a public of L. 441-1 that the application says and no document shows."""


def proof_sentence(proof: ProofSummary, lang: Lang) -> str:
    """« conforme aux règles saisies, aucune meilleure solution (preuve jointe) », or how far it may be from the best."""
    if proof.status == "certified_optimal":
        return said("PROOF.OPTIMAL", lang)
    if proof.status != "certified_within":
        return said("PROOF.NONE", lang)
    share = percent(proof.gap / max(1.0, abs(proof.objective)), 4, lang, fixed=True)
    return said("PROOF.WITHIN", lang, gap=decimal(proof.gap, 2, lang, fixed=True), share=share)


def proof_of(certificate: Mapping[str, Any], asked: float | None = None) -> ProofSummary:
    """The summary of a certificate as its file holds it; ``asked`` is the gap of the run's options, where they are known."""
    return ProofSummary(
        status=str(certificate["status"]),
        objective=float(certificate["objective"]),
        bound=float(certificate["bound"]),
        gap=float(certificate["gap"]),
        stopped=str(certificate["stopped"]),
        drawn=certificate["stages"]["unique"] is not None,
        asked=asked,
    )


def stop_sentence(proof: ProofSummary, lang: Lang) -> str:
    """Why the computation stopped, with « non rejouable » after a clock or an interrupt."""
    why = proof.stopped
    if why not in ("proven", "gap", "time", "interrupted"):
        return ""
    if why == "proven" and proof.status != "certified_optimal":
        # a folder of an earlier version: a backend's own word is not a proof, only the certificate's tree is
        why = "searched"
    elif why == "proven" and not proof.drawn:
        why = "not_drawn"
    elif why == "gap" and proof.asked is not None:
        why = "asked" if proof.gap <= proof.asked * abs(proof.objective) else "budget"
    return said(f"PROOF.STOP_{why}".upper(), lang)


def gap_sentence(proof: ProofSummary, filled: float, lang: Lang) -> str:
    """What an open gap means to who decides, beside what a filled dwelling counts; empty where the run is proven."""
    if proof.status != "certified_within":
        return ""
    share = percent(proof.gap / max(1.0, abs(proof.objective)), 4, lang, fixed=True)
    gap = decimal(proof.gap, 2, lang, fixed=True)
    return said("PROOF.GAP_MEANS", lang, gap=gap, share=share, filled=decimal(filled, 0, lang))


DECIDES = {
    "fr": "Proposition : la commission décide.",
    "en": "Proposal: the commission decides.",
}
DECIDED = {
    "fr": "Le programme propose ; la commission décide.",
    "en": "The program proposes; the commission decides.",
}
"""At the foot of a letter and of minutes, which tell a decision and no proposal."""
