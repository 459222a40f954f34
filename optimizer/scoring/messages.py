"""Wording of the problems that only a grid can tell about a case."""

from __future__ import annotations

from optimizer.errors import define

BAD_CRITERION_CELL = define(
    "SCORE_BAD_CELL",
    "« {value} » n'est pas une valeur possible du critère « {title} » de la grille « {grid} »",
    "“{value}” is not a possible value of criterion “{title}” of grid “{grid}”",
    expected_fr="{expected}",
    expected_en="{expected}",
    remedy_fr="Corrigez la cellule ou videz-la : une cellule vide ne donne aucun point",
    remedy_en="Correct the cell or empty it: an empty cell gives no points",
)
