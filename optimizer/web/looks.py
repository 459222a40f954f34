"""What the last import says of a session's names: asked of a niced child, so that no page computes.

A new check of eligibility is kept beside the runs (codes of candidates, no number): the form that convenes or opens takes it over,
and every page of the session shows it until the session goes a step further.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from optimizer.errors import AttrifluxError, Lang, Said, day_words, define
from optimizer.store.records import NewCandidate, NewItem, SessionRecord
from optimizer.web.agendas import item_of, name_of
from optimizer.web.children.lines import OF_A_CHILD
from optimizer.web.children.questions import Asked, DescribeItem, DescribeName, Recheck
from optimizer.web.desk import Desk
from optimizer.web.imports import case_path, is_kept
from optimizer.web.models import Job

SECONDS = 120
"""How long a page waits for the child: reading a large import takes seconds."""
OFFERED = 12
"""Imports from which a form lets one choose, the newest first."""
define(
    "WEB_LOOK_NO_IMPORT",
    "Choisir l'import qui décrit ces ménages ; s'il n'est plus sur cette machine, l'importer d'abord (Préparer).",
    "Choose the import that describes these households; if it is no longer on this machine, import it first (Prepare).",
)
define(
    "WEB_LOOK_FAILED",
    "L'import n'a pas pu être relu : rien n'a été enregistré. Recommencer, ou l'importer à nouveau.",
    "The import could not be read again: nothing was recorded. Try again, or import it again.",
)
define("WEB_LOOK_REFUSED", "{why}", "{why}")


@dataclass(frozen=True)
class Checked:
    """A new check of the names listed: when, on which import, what it found (empty code: in order)."""

    at: datetime
    title: str
    status: str
    found: Mapping[int, str] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[int, str]:
        """Candidates that are no longer in order."""
        return {key: code for key, code in self.found.items() if code}


def imports_kept(desk: Desk, jobs: Iterable[Job], lang: Lang = "fr") -> list[tuple[str, str]]:
    """(case, title) of the imports of computations still on this machine, in their order; none whose files are wrong describes anybody."""
    found: dict[str, str] = {}
    for job in jobs:
        if job.wrong:
            continue
        if job.case not in found and is_kept(desk, job.case):
            found[job.case] = f"{job.title} ({day_words(job.started_at, lang)})"
        if len(found) == OFFERED:
            break
    return list(found.items())


def recheck(desk: Desk, session: SessionRecord, case: str) -> Checked:
    """Check the names of a session against an import, and keep what was found."""
    told = _ask(desk, case, Recheck(session))
    title = dict(imports_kept(desk, Job.objects.filter(case=case).order_by("-started_at"))).get(case, "")
    found = {int(key): str(code) for key, code in told["found"].items()}
    made = Checked(desk.store.now(), title, session.status, found)
    desk.runs.mkdir(parents=True, exist_ok=True)
    kept = {"at": made.at.isoformat(), "title": title, "status": session.status, "found": told["found"]}
    _file(desk, session).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return made


def checked(desk: Desk, session: SessionRecord) -> Checked | None:
    """The check made since the session reached its state; None when there is none."""
    try:
        kept: dict[str, Any] = json.loads(_file(desk, session).read_text(encoding="utf-8"))
        if kept["status"] != session.status:
            return None
        found = {int(key): str(code) for key, code in kept["found"].items()}
        return Checked(datetime.fromisoformat(kept["at"]), str(kept["title"]), session.status, found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def late_item(desk: Desk, case: str, dwelling: str, account: str, numbers: tuple[str, ...]) -> NewItem:
    """A dwelling of an import with the names put forward for it."""
    return item_of(_ask(desk, case, DescribeItem(dwelling, account, numbers))["item"])


def late_name(desk: Desk, case: str, dwelling: str, account: str, number: str, position: int) -> NewCandidate:
    """A household of an import put forward for a dwelling."""
    told = _ask(desk, case, DescribeName(dwelling, account, number, position))
    return replace(name_of(told["name"]), source="late")


def _file(desk: Desk, session: SessionRecord) -> Path:
    return desk.runs / f"{session.session_id}.checks.json"


def _ask(desk: Desk, case: str, asked: Asked) -> dict[str, Any]:
    if not imports_kept(desk, Job.objects.filter(case=case)):
        raise AttrifluxError("WEB_LOOK_NO_IMPORT")
    words = [sys.executable, "-m", "optimizer.web.children.look", str(case_path(desk, case))]
    try:
        done = subprocess.run(
            words,
            input=pickle.dumps(asked),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={**os.environ, **OF_A_CHILD},
        )
        told: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        raise AttrifluxError("WEB_LOOK_FAILED") from None
    if "refused" in told:
        raise AttrifluxError("WEB_LOOK_REFUSED", why=Said(told["refused"]["fr"], told["refused"]["en"]))
    return told
