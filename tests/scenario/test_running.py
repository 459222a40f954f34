"""Runs on the small shipped case: kept, resumed, the same bytes whatever the workers, compared."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

from optimizer import importers, policy
from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.runs import Options
from optimizer.scenario import (
    Scenario,
    compare,
    comparison_table,
    plan_scenarios,
    read_record,
    run_scenarios,
    shipped,
)
from optimizer.scenario.files import locate
from optimizer.statement.ledger import lines_of
from tests.campaign import FULL
from tests.scenario.cases import cut

HEAD = 'title: "T"\nwhy: "W ?"\n'


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "parts.yaml").write_text(HEAD + "over:\n  flux.mode: [1, 2]\n", encoding="utf-8")
    return [folder / "parts.yaml"]


@pytest.fixture(scope="module")
def ran(files, tiny, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "out"
    run_scenarios(files, out, case=tiny, workers=1)
    return out


def tables(out: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(out)): p.read_bytes()
        for p in sorted(out.rglob("*"))
        if p.is_file() and p.name != "run.json"
    }


def test_one_folder_per_run_and_a_comparison(ran):
    assert sorted(p.name for p in ran.iterdir() if p.is_dir()) == [
        "parts--flux.mode=1",
        "parts--flux.mode=2",
        "reference",
    ]
    head = (ran / "comparison.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head == (
        "scenario;indicator;rule;landlord;departement;epci;area;account;qpv;residence;public;unit;value;num;den;"
        "standard_error;low;high;reference;difference;difference_error"
    )
    exact = pd.read_parquet(ran / "comparison.parquet")
    assert ";".join(exact.columns) == head and len(exact) > 100
    for name in ("cas", "resultat"):
        assert (ran / "reference" / name).is_dir()


def test_negative_differences_stay_numbers(ran):
    text = (ran / "comparison.csv").read_text(encoding="utf-8-sig")
    assert "'-" not in text
    assert ";-" in text


@pytest.mark.long
def test_two_workers_give_the_same_bytes(files, ran, tiny, tmp_path):
    """One run each: a third one would only be more of the same."""
    out = tmp_path / "out"
    shutil.copytree(ran, out)
    for name in ("parts--flux.mode=1", "parts--flux.mode=2"):
        shutil.rmtree(out / name)
    again = run_scenarios(files, out, case=tiny, workers=2)
    assert again.reused == ("reference",)
    assert tables(out) == tables(ran)


@pytest.mark.long
def test_what_is_done_is_not_done_again(files, ran, tiny, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(ran, out)
    shutil.rmtree(out / "parts--flux.mode=2")
    stamp = (out / "reference" / "scenario.json").stat().st_mtime_ns
    told: list[tuple[int, int, str]] = []
    again = run_scenarios(files, out, case=tiny, workers=1, progress=lambda *a: told.append(a))
    assert again.reused == ("reference", "parts--flux.mode=1")
    assert told == [
        (0, 1, "vérification : parts--flux.mode=2"), (2, 3, ""), (3, 3, "parts--flux.mode=2"),
    ]  # fmt: skip
    assert (out / "reference" / "scenario.json").stat().st_mtime_ns == stamp
    assert tables(out) == tables(ran)


def test_a_folder_that_is_not_ours_is_left_alone(files, tmp_path):
    (tmp_path / "lettre.txt").write_text("x", encoding="utf-8")
    with pytest.raises(AttrifluxError) as caught:
        run_scenarios(files, tmp_path)
    assert caught.value.code == "OUT_NOT_OURS"
    assert [p.name for p in tmp_path.iterdir()] == ["lettre.txt"]


def test_two_scenarios_of_one_name_are_refused(files, tmp_path):
    with pytest.raises(AttrifluxError) as caught:
        run_scenarios([*files, *files], tmp_path / "out")
    assert caught.value.code == "SCENARIO_NAME_TWICE"


def test_keys_are_checked_before_the_case_is_read(tmp_path):
    wrong = tmp_path / "w.yaml"
    wrong.write_text(HEAD + "changes:\n  national.prices.nothing: 1\n", encoding="utf-8")
    case = tmp_path / "cas"
    case.mkdir()
    (case / "case.yaml").write_text(
        "title: x\nterritory: doubs\non: 2026-01-01\nyear: 2026\n", encoding="utf-8"
    )
    (case / "logements.csv").write_text("n'importe;quoi\n", encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        run_scenarios([wrong], tmp_path / "out", case=case)
    assert [(f.code, f.row) for f in caught.value.findings] == [("SCENARIO_REFUSED", 4)]
    assert not (tmp_path / "out").exists()


def test_the_reference_of_a_comparison_is_its_first_run(ran, tmp_path):
    table = compare([ran / "parts--flux.mode=1", ran / "reference"], tmp_path / "c")
    first = table[table["scenario"] == "parts--flux.mode=1"]
    assert (first["difference"] == 0).all()
    one = read_record(ran / "parts--flux.mode=1").values[("objective", "", "points")]
    two = read_record(ran / "reference").values[("objective", "", "points")]
    row = table[(table["scenario"] == "reference") & (table["indicator"] == "objective")].iloc[0]
    assert row["difference"] == pytest.approx(two - one)
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "information parfaite" in page
    assert "flux.mode" in page


def test_indicators_agree_with_the_published_tables(ran):
    record = read_record(ran / "reference")
    proposals = pd.read_csv(
        ran / "reference/resultat/proposals.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    first = proposals[proposals["rank"] == 1]
    counted = {k[1]: v for k, v in record.values.items() if k[0] == "account_dwellings"}
    assert counted == {f"account={a}": float(n) for a, n in first["account"].value_counts().items()}
    objective = json.loads((ran / "reference/resultat/certificate.json").read_text())["objective"]
    assert record.values[("objective", "", "points")] == round(float(objective), 2)
    rules = pd.read_csv(ran / "reference/resultat/rules.csv", sep=";", decimal=",", encoding="utf-8-sig")
    short = sum(v for k, v in record.values.items() if k[0] == "rule_shortfall")
    assert short == pytest.approx(rules["shortfall"].sum(), abs=0.01 * len(rules))


def test_publics_prioritaires_are_counted_as_the_rules_do(ran):
    """A code that is only declared is no public prioritaire: the page's share is the rule's own numerator and denominator."""
    values, parts = (getattr(read_record(ran / "reference"), name) for name in ("values", "parts"))
    rules = pd.read_csv(ran / "reference/resultat/rules.csv", sep=";", decimal=",", encoding="utf-8-sig")
    lines = rules[rules["rule"] == "priority_publics"]
    proposals = pd.read_csv(
        ran / "reference/resultat/proposals.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    first = proposals[(proposals["rank"] == 1) & proposals["application_id"].notna()]
    declared = first["priority"].notna().groupby(first["account"]).mean()
    differ = 0
    for account, mine in lines.groupby(lines["scope"].str.extract(r"account=(.+)$")[0]):
        num, den = int(mine["num_run"].sum()), int(mine["den_run"].sum())
        if den:
            key = ("account_priority", f"account={account}", "share")
            assert parts[key] == (num, den) and values[key] == round(num / den, 4)
            differ += declared[account] > num / den
    assert differ > 0
    public = {k[1]: v for k, v in values.items() if k[0] == "public_first"}
    assert (
        public["public=autres publics prioritaires"] < first["priority"].notna().sum() - public["public=DALO"]
    )


def test_the_gap_of_the_flux_has_two_sides_and_a_band(ran):
    record = read_record(ran / "reference")
    rules = pd.read_csv(ran / "reference/resultat/rules.csv", sep=";", decimal=",", encoding="utf-8-sig")
    lines = rules[rules["rule"] == "flux"].set_index("scope")
    case = importers.read(ran / "reference/cas")
    agreed = lines_of(case, policy.rules_of(case.settings))
    carried = {
        f"landlord={r.landlord};area={r.area};account={r.account}": float(r.opening_balance)
        for r in agreed.itertuples()
    }
    sides = {"flux_above": 0, "flux_below": 0}
    for scope, row in lines.iterrows():
        num, den = row["num_before"] + row["num_run"], row["den_before"] + row["den_run"]
        gap, band = num - row["share"] * den + carried[str(scope)], 0.5 + row["tolerance"] * den
        key = f"rule=flux;{scope}"
        if str(scope).endswith(
            "account=BAILLEUR"
        ):  # told where what is not reserved is told without a line of its own
            key = f"rule=flux_max;{str(scope).replace('area=', 'departement=')}"
        if den:
            assert record.values["flux_gap", key, "leases"] == pytest.approx(gap, abs=0.006)
            assert record.values["flux_band", key, "leases"] == pytest.approx(band, abs=0.006)
            sides["flux_above"] += gap > band + 1e-9
            sides["flux_below"] += gap < -band - 1e-9
    for name, n in sides.items():
        assert record.values[name, "", "lines"] >= n
    assert sum(sides.values()) > 0
    page = (ran / "comparison.html").read_text(encoding="utf-8")
    table = page.partition("écart de chaque contingent à sa part</h2>")[2].partition("<h2>")[0]
    assert '<td class="n above"' in table or 'class="above n"' in table or 'class="above' in table


def test_every_consequence_of_the_comparison_is_there_and_adds_up(ran):
    values = read_record(ran / "reference").values
    names = {k[0] for k in values}
    assert {
        "account_planned", "account_flux", "account_dwellings", "account_priority", "rule_rate", "rule_marginal",
        "rule_loss", "dwellings_below_size", "vacancy_days", "vacancy_cost", "mean_score", "mean_months", "mutation_share",
        "q1_share", "q234_share", "q_unknown_share", "public_first",
    } <= names  # fmt: skip
    quartiles: dict[str, float] = {}
    for (name, scope, _), value in values.items():
        if name in ("q1_share", "q234_share", "q_unknown_share"):
            quartiles[scope] = quartiles.get(scope, 0) + value
    assert {"epci=242500361;qpv=no", "epci=242500361;qpv=yes"} <= set(quartiles)
    assert all(total == pytest.approx(1, abs=2e-4) for total in quartiles.values())
    proposals = pd.read_csv(
        ran / "reference/resultat/proposals.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    named = proposals[(proposals["rank"] == 1) & proposals["application_id"].notna()]
    assert sum(v for k, v in values.items() if k[0] == "public_first") == len(named)
    rules = pd.read_csv(ran / "reference/resultat/rules.csv", sep=";", decimal=",", encoding="utf-8-sig")
    own = rules[(rules["rule"] == "flux_max") & rules["scope"].str.endswith(";account=BAILLEUR")]
    reached, planned = (
        values[name, "account=BAILLEUR", "dwellings"] for name in ("account_flux", "account_planned")
    )
    assert (
        reached == own["num_run"].sum() > 0
    )  # none of these agreements gives the landlord a share of its own
    assert planned == pytest.approx((own["share"] * own["den_run"]).sum(), abs=1)
    lost = sum(v for k, v in values.items() if k[0] == "rule_loss")
    assert lost == pytest.approx((rules["shortfall"] * rules["price"]).sum(), abs=0.1)


def test_gains_and_losses_are_shown_by_account_and_by_public(ran):
    page = (ran / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "Qui gagne, qui perd" in page
    assert "salariés Action Logement" in page
    assert "CU Grand Besançon Métropole" in page
    table = pd.read_csv(ran / "comparison.csv", sep=";", decimal=",", encoding="utf-8-sig")
    publics = table[table["indicator"] == "public_first"]
    by_run = publics.groupby("scenario")["value"].sum()
    assert (publics.groupby("scenario")["difference"].sum() == by_run - by_run["reference"]).all()


def test_an_empty_folder_is_no_run(tmp_path):
    with pytest.raises(AttrifluxError) as caught:
        compare([tmp_path])
    assert caught.value.code == "SCENARIO_NOT_A_RUN"
    assert comparison_table([]).empty


@pytest.mark.long
def test_the_year_lived_week_by_week_stands_beside_the_optimum(tiny, tmp_path):
    scenario = tmp_path / "s.yaml"
    scenario.write_text(HEAD + "changes:\n  national.prices.flux: 900\n", encoding="utf-8")
    ran = run_scenarios(
        [scenario], tmp_path / "out", case=tiny, workers=1, reference=False, replications=2, weeks=2
    )
    names = set(ran.comparison["indicator"])
    assert {
        "objective",
        "weekly_account_dwellings",
        "weekly_unlet",
        "weekly_rule_rate",
        "weekly_q1_share",
    } <= names
    lived = ran.comparison[ran.comparison["indicator"] == "weekly_lec_outside_qpv"].iloc[0]
    assert lived["low"] <= lived["value"] <= lived["high"] and lived["den"] > 0
    assert (tmp_path / "out" / "s" / "weekly.csv").is_file()
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "vécue en lots hebdomadaires, avec refus" in page


def some_of(files: list[Path], folder: Path) -> list[Path]:
    """The files as they are in a full campaign; else two lists of values are cut to their ends, a third to its first."""
    if FULL:
        return files
    folder.mkdir()
    for file in files:
        seen = count()

        def some(found: re.Match[str], seen: Iterator[int] = seen) -> str:
            values = found[1].split(",")
            return f": [{values[0]}]" if next(seen) >= 2 else f": [{values[0]},{values[-1]}]"

        text = re.sub(r":\s*\[([^\]]+)\]", some, file.read_text(encoding="utf-8"))
        (folder / file.name).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.mark.soak
def test_every_shipped_scenario_runs_on_the_small_case(tmp_path):
    """With all its applications in a full campaign, else with some of them."""
    files = some_of([locate(name) for name in shipped()], tmp_path / "files")
    case = None if FULL else cut(tmp_path / "cas", 48, 90)
    ran = run_scenarios(files, tmp_path / "out", case=case, workers=1, options=Options(pdf=False, gap=0.001))
    assert {run.scenario for run in ran.runs} >= {file.stem for file in files}
    assert len(ran.runs) >= 20
    records = [read_record(tmp_path / "out" / run.name) for run in ran.runs]
    assert {r.verdict for r in records} <= {"certified", "certified within"}
    by_name = {r.name: r.values for r in records}
    direct = by_name["gestion-directe"][("vacancy_days", "", "days")]
    assert by_name["delai-15-jours"][("vacancy_days", "", "days")] < direct
    waiting = ("dwellings_awaiting", "", "dwellings")
    assert by_name["delegation-totale"][waiting] < by_name["gestion-directe"][waiting]
    assert (
        by_name["livraison"][("dwellings_listed", "", "dwellings")]
        > by_name["reference"][("dwellings_listed", "", "dwellings")]
    )


@pytest.mark.long
def test_runs_under_a_grid_edited_since_are_made_again(tiny, tmp_path):
    """The case itself does not read that grid: the run answered with the points of before, « already done »."""
    law = Path(shutil.copytree(models_dir(), tmp_path / "models"))
    tried = Scenario("seniority", changes={"territory.grid": "demonstration_anciennete"})
    asked = {"case": tiny, "options": Options(pdf=False, models=law)}
    run_scenarios(tried, tmp_path / "out", workers=1, **asked)
    assert plan_scenarios(tried, tmp_path / "out", **asked).done == 2
    grid = law / "cotation" / "demonstration_anciennete.yaml"
    text = grid.read_text(encoding="utf-8")
    grid.write_text(text.replace("points_per_month: 1.5", "points_per_month: 0.5"), encoding="utf-8")
    assert plan_scenarios(tried, tmp_path / "out", **asked).done == 0
