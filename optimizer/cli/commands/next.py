"""``attriflux next``: the case of the next session."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import CASE, JsonOption, LangOption, Language, ModelsOption, OutOption
from optimizer.cli.desk import DATE, DESK, StoreOption
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    name="next",
    cls=Command,
    help=both(
        "Écrit le dossier de la prochaine séance : le dernier import et ce que la commission a fait depuis. Baux, offres en cours, refus, présentations et suivi viennent du journal ; rien n'est perdu sans être dit.",
        "Writes the case of the next session: the last import and what the commission did since. Leases, live offers, refusals, presentations and follow-up come from the ledger; nothing is dropped unsaid.",
    ),
    epilog=example(
        "attriflux next --case cas --out cas-suivant", "attriflux next --case case --out next-case"
    ),
)
def next_(
    case: Annotated[
        Path,
        typer.Option(
            "--case",
            metavar=CASE,
            help=both(
                "Dernier import : dossier, ou classeur .xlsx.", "Last import: folder, or .xlsx workbook."
            ),
        ),
    ],
    out: OutOption,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar=DATE,
            help=both(
                "Date du nouveau dossier ; défaut : celle de l'import, ou du dernier acte enregistré s'il est plus récent.",
                "Date of the new case; default: that of the import, or of the last recorded act when it is later.",
            ),
            show_default=False,
        ),
    ] = "",
    commission: Annotated[
        str,
        typer.Option(
            "--commission",
            metavar=both("NOM", "NAME"),
            help=both(
                "Une seule commission ; défaut : toutes celles du bailleur.",
                "One commission only; default: all those of the landlord.",
            ),
            show_default=False,
        ),
    ] = "",
    store: StoreOption = DESK,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer import importers, policy
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import day_of, opened
    from optimizer.cli.speak import say_findings
    from optimizer.desk.next_case import next_case
    from optimizer.desk.next_files import write_next
    from optimizer.desk.next_words import summary_of
    from optimizer.desk.whose import duties_of, sessions_of, unread_of
    from optimizer.store import queries

    when = day_of(on, "--on", lang.value) if on else None
    read = importers.read(case, models=models)
    rules = policy.rules_of(read.settings, models)
    with opened(store) as desk, desk.reading():
        every = queries.sessions(desk, items=False)
        own = sessions_of(read, every)
        kept = tuple(s.session_id for s in own if not commission or s.commission == commission)
        sessions = queries.sessions(desk, ids=kept)
        duties, named = duties_of(queries.duties(desk, open=False), own), queries.nominations(desk)
        housed = queries.housed(desk)
        others = tuple({s.session_id for s in every} - {s.session_id for s in own})
        unread = unread_of(read, own, queries.sessions(desk, ids=others))
    made = next_case(read, sessions, rules, duties=duties, nominations=named, housed=housed, on=when)
    write_next(out, made, case)
    if (said := (*unread, *made.said)) and not json:
        say_findings(said, lang.value)
    say_result(summary_of(made, out, unread), json=json, lang=lang.value)
