"""The one computation at a time: a niced child, followed by its heartbeat, stopped by SIGINT and then killed."""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, IntegrityError, connection, transaction

from optimizer.chains import length_word
from optimizer.errors import AttrifluxError, Lang, define
from optimizer.web.children.job import Log
from optimizer.web.children.lines import OF_A_CHILD
from optimizer.web.desk import Desk
from optimizer.web.imports import case_path
from optimizer.web.models import NAMES, Job
from optimizer.web.temporary import forget_left, unchanged

define(
    "WEB_JOB_BUSY",
    "Un calcul est déjà en cours (demandé par {by}) : il n'y en a qu'un à la fois. Attendre sa fin, ou l'arrêter.",
    "A computation is already running (asked by {by}): there is one at a time. Wait for its end, or stop it.",
)
HEARTBEAT = 5.0
LOST = timedelta(seconds=45)
"""A job without a heartbeat for so long has lost its server."""
ORPHAN = 600.0
"""Seconds after which a sent import that no computation is about has lost its server."""
TRIES = 12
"""Times that the end of a job is written down, :data:`HEARTBEAT` seconds apart, before its place is left to :func:`reap`."""
GRACE = 20.0
"""Seconds between the request to stop and the kill."""
children: dict[str, subprocess.Popen[bytes]] = {}


@dataclass
class Told:
    """What a child has said so far."""

    step: str = ""
    next: bool = False
    """Whether the case was brought forward first."""
    phase: str = ""
    bound: float | None = None
    value: float | None = None
    brought: str = ""
    """What the desk's log has brought into the case."""
    verdict: str = ""
    sentence: str = ""
    error: str = ""
    landlord: str = ""
    """Whose case it is, as a session names the landlords it sits for."""
    nothing: str = ""
    """Why a verified proposal gives no agenda."""
    stop: str = ""
    errors: int = 0
    count: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    short: list[dict[str, str]] = field(default_factory=list)
    """Rules that the verified proposal leaves short."""

    @property
    def gap(self) -> float | None:
        """Distance to the proof, as a share of the bound."""
        if self.bound is None or self.value is None or not self.bound:
            return None
        return max(0.0, (self.bound - self.value) / abs(self.bound))


def start(
    desk: Desk,
    case: str,
    title: str,
    by: str,
    lang: Lang,
    *,
    log: Log | None = None,
    chains: int = 0,
    landlords: tuple[str, ...] = (),
    key: str = "",
) -> Job:
    """Check, propose and verify a case in a child of its own.

    Parameters
    ----------
    case : name of an imported case.
    log : what the desk has recorded; the case is then brought forward by it, under a name of its own, before it is proposed.
    chains : freed dwellings that a chain may let after a vacant one, ``optimizer.chains.UNBOUNDED`` any number.
    landlords : those whose cases are taken, where they are not all; a case of another one ends as a problem of the import.
    key : its number, that of the form that asks for it: a form sent twice finds the computation that it has begun. Empty: a new one.

    Raises
    ------
    AttrifluxError
        ``WEB_JOB_BUSY``: another one runs; an import that nothing else is about is not kept then.
    """
    reap(desk)
    source, case = case, case if log is None else uuid4().hex
    now = desk.store.now()
    try:
        with transaction.atomic():
            job = Job.objects.create(
                id=key if key and not Job.objects.filter(id=key).exists() else uuid4().hex,
                case=case,
                title=title,
                chains=chains,
                state="running",
                landlord=landlords[0] if len(landlords) == 1 else "",
                started_by=by,
                started_at=now,
                heartbeat_at=now,
            )
    except IntegrityError:
        _forget(desk, source)
        running = Job.objects.filter(state="running").first()
        if running is not None and running.id == key:
            return running
        raise AttrifluxError("WEB_JOB_BUSY", by=running.started_by if running else "?") from None
    try:
        child = _child(desk, job, source, lang, log, landlords)
    except OSError:
        # no room, or no right to write: the place of the one computation is free again
        left = _log_file(desk, job.id), said_file(desk, job.id)
        job.delete()
        _forget(desk, source)
        with suppress(OSError):
            for file in left:
                file.unlink(missing_ok=True)
        raise
    children[job.id] = child
    sent = "" if log is None else source
    threading.Thread(target=_watch, args=(desk, job.id, child, sent), daemon=True).start()
    return job


def _child(
    desk: Desk, job: Job, source: str, lang: Lang, log: Log | None, landlords: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    """The process of a job, its words and its log beside its result to come."""
    desk.runs.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "optimizer.web.children.job"]
    theirs = json.dumps(landlords)
    if log is None:
        words += [
            str(case_path(desk, job.case)),
            str(desk.runs / job.id),
            lang,
            length_word(job.chains),
            theirs,
        ]
    else:
        kept = _log_file(desk, job.id)
        kept.touch(mode=0o600)
        kept.write_bytes(pickle.dumps(log))
        words += [
            str(desk.cases / job.case),
            str(desk.runs / job.id),
            lang,
            length_word(job.chains),
            theirs,
            str(case_path(desk, source)),
            str(kept),
        ]
    with said_file(desk, job.id).open("wb") as out:
        return subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, **OF_A_CHILD}
        )  # fmt: skip


