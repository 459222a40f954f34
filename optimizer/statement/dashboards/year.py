"""The year as one viewer may see it: who looks, and the tables narrowed to what is theirs before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from optimizer import eligibility, importers, policy
from optimizer.domain import Case
from optimizer.eligibility.facts import Facts
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.importers.gazetteer import key_of
from optimizer.problem import RuleBook, rule_book
from optimizer.statement.dashboards.lines import (
    Proposed,
    no_proposals,
    proposed,
    returned_lines,
    territory,
    year_lines,
)
from optimizer.statement.dashboards.run import Run, read_run
from optimizer.statement.ledger import ledger, lines_of, year_fraction
from optimizer.statement.to_come import ToCome

Kind = Literal["landlord", "epci", "prefet", "maire"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COLUMN = {"landlord": "landlord", "epci": "epci", "prefet": "departement", "maire": "commune"}
KIND_WORDS = {
    "landlord": ("un bailleur", "a landlord"), "epci": ("un EPCI", "an EPCI"),
    "prefet": ("un département", "a département"), "maire": ("une commune", "a commune"),
}  # fmt: skip
MOST_KNOWN = 12
"""Codes proposed when the one given is unknown."""


@dataclass(frozen=True)
class Viewer:
    """Who looks at the year: a landlord, an EPCI, the préfet of a département or the maire of a commune."""

    kind: Kind
    code: str
    name: str


@dataclass(frozen=True)
class Year:
    """A case's year, narrowed to a viewer.

    Attributes
    ----------
    lines : DataFrame
        Leases, work in progress and proposals (``lines.COLUMNS``) of the viewer's own territory or stock.
    proposed : Proposed
        Every line of the run as the rules count leases (empty without a run): read through the lines of a rule that are the
        viewer's own.
    returned : DataFrame
        Orientations that came back without a lease and that their account counts, narrowed too (``lines.returned_lines``).
    dwellings, homes : DataFrame
        The viewer's dwellings of the case, and what the run says of them (empty without a run).
    ledger : DataFrame
        Every account of the case (``statement.ledger``): views choose their own rows.
    applications : DataFrame
        ``application_id, active, to_renew, dalo, relocation, housed``, where one of the wished communes is the viewer's; all of
        them for a landlord.
    """

    case: Case
    rules: policy.RuleSet
    facts: Facts
    book: RuleBook
    viewer: Viewer
    run: Run | None
    proposed: Proposed
    lines: pd.DataFrame
    returned: pd.DataFrame
    dwellings: pd.DataFrame
    homes: pd.DataFrame
    ledger: pd.DataFrame
    conventions: pd.DataFrame
    applications: pd.DataFrame
    names: Mapping[str, str]

    @property
    def on(self) -> date:
        return self.case.settings.on

    @cached_property
    def to_come(self) -> ToCome:
        """Leases still expected until 31 December, of the whole case."""
        return ToCome(self.case, self.rules, self.case.settings.year)

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of the year, as in its statement: from 31 December on, unless a run of that day is shown."""
        return self.run is None and self.on >= date(self.case.settings.year, 12, 31)

    @property
    def days(self) -> tuple[int, int]:
        """Days gone and days left of the year; the case's day is gone, for its leases are counted."""
        gone, left = year_fraction(self.on, self.case.settings.year)
        within = self.on.year == self.case.settings.year
        return (gone + 1, left - 1) if within else (gone, left)


def read_year(
    case: Case | Path | str,
    kind: Kind,
    code: str,
    *,
    proposals: Path | None = None,
    models: Path | None = None,
) -> Year:
    """Read a case (and a run of it) and narrow it to one viewer.

    Raises
    ------
    InputProblems
        The case cannot be used; all problems are listed.
    AttrifluxError
        ``DASHBOARD_VIEWER``: nobody of that kind has a dashboard; ``DASHBOARD_UNKNOWN``: the viewer's code is not in the case.
    """
    if kind not in KINDS:
        raise AttrifluxError("DASHBOARD_VIEWER", kind=kind, known=", ".join(KINDS))
    if not isinstance(case, Case):
        case = importers.read(Path(case), need=())
    importers.need_tables(case)
    case = policy.with_own_changes(case, models)
    rules = policy.rules_of(case.settings, models)
    # Thresholds of the first quartile that are assumed are marked on the page; nothing is decided here.
    reading = eligibility.examine(case, rules, accept_assumed=True)
    if any(f.severity == "error" for f in reading.findings):
        raise InputProblems(reading.findings)
    facts = reading.facts
    run = None if proposals is None else read_run(proposals, case)
    conventions = lines_of(case, rules)
    book = rule_book(case, facts, rules)
    ahead, own = (no_proposals(book.ground), None) if run is None else proposed(case, rules, book.ground, run)
    lines = year_lines(case, rules, book.ground, conventions, own)
    dwellings = _dwellings(case, rules)
    viewer = find_viewer(kind, code, lines, dwellings, rules)
    last = date(case.settings.year, 12, 31)
    column = COLUMN[kind]
    back = returned_lines(case, rules, conventions)
    here = own_codes(viewer, rules)
    mine = dwellings[dwellings[column].isin(here)].reset_index(drop=True)
    homes = pd.DataFrame(
        columns=["dwelling_id", "account", "status", "candidates", "deadline", "reason_if_short"]
    )
    if run is not None:
        homes = run.dwellings[run.dwellings["dwelling_id"].isin(mine["dwelling_id"])].reset_index(drop=True)
    return Year(
        case=case, rules=rules, facts=facts, book=book, viewer=viewer, run=run, proposed=ahead,
        lines=lines[lines[column].isin(here)].reset_index(drop=True),
        returned=back[back[column].isin(here)].reset_index(drop=True),
        dwellings=mine, homes=homes,
        ledger=ledger(case, rules, case.settings.year, over=run is None and case.settings.on >= last),
        conventions=conventions,
        applications=_applications(facts, viewer, here, lines),
        names=_names(rules),
    )  # fmt: skip


