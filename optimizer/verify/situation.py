"""The six things staff ask for when they choose a réservataire, recomputed: every column of ``orientation`` that is a fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimizer.verify import cells
from optimizer.verify.cells import I32, I64
from optimizer.verify.outputs import Out
from optimizer.verify.returned import COUNTED_FROM, furthest_lines
from optimizer.verify.rows import Book
from optimizer.verify.verdict import Findings
from optimizer.verify.wording import REACHED
from optimizer.verify.world import STAGES, World
from optimizer.verify.year import signed_in_year

F64 = NDArray[np.float64]
FINANCING = ("PLAI", "PLUS", "PLS")
ACCESS = ("none", "accessible", "adapted")
FLUX = ("flux_share", "flux_done", "flux_in_progress", "flux_remaining", "flux_behind")
FACTS = (
    "commune", "rooms", "financing", "qpv", "accessible", "vacancy_days", "objectives", *FLUX, "residence", "residence_q1_share",
    "residence_fragility", "recent_move_ins",
)  # fmt: skip


class Situation:
    """What the sheet must say of each dwelling and account."""

    def __init__(self, world: World, book: Book) -> None:
        self.world, self.book = world, book
        self._years = self._flux_years()
        _, owner = np.unique(np.array([*world.dwellings.landlord, ""]), return_inverse=True)
        self._owner: I64 = owner.reshape(-1).astype(np.int64)
        """Number of each dwelling's landlord."""
        self._met: dict[tuple[str, str, str], str] = {}
        self._objectives = self._reached()
        table = world.raw.table("residences")
        names = cells.strings(table.text("residence"))
        shares = cells.floats(table, "q1_share").tolist()
        fragility = cells.strings(table.text("fragility"))
        self._residences = {n: (s, f) for n, s, f in zip(names, shares, fragility, strict=True)}
        leases = world.raw.table("leases")
        communes = cells.strings(leases.text("commune"))
        self._moved = Counter(c for c, mine in zip(communes, signed_in_year(world), strict=True) if mine)

    def check(self, out: Out, found: Findings) -> None:
        """Every fact of every row of a part; identifiers and accounts are the business of `sheets`."""
        home = out.index("dwelling_id", self.world.ids.dwellings)
        rows = np.flatnonzero(home >= 0)
        homes = home[rows]
        w = self.world.dwellings
        numbers: dict[str, I64] = {
            "rooms": w.rooms[homes],
            "qpv": w.qpv[homes].astype(np.int64),
            "vacancy_days": w.vacancy_days[homes],
        }
        for name, right in numbers.items():
            wrong = (out.scaled(name, 1)[rows] != right) | ~out.filled(name)[rows]
            found.rows("orientation", out.table, out.first + rows[wrong], name)
        place = [self.world.place(d) for d in range(len(w))]
        texts: dict[str, Callable[[int], str]] = {
            "commune": lambda d: place[d][0],
            "financing": lambda d: FINANCING[w.financing[d]],
            "accessible": lambda d: ACCESS[w.accessible[d]],
            "residence": lambda d: w.residence[d],
            "residence_fragility": lambda d: self._residences.get(w.residence[d], (0.0, ""))[1],
            "objectives": lambda d: self._said(w.landlord[d], place[d][1], place[d][2]),
        }
        each, back = np.unique(homes, return_inverse=True)
        for name, of in texts.items():
            at, words = out.words(name)
            number = {word: i for i, word in enumerate(words)}
            right = np.array([number.get(of(d), -1) for d in each.tolist()], np.int64)
            found.rows("orientation", out.table, out.first + rows[at[rows] != right[back.reshape(-1)]], name)
        share = np.array([self._residences.get(w.residence[d], (np.nan, ""))[0] for d in each.tolist()])
        self._near(out, "residence_q1_share", rows, share[back.reshape(-1)], 4, found)
        moved = np.array([self._moved.get(place[d][0], 0) for d in each.tolist()], np.float64)
        self._near(out, "recent_move_ins", rows, moved[back.reshape(-1)], 0, found)
        self._flux(out, rows, homes, found)

    def _near(
        self, out: Out, name: str, rows: I64, right: F64, decimals: int, found: Findings
    ) -> None:  # fmt: skip
        """A column against exact numbers (NaN: empty), to the decimals it is written with."""
        scale = 10**decimals
        said, filled = out.scaled(name, scale)[rows], out.filled(name)[rows]
        empty = np.isnan(right)
        wrong = filled == empty
        wrong |= ~empty & (np.abs(said - np.where(empty, 0, right) * scale) > 0.5 + 1e-6)
        found.rows("orientation", out.table, out.first + rows[wrong], name)

    def _flux(self, out: Out, rows: I64, homes: I32, found: Findings) -> None:
        """The year's flux of the account at the dwelling: of its agreement's line whose area holds it."""
        at, words = out.words("account")
        w = self.world.dwellings
        key = (self._owner[homes] * len(self.world.law.places.insee) + w.place[homes]) * len(words) + at[rows]
        _, first, back = np.unique(key, return_index=True, return_inverse=True)
        each = []
        for i in first.tolist():
            d, account = int(homes[i]), words[at[rows[i]]]
            years = [self._years.get((w.landlord[d], account, area)) for area in self.world.place(d)]
            each.append(next((x for x in years if x is not None), (np.nan,) * len(FLUX)))
        right = np.array(each).reshape(-1, len(FLUX))[back.reshape(-1)]
        for j, name in enumerate(FLUX):
            self._near(out, name, rows, right[:, j], 4 if name == "flux_share" else 2, found)

    def _flux_years(self) -> dict[tuple[str, str, str], tuple[float, ...]]:
        """(landlord, account, area) -> share, done, in progress, remaining, behind."""
        waiting, counted = self._pending()
        found = {}
        for row in self.book.rows:
            if row.rule != "flux":
                continue
            scope = dict(x.split("=", 1) for x in row.scope.split(";"))
            key = (scope["landlord"], scope["account"], scope["area"])
            done = row.num_before - counted[key]
            due = row.share * (row.den_before + row.remaining) - row.opening
            behind = row.share * row.den_before - row.opening - row.num_before
            figures = (row.share, done, waiting[key], due - done - waiting[key], behind)
            found[key] = tuple(float(x) for x in figures)
        return found

    def _pending(self) -> tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str, str]]]:
        """(landlord, account, area) -> dwellings in progress; those of them that the agreement counts already."""
        world, table = self.world, self.world.raw.table("in_progress")
        waiting: Counter[tuple[str, str, str]] = Counter()
        counted: Counter[tuple[str, str, str]] = Counter()
        if not table.rows:
            return waiting, counted
        places = cells.index_in(table.text("commune"), world.law.places.insee).tolist()
        landlords, accounts = (cells.strings(table.text(x)) for x in ("landlord", "account"))
        for i, stage in furthest_lines(table).values():
            if places[i] < 0:
                continue
            at = world.law.places
            areas = (at.insee[places[i]], at.epci[places[i]], at.departement[places[i]])
            line = world.agreements.line(landlords[i], accounts[i], *areas)
            rule = line.count_rule if line else world.agreements.default_count
            for area in areas:
                waiting[landlords[i], accounts[i], area] += 1
                if stage >= COUNTED_FROM.get(rule, len(STAGES)):
                    counted[landlords[i], accounts[i], area] += 1
        return waiting, counted

    def _reached(self) -> list[tuple[dict[str, str], str]]:
        """(scope, words) of the rows whose state the sheet tells, in their order."""
        found = []
        for row in self.book.rows:
            if row.rule in REACHED:
                scope = dict(x.split("=", 1) for x in row.scope.split(";"))
                if scope.keys() <= {"landlord", "epci", "departement"}:
                    done = f"{row.num_before}/{row.den_before}"
                    found.append((scope, f"{REACHED[row.rule]} {done}"))
        return found

    def _said(self, landlord: str, epci: str, departement: str) -> str:
        key = (landlord, epci, departement)
        if key not in self._met:
            here = {"landlord": landlord, "epci": epci, "departement": departement}
            mine = [text for scope, text in self._objectives if scope.items() <= here.items()]
            self._met[key] = " ; ".join(mine)
        return self._met[key]
