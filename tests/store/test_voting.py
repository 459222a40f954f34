"""Who votes on which dwelling, worked out by hand on one table of members (CCH R. 441-9)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from optimizer.store.records import AttendanceRecord
from optimizer.store.voting import began, crowded, present, voices, voters

EPCI = "242500361"
BESANCON = {"commune": "25056", "epci": EPCI, "departement": "25"}
MONTBELIARD = {"commune": "25388", "epci": "200065647", "departement": "25"}
VOTING = voices(date(2026, 12, 3))


def member(name: str, voice: str, **more: Any) -> dict[str, Any]:
    return {
        "member": name, "voice": voice, "territory": "", "presence": "present", "represented_by": "", "arrived_at": "", "left_at": "",
        "recused": [], **more,
    }  # fmt: skip


MEMBERS = (
    member("A", "board"), member("B", "board", presence="represented", represented_by="A"),
    member("C", "board", arrived_at="10:00"), member("D", "board", left_at="10:30"), member("E", "board", presence="absent"),
    member("F", "board", recused=[1]), member("G", "board", presence="represented", represented_by="F"),
    member("P", "prefet"), member("X", "epci", territory=EPCI), member("M", "mayor", territory="25056"),
    member("N", "consultative"),
)  # fmt: skip


def names(item: int, place: dict[str, str], hour: str = "") -> str:
    return "".join(row["member"] for row in voters(MEMBERS, {"item_id": item, "facts": place}, VOTING, hour))


@pytest.mark.parametrize(
    ("item", "place", "hour", "told"),
    [
        # nobody knows the hour: all but the absent and who has no voice; each elected member on the territory alone
        (2, BESANCON, "", "ABCDFGPXM"), (2, MONTBELIARD, "", "ABCDFGP"),
        # F left the room for the first dwelling, and G's proxy with it
        (1, BESANCON, "", "ABCDPXM"),
        # C comes at ten, D leaves at half past: there at the minute of the arrival, gone at that of the departure
        (2, BESANCON, "09:59", "ABDFGPXM"), (2, BESANCON, "10:00", "ABCDFGPXM"), (2, BESANCON, "10:29", "ABCDFGPXM"),
        (2, BESANCON, "10:30", "ABCFGPXM"),
    ],
)  # fmt: skip
def test_who_votes_on_a_dwelling(item: int, place: dict[str, str], hour: str, told: str):
    assert names(item, place, hour) == told


@pytest.mark.parametrize(
    ("territory", "commune", "votes"),
    [
        ("75056", "75118", True), ("69123", "69383", True), ("13055", "13208", True), ("75056", "93066", False),
        ("69123", "13208", False),
    ],
)  # fmt: skip
def test_the_mayor_of_a_city_votes_in_each_of_its_arrondissements(territory: str, commune: str, votes: bool):
    there = [member("M", "mayor", territory=territory)]
    facts = {"commune": commune, "epci": "", "departement": commune[:2]}
    assert bool(voters(there, {"item_id": 1, "facts": facts}, VOTING)) == votes


def test_the_quorum_counts_every_voice_there_whatever_its_territory():
    assert set(VOTING) >= {"board", "prefet", "epci", "mayor"} and "consultative" not in VOTING
    assert present(MEMBERS, VOTING) == 9
    assert present(MEMBERS, VOTING, "09:00") == 8 and present(MEMBERS, VOTING, "11:00") == 8
    # who holds a proxy and is absent gives no voice for another
    alone = [
        member("A", "board", presence="absent"),
        member("B", "board", presence="represented", represented_by="A"),
    ]
    assert present(alone, VOTING) == 0
    # a proxy in the hands of somebody who is no member stands
    assert present([member("B", "board", presence="represented", represented_by="Z")], VOTING) == 1


@pytest.mark.parametrize(
    ("hour", "told"),
    [
        # C comes at ten in the evening, D leaves at half past eleven, E at half past midnight; A came at nine that morning
        ("21:00", "ADE"), ("22:00", "ACDE"), ("23:29", "ACDE"), ("23:30", "ACE"), ("00:10", "ACE"), ("00:30", "AC"), ("03:00", "AC"),
    ],
)  # fmt: skip
def test_hours_past_midnight_are_of_the_session_that_goes_on(hour: str, told: str):
    members = (
        member("A", "board", arrived_at="09:00"), member("C", "board", arrived_at="22:00"),
        member("D", "board", left_at="23:30"), member("E", "board", left_at="00:30"),
    )  # fmt: skip
    there = voters(members, {"item_id": 1, "facts": BESANCON}, VOTING, hour, "20:30")
    assert "".join(row["member"] for row in there) == told
    assert present(members, VOTING, hour, "20:30") == len(told)


@pytest.mark.parametrize(
    ("session", "hour"),
    [
        ({"sat_from": "20:40", "hour": "20h30", "opened_at": None}, "20:40"),
        ({"sat_from": None, "hour": "20h30", "opened_at": None}, "20:30"),
        ({"sat_from": None, "hour": "le soir", "opened_at": datetime(2026, 12, 22, 19, 31, tzinfo=UTC)}, "20:31"),
        ({"sat_from": None, "hour": "", "opened_at": None}, ""),
    ],
)  # fmt: skip
def test_when_a_session_began(session: dict[str, Any], hour: str):
    assert began(session) == hour


def sitting(name: str, voice: str, **more: Any) -> AttendanceRecord:
    return AttendanceRecord(**{"session_id": "2026-12-03", **member(name, voice, **more), "quality": ""})


SIX = [sitting(name, "board") for name in "ABCDEF"]


@pytest.mark.parametrize(
    ("members", "told"),
    [
        # six of the board, the préfet, a mayor of each commune, an EPCI: each has its seat
        ([*SIX, sitting("P", "prefet"), sitting("M", "mayor", territory="25056"), sitting("N", "mayor", territory="25388")], ""),
        # a deputy beside all six; one that comes when a titulaire has left; one who came before that; one who stands for an absent one
        ([*SIX, sitting("S", "board")], "ABCDEFS"),
        ([*SIX[:5], sitting("F", "board", left_at="15:20"), sitting("S", "board", arrived_at="15:35")], ""),
        ([*SIX[:5], sitting("F", "board", left_at="15:20"), sitting("S", "board", arrived_at="9h05")], "ABCDEFS"),
        ([*SIX[:5], sitting("F", "board", presence="absent"), sitting("S", "board")], ""),
        # two that speak for the préfet, two for one commune, seven who have no voice
        ([sitting("P", "prefet"), sitting("Q", "prefet", presence="represented")], "PQ"),
        ([sitting("M", "mayor", territory="25056"), sitting("N", "mayor", territory="25056", arrived_at="16:00")], "MN"),
        ([sitting(name, "consultative") for name in "ABCDEFG"], ""),
    ],
)  # fmt: skip
def test_who_sits_beside_the_member_he_stands_for_is_told(members: list[AttendanceRecord], told: str):
    assert "".join(m.member for m in crowded(members, date(2026, 12, 3), "14:00")) == told
