"""``attriflux scenario``: what-ifs as files — new, run, compare, list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.app import CONTEXT, app
from optimizer.cli.arguments import (
    AssumedOption,
    Backend,
    CsvOption,
    CsvStyle,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
)

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.errors import Lang

scenario = typer.Typer(
    help="Scénarios : écrire, faire tourner, comparer.\n\n"
    "Exemple : attriflux scenario run quatre-modes --out scenarios-2026",
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
app.add_typer(scenario, name="scenario")

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FICHIER…", help="Fichiers de scénarios, ou noms de scénarios livrés.")
]


@scenario.command(
    help="Fait tourner des scénarios et les compare.\n\nExemple : attriflux scenario run lec-30 --out essais"
)
def run(
    files: FilesArgument,
    out: OutOption,
    case: Annotated[
        Path | None, typer.Option("--case", help="Cas ; défaut : le petit cas livré.", show_default=False)
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processus ; défaut : tous les cœurs.", show_default=False),
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference/--no-reference", help="Ajoute le cas tel qu'il est, comme référence.")
    ] = True,
    replications: Annotated[
        int,
        typer.Option(
            "--replications",
            min=0,
            help="Années vécues en lots hebdomadaires avec refus, à côté de l'optimum.",
        ),
    ] = 0,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=366, help="Lots de l'année vécue.")] = 52,
    gap: Annotated[
        float, typer.Option("--gap", min=0.0, max=1.0, help="Écart relatif accepté (0 = preuve).")
    ] = 0.0,
    backend: Annotated[Backend, typer.Option("--backend", help="Solveur.")] = Backend.auto,
    accept_assumed: AssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import Progress, say_json
    from optimizer.runs import Options
    from optimizer.scenario import run_scenarios

    progress = Progress(lang.value, quiet=json)

    def tell(done: int, total: int, name: str) -> None:
        bar = "█" * (20 * done // total) + "░" * (20 - 20 * done // total)
        progress.phase(f"{bar} {done}/{total} {name}")

    options = Options(
        gap=gap, backend=backend.value, accept_assumed=accept_assumed, csv=csv.value, pdf=False, models=models,
        lang=lang.value,
    )  # fmt: skip
    try:
        ran = run_scenarios(
            files, out, case=case, options=options, workers=workers, reference=reference, replications=replications,
            weeks=weeks, isolated=True, progress=tell,
        )  # fmt: skip
    except KeyboardInterrupt:
        progress.done()
        kept = "Les scénarios finis sont gardés : la même commande reprend où elle s'est arrêtée."
        typer.echo(
            kept if lang is Language.fr else "Finished scenarios are kept: the same command resumes.",
            err=True,
        )
        raise
    finally:
        progress.done()
    if json:
        say_json({"out": str(out), "runs": [r.name for r in ran.runs], "reused": list(ran.reused)})
        return
    typer.echo(terminal_table(ran.comparison, lang.value))
    if ran.reused:
        many = len(ran.reused) > 1
        typer.echo(
            f"{len(ran.reused)} scénarios déjà calculés, repris tels quels."
            if many
            else "1 scénario déjà calculé, repris tel quel."
        )
    typer.echo(f"Ouvrir {out / 'comparison.html'} ; tables : comparison.csv, comparison.xlsx.")
    typer.echo("Borne à information parfaite. Proposition : la commission décide.")


@scenario.command(
    help="Écrit un scénario à compléter.\n\nExemple : attriflux scenario new mon-essai.yaml --base lec-30"
)
def new(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier .yaml à écrire.")],
    base: Annotated[
        str | None, typer.Option("--base", help="Scénario dont il hérite.", show_default=False)
    ] = None,
) -> None:
    from optimizer.scenario import new_scenario

    new_scenario(file, base)
    typer.echo(f"Écrit : {file}")


@scenario.command(
    help="Compare des dossiers de scénarios ; le premier sert de référence.\n\nExemple : attriflux scenario compare essais/reference essais/lec-30 --out comparaison"
)
def compare(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DOSSIER…", help="Dossiers écrits par scenario run.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Dossier à écrire.", show_default=False)] = None,
    csv: CsvOption = CsvStyle.french,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.scenario import compare as compare_runs

    table = compare_runs(folders, out, style=csv.value, lang=lang.value)
    if json:
        say_json({"comparison": table.to_dict("records")})
        return
    typer.echo(terminal_table(table, lang.value))


@scenario.command("list", help="Liste les scénarios livrés.\n\nExemple : attriflux scenario list")
def list_shipped(json: JsonOption = False) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.scenario import read_scenario, shipped

    found = [read_scenario(name) for name in shipped()]
    if json:
        say_json({"scenarios": [{"name": s.name, "title": s.title, "why": s.why} for s in found]})
        return
    typer.echo(table([(s.name, s.title) for s in found], ("Scénario", "Titre")))


NAME_WIDTH = 22
"""Longest name of a scenario in the terminal's table; when one is longer, all are numbered above it."""


def terminal_table(comparison: pd.DataFrame, lang: Lang) -> str:
    """The few indicators that fit a terminal, scenarios in lines."""
    from optimizer.cli.speak import table
    from optimizer.scenario import shown

    keys = (
        ("objective", "points", "Valeur" if lang == "fr" else "Value"),
        ("dwellings_listed", "dwellings", "Listes" if lang == "fr" else "Lists"),
        ("dwellings_no_candidate", "dwellings", "Sans cand." if lang == "fr" else "None"),
        ("vacancy_days", "days", "Vacance j" if lang == "fr" else "Vacancy d"),
        ("mean_months", "months", "Mois" if lang == "fr" else "Months"),
        ("q1_outside_qpv", "share", "Q1 hors QPV" if lang == "fr" else "Q1 outside"),
    )
    rows, legend = [], []
    names = [str(name) for name in comparison["scenario"].unique()]
    numbered = max(map(len, names), default=0) > NAME_WIDTH
    for number, (name, group) in enumerate(comparison.groupby("scenario", sort=False), start=1):
        values = dict(zip(group["indicator"], group["value"], strict=True))
        said = str(number) if numbered else str(name)
        rows.append((said, *(shown(values.get(k), unit, lang) for k, unit, _ in keys)))
        legend.append(f"{number:>3}  {name}")
    text = table(rows, ("Scénario" if lang == "fr" else "Scenario", *(k[2] for k in keys)))
    return "\n".join([*legend, "", text]) if numbered else text
