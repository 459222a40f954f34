"""A page of the desk: template, words, menu, hidden fields of its forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from markupsafe import Markup, escape

import optimizer.desk.papers.texts  # noqa: F401  a line of the call list reads the same on a page and on paper
from optimizer.desk.documents import BLANK
from optimizer.desk.entry_rows import account_words
from optimizer.desk.papers.wording import sitting
from optimizer.errors import Lang, said
from optimizer.presentation.data import DECIDES
from optimizer.presentation.numbers import day, decimal, percent
from optimizer.presentation.page import UNSEEN, Words, environment, kept_together
from optimizer.presentation.sheets import BOX
from optimizer.store.clock import PARIS
from optimizer.store.event_words import event_words
from optimizer.store.records import SessionRecord
from optimizer.web import texts as texts
from optimizer.web.access import ROUTES
from optimizer.web.choices import commission_law
from optimizer.web.desk import desk
from optimizer.web.today import today
from optimizer.web.unsent import OURS

MENU = (
    "week", "prepare", "sessions", "calls", "offers", "reserver", "ledger", "retention", "accounts",
)  # fmt: skip
SAID = "said"
LOOSE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""The policy of a page the program wrote itself as a file: its own style, no script, nothing fetched."""


def lang_of(request: HttpRequest) -> Lang:
    """The language of a visitor: French unless English was asked."""
    return "en" if request.COOKIES.get("langue") == "en" else "fr"


def tell(request: HttpRequest, text: str) -> None:
    """A sentence that the next page begins with."""
    request.session[SAID] = [*request.session.get(SAID, []), text]


def instant(value: datetime | None, lang: Lang) -> str:
    """``28/11/2026 09:05``, in Paris."""
    if value is None:
        return ""
    there = value.astimezone(PARIS)
    return f"{day(there.date(), lang)} {there:%H:%M}"


def page(
    request: HttpRequest,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    refresh: int = 0,
) -> HttpResponse:
    """A whole page.

    Parameters
    ----------
    template : name of ``web/templates/<name>.html.j2``
    values : what it shows, beside the words ``t``, ``url``, ``field`` (hidden fields of a form) and the menu
    refresh : seconds after which a page that waits asks again
    """
    lang = lang_of(request)
    visitor = getattr(request, "visitor", None)
    menu = [
        (name, reverse(name))
        for name in MENU
        if visitor is not None and ROUTES[name].allows("GET", visitor.roles)
    ]
    match = request.resolver_match
    told = _said_before(request)
    token = cache(lambda: get_token(request))  # masked anew for each page, not for each of its hundred forms
    spoken: dict[str, Callable[..., str]] = {
        "decimal": partial(decimal, lang=lang), "percent": partial(percent, lang=lang), "day": partial(day, lang=lang),
        "instant": partial(instant, lang=lang), "event": partial(event_words, lang=lang),
    }  # fmt: skip
    text = (
        environment()
        .get_template(f"web/templates/{template}.html.j2")
        .render(
            {
                "t": Words("WEB", lang),
                "lang": lang,
                "decides": DECIDES[lang],
                "paper": lambda name: said(f"PAPER.{name}".upper(), lang),
                "label": partial(label, lang=lang),
                "colon": Markup(said("PAGE.COLON", lang)),
                "account": partial(account_words, lang=lang),
                "on_screen": on_screen,
                "sitting": lambda session_id: sitting(session_id, lang),
                "word": lambda family, key: word(family, key, lang),
                "may_open": lambda route, session=None: may_open(visitor, route, session),
                "url": lambda route, /, **kwargs: _address(route, tuple(kwargs.items())),
                "hidden": lambda version=None: hidden(token(), version),
                "options_of": options_of,
                "menu": menu,
                "here": match.url_name if match is not None else "",
                "path": request.get_full_path(),
                "visitor": visitor,
                "said": told,
                "refresh": refresh,
                "demo": desk().deployment.demo,
                "problems": (),
                "field_of": field_of,
                "places": {},
                "wrong": {field_of(p): p for p in (values or {}).get("problems", ()) if field_of(p)},
                "typed": {},
                "searched": False,
                **spoken,
                **(values or {}),
            }
        )
    )
    shown = UNSEEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
    answer = HttpResponse(shown, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _said_before(request: HttpRequest) -> list[str]:
    """What the page begins with; nothing where the base that keeps it does not answer, which the page itself says."""
    try:
        return (
            request.session.pop(SAID, []) if hasattr(request, "session") and request.session.get(SAID) else []
        )
    except DatabaseError:
        return []


def field_of(sentence: str) -> str:
    """The name of the field that a problem is about; empty where it is about the whole form."""
    return str(getattr(sentence, "field", ""))


def may_open(visitor: Any, route: str, session: SessionRecord | None) -> bool:
    """Whether a page may link to a route: nobody is sent to a closed door."""
    if visitor is None:
        return False
    return ROUTES[route].allows("GET", visitor.roles if session is None else visitor.roles_for(session))


@lru_cache(maxsize=8192)
def _address(route: str, kwargs: tuple[tuple[str, object], ...]) -> str:
    return reverse(route, kwargs=dict(kwargs))


@lru_cache(maxsize=4096)
def word(family: str, key: str, lang: Lang) -> str:
    """The word of a code, or the code itself where the pages have none."""
    try:
        return said(f"WEB.{family}_{key}".upper(), lang)
    except KeyError:
        return key


def label(family: str, code: str, lang: Lang) -> str:
    """The words of a code of the commission's law (``documents``, ``withdrawal_reasons``…), or the code where it has none."""
    return commission_law(today()).known(family, lang).get(code, code)


def on_screen(line: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
    """A line of the A4 page without what a hand fills in on paper: boxes, blanks, and the words that only lead to them."""
    pairs = [(label, value) for label, value in line]
    return [(label, value) for label, value in pairs if value not in ("", BLANK) and BOX not in value]


def options_of(options: Iterable[tuple[object, str]], now: object) -> Markup:
    """The choices of a list, the present one chosen; the same list stands in every form of a page."""
    return _options(tuple((str(key), words) for key, words in options), str(now))


@lru_cache(maxsize=512)
def _options(options: tuple[tuple[str, str], ...], now: str) -> Markup:
    lines = (
        f'<option value="{escape(key)}"{" selected" if now and key == now else ""}>{escape(kept_together(words))}</option>'
        for key, words in options
    )
    return Markup("".join(lines))


def hidden(token: str, version: int | None = None) -> Markup:
    """The hidden fields of a form: proof that it is ours, the command's identifier, the version it was filled upon.

    After an error the identifier is a new one: what was refused has done nothing.
    """
    shown = "" if version is None else f'<input type="hidden" name="version" value="{int(version)}">'
    return Markup(
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        f'<input type="hidden" name="command_id" value="{uuid4()}">{shown}'
    )


def command_id(request: HttpRequest) -> str:
    """The identifier of the form's command; one of our own shape only.

    It is bound to who sends what where: the same form sent twice is one command and gets its first answer, while another form under
    the same number, or the same one with other words in it, is a command of its own. It never passes for recorded, nor shows a
    household under the line of the ledger that another one has.
    """
    given = request.POST.get("command_id", "")
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", given):
        return str(uuid4())
    typed = {name: str(request.POST[name]).replace("\r\n", "\n") for name in request.POST if name not in OURS}
    files = [(name, file.name, file.size) for name, sent in request.FILES.lists() for file in sent]
    account = request.user.get_username() if hasattr(request, "user") else ""
    told = json.dumps([account, request.path, sorted(typed.items()), sorted(files)])
    return str(uuid5(UUID(given), told))
