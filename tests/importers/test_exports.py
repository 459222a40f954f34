"""Exports as they come: Imhoweb tables, the SNE's names, wishes and labels in sheets of their own, columns that must not enter."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.datadirs import models_dir
from optimizer.importers import losses, read_findings
from optimizer.verify.tables import read_case as read_again
from tests.importers.base import SETTINGS, problems, write_base

IMHOWEB = (
    "ID_demande_unique;Date_depot;Libelle_etat_demande;Nombre_total_occupants;Nombre_enfants_garde_alternee;"
    "Nombre_unite_consommation;Montant_ressources;Mois_ressources;Annee_ressources;Montant_reference_N-2;"
    "Code_type_lot_recherche_1;Code_type_lot_recherche_2;Libelle_motif_demande_1;Nom;Nationalité\n"
    "1;03/04/2024;Suspendue;3;1;1,8;1500 €;9;2026;18 500;T3;T2 bis;Divorce;Durand;F\n"
    "2;03/04/2025;Active;1;0;1;nc;9;2026;nc;T1;;Emploi;Martin;F\n"
)
WISHES = "numero_unique;ordre;commune;quartier\n1;2;25580;\n1;1;Besançon;Planoise\n2;;Pontarlier;\n"
LABELS = "colonne;libelle;valeur\nstatut;Suspendue;radiée\n"
SNE = (
    "numUnique;dateCreationDemande;dateRenouvellement;typeLogement_1;typeLogement_2;commune_1;commune_2;demandeElargie;"
    "montantMoins2;montantMensuelAPL;dateNaissance_1;dateNaissance_2;dateNaissance_3\n"
    "1;2024-04-03;2026-04-03;T3;;25056;Pontarlier;oui;18500;120;1980-02-01;05/05/2015;\n"
    "2;2024-04-03;2026-04-03;T1;T2;25580;;non;;;1950-02-01;;\n"
)
NOTHING: dict[str, None] = {"designations__csv": None, "decisions__csv": None}


def both(path: Path) -> tuple[dict[str, list[object]], dict[str, list[object]], list[str]]:
    """Columns of the applications as the reader and as the verifier have them, and the codes of the findings."""
    case, findings = read_findings(path)
    assert case is not None and not [f for f in findings if f.severity == "error"]
    frame = case.table("applications").dropna(axis=1, how="all").astype(object)
    first = {str(c): [None if x != x else x for x in frame[c]] for c in frame}
    second = read_again(path, models_dir()).table("applications")
    return first, {n: v.to_pylist() for n, v in second.columns.items()}, [f.code for f in findings]


@pytest.mark.parametrize("named", ["", "mapping: imhoweb\n", "correspondance: imhoweb\n"])
def test_imhoweb_tables_are_read_whether_the_mapping_is_named_or_found(tmp_path: Path, named: str):
    # the same system names the number alike in the sheet of wishes; the template's own name is read as well
    wishes = (
        WISHES if named.startswith("correspondance") else WISHES.replace("numero_unique", "ID_demande_unique")
    )
    path = write_base(
        tmp_path, demandes__csv=IMHOWEB, souhaits__csv=wishes, libelles__csv=LABELS, case__yaml=SETTINGS + named, **NOTHING
    )  # fmt: skip
    first, second, codes = both(path)
    assert first["choices"] == second["choices"] == ["25056|25580", "25462"]
    assert first["districts_wanted"] == second["districts_wanted"] == ["Planoise", None]
    assert first["status"] == second["status"] == ["struck_off", "active"]
    assert first["rooms_wanted"] == second["rooms_wanted"] == ["3|2", "T1"] or first["rooms_wanted"] == [
        "3|2",
        "1",
    ]
    assert first["monthly_income_eur"] == [1500.0, None] and second["monthly_income_eur"] == ["1500", None]
    assert str(first["resources_on"][0]).startswith("2026-09-01")
    assert first["alternate_custody_children"] == [1, 0] and first["consumption_units"] == [1.8, 1.0]
    assert ("READ_MAPPING_CHOSEN" in codes) == (named == "")
    assert codes.count("READ_COLUMN_REFUSED") == 2
    assert not {"nom", "nationalite"} & (set(first) | set(second))


def test_sne_names_give_ages_and_forget_birth_dates(tmp_path: Path):
    path = write_base(tmp_path, demandes__csv=SNE, **NOTHING)
    first, second, codes = both(path)
    assert first["persons"] == [2, 1] and second["persons"] == ["2", "1"]
    assert first["adults"] == [1, 1] and second["adults"] == ["1", "1"]
    assert first["children_under_14"] == [1, 0] and second["children_under_14"] == ["1", "0"]
    assert first["choices"] == second["choices"] == ["25056|25462", "25580"]
    assert first["rooms_wanted"] == ["3", "1|2"]
    assert {"READ_AGES_TAKEN", "READ_MAPPING_CHOSEN"} <= set(codes)
    assert not any("1980" in str(v) or "1950" in str(v) for v in (*first.values(), *second.values()))


def test_a_row_whose_numbered_columns_are_all_empty_keeps_its_place(tmp_path: Path):
    text = SNE + "3;2024-04-03;2026-04-03;;;;Besançon;non;;;1960-02-01;;\n"
    lines = text.splitlines()
    lines.insert(1, "4;2024-04-03;2026-04-03;;;25580;25056;non;;;1970-02-01;;")
    first, second, _ = both(write_base(tmp_path, demandes__csv="\n".join(lines) + "\n", **NOTHING))
    assert first["application_id"] == second["application_id"] == ["4", "1", "2", "3"]
    assert first["rooms_wanted"] == [None, "3", "1|2", None]
    assert first["choices"] == second["choices"] == ["25580|25056", "25056|25462", "25580", "25056"]


def test_a_household_without_a_wish_is_told_where_it_stands(tmp_path: Path):
    text = SNE + "3;2024-04-03;2026-04-03;T3;;;;non;;;1960-02-01;;\n"
    found = problems(write_base(tmp_path, demandes__csv=text, **NOTHING))
    told = [f for f in found if f.code == "READ_VALUE_MISSING"]
    assert [(f.row, f.severity) for f in told] == [(4, "error")]


def test_a_mapping_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path):
    path = write_base(tmp_path, case__yaml=SETTINGS + "mapping: imoweb\n")
    told = next(f for f in problems(path) if f.code == "READ_MAPPING_UNKNOWN")
    assert "imhoweb" in told.sentence()


def test_an_unknown_column_is_named_with_the_nearest_and_what_is_lost(tmp_path: Path):
    text = (
        "numero_unique;premiere_demande_le;personnes;communes_souhaitees;ressources mensuelles;renouvelee_le;Nb TV\n"
        "1;03/04/2024;2;25056;1500;03/04/2026;2\n"
    )
    found = problems(write_base(tmp_path, demandes__csv=text, **NOTHING))
    told = {f.column or f.value: f.sentence() for f in found}
    assert "peut-être « revenus_mensuels »" in told["ressources mensuelles"]
    assert "objectifs LEC ne peuvent pas être suivis" in told["ressources mensuelles"]
    assert "Nb TV" in told["Nb TV"]
    case = read_findings(tmp_path)[0]
    assert case is not None
    lost = {f.column for f in losses(case) if f.file == "demandes.csv"}
    assert lost == {
        "revenus_mensuels", "revenu_fiscal", "publics_prioritaires", "adultes", "besoin_pmr", "bailleur_actuel",
    }  # fmt: skip


@pytest.mark.parametrize(("need", "access", "told"), [
    ("adapted", "", True), ("accessible", "", True), ("adapted", "none", False), ("no_stairs", "", False), ("none", "", False),
])  # fmt: skip
def test_dwellings_without_access_are_told_where_somebody_needs_it(
    tmp_path: Path, need: str, access: str, told: bool
):
    """Without the column « pmr » a household in a wheelchair is eligible nowhere, and nothing said so."""
    homes = f"logement;bailleur;commune;pieces;financement;pmr\nA;OPH25;25056;3;PLUS;{access}\n"
    people = f"numero_unique;premiere_demande_le;personnes;communes_souhaitees;besoin_pmr\n1;03/04/2024;2;25056;{need}\n"
    case = read_findings(write_base(tmp_path, logements__csv=homes, demandes__csv=people, **NOTHING))[0]
    assert case is not None
    assert ("pmr" in {f.column for f in losses(case)}) == told


def test_a_label_of_no_column_is_an_error(tmp_path: Path):
    path = write_base(tmp_path, libelles__csv="colonne;libelle;valeur\nétat civil;Marié;oui\n")
    assert ("READ_LABEL_COLUMN", "état civil") in {(f.code, f.value) for f in problems(path)}


def test_a_wish_of_an_unknown_application_is_a_warning(tmp_path: Path):
    path = write_base(tmp_path, souhaits__csv="numero_unique;commune\n99;Besançon\n")
    told = next(f for f in problems(path) if f.code == "READ_UNKNOWN_REFERENCE")
    assert told.value == "99" and told.severity == "warning"
