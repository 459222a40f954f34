"""A desk as tests play it: accounts of every role, a session in each state, nobody real."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from optimizer import store
from optimizer.store import commands, queries
from optimizer.store.records import Actor, AttendanceRecord, NewCandidate, NewDecision, NewItem, SessionRecord
from optimizer.web.access import ROLES
from optimizer.web.deployment import Deployment
from tests.store.empty import empty_desk

PASSWORD = "carrefour-lilas-42"
LANDLORD, COMMISSION = "OPH25", "CALEOL Besançon"
SECRETARY, CHAIR = Actor("secretaire", "S"), Actor("presidente", "P")
NAMES = {
    "S": "secretaire", "P": "presidente", "M": "membre", "A": "agent", "R": "reservataire", "D": "dpo", "T": "technique",
}  # fmt: skip


class Clock:
    """A clock that tests set."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=10)
        return self.now


def candidates(home: str, n: int = 3, waiting: int = 2) -> tuple[NewCandidate, ...]:
    """Names of a dwelling, with two more that wait."""
    return tuple(
        NewCandidate(
            f"0250{home[-2:]}{i:012d}", position=i, queue=i > n, facts={"lines": [[["Rang proposé", str(i)], ["Points", "52"]]]},
            reasons=("1er à la cotation parmi 69 demandes recevables",) if i <= n else (),
        )
        for i in range(1, n + waiting + 1)
    )  # fmt: skip


def item(home: str, account: str = "BAILLEUR", commune: str = "25056", waiting: int = 2) -> NewItem:
    """A dwelling of the agenda."""
    return NewItem(
        home, account, candidates(home, waiting=waiting),
        facts={
            "landlord": LANDLORD, "commune": commune, "commune_name": "Besançon", "rooms": 3, "financing": "PLUS",
            "form": {"lines": [[["Adresse", "3 rue des Granges"], ["Étage", "2"]]], "rpls": "R1", "close": [], "foot": ""},
        },
        orientation={"candidates": "69"},
    )  # fmt: skip


class Played:
    """An opened store, served; ``client(role)`` is logged in."""

    def __init__(self, folder: Path, staffed: Path | None = None) -> None:
        self.folder, self.clock = folder, Clock(datetime(2026, 12, 1, 8, tzinfo=UTC))
        self.granted, self._opened = staffed is not None, ""
        if staffed:
            shutil.copytree(staffed, folder, dirs_exist_ok=True)
        self.open()
        if not staffed:
            for role in "T" + ROLES.replace("T", ""):
                self.account(NAMES[role], role)

    def open(self) -> None:
        """Open the desk and serve it; a process serves one at a time."""
        file = self.folder / "bureau.sqlite"
        self.store = store.open(file if file.exists() else empty_desk(self.folder), clock=self.clock)
        from django.conf import settings

        from optimizer.web.deploying import deploy

        self.desk = deploy(self.store, Deployment(state=self.folder / "files"))
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]

    def account(self, name: str, role: str = "", **scope: str) -> None:
        """An account, with a role in the commission."""
        from django.contrib.auth import get_user_model

        get_user_model().objects.create_user(username=name, password=PASSWORD)
        if role:
            told: dict[str, Any] = {"landlord": LANDLORD, "commission": COMMISSION} | scope
            if role == "R":
                told.setdefault("account", "ETAT_PRIO")
            if role in "DT":
                told = {}
            by = Actor("technique", "T") if self.granted else Actor("program", "program")
            self.granted = True
            commands.grant(self.store, by, str(uuid4()), user=name, role=role, **told)

    def client(self, role: str = "", name: str = "") -> Any:
        """Django's client, logged in as the account of a role."""
        from django.test import Client

        made = Client()
        if role or name:
            answer = made.post("/entrer", {"name": name or NAMES[role], "password": PASSWORD})
            assert answer.status_code == 302, answer.content.decode()[:500]
        return made

    def session(
        self, on: date, *, state: str = "draft", homes: tuple[NewItem, ...] = (), commission: str = COMMISSION
    ) -> SessionRecord:
        """A session brought to a state by its commands."""
        do = self.store
        run = f"run-{on}"
        commands.attach_run(
            do,
            SECRETARY,
            str(uuid4()),
            run_id=run,
            verdict="certified",
            gap_points="",
            seed="1",
            runs=1,
            case_on=on,
            hashes={},
        )
        made = commands.new_session(
            do, SECRETARY, str(uuid4()), landlord=LANDLORD, commission=commission, on=on, run_id=run, quorum=2,
            items=homes or (item(f"L{on:%m%d}01"), item(f"L{on:%m%d}02", "ETAT_PRIO")),
        )  # fmt: skip
        key = made.result["session_id"]
        if state == "draft":
            return queries.session(do, key)
        names = [c for i in queries.session(do, key).items for c in i.candidates if c.status == "listed"]
        checks = {c.candidate_id: "" for c in names}
        commands.convene(do, SECRETARY, str(uuid4()), key, recipients=("Préfet", "Maire"), checks=checks)
        if state == "convened":
            return queries.session(do, key)
        commands.attend(
            do, SECRETARY, str(uuid4()), key, members=[member(key, "A. Durand"), member(key, "B. Petit")]
        )
        commands.open_session(do, SECRETARY, str(uuid4()), key, checks=checks)
        if state == "open":
            return queries.session(do, key)
        for i in queries.session(do, key).items:
            listed = [c for c in i.candidates if c.status == "listed"]
            kinds = ["attribution", *["ranked"] * (len(listed) - 1)]
            commands.decide(
                do, SECRETARY, str(uuid4()), i.item_id,
                decisions=[NewDecision(c.candidate_id, k, n) for n, (c, k) in enumerate(zip(listed, kinds, strict=True), 1)],
            )  # fmt: skip
        commands.close(do, CHAIR, str(uuid4()), key)
        return queries.session(do, key)

    def opened(self) -> SessionRecord:
        """The session that is open: a commission has one at a time."""
        if not self._opened:
            homes = (item("L120801"), item("L120802", "ETAT_PRIO"), item("L120803", waiting=0))
            self._opened = self.session(date(2026, 12, 8), state="open", homes=homes).session_id
        return queries.session(self.store, self._opened)

    def close(self) -> None:
        """Give the file back."""
        self.store.close()


def member(session: str, name: str) -> AttendanceRecord:
    """A member of the board who is there."""
    return AttendanceRecord(session, name, "membre du conseil", "board", "", "present", "", "09:00", "", ())
