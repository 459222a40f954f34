"""A household that nobody reaches, on the pages: the notice that went out, its month on the list of the day, its two ends."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from optimizer.store import commands, queries
from tests.web.hands import the_form
from tests.web.playing import SECRETARY, Played, item


def said(client: Any, address: str) -> str:
    page = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return " ".join(page.replace("\u00a0", " ").replace("&#39;", "'").split())


def sent(client: Any, address: str, fields: dict[str, str]) -> Any:
    """The form of a page that takes these fields, sent."""
    _, form = the_form(client.get(address).content.decode(), ".*", fields)
    return client.post(form.action, {**form.hidden, **fields})


def test_a_notice_of_no_answer_from_its_delivery_to_the_radiation(played: Played):
    session = played.session(date(2026, 12, 17), state="convened", homes=(item("L121701"),))
    first, second, third = session.items[0].candidates[:3]
    for name in (first, second):
        commands.call(played.store, SECRETARY, str(uuid4()), name.candidate_id, outcome="unreachable")
    client, agent = played.client("S"), played.client("A")
    at = {
        c.candidate_id: f"/seances/{session.session_id}/demandes/{c.candidate_id}"
        for c in (first, second, third)
    }
    assert "Avis de non-réponse" not in said(client, at[third.candidate_id])
    hint = said(client, at[first.candidate_id])
    assert "laisse au ménage 1 mois pour répondre (CCH R. 441-2-8)" in hint and "valeur supposée" in hint
    notice = {"act": "notice", "notice_proof": "registered_presented", "notice_on": "2026-12-01"}
    # one that cannot be is refused at its field
    wrong = sent(client, at[first.candidate_id], {**notice, "notice_on": "2026-11-30"})
    assert wrong.status_code == 422 and 'aria-describedby="notice_on-wrong"' in wrong.content.decode()
    for name, hands in ((first, agent), (second, client)):
        assert sent(hands, at[name.candidate_id], notice).status_code == 302
    line = "Avis de non-réponse : radiation sans réponse à cette date 01/01/2027 · L121701"
    assert said(client, "/appels").count(line) == 2
    page = said(client, at[first.candidate_id])
    assert "Avis notifié le 01/12/2026 : le ménage peut répondre jusqu'au 01/01/2027 à 24 h." in page
    assert "Confirmer : sans réponse" not in page and "Noter l'avis notifié" not in page
    # the second one writes: nothing is struck off
    answered = {"act": "duty", "on": "2026-12-01", "outcome": "Courrier reçu"}
    assert sent(client, at[second.candidate_id], answered).status_code == 302
    assert said(client, "/appels").count(line) == 1
    played.clock.now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    client = played.client("S")
    assert "Confirmer : sans réponse" not in said(played.client("A"), at[first.candidate_id])
    assert sent(client, at[first.candidate_id], {"act": "no_reply", "on": "2027-01-04"}).status_code == 302
    assert line not in said(client, "/appels")
    ends = {d.ref: d.outcome for d in queries.duties(played.store, open=False) if d.kind == "no_reply"}
    assert ends == {first.ref: "no_reply", second.ref: "Courrier reçu"}


def test_the_radiation_of_an_ineligible_household_from_its_notice_to_its_two_ends(played: Played):
    session = played.session(date(2027, 1, 7), state="closed", homes=(item("L010701"),))
    names = session.items[0].candidates[:2]
    client = played.client("S")
    played.clock.now = datetime(2027, 1, 7, 9, tzinfo=UTC)
    for name in names:
        owed = {
            "kind": "radiation_notice",
            "ref": name.ref,
            "session": session.session_id,
            "item": name.item_id,
        }
        commands.open_duty(played.store, SECRETARY, str(uuid4()), **owed)
    at = {c.ref: f"/seances/{session.session_id}/demandes/{c.candidate_id}" for c in names}
    done = {"act": "duty", "on": "2027-01-07", "outcome": "Avis remis en main propre"}
    for name in names:
        assert sent(client, at[name.ref], done).status_code == 302
    line = "Irrecevabilité : radiation à faire dans le SNE après cette date, sauf dossier régularisé 07/02/2027 · L010701"
    assert said(client, "/appels").count(line) == 2
    first, second = names
    page = said(client, at[first.ref])
    assert (
        "Avis d'irrecevabilité notifié le 07/01/2027 : le ménage peut régulariser son dossier jusqu'au 07/02/2027"
        in page
    )
    assert "Demande radiée dans le SNE" not in page and "Dossier régularisé : pas de radiation" in page
    assert sent(client, at[second.ref], {**done, "outcome": "Revenus corrigés"}).status_code == 302
    assert said(client, "/appels").count(line) == 1
    played.clock.now = datetime(2027, 2, 8, 9, tzinfo=UTC)
    client = played.client("S")
    over = {"act": "ineligible_radiation", "on": "2027-02-08"}
    assert sent(client, at[first.ref], over).status_code == 302
    assert line not in said(client, "/appels")
    closed = [d for d in queries.duties(played.store, open=False) if d.kind == "ineligible_radiation"]
    assert {d.ref: d.outcome for d in closed} == {first.ref: "struck_off", second.ref: "Revenus corrigés"}
