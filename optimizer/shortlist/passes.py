"""Compiled passes over the menu of a dwelling: who comes next on a list, and whom a list passes over.

A menu is sorted by (score + fit descending, seniority descending, application), the fit being less the burden and awaited, and a country
has thousands of households on each: a pass stops where nobody further can matter, and no array per line is made. What depends on accounts and rules is
worked out by type first, in *scratch* tables that are left as they were found (no kind, nothing marked).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]

FIT, PIN, NOMINATION, PLACES, CLASS, GAP, BURDEN, LEAN, KEEP, AWAITED, FILLER, RULE = range(1, 13)
"""Reasons of a leapfrog by number; those from ``RULE`` on are rules of the line. 0 is the count row."""
PARTS = (FIT, BURDEN, AWAITED, LEAN, KEEP)
"""The reasons that are a part of the value, in the order in which equal ones count."""
FIRST, RESERVE, PINNED = 0, 1, 2
"""How a line got its place."""
NOT_NAMED = np.int32(2**31 - 1)
"""Place of a household that is not on a réservataire's order: after all those who are."""
FORBIDDEN = np.int64(1) << 61
"""What an exchange costs that passes over a réservataire's order: more than any number of points."""


class Menu(NamedTuple):
    """The households of one menu: a span of the entries of all.

    Attributes
    ----------
    start, stop : int
        First entry, and the one after the last.
    app, kind : (entries,)
        Household, type.
    score, fit : (entries,)
        Hundredths of a point; burden and awaited are taken off in ``fit``.
    """

    start: int
    stop: int
    app: I32
    kind: NDArray[np.integer]
    score: NDArray[np.integer]
    fit: NDArray[np.integer]


class TakenOff(NamedTuple):
    """What is taken off in `Menu.fit`, hundredths of a point.

    Attributes
    ----------
    burden : (entries,)
        For the rent's weight on the income.
    awaited : (A,)
        For a dwelling expected that could hardly be let without the household.
    """

    burden: NDArray[np.integer]
    awaited: I64


class OnAccount(NamedTuple):
    """What an account of a dwelling means to each type.

    Attributes
    ----------
    kind : (types,)
        Kind of a lease, -1 where the type may not be named.
    lean, keep : (types,)
        Hundredths of a point that the account adds; what of them keeps an earlier result.
    first : (types,)
        Whether it may be first.
    """

    kind: I32
    lean: I64
    keep: I64
    first: B


class InPlace(NamedTuple):
    """What the first rank of a list means to each type; scratch tables, left as they were found.

    Attributes
    ----------
    lacks : (types,)
        Whether a binding row that the first rank gives would lack it.
    cost : (types,)
        Micropoints that the rules lose when it takes the first rank's place.
    rule : (types,)
        Number of the reason why, -1 for none.
    """

    lacks: B
    cost: I64
    rule: I32


class People(NamedTuple):
    """What is known of each household once all lists are there.

    Attributes
    ----------
    placed, dalo : (A,)
        Whether it holds a first rank; whether it is DALO.
    full_at : (A,)
        Fill order of the list that was its last one allowed.
    place : (A,)
        In the réservataire's order for the list looked at, `NOT_NAMED` for others. Scratch, left as it was found.
    """

    placed: B
    dalo: B
    full_at: I64
    place: I32


class OneList(NamedTuple):
    """The lines of one list, rank by rank.

    Attributes
    ----------
    begin : int
        Number of its first line.
    how : (lines,)
        How a line got its place: `FIRST`, `RESERVE`, `PINNED`.
    seeks : (lines,)
        Whether it has the class of the first rank.
    app : (lines,)
        Household.
    score, worth : (lines,)
        Hundredths of a point: score alone, and the whole value.
    parts : (lines, 5)
        Hundredths: fit without burden, awaited nor what the dwelling adds; burden; lean; what of it keeps an earlier result; awaited.
    order : (lines,)
        When it was filled.
    more : int
        Hundredths that the dwelling adds to score and fit.
    """

    begin: int
    how: I32
    seeks: B
    app: I32
    score: I64
    worth: I64
    parts: I64
    order: I32
    more: int


