"""What functions take as their case. `verify`, which imports only the facts, takes from here how it names its other arguments too."""

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
