"""``attriflux flux``: from a reserved stock to shares of the year's flux, by four modes side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
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
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example
from optimizer.errors import Lang


@app.command(
    cls=Command,
    help=both(
        "Convertit le stock réservé en parts du flux annuel. Assiette, quatre modes côte à côte, plafonds et registres.",
        "Converts the reserved stock into shares of the yearly flux. Assiette, four modes side by side, caps and ledgers.",
    ),
    epilog=example(
        "attriflux flux cas --out flux --modes 1,2,3", "attriflux flux case --out flux --modes 1,2,3"
    ),
)
def flux(
    case: CaseArgument,
    out: OutOption,
    modes: Annotated[
        str | None,
        typer.Option(
            "--modes",
            help=both(
                "Modes parmi 1,2,3,4 (défaut : tous ceux que le cas permet).",
                "Modes among 1,2,3,4 (default: all that the case allows).",
            ),
            metavar="1,2,3,4",
            show_default=False,
        ),
    ] = None,
    basis: Annotated[
        str,
        typer.Option(
            "--basis",
            help=both(
                "Assiette retenue : forecast (prévision) ou actual (réalisé).",
                "Assiette to use: forecast or actual.",
            ),
            metavar="forecast|actual",
        ),
    ] = "forecast",
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            help=both(
                "Scénario (fichier ou nom livré) appliqué au cas d'abord : assiette, rotation, droits nouveaux, plafonds.",
                "Scenario (file or shipped name) applied to the case first: assiette, turnover, new rights, caps.",
            ),
            metavar="SCENARIO",
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.speak import say_findings
    from optimizer.scenario import flux_to

    if basis not in ("forecast", "actual"):
        raise typer.BadParameter(
            "forecast ou actual" if lang is Language.fr else "forecast or actual", param_hint="--basis"
        )
    written = flux_to(
        case, out, modes=None if modes is None else asked_modes(modes, lang.value), basis=basis, style=csv.value,
        lang=lang.value, models=models, force=force, scenario=scenario,
    )  # fmt: skip
    if written.result.findings and not json:
        say_findings(written.result.findings, lang.value)
    say_result(written.summary, json=json, lang=lang.value)


def asked_modes(text: str, lang: Lang) -> tuple[int, ...]:
    """``1,3`` as sorted modes without repeats."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or any(word not in ("1", "2", "3", "4") for word in words):
        raise typer.BadParameter(
            "une liste parmi 1,2,3,4" if lang == "fr" else "a list among 1,2,3,4", param_hint="--modes"
        )
    return tuple(sorted({int(word) for word in words}))
