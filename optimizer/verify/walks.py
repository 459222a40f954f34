"""Compiled walks down the lists of a door: whom each rank should hold, and every leapfrog with its reason (design §6).

The households of a door come by score, the highest first. Whom a rank should hold is found near the top: the walk ends
where no score can reach the value found. The leapfrogs of a line are those met before its own score.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.compiled import njit
from optimizer.verify.cells import I32, I64, U8, B

RATE = 10_000
SHOWN = 20
FIT, BURDEN, AWAITED, LEAN, KEEP, PIN, NOMINATION, PLACES, CLASS, NEED, GAP, COUNT, RULE = range(1, 14)
"""Numbers of the reasons; 0 is none of them; from RULE on, each rule named by the file."""


class AtDoor(NamedTuple):
    """The households of a door, by position in its block.

    Attributes
    ----------
    fine : (eligible,)
        Positions that no code refuses, the highest score first.
    app : (block,)
        Number of the application.
    score, value : (block,)
        Hundredths of a point: score alone; with fit, burden and awaited, without what depends on the account.
    kind : (block,)
        Type.
    burden, awaited : (block,)
        Hundredths of a point taken off, at least 0.
    """

    fine: I32
    app: I32
    score: I64
    value: I64
    kind: I32
    burden: I64
    awaited: I64


class ByStand(NamedTuple):
    """What the account of a list means to each type; a stand is an account of a class.

    Attributes
    ----------
    allowed, may_first : (stands, types)
        Whether a type may be named there; whether it may be first.
    lean : (stands, types)
        Hundredths of a point that the account adds.
    given : (stands, types)
        Bits of the binding rows that a lease gives.
    """

    allowed: U8
    may_first: U8
    lean: I64
    given: I64


class ByType(NamedTuple):
    """What is the same of all households of a type.

    Attributes
    ----------
    dalo : (types,)
        Whether they are DALO.
    profile : (types,)
        Bits of what rules count of them.
    """

    dalo: B
    profile: I64


class ShownLists(NamedTuple):
    """The published lists of a door.

    Attributes
    ----------
    ptr : (lists + 1,)
        Span of a list in ``at``.
    at : (ranks,)
        Positions, the first rank of a list first.
    stand : (lists,)
        Which stand (`ByStand`) a list is on.
    turn : (lists,)
        When it was filled, against `Housed.full_at`.
    direct : (lists,)
        Whether its réservataire names households itself.
    """

    ptr: I64
    at: I32
    stand: I32
    turn: I64
    direct: B


class Ordered(NamedTuple):
    """Nominees of each list in the order of its réservataire.

    Attributes
    ----------
    ptr : (lists + 1,)
        Span of a list in the other two.
    who : (nominees,)
        Positions.
    rank : (nominees,)
        Places in the order: the same number where the réservataire makes no difference.
    """

    ptr: I64
    who: I32
    rank: I64


class Housed(NamedTuple):
    """What is known of each application of the case.

    Attributes
    ----------
    placed : (applications,)
        Whether it has a first rank.
    full_at : (applications,)
        Turn of the list that was its last one allowed.
    seniority : (applications,)
        The larger comes first between equals.
    """

    placed: B
    full_at: I64
    seniority: I64


class Limits(NamedTuple):
    """How long a list is and how many one household stands on.

    Attributes
    ----------
    size : int
        Ranks of a list at most, the first one included.
    max_lists : int
        Lists that a household may stand on behind the first rank.
    after : int
        Ranks up to it are not looked at.
    """

    size: int
    max_lists: int
    after: int


class FirstHeld(NamedTuple):
    """What holds the first rank of each list in its place.

    Attributes
    ----------
    wanted : (lists,)
        Another first rank stands only because this one has a dwelling.
    pinned : (lists,)
        Decided before the run.
    kept : (lists,)
        Position of the household that a kept result gives points, -1 for nobody.
    keep : int
        These points, hundredths.
    """

    wanted: B
    pinned: B
    kept: I32
    keep: int


class Printed(NamedTuple):
    """The published leapfrogs of a door.

    Attributes
    ----------
    ptr : (lists + 1,)
        Lines of a list.
    rank : (lines,)
        Rank of the household that goes ahead.
    ahead, passed : (lines,)
        Positions; passed is -1 on count rows, -2 elsewhere.
    gap : (lines,)
        Hundredths of a point of score between the two, or how many more there are on a count row.
    why : (lines,)
        Number of the reason.
    rule_row : (rules named by the file,)
        Row of a reason from `RULE` on, -1 of none.
    """

    ptr: I64
    rank: I32
    ahead: I32
    passed: I32
    gap: I64
    why: I32
    rule_row: I64


class StandMarks(NamedTuple):
    """Rows that a lease on each stand enters.

    Attributes
    ----------
    ptr : (stands + 1,)
        Marks of a stand.
    row, trait : (marks,)
        Row; trait of the households that it counts.
    counts : (traits, profiles)
        Whether a household of that profile has the trait.
    """

    ptr: I64
    row: I64
    trait: I64
    counts: U8


class Ledger(NamedTuple):
    """The rows as columns, for what an exchange of two households changes.

    Attributes
    ----------
    asked : (rows,)
        What the leases of each row ask for, less its slack, ten-thousandths of a lease.
    num : (rows,)
        Leases counted.
    short : (rows,)
        What is missing, ten-thousandths.
    price : (rows,)
        Hundredths of a point a lease missing costs.
    """

    asked: I64
    num: I64
    short: I64
    price: I64


@njit(cache=True, nogil=True)
def _above(shown: I32, start: int, stop: int, i: int) -> bool:
    for k in range(start, stop):
        if shown[k] == i:
            return True
    return False


@njit(cache=True, nogil=True)
def best(
    door: AtDoor, stands: ByStand, types: ByType, lists: ShownLists, q: int, rank: int, need: int, most: int, housed: Housed,
    tie: I32,
) -> int:  # fmt: skip
    """How many households share the best (value, seniority) of those free for a rank of list q; the first ones go into ``tie``.

    ``given & need == need`` is asked; every DALO household is let in behind a DALO first rank, else no one. ``lean`` by type is
    part of the value; ``most``: no value is above its score by more.
    """
    fine, app, score, value, kind, _, _ = door
    placed, full_at, seniority = housed
    dalo, shown, turn, row = types.dalo, lists.at, lists.turn[q], lists.stand[q]
    allowed, lean, given = stands.allowed[row], stands.lean[row], stands.given[row]
    start = lists.ptr[q]
    stop, every = start + rank - 1, dalo[kind[shown[start]]]
    n = 0
    top, senior = np.int64(-(2**62)), np.int64(-(2**62))
    for i in fine:
        if n and score[i] + most < top:
            break
        t, a = kind[i], app[i]
        if not allowed[t] or placed[a] or full_at[a] < turn or given[t] & need != need:
            continue
        if (dalo[t] and not every) or _above(shown, start, stop, i):
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
    door: AtDoor, stands: ByStand, types: ByType, lists: ShownLists, own: Ordered, housed: Housed, limits: Limits, most: I64,
    ties: I64, wrong: I64,
) -> int:  # fmt: skip
    """Number of ranks that are left to the caller; ``wrong`` is the first rank of each list that holds another household than it should.

    A rank between equals is left to the caller: (list, rank, what was asked of the class, place among the nominees or -1) in
    ``ties``. ``most`` by stand: no value is above its score by more.
    """
    app, kind = door.app, door.kind
    ptr, shown, stand, turn, direct = lists
    own_ptr, nominee, own_rank = own
    placed, full_at, _ = housed
    size, max_lists, after = limits
    drawn = 0
    tie = np.empty(1, np.int32)
    for q in range(len(stand)):
        a, b, row = ptr[q], ptr[q + 1], stand[q]
        first = shown[a]
        need = stands.given[row, kind[first]]
        for rank in range(min(after, b - a) + 1, max(size, b - a) + 1):
            published = shown[a + rank - 1] if a + rank - 1 < b else -1
            stop = a + rank - 1
            expected, equals, asked, at = -1, 0, need, -1
            if rank <= size and max_lists > 0:
                for k in range(own_ptr[q], own_ptr[q + 1]):
                    if at >= 0 and own_rank[k] != own_rank[at]:
                        break
                    i = nominee[k]
                    if not placed[app[i]] and full_at[app[i]] >= turn[q] and not _above(shown, a, stop, i):
                        equals += 1
                        if at < 0:
                            expected, at = i, k
                if expected < 0 and not (direct[q] and own_ptr[q] < own_ptr[q + 1]):
                    while True:
                        equals = best(door, stands, types, lists, q, rank, asked, most[row], housed, tie)
                        if equals or asked == 0:
                            break
                        asked = np.int64(0)
                    if equals:
                        expected = tie[0]
            if equals > 1 and published >= 0:
                ties[drawn, 0], ties[drawn, 1], ties[drawn, 2], ties[drawn, 3] = q, rank, asked, at
                drawn += 1
            elif expected != published and not wrong[q]:
                wrong[q] = rank
            if published < 0:
                break
    return drawn


@njit(cache=True, nogil=True)
def _exchange(why: int, me: int, other: int, row: int, gain: int, marks: StandMarks, ledger: Ledger) -> bool:
    """Whether the whole exchange of two profiles on a stand does not gain, and no row loses more by it than row ``why``."""
    ptr, mark_row, mark_trait, trait = marks
    asked, num, short, price = ledger
    loss, named, most = np.int64(0), np.int64(0), np.int64(0)
    for k in range(ptr[row], ptr[row + 1]):
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
def _breaks(other: int, me: int, q: int, door: AtDoor, placed: B, listed: Ordered, wanted: B) -> bool:
    """Whether giving the first rank of list q to ``other`` passes a nominee: here, or where ``me`` had to be first."""
    list_ptr, nominee, rank = listed
    app = door.app
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
def _placed_before(own: Ordered, q: int, me: int, other: int) -> bool:
    """Whether the réservataire's order for list q names ``me`` and sets it before ``other``, named later or not at all."""
    ptr, nominee, rank = own
    mine = theirs = np.int64(2**62)
    for k in range(ptr[q], ptr[q + 1]):
        if nominee[k] == me:
            mine = np.int64(rank[k])
        if nominee[k] == other:
            theirs = np.int64(rank[k])
    return bool(mine < theirs)


