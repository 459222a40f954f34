"""``attriflux cotation``: a grid from an order of criteria, and what changing the grid changes."""

from __future__ import annotations

import shlex
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import CONTEXT, app
from optimizer.cli.arguments import (
    COUNT,
    FILE,
    FOLDER,
    NUMBER,
    AssumedOption,
    CsvOption,
    CsvStyle,
    ForceOption,
    GapOption,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, Group, example

cotation = typer.Typer(
    cls=Group,
    help=both(
        "Cotation : composer une grille, en comparer deux sur un cas.",
        "Cotation: compose a grid, compare two on a case.",
    ),
    epilog=example(
        "attriflux cotation test demonstration ma_grille.yaml cas --out essai",
        "attriflux cotation test demonstration my_grid.yaml case --out trial",
    ),
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
app.add_typer(cotation, name="cotation")


@cotation.callback()
def group(lang: LangOption = Language.fr) -> None:
    """Cotation: compose a grid, compare two on a case."""


@cotation.command(
    cls=Command,
    help=both(
        "Dit ce que change la grille B, toutes choses égales.",
        "Says what grid B changes, all else being equal.",
    ),
    epilog=example(
        "attriflux cotation test demonstration ma_grille.yaml cas --out essai",
        "attriflux cotation test demonstration my_grid.yaml case --out trial",
    ),
)
def test(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=both("GRILLE_A GRILLE_B CAS", "GRID_A GRID_B CASE"),
            help=both(
                "Deux grilles (nom d'une grille livrée, ou fichier) et un cas.",
                "Two grids (name of a shipped grid, or a file) and a case.",
            ),
        ),
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar=FOLDER,
            help=both(
                "Dossier à écrire, nouveau ou vide ; sans lui, rien n'est écrit : l'écran dit ce qui change.",
                "Folder to write, new or empty; without it nothing is written: the screen says what changes.",
            ),
            show_default=False,
        ),
    ] = None,
    weeks: Annotated[
        list[Path] | None,
        typer.Option(
            "--weeks",
            metavar=FOLDER,
            help=both(
                "Résultats écrits avec propose --shadow-grid, ou leur dossier : additionnés en période de test.",
                "Results written with propose --shadow-grid, or their folder: added up into a test period.",
            ),
            show_default=False,
        ),
    ] = None,
    gap: GapOption = 0.0,
    force: ForceOption = False,
    accept_assumed: AssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.speak import Progress, table
    from optimizer.errors import AttrifluxError, said
    from optimizer.presentation.numbers import decimal, percent, signed
    from optimizer.scenario import cotation_to
    from optimizer.scenario.publics import publics_said
    from optimizer.scenario.shadow import period_to

    if weeks:
        if what:
            raise AttrifluxError("COTATION_TWO_GRIDS")
        if out is None:
            raise AttrifluxError("COTATION_WEEKS_OUT")
        if gap:
            raise typer.BadParameter(
                "--gap est pour deux grilles et un cas : les semaines de --weeks sont déjà calculées"
                if lang.value == "fr"
                else "--gap is for two grids and a case: the weeks of --weeks are computed already"
            )
        say_result(
            period_to(weeks, out, style=csv.value, lang=lang.value, force=force), json=json, lang=lang.value
        )
        return
    if what is None or len(what) != 3:
        raise AttrifluxError("COTATION_TWO_GRIDS")
    grid_a, grid_b, case = what[0], what[1], Path(what[2])
    progress = Progress(lang.value, quiet=json)
    try:
        found, summary = cotation_to(
            grid_a, grid_b, case, out, style=csv.value, lang=lang.value, models=models, accept_assumed=accept_assumed, gap=gap,
            force=force, progress=lambda done, total, name: progress.phase(f"{done}/{total} {name}".rstrip()),
        )  # fmt: skip
    finally:
        progress.done()
    if not json:
        said_as = publics_said(lang.value)
        rows = [
            (
                said_as[r["public"]],
                *(decimal(int(r[name]), 0, lang.value) for name in ("applications", "up", "down")),
                signed(r["mean_move"], lang=lang.value, fixed=True),
                f"{percent(r['top_a_share'], 0, lang.value)} → {percent(r['top_b_share'], 0, lang.value)} ({r['top_a']}\u00a0→\u00a0{r['top_b']})",
            )
            for r in found.publics.to_dict("records")
        ]
        names = ("PUBLIC", "APPLICATIONS", "UP", "DOWN", "RANKS_GAINED", "FIRST_RANKS")
        header = tuple(said(f"COTATION.{name}", lang.value) for name in names)
        typer.echo(table(rows, header))
    say_result(summary, json=json, lang=lang.value)


BaseOption = Annotated[
    str,
    typer.Option(
        "--base",
        metavar=both("GRILLE", "GRID"),
        help=both(
            "Grille qui donne la forme des critères : nom ou fichier.",
            "Grid that gives the criteria their shape: name or file.",
        ),
    ),
]


