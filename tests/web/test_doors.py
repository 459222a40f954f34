"""Who may open what: every route of the resolver against every role, another landlord, a forged, an anonymous and an ended visitor."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from optimizer.store import queries
from optimizer.web.access import ROLES, ROUTES
from tests.web.hands import the_form
from tests.web.playing import NAMES, PASSWORD, Played, item

METHODS = ("GET", "POST")


def routes() -> list[Any]:
    """Every pattern of the resolver."""
    from django.urls import get_resolver

    return list(get_resolver().url_patterns)


@pytest.fixture(scope="module")
def address(played: Played) -> dict[str, str]:
    """One address per route, of a session that is open and of its own landlord."""
    from django.urls import reverse

    session = played.opened()
    item = next(i for i in session.items if i.account == "ETAT_PRIO")
    values = {
        "session": session.session_id, "item": item.item_id, "candidate": item.candidates[0].candidate_id, "offer": 9999,
        "job": "0" * 32, "name": "rapport", "user": 9999, "token": "x", "lang": "fr",
    }  # fmt: skip
    found = {}
    for pattern in routes():
        wanted = re.findall(r"<\w+:(\w+)>", str(pattern.pattern))
        found[pattern.name] = reverse(pattern.name, kwargs={name: values[name] for name in wanted})
    return found


def test_every_route_has_a_line_and_every_line_a_route(played: Played):
    assert {pattern.name for pattern in routes()} == set(ROUTES)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_its_line_says_and_nothing_else(played: Played, address: dict[str, str], role: str):
    wrong, client = [], played.client(role)
    for name, at in address.items():
        access = ROUTES[name]
        if name in ("logout", "language"):
            continue
        for method in METHODS:
            answer = client.get(at) if method == "GET" else client.post(at, {})
            refused = answer.status_code in (403, 405)
            if access.place in ("public", "anyone"):
                continue
            # outside their landlord's commissions the data protection officer and the technician find no session at all
            hidden = access.place == "session" and role in "DT" and answer.status_code in (403, 404)
            if access.allows(method, role) and refused:
                wrong.append(f"{role} {method} {name}: refused with {answer.status_code}")
            if not access.allows(method, role) and not (refused or hidden):
                wrong.append(f"{role} {method} {name}: {answer.status_code}")
            if answer.status_code >= 500:
                wrong.append(f"{role} {method} {name}: {answer.status_code}")
    assert wrong == []


def test_nobody_enters_without_an_account(played: Played, address: dict[str, str]):
    client = played.client()
    for name, at in address.items():
        for method in METHODS:
            answer = client.get(at) if method == "GET" else client.post(at, {})
            if ROUTES[name].place != "public":
                assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/entrer"), (
                    method,
                    name,
                )


def test_another_landlords_session_does_not_exist(played: Played, address: dict[str, str]):
    played.account("ailleurs", "S", landlord="AUTRE", commission="Autre commission")
    client = played.client(name="ailleurs")
    for name, at in address.items():
        if ROUTES[name].place == "session":
            method = "GET" if ROUTES[name].allows("GET", "S") else "POST"
            if ROUTES[name].allows(method, "S"):
                answer = client.get(at) if method == "GET" else client.post(at, {})
                assert answer.status_code == 404, name
    body = client.get("/seances").content.decode() + client.get("/semaine").content.decode()
    assert address["agenda"] not in body


def test_a_grant_that_has_ended_or_an_account_that_is_closed_opens_nothing(played: Played):
    from django.contrib.auth import get_user_model

    played.account("partie", "S")
    client = played.client(name="partie")
    assert client.get("/semaine").status_code == 200
    user = get_user_model().objects.get(username="partie")
    user.is_active = False
    user.save()
    assert client.get("/semaine").status_code == 302
    assert played.client().post("/entrer", {"name": "partie", "password": PASSWORD}).status_code == 401
    played.account("sans-role")
    client = played.client(name="sans-role")
    assert client.get("/semaine").status_code == 403
    assert "Aucun rôle" in client.get("/").content.decode()


def test_a_reservataire_sees_its_own_account_and_no_number(played: Played):
    session = played.opened()
    own = next(i for i in session.items if i.account == "ETAT_PRIO")
    other = next(i for i in session.items if i.account != "ETAT_PRIO")
    client = played.client("R")
    base = f"/seances/{session.session_id}"
    page = client.get(f"{base}/logements/{own.item_id}").content.decode()
    assert own.dwelling_id in page
    assert not any(c.application_id in page for c in own.candidates)
    assert client.get(f"{base}/logements/{other.item_id}").status_code == 404
    assert other.dwelling_id not in client.get(f"{base}/seance").content.decode()
    assert other.dwelling_id not in client.get("/reservataire").content.decode()


def test_a_member_sees_its_own_territory(played: Played):
    played.account("maire-ailleurs", "M", territory="25388")
    session = played.opened()
    client = played.client(name="maire-ailleurs")
    body = client.get(f"/seances/{session.session_id}/seance").content.decode()
    assert not any(item.dwelling_id in body for item in session.items)
    assert (
        client.get(f"/seances/{session.session_id}/logements/{session.items[0].item_id}").status_code == 404
    )


def test_who_votes_for_a_city_or_a_departement_sees_the_dwellings_it_votes_on(played: Played):
    home, paris = item("L121801"), item("L121802", commune="75118")
    homes = tuple(replace(h, facts=h.facts | {"departement": d}) for h, d in ((home, "25"), (paris, "75")))
    session = played.session(
        date(2026, 12, 18), state="open", homes=homes, commission="CALEOL de deux villes"
    )
    seen = {}
    for name, place in (("maire-de-paris", "75056"), ("prefet-du-doubs", "25"), ("maire-du-18e", "75118")):
        played.account(name, "M", commission="CALEOL de deux villes", territory=place)
        body = played.client(name=name).get(f"/seances/{session.session_id}/seance").content.decode()
        seen[name] = [i.dwelling_id for i in session.items if i.dwelling_id in body]
    assert seen == {
        "maire-de-paris": ["L121802"],
        "prefet-du-doubs": ["L121801"],
        "maire-du-18e": ["L121802"],
    }


def test_whose_territory_gives_another_voice_than_it_seems_is_told_with_the_attendance(played: Played):
    """« Besançon » typed for 25056 took the mayor's voice from every dwelling, no territory gave it on all, without a word."""
    homes = (item("L122201"), item("L122202", commune="25388"))
    made = played.session(date(2026, 12, 22), state="convened", homes=homes, commission="CALEOL des voix")
    played.account("secretaire-des-voix", "S", commission="CALEOL des voix")
    client = played.client(name="secretaire-des-voix")
    at, told = f"/seances/{made.session_id}/presences", {}
    for n, place in enumerate(("Besançon", "", "25056")):
        fields = {"member-0": "Mme Maire", "voice-0": "mayor", "presence-0": "present", "territory-0": place}
        page = client.post(at, fields | {"command_id": f"des-voix-{n}"}, follow=True)
        body = page.content.decode()
        told[place] = ("dans le territoire de Mme Maire" in body, "Territoire de Mme Maire non dit" in body)
    assert told == {"Besançon": (True, False), "": (False, True), "25056": (False, False)}


