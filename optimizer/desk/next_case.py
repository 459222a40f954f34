"""The case of the next session: the last import, and what the commission's log says happened since.

Pure: the same import and the same log give the same case, whatever the order of their rows. What an import no longer
holds is said and never dropped; what another system already counted (an import younger than an act) is not counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from optimizer.chains import present_homes
from optimizer.desk import messages as messages
from optimizer.desk.chained import void, waits_of
from optimizer.desk.files_learnt import by_household, learnt_of, notices_answered
from optimizer.desk.following import (
    CALLED_OFF,
    LIVE,
    REFUSED,
    SILENT,
    WAITING,
    Followed,
    attempt_ended_on,
    attempt_over,
    closed_sessions,
    coming_sessions,
    followed,
    items_of,
    last_act,
    local_day,
    next_to_offer,
    rank_of,
)
from optimizer.desk.frames import by_key, days_of, framed, texts_of, where
from optimizer.desk.months import months_after
from optimizer.desk.notices import put_right
from optimizer.desk.whose import landlord_of
from optimizer.desk.year_end import as_on, duties_on, last_day
from optimizer.domain import Case, Column, default_seed
from optimizer.domain.account import outside_flux
from optimizer.domain.schema import TABLES
from optimizer.errors import AttrifluxError, Finding, Said
from optimizer.importers import read_cells
from optimizer.policy import RuleSet
from optimizer.problem.returned import furthest
from optimizer.store.records import (
    CandidateRecord,
    DutyRecord,
    ItemRecord,
    NominationRecord,
    SessionRecord,
)
from optimizer.store.states import INELIGIBLE_NOTICE, NOTICE, TENANT_STAYS, UNANSWERED, UNTOLD

AUTHOR = "Commission d'attribution"
"""Author of the decisions that a commission's log brings into a case: nobody's name."""
HOME = ("landlord", "commune", "qpv", "rooms", "financing")
LEASE = ("q1", "priority_codes", "priority_status", "relocation", "essential_worker", "mutation")
BARS_ACCESS = "access"
"""Code of ``condition_failures``: the document came, and bars the access."""
INELIGIBLE_REASONS = {"I1": "income_proven_above", "I2": "stay_not_proven"}
LEFT_BY_ITSELF = "household_withdrew"
"""Code of ``not_examined_reasons``: the household took its candidature back, as one that declines when it is called."""
BARS = frozenset(
    {
        "refused_same_dwelling",
        "declined_before",
        "withdrawn",
        "commission_decision",
        *INELIGIBLE_REASONS.values(),
    }
)
"""Reasons of the bars that a commission's log brings into a case."""
Row = dict[str, Any]


@dataclass(frozen=True)
class NextCase:
    """The case of the next session.

    Attributes
    ----------
    case : Case
        Settings at the new date and every table of the import, brought up to date, sorted by its key.
    said : tuple of Finding
        What deserves a look: dwellings and households that the import no longer holds, decisions that were carried out.
    counts : mapping
        Rows that the log brought, by table.
    """

    case: Case
    said: tuple[Finding, ...]
    counts: Mapping[str, int]


def next_case(
    case: Case,
    sessions: Sequence[SessionRecord],
    rules: RuleSet,
    *,
    duties: Sequence[DutyRecord] = (),
    nominations: Sequence[NominationRecord] = (),
    housed: Mapping[str, date] | None = None,
    on: date | None = None,
) -> NextCase:
    """The last import and the log of the commission, as the case of the next session.

    Parameters
    ----------
    case : Case
        The last import, or an earlier next case: both give the same result for the same log.
    sessions : sequence of SessionRecord
        Every session of the landlord's commission, with items, candidates, decisions and offers.
    rules : RuleSet
        For the parameters ``national.desk.*``.
    duties : sequence of DutyRecord
        Radiation notices of households declared ineligible, and notices of no answer.
    nominations : sequence of NominationRecord
        Households that réservataires named at the desk, of every status; those of other landlords are left out.
    housed : mapping, optional
        Households that signed a lease at the desk, with its day, whatever the landlord: an office that serves several proposes
        none of them again, also where it never was a candidate at this one.
    on : date, optional
        Date of the new case; default: the import's own, or the last act of the log when that is later. A 31 December may be
        before later acts: they are left out, for the statement of its year.

    Raises
    ------
    AttrifluxError
        ``DESK_NEXT_BEFORE_CASE``: the import is of a later day. ``DESK_NEXT_TOO_EARLY``: the log speaks of later days.
    """
    if on is not None and on < case.settings.on:
        raise AttrifluxError("DESK_NEXT_BEFORE_CASE", on=on, last=case.settings.on)
    last, every = last_act(sessions), sessions
    if on is not None and last is not None and on < last:
        if not last_day(on):
            raise AttrifluxError("DESK_NEXT_TOO_EARLY", on=on, last=last)
        sessions, duties = as_on(sessions, on), duties_on(duties, on)
        nominations = [n for n in nominations if local_day(n.at) <= on]
        housed = {who: day for who, day in (housed or {}).items() if day <= on}
    when = on or max(day for day in (case.settings.on, last) if day is not None)
    return _Turning(case, sessions, every, rules, duties, nominations, housed or {}, when).turned()


