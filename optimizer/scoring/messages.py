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
SPAN_ABOVE_PRICE = define(
    "SCORE_ABOVE_PRICES",
    "deux cotations peuvent s'écarter de {span} points, plus que le prix d'un bail manquant de : {rules} ; l'ordre annoncé "
    "« {order} > cotation » n'est plus garanti",
    "two scores may lie {span} points apart, more than the price of a missing lease of: {rules}; the announced order "
    "“{order} > score” no longer holds",
    remedy_fr="Relevez ces prix dans models/national/prices.yaml, ou saisissez des cotations sur une échelle plus courte",
    remedy_en="Raise these prices in models/national/prices.yaml, or enter scores on a shorter scale",
)
