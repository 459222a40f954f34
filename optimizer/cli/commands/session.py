"""``attriflux session``: a session of the commission, from a verified proposal to its signed minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.app import CONTEXT, app
from optimizer.cli.arguments import (
    CASE,
    COUNT,
    ForceOption,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
)
from optimizer.cli.desk import DATE, DESK, ActorOption, SessionArgument, StoreOption
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, Group, example

session = typer.Typer(
    cls=Group,
    help=both(
        "Séances : convoquer, préparer, dresser le procès-verbal.",
        "Sessions: convene, prepare, draw up the minutes.",
    ),
    epilog=example(
        "attriflux session new resultat --case cas --on 2026-12-03",
        "attriflux session new result --case case --on 2026-12-03",
    ),
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
app.add_typer(session, name="session")

TEXT = both("TEXTE", "TEXT")


@session.callback()
def group(lang: LangOption = Language.fr) -> None:
    """Sessions: convene, prepare, draw up the minutes."""


@session.command(
    name="new",
    cls=Command,
    help=both(
        "Ouvre une séance sur une proposition, revérifiée d'abord. L'ordre du jour reprend ses listes ; --prospects, à la proposition, donne les noms suivants à appeler.",
        "Makes a session from a proposal, verified again first. The agenda takes its lists; --prospects, when proposing, gives the next names to call.",
    ),
    epilog=example(
        "attriflux session new resultat --case cas --on 2026-12-03",
        "attriflux session new result --case case --on 2026-12-03",
    ),
)
def new(
    result: Annotated[
        Path,
        typer.Argument(
            metavar=both("RESULTAT", "RESULT"),
            help=both("Dossier écrit par propose.", "Folder written by propose."),
        ),
    ],
    case: Annotated[
        Path,
        typer.Option(
            "--case", metavar=CASE, help=both("Le cas de cette proposition.", "The case of that proposal.")
        ),
    ],
    on: Annotated[
        str, typer.Option("--on", metavar=DATE, help=both("Date de la séance.", "Date of the session."))
    ],
    commission: Annotated[
        str,
        typer.Option(
            "--commission",
            metavar=both("NOM", "NAME"),
            help=both("Nom de la commission.", "Name of the commission."),
        ),
    ] = "CALEOL",
    hour: Annotated[str, typer.Option("--hour", metavar="HH:MM", help=both("Heure.", "Hour."))] = "",
    place: Annotated[str, typer.Option("--place", metavar=TEXT, help=both("Lieu.", "Place."))] = "",
    mode: Annotated[
        str,
        typer.Option(
            "--mode",
            metavar="in_person|remote|mixed",
            help=both(
                "En présence, à distance (si le règlement le permet) ou mixte.",
                "In person, remote (where the rules allow it) or mixed.",
            ),
        ),
    ] = "in_person",
    quorum: Annotated[
        int | None,
        typer.Option(
            "--quorum",
            min=1,
            metavar=COUNT,
            help=both("Quorum du règlement intérieur.", "Quorum of the rules of procedure."),
            show_default=False,
        ),
    ] = None,
    quorum_rule: Annotated[
        str,
        typer.Option(
            "--quorum-rule",
            metavar=TEXT,
            help=both(
                "Le quorum tel que le règlement le dit.", "The quorum as the rules of procedure say it."
            ),
        ),
    ] = "",
    dwellings: Annotated[
        str,
        typer.Option(
            "--dwellings",
            metavar="A,B…",
            help=both("Seulement ces logements, dans cet ordre.", "Only these dwellings, in this order."),
            show_default=False,
        ),
    ] = "",
    without_taken: Annotated[
        bool,
        typer.Option(
            "--without-taken",
            help=both(
                "Laisse de côté, en les nommant, les logements qu'un autre ordre du jour tient ou qui sont loués depuis.",
                "Leaves off, naming them, the dwellings that another agenda holds or that were let since.",
            ),
        ),
    ] = False,
    urgent: Annotated[
        str,
        typer.Option(
            "--urgent",
            metavar=both("RAISON", "REASON"),
            help=both("Séance urgente : sa raison.", "Urgent session: its reason."),
            show_default=False,
        ),
    ] = "",
    programme: Annotated[
        str,
        typer.Option(
            "--programme",
            metavar=both("NOM", "NAME"),
            help=both(
                "Première mise en location d'un programme entier.", "First letting of a whole programme."
            ),
            show_default=False,
        ),
    ] = "",
    runs: Annotated[
        int,
        typer.Option(
            "--runs",
            min=1,
            metavar=COUNT,
            help=both(
                "Nombre de calculs faits avant de retenir celui-ci (au procès-verbal).",
                "Runs made before this one was kept (in the minutes).",
            ),
        ),
    ] = 1,
    store: StoreOption = DESK,
    actor: ActorOption = "",
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer import importers
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, also, day_of, opened
    from optimizer.desk.agenda import agenda
    from optimizer.desk.session_words import begun
    from optimizer.desk.sessions import begin
    from optimizer.store.taken import Taken

    if mode not in ("in_person", "remote", "mixed"):
        raise typer.BadParameter("in_person, remote, mixed", param_hint="--mode")
    when = day_of(on, "--on", lang.value)
    read = importers.read(case, models=models)
    wanted = [d.strip() for d in dwellings.split(",") if d.strip()]
    made = agenda(result, case, read, dwellings=wanted, models=models)
    left_off: list[Taken] = []
    with opened(store, create=not Path(store).exists() and "://" not in store) as desk:
        name = begin(
            desk, acting(actor), made, commission=commission, on=when, hour=hour, place=place, mode=mode, quorum=quorum,
            quorum_rule=quorum_rule, urgent=urgent, programme=programme, runs=runs,
            without_taken=left_off.extend if without_taken else None,
        )  # fmt: skip
    say_result(begun(name, made, also(store), left_off), json=json, lang=lang.value)


REASON = Annotated[
    str,
    typer.Option(
        "--reason",
        metavar=TEXT,
        help=both("La raison, portée au procès-verbal.", "The reason, told in the minutes."),
    ),
]
DWELLING = Annotated[
    str,
    typer.Argument(
        metavar=both("LOGEMENT", "DWELLING"),
        help=both("Identifiant du logement.", "Identifier of the dwelling."),
    ),
]
NUMBER = Annotated[
    str,
    typer.Argument(metavar=both("DEMANDE", "APPLICATION"), help=both("Numéro unique.", "Unique number.")),
]
LAST_IMPORT = both(
    "Dernier import, qui décrit le logement et les ménages.",
    "Last import, which describes the dwelling and the households.",
)


@session.command(
    name="add-item",
    cls=Command,
    help=both(
        "Ajoute un logement à un ordre du jour, avec sa raison : la liste d'une proposition (--result), ou les demandes données dans leur ordre.",
        "Adds a dwelling to an agenda, with its reason: the list of a proposal (--result), or the applications given in their order.",
    ),
    epilog=example(
        "attriflux session add-item 2026-12-03 L12 --case cas --reason congé",
        'attriflux session add-item 2026-12-03 L12 --case case --reason "notice"',
    ),
)
def add_item(
    name: SessionArgument,
    dwelling: DWELLING,
    case: Annotated[Path, typer.Option("--case", metavar=CASE, help=LAST_IMPORT)],
    reason: REASON,
    result: Annotated[
        Path | None,
        typer.Option(
            "--result",
            metavar=both("RESULTAT", "RESULT"),
            help=both(
                "Proposition faite sur ce dossier, revérifiée d'abord : sa liste est reprise.",
                "Proposal made from this case, verified again first: its list is taken.",
            ),
            show_default=False,
        ),
    ] = None,
    account: Annotated[
        str,
        typer.Option(
            "--account",
            metavar=both("CONTINGENT", "ACCOUNT"),
            help=both("Sans --result : le réservataire imputé.", "Without --result: the account."),
            show_default=False,
        ),
    ] = "",
    applications: Annotated[
        str,
        typer.Option(
            "--applications",
            metavar="A,B…",
            help=both(
                "Sans --result : les numéros uniques, dans leur ordre.",
                "Without --result: the unique numbers, in their order.",
            ),
            show_default=False,
        ),
    ] = "",
    store: StoreOption = DESK,
    actor: ActorOption = "",
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer import importers
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, opened
    from optimizer.desk.agenda import agenda
    from optimizer.desk.late import Described
    from optimizer.desk.session_words import changed
    from optimizer.desk.sessions import add_late_item
    from optimizer.store import queries

    numbers = [n.strip() for n in applications.split(",") if n.strip()]
    if (result is None) != bool(account and numbers):
        told = both("--result, ou --account et --applications", "--result, or --account and --applications")
        raise typer.BadParameter(told, param_hint="--result")
    read = importers.read(case, models=models)
    if result is not None:
        item = agenda(result, case, read, dwellings=[dwelling], models=models).items[0]
    else:
        item = Described(read, models=models).item(dwelling, account, numbers)
    with opened(store) as desk:
        add_late_item(desk, acting(actor), queries.session(desk, name), item, reason)
    people = sum(not c.queue for c in item.candidates)
    say_result(changed("item_added", name, dwelling, people), json=json, lang=lang.value)


@session.command(
    name="add-name",
    cls=Command,
    help=both(
        "Ajoute une demande sur un logement d'un ordre du jour, en dernière place, avec sa raison.",
        "Adds an application on a dwelling of an agenda, in the last place, with its reason.",
    ),
    epilog=example(
        "attriflux session add-name 2026-12-03 L12 0250000001 --reason désignée",
        'attriflux session add-name 2026-12-03 L12 0250000001 --reason "named"',
    ),
)
def add_name(
    name: SessionArgument,
    dwelling: DWELLING,
    application: NUMBER,
    case: Annotated[Path, typer.Option("--case", metavar=CASE, help=LAST_IMPORT)],
    reason: REASON,
    store: StoreOption = DESK,
    actor: ActorOption = "",
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer import importers
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, opened
    from optimizer.desk.late import Described
    from optimizer.desk.session_words import changed
    from optimizer.desk.sessions import add_late_name, item_named
    from optimizer.store import queries

    described = Described(importers.read(case, models=models), models=models)
    with opened(store) as desk:
        item = item_named(queries.session(desk, name), dwelling)
        add_late_name(desk, acting(actor), item, described, application, reason)
    say_result(changed("name_added", name, dwelling), json=json, lang=lang.value)


@session.command(
    cls=Command,
    help=both(
        "Retire une demande d'un logement avant la séance, avec sa raison ; le nom suivant de la proposition prend sa place, ou celui de --by.",
        "Takes an application off a dwelling before the session, with its reason; the next name of the proposal takes its place, or that of --by.",
    ),
    epilog=example(
        'attriflux session replace 2026-12-03 L12 0250000001 --reason "relogée"',
        'attriflux session replace 2026-12-03 L12 0250000001 --reason "housed"',
    ),
)
def replace(
    name: SessionArgument,
    dwelling: DWELLING,
    application: NUMBER,
    reason: REASON,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar=both("DEMANDE", "APPLICATION"),
            help=both("Qui prend sa place ; demande --case.", "Who takes its place; needs --case."),
            show_default=False,
        ),
    ] = "",
    case: Annotated[
        Path | None, typer.Option("--case", metavar=CASE, help=LAST_IMPORT, show_default=False)
    ] = None,
    store: StoreOption = DESK,
    actor: ActorOption = "",
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer import importers
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, opened
    from optimizer.desk.late import Described
    from optimizer.desk.session_words import changed
    from optimizer.desk.sessions import item_named, name_on, replace_name
    from optimizer.store import queries

    if bool(by) != (case is not None):
        raise typer.BadParameter(
            both("--by et --case vont ensemble", "--by and --case go together"), param_hint="--by"
        )
    described = None if case is None else Described(importers.read(case, models=models), models=models)
    with opened(store) as desk:
        item = item_named(queries.session(desk, name), dwelling)
        done = replace_name(
            desk, acting(actor), item, name_on(item, application), reason, by=by, described=described
        )
    told = "name_replaced" if done.result["next_candidate"] else "name_removed"
    say_result(changed(told, name, dwelling), json=json, lang=lang.value)


@session.command(
    cls=Command,
    help=both(
        "Dit qu'une séance ne s'est pas tenue : quorum non atteint à une heure (les présences étant enregistrées), ou annulée avec sa raison. Ses logements peuvent aller à un autre ordre du jour ; « session minutes » écrit le procès-verbal de carence.",
        "Says that a session was not held: no quorum at an hour (attendance being recorded), or cancelled with its reason. Its dwellings may go on another agenda; “session minutes” writes the procès-verbal de carence.",
    ),
    epilog=example(
        "attriflux session cancel 2026-12-03 --no-quorum 14:30",
        'attriflux session cancel 2026-12-03 --reason "room closed"',
    ),
)
def cancel(
    name: SessionArgument,
    no_quorum: Annotated[
        str,
        typer.Option(
            "--no-quorum",
            metavar="HH:MM",
            help=both(
                "L'heure à laquelle le quorum a été constaté non atteint.",
                "The hour at which the quorum was found missing.",
            ),
            show_default=False,
        ),
    ] = "",
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar=TEXT,
            help=both(
                "La raison ; avec --no-quorum elle peut manquer.",
                "The reason; with --no-quorum it may be left out.",
            ),
            show_default=False,
        ),
    ] = "",
    store: StoreOption = DESK,
    actor: ActorOption = "",
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, also, opened
    from optimizer.desk.session_words import not_held
    from optimizer.desk.sessions import give_up

    with opened(store) as desk:
        session = give_up(desk, acting(actor), name, reason=reason, no_quorum_at=no_quorum)
    say_result(not_held(session, also(store)), json=json, lang=lang.value)


@session.command(
    cls=Command,
    help=both(
        "Reprend ce qui a été saisi par erreur, avec sa raison : la réponse d'un ménage (reponse), une condition dite remplie ou non (condition), une notification dont rien n'est parti (notification), un nom retiré de la liste (nom), ou un logement retiré de l'ordre du jour (logement, sans DEMANDE). Refusé dès que la suite en dépend ; la saisie et la reprise restent au journal.",
        "Takes back what was typed by mistake, with its reason: a household's answer (answer), a condition said to be met or not (condition), a notification that was never sent (notification), a name taken off the list (name), or a dwelling taken off the agenda (dwelling, without APPLICATION). Refused once something rests on it; the entry and the correction stay in the ledger.",
    ),
    epilog=example(
        "attriflux session correct 2026-12-03 L1 --what logement --reason ligne",
        "attriflux session correct 2026-12-03 L1 --what dwelling --reason row",
    ),
)
def correct(
    name: SessionArgument,
    dwelling: DWELLING,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar=TEXT,
            help=both("La raison, gardée avec la reprise.", "The reason, kept with the correction."),
        ),
    ],
    what: Annotated[
        str,
        typer.Option(
            "--what",
            metavar=both(
                "reponse|condition|notification|nom|logement", "answer|condition|notification|name|dwelling"
            ),
            help=both("Ce qui est repris.", "What is taken back."),
        ),
    ],
    application: Annotated[
        str,
        typer.Argument(
            metavar=both("DEMANDE", "APPLICATION"),
            help=both("Numéro unique ; aucun pour un logement.", "Unique number; none for a dwelling."),
            show_default=False,
        ),
    ] = "",
    store: StoreOption = DESK,
    actor: ActorOption = "",
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, opened
    from optimizer.desk.session_words import taken_back
    from optimizer.desk.sessions import item_named, name_on, take_back
    from optimizer.store import queries

    words = {
        "reponse": "answer", "condition": "condition", "notification": "notification", "nom": "name", "logement": "dwelling",
    }  # fmt: skip
    found = words.get(what, what)
    if found not in words.values():
        raise typer.BadParameter(
            both(
                "reponse, condition, notification, nom, logement",
                "answer, condition, notification, name, dwelling",
            ),
            param_hint="--what",
        )
    if (found == "dwelling") == bool(application):
        told = both("une demande, sauf pour un logement", "an application, save for a dwelling")
        raise typer.BadParameter(told, param_hint=both("DEMANDE", "APPLICATION"))
    with opened(store) as desk:
        item = item_named(queries.session(desk, name), dwelling)
        take_back(
            desk, acting(actor), item, name_on(item, application) if application else None, found, reason
        )
    say_result(taken_back(name, dwelling, found), json=json, lang=lang.value)


@session.command(
    cls=Command,
    help=both(
        "Note un avis qui peut mettre fin à une demande. --delivered : il a été remis ce jour-là, d'irrecevabilité si la séance a déclaré le ménage irrecevable, sinon de non-réponse (avec --proof : hand, registered_received, registered_presented, email_acknowledged). Ensuite : --answered ce que le ménage a répondu (irrecevable : ce qu'il a régularisé), ou --unanswered une fois le délai passé.",
        "Records a notice that may end an application. --delivered: it was delivered that day, of ineligibility where the session found the household so, else of no answer (with --proof: hand, registered_received, registered_presented, email_acknowledged). Then: --answered what the household answered (ineligible: what it put right), or --unanswered once the time is over.",
    ),
    epilog=example(
        "attriflux session notice 2026-12-03 0250123 --delivered 2026-12-10",
    ),
)
def notice(
    name: SessionArgument,
    application: Annotated[
        str,
        typer.Argument(metavar=both("DEMANDE", "APPLICATION"), help=both("Numéro unique.", "Unique number.")),
    ],
    delivered: Annotated[
        str,
        typer.Option(
            "--delivered",
            metavar=DATE,
            help=both("Jour où la remise de l'avis est prouvée.", "Day its delivery is proven for."),
            show_default=False,
        ),
    ] = "",
    proof: Annotated[
        str,
        typer.Option(
            "--proof",
            metavar=both("PREUVE", "PROOF"),
            help=both(
                "Preuve de la remise d'un avis de non-réponse.",
                "Proof of the delivery of a notice of no answer.",
            ),
            show_default=False,
        ),
    ] = "",
    answered: Annotated[
        str,
        typer.Option(
            "--answered",
            metavar=TEXT,
            help=both(
                "Ce que le ménage a répondu ou régularisé, sans nom.",
                "What the household answered or put right, without a name.",
            ),
            show_default=False,
        ),
    ] = "",
    unanswered: Annotated[
        bool,
        typer.Option(
            "--unanswered",
            help=both(
                "Le délai est passé : la demande est radiée.",
                "The time is over: the application is struck off.",
            ),
        ),
    ] = False,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar=DATE,
            help=both(
                "Jour de la réponse ou de la radiation ; défaut : aujourd'hui.",
                "Day of the answer or of the striking off; default: today.",
            ),
            show_default=False,
        ),
    ] = "",
    store: StoreOption = DESK,
    actor: ActorOption = "",
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, day_of, opened
    from optimizer.desk.notices import deliver, end
    from optimizer.desk.session_words import noticed

    if sum(map(bool, (delivered, answered, unanswered))) != 1:
        told = both("l'un des trois, et un seul", "one of the three, and one only")
        raise typer.BadParameter(told, param_hint="--delivered, --answered, --unanswered")
    day = day_of(delivered, "--delivered", lang.value) if delivered else None
    when = day_of(on, "--on", lang.value) if on else None
    with opened(store) as desk:
        who = acting(actor)
        if day is not None:
            what = deliver(desk, who, name, application, day, proof)
        else:
            what = end(desk, who, name, application, when or desk.today(), answered)
    say_result(noticed(name, what), json=json, lang=lang.value)


@session.command(
    name="list",
    cls=Command,
    help=both("Les séances du bureau, la plus récente d'abord.", "The sessions of the desk, newest first."),
    epilog=example("attriflux session list"),
)
def list_(store: StoreOption = DESK, json: JsonOption = False, lang: LangOption = Language.fr) -> None:
    from optimizer.cli.desk import opened
    from optimizer.cli.speak import say_json, table
    from optimizer.desk.session_words import HEADINGS, listed
    from optimizer.errors import said
    from optimizer.store import queries

    with opened(store) as desk:
        rows = listed(queries.sessions(desk, items=False), queries.agendas(desk), lang.value)
    if json:
        say_json({"sessions": [dict(zip(HEADINGS, row, strict=True)) for row in rows]})
        return
    heads = [said(f"SESSION.{name}".upper(), lang.value) for name in HEADINGS]
    typer.echo(table(rows, heads))


@session.command(
    cls=Command,
    help=both(
        "Écrit le dossier de séance : pages A4, classeur à remplir, convocation, ordre du jour, appels. Le classeur est ce que « record » lit.",
        "Writes the pack of a session: A4 pages, workbook to fill in, convocation, agenda, calls. The workbook is what “record” reads.",
    ),
    epilog=example(
        "attriflux session pack 2026-12-03 --out seance", "attriflux session pack 2026-12-03 --out session"
    ),
)
def pack(
    name: SessionArgument,
    out: OutOption,
    store: StoreOption = DESK,
    actor: ActorOption = "",
    force: ForceOption = False,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, also, opened
    from optimizer.desk.paper_set import write_pack
    from optimizer.desk.session_words import packed
    from optimizer.desk.sessions import due_today, logged, told_of

    with opened(store) as desk:
        told = told_of(desk, name, lang.value, models=models)
        today, calls, duties = due_today(desk, told.law, told.session)
        files = write_pack(out, told, duties=duties, calls=calls, today=today, force=force)
        logged(desk, acting(actor), name, "pack", files)
    say_result(packed(name, out, files, also(store)), json=json, lang=lang.value)


@session.command(
    cls=Command,
    help=both(
        "Écrit les papiers d'une séance : procès-verbal, courriers, « À reporter », appels ; procès-verbal de carence d'une séance qui n'a pas été tenue. Les noms viennent des identités du bureau, et leur lecture est inscrite au journal ; sans elles, les courriers ont un blanc.",
        "Writes the papers of a session: minutes, letters, “À reporter”, calls; the procès-verbal de carence of one that was not held. Names come from the identities of the desk, and reading them is written into the ledger; without them letters have a blank.",
    ),
    epilog=example(
        "attriflux session minutes 2026-12-03 --out pv", "attriflux session minutes 2026-12-03 --out minutes"
    ),
)
def minutes(
    name: SessionArgument,
    out: OutOption,
    landlord: Annotated[
        str,
        typer.Option(
            "--landlord",
            metavar=both("NOM", "NAME"),
            help=both("L'organisme, comme il signe.", "The landlord, as it signs."),
            show_default=False,
        ),
    ] = "",
    author: Annotated[
        str,
        typer.Option(
            "--author",
            metavar=both("NOM", "NAME"),
            help=both("Qui signe les courriers.", "Who signs the letters."),
            show_default=False,
        ),
    ] = "",
    quality: Annotated[
        str,
        typer.Option(
            "--quality", metavar=TEXT, help=both("Sa qualité.", "His or her quality."), show_default=False
        ),
    ] = "",
    contact: Annotated[
        str,
        typer.Option(
            "--contact",
            metavar=TEXT,
            help=both("Où répondre et demander.", "Where to answer and ask."),
            show_default=False,
        ),
    ] = "",
    rules_at: Annotated[
        str,
        typer.Option(
            "--rules-at",
            metavar=both("ADRESSE", "ADDRESS"),
            help=both("Où les règles sont publiées.", "Where the rules are published."),
            show_default=False,
        ),
    ] = "",
    names: Annotated[
        bool,
        typer.Option(
            "--names/--no-names",
            help=both("Imprimer les noms connus du bureau.", "Print the names the desk knows."),
        ),
    ] = True,
    store: StoreOption = DESK,
    actor: ActorOption = "",
    force: ForceOption = False,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.commands.propose import say_result
    from optimizer.cli.desk import acting, opened
    from optimizer.desk.paper_set import WRITERS, write_minutes
    from optimizer.desk.papers.wording import Issuer
    from optimizer.desk.session_words import drawn_up
    from optimizer.desk.sessions import due_today, logged, told_of, with_names

    issuer = Issuer(landlord, author, quality, contact, rules_at)
    with opened(store) as desk:
        told = told_of(desk, name, lang.value, issuer=issuer, models=models)
        write = WRITERS.get(told.session.status, write_minutes)
        if names and write is write_minutes:  # a session that was not held names no household
            told = with_names(desk, acting(actor), told)
        today, calls, duties = due_today(desk, told.law, told.session)
        files = write(out, told, duties=duties, calls=calls, today=today, force=force)
        logged(desk, acting(actor), name, "minutes", files)
    say_result(drawn_up(told, out, files), json=json, lang=lang.value)
