"""What planners' commands say where there is nothing to compute, or an option without effect."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer as af
from optimizer.scenario import run_scenarios
from optimizer.scenario.files import Run
from optimizer.scenario.unused import unused
from tests.cli.running import attriflux


def said(done: object) -> str:
    return " ".join(f"{done.out} {done.err}".split())  # type: ignore[attr-defined]


def test_flux_of_an_empty_stock_says_that_no_mode_was_computed(tmp_path: Path):
    assert attriflux("template", tmp_path / "case").code == 0
    done = attriflux("flux", tmp_path / "case", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "Aucun mode calculé" in said(done) and "Modes calculés" not in said(done)


def test_weeks_without_lived_years_are_refused(tmp_path: Path):
    done = attriflux("scenario", "run", "lec-30", "--weeks", 4, "--out", tmp_path / "out")
    assert done.code == 2 and "--replications" in said(done) and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["run", "lec-30", "lec-30", "--out", "{out}"], "une seule fois"),
        (["compare", "{here}", "{here}"], "que scenario run a écrit"),
    ],
)
def test_errors_of_scenarios_say_what_to_do(tmp_path: Path, words: list[str], remedy: str):
    given = [w.format(out=tmp_path / "out", here=tmp_path) for w in words]
    done = attriflux("scenario", *given)
    assert done.code and remedy in said(done), said(done)


@pytest.mark.long
def test_a_number_that_waits_for_another_market_or_switch_is_told_to_change_nothing(tiny):
    """« Trente jours pour désigner » in a relaxed market gave two equal columns, without a word."""
    idle = {
        "national.flux.proposal_deadline_days": 30,  # of a tense market
        "national.rules.account_balance.margin": 0.05,  # of a rule that is off
    }
    weighs = {"national.prices.flux": 900, "national.caleol.acceptance": 0.5}
    scenario = af.Scenario("idle", changes={"territory.market": "relaxed", **idle, **weighs})
    ran = run_scenarios([scenario], case=tiny, reference=False)
    told = [note for note in ran.records[0].notes if "ne change rien ici" in note]
    assert sorted(note.partition(" ")[0] for note in told) == sorted(idle)


@pytest.mark.parametrize(
    "key",
    [
        "national.caleol.answer_days",
        "national.caleol.single_candidate_cases",
        "national.cotation.low_stakes_share",
        "national.lec.median_threshold",
    ],
)
def test_a_number_that_only_another_command_reads_is_told_so(key):
    (found,) = unused([Run("a", "A", "s", {key: 1})], {})["a"]
    assert found.code == "SCENARIO_KEY_ELSEWHERE" and key in found.sentence("fr")
