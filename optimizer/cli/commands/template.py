"""``attriflux template``: an empty case, each column explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import LangOption, Language


@app.command(
    help="Écrit un dossier vide, chaque colonne expliquée.\n\nExemple : attriflux template mon-dossier --xlsx"
)
def template(
    directory: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier à créer.")],
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="Un seul classeur Excel, avec listes déroulantes.")
    ] = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.importers import template as write_template

    write_template(directory, xlsx=xlsx)
    typer.echo(f"Modèle écrit : {directory}" if lang.value == "fr" else f"Template written: {directory}")
