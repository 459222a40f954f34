"""``run.json`` against the case and the result: what it says of them is recomputed, what it says of itself is sealed.

Recomputed: title, place, date, seed, tables written and their rows, how the run ended, the verdict. How many rows were read, how
the run was made (options, engine, versions, timings, hashes of the rules) changes no number of the result that is not
recomputed, and is only held to the record's own hash; so is the list of the assumed values, of which only the form is checked: a
row whose target is assumed is found again with its price.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimizer.domain import default_seed
from optimizer.errors import Lang
from optimizer.verify.outputs import headers, read_json, rows_of
from optimizer.verify.verdict import CERTIFIED, WITHIN, Findings
from optimizer.verify.world import World

FORMAT = "attriflux-run/1"
KEYS = frozenset(
    (
        "assumed", "backend", "backend_why", "fingerprint", "format", "inputs", "keep_sha256", "landlord", "manifest", "on",
        "options", "phases", "replayable", "rows", "rules", "seed", "seed_modified", "self_sha256", "solve_notes", "stop", "synthetic",
        "tables", "territory", "timings", "title", "verdict", "versions", "warm_start", "year",
    )
)  # fmt: skip
SINCE = frozenset(("rules",))
"""Keys that a result of this format written earlier may lack: nothing rests on them."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "proposals": (
        "dwelling_id", "account", "rank", "application_id", "score", "fit", "burden", "lean", "value", "effort", "q1", "priority",
        "flags", "reason",
    ),
    "applications": ("application_id", "status", "reason", "best_rank", "dwelling_id"),
    "dwellings": ("dwelling_id", "account", "status", "candidates", "deadline", "reason_if_short", "advice"),
    "rules": (
        "rule", "scope", "share", "tolerance", "num_before", "den_before", "den_remaining", "rate_required", "allowance", "num_run",
        "den_run", "shortfall", "price", "marginal_points", "expected_num",
    ),
    "orientation": (
        "dwelling_id", "account", "chosen", "loss_points", "loss_at_most", "commune", "rooms", "financing", "qpv", "accessible",
        "vacancy_days", "objectives", "flux_share", "flux_done", "flux_in_progress", "flux_remaining", "flux_behind", "residence",
        "residence_q1_share", "residence_fragility", "recent_move_ins", "candidates", "candidates_dalo", "candidates_priority",
        "candidates_income_unknown", "best_score",
    ),
    "leapfrogs": ("dwelling_id", "rank", "application_id_ahead", "application_id_passed", "points_gap", "explained_by"),
    "explanations": (
        "application_id", "nearest_miss", "points_needed", "dwelling_id", "best_position", "of", "confirmed",
    ),
    "scores": ("application_id", "epci", "grid", "criterion", "points"),
}  # fmt: skip
"""Every table of a result and its columns, in order."""
AFTER_BURDEN = "awaited"
"""Column of ``proposals`` more in a case that says which dwellings are expected."""
CHAINED = ("chain", "position", "conditional_on")
"""Columns of ``proposals`` more in a run with chains."""
ASKED = {"kept": "keep", "changes": "keep", "prospects": "prospects", "chains": "chains"}
"""Tables that a run writes when an option asks for them."""
ASKED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "kept": ("dwelling_id", "account", "application_id"),
    "changes": (
        "dwelling_id", "what", "account_before", "account_now", "first_before", "first_now", "list_before", "list_now", "why",
    ),
    "prospects": ("dwelling_id", "account", "rank", "application_id", "score", "value"),
    "chains": (
        "chain", "kind", "position", "dwelling_id", "account", "application_id", "conditional_on", "value", "acceptance_rate",
        "expected_rate", "available_on",
    ),
}  # fmt: skip
"""Their columns, in order."""
BESIDE = frozenset(("shadow", "by_epci", "by_landlord"))
"""What another grid would list, and totals of a run too large for pages: beside the result and held to their hash."""
STOPS = ("proven", "gap", "time", "interrupted")


def _with_awaited(columns: tuple[str, ...]) -> tuple[str, ...]:
    at = columns.index("burden") + 1
    return (*columns[:at], AFTER_BURDEN, *columns[at:])


