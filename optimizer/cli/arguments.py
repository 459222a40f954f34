"""Arguments shared by several commands, declared once so that their help reads the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """Languages of the screen and of the sentences in the files."""

    fr = "fr"
    en = "en"


class CsvStyle(StrEnum):
    """Dialect of the written tables."""

    french = "french"
    international = "international"


class Backend(StrEnum):
    """Solvers of the same problem; ``auto`` chooses by size and says why."""

    auto = "auto"
    highs = "highs"
    cpsat = "cpsat"
    pulp = "pulp"
    scale = "scale"


CaseArgument = Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier ou classeur .xlsx du cas.")]
OutOption = Annotated[Path, typer.Option("--out", help="Dossier à écrire, nouveau ou vide.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Remplace le contenu du dossier de sortie.")]
LangOption = Annotated[Language, typer.Option("--lang", envvar="ATTRIFLUX_LANG", help="Langue : fr ou en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Réponse en JSON sur la sortie standard.")]
CsvOption = Annotated[
    CsvStyle, typer.Option("--csv", help="Tables : french (; et virgule) ou international.")
]
ModelsOption = Annotated[
    Path | None, typer.Option("--models", help="Autre dossier de règles que celui livré.", show_default=False)
]
AssumedOption = Annotated[
    bool,
    typer.Option("--accept-assumed", help="Accepte un seuil de premier quartile supposé sur un cas réel."),
]
