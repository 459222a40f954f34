"""The six-dwelling case of the rules: two landlords, two EPCI, leases, work in progress, a forecast for one landlord.

Small enough to count by hand; each rule's expected rows stand in ``test_golden_rows.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import pandas as pd

from optimizer import eligibility, policy, scoring
from optimizer.domain.case import Case, CaseSettings
from optimizer.domain.schema import table
from optimizer.eligibility.facts import Facts

ON = date(2026, 7, 1)
BESANCON, MONTBELIARD, DOLE = "25056", "25388", "39198"
GBM, PMA, DOLE_EPCI = "242500361", "200065647", "243900354"

Line = Mapping[str, object]


def frame(name: str, lines: Sequence[Line]) -> pd.DataFrame:
    """Lines as a canonical frame; columns not given are missing."""
    columns = {}
    for column in table(name).columns:
        values = [line.get(column.name) for line in lines]
        if column.kind == "date":
            columns[column.name] = pd.Series(
                pd.to_datetime(pd.Series(values, dtype="object")), dtype="datetime64[s]"
            )
        else:
            columns[column.name] = pd.Series(values, dtype="object").astype(column.dtype)
    return pd.DataFrame(columns)


def case(tables: Mapping[str, Sequence[Line]], **settings: object) -> Case:
    """A synthetic case of 1 July 2026 in Franche-Comté from plain lines."""
    given: dict[str, object] = {
        "title": "six logements", "territory": "franche-comte", "on": ON, "year": 2026, "seed": "six",
        "synthetic": True,
    }  # fmt: skip
    given.update(settings)
    return Case(CaseSettings(**given), {name: frame(name, lines) for name, lines in tables.items()})  # type: ignore[arg-type]


def dwelling(n: int, landlord: str, commune: str, **more: object) -> Line:
    return {
        "dwelling_id": f"L{n}", "landlord": landlord, "commune": commune, "rooms": 3, "financing": "plus",
        "qpv": "no", **more,
    }  # fmt: skip


def application(n: int, **more: object) -> Line:
    return {
        "application_id": f"N{n:02d}", "first_registered_on": f"2024-0{1 + n % 9}-10", "persons": 3, "adults": 2,
        "children_under_14": 1, "couple": True, "choices": f"{BESANCON}|{MONTBELIARD}|{DOLE}", "status": "active",
        "monthly_income_eur": 2500.0, "income_status": "verified", "tax_income_eur": 15000.0, "score": 10.0 + n, **more,
    }  # fmt: skip


def lease(n: int, landlord: str, commune: str, account: str, **more: object) -> Line:
    return {
        "dwelling_id": f"B{n}", "landlord": landlord, "commune": commune, "rooms": 3, "financing": "plus", "qpv": "no",
        "account": account, "signed_on": "2026-03-01", **more,
    }  # fmt: skip


def convention(landlord: str, account: str, share: float, **more: object) -> Line:
    return {
        "landlord": landlord,
        "departement": "25",
        "year": 2026,
        "account": account,
        "share": share,
        **more,
    }


DWELLINGS = (
    dwelling(1, "OPH", BESANCON),
    dwelling(
        2,
        "OPH",
        BESANCON,
        qpv="yes",
        rooms=2,
        financing="plai",
        residence="Tilleuls",
        priority_mix_residence=True,
    ),
    dwelling(3, "OPH", MONTBELIARD, rooms=4),
    dwelling(4, "OPH", BESANCON, reserved_to="ALS"),
    dwelling(5, "ESH", BESANCON, qpv="yes"),
    dwelling(6, "ESH", BESANCON, assiette_exclusion="mutation", rooms=5),
)
POOR, RICH = {"monthly_income_eur": 700.0}, {"monthly_income_eur": 3200.0}
APPLICATIONS = (
    application(1, **POOR, als_employee=True),
    application(2, **RICH, priority_codes="dalo", priority_status="declared", accepts_qpv=False),
    application(3, **POOR, priority_codes="dalo", priority_status="labelled", accepts_qpv=False),
    application(4, **POOR, priority_codes="dalo|l", priority_status="verified", accepts_qpv=True),
    application(5, **RICH, priority_codes="k", priority_status="declared", als_employee=True),
    application(6, **RICH, priority_codes="k", priority_status="verified", essential_worker=True),
    application(7, **RICH, priority_codes="j", priority_status="labelled", relocation="npnru"),
    application(8, monthly_income_eur=None, essential_worker=True),
    application(9, **RICH, public_agent=True),
    application(10, **RICH, current_landlord="ESH", persons=5, children_under_14=3),
    application(11, **RICH, relocation="orcod"),
    application(12, **POOR, als_employee=True, essential_worker=True),
)
LEASES = (
    lease(1, "OPH", BESANCON, "ALS", q1="yes"),
    lease(2, "OPH", BESANCON, "ALS", q1="no", priority_codes="k", priority_status="verified"),
    lease(3, "OPH", BESANCON, "BAILLEUR", q1="no", qpv="yes"),
    lease(4, "OPH", BESANCON, "BAILLEUR", q1="yes", qpv="yes", priority_codes="dalo"),
    lease(5, "OPH", MONTBELIARD, "ETAT_PRIO", q1="unknown", priority_codes="dalo", relocation="npnru"),
    lease(6, "OPH", BESANCON, "MUTATION", q1="no", mutation=True),
    lease(7, "OPH", BESANCON, f"COLL:{BESANCON}", q1="unknown", essential_worker=True, in_flux=True),
    lease(8, "ESH", BESANCON, "BAILLEUR", q1="no", qpv="yes", in_flux=False),
    lease(9, "ESH", BESANCON, "ALS", q1="yes"),
)
IN_PROGRESS = (
    # three names for one dwelling at the commission: one lease, that of the furthest then oldest line
    {"dwelling_id": "P1", "landlord": "OPH", "commune": BESANCON, "qpv": "no", "rooms": 3, "financing": "plus",
     "account": "ALS", "application_id": "N01", "stage": "commission", "since": "2026-06-10"},
    {"dwelling_id": "P1", "landlord": "OPH", "commune": BESANCON, "qpv": "no", "rooms": 3, "financing": "plus",
     "account": "ALS", "application_id": "N12", "stage": "nominated", "since": "2026-06-01"},
    # not counted: the account counts signed leases only
    {"dwelling_id": "P2", "landlord": "OPH", "commune": BESANCON, "qpv": "no", "rooms": 3, "financing": "plus",
     "account": "ETAT_PRIO", "application_id": "N02", "stage": "offered", "since": "2026-06-10"},
    # counted as presented; its applicant is not in the case
    {"dwelling_id": "P3", "landlord": "OPH", "commune": BESANCON, "qpv": "yes", "rooms": 3, "financing": "plus",
     "account": "ALS", "application_id": "Z99", "stage": "nominated", "since": "2026-06-10"},
)  # fmt: skip
CONVENTIONS = (
    convention("OPH", "ETAT_PRIO", 0.25, count_rule="signed"),
    convention("OPH", "ALS", 0.4, count_rule="presented", tolerance=0.05, opening_balance=1.5),
    convention("OPH", f"COLL:{BESANCON}", 0.2),
    convention("ESH", "ALS", 0.5),
    convention("ESH", "BAILLEUR", 0.5),
)
ASSIETTE = (
    {"landlord": "OPH", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 60, "mutation": 12,
     "anru": 3, "orcod": 0, "unfit": 0, "sale": 0, "stock": 5},
    {"landlord": "OPH", "departement": "25", "year": 2025, "basis": "forecast", "vacated": 999, "mutation": 1},
    {"landlord": "OPH", "departement": "25", "year": 2026, "basis": "actual", "vacated": 999, "mutation": 1},
)  # fmt: skip
TABLES: Mapping[str, Sequence[Line]] = {
    "dwellings": DWELLINGS, "applications": APPLICATIONS, "leases": LEASES, "in_progress": IN_PROGRESS,
    "conventions": CONVENTIONS, "assiette": ASSIETTE,
}  # fmt: skip


@cache
def rules(*changes: tuple[str, object]) -> policy.RuleSet:
    """The rules of 1 July 2026 in Franche-Comté, with changes."""
    return policy.load("franche-comte", on=ON, changes=dict(changes))


BALANCE = (("national.rules.account_balance.enabled", True),)


@cache
def golden() -> tuple[Case, Facts, scoring.Scores]:
    """The golden case, its facts and its scores (with every rule on)."""
    whole = case(TABLES)
    facts = eligibility.encode(whole, rules(*BALANCE))
    return whole, facts, scoring.score(whole, facts, rules(*BALANCE))
