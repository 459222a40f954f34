"""The sentence of every line (``reason``), rebuilt word for word from what was checked: places, leapfrogs, shortfalls.

A list shows the twenty highest leapfrogs of a line and counts the rest. Of a line that passes more than are shown the reasons
of the rest cannot be read: their words must be known reasons, their numbers at least those shown and at most the whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from optimizer.errors import Lang
from optimizer.verify.cells import I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.lists import binding_rows
from optimizer.verify.naming import Named, mode_of
from optimizer.verify.outputs import Out, need_out
from optimizer.verify.rows import LEASE, TRAITS, Book, lease_of
from optimizer.verify.solution import Counts, Lines
from optimizer.verify.verdict import Findings, place
from optimizer.verify.wording import (
    RULE_WORDS,
    counted,
    joined,
    noun_of_points,
    nth,
    of_account,
    on_so_many,
    pick,
    place_names,
    points_text,
    spaced,
)
from optimizer.verify.world import Ids

PARTS = ("fit", "burden", "awaited", "lean", "keep")
WITH = {
    "fit": ("une meilleure adéquation", "a better fit"),
    "burden": ("un taux d'effort au-delà du seuil", "an effort rate above the threshold"),
    "awaited": ("un logement attendu", "a dwelling expected"),
    "lean": ("un dossier injoignable ou les points du contingent", "an unreachable file or the points of the account"),
    "keep": ("une proposition antérieure gardée", "an earlier proposal kept"),
}  # fmt: skip
"""Parts of the value, and how each is told beside another where neither suffices alone."""
HEAVIER = ("un taux d'effort plus lourd", "a heavier effort rate")
"""How a burden is told where the household of the line has one too."""
RATE = {
    False: ("au-delà du seuil", "effort rate above the threshold"),
    True: ("plus lourd", "heavier effort rate"),
}
"""The same as a reason, by whether the household of the line has one."""
Lost = Mapping[tuple[int, int, int], tuple[int, ...]]
"""(dwelling, rank, household passed) -> what it loses by each of `PARTS`, hundredths of a point."""
LONGEST = 50_000
"""Lines up to which sentences are rebuilt; those of longer tables are held to their hash."""
SEAT = (
    "orientation : le réservataire désigne lui-même ses candidats",
    "orientation: the réservataire names its own households",
)
FIXED = {
    "awaited": ("gardé pour un logement attendu", "kept for a dwelling expected"),
    "lean": ("injoignable, ou derrière les points que ce contingent donne à un ménage DALO", "unreachable, or behind the points this account gives a DALO household"),
    "keep": ("proposition antérieure gardée", "earlier proposal kept"),
    "fit": ("adéquation (préférence, taille, accès)", "fit (preference, size, access)"),
    "class": ("même public que le premier rang", "same class as the first rank"),
    "filler": ("DALO, jamais en complément d'une liste", "DALO, never the filler of a list"),
    "pin": ("décision enregistrée", "recorded decision"),
    "nomination": ("ordre du réservataire", "order of the réservataire"),
    "chain": ("son départ libère un logement attribué à la suite", "its departure frees a dwelling that is let in turn"),
    "gap": ("calcul arrêté avant la preuve", "stopped before the proof"),
}  # fmt: skip


UNREACHABLE = (
    ("injoignable", "unreachable"),
    (
        "injoignable, ou ménage désigné par le préfet (un seul nom suffit)",
        "unreachable, or household designated by the préfet (one name is enough)",
    ),
)
OTHER_ORDER = (
    "désignée par un réservataire avant les autres candidats d'un autre logement",
    "named by a réservataire before the other households of another dwelling",
)


@dataclass(frozen=True)
class Standing:
    """Where a line stands among those eligible for its dwelling and account; ``own``: the réservataire named it itself;
    ``delegated``: nobody but the landlord names there, so an order that decides is that of another dwelling."""

    place: int
    size: int
    tied: bool
    own: bool
    delegated: bool
    dalo: bool
    prefet: bool
    """Its household is DALO, or designated by the préfet."""
    heavy: bool
    """Its own effort rate there counts against it."""
    publics: tuple[str, ...] = ()
    """Rules on households that the first rank of its list serves."""


@dataclass
class Passed:
    """Leapfrogs of one line as the table shows them."""

    count: Counter[str]
    widest: dict[str, int]
    """Reason -> most points between the two, hundredths."""
    more: int = 0
    short: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """Reason that is a part of the value -> how many households it does not account for alone, and the most of each part needed."""

    def met(self, why: str, gap: int, lost: tuple[int, ...]) -> None:
        """A household passed by ``gap`` hundredths for a part of the value: whether that part needs others."""
        left, used = gap, [0] * len(PARTS)
        for p in sorted(range(len(PARTS)), key=lambda p: -lost[p]):
            if left <= 0 or lost[p] <= 0:
                break
            used[p] = lost[p]
            left -= lost[p]
        if sum(x > 0 for x in used) > 1:
            times, most = self.short.get(why, (0, (0,) * len(PARTS)))
            self.short[why] = times + 1, tuple(max(a, b) for a, b in zip(most, used, strict=True))

    @property
    def total(self) -> int:
        return sum(self.count.values()) + self.more


class Sentences:
    """Standings of the lines, read door by door, then their sentences."""

    def __init__(self, classes: Classes, book: Book, counts: Counts, lines: Lines, lang: Lang) -> None:
        self.classes, self.lines, self.lang = classes, lines, lang
        self.names = place_names(classes.world.law)
        most = classes.world.law.whole("national.caleol.max_lists")
        full = (f"déjà réserve {on_so_many(most, 'fr')}", f"already reserve {on_so_many(most, 'en')}")
        self.fixed = {**FIXED, "places": full}
        """Reasons that name no row, in words."""
        self.missing = {
            f"{row.rule}[{row.scope}]": -(-counts.short[k] // LEASE) for k, row in enumerate(book.rows)
        }
        klass = classes.klass[lines.dwelling]
        self._order = np.argsort(klass, kind="stable")
        self._start = np.searchsorted(klass[self._order], np.arange(len(classes) + 1))
        self.stands: dict[int, Standing] = {}
        """By line; a seat has none."""
        self.book, self.binding = book, binding_rows(book, counts)

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Where the lines of the dwellings behind a door stand."""
        for c, who in named:
            rows = self._order[self._start[c] : self._start[c + 1]].tolist()
            pools: dict[int, I64] = {}
            publics = self._publics(door, rows)
            for i in rows:
                account = self.lines.accounts[self.lines.account[i]]
                app = int(self.lines.app[i])
                if app < 0 or account not in who.accounts:
                    continue
                bit = who.accounts.index(account)
                if bit not in pools:
                    inside = door.fine[(who.named[door.type[door.fine]] >> bit & 1) > 0]
                    pools[bit] = np.sort(door.block.score[inside])
                pool, mine = pools[bit], int(self.lines.score[i])
                below, upto = np.searchsorted(pool, mine, "left"), np.searchsorted(pool, mine, "right")
                own = self._own(door, int(self.lines.dwelling[i]), account, app)
                free = mode_of(self.classes.world, int(self.lines.dwelling[i]), account) == "delegated"
                place, dalo = len(pool) - int(upto) + 1, bool(self.classes.world.apps.dalo[app])
                prefet = bool(self.classes.world.apps.prefet[app])
                heavy = int(self.lines.burden[i]) > 0
                self.stands[i] = Standing(
                    place, len(pool), int(upto - below) > 1, own, free, dalo, prefet, heavy,
                    publics.get(int(self.lines.dwelling[i]), ()),
                )  # fmt: skip

    def _publics(self, door: Door, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Dwelling -> the binding rules on households that its first rank serves, in the order of the rows."""
        found = {}
        for i in rows:
            if self.lines.rank[i] != 1 or self.lines.app[i] < 0:
                continue
            d, account = int(self.lines.dwelling[i]), self.lines.accounts[self.lines.account[i]]
            at = int(door.block.where(self.lines.app[i : i + 1])[0])
            profile = door.profile[door.type[at : at + 1]]
            served = [
                k
                for k, trait in self.book.marks(lease_of(self.classes.world, d), account)
                if at >= 0 and self.binding[k] and bool(TRAITS[trait](profile)[0])
            ]
            found[d] = tuple(dict.fromkeys(self.book.rows[k].rule for k in sorted(served)))
        return found

    def _own(self, door: Door, d: int, account: str, app: int) -> bool:
        """Whether the account names its households there and named this one."""
        if mode_of(self.classes.world, d, account) == "delegated":
            return False
        mine = self.classes.nominees(door.block).get(account, {})
        return any(x in mine and app in mine[x][0] for x in (d, -1))

    def check(self, folder: Path, proposals: Out, found: Findings, lost: Lost) -> None:
        """The column ``reason`` of every line."""
        found.start("sentences")
        world = self.classes.world
        said = proposals.strings("reason")
        home = proposals.index("dwelling_id", world.ids.dwellings)
        rank = proposals.scaled("rank", 1)
        at = {(int(d), int(r)): i for i, (d, r) in enumerate(zip(home, rank, strict=True))}
        passed = passed_over(folder, world.ids, lost, self._never_filler())
        for i in range(len(self.lines)):
            key = (int(self.lines.dwelling[i]), int(self.lines.rank[i]))
            if not self._fits(i, said[at[key]], passed.get(key)):
                where = f"{place('proposals', at[key], 'reason')} : dwelling_id={world.dwellings.ids[key[0]]}"
                found.add("sentences", where)

    def _never_filler(self) -> NeverFiller:
        """Households that complete a list only behind one of their own, and the lines behind which they may stand."""
        dalo: B = self.classes.world.apps.dalo.astype(bool)
        first = (self.lines.rank == 1) & (self.lines.app >= 0)
        behind = np.flatnonzero(first)[dalo[self.lines.app[first]]]
        named = (
            (int(self.lines.dwelling[i]), int(self.lines.rank[i])) for i, x in self.stands.items() if x.own
        )
        return NeverFiller(dalo, frozenset(self.lines.dwelling[behind].tolist()), frozenset(named))

    def _fits(self, i: int, said: str, passed: Passed | None) -> bool:
        if int(self.lines.app[i]) < 0:
            return said == pick(SEAT, self.lang)
        standing = self.stands.get(i)
        if standing is None:
            return False
        before, reasons, after = self._parts(i, standing, passed or Passed(Counter(), {}))
        if passed is None or not passed.more or not reasons:
            return said == joined([*before, *reasons, *after], self.lang)
        head = joined([*before, ""], self.lang) + (" ; " if self.lang == "fr" else "; ")
        head += self._passes(passed.total)
        tail = "".join((" ; " if self.lang == "fr" else "; ") + x for x in after)
        if len(said) < len(head) + len(tail) or not (said.startswith(head) and said.endswith(tail)):
            return False
        return self._possible(said[len(head) : len(said) - len(tail)], passed, standing)

    def _parts(self, i: int, standing: Standing, passed: Passed) -> tuple[list[str], list[str], list[str]]:
        """The pieces before the leapfrogs, of the leapfrogs (none or one), and after them."""
        lang, rank = self.lang, int(self.lines.rank[i])
        whose = of_account(self.lines.accounts[self.lines.account[i]], lang, self.names)
        place = nth(standing.place, lang)
        if lang == "fr":
            many = counted(standing.size, "demande recevable", "demandes recevables")
            head = f"{place}{' ex æquo' if standing.tied else ''} à la cotation parmi {many} {whose}"
        else:
            head = (
                f"{place}{' equal' if standing.tied else ''} by score among {standing.size} eligible {whose}"
            )
        before, reasons, after = [head], [], []
        if rank > 1:
            before.insert(0, pick(("réserve", "reserve"), lang))
        elif int(self.lines.dwelling[i]) in self.classes.world.pins:
            before.append(
                pick(("désignée par une décision enregistrée", "named by a recorded decision"), lang)
            )
        elsewhere = standing.place - 1 - passed.total
        if standing.own:
            before.append(pick(("ordre fixé par le réservataire", "order set by the réservataire"), lang))
        if passed.total:
            reasons.append(self._passes(passed.total) + ", ".join(self._whys(passed, standing)))
        if elsewhere > 0:
            one, many = "mieux cotée est proposée", "mieux cotées sont proposées"
            fr = f"{counted(elsewhere, one, many)} ailleurs ou au-dessus"
            after.append(pick((fr, f"{elsewhere} better scored placed elsewhere or above"), lang))
        if self.lines.burden[i] > 0:
            words = (
                "malgré un taux d'effort au-delà du seuil",
                "despite an effort rate above the threshold",
            )
            after.append(pick(words, lang))
        if self.lines.awaited[i] > 0:
            kept_for = ("bien que gardée pour un logement attendu", "although kept for a dwelling expected")
            after.append(pick(kept_for, lang))
        return before, reasons, after

    def _passes(self, total: int) -> str:
        noun = "demande mieux cotée" if total == 1 else "demandes mieux cotées"
        return pick((f"passe devant {spaced(total)} {noun} : ", f"passes {total} better scored: "), self.lang)

    def _whys(self, passed: Passed, line: Standing) -> list[str]:
        """The reasons, the commonest first, with how many where there are several."""
        ordered = sorted(passed.count.items(), key=lambda x: (-x[1], x[0]))
        several = len(ordered) > 1
        return [
            self.reason(name, passed.widest[name], line)
            + self.together(name, passed, line, passed.short.get(name, (0,))[0] == count)
            + (f" ({count})" if several else "")
            for name, count in ordered
        ]

    def reason(self, name: str, widest: int, line: Standing) -> str:
        """A reason of a leapfrog in words; ``widest``: most points of score between the two, hundredths."""
        if name == "nomination" and line.delegated:
            return pick(OTHER_ORDER, self.lang)
        if name == "class":
            return pick(self.fixed[name], self.lang) + self._quoted(line.publics)
        if name == "lean" and not line.dalo:
            return pick(UNREACHABLE[line.prefet], self.lang)
        if name == "burden":
            ranked = self.classes.scores.percentile
            noun = noun_of_points(widest, self.lang, ranked=ranked)
            far = f"{points_text(widest, self.lang)} {noun}"
            fr, en = ("", "") if ranked else (" de cotation", " of score")
            return pick(
                (
                    f"taux d'effort {pick(RATE[line.heavy], 'fr')} dans ce logement (jusqu'à {far}{fr} d'écart)",
                    f"{pick(RATE[line.heavy], 'en')} in this dwelling (up to {far}{en} apart)",
                ),
                self.lang,
            )
        if name in self.fixed:
            return pick(self.fixed[name], self.lang)
        row = name.rpartition("@")[0]
        text = pick(RULE_WORDS.get(row.split("[", 1)[0], (row, row)), self.lang)
        missing = self.missing.get(row, 0)
        if not missing:
            return text
        leases = f"{missing} lease{'s' if missing > 1 else ''} missing"
        return text + pick((f", il manque {counted(missing, 'bail', 'baux')}", f", {leases}"), self.lang)

    def _quoted(self, rules: tuple[str, ...]) -> str:
        """The rules by their names; nothing without any."""
        opens, closes = ("« ", " »") if self.lang == "fr" else ("“", "”")
        names = [f"{opens}{pick(RULE_WORDS.get(rule, (rule, rule)), self.lang)}{closes}" for rule in rules]
        return f" {pick((' et ', ' and '), self.lang).join(names)}" if names else ""

    def together(self, name: str, passed: Passed, line: Standing, of_all: bool) -> str:
        """What a part of the value needs beside it, in words; empty where it suffices alone.

        ``of_all``: for all households that the line passes for this part, else for some of them.
        """
        if name not in passed.short:
            return ""
        times, most = passed.short[name]
        upto = pick(("jusqu'à ", "up to "), self.lang) if times > 1 else ""
        own = PARTS.index(name)
        order = [
            own,
            *sorted((p for p in range(len(PARTS)) if most[p] and p != own), key=lambda p: (-most[p], p)),
        ]
        told = [
            f"({upto}{points_text(most[p], self.lang)} {noun_of_points(most[p], self.lang)})" for p in order
        ]
        beside = {**WITH, "burden": HEAVIER} if line.heavy else WITH
        others = pick((" et ", " and "), self.lang).join(
            f"{pick(beside[PARTS[p]], self.lang)} {much}" for p, much in zip(order[1:], told[1:], strict=True)
        )
        if of_all:
            return f" {told[0]}, {pick(('avec', 'with'), self.lang)} {others}"
        least = pick(("au moins ", "at least "), self.lang) if passed.more else ""
        some = pick(
            (f", dont {least}{times} {told[0]} avec", f", of which {least}{times} {told[0]} with"), self.lang
        )
        return f"{some} {others}"

    def _together_or(self, name: str, passed: Passed, line: Standing) -> set[str]:
        """What may stand beside a part where the table shows some of the passages only."""
        return {self.together(name, passed, line, of_all) for of_all in (True, False)}

    def _possible(self, said: str, passed: Passed, line: Standing) -> bool:
        """Whether the words are known reasons, no fewer than the shown ones and no more than there are."""
        names = [*self.fixed, *(f"{row}@" for row in self.missing)]
        left, whole = said, 0
        for n in range(len(names)):
            best = ""
            for text in {
                self.reason(name, 0, line) + beside
                for name in names
                for beside in self._together_or(name, passed, line)
            }:
                if left.startswith(text) and len(text) > len(best):
                    best = text
            if not best:
                burden = re.escape(self.reason("burden", 0, line)).replace("0", r"[\d.,]+", 1)
                beside = "|".join(
                    map(re.escape, sorted(self._together_or("burden", passed, line), key=len, reverse=True))
                )
                burden = re.sub("points?", "points?", burden) + f"(?:{beside})"
                met = re.match(burden, left)
                if met is None:
                    return False
                best = met.group()
            left = left[len(best) :]
            count = re.match(r" \((\d+)\)", left)
            if count:
                whole += int(count.group(1))
                left = left[count.end() :]
            if not left:
                return count is None and n == 0 or count is not None and whole == passed.total
            if not left.startswith(", "):
                return False
            left = left[2:]
        return False


class NeverFiller(NamedTuple):
    """Where the table's ``class`` is told as ``filler``: of a household ``dalo``, elsewhere than on the lists of the dwellings
    ``behind`` (a DALO first rank) and than on a line ``named`` (dwelling, rank) by its réservataire, which passes its own nominees
    only by what tells households apart."""

    dalo: B
    behind: frozenset[int]
    named: frozenset[tuple[int, int]]


def passed_over(
    folder: Path, ids: Ids, lost: Lost, never_filler: NeverFiller
) -> dict[tuple[int, int], Passed]:
    """(dwelling, rank) -> the leapfrogs of that line that the table shows."""
    dalo, behind, named = never_filler
    out = need_out(folder, "leapfrogs")
    home = out.index("dwelling_id", ids.dwellings)
    who = out.index("application_id_passed", ids.apps, unknown=-2)
    rank, gap = out.scaled("rank", 1), out.scaled("points_gap", 100)
    why, apps = out.strings("explained_by"), out.filled("application_id_passed")
    found: dict[tuple[int, int], Passed] = {}
    for i in range(out.rows):
        mine = found.setdefault((int(home[i]), int(rank[i])), Passed(Counter(), {}))
        if apps[i]:
            filler = why[i] == "class" and who[i] >= 0 and bool(dalo[who[i]])
            filler &= int(home[i]) not in behind and (int(home[i]), int(rank[i])) not in named
            reason = "filler" if filler else why[i]
            mine.count[reason] += 1
            mine.widest[reason] = max(mine.widest.get(reason, 0), int(gap[i]))
            if why[i] in PARTS:
                parts = lost.get((int(home[i]), int(rank[i]), int(who[i])), (0,) * len(PARTS))
                mine.met(why[i], int(gap[i]), parts)
        else:
            mine.more += int(gap[i]) // 100
    return found
