"""The copy of what a desk holds about a household, as a paper it can read and as data (GDPR art. 15); what a person has to read first.

Of a list it tells the household's own place and points, of the staff the role. Letters of L. 441-1 are on no paper, and not in the data
that goes with it: they are on the page for the data protection officer, as are the texts typed about a whole list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from optimizer.desk import texts as desk_words  # noqa: F401  calls and refusals read as in the workbook
from optimizer.desk.documents import BLANK, household_lines
from optimizer.desk.entry_rows import account_words, home_words
from optimizer.desk.papers.subject_words import held_words
from optimizer.desk.papers.wording import money, reason_in, sitting, yes_no
from optimizer.desk.subject_files import Computed, Imported, SubjectFiles
from optimizer.errors import Lang, day_words, said
from optimizer.presentation.document import (
    Block,
    Document,
    Sheet,
    heading,
    listing,
    mention,
    pairs,
    table,
    text,
)
from optimizer.presentation.numbers import UNKNOWN, day, decimal
from optimizer.presentation.words import reason_words
from optimizer.shortlist.labels import flag_label, refusal_label
from optimizer.store.canonical import plain
from optimizer.store.clock import PARIS, instant
from optimizer.store.event_words import event_words
from optimizer.store.law import CommissionLaw, law
from optimizer.store.queries import reason_key
from optimizer.store.records import LETTERS as DECISION_LETTERS
from optimizer.store.records import CandidateRecord, ItemRecord, SessionRecord
from optimizer.store.state_words import STATE, SUBJECT
from optimizer.store.states import OWN_ENDS
from optimizer.store.subject import Subject, SubjectLine
from optimizer.store.tables import Row

FORMAT = "attriflux-donnees-du-menage/1"
TOLD = (
    "person", "candidate", "dossier", "remark", "document", "call", "decision", "note", "offer", "duty", "recourse", "nomination",
)  # fmt: skip
"""Tables that the paper tells in words; a household's rows of any other one stand at its end as they are."""
PASSED = re.compile(r"(?:passe devant|passes) [^;]*[^; ]")
"""What the reason of a line says of those it passes: how many, their effort rate or their file, how far their points are."""
HEAD = re.compile(r"\d\. ")
"""How the four heads of a letter of explanation begin."""
CODES = "priority_codes"
VALUES = ("yes", "no", "unknown", "none", "declared", "labelled", "verified")
LEASE = ("q1", "priority_status", "relocation", "essential_worker", "mutation")