def test_a_member_for_a_place_of_no_dwelling_is_told_to_who_gives_the_role(played: Played):
    played.opened()
    technical = played.client("T")
    played.account("elu")
    from django.contrib.auth import get_user_model

    at = f"/comptes/{get_user_model().objects.get(username='elu').pk}"
    told = {}
    for n, place in enumerate(("Besançon", "25056")):
        fields = {"act": "grant", "role": "M", "territory": place, "command_id": f"un-territoire-{n}"}
        told[place] = "Rien de ce bureau" in technical.post(at, fields, follow=True).content.decode()
    assert told == {"Besançon": True, "25056": False}


def test_the_ledger_tells_each_its_own_and_the_dpo_whom_was_looked_at_and_why(played: Played):
    session = played.opened()
    item = session.items[0]
    why = "Appel de la personne le 8 décembre"
    at = f"/seances/{session.session_id}/demandes/{item.candidates[0].candidate_id}"
    assert played.client("S").post(at, {"reason": why, "command_id": "un-regard"}).status_code == 200
    played.account("autre-bailleur", "S", landlord="AUTRE", commission="Autre commission")
    pages = {
        who: played.client(name=who).get("/journal").content.decode()
        for who in (NAMES["S"], NAMES["D"], "autre-bailleur")
    }
    assert "Identité consultée" in pages[NAMES["S"]] and "Identité consultée" not in pages["autre-bailleur"]
    ref = item.candidates[0].ref
    assert {who: (ref in page, why in page) for who, page in pages.items()} == {
        NAMES["S"]: (False, False), NAMES["D"]: (True, True), "autre-bailleur": (False, False),
    }  # fmt: skip


