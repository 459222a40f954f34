"""A session opened before the day that people were convened for says so; a cancelled one says why."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from optimizer.store import commands, queries
from tests.web.playing import SECRETARY, Played, item, member

ELSEWHERE = "CALEOL de mars"


def test_a_session_opened_before_its_day_says_so(played: Played):
    # in a commission of its own: one has one session open at a time
    played.account("secretaire-de-mars", "S", commission=ELSEWHERE)
    session = played.session(
        date(2027, 3, 4), state="convened", homes=(item("L030401"),), commission=ELSEWHERE
    )
    key = session.session_id
    commands.attend(
        played.store,
        SECRETARY,
        str(uuid4()),
        key,
        members=[member(key, "A. Durand"), member(key, "B. Petit")],
    )
    staff = played.client(name="secretaire-de-mars")
    version = queries.session(played.store, key).version
    answer = staff.post(
        f"/seances/{key}/ouvrir", {"checked": "1", "command_id": "tot", "version": str(version)}
    )
    page = staff.get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ")
    assert answer.status_code == 302
    assert "Séance ouverte avant son jour : elle est convoquée pour le 04/03/2027" in page
    assert queries.session(played.store, key).status == "open"


def test_a_cancelled_session_says_why_to_those_who_prepare_it(played: Played):
    key = played.session(date(2027, 3, 11), state="convened", homes=(item("L031101"),)).session_id
    why = "Quorum non atteint : deux voix pour trois"
    commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason=why)
    for page in ("", "/seance"):
        assert why in played.client("S").get(f"/seances/{key}{page}").content.decode().replace("\u00a0", " ")
    assert why not in played.client("R").get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ")


def test_a_session_without_a_quorum_leaves_its_paper_and_its_dwellings(played: Played):
    elsewhere = "CALEOL d'avril"
    played.account("secretaire-d-avril", "S", commission=elsewhere)
    homes = (item("L040101"), item("L040102", "ETAT_PRIO"))
    key = played.session(date(2027, 4, 1), state="convened", homes=homes, commission=elsewhere).session_id
    commands.attend(played.store, SECRETARY, str(uuid4()), key, members=[member(key, "A. Durand")])
    staff = played.client(name="secretaire-d-avril")

    def send(address: str, **fields: str) -> tuple[int, str]:
        version = str(queries.session(played.store, key).version)
        data = {"command_id": str(uuid4()), "version": version, **fields}
        answer = staff.post(f"/seances/{key}/{address}", data)
        return answer.status_code, answer.content.decode().replace("\u00a0", " ")

    status, page = send("ouvrir", checked="1")
    assert status == 422 and "Le quorum n'est pas atteint" in page.replace("&#39;", "'")
    # the page of the refusal holds the way out; an hour is asked for, and what was typed stays
    status, page = send("carence", no_quorum_at="tantôt", no_quorum_reason="Neige")
    assert status == 422 and 'value="tantôt"' in page and 'value="Neige"' in page
    status, page = send("carence", no_quorum_at="9h45", no_quorum_reason="Neige")
    assert status == 302 and queries.session(played.store, key).status == "cancelled"
    page = staff.get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ").replace("&#39;", "'")
    assert "Carence constatée avant son jour : la séance était convoquée pour le 01/04/2027" in page
    assert "Quorum non atteint à 09:45 : 1 voix présente ou représentée, 2 demandées. Neige" in page
    assert "à inscrire à une autre séance : 1. L040101, 2. L040102" in page
    assert "A. Durand" in page and f'href="/seances/{key}/pieces"' in page and 'href="/preparer"' in page
    # its paper: no name is read for it, and it is in the list of papers with its title
    status, _ = send("pieces")
    assert status == 302
    listed = staff.get(f"/seances/{key}/pieces").content.decode().replace("&#39;", "'")
    assert listed.count("Procès-verbal de carence") >= 2 and "Courriers" not in listed
    assert not queries.events(played.store, session=key, kinds=("identity.viewed",))
    opened = staff.get(f"/seances/{key}/pieces/proces-verbal-de-carence.html")
    assert "Quorum non atteint à 09:45" in b"".join(opened.streaming_content).decode().replace("\u00a0", " ")
    # a réservataire sees that its dwelling is free again, neither the count nor the remark
    played.account("reservataire-d-avril", "R", commission=elsewhere, account="ETAT_PRIO")
    seen = played.client(name="reservataire-d-avril").get(f"/seances/{key}/seance").content.decode()
    assert "L040102" in seen and "L040101" not in seen and "Neige" not in seen and "09:45" not in seen
    # put on another agenda, each dwelling says which
    again = played.session(date(2027, 4, 8), homes=homes, commission=elsewhere)
    page = staff.get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ").replace("&#39;", "'")
    assert again.on == date(2027, 4, 8)
    assert "à l'ordre du jour de la séance du 08/04/2027 : 1. L040101, 2. L040102" in page
