"""On the pages: an answer typed for the wrong household is taken back, a name says where else it waits, a number finds its household."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from optimizer.desk.pack import pack_pages
from optimizer.desk.papers.convocation import agenda_paper, convocation
from optimizer.desk.papers.report_back import events_table
from optimizer.desk.sessions import told_of
from optimizer.store import commands, queries
from optimizer.store.records import NewCandidate, NewDecision, NewItem
from tests.web.hands import the_form
from tests.web.playing import CHAIR, SECRETARY, Played, item

OTHER = "CALEOL des corrections"
"""A commission of these tests' own: the one of the others has its session open."""
WHY = "Réponse du dossier voisin, saisie ici"


def sent(client: Any, at: str, action: str, fields: dict[str, str]) -> str:
    """Fill a form of a page and send it; the page that follows."""
    _, form = the_form(client.get(at).content.decode(), action, fields)
    answer = client.post(form.action, {**form.fields, **form.hidden, **fields})
    assert answer.status_code == 302, re.findall(r'role="alert".*?</ul>', answer.content.decode(), re.DOTALL)
    return str(client.get(answer.headers["Location"].split("#")[0]).content.decode())


def seat(played: Played, role: str) -> Any:
    """Somebody of that commission, logged in."""
    from django.contrib.auth import get_user_model

    name = f"corrections-{role}"
    if not get_user_model().objects.filter(username=name).exists():
        played.account(name, role, commission=OTHER, **({"account": "BAILLEUR"} if role == "R" else {}))
    return played.client(name=name)


def offered(played: Played, key: str) -> int:
    """Offer the first dwelling of a session to its first rank; the candidate."""
    first = queries.session(played.store, key).items[0].candidates[0]
    on = played.store.today()
    commands.offer(
        played.store, SECRETARY, str(uuid4()), first.candidate_id, notified_on=on, proof="hand", proof_on=on
    )
    return first.candidate_id


def test_an_answer_typed_for_the_wrong_household_is_taken_back_on_the_page(played: Played):
    key = played.session(
        date(2026, 12, 1), state="closed", homes=(item("L990101"),), commission=OTHER
    ).session_id
    name, at = offered(played, key), f"/seances/{key}/offres/"
    secretary = seat(played, "S")
    answer = {"act": "answer", "answer": "refused", "on": played.store.today().isoformat(), "refusal": "rent"}
    page = sent(secretary, "/offres", f"{at}{name}", answer)
    assert "Corriger une erreur de saisie" in page
    agent = seat(played, "A")
    assert "Corriger une erreur de saisie" not in agent.get("/offres").content.decode()
    sent(secretary, "/offres", f"{at}{name}", {"act": "correct", "reason": WHY})
    assert queries.candidate(played.store, name).status == "offered"
    sent(secretary, "/offres", f"{at}{name}", {"act": "unnotify", "reason": "Aucun courrier n'est parti"})
    assert queries.candidate(played.store, name).offer is None
    shown = secretary.get(f"/seances/{key}/demandes/{name}").content.decode().replace("\u00a0", " ")
    assert (
        f"corrections-S : {WHY} (avait été saisi : Refusée" in shown
        and "Loyer ou charges trop élevés" in shown
    )
    assert "Réponse reprise" in secretary.get("/journal").content.decode()


