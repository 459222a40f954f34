"""Compiled passes over the menu of a dwelling: who comes next on a list, and whom a list passes over.

A menu is sorted by (score + fit descending, seniority descending, application), the fit being less the burden and awaited, and a country
has thousands of households on each: a pass stops where nobody further can matter, and no array per line is made. What depends on accounts and rules is
worked out by type first, in *scratch* tables that are left as they were found (no kind, nothing marked).
"""

from __future__ import annotations

import numpy as np
from numba import njit

FIT, PIN, NOMINATION, PLACES, CLASS, GAP, BURDEN, LEAN, KEEP, AWAITED, RULE = range(1, 12)
"""Reasons of a leapfrog by number; those from ``RULE`` on are rules of the line. 0 is the count row."""
FIRST, RESERVE, PINNED, NAMED = 0, 1, 2, 3
"""How a line got its place."""
FORBIDDEN = np.int64(1) << 61
"""What an exchange costs that passes over a réservataire's order: more than any number of points."""


@njit(cache=True, nogil=True)
def _asked(first_kind, ptr, row, num, binding, need):  # type: ignore[no-untyped-def]
    """Mark in ``need`` the binding rows that a kind gives; how many."""
    wanted = 0
    for k in range(ptr[first_kind], ptr[first_kind + 1]):
        if num[k] > 0 and binding[row[k]] and not need[row[k]]:
            need[row[k]] = True
            wanted += 1
    return wanted


@njit(cache=True, nogil=True)
def may_stand(app, kind, start, stop, kind_of, placed, dalo, fillers):  # type: ignore[no-untyped-def]
    """Households of a menu that may stand behind a first rank: nameable, without a first rank, DALO only with ``fillers``."""
    n = 0
    for e in range(start, stop):
        a = app[e]
        n += kind_of[kind[e]] >= 0 and not placed[a] and (fillers or not dalo[a])
    return n


@njit(cache=True, nogil=True)
def best_entries(  # type: ignore[no-untyped-def]
    app, kind, score, fit, seniority, start, stop, kind_of, lean_of, lacks, free, dalo, fillers, want
):  # fmt: skip
    """Entries of the ``want`` best households that may stand on a list, and of all those tied with one of them, in menu order.

    Best: does not lack (by type) what the class asks, then value, then seniority. A menu goes down in value: it is left where nobody
    below can be as good as those held.
    """
    top = np.empty((want, 3), np.int64)
    held = 0
    most = np.int64(-(1 << 60))
    for t in range(len(kind_of)):
        if kind_of[t] >= 0:
            most = max(most, np.int64(lean_of[t]))
    for e in range(start, stop):
        if held == want and _below(e, score, fit, most, top[held - 1]):
            break
        if not _stands(e, app, kind, kind_of, free, dalo, fillers):
            continue
        key = _key(e, app, kind, score, fit, seniority, lean_of, lacks)
        if held == want:
            if not _beats(key, top[held - 1]):
                continue
            held -= 1
        k = held
        while k and _beats(key, top[k - 1]):
            for part in range(3):
                top[k, part] = top[k - 1, part]
            k -= 1
        for part in range(3):
            top[k, part] = key[part]
        held += 1
    count = 0
    found = np.empty(stop - start if held else 0, np.int64)
    if not held:
        return found
    for e in range(start, stop):
        if held == want and _below(e, score, fit, most, top[held - 1]):
            break
        if _stands(e, app, kind, kind_of, free, dalo, fillers):
            key = _key(e, app, kind, score, fit, seniority, lean_of, lacks)
            if not _beats(top[held - 1], key):
                found[count] = e
                count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def _stands(e, app, kind, kind_of, free, dalo, fillers):  # type: ignore[no-untyped-def]
    a = app[e]
    return kind_of[kind[e]] >= 0 and free[a] and (fillers or not dalo[a])


@njit(cache=True, nogil=True)
def _key(e, app, kind, score, fit, seniority, lean_of, lacks):  # type: ignore[no-untyped-def]
    t = kind[e]
    value = np.int64(score[e]) + np.int64(fit[e]) + lean_of[t]
    return np.int64(not lacks[t]), value, np.int64(seniority[app[e]])


@njit(cache=True, nogil=True)
def _below(e, score, fit, most, worst):  # type: ignore[no-untyped-def]
    """Whether this entry of a menu, and so each one after it, is worth less than one held that lacks nothing."""
    return worst[0] == 1 and np.int64(score[e]) + np.int64(fit[e]) + most < worst[1]


@njit(cache=True, nogil=True)
def _beats(one, other):  # type: ignore[no-untyped-def]
    for part in range(3):
        if one[part] != other[part]:
            return one[part] > other[part]
    return False


@njit(cache=True, nogil=True)
def _above(line_app, j, a):  # type: ignore[no-untyped-def]
    for k in range(j):
        if line_app[k] == a:
            return True
    return False


