"""The rows of every rule for a case, and which of them a lease enters (design §6).

A lease is anything a rule counts: signed since 1 January, in progress far enough, or a first rank of this run. What
it counts for depends on where it is (:class:`Lease`), the account, and a few facts of the household (profile bits).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from optimizer.verify.agreements import OUTSIDE, AgreementLine, account_rank
from optimizer.verify.cells import I32, I64
from optimizer.verify.forecast import Foreseen, Place, foreseen_leases
from optimizer.verify.pools import Q1_NO, Q1_YES, ten_thousandths
from optimizer.verify.targets import assumed_places, is_assumed
from optimizer.verify.world import World

LEASE = 10_000
"""Parts of a lease: what rates, shares and shortfalls are counted in."""
RULES = (
    "flux", "flux_max", "mutation_max", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo",
    "essential_workers", "priority_mix", "account_balance",
)  # fmt: skip
HOUSEHOLD_RULES = (
    "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo", "essential_workers", "priority_mix",
)  # fmt: skip
"""Rules on who lives there: a seat counts in none of them, and pays for what it may not bring."""
DALO, PRIORITY, YES, NO, RELOCATED, ACCEPTS, ESSENTIAL, PREFET = (1 << i for i in range(8))
PROFILES = 256
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
    """One row. Rates in ten-thousandths, prices in hundredths. A run lacks ``max(0, Σ rate of the leases of den − num − slack)``.

    An ``upper`` row (``flux_max``) is written by its complement: num are the leases of den that do not count against the
    account, and a lease asks for ``1 − s``: the same shortfall as ``max(0, leases that count − Σ s − slack)``.
    """

    rule: str
    scope: str
    share: Fraction
    tolerance: Fraction
    price: int
    opening: Fraction = Fraction(0)
    number: Fraction | None = None
    assumed: bool = False
    """Whether its target is."""
    upper: bool = False
    slack: int = 0
    """Ten-thousandths of a lease: the play of a flux row, the allowance of an upper row."""
    several: bool = False
    """Whether its leases ask for different rates (``rate`` is then the least of this run's)."""
    num_before: int = 0
    den_before: int = 0
    remaining: Fraction = Fraction(0)
    rate: int = 0

    def missing(self, num: int, den: int, more: int = 0) -> int:
        """Ten-thousandths of a lease that a run lacks; ``more``: what its leases ask for above ``rate``."""
        return max(0, self.rate * den + more - num * LEASE - self.slack)


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
        + a.prefet[apps] * PREFET
    )
    return np.asarray(found, np.int64)


def profile_at(world: World, dwelling: int, apps: I64) -> I64:
    """Profile bits at a dwelling."""
    return profile(world, world.place(dwelling)[1], apps)


Trait = Callable[[I64], I64]
TRAITS: Mapping[str, Trait] = {
    "always": lambda p: np.ones_like(p),
    "never": lambda p: np.zeros_like(p),
    "prefet": lambda p: (p & PREFET > 0).astype(np.int64),
    "priority": lambda p: (p & PRIORITY > 0).astype(np.int64),
    "q1_or_relocated": lambda p: (p & (YES | RELOCATED) > 0).astype(np.int64),
    "not_q1": lambda p: (p & NO > 0).astype(np.int64),
    "dalo": lambda p: (p & DALO > 0).astype(np.int64),
    "dalo_in_qpv": lambda p: ((p & DALO > 0) & ((p & ACCEPTS > 0) | (p & YES == 0))).astype(np.int64),
    "essential": lambda p: (p & ESSENTIAL > 0).astype(np.int64),
}