def own_codes(viewer: Viewer, rules: policy.RuleSet) -> frozenset[str]:
    """The codes of the viewer's own territory or stock: a city has those of its arrondissements too."""
    if viewer.kind != "maire":
        return frozenset({viewer.code})
    communes = rules.all_communes
    return frozenset({viewer.code, *communes.index[communes["city"] == viewer.code]})


def find_viewer(
    kind: Kind, code: str, lines: pd.DataFrame, dwellings: pd.DataFrame, rules: policy.RuleSet
) -> Viewer:
    """The viewer of a code or of a name that only one place has, as files take them.

    A commune, EPCI or département of the territory without anything this year is a viewer too.
    """
    column = COLUMN[kind]
    present = sorted({*lines[column], *dwellings[column]} - {""})
    places: dict[str, dict[str, str]] = {
        "landlord": dict(rules.landlords), "epci": _words(rules.epci), "maire": _words(rules.communes),
        "prefet": {d: f"département {d}" for d in rules.departements},
    }  # fmt: skip
    if code not in present and code not in places[kind]:
        alike = [place for place, name in places[kind].items() if key_of(name) == key_of(code)]
        if len(alike) == 1:
            return Viewer(kind, alike[0], str(places[kind][alike[0]]))
        fr, en = KIND_WORDS[kind]
        raise AttrifluxError(
            "DASHBOARD_UNKNOWN",
            code=code,
            kind_fr=fr,
            kind_en=en,
            known=", ".join(_named(place, places[kind]) for place in (alike or present)[:MOST_KNOWN]) or "–",
        )
    return Viewer(kind, code, str(places[kind].get(code, code)))


def _named(code: str, names: Mapping[str, str]) -> str:
    """A code with its name, where it has one."""
    return f"{code} ({names[code]})" if names.get(code, code) != code else code


def _names(rules: policy.RuleSet) -> dict[str, str]:
    return _words(rules.communes) | _words(rules.all_epci)


def _words(places: pd.DataFrame) -> dict[str, str]:
    return {str(code): str(name) for code, name in places["name"].items()}


def _dwellings(case: Case, rules: policy.RuleSet) -> pd.DataFrame:
    frame = case.table("dwellings")
    around = territory(frame["commune"], rules)
    return frame.assign(**around).sort_values("dwelling_id", ignore_index=True)


def _applications(facts: Facts, viewer: Viewer, codes: frozenset[str], lines: pd.DataFrame) -> pd.DataFrame:
    """Active applications that wish the viewer's territory (all of the case's for a landlord), with what concerns DALO."""
    a = facts.applications
    housed = set(lines.loc[lines["state"] == "signed", "application_id"])
    frame = pd.DataFrame(
        {
            "at": range(len(a.ids)), "application_id": [str(x) for x in a.ids.tolist()], "active": a.active,
            "to_renew": a.to_renew, "dalo": a.dalo, "relocation": a.relocation.astype("int64"),
        }
    )  # fmt: skip
    frame["housed"] = frame["application_id"].isin(housed)
    if viewer.kind == "landlord":
        return frame
    of = {
        "maire": facts.communes,
        "epci": [facts.epcis[e] if e >= 0 else "" for e in facts.commune_epci.tolist()],
        "prefet": [facts.departements[d] if d >= 0 else "" for d in facts.commune_departement.tolist()],
    }[viewer.kind]
    here = [i for i, place in enumerate(of) if place in codes]
    wished = a.wished.values
    hit = np.concatenate([[0], np.cumsum(np.isin(wished, here))])
    wishing = hit[a.wished.ptr[1:]] > hit[a.wished.ptr[:-1]]
    return frame[wishing].reset_index(drop=True)
