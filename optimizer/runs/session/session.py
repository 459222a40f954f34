"""``Session``: one case in memory, decided upon and proposed again."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimizer import eligibility, pipeline
from optimizer.arguments import MAPPING, TEXT, optional, takes
from optimizer.domain import Case
from optimizer.domain.given import CASE
from optimizer.errors import AttrifluxError, InputProblems, define
from optimizer.pipeline import Prepared
from optimizer.problem import Remembered, build
from optimizer.results.rules import SMALL
from optimizer.runs.options import OPTIONS_GIVEN, Options, options_of
from optimizer.runs.session.deciding import SAID, Kind, decision_row, with_row
from optimizer.runs.session.pausing import uncollected
from optimizer.runs.session.proposed import Proposed
from optimizer.runs.tables import main_tables
from optimizer.solve import Earlier, Solved, SolveOptions, retold, solve

define(
    "SESSION_KIND",
    "Décision « {kind} » inconnue (attendu : {known}).",
    "Unknown decision “{kind}” (expected: {known}).",
)
define(
    "SESSION_UNKNOWN",
    "« {name} » n'est pas dans le dossier.",
    "“{name}” is not in the case.",
)
define(
    "SESSION_NEEDS",
    "Une décision « {kind} » demande : {needed}.",
    "A decision “{kind}” needs: {needed}.",
)
define(
    "SESSION_OPTION",
    "Une séance calcule jusqu'à la preuve : {option} ne s'y applique pas.",
    "A session computes to the proof: {option} does not apply to it.",
)

NEEDED = {
    "pin": ("dwelling", "application"),
    "forbid": ("application",),
    "orient": ("dwelling", "account"),
    "refuse": ("dwelling", "application"),
    "late": ("facts",),
}
"""What each kind of decision must name."""


class Session:
    """A case that a commission decides upon: each proposal is that of a fresh run of the case as decided so far.

    Facts, scores and the rules of the day stay in memory, and above 25 dwellings a proof starts from the one before; neither
    changes what is proven, nor the bytes of the tables.

    Parameters
    ----------
    case : Case, or path of a folder or workbook
    options : Options, optional
        As for :func:`propose`, without ``gap``, ``time_limit``, ``warm_start``, ``keep`` and ``prospects``.

    Attributes
    ----------
    case : Case
        With every decision so far; :func:`write_case` writes it.

    Raises
    ------
    InputProblems
        The case cannot be used; all problems are listed.
    AttrifluxError
        ``SESSION_OPTION``: an option that leaves the proof open, or that a session has its own way for.

    Examples
    --------
    >>> import optimizer as af
    >>> session = af.Session(af.synthesize("commission", dwellings=4, applications=300, seed=1))
    >>> before = session.propose()
    >>> line = before.proposals.iloc[0]
    >>> session.decide("refuse", dwelling=line["dwelling_id"], application=line["application_id"])
    >>> after = session.propose()
    >>> (line["dwelling_id"], line["application_id"]) in set(zip(after.proposals["dwelling_id"], after.proposals["application_id"]))
    False
    >>> after.verified
    False
    """

    @takes(case=CASE, options=OPTIONS_GIVEN)
    def __init__(
        self, case: Case | Path | str, options: Options | Mapping[str, object] | None = None
    ) -> None:
        self.options = options_of(options)
        for name in ("gap", "time_limit", "warm_start", "keep", "prospects", "chains"):
            if getattr(self.options, name):
                raise AttrifluxError("SESSION_OPTION", option=name)
        self._remembered: Remembered
        self._prepared = self._read(case)
        self._changed = False
        """Whether decisions have been taken since the problem was built."""
        self._earlier: Earlier | None = None
        self._proposed: Proposed | None = None

    @property
    def case(self) -> Case:
        """The case with every decision so far."""
        return self._prepared.case

    @takes(
        kind=TEXT,
        dwelling=TEXT,
        application=TEXT,
        account=TEXT,
        reason=TEXT,
        author=TEXT,
        facts=optional(MAPPING),
    )
    def decide(
        self,
        kind: Kind,
        *,
        dwelling: str = "",
        application: str = "",
        account: str = "",
        reason: str = "",
        author: str = "commission",
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a decision into the case; a decision that cannot hold leaves it as it was.

        Parameters
        ----------
        kind : pin, forbid, orient, refuse or late
            ``pin``: the household holds the first rank of the dwelling (on the account, where one is named). ``forbid``: the
            household is kept away from the dwelling, or from all when none is named. ``orient``: the dwelling goes to the
            account. ``refuse``: the household has refused the dwelling, which is kept from it. ``late``: an application more.
        dwelling, application, account : identifiers of the case
        reason : key or label of the list of its kind (``models/national/forbid_reasons.yaml``, ``pin_reasons.yaml``,
            ``orient_reasons.yaml``); ``commission_decision`` by default, and ``refused_same_dwelling`` for a refusal
        author : who decided, kept in the case
        facts : of a late application, by canonical column (``application_id``, ``persons``…)

        Raises
        ------
        InputProblems
            The decision or the application cannot hold; all reasons are listed.
        AttrifluxError
            ``SESSION_KIND``, ``SESSION_NEEDS``, ``SESSION_UNKNOWN``: it names what no case knows.
        """
        if kind not in NEEDED:
            raise AttrifluxError("SESSION_KIND", kind=kind, known=", ".join(NEEDED))
        given = {"dwelling": dwelling, "application": application, "account": account, "facts": facts}
        if any(not given[name] for name in NEEDED[kind]):
            raise AttrifluxError("SESSION_NEEDS", kind=kind, needed=", ".join(NEEDED[kind]))
        if kind not in SAID:
            self._prepared = self._read(with_row(self.case, "applications", dict(facts or {})))
            self._changed, self._proposed = False, None
            return
        known = self._prepared.facts
        names = ((dwelling, known.dwellings.ids), (application, known.applications.ids))
        for name, ids in names:
            if name and name not in ids:
                raise AttrifluxError("SESSION_UNKNOWN", name=name)
        row = decision_row(kind, dwelling, application, account, reason, author)
        case = with_row(self.case, "decisions", row)
        reading = eligibility.examine_decisions(case, known, self._prepared.rules)
        if any(f.severity == "error" for f in reading.findings):
            raise InputProblems(reading.findings)
        case = replace(
            case, warnings=(*case.warnings, *(f for f in reading.findings if f not in case.warnings))
        )
        self._prepared = replace(self._prepared, case=case, facts=reading.facts)
        self._changed, self._proposed = True, None

    def propose(self) -> Proposed:
        """The proven proposal of the case as decided so far; the same value until something more is decided.

        Raises
        ------
        AttrifluxError
            ``NO_SOLUTION``: the decisions contradict each other.
        """
        if self._proposed is None:
            with uncollected():
                self._proposed = self._proven()
        return self._proposed

    def _proven(self) -> Proposed:
        prepared = self.prepared()
        optimum = pipeline.optimise(prepared, self._how())
        # a small case is quick, and what one more lease costs there is told by the tree of its own proof (`results.rules`)
        if len(prepared.problem.dwelling_ids) > SMALL:
            self._earlier = retold(prepared.problem, optimum.solved)
        return Proposed(optimum, self.options, main_tables(optimum, self.options, alone=True))

    def solve(self, interrupt: threading.Event | None = None) -> tuple[Prepared, Solved]:
        """The problem of the case as decided so far and its proven answer, without a table; nothing is kept of it.

        Parameters
        ----------
        interrupt : once set, the best proposal found is returned soon; its ``stop`` is then not ``proven``.

        Raises
        ------
        AttrifluxError
            ``NO_SOLUTION``: the decisions contradict each other.
        """
        prepared = self.prepared()
        return prepared, solve(prepared.problem, replace(self._how(), interrupt=interrupt))

    def _how(self) -> SolveOptions:
        return SolveOptions(backend=self.options.backend, threads=self.options.threads, earlier=self._earlier)

    def prepared(self) -> Prepared:
        """The case as decided so far, its facts, scores and problem, built once for each decision. A copy would be slow: change nothing in it."""
        if self._changed:
            self._prepared, self._changed = self._rebuilt(), False
        return self._prepared

    def _read(self, case: Case | Path | str) -> Prepared:
        asked, remembered = self.options, Remembered()
        prepared = pipeline.prepare(
            case,
            models=asked.models,
            accept_assumed=asked.accept_assumed,
            price_assumed=asked.price_assumed,
            remembered=remembered,
        )
        self._remembered = remembered
        return prepared

    def fork(self) -> Session:
        """A session that goes on from here: what is decided in it is its own."""
        other = copy.copy(self)  # decisions replace its parts, they change none of them
        other._remembered = self._remembered.copy()
        return other

    def _rebuilt(self) -> Prepared:
        """The problem of the facts at hand."""
        now = self._prepared
        problem = build(
            now.case, now.facts, now.scores, now.rules, book=now.book, remembered=self._remembered
        )
        return replace(now, problem=problem)
