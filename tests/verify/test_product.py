"""Results of the product itself, on synthetic weeks: never refused as written, refused once touched."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache

import pandas as pd
import pytest
from publish import seal

from optimizer.presentation.csvfile import csv_bytes
from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify
from optimizer.verify.whole import shipped_models

TEXTS = (
    "application_id", "dwelling_id", "application_id_ahead", "application_id_passed", "epci", "grid", "scope", "account",
    "deadline",
)  # fmt: skip


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """profile -> (case, result), each made when it is first asked for."""

    @cache
    def made(profile):
        folder = tmp_path_factory.mktemp(profile)
        write_case(synthesize(profile, dwellings=8, applications=150, seed=4), folder / "case")
        propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False))
        return folder / "case", folder / "out"

    return made


@pytest.fixture(params=["commission", "doubs"])
def written(request, weeks):
    return weeks(request.param)


def test_as_written(written):
    case, out = written
    verdict = verify(out, case)
    assert [c.text("en") for c in verdict.checks if not c.ok] == []
    assert not verdict.refused


@pytest.fixture
def copy(weeks, tmp_path):
    """(case, private copy of the result) of several landlords: what holds there holds for one."""
    case, out = weeks("doubs")
    shutil.copytree(out, tmp_path / "out")
    return case, tmp_path / "out"


def read(out, name):
    return pd.read_csv(
        out / f"{name}.csv", sep=";", decimal=",", dtype={x: str for x in TEXTS}, encoding="utf-8-sig"
    )


def test_tables_as_parquet(copy):
    case, out = copy
    for name in ("proposals", "applications", "dwellings", "rules", "leapfrogs", "scores", "orientation"):
        read(out, name).to_parquet(out / f"{name}.parquet", index=False)
        (out / f"{name}.csv").unlink()
    seal(out)
    assert [c.text("en") for c in verify(out, case).checks if not c.ok] == []


@pytest.mark.parametrize(
    ("name", "column", "change", "check"),
    [
        ("proposals", "rank", lambda x: x + 1, "lines"),
        ("proposals", "score", lambda x: x + 0.01, "scores"),
        ("proposals", "fit", lambda x: x + 0.5, "values"),
        ("proposals", "burden", lambda x: x + 0.01, "values"),
        ("proposals", "lean", lambda x: x - 200, "values"),
        ("proposals", "effort", lambda x: 0.1234, "labels"),
        ("proposals", "flags", lambda x: "SMALL_ASKED", "labels"),
        ("rules", "num_before", lambda x: x + 1, "rows"),
        ("rules", "rate_required", lambda x: 1 - x, "rows"),
        ("scores", "points", lambda x: x + 1, "breakdown"),
        ("scores", "criterion", lambda x: "situation.autre", "breakdown"),
        ("scores", "epci", lambda x: "200000000", "breakdown"),
        ("orientation", "chosen", lambda x: 1 - x, "orientation"),
        ("orientation", "candidates", lambda x: x + 1, "orientation"),
        ("dwellings", "candidates", lambda x: x + 1, "dwellings"),
        ("explanations", "points_needed", lambda x: -1 - x, "explanations"),
        ("explanations", "application_id", lambda x: "nobody", "explanations"),
        ("explanations", "best_position", lambda x: 0 if x == 1 else 1, "explanations"),
        ("explanations", "of", lambda x: 99_999, "explanations"),
        ("explanations", "confirmed", lambda x: "no", "explanations"),
    ],
)  # fmt: skip
def test_each_file_has_its_check(copy, name, column, change, check):
    case, out = copy
    frame = read(out, name)
    # a line that names a household, where the table has such lines
    here = frame["application_id"].notna() if "application_id" in frame else frame.iloc[:, 0].notna()
    here &= frame["dwelling_id"].notna() & frame["points_needed"].notna() if name == "explanations" else here
    at = frame.index[here][0]
    frame[column] = frame[column].astype(object)
    frame.loc[at, column] = change(frame.loc[at, column])
    (out / f"{name}.csv").write_bytes(csv_bytes(frame))
    seal(out)
    refused = {c.id: c for c in verify(out, case).checks if not c.ok}
    assert check in refused
    assert "manifest" not in refused
    assert f"{name}, ligne {at + 2}" in refused[check].fr
    assert f"{name}, row {at + 2}" in refused[check].en


def failed(case, out):
    return [c.id for c in verify(out, case).checks if not c.ok]


def test_a_line_of_the_breakdown_is_missing(copy):
    case, out = copy
    (out / "scores.csv").write_bytes(csv_bytes(read(out, "scores").iloc[1:]))
    seal(out)
    assert failed(case, out) == ["record", "breakdown"]


@pytest.mark.parametrize(
    ("name", "change", "more"),
    [
        ("proposals.csv", lambda x: x.replace("cotation", "Cotation", 1), ["sentences"]),
        ("explanations.csv", lambda x: x.replace(" supplémentaires ", " de moins ", 1), ["sentences"]),
        ("run.json", lambda x: x.replace('"highs"', '"cpsat"', 1), []),
        ("report.html", lambda x: x.replace("<title>", "<title>Projet : ", 1), []),
    ],
)
def test_a_file_altered_without_its_hash_is_refused(copy, name, change, more):
    case, out = copy
    text = (out / name).read_bytes().decode()
    assert change(text) != text
    (out / name).write_bytes(change(text).encode())
    assert failed(case, out) == ["manifest", *more]


@pytest.mark.parametrize(
    ("name", "column", "line"),
    [
        ("proposals", "reason", lambda t: t["rank"] == 1),
        ("proposals", "reason", lambda t: t["rank"] > 1),
        ("dwellings", "reason_if_short", lambda t: t["reason_if_short"].notna()),
        ("dwellings", "advice", lambda t: t["advice"].notna()),
        ("dwellings", "advice", lambda t: t["advice"].isna()),
        ("explanations", "nearest_miss", lambda t: t["points_needed"].notna()),
        ("explanations", "nearest_miss", lambda t: t["dwelling_id"].isna()),
    ],
)
def test_sentences_are_rebuilt(copy, name, column, line):
    """A word too many, a sentence less, another line's sentence: each refused, the first with its line and column."""
    case, out = copy
    frame = read(out, name)
    here = frame.index[line(frame)]
    assert len(here) > 0
    text = frame.loc[here[0], column]
    others = [x for x in frame[column].dropna().unique() if x != text]
    for said in (f"{'' if pd.isna(text) else text} !", *others[:1], *([] if pd.isna(text) else [""])):
        altered = frame.copy()
        altered.loc[here[0], column] = said
        (out / f"{name}.csv").write_bytes(csv_bytes(altered))
        seal(out)
        found = {c.id: c for c in verify(out, case).checks if not c.ok}
        assert found
        if said.endswith(" !"):
            assert found["sentences"].detail.startswith(f"{name}, ligne {here[0] + 2}, {column}")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("commune", lambda x: "25388"),
        ("rooms", lambda x: x + 1),
        ("financing", lambda x: "PLAI" if x != "PLAI" else "PLUS"),
        ("qpv", lambda x: 1 - x),
        ("accessible", lambda x: "adapted" if x != "adapted" else "none"),
        ("vacancy_days", lambda x: x + 1),
        ("objectives", lambda x: "hors QPV Q1 1/2"),
        ("flux_share", lambda x: x + 0.0001),
        ("flux_done", lambda x: x + 1),
        ("flux_in_progress", lambda x: x + 1),
        ("flux_remaining", lambda x: x + 0.02),
        ("flux_behind", lambda x: x - 0.02),
        ("residence", lambda x: "R"),
        ("residence_q1_share", lambda x: 0.1234),
        ("residence_fragility", lambda x: "élevée" if x != "élevée" else "faible"),
        ("recent_move_ins", lambda x: x + 1),
        ("candidates_dalo", lambda x: x + 1),
        ("candidates_priority", lambda x: x + 1),
        ("candidates_income_unknown", lambda x: x + 1),
        ("loss_at_most", lambda x: x + 0.01),
    ],
)
def test_every_column_of_the_orientation_sheet_is_recomputed(copy, column, change):
    case, out = copy
    frame = read(out, "orientation")
    at = frame.index[frame["flux_share"].notna() & frame["loss_at_most"].gt(0)][0]
    frame[column] = frame[column].astype(object)
    frame.loc[at, column] = change(frame.loc[at, column])
    (out / "orientation.csv").write_bytes(csv_bytes(frame))
    seal(out)
    assert "orientation" in failed(case, out)