class Book:
    """All rows in order, and the way from a lease to the rows it enters."""

    def __init__(self, world: World, price_assumed: bool = False) -> None:
        """``price_assumed``: whether the run gave assumed targets their price in a case about real people."""
        self.world = world
        self.free = not world.settings.synthetic and not price_assumed
        """Whether assumed targets have no price."""
        self.forecast: dict[Place, Foreseen] = foreseen_leases(
            world.raw.table("assiette"), world.settings.year
        )
        self._asked: dict[tuple[int, str, str], int] = {}
        self.rows: list[Row] = []
        self._at: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        self._named_before = {
            str(x)
            for table in ("leases", "in_progress", "events")
            for x in world.raw.table(table).text("account").unique().to_pylist()
            if x
        }
        self._everywhere = {"BAILLEUR", "ETAT_PRIO", "ETAT_AGENT", "ALS", *world.dwellings.reserved_to} - {""}
        self._everywhere |= self._named_before
        """Accounts that may stand on leases of any landlord."""
        self._flux_accounts: dict[str, tuple[str, ...]] = {}
        landlords = {
            (d.landlord, d.departement, d.epci)
            for d in (lease_of(world, i) for i in range(len(world.dwellings)))
        }
        self.present = tuple(sorted({(x, dep) for x, dep, _ in landlords}))
        self._places = sorted(landlords)
        found = [
            *self._flux(),
            *self._flux_max(),
            *self._mutation(),
            *self._priority(),
            *self._lec(),
            *self._local(),
            *self._balance(),
        ]
        found.sort(key=lambda x: (RULES.index(x[0].rule), x[0].scope))
        for k, (row, keys) in enumerate(found):
            self.rows.append(replace(row, price=0) if row.assumed and self.free else row)
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
        law = self.world.law
        most = law.fraction("national.rules.flux.tolerance_max")
        play = ten_thousandths(law.fraction("national.rules.flux.play"), "flux.play")
        for line in self._lines():
            row = Row(
                "flux", f"landlord={line.landlord};area={line.area};account={line.account}", line.share,
                min(line.tolerance, line.share * most), self._price("flux"), opening=line.opening_balance,
                assumed=line.assumed, slack=play,
            )  # fmt: skip
            yield row, self._in_base(line.landlord, line.area, line.account, ("always", "never"))

    def _flux_max(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        present: dict[tuple[str, str], list[AgreementLine]] = {}
        for line in self._lines():
            present.setdefault((line.landlord, line.departement), []).append(line)
            if line.account != "BAILLEUR":
                row = Row(
                    "flux_max", f"landlord={line.landlord};area={line.area};account={line.account}", line.share,
                    self._tolerance("flux_max"), self._price("flux_max"), opening=line.opening_balance,
                    assumed=line.assumed, upper=True,
                )  # fmt: skip
                yield row, self._in_base(line.landlord, line.area, line.account, ("prefet", "always"))
        for (landlord, departement), lines in present.items():
            own = (x.opening_balance for x in lines if x.account == "BAILLEUR")
            row = Row(
                "flux_max", f"landlord={landlord};departement={departement};account=BAILLEUR", self._rest(lines),
                self._tolerance("flux_max"), self._price("flux_max"), opening=sum(own, Fraction(0)),
                assumed=any(x.assumed for x in lines), upper=True,
            )  # fmt: skip
            yield row, self._in_base(landlord, departement, "BAILLEUR", ("prefet", "always"))

    def _rest(self, lines: Sequence[AgreementLine]) -> Fraction:
        """What the shares of whole départements leave the landlord."""
        given = (x.share for x in lines if x.account != "BAILLEUR" and x.area == x.departement)
        return max(Fraction(0), 1 - sum(given, Fraction(0)))

    def _lines(self) -> Iterator[AgreementLine]:
        """Convention lines of the flux where the case has dwellings."""
        present = set(self.present)
        for line in self.world.agreements.lines:
            if (line.landlord, line.departement) in present and line.account not in OUTSIDE:
                yield line

    def _in_base(
        self, landlord: str, area: str, account: str, traits: tuple[str, str]
    ) -> list[tuple[tuple[str, ...], str]]:
        """Keys of a row over the flux base of an area: what counts in num on the account, and on the others."""
        return [
            (("flux", landlord, area, other), traits[other != account])
            for other in self.flux_accounts(landlord)
        ]

    def asked(self, k: int, lease: Lease) -> int:
        """Ten-thousandths of a lease that one more lease in den asks for in num."""
        row = self.rows[k]
        if not row.upper:
            return row.rate
        key = (k, lease.landlord, lease.commune)
        if key not in self._asked:
            share = row.share
            if row.scope.endswith("account=BAILLEUR"):
                rest = self.world.agreements.rest
                share = rest(lease.landlord, lease.commune, lease.epci, lease.departement)
            self._asked[key] = LEASE - ten_thousandths(share, row.rule)
        return self._asked[key]

    def more(self, k: int, lease: Lease) -> int:
        """What a lease asks for above the row's rate: 0 but where ``several``."""
        return self.asked(k, lease) - self.rows[k].rate if self.rows[k].several else 0

    def flux_accounts(self, landlord: str) -> tuple[str, ...]:
        """Accounts of the flux that can stand on leases of a landlord: anything but MUTATION and RELOGEMENT."""
        w = self.world
        if landlord not in self._flux_accounts:
            names = {x.account for x in w.agreements.of(landlord)} | self._everywhere
            self._flux_accounts[landlord] = tuple(sorted(names - set(OUTSIDE), key=account_rank))
        return self._flux_accounts[landlord]

    def _mutation(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        for landlord, dep in self.present:
            year = self.forecast.get((landlord, dep))
            if year and year.vacated > 0:
                share = max(Fraction(0), 1 - Fraction(year.mutations, year.vacated))
                row = Row(
                    "mutation_max", f"landlord={landlord};departement={dep}", share, self._tolerance("mutation_max"),
                    self._price("mutation_max"),
                )  # fmt: skip
                yield row, [(("mutation", landlord, dep), "mutation")]

    def _priority(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        key = "national.rules.priority_publics.share"
        share, assumed = self.world.law.fraction(key), is_assumed(self.world.law, key)
        for landlord, dep in self.present:
            names = {x.account for x in self.world.agreements.of(landlord) if x.departement == dep}
            names = {x for x in names if x == "ALS" or x.startswith("COLL:")} | {"BAILLEUR"}
            for account in sorted(names):
                row = Row(
                    "priority_publics", f"landlord={landlord};departement={dep};account={account}", share,
                    self._tolerance("priority_publics"), self._price("priority_publics"), assumed=assumed,
                )  # fmt: skip
                yield row, [(("account", landlord, dep, account), "priority")]

    def _lec(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        law, together = self.world.law, self.world.settings.all_landlords
        found = {
            ("" if together else landlord, epci)
            for landlord, _, epci in self._places
            if epci in law.q1_thresholds
        }
        for landlord, epci in sorted(found):
            scope = f"landlord={landlord};epci={epci}" if landlord else f"epci={epci}"
            for rule, share, where, trait in (
                ("lec_q1_outside_qpv", "first_quartile_share", "outside", "q1_or_relocated"),
                ("lec_q234_inside_qpv", "other_quartiles_share", "inside", "not_q1"),
            ):
                key = f"national.lec.{share}"
                row = Row(
                    rule, scope, law.fraction(key), self._tolerance(rule), self._price(rule),
                    assumed=is_assumed(law, key),
                )  # fmt: skip
                yield row, [(("lec", landlord, epci, where), trait)]

    def _local(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        yield from self._dalo()
        law = self.world.law
        shares = law.place_values("essential_workers", "territory.essential_workers")
        assumed = assumed_places(law, "essential_workers", "territory.essential_workers")
        for epci in sorted({epci for _, _, epci in self._places}):
            if epci in shares:
                row = Row(
                    "essential_workers", f"epci={epci}", shares[epci], self._tolerance("essential_workers"),
                    self._price("essential_workers"), assumed=epci in assumed,
                )  # fmt: skip
                yield row, [(("essential", epci), "essential")]
        yield from self._mix()

    def _dalo(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        """One row per landlord and département; one per département where the case holds every landlord."""
        law = self.world.law
        of_place = law.place_values("dalo", "territory.dalo")
        assumed = assumed_places(law, "dalo", "territory.dalo")
        if self.world.settings.all_landlords:
            for dep in sorted({dep for _, dep in self.present}):
                yield self._dalo_row("", dep, of_place.get(dep), dep in assumed)
            return
        numbers = self.world.dalo_numbers
        vacated = law.place_values("vacated", "territory.vacated")
        guessed = assumed_places(law, "vacated", "territory.vacated")
        for landlord, dep in self.present:
            if (landlord, dep) in numbers:
                yield self._dalo_row(landlord, dep, numbers[landlord, dep], False)
            elif dep in of_place and vacated.get(dep, Fraction(0)) > 0:
                share = min(Fraction(1), of_place[dep] / vacated[dep])
                yield self._dalo_row(landlord, dep, None, dep in assumed | guessed, share)
            else:
                yield self._dalo_row(landlord, dep, None, False)

    def _dalo_row(
        self, landlord: str, dep: str, number: Fraction | None, assumed: bool, share: Fraction | None = None
    ) -> tuple[Row, list[tuple[tuple[str, ...], str]]]:
        scope = f"landlord={landlord};departement={dep}" if landlord else f"departement={dep}"
        price = self._price("dalo") if number is not None or share is not None else 0
        row = Row(
            "dalo", scope, share or Fraction(0), self._tolerance("dalo"), price, number=number, assumed=assumed,
        )  # fmt: skip
        return row, [
            (("dalo", landlord, dep, "outside"), "dalo"), (("dalo", landlord, dep, "inside"), "dalo_in_qpv")
        ]  # fmt: skip

    def _mix(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        found = {lease_of(self.world, i).residence for i in range(len(self.world.dwellings))}
        key = "national.rules.priority_mix.share"
        for residence in sorted(found - {""}):
            row = Row(
                "priority_mix", f"residence={residence}", self.world.law.fraction(key),
                self._tolerance("priority_mix"), self._price("priority_mix"), assumed=is_assumed(self.world.law, key),
            )  # fmt: skip
            yield row, [(("mix", residence), "not_q1")]

    def _balance(self) -> Iterator[tuple[Row, list[tuple[tuple[str, ...], str]]]]:
        world = self.world
        if not self.present or not world.law.flag("national.rules.account_balance.enabled"):
            return
        key = "national.rules.account_balance.margin"
        margin, assumed = world.law.fraction(key), is_assumed(world.law, key)
        present = set(self.present)
        names = {x.account for x in world.agreements.lines if (x.landlord, x.departement) in present}
        for account in sorted((names | {"BAILLEUR"}) - set(OUTSIDE), key=account_rank):
            supply = [0] * len(KINDS)
            total = 0
            for d in range(len(world.dwellings)):
                lease = lease_of(world, d)
                if (
                    world.blocked[d]
                    or d in world.tenant
                    or not lease.flux_base
                    or account not in world.receivers(d)
                ):
                    continue
                total += 1
                supply = [n + is_kind for n, is_kind in zip(supply, lease.kinds(), strict=True)]
            for kind, name in enumerate(KINDS):
                share = max(Fraction(0), (Fraction(supply[kind], total) if total else Fraction(0)) - margin)
                row = Row(
                    "account_balance", f"account={account};{name}", share,
                    self._tolerance("account_balance"), self._price("account_balance"), assumed=assumed,
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
        for k, _ in at.get(("mutation", lease.landlord, lease.departement), ()):
            found.append((k, "never" if account == "MUTATION" else "always"))
        if seat:
            return found
        found += at.get(("account", lease.landlord, lease.departement, account), [])
        where = "inside" if lease.qpv else "outside"
        together = self.world.settings.all_landlords
        shared = "" if together else lease.landlord
        found += at.get(("lec", shared, lease.epci, where), [])
        found += at.get(("dalo", shared, lease.departement, where), [])
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


def with_rate(
    row: Row, num: int, den: int, remaining: Fraction, min_count: int, decimals: int, grounded: bool
) -> Row:
    """The row with what was counted before the run, F, the required rate and its price.

    ``grounded``: F comes from ``assiette`` or from leases; else a yearly number has no price.
    """
    year = den + remaining
    share = row.share
    if row.number is not None:
        share = row.number / year if year > 0 else Fraction(0)
    rate = 0
    if remaining > 0:
        wanted = ((share - row.tolerance) * year - num - row.opening) / remaining
        rate = half_up(min(max(wanted, Fraction(0)), Fraction(1)), 10**decimals) * 10 ** (4 - decimals)
    priced = year >= min_count and (grounded or row.number is None)
    return replace(
        row,
        share=share,
        num_before=num,
        den_before=den,
        remaining=remaining,
        rate=rate,
        price=row.price if priced else 0,
    )


def with_allowance(row: Row, num: int, den: int, asked: int, play: Fraction, run: Sequence[int]) -> Row:
    """The upper row with what the year so far leaves its account: what was due and not taken, then ``play``.

    ``num``: leases that do not count against it; ``asked``: sum of ``1 − s`` over those of den; ``run``: ``1 − s`` of each
    dwelling of the run that may be in den.
    """
    due = den - Fraction(asked, LEASE)
    left = max(Fraction(0), due - (den - num) - row.opening) + play
    share = row.share
    if row.scope.endswith("account=BAILLEUR") and run:
        share = Fraction(half_up(1 - Fraction(sum(run), LEASE * len(run)), LEASE), LEASE)
    rate = min(run, default=LEASE - ten_thousandths(share, row.rule))
    return replace(
        row, share=share, num_before=num, den_before=den, slack=int(left * LEASE // 1), rate=rate,
        several=len(set(run)) > 1,
    )  # fmt: skip
