"""Each command as its user types it: exit codes, both languages, JSON, and nothing written on bad input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import highspy
import pytest

import optimizer
from optimizer.runs import Options
from optimizer.runs.synthetic import write_synthetic
from tests.cli.running import attriflux, content, own_process
from tests.end_to_end.small import application, dwelling, propose, write


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A synthetic week written by the command itself."""
    folder = tmp_path_factory.mktemp("semaine") / "cas"
    done = attriflux(
        "synth", "commission", "--out", folder, "--dwellings", 6, "--applications", 300, "--seed", 5
    )
    assert done.code == 0, done.err
    assert "Cas synthétique écrit" in done.out
    return folder


@pytest.fixture(scope="module")
def french(case):
    """What ``propose`` says; its result stands beside the case."""
    done = propose(case, case.parent / "resultat")
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="module")
def result(case, french):
    return case.parent / "resultat"


@pytest.fixture
def broken(tmp_path):
    """A case with three problems in two files."""
    return write(
        tmp_path / "faux",
        [dwelling("L1"), dwelling("L1", rooms="0")],
        [application("A1", first_registered_on="31/02/2025")],
    )


def test_synth_gives_the_same_bytes_for_the_same_seed(case, tmp_path):
    words = ("--dwellings", 6, "--applications", 300)
    assert attriflux("synth", "commission", "--out", tmp_path / "a", *words, "--seed", 5).code == 0
    assert content(tmp_path / "a") == content(case)
    done = attriflux(
        "synth", "commission", "--out", tmp_path / "b", *words, "--seed", 6, "--json", "--lang", "en"
    )
    assert done.code == 0
    assert json.loads(done.out)["targets"]
    assert content(tmp_path / "b") != content(case)


@pytest.mark.long
def test_chains_of_a_synthetic_case_ask_for_what_its_tenants_live_in(tmp_path):
    for tenants, said in (((), "synth --tenants"), (("--tenants",), "logement libéré proposé")):
        folder = tmp_path / ("told" if tenants else "plain")
        words = ("--dwellings", 6, "--applications", 300, "--seed", 5, *tenants)
        assert attriflux("synth", "commission", "--out", folder, *words).code == 0
        done = propose(folder, folder.parent / f"out-{folder.name}", "--chains", 1)
        assert done.code == 0, done.err
        assert said in " ".join(done.out.split())


def test_synth_refuses_an_unknown_profile(tmp_path):
    done = attriflux("synth", "atlantide", "--out", tmp_path / "cas")
    assert done.code == 2
    assert not (tmp_path / "cas").exists()
    assert "atlantide" in done.err


def test_check_of_a_sound_case(case):
    french = attriflux("check", case)
    assert french.code == 0
    assert "Dossier lisible et cohérent." in french.out
    assert "demandes.csv" in french.out and "300" in french.out
    assert "The case can be used." in attriflux("check", case, "--lang", "en").out
    told = json.loads(attriflux("check", case, "--json").out)
    assert told["ok"] is True
    assert told["tables"]["applications"] == 300


def test_check_lists_all_problems_at_once(broken):
    done = attriflux("check", broken, "--json")
    assert done.code == 2
    told = json.loads(done.out)
    assert told["ok"] is False
    places = {(f["file"], f["row"], f["column"]) for f in told["findings"] if f["severity"] == "error"}
    assert {("dwellings.csv", 3, "rooms"), ("applications.csv", 2, "first_registered_on")} <= places
    assert any(f["column"] == "dwelling_id" and f["value"] == "L1" for f in told["findings"])
    for finding in told["findings"]:
        assert finding["message"] and finding["code"] and finding["expected"]


def test_check_speaks_both_languages(broken):
    french, english = attriflux("check", broken), attriflux("check", broken, "--lang", "en")
    assert french.code == english.code == 2
    assert "ERREUR" in french.err and "Rien n'a été écrit." in french.err
    assert "ERROR" in english.err and "Nothing was written." in english.err
    assert all(len(line) <= 80 for line in french.err.splitlines())


@pytest.mark.parametrize("words", [(), ("--json",), ("--lang", "en")])
def test_propose_writes_nothing_on_bad_input(broken, tmp_path, words):
    before = content(tmp_path)
    done = propose(broken, tmp_path / "sortie" / "resultat", *words)
    assert done.code == 2
    assert content(tmp_path) == before
    assert not (tmp_path / "sortie").exists()
    if words == ("--json",):
        assert len(json.loads(done.out)["findings"]) >= 3


