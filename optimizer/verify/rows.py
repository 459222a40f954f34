"""The rows of every rule for a case, and which of them a lease enters (design §6).

A lease is anything a rule counts: signed since 1 January, in progress far enough, or a first rank of this run. What
it counts for depends on where it is (:class:`Lease`), the account, and a few facts of the household (profile bits).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from optimizer.verify.agreements import OUTSIDE, account_rank
from optimizer.verify.cells import I32, I64
from optimizer.verify.pools import Q1_NO, Q1_YES, ten_thousandths
from optimizer.verify.world import World

RULES = (
    "flux", "mutation_max", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo",
    "essential_workers", "priority_mix", "account_balance",
)  # fmt: skip
DALO, PRIORITY, YES, NO, RELOCATED, ACCEPTS, ESSENTIAL = (1 << i for i in range(7))
PROFILES = 128
KINDS = (
    "kind=qpv", "rooms=T1-T2", "rooms=T3", "rooms=T4+", "financing=plai", "financing=plus", "financing=pls",
)  # fmt: skip


@dataclass(frozen=True)
class Lease:
    """Where a lease is. ``rooms`` 0 and ``financing`` -1: unknown."""

    landlord: str
    commune: str
    epci: str
    departement: str
    qpv: bool
    rooms: int
    financing: int
    flux_base: bool
    """In the flux base for an account of the flux."""
    residence: str = ""
    """Its priority-mix residence, if any."""

    def kinds(self) -> tuple[bool, ...]:
        """Whether it is of each of KINDS."""
        r = self.rooms
        return (self.qpv, r in (1, 2), r == 3, r >= 4, *(self.financing == i for i in range(3)))


@dataclass(frozen=True)
class Row:
    """One row. Shares, tolerances and rates in ten-thousandths, prices in hundredths."""

    rule: str
    scope: str
    share: Fraction
    tolerance: Fraction
    price: int
    pairs: tuple[tuple[str, str], ...] = ()
    """(landlord, département) whose forecasts say how many leases the year brings."""
    opening: Fraction = Fraction(0)
    number: Fraction | None = None
    num_before: int = 0
    den_before: int = 0
    remaining: Fraction = Fraction(0)
    rate: int = 0


def profile(world: World, epci: str, apps: I64 | I32 | slice) -> I64:
    """Profile bits of applications for a dwelling in that EPCI."""
    a, q1 = world.apps, world.pools.q1(epci, apps)
    found = (
        a.dalo[apps] * DALO
        + world.pools.counted_priority[apps] * PRIORITY
        + (q1 == Q1_YES) * YES
        + (q1 == Q1_NO) * NO
        + np.isin(a.relocation[apps], (1, 2)) * RELOCATED
        + a.accepts_qpv[apps] * ACCEPTS
        + a.essential[apps] * ESSENTIAL
    )
    return np.asarray(found, np.int64)


def profile_at(world: World, dwelling: int, apps: I64) -> I64:
    """Profile bits at a dwelling."""
    return profile(world, world.place(dwelling)[1], apps)


Trait = Callable[[I64], I64]
TRAITS: Mapping[str, Trait] = {
    "always": lambda p: np.ones_like(p),
    "never": lambda p: np.zeros_like(p),
    "priority": lambda p: (p & PRIORITY > 0).astype(np.int64),
    "q1_or_relocated": lambda p: (p & (YES | RELOCATED) > 0).astype(np.int64),
    "not_q1": lambda p: (p & NO > 0).astype(np.int64),
    "dalo": lambda p: (p & DALO > 0).astype(np.int64),
    "dalo_in_qpv": lambda p: ((p & DALO > 0) & ((p & ACCEPTS > 0) | (p & YES == 0))).astype(np.int64),
    "essential": lambda p: (p & ESSENTIAL > 0).astype(np.int64),
}


class Book:
    """All rows in order, and the way from a lease to the rows it enters."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: list[Row] = []
        self._at: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        self._named_before = {
            str(x)
            for table in ("leases", "in_progress", "events")
            for x in world.raw.table(table).text("account").unique().to_pylist()
            if x
        }
        landlords = {
            (d.landlord, d.departement, d.epci)
            for d in (lease_of(world, i) for i in range(len(world.dwellings)))
        }
        self.present = tuple(sorted({(x, dep) for x, dep, _ in landlords}))
        self._places = sorted(landlords)
        found = [
            *self._flux(),
            *self._mutation(),
            *self._priority(),
            *self._lec(),
            *self._local(),
            *self._balance(),
        ]
        found.sort(key=lambda x: (RULES.index(x[0].rule), x[0].scope))
        for k, (row, keys) in enumerate(found):
            self.rows.append(row)
            for key, trait in keys:
                self._at.setdefault(key, []).append((k, trait))
        self.number = {(row.rule, row.scope): k for k, row in enumerate(self.rows)}
        self.by_kind = any(key[0] == "balance" for key in self._at)
        """Whether a rule looks at rooms or financing."""
        self._spots: dict[tuple[object, ...], int] = {}
        self._spot_of: dict[int, int] = {}

    def _price(self, rule: str) -> int:
        return self.world.law.hundredths(f"national.prices.{rule}")

    def _tolerance(self, rule: str) -> Fraction:
        return self.world.law.fraction(f"national.rules.{rule}.tolerance")

    def _flux(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        present = set(self.present)
        for line in self.world.agreements.lines:
            if (line.landlord, line.departement) in present and line.account not in OUTSIDE:
                scope = f"landlord={line.landlord};area={line.area};account={line.account}"
                row = Row(
                    "flux",
                    scope,
                    line.share,
                    line.tolerance,
                    self._price("flux"),
                    opening=line.opening_balance,
                )
                keys: list[tuple[tuple[str, ...], str]] = [
                    (
                        ("flux", line.landlord, line.area, other),
                        "always" if other == line.account else "never",
                    )
                    for other in self.flux_accounts(line.landlord)
                ]
                yield row, keys

    def flux_accounts(self, landlord: str) -> tuple[str, ...]:
        """Accounts of the flux that can stand on leases of a landlord: anything but MUTATION and RELOGEMENT."""
        w = self.world
        names = {x.account for x in w.agreements.of(landlord)} | {
            "BAILLEUR",
            "ETAT_PRIO",
            "ETAT_AGENT",
            "ALS",
        }
        names |= {x for x in w.dwellings.reserved_to if x} | self._named_before
        return tuple(sorted(names - set(OUTSIDE), key=account_rank))

    def _mutation(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        for landlord, dep in self.present:
            forecast = self.world.forecast.get((landlord, dep))
            if forecast and forecast[0] > 0:
                share = max(Fraction(0), 1 - Fraction(forecast[1], forecast[0]))
                row = Row(
                    "mutation_max", f"landlord={landlord};departement={dep}", share, self._tolerance("mutation_max"),
                    self._price("mutation_max"), ((landlord, dep),),
                )  # fmt: skip
                yield row, [(("mutation", landlord, dep), "mutation")]

    def _priority(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        share = self.world.law.fraction("national.rules.priority_publics.share")
        for landlord, dep in self.present:
            names = {x.account for x in self.world.agreements.of(landlord) if x.departement == dep}
            names = {x for x in names if x == "ALS" or x.startswith("COLL:")} | {"BAILLEUR"}
            for account in sorted(names):
                row = Row(
                    "priority_publics", f"landlord={landlord};departement={dep};account={account}", share,
                    self._tolerance("priority_publics"), self._price("priority_publics"),
                )  # fmt: skip
                yield row, [(("account", landlord, dep, account), "priority")]

    def _lec(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        law, together = self.world.law, self.world.settings.all_landlords
        found: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for landlord, dep, epci in self._places:
            if epci in law.q1_thresholds:
                found.setdefault(("" if together else landlord, epci), set()).add((landlord, dep))
        for (landlord, epci), pairs in sorted(found.items()):
            scope = f"landlord={landlord};epci={epci}" if landlord else f"epci={epci}"
            for rule, share, where, trait in (
                ("lec_q1_outside_qpv", "first_quartile_share", "outside", "q1_or_relocated"),
                ("lec_q234_inside_qpv", "other_quartiles_share", "inside", "not_q1"),
            ):
                row = Row(
                    rule, scope, law.fraction(f"national.lec.{share}"), self._tolerance(rule), self._price(rule),
                    tuple(sorted(pairs)),
                )  # fmt: skip
                yield row, [(("lec", landlord, epci, where), trait)]

    def _local(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        law = self.world.law
        numbers = law.place_values("dalo", "territory.dalo")
        for dep in sorted({dep for _, dep in self.present}):
            if dep in numbers:
                pairs = tuple(x for x in self.present if x[1] == dep)
                row = Row(
                    "dalo", f"departement={dep}", Fraction(0), self._tolerance("dalo"), self._price("dalo"), pairs,
                    number=numbers[dep],
                )  # fmt: skip
                yield row, [(("dalo", dep, "outside"), "dalo"), (("dalo", dep, "inside"), "dalo_in_qpv")]
        shares = law.place_values("essential_workers", "territory.essential_workers")
        for epci in sorted({epci for _, _, epci in self._places}):
            if epci in shares:
                pairs = tuple(sorted({(x, dep) for x, dep, e in self._places if e == epci}))
                row = Row(
                    "essential_workers", f"epci={epci}", shares[epci], self._tolerance("essential_workers"),
                    self._price("essential_workers"), pairs,
                )  # fmt: skip
                yield row, [(("essential", epci), "essential")]
        yield from self._mix()

    def _mix(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for i in range(len(self.world.dwellings)):
            lease = lease_of(self.world, i)
            if lease.residence:
                found.setdefault(lease.residence, set()).add((lease.landlord, lease.departement))
        for residence in sorted(found):
            row = Row(
                "priority_mix", f"residence={residence}",
                self.world.law.fraction("national.rules.priority_mix.share"), self._tolerance("priority_mix"),
                self._price("priority_mix"), tuple(sorted(found[residence])),
            )  # fmt: skip
            yield row, [(("mix", residence), "not_q1")]

    def _balance(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        world = self.world
        if not self.present or not world.law.flag("national.rules.account_balance.enabled"):
            return
        margin = world.law.fraction("national.rules.account_balance.margin")
        present = set(self.present)
        names = {x.account for x in world.agreements.lines if (x.landlord, x.departement) in present}
        for account in sorted((names | {"BAILLEUR"}) - set(OUTSIDE), key=account_rank):
            supply = [0] * len(KINDS)
            total = 0
            for d in range(len(world.dwellings)):
                lease = lease_of(world, d)
                if world.blocked[d] or not lease.flux_base or account not in world.receivers(d):
                    continue
                total += 1
                supply = [n + is_kind for n, is_kind in zip(supply, lease.kinds(), strict=True)]
            for kind, name in enumerate(KINDS):
                share = max(Fraction(0), (Fraction(supply[kind], total) if total else Fraction(0)) - margin)
                row = Row(
                    "account_balance", f"account={account};{name}", Fraction(half_up(share, 10_000), 10_000),
                    self._tolerance("account_balance"), self._price("account_balance"),
                )  # fmt: skip
                yield row, [(("balance", account), f"kind{kind}")]

    def at(self, *key: str) -> list[tuple[int, str]]:
        """Rows under one key, with their trait."""
        return self._at.get(key, [])

    def marks(self, lease: Lease, account: str, seat: bool = False) -> list[tuple[int, str]]:
        """(row, trait) for every row whose denominator a lease on that account enters."""
        at = self._at
        found: list[tuple[int, str]] = []
        if lease.flux_base and account not in OUTSIDE:
            for area in (lease.departement, lease.epci, lease.commune):
                found += at.get(("flux", lease.landlord, area, account), [])
        if seat:
            return found
        for k, _ in at.get(("mutation", lease.landlord, lease.departement), ()):
            found.append((k, "never" if account == "MUTATION" else "always"))
        found += at.get(("account", lease.landlord, lease.departement, account), [])
        where = "inside" if lease.qpv else "outside"
        shared = "" if self.world.settings.all_landlords else lease.landlord
        found += at.get(("lec", shared, lease.epci, where), [])
        found += at.get(("dalo", lease.departement, where), [])
        found += at.get(("essential", lease.epci), [])
        if lease.residence:
            found += at.get(("mix", lease.residence), [])
        if ("balance", account) in at:
            kinds = lease.kinds()
            found += [(k, "always" if kinds[int(t[4:])] else "never") for k, t in at["balance", account]]
        return found

    def spot(self, d: int) -> int:
        """Number of what the rules see of a dwelling: the same number, the same rows for every account."""
        known = self._spot_of.get(d)
        if known is None:
            lease = lease_of(self.world, d)
            key = (lease.landlord, lease.commune, lease.qpv, lease.flux_base, lease.residence)
            kinds = (lease.rooms, lease.financing) if self.by_kind else ()
            known = self._spot_of[d] = self._spots.setdefault((*key, *kinds), len(self._spots))
        return known

    def fill(self, rows: Mapping[int, Row]) -> None:
        """Replace rows by their counted versions."""
        for k, row in rows.items():
            self.rows[k] = row


def lease_of(world: World, d: int) -> Lease:
    """A dwelling of the run as a lease."""
    known = world.lease_cache.get(d)
    if known is None:
        w = world.dwellings
        base = w.exclusion[d] == "none" and not w.reserved_to[d] and not w.first_letting[d]
        known = Lease(
            w.landlord[d], *world.place(d), bool(w.qpv[d]), int(w.rooms[d]), int(w.financing[d]),
            base, w.residence[d] if w.priority_mix[d] else "",
        )  # fmt: skip
        world.lease_cache[d] = known
    return known


def half_up(value: Fraction, unit: int) -> int:
    """``value × unit`` to the nearest whole number, halves up."""
    return int((value * unit * 2 + 1) // 2)


def with_rate(row: Row, num: int, den: int, remaining: Fraction, min_count: int, decimals: int) -> Row:
    """The row with what was counted before the run, F, the required rate and its price."""
    year = den + remaining
    share = row.share
    if row.number is not None:
        share = row.number / year if year > 0 else Fraction(0)
    rate = 0
    if remaining > 0:
        wanted = ((share - row.tolerance) * year - num - row.opening) / remaining
        rate = half_up(min(max(wanted, Fraction(0)), Fraction(1)), 10**decimals) * 10 ** (4 - decimals)
    price = row.price if remaining > 0 and year >= min_count else 0
    ten_thousandths(row.tolerance, row.rule)
    return replace(
        row, share=share, num_before=num, den_before=den, remaining=remaining, rate=rate, price=price
    )
