"""Convention lines in force, and which accounts may receive a dwelling (design §2 and §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

from optimizer.verify.cells import strings
from optimizer.verify.law import Law, first_known, within
from optimizer.verify.settings import dalo_numbers
from optimizer.verify.tables import RawTable, csv_columns
from optimizer.verify.verdict import Unreadable
from optimizer.verify.yamltext import read_yaml

OUTSIDE = ("MUTATION", "RELOGEMENT")
FIELDS = (
    "share", "pool", "management_mode", "count_rule", "tolerance", "carry_over", "opening_balance",
    "proposal_deadline_days", "cap_receiver",
)  # fmt: skip


@dataclass(frozen=True)
class AgreementLine:
    """One convention line with every default filled."""

    landlord: str
    departement: str
    area: str
    account: str
    share: Fraction
    tolerance: Fraction
    pool: str
    mode: str
    count_rule: str
    opening_balance: Fraction
    deadline_days: int
    assumed: bool
    """Whether its share is assumed: shipped lines are, and one that the case changes in a file of agreements."""

    def covers(self, commune: str, epci: str, departement: str) -> bool:
        """Whether a dwelling there is in the line's area."""
        return departement == self.departement and self.area in (commune, epci, departement)


ACCOUNT_ORDER = {"ETAT_PRIO": 0, "ETAT_AGENT": 1, "ALS": 2, "BAILLEUR": 5, "MUTATION": 6, "RELOGEMENT": 7}
"""Places of the accounts that are one code; between them ``COLL:`` (3) and ``OTHER:`` (4), which name who they are."""


def account_rank(account: str) -> tuple[int, str]:
    """Key of the order of accounts: État, ALS, COLL, OTHER, BAILLEUR, MUTATION, RELOGEMENT."""
    return (ACCOUNT_ORDER.get(account, 3 if account.startswith("COLL:") else 4), account)


def lines_in_force(law: Law, table: RawTable, year: int) -> tuple[AgreementLine, ...]:
    """The lines of the case for the landlords it names, the shipped ones for the others, under its changes, defaults filled."""
    own = list(_from_case(table))
    named = {row["landlord"] for row in own}
    shipped = [row for row in _shipped(law) if row["landlord"] not in named]
    rows = _changed(law, [*_latest(shipped, year), *_latest(own, year)])
    return tuple(
        sorted(
            (_filled(law, row) for row in rows),
            key=lambda x: (x.landlord, x.departement, x.area, x.account),
        )
    )