def test_expected_leases_are_recomputed_and_marginal_points_bounded(copy):
    case, out = copy
    frame = read(out, "rules")
    for column, change in (("expected_num", 0.0001), ("marginal_points", 0.01), ("marginal_points", -4_000)):
        altered = frame.copy()
        altered[column] = altered[column].astype(float)
        altered.loc[3, column] += change
        (out / "rules.csv").write_bytes(csv_bytes(altered))
        seal(out)
        assert "gauges" in failed(case, out) or (change > 0 and altered.loc[3, column] < 0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", "Autre"), ("territory", "jura"), ("year", 2020), ("landlord", "X"), ("synthetic", 1), ("seed_modified", True),
        ("replayable", False), ("stop", "gap"), ("verdict", "certified within"), ("tables", {}), ("rows", {}), ("format", "x/2"),
    ],
)  # fmt: skip
def test_the_record_of_the_run_is_held_to_the_case(copy, key, value):
    case, out = copy
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(run | {key: value}))
    seal(out)
    assert failed(case, out) == ["record"]


def test_a_case_in_a_format_of_the_engine_alone_is_refused_in_one_sentence(copy):
    """A drop-in reader has no second program yet: thirteen checks failed without one of them naming the file."""
    case, out = copy
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    record["inputs"]["baux.jsonl"] = record["inputs"].pop("demandes.csv")
    (out / "run.json").write_text(json.dumps(record), encoding="utf-8")
    failed = [c for c in verify(out, case).checks if not c.ok]
    assert [c.id for c in failed] == ["reading"]
    assert "baux.jsonl : format que la vérification ne lit pas" in failed[0].text("fr")
    assert "baux.jsonl: a format that the verification does not read" in failed[0].text("en")