@njit(cache=True, nogil=True)
def pool_size(kind, start, stop, kind_of):  # type: ignore[no-untyped-def]
    """Households of a menu that some account may name: whose type has a kind."""
    n = 0
    for e in range(start, stop):
        n += kind_of[kind[e]] >= 0
    return n


@njit(cache=True, nogil=True)
def types_ahead(  # type: ignore[no-untyped-def]
    app, kind, score, fit, start, stop, kind_of, lean_of, most, first, placed, more, worth, line_score, met
):  # fmt: skip
    """Mark in ``met`` the types of the unplaced households with a higher score who would be worth more at first rank.

    ``more``: what the dwelling adds to score + fit; ``most``: the largest lean of a type. Returns how many households.
    """
    n = 0
    for e in range(start, stop):
        value = np.int64(score[e]) + np.int64(fit[e]) + more
        if value + most <= worth:
            break
        t = kind[e]
        if kind_of[t] < 0 or not first[t] or value + lean_of[t] <= worth:
            continue
        if score[e] > line_score and not placed[app[e]]:
            met[t] = True
            n += 1
    return n


@njit(cache=True, nogil=True)
def passed_over(  # type: ignore[no-untyped-def]
    app, kind, score, fit, burden, awaited, start, stop, least, more, kind_of, lean_of, keep_of, first, lacks, cost, rule, placed, dalo, full_at,
    lines, how, seeks, line_app, line_score, line_parts, line_worth, line_order, fillers, micro,
    word, shown, places, tied, tally, widest, best, block, at,
):  # fmt: skip
    """Households that the lines of one list pass over, by reason; the first ``shown`` of each line go into ``block``.

    Lines ``lines`` … of the list are given rank by rank: ``how`` it got its place, whether it ``seeks`` the class of the first
    rank, its score, its ``parts`` (fit without burden, awaited nor what the dwelling adds, burden, lean, what of it is for an
    earlier result, awaited) and its value. ``least``: the least that the fit may be. By type: ``lean_of``, ``keep_of``, ``lacks`` a binding row
    of the first rank, ``cost`` and ``rule`` of an exchange at first rank. Fills by line ``places`` (how many score more),
    ``tied``, ``tally`` and ``widest`` (largest difference of scores) by reason; returns where the block ends. ``word``: published number of each reason. ``best``: room
    for (household, score, reason) of those shown.
    """
    n = len(line_app)
    lowest = line_score[0]
    for j in range(n):
        lowest = min(lowest, line_score[j])
        places[j] = tied[j] = 0
        for why in range(tally.shape[1]):
            tally[j, why] = widest[j, why] = 0
    kept = np.zeros(n, np.int64)
    parts = np.empty(5, np.int64)
    for e in range(start, stop):
        points = np.int64(score[e])
        if points + np.int64(fit[e]) < lowest + least:
            break
        t, a = kind[e], app[e]
        if points < lowest or kind_of[t] < 0:
            continue
        parts[0] = np.int64(fit[e]) + np.int64(burden[e]) + awaited[a]
        parts[1], parts[2], parts[3], parts[4] = burden[e], lean_of[t], keep_of[t], awaited[a]
        for j in range(n):
            if points <= line_score[j]:
                tied[j] += points == line_score[j]
                continue
            places[j] += 1
            if placed[a]:
                continue
            if _above(line_app, j, a):
                continue
            gain = points + parts[0] - parts[1] - parts[4] + parts[2] + more - line_worth[j]
            why = _reason(
                t,
                a,
                gain,
                how[j],
                seeks[j],
                first,
                lacks,
                cost,
                rule,
                dalo,
                full_at,
                line_order[j],
                fillers,
                micro,
            )
            if why == FIT:
                why = _part(parts, line_parts[j])
            tally[j, why] += 1
            widest[j, why] = max(widest[j, why], points - line_score[j])
            kept[j] = _keep(best, j, kept[j], shown, a, points, why)
    for j in range(n):
        total = 0
        for why in range(tally.shape[1]):
            total += tally[j, why]
        for k in range(kept[j]):
            block[at, 0] = lines + j
            block[at, 1] = best[j, k, 0]
            block[at, 2] = best[j, k, 1] - line_score[j]
            block[at, 3] = word[best[j, k, 2]]
            at += 1
        if total > kept[j]:
            block[at, 0] = lines + j
            block[at, 1] = -1
            block[at, 2] = total - kept[j]
            block[at, 3] = word[0]
            at += 1
    return at


