"""``attriflux scenario``: what-ifs as files — new, run, compare, list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.app import CONTEXT, app
from optimizer.cli.arguments import (
    CASE,
    COUNT,
    FILE,
    FOLDER,
    AssumedOption,
    Backend,
    BackendOption,
    CsvOption,
    CsvStyle,
    GapOption,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
    PriceAssumedOption,
    WorkersOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, Group, example

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.errors import Lang
    from optimizer.scenario import Ran, Scenario

WEEKS = 52
"""Batches of a lived year where none are asked for."""

scenario = typer.Typer(
    cls=Group,
    help=both("Scénarios : écrire, faire tourner, comparer.", "Scenarios: write, run, compare."),
    epilog=example("attriflux scenario run quatre-modes --out scenarios-2026"),
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
app.add_typer(scenario, name="scenario")


@scenario.callback()
def group(lang: LangOption = Language.fr) -> None:
    """Scenarios: write, run, compare."""


FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar=both("FICHIER…", "FILE…"),
        help=both(
            "Fichiers de scénarios, ou noms de scénarios livrés.",
            "Scenario files, or names of shipped scenarios.",
        ),
    ),
]


CaseChoice = Annotated[
    Path | None,
    typer.Option(
        "--case",
        help=both("Cas ; défaut : le petit cas livré.", "Case; default: the small shipped one."),
        metavar=CASE,
        show_default=False,
    ),
]


@scenario.command(
    cls=Command,
    help=both("Fait tourner des scénarios et les compare.", "Runs scenarios and compares them."),
    epilog=example(
        "attriflux scenario run lec-30 --out essais", "attriflux scenario run lec-30 --out trials"
    ),
)
def run(
    files: FilesArgument,
    out: OutOption,
    case: CaseChoice = None,
    workers: WorkersOption = None,
    reference: Annotated[
        bool,
        typer.Option(
            "--reference/--no-reference",
            help=both(
                "Ajoute le cas tel qu'il est, comme référence.", "Adds the case as it is, as the reference."
            ),
        ),
    ] = True,
    replications: Annotated[
        int,
        typer.Option(
            "--replications",
            min=0,
            help=both(
                "Années vécues en lots hebdomadaires avec refus, à côté de l'optimum.",
                "Years lived in weekly batches with refusals, beside the optimum.",
            ),
            metavar=COUNT,
        ),
    ] = 0,
    weeks: Annotated[
        int | None,
        typer.Option(
            "--weeks",
            min=1,
            max=366,
            help=both(
                "Lots de l'année vécue, avec --replications ; défaut : 52.",
                "Batches of the lived year, with --replications; default: 52.",
            ),
            metavar=COUNT,
        ),
    ] = None,
    gap: GapOption = 0.0,
    backend: BackendOption = Backend.auto,
    accept_assumed: AssumedOption = False,
    price_assumed: PriceAssumedOption = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=both(
                "Vérifie tout, dit combien de calculs et en combien de temps, n'écrit rien.",
                "Checks everything, says how many runs and how long, writes nothing.",
            ),
        ),
    ] = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.runs import Options

    if weeks is not None and not replications:
        told = both(
            "sans --replications, aucune année n'est vécue", "without --replications no year is lived"
        )
        raise typer.BadParameter(told, param_hint="--weeks")
    options = Options(
        gap=gap, backend=backend.value, accept_assumed=accept_assumed, price_assumed=price_assumed, csv=csv.value, pdf=False,
        models=models, lang=lang.value,
    )  # fmt: skip
    how = {
        "case": case, "options": options, "workers": workers, "reference": reference, "replications": replications,
        "weeks": WEEKS if weeks is None else weeks,
    }  # fmt: skip
    if dry_run:
        say_plan(files, out, how, json=json, lang=lang)
    else:
        run_and_say(files, out, how, json=json, lang=lang)


def say_plan(
    scenarios: Sequence[str | Scenario], out: Path, how: dict[str, Any], *, json: bool, lang: Language
) -> None:
    """How many runs there are, how many are done, and about how long the rest takes."""
    from optimizer.cli.speak import Progress, say_json
    from optimizer.cli.wrapping import wrapped
    from optimizer.errors import said
    from optimizer.presentation import texts as texts
    from optimizer.scenario import plan_scenarios

    progress = Progress(lang.value, quiet=json)
    try:
        plan = plan_scenarios(
            scenarios, out, **how, progress=lambda done, total, name: progress.phase(f"{done}/{total} {name}")
        )
    finally:
        progress.done()
    if json:
        say_json(
            {"runs": [r.name for r in plan.runs], "done": plan.done, "seconds_each": plan.seconds_each, "seconds": plan.seconds}
        )  # fmt: skip
        return
    counts = said(
        "COMPARISON.PLAN", lang.value, runs=len(plan.runs), done=plan.done, left=len(plan.runs) - plan.done
    )
    typer.echo(wrapped(counts))
    if plan.done < len(plan.runs):
        basis = said("COMPARISON.PLAN_KNOWN" if plan.from_runs else "COMPARISON.PLAN_MEASURED", lang.value)
        time = said(
            "COMPARISON.PLAN_TIME", lang.value, time=duration(plan.seconds), each=duration(plan.seconds_each),
            workers=plan.workers, basis=basis,
        )  # fmt: skip
        typer.echo(wrapped(time))
    typer.echo(said("COMPARISON.PLAN_NOTHING", lang.value))


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``2 h 05``: as long as one says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d}"


def run_and_say(
    scenarios: Sequence[str | Scenario],
    out: Path,
    how: dict[str, Any],
    *,
    json: bool,
    lang: Language,
    shown: Callable[[Ran], str] | None = None,
) -> Ran:
    """Run, with progress on stderr, and show the comparison, or what ``shown`` makes of it."""
    from optimizer.cli.speak import Progress, say_json
    from optimizer.errors import said
    from optimizer.presentation import texts as texts
    from optimizer.scenario import inputs_table, run_scenarios
    from optimizer.scenario.records import RECORD, replications_of

    progress = Progress(lang.value, quiet=json)

    def tell(done: int, total: int, name: str) -> None:
        bar = "█" * (20 * done // total) + "░" * (20 - 20 * done // total)
        progress.phase(f"{bar} {done}/{total} {name}")

    try:
        ran = run_scenarios(scenarios, out, **how, isolated=True, progress=tell)
    except KeyboardInterrupt:
        progress.done()
        kept = len(list(out.glob(f"[!.]*/{RECORD}")))
        typer.echo(said("COMPARISON.KEPT" if kept else "COMPARISON.KEPT_NONE", lang.value, n=kept), err=True)
        raise
    finally:
        progress.done()
    if json:
        say_json({"out": str(out), "runs": [r.name for r in ran.runs], "reused": list(ran.reused)})
        return ran
    records = ran.records
    if shown is None:
        typer.echo(
            terminal_table(ran.comparison, lang.value, inputs_table(records), replications_of(records))
        )
    else:
        typer.echo(shown(ran))
    say_notes({r.name: r.notes for r in records}, lang, numbers=shown is None)
    if ran.reused:
        many = len(ran.reused) > 1
        typer.echo(
            (
                f"{len(ran.reused)} scénarios déjà calculés, repris tels quels."
                if many
                else "1 scénario déjà calculé, repris tel quel."
            )
            if lang is Language.fr
            else f"{len(ran.reused)} scenario{'s' * many} already computed, taken as they were."
        )
    say_where(out, lang)
    typer.echo(
        "Borne à information parfaite. Proposition : la commission décide."
        if lang is Language.fr
        else "A bound with perfect information. Proposal: the commission decides."
    )
    return ran


@scenario.command(
    cls=Command,
    help=both(
        "Abaisse puis relève chaque valeur supposée, et dit laquelle décide.",
        "Lowers then raises each assumed value, and says which one decides.",
    ),
    epilog=example("attriflux scenario tornado --out tornade", "attriflux scenario tornado --out tornado"),
)
def tornado(
    out: OutOption,
    case: CaseChoice = None,
    step: Annotated[
        float | None,
        typer.Option(
            "--step",
            min=0.01,
            max=1.0,
            help=both(
                "Part dont chaque valeur est bougée (0,2 pour 20 %) ; défaut : celle de models/.",
                "Part by which each value is moved (0.2 for 20%); default: that of models/.",
            ),
            metavar=both("PART", "SHARE"),
            show_default=False,
        ),
    ] = None,
    workers: WorkersOption = None,
    gap: GapOption = 0.0,
    backend: BackendOption = Backend.auto,
    accept_assumed: AssumedOption = False,
    price_assumed: PriceAssumedOption = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.importers import read
    from optimizer.runs import Options
    from optimizer.scenario import tornado_scenarios
    from optimizer.scenario.running import demo_case

    options = Options(
        gap=gap, backend=backend.value, accept_assumed=accept_assumed, price_assumed=price_assumed, csv=csv.value, pdf=False,
        models=models, lang=lang.value,
    )  # fmt: skip
    source = demo_case() if case is None else case
    found = tornado_scenarios(read(source, need=("dwellings", "applications")), options, step)
    how = {"case": source, "options": options, "workers": workers}
    run_and_say(found, out, how, json=json, lang=lang, shown=lambda ran: tornado_table(ran, lang.value))


def tornado_table(ran: Ran, lang: Lang) -> str:
    """The values that move the most first ranks, and the sentence: two runs a value do not fit a terminal one by one."""
    from optimizer.cli.speak import table
    from optimizer.cli.wrapping import wrapped
    from optimizer.errors import said
    from optimizer.scenario.tornado import tornado_part

    part = tornado_part(ran.records, lang)
    if part is None:
        return terminal_table(ran.comparison, lang)
    names = ("value_moved", "lowered", "raised", "lists_changed", "leases_change")
    header = [said(f"COMPARISON.{name}".upper(), lang) for name in names]
    rows = [(r["title"], r["low"], r["high"], r["changed"], r["leases"]) for r in part["rows"][:MOST_KEYS]]
    listed = [table(rows, header), ""] if rows else []
    return "\n".join([*listed, wrapped(part["sentence"], 80)])


@scenario.command(
    cls=Command,
    help=both("Écrit un scénario à compléter.", "Writes a scenario to fill in."),
    epilog=example(
        "attriflux scenario new mon-essai.yaml --base lec-30",
        "attriflux scenario new my-trial.yaml --base lec-30",
    ),
)
def new(
    file: Annotated[
        Path, typer.Argument(metavar=FILE, help=both("Fichier .yaml à écrire.", ".yaml file to write."))
    ],
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            help=both("Scénario dont il hérite.", "Scenario it inherits from."),
            metavar="SCENARIO",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.scenario import new_scenario

    new_scenario(file, base)
    if json:
        say_json({"written": str(file)})
        return
    typer.echo(f"Écrit : {file}" if lang is Language.fr else f"Written: {file}")


@scenario.command(
    cls=Command,
    help=both(
        "Compare des dossiers de scénarios ; le premier sert de référence.",
        "Compares folders of scenarios; the first one is the reference.",
    ),
    epilog=example(
        "attriflux scenario compare essais/reference essais/lec-30",
        "attriflux scenario compare trials/reference trials/lec-30",
    ),
)
def compare(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar=both("DOSSIER…", "FOLDER…"),
            help=both("Dossiers écrits par scenario run.", "Folders written by scenario run."),
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help=both("Dossier à écrire.", "Folder to write."), metavar=FOLDER, show_default=False
        ),
    ] = None,
    csv: CsvOption = CsvStyle.french,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.scenario import inputs_table
    from optimizer.scenario.comparison_files import compared, runs_of
    from optimizer.scenario.records import replications_of
    from optimizer.scenario.side_by_side import side_by_side

    records = side_by_side(runs_of(folders), lang.value)
    table = compared(records, out, style=csv.value, lang=lang.value)
    if json:
        say_json({"comparison": table.to_dict("records")})
        return
    typer.echo(terminal_table(table, lang.value, inputs_table(records), replications_of(records)))
    say_notes({r.name: r.notes for r in records}, lang)
    if out is not None:
        say_where(out, lang)


@scenario.command(
    cls=Command,
    help=both(
        "Écrit les schémas JSON de case.yaml, des grilles et des scénarios, pour un éditeur.",
        "Writes the JSON schemas of case.yaml, grids and scenarios, for an editor.",
    ),
    epilog=example("attriflux scenario schemas schemas"),
)
def schemas(
    folder: Annotated[
        Path, typer.Argument(metavar=FOLDER, help=both("Dossier où les écrire.", "Folder to write them in."))
    ],
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.scenario.schemas import write_schemas

    written = write_schemas(folder, models)
    if json:
        say_json({"files": [str(file) for file in written]})
        return
    names = ", ".join(str(file) for file in written)
    typer.echo(f"Écrits : {names}" if lang is Language.fr else f"Written: {names}")


@scenario.command(
    "list",
    cls=Command,
    help=both("Liste les scénarios livrés.", "Lists the shipped scenarios."),
    epilog=example("attriflux scenario list"),
)
def list_shipped(json: JsonOption = False, lang: LangOption = Language.fr) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.scenario import read_scenario, shipped

    found = [read_scenario(name) for name in shipped()]
    if json:
        say_json({"scenarios": [{"name": s.name, "title": s.title, "why": s.why} for s in found]})
        return
    typer.echo(
        table(
            [(s.name, s.title) for s in found],
            ("Scénario", "Titre") if lang is Language.fr else ("Scenario", "Title"),
        )
    )


def say_notes(notes: Mapping[str, Sequence[str]], lang: Language, *, numbers: bool = True) -> None:
    """What each run was told of its inputs, each sentence once, with the runs it is about, as the table names them.

    ``numbers``: a table above numbers the runs whose names are long.
    """
    runs: dict[str, list[str]] = {}
    numbered = numbers and max(map(len, notes), default=0) > NAME_WIDTH
    for number, (name, sentences) in enumerate(notes.items(), start=1):
        for sentence in sentences:
            runs.setdefault(sentence, []).append(str(number) if numbered else name)
    if not runs:
        return
    from optimizer.cli.wrapping import wrapped

    fr = lang is Language.fr
    typer.echo("\nRemarques" if fr else "\nNotes")
    for sentence, names in list(runs.items())[:MOST_KEYS]:
        more = f" (+ {len(names) - MOST_NOTED})" if len(names) > MOST_NOTED else ""
        line = f"- {', '.join(names[:MOST_NOTED])}{more}{' ' if fr else ''}: {sentence}"
        typer.echo(wrapped(line, 80, after="  "))
    if len(runs) > MOST_KEYS:
        typer.echo(f"- … ({len(runs) - MOST_KEYS})")


def say_where(out: Path, lang: Language) -> None:
    """Which files to open."""
    page = out / "comparison.html"
    typer.echo(
        f"Ouvrir {page} ; tables : comparison.csv, comparison.xlsx."
        if lang is Language.fr
        else f"Open {page}; tables: comparison.csv, comparison.xlsx."
    )


NAME_WIDTH = 22
"""Longest name of a scenario in the terminal's table; when one is longer, all are numbered above it."""
MOST_KEYS = 12
"""Changed keys, and notes, shown in the terminal; the files hold them all."""
WIDE = 4
"""Scenarios, or changed keys, that still make columns one can read."""
MOST_NOTED = 3
"""Runs named beside a note they share."""


