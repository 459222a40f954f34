"""The room of a session: what is asked goes before what is prepared, an answer is computed once, a dead child is said dead."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.web import rooms
from optimizer.web.children.room import Waiting
from optimizer.web.rooms import Room, close_rooms, room_at_hand, room_of

STAND_IN = """
import json, sys, time
print(json.dumps({"ready": True}), flush=True)
for count, line in enumerate(sys.stdin, 1):
    asked = json.loads(line)
    if asked["dwelling"] == "dies":
        sys.exit(1)
    time.sleep(0.3 if asked["dwelling"] == "slow" else 0)
    print(json.dumps({"id": asked["id"], "seen": asked.get("soon", False), "turn": count}), flush=True)
"""


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A room whose child answers without computing."""
    real = subprocess.Popen
    monkeypatch.setattr(
        rooms.subprocess, "Popen", lambda words, **how: real([sys.executable, "-c", STAND_IN], **how)
    )
    made = room_of("2026-12-01", Path("cas"))
    within(lambda: made.state == "ready")
    yield made
    close_rooms()


def within(holds, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def question(dwelling: str) -> dict[str, object]:
    return {"ask": "next", "dwelling": dwelling, "without": []}


def test_an_answer_that_is_late_is_there_when_it_is_asked_again(room: Room):
    assert room.ask(question("slow"), wait=0.0) is None
    assert room.ask(question("slow"), wait=120.0) == {"seen": False, "turn": 1}
    assert room.ask(question("slow"), wait=0.0) == {"seen": False, "turn": 1}
    assert room.ask(question("L1"), wait=120.0) == {"seen": False, "turn": 2}


def test_an_answer_prepared_ahead_is_not_computed_again(room: Room):
    room.soon([question("L1"), question("L2")])
    within(lambda: question("L1") in room and question("L2") in room)
    assert room.ask(question("L1"), wait=120.0) == {"seen": True, "turn": 1}


def test_a_child_that_ends_is_said_failed_and_another_takes_its_place(room: Room):
    assert room.ask(question("dies"), wait=120.0) is None and room.state == "failed"
    assert room_of("2026-12-01", Path("cas")) is not room


def test_a_page_that_is_read_sends_no_room_away_that_is_in_use(room: Room):
    assert room_at_hand("2026-12-08", Path("cas"), begin=True) is None
    assert room_at_hand("2026-12-08", Path("cas"), begin=False) is None
    assert room_at_hand("2026-12-01", Path("cas"), begin=False) is room
    room.asked_at -= rooms.QUIET + 1
    other = room_at_hand("2026-12-08", Path("cas"), begin=True)
    assert other is not None and other is not room
    within(lambda: room.state == "failed")


def test_what_somebody_asks_goes_before_what_may_be_asked():
    waiting = Waiting()
    ahead = [{"id": str(n), "soon": True} for n in range(3)]
    for q in ahead:
        waiting.add(q)
    assert waiting.take() is ahead[0] and not waiting.yield_.is_set()
    asked = {"id": "x"}
    waiting.add(asked)
    assert waiting.yield_.is_set()
    waiting.given_up(ahead[0])
    assert waiting.take() is asked and not waiting.yield_.is_set()
    waiting.add({"id": "1"})  # asked in earnest, it is no longer prepared as well
    assert [waiting.take()["id"] for _ in range(3)] == ["1", "0", "2"]


def test_what_is_being_prepared_is_finished_when_it_is_asked():
    waiting = Waiting()
    waiting.add({"id": "1", "soon": True})
    assert waiting.take()["id"] == "1"
    waiting.add({"id": "1"})
    assert not waiting.yield_.is_set()
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(waiting.take()["id"]), daemon=True)
    reader.start()
    waiting.add(json.loads('{"id": "2"}'))
    reader.join(120)
    assert found == ["2"]
