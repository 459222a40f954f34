"""``attriflux bilan``: the yearly statement to every réservataire (CCH R. 441-5-1)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from optimizer.statement import Bilan, Following


@app.command(
    help="Établit le bilan annuel : logements proposés et attribués, un classeur par réservataire.\n\n"
    "Exemple : attriflux bilan cas --year 2026 --next --mode 2 --out bilan-2026"
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
        typer.Option(
            "--next",
            help="Écrit aussi les conventions de l'année suivante (fichiers YAML) et ce qui y change.",
        ),
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
    stock: Annotated[
        Path | None,
        typer.Option(
            "--stock",
            help="Avec --next : cas dont les tables stock et assiette sont celles de l'année suivante.",
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

    for value, name in ((mode, "--mode"), (stock, "--stock")):
        if value is not None and not following:
            raise typer.BadParameter(f"{name} va avec --next", param_hint=name)
    written = bilan_to(
        case, year, out, against=against, style=csv.value, lang=lang.value, models=models, force=force,
        following=partial(coming, mode=mode, stock=stock, models=models) if following else None,
    )  # fmt: skip
    say_result(written.summary, json=json, lang=lang.value)


def coming(result: Bilan, *, mode: int | None, stock: Path | None, models: Path | None) -> Following:
    """Next year's agreements: the stock is brought to 1 January, then converted by a mode where one is asked."""
    from optimizer import importers
    from optimizer.scenario import converted_lines
    from optimizer.statement import following, next_case, next_stock

    fresh = None if stock is None else importers.read(stock, need=("stock",))
    after = next_stock(result, single=mode == 3, fresh=fresh)
    if mode is None:
        return following(result, after)
    lines, _, findings = converted_lines(next_case(result, after), mode, models=models)
    return following(result, after, converted=lines, mode=mode, findings=findings)
