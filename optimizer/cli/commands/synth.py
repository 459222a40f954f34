"""``attriflux synth``: a synthetic case calibrated on a profile."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.cli.app import app
from optimizer.cli.arguments import (
    CsvOption,
    CsvStyle,
    JsonOption,
    LangOption,
    Language,
    ModelsOption,
    OutOption,
)


@app.command(
    help="Écrit un cas synthétique calé sur un profil : doubs, jura, haute-saone, belfort, franche-comte, "
    "commission, france.\n\nExemple : attriflux synth commission --out cas --seed 7"
)
def synth(
    profile: Annotated[str, typer.Argument(metavar="PROFIL", help="Nom du profil.")],
    out: OutOption,
    dwellings: Annotated[int | None, typer.Option("--dwellings", min=0, help="Nombre de logements.")] = None,
    applications: Annotated[
        int | None, typer.Option("--applications", min=0, help="Nombre de demandes.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Graine : mêmes octets pour la même graine.")
    ] = 0,
    tight: Annotated[bool, typer.Option("--tight", help="Forme où LEC et flux contraignent.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Tables en Parquet.")] = False,
    csv: CsvOption = CsvStyle.french,
    models: ModelsOption = None,
    json: JsonOption = False,
    lang: LangOption = Language.fr,
) -> None:
    from optimizer.cli.speak import say_json, table
    from optimizer.runs.synthetic import write_synthetic

    targets = write_synthetic(
        profile, out, dwellings=dwellings, applications=applications, seed=seed, tight=tight,
        parquet=parquet, international=csv is CsvStyle.international, models=models,
    )  # fmt: skip
    if json:
        say_json({"out": str(out), "targets": targets.to_dict(orient="records")})
        return
    header = (
        ("Marge", "Cible", "Obtenu", "Écart")
        if lang.value == "fr"
        else ("Margin", "Target", "Obtained", "Diff.")
    )
    rows = [
        (str(r[0]), f"{r[1]:.4g}", f"{r[2]:.4g}", f"{r[3]:+.3g}")
        for r in targets[["margin", "target", "obtained", "difference"]].itertuples(index=False)
    ]
    typer.echo(table(rows, header))
    typer.echo(f"Cas synthétique écrit : {out}" if lang.value == "fr" else f"Synthetic case written: {out}")
