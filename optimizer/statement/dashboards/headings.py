"""French names of the columns of the tables, and how their workbook looks."""

from __future__ import annotations

from optimizer.domain.intervals import FORECAST_WORDS
from optimizer.presentation.tables_book import Look

HEADINGS = {
    "account": "Réservataire", "landlord": "Bailleur", "area": "Périmètre", "commune": "Commune", "qpv": "QPV",
    "signed": "Signés", "progress": "En cours", "proposed": "Proposés", "waiting": "En attente", "housed": "Logés",
    "signed_qpv": "Signés en QPV", "progress_qpv": "En cours en QPV", "proposed_qpv": "Proposés en QPV",
    "signed_qpv_share": "Part en QPV, signés", "progress_qpv_share": "Part en QPV, en cours",
    "proposed_qpv_share": "Part en QPV, proposés", "stock": "Parc réservé", "stock_qpv_share": "Part en QPV, parc",
    "signed_q1_share": "1er quartile, signés", "proposed_q1_share": "1er quartile, proposés", "share": "Part",
    "due": "Dû à ce jour", "consumed_oriented": "Orientés", "consumed_presented": "Candidat présenté",
    "consumed_attributed": "Attribués", "consumed_signed": "Baux signés", "returned": "Dont revenus sans bail",
    "year_due": "Dû au 31/12", "in_progress": "En cours", "remaining": "Reste", "late": "Retard à ce jour", "forecast": "Prévu au 31/12", "forecast_low": f"Bas ({FORECAST_WORDS[0]})", "forecast_high": f"Haut ({FORECAST_WORDS[0]})",
    "group": "Groupe", "operation": "Opération", "dwelling_id": "Logement", "application_id": "Demande", "reason": "Motif",
    "author": "Auteur", "expires_on": "Échéance", "residence": "Résidence", "residences": "Résidences",
    "dwellings": "Logements", "vacant": "Vacants", "fragility": "Fragilité", "q1_share": "1er quartile, occupants",
    "recent_q1_share": "1er quartile, entrées récentes", "rooms": "Typologie", "financing": "Financement", "rank": "Rang",
    "state": "État", "since": "Depuis", "deadline": "Échéance", "days_left": "Jours restants", "gauge": "Règle",
    "title": "Intitulé", "scope": "Périmètre", "target_share": "Objectif (part)", "year_target": "Objectif de l'année",
    "num_signed": "Comptés, signés", "den_signed": "Base, signés", "num_progress": "Comptés, en cours",
    "den_progress": "Base, en cours", "num_returned": "Comptés, revenus sans bail", "den_returned": "Base, revenus sans bail",
    "now_rate": "Taux à ce jour", "straight_line": "Ligne droite", "missing": "Retard ou excès en baux",
    "num_run": "Proposés comptés", "den_run": "Proposés, base", "all_accept_rate": "Taux si tous acceptent",
    "num_expected": "Attendus comptés", "den_expected": "Attendus, base", "expected_rate": "Taux attendu",
    "still_needed": "Reste", "den_remaining": "Baux encore attendus", "status": "Statut", "source": "Source",
    "month_end": "Fin de mois", "done": "Fait", "level": "Niveau", "subject": "Sujet", "sentence": "Alerte",
    "threshold": "Seuil", "table": "Tableau", "note": "Comment le lire", "value": "Valeur", "unit": "Unité", "in_force_from": "En vigueur depuis",
}  # fmt: skip
"""French heading of every column of the tables."""


def is_share(column: str) -> bool:
    """Whether a column is shown in per cent."""
    return column == "share" or column.endswith(("_share", "_rate"))


LOOK = Look(
    headings=HEADINGS,
    shares=tuple(column for column in HEADINGS if is_share(column)),
    widths={
        "sentence": 70, "source": 60, "reason": 60, "note": 110, "gauge": 40, "title": 36, "scope": 36, "subject": 30,
        "account": 34, "commune": 28, "residence": 20, "group": 32, "author": 28, "fragility": 24, "dwelling_id": 18,
        "application_id": 20, "": 12,
    },
    footer="&LProposition : la commission décide&RPage &P / &N",
)  # fmt: skip
