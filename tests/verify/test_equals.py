"""A proposal of the best value that the tie rules set behind another one: every number of it is true, and it is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from publish import seal

from optimizer.runs import Options, propose_to
from optimizer.verify import verify
from tests.chains.towns import tenant
from tests.end_to_end.small import BESANCON, SERRE, application, dwelling, first_ranks, write

PONTARLIER = "25462"
SEEDS = ("tirage 1", "tirage 2", "tirage 3", "tirage 4", "tirage 5")


def made(
    folder: Path, people: list[dict[str, str]], homes: int = 1, chains: int = 0, **settings: str
) -> tuple[Path, Path]:
    case = write(folder / "case", [dwelling(f"D{i}") for i in range(homes)], people, settings=settings)
    propose_to(case, folder / "out", Options(pdf=False, chains=chains))
    assert not verify(folder / "out", case).refused
    return case, folder / "out"


def carried(case: Path, other: Path, into: Path) -> Path:
    """The result of another case put forward for this one: record and stage totals made to agree, everything sealed again."""
    shutil.copytree(other, into)
    run = json.loads((into / "run.json").read_text())
    run["inputs"] = {name: hashlib.sha256((case / name).read_bytes()).hexdigest() for name in run["inputs"]}
    (into / "run.json").write_text(json.dumps(run))
    seal(into)
    return into


def refusals(out: Path, case: Path) -> list[str]:
    return [check.id for check in verify(out, case).checks if not check.ok]


def with_totals(out: Path, **stages: int) -> None:
    certificate = json.loads((out / "certificate.json").read_text())
    certificate["stages"] |= stages
    (out / "certificate.json").write_text(json.dumps(certificate))
    seal(out)


@pytest.mark.long
def test_of_two_households_of_one_value_the_one_who_asked_first_is_first(tmp_path):
    older, younger = {"first_registered_on": "2023-11-23"}, {"first_registered_on": "2025-11-23"}
    case, out = made(tmp_path / "true", [application("A", **older), application("B", **younger)])
    _, other = made(tmp_path / "other", [application("A", **younger), application("B", **older)])
    assert (first_ranks(out), first_ranks(other)) == ({"D0": "A"}, {"D0": "B"})
    forged = carried(case, other, tmp_path / "forged")
    with_totals(forged, seniority_days=365)
    assert "equals" in refusals(forged, case)


@pytest.mark.parametrize(
    ("home", "wished"), [("D0", SERRE), pytest.param("H0", BESANCON, marks=pytest.mark.long)]
)
def test_of_two_households_of_one_value_beside_or_behind_a_tenant(tmp_path, home, wished):
    """Of the vacant dwelling that the tenant does not want, or of the one that it frees."""
    older, younger = {"first_registered_on": "2023-11-23"}, {"first_registered_on": "2025-11-23"}
    moving = tenant("T", "H0", 3, score="170", choices=wished)
    case, out = made(
        tmp_path / "true", [moving, application("A", **older), application("B", **younger)], chains=1
    )
    _, other = made(
        tmp_path / "other", [moving, application("A", **younger), application("B", **older)], chains=1
    )
    assert (first_ranks(out)[home], first_ranks(other)[home]) == ("A", "B")
    forged = carried(case, other, tmp_path / "forged")
    seniority = json.loads((out / "certificate.json").read_text())["stages"]["seniority_days"]
    with_totals(forged, seniority_days=seniority - 731)
    assert refusals(forged, case) == ["equals"]


def test_a_dwelling_that_could_be_freed_and_is_not_may_have_rows_of_its_own(tmp_path):
    """The rows of the proof are then others than those of the dwellings that are let."""
    moving = tenant("T", "H0", 3, score="0") | {"current_commune": PONTARLIER}
    people = [
        application("A", score="70", first_registered_on="2011-05-04", choices=f"{BESANCON}|{SERRE}"),
        application("B", score="95", first_registered_on="2016-05-04", choices=f"{SERRE}|{BESANCON}"),
    ]
    case = write(
        tmp_path / "case",
        [dwelling("D0"), dwelling("D1", commune=SERRE)],
        [*people, moving],
        settings={"all_landlords": "true"},
    )
    propose_to(case, tmp_path / "out", Options(pdf=False, chains=1))
    assert first_ranks(tmp_path / "out") == {"D0": "T", "D1": "B"}


@pytest.mark.long
def test_of_two_that_asked_the_same_day_the_draw_says_who_has_which_dwelling(tmp_path):
    people = [application("A"), application("B")]
    case, out = made(tmp_path / "true", people, 2)
    for i, seed in enumerate(SEEDS):
        _, other = made(tmp_path / str(i), people, 2, seed=seed)
        if first_ranks(other) != first_ranks(out):
            break
    else:
        pytest.fail("no seed draws otherwise")
    forged = carried(case, other, tmp_path / "forged")
    run = json.loads((forged / "run.json").read_text())
    true = json.loads((out / "run.json").read_text())
    (forged / "run.json").write_text(json.dumps(run | {key: true[key] for key in ("seed", "seed_modified")}))
    rows = {d: (a, account) for d, a, account in _firsts(forged)}
    drawn = sum(_number(f"{true['seed']}|{a}|{d}|{account}") for d, (a, account) in rows.items())
    with_totals(forged, lottery=drawn)
    assert "equals" in refusals(forged, case)


def test_a_proof_without_its_tie_rules_is_told_as_such(tmp_path):
    case, out = made(tmp_path, [application("A"), application("B")], 2)
    certificate = json.loads((out / "certificate.json").read_text())
    certificate["stages"]["unique"] = None
    (out / "certificate.json").write_text(json.dumps(certificate))
    seal(out)
    verdict = verify(out, case)
    said = {check.id: check.en for check in verdict.checks}
    assert "one of those of its value" in said["undrawn"]
    assert (
        said["undrawn"] in verdict.sentence("en") and "égalité non menées à leur terme" in verdict.sentence()
    )
    assert "equals" not in said


def test_who_says_that_a_run_was_proven_has_proven_it(tmp_path):
    case, out = made(tmp_path, [application("A"), application("B")])
    for name, certificate, run in (
        ("status", {"status": "certified_within"}, {}),
        ("stop", {"stopped": "gap"}, {"stop": "gap"}),
    ):
        forged = tmp_path / name
        shutil.copytree(out, forged)
        for file, changed in (("certificate.json", certificate), ("run.json", run)):
            content = json.loads((forged / file).read_text())
            (forged / file).write_text(json.dumps(content | changed))
        seal(forged)
        assert refusals(forged, case) in (["status"], ["ties"])


def _firsts(out: Path) -> list[tuple[str, str, str]]:
    text = (out / "proposals.csv").read_text(encoding="utf-8-sig").splitlines()
    head = text[0].split(";")
    rows = [dict(zip(head, line.split(";"), strict=False)) for line in text[1:]]
    return [(r["dwelling_id"], r["application_id"], r["account"]) for r in rows if r["rank"] == "1"]


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:5], 16)
