"""The shape of a rule, and the register of the drop-in folder ``rules/``.

A rule says three things: its lines for a case, which lines a first rank on a dwelling and an account enters (the solver's
view), and which leases its lines count (the measure, from facts). The last two are written apart on purpose: the
contract suite compares them on random proposals. Its class also carries its words and its place on pages, so that every
reader (reports, dashboards, comparisons) walks the register and knows no rule by name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dropin import answered, asked, in_order, load_all, named, worded, wrong_answer
from optimizer.errors import Lang
from optimizer.problem.ground import I64, B, Counted, Ground, Place
from optimizer.problem.lent import lent

ALWAYS = "always"
NEVER = "never"
"""Numerator marks that do not depend on the household."""

Trait = Callable[[Ground, NDArray[np.int32], int], B]
"""``trait(ground, applications, epci)``: which households count, given the EPCI of the dwelling."""


@dataclass(frozen=True)
class Line:
    """One line of a rule for a case, before it is counted.

    Attributes
    ----------
    scope : as published.
    key : what the rule finds its line by; unique inside the rule.
    share, tolerance : exact; ``share`` None when ``number`` leases of the year are asked for instead.
    price : hundredths of a point per missing lease.
    status : of the share: sourced | local | assumed.
    opening_balance : hundredths of a lease.
    number : leases of the year; they count only where the year's leases are known, from `assiette` or from `leases`.
    remaining : leases still expected, where the rule knows better than the common rule (den on one account).
    play : part of a lease that may be missing before a point is lost.
    ceiling : the line limits: `Mark` and `Pairs` count in num what does *not* count against it, and ``share`` (``by_commune``
        where it goes by place) is what the account may have of each lease of the denominator.
    by_commune : commune index -> share, ten-thousandths.
    """

    scope: str
    key: tuple[int, ...]
    share: Fraction | None
    tolerance: Fraction
    price: int
    status: str
    opening_balance: int = 0
    number: Fraction | None = None
    remaining: Fraction | None = None
    play: Fraction = Fraction(0)
    ceiling: bool = False
    by_commune: Mapping[int, int] | None = None


class Mark(NamedTuple):
    """A first rank enters the denominator of ``line``; ``counts``: ALWAYS, NEVER or the name of a trait."""

    line: int
    counts: str
    commune: int = -1
    """Where the share of the line goes by place: the commune of the dwelling."""


View = Callable[[Place, int], list[Mark]]
"""``view(place, account)``: the lines a first rank enters there."""


class Pairs(NamedTuple):
    """Leases counted by lines: parallel arrays, ``num`` is whether the lease is in the numerator too."""

    lease: I64
    line: I64
    num: B


VIEWERS: Mapping[str, int] = {"landlord": 100, "epci": 100, "prefet": 100, "maire": 100}
"""Where a rule that says nothing stands on each dashboard: after those that do."""


class RuleShape(ABC):
    """A rule of the objective. Subclasses live in ``rules/``, one file each, under :func:`rule`.

    A new rule is its file, its numbers in ``models/national/`` — ``prices.yaml`` (``<id>``), ``rules.yaml``
    (``<id>.tolerance``) and, where it has a default share, the entry that ``share_key`` names — and its golden row. A
    number that is missing stops the run with ``POLICY_RULE_NUMBERS``, which says what to add.
    """

    id: ClassVar[str]
    order: ClassVar[int]
    """Place in ``rules.csv`` and on pages; unique."""
    title_fr: ClassVar[str]
    title_en: ClassVar[str]
    source: ClassVar[str]
    unit: ClassVar[str]
    short: ClassVar[tuple[str, str]]
    """Words inside a reason or a line of a table, in French and English."""
    long: ClassVar[tuple[str, str]]
    """One sentence that says who counts among what, in French and English."""
    group: ClassVar[tuple[str, str]]
    """Title of the group it stands in on dashboards, in French and English; rules may share one."""
    share_key: ClassVar[str] = ""
    """Key of ``models/`` of its default share; empty where agreements or places say."""
    agreed: ClassVar[bool] = False
    """Whether its lines are the shares of the flux that agreements promise to accounts."""
    reached: ClassVar[tuple[str, str]] = ("", "")
    """Words before « 12/60 » among the objectives of an orientation, the French ones in ``orientation.csv``; empty: not shown there."""
    indicator: ClassVar[tuple[str, str, str] | None] = None
    """Indicator of comparisons, with its French and English names: the rate reached over all its lines."""
    viewers: ClassVar[Mapping[str, int]] = VIEWERS
    """Dashboards that show it: ``landlord``, ``epci``, ``prefet``, ``maire``, each with its place on the page."""
    gauge: ClassVar[str] = "rows"
    """How dashboards make its gauges: a name of ``statement.dashboards.targets.BUILDERS``; ``rows``, one for each of its
    lines, needs nothing else."""
    gauge_title: ClassVar[str] = ""
    """French title of its gauges; empty: ``title_fr``, or what the gauge adds up."""
    late_key: ClassVar[str] = ""
    """Key of ``models/`` of the lateness that dashboards alert on; empty: none."""
    ahead_key: ClassVar[str] = ""
    """The same for being ahead."""
    counts_seats: ClassVar[bool] = False
    """Whether a seat without household is counted: where the account alone decides."""
    counts_returned: ClassVar[bool] = False
    """Whether orientations that came back without a lease are counted before the run (the flux only)."""
    of_households: ClassVar[bool] = False
    """Whether it is the household that counts: a seat pays beforehand for what its public may not bring to the rule."""
    traits: ClassVar[Mapping[str, Trait]] = {}

    @abstractmethod
    def lines(self, ground: Ground) -> Sequence[Line]:
        """The lines of the rule for the case, in any order."""

    @abstractmethod
    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        """The solver's view: what a first rank on a dwelling and an account enters."""

    @abstractmethod
    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        """The measure: which leases each line counts, from facts."""

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Denominator and numerator among the lines of a dashboard's year (``statement.dashboards.lines.COLUMNS``).

        Only for gauges of :data:`ADDED_UP`, which add up what no line of the rule does: a public over several landlords,
        say. A rule with another gauge has nothing to add: nobody is in it.
        """
        nobody = pd.Series(False, index=lines.index)
        return nobody, nobody

    def title(self, lang: Lang = "fr") -> str:
        """The heading of the rule."""
        return self.title_fr if lang == "fr" else self.title_en


ADDED_UP = frozenset({"epci_rates", "account_rates", "yearly_numbers", "ceilings", "place_rates"})
"""Gauges that count the leases of a year by :meth:`RuleShape.in_year`."""
REGISTERED: dict[str, RuleShape] = {}
"""Rules by name, as far as their files have been loaded."""


def rule(
    *, id: str, order: int, title_fr: str, source: str, unit: str = "baux"
) -> Callable[[type[RuleShape]], type[RuleShape]]:
    """Register a rule file. Refuses an empty field, a second rule of the same id or place, an undeclared trait.

    Raises
    ------
    ValueError
    """

    def register(kind: type[RuleShape]) -> type[RuleShape]:
        named("rule", id)
        title_en = getattr(kind, "title_en", "")
        worded(f"rule {id!r}", title_fr=title_fr, title_en=title_en, source=source, unit=unit)
        empty = [name for name in ("short", "long", "group") if not _both(getattr(kind, name, ()))]
        empty += ["reached"] * (kind.reached != RuleShape.reached and not _both(kind.reached))
        if empty:
            raise ValueError(f"rule {id!r}: empty {', '.join(empty)}")
        if id in REGISTERED:
            raise ValueError(f"rule {id!r} is declared twice")
        in_order(f"rule {id!r}", order, {known.id: known.order for known in REGISTERED.values()})
        if kind.gauge in ADDED_UP and kind.in_year is RuleShape.in_year:
            raise ValueError(f"rule {id!r}: a gauge {kind.gauge!r} needs in_year")
        if {ALWAYS, NEVER} & set(kind.traits):
            raise ValueError(f"rule {id!r}: a trait may not be named {ALWAYS!r} or {NEVER!r}")
        kind.id, kind.order, kind.title_fr, kind.source, kind.unit = id, order, title_fr, source, unit
        REGISTERED[id] = kind()
        return kind

    return register


def _both(words: object) -> bool:
    """Whether words are given in French and in English."""
    return isinstance(words, tuple) and len(words) == 2 and all(str(word).strip() for word in words)


@cache
def all_rules() -> tuple[RuleShape, ...]:
    """Every rule of the folder, in the order of publication."""
    load_all("optimizer.problem.rules", REGISTERED.__len__)
    return tuple(sorted(REGISTERED.values(), key=lambda r: r.order))


STATUSES = ("sourced", "local", "assumed")


def lines_of(shape: RuleShape, ground: Ground) -> tuple[Line, ...]:
    """The lines of a rule for a case, in the order of their scopes.

    Raises
    ------
    DropInError
        They are no lines, two have one scope, or a number of one is out of its range; or it writes into what it is given.
    """
    given = answered(asked(shape.lines, ground.lent), Sequence, shape.lines)
    for line in given:
        if wrong := _fault(answered(line, Line, shape.lines)):
            raise wrong_answer(shape.lines, f"line {line.scope!r}: {wrong}")
    lines = tuple(sorted(given, key=lambda line: line.scope))
    for one, other in pairwise(lines):
        if one.scope == other.scope:
            raise wrong_answer(shape.lines, f"two lines of one scope, {one.scope!r}")
    return lines


def _fault(line: Line) -> str:
    """What is wrong with a line; empty where nothing is."""
    if not isinstance(line.scope, str) or not line.scope.strip():
        return "the scope is empty"
    for name in ("share", "tolerance", "number", "remaining", "play"):
        value = getattr(line, name)
        if value is None and name in ("share", "number", "remaining"):
            continue
        if not isinstance(value, Fraction):
            return f"{name} is {type(value).__name__}, a Fraction was expected (exact)"
        if value < 0 or (name in ("share", "tolerance") and value > 1):
            return f"{name} is out of its range"
    if not isinstance(line.price, int) or line.price < 0:
        return "price is no whole number of hundredths of a point (hundredths)"
    if line.status not in STATUSES:
        return f"status {line.status!r}, not one of {', '.join(STATUSES)}"
    return ""


def pairs_of(shape: RuleShape, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
    """The leases that each line of a rule counts.

    Raises
    ------
    DropInError
        They are no pairs, or speak of a lease or a line that is not there; or it writes into what it is given.
    """
    found = answered(asked(shape.counted, lines, ground.lent, lent(leases)), Pairs, shape.counted)
    lease, line, num = (np.asarray(part) for part in found)
    if not lease.shape == line.shape == num.shape or lease.ndim != 1:
        raise wrong_answer(shape.counted, "lease, line and num are not of one length")
    if num.dtype != np.bool_ or not all(np.issubdtype(x.dtype, np.integer) for x in (lease, line)):
        raise wrong_answer(shape.counted, "lease and line are whole numbers, num is true or false")
    for name, part, size in (("lease", lease, len(leases)), ("line", line, len(lines))):
        if len(part) and not 0 <= int(part.min()) <= int(part.max()) < size:
            raise wrong_answer(shape.counted, f"a {name} is none of the {size} there are")
    return found


def view_of(shape: RuleShape, lines: Sequence[Line], ground: Ground) -> View:
    """The solver's view of a rule, whose marks are looked at as they are asked for.

    Raises
    ------
    DropInError
        It is no function, or gives marks on a line, or with a trait, that the rule does not have; or it writes into what it is given.
    """
    view: View = answered(asked(shape.view, lines, ground.lent), Callable, shape.view)
    known = {ALWAYS, NEVER, *shape.traits}

    def looked_at(place: Place, account: int) -> list[Mark]:
        marks = answered(asked(view, place, account), list, view)
        for mark in marks:
            answered(mark, Mark, view)
            if not 0 <= mark.line < len(lines):
                raise wrong_answer(view, f"a mark on line {mark.line} of {len(lines)}")
            if mark.counts not in known:
                raise wrong_answer(
                    view, f"a mark that counts by {mark.counts!r}, which is no trait of the rule"
                )
        return marks

    return looked_at


def trait_of(shape: RuleShape, name: str) -> Trait:
    """A trait of a rule, whose answers are looked at.

    Raises
    ------
    DropInError
        It does not say of each household whether it counts; or it writes into what it is given.
    """
    trait = shape.traits[name]

    def looked_at(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
        found: B = answered(asked(trait, ground.lent, lent(apps), epci), np.ndarray, trait)
        if found.shape != apps.shape or found.dtype != np.bool_:
            wrong = f"trait {name!r} gave {found.dtype} {found.shape}, bool {apps.shape} was expected"
            raise wrong_answer(trait, wrong)
        return found

    return looked_at


def find_rule(id: str) -> RuleShape | None:
    """The rule of an id of ``rules.csv``, None when there is none."""
    return next((shape for shape in all_rules() if shape.id == id), None)


def share_keys() -> dict[str, str]:
    """Rule id -> key of its default share in ``models/``, empty where it has none: what ``policy.check_models`` is handed."""
    return {shape.id: shape.share_key for shape in all_rules()}


def exact(value: object) -> Fraction:
    """A number of ``models/`` as the decimal it was written as (0.1 is one tenth)."""
    return Fraction(str(value))


def hundredths(value: object) -> int:
    """Points of ``models/`` in hundredths; more than two decimals would break the identity of the objective.

    Raises
    ------
    ValueError
    """
    scaled = exact(value) * 100
    if scaled.denominator != 1:
        raise ValueError(f"a price has at most two decimals: {value}")
    return int(scaled)


def match(line_keys: Sequence[tuple[int, ...]], lease_keys: Sequence[NDArray[np.integer]]) -> tuple[I64, I64]:
    """(lease, line) pairs with equal keys, in the order of the leases; a key belongs to one line at most.

    ``lease_keys`` holds one array per component of the key.
    """
    n = len(lease_keys[0]) if lease_keys else 0
    if not len(line_keys) or not n:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    wanted = np.array(line_keys, np.int64)
    given = np.stack([np.asarray(part, np.int64) for part in lease_keys], axis=1)
    code_of_line, code_of_lease = np.zeros(len(wanted), np.int64), np.zeros(n, np.int64)
    for part in range(wanted.shape[1]):
        values = np.unique(wanted[:, part])
        at = np.minimum(np.searchsorted(values, given[:, part]), len(values) - 1)
        hit = values[at] == given[:, part]
        code_of_line = code_of_line * len(values) + np.searchsorted(values, wanted[:, part])
        code_of_lease = np.where(hit & (code_of_lease >= 0), code_of_lease * len(values) + at, -1)
    order = np.argsort(code_of_line, kind="stable")
    at = np.minimum(np.searchsorted(code_of_line[order], code_of_lease), len(order) - 1)
    hit = code_of_line[order][at] == code_of_lease
    return np.flatnonzero(hit).astype(np.int64), order[at[hit]].astype(np.int64)
