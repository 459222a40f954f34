"""Small cases written by hand on disk, and plain readings of what a run publishes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import optimizer
from optimizer import pipeline
from optimizer.pipeline import Prepared
from optimizer.presentation.csvfile import csv_bytes
from optimizer.runs import Options
from optimizer.runs.tables import main_tables
from optimizer.runs.writing import write_tables
from optimizer.solve import SolveOptions
from tests.cli.running import Done, attriflux

BESANCON, SERRE = "25056", "25542"
SETTINGS = {
    "title": "Petit dossier", "territory": "doubs", "on": "2026-11-23", "year": "2026", "landlord": "BAIL",
    "synthetic": "true",
}  # fmt: skip
SAME = ("proposals.csv", "applications.csv", "dwellings.csv", "rules.csv")
"""The files that do not depend on how the answer was found (design §5)."""
Row = dict[str, str]
Rows = Sequence[Mapping[str, str]]


def dwelling(name: str, **more: str) -> Row:
    """A T3 PLUS outside QPV in Besançon."""
    return {
        "dwelling_id": name, "landlord": "BAIL", "commune": BESANCON, "rooms": "3", "financing": "PLUS", "qpv": "non",
        "vacant_since": "2026-10-24", **more,
    }  # fmt: skip


def application(name: str, **more: str) -> Row:
    """Three persons who want Besançon, with modest verified incomes."""
    return {
        "application_id": name, "first_registered_on": "2025-05-04", "persons": "3", "choices": BESANCON,
        "status": "active", "adults": "2", "children_under_14": "1", "tax_income_eur": "15000",
        "monthly_income_eur": "1900", "income_status": "verified", "score": "50", **more,
    }  # fmt: skip


def agreement(account: str, share: str, **more: str) -> Row:
    """A delegated line of the agreement of BAIL."""
    return {
        "landlord": "BAIL", "departement": "25", "year": "2026", "account": account, "share": share,
        "management_mode": "delegated", **more,
    }  # fmt: skip


AGREEMENT = (agreement("ALS", "0.3"), agreement("BAILLEUR", "0.7"))


def csv_text(rows: Rows, header: Sequence[str] = (), delimiter: str = ";") -> str:
    """Rows as CSV; columns in order of first appearance."""
    names = list(dict.fromkeys([*header, *(name for row in rows for name in row)]))
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, names, delimiter=delimiter, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def write(
    folder: Path, dwellings: Rows, applications: Rows, *, settings: Mapping[str, str] | None = None, **tables: Rows
) -> Path:  # fmt: skip
    """A case folder of BAIL in the Doubs; ``tables`` are the optional ones, by canonical name."""
    folder.mkdir(parents=True)
    content: dict[str, Rows] = {
        "dwellings": dwellings, "applications": applications, "conventions": AGREEMENT, **tables,
    }  # fmt: skip
    headers = {"dwellings": list(dwelling("")), "applications": list(application(""))}
    for name, rows in content.items():
        if not rows and name not in headers:
            continue
        (folder / f"{name}.csv").write_text(csv_text(rows, headers.get(name, ())), encoding="utf-8")
    lines = [f"{key}: {value}\n" for key, value in {**SETTINGS, **(settings or {})}.items()]
    (folder / "case.yaml").write_text("".join(lines), encoding="utf-8")
    return folder


def propose(case: Path, out: Path, *words: object) -> Done:
    """``attriflux propose`` without the PDF; any exit code."""
    return attriflux("propose", case, "--out", out, "--no-pdf", *words)


def proposed(case: Path, out: Path, *words: object) -> Path:
    """The output folder of a run that must end well."""
    done = propose(case, out, *words)
    assert done.code == 0, done.err
    return out


def tables_alone(case: Path, out: Path, **options: Any) -> Path:
    """The tables of a run as `propose` writes them, without its pages and its check: for runs compared byte by byte with one
    that had both."""
    told = Options(**options)
    out.mkdir(parents=True)
    write_tables(out, optimizer.propose(case, told).tables, told)
    return out


def same_otherwise(prepared: Prepared, out: Path, **options: Any) -> bool:
    """Whether another way to the optimum of a prepared case gives the bytes of every file of :data:`SAME` published in ``out``."""
    tables = main_tables(pipeline.optimise(prepared, SolveOptions(**options)), Options())
    return all(csv_bytes(getattr(tables, Path(name).stem)) == (out / name).read_bytes() for name in SAME)


def header(path: Path) -> list[str]:
    """The names of the columns of a French CSV."""
    return path.read_text(encoding="utf-8-sig").splitlines()[0].split(";")


def table(path: Path) -> list[Row]:
    """The rows of a French CSV, as text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def exact(text: str) -> Decimal:
    """A French number, exactly; empty is zero."""
    return Decimal(text.replace(",", ".") or "0")


def objective(out: Path) -> Decimal:
    """The objective of design §5 from the published tables alone: values of first lines minus priced shortfalls."""
    value = sum((exact(r["value"]) for r in table(out / "proposals.csv") if r["rank"] == "1"), Decimal(0))
    lost = sum((exact(r["price"]) * exact(r["shortfall"]) for r in table(out / "rules.csv")), Decimal(0))
    return value - lost


def first_ranks(out: Path) -> dict[str, str]:
    """dwelling -> application of the first lines (empty: awaiting the réservataire)."""
    return {r["dwelling_id"]: r["application_id"] for r in table(out / "proposals.csv") if r["rank"] == "1"}


def same_answer(a: Path, b: Path) -> bool:
    """Whether two runs published the same bytes in every file of :data:`SAME`."""
    return all((a / name).read_bytes() == (b / name).read_bytes() for name in SAME)
