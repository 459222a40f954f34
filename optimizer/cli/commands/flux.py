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


@app.command(
    help="Convertit le stock réservé en parts du flux annuel : assiette, quatre modes, plafonds, registres.\n\n"
    "Exemple : attriflux flux cas --out flux --modes 1,2,3 --scenario sans-mutation"
)
def flux(
    case: CaseArgument,
    out: OutOption,
    modes: Annotated[
        str | None,
        typer.Option(
            "--modes", help="Modes parmi 1,2,3,4 (défaut : tous ceux que le cas permet).", show_default=False
        ),
    ] = None,
    basis: Annotated[
        str, typer.Option("--basis", help="Assiette retenue : forecast (prévision) ou actual (réalisé).")
    ] = "forecast",
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            help="Scénario (fichier ou nom livré) appliqué au cas d'abord : assiette, rotation, droits nouveaux, plafonds.",
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
        raise typer.BadParameter("forecast ou actual", param_hint="--basis")
    written = flux_to(
        case, out, modes=None if modes is None else asked_modes(modes), basis=basis, style=csv.value,
        lang=lang.value, models=models, force=force, scenario=scenario,
    )  # fmt: skip
    if written.result.findings and not json:
        say_findings(written.result.findings, lang.value)
    say_result(written.summary, json=json, lang=lang.value)


def asked_modes(text: str) -> tuple[int, ...]:
    """``1,3`` as sorted modes without repeats."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or any(word not in ("1", "2", "3", "4") for word in words):
        raise typer.BadParameter("une liste parmi 1,2,3,4", param_hint="--modes")
    return tuple(sorted({int(word) for word in words}))