class Tally(NamedTuple):
    """Filled by `passed_over`.

    Attributes
    ----------
    places, tied : (lines,)
        Households with a higher score; with the same.
    passed, widest : (lines, reasons)
        Households passed over for a reason; the largest difference of scores, hundredths.
    times : (lines, parts)
        Of those shown, households that a part of the value (`PARTS`) does not make up for alone.
    together : (lines, parts, parts)
        Of them, the most that each of the parts needed counts, hundredths.
    """

    places: I64
    tied: I64
    passed: I64
    widest: I64
    times: I64
    together: I64


class Room(NamedTuple):
    """Where `passed_over` writes.

    Attributes
    ----------
    word : (reasons,)
        Published number of each reason.
    best : (lines, shown, 3 + parts)
        Scratch: household, score, reason and what is lost by each part (`PARTS`) of those shown of a line.
    block : (room, 4)
        Line, household (-1: how many more), difference of scores, published number.
    """

    word: I32
    best: I64
    block: I32


class KindMarks(NamedTuple):
    """Rows that a lease of each kind enters (`Kinds`).

    Attributes
    ----------
    ptr : (kinds + 1,)
        Marks of a kind.
    row, num, den : (marks,)
        Row; leases it adds to what is counted and to what the share applies to.
    more : (marks,)
        Ten-thousandths of a lease asked besides.
    """

    ptr: I64
    row: I32
    num: NDArray[np.integer]
    den: NDArray[np.integer]
    more: NDArray[np.integer]


class RowsAsked(NamedTuple):
    """What each row asks for and charges.

    Attributes
    ----------
    rate : (rows,)
        Share asked, ten-thousandths.
    price : (rows,)
        Micropoints per ten-thousandth of a lease missing.
    short : (rows,)
        Ten-thousandths asked less those counted and the row's play, below 0 where it has some to spare.
    """

    rate: I64
    price: I64
    short: I64


class OrderMarks(NamedTuple):
    """Rows of the réservataires' orders that a lease of each kind enters.

    Attributes
    ----------
    ptr : (kinds + 1,)
        Marks of a kind.
    row, sign : (marks,)
        Row and what the lease adds to it.
    kept : (order rows,)
        Sum of each row, 0 or less.
    """

    ptr: I64
    row: I32
    sign: NDArray[np.integer]
    kept: I64


class Change(NamedTuple):
    """Scratch of `exchange_costs`; ``order`` is 0 everywhere between two.

    Attributes
    ----------
    num, asked : (rows,)
        Leases counted more, ten-thousandths asked more.
    order : (order rows,)
        What is added to the row.
    """

    num: I64
    asked: I64
    order: I64


@njit(cache=True, nogil=True)
def _asked(first_kind, marks, binding, need):  # type: ignore[no-untyped-def]
    """Mark in ``need`` the binding rows that a kind gives; how many."""
    ptr, row, num, _, _ = marks
    wanted = 0
    for k in range(ptr[first_kind], ptr[first_kind + 1]):
        if num[k] > 0 and binding[row[k]] and not need[row[k]]:
            need[row[k]] = True
            wanted += 1
    return wanted


@njit(cache=True, nogil=True)
def may_stand(menu, kind_of, placed, dalo, fillers):  # type: ignore[no-untyped-def]
    """Households of a menu that may stand behind a first rank: nameable, without a first rank, DALO only with ``fillers``."""
    start, stop, app, kind, _, _ = menu
    n = 0
    for e in range(start, stop):
        a = app[e]
        n += kind_of[kind[e]] >= 0 and not placed[a] and (fillers or not dalo[a])
    return n


