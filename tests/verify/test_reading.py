"""The verifier's own reading: every dialect of the same case gives the same verdict; nonsense is refused."""

from __future__ import annotations

import json
import shutil
from datetime import date

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import town as t
import yaml
from publish import seal

from optimizer.verify import verify
from optimizer.verify.law import Law
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import Unreadable
from optimizer.verify.wording import place_names
from optimizer.verify.world import read_world

ALIAS = {
    "dwellings": "logements",
    "applications": "demandes",
    "leases": "baux",
    "nominations": "designations",
}
HEADERS = {
    "dwelling_id": "Logement", "landlord": "BAILLEUR", "rooms": "Pièces", "financing": "financement", "floor": "étage",
    "application_id": "numero_unique", "persons": "personnes", "choices": "Communes souhaitées", "status": "statut",
}  # fmt: skip
SEED = 10


@pytest.fixture
def copy(country, tmp_path):
    """A private copy of one certified case and of its result."""
    case, out, pub = country.solved(SEED)
    shutil.copytree(case, tmp_path / "case")
    shutil.copytree(out, tmp_path / "out")
    return tmp_path / "case", tmp_path / "out", pub.ref.town


def restate(case, out):
    run = json.loads((out / "run.json").read_text())
    run["inputs"] = t.hashes(case)
    (out / "run.json").write_text(json.dumps(run))
    seal(out)


def tables(town):
    return [(n, town.rows(n)) for n in ("dwellings", "applications", *town.tables)]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_dialects(country, copy, delimiter, encoding):
    case, out, town = copy
    for name, rows in tables(town):
        (case / f"{name}.csv").unlink()
        french = [{HEADERS.get(k, k): v for k, v in row.items()} for row in rows]
        text = t.csv_text(french, delimiter).replace("\n", "\r\n")
        (case / f"{ALIAS.get(name, name)}.csv").write_bytes(text.encode(encoding))
    restate(case, out)
    assert verify(out, case, models=country.models, record=False).verdict == "certified"


def test_parquet(country, copy):
    case, out, town = copy
    for name, rows in tables(town):
        (case / f"{name}.csv").unlink()
        table = pa.table({k: pa.array([row.get(k) or None for row in rows], pa.string()) for k in rows[0]})
        pq.write_table(table, case / f"{name}.parquet")
    restate(case, out)
    assert verify(out, case, models=country.models, record=False).verdict == "certified"


def test_workbook(country, copy):
    case, out, town = copy
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet = book.create_sheet("case")
    for key, value in (("territory", "town"), ("on", t.ON), ("year", 2026), ("landlord", "X")):
        sheet.append([key, value])
    for key, value in town.settings.items():
        sheet.append(["dalo.X.25", yaml.safe_load(value)["X"]["25"]] if key == "dalo" else [key, value])
    for name, rows in tables(town):
        sheet = book.create_sheet(ALIAS.get(name, name))
        names = list(dict.fromkeys(k for row in rows for k in row))
        sheet.append(names)
        for row in rows:
            sheet.append(
                [int(v) if (v := row.get(k, "")).isdigit() and k == "persons" else v or None for k in names]
            )
    path = case.parent / "only" / "case.xlsx"
    path.parent.mkdir()
    book.save(path)
    run = json.loads((out / "run.json").read_text())
    run["inputs"] = t.hashes(path.parent)
    (out / "run.json").write_text(json.dumps(run))
    seal(out)
    assert verify(out, path, models=country.models, record=False).verdict == "certified"


def test_columns_yaml_and_french_words(country, copy):
    case, out, town = copy
    rows = [{("Ménage" if k == "persons" else k): v for k, v in row.items()} for row in town.applications]
    words = {"labelled": "labellisée", "verified": "Vérifié", "declared": "déclaré", "struck_off": "Radiée"}
    for row in rows:
        row["priority_status"] = words.get(row["priority_status"], row["priority_status"])
        row["status"] = words.get(row["status"], row["status"])
        row["mobility_need"] = {"no_stairs": "sans escalier"}.get(row["mobility_need"], row["mobility_need"])
    (case / "applications.csv").write_text(t.csv_text(rows))
    (case / "columns.yaml").write_text("demandes:\n  personnes: Ménage\n")
    restate(case, out)
    assert verify(out, case, models=country.models, record=False).verdict == "certified"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("persons", "deux"), ("persons", ""), ("persons", "1,5"), ("first_registered_on", "31/02/2024"),
        ("status", "lost"), ("monthly_income_eur", "beaucoup"), ("extend", "peut-être"), ("application_id", ""),
        ("relocation", "elsewhere"),
    ],
)  # fmt: skip
def test_nonsense_is_unreadable(country, copy, column, value):
    case, out, town = copy
    rows = [dict(row) for row in town.applications]
    rows[0][column] = value
    (case / "applications.csv").write_text(t.csv_text(rows))
    with pytest.raises(Unreadable):
        read_world(read_case(case), country.models)
    restate(case, out)
    verdict = verify(out, case, models=country.models, record=False)
    assert verdict.refused and [c.id for c in verdict.checks if not c.ok] == ["reading"]


def test_same_identifier_twice_is_unreadable(country, copy):
    case, _, town = copy
    (case / "dwellings.csv").write_text(t.csv_text([*town.dwellings, town.dwellings[0]]))
    with pytest.raises(Unreadable):
        read_world(read_case(case), country.models)


def test_numbers_and_names_are_text(tmp_path):
    (tmp_path / "case.yaml").write_text("on: 2026-07-01\nterritory: town\n")
    (tmp_path / "dwellings.csv").write_text("dwelling_id;landlord\n007;NA\n")
    raw = read_case(tmp_path)
    assert raw.settings["on"] == "2026-07-01"
    assert raw.table("dwellings").text("dwelling_id").to_pylist() == ["007"]
    assert raw.table("dwellings").text("landlord").to_pylist() == ["NA"]


def test_missing_folder_is_a_refusal(country, tmp_path):
    verdict = verify(tmp_path, tmp_path / "nowhere", models=country.models, record=False)
    assert verdict.refused and not verdict.checks[0].ok


def test_the_law_is_read_anew_when_its_files_change(tmp_path):
    """The same content is parsed once per process; another content under the same name is another law."""
    models = t.write_models(tmp_path / "models")
    before = Law(models, "town", date(2026, 7, 1), {})
    size, communes, names = (
        before.whole("national.caleol.shortlist_size"),
        before.places.insee,
        place_names(before),
    )
    file, places = models / "national" / "caleol.yaml", models / "territories" / "communes.csv"
    file.write_text(file.read_text().replace(f"value: {size}\n", f"value: {size + 1}\n"))
    places.write_text(places.read_text().replace("Commune ", "Ville "))
    after = Law(models, "town", date(2026, 7, 1), {})
    assert after.whole("national.caleol.shortlist_size") == size + 1
    assert after.places.insee == communes
    assert {place_names(after)[c] for c in communes} == {
        names[c].replace("Commune", "Ville") for c in communes
    }
