"""What accounts may do, and what else the ledger keeps: logins, exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from optimizer.store.canonical import plain
from optimizer.store.holding import Store
from optimizer.store.messages import StoreRefused
from optimizer.store.records import ROLES, Actor, Receipt, Role
from optimizer.store.work import Work, clean, command, named

WORDS = 200
LOGGED = (
    "login.done", "login.failed", "login.locked", "login.ended", "exported", "printed", "history.viewed",
    "backed_up", "upgraded", "served", "account.made", "account.password", "account.ended", "account.opened",
)  # fmt: skip
"""Kinds of :func:`log`; everything else has a command of its own."""


@command("granted", roles="T")
def grant(
    work: Work,
    *,
    user: str,
    role: Role,
    landlord: str = "",
    commission: str = "",
    territory: str = "",
    account: str = "",
    until: date | None = None,
) -> Mapping[str, Any]:
    """Give an account a role within a scope (empty: all). A réservataire has an account."""
    if role not in ROLES:
        raise StoreRefused("STORE_OUTSIDE", what="rôle", found=role)
    if role == "R":
        named(account, WORDS, "contingent")
    row = work.put(
        "grant",
        user=named(user, 150, "compte"),
        role=role,
        landlord=clean(landlord, WORDS, "bailleur"),
        commission=clean(commission, WORDS, "commission"),
        territory=clean(territory, 20, "territoire"),
        account=clean(account, WORDS, "contingent"),
        since=work.today,
        until=until,
    )
    return {"grant_id": row["grant_id"]}


@command("revoked", roles="T")
def revoke(work: Work, grant: int) -> Mapping[str, Any]:
    """End a grant: from today it counts no more."""
    work.get("grant", grant)
    work.set("grant", grant, until=work.today - timedelta(days=1))
    return {}


def log(
    store: Store,
    actor: Actor,
    command_id: str,
    /,
    *,
    kind: str,
    session: str | None = None,
    ref: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Receipt:
    """Write a line that changes no row: a login, an export, a paper that was printed.

    Parameters
    ----------
    kind : str
        One of :data:`LOGGED`.
    facts : mapping, optional
        Codes, dates, hashes: the line is never erased, so no name goes into it.

    Raises
    ------
    StoreRefused
        ``STORE_OUTSIDE``: another kind.
    """
    if kind not in LOGGED:
        raise StoreRefused("STORE_OUTSIDE", what="ligne", found=kind)
    return _LOGS[kind](store, actor, command_id, session=session, ref=ref, facts=facts)


def _logged(
    work: Work, *, session: str | None = None, ref: str = "", facts: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    work.session, work.ref = session or "", ref
    work.facts |= plain(facts or {})
    return {}


_LOGS = {kind: command(kind, roles="")(_logged) for kind in LOGGED}
