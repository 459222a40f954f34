"""``attriflux fairness``: every way of choosing on one case, measured."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    COUNT,
    AssumedOption,
    CaseArgument,
    CsvOption,
    CsvStyle,
    ForceOption,
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


@app.command(
    cls=Command,
    help=both(
        "Compare les manières de choisir. Cotation, tirage au sort, chances les plus égales, optimum : qui serait logé, à quelles chances, ce que chaque règle coûte.",
        "Compares the ways of choosing. Cotation, random order, most equal chances, optimum: who would be housed, with which chances, what each rule costs.",
    ),
    epilog=example(
        "attriflux fairness cas --out equite --prices priority_publics",
        "attriflux fairness case --out fairness --prices priority_publics",
    ),
)
def fairness(
    case: CaseArgument,
    out: OutOption,
    mechanisms: Annotated[
        str,
        typer.Option(
            "--mechanisms",
            help=both("Manières de choisir, ou all : toutes.", "Ways of choosing, or all of them."),
            metavar="all|id,…",
        ),
    ] = "all",
    draws: Annotated[
        int,
        typer.Option(
            "--draws",
            min=1,
            metavar=COUNT,
            help=both(
                "Tirages d'une loterie qui n'est pas une liste courte.",
                "Draws of a lottery that is not a short list.",
            ),
        ),
    ] = 1000,
    groups: Annotated[
        str | None,
        typer.Option(
            "--groups",
            metavar="q1,size,col:NAME",
            show_default=False,
            help=both(
                "Groupes comparés : q1, priority, size, tenant, epci, qpv_origin, ou col:COLONNE.",
                "Groups compared: q1, priority, size, tenant, epci, qpv_origin, or col:COLUMN.",
            ),
        ),
    ] = None,
    preferences: Annotated[
        str,
        typer.Option(
            "--preferences",
            metavar="fit|strict",
            help=both(
                "fit : à préférence égale un ménage est indifférent ; strict : le sort départage.",
                "fit: at equal preference a household is indifferent; strict: lots tell them apart.",
            ),
        ),
    ] = "fit",
    prices: Annotated[
        str,
        typer.Option(
            "--prices",
            metavar=both("REGLE,…", "RULE,…"),
            show_default=False,
            help=both("Règles dont mesurer le prix.", "Rules whose price to measure."),
        ),
    ] = "",
    steps: Annotated[
        int,
        typer.Option(
            "--steps",
            min=2,
            metavar=COUNT,
            help=both("Parts essayées par règle, de 0 à 1.", "Shares tried per rule, from 0 to 1."),
        ),
    ] = 9,
    seed: Annotated[
        str | None,
        typer.Option(
            "--seed",
            metavar=both("TEXTE", "TEXT"),
            show_default=False,
            help=both(
                "Graine des tirages (défaut : celle du cas).", "Seed of the draws (default: the case's)."
            ),
        ),
    ] = None,
    workers: WorkersOption = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help=both(
                "Reprend ce qu'une comparaison arrêtée avait fini.",
                "Takes up what a stopped comparison had finished.",
            ),
        ),
    ] = False,
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
    from optimizer.errors import Finding
    from optimizer.fairness import all_mechanisms, fairness_to

    if preferences not in ("fit", "strict"):
        raise typer.BadParameter("fit, strict", param_hint="--preferences")
    progress = Progress(lang.value, quiet=json)
    titles = {m.id: m.title(lang.value) for m in all_mechanisms()}
    told: list[Finding] = []

    def early(finding: Finding) -> None:
        told.append(finding)
        progress.done()
        if not json:
            say_findings([finding], lang.value)

    def tell(done: int, total: int, name: str) -> None:
        progress.phase(f"{done}/{total} {titles.get(name, name)}")

    try:
        written = fairness_to(
            case, out, mechanisms, draws=draws, groups=groups, preferences=preferences,
            prices=prices, steps=steps, seed=seed, models=models, accept_assumed=accept_assumed,
            price_assumed=price_assumed, style=csv.value, lang=lang.value, force=force, workers=workers, resume=resume,
            phase=progress.phase, progress=tell, early=early,
        )  # fmt: skip
    finally:
        progress.done()
    rest = [finding for finding in written.result.findings if finding not in told]
    if rest and not json:
        say_findings(rest, lang.value)
    say_result(written.summary, json=json, lang=lang.value)
