"""Limits on the effort rate (design §4): off unless a landlord's own file sets one; then exact, and said in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility as el
from optimizer import policy
from optimizer.pipeline import build
from optimizer.scoring import score
from tests.eligibility.plain import Plain
from tests.eligibility.small import ON, application, dwelling, make_case, rules
from tests.eligibility.test_random import random_tables

ONE = np.zeros(1, np.int32)


def limited(**settings: dict[str, float]) -> policy.RuleSet:
    """The shipped rules, with what the file of each named landlord says besides."""
    return replace(rules(), _settings={**rules()._settings, **settings})


def code(home: dict[str, Any], person: dict[str, Any], rules_: policy.RuleSet, **tables: Any) -> str:
    facts = el.encode(make_case([dwelling(**home)], [application(**person)], **tables), rules_)
    found = int(el.pair_code(facts, rules_, 0, ONE)[0])
    menus = el.menus(facts, rules_)
    assert (len(menus.app) == 1) == (el.CODES[found - 1] not in el.CODES[:-1] if found else True)
    assert el.code_counts(facts, rules_)[0].tolist() == [int(c == found) for c in range(len(el.CODES) + 1)]
    return el.CODES[found - 1] if found else ""


@pytest.mark.parametrize(
    ("rent", "charges", "allowance", "income", "expected"),
    [
        (450.0, 45.0, None, 1500.0, ""),
        (450.0, 45.01, None, 1500.0, "EFFORT"),
        (600.0, None, 105.0, 1500.0, ""),
        (600.0, None, 104.99, 1500.0, "EFFORT"),
        (600.0, None, 900.0, 1500.0, ""),
        (None, 900.0, None, 1500.0, ""),
        (2000.0, None, None, None, ""),
        (2000.0, None, None, 0.0, ""),
    ],
)
def test_the_limit_is_exact_and_an_unknown_rate_never_refuses(
    rent: float | None, charges: float | None, allowance: float | None, income: float | None, expected: str
) -> None:
    home = {"rent_eur": rent, "charges_eur": charges}
    person = {"housing_allowance_eur": allowance, "monthly_income_eur": income}
    assert code(home, person, limited(OPH25={"effort_filter_max": 0.33})) == expected
    assert code(home, person, rules()) == "", "off unless the landlord's file says so"
    assert code(home, person, limited(ESH25={"effort_filter_max": 0.33})) == "", (
        "only that landlord's dwellings"
    )
    assert code(home, person, limited(OPH25={"credit_effort_max": 0.33})) == "", "credit filters nothing"


def test_effort_comes_after_the_reasons_of_the_law() -> None:
    home, dear = {"rent_eur": 900.0, "reserved_to": "ALS"}, limited(OPH25={"effort_filter_max": 0.33})
    assert code(home, {"tax_income_eur": 99_000.0}, dear) == "CEILING"
    forbid = [{"application_id": "A1", "decision": "forbid", "reason": "medical", "author": "s"}]
    assert code(home, {}, dear, decisions=forbid) == "FORBIDDEN"
    assert code(home, {}, dear) == "EFFORT"
    assert code({**home, "rent_eur": 300.0}, {}, dear) == "ACCOUNT"


def test_the_nearest_miss_says_the_rate_and_the_limit() -> None:
    dear = limited(OPH25={"effort_filter_max": 0.335})
    homes = [dwelling("L1", rent_eur=700.0), dwelling("L2", rent_eur=502.51), dwelling("L3", rent_eur=900.0)]
    facts = el.encode(make_case(homes, [application()]), dear)
    _, french, english = el.nearest_miss(facts, dear, 0)
    assert french == "taux d'effort de 33,6\u202f%, au-dessus des 33,5\u202f% fixés par le bailleur"
    assert english == "effort rate of 33.6%, above the landlord's 33.5%"


def test_dwellings_that_differ_by_rent_only_share_a_menu_until_a_limit_is_set() -> None:
    homes = [dwelling(f"L{i}", rent_eur=300.0 + 200 * (i % 2)) for i in range(4)]
    case = make_case(homes, [application()])
    assert el.menus(el.encode(case, rules()), rules()).menu_of_dwelling.tolist() == [0, 0, 0, 0]
    dear = limited(OPH25={"effort_filter_max": 0.33})
    assert el.menus(el.encode(case, dear), dear).menu_of_dwelling.tolist() == [0, -1, 0, -1]


def test_without_credit_a_lease_counts_in_no_rule_on_households() -> None:
    homes = [dwelling("L1", rent_eur=300.0), dwelling("L2", rent_eur=600.0)]
    people = [application("A1", monthly_income_eur=700.0, priority_codes="dalo")]
    for set_, flagged in ((rules(), []), (limited(OPH25={"credit_effort_max": 0.5}), [1])):
        case = make_case(homes, people)
        facts = el.encode(case, set_)
        flags = [el.pair_flags(facts, d, ONE)[0] for d in (0, 1)]
        bit = el.FLAGS.index("EFFORT_NO_CREDIT")
        assert [d for d in (0, 1) if int(flags[d]) >> bit & 1] == flagged
        problem = build(case, facts, score(case, facts, set_), set_)
        rows = [row.rule for row in problem.rows]
        counted = []
        for d in (0, 1):
            kinds, _ = problem.options_of(
                int(problem.class_group[problem.klass[d]]), int(problem.entry_type[problem.entries_of(d)][0])
            )
            found = set()
            for k in kinds.tolist():
                part = slice(int(problem.kinds.ptr[k]), int(problem.kinds.ptr[k + 1]))
                marks = zip(problem.kinds.row[part].tolist(), problem.kinds.num[part].tolist(), strict=True)
                found |= {rows[row] for row, num in marks if num}
            counted.append(found)
        assert "lec_q1_outside_qpv" in counted[0] and "priority_publics" in counted[0]
        assert counted[1] == (counted[0] if not flagged else {"flux"})


@pytest.mark.parametrize("seed", range(6))
def test_columns_agree_with_one_pair_at_a_time(seed: int) -> None:
    tables = random_tables(seed)
    for i, home in enumerate(tables["dwellings"]):
        home.update(rent_eur=(None, 250.0, 495.0, 700.0)[i % 4], charges_eur=(None, 40.0, 0.0)[i % 3])
    for i, person in enumerate(tables["applications"]):
        person.update(housing_allowance_eur=(None, 180.0)[i % 2])
    dear = limited(OPH25={"effort_filter_max": 0.12}, ESH25={"effort_filter_max": 0.05})
    plain = Plain(dear, ON, tables)
    facts = el.encode(make_case(**tables), dear)
    apps = np.arange(len(facts.applications.ids), dtype=np.int32)
    homes = {d["dwelling_id"]: d for d in tables["dwellings"]}
    people = {a["application_id"]: a for a in tables["applications"]}
    counts = np.zeros((len(apps), len(el.CODES) + 1), np.int64)
    menus = el.menus(facts, dear)
    for d, home in enumerate(facts.dwellings.ids):
        codes = el.pair_code(facts, dear, d, apps)
        expected = [plain.code(homes[home], people[a]) for a in facts.applications.ids]
        assert codes.tolist() == expected
        counts[apps, codes] += 1
        if not facts.dwellings.blocked[d]:
            fine = [i for i, c in enumerate(expected) if c in (0, len(el.CODES))]
            assert menus.app[menus.of(d)].tolist() == fine
    assert (el.code_counts(facts, dear) == counts).all()
    assert counts[:, el.CODES.index("EFFORT") + 1].any()
