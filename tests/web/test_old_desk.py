"""Pages of a desk that has served for a while: what is under way stands before what has ended, and is not lost behind newer weeks."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

from optimizer.store import commands, queries
from optimizer.store.records import ItemRecord, SessionRecord
from tests.web.hands import the_form
from tests.web.playing import LANDLORD, SECRETARY, Played, item

OTHER = "CALEOL des semaines passées"
"""A commission of these tests' own: the one of the others has its session open."""


def test_dwellings_at_their_end_stand_folded_behind_those_under_way(played: Played):
    key = played.session(
        date(2026, 12, 1), state="closed", homes=(item("L980101"), item("L980102")), commission=OTHER
    ).session_id
    let, waits = queries.session(played.store, key).items
    first, on = let.candidates[0].candidate_id, played.store.today()
    made = commands.offer(
        played.store, SECRETARY, str(uuid4()), first, notified_on=on, proof="hand", proof_on=on
    ).result["offer_id"]
    played.account("passees-S", "S", commission=OTHER)
    client = played.client(name="passees-S")
    stale = client.get("/offres").content.decode()
    assert "<details" not in stale.split(let.dwelling_id)[0]
    version = re.search(rf'action="/seances/{key}/offres/{first}".*?name="version" value="(\d+)"', stale)
    assert version is not None
    commands.answer(played.store, SECRETARY, str(uuid4()), made, accepted=True, on=on, written=True)
    # a window left open: what was typed there is told as a day is written, beside where the household stands now
    typed = {"act": "answer", "answer": "refused", "on": "2026-11-30", "refusal": "rent", "back": "offers"}
    late = client.post(
        f"/seances/{key}/offres/{first}",
        {**typed, "candidate": first, "version": version[1], "command_id": str(uuid4())},
    )
    told = re.sub(r"<[^>]+>", " ", late.content.decode())
    assert late.status_code == 409 and " : 30/11/2026" in told and " : 2026-11-30" not in told
    commands.sign_lease(played.store, SECRETARY, str(uuid4()), made, on=on)
    page = client.get("/offres").content.decode()
    under_way, ended = page.split("<details><summary>Loués, retirés ou sans rang restant (1)")
    assert waits.dwelling_id in under_way and let.dwelling_id not in under_way
    assert let.dwelling_id in ended and waits.dwelling_id not in ended


def test_the_page_of_offers_compares_no_dwelling_with_every_other_one(played: Played, monkeypatch):
    """It cost the square of what a year left under way: two seconds of processor a page at 720 dwellings."""
    for n in range(2):
        homes = tuple(item(f"L96{n}{k:02d}") for k in range(3))
        key = played.session(
            date(2026, 11, 3) + timedelta(days=7 * n), state="closed", homes=homes, commission=OTHER
        ).session_id
    first, on = queries.session(played.store, key).items[0].candidates[0].candidate_id, played.store.today()

    def did(command, what, **more):
        return command(played.store, SECRETARY, str(uuid4()), what, **more).result

    made = did(commands.offer, first, notified_on=on, proof="hand", proof_on=on)["offer_id"]
    did(commands.answer, made, accepted=True, on=on, written=True)
    did(commands.sign_lease, made, on=on)
    played.account("comparees-S", "S", commission=OTHER)
    client, compared = played.client(name="comparees-S"), []
    for record in (ItemRecord, SessionRecord):
        monkeypatch.setattr(record, "__eq__", lambda one, other: compared.append(one) or one is other)
    page = client.get("/offres").content.decode()
    assert all(f"L96{n}{k:02d}" in page for n in range(2) for k in range(3)) and not compared


def test_a_reserver_sees_its_dwelling_under_way_however_many_sessions_came_since(played: Played):
    from optimizer.web.scope import RECENT

    other = f"{OTHER}, réservataires"
    old = played.session(
        date(2026, 8, 4), state="closed", homes=(item("L970101", "ETAT_PRIO"),), commission=other
    )
    for n in range(RECENT):
        on = date(2027, 1, 5) + timedelta(days=7 * n)
        played.session(on, homes=(item(f"L9702{n:02d}", "ETAT_PRIO"),), commission=other)
    played.account("passees-R", "R", commission=other, account="ETAT_PRIO")
    page = played.client(name="passees-R").get("/reservataire").content.decode()
    assert old.items[0].dwelling_id in page and "L970200" in page
    assert page.index("L970200") < page.index(old.items[0].dwelling_id)


def test_a_reserver_reads_a_quarter_of_the_sessions_however_many_there_are_in_a_week(played: Played):
    """Of ten commissions at once twelve sessions are one week: what was decided the week before was nowhere, and nothing said so."""
    from optimizer.web.scope import RECENT

    busy = f"{OTHER}, dix à la fois"
    homes = {}
    for name, on in (("L950101", date(2026, 8, 4)), ("L950102", date(2026, 11, 17))):
        made = played.session(on, homes=(item(name, "ETAT_PRIO"), item(f"{name}9")), commission=busy)
        homes[name] = made.items[0]
        # taken off: nothing of it is under way
        commands.not_examined(played.store, SECRETARY, str(uuid4()), homes[name].item_id, reason="works")
        commands.not_examined(played.store, SECRETARY, str(uuid4()), made.items[1].item_id, reason="works")
    for n in range(RECENT):
        played.session(date(2026, 12, 2), homes=(item(f"L9502{n:02d}", "ETAT_PRIO"),), commission=busy)
    played.account("dix-R", "R", commission=busy, account="ETAT_PRIO")
    page = unescape(played.client(name="dix-R").get("/reservataire").content.decode())
    assert "L950102" in page and "L950211" in page and "L950101" not in page
    told = re.search(r"Séances depuis le ([\d/]+).; des précédentes, les logements encore en cours\.", page)
    assert told is not None and told[1] == "17/11/2026"


def test_older_lines_of_the_ledger_are_read_a_page_at_a_time(played: Played, monkeypatch):
    """Going back read every line written since: at twenty thousand, all of them for a hundred."""
    read, events = [], queries.events

    def counted(*given, **more):
        found = events(*given, **more)
        read.append(len(found))
        return found

    for n in range(5):  # lines of its own, whichever tests ran before
        played.account(f"journal-{n}", "M")
    last = int(played.store.head()["seq"])
    assert last > 10
    monkeypatch.setattr(queries, "events", counted)
    page = played.client("D").get("/journal?avant=4").content.decode()
    assert read == [3] and page.count("<tr") == 1 + 3


def test_a_nomination_says_where_it_goes_and_preparer_counts_it(played: Played):
    played.account("nomme-R", "R", commission=f"{OTHER}, noms", account="ETAT_PRIO")
    client = played.client(name="nomme-R")
    page = client.get("/reservataire").content.decode()
    assert "entre dans le dossier de la séance suivante" in page
    _, form = the_form(page, "/reservataire", {"number": "NOMMEE", "rank": "1", "account": "ETAT_PRIO"})
    sent = {**form.fields, **form.hidden, "number": "NOMMEE", "rank": "1", "account": "ETAT_PRIO"}
    assert client.post("/reservataire", sent).status_code == 302
    (named,) = [n for n in queries.nominations(played.store) if n.application_id == "NOMMEE"]
    assert named.landlords == (LANDLORD,)
    told = "1 désignation ouverte d'un réservataire y entre de cette façon seulement."
    assert told in unescape(played.client("S").get("/preparer").content.decode())
    played.account("ailleurs-S", "S", landlord="AUTRE", commission="ailleurs")
    assert told not in unescape(played.client(name="ailleurs-S").get("/preparer").content.decode())
