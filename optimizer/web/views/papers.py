"""PV et courriers: the papers of a session, made by a button, kept in the desk's folder; making and opening them is logged."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse

from optimizer.desk.pack import pack_head, pack_pages
from optimizer.desk.paper_set import MARK, WRITERS, write_pack
from optimizer.desk.papers.wording import Issuer
from optimizer.desk.sessions import due_today, logged, told_of, with_names
from optimizer.errors import Lang
from optimizer.presentation.pdf import write_pdf
from optimizer.presentation.sheets import sheets_html
from optimizer.store import commands, queries
from optimizer.store.records import EventRecord, SessionRecord
from optimizer.web.acting import act
from optimizer.web.asked import Asked
from optimizer.web.choices import commission_law
from optimizer.web.deployment import PAPERS
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.issuer import LONGEST, NAMES, issuer_of, keep_issuer
from optimizer.web.pages import LOOSE, lang_of, page
from optimizer.web.today import today

TITLES = {
    stem: f"paper_{stem.replace('-', '_')}"
    for stem in (
        "convocation", "ordre-du-jour", "dossier-de-seance", "saisie", "sans-reponse", "proces-verbal", "proces-verbal-pseudonyme",
        "proces-verbal-de-carence", "courriers", "a-reporter", "appels",
    )
}  # fmt: skip
"""File of a paper -> its title in the words of the pages."""
PACK = "dossier-de-seance"
SENT = ("convocation", "ordre-du-jour")
"""What every member was sent before the session: no household is named."""
NOT_A_MEMBERS = ("appels",)
"""Calls and offers are not a member's, on paper as on pages."""
SHOWN = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}


def papers(request: Asked, session: str, status: int = 200, **values: Any) -> HttpResponse:
    """The papers made so far; POST makes those of the session's state, with the names the desk holds."""
    if request.method == "POST" and not values:
        return _make(request, session)
    record = request.session_record
    there = sorted(_kept(session))
    names = [name for name in there if name not in (MARK, "run.json") and _opens(request, name)]
    return page(
        request,
        "papers",
        {
            "s": record,
            "titles": TITLES,
            "papers": _titled(names),
            "made": made.at if names and (made := _made(session)) is not None else None,
            "opens": _stands_open(request),
            "part": bool(names) and not _sees_all(request),
            "issuer": issuer_of(desk().deployment.state, record.landlord),
            "may": any(r in request.visitor.roles_for(record) for r in "SP"),
            **values,
        },
        status=status,
    )


def _titled(names: list[str]) -> list[tuple[str, list[str]]]:
    """Papers by title, in the order of a session's life, each with its files."""
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(name.rpartition(".")[0], []).append(name)
    known = [stem for stem in TITLES if stem in by_stem]
    return [(stem, by_stem[stem]) for stem in (*known, *sorted(by_stem.keys() - TITLES.keys()))]


def _kept(session: str) -> dict[str, Path]:
    """The papers that this desk made last of a session, by name.

    A folder that its ledger does not know is none of its own: after a restoration the papers of a day that was lost still lie beside the
    desk, and another session may have the same day.
    """
    folder, line = desk().deployment.state / PAPERS / session, _made(session)
    if line is None or not folder.is_dir():
        return {}
    sealed, mark = line.payload["facts"].get("sha256"), folder / MARK
    if sealed and (not mark.is_file() or sha256(mark.read_bytes()).hexdigest() != sealed):
        return {}
    return {p.name: p for p in folder.iterdir()}


def _made(session: str) -> EventRecord | None:
    """The line of the ledger that says when the papers were made last: what was recorded since is not in them."""
    # read each time: a line that changes no row leaves what the pages keep
    lines = queries.events(desk().store, session=session, kinds=("exported",))
    return next((line for line in reversed(lines) if line.payload["facts"].get("what") == "papers"), None)


def _whole(request: Asked) -> bool:
    """Secretary and chair open every paper, always."""
    return any(r in request.visitor.roles_for(request.session_record) for r in "SP")


def _stands_open(request: Asked) -> bool:
    """Whether papers are open to the visitor now: to a member, while the session sits."""
    return _whole(request) or request.session_record.status == "open"


def _sees_all(request: Asked) -> bool:
    """Whether every dwelling of the session is the visitor's to see: a maire's are those of the commune."""
    record = request.session_record
    return _whole(request) or len(request.visitor.items(record, "M")) == len(record.items)


def _opens(request: Asked, name: str) -> bool:
    """Whether the visitor may open a paper: a member what was sent to all, and of the papers with names what it sees on the pages."""
    if _whole(request) or not _stands_open(request):
        return _whole(request)
    stem = name.rpartition(".")[0]
    return stem not in NOT_A_MEMBERS and (stem in (PACK, *SENT) or _sees_all(request))


def _make(request: Asked, session: str) -> HttpResponse:
    form, record = Form(request), request.session_record
    opened, folder = desk().store, desk().deployment.state / PAPERS / session

    def do() -> Any:
        typed = {name: form.text(name, f"WEB.ISSUER_{name.upper()}", longest=LONGEST) for name in NAMES}
        form.check()
        actor, issuer = request.visitor.actor("SP", record), Issuer(**typed)
        keep_issuer(desk().deployment.state, record.landlord, issuer)
        told = told_of(opened, session, lang_of(request), issuer=issuer)
        if record.status != "cancelled":  # a session that was not held names no household
            told = with_names(opened, actor, told)
        _, lines, duties = due_today(opened, commission_law(today()), record)
        own = [x for x in lines if x.session_id == session]
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write = WRITERS.get(record.status, write_pack)
        made = write(folder, told, duties=duties, calls=own, today=today(), force=folder.exists())
        mark = folder / MARK
        sealed = sha256(mark.read_bytes()).hexdigest() if mark.is_file() else ""
        logged(opened, actor, session, "papers", made, sealed)
        return made

    return act(
        request,
        do,
        done="WEB.PAPERS_MADE",
        to=reverse("papers", kwargs={"session": session}),
        show=lambda **v: papers(request, session, **v),
    )


def paper(request: Asked, session: str, name: str) -> HttpResponse | FileResponse:
    """One paper; a member opens them while the session sits, the pack with the dwellings it sees."""
    record = request.session_record
    known = _kept(session)
    if name not in known or name == MARK or not _opens(request, name):
        raise Http404
    file = known[name]
    commands.log(
        desk().store,
        request.visitor.actor("SPM", record),
        str(uuid4()),
        kind="printed",
        session=session,
        facts={"paper": name},
    )
    kind = SHOWN.get(file.suffix)
    answer: HttpResponse | FileResponse
    if file.stem == PACK and not _sees_all(request):
        seen = {item.dwelling_id for item in request.visitor.items(record, "M")}
        answer = HttpResponse(pack_of(record, seen, lang_of(request), file.suffix), content_type=kind)
        answer["Content-Disposition"] = f'inline; filename="{file.name}"'
    else:
        answer = FileResponse(
            file.open("rb"), filename=file.name, as_attachment=kind is None, content_type=kind
        )
    answer["Content-Security-Policy"] = LOOSE
    return answer


def pack_of(record: SessionRecord, seen: Collection[str], lang: Lang, suffix: str) -> bytes:
    """The A4 pages of some dwellings of a session, under the numbers they have in the whole pack; ``.html`` or ``.pdf``."""
    head = pack_head(record, lang)
    pages = [page for page in pack_pages(record, commission_law(today()), lang) if page["dwelling"] in seen]
    if suffix == ".html":
        return sheets_html(head, pages).encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pack.pdf"
        write_pdf(path, head, pages)
        return path.read_bytes()
