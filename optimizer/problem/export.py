"""The instance for any other solver: eligible pairs, and the whole model as MPS or LP.

MPS and LP say the same: minimise minus the objective, in points and unscaled; its optimum is minus the objective that is
published. Binary ``x…``: a first rank; integer ``u…`` >= 0: the shortfall of a row, in ten-thousandths of a lease; rows ``o…``:
the réservataires' orders. Rows are written in whole numbers, so that a solver of integers reads the same model. Every name is at most eight
characters of ``[A-Za-z0-9_.]``, so that free and fixed MPS readers agree; ``names.csv`` beside the file says what each
name stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

import numpy as np

from optimizer.domain.guard import neutral
from optimizer.problem.columns import explicit
from optimizer.problem.model import I32, I64, RATE_UNIT, Columns, Problem

Style = Literal["french", "international"]
Began = Callable[[int], None]
"""Told how many pairs or columns a file is to hold, before the first is written: a year has millions."""
PAIRS = (
    "dwelling_id",
    "application_id",
    "account",
    "score",
    "fit",
    "burden",
    "lean",
    "value",
    "may_be_first",
)
ROW_GROUP = 1 << 20
"""Lines of a Parquet file made at once: a year has millions."""
NAMES_FILE = "names.csv"
"""Written beside every MPS and LP: the same bytes for the same model."""
NAMES = ("name", "what", "dwelling_id", "application_id", "account", "rule", "scope")


def unheard(size: int) -> None:
    """Nobody asked how many."""


def pair_columns(problem: Problem) -> tuple[str, ...]:
    """Columns of the table of pairs: those of `PAIRS`, ``awaited`` after ``burden`` where the case says what is expected."""
    after = PAIRS.index("burden") + 1
    return (*PAIRS[:after], "awaited", *PAIRS[after:]) if len(problem.awaited) else PAIRS


def write_pairs(problem: Problem, path: Path, style: Style = "french", *, began: Began = unheard) -> int:
    """Every eligible pair and account, reserves included, never reduced; returns the number of lines.

    Points have two decimals. ``may_be_first``: 1 where the account may give the pair the first rank, as far as lists and decisions
    that bear on the pair alone say; the orders between pairs are rows of the MPS and LP. A ``.parquet`` path gets a Parquet file with decimal columns instead.
    """
    columns = explicit(problem, first_only=False)
    pairs = np.flatnonzero(columns.app >= 0)
    began(len(pairs))
    if path.suffix.lower() == ".parquet":
        _write_parquet(problem, columns, pairs, path)
        return len(pairs)
    separator, mark = (";", ",") if style == "french" else (",", ".")
    encoding = "utf-8-sig" if style == "french" else "utf-8"
    dwellings = [_cell(name, separator) for name in problem.dwelling_ids]
    applications = [_cell(name, separator) for name in problem.application_ids]
    accounts = [_cell(name, separator) for name in problem.accounts]
    account = problem.kinds.account[columns.kind]
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(separator.join(pair_columns(problem)) + "\n")
        for low in range(0, len(pairs), 1 << 16):
            part = pairs[low : low + (1 << 16)]
            file.writelines(
                separator.join(
                    (
                        dwellings[d],
                        applications[a],
                        accounts[r],
                        *(points(v, mark) for v in worth),
                        str(int(first)),
                    )
                )
                + "\n"
                for d, a, r, first, *worth in zip(
                    columns.dwelling[part].tolist(),
                    columns.app[part].tolist(),
                    account[part].tolist(),
                    columns.first[part].tolist(),
                    columns.score[part].tolist(),
                    columns.fit[part].tolist(),
                    columns.burden[part].tolist(),
                    *([columns.awaited[part].tolist()] if len(problem.awaited) else []),
                    columns.lean[part].tolist(),
                    columns.value[part].tolist(),
                    strict=True,
                )
            )
    return len(pairs)


def _write_parquet(
    problem: Problem, columns: Columns, pairs: np.ndarray[tuple[int], np.dtype[np.int64]], path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    def named(names: object, at: object) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(list(names), pa.string()))  # type: ignore[call-overload]

    def money(values: object) -> pa.Array:
        hundredth = pa.scalar("0.01", pa.string()).cast(pa.decimal128(3, 2))
        return pc.multiply(pa.array(values).cast(pa.decimal128(19, 0)), hundredth)

    def part(at: I64) -> pa.Table:
        return pa.table(
            {
                "dwelling_id": named(problem.dwelling_ids, columns.dwelling[at]),
                "application_id": named(problem.application_ids, columns.app[at]),
                "account": named(problem.accounts, problem.kinds.account[columns.kind[at]]),
                "score": money(columns.score[at]),
                "fit": money(columns.fit[at]),
                "burden": money(columns.burden[at]),
                **({"awaited": money(columns.awaited[at])} if len(problem.awaited) else {}),
                "lean": money(columns.lean[at]),
                "value": money(columns.value[at]),
                "may_be_first": pa.array(columns.first[at]),
            }
        )

    with pq.ParquetWriter(path, part(pairs[:0]).schema) as writer:
        for low in range(0, max(1, len(pairs)), ROW_GROUP):
            writer.write_table(part(pairs[low : low + ROW_GROUP]))


def points(hundredths: int, mark: str = ".") -> str:
    """Hundredths as points with at most two decimals, exactly.

    >>> points(1000550), points(-5, ","), points(300)
    ('10005.5', '-0,05', '3')
    """
    return _decimal(hundredths, 2, mark)


def _decimal(value: int, decimals: int, mark: str = ".") -> str:
    if not decimals:
        return str(value)
    whole, rest = divmod(abs(value), 10**decimals)
    tail = f"{rest:0{decimals}d}".rstrip("0")
    return ("-" if value < 0 else "") + str(whole) + (mark + tail if tail else "")


def _cell(text: str, separator: str) -> str:
    """A text no spreadsheet runs as a formula, quoted when it holds a separator, a quote or a line break."""
    safe = neutral(str(text))
    if any(c in safe for c in (separator, '"', "\n", "\r")):
        return '"' + safe.replace('"', '""') + '"'
    return safe


CHUNK = 1 << 16
"""Columns turned into Python numbers at once: a year has millions."""
Mark = tuple[str, int]
"""(row, coefficient)."""


class _Line(NamedTuple):
    """A binary of the model: its value, what it is about, and the rows its kind enters."""

    name: str
    value: int
    dwelling: int
    app: int
    account: int
    marks: Sequence[Mark]


class _Model:
    """The model in words common to MPS and LP: names, and the exact coefficients of each column."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.columns = explicit(problem)
        wanted = np.unique(self.columns.app[self.columns.app >= 0])
        self.applications = wanted.tolist()
        self.dwellings = np.unique(self.columns.dwelling).tolist()
        self.must = {d for d in range(len(problem.dwelling_ids)) if bool(problem.must_fill[problem.klass[d]])}
        self.dwellings = sorted({*self.dwellings, *self.must})
        self.marks = [self._marks(c) for c in range(len(problem.kinds))]
        self.most = RATE_UNIT * (len(problem.dwelling_ids) + 1)
        """No row lacks more, in ten-thousandths of a lease."""

    def _marks(self, kind: int) -> list[Mark]:
        """(row, coefficient) of a kind: ten-thousandths of a lease on the rules, ranks on the orders."""
        problem, kinds = self.problem, self.problem.kinds
        found = []
        for i in range(int(kinds.ptr[kind]), int(kinds.ptr[kind + 1])):
            k = int(kinds.row[i])
            asked = (problem.rows[k].rate + int(kinds.more[i])) * int(kinds.den[i])
            found.append((_name("r", k), RATE_UNIT * int(kinds.num[i]) - asked))
        for i in range(int(kinds.order_ptr[kind]), int(kinds.order_ptr[kind + 1])):
            found.append((_name("o", int(kinds.order_row[i])), int(kinds.order_sign[i])))
        return [(row, coefficient) for row, coefficient in found if coefficient]

    def lines(self) -> Iterator[_Line]:
        """The binaries in their order, some at a time."""
        c, account = self.columns, self.problem.kinds.account
        for low in range(0, len(c), CHUNK):
            part = slice(low, low + CHUNK)
            kinds = c.kind[part]
            rows = zip(
                c.value[part].tolist(), c.dwelling[part].tolist(), c.app[part].tolist(), kinds.tolist(),
                account[kinds].tolist(), strict=True,
            )  # fmt: skip
            for i, (value, d, a, k, r) in enumerate(rows, start=low):
                yield _Line(_name("x", i), value, d, a, r, self.marks[k])

    def terms_of_rows(self) -> Iterator[tuple[str, Iterator[tuple[int, int]]]]:
        """Each row of rules and orders with its (column, coefficient), columns in their order; no column is held as text."""
        by_kind = np.argsort(self.columns.kind, kind="stable")
        cuts = np.searchsorted(self.columns.kind[by_kind], np.arange(len(self.marks) + 1))
        of_row: dict[str, list[tuple[int, int]]] = {}
        for kind, marks in enumerate(self.marks):
            for row, coefficient in marks:
                of_row.setdefault(row, []).append((kind, coefficient))
        rows = [_name("r", k) for k in range(len(self.problem.rows))]
        for row in (*rows, *(_name("o", p) for p in range(len(self.problem.orders)))):
            entered = [
                (by_kind[cuts[k] : cuts[k + 1]], coefficient) for k, coefficient in of_row.get(row, ())
            ]
            at = np.concatenate([columns for columns, _ in entered]) if entered else np.empty(0, np.int64)
            weight = np.concatenate([np.full(len(columns), w, np.int64) for columns, w in entered] or [at])
            order = np.argsort(at, kind="stable")
            yield row, _pairs(at[order], weight[order])


