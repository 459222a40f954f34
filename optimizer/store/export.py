"""A table for research without anybody in it: pseudonyms under a key kept elsewhere, groups of at least k households.

A household is one unit within a session: the set of what its lines say of dwellings (month, commune, rooms, financing, account)
must be shared by k households of that session at least, else it is said more coarsely (département, then France whole, at last without the
account), else left out. Households of other sessions do not count: two tables, one made before a session and one after, would be
subtracted, and what is left is of that session alone. The account is a trait of the dwelling: who knows a contingent would tell its households from the others.
Pseudonyms change from one session to the next: lines of different sessions cannot be joined to single somebody out.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.disk import check_files, write_files
from optimizer.store import queries
from optimizer.store.commands.access import log
from optimizer.store.holding import Store
from optimizer.store.law import law
from optimizer.store.messages import StoreForbidden, StoreUnusable
from optimizer.store.records import Actor, CandidateRecord, ItemRecord, Receipt, SessionRecord
from optimizer.store.work import demand_same

DWELLING = ("month", "place", "rooms", "financing", "account")
"""What a line says of the dwelling and its session: known to whoever knows the household, so said as coarsely as its group asks."""
DECIDED = ("proposed", "decision", "rank", "motive", "outcome", "refusal_reason")
"""What the proposal, the commission and the answer made of it: said whole. Nothing that a dwelling or a household is stands here."""
COLUMNS = ("household", *DWELLING, *DECIDED)
PSEUDONYM = 16
Line = dict[str, str]
LEVELS: tuple[tuple[str, ...], ...] = (
    ("month", "commune", "rooms", "financing", "account"),
    ("month", "departement", "rooms", "financing", "account"),
    ("year", "departement", "rooms", "", "account"),
    ("year", "", "", "", "account"),
    ("year", "", "", "", ""),
)
"""What is said under `DWELLING`, from the finest to the coarsest; an empty name is left blank."""


@dataclass(frozen=True)
class Exported:
    """What was written and what had to be left out."""

    lines: int
    left_out: int
    sha256: str
    receipt: Receipt


def export_pseudonymous(
    store: Store, actor: Actor, command_id: str, out: Path, k: int | None = None
) -> Exported:
    """Write ``out`` (CSV, ``;``): every candidature of the signed sessions. Only the DPO may.

    ``k`` is never below ``national.commission.export_group``.
    """
    if actor.role not in ("D", "program"):
        raise StoreForbidden("STORE_FORBIDDEN", role=actor.role)
    if out.exists():
        raise StoreUnusable("STORE_EXISTS", path=str(out))
    check_files([out], force=None)
    least = max(int(law(store.today()).value("export_group")), k or 0)
    units: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for session in queries.sessions(store, status="closed"):
        for item in session.items:
            for name in item.candidates:
                units[session.session_id, name.ref].append(line_of(session, item, name))
    written, left_out = _grouped(store, units, least)
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, delimiter=";", lineterminator="\n")
    table.writeheader()
    table.writerows(sorted(written, key=lambda line: [line[name] for name in COLUMNS]))
    content = text.getvalue().encode("utf-8-sig")
    digest = hashlib.sha256(content).hexdigest()
    receipt: Receipt = log(
        store, actor, command_id, kind="exported",
        facts={"sha256": digest, "lines": len(written), "left_out": left_out, "k": least},
    )  # fmt: skip
    demand_same(store, receipt, actor, sha256=digest)
    write_files([(out, lambda path: path.write_bytes(content))], force=None)
    return Exported(len(written), left_out, digest, receipt)


def line_of(session: SessionRecord, item: ItemRecord, name: CandidateRecord) -> Line:
    """What a candidature says, under every name of `LEVELS` and of `DECIDED`."""
    facts: Mapping[str, Any] = item.facts
    commune = str(facts.get("commune", ""))
    decision, offer = name.decision, name.offer
    return {
        "year": f"{session.on:%Y}",
        "month": f"{session.on:%Y-%m}",
        "commune": commune,
        "departement": commune[:3] if commune.startswith("97") else commune[:2],
        "rooms": str(facts.get("rooms", "")),
        "financing": str(facts.get("financing", "")),
        "account": item.account.split(":")[0],
        "proposed": str(name.position),
        "decision": decision.kind if decision else "",
        "rank": str(decision.rank or "") if decision else "",
        "motive": decision.motive if decision else "",
        "outcome": name.status,
        "refusal_reason": offer.refusal_reason if offer else "",
    }


def _grouped(store: Store, units: Mapping[tuple[str, str], list[Line]], least: int) -> tuple[list[Line], int]:
    waiting = dict(units)
    written: list[Line] = []
    for level in LEVELS:
        groups: dict[tuple[object, ...], list[tuple[str, str]]] = defaultdict(list)
        for key, lines in waiting.items():
            groups[key[0], *sorted(tuple(_said(line, level)) for line in lines)].append(key)
        for keys in groups.values():
            if len(keys) >= least:
                for key in keys:
                    written += [_shown(store, key, line, level) for line in waiting.pop(key)]
    return written, sum(len(lines) for lines in waiting.values())


def _said(line: Line, level: tuple[str, ...]) -> list[str]:
    return [line[name] if name else "" for name in level]


def _shown(store: Store, key: tuple[str, str], line: Line, level: tuple[str, ...]) -> Line:
    pseudonym = hmac.new(store.keys.export, "|".join(key).encode(), hashlib.sha256).hexdigest()[:PSEUDONYM]
    said = dict(zip(DWELLING, _said(line, level), strict=True))
    return {"household": pseudonym} | said | {name: line[name] for name in DECIDED}
