"""Everything read once: settings, law, conventions, dwellings, applications, decisions, nominations, work in progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from optimizer.domain.memory import give_back
from optimizer.verify import cells
from optimizer.verify.agreements import (
    AgreementLine,
    Agreements,
    dalo_of_files,
    deliberated,
    lines_in_force,
    rooms_tables,
)
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.facts import Applications, Dwellings, read_applications, read_dwellings
from optimizer.verify.homes import ANY, SHORT, Homes
from optimizer.verify.law import Law
from optimizer.verify.pools import Pools
from optimizer.verify.settings import Settings, read_settings
from optimizer.verify.tables import RawCase, RawTable
from optimizer.verify.verdict import Unreadable

STAGES = ("oriented", "nominated", "commission", "offered")


@dataclass(frozen=True)
class Ids:
    """Identifiers as columns, to be looked up among."""

    dwellings: pa.Array
    apps: pa.Array


@dataclass(frozen=True)
class World:
    """The case as the verifier sees it."""

    raw: RawCase
    settings: Settings
    law: Law
    agreements: Agreements
    dwellings: Dwellings
    apps: Applications
    pools: Pools
    live_offer: B
    blocked: B
    forbidden_all: B
    forbidden: Mapping[int, frozenset[int]]
    """Dwelling -> applications forbidden there."""
    pins: Mapping[int, int]
    """Dwelling -> pinned application."""
    pin_account: Mapping[int, str]
    """Dwelling -> account of the pin, "" for any."""
    orient: Mapping[int, str]
    """Dwelling -> the account it goes to by decision, household left open."""
    pinned_apps: frozenset[int]
    nominations: Mapping[str, tuple[tuple[int, int, int], ...]]
    """Account -> (dwelling or -1, rank, application)."""
    rooms_tables: Mapping[str, str]
    """Landlord -> rooms table named by its shipped agreement."""
    effort_threshold: Mapping[str, Fraction]
    """Landlord -> its deliberated threshold of the effort rate."""
    dalo_numbers: Mapping[tuple[str, str], Fraction]
    """(landlord, département) -> DALO households of the year, as the case or the landlord's file says."""
    forecast: Mapping[tuple[str, str], tuple[int, int, int]]
    """(landlord, département) -> (vacated, mutations, flux base) of the year's forecast."""
    tenant: Mapping[int, int] = field(default_factory=dict)
    """Freed dwelling -> the application whose departure frees it."""
    position: Mapping[int, int] = field(default_factory=dict)
    """Freed dwelling -> dwellings of its chain let before it, `homes.ANY` for any number; a vacant one is at 0."""
    percentiles: bool = False
    """Whether points of several EPCI or grids meet once the dwellings that tenants might have freed are counted."""
    lists_of: Mapping[int, int] = field(default_factory=dict)
    """Dwelling of an exchange that the proof weighs -> its copy that anybody may ask for."""
    copies: Copies = field(default_factory=lambda: Copies({}, None))
    """Which dwellings a row of the case speaks of."""
    kept: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    """Dwelling -> (application, account) of an earlier first rank that this run gives points to."""
    lease_cache: dict[int, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def epci_rank(self) -> I64:
        """(D,) rank of the EPCI of each dwelling: in this order, columns that depend on the EPCI are asked once."""
        return np.asarray(self.law.places.epci_rank[self.dwellings.place], np.int64)

    def forget(self, *tables: str) -> None:
        """Let raw tables go that nothing reads any more: a country's weigh more than all that was read from them."""
        for name in tables:
            if name in self.raw.tables:
                self.raw.tables[name] = RawTable(name, 0, {})
        give_back()

    @cached_property
    def ids(self) -> Ids:
        """Identifiers of dwellings and applications."""
        return Ids(*(pa.array(x.ids, pa.string()) for x in (self.dwellings, self.apps)))

    @property
    def expects(self) -> bool:
        """Whether the case says which dwellings are expected this year."""
        return self.raw.table("forecast").rows > 0

    @cached_property
    def id_rank(self) -> I32:
        """(A,) rank of each application's identifier."""
        return cells.ascending(self.apps.ids)

    @property
    def on(self) -> int:
        return cells.as_day(self.settings.on)

    def place(self, d: int) -> tuple[str, str, str]:
        """(commune, EPCI, département) of a dwelling."""
        places, i = self.law.places, int(self.dwellings.place[d])
        return places.insee[i], places.epci[i], places.departement[i]

    def opens(self, d: int, freed: int) -> bool:
        """Whether leaving for dwelling ``d`` frees a dwelling of chains for somebody else."""
        at = self.position[freed]
        return d != freed and follows(self.position.get(d, 0), at)

    @cached_property
    def less(self) -> int:
        """Hundredths that a freed dwelling is worth less than a vacant one: the fill value, and the cost of a link."""
        return self.law.hundredths("national.fit.fill_value") + self.law.hundredths(
            "national.chain.link_cost"
        )

    def receivers(self, d: int) -> tuple[str, ...]:
        """Accounts that may receive a dwelling."""
        w = self.dwellings
        return self.agreements.receivers(w.landlord[d], *self.place(d), w.reserved_to[d], w.exclusion[d])

    @cached_property
    def _nominated(self) -> dict[int, list[tuple[str, int, int]]]:
        """Application -> (account, dwelling or -1, rank) of its nominations."""
        found: dict[int, list[tuple[str, int, int]]] = {}
        for account, lines in self.nominations.items():
            for d, rank, app in lines:
                found.setdefault(app, []).append((account, d, rank))
        return found

    def nominees(self, apps: Sequence[int]) -> dict[str, dict[int, tuple[I32, I64]]]:
        """Account -> dwelling (-1: any) -> those of ``apps`` it named for it, in its order, and their ranks."""
        lines: dict[str, dict[int, list[tuple[int, int]]]] = {}
        for app in apps:
            for account, d, rank in self._nominated.get(app, ()):
                lines.setdefault(account, {}).setdefault(d, []).append((rank, app))
        return {
            account: {
                d: (
                    np.array([a for _, a in sorted(x)], np.int32),
                    np.array([r for r, _ in sorted(x)], np.int64),
                )
                for d, x in mine.items()
            }
            for account, mine in lines.items()
        }

    @cached_property
    def is_nominated(self) -> B:
        """(A,) named by some account."""
        found = np.zeros(len(self.apps), bool)
        found[list(self._nominated)] = True
        return found

    def law_rooms(self, landlord: str) -> str:
        """Name of the rooms table of a landlord: its agreement's, else the market's."""
        return self.rooms_tables.get(landlord) or self.law.market

    def line(self, d: int, account: str) -> AgreementLine | None:
        """The convention line that says who names on an account for a dwelling."""
        return self.agreements.terms(self.dwellings.landlord[d], account, *self.place(d))


def follows(at: int, freed: int) -> bool:
    """Whether a departure for a dwelling at position ``at`` opens one at position ``freed``: the next, or of the same exchange."""
    if freed <= SHORT:
        return at == freed
    return freed == ANY or (at >= 0 and freed == at + 1)


def read_world(raw: RawCase, models: Path, homes: Homes | None = None) -> World:
    """Raises Unreadable on what cannot be a checked case. ``homes``: the dwellings of ``raw`` that chains free."""
    settings = read_settings(raw.settings)
    law = Law(
        models, settings.territory, settings.on, settings.changes, settings.own_values, settings.own_grid
    )
    on = cells.as_day(settings.on)
    dwellings = read_dwellings(raw.table("dwellings"), law.places, on)
    if law.departements:
        known = frozenset(law.departements)
        if any(law.places.departement[i] not in known for i in np.unique(dwellings.place).tolist()):
            raise Unreadable("dwellings", "commune hors du territoire")
    apps = read_applications(raw.table("applications"), dwellings, law, on)
    days = "proposal_deadline_days" + ("_relaxed" if law.market == "relaxed" else "")
    agreements = Agreements(
        lines_in_force(law, raw.table("conventions"), settings.year),
        str(law.raw("national.flux.management_mode")),
        law.whole(f"national.flux.{days}"),
        str(law.raw("national.flux.count_rule")),
    )
    copies = Copies(dwellings.number, homes)
    live, blocked = _in_progress(raw, law, agreements, copies, len(dwellings), apps, on)
    decided = _decisions(raw, dwellings, copies, apps, on)
    freed = {} if homes is None else homes.tenant
    tenant = {dwellings.number[d]: apps.number[a] for d, (a, _) in freed.items()}
    position = {dwellings.number[d]: p for d, (_, p) in freed.items()}
    barred = dict(decided.forbidden)
    for d, app in tenant.items():
        if position[d] > 1 or position[d] <= SHORT:  # a later copy of one's own dwelling
            barred[d] = barred.get(d, frozenset()) | {app}
    strangers: dict[int, frozenset[int]] = {}
    lists_of: dict[int, int] = {}
    for name, who in ({} if homes is None else homes.guest).items():
        d, alone = dwellings.number[name], apps.number[who]
        lists_of[d] = dwellings.number[name.rpartition("~e")[0]]
        if alone not in strangers:
            strangers[alone] = frozenset(range(len(apps))) - {alone}
        barred[d] = strangers[alone] | barred.get(d, frozenset())
    found = World(
        raw=raw,
        settings=settings,
        law=law,
        agreements=agreements,
        dwellings=dwellings,
        apps=apps,
        pools=Pools(apps, law),
        live_offer=live,
        blocked=blocked,
        forbidden_all=decided.everywhere,
        forbidden=barred,
        tenant=tenant,
        position=position,
        lists_of=lists_of,
        copies=copies,
        pins=decided.pins,
        pin_account=decided.pin_account,
        orient=decided.orient,
        pinned_apps=frozenset(decided.pins.values()),
        nominations=_nominations(raw, copies, apps),
        rooms_tables=rooms_tables(law),
        effort_threshold=deliberated(law),
        dalo_numbers={**dalo_of_files(law), **settings.dalo},
        forecast=_forecast(raw, settings.year),
    )
    for d, account in decided.orient.items():
        if account not in found.receivers(d):
            raise Unreadable("decisions", "orient : ce contingent ne peut pas recevoir le logement")
    return found


class Copies:
    """Identifier in the tables of the case -> its dwelling; of a tenant's, the copies of it that stand in chains.

    Rows that name a tenant's dwelling speak of it wherever it stands in a chain.
    """

    def __init__(self, number: Mapping[str, int], homes: Homes | None) -> None:
        self._number = number
        self._freed: dict[str, tuple[int, ...]] = {}
        for name, (_, position) in ({} if homes is None else homes.tenant).items():
            mark = "" if position in (1, ANY) else f"~{position}" if position > 0 else "~e"
            own = name.rpartition(mark)[0] if mark else name
            self._freed[own] = (*self._freed.get(own, ()), number[name])

    def of(self, name: str) -> tuple[int, ...]:
        """The dwellings of a name; none of one that the case does not know."""
        if name in self._freed:
            return self._freed[name]
        return (self._number[name],) if name in self._number else ()


def _in_progress(
    raw: RawCase, law: Law, agreements: Agreements, copies: Copies, n: int, apps: Applications, on: int
) -> tuple[B, B]:  # fmt: skip
    """(households with a live offer, dwellings that wait for an answer)."""
    table = raw.table("in_progress")
    live, blocked = np.zeros(len(apps), bool), np.zeros(n, bool)
    if not table.rows:
        return live, blocked
    stage = cells.choice(table, "stage", STAGES)
    since = cells.days(table, "since")
    places = cells.index_in(table.text("commune"), law.places.insee)
    columns = [cells.strings(table.text(n)) for n in ("dwelling_id", "application_id", "landlord", "account")]
    for i, (dwelling, application, landlord, account) in enumerate(zip(*columns, strict=True)):
        if application in apps.number and stage[i] >= 2:
            live[apps.number[application]] = True
        if copies.of(dwelling):
            p = int(places[i])
            where = (law.places.insee[p], law.places.epci[p], law.places.departement[p])
            line = agreements.terms(landlord, account, *where)
            wait = line.deadline_days if line else agreements.default_days
            if not (stage[i] == 0 and on - int(since[i]) > wait):
                blocked[list(copies.of(dwelling))] = True
    return live, blocked


@dataclass(frozen=True)
class Decided:
    """Decisions in force."""

    everywhere: B
    """Applications forbidden everywhere."""
    forbidden: Mapping[int, frozenset[int]]
    pins: Mapping[int, int]
    pin_account: Mapping[int, str]
    orient: Mapping[int, str]


def _decisions(raw: RawCase, dwellings: Dwellings, copies: Copies, apps: Applications, on: int) -> Decided:
    table = raw.table("decisions")
    everywhere = np.zeros(len(apps), bool)
    forbidden: dict[int, set[int]] = {}
    pins: dict[int, int] = {}
    pin_account: dict[int, str] = {}
    orient: dict[int, str] = {}
    expires = cells.days(table, "expires_on")
    kind = cells.choice(table, "decision", ("pin", "forbid", "orient"))
    names = [cells.strings(table.text(n)) for n in ("dwelling_id", "application_id", "account")]
    for i, (dwelling, application, account) in enumerate(zip(*names, strict=True)):
        if expires[i] != cells.NO_DAY and expires[i] < on:
            continue
        d = dwellings.number.get(dwelling, -1)
        if kind[i] == 2:
            if any(orient.setdefault(copy, account) != account for copy in copies.of(dwelling)):
                raise Unreadable(table.file, "deux décisions orient sur un logement")
            continue
        if application not in apps.number:
            continue
        a = apps.number[application]
        if kind[i] == 1 and not dwelling:
            everywhere[a] = True
        elif kind[i] == 1:
            for copy in copies.of(dwelling):
                forbidden.setdefault(copy, set()).add(a)
        elif d >= 0:
            if pins.setdefault(d, a) != a or pin_account.setdefault(d, account) != account:
                raise Unreadable(table.file, "deux décisions pin sur un logement")
    if len(set(pins.values())) != len(pins):
        raise Unreadable(table.file, "deux décisions pin pour une demande")
    fixed = {d: frozenset(x) for d, x in forbidden.items()}
    return Decided(everywhere, fixed, pins, pin_account, orient)


def _nominations(
    raw: RawCase, copies: Copies, apps: Applications
) -> dict[str, tuple[tuple[int, int, int], ...]]:
    table = raw.table("nominations")
    ranks = cells.integers(table, "rank")
    found: dict[str, list[tuple[int, int, int]]] = {}
    columns = [cells.strings(table.text(n)) for n in ("account", "application_id", "dwelling_id")]
    for i, (account, application, dwelling) in enumerate(zip(*columns, strict=True)):
        if application in apps.number:
            for d in copies.of(dwelling) if dwelling else (-1,):
                found.setdefault(account, []).append((d, int(ranks[i]), apps.number[application]))
    return {account: tuple(lines) for account, lines in found.items()}


def _forecast(raw: RawCase, year: int) -> dict[tuple[str, str], tuple[int, int, int]]:
    table = raw.table("assiette")
    basis = cells.choice(table, "basis", ("forecast", "actual"))
    years = cells.integers(table, "year")
    vacated, *less = (
        cells.integers(table, n, 0)
        for n in ("vacated", "mutation", "anru", "orcod", "unfit", "sale", "stock")
    )
    names = (cells.strings(table.text("landlord")), cells.strings(table.text("departement")))
    return {
        key: (int(vacated[i]), int(less[0][i]), int(vacated[i] - sum(x[i] for x in less)))
        for i, key in enumerate(zip(*names, strict=True))
        if basis[i] == 0 and years[i] == year
    }