@njit(cache=True, nogil=True)
def best_entries(menu, seniority, kind_of, lean_of, lacks, free, dalo, fillers, want):  # type: ignore[no-untyped-def]
    """Entries of the ``want`` best households that may stand on a list, and of all those tied with one of them, in menu order.

    Best: does not lack (by type) what the class asks, then value, then seniority. A menu goes down in value: it is left where nobody
    below can be as good as those held.
    """
    start, stop, _, _, score, fit = menu
    top = np.empty((want, 3), np.int64)
    held = 0
    most = np.int64(-(1 << 60))
    for t in range(len(kind_of)):
        if kind_of[t] >= 0:
            most = max(most, np.int64(lean_of[t]))
    for e in range(start, stop):
        if held == want and _below(e, score, fit, most, top[held - 1]):
            break
        if not _stands(e, menu, kind_of, free, dalo, fillers):
            continue
        key = _key(e, menu, seniority, lean_of, lacks)
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
        if _stands(e, menu, kind_of, free, dalo, fillers):
            key = _key(e, menu, seniority, lean_of, lacks)
            if not _beats(top[held - 1], key):
                found[count] = e
                count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def _stands(e, menu, kind_of, free, dalo, fillers):  # type: ignore[no-untyped-def]
    a = menu.app[e]
    return kind_of[menu.kind[e]] >= 0 and free[a] and (fillers or not dalo[a])


@njit(cache=True, nogil=True)
def _key(e, menu, seniority, lean_of, lacks):  # type: ignore[no-untyped-def]
    t = menu.kind[e]
    value = np.int64(menu.score[e]) + np.int64(menu.fit[e]) + lean_of[t]
    return np.int64(not lacks[t]), value, np.int64(seniority[menu.app[e]])


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
def pool_size(menu, kind_of):  # type: ignore[no-untyped-def]
    """Households of a menu that some account may name: whose type has a kind."""
    n = 0
    for e in range(menu.start, menu.stop):
        n += kind_of[menu.kind[e]] >= 0
    return n


@njit(cache=True, nogil=True)
def types_ahead(menu, on_account, most, placed, more, worth, above, met):  # type: ignore[no-untyped-def]
    """Mark in ``met`` the types of the unplaced households with a score higher than ``above`` who would be worth more at first rank.

    ``more``: what the dwelling adds to score + fit; ``most``: the largest lean of a type. Returns how many households.
    """
    start, stop, app, kind, score, fit = menu
    kind_of, lean_of, _, first = on_account
    n = 0
    for e in range(start, stop):
        value = np.int64(score[e]) + np.int64(fit[e]) + more
        if value + most <= worth:
            break
        t = kind[e]
        if kind_of[t] < 0 or not first[t] or value + lean_of[t] <= worth:
            continue
        if score[e] > above and not placed[app[e]]:
            met[t] = True
            n += 1
    return n


@njit(cache=True, nogil=True)
def passed_over(menu, off, least, on_account, in_place, people, one_list, fillers, shown, room, at, tally):  # type: ignore[no-untyped-def]
    """Households that the lines of one list pass over, by reason; the first ``shown`` of each line go into ``room.block``.

    ``least``: the least that the fit may be; ``fillers``: whether DALO households may stand behind the first rank. Fills ``tally``
    (`Tally`); the block is filled up to ``at``, and up to what is returned afterwards.
    """
    start, stop, app, kind, score, fit = menu
    burden, awaited = off
    kind_of, lean_of, keep_of, first = on_account
    lines, how, seeks, line_app, line_score, line_worth, line_parts, line_order, more = one_list
    places, tied, passed, widest, times, together = tally
    word, best, block = room
    placed = people.placed
    n = len(line_app)
    lowest = line_score[0]
    for j in range(n):
        lowest = min(lowest, line_score[j])
        places[j] = tied[j] = 0
        for why in range(passed.shape[1]):
            passed[j, why] = widest[j, why] = 0
        for p in range(len(PARTS)):
            times[j, p] = 0
            for q in range(len(PARTS)):
                together[j, p, q] = 0
    kept = np.zeros(n, np.int64)
    parts, lost, needed = (
        np.empty(5, np.int64),
        np.zeros(len(PARTS), np.int64),
        np.empty(len(PARTS), np.bool_),
    )
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
                t, a, gain, how[j], seeks[j], first, in_place, people, line_app[j], line_order[j], fillers
            )
            if why == FIT:
                why = PARTS[_losses(parts, line_parts[j], lost)]
            passed[j, why] += 1
            widest[j, why] = max(widest[j, why], points - line_score[j])
            kept[j] = _keep(best, j, kept[j], shown, a, points, why, lost)
    for j in range(n):
        total = 0
        for why in range(passed.shape[1]):
            total += passed[j, why]
        for k in range(kept[j]):
            block[at, 0] = lines + j
            block[at, 1] = best[j, k, 0]
            block[at, 2] = best[j, k, 1] - line_score[j]
            block[at, 3] = word[best[j, k, 2]]
            at += 1
            for p in range(len(PARTS)):
                if best[j, k, 2] == PARTS[p] and _together(
                    best[j, k, 3:], best[j, k, 1] - line_score[j], needed
                ):
                    times[j, p] += 1
                    for q in range(len(PARTS)):
                        if needed[q]:
                            together[j, p, q] = max(together[j, p, q], best[j, k, 3 + q])
        if total > kept[j]:
            block[at, 0] = lines + j
            block[at, 1] = -1
            block[at, 2] = total - kept[j]
            block[at, 3] = word[0]
            at += 1
    return at


