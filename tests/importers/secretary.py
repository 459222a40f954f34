"""The template as a secretary fills it: twelve dwellings and sixty applications, typed in French."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from optimizer.importers import template

COMMUNES = ("Besançon", "Besançon", "Besançon", "Pontarlier")
DWELLINGS, APPLICATIONS = 12, 60


def put(book: openpyxl.Workbook, sheet: str, rows: list[dict[str, object]]) -> None:
    """Write rows under the headers of a sheet, below what is there."""
    page = book[sheet]
    names = {cell.value: cell.column for cell in page[1]}
    below = page.max_row + 1
    for i, row in enumerate(rows):
        for name, value in row.items():
            page.cell(below + i, names[name], value)


def filled(path: Path, *, convention: bool, grid: bool = False) -> Path:
    """A workbook at ``path`` with the rows typed; ``convention``: the sheet conventions too, else the landlord has none."""
    template(path, xlsx=True)
    book = openpyxl.load_workbook(path)
    settings = {
        "titre": "CALEOL du 24 novembre",
        "date": "24/11/2026",
        "annee": "2026",
        "bailleur": "HABITAT25",
    }
    for row in book["dossier"].iter_rows(min_row=2):
        if row[0].value in settings:
            row[1].value = settings[str(row[0].value)]
    put(book, "logements", [
        {
            "logement": f"L{i:02d}", "bailleur": "HABITAT25", "commune": COMMUNES[i % 4], "pieces": f"T{2 + i % 3}",
            "financement": ("PLUS", "PLAI", "PLS")[i % 3], "qpv": "Planoise" if i % 4 == 0 else "non",
            "loyer": f"{300 + 25 * i},50 €", "charges": "80", "etage": "RDC" if i % 5 == 0 else str(i % 4),
            "ascenseur": "oui" if i % 2 else "non", "disponible_le": "01/12/2026",
        }
        for i in range(DWELLINGS)
    ])  # fmt: skip
    put(book, "demandes", [
        {
            "numero_unique": f"0252024000{i:08d}", "premiere_demande_le": f"{1 + i % 28:02d}/0{1 + i % 9}/202{3 + i % 3}",
            "renouvelee_le": f"{1 + i % 28:02d}/0{1 + i % 9}/2026", "personnes": 1 + i % 4,
            "adultes": 1 + (i % 4 > 1), "enfants_moins_14": max(0, i % 4 - 1),
            "communes_souhaitees": "Besançon, Pontarlier" if i % 3 else "Besançon",
            "revenu_fiscal": 9000 + 250 * i, "revenus_mensuels": "nc" if i % 20 == 7 else f"{800 + 20 * i} €",
            "publics_prioritaires": ("DALO", "menacé d'expulsion", "", "", "")[i % 5],
            "preuve_priorite": "labellisée" if i % 5 < 2 else "", "salarie_al": "oui" if i % 4 == 2 else "non",
            "dossier": "à compléter" if i % 11 == 3 else "complet",
        }
        for i in range(APPLICATIONS)
    ])  # fmt: skip
    if convention:
        line = {"bailleur": "HABITAT25", "departement": "25", "annee": 2026, "gestion": "déléguée"}
        put(book, "conventions", [
            {**line, "reservataire": "préfet - publics prioritaires", "part": "25 %"},
            {**line, "reservataire": "Action Logement", "part": "20 %"},
            {**line, "reservataire": "ville de Besançon", "part": "10 %"},
        ])  # fmt: skip
    if grid:
        put(book, "grille", [
            {"rubrique": "Publics prioritaires", "critere": "Reconnu DALO", "points": 50},
            {"rubrique": "Ancienneté", "critere": "Ancienneté, mois par mois", "points": 40},
        ])  # fmt: skip
        put(book, "objectifs", [
            {"objectif": "DALO", "bailleur": "HABITAT25", "territoire": "25", "valeur": 12, "source": "accord 2026"},
        ])  # fmt: skip
        put(book, "seuils", [{"epci": "242500361", "seuil": "11 050 €", "source": "arrêté"}])
    book.save(path)
    return path
