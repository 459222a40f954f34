"""One cell is wrong: exactly one problem, at its place, with its code. The other cells stay readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.base import (
    SETTINGS,
    TABLES,
    Expected,
    csv_text,
    listed,
    problems,
    rows_of,
    write_base,
    write_tables,
)
from tests.importers.test_broken_files import FILES, PARQUETS
from tests.importers.test_broken_settings import COLUMNS_SAMPLES, SETTINGS_SAMPLES
from tests.importers.test_workbooks import CELLS as BOOKS

ISO, N, A = "READ_DATE", "READ_NUMBER", "READ_NUMBER_AMBIGUOUS"
INT, OUT, LONG = "READ_INTEGER", "READ_OUT_OF_RANGE", "READ_TOO_LONG"
VOID = "READ_VALUE_MISSING"

# table, column, what is typed, code[, value shown when it is not what is typed]
CELLS: list[tuple[str, ...]] = [
    ("logements", "logement", "", VOID, ""),
    ("logements", "bailleur", "", VOID, ""),
    ("logements", "commune", "", VOID, ""),
    ("logements", "pieces", "", VOID, ""),
    ("logements", "financement", "   ", VOID, ""),
    ("logements", "commune", "1004", "READ_INSEE"),
    ("logements", "commune", "Dole", "READ_INSEE"),
    ("logements", "commune", "Besanson", "READ_INSEE"),
    ("logements", "commune", "250560", "READ_INSEE"),
    ("logements", "commune", "2a004", "READ_INSEE"),
    ("logements", "commune", "2C004", "READ_INSEE"),
    ("logements", "pieces", "T0", "READ_ROOMS"),
    ("logements", "pieces", "grand", "READ_ROOMS"),
    ("logements", "pieces", "-2", "READ_ROOMS"),
    ("logements", "pieces", "42", "READ_ROOMS"),
    ("logements", "financement", "PLI", "READ_CHOICE"),
    ("logements", "qpv", "peut-être", "READ_QPV"),
    ("logements", "qpv", "2", "READ_QPV"),
    ("logements", "surface", "3", OUT),
    ("logements", "surface", "645", OUT),
    ("logements", "loyer", "412,30 $", N),
    ("logements", "loyer", "1.234 €", N),
    ("logements", "loyer", "25 %", N),
    ("logements", "loyer", "1.234,50", A),
    ("logements", "loyer", "1.234", A),
    ("logements", "loyer", "-5", OUT),
    ("logements", "loyer", "1e3", N),
    ("logements", "loyer", "1e999", N),
    ("logements", "loyer", "NaN", N),
    ("logements", "loyer", "inf", N),
    ("logements", "loyer", "12,3,4", N),
    ("logements", "loyer", "1 23", N),
    ("logements", "loyer", "=1+1", N),
    ("logements", "loyer", "9" * 400, N, "9" * 79 + "…"),
    ("logements", "charges", "'80", N),
    ("logements", "pmr", "oui", "READ_CHOICE"),
    ("logements", "etage", "combles", INT),
    ("logements", "etage", "2,5", INT),
    ("logements", "etage", "99", OUT),
    ("logements", "ascenseur", "peut-être", "READ_BOOLEAN"),
    ("logements", "ascenseur", "2", "READ_BOOLEAN"),
    ("logements", "disponible_le", "31/02/2026", ISO),
    ("logements", "disponible_le", "12/31/2026", ISO),
    ("logements", "disponible_le", "2026-13-01", ISO),
    ("logements", "disponible_le", "3 ju 2026", ISO),
    ("logements", "disponible_le", "01/12/26", ISO),
    ("logements", "disponible_le", "46357", ISO),
    ("logements", "disponible_le", "1/1/0202", ISO),
    ("logements", "disponible_le", "29/02/2025", ISO),
    ("logements", "vacant_depuis", "25/11/2026", "READ_VACANT_LATER"),
    ("logements", "orientations_precedentes", "-1", OUT),
    ("logements", "exclusion_assiette", "démolition", "READ_CHOICE"),
    ("logements", "derogation_plafond", "12", OUT),
    ("logements", "annee", "74", OUT),
    ("logements", "residence", "R" * 501, LONG, "R" * 79 + "…"),
    ("logements", "residence", "RÃ©sidence", "READ_DOUBLE_ENCODED"),
    ("logements", "quartier", "Clairs\x1b[31m Soleils", "READ_CONTROL_CHARACTER", "Clairs\\x1b[31m Soleils"),
    ("demandes", "numero_unique", "0250123456789000012", LONG),
    ("demandes", "numero_unique", "1,23457E+17", "READ_NUMBER_AS_TEXT_LOST"),
    ("demandes", "premiere_demande_le", "", VOID, ""),
    ("demandes", "premiere_demande_le", "hier", ISO),
    ("demandes", "premiere_demande_le", "25/11/2026", "READ_AFTER_CASE_DATE"),
    ("demandes", "renouvelee_le", "30/01/2023", "READ_RENEWED_BEFORE_FIRST"),
    ("demandes", "renouvelee_le", "01/01/2027", "READ_AFTER_CASE_DATE"),
    ("demandes", "personnes", "", VOID, ""),
    ("demandes", "personnes", "0", OUT),
    ("demandes", "personnes", "trois", INT),
    ("demandes", "personnes", "31", OUT),
    ("demandes", "communes_souhaitees", "", VOID, ""),
    ("demandes", "communes_souhaitees", "25580|Dole", "READ_LIST_ITEM"),
    ("demandes", "communes_souhaitees", "|".join(["25580"] * 700), LONG, ("25580|" * 14)[:79] + "…"),
    ("demandes", "statut", "suspendue", "READ_CHOICE"),
    ("demandes", "adultes", "-1", OUT),
    ("demandes", "adultes", "5", "READ_PERSONS_BELOW_PARTS", "1"),
    ("demandes", "enfants_moins_14", "deux", INT),
    ("demandes", "revenu_fiscal", "18,500", A),
    ("demandes", "revenus_mensuels", "environ 900", N),
    ("demandes", "statut_revenus", "attesté", "READ_CHOICE"),
    ("demandes", "elargir", "cela dépend", "READ_BOOLEAN"),
    ("demandes", "quartiers", "Planoise|Ã‰pis", "READ_DOUBLE_ENCODED"),
    ("demandes", "pieces_souhaitees", "T3|grand", "READ_LIST_ITEM"),
    ("demandes", "publics_prioritaires", "DALO|z", "READ_LIST_ITEM"),
    ("demandes", "preuve_priorite", "promise", "READ_CHOICE"),
    ("demandes", "perimetre_dalo", "25", "READ_LIST_ITEM"),
    ("demandes", "acceptation", "60", OUT),
    ("demandes", "dossier", "perdu", "READ_CHOICE"),
    ("designations", "reservataire", "", VOID, ""),
    ("designations", "rang", "0", OUT),
    ("designations", "rang", "1er", INT),
    ("designations", "logement", "L404", "READ_UNKNOWN_REFERENCE"),
    ("designations", "numero_unique", "404", "READ_UNKNOWN_REFERENCE"),
    ("decisions", "decision", "refuser", "READ_CHOICE"),
    ("decisions", "motif", "", VOID, ""),
    ("decisions", "auteur", "", VOID, ""),
    ("decisions", "numero_unique", "404", "READ_UNKNOWN_REFERENCE"),
    ("baux", "signe_le", "", VOID, ""),
    ("baux", "signe_le", "12/03/2025", "READ_LEASE_OTHER_YEAR"),
    ("baux", "signe_le", "25/12/2026", "READ_AFTER_CASE_DATE"),
    ("baux", "q1", "peut-être", "READ_CHOICE"),
    ("baux", "numero_unique", "007", "READ_HOUSED_APPLICANT"),
    ("baux", "mutation", "interne", "READ_BOOLEAN"),
    ("en_cours", "etape", "visite", "READ_CHOICE"),
    ("en_cours", "depuis", "25/11/2026", "READ_AFTER_CASE_DATE"),
    ("conventions", "part", "15,5", OUT),
    ("conventions", "annee", "26", OUT),
    ("conventions", "gestion", "mixte", "READ_CHOICE"),
    ("conventions", "solde_ouverture", "moins deux", N),
    ("stock", "logements", "48,5", INT),
    ("stock", "nature_droits", "perpétuels", "READ_CHOICE"),
    ("stock", "rotation", "9", OUT),
    ("assiette", "nature", "estimée", "READ_CHOICE"),
    ("assiette", "liberes", "", VOID, ""),
    ("residences", "part_q1", "42", OUT),
    ("assiette", "bailleur", "Oph 25", "READ_OTHER_SPELLING"),
    ("en_cours", "numero_unique", "07", "READ_OTHER_SPELLING"),
    ("logements", "residence", "les tilleuls", "READ_OTHER_SPELLING"),
    ("demandes", "quartiers", "Battant|PLANOISE", "READ_OTHER_SPELLING", "PLANOISE"),
]
WARNINGS = {
    "READ_RENEWED_BEFORE_FIRST", "READ_UNKNOWN_REFERENCE", "READ_LEASE_OTHER_YEAR", "READ_PERSONS_BELOW_PARTS",
    "READ_OTHER_SPELLING", "READ_VACANT_LATER", "READ_HOUSED_APPLICANT",
}  # fmt: skip
SOFT = {("demandes", "renouvelee_le"), ("baux", "signe_le"), ("en_cours", "depuis")}
"""Dates after the case's own that only deserve a warning."""
IDS = [f"{c[0]}-{c[1]}-{c[2][:24] or 'vide'}" for c in CELLS]


