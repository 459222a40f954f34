"""The proposed lines against the raw data: eligibility, accounts, score, fit, value, counts of the rules, objective."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.domain.schema import PRIORITY_CODES
from optimizer.verify.agreements import ACCOUNT_ORDER
from optimizer.verify.blocks import accepted_rooms
from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.effort import BEFORE, ESTIMATED, Efforts, Rates
from optimizer.verify.naming import Named
from optimizer.verify.outputs import Out
from optimizer.verify.pools import PROOF_WORDS, Q1_NO, Q1_UNKNOWN, Q1_YES
from optimizer.verify.rows import PROFILES, RULES, TRAITS, Book, Row, lease_of, profile
from optimizer.verify.verdict import Findings, place
from optimizer.verify.world import World

RATE = 10_000


@dataclass(frozen=True)
class Lines:
    """The published lines by index, by dwelling and rank; ``app`` -1 awaits the réservataire. Points in hundredths."""

    dwelling: I32
    account: I32
    """Position in ``accounts``."""
    rank: I64
    app: I32
    score: I64
    fit: I64
    burden: I64
    awaited: I64
    """Zero where the case says nothing of what is expected."""
    lean: I64
    value: I64
    accounts: list[str]
    row: I64
    """Where each line stands in its table, below the header."""

    def __len__(self) -> int:
        return len(self.dwelling)

    def take(self, at: I64 | slice) -> Lines:
        """Some of the lines, in that order; a slice copies none."""
        return Lines(
            self.dwelling[at],
            self.account[at],
            self.rank[at],
            self.app[at],
            self.score[at],
            self.fit[at],
            self.burden[at],
            self.awaited[at],
            self.lean[at],
            self.value[at],
            self.accounts,
            self.row[at],
        )

    def accounts_of(self, numbers: I32) -> list[str]:
        """The accounts behind their numbers."""
        return [self.accounts[i] for i in numbers.tolist()]

    @property
    def placed(self) -> I32:
        """Applications of the first ranks."""
        found: I32 = self.app[(self.rank == 1) & (self.app >= 0)]
        return found


@dataclass(frozen=True)
class Counts:
    """Leases of the run on every row, shortfalls in ten-thousandths of a lease, totals of the objective."""

    num: list[int]
    """As the rows count: of an upper row, the leases that do not count against its account."""
    den: list[int]
    more: list[int]
    """What the leases of den ask for above the row's rate."""
    short: list[int]
    objective: int
    """Micropoints."""
    seniority: int
    lottery: int
    draws: I64
    """Lottery of each first rank, in the order of the lines."""


def lottery(seed: str, application: str, dwelling: str, account: str) -> int:
    """First 20 bits of SHA-256 of ``seed|application|dwelling|account``."""
    digest = hashlib.sha256(f"{seed}|{application}|{dwelling}|{account}".encode()).hexdigest()
    return int(digest[:5], 16)


AWAITED = "awaited"
POINTS = ("score", "fit", "burden", "awaited", "lean", "value")


def read_lines(out: Out, world: World, found: Findings) -> Lines:
    """Lines of ``proposals`` with known identifiers, sorted by dwelling and rank; the others are problems."""
    home, app = out.index("dwelling_id", world.dwellings.ids), out.index("application_id", world.apps.ids, -2)
    account, accounts = out.words("account")
    given = [name for name in POINTS if name != AWAITED or world.expects]
    nothing = np.zeros(len(home), np.int64)
    points = [out.scaled(name, 100) if name in given else nothing for name in POINTS]
    columns = [out.scaled("rank", 1), *points]
    known = (home >= 0) & (app > -2) & out.filled("reason")
    for name in ("rank", *given):
        known &= out.filled(name)
    found.rows("lines", "proposals", np.flatnonzero(~known), "identifiant inconnu, nombre ou raison absents")
    at = np.flatnonzero(known)
    at = at[np.lexsort((columns[0][at], home[at]))]
    rank, score, fit, burden, kept_for, lean, value = (x[at] for x in columns)
    if world.tenant:  # of a freed dwelling the value goes without the fill value, which no part of it shows
        fit = fit - np.where(np.isin(home[at], sorted(world.tenant)), world.less, 0)
    lines = Lines(
        home[at], account[at], rank, app[at], score, fit, burden, kept_for, lean, value, accounts, at
    )
    if len(lines):
        _check_groups(lines, world, found)
    return lines


