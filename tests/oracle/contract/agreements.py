"""Agreements between landlords and réservataires: who may receive a dwelling, in what mode, for what share."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.oracle.contract.reading import Law, Row, communes, exact

OWN = ("MUTATION", "RELOGEMENT")
"""Accounts that every landlord has outside the flux."""


class Agreements:
    """Lines in force, landlord by landlord, and what a landlord's own file says beside its lines."""

    def __init__(self, case: dict[str, Any], law: Law) -> None:
        self.law = law
        self.year = case["settings"]["year"]
        self.lines: list[Row] = []
        self.own: dict[str, dict[str, Any]] = {}
        in_the_case = {row["landlord"] for row in case["conventions"]}
        for row in case["conventions"]:
            self._add(row, "local")
        for file in law.agreements():
            landlord = file["landlord"]
            mine = self.own.setdefault(landlord, {"dalo": {}})
            mine["dalo"].update(file.get("dalo") or {})
            for key in ("rooms", "effort_threshold", "effort_deliberation", "effort_deliberated_on"):
                if key in file:
                    mine[key] = file[key]
            if landlord in in_the_case:
                continue
            for line in file["lines"]:
                row = {"landlord": landlord, "departement": file["departement"], "year": file["year"]}
                row.update(file.get("defaults") or {})
                row.update(line)
                self._add(Row({k: exact(v) for k, v in row.items()}), file["status"])

    def _add(self, row: Row, status: str) -> None:
        line = Row(row)
        account = line["account"]
        line["status"] = status
        line["area"] = line["area"] or (
            account.removeprefix("COLL:") if account.startswith("COLL:") else line["departement"]
        )
        for name in ("management_mode", "count_rule", "tolerance"):
            if line[name] is None:
                line[name] = self.law.national(f"flux.{name}")
        if line["proposal_deadline_days"] is None:
            line["proposal_deadline_days"] = self.default_deadline
        line["opening_balance"] = line["opening_balance"] or Fraction(0)
        if line["year"] <= self.year:
            self.lines.append(line)
            same = [
                other
                for other in self.lines
                if (other["landlord"], other["departement"]) == (line["landlord"], line["departement"])
            ]
            last = max(other["year"] for other in same)
            for other in same:
                if other["year"] < last:
                    self.lines.remove(other)

    @property
    def default_deadline(self) -> int:
        """Days a réservataire has where no line says."""
        name = "proposal_deadline_days" + ("_relaxed" if self.law.market == "relaxed" else "")
        return int(self.law.national(f"flux.{name}"))

    def of(self, landlord: str, commune: str) -> list[Row]:
        """Lines of a landlord that apply in a commune."""
        epci, departement = communes()[commune]
        return [
            line
            for line in self.lines
            if line["landlord"] == landlord
            and line["departement"] == departement
            and line["area"] in (commune, epci, departement)
        ]

    def line(self, landlord: str, commune: str, account: str) -> Row | None:
        """The line of one account in a commune."""
        for line in self.of(landlord, commune):
            if line["account"] == account:
                return line
        return None

    def mode(self, landlord: str, commune: str, account: str) -> str:
        """`direct`, `delegated` or `partial`."""
        line = self.line(landlord, commune, account)
        if line is not None:
            return str(line["management_mode"])
        return (
            "delegated" if account in (*OWN, "BAILLEUR") else str(self.law.national("flux.management_mode"))
        )

    def count_rule(self, landlord: str, commune: str, account: str) -> str:
        """When a dwelling counts on the account."""
        line = self.line(landlord, commune, account)
        return str(line["count_rule"] if line is not None else self.law.national("flux.count_rule"))

    def deadline(self, landlord: str, commune: str, account: str) -> int:
        """Days to propose candidates."""
        line = self.line(landlord, commune, account)
        return int(line["proposal_deadline_days"]) if line is not None else self.default_deadline

    def rest(self, landlord: str, commune: str) -> Fraction:
        """What the other accounts leave to the landlord in a commune."""
        others = [line["share"] for line in self.of(landlord, commune) if line["account"] != "BAILLEUR"]
        return max(Fraction(0), 1 - sum(others, Fraction(0)))

    def rooms_table(self, landlord: str) -> dict[int, Any]:
        """Rooms accepted by number of persons."""
        name = self.own.get(landlord, {}).get("rooms", self.law.market)
        return self.law.national(f"rooms.{name}")  # type: ignore[no-any-return]

    def effort(self, landlord: str) -> tuple[Fraction, Fraction]:
        """(threshold, weight) of the burden for a landlord."""
        own = self.own.get(landlord, {})
        if all(own.get(k) for k in ("effort_threshold", "effort_deliberation", "effort_deliberated_on")):
            return exact(own["effort_threshold"]), self.law.national("burden.weight_deliberated")
        return self.law.national("burden.free_rate"), self.law.national("burden.weight")


def in_flux_base(dwelling: Row) -> bool:
    """Whether a vacated dwelling is counted in the flux (the account apart)."""
    return (
        dwelling["assiette_exclusion"] in (None, "none")
        and dwelling["reserved_to"] is None
        and not dwelling["first_letting"]
    )