@njit(cache=True, nogil=True)
def first_reasons(  # type: ignore[no-untyped-def]
    app, kind, score, fit, burden, awaited, start, stop, more, kind_of, lean_of, keep_of, first, cost, rule, dalo, full_at,
    how, line_score, line_parts, line_worth, by_score, alike, micro, word, out,
):  # fmt: skip
    """``out`` by entry of a menu: why the first rank of its list stands before each household; all arguments as above.

    ``by_score`` where the household's score is lower, ``alike`` where it is the same.
    """
    parts = np.empty(5, np.int64)
    for e in range(start, stop):
        points, t, a = np.int64(score[e]), kind[e], app[e]
        if kind_of[t] < 0:
            continue
        if points <= line_score:
            out[e - start] = by_score if points < line_score else alike
            continue
        parts[0] = np.int64(fit[e]) + np.int64(burden[e]) + awaited[a]
        parts[1], parts[2], parts[3], parts[4] = burden[e], lean_of[t], keep_of[t], awaited[a]
        gain = points + parts[0] - parts[1] - parts[4] + parts[2] + more - line_worth
        why = _reason(t, a, gain, how, False, first, first, cost, rule, dalo, full_at, 0, True, micro)
        out[e - start] = word[_part(parts, line_parts) if why == FIT else why]


@njit(cache=True, nogil=True)
def _reason(t, a, gain, how, seeks, first, lacks, cost, rule, dalo, full_at, order, fillers, micro):  # type: ignore[no-untyped-def]
    """Number of the reason why a line passes over a household worth ``gain`` hundredths more there; FIT: its value is not."""
    if how == PINNED:
        return PIN
    if how == NAMED:
        return NOMINATION
    if how == FIRST:
        if not first[t]:
            return NOMINATION
        if gain <= 0:
            return FIT
        return rule[t] if rule[t] >= 0 and cost[t] >= gain * micro else GAP
    if dalo[a] and not fillers:
        return CLASS
    if full_at[a] < order:
        return PLACES
    if seeks and lacks[t]:
        return CLASS
    return FIT if gain <= 0 else GAP


@njit(cache=True, nogil=True)
def _part(parts, line):  # type: ignore[no-untyped-def]
    """The part of the value by which a household loses most against a line; of equal ones the first."""
    lost, why = line[0] - parts[0], FIT
    if parts[1] - line[1] > lost:
        lost, why = parts[1] - line[1], BURDEN
    if parts[4] - line[4] > lost:
        lost, why = parts[4] - line[4], AWAITED
    keep = line[3] - parts[3]
    if line[2] - parts[2] - keep > lost:
        lost, why = line[2] - parts[2] - keep, LEAN
    return KEEP if keep > lost else why


@njit(cache=True, nogil=True)
def _keep(best, j, kept, shown, a, points, why):  # type: ignore[no-untyped-def]
    """Put a household among those shown of a line: the highest scores, of equal ones the first applications."""
    if kept == shown:
        if points < best[j, kept - 1, 1] or (points == best[j, kept - 1, 1] and a > best[j, kept - 1, 0]):
            return kept
        kept -= 1
    k = kept
    while k and (points > best[j, k - 1, 1] or (points == best[j, k - 1, 1] and a < best[j, k - 1, 0])):
        for part in range(3):
            best[j, k, part] = best[j, k - 1, part]
        k -= 1
    best[j, k, 0], best[j, k, 1], best[j, k, 2] = a, points, why
    return kept + 1


@njit(cache=True, nogil=True)
def lacking(kinds, of_types, ptr, row, num, binding, first_kind, line_kind, need, lacks, seeks):  # type: ignore[no-untyped-def]
    """``lacks`` by type: a lease of its kind lacks a binding row that ``first_kind`` gives; ``seeks`` by line: it has them all.

    ``kinds`` of the types ``of_types``. Returns whether the first rank gives any. Scratch: ``need`` (rows) False.
    """
    wanted = _asked(first_kind, ptr, row, num, binding, need)
    for j in range(len(line_kind)):
        seeks[j] = wanted > 0 and _given(line_kind[j], ptr, row, num, need) == wanted
    for o in range(len(kinds)):
        lacks[of_types[o]] = wanted > 0 and _given(kinds[o], ptr, row, num, need) < wanted
    for k in range(ptr[first_kind], ptr[first_kind + 1]):
        need[row[k]] = False
    return wanted > 0


@njit(cache=True, nogil=True)
def _given(c, ptr, row, num, need):  # type: ignore[no-untyped-def]
    got = 0
    for k in range(ptr[c], ptr[c + 1]):
        if num[k] > 0 and need[row[k]]:
            got += 1
    return got