class _Turning:
    """One passage from a case to the next."""

    def __init__(
        self, case: Case, sessions: Sequence[SessionRecord], every: Sequence[SessionRecord], rules: RuleSet,
        duties: Sequence[DutyRecord], nominations: Sequence[NominationRecord], housed: Mapping[str, date], on: date,
    ) -> None:  # fmt: skip
        self.case, self.rules, self.on = case, rules, on
        self.year = on.year if case.settings.year == case.settings.on.year else case.settings.year
        self.sessions, self.every = sessions, every
        self.closed, self.coming = closed_sessions(sessions), coming_sessions(sessions)
        self.instructed = sorted(sessions, key=lambda s: s.order)
        """Every session, held or not, as they follow one another: what a household said on the telephone, or brought, is so whatever
        became of the session that it was called for."""
        self.lines = list(followed(sessions))
        linked = [(s, i) for s in [*self.closed, *self.coming] for i in s.items if waits_of(s, i) is not None]
        self.homes = {i.item_id for _, i in linked}
        """Dwellings of agendas that a sitting tenant frees, or was to free: no import holds them."""
        self.void = {i.item_id for s, i in linked if void(s, i)}
        """Those whose tenant stays: nothing was ever to be let there."""
        self.let = {x.item.dwelling_id: day for x in self.lines if (day := _lease_on(x)) is not None}
        """Dwellings that the log let, and the day of their last lease."""
        self.duties, self.nominations, self.elsewhere = duties, nominations, housed
        self.said: list[Finding] = []
        self.held: set[str] = set()
        """Dwellings that work in progress of the log keeps from being proposed."""
        self.followed: set[str] = set()
        """Households of that work."""
        self.counts: dict[str, int] = {}
        events = case.table("events")
        self.told = dict(zip(self._keys_of(events), texts_of(events, "outcome"), strict=True))
        """Outcome of each candidature that the import follows, empty while it went on: an earlier next case tells them all."""

    def turned(self) -> NextCase:
        leases, past = self._leases()
        housed = self._housed()
        withdrawn = self._withdrawn()
        gone = self._gone_dwellings() | set(withdrawn)
        dwellings = self._dwellings(gone, withdrawn)
        applications = self._applications(housed)
        homes = set(texts_of(dwellings, "dwelling_id"))
        people = set(texts_of(applications, "application_id"))
        progress = self._in_progress(homes)
        described = homes | set(texts_of(leases, "dwelling_id")) | set(texts_of(progress, "dwelling_id"))
        events = self._events(described)
        # what a household was told of a tenant's dwelling holds when a chain may free it again
        asking = replace(self.case, tables={**self.case.tables, "applications": applications})
        decisions = self._decisions(homes | present_homes(asking), people)
        tables = dict(self.case.tables)
        tables |= {"dwellings": dwellings, "applications": applications}
        made = {"leases": leases, "events": events, "in_progress": progress, "decisions": decisions}
        tables |= {name: frame for name, frame in made.items() if len(frame) or self.case.has(name)}
        for name in ("simulations", "scores"):
            if self.case.has(name):
                tables[name] = _without(self.case.table(name), gone, housed)
        named = self._nominations(
            _without(self.case.table("nominations"), gone, housed), homes, people, gone | housed
        )
        if len(named) or self.case.has("nominations"):
            tables["nominations"] = named
        settings = self.case.settings
        seed = (
            settings.seed
            if settings.seed_modified
            else default_seed(self.on, settings.landlord, settings.territory)
        )
        if self.year > settings.year:
            self.said.append(_missing("DESK_NEW_YEAR", year=self.year, leases=past))
        case = replace(
            self.case, settings=replace(settings, on=self.on, seed=seed, year=self.year), sources=(), warnings=(), origins={},
            tables={name: by_key(name, tables[name]) for name in TABLES if name in tables},
        )  # fmt: skip
        return NextCase(case, tuple(self.said), dict(sorted(self.counts.items())))

    # ------------------------------------------------------------------ what has been absorbed already

    def _is_new(self, line: Followed, day: date) -> bool:
        """Whether no other system counted an act: the import has another outcome of the candidature, or is older than the act.

        What is recorded late, a silence or what a refusal was judged to be, has an earlier day than the case it was missing from.
        """
        before = self._outcome_before(line)
        return day >= self.case.settings.on if before is None else before != line.outcome

    def _outcome_before(self, line: Followed) -> str | None:
        """What the import says became of a candidature, empty while it went on; None where it does not follow it."""
        key = (line.item.dwelling_id, line.item.account, line.candidate.application_id, line.oriented_on)
        if line.item.item_id in self.void and self._kept_off_already(line):
            return line.outcome
        return self.told.get(key)

    def _kept_off_already(self, line: Followed) -> bool:
        """Whether an earlier next case knows what a household answered of a dwelling whose tenant stayed: it follows none of that list,
        and keeps whoever refused off it from that day on."""
        return any(
            (line.item.dwelling_id, line.candidate.application_id, reason, until) in self._bars_before
            for reason, until, _ in self._barred(line)
        )

    @cached_property
    def _bars_before(self) -> frozenset[tuple[str, str, str, date | None]]:
        """Bars that an earlier next case brought from the log: dwelling, household, reason, last day."""
        frame = self.case.table("decisions")
        columns = [texts_of(frame, c) for c in ("dwelling_id", "application_id", "reason", "author")]
        rows = zip(*columns, days_of(frame, "expires_on"), strict=True)
        return frozenset((d, a, why, until) for d, a, why, author, until in rows if author == AUTHOR)

    # ------------------------------------------------------------------ tables

    def _leases(self) -> tuple[pd.DataFrame, int]:
        """The import's leases and those the log signed, from the frozen agenda; and how many of last year leave.

        The table holds the leases signed since 1 January; a year's statement is made from that year's last case.
        """
        frame = self.case.table("leases")
        there = set(zip(texts_of(frame, "dwelling_id"), texts_of(frame, "application_id"), strict=True))
        dated = set(zip(texts_of(frame, "dwelling_id"), days_of(frame, "signed_on"), strict=True))
        rows: list[Row] = []
        for x in self.lines:
            day = _lease_on(x)
            if day is None:
                continue
            if day.year < self.case.settings.year:
                continue  # an earlier next case left it to the statement of its own year
            who = x.candidate.application_id
            if (who and (x.item.dwelling_id, who) in there) or (x.item.dwelling_id, day) in dated:
                continue
            facts, lease = x.item.facts, x.candidate.facts.get("lease", {})
            rows.append(
                {
                    **self._home(x.item), "construction_year": facts.get("construction_year"), "account": x.item.account,
                    "application_id": who or None, "signed_on": day,
                    **{name: lease.get(name) for name in LEASE}, "in_flux": in_flux(x.item),
                }
            )  # fmt: skip
        ours = [row for row in rows if row["signed_on"].year >= self.year]
        old = frame["signed_on"].dt.year < self.year if self.year > self.case.settings.year else None
        kept = frame if old is None else frame[~old]
        leaving = 0 if old is None else int(old.sum()) + len(rows) - len(ours)
        return self._added("leases", ours, kept), leaving

    def _housed(self) -> set[str]:
        """Households that signed a lease: here, or elsewhere, at a commission or a landlord whose sessions are not read here."""
        here = {
            c.application_id
            for s in self.sessions
            for i in s.items
            for c in i.candidates
            if c.status in ("signed", "superseded")
        }
        return (here | set(self.elsewhere)) - {""}

    def _home(self, item: ItemRecord) -> Row:
        return {"dwelling_id": item.dwelling_id, **{name: item.facts.get(name) for name in HOME}}

    def _told(self, item: ItemRecord) -> Row:
        """A dwelling as `events` describes it, where no other table does."""
        year = item.facts.get("construction_year")
        return {**self._home(item), "construction_year": year, "in_flux": in_flux(item)}

    def _gone_dwellings(self) -> set[str]:
        """Dwellings let since the import; one whose vacancy began after its lease is vacant again."""
        frame = self.case.table("dwellings")
        vacant = dict(zip(texts_of(frame, "dwelling_id"), days_of(frame, "vacant_since"), strict=True))
        return {name for name, day in self.let.items() if (vacant.get(name) or date.min) <= day}

    def _withdrawn(self) -> dict[str, date]:
        """Dwellings taken back after a decision, and since when; one that a younger import holds, or a later agenda, is back."""
        found: dict[str, date] = {}
        for session in self.closed:
            for item in items_of(session):
                if item.status == "not_examined" or item.item_id in self.void:
                    continue
                found.pop(item.dwelling_id, None)
                # void, and left by its tenant all the same: vacant
                if item.status == "withdrawn" and item.end_reason != TENANT_STAYS:
                    found[item.dwelling_id] = attempt_ended_on(session, item)
        for session in self.coming:
            for item in items_of(session):
                if item.status in ("listed", "decided", "no_taker"):
                    found.pop(item.dwelling_id, None)
        return {name: day for name, day in found.items() if day >= self.case.settings.on}

    def _dwellings(self, gone: set[str], withdrawn: Mapping[str, date]) -> pd.DataFrame:
        """Without the dwellings let or withdrawn; a presentation that came to nothing counts, the vacancy goes on."""
        frame = self.case.table("dwellings")
        there = set(texts_of(frame, "dwelling_id"))
        for name in sorted(withdrawn):
            if name in there:
                self.said.append(_missing("DESK_DWELLING_WITHDRAWN", dwelling=name, day=withdrawn[name]))
        kept = where(frame, [d not in gone for d in texts_of(frame, "dwelling_id")]).reset_index(drop=True)
        freed = self._freed(there)
        if freed:
            kept = pd.concat([kept, framed("dwellings", freed)], ignore_index=True)
        self.counts["dwellings"] = len(kept) - len(frame)
        self._say_what_left_an_agenda(set(texts_of(kept, "dwelling_id")))
        at = {d: i for i, d in enumerate(texts_of(kept, "dwelling_id"))}
        attempts = [None if pd.isna(x) else int(x) for x in kept["attempts"]]
        more: dict[int, int] = {}
        missed: dict[str, SessionRecord] = {}
        for session in self.closed:
            for item in items_of(session):
                if item.item_id in self.void or item.status == "not_examined":
                    continue
                i = at.get(item.dwelling_id)
                if i is None:
                    missed.pop(item.dwelling_id, None)
                    # one that was withdrawn is not missed: it comes back when an import holds it
                    if attempt_over(item) and item.status != "withdrawn" and item.dwelling_id not in gone:
                        missed[item.dwelling_id] = session
                    continue
                if session.on < self.let.get(item.dwelling_id, date.min):
                    continue  # of a vacancy that a lease has ended
                if attempt_over(item) and (attempts[i] is None or self._new_attempt(session, item)):
                    more[i] = more.get(i, 0) + 1
        for name, session in missed.items():
            self.said.append(_missing("DESK_DWELLING_GONE", dwelling=name, day=session.on))
        for i, n in more.items():
            attempts[i] = (attempts[i] or 0) + n
        return kept.assign(attempts=pd.array(attempts, dtype="Int64"))

    def _say_what_left_an_agenda(self, there: set[str]) -> None:
        """Dwellings of the case that were taken off an agenda before they were examined, and why: they may be proposed again.

        Not of a session that was called off whole; nor once a later agenda, or a younger import, has the dwelling.
        """
        found: dict[str, tuple[SessionRecord, ItemRecord]] = {}
        for session in self.instructed:
            for item in items_of(session):
                found.pop(item.dwelling_id, None)
                whole = session.status == "cancelled" and item.end_reason in CALLED_OFF
                if item.status == "not_examined" and not whole and item.item_id not in self.void:
                    found[item.dwelling_id] = session, item
        reasons = self.rules.value("national.commission.not_examined_reasons")
        for name in sorted(found.keys() & there):
            session, item = found[name]
            day, why = local_day(item.ended_at), item.end_reason
            if day < self.case.settings.on:
                continue
            french = reasons.value.get(why, why)
            words = Said(french, reasons.english.get(why, french))
            self.said.append(
                _missing("DESK_DWELLING_OFF_AGENDA", dwelling=name, day=day, session=session.on, why=words)
            )

    def _freed(self, there: set[str]) -> list[Row]:
        """Dwellings that a tenant has left and that nobody took, or nobody was examined for: vacant, as the agenda described them."""
        rows: dict[str, Row] = {}
        for session in self.closed:
            for item in items_of(session):
                waits = waits_of(session, item)
                if item.status == "withdrawn" and item.end_reason != TENANT_STAYS:
                    rows.pop(item.dwelling_id, None)  # until an import holds it
                elif waits is None or waits.departure != "gone" or item.dwelling_id in there:
                    continue
                elif session.on <= self.let.get(item.dwelling_id, date.min):
                    rows.pop(item.dwelling_id, None)  # a later session let it
                elif attempt_over(item) or item.status == "not_examined":
                    facts = {c.name: item.facts.get(c.name) for c in TABLES["dwellings"].columns}
                    rows[item.dwelling_id] = {**facts, "dwelling_id": item.dwelling_id}
                else:
                    rows.pop(item.dwelling_id, None)
        return [rows[name] for name in sorted(rows)]

    def _new_attempt(self, session: SessionRecord, item: ItemRecord) -> bool:
        """Whether the import did not count a presentation that came to nothing: it was going on there, or ended since."""
        own = [self._outcome_before(x) for x in self.lines if x.item is item]
        if any(before is not None for before in own):
            return not all(own)
        return attempt_ended_on(session, item) >= self.case.settings.on

    def _applications(self, housed: set[str]) -> pd.DataFrame:
        """Without the households housed; refusals of twelve months, files, radiations."""
        frame = self.case.table("applications")
        ids = texts_of(frame, "application_id")
        self._say_who_asks_again(frame)
        kept = where(frame, [a not in housed for a in ids]).reset_index(drop=True)
        self.counts["applications"] = len(kept) - len(frame)
        at = {a: i for i, a in enumerate(texts_of(kept, "application_id"))}
        columns: dict[str, Any] = {"refusals": pd.array(self._refusals(kept, at), dtype="Int64")}
        if "dernier_refus_le" in kept.columns:
            columns["dernier_refus_le"] = self._last_refusals(kept, at)
        columns["dossier"] = pd.array(self._files(kept, at), dtype="str")
        columns["status"] = pd.array(self._statuses(kept, at), dtype="str")
        return kept.assign(**columns)

    def _say_who_asks_again(self, frame: pd.DataFrame) -> None:
        """Households housed since whose application the import dates after their lease: it leaves like the others, and that is said."""
        signed = {
            x.candidate.application_id: (x.item.dwelling_id, _lease_on(x)) for x in self.lines if _lease_on(x)
        }
        dates = zip(
            texts_of(frame, "application_id"), days_of(frame, "first_registered_on"), days_of(frame, "renewed_on"), strict=True
        )  # fmt: skip
        for who, first, renewed in dates:
            dwelling, day = signed.get(who, ("", None))
            if day is not None and max(first or date.min, renewed or date.min) > day:
                self.said.append(_missing("DESK_HOUSED_ASKS", dwelling=dwelling, day=day))

    @cached_property
    def _counted(self) -> frozenset[str]:
        """Outcomes that count: a refusal without legitimate reason; proven silence where the local grid counts it."""
        silence = self.rules.get("national.commission.silence_is_refusal")
        return frozenset({REFUSED, SILENT} if silence else {REFUSED})

    def _counted_refusals(self) -> list[tuple[Followed, date]]:
        return [(x, x.ended_on) for x in self.lines if x.outcome in self._counted and x.ended_on is not None]

    def _refusals(self, kept: pd.DataFrame, at: Mapping[str, int]) -> list[int | None]:
        """The import's count, less what has become too old, more what happened since."""
        window = int(self.rules.number("national.desk.refusal_window"))
        before = self.case.settings.on
        given = [None if pd.isna(x) else int(x) for x in kept["refusals"]]
        out = list(given)
        for x in self.lines:
            i, day = at.get(x.candidate.application_id), x.ended_on
            if i is None or day is None:
                continue
            counts = x.outcome in self._counted and months_after(day, window) > self.on
            if given[i] is None:
                if x.outcome in self._counted:
                    out[i] = (out[i] or 0) + int(counts)
                continue
            # what the import counts of this candidature: only of those that it follows is it known
            there = self._outcome_before(x) in self._counted and months_after(day, window) > before
            if x.outcome in self._counted and self._is_new(x, day):
                out[i] = (out[i] or 0) + int(counts) - int(there)
            elif there and not counts:
                out[i] = max(0, (out[i] or 0) - 1)
        # of a household erased as its refusal grew too old, the case that counted it still says whose it was
        erased = [(x, day) for x, day in self._counted_refusals() if not x.candidate.application_id]
        for x, day in {(x.item.item_id, x.outcome): (x, day) for x, day in erased}.values():
            if before < months_after(day, window) <= self.on:
                for i in self._counted_of(x, at):
                    out[i] = max(0, (out[i] or 0) - 1)
        return out

    def _counted_of(self, line: Followed, at: Mapping[str, int]) -> list[int]:
        """Households of the case that its events give the outcome of an erased one on that list, and the log none."""
        here = {c.application_id for c in line.item.candidates}
        return sorted(
            at[who]
            for (dwelling, account, who, day), outcome in self.told.items()
            if (dwelling, account, day, outcome) == (line.item.dwelling_id, line.item.account, line.oriented_on, line.outcome)
            and who in at
            and who not in here
        )  # fmt: skip

    def _last_refusals(self, kept: pd.DataFrame, at: Mapping[str, int]) -> pd.Series:
        """The column of the shipped grids that dates the last refusal, in the form the import gives it."""
        given = kept["dernier_refus_le"]
        days = [None if pd.isna(x) else str(x) for x in given.astype(object)]
        # as `scoring` reads it: an import may write « 1er mai 2026 »
        read, _ = read_cells(given, Column("dernier_refus_le", "date"), "", np.arange(len(given)))
        known = [None if pd.isna(day) else day.date() for day in read]
        for x, day in self._counted_refusals():
            i = at.get(x.candidate.application_id)
            if i is not None and (known[i] or date.min) < day:
                days[i], known[i] = day.isoformat(), day
        return pd.Series(days, index=kept.index, dtype="str")

    def _files(self, kept: pd.DataFrame, at: Mapping[str, int]) -> list[str | None]:
        """What the instruction learnt of a file, when it is younger than the import."""
        out = [None if pd.isna(x) else str(x) for x in kept["dossier"]]
        answered = notices_answered(self.duties)
        for session in self.instructed:
            for who, names in by_household(session).items():
                if (i := at.get(who)) is not None:
                    out[i] = learnt_of(session, names, out[i], self.case.settings.on, answered)
        return out

    def _statuses(self, kept: pd.DataFrame, at: Mapping[str, int]) -> list[str | None]:
        """Struck off one month after the notice of an ineligible household, and once somebody confirmed that a notice of no answer was left
        without one; unless an import that is younger says that it was not."""
        out = [None if pd.isna(x) else str(x) for x in kept["status"]]
        given = list(out)
        for x in self.lines:
            i = at.get(x.candidate.application_id)
            until, recorded = self._struck_off_on(x)
            if i is None or until is None or until > self.on:
                continue
            # an import of before the notice was recorded knows nothing of it, however long ago it was sent
            if given[i] not in (None, "struck_off") and max(until, recorded) < self.case.settings.on:
                self.said.append(
                    _missing(
                        "DESK_STRUCK_OFF_ACTIVE", dwelling=x.item.dwelling_id, day=x.session.on, until=until
                    )
                )
            else:
                out[i] = "struck_off"
        for duty in self.duties:
            ended = duty.closed_on if duty.kind == NOTICE and duty.outcome == UNANSWERED else None
            name = self._named.get(duty.ref)
            i = at.get(name.application_id) if name is not None else None
            if (
                i is None
                or name is None
                or ended is None
                or ended > self.on
                or self._taken_up_since(duty.ref, ended)
            ):
                continue
            known = max(ended, duty.recorded_on or ended)
            if given[i] not in (None, "struck_off") and known < self.case.settings.on:
                self.said.append(_missing("DESK_NO_REPLY_ACTIVE", dwelling=name.dwelling_id, until=ended))
            else:
                out[i] = "struck_off"
        return out

    @cached_property
    def _named(self) -> dict[str, CandidateRecord]:
        """A candidature of each household that is not erased, by reference."""
        return {
            c.ref: c
            for s in sorted(self.sessions, key=lambda s: s.order)
            for i in items_of(s)
            for c in i.candidates
            if c.application_id
        }

    def _taken_up_since(self, ref: str, day: date) -> bool:
        """Whether a session of after that day examined the household, which had come back."""
        return any(x.candidate.ref == ref and x.session.on > day for x in self.lines)

    def _examined_since(self, line: Followed) -> bool:
        """Whether a later session took up an ineligible household, and found it so no longer."""
        return any(
            x.candidate.ref == line.candidate.ref
            and x.session.order > line.session.order
            and x.candidate.status != "ineligible"
            for x in self.lines
        )

    def _eligible_since(self, line: Followed) -> bool:
        """Whether an ineligible household is so no longer: a later session said so, or it put its application right after the notice."""
        ref = line.candidate.ref
        return self._examined_since(line) or any(
            put_right(d, line.session.session_id) for d in self.duties if d.ref == ref
        )

    def _struck_off_on(self, line: Followed) -> tuple[date | None, date]:
        """The day an ineligible household is struck off, a month after its notice went out (None before any notice), and the day
        that notice was recorded.

        A notice of an earlier session, or a duty that ended by itself, tells the household nothing of this decision.
        """
        if line.candidate.status != "ineligible" or self._eligible_since(line):
            return None, date.min
        months = int(self.rules.number("national.commission.radiation_notice_months"))
        sent = [
            (months_after(d.closed_on, months), d.recorded_on or d.closed_on)
            for d in self.duties
            if d.kind == INELIGIBLE_NOTICE and d.ref == line.candidate.ref and d.outcome not in UNTOLD
            if d.closed_on is not None and d.closed_on >= line.session.on
        ]
        return min(sent, default=(None, date.min))

    def _events(self, described: set[str]) -> pd.DataFrame:
        """One row per candidature examined, and those of the import; leases and work in progress the import never followed.

        A dwelling that only the log knows (let elsewhere, withdrawn, gone from the import) is described by its own rows: a
        statement counts no orientation of an unknown dwelling, and nobody's account has it in progress.
        """
        frame = self.case.table("events")
        rows: list[Row] = []
        void: set[tuple[str, str, str, date | None]] = set()
        for x in self.lines:
            if x.item.item_id in self.void:
                void.add((x.item.dwelling_id, x.item.account, x.candidate.application_id, x.oriented_on))
                continue
            offer = x.candidate.offer
            rows.append(
                {
                    "dwelling_id": x.item.dwelling_id, "account": x.item.account,
                    "application_id": x.candidate.application_id or None, "oriented_on": x.oriented_on,
                    "presented_on": x.session.on, "attributed_on": x.session.on if x.positive else None,
                    "signed_on": offer.lease_on if offer is not None and x.candidate.status == "signed" else None,
                    "outcome": x.outcome or None, **({} if x.item.dwelling_id in described else self._told(x.item)),
                }
            )  # fmt: skip
        if void:  # an earlier next case followed them while their tenant was still to leave
            keys = self._keys_of(frame)
            frame = where(frame, [key not in void for key in keys]).reset_index(drop=True)
        if not rows:
            return frame
        rows = _one_a_household(rows)
        brought = len(rows)
        if not len(frame):
            rows = [*self._never_followed(rows), *rows]
        own = {
            (r["dwelling_id"], r["account"], r["application_id"] or "", r.get("oriented_on")) for r in rows
        }
        # an earlier next case may name a household erased since: its row there is the one that has no number here
        erased = {(dwelling, account, day) for dwelling, account, who, day in own if not who and day}
        keys = self._keys_of(frame)
        kept = [
            key not in own and (dwelling, account, day) not in erased
            for key in keys
            for dwelling, account, _, day in [key]
        ]
        whole = self._added("events", rows, where(frame, kept))
        # leases and work in progress of the import are followed from here on, but the log did not bring them
        self.counts["events"] = brought
        return whole

    @staticmethod
    def _keys_of(events: pd.DataFrame) -> list[tuple[str, str, str, date | None]]:
        """The candidature that each row follows: dwelling, account, household, day it was oriented."""
        return list(
            zip(
                texts_of(events, "dwelling_id"), texts_of(events, "account"), texts_of(events, "application_id"),
                days_of(events, "oriented_on"), strict=True,
            )
        )  # fmt: skip

    def _never_followed(self, own: Sequence[Row]) -> list[Row]:
        """The import's leases and work in progress as events, so that a statement counts them beside the log's."""
        leases, progress = self.case.table("leases"), self._others_work
        known = {(r["dwelling_id"], r["account"]) for r in own}
        signed = {(r["dwelling_id"], r["signed_on"]) for r in own}
        rows: list[Row] = [
            {"dwelling_id": d, "account": a, "application_id": who or None, "signed_on": day}
            for d, a, who, day in zip(
                texts_of(leases, "dwelling_id"), texts_of(leases, "account"), texts_of(leases, "application_id"),
                days_of(leases, "signed_on"), strict=True,
            )
            if (d, day) not in signed
        ]  # fmt: skip
        kept = progress[furthest(progress)[0]] if len(progress) else progress
        rows += [
            {"dwelling_id": d, "account": a, "application_id": who or None, "oriented_on": day}
            for d, a, who, day in zip(
                texts_of(kept, "dwelling_id"), texts_of(kept, "account"), texts_of(kept, "application_id"), days_of(kept, "since"),
                strict=True,
            )
            if (d, a) not in known
        ]  # fmt: skip
        return rows

    @cached_property
    def _others_work(self) -> pd.DataFrame:
        """The import's work in progress without the rows that an earlier next case wrote of the desk's own sessions: the log says them
        again where they hold still, not of a session cancelled since, a dwelling not examined, or one whose tenant stayed."""
        frame = self.case.table("in_progress")
        own = {
            (item.dwelling_id, item.account, c.application_id, day)
            for session in self.every
            for item in session.items
            for c in item.candidates
            for day in (session.convened_on, session.on, c.offer.notified_on if c.offer is not None else None)
        }
        keys = zip(
            texts_of(frame, "dwelling_id"), texts_of(frame, "account"), texts_of(frame, "application_id"), days_of(frame, "since"),
            strict=True,
        )  # fmt: skip
        return where(frame, [key not in own for key in keys])

    def _in_progress(self, homes: set[str]) -> pd.DataFrame:
        """The import's work in progress for the dwellings no session took up, or begun since it was done with them, and that of the log."""
        frame = self._others_work
        rows: list[Row] = []
        taken: dict[str, date] = {}
        for session in self.closed:
            for item in items_of(session):
                if item.status == "not_examined" or item.item_id in self.void:
                    continue
                taken[item.dwelling_id] = self._done_with_on(session, item)
                rows = [r for r in rows if r["dwelling_id"] != item.dwelling_id]
                rows += self._progress_of(session, item)
        for session in self.coming:
            for item in items_of(session):
                if item.status in ("listed", "decided", "no_taker"):
                    taken[item.dwelling_id] = date.max
                    rows = [r for r in rows if r["dwelling_id"] != item.dwelling_id]
                    rows += self._on_an_agenda(session, item)
        begun = zip(texts_of(frame, "dwelling_id"), days_of(frame, "since"), strict=True)
        kept = where(frame, [d not in taken or (day or date.min) > taken[d] for d, day in begun])
        self.held = {str(r["dwelling_id"]) for r in rows}
        self.followed = {str(r["application_id"]) for r in rows if r["application_id"]}
        lived_in = {
            i.dwelling_id for s in [*self.closed, *self.coming] for i in s.items if i.item_id in self.homes
        }
        for r in rows:
            if r["dwelling_id"] not in homes and r["dwelling_id"] not in lived_in:
                self.said.append(_missing("DESK_DWELLING_ELSEWHERE", dwelling=r["dwelling_id"]))
        return self._added("in_progress", rows, kept)

    def _done_with_on(self, session: SessionRecord, item: ItemRecord) -> date:
        """The day from which a dwelling is no longer the work of a session; the last of the calendar while it is."""
        if item.status == "let":
            return max(self.let.get(item.dwelling_id, session.on), session.on)
        return attempt_ended_on(session, item) if attempt_over(item) else date.max

    def _progress_of(self, session: SessionRecord, item: ItemRecord) -> list[Row]:
        """Offers a household may still take, else the next rank to notify."""
        home = {**self._home(item), "account": item.account}
        live = [c for c in item.candidates if c.status in LIVE and c.offer is not None]
        rows: list[Row] = [
            {
                **home,
                "application_id": c.application_id or None,
                "stage": "offered",
                "since": c.offer.notified_on,
            }
            for c in live
            if c.offer is not None
        ]
        turn = next_to_offer(item) if item.status in ("decided", "offering") else None
        if turn is not None:
            rows.append(
                {
                    **home,
                    "application_id": turn.application_id or None,
                    "stage": "commission",
                    "since": session.on,
                }
            )
        if rows and not self.rules.get("national.desk.waiting_ranks_proposable"):
            waiting = [c for c in item.candidates if c.status in WAITING and c is not turn]
            rows += [
                {
                    **home,
                    "application_id": c.application_id or None,
                    "stage": "commission",
                    "since": session.on,
                }
                for c in sorted(waiting, key=rank_of)
            ]
        return rows

    def _on_an_agenda(self, session: SessionRecord, item: ItemRecord) -> list[Row]:
        """A dwelling on a coming agenda is proposed to nobody else; its first name neither."""
        first = min(
            (c for c in item.candidates if c.status == "listed"), key=lambda c: c.position, default=None
        )
        since = session.convened_on or session.on
        home = {**self._home(item), "account": item.account}
        who = first.application_id if first is not None else ""
        return [{**home, "application_id": who or None, "stage": "commission", "since": since}]

    def _nominations(
        self, frame: pd.DataFrame, homes: set[str], people: set[str], left: set[str]
    ) -> pd.DataFrame:
        """The import's nominations and those that réservataires recorded at the desk, whose last word on a household stands."""
        landlord = landlord_of(self.case)
        own = {
            (n.account, n.dwelling_id, n.application_id): n
            for n in sorted(self.nominations, key=lambda n: n.nomination_id)
            if n.application_id and (not landlord or {"", landlord} & set(n.landlords))
        }
        open_ = {key: n for key, n in own.items() if n.status == "open"}
        rows = [
            {"account": account, "application_id": who, "dwelling_id": dwelling or None, "rank": n.rank}
            for (account, dwelling, who), n in sorted(open_.items())
            if who in people and (not dwelling or dwelling in homes)
        ]
        # one whose dwelling was let or withdrawn, or whose household is housed, has no more to say
        out = len(open_) - len(rows) - sum(dwelling in left or who in left for _, dwelling, who in open_)
        if out:
            self.said.append(_missing("DESK_NOMINATIONS_OUT", n=out))
        keys = zip(
            texts_of(frame, "account"), texts_of(frame, "dwelling_id"), texts_of(frame, "application_id"), strict=True
        )  # fmt: skip
        return self._added("nominations", rows, where(frame, [key not in own for key in keys]))

    def _decisions(self, homes: set[str], people: set[str]) -> pd.DataFrame:
        """The import's decisions that may still hold, and who is not to be proposed a dwelling again."""
        frame = self.case.table("decisions")
        rows: dict[tuple[str, str], Row] = {}
        for x in self.lines:
            for reason, until, everywhere in self._barred(x):
                self._forbid(
                    rows, "" if everywhere else x.item.dwelling_id, x.candidate.application_id, reason, until
                )
        declined = int(self.rules.number("national.desk.declined_months"))
        for session in self.instructed:
            for item in items_of(session):
                for c in item.candidates:
                    if reason := _given_up(item, c):
                        until = months_after(session.on, declined)
                        self._forbid(rows, item.dwelling_id, c.application_id, reason, until)
        made = [
            row for (d, a), row in sorted(rows.items())
            if a in people and (not d or d in homes) and row["expires_on"] >= self.on
        ]  # fmt: skip
        kept = where(
            frame,
            self._still_holding(
                frame, homes, people, {(r["dwelling_id"] or "", r["application_id"]) for r in made}
            ),
        )
        own = {
            (d, a): day
            for d, a, what, day in zip(
                texts_of(kept, "dwelling_id"), texts_of(kept, "application_id"), texts_of(kept, "decision"),
                days_of(kept, "expires_on"), strict=True,
            )
            if what == "forbid"
        }  # fmt: skip
        fresh = [
            r
            for r in made
            if not _covers(own, (r["dwelling_id"] or "", r["application_id"]), r["expires_on"])
        ]
        replaced = {(r["dwelling_id"] or "", r["application_id"]) for r in fresh}
        rest = where(
            kept,
            [
                what != "forbid" or (d, a) not in replaced
                for d, a, what in zip(
                    texts_of(kept, "dwelling_id"),
                    texts_of(kept, "application_id"),
                    texts_of(kept, "decision"),
                    strict=True,
                )
            ],
        )
        return self._added("decisions", fresh, rest)

    def _barred(self, line: Followed) -> Iterable[tuple[str, date, bool]]:
        """(reason, until, on every dwelling) of a candidature that ended."""
        number = self.rules.number
        if line.candidate.status in ("refused", "silent", "desisted") and line.ended_on is not None:
            yield (
                "refused_same_dwelling",
                months_after(line.ended_on, int(number("national.desk.refused_months"))),
                False,
            )
        elif line.candidate.status == "not_attributed":
            months = int(number("national.desk.not_attributed_months"))
            yield "commission_decision", months_after(line.session.on, months), False
        elif line.candidate.status == "condition_failed" and (failed := line.candidate.condition_on):
            # a document that bars the access here is as a non-attribution; one that was late may come yet
            if line.candidate.condition_reason == BARS_ACCESS:
                months = int(number("national.desk.not_attributed_months"))
                yield "commission_decision", months_after(failed, months), False
        elif line.candidate.status == "ineligible" and not self._eligible_since(line):
            decision = line.candidate.decision
            motive = decision.motive if decision is not None else ""
            until, _ = self._struck_off_on(line)
            if until is None:
                # no notice yet: the household is proposed nowhere while its file stands as the commission left it
                until = months_after(line.session.on, int(number("national.desk.not_attributed_months")))
            yield INELIGIBLE_REASONS.get(motive, "commission_decision"), until, True

    @staticmethod
    def _forbid(rows: dict[tuple[str, str], Row], dwelling: str, who: str, reason: str, until: date) -> None:
        if who and ((dwelling, who) not in rows or rows[dwelling, who]["expires_on"] < until):
            rows[dwelling, who] = {
                "dwelling_id": dwelling or None, "application_id": who, "decision": "forbid", "reason": reason,
                "author": AUTHOR, "expires_on": until,
            }  # fmt: skip

    def _still_holding(
        self, frame: pd.DataFrame, homes: set[str], people: set[str], barred: set[tuple[str, str]]
    ) -> list[bool]:
        """Rows about what has left are over; a pin or an orientation was carried out by the session that took the dwelling up."""
        examined = {
            i.dwelling_id
            for s in [*self.closed, *self.coming]
            for i in s.items
            if i.status != "not_examined" and s.on >= self.case.settings.on
        }
        listed = {
            (dwelling, c.application_id)
            for s in self.every
            for i in s.items
            for c in i.candidates
            for dwelling in (i.dwelling_id, "")
        }
        keep = []
        names = ("dwelling_id", "application_id", "decision", "author", "reason")
        columns = [texts_of(frame, c) for c in names]
        for dwelling, who, what, author, reason, until in zip(
            *columns, days_of(frame, "expires_on"), strict=True
        ):
            gone = (dwelling and dwelling not in homes) or (who and who not in people)
            # what an earlier next case brought from the log leaves with its last day, and the log has its say again
            ours = author == AUTHOR and until is not None and what == "forbid" and reason in BARS
            gone = gone or (ours and (until < self.on or (dwelling, who) in listed))
            done = what != "forbid" and (dwelling in examined or dwelling in self.held)
            against = what == "pin" and (
                (dwelling, who) in barred or ("", who) in barred or who in self.followed
            )
            if done or against:
                self.said.append(_missing("DESK_DECISION_DONE", dwelling=dwelling, decision=what))
            keep.append(not (gone or done or against))
        return keep

    def _added(self, name: str, rows: Sequence[Row], kept: pd.DataFrame | None = None) -> pd.DataFrame:
        base = self.case.table(name) if kept is None else kept
        self.counts[name] = len(rows)
        return (
            pd.concat([base, framed(name, rows)], ignore_index=True) if rows else base.reset_index(drop=True)
        )