@njit(cache=True, nogil=True)
def _is_named(own: Ordered, q: int, who: int) -> bool:
    """Whether the réservataire's order for list q names a household."""
    ptr, nominee, _ = own
    for k in range(ptr[q], ptr[q + 1]):
        if nominee[k] == who:
            return True
    return False


EXTRA, FAR, UNFIT = 1, 2, 4
"""What is wrong with a published leapfrog: nobody is passed so, its number, its reason."""


@njit(cache=True, nogil=True)
def leapfrogs(
    door: AtDoor, stands: ByStand, types: ByType, lists: ShownLists, own: Ordered, listed: Ordered, held: FirstHeld,
    housed: Housed, printed: Printed, marks: StandMarks, ledger: Ledger, parts: I64, odd: U8,
) -> tuple[int, int, int]:  # fmt: skip
    """Of the published leapfrogs of the lists of a door: lines missing, the list of the first of them (-1: none), gaps.

    ``odd`` (lines) is filled with what is wrong with each: ``EXTRA``, ``FAR`` (its number), ``UNFIT`` (its reason).

    ``own``: eligible nominees of each list; ``listed``: those whose order binds its first rank. ``parts`` (lines, 5) is filled with
    what the passed household loses by fit, burden, awaited, lean and keep, where one of them is the reason.
    """
    fine, app, score, value, kind, burden, awaited = door
    allowed, may_first, lean, given = stands
    dalo, profile = types
    ptr, shown, stand, turn, _ = lists
    wanted, pinned, kept, keep_points = held
    placed, full_at, _ = housed
    row_ptr, row_rank, row_ahead, row_passed, row_gap, row_why, rule_row = printed
    lost = gaps = 0
    at_list = -1
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
                    at_list = q if at_list < 0 else at_list
                    if end:
                        break
                    continue
                seen[at] = True
                cursor = at + 1 if at + 1 < rb else ra
                why = row_why[at]
                if end:
                    if row_gap[at] != (hits - SHOWN) * 100:
                        odd[at] |= FAR
                    if why != COUNT:
                        odd[at] |= UNFIT
                    break
                if row_gap[at] != score[other] - score[me]:
                    odd[at] |= FAR
                t = kind[other]
                gain = value[other] + lean[row, t] - value[me] - lean[row, mine]
                # the first of these that holds is the reason: what comes after it would tell a household something else
                fine_reason = False
                if rank == 1 and pinned[q]:
                    fine_reason = why == PIN
                elif _placed_before(own, q, me, other):
                    fine_reason = why == NOMINATION
                elif rank > 1 and dalo[t] and not dalo[lead] and not _is_named(own, q, other):
                    fine_reason = why == CLASS
                elif rank > 1 and full_at[app[other]] < turn[q]:
                    fine_reason = why == PLACES
                elif rank > 1 and (
                    need != 0 and given[row, mine] & need == need and given[row, t] & need != need
                ):
                    fine_reason = why == CLASS
                elif rank == 1 and not may_first[row, t]:
                    fine_reason = why == NOMINATION
                elif gain <= 0:
                    keep = keep_points * (np.int64(me == kept[q]) - np.int64(other == kept[q]))
                    more = int(burden[other] - burden[me])
                    late = int(awaited[other] - awaited[me])
                    fit = (value[me] - score[me]) - (value[other] - score[other]) - more - late
                    light = int(lean[row, mine] - lean[row, t] - keep)
                    fine_reason = FIT <= why <= KEEP and _part(
                        int(why), int(fit), more, late, light, int(keep)
                    )
                    if FIT <= why <= KEEP:
                        parts[at, 0], parts[at, 1], parts[at, 2], parts[at, 3], parts[at, 4] = (
                            fit,
                            more,
                            late,
                            light,
                            keep,
                        )
                elif why == NOMINATION:
                    fine_reason = rank == 1 and _breaks(other, me, q, door, placed, listed, wanted)
                elif why == GAP or why == NEED:
                    fine_reason = rank == 1
                    gaps += 1
                elif why >= RULE and rank == 1 and rule_row[why - RULE] >= 0:
                    fine_reason = _exchange(
                        rule_row[why - RULE], profile[mine], profile[t], row, gain * RATE, marks, ledger
                    )
                if not fine_reason:
                    odd[at] |= UNFIT
        for j in range(ra, rb):
            if not seen[j]:
                odd[j] |= EXTRA
    return lost, at_list, gaps
