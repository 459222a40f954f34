"""What an orientation says is reached: the leases signed so far, none of those the session only proposes."""

from __future__ import annotations

import pytest

import optimizer as af


@pytest.mark.long
def test_targets_reached_are_the_leases_signed_before_the_session():
    """« hors QPV Q1 244/975 » stood on the agenda of a session that had 243 of 973 signed, and proposed two more."""
    result = af.propose(af.synthesize("commission", dwellings=8, applications=70, seed=44))
    line = result.rules.set_index("rule")
    asked = {"hors QPV Q1": "lec_q1_outside_qpv", "en QPV Q2-Q4": "lec_q234_inside_qpv"}
    assert all(line.loc[list(asked.values()), "den_run"] > 0)
    reached = [
        f"{words} {line.at[rule, 'num_before']}/{line.at[rule, 'den_before']}"
        for words, rule in asked.items()
    ]
    assert set(result.orientation["objectives"]) == {" ; ".join(reached)}