@njit(cache=True, nogil=True)
def first_reasons(menu, off, on_account, in_place, people, one_list, by_score, alike, word, out, also, still):  # type: ignore[no-untyped-def]
    """``out`` by entry of a menu: why the first rank of its list, whose line ``one_list`` is, stands before each household.

    ``by_score`` where the household's score is lower and its value too, ``alike`` where it is the same and the dwelling or a tie
    decides; else the published number in ``word``. ``also``: bits of the other parts (`PARTS`) without which that one would not make
    up for the score; of ``by_score``, of the part of the value by which it loses at least as much. ``still``: of a household whose value
    is the reason, the published number of the row or order that would keep it behind if all that is told were taken away, -1 for none.
    """
    start, stop, app, kind, score, fit = menu
    burden, awaited = off
    kind_of, lean_of, keep_of, first = on_account
    how, line_score, line_worth = one_list.how[0], one_list.score[0], one_list.worth[0]
    line_parts, more, ahead = one_list.parts[0], one_list.more, one_list.app[0]
    at_first = InPlace(first, in_place.cost, in_place.rule)
    parts, lost, needed = (
        np.empty(5, np.int64),
        np.empty(len(PARTS), np.int64),
        np.empty(len(PARTS), np.bool_),
    )
    for e in range(start, stop):
        points, t, a = np.int64(score[e]), kind[e], app[e]
        if kind_of[t] < 0:
            continue
        parts[0] = np.int64(fit[e]) + np.int64(burden[e]) + awaited[a]
        parts[1], parts[2], parts[3], parts[4] = burden[e], lean_of[t], keep_of[t], awaited[a]
        gain = points + parts[0] - parts[1] - parts[4] + parts[2] + more - line_worth
        why = _reason(t, a, gain, how, False, first, at_first, people, ahead, 0, True)
        out[e - start] = word[why]
        if why != FIT:
            continue
        main = _losses(parts, line_parts, lost)
        out[e - start] = word[PARTS[main]]
        if points > line_score:
            also[e - start] = _others(lost, points - line_score, main, needed)
            gain += lost[main]
        elif points < line_score:
            out[e - start] = by_score
            gain += line_score - points
            if PARTS[main] != FIT and lost[main] >= line_score - points:
                also[e - start] = 1 << main
        else:
            gain += lost[main]
            if PARTS[main] == FIT:
                out[e - start] = alike
        for p in range(len(PARTS)):
            if also[e - start] >> p & 1:
                gain += lost[p]
        cost, rule = in_place.cost[t], in_place.rule[t]
        if rule >= 0 and cost > 0 and cost >= gain * MICRO_PER_HUNDREDTH:
            still[e - start] = word[rule]


