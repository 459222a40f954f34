"""From a filled workbook to the store's commands: everything it says that is not recorded yet, or all its problems.

One transaction: a row that the store refuses is a problem of that row, and nothing at all is written. What stands already is
left alone, so that one workbook serves from the first call to the lease; a command's id comes from the file's hash and the row.
No problem shows the number of a household: the row is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimizer.desk import messages as messages
from optimizer.desk.entry_alone import tell_unrecorded
from optimizer.desk.entry_reading import Entry, Filled, read_entries
from optimizer.desk.following import housed_before, items_of
from optimizer.desk.lists import choices
from optimizer.desk.recording_offers import record_offers
from optimizer.desk.recording_work import HOUSEHOLD, Checks, Work
from optimizer.errors import Finding, InputProblems, gathered
from optimizer.importers.texts import day_of
from optimizer.store import commands, queries
from optimizer.store.clock import clock_time, minute_of
from optimizer.store.holding import Store
from optimizer.store.law import law
from optimizer.store.messages import StoreError, StoreRefused
from optimizer.store.records import (
    Actor,
    AttendanceRecord,
    CandidateRecord,
    DecisionRecord,
    ItemRecord,
    NewDecision,
    SessionRecord,
    VoteRecord,
)
from optimizer.store.voting import astray, crowded, voices

HIDDEN = "…"
"""What stands for the number of a household in a problem of its cell."""
SENTENCE_NEEDED = ("not_attributed", "ineligible")
OF_A_HOUSEHOLD = {
    "STORE_MOTIVE": "motive", "STORE_DOCUMENT_NOT_ASKED": "motive", "STORE_NEEDS_RANK": "rank", "STORE_NO_RANK": "rank",
    "STORE_SENTENCE": "sentence", "STORE_EFFORT_RATE": "sentence", "STORE_SENTENCE_NAMES": "sentence", "STORE_CONDITION": "due_on",
}  # fmt: skip
"""Refusal of one household's decision -> column of its row in *Saisie*."""
OF_A_VOTE = {
    "STORE_VOTE": "votes_for", "STORE_NOT_ADOPTED": "votes_for", "STORE_CASTING": "casting", "STORE_NO_CASTING": "casting",
    "STORE_FEW": "few_reason", "STORE_FEW_REASON": "few_reason", "STORE_DEPARTURE": "departure",
}  # fmt: skip
"""Refusal of a dwelling's decisions as a whole -> column of its row in *Votes*."""


@dataclass(frozen=True)
class Recorded:
    """What was (or, dry, would be) written.

    Attributes
    ----------
    done : commands by kind.
    next_ranks : dwellings whose next household is to be notified, with its rank.
    called_up : dwellings where the next name was called up.
    warnings : what the reader said beside.
    """

    session_id: str
    dry: bool
    done: Mapping[str, int]
    next_ranks: tuple[str, ...]
    called_up: tuple[str, ...]
    warnings: tuple[Finding, ...]


def record(
    opened: Store,
    path: Path,
    session_id: str,
    actor: Actor,
    *,
    dry_run: bool = False,
    checks: Callable[[SessionRecord], Checks] | None = None,
) -> Recorded:
    """Record a filled workbook.

    Parameters
    ----------
    opened : the store.
    path : the workbook of ``session pack``, or one of its sheets as CSV.
    session_id, actor : which session; who types (the minutes are signed by the chair whom the workbook names).
    dry_run : say what would be written, write nothing.
    checks : checks the candidates again at convocation and at opening (:mod:`optimizer.desk.rechecking`).

    Raises
    ------
    InputProblems
        Every problem of every sheet; nothing was written.
    StoreError
        No such session, read-only or busy store.
    """
    session = queries.session(opened, session_id)
    rules = law(session.on)
    filled = without_numbers(read_entries(path, choices(rules, opened.today())))
    work = _Sheets(opened, session, rules, filled, actor, checks)
    with commands.batch(opened, dry_run=dry_run) as batch:
        work.run(batch)
        if work.problems:
            batch.undo()
    if work.problems:
        beside = (f for f in filled.findings if f.severity != "error")
        raise InputProblems(gathered([*work.problems, *beside]))
    return Recorded(
        session_id, dry_run, dict(sorted(work.done.items())), tuple(dict.fromkeys(work.next_ranks)),
        tuple(dict.fromkeys(work.called_up)), (*filled.findings, *work.beside),
    )  # fmt: skip


