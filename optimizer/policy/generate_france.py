"""Writes the national tables of ``models/``: communes, EPCI, and the generated targets and conventions of ``france``.

The geography is the administrative division published under Licence Ouverte (package ``@etalab/decoupage-administratif``
6.0.0: INSEE code officiel géographique 2026, DGCL list of EPCI, INSEE populations). Everything else is **generated**,
hence ``assumed``: DALO numbers, shares in QPV and agreements only have a plausible size, so that a national case can be
built before the real agreements are typed in. The thresholds of the first quartile are published and typed. The four départements of Franche-Comté have their own typed values and
agreements and are left to them. Same source, same bytes: numbers that vary from place to place come from a hash of the
place's code.

Run ``python -m optimizer.policy.generate_france SOURCE_FOLDER MODELS_FOLDER``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

TYPED = ("25", "39", "70", "90")
"""Départements whose targets and agreements are typed by hand."""
PARIS_EPCI = "200054781"
MERGED = {
    "992367730": ("Thionville Fensch Agglomération", "CA", ("245701222", "245701362")),
}
"""EPCI born of a merger on 1 January 2026 that the published division still lists apart."""
SINCE = "2026-01-01"


@dataclass(frozen=True)
class Commune:
    insee: str
    name: str
    epci: str
    departement: str
    region: str
    population: int
    is_arrondissement: bool


@dataclass(frozen=True)
class Epci:
    siren: str
    name: str
    type: str
    population: int


def read_source(folder: Path) -> tuple[list[Commune], list[Epci]]:
    """Communes (with the arrondissements of Paris, Lyon and Marseille) and EPCI, sorted by code.

    Inside the Métropole du Grand Paris the scale of attribution policy is the établissement public territorial, so its
    communes carry the EPT's code; Paris keeps the code of the metropolis.
    """
    communes_json = _json(folder / "communes.json")
    epci_json = _json(folder / "epci.json")
    ept_json = _json(folder / "ept.json")
    epci_of = {m["code"]: e["code"] for e in epci_json for m in e["membres"]}
    epci_of |= {m["code"]: e["code"] for e in ept_json for m in e["membres"]}
    born = {old: new for new, (_, _, parts) in MERGED.items() for old in parts}
    epci_of = {commune: born.get(code, code) for commune, code in epci_of.items()}
    communes = []
    for row in communes_json:
        kind = row["type"]
        if kind not in ("commune-actuelle", "arrondissement-municipal") or len(row["region"]) != 2:
            continue
        parent = row.get("commune", row["code"])
        communes.append(
            Commune(
                row["code"], row["nom"], epci_of.get(parent, ""), row["departement"], row["region"],
                int(row.get("population") or 0), kind == "arrondissement-municipal",
            )
        )  # fmt: skip
    communes.sort(key=lambda c: c.insee)
    population: dict[str, int] = {}
    for c in communes:
        if not c.is_arrondissement:
            population[c.epci] = population.get(c.epci, 0) + c.population
    epci = [
        Epci(
            e["code"], "Paris (Métropole du Grand Paris)" if e["code"] == PARIS_EPCI else e["nom"].strip(), e["type"],
            population[e["code"]] if e["code"] == PARIS_EPCI or e["type"] == "EPT" else int(e["populationMunicipale"]),
        )
        for e in [*epci_json, *ept_json]
        if e["code"] in population
    ]  # fmt: skip
    epci += [
        Epci(new, name, kind, population[new]) for new, (name, kind, _) in MERGED.items() if new in population
    ]
    epci.sort(key=lambda e: e.siren)
    return communes, epci


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def spread(code: str, low: float, high: float) -> float:
    """A number in [low, high] that depends on the code alone."""
    fraction = int.from_bytes(hashlib.sha256(code.encode()).digest()[:4], "big") / 2**32
    return low + (high - low) * fraction


_DALO_WEIGHT = {"75": 18, "92": 14, "93": 20, "94": 14, "95": 9, "91": 7, "78": 6, "77": 6, "13": 5, "06": 4, "83": 4,
                "69": 4, "31": 3, "34": 3, "59": 2, "74": 2, "33": 2, "971": 3, "972": 2, "973": 4, "974": 3}  # fmt: skip


def dalo_numbers(communes: Sequence[Commune], total: int = 24_835) -> dict[str, int]:
    """Yearly DALO households by département: the national rehousings of 2022 spread by weighted population."""
    weights: dict[str, int] = {}
    for c in communes:
        if not c.is_arrondissement:
            weight = _DALO_WEIGHT.get(c.departement, 1)
            weights[c.departement] = weights.get(c.departement, 0) + weight * c.population
    whole = sum(weights.values())
    return {d: max(2, total * w // whole) for d, w in sorted(weights.items())}


VACATED = Fraction(59, 10_000)
"""Social dwellings vacated in a year per inhabitant: 5.2 million dwellings, 7.6 % of them, for 67 million people."""


def vacated_numbers(communes: Sequence[Commune]) -> dict[str, int]:
    """Social dwellings vacated in a year by département, in proportion of its population."""
    people: dict[str, int] = {}
    for c in communes:
        if not c.is_arrondissement:
            people[c.departement] = people.get(c.departement, 0) + c.population
    return {d: round(n * VACATED) for d, n in sorted(people.items())}


def conventions(communes: Sequence[Commune], epci: Sequence[Epci]) -> list[tuple[str, ...]]:
    """Two invented landlords per département, with delegated, partial and direct accounts."""
    rows: list[tuple[str, ...]] = []
    sizes = {e.siren: e.population for e in epci}
    by_departement: dict[str, set[str]] = {}
    for c in communes:
        by_departement.setdefault(c.departement, set()).add(c.epci)
    for departement, members in sorted(by_departement.items()):
        if departement in TYPED:
            continue
        main = max(sorted(m for m in members if m), key=lambda m: sizes[m])
        local = f"COLL:{main}" if main != PARIS_EPCI else "COLL:75056"
        area = local.removeprefix("COLL:")
        for prefix, als, als_mode in (("OPH", "0.22", "delegated"), ("ESH", "0.32", "direct")):
            landlord = f"{prefix}{departement}"
            for account, where, share, mode in (
                ("ETAT_PRIO", departement, "0.25", "delegated"),
                ("ETAT_AGENT", departement, "0.05", "direct" if prefix == "ESH" else "partial"),
                ("ALS", departement, als, als_mode),
                (local, area, "0.12", "partial"),
                (f"COLL:{departement}", departement, "0.03", "delegated"),
            ):
                rows.append((landlord, departement, where, account, share, mode))
    return rows


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """``;`` separated, UTF-8, one newline per row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _typed_rows(path: Path, kept: set[str]) -> list[list[str]]:
    """Rows of a place table that were typed by hand (their source is not ``generated``)."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    return [row for row in rows if row[4] != "generated" and row[0] in kept]


def generate(source: Path, models: Path) -> None:
    """Rewrite the generated files of ``models``; rows typed by hand in the place tables are kept."""
    communes, epci = read_source(source)
    territories = models / "territories"
    territories.mkdir(parents=True, exist_ok=True)
    write_csv(
        territories / "communes.csv",
        ("insee", "name", "epci", "departement", "region", "population"),
        ((c.insee, c.name, c.epci, c.departement, c.region, c.population) for c in communes),
    )
    write_csv(
        territories / "epci.csv",
        ("siren", "name", "type", "population"),
        ((e.siren, e.name, e.type, e.population) for e in epci),
    )
    dalo = [
        (d, SINCE, n, "assumed", "generated") for d, n in dalo_numbers(communes).items() if d not in TYPED
    ]
    vacated = [
        (d, SINCE, n, "assumed", "generated") for d, n in vacated_numbers(communes).items() if d not in TYPED
    ]
    qpv = [
        (c.insee, SINCE, f"{spread(c.insee, 0.15, 0.5):.2f}", "assumed", "generated")
        for c in communes
        if c.population >= 20_000 and c.departement not in TYPED
    ]
    known = {c.insee for c in communes} | {e.siren for e in epci} | {c.departement for c in communes}
    header = ("place", "since", "value", "status", "source")
    for name, generated in (("dalo", dalo), ("vacated", vacated), ("qpv_share", qpv)):
        path = territories / f"{name}.csv"
        rows = [[str(v) for v in row] for row in generated] + _typed_rows(path, known)
        write_csv(path, header, sorted(rows))
    write_csv(
        models / "conventions" / "france.csv",
        ("landlord", "departement", "area", "account", "share", "management_mode"),
        conventions(communes, epci),
    )


if __name__ == "__main__":
    generate(Path(sys.argv[1]), Path(sys.argv[2]))
