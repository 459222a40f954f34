"""Two commissions of one landlord in one week, on one proposal: a household on a list of each is housed once, no dwelling is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from optimizer import importers, policy, store
from optimizer.desk.agenda import agenda
from optimizer.desk.following import next_to_offer
from optimizer.desk.next_case import next_case
from optimizer.desk.next_files import write_next
from optimizer.desk.paper_set import write_minutes
from optimizer.desk.papers.convocation import agenda_paper
from optimizer.desk.papers.letters import letters_of
from optimizer.desk.sessions import begin, due_today, told_of
from optimizer.errors import AttrifluxError
from optimizer.presentation.document import document_html
from optimizer.store import commands, queries
from optimizer.store.law import law
from optimizer.store.ledger import verify
from optimizer.store.messages import StoreRefused
from optimizer.store.records import ItemRecord
from tests.deskwork.room import (
    HELD,
    REFUSAL,
    SECRETARY,
    START,
    Clock,
    Room,
    listed,
    proposed,
    read_case,
    ready,
    room,
)
from tests.store.empty import empty_desk


@pytest.mark.long
def test_each_goes_to_its_leases_and_the_next_case_holds_both(tmp_path: Path):
    clock = Clock(START)
    case, result = proposed()
    lists = {i.dwelling_id: [c.application_id for c in i.candidates if not c.queue] for i in ready().items}
    shared = next(
        n for n, times in Counter(n for names in lists.values() for n in names).items() if times > 1
    )
    first_home, second_home = [home for home, names in lists.items() if shared in names][:2]
    mine = [home for n, home in enumerate(lists) if home == first_home or (home != second_home and n % 2)]
    theirs = [home for home in lists if home not in mine]
    with store.open(empty_desk(tmp_path), clock=clock) as desk:
        rooms = []
        for name, homes in (("CALEOL Besançon", mine), ("CALEOL Pontarlier", theirs)):
            made = agenda(result, case, read_case(), dwellings=homes)
            key = begin(desk, SECRETARY, made, commission=name, on=HELD, quorum=3)
            folder = tmp_path / key
            folder.mkdir()
            rooms.append(Room(folder, clock, desk, key))
        # a dwelling stands on one of the two agendas only
        with pytest.raises(AttrifluxError) as twice:
            again = agenda(result, case, read_case(), dwellings=[first_home])
            begin(desk, SECRETARY, again, commission="CALEOL Pontarlier", on=HELD, quorum=3)
        assert twice.value.code == "DESK_DWELLINGS_TAKEN" and "--without-taken" in twice.value.text("fr")
        one, two = rooms
        # both commissions give the household their first rank
        for made_room, home in ((one, first_home), (two, second_home)):
            names = [c.application_id for c in listed(made_room.item(home))]
            order = [shared, *(n for n in names if n != shared)]
            rows = {("Saisie", home, n): {"decision": "b", "rang": rank} for rank, n in enumerate(order, 1)}
            rows["Votes", home, ""] = {"ecart": "La commission place ce ménage en premier."}
            made_room.hold(rows)
        day = HELD + timedelta(days=1)
        for made_room, home in ((one, first_home), (two, second_home)):
            offered(made_room, made_room.item(home), day)
        accepted(one, one.item(first_home), day, sign=False)
        with pytest.raises(StoreRefused):  # one acceptance, whatever the commission
            accepted(two, two.item(second_home), day, sign=False)
        sign(one, one.item(first_home), day)
        left = {c.application_id: c.status for c in two.item(second_home).candidates}
        assert left[shared] == "superseded" and two.item(second_home).status == "offering"
        assert shared not in {
            n.candidate.application_id
            for n in letters_of(told_of(desk, two.session_id, "fr"))
            if n.candidate.offer is None
        }
        for made_room in rooms:
            for item in made_room.session.items:
                if item.status == "offering":
                    offered(made_room, item, day)
                    accepted(made_room, made_room.item(item.dwelling_id), day)
        items = [i for made_room in rooms for i in made_room.session.items]
        assert {i.status for i in items} == {"let"} and len(items) == len(lists)
        housed = [c.application_id for i in items for c in i.candidates if c.status == "signed"]
        assert len(set(housed)) == len(items)
        turned = next_case(read_case(), queries.sessions(desk), policy.rules_of(read_case().settings))
        for table, key, gone in (
            ("dwellings", "dwelling_id", set(lists)),
            ("applications", "application_id", set(housed)),
        ):
            before = list(read_case().table(table)[key])
            assert sorted(turned.case.table(table)[key]) == sorted(set(before) - gone), table
        leases = turned.case.table("leases")
        own = leases[leases["dwelling_id"].isin(lists)]
        assert sorted(own["dwelling_id"]) == sorted(lists) and set(own["application_id"]) == set(housed)
        # each candidature that was decided is followed once; the import's own work in progress stays beside them
        events = turned.case.table("events")
        times = Counter(zip(events["dwelling_id"], events["application_id"], strict=True))
        decided = [(i.dwelling_id, c.application_id) for i in items for c in i.candidates if c.decision]
        assert {times[pair] for pair in decided} == {1}
        # the same files from the next case itself, and whichever session is read first
        write_next(tmp_path / "suivant", turned, case)
        read = importers.read(tmp_path / "suivant")
        sessions = list(reversed(queries.sessions(desk)))
        write_next(
            tmp_path / "encore",
            next_case(read, sessions, policy.rules_of(read.settings)),
            tmp_path / "suivant",
        )
        for path in (tmp_path / "suivant").iterdir():
            assert path.read_bytes() == (tmp_path / "encore" / path.name).read_bytes(), path.name
        # a case made of one commission's sessions alone leaves out whoever the other one housed
        own = [s for s in sessions if s.commission == "CALEOL Besançon"]
        rules = policy.rules_of(read_case().settings)
        there = [
            set(next_case(read_case(), own, rules, housed=by).case.table("applications")["application_id"])
            for by in ({}, queries.housed(desk))
        ]
        assert there[0] & set(housed) and not there[1] & set(housed)
        assert verify(desk).holds


def offered(made: Room, item: ItemRecord, day: date) -> None:
    """The next rank of a dwelling is notified."""
    made.clock.to(day)
    turn = next_to_offer(item)
    assert turn is not None
    commands.offer(
        made.desk, SECRETARY, uuid4().hex, turn.candidate_id, notified_on=day, proof="hand", proof_on=day
    )


def accepted(made: Room, item: ItemRecord, day: date, sign: bool = True) -> None:
    """The household that has the offer takes it."""
    offer = next(c.offer for c in item.candidates if c.status == "offered" and c.offer)
    commands.answer(made.desk, SECRETARY, uuid4().hex, offer.offer_id, accepted=True, on=day)
    if sign:
        commands.sign_lease(made.desk, SECRETARY, uuid4().hex, offer.offer_id, on=day)


def sign(made: Room, item: ItemRecord, day: date) -> None:
    """The household that has accepted signs its lease."""
    offer = next(c.offer for c in item.candidates if c.status == "accepted" and c.offer)
    commands.sign_lease(made.desk, SECRETARY, uuid4().hex, offer.offer_id, on=day)


@pytest.mark.long
def test_the_papers_of_a_session_list_nobody_of_another_landlord(tmp_path: Path):
    """A desk may hold several landlords: the calls in a folder are those of the commission that heads them, the duties its landlord's."""
    clock = Clock(START)
    case, result = proposed()
    lists = {i.dwelling_id: [c.application_id for c in i.candidates if not c.queue] for i in ready().items}
    homes = list(lists)
    with store.open(empty_desk(tmp_path), clock=clock) as desk:
        rooms = []
        for landlord, own in (("OFFICE", homes[0::2]), ("AUTRE", homes[1::2])):
            made = replace(agenda(result, case, read_case(), dwellings=own), landlord=landlord)
            key = begin(desk, SECRETARY, made, commission=f"CALEOL {landlord}", on=HELD, quorum=3)
            (tmp_path / key).mkdir()
            rooms.append(Room(tmp_path / key, clock, desk, key))
        for room in rooms:
            item = room.session.items[0]
            last = listed(item)[-1]
            row = {
                "decision": "d",
                "rang": None,
                "motif_decision": "N7",
                "phrase": f"{REFUSAL} Elle reste à loger.",
            }
            room.hold({("Saisie", item.dwelling_id, last.application_id): row})
        everything = due_today(desk, law(HELD))
        for room, other in (rooms, reversed(rooms)):
            told = told_of(desk, room.session_id, "fr")
            today, calls, duties = due_today(desk, told.law, told.session)
            assert {x.session_id for x in calls} == {room.session_id} < {x.session_id for x in everything[1]}
            assert not duties  # what its own decisions owe was on no agenda of its: the next one has them
            following = replace(told.session, session_id="suivante", convened_on=None)
            _, _, duties = due_today(desk, told.law, following)
            assert {d.session_id for d in duties} == {room.session_id} < {d.session_id for d in everything[2]}
            write_minutes(tmp_path / f"pv-{room.session_id}", told, duties=duties, calls=calls, today=today)
            mine = {c.application_id for i in room.session.items for c in i.candidates}
            theirs = {c.application_id for i in other.session.items for c in i.candidates} - mine
            for paper in (tmp_path / f"pv-{room.session_id}").glob("*.html"):
                text = paper.read_text(encoding="utf-8")
                assert not [n for n in theirs if n in text], paper.name


