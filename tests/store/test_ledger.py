"""Edits of the ledger and of the tables are found, all of them; the chain says nothing of anybody; a broken one is read only."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from optimizer import store
from optimizer.store import chain, ledger, queries, schema, triggers
from optimizer.store import commands as c
from optimizer.store.canonical import canonical, plain
from optimizer.store.messages import StoreReadOnly, StoreUnusable
from optimizer.store.records import NewDecision, PersonRecord
from optimizer.store.tables import PROJECTIONS
from tests import campaign
from tests.store.playing import DAY, SMALL, A, S, board, dwelling


def busy(play):
    """A desk in which every table has a row; the head that was signed last."""
    play.do(c.grant, S_AS_PROGRAM, user="sophie", role="S")
    play.new(dwelling("L1", queue=1), dwelling("L2", queue=0))
    name = play.names("L1")[0]
    play.do(c.call, A, name.candidate_id, outcome="interested")
    play.do(c.ask_document, A, name.candidate_id, document="tax_notice")
    play.open(*board(play.session, 3, territory="25056"))
    names = [n.candidate_id for n in play.names("L1", "listed")]
    turned = [
        NewDecision(names[1], "attribution"),
        NewDecision(names[0], "ranked", 2),
        NewDecision(names[2], "ranked", 3),
    ]
    play.decide("L1", turned, departure="Le second dossier est plus urgent.")
    play.decide(
        "L2",
        [
            NewDecision(n.candidate_id, "not_attributed", motive="N7", sentence=SMALL)
            for n in play.names("L2")
        ],
    )
    play.close()
    right = [NewDecision(play.names("L2")[0].candidate_id, "ranked", 1)]
    play.do(c.prepare_rectification, S, play.session, reason="Erreur de plume", decisions=right)
    play.refuse(play.offer("L1"))
    play.do(c.open_recourse, S, ref=name.ref, kind="gracieux", on=DAY)
    play.do(c.nominate, S, account="ALS", dwelling_id="L9", application_id="N9")
    play.do(c.import_people, S, people=[PersonRecord("", "L1-1", "Mme Zoé Essai", "0612345678")])
    play.do(c.sign_head, S)
    return queries.head(play.store)


S_AS_PROGRAM = replace(S, role="program")


def test_an_untouched_desk_verifies_and_every_table_was_looked_at(play):
    head = busy(play)
    proof = ledger.verify(play.store, head)
    assert proof.holds and proof.head == head and proof.erased == 0
    for table in PROJECTIONS:
        assert play.store.tables.find(table), table
    assert proof.rows == sum(len(play.store.tables.find(table)) for table in PROJECTIONS)


class Edits:
    """Edits that somebody with the file and SQL could make, drawn by a seed."""

    def __init__(self, play, seed):
        self.play, self.draw = play, random.Random(seed)
        self.cursor = schema.connection().cursor()
        self.tables = {name: f"store_{name}" for name in (*PROJECTIONS, "event", "head")}

    def rows(self, table):
        self.cursor.execute(f"SELECT rowid AS line, * FROM {table}")
        names = [d[0] for d in self.cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]

    def make(self):
        for name in triggers.SQLITE:
            self.cursor.execute(f"DROP TRIGGER {name}")
        self.cursor.execute("PRAGMA defer_foreign_keys = ON")
        getattr(
            self,
            self.draw.choice(("cell", "cell", "cell", "swap", "delete", "copy", "cut", "rewrite", "reorder")),
        )()

    def cell(self):
        table = self.draw.choice(list(self.tables.values()))
        row = self.draw.choice(self.rows(table))
        column = self.draw.choice([n for n in row if n not in ("line", "id")])
        self.write(table, row["line"], column, self.other(row[column]))

    def swap(self):
        table = self.draw.choice([t for t in self.tables.values() if len(self.rows(t)) > 1])
        one, two = self.draw.sample(self.rows(table), 2)
        column = self.draw.choice([n for n in one if n != "line" and one[n] != two[n]])
        key = list(one)[1]
        if column == key:  # a key cannot be borrowed while the other row holds it
            return self.delete()
        self.write(table, one["line"], column, two[column])
        self.write(table, two["line"], column, one[column])

    def delete(self):
        table = self.draw.choice(list(self.tables.values()))
        self.cursor.execute(
            f"DELETE FROM {table} WHERE rowid = %s", [self.draw.choice(self.rows(table))["line"]]
        )

    def copy(self):
        table = self.draw.choice([t for t in self.tables.values() if t != "store_head"])
        row = self.draw.choice(self.rows(table))
        del row["line"]
        key = next(iter(row))
        row[key] = row[key] + 1000 if isinstance(row[key], int) else f"{row[key]}bis"
        marks = ", ".join(["%s"] * len(row))
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(map(quoted, row))}) VALUES ({marks})", list(row.values())
        )

    def cut(self):
        """The end of the ledger, and the head moved back to what is left."""
        events = self.rows("store_event")
        left = events[: -self.draw.randint(1, 4)][-1]
        self.cursor.execute("DELETE FROM store_event WHERE seq > %s", [left["seq"]])
        self.cursor.execute(
            "UPDATE store_head SET seq = %s, hash = %s, at = %s", [left["seq"], left["hash"], left["at"]]
        )

    def rewrite(self):
        """Another actor on a line, and every later hash made again."""
        events = list(ledger.events(self.play.store))
        at = self.draw.randrange(len(events))
        events[at]["actor"] = "autre"
        prev = events[at]["prev"]
        for event in events[at:]:
            event["prev"] = prev
            event["hash"] = prev = chain.event_hash(event)
            self.cursor.execute(
                "UPDATE store_event SET actor = %s, prev = %s, hash = %s WHERE seq = %s",
                [event["actor"], event["prev"], event["hash"], event["seq"]],
            )
        self.cursor.execute("UPDATE store_head SET hash = %s", [prev])

    def reorder(self):
        one, two = self.draw.sample([r["seq"] for r in self.rows("store_event")], 2)
        for old, new in ((one, -1), (two, one), (-1, two)):
            self.cursor.execute("UPDATE store_event SET seq = %s WHERE seq = %s", [new, old])

    def write(self, table, rowid, column, value):
        self.cursor.execute(f"UPDATE {table} SET {quoted(column)} = %s WHERE rowid = %s", [value, rowid])

    def other(self, value):
        if value is None:
            return self.draw.choice((1, "2026-12-24"))
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + self.draw.choice((-1, 1, 7))
        if isinstance(value, datetime | date):
            return value + timedelta(days=1)
        try:
            inner = json.loads(value)
        except ValueError:
            inner = None
        if isinstance(inner, dict | list):
            return json.dumps([*inner, "x"] if isinstance(inner, list) else inner | {"x": 1})
        return self.draw.choice((value + "x", value[:-1], value.swapcase(), "x")) if value else "x"


def quoted(name):
    return f'"{name}"'


@pytest.mark.long
def test_ten_thousand_edits_of_the_ledger_and_of_the_tables_are_all_found(play):
    from django.db import Error, transaction

    head = busy(play)
    made = seed = 0
    before = rows_of(play)
    while made < campaign.part(10_000):
        seed += 1
        try:
            with transaction.atomic():
                edits = Edits(play, seed)
                try:
                    edits.make()
                    changed = rows_of(play) != before
                except Error:
                    changed = False  # the database itself refused this one
                if changed:
                    assert not ledger.verify(play.store, head).holds, seed
                    made += 1
                transaction.set_rollback(True)
        except Error:
            continue
    assert ledger.verify(play.store, head).holds


def rows_of(play):
    cursor = schema.connection().cursor()
    found = []
    for table in (*PROJECTIONS, "event", "head"):
        cursor.execute(f"SELECT * FROM store_{table} ORDER BY 1")
        found.append(cursor.fetchall())
    return found


def test_a_ledger_cut_from_its_end_needs_the_head_kept_elsewhere(play):
    """Without the head a rewritten ledger is a ledger; with it, it is not ours."""
    play.do(c.log, S, kind="printed")
    play.do(c.log, S, kind="printed")
    play.do(c.sign_head, S)
    head = queries.head(play.store)
    cursor = schema.connection().cursor()
    for name in triggers.SQLITE:
        cursor.execute(f"DROP TRIGGER {name}")
    cursor.execute("DELETE FROM store_event WHERE seq > 1")
    event = next(iter(ledger.events(play.store)))
    cursor.execute("UPDATE store_head SET seq = 1, hash = %s, at = %s", [event["hash"], event["at"]])
    assert ledger.verify(play.store).holds
    problems = ledger.verify(play.store, head).problems
    assert [p.code for p in problems] == ["STORE_PROOF_GIVEN"]
    forged = replace(head, seq=1, hash=event["hash"])
    assert not ledger.verify(play.store, forged).holds  # nobody else can sign


def test_a_line_rewritten_below_a_signed_head_is_found_without_any_head_kept_elsewhere(play):
    """Who has no key may make every later hash again, and finds the head signed afterwards in the way."""
    play.do(c.log, S, kind="printed")
    play.do(c.sign_head, S)
    play.do(c.log, S, kind="printed")
    cursor = schema.connection().cursor()
    for name in triggers.SQLITE:
        cursor.execute(f"DROP TRIGGER {name}")
    prev = chain.GENESIS
    for event in list(ledger.events(play.store)):
        made = {**event, "prev": prev, "actor": "autre" if event["seq"] == 1 else event["actor"]}
        prev = chain.event_hash(made)
        cursor.execute(
            "UPDATE store_event SET actor = %s, prev = %s, hash = %s WHERE seq = %s",
            [made["actor"], made["prev"], prev, made["seq"]],
        )
    cursor.execute("UPDATE store_head SET hash = %s", [prev])
    assert [p.code for p in ledger.verify(play.store).problems] == ["STORE_PROOF_SIGNATURE"]


def test_the_database_itself_refuses_to_change_or_remove_a_line(play):
    from django.db import DatabaseError

    play.do(c.log, S, kind="printed")
    cursor = schema.connection().cursor()
    for attempt in (
        "UPDATE store_event SET actor = 'x'",
        "DELETE FROM store_event",
        "REPLACE INTO store_event SELECT * FROM store_event",
    ):
        with pytest.raises(DatabaseError, match="append only|UNIQUE"):
            cursor.execute(attempt)
    assert ledger.verify(play.store).holds


def test_a_desk_whose_chain_is_broken_opens_read_only_and_says_why(play, copied):
    play.do(c.log, S, kind="printed")
    play.do(c.log, S, kind="printed")
    cursor = schema.connection().cursor()
    cursor.execute("DROP TRIGGER store_event_no_update")
    cursor.execute("UPDATE store_event SET actor = 'autre' WHERE seq = 1")
    path = play.store.entry["NAME"]
    with pytest.raises(StoreUnusable) as error:
        store.open(path, clock=play.clock)
    assert error.value.code == "STORE_TRIGGERS"
    with store.open(path, clock=play.clock, inspect=True) as seen:
        assert not ledger.verify(seen).holds
    with schema.connection().cursor() as cursor:
        triggers.create(cursor, "sqlite")
    with store.open(path, clock=play.clock) as seen:
        assert "ligne 1" in seen.read_only
        assert len(queries.events(seen)) == 2
        with pytest.raises(StoreReadOnly):
            c.log(seen, S, "x", kind="printed")


def test_the_head_is_signed_once_a_day_while_the_desk_is_served(play):
    from optimizer.web.signing import sign_daily, sign_if_due

    assert not sign_if_due(play.store)  # an empty ledger has no head
    play.do(c.log, S, kind="printed")
    assert sign_if_due(play.store) and not sign_if_due(play.store)
    first = queries.head(play.store)
    play.clock.now += timedelta(hours=23)
    assert not sign_if_due(play.store)
    play.clock.now += timedelta(hours=2)
    end = sign_daily(play.store, every=0.01)
    until = time.monotonic() + 120
    while queries.head(play.store) == first and time.monotonic() < until:
        time.sleep(0.01)
    end()
    last = queries.head(play.store)
    assert last.at - first.at >= timedelta(days=1)
    assert [e.actor for e in queries.events(play.store, kinds=("head.signed",))] == ["programme"] * 2
    assert ledger.verify(play.store, last).holds


def test_a_disk_that_fails_for_a_moment_does_not_end_the_daily_signature(play, monkeypatch):
    from django.db import OperationalError

    from optimizer.web.signing import sign_daily

    play.do(c.log, S, kind="printed")
    looks, head = [], play.store.head

    def failing():
        looks.append(1)
        if len(looks) < 3:
            raise OperationalError("disk I/O error")
        return head()

    monkeypatch.setattr(play.store, "head", failing)
    end = sign_daily(play.store, every=0.01)
    until = time.monotonic() + 60
    while queries.head(play.store) is None and time.monotonic() < until:
        time.sleep(0.01)
    end()
    assert queries.head(play.store) is not None


def test_a_desk_that_is_opened_while_another_process_writes_is_not_taken_for_broken(play, monkeypatch):
    play.new(dwelling("L1"))
    walk = ledger.events

    def written_meanwhile(opened, since=0):
        yield from list(walk(opened, since))
        play.do(c.edit_session, S, play.session, hour="16 h")

    monkeypatch.setattr(ledger, "events", written_meanwhile)
    assert not ledger.chain_problem(play.store).fr

    def lines_without_head(opened, since=0):
        lines = list(walk(opened, since))
        yield from lines
        seq = lines[-1]["seq"] + 1
        more = {**lines[-1], "seq": seq, "prev": lines[-1]["hash"], "command_id": "x"}
        yield {**more, "hash": chain.event_hash(more)}

    monkeypatch.setattr(ledger, "events", lines_without_head)
    assert "n'est pas celle que la base annonce" in ledger.chain_problem(play.store).fr
    monkeypatch.setattr(ledger, "events", lambda opened, since=0: list(walk(opened, since))[:-1])
    assert "n'est pas celle que la base annonce" in ledger.chain_problem(play.store).fr


def test_the_ledger_holds_no_name_number_or_sentence(play):
    busy(play)
    lines = json.dumps([[e.payload, e.actor, e.ref] for e in map(plain_event, queries.events(play.store))])
    for secret in ("L1-1", "Zoé", "0612345678", SMALL, "Erreur de plume", "plus urgent", "Ancienneté"):
        assert secret not in lines and json.dumps(secret)[1:-1] not in lines, secret


def plain_event(event):
    return replace(event, payload=plain(event.payload))


def test_a_line_is_hashed_by_its_meaning_not_by_its_spelling():
    assert canonical({"b": date(2026, 1, 2), "a": (1, "é")}) == '{"a":[1,"é"],"b":"2026-01-02"}'.encode()
    with pytest.raises(TypeError):
        canonical({"x": object()})
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))