def language(run: Mapping[str, Any]) -> Lang:
    """The language of the result's sentences."""
    return "en" if run["options"]["lang"] == "en" else "fr"


def check_record(folder: Path, run: Mapping[str, Any], world: World, found: Findings) -> None:
    """The record against the settings, the inputs and the tables that lie there."""
    for key in sorted((KEYS ^ run.keys()) - SINCE):
        found.add("record", f"{key} : clé absente ou inconnue")
    settings, raw = world.settings, world.raw.settings
    written = str(raw.get("territory_as_written") or raw["territory"]).strip()
    landlord = str(raw.get("landlord") or "").strip() or None
    usual = default_seed(settings.on, landlord, written)
    stop = run["stop"]
    proof = read_json(folder, "certificate.json")
    right: dict[str, object] = {
        "format": FORMAT,
        "title": str(raw.get("title", "")).strip(),
        "territory": written,
        "year": settings.year,
        "landlord": landlord,
        "synthetic": settings.synthetic,
        "seed_modified": settings.seed != usual,
        "replayable": stop in ("proven", "gap"),
    }
    for key, value in right.items():
        found.demand("record", _same(run[key], value), key)
    found.demand("record", stop in STOPS and stop == proof["stopped"], "stop")
    found.demand("record", run["rows"].keys() == run["inputs"].keys(), "rows")
    found.demand("record", _are_keys(run["assumed"]), "assumed")
    _check_tables(folder, run, world, found)


def check_verdict(run: Mapping[str, Any], verdict: str, found: Findings) -> None:
    """What the record says its own check found (nothing while it is being made)."""
    fine = run["verdict"] is None or (run["verdict"] in (CERTIFIED, WITHIN) and run["verdict"] == verdict)
    found.demand("record", fine, "verdict")


def rules_changed(run: Mapping[str, Any], law: Path, case: Path) -> list[str]:
    """Files of the rules that the run read and that are others today, or gone: of ``law``, or those the case brings itself."""
    stated, inputs = run.get("rules"), run.get("inputs")
    if not isinstance(stated, Mapping) or not isinstance(inputs, Mapping):
        return []
    own = {Path(str(name)).name for name in inputs}
    found = []
    for name, digest in sorted(stated.items()):
        if Path(str(name)).name not in own and not any(
            _holds(folder, str(name), digest) for folder in (law, case if case.is_dir() else case.parent)
        ):
            found.append(str(name))
    return found


def _holds(folder: Path, name: str, digest: object) -> bool:
    """Whether a folder has a file of that name and hash."""
    path = folder / name
    there = path.is_file() and path.resolve().is_relative_to(folder.resolve())
    return there and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _are_keys(listed: object) -> bool:
    """Whether a list holds dotted keys of values, each once, sorted."""
    if not isinstance(listed, list) or not all(isinstance(key, str) and key == key.strip() for key in listed):
        return False
    return all("." in key for key in listed) and listed == sorted(set(listed))


def _same(said: object, right: object) -> bool:
    return said == right and isinstance(said, bool) == isinstance(right, bool)


def _check_tables(folder: Path, run: Mapping[str, Any], world: World, found: Findings) -> None:
    """Every table there, whole, with exactly its columns."""
    options = run["options"]
    due = {*COLUMNS, *(name for name, option in ASKED.items() if options.get(option))}
    tables = (x for x in folder.iterdir() if x.suffix in (".csv", ".parquet") and x.stem not in BESIDE)
    there = {x.stem: x for x in tables}
    found.demand("record", due == there.keys() == run["tables"].keys(), "tables")
    for name in sorted(due & there.keys() & run["tables"].keys()):
        found.demand("record", run["tables"][name] == rows_of(there[name]), f"{name} : nombre de lignes")
        due_columns = COLUMNS[name] if name in COLUMNS else ASKED_COLUMNS[name]
        if name == "proposals":
            due_columns = _with_awaited(due_columns) if world.expects else due_columns
            due_columns += CHAINED if options.get("chains") else ()
        found.demand("record", tuple(headers(folder, name)) == due_columns, f"{name} : colonnes")
