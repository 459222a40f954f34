"""What stands before every view: size and pace of what is sent, files, and the doors of :mod:`optimizer.web.access`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from whitenoise.middleware import WhiteNoiseMiddleware

from optimizer.errors import AttrifluxError
from optimizer.store import queries
from optimizer.store.messages import StoreError, StoreMissing
from optimizer.web import unsent
from optimizer.web.access import ROUTES
from optimizer.web.desk import desk
from optimizer.web.receiving import NoRoom
from optimizer.web.settings import DAY_OF_WORK, IDLE, UPLOAD, WRITES
from optimizer.web.today import today
from optimizer.web.views import errors
from optimizer.web.visitor import Visitor, visitor_of

Answer = Callable[[HttpRequest], HttpResponse]
PAGES = Path(__file__).parents[1]
SEEN_EVERY = 60
"""Seconds between two notes of when a session was last used: a page must not cost a write each time."""


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind the proxy waitress has set it, from the proxy's own header only."""
    return str(request.META.get("REMOTE_ADDR", ""))


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """The two style sheets: the one of every page of the program, and the desk's own."""

    def __init__(self, get_response: Answer) -> None:
        super().__init__(get_response)
        self.add_file_to_dictionary(
            "/static/style.css", str(PAGES / "presentation" / "templates" / "style.css")
        )
        self.add_files(str(PAGES / "web" / "static"), prefix="/static/")


class Guard:
    """The outermost: nothing too large, nothing too often, no answer that is kept, a page for every error."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self._writes: dict[str, deque[float]] = {}
        self._lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = UPLOAD + 1
        if size > UPLOAD:
            return errors.too_large(request)
        if isinstance(body := request.META.get("wsgi.input"), NoRoom):
            return errors.unwritten(request, body.why)
        if request.method == "POST" and self._too_many(address_of(request)):
            return errors.too_often(request)
        answer = self.get_response(request)
        if not request.path.startswith("/static/"):
            answer.setdefault("Cache-Control", "no-store")
        answer.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return answer

    def _too_many(self, address: str) -> bool:
        now = time.monotonic()
        with self._lock:
            sent = self._writes.setdefault(address, deque())
            while sent and now - sent[0] > 60:
                sent.popleft()
            if len(sent) >= WRITES:
                return True
            sent.append(now)
            if len(self._writes) > 10_000:
                self._writes = {a: q for a, q in self._writes.items() if q and now - q[-1] < 60}
            return False


class Doors:
    """Login by default, then the route's own line: a role that may not is told so, another's session does not exist."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with desk().known.one_look():
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        route = request.resolver_match.url_name if request.resolver_match else None
        access = ROUTES[str(route)]
        account = str(request.user.get_username())
        request.visitor = self._visitor(request)  # type: ignore[attr-defined]
        visitor: Visitor | None = request.visitor  # type: ignore[attr-defined]
        method = str(request.method)
        if access.place == "public":
            return None if method in access.methods else errors.other_verb(request, access.methods)
        if visitor is None:
            onward = request.get_full_path()
            if request.method == "POST":
                if access.place == "anyone":
                    return HttpResponseRedirect(reverse("login"))
                if not account or not unsent.may_be_kept(request):
                    # the address of a form that is no page is none to come to
                    to = quote(onward) if "GET" in access.methods else ""
                    return HttpResponseRedirect(f"{reverse('login')}?suite={to}&perdu=1")
                unsent.keep(account, onward, request.POST)
            return HttpResponseRedirect(f"{reverse('login')}?suite={quote(onward)}")
        # the proof of a form is asked of a POST only, so nothing else may act
        if method not in access.methods:
            return errors.other_verb(request, access.methods)
        if access.place == "anyone":
            return None
        if not access.allows(method, visitor.roles):
            return errors.forbidden(request)
        if access.place == "session":
            try:
                session = desk().known.session(kwargs["session"])
            except StoreMissing:
                raise Http404 from None
            held = visitor.roles_for(session)
            if not held:
                raise Http404
            if not access.allows(method, held):
                return errors.forbidden(request)
            request.session_record = session  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StoreError):
            return errors.refused(request, error)
        if isinstance(error, AttrifluxError):
            return errors.told(request, error)
        if (told := errors.by_the_base(error)) is not None:
            return errors.refused(request, told)
        return None

    def _visitor(self, request: HttpRequest) -> Visitor | None:
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return None
        now = time.time()
        began, seen = request.session.get("began", 0), request.session.get("seen", 0)
        if now - began > DAY_OF_WORK or now - seen > IDLE:
            logout(request)
            return None
        if now - seen > SEEN_EVERY:
            request.session["seen"] = now
        name = str(user.get_username())
        grants = desk().known.of(("grants", name), lambda: queries.grants(desk().store, user=name))
        return visitor_of(name, grants, today())
