"""The statement of a year is made in the next one: the case of 31 December is the same whenever it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from optimizer.desk.next_files import write_next
from optimizer.desk.sessions import begin
from optimizer.errors import AttrifluxError
from optimizer.statement import bilan
from optimizer.store import commands, queries
from tests.deskwork.room import SECRETARY, Room, listed, read_case, ready, room
from tests.deskwork.test_next_case import turned
from tests.deskwork.weeks import files

LAST = date(2026, 12, 31)
CALLED = ["Préfet du Doubs", "Maire de Besançon", "Grand Besançon Métropole"]
Acts = dict[tuple[str, str, str], dict[str, object]]


def told(day: date, **more: object) -> dict[str, object]:
    """An offer handed over on a day, and what became of it."""
    return {"notifie_le": day, "preuve": "hand", "preuve_le": day, **more}


def refused(day: date) -> dict[str, object]:
    return {"reponse": "refuse", "reponse_le": day, "motif_refus": "Sécurité", "refus_legitime": "non"}


@pytest.fixture
def december(tmp_path: Path) -> Room:
    """A lease, a refusal and its next rank, an offer under way, ranks that wait, and a dwelling withdrawn that January takes up again."""
    made = room(tmp_path)
    leased, refuses, offered, _, back = made.with_lists(2)[:5]
    first, second = (
        {i.item_id: listed(i)[n].application_id for i in (leased, refuses, offered)} for n in (0, 1)
    )
    made.hold()
    made.after(
        date(2026, 12, 30),
        {
            ("Offres", leased.dwelling_id, first[leased.item_id]): told(
                date(2026, 12, 4), reponse="accepte", reponse_le=date(2026, 12, 7), bail_signe_le=date(2026, 12, 30)
            ),
            ("Offres", refuses.dwelling_id, first[refuses.item_id]): told(date(2026, 12, 4), **refused(date(2026, 12, 8))),
            ("Offres", refuses.dwelling_id, second[refuses.item_id]): told(date(2026, 12, 28)),
            ("Offres", offered.dwelling_id, first[offered.item_id]): told(date(2026, 12, 29)),
            ("Votes", back.dwelling_id, ""): {"retire_apres_decision": "Travaux"},
        },
    )  # fmt: skip
    return made


def january(made: Room) -> None:
    """What the new year brings: a lease, a refusal and its next rank, a withdrawal, a session convened in December."""
    held = made.session_id
    _, refuses, offered, waits, back = [i for i in made.session.items if len(i.candidates) >= 2 and i.status != "no_taker"][:5]  # fmt: skip
    only = replace(ready(), items=tuple(i for i in ready().items if i.dwelling_id == back.dwelling_id))
    later = begin(
        made.desk, SECRETARY, only, commission="CALEOL Besançon", on=date(2027, 1, 7), place="Siège", quorum=3
    )
    names = [c for i in queries.session(made.desk, later).items for c in listed(i)]
    commands.convene(made.desk, SECRETARY, "convocation", later, recipients=CALLED, checks={c.candidate_id: "" for c in names})  # fmt: skip
    before = files(written(made, "avant"))
    by_rank = {
        i.item_id: sorted((c for c in i.candidates if c.decision and c.decision.rank), key=lambda c: c.decision.rank)
        for i in (refuses, offered)
    }  # fmt: skip
    acts: Acts = {
        ("Offres", refuses.dwelling_id, by_rank[refuses.item_id][1].application_id): {
            "reponse": "accepte", "reponse_le": date(2027, 1, 4), "bail_signe_le": date(2027, 1, 6),
        },
        ("Offres", offered.dwelling_id, by_rank[offered.item_id][0].application_id): refused(date(2027, 1, 5)),
        ("Offres", offered.dwelling_id, by_rank[offered.item_id][1].application_id): told(date(2027, 1, 6)),
        ("Votes", waits.dwelling_id, ""): {"retire_apres_decision": "Travaux"},
    }  # fmt: skip
    made.after(date(2027, 1, 6), acts)
    made.session_id = later
    made.hold(on=date(2027, 1, 7))
    made.session_id = held
    assert before == files(written(made, "apres"))


def written(made: Room, name: str) -> Path:
    """The case of 31 December as it is written now."""
    write_next(made.folder / name, turned(made, on=LAST), Path())
    return made.folder / name


@pytest.mark.long
def test_the_case_of_31_december_is_the_same_after_the_acts_of_january(december: Room):
    january(december)
    case = turned(december, on=LAST).case
    assert case.settings.year == 2026 and len(case.table("leases")) == 1 + len(read_case().table("leases"))
    before = bilan(read_case(), 2026).table[["proposed", "attributed"]].sum()
    after = bilan(case, 2026).table[["proposed", "attributed"]].sum()
    assert (after - before).tolist() == [len(december.session.items)] * 2


@pytest.mark.long
def test_another_day_that_is_past_is_refused_and_so_is_a_day_before_the_case(december: Room):
    january(december)
    for day, code in (
        (date(2026, 12, 30), "DESK_NEXT_TOO_EARLY"),
        (date(2025, 12, 31), "DESK_NEXT_BEFORE_CASE"),
    ):
        with pytest.raises(AttrifluxError) as wrong:
            turned(december, on=day)
        assert wrong.value.code == code
    fresh = replace(read_case(), settings=replace(read_case().settings, on=date(2027, 1, 8), year=2027))
    with pytest.raises(AttrifluxError) as wrong:
        turned(december, fresh, on=LAST)
    assert wrong.value.code == "DESK_NEXT_BEFORE_CASE"
