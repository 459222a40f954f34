"""The page of a household that the DPO has erased: what is left is said, nothing is asked for."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from optimizer.store import commands, people, queries
from optimizer.store.purge import purge
from optimizer.store.records import Actor
from tests.web.playing import SECRETARY, Played, item


def test_a_page_says_that_nothing_is_left_of_an_erased_household(
    played: Played, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(people, "kept_until", lambda work: date(2026, 11, 1))
    key = played.session(date(2026, 12, 30), homes=(item("L1230E9"),)).session_id
    commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason="Salle inondée")
    number = queries.session(played.store, key).items[0].candidates[0].application_id
    gone = purge(played.store, Actor("dpo", "D"), str(uuid4()), dry_run=False)
    home = queries.session(played.store, key).items[0]
    assert set(gone.erased) == {c.ref for c in home.candidates}
    name, staff = home.candidates[0], played.client("S")
    at = f"/seances/{key}/demandes/{name.candidate_id}"
    page = staff.get(at).content.decode()
    assert "Les données de ce ménage ont été effacées" in page and "(effacé)" in page
    assert 'name="reason"' not in page.split('id="owed"')[1].split("</main>")[0] and number not in page
    assert staff.post(at, {"reason": "recherche du dossier"}).status_code == 404
    for rest in ("", "/seance", f"/logements/{home.item_id}", "/pieces"):
        shown = staff.get(f"/seances/{key}{rest}")
        assert shown.status_code == 200 and number not in shown.content.decode(), rest


def test_the_officer_is_told_that_a_purge_is_due_and_when_the_last_one_was(
    played: Played, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is erased by itself: a desk whose officer forgot it kept every household, and no page said so."""
    monkeypatch.setattr(people, "kept_until", lambda work: date(2026, 11, 1))
    key = played.session(date(2026, 12, 29), homes=(item("L1229E9"),)).session_id
    commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason="Salle inondée")
    officer = played.client("D")
    waiting = len(queries.session(played.store, key).items[0].candidates)
    page = officer.get("/conservation").content.decode().replace("\u00a0", " ")
    assert f"{waiting} ménages ont passé le délai, depuis le 01/11/2026" in page
    purge(played.store, Actor("dpo", "D"), str(uuid4()), dry_run=False)
    page = officer.get("/conservation").content.decode().replace("\u00a0", " ")
    today = played.store.today()
    assert "Aucun ménage" in page and f"Dernier effacement : {today:%d/%m/%Y}" in page
