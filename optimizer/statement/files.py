"""Files of the statement: ``bilan.csv``, the ledgers, one workbook and one page per réservataire, the EPCI's whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer import importers
from optimizer.arguments import CALLABLE, FLAG, LANG, PATH, STYLE, optional, takes
from optimizer.conversion import account_order
from optimizer.disk import hold, seal
from optimizer.disk.stems import stems
from optimizer.errors import LANGS, Lang, Spaced, said
from optimizer.presentation.commitments import commitments_part, commitments_sheet
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.numbers import day
from optimizer.presentation.page import render
from optimizer.presentation.tables_book import STATEMENT, write_book
from optimizer.shortlist.labels import account_label
from optimizer.statement import texts as texts
from optimizer.statement.bilan import Bilan, bilan
from optimizer.statement.charters import by_programme
from optimizer.statement.next_files import Following, said_of, write_following

AXES = ("rooms", "financing", "qpv", "commune", "construction_period")
"""What R. 441-5-1 asks to distinguish: columns."""
ORDERS = {"financing": ("PLAI", "PLUS", "PLS"), "qpv": ("no", "yes")}
"""Values of an axis in the order people read them; what is not given comes last."""


@dataclass(frozen=True)
class BilanWritten:
    """What :func:`bilan_to` wrote, and what the terminal says of it."""

    out: Path
    result: Bilan
    summary: dict[str, object]


@takes(
    case=PATH,
    out=PATH,
    against=optional(PATH),
    style=STYLE,
    lang=LANG,
    models=optional(PATH),
    force=FLAG,
    following=optional(CALLABLE),
)
def bilan_to(
    case: Path,
    year: int,
    out: Path,
    *,
    against: Path | None = None,
    style: Style = "french",
    lang: Lang = "fr",
    models: Path | None = None,
    force: bool = False,
    following: Callable[[Bilan], Following] | None = None,
) -> BilanWritten:
    """Establish the statement of a year and write it whole, or nothing.

    Parameters
    ----------
    against : path, optional
        A case whose table `leases` is the other system's list; it is reconciled line by line in ``reconciliation.csv``.
    following : callable, optional
        What makes the agreements of the next year from the statement (:func:`~optimizer.statement.next_files.following`):
        their files, and what changes, are written beside it.

    Raises
    ------
    InputProblems
        The totals do not reconcile: every difference is listed.
    """
    case, out = Path(case), Path(out)
    inputs = [case] if against is None else [case, Path(against)]
    with hold(out, force=force, inputs=inputs) as held:
        other = None
        if against is not None:
            theirs = importers.read(Path(against), need=("leases",)).table("leases")
            other = theirs[theirs["signed_on"].dt.year == year]
        result = bilan(case, year, models=models, against=other)
        with held.folder() as work:
            write_bilan(work, result, style=style, lang=lang)
            coming = None
            if following is not None:
                coming = following(result)
                write_following(work, result, coming, models=models, style=style, lang=lang)
            seal(work)
    summary = _summary(result, out)
    if coming is not None:
        for language in LANGS:
            summary[f"lines_{language}"] += said_of(coming, result, language)  # type: ignore[operator]
    return BilanWritten(out, result, summary)


def write_bilan(folder: Path, result: Bilan, *, style: Style = "french", lang: Lang = "fr") -> None:
    """Every file of a statement; same case, same bytes."""
    write_table(result.table, folder, "bilan", style=style)
    write_table(result.ledger, folder, "ledger", style=style)
    write_table(result.lec, folder, "lec", style=style)
    write_table(result.bridge, folder, "bridge", style=style)
    write_table(result.reconciliation, folder, "reconciliation", style=style)
    write_table(result.handovers, folder, "handovers", style=style)
    write_table(result.charters, folder, "charters", style=style)
    write_table(by_programme(result.charters), folder, "charters_by_programme", style=style)
    write_table(result.commitments.table, folder, "engagements", style=style)
    write_table(result.commitments.accounts, folder, "engagements_by_account", style=style)
    whole = _with_epci(result)
    title = f"Bilan annuel {result.year} – {result.case.settings.title}"
    note = "CCH R. 441-5-1 : logements proposés et attribués, par réservataire."
    sheets = {
        "Détail": result.table, "Par EPCI": whole, "Registre": result.ledger, "Du bilan au registre": result.bridge,
        "LEC": result.lec, "Cessions": result.handovers,
        "Engagements": commitments_sheet(result.commitments.table, result.year),
    }  # fmt: skip
    last = result.as_of
    if result.unfinished:
        note += f" Arrêté au {day(last)} (année non finie)."
    write_book(
        folder / "bilan.xlsx", _named(sheets, result, lang), title=title, note=note, on=last, look=STATEMENT
    )
    (folder / "bilan.html").write_text(_page(result, result.table, None, lang), encoding="utf-8")
    names = stems(result.accounts)
    for account in result.accounts:
        own = result.table[result.table["account"] == account].reset_index(drop=True)
        ledger = result.ledger[result.ledger["account"] == account].reset_index(drop=True)
        stem = f"bilan-{names[account]}"
        name = account_label(account, lang, result.places)
        write_book(
            folder / f"{stem}.xlsx",
            _named({"Détail": own, "Registre": ledger}, result, lang),
            title=f"{title} – {name}",
            note=note,
            on=last,
            look=STATEMENT,
        )
        (folder / f"{stem}.html").write_text(_page(result, own, account, lang), encoding="utf-8")
    (folder / "run.json").write_text(_record(result), encoding="utf-8")


def _named(sheets: dict[str, pd.DataFrame], result: Bilan, lang: Lang) -> dict[str, pd.DataFrame]:
    """The sheets with names of accounts, communes and areas beside or instead of their codes."""
    out = {}
    for sheet, frame in sheets.items():
        said = {}
        for column in ("account", "counterpart", "commune", "area"):
            if column in frame.columns:
                words = {v: _place(result, column, str(v), lang) for v in frame[column].unique()}
                said[column] = frame[column].map(words)
        out[sheet] = frame.assign(**said)
    return out


def _place(result: Bilan, column: str, value: str, lang: Lang) -> str:
    if column in ("account", "counterpart"):
        return account_label(value, lang, result.places)
    name = result.places.get(value, "")
    return f"{name} ({value})" if name and name != value else value


def _with_epci(result: Bilan) -> pd.DataFrame:
    """Proposed and attributed by EPCI, landlord and account: the whole brought to the EPCI."""
    frame = result.table.assign(
        epci=[result.epci.get(c, ("", ""))[0] for c in result.table["commune"]],
        name=[result.epci.get(c, ("", ""))[1] for c in result.table["commune"]],
    )
    keys = ["epci", "name", "landlord", "account"]
    return frame.groupby(keys, as_index=False, sort=True)[["proposed", "attributed"]].sum()


def _page(result: Bilan, table: pd.DataFrame, account: str | None, lang: Lang) -> str:
    settings = result.case.settings
    ledger = result.ledger if account is None else result.ledger[result.ledger["account"] == account]
    axes = AXES if account is not None else ("account", *AXES)
    values = {
        "title": settings.title,
        "synthetic": settings.synthetic,
        "year": result.year,
        "as_of": result.as_of,
        "unfinished": result.unfinished,
        "warnings": [
            f.sentence(lang)
            for f in result.findings
            if f.code.startswith("BILAN")
            or (f.code.startswith("COMMITMENT") and account in (None, f.params.get("account")))
        ],
        "name": None if account is None else account_label(account, lang, result.places),
        "proposed": int(table["proposed"].sum()),
        "attributed": int(table["attributed"].sum()),
        "axes": [_axis(result, table, column, said(f"BILAN.AXIS_{column}".upper(), lang), lang) for column in axes],
        "ledger": [
            {
                **row, "label": account_label(str(row["account"]), lang, result.places),
                "where": result.places.get(str(row["area"]), str(row["area"])),
            }
            for row in ledger.to_dict("records")
        ],
        "back": bool(ledger["returned"].any()),
        "bridge": [
            {**row, "label": account_label(str(row["account"]), lang, result.places)}
            for row in (result.bridge if account is None else result.bridge[result.bridge["account"] == account]).to_dict("records")
        ],
        "handovers": [
            {
                **row, "label": account_label(str(row["account"]), lang, result.places),
                "other": account_label(str(row["counterpart"]), lang, result.places),
            }
            for row in result.handovers.to_dict("records") if account in (None, row["account"])
        ],
        "charters": by_programme(result.charters).to_dict("records") if account is None else [],
        "engagements": commitments_part(
            result.commitments, lambda frame: frame if account is None else frame[frame["account"] == account],
            result.year, lang, result.places,
        ),
        "lec": result.lec.to_dict("records") if account is None else [],
        "deadline": day(f"{result.year + 1}-{result.deadline.value}", lang),
        "source": result.deadline.source,
        "periods": result.periods,
    }  # fmt: skip
    return render("statement/bilan", lang, values)


def _axis(result: Bilan, table: pd.DataFrame, column: str, title: str, lang: Lang) -> dict[str, Any]:
    sums = table.groupby(column, sort=True)[["proposed", "attributed"]].sum()
    labels = [_label(result, column, str(value), lang) for value in sums.index]
    order = range(len(sums))
    if column == "account":
        order = sorted(order, key=lambda i: account_order(str(sums.index[i])))  # type: ignore[assignment]
    elif column in ORDERS or column == "construction_period":
        known = ORDERS.get(column) or tuple(
            name for _, name in sorted(result.periods.value.items(), key=lambda x: int(x[0]))
        )
        place = {name: i for i, name in enumerate(known)}
        order = sorted(order, key=lambda i: place.get(str(sums.index[i]), len(known)))  # type: ignore[assignment]
    values = sums.to_numpy().tolist()
    return {"title": title, "rows": [(labels[i], int(values[i][0]), int(values[i][1])) for i in order]}


def _label(result: Bilan, column: str, value: str, lang: Lang) -> str:
    unknown = said("PAGE.NOT_GIVEN", lang)
    if column == "account":
        return account_label(value, lang, result.places)
    if column == "commune":
        return f"{result.names.get(value, '')} ({value})" if value else unknown
    if column == "qpv":
        return {"yes": said("PAGE.IN_QPV", lang), "no": said("PAGE.OUTSIDE_QPV", lang)}.get(value, unknown)
    if column == "construction_period" and lang == "en":
        periods = result.periods
        return next(
            (periods.english.get(c, value) for c, w in periods.value.items() if w == value), value or unknown
        )
    return value or unknown


def _record(result: Bilan) -> str:
    settings = result.case.settings
    record = {
        "format": "attriflux-bilan/1", "title": settings.title, "territory": settings.territory,
        "on": settings.on.isoformat(), "year": result.year,
        "inputs": {s.name: s.sha256 for s in result.case.sources},
        "findings": [f.sentence("fr") for f in result.findings],
    }  # fmt: skip
    return json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _summary(result: Bilan, out: Path) -> dict[str, object]:
    proposed, attributed = int(result.table["proposed"].sum()), int(result.table["attributed"].sum())
    states = result.reconciliation["state"].value_counts()
    same = int(states.get("matched", 0))
    apart = int(states.sum()) - same
    counts = {
        "proposed": Spaced(proposed),
        "attributed": Spaced(attributed),
        "n": Spaced(len(result.accounts)),
    }
    ending = int(result.commitments.accounts["ending"].sum())
    return {
        "out": str(out), "year": result.year, "commitments_ending": ending, "proposed": proposed, "attributed": attributed,
        "accounts": list(result.accounts), "reconciliation": {str(k): int(v) for k, v in states.items()},
        **{
            f"lines_{lang}": [
                said("BILAN.DONE", lang, year=result.year, **counts),
                *([said("BILAN.UNFINISHED_SAID", lang, day=result.as_of)] if result.unfinished else []),
                said("BILAN.RECONCILED", lang, same=Spaced(same), apart=Spaced(apart)),
                *(f.sentence(lang) for f in result.findings if f.code.startswith("BILAN")),
                *([said("BILAN.ENDING", lang, n=ending, year=str(result.year))] if ending else []),
                said("BILAN.OPEN" if result.accounts else "BILAN.OPEN_PAGE", lang, page=out / "bilan.html"),
            ]
            for lang in LANGS
        },
    }  # fmt: skip
