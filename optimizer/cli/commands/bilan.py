"""``attriflux bilan``: the yearly statement to every réservataire (CCH R. 441-5-1)."""

from __future__ import annotations

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


@app.command(
    help="Établit le bilan annuel : logements proposés et attribués, un classeur par réservataire.\n\n"
    "Exemple : attriflux bilan cas --year 2026 --out bilan-2026"
)
def bilan(
    case: CaseArgument,
    year: Annotated[int, typer.Option("--year", min=2000, max=2100, help="Année du bilan.")],
    out: OutOption,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="Cas dont la table baux est la liste d'un autre système, à rapprocher.",
            show_default=False,
        ),
    ] = None,
    following: Annotated[
        bool,
        typer.Option("--next", help="Écrit aussi les conventions de l'année suivante et ce qui y change."),
    ] = False,
    mode: Annotated[
        int | None,
        typer.Option(
            "--mode",
            min=1,
            max=4,
            help="Avec --next : parts recalculées du stock par ce mode.",
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
    from optimizer.statement import bilan_to

    if mode is not None and not following:
        raise typer.BadParameter("--mode va avec --next", param_hint="--mode")
    shares = None
    if mode is not None:
        from optimizer.scenario import flux

        rounded = flux(case, modes=(mode,), models=models).conversion.rounded
        shares = {(landlord, departement): given for (landlord, departement, _), given in rounded.items()}
    written = bilan_to(
        case, year, out, against=against, style=csv.value, lang=lang.value, models=models, force=force,
        following=following, shares=shares,
    )  # fmt: skip
    say_result(written.summary, json=json, lang=lang.value)
