"""One command = one transaction: take the head, check, change rows, write one line of the ledger with these very changes.

The line holds the rows it changed, column by column, so that the tables can be made again by any later version of the program,
whatever its rules have become. What can be erased enters the line as a commitment only.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec

from optimizer.errors import Said
from optimizer.store import chain
from optimizer.store import clock as days
from optimizer.store.canonical import canonical, digest, plain
from optimizer.store.holding import SLACK, Store
from optimizer.store.law import CommissionLaw, law
from optimizer.store.ledger import HIDDEN, commitment_of
from optimizer.store.messages import (
    StoreConflict,
    StoreForbidden,
    StoreMissing,
    StoreRefused,
    StoreUnusable,
)
from optimizer.store.queries import item, session
from optimizer.store.records import Actor, Receipt
from optimizer.store.state_words import SUBJECT, state_words
from optimizer.store.tables import ERASABLE, Key, Row

P = ParamSpec("P")
COMMAND_ID = 80
"""Characters of a command's own number, with what the program adds to it."""
TEXT = 1000
"""Characters of a free reason."""


@dataclass
class Work:
    """What the body of a command works with; everything it changes goes through here."""

    store: Store
    actor: Actor
    command_id: str
    kind: str
    now: datetime
    session: str = ""
    dwelling: str = ""
    ref: str = ""
    rows: list[list[Any]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    """Codes, dates and hashes that the line says beside the rows."""

    @property
    def today(self) -> date:
        return days.today(self.now)

    @functools.cached_property
    def law(self) -> CommissionLaw:
        return law(self.today)

    def law_on(self, day: date) -> CommissionLaw:
        return law(day)

    # ---------------------------------------------------------------- reading

    def get(self, table: str, key: Key) -> Row:
        """A row; StoreMissing when there is none."""
        row = self.store.tables.get(table, key)
        if row is None:
            raise StoreMissing("STORE_NO_SUCH", what=table, key=str(key))
        return row

    def find(self, table: str, **equal: Any) -> list[Row]:
        return self.store.tables.find(table, **equal)

    # ---------------------------------------------------------------- writing

    def put(self, table: str, **columns: Any) -> Row:
        """A new row; an integer key that is not given is the next one."""
        name = self.store.tables.keys[table]
        if name not in columns:
            columns = {name: self.store.tables.next_key(table), **columns}
        self.put_all(table, [columns])
        return columns

    def put_all(self, table: str, rows: Sequence[Row]) -> None:
        """New rows with their keys."""
        self.store.tables.add(table, *rows)
        name = self.store.tables.keys[table]
        self.rows += [[table, "+", row[name], self._shadow(table, row)] for row in rows]

    def set(self, table: str, key: Key, was: Row | None = None, /, **columns: Any) -> None:
        """Change columns of a row, which is read again where the caller has not: ``was``."""
        self.store.tables.change(table, key, columns)
        if table in ERASABLE and any(name in ERASABLE[table] for name in columns):
            whole = self.get(table, key) if was is None else was | columns
            shown = {name: value for name, value in columns.items() if name not in ERASABLE[table]}
            self.rows.append([table, "=", key, plain(shown) | {HIDDEN: self._committed(table, whole)}])
        else:
            self.rows.append([table, "=", key, plain(columns)])

    def drop(self, table: str, key: Key) -> None:
        """Erase a row (of the tables that can be erased)."""
        self.store.tables.remove(table, key)
        self.rows.append([table, "-", key, {}])

    def _shadow(self, table: str, columns: Row) -> Row:
        if table not in ERASABLE:
            return {name: plain(value) for name, value in columns.items()}
        kept = {
            name: plain(value)
            for name, value in columns.items()
            if name not in ERASABLE[table] and name != "salt"
        }
        return kept | {HIDDEN: self._committed(table, columns)}

    def _committed(self, table: str, row: Row) -> str:
        salt = row["salt"] if table == "person" else self.get("person", row["ref"])["salt"]
        self.hidden.append(commitment_of(table, row, salt))
        return self.hidden[-1]

    # ---------------------------------------------------------------- guards

    def at_version(self, table: str, row: Row, version: int | None) -> None:
        """StoreConflict when somebody changed the row since ``version`` was read."""
        if version is not None and version != row["version"]:
            key = row[self.store.tables.keys[table]]
            record = session(self.store, key) if table == "session" else item(self.store, key)
            raise StoreConflict(
                "STORE_CONFLICT", record=record, by=row["changed_by"], at=days.instant(row["changed_at"]),
                version=row["version"], given=version,
            )  # fmt: skip

    def bump(self, table: str, row: Row, **columns: Any) -> None:
        """Change a session or an item, whose version goes up by one."""
        key = row[self.store.tables.keys[table]]
        columns |= {"version": row["version"] + 1, "changed_by": self.actor.name, "changed_at": self.now}
        self.set(table, key, **columns)
        row.update(columns)

    def require(self, what: str, found: str, expected: tuple[str, ...]) -> None:
        """StoreRefused ``STORE_STATE`` unless the state is one of ``expected``."""
        if found not in expected:
            raise StoreRefused(
                "STORE_STATE", what=SUBJECT[what], found=state_words(what, [found]), expected=state_words(what, expected)
            )  # fmt: skip

    def reason(self, text: str, needed: bool = True) -> str:
        """A reason as it is kept; StoreRefused when it is needed and empty."""
        text = clean(text, TEXT, "motif")
        if needed and not text:
            raise StoreRefused("STORE_NEEDS_REASON")
        return text

    def happened(self, day: date, after: date | None = None, what: Said | None = None) -> None:
        """StoreRefused when ``day`` is to come, or stands before ``after`` (the day of ``what``)."""
        if day > self.today:
            raise StoreRefused("STORE_FUTURE", day=day)
        if after is not None and day < after:
            raise StoreRefused("STORE_BEFORE", what=what, day=after)

    @property
    def session_law(self) -> CommissionLaw:
        """The law of the day of the session that the command is about, whenever its decisions are typed."""
        return self.law_on(self.get("session", self.session)["on"])

    def coded(self, list_name: str, code: str) -> str:
        """A code of a closed list: of today, or of the session's day, whose workbook and pages offer what was on it then."""
        if not self.listed(list_name, code):
            raise StoreRefused("STORE_REASON_CODE", code=code)
        return code

    def listed(self, list_name: str, code: str) -> bool:
        """Whether a closed list has a code, today or on the day of the session that the command is about."""
        return any(code in law.labels(list_name) for law in (self.law, self.session_law))


def clean(text: str, limit: int, what: str) -> str:
    """Text without the blanks around it; StoreRefused when it is too long or holds control characters."""
    text = str(text).strip()
    if len(text) > limit or any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
        raise StoreRefused("STORE_TEXT", what=what)
    return text


def hour_of(text: str, what: Said) -> str:
    """``HH:MM`` of an hour as people write it, empty where none was given; StoreRefused when it is no hour."""
    text = clean(text, 200, what.fr)
    found = days.clock_time(text) if text else ""
    if found is None:
        raise StoreRefused("STORE_HOUR", what=what, found=text)
    return found


def named(text: str, limit: int, what: str) -> str:
    """Text that must not be empty."""
    if not (text := clean(text, limit, what)):
        raise StoreRefused("STORE_TEXT", what=what)
    return text


Body = Callable[Concatenate[Work, P], Mapping[str, Any]]
Command = Callable[Concatenate[Store, Actor, str, P], Receipt]
Following = Callable[[Work, Receipt], Receipt]
FOLLOWING: list[Following] = []
"""What is looked at after each command, in its transaction, and writes lines of its own where something follows from it."""


def command(kind: str, roles: str) -> Callable[[Body[P]], Command[P]]:
    """Make a command of a body. ``roles``: letters of who may (``""`` = everybody); the program always may."""

    def wrap(body: Body[P]) -> Command[P]:
        @functools.wraps(body)
        def run(store: Store, actor: Actor, command_id: str, /, *args: P.args, **kwargs: P.kwargs) -> Receipt:
            named(command_id, COMMAND_ID, "command_id")
            named(actor.name, 150, "actor")
            if roles and actor.role != "program" and actor.role not in roles:
                raise StoreForbidden("STORE_FORBIDDEN", role=actor.role)
            with store.writing():
                if (first := _first_answer(store, command_id, kind)) is not None:
                    return first
                work = _begin(store, actor, command_id, kind)
                result = plain(body(work, *args, **kwargs))
                receipt = _record(work, result)
                for follow in FOLLOWING:
                    receipt = follow(work, receipt)
                return receipt

        return run

    return wrap


def _first_answer(store: Store, command_id: str, kind: str) -> Receipt | None:
    """What the same command answered before."""
    found = store.tables.models["event"].objects.filter(command_id=command_id).values().first()
    if found is None:
        return None
    if found["kind"] != kind:
        raise StoreRefused("STORE_COMMAND_ID")
    result = json.loads(found["payload"])["result"]
    return Receipt(command_id, found["seq"], kind, found["at"], result, repeated=True)


def demand_same(
    store: Store, receipt: Receipt, actor: Actor, *, ref: str | None = None, **facts: object
) -> None:
    """Refuse a repeated command whose line speaks of something else: what is shown or handed out now would have no line of its own.

    Parameters
    ----------
    ref : the household of the line, where the command is about one.
    facts : what the line says besides, by name.

    Raises
    ------
    StoreRefused
        ``STORE_COMMAND_ID``: the number was that of another account, household or content.
    """
    if not receipt.repeated:
        return
    line = store.tables.get("event", receipt.seq) or {}
    told = json.loads(line["payload"])["facts"] if line else {}
    same = line.get("actor") == actor.name and ref in (None, line.get("ref"))
    if not same or any(told.get(name) != value for name, value in facts.items()):
        raise StoreRefused("STORE_COMMAND_ID")


def _begin(store: Store, actor: Actor, command_id: str, kind: str) -> Work:
    now, last = store.now(), store.head()["at"]
    if last is not None and now < last:
        if now < last - SLACK:
            raise StoreUnusable(
                "STORE_CLOCK_BEHIND",
                now=days.instant(now),
                last=days.instant(last),
            )
        now = last
    return Work(store, actor, command_id, kind, now)


def _record(work: Work, result: Mapping[str, Any]) -> Receipt:
    """The line of the ledger; the head moves to it."""
    head = work.store.head()
    event: Row = {
        "seq": head["seq"] + 1,
        "at": work.now,
        "actor": work.actor.name,
        "role": work.actor.role,
        "kind": work.kind,
        "session": work.session,
        "dwelling": work.dwelling,
        "ref": work.ref,
        "payload": canonical({"facts": work.facts, "rows": work.rows, "result": result}).decode(),
        "commitment": _whole(work.hidden),
        "command_id": work.command_id,
        "prev": head["hash"],
    }
    event["hash"] = chain.event_hash(event)
    work.store.tables.add("event", event)
    moved = (
        work.store.tables.models["head"]
        .objects.filter(pk=1, seq=head["seq"])
        .update(seq=event["seq"], hash=event["hash"], at=work.now)
    )
    if moved != 1:
        raise StoreRefused("STORE_INVARIANT", name="head")
    return Receipt(work.command_id, event["seq"], work.kind, work.now, result)


def _whole(hidden: list[str]) -> str:
    if not hidden:
        return ""
    return hidden[0] if len(hidden) == 1 else digest(hidden)


class Batch:
    """Several commands in one transaction. ``step`` undoes one; ``undo`` undoes all at the end."""

    def __init__(self, store: Store, undone: bool) -> None:
        self.store = store
        self.undone = undone

    @contextmanager
    def step(self) -> Iterator[None]:
        """One step: when it raises, what it wrote is undone and the batch goes on."""
        with self.store.writing():
            yield

    def undo(self) -> None:
        """Write nothing of this batch."""
        self.undone = True


@contextmanager
def batch(store: Store, dry_run: bool = False) -> Iterator[Batch]:
    """Commands that are written together or not at all; ``dry_run`` writes nothing and answers as if it had."""
    from django.db import transaction

    with store.writing():
        together = Batch(store, dry_run)
        yield together
        if together.undone:
            transaction.set_rollback(True)