def _check_groups(lines: Lines, world: World, found: Findings) -> None:
    """Of each dwelling: ranks 1, 2, 3…, one account, each household once, not in progress, a seat alone."""
    first = np.flatnonzero(np.r_[True, lines.dwelling[1:] != lines.dwelling[:-1]])
    size = np.diff(np.r_[first, len(lines)])
    start = np.repeat(first, size)
    bad = lines.rank != np.arange(len(lines)) - start + 1
    bad |= lines.account != lines.account[start]
    bad |= (lines.app < 0) & (np.repeat(size, size) > 1)
    bad |= world.blocked[lines.dwelling]
    order = np.lexsort((lines.app, lines.dwelling))
    again = (lines.app[order][1:] == lines.app[order][:-1]) & (
        lines.dwelling[order][1:] == lines.dwelling[order][:-1]
    )
    bad[order[1:][again]] = True
    found.start("lines")
    found.rows("lines", "proposals", lines.row[bad], "rang, contingent, demande ou logement en cours")


def check_firsts(lines: Lines, world: World, found: Findings) -> None:
    """First ranks at most once each; pins kept."""
    found.start("first_ranks")
    placed = lines.placed
    at = np.flatnonzero((lines.rank == 1) & (lines.app >= 0))
    again = np.delete(at, np.unique(placed, return_index=True)[1])
    found.rows("first_ranks", "proposals", lines.row[again], "une demande deux fois au premier rang")
    first = lines.rank == 1
    at_first = dict(zip(lines.dwelling[first].tolist(), lines.app[first].tolist(), strict=True))
    home_of = dict(zip(lines.app[first].tolist(), lines.dwelling[first].tolist(), strict=True))
    for d, tenant in world.tenant.items():
        if d in at_first:
            moved = home_of.get(tenant, -1)
            fine = moved >= 0 and world.opens(moved, d)
            found.demand(
                "first_ranks", fine, f"dwelling_id={world.dwellings.ids[d]} : son locataire ne part pas"
            )
    for d, a in world.pins.items():
        found.demand("first_ranks", at_first.get(d, -1) == a, f"dwelling_id={world.dwellings.ids[d]}")


