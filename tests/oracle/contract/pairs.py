"""Which household may be named for which dwelling on which account; the first refusal in the contract's order otherwise."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.contract.agreements import OWN, Agreements
from tests.oracle.contract.reading import Law, Row, communes, exact

CODES = (
    "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN", "ACCOUNT",
)  # fmt: skip
MATCHING = {"anru": "npnru", "orcod": "orcod", "unfit": "unfit", "sale": "sale"}


class Pairs:
    """Eligibility of every household for every dwelling of a case."""

    def __init__(self, case: dict[str, Any], law: Law, agreements: Agreements) -> None:
        self.case, self.law, self.agreements = case, law, agreements
        self.on: date = case["on"]
        self.year: int = case["settings"]["year"]
        self.dwellings: dict[str, Row] = {row["dwelling_id"]: row for row in case["dwellings"]}
        self.applications: dict[str, Row] = {row["application_id"]: row for row in case["applications"]}
        self.live = {
            row["application_id"]
            for row in case["in_progress"]
            if row["stage"] in ("commission", "offered") and row["application_id"]
        }
        self.with_districts = {d["commune"] for d in self.dwellings.values() if d["district"]}
        self.decisions = [
            row for row in case["decisions"] if row["expires_on"] is None or row["expires_on"] >= self.on
        ]
        self.oriented = {
            row["dwelling_id"]: row["account"] for row in self.decisions if row["decision"] == "orient"
        }
        self.busy = {row["dwelling_id"] for row in case["in_progress"] if not self.expired(row)}
        self.free = sorted(set(self.dwellings) - self.busy)
        self._codes: dict[tuple[str, str], str | None] = {}

    def expired(self, progress: Row) -> bool:
        """Whether an orientation has passed its deadline without a name: its dwelling may go elsewhere."""
        deadline = self.agreements.deadline(progress["landlord"], progress["commune"], progress["account"])
        return progress["stage"] == "oriented" and (self.on - progress["since"]).days > deadline

    # ---- accounts -------------------------------------------------------------------------------------------------

    def receivers(self, d: str) -> list[str]:
        """Accounts that may receive a dwelling today: the one that it was oriented to, else all possible ones."""
        return [self.oriented[d]] if d in self.oriented else self.possible(d)

    def possible(self, d: str) -> list[str]:
        """Accounts that may receive a dwelling by its own facts and the agreements."""
        dwelling = self.dwellings[d]
        exclusion = dwelling["assiette_exclusion"] or "none"
        if dwelling["reserved_to"]:
            return [dwelling["reserved_to"]]
        if exclusion in MATCHING:
            return ["RELOGEMENT"]
        if exclusion == "mutation":
            return ["MUTATION"]
        lines = self.agreements.of(dwelling["landlord"], dwelling["commune"])
        return sorted({line["account"] for line in lines} | {"BAILLEUR", *OWN})

    def mode(self, d: str, r: str) -> str:
        """How names come to a dwelling on an account."""
        dwelling = self.dwellings[d]
        return self.agreements.mode(dwelling["landlord"], dwelling["commune"], r)

    def public_of(self, d: str, a: str, r: str) -> bool:
        """Whether the household belongs to the public of the account, nominations apart."""
        dwelling, household = self.dwellings[d], self.applications[a]
        relocation = household["relocation"] or "none"
        exclusion = dwelling["assiette_exclusion"] or "none"
        if r == "RELOGEMENT":
            return relocation != "none" and (exclusion not in MATCHING or relocation == MATCHING[exclusion])
        own_tenant = household["current_landlord"] == dwelling["landlord"]
        if r == "MUTATION":
            return own_tenant
        if own_tenant:
            return False
        if r == "BAILLEUR":
            return True
        if household["accounts"]:
            return r in household["accounts"]
        line = self.agreements.line(dwelling["landlord"], dwelling["commune"], r)
        pool = (line["pool"] if line is not None else None) or "default"
        if pool == "default":
            pool = {"ETAT_PRIO": "priority", "ETAT_AGENT": "public_agent", "ALS": "als_employee"}.get(
                r, "any"
            )
        if pool == "priority":
            codes = household["priority_codes"] or []
            return "dalo" in codes or (
                bool(codes) and self.proof(household) in self.law.national("priority_publics.proof_state")
            )
        if pool == "public_agent":
            return bool(household["public_agent"])
        return bool(household["als_employee"]) if pool == "als_employee" else True

    @staticmethod
    def proof(facts: Row) -> str:
        """Proof of the priority; nothing said is only declared."""
        return facts["priority_status"] or "declared"

    # ---- the household and the dwelling -----------------------------------------------------------------------------

    def size(self, a: str) -> int:
        """Persons that count for the number of rooms."""
        household = self.applications[a]
        more = ("visiting_children", "alternate_custody_children", "expected_children")
        return int(household["persons"]) + sum(household[name] or 0 for name in more)

    def table_entry(self, d: str, a: str) -> dict[str, Any]:
        """What the landlord's table of rooms says for the household."""
        table = self.agreements.rooms_table(self.dwellings[d]["landlord"])
        return table[min(self.size(a), max(table))]  # type: ignore[no-any-return]

    def small_asked(self, d: str, a: str) -> bool:
        """A household of two that asks for a T1 has it, even against the table."""
        household = self.applications[a]
        return (
            self.dwellings[d]["rooms"] == 1
            and not household["dalo_rooms"]
            and self.size(a) == 2
            and 1 in (household["rooms_wanted"] or [])
            and not self._table_accepts(d, a)
        )

    def _table_accepts(self, d: str, a: str) -> bool:
        rooms = self.dwellings[d]["rooms"]
        if rooms not in self.table_entry(d, a)["accepted"]:
            return False
        household = self.applications[a]
        together = bool(household["couple"]) or self.size(a) > 1
        return not (rooms == 1 and together and self.law.national("rooms.t1_single_only"))

    def rooms_accepted(self, d: str, a: str) -> bool:
        household = self.applications[a]
        rooms = self.dwellings[d]["rooms"]
        if household["dalo_rooms"]:
            return rooms in household["dalo_rooms"]
        if household["rooms_wanted"] and rooms not in household["rooms_wanted"]:
            return False
        return self._table_accepts(d, a) or self.small_asked(d, a)

    def category(self, a: str) -> int:
        """Category of the household for the income ceilings."""
        household = self.applications[a]
        given = int(household["household_category"] or 0)
        if 1 <= given <= 5:
            return given
        persons = household["persons"]
        dependants = household["dependants"] or 0
        found = persons
        lone = persons == 1 + dependants and not household["couple"]
        if lone and dependants:
            found = max(found, persons + 1)
        young = (
            household["couple"]
            and persons == 2
            and not dependants
            and household["ages_sum"] is not None
            and household["ages_sum"] <= self.law.national("household.young_couple_ages_sum")
        )
        if young:
            found = max(found, 3)
        if household["disabled_persons"]:
            found = max(found, persons + 1)
        return max(given, int(found))

    def tax_income(self, a: str) -> Fraction | None:
        """Income compared with the ceiling: N-2, or N-1 where it is at least a tenth lower."""
        household = self.applications[a]
        before, last = household["tax_income_eur"], household["tax_income_n1_eur"]
        if before is None:
            return last
        drop = 1 - self.law.national("seniority.income_drop_share")
        return last if last is not None and last <= before * drop else before

    def ceiling(self, d: str, a: str) -> Fraction:
        dwelling = self.dwellings[d]
        table = self.law.national(f"ceilings.{dwelling['financing'].upper()}.other_regions")
        category = self.category(a)
        amount = exact(table[min(category, 6) - 1]) + max(0, category - 6) * exact(table[6])
        return amount * (dwelling["ceiling_factor"] or 1)

    def months_over(self, a: str, months: int, *, to_the_day: bool = False) -> bool:
        """Whether the last renewal (else the first registration) is more than so many months old, or just so many."""
        household = self.applications[a]
        last = household["renewed_on"] or household["first_registered_on"]
        gone = 12 * (self.on.year - last.year) + self.on.month - last.month
        return gone > months or (
            gone == months and (self.on.day > last.day or (to_the_day and self.on.day == last.day))
        )

    def choices(self, a: str) -> list[str]:
        """Communes in order of preference: those of the commission de médiation replace the household's own."""
        household = self.applications[a]
        return household["dalo_perimeter"] or household["choices"]  # type: ignore[no-any-return]

    def reached_by_choice(self, d: str, a: str) -> bool:
        return self.dwellings[d]["commune"] in self.choices(a)

    def commune_accepted(self, d: str, a: str) -> bool:
        household, dwelling = self.applications[a], self.dwellings[d]
        perimeter = bool(household["dalo_perimeter"])
        if not self.reached_by_choice(d, a):
            epci = communes()[dwelling["commune"]][0]
            near = {communes()[c][0] for c in self.choices(a)}
            if perimeter or not household["extend"] or epci not in near:
                return False
        if perimeter or not household["districts_wanted"]:
            return True
        if dwelling["commune"] not in self.with_districts:
            return True
        return dwelling["district"] in household["districts_wanted"]

    def accessible(self, d: str, a: str) -> bool:
        dwelling = self.dwellings[d]
        need = self.applications[a]["mobility_need"] or "none"
        offered = dwelling["accessible"] or "none"
        if need == "adapted" and offered != "adapted":
            return False
        if need == "accessible" and offered == "none":
            return False
        return not (need != "none" and (dwelling["floor"] or 0) > 0 and dwelling["lift"] is False)

    def forbidden(self, d: str, a: str) -> bool:
        return any(
            row["decision"] == "forbid" and row["application_id"] == a and row["dwelling_id"] in (None, d)
            for row in self.decisions
        )

    # ---- codes --------------------------------------------------------------------------------------------------------

    def code(self, d: str, a: str) -> str | None:
        """The first reason, accounts apart, for which the household may not have the dwelling; None without any."""
        if (d, a) not in self._codes:
            self._codes[d, a] = self._code(d, a)
        return self._codes[d, a]

    def _code(self, d: str, a: str) -> str | None:
        household = self.applications[a]
        status = household["status"]
        if status == "struck_off":
            return "INACTIVE"
        if status is None and self.months_over(a, int(self.law.national("seniority.expired_months"))):
            return "INACTIVE"
        if a in self.live:
            return "LIVE_OFFER"
        if not self.commune_accepted(d, a):
            return "COMMUNE"
        if not self.rooms_accepted(d, a):
            return "ROOMS"
        income = self.tax_income(a)
        if income is not None and income > self.ceiling(d, a):
            return "CEILING"
        if not self.accessible(d, a):
            return "ACCESSIBLE"
        if household["current_dwelling"] == d:
            return "OWN_DWELLING"
        return "FORBIDDEN" if self.forbidden(d, a) else None

    def public(self, d: str, r: str) -> list[str]:
        """Households eligible for the dwelling on the account, nominations apart."""
        return [a for a in sorted(self.applications) if self.code(d, a) is None and self.public_of(d, a, r)]

    # ---- nominations --------------------------------------------------------------------------------------------------

    def _nominated(self, wanted: str | None, r: str, public: list[str]) -> dict[str, int]:
        """Household -> rank of the account's nominations for one dwelling, or of its general list."""
        return {
            row["application_id"]: row["rank"]
            for row in self.case["nominations"]
            if row["account"] == r and row["dwelling_id"] == wanted and row["application_id"] in public
        }

    def nominees(self, d: str, r: str) -> dict[str, int]:
        """Household -> rank of the nominations that hold for a dwelling: those that name it if one may be named."""
        if self.mode(d, r) == "delegated":
            return {}
        public = self.public(d, r)
        return self._nominated(d, r, public) or self._nominated(None, r, public)

    def place_in_list(self, d: str, r: str, a: str) -> tuple[int, int]:
        """Where a household stands in the réservataire's order on a list: its nominees, the general list, then the pool."""
        if self.mode(d, r) == "delegated":
            return (0, 0)
        ranks = self.nominees(d, r)
        if a in ranks:
            return (0, ranks[a])
        general = self._nominated(None, r, self.public(d, r))
        return (1, general[a]) if a in general else (2, 0)

    def nominated(self, d: str, r: str, a: str) -> bool:
        """Whether the réservataire itself puts the household on the list: it stands there in its order, DALO or not."""
        return self.mode(d, r) != "delegated" and self.place_in_list(d, r, a)[0] < 2

    def named(self, d: str, r: str) -> list[str]:
        """Households that may be named for a dwelling on an account: on a direct one, those nominated for it or at large."""
        public = self.public(d, r)
        if self.mode(d, r) == "direct":
            return sorted({*self._nominated(d, r, public), *self._nominated(None, r, public)})
        return public

    def first(self, d: str, r: str) -> list[str]:
        """Households that may hold the first rank there: on a direct account, those of the list that holds."""
        return sorted(self.nominees(d, r)) if self.mode(d, r) == "direct" else self.public(d, r)

    def eligible(self, d: str) -> dict[str, list[str]]:
        """Account -> households, for every account that may receive the dwelling."""
        return {r: self.named(d, r) for r in self.receivers(d)}

    def first_code(self, d: str, a: str) -> str | None:
        """The code of the pair, `ACCOUNT` included; None where some account may name the household.

        An orientation decided beforehand leaves households aside; it makes nobody ineligible.
        """
        code = self.code(d, a)
        if code is None and not any(a in self.named(d, r) for r in self.possible(d)):
            return "ACCOUNT"
        return code
