"""What the commands of the desk share: which desk, who acts, and the desk opened."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.languages import both
from optimizer.errors import AttrifluxError, define

if TYPE_CHECKING:
    from optimizer.store import Store
    from optimizer.store.records import Actor, Role

define(
    "ACTOR_UNKNOWN",
    "Ce compte de la machine n'a pas de nom, et le journal en demande un.",
    "This account of the machine has no name, and the ledger asks for one.",
    remedy_fr="Dire qui agit : --actor NOM",
    remedy_en="Say who acts: --actor NAME",
)
DESK = "bureau.sqlite"
DATE = both("DATE", "DATE")
SESSION = both("SEANCE", "SESSION")
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="ATTRIFLUX_STORE",
        show_envvar=False,
        metavar=both("BUREAU", "STORE"),
        help=both(
            "Fichier du bureau, ou adresse PostgreSQL (ou la variable ATTRIFLUX_STORE).",
            "File of the desk, or PostgreSQL address (or the variable ATTRIFLUX_STORE).",
        ),
    ),
]
ActorOption = Annotated[
    str,
    typer.Option(
        "--actor",
        metavar=both("NOM", "NAME"),
        help=both(
            "Qui agit, inscrit au journal ; défaut : le compte de la machine.",
            "Who acts, written into the ledger; default: the account of the machine.",
        ),
        show_default=False,
    ),
]
SessionArgument = Annotated[
    str,
    typer.Argument(
        metavar=SESSION,
        help=both(
            "Référence de la séance (attriflux session list).",
            "Reference of the session (attriflux session list).",
        ),
    ),
]


def also(store: str) -> str:
    """What a next command needs to find the same desk, but for a password: nothing where it is the usual one, or the variable's."""
    from optimizer.store.configure import shown

    known = store in (DESK, os.environ.get("ATTRIFLUX_STORE"))
    return "" if known else f" --store {shlex.quote(shown(store))}"


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """The desk, closed at the end whatever happens."""
    from optimizer import store
    from optimizer.store.opening import reachable

    desk = store.open(url, create=create)
    try:
        with reachable():
            yield desk
    finally:
        desk.close()


def acting(name: str, role: Role = "S") -> Actor:
    """Who acts: the name given, else the account of the machine (AttrifluxError ``ACTOR_UNKNOWN``: it has no name)."""
    import getpass

    from optimizer.store.records import Actor

    try:
        return Actor(name or getpass.getuser(), role)
    except (KeyError, OSError, ImportError):  # a container whose account is a number
        raise AttrifluxError("ACTOR_UNKNOWN") from None


def command_id(*parts: object) -> str:
    """The identity of a command given by hand: the same words are the same command."""
    import hashlib

    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def day_of(text: str, option: str, lang: str) -> date:
    """A day as people type it: 2026-12-03 or 03/12/2026."""
    from datetime import datetime

    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    said = "une date AAAA-MM-JJ ou JJ/MM/AAAA" if lang == "fr" else "a date YYYY-MM-DD or DD/MM/YYYY"
    raise typer.BadParameter(said, param_hint=option)
