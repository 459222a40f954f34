"""Forms: what a click does once, what is refused with the typed text kept, what somebody else changed meanwhile."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from optimizer.store import queries
from optimizer.store.records import ItemRecord, NewCandidate, NewItem
from optimizer.web.pages import on_screen
from tests.web.playing import Played
from tests.web.playing import item as dwelling

OWN = "CALEOL de Morteau"
"""A commission of these tests, whose open session no other test changes."""


@pytest.fixture(scope="module")
def bench(played: Played) -> str:
    """A session that is open, with the accounts of its secretary and of its chair."""
    played.account("greffe", "S", commission=OWN)
    played.account("greffiere", "P", commission=OWN)
    homes = (dwelling("L120961"), dwelling("L120962"), dwelling("L120963"))
    return played.session(date(2026, 12, 9), state="open", homes=homes, commission=OWN).session_id


@pytest.fixture
def home(played: Played, bench: str) -> ItemRecord:
    """A dwelling that waits for its decisions."""
    return next(i for i in queries.session(played.store, bench).items if i.status == "listed")


def at(item: ItemRecord, rest: str = "") -> str:
    return f"/seances/{item.session_id}/logements/{item.item_id}{rest}"


def listed(item: ItemRecord) -> list[int]:
    return [c.candidate_id for c in item.candidates if c.status == "listed"]


def test_nothing_is_chosen_before_the_commission_has_decided(played: Played, home: ItemRecord):
    page = played.client(name="greffe").get(at(home)).content.decode()
    assert page.count('name="kind-') == 3
    assert " selected" not in page and " checked" not in page
    for name in ("rank", "sentence", "votes_for"):
        assert not re.search(rf'name="{name}[^"]*" value="[^"]', page)


def test_a_refused_form_keeps_what_was_typed_and_writes_nothing(played: Played, home: ItemRecord):
    first, *others = listed(home)
    sentence = "Les revenus dépassent de loin le plafond applicable à ce logement."
    typed = {
        "version": home.version,
        f"kind-{first}": "not_attributed",
        f"motive-{first}": "N2",
        f"sentence-{first}": sentence,
    }
    answer = played.client(name="greffe").post(at(home, "/decider"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page and '<option value="N2" selected>' in page and 'role="alert"' in page
    assert queries.item(played.store, home.item_id).status == "listed"


def test_every_decision_of_a_dwelling_that_is_refused_is_told_at_once(played: Played, home: ItemRecord):
    first, second, third = listed(home)
    typed = {
        "version": home.version,
        f"kind-{first}": "attribution",
        f"kind-{second}": "ranked",
        f"rank-{second}": "",
    }
    typed |= {f"kind-{third}": "not_attributed", f"motive-{third}": "N2", f"sentence-{third}": "Trop court."}
    answer = played.client(name="greffe").post(at(home, "/decider"), typed)
    page = answer.content.decode()
    alert = page[page.index('role="alert"') :].split("</ul>")[0]
    assert answer.status_code == 422 and alert.count("<li>") == 2
    assert f'href="#rank-{second}"' in alert and f'href="#sentence-{third}"' in alert
    assert queries.item(played.store, home.item_id).status == "listed"


def test_two_people_on_one_dwelling_see_both_values_and_keep_their_text(played: Played, home: ItemRecord):
    one, two = played.client(name="greffe"), played.client(name="greffiere")
    first, second, third = listed(home)
    typed = {"version": home.version, f"kind-{first}": "attribution"}
    typed |= {f"kind-{second}": "ranked", f"rank-{second}": 2, f"kind-{third}": "ranked", f"rank-{third}": 3}
    assert one.post(at(home, "/decider"), typed).status_code == 302
    sentence = "Ressources supérieures au plafond après vérification."
    late = {
        **typed,
        f"kind-{second}": "not_attributed",
        f"rank-{second}": "",
        f"motive-{second}": "N2",
        f"sentence-{second}": sentence,
    }
    answer = two.post(at(home, "/decider"), {**late, "departure": "Un rang de moins."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "greffe" in page and "Attribution avec rang" in page  # who, and what stands
    assert (
        page.count(sentence) >= 2 and "Un rang de moins." in page
    )  # what was typed, beside it and still in the form
    kept = queries.item(played.store, home.item_id)
    assert all(
        c.decision and c.decision.kind in ("attribution", "ranked")
        for c in kept.candidates
        if c.candidate_id in (first, second)
    )
    # the form now stands on the version that was seen: sent again it is recorded
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None and int(version[1]) == kept.version
    again = {**late, "version": version[1], f"rank-{third}": 2, "departure": "Un rang de moins."}
    assert two.post(at(home, "/decider"), again).status_code == 302


def test_a_double_click_has_one_effect(played: Played):
    client, key = played.client("S"), str(uuid4())
    session = played.opened()
    name = session.items[0].candidates[0]
    address = f"/seances/{session.session_id}/demandes/{name.candidate_id}"
    before = len(queries.events(played.store, kinds=("identity.viewed",)))
    for _ in range(2):
        answer = client.post(address, {"reason": "appel pour une visite", "command_id": key})
        assert answer.status_code == 200
    assert len(queries.events(played.store, kinds=("identity.viewed",))) == before + 1


def test_an_identity_asks_a_reason_and_is_logged_without_a_name(played: Played):
    from optimizer.store import commands
    from optimizer.store.records import PersonRecord
    from tests.web.playing import SECRETARY

    session = played.opened()
    name = session.items[0].candidates[1]
    person = PersonRecord(
        ref="", application_id=name.application_id, name="Lovelace Ada", phone="03 81 00 00 00"
    )
    commands.import_people(played.store, SECRETARY, str(uuid4()), people=[person])
    address = f"/seances/{session.session_id}/demandes/{name.candidate_id}"
    client = played.client("S")
    played.session(
        date(2026, 12, 22), homes=(NewItem("L9901", "BAILLEUR", (NewCandidate(name.application_id, 1),)),)
    )
    before = client.get(address).content.decode()
    assert "Lovelace" not in before and "L9901" not in before  # other candidatures ask a reason too
    assert client.post(address, {"reason": "?"}).status_code == 422
    shown = client.post(address, {"reason": "appel pour une visite"}).content.decode()
    assert "Lovelace Ada" in shown and "L9901" in shown and "22/12/2026" in shown
    event = queries.events(played.store, kinds=("identity.viewed",))[-1]
    assert (event.actor, "Lovelace" in str(event)) == ("secretaire", False)
    # a réservataire sees a name of its own nomination only
    own = next(i for i in session.items if i.account == "ETAT_PRIO").candidates[0]
    refused = played.client("R").post(
        f"/seances/{session.session_id}/demandes/{own.candidate_id}", {"reason": "appel pour une visite"}
    )
    assert refused.status_code == 404


def test_every_problem_of_a_form_is_told_at_once(played: Played):
    session = played.opened()
    answer = played.client("S").post(
        f"/seances/{session.session_id}/presences",
        {
            "member-0": "A. Durand",
            "voice-0": "roi",
            "presence-0": "",
            "recused-0": "99",
            "version": session.version,
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.split('role="alert"')[1].split("</ul>")[0].count("<li>") == 3


def test_the_focus_goes_to_the_problems_and_they_lead_to_their_fields(played: Played, home: ItemRecord):
    """Without a script: the summary takes the focus, each line leads to its field, which says what is wrong with it."""
    first, second, _ = listed(home)
    typed = {
        "version": home.version,
        f"kind-{first}": "roi",
        f"kind-{second}": "ranked",
        f"rank-{second}": "deux",
    }
    page = played.client(name="greffe").post(at(home, "/decider"), typed).content.decode()
    assert page.count("autofocus") == 1 and re.search(
        r'<div class="wrong" role="alert" tabindex="-1" autofocus>', page
    )
    assert page.split("<title>")[1].startswith("À corriger : ")
    for name in (f"kind-{first}", f"rank-{second}"):
        field = re.search(rf'<(?:select|input)[^>]* id="{name}"[^>]*>', page)[0]
        assert 'aria-invalid="true"' in field and f'aria-describedby="{name}-wrong"' in field
        told = page.split(f'id="{name}-wrong">')[1].split("</span>")[0]
        assert told and f'<a href="#{name}">{told}</a>' in page
    assert page.count('aria-invalid="true"') == 2


def leads_to(page: str, name: str) -> str:
    """The sentence of the only problem of a page, which leads to the field of that name."""
    field = re.search(rf'<(?:select|input|textarea)[^>]* name="{name}"[^>]*aria-invalid="true"[^>]*>', page)
    assert field is not None and page.count('aria-invalid="true"') == 1, name
    at = re.search(r' id="([^"]+)"', field[0])[1]
    told = page.split(f'id="{at}-wrong">')[1].split("</span>")[0]
    assert f'<a href="#{at}">{told}</a>' in page
    return told


def test_a_refusal_of_the_store_leads_to_its_field_too(played: Played, home: ItemRecord):
    first, second, third = listed(home)
    client = played.client(name="greffe")
    right = {
        f"kind-{first}": "attribution", f"kind-{second}": "ranked", f"rank-{second}": "2",
        f"kind-{third}": "ranked", f"rank-{third}": "3", "version": str(home.version), "departure": "",
    }  # fmt: skip
    short = {
        f"kind-{second}": "not_attributed",
        f"rank-{second}": "",
        f"motive-{second}": "N3",
        f"sentence-{second}": "Non.",
    }
    for typed, field in (
        (short, f"sentence-{second}"),
        ({f"kind-{third}": "conditional", f"document-{third}": ""}, f"document-{third}"),
        ({f"kind-{second}": ""}, f"kind-{second}"),
        ({f"rank-{first}": "2"}, f"rank-{first}"),
        ({f"rank-{third}": "7"}, f"rank-{first}"),
        ({f"rank-{second}": "3", f"rank-{third}": "2"}, "departure"),
        ({"votes_for": "90", "votes_against": "0", "abstentions": "0"}, "votes_for"),
    ):
        answer = client.post(at(home, "/decider"), right | {f"rank-{first}": ""} | typed)
        assert answer.status_code == 422 and leads_to(answer.content.decode(), field)


def test_a_day_that_the_store_refuses_leads_to_the_field_it_was_typed_in(played: Played):
    elsewhere = "CALEOL Pontarlier"
    played.account("pontarlier", "S", commission=elsewhere)
    held = played.session(
        date(2026, 12, 1), state="closed", commission=elsewhere, homes=(dwelling("L120171"),)
    )
    name, client = held.items[0].candidates[0], played.client(name="pontarlier")
    told = {
        "act": "notify",
        "candidate": name.candidate_id,
        "version": held.items[0].version,
        "proof": "hand",
    }
    for notified, proof_on, field in (
        ("2099-12-01", "2026-12-01", "notified"),
        ("2026-11-30", "2026-12-01", "notified"),
        ("2026-12-01", "2099-12-01", "proof_on"),
    ):
        answer = client.post(
            f"/seances/{held.session_id}/offres/{name.candidate_id}",
            told | {"notified": notified, "proof_on": proof_on},
        )
        assert answer.status_code == 422 and leads_to(answer.content.decode(), field)


def test_after_saving_the_focus_is_on_what_was_done(played: Played):
    session = played.opened()
    client = played.client("S")
    members = {
        "member-0": "A. Durand",
        "voice-0": "board",
        "presence-0": "present",
        "version": session.version,
    }
    page = client.post(f"/seances/{session.session_id}/presences", members, follow=True).content.decode()
    assert page.count("autofocus") == 1
    assert re.search(r'<p class="done" role="status" tabindex="-1" autofocus>', page)
    assert "autofocus" not in client.get(f"/seances/{session.session_id}/seance").content.decode()


def test_english_is_asked_by_a_link(played: Played):
    client = played.client("S")
    assert client.get("/langue/en", {"suite": "/semaine"}).headers["Location"] == "/semaine"
    assert "Week of" in client.get("/semaine").content.decode()


@pytest.mark.parametrize("given", ["0", "-1", "1e9", "²", "٣", "9" * 40])
def test_strange_numbers_are_refused_and_break_nothing(
    played: Played, home_or_decided: ItemRecord, given: str
):
    first = home_or_decided.candidates[0].candidate_id
    typed = {f"kind-{first}": "ranked", f"rank-{first}": given, "version": given}
    assert played.client(name="greffe").post(at(home_or_decided, "/decider"), typed).status_code in (409, 422)


@pytest.mark.parametrize(
    "given", ["1/1/99999999999999999999", "0026-12-03", "03/12/26", "9999-12-31", "31/02/2027"]
)
def test_a_day_that_is_none_of_a_desk_is_a_problem_of_its_field(
    played: Played, home_or_decided: ItemRecord, given: str
):
    """A browser sends the year 26 of a date typed with two digits."""
    first = home_or_decided.candidates[0].candidate_id
    sent = {"on": given, "act": "recourse", "kind": "gracieux"}
    there = f"/seances/{home_or_decided.session_id}/demandes/{first}/suites"
    answer = played.client(name="greffe").post(there, sent)
    assert answer.status_code == 422 and "une date, par exemple" in answer.content.decode()


def test_the_convocation_of_a_large_session_is_one_form(played: Played):
    """One field a name: five hundred dwellings have fifteen hundred."""
    session = played.session(date(2027, 3, 4))
    fields = {f"check-{n}": "" for n in range(100_000, 101_500)}
    answer = played.client("S").post(f"/seances/{session.session_id}/convoquer", fields)
    assert answer.status_code == 422 and 'name="recipients"' in answer.content.decode()


def test_signs_that_cannot_be_written_are_a_problem_of_their_field(played: Played):
    answer = played.client("S").post("/demandes", {"number": "0250\x00123"})
    assert answer.status_code == 422 and "le retaper" in answer.content.decode()


@pytest.fixture
def home_or_decided(played: Played, bench: str) -> ItemRecord:
    return queries.session(played.store, bench).items[0]


def test_a_late_name_a_name_left_out_and_what_is_owed(played: Played):
    session = played.session(date(2026, 12, 15))
    home, client = session.items[0], played.client("S")
    name = home.candidates[0]
    late = {
        "what": "late",
        "number": "025099000000000001",
        "reason": "désignée ce matin",
        "version": home.version,
    }
    assert client.post(at(home, "/etat"), late).status_code == 302
    assert queries.item(played.store, home.item_id).candidates[-1].source == "late"
    address = f"/seances/{session.session_id}/demandes/{name.candidate_id}"
    opened = {"act": "recourse", "kind": "gracieux", "on": "2026-12-01"}
    assert client.post(f"{address}/suites", opened).status_code == 302
    assert "Recours gracieux" in client.get(address).content.decode()
    key = next(r.recourse_id for r in queries.recourses(played.store) if r.ref == name.ref)
    closed = {"act": "recourse_closed", "key": key, "on": "2026-12-01", "outcome": "rejeté"}
    assert client.post(f"{address}/suites", {**closed, "key": "99999"}).status_code == 422
    assert client.post(f"{address}/suites", closed).status_code == 302
    assert not [r for r in queries.recourses(played.store) if r.ref == name.ref]


def test_names_of_live_households_are_shown_when_asked_for_and_noted_once_a_session(played: Played):
    from optimizer.store import commands
    from optimizer.store.records import PersonRecord
    from tests.web.playing import SECRETARY

    session = played.session(date(2026, 12, 17))
    number = session.items[0].candidates[0].application_id
    person = PersonRecord(ref="", application_id=number, name="Hopper Grace", phone="03 81 11 11 11")
    commands.import_people(played.store, SECRETARY, str(uuid4()), people=[person])
    client = played.client("A")
    assert "Hopper" not in client.get("/appels").content.decode()

    def looks() -> int:
        return len(
            [
                e
                for e in queries.events(played.store, kinds=("identity.viewed",))
                if e.session_id == session.session_id
            ]
        )

    before = looks()
    assert client.post("/noms", {"back": "calls"}).headers["Location"] == "/appels"
    for _ in range(3):
        page = client.get("/appels").content.decode()
        assert "Hopper Grace" in page and "03 81 11 11 11" in page
    assert looks() == before + 1
    client.post("/noms", {"back": "calls"})
    assert "Hopper" not in client.get("/appels").content.decode()
    assert played.client("M").post("/noms", {}).status_code == 403


def test_two_people_on_one_convocation_see_both_values(played: Played):
    session = played.session(date(2026, 12, 18))
    at, client = f"/seances/{session.session_id}", played.client("S")
    first = {"version": session.version, "hour": "9 h", "place": "Mairie", "quorum": "3", "quorum_rule": ""}
    assert client.post(at, first).status_code == 302
    answer = client.post(at, {**first, "hour": "14 h", "place": "Siège"})
    page = answer.content.decode()
    both = page.split('id="both"')[1].split("</section>")[0]
    assert answer.status_code == 409 and "secretaire" in both
    assert all(x in both for x in ("9 h", "14 h", "Mairie", "Siège"))
    assert 'value="Siège"' in page  # what was typed stays in the form
    late = client.post(
        f"{at}/convoquer", {"version": session.version, "recipients": "Préfet", "checked": "1"}
    )
    assert late.status_code == 409 and late.content.decode().count("Préfet") >= 2
    key = str(uuid4())
    gone = client.post(f"{at}/presences", {"version": 1, "command_id": key, "member-0": "A", "voice-0": "board", "presence-0": "present"})  # fmt: skip
    assert gone.status_code == 409 and "A · Présent" in gone.content.decode()


def test_two_people_on_one_offer_see_where_it_stands_and_what_was_typed(played: Played):
    elsewhere = "CALEOL Dole"
    played.account("dole", "S", commission=elsewhere)
    offered = played.session(date(2026, 12, 1), state="closed", commission=elsewhere)
    name = offered.items[0].candidates[0]
    told = {"act": "notify", "notified": "2026-12-01", "proof": "hand", "proof_on": "2026-12-01", "candidate": name.candidate_id}  # fmt: skip
    client, at = played.client(name="dole"), f"/seances/{offered.session_id}/offres/{name.candidate_id}"
    version = offered.items[0].version
    assert client.post(at, {**told, "version": version}).status_code == 302
    late = client.post(at, {**told, "version": version, "notified": "2026-12-02"})
    both = late.content.decode().split('id="both"')[1].split("</section>")[0]
    assert late.status_code == 409 and "dole" in both
    assert "01/12/2026" in both and "02/12/2026" in both and "main propre" in both


def test_a_page_shows_no_box_that_only_a_hand_can_tick():
    line = [
        ["Voix", "6 membres"],
        ["Quorum, atteint", "…… ☐ oui ☐ non"],
        ["Déports", "……"],
        ["Si moins de trois", ""],
    ]
    assert on_screen(line) == [("Voix", "6 membres")]
    assert on_screen([["Dossier", "à compléter : pièce ……"]])  # what is missing is still said
    assert on_screen([["", "☐ insuffisance du nombre de candidats"]]) == []


def test_an_orientation_is_read_in_its_order_whatever_order_the_base_gives_it_back_in(played: Played):
    """PostgreSQL keeps the names inside a value by their length: « dont DALO » stood before what it is part of."""
    home = replace(
        dwelling("L121461"),
        orientation={
            "candidates_dalo": "2", "best_score": "", "candidates": "69", "residence": "R", "residence_q1_share": "0,2431",
        },
    )  # fmt: skip
    session = played.session(date(2026, 12, 14), homes=(home,))
    page = played.client("S").get(f"/seances/{session.session_id}").content.decode()
    told = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page.split("Orientation", 1)[1])
    assert told[:4] == [
        ("Résidence", "R"), ("Premier quartile dans la résidence", "24,3\xa0%"), ("Demandes recevables", "69"), ("dont DALO", "2"),
    ]  # fmt: skip


def test_what_was_typed_while_the_desk_was_busy_can_be_sent_again(
    played: Played, home: ItemRecord, monkeypatch: pytest.MonkeyPatch
):
    from optimizer.store import commands
    from optimizer.store.messages import StoreBusy
    from tests.web.hands import the_form

    def busy(*told: object, **more: object) -> None:
        raise StoreBusy("STORE_BUSY")

    secretary, kept = played.client(name="greffe"), commands.decide
    monkeypatch.setattr(commands, "decide", busy)
    first = listed(home)[0]
    sentence = "Le ménage a une pièce de plus qu'il n'en faut pour sa composition."
    typed = {f"kind-{first}": "not_attributed", f"motive-{first}": "N3", f"sentence-{first}": sentence}
    answer = secretary.post(
        at(home, "/decider"), typed | {"version": str(home.version), "command_id": "occupe"}
    )
    assert answer.status_code == 503
    monkeypatch.setattr(commands, "decide", kept)
    _, form = the_form(answer.content.decode(), at(home, "/decider"), {})
    assert form.hidden[f"sentence-{first}"] == sentence and form.hidden["command_id"] != "occupe"
    again = secretary.post(form.action, form.hidden)
    assert again.status_code == 422 and "n'ont pas de décision" in again.content.decode().replace(
        "&#x27;", "'"
    ).replace("&#39;", "'")
    assert sentence in again.content.decode().replace("&#39;", "'")


def test_two_voices_for_one_seat_are_told_with_the_attendance(played: Played):
    elsewhere = "CALEOL Maîche"
    played.account("maiche", "S", commission=elsewhere)
    held = played.session(
        date(2026, 12, 9), state="convened", homes=(dwelling("L120991"),), commission=elsewhere
    )
    client, fields = played.client(name="maiche"), {"version": str(held.version)}
    for n, (name, voice) in enumerate((("Mme Préfète", "prefet"), ("M. Adjoint", "prefet"), ("A", "board"))):
        fields |= {f"member-{n}": name, f"voice-{n}": voice, f"presence-{n}": "present"}
    answer = client.post(f"/seances/{held.session_id}/presences", fields, follow=True)
    assert "au même moment" in (page := answer.content.decode())
    assert "Mme Préfète" in page.split("au même moment")[1].split("</")[0]
