"""Menus: for each kind of dwelling, every application eligible before the account question, with its fit and flags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.columns import row_of_items
from optimizer.eligibility.facts import Csr, Facts
from optimizer.eligibility.fit import effort_key, fit_terms, pair_flags
from optimizer.eligibility.shelf import Shelf

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


KEPT = 1_000_000
"""Applications on the shelves that a case keeps, some sixty bytes each: the communes of a commission, not those of a country."""


@dataclass(frozen=True)
class Menus:
    """Eligible applications by kind of dwelling.

    Attributes
    ----------
    menu_of_dwelling : (D,) int32
        -1 for a dwelling held by work in progress, or that suits nobody.
    ptr : (M+1,) int64
        Entries of menu m: ``app[ptr[m]:ptr[m+1]]``, ascending application index.
    fit : int32, uint16 in lean menus
        Hundredths of a point, without the dwelling's vacancy points.
    pref : int16
        Preference rank from 1; 0 when the commune is reached by `extend` only. Empty in lean menus.
    flags : int16
        Bits named in ``FLAGS``. Empty in lean menus.
    """

    menu_of_dwelling: I32
    ptr: I64
    app: I32
    fit: NDArray[Any]
    pref: I16
    flags: I16

    def of(self, dwelling: int) -> slice:
        """Entries of a dwelling (an empty slice without menu)."""
        m = int(self.menu_of_dwelling[dwelling])
        return slice(int(self.ptr[m]), int(self.ptr[m + 1])) if m >= 0 else slice(0, 0)


@dataclass(frozen=True)
class Kindred:
    """Dwellings that no rule of eligibility tells apart: ``members`` of kind k, ``first[k]`` stands for them."""

    kind: I32
    representative: I32
    commune: I32
    district: I32


def kindred(facts: Facts) -> Kindred:
    """Group the dwellings of the case, held back or not, by all that the codes before ACCOUNT, the fit, the flags and the
    burden read of them."""
    d = facts.dwellings
    count = len(d.ids)
    special = np.full(count, -1, np.int64)
    owned = facts.applications.current_dwelling
    alone = np.unique(np.concatenate([owned[owned >= 0], np.array(sorted(facts.barred), np.int32)])).astype(
        np.int64
    )
    special[alone] = alone
    access = d.accessible.astype(np.int64) * 4 + d.upstairs_without_lift * 2 + d.access_unknown
    size = d.rooms.astype(np.int64) * 128 + d.rooms_table
    money = d.financing.astype(np.int64) + 3 * d.ceiling_factor
    columns = [d.commune.astype(np.int64), d.district.astype(np.int64), size, money, access, special]
    columns += list(effort_key(facts).T)
    _, first, kind = np.unique(np.stack(columns, axis=1), axis=0, return_index=True, return_inverse=True)
    chosen: I32 = first.astype(np.int32)
    return Kindred(kind.reshape(-1).astype(np.int32), chosen, d.commune[chosen], d.district[chosen])


@dataclass(frozen=True)
class Seekers:
    """Applications in play (active, no live offer) by the communes they reach."""

    chosen: Csr
    """Commune -> applications that wish it, ascending."""
    rank: I16
    """Aligned with ``chosen.values``: their preference rank."""
    extending: Csr
    """EPCI -> applications that accept its other communes, ascending."""

    def reaching(self, commune: int, epci: int, scratch: NDArray[np.bool_]) -> tuple[I32, I16]:
        """Applications that reach a commune and their rank there (0: by `extend`), ascending.

        ``scratch`` (A,) is all False before and after: it keeps the union linear in its size.
        """
        a, b = int(self.chosen.ptr[commune]), int(self.chosen.ptr[commune + 1])
        wishing, rank = self.chosen.values[a:b], self.rank[a:b]
        accepting = self.extending.row(epci)
        if not len(accepting):
            return wishing, rank
        scratch[wishing] = True
        accepting = accepting[~scratch[accepting]]
        scratch[wishing] = False
        apps = np.concatenate([wishing, accepting])
        ranks = np.concatenate([rank, np.zeros(len(accepting), np.int16)])
        order = np.argsort(apps, kind="stable")
        return apps[order], ranks[order]


def _grouped(key: I64, app: I64, width: int) -> tuple[Csr, I64]:
    """Applications by key, ascending inside, and the permutation that was applied."""
    order = np.lexsort((app, key))
    ptr = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=width))]).astype(np.int64)
    return Csr(ptr, app[order].astype(np.int32)), order


def seekers(facts: Facts) -> Seekers:
    """Index the applications in play by the communes of the case's dwellings."""
    a = facts.applications
    in_play = a.active & ~a.live_offer
    useful = np.zeros(len(facts.communes) + 1, bool)
    useful[facts.dwellings.commune] = True
    row = row_of_items(a.wished)
    kept = np.flatnonzero(useful[a.wished.values] & (a.wished.values >= 0) & in_play[row])
    app, commune = row[kept], a.wished.values[kept].astype(np.int64)
    rank = a.wished_rank[kept]
    # a commune listed twice keeps its better rank: items are in order, so the first of each pair is kept
    pair = app * len(useful) + commune
    _, firsts = np.unique(pair, return_index=True)
    app, commune, rank = app[firsts], commune[firsts], rank[firsts]
    chosen, order = _grouped(commune, app, len(facts.communes))
    epcis = np.zeros(len(facts.epcis), bool)
    epcis[facts.dwellings.epci] = True
    row = row_of_items(a.extend_epci)
    kept = np.flatnonzero(epcis[a.extend_epci.values] & in_play[row])
    extending, _ = _grouped(a.extend_epci.values[kept].astype(np.int64), row[kept], len(facts.epcis))
    return Seekers(chosen, rank[order].astype(np.int16), extending)