def _lease_on(line: Followed) -> date | None:
    """The day the lease was signed, of a candidature that ended in one."""
    offer = line.candidate.offer
    return offer.lease_on if line.candidate.status == "signed" and offer is not None else None


def _given_up(item: ItemRecord, candidate: CandidateRecord) -> str:
    """Reason of the bar of a household that gave a dwelling up before anything was decided of it there, which is no refusal.

    A dwelling taken off the agenda because « le ménage » withdrew says so of the one household that was to be examined there.
    """
    if candidate.status == "declined":
        return "declined_before"
    if candidate.status != "not_examined":
        return ""
    alone = sum(c.status == "not_examined" for c in item.candidates) == 1
    of_item = item.end_reason if item.status == "not_examined" and alone else ""
    return "withdrawn" if LEFT_BY_ITSELF in (candidate.reason, of_item) else ""


def in_flux(item: ItemRecord) -> bool:
    """Whether a dwelling let on its account belongs to the flux: not excluded, not promised, no first letting."""
    facts = item.facts
    excluded = str(facts.get("assiette_exclusion") or "none") != "none"
    return not (
        excluded
        or facts.get("reserved_to")
        or facts.get("first_letting")
        or item.account in set(outside_flux())
    )


def _one_a_household(rows: Sequence[Row]) -> list[Row]:
    """Rows by their key; households erased since have no number left, and share the row that went furthest."""
    kept: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row["dwelling_id"], row["account"], row["application_id"], row["oriented_on"])
        there = kept.get(key)
        if there is None or _reach(row) > _reach(there):
            kept[key] = row
    return list(kept.values())


def _reach(row: Row) -> tuple[bool, bool]:
    return (row["signed_on"] is not None, row["attributed_on"] is not None)


def _covers(own: Mapping[tuple[str, str], date | None], key: tuple[str, str], until: date) -> bool:
    """Whether a row of the import bars the same pair at least as long."""
    if key not in own:
        return False
    there = own[key]
    return there is None or there >= until


def _without(frame: pd.DataFrame, gone: set[str], housed: set[str]) -> pd.DataFrame:
    """Rows that speak of nothing that has left."""
    keep = pd.Series(True, index=frame.index)
    if "dwelling_id" in frame.columns:
        keep &= ~frame["dwelling_id"].isin(gone)
    return frame[keep & ~frame["application_id"].isin(housed)].reset_index(drop=True)


def _missing(code: str, **params: object) -> Finding:
    return Finding(code, "warning", params=params)
