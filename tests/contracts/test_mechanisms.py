"""Every claim of every mechanism, on small markets: a false claim fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count, permutations
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.dropin import DropInError
from optimizer.fairness import units
from optimizer.fairness.feasibility import faults
from optimizer.fairness.lottery import Allocation, Draw, Lottery, allocation, certain, counts, worth
from optimizer.fairness.market import NOT, Market, traits
from optimizer.fairness.registry import CLAIMS, Mechanism, all_mechanisms, chosen_mechanisms, mechanism
from optimizer.fairness.reserves import counting_pairs, reserved_slots
from optimizer.fairness.units import mark_of
from optimizer.problem import RuleShape, all_rules
from optimizer.problem.model import Kinds, Row
from tests.fairness.markets import (
    every_allocation,
    held,
    levels,
    plain_market,
    priced_shortfall,
    small_market,
)

MARKETS = 24
"""Markets on which each claim is tried, of each kind."""
Find = Callable[[Mechanism, int], Iterator[str]]


def played(made: Mechanism, market: Market) -> Lottery:
    return made.allocate(market, Draw(market.seed))


def markets(made: Mechanism, number: int, *, tenants: bool = False) -> list[Market]:
    """Without rules and with them; strict where the mechanism tells equal fits apart."""
    strict = not made.indifferent
    return [small_market(number, strict=strict, ruled=r, tenants=tenants) for r in (False, True)]


def chances(lottery: Lottery) -> list[list[Fraction]]:
    """``[a][c]``, from the groups."""
    found = [[Fraction(0)] * lottery.market.n_classes for _ in range(len(lottery.market))]
    for a, g in enumerate(lottery.groups.tolist()):
        for c in range(lottery.market.n_classes):
            found[a][c] = lottery.share.get((g, c), Fraction(0))
    return found


def upper_sums(table: list[int], row: list[Fraction]) -> list[Fraction]:
    """Chance of a level or better, level by level."""
    return [
        sum((x for c, x in enumerate(row) if table[c] <= level), Fraction(0))
        for level in sorted({x for x in table if x != NOT})
    ]


def not_pareto(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        options = {tuple(held(market, x)) for x in every_allocation(market)}
        for _, chosen in played(made, market).outcomes(20):
            own = held(market, chosen)
            for other in options:
                if other != tuple(own) and all(x <= y for x, y in zip(other, own, strict=True)):
                    yield f"{other} is better than {own}"


def manipulated(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        table = levels(market)
        true = chances(played(made, market))
        for a in range(len(market)):
            for lie in lies(market, a, number):
                told = chances(played(made, lie))
                for x, y in zip(upper_sums(table[a], true[a]), upper_sums(table[a], told[a]), strict=True):
                    if y > x:
                        yield f"household {a} gains {y - x} by lying"


def lies(market: Market, app: int, number: int) -> Iterator[Market]:
    """Other orders of the classes of one household, which keeps all of them."""
    i, j = int(market.pair_ptr[app]), int(market.pair_ptr[app + 1])
    orders = list(permutations(range(j - i)))
    for order in Random(number).sample(orders, min(3, len(orders))):
        fit = market.fit.copy()
        fit[i:j] = [100 * x for x in order]
        yield replace(market, fit=fit)


def envied_with_reason(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        table = levels(market)
        publics = [counting_pairs(market, r)[0] for r in sorted(set(reserved_slots(market)) - {-1})]
        for _, chosen in played(made, market).outcomes(20):
            own = held(market, chosen)
            for b, c in zip(chosen.app.tolist(), chosen.klass.tolist(), strict=True):
                theirs = int(market.pair_of(np.array([b]), np.array([c]))[0])
                for a in range(len(market)):
                    mine = int(market.pair_of(np.array([a]), np.array([c]))[0])
                    if mine < 0 or table[a][c] >= own[a] or market.pair_rank[mine] > market.pair_rank[theirs]:
                        continue
                    if all(public[mine] >= public[theirs] for public in publics):
                        yield f"{a} is placed before {b} at {c}, counts for as much, and likes it better"
            used = np.bincount(chosen.klass, minlength=market.n_classes)
            for a in range(len(market)):
                if any(
                    used[c] < market.capacity[c] and table[a][c] < own[a] for c in range(market.n_classes)
                ):
                    yield f"{a} likes an empty dwelling better"


def envied_by_chance(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        table, p = levels(market), chances(played(made, market))
        for a in range(len(market)):
            mine = upper_sums(table[a], p[a])
            for b in range(len(market)):
                if any(y > x for x, y in zip(mine, upper_sums(table[a], p[b]), strict=True)):
                    yield f"{a} envies {b}"


def dominated(made: Mechanism, number: int) -> Iterator[str]:
    """A random assignment that gives everybody at least as much at every level, and somebody more."""
    for market in markets(made, number):
        table, p = levels(market), chances(played(made, market))
        n, k = len(market), market.n_classes
        cost, rows, right, total = np.zeros(n * k), [], [], Fraction(0)
        for a in range(n):
            for level, had in zip(
                sorted({x for x in table[a] if x != NOT}), upper_sums(table[a], p[a]), strict=True
            ):
                row = np.zeros(n * k)
                for c in range(k):
                    row[a * k + c] = -float(table[a][c] <= level)
                rows.append(row)
                right.append(-float(had))
                cost += row
                total += had
        for a in range(n):
            rows.append(np.array([float(i // k == a) for i in range(n * k)]))
            right.append(1.0)
        for c in range(k):
            rows.append(np.array([float(i % k == c) for i in range(n * k)]))
            right.append(float(market.capacity[c]))
        box = [(0.0, 1.0 if table[i // k][i % k] != NOT else 0.0) for i in range(n * k)]
        best = linprog(cost, np.array(rows), np.array(right) + 1e-12, bounds=box)
        if best.status == 0 and -best.fun > float(total) + 1e-7:
            yield f"{-best.fun} > {float(total)}"


def unequal(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        p = chances(played(made, market))
        alike = market.types if made.quotas == "hard" else market.twins
        for a in range(len(market)):
            for b in range(a):
                if alike[a] == alike[b] and sum(p[a]) != sum(p[b]):
                    yield f"{a} and {b} are alike"


def missing_more(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        every = every_allocation(market)
        most = max(len(x) for x in every)
        least = min(priced_shortfall(market, x) for x in every if len(x) == most)
        for _, chosen in played(made, market).outcomes(20):
            if priced_shortfall(market, chosen) > least:
                yield f"{priced_shortfall(market, chosen)} > {least}"


def letting_less(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        most = max(len(x) for x in every_allocation(market))
        for _, chosen in played(made, market).outcomes(20):
            if len(chosen) < most:
                yield f"{len(chosen)} < {most}"


def worth_less(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        best = max(worth(market, x) for x in every_allocation(market))
        for _, chosen in played(made, market).outcomes(20):
            if worth(market, chosen) != best:
                yield f"{worth(market, chosen)} < {best}"


def made_worse(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number, tenants=True):
        table = levels(market)
        for _, chosen in played(made, market).outcomes(20):
            own = held(market, chosen)
            for a, home in enumerate(market.endowment.tolist()):
                if home >= 0 and own[a] > table[a][home]:
                    yield f"tenant {a} loses the dwelling it holds"


def best_chances(market: Market) -> list[float]:
    """Sorted leximin chances over all whole allocations with most lettings and least shortfall, by enumeration."""
    every = every_allocation(market)
    most = max(len(x) for x in every)
    least = min(priced_shortfall(market, x) for x in every if len(x) == most)
    housed = sorted(
        {
            tuple(np.isin(np.arange(len(market)), x.app))
            for x in every
            if len(x) == most and priced_shortfall(market, x) == least
        }
    )
    points = np.array(housed, float)
    fixed: dict[int, float] = {}
    n, m = len(market), len(points)
    while len(fixed) < n:
        free = [a for a in range(n) if a not in fixed]

        def solve(
            aim: np.ndarray, floor: float | None, fixed: dict[int, float] = fixed, free: list[int] = free
        ) -> float:
            rows = [np.append(-points[:, a], 0.0) for a in fixed]
            right = [-fixed[a] + 1e-9 for a in fixed]
            for a in free:
                rows.append(np.append(-points[:, a], 1.0 if floor is None else 0.0))
                right.append(0.0 if floor is None else -floor + 1e-9)
            best = linprog(
                -aim, np.array(rows), np.array(right), np.append(np.ones(m), 0.0)[None, :], [1.0],
                bounds=[(0, None)] * m + [(0, 1)],
            )  # fmt: skip
            return float(-best.fun)

        value = solve(np.append(np.zeros(m), 1.0), None)
        stuck = [a for a in free if solve(np.append(points[:, a], 0.0), value) < value + 1e-6]
        fixed |= dict.fromkeys(stuck, value)
    return sorted(fixed.values())


def improvable(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        p = sorted(float(sum(row)) for row in chances(played(made, market)))
        best = best_chances(market)
        if max(abs(x - y) for x, y in zip(p, best, strict=True)) > 1e-5:
            yield f"{p} and not {best}"


def smaller(made: Mechanism, number: int) -> Iterator[str]:
    for market in markets(made, number):
        p = [float(sum(row)) for row in chances(played(made, market))]
        best = [x for x in best_chances(market) if x > 1e-6]
        if min((x for x in p if x > 1e-6), default=1.0) < min(best, default=1.0) - 1e-6 or sum(
            x > 1e-6 for x in p
        ) < len(best):
            yield f"{p} has a smaller chance than {best[:1]}"


CHECKS: dict[str, Find] = {
    "pareto": not_pareto,
    "strategyproof": manipulated,
    "no_justified_envy": envied_with_reason,
    "sd_envy_free": envied_by_chance,
    "sd_efficient": dominated,
    "equal_treatment": unequal,
    "min_shortfall": missing_more,
    "max_lettings": letting_less,
    "max_value": worth_less,
    "individually_rational": made_worse,
    "leximin": improvable,
    "max_min": smaller,
}
PAIRS = [(m.id, claim) for m in all_mechanisms() for claim in sorted(m.claims)]


def test_every_claim_has_its_test():
    assert set(CHECKS) == set(CLAIMS)
    assert {claim for _, claim in PAIRS} == set(CLAIMS)


@pytest.mark.parametrize(("id", "claim"), PAIRS)
def test_a_claim_holds_on_small_markets(id: str, claim: str):
    made = next(m for m in all_mechanisms() if m.id == id)
    dear = (id, claim) in (
        ("random", "strategyproof"),
        ("leximin", "leximin"),
        ("leximin", "equal_treatment"),
    )
    for number in range(MARKETS // 3 if dear else MARKETS):
        assert not (broken := next(CHECKS[claim](made, number), "")), (number, broken)


@pytest.mark.parametrize(
    ("id", "claim"),
    [
        ("cotation", "equal_treatment"), ("cotation", "sd_envy_free"), ("random", "sd_envy_free"), ("random", "leximin"),
        ("deferred_acceptance", "pareto"), ("probabilistic_serial", "strategyproof"), ("seniority", "min_shortfall"),
        ("seniority", "max_lettings"), ("cotation", "max_value"), ("top_trading", "no_justified_envy"),
        ("seniority", "individually_rational"), ("cotation", "max_min"), ("nash", "leximin"), ("optimum", "pareto"),
    ],
)  # fmt: skip
def test_a_false_claim_is_found(id: str, claim: str):
    made = next(m for m in all_mechanisms() if m.id == id)
    assert any(next(CHECKS[claim](made, number), "") for number in range(160)), f"{id} seems to keep {claim}"


@pytest.mark.parametrize("id", [m.id for m in all_mechanisms()])
def test_a_lottery_adds_up_in_fractions(id: str):
    made = next(m for m in all_mechanisms() if m.id == id)
    for number in range(MARKETS):
        for market in markets(made, number):
            lottery = played(made, market)
            assert faults(market, lottery) == ""
            if lottery.support:
                assert sum((w for w, _ in lottery.support), Fraction(0)) == 1
                again: dict[tuple[int, int], Fraction] = {}
                for w, one in lottery.support:
                    for g, c, n in zip(
                        one.group.tolist(), one.klass.tolist(), one.count.tolist(), strict=True
                    ):
                        again[g, c] = again.get((g, c), Fraction(0)) + w * n / len(lottery.members[g])
                assert again == {k: x for k, x in lottery.share.items() if x}
            for _, chosen in lottery.outcomes(8):
                assert len(set(chosen.app.tolist())) == len(chosen)
                assert (np.bincount(chosen.klass, minlength=market.n_classes) <= market.capacity).all()
                for a, c, kind in zip(
                    chosen.app.tolist(), chosen.klass.tolist(), chosen.kind.tolist(), strict=True
                ):
                    assert kind in market.options(int(market.pair_of(np.array([a]), np.array([c]))[0]))
                assert worth(market, chosen) <= 10**15 and len(counts(market, chosen)[2]) == len(market.rows)


@pytest.mark.parametrize("id", [m.id for m in all_mechanisms()])
def test_a_mechanism_touches_nothing_and_answers_twice_alike(id: str):
    """Every other mechanism and metric is counted on the same market."""
    (made,) = (m for m in all_mechanisms() if m.id == id)
    for number in range(3):
        for market in markets(made, number):
            before = mark_of(market)
            once = played(made, market)
            assert mark_of(market) == before, "a mechanism changes the market it is given"
            again = played(made, market)
            assert (once.share, once.groups.tolist()) == (again.share, again.groups.tolist())


@pytest.mark.parametrize("how", ["fixed", "share", "sampler"])
def test_a_mechanism_that_answers_otherwise_each_time_is_refused(monkeypatch: pytest.MonkeyPatch, how: str):
    """Its figures were published as those of the seed, and nobody could find them again."""
    (made,) = chosen_mechanisms(["probabilistic_serial" if how == "sampler" else "cotation"])
    calls = count()

    def allocate(market: Market, draw: Draw) -> Lottery:
        told, call = made.allocate(market, draw), next(calls) % 2 if how != "fixed" else 0
        if how == "sampler":
            return replace(told, sampler=lambda one: allocation([]) if call else told.sample(one))
        one = told.outcomes(1)[0][1]
        at = np.arange(len(one)) >= call
        return certain(market, Allocation(one.app[at], one.klass[at], one.kind[at]))

    monkeypatch.setattr(units, "chosen_mechanisms", lambda ids: (replace(made, allocate=allocate),))
    for number in range(3):
        market = small_market(number, strict=False)
        if how == "fixed":
            assert units.allocated(market, np.ones(len(market)), made.id, 3)
            continue
        with pytest.raises(
            DropInError, match=r"test_mechanisms.py:\d+: it answers otherwise when it is asked again"
        ):
            units.allocated(market, np.ones(len(market)), made.id, 3)


def test_chance_enters_where_a_mechanism_says_so_and_nowhere_else():
    for made in all_mechanisms():
        several = (
            len({tuple(held(market, one)) for _, one in played(made, market).outcomes(8)}) > 1
            for number in range(8)
            for market in markets(made, number)
        )
        assert any(several) == made.randomised, made.id


@pytest.mark.parametrize(
    ("id", "source", "claims", "why"),
    [
        ("x", "x", {"nice"}, "unknown claims"),
        ("x", " ", set(), "empty source"),
        ("cotation", "x", set(), "declared twice"),
    ],
)
def test_the_register_refuses_what_is_not_complete(id: str, source: str, claims: set[str], why: str):
    register = mechanism(
        id,
        title_fr="x",
        title_en="x",
        source=source,
        randomised=False,
        quotas="ignored",
        claims=claims,
        order=999,
    )
    with pytest.raises(ValueError, match=why):
        register(all_mechanisms()[0].allocate)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"order": None}, "order None is no whole number"),
        ({"quotas": "some"}, "'some', not one of ignored, "),
    ],
)
def test_a_field_of_another_kind_is_refused(change: dict[str, object], why: str):
    fine: dict[str, object] = {
        "title_fr": "x",
        "title_en": "x",
        "source": "x",
        "randomised": False,
        "order": 999,
    }
    register: Callable[..., Callable[..., object]] = mechanism
    with pytest.raises(ValueError, match=why):
        register("x", **{**fine, "quotas": "ignored", "claims": set(), **change})(
            all_mechanisms()[0].allocate
        )


def test_a_public_is_who_counts_somewhere():
    market = small_market(3, ruled=True)
    assert traits(market, "priority_publics").any()
    assert not traits(market, "dalo").any()


def test_a_new_rule_of_accounts_reserves_nothing(monkeypatch: pytest.MonkeyPatch):
    """Rules of accounts stood by name: one more was taken for a rule of households."""
    from optimizer.fairness import reserves

    made = RuleShape.__subclasses__()[0]
    other = type("Other", (made,), {"id": "other", "of_households": False})()
    market = small_market(3, ruled=True)
    rows = tuple(
        replace(row, rule="other" if row.rule == "priority_publics" else row.rule) for row in market.rows
    )
    assert set(reserved_slots(market)) - {-1} and set(reserved_slots(replace(market, rows=rows))) - {-1}
    monkeypatch.setattr(reserves, "all_rules", lambda: (*all_rules(), other))
    reserves.of_accounts.cache_clear()
    assert set(reserved_slots(replace(market, rows=rows))) == {-1}
    assert set(reserved_slots(market)) - {-1}
    reserves.of_accounts.cache_clear()


def test_a_public_is_reserved_the_part_of_the_flux_agreed_with_its_own_landlord():
    """Two landlords of four dwellings, everybody counts on both accounts: half of what ALS has there is for its public. It has all the flux
    of X and a quarter of that of Y, where the landlord's own account has no line and its ceiling leaves it the rest."""

    def row(rule: str, landlord: str, account: str, rate: int) -> Row:
        return Row(
            rule,
            f"landlord={landlord};departement=25;account={account}",
            1,
            rate,
            rate,
            0,
            0,
            0,
            1,
            1,
            play=0,
        )

    rows = (
        row("flux", "X", "ALS", 10_000), row("flux", "Y", "ALS", 2_500), row("flux_max", "Y", "BAILLEUR", 2_500),
        row("priority_publics", "X", "ALS", 5_000), row("priority_publics", "Y", "ALS", 5_000), row("priority_publics", "Y", "BAILLEUR", 5_000),
    )  # fmt: skip
    # a kind for each landlord and account: (account, rows it enters, whether it counts)
    marks = [(0, [0, 3], [1, 1]), (0, [1, 2, 4], [1, 1, 1]), (1, [1, 2, 5], [0, 0, 1])]
    kinds = Kinds(
        np.array([m[0] for m in marks], np.int32), np.cumsum([0, *(len(m[1]) for m in marks)]),
        np.array([r for m in marks for r in m[1]], np.int32), np.array([n for m in marks for n in m[2]], np.int8),
        np.ones(8, np.int8), order_ptr=np.zeros(4, np.int64),
    )  # fmt: skip
    plain = plain_market([[0, 0]], capacity=[4, 4])
    market = replace(
        plain, kinds=kinds, rows=rows, accounts=("ALS", "BAILLEUR"), option_ptr=np.array([0, 1, 3]),
        option_kind=np.array([0, 1, 2], np.int32), option_value=np.full(3, 1),
    )  # fmt: skip
    slots = [[r for r in part if r >= 0] for part in np.split(np.array(reserved_slots(market)), 2)]
    # of X 4 × 1 / 2; of Y 4 × 1/4 / 2, rounded up, and of its own account 4 × 3/4 / 2, rounded up
    assert slots == [[3, 3], [4, 5, 5]]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"id": "all"}, ValueError, "'all' and 'auto' are taken"),
        ({"id": "a/b"}, ValueError, "an id is of letters a-z"),
        ({"title_en": None}, TypeError, "title_en None is no text"),
        ({"claims": ["pareto"]}, TypeError, "claims .*, a set was expected"),
        ({"randomised": "oui"}, TypeError, "randomised 'oui', bool was expected"),
    ],
)
def test_a_mechanism_that_nobody_could_ask_for_or_without_its_words_is_refused(
    change: dict[str, object], error: type, message: str
):
    fine = {
        "id": "zzz", "title_fr": "x", "title_en": "x", "source": "x", "randomised": False, "quotas": "ignored", "claims": set(),
        "order": 999,
    }  # fmt: skip
    with pytest.raises(error, match=message):
        mechanism(**{**fine, **change})(lambda market, draw: None)  # type: ignore[arg-type, return-value]
