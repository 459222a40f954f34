"""What the pages have read of the store, kept while it stands: twenty-five people read the same session all morning.

Tables change by the ledger's lines only, and a line says which rows it changed. So what was read holds until a line that changed a
row; a line that changed none (an identity viewed, an export) leaves it. Another process on the same store is seen in the same way.
Records are frozen and shared between threads: nobody changes the facts inside them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any, TypeVar

from optimizer.store import queries
from optimizer.store.holding import Store
from optimizer.store.records import SessionRecord

T = TypeVar("T")
KEPT = 256
"""Readings kept at once; a whole session of forty dwellings weighs about a megabyte."""
NO_ROW = '"rows":[]}'
"""How the payload of a line ends that changed nothing."""


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
        changed = now[0] <= was[0] or was[0] < 0
        if not changed:
            lines = self._store.tables.models["event"].objects.filter(seq__gt=was[0], seq__lte=now[0])
            changed = lines.exclude(payload__endswith=NO_ROW).exists()
        with self._lock:
            if self._at == was:
                if changed:
                    self._kept.clear()
                self._at = now
        return now

    def session(self, key: str) -> SessionRecord:
        """As :func:`queries.session`."""
        return self.of(("session", key), lambda: queries.session(self._store, key))

    def sessions(self, keys: tuple[str, ...]) -> list[SessionRecord]:
        """Whole sessions, newest first."""
        found = [self.session(key) for key in keys]
        return sorted(found, key=lambda s: (s.on, s.session_id), reverse=True)

    def heads(self) -> tuple[SessionRecord, ...]:
        """Every session without its dwellings, newest first."""
        return self.of("heads", lambda: queries.sessions(self._store, items=False))

    def live(self) -> frozenset[str]:
        """Sessions in which a dwelling or a duty is still open."""
        return self.of("live", self._live)

    def _live(self) -> frozenset[str]:
        rows = self._store.tables.find("item", status=("listed", "decided", "offering"))
        return frozenset(
            {str(row["session_id"]) for row in rows} | {d.session_id for d in queries.duties(self._store)}
        )
