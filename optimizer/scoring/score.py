"""From a case and its grids to :class:`Scores` (design §5, the paragraph on ``score``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import TABLES, Case
from optimizer.domain.decimals import half_up
from optimizer.errors import Finding, InputProblems, Said
from optimizer.policy import span
from optimizer.policy.grid import Grid
from optimizer.scoring.grids import Points, evaluate
from optimizer.scoring.inputs import BEHIND, Inputs
from optimizer.scoring.messages import CRITERIA_WITHOUT_CELLS, UNSCORED
from optimizer.scoring.percentile import mid_rank
from optimizer.scoring.scores import GIVEN, GIVEN_TITLE, SENIORITY, TITLES, Basis, Scores, Standing
from optimizer.scoring.view import FactsView

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]
_NO_SCALE = -1
HIGHEST_RANK = 100 * 100
"""Span of a percentile, hundredths of a point."""
SEVERAL = Said(
    "Plusieurs grilles ou plusieurs EPCI : le score est 100 × le rang centile dans l'EPCI et la grille, "
    "car les points de deux grilles ne s'additionnent pas.",
    "Several grids or EPCI: the score is 100 × the percentile rank in the EPCI and the grid, since points of two grids do not add up.",
)


@dataclass
class _Scales:
    """The scales met so far, by identifier, with the points of every application where a grid was evaluated."""

    names: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    invented: list[bool] = field(default_factory=list)
    points: dict[str, Points] = field(default_factory=dict)

    def index(self, name: str, title: str, invented: bool = False) -> int:
        if name not in self.names:
            self.names.append(name)
            self.titles.append(title)
            self.invented.append(invented)
        return self.names.index(name)


def score(case: Case, facts: FactsView, rules: RuleSet, *, percentiles: bool = False) -> Scores:
    """Score the applications of a case.

    Each household has one scale in each EPCI: the grid that the territory gives there (its mutation grid, where it has
    one, for sitting social tenants), seniority without any grid, or what a line of the table ``scores`` names. A
    ``score`` written in the applications is points of the scale it would have without it, and wins; then a line of ``scores`` for the EPCI; then
    the grid. A household that a case with written scores leaves without one is scored from its grid.
    Points are used as they are when one scale serves one EPCI; otherwise, written or computed, each is replaced by its
    mid-rank percentile among the applications scored in the same EPCI by the same scale.

    Parameters
    ----------
    percentiles : replace them even so: dwellings of another EPCI that tenants might have freed, and do not, were weighed too.

    Raises
    ------
    InputProblems
        A cell of a criterion declared by a grid that cannot be read, an active household without written score where
        others have one and no grid can give it, all of them at once.
    """
    findings: list[Finding] = []
    scores = _score(case, facts, rules, findings, percentiles)
    if any(f.severity == "error" for f in findings):
        raise InputProblems(findings)
    return replace(scores, repairs=tuple(findings))


def check_case(case: Case, facts: FactsView, rules: RuleSet) -> tuple[Finding, ...]:
    """Cells of the columns declared by the grids in use that cannot be read or were read otherwise than written, households
    that nothing can score."""
    return look(case, facts, rules)[1]


def look(case: Case, facts: FactsView, rules: RuleSet) -> tuple[Scores, tuple[Finding, ...]]:
    """The scores, 0 for what cannot be told, with what :func:`check_case` finds."""
    findings: list[Finding] = []
    return _score(case, facts, rules, findings), tuple(findings)


def _without_cells(grid: Grid, inputs: Inputs, file: str) -> Iterator[Finding]:
    """One warning that names the criteria of a deliberated grid which no household can meet, as nothing fills what they read."""
    if grid.invented or not len(inputs):
        return
    told = []
    for criterion in (c for rubric in grid.rubrics for c in rubric.criteria):
        read = [c.input for c in criterion.when if c.operator != "known" or c.flag]
        if criterion.kind != "flag":
            read.append(criterion.input)
        empty = [name for name in dict.fromkeys(read) if not inputs.known(name).any()]
        if empty:
            told.append(f"{criterion.title} ({', '.join(_headers(name) for name in empty)})")
    if told:
        yield Finding(
            CRITERIA_WITHOUT_CELLS, "warning", file, value=grid.title, params={"criteria": " ; ".join(told)}
        )


def _headers(name: str) -> str:
    """The header a user writes for an input: its French alias, the columns behind a measure, else its own name."""
    columns = {c.name: c.alias or c.name for c in TABLES["applications"].columns}
    return " ou ".join(columns.get(c, c) for c in BEHIND.get(name, (name,)))


def _score(
    case: Case, facts: FactsView, rules: RuleSet, findings: list[Finding], percentiles: bool = False
) -> Scores:
    frame = case.table("applications")
    # of an identifier written twice (the reader told it), the facts keep the first line
    first = np.flatnonzero(~frame["application_id"].duplicated().to_numpy(bool))
    known = pd.Index(frame["application_id"].iloc[first])
    row_of = first[known.get_indexer(pd.Index(facts.applications.ids))].astype(np.int64)
    ordered = frame.iloc[row_of]
    origin = case.origins.get("applications")
    file = origin.label if origin is not None else "applications"
    rows = case.row_numbers("applications")[row_of]
    on = np.datetime64(case.settings.on.isoformat(), "D")
    scales = _Scales()
    mutation = ordered["current_landlord"].fillna("").astype(str).str.strip().ne("").to_numpy(bool)
    given = _given(ordered)

    def of_grid(grid: Grid) -> Points:
        if grid.id not in scales.points:
            inputs = Inputs(ordered, grid, rules, on, findings, file, rows)
            scales.points[grid.id] = evaluate(grid, inputs)
            findings.extend(_without_cells(grid, inputs, file))
        return scales.points[grid.id]

    table = _table_scores(case, facts)
    column = given >= _FLOOR
    writes = bool(column.any() or table)
    standing: dict[int, Standing] = {}
    highest = [int(given.max())] if column.any() else []
    for epci, apps in _populations(facts).items():
        scale = np.full(len(apps), _NO_SCALE, np.int32)
        raw = np.zeros(len(apps), np.int64)
        grids = {m: rules.grid_for(facts.epcis[epci], mutation=m) for m in (False, True)}
        lines = table.get(epci)
        if lines is not None:
            highest += _apply_table(lines, apps, mutation, grids, scales, scale, raw, column)
        written = (scale != _NO_SCALE) | column[apps]
        for moving, grid in grids.items():
            mine = mutation[apps] == moving
            told = mine & column[apps] & (scale == _NO_SCALE)
            if told.any():
                name = (GIVEN, GIVEN_TITLE, False) if grid is None else (grid.id, grid.title, grid.invented)
                scale[told] = scales.index(*name)
            left = mine & (scale == _NO_SCALE)
            if not left.any():
                continue
            if grid is not None:
                scale[left] = scales.index(grid.id, grid.title, grid.invented)
                raw[left] = of_grid(grid).total[apps[left]]
            elif writes:
                _tell_unscored(apps[left], facts, rows, file, findings)
                scale[left] = scales.index(GIVEN, GIVEN_TITLE)
            else:
                scale[left] = scales.index(SENIORITY, TITLES[SENIORITY])
                raw[left] = facts.applications.seniority_days[apps[left]]
        raw = np.where(column[apps], given[apps], raw)
        standing[epci] = Standing(apps, scale, raw, raw, written, column[apps])
    return _ranked(facts, rules, scales, standing, given, max(highest, default=0), percentiles)


def _tell_unscored(apps: I32, facts: FactsView, rows: I64, file: str, findings: list[Finding]) -> None:
    """Active households without a score in a case that writes scores, where no grid can give them one."""
    for a in apps[facts.applications.active[apps]].tolist():
        found = Finding(
            UNSCORED, file=file, row=int(rows[a]), column="score", value=str(facts.applications.ids[a])
        )
        if found not in findings:
            findings.append(found)


_FLOOR = -(1 << 50)
"""Every written score is above it; ``_given`` marks an empty cell below it (scores may be negative)."""


def _given(frame: pd.DataFrame) -> I64:
    """The ``score`` column in hundredths, below ``_FLOOR`` where empty."""
    if "score" not in frame.columns:
        return np.full(len(frame), _FLOOR - 1, np.int64)
    values = frame["score"].to_numpy(np.float64, na_value=np.nan)
    whole = np.clip(half_up(np.nan_to_num(values), 100), _FLOOR, -_FLOOR).astype(np.int64)
    return np.where(np.isnan(values), _FLOOR - 1, whole)


def _populations(facts: FactsView) -> dict[int, I32]:
    """EPCI of the dwellings -> applications that wish one of its communes, ascending.

    What the commission de médiation fixed stands in place of the choices, as it does for eligibility.
    """
    wished = facts.applications.wished
    count = max(len(facts.applications.ids), 1)
    useful = np.zeros(len(facts.epcis), bool)
    useful[facts.dwellings.epci] = True
    place = np.append(np.where(useful[facts.commune_epci], facts.commune_epci, -1), -1)[wished.values]
    row = np.repeat(np.arange(len(wished.ptr) - 1), np.diff(wished.ptr))
    kept = place >= 0
    pairs = np.unique(place[kept].astype(np.int64) * count + row[kept])
    epci, app = pairs // count, (pairs % count).astype(np.int32)
    bounds = np.searchsorted(epci, np.arange(len(facts.epcis) + 1))
    return {int(e): app[bounds[e] : bounds[e + 1]] for e in np.flatnonzero(useful)}


def _table_scores(case: Case, facts: FactsView) -> dict[int, pd.DataFrame]:
    """Lines of ``scores`` by EPCI index: ``app``, ``grid``, ``raw``, sorted by application then grid."""
    frame = case.table("scores")
    if not len(frame):
        return {}
    epci_at = {code: i for i, code in enumerate(facts.epcis)}
    lines = pd.DataFrame(
        {
            "app": pd.Index(facts.applications.ids).get_indexer(pd.Index(frame["application_id"])),
            "epci": frame["epci"].map(epci_at).fillna(-1).astype(np.int64).to_numpy(),
            "grid": frame["grid"].astype(str).to_numpy(),
            "raw": half_up(frame["score"].fillna(0).to_numpy(np.float64), 100).astype(np.int64),
        }
    )
    lines = lines[(lines["app"] >= 0) & (lines["epci"] >= 0)].sort_values(
        ["epci", "app", "grid"], kind="stable"
    )
    return {int(str(epci)): group for epci, group in lines.groupby("epci")}


def _apply_table(
    lines: pd.DataFrame, apps: I32, mutation: B, grids: dict[bool, Grid | None], scales: _Scales, scale: I32,
    raw: I64, told: B,
) -> list[int]:  # fmt: skip
    """Scores of an EPCI from its lines of ``scores``.

    With several lines for one application in one EPCI, the line of its own grid there is taken, else the first by name.

    Returns
    -------
    The highest score of these lines, those of ``told`` (a score in the applications) left out; nothing without any.
    """
    own = {m: grid.id if grid is not None else "" for m, grid in grids.items()}
    expected = np.where(mutation[lines["app"].to_numpy()], own[True], own[False])
    preferred = lines.assign(other=(lines["grid"] != expected).to_numpy()).sort_values(
        ["app", "other", "grid"]
    )
    chosen = preferred.drop_duplicates("app")
    used = chosen["raw"].to_numpy()[~told[chosen["app"].to_numpy()]]
    highest = [int(used.max())] if len(used) else []
    at = np.searchsorted(apps, chosen["app"].to_numpy())
    inside = np.zeros(len(chosen), bool)
    if len(apps):
        inside = (at < len(apps)) & (apps[np.minimum(at, len(apps) - 1)] == chosen["app"].to_numpy())
    chosen = chosen[inside]
    at = at[inside]
    for name in sorted(set(chosen["grid"])):
        mine = (chosen["grid"] == name).to_numpy(bool)
        scale[at[mine]] = scales.index(name, name)
    raw[at] = chosen["raw"].to_numpy()
    return highest


def _percentiles(scale: I32, raw: I64) -> I64:
    """Mid-rank percentile of each among those of its scale."""
    rank = np.zeros(len(scale), np.int64)
    for g in np.unique(scale).tolist():
        mine = scale == g
        rank[mine] = mid_rank(raw[mine])
    return rank


def _ranked(
    facts: FactsView,
    rules: RuleSet,
    scales: _Scales,
    standing: dict[int, Standing],
    given: I64,
    highest: int,
    percentiles: bool,
) -> Scores:
    """Points of the one scale in the one EPCI, else percentiles."""
    used = sorted({int(g) for here in standing.values() for g in np.unique(here.grid)})
    names = [scales.names[g] for g in used]
    notes = tuple(
        Said(
            f"Grille inventée pour la démonstration : {scales.titles[g]}.",
            f"Grid invented for the demonstration: {scales.titles[g]}.",
        )
        for g in used
        if scales.invented[g]
    )
    total = sum(len(here.app) for here in standing.values())
    told = sum(int(here.written.sum()) for here in standing.values())
    if told:
        notes += (Said("La cotation est celle du dossier.", "The scores are those of the case."),)
    if 0 < told < total:
        left = total - told
        notes += (
            Said(
                f"{left} {'demande' if left < 2 else 'demandes'} sans cotation saisie : points de la grille du territoire.",
                f"{left} {'application' if left == 1 else 'applications'} without a written score: points of the territory's grid.",
            ),
        )
    if not percentiles and SENIORITY not in names and len(names) <= 1 and len(standing) <= 1:
        basis: Basis = "given" if told else "grid"
        if not told:
            overall = scales.points[names[0]].total if names else None
        else:
            overall = _everywhere(facts, given)
        standing = {epci: _as_written(here, scales) for epci, here in standing.items()}
        apart = _grid_span(rules, standing, facts, names, everybody=told > 0 and _all_told(facts, standing))
        return _scores(basis, facts, scales, standing, overall, max(apart, highest), notes)
    found = {}
    for epci, here in standing.items():
        rank = _percentiles(here.grid, here.raw)
        found[epci] = Standing(here.app, here.grid, here.raw, rank, here.written, here.told)
    if names == [SENIORITY]:
        basis = "seniority"
        notes += (
            Said(
                "Aucune grille de cotation : le score est le rang centile d'ancienneté dans l'EPCI.",
                "No scoring grid: the score is the percentile rank of seniority in the EPCI.",
            ),
        )
    else:
        basis = "percentile"
        notes += (SEVERAL,)
    return _scores(basis, facts, scales, found, None, HIGHEST_RANK, notes)


def _all_told(facts: FactsView, standing: dict[int, Standing]) -> bool:
    """Whether the score of every active household is written."""
    active = facts.applications.active
    return all(bool((here.written | ~active[here.app]).all()) for here in standing.values())


def _grid_span(
    rules: RuleSet, standing: dict[int, Standing], facts: FactsView, names: list[str], everybody: bool
) -> int:
    """Span of the first-time grid of the one EPCI (of the one grid in use where that EPCI has no first-time grid); 0 when
    the case writes every score."""
    if everybody:
        return 0
    years = rules.integer("national.burden.accrual_years")
    for epci in standing:
        first = rules.grid_for(facts.epcis[epci])
        if first is not None:
            return span(first, years)
    return max((span(grid, years) for grid in rules.grids if grid.id in names), default=0)


def _as_written(here: Standing, scales: _Scales) -> Standing:
    """Points as they are: those of the column ``score`` are said to be written rather than the grid's."""
    if not here.told.any():
        return here
    scale = np.where(here.told, scales.index(GIVEN, GIVEN_TITLE), here.grid).astype(np.int32)
    return replace(here, grid=scale)


def _everywhere(facts: FactsView, given: I64) -> I64 | None:
    """Points that do not depend on the EPCI: only when every application has a written score."""
    return given if bool((given >= _FLOOR).all()) and len(facts.applications.ids) else None


def _scores(
    basis: Basis, facts: FactsView, scales: _Scales, standing: dict[int, Standing], overall: I64 | None, span: int,
    notes: tuple[Said, ...],
) -> Scores:  # fmt: skip
    return Scores(
        basis, facts.applications.ids, facts.epcis, tuple(scales.names), tuple(scales.titles), tuple(scales.invented),
        standing, overall, dict(scales.points), span, notes,
    )  # fmt: skip
