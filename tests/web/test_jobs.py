"""The page of a computation: what was read and brought forward, and the session that it becomes."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import pytest

from optimizer.errors import said
from tests.web.hands import the_form
from tests.web.playing import Played


def test_a_session_begins_with_the_words_of_the_last_one(played: Played):
    from optimizer.web.models import Job

    played.session(date(2026, 12, 30))
    at = played.store.now()
    job = Job.objects.create(
        id="0" * 32, case="0" * 32, title="Semaine", state="done", started_by="secretaire", started_at=at, heartbeat_at=at,
        ended_at=at, code=0,
    )  # fmt: skip
    page = played.client("S").get(f"/preparer/{job.id}").content.decode()
    _, form = the_form(page, f"/preparer/{job.id}/seance", {"commission": "x"})
    assert form.fields["commission"] == "CALEOL Besançon" and form.fields["quorum"] == "2"
    job.delete()


def test_what_a_computation_has_read_and_brought_is_counted_once(played: Played):
    from optimizer.web.jobs import said_file, told
    from optimizer.web.models import Job

    lines = [
        '{"step": "next"}', '{"brought": "Du journal : 1 bail signé."}', '{"finding": "A", "severity": "warning", "place": ""}',
        '{"step": "check"}', '{"finding": "B", "severity": "warning", "place": ""}', '{"findings": 1, "errors": 0}',
        '{"rows": {"logements.csv": 7, "chartes.csv": 0}}',
    ]  # fmt: skip
    at, key = played.store.now(), "1" * 32
    job = Job.objects.create(
        id=key, case=key, title="Semaine", state="failed", started_by="secretaire", started_at=at, heartbeat_at=at, ended_at=at
    )  # fmt: skip
    file = said_file(played.desk, key)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines), encoding="utf-8")
    assert told(played.desk, key).count == 2
    page = played.client("S").get(f"/preparer/{key}").content.decode().replace("\u00a0", " ")
    assert "1 bail signé" in page and "logements.csv : 7 lignes lues" in page and "chartes" not in page
    job.delete()


def test_a_long_list_of_remarks_begins_with_the_errors_and_says_that_it_is_cut(
    played: Played, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Four hundred warnings stood on the page of an import that was refused for the error behind them."""
    from optimizer.errors import Finding
    from optimizer.web.children import job as child
    from optimizer.web.jobs import said_file, told
    from optimizer.web.models import Job

    monkeypatch.setattr(child, "SHOWN", 3)
    odd = [Finding("READ_BIRTH_DATE", "warning", "demandes.csv", n, "naissance") for n in range(2, 7)]
    child.say(step="next")
    child.tell_remarks(odd, "fr")
    child.say(step="check")
    child.tell_remarks(
        [*odd, Finding("READ_BIRTH_DATE", file="demandes.csv", row=9, column="naissance")], "fr"
    )
    lines = capsys.readouterr().out
    assert [json.loads(x)["severity"] for x in lines.splitlines() if '"finding"' in x][3] == "error"
    at, key = played.store.now(), "2" * 32
    job = Job.objects.create(
        id=key, case=key, title="Longue", state="failed", started_by="secretaire", started_at=at, heartbeat_at=at, ended_at=at
    )  # fmt: skip
    said_file(played.desk, key).parent.mkdir(parents=True, exist_ok=True)
    said_file(played.desk, key).write_text(lines, encoding="utf-8")
    found = told(played.desk, key)
    assert (found.count, found.errors, len(found.findings)) == (11, 1, 6)
    assert (
        said("WEB.JOB_FINDINGS", "fr", n=1857).replace("\u202f", " ").replace("\u00a0", " ")
        == "1 857 remarques sur le dossier"
    )
    page = played.client("S").get(f"/preparer/{key}").content.decode()
    assert "11 remarques sur le dossier" in page.replace(
        "\u00a0", " "
    ) and "5 autres remarques ne sont pas listées" in page.replace("\u00a0", " ")
    job.delete()


def test_the_end_of_a_computation_is_written_down_once_the_disk_lets_it(
    played: Played, monkeypatch: pytest.MonkeyPatch
):
    from django.db import OperationalError
    from django.db.models import QuerySet

    from optimizer.web import jobs
    from optimizer.web.models import Job

    case = "7" * 32
    (played.desk.cases / case).mkdir(parents=True)
    refused, update = [], QuerySet.update

    def full(query: Any, **columns: Any) -> int:
        if query.model is Job and "state" in columns and len(refused) < 2:
            refused.append(columns["state"])
            raise OperationalError("database or disk is full")
        return int(update(query, **columns))

    monkeypatch.setattr(QuerySet, "update", full)
    monkeypatch.setattr(jobs, "HEARTBEAT", 0.01)
    monkeypatch.setattr(jobs.sys, "executable", "/bin/true")
    job = jobs.start(played.desk, case, "Semaine", "secretaire", "fr")
    end = time.monotonic() + 60
    while Job.objects.get(id=job.id).state == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    found = Job.objects.get(id=job.id)
    assert (found.state, found.code, refused) == ("done", 0, ["done", "done"])
    found.delete()