def without_numbers(filled: Filled) -> Filled:
    """The same, no finding showing the number of a household."""
    hidden = ("numero_unique", HOUSEHOLD)
    kept = tuple(
        replace(f, value=None if f.value is None else HIDDEN)
        if f.column in hidden and f.row is not None
        else f
        for f in filled.findings
    )
    return replace(filled, findings=kept)


class _Sheets(Work):
    """The sheets of a workbook, in the order of a session's life."""

    def run(self, batch: Any) -> None:
        """Every sheet in the order of a session's life."""
        self.batch = batch
        self._right_session()
        self._places()
        self._calls()
        self._convene()
        self._members()
        self._hours()
        tell_unrecorded(self)
        if self._not_held():
            return
        opened = self._open()
        self._decisions(opened)
        self._close()
        self._withdrawals()
        record_offers(self)

    # ------------------------------------------------------------------ checks of the whole file

    def _right_session(self) -> None:
        head = self.head
        if head is not None and head.text("session_id") not in ("", self.session.session_id):
            self.wrong(
                head,
                "DESK_ENTRY_OTHER_SESSION",
                "session_id",
                head.text("session_id"),
                session=self.session.session_id,
            )

    def _places(self) -> None:
        """Dwellings and households that the session does not have."""
        for sheet in ("calls", "entry", "votes", "offers"):
            for entry in self.filled.of(sheet):
                if not entry.text("dwelling_id"):
                    continue
                if self.item_of(self.session, entry) is None:
                    self.wrong(entry, "DESK_ENTRY_DWELLING", "dwelling_id", entry.text("dwelling_id"))
                elif (
                    sheet != "votes"
                    and entry.text(HOUSEHOLD)
                    and self.candidate_of(self.session, entry) is None
                ):
                    self.wrong(entry, "DESK_ENTRY_HOUSEHOLD", HOUSEHOLD, dwelling=entry.text("dwelling_id"))

    # ------------------------------------------------------------------ before the session

    def _calls(self) -> None:
        """Calls, documents, names taken off the list."""
        for entry in self.filled.of("calls"):
            c = self.candidate_of(self.session, entry)
            if c is None:
                continue
            self._documents(entry, c)
            if entry.get("call") and entry.get("call") != c.call:
                outcome, reason = entry.get("call"), entry.text("call_reason")
                receipt = self.do(
                    entry, "call", "call",
                    lambda key, c=c, outcome=outcome, reason=reason: commands.call(  # type: ignore[misc]
                        self.opened, self.actor, key, c.candidate_id, outcome=outcome, reason=reason
                    ),
                )  # fmt: skip
                if receipt is not None and receipt.result.get("next_candidate"):
                    self.called_up.append(entry.text("dwelling_id"))
            why = entry.text("replaced")
            if why and c.status in ("listed", "queue"):
                self.do(
                    entry, "replaced", "replace",
                    lambda key, c=c, why=why: commands.replace(  # type: ignore[misc]
                        self.opened, self.actor, key, c.candidate_id, reason=why
                    ),
                )  # fmt: skip

    def _documents(self, entry: Entry, c: CandidateRecord) -> None:
        asked = {d.document for d in c.documents}
        received = {d.document for d in c.documents if d.received_on is not None}
        if entry.get("asked") and entry.get("asked") not in asked:
            self.do(
                entry, "asked", "ask_document",
                lambda key: commands.ask_document(
                    self.opened, self.actor, key, c.candidate_id, document=entry.get("asked"), on=entry.get("asked_on")
                ),
            )  # fmt: skip
        if entry.get("received") and entry.get("received") not in received:
            self.do(
                entry, "received", "receive_document",
                lambda key: commands.receive_document(
                    self.opened, self.actor, key, c.candidate_id, document=entry.get("received"), on=entry.get("received_on")
                ),
            )  # fmt: skip

    def _checked(self, session: SessionRecord) -> Checks:
        listed = [c.candidate_id for i in session.items for c in i.candidates if c.status == "listed"]
        found = self.checks(session) if self.checks is not None else {}
        return {one: found.get(one, "") for one in listed}

    def _convene(self) -> None:
        head = self.head
        if head is None or not head.text("recipients") or self.session.status != "draft":
            return
        recipients = [r.strip() for r in head.text("recipients").split(";") if r.strip()]
        if any(isinstance(day_of(one), int) for one in recipients):
            self.wrong(head, "DESK_ENTRY_RECIPIENTS", "recipients", head.text("recipients"))
            return
        if self.opened.today() > self.session.on:
            self.warn(head, "DESK_ENTRY_CONVENED_LATE", "recipients", day=self.session.on)
        checks = self._checked(self.fresh())
        self.do(
            head, "recipients", "convene",
            lambda key: commands.convene(
                self.opened, self.actor, key, self.session.session_id, recipients=recipients, checks=checks
            ),
        )  # fmt: skip

    # ------------------------------------------------------------------ the session

    def _members(self) -> None:
        rows = [e for e in self.filled.of("members") if e.text("member") or e.text("presence")]
        if not rows:
            return
        at = {i.dwelling_id: i.item_id for i in self.session.items}
        members = []
        for e in rows:
            for column in ("member", "voice", "presence"):
                if not e.text(column):
                    self.wrong(e, "DESK_ENTRY_MISSING", column)
            for column in ("arrived_at", "left_at"):
                if e.text(column) and clock_time(e.text(column)) is None:
                    self.wrong(e, "DESK_ENTRY_HOUR", column, e.text(column))
            away = [d.strip() for d in e.text("recused").split("|") if d.strip()]
            for d in away:
                if d not in at:
                    self.wrong(e, "DESK_ENTRY_DWELLING", "recused", d)
            members.append(
                AttendanceRecord(
                    self.session.session_id, e.text("member"), e.text("quality"), e.get("voice") or "consultative",
                    e.text("territory"), e.get("presence") or "absent", e.text("represented_by"), e.text("arrived_at"),
                    e.text("left_at"), tuple(at[d] for d in away if d in at),
                )
            )  # fmt: skip
        if tuple(members) == tuple(self.session.attendance) or any(
            f.row == e.row and f.file == e.label for e in rows for f in self.problems
        ):
            return
        if self._unsent():
            return
        self._astray(rows, members)
        self.do(
            rows[0], "member", "attend",
            lambda key: commands.attend(self.opened, self.actor, key, self.session.session_id, members=members),
        )  # fmt: skip

    def _unsent(self) -> bool:
        """Whether the session is still in preparation: told at the cell that says to whom its convocation was sent."""
        if self.fresh().status != "draft" or self.head is None:
            return False
        if not self.head.text("recipients"):
            self.wrong(self.head, "DESK_ENTRY_NOT_CONVENED", "recipients")
        return True

    def _astray(self, rows: Sequence[Entry], members: Sequence[AttendanceRecord]) -> None:
        """Say of whose voice the territory makes something else than it seems."""
        homes, voting = [i.facts for i in self.session.items], voices(self.session.on)
        codes = ("DESK_ENTRY_NO_VOICE", "DESK_ENTRY_EVERYWHERE")
        for code, found in zip(codes, astray(members, homes, voting), strict=True):
            for e, member in zip(rows, members, strict=True):
                if member in found:
                    self.warn(e, code, "territory")
        many = crowded(members, self.session.on, clock_time(self.session.hour) or "")
        for e, member in zip(rows, members, strict=True):
            if member in many:
                self.warn(e, "DESK_ENTRY_SEATS", "presence")

    def _not_held(self) -> bool:
        """Whether the workbook says that the session was not held, or it stands so: nothing else is then recorded of it."""
        head = self.head
        if self.session.status == "cancelled":
            return True
        if head is None or not (head.text("no_quorum_at") or head.text("cancelled")):
            return False
        hour, column = head.text("no_quorum_at"), "no_quorum_at" if head.text("no_quorum_at") else "cancelled"
        if hour and clock_time(hour) is None:
            self.wrong(head, "DESK_ENTRY_HOUR", column, hour)
        elif head.get("opened") == "yes":
            self.wrong(head, "DESK_ENTRY_NOT_HELD", column, opened=head.names.get("opened", "opened"))
        elif not (hour and self._wrong_members()):
            if hour and self.opened.today() < self.session.on:
                self.warn(head, "DESK_ENTRY_EARLY", column, day=self.session.on)
            self.do(
                head, column, "cancel",
                lambda key: commands.cancel(
                    self.opened, self.actor, key, self.session.session_id, reason=head.text("cancelled"), no_quorum_at=hour
                ),
            )  # fmt: skip
        return True

    def _opening(self) -> bool:
        """Whether the workbook says that the session opened."""
        return self.head is not None and self.head.get("opened") == "yes"

    def _open(self) -> bool:
        """Whether the session is open or past, so that decisions may be recorded."""
        head, now = self.head, self.fresh()
        if now.status in ("open", "closed"):
            return True
        if head is None or head.get("opened") != "yes" or self._wrong_members():
            return False
        if any(f.code in ("DESK_ENTRY_NOT_CONVENED", "DESK_ENTRY_RECIPIENTS") for f in self.problems):
            return False
        if self.opened.today() < now.on:
            self.warn(head, "DESK_ENTRY_EARLY", "opened", day=now.on)
        checks = self._checked(now)
        receipt = self.do(
            head, "opened", "open_session",
            lambda key: commands.open_session(self.opened, self.actor, key, self.session.session_id, checks=checks),
        )  # fmt: skip
        return receipt is not None

    def _hours(self) -> None:
        """Hours of sitting that are none, or an end before the beginning, from the day they are typed: nothing waits for the signature."""
        head = self.head
        if head is None:
            return
        hours = {c: clock_time(head.text(c)) for c in ("sat_from", "sat_to") if head.text(c)}
        for column, hour in hours.items():
            if hour is None:
                self.wrong(head, "DESK_ENTRY_HOUR", column, head.text(column))
        began, ended = hours.get("sat_from"), hours.get("sat_to")
        if began and ended and minute_of(ended, began) < minute_of(began):
            self.wrong(head, "DESK_ENTRY_HOURS", "sat_to", head.text("sat_to"), began=began)

    def _wrong_members(self) -> bool:
        """Whether the sheet of attendance has problems, from which the quorum cannot be told."""
        labels = {e.label for e in self.filled.of("members")}
        return any(f.file in labels for f in self.problems)

    def _decisions(self, opened: bool) -> None:
        votes = {e.text("dwelling_id"): e for e in self.filled.of("votes")}
        lines: dict[str, list[Entry]] = {}
        for entry in self.filled.of("entry"):
            lines.setdefault(entry.text("dwelling_id"), []).append(entry)
        now = self.fresh()
        for item in items_of(now):
            vote = votes.get(item.dwelling_id)
            if vote is not None and vote.get("not_examined"):
                if not opened and item.status == "listed" and not self._opening():
                    self.warn(vote, "DESK_ENTRY_NOT_OPEN_YET", "not_examined")
                if opened and item.status != "not_examined":
                    self.do(
                        vote, "not_examined", "not_examined",
                        lambda key, item=item, vote=vote: commands.not_examined(  # type: ignore[misc]
                            self.opened, self.actor, key, item.item_id, reason=vote.get("not_examined")
                        ),
                    )  # fmt: skip
                continue
            own = lines.get(item.dwelling_id, [])
            rows = [e for e in own if e.get("decision")]
            # what cannot be read was told: that a decision is missing would follow from it alone
            if rows and not any({"decision", HOUSEHOLD} & e.broken for e in own):
                self._decide(item, rows, vote, opened, now.attendance)

    def _decide(
        self,
        item: ItemRecord,
        rows: Sequence[Entry],
        vote: Entry | None,
        opened: bool,
        there: Sequence[AttendanceRecord],
    ) -> None:
        by_number = {e.text(HOUSEHOLD): e for e in rows}
        listed = [c for c in item.candidates if c.status not in ("queue", "declined", "replaced")]
        named = [c for c in listed if c.application_id]  # a household erased since has no row
        before = len(self.problems)
        decisions: list[NewDecision] = []
        set_aside: list[tuple[Entry, CandidateRecord, str]] = []
        for c in named:
            entry = by_number.get(c.application_id)
            if entry is None:
                if not housed_before(c):
                    self.wrong(
                        rows[0], "DESK_ENTRY_UNDECIDED", "decision", item.dwelling_id, place=c.position
                    )
                continue
            if entry.get("decision") == "not_examined":
                if c.status == "listed":
                    set_aside.append((entry, c, self._reasoned(entry)))
                continue
            decisions.append(self._decision(entry, c))
        if len(named) == len(listed):  # else the ranks of the erased are missing, which nobody can fill in
            self._ranks(rows)
        ballot = self._vote(item, vote)
        if len(self.problems) > before or self._same(item, decisions, ballot, vote):
            return
        if not opened:
            if not self._opening():  # else it was told why it did not open
                self.wrong(rows[0], "DESK_ENTRY_NOT_OPEN", "decision")
            return
        hour = self._hour(vote, there)
        if len(self.problems) > before:
            return
        for entry, c, why in set_aside:
            self.do(
                entry, "decision", "candidate_not_examined",
                lambda key, c=c, why=why: commands.candidate_not_examined(  # type: ignore[misc]
                    self.opened, self.actor, key, c.candidate_id, reason=why
                ),
            )  # fmt: skip
        if not decisions:
            return
        departure = vote.text("departure") if vote is not None else ""
        few = vote.text("few_reason") if vote is not None else ""
        self.do(
            rows[0], "decision", "decide",
            lambda key: commands.decide(
                self.opened, self.actor, key, item.item_id, decisions=decisions, vote=ballot, departure=departure,
                few_reason=few or item.few_reason, hour=hour,
            ),
            cell=lambda refused: _cell_of(refused, rows, vote, {c.candidate_id: by_number.get(c.application_id) for c in named}),
        )  # fmt: skip

    def _hour(self, vote: Entry | None, there: Sequence[AttendanceRecord]) -> str:
        """``HH:MM`` at which a dwelling was examined; missed where somebody came or left during the session: who had a voice then."""
        if vote is None:
            return ""
        if vote.text("hour").strip():
            found = clock_time(vote.text("hour"))
            if found is None:
                self.wrong(vote, "DESK_ENTRY_HOUR", "hour", vote.text("hour").strip())
            return found or ""
        start = clock_time(self.session.hour)
        late = (start and m.arrived_at and minute_of(m.arrived_at, start) > minute_of(start) for m in there)
        if any(m.left_at for m in there) or any(late):
            self.warn(vote, "DESK_ENTRY_WHEN", "hour")
        return ""

    def _decision(self, entry: Entry, c: CandidateRecord) -> NewDecision:
        """The row as the store takes it; what its letter of R. 441-3 needs and lacks is a problem."""
        kind = entry.get("decision")
        needed = {
            "ranked": ("rank",), "conditional": ("document", "due_on"), "not_attributed": ("motive", "sentence"),
            "ineligible": ("motive", "sentence"),
        }.get(kind, ())  # fmt: skip
        for column in needed:
            if entry.get(column) is None:
                self.wrong(
                    entry, "DESK_ENTRY_NEEDED", column, decision_fr=_letter(kind), decision_en=_letter(kind)
                )
        if (
            kind in SENTENCE_NEEDED
            and entry.get("motive")
            and not self.rules.allows(kind, entry.text("motive"))
        ):
            self.wrong(entry, "DESK_ENTRY_MOTIVE", "motive", entry.text("motive"))
        least = int(self.rules.value("sentence_characters"))
        if kind in SENTENCE_NEEDED and entry.get("sentence") and len(entry.text("sentence").strip()) < least:
            self.wrong(
                entry, "DESK_ENTRY_SENTENCE", "sentence", len(entry.text("sentence").strip()), least=least
            )
        return NewDecision(
            c.candidate_id, kind, entry.get("rank") if kind in ("ranked", "conditional") else None,
            entry.text("document") if kind == "conditional" else "", entry.get("due_on") if kind == "conditional" else None,
            entry.text("motive") if kind in SENTENCE_NEEDED else "", entry.text("sentence").strip() if kind in SENTENCE_NEEDED else "",
        )  # fmt: skip

    def _reasoned(self, entry: Entry) -> str:
        """The code of why a household was not examined, one of a closed list; empty once the cell is told to be none of it."""
        said = self.known["not_examined"]
        code = said.read(entry.text("sentence"))
        if code is None:
            told = {
                "expected_fr": " ; ".join(said.options("fr")),
                "expected_en": "; ".join(said.options("en")),
            }
            code_of = "DESK_ENTRY_CHOICE" if entry.text("sentence") else "DESK_ENTRY_NO_REASON"
            self.wrong(entry, code_of, "sentence", entry.text("sentence") or None, **told)
        return code or ""

    def _ranks(self, rows: Sequence[Entry]) -> None:
        """One attribution without rank per dwelling, and no rank twice."""
        first = [e for e in rows if e.get("decision") == "attribution"]
        for e in first[1:]:
            self.wrong(e, "DESK_ENTRY_TWO_FIRST", "decision", e.text("dwelling_id"), first=first[0].row)
        seen: dict[int, Entry] = {}
        for e in rows:
            rank = e.get("rank")
            if rank is None or e.get("decision") not in ("ranked", "conditional"):
                continue
            if rank in seen:
                self.wrong(e, "DESK_ENTRY_RANK_TWICE", "rank", rank, first=seen[rank].row)
            seen.setdefault(rank, e)

    def _vote(self, item: ItemRecord, entry: Entry | None) -> VoteRecord | None:
        counted = ("votes_for", "votes_against", "abstentions", "casting")
        if entry is None or all(entry.get(n) is None for n in counted):
            return None
        voters = queries.voters(self.opened, item.item_id)
        return VoteRecord(
            item.item_id, int(entry.get("votes_for") or 0), int(entry.get("votes_against") or 0), int(entry.get("abstentions") or 0),
            entry.get("casting") or "", voters.present, voters.quorum,
        )  # fmt: skip

    def _same(
        self,
        item: ItemRecord,
        decisions: Sequence[NewDecision],
        ballot: VoteRecord | None,
        vote: Entry | None,
    ) -> bool:
        """Whether the store holds these decisions already."""
        held = {
            c.candidate_id: _as_given(c.decision)
            for c in item.candidates
            if c.decision is not None and c.application_id
        }
        if item.status == "listed" or held != {d.candidate_id: d for d in decisions}:
            return False
        if ballot is not None and item.vote is not None:
            given = (ballot.votes_for, ballot.votes_against, ballot.abstentions, ballot.casting)
            if given != (
                item.vote.votes_for,
                item.vote.votes_against,
                item.vote.abstentions,
                item.vote.casting,
            ):
                return False
        return vote is None or vote.text("departure") in ("", item.departure)

    def _close(self) -> None:
        head = self.head
        if head is None or head.get("signed") != "yes" or self.session.status == "closed" or self.problems:
            return
        if not head.text("chair"):
            self.wrong(head, "DESK_ENTRY_MISSING", "chair")
            return
        left = [i.dwelling_id for i in items_of(self.fresh()) if i.status == "listed"]
        if left:
            self.wrong(head, "DESK_ENTRY_LEFT", "signed", homes=", ".join(left))
            return
        self.do(
            head, "signed", "close",
            lambda key: commands.close(
                self.opened, Actor(head.text("chair"), "P"), key, self.session.session_id,
                one_person=head.text("chair") == self.session.prepared_by, sat_from=head.text("sat_from"), sat_to=head.text("sat_to"),
            ),
        )  # fmt: skip

    # ------------------------------------------------------------------ after the session

    def _withdrawals(self) -> None:
        now = self.fresh()
        for entry in self.filled.of("votes"):
            item = self.item_of(now, entry)
            if item is not None and entry.get("withdrawn") and item.status != "withdrawn":
                self.do(
                    entry, "withdrawn", "withdraw",
                    lambda key, item=item, entry=entry: commands.withdraw(  # type: ignore[misc]
                        self.opened, self.actor, key, item.item_id, reason=entry.get("withdrawn")
                    ),
                )  # fmt: skip


def _cell_of(
    refused: StoreError, rows: Sequence[Entry], vote: Entry | None, own: Mapping[int, Entry | None]
) -> tuple[Entry, str]:
    """Where the refusal of a dwelling's decisions is put right: its vote, or the row of the household it speaks of."""
    if vote is not None and refused.code in OF_A_VOTE:
        return vote, OF_A_VOTE[refused.code]
    candidate = refused.candidate if isinstance(refused, StoreRefused) else None
    row = None if candidate is None else own.get(candidate)
    return row or rows[0], OF_A_HOUSEHOLD.get(refused.code, "decision")


def _as_given(d: DecisionRecord) -> NewDecision:
    """A decision as the workbook would say it again: an attribution has no rank to write."""
    rank = None if d.kind == "attribution" else d.rank
    return NewDecision(d.candidate_id, d.kind, rank, d.document, d.due_on, d.motive, d.sentence)


def _letter(kind: str) -> str:
    return {"ranked": "b", "conditional": "c", "not_attributed": "d", "ineligible": "e"}.get(kind, "a")
