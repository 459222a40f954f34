"""Préparer: import → check → propose → verify, one computation at a time, with its progress and a button that stops it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse

from optimizer.chains import length_of, length_word
from optimizer.desk.chained import length_words
from optimizer.desk.papers.wording import sitting
from optimizer.errors import AttrifluxError, define, said
from optimizer.store import commands, identities, queries
from optimizer.store.commands.sessions import MODES
from optimizer.store.messages import StoreRefused
from optimizer.store.records import Receipt
from optimizer.store.taken import Taken, read_back, taken_words
from optimizer.store.together import landlords_of, share
from optimizer.web.acting import act
from optimizer.web.agendas import agenda_of
from optimizer.web.asked import Asked
from optimizer.web.children.job import Log
from optimizer.web.choices import CHAINS, chains_words, words
from optimizer.web.desk import desk
from optimizer.web.form import Form
from optimizer.web.imports import case_suffixes, is_kept, keep_case, kept_file, people_suffixes
from optimizer.web.jobs import reap, start, stop, told
from optimizer.web.models import Job
from optimizer.web.pages import LOOSE, lang_of, page
from optimizer.web.scope import heads_of, jobs_of, shown
from optimizer.web.views.errors import forbidden

define(
    "WEB_OTHER_COMMISSION",
    "Ce compte ne prépare pas les séances de la commission « {commission} » du bailleur {landlord}.",
    "This account does not prepare the sessions of the commission “{commission}” of the landlord {landlord}.",
    remedy_fr="Écrire le nom de la commission comme le rôle du compte le porte, ou le faire ajouter par le service technique.",
    remedy_en="Write the commission's name as the account's role has it, or have it added by the technical service.",
)
LISTED = 20
WAIT = 2
"""Seconds after which the page of a running job asks again."""
PAGES = {
    "rapport": "report.html",
    "fiches": "sheets.html",
    "fiches-pdf": "sheets.pdf",
    "classeur": "shortlists.xlsx",
}


def prepare(request: Asked) -> HttpResponse:
    """The imports and computations so far; POST starts one on what was sent, or on an earlier import."""
    if request.method != "POST":
        return _prepare(request)
    if "people" in request.POST:
        return _people(request)
    form = Form(request)

    def do() -> Job:
        title = form.text("title", "WEB.PREPARE_TITLE", longest=120)
        files = request.FILES.getlist("files")
        asked = form.choice("chains", "WEB.PREPARE_CHAINS", CHAINS, required=False)
        again = form.text("case", "WEB.IMPORT", longest=40)
        form.check()
        key = UUID(form.command_id).hex
        if (begun := Job.objects.filter(id=key, state="running").first()) is not None:
            return begun
        chains = length_of(asked) or 0
        if again and not files:
            earlier = next(
                (
                    job
                    for job in Job.objects.filter(case=again)
                    if shown(job, request.visitor) and _runs(request, job)
                ),
                None,
            )
            if earlier is None:
                raise Http404
            if not is_kept(desk(), again):
                raise AttrifluxError("WEB_IMPORT_GONE")
            title = title or earlier.title
            chains = chains if asked else earlier.chains
            case = again
        else:
            case = keep_case(desk(), files)
        log = None
        if "next" in request.POST:
            store = desk().store
            with store.reading():
                held = tuple(s for s in queries.sessions(store) if request.visitor.prepares_for(s.landlord))
                ids = {s.session_id for s in held}
                owed = queries.duties(store, open=False)
                duties = tuple(d for d in owed if d.session_id in ids or not d.session_id)
                log = Log(held, duties, queries.nominations(store), queries.housed(store))
        title = title or said("WEB.PREPARE_UNTITLED", form.lang)
        theirs = request.visitor.prepares_only_for
        return start(
            desk(), case, title, request.visitor.name, form.lang, log=log, chains=chains, landlords=theirs, key=key
        )  # fmt: skip

    return act(
        request,
        do,
        done="WEB.JOB_STARTED",
        to=lambda job: reverse("job", kwargs={"job": job.id}),
        show=lambda **values: _prepare(request, **values),
    )


def _named_for(request: Asked) -> int:
    """Open nominations for the dwellings of the landlords that the visitor prepares for."""
    every = desk().known.of("nominations", lambda: queries.nominations(desk().store))
    served = (n.landlords for n in every if n.status == "open" and n.application_id)
    prepares = request.visitor.prepares_for
    return sum(any(not name or any(map(prepares, landlords_of(name))) for name in names) for names in served)


def _prepare(request: Asked, status: int = 200, **values: Any) -> HttpResponse:
    reap(desk())
    given = request.GET.get("apres", "")
    after = int(given) if given.isdecimal() and len(given) < 6 else 0
    jobs = list(islice(jobs_of(request.visitor), after, after + LISTED + 1))
    running = Job.objects.filter(state="running").first()
    may = "S" in request.visitor.roles
    told = {
        "jobs": jobs[:LISTED],
        "older": after + LISTED if len(jobs) > LISTED else 0,
        "running": running,
        "seen": running is not None and shown(running, request.visitor),
        "may": may,
        "case_suffixes": case_suffixes(),
        "people_suffixes": people_suffixes(),
        "lengths": chains_words(lang_of(request)),
        "kept": lambda job: is_kept(desk(), job.case),
        "again": lambda job: _runs(request, job),
        "named": _named_for(request) if may else 0,
        # an import that forgets what was recorded proposes let dwellings and refused households again
        "sat": any(s.status == "closed" for s in heads_of(request.visitor, "S")),
    }
    return page(request, "prepare", {**told, **values}, status=status)


def _people(request: Asked) -> HttpResponse:
    """Names and contacts from a file of their own; the file itself is not kept."""
    form = Form(request)

    def do() -> Any:
        with kept_file(desk(), request.FILES.get("identities")) as file:
            people = identities.read(file)
        return commands.import_people(
            desk().store, request.visitor.actor("S"), form.command_id, people=people
        )

    return act(
        request,
        do,
        done=lambda receipt: said(
            "WEB.PEOPLE_DONE", form.lang, added=receipt.result["added"], changed=receipt.result["changed"]
        ),
        to=reverse("prepare"),
        show=lambda **values: _prepare(request, **values),
    )


def job_page(request: Asked, job: str, status: int = 200, **values: Any) -> HttpResponse:
    """Where a computation stands; the page asks again until it ends."""
    reap(desk())
    found = _job(request, job)
    running = found.state == "running"
    return page(
        request,
        "job",
        {
            "job": found,
            "told": told(desk(), job),
            "running": running,
            "kept": is_kept(desk(), found.case),
            "may": _runs(request, found),
            "pages": [
                name
                for name, file in PAGES.items()
                if request.visitor.reads_whole_runs_of(found.landlord) and (desk().runs / job / file).exists()
            ],
            "modes": words("MODE", MODES, lang_of(request)),
            # two landlords of one office have each a commission, its hour and its quorum of their own
            "last": next(
                (
                    s
                    for s in heads_of(request.visitor)
                    if not found.landlord or share(found.landlord, s.landlord)
                ),
                None,
            ),
            "case_suffixes": case_suffixes(),
            "people_suffixes": people_suffixes(),
            "lengths": chains_words(lang_of(request)),
            "chains": length_words(found.chains, lang_of(request)),
            "length": length_word(found.chains),
            "held": (),
            "held_at": (),
            **values,
        },
        refresh=WAIT if running and status == 200 else 0,
        status=status,
    )


def job_stop(request: Asked, job: str) -> HttpResponse:
    """Stop it: the best certified proposal found so far is kept, if there is one."""
    found = _job(request, job)
    if not _runs(request, found):
        return forbidden(request)
    return act(
        request,
        lambda: stop(found.id),
        done="WEB.JOB_STOPPING",
        to=reverse("job", kwargs={"job": job}),
        show=lambda **values: job_page(request, job, **values),
    )


def run_page(request: Asked, job: str, name: str) -> FileResponse:
    """A page, sheet or workbook of a proposal."""
    found = _job(request, job)
    file = desk().runs / found.id / PAGES.get(name, "-")
    if not (request.visitor.reads_whole_runs_of(found.landlord) and file.is_file()):
        raise Http404
    answer = FileResponse(file.open("rb"), filename=file.name, as_attachment=file.suffix == ".xlsx")
    answer["Content-Security-Policy"] = LOOSE
    return answer


def attach(request: Asked, job: str) -> HttpResponse:
    """Make a session of a verified proposal: its dwellings, names and facts become the agenda."""
    found, form = _job(request, job), Form(request)
    held: list[Taken] = []

    def do() -> Any:
        on = form.a_day("on", "WEB.SESSION_ON")
        hour, place = (
            form.text("hour", "WEB.SESSION_HOUR", longest=20),
            form.text("place", "WEB.SESSION_PLACE", longest=200),
        )
        commission = form.text("commission", "WEB.SESSION_COMMISSION", required=True, longest=120)
        mode = form.choice("mode", "WEB.SESSION_MODE", MODES)
        quorum = form.whole("quorum", "WEB.SESSION_QUORUM", most=30)
        quorum_rule = form.text("quorum_rule", "WEB.SESSION_QUORUM_RULE", longest=300)
        urgent = "urgent" in request.POST
        reason = form.text("reason", "WEB.SESSION_REASON", required=urgent)
        programme = form.text("programme", "WEB.SESSION_PROGRAMME", longest=120)
        form.check()
        actor, prepared = request.visitor.actor("S"), agenda_of(desk(), found.id)
        if not request.visitor.prepares_for(prepared.landlord, commission):
            raise AttrifluxError("WEB_OTHER_COMMISSION", commission=commission, landlord=prepared.landlord)
        run = prepared.run
        commands.attach_run(
            desk().store, actor, f"{form.command_id}-run", run_id=run.run_id, verdict=run.verdict, gap_points=run.gap_points,
            seed=run.seed, runs=Job.objects.filter(case=found.case, state="done").count(), case_on=run.case_on,
            hashes=run.hashes, chains=run.chains,
        )  # fmt: skip
        Job.objects.filter(id=found.id).update(run=run.run_id)
        try:
            return commands.new_session(
                desk().store, actor, form.command_id, landlord=prepared.landlord, commission=commission, on=on,
                items=prepared.items, run_id=run.run_id, hour=hour, place=place, mode=mode, urgent=urgent, reason=reason,
                programme=programme, quorum=quorum, quorum_rule=quorum_rule, without_taken="without_taken" in request.POST,
            )  # fmt: skip
        except StoreRefused as refused:
            if not isinstance(found_taken := refused.params.get("taken"), tuple):
                raise
            held[:] = _as_seen(request, found_taken)
            raise StoreRefused(refused.code, n=len(held), names=taken_words(held, sitting)) from refused

    def done(receipt: Receipt) -> str:
        left_off = _as_seen(request, read_back(receipt.result["left_off"]))
        more = (
            said("WEB.SESSION_WITHOUT", form.lang, names=taken_words(left_off, sitting)) if left_off else ""
        )
        return f"{said('WEB.SESSION_MADE', form.lang)} {more}".strip()

    return act(
        request,
        do,
        done=done,
        to=lambda receipt: reverse("agenda", kwargs={"session": receipt.result["session_id"]}),
        show=lambda **values: job_page(
            request, job, held=held, held_at=[x for x in held if x.session], **values
        ),
    )


def _as_seen(request: Asked, found: Iterable[Taken]) -> list[Taken]:
    """Dwellings that something takes; the agenda of a commission that the visitor does not see stays unnamed."""
    seen = {s.session_id for s in heads_of(request.visitor)}
    return [x if not x.session or x.session in seen else Taken(x.dwelling) for x in found]


def _runs(request: Asked, job: Job) -> bool:
    """Whether the visitor prepares for the landlord of a computation that it sees: a member of one may be the secretary of another."""
    visitor = request.visitor
    return "S" in visitor.roles and (not job.landlord or visitor.prepares_for(job.landlord))


def _job(request: Asked, job: str) -> Job:
    found = Job.objects.filter(id=job).first()
    if found is None or not shown(found, request.visitor):
        raise Http404
    return found
