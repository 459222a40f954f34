"""Many hands at once: no dwelling is given twice, nothing is overwritten in silence, a repeated request has one effect."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from optimizer.store import commands as c
from optimizer.store import ledger, queries
from optimizer.store.messages import StoreConflict, StoreError
from tests import campaign
from tests.store.playing import A, dwelling

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = """
import json, sys
from datetime import datetime, UTC, date
from optimizer import store
from optimizer.store import commands as c, queries
from optimizer.store.messages import StoreError
from optimizer.store.records import Actor
path, me, turns = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3])) * int(sys.argv[4])
told = {"won": [], "lost": [], "other": []}
with store.open(path, clock=lambda: datetime(2026, 12, 3, 11, tzinfo=UTC), check=False) as opened:
    for item, candidate, version in turns:
        try:
            # a desk that says it is busy has done nothing: the same request again
            for last in [False] * 20 + [True]:
                try:
                    c.offer(opened, Actor(me, "A"), f"{me}-{item}-{candidate}", candidate, notified_on=date(2026, 12, 3), version=version)
                    break
                except StoreError as error:
                    if error.code != "STORE_BUSY" or last:
                        raise
            told["won"].append(item)
        except StoreError as error:
            known = error.code in ("STORE_CONFLICT", "STORE_STATE", "STORE_RANK_AHEAD")
            told["lost" if known else "other"].append([item, error.code, str(error.params.get("by", ""))])
print(json.dumps(told))
"""


@pytest.mark.long
def test_claims_of_many_processes_on_the_same_dwellings_are_won_once(play, tmp_path):
    """A part of 80,000 claims; each loser is told who was first."""
    claims = 80_000 if campaign.FULL else campaign.part(80_000) // 8
    hands, dwellings = 4, max(10, claims // 800)
    names = [f"L{k}" for k in range(dwellings)]
    with c.batch(play.store):
        play.week(*(dwelling(name, queue=0) for name in names))
    rounds = claims // (hands * dwellings)
    turns = [(i.item_id, i.candidates[0].candidate_id, i.version) for i in play.seen().items]
    # a file: tens of thousands of claims are more than the words of a command may hold
    asked = tmp_path / "claims.json"
    asked.write_text(json.dumps(turns), encoding="utf-8")
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMS, play.store.url, f"main{k}", str(asked), str(rounds)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for k in range(hands)
    ]  # fmt: skip
    told = []
    for child in children:
        out, err = child.communicate()
        assert child.returncode == 0, err[-2000:]
        told.append(json.loads(out))
    won = [item for one in told for item in one["won"]]
    assert sorted(set(won)) == sorted(item for item, _, _ in turns)
    assert [one["other"] for one in told] == [[]] * hands
    assert all(
        code != "STORE_CONFLICT" or by.startswith("main") for one in told for _, code, by in one["lost"]
    )
    offers = queries.offers(play.store, live=False)
    assert len(offers) == dwellings and len({o.item_id for o in offers}) == dwellings
    assert ledger.verify(play.store).holds


def test_threads_of_one_process_share_a_desk(play):
    play.week(dwelling("L1"))
    item = play.item("L1")
    turn = queries.next_to_offer(play.store, item)
    version = queries.item(play.store, item).version
    told: list[str] = []

    def claim(k: int) -> None:
        try:
            c.offer(play.store, A, f"fil-{k}", turn, notified_on=date(2026, 12, 3), version=version)
            told.append("won")
        except StoreError as error:
            told.append("conflict" if isinstance(error, StoreConflict) else error.code)
        finally:
            play.store.release()

    threads = [threading.Thread(target=claim, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["conflict"] * 5 + ["won"]


def test_the_same_request_from_two_threads_has_one_effect(play):
    told: list[bool] = []

    def send() -> None:
        told.append(c.log(play.store, A, "le-meme", kind="printed").repeated)
        play.store.release()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, True, True, True] and play.store.head()["seq"] == 1


def test_what_is_read_together_is_of_one_instant_whatever_is_recorded_meanwhile(play):
    """A next case made while a lease is signed has it whole, or not yet: never the dwelling let and its household still waiting."""
    play.week(dwelling("L1"), dwelling("L2"))
    offer = play.offer("L1")
    play.accept(offer)

    def signed() -> None:
        play.sign(offer)
        play.store.release()

    def seen() -> tuple[str, ...]:
        item = play.seen().items[0]
        return item.status, *(c.status for c in item.candidates)

    with play.store.reading():
        before, seq = seen(), play.store.head()["seq"]
        other = threading.Thread(target=signed)
        other.start()
        other.join()
        assert seen() == before and play.store.head()["seq"] == seq
    assert (
        seen()[:2] == ("let", "signed") and play.store.head()["seq"] > seq and ledger.verify(play.store).holds
    )


def test_a_session_is_read_whole_from_between_two_writings(play, monkeypatch):
    play.week(dwelling("L1"))
    offer = play.offer("L1")
    play.accept(offer)
    find, told = play.store.tables.find, []

    def slow(table, **equal):
        rows = find(table, **equal)
        if table == "item" and not told:
            told.append(table)
            other = threading.Thread(target=lambda: (play.sign(offer), play.store.release()))
            other.start()
            other.join()
        return rows

    monkeypatch.setattr(play.store.tables, "find", slow)
    item = queries.session(play.store, play.session).items[0]
    assert told and (item.status, item.candidates[0].status) == ("offering", "accepted")
    item = queries.session(play.store, play.session).items[0]
    assert (item.status, item.candidates[0].status) == ("let", "signed")
