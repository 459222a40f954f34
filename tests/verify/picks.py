"""First ranks, rows and cells of the small country, and what its agreements say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction as F

import town as t

ON = date.fromisoformat(t.ON)
FILL = 1000 * 100
FLUX = ("ETAT_PRIO", "ALS", "COLL:25001")
SHARES = {"ETAT_PRIO": (F("0.25"), "25"), "ALS": (F("0.3"), "25"), "COLL:25001": (F("0.2"), "25001")}
MODES = {"ALS": "direct", "COLL:25001": "partial"}
DAYS = {"ALS": 20}
OUTSIDE = ("MUTATION", "RELOGEMENT")


def yes(text: str) -> bool:
    return text == "oui" or text.startswith("QN")


def day(text: str) -> date:
    if "/" in text:
        d, m, y = text.split("/")
        return date(int(y), int(m), int(d))
    return date.fromisoformat(text)


def number(text: str) -> F | None:
    return F(text.replace(",", ".")) if text else None


@dataclass(frozen=True)
class Pick:
    """A first rank: application -1 is a seat."""

    d: int
    a: int
    account: str


@dataclass
class Row:
    rule: str
    scope: str
    share: F
    price: int
    num_before: int = 0
    den_before: int = 0
    remaining: F = F(0)
    rate: int = 0
    slack: int = 0
    upper: bool = False
    several: bool = False
    number: int | None = None