def test_export_writes_nothing_on_bad_input(broken, tmp_path):
    done = attriflux(
        "export", broken, "--pairs", tmp_path / "p" / "couples.csv", "--mps", tmp_path / "p" / "cas.mps"
    )
    assert done.code == 2
    assert not (tmp_path / "p").exists()


def test_propose_speaks_both_languages(case, french, result, tmp_path):
    english = propose(case, tmp_path / "en", "--lang", "en")
    assert english.code == 0
    assert "Certifié" in french.out and "la commission décide" in french.out
    assert "Certified" in english.out and "the commission decides" in english.out
    assert "report.html" in french.out
    assert "Proposal: the commission decides" in (tmp_path / "en" / "report.html").read_text(encoding="utf-8")
    ids = [line.split(";")[:4] for line in (result / "proposals.csv").read_text("utf-8-sig").splitlines()]
    assert [
        line.split(";")[:4]
        for line in (tmp_path / "en" / "proposals.csv").read_text("utf-8-sig").splitlines()
    ] == ids


@pytest.mark.long
def test_propose_keeps_what_is_in_the_way(case, result, tmp_path):
    out = tmp_path / "resultat"
    shutil.copytree(result, out)
    (out / "note.txt").write_text("à moi", encoding="utf-8")
    before = content(out)
    done = propose(case, out)
    assert done.code == 2
    assert "--force" in done.err
    assert content(out) == before
    forced = propose(case, out, "--force")
    assert forced.code == 2 and "note.txt" in forced.err
    assert content(out) == before
    (out / "note.txt").unlink()
    forced = propose(case, out, "--force", "--json")
    assert forced.code == 0 and json.loads(forced.out)["verdict"] == "certified"
    assert (out / "proposals.csv").read_bytes() == (result / "proposals.csv").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["resultat"]


def test_force_never_replaces_a_folder_of_somebody_else(case, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "mer.jpg").write_bytes(b"bleu")
    assert propose(case, tmp_path / "photos", "--force").code == 2
    assert content(tmp_path) == {"photos/mer.jpg": b"bleu"}


def test_propose_never_writes_over_its_case(case):
    before = content(case)
    assert propose(case, case, "--force").code == 2
    assert content(case) == before


@pytest.mark.parametrize(
    "words",
    [
        ("--backend", "oracle"), ("--gap", "-1"), ("--gap", "x"), ("--threads", "0"), ("--time-limit", "-3"),
        ("--prospects", "-1"), ("--csv", "martian"), ("--lang", "de"), ("--unknown",),
    ],
)  # fmt: skip
def test_propose_refuses_words_it_does_not_know(case, tmp_path, words):
    done = propose(case, tmp_path / "out", *words)
    assert done.code == 2
    assert words[0] in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["check", "propose", "export"])
def test_a_missing_case_is_one_sentence(command, tmp_path):
    words = {"propose": ["--out", tmp_path / "out"], "export": ["--pairs", tmp_path / "p.csv"], "check": []}
    done = attriflux(command, tmp_path / "absent", *words[command])
    assert done.code == 2
    assert "absent" in done.out + done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_verify_says_what_it_checked(case, result):
    french = attriflux("verify", result, "--case", case)
    english = attriflux("verify", result, "--case", case, "--lang", "en")
    assert french.code == english.code == 0
    assert "Certifié" in french.out and "Certified" in english.out
    assert french.err == ""
    told = json.loads(attriflux("verify", result, "--case", case, "--json").out)
    assert told["verdict"] == "certified"
    assert all(check["ok"] for check in told["checks"])