def terminal_table(
    comparison: pd.DataFrame, lang: Lang, inputs: pd.DataFrame | None = None, replications: Sequence[int] = ()
) -> str:
    """What differs in the inputs, then the few indicators that fit a terminal, scenarios in lines, with their differences
    from the first one; ``replications`` are the years that each run lived."""
    from optimizer.cli.speak import table
    from optimizer.cli.weekly_table import weekly_table
    from optimizer.errors import said
    from optimizer.presentation import texts as texts
    from optimizer.scenario import shown
    from optimizer.scenario.records import MARGIN, sets_scale, within_margin

    scaled: set[str] = set()
    if inputs is not None and len(inputs):
        prices = inputs[[sets_scale(str(key)) for key in inputs["key"]]]
        scaled = {
            str(name) for name in prices.columns[1:] if not prices[name].equals(prices[prices.columns[1]])
        }
    keys = (
        ("objective", "points", "Valeur" if lang == "fr" else "Value"),
        ("dwellings_listed", "dwellings", "Listes" if lang == "fr" else "Lists"),
        ("dwellings_no_candidate", "dwellings", "Sans cand." if lang == "fr" else "None"),
        ("vacancy_days", "days", "Vacance j" if lang == "fr" else "Vacancy d"),
        ("mean_months", "months", "Mois" if lang == "fr" else "Months"),
        ("lec_outside_qpv", "share", "LEC hors QPV" if lang == "fr" else "LEC outside"),
    )
    rows, gaps, legend = [], [], []
    names = [str(name) for name in comparison["scenario"].unique()]
    numbered = max(map(len, names), default=0) > NAME_WIDTH
    first: dict[str, float] = {}
    for number, (name, group) in enumerate(comparison.groupby("scenario", sort=False), start=1):
        values = dict(zip(group["indicator"], group["value"], strict=True))
        first = first or values
        label = str(number) if numbered else str(name)
        rows.append((label, *(shown(values.get(k), unit, lang) for k, unit, _ in keys)))
        if number > 1:
            cells = [_gap(values.get(k), first.get(k), unit, lang) for k, unit, _ in keys]
            margins = first.get(MARGIN[0]), values.get(MARGIN[0])
            if cells[0] not in ("–", "=") and within_margin(
                "objective", values["objective"] - first["objective"], *margins
            ):
                cells[0] += " *"
            elif cells[0] not in ("–", "=") and str(name) in scaled:
                cells[0] += " °"
            gaps.append((label, *cells))
        legend.append(f"{number:>3}  {name}")
    parts = ["\n".join(legend)] if numbered else []
    if inputs is not None and len(inputs):
        parts.append(_inputs_table(inputs, names, numbered, lang))
    heads = [k[2] for k in keys]
    parts.append(table(rows, ("Scénario" if lang == "fr" else "Scenario", *heads)))
    if gaps:
        told = table(gaps, ("Écart au 1er" if lang == "fr" else "Gap to 1st", *heads))
        parts.append(
            told
            + (f"\n* {said('WORDS.WITHIN', lang)}." if any(" *" in row[1] for row in gaps) else "")
            + (f"\n° {said('COMPARISON.OTHER_SCALE', lang)}." if any(" °" in row[1] for row in gaps) else "")
        )
    lived = weekly_table(comparison, lang, numbered, replications)
    return "\n\n".join([*parts, lived] if lived else parts)


