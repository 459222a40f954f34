"""Cells of a filled workbook that nothing records: those that wait for another cell of their row, and grey ones written over.

Whoever typed them would otherwise read that everything is recorded already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from optimizer.desk.entry_reading import Entry
from optimizer.desk.recording_work import HOUSEHOLD, Work
from optimizer.store.clock import clock_time

_WAITING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "calls": {"call": ("call_reason",), "asked": ("asked_on",), "received": ("received_on",)},
    "members": {"member": ("represented_by", "arrived_at", "left_at", "recused")},
    "entry": {"decision": ("rank", "document", "due_on", "motive", "sentence")},
}
"""Sheet -> cell that is needed -> cells that say nothing without it."""
UNREAD = ("DESK_ENTRY_ALONE", "DESK_ENTRY_NO_DECISION", "DESK_ENTRY_NOT_OPEN_YET", "DESK_ENTRY_GREY")
"""Codes of what is typed and not recorded."""
_OF_A_VOTE = ("hour", "votes_for", "votes_against", "abstentions", "casting", "departure")


def tell_unrecorded(work: Work) -> None:
    """Warn of every such cell, one a row and needed cell."""
    for sheet, needs in _WAITING.items():
        for entry in work.filled.of(sheet):
            for needed, columns in needs.items():
                typed = next((c for c in columns if entry.get(c) is not None), None)
                if typed is not None and entry.get(needed) is None and not _told(work, entry, needed):
                    work.warn(entry, "DESK_ENTRY_ALONE", typed, needed=entry.names.get(needed, needed))
    for entry, column in _votes(work):
        work.warn(entry, "DESK_ENTRY_NO_DECISION", column, dwelling=entry.text("dwelling_id"))
    _grey(work)


def _told(work: Work, entry: Entry, needed: str) -> bool:
    """Whether the empty or unreadable cell is a problem already, as is one missing decision of a dwelling that has others."""
    if needed in entry.broken or any((f.file, f.row) == (entry.label, entry.row) for f in work.problems):
        return True
    dwelling = entry.text("dwelling_id")
    return needed == "decision" and any(
        other.get("decision") is not None
        for other in work.filled.of("entry")
        if other.text("dwelling_id") == dwelling
    )


def _votes(work: Work) -> Iterator[tuple[Entry, str]]:
    """Votes on dwellings of which no decision is typed or recorded."""
    decided = {
        e.text("dwelling_id")
        for e in work.filled.of("entry")
        if e.get("decision") is not None or "decision" in e.broken or HOUSEHOLD in e.broken
    }
    for entry in work.filled.of("votes"):
        item = work.item_of(work.session, entry)
        if (
            item is None
            or item.status != "listed"
            or item.dwelling_id in decided
            or entry.get("not_examined")
        ):
            continue
        typed = next((c for c in _OF_A_VOTE if entry.get(c) is not None), None)
        if typed is not None and not (typed == "departure" and entry.text("departure") == item.departure):
            yield entry, typed


def _grey(work: Work) -> None:
    """What the grey cells of the session say otherwise than its record."""
    head, session = work.head, work.session
    if head is None:
        return
    hour = head.text("hour")
    held: Mapping[str, tuple[object, object]] = {
        "on": (head.get("on"), session.on),
        "hour": (clock_time(hour.removesuffix(":00") if hour.count(":") == 2 else hour) or hour, clock_time(session.hour) or session.hour),
        "place": (head.text("place").strip(), session.place),
        "quorum": (head.get("quorum"), session.quorum),
    }  # fmt: skip
    for column, (typed, kept) in held.items():
        if typed not in (None, "", kept):
            work.warn(head, "DESK_ENTRY_GREY", column)
