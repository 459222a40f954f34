"""The dwellings of sitting tenants, added to those of a case: what their departure would free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from optimizer.domain import Case
from optimizer.domain.schema import TABLES, empty_frame
from optimizer.errors import AttrifluxError, define

UNBOUNDED = -1
"""Length of chains that are as long as they may be, cycles included."""
FREED_BY, POSITION = "freed_by", "position"
"""Columns of the dwellings added: whose departure frees it, and how many dwellings of its chain are let before it
(``UNBOUNDED``: any number). Dwellings of the case itself have neither."""
OF_HOME = {
    "dwelling_id": "current_dwelling", "landlord": "current_landlord", "commune": "current_commune",
    "rooms": "current_rooms", "financing": "current_financing", "qpv": "current_qpv",
    "surface_m2": "current_surface_m2", "rent_eur": "current_rent_eur", "accessible": "current_accessible",
    "floor": "current_floor", "lift": "current_lift", "available_on": "current_available_on",
}  # fmt: skip
"""Column of ``dwellings`` -> the column of ``applications`` that says it of the present dwelling."""
NEEDED = tuple(c.name for c in TABLES["dwellings"].columns if c.required)
"""What must be known of a dwelling for it to be let."""


def length_of(text: str) -> int | None:
    """The length that a word asks for, ``UNBOUNDED`` for ``all``; None where the word is no length.

    >>> length_of("2"), length_of("all"), length_of("-1"), length_of("1.5")
    (2, -1, None, None)
    """
    if text == "all":
        return UNBOUNDED
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def length_word(longest: int) -> str:
    """The word of a length, as `length_of` reads it."""
    return "all" if longest == UNBOUNDED else str(longest)


define(
    "CHAINS_TOO_LARGE",
    "Le dossier a {dwellings} logements : au-delà de {limit}, les logements semblables y partagent leur loyer et --chains n'est pas possible.",
    "The case has {dwellings} dwellings: beyond {limit}, like dwellings share their rents and --chains is not possible.",
)


def copy_id(dwelling_id: str, position: int) -> str:
    """Identifier of a freed dwelling at a position of its chain: its own, but for the second position on."""
    return dwelling_id if position <= 1 else f"{dwelling_id}~{position}"


def with_homes(
    case: Case, longest: int, communes: frozenset[str], *, limit: int, only: Iterable[str] | None = None
) -> Case:
    """The case with the dwellings its tenants may free; the case itself where there is none.

    Parameters
    ----------
    longest : freed dwellings a chain may let after its vacant one, ``UNBOUNDED`` for any number.
    communes : codes that the rules know; a dwelling elsewhere frees nothing.
    limit : dwellings of the case above which like ones share their rents: chains stay below.
    only : identifiers (`copy_id`) to add; all by default.

    Notes
    -----
    A tenant frees its dwelling when landlord, commune, rooms and financing of it are known, the landlord has a dwelling in the
    case, no other application lives there and the case does not list it already (then it is vacant, or about to be). At each
    position of a bounded chain the dwelling is a copy of itself, and its own tenant may take none of them.

    Raises
    ------
    AttrifluxError
        ``CHAINS_TOO_LARGE``.
    """
    dwellings = case.table("dwellings")
    if len(dwellings) > limit:
        raise AttrifluxError("CHAINS_TOO_LARGE", dwellings=len(dwellings), limit=limit)
    homes = _homes(case.table("applications"), dwellings, communes)
    positions = [UNBOUNDED] if longest == UNBOUNDED else list(range(1, longest + 1))
    copies = []
    for position in positions:
        copy = homes.assign(**{POSITION: position})
        copy["dwelling_id"] = [copy_id(str(x), position) for x in homes["dwelling_id"]]
        copies.append(copy)
    added = pd.concat(copies) if copies else homes.iloc[:0]
    if only is not None:
        added = added[added["dwelling_id"].isin(sorted(only))]
    if not len(added):
        return case
    shape = empty_frame("dwellings").dtypes
    whole = pd.concat([dwellings, added], ignore_index=True)
    whole = whole.astype({name: kind for name, kind in shape.items() if name in whole.columns})
    return replace(case, tables={**case.tables, "dwellings": whole})


def _homes(applications: pd.DataFrame, dwellings: pd.DataFrame, communes: frozenset[str]) -> pd.DataFrame:
    """The dwellings that may be freed, each with its tenant, by identifier."""
    known = {name: source for name, source in OF_HOME.items() if source in applications.columns}
    found = pd.DataFrame({name: applications[source] for name, source in known.items()})
    found[FREED_BY] = applications["application_id"]
    if set(NEEDED) - set(known):
        return found.iloc[:0]
    keep = found[list(NEEDED)].notna().all(axis=1) & (found["dwelling_id"] != "")
    keep &= ~found["dwelling_id"].duplicated(keep=False)
    keep &= ~found["dwelling_id"].isin(dwellings["dwelling_id"])
    keep &= found["landlord"].isin(dwellings["landlord"]) & found["commune"].isin(communes)
    return found[keep].sort_values("dwelling_id", kind="stable")
