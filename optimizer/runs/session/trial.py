"""What a session would propose if: one household first on a dwelling, or some taken off it; the session stays as it is.

A trial is proven as any proposal is, but writes no table: the list of the dwelling asked about, the first ranks that would be
others, and what it costs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.errors import Lang
from optimizer.pipeline import Prepared
from optimizer.problem import evaluate
from optimizer.problem.model import FirstRanks
from optimizer.runs.session.pausing import uncollected
from optimizer.runs.session.session import Session
from optimizer.runs.tables import place_names
from optimizer.shortlist import build_shortlists
from optimizer.solve import Solved
from optimizer.solve.proof.certificate import MICRO

FirstRank = tuple[str, str]
"""Account and application of a first rank; no application where the account names its own."""


@dataclass(frozen=True)
class TrialLine:
    """A line of the dwelling's list; ``application`` is empty where the account names its own."""

    rank: int
    application: str
    account: str
    reason: str


@dataclass(frozen=True)
class Moved:
    """A dwelling whose account or first household is another."""

    dwelling: str
    account_before: str
    account_after: str
    before: str
    after: str


@dataclass(frozen=True)
class Trial:
    """What would hold.

    Attributes
    ----------
    lines : the dwelling's list, by rank
    moved : first ranks that are others, this dwelling included, by dwelling
    cost : points of the proposal that it costs (0: as good)
    exact : whether both proposals are proven; else it was interrupted and means nothing
    """

    lines: tuple[TrialLine, ...]
    moved: tuple[Moved, ...]
    cost: float
    exact: bool


def what_if(
    session: Session,
    dwelling: str,
    application: str,
    account: str = "",
    *,
    lang: Lang = "fr",
    interrupt: threading.Event | None = None,
) -> Trial:
    """If a household were first on a dwelling (on an account, where one is named).

    Raises
    ------
    InputProblems, AttrifluxError
        As :meth:`Session.decide` of a ``pin``, and ``NO_SOLUTION``.
    """
    trial = session.fork()
    trial.decide("pin", dwelling=dwelling, application=application, account=account)
    return _tried(session, trial, dwelling, lang, interrupt)


def without(
    session: Session,
    dwelling: str,
    applications: Iterable[str],
    *,
    lang: Lang = "fr",
    interrupt: threading.Event | None = None,
) -> Trial:
    """If some households were not there for a dwelling: who would be next.

    Raises
    ------
    InputProblems, AttrifluxError
        As :meth:`Session.decide` of a ``forbid``, and ``NO_SOLUTION``.
    """
    trial = session.fork()
    for application in applications:
        trial.decide("forbid", dwelling=dwelling, application=application, reason="commission_decision")
    return _tried(session, trial, dwelling, lang, interrupt)


def _tried(
    session: Session, trial: Session, dwelling: str, lang: Lang, interrupt: threading.Event | None
) -> Trial:
    with uncollected():
        known = session.propose().optimum
        prepared, solved = trial.solve(interrupt)
        before, after = known.solved.certificate, solved.certificate
        return Trial(
            _lines(prepared, solved, dwelling, lang),
            _moved(known.prepared, known.solved.first, prepared, solved.first),
            (before.objective - after.objective) / MICRO,
            known.solved.stop == solved.stop == "proven",
        )


def _lines(prepared: Prepared, solved: Solved, dwelling: str, lang: Lang) -> tuple[TrialLine, ...]:
    problem, rules = prepared.problem, prepared.rules
    size = prepared.case.settings.shortlist_size or rules.integer("national.caleol.shortlist_size")
    lists = build_shortlists(
        problem,
        prepared.facts,
        solved.first,
        counted=evaluate(problem, solved.first),
        proven=solved.stop == "proven",
        size=size,
        max_lists=rules.integer("national.caleol.max_lists"),
        places=place_names(rules),
        langs=(lang,),
        ranked=prepared.scores.ranked,
    )
    lines = lists.lines
    at = [i for i, d in enumerate(lines.dwelling.tolist()) if str(problem.dwelling_ids[d]) == dwelling]
    return tuple(
        TrialLine(
            int(lines.rank[i]),
            _name(prepared, int(lines.app[i])),
            str(problem.accounts[lines.account[i]]),
            lists.reasons[lang][i],
        )
        for i in at
    )


def _first(prepared: Prepared, first: FirstRanks) -> dict[str, FirstRank]:
    problem = prepared.problem
    accounts = problem.kinds.account[first.kind].tolist()
    return {
        str(problem.dwelling_ids[d]): (str(problem.accounts[r]), _name(prepared, a))
        for d, r, a in zip(first.dwelling.tolist(), accounts, first.app.tolist(), strict=True)
    }


def _name(prepared: Prepared, a: int) -> str:
    return str(prepared.problem.application_ids[a]) if a >= 0 else ""


def _moved(before: Prepared, was: FirstRanks, after: Prepared, now: FirstRanks) -> tuple[Moved, ...]:
    old, new = _first(before, was), _first(after, now)
    nothing: FirstRank = ("", "")
    pairs = ((home, old.get(home, nothing), new.get(home, nothing)) for home in sorted({*old, *new}))
    return tuple(Moved(home, a[0], b[0], a[1], b[1]) for home, a, b in pairs if a != b)
