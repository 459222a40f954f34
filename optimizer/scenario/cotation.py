"""What changing the grid changes: who moves, which lists, which criteria never decide, what hangs on one unverified fact."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pandas as pd

from optimizer import importers, pipeline, policy
from optimizer.arguments import CALLABLE, PATH, of_type, optional, takes
from optimizer.datadirs import models_dir
from optimizer.domain import Case
from optimizer.domain.frames import OwnFrames
from optimizer.domain.given import CASE
from optimizer.errors import AttrifluxError, define
from optimizer.runs import Options, Result, propose
from optimizer.scenario.fragile import KEYS, SCALE, fragile, points_of
from optimizer.scenario.publics import PUBLICS, public_of_household
from optimizer.scoring.scores import CONVERSION

define(
    "COTATION_GRID_UNKNOWN",
    "Grille « {name} » introuvable ; grilles livrées : {known}.",
    "Grid “{name}” cannot be found; shipped grids: {known}.",
)
define(
    "COTATION_GIVEN",
    "Toutes les demandes du cas portent une cotation déjà calculée : changer de grille n'y change rien.",
    "Every application of the case has a score already: changing the grid changes nothing.",
    remedy_fr="Retirer la colonne cotation du cas pour comparer deux grilles",
    remedy_en="Remove the score column from the case to compare two grids",
)

PUBLIC_COLUMNS = (
    "public", "applications", "up", "down", "same", "mean_move", "top_a_share", "top_b_share", "head_a_share",
    "head_b_share", "top_a", "top_b", "head_a", "head_b",
)  # fmt: skip


@dataclass(frozen=True)
class GridTest(OwnFrames):
    """The comparison of two grids on one case.

    Attributes
    ----------
    applications : DataFrame
        ``application_id, epci, public, points_a, points_b, rank_a, rank_b, move`` (positive: moves up under B).
    publics : DataFrame
        ``public, applications, up, down, same, mean_move, top_a_share, top_b_share, head_a_share, head_b_share, top_a,
        top_b, head_a, head_b``: ``top`` is the share of the public among first ranks proposed, ``head`` its share among the
        best scored of each EPCI and grid, as many as the EPCI has dwellings (ties at the last place included); the last four
        are the same in applications.
    lists : DataFrame
        ``dwelling_id, first_a, first_b, first_changed, list_changed``.
    criteria : DataFrame
        ``grid, criterion, title, applications, moves``: how many have points for it, and how many ranks it moves; 0 moves: the
        criterion never decides.
    fragile : DataFrame
        ``grid, application_id, epci, fact, rank, rank_without``: listed files whose rank falls if one fact is not
        confirmed: a priority or an income that is only declared, or, in a file still ``to_verify``, any one criterion.
    ties : mapping
        Grid -> number of applications that share their points with another in the same EPCI.
    low_stakes_share : Parameter
        Share of first ranks changed up to which a relaxed territory is told that the grid decides little.
    unproven : int
        Of the two proposals, how many stop within a margin of the proof: there first ranks may differ without the grid's doing.
    """

    grid_a: str
    grid_b: str
    grids: tuple[policy.Grid, policy.Grid]
    market: str
    applications: pd.DataFrame
    publics: pd.DataFrame
    lists: pd.DataFrame
    criteria: pd.DataFrame
    fragile: pd.DataFrame
    ties: Mapping[str, int]
    low_stakes_share: policy.Parameter
    unproven: int = 0

    def __repr__(self) -> str:
        """A line: the grids, and how many lists they change."""
        changed = int(self.lists["first_changed"].sum())
        return f"<GridTest {self.grid_a}, {self.grid_b}; applications: {len(self.applications)}, first ranks changed: {changed} of {len(self.lists)}>"

    @property
    def low_stakes(self) -> bool:
        """Whether the grid decides little: relaxed market and few first ranks changed."""
        few = Fraction(repr(float(str(self.low_stakes_share.value))))
        return self.market == "relaxed" and self.changed_first <= few * max(1, len(self.lists))

    def priority_at_top(self, column: str) -> float:
        """Share of priority publics, DALO included, in a column of ``publics`` (``top_a_share``, ``head_b_share``…)."""
        num, den = self.priority_counts(column.removesuffix("_share"))
        return num / den if den else float("nan")

    def priority_counts(self, column: str) -> tuple[int, int]:
        """How many of a column (``top_a``, ``head_b``…) are of priority publics, of how many: +5 points may be one household."""
        priority = self.publics["public"].isin(PUBLICS[:2])
        return int(self.publics.loc[priority, column].sum()), int(self.publics[column].sum())

    @property
    def changed_first(self) -> int:
        """Dwellings whose first rank is another household."""
        return int(self.lists["first_changed"].sum())

    @property
    def changed_lists(self) -> int:
        """Dwellings whose list or order differs."""
        return int(self.lists["list_changed"].sum())


@takes(
    grid_a=PATH,
    grid_b=PATH,
    case=CASE,
    models=optional(PATH),
    options=optional(of_type(Options)),
    progress=CALLABLE,
)
def cotation_test(
    grid_a: str,
    grid_b: str,
    case: Case | Path | str,
    *,
    models: Path | None = None,
    options: Options | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> GridTest:
    """Score and propose a case under two grids, everything else equal.

    Parameters
    ----------
    grid_a, grid_b : str
        Name of a grid of ``models/cotation/``, or path of a grid file.
    progress : told how many proposals are made, of how many, and the grid of the one that begins.

    Raises
    ------
    AttrifluxError
        ``COTATION_GRID_UNKNOWN``, ``COTATION_GIVEN``, or what the reading of a grid refuses.
    """
    if not isinstance(case, Case):
        case = importers.read(Path(case), need=("dwellings", "applications"))
    importers.need_tables(case, ("dwellings", "applications"))
    if len(case.table("applications")) and case.table("applications")["score"].notna().all():
        raise AttrifluxError("COTATION_GIVEN")
    with with_grids((grid_a, grid_b), models) as (names, folder):
        options = replace(options or Options(), models=folder)
        results = []
        for made, name in enumerate(names):
            progress(made, len(names), name)
            results.append(propose(under(case, name), options))
        progress(len(names), len(names), "")
        bare = [_without_declared(case, name, options) for name in names]
    rules = results[0].optimum.prepared.rules
    tables = [points_of(r.scores) for r in results]
    people = _moves(
        tables[0],
        tables[1],
        public_of_household(case.table("applications"), results[0].optimum.prepared.facts),
    )
    return GridTest(
        grid_a=names[0],
        grid_b=names[1],
        grids=(_grid(results[0], names[0]), _grid(results[1], names[1])),
        market=rules.market,
        applications=people,
        publics=_publics(people, results, tables),
        lists=changed_lists(results[0].proposals, results[1].proposals),
        criteria=pd.concat(
            [_criteria(r.scores, r.optimum.prepared.rules, n) for r, n in zip(results, names, strict=True)],
            ignore_index=True,
        ),
        fragile=pd.concat(
            [fragile(r, t, b, n) for r, t, b, n in zip(results, tables, bare, names, strict=True)],
            ignore_index=True,
        ),
        unproven=sum(r.certificate["status"] != "certified_optimal" for r in results),
        ties={name: _ties(table) for name, table in zip(names, tables, strict=True)},
        low_stakes_share=rules.value("national.cotation.low_stakes_share"),
    )


def _grid(result: Result, name: str) -> policy.Grid:
    return next(g for g in result.optimum.prepared.rules.grids if g.id == name)


@contextmanager
def with_grids(grids: Sequence[str], models: Path | None) -> Iterator[tuple[list[str], Path | None]]:
    """Names of the grids, and a ``models/`` folder that knows them (a copy when a grid is a file of the user)."""
    source = models_dir(models)
    known = sorted(p.stem for p in (source / "cotation").glob("*.yaml"))
    files = {g: Path(g) for g in grids if g not in known}
    for name, path in files.items():
        if not path.is_file():
            raise AttrifluxError("COTATION_GRID_UNKNOWN", name=name, known=", ".join(known))
        policy.read_grid(path)
    names = [files[g].stem if g in files else g for g in grids]
    if not files:
        yield names, models
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "models"
        shutil.copytree(source, folder)
        for path in files.values():
            shutil.copyfile(path, folder / "cotation" / f"{path.stem}.yaml")
        yield names, folder


def under(case: Case, grid: str) -> Case:
    """The case scored by one grid everywhere."""
    changes = {**case.settings.changes, "territory.grid": grid}
    return replace(case, settings=replace(case.settings, changes=changes))


def _without_declared(case: Case, grid: str, options: Options) -> dict[str, pd.DataFrame]:
    """Points under a grid once each kind of merely declared fact is taken out."""
    table = case.table("applications")
    declared = table["priority_codes"].notna() & ~table["priority_status"].isin(["verified", "labelled"])
    income = table["monthly_income_eur"].notna() & (table["income_status"] != "verified").fillna(True)
    out = {}
    for fact, column, rows in (
        ("priorité", "priority_codes", declared),
        ("ressources", "monthly_income_eur", income),
    ):
        changed = table.copy()
        changed[column] = table[column].mask(rows.astype(bool))
        changed_case = replace(under(case, grid), tables={**case.tables, "applications": changed})
        prepared = pipeline.prepare(
            changed_case, models=options.models, accept_assumed=options.accept_assumed
        )
        out[fact] = points_of(prepared.scores.breakdown())
    return out


def _moves(a: pd.DataFrame, b: pd.DataFrame, public: Mapping[str, str]) -> pd.DataFrame:
    columns = ["application_id", "epci"]
    a, b = (t.drop_duplicates(columns).drop(columns="grid") for t in (a, b))
    both = a.merge(b, on=columns, how="outer", suffixes=("_a", "_b"), sort=True)
    return pd.DataFrame(
        {
            "application_id": both["application_id"],
            "epci": both["epci"],
            "public": [public.get(str(x), PUBLICS[4]) for x in both["application_id"]],
            "points_a": both["cents_a"] / 100,
            "points_b": both["cents_b"] / 100,
            "rank_a": both["rank_a"].astype("Int64"),
            "rank_b": both["rank_b"].astype("Int64"),
            "move": (both["rank_a"] - both["rank_b"]).astype("Int64"),
        }
    )


def _publics(people: pd.DataFrame, results: list[Result], tables: list[pd.DataFrame]) -> pd.DataFrame:
    public = dict(zip(people["application_id"].astype(str), people["public"], strict=True))
    tops, heads = [], []
    for result, points in zip(results, tables, strict=True):
        first = result.proposals[(result.proposals["rank"] == 1) & (result.proposals["application_id"] != "")]
        tops.append(Counter([public.get(str(a), PUBLICS[4]) for a in first["application_id"]]))
        facts = result.optimum.prepared
        place = facts.rules.by_commune("epci")
        room = facts.case.table("dwellings")["commune"].astype(object).map(place).value_counts().to_dict()
        best = points[points["rank"] <= points["epci"].map(room).astype("float64").fillna(0)]
        heads.append(Counter([public.get(str(a), PUBLICS[4]) for a in best["application_id"]]))
    rows = []
    for name in PUBLICS:
        move = people.loc[people["public"] == name, "move"].dropna()
        mean = float(move.mean()) if len(move) else float("nan")
        counts = (int((move > 0).sum()), int((move < 0).sum()), int((move == 0).sum()))
        found = (*tops, *heads)
        rows.append(
            (
                name,
                len(move),
                *counts,
                mean,
                *(_share(kinds, name) for kinds in found),
                *(kinds[name] for kinds in found),
            )
        )
    return pd.DataFrame(rows, columns=list(PUBLIC_COLUMNS))


def _share(kinds: Counter[str], public: str) -> float:
    return kinds[public] / kinds.total() if kinds else float("nan")


def changed_lists(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """``dwelling_id, first_a, first_b, first_changed, list_changed`` of two tables of proposals."""

    def ordered(frame: pd.DataFrame) -> dict[str, list[str]]:
        frame = frame.sort_values(["dwelling_id", "rank"])
        return {
            str(d): [str(x) for x in g["application_id"]] for d, g in frame.groupby("dwelling_id", sort=True)
        }

    left, right = ordered(a), ordered(b)
    rows = []
    for dwelling in sorted({*left, *right}):
        one, two = left.get(dwelling, []), right.get(dwelling, [])
        first = (one[:1] or [""])[0], (two[:1] or [""])[0]
        rows.append((dwelling, *first, first[0] != first[1], one != two))
    return pd.DataFrame(rows, columns=["dwelling_id", "first_a", "first_b", "first_changed", "list_changed"])


def _criteria(breakdown: pd.DataFrame, rules: policy.RuleSet, grid: str) -> pd.DataFrame:
    """For each criterion: how many have points for it, and how many ranks would differ without it."""
    base = points_of(breakdown).set_index(KEYS)
    seen = {str(c) for c in breakdown["criterion"].unique()} - {CONVERSION}
    titles = {f"{r.id}.{c.id}": c.title for g in rules.grids for r in g.rubrics for c in r.criteria}
    own = {f"{r.id}.{c.id}" for g in rules.grids if g.id == grid for r in g.rubrics for c in r.criteria}
    rows = []
    for criterion in sorted(seen | own):
        part = breakdown[breakdown["criterion"] == criterion]
        cents = (part["points"].astype(float) * 100).round().astype("int64")
        given = part.assign(cents=cents).groupby(KEYS)["cents"].sum()
        without = base["cents"].sub(given, fill_value=0)
        rank = without.groupby(level=SCALE).rank(method="min", ascending=False).astype("int64")
        moves = int((rank != base["rank"]).sum())
        rows.append((grid, criterion, titles.get(criterion, criterion), int((given != 0).sum()), moves))
    return pd.DataFrame(rows, columns=["grid", "criterion", "title", "applications", "moves"])


def _ties(points: pd.DataFrame) -> int:
    return int(points.duplicated([*SCALE, "cents"], keep=False).sum())
