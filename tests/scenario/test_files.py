"""Scenario files: strict reading, inheritance, expansion, refusals with their line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import optimizer as af
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.scenario import check_keys, expand, new_scenario, read_scenario, shipped
from optimizer.scenario.files import Scenario, checked_scenarios, read_scenarios
from optimizer.scenario.keys import value_fits
from tests.scenario.cases import planner_case

ON = date(2026, 1, 1)
HEAD = 'title: "T"\nwhy: "W"\n'


def write(folder: Path, body: str, name: str = "s") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(HEAD + body, encoding="utf-8")
    return file


def refusal(file: Path) -> AttrifluxError | InputProblems:
    with pytest.raises(AttrifluxError) as caught:
        check_keys(read_scenario(file), "doubs", ON)
    return caught.value


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("changes:\n  flux.mode: 5\n", "SCENARIO_BAD_VALUE", 4),
        ("changes:\n  flux.mode: true\n", "SCENARIO_BAD_VALUE", 4),
        ("changes:\n  flux.modes: 1\n", "SCENARIO_KEY_UNKNOWN", 4),
        ("changes:\n  assiette.*.mutations: 1\n", "SCENARIO_KEY_UNKNOWN", 4),
        ("changes:\n  assiette.*.mutation: -1\n", "SCENARIO_BAD_VALUE", 4),
        ("changes:\n  case.shortlist_size: 0\n", "SCENARIO_BAD_VALUE", 4),
        ("changes:\n  flux.negotiated.ALS: 1.5\n", "SCENARIO_BAD_VALUE", 4),
        ("comment: x\n", "SCENARIO_KEY_UNKNOWN", 3),
        ("changes: 3\n", "SCENARIO_BAD_VALUE", 3),
        ("over:\n  flux.mode: 1\n", "SCENARIO_BAD_VALUE", 4),
        ("over:\n  flux.mode: []\n", "SCENARIO_BAD_VALUE", 4),
        ("over:\n  flux.mode:\n", "SCENARIO_EMPTY_VALUE", 4),
        ("changes:\n  flux.mode: null\n", "SCENARIO_EMPTY_VALUE", 4),
        ("over:\n  flux.mode: [1, 1]\n", "SCENARIO_BAD_VALUE", 4),
        ("changes:\n  flux.mode: 1\nover:\n  flux.mode: [1, 2]\n", "SCENARIO_TWICE", 6),
        ("changes:\n  flux.mode: 1\n  flux.mode: 2\n", "YAML_DUPLICATE_KEY", 5),
        ("changes:\n  case.all_landlords: 2026-02-31\n", "YAML_BAD_DATE", 4),
        ("changes:\n\n  national.lec.first_quartile: 0.3\n", "SCENARIO_REFUSED", 5),
        ("changes:\n  national.lec.first_quartile_share: 30\n", "SCENARIO_REFUSED", 4),
        ("over:\n  national.prices.flux: [1000, -1]\n", "SCENARIO_REFUSED", 4),
        ("changes:\n  conventions.OPH25.ALS.part: 0.2\n", "SCENARIO_REFUSED", 4),
        ("based_on: s\n", "SCENARIO_CYCLE", 3),
        ("based_on: nobody\n", "SCENARIO_NOT_FOUND", 3),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path, body, code, line):
    error = refusal(write(tmp_path, body))
    if isinstance(error, InputProblems):
        (found,) = error.findings
        assert (found.code, found.file, found.row) == (code, "s.yaml", line)
        assert found.sentence("fr") != found.sentence("en")
    else:
        assert (error.code, error.params.get("line")) == (code, line)
        assert error.text("fr") != error.text("en")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("changes:\n  flux.mode: true\n", "« true » ne convient pas"),
        ("changes:\n  flux.mode:\n", "« flux.mode » n'a pas de valeur"),
        ("changes:\n  national.lec.first_quartile_share: true\n", "La valeur true proposée"),
        ("changes:\n  conventions.*.ALS.share: 0.9\n", "voyez « conventions.*.ALS.share »"),
    ],
)
def test_a_refusal_shows_the_value_as_it_is_written_and_names_the_key(tmp_path, body, words):
    with pytest.raises(InputProblems) as caught:
        check_keys(read_scenario(write(tmp_path, body)), "doubs", ON)
    (finding,) = caught.value.findings
    said = f"{finding.sentence('fr')} {finding.column} {finding.value or ''}"
    assert words in said
    assert finding.row == 4
    assert "None" not in said and "True" not in said


def test_everything_wrong_in_the_files_is_told_at_once(tmp_path):
    first = write(
        tmp_path, "changes:\n  flux.mode: 7\n  national.lec.nothing: 1\n  flux.modes: 1\ncomment: x\n", "one"
    )
    second = write(tmp_path, "changes:\n  flux.mode: 8\n", "two")
    with pytest.raises(InputProblems) as caught:
        read_scenarios([first, second])
    assert [(f.file, f.row, f.column, f.code) for f in caught.value.findings] == [
        ("one.yaml", 7, "comment", "SCENARIO_KEY_UNKNOWN"),
        ("one.yaml", 4, "flux.mode", "SCENARIO_BAD_VALUE"),
        ("one.yaml", 6, "flux.modes", "SCENARIO_KEY_UNKNOWN"),
        ("two.yaml", 4, "flux.mode", "SCENARIO_BAD_VALUE"),
    ]
    assert all(f.remedy("fr") and f.remedy("en") and f.expected("fr") for f in caught.value.findings)
    both = refusal(write(tmp_path, "changes:\n  national.lec.nothing: 1\n  national.prices.flux: -1\n"))
    assert [(f.code, f.row) for f in both.findings] == [("SCENARIO_REFUSED", 4), ("SCENARIO_REFUSED", 5)]


def test_a_key_of_the_program_and_one_of_the_models_are_refused_together(tmp_path):
    case = tmp_path / "case"
    af.write_case(af.synthesize("doubs", dwellings=2, applications=20, seed=1), case)
    file = write(
        tmp_path,
        "changes:\n  flux.mode: 9\n  national.lec.first_quartile_share: 3\n"
        "over:\n  national.prices.flux: []\n  national.prices.dalo: [-1]\n",
    )
    expected = {
        ("SCENARIO_BAD_VALUE", 4),
        ("SCENARIO_REFUSED", 5),
        ("SCENARIO_BAD_VALUE", 7),
        ("SCENARIO_REFUSED", 8),
    }
    made = Scenario("made", changes={"flux.mode": 9, "national.lec.first_quartile_share": 3})
    for asked in ([file], [file, made]):
        with pytest.raises(InputProblems) as caught:
            checked_scenarios(asked, case)
        assert {(f.code, f.row) for f in caught.value.findings if f.file == "s.yaml"} == expected
        mine = [f.code for f in caught.value.findings if f.file == "made"]
        assert mine == (["SCENARIO_BAD_VALUE", "SCENARIO_REFUSED"] if made in asked else [])
    (case / "case.yaml").write_text("title: T\nterritory: doubs\non: 2026-99-99\nyear: x\n", encoding="utf-8")
    with pytest.raises(AttrifluxError):
        checked_scenarios([file], case)


def test_title_and_why_are_required(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text("title: T\n", encoding="utf-8")
    assert [(f.code, f.column) for f in refusal(file).findings] == [("SCENARIO_MISSING", "why")]


def test_a_landlord_of_the_case_alone_is_left_to_the_case(tmp_path):
    scenario = read_scenario(write(tmp_path, "changes:\n  conventions.MAISON.ALS.share: 0.2\n"))
    check_keys(scenario, "doubs", ON)
    assert scenario.changes == {"conventions.MAISON.ALS.share": 0.2}


def test_inheritance_keeps_the_base_and_its_own_wins(tmp_path):
    write(tmp_path, "changes:\n  flux.mode: 1\n  national.prices.flux: 900\n", "base")
    child = read_scenario(write(tmp_path, "based_on: base\nchanges:\n  flux.mode: 2\n"))
    assert child.changes == {"flux.mode": 2, "national.prices.flux": 900}
    assert child.lines["national.prices.flux"] == ("base.yaml", 5)


def test_a_matrix_expands_to_named_runs_in_the_order_written(tmp_path):
    body = "over:\n  flux.mode: [1, 2]\n  national.lec.first_quartile_share: [0.25, 0.30]\n"
    runs = expand(read_scenario(write(tmp_path, body)))
    assert [r.name for r in runs] == [
        "s--mode=1--first_quartile_share=0.25", "s--mode=1--first_quartile_share=0.3",
        "s--mode=2--first_quartile_share=0.25", "s--mode=2--first_quartile_share=0.3",
    ]  # fmt: skip
    assert runs[3].changes == {"flux.mode": 2, "national.lec.first_quartile_share": 0.30}


def test_a_matrix_too_large_is_refused(tmp_path):
    values = ", ".join(str(n) for n in range(30))
    body = f"over:\n  assiette.*.anru: [{values}]\n  assiette.*.sale: [{values}]\n"
    assert [f.code for f in refusal(write(tmp_path, body)).findings] == ["SCENARIO_TOO_MANY"]


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_is_accepted(name):
    scenario = read_scenario(name)
    check_keys(scenario, "doubs", ON)
    assert scenario.why.endswith(("?", ".", "flux."))
    assert expand(scenario)


def test_at_least_eight_scenarios_are_shipped():
    assert len(shipped()) >= 8


def test_a_new_file_is_accepted_as_it_is_and_never_overwrites(tmp_path):
    file = tmp_path / "mon-essai.yaml"
    new_scenario(file, "lec-30")
    assert read_scenario(file).changes == {"national.lec.first_quartile_share": 0.30}
    with pytest.raises(AttrifluxError) as caught:
        new_scenario(file)
    assert caught.value.code == "SCENARIO_EXISTS"


def test_a_key_written_twice_a_day_that_is_none_and_a_tab_hide_nothing_else(tmp_path):
    """The first of them was all that was told, of all the files."""
    first = write(
        tmp_path,
        "changes:\n  flux.mode: 7\n  flux.basis: forecast\n  flux.basis: actual\n  flux.negotiated.ALS: 2026-02-31\n",
        "one",
    )
    second = write(tmp_path, "changes:\n\tflux.mode: 1\n", "two")
    third = write(tmp_path, "changes:\n  national.lec.first_quartile_share: 30\n", "three")
    with pytest.raises(InputProblems) as caught:
        checked_scenarios([first, second, third], planner_case())
    assert [(f.file, f.row, f.column, f.code) for f in caught.value.findings] == [
        ("one.yaml", 6, "flux.basis", "YAML_DUPLICATE_KEY"),
        ("one.yaml", 7, None, "YAML_BAD_DATE"),
        ("one.yaml", 4, "flux.mode", "SCENARIO_BAD_VALUE"),
        ("two.yaml", 4, None, "YAML_UNREADABLE"),
        ("three.yaml", 4, "national.lec.first_quartile_share", "SCENARIO_REFUSED"),
    ]
    unreadable = caught.value.findings[3]
    assert "une tabulation décale la ligne" in unreadable.sentence("fr") and "a tab" in unreadable.sentence(
        "en"
    )


@pytest.mark.parametrize(
    ("kind", "fits", "not_so"),
    [
        ("delta", (-1, -0.02, 1), (-1.01, 1.01, True)),
        ("rate", (0, 0.25, 1), (-0.02, 1.01, "0.2")),
        ("count", (0, 1_000_000), (-1, 1_000_001, 2.5)),
        ("size", (1, 20), (0, 21)),
        ("mode", (1, 4), (0, 5)),
        ("base", (1, 3), (0, 4)),
    ],
)
def test_a_value_is_taken_to_its_ends_and_no_further(kind, fits, not_so):
    assert all(value_fits(kind, value) for value in fits)
    assert not any(value_fits(kind, value) for value in not_so)


def test_a_slip_in_the_first_word_of_a_key_is_put_right(tmp_path):
    """`natinal.lec…` was answered with `case.all_landlords, case.shortlist_size, flux.negotiated.base`."""
    (found,) = refusal(write(tmp_path, "changes:\n  natinal.lec.first_quartile_share: 0.3\n")).findings
    assert "une clé comme national.lec.first_quartile_share." in found.sentence("fr")
    (found,) = refusal(write(tmp_path, "changes:\n  flux.modes: 1\n")).findings
    assert "flux.mode" in found.sentence("fr")


def test_a_title_that_is_no_text_is_told_with_its_line_and_not_as_missing(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text("title: 2026-01-01\nwhy: 3\n", encoding="utf-8")
    found = refusal(file).findings
    assert [(f.code, f.row, f.column) for f in found] == [
        ("SCENARIO_BAD_VALUE", 1, "title"),
        ("SCENARIO_BAD_VALUE", 2, "why"),
    ]
    assert "un texte, entre guillemets" in found[0].sentence("fr") and "2026-01-01" in found[0].sentence("fr")
