"""Hands that play a commission: each method is what a person does, with a command number of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from optimizer.store import Store, commands, queries
from optimizer.store.records import (
    Actor,
    AttendanceRecord,
    CandidateRecord,
    NewCandidate,
    NewDecision,
    NewItem,
    Receipt,
    SessionRecord,
)

DAY = date(2026, 12, 3)
S, P, M, A = Actor("sophie", "S"), Actor("paul", "P"), Actor("mina", "M"), Actor("anne", "A")
R, D, T = Actor("rene", "R"), Actor("dora", "D"), Actor("theo", "T")
SMALL = "Trois chambres sont nécessaires à ce ménage de six personnes."


class Ticking:
    """A clock that moves when it is told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 3, 11, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, day: date, hour: int = 11) -> None:
        self.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)


def dwelling(name: str, names: int = 3, queue: int = 1, **facts: Any) -> NewItem:
    """A dwelling with ``names`` households examined and ``queue`` further ones, numbered after the dwelling."""
    return NewItem(
        name,
        "BAILLEUR",
        tuple(
            NewCandidate(
                f"{name}-{k}", k, queue=k > names, facts={"priority_codes": ""}, reasons=("Ancienneté.",)
            )
            for k in range(1, names + queue + 1)
        ),
        facts={"commune": "25056", "rooms": 3, "financing": "PLUS"} | facts,
    )


def board(session: str, present: int = 4, **mayor: Any) -> list[AttendanceRecord]:
    """Members of the board who are there; with ``mayor`` also a mayor (``territory=…``)."""
    members = [
        AttendanceRecord(session, f"Membre {k}", "élu", "board", "", "present", "", "14:00", "", ())
        for k in range(present)
    ]
    if mayor:
        members.append(
            AttendanceRecord(
                session, "Maire", "maire", "mayor", mayor["territory"], "present", "", "14:00", "",
                mayor.get("recused", ()),
            )
        )  # fmt: skip
    return members


@dataclass
class Play:
    """The hands. ``number`` makes command numbers that never repeat."""

    store: Store
    clock: Ticking
    made: int = 0
    session: str = ""
    last: Receipt | None = field(default=None)

    def number(self) -> str:
        self.made += 1
        return f"envoi-{self.made}"

    def do(self, command: Any, actor: Actor, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Send a command; its result."""
        self.last = command(self.store, actor, self.number(), *args, **kwargs)
        return dict(self.last.result)

    # ------------------------------------------------------------- a session

    def new(self, *items: NewItem, run: bool = True, **more: Any) -> str:
        run_id = f"run-{self.made}" if run else None
        if run_id:
            self.do(commands.attach_run, S, run_id=run_id, verdict="certified", case_on=DAY)
        made = self.do(
            commands.new_session, S, landlord="OPH25", commission="CAL1", on=more.pop("on", self.store.today()),
            items=items or (dwelling("L1"),), run_id=run_id, **more,
        )  # fmt: skip
        self.session = made["session_id"]
        return self.session

    def ref(self, application_id: str) -> str | None:
        """Reference under which a household is known, None once nobody has that number."""
        found = self.store.tables.find("person", application_id=application_id)
        return str(found[0]["ref"]) if found else None

    def seen(self) -> SessionRecord:
        return queries.session(self.store, self.session)

    def names(self, dwelling_id: str, *states: str) -> list[CandidateRecord]:
        """Candidates of a dwelling of the session, in the order proposed."""
        item = next(i for i in self.seen().items if i.dwelling_id == dwelling_id)
        return [c for c in item.candidates if not states or c.status in states]

    def item(self, dwelling_id: str) -> int:
        return next(i.item_id for i in self.seen().items if i.dwelling_id == dwelling_id)

    def checks(self) -> dict[int, str]:
        return {c.candidate_id: "" for i in self.seen().items for c in i.candidates if c.status == "listed"}

    def convene(self) -> None:
        self.do(commands.convene, S, self.session, recipients=["Préfète du Doubs"], checks=self.checks())

    def open(self, *members: AttendanceRecord) -> None:
        if self.seen().status == "draft":
            self.convene()
        self.do(commands.attend, S, self.session, members=list(members) or board(self.session))
        self.do(commands.open_session, S, self.session, checks=self.checks())

    def decide(self, dwelling_id: str, decisions: Sequence[NewDecision] | None = None, **more: Any) -> None:
        """Decide a dwelling: attribution, then ranks, in the order proposed, unless told otherwise."""
        names = self.names(dwelling_id, "listed", "attributed", "ranked", "conditional", "not_attributed")
        if decisions is None:
            decisions = [
                NewDecision(c.candidate_id, "attribution" if k == 1 else "ranked", k)
                for k, c in enumerate(names, 1)
            ]
        self.do(commands.decide, S, self.item(dwelling_id), decisions=decisions, **more)

    def close(self) -> dict[str, Any]:
        return self.do(commands.close, P, self.session)

    def week(self, *items: NewItem) -> str:
        """A session played to its signature, every dwelling attributed and ranked."""
        session = self.new(*items)
        self.open()
        for item in self.seen().items:
            self.decide(item.dwelling_id)
        self.close()
        return session

    # ------------------------------------------------------------- offers

    def offer(self, dwelling_id: str, proven: bool = True) -> int:
        """Offer the dwelling to the rank whose turn it is; the offer's number."""
        turn = queries.next_to_offer(self.store, self.item(dwelling_id))
        assert turn is not None
        today = self.store.today()
        proof = {"proof": "hand", "proof_on": today} if proven else {}
        return int(self.do(commands.offer, A, turn, notified_on=today, **proof)["offer_id"])

    def refuse(self, offer: int, **more: Any) -> dict[str, Any]:
        more = {"reason": "rent", "legitimate": "no"} | more
        return self.do(commands.answer, A, offer, accepted=False, on=self.store.today(), **more)

    def accept(self, offer: int) -> dict[str, Any]:
        return self.do(commands.answer, A, offer, accepted=True, on=self.store.today())

    def sign(self, offer: int) -> dict[str, Any]:
        return self.do(commands.sign_lease, S, offer, on=self.store.today())
