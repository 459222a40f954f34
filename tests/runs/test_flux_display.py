"""The year's flux beside each dwelling: what is done, what is in progress and what is left are apart and add up."""

from __future__ import annotations

import pytest

import optimizer as af
from tests.statement.followed import event, followed, lease, progress


def test_done_in_progress_and_remaining_are_apart_and_add_up(tmp_path):
    case = followed(
        tmp_path / "case",
        leases=[lease("R", "ALS"), lease("S", "BAILLEUR")],
        # ALS counts the orientation, so its line is in num_before too; BAILLEUR counts leases only; one dwelling, two names
        in_progress=[
            progress("P", "ALS", "oriented"),
            progress("Q", "BAILLEUR", "offered", application_id="X1"),
            progress("Q", "BAILLEUR", "offered", application_id="X2"),
        ],
        events=[event("R", "ETAT_PRIO", presented="2026-02-01")],
    )
    result = af.propose(case, af.Options(accept_assumed=True))
    rows = result.rules[result.rules["rule"] == "flux"].set_index("scope")
    shown = result.orientation.drop_duplicates("account").set_index("account")
    for account, done, pending in (("ALS", 1, 1), ("BAILLEUR", 1, 1), ("ETAT_PRIO", 1, 0)):
        row, line = rows.loc[f"landlord=BAIL;area=25;account={account}"], shown.loc[account]
        assert (line["flux_done"], line["flux_in_progress"]) == (done, pending)
        # leases, the orientation come back and the counted line; 40 vacated less the two leases and the counted line
        assert (row["den_before"], row["den_remaining"]) == (4, 37)
        whole = line["flux_done"] + line["flux_in_progress"] + line["flux_remaining"]
        assert whole == pytest.approx(row["share"] * 41, abs=0.01)
