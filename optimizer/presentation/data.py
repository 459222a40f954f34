"""What the pages and workbooks read: finished tables and words, nothing to compute with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from optimizer.errors import Lang


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
    """dwelling_id, landlord, commune, commune_name, departement, rooms, financing, qpv, surface_m2, rent_eur,
    charges_eur, residence, district, vacancy_days"""
    applications: pd.DataFrame
    population: pd.DataFrame
    """application_id, status and the groups compared in the report: quartile, size, priority, origin, score, months"""
    rules: pd.DataFrame
    orientation: pd.DataFrame
    leapfrogs: pd.DataFrame
    shortfalls: pd.DataFrame
    """rule, scope, missing_whole, most_possible, rate_that_holds, reason_fr, reason_en"""
    numbers: tuple[LegalNumber, ...]
    places: Mapping[str, str]
    """Names of communes, EPCI and départements by code."""
    forbids: pd.DataFrame
    """author, reason, count"""
    lang: Lang = "fr"
    notes: tuple[str, ...] = ()
    confirmed: int = 0
    """Households without a first rank whose number of lacking points was checked."""
    priority_letters: Mapping[str, str] = field(default_factory=dict)
    """What each letter of article L. 441-1 means."""


def proof_sentence(proof: ProofSummary, lang: Lang) -> str:
    """« conforme aux règles saisies, aucune meilleure solution (preuve jointe) », or how far it may be from the best."""
    if proof.status == "certified_optimal":
        return (
            "Conforme aux règles saisies, aucune meilleure solution (preuve jointe)."
            if lang == "fr"
            else "Meets the rules entered; no better solution exists (proof attached)."
        )
    if proof.status == "certified_within":
        gap = f"{proof.gap:.2f}".replace(".", "," if lang == "fr" else ".")
        share = f"{proof.gap / max(1.0, abs(proof.objective)):.4%}".replace(".", "," if lang == "fr" else ".")
        if lang == "fr":
            return f"Conforme aux règles saisies, certifié à {gap} points près ({share}) de la meilleure solution."
        return f"Meets the rules entered, certified within {gap} points ({share}) of the best solution."
    return (
        "Proposition sans preuve : à ne pas utiliser en commission."
        if lang == "fr"
        else "Proposal without a proof."
    )


def stop_sentence(proof: ProofSummary, lang: Lang) -> str:
    """Why the computation stopped, with « non rejouable » after a clock or an interrupt."""
    words = {
        "proven": ("Calcul mené jusqu'à la preuve.", "Run to the proof."),
        "gap": (
            "Calcul terminé à cet écart, demandé ou laissé par l'arbre de preuve : rejouable à l'identique.",
            "Finished at this gap, asked for or left by the tree of the proof: replayable as it is.",
        ),
        "time": (
            "Arrêté par la limite de temps : résultat non rejouable.",
            "Stopped by the time limit: not replayable.",
        ),
        "interrupted": ("Interrompu : résultat non rejouable.", "Interrupted: not replayable."),
    }
    pair = words.get(proof.stopped, ("", ""))
    if proof.stopped == "proven" and not proof.drawn:
        pair = (
            "Calcul mené jusqu'à la preuve ; le tirage entre propositions de même valeur ne l'a pas été : une autre, "
            "de même valeur, pouvait aussi bien être retenue.",
            "Run to the proof; the draw between proposals of the same value was not: another one, of the same value, "
            "could as well have been kept.",
        )
    if proof.stopped == "proven" and proof.status != "certified_optimal":
        # a folder of an earlier version: a backend's own word is not a proof, only the certificate's tree is
        pair = (
            "Recherche terminée ; l'arbre de preuve s'arrête à cet écart.",
            "Search finished; the tree of the proof stops at this gap.",
        )
    return pair[0] if lang == "fr" else pair[1]


DECIDES = {
    "fr": "Proposition : la commission décide.",
    "en": "Proposal: the commission decides.",
}
