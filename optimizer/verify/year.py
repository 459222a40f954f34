"""What the year has seen so far, and what it still expects: counts before the run, F, required rates (design §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from optimizer.domain.schema import FINANCINGS, PRIORITY_CODES, PROOFS, RELOCATIONS
from optimizer.verify import cells
from optimizer.verify.agreements import OUTSIDE, AgreementLine
from optimizer.verify.forecast import Place
from optimizer.verify.pools import PROOF_WORDS
from optimizer.verify.returned import COUNTED_FROM, furthest_lines, returned, settled_before
from optimizer.verify.rows import (
    DALO,
    ESSENTIAL,
    NO,
    PRIORITY,
    RELOCATED,
    TRAITS,
    YES,
    Book,
    Lease,
    Row,
    lease_of,
    profile,
    with_allowance,
    with_rate,
)  # fmt: skip
from optimizer.verify.tables import RawTable
from optimizer.verify.world import STAGES, World

Done = tuple[Lease, str, int]
"""A lease already counted: where, on which account, profile bits of the household."""


def leases_before(world: World) -> list[Done]:
    """Leases signed since 1 January, then work in progress that counts."""
    return [*_signed(world), *_in_progress(world)]


def _where(world: World, table: RawTable) -> list[tuple[str, str, str, str, bool, int, int]]:
    places = world.law.places
    at = cells.index_in(table.text("commune"), places.insee).tolist()
    found = zip(
        cells.strings(table.text("landlord")), at, cells.qpv(table)[0].tolist(), cells.rooms(table, "rooms").tolist(),
        cells.choice(table, "financing", FINANCINGS).tolist(), strict=True,
    )  # fmt: skip
    return [
        (landlord, places.insee[i], places.epci[i], places.departement[i], qpv, rooms, fin)
        if i >= 0
        else (landlord, "", "", "", qpv, rooms, fin)
        for landlord, i, qpv, rooms, fin in found
    ]


def signed_in_year(world: World) -> list[bool]:
    """Line by line, whether a lease is of the year of the case; the others are counted nowhere."""
    year = world.settings.year
    opens, closes = cells.as_day(date(year, 1, 1)), cells.as_day(date(year, 12, 31))
    return [opens <= day <= closes for day in cells.days(world.raw.table("leases"), "signed_on").tolist()]


def _signed(world: World) -> Iterator[Done]:
    table = world.raw.table("leases")
    of_year = signed_in_year(world)
    accounts = cells.strings(table.text("account"))
    q1 = cells.choice(table, "q1", ("yes", "no", "unknown"))
    mask = cells.bits(cells.lists(table.text("priority_codes"), PRIORITY_CODES, lower=True), table.rows)
    proof = cells.choice(table, "priority_status", PROOFS) + 1
    targets = [PROOF_WORDS.index(p) for p in world.law.words("national.priority_publics.proof_target")]
    relocation = cells.choice(table, "relocation", RELOCATIONS)
    essential = cells.booleans(table, "essential_worker")[0]
    mutation = cells.booleans(table, "mutation")[0]
    said, known = cells.booleans(table, "in_flux")
    homes = _where(world, table)
    before = settled_before(world, [where[:4] for where in homes])
    for i, where in enumerate(homes):
        if not of_year[i]:
            continue
        base = accounts[i] not in OUTSIDE and (bool(said[i]) if known[i] else not mutation[i])
        base = base and not before[i]
        dalo = bool(mask[i] & 1)
        bits = (DALO if dalo else 0) | (ESSENTIAL if essential[i] else 0)
        bits |= PRIORITY if dalo or (mask[i] and proof[i] in targets) else 0
        bits |= {0: YES, 1: NO}.get(int(q1[i]), 0) | (RELOCATED if relocation[i] in (1, 2) else 0)
        yield Lease(*where, base), accounts[i], bits


def _in_progress(world: World) -> Iterator[Done]:
    table = world.raw.table("in_progress")
    if not table.rows:
        return
    homes, applications, accounts = (
        cells.strings(table.text(n)) for n in ("dwelling_id", "application_id", "account")
    )
    where = _where(world, table)
    for i, stage in sorted(furthest_lines(table).values()):
        landlord, commune, epci, dep = where[i][:4]
        line = world.agreements.line(landlord, accounts[i], commune, epci, dep)
        rule = line.count_rule if line else world.agreements.default_count
        if stage < COUNTED_FROM.get(rule, len(STAGES)):
            continue
        a = world.apps.number.get(applications[i], -1)
        bits = int(profile(world, epci, np.array([a]))[0]) if a >= 0 else 0
        yield Lease(*where[i], accounts[i] not in OUTSIDE, _mixed(world, homes[i])), accounts[i], bits


def _mixed(world: World, dwelling: str) -> str:
    """The priority-mix residence of a dwelling of the case, if any."""
    own = world.dwellings
    d = own.number.get(dwelling, -1)
    return own.residence[d] if d >= 0 and own.priority_mix[d] else ""


class Year:
    """F of every row."""

    def __init__(self, world: World, book: Book) -> None:
        self.world, self.book = world, book
        self.has_leases = any(signed_in_year(world))
        there = [d for d in range(len(world.dwellings)) if not world.blocked[d]]
        self.own = [lease_of(world, d) for d in there if d not in world.tenant]
        self.freed = [lease_of(world, d) for d in there if d in world.tenant]
        """Leases that chains may bring: a ceiling counts them as the others, nobody expects them."""
        on = world.settings.on
        self.gone = max(1, (on - on.replace(month=1, day=1)).days)
        self.left = (on.replace(month=12, day=31) - on).days + 1
        self.before = leases_before(world)
        done = [lease for lease, _, _ in self.before if lease.commune]
        self._areas: dict[tuple[str, str], Fraction] = {}
        self._whole = {
            (place, base): n
            for base in (False, True)
            for place, n in _by_place(x for x in [*done, *self.own] if x.flux_base or not base).items()
        }
        """((landlord, département), in the flux base alone) -> leases and dwellings of the run there."""
        self._by_area: dict[tuple[str, str], tuple[list[Lease], list[Lease]]] = {}
        for side, leases in enumerate((done, self.own)):
            for lease in leases:
                if lease.flux_base:
                    for area in {lease.commune, lease.epci, lease.departement}:
                        self._by_area.setdefault((lease.landlord, area), ([], []))[side].append(lease)

    def count(self) -> None:
        """Fill every row of the book."""
        n = len(self.book.rows)
        num, den, asked = [0] * n, [0] * n, [0] * n
        done: list[list[Lease]] = [[] for _ in range(n)]
        cache: dict[tuple[Lease, str], list[tuple[int, str]]] = {}
        counted: dict[tuple[str, int], int] = {}
        for lease, account, bits in self.before:
            if not lease.commune:
                continue
            marks = cache.get((lease, account))
            if marks is None:
                marks = cache[lease, account] = self._marks_before(lease, account)
            for k, trait in marks:
                if (trait, bits) not in counted:
                    counted[trait, bits] = int(TRAITS[trait](np.array([bits]))[0])
                den[k] += 1
                num[k] += counted[trait, bits]
                asked[k] += self.book.asked(k, lease)
                done[k].append(lease)
        for (landlord, commune, epci, departement), account, times in returned(self.world):
            spot = Lease(landlord, commune, epci, departement, False, 0, -1, True)
            for area in (departement, epci, commune):
                for k, trait in self.book.at("flux", landlord, area, account):
                    den[k] += times
                    num[k] += times if trait == "always" else 0
                    asked[k] += times * self.book.asked(k, spot)
        scope: list[list[Lease]] = [[] for _ in range(n)]
        for lease in self.own:
            for k in self._rows_of_dwelling(lease):
                scope[k].append(lease)
        opened: list[list[Lease]] = [[] for _ in range(n)]
        for lease in self.freed:
            for k in self._rows_of_dwelling(lease):
                opened[k].append(lease)
        law = self.world.law
        least, decimals = law.whole("national.rules.min_count"), law.whole("national.rules.rate_decimals")
        play = law.fraction("national.rules.flux.play")
        filled = {}
        for k, row in enumerate(self.book.rows):
            if row.upper:
                run = [self.book.asked(k, lease) for lease in (*scope[k], *opened[k])]
                filled[k] = with_allowance(row, num[k], den[k], asked[k], play, run)
            else:
                rest, grounded = self._remaining(row, done[k], scope[k])
                filled[k] = with_rate(row, num[k], den[k], rest, least, decimals, grounded)
        self.book.fill(filled)

    def _marks_before(self, lease: Lease, account: str) -> list[tuple[int, str]]:
        """As for a first rank; a lease said to be in the flux counts there whatever its account."""
        marks = self.book.marks(lease, account)
        if lease.flux_base and account in OUTSIDE:
            rows = {
                k
                for area in (lease.departement, lease.epci, lease.commune)
                for k in self._flux_rows(lease, area)
            }
            upper = [self.book.rows[k].upper for k in sorted(rows)]
            marks += [(k, "always" if up else "never") for k, up in zip(sorted(rows), upper, strict=True)]
        return marks

    def _flux_rows(self, lease: Lease, area: str) -> list[int]:
        accounts = self.book.flux_accounts(lease.landlord)
        return sorted({k for x in accounts for k, _ in self.book.at("flux", lease.landlord, area, x)})

    def _rows_of_dwelling(self, lease: Lease) -> set[int]:
        """Rows a dwelling of the run can enter on some account."""
        return {k for account in ("BAILLEUR", "MUTATION") for k, _ in self.book.marks(lease, account)}

    def _remaining(self, row: Row, done: Sequence[Lease], scope: Sequence[Lease]) -> tuple[Fraction, bool]:
        """(F, whether it comes from ``assiette`` or leases)."""
        if row.rule == "flux":
            parts = dict(x.split("=", 1) for x in row.scope.split(";"))
            return self.of_area(parts["landlord"], parts["area"]), True
        if row.rule == "priority_publics":
            parts = dict(x.split("=", 1) for x in row.scope.split(";"))
            return self.of_account(parts["landlord"], parts["departement"], parts["account"]), True
        if row.rule == "account_balance":
            account = row.scope.removeprefix("account=").split(";")[0]
            found = (self.of_account(landlord, dep, account) for landlord, dep in self.book.present)
            return sum(found, Fraction(0)), True
        return self.expected(done, scope, base=False)

    def expected(self, done: Sequence[Lease], scope: Sequence[Lease], base: bool) -> tuple[Fraction, bool]:
        """Leases still expected in a scope, part by part: by ``assiette``, by the pace of the year, or the run's own dwellings.

        ``done``, ``scope``: leases of the year and dwellings of the run in it. ``base``: whether only the flux base counts.
        """
        total, grounded = Fraction(0), True
        leases, run = _by_place(done), _by_place(scope)
        for place in sorted({*leases, *run}):
            signed, mine = leases.get(place, 0), run.get(place, 0)
            year = self.book.forecast.get(place)
            if year is not None:
                whole = year.base if base else year.vacated
                rest = Fraction(whole * (signed + mine), self._whole[place, base]) - signed
            elif self.has_leases:
                rest = Fraction(signed * self.left, self.gone)
            else:
                rest, grounded = Fraction(mine), False
            total += max(rest, Fraction(mine))
        return total, grounded

    def of_area(self, landlord: str, area: str) -> Fraction:
        """F of the flux of a landlord in an area."""
        key = (landlord, area)
        if key not in self._areas:
            self._areas[key] = self.expected(*self._by_area.get(key, ([], [])), base=True)[0]
        return self._areas[key]

    def of_account(self, landlord: str, departement: str, account: str) -> Fraction:
        """F of one account of a landlord in a département: its share of the flux's F."""
        lines: list[AgreementLine] = [
            x for x in self.world.agreements.of(landlord) if x.departement == departement
        ]
        own = [x for x in lines if x.account == account]
        if own or account != "BAILLEUR":
            return sum((x.share * self.of_area(landlord, x.area) for x in own), Fraction(0))
        given = sum((x.share * self.of_area(landlord, x.area) for x in lines), Fraction(0))
        return max(Fraction(0), self.of_area(landlord, departement) - given)


def _by_place(leases: Iterable[Lease]) -> Counter[Place]:
    """(landlord, département) -> leases there."""
    return Counter((x.landlord, x.departement) for x in leases)