@dataclass(frozen=True)
class SubjectAccess:
    """Everything a copy is made of.

    Attributes
    ----------
    at : when it is made.
    letters : (session, title of a letter that the household is due after it).
    examined : number of a proposal -> days of the sessions that were made from it, whether or not they put the household on a list.
    contact : where the household writes, as the papers of its landlord say it.
    """

    subject: Subject
    files: SubjectFiles
    at: datetime
    lang: Lang = "fr"
    letters: tuple[tuple[str, str], ...] = ()
    examined: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    contact: str = ""

    @property
    def on(self) -> date:
        return self.at.astimezone(PARIS).date()

    @property
    def known(self) -> bool:
        """Whether anything is held."""
        return self.subject.person is not None or bool(self.files.imports or self.files.runs)

    def say(self, name: str, **values: object) -> str:
        return said(f"SUBJECT.{name}".upper(), self.lang, **values)

    def day(self, when: date | None) -> str:
        return UNKNOWN if when is None else day(when, self.lang)

    def moment(self, when: datetime) -> str:
        there = when.astimezone(PARIS)
        return f"{day_words(there.date(), self.lang)} {there:%H:%M}"

    def sitting(self, session_id: str) -> str:
        """The day of a session, empty where there is none."""
        return sitting(session_id, self.lang) if session_id else ""

    def state(self, what: str, code: str) -> str:
        """The words of a state of a machine."""
        found = STATE[what][code]
        return found.fr if self.lang == "fr" else found.en

    def subject_word(self, what: str) -> str:
        """What a state belongs to: « la candidature »."""
        found = SUBJECT[what]
        return found.fr if self.lang == "fr" else found.en

    def itself(self, words: str) -> str:
        """A reason without what it tells of those who were passed."""
        return PASSED.sub(lambda _: self.say("passed"), words)

    def facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Frozen facts of a household as they may be handed over."""
        return {name: self._fact(name, value) for name, value in facts.items()}

    def _fact(self, name: str, value: Any) -> Any:
        if name == CODES and value:
            return self.say("apart")
        if isinstance(value, Mapping):
            return {key: self._fact(key, one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._fact(name, one) for one in value]
        return self.itself(value) if isinstance(value, str) else value


# ---------------------------------------------------------------- as data


def subject_data(x: SubjectAccess) -> bytes:
    """The copy for a machine (JSON): each row that is held, the ledger's lines, the imports' and the proposals' rows."""
    s = x.subject
    told: dict[str, Any] = {
        "format": FORMAT,
        "made_at": x.at,
        "application_id": s.number,
        "tables": {name: [_row(x, name, row) for row in rows] for name, rows in s.tables.items()},
        "sessions": [_session(x, session) for session in s.sessions],
        "ledger": [_line(line) for line in s.lines],
        "papers": [_line(line) for line in s.papers],
        "letters_due": [{"session": session, "letter": title} for session, title in x.letters],
        "held_by": s.held,
        "readers": dict(_counted(s)),
        "imports": [
            {
                "import": i.name, "kept_on": i.kept_on,
                "rows": [{"table": r.table, "row": r.row, "cells": dict(r.cells)} for r in i.rows],
            }
            for i in x.files.imports
        ],
        "proposals": [
            {
                "proposal": r.name, "kept_on": r.kept_on, "sessions": list(x.examined.get(r.run_id, ())),
                "tables": {name: [_fixed(x, row) for row in rows] for name, rows in r.tables.items() if rows},
                "letter": list(r.letter),
            }
            for r in x.files.runs
        ],
    }  # fmt: skip
    return (json.dumps(plain(told), ensure_ascii=False, indent=1) + "\n").encode()


def _row(x: SubjectAccess, name: str, row: Row) -> Row:
    typed = {"dossier": ("reason",), "remark": ("text",), "note": ("sentence",)}.get(name, ())
    told = {key: x.subject.veiled(value) if key in typed else value for key, value in row.items()}
    if name == "dossier":
        told |= {"facts": x.facts(row["facts"]), "reasons": [x.itself(r) for r in row["reasons"]]}
    return told


def _fixed(x: SubjectAccess, row: Mapping[str, str]) -> dict[str, str]:
    return {key: x.itself(value) if key == "reason" else value for key, value in row.items()}


def _line(line: SubjectLine) -> dict[str, Any]:
    return {
        "seq": line.seq, "at": line.at, "role": line.role, "kind": line.kind, "session": line.session_id,
        "dwelling": line.dwelling_id, "facts": dict(line.facts),
        "changes": [{"table": table, "how": how, "columns": dict(columns)} for table, how, columns in line.changes],
    }  # fmt: skip


def _session(x: SubjectAccess, session: SessionRecord) -> dict[str, Any]:
    """What of a session may be told to a household on one of its lists: where and when, and its own dwellings."""
    return {
        "session_id": session.session_id, "landlord": session.landlord, "commission": session.commission, "on": session.on,
        "status": session.status,
        "dwellings": [
            {
                "item_id": item.item_id, "dwelling_id": item.dwelling_id, "status": item.status, "account": item.account,
                **{name: item.facts.get(name) for name in ("commune", "commune_name", "rooms", "financing", "rent_eur", "charges_eur")},
            }
            for item, _ in _own(x, session)
        ],
    }  # fmt: skip


def _own(x: SubjectAccess, session: SessionRecord) -> list[tuple[ItemRecord, CandidateRecord]]:
    ref = x.subject.person.ref if x.subject.person is not None else ""
    return [(item, c) for item in session.items for c in item.candidates if c.ref == ref]


def _counted(s: Subject) -> Iterator[tuple[str, int]]:
    for role in "SPMARD":
        if n := len({g.user for g in s.readers if g.role == role}):
            yield role, n


# ---------------------------------------------------------------- as a paper


