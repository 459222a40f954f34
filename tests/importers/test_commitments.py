"""The table of commitments as people write it: words for closed values, and all its problems at once."""

from __future__ import annotations

from pathlib import Path

from optimizer.importers import read
from tests.importers.base import problems, write_base

HEAD = "bailleur;departement;reservataire;contrepartie;acte;signe_le;debut_le;fin_le;pret_rembourse_le;logements;rotation;part\n"


def test_a_register_is_read_as_a_landlord_writes_it(tmp_path: Path):
    case = read(write_base(tmp_path, engagements__csv=HEAD + (
        "OPH25;25;COLL:25056;Garantie d'emprunt;DEL-7;12/03/2010;;;31/03/2026;48;9 %;\n"
        "OPH25;25;ALS;subvention;PRET-2;2015-01-01;01/07/2015;31/12/2030;;;;5 %\n"
        "OPH25;25;OTHER:caf;apport de terrain;ACTE-3;05/05/2020;;;;10;;\n"
    )))  # fmt: skip
    table = case.table("commitments")
    assert table["counterpart"].tolist() == ["guarantee", "financing", "land"]
    assert table["turnover"].iloc[0] == 0.09 and table["share"].iloc[1] == 0.05


def test_every_problem_of_the_register_is_told_at_once_in_french(tmp_path: Path):
    found = problems(write_base(tmp_path, engagements__csv=HEAD + (
        "OPH25;25;ALS;terrain;A;01/01/2015;;;;;;\n"
        "OPH25;25;ALS;terrain;B;01/01/2015;;;;12;;5 %\n"
        "OPH25;25;ALS;terrain;C;01/01/2015;01/01/2020;31/12/2019;;12;;\n"
        "OPH25;25;BAILLEUR;terrain;D;01/01/2015;;;;12;;\n"
        "OPH25;25;ALS;troc;E;01/01/2015;;;;12;;\n"
        "OPH25;25;ALS;terrain;B;01/01/2016;;;;12;;\n"
    )))  # fmt: skip
    told = {(f.code, f.row) for f in found if f.file == "engagements.csv"}
    assert told == {
        ("READ_COMMITMENT_NOTHING", 2), ("READ_MENDED", 3), ("READ_COMMITMENT_ENDS_BEFORE", 4),
        ("READ_COMMITMENT_ACCOUNT", 5), ("READ_CHOICE", 6), ("READ_DUPLICATE", 7),
    }  # fmt: skip
    words = " ".join(f.sentence("fr") for f in found)
    assert "ne dit pas ce qu'il apporte" in words and "ne peut pas tenir de droits de réservation" in words