def test_a_technician_does_not_take_its_own_role(played: Played):
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(username=NAMES["T"])
    (own,) = queries.grants(played.store, user=NAMES["T"])
    sent = {"act": "revoke", "grant": own.grant_id, "command_id": "soi"}
    assert played.client("T").post(f"/comptes/{user.pk}", sent).status_code == 422
    played.account("autre-technique", "T")
    (other,) = queries.grants(played.store, user="autre-technique")
    pk = get_user_model().objects.get(username="autre-technique").pk
    sent = {"act": "revoke", "grant": other.grant_id, "command_id": "autrui"}
    assert played.client("T").post(f"/comptes/{pk}", sent).status_code == 302


def test_a_role_of_the_whole_desk_is_shown_as_such_whatever_landlord_was_typed(played: Played):
    """The ledger, a purge, accounts and copies are of no landlord: a page that named one would be believed."""
    played.account("delegue", "D")
    client = played.client("T")
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(username="delegue").pk
    given = client.post(f"/comptes/{user}", {"act": "grant", "role": "D", "landlord": "Habitat seul"})
    page = client.get("/comptes").content.decode()
    own = page.split(f'id="u{user}"')[1].split("</section>")[0]
    assert given.status_code == 302 and own.count("tout le bureau, quel que soit le bailleur") == 2
    assert "Habitat seul" not in own


