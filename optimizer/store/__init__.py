"""The desk's memory: sessions, decisions, offers, people apart, and a ledger of everything that was done.

``open`` gives a :class:`Store`; :mod:`optimizer.store.commands` change it, one transaction and one line of the ledger each;
:mod:`optimizer.store.queries` read it as the frozen records of :mod:`optimizer.store.records`.

How it is built, and what was refused:

- The ledger's lines hold the very rows that they changed, so the tables can be made again from them by any later version of
  the program (``attriflux store verify``). Lines that hold intentions only would have to be replayed by the rules of their
  day, which then could never be deleted from the code.
- Whatever names or describes a household stands in three tables that can be erased; the ledger knows it by a commitment
  under the household's own random salt. Erasing both leaves a chain that still verifies and says nothing of anybody.
- The invariants that must never break (a dwelling live on one agenda, one attribution, one offer, one acceptance, ten
  days) are constraints of the database, not only of this code.
- Django is configured in code and imported only when a desk is opened. Its administration pages and its history
  packages are not used: they would write beside the ledger.
"""

from __future__ import annotations

from optimizer.store.holding import Store
from optimizer.store.opening import open

__all__ = ["Store", "open"]
