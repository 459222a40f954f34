"""A year on disk whose orientations are followed, and the flux rows as the engine, the verifier and the ledger count them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from optimizer import eligibility, importers, policy
from optimizer.problem import rule_book
from optimizer.statement import ledger
from optimizer.verify.rows import Book
from optimizer.verify.tables import read_case
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import read_world
from optimizer.verify.year import Year
from tests.end_to_end.small import BESANCON, Row, Rows, agreement, application, dwelling, write

AGREEMENT = (
    agreement("ALS", "0.4", count_rule="oriented"),
    agreement("ETAT_PRIO", "0.3", count_rule="presented"),
    agreement("COLL:25056", "0.1", count_rule="attributed"),
    agreement("BAILLEUR", "0.2", count_rule="signed"),
)
FORECAST = ({"landlord": "BAIL", "departement": "25", "year": "2026", "basis": "forecast", "vacated": "40"},)
Counts = tuple[int, int, int, int, int]
"""num_before, den_before, F (numerator, denominator), required rate in ten-thousandths."""


class Three(NamedTuple):
    """Every row as the engine and as the verifier count it, by (rule, scope); the ledger's (consumed, base) by (area, account)."""

    engine: dict[tuple[str, str], Counts]
    verifier: dict[tuple[str, str], Counts]
    ledger: dict[tuple[str, str], tuple[int, int]]
    warnings: tuple[str, ...]

    def flux(self, account: str) -> Counts:
        """The one flux row of an account."""
        (found,) = [
            x for (rule, scope), x in self.engine.items() if rule == "flux" and scope.endswith(f"={account}")
        ]
        return found


def event(name: str, account: str, application_id: str = "", **dates: str) -> Row:
    """``dates``: oriented, presented, attributed, signed."""
    days = {f"{k}_on": v for k, v in dates.items()}
    return {"dwelling_id": name, "account": account, "application_id": application_id, **days}


def lease(name: str, account: str, signed_on: str = "2026-04-01", **more: str) -> Row:
    return {
        "dwelling_id": name, "landlord": "BAIL", "commune": BESANCON, "account": account, "signed_on": signed_on, "q1": "no", **more,
    }  # fmt: skip


def progress(name: str, account: str, stage: str, **more: str) -> Row:
    return {
        "dwelling_id": name, "landlord": "BAIL", "commune": BESANCON, "account": account, "stage": stage, "since": "2026-11-15",
        **more,
    }  # fmt: skip


HOMES = (dwelling("L1"), dwelling("L2"))


def followed(folder: Path, *, dwellings: Rows = HOMES, **tables: Rows) -> Path:
    """A case of BAIL on 23 November 2026: four agreements, one count rule each."""
    people = [
        application("0", als_employee="oui"),
        application("1", priority_codes="DALO", priority_status="labelled"),
        application("2"),
    ]
    given: dict[str, Rows] = {"conventions": AGREEMENT, "assiette": FORECAST, **tables}
    return write(folder, dwellings, people, settings=None, **given)


def count_three(folder: Path, *, verified: bool = True) -> Three:
    """The rows of a case, three times; twice where nobody asks the verifier again."""
    case = importers.read(folder)
    rules = policy.rules_of(case.settings)
    book = rule_book(case, eligibility.encode(case, rules, accept_assumed=True), rules)
    other = []
    if verified:
        world = read_world(read_case(folder), shipped_models())
        counted = Book(world)
        Year(world, counted).count()
        other = list(counted.rows)
    table = ledger(case, rules, case.settings.year)
    names = zip(table["landlord"], table["area"], table["account"], strict=True)
    numbers = zip(table["consumed"], table["base"], strict=True)
    return Three(
        {(r.rule, r.scope): (r.num_before, r.den_before, r.remaining_num, r.remaining_den, r.rate) for r in book.rows},
        {
            # the verifier writes a limit by its complement: the leases that do not count against the account
            (r.rule, r.scope): (
                r.den_before - r.num_before if r.rule == "flux_max" else r.num_before,
                r.den_before, r.remaining.numerator, r.remaining.denominator, r.rate,
            )
            for r in other
        },
        {
            ("flux", f"landlord={b};area={area};account={a}"): (int(n), int(d))
            for (b, area, a), (n, d) in zip(names, numbers, strict=True)
        },
        tuple(f.code for f in case.warnings),
    )  # fmt: skip
