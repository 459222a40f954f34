"""The rules: rows, what counts in them, leases still expected, rates required, allowances and shortfalls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.contract.agreements import OWN, in_flux_base
from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.quartile import household_traits, is_dalo, priority, renewal
from tests.oracle.contract.reading import Row, communes, floored, half_up

ZERO = Fraction(0)
STAGES = ("oriented", "nominated", "commission", "offered")
COUNTED_FROM = {"oriented": 0, "presented": 1, "attributed": 3, "signed": 4}
NOBODY = {
    "q1": "unknown",
    "renewal": False,
    "priority": False,
    "dalo": False,
    "essential": False,
    "designated": False,
}
HOUSEHOLD_RULES = (
    "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo", "essential_workers", "priority_mix",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One lease, one counted candidacy or one first rank, as rules see it."""

    landlord: str
    commune: str
    qpv: bool
    account: str
    flux: bool
    """In the flux base, the account included."""
    traits: dict[str, Any] = field(default_factory=lambda: dict(NOBODY))
    residence: str | None = None
    mix: bool = False
    seat: bool = False

    @property
    def epci(self) -> str:
        return communes()[self.commune][0]

    @property
    def departement(self) -> str:
        return communes()[self.commune][1]

    def within(self, area: str) -> bool:
        return area in (self.commune, self.epci, self.departement)


Test = Callable[[Fact], bool]


@dataclass
class RuleRow:
    """One row of `rules.csv` before the run, and how facts count in it."""

    rule: str
    scope: str
    price: Fraction
    share: Fraction | None
    tolerance: Fraction | None
    den: Test
    """Whether a fact is counted in den."""
    num: Test
    """Whether a fact of den is counted in num."""
    cover: Callable[[str], bool]
    """Whether a dwelling, let on some account, is counted in den."""
    num_before: int = 0
    den_before: int = 0
    expected: Fraction = ZERO
    """F."""
    rate: Fraction | None = None
    allowance: Fraction | None = None
    due: Callable[[Fact], Fraction] | None = None
    """`flux_max`: s of a dwelling."""
    play: Fraction = ZERO

    def counts_num(self, fact: Fact) -> bool:
        if fact.seat and self.rule in HOUSEHOLD_RULES:
            return False
        return self.den(fact) and self.num(fact)

    def counts_den(self, fact: Fact) -> bool:
        if fact.seat and self.rule in HOUSEHOLD_RULES:
            return False
        return self.den(fact)

    def shortfall(self, facts: list[Fact]) -> Fraction:
        num = sum(1 for f in facts if self.counts_num(f))
        if self.rule == "flux_max":
            assert self.due is not None and self.allowance is not None
            due = sum((self.due(f) for f in facts if self.counts_den(f)), ZERO)
            return max(ZERO, num - due - self.allowance)
        assert self.rate is not None
        den = sum(1 for f in facts if self.counts_den(f))
        return max(ZERO, self.rate * den - num - self.play)