def said_file(desk: Desk, job: str) -> Path:
    """Where a child's lines are."""
    return desk.runs / f"{job}.jsonl"


def _log_file(desk: Desk, job: str) -> Path:
    """Where what the desk has recorded is handed to a child; gone when it has ended."""
    return desk.runs / f"{job}.log"


def _watch(desk: Desk, job: str, child: subprocess.Popen[bytes], sent: str) -> None:
    """Follow a child to its end; ``sent``: the import that was brought forward, which nobody reads again."""
    while True:
        try:
            code = child.wait(timeout=HEARTBEAT)
            break
        except subprocess.TimeoutExpired:
            _noted(job, heartbeat_at=desk.store.now())
    if child.stdin is not None:
        child.stdin.close()
    state = "done" if code == 0 else "stopped" if code in (130, -signal.SIGINT, -signal.SIGKILL) else "failed"
    ended: dict[str, Any] = {"state": state, "code": code, "ended_at": desk.store.now()}
    whose = told(desk, job).landlord
    if whose and len(whose) <= NAMES:  # of a whole département, who began it alone sees it
        ended["landlord"] = whose
    try:
        # a result that was computed is not lost to a disk that is full or a base that is gone for a minute
        for _ in range(TRIES):
            if _noted(job, **ended):
                break
            time.sleep(HEARTBEAT)
        _forget_unread(desk, job)
        _forget(desk, sent)
        _log_file(desk, job).unlink(missing_ok=True)
    except DatabaseError:
        logging.getLogger("django.desk").warning("end of a job not written", exc_info=True)
    finally:
        children.pop(job, None)
        connection.close()


def _noted(job: str, **columns: Any) -> bool:
    """Write down where a running job stands; whether the base let it."""
    try:
        Job.objects.filter(id=job, state="running").update(**columns)
    except DatabaseError:
        connection.close()  # a server that comes back is reached anew
        return False
    return True


def _forget_unread(desk: Desk, job: str) -> None:
    """Files that cannot serve are not kept: a list of names sent by mistake, or what nobody has checked because the job ended before."""
    found = Job.objects.filter(id=job).exclude(state__in=("running", "done")).first()
    if found is not None and (found.wrong or not told(desk, job).rows):
        _forget(desk, found.case, job)


def _forget(desk: Desk, case: str, job: str = "") -> None:
    """Erase the files of an import that no computation, other than ``job``, is about."""
    if case and not Job.objects.filter(case=case).exclude(id=job).exists():
        shutil.rmtree(desk.cases / case, ignore_errors=True)


def stop(job: str) -> None:
    """Ask for the best certified proposal found so far; kill what has not ended after :data:`GRACE` seconds."""
    child = children.get(job)
    if child is None or child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)

    def kill() -> None:
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            if child.poll() is not None:
                return
            time.sleep(0.2)
        child.kill()

    threading.Thread(target=kill, daemon=True).start()


def reap(desk: Desk) -> None:
    """Jobs whose server is gone end as failed: their place is free again, and files that were not checked are erased."""
    lost = Job.objects.filter(state="running", heartbeat_at__lt=desk.store.now() - LOST)
    lost = lost.exclude(id__in=list(children))  # ours goes on: its base was away
    gone = list(lost.values_list("id", flat=True))
    if gone:
        lost.update(state="failed", code=None, ended_at=desk.store.now())
        for job in gone:
            _forget_unread(desk, job)
    _forget_orphans(desk)


def _forget_orphans(desk: Desk) -> None:
    """Erase what was sent and never became a computation's own, a server having ended meanwhile."""
    if Job.objects.filter(state="running").exists():
        return
    forget_left(desk.deployment.state)
    for folder in unchanged(desk.cases, ORPHAN):
        _forget(desk, folder.name)
    for log in desk.runs.glob("*.log"):
        log.unlink(missing_ok=True)


def end_all() -> None:
    """The server ends: so do its children."""
    for child in list(children.values()):
        child.kill()


def told(desk: Desk, job: str) -> Told:
    """What the child of a job has said."""
    found = Told()
    for line in _lines(said_file(desk, job)):
        if "finding" in line:
            found.findings.append(line)
        elif "findings" in line:
            found.count += line["findings"]
            found.errors += line["errors"]
        else:
            found.next |= line.get("step") == "next"
            if line.get("step") == "check" and not found.count:
                # a computation of before told no number when the case was brought forward
                found.count = len(found.findings)
            for name, value in line.items():
                if hasattr(found, name) and name not in ("findings", "gap", "next"):
                    setattr(found, name, value)
    return found


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue  # a line that is being written
        if isinstance(read, dict):
            yield read
