"""Dashboards count what ``propose`` counts: the same targets, to the unit, before the run, in it and expected."""

from __future__ import annotations

import csv
import io

import pytest

from optimizer.statement.dashboards.board import all_accept, as_expected
from optimizer.statement.dashboards.targets import label
from tests.statement.dashboards.midyear import ON


def published(folder) -> dict[tuple[str, str], dict[str, str]]:
    """Lines of ``rules.csv`` by (rule, scope)."""
    text = (folder / "rules.csv").read_text(encoding="utf-8-sig")
    return {(r["rule"], r["scope"]): r for r in csv.DictReader(io.StringIO(text), delimiter=";")}


def number(text: str) -> float:
    return float(text.replace(",", "."))


def agree(gauge, rows) -> None:
    counts = gauge.counts
    assert counts.num == sum(int(r["num_before"]) for r in rows)
    assert counts.den == sum(int(r["den_before"]) for r in rows)
    assert counts.num_run == sum(int(r["num_run"]) for r in rows)
    assert counts.den_run == sum(int(r["den_run"]) for r in rows)
    assert float(counts.num_expected) == pytest.approx(sum(number(r["expected_num"]) for r in rows), abs=1e-3)
    rest = max(sum(number(r["den_remaining"]) for r in rows), counts.den_run)
    assert float(gauge.remaining) == pytest.approx(rest, abs=1e-2)


def rates(gauge, row) -> None:
    """What the table and the page say comes of the run: all accept, each with its own probability."""
    num, den = int(row["num_before"]), int(row["den_before"])
    ran = (num + int(row["num_run"])) / (den + int(row["den_run"]))
    assert float(all_accept(gauge)) == pytest.approx(ran)
    expected = (num + number(row["expected_num"])) / (den + float(gauge.counts.den_expected))
    assert float(as_expected(gauge)) == pytest.approx(expected, abs=1e-5) and gauge.counts.num_expected > 0


def test_mixity_of_an_epci_is_that_of_the_rules(year, board):
    rules = published(year[1])
    view = board("epci", "242500361")
    pair = [g for g in view.gauges if g.id.startswith("lec") and g.primary]
    assert [g.id for g in pair] == ["lec_q1_outside_qpv", "lec_q234_inside_qpv"]
    for gauge in pair:
        agree(gauge, [rules[gauge.id, "epci=242500361"]])
        rates(gauge, rules[gauge.id, "epci=242500361"])
        parts = [g for g in view.gauges if g.id == gauge.id and not g.primary]
        assert sum(g.counts.num for g in parts) == gauge.counts.num > 0
        assert sum(g.counts.den_run for g in parts) == gauge.counts.den_run > 0


def test_priority_publics_of_a_departement_add_up_the_landlords_lines(year, board):
    rules = published(year[1])
    view = board("prefet", "25")
    accounts = {label(view.year, a): a for a in view.year.facts.accounts}
    seen = 0
    for gauge in view.gauges:
        if gauge.id == "priority_publics":
            account = accounts.get(gauge.title, "BAILLEUR")
            start = f"landlord={gauge.scope};" if account == "BAILLEUR" else "landlord="
            rows = [
                r for (rule, scope), r in rules.items()
                if rule == gauge.id and scope.startswith(start) and scope.endswith(f";departement=25;account={account}")
            ]  # fmt: skip
            agree(gauge, rows)
            seen += 1
    assert seen >= 5


def test_dalo_of_a_departement_is_that_of_the_rules(year, board):
    view = board("prefet", "25")
    gauge = next(g for g in view.gauges if g.id == "dalo")
    agree(gauge, [published(year[1])["dalo", "departement=25"]])
    assert gauge.year_target == 30


def test_shares_of_the_flux_are_those_of_the_rules(year, board):
    rules = published(year[1])
    gauges = [g for g in board("landlord", "OPH25").gauges if g.id == "flux"]
    assert len(gauges) >= 5
    for gauge in gauges:
        key = gauge.sources[0].key.split(".")
        row = rules["flux", f"landlord={key[1]};area={key[3]};account={key[2]}"]
        assert (gauge.counts.num, gauge.counts.den) == (int(row["num_before"]), int(row["den_before"]))
        assert (gauge.counts.num_run, gauge.counts.den_run) == (int(row["num_run"]), int(row["den_run"]))
        assert float(gauge.counts.num_expected) == pytest.approx(number(row["expected_num"]), abs=1e-3)


def test_essential_workers_and_mutations_are_those_of_the_rules(year, board):
    rules = published(year[1])
    gauge = next(g for g in board("epci", "242500361").gauges if g.id == "essential_workers")
    agree(gauge, [rules["essential_workers", "epci=242500361"]])
    mutation = next(g for g in board("landlord", "OPH25").gauges if g.id == "mutation_max")
    row = rules["mutation_max", "landlord=OPH25;departement=25"]
    assert mutation.counts.den == int(row["den_before"])
    assert mutation.counts.num == int(row["den_before"]) - int(row["num_before"])
    assert mutation.counts.num_run == int(row["den_run"]) - int(row["num_run"])


def test_ledger_rows_are_those_of_the_statement(year, board):
    from optimizer.statement import bilan

    own = board("landlord", "OPH25").table("ledger")
    whole = bilan(year[0], 2026).ledger
    whole = whole[whole["landlord"] == "OPH25"]
    for column in ("share", "due", "consumed_signed", "remaining", "forecast", "year_due"):
        assert sorted(own[column]) == sorted(whole[column]), column


def test_every_dalo_household_is_counted_once_in_the_whole(year, board):
    view = board("prefet", "25")
    table = view.table("dalo").set_index("account")
    for column in ("progress", "proposed", "housed"):
        assert table[column].iloc[:-1].sum() == table.loc["Ensemble", column], column
    assert (
        table["waiting"].iloc[:-1].max()
        <= table.loc["Ensemble", "waiting"]
        <= table["waiting"].iloc[:-1].sum()
    )
    lines = view.year.lines
    assert table.loc["Ensemble", "housed"] == ((lines["state"] == "signed") & lines["dalo"]).sum() > 0


def test_trajectories_end_on_the_target_and_stand_where_the_gauge_stands(year, board):
    view = board("landlord", "OPH25")
    for gauge in view.gauges:
        if not gauge.primary:
            continue
        t = view.trajectory
        mine = t[(t["gauge"] == gauge.id) & (t["title"] == gauge.title) & (t["scope"] == gauge.scope)]
        assert mine["straight_line"].iloc[-1] == gauge.year_target
        assert mine["straight_line"].is_monotonic_increasing and mine["done"].dropna().is_monotonic_increasing
        assert mine["done"].dropna().iloc[-1] == gauge.counts.num
        assert mine["done"].notna().sum() == ON.month


def test_the_state_in_qpv_against_the_others(year, board):
    view = board("prefet", "25")
    table, lines = view.table("state_in_qpv").set_index("group"), view.year.lines
    state = lines[
        lines["account"].isin(["ETAT_PRIO", "ETAT_AGENT"]) & (lines["state"] == "signed") & lines["in_flux"]
    ]
    assert table.loc["État", "signed"] == len(state)
    assert table.loc["État", "signed_qpv_share"] == pytest.approx(state["qpv"].mean(), abs=1e-4)


def test_every_forbid_of_the_departement_is_listed(year, board):
    table = board("prefet", "25").table("forbids")
    assert table["author"].tolist() == ["Commission du 12 mai", "Secrétariat"]
    assert table["dwelling_id"].iloc[0] == "tous"
    assert table["expires_on"].tolist() == ["01/06/2026 (échue)", "31/12/2026"]
