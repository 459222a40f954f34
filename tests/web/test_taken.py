"""A session is made of a computation although another draft holds some of its dwellings: what holds them, and the way on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from optimizer.store import commands, queries
from tests.web.playing import COMMISSION, LANDLORD, SECRETARY, Played, item

KEY = "d" * 32
ON = date(2026, 12, 17)
MINE, THEIRS, OTHERS, FREE = "L121771", "L121772", "L121773", "L121774"


def session_with(played: Played, home: str, landlord: str, commission: str) -> str:
    """A draft that holds a dwelling."""
    made = commands.new_session(
        played.store, SECRETARY, str(uuid4()), landlord=landlord, commission=commission, on=ON, quorum=1, items=(item(home),),
        urgent=True, reason="Logement à reloger.",
    )  # fmt: skip
    return str(made.result["session_id"])


@pytest.fixture(scope="module")
def drafts(played: Played) -> Iterator[tuple[str, str, str]]:
    """A computation of four dwellings, of which the secretary's commission, another one and a neighbour hold each one."""
    from optimizer.web.agendas import agenda_file
    from optimizer.web.models import Job

    at = played.store.now()
    job = Job.objects.create(
        id=KEY, case=KEY, title="Semaine", state="done", landlord=LANDLORD, started_by="secretaire", started_at=at,
        heartbeat_at=at, ended_at=at, code=0,
    )  # fmt: skip
    run = {
        "run_id": KEY,
        "verdict": "certified",
        "gap_points": "",
        "seed": "1",
        "case_on": "2026-12-01",
        "hashes": {},
    }
    kept = {
        "run": run,
        "items": [asdict(item(home)) for home in (MINE, THEIRS, OTHERS, FREE)],
        "landlord": LANDLORD,
    }
    file = agenda_file(played.desk.runs / KEY)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept), encoding="utf-8")
    yield (
        session_with(played, MINE, LANDLORD, COMMISSION),
        session_with(played, THEIRS, LANDLORD, "CALEOL de Morteau"),
        session_with(played, OTHERS, "ESH70", "CALEOL de Vesoul"),
    )
    job.delete()


def asked(more: dict[str, str] | None = None) -> dict[str, str]:
    """The form as the secretary fills it."""
    return {
        "command_id": str(uuid4()), "on": "2026-12-18", "commission": COMMISSION, "mode": "in_person",
        "place": "Salle bleue",
    } | (more or {})  # fmt: skip


def test_all_are_named_with_a_way_to_each_and_the_session_is_made_without_them(
    played: Played, drafts: tuple[str, str, str]
):
    client: Any = played.client("S")
    first = client.get(f"/preparer/{KEY}").content.decode()
    assert 'name="without_taken"' not in first
    answer = client.post(f"/preparer/{KEY}/seance", asked())
    page = answer.content.decode().replace("\u00a0", " ").replace("&#39;", "'")
    assert answer.status_code == 422 and "Salle bleue" in page
    alert = page[page.index('role="alert"') :].split("</ul>")[0]
    assert f"{MINE} (séance 17/12/2026, en préparation)" in alert
    # a commission that this account does not see, and a neighbour: another agenda, no more
    for home in (THEIRS, OTHERS):
        assert f"{home} (sur un autre ordre du jour du bureau)" in alert
    assert (
        FREE not in alert and "17/12/2026 (2)" not in page and "Morteau" not in page and "Vesoul" not in page
    )
    held = queries.session(played.store, drafts[0]).items[0]
    assert f'href="/seances/{drafts[0]}/logements/{held.item_id}"' in page
    assert client.get(f"/seances/{drafts[0]}/logements/{held.item_id}").status_code == 200
    assert 'name="without_taken"' in page
    done = client.post(f"/preparer/{KEY}/seance", asked({"without_taken": "1"}), follow=True)
    page = done.content.decode().replace("\u00a0", " ").replace("&#39;", "'")
    assert done.status_code == 200 and f"Pas à l'ordre du jour : {MINE} (séance 17/12/2026" in page
    (made,) = (s for s in queries.sessions(played.store) if s.on == date(2026, 12, 18))
    assert [i.dwelling_id for i in made.items] == [FREE]
    again = client.post(f"/preparer/{KEY}/seance", asked({"without_taken": "1"}))
    page = again.content.decode().replace("\u00a0", " ").replace("&#39;", "'")
    assert again.status_code == 422 and "Il ne reste aucun logement" in page