FOLLOWING: dict[tuple[str, str, str], list[Expected]] = {
    ("logements", "logement", ""): [("READ_UNKNOWN_REFERENCE", "decisions.csv", 2, "logement", "L2")],
    **{
        ("demandes", "numero_unique", typed): [
            ("READ_UNKNOWN_REFERENCE", f"{name}.csv", 2, "numero_unique", "007")
            for name in ("designations", "decisions")
        ]
        for typed in ("0250123456789000012", "1,23457E+17")
    },
}
"""What a wrong identifier leads to in the files that name it."""


def test_there_are_enough_samples():
    """Every sample has its exact list of problems: code, file, row, column, value."""
    assert len({c[:3] for c in CELLS}) == len(CELLS)
    others = (FILES, PARQUETS, SETTINGS_SAMPLES, COLUMNS_SAMPLES, BOOKS)
    assert len(CELLS) + sum(map(len, others)) >= 220


def test_nobody_is_a_dependant_of_its_own(tmp_path: Path):
    """Three persons have two dependants at most; children who visit count among them."""
    more = [
        {"personnes_a_charge": "3", "enfants_en_visite": "0"},
        {"personnes_a_charge": "1", "enfants_en_visite": "1"},
    ]
    rows = [{**row, **extra} for row, extra in zip(rows_of("demandes"), more, strict=True)]
    found = listed(problems(write_base(tmp_path, demandes__csv=csv_text(rows))))
    assert found == [("READ_DEPENDANTS_ABOVE", "demandes.csv", 2, "personnes_a_charge", "3")]


