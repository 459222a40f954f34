"""``attriflux store``: the desk's file itself — upgrade, verify, backup, restore, purge, export, right of access, accounts."""

from __future__ import annotations

import re
import sys
import uuid
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.cli.app import CONTEXT, app
from optimizer.cli.arguments import FILE, FOLDER, JsonOption, LangOption, Language
from optimizer.cli.desk import DATE, DESK, ActorOption, StoreOption, acting, day_of, opened
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, Group, example
from optimizer.errors import said, texts, thousands

if TYPE_CHECKING:
    from optimizer.store.records import HeadRecord

texts(
    "STORE_SAYS",
    {
        "counted": (
            "{events:ligne/lignes} du journal, {rows:ligne/lignes} de tables",
            "{events:line/lines} of the ledger, {rows:row/rows} of tables",
        ),
        "proof": ("{counted}, {erased:personne effacée/personnes effacées} : {verdict}", "{counted}, {erased:person/persons} erased: {verdict}"),
        "agrees": ("tout concorde.", "all agree."),
        "differs": ("{n:écart/écarts}.", "{n:difference/differences}."),
        "restored": ("Bureau refait : {counted}, {n:écart/écarts}.", "Desk made again: {counted}, {n:difference/differences}."),
        "moved": (
            "Imports, calculs, pièces et signataires ne sont dans aucune sauvegarde : avant de servir, porter dans {folder} ce que tient le dossier "
            "« .files » de l'ancien bureau, sans son fichier « database ». La purge n'atteint plus ni l'ancien fichier, ni ses copies, ni ce "
            "dossier, qui tiennent les ménages : les supprimer une fois ce bureau vérifié.",
            "No backup holds imports, computations, papers and signatories: before serving, carry what the “.files” folder of the earlier desk "
            "holds, without its file “database”, to {folder}. The purge reaches neither the earlier file, nor its copies, nor that folder any "
            "more, which hold the households: delete them once this desk is verified.",
        ),
        "restored_until": (
            "Dernière ligne du journal : {last}. Ce qui a été enregistré depuis n'y est pas (appels, décisions, courriers partis, réponses, "
            "baux) : le retrouver sur les papiers imprimés et le saisir à nouveau avant le prochain ordre du jour. Comptes, mots de passe et rôles "
            "sont ceux de ce moment : refermer les comptes fermés depuis. Les ménages effacés depuis sont revenus : refaire la purge.",
            "Last line of the ledger: {last}. What was recorded since is not in it (calls, decisions, letters sent, answers, leases): find it "
            "on the printed papers and record it again before the next agenda. Accounts, passwords and roles are those of that moment: close "
            "again the accounts closed since. Households erased since are back: purge again.",
        ),
        "to_erase": (
            "{n:ménage/ménages} à effacer, {kept:gardé/gardés}, {files:fichier/fichiers} à supprimer. Rien n'a été écrit.",
            "{n:household/households} to erase, {kept} kept, {files:file/files} to delete. Nothing was written.",
        ),
        "erased": (
            "{n:ménage effacé/ménages effacés}, {kept:gardé/gardés}, {files:fichier supprimé/fichiers supprimés}.",
            "{n:household/households} erased, {kept} kept, {files:file/files} deleted.",
        ),
        "identities": (
            "{added:identité ajoutée/identités ajoutées}, {changed:mise/mises} à jour.",
            "{added:identity/identities} added, {changed} updated.",
        ),
        "exported": (
            "{n:ligne écrite/lignes écrites}, {left:laissée/laissées} de côté (groupes trop petits).",
            "{n:line/lines} written, {left} left out (groups too small).",
        ),
    },
)  # fmt: skip
store = typer.Typer(
    cls=Group,
    help=both(
        "Bureau : créer, vérifier, sauvegarder, purger, exporter, droit d'accès, comptes.",
        "Desk: create, verify, back up, purge, export, right of access, accounts.",
    ),
    epilog=example("attriflux store upgrade"),
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
app.add_typer(store, name="store")
users = typer.Typer(
    cls=Group,
    help=both("Comptes du bureau.", "Accounts of the desk."),
    epilog=example("attriflux store user list"),
    no_args_is_help=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
)
store.add_typer(users, name="user")

NotOverOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar=FILE,
        help=both("Fichier à écrire, qui n'existe pas.", "File to write, which does not exist."),
    ),
]
KeyOption = Annotated[
    Path,
    typer.Option(
        "--key",
        metavar=FILE,
        help=both(
            "Clé : publique (.pub) pour sauvegarder, privée (.cle) pour restaurer.",
            "Key: public (.pub) to back up, private (.cle) to restore.",
        ),
    ),
]
UserArgument = Annotated[
    str,
    typer.Argument(metavar=both("COMPTE", "USER"), help=both("Nom du compte.", "Name of the account.")),
]


