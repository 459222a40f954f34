"""Random hands: whatever is asked in whatever order, the desk stays one that the law and the ledger know."""

from __future__ import annotations

from collections import Counter

import pytest

from optimizer import store
from optimizer.store import ledger
from tests import campaign
from tests.store.dump import dump
from tests.store.playing import Ticking
from tests.store.tracing import trace

STEPS = 120


FIRST, TOGETHER = 100, 3


@pytest.mark.parametrize("first", range(FIRST, FIRST + campaign.part(200, TOGETHER), TOGETHER))
@pytest.mark.long
def test_requests_in_any_order_leave_a_desk_that_verifies(copied, first):
    """The draw is no walk around the draft either: in the first desks leases, refusals and dwellings taken off happen."""
    found: Counter[str] = Counter()
    for seed in range(first, first + TOGETHER):
        clock = Ticking()
        with store.open(copied("bureau"), clock=clock) as opened:
            told = trace(opened, clock, seed, STEPS)
            assert "STORE_INVARIANT" not in str(told["trace"])  # guards speak before the database has to
            assert ledger.verify(opened).holds, seed
            counted(opened)
            found.update(r["status"] for table in ("offer", "item") for r in opened.tables.find(table))
            again = dump(opened)
        assert told["dump"] == again, seed
        with store.open(copied("encore"), clock=(clock := Ticking())) as opened:
            assert trace(opened, clock, seed, STEPS) == told, seed
    assert first > FIRST or {"signed", "refused", "let", "not_examined"} <= found.keys()


def counted(opened):
    """One live agenda and one held offer a dwelling, one taken offer a household, contiguous ranks."""
    items = opened.tables.find("item", status=("listed", "decided", "offering"))
    assert max(Counter(i["dwelling_id"] for i in items).values(), default=0) <= 1
    held = opened.tables.find("offer", status=("offered", "accepted", "signed"))
    assert max(Counter(o["item_id"] for o in held).values(), default=0) <= 1
    taken = opened.tables.find("offer", status=("accepted", "signed"))
    assert max(Counter(o["ref"] for o in taken).values(), default=0) <= 1
    for item in opened.tables.find("item", status="let"):
        assert len(opened.tables.find("offer", item_id=item["item_id"], status="signed")) == 1
