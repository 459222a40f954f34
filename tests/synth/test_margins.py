"""Every margin of every profile is held within sampling error, and figures carry their source."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError
from optimizer.synth import profiles, synthesize, targets
from optimizer.synth.margins import COLUMNS
from optimizer.synth.profile import read_profile
from tests.campaign import few

ALL = ("belfort", "commission", "doubs", "france", "franche-comte", "haute-saone", "jura")
SIZES = {"france": {"dwellings": 8_000, "applications": 24_000}}


def test_profiles_are_those_of_the_product() -> None:
    assert profiles() == ALL


@pytest.mark.long
@pytest.mark.parametrize(
    ("profile", "tight"), [*((one, False) for one in ALL), *((ALL[n], True) for n in few(len(ALL), 3))]
)
def test_margins_within_sampling_error(profile: str, tight: bool) -> None:
    case = synthesize(profile, seed=11, tight=tight, **SIZES.get(profile, {}))
    found = targets(profile, case)
    assert tuple(found.columns) == COLUMNS
    wrong = found[found["difference"].abs() > found["tolerance"] + 1e-9]
    assert wrong["margin"].tolist() == []
    assert len(found) >= 40


def test_sizes_of_the_year_are_the_published_ones() -> None:
    found = targets("franche-comte", synthesize("franche-comte", seed=3)).set_index("margin")["obtained"]
    assert [found[f"Logements, {d}"] for d in ("25", "39", "70", "90")] == [3224, 1220, 1122, 1419]
    assert [found[f"Demandes, {d}"] for d in ("25", "39", "70", "90")] == [9864, 3205, 3061, 3117]
    assert sum(found[f"Demandes, {d}"] for d in ("25", "39", "70", "90")) == 19_247
    assert sum(found[f"Logements, {d}"] for d in ("25", "39", "70", "90")) == 6_985


def test_a_wrong_margin_is_seen() -> None:
    case = synthesize("jura", seed=1)
    case.table("applications")["adults"] = 1  # the frame is ours here
    found = targets("jura", case).set_index("margin")
    row = found.loc["Demandes d'un seul adulte, avec ou sans enfant"]
    assert row["obtained"] == 1.0 and abs(row["difference"]) > row["tolerance"]


@pytest.mark.parametrize("profile", ALL)
def test_every_figure_has_a_status_and_a_source(profile: str) -> None:
    found = read_profile(profile)
    figures = [*found.figures.values(), *(f for place in found.places.values() for f in place.values())]
    assert all(f.status in ("sourced", "local", "assumed") and len(f.source) > 3 for f in figures)
    assert any(f.status == "sourced" for f in figures)


def test_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(AttrifluxError, match="franche-comte") as caught:
        read_profile("atlantide")
    assert caught.value.code == "SYNTH_UNKNOWN_PROFILE"


def _copy(tmp_path: Path, file: str, old: str, new: str) -> Path:
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models)
    path = models / "profiles" / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return models


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("common.yaml", "1: 0.45, 2: 0.22", "1: 0.45, 2: 0.23"),
        ("common.yaml", "value: 0.70\n  status: sourced", "value: 0.70\n  status: guessed"),
        ("commission.yaml", "under_12_months:", "under_13_months:"),
        ("departements.yaml", "vacated: {value: 3224, ", "vacated: {"),
    ],
    ids=["sum", "status", "name", "value"],
)
def test_a_bad_figure_stops_the_reading(tmp_path: Path, file: str, old: str, new: str) -> None:
    models = _copy(tmp_path, file, old, new)
    with pytest.raises(AttrifluxError) as caught:
        read_profile("commission", models)
    assert caught.value.code == "SYNTH_BAD_FIGURE"


def test_another_models_folder_changes_the_case(tmp_path: Path) -> None:
    models = _copy(tmp_path, "departements.yaml", "vacated: {value: 1220,", "vacated: {value: 1221,")
    assert len(synthesize("jura", models=models).table("dwellings")) == 1221
