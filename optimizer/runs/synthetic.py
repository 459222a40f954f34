"""Synthetic cases to a folder, with the table of target, obtained and difference."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from optimizer.disk import hold


def write_synthetic(
    profile: str,
    out: Path,
    *,
    dwellings: int | None = None,
    applications: int | None = None,
    seed: int = 0,
    tight: bool = False,
    tenants: bool = False,
    parquet: bool = False,
    international: bool = False,
    models: Path | None = None,
) -> pd.DataFrame:
    """Write the case and return ``margin, target, obtained, difference``.

    Raises
    ------
    AttrifluxError
        Unknown profile, or an output folder that is not empty.
    """
    from optimizer.synth import write_synthetic as stream

    with hold(out, force=False) as held, held.folder() as work:
        return stream(
            profile,
            work,
            dwellings=dwellings,
            applications=applications,
            seed=seed,
            tight=tight,
            tenants=tenants,
            models=models,
            format="parquet" if parquet else None,
            international=international,
        )
