"""``--keep``: one refusal moves little, what moves is told with its cause, and it costs no more than what is kept weighs."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import optimizer as af
from optimizer.runs import Result
from optimizer.runs.keeping import read_kept
from optimizer.synth import synthesize, write_case
from tests.end_to_end.small import csv_text, propose, proposed, table

KEEP_POINTS = 50


def firsts(rows: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    """(dwelling, account, application) of the first ranks with a household."""
    return {
        (r["dwelling_id"], r["account"], r["application_id"])
        for r in rows
        if str(r["rank"]) == "1" and r["application_id"]
    }


def forbid(case: Path, folder: Path, application: str) -> Path:
    """A copy of the case in which a household is set aside everywhere."""
    shutil.copytree(case, folder)
    path = folder / "decisions.csv"
    rows = table(path) if path.exists() else []
    french = {"application_id": "numero_unique", "reason": "motif", "author": "auteur"} if rows else {}
    own = {"application_id": application, "decision": "forbid", "reason": "housed_elsewhere", "author": "s"}
    rows.append({french.get(name, name): value for name, value in own.items()})
    path.write_text(csv_text(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keep")
    case = synthesize("commission", dwellings=6, applications=300, seed=4)
    write_case(case, folder / "case")
    return folder / "case", proposed(folder / "case", folder / "out")


@pytest.fixture(scope="module")
def after(week: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same week without the household of its first list, the rest kept: (case, result)."""
    case, out = week
    gone = sorted(firsts(table(out / "proposals.csv")))[0][2]
    folder = tmp_path_factory.mktemp("after")
    changed = forbid(case, folder / "case", gone)
    return changed, proposed(changed, folder / "out", "--keep", out)


def test_the_result_kept_is_named_and_hashed(week: tuple[Path, Path], after: tuple[Path, Path]) -> None:
    record = json.loads((after[1] / "run.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((week[1] / "proposals.csv").read_bytes()).hexdigest()
    assert record["keep_sha256"] == digest and record["options"]["keep"] == week[1].name
    kept = {(r["dwelling_id"], r["account"], r["application_id"]) for r in table(after[1] / "kept.csv")}
    assert kept == firsts(table(week[1] / "proposals.csv"))


def test_first_ranks_kept_carry_their_points(week: tuple[Path, Path], after: tuple[Path, Path]) -> None:
    lean = {
        (r["dwelling_id"], r["account"], r["application_id"]): float(r["lean"].replace(",", "."))
        for r in table(after[1] / "proposals.csv")
    }
    before = {
        (r["dwelling_id"], r["account"], r["application_id"]): float(r["lean"].replace(",", "."))
        for r in table(week[1] / "proposals.csv")
    }
    same = firsts(table(week[1] / "proposals.csv")) & firsts(table(after[1] / "proposals.csv"))
    assert same
    for line in same:
        assert lean[line] - before[line] == KEEP_POINTS


def test_changes_are_the_differences_between_both_results_each_with_a_cause(
    week: tuple[Path, Path], after: tuple[Path, Path]
) -> None:
    def lists(out: Path) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for r in table(out / "proposals.csv"):
            found[r["dwelling_id"]] = (*found.get(r["dwelling_id"], (r["account"],)), r["application_id"])
        return found

    was, now = lists(week[1]), lists(after[1])
    changes = {r["dwelling_id"]: r for r in table(after[1] / "changes.csv")}
    assert set(changes) == {d for d in {*was, *now} if was.get(d) != now.get(d)}
    for home, row in changes.items():
        assert row["why"] and row["what"] in ("account", "first_rank", "reserves")
        assert row["list_before"] == "|".join(x for x in was[home][1:] if x)
        assert row["list_now"] == "|".join(x for x in now[home][1:] if x)
    gone = sorted(firsts(table(week[1] / "proposals.csv")))[0]
    assert "décision motivée" in changes[gone[0]]["why"]


def test_what_keeping_costs_is_at_most_what_is_kept_weighs(
    week: tuple[Path, Path], after: tuple[Path, Path]
) -> None:
    """Against the optimum without: points lost ≤ keep_points × first ranks kept beyond those it has anyway."""
    free = af.propose(after[0])
    kept = firsts(table(week[1] / "proposals.csv"))
    own = firsts(free.proposals.astype(str).to_dict("records")) & kept
    held = firsts(table(after[1] / "proposals.csv")) & kept
    certificate = json.loads((after[1] / "certificate.json").read_text(encoding="utf-8"))
    worth = float(certificate["objective"]) - KEEP_POINTS * len(held)
    lost = float(free.certificate["objective"]) - worth
    assert 0 <= lost <= KEEP_POINTS * (len(held) - len(own)) + 1e-9
    assert len(held) >= len(own)


def test_nothing_moves_when_nothing_changes(week: tuple[Path, Path]) -> None:
    again = af.propose(week[0], af.Options(keep=week[1]))
    assert again.changes.empty and list(again.changes.columns)[0] == "dwelling_id"


@pytest.mark.long
def test_a_result_in_memory_is_kept_and_started_from_like_its_folder(week: tuple[Path, Path]) -> None:
    case, out = week
    result = af.propose(case)
    assert isinstance(result, Result)
    assert read_kept(result).lists == read_kept(out).lists
    assert read_kept(result).applications == read_kept(out).applications
    folder = af.propose(case, af.Options(keep=out, warm_start=out))
    memory = af.propose(case, af.Options(keep=result, warm_start=result))
    pd.testing.assert_frame_equal(folder.proposals, memory.proposals)
    assert folder.started_from == memory.started_from


def test_results_of_the_version_before_are_still_kept_and_started_from(
    week: tuple[Path, Path], tmp_path: Path
) -> None:
    """Their tables have fewer columns and their certificate another number."""
    case, out = week
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(out / "applications.csv", old)
    wanted = [
        "dwelling_id",
        "account",
        "rank",
        "application_id",
        "score",
        "fit",
        "value",
        "q1",
        "priority",
        "flags",
        "reason",
    ]
    rows = [{name: row[name] for name in wanted} for row in table(out / "proposals.csv")]
    with (old / "proposals.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, wanted, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    certificate = json.loads((out / "certificate.json").read_text(encoding="utf-8"))
    certificate["format"] = "attriflux-certificate/1"
    for row in certificate["rows"]:
        row.pop("play", None)
    (old / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    new = af.propose(case, af.Options(keep=old, warm_start=old))
    assert new.stop == "proven" and new.changes.empty


@pytest.mark.parametrize("damage", ["absent", "text", "columns"])
def test_what_is_no_result_is_refused_in_a_sentence(
    week: tuple[Path, Path], tmp_path: Path, damage: str
) -> None:
    start = tmp_path / "start"
    start.mkdir()
    if damage == "text":
        (start / "proposals.csv").write_bytes(b"\xff\xfe\x00")
    if damage == "columns":
        (start / "proposals.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    done = propose(week[0], tmp_path / "out", "--keep", start)
    assert done.code == 2 and "--keep" in done.err and not (tmp_path / "out").exists()
