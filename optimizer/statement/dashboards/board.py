"""``dashboard``: what a landlord, an EPCI, the préfet or a maire sees of the year, as finished tables."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import pandas as pd

from optimizer.arguments import PATH, TEXT, optional, takes
from optimizer.domain import Case
from optimizer.domain.frames import OwnFrames
from optimizer.domain.given import CASE
from optimizer.policy import Parameter
from optimizer.problem import all_rules
from optimizer.statement.dashboards import people
from optimizer.statement.dashboards import tables as t
from optimizer.statement.dashboards.alerts import Alert, alerts, deadlines
from optimizer.statement.dashboards.gauges import Gauge, rate
from optimizer.statement.dashboards.tables import Table
from optimizer.statement.dashboards.targets import BUILDERS
from optimizer.statement.dashboards.trajectory import trajectories
from optimizer.statement.dashboards.year import Kind, Viewer, Year, read_year

GAUGE_COLUMNS = (
    "gauge", "title", "scope", "target_share", "year_target", "num_signed", "den_signed", "num_progress", "den_progress",
    "num_returned", "den_returned", "now_rate", "straight_line", "missing", "num_run", "den_run", "all_accept_rate", "num_expected", "den_expected",
    "expected_rate", "still_needed", "den_remaining", "status", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Dashboard(OwnFrames):
    """What one viewer sees.

    Attributes
    ----------
    gauges : tuple of Gauge
    tables : tuple of Table
    alerts : tuple of Alert
    trajectory : DataFrame
        ``gauge, title, scope, month_end, straight_line, done``.
    numbers : tuple of Parameter
        Every target and threshold shown, with status and source.
    """

    year: Year
    gauges: tuple[Gauge, ...]
    tables: tuple[Table, ...]
    alerts: tuple[Alert, ...]
    trajectory: pd.DataFrame
    numbers: tuple[Parameter, ...]

    def __repr__(self) -> str:
        """A line: whose it is, and how much it shows."""
        alerts = f"gauges: {len(self.gauges)}, alerts: {len(self.alerts)}"
        return f"<Dashboard {self.viewer.kind} {self.viewer.name!r}; {alerts}; tables: {', '.join(t.id for t in self.tables)}>"

    @property
    def viewer(self) -> Viewer:
        return self.year.viewer

    def table(self, id: str) -> pd.DataFrame:
        """The frame of a table (KeyError when this viewer has none of that name)."""
        for table in self.tables:
            if table.id == id:
                return table.frame
        raise KeyError(id)

    @property
    def gauge_table(self) -> pd.DataFrame:
        """Every gauge as one row of ``gauges.csv``."""
        return gauge_table(self.year, self.gauges)


@takes(
    case=CASE,
    viewer=TEXT,
    of=TEXT,
    proposals=optional(PATH),
    models=optional(PATH),
)
def dashboard(
    case: Case | Path | str,
    viewer: Kind,
    of: str,
    *,
    proposals: Path | None = None,
    models: Path | None = None,
) -> Dashboard:
    """The dashboard of one viewer on a case.

    Parameters
    ----------
    case : Case, or path of a folder or workbook
    viewer : ``landlord``, ``epci``, ``prefet`` or ``maire``
    of : landlord code, SIREN of the EPCI, code of the département, INSEE code of the commune
    proposals : path, optional
        Folder written by ``propose`` on this very case: adds what is proposed and what to expect of it.

    Raises
    ------
    InputProblems, AttrifluxError
        As :func:`read_year`.

    Notes
    -----
    Everything is counted on tables already narrowed to the viewer, so that no page can hold another's lines.
    """
    year = read_year(case, viewer, of, proposals=proposals, models=models)
    gauges = _gauges(year)
    found = alerts(year, gauges)
    drawn = tuple(g for g in gauges if g.primary)
    seen: dict[str, Parameter] = {}
    thresholds = [a.threshold for a in found] + [year.rules.value("national.dashboard.small_group")]
    for parameter in [p for g in gauges for p in g.sources] + thresholds:
        seen.setdefault(parameter.key, parameter)
    return Dashboard(year, gauges, _tables(year), found, trajectories(year, drawn), tuple(seen.values()))


def _gauges(year: Year) -> tuple[Gauge, ...]:
    """Gauges of the rules that this dashboard shows, in their places; rules of one place and kind make them together."""
    kind = year.viewer.kind
    shown = sorted((shape for shape in all_rules() if kind in shape.viewers), key=lambda s: s.viewers[kind])
    found: list[Gauge] = []
    for (_, builder), shapes in groupby(shown, key=lambda s: (s.viewers[kind], s.gauge)):
        found += BUILDERS[builder](year, tuple(shapes))
    return tuple(found)


def _tables(year: Year) -> tuple[Table, ...]:
    kind = year.viewer.kind
    if kind == "landlord":
        return (
            t.ledger_table(year),
            t.accounts_table(year),
            t.communes_table(year),
            _waiting(year),
            t.residences_table(year),
        )
    if kind == "epci":
        return (
            t.ledger_table(year),
            t.accounts_table(year),
            t.communes_table(year),
            t.fragility_table(year),
            t.residences_table(year),
        )
    if kind == "prefet":
        return (people.dalo_table(year), t.qpv_table(year), people.relocations_table(year), people.forbids_table(year), t.ledger_table(year),
                t.accounts_table(year))  # fmt: skip
    return (
        t.ledger_table(year),
        t.stays_table(year),
        t.effect_table(year),
        t.fragility_table(year),
        t.residences_table(year),
        people.files_table(year),
    )


def _waiting(year: Year) -> Table:
    return Table(
        "deadlines",
        "Orientations en attente d'un candidat",
        deadlines(year),
        "Délai de la convention de réservation (CCH R. 441-5).",
    )


def gauge_table(year: Year, gauges: tuple[Gauge, ...]) -> pd.DataFrame:
    """Rows of ``gauges.csv``; rates and expectations are rounded to four decimals, half to even on exact fractions."""
    gone, left = year.days
    rows = []
    for g in gauges:
        c = g.counts
        source = g.sources[0]
        rows.append((
            g.id, g.title, g.scope, _float(g.share), g.year_target, c.num_signed, c.den_signed, c.num_progress,
            c.den_progress, c.num_returned, c.den_returned, _float(rate(c.num, c.den)), float(g.straight(gone, left)), g.missing, c.num_run, c.den_run,
            _float(all_accept(g)), _float(c.num_expected), _float(c.den_expected), _float(as_expected(g)), g.still_needed,
            _float(g.remaining), source.status, source.source,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(GAUGE_COLUMNS))


def all_accept(g: Gauge) -> Fraction | None:
    """Rate once every first rank of the run has signed."""
    return rate(g.counts.num + g.counts.num_run, g.counts.den + g.counts.den_run)


def as_expected(g: Gauge) -> Fraction | None:
    """Rate to expect of the run, households accepting with their own probability."""
    return rate(g.counts.num + g.counts.num_expected, g.counts.den + g.counts.den_expected)


def _float(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)