def test_an_agenda_printed_again_holds_the_duties_of_the_day_it_was_fixed(tmp_path: Path):
    """A duty met since was still open when people were sent the agenda; one that came later was on none."""
    made = room(tmp_path)
    home = made.with_lists(2)[0]
    last = listed(home)[-1]
    mixity = {
        "decision": "d",
        "rang": None,
        "motif_decision": "N7",
        "phrase": f"{REFUSAL} Elle reste à loger.",
    }
    made.hold({("Saisie", home.dwelling_id, last.application_id): mixity})
    only = replace(ready(), items=tuple(i for i in ready().items if i.dwelling_id == home.dwelling_id))
    commands.withdraw(made.desk, SECRETARY, "travaux", made.item(home.dwelling_id).item_id, reason="works")
    made.clock.to(date(2026, 12, 7))
    later = begin(made.desk, SECRETARY, only, commission="CALEOL Besançon", on=date(2026, 12, 17), quorum=3)
    names = [c for i in queries.session(made.desk, later).items for c in listed(i)]

    def owed() -> list[str]:
        told = told_of(made.desk, later, "fr")
        _, _, duties = due_today(made.desk, told.law, told.session)
        page = document_html(agenda_paper(told, duties), "fr")
        return [d.ref for d in queries.duties(made.desk, open=False) if d.ref in page]

    assert owed() == [last.ref]
    commands.convene(
        made.desk, SECRETARY, "convocation", later, recipients=["Préfet"], checks={c.candidate_id: "" for c in names}
    )  # fmt: skip
    made.clock.to(date(2026, 12, 9))
    (duty,) = [d for d in queries.duties(made.desk) if d.kind == "suitable_offer"]
    commands.close_duty(made.desk, SECRETARY, "offre", duty.duty_id, outcome="Offre faite le 9 décembre")
    since = listed(home)[0].ref
    commands.open_duty(
        made.desk, SECRETARY, "autre", kind="suitable_offer", ref=since, session=made.session_id,
        item=made.item(home.dwelling_id).item_id,
    )  # fmt: skip
    assert owed() == [last.ref]
