"""What the pages keep of the store is what a new reading would give, whatever was asked of the desk meanwhile."""

from __future__ import annotations

import pytest

from optimizer import store
from optimizer.store import queries
from optimizer.web.known import Known
from tests import campaign
from tests.store.playing import Play, Ticking
from tests.store.tracing import Hands

STEPS = 90


@pytest.mark.parametrize("seed", campaign.seeds(100, least=2))
@pytest.mark.long
def test_a_session_that_is_kept_is_the_one_in_the_tables(copied, seed):
    clock = Ticking()
    with store.open(copied("bureau"), clock=clock) as opened:
        hands, known, kept = Hands(Play(opened, clock), seed), Known(opened), 0
        before = {}
        for _ in range(STEPS):
            hands.step()
            for head in queries.sessions(opened, items=False):
                key = head.session_id
                now = known.session(key)
                kept += now is before.get(key)
                before[key] = now
                assert now == queries.session(opened, key), hands.trace[-1]
    assert kept > STEPS / 4
