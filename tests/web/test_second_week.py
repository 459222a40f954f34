"""What is met after a first session: who has left the room, a name set aside, an import at fault, papers of a closed session, days to come."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from optimizer.desk.paper_set import MARK
from optimizer.desk.papers.convocation import agenda_paper
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.sessions import logged, told_of
from optimizer.store import commands, queries
from optimizer.store.clock import PARIS
from optimizer.store.records import AttendanceRecord, NewDecision, SessionRecord
from tests.web.hands import the_form
from tests.web.playing import LANDLORD, SECRETARY, Played, item

DAY = date(2026, 12, 1)
"""The day of the desk's clock in these tests: hours of arrival and departure are looked at on the session's own day."""
HERE = "CALEOL d'Ornans"
ELSEWHERE = "CALEOL de Pontarlier"


@pytest.fixture(scope="module")
def sitting(played: Played) -> SessionRecord:
    """A session that sits today, in a commission of its own."""
    played.account("greffier", "S", commission=HERE)
    homes = (item("L121101"), item("L121102"), item("L121103"))
    played.clock.now = max(played.clock.now, datetime(2026, 12, 1, 14, 0, tzinfo=PARIS))
    return played.session(played.store.today(), state="open", homes=homes, commission=HERE)


@pytest.fixture(scope="module")
def secretary(played: Played, sitting: SessionRecord) -> Any:
    """Its secretary."""
    return played.client(name="greffier")


def said(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).replace("\u00a0", " ").split())


def there(key: str, *left: str) -> list[AttendanceRecord]:
    return [
        AttendanceRecord(key, f"Membre {n}", "élu", "board", "", "present", "", "09:00", hour, ())
        for n, hour in enumerate(left)
    ]


def test_a_dwelling_is_not_decided_by_who_has_left(played: Played, sitting: SessionRecord, secretary: Any):
    key, home = sitting.session_id, sitting.items[0]
    now = played.store.now().astimezone(PARIS)
    gone = (now - timedelta(minutes=5)).strftime("%H:%M")
    commands.attend(played.store, SECRETARY, str(uuid4()), key, members=there(key, "", gone))
    address = f"/seances/{key}/logements/{home.item_id}"
    page = secretary.get(address)
    assert "Voix présentes ou représentées pour ce logement : 1, quorum 2." in said(page)
    _, form = the_form(page.content.decode(), f"{address}/decider", {"hour": "09:30"})
    listed = [c.candidate_id for c in home.candidates if c.status == "listed"]
    typed = {**form.fields, **form.hidden}
    for n, candidate in enumerate(listed, 1):
        typed |= {f"kind-{candidate}": "ranked", f"rank-{candidate}": str(n)}
    refused = secretary.post(f"{address}/decider", typed)
    assert refused.status_code == 422 and "Le quorum n'est pas atteint : 1 voix" in said(refused).replace(
        "&#39;", "'"
    )
    wrong = secretary.post(f"{address}/decider", {**typed, "hour": "25:00", "command_id": str(uuid4())})
    assert "Examiné à : une heure, par exemple 14:30." in said(wrong)
    # it was examined before he left, and is typed now
    assert (
        secretary.post(
            f"{address}/decider", {**typed, "hour": "09:30", "command_id": str(uuid4())}
        ).status_code
        == 302
    )
    vote = queries.session(played.store, key).items[0].vote
    assert vote is not None and (vote.present, vote.quorum) == (2, 2)
    # put right after he left, it stays voted by those who were there: the page keeps its hour
    _, form = the_form(secretary.get(address).content.decode(), f"{address}/decider", {"hour": "09:30"})
    assert form.fields["hour"] == "09:30"
    again = {**form.fields, **form.hidden, f"rank-{listed[0]}": "2", f"rank-{listed[1]}": "1"}
    again["departure"] = "Ménage sans logement, exposé en séance."
    assert secretary.post(f"{address}/decider", again).status_code == 302
    revised = queries.session(played.store, key).items[0].vote
    assert revised is not None and revised.present == 2


def test_why_a_name_was_not_examined_stands_on_the_page_and_in_the_minutes(
    played: Played, sitting: SessionRecord, secretary: Any
):
    key, home = sitting.session_id, sitting.items[1]
    one = home.candidates[0]
    commands.candidate_not_examined(
        played.store, SECRETARY, str(uuid4()), one.candidate_id, reason="household_withdrew"
    )
    reason = told_of(played.store, key, "fr").law.labels("not_examined_reasons")["household_withdrew"]
    assert f"Non examinée {reason}" in said(secretary.get(f"/seances/{key}/logements/{home.item_id}"))
    assert f"non examiné : {reason}" in str(minutes(told_of(played.store, key, "fr")))


def test_the_frozen_agenda_keeps_what_was_convened(played: Played, sitting: SessionRecord, secretary: Any):
    """A case of R. 441-3 given in session, after a name fell out, is no word of the agenda that was sent."""
    key, home = sitting.session_id, sitting.items[2]
    out, *listed = (c.candidate_id for c in home.candidates if c.status == "listed")
    commands.candidate_not_examined(played.store, SECRETARY, str(uuid4()), out, reason="household_withdrew")
    commands.attend(played.store, SECRETARY, str(uuid4()), key, members=there(key, "", ""))
    ranks = [NewDecision(c, "ranked", n) for n, c in enumerate(listed, 1)]
    commands.decide(
        played.store, SECRETARY, str(uuid4()), home.item_id, decisions=ranks, few_reason="too_few_candidates"
    )
    told = told_of(played.store, key, "fr")
    assert "insuffisance du nombre de candidats" in str(minutes(told))
    assert "insuffisance du nombre de candidats" not in str(agenda_paper(told))
    assert "Insuffisance du nombre de candidats" not in said(secretary.get(f"/seances/{key}"))


def test_an_import_at_fault_is_offered_for_nothing(played: Played, sitting: SessionRecord, secretary: Any):
    from optimizer.web.looks import imports_kept
    from optimizer.web.models import Job

    desk, now = played.desk, played.store.now()
    for name, code in (("bon", 0), ("fautif", 2)):
        (desk.cases / name).mkdir(parents=True, exist_ok=True)
        Job.objects.create(
            id=name, case=name, title=f"Import {name}", state="failed" if code else "done", started_by="greffier", landlord=LANDLORD,
            started_at=now, heartbeat_at=now, ended_at=now, code=code,
        )  # fmt: skip
    try:
        assert {"bon", "fautif"} & set(dict(imports_kept(desk, Job.objects.all()))) == {"bon"}
        assert "Mettre à jour et proposer" in said(secretary.get("/preparer/bon"))
        wrong = said(secretary.get("/preparer/fautif"))
        assert "Mettre à jour et proposer" not in wrong and "corriger les fichiers" in wrong
        listed = said(secretary.get("/preparer"))
        assert "Relancer Import bon" in listed and "Relancer Import fautif" not in listed
    finally:
        Job.objects.filter(id__in=("bon", "fautif")).delete()


def test_a_member_is_shown_no_paper_that_cannot_be_opened(played: Played):
    # in a commission of its own: another test may have a session open
    played.account("membre-pontarlier", "M", commission=ELSEWHERE)
    played.account("presidence-pontarlier", "P", commission=ELSEWHERE)
    session = played.session(date(2026, 11, 20), state="closed", commission=ELSEWHERE)
    folder = played.desk.deployment.state / "papers" / session.session_id
    folder.mkdir(parents=True)
    (folder / "proces-verbal.html").write_text("<p>PV</p>")
    member, chair = played.client(name="membre-pontarlier"), played.client(name="presidence-pontarlier")
    page = said(member.get(f"/seances/{session.session_id}/pieces"))
    assert "exemplaire nominatif" not in page and "les demander au secrétariat" in page
    logged(played.store, SECRETARY, session.session_id, "papers", ["proces-verbal.html"])
    shown = said(chair.get(f"/seances/{session.session_id}/pieces"))
    assert "Procès-verbal, exemplaire nominatif" in shown and "Produites le " in shown


def test_papers_of_a_day_that_a_restoration_lost_are_not_those_of_the_session_of_that_day(played: Played):
    """They lie beside the desk, under the day of the session: letters of other households stood on the new one's page."""
    played.account("secretaire-morteau", "S", commission="CALEOL Morteau")
    key = played.session(date(2026, 11, 19), state="closed", commission="CALEOL Morteau").session_id
    folder, staff = played.desk.deployment.state / "papers" / key, played.client(name="secretaire-morteau")
    folder.mkdir(parents=True)
    (folder / "courriers.html").write_text("<p>Les ménages du jour perdu</p>", encoding="utf-8")
    (folder / MARK).write_text("{}", encoding="utf-8")

    def seen() -> tuple[bool, int]:
        page = staff.get(f"/seances/{key}/pieces").content.decode()
        return "courriers.html" in page, staff.get(f"/seances/{key}/pieces/courriers.html").status_code

    assert seen() == (False, 404)
    sealed = hashlib.sha256(b"{}").hexdigest()
    logged(played.store, SECRETARY, key, "papers", ["courriers.html"], sealed)
    assert seen() == (True, 200)
    (folder / MARK).write_text('{"made": "after the backup"}', encoding="utf-8")
    assert seen() == (False, 404)


