"""`Problem`: dwelling classes, applications, accounts and rules — pairs stay implicit (design §9).

Integers throughout. Values are hundredths of a point; rates are ten-thousandths; so the objective, value minus price ×
shortfall, is an exact integer in *micropoints* (1e-6 point): ``value * 10_000`` and ``price_hundredths * rate``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Said

MICRO_PER_HUNDREDTH = 10_000
RATE_UNIT = 10_000
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]
S = NDArray[np.object_]


@dataclass(frozen=True)
class Row:
    """One line of a rule: ``shortfall = max(0, rate × den_run − num_run − play)`` leases, priced in points.

    A line that limits (``ceiling``: not more than a share s and an allowance) is written by its complement: ``num`` are the
    leases of the denominator that do *not* count against it, ``rate`` is 1 − s and ``play`` the allowance. What is published
    of it counts the others: ``num_before``, and ``share`` s.

    Attributes
    ----------
    rule, scope : str
        Rule id and scope as published (``landlord=OPH25;area=25;account=ALS``).
    price : int
        Hundredths of a point per missing lease (0: shown only).
    rate : int
        Required rate in ten-thousandths.
    share, tolerance : int
        Ten-thousandths, as published.
    num_before, den_before : int
        Leases counted before the run.
    remaining_num, remaining_den : int
        ``F`` = leases still expected from `on` to 31 December as a fraction ``remaining_num / remaining_den``.
    """

    rule: str
    scope: str
    price: int
    rate: int
    share: int
    tolerance: int
    num_before: int
    den_before: int
    remaining_num: int
    remaining_den: int
    status: str = "sourced"
    """Status of the share: sourced | local | assumed."""
    opening_balance: int = 0
    """Hundredths of a lease."""
    play: int = 0
    """Ten-thousandths of a lease that may be missing before a point is lost."""
    ceiling: bool = False


@dataclass(frozen=True)
class Kinds:
    """What a first rank counts for: an account and its num/den marks on the rows. Index = kind.

    ``row[ptr[c]:ptr[c+1]]`` are the rows touched by kind c; ``num``/``den`` (0/1) say how. num implies den. Columns left out
    are zeros.

    Attributes
    ----------
    value : (n,) int64          hundredths of a point that a first rank of the kind adds to the value of its pair (`lean`)
    keep : (n,) int64           what of it is for a first rank kept from an earlier proposal
    more : (marks,) int32       ten-thousandths of a lease asked for above the row's rate, where the rate goes by place
    order_ptr, order_row, order_sign : the rows of `Orders` a kind enters, like ``ptr`` and ``row``: +1 placed after the
        nominee of the row at its dwelling, −1 a first rank of that nominee on another dwelling
    nominee : (n,) int32        the household of a réservataire's list that the kind is of, and of nobody else; −1 for others
    """

    account: I32
    ptr: I64
    row: I32
    num: I8
    den: I8
    value: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    keep: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    more: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    order_ptr: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    order_row: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    order_sign: I8 = field(default_factory=lambda: np.zeros(0, np.int8))
    nominee: I32 = field(default_factory=lambda: np.zeros(0, np.int32))

    def __post_init__(self) -> None:
        n = len(self.account)
        for name, size in (("value", n), ("keep", n), ("more", len(self.row)), ("order_ptr", n + 1)):
            given = getattr(self, name)
            if len(given) < size:
                object.__setattr__(self, name, np.zeros(size, given.dtype))
        if len(self.nominee) < n:
            object.__setattr__(self, "nominee", np.full(n, -1, np.int32))

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True)
class Options:
    """For a dwelling group g and an application type t: the kinds possible, as a sparse table.

    ``key`` is the sorted array of ``g * n_types + t``; the options of key i are ``kind[ptr[i]:ptr[i+1]]`` with
    ``first`` saying whether that account may hold the *first rank* (False: eligible, but only as a reserve — e.g. behind
    the réservataire's own first name, or because of a pin).
    """

    key: I64
    ptr: I64
    kind: I32
    first: B


@dataclass(frozen=True)
class Seats:
    """A direct réservataire's seat: class, kind (flux marks only), value in hundredths (fill + median score − deduction).

    ``deduction`` is what its known public may not bring to the rules of households (design §3), hundredths, ≥ 0; ``owed`` is the
    row that most of it is for, -1 without one.
    """

    klass: I32
    kind: I32
    value: I64
    deadline_days: I32
    deduction: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    owed: I32 = field(default_factory=lambda: np.zeros(0, np.int32))

    def __post_init__(self) -> None:
        if len(self.deduction) < len(self.klass):
            object.__setattr__(self, "deduction", np.zeros(len(self.klass), np.int64))
        if len(self.owed) < len(self.klass):
            object.__setattr__(self, "owed", np.full(len(self.klass), -1, np.int32))


@dataclass(frozen=True)
class Orders:
    """The réservataires' own orders (design §3), one row per dwelling, account and nominee with somebody placed after it; and
    the links of chains, one row per freed dwelling (``account`` −1), of which every first rank waits for its tenant ``app``.

    First ranks of the ``dwelling`` on the ``account`` placed after the nominee ``app`` are at most as many as the nominee
    holds on other dwellings, whatever the account (on this one it would leave no room for them): ``Σ order_sign ≤ 0`` over the
    kinds that enter the row.
    """

    dwelling: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    account: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    app: I32 = field(default_factory=lambda: np.zeros(0, np.int32))

    def __len__(self) -> int:
        return len(self.dwelling)


@dataclass(frozen=True)
class OwnLists:
    """The réservataires' own orders of a problem of so many dwellings that no row of `Orders` is written: who names whom, by what
    rank. Who stands on the list of a dwelling and an account is read off its menu when it is asked (`own_lists`).

    Attributes
    ----------
    number : (A,) int32            place of each household among the nominees, -1
    ptr : (n+1,) int64             nominations of nominee i: ``account``, ``dwelling`` (-1: any), ``rank`` ``[ptr[i]:ptr[i+1]]``
    menu_ptr : (M+1,) int64        nominees of menu m: ``entry[menu_ptr[m]:menu_ptr[m+1]]``, positions in ``entry_*``
    binds : (G, R) bool            accounts whose list the first ranks of a group follow: direct and partial ones
    """

    number: I32
    ptr: I64
    account: I32
    dwelling: I32
    rank: I64
    menu_ptr: I64
    entry: I64
    binds: B


@dataclass(frozen=True)
class Problem:
    """The optimisation problem of design §5-6. D dwellings, A applications, K classes, M menus, G groups, T types.

    Attributes
    ----------
    dwelling_ids : (D,) object, sorted        application_ids : (A,) object, sorted
    klass : (D,) int32          class of each dwelling: same menu, same group, same pins
    bonus : (D,) int64          hundredths of a point of `fit` that only depend on the dwelling (vacancy days)
    must_fill : (K,) bool       pinned class: its dwelling must be filled
    class_menu, class_group : (K,) int32
    menu_ptr : (M+1,) int64     entries of menu m: ``entry_*[menu_ptr[m]:menu_ptr[m+1]]``, every eligible application once,
                                sorted by (score+fit descending, seniority descending, application index)
    entry_app : int32           entry_score, entry_fit : int64 hundredths (fit without the dwelling's bonus, less burden and awaited);
                                16 or 32 bits from 50 million entries on, so add them up with :meth:`values`
    entry_burden : int64        hundredths taken off in ``entry_fit`` for the effort rate, ≥ 0
    awaited : (A,) int64        hundredths taken off in ``entry_fit`` of a household kept for a dwelling expected, ≥ 0; empty for
                                a case without forecast
    entry_type : int32          rule profile of that application in that menu
    seniority : (A,) int64      days, the first tie stage
    fill_value : int            hundredths
    accounts : names; kinds, options, seats, rows, orders
    seed : str                  of the lottery numbers
    """

    dwelling_ids: S
    application_ids: S
    klass: I32
    bonus: I64
    class_menu: I32
    class_group: I32
    must_fill: B
    menu_ptr: I64
    entry_app: I32
    entry_score: NDArray[Any]
    entry_fit: NDArray[Any]
    entry_type: NDArray[Any]
    n_types: int
    n_groups: int
    options: Options
    kinds: Kinds
    seats: Seats
    rows: tuple[Row, ...]
    accounts: tuple[str, ...]
    seniority: I64
    fill_value: int
    seed: str
    notes: tuple[Said, ...] = field(default=())
    orders: Orders = field(default_factory=Orders)
    entry_burden: NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.int64))
    awaited: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    own_lists: OwnLists | None = None
    """In place of ``orders`` in a problem of many dwellings; None where each row is written."""
    order_lists: OwnLists | None = None
    """The lists that ``orders`` are the rows of, where these are many: for who looks for a proposal without them (`by_lists`)."""

    def __post_init__(self) -> None:
        if len(self.entry_burden) < len(self.entry_app):
            object.__setattr__(self, "entry_burden", np.zeros(len(self.entry_app), np.int8))

    def options_of(self, group: int, type_: int) -> tuple[I32, B]:
        """Kinds possible for (group, type) and whether each may be a first rank; empty when none."""
        i = int(np.searchsorted(self.options.key, group * self.n_types + type_))
        if i < len(self.options.key) and self.options.key[i] == group * self.n_types + type_:
            a, b = self.options.ptr[i], self.options.ptr[i + 1]
            return self.options.kind[a:b], self.options.first[a:b]
        return self.options.kind[:0], self.options.first[:0]

    def awaited_of(self, apps: I32 | I64) -> I64:
        """`awaited` of households, 0 for a seat (-1)."""
        if not len(self.awaited):
            return np.zeros(len(apps), np.int64)
        return np.where(apps >= 0, self.awaited[np.maximum(apps, 0)], 0)

    def values(self, entries: slice | I32 | I64) -> I64:
        """Fill value + score + fit − burden − awaited of some entries (a slice, or positions), hundredths, without the dwelling's
        bonus nor the ``value`` of a kind."""
        found: I64 = self.entry_score[entries].astype(np.int64)
        found += self.entry_fit[entries]
        found += self.fill_value
        return found

    def entries_of(self, dwelling: int) -> slice:
        """Slice of the ``entry_*`` arrays holding the applications eligible for a dwelling."""
        m = self.class_menu[self.klass[dwelling]]
        return slice(int(self.menu_ptr[m]), int(self.menu_ptr[m + 1]))


@dataclass(frozen=True)
class Columns:
    """Explicit columns: one per (dwelling, application or seat, kind). ``app`` is -1 for a seat.

    ``value`` is the whole value of design §5 in hundredths: fill + score + fit (its bonus included) − burden − awaited +
    lean, for a seat fill + score + lean; ``first`` as in `Options`. Sorted by (dwelling, account, application).
    """

    dwelling: I32
    app: I32
    kind: I32
    score: I64
    fit: I64
    burden: I64
    awaited: I64
    lean: I64
    value: I64
    first: B

    def __len__(self) -> int:
        return len(self.dwelling)


@dataclass(frozen=True)
class FirstRanks:
    """A solution: parallel arrays sorted by dwelling index; ``app`` -1 = the direct réservataire's seat."""

    dwelling: I32
    app: I32
    kind: I32

    def __len__(self) -> int:
        return len(self.dwelling)


def lottery_number(seed: str, application_id: str, dwelling_id: str, account: str) -> int:
    """First 20 bits of SHA-256 of UTF-8 ``seed|application_id|dwelling_id|account`` (design §5, second tie stage)."""
    digest = hashlib.sha256(f"{seed}|{application_id}|{dwelling_id}|{account}".encode()).digest()
    return int.from_bytes(digest[:3], "big") >> 4
