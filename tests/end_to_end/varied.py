"""Random small cases on disk that use every table and most columns of the contract at once."""

from __future__ import annotations

import random
from pathlib import Path

from tests.end_to_end.small import BESANCON, SERRE, Row, agreement, application, dwelling, write

PONTARLIER, MONTBELIARD = "25462", "25388"
COMMUNES = (BESANCON, BESANCON, SERRE, PONTARLIER, MONTBELIARD)
AGREEMENT = {"ETAT_PRIO": 0.25, "ETAT_AGENT": 0.05, "ALS": 0.3, "COLL:25056": 0.1, "COLL:25": 0.05}


def _maybe(draw: random.Random, chance: float, value: str) -> str:
    return value if draw.random() < chance else ""


def _dwellings(draw: random.Random, n: int) -> list[Row]:
    rows = []
    for i in range(n):
        kind = draw.random()
        exclusion = draw.choice(["anru", "mutation", "unfit", "stock"]) if kind < 0.2 else ""
        reserved = draw.choice(["ALS", "BAILLEUR"]) if exclusion == "stock" or 0.2 < kind < 0.3 else ""
        rows.append(
            dwelling(
                f"L{i:02}", landlord=draw.choice(["BAIL", "BAIL", "AUTRE"]), commune=draw.choice(COMMUNES),
                rooms=str(draw.randint(1, 5)), financing=draw.choice(["PLAI", "PLUS", "PLUS", "PLS"]),
                qpv=draw.choice(["oui", "non", "non", ""]), floor=str(draw.randint(0, 4)), lift=draw.choice(["oui", "non"]),
                accessible=draw.choice(["none", "accessible", "adapted", ""]), residence=draw.choice(["R1", "R2", ""]),
                vacant_since=_maybe(draw, 0.6, f"2026-{draw.randint(1, 11):02}-03"), reserved_to=reserved,
                assiette_exclusion=exclusion, rent_eur=str(draw.randint(200, 700)), surface_m2=str(draw.randint(20, 100)),
                first_letting=_maybe(draw, 0.1, "oui"), priority_mix_residence=_maybe(draw, 0.1, "oui"),
            )
        )  # fmt: skip
    return rows


def _applications(draw: random.Random, n: int, given: bool) -> list[Row]:
    rows = []
    for i in range(n):
        adults, children = draw.randint(1, 2), draw.choice([0, 0, 1, 2, 3])
        codes = draw.choice(["", "", "", "DALO", "DALO|c", "a", "j|k", "gbis"])
        tenant = draw.random() < 0.2
        income = draw.choice(["0", "", *(str(draw.randint(400, 4000)) for _ in range(8))])
        rows.append(
            application(
                f"{i:04}", first_registered_on=f"20{draw.randint(15, 26)}-{draw.randint(1, 10):02}-1{draw.randint(0, 9)}",
                persons=str(adults + children), adults=str(adults), children_under_14=str(children),
                choices="|".join(draw.sample(sorted(set(COMMUNES)), draw.randint(1, 3))), extend=_maybe(draw, 0.3, "oui"),
                status=draw.choice(["active", "active", "to_renew", "struck_off", ""]),
                renewed_on=f"202{draw.choice([5, 6, 6])}-{draw.randint(1, 11):02}-05",
                couple=_maybe(draw, 0.3, "oui" if adults == 2 else "non"), score=str(draw.randint(0, 40) * 5) if given else "",
                tax_income_eur=_maybe(draw, 0.8, str(draw.randint(4000, 45000))),
                tax_income_n1_eur=_maybe(draw, 0.2, str(draw.randint(4000, 30000))), monthly_income_eur=income,
                income_status=draw.choice(["declared", "verified"]), priority_codes=codes,
                priority_status=draw.choice(["declared", "verified", "labelled"]) if codes else "",
                dalo_perimeter=_maybe(draw, 0.3, f"{BESANCON}|{SERRE}") if "DALO" in codes else "",
                accepts_qpv=draw.choice(["oui", "non", ""]), relocation=_maybe(draw, 0.1, draw.choice(["NPNRU", "unfit"])),
                current_landlord=draw.choice(["BAIL", "AUTRE", "LOIN"]) if tenant else "",
                als_employee=_maybe(draw, 0.4, "oui"), public_agent=_maybe(draw, 0.15, "oui"),
                essential_worker=_maybe(draw, 0.2, "oui"), mobility_need=_maybe(draw, 0.15, draw.choice(["no_stairs", "adapted"])),
                acceptance=_maybe(draw, 0.5, "0,5"), dossier=draw.choice(["complete", "to_verify", "unreachable", ""]),
                refusals=draw.choice(["0", "1", ""]), accounts=_maybe(draw, 0.1, draw.choice(["ALS", "COLL:25056|BAILLEUR"])),
            )
        )  # fmt: skip
    return rows


