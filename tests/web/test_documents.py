"""The secretary says on a household's page which document its file waits for; the dwelling's page says it before the members."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

from optimizer.store import queries
from tests.web.playing import Played, item

ELSEWHERE = "CALEOL de mai"
FILE = [[["Titre", "aucun"], ["Dossier", "à compléter : pièce ……"]]]


def test_a_file_to_complete_names_its_document(played: Played):
    for name, role in (("secretaire-de-mai", "S"), ("membre-de-mai", "M"), ("reservataire-de-mai", "R")):
        played.account(name, role, commission=ELSEWHERE, **({"account": "BAILLEUR"} if role == "R" else {}))
    home = item("L050101")
    first, *others = home.candidates
    waits = replace(first, facts={"lines": FILE, "dossier": "to_verify"})
    session = played.session(
        date(2027, 5, 6), state="open", homes=(replace(home, candidates=(waits, *others)),), commission=ELSEWHERE
    )  # fmt: skip
    key, place = session.session_id, session.items[0]
    c = place.candidates[0]
    staff = played.client(name="secretaire-de-mai")

    def read(client, address: str) -> str:
        return (
            client.get(f"/seances/{key}{'/' if address else ''}{address}")
            .content.decode()
            .replace("\u00a0", " ")
            .replace("&#39;", "'")
        )

    dwelling = f"logements/{place.item_id}"
    assert "à compléter : pièce à nommer" in read(staff, dwelling)
    page = read(staff, f"demandes/{c.candidate_id}")
    assert "Pièces du dossier" in page and "Aucune pièce n'a été demandée" in page
    at = f"/seances/{key}/noms/{c.candidate_id}"
    wrong = staff.post(
        at, {"command_id": str(uuid4()), "act": "ask", "document": "tax_notice", "on": "31/31/2026"}
    )
    assert wrong.status_code == 422
    sent = {"command_id": str(uuid4()), "act": "ask", "document": "tax_notice", "on": "2026-11-30"}
    answer = staff.post(at, sent)
    assert (
        answer.status_code == 302
        and answer.headers["Location"] == f"/seances/{key}/demandes/{c.candidate_id}"
    )
    told = "Avis d'imposition (demande du 30/11/2026)"
    assert f"à compléter : {told}" in read(staff, dwelling) and f"à compléter : {told}" in read(
        played.client(name="membre-de-mai"), dwelling
    )
    assert f"{told} · <b>attendue</b>" in read(staff, f"demandes/{c.candidate_id}")
    # by its name, not by its code; an account's eyes see no file
    assert "Avis d'imposition (demandée)" in read(staff, "") and "tax_notice (" not in read(staff, "")
    for address in (dwelling, f"demandes/{c.candidate_id}"):
        seen = read(played.client(name="reservataire-de-mai"), address)
        assert "Avis d'imposition" not in seen and "Pièces du dossier" not in seen
    staff.post(at, {"command_id": str(uuid4()), "act": "receive", "document": "tax_notice"})
    assert "complété : Avis d'imposition (demande du 30/11/2026 ; remise le" in read(staff, dwelling)
    assert queries.candidate(played.store, c.candidate_id).documents[0].received_on is not None


def test_what_is_to_be_settled_before_the_session_stands_on_the_agenda(played: Played):
    played.account("secretaire-de-juin", "S", commission="CALEOL de juin")
    home = item("L060101")
    named, lost, reached = (
        replace(c, facts={"lines": FILE, "dossier": state})
        for c, state in zip(home.candidates[:3], ("to_verify", "unreachable", "unreachable"), strict=True)
    )
    home = replace(home, candidates=(named, lost, reached, *home.candidates[3:]))
    session = played.session(date(2027, 6, 3), homes=(home,), commission="CALEOL de juin")
    staff, key = played.client(name="secretaire-de-juin"), session.session_id

    def settled() -> list[str]:
        page = staff.get(f"/seances/{key}").content.decode().replace("\u00a0", " ")
        told = (
            page[page.index("Dossiers à compléter, ménages injoignables") :].split("</details>")[0]
            if "Dossiers à compléter" in page
            else ""
        )
        return re.findall(r"</a> : (.*?)</li>", told)

    first, _, third = session.items[0].candidates[:3]
    assert settled() == ["à compléter : pièce à nommer", "injoignable", "injoignable"]
    at = f"/seances/{key}/noms/{third.candidate_id}"
    assert (
        staff.post(at, {"command_id": str(uuid4()), "act": "call", "outcome": "interested"}).status_code
        == 302
    )
    at = f"/seances/{key}/noms/{first.candidate_id}"
    asked = {"command_id": str(uuid4()), "act": "ask", "document": "custody", "on": "2026-11-30"}
    assert staff.post(at, asked).status_code == 302
    assert settled() == [
        "à compléter : Décision sur la résidence des enfants (demande du 30/11/2026)", "injoignable",
    ]  # fmt: skip
    assert staff.post(at, asked | {"command_id": str(uuid4()), "act": "receive"}).status_code == 302
    assert settled() == ["injoignable"]
