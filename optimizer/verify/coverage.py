"""Nobody disappears: every application and every dwelling has its line, and the counts reconcile (design §8)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from optimizer.verify.cells import B
from optimizer.verify.classes import Classes
from optimizer.verify.lists import Lists
from optimizer.verify.outputs import Out
from optimizer.verify.solution import Line, flags_of
from optimizer.verify.verdict import Findings
from optimizer.verify.world import World

CODES = (
    "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN",
    "EFFORT", "ACCOUNT",
)  # fmt: skip
STATUS = {"proposed": "FIRST_RANK", "reserve": "RESERVE"}
ALL_AT_ONCE = 200_000_000
"""Pairs up to which the reason of every ineligible application is recomputed; beyond, of an even sample."""


def eligible_somewhere(classes: Classes) -> tuple[B, B]:
    """(on a dwelling open in this run, on any dwelling): applications with an account that may name them."""
    n = len(classes.world.apps)
    here, anywhere = np.zeros(n, bool), np.zeros(n, bool)
    for c in np.argsort(classes.order).tolist():
        apps = classes.entries(c).app
        anywhere[apps] = True
        if classes.open_members(c):
            here[apps] = True
    return here, anywhere


def check_applications(out: Out, classes: Classes, lines: list[Line], found: Findings) -> None:
    """One line per application, with the status and reason that the lists and the law give it."""
    world = classes.world
    found.start("applications")
    ids = out.strings("application_id")
    found.demand("applications", sorted(ids) == sorted(world.apps.ids), "demande absente ou en trop")
    status, reason, dwelling = (out.strings(n) for n in ("status", "reason", "dwelling_id"))
    best = out.scaled("best_rank", 1)
    ranks: dict[int, tuple[int, set[int]]] = {}
    for line in lines:
        if line.app >= 0:
            top, where = ranks.get(line.app, (line.rank, set()))
            if line.rank < top:
                top, where = line.rank, set()
            if line.rank == top:
                where.add(line.dwelling)
            ranks[line.app] = (top, where)
    here, anywhere = eligible_somewhere(classes)
    refused = []
    for i, name in enumerate(ids):
        a = world.apps.number.get(name, -1)
        if a < 0:
            continue
        top, where = ranks.get(a, (0, set()))
        if top:
            word = "proposed" if top == 1 else "reserve"
            fine = status[i] == word and reason[i] == STATUS[word] and best[i] == top
            fine &= world.dwellings.number.get(dwelling[i], -1) in where
        else:
            fine = status[i] in ("not_proposed", "ineligible") and best[i] == 0 and not dwelling[i]
            fine &= (status[i] == "ineligible") == (not anywhere[a]) or (bool(anywhere[a]) and not here[a])
            fine &= status[i] != "not_proposed" or reason[i] not in (*CODES, "")
        found.demand("applications", fine, "état, rang ou raison")
        if status[i] == "ineligible":
            refused.append((a, reason[i]))
    _check_reasons(classes, refused, found)


def _check_reasons(classes: Classes, refused: list[tuple[int, str]], found: Findings) -> None:
    """The reason of an ineligible application is the first refusal on at least one dwelling."""
    n = len(classes)
    if not n:
        found.demand("applications", all(w not in CODES for _, w in refused), "raison sans logement")
        return
    most = max(1, ALL_AT_ONCE // n)
    kept = refused if len(refused) <= most else refused[:: -(-len(refused) // most)]
    apps = np.array([a for a, _ in kept], np.int32)
    wanted = np.array([CODES.index(w) + 1 if w in CODES else 0 for _, w in kept])
    met = np.zeros(len(kept), bool)
    for c in np.argsort(classes.order).tolist():
        reached = np.isin(apps, classes.reach(int(classes.world.dwellings.place[classes.members[c][0]]))[0])
        code = classes.code(c, apps, reached)
        open_ = np.flatnonzero(code == 0)
        if len(open_):
            named = np.isin(apps[open_], classes.entries(c).app)
            code[open_[~named]] = len(CODES)
        met |= code == wanted
    found.demand("applications", bool(met.all()), "raison d'irrecevabilité")


def check_dwellings(out: Out, lists: Lists, lines: list[Line], on: date, found: Findings) -> None:
    """One line per dwelling: account, status, number of candidates, deadline, reason of a short list."""
    world = lists.world
    found.start("dwellings")
    ids = out.strings("dwelling_id")
    found.demand("dwellings", sorted(ids) == sorted(world.dwellings.ids), "logement absent ou en trop")
    account, status, deadline, why = (
        out.strings(n) for n in ("account", "status", "deadline", "reason_if_short")
    )
    candidates = out.scaled("candidates", 1)
    by_dwelling: dict[int, list[Line]] = {}
    for line in lines:
        by_dwelling.setdefault(line.dwelling, []).append(line)
    for i, name in enumerate(ids):
        d = world.dwellings.number.get(name, -1)
        group = by_dwelling.get(d, [])
        people = sum(x.app >= 0 for x in group)
        if not group:
            fine = status[i] == "no_candidate" and not account[i] and bool(why[i])
        elif people:
            fine = status[i] == "listed" and account[i] == group[0].account and not deadline[i]
            fine &= bool(why[i]) or (people >= lists.size and not _doubtful(world, d, group))
        else:
            fine = status[i] == "awaiting_reservataire" and account[i] == group[0].account
            fine &= _same_day(deadline[i], on + timedelta(days=_days(lists, d, account[i])))
        found.demand("dwellings", fine and candidates[i] == people, "état, contingent, nombre ou raison")


def _doubtful(world: World, d: int, group: list[Line]) -> bool:
    """Every line of the list is flagged for the file itself (design §6: « sans candidat sérieux »)."""
    return all(flags_of(world, d, x.app) - {"EFFORT_NO_CREDIT"} for x in group)


def _days(lists: Lists, d: int, account: str) -> int:
    seats = lists.classes.entries(int(lists.classes.klass[d])).seats
    return next((days for name, _, days in seats if name == account), 0)


def _same_day(text: str, day: date) -> bool:
    return text in (day.isoformat(), day.strftime("%d/%m/%Y"))
