"""The head of the ledger, signed once a day while the desk is served: who keeps it elsewhere can prove the day before."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from optimizer.store import commands, queries
from optimizer.store.commands.chains import PROGRAM
from optimizer.store.holding import Store
from optimizer.store.messages import StoreError

DAY = timedelta(days=1)
LOOK_EVERY = 600.0
"""Seconds between two looks at the clock: a signature is at most ten minutes late."""


def sign_if_due(opened: Store) -> bool:
    """Sign the head when the last signature is a day old or there is none; whether it did.

    A desk that is read only signs nothing: its ledger does not verify. An empty ledger has no head.
    """
    if opened.read_only or not opened.head()["seq"]:
        return False
    last = queries.head(opened)
    if last is not None and opened.now() - last.at < DAY:
        return False
    commands.sign_head(opened, PROGRAM, f"tete-{opened.now():%Y%m%dT%H%M%S}")
    return True


def sign_daily(opened: Store, every: float = LOOK_EVERY) -> Callable[[], None]:
    """Look now, then again and again, in a thread of its own; call what is returned to end it."""
    from django.db import DatabaseError, connection

    over = threading.Event()

    def look() -> None:
        while True:
            try:
                sign_if_due(opened)
            except (StoreError, DatabaseError):
                # a busy, full or failing disk: the next look signs; the log says where, never what
                logging.getLogger("django.desk").warning("head not signed", exc_info=True)
            finally:
                connection.close()
            if over.wait(every):
                return

    thread = threading.Thread(target=look, name="daily-head", daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        thread.join(timeout=30)

    return end
