"""Comptes: who may enter, in which role, where and until when; sessions ended; a copy of the store."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404, HttpResponse
from django.urls import reverse

from optimizer.errors import AttrifluxError, define, said
from optimizer.store import commands, queries
from optimizer.store.accounts import create_user, end_visits, in_turn, set_active, set_password
from optimizer.store.backup import backup as seal_copy
from optimizer.store.clock import stamp
from optimizer.store.sealing import PUBLIC
from optimizer.store.together import landlords_of
from optimizer.store.voting import places_of
from optimizer.web.access import ROLES
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.choices import words
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.models import Job
from optimizer.web.pages import lang_of, page
from optimizer.web.views.door import weak

define(
    "WEB_ACCOUNT_OWN",
    "On ne ferme pas son propre compte.",
    "One's own account cannot be closed.",
)
define(
    "WEB_ROLE_OWN",
    "On ne se retire pas le rôle technique : personne ne pourrait plus le redonner.",
    "One's own technical role cannot be taken: nobody could give it back.",
    remedy_fr="Le faire retirer par un autre compte technique",
    remedy_en="Have it taken by another technical account",
)
define(
    "WEB_BACKUP_KEY",
    "La clé publique du délégué à la protection des données ({name}) n'est pas dans le dossier du bureau : "
    "la faire par « attriflux store key », puis la déposer.",
    "The data protection officer's public key ({name}) is not in the desk's folder: make it with “attriflux store key”, then put it there.",
)


def accounts(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Every account with its grants; POST makes one."""
    if request.method == "POST" and not values:
        return _make(request)
    grants = queries.grants(desk().store, on=desk().store.today())
    users = sorted(get_user_model().objects.all(), key=lambda user: in_turn(user.get_username()))
    rows = [(user, [g for g in grants if g.user == user.get_username()]) for user in users]
    lang = lang_of(request)
    return page(
        request,
        "accounts",
        {
            "rows": rows,
            "may": "T" in request.visitor.roles,
            "roles": words("ROLE", tuple(ROLES), lang),
            **values,
        },
        status=status,
    )


def _make(request: Asked) -> HttpResponse:
    form = Form(request)

    def do() -> str:
        name = form.text("name", "WEB.ACCOUNT_NAME", required=True, longest=150)
        password = form.data.get("password", "")
        form.problems += weak(request, password)
        form.check()
        create_user(desk().store, request.visitor.actor("T"), form.command_id, name, password)
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
        form.check()
        if what == "grant":
            return _grant(form, name, actor)
        if what == "revoke":
            grant = form.whole("grant", "WEB.ROLE", required=True, most=10**9)
            form.check()
            held = {g.grant_id: g.role for g in queries.grants(store, user=name)}
            if grant not in held:
                raise Http404
            if held[grant] == "T" and found.pk == request.user.pk:
                raise AttrifluxError("WEB_ROLE_OWN")
            return commands.revoke(store, actor, form.command_id, grant)
        if what == "password":
            new = form.data.get("password", "")
            form.problems += weak(request, new, found)
            form.check()
            return set_password(store, actor, form.command_id, name, new)
        if what == "end":
            end_visits(found)
            return commands.log(store, actor, form.command_id, kind="login.ended", facts={"user": name})
        if what == "close" and found.pk == request.user.pk:
            raise AttrifluxError("WEB_ACCOUNT_OWN")
        return set_active(store, actor, form.command_id, name, what == "open")

    def done(_: Any) -> str:
        new = _never_seen(form) if form.data.get("act") == "grant" else []
        if not new:
            return said("WEB.SAVED", form.lang)
        return said("WEB.GRANT_UNSEEN", form.lang, names=said("WORDS.LIST", form.lang).join(new))

    return act(request, do, done=done, to=reverse("accounts"), show=lambda **v: accounts(request, **v))


def _never_seen(form: Form) -> list[str]:
    """Names of the scope typed that no session, dwelling or computation of the desk bears: a role opens what bears its name exactly."""
    tables = desk().store.tables
    if form.data.get("role", "") in "DT" or not desk().known.heads():
        return []  # those are of the whole desk
    found = []
    if told := form.data.get("landlord", "").strip():
        borne = {head.landlord for head in desk().known.heads()} | set(
            Job.objects.values_list("landlord", flat=True)
        )
        sitting = {one for names in borne for one in landlords_of(names)}
        found += sorted(landlords_of(told) - sitting)
    for field, table in (("commission", "session"), ("account", "item")):
        name = form.data.get(field, "").strip()
        if name and not tables.find(table, **{field: name}):
            found.append(name)
    place = form.data.get("territory", "").strip()
    if place and not any(place in places_of(row["facts"]) for row in tables.find("item")):
        found.append(place)
    return found


def _grant(form: Form, name: str, actor: Any) -> Any:
    """A role with its scope."""
    role = form.choice("role", "WEB.ROLE", tuple(ROLES))
    fields = ("landlord", "commission", "territory", "account")
    scope = {field: form.text(field, f"WEB.GRANT_{field.upper()}", longest=120) for field in fields}
    if role == "R" and not scope["account"]:
        form.refuse("WEB.FORM_REQUIRED", "WEB.GRANT_ACCOUNT", "account")
    until = form.day("until", "WEB.UNTIL")
    form.check()
    return commands.grant(desk().store, actor, form.command_id, user=name, role=role, until=until, **scope)


def backup(request: Asked) -> HttpResponse:
    """An encrypted copy of the store in the desk's folder; only the data protection officer's key opens it."""
    form, store, state = Form(request), desk().store, desk().deployment.state

    def do() -> str:
        public = state / PUBLIC
        if not public.is_file():
            raise AttrifluxError("WEB_BACKUP_KEY", name=PUBLIC)
        folder = state / "backups"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        out = folder / f"bureau-{stamp(store.now())}.sauvegarde"
        seal_copy(store, out, public, desk().deployment.url)
        commands.log(
            store, request.visitor.actor("T"), form.command_id, kind="backed_up", facts={"file": out.name}
        )
        return out.name

    return act(
        request,
        do,
        done=lambda name: said("WEB.BACKUP_DONE", form.lang, name=name),
        to=reverse("accounts"),
        show=lambda **v: accounts(request, **v),
    )