def _gap(value: float | None, reference: float | None, unit: str, lang: Lang) -> str:
    from optimizer.scenario import signed

    if value is None or reference is None or value != value or reference != reference:
        return "–"
    return signed(value - reference, unit, lang) if abs(value - reference) >= 0.00005 else "="


def _inputs_table(inputs: pd.DataFrame, names: list[str], numbered: bool, lang: Lang) -> str:
    """Changed keys in lines, scenarios in columns; with many scenarios, keys in columns; with many of both, each scenario in a
    line with what it changes."""
    from optimizer.cli.speak import table
    from optimizer.cli.wrapping import wrapped

    shown_keys = inputs.head(MOST_KEYS)
    labels = [str(i) for i, _ in enumerate(names, start=1)] if numbered else names
    if len(names) > WIDE and len(shown_keys) > WIDE:
        lines = ["Entrées changées" if lang == "fr" else "Changed inputs"]
        for label, name in zip(labels[1:], names[1:], strict=True):
            changed = [
                f"{r['key']} {r[names[0]] or '–'} → {r[name] or '–'}"
                for r in shown_keys.to_dict("records")
                if r[name] != r[names[0]]
            ]
            line = f"- {label}{' ' if lang == 'fr' else ''}: {' ; '.join(changed) or '='}"
            lines.append(wrapped(line, 80, after="  "))
        more = len(inputs) - len(shown_keys)
        return "\n".join(lines) + (f"\n… {more}" if more else "")
    if len(names) <= WIDE:
        rows = [(str(r["key"]), *(str(r[n]) or "–" for n in names)) for r in shown_keys.to_dict("records")]
        text = table(rows, ("Entrée" if lang == "fr" else "Input", *labels))
    else:
        keys = [str(k) for k in shown_keys["key"]]
        rows = [
            (label, *(str(v) or "–" for v in shown_keys[name]))
            for label, name in zip(labels, names, strict=True)
        ]
        text = table(rows, ("Entrées" if lang == "fr" else "Inputs", *(_short(k) for k in keys)))
    more = len(inputs) - len(shown_keys)
    return text + (f"\n… {more}" if more else "")


def _short(key: str) -> str:
    """The end of a long key: enough to tell it from its neighbours."""
    return key if len(key) <= NAME_WIDTH else "…" + key[-(NAME_WIDTH - 1) :]
