"""The year's statement (CCH R. 441-5-1) and the ledger it must agree with.

What lives here. Dwellings proposed and attributed by réservataire × typology × financing × QPV × commune × construction
period; the ledger of each account (share, due, consumed by the four count rules, remaining, forecast to 31 December);
the reconciliation of two systems that count differently; the agreements of the next year; the point
at mid-year with its answers; the files of all of them.

What it may import: `runs`, `presentation` and everything below; never `scenario`, its sibling.

Why it refuses. A statement that does not agree with the leases is signed by a landlord and read by everybody else: when
the follow-up of orientations and the leases differ, every difference is listed and nothing is written.

Rejected: taking the larger of two counts (hides the error), counting lines instead of dwellings (a dwelling shown to
three réservataires in turn is three orientations of one dwelling), rates without the counts behind them.
"""

from optimizer.statement.bilan import Bilan, bilan
from optimizer.statement.dashboards import Dashboard, dashboard, dashboard_to
from optimizer.statement.files import bilan_to
from optimizer.statement.lec import needed
from optimizer.statement.ledger import ledger
from optimizer.statement.midyear import MidYear, midyear
from optimizer.statement.midyear_files import midyear_to
from optimizer.statement.next_files import Following, following
from optimizer.statement.next_stock import NextStock, next_case, next_stock
from optimizer.statement.next_year import next_conventions
from optimizer.statement.reconcile import reconcile

__all__ = [
    "Bilan", "Dashboard", "Following", "MidYear", "NextStock", "bilan", "bilan_to", "dashboard", "dashboard_to", "following", "ledger", "midyear", "midyear_to", "needed", "next_case",
    "next_conventions", "next_stock", "reconcile",
]  # fmt: skip
