"""The contract of every rule file of ``problem/rules/``: found by the register, none named here."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

from optimizer import eligibility, policy
from optimizer.dropin import DropInError
from optimizer.fairness.units import mark_of
from optimizer.problem import (
    FirstRanks,
    Problem,
    RuleShape,
    all_rules,
    count,
    evaluate,
    measure,
    registry,
    rule_book,
)
from optimizer.problem.ground import Counted, Ground
from optimizer.problem.registry import Line, Pairs, View, exact, hundredths, match, rule
from optimizer.statement.dashboards.targets import BUILDERS
from optimizer.statement.dashboards.year import KINDS
from tests.campaign import seeds
from tests.golden.six_dwellings import golden, rules
from tests.problem.random_cases import random_ready
from tests.strategies import random_first_ranks

RULES = all_rules()
SEEDS = seeds(200, 10)


def _of(problem: Problem, shape: RuleShape) -> list[int]:
    return [k for k, row in enumerate(problem.rows) if row.rule == shape.id]


@pytest.mark.parametrize("shape", RULES, ids=lambda r: r.id)
def test_a_rule_says_its_title_source_and_unit(shape: RuleShape) -> None:
    assert shape.title_fr.strip() and shape.source.strip() and shape.unit == "baux"
    for french, english in ((shape.title("fr"), shape.title("en")), shape.short, shape.long):
        assert french.strip() and english.strip() and french != english
    for told in (*shape.short, *shape.long, *shape.group):
        assert "%" not in told  # a share that a scenario or a territory changes would leave the words behind
    assert (type(shape).__doc__ or "").strip()
    assert type(shape).__module__ == f"optimizer.problem.rules.{shape.id}"


def test_numbers_and_files_go_together() -> None:
    assert policy.check_models(rules=registry.share_keys()) == []
    without = {shape.id: shape.share_key for shape in RULES[1:]}
    assert [f.code for f in policy.check_models(rules=without)] == ["POLICY_UNKNOWN_KEY"]
    more = {**registry.share_keys(), "another": "national.rules.another.share"}
    assert [f.code for f in policy.check_models(rules=more)] == ["POLICY_MISSING_CELL"] * 3
    orders = [shape.order for shape in RULES]
    assert orders == sorted(set(orders))
    for shape in RULES:
        terms = rules().rule(shape.id, shape.share_key)
        assert hundredths(terms.price.value) > 0 and terms.price.source.strip()
        assert 0 <= exact(terms.tolerance.value) < 1 and terms.tolerance.unit == "share"
        assert (terms.share is not None) == bool(shape.share_key)
        assert shape.gauge in BUILDERS and set(shape.viewers) <= set(KINDS)
        for key in filter(None, (shape.late_key, shape.ahead_key)):
            assert rules().value(key).unit == "share"


@pytest.mark.parametrize("shape", RULES, ids=lambda r: r.id)
@pytest.mark.long
def test_rows_and_measure_agree_on_random_proposals(shape: RuleShape) -> None:
    entered = 0
    for seed in SEEDS:
        case, facts, _, terms, problem = random_ready(seed)
        book = rule_book(case, facts, terms)
        assert book.rows == problem.rows
        mine = _of(problem, shape)
        rng = np.random.default_rng(seed)
        for _ in range(4):
            first = random_first_ranks(problem, rng)
            num, den = count(problem, first)
            seen = measure(book, first.dwelling, first.app, problem.kinds.account[first.kind])
            assert (num[mine].tolist(), den[mine].tolist()) == (
                seen[0][mine].tolist(),
                seen[1][mine].tolist(),
            )
            assert (num[mine] <= den[mine]).all()
            entered += int(den[mine].sum())
        fresh = eligibility.encode(case, terms)
        for now, was in ((facts.dwellings, fresh.dwellings), (facts.applications, fresh.applications)):
            assert mark_of(now) == mark_of(was), "a rule changes what it is given"
    assert entered > 0


@pytest.mark.parametrize("shape", RULES, ids=lambda r: r.id)
def test_before_counts_and_rates_are_within_bounds(shape: RuleShape) -> None:
    seen, limits = 0, set[bool]()
    for seed in SEEDS:
        _, _, _, terms, problem = random_ready(seed)
        price = hundredths(terms.rule(shape.id).price.value)
        scopes = [problem.rows[k].scope for k in _of(problem, shape)]
        assert scopes == sorted(set(scopes))
        for k in _of(problem, shape):
            row = problem.rows[k]
            remaining = Fraction(row.remaining_num, row.remaining_den)
            assert 0 <= row.num_before <= row.den_before and 0 <= row.rate <= 10_000 and remaining >= 0
            assert row.price in (0, price)
            assert row.play >= 0
            limits.add(row.ceiling)
            assert row.ceiling or row.price == 0 or row.den_before + remaining >= 4
            assert row.status in ("sourced", "local", "assumed")
            if remaining == 0 and not row.ceiling:
                assert row.rate == row.price == 0
            seen += 1
    assert seen > 0 and len(limits) == 1, "a rule asks for leases, or limits them"


@pytest.mark.parametrize("shape", RULES, ids=lambda r: r.id)
def test_a_slack_rule_costs_nothing(shape: RuleShape) -> None:
    for seed in SEEDS:
        problem = random_ready(seed)[-1]
        first = random_first_ranks(problem, np.random.default_rng(seed))
        mine = set(_of(problem, shape))
        slack = tuple(
            dataclasses.replace(row, rate=0, price=10**9) if k in mine else dataclasses.replace(row, price=0)
            for k, row in enumerate(problem.rows)
        )
        found = evaluate(dataclasses.replace(problem, rows=slack), first)
        assert found.objective == found.value * 10_000


@pytest.mark.parametrize("shape", RULES, ids=lambda r: r.id)
def test_asking_more_never_makes_a_solution_worth_more(shape: RuleShape) -> None:
    for seed in SEEDS:
        problem = random_ready(seed)[-1]
        first = random_first_ranks(problem, np.random.default_rng(seed))
        mine = set(_of(problem, shape))
        more = tuple(
            dataclasses.replace(row, rate=min(10_000, row.rate + 2_000)) if k in mine else row
            for k, row in enumerate(problem.rows)
        )
        assert (
            evaluate(dataclasses.replace(problem, rows=more), first).objective
            <= evaluate(problem, first).objective
        )


@pytest.mark.parametrize("shape", RULES, ids=lambda r: r.id)
def test_a_rule_counts_nothing_where_there_is_nothing(shape: RuleShape) -> None:
    case, facts, _ = golden()
    book = rule_book(case, facts, rules())
    nothing = np.zeros(0, np.int32)
    num, den = measure(book, nothing, nothing, nothing)
    assert len(num) == len(den) == len(book.rows) and not num.any() and not den.any()
    section = next(s for s in book.sections if s.rule is shape)
    assert [row.rule for row in book.rows[section.start : section.start + len(section.lines)]] == [
        shape.id
    ] * len(section.lines)


class _Empty(RuleShape):
    """A rule without lines."""

    title_en, short, long, group = "Another", ("autre", "other"), ("Tous.", "All."), ("Autre", "Other")

    def lines(self, ground: Ground) -> Sequence[Line]:
        return []

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        return lambda place, account: []

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        nothing = np.zeros(0, np.int64)
        return Pairs(nothing, nothing, nothing.astype(bool))


Fields = dict[str, object]
FINE: Fields = {"id": "another", "order": 99, "title_fr": "Autre", "source": "CCH", "unit": "baux"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title_fr": " "}, "empty title_fr"),
        ({"source": ""}, "empty source"),
        ({"id": ""}, "empty id"),
        ({"unit": ""}, "empty unit"),
        ({"id": "flux"}, "declared twice"),
        ({"order": 1}, "'flux' has order 1"),
        ({"order": "99"}, "order '99' is no whole number"),
    ],
)
def test_the_register_refuses_what_is_missing_or_double(change: Fields, message: str) -> None:
    before = dict(registry.REGISTERED)
    with pytest.raises(ValueError, match=message):
        rule(**{**FINE, **change})(_Empty)  # type: ignore[arg-type]
    assert registry.REGISTERED == before


@pytest.mark.parametrize(
    ("name", "words"),
    [("title_en", " "), ("short", ("autre", "")), ("long", ()), ("group", "Autre")],
)
def test_the_register_needs_words_in_both_languages(name: str, words: object) -> None:
    bad = type("Bad", (_Empty,), {name: words})
    with pytest.raises(ValueError, match=f"empty {name}"):
        rule(**FINE)(bad)  # type: ignore[arg-type]
    assert "another" not in registry.REGISTERED


@pytest.mark.parametrize("missing", ["id", "order", "title_fr", "source"])
def test_the_register_needs_every_field(missing: str) -> None:
    register: Callable[..., object] = rule
    with pytest.raises(TypeError, match=missing):
        register(**{k: v for k, v in FINE.items() if k != missing})


def test_a_trait_may_not_hide_a_word_of_the_register() -> None:
    class Bad(_Empty):
        """A rule with a wrong trait name."""

        traits = {"always": lambda ground, apps, epci: np.zeros(len(apps), bool)}

    with pytest.raises(ValueError, match="always"):
        rule(**FINE)(Bad)  # type: ignore[arg-type]
    assert "another" not in registry.REGISTERED


def test_a_gauge_that_adds_up_leases_needs_to_know_which() -> None:
    bad = type("Bad", (_Empty,), {"gauge": "place_rates"})
    with pytest.raises(ValueError, match="needs in_year"):
        rule(**FINE)(bad)  # type: ignore[arg-type]
    assert "another" not in registry.REGISTERED


def test_a_dropped_file_is_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Everything(_Empty):
        """Every lease, all of them wanted."""

        def lines(self, ground: Ground) -> Sequence[Line]:
            return [Line("all", (0,), Fraction(1), Fraction(0), 1_00, "local")]

        def view(self, lines: Sequence[Line], ground: Ground) -> View:
            return lambda place, account: [registry.Mark(0, registry.ALWAYS)]

        def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
            every = np.arange(len(leases))
            return Pairs(every, np.zeros_like(every), np.ones(len(every), bool))

    Everything.id, Everything.order = "everything", 100
    monkeypatch.setattr("optimizer.problem.rulebook.all_rules", lambda: (*RULES, Everything()))
    case, facts, _ = golden()
    book = rule_book(case, facts, rules())
    assert (book.rows[-1].rule, book.rows[-1].scope, book.rows[-1].den_before) == ("everything", "all", 11)
    first = FirstRanks(np.array([0, 1], np.int32), np.array([0, 1], np.int32), np.array([0, 0], np.int32))
    num, _ = measure(book, first.dwelling, first.app, np.array([2, 2], np.int32))
    assert num[-1] == 2


LINE = Line("all", (0,), Fraction(1, 4), Fraction(0), 1_00, "local")


class _One(_Empty):
    """One line that every lease enters; its answers are those of a test."""

    given: object = (LINE,)
    marks: object = staticmethod(lambda place, account: [registry.Mark(0, "some")])
    pairs: object = Pairs(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, bool))
    traits = {"some": lambda ground, apps, epci: np.ones(len(apps), bool)}

    def lines(self, ground: Ground) -> Sequence[Line]:
        return self.given  # type: ignore[return-value]

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        return self.marks  # type: ignore[return-value]

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        return self.pairs  # type: ignore[return-value]


def _asked(shape: RuleShape) -> None:
    """Everything that a rule is asked for on a small case."""
    case, facts, _ = golden()
    ground = rule_book(case, facts, rules()).ground
    lines = registry.lines_of(shape, ground)
    registry.pairs_of(shape, lines, ground, ground.before)
    registry.view_of(shape, lines, ground)(None, 0)  # type: ignore[arg-type]
    registry.trait_of(shape, "some")(ground, np.arange(2, dtype=np.int32), 0)


ONE, TRUE = np.ones(1, np.int64), np.ones(1, bool)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"given": None}, "NoneType, Sequence was expected"),
        ({"given": [3]}, "int, Line was expected"),
        ({"given": [LINE, LINE]}, "two lines of one scope, 'all'"),
        ({"given": [dataclasses.replace(LINE, scope=" ")]}, "the scope is empty"),
        ({"given": [dataclasses.replace(LINE, share=0.25)]}, "share is float, a Fraction was expected"),
        ({"given": [dataclasses.replace(LINE, share=Fraction(3))]}, "share is out of its range"),
        ({"given": [dataclasses.replace(LINE, price=0.5)]}, "price is no whole number of hundredths"),
        ({"given": [dataclasses.replace(LINE, status="ours")]}, "status 'ours', not one of sourced, local, assumed"),
        ({"marks": None}, "NoneType, Callable was expected"),
        ({"marks": staticmethod(lambda place, account: None)}, "NoneType, list was expected"),
        ({"marks": staticmethod(lambda place, account: [(0, "some")])}, "tuple, Mark was expected"),
        ({"marks": staticmethod(lambda place, account: [registry.Mark(7, "some")])}, "a mark on line 7 of 1"),
        ({"marks": staticmethod(lambda place, account: [registry.Mark(0, "few")])}, "by 'few', which is no trait"),
        ({"pairs": None}, "NoneType, Pairs was expected"),
        ({"pairs": Pairs(0 * ONE, 0 * ONE, np.ones(2, bool))}, "not of one length"),
        ({"pairs": Pairs(0 * ONE, 0 * ONE, ONE)}, "num is true or false"),
        ({"pairs": Pairs(0 * ONE, 9 * ONE, TRUE)}, "a line is none of the 1 there are"),
        ({"pairs": Pairs(-1 * ONE, 0 * ONE, TRUE)}, "a lease is none of the"),
        ({"traits": {"some": lambda ground, apps, epci: 1}}, "int, ndarray was expected"),
        ({"traits": {"some": lambda ground, apps, epci: np.ones(9, bool)}}, "'some' gave bool"),
        ({"traits": {"some": lambda ground, apps, epci: 0 * apps}}, "'some' gave int32"),
    ],
)  # fmt: skip
def test_what_a_rule_answers_is_looked_at(change: dict[str, object], why: str) -> None:
    _asked(_One())
    with pytest.raises(DropInError, match=re.escape(why)):
        _asked(type("Wrong", (_One,), change)())


def _writing(into: Callable[[Ground], np.ndarray]) -> Callable[[Ground], None]:
    return lambda ground: into(ground).fill(0)


@pytest.mark.parametrize(
    "write",
    [
        _writing(lambda ground: ground.facts.applications.dalo),
        _writing(lambda ground: ground.facts.applications.choices.values),
        _writing(lambda ground: ground.facts.dwellings.qpv),
        _writing(lambda ground: ground.before.account),
        _writing(lambda ground: ground.priority),
        _writing(lambda ground: ground.vacant),
    ],
)
@pytest.mark.parametrize("where", ["lines", "view", "marks", "trait", "counted"])
def test_a_rule_that_writes_into_what_it_is_given_is_refused(
    where: str, write: Callable[[Ground], None]
) -> None:
    """Every figure after it changed, and the second program refused the proposal without naming a file."""

    class Writes(_One):
        traits = {"some": lambda ground, apps, epci: write(ground) or np.ones(len(apps), bool)}

        def lines(self, ground: Ground) -> Sequence[Line]:
            if where == "lines":
                write(ground)
            return super().lines(ground)

        def view(self, lines: Sequence[Line], ground: Ground) -> View:
            if where == "view":
                write(ground)
            return lambda place, account: (
                (write(ground) if where == "marks" else None) or self.marks(place, account)
            )  # type: ignore[operator]

        def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
            if where == "counted":
                write(ground)
            return super().counted(lines, ground, leases)

    if where != "trait":
        Writes.traits = _One.traits
    case, facts, _ = golden()
    before = mark_of(facts.applications, facts.dwellings)
    with pytest.raises(DropInError, match=r"test_rules.py:\d+: it writes into what it is given"):
        _asked(Writes())
    assert mark_of(facts.applications, facts.dwellings) == before


def test_the_leases_and_households_that_a_rule_is_asked_about_are_not_its_own() -> None:
    class Writes(_One):
        def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
            leases.q1[:] = 1
            return super().counted(lines, ground, leases)

    class Sorts(_One):
        traits = {"some": lambda ground, apps, epci: apps.sort() or np.ones(len(apps), bool)}

    for shape in (Writes(), Sorts()):
        with pytest.raises(DropInError, match="it writes into what it is given"):
            _asked(shape)


def test_a_ground_travels_without_its_read_only_copy() -> None:
    """Views become copies in another process: each would carry the whole case twice."""
    case, facts, _ = golden()
    ground = rule_book(case, facts, rules()).ground
    assert "lent" in vars(ground)
    again = copy.copy(ground)
    assert "lent" not in vars(again) and again.facts is ground.facts
    assert not again.lent.facts.dwellings.qpv.flags.writeable and facts.dwellings.qpv.flags.writeable


def test_match_pairs_equal_keys_only() -> None:
    lease, line = match([(1, 5), (0, 7), (1, 7)], (np.array([1, 0, 1, 2, 1]), np.array([7, 7, 6, 5, 5])))
    assert list(zip(lease.tolist(), line.tolist(), strict=True)) == [(0, 2), (1, 1), (4, 0)]
    assert len(match([], (np.array([1]),))[0]) == 0 == len(match([(1,)], (np.array([], np.int64),))[0])
    lease, line = match([(3,)], (np.array([-1, 3, 4]),))
    assert (lease.tolist(), line.tolist()) == ([1], [0])


def test_prices_keep_two_decimals() -> None:
    assert hundredths(1500) == 150_000 and hundredths(0.07) == 7
    with pytest.raises(ValueError, match="two decimals"):
        hundredths(0.001)
