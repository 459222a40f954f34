"""The kinds that are possible for each group of dwellings and each type of application."""

from __future__ import annotations

import numpy as np

from optimizer.problem.entries import Entries
from optimizer.problem.groups import Groups
from optimizer.problem.kinds import KindTable
from optimizer.problem.leans import Leans
from optimizer.problem.model import I32, I64, B, Options
from optimizer.problem.naming import Naming
from optimizer.problem.orders import Signs
from optimizer.problem.rulebook import RuleBook


def option_table(
    book: RuleBook, naming: Naming, leans: Leans, groups: Groups, entries: Entries, table: KindTable
) -> Options:
    """Kinds possible for every group and every type met in its menus.

    Naming is asked once per group, for one application of each type: groups and types are made so that the answer holds
    for all.
    """
    keys: list[I64] = []
    kinds: list[I32] = []
    firsts: list[B] = []
    met = list(entries.menu_types())
    for group, member in enumerate(groups.member.tolist()):
        used = groups.menus[group]
        if not used:
            continue
        types, at = np.unique(np.concatenate([met[m][0] for m in used]), return_index=True)
        apps = np.concatenate([met[m][1] for m in used])[at]
        accounts, eligible, first = naming.ask(member, apps)
        value, keep = leans.points(member, groups.missing[group], accounts, eligible, apps)
        place = groups.place(book.ground, member)
        special, listed = naming.orders.special(member, apps), naming.orders.listed(apps)
        for j, account in enumerate(accounts.tolist()):
            named = np.flatnonzero(eligible[:, j])
            if len(named):
                marks = table.marks(place, account)
                others = naming.orders.others(member, account)
                signs: list[Signs] | Signs = others
                if special[named].any():
                    signs = [
                        naming.orders.signs(member, account, app) if alone else others
                        for app, alone in zip(apps[named].tolist(), special[named].tolist(), strict=True)
                    ]
                bits = entries.bits[types[named]]
                keys.append(types[named].astype(np.int64) + np.int64(group) * entries.n_types)
                kinds.append(
                    table.of_types(
                        account,
                        marks,
                        bits,
                        value[named, j],
                        keep[named, j],
                        signs,
                        np.where(listed, apps, -1)[named].astype(np.int64),
                    )
                )
                firsts.append(first[named, j])
    if not keys:
        return Options(np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, bool))
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    unique, start = np.unique(key[order], return_index=True)
    return Options(
        key=unique,
        ptr=np.append(start, len(key)).astype(np.int64),
        kind=np.concatenate(kinds)[order],
        first=np.concatenate(firsts)[order],
    )