@njit(cache=True, nogil=True)
def reserve_reasons(menu, off, on_account, in_place, people, one_list, fillers, word, line, out, also, still):  # type: ignore[no-untyped-def]
    """By entry of a menu: the first reserve of a list that stands before a household of a higher score, and why.

    ``line`` (0: none does) counts the lines of ``one_list`` from the first rank; ``out``: the published number in ``word``;
    ``also`` as in `first_reasons`. ``still``: of a household that a full list, a class or DALO keeps behind, the published number of the
    part of its value that would do so all the same (``also`` then goes with it), -1 for none.
    """
    start, stop, app, kind, score, fit = menu
    burden, awaited = off
    kind_of, lean_of, keep_of, first = on_account
    lines, how, seeks, line_app, line_score, line_worth, line_parts, line_order, more = one_list
    parts, lost, needed = (
        np.empty(5, np.int64),
        np.empty(len(PARTS), np.int64),
        np.empty(len(PARTS), np.bool_),
    )
    for e in range(start, stop):
        points, t, a = np.int64(score[e]), kind[e], app[e]
        line[e - start] = 0
        if kind_of[t] < 0 or people.placed[a]:
            continue
        for j in range(1, len(line_app)):
            if points <= line_score[j] or _above(line_app, j, a):
                continue
            parts[0] = np.int64(fit[e]) + np.int64(burden[e]) + awaited[a]
            parts[1], parts[2], parts[3], parts[4] = burden[e], lean_of[t], keep_of[t], awaited[a]
            gain = points + parts[0] - parts[1] - parts[4] + parts[2] + more - line_worth[j]
            why = _reason(
                t, a, gain, how[j], seeks[j], first, in_place, people, line_app[j], line_order[j], fillers
            )
            line[e - start] = j
            if why == FIT or (gain <= 0 and (why == PLACES or why == CLASS or why == FILLER)):
                main = _losses(parts, line_parts[j], lost)
                also[e - start] = _others(lost, points - line_score[j], main, needed)
                if why == FIT:
                    why = PARTS[main]
                else:
                    still[e - start] = word[PARTS[main]]
            out[e - start] = word[why]
            break


@njit(cache=True, nogil=True)
def _reason(t, a, gain, how, seeks, first, in_place, people, ahead, order, fillers):  # type: ignore[no-untyped-def]
    """Number of the reason why the line of ``ahead`` passes over a household worth ``gain`` hundredths more there; FIT: its value is not.

    A réservataire's order tells two of its nominees apart unless it gives them the same place.
    """
    lacks, cost, rule = in_place
    if how == PINNED:
        return PIN
    if people.place[ahead] < people.place[a]:
        return NOMINATION
    if how == FIRST:
        if not first[t]:
            return NOMINATION
        if gain <= 0:
            return FIT
        return rule[t] if rule[t] >= 0 and cost[t] >= gain * MICRO_PER_HUNDREDTH else GAP
    if people.dalo[a] and not fillers and people.place[a] == NOT_NAMED:
        return FILLER
    if people.full_at[a] < order:
        return PLACES
    if seeks and lacks[t]:
        return CLASS
    return FIT if gain <= 0 else GAP


@njit(cache=True, nogil=True)
def _losses(parts, line, lost):  # type: ignore[no-untyped-def]
    """Fill ``lost`` with what a household loses against a line by each part of the value; the largest, of equal ones the first."""
    keep = line[3] - parts[3]
    lost[0], lost[1], lost[2] = line[0] - parts[0], parts[1] - line[1], parts[4] - line[4]
    lost[3], lost[4] = line[2] - parts[2] - keep, keep
    most = 0
    for p in range(1, len(PARTS)):
        if lost[p] > lost[most]:
            most = p
    return most


@njit(cache=True, nogil=True)
def _together(lost, gap, needed):  # type: ignore[no-untyped-def]
    """Mark the parts, the largest first, that make up for ``gap`` hundredths of score; whether one alone does not."""
    for p in range(len(PARTS)):
        needed[p] = False
    marked = 0
    while gap > 0:
        most = -1
        for p in range(len(PARTS)):
            if not needed[p] and lost[p] > 0 and (most < 0 or lost[p] > lost[most]):
                most = p
        if most < 0:
            break
        needed[most] = True
        gap -= lost[most]
        marked += 1
    return marked > 1


@njit(cache=True, nogil=True)
def _others(lost, gap, main, needed):  # type: ignore[no-untyped-def]
    """Bits of the parts needed beside the largest."""
    bits = 0
    if _together(lost, gap, needed):
        for p in range(len(PARTS)):
            if needed[p] and p != main:
                bits |= 1 << p
    return bits


