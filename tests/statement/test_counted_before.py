"""A lease whose orientation an earlier year has counted: engine, verifier, ledger, bridge and dashboard count it once."""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer import importers, policy
from optimizer.statement import bilan, ledger
from optimizer.statement.dashboards import dashboard
from tests.statement.followed import AGREEMENT, Three, count_three, event, followed, lease


def alike(three: Three) -> Three:
    """The same rows of the engine and of the verifier, and the ledger's counts."""
    assert three.engine == three.verifier
    for (rule, scope), (num, den, *_) in three.engine.items():
        if rule == "flux":
            assert three.ledger["flux", scope] == (num, den)
    return three


@pytest.mark.parametrize(
    ("account", "dates", "counts"),
    [
        # ALS counts at the orientation: in December it was of the year before, in January it is of this one
        ("ALS", {"oriented": "2025-12-10", "attributed": "2026-01-05", "signed": "2026-02-01"}, (0, 1)),
        ("ALS", {"oriented": "2026-01-04", "attributed": "2026-01-05", "signed": "2026-02-01"}, (1, 2)),
        # the État when a candidate is presented
        ("ETAT_PRIO", {"oriented": "2025-12-10", "presented": "2025-12-20", "signed": "2026-02-01"}, (0, 1)),
        ("ETAT_PRIO", {"oriented": "2025-12-10", "presented": "2026-01-05", "signed": "2026-02-01"}, (1, 2)),
        # the commune at the attribution
        (
            "COLL:25056",
            {"oriented": "2025-12-10", "attributed": "2025-12-30", "signed": "2026-02-01"},
            (0, 1),
        ),
        (
            "COLL:25056",
            {"oriented": "2025-12-10", "attributed": "2026-01-05", "signed": "2026-02-01"},
            (1, 2),
        ),
        # the landlord at the lease, whenever it was oriented
        ("BAILLEUR", {"oriented": "2025-12-10", "attributed": "2025-12-30", "signed": "2026-02-01"}, (2, 2)),
        # the follow-up of another letting says nothing of this one
        ("ALS", {"oriented": "2025-06-10", "attributed": "2025-07-05", "signed": "2025-08-01"}, (1, 2)),
    ],
)
def test_a_lease_is_of_the_year_that_counted_it(tmp_path, account, dates, counts):
    leases = [lease("R", account, "2026-02-01"), lease("S", "BAILLEUR")]
    folder = followed(tmp_path / "case", leases=leases, events=[event("R", account, **dates)])
    three = alike(count_three(folder))
    assert three.flux(account)[:2] == counts
    # rules on households count every lease of the year
    assert {x[1] for key, x in three.engine.items() if key[0] == "mutation_max"} <= {2}


def test_one_of_the_year_before_takes_no_later_orientation_with_it(tmp_path):
    events = [
        event("R", "ALS", oriented="2025-12-10", signed="2026-01-15"),
        event("R", "ALS", oriented="2026-09-01"),
    ]
    leases = [lease("R", "ALS", "2026-01-15"), lease("S", "BAILLEUR")]
    three = alike(count_three(followed(tmp_path / "case", leases=leases, events=events)))
    # the lease is of 2025; the dwelling, vacant again, was oriented to the account in September and came back
    assert three.flux("ALS")[:2] == (1, 2)


def test_over_two_years_a_dwelling_is_counted_once(tmp_path):
    events = [event("R", "ALS", oriented="2025-12-10", attributed="2026-01-05", signed="2026-02-01")]
    leases = [lease("R", "ALS", "2026-02-01"), lease("S", "BAILLEUR")]
    agreed = tuple({**line, "year": "2025"} for line in AGREEMENT)
    case = importers.read(followed(tmp_path / "case", leases=leases, events=events, conventions=agreed))
    rules = policy.rules_of(case.settings)
    both = [ledger(case, rules, year).set_index("account").loc["ALS"] for year in (2025, 2026)]
    assert [line["consumed"] for line in both] == [1, 0]
    # it did not come back: on 31 December somebody was about to move in
    assert both[0][["returned", "done", "in_progress"]].tolist() == [0, 0, 1]
    names = [f"consumed_{n}" for n in ("oriented", "presented", "attributed", "signed")]
    # had it counted at another moment it would be of 2026
    assert both[1][names].tolist() == [0, 1, 1, 1]


@pytest.mark.long
def test_the_bridge_names_it_and_the_dashboard_shows_the_ledger(tmp_path):
    events = [
        event("R", "ALS", "0", oriented="2025-12-10", attributed="2026-01-05", signed="2026-02-01"),
        event("S", "BAILLEUR", "1", oriented="2026-03-01", attributed="2026-03-08", signed="2026-04-01"),
    ]
    leases = [lease("R", "ALS", "2026-02-01", application_id="0"), lease("S", "BAILLEUR", application_id="1")]
    folder = followed(tmp_path / "case", leases=leases, events=events)
    result = bilan(folder, 2026)
    row = result.bridge.set_index("account").loc["ALS"]
    assert row[["attributed", "signed", "counted_before", "ledger_signed", "difference"]].tolist() == [
        1,
        1,
        1,
        0,
        0,
    ]
    assert int(pd.Series(result.bridge["difference"]).abs().sum()) == 0
    book = result.ledger.set_index("account")
    board = dashboard(folder, "landlord", "BAIL")
    gauges = {g.sources[0].key.split(".")[2]: g.counts for g in board.gauges if g.id == "flux"}
    assert {a: (c.num, c.den) for a, c in gauges.items()} == {
        a: (int(book.loc[a, "consumed"]), int(book.loc[a, "base"])) for a in gauges
    }
