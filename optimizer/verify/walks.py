"""Compiled walks down the lists of a door: whom each rank should hold, and every leapfrog with its reason (design §6).

The households of a door come by score, the highest first. Whom a rank should hold is found near the top: the walk ends
where no score can reach the value found. The leapfrogs of a line are those met before its own score.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.verify.cells import I32, I64, U8, B

RATE = 10_000
SHOWN = 20
FIT, BURDEN, AWAITED, LEAN, KEEP, PIN, NOMINATION, PLACES, CLASS, NEED, GAP, COUNT, RULE = range(1, 14)
"""Numbers of the reasons; 0 is none of them; from RULE on, each rule named by the file."""


@njit(cache=True, nogil=True)
def _above(shown: I32, start: int, stop: int, i: int) -> bool:
    for k in range(start, stop):
        if shown[k] == i:
            return True
    return False


@njit(cache=True, nogil=True)
def best(
    fine: I32, app: I32, score: I64, value: I64, kind: I32, most: int, allowed: U8, lean: I64, given: I64, need: int,
    filler: B, every: bool, shown: I32, start: int, stop: int, turn: int, placed: B, full_at: I64, seniority: I64, tie: I32,
) -> int:  # fmt: skip
    """How many households share the best (value, seniority) of those free for a rank; the first ones go into ``tie``.

    ``given & need == need`` is asked; ``every`` DALO household is let in, else ``filler`` types only. ``lean`` by type is
    part of the value; ``most``: no value is above its score by more.
    """
    n = 0
    top, senior = np.int64(-(2**62)), np.int64(-(2**62))
    for i in fine:
        if n and score[i] + most < top:
            break
        t, a = kind[i], app[i]
        if not allowed[t] or placed[a] or full_at[a] < turn or given[t] & need != need:
            continue
        if not (every or filler[t]) or _above(shown, start, stop, i):
            continue
        v, s = value[i] + lean[t], seniority[a]
        if v > top or (v == top and s > senior):
            top, senior, n = v, s, 0
        if v == top and s == senior:
            if n < len(tie):
                tie[n] = i
            n += 1
    return n


@njit(cache=True, nogil=True)
def may_stand(fine: I32, app: I32, kind: I32, allowed: U8, filler: B, every: bool, placed: B) -> int:
    """Households that may stand on a list below its first rank: eligible there, without first rank, DALO behind DALO only."""
    n = 0
    for i in fine:
        t = kind[i]
        n += allowed[t] and not placed[app[i]] and (every or filler[t])
    return n


@njit(cache=True, nogil=True)
def ranks(
    fine: I32, app: I32, score: I64, value: I64, kind: I32, allowed: U8, lean: I64, given: I64, dalo: B, ptr: I64, shown: I32,
    stand: I32, turn: I64, own_ptr: I64, own: I32, own_rank: I64, direct: B, size: int, max_lists: int, placed: B,
    full_at: I64, seniority: I64, most: I64, ties: I64, after: int,
) -> tuple[int, int]:  # fmt: skip
    """(ranks that hold another household than they should, ranks that are left to the caller).

    List q shows ``shown[ptr[q]:ptr[q + 1]]``, the first rank first, on the account of ``stand[q]``. A rank between equals is
    left to the caller: (list, rank, what was asked of the class, place among the nominees or -1) in ``ties``. Ranks up to
    ``after`` are not looked at.
    """
    wrong = drawn = 0
    tie = np.empty(1, np.int32)
    filler = ~dalo
    for q in range(len(stand)):
        a, b, row = ptr[q], ptr[q + 1], stand[q]
        first = shown[a]
        need, every = given[row, kind[first]], dalo[kind[first]]
        for rank in range(min(after, b - a) + 1, max(size, b - a) + 1):
            published = shown[a + rank - 1] if a + rank - 1 < b else -1
            stop = a + rank - 1
            expected, equals, asked, at = -1, 0, need, -1
            if rank <= size and max_lists > 0:
                for k in range(own_ptr[q], own_ptr[q + 1]):
                    if at >= 0 and own_rank[k] != own_rank[at]:
                        break
                    i = own[k]
                    if not placed[app[i]] and full_at[app[i]] >= turn[q] and not _above(shown, a, stop, i):
                        equals += 1
                        if at < 0:
                            expected, at = i, k
                if expected < 0 and not (direct[q] and own_ptr[q] < own_ptr[q + 1]):
                    while True:
                        equals = best(
                            fine, app, score, value, kind, most[row], allowed[row], lean[row], given[row], asked, filler,
                            every, shown, a, stop, turn[q], placed, full_at, seniority, tie,
                        )  # fmt: skip
                        if equals or asked == 0:
                            break
                        asked = np.int64(0)
                    if equals:
                        expected = tie[0]
            if equals > 1 and published >= 0:
                ties[drawn, 0], ties[drawn, 1], ties[drawn, 2], ties[drawn, 3] = q, rank, asked, at
                drawn += 1
            elif expected != published:
                wrong += 1
            if published < 0:
                break
    return wrong, drawn


@njit(cache=True, nogil=True)
def _exchange(
    why: int, me: int, other: int, mark_row: I64, mark_trait: I64, a: int, b: int, trait: U8, gain: int, asked: I64,
    num: I64, short: I64, price: I64,
) -> bool:  # fmt: skip
    """Whether the whole exchange of two profiles does not gain, and no row loses more by it than row ``why``.

    ``asked``: what the leases of each row ask for, less its slack.
    """
    loss, named, most = np.int64(0), np.int64(0), np.int64(0)
    for k in range(a, b):
        r = mark_row[k]
        more = np.int64(trait[mark_trait[k], other]) - np.int64(trait[mark_trait[k], me])
        change = price[r] * (max(0, asked[r] - (num[r] + more) * RATE) - short[r])
        loss += change
        most = max(most, change)
        if r == why:
            named = change
    return bool(named > 0 and named == most and loss >= gain)


@njit(cache=True, nogil=True)
def _part(why: int, fit: int, burden: int, awaited: int, lean: int, keep: int) -> bool:
    """Whether the named part of the value is the one by which the passed household loses most, the first of equals."""
    most = max(max(max(fit, burden), awaited), max(lean, keep))
    if most <= 0:
        return False
    if fit == most:
        return bool(why == FIT)
    if burden == most:
        return bool(why == BURDEN)
    if awaited == most:
        return bool(why == AWAITED)
    if lean == most:
        return bool(why == LEAN)
    return bool(why == KEEP)


@njit(cache=True, nogil=True)
def _breaks(
    other: int, me: int, app: I32, placed: B, list_ptr: I64, nominee: I32, rank: I64, q: int, wanted: B
) -> bool:
    """Whether giving the first rank of list q to ``other`` passes a nominee: here, or where ``me`` had to be first."""
    if wanted[q]:
        return True
    mine = np.int64(2**62)
    for k in range(list_ptr[q], list_ptr[q + 1]):
        if nominee[k] == other:
            mine = rank[k]
    for k in range(list_ptr[q], list_ptr[q + 1]):
        if rank[k] < mine and (nominee[k] == me or not placed[app[nominee[k]]]):
            return True
    return False


@njit(cache=True, nogil=True)
def leapfrogs(
    fine: I32, app: I32, score: I64, value: I64, burden: I64, awaited: I64, kind: I32, allowed: U8, may_first: U8, lean: I64, given: I64,
    dalo: B, profile: I64, ptr: I64, shown: I32, stand: I32, turn: I64, own_ptr: I64, own: I32, list_ptr: I64, listed: I32,
    list_rank: I64, wanted: B, pinned: B, kept: I32, keep_points: int, placed: B, full_at: I64, row_ptr: I64, row_rank: I32,
    row_ahead: I32, row_passed: I32, row_gap: I64, row_why: I32, rule_row: I64, mark_ptr: I64, mark_row: I64, mark_trait: I64,
    trait: U8, asked: I64, num: I64, short: I64, price: I64,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Of the published leapfrogs of the lists of a door: lines missing or too many, wrong numbers, impossible reasons, gaps.

    Published lines of list q: ``row_ptr[q]:row_ptr[q + 1]``, households as positions (-1 on count rows, -2 elsewhere).
    ``wanted``: another first rank stands only because the first of list q has one. ``kept``: whom a kept result gives points.
    """
    lost = wrong = unfit = gaps = 0
    seen = np.zeros(len(row_rank), np.bool_)
    for q in range(len(stand)):
        a, b, row = ptr[q], ptr[q + 1], stand[q]
        ra, rb = row_ptr[q], row_ptr[q + 1]
        cursor = ra
        lead = kind[shown[a]]
        need = given[row, lead]
        for rank in range(1, b - a + 1):
            me = shown[a + rank - 1]
            mine = kind[me]
            hits = 0
            end = False
            for step in range(len(fine) + 1):
                if step == len(fine) or score[fine[step]] <= score[me]:
                    end = True
                    other = -1
                    if hits <= SHOWN:
                        break
                else:
                    other = fine[step]
                    if (
                        not allowed[row, kind[other]]
                        or placed[app[other]]
                        or _above(shown, a, a + rank - 1, other)
                    ):
                        continue
                    hits += 1
                    if hits > SHOWN:
                        continue
                at = -1
                for k in range(rb - ra):
                    j = cursor + k if cursor + k < rb else cursor + k - (rb - ra)
                    if not seen[j] and row_rank[j] == rank and row_passed[j] == other and row_ahead[j] == me:
                        at = j
                        break
                if at < 0:
                    lost += 1
                    if end:
                        break
                    continue
                seen[at] = True
                cursor = at + 1 if at + 1 < rb else ra
                why = row_why[at]
                if end:
                    wrong += row_gap[at] != (hits - SHOWN) * 100
                    unfit += why != COUNT
                    break
                wrong += row_gap[at] != score[other] - score[me]
                t = kind[other]
                gain = value[other] + lean[row, t] - value[me] - lean[row, mine]
                fine_reason = False
                if FIT <= why <= KEEP:
                    keep = keep_points * (np.int64(me == kept[q]) - np.int64(other == kept[q]))
                    more = int(burden[other] - burden[me])
                    late = int(awaited[other] - awaited[me])
                    fit = (value[me] - score[me]) - (value[other] - score[other]) - more - late
                    light = int(lean[row, mine] - lean[row, t] - keep)
                    fine_reason = gain <= 0 and _part(int(why), int(fit), more, late, light, int(keep))
                elif why == PIN:
                    fine_reason = rank == 1 and pinned[q]
                elif why == NOMINATION:
                    fine_reason = _above(own, own_ptr[q], own_ptr[q + 1], me) or (
                        rank == 1
                        and (
                            not may_first[row, t]
                            or _breaks(other, me, app, placed, list_ptr, listed, list_rank, q, wanted)
                        )
                    )
                elif why == PLACES:
                    fine_reason = rank > 1 and full_at[app[other]] < turn[q]
                elif why == CLASS:
                    fine_reason = rank > 1 and (
                        (dalo[t] and not dalo[lead])
                        or (need != 0 and given[row, mine] & need == need and given[row, t] & need != need)
                    )
                elif why == GAP or why == NEED:
                    fine_reason = True
                    gaps += 1
                elif why >= RULE and rank == 1 and rule_row[why - RULE] >= 0:
                    fine_reason = _exchange(
                        rule_row[why - RULE], profile[mine], profile[t], mark_row, mark_trait, mark_ptr[row],
                        mark_ptr[row + 1], trait, gain * RATE, asked, num, short, price,
                    )  # fmt: skip
                unfit += not fine_reason
        for j in range(ra, rb):
            lost += not seen[j]
    return lost, wrong, unfit, gaps
