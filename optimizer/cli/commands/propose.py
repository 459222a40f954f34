"""``attriflux propose``: the main job, from a case to explained and verified lists."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    AssumedOption,
    Backend,
    CaseArgument,
    CsvOption,
    CsvStyle,
    ForceOption,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
)


@app.command(
    help="Propose, pour chaque logement, le contingent et les ménages classés, avec raisons et preuve.\n\n"
    "Exemple : attriflux propose cas --out resultat"
)
def propose(
    case: CaseArgument,
    out: OutOption,
    gap: Annotated[
        float, typer.Option("--gap", min=0.0, max=1.0, help="Écart relatif accepté (0 = preuve).")
    ] = 0.0,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", min=0.0, help="Arrêt après S secondes (non rejouable).")
    ] = None,
    backend: Annotated[Backend, typer.Option("--backend", help="Solveur.")] = Backend.auto,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Fils d'exécution.")] = 1,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="LIEU",
            help="Où calculer : threads, dask-local:N (N processus) ou dask://hôte:port.",
        ),
    ] = "threads",
    prospects: Annotated[int, typer.Option("--prospects", min=0, help="N noms à appeler par logement.")] = 0,
    force: ForceOption = False,
    accept_assumed: AssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Fiches par logement en PDF.")] = True,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import Progress
    from optimizer.runs import Options, propose_to

    progress = Progress(lang.value, quiet=json)
    stop = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    previous = signal.signal(signal.SIGINT, interrupt)
    try:
        done = propose_to(
            case,
            out,
            Options(
                gap=gap, time_limit=time_limit, backend=backend.value, threads=threads, engine=engine,
                prospects=prospects, accept_assumed=accept_assumed, csv=csv.value, pdf=pdf, models=models, lang=lang.value,
            ),
            force=force,
            progress=progress,
            interrupt=stop,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, previous)
        progress.done()
    say_result(done.summary, json=json, lang=lang.value)
    if done.stop == "interrupted":
        sys.exit(130)


def say_result(summary: dict[str, object], *, json: bool, lang: str) -> None:
    """What was done, in ten lines of 80 columns, or as JSON."""
    from optimizer.cli.speak import say_json

    if json:
        say_json(summary)
        return
    for line in summary["lines_en" if lang == "en" else "lines_fr"]:  # type: ignore[attr-defined]
        typer.echo(line)
