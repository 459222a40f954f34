"""``attriflux cotation``: test what changing the grid changes."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.app import CONTEXT, app
from optimizer.cli.arguments import (
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
)

cotation = typer.Typer(
    help="Cotation : comparer deux grilles sur un cas.\n\n"
    "Exemple : attriflux cotation test demonstration demonstration_anciennete cas --out essai",
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
app.add_typer(cotation, name="cotation")


@cotation.callback()
def group() -> None:
    """Cotation : comparer deux grilles sur un cas."""


@cotation.command(
    help="Dit ce que change la grille B par rapport à la grille A, toutes choses égales.\n\n"
    "Exemple : attriflux cotation test demonstration ma-grille.yaml cas --out essai"
)
def test(
    grid_a: Annotated[str, typer.Argument(metavar="GRILLE_A", help="Nom d'une grille livrée, ou fichier.")],
    grid_b: Annotated[str, typer.Argument(metavar="GRILLE_B", help="Nom d'une grille livrée, ou fichier.")],
    case: CaseArgument,
    out: OutOption,
    force: ForceOption = False,
    accept_assumed: AssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.speak import table
    from optimizer.scenario import cotation_to

    found, summary = cotation_to(
        grid_a, grid_b, case, out, style=csv.value, lang=lang.value, models=models, accept_assumed=accept_assumed,
        force=force,
    )  # fmt: skip
    if not json:
        rows = [
            (r["public"], str(r["applications"]), str(r["up"]), str(r["down"]), f"{r['mean_move']:+.1f}")
            for r in found.publics.to_dict("records")
        ]
        header = ("Public", "Demandes", "Montent", "Descendent", "Rang moyen")
        typer.echo(table(rows, header))
    say_result(summary, json=json, lang=lang.value)
