"""Limits on the effort rate, engine and verifier each from the design: they agree, and refuse each other's absence."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from optimizer.datadirs import models_dir
from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify

FILTER, CREDIT = "effort_filter_max: 0.3\n", "credit_effort_max: 0.22\n"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """(case, result, models, models without limits): a week where every landlord's file limits the effort rate."""
    folder = tmp_path_factory.mktemp("effort")
    models = folder / "models"
    shutil.copytree(models_dir(), models)
    for path in (models / "conventions").glob("*25.yaml"):
        path.write_text(FILTER + CREDIT + path.read_text(encoding="utf-8"), encoding="utf-8")
    write_case(synthesize("commission", dwellings=16, applications=500, seed=5), folder / "case")
    # a pinned pair above the limit is an input error, which is another story
    (folder / "case" / "decisions.csv").unlink()
    settings = folder / "case" / "case.yaml"
    text = settings.read_text(encoding="utf-8")
    delegated = 'changes:\n  "conventions.*.*.management_mode": delegated\n'
    settings.write_text(text.replace("changes:\n", delegated), encoding="utf-8")
    propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False, models=models))
    return folder / "case", folder / "out", models, models_dir()


def test_they_agree(written):
    case, out, models, _ = written
    verdict = verify(out, case, models=models)
    assert [c.text("en") for c in verdict.checks if not c.ok] == []


def test_the_limits_bite(written):
    case, out, models, shipped = written
    lines = pd.read_csv(out / "proposals.csv", sep=";", decimal=",", dtype=str, encoding="utf-8-sig")
    assert lines["flags"].fillna("").str.contains("EFFORT_NO_CREDIT").any()
    reasons = pd.read_csv(out / "applications.csv", sep=";", dtype=str, encoding="utf-8-sig")["reason"]
    assert (reasons == "EFFORT").any()
    assert verify(out, case, models=shipped).refused, (
        "a verifier without the limits cannot accept these files"
    )


def test_no_line_is_above_the_limit(written):
    case, out, _, _ = written
    lines = pd.read_csv(out / "proposals.csv", sep=";", decimal=",", dtype=str, encoding="utf-8-sig")
    homes, people = (
        pd.read_csv(case / f"{name}.csv", sep=None, engine="python", dtype=str, encoding="utf-8-sig")
        for name in ("logements", "demandes")
    )
    found = lines.merge(homes, left_on="dwelling_id", right_on="logement")
    found = found.merge(people, left_on="application_id", right_on="numero_unique", suffixes=("", "_"))
    assert len(found) == len(lines) > 30

    def number(column):
        return pd.to_numeric(found[column].str.replace(",", "."), errors="coerce")

    cost = (number("loyer") + number("charges").fillna(0)) - number("apl").fillna(0)
    rate = cost.clip(lower=0) / number("revenus_mensuels")
    assert rate[number("revenus_mensuels") > 0].max() <= 0.3
    flagged = found["flags"].fillna("").str.contains("EFFORT_NO_CREDIT")
    assert (flagged == ((rate > 0.22) & (number("revenus_mensuels") > 0))).all()
