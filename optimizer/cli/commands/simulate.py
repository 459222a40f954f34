"""``attriflux simulate``: years lived under several policies."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    COUNT,
    NUMBER,
    AssumedOption,
    Backend,
    CsvOption,
    CsvStyle,
    EngineOption,
    ForceOption,
    GapOption,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
    PriceAssumedOption,
    WorkersOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


class Every(StrEnum):
    """How often a commission meets."""

    week = "week"
    fortnight = "fortnight"


class Switch(StrEnum):
    """On or off."""

    on = "on"
    off = "off"


@app.command(
    cls=Command,
    help=both(
        "Simule des années. Commissions chaque semaine ou chaque quinzaine, arrivées, départs, refus : ce que devient l'année selon la politique, comparée à l'avenir connu.",
        "Simulates years. Commissions every week or fortnight, arrivals, departures, refusals: what the year becomes under each policy, compared with hindsight.",
    ),
    epilog=example(
        "attriflux simulate commission --seeds 3 --out annees",
        "attriflux simulate commission --seeds 3 --out years",
    ),
)
def simulate(
    source: Annotated[
        str,
        typer.Argument(
            metavar=both("CAS|PROFIL", "CASE|PROFILE"),
            help=both(
                "Dossier ou classeur du cas, ou nom d'un profil (commission, doubs…).",
                "Folder or workbook of the case, or name of a profile (commission, doubs…).",
            ),
        ),
    ],
    out: OutOption,
    years: Annotated[
        int,
        typer.Option(
            "--years",
            min=1,
            max=20,
            metavar=COUNT,
            help=both(
                "Années vécues à la suite, soldes reportés ; la borne n'est que d'une année.",
                "Years lived one after the other, balances carried over; the bound is of one year only.",
            ),
        ),
    ] = 1,
    policies: Annotated[
        str,
        typer.Option(
            "--policies",
            metavar="all|id,…",
            help=both("Politiques, ou all : toutes.", "Policies, or all of them."),
        ),
    ] = "all",
    seeds: Annotated[
        int,
        typer.Option("--seeds", min=1, metavar=COUNT, help=both("Années tirées.", "Years drawn.")),
    ] = 20,
    session: Annotated[
        Every,
        typer.Option(
            "--session",
            metavar="week|fortnight",
            help=both(
                "Une commission par semaine ou par quinzaine.", "A commission every week or every fortnight."
            ),
        ),
    ] = Every.week,
    refusals: Annotated[
        Switch,
        typer.Option(
            "--refusals",
            metavar="on|off",
            help=both("Les ménages peuvent refuser.", "Households may refuse."),
        ),
    ] = Switch.on,
    freed: Annotated[
        Switch,
        typer.Option(
            "--freed",
            metavar="on|off",
            help=both("Un locataire qui mute libère un logement.", "A tenant who moves leaves a dwelling."),
        ),
    ] = Switch.on,
    chains: Annotated[
        int,
        typer.Option(
            "--chains",
            min=0,
            metavar=COUNT,
            help=both(
                "Logements libérés qu'une chaîne attribue dans la même séance ; 0 : ils reviennent après le préavis.",
                "Freed dwellings that a chain lets in the same session; 0: they come back after their notice.",
            ),
        ),
    ] = 0,
    dwellings: Annotated[
        int | None,
        typer.Option(
            "--dwellings",
            min=1,
            metavar=COUNT,
            show_default=False,
            help=both(
                "Logements libérés dans l'année ; défaut : ceux du cas, ou 312.",
                "Dwellings vacated in the year; default: the case's, or 312.",
            ),
        ),
    ] = None,
    pool: Annotated[
        float | None,
        typer.Option(
            "--pool",
            metavar=NUMBER,
            show_default=False,
            help=both(
                "Demandes en attente au premier jour, par logement.",
                "Applications waiting on the first day, per dwelling.",
            ),
        ),
    ] = None,
    arrivals: Annotated[
        float | None,
        typer.Option(
            "--arrivals",
            metavar=NUMBER,
            show_default=False,
            help=both(
                "Demandes nouvelles dans l'année, par logement.",
                "New applications in the year, per dwelling.",
            ),
        ),
    ] = None,
    publics: Annotated[
        float,
        typer.Option(
            "--publics",
            min=0.0,
            max=1.0,
            metavar=NUMBER,
            help=both(
                "Part gardée des ménages d'un public (profils).",
                "Part kept of the households of a public (profiles).",
            ),
        ),
    ] = 1.0,
    tight: Annotated[
        bool,
        typer.Option(
            "--tight",
            help=both(
                "Les ménages que les règles demandent sont mal cotés (profils).",
                "Households that rules need score low (profiles).",
            ),
        ),
    ] = False,
    seed: Annotated[
        str,
        typer.Option(
            "--seed", metavar=both("TEXTE", "TEXT"), help=both("Graine des tirages.", "Seed of the draws.")
        ),
    ] = "attriflux",
    workers: WorkersOption = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help=both(
                "Reprend ce qu'une simulation arrêtée avait fini.",
                "Takes up what a stopped simulation had finished.",
            ),
        ),
    ] = False,
    backend: EngineOption = Backend.auto,
    gap: GapOption = 0.0,
    force: ForceOption = False,
    accept_assumed: AssumedOption = False,
    price_assumed: PriceAssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.speak import Progress, say_findings
    from optimizer.simulation import simulate_to

    progress = Progress(lang.value, quiet=json)

    def tell(done: int, total: int, name: str) -> None:
        progress.phase(f"{done}/{total} {name}")

    try:
        written = simulate_to(
            source, Path(out), policies, resume=resume, style=csv.value, lang=lang.value, force=force, progress=tell, years=years,
            seeds=seeds, session=session.value, refusals=refusals is Switch.on, freed=freed is Switch.on, chains=chains, dwellings=dwellings,
            pool=pool, arrivals=arrivals, publics=publics, tight=tight, seed=seed, workers=workers, backend=backend.value, gap=gap, models=models,
            accept_assumed=accept_assumed, price_assumed=price_assumed,
        )  # fmt: skip
    finally:
        progress.done()
    if written.result.findings and not json:
        say_findings(written.result.findings, lang.value)
    say_result(written.summary, json=json, lang=lang.value)
