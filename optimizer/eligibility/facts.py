"""`Facts`: a case encoded as dense numpy columns, sorted by identifier, ready for vectorised rules.

Dwellings are sorted by ``dwelling_id`` and applications by ``application_id`` (plain code-point order), so nothing
downstream can depend on the row order of a file. Amounts are integers: euro cents, hundredths of a point, days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.chains import home_of
from optimizer.domain.account import account_of
from optimizer.eligibility.allowance import Allowance

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]
S = NDArray[np.object_]

FINANCING = ("plai", "plus", "pls")
ACCESS = ("none", "accessible", "adapted")
MOBILITY = ("none", "no_stairs", "accessible", "adapted")
EXCLUSION = ("none", "mutation", "anru", "orcod", "unfit", "sale", "stock")
RELOCATION = ("none", "npnru", "orcod", "unfit", "sale")
PROOF = ("none", "declared", "verified", "labelled")
Q1_NO, Q1_YES, Q1_UNKNOWN = 0, 1, 2
UNREACHABLE = 2
"""State of a file: complete, to verify, unreachable."""

CODES = (
    "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN", "ACCOUNT",
)  # fmt: skip
"""Refusal codes of design §4 in order; code number = index + 1, 0 = eligible. No effort rate refuses a household."""


@dataclass(frozen=True)
class Csr:
    """Ragged lists: the items of row i are ``values[ptr[i]:ptr[i + 1]]``."""

    ptr: I64
    values: I32

    def row(self, i: int) -> I32:
        return self.values[self.ptr[i] : self.ptr[i + 1]]

    def gather(self, rows: I32 | I64) -> tuple[I64, I64, I32]:
        """The items of several rows: position in ``rows``, position inside its row, value."""
        start = self.ptr[rows]
        lengths = self.ptr[np.asarray(rows) + 1] - start
        owner = np.repeat(np.arange(len(rows)), lengths)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return owner, offset, self.values[start[owner] + offset]

    def holds(self, rows: I32 | I64, value: int) -> B:
        """Which of the rows contain ``value``."""
        found = np.zeros(len(rows), bool)
        if len(self.values):
            owner, _, values = self.gather(rows)
            found[owner[values == value]] = True
        return found

    def filled(self, rows: I32 | I64) -> B:
        """Which of the rows have at least one item."""
        return np.asarray(self.ptr[np.asarray(rows) + 1] > self.ptr[rows], dtype=bool)


@dataclass(frozen=True)
class DwellingFacts:
    """One value per dwelling, sorted by id. ``-1`` stands for «none» in index columns."""

    ids: S
    landlord: I32
    commune: I32
    epci: I32
    departement: I32
    zone: I8
    rooms: I8
    financing: I8
    qpv: B
    accessible: I8
    upstairs_without_lift: B
    """Above the ground floor in a building known to have no lift."""
    ceiling_factor: I64
    """In ten-thousandths: 10000 = no derogation."""
    vacancy_points: I64
    """Hundredths of a point of `fit` for the vacancy days, cap applied."""
    vacancy_days: I64
    reserved_to: I32
    exclusion: I8
    blocked: B
    """Has a live line in `in_progress`: proposed to nobody in this run."""
    district: I32
    """Index in `Facts.districts`, -1 when the dwelling names none."""
    residence: I32
    priority_mix: B
    flux_base: B
    """assiette_exclusion none, reserved_to empty, no first letting, which has its own ledger (account still to be checked:
    design §6)."""
    receive_class: I32
    """Row of `Facts.receiving` and of ``receive_sets``: dwellings of one landlord, commune, reservation and exclusion."""
    receive_sets: B
    """(n_classes, R): accounts which may receive the dwellings of the class (area, reserved_to, exclusion)."""
    rooms_table: I8
    """Index in `Facts.rooms_tables`: the table of the dwelling's landlord."""
    access_unknown: B
    """Nobody knows whether one reaches it without stairs (floor or lift missing)."""
    rent_cents: I64
    """-1 when unknown; same for charges."""
    charges_cents: I64
    surface_tenths: I64
    """Tenths of m², -1 when unknown."""
    subsidy_d331_25_1: B
    """Financed by the subsidy of CCH D. 331-25-1: one candidate is enough."""
    allowance_zone: I8
    """Zone of the housing allowance, 1 to 3; 0 where the allowance is not estimated."""
    counted_rent_cents: I64
    """Rent that the effort rate reads: the dwelling's, or the mean of like dwellings in a large case; -1 unknown."""
    counted_charges_cents: I64
    """Likewise for charges."""
    effort_threshold: I64
    """Effort rate from which the burden counts, ten-thousandths: the landlord's own where it has deliberated one."""
    effort_weight: I64
    """Weight of the burden, hundredths of the grid's span."""
    tenant: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """Application whose departure frees the dwelling, -1 for one that is vacant."""
    position: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """Dwellings of its chain that are let before a freed one (-1: any number), 0 for a vacant one; in an exchange its number, from -2
    down."""
    guest: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """The only application that may be first on a dwelling of an exchange that is weighed, -1 elsewhere."""

    def __post_init__(self) -> None:
        if len(self.tenant) < len(self.ids):
            object.__setattr__(self, "tenant", np.full(len(self.ids), -1, np.int32))
            object.__setattr__(self, "position", np.zeros(len(self.ids), np.int32))
            object.__setattr__(self, "guest", np.full(len(self.ids), -1, np.int32))

    @property
    def freed(self) -> B:
        """(D,) dwellings that are let only if their tenant goes."""
        return np.asarray(self.tenant >= 0, bool)

    def name(self, dwelling: int) -> str:
        """Its identifier in the tables of the case: of a copy at some place of a chain, that of the tenant's dwelling."""
        own = str(self.ids[dwelling])
        return home_of(own) if self.tenant[dwelling] >= 0 else own

    def named(self) -> Callable[[str], tuple[int, ...]]:
        """Identifier in the tables of the case -> the dwelling; of a tenant's, every copy of it that chains weigh; nothing else."""
        at = {str(name): dwelling for dwelling, name in enumerate(self.ids.tolist())}
        copies: dict[str, tuple[int, ...]] = {}
        for dwelling in np.flatnonzero(self.tenant >= 0).tolist():
            name = self.name(dwelling)
            copies[name] = (*copies.get(name, ()), dwelling)

        def find(name: str) -> tuple[int, ...]:
            return copies[name] if name in copies else (at[name],) if name in at else ()

        return find

    @property
    def receives(self) -> B:
        """(D, R): accounts which may receive the dwelling. Dense: for small cases; else ``receive_sets``."""
        return self.receive_sets[self.receive_class]