def test_the_base_case_is_sound(tmp_path: Path):
    assert problems(write_base(tmp_path)) == ()


ALONE = (
    "READ_RENEWED_BEFORE_FIRST",
    "READ_PERSONS_BELOW_PARTS",
    "READ_UNKNOWN_REFERENCE",
    "READ_LEASE_OTHER_YEAR",
    "READ_HOUSED_APPLICANT",
)
"""Found by comparing cells: with others wrong beside them, another problem would be meant."""


def rounds() -> list[list[tuple[str, ...]]]:
    """Wrong cells that are read together: no two of a column, what leads to more or compares cells by itself."""
    together: list[list[tuple[str, ...]]] = []
    alone = []
    for sample in CELLS:
        first = next(iter(rows_of(sample[0])[0]))
        if sample[1] == first or sample[3] in ALONE or sample[:3] in FOLLOWING:
            alone.append([sample])
            continue
        for one in together:
            if sample[:2] not in {other[:2] for other in one}:
                one.append(sample)
                break
        else:
            together.append([sample])
    return together + alone


@pytest.mark.parametrize(
    "samples", rounds(), ids=lambda samples: "+".join(IDS[CELLS.index(s)] for s in samples[:2])
)
def test_a_wrong_cell_is_one_problem(tmp_path: Path, samples: list[tuple[str, ...]]):
    tables = {name: rows_of(name) for name in {sample[0] for sample in samples}}
    expected, soft = [], set()
    for sample in samples:
        table, column, typed, code = sample[:4]
        tables[table][-1][column] = typed
        compared = code in (
            "READ_AFTER_CASE_DATE",
            "READ_VACANT_LATER",
            "READ_RENEWED_BEFORE_FIRST",
            "READ_LEASE_OTHER_YEAR",
        )
        shown = sample[4] if len(sample) > 4 and not compared else typed
        told = "personnes" if code == "READ_PERSONS_BELOW_PARTS" else column
        one: Expected = (code, f"{table}.csv", len(tables[table]) + 1, told, shown)
        expected += [one, *FOLLOWING.get(sample[:3], [])]
        if code in WARNINGS or (code == "READ_AFTER_CASE_DATE" and (table, column) in SOFT):
            soft.add(one)
        soft.update(FOLLOWING.get(sample[:3], []))
    path = write_base(tmp_path, **{f"{name}__csv": csv_text(rows) for name, rows in tables.items()})
    found = problems(path)
    assert sorted(listed(found), key=str) == sorted(expected, key=str)
    warned = {one for one, f in zip(listed(found), found, strict=True) if f.severity == "warning"}
    assert warned == soft


