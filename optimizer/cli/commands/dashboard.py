"""``attriflux dashboard``: the year to date for a landlord, an EPCI, the préfet or a maire."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    FOLDER,
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


class ViewerKind(StrEnum):
    """Who looks at the year."""

    landlord = "landlord"
    epci = "epci"
    prefet = "prefet"
    maire = "maire"


@app.command(
    cls=Command,
    help=both(
        "Tableau de bord de l'année : jauges, trajectoires et alertes. Pour un bailleur, un EPCI, le préfet ou un maire, chacun ne voyant que ce qui le regarde.",
        "The year to date: gauges, trajectories and alerts. For a landlord, an EPCI, the préfet or a maire, each seeing only what is theirs.",
    ),
    epilog=example(
        "attriflux dashboard cas --for maire --of 25056 --out bord",
        "attriflux dashboard case --for maire --of 25056 --out board",
    ),
)
def dashboard(
    case: CaseArgument,
    viewer: Annotated[
        ViewerKind,
        typer.Option(
            "--for",
            help=both(
                "Pour qui : bailleur, EPCI, préfet ou maire.", "For whom: landlord, EPCI, préfet or maire."
            ),
            metavar="|".join(ViewerKind),
        ),
    ],
    of: Annotated[
        str,
        typer.Option(
            "--of",
            help=both(
                "Code du bailleur, SIREN de l'EPCI, numéro du département ou code INSEE de la commune ; ou le nom du bailleur, de l'EPCI, de la commune.",
                "The landlord's code, the EPCI's SIREN, the département's number or the commune's INSEE code; or the name of the landlord, the EPCI, the commune.",
            ),
            metavar=both("CODE|NOM", "CODE|NAME"),
        ),
    ],
    out: OutOption,
    proposals: Annotated[
        Path | None,
        typer.Option(
            "--proposals",
            help=both("Dossier écrit par propose sur ce cas.", "Folder that propose wrote for this case."),
            metavar=FOLDER,
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
    from optimizer.statement.dashboards import dashboard_to

    written = dashboard_to(
        case, viewer.value, of, out, proposals=proposals, style=csv.value, models=models, force=force
    )
    say_result(written.summary, json=json, lang=lang.value)
