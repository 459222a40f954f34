"""``case.yaml`` and ``columns.yaml``: each mistake with its line, all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from optimizer.errors import InputProblems
from optimizer.importers import read, read_findings
from optimizer.pipeline import check_case, prepare
from optimizer.synth import write_synthetic
from tests.importers.base import SETTINGS, Expected, listed, problems, write_base

Y, C = "case.yaml", "columns.yaml"


def changed(key: str, line: str) -> str:
    """The settings with the line of one key replaced."""
    lines = SETTINGS.splitlines()
    return "\n".join(line if one.startswith(f"{key}:") else one for one in lines) + "\n"


SETTINGS_SAMPLES: list[tuple[str, str | bytes, list[Expected]]] = [
    ("empty", b"", [("READ_EMPTY_FILE", Y, None, None, None)]),
    ("latin", SETTINGS.encode() + b"seed: \x81\n", [("READ_ENCODING", Y, None, None, None)]),
    ("a list", "- title\n- on\n", [("READ_YAML", Y, 1, None, None)]),
    ("only a word", "bonjour\n", [("READ_YAML", Y, 1, None, None)]),
    ("comment only", "# rien\n", [("READ_YAML", Y, 1, None, None)]),
    ("tab", SETTINGS + "\tseed: x\n", [("READ_YAML", Y, 6, None, None)]),
    ("bracket never closed", SETTINGS + "changes: {a: 1\n", [("READ_YAML", Y, 6, None, None)]),
    ("no space after a key", changed("year", "year:2026"), [("READ_YAML", Y, 4, None, None)]),
    ("French keys are told as written", changed("on", "date: 31/02/2026") + "candidats_par_logement: trois\n", [
        ("READ_KEY_VALUE", Y, 3, "date", "31/02/2026"), ("READ_KEY_VALUE", Y, 6, "candidats_par_logement", "trois"),
    ]),
    ("two documents", SETTINGS + "---\ntitle: autre\n", [("READ_YAML", Y, 6, None, None)]),
    ("anchor", SETTINGS + "seed: &a x\n", [("READ_YAML_ALIAS", Y, 6, None, None)]),
    ("alias bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", [("READ_YAML_ALIAS", Y, 1, None, None)]),
    ("too deep", SETTINGS + "changes: " + "[" * 30 + "]" * 30 + "\n", [("READ_YAML", Y, 6, None, None)]),
    ("key twice", SETTINGS + "year: 2025\n", [("READ_YAML_TWICE", Y, 6, "year", None)]),
    (
        "change twice", SETTINGS + "changes:\n  a.b: 1\n  a.c: 2\n  a.b: 3\n",
        [("READ_YAML_TWICE", Y, 9, "a.b", None)],
    ),
    ("unknown key", SETTINGS + "landlords: X\n", [("READ_KEY_UNKNOWN", Y, 6, "landlords", None)]),
    ("key said in both languages", SETTINGS + "titre: autre\n", [("READ_YAML_TWICE", Y, 6, "titre", None)]),
    ("title of spaces", changed("title", 'title: "  "'), [("READ_KEY_MISSING", Y, None, "title", None)]),
    ("key with another case", SETTINGS + "Sead: X\n", [("READ_KEY_UNKNOWN", Y, 6, "Sead", None)]),
    ("no title", changed("title", ""), [("READ_KEY_MISSING", Y, None, "title", None)]),
    ("no territory", changed("territory", "territory:"), [("READ_KEY_MISSING", Y, None, "territory", None)]),
    (
        "nothing required", "seed: x\n",
        [("READ_KEY_MISSING", Y, None, k, None) for k in ("title", "territory", "on", "year")],
    ),
    ("no such day", changed("on", "on: 2026-02-30"), [("READ_KEY_VALUE", Y, 3, "on", "2026-02-30")]),
    ("month first", changed("on", "on: 11/24/2026"), [("READ_KEY_VALUE", Y, 3, "on", "11/24/2026")]),
    ("date of another age", changed("on", "on: 1026-11-24"), [("READ_KEY_VALUE", Y, 3, "on", "1026-11-24")]),
    ("year in words", changed("year", "year: vingt"), [("READ_KEY_VALUE", Y, 4, "year", "vingt")]),
    ("year with a decimal", changed("year", "year: 2026.0"), [("READ_KEY_VALUE", Y, 4, "year", "2026.0")]),
    ("year too far", changed("year", "year: 20266"), [("READ_KEY_VALUE", Y, 4, "year", "20266")]),
    ("title is a list", changed("title", "title: [a, b]"), [("READ_KEY_VALUE", Y, 1, "title", "[…]")]),
    ("flag", SETTINGS + "all_landlords: peut-être\n", [("READ_KEY_VALUE", Y, 6, "all_landlords", "peut-être")]),
    ("list of nobody", SETTINGS + "shortlist_size: 0\n", [("READ_KEY_VALUE", Y, 6, "shortlist_size", "0")]),
    ("list of half", SETTINGS + "shortlist_size: 3.5\n", [("READ_KEY_VALUE", Y, 6, "shortlist_size", "3.5")]),
    ("changes in one word", SETTINGS + "changes: non\n", [("READ_KEY_VALUE", Y, 6, "changes", "non")]),
    (
        "negotiated without base", SETTINGS + "negotiated: {delta: {ALS: 0.02}}\n",
        [("READ_KEY_VALUE", Y, 6, "negotiated.base", "")],
    ),
    (
        "negotiated on itself", SETTINGS + "negotiated: {base: 4, delta: {ALS: 0.02}}\n",
        [("READ_KEY_VALUE", Y, 6, "negotiated.base", "4")],
    ),
    (
        "negotiated in per cent", SETTINGS + "negotiated:\n  base: 1\n  delta:\n    ALS: 2 %\n",
        [("READ_KEY_VALUE", Y, 9, "negotiated.delta.ALS", "2 %")],
    ),
    (
        "negotiated with more", SETTINGS + "negotiated: {base: 1, delta: {}, plus: 1}\n",
        [("READ_KEY_VALUE", Y, 6, "negotiated.plus", "plus")],
    ),
    (
        "several at once", "title: T\nterritory: doubs\non: demain\nyear: x\nsyntetic: true\n",
        [
            ("READ_KEY_UNKNOWN", Y, 5, "syntetic", None), ("READ_KEY_VALUE", Y, 3, "on", "demain"),
            ("READ_KEY_VALUE", Y, 4, "year", "x"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("sample", SETTINGS_SAMPLES, ids=[s[0].replace(" ", "-") for s in SETTINGS_SAMPLES])
def test_one_wrong_settings_file(tmp_path: Path, sample: tuple[str, str | bytes, list[Expected]]):
    assert listed(problems(write_base(tmp_path, case__yaml=sample[1]))) == sample[2]


COLUMNS_SAMPLES: list[tuple[str, str, list[Expected]]] = [
    ("unknown table", "logments:\n  loyer: Loyer\n", [("READ_KEY_UNKNOWN", C, 1, "logments", None)]),
    ("unknown column", "logements:\n  loyr: Loyer\n", [("READ_KEY_UNKNOWN", C, 2, "loyr", None)]),
    ("unknown mapping", "mapping: imoweb\n", [("READ_KEY_VALUE", C, 1, "mapping", "imoweb")]),
    ("column without header", "logements:\n  loyer:\n", [("READ_KEY_VALUE", C, 2, "loyer", "")]),
    ("column with a list", "logements:\n  loyer: [a]\n", [("READ_KEY_VALUE", C, 2, "loyer", "…")]),
    ("twice", "logements:\n  loyer: loyer\n  loyer: charges\n", [("READ_YAML_TWICE", C, 3, "loyer", None)]),
    (
        "optional header absent", "logements:\n  loyer: Loyer HC\n",
        [
            ("READ_COLUMN_MAPPED_ABSENT", "logements.csv", 1, "Loyer HC", "Loyer HC"),
            ("READ_COLUMNS_UNREAD", "logements.csv", 1, None, "loyer"),
        ],
    ),
    (
        "required header absent", "dwellings:\n  commune: INSEE\n",
        [
            ("READ_COLUMN_MISSING", "logements.csv", 1, "INSEE", None),
            ("READ_COLUMNS_UNREAD", "logements.csv", 1, None, "commune"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("sample", COLUMNS_SAMPLES, ids=[s[0].replace(" ", "-") for s in COLUMNS_SAMPLES])
def test_one_wrong_mapping(tmp_path: Path, sample: tuple[str, str, list[Expected]]):
    assert listed(problems(write_base(tmp_path, columns__yaml=sample[1]))) == sample[2]


def test_an_unknown_key_is_answered_in_the_words_of_each_language(tmp_path: Path):
    path = write_base(tmp_path, case__yaml=SETTINGS + "candidat_par_logement: 4\n")
    (found,) = read_findings(path)[1]
    assert "peut-être « candidats_par_logement »" in found.sentence("fr")
    assert "perhaps “shortlist_size”" in found.sentence("en")
    assert "titre, territoire, date, annee" in found.sentence(
        "fr"
    ) and "title, territory, on, year" in found.sentence("en")
    path = write_base(tmp_path, columns__yaml="logements:\n  bailler: Bailleur\n")
    (found,) = [f for f in read_findings(path)[1] if f.code == "READ_KEY_UNKNOWN"]
    assert "peut-être « bailleur »" in found.sentence("fr") and "perhaps “landlord”" in found.sentence("en")


def test_settings_are_read_as_written(tmp_path: Path):
    text = (
        "title: 'Commission : 24/11'\nterritory: doubs\non: 24/11/2026\nyear: 2026\nlandlord: 0042\n"
        "all_landlords: oui\nshortlist_size: 4\nseed: 007\nsynthetic: true\n"
        "changes:\n  national.lec.first_quartile_share: 0.30\n  a.on: on\n  a.list: [1, 2.5, x, true, 2026-01-01]\n"
        "negotiated: {base: 1, delta: {ALS: 0.02, 'COLL:25056': -0.02}}\n"
    )
    settings = read(write_base(tmp_path, case__yaml=text)).settings
    assert settings.title == "Commission : 24/11" and settings.on == date(2026, 11, 24)
    assert settings.landlord == "0042" and settings.seed == "007" and settings.seed_modified
    assert settings.all_landlords and settings.synthetic and settings.shortlist_size == 4
    assert settings.changes == {
        "national.lec.first_quartile_share": 0.3, "a.on": "on", "a.list": [1, 2.5, "x", True, date(2026, 1, 1)],
    }  # fmt: skip
    assert settings.negotiated == {"base": 1, "delta": {"ALS": 0.02, "COLL:25056": -0.02}}


def test_the_default_seed_is_not_a_modified_one(tmp_path: Path):
    settings = read(write_base(tmp_path, case__yaml=SETTINGS + 'seed: "2026-11-24|OPH25"\n')).settings
    assert settings.seed == "2026-11-24|OPH25" and not settings.seed_modified


def test_wrong_settings_do_not_hide_the_tables(tmp_path: Path):
    path = write_base(tmp_path, case__yaml="title: x\n", stock__csv="bailleur;departement\nA;25\n")
    case, found = read_findings(path)
    assert case is None
    assert {f.code for f in found} == {"READ_KEY_MISSING", "READ_COLUMN_MISSING"}
    assert [f.column for f in found if f.file == "stock.csv"] == ["reservataire", "logements"]


def test_a_wrong_date_hides_nothing_that_does_not_depend_on_the_day(tmp_path: Path):
    folder = tmp_path / "cas"
    write_synthetic("commission", folder, dwellings=4, applications=20, seed=1)
    settings = (folder / Y).read_text(encoding="utf-8")
    (folder / Y).write_text(settings.replace("on: 2026-11-23", "on: 31/02/2026"), encoding="utf-8")
    homes = folder / "logements.csv"
    text = homes.read_text(encoding="utf-8-sig").replace("25056", "99999", 1)
    homes.write_text(text, encoding="utf-8")
    expected = [("READ_KEY_VALUE", "on"), ("ELIG_UNKNOWN_COMMUNE", "commune")]
    read_case, findings = check_case(folder, accept_assumed=True)
    assert read_case is None
    assert [(f.code, f.column) for f in findings if f.severity == "error"] == expected
    with pytest.raises(InputProblems) as refused:
        prepare(folder, accept_assumed=True)
    assert [(f.code, f.column) for f in refused.value.findings if f.severity == "error"] == expected