def by_kind(facts: Facts, kinds: Kindred) -> Iterator[tuple[int, Shelf]]:
    """For each kind of dwelling: the applications in play that reach its commune, and their ranks.

    The district is left to `Shelf.wanted_district`. One shelf serves all kinds of a commune, which come together; those of a case
    that is not large are kept with its facts, so that what they have answered is not asked again after a decision.
    """
    kept: dict[int, Shelf] = facts.lasting.setdefault("shelves", {})
    room = KEPT - sum(len(shelf.apps) for shelf in kept.values() if shelf.serves(facts))
    index: Seekers | None = None
    scratch = np.zeros(len(facts.applications.ids), bool)
    commune = -1
    shelf = Shelf(facts, np.zeros(0, np.int32), np.zeros(0, np.int16))
    for k, d in enumerate(kinds.representative.tolist()):
        if kinds.commune[k] != commune:
            commune = int(kinds.commune[k])
            known = kept.get(commune)
            if known is not None and known.serves(facts):
                shelf = known.of(facts)
            else:
                index = seekers(facts) if index is None else index
                shelf = Shelf(facts, *index.reaching(commune, int(facts.dwellings.epci[d]), scratch))
                room -= len(shelf.apps)
                if room >= 0:
                    kept[commune] = shelf
        yield k, shelf


class _Grown:
    """A column of unknown length, grown in place so that it is never held twice."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self.size = 0
        self._data: NDArray[Any] = np.empty(1 << 12, dtype)

    def add(self, values: NDArray[Any]) -> None:
        end = self.size + len(values)
        if end > len(self._data):
            self._data.resize(max(end, len(self._data) * 3 // 2), refcheck=False)
        self._data[self.size : end] = values
        self.size = end

    def done(self) -> NDArray[Any]:
        self._data.resize(self.size, refcheck=False)
        return self._data


def menus(facts: Facts, rules: RuleSet, *, lean: bool = False) -> Menus:
    """Every pair that passes all codes but ACCOUNT, once per kind of dwelling.

    Work and memory grow with kinds × applications reaching their commune, never with dwellings × applications.

    Parameters
    ----------
    lean : leave ``pref`` and ``flags`` empty: what the problem needs, at 6 bytes an entry (8 where a fit can pass 655
        points).
    """
    kinds = kindred(facts)
    terms = fit_terms(rules)
    free = np.zeros(len(kinds.representative), bool)
    free[kinds.kind[~facts.dwellings.blocked]] = True
    number = np.full(len(free), -1, np.int32)
    lengths: list[int] = []
    narrow = lean and 0 <= terms.least and terms.most <= np.iinfo(np.uint16).max
    fit = _Grown(np.uint16 if narrow else np.int32)
    app, pref, flags = _Grown(np.int32), _Grown(np.int16), _Grown(np.int16)
    for k, shelf in by_kind(facts, kinds):
        if not free[k]:
            continue
        dwelling = int(kinds.representative[k])
        fine = shelf.suitable(dwelling, int(kinds.district[k]))
        if not len(fine):
            continue
        number[k] = len(lengths)
        lengths.append(len(fine))
        app.add(shelf.apps[fine])
        fit.add(shelf.fit(terms, dwelling)[fine])
        if not lean:
            pref.add(shelf.ranks[fine])
            flags.add(pair_flags(facts, dwelling, shelf.apps[fine]))
    return Menus(
        menu_of_dwelling=np.where(facts.dwellings.blocked, -1, number[kinds.kind]).astype(np.int32),
        ptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        app=app.done(),
        fit=fit.done(),
        pref=pref.done(),
        flags=flags.done(),
    )
