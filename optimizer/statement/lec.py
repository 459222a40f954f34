"""What the rest of the year must reach outside QPV (loi Égalité et citoyenneté), EPCI by EPCI."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from optimizer import policy
from optimizer.conversion.inventory import in_qpv
from optimizer.domain import Case
from optimizer.statement.ledger import begun_by
from optimizer.statement.to_come import ToCome

COLUMNS = (
    "epci", "name", "target", "outside_qpv", "good", "unknown", "reached_rate", "expected_remaining", "needed", "needed_rate",
)  # fmt: skip


def needed(share: Fraction, done: int, good: int, remaining: int) -> int:
    """Leases that must still count among ``remaining`` for the year to reach ``share``.

    With 500 leases done of which 90 count, 400 to come and a share of 25 %, 135 of the 400 are needed.
    """
    return max(0, ceil(share * (done + remaining)) - good)


def ledger_of_lec(case: Case, rules: policy.RuleSet, year: int, *, over: bool = False) -> pd.DataFrame:
    """One line per EPCI under LEC that has leases: those outside QPV, those that count, and what is needed of those to come.

    Leases of every account count. What is expected until 31 December is what the rows of ``propose`` expect, the work in progress
    that they count already included; nothing once the year is ``over``.
    """
    case = begun_by(case, date(year, 12, 31))
    leases = case.table("leases")
    leases = leases[leases["signed_on"].dt.year == year]
    share = Fraction(repr(rules.get("national.lec.first_quartile_share")))
    epci = rules.place_of(leases["commune"].astype(object), "epci").fillna("")
    outside = in_qpv(leases["qpv"]) != "oui"
    counts = (leases["q1"] == "yes") | leases["relocation"].isin(["npnru", "orcod"])
    unknown = (leases["q1"].fillna("unknown") == "unknown") & ~counts
    to_come = None if over else ToCome(case, rules, year)
    names = rules.all_epci["name"].to_dict()
    rows = []
    for code in sorted(set(epci) & set(rules.lec_epci)):
        mask = (epci == code) & outside
        done, good = int(mask.sum()), int((mask & counts.fillna(False)).sum())
        rest = 0 if to_come is None else _to_come(to_come, code)
        must = needed(share, done, good, rest)
        rows.append(
            (
                code, str(names.get(code, code)), float(share), done, good, int((mask & unknown).sum()),
                good / done if done else float("nan"), rest, must, must / rest if rest else float("nan"),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _to_come(to_come: ToCome, epci: str) -> int:
    """Whole leases outside the quarters of an EPCI that are not signed yet."""

    def here(frame: pd.DataFrame) -> pd.Series:
        return (frame["epci"] == epci) & ~frame["qpv"]

    return floor(to_come.leases(here) + to_come.counted_work(here) + Fraction(1, 2))