class LineChecks:
    """Eligibility, accounts and points of every line, door by door."""

    def __init__(self, lines: Lines, classes: Classes, found: Findings) -> None:
        for check in ("eligibility", "nominations", "scores", "values"):
            found.start(check)
        self.classes, self.found = classes, found
        self.placed = np.zeros(len(classes.world.apps), bool)
        self.placed[lines.placed] = True
        klass = classes.klass[lines.dwelling]
        order = np.lexsort((np.arange(len(lines)), klass))
        self.lines, self.klass = lines.take(order), klass[order]
        self.start = np.searchsorted(self.klass, np.arange(len(classes) + 1))

    def check(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """The lines of the dwellings behind a door."""
        for c, who in named:
            a, b = int(self.start[c]), int(self.start[c + 1])
            if a == b:
                continue
            lines, row = self.lines, self.lines.row[a:b]
            account, rank, app = lines.account[a:b], lines.rank[a:b], lines.app[a:b]
            score, fit, value = lines.score[a:b], lines.fit[a:b], lines.value[a:b]
            burden, lean, kept_for = lines.burden[a:b], lines.lean[a:b], lines.awaited[a:b]
            self._orders(who, account, rank, app, row)
            bonus = self.classes.bonus[lines.dwelling[a:b]]
            numbers = [who.accounts.index(x) if x in who.accounts else -1 for x in lines.accounts_of(account)]
            bit = np.array(numbers, np.int64)
            self._note("eligibility", "contingent qui ne peut pas recevoir le logement", row, bit < 0)
            seat = (app < 0) & (bit >= 0)
            if seat.any():
                known = {x.account: (x.score, x.less) for x in who.seats}
                each = [known.get(x) for x in lines.accounts_of(account)]
                there = np.array([x is not None for x in each], bool)
                self._note("eligibility", "orientation impossible", row, seat & ~there)
                seat &= there
                middle, less = (np.array([x[i] if x else 0 for x in each], np.int64) for i in (0, 1))
                self._note("scores", "valeur d'une orientation", row, seat & (score != middle))
                wrong = (fit != 0) | (burden != 0) | (kept_for != 0) | (lean != -less)
                wrong |= value != self.classes.fit.fill + middle - less
                self._note("values", "valeur d'une orientation", row, seat & wrong)
            here = (app >= 0) & (bit >= 0)
            at = door.block.where(app)
            may = here & (at >= 0)
            at = np.maximum(at, 0)
            if may.any():
                mask = np.where(rank == 1, who.first[door.type[at]], who.named[door.type[at]])
                may &= (door.code[at] == 0) & (mask >> np.maximum(bit, 0) & 1 > 0)
            self._note("eligibility", "demande non recevable", row, here & ~may)
            if may.any():
                true, less, due = door.block.score[at], door.burden[at], door.awaited[at]
                more = who.lean[door.type[at], np.maximum(bit, 0)]
                whole = door.worth[at] + bonus
                self._note("scores", "score", row, may & (score != true))
                self._note("values", "fit", row, may & (fit != whole - true + less + due))
                self._note("values", "burden", row, may & (burden != less))
                self._note("values", AWAITED, row, may & (kept_for != due))
                self._note("values", "lean", row, may & (lean != more))
                self._note("values", "value", row, may & (value != self.classes.fit.fill + whole + more))

    def _note(self, check: str, what: str, row: I64, bad: B) -> None:
        self.found.rows(check, "proposals", row[bad], what)

    def _orders(self, who: Named, account: I32, rank: I64, app: I32, row: I64) -> None:
        """Who is first on an account that names its households: every better-placed nominee is first somewhere."""
        for order in who.orders:
            if order.account not in self.lines.accounts:
                continue
            here = (rank == 1) & (account == self.lines.accounts.index(order.account))
            for first, at in zip(app[here].tolist(), row[here].tolist(), strict=True):
                passed = int(np.count_nonzero(~self.placed[order.before(first)]))
                if passed:
                    self.found.add("nominations", place("proposals", at, f"account={order.account}"), passed)


def check_labels(out: Out, world: World, efforts: Efforts, found: Findings) -> None:
    """Quartile, priority, effort rate and flags of every line."""
    homes = out.index("dwelling_id", world.dwellings.ids)
    apps = out.index("application_id", world.apps.ids)
    known = np.flatnonzero((homes >= 0) & (apps >= 0))
    d, a = homes[known], apps[known]
    (q1_at, q1_words), (prio_at, prio_words), (flag_at, flag_words) = (
        out.words(n) for n in ("q1", "priority", "flags")
    )
    state = quartiles(world, d, a)
    shown = np.array([_STATES.get(x, -1) for x in q1_words], np.int64)[q1_at[known]]
    found.rows("labels", "proposals", known[shown != state], "q1")
    bits = world.apps.priority_mask[a] * 4 + world.apps.proof[a]
    _, first, inverse = np.unique(bits, return_index=True, return_inverse=True)
    words = [priority_word(world, int(x)) for x in a[first].tolist()]
    number = {word: i for i, word in enumerate(prio_words)}
    wanted = np.array([number.get(x, -1) for x in words], np.int64)
    found.rows("labels", "proposals", known[prio_at[known] != wanted[inverse.reshape(-1)]], "priority")
    marks = np.array([_marks(x) for x in flag_words], np.int64)
    rates = rates_of(efforts, d, a)
    wrong = marks[flag_at[known]] != flags_of(world, rates, d, a)
    found.rows("labels", "proposals", known[wrong], "flags")
    seats = np.flatnonzero((homes >= 0) & (apps < 0))
    said = np.array([word != "" for word in q1_words], bool)[q1_at[seats]]
    said |= np.array([word != "" for word in prio_words], bool)[prio_at[seats]]
    said |= np.array([word != SEAT_FLAG for word in flag_words], bool)[flag_at[seats]]
    found.rows("labels", "proposals", seats[said], "q1, priority ou flags d'une orientation sans ménage")
    _check_efforts(out, known, rates, found)


def _check_efforts(out: Out, known: I64, rates: Rates, found: Findings) -> None:
    """The effort rate of every line with a household: four decimals, half up, empty where there is none."""
    wrong = out.filled("effort")[known] != rates.known
    wrong |= out.scaled("effort", 10_000)[known] != np.maximum(0, rates.shown())
    found.rows("labels", "proposals", known[wrong], "effort")
    seats = np.ones(out.rows, bool)
    seats[known] = False
    seats &= out.filled("effort")
    found.rows("labels", "proposals", np.flatnonzero(seats), "effort d'une orientation sans ménage")


SEAT_FLAG = "AWAITING_RESERVATAIRE"
_STATES = {"no": Q1_NO, "unknown": Q1_UNKNOWN, "yes": Q1_YES}
FLAGS = (
    "TO_RENEW", "CEILING_UNCHECKED", "INCOME_MISSING", "DOSSIER_TO_VERIFY", "UNREACHABLE", "PRIORITY_DECLARED_ONLY",
    "ACCESS_UNKNOWN", "EFFORT_HIGH", "ALLOWANCE_ESTIMATED", "ALLOWANCE_MISSING", "SMALL_ASKED",
)  # fmt: skip
DOUBTS = (1 << FLAGS.index("EFFORT_HIGH")) - 1
"""The flags that say something of the file is not known or not verified."""


def _marks(text: str) -> int:
    """The flags of a cell as bits; a cell that is not written as they are, each once in its order, is a bit that no pair has."""
    words = set(text.split("|")) if text else set[str]()
    if text != "|".join(x for x in FLAGS if x in words):
        return 1 << len(FLAGS)
    return sum(1 << FLAGS.index(x) for x in words)


def by_epci(world: World, dwellings: I32) -> Iterator[tuple[str, I64]]:
    """(EPCI, positions of the dwellings that lie there)."""
    rank = world.epci_rank[dwellings]
    order = np.argsort(rank, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(rank[order])) + 1):
        if len(part):
            yield world.place(int(dwellings[part[0]]))[1], part


