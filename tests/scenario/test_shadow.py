"""A grid in test: its lists beside those in force, without any effect on them, and the weeks added up."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from optimizer import importers
from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError
from optimizer.runs import Options, propose, propose_to
from optimizer.scenario.shadow import BesideShadow, period_of, period_to, shadow_of
from optimizer.synth import write_case
from optimizer.verify import verify
from tests.cli.running import attriflux
from tests.scenario.cases import cut

GRID = "demonstration_anciennete"
QUICK = Options(pdf=False)
RESULT = (
    "proposals",
    "applications",
    "dwellings",
    "rules",
    "orientation",
    "leapfrogs",
    "explanations",
    "scores",
)


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Path:
    return cut(tmp_path_factory.mktemp("shadow") / "cas", 8, 110)


@pytest.fixture(scope="module")
def made(case, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("shadow-out") / "semaine-1"
    done = attriflux("propose", case, "--out", out, "--shadow-grid", GRID, "--no-pdf")
    assert done.code == 0, done.err
    assert "sans effet" in done.out or "ne changent rien à la proposition" in done.out.replace("\n ", "")
    return out


@pytest.mark.long
def test_the_proposal_is_the_same_with_and_without_a_grid_in_test(case, made, tmp_path):
    propose_to(case, tmp_path / "seul", QUICK)
    for name in RESULT:
        assert (made / f"{name}.csv").read_bytes() == (tmp_path / "seul" / f"{name}.csv").read_bytes(), name
    assert (made / "certificate.json").read_bytes() == (tmp_path / "seul" / "certificate.json").read_bytes()


def test_proposals_that_are_not_proven_are_told_beside_what_would_differ(case, made):
    assert "marge de la preuve" not in (made / "shadow.html").read_text(encoding="utf-8")
    loose = Options(gap=0.5)
    found = shadow_of(propose(case, loose), case, GRID, loose)
    left = [s for s in found.sentences("fr") if "marge de la preuve" in s]
    assert found.unproven and left and left[0].startswith(str(found.unproven))


@pytest.mark.long
def test_both_lists_stand_side_by_side_as_each_grid_alone_gives_them(case, made):
    table = pd.read_csv(
        made / "shadow.csv", sep=";", decimal=",", encoding="utf-8-sig", dtype={"shadow_application_id": str}
    )
    read = importers.read(case, need=("dwellings", "applications"))
    under = replace(
        read, settings=replace(read.settings, changes={**read.settings.changes, "territory.grid": GRID})
    )
    alone = propose(under, QUICK).proposals
    found = table.dropna(subset=["shadow_application_id"])
    assert list(
        zip(found["dwelling_id"], found["rank"], found["shadow_application_id"], strict=True)
    ) == list(
        alone.loc[alone["application_id"] != "", ["dwelling_id", "rank", "application_id"]].itertuples(
            index=False, name=None
        )
    )
    record = json.loads((made / "shadow.json").read_text(encoding="utf-8"))
    mine = propose(read, QUICK).proposals
    first = [
        dict(zip(p.loc[p["rank"] == 1, "dwelling_id"], p.loc[p["rank"] == 1, "application_id"], strict=True))
        for p in (mine, alone)
    ]
    homes = {*first[0], *first[1]}
    assert record["first_changed"] == sum(first[0].get(d) != first[1].get(d) for d in homes) > 0
    assert record["dwellings"] == len(homes)
    assert sum(n for n, _ in record["publics"].values()) == sum(a != "" for a in first[0].values())


def test_the_folder_is_certified_and_a_forged_shadow_is_refused(case, made, tmp_path):
    assert verify(made, case).verdict == "certified"
    forged = tmp_path / "forged"
    shutil.copytree(made, forged)
    text = (forged / "shadow.json").read_text(encoding="utf-8")
    (forged / "shadow.json").write_text(text.replace('"first_changed"', '"first_changed" '), encoding="utf-8")
    assert verify(forged, case).verdict == "refused"
    page = (made / "shadow.html").read_text(encoding="utf-8")
    assert "ne sont présentées à personne" in page


def test_weeks_are_added_up_and_two_grids_or_two_runs_of_a_day_are_refused(made, tmp_path):
    weeks = tmp_path / "semaines"
    for name, on, sha, first in (("s2", "2026-01-12", "a", 3), ("s1", "2026-01-05", "a", 1)):
        (weeks / name).mkdir(parents=True)
        record = json.loads((made / "shadow.json").read_text(encoding="utf-8")) | {
            "on": on,
            "sha256": sha,
            "first_changed": first,
        }
        (weeks / name / "shadow.json").write_text(json.dumps(record), encoding="utf-8")
    period = period_of([weeks])
    assert [w["week"] for w in period.weeks] == ["s1", "s2"] and period.total("first_changed") == 4
    one = json.loads((made / "shadow.json").read_text(encoding="utf-8"))
    assert period.publics == {name: (2 * a, 2 * b) for name, (a, b) in one["publics"].items()}
    done = attriflux("cotation", "test", "--weeks", weeks, "--out", tmp_path / "bilan")
    assert (
        done.code == 0
        and "2 semaines, du 05/01/2026" in " ".join(done.out.split())
        and (tmp_path / "bilan" / "test-period.csv").is_file()
    )
    assert "4 premiers rangs" in (tmp_path / "bilan" / "test-period.html").read_text(
        encoding="utf-8"
    ).replace("\xa0", " ")
    for other, code in (({"sha256": "b"}, "SHADOW_MIXED"), ({"on": "2026-01-05"}, "SHADOW_TWICE")):
        record = json.loads((weeks / "s2" / "shadow.json").read_text(encoding="utf-8")) | other
        (weeks / "s2" / "shadow.json").write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(AttrifluxError) as caught:
            period_to([weeks], tmp_path / "refus")
        assert caught.value.code == code and not (tmp_path / "refus").exists()
        (weeks / "s2" / "shadow.json").write_text(
            json.dumps(record | {"on": "2026-01-12", "sha256": "a"}), encoding="utf-8"
        )
    with pytest.raises(AttrifluxError, match="grille en test"):
        period_of([tmp_path])


def test_an_unknown_grid_or_a_case_already_scored_is_refused_before_any_work(case, tmp_path):
    done = attriflux("propose", case, "--out", tmp_path / "out", "--shadow-grid", "aucune", "--no-pdf")
    assert done.code == 2 and "aucune" in done.err and not (tmp_path / "out").exists()
    read = importers.read(case, need=("dwellings", "applications"))
    scored = replace(
        read, tables={**read.tables, "applications": read.table("applications").assign(score=1.0)}
    )
    with pytest.raises(AttrifluxError) as caught:
        shadow_of(None, scored, GRID)  # type: ignore[arg-type]
    assert caught.value.code == "COTATION_GIVEN"
    both = attriflux("cotation", "test", GRID, "--out", tmp_path / "out")
    assert both.code == 2 and "deux grilles" in both.err


@pytest.mark.long
def test_a_grid_of_ones_own_is_read_from_its_file(case, tmp_path):
    file = tmp_path / "mienne.yaml"
    file.write_text(
        (models_dir() / "cotation" / f"{GRID}.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    beside = BesideShadow(case, str(file), QUICK)
    read = importers.read(case, need=("dwellings", "applications"))
    work = tmp_path / "work"
    work.mkdir()
    lines = beside(work, propose(read, QUICK))
    record = json.loads((work / "shadow.json").read_text(encoding="utf-8"))
    assert record["grid"] == "mienne" and record["on"] == date(2026, 1, 1).isoformat()
    assert lines["en"][1].startswith("Grid in test")


def test_a_case_that_no_grid_changes_is_refused_before_the_proposal_in_force(case, tmp_path):
    read = importers.read(case, need=("dwellings", "applications"))
    people = read.table("applications").assign(score=5.0)
    scored = tmp_path / "scored"
    write_case(replace(read, tables={**read.tables, "applications": people}, path=None), scored)
    done = attriflux("propose", scored, "--out", tmp_path / "out", "--shadow-grid", GRID, "--no-pdf")
    assert done.code == 2 and "portent une cotation déjà calculée" in " ".join(done.err.split())
    assert "optimum" not in done.err and not (tmp_path / "out").exists()