def test_a_table_that_is_missing_is_refused_even_when_sealed(copy):
    case, out = copy
    (out / "leapfrogs.csv").unlink()
    seal(out)
    assert "record" in failed(case, out)


def test_files_that_the_record_does_not_know_are_refused(copy):
    case, out = copy
    (out / "more").mkdir()
    (out / "more" / "page.html").write_text("<p>certifié</p>")
    assert failed(case, out) == ["manifest"]


def test_a_file_that_is_missing_is_named(copy):
    case, out = copy
    (out / "orientation.csv").unlink()
    found = {c.id: c for c in verify(out, case).checks}
    assert not found["manifest"].ok and found["manifest"].detail.startswith("orientation.csv")


def test_two_formats_or_a_header_twice_are_refused_even_when_sealed(copy):
    case, out = copy
    read(out, "rules").to_parquet(out / "rules.parquet", index=False)
    seal(out)
    assert "manifest" in failed(case, out)
    (out / "rules.parquet").unlink()
    text = (out / "proposals.csv").read_bytes().decode("utf-8-sig").split("\n")
    twice = [f"{line};{'score' if i == 0 else '0'}" if line else line for i, line in enumerate(text)]
    (out / "proposals.csv").write_text("\n".join(twice))
    seal(out)
    assert "manifest" in failed(case, out)


def test_a_result_of_an_earlier_version_is_named_with_what_to_do(copy):
    case, out = copy
    path = out / "certificate.json"
    path.write_text(path.read_text().replace("attriflux-certificate/2", "attriflux-certificate/1"))
    verdict = verify(out, case)
    assert verdict.refused and [c.id for c in verdict.checks] == ["format"]
    assert "attriflux-certificate/1" in verdict.checks[0].fr and "--force" in verdict.checks[0].fr
    assert "make it again" in verdict.checks[0].en
    path.write_text("{")
    said = " ".join(c.fr for c in verify(out, case).checks if not c.ok)
    assert "certificate.json" in said and "version antérieure" not in said


