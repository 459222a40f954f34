"""The kinds that are possible for each group of dwellings and each type of application."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.problem.entries import Entries
from optimizer.problem.ground import Place
from optimizer.problem.groups import Groups
from optimizer.problem.kinds import AskedKinds, KindTable, Marks
from optimizer.problem.leans import Leans, Missing
from optimizer.problem.model import I32, I64, B, Options
from optimizer.problem.named_group import NamedGroup
from optimizer.problem.naming import Naming
from optimizer.problem.orders import NO_SIGNS
from optimizer.problem.rulebook import RuleBook

BATCH = 1_000_000
"""Options from which those read so far are numbered and what told them apart is let go."""
_CALL, _BITS, _VALUE, _KEEP, _ORDER, _NOMINEE = range(6)
"""Rows of `AskedKinds.columns`."""


def option_table(
    book: RuleBook,
    naming: Naming,
    leans: Leans,
    groups: Groups,
    entries: Entries,
    met: Sequence[tuple[I32, I32]],
    table: KindTable,
) -> Options:
    """Kinds possible for every group and every type met in its menus (``met``: `Entries.menu_types`).

    Naming is asked once per group, for one application of each type: groups and types are made so that the answer holds
    for all.
    """
    batch = _Batch(table)
    found: list[Options] = []
    for group, member in enumerate(groups.member.tolist()):
        used = groups.menus[group]
        if not used:
            continue
        types, each = np.unique(np.concatenate([met[m][0] for m in used]), return_index=True)
        apps = np.concatenate([met[m][1] for m in used])[each]
        named = naming.known_group(member, apps, groups.missing[group])
        if named is None:
            named = _named(naming, leans, member, apps, groups.missing[group])
            naming.learn_group(member, named)
        own_types = types[named.inside]
        key = own_types.astype(np.int64) + np.int64(group) * entries.n_types
        batch.add(named, key, entries.bits[own_types], groups.place(book.ground, member))
        if batch.rows >= BATCH:
            found.append(batch.options())
            batch = _Batch(table)
    return _joined([*found, batch.options()])


class _Batch:
    """Options of groups one after the other: a country has too many for all that tells their kinds apart to be held at once.

    Kinds are numbered call by call (`KindTable.of_types`), so that they have the same numbers whatever the batches.
    """

    def __init__(self, table: KindTable) -> None:
        self.table = table
        self.calls: list[tuple[int, Marks]] = []
        self.signs: list[I64] = []
        self.many: list[int] = []
        self.keys: list[I64] = []
        self.columns: list[I64] = []
        self.firsts: list[B] = []
        self.rows = 0

    def add(self, named: NamedGroup, key: I64, bits: I64, place: Place) -> None:
        """The options of a group; ``key`` and trait bits of the type of each."""
        rows = named.columns.copy()
        rows[_BITS] = bits
        begin = 0
        for account, n, own in named.accounts:
            rows[_CALL, begin : begin + n] = len(self.calls)
            begin += n
            self.calls.append((account, self.table.marks(place, account)))
            self.many.append(own)
        self.signs.append(named.signs)
        self.keys.append(key)
        self.columns.append(rows)
        self.firsts.append(named.first)
        self.rows += len(key)

    def options(self) -> Options:
        """The options added, by group and type."""
        if not self.calls:
            return Options(
                np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, bool)
            )
        kinds = self.table.of_types(
            AskedKinds(
                self.calls, np.concatenate(self.signs), self.many, np.concatenate(self.columns, axis=1)
            )
        )
        key = np.concatenate(self.keys)
        by_key = np.argsort(key, kind="stable")
        unique, start = np.unique(key[by_key], return_index=True)
        return Options(
            key=unique,
            ptr=np.append(start, len(key)).astype(np.int64),
            kind=kinds[by_key],
            first=np.concatenate(self.firsts)[by_key],
        )


def _joined(parts: Sequence[Options]) -> Options:
    """The options of groups that come one after the other."""
    begin = np.cumsum([0, *(len(part.kind) for part in parts)])
    return Options(
        key=np.concatenate([part.key for part in parts]),
        ptr=np.concatenate(
            [*(part.ptr[:-1] + at for part, at in zip(parts, begin[:-1].tolist(), strict=True)), begin[-1:]]
        ).astype(np.int64),
        kind=np.concatenate([part.kind for part in parts]),
        first=np.concatenate([part.first for part in parts]),
    )


def _named(naming: Naming, leans: Leans, member: int, apps: I32, missing: Missing) -> NamedGroup:
    """What naming, orders and points say of one application of each type."""
    accounts, eligible, first = naming.ask(member, apps)
    value, keep = leans.points(member, missing, accounts, eligible, apps)
    special, listed = naming.orders.special(member, apps), naming.orders.listed(apps)
    account_at, inside = np.nonzero(eligible.T)
    many = np.bincount(account_at, minlength=len(accounts)).tolist()
    rows = np.empty((6, len(inside)), np.int64)
    rows[_CALL], rows[_BITS] = 0, 0
    rows[_VALUE], rows[_KEEP] = value[inside, account_at], keep[inside, account_at]
    rows[_ORDER], rows[_NOMINEE] = 0, np.where(listed[inside], apps[inside], -1)
    apart = np.where(special[inside], apps[inside], -1)
    some = [(account, n) for account, n in zip(accounts.tolist(), many, strict=True) if n]
    if (apart >= 0).any():
        entered = naming.orders.signs_of(member, [a for a, _ in some], [n for _, n in some], apart)
        rows[_ORDER], signs, each = entered.place, entered.signs, entered.many.tolist()
    else:
        others = [naming.orders.others(member, account) for account, _ in some]
        signs, each = np.array(others, np.int64).reshape(-1, len(NO_SIGNS)), [1] * len(some)
    found = [(account, n, own) for (account, n), own in zip(some, each, strict=True)]
    return NamedGroup(
        apps,
        missing,
        naming.decided(member),
        naming.orders,
        tuple(found),
        signs,
        inside,
        rows,
        first[inside, account_at],
    )