def test_ledger_retention_and_reservataire_speak_in_words(played: Played, sitting: SessionRecord):
    ledger = said(played.client("D").get("/journal"))
    assert (
        "(Secrétaire)" in ledger and "(S)" not in ledger and "program" not in ledger.replace("programme", "")
    )
    theirs = played.client("R").get("/reservataire").content.decode()
    assert "État (publics prioritaires)" in said(played.client("R").get("/reservataire"))
    assert '<option value="ETAT_PRIO">État' in theirs and '<p class="sub">ETAT_PRIO' not in theirs


def test_what_will_be_due_on_a_day_to_come_is_told_and_not_erased(played: Played):
    officer = played.client("D")
    kept = officer.get("/conservation").content.decode()
    assert "12 mois après la fin de la dernière candidature" in kept and "valeur supposée" in kept
    _, form = the_form(kept, "/conservation", {"on": ""})
    asked = {**form.hidden, "on": (played.store.today() + timedelta(days=500)).isoformat()}
    page = officer.post("/conservation", asked)
    text = said(page).replace("&#39;", "'")
    assert "rien ne s'efface avant" in text
    assert "Effacer maintenant" not in text
    held = re.search(r"Retenus \(\d+\) :(.*)Effacer ce qui", text)
    assert held is None or not re.search(r" : (offer|duty|recourse|candidature) ", held[1])


@pytest.mark.long
def test_a_list_of_names_sent_in_the_place_of_a_case_is_not_kept(played: Played, secretary: Any):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from optimizer.web.models import Job

    names = SimpleUploadedFile("identites.csv", b"numero_unique;nom\n025000000000000001;Dupont\n")
    sent = secretary.post("/preparer", {"title": "Erreur", "chains": "0", "files": [names]})
    assert sent.status_code == 302
    job = sent.headers["Location"].rsplit("/", 1)[1]
    end = time.monotonic() + 600
    while (found := Job.objects.get(id=job)).state == "running" or (played.desk.cases / found.case).exists():
        assert time.monotonic() < end, found.state
        time.sleep(0.5)
    assert found.wrong
    assert "n'est pas gardé" in said(secretary.get(f"/preparer/{job}")).replace("&#39;", "'")
    photo = SimpleUploadedFile("photo.jpg", b"\xff\xd8")
    page = said(secretary.post("/preparer", {"people": "1", "identities": photo})).replace("&#39;", "'")
    assert "n'est pas un fichier d'identités (attendu : .csv, " in page
