"""``attriflux dashboard``: the year to date for a landlord, an EPCI, the préfet or a maire."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
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


class ViewerKind(StrEnum):
    """Who looks at the year."""

    landlord = "landlord"
    epci = "epci"
    prefet = "prefet"
    maire = "maire"


@app.command(
    help="Tableau de bord de l'année : jauges, trajectoires, alertes, pour un bailleur, un EPCI, le préfet ou un maire.\n\n"
    "Exemple : attriflux dashboard cas --for maire --of 25056 --proposals resultat --out bord"
)
def dashboard(
    case: CaseArgument,
    viewer: Annotated[ViewerKind, typer.Option("--for", help="Pour qui.")],
    of: Annotated[
        str,
        typer.Option(
            "--of", help="Code du bailleur, SIREN de l'EPCI, département ou code INSEE de la commune."
        ),
    ],
    out: OutOption,
    proposals: Annotated[
        Path | None,
        typer.Option("--proposals", help="Dossier écrit par propose sur ce cas.", show_default=False),
    ] = None,
    force: ForceOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.statement.dashboards import dashboard_to

    written = dashboard_to(
        case, viewer.value, of, out, proposals=proposals, style=csv.value, models=models, force=force
    )
    say_result(written.summary, json=json, lang=lang.value)
