"""Groups of dwellings: same accounts, same naming, same marks on the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.problem.entries import Entries
from optimizer.problem.ground import Ground, Place
from optimizer.problem.kinds import KindTable
from optimizer.problem.model import I32, I64
from optimizer.problem.naming import Naming
from optimizer.problem.rulebook import RuleBook


@dataclass(frozen=True)
class Groups:
    """Group of each dwelling, one dwelling of each group, and the menus its dwellings use."""

    of_dwelling: I32
    member: I64
    menus: tuple[tuple[int, ...], ...]
    led: tuple[frozenset[int], ...]
    """Partial accounts that find a nominee at large at the dwellings of the group."""

    @property
    def count(self) -> int:
        return max(1, len(self.member))

    @staticmethod
    def place(ground: Ground, dwelling: int) -> Place:
        """What rules may ask of a dwelling."""
        d = ground.facts.dwellings
        return Place(
            landlord=int(d.landlord[dwelling]),
            commune=int(d.commune[dwelling]),
            epci=int(d.epci[dwelling]),
            departement=int(d.departement[dwelling]),
            qpv=bool(d.qpv[dwelling]),
            rooms=int(d.rooms[dwelling]),
            financing=int(d.financing[dwelling]),
            residence=int(d.residence[dwelling]) if d.priority_mix[dwelling] else -1,
            flux_base=bool(d.flux_base[dwelling]),
        )


def read_groups(book: RuleBook, naming: Naming, entries: Entries, table: KindTable) -> Groups:
    """Group the dwellings of the case.

    Places are told apart by the marks the rules put on them, not by their own attributes, so that a rule that is off
    splits nothing. Who may be named does not depend on the menu, but for the partial accounts that find a nominee there.
    """
    ground = book.ground
    facts = ground.facts
    d = facts.dwellings
    n = len(d.ids)
    if not n:
        return Groups(np.zeros(0, np.int32), np.zeros(0, np.int64), (), ())
    residence = np.where(d.priority_mix, d.residence, -1)
    spots = np.stack([d.receive_class, d.qpv, d.rooms, d.financing, residence, d.flux_base], axis=1).astype(
        np.int64
    )
    _, first, spot = np.unique(spots, axis=0, return_index=True, return_inverse=True)
    signatures: dict[tuple[object, ...], int] = {}
    signature = np.zeros(len(first), np.int64)
    for i, dwelling in enumerate(first.tolist()):
        place = Groups.place(ground, dwelling)
        terms = naming.terms(int(d.receive_class[dwelling]))
        marks = tuple(table.marks(place, account) for account, _, _ in terms)
        key = (int(d.landlord[dwelling]), int(d.exclusion[dwelling]), terms, marks)
        signature[i] = signatures.setdefault(key, len(signatures))
    menu = naming.menus.menu_of_dwelling.astype(np.int64)
    landlord = zip(menu.tolist(), d.landlord.tolist(), strict=True)
    position = np.array([entries.landlord_at.get(pair, 0) for pair in landlord], np.int64)
    state, led = naming.led()
    keys = np.stack([signature[spot.reshape(-1)], position, naming.alone, state], axis=1)
    _, member, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    of_dwelling: I32 = group.reshape(-1).astype(np.int32)
    used: list[list[int]] = [[] for _ in member]
    served, width = menu >= 0, len(entries.ptr)
    for pair in np.unique(of_dwelling[served].astype(np.int64) * width + menu[served]).tolist():
        used[pair // width].append(pair % width)
    return Groups(
        of_dwelling,
        member.astype(np.int64),
        tuple(tuple(u) for u in used),
        tuple(led[k] for k in state[member].tolist()),
    )
