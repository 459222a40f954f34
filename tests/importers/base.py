"""A small sound case, and ways to spoil it: one cell, one header, one file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from optimizer.errors import Finding
from optimizer.importers import read_findings

SETTINGS = "title: Essai\nterritory: doubs\non: 2026-11-24\nyear: 2026\nlandlord: OPH25\n"
TABLES: dict[str, list[dict[str, str]]] = {
    "logements": [
        {
            "logement": "L1", "bailleur": "OPH25", "commune": "25056", "pieces": "T3", "financement": "PLUS",
            "qpv": "non", "surface": "64,5", "loyer": "412,30", "charges": "95", "pmr": "none", "etage": "2",
            "ascenseur": "oui", "disponible_le": "01/12/2026", "vacant_depuis": "15/10/2026",
            "orientations_precedentes": "0", "exclusion_assiette": "none", "derogation_plafond": "1",
            "residence": "Les Tilleuls", "quartier": "Planoise", "annee": "1974",
        },
        {
            "logement": "L2", "bailleur": "OPH25", "commune": "25580", "pieces": "2", "financement": "PLAI",
            "qpv": "QN02501M", "surface": "45", "loyer": "298", "charges": "80", "pmr": "accessible", "etage": "0",
            "ascenseur": "non", "disponible_le": "2026-12-01", "vacant_depuis": "", "orientations_precedentes": "1",
            "exclusion_assiette": "", "derogation_plafond": "", "residence": "", "quartier": "", "annee": "",
        },
    ],
    "demandes": [
        {
            "numero_unique": "025012345678900001", "premiere_demande_le": "03/04/2024", "personnes": "3",
            "communes_souhaitees": "25056|25580", "statut": "active", "renouvelee_le": "03/04/2026", "adultes": "2",
            "enfants_moins_14": "1", "revenu_fiscal": "18 500", "revenus_mensuels": "1650,00",
            "statut_revenus": "verified", "elargir": "oui", "quartiers": "Planoise", "pieces_souhaitees": "T3|T2",
            "publics_prioritaires": "DALO|c", "preuve_priorite": "labelled", "perimetre_dalo": "", "cotation": "142,5",
            "acceptation": "0,6", "dossier": "complete", "accepte_qpv": "oui", "salarie_al": "1",
        },
        {
            "numero_unique": "007", "premiere_demande_le": "2023-01-31", "personnes": "1",
            "communes_souhaitees": "25580", "statut": "", "renouvelee_le": "", "adultes": "1", "enfants_moins_14": "0",
            "revenu_fiscal": "", "revenus_mensuels": "0", "statut_revenus": "declared", "elargir": "non",
            "quartiers": "", "pieces_souhaitees": "", "publics_prioritaires": "", "preuve_priorite": "",
            "perimetre_dalo": "", "cotation": "", "acceptation": "", "dossier": "", "accepte_qpv": "non",
            "salarie_al": "0",
        },
    ],
    "designations": [
        {"reservataire": "ALS", "numero_unique": "007", "logement": "L1", "rang": "1"},
    ],
    "decisions": [
        {"logement": "L2", "numero_unique": "007", "decision": "forbid", "motif": "withdrawn", "auteur": "secrétariat"},
    ],
    "baux": [
        {
            "logement": "L9", "bailleur": "OPH25", "commune": "25056", "reservataire": "ALS", "numero_unique": "X",
            "signe_le": "12/03/2026", "q1": "yes", "mutation": "non",
        },
    ],
    "en_cours": [
        {
            "logement": "L8", "bailleur": "OPH25", "commune": "25056", "reservataire": "ALS", "numero_unique": "Y",
            "etape": "oriented", "depuis": "02/11/2026",
        },
    ],
    "conventions": [
        {
            "bailleur": "OPH25", "departement": "25", "annee": "2026", "perimetre": "", "reservataire": "ALS",
            "part": "0,155", "gestion": "direct", "regle_decompte": "signed", "tolerance": "0,02", "report": "oui",
            "solde_ouverture": "-2", "delai_designation": "30",
        },
    ],
    "stock": [
        {
            "bailleur": "OPH25", "departement": "25", "reservataire": "ALS", "commune": "25056", "logements": "48",
            "rotation": "0,09", "fin_le": "31/12/2041", "nature_droits": "recurring",
        },
    ],
    "assiette": [
        {"bailleur": "OPH25", "departement": "25", "annee": "2026", "nature": "forecast", "liberes": "630"},
    ],
    "residences": [{"residence": "Les Tilleuls", "logements": "80", "part_q1": "0,42"}],
}  # fmt: skip
NEEDED = {
    "logements": ("logement", "bailleur", "commune", "pieces", "financement"),
    "demandes": ("numero_unique", "premiere_demande_le", "personnes", "communes_souhaitees"),
}
"""The columns without which no case can be read; every reference of another table goes to these two."""
Expected = tuple[str, str, int | None, str | None, str | None]
"""(code, file, row, column, value)"""


def rows_of(table: str) -> list[dict[str, str]]:
    """A copy of the rows of a table."""
    return [dict(row) for row in TABLES[table]]


def around(*names: str) -> dict[str, list[dict[str, str]]]:
    """The named tables of the sound case in full, and of the two that every case needs the columns it cannot do without."""
    least = {
        table: [{c: row[c] for c in columns} for row in TABLES[table]] for table, columns in NEEDED.items()
    }
    return least | {name: TABLES[name] for name in names}


def csv_text(rows: list[dict[str, str]], delimiter: str = ";") -> str:
    """Rows as a CSV with a header; no quoting."""
    header = list(rows[0])
    return "\n".join([delimiter.join(header), *(delimiter.join(r[c] for c in header) for r in rows)]) + "\n"


def write_tables(folder: Path, tables: dict[str, list[dict[str, str]]], **files: str | bytes | None) -> Path:
    """As :func:`write_base`, with these tables and no others."""
    others: dict[str, str | bytes | None] = {
        f"{name}__csv": csv_text(tables[name]) if name in tables else None for name in TABLES
    }
    return write_base(folder, **others | files)


def write_base(folder: Path, **files: str | bytes | None) -> Path:
    """The sound case; ``files`` (``demandes.csv`` spelled ``demandes_csv``) replace, add or (None) remove files."""
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, str | bytes | None] = {"case.yaml": SETTINGS}
    content |= {f"{name}.csv": csv_text(rows) for name, rows in TABLES.items()}
    content |= {key.replace("__", "."): value for key, value in files.items()}
    for name, value in content.items():
        if value is not None:
            data = value if isinstance(value, bytes) else value.encode("utf-8")
            (folder / name).write_bytes(data)
    return folder


def problems(path: Path) -> tuple[Finding, ...]:
    """Every finding of a case."""
    return read_findings(path)[1]


def listed(findings: Iterable[Finding]) -> list[Expected]:
    """The findings as the tests write them down; every one can be said in both languages."""
    found = []
    for f in findings:
        french, english = f.sentence("fr"), f.sentence("en")
        assert "{" not in french.replace("{=…}", "").replace("{…}", ""), french
        assert french and english and french != english
        found.append((f.code, f.file, f.row, f.column, f.value))
    return found
