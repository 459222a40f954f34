"""Groups of dwellings: same accounts, same naming, same marks on the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.eligibility.facts import Facts
from optimizer.problem.entries import Entries
from optimizer.problem.ground import Ground, Place
from optimizer.problem.kinds import KindTable
from optimizer.problem.leans import Leans, Missing
from optimizer.problem.model import I32, I64
from optimizer.problem.naming import Naming
from optimizer.problem.rulebook import RuleBook


@dataclass(frozen=True)
class Groups:
    """Group of each dwelling, one dwelling of each group, and the menus its dwellings use."""

    of_dwelling: I32
    member: I64
    menus: tuple[tuple[int, ...], ...]
    missing: tuple[Missing, ...]
    """Names missing on each account that may receive the dwellings of the group (`Leans`)."""

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


def spots(facts: Facts) -> tuple[I64, I64]:
    """Spot of each dwelling (all that naming and rules may ask of its place), and one dwelling of each."""
    d = facts.dwellings
    residence = np.where(d.priority_mix, d.residence, -1)
    columns = np.stack([d.receive_class, d.qpv, d.rooms, d.financing, residence, d.flux_base], axis=1).astype(
        np.int64
    )
    _, first, spot = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return spot.reshape(-1).astype(np.int64), first.astype(np.int64)


def read_groups(book: RuleBook, naming: Naming, leans: Leans, entries: Entries, table: KindTable) -> Groups:
    """Group the dwellings of the case.

    Places are told apart by the marks the rules put on them, not by their own attributes, so that a rule that is off
    splits nothing. Who may be named does not depend on the menu; how many names an account can give does.
    """
    ground = book.ground
    facts = ground.facts
    d = facts.dwellings
    n = len(d.ids)
    if not n:
        return Groups(np.zeros(0, np.int32), np.zeros(0, np.int64), (), ())
    spot, first = spots(facts)
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
    short, missing = _missing(naming, leans)
    keys = np.stack([signature[spot], position, naming.alone, short], axis=1)
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
        tuple(missing[k] for k in short[member].tolist()),
    )


def _missing(naming: Naming, leans: Leans) -> tuple[I64, tuple[Missing, ...]]:
    """(D,) a number for the names each dwelling lacks on its accounts, and these."""
    kind, _ = naming.kinds()
    subsidised = naming.facts.dwellings.subsidy_d331_25_1
    keys = np.stack([kind, naming.alone, subsidised.astype(np.int64)], axis=1)
    _, first, back = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    number: dict[Missing, int] = {}
    found = [number.setdefault(leans.missing(dwelling), len(number)) for dwelling in first.tolist()]
    return np.array(found, np.int64)[back.reshape(-1)], tuple(number)