@pytest.mark.long
def test_a_page_is_read_a_form_is_sent_and_no_other_verb_does_anything(
    played: Played, address: dict[str, str]
):
    """The proof that a form is ours is asked of a POST only: another verb must not do what a form does."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    wrong = []
    for role in "SDT":
        client.cookies = played.client(role).cookies
        before = played.store.head()["seq"]
        for name, at in address.items():
            verbs = ("OPTIONS", "TRACE", "PUT", "DELETE", *(() if ROUTES[name].read else ("GET", "HEAD")))
            for verb in verbs:
                status = client.generic(verb, at).status_code
                if status not in (403, 404, 405):
                    wrong.append(f"{role} {verb} {name}: {status}")
        assert client.get(address["password"]).status_code == 200, "still logged in"
        assert played.store.head()["seq"] == before
    assert wrong == []
    refused = played.client("S").get("/sortir")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")


def test_a_form_of_somebody_else_is_refused(played: Played, address: dict[str, str]):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    answer = client.post("/entrer", {"name": NAMES["S"], "password": PASSWORD})
    assert answer.status_code == 403
    assert "rien n'a été enregistré" in answer.content.decode().replace("&#39;", "'")


def test_five_wrong_passwords_close_the_door(played: Played):
    played.account("distraite", "S")
    client = played.client()
    for _ in range(4):
        assert client.post("/entrer", {"name": "distraite", "password": "faux"}).status_code == 401
    assert client.post("/entrer", {"name": "distraite", "password": "faux"}).status_code == 429
    assert client.post("/entrer", {"name": "distraite", "password": PASSWORD}).status_code == 429
    assert played.client("S").get("/semaine").status_code == 200
    (line,) = queries.events(played.store, kinds=("login.locked",))
    assert line.actor == "distraite"


def test_an_open_page_is_no_way_round_the_five_tries(played: Played):
    played.account("imprudente", "S")
    client = played.client(name="imprudente")
    sent = {"old": "faux", "new": "nouveau-lilas-43"}
    for _ in range(4):
        assert client.post("/mot-de-passe", sent).status_code == 422
    assert client.post("/mot-de-passe", sent).status_code == 429
    assert client.post("/mot-de-passe", sent | {"old": PASSWORD}).status_code == 429


def test_what_can_be_no_name_of_an_account_is_not_kept_among_the_tries(played: Played):
    from axes.models import AccessAttempt

    before = AccessAttempt.objects.count()
    for name in ("x" * 100_000, "secretaire\x00"):
        answer = played.client().post("/entrer", {"name": name, "password": "faux"})
        assert answer.status_code == 401
    assert AccessAttempt.objects.count() == before


def test_a_session_ends_after_its_idle_time(played: Played):
    from optimizer.web.settings import IDLE

    client = played.client("S")
    session = client.session
    session["seen"] -= IDLE + 1
    session.save()
    assert client.get("/semaine").status_code == 302


def test_what_was_typed_before_a_session_ended_is_sent_by_its_own_account_only(played: Played):
    from optimizer.web.settings import IDLE

    session = played.opened()
    to = f"/seances/{session.session_id}/logements/{session.items[1].item_id}/decider"
    typed = {"departure": "Deux lectures du dossier.", "version": "0"}

    def ended(path: str) -> str:
        client = played.client("S")
        kept = client.session
        kept["seen"] -= IDLE + 1
        kept.save()
        return str(client.post(path, typed).headers["Location"])

    login = ended(to)
    assert login.endswith(f"?suite={to}")
    for name in (NAMES["P"], NAMES["S"]):
        answer = played.client().post("/entrer", {"name": name, "password": PASSWORD, "suite": to})
        assert ("Deux lectures du dossier." in answer.content.decode()) == (name == NAMES["S"])
    _, form = the_form(answer.content.decode(), to, typed)
    assert form.hidden["departure"] == typed["departure"] and "command_id" in form.hidden
    again = played.client().post("/entrer", {"name": NAMES["S"], "password": PASSWORD, "suite": to})
    assert again.status_code == 302  # once
    # of no session: a nomination was gone, and a login without a word stood in its place
    assert ended("/reservataire") == "/entrer?suite=/reservataire"
    answer = played.client().post(
        "/entrer", {"name": NAMES["S"], "password": PASSWORD, "suite": "/reservataire"}
    )
    assert "Deux lectures du dossier." in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "sent", "to"),
    [
        ("/preparer", {"files": SimpleUploadedFile("demandes.csv", b"x")}, "/preparer"),
        ("/comptes", {"name": "neuf", "password": "carrefour-lilas-42"}, "/comptes"),
        (
            "/comptes/1",
            {"password": "carrefour-lilas-42"},
            "",
        ),  # the address of a form that is no page to come to
    ],
)
def test_what_cannot_be_kept_of_a_session_that_has_ended_is_said_to_be_lost(
    played: Played, path: str, sent: dict[str, Any], to: str
):
    """An import, or an account to be made, ended on a login that said nothing."""
    from optimizer.web.settings import IDLE

    ended = played.client("S")
    kept = ended.session
    kept["seen"] -= IDLE + 1
    kept.save()
    for client in (ended, played.client()):  # its time is over, or its account went out in another window
        login = str(client.post(path, sent).headers["Location"])
        assert login == f"/entrer?suite={to}&perdu=1"
        page = client.get(login).content.decode()
        assert "rien n&#39;a été enregistré, ni le fichier gardé" in page and "lilas" not in page
    answer = ended.post("/entrer", {"name": NAMES["S"], "password": PASSWORD, "suite": to})
    assert answer.headers["Location"] == (to or "/")
    assert ended.get("/entrer").content.decode().count("rien n&#39;a été") == 0


def test_a_foreign_host_is_not_answered(played: Played):
    assert played.client().get("/entrer", headers={"host": "autre.example"}).status_code == 400


def test_the_pages_forbid_scripts_and_are_not_kept(played: Played):
    answer = played.client("S").get("/semaine")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe-inline" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "HttpOnly" in str(played.client("S").cookies["bureau"])


def test_health_says_no_more_than_alive(played: Played):
    told = played.client().get("/health").json()
    assert set(told) == {"status", "head_signed_at"} and told["status"] == "ok"


def test_onward_goes_to_a_page_of_the_desk_only(played: Played):
    for onward in ("https://autre.example/", "//autre.example", "/\\autre.example"):
        answer = played.client().post("/entrer", {"name": NAMES["S"], "password": PASSWORD, "suite": onward})
        assert answer.headers["Location"] == "/"
    assert played.client().get("/langue/en", {"suite": "//autre.example"}).headers["Location"] == "/"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_shown_no_form_that_it_may_not_send(played: Played, role: str):
    from django.urls import resolve

    session = played.opened()
    at, home = f"/seances/{session.session_id}", session.items[0]
    pages = [
        "/semaine", "/preparer", "/seances", "/appels", "/offres", "/reservataire", "/journal", "/conservation", "/comptes",
        "/mot-de-passe", at, f"{at}/seance", f"{at}/pieces", f"{at}/logements/{home.item_id}",
        f"{at}/demandes/{home.candidates[0].candidate_id}",
    ]  # fmt: skip
    client, seen = played.client(role), 0
    for page in pages:
        answer = client.get(page)
        if answer.status_code == 200:
            for action in re.findall(r'<form method="post" action="([^"]+)"', answer.content.decode()):
                name = str(resolve(action).url_name)
                assert ROUTES[name].allows("POST", role), (page, action)
                seen += 1
    assert seen
