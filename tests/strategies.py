"""Random problems, the one place: small `Problem` values with every feature, and a plain reading of all solutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.problem.evaluate import orders_kept
from optimizer.problem.model import FirstRanks, Kinds, Options, Orders, Problem, Row, Seats
from optimizer.solve.primal.orders import obeying

ACCOUNTS = ("ETAT_PRIO", "ALS", "COLL:25056", "BAILLEUR", "MUTATION")
RULES = ("flux", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo", "essential_workers")


@dataclass(frozen=True)
class Shape:
    """How large a random problem is and which features it may carry (probabilities in [0, 1])."""

    dwellings: int = 5
    applications: int = 7
    menus: int = 3
    groups: int = 3
    types: int = 4
    rows: int = 4
    accounts: int = 4
    density: float = 0.6
    seats: float = 0.3
    pins: float = 0.3
    tied: float = 0.15
    empty_menu: float = 0.3
    free_row: float = 0.2
    negative: float = 0.1
    reserve_only: float = 0.15
    leans: float = 0.5
    plays: float = 0.4
    by_place: float = 0.3
    orders: float = 0.4


def random_problem(rng: np.random.Generator, shape: Shape | None = None, **changes: object) -> Problem:
    """One random, well-formed problem.

    Parameters
    ----------
    rng : numpy Generator; the same state gives the same problem.
    shape : sizes are upper limits unless ``exact`` sizes matter (``dwellings`` and ``applications`` are exact).
    changes : fields of `Shape` to replace.

    Features drawn at random: menus with nobody, classes of several dwellings with different bonuses, seats, pinned
    classes, rows without price, rates 0 and 1, ratio rows whose denominator depends on the account, types without any
    option, accounts kept for reserves, all values tied, negative scores.
    """
    s = _shape(shape, changes)
    n_rows = int(rng.integers(0, s.rows + 1))
    accounts = ACCOUNTS[: s.accounts]
    n_types, n_groups = max(1, s.types), max(1, s.groups)
    pins = _draw_pins(rng, s)
    tied = rng.random() < s.tied
    klass, class_menu, class_group, must_fill, n_menus, n_groups_all = _classes(rng, s, n_groups, pins)
    types = _types(rng, s, n_menus, n_types, pins)
    menus = _menus(rng, s, n_menus, class_menu, klass, pins, tied)
    seniority = np.zeros(s.applications, np.int64)
    seniority[:] = 400 if tied else rng.choice([30, 400, 400, 900, 1800], s.applications)
    menu_ptr, app, score, fit = _sorted_entries(menus, seniority)
    entry_menu = np.repeat(np.arange(n_menus), np.diff(menu_ptr))
    kinds, options = _options(
        rng, s, n_rows, accounts, n_groups, n_groups_all, n_types, pins, class_group, klass
    )
    kinds, seats = _seats(rng, s, kinds, n_rows, accounts, must_fill, tied)
    problem = Problem(
        dwelling_ids=np.array([f"L{d:03d}" for d in range(s.dwellings)], object),
        application_ids=np.array([f"N{a:04d}" for a in range(s.applications)], object),
        klass=klass,
        bonus=(
            np.zeros(s.dwellings, np.int64) if tied else rng.choice([0, 0, 130, 700, 2000], s.dwellings)
        ).astype(np.int64),
        class_menu=class_menu,
        class_group=class_group,
        must_fill=must_fill,
        menu_ptr=menu_ptr,
        entry_app=app,
        entry_score=score,
        entry_fit=fit,
        entry_type=types[entry_menu, app].astype(np.int32),
        n_types=n_types + len(pins),
        n_groups=n_groups_all,
        options=options,
        kinds=kinds,
        seats=seats,
        rows=_rows(rng, s, n_rows),
        accounts=accounts,
        seniority=seniority,
        fill_value=int(rng.choice([0, 1_000_000])),
        seed="2026-11-24|OPH25",
    )
    pinned = {a for _, a in pins}
    return _by_place(rng, s, _plays(rng, s, _orders(rng, s, _leans(rng, s, problem, tied), pinned)))


def _leans(rng, s: Shape, problem: Problem, tied: bool) -> Problem:
    """Points that a first rank adds by its kind; a seat's kind adds none."""
    if tied or rng.random() >= s.leans:
        return problem
    value = rng.choice([0, 0, -20_000, 20_000, -40_000, 5_000], len(problem.kinds)).astype(np.int64)
    value[problem.seats.kind] = 0
    return replace(problem, kinds=replace(problem.kinds, value=value))