def test_a_document_that_came_is_told_beside_its_condition_and_a_lapse_is_taken_back(played: Played):
    session = played.session(
        date(2026, 12, 1), state="open", homes=(item("L990102", waiting=0),), commission=OTHER
    )
    home, do, secretary = session.items[0], played.store, seat(played, "S")
    names = [c.candidate_id for c in home.candidates]
    first = NewDecision(names[0], "conditional", 1, "tax_notice", date(2026, 12, 2))
    ranks = [NewDecision(name, "ranked", rank) for rank, name in enumerate(names[1:], 2)]
    commands.decide(do, SECRETARY, str(uuid4()), home.item_id, decisions=[first, *ranks])
    commands.close(do, CHAIR, str(uuid4()), session.session_id)
    commands.receive_document(do, SECRETARY, str(uuid4()), names[0], document="tax_notice")
    at = f"/seances/{session.session_id}/offres/{names[0]}"
    assert "Reçue le 01/12/2026." in secretary.get("/offres").content.decode()
    played.clock.now += timedelta(days=3)
    _, form = the_form(secretary.get("/offres").content.decode(), at, {"act": "failed", "on": ""})
    refused = secretary.post(at, {**form.fields, **form.hidden, "act": "failed"})
    assert refused.status_code == 422 and "a été reçue le 01/12/2026" in refused.content.decode().replace(
        "\u00a0", " "
    )
    sent(secretary, "/offres", at, {"act": "access", "on": ""})
    assert queries.candidate(do, names[0]).status == "condition_failed"
    page = sent(secretary, "/offres", at, {"act": "uncondition", "reason": WHY})
    assert queries.candidate(do, names[0]).condition == "open" and "Pièce attendue" in page
    shown = secretary.get(f"/seances/{session.session_id}/demandes/{names[0]}").content.decode()
    assert "Condition reprise" in shown and "avait été saisi" in shown and "04/12/2026)" in shown
    sent(secretary, "/offres", at, {"act": "met", "on": ""})
    shown = secretary.get(f"/seances/{session.session_id}/demandes/{names[0]}").content.decode()
    assert 'value="uncondition"' in shown


def test_a_name_and_a_dwelling_set_aside_by_mistake_come_back_on_the_page(played: Played):
    session = played.opened()
    home = next(i for i in session.items if i.status == "listed")
    at, name = f"/seances/{session.session_id}/logements/{home.item_id}", home.candidates[0]
    secretary = played.client("S")
    sent(
        secretary,
        at,
        f"{at}/etat",
        {"what": "candidate", "candidate": str(name.candidate_id), "reason": "household_withdrew"},
    )
    who = f"/seances/{session.session_id}/demandes/{name.candidate_id}"
    sent(
        secretary,
        who,
        f"/seances/{session.session_id}/noms/{name.candidate_id}",
        {"act": "restore", "reason": WHY},
    )
    assert queries.candidate(played.store, name.candidate_id).status == "listed"
    sent(secretary, at, f"{at}/etat", {"what": "not_examined", "reason": "works"})
    page = sent(secretary, at, f"{at}/etat", {"what": "restore", "reason": WHY})
    assert queries.item(played.store, home.item_id).status == "listed"
    assert f"{WHY} (avait été saisi : Travaux)" in page.replace("\u00a0", " ")


def test_a_dwelling_says_that_a_household_waits_at_a_rank_elsewhere(played: Played):
    key = played.session(
        date(2026, 12, 2), state="closed", homes=(item("L990201"),), commission=OTHER
    ).session_id
    second = queries.session(played.store, key).items[0].candidates[1]
    again = NewItem(
        "L990301", "BAILLEUR", (NewCandidate(second.application_id, position=1),), facts={"landlord": "OPH25"}
    )
    later = played.session(date(2026, 12, 31), homes=(again,), commission=OTHER)
    at = f"/seances/{later.session_id}/logements/{later.items[0].item_id}"
    page = seat(played, "S").get(at).content.decode().replace("\u00a0", " ")
    assert "Par ailleurs : Classée, rang 2 – L990201" in page and "séance du 02/12/2026" in page
    assert "Par ailleurs" not in seat(played, "R").get(at).content.decode()


def test_a_household_is_found_by_its_number(played: Played):
    session = played.opened()
    c = session.items[0].candidates[0]
    typed = f"{c.application_id[:6]} {c.application_id[6:]}"
    for role in "SPMA":
        client = played.client(role)
        answer = client.post("/demandes", {"number": typed})
        assert answer.status_code == 302 and answer.headers["Location"].endswith(
            f"/demandes/{c.candidate_id}"
        ), role
    none = played.client("S").post("/demandes", {"number": "999"})
    assert none.status_code == 422 and "aucune demande de ce numéro" in none.content.decode()
    assert played.client("R").post("/demandes", {"number": typed}).status_code in (403, 404)


