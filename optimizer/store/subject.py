"""Everything that the tables and the ledger hold about one household, for the copy it may ask for (GDPR art. 15), and nothing of anybody else.

Rows are found by the shape of the tables, so that a table added later is in the copy without a word here: whatever has a ``ref``, or
points to a row that has one. Left out: who of the staff acted (the copy tells the role; CJEU C-579/21), and the salt, which is a key
and not something known of anybody. What was typed about a whole list may speak of other households: it is handed over apart, to be read
by a person first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from optimizer.store import clock as days
from optimizer.store.holding import Store
from optimizer.store.keeping import ends_of
from optimizer.store.ledger import HIDDEN
from optimizer.store.naming import Somebody, without
from optimizer.store.purge import held
from optimizer.store.queries import grants, reason_key, sessions
from optimizer.store.records import GrantRecord, PersonRecord, SessionRecord
from optimizer.store.tables import AT_ONCE, PROJECTIONS, Row

PAPERS = ("exported", "printed")
"""Lines of the ledger by which papers of a session are made, and opened."""


@dataclass(frozen=True)
class SubjectLine:
    """One line of the ledger, as far as it is about the household: the role that acted, never the person."""

    seq: int
    at: datetime
    role: str
    kind: str
    session_id: str
    dwelling_id: str
    facts: Mapping[str, Any]
    changes: tuple[tuple[str, str, Mapping[str, Any]], ...]
    """(table, ``+`` ``=`` or ``-``, columns) of the household's own rows."""
    alone: bool = False
    """It names this household and no other."""


@dataclass(frozen=True)
class ToReread:
    """A text typed about a whole list on which the household stands: it may speak of somebody else."""

    session_id: str
    dwelling_id: str
    key: str
    text: str


@dataclass(frozen=True)
class Subject:
    """What the desk knows of a household.

    Attributes
    ----------
    number : as it was asked for.
    person : identity and day of erasure; None where no row bears the number.
    tables : table -> the household's rows, by key; never another one's.
    sessions : those on whose lists it stands, whole: what to tell of them is for the caller to choose.
    lines : of the ledger, in order.
    papers : lines of the ledger by which papers of those sessions were made or opened.
    reread : what a person has to read before it may be handed over.
    held : why it would not be erased although its time were over: ``offer``, ``duty``, ``recourse``, ``candidature`` or nothing.
    readers : grants in force since it is known that reach those sessions.
    """

    number: str
    person: PersonRecord | None
    tables: Mapping[str, tuple[Row, ...]]
    sessions: tuple[SessionRecord, ...]
    lines: tuple[SubjectLine, ...]
    papers: tuple[SubjectLine, ...]
    reread: tuple[ToReread, ...]
    held: str
    readers: tuple[GrantRecord, ...]
    others: tuple[Somebody, ...]
    """Whoever else a typed text may name: households of the same lists, members."""

    def veiled(self, text: str) -> str:
        """A typed text without the numbers and names of other people that the desk knows from the same lists.

        A word of a name, written with a capital, is a name: which leaves a word too many out rather than one too few.
        """
        own = Somebody(self.number, self.person.name if self.person is not None else "", "")
        return without(text, self.others, own=own, alone=True)


def subject_of(store: Store, number: str, *, household: str, member: str) -> Subject:
    """Read what is held about the household of a unique number; nothing is written.

    Parameters
    ----------
    household, member : what stands in a typed text for another household, and for a member of a commission.
    """
    with store.reading():
        found = store.tables.find("person", application_id=number)
        if not found:
            return Subject(number, None, {}, (), (), (), (), "", (), ())
        ref = str(found[0]["ref"])
        row = found[0] | {"purge_after": ends_of(store, found, store.today()).get(ref)}
        tables = rows_of(store, ref)
        ids = sorted({int(c["item_id"]) for c in tables["candidate"]})
        homes = {i["item_id"]: i for i in store.tables.find("item", item_id=tuple(ids))}
        own = sessions(store, ids=tuple(sorted({str(i["session_id"]) for i in homes.values()})))
        lines, papers = _lines(store, ref, tables, {s.session_id for s in own})
        reread = _reread(store, own, ids, tables, lines)
        kept = {r.key for r in reread}
        tables["remark"] = tuple(r for r in tables["remark"] if r["remark_id"] not in kept)
        person = PersonRecord(**{name: value for name, value in row.items() if name != "salt"})
        return Subject(
            number, person, {name: tuple(map(_columns, rows)) for name, rows in tables.items()}, own, lines, papers, reread,
            held(store.tables.find, (ref,)).get(ref, ""), _readers(store, own, lines),
            _others(store, own, row, household, member),
        )  # fmt: skip


