"""Random logs: the case made of an earlier next case is the one made of the import, whatever had been recorded in between.

Each dwelling is examined again only once its list is over, as the desk asks; acts are known from their day, notices from the day they
were recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest

from optimizer.desk.following import attempt_ended_on, last_act
from optimizer.desk.year_end import as_on
from optimizer.store.records import CandidateRecord, DutyRecord, ItemRecord, SessionRecord
from tests import campaign
from tests.deskwork.test_next_by_hand import candidate, decided, imported, item, offered, session, turned

PEOPLE = ("11", "12", "21", "22", "31", "32", "41", "42", "51", "61", "71", "72", "81", "82")
DAYS = (date(2026, 12, 3), date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 17))
"""Days of the sessions: two are of one day."""
IMPORTS = (date(2026, 11, 23), date(2026, 12, 12))
LIVE = ("signed", "accepted", "offered", "ranked")
TABLES = ("applications", "decisions", "dwellings", "in_progress", "leases", "events")


class Log:
    """A log of four sessions, every household and dwelling at its end."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.key = 100
        self.duties: list[DutyRecord] = []
        self.until: dict[int, date] = {}
        """Dwelling -> day its last list was over, the last of the calendar while it is let or offered."""
        self.housed: set[str] = set()
        self.sessions = [self._session(n, on) for n, on in enumerate(DAYS, 1)]
        for who in PEOPLE:
            if self.draw.random() < 0.2:
                self._no_reply(who)

    def _session(self, n: int, on: date) -> SessionRecord:
        name = f"{on}-{n}"
        free = [home for home in range(1, 10) if self.until.get(home, date.min) < on]
        homes = self.draw.sample(free, min(len(free), 2))
        made = session(
            name, on, "closed", on - timedelta(days=2), *(self._item(home, name, on) for home in homes)
        )
        for one in made.items:
            over = one.status in ("exhausted", "no_taker")
            self.until[int(one.dwelling_id[1:])] = attempt_ended_on(made, one) if over else date.max
        return made

    def _item(self, home: int, name: str, on: date) -> ItemRecord:
        names: list[CandidateRecord] = []
        people = [who for who in PEOPLE if who not in self.housed]
        for rank, who in enumerate(self.draw.sample(people, 3), 1):
            live = any(c.status in LIVE for c in names)
            made = self._candidate(who, rank, name, on, live=live)
            names.append(replace(made, application_id=who, ref=f"r{who}", position=rank))
        states = {c.status for c in names}
        ranked = any(c.decision is not None and c.decision.rank for c in names)
        over = "exhausted" if ranked else "no_taker"
        status = "let" if "signed" in states else "offering" if states & set(LIVE) else over
        return replace(item(home, "ALS", status, *names, changed=on), item_id=self.key, session_id=name)

    def _candidate(self, who: str, rank: int, name: str, on: date, *, live: bool) -> CandidateRecord:
        self.key += 1
        key, kind = (
            self.key,
            self.draw.choice(("offer", "offer", "barred", "ineligible", "condition", "declined")),
        )
        if kind == "barred":
            return candidate(key, "not_attributed", decided(key, "not_attributed", None, motive="N3"))
        if kind == "declined":
            return candidate(key, "declined", call="declines")
        if kind == "ineligible":
            self._notice(who, name, on)
            return candidate(key, "ineligible", decided(key, "ineligible", None, motive="I1"))
        if kind == "condition":
            decision = decided(key, "conditional", rank, document="D1", due_on=on + timedelta(days=5))
            return candidate(
                key, "condition_failed", decision, condition="failed", condition_on=on + timedelta(days=6),
                condition_reason=self.draw.choice(("late", "access")),
            )  # fmt: skip
        state = self.draw.choice(("refused", "silent", "desisted", *(() if live else LIVE)))
        if state == "signed":
            self.housed.add(who)
        decision = decided(key, "ranked", rank)
        return candidate(key, state, decision, None if state == "ranked" else self._offer(key, state, on))

    def _offer(self, key: int, state: str, on: date) -> Any:
        day = on + timedelta(days=self.draw.randint(1, 12))
        answer = {"answered_on": day} if state in ("refused", "desisted", "accepted", "signed") else {}
        more: dict[str, Any] = {
            "refused": {"legitimate": self.draw.choice(("yes", "no", "to_decide"))},
            "signed": {"lease_on": day + timedelta(days=2)},
        }.get(state, {})
        end = on + timedelta(days=13)
        return offered(key, state, notified_on=on + timedelta(days=1), deadline=end, **answer, **more)

    def _notice(self, who: str, name: str, on: date) -> None:
        sent = on + timedelta(days=self.draw.randint(0, 40)) if self.draw.random() < 0.7 else None
        recorded = sent and sent + timedelta(days=self.draw.randint(0, 30))
        self._duty("radiation_notice", who, name, on, sent, "avis notifié" if sent else "", recorded)

    def _no_reply(self, who: str) -> None:
        sent = date(2026, 12, self.draw.randint(1, 20))
        end = date(2027, 1, sent.day) + timedelta(days=self.draw.randint(1, 20))
        closed = end if self.draw.random() < 0.7 else None
        outcome = self.draw.choice(("no_reply", "answered")) if closed else ""
        recorded = closed and closed + timedelta(days=self.draw.randint(0, 9))
        self._duty("no_reply", who, "", sent, closed, outcome, recorded)

    def _duty(
        self, kind: Any, who: str, name: str, opened: date, closed: date | None, outcome: str, recorded: date | None
    ) -> None:  # fmt: skip
        key = len(self.duties) + 1
        self.duties.append(
            DutyRecord(key, kind, f"r{who}", name, None, opened, None, closed, outcome, recorded)
        )

    def known_on(self, day: date) -> tuple[list[SessionRecord], list[DutyRecord]]:
        """What had been recorded by the evening of a day."""
        held = [s for s in as_on(self.sessions, day) if s.status == "closed"]
        return held, [_known(d, day) for d in self.duties if d.opened_on <= day]

    @property
    def end(self) -> date:
        """The day by which everything is recorded."""
        days = [d.recorded_on for d in self.duties if d.recorded_on is not None]
        return max([last_act(self.sessions) or DAYS[-1], *days])


def _known(duty: DutyRecord, day: date) -> DutyRecord:
    recorded = duty.recorded_on is not None and duty.recorded_on <= day
    return duty if recorded else replace(duty, closed_on=None, outcome="", recorded_on=None)


@pytest.mark.parametrize("seed", campaign.seeds(400, least=8))
def test_the_case_of_a_week_before_gives_the_same_case_as_the_import(seed: int):
    log = Log(seed)
    case = imported(log.draw.choice(IMPORTS))
    before = case.settings.on + timedelta(days=log.draw.randint(1, 60))
    after = max(before, log.end) + timedelta(days=log.draw.randint(0, 60))
    held, duties = log.known_on(before)
    earlier = turned(case, on=before, sessions=_or_none(held), duties=duties)
    direct, chained = (
        turned(one, on=after, sessions=log.sessions, duties=log.duties) for one in (case, earlier.case)
    )
    for name in TABLES:
        pd.testing.assert_frame_equal(direct.case.table(name), chained.case.table(name), check_dtype=False)


def _or_none(held: Sequence[SessionRecord]) -> Sequence[SessionRecord]:
    """No session yet: `turned` would take its own."""
    return held or [session("rien", date(2026, 11, 1), "cancelled", date(2026, 11, 1))]
