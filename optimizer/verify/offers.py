"""Who may be given which dwelling, and what that would count for: the options of a lottery, read again from the case.

An *option* is a letting of a household at a dwelling on one account; what the rules see of it is its *marks*: for each priced row it
enters, the ten-thousandths of a lease it asks for, less what it brings. Options with the same marks at the same dwelling are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from optimizer.verify.cells import I32
from optimizer.verify.classes import Classes, Door
from optimizer.verify.naming import Named
from optimizer.verify.rows import LEASE, PROFILES, TRAITS, Book, lease_of, profile_at

Marks = tuple[tuple[int, int], ...]
"""(row, ten-thousandths of a lease asked) of one letting, by row; rows without a price are left out."""
NONE = -1


class ClassOptions:
    """The options of a case, class by class.

    Attributes
    ----------
    marks : every marks met, numbered
    sets : every set of marks that a household may have at a dwelling, numbered
    at : class -> (households, number of the set of each), households ascending
    """

    def __init__(self, classes: Classes, book: Book) -> None:
        self.classes, self.book = classes, book
        self.priced = [k for k, row in enumerate(book.rows) if row.price > 0]
        self._priced = set(self.priced)
        self.marks: list[Marks] = []
        self.sets: list[frozenset[int]] = []
        self.at: dict[int, tuple[I32, I32]] = {}
        self._number: dict[Marks, int] = {}
        self._set_number: dict[frozenset[int], int] = {}
        self._of_key: dict[tuple[int, tuple[str, ...], int], int] = {}
        self._of_one: dict[tuple[int, str, int], int] = {}

    def read(self, door: Door, named: Iterable[tuple[int, Named]]) -> None:
        """Add the classes of a door; dwellings that are not proposed offer nothing."""
        for c, who in named:
            homes = self.classes.open_members(c)
            if not homes:
                continue
            key = who.first * PROFILES + door.profile
            unique, inverse = np.unique(key, return_inverse=True)
            number = np.array([self._set(homes[0], who.accounts, int(x)) for x in unique], np.int32)
            mine = number[inverse.reshape(-1)][door.type[door.fine]]
            apps = door.block.app[door.fine[mine != NONE]]
            order = np.argsort(apps, kind="stable")
            self.at[c] = (apps[order].astype(np.int32), mine[mine != NONE][order])

    def _set(self, d: int, accounts: tuple[str, ...], key: int) -> int:
        mask, bits = divmod(key, PROFILES)
        if not mask:
            return NONE
        here = (self.book.spot(d), accounts, key)
        if here not in self._of_key:
            found = frozenset(self.letting(d, x, bits) for i, x in enumerate(accounts) if mask >> i & 1)
            if found not in self._set_number:
                self._set_number[found] = len(self.sets)
                self.sets.append(found)
            self._of_key[here] = self._set_number[found]
        return self._of_key[here]

    def letting(self, d: int, account: str, bits: int) -> int:
        """Number of the marks of a letting to a household with these profile bits."""
        here = (self.book.spot(d), account, bits)
        if here not in self._of_one:
            lease, rows = lease_of(self.classes.world, d), self.book.rows
            one = np.array([bits], np.int64)
            found = [
                (k, rows[k].rate + self.book.more(k, lease) - LEASE * int(TRAITS[trait](one)[0]))
                for k, trait in self.book.marks(lease, account)
                if k in self._priced
            ]
            self._of_one[here] = self.numbered(tuple(sorted(found)))
        return self._of_one[here]

    def numbered(self, marks: Marks) -> int:
        """Number of the marks, new ones included."""
        if marks not in self._number:
            self._number[marks] = len(self.marks)
            self.marks.append(marks)
        return self._number[marks]

    def of_members(self, d: int, account: str, apps: Sequence[int]) -> set[int]:
        """Numbers of the marks that any of these households would have at a dwelling on an account."""
        bits = np.unique(profile_at(self.classes.world, d, np.array(apps, np.int64)))
        return {self.letting(d, account, int(x)) for x in bits}
