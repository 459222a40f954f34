"""Who votes on which dwelling: the board and the préfet on all, the EPCI on its territory, the mayor on the commune's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from optimizer.store.law import law
from optimizer.store.tables import Row

THERE = ("present", "represented")


def voices(on: date) -> tuple[str, ...]:
    """Voices that count on a date (``national.commission.voices``)."""
    return tuple(law(on).value("voices"))


def quorum(session: Row) -> int:
    """The quorum given with the session, else the one of ``national.commission.quorum``."""
    given = session["quorum"]
    return int(given if given is not None else law(session["on"]).value("quorum"))


def voters(attendance: Iterable[Row], item: Row, voting: tuple[str, ...]) -> list[Row]:
    """Members there who vote on the dwelling of ``item``: of its territory, and not gone out of the room for it."""
    facts = item["facts"]
    places = {str(facts.get(name, "")) for name in ("commune", "epci", "departement")}
    return [
        row
        for row in attendance
        if row["presence"] in THERE
        and row["voice"] in voting
        and (not row["territory"] or row["territory"] in places)
        and item["item_id"] not in row["recused"]
    ]


def present(attendance: Iterable[Row], voting: tuple[str, ...]) -> int:
    """Voices there when the session opens, whatever their territory."""
    return sum(row["presence"] in THERE and row["voice"] in voting for row in attendance)
