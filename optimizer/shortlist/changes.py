"""What moved against an earlier result, list by list, and why (design §8, ``--keep``).

One cause is given per list, the first that holds: a decision of the session, a household or dwelling that came or went, a
household that is no longer eligible or holds a first rank elsewhere, the réservataire's own order, the rule that the former
household would worsen most where it is worth more than the new one, and at last the part of the value by which it is worth less.
Points stay in the certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.chains import home_of
from optimizer.eligibility.facts import CODES, Facts
from optimizer.eligibility.fit import DOSSIER_UNREACHABLE
from optimizer.errors import Lang
from optimizer.problem import Evaluation
from optimizer.problem.finding import entries_of_pairs
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks, Problem
from optimizer.shortlist.exchange import NEVER, Exchange
from optimizer.shortlist.labels import account_label, on_lists, refusal_label, rule_label
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.ranks import Lines

COLUMNS = (
    "dwelling_id", "what", "account_before", "account_now", "first_before", "first_now", "list_before", "list_now", "why",
)  # fmt: skip
NEW, GONE, ACCOUNT, FIRST, RESERVES = "dwelling_new", "dwelling_gone", "account", "first_rank", "reserves"
"""What changed, the strongest only: the dwelling came or went, its account, its first rank, the ranks behind."""

Before = Mapping[str, tuple[str, tuple[str, ...]]]
"""Dwelling -> (account, households by rank) of the earlier result; no account where it had no list."""
NAMES_SHOWN = 3


def empty_changes() -> pd.DataFrame:
    """The table without rows."""
    return pd.DataFrame({name: pd.Series([], dtype="str") for name in COLUMNS})


def changes_table(
    problem: Problem,
    facts: Facts,
    first: FirstRanks,
    counted: Evaluation,
    lines: Lines,
    before: Before,
    *,
    known: frozenset[str] | None,
    code: Callable[[int, NDArray[np.int32]], NDArray[np.int8]],
    places: Mapping[str, str],
    homes: frozenset[str],
    proven: bool,
    max_lists: int,
    lang: Lang,
) -> pd.DataFrame:
    """``changes.csv``: one row per dwelling whose account, first rank or list is not what it was, by dwelling.

    Parameters
    ----------
    known : every application of the earlier result, None where it does not say
    code : (dwelling, applications) -> first refusal codes
    homes : dwellings that applicants live in: one that was freed for the earlier result is there still
    proven : whether no proposal is worth more
    """
    now: dict[str, tuple[str, tuple[str, ...]]] = {}
    for i in range(len(lines)):
        home = str(problem.dwelling_ids[lines.dwelling[i]])
        account, names = now.get(home, (problem.accounts[int(lines.account[i])], ()))
        a = int(lines.app[i])
        now[home] = (account, names if a < 0 else (*names, str(problem.application_ids[a])))
    causes = _Causes(
        problem, facts, first, counted, lines, known, code, places, homes, proven, max_lists, lang
    )
    here = {str(x): d for d, x in enumerate(problem.dwelling_ids)}
    rows = []
    for home in sorted({*before, *now}):
        was, is_ = before.get(home, ("", ())), now.get(home, ("", ()))
        if was == is_:
            continue
        what = _what(home, here, before, was, is_)
        why = causes.of(home, here.get(home, -1), what, was, is_)
        rows.append(
            (home, what, was[0], is_[0], *(x[1][0] if x[1] else "" for x in (was, is_)), "|".join(was[1]), "|".join(is_[1]), why)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)) if rows else empty_changes()


def _what(
    home: str,
    here: Mapping[str, int],
    before: Before,
    was: tuple[str, tuple[str, ...]],
    now: tuple[str, tuple[str, ...]],
) -> str:
    if home not in here:
        return GONE
    if home not in before:
        return NEW
    if was[0] != now[0]:
        return ACCOUNT
    return FIRST if was[1][:1] != now[1][:1] else RESERVES


@dataclass
class _Causes:
    """Finds the cause of each change."""

    problem: Problem
    facts: Facts
    first: FirstRanks
    counted: Evaluation
    lines: Lines
    known: frozenset[str] | None
    code: Callable[[int, NDArray[np.int32]], NDArray[np.int8]]
    places: Mapping[str, str]
    homes: frozenset[str]
    proven: bool
    max_lists: int
    lang: Lang

    def __post_init__(self) -> None:
        self.number = {str(x): i for i, x in enumerate(self.problem.application_ids)}
        self.exchange = Exchange(self.problem, self.first, self.counted)
        self.pools = Pools(self.problem)
        named = np.flatnonzero(self.first.app >= 0)
        self.home = dict(
            zip(self.first.app[named].tolist(), self.first.dwelling[named].tolist(), strict=True)
        )
        self.kind = dict(zip(self.first.dwelling.tolist(), self.first.kind.tolist(), strict=True))
        tenants = self.facts.dwellings.tenant[self.first.dwelling]
        self.frees = frozenset(tenants[tenants >= 0].tolist())
        self.let = frozenset(str(x) for x in self.problem.dwelling_ids[self.first.dwelling[tenants >= 0]])
        reserve = self.lines.app[self.lines.rank > 1]
        self.lists = np.bincount(reserve, minlength=len(self.problem.application_ids))

    def _say(self, fr: str, en: str) -> str:
        return fr if self.lang == "fr" else en

    def of(
        self, name: str, d: int, what: str, was: tuple[str, tuple[str, ...]], now: tuple[str, tuple[str, ...]]
    ) -> str:
        if what in (GONE, NEW) and self._elsewhere(name):
            return self._say(
                "logement proposé à une autre place d'une chaîne",
                "dwelling proposed at another place of a chain",
            )
        if what == GONE and home_of(name) in self.homes:
            return self._say(
                "logement d'un locataire, qui n'est pas proposé ici à la suite de son départ",
                "dwelling of a tenant, which is not proposed here after its departure",
            )
        if what == GONE:
            return self._say("logement absent de ce cas", "dwelling not in this case")
        if what == NEW and self.facts.dwellings.freed[d]:
            return self._say(
                "logement que libère le départ de son locataire",
                "dwelling freed by the departure of its tenant",
            )
        if what == NEW:
            return self._say("logement nouveau", "new dwelling")
        decided = self._decided(d)
        if decided and what in (ACCOUNT, FIRST):
            return decided
        if what == RESERVES:
            return self._reserves(d, was[1], now[1])
        if not was[1]:
            return self._account(d, was[0], now)
        return self._household(d, was[1][0], was[0])

    def _decided(self, d: int) -> str:
        if d in self.facts.pinned_application:
            return self._say(
                "ménage désigné par une décision enregistrée", "household named by a recorded decision"
            )
        account = self.facts.oriented.get(d)
        if account is None:
            return ""
        name = account_label(self.facts.accounts[account], self.lang, self.places)
        return self._say(
            f"logement orienté par décision : {name}", f"dwelling oriented by a decision: {name}"
        )

    def _account(self, d: int, account: str, now: tuple[str, tuple[str, ...]]) -> str:
        """The dwelling had no household before: it awaited its réservataire, or had no list."""
        if self.facts.dwellings.blocked[d]:
            return self._say("logement en cours d'attribution", "dwelling in progress")
        if now[1] and self.known is not None and now[1][0] not in self.known:
            return self._say("demande nouvelle", "new application")
        if not account:
            return self._say(
                "il n'avait pas de liste : il était en cours d'attribution, ou aucune demande n'y était recevable",
                "it had no list: it was in progress, or no application was eligible for it",
            )
        return self._say(
            "le réservataire a désigné, ou un autre contingent vaut désormais plus",
            "the réservataire has named, or another account is now worth more",
        )

    def _household(self, d: int, name: str, account: str) -> str:
        """Why the household that was first is no longer."""
        if self.facts.dwellings.blocked[d]:
            return self._say("logement en cours d'attribution", "dwelling in progress")
        gone = self._absent(d, name)
        if gone:
            return gone
        a = self.number[name]
        if account not in self.problem.accounts:
            return self._say(
                "ce contingent n'existe plus dans le cas", "that account is no longer in the case"
            )
        r = self.problem.accounts.index(account)
        entry = entries_of_pairs(self.problem, np.array([d], np.int32), np.array([a], np.int32))
        kind_of, may_first = self.pools.kinds_by_type(self.pools.group(d), r)
        type_ = int(self.problem.entry_type[int(entry[0])]) if entry[0] >= 0 else -1
        if type_ < 0 or kind_of[type_] < 0 or not may_first[type_]:
            return self._say(
                "ce contingent ne peut plus la désigner au premier rang",
                "that account may no longer name it at the first rank",
            )
        out = self.kind.get(d, -1)
        lost, row = self.exchange.cost(out, int(kind_of[type_])) if a not in self.home else (0, -1)
        value = self._value(d, int(entry[0]), int(kind_of[type_]))
        if lost == NEVER and self._opens(d):
            if value > self._worth(d):
                return self._say(
                    "le départ du nouveau premier rang libère un logement attribué à la suite",
                    "the departure of the new first rank frees a dwelling that is let in turn",
                )
            lost = 0
        if lost == NEVER:
            return self._say(*self._order(d, r))
        if not self.proven and (value - self._worth(d)) * MICRO_PER_HUNDREDTH > lost and a not in self.home:
            return self._say("calcul arrêté avant la preuve", "stopped before the proof")
        if lost > 0 and row >= 0 and value > self._worth(d):
            rule = rule_label(self.problem.rows[row].rule, self.lang)
            return self._say(f"règle : {rule}", f"rule: {rule}")
        if a in self.home:
            home = str(self.problem.dwelling_ids[self.home[a]])
            return self._say(
                f"au premier rang du logement {home} désormais", f"now at the first rank of dwelling {home}"
            )
        return self._worth_less(d, a, int(entry[0]), int(kind_of[type_]))

    def _order(self, d: int, account: int) -> tuple[str, str]:
        """That a réservataire's order sets the new first rank before the former: that of this account, or of another dwelling."""
        if self.facts.mode_at(d, account) == "delegated":
            return (
                "le nouveau premier rang est désigné par un réservataire avant les autres candidats d'un autre logement",
                "a réservataire names the new first rank before the other households of another dwelling",
            )
        return "ordre du réservataire", "the réservataire's own order"

    def _elsewhere(self, name: str) -> bool:
        """Whether the same dwelling of a tenant is proposed, at another place of a chain."""
        return any(x != name and home_of(x) == home_of(name) for x in self.let)

    def _opens(self, d: int) -> bool:
        """Whether the departure of the first rank of a dwelling frees one that is let."""
        at = self._first_line(d)
        return at >= 0 and int(self.lines.app[at]) in self.frees

    def _value(self, d: int, entry: int, kind: int) -> int:
        """What a household is worth at the first rank of a dwelling, hundredths."""
        value = int(self.problem.values(np.array([entry]))[0])
        return value + int(self.problem.bonus[d]) + int(self.problem.kinds.value[kind])

    def _worth(self, d: int) -> int:
        """What the first rank of a dwelling is worth now, hundredths; nothing where it has none."""
        at = self._first_line(d)
        return int(self.lines.value[at]) if at >= 0 else 0

    def _first_line(self, d: int) -> int:
        at = int(np.searchsorted(self.lines.dwelling, d))
        return at if at < len(self.lines) and int(self.lines.dwelling[at]) == d else -1

    def _worth_less(self, d: int, a: int, entry: int, kind: int) -> str:
        """The part of the value by which the former household is worth less than the new first rank, the largest one."""
        at = self._first_line(d)
        if at < 0 or int(self.lines.app[at]) < 0:
            return self._say(
                "l'orienter vers ce réservataire, qui désigne lui-même, vaut désormais plus",
                "it is now worth more to send it to this réservataire, which names its own households",
            )
        problem, lines = self.problem, self.lines
        burden = int(problem.entry_burden[entry])
        awaited = int(problem.awaited_of(np.array([a]))[0])
        fit = int(problem.entry_fit[entry]) + int(problem.bonus[d]) + burden + awaited
        unreached = int(self.facts.applications.dossier[a]) == DOSSIER_UNREACHABLE
        lean = (
            ("dossier injoignable", "unreachable file")
            if unreached
            else (
                "un autre contingent, ou un ménage que ce contingent sert mieux, vaut plus",
                "another account, or a household that this one serves better, is worth more",
            )
        )
        parts = (
            (int(lines.score[at]) - int(problem.entry_score[entry]), ("cotation plus haute du nouveau premier rang", "higher score of the new first rank")),
            (int(lines.fit[at]) - fit, ("préférence, taille ou accès mieux adaptés au nouveau premier rang", "preference, size or access suit the new first rank better")),
            (burden - int(lines.burden[at]), ("taux d'effort au-delà du seuil", "effort rate above the threshold")),
            (awaited - int(lines.awaited[at]), ("gardée pour un logement attendu", "kept for a dwelling expected")),
            (int(lines.lean[at]) - int(problem.kinds.value[kind]), lean),
        )  # fmt: skip
        lost, words = max(parts, key=lambda part: part[0])
        if lost <= 0:
            words = (
                (
                    "à égalité, départagée par l'ancienneté ou le tirage",
                    "tied, decided by seniority or the draw",
                )
                if self.proven
                else ("à égalité, calcul arrêté avant la preuve", "tied, stopped before the proof")
            )
        return self._say(*words)

    def _absent(self, d: int, name: str) -> str:
        """Why a household cannot stand there at all; empty when it can."""
        a = self.number.get(name)
        if a is None:
            return self._say("demande absente de ce cas", "application not in this case")
        code = int(self.code(d, np.array([a], np.int32))[0])
        return refusal_label(CODES[code - 1], self.lang) if code else ""

    def _reserves(self, d: int, was: tuple[str, ...], now: tuple[str, ...]) -> str:
        """One cause for each household that left the list, then those that came."""
        said = []
        for name in [x for x in was if x not in now][:NAMES_SHOWN]:
            said.append(f"{name}{self._say(' : ', ': ')}{self._left(d, name)}")
        new = [x for x in now if x not in was and self.known is not None and x not in self.known]
        said += [f"{x}{self._say(' : demande nouvelle', ': new application')}" for x in new[:NAMES_SHOWN]]
        if not said:
            said = [
                self._say("ordre recalculé", "order found again")
                if set(was) == set(now)
                else self._say("place libérée", "a place became free")
            ]
        return (" ; " if self.lang == "fr" else "; ").join(said)

    def _left(self, d: int, name: str) -> str:
        gone = self._absent(d, name)
        if gone:
            return gone
        a = self.number[name]
        if a in self.home:
            home = str(self.problem.dwelling_ids[self.home[a]])
            return self._say(f"au premier rang du logement {home}", f"first rank of dwelling {home}")
        if self.lists[a] >= self.max_lists:
            return self._say(
                f"déjà {on_lists(self.max_lists, 'fr')}", f"already {on_lists(self.max_lists, 'en')}"
            )
        return self._say("moins bien placée désormais", "now placed lower")
