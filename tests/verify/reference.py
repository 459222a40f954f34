"""A plain reading of the design for the small country: one pair at a time, every solution tried. Slow and obvious."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction as F

import town as t
import worth
from picks import DAYS, FILL, FLUX, MODES, ON, OUTSIDE, SHARES, Pick, Row, day, number, yes


@dataclass
class Reference:
    """Everything about one town."""

    town: t.Town
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.D, self.A = self.town.dwellings, self.town.applications
        self.nd, self.na = len(self.D), len(self.A)
        self._known_terms: dict[Pick, list[tuple[int, int]]] = {}
        self.seat_parts: dict[tuple[int, str], tuple[int, int]] = {}
        """(dwelling, account) -> (median score, points taken off) of the seats asked for."""
        self._values: dict[Pick, int] = {}
        self._passed: dict[Pick, list[int]] = {}
        self.percentile = len({t.COMMUNES[x["commune"]][0] for x in self.D}) > 1
        self._rows()

    # who, where
    def epci(self, d: int) -> str:
        return t.COMMUNES[self.D[d]["commune"]][0]

    def blocked(self, d: int) -> bool:
        for x in self.town.rows("in_progress"):
            if x["dwelling_id"] == self.D[d]["dwelling_id"]:
                late = x["stage"] == "oriented" and (ON - day(x["since"])).days > DAYS.get(x["account"], 30)
                if not late:
                    return True
        return False

    def code(self, d: int, a: int) -> int:
        """First refusal code 1..8, 0 none."""
        home, who = self.D[d], self.A[a]
        if who["status"] == "struck_off":
            return 1
        for x in self.town.rows("in_progress"):
            if x["application_id"] == who["application_id"] and x["stage"] == "offered":
                return 2
        if self.preference(d, a) is None:
            return 3
        persons = int(who["persons"])
        child = int(who["children_under_14"] or 0) > 0
        ok = t.ROOMS[min(persons, 4)][0]
        if int(home["rooms"]) not in ok or (home["rooms"] == "1" and child):
            return 4
        income = number(who["tax_income_eur"])
        lone = child and persons - min(int(who["children_under_14"]), persons - 1) == 1
        ceiling = t.CEILINGS[home["financing"].upper()] + 5000 * (persons + lone - 1)
        if income is not None and income > ceiling:
            return 5
        need = who["mobility_need"]
        if need == "adapted" and home["accessible"] != "adapted":
            return 6
        if need and int(home["floor"] or 0) > 0 and home["lift"] == "non":
            return 6
        for x in self.town.rows("decisions"):
            if x["decision"] == "orient":
                continue
            live = not x["expires_on"] or day(x["expires_on"]) >= ON
            if (
                live
                and x["application_id"] == who["application_id"]
                and x["dwelling_id"] in ("", home["dwelling_id"])
            ):
                return 8
        return 0

    def preference(self, d: int, a: int) -> int | None:
        """Rank from 1, 0 when reached by extend, None when not reached."""
        wished = self.A[a]["choices"].split("|")
        if self.D[d]["commune"] in wished:
            return wished.index(self.D[d]["commune"]) + 1
        near = any(t.COMMUNES[c][0] == self.epci(d) for c in wished)
        return 0 if near and self.A[a]["extend"] == "oui" else None

    def receivers(self, d: int) -> list[str]:
        home = self.D[d]
        if home["assiette_exclusion"] == "anru":
            return [] if home["reserved_to"] else ["RELOGEMENT"]
        if home["reserved_to"]:
            return [home["reserved_to"]]
        flux = [x for x in FLUX if SHARES[x][1] in (home["commune"], "25")]
        return [*flux, "BAILLEUR", *OUTSIDE]

    def in_pool(self, d: int, a: int, account: str) -> bool:
        who = self.A[a]
        own = who["current_landlord"] == self.D[d]["landlord"]
        if account == "MUTATION":
            return own
        if account == "RELOGEMENT":
            return who["relocation"] == "NPNRU"
        if own:
            return False
        if account == "ETAT_PRIO":
            codes = who["priority_codes"]
            return "DALO" in codes or (bool(codes) and who["priority_status"] == "labelled")
        return account != "ALS" or who["als_employee"] == "oui"

    def nominees(self, d: int, account: str) -> list[tuple[bool, int, int]]:
        found = []
        for x in self.town.rows("nominations"):
            if x["account"] == account and x["dwelling_id"] in ("", self.D[d]["dwelling_id"]):
                a = int(x["application_id"][1:])
                if self.code(d, a) == 0 and self.in_pool(d, a, account):
                    found.append((x["dwelling_id"] == "", int(x["rank"]), a))
        return sorted(found)

    def order(self, d: int, account: str) -> dict[int, int]:
        """Nominee -> rank of the list that binds first ranks: of the dwelling, else of the account."""
        own = self.nominees(d, account) if account in MODES else []
        here = [x for x in own if not x[0]]
        return {a: rank for _, rank, a in here or own}

    def passed(self, p: Pick) -> list[int]:
        """Nominees placed before a first rank: each must be first somewhere."""
        if p not in self._passed:
            order = self.order(p.d, p.account)
            mine = order.get(p.a, 10**6)
            self._passed[p] = [b for b, rank in order.items() if rank < mine]
        return self._passed[p]

    def behind(self, p: Pick) -> list[int]:
        """Those of them who stand with the household on the list of the account: it is named there, later."""
        return self.passed(p) if p.a in self.order(p.d, p.account) else []

    def named(self, d: int, account: str) -> tuple[list[int], list[int]]:
        """(eligible, may be first) on an account that receives the dwelling."""
        pool = [a for a in range(self.na) if self.code(d, a) == 0 and self.in_pool(d, a, account)]
        if MODES.get(account) != "direct":
            return pool, pool
        return sorted({a for _, _, a in self.nominees(d, account)}), sorted(self.order(d, account))

    def seat(self, d: int, account: str) -> int | None:
        """Value of the seat of a direct account: the median of its pool, less what it may not bring."""
        if MODES.get(account) != "direct":
            return None
        pool = [a for a in range(self.na) if self.code(d, a) == 0 and self.in_pool(d, a, account)]
        self.seat_parts[d, account] = (0, 0)
        if not pool:
            return FILL
        scores = sorted(self.score(d, a) for a in pool)
        n = len(scores)
        middle = F(scores[(n - 1) // 2] + scores[n // 2], 2)
        loss = F(0)
        for row in self.rows:
            if row.rule in t.HOUSEHOLD_RULES and (row.rule, row.scope) in self.marks(d, account, pool[0]):
                share = F(sum(self.marks(d, account, a)[row.rule, row.scope] for a in pool), n)
                loss += row.price * max(F(0), F(row.rate, 10_000) - share)
        self.seat_parts[d, account] = (int(middle + F(1, 2)), int(loss + F(1, 2)))
        return FILL + int(middle + F(1, 2)) - int(loss + F(1, 2))

    # worth
    def points(self, a: int) -> int:
        who = self.A[a]
        start = day(who["first_registered_on"])
        months = 12 * (ON.year - start.year) + ON.month - start.month - (ON.day < start.day)
        return (
            min(6000, 150 * max(0, months))
            + (2500 if who["urgent"] == "oui" else 0)
            + (10000 if "DALO" in who["priority_codes"] else 0)
        )

    def score(self, d: int, a: int) -> int:
        if not self.percentile:
            return self.points(a)
        epci = self.epci(d)
        group = [
            b
            for b in range(self.na)
            if any(t.COMMUNES[c][0] == epci for c in self.A[b]["choices"].split("|"))
        ]
        below = sum(self.points(b) < self.points(a) for b in group)
        same = sum(self.points(b) == self.points(a) for b in group)
        return int(10_000 * (below + F(same, 2)) / len(group) + F(1, 2))

    def vacancy(self, d: int) -> int:
        since = self.D[d]["vacant_since"]
        return min(2000, 10 * max(0, (ON - day(since)).days)) if since else 0

    def fit(self, d: int, a: int) -> int:
        rank = self.preference(d, a)
        assert rank is not None
        total = F(1000) * max(F(0), 1 - F(rank - 1, 8)) if rank else F(0)
        if int(self.D[d]["rooms"]) == t.ROOMS[min(int(self.A[a]["persons"]), 4)][1]:
            total += 500
        if self.D[d]["accessible"] == "adapted" and self.A[a]["mobility_need"] == "adapted":
            total += 50_000
        return int(total) + self.vacancy(d)

    def effort(self, d: int, a: int) -> tuple[str, F | None]:
        """(status, rate) of a pair."""
        return worth.effort(self.D[d], self.A[a], self.town.rows("simulations"))

    def burden(self, d: int, a: int) -> int:
        return worth.burden(*self.effort(d, a), self.A[a], self.span)

    @property
    def span(self) -> int:
        return 10_000 if self.percentile else worth.SPAN

    def lean(self, p: Pick) -> int:
        """Hundredths of a point of a household on an account."""
        who, total = self.A[p.a], 0
        dalo = "DALO" in who["priority_codes"]
        people = {x: len(self.named(p.d, x)[0]) for x in self.open_to(p.d)}
        spared = dalo and p.account == "ETAT_PRIO" or who["prefet_designated"] == "oui"
        spared = spared or self.D[p.d]["subsidy_d331_25_1"] == "oui" or MODES.get(p.account) == "direct"
        if p.account not in OUTSIDE and not spared:
            total -= 100 * worth.LEAN["points_per_missing_name"] * worth.missing_names(people)[p.account]
        named_by_state = "ETAT_PRIO" in people and p.a in self.named(p.d, "ETAT_PRIO")[0]
        if dalo and (p.account == "ETAT_PRIO" or not named_by_state):
            total += 100 * worth.LEAN["dalo_points"]
        if who["dossier"] == "unreachable":
            total -= self.span + 100 * worth.LEAN["unreachable_margin"]
        return total

    def value(self, p: Pick) -> int:
        if p not in self._values:
            self._values[p] = self._value(p)
        return self._values[p]

    def _value(self, p: Pick) -> int:
        if p.a < 0:
            seat = self.seat(p.d, p.account)
            assert seat is not None
            return seat
        own = self.score(p.d, p.a) + self.fit(p.d, p.a) - self.burden(p.d, p.a)
        return FILL + own + self.lean(p)

    # rules
    def q1(self, d: int, a: int) -> str:
        """yes, no, unknown for the EPCI of the dwelling."""
        who = self.A[a]
        income = number(who["monthly_income_eur"])
        if self.epci(d) != "200000001" or income is None or income == 0:
            return "unknown"
        persons = int(who["persons"])
        young = min(int(who["children_under_14"] or 0), persons - 1)
        uc = 1 + F(3, 10) * young + F(1, 2) * (persons - 1 - young)
        return "yes" if 12 * income / uc <= 9000 else "no"

    def asked(self, row: Row, commune: str) -> int:
        """Ten-thousandths of a lease that a lease there asks for."""
        if not row.upper:
            return row.rate
        if not row.scope.endswith("BAILLEUR"):
            return int(10_000 * (1 - row.share))
        return int(10_000 * sum(share for share, area in SHARES.values() if area in ("25", commune)))

    def base_marks(self, commune: str, account: str, apart: bool) -> dict[tuple[str, str], bool]:
        """Marks of a lease of the flux base. Upper rows count what is not on the account, or apart."""
        found: dict[tuple[str, str], bool] = {}
        for name, (_, area) in SHARES.items():
            if area in ("25", commune):
                found["flux", f"landlord=X;area={area};account={name}"] = account == name
                found["flux_max", f"landlord=X;area={area};account={name}"] = account != name or apart
        found["flux_max", "landlord=X;departement=25;account=BAILLEUR"] = account != "BAILLEUR" or apart
        return found

    def marks(self, d: int, account: str, a: int) -> dict[tuple[str, str], bool]:
        """(rule, scope) -> num, for the rows whose den a first rank enters. a = -1: a seat."""
        home = self.D[d]
        found: dict[tuple[str, str], bool] = {}
        known = {(r.rule, r.scope) for r in self.rows}
        if not home["assiette_exclusion"] and not home["reserved_to"] and account not in OUTSIDE:
            found = self.base_marks(
                home["commune"], account, a >= 0 and self.A[a]["prefet_designated"] == "oui"
            )
        if ("mutation_max", "landlord=X;departement=25") in known:
            found["mutation_max", "landlord=X;departement=25"] = account != "MUTATION"
        if a < 0:
            return found
        who = self.A[a]
        qpv, q1 = yes(home["qpv"]), self.q1(d, a)
        proven = bool(who["priority_codes"]) and who["priority_status"] in ("verified", "labelled")
        dalo = "DALO" in who["priority_codes"]
        found["priority_publics", f"landlord=X;departement=25;account={account}"] = dalo or proven
        scope = f"landlord=X;epci={self.epci(d)}"
        if qpv:
            found["lec_q234_inside_qpv", scope] = q1 == "no"
        else:
            found["lec_q1_outside_qpv", scope] = q1 == "yes" or who["relocation"] == "NPNRU"
        found["dalo", "landlord=X;departement=25"] = dalo and not (
            qpv and q1 == "yes" and who["accepts_qpv"] != "oui"
        )
        return {key: num for key, num in found.items() if key in known}

    def _before(self) -> list[tuple[dict[tuple[str, str], bool], bool, str]]:
        """Leases already counted: marks, in the flux base, commune."""
        found = []
        for x in self.town.rows("leases"):
            account, qpv = x["account"], yes(x["qpv"])
            base = account not in OUTSIDE
            marks = self.base_marks(x["commune"], account, False) if base else {}
            dalo = x["priority_codes"] == "DALO"
            marks["mutation_max", "landlord=X;departement=25"] = account != "MUTATION"
            marks["priority_publics", f"landlord=X;departement=25;account={account}"] = dalo or (
                bool(x["priority_codes"]) and x["priority_status"] == "verified"
            )
            scope = f"landlord=X;epci={t.COMMUNES[x['commune']][0]}"
            marks["lec_q234_inside_qpv" if qpv else "lec_q1_outside_qpv", scope] = x["q1"] == (
                "no" if qpv else "yes"
            )
            marks["dalo", "landlord=X;departement=25"] = dalo and not (qpv and x["q1"] == "yes")
            found.append((marks, base, x["commune"]))
        return found

    def _rows(self) -> None:
        forecast = {x["landlord"]: x for x in self.town.rows("assiette")}
        before = self._before()
        own = [d for d in range(self.nd) if not self.blocked(d)]
        base = [d for d in own if not self.D[d]["assiette_exclusion"] and not self.D[d]["reserved_to"]]

        def expected(done: int, scope: list[int], whole: bool) -> F:
            if forecast:
                all_done = len(before) if whole else sum(b for _, b, _ in before)
                total = all_done + len(own if whole else base)
                rest = F((40 if whole else 30) * (done + len(scope)), total) - done if total else F(0)
            elif self.town.rows("leases"):
                rest = F(done * 184, 181)
            else:
                rest = F(len(scope))
            return max(rest, F(len(scope)))

        def flux(area: str) -> F:
            scope = [d for d in base if area in ("25", self.D[d]["commune"])]
            done = sum(b and area in ("25", c) for _, b, c in before)
            return expected(done, scope, False)

        rows = []
        for name, (share, area) in SHARES.items():
            scope = f"landlord=X;area={area};account={name}"
            rows.append(Row("flux", scope, share, 10_000, remaining=flux(area), slack=5000))
            rows.append(Row("flux_max", scope, share, 10_000, upper=True))
        rows.append(
            Row("flux_max", "landlord=X;departement=25;account=BAILLEUR", F("0.45"), 10_000, upper=True)
        )
        if forecast:
            rows.append(Row("mutation_max", "landlord=X;departement=25", F(32, 40), 30_000, remaining=F(-1)))
        given = {name: share * flux(area) for name, (share, area) in SHARES.items()}
        rest = max(F(0), flux("25") - sum(given.values()))
        for name in ("ALS", "BAILLEUR", "COLL:25001"):
            rows.append(
                Row("priority_publics", f"landlord=X;departement=25;account={name}", F(1, 4), 15_000,
                    remaining=given.get(name, rest))
            )  # fmt: skip
        if any(self.epci(d) == "200000001" for d in range(self.nd)):
            scope = "landlord=X;epci=200000001"
            rows.append(Row("lec_q1_outside_qpv", scope, F(1, 4), 20_000, remaining=F(-1)))
            rows.append(Row("lec_q234_inside_qpv", scope, F(1, 2), 20_000, remaining=F(-1)))
        rows.append(self._dalo(bool(forecast or self.town.rows("leases"))))
        rows.sort(key=lambda r: (t.RULES.index(r.rule), r.scope))
        for row in rows:
            for marks, _, commune in before:
                if (row.rule, row.scope) in marks:
                    row.den_before += 1
                    row.num_before += marks[row.rule, row.scope]
                    row.slack += 10_000 - self.asked(row, commune) if row.upper else 0
            if row.upper:
                self._allow(row, base)
                continue
            if row.remaining < 0:
                near = [d for d in own if self.epci(d) == "200000001"]
                scope_of = {
                    "mutation_max": own,
                    "dalo": own,
                    "lec_q1_outside_qpv": [d for d in near if not yes(self.D[d]["qpv"])],
                    "lec_q234_inside_qpv": [d for d in near if yes(self.D[d]["qpv"])],
                }[row.rule]
                row.remaining = expected(row.den_before, scope_of, True)
            year = row.den_before + row.remaining
            if row.number is not None:
                row.share = row.number / year if year else F(0)
            if row.remaining > 0:
                need = (row.share * year - row.num_before) / row.remaining
                row.rate = int(min(max(need, F(0)), F(1)) * 10_000 + F(1, 2))
            if row.remaining == 0 or year < 2:
                row.price = 0
        self.rows = rows

    def _dalo(self, grounded: bool) -> Row:
        """The landlord's number where F is known, else an assumed share that has no price for real people."""
        row = Row("dalo", "landlord=X;departement=25", F(0), 30_000, remaining=F(-1))
        if "dalo" in self.town.settings:
            row.number = int(self.town.settings["dalo"].split(":")[-1].strip(" }"))
            row.price *= grounded
        else:
            row.share = F(1, 8)
            row.price *= "synthetic" in self.town.settings
        return row

    def _allow(self, row: Row, base: list[int]) -> None:
        """The allowance of an upper row (``slack`` holds Σ s of the leases so far), and the rates of its dwellings."""
        counted = row.den_before - row.num_before
        row.slack = max(0, row.slack - 10_000 * counted) + 5000
        area = row.scope.split(";")[1].split("=")[1]
        asked = [self.asked(row, c) for c in (self.D[d]["commune"] for d in base) if area in ("25", c)]
        if row.scope.endswith("BAILLEUR") and asked:
            row.share = F(int(F(sum(10_000 - x for x in asked), len(asked)) + F(1, 2)), 10_000)
        row.rate = min(asked, default=int(10_000 * (1 - row.share)))
        row.several = len(set(asked)) > 1

    def open_to(self, d: int) -> list[str]:
        """Accounts that a first rank may be on: of an oriented dwelling, that account."""
        to = [
            x["account"]
            for x in self.town.rows("decisions")
            if x["decision"] == "orient" and x["dwelling_id"] == self.D[d]["dwelling_id"]
        ]
        return to or self.receivers(d)

    # solutions
    def options(self, d: int) -> list[Pick]:
        if self.blocked(d):
            return []
        found = []
        for account in self.open_to(d):
            found += [Pick(d, a, account) for a in self.named(d, account)[1]]
            if self.seat(d, account) is not None:
                found.append(Pick(d, -1, account))
        return found

    def solutions(self) -> Iterator[list[Pick]]:
        choices = [self.options(d) for d in range(self.nd)]

        def extend(d: int, taken: list[Pick]) -> Iterator[list[Pick]]:
            if d == self.nd:
                placed = {p.a for p in taken}
                if all(b in placed for p in taken for b in self.passed(p)):
                    yield taken
                return
            yield from extend(d + 1, taken)
            used = {p.a for p in taken if p.a >= 0}
            for p in choices[d]:
                if p.a not in used:
                    yield from extend(d + 1, [*taken, p])

        yield from extend(0, [])

    def counts(self, picks: list[Pick]) -> tuple[list[int], list[int]]:
        num, den = [0] * len(self.rows), [0] * len(self.rows)
        at = {(r.rule, r.scope): k for k, r in enumerate(self.rows)}
        for p in picks:
            for key, good in self.marks(p.d, p.account, p.a).items():
                den[at[key]] += 1
                num[at[key]] += good
        return num, den

    def shorts(self, picks: list[Pick]) -> list[int]:
        """Ten-thousandths of a lease that the picks lack on each row."""
        total = [-row.slack for row in self.rows]
        for p in picks:
            for k, x in self._terms(p):
                total[k] += x
        return [max(0, x) for x in total]

    def _terms(self, p: Pick) -> list[tuple[int, int]]:
        """(row, ten-thousandths that the pick adds to what is lacked)."""
        if p not in self._known_terms:
            marks = self.marks(p.d, p.account, p.a)
            self._known_terms[p] = [
                (k, self.asked(row, self.D[p.d]["commune"]) - 10_000 * marks[row.rule, row.scope])
                for k, row in enumerate(self.rows)
                if (row.rule, row.scope) in marks
            ]
        return self._known_terms[p]

    def objective(self, picks: list[Pick]) -> int:
        """Micropoints."""
        short = sum(r.price * x for r, x in zip(self.rows, self.shorts(picks), strict=True))
        return sum(self.value(p) for p in picks) * 10_000 - short

    def seniority(self, picks: list[Pick]) -> int:
        return sum((ON - day(self.A[p.a]["first_registered_on"])).days for p in picks if p.a >= 0)

    def h(self, p: Pick) -> int:
        app = self.A[p.a]["application_id"] if p.a >= 0 else ""
        text = f"{t.SEED}|{app}|{self.D[p.d]['dwelling_id']}|{p.account}"
        return int(hashlib.sha256(text.encode()).hexdigest()[:5], 16)

    def best(self) -> list[Pick]:
        """The optimum with its tie stages, by trying everything."""
        return max(
            self.solutions(),
            key=lambda x: (self.objective(x), self.seniority(x), sum(self.h(p) for p in x)),
        )
