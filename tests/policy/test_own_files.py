"""A territory, a convention and a grid of one's own, outside or inside the shipped folder, and their errors."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from optimizer.datadirs import models_dir
from optimizer.policy import EffortThreshold, PolicyError, check_models, load
from optimizer.problem.registry import share_keys
from optimizer.store.law import law

ON = date(2026, 11, 24)
HEAD = "status: local\nsource: délibération\nreviewed_on: 2026-11-24\nby: x\n"
TERRITORY = (
    'title: Le mien\ndepartements: ["90"]\nmarket: tense\ngrid: mine.yaml\nconventions: [one.yaml, oph90]\n'
    + HEAD
)
CONVENTION = 'landlord: MINE\nname: Le mien\ndepartement: "90"\nyear: 2026\n' + HEAD + (
    'lines:\n  - {account: ALS, share: 0.5}\n  - {account: "COLL:90010", share: 0.3}\n'
)  # fmt: skip
GRID = (
    "title: La mienne\ninvented: false\nin_force_from: 2026-01-01\n" + HEAD + "rubrics:\n  r:\n    title: R\n"
    "    combine: sum\n    criteria:\n      emploi: {title: E, kind: flag, when: [{input: local_job, is: true}], points: 3}\n"
)


@pytest.fixture
def own(tmp_path):
    (tmp_path / "territoire.yaml").write_text(TERRITORY, encoding="utf-8")
    (tmp_path / "one.yaml").write_text(CONVENTION, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(GRID, encoding="utf-8")
    return tmp_path


def test_files_beside_the_territory_are_used(own):
    rules = load(own / "territoire.yaml", ON)
    assert set(rules.landlords) == {"MINE", "OPH90"}
    assert rules.grid_for("200069052").title == "La mienne"
    assert rules.value("conventions.MINE.ALS.share").status == "local"
    assert rules.conventions["area"].tolist()[0] == "90"
    assert "one.yaml" in dict(rules.files)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("territoire.yaml", '["90"]', '["9Z"]', "POLICY_PLACE_UNKNOWN"),
        ("territoire.yaml", "market: tense", "market: calm", "POLICY_BAD_VALUE"),
        ("territoire.yaml", "oph90", "absent", "POLICY_FILE_MISSING"),
        (
            "territoire.yaml",
            "market:",
            'grid_by_epci: {"999999999": {grid: mine.yaml}}\nmarket:',
            "POLICY_BAD_VALUE",
        ),
        (
            "territoire.yaml",
            "market:",
            'grid_by_epci: {"242500361": {grid: mine.yaml}}\nmarket:',
            "POLICY_BAD_VALUE",
        ),
        ("territoire.yaml", "title:", "titre:", "POLICY_UNKNOWN_KEY"),
        ("one.yaml", "share: 0.5", "share: 50", "POLICY_BAD_VALUE"),
        ("one.yaml", "share: 0.5", "share: 0.71", "POLICY_SHARES_OVER_ONE"),
        ("one.yaml", "share: 0.5", "part: 0.5", "POLICY_UNKNOWN_KEY"),
        ("one.yaml", ", share: 0.5", "", "POLICY_MISSING_KEY"),
        ("one.yaml", "account: ALS", "account: MUTATION", "POLICY_BAD_VALUE"),
        ("one.yaml", '"COLL:90010"', "ALS", "POLICY_CONVENTION_TWICE"),
        ("one.yaml", '"COLL:90010"', '"COLL:90999"', "POLICY_AREA_UNKNOWN"),
        ("one.yaml", "year: 2026", "year: soon", "POLICY_BAD_VALUE"),
        ("mine.yaml", "points: 3", "points: 3.333", "POLICY_BAD_VALUE"),
        ("mine.yaml", "input: local_job", "input: nationality", "POLICY_BAD_VALUE"),
        ("mine.yaml", "input: local_job", "input: persons", "POLICY_BAD_VALUE"),
    ],
)
def test_errors_of_own_files(own, file, old, new, code):
    path = own / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(own / "territoire.yaml", ON)
    assert caught.value.code == code
    assert str(own) not in str(caught.value)


def test_shares_that_are_too_many_are_told_at_the_last_of_them(own):
    """`case.yaml`, which says nothing of them, was named."""
    path = own / "one.yaml"
    text = path.read_text(encoding="utf-8").replace("share: 0.5", "share: 0.71", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(own / "territoire.yaml", ON)
    (found,) = caught.value.findings
    shares = [n for n, line in enumerate(text.splitlines(), 1) if "share:" in line]
    assert (found.file, found.row) == ("one.yaml", shares[-1])
    assert "Réduisez les parts" in found.sentence("fr")


def test_a_file_beside_named_without_its_ending_is_told_so(own):
    path = own / "territoire.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("one.yaml", "one", 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(path, ON)
    assert "conventions/one.yaml" in str(caught.value) and "avec « .yaml »" in str(caught.value)


DELIBERATED = 'effort_threshold: 0.3\neffort_deliberation: "conseil d\'administration du 12 mars"\neffort_deliberated_on: 2026-03-12\n'


def test_settings_of_a_landlord(own):
    path = own / "one.yaml"
    silent = load(own / "territoire.yaml", ON)
    assert silent.effort_threshold("MINE") == EffortThreshold(0.33, 0.5)
    assert silent.dalo_of("MINE") == {}
    path.write_text('rooms: relaxed\ndalo: {"90": 12}\n' + DELIBERATED + CONVENTION, encoding="utf-8")
    rules = load(own / "territoire.yaml", ON)
    said = rules.effort_threshold("MINE")
    assert (said.threshold, said.weight, said.deliberated_on) == (0.3, 1, date(2026, 3, 12))
    assert said.deliberation == "conseil d'administration du 12 mars"
    assert rules.effort_threshold("OPH90") == EffortThreshold(0.33, 0.5)
    assert (rules.dalo_of("MINE"), rules.dalo_of("OPH90")) == ({"90": 12}, {})
    assert (rules.rooms_table("MINE").name, rules.rooms_table("OPH90").name) == ("relaxed", "tense")


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (DELIBERATED.replace("0.3", "30"), "effort_threshold"),
        (DELIBERATED.replace("effort_deliberated_on: 2026-03-12\n", ""), "effort_deliberated_on"),
        ("effort_threshold: 0.3\n", "effort_deliberation"),
        (DELIBERATED.replace("2026-03-12", "mars"), "effort_deliberated_on"),
        ("dalo: 12\n", "dalo"),
        ('dalo: {"90": -1}\n', "90"),
        ("dalo: {90: 1}\n", "90"),
        ("credit_effort_max: 0.4\n", "credit_effort_max"),
    ],
)
def test_a_threshold_counts_with_its_deliberation_only(own, settings, key):
    (own / "one.yaml").write_text(settings + CONVENTION, encoding="utf-8")
    with pytest.raises(PolicyError, match=key):
        load(own / "territoire.yaml", ON)


def test_the_dalo_numbers_of_two_files_of_a_landlord_are_put_together(own):
    (own / "one.yaml").write_text('dalo: {"90": 3}\n' + CONVENTION, encoding="utf-8")
    other = CONVENTION.replace('"90"', '"25"').replace('"COLL:90010"', '"COLL:25056"')
    (own / "two.yaml").write_text('dalo: {"25": 5}\n' + other, encoding="utf-8")
    (own / "territoire.yaml").write_text(
        TERRITORY.replace("oph90", "two.yaml").replace('["90"]', '["25", "90"]'), encoding="utf-8"
    )
    assert load(own / "territoire.yaml", ON).dalo_of("MINE") == {"90": 3, "25": 5}
    (own / "two.yaml").write_text('dalo: {"25": 5, "90": 4}\n' + other, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"dalo\.90"):
        load(own / "territoire.yaml", ON)


def test_two_files_of_a_landlord_may_not_contradict(own):
    (own / "one.yaml").write_text("rooms: relaxed\n" + CONVENTION, encoding="utf-8")
    other = CONVENTION.replace('"90"', '"25"').replace('"COLL:90010"', '"COLL:25056"')
    (own / "two.yaml").write_text("rooms: tense\n" + other, encoding="utf-8")
    (own / "territoire.yaml").write_text(
        TERRITORY.replace("oph90", "two.yaml").replace('["90"]', '["25", "90"]'), encoding="utf-8"
    )
    with pytest.raises(PolicyError) as caught:
        load(own / "territoire.yaml", ON)
    assert caught.value.code == "POLICY_SETTING_CONFLICT"


def test_shares_may_sum_to_one_and_no_more(own):
    path = own / "one.yaml"
    path.write_text(CONVENTION.replace("share: 0.5", "share: 0.7005"), encoding="utf-8")
    assert load(own / "territoire.yaml", ON).get("conventions.MINE.ALS.share") == 0.7005
    path.write_text(CONVENTION.replace("share: 0.5", "share: 0.7006"), encoding="utf-8")
    with pytest.raises(PolicyError):
        load(own / "territoire.yaml", ON)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("national/lec.yaml", "value: 0.25", "value: 25", "POLICY_BAD_VALUE"),
        ("national/dashboard.yaml", "source: convention", 'source: " " #', "POLICY_BAD_VALUE"),
        ("national/dashboard.yaml", "unit: days", "unit: months", "POLICY_BAD_VALUE"),
        ("national/prices.yaml", "flux:", "fluxx:", "POLICY_MISSING_CELL"),
        ("national/ceilings.yaml", "21805", "218805", "POLICY_JUMP"),
        ("national/ceiling_zones.yaml", '"92012"', '"93999"', "POLICY_PLACE_UNKNOWN"),
        ("conventions/oph25.yaml", "share: 0.25", "share: 0.75", "POLICY_SHARES_OVER_ONE"),
        ("conventions/oph25.yaml", "COLL:242500361", "COLL:242500362", "POLICY_AREA_UNKNOWN"),
        ("territories/doubs.yaml", "- oph25", "- oph26", "POLICY_FILE_MISSING"),
        ("territories/lec_q1_threshold.csv", "242500361;", "242500362;", "POLICY_PLACE_UNKNOWN"),
        ("territories/lec_q1_threshold.csv", "9403;sourced", "beaucoup;sourced", "POLICY_BAD_VALUE"),
        (
            "territories/communes.csv",
            "Besançon;242500361;25;27;118489",
            "Besançon;242500361;25;27;x",
            "POLICY_TABLE_UNREADABLE",
        ),
        ("territories/epci.csv", "siren;", "code;", "POLICY_TABLE_UNREADABLE"),
        ("territories/dalo.csv", "place;since", "lieu;since", "POLICY_BAD_VALUE"),
        ("conventions/france.csv", "ETAT_PRIO;0.25", "ETAT_PRIO;un quart", "POLICY_BAD_VALUE"),
        ("territories/dalo.csv", "25;2026-01-01", "25;2026-02-30", "YAML_BAD_DATE"),
        ("cotation/demonstration.yaml", "points: 100", "points: 100.001", "POLICY_BAD_VALUE"),
    ],
)
def test_check_models_finds_a_broken_file(tmp_path, file, old, new, code):
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    path = models / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    assert check_models(models, rules=share_keys()) == []
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    findings = check_models(models, rules=share_keys())
    assert code in {f.code for f in findings}
    for finding in findings:
        assert finding.sentence("fr") and finding.sentence("en")


def test_a_file_that_cannot_be_read_hides_no_other_and_adds_nothing(tmp_path):
    """One wrong value among the shared ones was the first of 37 problems: every ceiling was told as a missing cell."""
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    for name, old, new in (("dashboard", "value: 0.02", "value: 2"), ("lec", "value: 0.25", "value: 25")):
        path = models / "national" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    told = check_models(models, rules=share_keys())
    assert [(f.code, f.params["file"]) for f in told] == [
        ("POLICY_BAD_VALUE", "national/dashboard.yaml"),
        ("POLICY_BAD_VALUE", "national/lec.yaml"),
    ]


def test_a_value_reviewed_on_a_day_to_come_is_told(tmp_path):
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    path = models / "national" / "lec.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("reviewed_on: 2026-", "reviewed_on: 2062-", 1), encoding="utf-8")
    today = date(2026, 12, 2)
    assert [f.code for f in check_models(models, today)] == ["POLICY_REVIEWED_LATER"]
    assert check_models(models_dir(), today) == []


def test_everything_wrong_in_ones_own_files_is_told_at_once_each_at_its_place(own):
    (own / "one.yaml").write_text(
        CONVENTION.replace("year: 2026", "year: 26\nyear: 2026")
        .replace("share: 0.5", "share: 50, count_rule: signé")
        .replace('"COLL:90010", share: 0.3', '"COLL:90010", part: 0.3'),
        encoding="utf-8",
    )
    (own / "two.yaml").write_text(
        CONVENTION.replace('departement: "90"', "departement: 25").replace("2026-11-24", "2026-13-01"),
        encoding="utf-8",
    )
    (own / "mine.yaml").write_text(
        GRID.replace("points: 3}", "points: 3.333}\n      age: {title: A, kind: count, input: nationality, points_each: 1, max_count: 2}"),
        encoding="utf-8",
    )  # fmt: skip
    (own / "territoire.yaml").write_text(TERRITORY.replace("oph90", "two.yaml, absent"), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(own / "territoire.yaml", ON)
    found = [(f.file, f.row, f.column, f.code) for f in caught.value.findings]
    assert found == [
        ("one.yaml", 5, "year", "YAML_DUPLICATE_KEY"),
        ("one.yaml", 4, "year", "POLICY_BAD_VALUE"),
        ("one.yaml", 11, "share", "POLICY_BAD_VALUE"),
        ("one.yaml", 11, "count_rule", "POLICY_BAD_VALUE"),
        ("one.yaml", 12, "part", "POLICY_UNKNOWN_KEY"),
        ("two.yaml", 7, None, "YAML_BAD_DATE"),
        ("two.yaml", 3, "departement", "POLICY_BAD_VALUE"),
        ("territoire.yaml", 5, "conventions", "POLICY_FILE_MISSING"),
        ("mine.yaml", 13, "points", "POLICY_BAD_VALUE"),
        ("mine.yaml", 14, "input", "POLICY_BAD_VALUE"),
    ]
    said = [f.sentence("fr") for f in caught.value.findings]
    assert said[2] == (
        "one.yaml, ligne 11, clé « share » : « share » ne peut pas valoir « 50 ». "
        "Attendu : une part entre 0 et 1, au plus 4 décimales (0.25 pour 25 %). Corrigez la valeur."
    )
    assert 'donc entre guillemets : "25"' in said[6]
    assert all(f.sentence("fr") != f.sentence("en") for f in caught.value.findings)


@pytest.mark.parametrize(
    ("code", "told", "kind"),
    [("N10", "provisions.N10", "POLICY_MISSING_CELL"), ("M1", "motives.M1", "POLICY_UNKNOWN_KEY")],
)
def test_a_motive_of_the_commission_that_nothing_could_rest_on_is_told_before_the_session(
    tmp_path, code, told, kind
):
    """It was offered, and the page of the decisions ended in an error in front of the commission; of another letter, it never was."""
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    path = models / "national" / "commission.yaml"
    text = path.read_text(encoding="utf-8")
    for old, words in (("        N9: Demande", "Motif local"), ("        N9: Application", "Local motive")):
        assert text.count(old) == 1
        text = text.replace(old, f"        {code}: {words}\n{old}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        law(ON, models)
    assert refused.value.code == kind and told in refused.value.text("fr")
    assert [finding.code for finding in check_models(models)] == [kind]
    if code == "N10":
        whole = tmp_path / "whole"
        shutil.copytree(models, whole)
        text = text.replace("        N9: CCH", f'        {code}: "charte"\n        N9: CCH')
        (whole / "national" / "commission.yaml").write_text(text, encoding="utf-8")
        now = law(ON, whole)
        assert now.allows("not_attributed", code) and not now.allows("ineligible", code)
        assert now.provisions[code] == "charte" and now.words("motives", "en")[code] == "Local motive"


@pytest.mark.parametrize(
    ("old", "new", "kind", "told"),
    [
        ("jusqu'au {deadline}", "jusqu'au {echeance}", "POLICY_BLANKS", "« letter_terms.answer » : le texte du 01/11/2026 n'a pas les mots"),
        ("jusqu'au {deadline}", "sous quinze jours", "POLICY_BLANKS", "{deadline}"),
        ("You may answer until {deadline}", "You may answer until {day}", "POLICY_BLANKS", "{deadline}"),
        ("remise de la pièce suivante : {document}", "remise de la pièce suivante : {document", "POLICY_BLANKS", "{document}, {due}"),
        ("décision du {decided}", "décision du {decided:%d}", "POLICY_BLANKS", "letter_terms.dalo"),
        ("        rank_first: ", "        rank_2: ", "POLICY_MISSING_CELL", "letter_terms.rank_first"),
        ("auprès de {contact}, et adresser", "auprès de dpo@exemple.fr, et adresser", "", ""),
    ],
)  # fmt: skip
def test_a_text_of_the_letters_that_could_not_be_filled_in_is_told_before_any_letter(
    tmp_path, old, new, kind, told
):
    """The letters of a session ended in an unexpected error, or told no day to answer by."""
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    path = models / "national" / "commission.yaml"
    head, terms = path.read_text(encoding="utf-8").split("\nletter_terms:\n")
    value, rest = terms.split("    2018-11-25:\n")[1].split("      by: attriflux\n", 1)
    changed = value.replace(old, new)
    assert changed != value
    dated = f"    2018-11-25:\n{value}      by: attriflux\n    2026-11-01:\n{changed}      by: attriflux\n"
    before = terms.split("    2018-11-25:\n")[0]
    path.write_text(f"{head}\nletter_terms:\n{before}{dated}{rest}", encoding="utf-8")
    if not kind:
        assert not check_models(models) and law(ON, models).words("letter_terms", "fr")["answer"]
        return
    with pytest.raises(PolicyError) as refused:
        law(ON, models)
    assert refused.value.code == kind and told in refused.value.text("fr")
    assert {finding.code for finding in check_models(models)} == {kind}


def test_two_reasons_with_the_same_words_are_told(tmp_path):
    """The workbook offered the words twice, and recorded the first code whichever was meant."""
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    path = models / "national" / "commission.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("        transport: Transports\n", "        parking: sécurité\n"),
        ("        transport: Transport\n", "        parking: Car\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, old + new)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        law(ON, models)
    assert refused.value.code == "POLICY_SAME_WORDS"
    assert "clé « refusal_reasons.safety » : « Sécurité »" in refused.value.text(
        "fr"
    ) and "« parking »" in refused.value.text("fr")
    assert [finding.code for finding in check_models(models)] == ["POLICY_SAME_WORDS"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("grid: ", "grid_by_epci: {\"200069052\": {grid: absent.yaml}}\ngrid: ", "grid_by_epci"),
        ("grid: ", "mutation_grid: absent.yaml\ngrid: ", "mutation_grid"),
    ],
)  # fmt: skip
def test_a_grid_that_is_missing_is_told_at_the_key_that_names_it(own, old, new, key):
    text = TERRITORY.replace(old, new, 1)
    (own / "territoire.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(own / "territoire.yaml", ON)
    (found,) = caught.value.findings
    line = 1 + [row.split(":")[0] for row in text.splitlines()].index(key)
    assert (found.file, found.row, found.column, found.code) == (
        "territoire.yaml",
        line,
        key,
        "POLICY_FILE_MISSING",
    )
