"""What a chair signs is what the page showed: whatever changed since is read first."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from optimizer.store import commands, queries
from optimizer.store.records import NewDecision, SessionRecord
from tests.web.hands import PageForm, the_form
from tests.web.playing import SECRETARY, Played, item

LATER = "Le second ménage a moins de temps devant lui."


def shown(client: Any, session: SessionRecord, action: str, rest: str = "/seance") -> PageForm:
    """The form as the page shows it."""
    at = f"/seances/{session.session_id}"
    page = client.get(at + rest).content.decode()
    fields = {"reason": ""} if rest != "/seance" else {}
    return the_form(page, at + action, fields)[1]


def send(client: Any, form: PageForm, **typed: str) -> Any:
    """The form, filled; a browser sends no box that is not ticked."""
    return client.post(form.action, {**form.fields, **form.hidden, **typed})


def exchanged(session: SessionRecord, home: int) -> list[NewDecision]:
    """The first two households of a dwelling in each other's place."""
    first, second, _ = (c.candidate_id for c in session.items[home].candidates if c.status != "queue")
    return [NewDecision(second, "ranked", 1), NewDecision(first, "ranked", 2)]


def test_a_session_is_not_signed_over_a_decision_changed_since_it_was_read(played: Played):
    session = played.session(date(2026, 11, 27), state="open", homes=(item("L112781"), item("L112782")))
    for home in session.items:
        names = [c.candidate_id for c in home.candidates if c.status == "listed"]
        ranks = [NewDecision(name, "ranked", n) for n, name in enumerate(names, 1)]
        commands.decide(played.store, SECRETARY, str(uuid4()), home.item_id, decisions=ranks)
    chair = played.client("P")
    read = shown(chair, session, "/cloturer")
    changed = session.items[1]
    commands.decide(
        played.store,
        SECRETARY,
        str(uuid4()),
        changed.item_id,
        decisions=exchanged(session, 1),
        departure=LATER,
    )
    answer = send(chair, read)
    page = answer.content.decode()
    assert answer.status_code == 409 and queries.session(played.store, session.session_id).status == "open"
    told = page.split('role="alert"')[1].split("</ul>")[0]
    assert "secretaire" in told and changed.dwelling_id in told and "pas signée" in told
    # read again, it is signed; a second click on the same form gets the first answer
    read = shown(chair, session, "/cloturer")
    assert [send(chair, read).status_code for _ in range(2)] == [302, 302]
    assert queries.session(played.store, session.session_id).status == "closed"


def test_a_rectificatif_prepared_anew_is_read_before_it_is_signed(played: Played):
    session = played.session(date(2026, 11, 26), state="closed", homes=(item("L112681"), item("L112682")))
    key, do = session.session_id, played.store
    prepare = commands.prepare_rectification
    prepare(do, SECRETARY, str(uuid4()), key, reason="Rangs inversés", decisions=exchanged(session, 0))
    chair = played.client("P")
    read = shown(chair, session, "/rectificatif")
    # its number is the same, not its dwelling
    prepare(do, SECRETARY, str(uuid4()), key, reason="L'autre logement", decisions=exchanged(session, 1))
    answer = send(chair, read)
    assert answer.status_code == 409 and "L&#39;autre logement" in answer.content.decode()
    kept = queries.session(do, key)
    assert kept.rectifications[0].signed_at is None
    assert [c.decision.rank for i in kept.items for c in i.candidates if c.decision] == [1, 2, 3] * 2
    assert send(chair, shown(chair, session, "/rectificatif")).status_code == 302
    after = queries.session(do, key)
    assert [c.decision.rank for i in after.items for c in i.candidates if c.decision] == [1, 2, 3, 2, 1, 3]


def test_a_rectificatif_does_not_push_aside_one_that_its_writer_has_not_seen(played: Played):
    """Two secretaries correct two dwellings of one session: the second was silently the only one left to sign."""
    session = played.session(date(2026, 11, 25), state="closed", homes=(item("L112581"), item("L112582")))
    client, (first, second) = played.client("S"), session.items
    at = [f"/logements/{home.item_id}" for home in session.items]
    forms = [shown(client, session, "/rectificatif", page) for page in at]
    typed = [
        {f"kind-{new.candidate_id}": new.kind for new in pair}
        | {f"rank-{new.candidate_id}": str(new.rank) for new in pair}
        for pair in (exchanged(session, 0), exchanged(session, 1))
    ]
    assert send(client, forms[0], reason="Rangs inversés", **typed[0]).status_code == 302
    late = send(client, forms[1], reason="Autre erreur", **typed[1])
    both = late.content.decode().split('id="both"')[1].split("</section>")[0].replace("&#39;", "'")
    assert late.status_code == 409
    assert all(x in both for x in ("Rangs inversés", "Autre erreur", first.dwelling_id, second.dwelling_id))
    waiting = queries.session(played.store, session.session_id).rectifications
    assert [one.reason for one in waiting] == ["Rangs inversés"]
    page = client.get(f"/seances/{session.session_id}{at[1]}").content.decode()
    assert "attend la signature" in page and first.dwelling_id in page.split("attend la signature")[1][:80]
