"""From a verified run to an agenda: what a session freezes of each dwelling and of each household put forward.

Everything a page, a lease or the next case will need stands in the facts, so that the session needs the run's folder no
more. Numbers of households are kept apart (the store erases them): no frozen line holds one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.desk import messages as messages
from optimizer.desk.alike import alike
from optimizer.desk.chained import bare, link_from, with_freed
from optimizer.desk.late import Described, plain
from optimizer.domain import Case
from optimizer.domain.schema import DWELLINGS
from optimizer.errors import AttrifluxError, Lang
from optimizer.presentation.bilingual import in_both, in_one
from optimizer.presentation.reading_back import read_back
from optimizer.store.records import ORIENTATION, Agenda, NewCandidate, NewItem, RunFacts
from optimizer.store.together import named_by
from optimizer.verify import Verdict, verify

SHEETS = "sheets.json"
FORMATS = ("attriflux-sheets/1", "attriflux-sheets/2")
"""The first holds its sentences in the language of the run only, the second by language."""
NUMBER = "NUR"
"""Label of the pair of a sheet that holds the number of a household."""


def agenda(
    result: Path,
    case_path: Path,
    case: Case,
    *,
    dwellings: Sequence[str] = (),
    models: Path | None = None,
    verdict: Verdict | None = None,
) -> Agenda:
    """The agenda of a run, after an independent verification.

    Parameters
    ----------
    result : folder written by ``propose``.
    case_path, case : the case it was made from, and the same as read.
    dwellings : the only dwellings taken, in their order; default: all that have candidates, in the run's order.
    verdict : of the verification of these very files, where the caller has just made it; default: it is made here.

    Raises
    ------
    AttrifluxError
        ``DESK_RUN_REFUSED`` (verification), ``DESK_RUN_NO_SHEETS``, ``DESK_DWELLING_UNKNOWN``, ``DESK_AGENDA_EMPTY``,
        ``DESK_CHAIN_BROKEN`` (a freed dwelling without the one its tenant is called for).
    """
    if verdict is None:
        verdict = verify(result, case_path, models=models)
    if verdict.verdict == "refused":
        raise AttrifluxError("DESK_RUN_REFUSED", name=result.name)
    sheets = _sheets(result)
    forms = {str(f["dwelling"]): f for f in sheets["forms"] if f["candidates"]}
    for name in dwellings:
        if name not in forms:
            raise AttrifluxError("DESK_DWELLING_UNKNOWN", name=name, known=alike(name, forms))
    wanted = list(dwellings) or list(forms)
    if not wanted:
        raise AttrifluxError("DESK_AGENDA_EMPTY", name=result.name)
    links = {name: link for name in wanted if (link := link_from(forms[name])) is not None}
    freed = {name: bare(name, link["position"]) for name, link in links.items() if link["after"]}
    there = {freed.get(name, name) for name in wanted}
    for name, link in links.items():
        if link["after"] and link["after"] not in there:
            raise AttrifluxError("DESK_CHAIN_BROKEN", name=name, after=link["after"])
    described = Described(with_freed(case, freed.values()), models=models)
    frozen = _Frozen(result, described)
    items = tuple(frozen.item(forms[name], freed.get(name, name), links.get(name)) for name in wanted)
    return Agenda(
        _run(result, verdict.verdict, case),
        items,
        case.settings.landlord or named_by(items),
        **({} if dwellings else _left_off(result, described.under_way)),
    )


def _left_off(result: Path, under_way: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Dwellings of a run that no agenda takes, by why not: they wait for a réservataire's names, are under way, have no candidate."""
    table = read_back(result, "dwellings", ("dwelling_id", "status"))
    if table is None:
        return {}
    awaiting, without = (
        sorted(table.loc[table["status"] == status, "dwelling_id"].astype(str))
        for status in ("awaiting_reservataire", "no_candidate")
    )
    return {
        "awaiting": tuple(awaiting),
        "under_way": tuple(name for name in without if name in under_way),
        "without": tuple(name for name in without if name not in under_way),
    }