def quartiles(world: World, dwellings: I32, apps: I32) -> I32:
    """Q1 of each pair, in the EPCI of the dwelling."""
    found = np.zeros(len(apps), np.int32)
    for epci, at in by_epci(world, dwellings):
        found[at] = world.pools.q1(epci, apps[at])
    return found


def priority_word(world: World, a: int) -> str:
    """``DALO|j (labelled)``, or empty."""
    mask = int(world.apps.priority_mask[a])
    codes = [c.upper() if c == "dalo" else c for j, c in enumerate(PRIORITY_CODES) if mask >> j & 1]
    proof = PROOF_WORDS[int(world.apps.proof[a])]
    return "|".join(codes) + (f" ({proof})" if codes and proof else "")


def rates_of(efforts: Efforts, dwellings: I32, apps: I32) -> Rates:
    """Effort rates of pairs."""
    found = Rates.none(len(apps))
    order = np.argsort(dwellings, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(dwellings[order])) + 1):
        if len(part):
            one = efforts.at(int(dwellings[part[0]]), apps[part])
            found.top[part], found.bottom[part], found.status[part] = one.top, one.bottom, one.status
    return found


def doubts_of(world: World, dwellings: I32, apps: I32) -> I64:
    """The flags of pairs that say something of the file is not known or not verified."""
    return flags_of(world, Rates.none(len(apps)), dwellings, apps) & DOUBTS


def flags_of(world: World, rates: Rates, dwellings: I32, apps: I32) -> I64:
    """Flags of pairs as bits of FLAGS."""
    a, limit = world.apps, world.law.fraction("national.effort.max_rate")
    told = (a.per_unit[apps] >= 0) | (a.quartile[apps] >= 0)
    marks = (
        a.to_renew[apps],
        a.income[apps] < 0,
        ((a.monthly[apps] < 0) | ((a.monthly[apps] == 0) & a.income_declared[apps])) & ~told,
        a.dossier[apps] == 1,
        a.dossier[apps] == 2,
        a.priority_any[apps] & (a.proof[apps] == 1),
        (a.mobility[apps] > 0) & world.dwellings.access_unknown[dwellings],
        rates.above(limit),
        rates.status == ESTIMATED,
        rates.status == BEFORE,
        small_asked(world, dwellings, apps),
    )
    found = np.zeros(len(apps), np.int64)
    for bit, on in enumerate(marks):
        found |= on.astype(np.int64) << bit
    return found


def small_asked(world: World, dwellings: I32, apps: I32) -> B:
    """Pairs whose single room is accepted because the household of two asked for it, against the table."""
    found = np.zeros(len(apps), bool)
    rooms, names = world.dwellings.rooms[dwellings], [world.law_rooms(x) for x in world.dwellings.landlord]
    for name in sorted(set(names)):
        at = np.flatnonzero(np.array([x == name for x in names], bool)[dwellings] & (rooms == 1))
        if len(at):
            found[at] = accepted_rooms(world, name)[2][apps[at]]
    return found


def profiles(world: World, dwellings: I32, apps: I32) -> I64:
    """Profile bits of pairs, each in the EPCI of its dwelling."""
    found = np.zeros(len(apps), np.int64)
    for epci, at in by_epci(world, dwellings):
        found[at] = profile(world, epci, apps[at])
    return found


