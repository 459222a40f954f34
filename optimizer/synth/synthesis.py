"""From a profile to the tables of a case, in one pass and part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from optimizer.arguments import FLAG, PATH, TEXT, optional, takes
from optimizer.domain import Case, CaseSettings, default_seed
from optimizer.errors import AttrifluxError
from optimizer.policy import load
from optimizer.synth.accounts import Lines, lines_of
from optimizer.synth.applications import draw_applications
from optimizer.synth.backlog import draw_in_progress, draw_leases, in_progress_applications, on_the_list
from optimizer.synth.columns import Columns, chunks, to_arrow, to_frame
from optimizer.synth.dwellings import departements_of, draw_dwellings
from optimizer.synth.ledgers import Base, draw_decisions, draw_residences
from optimizer.synth.margins import Tally
from optimizer.synth.nominations import by_dwelling, general
from optimizer.synth.profile import BAD_SEED, read_profile
from optimizer.synth.stock import draw_stock
from optimizer.synth.world import World, make_world
from optimizer.synth.writing import FolderWriter, Format, as_arrow, write_settings

_LARGE = 1_000_000
"""Applications above which the folder is written in Parquet unless CSV is asked for."""


@dataclass(frozen=True)
class Plan:
    """Everything that determines the bytes of a case."""

    world: World
    seed: int
    tight: bool
    tenants: bool = False
    changes: dict[str, object] = field(default_factory=dict)

    @property
    def settings(self) -> CaseSettings:
        profile = self.world.profile
        title = f"{profile.title}, forme tendue" if self.tight else profile.title
        return CaseSettings(
            title=f"{title} (données synthétiques)",
            territory=profile.territory,
            on=profile.on,
            year=profile.on.year,
            landlord=profile.landlord,
            all_landlords=profile.all_landlords,
            seed=default_seed(profile.on, profile.landlord, profile.territory),
            changes=dict(self.changes),
            synthetic=True,
        )


def make_plan(
    profile: str,
    *,
    dwellings: int | None = None,
    applications: int | None = None,
    seed: int = 0,
    tight: bool = False,
    tenants: bool = False,
    models: str | Path | None = None,
) -> Plan:
    """Read the profile and the rules of its territory. Raises as :func:`synthesize`."""
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise AttrifluxError(BAD_SEED, value=seed)
    found = read_profile(profile, models)
    changes: dict[str, object] = {"territory.market": found.market} if found.market else {}
    rules = load(found.territory, found.on, changes, models)
    return Plan(make_world(found, rules, dwellings, applications), seed, tight, tenants, changes)


def parts(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Arrow tables of the case, some of them in several parts; memory holds one part at a time."""
    world, seed = plan.world, plan.seed
    extra = {c.name: c.type for grid in world.rules.grids for c in grid.columns}
    lines, base = lines_of(world), Base(world)
    week = world.profile.kind == "week"
    first: Columns = draw_dwellings(world, seed, 0, 0, min(world.n_dwellings, 1 << 10))
    for number, low, high in _parts(world.n_dwellings):
        columns = draw_dwellings(world, seed, number, low, high)
        rows = np.arange(low, high, dtype=np.int64)
        base.add(columns, departements_of(rows, world.dwellings))
        if number == 0:
            first = columns
        yield "dwellings", to_arrow("dwellings", columns)
    for number, low, high in _parts(world.n_applications):
        chunk = draw_applications(world, seed, number, low, high, plan.tight, plan.tenants)
        yield "applications", to_arrow("applications", chunk.columns, extra)
        named = general(world, lines, seed, number, low, chunk)
        if week and number == 0:
            busy = in_progress_applications(world, seed)
            yield "nominations", to_arrow("nominations", by_dwelling(world, lines, seed, first, chunk, busy))
        if not week:  # nobody names for a given dwelling a year ahead
            del named["dwelling_id"]
        yield "nominations", to_arrow("nominations", named)
    if week:
        yield from _week(plan, lines, first)
    yield "residences", to_arrow("residences", draw_residences(world))
    # a country's inventory has millions of lines and none of its commands reads it
    stock = None if world.profile.parquet else draw_stock(world, lines)
    if stock is not None:
        base.hold(stock)
    yield "assiette", to_arrow("assiette", base.forecast())
    if stock is not None:
        yield "stock", to_arrow("stock", stock)


