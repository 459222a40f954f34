"""Accounts of staff: Django's own users, Argon2 passwords, French rules; what they may do is a grant of the ledger."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.errors import Said
from optimizer.store.commands.access import log
from optimizer.store.holding import Store
from optimizer.store.messages import StoreMissing, StoreRefused
from optimizer.store.queries import grants
from optimizer.store.records import Actor, GrantRecord
from optimizer.store.work import named

GENERATED = 12
"""Bytes of a generated password."""


@dataclass(frozen=True)
class Account:
    """An account and what it may do today."""

    user: str
    active: bool
    grants: tuple[GrantRecord, ...]


def accounts(store: Store) -> tuple[Account, ...]:
    """Every account, by name."""
    mine: dict[str, list[GrantRecord]] = {}
    for one in grants(store, on=store.today()):
        mine.setdefault(one.user, []).append(one)
    rows = sorted(_users().objects.values_list("username", "is_active"), key=lambda row: in_turn(row[0]))
    return tuple(Account(name, active, tuple(mine.get(name, ()))) for name, active in rows)


def in_turn(name: str) -> tuple[str, str]:
    """Where a name stands among others, whatever its capitals and accents and whichever base keeps it: « Élodie » before « Zoé ».

    >>> sorted(["Zoé", "élodie", "Agnès", "Elsa"], key=in_turn)
    ['Agnès', 'élodie', 'Elsa', 'Zoé']
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign)), name


def create_user(store: Store, actor: Actor, command_id: str, user: str, password: str | None = None) -> str:
    """Make an account; returns its password (generated when none is given, shown once).

    Raises
    ------
    StoreRefused
        The name is taken, or the password is too weak (the rules say why).
    """
    user = named(user, 150, "compte")
    with store.writing():
        # in a file the base takes « Élodie » and « élodie » for two people, on a server for one
        known = _users().objects.values_list("username", flat=True)
        if user.casefold() in (name.casefold() for name in known):
            raise StoreRefused("STORE_USER_TAKEN", user=user)
        made = _users()(username=user)
        password = _checked(password, made)
        made.set_password(password)
        made.save()
        log(store, actor, command_id, kind="account.made", facts={"user": user})
    return password


def set_password(store: Store, actor: Actor, command_id: str, user: str, password: str | None = None) -> str:
    """Give an account another password; its open pages are closed."""
    with store.writing():
        found = _user(user)
        password = _checked(password, found)
        found.set_password(password)
        found.save()
        end_visits(found)
        log(store, actor, command_id, kind="account.password", facts={"user": user})
    return password


def set_active(store: Store, actor: Actor, command_id: str, user: str, active: bool) -> None:
    """Close an account (its open pages end at once), or open it again."""
    with store.writing():
        found = _user(user)
        found.is_active = active
        found.save()
        if not active:
            end_visits(found)
        kind = "account.opened" if active else "account.ended"
        log(store, actor, command_id, kind=kind, facts={"user": user})


def end_visits(user: Any) -> None:
    """End the browser sessions of an account."""
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.models import Session

    for visit in Session.objects.all():
        if str(visit.get_decoded().get(SESSION_KEY)) == str(user.pk):
            visit.delete()


def end_every_visit() -> None:
    """End the browser sessions of every account: a backup holds those that were open on its day, some of them ended since."""
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


def _users() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model()


def _user(name: str) -> Any:
    found = _users().objects.filter(username=name).first()
    if found is None:
        raise StoreMissing("STORE_NO_SUCH", what="account", key=name)
    return found


def _checked(password: str | None, user: Any) -> str:
    if password is None:
        return secrets.token_urlsafe(GENERATED)
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils import translation

    told: dict[str, Sequence[str]] = {}
    for lang in ("fr", "en"):
        with translation.override(lang):
            try:
                validate_password(password, user)
            except ValidationError as error:
                told[lang] = [str(text) for text in error.messages]
    if told:
        raise StoreRefused(
            "STORE_PASSWORD", why=Said(" ".join(told.get("fr", ())), " ".join(told.get("en", ())))
        )
    return password
