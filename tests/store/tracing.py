"""Random hands on a desk, drawn by a seed: what each request was answered, and what the desk became.

``python -m tests.store.tracing ADDRESS SEED STEPS`` prints both as JSON: two databases that answer alike print the same.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from optimizer import store
from optimizer.store import commands as c
from optimizer.store import queries
from optimizer.store.messages import StoreError
from optimizer.store.purge import purge
from optimizer.store.records import NewCandidate, NewDecision, NewItem, PersonRecord, VoteRecord
from tests.store.dump import dump
from tests.store.playing import SMALL, A, D, P, Play, S, Ticking, board

OFTEN = {
    "decide": 8,
    "open": 5,
    "close": 5,
    "offer": 8,
    "accept": 6,
    "refuse": 3,
    "sign": 5,
    "silence": 3,
    "wait": 3,
    "new": 3,
    "correct_answer": 0.5,
    "correct_notification": 0.25,
    "restore_candidate": 0.25,
    "restore_item": 0.25,
}
"""How often a request is drawn; the others once. Most requests are in order, or nothing would ever come to its end."""
SELDOM = 0.2
"""Part of the requests made whatever the state."""


class Hands:
    """Draws a request that may or may not be possible."""

    def __init__(self, play: Play, seed: int) -> None:
        self.play, self.draw = play, random.Random(seed)
        self.trace: list[Any] = []

    def step(self) -> None:
        names = [n for n in dir(self) if n.startswith("do_")]
        (name,) = self.draw.choices(names, [OFTEN.get(n.removeprefix("do_"), 1) for n in names])
        request: Callable[[], Any] = getattr(self, name)
        try:
            answer = request()
        except StoreError as error:
            answer = error.code
        except (LookupError, StopIteration):
            answer = "nothing to do"
        if isinstance(answer, dict):
            answer = {k: v for k, v in answer.items() if k not in ("head", "agenda_hash", "erased", "held")}
        self.trace.append([name, answer])

    def one(self, table: str, **equal: Any) -> dict[str, Any]:
        return self.draw.choice(self.play.store.tables.find(table, **equal))

    def do_new(self) -> Any:
        items = [
            NewItem(
                f"L{self.draw.randrange(5)}", "BAILLEUR",
                tuple(NewCandidate(f"N{n}", k, queue=k > 3) for k, n in enumerate(self.draw.sample(range(9), 5), 1)),
                facts={"commune": "25056"},
            )
            for _ in range(self.draw.choice((1, 1, 2)))
        ]  # fmt: skip
        return self.play.new(*items)

    def do_convene(self) -> Any:
        self.play.session = self.one("session")["session_id"]
        return self.play.convene()

    def do_open(self) -> Any:
        self.play.session = self.one("session", status=("draft", "convened"))["session_id"]
        return self.play.open(*board(self.play.session, self.draw.choice((2, 4, 4, 4))))

    def do_decide(self) -> Any:
        opened = tuple(r["session_id"] for r in self.play.store.tables.find("session", status="open"))
        item = self.one("item", **({} if self.any() else {"status": "listed", "session_id": opened}))
        names = [
            n["candidate_id"]
            for n in self.play.store.tables.find("candidate", item_id=item["item_id"])
            if n["status"] not in ("queue", "declined", "replaced", "superseded")
        ]
        self.draw.shuffle(names)
        positive = self.draw.choice((0, len(names), len(names), self.draw.randint(0, len(names))))
        decisions = [NewDecision(n, "ranked", k) for k, n in enumerate(names[:positive], 1)]
        decisions += [NewDecision(n, "not_attributed", motive="N3", sentence=SMALL) for n in names[positive:]]
        vote = self.draw.choice(
            (
                None,
                None,
                VoteRecord(item["item_id"], 3, 1, 0, "", 0, 0),
                VoteRecord(item["item_id"], 2, 2, 0, "", 0, 0),
            )
        )
        more = self.draw.choice(
            ({}, {"departure": "Situation plus urgente."}, {"few_reason": "too_few_candidates"})
        )
        return self.play.do(c.decide, P, item["item_id"], decisions=decisions, vote=vote, **more)

    def do_close(self) -> Any:
        return self.play.do(c.close, P, self.one("session", status="open")["session_id"])

    def do_cancel(self) -> Any:
        return self.play.do(c.cancel, S, self.one("session")["session_id"], reason="Salle fermée")

    def do_call(self) -> Any:
        name = self.one("candidate")["candidate_id"]
        outcome = self.draw.choice(("interested", "declines", "unreachable"))
        return self.play.do(
            c.call, A, name, outcome=outcome, stage=self.draw.choice(("instruction", "offer"))
        )

    def do_document(self) -> Any:
        return self.play.do(
            c.receive_document, A, self.one("candidate")["candidate_id"], document="resources"
        )

    def do_not_examined(self) -> Any:
        return self.play.do(c.not_examined, S, self.one("item")["item_id"], reason="works")

    def do_withdraw(self) -> Any:
        return self.play.do(
            c.withdraw, S, self.one("item", status=("decided", "offering"))["item_id"], reason="works"
        )

    def do_offer(self) -> Any:
        item = self.one("item", status="offering")["item_id"]
        turn = (
            queries.next_to_offer(self.play.store, item)
            or self.one("candidate", item_id=item)["candidate_id"]
        )
        today = self.play.store.today()
        proof = self.draw.choice(({}, {"proof": "hand", "proof_on": today}))
        return self.play.do(c.offer, A, turn, notified_on=today, **proof)

    def any(self) -> bool:
        return self.draw.random() < SELDOM

    def offered(self, status: str = "offered") -> int:
        return int(self.one("offer", **({} if self.any() else {"status": status}))["offer_id"])

    def do_accept(self) -> Any:
        return self.play.accept(self.offered())

    def do_refuse(self) -> Any:
        return self.play.refuse(self.offered())

    def do_silence(self) -> Any:
        return self.play.do(c.confirm_silence, A, self.offered())

    def do_sign(self) -> Any:
        return self.play.sign(self.offered("accepted"))

    def do_desist(self) -> Any:
        return self.play.do(c.desist, A, self.offered("accepted"), on=self.play.store.today())

    def do_correct_answer(self) -> Any:
        status = self.draw.choice(("accepted", "refused", "silent", "desisted"))
        return self.play.do(c.correct_answer, S, self.offered(status), reason="Saisie sur la mauvaise ligne")

    def do_correct_notification(self) -> Any:
        return self.play.do(c.correct_notification, S, self.offered(), reason="Rien n'est parti")

    def do_restore_candidate(self) -> Any:
        states = {} if self.any() else {"status": ("declined", "replaced", "not_examined")}
        name = self.one("candidate", **states)["candidate_id"]
        return self.play.do(c.restore_candidate, S, name, reason="Saisie sur la mauvaise ligne")

    def do_restore_item(self) -> Any:
        states = {} if self.any() else {"status": ("not_examined", "withdrawn")}
        item = self.one("item", **states)["item_id"]
        return self.play.do(c.restore_item, S, item, reason="Saisie sur la mauvaise ligne")

    def do_people(self) -> Any:
        number = f"N{self.draw.randrange(12)}"
        return self.play.do(
            c.import_people, S, people=[PersonRecord("", number, self.draw.choice(("Zoé", "Élie")))]
        )

    def do_close_duty(self) -> Any:
        return self.play.do(c.close_duty, S, self.one("duty")["duty_id"], outcome="Fait")

    def do_wait(self) -> Any:
        self.play.clock.now += timedelta(days=self.draw.choice((1, 4, 12)))
        return None

    def do_purge(self) -> Any:
        if self.draw.random() < 0.9:
            return None
        self.play.clock.now += timedelta(days=400)
        return purge(self.play.store, D, self.play.number(), dry_run=False).counts["person"]


def trace(opened: store.Store, clock: Ticking, seed: int, steps: int) -> dict[str, Any]:
    """What ``steps`` requests were answered, and what the desk is at the end."""
    hands = Hands(Play(opened, clock), seed)
    for _ in range(steps):
        hands.step()
    return {"trace": hands.trace, "dump": dump(opened), "seq": opened.head()["seq"]}


if __name__ == "__main__":
    ticking = Ticking()
    with store.open(sys.argv[1], clock=ticking) as desk:
        print(json.dumps(trace(desk, ticking, int(sys.argv[2]), int(sys.argv[3]))))
