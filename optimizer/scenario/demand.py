"""What applications ask for, as an inventory reads it: whose public they are, rooms, first commune, ceiling, quartile."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd

from optimizer import policy
from optimizer.domain.account import find_account, place_of
from optimizer.eligibility.columns import hundredths
from optimizer.eligibility.encode_applications import activity, ceiling_income, given_quartile
from optimizer.eligibility.facts import Q1_NO, Q1_UNKNOWN, Q1_YES
from optimizer.eligibility.households import LAST_CATEGORY, read_households

CEILINGS = ("PLAI", "PLUS", "PLS")
MONTHS = 12
QUARTILES = {Q1_NO: "no", Q1_YES: "yes", Q1_UNKNOWN: "unknown"}
ABOVE, UNKNOWN = "au-dessus", "non renseigné"


def public_of(applications: pd.DataFrame, account: str) -> pd.Series:
    """Rows that belong to the account's default public (CCH R. 441-5; explicit ``accounts`` come first)."""
    found = find_account(account)
    pool = "" if found is None else found.kind.pool
    if pool == "state_priority":
        codes = applications["priority_codes"].fillna("").astype(str)
        dalo = codes.str.split("|").map(lambda items: "dalo" in items)
        inside = dalo | ((codes != "") & (applications["priority_status"] == "labelled").fillna(False))
    elif pool == "public_agent":
        inside = applications["public_agent"].fillna(False).astype(bool)
    elif pool == "als_employee":
        inside = applications["als_employee"].fillna(False).astype(bool)
    else:
        return pd.Series(True, index=applications.index)
    named = applications["accounts"].fillna("").astype(str)
    listed = named.str.split("|").map(lambda items: account in items)
    return inside.where(named == "", listed).astype(bool)


def still_active(applications: pd.DataFrame, on: date, rules: policy.RuleSet) -> pd.DataFrame:
    """Applications neither struck off nor lapsed on a day (``INACTIVE`` of design §4)."""
    active, _, _ = activity(applications, np.datetime64(on.isoformat(), "D"), rules)
    return applications[active]


def first_choice(applications: pd.DataFrame) -> pd.Series:
    """The first commune asked for; empty text where none is named."""
    return applications["choices"].fillna("").astype(str).str.split("|").str[0]


def in_area(communes: pd.Series, account: str, rules: policy.RuleSet) -> pd.Series:
    """Whether each commune lies where the account may name: the commune, EPCI or département of a collectivité."""
    area = place_of(account)
    if not area:
        return pd.Series(True, index=communes.index)
    column = {5: None, 9: "epci"}.get(len(area), "departement")
    where = communes if column is None else rules.place_of(communes, column)
    return (where == area).fillna(False).astype(bool)


def wanted_rooms(applications: pd.DataFrame, rules: policy.RuleSet) -> pd.Series:
    """``T3``…: the first typology asked for, else the table's first choice for the number of persons."""
    table = rules.rooms_table()
    persons = applications["persons"].fillna(1).to_numpy(np.int64)
    usual = table.first_choice.argmax(axis=1)[table.row(persons)]
    asked = pd.to_numeric(applications["rooms_wanted"].astype(object).astype(str).str.extract(r"^T?(\d)")[0])
    return asked.fillna(pd.Series(usual, index=applications.index)).astype(int).map(lambda n: f"T{min(6, n)}")


def first_quartile(applications: pd.DataFrame, rules: policy.RuleSet) -> pd.Series:
    """``yes``, ``no`` or ``unknown`` against the threshold of the EPCI of the first commune asked for.

    A quartile written in the file is taken as it is, and so is an income per consumption unit. Unknown where the income is missing, or
    zero and only declared, and where the EPCI has no threshold (design §4).
    """
    epci = rules.place_of(first_choice(applications), "epci")
    limit = {code: floor(Fraction(str(p.value)) * 100 + Fraction(1, 2)) for code, p in rules.lec_epci.items()}
    threshold = epci.map(limit).fillna(-1).to_numpy(np.int64)
    income, per_uc = (hundredths(applications, name) for name in ("monthly_income_eur", "income_per_uc"))
    verified = (applications["income_status"] == "verified").fillna(False).to_numpy(bool)
    unknown = ((income < 0) | ((income == 0) & ~verified)) & (per_uc < 0) | (threshold < 0)
    uc = read_households(applications, rules).uc_hundredths
    # cents of a year against cents per hundredth of a unit
    low = np.where(per_uc >= 0, per_uc <= threshold, income * (MONTHS * 100) <= threshold * uc)
    given = given_quartile(applications)
    state = np.where(given != Q1_UNKNOWN, given, np.where(unknown, Q1_UNKNOWN, np.where(low, Q1_YES, Q1_NO)))
    words = np.array([QUARTILES[n] for n in range(len(QUARTILES))], object)
    return pd.Series(words[state], index=applications.index, dtype=object)


def ceiling_of(applications: pd.DataFrame, rules: policy.RuleSet) -> pd.Series:
    """The lowest ceiling each household is under (PLAI, PLUS, PLS), above all of them, or not known."""
    homes = read_households(applications, rules)
    zone = rules.place_of(first_choice(applications), "zone").fillna(-1).to_numpy(np.int64)
    income = ceiling_income(applications, rules)
    out = np.full(len(applications), ABOVE, dtype=object)
    for name in reversed(CEILINGS):
        table = rules.ceilings(name)
        row = table[np.maximum(zone, 0)]
        most = row[np.arange(len(row)), np.minimum(homes.category, LAST_CATEGORY) - 1]
        most = most + homes.category_extra * row[:, LAST_CATEGORY]
        out[income <= most * 100] = name
    out[(income < 0) | (zone < 0)] = UNKNOWN
    return pd.Series(out, index=applications.index, dtype=object)


def share_of(n: int, total: int) -> float:
    """``n`` out of ``total``; nothing is known of a total of none."""
    return n / total if total else float("nan")
