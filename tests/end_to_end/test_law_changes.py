"""A planner changes one number of the law in ``case.yaml``: the rules, the lists and the proof follow it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cli.running import attriflux
from tests.end_to_end.small import application, dwelling, exact, propose, proposed, table, write


def case_with(folder, changes: str):
    asked = [application(f"A{i}", monthly_income_eur=str(700 + 150 * i)) for i in range(24)]
    return write(folder, [dwelling(f"L{i}") for i in range(8)], asked, settings={"changes": changes})


def real(case):
    """The case without the word that makes it synthetic."""
    settings = (case / "case.yaml").read_text(encoding="utf-8").replace("synthetic: true\n", "")
    (case / "case.yaml").write_text(settings, encoding="utf-8")
    return case


def lec(out) -> dict[str, str]:
    return next(r for r in table(out / "rules.csv") if r["rule"] == "lec_q1_outside_qpv")


@pytest.mark.parametrize("share", ["0.00", "0.50", "1.00"])
def test_a_share_of_the_law(tmp_path, share):
    case = case_with(tmp_path / "case", f"{{national.lec.first_quartile_share: {share}}}")
    out = proposed(case, tmp_path / "out")
    row = lec(out)
    assert exact(row["share"]) == Decimal(share)
    assert exact(row["rate_required"]) == Decimal(share)
    missing = Decimal(share) * int(row["den_run"]) - int(row["num_run"])
    assert exact(row["shortfall"]) == max(missing, Decimal(0))
    done = attriflux("verify", out, "--case", case)
    assert done.code == 0, done.err


@pytest.mark.long
def test_asking_more_never_gives_fewer(tmp_path):
    found = []
    for share in ("0.10", "0.40", "0.70"):
        case = case_with(tmp_path / share, f"{{national.lec.first_quartile_share: {share}}}")
        found.append(int(lec(proposed(case, tmp_path / f"out{share}"))["num_run"]))
    assert found == sorted(found)
    assert found[0] < found[-1]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("{national.lec.first_quartil_share: 0.3}", "national.lec.first_quartile_share"),
        ("{national.lec.first_quartile_share: beaucoup}", "beaucoup"),
        ("{nowhere: 1}", "nowhere"),
    ],
)
def test_a_key_or_value_that_means_nothing_is_an_input_problem(tmp_path, changes, told):
    done = propose(case_with(tmp_path / "case", changes), tmp_path / "out")
    assert done.code == 2
    assert not (tmp_path / "out").exists()
    assert told in done.err and "Traceback" not in done.err


@pytest.mark.long
def test_an_assumed_threshold_needs_consent_on_a_real_case(tmp_path):
    """The published threshold needs none; a planner's own, put in its place by a change, is a supposition."""
    published, case = (
        real(case_with(tmp_path / name, changes))
        for name, changes in (("published", "{}"), ("case", "{territory.lec.q1_threshold.242500361: 9500}"))
    )
    assert attriflux("check", published).code == 0
    refused = propose(case, tmp_path / "out")
    assert refused.code == 2
    assert "ELIG_ASSUMED_THRESHOLD" in refused.err
    assert not (tmp_path / "out").exists()
    out = proposed(case, tmp_path / "out", "--accept-assumed")
    assert "supposé" in (out / "report.html").read_text(encoding="utf-8")
    assert attriflux("verify", out, "--case", case).code == 0