@store.callback()
def group(lang: LangOption = Language.fr) -> None:
    """The desk's file itself."""


@users.callback()
def user_group(lang: LangOption = Language.fr) -> None:
    """Accounts of the desk."""


def _tell(lang: Language, fr: str, en: str) -> None:
    typer.echo(fr if lang is Language.fr else en)


def _say(name: str, lang: Language, **params: object) -> str:
    return said(f"STORE_SAYS.{name}".upper(), lang.value, **params)


def _fresh() -> str:
    return uuid.uuid4().hex


@store.command(
    cls=Command,
    help=both(
        "Crée le bureau, ou l'amène à cette version du programme. Une copie est faite d'abord ; personne ne doit s'en servir pendant ce temps.",
        "Creates the desk, or brings it to this version of the program. A copy is made first; nobody may use it meanwhile.",
    ),
    epilog=example("attriflux store upgrade --store bureau.sqlite"),
)
def upgrade(url: StoreOption = DESK, json: JsonOption = False, lang: LangOption = Language.fr) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.store.upgrading import upgrade as brought

    done = brought(url)
    if json:
        say_json(
            {
                "created": done.created,
                "copy": str(done.copy) if done.copy else None,
                "steps": list(done.steps),
            }
        )
    elif done.created:
        _tell(lang, "Bureau créé.", "Desk created.")
    elif done.steps:
        _tell(
            lang,
            f"Bureau à jour. Copie d'avant : {done.copy}",
            f"Desk up to date. Copy made before: {done.copy}",
        )
    else:
        _tell(lang, "Bureau déjà à jour.", "Desk already up to date.")


