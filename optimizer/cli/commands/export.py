"""``attriflux export``: the instance for any other solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    FILE,
    AssumedOption,
    CaseArgument,
    CsvOption,
    CsvStyle,
    ForceOption,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    PriceAssumedOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Écrit le problème pour un autre solveur : couples, MPS ou LP. Tous les couples recevables, jamais réduits ; l'optimum est celui de propose.",
        "Writes the problem for another solver: pairs, MPS or LP. All eligible pairs, never reduced; its optimum is propose's.",
    ),
    epilog=example(
        "attriflux export cas --pairs couples.csv --mps cas.mps",
        "attriflux export case --pairs pairs.csv --mps case.mps",
    ),
)
def export(
    case: CaseArgument,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs", help=both("Tous les couples recevables.", "All eligible pairs."), metavar=FILE
        ),
    ] = None,
    mps: Annotated[
        Path | None,
        typer.Option(
            "--mps",
            help=both("Programme linéaire en nombres entiers, MPS.", "Integer linear program, MPS."),
            metavar=FILE,
        ),
    ] = None,
    lp: Annotated[
        Path | None,
        typer.Option(
            "--lp",
            help=both("Programme linéaire en nombres entiers, LP.", "Integer linear program, LP."),
            metavar=FILE,
        ),
    ] = None,
    force: ForceOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    accept_assumed: AssumedOption = False,
    price_assumed: PriceAssumedOption = False,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import Progress, say_json
    from optimizer.problem.export import NAMES_FILE
    from optimizer.runs.exporting import export_case
    from optimizer.shortlist.labels import plural

    if pairs is None and mps is None and lp is None:
        raise typer.BadParameter(
            "choisissez au moins un fichier à écrire, --pairs, --mps ou --lp"
            if lang.value == "fr"
            else "choose at least one file to write: --pairs, --mps or --lp"
        )
    fr = lang.value == "fr"

    def words(name: str, size: int) -> str:
        if pairs is None or name != pairs.name:
            told = plural(size, "colonne") if fr else f"{size:,} columns"
        elif fr:
            told = plural(size, "couple recevable", "couples recevables")
        else:
            told = f"{size:,} eligible pairs"
        return f"{name} : {told}" if fr else f"{name}: {told}"

    progress = Progress(lang.value, quiet=json)
    try:
        progress.phase("Lecture du dossier…")
        counts = export_case(
            case, pairs=pairs, mps=mps, lp=lp, models=models, accept_assumed=accept_assumed, price_assumed=price_assumed,
            style=csv.value, force=force, began=lambda name, size: progress.phase(f"{words(name, size)}…"),
        )  # fmt: skip
    finally:
        progress.done()
    if json:
        say_json(counts)
        return
    for name, size in counts.items():
        typer.echo(words(name, size))
    if mps is not None or lp is not None:
        typer.echo(
            f"{NAMES_FILE} : le logement, la demande et la règle derrière chaque nom du programme"
            if fr
            else f"{NAMES_FILE}: the dwelling, application and rule behind each name of the program"
        )
