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
    COUNT,
    AssumedOption,
    Backend,
    BackendOption,
    CaseArgument,
    ChainsOption,
    CsvOption,
    CsvStyle,
    ExchangesOption,
    ForceOption,
    GapOption,
    JsonOption,
    KeepOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
    PriceAssumedOption,
    WarmStartOption,
    chains_of,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example
from optimizer.disk.pause import SIGNALS


@app.command(
    cls=Command,
    help=both(
        "Propose réservataire et ménages classés de chaque logement. Une raison sur chaque ligne, une preuve que rien de meilleur n'existe sous les règles saisies, revérifiée avant d'écrire.",
        "Proposes each dwelling's réservataire and ranked households. A reason on each line, a proof that nothing better exists under the rules entered, checked again before writing.",
    ),
    epilog=example("attriflux propose cas --out resultat", "attriflux propose case --out result"),
)
def propose(
    case: CaseArgument,
    out: OutOption,
    gap: GapOption = 0.0,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            min=0.0,
            help=both(
                "Arrêt après S secondes ; le résultat est alors marqué non rejouable.",
                "Stops after S seconds; the result is then marked as not replayable.",
            ),
            metavar="S",
        ),
    ] = None,
    backend: BackendOption = Backend.auto,
    threads: Annotated[
        int,
        typer.Option(
            "--threads",
            min=1,
            help=both(
                "Fils d'exécution ; ne changent jamais le résultat.", "Threads; they never change the result."
            ),
            metavar=COUNT,
        ),
    ] = 1,
    workers: Annotated[
        str,
        typer.Option(
            "--workers",
            metavar="threads:2|2|tcp://…",
            help=both(
                "Qui calcule les parties d'un pays : threads:N, N processus, ou un ordonnanceur Dask (tcp://hôte:8786).",
                "Who computes the parts of a country: threads:N, N processes, or a Dask scheduler (tcp://host:8786).",
            ),
        ),
    ] = "threads:2",
    prospects: Annotated[
        int,
        typer.Option(
            "--prospects",
            min=0,
            help=both(
                "N noms à appeler par logement, avant les pièces.",
                "N names to call per dwelling, before the documents are in.",
            ),
            metavar=COUNT,
        ),
    ] = 0,
    warm_start: WarmStartOption = None,
    keep: KeepOption = None,
    chains: ChainsOption = "0",
    exchanges: ExchangesOption = False,
    shadow_grid: Annotated[
        str | None,
        typer.Option(
            "--shadow-grid",
            metavar=both("GRILLE", "GRID"),
            help=both(
                "Grille en test, nom ou fichier : ses listes sont écrites à côté, sans effet.",
                "Grid in test, name or file: its lists are written beside, without effect.",
            ),
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
    accept_assumed: AssumedOption = False,
    price_assumed: PriceAssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    pdf: Annotated[
        bool,
        typer.Option(
            "--pdf/--no-pdf", help=both("Fiches par logement en PDF.", "One sheet per dwelling as PDF.")
        ),
    ] = True,
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

    previous = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        options = Options(
            gap=gap, time_limit=time_limit, backend=backend.value, threads=threads, workers=workers, prospects=prospects,
            accept_assumed=accept_assumed, price_assumed=price_assumed, csv=csv.value, pdf=pdf, models=models,
            warm_start=warm_start, keep=keep, chains=chains_of(chains), exchanges=exchanges, lang=lang.value,
        )  # fmt: skip
        beside = None
        if shadow_grid is not None:
            from optimizer.scenario.shadow import BesideShadow

            beside = BesideShadow(case, shadow_grid, options)
        done = propose_to(
            case,
            out,
            options,
            force=force,
            keep=False,
            progress=progress,
            interrupt=stop,
            beside=beside,
        )
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        progress.done()
    say_result(done.summary, json=json, lang=lang.value)
    if done.stop == "interrupted":
        sys.exit(130)


def say_result(summary: dict[str, object], *, json: bool, lang: str) -> None:
    """What was done, in ten lines of 80 columns, or as JSON."""
    from optimizer.cli.speak import say_json
    from optimizer.cli.wrapping import wrapped

    if json:
        say_json(summary)
        return
    for line in summary["lines_en" if lang == "en" else "lines_fr"]:  # type: ignore[attr-defined]
        # a command is there to be copied whole
        command = line.lstrip().startswith("attriflux ")
        indent = line[: len(line) - len(line.lstrip())]
        typer.echo(line if command else wrapped(line, 80, after=indent + "  "))
