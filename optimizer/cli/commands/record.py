"""``attriflux record``: what a filled workbook says, into the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import CASE, FILE, JsonOption, LangOption, Language, ModelsOption
from optimizer.cli.desk import DESK, SESSION, ActorOption, StoreOption
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Enregistre un classeur de séance rempli. Tous les problèmes à la fois, ligne par ligne, et rien n'est écrit s'il y en a ; ce qui est déjà enregistré ne l'est pas deux fois.",
        "Records a filled workbook of a session. All problems at once, row by row, and nothing is written if there is one; what is recorded already is not recorded twice.",
    ),
    epilog=example(
        "attriflux record saisie.xlsx --session 2026-12-03 --dry-run",
        "attriflux record entry.xlsx --session 2026-12-03 --dry-run",
    ),
)
def record(
    file: Annotated[
        Path,
        typer.Argument(
            metavar=FILE,
            help=both(
                "Le classeur de « session pack », ou l'une de ses feuilles en CSV.",
                "The workbook of “session pack”, or one of its sheets as CSV.",
            ),
        ),
    ],
    session: Annotated[
        str,
        typer.Option(
            "--session", metavar=SESSION, help=both("Référence de la séance.", "Reference of the session.")
        ),
    ],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=both(
                "Contrôle et dit ce qui serait écrit, sans écrire.",
                "Checks and says what would be written, without writing.",
            ),
        ),
    ] = False,
    case: Annotated[
        Path | None,
        typer.Option(
            "--case",
            metavar=CASE,
            help=both(
                "Dernier import : les candidats sont recontrôlés à la convocation et à l'ouverture.",
                "Last import: households are checked again at the convocation and at the opening.",
            ),
            show_default=False,
        ),
    ] = None,
    store: StoreOption = DESK,
    actor: ActorOption = "",
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from functools import partial

    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, opened
    from optimizer.cli.speak import say_findings
    from optimizer.desk.recording import record as write
    from optimizer.desk.recording_words import summary_of

    checks = None
    if case is not None:
        from optimizer import importers
        from optimizer.desk.rechecking import rechecked

        checks = partial(rechecked, importers.read(case, models=models), models=models)
    with opened(store) as desk:
        done = write(desk, file, session, acting(actor), dry_run=dry_run, checks=checks)
    if done.warnings and not json:
        say_findings(done.warnings, lang.value)
    say_result(summary_of(done), json=json, lang=lang.value)
