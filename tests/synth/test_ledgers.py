"""Decisions taken before the run, and where the stock in QPV lies: counted by hand."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from optimizer.datadirs import models_dir
from optimizer.synth import synthesize


@pytest.mark.parametrize(("dwellings", "applications", "wanted"), [(40, 500, 5), (3, 500, 3), (10, 4, 4)])
def test_a_few_households_are_set_aside_before_the_run(
    dwellings: int, applications: int, wanted: int
) -> None:
    """One of them left every list, each of the others one dwelling; all with a reason, an author and a last day."""
    case = synthesize("commission", dwellings=dwellings, applications=applications, seed=4)
    rows, homes = case.table("decisions"), case.table("dwellings")["dwelling_id"].astype(str).tolist()
    assert len(rows) == wanted and set(rows["decision"]) == {"forbid"}
    assert rows["dwelling_id"].fillna("").astype(str).tolist() == ["", *homes[1:wanted]]
    assert [r == "withdrawn" for r in rows["reason"]] == [True] + [False] * (wanted - 1)
    assert rows["reason"].nunique() == wanted
    people = case.table("applications")["application_id"].astype(str).tolist()
    at = [people.index(a) for a in rows["application_id"].astype(str)]
    # one in each fifth of the list, the same place in each
    step = applications // wanted
    assert 0 <= at[0] < step and [a - at[0] for a in at] == [k * step for k in range(wanted)]
    until = pd.Timestamp(case.settings.on + timedelta(days=60))
    assert (rows["expires_on"] == until).all() and (rows["author"] == "Secrétariat de la commission").all()


def test_a_share_in_qpv_is_kept_though_no_commune_has_more_than_nine_tenths(tmp_path: Path) -> None:
    """Two thirds of the stock of the Doubs in QPV: Montbéliard would have more than it can, which the other communes take."""
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    file = models / "profiles" / "departements.yaml"
    file.write_text(
        file.read_text("utf-8").replace("qpv_share: {value: 0.417,", "qpv_share: {value: 0.667,"), "utf-8"
    )
    homes = synthesize("doubs", dwellings=60_000, applications=10, seed=5, models=models).table("dwellings")
    inside = homes["qpv"].astype(str) != "no"
    assert abs(inside.mean() - 0.667) < 4 * (0.667 * 0.333 / 60_000) ** 0.5
    by_commune = inside.groupby(homes["commune"].astype(str)).mean()
    # as many communes as before: one without QPV has no dwelling there
    assert (by_commune > 0).sum() == 7
    assert abs(by_commune["25388"] - 0.9) < 4 * (0.09 / 6_000) ** 0.5
    assert by_commune["25056"] > 0.75