def test_a_number_typed_in_groups_is_that_of_its_household(played: Played):
    """As the attestation writes it: a nomination, or a late name, was about nobody, or refused as « numero_unique trop long »."""
    typed, number = "025 0126 0001 23456\u00a07", "0250126000123456" + "7"
    sent = {"account": "ETAT_PRIO", "number": typed, "rank": "2"}
    assert played.client("R").post("/reservataire", sent).status_code == 302
    assert [n.application_id for n in queries.nominations(played.store)][-1] == number
    session = played.session(date(2026, 12, 28), homes=(item("L122851"),))
    home = session.items[0]
    late = {"what": "late", "number": typed, "reason": "désignée ce matin", "version": home.version}
    at = f"/seances/{session.session_id}/logements/{home.item_id}/etat"
    assert played.client("S").post(at, late).status_code == 302
    assert queries.item(played.store, home.item_id).candidates[-1].application_id == number
    long = played.client("R").post("/reservataire", {**sent, "number": "1" * 19})
    assert long.status_code == 422 and 'aria-describedby="number-wrong"' in long.content.decode()
    assert "18 caractères au plus" in long.content.decode().replace("\u00a0", " ")


def test_an_absence_typed_after_the_votes_says_which_dwellings_are_to_be_voted_again(played: Played):
    """Two voices are needed and two were there; one of them was not, which is typed once the dwelling is decided."""
    commission = "CALEOL des présences"
    played.account("presences", "S", commission=commission)
    session = played.session(
        date(2026, 12, 1), state="open", homes=(item("L990103", waiting=0),), commission=commission
    )
    home, at, client = session.items[0], f"/seances/{session.session_id}", played.client(name="presences")
    ranks = [NewDecision(c.candidate_id, "ranked", n) for n, c in enumerate(home.candidates, 1)]
    commands.decide(played.store, SECRETARY, str(uuid4()), home.item_id, decisions=ranks)
    page = sent(client, f"{at}/seance", f"{at}/presences", {"presence-1": "absent"}).replace("\u00a0", " ")
    assert (
        "le vote ne tient plus : à voter à nouveau, ou à retirer de l'ordre du jour – L990103."
        in page.replace("&#39;", "'")
    )
    assert queries.item(played.store, home.item_id).status == "listed"
    page = sent(client, f"{at}/seance", f"{at}/presences", {"presence-1": "present"})
    assert "ne tient plus" not in page and queries.item(played.store, home.item_id).status == "decided"


def test_two_people_who_judge_one_refusal_otherwise_both_see_it(played: Played):
    key = played.session(
        date(2026, 12, 1), state="closed", homes=(item("L990104", waiting=0),), commission=OTHER
    ).session_id
    name, secretary, at = offered(played, key), seat(played, "S"), f"/seances/{key}/offres/"
    sent(
        secretary, "/offres", f"{at}{name}",
        {"act": "answer", "answer": "refused", "on": played.store.today().isoformat(), "refusal": "rent"},
    )  # fmt: skip
    _, form = the_form(
        secretary.get("/offres").content.decode(), f"{at}{name}", {"act": "judge", "legitimate": "no"}
    )
    sent(secretary, "/offres", f"{at}{name}", {"act": "judge", "legitimate": "yes"})
    late = secretary.post(f"{at}{name}", {**form.hidden, "legitimate": "no"})
    page = late.content.decode().replace("\u00a0", " ")
    assert late.status_code == 409 and "a modifié cette page" in page
    both = page.split('class="both"')[1].split("</section>")[0]
    assert "motif légitime" in both and "Non" in both
    offer = queries.candidate(played.store, name).offer
    assert offer is not None and offer.legitimate == "yes"


