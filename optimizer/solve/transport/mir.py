"""Rounding cuts: what whole numbers of leases imply for shortfalls (mixed-integer rounding).

Rows say ``s_k >= b_k + sum_j c_kj n_j`` with whole ``n_j >= 0``. Take a weighted sum of some rows; in the groups it
touches, replace ``base`` leases each by "room less everything else" (vacancies included; the room is the
capacity, or the largest number of households that can be housed there at all), so that the den-only leases vanish; divide by ``divisor`` and round (Nemhauser and Wolsey 1990). With ``B`` the new constant,
``R = B mod divisor`` and ``G(a) = R floor(a / divisor) + min(R, a mod divisor)``::

    sum w_k s_k >= R ceil(B / divisor) - sum_j G(-d_j) n_j

holds for every solution and cuts off the fractional corner: 0.25 of 10 leases is 3 leases, not 2.5. Everything stays
an integer, so a cut is one more row, whose shortfall is a sum of the model's shortfalls.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optimizer.solve.transport.model import Ints, LabelledTransport, RowSumCut

_Touched = tuple[tuple[Ints, Ints], tuple[Ints, Ints], Ints]


def effect_matrix(start: Ints, row: np.ndarray, coef: Ints, n_rows: int) -> sp.csr_matrix:
    """(owners, rows) csr int64."""
    return sp.csr_matrix((coef.astype(np.int64), row, start), shape=(len(start) - 1, n_rows))


def _rounded(value: Ints, divisor: int, rest: int) -> Ints:
    whole, part = np.divmod(value, divisor)
    return rest * whole + np.minimum(rest, part)


class CutMaker:
    """Writes cuts as rows; holds what all of them need, so that each costs only the groups it touches."""

    def __init__(self, model: LabelledTransport) -> None:
        self.model = model
        effects = (model.effect_start, model.effect_row, model.effect_coef)
        self.options = effect_matrix(*effects, model.n_rows).tocsc()
        seat_effects = (model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef)
        self.seats = effect_matrix(*seat_effects, model.n_rows).tocsc()
        self.group_start = model.option_start[:: max(1, model.n_types)]
        if len(model.seat_start):
            group = np.repeat(model.class_group, np.diff(model.seat_start)).astype(np.int64)
        else:
            group = np.zeros(0, np.int64)
        self.seat_group = group
        self.seat_order = np.argsort(group, kind="stable")
        self.seat_start = np.searchsorted(group[self.seat_order], np.arange(model.n_groups + 1))
        self.room = np.zeros(model.n_groups, np.int64)
        np.add.at(self.room, model.class_group, model.capacity)
        self._touched: dict[tuple[tuple[int, ...], tuple[int, ...]], _Touched] = {}

    def touch(self, cut: RowSumCut) -> _Touched:
        """Options and seats with their summed coefficient (nonzero, ascending), and the groups they are in."""
        known = self._touched.get((cut.rows, cut.weights))
        if known is not None:
            return known
        options = _summed(self.options, cut)
        seats = _summed(self.seats, cut)
        groups = np.r_[
            np.searchsorted(self.group_start, options[0], side="right") - 1, self.seat_group[seats[0]]
        ]
        found = options, seats, np.unique(groups).astype(np.int64)
        self._touched[cut.rows, cut.weights] = found
        return found

    def rest(self, cut: RowSumCut) -> int:
        """What a cut rounds by: the remainder of its constant; 0 where it says nothing new."""
        constant = int(self.model.row_constant[list(cut.rows)] @ np.array(cut.weights, np.int64))
        room = cut.room if cut.room >= 0 else int(self.room[self.touch(cut)[2]].sum())
        return (constant + cut.base * room) % cut.divisor

    def row(self, cut: RowSumCut) -> tuple[int, Ints, Ints, Ints, Ints]:
        """Constant, then options and their coefficients, seats and their coefficients (nonzero only).

        Raises
        ------
        ValueError
            A weight or the divisor is not positive, or a row is named twice.
        """
        if cut.divisor < 1 or min(cut.weights) < 1 or len(set(cut.rows)) != len(cut.rows):
            raise ValueError("cut: weights and divisor must be positive, rows distinct")
        weight = np.array(cut.weights, np.int64)
        of_option, of_seat, touched = self.touch(cut)
        option = _spread(touched, self.group_start)
        seat = np.sort(self.seat_order[_spread(touched, self.seat_start)])
        constant = int(self.model.row_constant[list(cut.rows)] @ weight)
        room = cut.room if cut.room >= 0 else int(self.room[touched].sum())
        total = constant + cut.base * room
        rest = total % cut.divisor
        vacancy = int(_rounded(np.array([cut.base]), cut.divisor, rest)[0])
        rounded = rest * -(-total // cut.divisor) - vacancy * room
        per_option = vacancy - _rounded(cut.base - _at(option, of_option), cut.divisor, rest)
        per_seat = vacancy - _rounded(cut.base - _at(seat, of_seat), cut.divisor, rest)
        return (
            rounded,
            option[per_option != 0],
            per_option[per_option != 0],
            seat[per_seat != 0],
            per_seat[per_seat != 0],
        )


def _summed(table: sp.csc_matrix, cut: RowSumCut) -> tuple[Ints, Ints]:
    spans = [slice(table.indptr[k], table.indptr[k + 1]) for k in cut.rows]
    where = np.concatenate([table.indices[x] for x in spans]).astype(np.int64)
    amount = np.concatenate([table.data[x] * w for x, w in zip(spans, cut.weights, strict=True)])
    owners, place = np.unique(where, return_inverse=True)
    total = np.zeros(len(owners), np.int64)
    np.add.at(total, place, amount)
    return owners[total != 0], total[total != 0]


def _at(wanted: Ints, known: tuple[Ints, Ints]) -> Ints:
    """Known amounts at the wanted numbers (ascending, a superset of the known ones), 0 elsewhere."""
    out = np.zeros(len(wanted), np.int64)
    out[np.searchsorted(wanted, known[0])] = known[1]
    return out


def _spread(owners: Ints, start: Ints) -> Ints:
    """All positions ``start[o] .. start[o + 1]`` of some owners."""
    size = start[owners + 1] - start[owners]
    first = np.repeat(start[owners] - np.r_[0, np.cumsum(size)[:-1]], size)
    return np.asarray(first + np.arange(int(size.sum())), dtype=np.int64)


def shares(n_rows: int, cuts: tuple[RowSumCut, ...]) -> sp.csr_matrix:
    """(rows + cuts, rows): which shortfalls each row bounds from below."""
    i = [n for n, cut in enumerate(cuts) for _ in cut.rows]
    j = [k for cut in cuts for k in cut.rows]
    w = [x for cut in cuts for x in cut.weights]
    below = sp.csr_matrix((np.array(w, np.int64), (i, j)), shape=(len(cuts), n_rows), dtype=np.int64)
    return sp.vstack([sp.identity(n_rows, dtype=np.int64), below], format="csr")


def extend(
    model: LabelledTransport, cuts: tuple[RowSumCut, ...], maker: CutMaker | None = None
) -> LabelledTransport:
    """The model with one more row per cut (price 0: a cut has no shortfall of its own); ``maker`` is that of the model."""
    if not cuts:
        return model
    maker = maker or CutMaker(model)
    made = [maker.row(cut) for cut in cuts]
    options = beside(maker.options, [(m[1], m[2]) for m in made])
    seats = beside(maker.seats, [(m[3], m[4]) for m in made])
    return longer(model, [m[0] for m in made], [0] * len(made), options, seats)


def longer(
    model: LabelledTransport,
    constant: list[int],
    price: list[int],
    options: sp.csr_matrix,
    seats: sp.csr_matrix,
) -> LabelledTransport:
    """A model with more rows, of these constants and prices; ``options`` and ``seats`` are the effects on all of them."""
    return replace(
        model,
        row_constant=np.r_[model.row_constant, constant].astype(np.int64),
        row_price=np.r_[model.row_price, price].astype(np.int64),
        effect_start=options.indptr.astype(np.int64),
        effect_row=options.indices.astype(np.int32),
        effect_coef=options.data.astype(np.int64),
        seat_effect_start=seats.indptr.astype(np.int64),
        seat_effect_row=seats.indices.astype(np.int32),
        seat_effect_coef=seats.data.astype(np.int64),
    )


def propose_cuts(model: LabelledTransport, maker: CutMaker | None = None) -> tuple[RowSumCut, ...]:
    """Cuts worth having: one per ratio row; and ratio rows of one account summed with that account's floors."""
    maker = maker or CutMaker(model)
    options = maker.options
    found: list[RowSumCut] = []
    floors: dict[int, list[tuple[int, int]]] = {}
    ratios: list[tuple[int, int, int, int]] = []
    for k in range(model.n_rows):
        span = slice(options.indptr[k], options.indptr[k + 1])
        coef, who = options.data[span], model.option_account[options.indices[span]]
        if not len(coef) or model.row_price[k] == 0:
            continue
        account = int(who[0]) if (who == who[0]).all() else -1
        low, high = int(coef.min()), int(coef.max())
        if high < 0 and low == high and account >= 0:
            floors.setdefault(account, []).append((k, -low))
        elif low < 0 < high:
            ratios.append((k, high, high - low, account))
    for k, high, divisor, account in ratios:
        if account < 0:
            found.append(RowSumCut((k,), (1,), divisor, high))
            continue
        helpers = [(j, high // unit) for j, unit in floors.get(account, []) if high % unit == 0]
        if helpers:
            found.append(RowSumCut((k, *(j for j, _ in helpers)), (1, *(w for _, w in helpers)), divisor, 0))
    rows = [maker.row(cut) for cut in found]
    return tuple(cut for cut, row in zip(found, rows, strict=True) if row[0] or len(row[1]) or len(row[3]))


def beside(table: sp.csc_matrix, made: list[tuple[Ints, Ints]], after: int | None = None) -> sp.csr_matrix:
    """A table with more columns, each (positions, values), after its first ``after`` (None: after all)."""
    n = table.shape[1] if after is None else after
    at = int(table.indptr[n])
    start = at + np.cumsum([0, *(len(m[0]) for m in made)])
    whole = sp.csc_matrix(
        (
            np.concatenate((table.data[:at], *(m[1] for m in made), table.data[at:])),
            np.concatenate((table.indices[:at], *(m[0] for m in made), table.indices[at:])),
            np.concatenate((table.indptr[:n], start, table.indptr[n + 1 :] + (start[-1] - at))),
        ),
        shape=(table.shape[0], table.shape[1] + len(made)),
        dtype=np.int64,
    )
    return whole.tocsr()
