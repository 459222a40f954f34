"""``attriflux synth``: a synthetic case calibrated on a profile."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    COUNT,
    CsvOption,
    CsvStyle,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
)
from optimizer.cli.languages import both
from optimizer.cli.pages import Command, example


@app.command(
    cls=Command,
    help=both(
        "Écrit un cas synthétique calé sur un profil. Profils : doubs, jura, haute-saone, belfort, franche-comte, commission, france.",
        "Writes a synthetic case calibrated on a profile. Profiles: doubs, jura, haute-saone, belfort, franche-comte, commission, france.",
    ),
    epilog=example(
        "attriflux synth commission --out cas --seed 7", "attriflux synth commission --out case --seed 7"
    ),
)
def synth(
    profile: Annotated[
        str,
        typer.Argument(
            metavar=both("PROFIL", "PROFILE"), help=both("Nom du profil.", "Name of the profile.")
        ),
    ],
    out: OutOption,
    dwellings: Annotated[
        int | None,
        typer.Option(
            "--dwellings", min=0, help=both("Nombre de logements.", "Number of dwellings."), metavar=COUNT
        ),
    ] = None,
    applications: Annotated[
        int | None,
        typer.Option(
            "--applications",
            min=0,
            help=both("Nombre de demandes.", "Number of applications."),
            metavar=COUNT,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=0,
            help=both("Graine : mêmes octets pour la même graine.", "Seed: same bytes for the same seed."),
            metavar=COUNT,
        ),
    ] = 0,
    tight: Annotated[
        bool,
        typer.Option(
            "--tight",
            help=both(
                "Forme où les objectifs LEC et le flux contraignent.",
                "Form in which LEC targets and the flux bind.",
            ),
        ),
    ] = False,
    tenants: Annotated[
        bool,
        typer.Option(
            "--tenants",
            help=both(
                "Dit aussi ce qu'est le logement actuel des locataires du parc, que propose --chains peut alors libérer.",
                "Also says what the present dwelling of sitting tenants is, which propose --chains may then free.",
            ),
        ),
    ] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help=both("Tables en Parquet.", "Tables as Parquet."))
    ] = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.runs.synthetic import write_synthetic

    targets = write_synthetic(
        profile, out, dwellings=dwellings, applications=applications, seed=seed, tight=tight, tenants=tenants,
        parquet=parquet, international=csv is CsvStyle.international, models=models,
    )  # fmt: skip
    if json:
        say_json({"out": str(out), "targets": targets.to_dict(orient="records")})
        return

    def number(value: float, sign: str = "") -> str:
        """Whole counts and shares to four decimals, in the language's own signs."""
        text = format(value, f"{sign},.4f").rstrip("0").rstrip(".")
        text = text.lstrip("+-") if text.strip("+-") == "0" else text
        return text.replace(",", "\u202f").replace(".", ",") if lang is Language.fr else text

    header = (
        ("Marge", "Cible", "Obtenu", "Écart")
        if lang.value == "fr"
        else ("Margin", "Target", "Obtained", "Diff.")
    )
    rows = [
        (str(r[0]), number(r[1]), number(r[2]), number(r[3], sign="+"))
        for r in targets[["margin", "target", "obtained", "difference"]].itertuples(index=False)
    ]
    typer.echo(table(rows, header))
    typer.echo(f"Cas synthétique écrit : {out}" if lang.value == "fr" else f"Synthetic case written: {out}")
