"""One account, several roles: what each lets it read stays apart, and an act of one role is refused to another in words."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from optimizer.store import commands, queries
from optimizer.store.records import Actor, ItemRecord, NewDecision, PersonRecord, SessionRecord
from tests.web.playing import CHAIR, LANDLORD, NAMES, SECRETARY, Played, item

OWN, OTHER = "CALEOL de Pontarlier", "CALEOL de Dole"


@pytest.fixture(scope="module")
def sat(played: Played) -> SessionRecord:
    """An open session of two communes: the État's dwelling is in the other one than the maire's."""
    homes = (item("L121105", commune="25388"), item("L121206", "ETAT_PRIO"))
    return played.session(date(2026, 12, 11), state="open", homes=homes, commission=OWN)


def grant(played: Played, name: str, role: Any, **scope: str) -> None:
    """A second role of an account."""
    told = {"landlord": LANDLORD} | scope
    commands.grant(played.store, Actor("technique", "T"), str(uuid4()), user=name, role=role, **told)


@pytest.fixture(scope="module")
def both(played: Played, sat: SessionRecord) -> Any:
    """A member for one commune who is the réservataire of a dwelling in another one."""
    played.account("maire-et-reservataire", "M", commission=OWN, territory="25388")
    grant(played, "maire-et-reservataire", "R", commission=OWN, account="ETAT_PRIO")
    return played.client(name="maire-et-reservataire")


def numbers(home: ItemRecord) -> set[str]:
    return {c.application_id for c in home.candidates}


def test_a_member_who_is_a_reservataire_elsewhere_reads_no_number_there(
    played: Played, sat: SessionRecord, both: Any
):
    own, reserved = sat.items
    assert not numbers(own) & numbers(reserved)
    at = f"/seances/{sat.session_id}"
    pages = [
        at, f"{at}/seance", "/semaine", "/reservataire", f"{at}/logements/{reserved.item_id}",
        *(f"{at}/demandes/{c.candidate_id}" for c in reserved.candidates),
    ]  # fmt: skip
    read = {page: both.get(page) for page in pages}
    assert {answer.status_code for answer in read.values()} == {200}
    text = "".join(answer.content.decode() for answer in read.values())
    assert not any(number in text for number in numbers(reserved))
    assert any(number in text for number in numbers(own)), "a member reads those of its own commune"
    assert reserved.dwelling_id in read["/reservataire"].content.decode()
    asked = both.get(f"{at}/logements/{reserved.item_id}/question", {"ask": "next"})
    assert asked.status_code == 404
    for number, status in (
        (own.candidates[0].application_id, 302),
        (reserved.candidates[0].application_id, 422),
    ):
        assert both.post("/demandes", {"number": number}).status_code == status


def test_nor_an_identity_though_the_session_sits(played: Played, sat: SessionRecord, both: Any):
    own, reserved = sat.items
    for home, status in ((own, 200), (reserved, 404)):
        name = home.candidates[0]
        person = PersonRecord(ref="", application_id=name.application_id, name="Lovelace Ada")
        commands.import_people(played.store, SECRETARY, str(uuid4()), people=[person])
        answer = both.post(
            f"/seances/{sat.session_id}/demandes/{name.candidate_id}", {"reason": "Question posée en séance"}
        )
        assert answer.status_code == status
        assert ("Lovelace" in answer.content.decode()) == (status == 200)


def test_nor_the_papers_of_the_dwelling_it_holds_a_contingent_of(
    played: Played, sat: SessionRecord, both: Any
):
    own, reserved = sat.items
    played.account("greffe-pontarlier", "S", commission=OWN)
    at = f"/seances/{sat.session_id}/pieces"
    form = dict.fromkeys(("name", "author", "quality", "contact", "rules_at"), "")
    assert played.client(name="greffe-pontarlier").post(at, form).status_code == 302
    assert both.get(f"{at}/saisie.xlsx").status_code == 404
    pack = both.get(f"{at}/dossier-de-seance.html").content.decode()
    assert own.dwelling_id in pack and reserved.dwelling_id not in pack


def test_who_calls_for_one_commission_reads_no_call_nor_offer_of_another(played: Played):
    """Its role there is a member's or a réservataire's: neither has the list of calls, nor the offers."""
    made = played.session(date(2026, 12, 1), state="closed", homes=(item("L120107"),), commission=OTHER)
    coming = played.session(date(2026, 12, 23), homes=(item("L122308"),), commission=OTHER)
    name = made.items[0].candidates[0]
    commands.offer(
        played.store, SECRETARY, str(uuid4()), name.candidate_id, notified_on=date(2026, 12, 1), proof="hand",
        proof_on=date(2026, 12, 1),
    )  # fmt: skip
    theirs = numbers(made.items[0]) | numbers(coming.items[0])
    played.account("appelante", "A", commission=OTHER)
    pages = ("/offres", "/appels", "/semaine")
    client = played.client(name="appelante")
    read = {page: client.get(page).content.decode() for page in pages}
    assert all(any(number in read[page] for number in theirs) for page in ("/offres", "/appels"))
    for role, scope in (("M", {}), ("R", {"account": "BAILLEUR"})):
        who = f"appelante-ailleurs-{role}"
        played.account(who, "A", commission=OWN)
        grant(played, who, role, commission=OTHER, **scope)
        client = played.client(name=who)
        text = "".join(client.get(page).content.decode() for page in pages)
        assert not any(number in text for number in theirs), role


def test_a_form_of_the_secretary_is_not_shown_where_the_account_is_an_agent(played: Played):
    """« Bail signé » was offered to who is the secretary of another commission, and what was typed there was lost in a refusal."""
    from django.urls import resolve

    made = played.session(date(2026, 12, 1), state="closed", homes=(item("L120171"),), commission=OTHER)
    name = made.items[0].candidates[0]
    offered = commands.offer(
        played.store, SECRETARY, str(uuid4()), name.candidate_id, notified_on=date(2026, 12, 1), proof="hand",
        proof_on=date(2026, 12, 1),
    ).result["offer_id"]  # fmt: skip
    commands.answer(played.store, SECRETARY, str(uuid4()), offered, accepted=True, on=date(2026, 12, 1))
    played.account("secretaire-et-agent", "S", commission=OWN)
    grant(played, "secretaire-et-agent", "A", commission=OTHER)
    played.account("secretaire-tout", "S", commission=OTHER)
    for who, signs in (("secretaire-et-agent", False), ("secretaire-tout", True)):
        page = played.client(name=who).get("/offres").content.decode()
        own = page.split(f'id="c{name.candidate_id}"')[1].split("</li>")[0]
        routes = {resolve(x).url_name for x in re.findall(r'<form method="post" action="([^"]+)"', own)}
        assert routes == ({"offer", "sign"} if signs else {"offer"}), who
        assert ('value="correct"' in own) == signs


def test_what_another_commission_owes_a_household_is_neither_read_nor_said_done(played: Played):
    """Its « radiation à faire » was closed from the page of the same household before another commission, and was on no list any more."""
    theirs = played.session(date(2026, 12, 1), state="closed", homes=(item("L120141"),), commission=OTHER)
    ours = played.session(date(2026, 12, 24), homes=(item("L122441"),), commission=OWN)
    name = theirs.items[0].candidates[0]
    same = next(c for c in ours.items[0].candidates if c.ref == name.ref)
    commands.open_duty(
        played.store, SECRETARY, str(uuid4()), kind="sne_radiation", ref=name.ref, session=theirs.session_id,
        item=theirs.items[0].item_id,
    )  # fmt: skip
    key = next(d.duty_id for d in queries.duties(played.store) if d.ref == name.ref)
    closed = {"act": "duty", "key": str(key), "on": "2026-12-01", "outcome": "Radiée"}
    for who, commission, at, status in (
        ("greffe-owed", OWN, f"/seances/{ours.session_id}/demandes/{same.candidate_id}", 422),
        ("greffe-owing", OTHER, f"/seances/{theirs.session_id}/demandes/{name.candidate_id}", 302),
    ):
        played.account(who, "S", commission=commission)
        client = played.client(name=who)
        assert ("radiation à faire" in client.get(at).content.decode()) == (status == 302), who
        assert client.post(f"{at}/suites", closed).status_code == status, who


def test_a_secretary_of_one_landlord_who_sits_for_a_commune_at_another_reads_no_whole_proposal_there(
    played: Played,
):
    from optimizer.web.models import Job  # once the desk is configured

    played.account("secretaire-et-maire", "S", landlord="AUTRE", commission=OTHER)
    grant(played, "secretaire-et-maire", "M", commission=OWN, territory="25388")
    at = played.store.now()
    key = "7" * 32
    job = Job.objects.create(
        id=key, case=key, title="Semaine", state="done", started_by="greffe", landlord=LANDLORD, code=0, started_at=at,
        heartbeat_at=at, ended_at=at,
    )  # fmt: skip
    folder, case = played.desk.runs / key, played.desk.cases / key
    folder.mkdir(parents=True)
    case.mkdir(parents=True)
    (folder / "report.html").write_text("<p>toutes les communes</p>", encoding="utf-8")
    client = played.client(name="secretaire-et-maire")
    try:
        page = client.get(f"/preparer/{key}")
        assert page.status_code == 200 and "rapport" not in page.content.decode()
        assert 'name="case"' not in page.content.decode() + client.get("/preparer").content.decode()
        assert client.get(f"/preparer/{key}/pages/rapport").status_code == 404
        assert client.post(f"/preparer/{key}/arreter").status_code == 403
        assert client.post("/preparer", {"case": key, "chains": "0"}).status_code == 404
    finally:
        job.delete()
        (folder / "report.html").unlink()
        folder.rmdir()
        case.rmdir()


def test_a_secretary_who_names_households_too_is_offered_its_own_account(played: Played):
    played.account("secretaire-reservataire", "S", commission=OTHER)
    grant(played, "secretaire-reservataire", "R", commission=OTHER, account="ALS")
    page = played.client(name="secretaire-reservataire").get("/reservataire").content.decode()
    assert '<option value="ALS"' in page


def test_an_act_of_one_role_is_refused_to_another_that_may_open_its_form(played: Played):
    """Judging, correcting and restoring are the secretary's, signing is the chair's: others got « une erreur imprévue »."""
    made = played.session(date(2026, 11, 27), state="open", homes=(item("L112709"),))
    home = made.items[0]
    first, second, third = (c.candidate_id for c in home.candidates if c.status == "listed")
    ranks = [
        NewDecision(first, "attribution", 1),
        NewDecision(second, "ranked", 2),
        NewDecision(third, "ranked", 3),
    ]
    commands.decide(played.store, SECRETARY, str(uuid4()), home.item_id, decisions=ranks)
    commands.close(played.store, CHAIR, str(uuid4()), made.session_id)
    offered = commands.offer(
        played.store, SECRETARY, str(uuid4()), first, notified_on=date(2026, 12, 1), proof="hand", proof_on=date(2026, 12, 1)
    ).result["offer_id"]  # fmt: skip
    commands.answer(
        played.store, SECRETARY, str(uuid4()), offered, accepted=False, on=date(2026, 12, 1), reason="rent"
    )
    at, why = f"/seances/{made.session_id}", "saisi par erreur ce matin"
    exchanged = {
        f"kind-{second}": "attribution", f"rank-{second}": "1", f"kind-{third}": "ranked", f"rank-{third}": "2",
    }  # fmt: skip
    before = played.store.head()["seq"]
    for role, to, sent in (
        ("A", f"offres/{first}", {"act": "judge", "legitimate": "yes"}),
        ("A", f"offres/{first}", {"act": "correct", "reason": why}),
        ("A", f"offres/{first}", {"act": "unnotify", "reason": why}),
        ("A", f"offres/{second}", {"act": "uncondition", "reason": why}),
        ("A", f"noms/{second}", {"act": "restore", "reason": why}),
        ("S", "rectificatif", {"sign": "1"}),
        ("P", "rectificatif", {"item": str(home.item_id), "reason": why, **exchanged}),
    ):
        client = played.client(role)
        before = played.store.head()["seq"]
        answer = client.post(f"{at}/{to}", sent)
        assert answer.status_code == 403, (role, to, sent, answer.status_code)
        assert played.store.head()["seq"] == before, (role, to, sent)


def test_the_number_of_a_form_serves_its_own_account_household_and_words(played: Played):
    """Under the number of another look, an identity was read that the ledger knew nothing of."""
    session = played.opened()
    first, second = session.items[0].candidates[:2]
    for name, told in ((first, "Hopper Grace"), (second, "Noether Emmy")):
        person = PersonRecord(ref="", application_id=name.application_id, name=told)
        commands.import_people(played.store, SECRETARY, str(uuid4()), people=[person])
    key, why = str(uuid4()), "appel pour une visite"
    at = {c.candidate_id: f"/seances/{session.session_id}/demandes/{c.candidate_id}" for c in (first, second)}
    looks = (
        (NAMES["S"], first, why, 1), (NAMES["S"], first, why, 0), (NAMES["S"], second, why, 1), (NAMES["P"], first, why, 1),
        (NAMES["S"], first, "appel pour une autre visite", 1),
    )  # fmt: skip
    clients = {who: played.client(name=who) for who in (NAMES["S"], NAMES["P"])}
    for who, name, reason, lines in looks:
        before = len(queries.events(played.store, kinds=("identity.viewed",)))
        shown = clients[who].post(at[name.candidate_id], {"reason": reason, "command_id": key})
        assert shown.status_code == 200
        made = queries.events(played.store, kinds=("identity.viewed",))
        assert len(made) == before + lines
        assert made[-1].actor == who if lines else made
    assert made[-1].ref == first.ref


def test_a_form_filled_otherwise_under_the_number_of_another_is_not_said_to_be_recorded(played: Played):
    """A page that a browser kept, with what was typed in it: the second household was « enregistrée » and nobody had named it."""
    client, key = played.client("R"), str(uuid4())
    named = {"account": "ETAT_PRIO", "rank": "1", "command_id": key}
    for number in ("025088000000000011", "025088000000000012", "025088000000000012"):
        assert client.post("/reservataire", {**named, "number": number}).status_code == 302
    kept = [n.application_id for n in queries.nominations(played.store)]
    assert [kept.count(f"02508800000000001{n}") for n in (1, 2)] == [1, 1]


def test_a_prefectures_officer_reads_which_list_each_name_is_on_in_its_order(played: Played):
    played.account("prefecture", "R", account="ETAT_PRIO")
    grant(played, "prefecture", "R", account="ETAT_AGENT")
    client = played.client(name="prefecture")
    named = [("ETAT_AGENT", "0250990011", 2), ("ETAT_PRIO", "0250990012", 1), ("ETAT_AGENT", "0250990013", 1)]
    for account, number, rank in named:
        sent = {"account": account, "number": number, "rank": str(rank), "command_id": str(uuid4())}
        assert client.post("/reservataire", sent).status_code == 302
    rows = re.findall(
        r"<th[^>]*>(02509900\d+)</th>(.*?)</tr>",
        client.get("/reservataire").content.decode(),
        re.S,
    )
    shown = [(number, "agents publics" in cells) for number, cells in rows]
    assert shown == [("0250990012", False), ("0250990013", True), ("0250990011", True)]
    assert all("publics prioritaires" in cells or "agents publics" in cells for _, cells in rows)


def test_an_account_held_with_one_landlord_names_for_no_other(played: Played):
    """Action Logement's officer of one landlord was a collectivité's of another: its names entered the other one's case and page."""
    played.account("deux-sieges", "R", account="ALS")
    grant(played, "deux-sieges", "R", account="COLL:25056", landlord="AUTRE", commission="Autre commission")
    played.account("secretaire-d-ailleurs", "S", landlord="AUTRE", commission="Autre commission")
    client = played.client(name="deux-sieges")
    for account, number in (("ALS", "0250990021"), ("COLL:25056", "0250990022")):
        sent = {"account": account, "number": number, "rank": "1", "command_id": str(uuid4())}
        assert client.post("/reservataire", sent).status_code == 302
    kept = {n.application_id: n.landlords for n in queries.nominations(played.store)}
    assert (kept["0250990021"], kept["0250990022"]) == ((LANDLORD,), ("AUTRE",))
    theirs = played.client(name="secretaire-d-ailleurs").get("/reservataire").content.decode()
    assert "0250990022" in theirs and "0250990021" not in theirs


