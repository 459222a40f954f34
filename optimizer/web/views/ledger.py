"""Journal and Conservation: who did what, whether the chain holds, the pseudonymous export, what is purged, the right of access."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from optimizer.desk.subject_access import COPY, give_access, kept_beside
from optimizer.errors import said
from optimizer.store import queries
from optimizer.store.event_words import event_words
from optimizer.store.export import export_pseudonymous
from optimizer.store.law import law
from optimizer.store.ledger import verify
from optimizer.store.people import PERIOD
from optimizer.store.purge import Purge, overdue, purge
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.deployment import PAPERS, held_folders
from optimizer.web.desk import desk
from optimizer.web.form import YEARS, Form, day_of
from optimizer.web.issuer import issuer_of
from optimizer.web.pages import SAID, lang_of, page, tell
from optimizer.web.scope import heads_of
from optimizer.web.today import today

A_PAGE = 100
SOUGHT = ("quoi", "qui", "logement", "jour", "menage")
"""What lines are looked for by, as the address of the page says it."""
LONGEST = 200
SHORTEST = 10
"""Characters of a typed reason."""


def ledger(request: Asked) -> HttpResponse:
    """A hundred events a page, the newest first; codes, dates and hashes, no name. Looked for by kind, person, dwelling and day.

    Secretary and chair read the sessions of their own landlord and commission; the data protection officer the whole, with the
    references of households, by which it may look for lines too, and the reason typed before one was looked at.
    """
    store, lang = desk().store, lang_of(request)
    whole = "D" in request.visitor.roles
    sought = {name: _typed(request.GET.get(name, "")) for name in SOUGHT if whole or name != "menage"}
    given, on = request.GET.get("avant", ""), day_of(sought["jour"])
    on = on if on is not None and on.year in YEARS else None
    own = None if whole else {s.session_id for s in heads_of(request.visitor, "SP")}
    found = queries.events(
        store,
        until=int(given) if given.isdecimal() and len(given) < 12 else None,
        kinds=(sought["quoi"],) if sought["quoi"] else None,
        actor=sought["qui"] or None,
        dwelling=sought["logement"] or None,
        ref=sought.get("menage") or None,
        on=on,
        own=own,
        limit=A_PAGE + 1,
        payloads=False,
    )[::-1]
    shown = found[:A_PAGE]
    asked = urlencode({name: value for name, value in sought.items() if value})
    kinds = sorted(
        ((k, event_words(k, lang)) for k in queries.event_kinds(store, own)), key=lambda kind: kind[1]
    )
    return page(
        request,
        "ledger",
        {
            "events": shown, "head": queries.head(store), "older": shown[-1].seq if len(found) > A_PAGE else None, "asked": asked,
            "kinds": kinds, "read_only": store.read_only, "whole": whole, "typed": sought,
            "wrong_day": bool(sought["jour"]) and on is None, "reasons": queries.typed_reasons(store, shown) if whole else {},
        },
    )  # fmt: skip


def _typed(given: str) -> str:
    """What an address asks for, without the signs that no line holds."""
    return "".join(sign for sign in given if sign.isprintable()).strip()[:LONGEST]


def check(request: Asked) -> HttpResponse:
    """Replay the tables from the events and compare."""
    lang = lang_of(request)
    proof = verify(desk().store)
    if proof.holds:
        tell(request, said("WEB.LEDGER_HOLDS", lang, n=proof.events))
    else:
        tell(request, said("WEB.LEDGER_BROKEN", lang, n=len(proof.problems)))
    return HttpResponseRedirect(reverse("ledger"))


def export(request: Asked) -> HttpResponse:
    """The pseudonymous export, as one file."""
    form = Form(request)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"export-{today().isoformat()}.csv"
        export_pseudonymous(desk().store, request.visitor.actor("D"), form.command_id, out)
        answer = HttpResponse(out.read_bytes(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{out.name}"'
    return answer


def retention(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """What would be purged on a day and what is held, first; then, asked again, the purge."""
    if request.method == "POST" and not values:
        return _purge(request)
    return page(
        request,
        "retention",
        {
            "today": today(), "found": None, "may": "D" in request.visitor.roles,
            "overdue": overdue(desk().store, today()), "period": law(today()).parameter(f"commission.{PERIOD}"), **values,
        },
        status=status,
    )  # fmt: skip


def _purge(request: Asked) -> HttpResponse:
    form, state = Form(request), desk().deployment.state
    tried: list[Purge] = []

    def do() -> Purge:
        on = form.a_day("on", "WEB.ON_DAY")
        form.check()
        actor, dry = request.visitor.actor("D"), "really" not in form.data
        found = purge(
            desk().store, actor, form.command_id, on=on, dry_run=dry, folders=held_folders(state), papers=state / PAPERS
        )  # fmt: skip
        if dry:
            tried.append(found)
        return found

    answer = act(
        request,
        do,
        done=lambda found: said("WEB.PURGED", form.lang, n=len(found.erased)),
        to=reverse("retention"),
        show=lambda **v: retention(request, **v),
    )
    if tried:
        request.session.pop(SAID, None)
        return retention(request, found=tried[0], on=form.day("on", "WEB.ON_DAY"))
    return answer


def subject_access(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """Ask for the copy of what is held about a household; POST gives its files in one, and keeps nothing of them."""
    if request.method != "POST" or values:
        return page(request, "subject_access", values, status=status)
    form, state = Form(request), desk().deployment.state
    made: list[dict[str, bytes]] = []

    def do() -> None:
        number = form.number("number", "WEB.FIND_NUMBER", required=True)
        reason = form.text("reason", "WEB.SUBJECT_REASON", required=True, longest=300)
        if reason and len(reason) < SHORTEST:
            form.refuse("WEB.FORM_SHORT", "WEB.SUBJECT_REASON", "reason", least=SHORTEST)
        form.check()
        cases, results = kept_beside(state)
        files, _ = give_access(
            desk().store, request.visitor.actor("D"), form.command_id, number=number, reason=reason, lang=form.lang,
            cases=cases, results=results, contact=lambda landlord: issuer_of(state, landlord).contact,
        )  # fmt: skip
        made.append(files)

    to = reverse("subject_access")
    refused = act(request, do, done="WEB.SUBJECT_MADE", to=to, show=lambda **v: subject_access(request, **v))
    if not made:
        return refused
    request.session.pop(SAID, None)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in made[0].items():
            folder.writestr(name, content)
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{COPY}.zip"'
    return answer
