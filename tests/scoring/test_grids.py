"""The grid language, kind by kind, on grids small enough to be read (models/cotation/README.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from optimizer.policy.grid import (
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    Condition,
    CountCriterion,
    Criterion,
    FlagCriterion,
    Grid,
    GridColumn,
    MonthsCriterion,
    Rubric,
)
from optimizer.scoring.grids import Points, evaluate
from optimizer.scoring.inputs import Inputs, whole_months
from tests.eligibility.small import ON, application, frame, rules


def grid(*criteria: Criterion, combine: str = "sum", cap: int | None = None, columns: Any = ()) -> Grid:
    rubric = Rubric("r", "Rubrique", combine, cap, criteria)  # type: ignore[arg-type]
    return Grid("g", "Grille", True, "assumed", "essai", ON, ON, tuple(columns), (rubric,))


def points_of(one: Grid, *rows: dict[str, Any]) -> Points:
    return evaluate(
        one, Inputs(frame("applications", rows), one, rules(), np.datetime64(ON.isoformat(), "D"))
    )


def total(one: Grid, **row: Any) -> int:
    return int(points_of(one, application(**row)).total[0])


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-31", "2026-02-28", 0), ("2026-01-31", "2026-03-01", 1), ("2026-01-31", "2026-03-31", 2),
        ("2026-05-23", "2026-11-23", 6), ("2026-05-24", "2026-11-23", 5), ("2026-12-01", "2026-11-23", 0),
        ("2020-02-29", "2021-02-28", 11),
    ],
)  # fmt: skip
def test_whole_months(start: str, end: str, months: int) -> None:
    assert whole_months(np.array([start], "datetime64[D]"), np.datetime64(end))[0] == months


def test_flag_needs_every_condition() -> None:
    one = grid(
        FlagCriterion(
            "f",
            "F",
            (Condition("local_job", "is", flag=True), Condition("persons", "at_least", number_e4=30_000)),
            1050,
        )
    )
    assert total(one, local_job=True) == 1050
    assert total(one, local_job=True, persons=2) == 0
    assert total(one, local_job=False) == 0
    assert total(one) == 0, "an unknown input fails the condition"


def test_known_false_is_the_only_test_an_unknown_input_passes() -> None:
    missing = grid(FlagCriterion("f", "F", (Condition("current_rooms", "known", flag=False),), 100))
    small = grid(FlagCriterion("f", "F", (Condition("current_rooms", "below", number_e4=50_000),), 100))
    assert (total(missing), total(small)) == (100, 0)
    assert (total(missing, current_rooms=2), total(small, current_rooms=2)) == (0, 100)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("local_job", False), ("renewed_on", "2026-05-04"), ("priority_codes", "a"), ("relocation", "none"),
        ("persons", 3),
    ],
)  # fmt: skip
def test_known_is_said_of_every_kind_of_input(name: str, value: Any) -> None:
    one = grid(FlagCriterion("f", "F", (Condition(name, "known", flag=True),), 100))
    assert (total(one, **{name: value}), total(one, **{name: None})) == (100, 0)


def test_by_code_and_in() -> None:
    one = grid(CodeCriterion("c", "C", (), "mobility_need", (("accessible", 2000), ("adapted", 3000))))
    assert [total(one, mobility_need=v) for v in ("accessible", "adapted", "none", None)] == [
        2000,
        3000,
        0,
        0,
    ]
    among = grid(FlagCriterion("f", "F", (Condition("relocation", "in", codes=("npnru", "orcod")),), 100))
    assert [total(among, relocation=v) for v in ("npnru", "sale", None)] == [100, 0, 0]


def test_codes_count_distinct_items_once_and_stop_at_the_cap() -> None:
    one = grid(CodesCriterion("c", "C", (), "priority_codes", ("a", "c", "k"), (), 4000, 1000, 5500))
    assert [total(one, priority_codes=v) for v in ("a", "a|a|dalo", "a|c", "a|c|k", "dalo", None)] == [
        4000, 4000, 5000, 5500, 0, 0,
    ]  # fmt: skip


def test_codes_with_statuses_read_an_unknown_status_as_declared() -> None:
    proven = grid(
        CodesCriterion("c", "C", (), "priority_codes", ("a",), ("verified", "labelled"), 2000, 0, None)
    )
    told = grid(CodesCriterion("c", "C", (), "priority_codes", ("a",), ("declared",), 2000, 0, None))
    assert total(proven, priority_codes="a", priority_status="verified") == 2000
    assert total(proven, priority_codes="a", priority_status="declared") == 0
    assert total(told, priority_codes="a") == 2000
    by_code = grid(CodeCriterion("c", "C", (), "priority_status", (("declared", 500),)))
    condition = grid(FlagCriterion("f", "F", (Condition("priority_status", "in", codes=("declared",)),), 100))
    known = grid(FlagCriterion("f", "F", (Condition("priority_status", "known", flag=True),), 100))
    assert [total(one, priority_codes="a") for one in (by_code, condition, known)] == [500, 100, 100]
    assert [total(one) for one in (by_code, condition, known)] == [0, 0, 0], "no code, no status"


def test_months_accrue_from_a_month_up_to_a_cap() -> None:
    one = grid(MonthsCriterion("m", "M", (), "first_registered_on", 150, 2, 900))
    assert [total(one, first_registered_on=d) for d in ("2026-11-01", "2026-08-23", "2026-07-23", "2020-01-01")] == [
        0, 150, 300, 900,
    ]  # fmt: skip
    assert total(grid(MonthsCriterion("m", "M", (), "renewed_on", 100, 0, None))) == 0


def test_brackets_compare_exactly_at_the_limit() -> None:
    above = grid(BracketsCriterion("b", "B", (), "effort_rate", "above", (3300, 4000), (500, 1000)))
    least = grid(BracketsCriterion("b", "B", (), "effort_rate", "at_least", (3300, 4000), (500, 1000)))
    rent = {"monthly_income_eur": 1000.0}
    assert [total(above, current_rent_eur=r, **rent) for r in (330.0, 330.01, 400.0, 400.01)] == [
        0,
        500,
        500,
        1000,
    ]
    assert [total(least, current_rent_eur=r, **rent) for r in (329.99, 330.0, 400.0)] == [0, 500, 1000]
    assert total(above, current_rent_eur=600.0, housing_allowance_eur=200.0, **rent) == 500
    assert total(above, current_rent_eur=600.0, monthly_income_eur=0.0) == 0


def test_malus_counts_at_most_a_few_and_expires() -> None:
    column = GridColumn("dernier_refus_le", "Dernier refus", "date")
    one = grid(CountCriterion("c", "C", (), "refusals", -1500, 2, "dernier_refus_le", 12), columns=[column])
    assert [total(one, refusals=n) for n in (0, 1, 2, 5, None)] == [0, -1500, -3000, -3000, 0]
    assert total(one, refusals=1, dernier_refus_le="23/11/2025") == 0, "twelve whole months: expired"
    assert total(one, refusals=1, dernier_refus_le="2025-11-24") == -1500


def test_sum_with_cap_credits_in_the_order_of_the_file() -> None:
    criteria = (
        FlagCriterion("a", "A", (Condition("local_job", "is", flag=True),), 700),
        FlagCriterion("b", "B", (Condition("als_employee", "is", flag=True),), 600),
    )
    found = points_of(grid(*criteria, cap=1000), application(local_job=True, als_employee=True))
    assert found.credited.tolist() == [[700, 300]] and found.total.tolist() == [1000]


def test_best_credits_the_first_of_the_highest() -> None:
    criteria = tuple(
        FlagCriterion(name, name, (Condition(column, "is", flag=True),), worth)
        for name, column, worth in (
            ("a", "local_job", 800),
            ("b", "als_employee", 900),
            ("c", "public_agent", 900),
        )
    )
    found = points_of(
        grid(*criteria, combine="best", cap=850),
        application(local_job=True, als_employee=True, public_agent=True),
        application(local_job=True),
        application(),
    )
    assert found.credited.tolist() == [[0, 850, 0], [800, 0, 0], [0, 0, 0]]


def test_measures() -> None:
    def flag(name: str) -> Grid:
        return grid(FlagCriterion("f", "F", (Condition(name, "is", flag=True),), 100))

    crowded = flag("overcrowded")
    assert total(crowded, persons=3, current_surface_m2=24.99) == 100, "16 + 9 m² for three persons"
    assert total(crowded, persons=3, current_surface_m2=25.0) == 0
    assert total(crowded, persons=1, current_surface_m2=8.5) == 100
    assert total(crowded, persons=9, current_surface_m2=69.0) == 100, "70 m² from eight persons on"
    assert (
        total(crowded, persons=4, current_rooms=2) == 100 and total(crowded, persons=3, current_rooms=2) == 0
    )
    assert total(crowded, persons=4) == 0
    assert (
        total(flag("lone_parent"), adults=1, persons=2) == 100 and total(flag("lone_parent"), persons=2) == 0
    )
    assert total(flag("is_mutation"), current_landlord="OPH25") == 100 and total(flag("is_mutation")) == 0
    spare = grid(BracketsCriterion("b", "B", (), "spare_rooms", "at_least", (20_000,), (2000,)))
    assert total(spare, persons=1, current_rooms=3) == 2000 and total(spare, persons=1, current_rooms=2) == 0


def test_declared_columns_are_read_in_every_dialect_and_reported_when_unreadable() -> None:
    columns = [
        GridColumn("n", "Nombre", "decimal"), GridColumn("b", "Oui ou non", "bool"),
        GridColumn("c", "Code", "code", ("x", "y")), GridColumn("d", "Date", "date"), GridColumn("i", "Entier", "integer"),
    ]  # fmt: skip
    one = grid(
        BracketsCriterion("n", "N", (), "n", "at_least", (12_500,), (100,)),
        FlagCriterion("b", "B", (Condition("b", "is", flag=True),), 10),
        CodeCriterion("c", "C", (), "c", (("x", 1),)),
        MonthsCriterion("d", "D", (), "d", 1000, 0, None),
        CountCriterion("i", "I", (), "i", 10_000, 3),
        columns=columns,
    )
    rows = [
        application("A1", n="1,25", b="Vrai", c=" X ", d="23/10/2026", i="2"),
        application("A2", n="1.24", b="non", c="y", d="2026-10-24", i=""),
        application("A3", n="douze", b="peut-être", c="z", d="31/02/2026", i="1,5"),
        application("A4", n="inf", i="-inf"),
    ]
    inputs = Inputs(frame("applications", rows), one, rules(), np.datetime64(date(2026, 11, 23)))
    assert evaluate(one, inputs).total.tolist() == [21_111, 0, 0, 0]
    assert sorted((f.row, f.column, f.value, f.rows) for f in inputs.findings) == [
        (4, "b", "peut-être", ()), (4, "c", "z", ()), (4, "d", "31/02/2026", ()), (4, "i", "1,5", ()), (4, "n", "douze", (5,)),
        (5, "i", "-inf", ()),
    ]  # fmt: skip
    assert "douze" in inputs.findings[0].sentence("fr") or "peut-être" in inputs.findings[1].sentence("fr")


def test_own_columns_are_read_as_other_columns_are_and_each_repair_is_told() -> None:
    """« Reading what people write » of the contract holds for the criteria that a grid adds to the applications."""
    columns = [
        GridColumn("n", "Nombre", "decimal"), GridColumn("b", "Oui ou non", "bool"),
        GridColumn("c", "Code", "code", ("sur_occupe", "sur-occupe", "non_decent")), GridColumn("d", "Date", "date"),
        GridColumn("i", "Entier", "integer"),
    ]  # fmt: skip
    one = grid(
        BracketsCriterion("n", "N", (), "n", "at_least", (125_000,), (100,)),
        FlagCriterion("b", "B", (Condition("b", "is", flag=True),), 10),
        CodeCriterion("c", "C", (), "c", (("sur_occupe", 1), ("sur-occupe", 2), ("non_decent", 4))),
        MonthsCriterion("d", "D", (), "d", 1000, 0, None),
        CountCriterion("i", "I", (), "i", 10_000, 3),
        columns=columns,
    )
    rows = [
        application("A1", n="12,5 €", b="x", c="Non décent", d="23 octobre 2026", i="2 enfants"),
        application("A2", n="nc", b="-", c="sur-occupe", d="NC", i="-"),
        application("A3", n="1 234,5", b="oui", c="SUR_OCCUPE", d="23.09.2026", i="1"),
    ]
    inputs = Inputs(frame("applications", rows), one, rules(), np.datetime64(date(2026, 11, 23)))
    # 12.50 €: 100, yes: 10, not decent: 4, one month: 1000, two children: 20 000; then the second code alone: 2;
    # then 100 + 10 + 1 + two months + one child
    assert evaluate(one, inputs).total.tolist() == [21_114, 2, 12_111]
    assert {f.severity for f in inputs.findings} == {"warning"}
    assert {f.column: (f.row, f.rows) for f in inputs.findings} == {
        "n": (2, (3,)), "b": (2, (3,)), "d": (2, (3, 4)), "i": (2, (3,)),
    }  # fmt: skip
    assert "« 12,5 € » est lu 12,5" in next(f for f in inputs.findings if f.column == "n").sentence("fr")