class Rules:
    """All rows of a case."""

    def __init__(self, pairs: Pairs, *, price_assumed: bool) -> None:
        self.pairs, self.law, self.case = pairs, pairs.law, pairs.case
        self.agreements = pairs.agreements
        self.settings = self.case["settings"]
        self.real = not self.settings.get("synthetic", False) and not price_assumed
        self.on: date = pairs.on
        self.year: int = pairs.year
        self.leases = [self._lease(row) for row in self.case["leases"] if row["signed_on"].year == self.year]
        self.progress = [self._progress(row) for row in self.case["in_progress"] if self._counted(row)]
        self.before = self.leases + self.progress
        self.returned = self._returned()
        self.run = [self._vacated(d) for d in pairs.free]
        self.assiette = self._assiette()
        self.vacated = [self._vacated(d) for d in sorted(pairs.dwellings)]
        """Rows are shown for these, even where all of them are in progress."""
        self.places = sorted({(f.landlord, f.departement) for f in self.vacated})
        self.rows: list[RuleRow] = []
        self._flux()
        self._flux_max()
        self._mutation_max()
        self._priority_publics()
        self._lec()
        self._dalo()
        self._essential_workers()
        self._priority_mix()

    # ---- facts ----------------------------------------------------------------------------------------------------------

    def _lease(self, row: Row) -> Fact:
        inside = bool(row["qpv"]) and row["q1"] == "yes"  # no column of a lease says that it was accepted
        traits = {
            "q1": row["q1"] or "unknown",
            "renewal": renewal(row),
            "priority": priority(self.pairs, row),
            "dalo": is_dalo(row) and not inside,
            "essential": bool(row["essential_worker"]),
            "designated": False,
        }
        flux = row["in_flux"] is not False and row["account"] not in OWN
        return Fact(row["landlord"], row["commune"], bool(row["qpv"]), row["account"], flux, traits)

    def _counted(self, row: Row) -> bool:
        rule = self.agreements.count_rule(row["landlord"], row["commune"], row["account"])
        return STAGES.index(row["stage"]) >= COUNTED_FROM[rule]

    def _progress(self, row: Row) -> Fact:
        a = row["application_id"]
        qpv = bool(row["qpv"])
        known = a in self.pairs.applications
        traits = household_traits(self.pairs, a, row["commune"], qpv) if known else dict(NOBODY)
        dwelling = self.pairs.dwellings.get(row["dwelling_id"])
        base = in_flux_base(dwelling) if dwelling is not None else True
        flux = base and row["account"] not in OWN
        residence = dwelling["residence"] if dwelling is not None else None
        mix = bool(dwelling is not None and dwelling["priority_mix_residence"])
        return Fact(row["landlord"], row["commune"], qpv, row["account"], flux, traits, residence, mix)

    def _returned(self) -> list[Fact]:
        """Dwellings that came back without a lease and are consumed all the same: see `returned.py`."""
        from tests.oracle.contract.returned import returned

        return returned(self.pairs, self.year)

    def _vacated(self, d: str) -> Fact:
        """A dwelling of the run, on no account yet."""
        row = self.pairs.dwellings[d]
        return Fact(
            row["landlord"], row["commune"], bool(row["qpv"]), "", in_flux_base(row),
            residence=row["residence"], mix=bool(row["priority_mix_residence"]),
        )  # fmt: skip

    def first_rank(self, d: str, a: str | None, r: str) -> Fact:
        """A dwelling of the run given to a household (or to a seat) on an account."""
        row = self.pairs.dwellings[d]
        qpv = bool(row["qpv"])
        traits = dict(NOBODY) if a is None else household_traits(self.pairs, a, row["commune"], qpv)
        return Fact(
            row["landlord"], row["commune"], qpv, r, in_flux_base(row) and r not in OWN, traits,
            row["residence"], bool(row["priority_mix_residence"]), seat=a is None,
        )  # fmt: skip

    def _assiette(self) -> dict[tuple[str, str], Row]:
        """(landlord, département) -> the row of the year, the forecast first."""
        found: dict[tuple[str, str], Row] = {}
        for row in sorted(self.case["assiette"], key=lambda row: row["basis"] != "forecast"):
            if row["year"] == self.year:
                found.setdefault((row["landlord"], row["departement"]), row)
        return found

    # ---- leases still expected --------------------------------------------------------------------------------------------

    def _by_time(self, count: int) -> Fraction:
        gone = (self.on - date(self.year, 1, 1)).days
        left = (date(self.year, 12, 31) - self.on).days + 1
        return Fraction(count * left, gone) if gone > 0 else ZERO

    def _part(self, place: tuple[str, str], den: Test, run_den: Test, flux: bool) -> tuple[Fraction, str]:
        """F of one landlord × département in a row's scope, and where it comes from."""
        mine = [f for f in self.before if (f.landlord, f.departement) == place]
        run = [f for f in self.run if (f.landlord, f.departement) == place]
        own_run = sum(1 for f in run if run_den(f))
        done = sum(1 for f in mine if den(f))
        row = self.assiette.get(place)
        if row is not None:
            base = Fraction(row["vacated"])
            whole = len(mine) + len(run)
            if flux:
                base -= sum(row[k] or 0 for k in ("mutation", "anru", "orcod", "unfit", "sale", "stock"))
                whole = sum(1 for f in mine if f.flux) + sum(1 for f in run if f.flux)
            found = base * (done + own_run) / whole - done if whole else ZERO
            return max(found, Fraction(own_run)), "assiette"
        if self.leases:
            return max(self._by_time(done), Fraction(own_run)), "leases"
        return Fraction(own_run), "run"

    def _expected(self, den: Test, run_den: Test, flux: bool = False) -> tuple[Fraction, set[str]]:
        """F of a row: its parts added up, never less than this run."""
        inside = [f for f in self.before if den(f)] + [f for f in self.run if run_den(f)]
        places = sorted({(f.landlord, f.departement) for f in inside})
        parts = [self._part(place, den, run_den, flux) for place in places]
        return sum((part for part, _ in parts), ZERO), {way for _, way in parts}

    # ---- rows -------------------------------------------------------------------------------------------------------------

    def _price(self, rule: str, status: str) -> Fraction:
        price: Fraction = self.law.national(f"prices.{rule}")
        return ZERO if self.real and status == "assumed" else price

    def _close(self, row: RuleRow, balance: Fraction = ZERO) -> None:
        """Counts before, rate required, price of a row with few leases."""
        facts = list(self.before)
        if row.rule in ("flux", "flux_max"):
            facts += self.returned
        row.den_before = sum(1 for f in facts if row.den(f))
        row.num_before = sum(1 for f in facts if row.den(f) and row.num(f))
        if row.rule != "flux_max":
            share, tolerance = row.share or ZERO, row.tolerance or ZERO
            row.rate = ZERO
            if row.expected > 0:
                wanted = (share - tolerance) * (row.den_before + row.expected) - row.num_before - balance
                decimals = int(self.law.national("rules.rate_decimals"))
                row.rate = half_up(min(Fraction(1), max(ZERO, wanted / row.expected)), decimals)
            if row.den_before + row.expected < self.law.national("rules.min_count"):
                row.price = ZERO
        self.rows.append(row)

    def _lines(self) -> list[Row]:
        return [
            line for line in self.agreements.lines if (line["landlord"], line["departement"]) in self.places
        ]

    def _flux_den(self, landlord: str, departement: str, area: str) -> Test:
        return lambda f: f.flux and f.landlord == landlord and f.departement == departement and f.within(area)

    def flux_expected(self, line: Row) -> Fraction:
        """F of the flux row of a line."""
        den = self._flux_den(line["landlord"], line["departement"], line["area"])
        return self._expected(den, den, flux=True)[0]

    def _flux(self) -> None:
        most = self.law.national("rules.flux.tolerance_max")
        for line in self._lines():
            account = line["account"]
            den = self._flux_den(line["landlord"], line["departement"], line["area"])
            tolerance = min(line["tolerance"], most * line["share"])
            row = RuleRow(
                "flux", f"landlord={line['landlord']};area={line['area']};account={account}",
                self._price("flux", line["status"]), line["share"], tolerance, den,
                lambda f, account=account: f.account == account, lambda d, den=den: den(self._vacated(d)),
                expected=self.flux_expected(line), play=self.law.national("rules.flux.play"),
            )  # fmt: skip
            self._close(row, line["opening_balance"])

    def _flux_max(self) -> None:
        half = Fraction(1, 2)
        for line in self._lines():
            account, share = line["account"], line["share"]
            if account == "BAILLEUR":
                continue
            den = self._flux_den(line["landlord"], line["departement"], line["area"])
            row = RuleRow(
                "flux_max", f"landlord={line['landlord']};area={line['area']};account={account}",
                self._price("flux_max", line["status"]), share, ZERO, den,
                lambda f, account=account: f.account == account and not f.traits["designated"],
                lambda d, den=den: den(self._vacated(d)), due=lambda f, share=share: share,
            )  # fmt: skip
            self._close(row)
            own = max(ZERO, share * row.den_before - row.num_before - line["opening_balance"])
            row.allowance = floored(own + half, 4)
        for landlord, departement in self.places:
            lines = [
                line
                for line in self._lines()
                if (line["landlord"], line["departement"]) == (landlord, departement)
            ]
            if not lines:
                continue
            den = self._flux_den(landlord, departement, departement)
            status = "assumed" if any(line["status"] == "assumed" for line in lines) else "local"
            row = RuleRow(
                "flux_max", f"landlord={landlord};departement={departement};account=BAILLEUR",
                self._price("flux_max", status), None, ZERO, den,
                lambda f: f.account == "BAILLEUR" and not f.traits["designated"],
                lambda d, den=den: den(self._vacated(d)),
                due=lambda f: self.agreements.rest(f.landlord, f.commune),
            )  # fmt: skip
            self._close(row)
            balance = sum((line["opening_balance"] for line in lines if line["account"] == "BAILLEUR"), ZERO)
            facts = [f for f in [*self.before, *self.returned] if den(f)]
            due = sum((self.agreements.rest(f.landlord, f.commune) for f in facts), ZERO)
            row.allowance = floored(max(ZERO, due - row.num_before - balance) + half, 4)

    def _everywhere(self, landlord: str, departement: str) -> Test:
        return lambda f: (f.landlord, f.departement) == (landlord, departement)

    def _plain(self, rule: str, scope: str, price: Fraction, share: Fraction, den: Test, num: Test) -> None:
        """A row whose den does not depend on the account."""
        expected, _ = self._expected(den, den)
        row = RuleRow(
            rule, scope, price, share, self.law.national(f"rules.{rule}.tolerance"), den, num,
            lambda d: den(self._vacated(d)), expected=expected,
        )  # fmt: skip
        self._close(row)

    def _mutation_max(self) -> None:
        for landlord, departement in self.places:
            line = self.assiette.get((landlord, departement))
            if line is None or not line["vacated"]:
                continue
            self._plain(
                "mutation_max", f"landlord={landlord};departement={departement}",
                self._price("mutation_max", "local"), 1 - Fraction(line["mutation"] or 0, line["vacated"]),
                self._everywhere(landlord, departement), lambda f: f.account != "MUTATION",
            )  # fmt: skip

    def _priority_publics(self) -> None:
        share = self.law.national("rules.priority_publics.share")
        price = self._price("priority_publics", self.law.status("rules.priority_publics.share"))
        for landlord, departement in self.places:
            lines = [
                line
                for line in self._lines()
                if (line["landlord"], line["departement"]) == (landlord, departement)
            ]
            if not lines:
                continue
            flux = self._flux_den(landlord, departement, departement)
            rest = self._expected(flux, flux, flux=True)[0]
            of_account: dict[str, Fraction] = {}
            own: Fraction | None = None
            for line in lines:
                if line["account"] != "BAILLEUR":
                    part = line["share"] * self.flux_expected(line)
                    rest -= part
                    of_account[line["account"]] = of_account.get(line["account"], ZERO) + part
                else:
                    own = (own or ZERO) + line["share"] * self.flux_expected(line)
            of_account["BAILLEUR"] = max(ZERO, rest) if own is None else own
            for account, expected in sorted(of_account.items()):
                if account not in ("ALS", "BAILLEUR") and not account.startswith("COLL:"):
                    continue
                everywhere = self._everywhere(landlord, departement)

                def den(f: Fact, account: str = account, everywhere: Test = everywhere) -> bool:
                    return f.account == account and everywhere(f)

                row = RuleRow(
                    "priority_publics", f"landlord={landlord};departement={departement};account={account}",
                    price, share, self.law.national("rules.priority_publics.tolerance"), den,
                    lambda f: f.traits["priority"],
                    lambda d, everywhere=everywhere: everywhere(self._vacated(d)), expected=expected,
                )  # fmt: skip
                self._close(row)

    def _lec(self) -> None:
        scopes: set[tuple[str | None, str]] = set()
        for f in self.vacated:
            if self.law.place("lec_q1_threshold", f.epci) is not None:
                scopes.add((None if self.settings.get("all_landlords") else f.landlord, f.epci))
        names = ("first_quartile_share", "other_quartiles_share")
        for rule, inside, name in zip(
            ("lec_q1_outside_qpv", "lec_q234_inside_qpv"), (False, True), names, strict=True
        ):
            for landlord, epci in sorted(scopes, key=str):

                def den(
                    f: Fact, landlord: str | None = landlord, epci: str = epci, inside: bool = inside
                ) -> bool:
                    return f.epci == epci and f.qpv == inside and landlord in (None, f.landlord)

                def num(f: Fact, inside: bool = inside) -> bool:
                    if inside:
                        return bool(f.traits["q1"] == "no")
                    return f.traits["q1"] == "yes" or f.traits["renewal"]

                scope = f"epci={epci}" if landlord is None else f"landlord={landlord};epci={epci}"
                price = self._price(rule, self.law.status(f"lec.{name}"))
                self._plain(rule, scope, price, self.law.national(f"lec.{name}"), den, num)

    def _dalo(self) -> None:
        together = bool(self.settings.get("all_landlords"))
        departements = sorted({departement for _, departement in self.places})
        places = [(None, departement) for departement in departements] if together else self.places
        for landlord, departement in places:

            def den(f: Fact, landlord: str | None = landlord, departement: str = departement) -> bool:
                return f.departement == departement and landlord in (None, f.landlord)

            expected, ways = self._expected(den, den)
            year = sum(1 for f in self.before if den(f)) + expected
            share, price = self._dalo_share(landlord, departement, year, "run" in ways)
            scope = (
                f"departement={departement}" if together else f"landlord={landlord};departement={departement}"
            )
            row = RuleRow(
                "dalo", scope, price, share, self.law.national("rules.dalo.tolerance"), den,
                lambda f: f.traits["dalo"], lambda d, den=den: den(self._vacated(d)), expected=expected,
            )  # fmt: skip
            self._close(row)

    def _dalo_share(
        self, landlord: str | None, departement: str, year: Fraction, guessed: bool
    ) -> tuple[Fraction, Fraction]:
        """(share, price): a yearly number over the leases of the year, else the département's share of its vacated dwellings."""
        of_departement = self.law.place("dalo", departement)
        number, status = None, "local"
        if landlord is None:
            if of_departement is not None:
                number, status = of_departement
        else:
            told = ((self.settings.get("dalo") or {}).get(landlord) or {}).get(departement)
            if told is None:
                told = self.agreements.own.get(landlord, {}).get("dalo", {}).get(departement)
            number = None if told is None else Fraction(told)
        if number is not None:
            if guessed or not year:
                return (number / year if year else ZERO), ZERO
            return number / year, self._price("dalo", status)
        vacated = self.law.place("vacated", departement)
        if landlord is None or of_departement is None or vacated is None:
            return ZERO, ZERO
        return of_departement[0] / vacated[0], self._price("dalo", "assumed")

    def _essential_workers(self) -> None:
        for epci in sorted({f.epci for f in self.vacated}):
            found = self.law.place("essential_workers", epci)
            if found is None:
                continue
            self._plain(
                "essential_workers", f"epci={epci}", self._price("essential_workers", found[1]), found[0],
                lambda f, epci=epci: f.epci == epci, lambda f: f.traits["essential"],
            )  # fmt: skip

    def _priority_mix(self) -> None:
        price = self._price("priority_mix", self.law.status("rules.priority_mix.share"))
        for residence in sorted({f.residence for f in self.vacated if f.mix and f.residence}):
            self._plain(
                "priority_mix", f"residence={residence}", price, self.law.national("rules.priority_mix.share"),
                lambda f, residence=residence: f.residence == residence, lambda f: f.traits["q1"] == "no",
            )  # fmt: skip
