"""Files of the next year: one agreement per landlord and département, a territory that names them, a readable difference."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer import policy
from optimizer.conversion import MODES
from optimizer.datadirs import models_dir
from optimizer.domain.frames import OwnFrames
from optimizer.errors import Finding, Lang, Said, Spaced, said
from optimizer.policy.beside import files_beside
from optimizer.policy.conventions import FIELDS, default_area
from optimizer.policy.folder import Folder
from optimizer.policy.territory import Territory, read_territory
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.numbers import percent, signed
from optimizer.presentation.page import render
from optimizer.shortlist.labels import account_label
from optimizer.statement import texts as texts
from optimizer.statement.bilan import Bilan
from optimizer.statement.next_stock import ENDED, SPENT, TURNED, USED, NextStock
from optimizer.statement.next_year import CARRIED, COMMITTED, HANDED, NEW, NOT_CARRIED, next_conventions

TERRITORY = "territoire.yaml"


@dataclass(frozen=True)
class Following(OwnFrames):
    """The next year as it follows from a statement.

    Attributes
    ----------
    conventions, diff : DataFrame
        As :func:`~optimizer.statement.next_year.next_conventions` gives them.
    stock : NextStock
        The stock on 1 January, and what changed in it.
    mode : int, optional
        Conversion mode the shares come from; None: this year's shares go on.
    findings : tuple of Finding
        What the conversion said.
    """

    conventions: pd.DataFrame
    diff: pd.DataFrame
    stock: NextStock
    mode: int | None = None
    findings: tuple[Finding, ...] = ()


def following(
    result: Bilan,
    stock: NextStock,
    *,
    converted: pd.DataFrame | None = None,
    mode: int | None = None,
    findings: Iterable[Finding] = (),
) -> Following:
    """The yearly update: balances, ended and spent rights, and the shares of a conversion where one is given."""
    why = "conversion du stock" if mode is None else f"conversion, mode {mode} ({MODES[mode][0]})"
    table, diff = next_conventions(result, result.lines, converted, gone=stock.gone, why=why)
    return Following(table, diff, stock, mode, (*findings, *_left_behind(result, table)))


def _left_behind(result: Bilan, table: pd.DataFrame) -> list[Finding]:
    """Balances that agreements carry over, of accounts that have no line in the next year.

    A mode gives the landlord what is left, which has no line, and an account without rights none: what it took too much or is
    owed is in no opening balance, and nobody would see it go.
    """
    key = ["landlord", "departement", "area", "account"]
    mine = result.lines[result.lines["carry_over"].fillna(False).astype(bool)][key]
    before = mine.merge(result.ledger[[*key, "balance"]], on=key)
    standing = set(table[key].itertuples(index=False, name=None))
    return [
        Finding(
            "NEXT_BALANCE_LEFT",
            "warning",
            params={
                "landlord": landlord, "account": account, "area": result.places.get(area, area), "year": str(result.year + 1),
                "balance": Said(signed(balance, 2), signed(balance, 2, "en")),
            },
        )
        for landlord, departement, area, account, balance in before.itertuples(index=False, name=None)
        if (landlord, departement, area, account) not in standing and round(float(balance), 4)
    ]  # fmt: skip


def write_following(
    folder: Path, result: Bilan, coming: Following, *, models: Path | None, style: Style, lang: Lang
) -> None:
    """Write ``conventions.csv``, ``conventions-diff.csv`` and ``.html``, ``stock.csv`` and ``conventions-<year>/``.

    The new folder holds one YAML file per landlord and département and ``territoire.yaml``, which names them after those
    it had: :func:`optimizer.policy.load` reads it, and is asked to before anything is published.

    Raises
    ------
    PolicyError
        The new shares cannot stand together (more than 1 in a commune).
    """
    year = result.year + 1
    write_table(coming.conventions, folder, "conventions", style=style)
    # Columns named as rates are written with the 4 decimals of a share.
    named = coming.diff.rename(columns={"before": "before_rate", "after": "after_rate"})
    write_table(named, folder, "conventions-diff", style=style)
    write_table(coming.stock.stock, folder, "stock", style=style)
    write_table(coming.stock.changes, folder, "stock-diff", style=style)
    (folder / "conventions-diff.html").write_text(_page(result, coming, lang), encoding="utf-8")
    if len(coming.conventions):
        place = folder / f"conventions-{year}"
        place.mkdir()
        write_agreements(place, result, coming.conventions, models)
        policy.load(place / TERRITORY, on=date(year, 1, 1), models=models)


def write_agreements(place: Path, result: Bilan, conventions: pd.DataFrame, models: Path | None) -> None:
    """One file per landlord and département, and the territory that reads them on 1 January."""
    settings = result.case.settings
    year = result.year + 1
    rules = policy.rules_of(settings, models)
    coming = policy.load(settings.rules_from, on=date(year, 1, 1), models=models)
    facts = read_territory(Folder(models_dir(models)), settings.rules_from)
    for path in files_beside(facts.path) if facts.path is not None else ():
        shutil.copyfile(path, place / path.name)
    names: list[str] = []
    for (landlord, departement), lines in conventions.groupby(["landlord", "departement"], sort=True):
        stem = re.sub(r"[^a-z0-9]+", "-", f"{landlord}-{departement}-{year}".lower()).strip("-")
        name = f"{stem}.yaml" if f"{stem}.yaml" not in names else f"{stem}-{len(names)}.yaml"
        names.append(name)
        text = agreement_text(str(landlord), str(departement), lines, rules, coming, result)
        (place / name).write_text(text, encoding="utf-8")
    (place / TERRITORY).write_text(_territory_text(facts, names, result), encoding="utf-8")


def agreement_text(
    landlord: str,
    departement: str,
    lines: pd.DataFrame,
    rules: policy.RuleSet,
    coming: policy.RuleSet,
    result: Bilan,
) -> str:
    """An agreement in the form of ``models/conventions/``; what equals the national defaults is left out."""
    year = result.year + 1
    effort = rules.effort_threshold(landlord)
    own: dict[str, str] = {}
    if effort.deliberated_on is not None:
        own["effort_threshold"] = _value(effort.threshold)
        own["effort_deliberation"] = _quoted(effort.deliberation)
        own["effort_deliberated_on"] = effort.deliberated_on.isoformat()
    if rules.rooms_table(landlord).name != rules.rooms_table().name:
        own["rooms"] = rules.rooms_table(landlord).name
    text = [
        f"# Actualisation annuelle : parts et soldes tirés du bilan {result.year}. À relire, signer, puis passer en local.",
        "",
        f"landlord: {_quoted(landlord)}",
        f"name: {_quoted(rules.landlords.get(landlord, landlord))}",
        f'departement: "{departement}"',
        f"year: {year}",
        "status: assumed",
        f"source: {_quoted(f'projet de convention {year}, actualisation depuis le bilan {result.year} (CCH R. 441-5)')}",
        f"reviewed_on: {result.case.settings.on.isoformat()}",
        "by: attriflux",
        *(f"{name}: {value}" for name, value in sorted(own.items())),
        "lines:",
    ]
    defaults = _defaults(coming)
    for row in lines.sort_values(["area", "account"]).to_dict("records"):
        account = str(row["account"])
        parts = [f"account: {_quoted(account)}"]
        if str(row["area"]) != default_area(account, departement):
            parts.append(f'area: "{row["area"]}"')
        parts.append(f"share: {_value(float(row['share']))}")
        for name in FIELDS:
            value = row[name]
            if name == "share" or pd.isna(value) or value == "" or _value(value) == _value(defaults[name]):
                continue
            parts.append(f"{name}: {_value(value)}")
        text.append(f"  - {{{', '.join(parts)}}}")
    return "\n".join(text) + "\n"


def _defaults(rules: policy.RuleSet) -> dict[str, Any]:
    relaxed = "_relaxed" if rules.market == "relaxed" else ""
    flux = {
        n: rules.get(f"national.flux.{n}")
        for n in ("management_mode", "count_rule", "tolerance", "carry_over")
    }
    return {
        **flux, "pool": "default", "opening_balance": 0, "cap_receiver": rules.get("national.flux.cap_receiver"),
        "proposal_deadline_days": rules.get(f"national.flux.proposal_deadline_days{relaxed}"),
    }  # fmt: skip


def _value(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "true" if value else "false"
    number = round(float(str(value)), 4)
    return str(int(number)) if number.is_integer() else f"{number:.4f}".rstrip("0")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _territory_text(facts: Territory, names: list[str], result: Bilan) -> str:
    grids = {"grid": facts.grid, "mutation_grid": facts.mutation_grid}
    places = "all" if not facts.departements else f"[{', '.join(_quoted(d) for d in facts.departements)}]"
    text = [
        f"# {facts.title}, conventions de {result.year + 1} : à nommer dans case.yaml (territory: …/{TERRITORY}).",
        "",
        f"title: {_quoted(facts.title)}",
        f"departements: {places}",
        f"status: {facts.status}",
        f"source: {_quoted(facts.source)}",
        *([f"link: {_quoted(facts.link)}"] if facts.link else []),
        f"reviewed_on: {facts.reviewed_on.isoformat()}",
        "by: attriflux",
        f"market: {facts.market}",
        *(f"{key}: {_quoted(name)}" for key, name in grids.items() if name),
    ]
    if facts.grid_by_epci:
        text.append("grid_by_epci:")
        for epci, (grid, mutation) in facts.grid_by_epci.items():
            more = f", mutation_grid: {_quoted(mutation)}" if mutation else ""
            text.append(f'  "{epci}": {{grid: {_quoted(grid)}{more}}}')
    kept = [name for name in facts.conventions if name not in names]
    text += ["conventions:", *(f"  - {_quoted(name)}" for name in (*kept, *names))]
    return "\n".join(text) + "\n"


def _page(result: Bilan, coming: Following, lang: Lang) -> str:
    places = result.places
    values = {
        "title": result.case.settings.title,
        "synthetic": result.case.settings.synthetic,
        "year": result.year,
        "on": result.case.settings.on,
        "early": result.unfinished,
        "carried": coming.stock.carried,
        "mode": None if coming.mode is None else f"{coming.mode} ({MODES[coming.mode][lang == 'en']})",
        "rows": [_shown(row, lang, places) for row in coming.diff.to_dict("records")],
        "stock": [{**r, "what": why_words(str(r["what"]), lang), "label": account_label(str(r["account"]), lang, places)} for r in coming.stock.changes.to_dict("records")],
        "lines": [
            {**r, "area": places.get(str(r["area"]), str(r["area"])), "label": account_label(str(r["account"]), lang, places)}
            for r in coming.conventions.to_dict("records")
        ],
        "findings": [f.sentence(lang) for f in coming.findings],
    }  # fmt: skip
    return render("statement/next", lang, values)


def _shown(row: Mapping[Any, Any], lang: Lang, places: Mapping[str, str]) -> dict[str, str]:
    field = str(row["field"])
    return {
        "landlord": str(row["landlord"]), "area": places.get(str(row["area"]), str(row["area"])), "label": account_label(str(row["account"]), lang, places),
        "field": said(f"NEXT.FIELD_{field}".upper(), lang), "why": why_words(str(row["why"]), lang),
        "before": _number(row["before"], field, lang), "after": _number(row["after"], field, lang),
    }  # fmt: skip


WHY_ENGLISH = {
    CARRIED: "balance carried over", NOT_CARRIED: "not carried over", NEW: "new account", HANDED: "handover not given back",
    ENDED: "agreement ended", SPENT: "rights spent", USED: "rights used", TURNED: "single-use rights",
    COMMITTED["over"]: "commitment ended", COMMITTED["ends_next"]: "commitment that ends within the year",
    COMMITTED["begins"]: "new commitment", COMMITTED["none"]: "commitments",
    **{f"conversion, mode {mode} ({fr})": f"conversion, mode {mode} ({en})" for mode, (fr, en) in MODES.items()},
}  # fmt: skip
"""Reasons as the tables write them -> as an English page says them."""


def why_words(why: str, lang: Lang) -> str:
    """Why a value of the next year changes, in the language of the page; the tables are in French."""
    if lang == "fr":
        return why
    return said("WORDS.LIST", lang).join(WHY_ENGLISH.get(part, part) for part in why.split(" ; "))


def _number(value: object, field: str, lang: Lang) -> str:
    number = float(str(value))
    return percent(number, 2, lang, fixed=True) if field == "share" else signed(number, 2, lang)


def said_of(coming: Following, result: Bilan, lang: Lang) -> list[str]:
    """The yearly update for the terminal: one sentence, then what is to be looked at."""
    n, shares = len(coming.conventions), int((coming.diff["field"] == "share").sum())
    year = result.year + 1
    done = said("NEXT.DONE", lang, year=year, n=Spaced(n), shares=Spaced(shares))
    return [done, *(f.sentence(lang) for f in coming.findings)]
