"""An open desk in the hands of a process: its tables, its keys, its clock, and the transaction every command runs in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date, datetime, timedelta
from threading import RLock
from types import TracebackType
from typing import Any

from optimizer.disk.notices import in_place
from optimizer.errors import Said
from optimizer.store import chain
from optimizer.store import clock as days
from optimizer.store.configure import BUSY_SECONDS, shown
from optimizer.store.keys import Keys
from optimizer.store.messages import StoreBusy, StoreError, StoreReadOnly, StoreRefused, StoreUnusable
from optimizer.store.tables import Live, Row

Clock = Callable[[], datetime]
RETRY_SECONDS = 0.002
"""Between two tries for the file while another process writes (a command holds it for a few milliseconds)."""
SLACK = timedelta(seconds=5)
"""A clock may be set back by this much (network time) without a word: events then share an instant."""


class Store:
    """An open desk. Commands and queries take it first; threads may share it.

    Attributes
    ----------
    url : str
        Address, without a password.
    read_only : str
        Why nothing can be written (French sentence; ``why`` in both languages), empty when everything can.
    """

    def __init__(self, url: str, entry: dict[str, Any], keys: Keys, ticking: Clock) -> None:
        self.url = shown(url)
        self.entry = entry
        self.keys = keys
        self.why = Said("", "")
        self.closed = False
        self._clock = ticking
        self.tables = Live()
        self._turn = RLock()

    @property
    def read_only(self) -> str:
        return self.why.fr

    @property
    def vendor(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return "sqlite" if self.entry["ENGINE"] == "optimizer.store.sqlite" else "postgresql"

    def now(self) -> datetime:
        return self._clock()

    def today(self) -> date:
        """The day at the desk (Europe/Paris)."""
        return days.today(self.now())

    def head(self) -> Row:
        """The last event: ``seq``, ``hash``, ``at``."""
        self._usable()
        return self.tables.get("head", 1) or {"id": 1, "seq": 0, "hash": chain.GENESIS, "at": None}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that holds the head; inside another one, a savepoint.

        Raises
        ------
        StoreReadOnly, StoreBusy, StoreRefused
            Nothing was written.
        """
        from django.db import DatabaseError, IntegrityError, connection, transaction

        self._usable()
        if self.read_only:
            raise StoreReadOnly("STORE_READ_ONLY", reason=self.why)
        # threads of a process wait for one another here: in turn and at once, where SQLite's own wait is by trying again
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StoreBusy("STORE_BUSY")
        outermost, kept = not connection.in_atomic_block, False
        try:
            with ExitStack() as stack:
                self._begin(stack, transaction.atomic())
                if self.vendor == "postgresql":
                    list(
                        self.tables.models["head"].objects.select_for_update().filter(pk=1).values_list("pk")
                    )
                yield
                kept = outermost and not transaction.get_rollback()
            if kept:
                in_place(self.url)
        except IntegrityError as error:
            raise StoreRefused("STORE_INVARIANT", name=_constraint(error)) from error
        except DatabaseError as error:
            raise why_not(error) from error
        finally:
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read inside is of one instant, whatever others record meanwhile; nothing may be written inside, nobody waits."""
        from django.db import connection, transaction

        self._usable()
        if connection.in_atomic_block:
            yield
        elif self.vendor == "postgresql":
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield
        else:
            connection.ensure_connection()
            if connection.connection.in_transaction:  # a reading inside another one
                yield
                return
            # Django would take the file for a writer
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                try:
                    yield
                finally:
                    if connection.connection.in_transaction:
                        cursor.execute("ROLLBACK")

    def _begin(self, stack: ExitStack, transaction: AbstractContextManager[None]) -> None:
        """Enter a transaction, waiting for other processes as long as ``BUSY_SECONDS``.

        SQLite's own wait tries again ever more seldom: beside processes that write without a pause, one of them may find the
        file taken each time for twenty seconds. Here it is tried every few milliseconds, so that everybody has a turn.
        """
        from django.db import OperationalError, connection

        if self.vendor != "sqlite" or connection.in_atomic_block:
            stack.enter_context(transaction)
            return
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 2")
            until = time.monotonic() + BUSY_SECONDS
            try:
                while True:
                    try:
                        stack.enter_context(transaction)
                        return
                    except OperationalError as error:
                        if "locked" not in str(error) or time.monotonic() > until:
                            raise
                    time.sleep(RETRY_SECONDS)
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")

    def release(self) -> None:
        """Give this thread's connection back (end of a thread or of a request)."""
        from django.db import connections

        connections.close_all()

    def close(self) -> None:
        if not self.closed:
            self.release()
            self.closed = True

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _usable(self) -> None:
        if self.closed:
            raise StoreUnusable("STORE_CLOSED")


def _constraint(error: Exception) -> str:
    """Name of the constraint that refused, or what the database said."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return str(name or str(error).rpartition(": ")[2] or error)


OF_STATE: dict[str, tuple[type[StoreError], str]] = {
    "40001": (StoreBusy, "STORE_BUSY"),  # another writer was first
    "40P01": (StoreBusy, "STORE_BUSY"),  # each waited for the other
    "55P03": (StoreBusy, "STORE_BUSY"),  # waited long enough for the other
    "57014": (StoreBusy, "STORE_TOO_LONG"),
    "53100": (StoreBusy, "STORE_FULL"),
    "25006": (StoreUnusable, "STORE_SERVER_READ_ONLY"),  # a copy that only follows its server
    "42501": (StoreUnusable, "STORE_SERVER_READ_ONLY"),  # a right that was not given
}
"""SQLSTATE of PostgreSQL -> what it is to a person. The words of a server are in its administrator's language."""


def why_not(error: Exception) -> Exception:
    """What a person is told of a database that did not do something; the error itself where nobody foresaw it.

    Parameters
    ----------
    error : a DatabaseError of Django
    """
    from django.db import OperationalError

    said = str(error).lower()
    state = getattr(error.__cause__, "sqlstate", None)
    if state in OF_STATE:
        kind, code = OF_STATE[state]
        return kind(code)
    if state is None:  # SQLite, or a server that is gone
        if "full" in said or "no space" in said:
            return StoreBusy("STORE_FULL")
        if "locked" in said or "busy" in said:
            return StoreBusy("STORE_BUSY")
        if "readonly" in said or "read-only" in said:
            return StoreUnusable("STORE_FILE_READ_ONLY")
    # the disk or the server, not what was written
    if isinstance(error, OperationalError) or "malformed" in said:
        return StoreUnusable("STORE_UNREACHABLE", reason=str(error).strip().partition("\n")[0])
    return error
