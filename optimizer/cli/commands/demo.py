"""``attriflux demo``: the main job on the shipped Franche-Comté territory, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import ForceOption, JsonOption, LangOption, Language


@app.command(
    help="Le travail principal sur la Franche-Comté livrée, de bout en bout, puis où regarder.\n\n"
    "Exemple : attriflux demo --out demo"
)
def demo(
    out: Annotated[Path, typer.Option("--out", help="Dossier à écrire.")] = Path("demo"),
    force: ForceOption = False,
    small: Annotated[bool, typer.Option("--small", help="Une semaine de commission seulement.")] = False,
    year: Annotated[
        bool, typer.Option("--year", help="L'année entière de la région (plusieurs minutes).")
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
