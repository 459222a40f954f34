"""What was written about households is read by those who prepare and sit: a réservataire reads what was decided, a maire its own commune."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from optimizer.store import commands, queries
from optimizer.store.records import NewDecision, SessionRecord
from tests.web.playing import CHAIR, LANDLORD, SECRETARY, Played, item

COMMISSION = "CALEOL de Morteau"
SENTENCE = "Le ménage compte cinq personnes pour un logement de trois pièces."
DEPARTURE = "La seconde situation est plus pressante : bail dénoncé."
REASON = "Rangs inversés à la saisie de la seconde"


@pytest.fixture(scope="module")
def corrected(played: Played) -> SessionRecord:
    """A session signed with a refusal in words on the État's dwelling, then a rectificatif on the other dwelling."""
    for name, role, more in (
        ("greffe", "S", {}), ("prefecture", "R", {"account": "ETAT_PRIO"}), ("maire-de-loin", "M", {"territory": "25388"}),
    ):  # fmt: skip
        played.account(name, role, commission=COMMISSION, **more)
    homes = (item("L113001"), item("L113002", "ETAT_PRIO"))
    made = played.session(date(2026, 11, 30), state="open", homes=homes, commission=COMMISSION)
    do = played.store
    for home in made.items:
        first, second, third = (c.candidate_id for c in home.candidates if c.status == "listed")
        refused = NewDecision(first, "not_attributed", motive="N3", sentence=SENTENCE)
        decisions = [refused, NewDecision(second, "ranked", 2), NewDecision(third, "attribution", 1)]
        commands.decide(do, SECRETARY, str(uuid4()), home.item_id, decisions=decisions, departure=DEPARTURE)
    commands.close(do, CHAIR, str(uuid4()), made.session_id)
    home = queries.session(do, made.session_id).items[0]
    first, second, third = (c.candidate_id for c in home.candidates if c.decision)
    exchanged = [NewDecision(second, "attribution", 1), NewDecision(third, "ranked", 2)]
    commands.prepare_rectification(
        do, SECRETARY, str(uuid4()), made.session_id, reason=REASON, decisions=exchanged
    )
    return queries.session(do, made.session_id)


def pages(played: Played, session: SessionRecord, name: str) -> tuple[str, Any]:
    """The page of the session and, where it may be opened, that of the État's dwelling."""
    client, at = played.client(name=name), f"/seances/{session.session_id}"
    home = client.get(f"{at}/logements/{session.items[1].item_id}")
    return text_of(client.get(f"{at}/seance")), home