def _sheets(result: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((result / SHEETS).read_text(encoding="utf-8"))
        if content["format"] in FORMATS:
            return content
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise AttrifluxError("DESK_RUN_NO_SHEETS", name=result.name)


def run_id_of(result: Path) -> str:
    """The number under which the desk knows a result: it follows from its certificate."""
    return hashlib.sha256((result / "certificate.json").read_bytes()).hexdigest()[:24]


def _run(result: Path, verdict: str, case: Case) -> RunFacts:
    record = json.loads((result / "run.json").read_text(encoding="utf-8"))
    certificate = json.loads((result / "certificate.json").read_text(encoding="utf-8"))
    hashes = {f"case/{name}": str(value) for name, value in record["inputs"].items()}
    hashes["rules"] = str(record["fingerprint"])
    hashes |= {f"result/{x['name']}": str(x["sha256"]) for x in record["manifest"]}
    gap = float(certificate["gap"])
    return RunFacts(
        run_id=run_id_of(result),
        verdict="certified" if verdict == "certified" else "within",
        gap_points="" if verdict == "certified" else f"{gap:.2f}".replace(".", ","),
        seed=str(record["seed"]),
        case_on=case.settings.on,
        hashes=dict(sorted(hashes.items())),
        chains=int(record["options"].get("chains", 0)),
    )


class _Frozen:
    """Facts of the tables of a case and of a run, by dwelling and household."""

    def __init__(self, result: Path, described: Described) -> None:
        self.described = described
        orientation = read_back(result, "orientation")
        chosen = orientation[orientation["chosen"] == "1"] if orientation is not None else pd.DataFrame()
        self.orientation = {str(r["dwelling_id"]): r for r in chosen.to_dict("records")}
        prospects = read_back(result, "prospects")
        self.prospects: dict[str, list[str]] = {}
        if prospects is not None:
            for r in prospects.sort_values("rank", key=lambda x: x.astype(int), kind="stable").to_dict(
                "records"
            ):
                self.prospects.setdefault(str(r["dwelling_id"]), []).append(str(r["application_id"]))

    def item(self, form: Mapping[str, Any], dwelling: str, link: Mapping[str, Any] | None) -> NewItem:
        printed, account = str(form["dwelling"]), str(form["account"])
        row = self.described.homes[dwelling]
        facts = {c.name: plain(row.get(c.name)) for c in DWELLINGS.columns if c.name in row}
        facts |= {
            "commune_name": form["facts"]["commune_name"], "epci": form["facts"]["epci"],
            "departement": form["facts"]["departement"], "mode": form["facts"]["mode"], "account_label": form["account_label"],
            "vacancy_days": form["facts"]["vacancy_days"], "effort_limit": self.described.effort_limit(str(facts["landlord"])),
            "form": {name: form[name] for name in ("rpls", "lines", "close", "foot")},
            **({} if link is None else {"chain": dict(link)}),
        }  # fmt: skip
        named = [self.candidate(form, c, account, i) for i, c in enumerate(form["candidates"], start=1)]
        listed = {c.application_id for c in named}
        queue = [a for a in self.prospects.get(printed, []) if a not in listed]
        named += [
            self.described.name(dwelling, account, a, position=i, queue=True)
            for i, a in enumerate(queue, start=len(named) + 1)
        ]
        oriented = self.orientation.get(printed, {})
        return NewItem(
            dwelling_id=dwelling, account=account, candidates=tuple(named), facts=facts,
            orientation={name: oriented.get(name, "") for name in ORIENTATION}, few_reason=self._few(form),
        )  # fmt: skip

    def _few(self, form: Mapping[str, Any]) -> str:
        """Which box of R. 441-3 explains fewer households than it asks for."""
        if len(form["candidates"]) >= self.described.rules.integer("national.caleol.shortlist_size"):
            return ""
        if form["facts"]["subsidised"]:
            return "subsidy_d331_25_1"
        designated = any(h["designated"] for h in form["households"].values())
        return "prefet_designated" if designated else "too_few_candidates"

    def candidate(
        self, form: Mapping[str, Any], card: Mapping[str, Any], account: str, position: int
    ) -> NewCandidate:
        who = str(card["application"])
        kept = dict(form["households"].get(who, {}))
        why = kept.pop("reason", "")
        lines: Mapping[Lang, Any] = in_both(lambda lang: in_one(card["lines"], lang))
        facts = {
            **kept,
            "why": why,
            "lines": {
                lang: [[pair for pair in line if pair[0] != NUMBER] for line in lines[lang]] for lang in lines
            },
            "lease": self.described.lease(who, account, str(kept.get("q1", ""))),
            # what the store asks for a signal to the préfet: that it is DALO, no letter
            "priority_codes": "DALO" if kept.get("dalo") else "",
        }
        return NewCandidate(who, position=position, facts=facts, reasons=(in_one(why, "fr"),) if why else ())
