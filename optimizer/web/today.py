"""The day it is in the commission's rooms, by the store's clock."""

from __future__ import annotations

from datetime import date

from optimizer.web.desk import desk


def today() -> date:
    """The date in Paris."""
    return desk().store.today()
