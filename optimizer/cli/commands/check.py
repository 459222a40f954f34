"""``attriflux check``: reads and validates a case, writes nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    AssumedOption,
    CaseArgument,
    JsonOption,
    LangOption,
    Language,
    MappingOption,
    ModelsOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example
from optimizer.cli.wrapping import wrapped


@app.command(
    cls=Command,
    help=both(
        "Lit et contrôle un dossier, sans rien calculer ni écrire.",
        "Reads and checks a case; computes and writes nothing.",
    ),
    epilog=example("attriflux check mon-dossier", "attriflux check my-case"),
)
def check(
    case: CaseArgument,
    models: ModelsOption = None,
    accept_assumed: AssumedOption = False,
    mapping: MappingOption = "",
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import finding_dict, say_findings, say_json, table
    from optimizer.errors import thousands
    from optimizer.pipeline import look_at_case
    from optimizer.runs.assumed import rests_on

    seen = look_at_case(case, models=models, accept_assumed=accept_assumed, mapping=mapping)
    read, findings = seen.case, seen.findings
    assumed = rests_on(seen, lang.value)
    errors = [f for f in findings if f.severity == "error"]
    if json:
        sizes = {} if read is None else {name: len(frame) for name, frame in read.tables.items()}
        say_json(
            {
                "ok": not errors,
                "tables": sizes,
                "findings": [finding_dict(f, lang.value) for f in findings],
                "assumed": [asdict(value) for value in assumed.values],
            }
        )
        sys.exit(2 if errors else 0)
    if read is not None:
        rows = [(source.name, thousands(source.rows, lang.value)) for source in read.sources]
        typer.echo(
            table(
                rows,
                ("Fichier" if lang.value == "fr" else "File", "Lignes" if lang.value == "fr" else "Rows"),
            )
        )
    if findings:
        say_findings(findings, lang.value, as_json=False)
    if errors:
        sys.exit(2)
    for line in assumed.said(lang.value):
        typer.echo(wrapped(line, after="  " if line.startswith("- ") else ""))
    typer.echo("Dossier lisible et cohérent." if lang.value == "fr" else "The case can be used.")
