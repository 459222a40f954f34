"""Dashboards of the year: what a landlord, an EPCI, the préfet and a maire each need to see, and nothing of the others.

What lives here. The year's leases, work in progress and proposals as one table (``lines``), narrowed to a viewer (``year``);
the targets (``targets``, ``gauges``), their trajectory against the straight line, the alerts with their thresholds of
``models/``, the tables of each viewer, and the page, workbook and CSV files.

What it may import: the rest of ``statement`` (the ledger), ``runs``, ``presentation`` and everything below; never ``scenario``.

Why narrowed first. A maire's page that filters at display time leaks the day somebody adds a table; here every count is made
on lines that are already the viewer's own. Targets are counted as the rules of ``propose`` count them, and the tests compare
both, so that a council never reads two figures for one target.

Rejected: one page for everybody with sections hidden (the data would still be in the file), charts drawn by a script
(blocked by many administrations, invisible to a screen reader), averages shown for groups of a few households.
"""

from optimizer.statement.dashboards.board import Dashboard, dashboard
from optimizer.statement.dashboards.files import DashboardWritten, dashboard_to, write_dashboard
from optimizer.statement.dashboards.year import KINDS, Kind, Viewer

__all__ = [
    "KINDS",
    "Dashboard",
    "DashboardWritten",
    "Kind",
    "Viewer",
    "dashboard",
    "dashboard_to",
    "write_dashboard",
]