@njit(cache=True, nogil=True)
def sums_by_type(  # type: ignore[no-untyped-def]
    app, kind, score, fit, start, stop, fill, micro, price, dalo, priority, unknown, nothing, worth, top, size
):  # fmt: skip
    """By type of a menu: best reduced value and best score (``nothing`` without anybody), households, marks (3 columns)."""
    for t in range(len(worth)):
        worth[t] = top[t] = nothing
        size[t, 0] = size[t, 1] = size[t, 2] = size[t, 3] = 0
    for e in range(start, stop):
        t, a, points = kind[e], app[e], np.int64(score[e])
        worth[t] = max(worth[t], (points + np.int64(fit[e]) + fill) * micro - price[a])
        top[t] = max(top[t], points)
        size[t, 0] += 1
        size[t, 1] += dalo[a]
        size[t, 2] += priority[a]
        size[t, 3] += unknown[a]


@njit(cache=True, nogil=True)
def sums_by_account(  # type: ignore[no-untyped-def]
    option_type, option_account, option_first, option_kind, kind_cost, nothing, worth, top, size, out, where
):  # fmt: skip
    """Rows of ``out`` (account, best reduced value, households, three marks, best score) of the accounts met.

    Returns how many. ``where`` (accounts) is -1 everywhere, and is again so on return.
    """
    n = 0
    for o in range(len(option_type)):
        t = option_type[o]
        if not size[t, 0]:
            continue
        r = option_account[o]
        if where[r] < 0:
            where[r] = n
            out[n, 0] = r
            out[n, 1] = out[n, 6] = nothing
            out[n, 2] = out[n, 3] = out[n, 4] = out[n, 5] = 0
            n += 1
        i = where[r]
        if option_first[o]:
            out[i, 1] = max(out[i, 1], worth[t] - kind_cost[option_kind[o]])
        for j in range(4):
            out[i, 2 + j] += size[t, j]
        out[i, 6] = max(out[i, 6], top[t])
    for i in range(n):
        where[out[i, 0]] = -1
    return n


@njit(cache=True, nogil=True)
def offer(app, kind, score, fit, start, stop, charge, never, worth, micro, dwelling, lacking, where):  # type: ignore[no-untyped-def]
    """Compare a dwelling with the nearest found so far for everybody on its menu.

    ``charge`` by type (``never``: no first rank is open); ``worth``: what is lost there, less the fill value. Of equal losses
    the first dwelling is kept.
    """
    for e in range(start, stop):
        cost = charge[kind[e]]
        if cost >= never:
            continue
        a = app[e]
        loss = (worth - np.int64(score[e]) - np.int64(fit[e])) * micro + cost
        if loss < lacking[a] or (loss == lacking[a] and dwelling < where[a]):
            lacking[a] = loss
            where[a] = dwelling


@njit(cache=True, nogil=True)
def exchange_costs(  # type: ignore[no-untyped-def]
    out, into, ptr, row, num, den, more, rate, price, short, unit, order_ptr, order_row, order_sign, kept, dnum, dask, dorder,
    total, worst,
):  # fmt: skip
    """Change of the priced shortfalls when a lease of each kind ``into`` replaces ``out`` (-1: nothing), and the row hit most.

    ``short``: what is asked of each row less its num and its play, ten-thousandths, below 0 where it has some to spare;
    ``kept``: the sum of each row of the réservataires' orders (0 or less), and ``FORBIDDEN`` where the exchange would lift it
    above 0. Of rows hit alike the first is named, -1 when none is. Scratch: ``dnum``, ``dask`` (rows), ``dorder`` 0.
    """
    first, last = (ptr[out], ptr[out + 1]) if out >= 0 else (0, 0)
    ofirst, olast = (order_ptr[out], order_ptr[out + 1]) if out >= 0 else (0, 0)
    for i in range(len(into)):
        c = into[i]
        for k in range(ptr[c], ptr[c + 1]):
            dnum[row[k]] = num[k]
            dask[row[k]] = rate[row[k]] * den[k] + more[k]
        for k in range(first, last):
            dnum[row[k]] -= num[k]
            dask[row[k]] -= rate[row[k]] * den[k] + more[k]
        lost = most = np.int64(0)
        at = -1
        for side in range(2):
            begin, end = (ptr[c], ptr[c + 1]) if side == 0 else (first, last)
            for k in range(begin, end):
                r = row[k]
                before = max(0, short[r])
                after = max(0, short[r] + dask[r] - dnum[r] * unit)
                dnum[r] = dask[r] = 0
                change = price[r] * (after - before)
                lost += change
                if change > most or (change == most and change > 0 and r < at):
                    most, at = change, r
        for k in range(order_ptr[c], order_ptr[c + 1]):
            dorder[order_row[k]] += order_sign[k]
        for k in range(ofirst, olast):
            dorder[order_row[k]] -= order_sign[k]
        for side in range(2):
            begin, end = (order_ptr[c], order_ptr[c + 1]) if side == 0 else (ofirst, olast)
            for k in range(begin, end):
                r = order_row[k]
                if dorder[r] > 0 and kept[r] + dorder[r] > 0:
                    lost, at = FORBIDDEN, -1
                dorder[r] = 0
        total[i], worst[i] = lost, at
