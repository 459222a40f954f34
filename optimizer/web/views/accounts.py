"""Comptes: who may enter, in which role, where and until when; sessions ended; a copy of the store."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.urls import reverse

from optimizer.errors import AttrifluxError, define, said
from optimizer.store import commands, queries
from optimizer.web.access import ROLES
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.choices import words
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.pages import lang_of, page
from optimizer.web.views.door import weak

define(
    "WEB_ACCOUNT_TAKEN",
    "Un compte porte déjà ce nom.",
    "An account has this name already.",
)
define(
    "WEB_ACCOUNT_OWN",
    "On ne ferme pas son propre compte.",
    "One's own account cannot be closed.",
)


def accounts(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Every account with its grants; POST makes one."""
    if request.method == "POST" and not values:
        return _make(request)
    users = get_user_model()
    grants = queries.grants(desk().store)
    rows = [
        (user, [g for g in grants if g.user == user.get_username()]) for user in users.objects.order_by("username")
    ]
    lang = lang_of(request)
    return page(
        request,
        "accounts",
        {"rows": rows, "may": "T" in request.visitor.roles, "roles": words("ROLE", tuple(ROLES), lang), **values},
        status=status,
    )


def _make(request: Asked) -> HttpResponse:
    form = Form(request)

    def do() -> str:
        name = form.text("name", "WEB.ACCOUNT_NAME", required=True, longest=150)
        password = form.data.get("password", "")
        form.problems += weak(request, password)
        form.check()
        try:
            with transaction.atomic():
                get_user_model().objects.create_user(username=name, password=password)
        except IntegrityError:
            raise AttrifluxError("WEB_ACCOUNT_TAKEN") from None
        return name

    return act(
        request,
        do,
        done=lambda name: said("WEB.ACCOUNT_MADE", form.lang, name=name),
        to=reverse("accounts"),
        show=lambda **v: accounts(request, **v),
    )


def account(request: Asked, user: int) -> HttpResponse:
    """Give or take a role, close or open the account, set a first password, end its sessions."""
    form = Form(request)
    found: Any = get_user_model().objects.filter(pk=user).first()
    if found is None:
        raise Http404
    store, actor, name = desk().store, request.visitor.actor("T"), found.get_username()

    def do() -> Any:
        what = form.choice("act", "WEB.WHAT", ("grant", "revoke", "close", "open", "end", "password"))
        if what == "grant":
            role = form.choice("role", "WEB.ROLE", tuple(ROLES))
            scope = {k: form.text(k, f"WEB.GRANT_{k.upper()}", longest=120) for k in ("landlord", "commission", "territory", "account")}
            if role == "R" and not scope["account"]:
                form.refuse("WEB.FORM_REQUIRED", "WEB.GRANT_ACCOUNT")
            until = form.day("until", "WEB.UNTIL")
            form.check()
            return commands.grant(store, actor, form.command_id, user=name, role=role, until=until, **scope)
        if what == "revoke":
            grant = form.whole("grant", "WEB.ROLE", required=True, most=10**9)
            form.check()
            if grant not in {g.grant_id for g in queries.grants(store, user=name)}:
                raise Http404
            return commands.revoke(store, actor, form.command_id, grant)
        form.check()
        if what == "close":
            if found.pk == request.user.pk:
                raise AttrifluxError("WEB_ACCOUNT_OWN")
            found.is_active = False
            found.save()
            return end_sessions(found)
        if what == "open":
            found.is_active = True
            return found.save()
        if what == "password":
            new = form.data.get("password", "")
            form.problems += weak(request, new, found)
            form.check()
            found.set_password(new)
            found.save()
        return end_sessions(found)

    return act(request, do, done="WEB.SAVED", to=reverse("accounts"), show=lambda **v: accounts(request, **v))


def end_sessions(user: Any) -> int:
    """End every session of an account; how many there were."""
    ended = 0
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
            ended += 1
    return ended


def backup(request: Asked) -> HttpResponse:
    """An encrypted copy of the store in the state folder; its key stays with the data protection officer."""
    form = Form(request)

    def do() -> Any:
        from optimizer.store.copies import backup as copy_store

        folder = desk().deployment.state / "backups"
        folder.mkdir(parents=True, exist_ok=True)
        return copy_store(desk().store, folder / f"bureau-{secrets.token_hex(4)}.attriflux")

    return act(
        request,
        do,
        done=lambda path: said("WEB.BACKUP_DONE", form.lang, name=getattr(path, "name", "")),
        to=reverse("accounts"),
        show=lambda **v: accounts(request, **v),
    )
