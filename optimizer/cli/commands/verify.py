"""``attriflux verify``: the independent check of a written proposal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    CASE,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Revérifie une proposition, par un second programme. Il relit les fichiers bruts et ne partage rien avec celui qui a calculé.",
        "Checks a proposal again, by a second program. It rereads the raw files and shares nothing with the one that computed.",
    ),
    epilog=example("attriflux verify resultat --case cas", "attriflux verify result --case case"),
)
def verify(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar=both("RESULTAT", "RESULT"),
            help=both("Dossier écrit par propose.", "Folder written by propose."),
        ),
    ],
    case: Annotated[
        Path,
        typer.Option(
            "--case",
            help=both(
                "Le cas : son dossier, ou son classeur .xlsx.", "The case: its folder, or its .xlsx workbook."
            ),
            metavar=CASE,
        ),
    ],
    lottery: Annotated[
        bool,
        typer.Option(
            "--lottery",
            help=both(
                "Recompte les loteries d'un dossier écrit par fairness, et la preuve de chaque étape.",
                "Adds up the lotteries of a folder written by fairness, and checks the proof of each stage.",
            ),
        ),
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            help=both(
                "Le résultat que propose devait garder (--keep) : ses premiers rangs et ses listes sont comparés.",
                "The result that propose was to keep (--keep): its first ranks and its lists are compared.",
            ),
            metavar=both("ANCIEN", "EARLIER"),
        ),
    ] = None,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.cli.wrapping import wrapped
    from optimizer.verify import other_folder, verify_lottery, without_lottery
    from optimizer.verify import verify as run_verify

    if lottery and keep is not None:
        raise typer.BadParameter(both("va sans --lottery", "goes without --lottery"), param_hint="--keep")
    for place in (directory, case, *([] if keep is None else [keep])):
        if not place.exists():
            raise FileNotFoundError(2, "introuvable", str(place))
    if elsewhere := without_lottery(directory) if lottery else other_folder(directory):
        raise elsewhere
    if lottery:
        verdict = verify_lottery(directory, case, models=models)
    else:
        verdict = run_verify(directory, case, models=models, keep=keep)
    refused = verdict.verdict == "refused"
    if json:
        say_json(verdict.to_dict())
    else:
        for check in verdict.checks:
            mark = "ok " if check.ok else "NON" if lang.value == "fr" else "NO "
            said = f"{mark} {check.fr if lang.value == 'fr' else check.en}"
            typer.echo(wrapped(said, 80, after="    "), err=not check.ok)
        typer.echo(wrapped(verdict.sentence(lang.value), 80, after="  "), err=refused)
    sys.exit(3 if refused else 0)