def subject_paper(x: SubjectAccess) -> Document:
    """The copy that the household reads."""
    s, say = x.subject, x.say
    sheets = [Sheet(say("head"), tuple(_head(x)), sub=say("of", number=s.number))]
    if x.known:
        sheets += [
            *_sessions(x), *_after(x), Sheet(say("imports"), tuple(_imports(x)), follows=True),
            Sheet(say("runs"), tuple(_runs(x)), follows=True),
        ]  # fmt: skip
        if x.files.runs and x.files.runs[0].letter:
            sheets.append(
                Sheet(
                    say("letter"),
                    tuple(
                        heading(line) if HEAD.match(line) else text(line)
                        for line in x.files.runs[0].letter
                        if line
                    ),
                    follows=True,
                )
            )
        if s.person is not None:
            sheets += [
                Sheet(say("papers"), tuple(_papers(x)), follows=True), Sheet(say("ledger"), tuple(_ledger(x)), follows=True),
            ]  # fmt: skip
    return Document(say("title"), x.on, tuple(sheets), foot=say("made", at=x.moment(x.at)), copied=True)


def _head(x: SubjectAccess) -> Iterator[Block]:
    s, say = x.subject, x.say
    yield text(say("made", at=x.moment(x.at)))
    if not x.known:
        yield mention(say("nothing"))
        yield text(say("rights", contact=x.contact or BLANK))
        return
    yield mention(say("asked"))
    yield heading(say("identity"))
    p = s.person
    yield pairs(
        [(say("number"), s.number)]
        + ([] if p is None else [
            (say("name"), p.name or UNKNOWN), (say("phone"), p.phone or UNKNOWN), (say("email"), p.email or UNKNOWN),
            (say("address"), p.address or UNKNOWN), (say("ref"), p.ref),
        ])
    )  # fmt: skip
    yield text(say("ref_why" if p is not None else "identity_none"))
    yield heading(say("erasure"))
    months = int(law(x.on).value("retention_months"))
    if p is not None:
        yield pairs([(say("erased_after"), x.day(p.purge_after)), (say("held"), held_words(s.held, x.lang))])
        yield text(say("erased_how", n=months))
    yield text(say("copies", n=months))
    yield heading(say("readers"))
    yield text(say("purpose"))
    yield text(say("source"))
    yield pairs(
        [(say("role_of", role=say(f"role_{role}"), n=n), say(f"reads_{role}")) for role, n in _counted(s)]
    )
    looks = [line for line in s.lines if line.kind in ("identity.viewed", "access.given", "history.viewed")]
    if looks:
        yield table(
            [say("when"), say("reader"), say("session_state"), say("reason")],
            [
                (x.moment(e.at), say(f"role_{e.role}"), x.sitting(e.session_id) or UNKNOWN, _reason(x, e))
                for e in looks
            ],
            say("looks"),
        )
    else:
        yield text(say("looks_none"))
    yield text(say("rights", contact=x.contact or BLANK))


def _reason(x: SubjectAccess, line: SubjectLine) -> str:
    typed = next(
        (r["text"] for r in x.subject.tables["remark"] if r["remark_id"] == reason_key(line.seq)), ""
    )
    given = str(typed or line.facts.get("reason", ""))
    return x.subject.veiled(reason_in(given, line.session_id, x.lang)) or UNKNOWN


def _sessions(x: SubjectAccess) -> Iterator[Sheet]:
    for session in reversed(x.subject.sessions):
        rules = law(session.on)
        blocks: list[Block] = [
            pairs([(x.say("session_state"), x.state("session", session.status))]),
            *(block for item, c in _own(x, session) for block in _candidature(x, rules, item, c)),
        ]
        title = x.say(
            "sessions", day=x.day(session.on), commission=session.commission, landlord=session.landlord
        )
        yield Sheet(title, tuple(blocks), follows=True)
    if x.subject.person is not None and not x.subject.sessions:
        yield Sheet(x.say("sessions_head"), (text(x.say("sessions_none")),), follows=True)


