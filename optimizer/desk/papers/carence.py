"""The procès-verbal de carence: a session that could not be held, who was there, what was counted, where its dwellings go."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.desk.chained import waits_of
from optimizer.desk.entry_rows import account_words
from optimizer.desk.following import CALLED_OFF, items_of
from optimizer.desk.papers.minutes import ledger_rows, members_table
from optimizer.desk.papers.wording import HASH, Told
from optimizer.errors import said
from optimizer.presentation.document import (
    Block,
    Document,
    Sheet,
    heading,
    pairs,
    signatures,
    table,
    text,
)
from optimizer.presentation.numbers import UNKNOWN
from optimizer.store.records import ItemRecord


def carence(told: Told) -> Document:
    """The paper of a session that was not held: of one that people were convened for, a procès-verbal de carence."""
    told = told.for_everyone
    session = told.session
    title = told.say("CARENCE" if session.convened_on is not None else "CARENCE_DRAFT")
    head = told.say(
        "MINUTES_HEAD", day=told.day(session.on), landlord=told.landlord, commission=session.commission
    )
    sheet = Sheet(title, tuple(_blocks(told)), sub=head, anchor="carence")
    return Document(title, session.on, (sheet,), foot=told.foot, decided=True)


def cause(told: Told) -> str:
    """Why the session was not held: what was counted against the quorum, or that it was cancelled; then the reason given."""
    found, reason = told.cancellation, told.for_everyone.free(told.session.reason)
    if found is None or not found.hour:
        return said("PAGE.COLON", told.lang).join(filter(None, [told.say("CARENCE_CANCELLED"), reason]))
    counted = told.say("CARENCE_COUNTED", hour=found.hour, present=found.present, quorum=found.quorum)
    return " ".join(filter(None, [counted, reason]))


def goes(told: Told, item: ItemRecord) -> str:
    """Where a dwelling of the session stands since: on another agenda, or to be put on one; or why it had left before."""
    if item.end_reason not in CALLED_OFF:
        return told.say("CARENCE_LEFT_BEFORE", why=told.because("not_examined_reasons", item.end_reason))
    day = told.moved.get(item.dwelling_id)
    if day is not None:
        return told.say("CARENCE_MOVED", day=told.day(day))
    return told.say("CARENCE_FREE" if waits_of(told.session, item) is None else "CARENCE_LIVED_IN")


def suites(told: Told) -> dict[str, list[ItemRecord]]:
    """Dwellings of the session by where they go, in the order of the agenda."""
    found: dict[str, list[ItemRecord]] = {}
    for item in items_of(told.session):
        found.setdefault(goes(told, item), []).append(item)
    return found


def _blocks(told: Told) -> Iterator[Block]:
    s, say = told.session, told.say
    found = told.cancellation
    listed = found.listed if found is not None else frozenset()
    convened = say("CARENCE_NOT_CONVENED") if s.convened_on is None else told.convoked
    rows = [
        (say("LANDLORD"), told.landlord), (say("COMMISSION"), s.commission), (say("DATE"), told.day(s.on)),
        (say("HOUR"), s.hour or UNKNOWN), (say("PLACE"), s.place or UNKNOWN), (say("MODE"), say(f"MODE_{s.mode}")),
        (say("CONVOCATION"), convened),
        (say("QUORUM_RULE"), told.quorum),
        *([(say("URGENT"), told.urgency)] if s.urgent else []),
        (say("CARENCE_CAUSE"), cause(told)),
    ]  # fmt: skip
    if found is not None:
        rows.append(
            (say("CARENCE_RECORDED"), say("CARENCE_RECORDED_BY", by=found.by, at=told.moment(found.at)))
        )
    yield pairs(rows)
    yield text(say("CARENCE_NOTHING"))
    yield heading(say("MEMBERS"))
    if s.attendance:
        yield members_table(told)
    else:
        yield text(say("CARENCE_NO_ATTENDANCE"))
    yield heading(say("CARENCE_DWELLINGS"))
    yield table(
        [say("N"), say("REFERENCE"), say("HOME"), say("ACCOUNT"), say("CARENCE_HOUSEHOLDS"), say("CARENCE_GOES")],
        [
            [
                str(i.position), i.dwelling_id, told.home(i), account_words(i, told.lang),
                str(sum(c.candidate_id in listed for c in i.candidates)), goes(told, i),
            ]
            for i in items_of(s)
        ],
    )  # fmt: skip
    yield text(say("CARENCE_KEPT"))
    if s.convened_on is not None:
        yield text(say("CARENCE_SENT"))
        yield heading(say("LEDGER"))
        yield pairs([(say("AGENDA_HASH"), s.agenda_hash[:HASH] or UNKNOWN), *ledger_rows(told)])
    yield signatures([(say("CHAIR"), ""), (say("SECRETARY"), found.by if found is not None else "")])
