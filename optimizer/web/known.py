"""What the pages have read of the store, kept while it stands: twenty-five people read the same session all morning.

Tables change by the ledger's lines only, and a line says which rows it changed. So what was read holds until a line that changed a
row; a line that changed none (an export), or none that these pages show (an identity viewed), leaves it. Whole sessions are let go one by one: those that hold a
row that changed or a household whose row changed (an offer elsewhere is shown beside a name), and all of them as soon as a row
cannot be told. Another process on the same store is seen in the same way.
Records are frozen and shared between threads: nobody changes the facts inside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any, TypeVar

from optimizer.store import queries
from optimizer.store.holding import Store
from optimizer.store.records import SessionRecord
from optimizer.store.tables import Row

T = TypeVar("T")
KEPT = 256
"""Readings kept at once; a whole session of forty dwellings weighs about a megabyte."""
LOOKS = ("identity.viewed",)
"""Lines whose only row is the reason that was typed: the ledger's page reads it each time."""
NO_ROW = '"rows":[]}'
"""How the payload of a line ends that changed nothing."""
TOLD = (
    "session",
    "item",
    "candidate",
    "call",
    "document",
    "dossier",
    "decision",
    "note",
    "offer",
    "vote",
    "attendance",
    "person",
)
"""Tables whose rows say which session or which household they belong to."""
MOVED = {"session_id", "item_id", "candidate_id", "decision_id", "ref"}
"""Columns whose change would take a row from one session or household to another."""
FEW = 60
"""Changed rows that are looked up one by one; after more (an import, a signature) everything is read again."""


class Known:
    """Readings of one store by what was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._at: tuple[int, str] = (-1, "")
        self._kept: dict[Hashable, Any] = {}
        self._look = local()

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """One page: it is shown as the tables stood when it first read something, or at its last :meth:`look_again`."""
        self._look.page, self._look.at = True, None
        try:
            yield
        finally:
            self._look.page, self._look.at = False, None

    def look_again(self) -> None:
        """The page has written something: what it reads from now on is read after that."""
        self._look.at = None

    def of(self, asked: Hashable, read: Callable[[], T]) -> T:
        """What ``read`` gives, read once for a state of the tables; inside a transaction it is always read."""
        from django.db import connection

        if connection.in_atomic_block:
            return read()
        at = self._now()
        with self._lock:
            if at == self._at and asked in self._kept:
                found: T = self._kept[asked]
                return found
        value = read()
        with self._lock:
            if at == self._at:  # else the tables have changed since: what was read may be of either side
                while len(self._kept) >= KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[asked] = value
        return value

    def _now(self) -> tuple[int, str]:
        """The last line of the ledger; what no longer holds at it is let go."""
        seen: tuple[int, str] | None = getattr(self._look, "at", None)
        if seen is not None:
            return seen
        now = self._head()
        if getattr(self._look, "page", False):
            self._look.at = now
        return now

    def _head(self) -> tuple[int, str]:
        head = self._store.head()
        now = (int(head["seq"]), str(head["hash"]))
        with self._lock:
            was = self._at
        if now == was:
            return now
        known = 0 <= was[0] < now[0]
        left = self._touched(was[0], now[0]) if known else None
        with self._lock:
            if self._at == was:
                if left is None:
                    self._kept.clear()
                elif left != ((), ()):
                    self._let_go(*left)
                self._at = now
        return now

    def _touched(self, first: int, last: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Sessions and households whose rows the lines after ``first`` changed; None when that cannot be told."""
        lines = self._store.tables.models["event"].objects.filter(seq__gt=first, seq__lte=last)
        lines = lines.exclude(kind__in=LOOKS)
        payloads = lines.exclude(payload__endswith=NO_ROW).values_list("payload", flat=True)[: FEW + 1]
        rows = [row for payload in payloads for row in json.loads(payload).get("rows", [None])]
        if len(payloads) > FEW or len(rows) > FEW:
            return None
        sessions, households = set(), set()
        for row in rows:
            if row is None or row[0] not in TOLD or row[1] not in ("+", "="):
                return None
            if row[1] == "=" and MOVED & row[3].keys():
                return None
            found = self._store.tables.get(row[0], row[2])
            session = None if found is None else self._session_of(found)
            if found is None or (session is None and row[0] != "person"):
                return None
            if session is not None:
                sessions.add(session)
            if found.get("ref"):
                households.add(str(found["ref"]))
        return tuple(sessions), tuple(households)

    def _session_of(self, row: Row) -> str | None:
        """The session that a row belongs to."""
        tables = self._store.tables
        for column, table in (
            ("session_id", ""),
            ("item_id", "item"),
            ("candidate_id", "candidate"),
            ("decision_id", "decision"),
        ):
            if row.get(column) is None:
                continue
            if not table:
                return str(row[column])
            above = tables.get(table, row[column])
            return None if above is None or above == row else self._session_of(above)
        return None

    def _let_go(self, sessions: Iterable[str], households: Iterable[str]) -> None:
        """Forget what those rows may show in; the caller holds the lock."""
        gone, refs = set(sessions), set(households)
        for key, value in list(self._kept.items()):
            if not (isinstance(key, tuple) and key[0] == "session" and isinstance(value, SessionRecord)):
                del self._kept[key]
            elif key[1] in gone or any(name.ref in refs for item in value.items for name in item.candidates):
                del self._kept[key]

    def session(self, key: str) -> SessionRecord:
        """As :func:`queries.session`."""
        return self.of(("session", key), lambda: queries.session(self._store, key))

    def sessions(self, keys: tuple[str, ...]) -> list[SessionRecord]:
        """Whole sessions, newest first."""
        found = [self.session(key) for key in keys]
        return sorted(found, key=lambda s: s.order, reverse=True)

    def heads(self) -> tuple[SessionRecord, ...]:
        """Every session without its dwellings, newest first."""
        return self.of("heads", lambda: queries.sessions(self._store, items=False))

    def live(self) -> frozenset[str]:
        """Sessions in which a dwelling or a duty is still open, or a refusal still to be judged."""
        return self.of("live", lambda: queries.live_sessions(self._store))
