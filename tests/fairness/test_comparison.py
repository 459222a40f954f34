"""The whole comparison on a small case: tables, page, files, the second check, bad input."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from html import unescape
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog
from typer.testing import CliRunner

import optimizer as af
from optimizer.cli.app import app
from optimizer.cli.commands import fairness as fairness
from optimizer.disk import seal
from optimizer.errors import AttrifluxError, Lang
from optimizer.fairness import all_mechanisms, comparison, fairness_to, most_worth
from optimizer.fairness.groups import groups_of
from optimizer.fairness.lottery import Draw, allocation, mixed
from optimizer.fairness.market import market_of
from optimizer.fairness.measures import Reading, all_metrics
from optimizer.fairness.metrics.chances import smallest
from optimizer.fairness.most_worth import MostWorth
from optimizer.fairness.page import SHOWN, fairness_html
from optimizer.fairness.prices import diversity_lines
from optimizer.fairness.registry import chosen_mechanisms
from optimizer.fairness.study import Study
from optimizer.pipeline import prepare
from optimizer.verify import verify_lottery
from tests.campaign import few
from tests.fairness.markets import plain_market, small_market
from tests.oracle.cases import write_case
from tests.oracle.contract.agreements import Agreements
from tests.oracle.contract.optimum import Market, best_first_ranks
from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.reading import Law, read_case
from tests.oracle.contract.rules import Rules
from tests.oracle.contract.values import Values
from tests.oracle.small import dwelling, household, write
from tests.oracle.small import line as agreed

TENTH = Fraction(1, 10)


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fairness") / "case"
    af.write_case(af.synthesize("commission", dwellings=6, applications=90, seed=3), folder)
    return folder


@pytest.fixture(scope="module")
def written(case_folder: Path) -> Path:
    out = case_folder.parent / "out"
    fairness_to(case_folder, out, draws=40, prices=["priority_publics"], steps=2)
    return out


@pytest.fixture(scope="module")
def unlike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison in which every household has a type of its own."""
    folder = tmp_path_factory.mktemp("unlike")
    af.write_case(af.synthesize("commission", dwellings=3, applications=8, seed=1), folder / "case")
    fairness_to(folder / "case", folder / "out", "leximin,maximin,nash,optimum", draws=4, groups=[])
    return folder / "out"


def test_every_mechanism_has_every_metric(written: Path):
    table = pq.read_table(written / "mechanisms.parquet").to_pandas()
    assert set(table["mechanism"]) == {m.id for m in all_mechanisms()}
    for _, mine in table.groupby("mechanism"):
        assert {m.id for m in all_metrics()} <= set(mine["metric"])
    lettings = table[(table["metric"] == "lettings") & (table["scope"] == "")].set_index("mechanism")["value"]
    sums = (
        pq.read_table(written / "probabilities.parquet").to_pandas().groupby("mechanism")["probability"].sum()
    )
    assert np.allclose(lettings.sort_index(), sums.sort_index(), atol=1e-5)
    smallest = table[(table["metric"] == "shortfall") & (table["scope"] == "")].set_index("mechanism")[
        "value"
    ]
    assert (
        smallest["leximin"]
        == smallest["nash"]
        == smallest["maximin"]
        <= smallest[["cotation", "random"]].min()
    )


def test_chances_counted_over_draws_have_an_interval():
    """One dwelling, thirty households, ninety draws at random: all have the same chance, their frequencies do not."""
    market = plain_market([[1]] * 30, capacity=[1])
    drawn = [allocation([(Draw("even", i).number("who") % 30, 0, 0)]) for i in range(90)]
    study = Study(mixed(market, [(Fraction(1, 90), one) for one in drawn], draws=90), 90, np.zeros(30))
    readings = {
        (m.id, r.scope): r for m in all_metrics() if m.id in ("gini_p", "min_p") for r in m.compute(study)
    }
    told = readings["gini_p", ""]
    assert told.interval == "draws low-high" and told.low < 0.15 < 0.25 < told.value == told.high
    never = readings["min_p", "without"]
    assert never.interval == "never drawn" and never.low == 0.0 < never.value == never.high
    assert readings["min_p", "positive"].high > 1 / 30


def test_the_smallest_of_many_frequencies_has_an_interval_that_holds_the_chance():
    """Eight of forty households are housed, all with the chance of one in five; the least drawn of forty is far below: of its own frequency
    Wilson's interval held one in five on 18 of 40 seeds."""
    held = {"": 0, "positive": 0}
    for seed in range(40):
        market = plain_market([[i + 1] for i in range(40)], capacity=[8], seed=str(seed))
        (made,) = chosen_mechanisms(["random"])
        study = Study(made.allocate(market, Draw(market.seed, 0, 60)), 60, np.zeros(40))
        for reading in smallest(study):
            if reading.scope in held:
                assert reading.low <= reading.value <= reading.high and reading.value < 0.2
                held[reading.scope] += reading.low <= 0.2 <= reading.high
    assert min(held.values()) >= 36  # of 40, where 38 would be 95 of a hundred


