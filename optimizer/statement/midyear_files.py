"""Files of the point at mid-year: one page, one workbook and one answer sheet per réservataire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from optimizer.conversion import account_order
from optimizer.disk import hold, seal
from optimizer.disk.stems import stems
from optimizer.domain import TABLES
from optimizer.errors import LANGS, Lang, Spaced, said
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.numbers import day, decimal
from optimizer.presentation.page import render
from optimizer.presentation.tables_book import POINT, write_book
from optimizer.shortlist.labels import account_label
from optimizer.statement import texts as texts
from optimizer.statement.midyear import MidYear, midyear

ANSWERS = TABLES["answers"].alias
"""Sheet of the workbook that is read back, as it stands, under the name of its table."""


@dataclass(frozen=True)
class MidYearWritten:
    """What :func:`midyear_to` wrote, and what the terminal says of it."""

    out: Path
    result: MidYear
    summary: dict[str, object]


def midyear_to(
    case: Path,
    to: date,
    out: Path,
    *,
    style: Style = "french",
    lang: Lang = "fr",
    models: Path | None = None,
    force: bool = False,
) -> MidYearWritten:
    """Establish the point of a day and write it whole, or nothing. Raises as :func:`~optimizer.statement.midyear.midyear`."""
    case, out = Path(case), Path(out)
    with hold(out, force=force, inputs=[case]) as held:
        result = midyear(case, to, models=models)
        with held.folder() as work:
            write_midyear(work, result, style=style, lang=lang)
            seal(work)
    counts = {
        "n": Spaced(len(result.accounts)), "late": Spaced(int((result.table["proposed"] > 0).sum())),
        "ahead": Spaced(int((result.table["proposed"] < 0).sum())), "back": Spaced(int((result.table["answer"] != "").sum())),
    }  # fmt: skip
    summary: dict[str, object] = {
        "out": str(out), "to": to.isoformat(), "accounts": list(result.accounts), "late": int(counts["late"]),
        "ahead": int(counts["ahead"]), "answers": int(counts["back"]),
        **{
            f"lines_{x}": [
                said("MIDYEAR.DONE", x, to=day(to.isoformat(), x), **counts),
                *(f.sentence(x) for f in result.findings if f.code.startswith("MIDYEAR")),
                said("MIDYEAR.OPEN", x, page=out / "point.html"),
            ]
            for x in LANGS
        },
    }  # fmt: skip
    return MidYearWritten(out, result, summary)


def write_midyear(folder: Path, result: MidYear, *, style: Style = "french", lang: Lang = "fr") -> None:
    """Every file of a point; same case, same bytes."""
    write_table(result.table, folder, "point", style=style)
    (folder / "point.html").write_text(_page(result, None, lang), encoding="utf-8")
    names = stems(result.accounts)
    title = f"Point au {day(result.to.isoformat())} – {result.case.settings.title}"
    aliases = {c.name: c.alias for c in TABLES["answers"].columns}
    for account in result.accounts:
        stem = names[account]
        mine = result.table[result.table["account"] == account].reset_index(drop=True)
        (folder / f"point-{stem}.html").write_text(_page(result, account, lang), encoding="utf-8")
        write_book(
            folder / f"point-{stem}.xlsx",
            {"Point": _named(mine, result, lang), ANSWERS: result.answers(account).rename(columns=aliases)},
            title=f"{title} – {account_label(account, lang, result.places)}",
            note=f"Pour répondre : remplir la feuille {ANSWERS} (acceptée, modifiée ou refusée) et rendre ce classeur au bailleur, qui le joint à son dossier sous le nom {ANSWERS}.xlsx.",
            on=result.to, look=POINT, tables=(ANSWERS,),
        )  # fmt: skip
        write_table(result.answers(account).rename(columns=aliases), folder, f"reponses-{stem}", style=style)
    settings = result.case.settings
    record = {
        "format": "attriflux-midyear/1", "title": settings.title, "territory": settings.territory, "to": result.to.isoformat(),
        "year": settings.year, "inputs": {s.name: s.sha256 for s in result.case.sources},
        "findings": [f.sentence("fr") for f in result.findings],
    }  # fmt: skip
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def _named(table: pd.DataFrame, result: MidYear, lang: Lang) -> pd.DataFrame:
    """Accounts and areas by their names: codes are for the sheet that is read back."""
    return table.assign(
        account=[account_label(str(code), lang, result.places) for code in table["account"]],
        area=[result.places.get(str(code), str(code)) for code in table["area"]],
    )


def _page(result: MidYear, account: str | None, lang: Lang) -> str:
    table = result.table if account is None else result.table[result.table["account"] == account]
    rows = [
        {
            **row, "label": account_label(str(row["account"]), lang, result.places),
            "where": result.places.get(str(row["area"]), str(row["area"])),
            "said": said(f"MIDYEAR.ANSWER_{row['answer'] or 'none'}".upper(), lang),
            "agreed": None if pd.isna(row["agreed"]) else int(row["agreed"]),
        }
        for row in table.to_dict("records")
    ]  # fmt: skip
    rows.sort(
        key=lambda row: (
            str(row["landlord"]),
            str(row["departement"]),
            account_order(str(row["account"])),
            str(row["area"]),
        )
    )
    settings = result.case.settings
    values = {
        "play": decimal(result.play, 2, lang), "title": settings.title, "synthetic": settings.synthetic, "to": result.to, "year": settings.year,
        "name": None if account is None else account_label(account, lang, result.places), "rows": rows,
        # what one réservataire answered is not told to another
        "findings": [
            f.sentence(lang)
            for f in result.findings
            if f.code.startswith("MIDYEAR") and account in (None, f.params.get("account"))
        ],
    }  # fmt: skip
    return render("statement/midyear", lang, values)
