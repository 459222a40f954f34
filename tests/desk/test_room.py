"""What a question costs in a session of the size of the demonstration: 40 dwellings, 20,000 applications, the room warm."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimizer.runs import Options, propose_to, why
from optimizer.synth import synthesize, write_case
from optimizer.web.rooms import Question, Room, close_rooms, room_of

MOST = 0.5
"""Seconds, of the processor and of the clock, that an answer may take."""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Commission:
    """A proposed case, its warm room and the names of its lists."""

    result: Path
    room: Room
    lists: dict[str, list[tuple[str, str]]]
    """Dwelling -> (application, account) by rank."""


@pytest.fixture(scope="module")
def commission(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commission]:
    folder = tmp_path_factory.mktemp("commission")
    write_case(synthesize("commission", dwellings=40, applications=20_000, seed=2026), folder / "cas")
    done = propose_to(folder / "cas", folder / "resultat", Options(pdf=False), keep=False)
    assert done.stop == "proven"
    room = room_of("2026-12-01", folder / "cas")
    end = time.monotonic() + 1_200
    while room.state == "warming":
        assert time.monotonic() < end
        time.sleep(0.1)
    lists: dict[str, list[tuple[str, str]]] = {}
    lines = done.result.proposals.sort_values(["dwelling_id", "rank"])
    for row in lines[lines["application_id"] != ""].to_dict("records"):
        lists.setdefault(str(row["dwelling_id"]), []).append(
            (str(row["application_id"]), str(row["account"]))
        )
    yield Commission(folder / "resultat", room, lists)
    close_rooms()


def spent(room: Room) -> float:
    """Seconds of the processor that the room's process has used."""
    fields = Path(f"/proc/{room.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def told(name: str, took: list[float]) -> None:
    print(
        f"\n{name}: median {statistics.median(took):.3f} s, longest {max(took):.3f} s ({len(took)} questions)"
    )


def what_if(home: str, name: tuple[str, str]) -> Question:
    return {"ask": "what_if", "dwelling": home, "application": name[0], "account": name[1], "lang": "fr"}


def asked(commission: Commission, step: int) -> list[Question]:
    """The second name of some dwellings."""
    return [
        what_if(home, names[1]) for home, names in sorted(commission.lists.items())[::step] if len(names) > 1
    ]


def test_what_is_known_of_a_household_is_told_at_once(
    commission: Commission, capsys: pytest.CaptureFixture[str]
):
    took = []
    for home, names in sorted(commission.lists.items())[::4]:
        for name, _ in names:
            clock = time.process_time()
            assert why(commission.result, name, home).lines
            took.append(time.process_time() - clock)
    with capsys.disabled():
        told("why, from the index (processor)", took)
    assert statistics.median(took) < MOST / 5


def test_an_answer_prepared_for_the_dwelling_on_screen_is_there_in_half_a_second(
    commission: Commission, capsys: pytest.CaptureFixture[str]
):
    room, questions = commission.room, asked(commission, 8)
    room.soon(questions)
    end = time.monotonic() + 1_200
    while any(q not in room for q in questions):
        assert time.monotonic() < end
        time.sleep(0.05)
    took = []
    for question in questions:
        began = time.monotonic()
        answer = room.ask(question)
        took.append(time.monotonic() - began)
        assert answer is not None and answer["exact"]
        assert answer["lines"][0]["application"] == question["application"]
    with capsys.disabled():
        told("what if, prepared (clock)", took)
    assert max(took) < MOST


def test_an_effect_nobody_prepared_is_exact_and_costs_little(
    commission: Commission, capsys: pytest.CaptureFixture[str]
):
    took = []
    for question in asked(commission, 3):
        if question in commission.room:
            continue
        before = spent(commission.room)
        answer = commission.room.ask(question, wait=60.0)
        took.append(spent(commission.room) - before)
        assert answer is not None and answer["exact"] and answer["moved"]
    with capsys.disabled():
        told("what if, asked cold (processor of the room)", took)
    assert statistics.median(took) < 4 * MOST  # a slow machine takes two to three times as long
