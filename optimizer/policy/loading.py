"""Reads the files of ``models/`` that concern a territory and a date, applies changes, and freezes a RuleSet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from optimizer.datadirs import models_dir
from optimizer.domain import OWN_GRID, CaseSettings, OwnValues
from optimizer.policy.changes import (
    PREFIXES,
    changed_entry,
    changed_grid,
    changed_lines,
    grid_keys,
    line_keys,
    names_any,
    own_entry,
    refuse_unknown,
    shares_over_one,
    sorted_changes,
)
from optimizer.policy.conventions import (
    Agreement,
    Line,
    in_force,
    merged_settings,
    oversubscribed,
    read_agreement,
    with_defaults,
)
from optimizer.policy.folder import Folder, parsed
from optimizer.policy.geography import Communes, read_communes, read_epci
from optimizer.policy.grid import Grid
from optimizer.policy.grid_reader import parse_grid
from optimizer.policy.messages import Gathered, PolicyError, PolicyProblems
from optimizer.policy.parameter import DatedValue, Entry, parse_entries
from optimizer.policy.places import TABLES, read_places
from optimizer.policy.ruleset import RuleSet
from optimizer.policy.strict_yaml import parse_yaml
from optimizer.policy.territory import MARKETS, Territory, read_territory, territory_names

_NO_CHANGES: Mapping[str, object] = {}
_NOTHING_OWN = OwnValues()


def load(
    territory: str | Path,
    on: date,
    changes: Mapping[str, object] = _NO_CHANGES,
    models: str | Path | None = None,
    own: OwnValues = _NOTHING_OWN,
    named_elsewhere: Collection[str] = (),
) -> RuleSet:
    """What ``models/`` says on one date for one territory.

    Parameters
    ----------
    territory : str or Path
        Name of a file of ``models/territories/``, or path of a file of that form.
    on : date
        Date the values are read at.
    changes : mapping
        Dotted keys with the values that replace what the files say; the changed values become ``assumed``.
    models : path, optional
        Another ``models/`` folder than the shipped one.
    own : OwnValues
        What the case itself says of its territory: it replaces the shipped values and grid, with the status ``local``.
    named_elsewhere : collection of str
        Keys ``conventions.…`` that may name agreements of the case alone: they are not refused where they name none here.

    Raises
    ------
    PolicyError
        A file or a change cannot be used (see ``messages.py``); files are named with their line.
    """
    folder = Folder(models_dir(models))
    facts = read_territory(folder, territory)
    if own.grid:
        facts = replace(facts, grid=f"{OWN_GRID}.yaml", mutation_grid="", grid_by_epci={})
    entries = read_national(folder)
    since = date(on.year, 1, 1)
    entries |= _territory_entries(facts, folder, since)
    zones = (
        entries["national.ceiling_zones.paris_adjacent"],
        entries["national.ceiling_zones.ile_de_france_region"],
        entries["national.ceiling_zones.overseas_departements"],
    )
    communes = read_communes(folder, zones[0].on(on).value, str(zones[1].on(on).value), zones[2].on(on).value)
    epci = read_epci(folder)
    scope = _scope(facts, communes)
    places = read_places(folder)
    for table, prefix in TABLES.items():
        entries |= {f"{prefix}.{place}": e for place, e in places[table].items() if place in scope[table]}
    for key, (number, source) in own.values.items():
        entry = entries.get(key) or _new_place(key, places, scope, since)
        if entry is None:
            refuse_unknown(key, entries)
        entries[key] = own_entry(entry, number, source, on)
    agreements = _agreements(folder, facts)
    lines = in_force([line for a in agreements for line in a.lines], on.year)

    ordered = sorted_changes(changes)
    for key, value in ordered:
        if key.startswith(("national.", "territory.")):
            entry = entries.get(key) or _new_place(key, places, scope, since)
            if entry is None:
                refuse_unknown(key, entries)
            entries[key] = changed_entry(entry, value, on)
        elif not key.startswith(PREFIXES):
            refuse_unknown(key, [*entries, *line_keys(lines)])
    filled = with_national_defaults(lines, entries, on)
    for key, value in ordered:
        if key.startswith("conventions.") and (key not in named_elsewhere or names_any(filled, key)):
            filled = changed_lines(filled, key, value)
    _check_areas(filled, communes, epci)
    epci_of = epci_of_areas(filled, communes)
    for landlord, area, total in oversubscribed(filled, epci_of):
        here = [line for line in filled if line.landlord == landlord]
        here = [line for line in here if line.area in (area, epci_of.get(area), line.departement)]
        keys = [key for key, _ in ordered if key.endswith(".share") and names_any(here, key)]
        last = max(here, key=lambda line: (line.file, line.at))
        raise shares_over_one(landlord, area, total, keys, (last.file, last.at))
    grids = _grids(folder, facts, entries, on, own)
    for key, value in ordered:
        if key.startswith("cotation."):
            if key not in grid_keys(grids):
                refuse_unknown(key, grid_keys(grids))
            grids = tuple(changed_grid(g, key, value) if g.id == key.split(".")[1] else g for g in grids)
    return RuleSet(
        territory=facts.id,
        title=facts.title,
        on=on,
        changes=dict(sorted(changes.items())),
        files=folder.files,
        landlords=dict(sorted({k: v for a in agreements for k, v in a.names.items()}.items())),
        grids=grids,
        all_epci=epci,
        _facts=facts,
        _entries=entries,
        _lines=filled,
        settings_by_landlord=merged_settings(agreements),
        _communes=communes,
        _load=partial(_reload, territory, on, models, own),
    )


def _agreements(folder: Folder, facts: Territory) -> list[Agreement]:
    """The agreements a territory names; where one is wrong, what is wrong in all of them and in its own grids."""
    met, found = Gathered(), []
    for name in facts.conventions:
        with met.each(), _named_by(facts, "conventions"):
            found.append(read_agreement(folder, name, facts.beside(name)))
    if met.errors:
        pairs = [name for pair in facts.grid_by_epci.values() for name in pair]
        for name in sorted({facts.grid, facts.mutation_grid, *pairs}):
            with met.each(), _named_by(facts, _key_of(facts, name)):
                path = facts.beside(name)
                if path is not None:
                    parse_grid(folder.yaml(path.name, path), _stem(name))
    met.done()
    return found


def _key_of(facts: Territory, name: str) -> str:
    """The key of the territory that names a grid, with its ending or without."""
    own = {"grid": facts.grid, "mutation_grid": facts.mutation_grid}
    return next((key for key, one in own.items() if _stem(one) == _stem(name)), "grid_by_epci")


@contextmanager
def _named_by(facts: Territory, key: str) -> Iterator[None]:
    """A file that is missing, or may not be read, is a problem of the key of the territory that names it."""
    try:
        yield
    except PolicyError as error:
        if "missing" not in error.params:
            raise
        place = {
            "file": facts.file,
            "line": facts.lines.get(key, 1),
            "key": key,
            "value": error.params["missing"],
        }
        raise PolicyError(error.code, **{**error.params, **place}) from None


def rules_of(settings: CaseSettings, models: str | Path | None = None) -> RuleSet:
    """What is in force for a case: its territory on its date, with its own changes, thresholds and grid. Raises PolicyError."""
    return load(
        settings.rules_from, settings.on, settings.changes, models, settings.own, settings.own_changes.keys()
    )


def _reload(
    territory: str | Path, on: date, models: str | Path | None, own: OwnValues, changes: Mapping[str, object]
) -> RuleSet:
    return load(territory, on, changes, models, own)


def check_changes(
    changes: Mapping[str, object], territory: str | Path, on: date, models: str | Path | None = None
) -> None:
    """Refuse changes that :func:`load` would refuse, before any case is read. Raises PolicyError."""
    load(territory, on, changes, models)


def list_territories(models: str | Path | None = None) -> tuple[str, ...]:
    """Names of the shipped territories, sorted."""
    return territory_names(Folder(models_dir(models)))


def read_national(folder: Folder) -> dict[str, Entry]:
    """Every parameter of ``national/``, by dotted key."""
    entries: dict[str, Entry] = {}
    for name in folder.names("national"):
        entries |= read_national_file(folder, name)
    return entries


def read_national_file(folder: Folder, name: str) -> Mapping[str, Entry]:
    """The parameters of one file of ``national/``, by dotted key."""
    return _national(folder.text(f"national/{name}.yaml"), name)


@lru_cache(maxsize=128)
def _national(content: bytes, name: str) -> Mapping[str, Entry]:
    """The parameters of a file: the same content is checked once per process, a command loads it two or three times."""
    return MappingProxyType(parse_entries(f"national.{name}", parsed(content, f"national/{name}.yaml")))


def with_national_defaults(lines: Iterable[Line], entries: Mapping[str, Entry], on: date) -> tuple[Line, ...]:
    """Convention lines with what they do not say filled from ``national/flux.yaml`` and the market."""
    market = entries["territory.market"].on(on).value
    deadline = "proposal_deadline_days_relaxed" if market == "relaxed" else "proposal_deadline_days"

    def flux(name: str) -> Any:
        return entries[f"national.flux.{name}"].on(on).value

    defaults = {
        "pool": "default",
        "management_mode": flux("management_mode"),
        "count_rule": flux("count_rule"),
        "tolerance": flux("tolerance"),
        "carry_over": flux("carry_over"),
        "opening_balance": 0,
        "proposal_deadline_days": flux(deadline),
        "cap_receiver": flux("cap_receiver"),
    }
    return tuple(with_defaults(line, defaults) for line in lines)


def _territory_entries(facts: Territory, folder: Folder, since: date) -> dict[str, Entry]:
    def entry(name: str, title: str, value: str, choices: tuple[str, ...]) -> Entry:
        dated = DatedValue(since, value, facts.status, facts.source, facts.link, facts.reviewed_on, "")
        return Entry(f"territory.{name}", title, "code", (dated,), choices, file=facts.file)

    grids = ("none", *folder.names("cotation"))
    own = tuple(n for n in (facts.grid, facts.mutation_grid) if n.endswith(".yaml"))
    items = (
        entry("market", "Marché (choisit la table des pièces et le délai de proposition)", facts.market, MARKETS),
        entry("grid", "Grille de cotation", _stem(facts.grid) or "none", (*grids, *map(_stem, own))),
        entry("mutation_grid", "Grille propre aux mutations", _stem(facts.mutation_grid) or "none",
              (*grids, *map(_stem, own))),
    )  # fmt: skip
    return {e.key: e for e in items}


def _stem(name: str) -> str:
    return name.removesuffix(".yaml")


def _scope(facts: Territory, communes: Communes) -> dict[str, Collection[str]]:
    """Which places of each table lie in the territory."""
    unknown = sorted(set(facts.departements) - communes.departements)
    if unknown:
        place = {"file": facts.file, "line": facts.lines.get("departements", 1), "key": "departements"}
        raise PolicyProblems([PolicyError("POLICY_PLACE_UNKNOWN", **place, place=code) for code in unknown])
    inside = communes.within(facts.departements)
    epci = set(inside["epci"].unique()) - {""}
    departements = frozenset(facts.departements) or communes.departements
    _check_grids_by_epci(facts, epci)
    return {
        "lec_q1_threshold": epci,
        "essential_workers": epci,
        "dalo": departements,
        "vacated": departements,
        "qpv_share": inside.index,
    }


def _check_grids_by_epci(facts: Territory, epci: Collection[str]) -> None:
    """Refuse a grid of an EPCI that the territory does not have: its households would be scored by another one, without a word."""
    line = facts.lines.get("grid_by_epci", 1)
    params = {"file": facts.file, "line": line, "key": "grid_by_epci"}
    words = {
        "expected_fr": "le SIREN d'un EPCI du territoire",
        "expected_en": "the SIREN of an EPCI of the territory",
    }
    unknown = [
        PolicyError("POLICY_BAD_VALUE", value=code, **params, **words)
        for code in sorted(set(facts.grid_by_epci) - set(epci))
    ]
    if unknown:
        raise PolicyProblems(unknown)


def _new_place(
    key: str, places: Mapping[str, Mapping[str, Entry]], scope: Mapping[str, Collection[str]], since: date
) -> Entry | None:
    """An entry for a place of the territory that has no value yet (an EPCI brought under LEC by a scenario)."""
    for table, prefix in TABLES.items():
        place = key.removeprefix(prefix + ".")
        if place != key and place in scope[table] and places[table]:
            model = next(iter(places[table].values()))
            return replace(model, key=key, values=(replace(model.values[0], since=since),))
    return None


def epci_of_areas(lines: Iterable[Line], communes: Communes) -> dict[str, str]:
    """EPCI of every convention area that is a commune."""
    epci = communes.by_code("epci")
    return {area: epci[area] for area in sorted({line.area for line in lines}) if area in epci}


def _check_areas(lines: Iterable[Line], communes: Communes, epci: pd.DataFrame) -> None:
    met = Gathered()
    for line in lines:
        for code in dict.fromkeys((line.area, line.departement)):
            if not communes.knows(code) and code not in epci.index:
                params = {"line": line.at, "area": code, "landlord": line.landlord}
                met.add(PolicyError("POLICY_AREA_UNKNOWN", file=line.file, **params))
    met.done()


def _grids(
    folder: Folder, facts: Territory, entries: Mapping[str, Entry], on: date, written: OwnValues
) -> tuple[Grid, ...]:
    """The grids the territory uses, sorted by id."""
    wanted = {entries["territory.grid"].on(on).value, entries["territory.mutation_grid"].on(on).value}
    wanted.update(_stem(name) for pair in facts.grid_by_epci.values() for name in pair)
    own = {facts.grid, facts.mutation_grid, *(name for pair in facts.grid_by_epci.values() for name in pair)}
    met, grids = Gathered(), []
    for name in sorted(wanted - {"none", ""}):
        if name == OWN_GRID and written.grid:
            grids.append(parse_grid(parse_yaml(written.grid.encode(), OWN_GRID), name))
            continue
        with met.each(), _named_by(facts, _key_of(facts, name)):
            path = facts.beside(f"{name}.yaml") if f"{name}.yaml" in own else None
            file = path.name if path is not None else f"cotation/{name}.yaml"
            grids.append(parse_grid(folder.yaml(file, path), name))
    met.done()
    return tuple(grids)