def test_a_proof_typed_for_the_wrong_day_is_put_right_and_one_of_a_letter_that_came_back_taken_off(
    played: Played,
):
    """Ten days from the day that is proven; a letter that came back proves nothing, so that no silence can be confirmed."""
    key = played.session(
        date(2026, 12, 1), state="closed", homes=(item("L990105", waiting=0),), commission=OTHER
    ).session_id
    name, secretary, at = offered(played, key), seat(played, "S"), f"/seances/{key}/offres/"
    on = played.store.today()
    played.clock.now += timedelta(days=3)
    later = (on + timedelta(days=2)).isoformat()
    sent(
        secretary,
        "/offres",
        f"{at}{name}",
        {"act": "reprove", "proof": "registered_presented", "proof_on": later},
    )
    offer = queries.candidate(played.store, name).offer
    assert offer is not None and offer.proof_on == on + timedelta(days=2)
    assert offer.deadline is not None and offer.deadline >= on + timedelta(days=12)
    page = sent(secretary, "/offres", f"{at}{name}", {"act": "reprove", "proof": "", "proof_on": ""})
    offer = queries.candidate(played.store, name).offer
    assert offer is not None and (offer.proof, offer.proof_on, offer.deadline) == ("", None, None)
    played.clock.now += timedelta(days=30)
    assert 'name="act" value="silence"' not in page
    assert "Offre sans preuve" in secretary.get("/appels").content.decode().replace("\u00a0", " ")
    assert (
        queries.events(played.store, kinds=("notified.proof",))[-1].payload["facts"]["was"]["proof"]
        == "registered_presented"
    )


def test_a_dwelling_withdrawn_by_mistake_is_taken_back_on_its_page(played: Played):
    """Its offer goes on; what was carried into the shared file is to be taken out; the page says who took it back and why."""
    key = played.session(
        date(2026, 12, 1), state="closed", homes=(item("L990110"),), commission=OTHER
    ).session_id
    name, secretary = offered(played, key), seat(played, "S")
    home = queries.session(played.store, key).items[0].item_id
    at = f"/seances/{key}/logements/{home}"
    page = sent(secretary, at, f"{at}/etat", {"what": "withdraw", "reason": "works"})
    assert "Reprendre ce retrait" in page and "Remettre à l'ordre du jour" not in page.replace("&#39;", "'")
    assert queries.candidate(played.store, name).status == "released"
    assert "Reprendre ce retrait" not in seat(played, "P").get(at).content.decode()
    page = sent(secretary, at, f"{at}/etat", {"what": "restore", "reason": WHY}).replace("\u00a0", " ")
    assert f"corrections-S : {WHY} (avait été saisi : Travaux)" in page and "Reprendre ce retrait" not in page
    assert queries.candidate(played.store, name).status == "offered"
    told = events_table(told_of(played.store, key, "fr"))
    out = told[told["evenement"] == "saisie reprise"]
    assert len(out) == 3 and set(out["detail"].str.contains("sans suite")) == {True}


def test_a_dwelling_is_taken_off_the_agenda_before_the_session_and_put_back(played: Played):
    """Nobody is called for it any more; what goes to the table no longer holds it, and says why; the others keep their numbers."""
    homes = (item("L990120"), item("L990121"))
    key = played.session(date(2027, 6, 8), homes=homes, commission=OTHER).session_id
    secretary, first = seat(played, "S"), queries.session(played.store, key).items[0]
    at = f"/seances/{key}/logements/{first.item_id}"
    assert "L990120" in secretary.get("/appels").content.decode()
    sent(secretary, at, f"{at}/etat", {"what": "not_examined", "reason": "works"})
    assert "L990120" not in secretary.get("/appels").content.decode()
    told = told_of(played.store, key, "fr")
    assert {page["dwelling"] for page in pack_pages(told.session, told.law, "fr")} == {"L990121"}
    assert "2/2" in pack_pages(told.session, told.law, "fr")[0]["head"]
    blocks = agenda_paper(told).sheets[0].blocks
    assert [row[:2] for row in blocks[0].rows] == [("2", "L990121")]
    assert any("L990120" in row and "Travaux" in row for b in blocks if b.kind == "list" for (row,) in b.rows)
    assert dict(convocation(told).sheets[0].blocks[1].rows)["Logements"] == "1"
    page = sent(secretary, at, f"{at}/etat", {"what": "restore", "reason": WHY})
    assert "Retirer de l'ordre du jour" in page.replace("&#39;", "'")
    assert [i.status for i in queries.session(played.store, key).items] == ["listed", "listed"]
    assert len(agenda_paper(told_of(played.store, key, "fr")).sheets[0].blocks[0].rows) == 2