def count_run(lines: Lines, world: World, book: Book) -> Counts:
    """Counts of the first ranks on every row, shortfalls, objective, tie stages."""
    n = len(book.rows)
    num, den, more = [0] * n, [0] * n, [0] * n
    firsts = lines.take(np.flatnonzero(lines.rank == 1))
    named = firsts.app >= 0
    bits = np.zeros(len(firsts), np.int64)
    bits[named] = profiles(world, firsts.dwelling[named], firsts.app[named])
    seniority = int(world.apps.seniority[firsts.app[named]].sum())
    known: dict[tuple[int, str, bool], list[tuple[int, int, B]]] = {}
    every = np.arange(PROFILES)
    draws = []
    rows = zip(
        firsts.dwelling.tolist(), firsts.accounts_of(firsts.account), firsts.app.tolist(), bits.tolist(), strict=True
    )  # fmt: skip
    for d, account, a, mine in rows:
        key = (book.spot(d), account, a < 0)
        if key not in known:
            lease = lease_of(world, d)
            marks = book.marks(lease, account, seat=a < 0)
            known[key] = [(k, book.more(k, lease), TRAITS[trait](every) > 0) for k, trait in marks]
        for k, above, counts in known[key]:
            den[k] += 1
            num[k] += bool(counts[mine])
            more[k] += above
        name = world.apps.ids[a] if a >= 0 else ""
        draws.append(lottery(world.settings.seed, name, world.dwellings.ids[d], account))
    short = [row.missing(num[k], den[k], more[k]) for k, row in enumerate(book.rows)]
    objective = sum(firsts.value.tolist()) * RATE - sum(
        row.price * short[k] for k, row in enumerate(book.rows)
    )
    return Counts(num, den, more, short, objective, seniority, sum(draws), np.array(draws, np.int64))


NEAR = ("share", "tolerance", "den_remaining")
"""Columns published with four decimals of a longer number."""
EXACT = {
    "num_before": 1, "den_before": 1, "rate_required": RATE, "allowance": RATE, "num_run": 1, "den_run": 1, "shortfall": RATE,
    "price": 100,
}  # fmt: skip
"""Column -> parts of a unit that the rows are counted in."""


def _unknown(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Rules and accounts of the published rows that stand nowhere in this program: one was dropped in, and not written here a second time."""
    # a word, and no number: a table that was forged may hold anything
    rules = {rule for rule, _ in names if re.fullmatch(r"[a-z](?:[a-z_]|\d(?!\d)){0,39}", rule)}
    met = (re.search(r"(?:^|;)account=([A-Z_]{1,40})(?:$|[:;])", scope) for _, scope in names)
    accounts = {code[1] for code in met if code}
    if told := sorted(rules - set(RULES)):
        yield f"règle que ce programme-ci ne compte pas : {', '.join(told)}"
    if told := sorted(accounts - {*ACCOUNT_ORDER, "COLL", "OTHER"}):
        yield f"contingent que ce programme-ci ne connaît pas : {', '.join(told)}"


def check_rows(out: Out, book: Book, counts: Counts, found: Findings) -> None:
    """Every published row against the recomputed one, in order; what is wrong is named with its line and column."""
    names = list(zip(out.strings("rule"), out.strings("scope"), strict=True))
    right = names == [(r.rule, r.scope) for r in book.rows]
    found.demand("rows", right, " ; ".join(("lignes absentes, en trop ou déplacées", *_unknown(names))))
    texts = {name: out.strings(name) for name in (*NEAR, *EXACT)}
    for i, name in enumerate(names):
        k = book.number.get(name)
        if k is None:
            continue
        expected = _published(book.rows[k], k, counts)
        for column, text in texts.items():
            value = expected[column]
            said = Fraction(text[i].replace(",", ".")) if text[i] else None
            if value is None or said is None:
                fine = value is None and said is None
            elif column in NEAR:
                fine = abs(said - value) * 20_000 <= 1
            else:
                fine = said * EXACT[column] == value
            if not fine:
                found.add("rows", f"{place('rules', i, column)} : {name[0]}[{name[1]}]")


def _published(row: Row, k: int, counts: Counts) -> dict[str, Fraction | int | None]:
    """What a row says in the table, in the units of EXACT; None where it is empty."""
    num, before = counts.num[k], row.num_before
    if row.upper:
        num, before = counts.den[k] - num, row.den_before - before
    said: dict[str, Fraction | int | None] = {
        "share": row.share, "tolerance": row.tolerance, "num_before": before, "den_before": row.den_before,
        "den_remaining": row.remaining, "rate_required": row.rate, "allowance": None, "num_run": num,
        "den_run": counts.den[k], "shortfall": counts.short[k], "price": row.price,
    }  # fmt: skip
    if row.upper:
        said |= {"rate_required": None, "den_remaining": None, "allowance": row.slack}
    return said
