"""Decisions taken before the run: households kept away from a dwelling or pinned to one, dwellings sent to an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.eligibility.codes import pair_code
from optimizer.eligibility.columns import as_day, days, texts
from optimizer.eligibility.facts import CODES, Facts
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import (
    FORBID_ACCOUNT,
    FORBID_UNKNOWN,
    ORIENT_ACCOUNT,
    ORIENT_BLOCKED,
    ORIENT_TWICE,
    ORIENT_UNKNOWN,
    PIN_AND_FORBID,
    PIN_AND_ORIENT,
    PIN_BLOCKED,
    PIN_INELIGIBLE,
    PIN_OTHER_ACCOUNT,
    PIN_TWO_APPLICATIONS,
    PIN_TWO_DWELLINGS,
    PIN_UNKNOWN,
    PIN_UNKNOWN_ACCOUNT,
    REFUSALS,
    UNKNOWN_REASONS,
)
from optimizer.eligibility.naming import accounts_of, naming
from optimizer.eligibility.pin_order import check_pin_order
from optimizer.errors import Said

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

ORIENTED_THERE = Said(
    ", vers qui une autre décision oriente le logement", ", to whom another decision orients the dwelling"
)
"""Why a pin that names no account is judged on one."""


class Decided(TypedDict):
    """The fields of `Facts` that decisions fill."""

    forbidden: NDArray[np.int32]
    pins: NDArray[np.int32]
    pin_accounts: NDArray[np.int32]
    orients: NDArray[np.int32]


def _pairs(found: set[tuple[int, int]]) -> NDArray[np.int32]:
    return np.array(sorted(found), np.int32).reshape(-1, 2)


def live_rows(case: Case) -> pd.DataFrame:
    """Decisions not expired on the date of the case, with their spreadsheet row in ``row``."""
    frame = case.table("decisions").reset_index(drop=True)
    frame = frame.assign(row=case.row_numbers("decisions"))
    if not len(frame):
        return frame
    until = days(frame, "expires_on")
    return frame[np.isnat(until) | (until >= as_day(case.settings.on))]


class ClosedReasons(NamedTuple):
    """The closed list of reasons of one kind of decision.

    Attributes
    ----------
    accepted : keys and labels, case-folded
    known : the list as a message tells it
    """

    accepted: frozenset[str]
    known: Said

    @classmethod
    def of(cls, rules: RuleSet, kind: str) -> ClosedReasons:
        """The list of ``models/national/<kind>_reasons.yaml``."""
        labels = rules.get(f"national.{kind}_reasons.reasons")
        keys = sorted(labels)
        return cls(
            frozenset(str(word).casefold() for word in [*labels, *labels.values()]),
            Said(" ; ".join(f"« {labels[key]} »" for key in keys), ", ".join(keys)),
        )


def read_decisions(case: Case, facts: Facts, rules: RuleSet, findings: Findings) -> Decided:
    """Live ``forbid``, ``pin`` and ``orient`` decisions by index.

    A reason outside the closed list of its kind of decision (``models/national/forbid_reasons.yaml``, ``pin_reasons.yaml``,
    ``orient_reasons.yaml``) is an error of a ``forbid`` and told of the others; errors are a ``forbid`` without application, a pin or an orientation that names nothing
    of the case, or an account that may not receive the dwelling.
    """
    frame = live_rows(case)
    reasons = {kind: ClosedReasons.of(rules, kind) for kind in UNKNOWN_REASONS}
    dwelling_at = {d: i for i, d in enumerate(facts.dwellings.ids)}
    # what keeps a household off a tenant's dwelling, or gives that to an account, holds wherever it stands in a chain
    copies_of = facts.dwellings.named()
    application_at = {a: i for i, a in enumerate(facts.applications.ids)}
    account_at = {r: i for i, r in enumerate(facts.accounts)}
    forbidden: set[tuple[int, int]] = set()
    pins: dict[tuple[int, int], int] = {}
    orients: set[tuple[int, int]] = set()
    everywhere = texts(frame, "dwelling_id") == ""
    columns = [texts(frame, c) for c in ("dwelling_id", "application_id", "account", "decision", "reason")]
    for i, (dwelling, application, account, decision, reason) in enumerate(zip(*columns, strict=True)):
        row = int(frame["row"].iloc[i])
        closed = reasons.get(decision)
        if closed is not None and reason.strip().casefold() not in closed.accepted:
            # of an empty cell of a file the reader has told
            if reason.strip() or not findings.from_file("decisions"):
                code = UNKNOWN_REASONS[decision]
                # the lists of pins and orientations are a convention of ours: what is outside is told, not refused
                severity: Literal["error", "warning"] = "error" if decision == "forbid" else "warning"
                findings.add(code, "decisions", row, "reason", reason, known=closed.known, severity=severity)
            if decision == "forbid":
                continue
        if decision == "forbid":
            if account:
                findings.add(FORBID_ACCOUNT, "decisions", row, "account", account, severity="warning")
            if not application:
                findings.add(FORBID_UNKNOWN, "decisions", row, "application_id", "")
                continue
            if application in application_at:
                there = (-1,) if everywhere[i] else copies_of(dwelling)
                forbidden |= {(d, application_at[application]) for d in there}
        elif decision == "pin":
            if dwelling not in dwelling_at or application not in application_at:
                findings.add(PIN_UNKNOWN, "decisions", row, "dwelling_id", dwelling)
                continue
            d = dwelling_at[dwelling]
            if account and account_at.get(account, -1) not in accounts_of(facts, d)[0].tolist():
                findings.add(
                    PIN_UNKNOWN_ACCOUNT, "decisions", row, "account", account, dwelling=dwelling, known=_may_receive(facts, d)
                )  # fmt: skip
                continue
            pins.setdefault((d, application_at[application]), account_at[account] if account else -1)
        elif decision == "orient":
            if not copies_of(dwelling) or not account or application:
                findings.add(ORIENT_UNKNOWN, "decisions", row, "dwelling_id", dwelling)
                continue
            d = copies_of(dwelling)[0]
            if account_at.get(account, -1) not in accounts_of(facts, d)[0].tolist():
                findings.add(
                    ORIENT_ACCOUNT, "decisions", row, "dwelling_id", dwelling, account=account, known=_may_receive(facts, d)
                )  # fmt: skip
                continue
            orients |= {(copy, account_at[account]) for copy in copies_of(dwelling)}
    pairs = sorted(pins)
    return {
        "forbidden": _pairs(forbidden),
        "pins": _pairs(set(pairs)),
        "pin_accounts": np.array([pins[pair] for pair in pairs], np.int32),
        "orients": _pairs(orients),
    }


def _may_receive(facts: Facts, dwelling: int) -> str:
    return ", ".join(facts.accounts[r] for r in accounts_of(facts, dwelling)[0])


def _rows_of(case: Case, decision: str, columns: tuple[str, str]) -> dict[tuple[str, str], int]:
    """Spreadsheet row of each live decision of a kind, by the values of two columns."""
    frame = live_rows(case)
    frame = frame[frame["decision"] == decision]
    keys = zip(texts(frame, columns[0]), texts(frame, columns[1]), strict=True)
    return dict(zip(keys, (int(row) for row in frame["row"]), strict=True))


def check_orients(case: Case, facts: Facts, findings: Findings) -> None:
    """An orientation that cannot hold is an input error: two accounts for one dwelling, work in progress."""
    if not len(facts.orients):
        return
    rows = _rows_of(case, "orient", ("dwelling_id", "account"))
    one_of = {facts.dwellings.name(d): d for d in sorted(set(facts.orients[:, 0].tolist()), reverse=True)}
    for name, d in sorted(one_of.items(), key=lambda told: told[1]):
        accounts = [facts.accounts[r] for r in facts.orients[facts.orients[:, 0] == d, 1]]
        where = [rows[name, account] for account in accounts]
        if len(accounts) > 1:
            findings.add_rows(
                ORIENT_TWICE, "decisions", "account", name, where, cell=min(zip(where, accounts, strict=True))[1],
                accounts=", ".join(accounts),
            )  # fmt: skip
        if facts.dwellings.blocked[d]:
            findings.add_rows(ORIENT_BLOCKED, "decisions", "dwelling_id", name, where)


def check_pins(case: Case, facts: Facts, findings: Findings) -> None:
    """A pin that cannot hold is an input error that says why.

    Two pins on one side, a forbid, a blocked dwelling, a refused pair, an account that cannot name the household or that
    an orientation excludes, a réservataire's order that the pin would pass.
    """
    if not len(facts.pins):
        return
    rows = _rows_of(case, "pin", ("dwelling_id", "application_id"))
    ids, apps = facts.dwellings.ids, facts.applications.ids
    barred = {(int(d), int(a)) for d, a in facts.forbidden}
    per_dwelling = np.bincount(facts.pins[:, 0], minlength=len(ids))
    per_application = np.bincount(facts.pins[:, 1], minlength=len(apps))
    pins = facts.pins
    for d in np.flatnonzero(per_dwelling > 1):
        where = [rows[ids[d], apps[a]] for a in pins[pins[:, 0] == d, 1]]
        findings.add_rows(
            PIN_TWO_APPLICATIONS, "decisions", "dwelling_id", str(ids[d]), where, count=len(where)
        )
    for a in np.flatnonzero(per_application > 1):
        homes = [str(ids[d]) for d in pins[pins[:, 1] == a, 0]]
        where = [rows[home, apps[a]] for home in homes]
        findings.add_rows(
            PIN_TWO_DWELLINGS, "decisions", "application_id", homes[0], where, cell=str(apps[a]),
            count=len(homes), homes=", ".join(homes),
        )  # fmt: skip
    sound = []
    for (d, a), account in zip(pins.tolist(), facts.pin_accounts.tolist(), strict=True):
        row = rows[ids[d], apps[a]]
        name = str(ids[d])
        if (d, a) in barred or (-1, a) in barred:
            findings.add(PIN_AND_FORBID, "decisions", row, "decision", name, cell="pin")
            continue
        if facts.dwellings.blocked[d]:
            findings.add(PIN_BLOCKED, "decisions", row, "dwelling_id", name)
            continue
        code = int(pair_code(facts, d, np.array([a], np.int32))[0])
        if code:
            findings.add(
                PIN_INELIGIBLE, "decisions", row, "dwelling_id", name, refusal=REFUSALS[CODES[code - 1]]
            )
            continue
        oriented = facts.oriented.get(d, -1)
        if account >= 0 and oriented not in (-1, account):
            findings.add(
                PIN_AND_ORIENT, "decisions", row, "account", name, cell=facts.accounts[account],
                account=facts.accounts[oriented], pinned=facts.accounts[account],
            )  # fmt: skip
            continue
        wanted = account if account >= 0 else oriented
        naming_accounts, eligible, _ = naming(facts, d, np.array([a], np.int32))
        able = naming_accounts[eligible[0]].tolist()
        if wanted >= 0 and wanted not in able:
            findings.add(
                PIN_OTHER_ACCOUNT, "decisions", row, "dwelling_id" if account < 0 else "account", name,
                cell=name if account < 0 else facts.accounts[account],
                account=facts.accounts[wanted], known=", ".join(facts.accounts[r] for r in able),
                oriented=ORIENTED_THERE if account < 0 else Said("", ""),
            )  # fmt: skip
            continue
        sound.append((row, d, a, [wanted] if wanted >= 0 else able))
    if not findings.errors:
        check_pin_order(facts, sound, findings)
