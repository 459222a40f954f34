"""What functions are given as their case; and, for a room that knows nothing below but the facts (`verify`), the words to say the rest."""

from __future__ import annotations

from optimizer.arguments import FLAG, PATH, Kind, of_type, optional, takes
from optimizer.domain.case import Case

__all__ = ["CASE", "FLAG", "MADE_CASE", "PATH", "optional", "takes"]

MADE_CASE = of_type(Case)
CASE = Kind(
    "un Case, ou le chemin d'un dossier ou d'un classeur",
    "a Case, or the path of a folder or workbook",
    lambda value: isinstance(value, Case) or PATH.holds(value),
)
"""What a function takes as its case."""