@store.command(
    cls=Command,
    help=both(
        "Vérifie le journal et refait toutes les tables à partir de lui. Avec la tête signée d'un procès-verbal, une réécriture ou une coupe du journal se voit aussi.",
        "Checks the ledger and makes all tables again from it. With the signed head of a procès-verbal a rewritten or cut ledger shows too.",
    ),
    epilog=example("attriflux store verify --head 128:9f2c…:4be1…"),
)
def verify(
    head: Annotated[
        str,
        typer.Option(
            "--head",
            metavar=both("TETE", "HEAD"),
            help=both(
                "Tête signée imprimée au procès-verbal : numéro:empreinte:signature.",
                "Signed head printed on the procès-verbal: number:hash:signature.",
            ),
            show_default=False,
        ),
    ] = "",
    url: StoreOption = DESK,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.store import ledger
    from optimizer.store import open as open_store
    from optimizer.store.opening import reachable

    with reachable(), open_store(url, inspect=True) as desk:
        proof = ledger.verify(desk, _head(head))
    signed = proof.head
    told = f"{signed.seq}:{signed.hash}:{signed.signature}" if signed is not None else ""
    if json:
        say_json(
            {
                "holds": proof.holds, "events": proof.events, "rows": proof.rows, "erased": proof.erased, "head": told,
                "problems": [{"code": p.code, "text": p.text(lang.value)} for p in proof.problems],
            }
        )  # fmt: skip
    else:
        for problem in proof.problems[: ledger.SHOWN]:
            typer.echo(problem.text(lang.value), err=True)
        verdict = "agrees" if proof.holds else "differs"
        counted = _say("counted", lang, events=proof.events, rows=proof.rows)
        found = _say(verdict, lang, n=len(proof.problems))
        typer.echo(_say("proof", lang, counted=counted, erased=proof.erased, verdict=found))
        if told:
            _tell(lang, f"Dernière tête signée : {told}", f"Last signed head: {told}")
    sys.exit(0 if proof.holds else 3)


def _head(text: str) -> HeadRecord | None:
    from optimizer.store.clock import system
    from optimizer.store.records import HeadRecord

    if not text:
        return None
    parts = text.split(":")
    if len(parts) != 3 or not re.fullmatch("[0-9]{1,18}", parts[0]):
        raise typer.BadParameter("NUMERO:EMPREINTE:SIGNATURE", param_hint="--head")
    return HeadRecord(int(parts[0]), parts[1], system(), parts[2], "")


@store.command(
    cls=Command,
    help=both(
        "Fait la paire de clés des sauvegardes. La clé privée va au DPO, hors de la machine ; la publique reste.",
        "Makes the pair of keys of the backups. The private key goes to the DPO, off the machine; the public one stays.",
    ),
    epilog=example("attriflux store key --out cles"),
)
def key(
    out: Annotated[
        Path,
        typer.Option("--out", metavar=FOLDER, help=both("Dossier des deux clés.", "Folder of the two keys.")),
    ],
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.sealing import new_pair

    private, public = new_pair(out)
    _tell(
        lang,
        f"À remettre au DPO : {private}\nÀ garder ici : {public}",
        f"For the DPO: {private}\nTo keep here: {public}",
    )


@store.command(
    cls=Command,
    help=both(
        "Sauvegarde chiffrée de tout le bureau, pendant qu'il sert. Seule la clé du DPO l'ouvre.",
        "Encrypted backup of the whole desk, while it is in use. Only the DPO's key opens it.",
    ),
    epilog=example("attriflux store backup --out lundi.sauvegarde --key sauvegarde.pub"),
)
def backup(
    out: NotOverOption,
    key: KeyOption,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.backup import backup as sealed
    from optimizer.store.commands import log

    with opened(url) as desk:
        size = sealed(desk, out, key, url)
        log(desk, acting(actor, "T"), _fresh(), kind="backed_up", facts={"bytes": size})
    _tell(lang, f"{out} : {thousands(size, 'fr')} octets.", f"{out}: {thousands(size, 'en')} bytes.")


@store.command(
    cls=Command,
    help=both(
        "Refait un bureau à partir d'une sauvegarde, et le vérifie. Un bureau existant n'est jamais remplacé.",
        "Makes a desk again from a backup, and verifies it. An existing desk is never replaced.",
    ),
    epilog=example("attriflux store restore copie.sauv --key dpo.cle --store essai.sqlite"),
)
def restore(
    file: Annotated[Path, typer.Argument(metavar=FILE, help=both("La sauvegarde.", "The backup."))],
    key: KeyOption,
    url: StoreOption = DESK,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store import clock as days
    from optimizer.store.backup import restore as unsealed

    done = unsealed(file, key, url)
    for problem in done.problems:
        typer.echo(problem.text(lang.value), err=True)
    counted = _say("counted", lang, events=done.events, rows=done.rows)
    typer.echo(_say("restored", lang, counted=counted, n=len(done.problems)))
    if done.last is not None:
        typer.echo(_say("restored_until", lang, last=days.instant(done.last)))
    if done.moved:
        from optimizer.web.serving import state_of

        typer.echo(_say("moved", lang, folder=state_of(url)))
    sys.exit(3 if done.problems else 0)


@store.command(
    cls=Command,
    help=both(
        "Efface les ménages dont le délai de conservation est passé. --dry-run dit d'abord lesquels ; ceux qui ont une offre, une obligation ou un recours en cours sont gardés.",
        "Erases the households whose time of retention is over. --dry-run first says which; those with an open offer, duty or recourse are kept.",
    ),
    epilog=example("attriflux store purge --dry-run"),
)
def purge(
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=both(
                "Dit ce qui serait effacé, sans effacer.", "Says what would be erased, erases nothing."
            ),
        ),
    ] = False,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar=DATE,
            help=both("Jour du compte ; défaut : aujourd'hui.", "Day to count from; default: today."),
            show_default=False,
        ),
    ] = "",
    folder: Annotated[
        list[Path] | None,
        typer.Option(
            "--folder",
            metavar=FOLDER,
            help=both(
                "Un dossier de plus que ceux du bureau (imports, calculs, pièces, sauvegardes) : ce qui y a dépassé le délai est supprimé entier.",
                "One more folder than the desk's own (imports, runs, papers, backups): what is older than the time there is deleted whole.",
            ),
            show_default=False,
        ),
    ] = None,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.desk.papers.subject_words import held_words
    from optimizer.store.purge import purge as erased
    from optimizer.web.deployment import PAPERS, held_folders
    from optimizer.web.serving import state_of

    for place in folder or ():
        if not place.is_dir():  # a name typed wrong would pass for a folder with nothing to delete
            raise FileNotFoundError(2, "introuvable", str(place))
    state = state_of(url)
    with opened(url) as desk:
        day: date | None = day_of(on, "--on", lang.value) if on else None
        done = erased(
            desk, acting(actor, "D"), _fresh(), on=day, dry_run=dry_run,
            folders=(*held_folders(state), *(folder or ())), papers=state / PAPERS,
        )  # fmt: skip
    if json:
        told: dict[str, Any] = {
            "dry_run": dry_run, "erased": list(done.erased), "held": dict(done.held),
            "files": [str(path) for path in done.files], "counts": dict(done.counts),
        }  # fmt: skip
        say_json(told)
        return
    counts = {"n": len(done.erased), "kept": len(done.held), "files": len(done.files)}
    typer.echo(_say("to_erase" if dry_run else "erased", lang, **counts))
    for path in done.files:
        typer.echo(f"  {path}")
    for ref, why in sorted(done.held.items()):
        _tell(lang, f"  {ref} : {held_words(why, 'fr')}", f"  {ref}: {held_words(why, 'en')}")


@store.command(
    cls=Command,
    help=both(
        "Table pour la recherche : pseudonymes, groupes d'au moins 5 ménages, rien d'autre.",
        "Table for research: pseudonyms, groups of at least 5 households, nothing else.",
    ),
    epilog=example("attriflux store export --out recherche.csv"),
)
def export(
    out: NotOverOption,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.export import export_pseudonymous

    with opened(url) as desk:
        done = export_pseudonymous(desk, acting(actor, "D"), _fresh(), out)
    typer.echo(_say("exported", lang, n=done.lines, left=done.left_out))


@store.command(
    cls=Command,
    help=both(
        "Copie de tout ce que le bureau tient sur un ménage qui le demande (RGPD, article 15) : pages à lire, JSON, et ce que le délégué relit d'abord. Rien d'un autre ménage n'y est.",
        "Copy of everything the desk holds about a household that asks for it (GDPR, article 15): pages to read, JSON, and what the officer reads first. Nothing of another household is in it.",
    ),
    epilog=example(
        "attriflux store access 0250326000123 --reason Courrier --out copie",
        "attriflux store access 0250326000123 --reason Letter --out copy",
    ),
)
def access(
    number: Annotated[
        str,
        typer.Argument(
            metavar=both("NUMERO", "APPLICATION"),
            help=both(
                "Numéro unique de la demande ; « - » : le lire de l'entrée, où la machine ne le montre à personne.",
                "Number of the application; “-”: read it from the input, where the machine shows it to nobody.",
            ),
        ),
    ],
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar=both("TEXTE", "TEXT"),
            help=both(
                "Qui demande, et comment : noté au journal du DPO, effacé avec le ménage.",
                "Who asks, and how: kept for the DPO beside the ledger, erased with the household.",
            ),
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar=FOLDER,
            help=both(
                "Dossier à écrire, nouveau ou vide, lisible par ce compte seul.",
                "Folder to write, new or empty, that this account alone can read.",
            ),
        ),
    ],
    case: Annotated[
        list[Path] | None,
        typer.Option(
            "--case",
            metavar=both("CAS", "CASE"),
            help=both(
                "Un cas de plus que les imports gardés par le bureau.",
                "One more case than the imports kept by the desk.",
            ),
            show_default=False,
        ),
    ] = None,
    result: Annotated[
        list[Path] | None,
        typer.Option(
            "--result",
            metavar=both("RESULTAT", "RESULT"),
            help=both(
                "Un résultat de plus que ceux gardés par le bureau.",
                "One more result than those kept by the desk.",
            ),
            show_default=False,
        ),
    ] = None,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.desk.subject_access import COPY, FIRST, give_access, kept_beside
    from optimizer.disk import hold
    from optimizer.web.issuer import issuer_of
    from optimizer.web.serving import state_of

    for place in (*(case or ()), *(result or ())):
        if not place.exists():  # a name typed wrong would pass for a place where nothing is held
            raise FileNotFoundError(2, "introuvable", str(place))
    if number == "-":
        number = sys.stdin.readline().strip()
    state = state_of(url)
    cases, results = kept_beside(state)
    with (
        opened(url) as desk,
        hold(out, force=None, mark=f"{COPY}.json") as held,
        held.folder() as work,
    ):
        work.chmod(0o700)
        files, known = give_access(
            desk, acting(actor, "D"), _fresh(), number=number, reason=reason, lang=lang.value,
            cases=(*cases, *(case or ())), results=(*results, *(result or ())),
            contact=lambda landlord: issuer_of(state, landlord).contact,
        )  # fmt: skip
        for name, content in files.items():
            (work / name).write_bytes(content)
    first = next((name for name in files if name.startswith(FIRST)), "")
    handed = [name for name in files if name != first]
    if json:
        say_json({"known": known, "files": handed, "first": first})
        return
    typer.echo(said("SUBJECT.KNOWN" if known else "SUBJECT.KNOWN_NONE", lang.value, files=", ".join(handed)))
    if first:
        typer.echo(said("SUBJECT.REREAD_FIRST", lang.value, file=first))


@store.command(
    cls=Command,
    help=both(
        "Importe noms et contacts (numero_unique, nom, telephone, courriel, adresse) : le seul chemin par lequel ils entrent.",
        "Imports names and contacts (numero_unique, nom, telephone, courriel, adresse): the only way they come in.",
    ),
    epilog=example("attriflux store identities identites.csv", "attriflux store identities identities.csv"),
)
def identities(
    file: Annotated[
        Path,
        typer.Argument(
            metavar=FILE, help=both("CSV ou classeur des identités.", "CSV or workbook of identities.")
        ),
    ],
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.commands import import_people
    from optimizer.store.identities import read

    people = read(file)
    with opened(url) as desk:
        done = import_people(desk, acting(actor), _fresh(), people=people).result
    typer.echo(_say("identities", lang, added=done["added"], changed=done["changed"]))


# ---------------------------------------------------------------- accounts


@users.command(
    name="list",
    cls=Command,
    help=both("Comptes, rôles et portées.", "Accounts, roles and scopes."),
    epilog=example("attriflux store user list"),
)
def list_(url: StoreOption = DESK, json: JsonOption = False, lang: LangOption = Language.fr) -> None:
    from optimizer.cli.speak import say_json
    from optimizer.store.accounts import accounts

    with opened(url) as desk:
        found = accounts(desk)
    if json:
        say_json(
            {
                "accounts": [
                    {
                        "user": one.user,
                        "active": one.active,
                        "grants": [
                            {"id": g.grant_id, "role": g.role, "landlord": g.landlord, "commission": g.commission,
                             "territory": g.territory, "account": g.account, "until": str(g.until or "")}
                            for g in one.grants
                        ],
                    }
                    for one in found
                ]
            }
        )  # fmt: skip
        return
    for one in found:
        closed = "" if one.active else (" (fermé)" if lang is Language.fr else " (closed)")
        typer.echo(one.user + closed)
        for grant in one.grants:
            scope = [grant.landlord, grant.commission, grant.territory, grant.account]
            if grant.role in "DT":  # what they do is of the whole desk
                scope = ["tout le bureau" if lang is Language.fr else "the whole desk"]
            typer.echo(
                f"  {grant.grant_id}  {grant.role}  {' · '.join(part for part in scope if part)}".rstrip()
            )


@users.command(
    cls=Command,
    help=both(
        "Ouvre un compte avec un rôle. Sans mot de passe sur l'entrée standard, un mot de passe est tiré et montré une fois.",
        "Opens an account with a role. Without a password on standard input one is drawn and shown once.",
    ),
    epilog=example("attriflux store user add s.martin --role S --commission CAL1"),
)
def add(
    user: UserArgument,
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="S|P|M|A|R|D|T",
            help=both(
                "S secrétaire, P présidence, M membre, A agent, R réservataire, D DPO, T technique.",
                "S secretary, P chair, M member, A agent, R réservataire, D DPO, T technical.",
            ),
        ),
    ],
    landlord: Annotated[
        str,
        typer.Option(
            "--landlord",
            metavar="CODE",
            help=both("Ce bailleur seul, ou ceux-là (« A, B »).", "This landlord only, or these (“A, B”)."),
            show_default=False,
        ),
    ] = "",
    commission: Annotated[
        str,
        typer.Option(
            "--commission",
            metavar="CODE",
            help=both("Commission seule.", "This commission only."),
            show_default=False,
        ),
    ] = "",
    territory: Annotated[
        str,
        typer.Option(
            "--territory",
            metavar="CODE",
            help=both(
                "Commune, EPCI ou département d'un membre.", "Commune, EPCI or département of a member."
            ),
            show_default=False,
        ),
    ] = "",
    account: Annotated[
        str,
        typer.Option(
            "--account",
            metavar="CODE",
            help=both("Contingent d'un réservataire.", "Account of a réservataire."),
            show_default=False,
        ),
    ] = "",
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            help=both(
                "Lit le mot de passe sur l'entrée standard.", "Reads the password from standard input."
            ),
        ),
    ] = False,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.accounts import create_user
    from optimizer.store.commands import batch, grant
    from optimizer.store.records import ROLES

    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise typer.BadParameter("S, P, M, A, R, D, T", param_hint="--role")
    given = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with opened(url) as desk:
        who = acting(actor, "T")
        with batch(desk):
            password = create_user(desk, who, _fresh(), user, given)
            grant(
                desk, who, _fresh(), user=user, role=known, landlord=landlord, commission=commission,
                territory=territory, account=account,
            )  # fmt: skip
    _tell(lang, f"Compte {user} ouvert.", f"Account {user} opened.")
    if given is None:
        _tell(lang, f"Mot de passe, montré une fois : {password}", f"Password, shown once: {password}")


