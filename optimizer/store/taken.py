"""Dwellings that an agenda cannot take: on another one, let since the proposal, or freed by a tenant called for one of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from optimizer.errors import LANGS, Lang, Said, said, texts
from optimizer.store.chained import link_of
from optimizer.store.records import NewItem
from optimizer.store.state_words import STATE
from optimizer.store.states import LIVE_ITEM
from optimizer.store.tables import Row
from optimizer.store.together import share
from optimizer.store.work import Work

texts(
    "TAKEN",
    {
        "agenda": ("{dwelling} (séance {session}, {state})", "{dwelling} (session {session}, {state})"),
        "elsewhere": ("{dwelling} (sur un autre ordre du jour du bureau)", "{dwelling} (on another agenda of the desk)"),
        "let": ("{dwelling} (loué le {day})", "{dwelling} (let on {day})"),
        "after": ("{dwelling} (libéré par le locataire appelé pour {after})", "{dwelling} (freed by the tenant called for {after})"),
    },
)  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """A dwelling, and what takes it.

    Attributes
    ----------
    session, item_id : the agenda it is on; none where that is another landlord's.
    machine, state : where it stands there: a state of its session while it is to be examined, then one of its own.
    let_on : day of the lease that ended the vacancy it is put forward for.
    after : the dwelling, taken too, whose first household was to free it.
    """

    dwelling: str
    session: str = ""
    item_id: int = 0
    machine: str = ""
    state: str = ""
    let_on: date | None = None
    after: str = ""


def taken(work: Work, landlord: str, new: NewItem) -> Taken | None:
    """What keeps a dwelling from an agenda of ``landlord``; None where nothing does."""
    dwelling = new.dwelling_id.strip()
    for other in work.find("item", dwelling_id=dwelling, status=LIVE_ITEM):
        session = work.get("session", other["session_id"])
        # numbers of dwellings are each landlord's own: an agenda of a neighbour is none of this one's business
        if not share(session["landlord"], landlord):
            return Taken(dwelling)
        machine = "session" if other["status"] == "listed" else "item"
        state = session["status"] if machine == "session" else other["status"]
        return Taken(dwelling, session["session_id"], other["item_id"], machine, state)
    if (lease := _let_since(work, dwelling, new)) is not None:
        return Taken(dwelling, let_on=lease)
    return None


def all_taken(work: Work, landlord: str, items: Sequence[NewItem]) -> list[Taken]:
    """Every dwelling of an agenda that it cannot take, with those that would be freed through one of them."""
    found = {one.dwelling: one for new in items if (one := taken(work, landlord, new)) is not None}
    waiting = {
        new.dwelling_id.strip(): str(link["after"])
        for new in items
        if (link := link_of(new.facts)) is not None
    }
    more = True
    while more:
        lost = {
            home: Taken(home, after=after)
            for home, after in waiting.items()
            if after in found and home not in found
        }
        found |= lost
        more = bool(lost)
    return list(found.values())


def kept(found: Sequence[Taken]) -> list[dict[str, Any]]:
    """The dwellings as a line of the ledger keeps them."""
    return [asdict(one) for one in found]


def read_back(told: Sequence[Mapping[str, Any]]) -> list[Taken]:
    """The dwellings from what a command answered."""
    return [
        Taken(**{**one, "let_on": date.fromisoformat(one["let_on"]) if one["let_on"] else None})
        for one in told
    ]


def taken_words(found: Sequence[Taken], shown: Callable[[str, Lang], str] = lambda key, _: key) -> Said:
    """The dwellings in a sentence, each with what takes it; ``shown``: how a session is called."""
    return Said(*(", ".join(_one(x, lang, shown) for x in found) for lang in LANGS))


def _one(found: Taken, lang: Lang, shown: Callable[[str, Lang], str]) -> str:
    told: dict[str, Any] = {"dwelling": found.dwelling}
    if found.after:
        return said("TAKEN.AFTER", lang, after=found.after, **told)
    if found.let_on is not None:
        return said("TAKEN.LET", lang, day=found.let_on, **told)
    if not found.session:
        return said("TAKEN.ELSEWHERE", lang, **told)
    return said(
        "TAKEN.AGENDA",
        lang,
        session=shown(found.session, lang),
        state=STATE[found.machine][found.state],
        **told,
    )


def _let_since(work: Work, dwelling: str, new: NewItem) -> date | None:
    """Day of the lease that ended the vacancy which the dwelling is put forward for; None where it is vacant again, or was not let."""
    vacant = str(new.facts.get("vacant_since") or "")[:10]
    lets: tuple[int, ...] = tuple(
        row["item_id"] for row in work.find("item", dwelling_id=dwelling, status="let")
    )
    if not lets or not vacant:
        return None
    last: date = max(row["lease_on"] for row in work.find("offer", item_id=lets, status="signed"))
    return last if date.fromisoformat(vacant) <= last else None


def live_of_another(work: Work, session: Row, other: Row) -> bool:
    """Whether a dwelling of the same number is on an agenda of another landlord than ``session``'s."""
    return not share(work.get("session", other["session_id"])["landlord"], session["landlord"])