def text_of(answer: Any) -> str:
    """What a page says; the space before a colon is one that does not break."""
    return str(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def test_who_prepares_reads_everything(played: Played, corrected: SessionRecord):
    room, home = pages(played, corrected, "greffe")
    assert REASON in room and corrected.items[0].candidates[1].application_id in room
    assert SENTENCE in text_of(home) and DEPARTURE in text_of(home)


def test_a_reservataire_reads_the_decision_and_its_provision_not_what_was_written_of_a_household(
    played: Played, corrected: SessionRecord
):
    room, answer = pages(played, corrected, "prefecture")
    home = text_of(answer)
    numbers = {c.application_id for i in corrected.items for c in i.candidates}
    assert not any(number in room + home for number in numbers)
    assert corrected.items[0].dwelling_id not in room and REASON not in room
    assert SENTENCE not in home and DEPARTURE not in home
    assert "N3" in home and "L. 441-1" in home and "le motif est au procès-verbal" in home


def test_a_reservataire_reads_that_a_document_is_awaited_not_which(played: Played, corrected: SessionRecord):
    """« Ordonnance de protection », « Certificat de grossesse » told of the household it had named at that very rank."""
    homes = (item("L121007", "ETAT_PRIO"),)
    made = played.session(date(2026, 12, 10), state="open", homes=homes, commission="CALEOL de Morteau-Est")
    for who, role, more in (("greffe-est", "S", {}), ("prefecture-est", "R", {"account": "ETAT_PRIO"})):
        played.account(who, role, commission="CALEOL de Morteau-Est", **more)
    first, second, third = (c.candidate_id for c in made.items[0].candidates if c.status == "listed")
    condition = NewDecision(
        first, "conditional", rank=1, document="protection_order", due_on=date(2027, 1, 15)
    )
    others = [NewDecision(second, "ranked", 2), NewDecision(third, "ranked", 3)]
    commands.decide(
        played.store, SECRETARY, str(uuid4()), made.items[0].item_id, decisions=[condition, *others]
    )
    at = f"/seances/{made.session_id}"
    pages = (f"{at}/logements/{made.items[0].item_id}", f"{at}/demandes/{first}")
    for who, told in (("greffe-est", True), ("prefecture-est", False)):
        for said in (text_of(played.client(name=who).get(page)) for page in pages):
            assert ("Ordonnance de protection" in said) == told
            assert ("une pièce du dossier à remettre avant le 15/01/2027" in said) != told


def test_a_maire_of_another_commune_reads_no_rectificatif_of_this_one(
    played: Played, corrected: SessionRecord
):
    room, answer = pages(played, corrected, "maire-de-loin")
    assert answer.status_code == 404
    assert not any(c.application_id in room for i in corrected.items for c in i.candidates)
    assert corrected.items[0].dwelling_id not in room and REASON not in room
    assert "Rectificatif 1" in room


def test_a_member_reads_no_call_list_and_of_an_agenda_what_is_to_settle_on_its_own_dwellings(
    played: Played, corrected: SessionRecord
):
    numbers = {c.application_id for i in corrected.items for c in i.candidates}
    due, nothing = (text_of(played.client(name=who).get("/semaine")) for who in ("greffe", "maire-de-loin"))
    assert any(number in due for number in numbers) and not any(number in nothing for number in numbers)
    made = played.session(date(2026, 12, 14), homes=(item("L121401"), item("L121402")), commission=COMMISSION)
    name = made.items[0].candidates[0]
    commands.ask_document(played.store, SECRETARY, str(uuid4()), name.candidate_id, document="tax_notice")
    at = f"/seances/{made.session_id}"
    asked, elsewhere = (text_of(played.client(name=who).get(at)) for who in ("greffe", "maire-de-loin"))
    assert "Avis d'imposition" in asked.replace("&#39;", "'") and name.application_id not in elsewhere


def test_the_page_of_a_household_keeps_to_the_dwellings_that_are_seen(
    played: Played, corrected: SessionRecord
):
    refused = corrected.items[1].candidates[0]
    at = f"/seances/{corrected.session_id}/demandes/{refused.candidate_id}"
    assert SENTENCE in text_of(played.client(name="greffe").get(at))
    theirs = text_of(played.client(name="prefecture").get(at))
    assert SENTENCE not in theirs and "N3" in theirs
    # the same three households on two dwellings of two communes
    homes = (item("L121605", commune="25388"), item("L121705"))
    made = played.session(date(2026, 12, 16), state="open", homes=homes, commission=COMMISSION)
    own, other = made.items
    assert {c.application_id for c in own.candidates} == {c.application_id for c in other.candidates}
    page = f"/seances/{made.session_id}/demandes/{own.candidates[0].candidate_id}"
    for who, whole in (("greffe", True), ("maire-de-loin", False)):
        asked = {"reason": "Question posée en séance", "command_id": str(uuid4())}
        told = text_of(played.client(name=who).post(page, asked))
        assert own.dwelling_id in told and (other.dwelling_id in told) == whole, who


def test_what_a_trial_moves_in_another_commune_is_counted_and_not_told(corrected: SessionRecord):
    from optimizer.web.answers import Answered, kept_to  # once the desk is configured

    own, other = corrected.items
    moved = tuple({"dwelling": i.dwelling_id, "before": "0251", "after": "0252"} for i in corrected.items)
    answered = Answered("Et si… ?", moved=moved, cost=12.0)
    assert kept_to(answered, corrected, corrected.items) == answered
    theirs = kept_to(answered, corrected, [own])
    assert [one["dwelling"] for one in theirs.moved] == [own.dwelling_id] and theirs.beyond == 1
    assert other.dwelling_id not in repr(theirs)


def test_a_maire_asks_of_the_households_of_its_dwelling_and_learns_nothing_of_any_other(
    played: Played, corrected: SessionRecord, monkeypatch: pytest.MonkeyPatch
):
    """Any number of the case told its score, its criteria and the dwelling of another commune where it is first."""
    from optimizer.web import answers
    from optimizer.web.models import Job

    asked: list[tuple[str, Any]] = []

    def why(*told: Any, seen: Any, **more: Any) -> Any:
        asked.append((told[1], seen))
        return answers.Answered("", ("Demande connue du calcul.",))

    homes = (item("L121805", commune="25388"), item("L121906"))
    made = played.session(date(2026, 12, 18), homes=homes, commission=COMMISSION)
    own, other = made.items
    at, key = played.store.now(), "5" * 32
    assert made.run is not None
    job = Job.objects.create(
        id=key, case=key, title="Semaine", state="done", started_by="greffe", landlord=LANDLORD, code=0, run=made.run.run_id,
        started_at=at, heartbeat_at=at, ended_at=at,
    )  # fmt: skip
    (played.desk.cases / key).mkdir(parents=True)
    monkeypatch.setattr("optimizer.runs.why", why)
    page = f"/seances/{made.session_id}/logements/{own.item_id}/question"
    theirs, elsewhere = own.candidates[0].application_id, other.candidates[0].application_id
    try:
        said = {
            (who, number): text_of(played.client(name=who).get(page, {"ask": "why", "number": number}))
            for who in ("greffe", "maire-de-loin")
            for number in (theirs, elsewhere, "025099999999999999")
        }
    finally:
        job.delete()
        (played.desk.cases / key).rmdir()
    known = {asked for asked, text in said.items() if "Demande connue du calcul." in text}
    assert {asked for asked in said if asked not in known} == {
        ("maire-de-loin", elsewhere), ("maire-de-loin", "025099999999999999"),
    }  # fmt: skip
    assert asked[-1] == (theirs, {own.dwelling_id}) and asked[0][1] is None


def test_the_pages_of_a_whole_proposal_are_for_those_who_see_every_commune(
    played: Played, corrected: SessionRecord
):
    from optimizer.web.models import Job  # once the desk is configured

    at = played.store.now()
    told = {
        "case": "3" * 32,
        "title": "Semaine",
        "state": "done",
        "started_by": "greffe",
        "landlord": LANDLORD,
        "code": 0,
    }
    job = Job.objects.create(id="3" * 32, **told, started_at=at, heartbeat_at=at, ended_at=at)
    folder = played.desk.runs / job.id
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<p>toutes les communes</p>", encoding="utf-8")
    played.account("elue-du-conseil", "M", commission=COMMISSION)
    address = f"/preparer/{job.id}"
    try:
        for who, whole in (("greffe", True), ("elue-du-conseil", True), ("maire-de-loin", False)):
            client = played.client(name=who)
            answer = client.get(f"{address}/pages/rapport")
            assert answer.status_code == (200 if whole else 404), who
            answer.close()
            assert (f"{address}/pages/rapport" in text_of(client.get(address))) == whole, who
    finally:
        job.delete()
        (folder / "report.html").unlink()
        folder.rmdir()


def test_a_maire_opens_the_pack_of_its_commune_and_what_was_sent_to_all(
    played: Played, corrected: SessionRecord
):
    """desk.md §4: names in session, on the member's own territory; calls are not a member's at all."""
    from pypdf import PdfReader

    commission = "CALEOL de Maîche"
    homes = (item("L122105", commune="25388"), item("L122205"))
    made = played.session(date(2026, 12, 21), state="open", homes=homes, commission=commission)
    own, other = made.items
    for name, role, more in (
        ("greffe-maiche", "S", {}), ("elue-maiche", "M", {}), ("maire-maiche", "M", {"territory": "25388"}),
    ):  # fmt: skip
        played.account(name, role, commission=commission, **more)
    at = f"/seances/{made.session_id}/pieces"
    form = {
        "name": "OPH",
        "author": "",
        "quality": "",
        "contact": "",
        "rules_at": "",
        "command_id": str(uuid4()),
    }
    assert played.client(name="greffe-maiche").post(at, form).status_code in (200, 302)
    every = {
        "dossier-de-seance.html", "dossier-de-seance.pdf", "saisie.xlsx", "convocation.html", "ordre-du-jour.html", "appels.html",
    }  # fmt: skip
    opened = {
        "greffe-maiche": every,
        "elue-maiche": every - {"appels.html"},
        "maire-maiche": every - {"appels.html", "saisie.xlsx"},
    }
    for who, names in opened.items():
        client = played.client(name=who)
        listed = text_of(client.get(at))
        for name in every:
            answer = client.get(f"{at}/{name}")
            content = b"".join(answer) if answer.status_code == 200 else b""
            answer.close()
            assert (answer.status_code == 200) == (name in names), (who, name)
            assert (f"{at}/{name}" in listed) == (name in names), (who, name)
            if name == "dossier-de-seance.html":
                said = content.decode()
            elif name == "dossier-de-seance.pdf":
                said = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
            else:
                continue
            assert own.dwelling_id in said, (who, name)
            assert (other.dwelling_id in said) == (who != "maire-maiche"), (who, name)
            assert "n° 1/2" in said.replace("\u00a0", " "), "the number of the whole pack"
        assert ("de votre territoire" in listed) == (who == "maire-maiche")
