"""What a scenario breaks in a case is told under the scenario's file and line, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer as af
from optimizer import importers
from optimizer.errors import InputProblems
from optimizer.scenario import expand, read_scenario, run_scenarios, shipped
from optimizer.scenario.checking import as_it_is, checked
from optimizer.scenario.flux_under import flux_under
from optimizer.scenario.running import REFERENCE
from optimizer.synth import write_case
from tests.cli.running import attriflux

HEAD = 'title: "T"\nwhy: "W"\nchanges:\n  national.lec.first_quartile_share: 0.30\n'
ELSEWHERE = {
    "collectivites-20": ("SCENARIO_NO_LANDLORD", "conventions.OPH25.COLL:200065647.share", "la clé vise OPH25"),
    "livraison": ("SCENARIO_REFUSED", "delivery.OPH25.ALS", "« delivery.OPH25.ALS » ne désigne rien dans ce cas"),
}  # fmt: skip
"""Shipped scenarios about a landlord of the Doubs, and what is said of them in Belfort."""


@pytest.fixture(scope="module")
def belfort(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("belfort") / "cas"
    write_case(af.synthesize("belfort", dwellings=40, applications=40, seed=3), folder)
    return folder


def written(folder: Path, body: str) -> Path:
    file = folder / "s.yaml"
    file.write_text(HEAD + body, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_applies_to_another_territory_or_says_why_not(belfort, name):
    case = importers.read(belfort, need=("dwellings", "applications"))
    scenario = read_scenario(name)
    if name not in ELSEWHERE:
        assert checked(case, expand(scenario)[0], scenario).settings.title.startswith(scenario.title)
        return
    with pytest.raises(InputProblems) as caught:
        checked(case, expand(scenario)[0], scenario)
    code, key, start = ELSEWHERE[name]
    (found,) = caught.value.findings
    assert (found.code, found.file, found.row, found.column) == (code, f"{name}.yaml", 7, key)
    assert found.text("fr").startswith(start) and "case.yaml" not in found.text("fr")


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_the_command_says_where_and_writes_nothing(belfort, name, tmp_path):
    done = attriflux("scenario", "run", name, "--case", belfort, "--out", tmp_path / "out")
    assert done.code == 2 and not (tmp_path / "out").exists()
    code, key, _ = ELSEWHERE[name]
    assert f"{code}  {name}.yaml, ligne 7, clé « {key} »" in " ".join(done.err.split("\n"))


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("  delivery.OPH90.COLL:25056: 3\n", 5, "« COLL:25056 » n'est pas un réservataire connu"),
        ("  case.shortlist_size: 4\n  delivery.OPH90.COLL:25056: 3\n", 6, "avec la valeur 3, le cas n'est plus utilisable."),
    ],
)  # fmt: skip
def test_a_problem_that_only_the_changed_case_has_is_put_on_its_key(belfort, tmp_path, body, line, said):
    with pytest.raises(InputProblems) as caught:
        run_scenarios([written(tmp_path, body)], tmp_path / "out", case=belfort)
    (problem,) = caught.value.findings
    assert (problem.file, problem.row, problem.column) == ("s.yaml", line, "delivery.OPH90.COLL:25056")
    assert said in problem.text("fr") and problem.text("fr") != problem.text("en")
    assert not (tmp_path / "out").exists()


def test_a_base_below_nothing_is_told_at_the_key_that_takes_it_there(belfort, tmp_path):
    """Without a conversion it was found once the reference had run, as row 2 of a file that says nothing of the kind."""
    with pytest.raises(InputProblems) as caught:
        run_scenarios([written(tmp_path, "  assiette.OPH90.mutation: 900\n")], tmp_path / "out", case=belfort)
    (problem,) = caught.value.findings
    assert (problem.code, problem.file, problem.row) == ("SCENARIO_PROBLEM", "s.yaml", 5)
    assert "L'assiette de OPH90 (département 90, 2026, forecast) est négative" in problem.text("fr")
    assert not (tmp_path / "out").exists()


def test_a_share_of_the_etat_above_its_cap_stands_beside_the_scenario(belfort, tmp_path):
    """Forty per cent was compared like any other share: nothing on the page of a meeting said that the code gives thirty."""
    case = importers.read(belfort, need=("dwellings", "applications"))
    scenario = read_scenario(written(tmp_path, "  conventions.OPH90.ETAT_PRIO.share: 0.4\n"))
    changed = checked(case, expand(scenario)[0], scenario)
    (told,) = [w for w in changed.warnings if w.code == "ELIG_SHARES_ABOVE_CAP"]
    assert "la convention de OPH90 donne 45 % du flux à ETAT_AGENT, ETAT_PRIO" in told.text("fr")
    assert "au-dessus du plafond de 30 %" in told.text("fr") and told.row is None
    assert not [w for w in as_it_is(case, REFERENCE).warnings if w.code == told.code]
    beyond = as_it_is(
        changed, REFERENCE
    ).warnings  # a case whose own agreements are so says it of the reference too
    assert {w.text("fr") for w in beyond if w.code == told.code} == {told.text("fr")}


def test_shares_above_one_are_told_at_the_share_that_the_scenario_sets(belfort, tmp_path):
    file = written(tmp_path, "  conventions.ESH-FC.ALS.share: 0.9\n")
    with pytest.raises(InputProblems) as caught:
        run_scenarios([file], tmp_path / "out", case=belfort)
    (found,) = caught.value.findings
    assert (found.code, found.file, found.row) == ("SCENARIO_REFUSED", "s.yaml", 5)
    assert "1,27, plus que 1" in found.text("fr") and not (tmp_path / "out").exists()
    with pytest.raises(InputProblems, match=r"s\.yaml, ligne 5.* : Les parts du bailleur ESH-FC"):
        flux_under(belfort, file)


def test_a_share_that_fits_the_agreement_of_the_case_is_not_weighed_against_the_shipped_one(
    belfort, tmp_path
):
    case = importers.read(belfort, need=("dwellings", "applications"))
    lines = case.table("conventions").reindex([0])
    lines = lines.assign(landlord="ESH-FC", departement="90", area="90", year=2026, account="ALS", share=0.2)
    own = tmp_path / "cas"
    write_case(af.synthesize("belfort", dwellings=40, applications=40, seed=3), own)
    lines[["landlord", "departement", "area", "year", "account", "share"]].to_csv(
        own / "conventions.csv", index=False
    )
    scenario = read_scenario(written(tmp_path, "  conventions.ESH-FC.ALS.share: 0.9\n"))
    changed = checked(importers.read(own, need=("dwellings",)), expand(scenario)[0], scenario)
    assert changed.table("conventions")["share"].tolist() == [0.9]


def test_a_case_with_errors_of_its_own_is_not_blamed_on_the_scenario(belfort, tmp_path):
    own = tmp_path / "cas"
    write_case(af.synthesize("belfort", dwellings=40, applications=40, seed=3), own)
    (own / "conventions.csv").write_text(
        "landlord,departement,area,year,account,share\nOPH90,90,90,2026,COLL:25056,0.2\n", encoding="utf-8"
    )
    with pytest.raises(InputProblems) as caught:
        run_scenarios(["lec-30"], tmp_path / "out", case=own)
    assert {f.file for f in caught.value.findings} == {"conventions.csv"} and not (tmp_path / "out").exists()
