"""Random cases that use every table at once: certified, the same for every backend and order, verified, exportable."""

from __future__ import annotations

import json
from decimal import Decimal

import highspy
import pytest

import optimizer as af
from optimizer.problem.export import write_mps
from tests.campaign import seeds
from tests.end_to_end.shuffling import shuffled
from tests.end_to_end.small import objective, same_answer, table, tables_alone
from tests.end_to_end.varied import varied

SEEDS = seeds(200)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.long
def test_a_varied_case(tmp_path, seed):
    case = varied(tmp_path / "case", seed)
    out = tmp_path / "out"
    made = af.propose_to(case, out, af.Options(pdf=False)).result
    told = json.loads((out / "certificate.json").read_text(encoding="utf-8"))
    assert told["status"] == "certified_optimal"
    assert objective(out) == Decimal(told["objective"])
    backend = ("cpsat", "pulp", "highs", "scale")[seed % 4]
    other = shuffled(case, tmp_path / "shuffled", seed)
    assert same_answer(out, tables_alone(other, tmp_path / "other", backend=backend))
    assert all(r["explained_by"] not in ("", "gap") for r in table(out / "leapfrogs.csv"))

    write_mps(made.optimum.prepared.problem, tmp_path / "m.mps")
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-10)
    assert solver.readModel(str(tmp_path / "m.mps")) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(-float(told["objective"]), abs=1e-4)


@pytest.mark.long
def test_the_cases_are_varied(tmp_path):
    """The campaign meets what it says: awaited lines, several accounts and rules, codes of every kind."""
    accounts, waiting, rules, reasons, flags = set(), 0, set(), set(), set()
    for seed in range(102, 106):
        out = tables_alone(varied(tmp_path / f"case{seed}", seed), tmp_path / f"out{seed}")
        lines = table(out / "proposals.csv")
        accounts |= {r["account"] for r in lines}
        waiting += sum(not r["application_id"] for r in lines)
        flags |= {flag for r in lines for flag in r["flags"].split("|")}
        rules |= {r["rule"] for r in table(out / "rules.csv")}
        reasons |= {r["reason"] for r in table(out / "applications.csv")}
    assert {"ALS", "ETAT_PRIO", "BAILLEUR", "MUTATION"} <= accounts
    assert waiting > 2
    assert {"flux", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo"} <= rules
    assert {"INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "FIRST_RANK", "RESERVE"} <= reasons
    assert {"DOSSIER_TO_VERIFY", "UNREACHABLE"} & flags


@pytest.mark.parametrize("seed", [214, 224])
def test_the_scale_kernel_gives_the_same_files(tmp_path, seed):
    """Plan B and its loss come from the proof, not from the backend that found the proposal."""
    case = varied(tmp_path / "case", seed)
    out = tables_alone(case, tmp_path / "out", backend="highs")
    assert same_answer(out, tables_alone(case, tmp_path / "other", backend="scale"))
