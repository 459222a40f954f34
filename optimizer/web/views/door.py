"""Coming in and going out: login, the one-time link of a first start, password, language, health."""

from __future__ import annotations

import hmac
import time
from typing import Any
from uuid import uuid4

from axes.models import AccessAttempt
from django.contrib.auth import authenticate, get_user_model, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import override

from optimizer.errors import said
from optimizer.store import commands, queries
from optimizer.store.accounts import create_user
from optimizer.store.records import Actor
from optimizer.web import unsent
from optimizer.web.asked import Asked
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.pages import lang_of, page, tell
from optimizer.web.settings import SETTINGS
from optimizer.web.views import errors

LIMIT = int(str(SETTINGS["AXES_FAILURE_LIMIT"]))
FIRST_PAGES = (("SPMA", "week"), ("R", "reserver"), ("D", "ledger"), ("T", "accounts"))


def health(request: HttpRequest) -> HttpResponse:
    """For the machine that watches: alive, whether the desk may write, when the head of the ledger was last signed. No name, no number."""
    store = desk().store
    head = queries.head(store)
    told = {
        "status": "read-only" if store.read_only else "ok",
        "head_signed_at": head.at.isoformat(timespec="seconds") if head is not None else None,
    }
    return JsonResponse(told, status=503 if store.read_only else 200)


def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; five wrong ones close the door for a quarter of an hour."""
    onward = request.POST.get("suite", request.GET.get("suite", ""))
    if request.method != "POST":
        told = {"onward": onward, "first": bool(desk().deployment.first), "lost": "perdu" in request.GET}
        return page(request, "login", told)
    form = Form(request)
    name = form.text("name", "WEB.ACCOUNT_NAME", longest=150)
    # what can be no account's name is not looked for, nor kept among the tries
    user = (
        None
        if form.problems
        else authenticate(request, username=name, password=request.POST.get("password", ""))
    )
    if getattr(request, "axes_locked_out", False):
        _note_lock(name)
        return errors.locked_out(request)
    if user is None:
        wrong = [said("WEB.LOGIN_WRONG", form.lang)]
        return page(
            request,
            "login",
            {"onward": onward, "first": False, "lost": False, "problems": wrong, "typed": {"name": name}},
            status=401,
        )
    enter(request, user)
    kept = unsent.take(user.get_username(), onward)
    if kept is not None:
        return page(request, "unsent", {"unsent": kept})
    here = url_has_allowed_host_and_scheme(onward, allowed_hosts=None, require_https=request.is_secure())
    return HttpResponseRedirect(onward if here and onward.startswith("/") else reverse("home"))


def enter(request: HttpRequest, user: Any) -> None:
    """Open the session of an account; the ledger keeps that it came."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if not desk().store.read_only:
        commands.log(desk().store, Actor(user.get_username(), "program"), str(uuid4()), kind="login.done")
    request.session["began"] = request.session["seen"] = time.time()


def _note_lock(name: str) -> None:
    """The ledger keeps that the door of an account was closed, once a closing: what is no account's name is written nowhere."""
    found, store = get_user_model().objects.filter(username=name).first(), desk().store
    if found is None or store.read_only:
        return
    tries = (
        AccessAttempt.objects.filter(username=name).aggregate(most=Max("failures_since_start"))["most"] or 0
    )
    if tries == LIMIT:
        commands.log(store, Actor(found.get_username(), "program"), str(uuid4()), kind="login.locked")


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("login"))


def first_start(request: HttpRequest, token: str) -> HttpResponse:
    """The first account of a desk on this machine: a technical one, which makes the others and sees no household."""
    users = get_user_model()
    wanted = desk().deployment.first
    if not wanted or not hmac.compare_digest(token.encode(), wanted.encode()) or users.objects.exists():
        raise Http404
    if request.method != "POST":
        return page(request, "first", {"token": token})
    form = Form(request)
    name = form.text("name", "WEB.ACCOUNT_NAME", required=True, longest=150)
    problems = [*form.problems, *weak(request, request.POST.get("password", ""))]
    if problems:
        return page(
            request, "first", {"token": token, "problems": problems, "typed": {"name": name}}, status=422
        )
    program = Actor("program", "program")
    create_user(desk().store, program, form.command_id, name, request.POST["password"])
    commands.grant(desk().store, program, str(uuid4()), user=name, role="T")
    user = users.objects.get(username=name)
    enter(request, user)
    tell(request, said("WEB.FIRST_DONE", form.lang))
    return HttpResponseRedirect(reverse("accounts"))


def weak(request: HttpRequest, password: str, user: Any = None) -> list[str]:
    """Why a password is refused, in the language of the page."""
    with override(lang_of(request)):
        try:
            validate_password(password, user)
        except ValidationError as wrong:
            return [str(x) for x in wrong.messages]
    return []


def password(request: Asked) -> HttpResponse:
    """One's own password; other sessions of the account end."""
    if request.method != "POST":
        return page(request, "password")
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    user: Any = request.user
    # tried and counted as at the door: an open page is no way round the five tries
    known = authenticate(request, username=user.get_username(), password=old)
    if getattr(request, "axes_locked_out", False):
        return errors.locked_out(request)
    problems = [] if known is not None else [said("WEB.PASSWORD_OLD_WRONG", lang_of(request))]
    problems += weak(request, new, user)
    if problems:
        return page(request, "password", {"problems": problems}, status=422)
    user.set_password(new)
    user.save()
    update_session_auth_hash(request, user)
    if not desk().store.read_only:
        name = user.get_username()
        commands.log(
            desk().store, Actor(name, "program"), str(uuid4()), kind="account.password", facts={"user": name}
        )
    tell(request, said("WEB.PASSWORD_DONE", lang_of(request)))
    return HttpResponseRedirect(reverse("home"))


def home(request: Asked) -> HttpResponse:
    """The first screen of a role."""
    for roles, route in FIRST_PAGES:
        if any(role in request.visitor.roles for role in roles):
            return HttpResponseRedirect(reverse(route))
    return page(request, "nothing")


def language(request: HttpRequest, lang: str) -> HttpResponse:
    """French or English, kept in a cookie."""
    onward = request.GET.get("suite", "")
    here = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    answer = HttpResponseRedirect(onward if here else reverse("home"))
    answer.set_cookie(
        "langue", "en" if lang == "en" else "fr", max_age=31_536_000, httponly=True, samesite="Lax",
        secure=bool(desk().deployment.proxy),
    )  # fmt: skip
    return answer


def accessibility(request: HttpRequest) -> HttpResponse:
    """The declaration of accessibility."""
    return page(request, "accessibility")
