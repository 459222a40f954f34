"""``explanations``: who is named there may be, and points said to be confirmed are counted again.

A number of points said to be confirmed is: the household put in the place of that first rank, its score raised, must be
worth more than the proven optimum.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.verify.classes import Classes
from optimizer.verify.outputs import out_parts
from optimizer.verify.rows import TRAITS, Book, lease_of, profile_at
from optimizer.verify.solution import RATE, Counts, Lines
from optimizer.verify.verdict import Findings

COLUMNS = ("application_id", "dwelling_id", "points_needed", "confirmed")


def check_explanations(
    folder: Path, classes: Classes, book: Book, counts: Counts, lines: Lines, proven: bool, found: Findings
) -> None:
    """Known applications without a first rank, at most once each; known dwellings; no negative number of points.

    A confirmed one: no proposal without the household has changed by its points, and none is worth more than the optimum
    when the proof holds. So one that gives it a first rank and is worth more shows that it would have had one.
    """
    parts = out_parts(folder, "explanations", COLUMNS)
    if parts is None:
        return
    found.start("explanations")
    world = classes.world
    placed = np.zeros(len(world.apps), bool)
    placed[lines.placed] = True
    times = np.zeros(len(world.apps), np.int64)
    first = np.full(len(world.dwellings), -1, np.int64)
    at_first = np.flatnonzero(lines.rank == 1)
    first[lines.dwelling[at_first]] = at_first
    for out in parts:
        app = out.index("application_id", world.ids.apps, -2)
        home = out.index("dwelling_id", world.ids.dwellings, -2)
        need = out.scaled("points_needed", 100)
        word_at, words = out.words("confirmed")
        fine = (app >= 0) & (home > -2) & (need >= 0)
        fine[fine] = ~placed[app[fine]]
        np.add.at(times, app[app >= 0], 1)
        bad = int(np.count_nonzero(~fine))
        if bad:
            found.add("explanations", "demande, logement ou points", bad)
        said = np.array([bool(x) for x in words], bool)[word_at]
        for i in np.flatnonzero(said & fine).tolist():
            a, d, points, word = int(app[i]), int(home[i]), int(need[i]), words[word_at[i]]
            good = word in ("yes", "no") and proven and d >= 0 and points > 0
            if good and word == "yes":
                now = int(first[d])
                good = _gain(classes, book, counts, lines, now, a, d) + (points + 1) * RATE > 0
            found.demand("explanations", good, "points confirmés")
    found.demand("explanations", bool((times <= 1).all()), "demande deux fois")


def _gain(classes: Classes, book: Book, counts: Counts, lines: Lines, now: int, app: int, home: int) -> int:
    """Micropoints won by giving the dwelling's first rank to a household on its best account (very negative: it may not)."""
    world = classes.world
    entries = classes.entries(int(classes.klass[home]))
    at = int(np.searchsorted(entries.app, app))
    if at == len(entries.app) or entries.app[at] != app:
        at = -1
    best = -(2**62)
    if at < 0 or home in world.pins:
        return best
    worth = classes.fit.fill + int(entries.score[at]) + int(entries.fit[at] + classes.bonus[home])
    gone = []
    if now >= 0:
        gone = _marks(classes, book, home, lines.accounts[lines.account[now]], int(lines.app[now]))
    held = int(lines.value[now]) if now >= 0 else 0
    for bit, account in enumerate(entries.accounts):
        if not int(entries.first[at]) >> bit & 1:
            continue
        won = (worth - held) * RATE
        changed: dict[int, tuple[int, int]] = {}
        for sign, marks in ((-1, gone), (1, _marks(classes, book, home, account, app))):
            for k, num in marks:
                before = changed.get(k, (0, 0))
                changed[k] = (before[0] + sign * num, before[1] + sign)
        for k, (num, den) in changed.items():
            row = book.rows[k]
            short = max(0, row.rate * (counts.den[k] + den) - (counts.num[k] + num) * RATE)
            won += row.price * (counts.short[k] - short)
        best = max(best, won)
    return best


def _marks(classes: Classes, book: Book, home: int, account: str, app: int) -> list[tuple[int, int]]:
    """(row, 1 if counted in num) of a first rank."""
    world = classes.world
    bits = np.zeros(1, np.int64) if app < 0 else profile_at(world, home, np.array([app]))
    marks = book.marks(lease_of(world, home), account, seat=app < 0)
    return [(k, int(TRAITS[trait](bits)[0])) for k, trait in marks]