def _pairs(at: I64, weight: I64) -> Iterator[tuple[int, int]]:
    """Two arrays side by side, some numbers at a time."""
    for low in range(0, len(at), CHUNK):
        part = slice(low, low + CHUNK)
        yield from zip(at[part].tolist(), weight[part].tolist(), strict=True)


def _of_each(keys: I32, wanted: Sequence[int]) -> Iterator[tuple[int, Iterator[int]]]:
    """Each wanted key with the columns that have it, in their order."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    lows, highs = (
        np.searchsorted(sorted_keys, np.array(wanted, np.int64), side) for side in ("left", "right")
    )
    for key, low, high in zip(wanted, lows.tolist(), highs.tolist(), strict=True):
        yield key, iter(order[low:high].tolist())


def _name(letter: str, i: int) -> str:
    """A name of at most eight characters: the letter and the number in base 36.

    >>> _name("x", 0), _name("x", 46655)
    ('x0', 'xzzz')
    """
    digits = ""
    while True:
        i, rest = divmod(i, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if not i:
            return letter + digits


def write_mps(problem: Problem, path: Path, *, began: Began = unheard) -> int:
    """The model as MPS (fixed columns, also valid as free format) with ``names.csv`` beside; returns its columns."""
    model = _Model(problem)
    began(len(model.columns) + len(problem.rows))
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("NAME          ATTRIFLUX\nROWS\n N  cost\n")
        file.writelines(f" {'E' if d in model.must else 'L'}  {_name('d', d)}\n" for d in model.dwellings)
        file.writelines(f" L  {_name('a', a)}\n" for a in model.applications)
        file.writelines(f" G  {_name('r', k)}\n" for k in range(len(problem.rows)))
        file.writelines(f" L  {_name('o', p)}\n" for p in range(len(problem.orders)))
        file.write("COLUMNS\n    MARKER    'MARKER'                 'INTORG'\n")
        for line in model.lines():
            _entry(file, line.name, "cost", points(-line.value))
            _entry(file, line.name, _name("d", line.dwelling), "1")
            if line.app >= 0:
                _entry(file, line.name, _name("a", line.app), "1")
            for row, coefficient in line.marks:
                _entry(file, line.name, row, str(coefficient))
        for k, priced in enumerate(problem.rows):
            _entry(file, _name("u", k), "cost", _decimal(priced.price, 6))
            _entry(file, _name("u", k), _name("r", k), "1")
        file.write("    MARKER    'MARKER'                 'INTEND'\n")
        file.write("RHS\n")
        for d in model.dwellings:
            _entry(file, "RHS", _name("d", d), "1")
        for a in model.applications:
            _entry(file, "RHS", _name("a", a), "1")
        for k, forgiving in enumerate(problem.rows):
            if forgiving.play:
                _entry(file, "RHS", _name("r", k), str(-forgiving.play))
        file.write("BOUNDS\n")
        file.writelines(f" UP BND       {_name('x', i):<8}  1\n" for i in range(len(model.columns)))
        file.writelines(f" UP BND       {_name('u', k):<8}  {model.most}\n" for k in range(len(problem.rows)))
        file.write("ENDATA\n")
    _write_names(model, path.parent / NAMES_FILE)
    return len(model.columns) + len(problem.rows)


def _entry(file: TextIO, column: str, row: str, value: str) -> None:
    file.write(f"    {column:<8}  {row:<8}  {value:>12}\n")


def write_lp(problem: Problem, path: Path, *, began: Began = unheard) -> int:
    """The model in LP format with ``names.csv`` beside; returns its columns."""
    model = _Model(problem)
    columns = model.columns
    began(len(columns) + len(problem.rows))
    shortfalls = [_name("u", k) for k in range(len(problem.rows))]

    def cost() -> Iterator[str]:
        yield from (_term(-line.value, 2, line.name) for line in model.lines())
        yield from (_term(row.price, 6, s) for row, s in zip(problem.rows, shortfalls, strict=True))
        yield "+ 0 zero"

    def names(numbers: Iterator[int]) -> Iterator[str]:
        return (f"+ {_name('x', i)}" for i in numbers)

    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("\\ Minimise minus the objective, in points\nMinimize\n")
        _expression(file, "cost", cost(), "")
        file.write("Subject To\n")
        for d, numbers in _of_each(columns.dwelling, model.dwellings):
            _expression(file, _name("d", d), names(numbers), "= 1" if d in model.must else "<= 1")
        for a, numbers in _of_each(columns.app, model.applications):
            _expression(file, _name("a", a), names(numbers), "<= 1")
        for k, (row, terms) in enumerate(model.terms_of_rows()):
            told = (_term(coefficient, 0, _name("x", i)) for i, coefficient in terms)
            if k < len(shortfalls):
                _expression(file, row, chain(told, [f"+ {shortfalls[k]}"]), f">= {-problem.rows[k].play}")
            else:
                _expression(file, row, told, "<= 0")
        file.write("Bounds\n zero = 0\n")
        file.writelines(f" 0 <= {s} <= {model.most}\n" for s in shortfalls)
        if shortfalls:
            file.write("Generals\n")
            file.writelines(f" {s}\n" for s in shortfalls)
        if len(columns):
            file.write("Binaries\n")
            file.writelines(f" {_name('x', i)}\n" for i in range(len(columns)))
        file.write("End\n")
    _write_names(model, path.parent / NAMES_FILE)
    return len(columns) + len(problem.rows)


def _term(value: int, decimals: int, name: str) -> str:
    return f"{'-' if value < 0 else '+'} {_decimal(abs(value), decimals)} {name}"


def _expression(file: TextIO, name: str, terms: Iterator[str], end: str) -> None:
    """A row of the LP, eight terms a line; one without any says so with a column that is 0."""
    file.write(f" {name}:")
    written = False
    while some := list(islice(terms, 8)):
        file.write((" " if written else "") + " " + " ".join(some) + "\n")
        written = True
    if not written:
        file.write(" + 0 zero\n")
    file.write(f"  {end}\n" if end else "")


def _write_names(model: _Model, path: Path) -> None:
    """What each name stands for; comma separated, UTF-8, the same for MPS and LP."""
    problem = model.problem
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(NAMES) + "\n")

        def line(*cells: str) -> None:
            file.write(",".join(_cell(cell, ",") for cell in cells) + "\n")

        for x in model.lines():
            what, who = ("first_rank", problem.application_ids[x.app]) if x.app >= 0 else ("seat", "")
            line(x.name, what, problem.dwelling_ids[x.dwelling], who, problem.accounts[x.account], "", "")
        for k, row in enumerate(problem.rows):
            line(_name("u", k), "shortfall", "", "", "", row.rule, row.scope)
        for d in model.dwellings:
            line(_name("d", d), "dwelling", problem.dwelling_ids[d], "", "", "", "")
        for a in model.applications:
            line(_name("a", a), "application", "", problem.application_ids[a], "", "", "")
        for k, row in enumerate(problem.rows):
            line(_name("r", k), "row", "", "", "", row.rule, row.scope)
        orders = problem.orders
        lists = zip(orders.dwelling.tolist(), orders.account.tolist(), orders.app.tolist(), strict=True)
        for p, (d, r, a) in enumerate(lists):
            who = problem.application_ids[a]
            line(_name("o", p), "order", problem.dwelling_ids[d], who, problem.accounts[r], "", "")
