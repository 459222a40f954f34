"""Réservataire: its own dwellings, deadlines, nominations and outcomes; nothing of another account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from optimizer.conversion import account_order
from optimizer.desk.entry_rows import account_words
from optimizer.shortlist.labels import account_label
from optimizer.store import commands, queries
from optimizer.store.records import CandidateRecord, ItemRecord, NominationRecord, SessionRecord
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.awaiting import Awaiting, awaiting_of
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.pages import lang_of, page
from optimizer.web.scope import heads_of, live_sessions_of, recent_sessions_of
from optimizer.web.today import today


def reserver(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    """The account's dwellings (of the last sessions, those under way of earlier ones, and those that wait for its names) and nominations; POST names a household or takes a name back."""
    if request.method == "POST" and not values:
        return _nominate(request)
    accounts = _accounts(request)
    recent = recent_sessions_of(request.visitor)
    known = {s.session_id for s in recent}
    # read by day: of what is older, only what goes on is shown, which the page says
    since = (
        min((s.on for s in recent), default=None) if len(heads_of(request.visitor)) > len(recent) else None
    )
    older = [s for s in live_sessions_of(request.visitor) if s.session_id not in known]
    homes = [
        (s, item)
        for s in [*recent, *older]
        for item in request.visitor.items(s)
        if (accounts is None or item.account in accounts)
        and (s.session_id in known or item.status in ("listed", "decided", "offering"))
    ]
    every = desk().known.of("nominations", lambda: queries.nominations(desk().store))
    named = [n for n in every if request.visitor.reads_nomination(n.account, n.landlords)]
    named.sort(key=_order)
    return page(
        request,
        "reserver",
        {"homes": homes, "awaiting": awaiting_of(request.visitor), "today": today(), "nominations": named, "accounts": [(a, account_label(a, lang_of(request))) for a in sorted(_own(request))], "outcomes": _outcomes, "account_of": _labels(request, homes), "since": since, "may": "R" in request.visitor.roles, **values},
        status=status,
    )  # fmt: skip


def _labels(
    request: Asked, homes: Sequence[tuple[SessionRecord, ItemRecord]]
) -> Callable[[NominationRecord | Awaiting], str]:
    """The account of a nomination, or of a dwelling that waits for one, in words, as the agenda of one of its dwellings names it."""
    lang = lang_of(request)
    told = (item for _, item in homes if item.facts.get("account_label"))
    known = {item.account: account_words(item, lang) for item in told}
    return lambda n: known.get(n.account) or account_label(n.account, lang)


def _order(n: NominationRecord) -> tuple[bool, Any, str, int, int]:
    """The lists as they stand: open ones first, account by account, each dwelling's and the general one in the order of its ranks."""
    return n.status != "open", account_order(n.account), n.dwelling_id, n.rank, n.nomination_id


def _outcomes(item: ItemRecord) -> list[tuple[str, CandidateRecord]]:
    """Names by the commission's rank once it has decided, by their place on the list before; without a rank, last."""
    told = []
    for c in item.candidates:
        if c.status != "queue":
            rank = (
                c.position
                if c.decision is None and item.status == "listed"
                else c.decision and c.decision.rank
            )
            told.append((rank or None, c))
    told.sort(key=lambda x: (x[0] is None, x[0] or 0, x[1].position))
    return [("–" if rank is None else str(rank), c) for rank, c in told]


def _accounts(request: Asked) -> set[str] | None:
    """Accounts of a réservataire; None for the secretary and the chair, who see them all."""
    return None if any(r in request.visitor.roles for r in "SP") else _own(request)


def _own(request: Asked) -> set[str]:
    """Accounts that the visitor names households on."""
    return {g.account for g in request.visitor.grants if g.role == "R" and g.account}


def _nominate(request: Asked) -> HttpResponse:
    form, store = Form(request), desk().store
    own = _own(request)

    def do() -> Any:
        back = form.whole("withdraw", "WEB.NOMINATION", most=10**9)
        if back is not None:
            known = {n.nomination_id for n in queries.nominations(store) if n.account in own}
            if back not in known:
                form.refuse("WEB.FORM_CHOICE", "WEB.NOMINATION")
            form.check()
            return commands.withdraw_nomination(store, request.visitor.actor("R"), form.command_id, back)
        account = form.choice("account", "WEB.ACCOUNT", own)
        dwelling = form.text("dwelling", "WEB.DWELLING", longest=100)
        number = form.number("number", "WEB.APPLICATION", required=True)
        rank = form.whole("rank", "WEB.RANK", required=True, least=1, most=99)
        form.check()
        return commands.nominate(
            store, request.visitor.actor("R"), form.command_id, account=account, dwelling_id=dwelling,
            application_id=number, rank=rank or 1,
        )  # fmt: skip

    return act(request, do, done="WEB.SAVED", to=reverse("reserver"), show=lambda **v: reserver(request, **v))
