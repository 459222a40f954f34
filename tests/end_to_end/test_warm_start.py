"""A run started from an earlier one: the same proven files, and no other folder taken for a start."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import optimizer as af
from optimizer.runs.earlier import read_earlier
from optimizer.runs.writing import write_tables
from optimizer.synth import synthesize, write_case
from tests.cli.running import content
from tests.end_to_end.small import (
    SAME,
    csv_text,
    propose,
    proposed,
    same_answer,
    same_otherwise,
    table,
    tables_alone,
)

KEPT = {"multipliers", "multipliers_given", "first_ranks", "first_ranks_given"}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """More dwellings than marginal points are solved again for: they then show the multipliers of the root."""
    folder = tmp_path_factory.mktemp("warm")
    case = synthesize("commission", dwellings=28, applications=400, seed=11, tight=True)
    write_case(case, folder / "case")
    return folder / "case", proposed(folder / "case", folder / "out")


def altered(
    case: Path, folder: Path, **rows: Callable[[list[dict[str, str]]], Iterable[Mapping[str, str]]]
) -> Path:
    """A copy of a case with some of its tables (by file stem) changed."""
    shutil.copytree(case, folder)
    for stem, change in rows.items():
        path = folder / f"{stem}.csv"
        path.write_text(csv_text(list(change(table(path)))), encoding="utf-8")
    return folder


def another_week(case: Path, out: Path, folder: Path) -> Path:
    """Four dwellings are let to their first ranks and gone, four others are vacant."""
    listed = [r for r in table(out / "proposals.csv") if r["rank"] == "1" and r["application_id"]][3::8][:4]
    gone = {r["dwelling_id"] for r in listed}
    housed = {r["application_id"] for r in listed}

    def dwellings(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        new = [{**r, "logement": f"NEUF-{i}"} for i, r in enumerate(r for r in rows if r["logement"] in gone)]
        return [r for r in rows if r["logement"] not in gone] + new

    def others(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [r for r in rows if r["numero_unique"] not in housed]

    more = {"designations": others} if (case / "designations.csv").is_file() else {}
    return altered(case, folder, logements=dwellings, demandes=others, **more)


def changed_share(case: Path, out: Path, folder: Path) -> Path:
    """The share of one account goes up, the remainder's down."""
    shutil.copytree(case, folder)
    row = next(
        r for r in table(out / "rules.csv") if r["rule"] == "flux" and r["scope"].endswith("account=ALS")
    )
    landlord = row["scope"].split(";")[0].removeprefix("landlord=")
    share = float(row["share"].replace(",", "."))
    path = folder / "case.yaml"
    head, found, rest = path.read_text(encoding="utf-8").partition("changes:\n")
    line = f"  conventions.{landlord}.ALS.share: {share + 0.04:.4f}\n"
    path.write_text(head + (found or "changes:\n") + line + rest, encoding="utf-8")
    return folder


