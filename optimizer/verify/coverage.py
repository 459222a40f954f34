"""Nobody disappears: every application and every dwelling has its line, and the counts reconcile (design §8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from optimizer.verify.cells import I32, I64, U8, B, ascending
from optimizer.verify.classes import Classes, Door
from optimizer.verify.naming import Named
from optimizer.verify.outputs import Out
from optimizer.verify.passes import meet
from optimizer.verify.solution import Lines, doubts_of
from optimizer.verify.verdict import Findings, place

CODES = (
    "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN", "ACCOUNT",
)  # fmt: skip


class Reasons:
    """What every application met at every dwelling: the codes that came first, and whether an account may name it."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        n = len(classes.world.apps)
        self._met = np.zeros(n, np.int32)
        self._seen = np.zeros(n, np.uint8)
        self._reached = np.zeros(n, np.int32)
        self._places: set[int] = set()

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door with its classes."""
        block, classes = door.block, self.classes
        place = int(classes.world.dwellings.place[classes.members[named[0][0]][0]])
        if place not in self._places:
            self._places.add(place)
            self._reached[block.app] += 1
        said = np.zeros(len(door.count), np.uint8)
        for c, who in named:
            some = who.named > 0
            said |= np.where(some, np.uint8(6 if classes.open_members(c) else 2), np.uint8(1))
        meet(block.app, door.code, door.type, said, self._met, self._seen)

    def told(self) -> tuple[I32, U8, I32, set[int]]:
        """What was read, for :meth:`join`."""
        return self._met, self._seen, self._reached, self._places

    def join(self, more: tuple[I32, U8, I32, set[int]]) -> None:
        """Add what was read of the doors of other places."""
        met, seen, reached, places = more
        self._met |= met
        self._seen |= seen
        self._reached += reached
        self._places |= places

    @property
    def here(self) -> B:
        """Applications that an account may name on a dwelling open in this run."""
        return (self._seen & 4) > 0

    @property
    def anywhere(self) -> B:
        """Applications that an account may name on some dwelling."""
        return (self._seen & 2) > 0

    def last(self) -> I64:
        """(A,) the refusal that any dwelling reached last, as ``CODES.index(code) + 1``; 0 where one is eligible or none exists."""
        found = np.zeros(len(self._met), np.int64)
        if len(self.classes):
            met = self.met()
            for number in range(1, len(CODES) + 1):
                found[met >> number & 1 > 0] = number
            found[met & 1 > 0] = 0
        return found

    def met(self) -> I32:
        """Bit ``CODES.index(code) + 1``: the code came first at a dwelling; bit 0: no code did."""
        world = self.classes.world
        if not len(self.classes):
            return np.zeros(len(self._met), np.int32)
        away = self._reached < len(self._places)
        code = np.where(~world.apps.active, 1, np.where(world.live_offer, 2, 3))
        return self._met | np.where(away, 1 << code, 0).astype(np.int32) | self.anywhere


STATUSES = ("proposed", "reserve", "not_proposed", "ineligible")


def check_applications(out: Out, reasons: Reasons, lines: Lines, found: Findings) -> None:
    """One line per application, with the status and reason that the lists and the law give it."""
    world = reasons.classes.world
    found.start("applications")
    n = len(world.apps)
    app = out.index("application_id", world.ids.apps, -2)
    once = len(app) == n and bool((app >= 0).all()) and len(np.unique(app)) == n
    found.demand("applications", once, _once(out, "application_id", app, "demande absente ou en trop"))
    at = np.flatnonzero(app >= 0)
    app = app[at]
    status_at, words = out.words("status")
    status = np.array([STATUSES.index(x) if x in STATUSES else -1 for x in words])[status_at[at]]
    why_at, why_words = out.words("reason")
    why_at = why_at[at]
    best = out.scaled("best_rank", 1)[at]
    home = out.index("dwelling_id", world.ids.dwellings, -2)[at]
    top = np.full(n, NOWHERE)
    named = lines.app >= 0
    np.minimum.at(top, lines.app[named], lines.rank[named])
    mine = top[app]
    shown = mine < NOWHERE
    # where each application stands at its best rank: of several dwellings the first by number
    at_top = np.flatnonzero(named)
    at_top = at_top[lines.rank[at_top] == top[lines.app[at_top]]]
    first = ascending(world.dwellings.ids)
    where = np.full(n, -1, np.int64)
    for_last = at_top[np.argsort(-first[lines.dwelling[at_top]], kind="stable")]
    where[lines.app[for_last]] = lines.dwelling[for_last]
    there = where[app] == home
    outranked = np.array([x == OUTRANKED for x in why_words], bool)
    blocked = np.array([x == NO_FREE_DWELLING for x in why_words], bool)
    right = np.array([_KEPT.get(x, 0) for x in why_words])
    listed = (status == (mine > 1)) & (right[why_at] == np.where(mine > 1, 2, 1)) & (best == mine) & there
    here, anywhere = reasons.here[app], reasons.anywhere[app]
    refused = status == 3
    other = ((status == 2) | refused) & (best == 0) & (home == -1)
    other &= refused == ~anywhere
    other &= refused | np.where(here, outranked[why_at], blocked[why_at])
    bad = np.flatnonzero(~np.where(shown, listed, other))
    found.rows("applications", "applications", at[bad], "état, rang ou raison")
    number = np.array([CODES.index(x) + 1 if x in CODES else 0 for x in why_words])[why_at]
    if len(reasons.classes):
        wrong = refused & (number != reasons.last()[app])
    else:
        wrong = refused & (why_at != (why_words.index(NO_DWELLING) if NO_DWELLING in why_words else -1))
    wrong |= out.filled("best_rank")[at] != shown
    found.rows("applications", "applications", at[wrong], "raison d'irrecevabilité ou best_rank")


NOWHERE = 2**40
NO_DWELLING = "NO_DWELLING"
"""Reason of everybody in a case without dwellings."""
OUTRANKED = "OUTRANKED"
"""Reason of a household that others passed wherever it is eligible."""
NO_FREE_DWELLING = "NO_FREE_DWELLING"
"""Reason of a household whose only eligible dwellings are in progress."""
_KEPT = {"FIRST_RANK": 1, "RESERVE": 2}


def check_dwellings(
    out: Out, deadlines: Deadlines, lines: Lines, size: int, on: date, found: Findings
) -> None:
    """One line per dwelling: account, status, number of candidates, deadline, reason of a short list."""
    world = deadlines.world
    found.start("dwellings")
    n = len(world.dwellings)
    home = out.index("dwelling_id", world.ids.dwellings, -2)
    once = len(home) == n and bool((home >= 0).all()) and len(np.unique(home)) == n
    found.demand("dwellings", once, _once(out, "dwelling_id", home, "logement absent ou en trop"))
    at = np.flatnonzero(home >= 0)
    home = home[at]
    group = np.bincount(lines.dwelling, minlength=n)[home]
    named = lines.app >= 0
    people = np.bincount(lines.dwelling[named], minlength=n)[home]
    serious = np.zeros(len(named), bool)
    serious[named] = doubts_of(world, lines.dwelling[named], lines.app[named]) == 0
    doubtful = np.bincount(lines.dwelling[serious], minlength=n)[home] == 0
    alone = world.dwellings.subsidised.copy()
    firsts = np.flatnonzero(named & (lines.rank == 1))
    alone[lines.dwelling[firsts[world.apps.prefet[lines.app[firsts]]]]] = True
    least = np.where(alone[home], 1, size)
    account_at, accounts = out.words("account")
    account_at = account_at[at]
    number = {name: i for i, name in enumerate(accounts)}
    of_line = np.array([number.get(x, -1) for x in lines.accounts] + [-1])
    expected = np.full(n, -1)
    first = lines.rank == 1
    expected[lines.dwelling[first]] = of_line[lines.account[first]]
    right = account_at == expected[home]
    nobody = account_at == number.get("", -1)
    status_at, statuses = out.words("status")
    state = np.array([STATES.index(x) if x in STATES else -1 for x in statuses])[status_at[at]]
    why_at, whys = out.words("reason_if_short")
    why = np.array([bool(x) for x in whys], bool)[why_at[at]]
    day_at, days = out.words("deadline")
    day_at = day_at[at]
    due = np.array([bool(x) for x in days], bool)[day_at]
    fine = np.where(people > 0, (state == 0) & right & ~due & (why | ((people >= least) & ~doubtful)), True)
    fine = np.where(group == 0, (state == 2) & nobody & ~due & why, fine)
    fine &= (out.scaled("candidates", 1)[at] == people) & out.filled("candidates")[at]
    for i in np.flatnonzero((group > 0) & (people == 0)).tolist():
        d = int(home[i])
        day = on + timedelta(days=deadlines.days.get((d, accounts[account_at[i]]), 0))
        if not _same_day(days[day_at[i]], day):
            found.rows("dwellings", "dwellings", at[[i]], f"deadline : {day.isoformat()} attendue")
        fine[i] &= state[i] == 1 and right[i]
    found.rows("dwellings", "dwellings", at[~fine], "contingent, état ou nombre de candidats")


def _once(out: Out, column: str, who: I32, what: str) -> str:
    """What is wrong with a table that must name each of the case once: the first row that names none, or one again."""
    again = np.ones(len(who), bool)
    again[np.unique(who, return_index=True)[1]] = False
    bad = np.flatnonzero(again | (who < 0))
    return place(out.table, int(bad[0]), f"{column} : {what}") if len(bad) else f"{out.table} : {what}"


STATES = ("listed", "awaiting_reservataire", "no_candidate")


class Deadlines:
    """Days that the réservataire of each dwelling awaiting a nomination has, read door by door."""

    def __init__(self, classes: Classes, lines: Lines) -> None:
        self.world, self.classes = classes.world, classes
        waiting = np.flatnonzero(lines.app < 0)
        self._waiting: dict[int, list[tuple[int, str]]] = {}
        for i in waiting.tolist():
            d = int(lines.dwelling[i])
            name = lines.accounts[lines.account[i]]
            self._waiting.setdefault(int(classes.klass[d]), []).append((d, name))
        self.days: dict[tuple[int, str], int] = {}

    def told(self) -> dict[tuple[int, str], int]:
        """What was read, for :meth:`join`."""
        return self.days

    def join(self, more: dict[tuple[int, str], int]) -> None:
        """Add what was read of other doors."""
        self.days |= more

    def read(self, named: Sequence[tuple[int, Named]]) -> None:
        """Add the classes of a door."""
        for c, who in named:
            for d, name in self._waiting.get(c, ()):
                found = next((x.days for x in who.seats if x.account == name), 0)
                self.days[d, name] = found


def _same_day(text: str, day: date) -> bool:
    return text in (day.isoformat(), day.strftime("%d/%m/%Y"))