def test_the_same_problem_in_a_column_is_told_once(tmp_path: Path):
    rows = [dict(row) for row in rows_of("logements") * 3]
    for i, row in enumerate(rows):
        row["logement"] = f"L{i}"
        row["loyer"] = {1: "412 $", 3: "300 $", 4: "412 $"}.get(i, "400")
    found = problems(write_base(tmp_path, logements__csv=csv_text(rows)))
    assert listed(found) == [("READ_NUMBER", "logements.csv", 3, "loyer", "412 $")]
    assert found[0].rows == (5, 6)
    assert found[0].sentence("fr").endswith("2 autres lignes : 5, 6. On y lit aussi « 300 $ ».")


def test_a_problem_of_thousands_of_rows_is_one_paragraph_with_their_number(tmp_path: Path):
    """« 14984 autres lignes : 3, …. » stood there: no space among the thousands, and two full stops."""
    rows = [dict(rows_of("logements")[0]) for _ in range(1202)]
    for i, row in enumerate(rows):
        row["logement"], row["loyer"] = f"L{i}", f"{i} $"
    found = problems(write_base(tmp_path, logements__csv=csv_text(rows)))
    assert len(found) == 1
    said = found[0].sentence("fr")
    assert "1\u202f201 autres lignes : 3, 4" in said and said.endswith("« 10 $ », …") and "…." not in said
    assert "1,201 other rows: 3, 4" in found[0].sentence("en")


def test_every_unknown_word_of_a_closed_column_is_told_with_where_to_say_what_it_means(tmp_path: Path):
    """Three words of a landlord's software were one: « ILM », and « 2 autres lignes » without what stands there."""
    rows = [dict(row) for row in rows_of("logements") * 3]
    for i, (row, word) in enumerate(zip(rows, ("ILM", "PLUS", "HLM/O", "PLI", "LLTS", "CFF"), strict=True)):
        row["logement"], row["financement"] = f"L{i}", word
    found = problems(write_base(tmp_path, logements__csv=csv_text(rows)))
    assert [(f.value, f.also, f.rows) for f in found] == [("ILM", ("CFF",), (7,)), ("PLI", (), ())]
    assert "libelles (colonne financement)" in found[0].sentence("fr")
    assert "intermédiaire" in found[1].sentence("fr") and "PLAI »" not in found[1].sentence("fr")


def test_different_problems_of_a_column_are_told_apart(tmp_path: Path):
    rows = rows_of("logements")
    rows[0]["disponible_le"], rows[1]["disponible_le"] = "01/12/26", "31/02/2026"
    found = problems(write_base(tmp_path, logements__csv=csv_text(rows)))
    assert listed(found) == [
        ("READ_DATE", "logements.csv", 2, "disponible_le", "01/12/26"),
        ("READ_DATE", "logements.csv", 3, "disponible_le", "31/02/2026"),
    ]
    assert "quatre chiffres" in found[0].sentence("fr") and "n'existe pas" in found[1].sentence("fr")


def test_all_files_are_judged_at_once(tmp_path: Path):
    dwellings, applications, stock = rows_of("logements"), rows_of("demandes"), rows_of("stock")
    dwellings[0]["commune"], dwellings[1]["loyer"] = "999", "cher"
    applications[0]["personnes"], applications[1]["dossier"] = "", "perdu"
    stock[0]["logements"] = "beaucoup"
    path = write_base(
        tmp_path, logements__csv=csv_text(dwellings), demandes__csv=csv_text(applications),
        stock__csv=csv_text(stock), case__yaml=None,
    )  # fmt: skip
    assert listed(problems(path)) == [
        ("READ_SETTINGS_MISSING", "case.yaml", None, None, None),
        ("READ_INSEE", "logements.csv", 2, "commune", "999"),
        ("READ_NUMBER", "logements.csv", 3, "loyer", "cher"),
        ("READ_VALUE_MISSING", "demandes.csv", 2, "personnes", ""),
        ("READ_CHOICE", "demandes.csv", 3, "dossier", "perdu"),
        ("READ_INTEGER", "stock.csv", 2, "logements", "beaucoup"),
    ]


