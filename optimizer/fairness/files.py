"""Files of a comparison: tables, lotteries, the page, the record; written whole, or nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from optimizer.arguments import FLAG, LANG, PATH, STYLE, takes
from optimizer.disk import hold, seal
from optimizer.domain.frames import kept_kinds
from optimizer.errors import LANGS, Finding, Lang, Spaced, said
from optimizer.fairness.comparison import ASKED, Fairness, fairness, names_of
from optimizer.fairness.lottery import Lottery
from optimizer.fairness.page import fairness_html, reading
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.exactcsv import exact_csv
from optimizer.presentation.numbers import decimal
from optimizer.problem.model import I64
from optimizer.workers import Workers

SIX = ("value", "low", "high", "rate", "opportunity", "households", "chances", "price", "bound", "share", "required_rate",
       "net", "shortfall", "slope", "wait", "gini_p")  # fmt: skip


@dataclass(frozen=True)
class FairnessWritten:
    """What :func:`fairness_to` wrote, and what the terminal says of it."""

    out: Path
    result: Fairness
    summary: dict[str, object]


@takes(case=PATH, out=PATH, style=STYLE, lang=LANG, force=FLAG, resume=FLAG, **ASKED)
def fairness_to(
    case: Path,
    out: Path,
    mechanisms: str | Sequence[str] = "all",
    *,
    draws: int = 1_000,
    groups: str | Sequence[str] | None = None,
    preferences: str = "fit",
    prices: str | Sequence[str] = (),
    steps: int = 9,
    seed: str | None = None,
    models: Path | None = None,
    accept_assumed: bool = False,
    price_assumed: bool = False,
    style: Style = "french",
    lang: Lang = "fr",
    force: bool = False,
    workers: Workers | int | str | None = 1,
    resume: bool = False,
    phase: Callable[[str], None] = lambda text: None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    early: Callable[[Finding], None] = lambda finding: None,
) -> FairnessWritten:
    """:func:`fairness`, written whole into ``out``, or nothing; finished mechanisms wait beside it until then.

    Parameters
    ----------
    resume : take up what a stopped comparison had finished; without it everything is computed again
    progress, early : as in :func:`fairness`

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``OUT_NOT_EMPTY`` and its like, before any work; those of :func:`fairness`.
    """
    case, out = Path(case), Path(out)
    ruled, grouped = names_of(prices), None if groups is None else names_of(groups)
    with hold(out, force=force, inputs=case) as held:
        parts = held.out.with_name(f"{held.out.name}.parts")
        if not resume:
            shutil.rmtree(parts, ignore_errors=True)
        found = fairness(
            case, mechanisms, draws=draws, groups=grouped, preferences=preferences, prices=ruled, steps=steps, seed=seed,
            models=models, accept_assumed=accept_assumed, price_assumed=price_assumed, workers=workers, parts=parts, phase=phase,
            progress=progress, early=early,
        )  # fmt: skip
        with held.folder() as work:
            options = {
                "mechanisms": [m.id for m in found.mechanisms], "draws": draws, "preferences": preferences, "prices": ruled,
                "steps": steps, "seed": found.market.seed, "groups": grouped,
                "price_assumed": price_assumed,
            }  # fmt: skip
            write_fairness(work, found, options, style=style, lang=lang)
        shutil.rmtree(parts, ignore_errors=True)
    return FairnessWritten(out, found, _summary(found, out))


def write_fairness(
    folder: Path, found: Fairness, options: dict[str, object], *, style: Style = "french", lang: Lang = "fr"
) -> None:
    """Every file of a comparison into ``folder``; same case, same bytes (timings apart)."""
    tables = {
        "mechanisms": found.table,
        "groups": found.groups,
        "lorenz": found.lorenz,
        "diversity": found.diversity,
    }
    if len(found.front):
        tables["front"] = found.front
    if len(found.reserves):
        tables["reserves"] = found.reserves
    for name, frame in tables.items():
        decimals = {c: (lambda i: 6) for c in frame.columns if c in SIX}
        (folder / f"{name}.csv").write_bytes(exact_csv(frame, style, decimals))
    write_table(found.table, folder, "mechanisms", parquet=True)
    write_table(found.groups, folder, "groups", parquet=True)
    write_table(found.probabilities, folder, "probabilities", parquet=True)
    write_table(types_table(found), folder, "types", parquet=True)
    write_table(lottery_table(found), folder, "lottery", parquet=True)
    (folder / "report.html").write_text(fairness_html(found, lang), encoding="utf-8")
    (folder / "proofs.json").write_text(_json(_proofs(found)), encoding="utf-8")
    settings = found.case.settings
    record = {
        "format": "attriflux-fairness/1",
        "title": settings.title,
        "on": settings.on.isoformat(),
        "options": options,
        "inputs": {s.name: s.sha256 for s in found.case.sources},
        "timings": {name: round(seconds, 3) for name, seconds in found.timings.items()},
    }
    (folder / "run.json").write_text(_json(record), encoding="utf-8")
    seal(folder)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n"


def _proofs(found: Fairness) -> dict[str, object]:
    """What each mechanism proves of itself, with the names of the rows and types the multipliers are of."""
    return {
        name: {**lottery.proof, "exact": lottery.exact}
        for name, lottery in found.lotteries.items()
        if lottery.proof
    }


def _typed(lottery: Lottery) -> bool:
    """Whether a lottery speaks of types: where households share one, or where a program proves what types get."""
    return "program" in lottery.proof or len(lottery.members) < len(lottery.groups)


def types_table(found: Fairness) -> pd.DataFrame:
    """``types.parquet``: the households of each type of a lottery; within a type each has the same chance."""
    frames = []
    for name, lottery in found.lotteries.items():
        if lottery.support and _typed(lottery):
            frames.append(
                pd.DataFrame(
                    {
                        "mechanism": name,
                        "type": lottery.groups.astype(np.int64),
                        "application_id": found.market.application_ids.astype(str),
                    }
                )
            )
    kinds = {"mechanism": "str", "type": "int64", "application_id": "str"}
    return kept_kinds(
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(kinds)), kinds
    )


def lottery_table(found: Fairness) -> pd.DataFrame:
    """``lottery.parquet``: every allocation of every lottery that has a support, one line per dwelling let.

    ``allocation`` numbers the allocations of a mechanism; its weight is ``weight_num / weight_den`` (texts: whole numbers without
    limit). A line names the household, or its type where several have the same chance; dwellings of a class are let from the
    longest vacant on, as their value is counted, then in the order of their identifiers.
    """
    market = found.market
    order = np.argsort(-market.bonus, kind="stable")
    homes = [order[market.klass[order] == c] for c in range(market.n_classes)]
    names, dwellings = market.application_ids, market.dwelling_ids
    lines: list[tuple[object, ...]] = []
    for name, lottery in found.lotteries.items():
        typed = _typed(lottery)
        for number, (weight, one) in enumerate(lottery.support):
            used: I64 = np.zeros(market.n_classes, np.int64)
            for g, c, kind, n in zip(
                *(x.tolist() for x in (one.group, one.klass, one.kind, one.count)), strict=True
            ):
                members = lottery.members[g]
                who = str(names[members[0]]) if len(members) == 1 else ""
                account = market.accounts[int(market.kinds.account[kind])]
                for _ in range(n):
                    home = str(dwellings[homes[c][used[c]]])
                    used[c] += 1
                    lines.append(
                        (
                            name,
                            number,
                            str(weight.numerator),
                            str(weight.denominator),
                            home,
                            who,
                            g if typed else -1,
                            account,
                        )
                    )
    kinds = {
        "mechanism": "str", "allocation": "int64", "weight_num": "str", "weight_den": "str", "dwelling_id": "str",
        "application_id": "str", "type": "int64", "account": "str",
    }  # fmt: skip
    return kept_kinds(pd.DataFrame(lines, columns=list(kinds)), kinds)


def _summary(found: Fairness, out: Path) -> dict[str, object]:
    def lines(lang: Lang) -> list[str]:
        said_ = [
            said(
                "FAIRNESS.DONE", lang, mechanisms=len(found.mechanisms), dwellings=int(found.market.to_let.sum()),
                households=Spaced(len(found.market)),
            )
        ]  # fmt: skip
        for m in found.mechanisms:
            numbers = {
                key: reading(found.table, m.id, *where)["value"]
                for key, where in (
                    ("lettings", ("lettings", "")),
                    ("shortfall", ("shortfall", "")),
                    ("gini", ("gini_p", "")),
                )
            }
            said_.append(
                said(
                    "FAIRNESS.LINE", lang, name=m.title(lang), lettings=decimal(numbers["lettings"], 1, lang),
                    shortfall=decimal(numbers["shortfall"], 1, lang), gini=decimal(numbers["gini"], 3, lang),
                )
            )  # fmt: skip
            if waiting := found.lotteries[m.id].proof.get("seats"):
                said_.append(said("FAIRNESS.LIMIT_SEATS", lang, n=Spaced(int(waiting))))
        return [*said_, said("FAIRNESS.OPEN", lang, page=out / "report.html")]

    return {
        "out": str(out),
        "mechanisms": [m.id for m in found.mechanisms],
        "dwellings": int(found.market.to_let.sum()),
        "households": len(found.market),
        **{f"lines_{x}": lines(x) for x in LANGS},
    }
