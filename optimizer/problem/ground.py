"""What the rules stand on: places, leases already signed, forecasts, days of the year — by index in `Facts`.

A *counted lease* is anything a rule can count: a lease signed since 1 January, work in progress that has gone far enough
for its account, or a first rank of this run. All three come as the same columns (:class:`Counted`), so that one measure
serves them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

import optimizer.eligibility as eligibility
from optimizer.domain.account import in_flux
from optimizer.eligibility.facts import PROOF, Q1_UNKNOWN, RELOCATION, Facts
from optimizer.problem.lent import lent

if TYPE_CHECKING:
    from optimizer.domain.case import CaseSettings
    from optimizer.policy import RuleSet

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]

COUNTED_RELOCATIONS = ("npnru", "orcod")
"""Relocations which count with the first quartile outside QPV (LEC)."""


class Place(NamedTuple):
    """What a rule may ask of a dwelling: indices in `Facts`, -1 for none."""

    landlord: int
    commune: int
    epci: int
    departement: int
    qpv: bool
    rooms: int
    financing: int
    residence: int
    flux_base: bool


@dataclass(frozen=True)
class Counted:
    """Columns of n leases that rules may count (indices in `Facts`, -1 unknown).

    ``residence`` is that of a flagged priority-mix residence, else -1. ``flux_base`` already looks at the account.
    ``named`` is False for a direct réservataire's seat: no household yet. ``designated``: by the préfet (CCH L. 441-2-3).
    """

    landlord: I32
    commune: I32
    epci: I32
    departement: I32
    qpv: B
    rooms: I8
    financing: I8
    residence: I32
    flux_base: B
    account: I32
    q1: I8
    dalo: B
    priority: B
    relocated: B
    essential: B
    accepts_qpv: B
    designated: B
    named: B

    def __len__(self) -> int:
        return len(self.landlord)

    def where(self, mask: B) -> Counted:
        """The leases of the mask."""
        return Counted(*(getattr(self, f.name)[mask] for f in fields(self)))

    @staticmethod
    def joined(parts: tuple[Counted, ...]) -> Counted:
        """All leases of the parts, in order."""
        return Counted(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Counted)))


class Forecast(NamedTuple):
    """One row of `assiette`: dwellings vacated in the year, mutations, and the flux base among them."""

    vacated: int
    mutation: int
    base: int


@dataclass(frozen=True)
class Ground:
    """Facts, rules in force, and what the year has seen so far."""

    facts: Facts
    rules: RuleSet
    settings: CaseSettings
    before: Counted
    returned: Counted
    """Orientations that came back without a lease, where a count rule has consumed them: the flux alone looks at them."""
    has_leases: bool
    forecast: Mapping[tuple[int, int], Forecast]
    """By (landlord, département): the forecast where the table has one, else what it says was done."""
    price_assumed: bool = False
    """Whether a row whose target is assumed keeps its price in a case that is not synthetic."""
    signed: int = 0
    """How many of ``before`` are signed leases: the first ones; work in progress follows."""
    expected: B | None = None
    """(D,) dwellings that the leases still expected are made of, in place of the vacant ones of the run: a simulated year knows its
    dwellings beforehand, with those of other years and those that only a move would free."""

    @cached_property
    def lent(self) -> Ground:
        """The same ground as rules are given it: none of its arrays can be written into."""
        return lent(self)

    def __getstate__(self) -> dict[str, object]:
        """Everything but :attr:`lent`: its views would travel to another process as copies."""
        return {name: held for name, held in vars(self).items() if name != "lent"}

    @cached_property
    def outside_flux(self) -> frozenset[int]:
        """Indices of the accounts that are not part of the flux (membership tests only)."""
        return frozenset(i for i, name in enumerate(self.facts.accounts) if not in_flux(name))

    @cached_property
    def days(self) -> tuple[int, int]:
        """Days gone since 1 January (at least 1), days left to 31 December, the day itself included."""
        on = self.settings.on
        gone = (on - on.replace(month=1, day=1)).days
        left = (on.replace(month=12, day=31) - on).days + 1
        return max(1, gone), left

    @cached_property
    def min_count(self) -> int:
        """Leases expected in the year below which a row has no price."""
        return self.rules.integer("national.rules.min_count")

    @cached_property
    def rate_unit(self) -> int:
        """10 to the number of decimals kept of the required rate."""
        return int(10 ** self.rules.integer("national.rules.rate_decimals"))

    @cached_property
    def priority(self) -> B:
        """(A,) households counted as publics prioritaires: DALO whatever the proof, codes with a proof that counts."""
        a = self.facts.applications
        return lent(
            np.asarray(a.dalo | (a.priority_any & np.isin(a.proof, proofs_counted(self.rules))), dtype=bool)
        )

    @cached_property
    def relocated(self) -> B:
        """(A,) households relocated by NPNRU or ORCOD."""
        counted = [RELOCATION.index(word) for word in COUNTED_RELOCATIONS]
        return lent(np.isin(self.facts.applications.relocation, counted))

    @cached_property
    def places_present(self) -> tuple[tuple[int, int, int], ...]:
        """(landlord, EPCI, département) of the dwellings of the case, blocked ones included, sorted."""
        d = self.facts.dwellings
        found = np.unique(np.stack([d.landlord, d.epci, d.departement], axis=1), axis=0)
        return tuple((int(x), int(y), int(z)) for x, y, z in found)

    @cached_property
    def landlord_departements(self) -> tuple[tuple[int, int], ...]:
        """(landlord, département) of the dwellings of the case, sorted."""
        return tuple(sorted({(landlord, departement) for landlord, _, departement in self.places_present}))

    def q1(self, apps: NDArray[np.integer], epci: int) -> I8:
        """Q1 state of applications against the threshold of an EPCI."""
        return eligibility.q1_state(self.facts, np.asarray(apps, np.int32), epci)

    def dwellings_as_leases(self) -> Counted:
        """The dwellings of this run as if each had a lease on the flux, without household: what a scope can count."""
        d = self.facts.dwellings
        free = np.flatnonzero(~d.blocked)
        return leases_of_first_ranks(self, free, np.full(len(free), -1), np.full(len(free), -1))

    @cached_property
    def vacant(self) -> B:
        """Which of `dwellings_as_leases` are vacant: what a chain may free is not expected until somebody goes."""
        d = self.facts.dwellings
        which = ~d.freed if self.expected is None else self.expected
        return lent(np.asarray(which[~d.blocked], bool))


def proofs_counted(rules: RuleSet) -> list[int]:
    """Proofs (index in PROOF) that count for the 25 % of publics prioritaires."""
    return [PROOF.index(word) for word in rules.get("national.priority_publics.proof_target")]


def leases_of_first_ranks(
    ground: Ground, dwelling: NDArray[np.integer], app: NDArray[np.integer], account: NDArray[np.integer]
) -> Counted:
    """First ranks of a run as counted leases, from the facts alone.

    ``app`` -1 is a seat; ``account`` -1 stands for any account of the flux.
    """
    d, a = ground.facts.dwellings, ground.facts.applications
    named = np.asarray(app) >= 0
    who = np.where(named, app, 0)
    epci = d.epci[dwelling]
    q1 = np.full(len(dwelling), Q1_UNKNOWN, np.int8)
    for e in np.unique(epci[named]).tolist():
        here = named & (epci == e)
        q1[here] = ground.q1(who[here], e)
    outside = np.isin(account, sorted(ground.outside_flux))

    def of(values: B) -> B:
        return named & values[who] if len(values) else np.zeros(len(dwelling), bool)

    return Counted(
        landlord=d.landlord[dwelling],
        commune=d.commune[dwelling],
        epci=epci,
        departement=d.departement[dwelling],
        qpv=d.qpv[dwelling],
        rooms=d.rooms[dwelling],
        financing=d.financing[dwelling],
        residence=np.where(d.priority_mix[dwelling], d.residence[dwelling], -1).astype(np.int32),
        flux_base=d.flux_base[dwelling] & ~outside,
        account=np.asarray(account, np.int32),
        q1=q1,
        dalo=of(a.dalo),
        priority=of(ground.priority),
        relocated=of(ground.relocated),
        essential=of(a.essential_worker),
        accepts_qpv=of(a.accepts_qpv),
        designated=of(a.prefet_designated),
        named=named,
    )