def test_chances_that_do_differ_keep_an_interval_above_nothing():
    """The same dwelling goes to one household in two draws of three: no chance of draws makes up such a difference."""
    market = plain_market([[1]] * 30, capacity=[1])
    drawn = [allocation([(0 if i % 3 else i % 30, 0, 0)]) for i in range(90)]
    study = Study(mixed(market, [(Fraction(1, 90), one) for one in drawn], draws=90), 90, np.zeros(30))
    told = next(r for m in all_metrics() if m.id == "gini_p" for r in m.compute(study))
    assert 0.3 < told.low <= told.value < 1


def test_envy_counted_over_draws_has_an_interval_that_begins_where_luck_ends():
    """Thirty households with the same chance of one dwelling: nobody envies, though their frequencies differ; then one is favoured."""
    market = plain_market([[1]] * 30, capacity=[1])

    def told(winners: list[int]) -> dict[tuple[str, str], Reading]:
        drawn = [allocation([(who, 0, 0)]) for who in winners]
        part = Fraction(1, len(drawn))
        study = Study(
            mixed(market, [(part, one) for one in drawn], draws=len(drawn)), len(drawn), np.zeros(30)
        )
        return {(m.id, r.scope): r for m in all_metrics() if "envy" in m.id for r in m.compute(study)}

    even = told([Draw("even", i).number("who") % 30 for i in range(300)])
    favoured = told([0 if i % 4 else i // 4 % 30 for i in range(300)])
    for key in (("envy_exante", ""), ("envy_exante", "max"), ("sd_envy", "")):
        assert even[key].interval == favoured[key].interval == "draws low-high"
        assert even[key].low < 0.1 and even[key].value == even[key].high > even[key].low
        assert favoured[key].low > 0.6
    assert even["sd_envy", ""].value > 0.9


def test_the_page_never_tells_envy_counted_over_draws_without_its_interval():
    case = af.synthesize("commission", dwellings=3, applications=60, seed=2)
    found = af.fairness(case, ["random"], draws=40)
    page = unescape(fairness_html(found, "fr"))
    envy = found.table[(found.table["metric"] == "sd_envy")].iloc[0]
    assert envy["low"] < envy["high"]
    row = page[page.index("Ménages qui peuvent envier une autre loterie") :].split("</tr>")[0]
    assert row.count('class="between">[') == 1


def test_small_groups_lose_their_numbers(written: Path):
    groups = pq.read_table(written / "groups.parquet").to_pandas()
    assert groups["masked"].any() and not groups["masked"].all()
    assert groups.loc[groups["masked"], ["rate", "low", "high", "opportunity"]].isna().all(axis=None)
    assert (groups.loc[~groups["masked"], "n"] >= 11).all()
    for _, mine in groups[groups["masked"]].groupby(["mechanism", "group"]):
        assert mine["n"].sum() >= 11, "a subtraction from the total gives a small group back"


def test_the_price_of_a_rule_falls_as_its_share_rises_and_the_published_bound_holds(written: Path):
    front = pd.read_csv(written / "front.csv", sep=";", decimal=",", encoding="utf-8-sig")
    ordered = front[front["scope"].isna()].sort_values("share")
    assert (ordered["net"].diff().dropna() <= 0).all() and (ordered["slope"] <= 0).all()
    diversity = pd.read_csv(written / "diversity.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert (diversity["price"] >= 1 - 1e-9).all() and (diversity["price"] <= diversity["bound"] + 1e-9).all()


def test_caps_cost_at_most_the_bound_and_reach_it_where_one_public_alone_wants_a_block():
    for number in few(40):
        market = small_market(number)
        levels = tuple("ab"[a % 2] for a in range(len(market)))
        for line in diversity_lines(market, {"halves": levels}, TENTH):
            assert 1 - 1e-9 <= line["price"] <= line["bound"] + 1e-9
    # ten want the ten dwellings of one class, ninety want none of them but one more: caps leave the ten with the share of ten
    alone = plain_market([[1, None]] * 10 + [[None, 1]] * 90, capacity=[10, 1])
    found = diversity_lines(alone, {"few": ("few",) * 10 + ("many",) * 90}, TENTH)[0]
    assert (found["price"], found["bound"]) == (pytest.approx(11 / 3), pytest.approx(11 / 2))


def test_pairs_added_as_prices_ask_give_the_optimum_of_all_pairs(
    case_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    market = market_of(prepare(case_folder).problem)
    worth = np.maximum(0.0, (market.score + market.fit) / 100.0)
    app, home, n = market.pair_app, market.pair_class, len(market.pair_app)
    monkeypatch.setattr(most_worth, "AHEAD", 1)
    program = MostWorth(app, home, worth, len(market), market.capacity)
    # one group's caps must leave no trace in the next's: the first is asked again at the end
    kinds = [np.arange(len(market)) % k for k in (3, 2, 3)]
    kinds.append(np.argsort(np.argsort(-np.bincount(app, worth, len(market)))) // (len(market) // 2 + 1))
    for kind in [kinds[0], *kinds]:
        caps = np.full(int(kind.max()) + 1, 2.0)
        rows = [sp.csr_matrix((np.ones(n), (row, np.arange(n)))) for row in (app, home, kind[app])]
        right = np.concatenate([np.ones(len(market)), market.capacity, caps])
        whole = linprog(-worth, sp.vstack(rows), right, bounds=(0, 1), method="highs")
        assert program.capped(kind, caps) == pytest.approx(-whole.fun, rel=1e-9)
    whole = linprog(-worth, sp.vstack(rows[:2]), right[: -len(caps)], bounds=(0, 1), method="highs")
    assert program.free == pytest.approx(-whole.fun, rel=1e-9)
    assert len(program.columns) < 0.6 * n


def test_the_page_speaks_both_languages_and_names_nobody(case_folder: Path, written: Path):
    french = (written / "report.html").read_text(encoding="utf-8")
    english = case_folder.parent / "english"
    fairness_to(case_folder, english, "cotation,random", draws=8, lang="en")
    page = (english / "report.html").read_text(encoding="utf-8")
    assert "À comparer à règles égales" in french and "Compare under equal rules" in page
    ids = pq.read_table(written / "probabilities.parquet").to_pandas()["application_id"].unique()
    assert not any(name in french for name in ids)
    assert "://" not in french.replace("http://www.w3.org/2000/svg", "")


def test_the_page_shows_every_metric_that_there_is():
    """A file dropped into ``metrics/`` is seen without another edit, and groups are told in the language of the page."""
    case = af.synthesize("commission", dwellings=2, applications=30, seed=3)
    homes = case.tables["applications"].assign(current_qpv=["yes", "no", None] * 10)
    case = af.case({**case.tables, "applications": homes}, case.settings)
    found = af.fairness(case, "cotation,random", draws=5, groups="qpv_origin,col:als_employee")
    line = dict(
        zip(
            comparison.COLUMNS,
            ["random", "gini_p", "odd_scope", 0.125, *[np.nan] * 2, "", "share", "less", "x"],
            strict=True,
        )
    )
    told = replace(found, table=pd.concat([found.table, pd.DataFrame([line])], ignore_index=True))
    for lang, outside, yes in (("fr", "hors QPV", "oui"), ("en", "outside QPV", "yes")):
        page = fairness_html(told, lang)  # type: ignore[arg-type]
        rest = {
            str(m)
            for m, scope in zip(told.table["metric"], told.table["scope"], strict=True)
            if (m, scope) not in SHOWN.values()
        }
        missing = [m.id for m in all_metrics() if m.id in rest and m.title(lang) not in unescape(page)]
        assert not missing and len(rest) > 10
        assert "odd_scope" in page and "0,125" in page.replace("0.125", "0,125")
        assert f">{outside}</th>" in page and f">{yes}</th>" in page


def test_a_comparison_travels_and_has_its_columns(case_folder: Path):
    found = af.fairness(case_folder, "probabilistic_serial,random", draws=4, groups=[])
    again = pickle.loads(pickle.dumps(found))
    for name, lottery in found.lotteries.items():
        drawn, other = lottery.sample(Draw("x", 3, 4)), again.lotteries[name].sample(Draw("x", 3, 4))
        assert drawn.app.tolist() == other.app.tolist() and drawn.klass.tolist() == other.klass.tolist()
    assert {"rule", "share", "net"} <= set(found.front) and not len(found.front)


def test_what_nobody_has_has_no_value(tmp_path: Path):
    """The optimum of these three dwellings leaves them all to réservataires who name somebody later: nobody is housed yet."""
    case = af.synthesize("commission", dwellings=3, applications=40, seed=40)
    table = af.fairness(case, "optimum", groups=[]).table.set_index(["metric", "scope"])
    assert table.loc[("lettings", ""), "value"] == 0 and table.loc[("lettings", "seats"), "value"] == 3
    nobody = [
        ("wait", "housed"),
        ("gini_wait", "housed"),
        ("min_p", "positive"),
        ("geo_p", "positive"),
        ("displacement", ""),
    ]
    assert table.loc[nobody, "value"].isna().all()
    assert table.loc[("gini_wait", "left"), "value"] > 0
    assert table.loc[("min_p", "without"), ["unit", "better"]].tolist() == ["households", "less"]
    everybody = af.fairness(
        af.synthesize("belfort", dwellings=2, applications=10, seed=40), "cotation", groups=[]
    )
    assert everybody.table.set_index(["metric", "scope"]).loc[("gini_wait", "left"), "value"] != 0


def test_names_are_a_list_or_words_with_commas(case_folder: Path):
    said = af.fairness(case_folder, "cotation", groups="q1, size", prices="priority_publics", steps=2)
    assert set(said.groups["group"]) == {"q1", "size"} and set(said.front["rule"]) == {"priority_publics"}
    for option in ({"draws": "x"}, {"draws": 1.5}, {"steps": None}):
        with pytest.raises(AttrifluxError) as refused:
            af.fairness(case_folder, "cotation", **option)
        assert refused.value.code == "FAIRNESS_OPTION"
    with pytest.raises(AttrifluxError) as nothing:
        af.fairness(case_folder, [])
    assert nothing.value.code == "FAIRNESS_UNKNOWN"
    assert "draws" in signature(af.fairness).parameters


@pytest.mark.long
def test_the_same_case_gives_the_same_bytes(case_folder: Path):
    folders = [case_folder.parent / f"again{i}" for i in range(2)]
    for folder, workers in zip(folders, (1, "threads:2"), strict=True):
        fairness_to(case_folder, folder, "random,probabilistic_serial,leximin", draws=16, workers=workers)
    for name in ("mechanisms.csv", "groups.csv", "lottery.parquet", "report.html", "proofs.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


@pytest.mark.long
def test_a_stopped_comparison_goes_on_where_it_was(case_folder: Path):
    out, whole = case_folder.parent / "stopped", case_folder.parent / "whole"

    def stop(done: int, total: int, name: str) -> None:
        if (done, total) == (2, 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fairness_to(case_folder, out, "cotation,seniority,random", draws=16, progress=stop)
    assert not out.exists() and (case_folder.parent / "stopped.parts" / "journal.jsonl").is_file()
    fairness_to(case_folder, out, "cotation,seniority,random", draws=16, resume=True)
    assert not (case_folder.parent / "stopped.parts").exists()
    fairness_to(case_folder, whole, "cotation,seniority,random", draws=16)
    for name in ("mechanisms.csv", "groups.csv", "probabilities.parquet", "report.html"):
        assert (out / name).read_bytes() == (whole / name).read_bytes(), name


@pytest.mark.long
def test_who_waits_is_told_what_is_computed(case_folder: Path):
    command = ["fairness", str(case_folder), "--out", str(case_folder.parent / "told"), "--lang", "en"]
    ran = CliRunner().invoke(app, [*command, "--mechanisms", "cotation,random", "--draws", "8"])
    assert ran.exit_code == 0, ran.stderr
    said = ran.stderr.splitlines()
    assert said[:3] == [
        "Reading the case…", "Checks and eligible applications…", "Computing the ways of choosing…"
    ]  # fmt: skip
    assert "Price of diversity of each group…" in said[5:]
    names = {m.title_en for m in all_mechanisms() if m.id in ("cotation", "random")}
    assert [line[:3] for line in said[3:5]] == ["1/2", "2/2"] and {line[4:] for line in said[3:5]} == names


@pytest.mark.long
def test_a_program_out_of_reach_is_left_out_and_told_before_anything_is_computed(
    case_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparison, "REACH", 10)
    steps: list[str] = []
    found = comparison.fairness(
        case_folder,
        draws=4,
        early=lambda finding: steps.append(finding.code),
        progress=lambda done, total, name: steps.append(name),
    )
    assert steps[0] == "FAIRNESS_LEFT_OUT" and {"leximin", "maximin", "nash"}.isdisjoint(steps)
    assert {m.id for m in found.mechanisms} == {m.id for m in all_mechanisms() if not m.program}
    assert "leximin,maximin,nash" in found.findings[0].sentence("fr")
    assert "--mechanisms leximin,maximin,nash" in fairness_html(found, "fr")
    steps.clear()
    asked = comparison.fairness(case_folder, "maximin", draws=4, early=lambda f: steps.append(f.code))
    assert steps == ["FAIRNESS_LONG"] and [m.id for m in asked.mechanisms] == ["maximin"]


@pytest.mark.long
def test_a_comparison_in_a_notebook_is_a_line(case_folder: Path):
    found = comparison.fairness(case_folder, "cotation,leximin", draws=4)
    n = len(found.market)
    assert repr(found) == f"<Fairness cotation, leximin; dwellings: 6, households: {n}>"
    assert repr(found.lotteries["cotation"]) == f"<Lottery exact; households: {n}, allocations: 1>"
    assert repr(found.market).startswith(f"<Market dwellings: 6, households: {n}, pairs: ")


def test_lotteries_are_added_up_again_and_a_changed_one_is_refused(case_folder: Path, written: Path):
    assert verify_lottery(written, case_folder).verdict == "certified"
    changed = case_folder.parent / "changed"
    changed.mkdir()
    for file in written.iterdir():
        (changed / file.name).write_bytes(file.read_bytes())
    table = pq.read_table(changed / "lottery.parquet").to_pandas()
    line = table.index[table["mechanism"] == "cotation"][0]
    table.loc[line, "application_id"] = table.loc[
        table.index[table["mechanism"] == "cotation"][1], "application_id"
    ]
    table.to_parquet(changed / "lottery.parquet", index=False)
    verdict = verify_lottery(changed, case_folder)
    assert verdict.refused
    assert {"manifest", "lottery"} <= {c.id for c in verdict.checks if not c.ok}


def _slopes(proofs: dict[str, Any]) -> None:
    stage = proofs["nash"]["stages"][-1]
    stage["on_types"] = [x * (1 + t % 2) for t, x in enumerate(stage["on_types"])]


def _product(proofs: dict[str, Any]) -> None:
    stage = proofs["nash"]["stages"][-1]
    stage["value"], stage["bound"] = stage["value"] * 1.01, stage["bound"] * 1.01


def _below(proofs: dict[str, Any]) -> None:
    stage = proofs["nash"]["stages"][-1]
    stage["bound"] = stage["value"] = stage["value"] - 1e-4


def _without_product(proofs: dict[str, Any]) -> None:
    proofs["nash"]["stages"].pop()


def _less(proofs: dict[str, Any]) -> None:
    proofs["optimum"]["first_ranks"].pop()


def _elsewhere(proofs: dict[str, Any]) -> None:
    firsts = proofs["optimum"]["first_ranks"]
    firsts[0][0], firsts[1][0] = firsts[1][0], firsts[0][0]


def _other_account(proofs: dict[str, Any]) -> None:
    first = proofs["optimum"]["first_ranks"][0]
    first[2] = "RELOGEMENT"


def _objective(proofs: dict[str, Any]) -> None:
    proofs["optimum"]["certificate"]["objective"] = "1.000000"


def _multipliers(proofs: dict[str, Any]) -> None:
    proofs["optimum"]["certificate"]["nodes"] = [{"leaf": {"rows": {}, "bound": "0.000000"}}]


def _without_certificate(proofs: dict[str, Any]) -> None:
    del proofs["optimum"]["certificate"]


@pytest.mark.parametrize(
    "change",
    [
        _slopes, _product, _below, _without_product, _less, _elsewhere, _other_account, _objective, _multipliers,
        _without_certificate,
    ],
)  # fmt: skip
def test_the_largest_product_and_the_optimum_are_proven_again(
    unlike: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]
):
    out = tmp_path / "out"
    shutil.copytree(unlike, out)
    proofs = json.loads((out / "proofs.json").read_text(encoding="utf-8"))
    change(proofs)
    (out / "proofs.json").write_text(json.dumps(proofs, sort_keys=True), encoding="utf-8")
    seal(out)
    assert verify_lottery(out, unlike.parent / "case").refused


def test_where_no_two_households_are_alike_the_lottery_still_has_types(unlike: Path):
    types = pq.read_table(unlike / "types.parquet").to_pandas()
    assert len(types) and not types.duplicated(["mechanism", "type"]).any()
    assert verify_lottery(unlike, unlike.parent / "case").verdict == "certified"


@pytest.mark.long
def test_stages_over_whole_points_are_checked_leaf_by_leaf(tmp_path: Path):
    case, out = tmp_path / "case", tmp_path / "out"
    af.write_case(af.synthesize("commission", dwellings=3, applications=40, seed=1), case)
    fairness_to(case, out, "leximin", draws=4, groups=[])
    proofs = json.loads((out / "proofs.json").read_text(encoding="utf-8"))
    assert proofs["leximin"]["over"] == "points" and any(
        len(s["tree"]) > 1 for s in proofs["leximin"]["stages"]
    )
    assert verify_lottery(out, case).verdict == "certified"

    def verdict_of(change: Callable[[dict[str, Any]], None]) -> str:
        changed = json.loads(json.dumps(proofs))
        change(changed["leximin"])
        (out / "proofs.json").write_text(json.dumps(changed, sort_keys=True), encoding="utf-8")
        seal(out)
        return verify_lottery(out, case).verdict

    deep = next(i for i, s in enumerate(proofs["leximin"]["stages"]) if len(s["tree"]) > 1)

    def lower(proof: dict[str, Any]) -> None:
        stage = proof["stages"][-2]
        stage["value"] = stage["bound"] = stage["value"] - 1e-3

    def cut(proof: dict[str, Any]) -> None:
        stage = proof["stages"][deep]
        stage["tree"] = [next(node for node in stage["tree"] if "column" not in node)]

    def looped(proof: dict[str, Any]) -> None:
        proof["stages"][deep]["tree"][0]["below"] = 0

    def wider(proof: dict[str, Any]) -> None:
        proof["stages"][-2]["bound"] = proof["stages"][-2]["value"] + 1e-3

    assert [verdict_of(x) for x in (lower, cut, looped)] == ["refused"] * 3
    assert verdict_of(wider) == "certified within"


@pytest.mark.long
def test_bad_input_is_told_in_both_languages(case_folder: Path):
    case = af.read(case_folder)
    for options, code in (
        ({"mechanisms": ["nothing"]}, "FAIRNESS_UNKNOWN"),
        ({"mechanisms": ","}, "FAIRNESS_UNKNOWN"),
        ({"groups": ["col:nothing"]}, "FAIRNESS_GROUP"),
        ({"groups": ["col:publics_prioritaires"]}, "FAIRNESS_GROUP_GUARDED"),
        ({"groups": ["col:numero_unique"]}, "FAIRNESS_GROUP_NAMING"),
        ({"groups": ["col:current_dwelling"]}, "FAIRNESS_GROUP_NAMING"),
        ({"mechanisms": ["cotation"], "prices": ["nothing"]}, "FAIRNESS_RULE"),
        ({"draws": 0}, "FAIRNESS_OPTION"),
        ({"preferences": "loose"}, "FAIRNESS_OPTION"),
    ):
        with pytest.raises(AttrifluxError) as told:
            af.fairness(case, **options)
        assert told.value.code == code and told.value.text("fr") != told.value.text("en")


def test_where_a_household_lives_is_told_by_its_present_dwelling():
    case = af.synthesize("commission", dwellings=1, applications=4, seed=1)
    told = case.tables["applications"].assign(current_qpv=["yes", "QN02501M", "no", None])
    prepared = prepare(af.case({**case.tables, "applications": told}, case.settings))
    ids = told["application_id"].tolist()
    assert groups_of(prepared, ids, ["qpv_origin"]) == {"qpv_origin": ("qpv", "qpv", "outside", "unknown")}
    assert "qpv_origin" in groups_of(prepared, ids, None)
    without = {**case.tables, "applications": told.assign(current_qpv=None)}
    silent = replace(prepared, case=replace(prepared.case, tables=without))
    assert "qpv_origin" not in groups_of(silent, ids, None)
    with pytest.raises(AttrifluxError) as asked:
        groups_of(silent, ids, ["qpv_origin"])
    assert asked.value.code == "FAIRNESS_ORIGIN"


def test_an_empty_case_has_headers_only(tmp_path: Path):
    case = af.synthesize("commission", dwellings=1, applications=1, seed=1)
    found = af.fairness(case, draws=4)
    assert len(found.table) and found.table["value"].notna().any()
    market = market_of(prepare(case).problem)
    assert len(market) == len(found.lotteries["cotation"].p)


def test_dwellings_that_nobody_may_be_given_are_no_part_of_the_shares(tmp_path: Path):
    """One of three dwellings is in progress and one suits nobody: one is shared, and the page says where the others are."""
    busy = {"dwelling_id": "L2", "landlord": "OPHA", "commune": "25056", "rooms": 2, "financing": "PLUS",
            "account": "BAILLEUR", "application_id": "A9", "stage": "offered", "since": date(2026, 11, 20)}  # fmt: skip
    homes = [dwelling("L1"), dwelling("L2"), dwelling("L3", rooms=6)]
    people = [household(f"A{i}") for i in range(4)]
    case = write(
        tmp_path / "case",
        dwellings=homes,
        applications=people,
        in_progress=[busy],
        conventions=[agreed("ALS", "0.4")],
    )
    found = af.fairness(case, "cotation,random", draws=4, groups="tenant")
    page = " ".join(unescape(fairness_html(found, "fr")).split())
    assert "les mêmes logements (1) et les mêmes ménages qui y ont droit (4)" in page
    assert "1 logement pour 4 ménages" in page and "la même chance, elle serait de 25 %" in page
    assert "2 autres logements du cas n'ont personne à qui aller ici" in page
    assert set(found.diversity["bound"]) == {1.0}  # a cap of one on a block of one


def test_the_lottery_names_the_dwellings_whose_value_is_counted(tmp_path: Path):
    """Of two like dwellings the one that waited longest is let: twenty points that the value has, and so the line."""
    homes = [dwelling("L1"), dwelling("L2", vacant_since=date(2026, 1, 1))]
    case = write(
        tmp_path / "case", dwellings=homes, applications=[household("A1")], conventions=[agreed("BAILLEUR", "0.5")]
    )  # fmt: skip
    ways = "cotation,leximin,optimum"
    written = fairness_to(case, tmp_path / "out", ways)
    lines = pd.read_parquet(tmp_path / "out" / "lottery.parquet")
    assert lines["dwelling_id"].tolist() == ["L2"] * 3
    told = written.result.table
    value = told[(told["metric"] == "value") & (told["scope"] == "")]["value"].tolist()
    assert value == [20_000 + 50 + 15 + 20] * 3  # filled, score, first commune and first rooms, weeks waited
    assert verify_lottery(tmp_path / "out", case).verdict == "certified"


@pytest.mark.parametrize("draws", [1, 3])
def test_what_is_exact_is_not_told_by_the_luck_of_draws(tmp_path: Path, draws: int):
    """One dwelling, two households alike but for a cotation of 50 and of 10: each has one chance in two, whatever is drawn."""
    people = [household("A1", score=50), household("A2", score=10)]
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1")], applications=people, conventions=[agreed("ALS", "0.9")]
    )
    found = af.fairness(case, "leximin", draws=draws)
    assert found.lotteries["leximin"].p.tolist() == [0.5, 0.5]
    told = found.table.set_index(["metric", "scope"])["value"]
    assert told["value", ""] == 20_000 + 30 + 15  # filled, the mean cotation, first commune and first rooms
    # the landlord's own rest is a tenth of a lease, and half a lease of play: the ceiling is passed by 0.4 at 1,000 points
    assert told["shortfall", ""] == told["shortfall", "rule=flux_max"] == pytest.approx(0.4)
    assert told["value", "net"] == pytest.approx(told["value", ""] - 400)


@pytest.mark.long
def test_a_page_counts_its_leases_and_households_in_good_french(tmp_path: Path):
    nothing = {
        f"national.prices.{rule}": 0
        for rule in ("flux", "flux_max", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv")
    }
    tables = {"dwellings": [dwelling("L1")], "applications": [household("A1"), household("A2")]}
    for name, settings in (("priced", {}), ("free", {"changes": nothing})):
        case = write(tmp_path / name, settings, conventions=[agreed("ALS", "0.9")], **tables)
        page = " ".join(unescape(fairness_html(af.fairness(case, "cotation,leximin,optimum"), "fr")).split())
        assert "ménages qui ont une chance : 1 sur 2" in page
        assert "1 ménages" not in page and "les mêmes 1" not in page and "0 demande" not in page
        assert ("Aucune règle ne pèse dans ce cas" in page) is (name == "free")
        assert ("coûtent le même prix, une seule est retenue" in page) is (name == "priced")


def test_ways_that_are_as_equal_as_each_other_are_all_named(tmp_path: Path):
    """« La manière la plus égale est « Ordre de la cotation » » stood beside a seniority whose index was the same."""
    people = [household("A1"), household("A2")]
    case = write(
        tmp_path / "case",
        dwellings=[dwelling("L1")],
        applications=people,
        conventions=[agreed("ALS", "0.4")],
    )
    tied, alone = (
        " ".join(unescape(fairness_html(af.fairness(case, ways, draws=20), "fr")).split())
        for ways in ("cotation,seniority", "cotation,probabilistic_serial")
    )
    assert (
        "Les manières les plus égales, à égalité, sont « Ordre de la cotation », « Ancienneté de la demande »"
        in tied
    )
    assert "(Gini 0,5) ; ménages qui ont une chance : 1 sur 2" in tied
    assert "La manière la plus égale est « Partage simultané" in alone


@pytest.mark.long
def test_frames_have_the_same_kinds_with_rows_and_without(tmp_path: Path):
    """A notebook over weeks meets one in which nobody is eligible: its columns are still texts and numbers."""
    tables = {"dwellings": [dwelling("L1")], "conventions": [agreed("ALS", "0.4")]}
    full = write(tmp_path / "full", applications=[household("A1"), household("A2")], **tables)
    empty = write(tmp_path / "empty", applications=[household("A1", choices=["90010"])], **tables)
    proposed = [af.propose(folder) for folder in (full, empty)]
    compared = [
        af.fairness(folder, draws=2, prices=rules) for folder, rules in ((full, "flux_max"), (empty, ()))
    ]
    names = (
        "proposals",
        "applications",
        "dwellings",
        "rules",
        "orientation",
        "leapfrogs",
        "explanations",
        "scores",
    )
    for name in names:
        one, other = (getattr(x, name) for x in proposed)
        assert one.dtypes.to_dict() == other.dtypes.to_dict(), name
    for name in ("table", "groups", "lorenz", "front", "diversity", "probabilities"):
        one, other = (getattr(x, name) for x in compared)
        assert one.dtypes.to_dict() == other.dtypes.to_dict(), name
    gone = write(tmp_path / "gone", applications=[household("A1", status="struck_off")], **tables)
    lived = [af.simulate(folder, "required_rate", seeds=1, sessions=2) for folder in (full, gone)]
    assert len(lived[0].weeks) and not len(lived[1].weeks)  # a week without anybody has no row
    for name in ("table", "summary", "weeks"):
        one, other = (getattr(x, name) for x in lived)
        assert one.dtypes.to_dict() == other.dtypes.to_dict(), name


@pytest.mark.parametrize("seed", [7, 10])
@pytest.mark.long
def test_the_price_of_a_rule_is_that_of_solving_again_under_each_rate(tmp_path: Path, seed: int):
    """Cases in which dwellings wait for a réservataire: a seat pays at the rate of each step for what its households may not bring."""
    case = write_case(seed, tmp_path / "case")
    rules = ("lec_q1_outside_qpv", "essential_workers")
    found = af.fairness(case, "cotation", prices=rules, steps=3).front
    assert len(found) == 8
    for line in found.to_dict("records"):
        told = read_case(case)
        law = Law(told)
        pairs = Pairs(told, law, Agreements(told, law))
        asked = Rules(pairs, price_assumed=False)
        for row in asked.rows if line["scope"] == "" else ():
            if row.rule == line["rule"] and row.price:
                row.rate = Fraction(str(line["share"]))
        oracle = Market(pairs, Values(pairs), asked)
        best = best_first_ranks(oracle)
        assert line["net"] == pytest.approx(float(oracle.points(best)), abs=1e-3), line
        assert line["value"] == pytest.approx(float(sum(one.value for one in best)), abs=1e-3)
        assert line["lettings"] == sum(one.application is not None for one in best)


def test_the_record_tells_options_inputs_and_files(written: Path):
    record = json.loads((written / "run.json").read_text(encoding="utf-8"))
    assert record["format"] == "attriflux-fairness/1" and record["options"]["draws"] == 40
    assert {item["name"] for item in record["manifest"]} >= {
        "report.html",
        "mechanisms.csv",
        "lottery.parquet",
    }


@pytest.mark.long
def test_the_page_says_what_is_assumed_and_that_the_draw_is_another():
    case = af.synthesize("commission", dwellings=4, applications=60, seed=2)
    real = replace(case, settings=replace(case.settings, synthetic=False))

    def page(lang: Lang = "fr", **options: object) -> str:
        return " ".join(
            unescape(fairness_html(af.fairness(real, ["cotation"], draws=5, **options), lang)).split()
        )

    own = page()
    assert "Objectifs supposés, qui ne pèsent pas et dont rien n'est compté ici : part du flux" in own
    assert "Tirage modifié" not in own
    assert "la graine des ex æquo est « autre »" in page(seed="autre")
    assert "Assumed targets weighed, as asked: " in page("en", price_assumed=True)


@pytest.mark.long
def test_dwellings_that_deferred_acceptance_reserves_stand_in_a_table(tmp_path):
    """They stood in no file: one could not see which dwelling was kept for whom."""
    case = af.synthesize("commission", dwellings=12, applications=150, seed=21)
    found = af.fairness(case, "cotation,deferred_acceptance", groups=[])
    assert len(found.reserves) and found.reserves["dwelling_id"].is_unique
    assert set(found.reserves["dwelling_id"]) <= set(case.table("dwellings")["dwelling_id"])
    mine = found.reserves
    mine["rule"] = ""
    assert "" not in found.reserves["rule"].tolist()
    af.write_case(case, tmp_path / "case")
    written = af.fairness_to(tmp_path / "case", tmp_path / "out", "deferred_acceptance", groups=[])
    table = pd.read_csv(written.out / "reserves.csv", sep=";", encoding="utf-8-sig")
    assert table.to_dict("records") == found.reserves.to_dict("records")
    assert not len(af.fairness(case, "cotation", groups=[]).reserves)