@users.command(
    cls=Command,
    help=both("Donne un nouveau mot de passe à un compte.", "Gives an account a new password."),
    epilog=example("attriflux store user password s.martin"),
)
def password(
    user: UserArgument,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.accounts import set_password

    with opened(url) as desk:
        drawn = set_password(desk, acting(actor, "T"), _fresh(), user)
    _tell(lang, f"Mot de passe, montré une fois : {drawn}", f"Password, shown once: {drawn}")


@users.command(
    name="open",
    cls=Command,
    help=both(
        "Rouvre un compte fermé, avec ses rôles et son mot de passe.",
        "Opens a closed account again, with its roles and its password.",
    ),
    epilog=example("attriflux store user open s.martin"),
)
def open_(
    user: UserArgument,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.accounts import set_active

    with opened(url) as desk:
        set_active(desk, acting(actor, "T"), _fresh(), user, True)
    _tell(lang, f"Compte {user} rouvert.", f"Account {user} opened again.")


@users.command(
    cls=Command,
    help=both(
        "Ferme un compte : ses pages ouvertes se ferment aussitôt.",
        "Closes an account: its open pages end at once.",
    ),
    epilog=example("attriflux store user end s.martin"),
)
def end(
    user: UserArgument,
    url: StoreOption = DESK,
    actor: ActorOption = "",
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.store.accounts import set_active

    with opened(url) as desk:
        set_active(desk, acting(actor, "T"), _fresh(), user, False)
    _tell(lang, f"Compte {user} fermé.", f"Account {user} closed.")
