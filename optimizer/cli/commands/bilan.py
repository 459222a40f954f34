"""``attriflux bilan``: the yearly statement to every réservataire (CCH R. 441-5-1)."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    CASE,
    COUNT,
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
from optimizer.cli.desk import DATE, day_of
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example

if TYPE_CHECKING:
    from optimizer.statement import Bilan, Following


@app.command(
    cls=Command,
    help=both(
        "Établit le bilan annuel, un classeur par réservataire. Logements proposés et attribués, comptés sur les baux (CCH R. 441-5-1) ; avec --next, les conventions de l'année suivante.",
        "Yearly statement, one workbook per réservataire. Dwellings proposed and attributed, counted on the leases (CCH R. 441-5-1); with --next, the agreements of the next year.",
    ),
    epilog=example(
        "attriflux bilan cas --year 2026 --next --mode 2 --out bilan",
        "attriflux bilan case --year 2026 --next --mode 2 --out statement",
    ),
)
def bilan(
    case: CaseArgument,
    year: Annotated[
        int,
        typer.Option(
            "--year",
            min=2000,
            max=2100,
            help=both("Année du bilan.", "Year of the statement."),
            metavar=both("ANNEE", "YEAR"),
        ),
    ],
    out: OutOption,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help=both(
                "Cas dont la table baux est la liste d'un autre système, à rapprocher.",
                "Case whose leases table is another system's list, to reconcile with.",
            ),
            metavar=CASE,
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help=both(
                "Point de milieu d'année à cette date : fait, en cours, prévu, ajustements proposés, feuille de réponse.",
                "Mid-year sheet of that day: done, in progress, forecast, adjustments proposed, answer sheet.",
            ),
            metavar=DATE,
            show_default=False,
        ),
    ] = None,
    following: Annotated[
        bool,
        typer.Option(
            "--next",
            help=both(
                "Écrit aussi les conventions de l'année suivante (fichiers YAML) et ce qui y change.",
                "Also writes next year's agreements (YAML files) and what changes in them.",
            ),
        ),
    ] = False,
    mode: Annotated[
        int | None,
        typer.Option(
            "--mode",
            min=1,
            max=4,
            help=both(
                "Avec --next : parts recalculées du stock par ce mode, 1 à 4.",
                "With --next: shares computed from the stock by this mode, 1 to 4.",
            ),
            metavar=COUNT,
            show_default=False,
        ),
    ] = None,
    stock: Annotated[
        Path | None,
        typer.Option(
            "--stock",
            help=both(
                "Avec --next : cas dont les tables stock et assiette sont celles de l'année suivante.",
                "With --next: case whose stock and assiette tables are next year's.",
            ),
            metavar=CASE,
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
    from optimizer.statement import bilan_to, midyear_to

    if to is not None:
        if following or against is not None:
            raise typer.BadParameter(
                "ne va ni avec --next ni avec --against"
                if lang is Language.fr
                else "goes with neither --next nor --against",
                param_hint="--to",
            )
        point = midyear_to(
            case, day_in(to, year, lang), out, style=csv.value, lang=lang.value, models=models, force=force
        )
        rest = [f for f in point.result.findings if not f.code.startswith("MIDYEAR")]
        if rest and not json:
            say_findings(rest, lang.value)
        say_result(point.summary, json=json, lang=lang.value)
        return
    for value, name in ((mode, "--mode"), (stock, "--stock")):
        if value is not None and not following:
            raise typer.BadParameter(
                "va avec --next" if lang is Language.fr else "goes with --next",
                param_hint=name,
            )
    written = bilan_to(
        case, year, out, against=against, style=csv.value, lang=lang.value, models=models, force=force,
        following=partial(coming, mode=mode, stock=stock, models=models) if following else None,
    )  # fmt: skip
    # what the summary does not say itself: rows read otherwise or left out, commitments that do not add up; leases outside the
    # year of the case are those that the statement of another year is made of
    others = written.result.case.settings.year != year
    rest = [
        f
        for f in written.result.findings
        if not (f.code.startswith("BILAN") or (others and f.code == "READ_LEASE_OTHER_YEAR"))
    ]
    if rest and not json:
        say_findings(rest, lang.value)
    say_result(written.summary, json=json, lang=lang.value)


def day_in(text: str, year: int, lang: Language) -> date:
    """The day of ``--to``, in the year of the statement."""
    found = day_of(text, "--to", lang.value)
    if found.year != year:
        raise typer.BadParameter(
            f"un jour de {year}" if lang is Language.fr else f"a day of {year}", param_hint="--to"
        )
    return found


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