@pytest.mark.long
def test_earlier_first_ranks_that_are_kept_are_read_beside_the_result(written, tmp_path):
    case, earlier = written
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False, keep=earlier))
    assert failed(case, tmp_path / "out") == []
    lean = read(tmp_path / "out", "proposals").query("rank == 1")["lean"]
    assert (lean % 200 == 50).any()
    # what moved is told of the lists as they are: an invented change is none of them, nor is one left out
    path = tmp_path / "out" / "changes.csv"
    told = path.read_text(encoding="utf-8-sig")
    home, account = (
        read(tmp_path / "out", "dwellings").query("status == 'listed'")[["dwelling_id", "account"]].iloc[0]
    )
    path.write_text(f"{told}{home};reserves;{account};{account};A;B;A|B;B|A;\n", encoding="utf-8-sig")
    seal(tmp_path / "out")
    assert "changes" in failed(case, tmp_path / "out")
    path.write_text(told, encoding="utf-8-sig")
    (tmp_path / "out" / "kept.csv").write_bytes(csv_bytes(read(tmp_path / "out", "kept").iloc[1:]))
    seal(tmp_path / "out")
    assert "values" in failed(case, tmp_path / "out")


def test_a_line_removed(copy):
    case, out = copy
    path = out / "proposals.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[2:]]), encoding="utf-8-sig")
    assert verify(out, case).refused


@pytest.mark.parametrize(
    ("said", "column", "change"),
    [
        ("yes", "points_needed", lambda row: row["points_needed"] + 500),
        ("yes", "points_needed", lambda row: None),
        ("yes", "dwelling_id", lambda row: ""),
        ("yes", "confirmed", lambda row: "maybe"),
        ("", "points_needed", lambda row: row["points_needed"] - 0.01),
        ("", "points_needed", lambda row: None),
        ("", "nearest_miss", lambda row: "NOT_BY_SCORE : aucun nombre de points"),
    ],
)
def test_points_needed_are_counted_again(copy, said, column, change):
    """Confirmed ones are never above what the exchange needs, the others never below."""
    case, out = copy
    frame = read(out, "explanations")
    tried = frame.index[(frame["confirmed"].fillna("") == said) & (frame["points_needed"] > 0.01)]
    assert len(tried) > 0
    frame[column] = frame[column].astype(object)
    frame.loc[tried[0], column] = change(frame.loc[tried[0]])
    (out / "explanations.csv").write_bytes(csv_bytes(frame))
    seal(out)
    assert {"explanations"} <= {*failed(case, out)} <= {"explanations", "sentences"}


def test_rules_that_changed_since_are_named_where_a_result_is_refused(copy, tmp_path):
    case, out = copy
    models = tmp_path / "models"
    shutil.copytree(shipped_models(), models)
    burden = models / "national" / "burden.yaml"
    # another wording changes no number: the result stands
    burden.write_text(burden.read_text(encoding="utf-8") + "# relu\n", encoding="utf-8")
    assert not verify(out, case, models=models).refused
    lean = models / "national" / "lean.yaml"
    changed = re.sub(r"value: 200\b", "value: 150", lean.read_text(encoding="utf-8"), count=1)
    assert changed != lean.read_text(encoding="utf-8")
    lean.write_text(changed, encoding="utf-8")
    told = next(c for c in verify(out, case, models=models).checks if c.id == "law")
    assert not told.ok and told.count == 2
    assert "national/burden.yaml, national/lean.yaml" in told.fr and "--models" in told.fr
    assert "have changed since" in told.en
    # a result altered under the rules of its run is not put down to them
    (out / "proposals.csv").write_bytes(csv_bytes(read(out, "proposals").assign(score=1)))
    seal(out)
    verdict = verify(out, case)
    assert verdict.refused and "law" not in [c.id for c in verdict.checks]
