"""What the year has seen so far, and what it still expects: counts before the run, F, required rates (design §6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from optimizer.domain.schema import FINANCINGS, PRIORITY_CODES, PROOFS, RELOCATIONS
from optimizer.verify import cells
from optimizer.verify.agreements import OUTSIDE, Line
from optimizer.verify.pools import PROOF_WORDS
from optimizer.verify.returned import COUNTED_FROM, furthest_lines, returned
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
    for i, where in enumerate(_where(world, table)):
        if not of_year[i]:
            continue
        base = bool(said[i]) if known[i] else accounts[i] not in OUTSIDE and not mutation[i]
        dalo = bool(mask[i] & 1)
        bits = (DALO if dalo else 0) | (ESSENTIAL if essential[i] else 0)
        bits |= PRIORITY if dalo or (mask[i] and proof[i] in targets) else 0
        bits |= {0: YES, 1: NO}.get(int(q1[i]), 0) | (RELOCATED if relocation[i] in (1, 2) else 0)
        yield Lease(*where, base), accounts[i], bits


def _in_progress(world: World) -> Iterator[Done]:
    table = world.raw.table("in_progress")
    if not table.rows:
        return
    applications, accounts = (cells.strings(table.text(n)) for n in ("application_id", "account"))
    where = _where(world, table)
    for i, stage in sorted(furthest_lines(table).values()):
        landlord, commune, epci, dep = where[i][:4]
        line = world.agreements.line(landlord, accounts[i], commune, epci, dep)
        rule = line.count_rule if line else world.agreements.default_count
        if stage < COUNTED_FROM.get(rule, len(STAGES)):
            continue
        a = world.apps.number.get(applications[i], -1)
        bits = int(profile(world, epci, np.array([a]))[0]) if a >= 0 else 0
        yield Lease(*where[i], accounts[i] not in OUTSIDE), accounts[i], bits


class Year:
    """F of every row."""

    def __init__(self, world: World, book: Book) -> None:
        self.world, self.book = world, book
        self.has_leases = any(signed_in_year(world))
        self.own = [lease_of(world, d) for d in range(len(world.dwellings)) if not world.blocked[d]]
        on = world.settings.on
        self.gone = max(1, (on - on.replace(month=1, day=1)).days)
        self.left = (on.replace(month=12, day=31) - on).days + 1
        self.before = leases_before(world)
        self._areas: dict[tuple[str, str], Fraction] = {}
        self._runs: dict[tuple[str, str, bool], int] = {}
        self._by_area: dict[tuple[str, str], list[Lease]] = {}
        for lease in self.own:
            for base in {False, lease.flux_base}:
                key = (lease.landlord, lease.departement, base)
                self._runs[key] = self._runs.get(key, 0) + 1
            if lease.flux_base:
                for area in {lease.commune, lease.epci, lease.departement}:
                    self._by_area.setdefault((lease.landlord, area), []).append(lease)
        self._departements: dict[str, set[str]] = {}
        for epci, departement in zip(world.law.places.epci, world.law.places.departement, strict=True):
            self._departements.setdefault(epci, set()).add(departement)

    def count(self) -> None:
        """Fill every row of the book."""
        n = len(self.book.rows)
        num, den = [0] * n, [0] * n
        cache: dict[tuple[Lease, str], list[tuple[int, str]]] = {}
        for lease, account, bits in self.before:
            if not lease.commune:
                continue
            marks = cache.get((lease, account))
            if marks is None:
                marks = cache[lease, account] = self._marks_before(lease, account)
            one = np.array([bits])
            for k, trait in marks:
                den[k] += 1
                num[k] += int(TRAITS[trait](one)[0])
        for (landlord, commune, epci, departement), account, times in returned(self.world):
            for area in (departement, epci, commune):
                for k, trait in self.book.at("flux", landlord, area, account):
                    den[k] += times
                    num[k] += times if trait == "always" else 0
        scope: list[list[Lease]] = [[] for _ in range(n)]
        for lease in self.own:
            for k in self._rows_of_dwelling(lease):
                scope[k].append(lease)
        law = self.world.law
        least, decimals = law.whole("national.rules.min_count"), law.whole("national.rules.rate_decimals")
        filled = {}
        for k, row in enumerate(self.book.rows):
            filled[k] = with_rate(
                row, num[k], den[k], self._remaining(row, den[k], scope[k]), least, decimals
            )
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
            marks = [*marks, *((k, "never") for k in sorted(rows))]
        return marks

    def _flux_rows(self, lease: Lease, area: str) -> list[int]:
        accounts = self.book.flux_accounts(lease.landlord)
        return sorted({k for x in accounts for k, _ in self.book.at("flux", lease.landlord, area, x)})

    def _rows_of_dwelling(self, lease: Lease) -> set[int]:
        """Rows a dwelling of the run can enter on some account."""
        return {k for account in ("BAILLEUR", "MUTATION") for k, _ in self.book.marks(lease, account)}

    def _remaining(self, row: Row, den: int, scope: Sequence[Lease]) -> Fraction:
        if row.rule == "flux":
            parts = dict(x.split("=", 1) for x in row.scope.split(";"))
            return self.of_area(parts["landlord"], parts["area"])
        if row.rule == "priority_publics":
            parts = dict(x.split("=", 1) for x in row.scope.split(";"))
            return self.of_account(parts["landlord"], parts["departement"], parts["account"])
        if row.rule == "account_balance":
            account = row.scope.removeprefix("account=").split(";")[0]
            found = (self.of_account(landlord, dep, account) for landlord, dep in self.book.present)
            return sum(found, Fraction(0))
        return self.expected(row.pairs, den, scope, whole=row.rule == "mutation_max")

    def expected(
        self, pairs: Sequence[tuple[str, str]], den: int, scope: Sequence[Lease], whole: bool
    ) -> Fraction:
        """Leases still expected in a scope: by forecast, by the pace of the year, or the run's own dwellings."""
        forecast = self.world.forecast
        if pairs and all(p in forecast for p in pairs):
            rest = Fraction(-den)
            for pair in pairs:
                total = self._run_of(pair, whole)
                mine = sum((x.landlord, x.departement) == pair and (whole or x.flux_base) for x in scope)
                year = forecast[pair][0] if whole else forecast[pair][2]
                rest += Fraction(year * mine, total) if total else 0
        elif self.has_leases:
            rest = Fraction(den * self.left, self.gone)
        else:
            rest = Fraction(len(scope))
        return max(rest, Fraction(len(scope)))

    def _run_of(self, pair: tuple[str, str], whole: bool) -> int:
        return self._runs.get((*pair, not whole), 0)

    def of_area(self, landlord: str, area: str) -> Fraction:
        """F of the flux of a landlord in an area."""
        key = (landlord, area)
        if key not in self._areas:
            scope = self._by_area.get(key, [])
            den = sum(
                x.landlord == landlord and x.flux_base and area in (x.commune, x.epci, x.departement)
                for x, _, _ in self.before
                if x.commune
            )
            self._areas[key] = self.expected(self._pairs(landlord, area), den, scope, whole=False)
        return self._areas[key]

    def _pairs(self, landlord: str, area: str) -> tuple[tuple[str, str], ...]:
        """(landlord, département) pairs that an area lies in."""
        places = self.world.law.places
        if area in places.number:
            return ((landlord, places.departement[places.number[area]]),)
        deps = self._departements.get(area, set())
        if deps:
            return tuple((landlord, d) for d in sorted(deps) if (landlord, d) in self.book.present)
        return ((landlord, area),)

    def of_account(self, landlord: str, departement: str, account: str) -> Fraction:
        """F of one account of a landlord in a département: its share of the flux's F."""
        lines: list[Line] = [x for x in self.world.agreements.of(landlord) if x.departement == departement]
        own = [x for x in lines if x.account == account]
        if own or account != "BAILLEUR":
            return sum((x.share * self.of_area(landlord, x.area) for x in own), Fraction(0))
        given = sum((x.share * self.of_area(landlord, x.area) for x in lines), Fraction(0))
        return max(Fraction(0), self.of_area(landlord, departement) - given)