def _week(plan: Plan, lines: Lines, first: Columns) -> Iterator[tuple[str, Any]]:
    world, seed, tight = plan.world, plan.seed, plan.tight
    yield "leases", to_arrow("leases", draw_leases(world, lines, seed, tight))
    yield "in_progress", to_arrow("in_progress", draw_in_progress(world, lines, seed, tight))
    if world.n_dwellings:
        yield "in_progress", to_arrow("in_progress", on_the_list(world, first))
    yield "decisions", to_arrow("decisions", draw_decisions(world, seed, first))


def _parts(n: int) -> Iterator[tuple[int, int, int]]:
    """The chunks of a table; an empty one when there is no row, so that the table exists."""
    yield from chunks(n) if n else iter([(0, 0, 0)])


@takes(
    profile=TEXT,
    tight=FLAG,
    tenants=FLAG,
    models=optional(PATH),
)
def synthesize(
    profile: str,
    dwellings: int | None = None,
    applications: int | None = None,
    seed: int = 0,
    *,
    tight: bool = False,
    tenants: bool = False,
    models: str | Path | None = None,
) -> Case:
    """A synthetic case in memory, calibrated on a profile.

    Parameters
    ----------
    profile : str
        A file of ``models/profiles/``: ``doubs``, ``jura``, ``haute-saone``, ``belfort``, ``franche-comte``,
        ``commission``, ``france``.
    dwellings, applications : int, optional
        Sizes; the profile's by default.
    seed : int
        Same seed and options, same case, whatever the machine.
    tight : bool
        Scores are given so that the households LEC, flux and priority rules need come last: the rules bind.
    tenants : bool
        The applications of sitting tenants say of their dwelling what vacancy chains ask (commune, financing, QPV, access,
        floor, lift; drawn as a vacated one is), so that ``propose --chains`` may free it. Other columns are the same.
    models : path, optional
        Another ``models/`` folder.

    Returns
    -------
    Case
        Canonical frames, ``synthetic`` set. For sizes of a country prefer :func:`write_synthetic`.

    Raises
    ------
    AttrifluxError
        ``SYNTH_UNKNOWN_PROFILE``, ``SYNTH_BAD_FIGURE``, ``SYNTH_BAD_SIZE``, ``SYNTH_BAD_SEED``; ``PolicyError`` from the rules.
    """
    plan = make_plan(
        profile, dwellings=dwellings, applications=applications, seed=seed, tight=tight, tenants=tenants, models=models,
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    for name, table in parts(plan):
        found.setdefault(name, []).append(table)
    frames = {name: to_frame(name, pa.concat_tables(tables)) for name, tables in found.items()}
    return Case(plan.settings, frames)


def write_synthetic(
    profile: str,
    directory: str | Path,
    *,
    dwellings: int | None = None,
    applications: int | None = None,
    seed: int = 0,
    tight: bool = False,
    tenants: bool = False,
    models: str | Path | None = None,
    format: Format | None = None,
    international: bool = False,
) -> pd.DataFrame:
    """Write a synthetic case folder part by part and return its margins (see :func:`targets`).

    Same tables as :func:`synthesize`; memory does not grow with the number of rows. ``format`` None: Parquet above a
    million applications or where the profile says so, else CSV.
    """
    plan = make_plan(
        profile, dwellings=dwellings, applications=applications, seed=seed, tight=tight, tenants=tenants, models=models,
    )  # fmt: skip
    world = plan.world
    if format is None:
        format = "parquet" if world.profile.parquet or world.n_applications > _LARGE else "csv"
    tally = Tally(world)
    with FolderWriter(Path(directory), format, international) as writer:
        for name, table in parts(plan):
            tally.add(name, table)
            writer.add(name, table)
    write_settings(plan.settings, Path(directory))
    return tally.frame(tight)


def targets(profile: str, case: Case, *, models: str | Path | None = None) -> pd.DataFrame:
    """Margins of a synthetic case: what the profile wants, what the case has.

    Returns
    -------
    DataFrame
        ``margin, unit, target, obtained, difference, tolerance, rows, status, source``; sizes are compared with the case's
        own total spread as the profile spreads it.
    """
    sizes = (len(case.table("dwellings")), len(case.table("applications")))
    plan = make_plan(profile, dwellings=sizes[0], applications=sizes[1], models=models)
    tally = Tally(plan.world)
    for name in ("dwellings", "applications", "leases", "in_progress"):
        if case.has(name):
            tally.add(name, as_arrow(case.table(name)))
    return tally.frame(bool(case.table("applications")["score"].notna().any()))
