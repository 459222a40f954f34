"""Journal and Conservation: who did what, whether the chain holds, the pseudonymous export, what is purged."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from optimizer.errors import said
from optimizer.store import commands, queries
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.pages import lang_of, page, tell
from optimizer.web.today import today

A_PAGE = 100


def ledger(request: Asked) -> HttpResponse:
    """A hundred events a page, the newest first; codes, dates and hashes, no name."""
    given, store = request.GET.get("avant", ""), desk().store
    until = int(given) if given.isdecimal() and len(given) < 12 else int(store.head()["seq"]) + 1
    events = queries.events(store, since=max(0, until - 1 - A_PAGE), limit=None)
    shown = [e for e in events if e.seq < until][::-1]
    return page(
        request,
        "ledger",
        {"events": shown, "head": queries.head(store), "older": shown[-1].seq if shown and shown[-1].seq > 1 else None, "read_only": store.read_only},
    )  # fmt: skip


def check(request: Asked) -> HttpResponse:
    """Replay the tables from the events and compare."""
    lang = lang_of(request)
    from optimizer.store.replay import verify_store

    found = verify_store(desk().store)
    tell(request, found.sentence(lang))
    return HttpResponseRedirect(reverse("ledger"))


def export(request: Asked) -> HttpResponse:
    """The pseudonymous export, as one file."""
    form = Form(request)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "export"
        commands.export_pseudonymous(desk().store, request.visitor.actor("D"), form.command_id, out)
        files = sorted(p for p in out.rglob("*") if p.is_file()) if out.is_dir() else [out]
        return FileResponse(files[0].open("rb"), as_attachment=True, filename=files[0].name)


def retention(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """What would be purged on a day and what is held, first; then, asked again, the purge."""
    if request.method == "POST" and not values:
        return _purge(request)
    return page(request, "retention", {"today": today(), "found": None, "may": "D" in request.visitor.roles, **values}, status=status)


def _purge(request: Asked) -> HttpResponse:
    form, tried = Form(request), []

    def do() -> Any:
        on = form.day("on", "WEB.ON_DAY", required=True)
        form.check()
        dry = "really" not in form.data
        receipt = commands.purge(desk().store, request.visitor.actor("D"), form.command_id, on=on, dry_run=dry)
        if dry:
            tried.append((on, receipt))
        return receipt

    answer = act(
        request,
        do,
        done=lambda receipt: said("WEB.PURGED", form.lang, n=_count(receipt.result.get("refs"))),
        to=reverse("retention"),
        show=lambda **v: retention(request, **v),
    )
    if tried:
        on, receipt = tried[0]
        request.session.pop("said", None)
        return retention(request, found=receipt.result, on=on, count=_count(receipt.result.get("refs")))
    return answer


def _count(refs: Any) -> int:
    return refs if isinstance(refs, int) else len(refs or ())