@cotation.command(
    cls=Command,
    help=both(
        "Écrit une grille depuis des critères rangés par importance. Du plus au moins important ; « a=b » met deux critères au même rang ; « _ » est une carte blanche (simos).",
        "Writes a grid from criteria ranked by importance. From the most to the least important; “a=b” puts two criteria at the same rank; “_” is a blank card (simos).",
    ),
    epilog=example(
        "attriflux cotation new ma_grille.yaml dalo l441_1 anciennete",
        "attriflux cotation new my_grid.yaml dalo l441_1 anciennete",
    ),
)
def new(
    file: Annotated[
        Path, typer.Argument(metavar=FILE, help=both("Fichier .yaml à écrire.", ".yaml file to write."))
    ],
    criteria: Annotated[
        list[str],
        typer.Argument(
            metavar=both("CRITERE…", "CRITERION…"),
            help=both("Voir « attriflux cotation criteria ».", "See “attriflux cotation criteria”."),
        ),
    ],
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help=both("Voir « attriflux cotation methods ».", "See “attriflux cotation methods”."),
            metavar=both("METHODE", "METHOD"),
        ),
    ] = "centroid",
    points: Annotated[
        int | None,
        typer.Option(
            "--points",
            min=1,
            max=100_000,
            help=both(
                "Points à répartir ; défaut : de quoi départager.",
                "Points to share out; default: enough to tell criteria apart.",
            ),
            metavar=COUNT,
            show_default=False,
        ),
    ] = None,
    ratio: Annotated[
        float | None,
        typer.Option(
            "--ratio",
            min=1.01,
            max=1000,
            help=both("Simos : premier poids sur dernier.", "Simos: first weight over last."),
            metavar=NUMBER,
            show_default=False,
        ),
    ] = None,
    base: BaseOption = "catalogue",
    title: Annotated[
        str | None,
        typer.Option(
            "--title",
            help=both("Titre de la grille.", "Title of the grid."),
            metavar=both("TITRE", "TITLE"),
            show_default=False,
        ),
    ] = None,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.scenario import new_grid_to

    made = new_grid_to(
        file, criteria, method, points=points, ratio=None if ratio is None else Fraction(str(ratio)), base=base,
        title=title or ("Grille à compléter" if lang is Language.fr else "Grid to complete"), models=models,
    )  # fmt: skip
    if json:
        say_json(
            {
                "file": str(file), "method": made.method.name, "source": getattr(made.method.source, lang.value), "total": made.total,
                "criteria": [{"name": c.name, "weight": round(float(c.weight), 4), "points": c.points} for c in made.chosen],
            }
        )  # fmt: skip
        return
    fr = lang is Language.fr
    rows = [
        (
            c.criterion.title,
            f"{100 * float(c.weight):.1f} %".replace(".", ",") if fr else f"{100 * float(c.weight):.1f}%",
            str(c.points),
        )
        for c in made.chosen
    ]
    typer.echo(table(rows, ("Critère", "Poids", "Points") if fr else ("Criterion", "Weight", "Points")))
    typer.echo(made.method.fr if fr else made.method.en)
    source = getattr(made.method.source, lang.value)
    typer.echo(f"Source{' : ' if fr else ': '}{source}.")
    if not made.reads_priorities:
        typer.echo(
            "Attention : aucun critère ne lit les publics prioritaires ; la cotation doit les servir "
            "(CCH L. 441-1, R. 441-2-10 11°)."
            if fr
            else "Warning: no criterion reads the publics prioritaires, which a grid must serve (CCH L. 441-1)."
        )
    typer.echo(
        f"Écrit : {file}. À modifier librement, puis : attriflux cotation test demonstration {shlex.quote(str(file))} CAS --out essai"
        if fr
        else f"Written: {file}. Edit it, then: attriflux cotation test demonstration {shlex.quote(str(file))} CASE --out trial"
    )


@cotation.command(
    "criteria",
    cls=Command,
    help=both(
        "Liste les critères qu'une nouvelle grille peut prendre.", "Lists the criteria a new grid may take."
    ),
    epilog=example("attriflux cotation criteria"),
)
def list_criteria(
    base: BaseOption = "catalogue",
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.scenario import read_base

    found = [(c.id, r.title, c.title) for r in read_base(base, models).rubrics for c in r.criteria]
    if json:
        say_json({"criteria": [{"name": n, "rubric": r, "title": t} for n, r, t in found]})
        return
    typer.echo(
        table(
            [(n, t) for n, _, t in found],
            ("Critère", "Ce qu'il lit") if lang is Language.fr else ("Criterion", "What it reads"),
        )
    )


@cotation.command(
    "methods",
    cls=Command,
    help=both(
        "Montre les poids que chaque méthode tire d'un ordre.",
        "Shows the weights each method draws from an order.",
    ),
    epilog=example("attriflux cotation methods --count 6"),
)
def list_methods(
    count: Annotated[
        int,
        typer.Option(
            "--count", min=1, max=12, help=both("Nombre de critères.", "Number of criteria."), metavar=COUNT
        ),
    ] = 6,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.scenario import METHODS, rank_weights

    fr = lang is Language.fr
    weights = {m.name: [float(w) for w in rank_weights([1] * count, m.name)] for m in METHODS}
    if json:
        say_json(
            {
                "methods": [
                    {
                        "name": m.name,
                        "meaning": m.fr if fr else m.en,
                        "formula": getattr(m.formula, lang.value),
                        "source": getattr(m.source, lang.value),
                        "weights": [round(w, 4) for w in weights[m.name]],
                    }
                    for m in METHODS
                ]
            }
        )
        return
    rows = [(m.name, *(f"{100 * w:.0f}" for w in weights[m.name])) for m in METHODS]
    head = "Poids en % par rang" if fr else "Weight in % by rank"
    typer.echo(table(rows, (head, *(str(i) for i in range(1, count + 1)))))
    for m in METHODS:
        meaning, formula, source = (
            getattr(m, lang.value),
            getattr(m.formula, lang.value),
            getattr(m.source, lang.value),
        )
        typer.echo(f"\n{m.name}{' : ' if fr else ': '}{meaning}\n  {formula}\n  {source}")
