"""A dwelling that a tenant frees, on the pages: what it waits for is said, its offer has no form yet, a refusal takes it off."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from optimizer.store import commands, queries
from tests.web.playing import LANDLORD, SECRETARY, Played, item

COMMISSION = "CALEOL Pontarlier"
VACANT, FREED = "L120171", "H120172"


def test_the_choice_of_chains_reaches_the_computation_and_is_told(
    played: Played, monkeypatch: pytest.MonkeyPatch
):
    from optimizer.web import jobs
    from optimizer.web.models import Job

    class Ended:
        """A child that has ended already."""

        stdin = None

        def __init__(self, words: list[str], **more: object) -> None:
            begun.append(words)

        def wait(self, timeout: float) -> int:
            return 0

    begun: list[list[str]] = []
    monkeypatch.setattr(jobs.subprocess, "Popen", Ended)
    monkeypatch.setattr(jobs, "children", {})
    # the watcher is a thread with a connection of its own: what it writes is written here at once
    monkeypatch.setattr(jobs.threading.Thread, "start", lambda thread: None)
    client = played.client("S")

    def asks(**told: Any) -> tuple[int, str]:
        Job.objects.filter(state="running").update(state="done", code=0)
        answer = client.post("/preparer", {"title": "Avec chaînes", **told})
        return answer.status_code, answer.headers.get("Location", "")

    page = client.get("/preparer").content.decode()
    assert '<option value="0" selected>aucune' in page and "pas plus de nouveaux ménages" in page
    sent = io.BytesIO(b"x")
    sent.name = "dwellings.csv"
    assert asks(files=[sent], chains="3x") == (422, "") and begun == []
    sent.seek(0)
    assert asks(files=[sent], chains="all")[0] == 302
    first = Job.objects.latest("started_at")
    assert (first.chains, begun[-1][-2]) == (-1, "all")
    status, at = asks(case=first.case)
    assert (status, begun[-1][-2]) == (302, "all")  # run again as it was
    assert asks(case=first.case, chains="1")[0] == 302 and begun[-1][-2] == "1"
    assert "sans limite" in client.get(at).content.decode()
    commands.attach_run(
        played.store,
        SECRETARY,
        uuid4().hex,
        run_id="long",
        verdict="certified",
        case_on=date(2026, 12, 1),
        chains=2,
    )
    made = commands.new_session(
        played.store, SECRETARY, uuid4().hex, landlord=LANDLORD, commission="Choix", on=date(2026, 12, 2), items=(item("L77"),),
        run_id="long", quorum=2,
    )  # fmt: skip
    played.account("choisit", "S", commission="Choix")
    shown = played.client(name="choisit").get(f"/seances/{made.result['session_id']}").content.decode()
    assert "Chaînes de mutations : jusqu" in shown
    Job.objects.filter(title="Avec chaînes").delete()  # the desk is other tests' too


def section(page: str, home: str) -> str:
    """The part of Offres that speaks of a dwelling."""
    return next(part for part in page.split("<section") if f">{home} " in part)


def test_a_reservataire_reads_neither_the_dwelling_of_another_account_nor_where_a_household_lives(
    played: Played,
):
    elsewhere = "CALEOL Morteau chaînes"
    played.account("prefecture", "R", commission=elsewhere, account="ETAT_PRIO")
    played.account("morteau", "S", commission=elsewhere)
    told = {
        "H120281": "logement occupé par un locataire appelé en premier pour L120280 : sans son départ, cette page est sans effet",
        "L120282": "si le premier rang accepte, son logement actuel H120283 est proposé à la suite",
    }
    homes = [item("L120280")]
    for name, words in told.items():
        made = item(name, "ETAT_PRIO")
        form = {**made.facts["form"], "lines": [*made.facts["form"]["lines"], [["Chaîne", words]]]}
        homes.append(replace(made, facts={**made.facts, "form": form}))
    link = {"number": 1, "kind": "chain", "position": 1, "after": "L120280"}
    homes[1] = replace(homes[1], facts={**homes[1].facts, "chain": link})
    session = played.session(date(2026, 12, 2), state="open", homes=tuple(homes), commission=elsewhere)
    theirs, staff = played.client(name="prefecture"), played.client(name="morteau")
    at = f"/seances/{session.session_id}"
    pages = [f"{at}/seance", "/reservataire", "/seances"]
    for home in session.items[1:]:
        pages.append(f"{at}/logements/{home.item_id}")
        pages += [f"{at}/demandes/{c.candidate_id}" for c in home.candidates]
    numbers = [c.application_id for home in session.items for c in home.candidates]
    for page in pages:
        shown = theirs.get(page)
        assert shown.status_code == 200, page
        assert not [x for x in ("L120280", "H120283", *numbers) if x in shown.content.decode()], page
    freed = f"{at}/logements/{session.items[1].item_id}"
    assert "en premier pour un autre logement de la séance" in theirs.get(freed).content.decode()
    assert "en premier pour L120280" in staff.get(freed).content.decode()
    # another account's dwelling and its households are not there by their address either
    other = session.items[0]
    for page in (f"{at}/logements/{other.item_id}", f"{at}/demandes/{other.candidates[0].candidate_id}"):
        assert theirs.get(page).status_code == 404
    for page in (
        at,
        f"{at}/pieces",
        f"{at}/pieces/proces-verbal.pdf",
        "/offres",
        "/appels",
        "/journal",
        "/semaine",
        "/preparer",
    ):
        assert theirs.get(page).status_code in (403, 404), page


def test_a_freed_dwelling_waits_and_a_refusal_takes_it_off(played: Played):
    played.account("pontarlier", "S", commission=COMMISSION)
    freed = item(FREED)
    link = {"number": 1, "kind": "chain", "position": 1, "after": VACANT}
    homes = (item(VACANT), replace(freed, facts={**freed.facts, "chain": link}))
    session = played.session(date(2026, 12, 1), state="closed", homes=homes, commission=COMMISSION)
    client = played.client(name="pontarlier")

    def send(candidate: int, **fields: Any) -> None:
        now = next(
            i for i in queries.session(played.store, session.session_id).items if i.dwelling_id == VACANT
        )
        told = {"version": now.version, "candidate": candidate, **fields}
        at = f"/seances/{session.session_id}/offres/{candidate}"
        assert client.post(at, told).status_code == 302

    waits = f"sans effet si le ménage appelé en premier pour {VACANT}"
    vacant, then = session.items
    for page in ("", f"/logements/{then.item_id}"):
        shown = client.get(f"/seances/{session.session_id}{page}")
        assert shown.status_code == 200 and waits in shown.content.decode(), page
    name = then.candidates[0].candidate_id
    assert waits in client.get(f"/seances/{session.session_id}/demandes/{name}").content.decode()
    offers = client.get("/offres").content.decode()
    assert waits in section(offers, FREED) and 'value="notify"' not in section(offers, FREED)
    assert 'value="notify"' in section(offers, VACANT)
    first = vacant.candidates[0].candidate_id
    send(first, act="notify", notified="2026-12-01", proof="hand", proof_on="2026-12-01")
    send(first, act="answer", answer="refused", on="2026-12-01", refusal="transport")
    after = section(client.get("/offres").content.decode(), FREED)
    assert f"le locataire en place ne prend pas {VACANT}" in after and "Retiré" in after
    assert "son locataire reste" in played.client("D").get("/journal").content.decode()