def test_a_role_given_by_mistake_and_taken_back_carries_no_name_to_the_other_landlord(played: Played):
    """Its author's names were read by the secretary of a landlord it names nobody for, and entered that one's case."""
    technique = Actor("technique", "T")
    played.account("trop-large", "R", account="ALS", landlord="", commission="")
    (wide,) = (g for g in queries.grants(played.store) if g.user == "trop-large")
    commands.revoke(played.store, technique, str(uuid4()), wide.grant_id)
    grant(played, "trop-large", "R", account="ALS")
    sent = {"account": "ALS", "number": "0250990031", "rank": "1", "command_id": str(uuid4())}
    assert played.client(name="trop-large").post("/reservataire", sent).status_code == 302

    def landlords() -> tuple[str, ...]:
        (kept,) = (n for n in queries.nominations(played.store) if n.application_id == "0250990031")
        return kept.landlords

    assert landlords() == (LANDLORD,)
    # a role that ends later stands behind what was named under it, until another landlord is given too
    for right in (g for g in queries.grants(played.store) if g.user == "trop-large"):
        commands.revoke(played.store, technique, str(uuid4()), right.grant_id)
    assert landlords() == ("", LANDLORD), (
        "every role ended the day it was given: what it named is lost to nobody"
    )
    grant(played, "trop-large", "R", account="ALS")
    grant(played, "trop-large", "R", account="ALS", landlord="AUTRE")
    assert landlords() == ("AUTRE", LANDLORD)
