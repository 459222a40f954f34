"""``attriflux demo``: the main job on the shipped Franche-Comté territory, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    FOLDER,
    ForceOption,
    JsonOption,
    LangOption,
    Language,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Démonstration sur la Franche-Comté livrée, de bout en bout. Écrit des cas synthétiques, propose, vérifie, puis dit où regarder.",
        "Demonstration on the shipped Franche-Comté, end to end. Writes synthetic cases, proposes, verifies, then says where to look.",
    ),
    epilog=example("attriflux demo --out demo"),
)
def demo(
    out: Annotated[
        Path, typer.Option("--out", help=both("Dossier à écrire.", "Folder to write."), metavar=FOLDER)
    ] = Path("demo"),
    force: ForceOption = False,
    small: Annotated[
        bool,
        typer.Option(
            "--small", help=both("Une semaine de commission seulement.", "One week of commission only.")
        ),
    ] = False,
    year: Annotated[
        bool,
        typer.Option(
            "--year",
            help=both(
                "L'année entière de la région (plusieurs minutes).",
                "The region's whole year (several minutes).",
            ),
        ),
    ] = False,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.speak import Progress
    from optimizer.runs.demo import run_demo

    progress = Progress(lang.value, quiet=json)
    try:
        summary = run_demo(out, force=force, small=small, year=year, lang=lang.value, progress=progress)
    finally:
        progress.done()
    say_result(summary, json=json, lang=lang.value)
