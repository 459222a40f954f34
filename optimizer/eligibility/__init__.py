"""Who may be proposed for what: lawful pairs, the first reason of each refusal, and who may name whom.

What lives here. ``encode`` turns a case into :class:`Facts` (dense columns sorted by identifier); ``menus`` lists, for
each kind of dwelling, the applications that pass design §4 before the account question; ``naming`` and ``seats`` answer
that question (design §3); ``pair_code``, ``misses`` and ``nearest_miss`` explain refusals; ``q1_state``, ``effort`` and
`fit` give what later layers need of a pair. Public names::

    encode(case, rules, *, accept_assumed=False) -> Facts           raises InputProblems
    check_case(case, rules, *, accept_assumed=False) -> tuple[Finding, ...]
    examine(case, rules, *, accept_assumed=False) -> Reading(facts, findings)     both at the price of one
    menus(facts, rules) -> Menus            naming(facts, dwelling, apps) -> (accounts, eligible, first)
    seats(facts, rules, known=None) -> list[(dwelling, account, deadline_days, pool)]     in_a_pool(facts, dwelling, apps) -> bool (n,)
    pair_code(facts, dwelling, apps) -> int8 (n,)                   code_counts(facts) -> int32 (A, 10)
    pair_flags(facts, dwelling, apps) -> int16 (n,)               bits of FLAGS; flags_of_pairs(facts, dwellings, apps)
    misses(facts) -> Misses                 nearest_miss(facts, a) -> (code, fr, en)
    q1_state(facts, apps, epci) -> int8     effort(facts, rules, dwelling, apps) -> Effort(rate, residual, status, allowance, reduction, given)
    burden(facts, dwelling, apps) -> int64 (n,) hundredths          needs facts.with_span(scores.span)
    one_is_enough(facts, dwelling, apps) -> bool (n,)             nominee_order(facts, dwelling, account, line) -> (apps, ranks)
    pooled_on(facts, dwelling, account, apps) -> bool (n,)

What it may import: ``policy`` (through the rule set it is given), ``domain``, ``errors``; numpy, pandas and pyarrow. It
never reads a file and knows nothing of scores, prices or solvers.

Why so: pairs are judged in one place (``pairs.py``) by whole columns, and dwellings that no rule tells apart are judged
once, so that a commission of 20,000 applications takes a fraction of a second and a national year fits in memory. Each
array is sorted by identifier, so the order of the rows of a file cannot change an answer.

Rejected: a table of all pairs (three thousand million for a national year); refusing silently what a cell lacks (an
unknown income or access is a flag, never a refusal nor a guess); treating the account as an attribute of the household
(the same household may be named by several réservataires, and not by the same ones for two dwellings).
"""

from optimizer.eligibility.burden import burden
from optimizer.eligibility.codes import pair_code
from optimizer.eligibility.effort import EFFORT_STATUS, Effort, effort
from optimizer.eligibility.encode import (
    Reading,
    check_case,
    encode,
    examine,
    examine_decisions,
    examine_part,
    examine_stock,
)
from optimizer.eligibility.facts import CODES, Q1_NO, Q1_UNKNOWN, Q1_YES, Facts
from optimizer.eligibility.fit import FLAGS, flags_of_pairs, pair_flags
from optimizer.eligibility.income import income_missing, q1_state
from optimizer.eligibility.menus import Menus, menus
from optimizer.eligibility.misses import (
    Misses,
    accepted_rooms,
    code_counts,
    misses,
    nearest_miss,
    remember_misses,
)
from optimizer.eligibility.naming import naming, nominee_order, pooled_on
from optimizer.eligibility.seats import in_a_pool, seats

__all__ = [
    "CODES", "EFFORT_STATUS", "FLAGS", "Effort", "Facts", "Menus", "Misses", "Q1_NO", "Q1_UNKNOWN", "Q1_YES", "Reading", "accepted_rooms", "burden",
    "check_case", "code_counts", "effort", "encode", "examine", "examine_decisions", "examine_part", "examine_stock", "flags_of_pairs", "in_a_pool", "income_missing", "menus", "misses", "naming", "remember_misses",
    "nearest_miss", "nominee_order", "pair_code", "pair_flags", "pooled_on", "q1_state", "seats",
]  # fmt: skip
