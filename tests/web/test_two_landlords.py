"""One office that serves two landlords: each one's commission, shortfalls and leases are its own on every page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from optimizer.desk.papers.minutes import minutes
from optimizer.desk.sessions import told_of
from optimizer.store import commands, queries
from optimizer.store.messages import StoreRefused
from optimizer.store.records import NewDecision, SessionRecord
from tests.importers.test_forgetting import with_names
from tests.web.playing import CHAIR, LANDLORD, SECRETARY, Played, item, member

NEIGHBOUR, THEIRS, OURS = "ESH70", "CALEOL de Vesoul", "CALEOL de Maîche"
OFFICE = "office"
KEYS = {LANDLORD: "b" * 32, NEIGHBOUR: "c" * 32}


def session_of(played: Played, landlord: str, commission: str, on: date, homes: Any, **told: Any) -> str:
    """A session in preparation."""
    run = f"run-{landlord}-{on}"
    commands.attach_run(
        played.store, SECRETARY, str(uuid4()), run_id=run, verdict="certified", gap_points="", seed="1", runs=1, case_on=on, hashes={},
    )  # fmt: skip
    made = commands.new_session(
        played.store, SECRETARY, str(uuid4()), landlord=landlord, commission=commission, on=on, run_id=run, items=homes, **told
    )  # fmt: skip
    return str(made.result["session_id"])


@pytest.fixture(scope="module")
def secretary(played: Played) -> Iterator[Any]:
    """The office's secretary, a finished computation of each landlord."""
    from optimizer.web.jobs import said_file
    from optimizer.web.models import Job

    played.account(OFFICE, "S", landlord="", commission="")
    at = played.store.now()
    for landlord, key in KEYS.items():
        with_names(played.desk.cases / key)
        told = {"short": [{"rule": f"Part de {landlord}", "scope": "Doubs", "missing": "2"}]}
        said_file(played.desk, key).parent.mkdir(parents=True, exist_ok=True)
        said_file(played.desk, key).write_text(json.dumps(told), encoding="utf-8")
        Job.objects.create(
            id=key, case=key, title="Semaine 50", state="done", landlord=landlord, started_by=OFFICE, started_at=at, heartbeat_at=at,
            ended_at=at, code=0,
        )  # fmt: skip
    yield played.client(name=OFFICE)
    Job.objects.filter(id__in=KEYS.values()).delete()


@pytest.fixture(scope="module")
def same_day(played: Played) -> tuple[str, str]:
    """A session of each landlord on one day: the neighbour sits first, and was entered last."""
    on = date(2026, 12, 22)
    first = session_of(
        played, LANDLORD, OURS, on, (item("L122201", waiting=0),), hour="14:00", place="Siège", quorum=3
    )
    second = session_of(
        played, NEIGHBOUR, THEIRS, on, (item("L122202", waiting=0),), hour="9h30", place="Vesoul", quorum=5
    )
    return first, second


@pytest.fixture(scope="module")
def housed(played: Played) -> str:
    """The number of a household that signed with the neighbour."""
    return let(played, item("L120109", waiting=0))


def let(played: Played, home: Any) -> str:
    """The neighbour lets a dwelling to its first household; the number of that one."""
    key = session_of(played, NEIGHBOUR, THEIRS, date(2026, 12, 1), (home,), quorum=1)
    do, found = played.store, queries.session(played.store, key)
    names = found.items[0].candidates
    checks = {c.candidate_id: "" for c in names}
    commands.convene(do, SECRETARY, str(uuid4()), key, recipients=("Préfet",), checks=checks)
    sat(played, found)
    commands.open_session(do, SECRETARY, str(uuid4()), key, checks=checks)
    kinds = ["attribution", "ranked", "ranked"]
    decisions = [
        NewDecision(c.candidate_id, kind, n) for n, (c, kind) in enumerate(zip(names, kinds, strict=True), 1)
    ]  # type: ignore[arg-type]
    commands.decide(do, SECRETARY, str(uuid4()), found.items[0].item_id, decisions=decisions)
    commands.close(do, CHAIR, str(uuid4()), key)
    day = found.on
    told = commands.offer(
        do, SECRETARY, str(uuid4()), names[0].candidate_id, notified_on=day, proof="hand", proof_on=day
    )
    offer = told.result["offer_id"]
    commands.answer(do, SECRETARY, str(uuid4()), offer, accepted=True, on=day)
    commands.sign_lease(do, SECRETARY, str(uuid4()), offer, on=day)
    return names[0].application_id


