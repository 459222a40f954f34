"""The generator of national tables: same source, same bytes; typed rows are kept."""

from __future__ import annotations

import json

import pytest

from optimizer.policy.generate_france import generate, read_source, spread


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()

    def commune(code, name, departement, region, population, kind="commune-actuelle", **more):
        return {
            "code": code, "nom": name, "type": kind, "departement": departement, "region": region,
            "population": population, **more,
        }  # fmt: skip

    communes = [
        commune("75056", "Paris", "75", "11", 2_100_000),
        commune("75101", "Paris 1er", "75", "11", 15_000, "arrondissement-municipal", commune="75056"),
        commune("93066", "Saint-Denis", "93", "11", 150_000),
        commune("25056", "Besançon", "25", "27", 118_000),
        commune("21231", "Dijon", "21", "27", 160_000),
        commune("22016", "Bréhat", "22", "53", 400),
        commune("22278", "Saint-Brieuc", "22", "53", 44_000),
        commune("97502", "Saint-Pierre", "975", "975", 5_000),
        commune("21999", "Ancienne", "21", "27", 10, "commune-deleguee"),
    ]

    def epci(code, name, kind, population, *members):
        return {
            "code": code, "nom": name, "type": kind, "populationMunicipale": population,
            "membres": [{"code": m} for m in members],
        }  # fmt: skip

    (folder / "communes.json").write_text(json.dumps(communes), encoding="utf-8")
    (folder / "epci.json").write_text(
        json.dumps([
            epci("200054781", "Métropole du Grand Paris", "METRO", 7_000_000, "75056", "93066"),
            epci("242500361", "CU Grand Besançon", "CU", 198_387, "25056"),
            epci("242100410", "Dijon Métropole", "METRO", 255_000, "21231"),
            epci("200069409", "CA Saint-Brieuc", "CA", 150_000, "22278"),
        ]),
        encoding="utf-8",
    )  # fmt: skip
    (folder / "ept.json").write_text(
        json.dumps([epci("200057867", "Plaine Commune", "EPT", 0, "93066")]), encoding="utf-8"
    )
    return folder


def test_geography(source):
    communes, epci = read_source(source)
    by_code = {c.insee: c for c in communes}
    assert list(by_code) == sorted(by_code)
    assert "97502" not in by_code and "21999" not in by_code
    assert by_code["93066"].epci == "200057867"
    assert by_code["75101"].epci == by_code["75056"].epci == "200054781"
    assert by_code["22016"].epci == ""
    sizes = {e.siren: (e.name, e.population) for e in epci}
    assert sizes["200054781"] == ("Paris (Métropole du Grand Paris)", 2_100_000)
    assert sizes["200057867"][1] == 150_000


def test_twice_the_same_bytes_and_typed_rows_are_kept(source, tmp_path):
    models = tmp_path / "models"
    (models / "conventions").mkdir(parents=True)
    (models / "territories").mkdir()
    typed = "25;2026-01-01;120;assumed;franche_comte"
    table = models / "territories" / "dalo.csv"
    table.write_text(f"place;since;value;status;source\n{typed}\n99;2026-01-01;1;assumed;franche_comte\n")
    generate(source, models)
    first = {p.name: p.read_bytes() for p in sorted(models.rglob("*.csv"))}
    assert typed in table.read_text() and "99;" not in table.read_text()
    generate(source, models)
    assert {p.name: p.read_bytes() for p in sorted(models.rglob("*.csv"))} == first
    conventions = first["france.csv"].decode().splitlines()
    assert not any(row.startswith(("OPH25", "ESH25")) for row in conventions)
    assert sum(row.startswith("OPH21;") for row in conventions) == 5


def test_generated_numbers_stay_in_their_range():
    assert spread("a", 1.0, 1.0) == 1.0 and 0 <= spread("b", 0, 1) < 1


def test_communes_of_a_merger_carry_the_new_code(source):
    epci_file = source / "epci.json"
    listed = json.loads(epci_file.read_text(encoding="utf-8"))
    listed[1]["code"] = "245701362"
    epci_file.write_text(json.dumps(listed), encoding="utf-8")
    communes, epci = read_source(source)
    assert {c.epci for c in communes if c.insee == "25056"} == {"992367730"}
    assert [e.population for e in epci if e.siren == "992367730"] == [
        sum(c.population for c in communes if c.epci == "992367730")
    ]