def test_a_good_sentence(tmp_path: Path):
    rows = rows_of("demandes")
    rows[1]["revenu_fiscal"] = "12 500 $"
    told = problems(write_base(tmp_path, demandes__csv=csv_text(rows)))[0]
    assert told.sentence("fr") == (
        "demandes.csv, ligne 3, colonne « revenu_fiscal » : « 12 500 $ » n'est pas un nombre. Attendu : un montant en "
        "€/an, entre 0 et 100\u202f000\u202f000, sans symbole, par exemple 512,40. Corrigez la cellule."
    )
    assert told.sentence("en") == (
        "demandes.csv, row 3, column “revenu_fiscal”: “12 500 $” is not a number. Expected: an amount in €/year, "
        "between 0 and 100,000,000, without symbol, for example 512.40. Correct the cell."
    )


def test_a_figure_that_is_nobody_s_is_told_at_its_cell(tmp_path: Path):
    """A number of a household in the column of an income was read as one; a score of fifteen digits was refused after the solve."""
    rows, homes = rows_of("demandes"), rows_of("logements")
    rows[0]["revenus_mensuels"] = rows[1]["revenu_fiscal"] = "953839257071478081"
    rows[0]["cotation"], rows[1]["cotation"] = "1000000,5", "-1000000"
    homes[0]["loyer"] = "20261202"
    case = write_base(tmp_path, demandes__csv=csv_text(rows), logements__csv=csv_text(homes))
    told = {(p.row, p.column): p for p in problems(case)}
    assert set(told) == {(2, "revenus_mensuels"), (3, "revenu_fiscal"), (2, "cotation"), (2, "loyer")}
    assert {p.code for p in told.values()} == {"READ_OUT_OF_RANGE"}
    assert "entre -1\u202f000\u202f000 et 1\u202f000\u202f000 (points)" in told[2, "cotation"].sentence("fr")


def test_a_date_older_than_any_wait_is_told(tmp_path: Path):
    rows = rows_of("demandes")
    rows[0] |= {"premiere_demande_le": "01/01/1900", "renouvelee_le": ""}
    found = problems(write_tables(tmp_path, TABLES | {"demandes": rows}))
    assert listed(found) == [("READ_LONG_AGO", "demandes.csv", 2, "premiere_demande_le", "01/01/1900")]
    assert found[0].severity == "warning" and "50 ans" in found[0].sentence("fr")


def test_a_repair_says_what_was_read(tmp_path: Path):
    rows = rows_of("demandes")
    rows[1]["revenu_fiscal"] = "12 500€"
    told = problems(write_base(tmp_path, demandes__csv=csv_text(rows)))[0]
    assert told.severity == "warning" and told.sentence("fr") == (
        "demandes.csv, ligne 3, colonne « revenu_fiscal » : « 12 500€ » est lu 12500. Rien à faire si c'est bien cela ; "
        "sinon, corrigez la cellule."
    )


def test_a_name_that_could_be_several_communes_lists_their_codes(tmp_path: Path):
    rows = rows_of("logements")
    rows[1]["commune"] = "Saint-Laurent"
    settings = SETTINGS.replace("doubs", "france")
    told = problems(write_base(tmp_path, logements__csv=csv_text(rows), case__yaml=settings))[0]
    assert told.code == "READ_COMMUNE_SEVERAL" and told.severity == "error"
    assert "08385" in told.expected() and "31494" in told.expected()


def test_a_commune_outside_the_territory_is_named_with_its_code(tmp_path: Path):
    rows = rows_of("logements")
    rows[1]["commune"] = "Dole"
    told = problems(write_base(tmp_path, logements__csv=csv_text(rows)))[0]
    assert told.code == "READ_INSEE" and "Hors du territoire : 39198" in told.sentence()


def test_a_quarter_of_another_commune_is_a_warning(tmp_path: Path):
    rows = rows_of("logements")
    rows[0]["qpv"] = rows[1]["qpv"] = "Planoise"
    found = problems(write_base(tmp_path, logements__csv=csv_text(rows)))
    assert [(f.code, f.severity, f.row) for f in found] == [
        ("READ_MENDED", "warning", 2), ("READ_QPV_ELSEWHERE", "warning", 3),
    ]  # fmt: skip