def _latest(rows: Sequence[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    last: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["landlord"], row["departement"])
        if row["year"] <= year:
            last[key] = max(last.get(key, 0), row["year"])
    return [row for row in rows if last.get((row["landlord"], row["departement"])) == row["year"]]


def _from_case(table: RawTable) -> Iterator[dict[str, Any]]:
    names = ("landlord", "departement", "year", "area", "account", *FIELDS)
    columns = {name: strings(table.text(name)) for name in names}
    for i in range(table.rows):
        row: dict[str, Any] = {name: columns[name][i] for name in names}
        row["year"] = int(Fraction(_number(row["year"])))
        for name in ("management_mode", "count_rule"):
            row[name] = row[name].lower()
        for name in ("share", "tolerance", "opening_balance", "proposal_deadline_days"):
            row[name] = _number(row[name])
        if row["opening_balance"]:  # read in hundredths, half up
            row["opening_balance"] = Fraction(
                floor(Fraction(row["opening_balance"]) * 100 + Fraction(1, 2)), 100
            )
        row["area"] = row["area"] or _own_area(row["account"], row["departement"])
        row["assumed"], row["own"] = False, True
        yield row


def _number(text: str) -> str:
    return "".join(text.split()).replace(",", ".")


def _own_area(account: str, departement: str) -> str:
    return account.removeprefix("COLL:") if account.startswith("COLL:") else departement


def _shipped(law: Law) -> Iterator[dict[str, Any]]:
    for name in law.territory.get("conventions", ()):
        yield from _of_file(_path(law, name))


def rooms_tables(law: Law) -> dict[str, str]:
    """Landlord -> the rooms table its shipped agreement names."""
    return {str(data["landlord"]): str(data["rooms"]) for data in _files(law) if data.get("rooms")}


def deliberated(law: Law) -> dict[str, Fraction]:
    """Landlord -> its own threshold of the effort rate, where its file gives it with deliberation and date (design §5)."""
    asked = ("effort_threshold", "effort_deliberation", "effort_deliberated_on")
    return {
        str(data["landlord"]): Fraction(str(data["effort_threshold"]))
        for data in _files(law)
        if all(data.get(key) not in (None, "") for key in asked)
    }


def dalo_of_files(law: Law) -> dict[tuple[str, str], Fraction]:
    """(landlord, département) -> DALO households of the year, from the landlords' files."""
    found: dict[tuple[str, str], Fraction] = {}
    for data in _files(law):
        if data.get("dalo"):
            found |= dalo_numbers(data["dalo"], str(data["landlord"]))
    return found


def _files(law: Law) -> Iterator[Mapping[str, Any]]:
    """The landlords' files that the territory names."""
    for name in law.territory.get("conventions", ()):
        path = _path(law, name)
        if path.is_file():
            yield read_yaml(path)


def _path(law: Law, name: str) -> Path:
    if name.endswith(".yaml"):
        return law.beside(name)
    return within(law.models / "conventions", f"{name}.yaml")


def _of_file(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise Unreadable(path.name, "absent")
    data = read_yaml(path)
    defaults = data.get("defaults") or {}
    if "table" in data:
        table = csv_columns(within(path.parent, data["table"]).read_bytes(), data["table"])
        columns = {name: [x or "" for x in values.to_pylist()] for name, values in table.items()}
        items: list[Mapping[str, Any]] = [
            {k: v[i] for k, v in columns.items()} for i in range(len(columns["landlord"]))
        ]
    else:
        items = list(data["lines"])
    for item in items:
        account = str(item["account"])
        departement = str(item.get("departement", data.get("departement", "")))
        yield {
            "landlord": str(item.get("landlord", data.get("landlord", ""))),
            "departement": departement,
            "year": int(data["year"]),
            "area": str(item.get("area") or _own_area(account, departement)),
            "account": account,
            "assumed": first_known((item.get("status"), data.get("status")), "") == "assumed",
            "own": False,
            **{f: first_known((item.get(f), defaults.get(f)), "") for f in FIELDS},
        }


def _changed(law: Law, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Scenario keys ``conventions.<landlord>.<account>[.<area>].<field>``; ``*`` is everybody; precise keys win."""
    found = []
    for key, value in law.changes.items():
        if key.startswith("conventions."):
            *head, name = key.removeprefix("conventions.").split(".")
            if name not in FIELDS or len(head) not in (2, 3):
                raise Unreadable("case.yaml", key)
            general = sum(part in ("*", "COLL") for part in head)
            found.append((-general, len(head), key, head, name, value))
    for _, _, _, head, name, value in sorted(found, key=lambda x: x[:3]):
        landlord, account, area = (*head, "*")[:3]
        for row in rows:
            if (
                landlord in ("*", row["landlord"])
                and (
                    account in ("*", row["account"])
                    or (account == "COLL" and row["account"].startswith("COLL:"))
                )
                and area in ("*", row["area"])
            ):
                row[name] = value
                # a share that the case says of an agreement in a file is a hypothesis; in its own table it is what it entered
                row["assumed"] |= name == "share" and not row["own"]
    return rows


def _filled(law: Law, row: Mapping[str, Any]) -> AgreementLine:
    days = "proposal_deadline_days" + ("_relaxed" if law.market == "relaxed" else "")
    deadline = str(row["proposal_deadline_days"] or "") or str(law.raw(f"national.flux.{days}"))
    return AgreementLine(
        landlord=row["landlord"],
        departement=row["departement"],
        area=row["area"],
        account=row["account"],
        share=Fraction(str(row["share"])),
        tolerance=Fraction(str(first_known((row["tolerance"],), law.raw("national.flux.tolerance")))),
        pool="" if row["pool"] in ("", "default") else str(row["pool"]).lower(),
        mode=str(first_known((row["management_mode"],), law.raw("national.flux.management_mode"))),
        count_rule=str(first_known((row["count_rule"],), law.raw("national.flux.count_rule"))),
        opening_balance=Fraction(str(first_known((row["opening_balance"],), "0"))),
        deadline_days=int(Fraction(deadline)),
        assumed=bool(row["assumed"]),
    )


class Agreements:
    """Who may receive what, from the lines in force."""

    def __init__(
        self, lines: Sequence[AgreementLine], default_mode: str, default_days: int, default_count: str
    ) -> None:
        self.lines = tuple(lines)
        self.default_mode = default_mode
        self.default_days = default_days
        self.default_count = default_count
        self._by_landlord: dict[str, list[AgreementLine]] = {}
        for line in lines:
            self._by_landlord.setdefault(line.landlord, []).append(line)

    def of(self, landlord: str) -> Sequence[AgreementLine]:
        return self._by_landlord.get(landlord, ())

    def line(
        self, landlord: str, account: str, commune: str, epci: str, departement: str
    ) -> AgreementLine | None:
        """The line of an account where the dwelling is: the narrowest area first."""
        found = [
            x for x in self.of(landlord) if x.account == account and x.covers(commune, epci, departement)
        ]
        order = {commune: 0, epci: 1, departement: 2}
        return min(found, key=lambda x: order[x.area]) if found else None

    def terms(
        self, landlord: str, account: str, commune: str, epci: str, departement: str
    ) -> AgreementLine | None:
        """Who names on an account, and by when: its line where the dwelling is, else its first by area of the département."""
        own = [x for x in self.of(landlord) if (x.account, x.departement) == (account, departement)]
        return self.line(landlord, account, commune, epci, departement) or min(
            own, key=lambda x: x.area, default=None
        )

    def rest(self, landlord: str, commune: str, epci: str, departement: str) -> Fraction:
        """The landlord's own part where a dwelling is: what the shares of the others leave."""
        lines = (x for x in self.of(landlord) if x.account not in ("BAILLEUR", *OUTSIDE))
        given = sum((x.share for x in lines if x.covers(commune, epci, departement)), Fraction(0))
        return max(Fraction(0), 1 - given)

    def receivers(
        self, landlord: str, commune: str, epci: str, departement: str, reserved_to: str, exclusion: str
    ) -> tuple[str, ...]:
        """Accounts that may receive the dwelling, in the order of accounts."""
        if exclusion == "mutation":
            allowed: set[str] = {"MUTATION"}
        elif exclusion in ("anru", "orcod", "unfit", "sale"):
            allowed = {"RELOGEMENT"}
        elif reserved_to:
            allowed = {reserved_to}
        else:
            allowed = {x.account for x in self.of(landlord) if x.covers(commune, epci, departement)}
            allowed |= {"BAILLEUR", *OUTSIDE}
        if reserved_to and reserved_to not in allowed:
            return ()
        return tuple(sorted(allowed, key=account_rank))
