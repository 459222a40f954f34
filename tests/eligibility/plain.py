"""The rules of design §3-4 for one pair, in plain Python from the raw rows: the other opinion of the random tests."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from optimizer.policy import RuleSet

Row = dict[str, Any]
NAMES = (
    "ELIGIBLE", "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN",
    "ACCOUNT",
)  # fmt: skip


def items(cell: str | None) -> list[str]:
    return [piece.strip() for piece in (cell or "").split("|") if piece.strip()]


def later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def day(text: str) -> date:
    return date.fromisoformat(text)


def half_up(value: Fraction, decimals: int) -> Fraction:
    unit = 10**decimals
    return Fraction((2 * value * unit + 1) // 2, unit)


class Plain:
    """All tables of a case as rows, and the rules."""

    def __init__(self, rules: RuleSet, on: date, tables: dict[str, list[Row]]) -> None:
        self.rules, self.on, self.tables = rules, on, tables

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def epci(self, commune: str) -> str:
        return str(self.rules.all_communes.at[commune, "epci"])

    def departement(self, commune: str) -> str:
        return str(self.rules.all_communes.at[commune, "departement"])

    def inactive(self, a: Row) -> bool:
        if a.get("status"):
            return bool(a["status"] == "struck_off")
        last = day(a.get("renewed_on") or a["first_registered_on"])
        return later(last, self.rules.integer("national.seniority.expired_months")) < self.on

    def live_offer(self, a: Row) -> bool:
        return any(
            line.get("application_id") == a["application_id"] and line["stage"] in ("commission", "offered")
            for line in self.rows("in_progress")
        )

    def wished(self, a: Row) -> list[str]:
        return items(a.get("dalo_perimeter")) or items(a.get("choices"))

    def rank(self, d: Row, a: Row) -> int | None:
        """Preference rank, 0 by extension, None when the commune is not reached."""
        wished = self.wished(a)
        fixed = bool(items(a.get("dalo_perimeter")))
        districts = [] if fixed else items(a.get("districts_wanted"))
        if d.get("district") and districts and d["district"] not in districts:
            return None
        if d["commune"] in wished:
            return wished.index(d["commune"]) + 1
        near = {self.epci(c) for c in wished if c in self.rules.all_communes.index}
        return 0 if a.get("extend") and not fixed and self.epci(d["commune"]) in near else None

    def never_t1(self, a: Row) -> bool:
        several = a["persons"] >= 2 and a.get("adults") is not None and 1 <= a["adults"] < a["persons"]
        child = several or (a.get("children_under_14") or 0) > 0 or self.size(a) > a["persons"]
        return bool(a.get("couple")) or child

    def size(self, a: Row) -> int:
        guests = ("visiting_children", "alternate_custody_children", "expected_children")
        return int(a["persons"] + sum(a.get(name) or 0 for name in guests))

    def table_row(self, d: Row, a: Row) -> tuple[list[int], int]:
        table = self.rules.rooms_table(d["landlord"])
        size = min(self.size(a), len(table.accepted) - 1)
        accepted = [r for r in range(1, 7) if table.accepted[size, r]]
        if table.t1_single_only and self.never_t1(a):
            accepted = [r for r in accepted if r != 1]
        return accepted, next(r for r in range(1, 7) if table.first_choice[size, r])

    def rooms(self, d: Row, a: Row) -> bool:
        if items(a.get("dalo_rooms")):
            return str(d["rooms"]) in items(a["dalo_rooms"])
        wanted = items(a.get("rooms_wanted"))
        fits = d["rooms"] in self.table_row(d, a)[0] or self.small_asked(d, a)
        return fits and (not wanted or str(d["rooms"]) in wanted)

    def small_asked(self, d: Row, a: Row) -> bool:
        """A T1 that the table refuses to a household of two that asks for one."""
        if d["rooms"] != 1 or self.size(a) != 2 or items(a.get("dalo_rooms")):
            return False
        return "1" in items(a.get("rooms_wanted")) and 1 not in self.table_row(d, a)[0]

    def category(self, a: Row) -> int:
        given = int(a.get("household_category") or 0)
        if 1 <= given <= 5:
            return given
        n = a["persons"]
        dependants = a.get("dependants")
        if dependants is None:
            known = a.get("adults") is not None and a["adults"] >= 1
            dependants = max(n - a["adults"], 0) if known else min(a.get("children_under_14") or 0, n - 1)
        ages = a.get("ages_sum")
        young = (
            a.get("couple") and dependants == 0 and n == 2 and ages is not None
            and ages <= self.rules.integer("national.household.young_couple_ages_sum")
        )  # fmt: skip
        more = young or (
            (not a.get("couple") and dependants >= 1 and n - dependants == 1)
            or (a.get("disabled_persons") or 0) >= 1
        )
        return max(given, n + 1 if more else n)

    def income(self, a: Row) -> int | None:
        base, latest = a.get("tax_income_eur"), a.get("tax_income_n1_eur")
        if base is None:
            return None
        if latest is not None and Fraction(str(latest)) <= Fraction(str(base)) * Fraction(9, 10):
            base = latest
        return round(base * 100)

    def ceiling(self, d: Row, a: Row) -> Fraction:
        zone = int(self.rules.all_communes.at[d["commune"], "zone"])
        table = self.rules.ceilings(d["financing"])[zone]
        category = self.category(a)
        amount = int(table[min(category, 6) - 1]) + max(category - 6, 0) * int(table[6])
        return amount * 100 * Fraction(str(d.get("ceiling_factor") or 1))

    def access(self, d: Row, a: Row) -> bool:
        need, level = a.get("mobility_need") or "none", d.get("accessible") or "none"
        if need == "adapted" and level != "adapted":
            return False
        if need == "accessible" and level == "none":
            return False
        upstairs = d.get("floor") is not None and d["floor"] > 0 and d.get("lift") is False
        return not (need != "none" and upstairs)

    def forbidden(self, d: Row, a: Row) -> bool:
        return any(
            line["decision"] == "forbid"
            and line["application_id"] == a["application_id"]
            and line.get("dwelling_id") in (None, d["dwelling_id"])
            and (not line.get("expires_on") or day(line["expires_on"]) >= self.on)
            for line in self.rows("decisions")
        )

    def before_account(self, d: Row, a: Row) -> int:
        if self.inactive(a):
            return 1
        if self.live_offer(a):
            return 2
        if self.rank(d, a) is None:
            return 3
        if not self.rooms(d, a):
            return 4
        income = self.income(a)
        if income is not None and income > self.ceiling(d, a):
            return 5
        if not self.access(d, a):
            return 6
        if a.get("current_dwelling") == d["dwelling_id"]:
            return 7
        if self.forbidden(d, a):
            return 8
        return 0

    def exact(self, key: str) -> Fraction:
        return Fraction(str(self.rules.get(f"national.housing_allowance.{key}")))

    def by_family(self, key: str, family: int) -> Fraction:
        """Item of a table [alone, couple, 1, 2, … dependants, each further one]; family 1 + k has k dependants."""
        values = [Fraction(str(v)) for v in self.rules.get(f"national.housing_allowance.{key}")]
        known = len(values) - 1
        return values[family] if family < known else values[known - 1] + values[known] * (family - known + 1)

    def family(self, a: Row) -> int | None:
        dependants, adults = a.get("dependants"), a.get("adults")
        if dependants is None:
            if not adults and a["persons"] > 1:
                return None
            dependants = max(a["persons"] - adults, 0) if adults else 0
        return 1 + dependants if dependants else (1 if a["persons"] >= 2 else 0)

    def zone(self, commune: str) -> int:
        get = self.rules.get
        if self.departement(commune) in get("national.housing_allowance.not_estimated"):
            return 0
        return next((z for z in (1, 2) if commune in get(f"national.housing_allowance.zone_{z}")), 3)

    def estimated(self, d: Row, a: Row) -> Fraction | None:
        """The allowance of ``housing_allowance.yaml``, from the formula written at its top."""
        family, zone, income = self.family(a), self.zone(d["commune"]), a.get("monthly_income_eur")
        if family is None or zone == 0 or income is None or d.get("rent_eur") is None:
            return None
        rent = min(Fraction(str(d["rent_eur"])), self.by_family(f"rent_ceiling.zone_{zone}", family))
        base, child = (Fraction(str(v)) for v in self.rules.get("national.housing_allowance.charges"))
        expense = rent + base + child * max(family - 1, 0)
        ratio = half_up(rent / self.by_family("rent_ceiling.zone_2", family), 4)
        low, high = (
            Fraction(str(v)) for v in self.rules.get("national.housing_allowance.personal_share.rent_breaks")
        )
        rates = [
            Fraction(str(v)) for v in self.rules.get("national.housing_allowance.personal_share.rent_rates")
        ]
        steps = (min(ratio, low), max(min(ratio, high) - low, Fraction(0)), max(ratio - high, Fraction(0)))
        rent_rate = half_up(sum((r * x for r, x in zip(rates, steps, strict=True)), Fraction(0)), 5)
        rate = max(self.by_family("personal_share.family_rate", family), Fraction(0)) + rent_rate
        year = Fraction(str(income)) * self.exact("income_share") * self.exact("income_months")
        share = max(self.exact("personal_share.minimum_rate") * expense, self.exact("personal_share.minimum"))
        share += rate * max(year - self.by_family("personal_share.allowance", family), Fraction(0))
        amount = half_up(expense - share - self.exact("flat_cut"), 2)
        return amount if amount >= self.exact("least_paid") else Fraction(0)

    def simulation(self, d: Row, a: Row) -> Row:
        key = (d["dwelling_id"], a["application_id"])
        found = [r for r in self.rows("simulations") if (r["dwelling_id"], r["application_id"]) == key]
        return found[0] if found else {}

    def effort(self, d: Row, a: Row) -> tuple[Fraction | None, str]:
        """Exact rate and where its allowance comes from."""
        told, income = self.simulation(d, a), a.get("monthly_income_eur")
        if told.get("effort") is not None:
            return Fraction(str(told["effort"])), "simulated"
        if d.get("rent_eur") is None or income is None:
            return None, "unknown"
        allowance, status = self.estimated(d, a), "estimated"
        if told.get("allowance_eur") is not None:
            allowance, status = Fraction(str(told["allowance_eur"])), "simulated"
        if allowance is None:
            status = "before_allowance"
        cost = Fraction(str(d["rent_eur"])) + Fraction(str(d.get("charges_eur") or 0))
        cost -= Fraction(str(told.get("rls_eur") or 0)) + (allowance or 0)
        return (max(cost, Fraction(0)) / Fraction(str(income)) if income else None), status

    def burden(self, d: Row, a: Row, span: int) -> int:
        """Hundredths of a point; ``span`` in hundredths."""
        rate, status = self.effort(d, a)
        excused = "dalo" in items(a.get("priority_codes")) or bool(a.get("prefet_designated"))
        if (
            rate is None
            or status in ("unknown", "before_allowance")
            or excused
            or a.get("monthly_income_eur") == 0
        ):
            return 0
        own = self.rules.effort_threshold(d["landlord"])
        over = max(rate - Fraction(str(own.threshold)), Fraction(0))
        part = min(over / Fraction(str(self.rules.get("national.burden.span"))), Fraction(1))
        return int(half_up(Fraction(str(own.weight)) * span * part, 0))

    def flags(self, d: Row, a: Row) -> set[str]:
        """Those of the effort rate and of the rooms."""
        rate, status = self.effort(d, a)
        known = rate is not None and status in ("estimated", "simulated")
        high = known and rate > Fraction(str(self.rules.get("national.effort.max_rate")))  # type: ignore[operator]
        found = {
            "EFFORT_HIGH": high, "ALLOWANCE_ESTIMATED": status == "estimated",
            "ALLOWANCE_MISSING": status == "before_allowance", "SMALL_ASKED": self.small_asked(d, a),
        }  # fmt: skip
        return {name for name, holds in found.items() if holds}

    def line(self, d: Row, account: str) -> Row | None:
        for area in (d["commune"], self.epci(d["commune"]), self.departement(d["commune"])):
            for line in self.rows("conventions"):
                if (line["landlord"], line["area"], line["account"]) == (d["landlord"], area, account):
                    return line
        return None

    def receiving(self, d: Row) -> list[str]:
        if d.get("reserved_to"):
            return [d["reserved_to"]]
        exclusion = d.get("assiette_exclusion") or "none"
        if exclusion == "mutation":
            return ["MUTATION"]
        if exclusion != "none":
            return ["RELOGEMENT"]
        named = sorted(
            {line["account"] for line in self.rows("conventions") if self.line(d, line["account"])}
        )
        return [*named, *(x for x in ("BAILLEUR", "MUTATION", "RELOGEMENT") if x not in named)]

    def pool(self, account: str, line: Row | None, a: Row) -> bool:
        word = (line or {}).get("pool") or "default"
        if word == "default":
            own = {"ETAT_PRIO": "state_priority", "ETAT_AGENT": "public_agent", "ALS": "als_employee"}
            word = own.get(account, "any")
        codes = items(a.get("priority_codes"))
        return {
            "any": True,
            "state_priority": "dalo" in codes or (bool(codes) and a.get("priority_status") == "labelled"),
            "priority": "dalo" in codes
            or (bool(codes) and a.get("priority_status") in ("verified", "labelled")),
            "public_agent": bool(a.get("public_agent")),
            "als_employee": bool(a.get("als_employee")),
        }[word]

    def may_name(self, account: str, d: Row, a: Row) -> bool:
        own = a.get("current_landlord") == d["landlord"]
        if account == "MUTATION":
            return own
        relocation = a.get("relocation") or "none"
        if own and account != "RELOGEMENT":
            return False
        if account == "RELOGEMENT":
            needed = {"anru": "npnru", "orcod": "orcod", "unfit": "unfit", "sale": "sale"}
            exclusion = d.get("assiette_exclusion") or "none"
            return relocation == needed[exclusion] if exclusion in needed else relocation != "none"
        if account != "BAILLEUR" and items(a.get("accounts")):
            return account in items(a["accounts"])
        return self.pool(account, self.line(d, account), a)

    def nominees(self, account: str, d: Row, place: str | None) -> list[Row]:
        people = {a["application_id"]: a for a in self.rows("applications")}
        lines = [
            n for n in self.rows("nominations") if n["account"] == account and n.get("dwelling_id") == place
        ]
        lines.sort(key=lambda n: (n["rank"], n["application_id"]))
        named = [people[n["application_id"]] for n in lines if n["application_id"] in people]
        return [a for a in named if self.may_name(account, d, a) and self.before_account(d, a) == 0]

    def naming(self, d: Row, a: Row) -> dict[str, bool]:
        """Accounts that may name the application there -> whether as first rank."""
        decisions = self.rows("decisions")
        pins = {(p["dwelling_id"], p["application_id"]): p for p in decisions if p["decision"] == "pin"}
        sent = {p["dwelling_id"]: p["account"] for p in decisions if p["decision"] == "orient"}
        found = {}
        for account in self.receiving(d):
            if not self.may_name(account, d, a):
                continue
            line = self.line(d, account)
            mode = line["management_mode"] if line else "delegated"
            first = True
            if mode != "delegated":
                here, anywhere = self.nominees(account, d, d["dwelling_id"]), self.nominees(account, d, None)
                listed = any(
                    n["account"] == account
                    and n["application_id"] == a["application_id"]
                    and n.get("dwelling_id") in (None, d["dwelling_id"])
                    for n in self.rows("nominations")
                )
                if mode == "direct" and not listed:
                    continue
                leaders = here[:1] or anywhere
                first = a in leaders or (mode == "partial" and not leaders)
            pinned_here = [p for p in pins if p[0] == d["dwelling_id"]]
            if pinned_here:
                pin = pins.get((d["dwelling_id"], a["application_id"]))
                first = pin is not None and account in (
                    account if pin is None else pin.get("account") or account,
                )
            elif any(p[1] == a["application_id"] for p in pins):
                first = False
            found[account] = first and sent.get(d["dwelling_id"], account) == account
        return found

    def code(self, d: Row, a: Row) -> int:
        return self.before_account(d, a) or (0 if self.naming(d, a) else 9)

    def fit(self, d: Row, a: Row) -> int:
        """Hundredths, vacancy left out."""
        get = self.rules.number
        rank = self.rank(d, a) or 0
        points = Fraction(0)
        if rank:
            left = 1 - Fraction(rank - 1, self.rules.integer("national.fit.preference_span"))
            points = Fraction(str(get("national.fit.preference_points"))) * max(Fraction(0), left) * 100
        total = (2 * points.numerator + points.denominator) // (2 * points.denominator)
        if d["rooms"] == self.table_row(d, a)[1]:
            total += round(get("national.fit.first_choice_rooms_points") * 100)
        if d.get("accessible") == "adapted" and a.get("mobility_need") == "adapted":
            total += round(get("national.fit.adapted_points") * 100)
        return total

    def q1(self, d: Row, a: Row) -> str:
        if a.get("first_quartile") is not None:
            return "yes" if a["first_quartile"] else "no"
        threshold = self.rules.lec_epci.get(self.epci(d["commune"]))
        if threshold is not None and a.get("income_per_uc") is not None:
            return "yes" if Fraction(str(a["income_per_uc"])) <= Fraction(str(threshold.value)) else "no"
        income = a.get("monthly_income_eur")
        if threshold is None or income is None or (income == 0 and a.get("income_status") != "verified"):
            return "unknown"
        young = min(a.get("children_under_14") or 0, a["persons"] - 1)
        if a.get("consumption_units") is not None:
            uc = Fraction(str(a["consumption_units"]))
        else:
            uc = 1 + Fraction(1, 2) * (a["persons"] - 1 - young) + Fraction(3, 10) * young
        return "yes" if 12 * Fraction(str(income)) / uc <= Fraction(str(threshold.value)) else "no"
