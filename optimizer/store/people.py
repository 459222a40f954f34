"""Households inside a command: a random reference for each number, and the day after which it can be erased."""

from __future__ import annotations

import secrets
from datetime import date

from optimizer.store.law import law
from optimizer.store.tables import Row
from optimizer.store.work import Work, named

NUMBER = 18
"""Characters of a unique number at most; it is never parsed."""
BYTES = 8
SALT = 32
PERIOD = "retention_months"


def household(work: Work, application_id: str) -> Row:
    """The row of a number, made when it is new."""
    number = named(application_id, NUMBER, "numero_unique")
    found = work.find("person", application_id=number)
    return found[0] if found else add(work, number)


def add(work: Work, application_id: str) -> Row:
    """A new household with a reference and a salt of its own."""
    return work.put("person", **somebody(application_id, kept_until(work)))


def somebody(application_id: str, until: date, **contact: str) -> Row:
    """The row of a household that nobody has met, not written yet."""
    return {
        "ref": secrets.token_hex(BYTES),
        "salt": secrets.token_hex(SALT),
        "application_id": application_id,
        "name": "",
        "phone": "",
        "email": "",
        "address": "",
        "purge_after": until,
    } | contact


def kept_until(work: Work) -> date:
    """Day after which a household without anything open can be erased, counted from today."""
    return later(work.today, months_kept(work.today))


def months_kept(on: date) -> int:
    """Months of retention in force on a day."""
    return int(law(on).value(PERIOD))


def period_changed(on: date) -> bool:
    """Whether rows may be there whose day an earlier period gave: those that the longest one has not ended yet."""
    versions = [v for v in law(on).entries[f"national.commission.{PERIOD}"].values if v.since <= on]
    longest = max(int(v.value) for v in versions)
    return len(versions) > 1 and on <= later(versions[-1].since, longest)


def touch(work: Work, ref: str) -> None:
    """Something happened to this household today: its data is kept from now on."""
    person = work.store.tables.get("person", ref)
    if person is None:
        return
    # while days of two periods stand side by side the line itself says when the household was last met
    if person["purge_after"] != (until := kept_until(work)) or period_changed(work.today):
        work.set("person", ref, purge_after=until)


def later(day: date, months: int) -> date:
    """The same day ``months`` later, or the last of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = first_of_next.toordinal() - date(year, month + 1, 1).toordinal()
    return date(year, month + 1, min(day.day, last))
