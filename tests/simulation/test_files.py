"""What ``attriflux simulate`` writes: whole or nothing, the same bytes whoever works, taken up where it was stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from benchmarks.simulate import SETTINGS, page_of
from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError
from optimizer.presentation.wording import signed
from optimizer.simulation.files import parts_of, simulate_to
from optimizer.simulation.page import simulation_html
from optimizer.simulation.summary import UNITS
from optimizer.workers import Parts
from tests.cli.running import attriflux

SMALL = {
    "seeds": 2, "dwellings": 6, "sessions": 2, "pool": 20.0, "arrivals": 5.0, "tight": True,
}  # fmt: skip
WANTED = "cotation,required_rate,hindsight"


def content(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name != "run.json"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory):
    out = tmp_path_factory.mktemp("simulated") / "years"
    return simulate_to("commission", out, WANTED, workers=1, **SMALL)


def test_tables_page_and_record_are_there(written):
    out = written.out
    names = {p.name for p in out.iterdir()}
    assert names == {
        "policies.csv", "policies.parquet", "policies_summary.csv", "policies_summary.parquet", "weeks.parquet", "report.html", "run.json",
    }  # fmt: skip
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (
        record["format"] == "attriflux-simulation/1"
        and record["seeds"] == [1, 2]
        and record["stop"] == "proven"
    )
    assert {line["name"] for line in record["manifest"]} == names - {"run.json"}
    weeks = pd.read_parquet(out / "weeks.parquet")
    assert len(weeks) == 2 * 2 * 2 and (weeks["stop"] == "proven").all()
    assert all(json.loads(text)["status"] == "certified_optimal" for text in weeks["certificate"])
    assert not parts_of(out).exists()


@pytest.mark.long
def test_the_terminal_says_how_far_chance_explains_what_it_tells_apart(written, tmp_path):
    """« gain 70 % » and « gain 90 % » of two draws stood there without an interval."""
    (line,) = [x for x in written.summary["lines_fr"] if "écart de valeur avec" in x]
    found = written.result.summary.set_index(["policy", "indicator"]).loc[("cotation", "value")]
    assert signed(found["paired_low"], "points", "fr") in line and "p (Holm) " in line
    alone = simulate_to("commission", tmp_path / "one", WANTED, workers=1, **{**SMALL, "seeds": 1})
    lines = alone.summary["lines_fr"]
    assert any(x.startswith("Un seul tirage :") for x in lines) and not any(
        "écart de valeur" in x for x in lines
    )


def test_every_column_and_indicator_is_explained(written):
    page = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text(encoding="utf-8")
    table = pd.read_parquet(written.out / "policies.parquet")
    summary = pd.read_parquet(written.out / "policies_summary.parquet")
    assert f"`{', '.join(table)}`" in page and f"`{', '.join(summary)}`" in page
    for name in {*table["indicator"], *UNITS}:
        assert f"`{name}`" in page.partition("### Columns")[2], name
    whole = table[table["year"] == 0].pivot_table(
        index=["policy", "seed"], columns="indicator", values="value"
    )
    whole = whole.loc[["cotation", "required_rate"]]
    assert (whole["offers"] == whole["lettings"] + whole["refusals"]).all()
    assert (whole["vacated"] + whole["freed"] == whole["lettings"] + whole["unlet"]).all()
    left = whole["withdrawn"] + whole["still_waiting"]
    assert (whole["pool"] + whole["arrived"] == whole["lettings"] + left).all() and (left > 0).all()
    cost = whole["worth"] - whole["lost"] - whole["value"]
    assert cost.tolist() == pytest.approx((50 * whole["waited"]).tolist())


def test_proofs_may_stop_at_a_gap_that_the_page_and_the_record_say(tmp_path):
    found = simulate_to(
        "commission", tmp_path / "years", "cotation", gap=0.5, workers=1, **{**SMALL, "seeds": 1}
    )
    record = json.loads((found.out / "run.json").read_text(encoding="utf-8"))
    page = (found.out / "report.html").read_text(encoding="utf-8")
    weeks = found.result.weeks
    assert record["options"]["gap"] == 0.5 and "50\u202f%" in page.replace("\xa0", "\u202f")
    assert found.summary["open_proofs"] == int((weeks["stop"] != "proven").sum())
    assert (weeks["bound"] - weeks["objective"] <= 0.5 * weeks["bound"]).all()
    with pytest.raises(AttrifluxError, match="gap"):
        simulate_to("commission", tmp_path / "none", "cotation", gap=1.5, **SMALL)
    assert not (tmp_path / "none").exists()


def test_the_page_of_a_campaign_has_a_line_for_each_policy_and_its_seconds(written):
    spent = {f"{p} {seed}": 10.0 * seed for p in WANTED.split(",") for seed in (1, 2)}
    lines = page_of(SETTINGS[0], written.result, spent)
    cells = {
        line.split(" | ")[0].strip("| "): line.strip("| ").split(" | ")
        for line in lines
        if line.startswith("| ")
    }
    assert list(cells) == ["policy", *WANTED.split(",")]
    assert {len(row) for row in cells.values()} == {len(cells["policy"])}
    assert [cells[p][-1] for p in WANTED.split(",")] == ["15.0"] * 3
    gain = written.result.summary.set_index(["policy", "indicator"]).loc[("required_rate", "gain")]
    assert cells["required_rate"][1].startswith(f"{100 * gain['mean']:.2f} ± ")
    assert any(line.startswith("2 seeds, 8 sessions, 0 without") and "90 s" in line for line in lines)


def test_the_summary_says_the_gain_of_each_policy(written):
    table = written.result.summary.set_index(["policy", "indicator"])
    assert table.loc[("cotation", "gain")]["mean"] == 0
    assert 0 < table.loc[("required_rate", "gain")]["mean"] <= 1
    assert table.loc[("required_rate", "regret")]["mean"] >= 0
    assert set(written.result.summary["indicator"]) <= set(UNITS)


def test_the_page_speaks_both_languages_and_names_nobody(written):
    french, english = (simulation_html(written.result, lang) for lang in ("fr", "en"))
    assert "Taux requis" in french and "Required rate" in english
    assert "Borne" not in english and "hindsight" in english.lower()
    assert (written.out / "report.html").read_text(encoding="utf-8") == french
    assert "<script" not in french


def test_the_page_says_what_the_p_of_equal_differences_is(written):
    facts = written.result.facts.copy()
    value = (facts["indicator"] == "value") & (facts["session"] == -1) & (facts["scope"] == "")
    today = facts[value & (facts["policy"] == "required_rate")]["value"].to_numpy()
    facts.loc[value & (facts["policy"] == "cotation"), "value"] = today + 5
    pages = [simulation_html(replace(written.result, facts=facts), lang) for lang in ("fr", "en")]
    assert "1/2^1 avant Holm avec 2 tirages" in pages[0] and "1/2^1 before Holm with 2 draws" in pages[1]
    assert ">0,5<" in pages[0] and ">0.5<" in pages[1]
    assert "avant Holm" not in simulation_html(written.result)


@pytest.mark.long
def test_two_workers_write_the_same_bytes(written, tmp_path):
    again = simulate_to("commission", tmp_path / "years", WANTED, workers=2, **SMALL)
    assert content(again.out) == content(written.out)


@pytest.mark.long
def test_a_stopped_simulation_is_taken_up(written, tmp_path):
    out = tmp_path / "years"
    told: list[str] = []

    def stop(done: int, total: int, name: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_to("commission", out, WANTED, workers=1, progress=stop, **SMALL)
    assert not out.exists()
    kept = {p.name: p.stat().st_mtime_ns for p in parts_of(out).glob("*.parquet")}
    assert len(kept) == 3
    assert all(Parts(parts_of(out), ".parquet").find(Path(name).stem) for name in kept)
    simulate_to(
        "commission", out, WANTED, workers=1, resume=True, progress=lambda d, t, n: told.append(n), **SMALL
    )
    assert content(out) == content(written.out)
    assert told[-1] == "hindsight 2"


def hurried(folder: Path) -> None:
    """Nearly everybody withdraws within weeks: another law, in the folder that a simulation reads."""
    file = folder / "national" / "simulation.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("value: 0.004\n") == 1
    file.write_text(text.replace("value: 0.004\n", "value: 0.4\n"), encoding="utf-8")


def withdrawn(found: af.simulation.Simulation) -> list[float]:
    table = found.table
    return table.loc[(table["year"] == 0) & (table["indicator"] == "withdrawn"), "value"].tolist()


@pytest.fixture
def law(tmp_path: Path) -> Path:
    return Path(shutil.copytree(models_dir(), tmp_path / "models"))


def stopping_after(units: int) -> Callable[[int, int, str], None]:
    def told(done: int, total: int, name: str) -> None:
        if done == units:
            raise KeyboardInterrupt

    return told


@pytest.mark.long
def test_years_lived_before_the_rules_changed_are_not_taken_up(tmp_path, law):
    """Nor is a world of before kept for a second simulation of the same notebook."""
    out, asked = tmp_path / "years", {**SMALL, "seeds": 1, "models": law}
    both = "cotation,required_rate"
    with pytest.raises(KeyboardInterrupt):
        simulate_to("commission", out, both, progress=stopping_after(1), **asked)
    before = withdrawn(af.simulate("commission", both, **asked))
    hurried(law)
    taken = simulate_to("commission", out, both, resume=True, **asked)
    after = withdrawn(taken.result)
    assert min(after) > 2 * max(before)
    assert taken.result.table.equals(af.simulate("commission", both, **asked).table)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["law"] == taken.result.law != af.simulate("commission", "cotation", **SMALL).law


def test_rules_that_change_while_years_are_lived_stop_the_simulation(law):
    def told(done: int, total: int, name: str) -> None:
        if done == 1:
            hurried(law)

    with pytest.raises(AttrifluxError) as refused:
        af.simulate("commission", "cotation,required_rate", progress=told, **{**SMALL, "models": law})
    assert refused.value.code == "SIMULATION_OTHER_LAW"


@pytest.mark.long
def test_two_folders_that_say_the_same_are_one_law(law):
    (law / "notes.txt").write_text("what I tried", encoding="utf-8")
    asked = {**SMALL, "seeds": 1, "sessions": 1}
    mine, shipped = (af.simulate("commission", "cotation", models=m, **asked) for m in (law, None))
    assert mine.law == shipped.law and mine.table.equals(shipped.table)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"years": 0}, "SIMULATION_NUMBER"),
        ({"years": 21}, "SIMULATION_NUMBER"),
        ({"pool": 5000.0}, "SIMULATION_NUMBER"),
        ({"dwellings": 0}, "SIMULATION_NUMBER"),
        ({"publics": 1.5}, "SIMULATION_NUMBER"),
        ({"pool": float("nan")}, "SIMULATION_NUMBER"),
        ({"seeds": []}, "SIMULATION_NUMBER"),
        ({"seeds": "20"}, "SIMULATION_NUMBER"),
        ({"seeds": ["a"]}, "SIMULATION_NUMBER"),
        ({"seeds": 2.5}, "SIMULATION_NUMBER"),
        ({"seeds": [-1]}, "SIMULATION_NUMBER"),
        ({"years": 1.5}, "SIMULATION_NUMBER"),
        ({"dwellings": "6"}, "SIMULATION_NUMBER"),
        ({"pool": "4"}, "SIMULATION_NUMBER"),
        ({"sessions": 2.5}, "SIMULATION_NUMBER"),
        ({"chains": "all"}, "SIMULATION_NUMBER"),
        ({"session": "month"}, "SIMULATION_NUMBER"),
        ({"refusals": "non"}, "SIMULATION_NUMBER"),
        ({"freed": 2}, "SIMULATION_NUMBER"),
        ({"policies": "nothing"}, "SIMULATION_UNKNOWN"),
        ({"policies": ","}, "SIMULATION_UNKNOWN"),
        ({"policies": "hindsight", "years": 2}, "SIMULATION_ONE_YEAR"),
        ({"workers": "two"}, "WORKERS_UNKNOWN"),
    ],
)
def test_bad_values_are_refused_before_anything_is_lived(options, code):
    with pytest.raises(AttrifluxError) as refused:
        af.simulate("commission", **{"seeds": 1, **options})
    assert refused.value.code == code


@pytest.mark.long
def test_seeds_are_a_number_of_them_or_which_they_are():
    small = {"dwellings": 2, "sessions": 1, "freed": False}
    for seeds, numbers in ((2, (1, 2)), (np.array([4, 3]), (4, 3)), (range(2), (0, 1))):
        assert af.simulate("commission", "required_rate", seeds=seeds, **small).seeds == numbers


@pytest.mark.long
def test_off_is_a_word_for_no_in_a_notebook_as_on_the_command_line():
    """A text is true to Python: « off » lived the year with refusals."""
    small = {"dwellings": 2, "sessions": 2, "seeds": 1}
    asked = af.simulate("commission", "required_rate", refusals="off", freed="off", **small)
    assert asked.setting.refusals is False and asked.setting.freed is False
    assert asked.table.equals(
        af.simulate("commission", "required_rate", refusals=False, freed=False, **small).table
    )


def test_over_several_years_the_bound_of_one_is_left_out_and_the_page_says_so():
    small = {**SMALL, "seeds": 1, "sessions": 1, "dwellings": 2}
    found = af.simulate("commission", "cotation,hindsight", years=2, workers=1, **small)
    assert [p.id for p in found.policies] == ["cotation"] and not set(found.summary["indicator"]) & {
        "gain",
        "regret",
    }
    page = simulation_html(found)
    assert "ni gain ni regret" in page and "compté à chaque 31 décembre" in page


def test_the_regrets_are_drawn_of_several_draws_numbered_whole(written):
    axis = simulation_html(written.result).partition("Regret de chaque tirage")[2].partition("</svg>")[0]
    assert ">0<" in axis and ">1<" in axis and ">2<" in axis and ">0,5<" not in axis and ">1,5<" not in axis
    one = replace(written.result, seeds=(1,), facts=written.result.facts.query("seed == 1"))
    assert "<svg" not in simulation_html(one)


def test_what_moves_free_is_counted_where_nothing_is_let_too():
    """A year in which nobody takes anything: the dwellings add up, freed ones included."""
    case = af.synthesize("commission", dwellings=2, applications=12, seed=1)
    nobody = case.table("applications").assign(acceptance=0.0)
    found = af.simulate(
        replace(case, tables={**case.tables, "applications": nobody}), "required_rate", seeds=1, dwellings=2, sessions=2, workers=1
    )  # fmt: skip
    told = found.table[(found.table["year"] == 0) & (found.table["scope"] == "")].set_index("indicator")[
        "value"
    ]
    assert told["lettings"] == told["freed"] == 0 and told["vacated"] == told["unlet"] == 2


def test_what_only_profiles_know_is_refused_of_a_case_and_the_message_says_what_is_expected():
    with pytest.raises(AttrifluxError) as refused:
        af.simulate(af.synthesize("commission", dwellings=2, applications=9, seed=1), tight=True)
    assert refused.value.code == "SIMULATION_PROFILE_ONLY"
    with pytest.raises(
        AttrifluxError, match=r"« foo » n'est pas une politique connue\. Attendu : cotation, "
    ):
        af.simulate("commission", "foo")


def test_a_source_that_is_neither_case_nor_profile_is_refused(tmp_path):
    with pytest.raises(AttrifluxError) as refused:
        af.simulate(tmp_path / "nowhere")
    assert refused.value.code == "SIMULATION_SOURCE"


def test_a_case_in_memory_is_simulated_from_its_own_households():
    case = af.synthesize("commission", dwellings=4, applications=80, seed=1)
    found = af.simulate(case, "required_rate", seeds=1, dwellings=4, arrivals=5, sessions=2, workers=1)
    assert len(found.weeks) == 2 and (found.weeks["signed"] >= 0).all()
    assert found.title == case.settings.title
    assert found.sources == {}


@pytest.mark.long
def test_the_command_says_what_it_did(tmp_path):
    words = ["simulate", "commission", "--out", tmp_path / "years", "--seeds", 1, "--policies", "required_rate", "--dwellings", 3, "--pool", 20, "--arrivals", 5, "--session", "fortnight", "--refusals", "off", "--freed", "off", "--workers", "1"]  # fmt: skip
    done = attriflux(*words)
    assert done.code == 0, done.err
    assert "Taux requis" in done.out and "report.html" in done.out
    assert attriflux(*words).code != 0
    again = attriflux(*words, "--engine", "highs", "--chains", "0", "--force", "--json", "--lang", "en")
    assert again.code == 0 and json.loads(again.out)["policies"] == ["required_rate"]


@pytest.mark.long
def test_policies_without_a_gain_say_why_and_what_to_ask_for(written, tmp_path):
    def told(found) -> tuple[str, str]:
        return "\n".join(found.summary["lines_fr"]), (found.out / "report.html").read_text(encoding="utf-8")

    assert "gain –, regret –" not in told(written)[0]
    assert not any("Ni gain" in text or "Pas de gain" in text for text in told(written))
    one = {**SMALL, "seeds": 1, "workers": 1}
    for name, policies, more, words in (
        ("alone", "required_rate", {}, "Ajoutez hindsight et cotation à --policies."),
        ("bound", "required_rate,hindsight", {}, "Ajoutez cotation à --policies."),
        ("years", "cotation", {"years": 2}, "celui d'une seule année (--years 1)"),
    ):
        for text in told(simulate_to("commission", tmp_path / name, policies, **{**one, **more})):
            assert words in text.replace("&#39;", "'")


@pytest.mark.long
def test_the_page_says_that_the_bound_lets_tenants_exchange_only_where_moves_free_dwellings(tmp_path):
    for freed in (True, False):
        found = simulate_to(
            "commission",
            tmp_path / str(freed),
            "hindsight",
            **{**SMALL, "seeds": 1, "workers": 1, "freed": freed},
        )
        page = (found.out / "report.html").read_text(encoding="utf-8")
        assert ("échanger leurs logements" in page) == freed


def test_the_record_names_the_engine_that_was_asked_for(tmp_path):
    asked = {**SMALL, "seeds": 1, "sessions": 1}
    simulate_to("commission", tmp_path / "years", "cotation", backend="highs", **asked)
    record = json.loads((tmp_path / "years" / "run.json").read_text(encoding="utf-8"))
    assert record["options"]["backend"] == "highs"
    assert json.loads((tmp_path / "years" / "run.json").read_text(encoding="utf-8"))["options"]["gap"] == 0


def test_what_is_written_in_a_frame_of_a_simulation_does_not_last(written):
    found = written.result
    before = found.table.copy(), found.summary.copy()
    table, summary = found.table, found.summary
    table["value"] = 0.0
    summary["mean"] = 0.0
    assert found.table.equals(before[0]) and found.summary.equals(before[1])