def _candidature(
    x: SubjectAccess, rules: CommissionLaw, item: ItemRecord, c: CandidateRecord
) -> Iterator[Block]:
    say, f, t = x.say, item.facts, x.subject.tables
    yield heading(f"{home_words(f, x.lang)} ({item.dwelling_id})")
    checks = [refusal_label(code, x.lang) if code else say("checked_ok") for code in c.checks.values()]
    place = say("queue", n=c.position) if c.status == "queue" else str(c.position)
    rows = [
        (say("rent"), f"{money(f.get('rent_eur'), x.lang)} + {money(f.get('charges_eur'), x.lang)}"),
        (say("account"), account_words(item, x.lang)), (say("place"), place), (say("listed_by"), say(f"source_{c.source}")),
        (say("state"), x.state("candidate", c.status)),
        (say("dalo"), yes_no(_of(t["candidate"], c)["has_dalo"], x.lang)),
    ]  # fmt: skip
    lines = [
        (str(a), x.itself(str(b)))
        for line in household_lines(c, rules.known("documents", x.lang), x.lang)
        for a, b in line
        if b not in ("", BLANK)
    ]
    if not lines:
        rows += [(say("why"), x.itself(reason)) for reason in c.reasons]
    lease = {**c.facts.get("lease", {})}
    lines += [(say(f"lease_{k}"), _coded(x, lease[k])) for k in LEASE if lease.get(k) not in (None, "")]
    if c.reason:
        code = rules.known("not_examined_reasons", x.lang).get(c.reason, c.reason)
        rows.append((say("given"), x.subject.veiled(code)))
    if checks:
        rows.append((say("checked"), ", ".join(checks)))
    if c.condition != "none":
        why = rules.known("condition_failures", x.lang).get(c.condition_reason, c.condition_reason)
        parts = (
            x.state("condition", c.condition),
            x.day(c.condition_on) if c.condition_on else "",
            why,
        )
        rows.append((say("condition"), ", ".join(filter(None, parts))))
    yield pairs(rows)
    if lines:
        yield heading(say("facts"))
        yield pairs(lines)
    yield from _instruction(x, rules, c)
    yield from _decisions(x, rules, c)
    yield from _offers(x, rules, c)


def _of(rows: Sequence[Row], c: CandidateRecord) -> Row:
    return next(row for row in rows if row["candidate_id"] == c.candidate_id)


def _each(x: SubjectAccess, name: str, c: CandidateRecord) -> list[Row]:
    return [row for row in x.subject.tables[name] if row["candidate_id"] == c.candidate_id]


def _instruction(x: SubjectAccess, rules: CommissionLaw, c: CandidateRecord) -> Iterator[Block]:
    """Calls and documents."""
    say = x.say
    declines, documents = rules.known("decline_reasons", x.lang), rules.known("documents", x.lang)
    if calls := _each(x, "call", c):
        yield heading(say("calls"))
        yield pairs(
            [
                (x.moment(r["at"]), ", ".join(filter(None, (said(f"ENTRY.CALL.{r['outcome']}".upper(), x.lang), declines.get(r["reason"], r["reason"])))))
                for r in calls
            ]
        )  # fmt: skip
    if asked := _each(x, "document", c):
        yield heading(say("documents"))
        days = (("asked_on", "ASKED_FOR_ON"), ("received_on", "BROUGHT_ON"))
        yield pairs(
            [
                (
                    documents.get(r["document"], r["document"]),
                    ", ".join(
                        said(f"ENTRY.{word}", x.lang, day=x.day(r[name])) for name, word in days if r[name]
                    ),
                )
                for r in asked
            ]
        )


def _decisions(x: SubjectAccess, rules: CommissionLaw, c: CandidateRecord) -> Iterator[Block]:
    """Every decision, those that a later one replaced too."""
    say = x.say
    sentences = {row["decision_id"]: str(row["sentence"]) for row in x.subject.tables["note"]}
    for r in _each(x, "decision", c):
        kind = f"{DECISION_LETTERS[r['kind']]} – {rules.known('decisions', x.lang)[r['kind']]}"
        force = say("pending") if r["pending"] else yes_no(r["current"], x.lang)
        rows = [
            (say("decision"), kind), (say("when"), x.moment(r["decided_at"])), (say("in_force"), force),
            *([(say("rank"), str(r["rank"]))] if r["rank"] is not None else []),
            *([(say("document_due"), f"{rules.known('documents', x.lang).get(r['document'], r['document'])}, {x.day(r['due_on'])}")] if r["document"] else []),
            *([(say("motive"), ", ".join(filter(None, (r["motive"], rules.known("motives", x.lang).get(r["motive"], ""), r["provision"]))))] if r["motive"] else []),
            *([(say("sentence"), x.subject.veiled(sentences[r["decision_id"]]))] if sentences.get(r["decision_id"]) else []),
            *([(say("reason"), say("rectified", n=r["rectification"]))] if r["rectification"] is not None else []),
        ]  # fmt: skip
        yield heading(say("decisions"))
        yield pairs(rows)