@njit(cache=True, nogil=True)
def _keep(best, j, kept, shown, a, points, why, lost):  # type: ignore[no-untyped-def]
    """Put a household among those shown of a line: the highest scores, of equal ones the first applications."""
    if kept == shown:
        if points < best[j, kept - 1, 1] or (points == best[j, kept - 1, 1] and a > best[j, kept - 1, 0]):
            return kept
        kept -= 1
    k = kept
    while k and (points > best[j, k - 1, 1] or (points == best[j, k - 1, 1] and a < best[j, k - 1, 0])):
        for column in range(3 + len(PARTS)):
            best[j, k, column] = best[j, k - 1, column]
        k -= 1
    best[j, k, 0], best[j, k, 1], best[j, k, 2] = a, points, why
    for p in range(len(PARTS)):
        best[j, k, 3 + p] = lost[p]
    return kept + 1


@njit(cache=True, nogil=True)
def lacking(kinds, of_types, marks, binding, first_kind, line_kind, need, lacks, seeks):  # type: ignore[no-untyped-def]
    """``lacks`` by type: a lease of its kind lacks a binding row that ``first_kind`` gives; ``seeks`` by line: it has them all.

    ``kinds`` of the types ``of_types``. Returns whether the first rank gives any. Scratch: ``need`` (rows) False.
    """
    wanted = _asked(first_kind, marks, binding, need)
    for j in range(len(line_kind)):
        seeks[j] = wanted > 0 and _given(line_kind[j], marks, need) == wanted
    for o in range(len(kinds)):
        lacks[of_types[o]] = wanted > 0 and _given(kinds[o], marks, need) < wanted
    for k in range(marks.ptr[first_kind], marks.ptr[first_kind + 1]):
        need[marks.row[k]] = False
    return wanted > 0


@njit(cache=True, nogil=True)
def _given(c, marks, need):  # type: ignore[no-untyped-def]
    ptr, row, num, _, _ = marks
    got = 0
    for k in range(ptr[c], ptr[c + 1]):
        if num[k] > 0 and need[row[k]]:
            got += 1
    return got


@njit(cache=True, nogil=True)
def sums_by_type(menu, fill, price, told, nothing, worth, top, size):  # type: ignore[no-untyped-def]
    """By type of a menu: best reduced value and best score (``nothing`` without anybody), households, those ``told`` (3 columns)."""
    start, stop, app, kind, score, fit = menu
    dalo, priority, unknown = told
    for t in range(len(worth)):
        worth[t] = top[t] = nothing
        size[t, 0] = size[t, 1] = size[t, 2] = size[t, 3] = 0
    for e in range(start, stop):
        t, a, points = kind[e], app[e], np.int64(score[e])
        worth[t] = max(worth[t], (points + np.int64(fit[e]) + fill) * MICRO_PER_HUNDREDTH - price[a])
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
def offer(menu, charge, never, worth, dwelling, lacking, where):  # type: ignore[no-untyped-def]
    """Compare a dwelling with the nearest found so far for everybody on its menu.

    ``charge`` by type (``never``: no first rank is open); ``worth``: what is lost there, less the fill value. Of equal losses
    the first dwelling is kept.
    """
    start, stop, app, kind, score, fit = menu
    for e in range(start, stop):
        cost = charge[kind[e]]
        if cost >= never:
            continue
        a = app[e]
        loss = (worth - np.int64(score[e]) - np.int64(fit[e])) * MICRO_PER_HUNDREDTH + cost
        if loss < lacking[a] or (loss == lacking[a] and dwelling < where[a]):
            lacking[a] = loss
            where[a] = dwelling


@njit(cache=True, nogil=True)
def exchange_costs(out, into, marks, rows, orders, change, total, worst):  # type: ignore[no-untyped-def]
    """Change of the priced shortfalls when a lease of each kind ``into`` replaces ``out`` (-1: nothing), and the row hit most.

    ``FORBIDDEN`` where the exchange would lift the sum of a réservataire's order above 0. Of rows hit alike the first is named, -1
    when none is.
    """
    ptr, row, num, den, more = marks
    rate, price, short = rows
    order_ptr, order_row, order_sign, kept = orders
    dnum, dask, dorder = change
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
                after = max(0, short[r] + dask[r] - dnum[r] * RATE_UNIT)
                dnum[r] = dask[r] = 0
                more_lost = price[r] * (after - before)
                lost += more_lost
                if more_lost > most or (more_lost == most and more_lost > 0 and r < at):
                    most, at = more_lost, r
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
