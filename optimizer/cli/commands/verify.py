"""``attriflux verify``: the independent check of a written proposal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import JsonOption, LangOption, Language, ModelsOption


@app.command(
    help="Revérifie une proposition depuis les fichiers bruts, sans le code qui l'a calculée.\n\n"
    "Exemple : attriflux verify resultat --case cas"
)
def verify(
    directory: Annotated[Path, typer.Argument(metavar="RESULTAT", help="Dossier écrit par propose.")],
    case: Annotated[Path, typer.Option("--case", help="Le dossier du cas.")],
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.verify import verify as run_verify

    for place in (directory, case):
        if not place.exists():
            raise FileNotFoundError(2, "introuvable", str(place))
    verdict = run_verify(directory, case, models=models)
    refused = verdict.verdict == "refused"
    if json:
        say_json(verdict.to_dict())
    else:
        for check in verdict.checks:
            mark = "ok " if check.ok else "NON" if lang.value == "fr" else "NO "
            typer.echo(f"{mark} {check.fr if lang.value == 'fr' else check.en}", err=not check.ok)
        typer.echo(verdict.sentence(lang.value), err=refused)
    sys.exit(3 if refused else 0)
