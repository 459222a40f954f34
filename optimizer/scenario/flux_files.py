"""Files of the stock-to-flux command: ``assiette.csv``, ``flux.csv``, ledgers, workbook, page, record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from optimizer.arguments import FLAG, LANG, PATH, STYLE, TEXT, optional, takes
from optimizer.conversion import MODES
from optimizer.disk import hold, seal
from optimizer.errors import LANGS, Lang, Spaced, said
from optimizer.presentation.commitments import commitments_sheet
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.exactcsv import exact_csv
from optimizer.presentation.tables_book import write_book
from optimizer.scenario.flux import MODES_GIVEN, Flux, flux
from optimizer.scenario.flux_page import flux_html, value_said
from optimizer.scenario.flux_sheets import INVENTORY, blocks_sheet, ends_sheet, in_words, spread_sheet
from optimizer.scenario.flux_under import flux_under

FOUR_DECIMALS = ("share_uncapped", "share", "received_from_cap")


@dataclass(frozen=True)
class FluxWritten:
    """What :func:`flux_to` wrote, and what the terminal says of it."""

    out: Path
    result: Flux
    summary: dict[str, object]


@takes(
    case=PATH,
    out=PATH,
    modes=MODES_GIVEN,
    basis=TEXT,
    style=STYLE,
    lang=LANG,
    models=optional(PATH),
    force=FLAG,
    scenario=optional(PATH),
)
def flux_to(
    case: Path,
    out: Path,
    *,
    modes: Sequence[int] | int | str | None = None,
    basis: str = "forecast",
    style: Style = "french",
    lang: Lang = "fr",
    models: Path | None = None,
    force: bool = False,
    scenario: Path | str | None = None,
) -> FluxWritten:
    """Convert a case and write the result whole, or nothing.

    Parameters
    ----------
    scenario : path or name, optional
        A scenario file without ``over``: its changes (assiette, turnover, new rights, values of ``models/``) are applied to
        the case first; ``flux.mode`` is left to ``modes``.

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``OUT_NOT_EMPTY`` and its like, before any work.
    """
    case, out = Path(case), Path(out)
    with hold(out, force=force, inputs=case) as held:
        if scenario is None:
            result = flux(case, modes=modes, basis=basis, models=models)
        else:
            result = flux_under(case, scenario, modes=modes, basis=basis, models=models)
        with held.folder() as work:
            write_flux(work, result, style=style, lang=lang)
    return FluxWritten(out, result, _summary(result, out))


def write_flux(folder: Path, result: Flux, *, style: Style = "french", lang: Lang = "fr") -> None:
    """Every file of a conversion into ``folder``; same case, same bytes."""
    write_table(result.assiette, folder, "assiette", style=style)
    (folder / "flux.csv").write_bytes(
        exact_csv(result.flux, style, dict.fromkeys(FOUR_DECIMALS, lambda i: 4))
    )
    write_table(result.conversion.rights, folder, "rights", style=style)
    write_table(result.first_lettings, folder, "first_lettings", style=style)
    write_table(result.exclusions, folder, "exclusions", style=style)
    write_table(result.trace, folder, "subtractions", style=style)
    write_table(result.register.table, folder, "engagements", style=style)
    write_table(result.register.accounts, folder, "engagements_by_account", style=style)
    settings = result.case.settings
    sheets = {
        "Contingents": result.inventory.accounts,
        "Répartition": spread_sheet(result.inventory.spreads),
        "Blocs": blocks_sheet(result.case.table("stock")),
        "Conventions": ends_sheet(result.commitments),
        "Adéquation": result.fit,
        "Mixité": result.mixity,
        "Mobilité entre contingents": result.moves,
        "Assiette": result.assiette,
        "Retraits": result.trace,
        "Flux": result.flux,
        "Engagements": commitments_sheet(result.register.table, settings.year),
        "Droits uniques": result.conversion.rights,
        "Premières mises en location": result.first_lettings,
        "Hors assiette": result.exclusions,
        "Hypothèses": numbers_table(result),
    }
    write_book(
        folder / "inventory.xlsx",
        {name: in_words(frame, result.places) for name, frame in sheets.items()},
        title=settings.title,
        on=settings.on,
        note="Parts avant arrondi plafonnées ; égalités de restes servies dans l'ordre du code du contingent.",
        look=INVENTORY,
    )
    (folder / "flux.html").write_text(flux_html(result, lang), encoding="utf-8")
    (folder / "run.json").write_text(_record(result), encoding="utf-8")
    seal(folder)


def numbers_table(result: Flux) -> pd.DataFrame:
    """The values of the law and of the agreements used: title, value, status, source."""
    return pd.DataFrame(
        [
            {
                "title": p.title,
                "value": value_said(p.value, p.unit, "fr"),
                "status": said(f"PAGE.{p.status.upper()}", "fr"),
                "source": p.source,
                "in_force_from": p.in_force_from,
                "key": p.key,
            }
            for p in result.numbers
        ]
    )


def _record(result: Flux) -> str:
    settings = result.case.settings
    record = {
        "format": "attriflux-flux/1",
        "title": settings.title,
        "territory": settings.territory,
        "on": settings.on.isoformat(),
        "year": settings.year,
        "inputs": {s.name: s.sha256 for s in result.case.sources},
        "assumed": [p.key for p in result.numbers if p.is_assumed],
        "findings": [f.sentence("fr") for f in result.findings],
    }
    return json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _summary(result: Flux, out: Path) -> dict[str, object]:
    table = result.flux
    modes = sorted({int(m) for m in table["mode"]})
    base = result.base
    stock = int(result.inventory.accounts["dwellings"].sum())
    assumed = [p.title for p in result.numbers if p.is_assumed]
    return {
        "out": str(out),
        "modes": modes,
        "stock": stock,
        "assiette": base,
        "dwellings": {
            str(m): {str(a): int(n) for a, n in group.groupby("account")["dwellings"].sum().items()}
            for m, group in table.groupby("mode", sort=True)
        },
        "warnings": len(result.findings),
        **{
            f"lines_{lang}": [
                said("FLUX.STOCKED", lang, stock=Spaced(stock), base=Spaced(base)),
                said("FLUX.MODES", lang, modes=", ".join(f"{m} ({MODES[m][lang == 'en']})" for m in modes))
                if modes
                else said("FLUX.NO_MODES", lang),
                said(
                    "FLUX.ASSUMED_VALUES",
                    lang,
                    names=said("WORDS.LIST", lang).join(assumed) or said("FLUX.NOTHING", lang),
                ),
                said("FLUX.OPEN", lang, page=out / "flux.html"),
            ]
            for lang in LANGS
        },
    }