def _offers(x: SubjectAccess, rules: CommissionLaw, c: CandidateRecord) -> Iterator[Block]:
    say = x.say
    proofs, refusals = rules.known("proofs", x.lang), rules.known("refusal_reasons", x.lang)
    ends = {**rules.known("condition_failures", x.lang), **rules.known("withdrawal_reasons", x.lang)}
    for o in _each(x, "offer", c):
        told = [
            (say("state"), x.state("offer", o["status"])), (say("notified"), x.day(o["notified_on"])),
            (say("proof"), f"{proofs.get(o['proof'], o['proof'])}, {x.day(o['proof_on'])}" if o["proof"] else UNKNOWN),
            (say("deadline", n=o["days"]), x.day(o["deadline"])), (say("answered"), x.day(o["answered_on"])),
        ]  # fmt: skip
        if o["refusal_reason"]:
            told.append((say("refusal"), refusals.get(o["refusal_reason"], o["refusal_reason"])))
        if o["legitimate"]:
            told.append((say("legitimate"), said(f"ENTRY.LEGITIMATE.{o['legitimate']}".upper(), x.lang)))
        if o["lease_on"]:
            told.append((say("lease_on"), x.day(o["lease_on"])))
        if o["end_reason"]:
            told.append((say("ended"), x.subject.veiled(str(ends.get(o["end_reason"], o["end_reason"])))))
        yield heading(say("offer", rank=o["rank"]))
        yield pairs(told)


def _outcome(x: SubjectAccess, outcome: str) -> str:
    """How a duty ended: in words where the program ended it, else as somebody wrote it."""
    if outcome in OWN_ENDS:
        return x.say(f"ended_{outcome}")
    return x.subject.veiled(outcome) or UNKNOWN


def _after(x: SubjectAccess) -> Iterator[Sheet]:
    """What is owed and contested, who named the household, what was written about it; rows that no sentence here knows."""
    say, t = x.say, x.subject.tables
    columns = [say("kind"), say("opened"), say("due"), say("closed"), say("outcome")]
    if duties := t.get("duty"):
        rows = [
            (say(f"duty_{r['kind']}"), x.day(r["opened_on"]), x.day(r["due_on"]), x.day(r["closed_on"]), _outcome(x, str(r["outcome"])))
            for r in duties
        ]  # fmt: skip
        yield Sheet(say("duties"), (table(columns, rows),), follows=True)
    if recourses := t.get("recourse"):
        rows = [
            (say(f"recourse_{r['kind']}"), x.day(r["opened_on"]), UNKNOWN, x.day(r["closed_on"]), x.subject.veiled(str(r["outcome"])) or UNKNOWN)
            for r in recourses
        ]  # fmt: skip
        yield Sheet(say("recourses"), (table(columns, rows),), follows=True)
    if named := t.get("nomination"):
        lines = [
            (r["account"], r["dwelling_id"] or UNKNOWN, str(r["rank"]), x.state("nomination", r["status"]), x.moment(r["at"]))
            for r in named
        ]  # fmt: skip
        heads = [say("account"), say("home"), say("rank"), say("state"), say("when")]
        yield Sheet(say("nominations"), (table(heads, lines),), follows=True)
    kinds = {reason_key(line.seq): line for line in x.subject.lines}
    if written := [
        (event_words(kinds[r["remark_id"]].kind, x.lang) if r["remark_id"] in kinds else UNKNOWN, x.subject.veiled(str(r["text"])))
        for r in t.get("remark", ())
    ]:  # fmt: skip
        yield Sheet(say("reasons"), (table([say("about"), say("reason")], written),), follows=True)
    if other := [
        (
            name,
            said("WORDS.LIST", x.lang).join(
                f"{key} {_shown(value, x.lang)}" for key, value in plain(row).items()
            ),
        )
        for name, rows in t.items()
        if name not in TOLD
        for row in rows
    ]:
        yield Sheet(say("other"), (table([say("row"), say("content")], other),), follows=True)


