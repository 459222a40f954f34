"""Who votes on which dwelling: the board and the préfet on all, the EPCI on its territory, the mayor on the commune's own.

In Paris, Lyon and Marseille that is the mayor of the city, in each of its arrondissements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from optimizer.policy.geography import city_of
from optimizer.store.clock import PARIS, clock_time, minute_of
from optimizer.store.law import law
from optimizer.store.records import AttendanceRecord
from optimizer.store.tables import Row

THERE = ("present", "represented")


def voices(on: date) -> tuple[str, ...]:
    """Voices that count on a date (``national.commission.voices``)."""
    return tuple(law(on).value("voices"))


def quorum(session: Row) -> int:
    """The quorum given with the session, else the one of ``national.commission.quorum``."""
    given = session["quorum"]
    return int(given if given is not None else law(session["on"]).value("quorum"))


def quorum_assumed(session: Row) -> bool:
    """Whether the quorum is a value that nobody fixed: none given with the session, none of the landlord's in ``models/``."""
    return session["quorum"] is None and law(session["on"]).parameter("commission.quorum").is_assumed


def began(session: Row) -> str:
    """``HH:MM`` at which a session began: as it was written down, was convened for, or was opened; empty where none is known."""
    opened = session["opened_at"]
    return (
        session["sat_from"]
        or clock_time(session["hour"])
        or (f"{opened.astimezone(PARIS):%H:%M}" if opened is not None else "")
    )


def voters(
    attendance: Iterable[Row], item: Row, voting: tuple[str, ...], hour: str = "", start: str = ""
) -> list[Row]:
    """Members there who vote on the dwelling of ``item``: of its territory, and not gone out of the room for it.

    Parameters
    ----------
    hour : str
        ``HH:MM`` at which the dwelling is examined: who has not arrived or has left by then has no voice. Empty where nobody
        knows it (a workbook recorded afterwards): the hours then count for nothing.
    start : str
        When the session began: an hour long before it is of the day after (:func:`began`).
    """
    places = places_of(item["facts"])
    sitting = _sitting(attendance, hour, start, item["item_id"])
    return [
        row
        for row in sitting
        if row["voice"] in voting and (not row["territory"] or row["territory"] in places)
    ]


def places_of(facts: Mapping[str, Any]) -> frozenset[str]:
    """Territories for which somebody may sit on a dwelling: its commune (and the city of an arrondissement), EPCI and département."""
    found = {str(facts.get(name) or "") for name in ("commune", "epci", "departement")}
    city = city_of(str(facts.get("commune") or ""))
    return frozenset(found | ({city.code} if city else set())) - {""}


def astray(
    members: Iterable[AttendanceRecord], homes: Iterable[Mapping[str, Any]], voting: Iterable[str]
) -> tuple[list[AttendanceRecord], list[AttendanceRecord]]:
    """Members there whose territory gives them another voice than they seem to have, on dwellings of these facts.

    Returns
    -------
    tuple of two lists
        Those of a territory in which no dwelling lies (« Besançon » for 25056): they vote on none. Then those who sit for a commune
        or an EPCI that is not told, where the dwellings lie in several: they vote on all.
    """
    facts = list(homes)
    places = [places_of(one) for one in facts]
    several = {
        voice: len({one.get(place) for one in facts}) > 1
        for voice, place in (("mayor", "commune"), ("epci", "epci"))
    }
    there = [m for m in members if m.presence in THERE and m.voice in set(voting)]
    return (
        [m for m in there if m.territory and not any(m.territory in place for place in places)],
        [m for m in there if not m.territory and several.get(m.voice, False)],
    )


def crowded(members: Iterable[AttendanceRecord], on: date, start: str = "") -> list[AttendanceRecord]:
    """Members of a kind with more voices in the room at one time than it has seats: a suppléant beside the titulaire, a second préfet.

    The board has the seats of ``national.commission.board_seats``; the préfet has one, and so have the mayor of a commune and the
    president of an EPCI.

    Parameters
    ----------
    start : str
        When the session began (:func:`began`).
    """
    kept = list(members)
    rows = [
        asdict(m) | {"arrived_at": clock_time(m.arrived_at or ""), "left_at": clock_time(m.left_at or "")}
        for m in kept
    ]
    seats = {"board": int(law(on).value("board_seats")), "prefet": 1, "epci": 1, "mayor": 1}
    hours = {str(row["arrived_at"]) for row in rows if row["arrived_at"]} | {start or "00:00"}
    found: set[str] = set()
    for hour in hours:
        groups: dict[tuple[str, str], list[str]] = {}
        for row in _sitting(rows, hour, start):
            if row["voice"] in seats:
                own = row["territory"] if row["voice"] in ("epci", "mayor") else ""
                groups.setdefault((row["voice"], own), []).append(row["member"])
        for (voice, _), names in groups.items():
            if len(names) > seats[voice]:
                found.update(names)
    return [m for m in kept if m.member in found]


def present(attendance: Iterable[Row], voting: tuple[str, ...], hour: str = "", start: str = "") -> int:
    """Voices there when the session opens, whatever their territory."""
    return sum(row["voice"] in voting for row in _sitting(attendance, hour, start))


def _sitting(attendance: Iterable[Row], hour: str, start: str, item: int | None = None) -> list[Row]:
    """Members present, or represented by somebody who is, in the room for the dwelling ``item``.

    Whoever holds a proxy and is a member too gives no voice for another while out of the room.
    """
    rows = list(attendance)

    def away(row: Row) -> bool:
        now = minute_of(hour, start)
        came, went = row["arrived_at"], row["left_at"]
        return bool(came and minute_of(came, start) > now) or bool(went and minute_of(went, start) <= now)

    def in_room(row: Row) -> bool:
        gone = bool(hour) and away(row)
        return row["presence"] in THERE and not gone and item not in row["recused"]

    out = {row["member"] for row in rows if not in_room(row)}
    return [
        row
        for row in rows
        if in_room(row) and not (row["presence"] == "represented" and row["represented_by"] in out)
    ]
