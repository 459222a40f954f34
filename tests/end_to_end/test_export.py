"""The exported instance: every eligible pair, and a model whose optimum, found elsewhere, is the published one."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal

import highspy
import numpy as np
import pulp
import pytest

from optimizer import eligibility, pipeline
from tests.cli.running import attriflux
from tests.end_to_end.small import (
    AGREEMENT,
    BESANCON,
    SERRE,
    application,
    dwelling,
    exact,
    header,
    proposed,
    table,
    write,
)  # fmt: skip


@pytest.fixture(scope="module")
def exported(weeks, tmp_path_factory):
    """name -> (case, result, folder of the exports)."""
    made = {}
    for name in ("plain-1", "tight-2"):
        case, out = weeks[name]
        folder = tmp_path_factory.mktemp("export")
        done = attriflux(
            "export", case, "--pairs", folder / "p.csv", "--mps", folder / "m.mps", "--lp", folder / "m.lp"
        )
        assert done.code == 0, done.err
        made[name] = (case, out, folder)
    return made


@pytest.fixture(params=["plain-1", "tight-2"])
def export(request, exported):
    return exported[request.param]


def published(out) -> float:
    return float(json.loads((out / "certificate.json").read_text(encoding="utf-8"))["objective"])


def model_of(file) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(file)) == highspy.HighsStatus.kOk
    return solver


@pytest.mark.long
def test_highs_finds_the_published_optimum(export):
    _, out, folder = export
    solver = model_of(folder / "m.mps")
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-10)
    solver.setOptionValue("threads", 1)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert solver.getInfo().objective_function_value == pytest.approx(-published(out), abs=1e-4)


def said_of(solver: highspy.Highs) -> tuple[dict[str, tuple[object, ...]], dict[str, tuple[object, ...]]]:
    """(column -> cost, bounds, whole or not, its coefficients by row; row -> bounds), whatever the order of the file."""
    model = solver.getLp()
    matrix = model.a_matrix_
    assert matrix.format_ == highspy.MatrixFormat.kColwise
    start, index, value = (list(x) for x in (matrix.start_, matrix.index_, matrix.value_))
    rows, whole = list(model.row_names_), list(model.integrality_)
    columns = {
        name: (
            round(cost, 6), low, high, whole[c],
            {rows[index[k]]: round(value[k], 6) for k in range(start[c], start[c + 1])},
        )
        for c, (name, cost, low, high) in enumerate(
            zip(model.col_names_, model.col_cost_, model.col_lower_, model.col_upper_, strict=True)
        )
    }  # fmt: skip
    return columns, dict(zip(rows, zip(model.row_lower_, model.row_upper_, strict=True), strict=True))


def test_both_files_hold_the_same_model(export):
    """Its optimum is looked for in one of them."""
    *_, folder = export
    (columns, rows), (other, also) = (said_of(model_of(folder / name)) for name in ("m.mps", "m.lp"))
    assert other.pop("zero", (0.0, 0.0, 0.0))[:3] == (0.0, 0.0, 0.0)  # a row needs a column in an LP file
    assert columns == other and rows == also and len(columns) > 100


def test_cbc_finds_the_published_optimum(exported):
    _, out, folder = exported["plain-1"]
    _, model = pulp.LpProblem.fromMPS(str(folder / "m.mps"), sense=pulp.LpMinimize)
    model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, timeLimit=60))
    assert pulp.LpStatus[model.status] == "Optimal"
    assert pulp.value(model.objective) == pytest.approx(-published(out), abs=1e-4)


def test_names_are_plain_and_explained(export):
    _, out, folder = export
    with (folder / "names.csv").open(encoding="utf-8", newline="") as file:
        names = {row["name"]: row for row in csv.DictReader(file)}
    assert all(re.fullmatch(r"[A-Za-z0-9_.]+", name) for name in names)
    section, used = "", set()
    for line in (folder / "m.mps").read_text(encoding="ascii").splitlines():
        if not line.startswith(" "):
            section = line.split()[0]
        elif section == "ROWS":
            used.add(line.split()[1])
        elif section == "COLUMNS" and "'MARKER'" not in line:
            used.add(line.split()[0])
    assert used - {"cost"} == set(names)
    rows = {(r["rule"], r["scope"]) for r in names.values() if r["what"] == "shortfall"}
    assert rows == {(r["rule"], r["scope"]) for r in table(out / "rules.csv")}


def test_pairs_are_all_the_eligible_ones(export):
    """Every pair of the case without refusal code, and no other: nothing was reduced."""
    case, _, folder = export
    prepared = pipeline.prepare(case)
    found: dict[str, set[str]] = {}
    for row in table(folder / "p.csv"):
        found.setdefault(row["dwelling_id"], set()).add(row["application_id"])
    everyone = np.arange(len(prepared.problem.application_ids), dtype=np.int32)
    for d, name in enumerate(prepared.problem.dwelling_ids):
        codes = eligibility.pair_code(prepared.facts, d, everyone)
        expected = {str(prepared.problem.application_ids[a]) for a in everyone if codes[a] == 0}
        assert found.get(str(name), set()) == expected, name


def test_pairs_carry_the_published_values(export):
    _, out, folder = export
    told = "dwelling_id application_id account score fit burden lean value may_be_first"
    assert header(folder / "p.csv") == told.split()
    pairs = {(r["dwelling_id"], r["application_id"], r["account"]): r for r in table(folder / "p.csv")}
    lines = [r for r in table(out / "proposals.csv") if r["application_id"]]
    assert lines
    for line in lines:
        pair = pairs[line["dwelling_id"], line["application_id"], line["account"]]
        parts = ("score", "fit", "burden", "lean", "value")
        assert [exact(pair[c]) for c in parts] == [exact(line[c]) for c in parts]
        assert pair["may_be_first"] == "1" or line["rank"] != "1"


def test_pairs_of_a_case_small_enough_to_count(tmp_path):
    asked = [
        application("A1"),
        application("A2", choices=SERRE),
        application("A3", choices=f"{SERRE}|{BESANCON}", als_employee="oui"),
        application("A4", persons="9", adults="2", children_under_14="7"),
    ]
    case = write(
        tmp_path / "case", [dwelling("L1"), dwelling("L2", commune=SERRE)], asked, conventions=AGREEMENT
    )
    assert attriflux("export", case, "--pairs", tmp_path / "p.csv").code == 0
    pairs = {(r["dwelling_id"], r["application_id"], r["account"]) for r in table(tmp_path / "p.csv")}
    assert pairs == {
        ("L1", "A1", "BAILLEUR"), ("L1", "A3", "BAILLEUR"), ("L1", "A3", "ALS"),
        ("L2", "A2", "BAILLEUR"), ("L2", "A3", "BAILLEUR"), ("L2", "A3", "ALS"),
    }  # fmt: skip
    for row in table(tmp_path / "p.csv"):
        parts = exact(row["score"]) + exact(row["fit"]) - exact(row["burden"]) + exact(row["lean"])
        assert exact(row["value"]) == Decimal(20_000) + parts


def test_an_empty_case_exports_an_empty_model(tmp_path):
    case = write(tmp_path / "case", [], [])
    done = attriflux(
        "export", case, "--pairs", tmp_path / "p.csv", "--mps", tmp_path / "m.mps", "--lp", tmp_path / "m.lp"
    )
    assert done.code == 0, done.err
    assert table(tmp_path / "p.csv") == []
    out = proposed(case, tmp_path / "out")
    assert published(out) == 0
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(tmp_path / "m.mps")) == highspy.HighsStatus.kOk
    assert solver.getNumCol() == len(table(out / "rules.csv"))
