"""Orientations that came back without a lease: engine, verifier, ledger and dashboard count them alike."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimizer as af
from optimizer import importers, policy
from optimizer.runs import propose_to
from optimizer.statement import ledger
from optimizer.statement.dashboards import dashboard
from optimizer.verify import verify
from optimizer.verify.tables import read_case
from tests.campaign import part
from tests.end_to_end.small import BESANCON, SERRE, agreement, csv_text, dwelling
from tests.statement.followed import AGREEMENT, Three, count_three, event, followed, lease, progress


def alike(three: Three) -> Three:
    """Engine and verifier to the bit; the ledger has the same numerators and denominators."""
    assert three.engine == three.verifier
    flux = {key: (n, d) for key, (n, d, *_) in three.engine.items() if key[0] == "flux"}
    assert {key: three.ledger[key] for key in flux if key in three.ledger} == {
        key: counts for key, counts in flux.items() if key in three.ledger
    }
    return three


def test_an_orientation_that_came_back_is_consumed_and_the_dwelling_let_on_another_account(tmp_path):
    events = [
        event("R1", "ALS", oriented="2026-02-01"),
        event("R1", "BAILLEUR", oriented="2026-03-01", signed="2026-04-01"),
    ]
    leases = [lease("R1", "BAILLEUR")]
    without = alike(count_three(followed(tmp_path / "a", leases=leases)))
    three = alike(count_three(followed(tmp_path / "b", leases=leases, events=events)))
    assert without.flux("ALS")[:2] == (0, 1)
    # one lease and one orientation; 40 vacated less the one lease are still expected, as before
    assert three.flux("ALS")[:4] == (1, 2, 39, 1) and three.flux("BAILLEUR")[:4] == (1, 2, 39, 1)
    # (0.4 × (2 + 39) − 1) / 39 = 0.39487…, where 0.4 × 40 / 39 was asked without the event
    assert (three.flux("ALS")[4], without.flux("ALS")[4]) == (3949, 4103)
    assert three.ledger["flux", "landlord=BAIL;area=25;account=ALS"] == (1, 2)
    # no rule on households sees it
    assert {k: v for k, v in three.engine.items() if k[0] not in ("flux", "flux_max")} == {
        k: v for k, v in without.engine.items() if k[0] not in ("flux", "flux_max")
    }
    assert any(rule.startswith("lec") for rule, _ in three.engine)


@pytest.mark.parametrize(
    ("events", "account", "counts"),
    [
        # two candidates of one orientation
        ([event("R", "ALS", "0", oriented="2026-02-01"), event("R", "ALS", "1", oriented="2026-02-01", presented="2026-02-09")],
         "ALS", (1, 2)),
        # came back twice
        ([event("R", "ALS", oriented="2026-02-01"), event("R", "ALS", oriented="2026-03-01")], "ALS", (2, 3)),
        # without a day of orientation, a later date stands for it: one orientation a year
        ([event("R", "ALS", "0", presented="2026-02-01"), event("R", "ALS", "1", attributed="2026-03-01")], "ALS", (1, 2)),
        # counted when a candidate is presented: not before, and at the attribution when that day is not written
        ([event("R", "ETAT_PRIO", oriented="2026-02-01")], "ETAT_PRIO", (0, 1)),
        ([event("R", "ETAT_PRIO", oriented="2026-02-01", presented="2026-02-05")], "ETAT_PRIO", (1, 2)),
        ([event("R", "ETAT_PRIO", oriented="2025-12-20", attributed="2026-01-05")], "ETAT_PRIO", (1, 2)),
        # of two candidates the first one presented dates it: the year before, here
        ([event("R", "ETAT_PRIO", "0", oriented="2025-12-01", presented="2025-12-20"),
          event("R", "ETAT_PRIO", "1", oriented="2025-12-01", presented="2026-01-05")], "ETAT_PRIO", (0, 1)),
        ([event("R", "COLL:25056", oriented="2026-02-01", presented="2026-02-05")], "COLL:25056", (0, 1)),
        ([event("R", "COLL:25056", oriented="2026-02-01", attributed="2026-02-09")], "COLL:25056", (1, 2)),
        # counted at the lease: never
        ([event("R", "BAILLEUR", oriented="2026-02-01", attributed="2026-02-09")], "BAILLEUR", (1, 1)),
        # another year, after the date of the case
        ([event("R", "ALS", oriented="2025-12-20")], "ALS", (0, 1)),
        ([event("R", "ALS", oriented="2026-12-01")], "ALS", (0, 1)),
        # transfers and relocations are no part of the flux
        ([event("R", "MUTATION", oriented="2026-02-01")], "ALS", (0, 1)),
    ],
)  # fmt: skip
def test_what_counts_as_one_orientation(tmp_path, events, account, counts):
    leases = [lease("R", "BAILLEUR")]
    three = alike(count_three(followed(tmp_path / "case", leases=leases, events=events)))
    assert three.flux(account)[:2] == counts


def test_what_is_let_or_in_progress_did_not_come_back(tmp_path):
    events = [
        event("R", "ALS", oriented="2026-02-01", signed="2026-04-01"),
        event("P", "ALS", oriented="2026-11-01"),
        event("P", "ALS", oriented="2026-11-15"),
    ]
    folder = followed(
        tmp_path / "case", leases=[lease("R", "ALS")], in_progress=[progress("P", "ALS", "oriented")], events=events
    )  # fmt: skip
    # the lease, the line in progress, and the orientation of 1 November that came back
    assert alike(count_three(folder)).flux("ALS")[:2] == (3, 3)


def test_dwellings_outside_the_flux_stay_outside(tmp_path):
    homes = (dwelling("L1"), dwelling("L2", reserved_to="ALS"), dwelling("L3", first_letting="oui"))
    leases = [lease("R", "BAILLEUR", in_flux="non"), lease("S", "MUTATION", in_flux="non")]
    events = [event(name, "ALS", oriented="2026-02-01") for name in ("L1", "L2", "L3", "R", "S")]
    three = alike(count_three(followed(tmp_path / "case", dwellings=homes, leases=leases, events=events)))
    # L1 as dwellings describe it; S because a transfer out of the flux says nothing of the dwelling
    assert three.flux("ALS")[:2] == (2, 2)


def test_a_dwelling_that_no_table_describes_is_said_and_not_counted(tmp_path):
    events = [event("nowhere", "ALS", oriented="2026-02-01"), event("old", "ALS", oriented="2025-02-01")]
    three = alike(count_three(followed(tmp_path / "case", events=events)))
    assert three.flux("ALS")[:2] == (0, 0)
    case = importers.read(tmp_path / "case")
    (warning,) = [f for f in case.warnings if f.code == "READ_EVENT_UNKNOWN_DWELLING"]
    assert "« nowhere »" in warning.text("fr") and warning.severity == "warning"


def described(name: str, account: str, **more: str) -> dict[str, str]:
    """An orientation that says itself where its dwelling is."""
    return {**event(name, account, oriented="2026-02-01"), "landlord": "BAIL", "commune": BESANCON, **more}


def test_events_describe_a_dwelling_that_stands_in_no_other_table(tmp_path):
    events = [
        described("gone", "ALS"),
        described("sold", "ALS", in_flux="non"),
        # two rows of one dwelling: one says where it is, the other that it is outside
        event("both", "ALS", oriented="2026-03-01") | {"in_flux": "non"},
        described("both", "ALS"),
        # half a description is none
        event("half", "ALS", oriented="2026-02-01") | {"landlord": "BAIL"},
        # another table wins: the lease says that it is in the flux
        described("R", "ALS", in_flux="non"),
    ]
    three = alike(count_three(followed(tmp_path / "case", leases=[lease("R", "BAILLEUR")], events=events)))
    # gone and R came back, beside the lease of R
    assert three.flux("ALS")[:2] == (2, 3)
    case = importers.read(tmp_path / "case")
    (warning,) = [f for f in case.warnings if f.code == "READ_EVENT_UNKNOWN_DWELLING"]
    assert "« half »" in warning.text("fr")


def test_the_base_of_the_ledger_counts_each_account_by_its_own_rule(tmp_path):
    pending = [progress("P", "ALS", "oriented"), progress("Q", "BAILLEUR", "offered")]
    three = alike(count_three(followed(tmp_path / "case", in_progress=pending)))
    assert {x[:2] for x in (three.flux("ALS"), three.flux("BAILLEUR"))} == {(1, 1), (0, 1)}
    assert len(three.ledger) == 4


def test_the_ledger_says_how_many_came_back_and_the_dashboard_shows_the_same(tmp_path):
    events = [event("R", "ALS", oriented="2026-02-01"), event("R", "ALS", oriented="2026-05-01")]
    folder = followed(tmp_path / "case", leases=[lease("R", "BAILLEUR")], events=events)
    case = importers.read(folder)
    table = ledger(case, policy.rules_of(case.settings), 2026).set_index("account")
    names = [f"consumed_{n}" for n in ("oriented", "presented", "attributed", "signed")]
    assert table.loc["ALS", [*names, "consumed", "returned", "base"]].tolist() == [2, 0, 0, 0, 2, 2, 3]
    # 40 vacated and the two orientations; 40 % of 42 is 16.8, of which 2 are consumed
    assert table.loc["ALS", ["year_base", "year_due", "remaining"]].tolist() == [42, 16.8, 15]
    board = dashboard(folder, "landlord", "BAIL")
    gauges = {g.sources[0].key.split(".")[2]: g for g in board.gauges if g.id == "flux"}
    als = gauges["ALS"]
    assert (als.counts.num, als.counts.den, als.counts.num_returned) == (2, 3, 2)
    assert als.note == "compté à l'orientation, dont 2\u00a0orientations revenues sans bail"
    assert {a: (g.counts.num, g.counts.den) for a, g in gauges.items()} == {
        a: (int(table.loc[a, "consumed"]), int(table.loc[a, "base"])) for a in gauges
    }
    by_month = board.trajectory[board.trajectory["title"].str.startswith("Action Logement")]
    assert by_month["done"].tolist()[:6] == [0, 1, 1, 1, 2, 2]
    assert board.table("ledger")["returned"].tolist().count(2) == 1
    assert {"num_returned", "den_returned"} <= set(board.gauge_table.columns)
    assert not any(g.counts.num_returned for g in board.gauges if g.id != "flux")


def test_propose_is_steered_by_it_and_verify_counts_it_again(tmp_path):
    events = [event("R", "ALS", oriented=f"2026-0{m}-01") for m in range(1, 6)]
    leases = [lease(f"B{i}", "BAILLEUR") for i in range(4)] + [lease("R", "BAILLEUR", "2026-06-01")]
    case = followed(tmp_path / "case", leases=leases, events=events)
    written = propose_to(case, tmp_path / "out", af.Options(accept_assumed=True, pdf=False))
    assert written.verdict in ("certified", "within")
    flux = written.result.rules["rule"] == "flux"
    rules = written.result.rules[flux].set_index("scope")
    row = rules.loc["landlord=BAIL;area=25;account=ALS"]
    assert (row["num_before"], row["den_before"], row["den_remaining"]) == (5, 10, 35)
    book = importers.read(case)
    table = ledger(book, policy.rules_of(book.settings), 2026).set_index("account")
    for account, line in table.iterrows():
        counted = rules.loc[f"landlord=BAIL;area={line['area']};account={account}"]
        assert (line["consumed"], line["base"]) == (counted["num_before"], counted["den_before"])
    assert not verify(tmp_path / "out", case).refused
    # the follow-up goes away: the inputs are not those, and when they are said to be, the counts do not follow
    (case / "events.csv").unlink()
    assert {c.id for c in verify(tmp_path / "out", case).checks if not c.ok} >= {"inputs"}
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    record["inputs"] = dict(read_case(case).hashes)
    (tmp_path / "out" / "run.json").write_text(json.dumps(record))
    assert verify(tmp_path / "out", case).refused


@pytest.mark.long
def test_leases_of_another_year_are_said_and_counted_nowhere(tmp_path):
    ours = [lease("A", "ALS"), lease("B", "BAILLEUR", "2026-01-01")]
    others = [lease(f"O{i}", "ALS", day) for i, day in enumerate(("2025-12-31", "2027-01-01", "2019-05-05"))]
    without = alike(count_three(followed(tmp_path / "a", leases=ours)))
    with_them = alike(count_three(followed(tmp_path / "b", leases=[*others, *ours])))
    assert with_them.flux("ALS")[:2] == (1, 2)
    assert (with_them.engine, with_them.ledger) == (without.engine, without.ledger)
    (warning,) = [f for f in importers.read(tmp_path / "b").warnings if f.code == "READ_LEASE_OTHER_YEAR"]
    assert "3 baux signés dans une autre année que 2026" in warning.text("fr")
    assert (warning.severity, warning.row, warning.rows) == ("warning", 2, (3, 4))
    board = dashboard(tmp_path / "b", "landlord", "BAIL")
    assert {g.sources[0].key.split(".")[2]: g.counts.den for g in board.gauges if g.id == "flux"}["ALS"] == 2
    # alone, they are no year to go on from: without a forecast the run's own dwellings are expected
    alone = {"assiette": (), "conventions": AGREEMENT}
    pace = alike(count_three(followed(tmp_path / "c", leases=others, **alone)))
    assert pace.engine == alike(count_three(followed(tmp_path / "d", **alone))).engine


def test_a_file_written_under_leases_of_another_year_is_certified(tmp_path):
    leases = [lease("A", "ALS"), *(lease(f"O{i}", "ALS", "2025-03-03") for i in range(9))]
    case = followed(tmp_path / "case", leases=leases)
    written = propose_to(case, tmp_path / "out", af.Options(accept_assumed=True, pdf=False))
    assert written.verdict in ("certified", "within")
    flux = written.result.rules["rule"] == "flux"
    rules = written.result.rules[flux].set_index("scope")
    row = rules.loc["landlord=BAIL;area=25;account=ALS"]
    assert (row["num_before"], row["den_before"], row["den_remaining"]) == (1, 1, 39)
    table = pd.read_csv(tmp_path / "out" / "orientation.csv", sep=";", encoding="utf-8-sig")
    assert set(table["recent_move_ins"]) == {1}


ACCOUNTS = ("ALS", "ETAT_PRIO", "COLL:25056", "COLL:242500361", "BAILLEUR", "OTHER:x", "MUTATION")
day = st.sampled_from(["", "", "2025-12-20", "2026-01-05", "2026-02-10", "2026-11-23", "2026-12-05"])
place = {
    "landlord": st.sampled_from(["BAIL", "BAIL", "AUTRE"]),
    "commune": st.sampled_from([BESANCON, SERRE, "39198"]),
}
an_event = st.fixed_dictionaries(
    {"dwelling_id": st.sampled_from(["L1", "L2", "P", "R", "nowhere"]), "account": st.sampled_from(ACCOUNTS),
     "application_id": st.sampled_from(["", "0"]), "oriented_on": day, "presented_on": day, "attributed_on": day, "signed_on": day}
)  # fmt: skip
LEASED = ["2026-01-01", "2026-02-20", "2026-12-31", "2025-12-31", "2024-06-01", "2027-01-01"]
"""Three days of the year of the case and three of others."""
a_lease = st.fixed_dictionaries(
    {"dwelling_id": st.sampled_from(["L1", "P", "R"]), **place, "account": st.sampled_from(ACCOUNTS),
     "signed_on": st.sampled_from(LEASED), "in_flux": st.sampled_from(["", "oui", "non"])}
)  # fmt: skip
a_line = st.fixed_dictionaries(
    {"dwelling_id": st.sampled_from(["L1", "P", "R"]), **place, "account": st.sampled_from(ACCOUNTS),
     "application_id": st.sampled_from(["", "0", "1"]), "stage": st.sampled_from(["oriented", "nominated", "commission", "offered"]),
     "since": st.sampled_from(["2026-11-01", "2026-11-10"])}
)  # fmt: skip


@given(
    events=st.lists(an_event, min_size=1, max_size=9, unique_by=lambda x: tuple(list(x.values())[:4])),
    leases=st.lists(a_lease, max_size=4, unique_by=lambda x: (x["dwelling_id"], x["signed_on"])),
    pending=st.lists(a_line, max_size=3, unique_by=lambda x: (x["dwelling_id"], x["application_id"])),
    rules=st.lists(
        st.sampled_from(["oriented", "presented", "attributed", "signed", ""]), min_size=5, max_size=5
    ),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=part(200, 4), deadline=None)
@pytest.mark.long
def test_engine_verifier_and_ledger_agree_whatever_the_events(
    tmp_path_factory, events, leases, pending, rules, order
):
    lines = [agreement(a, "0.2", count_rule=r) for a, r in zip(ACCOUNTS, rules, strict=False)]
    lines += [agreement(a, "0.5", landlord="AUTRE", count_rule=r) for a, r in zip(ACCOUNTS[:2], rules, strict=False)]  # fmt: skip
    homes = (dwelling("L1"), dwelling("L2", first_letting="oui", landlord="AUTRE"))
    folder = tmp_path_factory.mktemp("events") / "case"
    tables = {"conventions": lines, "events": events, "leases": leases, "in_progress": pending}
    first = alike(count_three(followed(folder, dwellings=homes, **tables)))
    others = [x for x in leases if not x["signed_on"].startswith("2026")]
    assert first.warnings.count("READ_LEASE_OTHER_YEAR") == (len(others) > 0)
    for name in ("events", "leases", "in_progress"):
        rows = list(tables[name])
        order.shuffle(rows)
        if rows:
            (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")
    again = count_three(folder, verified=False)
    assert (again.engine, again.ledger) == (first.engine, first.ledger)


def test_the_ledger_reads_the_agreement_of_the_year_alone(tmp_path):
    old = [{**line, "year": "2025", "share": "0.1"} for line in AGREEMENT]
    later = [{**line, "year": "2027"} for line in AGREEMENT]
    folder = followed(tmp_path / "case", conventions=[*old, *AGREEMENT, *later], leases=[lease("R", "ALS")])
    assert len(alike(count_three(folder)).ledger) == 4
    case = importers.read(folder)
    assert ledger(case, policy.rules_of(case.settings), 2026)["share"].sum() == pytest.approx(1)
