"""A territory file that lies inside the case: checked, proposed, verified, and carried with each run of a scenario."""

from __future__ import annotations

import shutil

import pytest

from optimizer import importers, pipeline, policy
from optimizer.datadirs import models_dir
from optimizer.errors import InputProblems
from optimizer.runs import Options, propose_to
from optimizer.scenario import run_scenarios
from optimizer.scenario.running import input_key
from optimizer.verify import verify
from tests.scenario.cases import cut


@pytest.fixture
def own(tmp_path):
    """A part of the demo case with its territory in ``regles/``, one agreement of it changed and lying beside."""
    case = tmp_path / "cas"
    cut(case, 10, 80)
    (case / "regles").mkdir()
    text = (models_dir() / "territories" / "doubs.yaml").read_text(encoding="utf-8")
    assert "  - oph25\n" in text
    text = text.replace("  - oph25\n", "  - oph25.yaml\n")
    (case / "regles" / "mien.yaml").write_text(text, encoding="utf-8")
    agreement = (models_dir() / "conventions" / "oph25.yaml").read_text(encoding="utf-8")
    changed = agreement.replace("share: 0.18", "share: 0.2222")
    assert changed != agreement
    (case / "regles" / "oph25.yaml").write_text(changed, encoding="utf-8")
    settings = (case / "case.yaml").read_text(encoding="utf-8")
    settings = settings.replace('territory: "doubs"', 'territory: "regles/mien.yaml"')
    (case / "case.yaml").write_text(settings, encoding="utf-8")
    return case


def test_check_reads_the_agreements_beside_it(own):
    case, findings = pipeline.check_case(own)
    assert case is not None
    assert [f.code for f in findings if f.severity == "error"] == []
    assert policy.rules_of(case.settings).get("conventions.OPH25.ALS.share") == 0.2222
    assert case.settings.territory == "regles/mien.yaml"


def test_a_file_outside_the_case_is_not_its_own(own):
    shutil.copytree(own / "regles", own.parent / "ailleurs")
    settings = (own / "case.yaml").read_text(encoding="utf-8").replace("regles/", "../ailleurs/")
    (own / "case.yaml").write_text(settings, encoding="utf-8")
    _, findings = pipeline.check_case(own)
    assert "POLICY_FILE_MISSING" in {f.code for f in findings}


def test_rule_files_at_the_top_are_no_unknown_tables_and_slips_are_still_said(own):
    for file in (own / "regles").iterdir():
        shutil.copyfile(file, own / file.name)
    settings = (own / "case.yaml").read_text(encoding="utf-8").replace("regles/", "")
    (own / "case.yaml").write_text(settings, encoding="utf-8")
    (own / "colums.yaml").write_text("", encoding="utf-8")
    case, findings = pipeline.check_case(own)
    assert policy.rules_of(case.settings).get("conventions.OPH25.ALS.share") == 0.2222
    assert [f.file for f in findings if f.code == "READ_FILE_UNKNOWN"] == ["colums.yaml"]


def test_a_territory_with_a_name_like_a_case_s_is_read_and_an_agreement_that_it_forgets_is_told(own):
    """`pays.yaml` was said not to be read, being so near to `case.yaml`; a forgotten agreement was said by nobody."""
    for file in (own / "regles").iterdir():
        shutil.copyfile(file, own / ("pays.yaml" if file.name == "mien.yaml" else file.name))
    shutil.copyfile(own / "oph25.yaml", own / "oph25-2027.yaml")
    settings = (own / "case.yaml").read_text(encoding="utf-8").replace("regles/mien.yaml", "pays.yaml")
    (own / "case.yaml").write_text(settings, encoding="utf-8")
    _, findings = pipeline.check_case(own)
    assert [(f.code, f.file) for f in findings if f.code.startswith("READ_FILE")] == [
        ("READ_FILE_UNNAMED", "oph25-2027.yaml")
    ]
    assert "« conventions »" in next(f for f in findings if f.code == "READ_FILE_UNNAMED").sentence("fr")


def test_a_broken_agreement_of_the_case_is_its_own_problem_and_not_the_scenario_s(own, tmp_path):
    file = own / "regles" / "oph25.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("share: 0.2222", "share: 22"), encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        run_scenarios(["lec-30"], tmp_path / "out", case=own)
    assert [(f.file, f.column, f.code) for f in caught.value.findings] == [
        ("oph25.yaml", "share", "POLICY_BAD_VALUE")
    ]


@pytest.mark.long
def test_the_proposal_is_verified_under_the_same_rules(own, tmp_path):
    written = propose_to(own, tmp_path / "out", Options(gap=0.01, pdf=False))
    assert written.verdict in ("certified", "certified within")
    share = written.result.rules.loc[
        written.result.rules["scope"] == "landlord=OPH25;area=25;account=ALS", "share"
    ]
    assert share.tolist() == [0.2222, 0.2222]  # its part and its ceiling: flux and flux_max
    assert verify(tmp_path / "out", own).verdict == written.verdict


@pytest.mark.long
def test_each_run_carries_its_territory_and_a_moved_case_keeps_its_key(own, tmp_path):
    ran = run_scenarios(
        ["lec-30"], tmp_path / "out", case=own, options=Options(gap=0.01, pdf=False), workers=1
    )
    kept = tmp_path / "out" / "lec-30" / "cas" / "regles"
    assert sorted(p.name for p in kept.iterdir()) == ["mien.yaml", "oph25.yaml"]
    assert len(ran.runs) == 2
    shutil.copytree(own, tmp_path / "deplace")
    options = Options(pdf=False)
    keys = {input_key(importers.read(place), options) for place in (own, tmp_path / "deplace")}
    assert len(keys) == 1
