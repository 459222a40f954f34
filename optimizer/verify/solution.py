"""The proposed lines against the raw data: eligibility, accounts, score, fit, value, counts of the rules, objective."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from optimizer.domain.schema import PRIORITY_CODES
from optimizer.verify.classes import Classes
from optimizer.verify.naming import Entries
from optimizer.verify.outputs import Out
from optimizer.verify.pools import PROOF_WORDS, Q1_NO, Q1_UNKNOWN
from optimizer.verify.rows import TRAITS, Book, lease_of, profile_at
from optimizer.verify.verdict import Findings
from optimizer.verify.world import World

RATE = 10_000


@dataclass(frozen=True)
class Line:
    """One published line by index; ``app`` -1 awaits the réservataire. Points in hundredths."""

    dwelling: int
    account: str
    rank: int
    app: int
    score: int
    fit: int
    value: int


@dataclass(frozen=True)
class Counts:
    """Leases of the run on every row, shortfalls in ten-thousandths of a lease, totals of the objective."""

    num: list[int]
    den: list[int]
    short: list[int]
    objective: int
    """Micropoints."""
    seniority: int
    lottery: int


def lottery(seed: str, application: str, dwelling: str, account: str) -> int:
    """First 20 bits of SHA-256 of ``seed|application|dwelling|account``."""
    digest = hashlib.sha256(f"{seed}|{application}|{dwelling}|{account}".encode()).hexdigest()
    return int(digest[:5], 16)


def read_lines(out: Out, world: World, found: Findings) -> list[Line]:
    """Lines of ``proposals`` with known identifiers, sorted by dwelling and rank; the others are problems."""
    ids, apps, accounts = (out.strings(n) for n in ("dwelling_id", "application_id", "account"))
    rank, score, fit, value = (
        out.scaled(n, s) for n, s in (("rank", 1), ("score", 100), ("fit", 100), ("value", 100))
    )
    reasons = out.strings("reason")
    lines = []
    for i, (dwelling, app) in enumerate(zip(ids, apps, strict=True)):
        d = world.dwellings.number.get(dwelling, -1)
        a = world.apps.number.get(app, -2) if app else -1
        if d < 0 or a == -2 or not reasons[i]:
            found.add("lines", "identifiant inconnu ou raison absente")
            continue
        lines.append(Line(d, accounts[i], int(rank[i]), a, int(score[i]), int(fit[i]), int(value[i])))
    lines.sort(key=lambda x: (x.dwelling, x.rank))
    by_dwelling: dict[int, list[Line]] = {}
    for line in lines:
        by_dwelling.setdefault(line.dwelling, []).append(line)
    for d, group in by_dwelling.items():
        good = [x.rank for x in group] == list(range(1, len(group) + 1))
        good &= len({x.account for x in group}) == 1 and not world.blocked[d]
        good &= len({x.app for x in group}) == len(group)
        good &= all(x.app >= 0 for x in group) or len(group) == 1
        found.demand("lines", good, "rangs, contingent ou logement en cours")
    return lines


def entry_of(entries: Entries, app: int) -> int:
    """Position of an application among the entries, -1 when it is not eligible."""
    at = int(np.searchsorted(entries.app, app))
    return at if at < len(entries.app) and entries.app[at] == app else -1


def check_lines(lines: list[Line], classes: Classes, found: Findings) -> None:
    """Eligibility, accounts and points of every line; first ranks at most once each; pins kept."""
    world = classes.world
    for check in ("first_ranks", "eligibility", "scores", "values"):
        found.start(check)
    firsts = [x for x in lines if x.rank == 1]
    placed = [x.app for x in firsts if x.app >= 0]
    found.demand("first_ranks", len(set(placed)) == len(placed), "une demande deux fois au premier rang")
    at_first = {x.dwelling: x.app for x in firsts}
    for d, a in world.pins.items():
        found.demand("first_ranks", at_first.get(d, -1) == a, "décision non respectée")
    for line in sorted(lines, key=lambda x: int(classes.order[classes.klass[x.dwelling]])):
        _check_line(line, classes, found)


def _check_line(line: Line, classes: Classes, found: Findings) -> None:
    entries = classes.entries(int(classes.klass[line.dwelling]))
    if line.account not in entries.accounts:
        found.add("eligibility", "contingent qui ne peut pas recevoir le logement")
        return
    if line.app < 0:
        seat = next((s for s in entries.seats if s[0] == line.account), None)
        if seat is None:
            found.add("eligibility", "orientation impossible")
            return
        found.demand("scores", line.score == seat[1] - classes.fit.fill, "valeur d'une orientation")
        found.demand("values", line.value == seat[1] and line.fit == 0, "valeur d'une orientation")
        return
    at = entry_of(entries, line.app)
    bit = entries.accounts.index(line.account)
    allowed = (entries.first if line.rank == 1 else entries.named)[at] >> bit & 1 if at >= 0 else 0
    if not allowed:
        found.add("eligibility", "demande non recevable")
        return
    fit = int(entries.fit[at] + classes.bonus[line.dwelling])
    found.demand("scores", line.score == int(entries.score[at]), "cotation")
    fine = line.fit == fit and line.value == classes.fit.fill + int(entries.score[at]) + fit
    found.demand("values", fine, "adéquation ou valeur")


def check_labels(out: Out, world: World, found: Findings) -> None:
    """Quartile, priority and flags of every line."""
    q1_words, priorities, flags = (out.strings(n) for n in ("q1", "priority", "flags"))
    homes = out.index("dwelling_id", world.dwellings.ids)
    apps = out.index("application_id", world.apps.ids)
    known = np.flatnonzero((homes >= 0) & (apps >= 0))
    # EPCI by EPCI: the quartile is a column over all applications
    for i in known[np.argsort(world.epci_rank[homes[known]], kind="stable")].tolist():
        a, d = int(apps[i]), int(homes[i])
        state = int(world.pools.q1(world.place(d)[1])[a])
        word = "no" if state == Q1_NO else "unknown" if state == Q1_UNKNOWN else "yes"
        fine = q1_words[i] == word and priorities[i] == priority_word(world, a)
        shown = {x.strip() for x in flags[i].replace(",", "|").split("|") if x.strip()}
        found.demand("labels", fine and shown == flags_of(world, d, a), "quartile, priorité ou signalement")


def priority_word(world: World, a: int) -> str:
    """``DALO|j (labelled)``, or empty."""
    mask = int(world.apps.priority_mask[a])
    codes = [c.upper() if c == "dalo" else c for j, c in enumerate(PRIORITY_CODES) if mask >> j & 1]
    proof = PROOF_WORDS[int(world.apps.proof[a])]
    return "|".join(codes) + (f" ({proof})" if codes and proof else "")


def flags_of(world: World, d: int, a: int) -> set[str]:
    """Flags of a pair by name."""
    apps = world.apps
    found = {
        "TO_RENEW": bool(apps.to_renew[a]),
        "CEILING_UNCHECKED": bool(apps.income[a] < 0),
        "INCOME_MISSING": bool(apps.monthly[a] < 0 or (apps.monthly[a] == 0 and apps.income_declared[a])),
        "DOSSIER_TO_VERIFY": bool(apps.dossier[a] == 1),
        "UNREACHABLE": bool(apps.dossier[a] == 2),
        "PRIORITY_DECLARED_ONLY": bool(apps.priority_any[a] and apps.proof[a] == 1),
        "ACCESS_UNKNOWN": bool(apps.mobility[a] > 0 and world.dwellings.access_unknown[d]),
        "EFFORT_NO_CREDIT": bool(world.effort_above(world.effort_credit_max, d, np.array([a]))[0]),
    }
    return {name for name, on in found.items() if on}


def count_run(lines: list[Line], world: World, book: Book) -> Counts:
    """Counts of the first ranks on every row, shortfalls, objective, tie stages."""
    n = len(book.rows)
    num, den = [0] * n, [0] * n
    value = seniority = draw = 0
    firsts = [line for line in lines if line.rank == 1]
    for line in sorted(firsts, key=lambda x: int(world.epci_rank[x.dwelling])):
        bits = np.zeros(1, np.int64)
        if line.app >= 0:
            bits = profile_at(world, line.dwelling, np.array([line.app]))
            seniority += int(world.apps.seniority[line.app])
        for k, trait in book.marks(lease_of(world, line.dwelling), line.account, seat=line.app < 0):
            den[k] += 1
            num[k] += int(TRAITS[trait](bits)[0])
        value += line.value
        name = world.apps.ids[line.app] if line.app >= 0 else ""
        draw += lottery(world.settings.seed, name, world.dwellings.ids[line.dwelling], line.account)
    short = [max(0, row.rate * den[k] - num[k] * RATE) for k, row in enumerate(book.rows)]
    objective = value * RATE - sum(row.price * short[k] for k, row in enumerate(book.rows))
    return Counts(num, den, short, objective, seniority, draw)


def check_rows(out: Out, book: Book, counts: Counts, found: Findings) -> None:
    """Every published row against the recomputed one, in order."""
    names = list(zip(out.strings("rule"), out.strings("scope"), strict=True))
    found.demand(
        "rows", names == [(r.rule, r.scope) for r in book.rows], "lignes absentes, en trop ou déplacées"
    )
    columns = {
        name: out.numbers(name)
        for name in (
            "share", "tolerance", "num_before", "den_before", "den_remaining", "rate_required", "num_run", "den_run",
            "shortfall", "price",
        )
    }  # fmt: skip
    for i, name in enumerate(names):
        k = book.number.get(name)
        if k is None:
            continue
        row = book.rows[k]
        near = {"share": row.share, "tolerance": row.tolerance, "den_remaining": row.remaining}
        exact = {
            "num_before": row.num_before, "den_before": row.den_before, "rate_required": row.rate,
            "num_run": counts.num[k], "den_run": counts.den[k], "shortfall": counts.short[k], "price": row.price,
        }  # fmt: skip
        unit = {"rate_required": RATE, "shortfall": RATE, "price": 100}
        bad = sum(columns[c][i] * unit.get(c, 1) != v for c, v in exact.items())
        bad += sum(abs(columns[c][i] - v) * 20_000 > 1 for c, v in near.items())
        if bad:
            found.add("rows", f"{name[0]}[{name[1]}]", bad)