def pinned(case: Path, out: Path, folder: Path) -> Path:
    """The household of a second rank is pinned where it was in reserve."""
    second = next(r for r in table(out / "proposals.csv") if r["rank"] == "2")
    shutil.copytree(case, folder)
    rows = [{"dwelling_id": second["dwelling_id"], "application_id": second["application_id"], "decision": "pin",
             "reason": "commission_decision", "author": "essai", "expires_on": ""}]  # fmt: skip
    (folder / "decisions.csv").write_text(csv_text(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=[another_week, changed_share, pinned])
def later(
    year: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[Path, Path]:
    """A case like the first, and its tables found from nothing."""
    folder = tmp_path_factory.mktemp(request.param.__name__)
    case = request.param(*year, folder / "case")
    return case, tables_alone(case, folder / "cold", backend="highs")


@pytest.mark.parametrize("backend", ["highs", pytest.param("scale", marks=pytest.mark.soak)])
def test_a_proven_answer_is_the_same_with_and_without(year, later, tmp_path, backend):
    case, cold = later
    told = af.Options(backend=backend, warm_start=year[1])
    made = af.propose(case, told)
    taken = made.optimum.solved.taken_over
    assert made.stop == "proven" and taken is not None
    assert 0 < taken.first_ranks <= taken.first_ranks_given and 0 < taken.multipliers
    write_tables(tmp_path, made.tables, told)
    assert [n for n in SAME if (cold / n).read_bytes() != (tmp_path / n).read_bytes()] == []


@pytest.mark.parametrize("backend", ["highs", "cpsat", "pulp", "scale"])
@pytest.mark.long
def test_every_backend_from_its_own_answer(weeks, backend):
    _, out = weeks["plain-1"]
    assert same_otherwise(weeks.prepared("plain-1"), out, backend=backend, earlier=read_earlier(out))


@pytest.mark.long
def test_from_python_and_from_parquet(weeks, tmp_path):
    import pandas as pd

    case, out = weeks["tight-2"]
    start = tmp_path / "start"
    start.mkdir()
    shutil.copy(out / "certificate.json", start)
    lines = pd.DataFrame(table(out / "proposals.csv"))
    lines.astype({"rank": int}).to_parquet(start / "proposals.parquet")
    result = af.propose(case, af.Options(warm_start=start))
    taken = result.optimum.solved.taken_over
    assert taken is not None and taken.first_ranks == taken.first_ranks_given == (lines["rank"] == "1").sum()
    assert result.certificate["objective"] == json.loads((out / "certificate.json").read_bytes())["objective"]


def _certificate(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "certificate.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return spoil


def _proposals(old: bytes, new: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "proposals.csv"
        path.write_bytes(path.read_bytes().replace(old, new))

    return spoil


def _some_leaf(content: dict[str, Any]) -> dict[str, Any]:
    return next(n["leaf"] for n in content["nodes"] if "bound" in n.get("leaf", {}))


DAMAGE: dict[str, Callable[[Path], None]] = {
    "no certificate": lambda f: (f / "certificate.json").unlink(),
    "no proposals": lambda f: (f / "proposals.csv").unlink(),
    "cut short": lambda f: (f / "certificate.json").write_bytes((f / "certificate.json").read_bytes()[:-40]),
    "not text": lambda f: (f / "proposals.csv").write_bytes(b"\xff\xfe\x00"),
    "empty table": lambda f: (f / "proposals.csv").write_bytes(b""),
    "other json": lambda f: (f / "certificate.json").write_text("[1]"),
    "deep json": lambda f: (f / "certificate.json").write_text("[" * 100_000),
    "other format": _certificate(lambda c: c.update(format="attriflux-run/1")),
    "no nodes": _certificate(lambda c: c.pop("nodes")),
    "row out of range": _certificate(lambda c: _some_leaf(c)["rows"].update({"99999": "1.000000"})),
    "endless amount": _certificate(lambda c: _some_leaf(c)["rows"].update({"0": "1e999999999"})),
    "negative amount": _certificate(lambda c: _some_leaf(c)["prices"].update({"A": "-1.000000"})),
    "a number for a list": _certificate(lambda c: c.update(rows=3)),
    "other columns": _proposals(b"dwelling_id", b"dwelling"),
    "no first rank": _proposals(b";1;", b";7;"),
    "a row too short": _proposals(b"\n", b"\nX;Y\n"),
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_a_damaged_folder_is_refused_and_nothing_is_written(weeks, tmp_path, damage):
    case, out = weeks["plain-1"]
    start = tmp_path / "depart"
    shutil.copytree(out, start)
    DAMAGE[damage](start)
    done = propose(case, tmp_path / "out", "--warm-start", start)
    assert done.code == 2
    assert "Le départ « depart » n'est pas un résultat de propose utilisable" in done.err
    assert not (tmp_path / "out").exists()
    english = propose(case, tmp_path / "out", "--warm-start", start, "--lang", "en")
    assert english.code == 2 and "is not a usable result of propose" in english.err


def test_a_foreign_folder_is_refused_and_nothing_is_written(weeks, year, tmp_path):
    start = tmp_path / "ailleurs"
    shutil.copytree(year[1], start)
    _certificate(lambda c: [r.update(scope="landlord=AUTRE") for r in c["rows"]])(start)
    path = start / "proposals.csv"
    rows = [
        {**r, "dwelling_id": "X" + r["dwelling_id"], "application_id": "X" + r["application_id"]}
        for r in table(path)
    ]
    path.write_text(csv_text(rows), encoding="utf-8-sig")
    before = content(tmp_path)
    done = propose(weeks["plain-1"][0], tmp_path / "out", "--warm-start", start)
    assert done.code == 2
    assert "n'a rien de commun avec ce cas" in done.err
    assert content(tmp_path) == before


@pytest.mark.long
def test_replacing_the_very_folder_it_starts_from(weeks, tmp_path):
    """The same files, and a record that says what the run started from."""
    case, out = weeks["tight-2"]
    warm = tmp_path / "out"
    shutil.copytree(out, warm)
    proposed(case, warm, "--warm-start", warm, "--force")
    assert same_answer(out, warm)
    records = [json.loads((x / "run.json").read_text(encoding="utf-8")) for x in (out, warm)]
    assert [r["stop"] for r in records] == ["proven", "proven"]
    assert records[0]["warm_start"] == {"used": False}
    said = records[1]["warm_start"]
    certificate = (out / "certificate.json").read_bytes()
    assert said["used"] and said["certificate"] == hashlib.sha256(certificate).hexdigest()
    assert 0 < said["first_ranks"] <= said["first_ranks_given"] and 0 < said["multipliers"]
    assert {*said} == KEPT | {"used", "certificate"}
    assert str(tmp_path) not in (warm / "run.json").read_text(encoding="utf-8")


def test_the_week_after_names_the_header_it_changes(year):
    """The columns the changes rely on are those of a synthetic case."""
    with (year[0] / "logements.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "logement" in next(csv.reader(file, delimiter=";"))