def test_export_counts_what_it_wrote(case, tmp_path):
    pairs, mps, lp = tmp_path / "couples.csv", tmp_path / "cas.mps", tmp_path / "cas.lp"
    done = attriflux("export", case, "--pairs", pairs, "--mps", mps, "--lp", lp, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["couples.csv"] == len(pairs.read_text(encoding="utf-8-sig").splitlines()) - 1
    assert told["cas.mps"] == told["cas.lp"] > 0
    assert (tmp_path / "names.csv").is_file()
    done = attriflux("export", case, "--pairs", pairs, "--lp", lp, "--force")
    lines = (f"couples.csv : {told['couples.csv']} couples recevables", f"cas.lp : {told['cas.lp']} colonnes")
    beside = "names.csv : le logement, la demande et la règle derrière chaque nom du programme"
    assert done.out.replace("\u202f", "").splitlines() == [*lines, beside]
    # a year is millions of columns: how many is told before the file is written
    assert done.err.replace("\u202f", "").splitlines() == [
        "Lecture du dossier…",
        *(f"{line}…" for line in lines),
    ]


def test_export_weighs_assumed_targets_where_propose_does(tmp_path):
    real = write(
        tmp_path / "cas", [dwelling(f"L{i}") for i in range(4)], [application(f"A{i}") for i in range(5)],
        settings={"synthetic": "false"},
    )  # fmt: skip
    optimum = []
    for words in ([], ["--price-assumed", "--force", "--csv", "international"]):
        done = attriflux(
            "export", real, "--mps", tmp_path / "cas.mps", "--pairs", tmp_path / "couples.csv", *words
        )
        assert done.code == 0, done.err
        solver = highspy.Highs()
        solver.silent()
        solver.readModel(str(tmp_path / "cas.mps"))
        solver.run()
        optimum.append(-solver.getInfo().objective_function_value)
    told = optimizer.propose(real, Options(price_assumed=True)).certificate["objective"]
    assert optimum[1] == pytest.approx(float(told)) and optimum[1] < optimum[0]
    assert (tmp_path / "couples.csv").read_text(encoding="utf-8").startswith("dwelling_id,application_id,")


def test_export_wants_to_know_what(case):
    done = attriflux("export", case)
    assert done.code == 2
    assert "--pairs" in done.err


@pytest.mark.parametrize("words", [(), ("--xlsx", "--json")])
def test_the_template_is_a_case_to_fill(tmp_path, words):
    target = tmp_path / "modele"
    done = attriflux("template", target, *words)
    assert done.code == 0
    assert Path(json.loads(done.out)["written"]).exists() if "--json" in words else "Modèle écrit" in done.out
    books = [p for p in [*tmp_path.rglob("*.xlsx")]]
    assert bool(books) == bool(words)
    checked = attriflux("check", books[0] if books else target, "--json")
    told = json.loads(checked.out)
    assert checked.code in (0, 2)
    assert all(f["file"] for f in told["findings"])
    assert all(size == 0 for size in told["tables"].values())


def test_the_template_keeps_what_is_there(tmp_path):
    target = tmp_path / "modele"
    assert attriflux("template", target).code == 0
    name = next(p for p in sorted(target.iterdir()) if p.suffix == ".csv")
    name.write_text("mes données", encoding="utf-8")
    assert attriflux("template", target).code == 2
    assert name.read_text(encoding="utf-8") == "mes données"


@pytest.mark.soak
def test_the_small_demo_from_another_folder(tmp_path):
    done = own_process("demo", "--small", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["commission"]["verdict"] == "certified"
    assert {p.name for p in (tmp_path / "demo" / "commission").iterdir()} == {"cas", "resultat"}
    words = (
        next(line for line in told["lines_en"] if "attriflux verify" in line).split("attriflux ")[1].split()
    )
    checked = own_process(*words, "--lang", "en", cwd=tmp_path)
    assert checked.code == 0, checked.err
    assert "Certified" in checked.out


@pytest.mark.long
def test_a_demo_says_how_to_verify_it_and_is_never_overwritten(tmp_path, monkeypatch):
    """The demonstration with a case of a few dwellings in the place of its own, which takes a minute."""

    def few(profile, folder, *, dwellings, seed):
        return write_synthetic(profile, folder, dwellings=6, applications=120, seed=seed)

    monkeypatch.setattr("optimizer.runs.demo.write_synthetic", few)
    monkeypatch.chdir(tmp_path)
    done = attriflux("demo", "--small", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["commission"]["verdict"] == "certified"
    assert {p.name for p in (tmp_path / "demo" / "commission").iterdir()} == {"cas", "resultat"}
    said = next(line for line in told["lines_en"] if "attriflux verify" in line)
    checked = attriflux(*said.split("attriflux ")[1].split(), "--lang", "en")
    assert checked.code == 0, checked.err
    assert "Certified" in checked.out
    again = attriflux("demo", "--small")
    assert again.code == 2
    assert "--force" in again.err


def test_no_command_and_help_and_version(tmp_path):
    assert attriflux("--help").code == 0
    assert "propose" in attriflux("--help").out
    assert attriflux("--version").out.startswith("attriflux ")
    assert attriflux("proposer").code == 2


def test_the_language_may_come_from_the_environment(broken, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTRIFLUX_LANG", "en")
    done = propose(broken, tmp_path / "out")
    assert done.code == 2
    assert "Nothing was written." in done.err