def _agreements(draw: random.Random) -> list[Row]:
    rows = []
    for landlord in ("BAIL", "AUTRE"):
        for account, share in AGREEMENT.items():
            mode = draw.choice(["delegated", "delegated", "direct", "partial"])
            rule = draw.choice(["oriented", "presented", "attributed", "signed"])
            more = {
                "count_rule": rule,
                "tolerance": draw.choice(["", "0.02"]),
                "proposal_deadline_days": "30",
            }
            rows.append(
                agreement(account, str(share), **more) | {"landlord": landlord, "management_mode": mode}
            )
        rows.append(agreement("BAILLEUR", "0.2") | {"landlord": landlord})
    return rows


def varied(folder: Path, seed: int) -> Path:
    """A case of up to 9 dwellings of two landlords in three EPCI, with work in progress, leases and decisions."""
    draw = random.Random(seed)
    dwellings = _dwellings(draw, draw.randint(3, 9))
    asked = _applications(draw, draw.randint(10, 60), given=seed % 2 == 0)
    names = [r["application_id"] for r in asked]
    nominations = [
        {"account": account, "application_id": name, "dwelling_id": draw.choice(["", draw.choice(dwellings)["dwelling_id"]]),
         "rank": str(rank)}
        for account in ("ALS", "ETAT_PRIO")
        for rank, name in enumerate(draw.sample(names, 5), 1)
    ]  # fmt: skip
    progress = [
        {"dwelling_id": f"P{i}", "landlord": "BAIL", "commune": draw.choice(COMMUNES), "qpv": "non", "rooms": "3",
         "financing": "PLUS", "account": draw.choice(["ALS", "BAILLEUR", "ETAT_PRIO"]), "application_id": names[i],
         "stage": draw.choice(["nominated", "commission", "offered"]), "since": "2026-11-02"}
        for i in range(3)
    ]  # fmt: skip
    progress += [
        {**progress[0], "dwelling_id": row["dwelling_id"], "landlord": row["landlord"], "commune": row["commune"],
         "account": "ALS", "application_id": "", "stage": "oriented", "since": draw.choice(["2026-09-01", "2026-11-15"])}
        for row in dwellings[:1]
        if not row["reserved_to"] and not row["assiette_exclusion"]
    ]  # fmt: skip
    leases = [
        {"dwelling_id": f"B{i}", "landlord": draw.choice(["BAIL", "AUTRE"]), "commune": draw.choice(COMMUNES),
         "qpv": draw.choice(["oui", "non"]), "rooms": "3", "financing": "PLUS",
         "account": draw.choice([*AGREEMENT, "BAILLEUR", "MUTATION"]), "signed_on": f"2026-0{draw.randint(1, 9)}-15",
         "q1": draw.choice(["yes", "no", "unknown"]), "priority_codes": draw.choice(["", "DALO", "c"]),
         "priority_status": "verified"}
        for i in range(draw.choice([0, 30]))
    ]  # fmt: skip
    forbids = [
        {"dwelling_id": draw.choice(["", row["dwelling_id"]]), "application_id": draw.choice(names), "decision": "forbid",
         "reason": "withdrawn", "author": "secrétariat"}
        for row in dwellings[:1]
    ]  # fmt: skip
    residences = [{"residence": "R1", "dwellings": "40", "q1_share": "0,4", "fragility": "forte"}]
    return write(
        folder, dwellings, asked, settings={"landlord": ""}, conventions=_agreements(draw), nominations=nominations,
        in_progress=progress, leases=leases, decisions=forbids, residences=residences,
    )  # fmt: skip
