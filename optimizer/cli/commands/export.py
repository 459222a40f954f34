"""``attriflux export``: the instance for any other solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    AssumedOption,
    CaseArgument,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
)


@app.command(
    help="Écrit l'instance pour un autre solveur : couples recevables, MPS ou LP.\n\n"
    "Exemple : attriflux export cas --pairs couples.csv --mps cas.mps"
)
def export(
    case: CaseArgument,
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Tous les couples recevables.")] = None,
    mps: Annotated[
        Path | None, typer.Option("--mps", help="Programme linéaire en nombres entiers, MPS.")
    ] = None,
    lp: Annotated[
        Path | None, typer.Option("--lp", help="Programme linéaire en nombres entiers, LP.")
    ] = None,
    models: ModelsOption = None,
    accept_assumed: AssumedOption = False,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.runs.exporting import export_case

    if pairs is None and mps is None and lp is None:
        raise typer.BadParameter(
            "choisissez au moins un fichier à écrire, --pairs, --mps ou --lp"
            if lang.value == "fr"
            else "choose at least one file to write: --pairs, --mps or --lp"
        )
    counts = export_case(case, pairs=pairs, mps=mps, lp=lp, models=models, accept_assumed=accept_assumed)
    if json:
        say_json(counts)
        return
    for name, size in counts.items():
        typer.echo(f"{name} : {size}" if lang.value == "fr" else f"{name}: {size}")