def test_who_waited_behind_a_list_and_signed_with_the_neighbour_is_on_no_page_of_the_session(
    played: Played, secretary: Any
):
    """The page of a dwelling showed a fourth household under « Demandes examinées (3) », and the agenda dropped why there were few."""
    few = item("L121777", waiting=1)
    homes = (
        item("L121778", waiting=1),
        replace(few, candidates=(*few.candidates[:2], few.candidates[3]), few_reason="too_few_candidates"),
    )
    held = played.session(played.store.today(), state="closed", homes=homes, commission="CALEOL de Baume")
    agenda = f"/seances/{held.session_id}"
    for n, (home, kept) in enumerate(zip(homes, held.items, strict=True)):
        other = item(f"L12178{n}", waiting=0)
        waiting = replace(home.candidates[-1], position=1, queue=False)
        number = let(played, replace(other, candidates=(waiting, *other.candidates[1:])))
        assert number == waiting.application_id
        for page in (agenda, f"{agenda}/logements/{kept.item_id}"):
            assert number not in secretary.get(page).content.decode()
    assert "Insuffisance du nombre" in secretary.get(agenda).content.decode()


def value(page: str, name: str) -> str:
    """What stands in a field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def test_a_session_begins_with_the_commission_of_its_own_landlord(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    for landlord, commission, quorum in ((LANDLORD, OURS, "3"), (NEIGHBOUR, THEIRS, "5")):
        page = secretary.get(f"/preparer/{KEYS[landlord]}").content.decode()
        assert (value(page, "commission"), value(page, "quorum")) == (commission, quorum)
        assert f"{landlord} · Demandé par" in page.replace("\u00a0", " ")
    listed = secretary.get("/preparer").content.decode()
    assert all(f"<small>{landlord}</small>" in listed for landlord in KEYS)


def test_the_week_tells_what_each_landlord_lacks_and_whom_it_still_has_to_call(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    page = secretary.get("/semaine").content.decode()
    assert all(f"Part de {landlord}" in page for landlord in KEYS)
    first, second = (page.index(f'/seances/{key}"') for key in same_day)
    assert second < first  # at half past nine, then at two
    assert "3 noms à joindre" in page.replace("\u00a0", " ")
    for name in (
        c for key in same_day for i in queries.session(played.store, key).items for c in i.candidates
    ):
        commands.call(played.store, SECRETARY, str(uuid4()), name.candidate_id, outcome="interested")
    after = secretary.get("/semaine").content.decode()
    row = next(r for r in after.split("</tr>") if f'/seances/{same_day[1]}"' in r)
    assert "à joindre" not in row


def test_two_sessions_of_one_day_are_told_apart_by_their_landlord(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    for rest in ("", "/seance", "/pieces"):
        for key, landlord in zip(same_day, (LANDLORD, NEIGHBOUR), strict=True):
            page = secretary.get(f"/seances/{key}{rest}").content.decode()
            title = re.search("<title>(.*?)</title>", page)
            assert title is not None and landlord in title[1]
            assert f'<p class="sub">{landlord} · ' in page


def test_a_search_without_result_does_not_speak_of_what_was_recorded(secretary: Any):
    page = secretary.post("/demandes", {"number": "1"}).content.decode()
    alert = page[page.index('role="alert"') :].split("</ul>")[0]
    assert "Rien n'a été trouvé" in alert.replace("&#39;", "'") and "enregistré" not in alert


def test_a_dwelling_of_another_session_is_told_with_its_day(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    from optimizer.web.refusals import told

    refused = StoreRefused("STORE_DWELLING_LIVE", dwelling="L1", session=same_day[1])
    assert "22/12/2026 (2)" in told(refused, {}, "fr") and "2026-12-22" not in told(refused, {}, "fr")


def test_a_role_for_landlords_that_sit_together_opens_what_is_of_them_and_nothing_else(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    from optimizer.web.models import Job

    third = "ESH71"
    both, other = f"{LANDLORD}, {NEIGHBOUR}", f"{NEIGHBOUR}, {third}"
    on, at = date(2026, 12, 23), played.store.now()
    together = session_of(played, both, "CALEOL commune", on, (item("L122901", waiting=0),), quorum=1)
    astray = session_of(played, other, "CALEOL commune", on, (item("L122902", waiting=0),), quorum=1)
    Job.objects.create(
        id="d" * 32, case="d" * 32, title="Semaine commune", state="done", landlord=both, started_by=OFFICE, started_at=at,
        heartbeat_at=at, ended_at=at, code=0,
    )  # fmt: skip
    (played.desk.cases / ("d" * 32)).mkdir(parents=True, exist_ok=True)
    played.account("both", "S", landlord=both, commission="")
    played.account("alone", "S", landlord=LANDLORD, commission="")
    seen = {
        name: [
            played.client(name=name).get(path).status_code
            for path in (
                *(f"/seances/{key}" for key in (*same_day, together, astray)),
                *(f"/preparer/{key}" for key in ("d" * 32, *KEYS.values())),
            )
        ]
        for name in ("both", "alone")
    }
    assert seen == {
        "both": [200, 200, 200, 404, 200, 200, 200],
        "alone": [200, 404, 404, 404, 404, 200, 404],
    }
    Job.objects.filter(id="d" * 32).delete()


def test_a_role_given_for_a_name_that_nothing_bears_is_told(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    from django.contrib.auth import get_user_model

    client, user = played.client("T"), get_user_model().objects.get(username=OFFICE).pk

    def given(**scope: str) -> str:
        typed = {"command_id": str(uuid4()), "act": "grant", "role": "M", **scope}
        assert client.post(f"/comptes/{user}", typed).status_code == 302
        page = client.get("/comptes").content.decode()
        return page[page.index('role="status"') :].split("</p>")[0].replace("\u00a0", " ")

    for known in ({"landlord": NEIGHBOUR}, {"commission": THEIRS}, {"account": "BAILLEUR"}, {"landlord": ""}):
        assert "ce nom" not in given(**known)
    told = given(landlord="ESH 70", commission=THEIRS)
    assert "ce nom : ESH 70." in told and THEIRS not in told


def test_a_call_leads_to_the_next_line_of_the_list(played: Played, secretary: Any):
    homes = (item("L122301", waiting=0), item("L122302", waiting=0))
    key = session_of(played, NEIGHBOUR, THEIRS, date(2026, 12, 23), homes)
    first, second, third, *_ = [
        c.candidate_id for c in queries.session(played.store, key).items[0].candidates
    ]

    def called(candidate: int, outcome: str) -> str:
        typed = {"command_id": str(uuid4()), "act": "call", "back": "calls", "outcome": outcome}
        answer = secretary.post(f"/seances/{key}/noms/{candidate}", typed)
        assert answer.status_code == 302
        return str(answer["Location"])

    assert called(first, "unreachable") == f"/appels#c{first}"  # still to be reached
    assert called(second, "interested") == f"/appels#c{third}"
    page = secretary.get("/appels").content.decode()
    assert f'id="c{third}"' in page and f'id="c{second}"' not in page


def test_a_household_on_several_lists_is_asked_about_all_of_them_in_one_call(played: Played, secretary: Any):
    twice = replace(item("L122472", waiting=0), candidates=item("L122471", waiting=0).candidates[:1])
    key = session_of(played, NEIGHBOUR, THEIRS, date(2026, 12, 24), (item("L122471", waiting=0), twice))
    (one, alone, *_), (other,) = (i.candidates for i in queries.session(played.store, key).items)
    lines = {
        int(found[1]): line
        for line in secretary.get("/appels").content.decode().split("<li")
        if (found := re.match(r' id="c(\d+)"', line))
    }
    assert f'aussi pour <a href="#c{other.candidate_id}">L122472</a>' in lines[one.candidate_id]
    assert f'aussi pour <a href="#c{one.candidate_id}">L122471</a>' in lines[other.candidate_id]
    assert "aussi pour" not in lines[alone.candidate_id]
    typed = {"command_id": str(uuid4()), "act": "call", "back": "calls", "outcome": "interested"}
    assert secretary.post(f"/seances/{key}/noms/{one.candidate_id}", typed).status_code == 302
    left = secretary.get("/appels").content.decode().split("<li")
    assert not [line for line in left if "L122471" in line and "aussi pour" in line]
    assert not [line for line in left if "L122472" in line and "aussi pour" in line]


def test_the_next_case_of_one_landlord_leaves_out_whom_the_other_housed(
    played: Played, secretary: Any, housed: str, monkeypatch: pytest.MonkeyPatch
):
    from optimizer.web.models import Job
    from optimizer.web.views import prepare

    logs = []

    def begin(*args: Any, log: Any = None, **named: Any) -> Any:
        logs.append(log)
        return Job.objects.get(id=KEYS[LANDLORD])

    monkeypatch.setattr(prepare, "start", begin)
    # the account of a secretary of this landlord alone reads no session of the other one
    asked = {"command_id": str(uuid4()), "case": KEYS[LANDLORD], "next": "1", "chains": "0"}
    played.account("maison", "S", landlord=LANDLORD, commission="")
    assert played.client(name="maison").post("/preparer", asked).status_code == 302
    assert {s.landlord for s in logs[0].sessions} <= {LANDLORD}
    assert logs[0].housed == queries.housed(played.store) and logs[0].housed[housed] == date(2026, 12, 1)


def test_what_was_recorded_is_brought_forward_unless_somebody_says_otherwise(
    played: Played, secretary: Any, housed: str
):
    ticked = '<input type="checkbox" id="next" name="next" value="1" checked'
    assert ticked not in played.client("S").get("/preparer").content.decode()  # its commission has never sat
    assert ticked in secretary.get("/preparer").content.decode()
    # left out on purpose: it stays out while the form is mended
    refused = secretary.post("/preparer", {"command_id": str(uuid4()), "title": "x" * 200, "chains": "0"})
    assert refused.status_code == 422 and ticked not in refused.content.decode()


def sat(played: Played, session: SessionRecord) -> None:
    """One member is there."""
    commands.attend(
        played.store,
        SECRETARY,
        str(uuid4()),
        session.session_id,
        members=[member(session.session_id, "A. Durand")],
    )


def test_a_session_that_goes_on_past_midnight_counts_who_is_still_there(played: Played, secretary: Any):
    homes = (item("L122801", waiting=0), item("L122802", waiting=0))
    key = session_of(played, NEIGHBOUR, "CALEOL du soir", date(2026, 12, 28), homes, hour="20h30", quorum=1)
    do = played.store
    checks = {c.candidate_id: "" for i in queries.session(do, key).items for c in i.candidates}
    commands.convene(do, SECRETARY, str(uuid4()), key, recipients=("Préfet",), checks=checks)
    before = played.clock.now
    try:
        played.clock.now = datetime(2026, 12, 28, 19, 31, tzinfo=UTC)  # 20:31 in Paris
        there = [member(key, "A. Durand"), replace(member(key, "B. Petit"), left_at="23:30")]
        commands.attend(do, SECRETARY, str(uuid4()), key, members=there)
        commands.open_session(do, SECRETARY, str(uuid4()), key, checks=checks)
        first, second = queries.session(do, key).items

        def voices(home: Any) -> str:
            client = played.client(name=OFFICE)
            page = client.get(f"/seances/{key}/logements/{home.item_id}").content.decode()
            found = re.search(r"pour ce logement\W+(?:nbsp;)?\W*(\d+)", page)
            assert found is not None
            return found[1]

        def decides(home: Any, **more: str) -> int:
            names = [c.candidate_id for c in home.candidates]
            typed = {f"kind-{k}": "attribution" if n == 1 else "ranked" for n, k in enumerate(names, 1)}
            typed |= {f"rank-{k}": str(n) for n, k in enumerate(names, 1)}
            typed |= {
                "command_id": str(uuid4()),
                "version": str(queries.item(do, home.item_id).version),
                **more,
            }
            to = f"/seances/{key}/logements/{home.item_id}/decider"
            assert played.client(name=OFFICE).post(to, typed).status_code == 302
            vote = queries.item(do, home.item_id).vote
            assert vote is not None
            return vote.present

        played.clock.now = datetime(2026, 12, 28, 22, tzinfo=UTC)  # 23:00
        assert voices(first) == "2" and decides(first) == 2
        played.clock.now = datetime(2026, 12, 28, 23, 20, tzinfo=UTC)  # twenty past midnight
        assert voices(second) == "1" and decides(second) == 1
        assert decides(second, hour="23:10") == 2 and decides(second, hour="00:10") == 1
        commands.close(do, CHAIR, str(uuid4()), key)
        told = str(minutes(told_of(do, key, "fr")))
        assert "20:31" in told and "00:20" in told and "enregistrée le" not in told
    finally:
        played.clock.now = max(before, played.clock.now)


def test_what_is_entered_the_next_day_in_a_session_left_open_is_of_no_hour(
    played: Played, secretary: Any, same_day: tuple[str, str]
):
    from optimizer.web.today import hour_of

    before = played.clock.now
    left = replace(
        queries.session(played.store, same_day[0]),
        on=date(2026, 12, 28),
        status="open",
        opened_at=datetime(2026, 12, 28, 19, 31, tzinfo=UTC),
    )
    try:
        for at, told in (
            (datetime(2026, 12, 29, 3, 30, tzinfo=UTC), "04:30"),
            (datetime(2026, 12, 29, 8, tzinfo=UTC), ""),
        ):
            played.clock.now = at
            assert hour_of(left) == told and hour_of(replace(left, status="convened")) == ""
    finally:
        played.clock.now = max(before, played.clock.now)


def test_a_quorum_that_nobody_gave_is_shown_as_assumed_and_not_taken_over(played: Played, secretary: Any):
    """Saved with the hour, or taken over by the next session, the program's convention became that of the commission."""
    on, commission = date(2027, 1, 26), "CALEOL sans règle"
    key = session_of(played, NEIGHBOUR, commission, on, (item("L012601", waiting=0),), hour="9h")
    agenda = secretary.get(f"/seances/{key}").content.decode().replace("\u00a0", " ")
    assert "(supposé : règlement intérieur non saisi)" in agenda and "sans lui 3, valeur supposée" in agenda
    assert value(agenda, "quorum") == ""
    following = secretary.get(f"/preparer/{KEYS[NEIGHBOUR]}").content.decode()
    assert (value(following, "commission"), value(following, "quorum")) == (commission, "")
    commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason="Séance de l'essai, reportée")
