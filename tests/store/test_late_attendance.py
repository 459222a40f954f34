"""Who was away is sometimes typed after the votes: they are counted again, and a decision without quorum is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.store import commands as c
from optimizer.store import queries
from optimizer.store.ledger import verify
from optimizer.store.records import VoteRecord
from tests.store.playing import P, S, board, dwelling
from tests.store.test_sessions import refused


@pytest.fixture
def voted(play):
    """Two dwellings decided by four voices, three needed: L1 all of one mind at 14:10, L2 by three voices and one against at 14:30."""
    play.new(dwelling("L1"), dwelling("L2"), quorum=3, hour="14:00")
    play.open()
    play.decide("L1", hour="14:10")
    play.decide("L2", hour="14:30", vote=VoteRecord(0, 3, 1, 0, "", 0, 0))
    return play


def vote(play, name):
    return next(i.vote for i in play.seen().items if i.dwelling_id == name)


def statuses(play):
    return [i.status for i in play.seen().items]


def told(play, *gone, left="", **more):
    """The attendance again, some away or gone at an hour."""
    members = board(play.session)
    away = {"left_at": left} if left else {"presence": "absent"}
    return play.do(
        c.attend,
        S,
        play.session,
        members=[replace(m, **away) if n in gone else m for n, m in enumerate(members)],
    )


def test_votes_are_counted_on_those_who_were_there(voted):
    """One who was away: three voices were enough for L1; four voices were counted on L2, of three."""
    assert told(voted, 0)["undone"] == ["L2"]
    assert (vote(voted, "L1").present, vote(voted, "L1").votes_for) == (3, 3)
    assert statuses(voted) == ["decided", "listed"]
    refused("STORE_ITEMS_LEFT", voted.close)
    voted.decide("L2", vote=VoteRecord(0, 2, 1, 0, "", 0, 0))
    voted.close()
    assert verify(voted.store).holds


def test_who_left_before_a_dwelling_was_voted_has_no_voice_there(voted):
    """Gone at 14:20: in the room for L1, not for L2."""
    assert told(voted, 0, left="14:20")["undone"] == ["L2"]
    assert vote(voted, "L1").present == 4


def test_without_quorum_nothing_is_decided_until_the_attendance_is_put_right(voted):
    assert told(voted, 0, 1)["undone"] == ["L1", "L2"]
    refused("STORE_ITEMS_LEFT", voted.close)
    refused("STORE_NO_QUORUM", voted.decide, "L1")
    # it was the absence that was typed wrong: the votes stand as they were
    assert "undone" not in told(voted)
    assert statuses(voted) == ["decided", "decided"]
    assert [(vote(voted, n).votes_for, vote(voted, n).present) for n in ("L1", "L2")] == [(4, 4), (3, 4)]
    voted.close()


def test_what_has_no_quorum_is_taken_off_the_agenda_and_comes_back_undecided(voted):
    refused("STORE_STATE", voted.do, c.not_examined, S, voted.item("L1"), reason="quorum")
    told(voted, 0, 1)
    for name in ("L1", "L2"):
        voted.do(c.not_examined, S, voted.item(name), reason="quorum")
    assert {n.status for n in voted.names("L1")} == {"not_examined", "queue"}
    assert all(n.decision is None for n in voted.names("L1"))
    voted.do(c.restore_item, S, voted.item("L1"), reason="Le quorum est revenu")
    told(voted)
    assert [n.status for n in voted.names("L1")[:3]] == ["listed"] * 3
    refused("STORE_ITEMS_LEFT", voted.close)
    voted.decide("L1")
    voted.do(c.close, P, voted.session)
    assert verify(voted.store).holds
    assert {n.status for n in voted.names("L2")} == {"not_examined", "queue"}
    assert queries.next_to_offer(voted.store, voted.item("L1")) is not None


def test_a_dwelling_whose_vote_no_longer_stands_is_taken_off_the_agenda(play):
    """Three voices and the mayor's, two against two: without the mayor nothing is carried, and nobody has to invent another vote."""
    play.new(dwelling("L1"), quorum=3, hour="14:00")
    members = board(play.session, 3, territory="25056")
    play.open(*members)
    play.decide("L1", hour="14:10", vote=VoteRecord(0, 2, 2, 0, "for", 0, 0))
    refused("STORE_STATE", play.do, c.not_examined, S, play.item("L1"), reason="time")
    play.do(c.attend, S, play.session, members=[*members[:3], replace(members[3], left_at="14:05")])
    assert (statuses(play), vote(play, "L1").present) == (["listed"], 3)
    play.do(c.not_examined, S, play.item("L1"), reason="time")
    assert all(n.decision is None for n in play.names("L1"))
    play.close()
    assert verify(play.store).holds
