"""The cases a jurist can read (``tests/cases/*.yaml``)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility as el
from optimizer.policy import read_yaml
from tests.eligibility.small import application, dwelling, make_case, rules

FILES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))
CASES = [
    pytest.param(content, case, id=f"{path.stem}: {case['name']}")
    for path in FILES
    for content in [read_yaml(path)]
    for case in content["cases"]
]
KEYS = {"dwelling", "application", "code", "accounts", "first", "q1", "flags", "fit"}
Q1 = {el.Q1_NO: "no", el.Q1_YES: "yes", el.Q1_UNKNOWN: "unknown"}


def text_dates(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}


def test_there_are_cases_with_a_source() -> None:
    assert len(CASES) >= 12
    for path in FILES:
        content = read_yaml(path)
        assert set(content) == {"title", "source", "on", "cases"}, path.name


@pytest.mark.parametrize(("content", "case"), CASES)
def test_case(content: dict[str, Any], case: dict[str, Any]) -> None:
    on, given = content["on"], case["given"]
    tables = {name: [text_dates(row) for row in rows] for name, rows in given.items()}
    homes = [dwelling(**{"name": r.pop("dwelling_id"), **r}) for r in tables.pop("dwellings")]
    people = [application(**{"name": r.pop("application_id"), **r}) for r in tables.pop("applications")]
    law = rules("doubs", on)
    facts = el.encode(make_case(homes, people, on=on, **tables), law)
    menus = el.menus(facts, law)
    assert case["expect"]
    for expect in case["expect"]:
        assert set(expect) <= KEYS and len(expect) > 2
        d = list(facts.dwellings.ids).index(expect["dwelling"])
        a = np.array([list(facts.applications.ids).index(expect["application"])], np.int32)
        code = int(el.pair_code(facts, d, a)[0])
        accounts, eligible, first = el.naming(facts, d, a)
        entry = np.flatnonzero(menus.app[menus.of(d)] == a[0]) + menus.of(d).start
        found = {
            "code": el.CODES[code - 1] if code else "ELIGIBLE",
            "accounts": [facts.accounts[r] for r, yes in zip(accounts, eligible[0], strict=True) if yes],
            "first": [facts.accounts[r] for r, yes in zip(accounts, first[0], strict=True) if yes],
            "q1": Q1[int(el.q1_state(facts, a, int(facts.dwellings.epci[d]))[0])],
            "flags": [f for i, f in enumerate(el.FLAGS) if int(el.pair_flags(facts, d, a)[0]) >> i & 1],
            "fit": int(menus.fit[entry[0]]) / 100 if len(entry) else None,
        }
        for key in sorted(set(expect) - {"dwelling", "application"}):
            assert found[key] == expect[key], f"{case['name']}: {expect}"
