"""Chains of a proposal: which move frees which dwelling, what is published of it, and the case with what is freed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import pipeline
from optimizer.chains import known_homes
from optimizer.domain import Case
from optimizer.domain.frames import kept_kinds
from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang
from optimizer.pipeline import Optimum
from optimizer.problem import evaluate
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import I64, FirstRanks, Problem
from optimizer.results import FULL, SCALE, rules_table
from optimizer.runs.options import Options
from optimizer.runs.result import CHAINS, Kept, Result
from optimizer.shortlist.labels import plural, spaced
from optimizer.shortlist.ranks import Lines


@dataclass(frozen=True)
class Link:
    """A first rank that is part of a chain; ``frees``: the dwelling its departure lets, -1 for the last."""

    chain: int
    cycle: bool
    position: int
    dwelling: int
    account: int
    app: int
    before: int
    """Household whose departure frees the dwelling, -1 for a vacant one."""
    value: int


@dataclass(frozen=True)
class Moves:
    """The chains of a proposal, numbered by their first dwelling, each from its vacant dwelling on."""

    problem: Problem
    facts: Facts
    links: tuple[Link, ...]

    def free(self, acceptance: I64) -> Mapping[int, int]:
        """Freed dwelling -> probability, in 1e-12, that all the first ranks before it accept; a cycle needs every one."""
        found: dict[int, int] = {}
        left = SCALE
        for link in self.links:
            if link.cycle:
                others = [x.app for x in self.links if x.chain == link.chain and x.app != link.app]
                found[link.dwelling] = _all(sorted(int(acceptance[a]) for a in others))
                continue
            if link.position:
                found[link.dwelling] = left
            left = (SCALE if not link.position else left) * int(acceptance[link.app]) // FULL
        return found

    def beside(self, proposals: pd.DataFrame, lines: Lines) -> pd.DataFrame:
        """The proposals with ``chain``, ``position`` and ``conditional_on``; points of a freed dwelling without a fill value."""
        by_dwelling = {link.dwelling: link for link in self.links}
        found = proposals.copy()
        here = [by_dwelling.get(d) for d in lines.dwelling.tolist()]
        found["chain"] = pd.array([None if x is None else x.chain for x in here], "Int64")
        found["position"] = pd.array([None if x is None else x.position for x in here], "Int64")
        found["conditional_on"] = [
            "" if x is None or x.before < 0 else str(self.problem.application_ids[x.before]) for x in here
        ]
        less = np.minimum(self.problem.bonus - self.facts.dwellings.vacancy_points, 0)
        found["fit"] = (lines.fit - less[lines.dwelling]) / 100
        return found

    def table(self, case: Case) -> pd.DataFrame:
        """``chains.csv``: one line per first rank of a chain, in its order."""
        accepts = self.facts.applications.acceptance
        free = self.free(accepts)
        frame = case.table("dwellings")
        dates = dict(zip(frame["dwelling_id"].astype(str), frame["available_on"], strict=True))
        ids, apps, accounts = self.problem.dwelling_ids, self.problem.application_ids, self.problem.accounts
        rows = []
        for x in self.links:
            accept = FULL if x.app < 0 else int(accepts[x.app])
            date = dates.get(str(ids[x.dwelling]))
            rows.append(
                (
                    x.chain, "cycle" if x.cycle else "chain", x.position, str(ids[x.dwelling]), accounts[x.account],
                    "" if x.app < 0 else str(apps[x.app]), "" if x.before < 0 else str(apps[x.before]), x.value / 100,
                    accept / FULL, round(free.get(x.dwelling, SCALE) * accept // FULL / SCALE, 4),
                    "" if date is None or pd.isna(date) else pd.Timestamp(date).date().isoformat(),
                )
            )  # fmt: skip
        return kept_kinds(pd.DataFrame(rows, columns=list(CHAINS)), CHAINS)


def _all(chances: list[int]) -> int:
    """Probability that all accept, rounded down in turn."""
    left = SCALE
    for chance in chances:
        left = left * chance // FULL
    return left


def chains_told(result: Result, ending: str, lang: Lang) -> list[str]:
    """What a run with chains says of them: how many there are, else how many dwellings tenants could free; of one without, nothing.

    ``ending`` : how the names of its tables end.
    """
    chains = result.tables.chains
    if chains is None:
        return []
    fr = lang == "fr"
    freed = int(((chains["position"] > 0) | (chains["kind"] == "cycle")).sum())
    if freed:
        count, file = int(chains["chain"].nunique()), f"chains.{ending}"
        if fr:
            many = plural(freed, "logement libéré proposé", "logements libérés proposés")
            return [f"Chaînes : {spaced(count)}, avec {many} ({file})."]
        return [
            f"Chains: {count:,}, with {freed:,} freed dwelling{'' if freed == 1 else 's'} proposed ({file})."
        ]
    prepared = result.optimum.prepared
    known = known_homes(prepared.case, frozenset(prepared.rules.communes.index))
    if known:
        proven = result.stop == "proven"
        if fr:
            many = plural(known, "logement")
            why = (
                " : aucune n'ajoute de valeur, objectifs compris (un logement libéré y compte)"
                if proven
                else ""
            )
            return [f"Chaînes : aucune, sur {many} que des locataires demandeurs pourraient libérer{why}."]
        many = f"{known:,} dwelling{'' if known == 1 else 's'}"
        why = ": none adds value, targets included (a freed dwelling counts in them)" if proven else ""
        return [f"Chains: none, of {many} that tenants could free{why}."]
    made_up = prepared.case.settings.synthetic
    if fr:
        return [
            "Chaînes : aucune possible. Il faut, d'au moins une demande de locataire, le logement actuel, son bailleur, sa commune, "
            "ses pièces et son financement (logement_actuel, bailleur_actuel, commune_actuelle, pieces_actuelles, financement_actuel)."
            + (" D'un cas synthétique, synth --tenants le dit." if made_up else "")
        ]
    return [
        "Chains: none possible. At least one tenant's application must tell its present dwelling, landlord, commune, rooms and "
        "financing (current_dwelling, current_landlord, current_commune, current_rooms, current_financing)."
        + (" Of a synthetic case, synth --tenants tells it." if made_up else "")
    ]


def read_moves(problem: Problem, facts: Facts, first: FirstRanks) -> Moves:
    """The chains among first ranks: those with a freed dwelling let."""
    home = facts.dwellings
    line_of = {int(d): i for i, d in enumerate(first.dwelling.tolist())}
    frees = {int(home.tenant[d]): d for d in line_of if home.tenant[d] >= 0}
    by_app = {int(a): i for i, a in enumerate(first.app.tolist()) if a >= 0}
    value = np.zeros(len(first), np.int64)
    named = np.flatnonzero(first.app >= 0)
    entry = entries_of_pairs(problem, first.dwelling[named], first.app[named])
    value[named] = problem.values(entry) + problem.bonus[first.dwelling[named]]
    value += problem.kinds.value[first.kind]

    links: list[Link] = []
    seen: set[int] = set()
    number = 0

    def follow(start: int, cycle: bool) -> None:
        nonlocal number
        number += 1
        d, position = start, int(cycle)
        while d >= 0 and d not in seen:
            seen.add(d)
            i = line_of[d]
            app = int(first.app[i])
            account = int(problem.kinds.account[first.kind[i]])
            links.append(Link(number, cycle, position, d, account, app, int(home.tenant[d]), int(value[i])))
            d, position = frees.get(app, -1), position + 1

    for d in sorted(line_of):
        if home.tenant[d] < 0 and int(first.app[line_of[d]]) in frees:
            follow(d, False)
    for d in sorted(line_of):
        if home.tenant[d] >= 0 and d not in seen and int(home.tenant[d]) in by_app:
            follow(d, True)
    return Moves(problem, facts, tuple(links))


def suited_by_homes(problem: Problem, facts: Facts) -> NDArray[np.bool_]:
    """(A,) who is eligible for a dwelling that a tenant may free, be it let or not."""
    found = np.zeros(len(problem.application_ids), np.bool_)
    klass = np.unique(problem.klass[facts.dwellings.freed])
    for menu in np.unique(problem.class_menu[klass[klass >= 0]]).tolist():
        if menu >= 0:
            found[problem.entry_app[int(problem.menu_ptr[menu]) : int(problem.menu_ptr[menu + 1])]] = True
    return found


def realised(optimum: Optimum, case: Case | Path | str, options: Options, kept: Kept | None) -> Optimum:
    """The same first ranks over a case that has, of the dwellings tenants may free, those that are let and no other.

    Lists, leapfrogs and orientation then speak of dwellings that somebody is proposed for. The certificate stays that of the
    whole problem.
    """
    problem, facts, solved = optimum.prepared.problem, optimum.prepared.facts, optimum.solved
    first = solved.first
    freed = first.dwelling[facts.dwellings.tenant[first.dwelling] >= 0]
    prepared = pipeline.prepare(
        case,
        models=options.models,
        accept_assumed=options.accept_assumed,
        price_assumed=options.price_assumed,
        kept=() if kept is None else kept.first,
        chains=options.chains,
        freed=[str(d) for d in problem.dwelling_ids[freed]],
        # points of two EPCI met in the optimum, be anything let in the second or not
        percentiles=optimum.prepared.scores.basis == "percentile",
    )
    small = prepared.problem
    at = {d: i for i, d in enumerate(small.dwelling_ids.tolist())}
    dwelling = np.array([at[d] for d in problem.dwelling_ids[first.dwelling].tolist()], np.int32)
    kind = np.array(
        [
            _kind(small, d, a, problem.accounts[int(problem.kinds.account[k])])
            for d, a, k in zip(dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
        ],
        np.int32,
    )
    order = np.argsort(dwelling, kind="stable")
    same = FirstRanks(dwelling[order], first.app[order], kind[order])
    number = {(row.rule, row.scope): k for k, row in enumerate(problem.rows)}
    rows = np.array([number[row.rule, row.scope] for row in small.rows], np.int64)
    now = replace(solved, first=same, multipliers=solved.multipliers[rows])
    counted = evaluate(small, same)
    if counted.objective != solved.objective:
        raise AssertionError("the dwellings freed alone give another value than the whole problem")
    rules = rules_table(
        small, replace(now, certificate=replace(solved.certificate, status="certified_within"))
    )
    return replace(
        optimum,
        prepared=replace(prepared, timings=optimum.prepared.timings),
        solved=now,
        evaluation=counted,
        rules=rules,
    )


def _kind(problem: Problem, dwelling: int, app: int, account: str) -> int:
    """The kind of a first rank of an account in another problem of the same pairs."""
    klass = int(problem.klass[dwelling])
    if app < 0:
        seats = problem.seats.kind[problem.seats.klass == klass]
        return next(int(k) for k in seats if problem.accounts[int(problem.kinds.account[k])] == account)
    entry = int(entries_of_pairs(problem, np.array([dwelling], np.int32), np.array([app], np.int32))[0])
    kinds, may = problem.options_of(int(problem.class_group[klass]), int(problem.entry_type[entry]))
    return next(
        int(k)
        for k, ok in zip(kinds.tolist(), may.tolist(), strict=True)
        if ok and problem.accounts[int(problem.kinds.account[k])] == account
    )
