"""``attriflux why``: one household's answer in words, from the index of a result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import JsonOption, LangOption, Language
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Répond pour une demande. Où elle est recevable, à quelle place, ce qui est passé devant, ce qui aurait changé la réponse. Le cas n'est pas relu.",
        "Answers for one application. Where it is eligible, at which place, what passed before it, what would have changed the answer. The case is not read.",
    ),
    epilog=example(
        "attriflux why resultat 0250326000123 --letter", "attriflux why result 0250326000123 --letter"
    ),
)
def why(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar=both("RESULTAT", "RESULT"),
            help=both("Dossier écrit par propose.", "Folder written by propose."),
        ),
    ],
    number: Annotated[
        str,
        typer.Argument(
            metavar=both("NUMERO", "APPLICATION"),
            help=both("Numéro unique de la demande.", "Number of the application."),
        ),
    ],
    dwelling: Annotated[
        str | None,
        typer.Option(
            "--dwelling",
            metavar=both("LOGEMENT", "DWELLING"),
            help=both("Ce logement seulement.", "This dwelling only."),
            show_default=False,
        ),
    ] = None,
    letter: Annotated[
        bool,
        typer.Option(
            "--letter",
            help=both(
                "Courrier au demandeur, sous les quatre rubriques de R. 311-3-1-2 du CRPA, sans rien d'un autre ménage.",
                "A letter to the applicant, under the four heads of R. 311-3-1-2 CRPA, with nothing of any other household.",
            ),
        ),
    ] = False,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.runs.why_answer import why as answer

    found = answer(directory, number, dwelling, letter=letter, lang=lang.value)
    if json:
        from optimizer.cli.speak import say_json

        say_json({"lines": list(found.lines), **found.facts})
        return
    from optimizer.cli.wrapping import wrapped

    for line in found.lines:
        indent = line[: len(line) - len(line.lstrip())]
        typer.echo(wrapped(line, 80, after=indent + "  ") if line else "")
