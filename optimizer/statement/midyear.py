"""The point at mid-year: where each réservataire stands on a day, what is proposed to right it, and what it answered.

The figures are those of the ledger made up to that day. What is proposed is the whole leases that bring an account within half
a lease of its share on that day (the play of the rule ``flux``): to be oriented to it above (or below) its share of the
dwellings still to come before 31 December.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil
from pathlib import Path

import pandas as pd

from optimizer import importers, policy
from optimizer.domain import Case
from optimizer.domain.account import outside_flux
from optimizer.domain.frames import OwnFrames
from optimizer.errors import AttrifluxError, Finding
from optimizer.problem.returned import DATES
from optimizer.runs.tables import place_names
from optimizer.statement import messages as messages
from optimizer.statement.ledger import ledger

KEYS = ["landlord", "departement", "area", "account"]
COLUMNS = (
    *KEYS, "share", "base", "due", "done", "in_progress", "balance", "late", "ahead", "year_due", "remaining", "forecast",
    "forecast_low", "forecast_high", "proposed", "per_month", "answer", "agreed", "answered_on",
)  # fmt: skip
ANSWER_COLUMNS = (*KEYS, "as_of", "proposed", "answer", "agreed", "answered_on")


@dataclass(frozen=True)
class MidYear(OwnFrames):
    """Where every réservataire stands on a day.

    Attributes
    ----------
    table : DataFrame
        One line per convention line: ``share``, ``base`` and ``due`` to date, ``done``, ``in_progress``, ``balance``, ``late``,
        ``ahead``, ``year_due``, ``remaining``, the forecast with its interval, ``proposed`` (dwellings more, or fewer, by
        31 December; 0: none), ``per_month``, and what came back: ``answer, agreed, answered_on`` (empty: nothing yet).
    play : float
        Leases by which a balance may miss a share without anything being proposed.
    """

    case: Case
    to: date
    table: pd.DataFrame
    places: dict[str, str]
    findings: tuple[Finding, ...]
    play: float

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts of the sheet, sorted."""
        return tuple(sorted(set(self.table["account"])))

    def answers(self, account: str) -> pd.DataFrame:
        """The answer sheet of an account: its lines with what is proposed, to be filled in and put into the case again."""
        mine = self.table[self.table["account"] == account]
        sheet = mine[KEYS].assign(as_of=self.to.isoformat(), proposed=mine["proposed"])
        for name in ("answer", "agreed", "answered_on"):
            sheet[name] = mine[name]
        return sheet[list(ANSWER_COLUMNS)].reset_index(drop=True)


def as_it_was(case: Case, to: date) -> Case:
    """The case on an earlier day of its year: what happened later is not known yet.

    Leases signed and candidates followed since then are left out; of each orientation only the dates up to the day remain. A
    candidate followed on that day and signed or gone since is known by the events only, which then say where its dwelling lies.
    """
    day = pd.Timestamp(to)
    tables = dict(case.tables)
    if "leases" in tables:
        tables["leases"] = _kept(tables["leases"], tables["leases"]["signed_on"] <= day)
    if "in_progress" in tables:
        tables["in_progress"] = _kept(tables["in_progress"], tables["in_progress"]["since"] <= day)
    if "events" in tables:
        events = tables["events"].copy()
        for name in DATES:
            events[name] = events[name].where(events[name] <= day)
        gone = [_left_out(case, tables, name) for name in ("in_progress", "leases")]
        tables["events"] = _placed(_kept(events, events[list(DATES)].notna().any(axis=1)), gone)
    return replace(case, tables=tables, settings=replace(case.settings, on=to), path=None)


