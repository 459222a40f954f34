"""A run of many dwellings: tables in parts, lists by landlord instead of pages, the same content, still verified."""

from __future__ import annotations

import gc
import os
import re
import weakref
from pathlib import Path

import pandas as pd
import pytest

from optimizer import pipeline
from optimizer.domain import beside
from optimizer.runs import Options, propose_to, proposing, tables
from optimizer.runs.large import without_pairs
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify, whole

FURTHER = r"(?<=aucune demande recevable) ; \d+ demandes? (?:la|les) plus proches? : .*$"
pytestmark = pytest.mark.long
"""Two runs of a size that takes seconds stand before the first of them."""
PARTED = ("explanations", "orientation", "leapfrogs", "scores")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(written whole, written as a large run, what the second says at the end, what of it was still held when its check began)."""
    folder = tmp_path_factory.mktemp("large")
    write_case(synthesize("doubs", dwellings=16, applications=200, seed=8), folder / "case")
    options = Options(accept_assumed=True, pdf=False, csv="international")
    propose_to(folder / "case", folder / "whole", options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("optimizer.presentation.report.MOST_GAUGES", 1)
        for module in (pipeline, tables):
            patch.setattr(module, "LARGE", 5)
        patch.setattr(tables, "PART", 7)
        patch.setattr(whole, "LARGEST", 5)
        patch.setattr(beside, "LARGE", 5)
        made: dict[str, weakref.ref] = {}
        held: list[str] = []

        def noted(result):
            prepared = result.optimum.prepared
            for name in ("problem", "facts", "scores"):
                made[name] = weakref.ref(getattr(prepared, name))
            made["tables"] = weakref.ref(result.tables)
            return without_pairs(result)

        def checked(*words, **options):
            held.extend(name for name, value in made.items() if value() is not None)
            return verify(*words, **options)

        patch.setattr(proposing, "without_pairs", noted)
        patch.setattr("optimizer.verify.verify", checked)
        gc.collect()
        gc.disable()  # what refers to itself is let go of by the run, not by chance
        try:
            written = propose_to(folder / "case", folder / "large", options, keep=False)
        finally:
            gc.enable()
        assert made
    return folder / "whole", folder / "large", written, held


def test_a_second_process_beside_changes_no_byte(both, tmp_path, monkeypatch):
    _, large, *_ = both
    monkeypatch.setattr("optimizer.presentation.report.MOST_GAUGES", 1)
    for module in (pipeline, tables):
        monkeypatch.setattr(module, "LARGE", 5)
    monkeypatch.setattr(tables, "PART", 7)
    monkeypatch.setattr(whole, "LARGEST", 5)
    options = Options(accept_assumed=True, pdf=False, csv="international")
    written = propose_to(large.parent / "case", tmp_path / "alone", options, keep=False)
    files = [
        {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        for folder in (large, tmp_path / "alone")
    ]
    assert files[0].keys() == files[1].keys()
    assert [name for name in files[0] if files[0][name] != files[1][name]] == [Path("run.json")]
    assert list(written.summary["files"]) == list(both[2].summary["files"])


def test_points_of_a_large_run_are_more_only_where_a_small_one_solves_again(tmp_path, monkeypatch):
    """The exchange is the same in both; the sample that small cases solve again is what says less."""
    write_case(synthesize("doubs", dwellings=12, applications=120, seed=5), tmp_path / "case")
    options = Options(accept_assumed=True, pdf=False)
    propose_to(tmp_path / "case", tmp_path / "whole", options)
    for module in (pipeline, tables):
        monkeypatch.setattr(module, "LARGE", 5)
    monkeypatch.setattr(whole, "LARGEST", 5)
    propose_to(tmp_path / "case", tmp_path / "large", options)
    small = pd.read_csv(
        tmp_path / "whole" / "explanations.csv", sep=";", decimal=",", dtype={"application_id": str}
    )
    large = pd.read_parquet(tmp_path / "large" / "explanations.parquet")
    assert small["application_id"].tolist() == large["application_id"].tolist()
    sure = small["confirmed"] == "yes"
    assert sure.any()
    apart = small["points_needed"].fillna(-1) != large["points_needed"].astype(float).fillna(-1)
    assert not apart[~sure].any()
    assert (small["points_needed"] <= large["points_needed"].astype(float))[sure].all()


@pytest.mark.parametrize("ends", [9, pytest.param(0, marks=pytest.mark.soak)])
def test_a_second_process_that_ends_without_an_answer_leaves_its_part_to_the_first(
    tmp_path, monkeypatch, ends
):
    case = synthesize("doubs", dwellings=8, applications=60, seed=2)
    options = Options(accept_assumed=True, pdf=False)
    write_case(case, tmp_path / "case")
    for module in (pipeline, tables, beside):
        monkeypatch.setattr(module, "LARGE", 5)
    monkeypatch.setattr(whole, "LARGEST", 5)
    monkeypatch.setattr(beside, "tell", lambda *_: os._exit(ends))
    propose_to(tmp_path / "case", tmp_path / "out", options)
    assert {f"{name}.parquet" for name in PARTED} <= {f.name for f in (tmp_path / "out").iterdir()}


def test_nothing_that_weighs_gigabytes_of_a_country_is_held_while_it_is_checked(both):
    assert both[3] == []


def test_parted_tables_are_the_whole_ones(both):
    entire, large, *_ = both
    for name in (*PARTED, "proposals", "applications", "dwellings", "rules"):
        one = pd.read_csv(entire / f"{name}.csv", keep_default_na=False, dtype=str, encoding="utf-8")
        other = pd.read_parquet(large / f"{name}.parquet")
        assert list(one.columns) == list(other.columns)
        assert len(one) == len(other)
        for column in one.columns:
            mine, theirs = one[column], other[column]
            if (name, column) == ("explanations", "confirmed"):
                # a region's run or more is never solved to the last point: nothing is confirmed there
                assert (theirs.fillna("") == "").all()
                continue
            if (name, column) == ("dwellings", "reason_if_short"):
                # where nobody is eligible, a large run does not say how far the nearest households came
                further = mine != theirs
                assert mine[~further].any()
                assert mine[further].str.contains("aucune demande recevable ; ").all()
                assert (mine.str.replace(FURTHER, "", regex=True) == theirs).all()
                continue
            if pd.api.types.is_numeric_dtype(theirs.dtype):
                number = pd.to_numeric(mine.replace("", None))
                assert (number - theirs.astype("float64")).abs().max() < 1e-6 or number.isna().all()
                assert (number.isna() == theirs.isna()).all()
            else:
                # a cell that a spreadsheet would run is guarded in CSV only
                assert (mine.str.removeprefix("'") == theirs.fillna("").astype(str)).all(), (name, column)


def test_lists_hold_every_line_once_and_totals_every_dwelling(both):
    _, large, *_ = both
    files = sorted((large / "lists").iterdir())
    lists = pd.concat([pd.read_csv(f, keep_default_na=False, dtype=str) for f in files])
    proposals = pd.read_parquet(large / "proposals.parquet")
    keys = ["dwelling_id", "rank", "application_id"]
    assert sorted(map(tuple, lists[keys].astype(str).values.tolist())) == sorted(
        map(tuple, proposals[keys].astype(str).values.tolist())
    )
    for by in ("landlord", "epci"):
        totals = pd.read_csv(large / f"by_{by}.csv")
        assert totals["dwellings"].sum() == 16
        states = totals[["listed", "awaiting_reservataire", "no_candidate"]].sum(axis=1)
        assert (states == totals["dwellings"]).all()
        named = (proposals["rank"] == 1) & (proposals["application_id"] != "")
        assert totals["first_ranks"].sum() == int(named.sum())
        assert totals["reserves"].sum() == int((proposals["rank"] > 1).sum())


def test_no_page_per_dwelling_and_the_screen_says_so(both):
    _, large, written, _ = both
    names = {path.name for path in large.iterdir()}
    assert "report.html" in names
    assert not {n for n in names if n.endswith((".xlsx", ".pdf")) or n.startswith("sheets")}
    assert any("listes par bailleur" in line for line in written.summary["lines_fr"])
    assert any("lists by landlord" in line for line in written.summary["lines_en"])
    assert written.verdict != "refused"


def test_the_tables_are_named_as_they_lie_there(both):
    entire, large, written, _ = both
    named = re.compile(rf"(?:rules|changes|prospects|{'|'.join(PARTED)})\.(?:csv|parquet)")
    for folder, ending in ((entire, "csv"), (large, "parquet")):
        said = (folder / "report.html").read_text(encoding="utf-8")
        assert {name.partition(".")[2] for name in named.findall(said)} <= {ending}
        assert all((folder / name).is_file() for name in named.findall(said))
    for lines in (written.summary["lines_fr"], written.summary["lines_en"]):
        assert [name for line in lines for name in named.findall(line)] == ["rules.parquet"]


def test_a_run_that_is_not_kept_holds_its_numbers_and_no_row(both):
    whole, _, written, _ = both
    result = written.result
    for name in (*PARTED, "proposals"):
        assert len(getattr(result, name)) == 0, name
    problem, facts = result.optimum.prepared.problem, result.optimum.prepared.facts
    assert len(problem.entry_app) == len(facts.applications.ids) == len(result.tables.lists.lines.app) == 0
    assert len(result.rules) == len(pd.read_csv(whole / "rules.csv"))
    assert result.optimum.solved.objective > 0
    assert sum(written.summary["applications"].values()) == 200
