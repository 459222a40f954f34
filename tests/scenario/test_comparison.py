"""Several runs side by side: what differs in the inputs and in the results, plots, notes, records of another version."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from optimizer.cli.weekly_table import weekly_table
from optimizer.errors import AttrifluxError
from optimizer.scenario import compare, inputs_table, read_record, run_scenarios
from optimizer.scenario.files import Run
from optimizer.scenario.parallel import sweep, weeks_lived, weeks_of
from optimizer.scenario.unused import unused
from tests.cli.running import attriflux

SWEPT = "national.lec.first_quartile_share"
LONELY = "flux.negotiated.ALS"


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[Path]:
    """The case as it is, and a quota swept over two values by a scenario that also holds a key nobody reads."""
    base = tmp_path_factory.mktemp("compare")
    scenario = base / "quota.yaml"
    scenario.write_text(
        f'title: "Q"\nwhy: "W ?"\nchanges:\n  {LONELY}: 0.02\nover:\n  {SWEPT}: [0.4, 0.9]\n', encoding="utf-8"
    )  # fmt: skip
    ran = run_scenarios([scenario], base / "out", workers=1)
    return [base / "out" / run.name for run in ran.runs]


def test_inputs_differ_by_key_with_the_value_in_force_elsewhere(folders):
    records = [read_record(f) for f in folders]
    assert [r.name for r in records] == ["reference", f"quota--{SWEPT}=0.4", f"quota--{SWEPT}=0.9"]
    table = inputs_table(records).set_index("key")
    assert table.index.tolist() == [LONELY, SWEPT]
    assert table.loc[SWEPT].tolist() == ["0.25", "0.4", "0.9"]
    assert table.loc[LONELY].tolist() == ["", "0.02", "0.02"]


def test_results_differ_from_the_first_run_in_every_format(folders, tmp_path):
    table = compare(folders, tmp_path / "c")
    goal = table[table["indicator"] == "objective"].set_index("scenario")
    # more is asked of the same dwellings: the optimum can only fall
    assert goal["difference"].iloc[0] == 0 and goal["value"].is_monotonic_decreasing
    assert goal["value"].iloc[2] < goal["value"].iloc[0]
    assert ((table["value"] - table["reference"] - table["difference"]).abs().dropna() < 1e-9).all()
    written = pd.read_csv(tmp_path / "c" / "comparison.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert len(written) == len(table)
    book = openpyxl.load_workbook(tmp_path / "c" / "comparison.xlsx", read_only=True)
    cells = [[c for c in row if c is not None] for sheet in book for row in sheet.iter_rows(values_only=True)]
    book.close()
    assert [SWEPT, "0.25", "0.4", "0.9"] in [[str(c) for c in row] for row in cells]


def test_the_page_draws_shares_attainment_and_the_cost_of_the_quota(folders, tmp_path):
    compare(folders, tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8")
    for label in (
        "Part des logements proposés par contingent",
        "Objectifs : atteint sur visé",
        "Coût du quota",
    ):
        assert label in page, label
    curve = page.partition("Coût du quota")[2].partition("</svg>")[0]
    assert SWEPT in curve and curve.count("<circle") == 2
    assert "<b>0.9</b>" in page and '<span class="base">0.25</span>' in page
    alone = compare(folders[:2], tmp_path / "d")
    assert not alone.empty
    assert "Coût du quota" not in (tmp_path / "d" / "comparison.html").read_text(encoding="utf-8")


def test_a_record_of_another_version_is_refused_with_what_to_do(folders, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(folders[0] / "scenario.json", old / "scenario.json")
    record = json.loads((old / "scenario.json").read_text(encoding="utf-8"))
    for content in ({**record, "format": "attriflux-scenario/1"}, {"name": "x"}):
        (old / "scenario.json").write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(AttrifluxError) as caught:
            compare([folders[0], old])
        assert caught.value.code == "SCENARIO_OTHER_FORMAT"
        assert "« old »" in str(caught.value) and "scenario run" in str(caught.value)
    (old / "scenario.json").write_text("{", encoding="utf-8")
    with pytest.raises(AttrifluxError) as caught:
        read_record(old)
    assert caught.value.code == "SCENARIO_NOT_A_RUN"


def test_a_key_nobody_reads_is_said_on_the_page_and_in_the_terminal(folders, tmp_path):
    said = f"{LONELY} ne change rien : seul le mode 4 s'en sert, et flux.mode n'est pas fixé."
    compare(folders, tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8")
    assert page.count(said.replace("'", "&#39;")) == 2 and "1 remarque<" in page
    done = attriflux("scenario", "compare", *folders)
    assert done.code == 0
    lines = done.out.partition("Remarques")[2]
    assert lines.count(said) == 1 and folders[1].name in lines and folders[2].name in lines


@pytest.mark.parametrize(
    ("changes", "negotiated", "keys"),
    [
        ({"rights.OPH.ALS.2027": 10}, {}, ["rights.OPH.ALS.2027"]),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 2}, {}, ["rights.OPH.ALS.2027"]),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 3}, {}, []),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 4}, {}, ["rights.OPH.ALS.2027"]),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 4}, {"base": 3}, []),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 4, "flux.negotiated.base": 3}, {}, []),
        ({"flux.negotiated.ALS": 0.1, "flux.mode": 3}, {}, ["flux.negotiated.ALS"]),
        ({"flux.negotiated.ALS": 0.1, "flux.counterpart.ALS": "x", "flux.mode": 4}, {}, []),
        ({"stock.OPH.*.turnover": 0.1, "flux.basis": "actual"}, {}, ["flux.basis", "stock.OPH.*.turnover"]),
        ({"stock.OPH.*.turnover": 0.1, "flux.basis": "actual", "flux.mode": 1}, {}, []),
        ({"national.prices.flux": 900, "assiette.OPH.mutation": 0}, {}, []),
    ],
)
def test_which_keys_a_conversion_reads(changes, negotiated, keys):
    found = unused([Run("a", "A", "s", changes)], negotiated)["a"]
    assert [f.params["key"] for f in found] == keys
    assert all(f.severity == "warning" for f in found)


def test_a_matrix_of_modes_reads_in_one_run_what_the_others_leave():
    runs = [Run(str(m), "A", "s", {"flux.mode": m, "flux.negotiated.ALS": 0.1}) for m in (1, 4)]
    assert unused(runs, {}) == {"1": (), "4": ()}


def test_the_terminal_shows_the_year_lived_week_by_week():
    rows = [
        ("a", "weekly_leases", "account=ALS", "leases", 30.5), ("a", "weekly_leases", "account=BAILLEUR", "leases", 10.0),
        ("a", "weekly_unlet", "", "dwellings", 3.0), ("a", "weekly_unlet_low", "", "dwellings", 2.0),
        ("a", "weekly_unlet_high", "", "dwellings", 4.0), ("a", "weekly_q1_outside_qpv", "", "share", 0.223),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["scenario", "indicator", "scope", "unit", "value"])
    lines = weekly_table(table, "fr", numbered=False).splitlines()
    assert "réplications" in lines[0]
    assert lines[3].split()[:4] == ["a", "40,5", "3", "–"] and "22,3" in lines[3]
    assert lines[4].split()[:2] == ["bas", "2"] and lines[5].split()[:2] == ["haut", "4"]
    assert weekly_table(table[table["indicator"] == "none"], "fr", numbered=False) == ""


def test_weeks_lived_by_unfinished_runs_are_counted(tmp_path):
    for name, text in (("a", "12"), ("b", ""), ("c", "30")):
        weeks_of(tmp_path / name).write_text(text, encoding="utf-8")
    assert weeks_lived([tmp_path / name for name in "abcd"]) == 42
    sweep(tmp_path, "abc")
    assert not list(tmp_path.iterdir())
