"""A grid in test: the lists it would give, beside those in force and without any effect on them; weeks added up.

A territory that changes its grid lives some weeks under both. The proposal in force is that of the case's own grid, verified as
ever; the other grid is run by the same engine on the same day and written beside, in files that nobody presents.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer import importers
from optimizer.disk import hold, seal
from optimizer.domain import Case
from optimizer.errors import LANGS, AttrifluxError, InputProblems, Lang, Spaced, said
from optimizer.policy import Grid
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.numbers import day
from optimizer.presentation.page import render
from optimizer.runs import Options, Result, propose
from optimizer.scenario import messages as messages
from optimizer.scenario import texts as texts
from optimizer.scenario.cotation import changed_lists, under, with_grids
from optimizer.scenario.publics import PUBLICS, public_of_household, publics_said

TABLE, RECORD = "shadow", "shadow.json"
NEEDED = ("dwellings", "applications")
"""Tables without which no lists can be compared."""
FORMAT = "attriflux-shadow/1"
COLUMNS = (
    "dwelling_id", "rank", "account", "application_id", "score", "shadow_account", "shadow_application_id", "shadow_score",
)  # fmt: skip
WEEK_COLUMNS = (
    "week", "on", "dwellings", "first_changed", "lists_changed", "public", "in_force", "shadow",
)  # fmt: skip


@dataclass(frozen=True)
class Shadow:
    """What another grid would have given on the day of a proposal.

    Attributes
    ----------
    lists : DataFrame
        ``dwelling_id, rank, account, application_id, score, shadow_account, shadow_application_id, shadow_score``: both
        lists line by line, empty where one is shorter.
    changed : DataFrame
        ``dwelling_id, first_a, first_b, first_changed, list_changed``.
    publics : mapping
        Public -> households in first rank, in force and under the other grid.
    unproven : int
        Of the two proposals, how many stop within a margin of the proof: there first ranks may differ without the grid's doing.
    """

    grid: Grid
    digest: str
    on: date
    lists: pd.DataFrame
    changed: pd.DataFrame
    publics: Mapping[str, tuple[int, int]]
    unproven: int = 0

    @property
    def first_changed(self) -> int:
        """Dwellings whose first rank would be another household."""
        return int(self.changed["first_changed"].sum())

    @property
    def lists_changed(self) -> int:
        """Dwellings whose list or order would differ."""
        return int(self.changed["list_changed"].sum())

    def sentences(self, lang: Lang) -> list[str]:
        """What it changes, in whole dwellings, and that it changes nothing."""
        n = Spaced(len(self.changed))
        margin = [said("COTATION.UNPROVEN", lang, n=self.unproven)] if self.unproven else []
        return [
            said(
                "SHADOW.SAYS", lang, title=self.grid.title, first=Spaced(self.first_changed), lists=Spaced(self.lists_changed), n=n
            ),
            *margin,
            said("SHADOW.NO_EFFECT", lang),
        ]  # fmt: skip


def shadow_of(result: Result, case: Case | Path, grid: str, options: Options | None = None) -> Shadow:
    """The lists that another grid gives on the case of a result.

    Parameters
    ----------
    grid : str
        Name of a grid of ``models/cotation/``, or path of a grid file.

    Raises
    ------
    AttrifluxError
        ``COTATION_GRID_UNKNOWN``, ``COTATION_GIVEN``, or what the reading of a grid refuses.
    """
    options = options or Options()
    if not isinstance(case, Case):
        case = importers.read(case, need=NEEDED)
    importers.need_tables(case, NEEDED)
    _check_scores(case)
    people = case.table("applications")
    with with_grids((grid,), options.models) as (names, folder):
        asked = replace(options, models=folder, keep=None, warm_start=None, prospects=0)
        other = propose(under(case, names[0]), asked)
    rules = other.optimum.prepared.rules
    found = next(g for g in rules.grids if g.id == names[0])
    public = public_of_household(people, other.optimum.prepared.facts)
    counts = [_publics(r.proposals, public) for r in (result, other)]
    return Shadow(
        grid=found,
        digest=_digest(found),
        on=case.settings.on,
        lists=_side_by_side(result.proposals, other.proposals),
        changed=changed_lists(result.proposals, other.proposals),
        publics={name: (counts[0][name], counts[1][name]) for name in PUBLICS},
        unproven=sum(r.certificate["status"] != "certified_optimal" for r in (result, other)),
    )


def _check_scores(case: Case) -> None:
    """Refuse a case whose scores are all written: no grid changes anything there."""
    people = case.table("applications")
    if len(people) and people["score"].notna().all():
        raise AttrifluxError("COTATION_GIVEN")


def check_grid(grid: str, models: Path | None) -> None:
    """Refuse a grid that cannot be read, before any work. Raises as :func:`shadow_of`."""
    with with_grids((grid,), models):
        pass


def _digest(found: Grid) -> str:
    """What tells two versions of a grid apart: the hash of all that it says."""
    return hashlib.sha256(repr(found).encode("utf-8")).hexdigest()


def _publics(proposals: pd.DataFrame, public: Mapping[str, str]) -> dict[str, int]:
    first = proposals[(proposals["rank"] == 1) & (proposals["application_id"] != "")]
    kinds = [public.get(str(a), PUBLICS[-1]) for a in first["application_id"]]
    return {name: kinds.count(name) for name in PUBLICS}


def _side_by_side(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    names = ["dwelling_id", "rank", "account", "application_id", "score"]
    other = b[names].rename(columns={n: f"shadow_{n}" for n in names[2:]})
    both = a[names].merge(other, on=["dwelling_id", "rank"], how="outer", sort=True)
    for name in ("account", "application_id"):
        for column in (name, f"shadow_{name}"):
            both[column] = both[column].fillna("")
    return both[list(COLUMNS)]


def write_shadow(
    folder: Path, found: Shadow, *, style: Style = "french", lang: Lang = "fr", synthetic: bool
) -> None:
    """``shadow.csv``, ``shadow.html`` and ``shadow.json``: same case, same bytes."""
    write_table(found.lists, folder, TABLE, style=style)
    record = {
        "format": FORMAT, "grid": found.grid.id, "title": found.grid.title, "sha256": found.digest,
        "on": found.on.isoformat(), "dwellings": len(found.changed), "first_changed": found.first_changed,
        "lists_changed": found.lists_changed, "publics": {name: list(n) for name, n in found.publics.items()},
    }  # fmt: skip
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")
    changed = dict(zip(found.changed["dwelling_id"], found.changed["list_changed"], strict=True))
    values = {
        "grid": found.grid, "on": found.on, "synthetic": synthetic, "lines": found.sentences(lang),
        "publics": [(publics_said(lang)[name], *n) for name, n in found.publics.items() if any(n)],
        "rows": [
            {**row, "changed": row["application_id"] != row["shadow_application_id"]}
            for row in found.lists.fillna({"score": float("nan")}).to_dict("records")
            if changed.get(row["dwelling_id"])
        ],
    }  # fmt: skip
    (folder / "shadow.html").write_text(render("scenario/shadow", lang, values), encoding="utf-8")


class BesideShadow:
    """Writes the shadow of a proposal inside its folder: what ``propose_to`` calls before it seals the result.

    What would be refused afterwards is refused at once, before minutes of the proposal in force: a grid that cannot be read, a
    case that no grid changes.
    """

    def __init__(self, case: Path, grid: str, options: Options) -> None:
        check_grid(grid, options.models)
        self.case: Case | Path = case
        self.grid, self.options = grid, options
        # the problems of a case are told all together by the proposal itself
        with suppress(InputProblems):
            self.case = importers.read(case, need=NEEDED)
            _check_scores(self.case)

    def __call__(self, work: Path, result: Result) -> Mapping[Lang, Sequence[str]]:
        found = shadow_of(result, self.case, self.grid, self.options)
        synthetic = result.optimum.prepared.case.settings.synthetic
        write_shadow(work, found, style=self.options.csv, lang=self.options.lang, synthetic=synthetic)
        return {lang: found.sentences(lang) for lang in LANGS}


# --- the weeks of a test -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """The weeks of one grid in test, in order of date.

    Attributes
    ----------
    weeks : tuple
        The record of each week, with the name of its folder as ``week``.
    """

    weeks: tuple[Mapping[str, Any], ...]

    @property
    def table(self) -> pd.DataFrame:
        """``week, on, dwellings, first_changed, lists_changed, public, in_force, shadow``: one row per week and public."""
        rows = [
            (
                w["week"],
                w["on"],
                w["dwellings"],
                w["first_changed"],
                w["lists_changed"],
                public,
                *w["publics"][public],
            )
            for w in self.weeks
            for public in w["publics"]
        ]
        return pd.DataFrame(rows, columns=list(WEEK_COLUMNS))

    def total(self, name: str) -> int:
        """Sum over the weeks of ``dwellings``, ``first_changed`` or ``lists_changed``."""
        return sum(int(week[name]) for week in self.weeks)

    @property
    def publics(self) -> dict[str, tuple[int, int]]:
        """Public -> households in first rank over all weeks, in force and under the grid in test."""
        sums = {name: [0, 0] for week in self.weeks for name in week["publics"]}
        for week in self.weeks:
            for name, (now, then) in week["publics"].items():
                sums[name][0] += int(now)
                sums[name][1] += int(then)
        return {name: (now, then) for name, (now, then) in sums.items()}

    def sentences(self, lang: Lang) -> list[str]:
        """The period in a few sentences."""
        first, last = self.weeks[0], self.weeks[-1]
        return [
            said("SHADOW.PERIOD", lang, n=len(self.weeks), start=day(first["on"], lang), end=day(last["on"], lang), title=first["title"]),
            said(
                "SHADOW.SAYS", lang, title=first["title"], first=Spaced(self.total("first_changed")),
                lists=Spaced(self.total("lists_changed")), n=Spaced(self.total("dwellings")),
            ),
        ]  # fmt: skip


def period_of(folders: Sequence[Path]) -> Period:
    """The weeks of a grid in test: results written with a shadow, or folders that hold such results.

    Raises
    ------
    AttrifluxError
        ``SHADOW_NONE``: nothing there was written with a shadow; ``SHADOW_MIXED``: two grids, or two versions of one;
        ``SHADOW_TWICE``: two results of one day.
    """
    found: list[dict[str, Any]] = []
    for folder in folders:
        files = [folder / RECORD] if (folder / RECORD).is_file() else sorted(folder.glob(f"*/{RECORD}"))
        if not files:
            raise AttrifluxError("SHADOW_NONE", name=folder.name)
        for file in files:
            found.append({**_record(file), "week": file.parent.name})
    found.sort(key=lambda week: (str(week["on"]), str(week["week"])))
    if len({week["sha256"] for week in found}) > 1:
        titles = ", ".join(dict.fromkeys(f"{w['title']} ({w['week']})" for w in found))
        raise AttrifluxError("SHADOW_MIXED", titles=titles)
    for before, after in zip(found, found[1:], strict=False):
        if before["on"] == after["on"]:
            raise AttrifluxError("SHADOW_TWICE", on=before["on"], names=f"{before['week']}, {after['week']}")
    return Period(tuple(found))


def _record(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise AttrifluxError("SHADOW_NONE", name=file.parent.name) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise AttrifluxError("SHADOW_NONE", name=file.parent.name)
    return content


def period_to(
    folders: Sequence[Path], out: Path, *, style: Style = "french", lang: Lang = "fr", force: bool = False
) -> dict[str, object]:
    """Add up the weeks of a grid in test and write ``test-period.csv`` and ``test-period.html``, whole or not at all."""
    with hold(out, force=force, inputs=list(folders)) as held:
        found = period_of(folders)
        with held.folder() as work:
            write_table(found.table, work, "test-period", style=style)
            values = {
                "lines": found.sentences(lang), "weeks": found.weeks, "title": found.weeks[0]["title"],
                "publics": [(publics_said(lang)[name], *n) for name, n in found.publics.items() if any(n)],
            }  # fmt: skip
            (work / "test-period.html").write_text(render("scenario/period", lang, values), encoding="utf-8")
            record = {
                "format": "attriflux-test-period/1", "grid": found.weeks[0]["grid"], "sha256": found.weeks[0]["sha256"],
                "weeks": [w["week"] for w in found.weeks],
            }  # fmt: skip
            text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
            (work / "run.json").write_text(text + "\n", encoding="utf-8")
            seal(work)
    return {
        "out": str(out), "weeks": len(found.weeks), "dwellings": found.total("dwellings"),
        "first_changed": found.total("first_changed"), "lists_changed": found.total("lists_changed"),
        **{f"lines_{x}": [*found.sentences(x), said("SHADOW.OPEN", x, page=out / "test-period.html")] for x in LANGS},
    }  # fmt: skip