def rows_of(store: Store, ref: str) -> dict[str, tuple[Row, ...]]:
    """Table -> rows that are a household's: those with its reference, and those that point to such a row."""
    found: dict[str, tuple[Row, ...]] = {}
    for table in PROJECTIONS:
        columns = store.tables.models[table]._meta.concrete_fields
        links = {c.attname: c.related_model._meta.model_name for c in columns if c.is_relation}
        link = next((name for name, to in links.items() if to in found), None)
        if any(c.attname == "ref" for c in columns):
            found[table] = tuple(store.tables.find(table, ref=ref))
        elif link is not None:
            key = store.tables.keys[links[link]]
            found[table] = tuple(
                store.tables.find(table, **{link: tuple(row[key] for row in found[links[link]])})
            )
    return found


def _columns(row: Mapping[str, Any]) -> Row:
    """Columns of a row but for the salt, the commitment of what can be erased, and who of the staff acted."""
    return {
        name: value
        for name, value in row.items()
        if name not in ("salt", HIDDEN, "by") and not name.endswith("_by")
    }


def _lines(
    store: Store, ref: str, tables: Mapping[str, Collection[Row]], own: Collection[str]
) -> tuple[tuple[SubjectLine, ...], tuple[SubjectLine, ...]]:
    """Lines that are about the household, and those by which papers of its sessions were made or opened."""
    from django.db.models import Q

    keys = {(name, row[store.tables.keys[name]]) for name, rows in tables.items() for row in rows}
    model = store.tables.models["event"]
    known = Q(ref=ref) | Q(session__in=sorted(own)) | Q(payload__contains=ref)
    lines, papers = [], []
    for event in model.objects.filter(known).order_by("seq").values().iterator(chunk_size=AT_ONCE):
        payload = json.loads(event["payload"])
        facts = payload["facts"]
        named = ref in facts.get("refs", ())
        changes = tuple(
            (table, how, _columns(columns))
            for table, how, key, columns in payload["rows"]
            if (table, key) in keys
        )
        alone = event["ref"] == ref
        # of a line about several households the facts may be about another one
        shown = facts if alone or named or event["kind"] in PAPERS else {}
        line = SubjectLine(
            event["seq"], event["at"], event["role"], event["kind"], event["session"], event["dwelling"],
            {name: value for name, value in shown.items() if name != "refs"}, changes, alone,
        )  # fmt: skip
        if alone or named or changes:
            lines.append(line)
        elif event["kind"] in PAPERS:
            papers.append(line)
    return tuple(lines), tuple(papers)


def _reread(
    store: Store,
    own: Iterable[SessionRecord],
    ids: Collection[int],
    tables: Mapping[str, Collection[Row]],
    lines: Iterable[SubjectLine],
) -> tuple[ToReread, ...]:
    """Texts about a whole list on which the household stands, whichever household they are erased with."""
    texts = {str(r["remark_id"]): str(r["text"]) for r in tables["remark"]}
    found: list[ToReread] = []
    for session in own:
        homes = [item for item in session.items if item.item_id in ids]
        found += [
            ToReread(session.session_id, item.dwelling_id, f"item:{item.item_id}", item.departure) for item in homes
        ]  # fmt: skip
        names = {
            c.candidate_id
            for item in homes
            for c in item.candidates
            if c.ref in {r["ref"] for r in tables["person"]}
        }
        rows = store.tables.find("rectification", session_id=session.session_id)
        for row, made in zip(rows, session.rectifications, strict=True):
            key = f"rectification:{row['rectification_id']}"
            if key in texts or any(d.candidate_id in names for d in made.decisions):
                found.append(ToReread(session.session_id, "", key, made.reason))
    # a look or a correction that named the household alone is about nobody else
    alone = {reason_key(line.seq) for line in lines if line.alone}
    told = {r.key for r in found} | alone
    places = {reason_key(line.seq): line for line in lines}
    for key, text in texts.items():
        if key not in told:
            line = places.get(key)
            found.append(
                ToReread(line.session_id if line else "", line.dwelling_id if line else "", key, text)
            )
    return tuple(r for r in found if r.text)


def _readers(
    store: Store, own: Collection[SessionRecord], lines: Collection[SubjectLine]
) -> tuple[GrantRecord, ...]:
    """Grants in force since the household is known, whose scope reaches one of the sessions; that of the data protection officer always."""
    since = min((days.today(line.at) for line in lines), default=store.today())
    return tuple(
        g
        for g in grants(store)
        if (g.until is None or g.until >= max(since, g.since))
        and (
            g.role == "D"
            or (
                g.role != "T"
                and any(g.landlord in ("", s.landlord) and g.commission in ("", s.commission) for s in own)
            )
        )
    )


def _others(
    store: Store, own: Iterable[SessionRecord], row: Row, household: str, member: str
) -> tuple[Somebody, ...]:
    """Whoever else a text typed in these sessions may name."""
    refs = sorted({c.ref for s in own for i in s.items for c in i.candidates} - {row["ref"]})
    told = {Somebody("", m.member, member): None for s in own for m in s.attendance}
    for start in range(0, len(refs), AT_ONCE):
        for other in store.tables.find("person", ref=tuple(refs[start : start + AT_ONCE])):
            told[Somebody(str(other["application_id"] or ""), str(other["name"]), household)] = None
    return tuple(told)
