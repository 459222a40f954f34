"""When a household has passed its time, by the period in force on the day that asks.

A row holds the day that the period of its last act gave. A period that is changed afterwards (a référentiel at last published, a
landlord that keeps less) holds for everybody at once, as it does for imports, runs and papers: the day is then counted again from
the last act, which the ledger knows. That costs a reading of the ledger, so it is done only while rows of an earlier period can be there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from optimizer.store import clock as days
from optimizer.store.holding import Store
from optimizer.store.people import later, months_kept, period_changed
from optimizer.store.tables import AT_ONCE


def ends_of(store: Store, people: Iterable[Mapping[str, Any]], on: date) -> dict[str, date]:
    """Reference -> day after which a household may be erased, by the period in force on ``on``; whoever has no day is left out."""
    ends = {str(p["ref"]): p["purge_after"] for p in people if p["purge_after"] is not None}
    if not ends or not period_changed(on):
        return ends
    months = months_kept(on)
    return ends | {ref: later(day, months) for ref, day in _last_acts(store, ends).items()}


def _last_acts(store: Store, refs: Iterable[str]) -> dict[str, date]:
    """Reference -> day of the last line of the ledger that moved its end."""
    wanted, found = set(refs), {}
    lines = store.tables.models["event"].objects.filter(payload__contains='"purge_after"').order_by("seq")
    for at, payload in lines.values_list("at", "payload").iterator(chunk_size=AT_ONCE):
        day = days.today(at)
        for table, _, key, columns in json.loads(payload)["rows"]:
            if table == "person" and key in wanted and columns.get("purge_after"):
                found[str(key)] = day
    return found