def _imports(x: SubjectAccess) -> Iterator[Block]:
    """The newest import whole, of those before it what differed."""
    say, found = x.say, x.files.imports
    if not found:
        yield text(say("imports_none"))
    else:
        yield text(say("imports_why"))
    for newer, imported in zip((None, *found), found, strict=False):
        for table_name, row, cells, whole in _differences(newer, imported):
            title = say("import_of", day=x.day(imported.kept_on), table=table_name, row=row)
            yield heading(title)
            if cells:
                yield pairs(list(cells.items()))
            elif newer is not None and not whole:
                yield text(say("same", day=x.day(newer.kept_on)))
    if x.files.unread:
        yield text(say("unread"))
        yield listing(x.files.unread)


def _differences(
    newer: Imported | None, imported: Imported
) -> Iterator[tuple[str, int, dict[str, str], bool]]:
    """(table, row, cells to tell, whether they are all) of an import, beside the one that came after it."""
    known: dict[str, list[Mapping[str, str]]] = {}
    for row in newer.rows if newer is not None else ():
        known.setdefault(row.table, []).append(row.cells)
    for row in imported.rows:
        beside = known.get(row.table) or [{}]
        nearest = min(beside, key=lambda cells: sum(cells.get(k) != v for k, v in row.cells.items()))
        names = [*row.cells, *(k for k in nearest if k not in row.cells)]
        told = {k: row.cells.get(k, UNKNOWN) for k in names if row.cells.get(k) != nearest.get(k)}
        yield row.table, row.row, told, nearest == {}


def _runs(x: SubjectAccess) -> Iterator[Block]:
    say, found = x.say, x.files.runs
    if not found:
        yield text(say("runs_none"))
        return
    yield text(say("runs_why"))
    yield table(
        [say("run_of"), say("session_state"), say("run_state"), say("run_points"), say("run_lists")],
        [
            (
                x.day(r.kept_on),
                ", ".join(map(x.day, x.examined.get(r.run_id, ()))) or UNKNOWN,
                _standing(x, r),
                _points(x, r),
                _lists(x, r),
            )
            for r in found
        ],
    )


def _standing(x: SubjectAccess, run: Computed) -> str:
    return ", ".join(reason_words(row["reason"], x.lang) for row in run.tables["applications"]) or UNKNOWN


def _points(x: SubjectAccess, run: Computed) -> str:
    """Points by perimeter of the grid, criterion by criterion."""
    totals: dict[str, list[str]] = {}
    for row in run.tables["scores"]:
        totals.setdefault(row["epci"], []).append(f"{row['criterion']} {row['points']}")
    for row in run.tables["proposals"]:
        totals.setdefault("", []).append(f"{row['dwelling_id']} {row['score']}")
    return " ; ".join(f"{epci} {' + '.join(parts)}".strip() for epci, parts in totals.items()) or UNKNOWN


def _lists(x: SubjectAccess, run: Computed) -> str:
    on = [
        f"{x.say('on_list', home=row['dwelling_id'], rank=row['rank'])} – {x.itself(row['reason'])}"
        + "".join(f" ; {flag_label(flag, x.lang)}" for flag in row["flags"].split("|") if flag)
        for row in run.tables["proposals"]
    ]
    homes = {row["dwelling_id"] for row in run.tables["proposals"]}
    behind = [
        x.say("behind_list", home=row["dwelling_id"], rank=row["rank"])
        for row in run.tables["prospects"]
        if row["dwelling_id"] not in homes
    ]
    return " · ".join([*on, *behind]) or UNKNOWN


def _papers(x: SubjectAccess) -> Iterator[Block]:
    say = x.say
    yield text(say("papers_why"))
    if rows := [
        (x.moment(e.at), x.sitting(e.session_id), _paper(x, e), say(f"role_{e.role}"))
        for e in x.subject.papers
    ]:
        yield table([say("when"), say("session_state"), say("paper"), say("reader")], rows)
    else:
        yield text(say("papers_none"))
    if x.letters:
        yield table([say("session_state"), say("paper")], x.letters, say("letters_due"))


