"""Random whole cases with every feature the rules read: areas, direct and partial accounts, nominations, pins, leases…"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from optimizer import eligibility, scoring
from optimizer.domain.case import Case
from optimizer.eligibility.facts import Facts
from optimizer.errors import InputProblems
from optimizer.policy import RuleSet
from optimizer.problem import Problem, build
from tests.golden.six_dwellings import BALANCE, BESANCON, DOLE, MONTBELIARD, Line, case, rules

LANDLORDS = ("OPH", "ESH")
COMMUNES = (BESANCON, MONTBELIARD, DOLE)
DEPARTEMENT = {BESANCON: "25", MONTBELIARD: "25", DOLE: "39"}
ACCOUNTS = (
    "ETAT_PRIO",
    "ETAT_AGENT",
    "ALS",
    f"COLL:{BESANCON}",
    "COLL:242500361",
    "COLL:39",
    "OTHER:hopital",
)


def random_case(rng: np.random.Generator, **settings: object) -> Case:
    """A case of up to seven dwellings and twelve applications; pins may turn out not to hold (see `random_ready`)."""
    dwellings = [_dwelling(rng, i) for i in range(int(rng.integers(1, 8)))]
    applications = [_application(rng, i) for i in range(int(rng.integers(1, 13)))]
    conventions = _conventions(rng)
    tables: dict[str, Sequence[Line]] = {
        "dwellings": dwellings,
        "applications": applications,
        "conventions": conventions,
        "leases": [_lease(rng, i) for i in range(int(rng.integers(0, 12)))],
        "in_progress": [
            _in_progress(rng, i, dwellings, applications) for i in range(int(rng.integers(0, 4)))
        ],
        "nominations": _nominations(rng, conventions, dwellings, applications),
        "decisions": _decisions(rng, dwellings, applications),
        "assiette": _assiette(rng),
    }
    return case(tables, all_landlords=bool(rng.random() < 0.3), **settings)


@lru_cache(maxsize=64)
def random_ready(seed: int) -> tuple[Case, Facts, scoring.Scores, RuleSet, Problem]:
    """A random case that can be used, encoded, scored and built, with every rule on."""
    rng = np.random.default_rng(seed)
    terms = rules(*BALANCE)
    while True:
        found = random_case(rng)
        try:
            facts = eligibility.encode(found, terms)
        except InputProblems:
            continue
        scores = scoring.score(found, facts, terms)
        return found, facts, scores, terms, build(found, facts, scores, terms)


def _maybe(rng: np.random.Generator, chance: float, **values: object) -> Line:
    return values if rng.random() < chance else {}


def _dwelling(rng: np.random.Generator, i: int) -> Line:
    exclusion = str(rng.choice(["none", "none", "none", "mutation", "anru", "orcod", "unfit"]))
    return {
        "dwelling_id": f"L{i:02d}",
        "landlord": str(rng.choice(LANDLORDS)),
        "commune": str(rng.choice(COMMUNES)),
        "rooms": int(rng.choice([1, 2, 2, 3, 3, 4, 4, 5])),
        "financing": str(rng.choice(["plai", "plus", "pls"])),
        "qpv": str(rng.choice(["yes", "no"])),
        "assiette_exclusion": exclusion,
        **_maybe(rng, 0.3, vacant_since="2026-05-01"),
        **_maybe(rng, 0.7, rent_eur=float(rng.integers(200, 700)), charges_eur=80.0),
        **_maybe(rng, 0.1, subsidy_d331_25_1=True),
        **(_maybe(rng, 0.2, reserved_to="ALS") if exclusion == "none" else {}),
        **_maybe(rng, 0.4, residence=str(rng.choice(["Tilleuls", "Acacias"])), priority_mix_residence=True),
    }


def _application(rng: np.random.Generator, i: int) -> Line:
    income = [None, 0.0, 500.0, 900.0, 2500.0, 3500.0][int(rng.integers(6))]
    codes = [None, "dalo", "k", "dalo|j", "l"][int(rng.integers(5))]
    return {
        "application_id": f"N{i:03d}",
        "first_registered_on": str(rng.choice(["2022-03-04", "2024-01-01", "2024-01-01", "2025-11-30"])),
        "persons": int(rng.choice([1, 2, 2, 3, 3, 4, 4, 5])),
        "choices": "|".join(str(c) for c in rng.permutation(COMMUNES)[: int(rng.integers(1, 4))]),
        "status": "active",
        "monthly_income_eur": income,
        "income_status": "declared",
        "score": float(rng.choice([10.0, 20.0, 20.0, 35.25, 50.5])),
        "priority_codes": codes,
        "priority_status": str(rng.choice(["declared", "verified", "labelled"])),
        "als_employee": bool(rng.random() < 0.4),
        "public_agent": bool(rng.random() < 0.3),
        "essential_worker": bool(rng.random() < 0.3),
        "accepts_qpv": bool(rng.random() < 0.5),
        "relocation": str(rng.choice(["none", "none", "none", "npnru", "orcod", "unfit"])),
        **_maybe(rng, 0.15, prefet_designated=True),
        **_maybe(rng, 0.15, dossier="unreachable"),
        **_maybe(rng, 0.3, current_landlord=str(rng.choice([*LANDLORDS, "AUTRE"]))),
        **_maybe(rng, 0.2, accounts="|".join(str(a) for a in rng.permutation(ACCOUNTS)[:2])),
    }


def _conventions(rng: np.random.Generator) -> list[Line]:
    lines: list[Line] = []
    for landlord in LANDLORDS:
        for departement in ("25", "39"):
            places = [a for a in ACCOUNTS if departement == "39" or a != "COLL:39"]
            if departement == "39":
                places = [a for a in places if not a.startswith("COLL:2")]
            for account in rng.permutation(places)[: int(rng.integers(1, 5))]:
                lines.append(
                    {
                        "landlord": landlord, "departement": departement, "year": 2026, "account": str(account),
                        "share": float(rng.choice([0.0, 0.05, 0.15, 0.2, 0.25])),
                        "management_mode": str(rng.choice(["delegated", "direct", "direct", "partial"])),
                        "count_rule": str(rng.choice(["oriented", "presented", "attributed", "signed"])),
                        "tolerance": float(rng.choice([0.0, 0.02])),
                        "opening_balance": float(rng.choice([0.0, 0.0, 1.5, -2.0])),
                    }
                )  # fmt: skip
    return lines


def _where(rng: np.random.Generator) -> Line:
    return {
        "landlord": str(rng.choice(LANDLORDS)), "commune": str(rng.choice(COMMUNES)),
        "qpv": str(rng.choice(["yes", "no"])), "rooms": int(rng.integers(1, 6)),
        "financing": str(rng.choice(["plai", "plus", "pls"])),
    }  # fmt: skip


def _lease(rng: np.random.Generator, i: int) -> Line:
    return {
        "dwelling_id": f"B{i}",
        **_where(rng),
        "account": str(rng.choice([*ACCOUNTS, "BAILLEUR", "MUTATION", "RELOGEMENT"])),
        "signed_on": "2026-02-01",
        **_maybe(rng, 0.8, q1=str(rng.choice(["yes", "no", "unknown"]))),
        **_maybe(rng, 0.4, priority_codes=str(rng.choice(["dalo", "k"])), priority_status="verified"),
        **_maybe(rng, 0.2, relocation="orcod"),
        **_maybe(rng, 0.2, essential_worker=True),
        **_maybe(rng, 0.3, in_flux=bool(rng.random() < 0.5)),
        **_maybe(rng, 0.2, mutation=True),
    }


def _in_progress(
    rng: np.random.Generator, i: int, dwellings: Sequence[Line], applications: Sequence[Line]
) -> Line:
    known = dwellings[int(rng.integers(len(dwellings)))]
    place = {k: known[k] for k in ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing")}
    return {
        **(place if rng.random() < 0.3 else {"dwelling_id": f"P{int(rng.integers(2))}", **_where(rng)}),
        "account": str(rng.choice([*ACCOUNTS, "BAILLEUR"])),
        "application_id": str(applications[int(rng.integers(len(applications)))]["application_id"])
        if rng.random() < 0.6
        else f"Z{i}",
        "stage": str(rng.choice(["oriented", "nominated", "commission", "offered"])),
        "since": str(rng.choice(["2026-02-01", "2026-06-20"])),
    }


def _nominations(
    rng: np.random.Generator,
    conventions: Sequence[Line],
    dwellings: Sequence[Line],
    applications: Sequence[Line],
) -> list[Line]:
    named = sorted({str(c["account"]) for c in conventions if c["management_mode"] != "delegated"})
    lines: dict[tuple[object, ...], Line] = {}
    for account in named:
        for rank in range(int(rng.integers(0, 4))):
            app = applications[int(rng.integers(len(applications)))]["application_id"]
            place = (
                dwellings[int(rng.integers(len(dwellings)))]["dwelling_id"] if rng.random() < 0.5 else None
            )
            lines[account, app, place] = {
                "account": account, "application_id": app, "dwelling_id": place, "rank": rank + 1,
            }  # fmt: skip
    return list(lines.values())


def _decisions(
    rng: np.random.Generator, dwellings: Sequence[Line], applications: Sequence[Line]
) -> list[Line]:
    found: list[Line] = []
    for i in range(int(rng.integers(0, 3))):
        what = str(rng.choice(["pin", "forbid", "orient"]))
        account = str(rng.choice([*ACCOUNTS, "BAILLEUR"]))
        found.append(
            {
                "dwelling_id": dwellings[i % len(dwellings)]["dwelling_id"],
                "application_id": None
                if what == "orient"
                else applications[i % len(applications)]["application_id"],
                "account": account if what == "orient" or (what == "pin" and rng.random() < 0.3) else None,
                "decision": what,
                "reason": "withdrawn" if what == "forbid" else "commission_decision",
                "author": "secretariat",
            }
        )
    return found


def _assiette(rng: np.random.Generator) -> list[Line]:
    return [
        {
            "landlord": landlord, "departement": departement, "year": 2026, "basis": "forecast",
            "vacated": int(rng.integers(10, 60)), "mutation": int(rng.integers(0, 8)), "anru": 1, "stock": 2,
        }
        for landlord in LANDLORDS
        for departement in ("25", "39")
        if rng.random() < 0.5
    ]  # fmt: skip
