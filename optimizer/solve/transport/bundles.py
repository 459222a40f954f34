"""The arrays of pricing that travel together through its compiled functions, one named bundle an idea.

``K`` classes of dwellings, ``A`` applicants, ``P`` pairs (menu, type), ``O`` offers (a class at which a pair is let, as a cell), ``C`` cells,
``S`` dwellings. Classes, applicants and pairs of one component follow one another, so that its arrays are spans of the whole ones.
Amounts *in quanta* are objective units times the quantum (`Lagrangian`); values and bonuses are in objective units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.solve.transport.model import Floats, Ints, SmallInts


class Component(NamedTuple):
    """What one component holds: a part that shares no class, applicant or pair with the others.

    Attributes
    ----------
    k0, k1 : int
        Its classes.
    a0, a1 : int
        Its applicants.
    p0, p1 : int
        Its pairs.
    """

    k0: int
    k1: int
    a0: int
    a1: int
    p0: int
    p1: int


class Supply(NamedTuple):
    """The dwellings of each class, and what they bring without a household or beside it.

    Attributes
    ----------
    capacity : (K,)
        Dwellings.
    slot_start : (K + 1,)
        Places of a class in `Placement.member`.
    outside : (K,)
        What a vacancy earns, in quanta.
    bonus_start : (K + 1,)
        Where a class's bonuses begin; an empty span means all zero.
    bonus : (at most S,)
        What the n-th household of a class adds, falling, in objective units.
    """

    capacity: Ints
    slot_start: Ints
    outside: Ints
    bonus_start: Ints
    bonus: Ints


class PairOffers(NamedTuple):
    """Where the applicants of each pair may be housed.

    Attributes
    ----------
    start : (P + 1,)
        Offers of a pair.
    klass : (O,)
        Class of an offer.
    cell : (O,)
        Cell that an applicant housed by it is counted in.
    credit : (O,)
        What the multipliers add to the value of a pair, in quanta.
    """

    start: Ints
    klass: SmallInts
    cell: SmallInts
    credit: Ints | Floats


class OffersByClass(NamedTuple):
    """`PairOffers` listed the other way round.

    Attributes
    ----------
    start : (K + 1,)
        Span of a class in the other two.
    offer : (O,)
        Number of the offer.
    pair : (O,)
        Pair whose offer it is.
    """

    start: Ints
    offer: SmallInts
    pair: SmallInts


class Arcs(NamedTuple):
    """The pairs of each applicant.

    Attributes
    ----------
    start : (A + 1,)
        Arcs of an applicant.
    pair : (arcs,)
        Pair of an arc.
    value : (arcs,)
        What the applicant is worth there, in objective units.
    """

    start: Ints
    pair: SmallInts
    value: NDArray[np.integer]


class ArcsByPair(NamedTuple):
    """`Arcs` listed the other way round, best value first.

    Attributes
    ----------
    start : (P + 1,)
        Span of a pair in the other two.
    who : (arcs,)
        Applicant.
    value : (arcs,)
        What the applicant is worth there, in objective units.
    """

    start: Ints
    who: SmallInts
    value: NDArray[np.integer]


class Placement(NamedTuple):
    """Who is housed where, and what each class must earn; kernels write here.

    Attributes
    ----------
    price : (K,)
        What the dwellings of a class must earn beyond their bonus, in quanta.
    worth : (A,)
        Value of a housed applicant's arc, in quanta.
    base : (A,)
        ``worth`` and the credit of its offer, in quanta: less the price, what the applicant keeps.
    owner : (A,)
        Class of an applicant, -1 for none.
    cell : (A,)
        Cell it is counted in.
    slot : (A,)
        Its place in ``member``.
    member : (S,)
        Applicants of each class, from `Supply.slot_start` on.
    filled : (K,)
        How many they are.
    """

    price: Ints
    worth: Ints
    base: Ints
    owner: SmallInts
    cell: SmallInts
    slot: Ints
    member: SmallInts
    filled: Ints


class Paths(NamedTuple):
    """Scratch of one search over the classes of a component, numbered from its first: the shortest paths met so far.

    Between two searches ``distance`` is `FAR` and ``settled`` False everywhere.

    Attributes
    ----------
    distance : (k1 - k0,)
        Length of the path to a class, in quanta.
    via : (k1 - k0,)
        Applicant whose move is the last step to a class; of a search for whoever takes a vacancy, the one who leaves the class.
    goes : (k1 - k0,)
        Class that this one goes to, of a search for whoever takes a vacancy.
    worth, base, cell : (k1 - k0,)
        What `Placement` will say of that applicant.
    settled : (k1 - k0,)
        Whether the path is known to be shortest.
    touched : (k1 - k0,)
        Classes with a distance, in the order they were met.
    """

    distance: Ints
    via: SmallInts
    goes: SmallInts
    worth: Ints
    base: Ints
    cell: SmallInts
    settled: NDArray[np.bool_]
    touched: SmallInts


class Sieve(NamedTuple):
    """Scratch over the pairs of a component, numbered from its first: which of them a search need not open.

    Attributes
    ----------
    reach : (p1 - p0,)
        Smallest distance at which a pair was already opened, in quanta; `FAR` everywhere between two searches.
    opened : (p1 - p0,)
        Pairs opened.
    floor : (p1 - p0,)
        Least price less credit among the offers of a pair when last read, in quanta. Prices only rise while applicants enter, so an
        old value is still a lower bound.
    """

    reach: Ints
    opened: SmallInts
    floor: Ints


class Demand(NamedTuple):
    """What `market.demand_at` writes for one component, pairs and classes numbered from its first.

    Attributes
    ----------
    level : (p1 - p0,)
        Smoothed best of credit less price over a pair's offers, in quanta.
    asked : (p1 - p0,)
        Households expected at a pair.
    chance : (most arcs of an applicant,)
        Scratch.
    lot : (O,)
        Households expected at each offer, of all components.
    demand : (k1 - k0,)
        Households expected at a class.
    """

    level: Floats
    asked: Floats
    chance: Floats
    lot: Floats
    demand: Floats