def _paper(x: SubjectAccess, line: SubjectLine) -> str:
    if "paper" in line.facts:
        return str(line.facts["paper"])
    n = line.facts.get("files")
    return x.say("paper_set", n=n) if isinstance(n, int) else event_words(line.kind, x.lang)


def _ledger(x: SubjectAccess) -> Iterator[Block]:
    say = x.say
    yield text(say("ledger_why"))
    yield table(
        [say("line"), say("when"), say("what"), say("reader"), say("where"), say("detail")],
        [
            (
                str(e.seq), instant(e.at), event_words(e.kind, x.lang), say(f"role_{e.role}"),
                " ".join(filter(None, (x.sitting(e.session_id), e.dwelling_id))) or UNKNOWN, _detail(x, e),
            )
            for e in x.subject.lines
        ],
    )  # fmt: skip


def _detail(x: SubjectAccess, line: SubjectLine) -> str:
    """What a line says beside its kind: codes and days."""
    told = {
        k: reason_in(str(v), line.session_id, x.lang) if k == "reason" else v
        for k, v in plain(line.facts).items()
    }
    facts = [f"{k} {_shown(v, x.lang)}" for k, v in told.items() if v not in ("", None)]
    states = [
        f"{x.subject_word(t)}{said('PAGE.COLON', x.lang)}{x.state(t, c['status'])}"
        for t, _, c in line.changes
        if t in STATE and c.get("status") in STATE[t]
    ]
    return x.subject.veiled(" ; ".join(dict.fromkeys([*facts, *states]))) or UNKNOWN


def _coded(x: SubjectAccess, value: Any) -> str:
    """A closed value of the table of leases in words, where it has some."""
    return x.say(f"value_{value}") if str(value) in VALUES else _shown(value, x.lang)


def _shown(value: Any, lang: Lang) -> str:
    if isinstance(value, bool):
        return yes_no(value, lang)
    if isinstance(value, float):
        return decimal(value, 4, lang)
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_shown(v, lang)}" for k, v in value.items() if v not in ("", None))
    return ", ".join(_shown(v, lang) for v in value) if isinstance(value, list) else str(value)


# ---------------------------------------------------------------- what a person reads first


def reread_paper(x: SubjectAccess) -> Document | None:
    """For the data protection officer: texts about a whole list, letters of L. 441-1, files that nobody could read; None where there are none."""
    say, s = x.say, x.subject
    blocks: list[Block] = [mention(say("reread_why"))]
    if s.reread:
        rows = [
            (" ".join(filter(None, (x.sitting(r.session_id), r.dwelling_id))) or UNKNOWN, s.veiled(r.text))
            for r in s.reread
        ]
        blocks += [
            heading(say("reread_texts")),
            text(say("reread_texts_why")),
            table([say("where"), say("content")], rows),
        ]
    if letters := list(dict.fromkeys(_letters(x))):
        blocks += [
            heading(say("reread_letters")),
            text(say("reread_letters_why")),
            table([say("where"), say("content")], letters),
        ]
    if x.files.unread:
        blocks += [heading(say("unread")), listing(x.files.unread)]
    if len(blocks) == 1:
        return None
    sheet = Sheet(say("reread_title"), tuple(blocks), sub=say("of", number=s.number))
    return Document(say("reread_title"), x.on, (sheet,), foot=say("made", at=x.moment(x.at)), copied=True)


def _letters(x: SubjectAccess) -> Iterator[tuple[str, str]]:
    for session in x.subject.sessions:
        for item, c in _own(x, session):
            codes = {c.facts.get(CODES), c.facts.get("lease", {}).get(CODES)}
            yield from (
                (f"{x.sitting(session.session_id)} {item.dwelling_id}", str(code))
                for code in sorted(filter(None, codes))
            )
    for imported in x.files.imports:
        for row in imported.rows:
            yield from (
                (
                    x.say("import_of", day=x.day(imported.kept_on), table=row.table, row=row.row),
                    f"{head} {value}",
                )
                for head, value in row.letters.items()
            )
