"""Proves the desk: the chain of events holds, its signed heads are ours, and the tables are what the events make.

Persons that were erased have no row and no salt left: the commitments that the events hold of them prove nothing any more and
are counted, not compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.errors import Lang, Said, define, said
from optimizer.store import chain, schema
from optimizer.store.canonical import commitment, plain
from optimizer.store.holding import Store
from optimizer.store.keys import signed_by
from optimizer.store.records import HeadRecord
from optimizer.store.tables import ERASABLE, PROJECTIONS, Key, Row

HIDDEN = "#"
"""Name under which a row of the ledger holds the commitment of its erasable columns."""
SHOWN = 20
"""Problems that are listed; all are counted."""
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
"""What a value raises that somebody wrote into the file and that is no value of its column."""

define(
    "STORE_PROOF_CHAIN",
    "journal : la ligne {seq} ne suit pas la précédente, ou a changé",
    "ledger: line {seq} does not follow the one before it, or changed",
)
define(
    "STORE_PROOF_HEAD",
    "journal : la dernière ligne ({seq}) n'est pas celle que la base annonce ({told})",
    "ledger: the last line ({seq}) is not the one that the database tells ({told})",
)
define(
    "STORE_PROOF_SIGNATURE",
    "journal : la signature de la ligne {seq} n'est pas valable",
    "ledger: the signature of line {seq} is not valid",
)
define(
    "STORE_PROOF_GIVEN",
    "la tête signée qui a été donnée ({seq}) n'est pas dans ce journal",
    "the signed head that was given ({seq}) is not in this ledger",
)
define(
    "STORE_PROOF_ROW",
    "{table} {key} : {columns} ne vient pas du journal",
    "{table} {key}: {columns} does not come from the ledger",
)
define(
    "STORE_PROOF_EXTRA",
    "{table} {key} : cette ligne ne vient pas du journal",
    "{table} {key}: this row does not come from the ledger",
)
define(
    "STORE_PROOF_UNREADABLE",
    "{table} : une valeur ne se lit plus",
    "{table}: a value can no longer be read",
)
define(
    "STORE_PROOF_STRANGER",
    "{name} : ce déclencheur (cette vue, cette règle) n'est pas du programme",
    "{name}: this trigger (view, rule) is not the program's",
)
define(
    "STORE_PROOF_LOST",
    "{table} {key} : cette ligne manque",
    "{table} {key}: this row is missing",
)


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: Lang = "fr") -> str:
        return said(self.code, lang, **self.params)


@dataclass(frozen=True)
class Proof:
    """What was looked at and what does not hold (nothing, when all is well)."""

    events: int
    rows: int
    erased: int
    """Persons whose data was erased: their commitments can no longer be compared."""
    head: HeadRecord | None
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


class Memory:
    """Tables that the events make again."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Key, Row]] = {name: {} for name in PROJECTIONS}

    def apply(self, changes: list[Any]) -> None:
        """Changes of one event: ``[table, "+" | "=" | "-", key, columns]``."""
        for table, how, key, columns in changes:
            if how == "+":
                self.rows[table][key] = dict(columns)
            elif how == "=":
                self.rows[table].setdefault(key, {}).update(columns)
            else:
                self.rows[table].pop(key, None)


def events(store: Store, since: int = 0) -> Iterator[Row]:
    """Lines of the ledger after ``since``, in order."""
    query = store.tables.models["event"].objects.filter(seq__gt=since).order_by("seq")
    yield from query.values().iterator(chunk_size=2000)


def chain_problem(store: Store) -> Said:
    """Why the chain does not hold, empty when it does."""
    last: Row = {"seq": 0, "hash": chain.GENESIS}
    for problem in _chain(store, last):
        return Said(problem.text("fr"), problem.text("en"))
    return Said("", "")


def _chain(
    store: Store, last: Row, memory: Memory | None = None, given: HeadRecord | None = None
) -> Iterator[Problem]:
    """Walk the ledger once; ``last`` becomes its last line. Somebody may write meanwhile."""
    before, heads = store.head(), {0: chain.GENESIS}
    met = signed = given is None
    prev, expected = chain.GENESIS, 1
    try:
        for event in events(store):
            seq = int(event["seq"])
            if seq != expected or event["prev"] != prev or chain.event_hash(event) != event["hash"]:
                yield Problem("STORE_PROOF_CHAIN", {"seq": seq})
            prev, expected = event["hash"], seq + 1
            heads[seq] = event["hash"]
            if given is not None and given.seq == seq:
                met = given.hash == event["hash"]
            if event["kind"] == chain.SIGNED_KIND or memory is not None:
                try:
                    payload = json.loads(event["payload"])
                    if event["kind"] == chain.SIGNED_KIND:
                        if not _signed(store, event, payload, heads):
                            yield Problem("STORE_PROOF_SIGNATURE", {"seq": seq})
                        signed = (
                            signed or given is not None and payload["facts"]["signature"] == given.signature
                        )
                    if memory is not None:
                        memory.apply(payload["rows"])
                except UNREADABLE:
                    yield Problem("STORE_PROOF_CHAIN", {"seq": seq})
            last.update(event)
    except UNREADABLE:
        yield Problem("STORE_PROOF_CHAIN", {"seq": expected})
        return
    told = store.head()
    same = told["seq"] == last["seq"]
    if (
        heads.get(before["seq"]) != before["hash"]
        or told["seq"] < last["seq"]
        or (same and told["hash"] != last["hash"])
        or (same and last["seq"] and told["at"] != last["at"])
    ):
        yield Problem("STORE_PROOF_HEAD", {"seq": last["seq"], "told": told["seq"]})
    if given is not None and not (
        met
        and signed
        and signed_by(store.keys.public, given.signature, chain.head_text(given.seq, given.hash))
    ):
        yield Problem("STORE_PROOF_GIVEN", {"seq": given.seq})


