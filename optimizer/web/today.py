"""The day it is in the commission's rooms, by the store's clock."""

from __future__ import annotations

from datetime import date

from optimizer.store.clock import PARIS
from optimizer.web.desk import desk


def today() -> date:
    """The date in Paris."""
    return desk().store.today()


def hour_of(on: date) -> str:
    """``HH:MM`` it is in Paris while a session of the day ``on`` may sit; empty on any other day."""
    now = desk().store.now().astimezone(PARIS)
    return now.strftime("%H:%M") if now.date() == on else ""