def _kept(frame: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    found: pd.DataFrame = frame[rows.fillna(False).astype(bool)].reset_index(drop=True)
    return found


def _left_out(case: Case, then: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """One row for each dwelling that a table describes, and no longer on the day."""
    frame = case.table(name)
    there = set(then[name]["dwelling_id"]) if name in then else set()
    found: pd.DataFrame = frame[~frame["dwelling_id"].isin(there)].drop_duplicates("dwelling_id", keep="last")
    return found.set_index("dwelling_id")


def _placed(events: pd.DataFrame, gone: list[pd.DataFrame]) -> pd.DataFrame:
    """The events, with the place of dwellings that only what came later describes: an orientation counts where its dwelling lies."""
    for later in gone:
        bare = (events["landlord"].isna() | events["commune"].isna()) & events["dwelling_id"].isin(
            later.index
        )
        for name in ("landlord", "commune", "qpv", "rooms", "financing", "construction_year"):
            if name in later:
                told = events["dwelling_id"].map(later[name]).astype(events[name].dtype)
                events[name] = events[name].where(~bare, told)
        if "in_flux" in later:
            out = later["in_flux"].eq(False).fillna(False) & ~later["account"].isin(outside_flux())
            kept_out = later.index[out.to_numpy(bool)]
            events["in_flux"] = events["in_flux"].where(~(bare & events["dwelling_id"].isin(kept_out)), False)
    return events


def midyear(case: Case | Path | str, to: date, *, models: Path | None = None) -> MidYear:
    """Where each réservataire stands on a day, and what is proposed to right it by 31 December.

    Raises
    ------
    AttrifluxError
        ``MIDYEAR_DATE``: a day outside the year of the case, or after its date: nobody knows that yet.
    InputProblems
        The case cannot be used.
    """
    if not isinstance(case, Case):
        case = importers.read(Path(case), need=())
    importers.need_tables(case)
    if to.year != case.settings.year or to > case.settings.on:
        raise AttrifluxError(
            "MIDYEAR_DATE", to=to, on=case.settings.on, year=case.settings.year
        )  # fmt: skip
    then = as_it_was(case, to)
    settings = then.settings
    rules = policy.rules_of(settings, models)
    # as the statement and the dashboards of that day
    book = ledger(then, rules, settings.year, over=to == date(settings.year, 12, 31))
    play = Fraction(repr(rules.get("national.rules.flux.play")))
    proposed = [_righted(float(balance), play) for balance in book["balance"]]
    months = max(1, 12 - to.month)
    table = book.assign(proposed=proposed, per_month=[round(n / months, 1) for n in proposed])
    table, unknown = _with_answers(table, case.table("answers"), to)
    found = (*case.warnings, *unknown)
    return MidYear(then, to, table[list(COLUMNS)], place_names(rules), found, float(play))


def _righted(balance: float, play: Fraction) -> int:
    """Whole leases that bring a balance within the play, on both sides alike.

    The next whole one above, where a part lacks, asked a lease more of an account due a tenth of one, and one less only of
    who had a whole one too many: the proposals of a landlord then asked for more dwellings than it had to come.
    """
    exact = Fraction(repr(balance))
    beyond = max(0, ceil(abs(exact) - play))
    return -beyond if exact > 0 else beyond


def _with_answers(
    table: pd.DataFrame, answers: pd.DataFrame, to: date
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """The lines with the answers that came back to the sheet of that day; an answer to no line, or to another number, is said."""
    mine = answers[answers["as_of"] == pd.Timestamp(to)]
    given = {tuple(str(row[k]) for k in KEYS): row for row in mine.to_dict("records")}
    found: list[Finding] = []
    words: list[str] = []
    numbers: list[int | None] = []
    days: list[str] = []
    for line in table.to_dict("records"):
        row = given.pop(tuple(str(line[k]) for k in KEYS), None)
        word = "" if row is None or pd.isna(row["answer"]) else str(row["answer"])
        agreed: int | None = None
        if row is not None and word:
            asked = row["proposed"]
            if pd.notna(asked) and int(asked) != int(line["proposed"]):
                params = {
                    "account": line["account"],
                    "landlord": line["landlord"],
                    "asked": int(asked),
                    "now": int(line["proposed"]),
                }
                found.append(Finding("MIDYEAR_ANSWER_OLD", "warning", file="reponses", params=params))
            agreed = {"accepted": int(line["proposed"]), "refused": 0}.get(
                word, None if pd.isna(row["agreed"]) else int(row["agreed"])
            )
        words.append(word)
        numbers.append(agreed)
        answered = None if row is None else row["answered_on"]
        days.append("" if answered is None or pd.isna(answered) else f"{answered:%Y-%m-%d}")
    found += [
        Finding(
            "MIDYEAR_ANSWER_LOST",
            "warning",
            file="reponses",
            params={"landlord": key[0], "area": key[2], "account": key[3]},
        )
        for key in given
    ]
    agreed_column = pd.Series(numbers, index=table.index, dtype="Int64")
    return table.assign(answer=words, agreed=agreed_column, answered_on=days), tuple(found)