def _signed(store: Store, event: Row, payload: Mapping[str, Any], heads: Mapping[int, str]) -> bool:
    """Whether a signing line is what this desk's key signed: the head it names, and its own columns."""
    facts, public = payload["facts"], store.keys.public
    seq, hash = int(facts["seq"]), str(facts["hash"])
    said = {"seq": seq, "hash": hash, "signature": facts["signature"], "public_key": public}
    return (
        heads.get(seq) == hash
        and payload["result"] == said
        and signed_by(public, str(facts["signature"]), chain.head_text(seq, hash))
        and signed_by(public, str(facts["line"]), chain.line_text(event, payload["rows"]))
    )


def verify(store: Store, given: HeadRecord | None = None) -> Proof:
    """Check the chain, replay it, and compare every table.

    Parameters
    ----------
    store : Store
        An open desk (read only will do).
    given : HeadRecord, optional
        A signed head kept elsewhere (each procès-verbal bears one): without it, a ledger rewritten or cut from its end by
        somebody who also holds the key cannot be told from a true one.
    """
    memory = Memory()
    last: Row = {"seq": 0, "hash": chain.GENESIS}
    with store.reading():
        problems = list(_chain(store, last, memory, given))
        compared, differences = compare(store, memory)
        problems += differences
        problems += [Problem("STORE_PROOF_STRANGER", {"name": name}) for name in schema.strangers()]
        head = last_signed(store)
        purged = store.tables.models["event"].objects.filter(kind="purged").values_list("payload", flat=True)
        erased = sum(
            table == "person" and how == "-" for payload in purged for table, how, *_ in _rows(payload)
        )
    return Proof(int(last["seq"]), compared, erased, head, tuple(problems))


def _rows(payload: str) -> list[Any]:
    """Changes that an event names; none where it can no longer be read, which the chain says."""
    try:
        return list(json.loads(payload)["rows"])
    except UNREADABLE:
        return []


def compare(store: Store, memory: Memory) -> tuple[int, list[Problem]]:
    """Rows compared, and those that differ from what the events make."""
    salts = dict(store.tables.models["person"].objects.values_list("ref", "salt"))
    problems: list[Problem] = []
    compared = 0
    for table in PROJECTIONS:
        wanted = memory.rows[table]
        seen: set[Key] = set()
        try:
            for row in store.tables.models[table].objects.order_by("pk").values().iterator(chunk_size=2000):
                key = row[store.tables.keys[table]]
                seen.add(key)
                compared += 1
                if key not in wanted:
                    problems.append(Problem("STORE_PROOF_EXTRA", {"table": table, "key": key}))
                    continue
                problems += _differences(table, key, shadow(table, row, salts), wanted[key])
        except UNREADABLE:
            problems.append(Problem("STORE_PROOF_UNREADABLE", {"table": table}))
            continue
        problems += [
            Problem("STORE_PROOF_LOST", {"table": table, "key": key}) for key in wanted if key not in seen
        ]
    return compared, problems


def _differences(table: str, key: Key, found: Row, wanted: Row) -> list[Problem]:
    """Columns of a row that the ledger does not make so."""
    wrong = [name for name in sorted({*found, *wanted}) if found.get(name) != wanted.get(name)]
    if not wrong:
        return []
    columns = ", ".join(name if name != HIDDEN else "…" for name in wrong)
    return [Problem("STORE_PROOF_ROW", {"table": table, "key": key, "columns": columns})]


def shadow(table: str, row: Row, salts: Mapping[str, str]) -> Row:
    """A row as the ledger knows it: erasable columns as their commitment, the salt not at all."""
    hidden = ERASABLE.get(table)
    if hidden is None:
        return {name: plain(value) for name, value in row.items()}
    kept: Row = {name: plain(value) for name, value in row.items() if name not in hidden and name != "salt"}
    kept[HIDDEN] = commitment_of(table, row, salts.get(row["ref"], ""))
    return kept


def commitment_of(table: str, row: Row, salt: str) -> str:
    """Commitment of the erasable columns of a row."""
    return commitment(salt, {name: row[name] for name in ERASABLE[table]} | {"table": table})


def last_signed(store: Store) -> HeadRecord | None:
    """The last signed head of the ledger; None where there is none, or where the line that says it was broken."""
    lines = store.tables.models["event"].objects.filter(kind=chain.SIGNED_KIND).order_by("-seq")
    try:
        found = lines.values().first()
        if found is None:
            return None
        facts = json.loads(found["payload"])["facts"]
        return HeadRecord(facts["seq"], facts["hash"], found["at"], facts["signature"], store.keys.public)
    except UNREADABLE:
        return None
