"""``attriflux template``: an empty case, each column explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    FOLDER,
    JsonOption,
    LangOption,
    Language,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Écrit un dossier vide, chaque colonne expliquée.", "Writes an empty case, each column explained."
    ),
    epilog=example("attriflux template mon-dossier --xlsx", "attriflux template my-case --xlsx"),
)
def template(
    directory: Annotated[
        Path, typer.Argument(metavar=FOLDER, help=both("Dossier à créer.", "Folder to create."))
    ],
    xlsx: Annotated[
        bool,
        typer.Option(
            "--xlsx",
            help=both(
                "Un seul classeur Excel, avec listes déroulantes.",
                "One Excel workbook, with drop-down lists.",
            ),
        ),
    ] = False,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.importers import template as write_template

    written = write_template(directory, xlsx=xlsx)
    if json:
        say_json({"written": str(written)})
        return
    typer.echo(f"Modèle écrit : {directory}" if lang.value == "fr" else f"Template written: {directory}")
