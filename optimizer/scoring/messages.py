"""Wording of the problems that only a grid can tell about a case."""

from __future__ import annotations

from optimizer.errors import define

UNSCORED = define(
    "SCORE_MISSING",
    "la demande « {value} » n'a pas de cotation, d'autres en ont une, et aucune grille ne peut la calculer",
    "application “{value}” has no score, others have one, and no grid can compute it",
    expected_fr="une cotation pour chaque demande active, ou une grille dans le territoire",
    expected_en="a score for every active application, or a grid in the territory",
    remedy_fr="Saisissez sa cotation, ou nommez dans case.yaml un territoire qui a une grille",
    remedy_en="Enter its score, or name in case.yaml a territory that has a grid",
)
CRITERIA_WITHOUT_CELLS = define(
    "SCORE_CRITERIA_WITHOUT_CELLS",
    "la grille « {value} » a des critères qui ne donnent de points à personne, faute de la colonne qu'ils lisent (absente ou vide) : "
    "{criteria}",
    "the grid “{value}” has criteria that give points to nobody, for want of the column they read (absent or empty): {criteria}",
    remedy_fr="Ajoutez ces colonnes à demandes, ou dites dans columns.yaml sous quel nom elles figurent",
    remedy_en="Add these columns to applications, or tell in columns.yaml under which name they are",
)
SPAN_ABOVE_PRICE = define(
    "SCORE_ABOVE_PRICES",
    "deux cotations peuvent s'écarter de {span} points, plus que le prix d'un bail manquant de : {rules} ; l'ordre annoncé "
    "« {order} > cotation » n'est plus garanti",
    "two scores may lie {span} points apart, more than the price of a missing lease of: {rules}; the announced order "
    "“{order} > score” no longer holds",
    remedy_fr="Relevez ces prix dans models/national/prices.yaml, ou saisissez des cotations sur une échelle plus courte",
    remedy_en="Raise these prices in models/national/prices.yaml, or enter scores on a shorter scale",
)
