"""Tiny cases written as the files of a user: literal tables on disk, then one run.

The tests of this folder read the design a second time: figures worked out by hand from its sentences stand beside what
runs give, so that a misreading shared by the engine and the verifier has somewhere to show.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from optimizer.pipeline import check_case
from optimizer.runs import Options, Result, propose

SETTINGS = {
    "title": "lecture du contrat", "territory": "doubs", "on": "2026-07-01", "year": "2026", "seed": "contrat",
    "synthetic": "true",
}  # fmt: skip
AGREEMENT = """
    landlord departement year account    share management_mode
    BAIL     25          2026 BAILLEUR   0     delegated
"""


def table(text: str) -> str:
    """Words in columns as CSV; a lone dot is an empty cell and ``~`` a space."""
    rows = [line.split() for line in dedent(text).strip().splitlines()]
    cells = [["" if cell == "." else cell.replace("~", " ") for cell in row] for row in rows]
    assert len({len(row) for row in rows}) == 1, "a row has more or fewer cells than the header"
    return "".join(",".join(row) + "\n" for row in cells)


def write(folder: Path, *, settings: dict[str, str] | None = None, **tables: str) -> Path:
    """A case folder; ``conventions`` defaults to one line of no effect."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}: {value}" for key, value in {**SETTINGS, **(settings or {})}.items()]
    (folder / "case.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, text in {"conventions": AGREEMENT, **tables}.items():
        (folder / f"{name}.csv").write_text(_named(name, text), encoding="utf-8")
    return folder


def _named(name: str, text: str) -> str:
    """The table with identifiers under their canonical headers (``id`` is short for that of the table)."""
    own = {"dwellings": "dwelling_id", "applications": "application_id"}.get(name)
    csv = table(text)
    return csv.replace("id,", f"{own},", 1) if own and csv.startswith("id,") else csv


def run(folder: Path, **more: Any) -> Result:
    """Write, then propose with the reference backend chosen by size."""
    return propose(write(folder, **more), Options(accept_assumed=True, pdf=False))


def lists(result: Result) -> dict[str, list[str]]:
    """Dwelling -> ``account: applications in order``; the seat of a direct réservataire is ``(account)``."""
    found: dict[str, list[str]] = {}
    for line in result.proposals.sort_values(["dwelling_id", "rank"]).itertuples():
        found.setdefault(line.dwelling_id, [line.account]).append(line.application_id or "(seat)")
    return found


def reasons(result: Result) -> dict[str, str]:
    """Application -> reason of its status."""
    return dict(zip(result.applications["application_id"], result.applications["reason"], strict=True))


def row(result: Result, rule: str, scope: str = "") -> dict[str, float]:
    """The only row of a rule whose scope contains ``scope``."""
    rules = result.rules
    found = rules[(rules["rule"] == rule) & rules["scope"].str.contains(scope, regex=False)]
    assert len(found) == 1, found[["rule", "scope"]].to_dict("records")
    return {name: float(found.iloc[0][name]) for name in found.columns if name not in ("rule", "scope")}


def codes(folder: Path, **more: Any) -> list[str]:
    """Codes of the problems of a case."""
    _, findings = check_case(write(folder, **more), accept_assumed=True)
    return [f.code for f in findings if f.severity == "error"]
