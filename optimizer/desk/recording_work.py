"""One workbook against one session: what every sheet needs to run its commands and to say the problems of its rows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from optimizer.desk.entry_reading import Entry, Filled
from optimizer.desk.lists import choices
from optimizer.errors import Finding
from optimizer.store import queries
from optimizer.store.holding import Store
from optimizer.store.law import CommissionLaw
from optimizer.store.messages import StoreError, StoreSeveral
from optimizer.store.records import Actor, CandidateRecord, ItemRecord, Receipt, SessionRecord

HOUSEHOLD = "application_id"
Cell = Callable[[StoreError], tuple[Entry, str]]
"""The row and column that a refusal speaks of."""
Checks = Mapping[int, str]
"""Candidate -> what the new check of eligibility found; empty: still in order."""


class Work:
    """One workbook against one session: commands as savepoints of one transaction, problems row by row."""

    def __init__(
        self, opened: Store, session: SessionRecord, rules: CommissionLaw, filled: Filled, actor: Actor,
        checks: Callable[[SessionRecord], Checks] | None,
    ) -> None:  # fmt: skip
        self.opened, self.session, self.rules, self.filled, self.actor, self.checks = (
            opened,
            session,
            rules,
            filled,
            actor,
            checks,
        )
        self.known = choices(rules, opened.today())
        self.problems: list[Finding] = list(filled.errors)
        self.beside: list[Finding] = []
        """What is recorded all the same and has to be known."""
        self.done: Counter[str] = Counter()
        self.next_ranks: list[str] = []
        self.called_up: list[str] = []
        self.batch: Any = None

    def fresh(self) -> SessionRecord:
        """The session as it stands now."""
        return queries.session(self.opened, self.session.session_id)

    def do(
        self,
        entry: Entry,
        column: str,
        verb: str,
        act: Callable[[str], Receipt],
        *,
        cell: Cell | None = None,
    ) -> Receipt | None:
        """One command; a refusal is a problem of the row, at the column, or where ``cell`` says that it belongs."""
        told = f"{self.filled.digest}|{self.session.session_id}|{entry.sheet}|{entry.row}|{verb}"
        try:
            with self.batch.step():
                receipt = act(hashlib.sha256(told.encode()).hexdigest()[:40])
        except StoreError as problem:
            for one in problem.refusals if isinstance(problem, StoreSeveral) else (problem,):
                row, at = (entry, column) if cell is None else cell(one)
                self.problems.append(
                    row.finding(
                        "DESK_ENTRY_REFUSED",
                        at,
                        why_fr=one.text("fr").rstrip(". "),
                        why_en=one.text("en").rstrip(". "),
                    )
                )
            return None
        if not receipt.repeated:
            self.done[verb] += 1
        return receipt

    def wrong(self, entry: Entry, code: str, column: str, value: object = None, **params: object) -> None:
        """A problem of a row, unless its cell was told already: what cannot be read is not empty too."""
        if column in entry.broken:
            return
        self.problems.append(entry.finding(code, column, value, **params))

    def warn(self, entry: Entry, code: str, column: str, **params: object) -> None:
        """What a row makes worth knowing, without standing in the way."""
        self.beside.append(replace(entry.finding(code, column, **params), severity="warning"))

    @property
    def head(self) -> Entry | None:
        """The row of the sheet of the session."""
        return next(iter(self.filled.of("session")), None)

    def item_of(self, session: SessionRecord, entry: Entry) -> ItemRecord | None:
        """The dwelling a row names."""
        return session.homes.get(entry.text("dwelling_id"))

    def candidate_of(self, session: SessionRecord, entry: Entry) -> CandidateRecord | None:
        """The household a row names, on its dwelling."""
        item = self.item_of(session, entry)
        if item is None:
            return None
        return next((c for c in item.candidates if c.application_id == entry.text(HOUSEHOLD)), None)