@dataclass(frozen=True)
class ApplicationFacts:
    """One value per application, sorted by id."""

    ids: S
    active: B
    to_renew: B
    live_offer: B
    seniority_days: I64
    persons: I32
    size_persons: I32
    """persons + visiting children, children in alternate custody and expected: the row of the rooms table."""
    never_t1: B
    """A couple, or a parent with a child."""
    rooms_wanted: I8
    """Bit mask of wanted rooms, 0 = any."""
    small_asked: B
    """A household of two that asks for a T1 by name: it accepts one even against the table."""
    dalo_rooms: I8
    """Bit mask fixed by the commission de médiation, 0 = none."""
    category: I8
    """Household category 1..6; persons beyond six in `category_extra`."""
    category_extra: I32
    ceiling_income_cents: I64
    """Income compared with the ceilings (N-1 instead of N-2 when at least 10 % lower), -1 unknown."""
    monthly_income_cents: I64
    """-1 unknown."""
    income_declared_only: B
    uc_hundredths: I64
    """Consumption units × 100 (100 = one person): those written in the file, else counted."""
    income_per_uc_cents: I64
    """Yearly income per consumption unit as written in the file, -1 where it says nothing."""
    first_quartile: I8
    """Q1 as written in the file: Q1_NO or Q1_YES, Q1_UNKNOWN where it says nothing."""
    family: I32
    """Position in the tables of the housing allowance: 0 alone, 1 couple, 1 + k with k dependants; -1 unknown."""
    mobility: I8
    choices: Csr
    """Commune indices in order of preference, as in the file; -1 for a commune outside the territory (keeps its rank)."""
    wished: Csr
    """`dalo_perimeter` where there is one, else `choices`, the arrondissements of a commune behind it: what the commune of a
    dwelling is compared with."""
    wished_rank: NDArray[np.int16]
    """Preference rank of each item of ``wished``, from 1: that of the commune for its arrondissements."""
    extend: B
    extend_epci: Csr
    """EPCI indices reached by `extend`: those of the wished communes, ascending; empty without `extend`, and where a
    perimeter was fixed, which nothing widens."""
    districts_wanted: Csr
    """District indices; none where a perimeter was fixed, which nothing narrows."""
    dalo_perimeter: Csr
    dalo: B
    priority_any: B
    """At least one L441-1 code (DALO included) whatever its proof."""
    prefet_designated: B
    """Designated by the préfet (CCH L. 441-2-3); a DALO label is not a designation."""
    proof: I8
    """Index in PROOF; ``declared`` where nothing is said beside a priority code."""
    priority_mask: I64
    """Bit j: code PRIORITY_CODES[j] of domain.schema."""
    accepts_qpv: B
    relocation: I8
    current_landlord: I32
    """Index in `Facts.landlords` (landlords of applications are added to that list), -1 none."""
    current_dwelling: I32
    """Index in the dwellings of the case, -1 none."""
    als_employee: B
    public_agent: B
    essential_worker: B
    explicit_accounts: Csr
    """Account indices of `accounts`; no row = derived."""
    acceptance: I64
    """Ten-thousandths; default of the rules where the file gives none."""
    dossier: I8
    """0 complete, 1 to_verify, 2 unreachable."""

    @property
    def unreachable(self) -> B:
        """(A,): nobody has managed to reach the household."""
        return np.asarray(self.dossier == UNREACHABLE, dtype=bool)

    @property
    def uc_tenths(self) -> I32:
        """Consumption units × 10, for display."""
        return (self.uc_hundredths // 10).astype(np.int32)


@dataclass(frozen=True)
class Simulated:
    """What was simulated elsewhere for one dwelling: aligned arrays, ascending ``app``; -1 where nothing is written."""

    app: I32
    allowance_cents: I64
    rls_cents: I64
    effort: I64
    """Ten-thousandths."""

    def find(self, apps: I32 | I64) -> tuple[I64, B]:
        """Place of each application here (any place where it has none), and whether it has one."""
        at = np.minimum(np.searchsorted(self.app, apps), len(self.app) - 1)
        return at.astype(np.int64), np.asarray(self.app[at] == apps, dtype=bool)


@dataclass(frozen=True)
class Nomination:
    """One line of `nominations`, indices; ``dwelling`` -1 = any dwelling of the account."""

    account: int
    application: int
    dwelling: int
    rank: int


@dataclass(frozen=True)
class ConventionFacts:
    """One convention line that applies (design §2), by index. ``area_dwellings`` (n, D) would be dense: use the codes."""

    landlord: int
    departement: int
    area: str
    account: int
    share: int
    """Ten-thousandths."""
    tolerance: int
    pool: str
    management_mode: str
    count_rule: str
    carry_over: bool
    opening_balance: int
    """Hundredths of a lease."""
    deadline_days: int
    cap_receiver: str
    assumed: bool


@dataclass(frozen=True)
class Expected:
    """Dwellings expected to be vacated between this run and 31 December, one line per kind of dwelling. L lines."""

    dwellings: DwellingFacts
    """(L,) what eligibility reads of a dwelling of each line."""
    many: I64
    """(L,) dwellings expected, hundredths."""
    arrivals: I64
    """(L,) eligible households expected to arrive by then."""


@dataclass(frozen=True)
class RoomsTableFacts:
    """Rooms accepted by one landlord's table for every household (bit i: rooms i+1) and its first choice (1..6)."""

    mask: I8
    first: I8


@dataclass(frozen=True)
class Receiving:
    """Who may receive the dwellings of class c: ``account[ptr[c]:ptr[c+1]]`` ascending, each with its convention line.

    ``line`` is an index in `Facts.conventions`, -1 without one (the remainder, accounts outside the flux, a
    reservation outside any convention).
    """

    ptr: I64
    account: I32
    line: I32


@dataclass(frozen=True)
class Facts:
    """Everything the rules read. Vocabularies are sorted tuples; accounts in the order of `domain.account.vocabulary`."""

    dwellings: DwellingFacts
    applications: ApplicationFacts
    landlords: tuple[str, ...]
    communes: tuple[str, ...]
    epcis: tuple[str, ...]
    departements: tuple[str, ...]
    commune_epci: I32
    commune_departement: I32
    districts: tuple[str, ...]
    residences: tuple[str, ...]
    accounts: tuple[str, ...]
    """Codes in the order of their kinds: ETAT_PRIO, ETAT_AGENT, ALS, COLL:* sorted, OTHER:* sorted, BAILLEUR…"""
    conventions: tuple[ConventionFacts, ...]
    nominations: tuple[Nomination, ...]
    forbidden: NDArray[np.int32]
    """(n, 2) pairs (dwelling or -1 for all, application) of live `forbid` decisions, sorted."""
    pins: NDArray[np.int32]
    """(n, 2) pairs (dwelling, application), sorted."""
    pin_accounts: NDArray[np.int32]
    """(n,) account of each pin, -1 where the decision names none."""
    orients: NDArray[np.int32]
    """(n, 2) pairs (dwelling, account) of live `orient` decisions, sorted, one at most per dwelling."""
    simulations: Mapping[int, Simulated]
    """Dwelling -> what was simulated for it."""
    allowance: Allowance | None
    """Tables of the housing allowance; None on a date that has none."""
    effort_flag: int
    """Effort rate above which a pair is flagged, ten-thousandths."""
    burden_width: int
    """Effort rate over which the burden grows from nothing to its whole, ten-thousandths."""
    q1_threshold_cents: I64
    """Per EPCI: annual euro cents per UC, -1 when the EPCI has none."""
    lec_epci: B
    """Per EPCI: under LEC."""
    seed: str
    rooms_tables: tuple[RoomsTableFacts, ...]
    receiving: Receiving
    ceilings_cents: I64
    """(3 financings, 3 zones, 7): cents per year for categories 1..6, then per further person."""
    default_mode: str
    """Who names the households of a réservataire where no convention line says."""
    default_deadline_days: int
    """Days a direct réservataire has where no convention line says."""
    months_per_year: int
    """Months by which a monthly income is multiplied before it is compared with a threshold."""
    labelled_proofs: tuple[int, ...]
    """Proofs (index in PROOF) that open the préfet's priority account."""
    target_proofs: tuple[int, ...]
    """Proofs counted in the target of priority publics (DALO counts whatever the proof)."""
    expected: Expected | None = None
    """The table ``forecast``; None where the case has none."""
    span: int = -1
    """Span of the score (M), hundredths of a point; -1 until the case is scored."""

    memo: dict[str, object] = field(default_factory=dict, repr=False, compare=False)
    """Answers computed once from these facts (refusals over all dwellings); emptied by nobody, never part of a result."""
    lasting: dict[str, dict[Any, Any]] = field(default_factory=dict, repr=False, compare=False)
    """Answers about single pairs that no decision changes: facts with other decisions go on with them."""

    def with_span(self, span: int) -> Facts:
        """The same facts, with the span of the score (M, hundredths of a point) that the burden needs."""
        return self if self.span == span else replace(self, span=span)

    @cached_property
    def oriented(self) -> Mapping[int, int]:
        """Dwelling -> the account a decision sends it to."""
        return {int(d): int(r) for d, r in self.orients}

    @cached_property
    def pinned_account(self) -> Mapping[int, int]:
        """Dwelling -> the account its pin names, -1 for any."""
        return {int(d): int(r) for (d, _), r in zip(self.pins, self.pin_accounts, strict=True)}

    @cached_property
    def nominees(self) -> Mapping[tuple[int, int], tuple[tuple[int, int], ...]]:
        """(account, dwelling or -1) -> (rank, application) in the réservataire's order."""
        lists: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for line in self.nominations:
            lists.setdefault((line.account, line.dwelling), []).append((line.rank, line.application))
        return {key: tuple(sorted(lines)) for key, lines in lists.items()}

    @cached_property
    def nominee_apps(self) -> Mapping[tuple[int, int], I32]:
        """(account, dwelling or -1) -> applications of `nominees`, in the same order."""
        return {key: np.array([app for _, app in lines], np.int32) for key, lines in self.nominees.items()}

    @cached_property
    def pinned_application(self) -> Mapping[int, int]:
        """Dwelling -> the application pinned to it."""
        return {int(d): int(a) for d, a in self.pins}

    def line_of(self, dwelling: int, account: int) -> int:
        """Convention line that governs an account for a dwelling, -1 without one."""
        c = int(self.dwellings.receive_class[dwelling])
        a, b = int(self.receiving.ptr[c]), int(self.receiving.ptr[c + 1])
        at = a + int(np.searchsorted(self.receiving.account[a:b], account))
        if at < b and self.receiving.account[at] == account:
            return int(self.receiving.line[at])
        return -1

    @cached_property
    def _modes(self) -> dict[tuple[int, int], str]:
        return {}

    def mode_at(self, dwelling: int, account: int) -> str:
        """Who names the households of an account for a dwelling: the convention line of the smallest area that covers it says."""
        key = int(self.dwellings.receive_class[dwelling]), account
        if key not in self._modes:
            self._modes[key] = self.mode_of(account, self.line_of(dwelling, account))
        return self._modes[key]

    def mode_of(self, account: int, line: int) -> str:
        """Who names the households of an account: its convention line says; without one, the landlord for its own
        accounts and the default of ``models/`` for a reservation."""
        if line >= 0:
            return self.conventions[line].management_mode
        return "delegated" if account_of(self.accounts[account]).kind.own else self.default_mode

    @cached_property
    def barred(self) -> Mapping[int, I32]:
        """Dwelling -> applications kept away from it by a decision about that dwelling."""
        here = self.forbidden[self.forbidden[:, 0] >= 0]
        return {int(d): here[here[:, 0] == d, 1] for d in np.unique(here[:, 0])}

    @cached_property
    def inhabited(self) -> B:
        """(D,): the present dwelling of an applicant of the case."""
        mask = np.zeros(len(self.dwellings.ids), bool)
        home = self.applications.current_dwelling
        mask[home[home >= 0]] = True
        return mask

    @cached_property
    def barred_everywhere(self) -> B:
        """(A,): kept away from every dwelling by a decision."""
        mask = np.zeros(len(self.applications.ids), bool)
        mask[self.forbidden[self.forbidden[:, 0] < 0, 1]] = True
        return mask