def _plays(rng, s: Shape, problem: Problem) -> Problem:
    """Rows that forgive part of a lease, or an allowance of several."""
    if rng.random() >= s.plays:
        return problem
    rows = [replace(row, play=int(rng.choice([0, 5000, 5000, 12_345]))) for row in problem.rows]
    return replace(problem, rows=tuple(rows))


def _by_place(rng, s: Shape, problem: Problem) -> Problem:
    """Rows whose rate goes by place: some kinds are asked for more."""
    if rng.random() >= s.by_place:
        return problem
    rate = np.array([row.rate for row in problem.rows], np.int64)
    room = 10_000 - rate[problem.kinds.row]
    more = np.minimum(rng.choice([0, 0, 1000, 2500], len(problem.kinds.row)), room)
    chosen = rng.random(len(rate)) < 0.5
    more[~chosen[problem.kinds.row]] = 0
    return replace(problem, kinds=replace(problem.kinds, more=more.astype(np.int32)))


def _orders(rng, s: Shape, problem: Problem, pinned: set[int]) -> Problem:
    """Up to two nominees, each before some others: in a group of dwellings, on an account, whatever their type."""
    free = [a for a in range(len(problem.application_ids)) if a not in pinned]
    if not free or not s.dwellings or not len(problem.options.key) or rng.random() >= s.orders:
        return problem
    nominees = rng.permutation(free)[: int(rng.integers(1, 3))].tolist()
    n, old = problem.n_types, problem.options
    total = n + len(nominees)
    types = problem.entry_type.astype(np.int32).copy()
    table: dict[int, list[tuple[int, bool]]] = {}
    for i, key in enumerate(old.key.tolist()):
        part = slice(int(old.ptr[i]), int(old.ptr[i + 1]))
        lines = list(zip(old.kind[part].tolist(), old.first[part].tolist(), strict=True))
        table[key // n * total + key % n] = lines
    for i, a in enumerate(nominees):
        here = np.flatnonzero(problem.entry_app == a)
        like = int(types[here[0]]) if len(here) else 0
        types[here] = n + i
        for g in range(problem.n_groups):
            if g * total + like in table:
                table[g * total + n + i] = list(table[g * total + like])
    rows = [
        (int(rng.integers(max(1, s.groups))), int(rng.choice(problem.kinds.account)), i)
        for i in range(len(nominees))
        for _ in range(int(rng.integers(1, 3)))
    ]
    known: list[tuple[int, tuple[tuple[int, int], ...]]] = [(k, ()) for k in range(len(problem.kinds))]
    number = {key: i for i, key in enumerate(known)}

    def ordered(kind: int, group: int, nominee: int) -> int:
        account = int(problem.kinds.account[kind])
        signs = tuple(
            (p, -1 if b == nominee else 1)
            for p, (g, r, b) in enumerate(rows)
            if b == nominee or (g, r) == (group, account)
        )
        if (kind, signs) not in number:
            number[kind, signs] = len(known)
            known.append((kind, signs))
        return number[kind, signs]

    for key, lines in table.items():
        group, type_ = key // total, key % total
        table[key] = [(ordered(kind, group, type_ - n), first) for kind, first in lines]
    seat_kind = [
        ordered(kind, int(problem.class_group[klass]), -1)
        for kind, klass in zip(problem.seats.kind.tolist(), problem.seats.klass.tolist(), strict=True)
    ]
    keys = sorted(table)
    of = np.array([kind for kind, _ in known], np.int64)
    size = np.diff(problem.kinds.ptr)[of]
    at = np.concatenate(
        [np.arange(problem.kinds.ptr[k], problem.kinds.ptr[k + 1]) for k in of.tolist()]
    ).astype(np.int64)
    kinds = Kinds(
        account=problem.kinds.account[of],
        ptr=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        row=problem.kinds.row[at],
        num=problem.kinds.num[at],
        den=problem.kinds.den[at],
        value=problem.kinds.value[of],
        order_ptr=np.cumsum([0, *(len(signs) for _, signs in known)]).astype(np.int64),
        order_row=np.array([p for _, signs in known for p, _ in signs], np.int32),
        order_sign=np.array([sign for _, signs in known for _, sign in signs], np.int8),
        nominee=np.array([_owner(signs, rows, nominees) for _, signs in known], np.int32),
    )
    return replace(
        problem,
        entry_type=types,
        n_types=total,
        kinds=kinds,
        options=Options(
            key=np.array(keys, np.int64),
            ptr=np.cumsum([0, *(len(table[k]) for k in keys)]).astype(np.int64),
            kind=np.array([kind for k in keys for kind, _ in table[k]], np.int32),
            first=np.array([first for k in keys for _, first in table[k]], bool),
        ),
        seats=replace(problem.seats, kind=np.array(seat_kind, np.int32)),
        orders=Orders(
            dwelling=np.array([g % s.dwellings for g, _, _ in rows], np.int32),
            account=np.array([r for _, r, _ in rows], np.int32),
            app=np.array([nominees[b] for _, _, b in rows], np.int32),
        ),
    )


def _owner(signs, rows, nominees) -> int:
    return next((nominees[rows[p][2]] for p, sign in signs if sign < 0), -1)


def _shape(shape: Shape | None, changes: dict[str, object]) -> Shape:
    base = {**vars(shape or Shape()), **changes}
    return Shape(**base)


def _draw_pins(rng: np.random.Generator, s: Shape) -> list[tuple[int, int]]:
    """(dwelling, application), each at most once."""
    if rng.random() >= s.pins:
        return []
    n = min(int(rng.integers(1, 3)), s.dwellings, s.applications)
    dwellings = rng.permutation(s.dwellings)[:n]
    applications = rng.permutation(s.applications)[:n]
    return sorted(zip(dwellings.tolist(), applications.tolist(), strict=True))


def _classes(rng: np.random.Generator, s: Shape, n_groups: int, pins: list[tuple[int, int]]):
    n_menus = max(1, s.menus)
    pinned = {d for d, _ in pins}
    drawn = [
        (int(rng.integers(n_menus)), int(rng.integers(n_groups)), -1 if d not in pinned else d)
        for d in range(s.dwellings)
    ]
    keys = sorted(set(drawn))
    number = {key: i for i, key in enumerate(keys)}
    klass = np.array([number[key] for key in drawn], np.int32)
    class_menu = np.array([m for m, _, _ in keys], np.int32)
    group_of_pin = {d: n_groups + i for i, (d, _) in enumerate(pins)}
    class_group = np.array([g if p < 0 else group_of_pin[p] for _, g, p in keys], np.int32)
    must_fill = np.array([p >= 0 for _, _, p in keys], bool)
    return klass, class_menu, class_group, must_fill, n_menus, n_groups + len(pins)


def _types(rng: np.random.Generator, s: Shape, n_menus: int, n_types: int, pins: list[tuple[int, int]]):
    """Rule profile of each application in each menu; a pinned application has its own."""
    types = rng.integers(0, n_types, (n_menus, s.applications))
    for i, (_, a) in enumerate(pins):
        types[:, a] = n_types + i
    return types


def _menus(rng, s: Shape, n_menus: int, class_menu, klass, pins, tied: bool):
    menus = []
    for m in range(n_menus):
        inside = rng.random(s.applications) < s.density
        if rng.random() < s.empty_menu:
            inside[:] = False
        for d, a in pins:
            inside[a] |= class_menu[klass[d]] == m
        apps = np.flatnonzero(inside)
        low = -40 if rng.random() < s.negative else 0
        score = rng.integers(low, 120, len(apps)) * (25 if rng.random() < 0.5 else 100)
        fit = rng.choice([0, 250, 500, 1000, 1500], len(apps))
        if tied:
            score[:], fit[:] = 5000, 1000
        menus.append((apps, score, fit))
    return menus


def _sorted_entries(menus, seniority):
    ptr, app, score, fit = [0], [], [], []
    for apps, points, fits in menus:
        order = np.lexsort((apps, -seniority[apps], -(points + fits)))
        app.append(apps[order])
        score.append(points[order])
        fit.append(fits[order])
        ptr.append(ptr[-1] + len(apps))
    return (
        np.array(ptr, np.int64),
        np.concatenate(app).astype(np.int32),
        np.concatenate(score).astype(np.int64),
        np.concatenate(fit).astype(np.int64),
    )


def _options(rng, s: Shape, n_rows, accounts, n_groups, n_groups_all, n_types, pins, class_group, klass):
    kinds: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
    table: dict[int, list[tuple[int, bool]]] = {}
    total = n_types + len(pins)
    den = rng.random((n_groups_all, len(accounts), n_rows)) < 0.55
    num = rng.random((total, len(accounts), n_rows)) < 0.5
    for g in range(n_groups_all):
        pinned = g - n_groups if g >= n_groups else -1
        for t in range(total):
            allowed = rng.random(len(accounts)) < 0.55
            own = pinned >= 0 and t == n_types + pinned
            if own and not allowed.any():
                allowed[int(rng.integers(len(accounts)))] = True
            barred = (pinned >= 0 or t >= n_types) and not own
            for r in np.flatnonzero(allowed):
                marks = tuple((k, int(num[t, r, k])) for k in range(n_rows) if den[g, r, k])
                kind = kinds.setdefault((int(r), marks), len(kinds))
                first = not barred and (own or rng.random() >= s.reserve_only)
                table.setdefault(g * total + t, []).append((kind, bool(first)))
    keys = sorted(table)
    return _pack_kinds(list(kinds)), Options(
        key=np.array(keys, np.int64),
        ptr=np.cumsum([0, *(len(table[k]) for k in keys)]).astype(np.int64),
        kind=np.array([kind for k in keys for kind, _ in table[k]], np.int32),
        first=np.array([first for k in keys for _, first in table[k]], bool),
    )


def _pack_kinds(kinds: list[tuple[int, tuple[tuple[int, int], ...]]]) -> Kinds:
    return Kinds(
        account=np.array([r for r, _ in kinds], np.int32),
        ptr=np.cumsum([0, *(len(marks) for _, marks in kinds)]).astype(np.int64),
        row=np.array([k for _, marks in kinds for k, _ in marks], np.int32),
        num=np.array([n for _, marks in kinds for _, n in marks], np.int8),
        den=np.ones(sum(len(marks) for _, marks in kinds), np.int8),
    )


def _unpack_kinds(kinds: Kinds) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    out = []
    for c in range(len(kinds)):
        part = slice(int(kinds.ptr[c]), int(kinds.ptr[c + 1]))
        marks = zip(kinds.row[part].tolist(), kinds.num[part].tolist(), strict=True)
        out.append((int(kinds.account[c]), tuple(marks)))
    return out


def _seats(rng, s: Shape, kinds: Kinds, n_rows, accounts, must_fill, tied: bool) -> tuple[Kinds, Seats]:
    known = _unpack_kinds(kinds)
    klass, kind, value, deadline = [], [], [], []
    for c in range(len(must_fill)):
        if must_fill[c] or rng.random() >= s.seats:
            continue
        for r in np.flatnonzero(rng.random(len(accounts)) < 0.4):
            marks = tuple((k, int(rng.random() < 0.5)) for k in range(n_rows) if rng.random() < 0.3)
            klass.append(c)
            kind.append(len(known))
            known.append((int(r), marks))
            value.append(
                1_006_000 if tied else int(rng.integers(0, 12_000)) + int(rng.choice([0, 1_000_000]))
            )
            deadline.append(int(rng.choice([15, 30])))
    return _pack_kinds(known), Seats(
        np.array(klass, np.int32),
        np.array(kind, np.int32),
        np.array(value, np.int64),
        np.array(deadline, np.int32),
    )


def _rows(rng, s: Shape, n_rows: int) -> tuple[Row, ...]:
    rows = []
    for k in range(n_rows):
        price = 0 if rng.random() < s.free_row else int(rng.choice([10_000, 50_000, 150_000, 200_000, 33]))
        rate = int(rng.choice([0, 2500, 5000, 3333, 6137, 10_000]))
        before = int(rng.integers(0, 6))
        rows.append(
            Row(
                rule=RULES[k % len(RULES)],
                scope=f"landlord=OPH25;area={k}",
                price=price,
                rate=rate,
                share=rate,
                tolerance=0,
                num_before=int(rng.integers(0, before + 1)),
                den_before=before,
                remaining_num=s.dwellings,
                remaining_den=1,
            )
        )
    return tuple(rows)


def all_solutions(problem: Problem) -> Iterator[FirstRanks]:
    """Every solution of a tiny problem, by plain recursion over its dwellings (oracle of the tests)."""
    choices = [_choices(problem, d) for d in range(len(problem.dwelling_ids))]
    for first in _extend(problem, choices, 0, [], set()):
        if not (orders_kept(problem, first) > 0).any():
            yield first


def _choices(problem: Problem, d: int) -> list[tuple[int, int]]:
    k = int(problem.klass[d])
    part = problem.entries_of(d)
    found = []
    for e in range(part.start, part.stop):
        kinds, first = problem.options_of(int(problem.class_group[k]), int(problem.entry_type[e]))
        found += [(int(problem.entry_app[e]), int(c)) for c, ok in zip(kinds, first, strict=True) if ok]
    found += [(-1, int(problem.seats.kind[i])) for i in np.flatnonzero(problem.seats.klass == k)]
    return found


def _extend(problem: Problem, choices, d: int, taken: list, used: set) -> Iterator[FirstRanks]:
    if d == len(choices):
        part = np.array(taken, np.int32).reshape(-1, 3)
        yield FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy())
        return
    if not problem.must_fill[problem.klass[d]]:
        yield from _extend(problem, choices, d + 1, taken, used)
    for app, kind in choices[d]:
        if app >= 0 and app in used:
            continue
        yield from _extend(
            problem, choices, d + 1, [*taken, (d, app, kind)], used | ({app} if app >= 0 else set())
        )


def random_first_ranks(problem: Problem, rng: np.random.Generator, fill: float = 0.8) -> FirstRanks:
    """A random valid solution: pinned dwellings first, then each other dwelling with probability ``fill``; what passes over
    a réservataire's order is taken back."""
    used: set[int] = set()
    taken: list[tuple[int, int, int]] = []
    pinned = [bool(problem.must_fill[problem.klass[d]]) for d in range(len(problem.dwelling_ids))]
    for d in sorted(range(len(pinned)), key=lambda d: not pinned[d]):
        free = [c for c in _choices(problem, d) if c[0] not in used]
        if free and (pinned[d] or rng.random() < fill):
            app, kind = free[int(rng.integers(len(free)))]
            taken.append((d, app, kind))
            used |= {app} if app >= 0 else set()
    part = np.array(sorted(taken), np.int32).reshape(-1, 3)
    return obeying(problem, FirstRanks(part[:, 0].copy(), part[:, 1].copy(), part[:, 2].copy()))
