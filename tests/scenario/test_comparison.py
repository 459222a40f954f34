"""Several runs side by side: what differs in the inputs and in the results, plots, notes, records of another version."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from optimizer.cli.commands.scenario import terminal_table
from optimizer.cli.weekly_table import weekly_table
from optimizer.errors import AttrifluxError
from optimizer.presentation.wording import shown, signed
from optimizer.scenario import compare, comparison_table, inputs_table, read_record, run_scenarios
from optimizer.scenario.comparison_page import comparison_html
from optimizer.scenario.files import Run
from optimizer.scenario.key_words import key_words
from optimizer.scenario.lived import chance_is_enough, lived_rows
from optimizer.scenario.placing import sweep, weeks_lived, weeks_of
from optimizer.scenario.records import MARGIN, Record, other_lines, reading_of, within_margin
from optimizer.scenario.side_by_side import apart
from optimizer.scenario.unused import unused
from tests.cli.running import attriflux

SWEPT = "national.lec.first_quartile_share"
LONELY = "flux.negotiated.ALS"
OBJECTIVE = ("objective", "", "points")


@pytest.fixture(scope="module")
def folders(small, tmp_path_factory) -> list[Path]:
    """The case as it is, and a quota swept over two values by a scenario that also holds a key nobody reads."""
    base = tmp_path_factory.mktemp("compare")
    scenario = base / "quota.yaml"
    scenario.write_text(
        f'title: "Q"\nwhy: "W ?"\nchanges:\n  {LONELY}: 0.02\nover:\n  {SWEPT}: [0.4, 0.9]\n', encoding="utf-8"
    )  # fmt: skip
    ran = run_scenarios([scenario], base / "out", case=small, workers=1)
    return [base / "out" / run.name for run in ran.runs]


@pytest.mark.long
def test_inputs_differ_by_key_with_the_value_in_force_elsewhere(folders):
    records = [read_record(f) for f in folders]
    assert [r.name for r in records] == ["reference", f"quota--{SWEPT}=0.4", f"quota--{SWEPT}=0.9"]
    table = inputs_table(records).set_index("key")
    assert table.index.tolist() == [LONELY, SWEPT]
    assert table.loc[SWEPT].tolist() == ["0.25", "0.4", "0.9"]
    assert table.loc[LONELY].tolist() == ["", "0.02", "0.02"]


def test_results_differ_from_the_first_run_in_every_format(folders, tmp_path):
    table = compare(folders, tmp_path / "c")
    pd.testing.assert_frame_equal(compare([folders[0].parent]), table)  # the folder of all of them
    goal = table[table["indicator"] == "objective"].set_index("scenario")
    # more is asked of the same dwellings: the optimum can only fall
    assert goal["difference"].iloc[0] == 0 and goal["value"].is_monotonic_decreasing
    assert goal["value"].iloc[2] < goal["value"].iloc[0]
    assert ((table["value"] - table["reference"] - table["difference"]).abs().dropna() < 1e-9).all()
    written = pd.read_csv(tmp_path / "c" / "comparison.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert len(written) == len(table)
    book = openpyxl.load_workbook(tmp_path / "c" / "comparison.xlsx", read_only=True)
    cells = [[c for c in row if c is not None] for sheet in book for row in sheet.iter_rows(values_only=True)]
    book.close()
    assert ["0,25", "0,4", "0,9", SWEPT] in [[str(c) for c in row[1:]] for row in cells]


def test_a_share_is_read_with_the_leases_it_is_made_of(folders, tmp_path):
    """« 0 % → 100 % (+100 points) » of one household stood there, without the one."""
    table = compare(folders, tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    brief, _, details = page.partition("<h2>")[2].partition("Détail par contingent")
    for indicator, where in (("mutation_share", brief), ("account_priority", details)):
        made = table[(table["indicator"] == indicator) & (table["den"] > 0)]
        assert len(made)
        for num, den in zip(made["num"], made["den"], strict=True):
            assert f"<small>{num:g} sur {den:g}</small>" in where


def test_the_page_draws_shares_attainment_and_the_cost_of_the_quota(folders, tmp_path):
    compare(folders, tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    for label in (
        "Part de chaque contingent dans les logements proposés, hors flux compris, en %.",
        "Objectifs : atteint sur visé",
        "Coût du quota",
    ):
        assert label in page, label
    curve = page.partition("Coût du quota")[2].partition("<h2>")[0]
    assert (
        "Baux hors QPV aux ménages du premier quartile ou relogés" in curve
        and SWEPT not in curve
        and curve.count("<circle") == 8
    )
    listed = page.partition("<ol>")[2].partition("</ol>")[0]
    assert "relogés (NPNRU, ORCOD) = 0,9)" in listed and f"{SWEPT} = 0.9" not in listed
    assert "<b>0,9</b>" in page and '<span class="base">0,25</span>' in page
    starts = [line for line in curve.split("<svg")[1:] if 'text-anchor="end" fill="#1b2b41">0</text>' in line]
    assert len(starts) == 4  # points, leases, months, households passed over: each from zero
    alone = compare(folders[:2], tmp_path / "d")
    assert not alone.empty
    assert "Coût du quota" not in (tmp_path / "d" / "comparison.html").read_text(encoding="utf-8").replace(
        "\xa0", " "
    )


@pytest.mark.parametrize(
    ("indicator", "difference", "reference", "run", "said"),
    [
        ("objective", 72.13, 219.25, 147.12, True),
        ("objective", 219.26, 219.25, 900.0, False),  # better than the best the reference can still become
        ("objective", -147.13, 219.25, 147.12, False),
        ("objective", -147.12, 0.0, 147.12, True),
        ("objective", -5.0, 0.0, 0.0, False),
        ("objective", 9000.0, None, 0.0, True),
        ("rule_loss", -366.0, 219.25, 147.12, True),
        ("rule_marginal", 366.5, 219.25, 147.12, False),
        ("rule_loss", 1.0, 0.0, 0.0, False),
        ("mean_score", 1.0, 219.25, 147.12, False),
    ],
)
def test_a_difference_that_the_certificates_leave_open(indicator, difference, reference, run, said):
    assert within_margin(indicator, difference, reference, run) is said


@pytest.mark.long
def test_every_format_says_that_a_difference_is_within_the_margin(folders, tmp_path):
    words = "écart inférieur à la marge certifiée : non concluant"
    gap = abs(read_record(folders[2]).values[OBJECTIVE] - read_record(folders[0]).values[OBJECTIVE])
    for name, margin in (("wide", gap + 1), ("narrow", gap - 1)):
        made = []
        for folder in folders:
            record = json.loads((folder / "scenario.json").read_text(encoding="utf-8"))
            record |= {"status": "certified_within", "gap": str(margin)}
            made.append(tmp_path / name / folder.name)
            made[-1].mkdir(parents=True)
            (made[-1] / "scenario.json").write_text(json.dumps(record), encoding="utf-8")
        table = compare([made[0], made[2]], tmp_path / name / "c")
        margins = table[table["indicator"] == "objective_margin"]["value"]
        assert margins.tolist() == pytest.approx([margin, margin])
        page = (tmp_path / name / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
        short = page.partition("<h2>L&#39;essentiel")[2].partition("<h2>")[0]
        book = openpyxl.load_workbook(tmp_path / name / "c" / "comparison.xlsx", read_only=True)
        lines = list(book["Écarts"].iter_rows(values_only=True))
        book.close()
        (value,) = [line for line in lines if line[1] == "valeur de l'optimum"]
        done = attriflux("scenario", "compare", made[0], made[2])
        open_or_not = name == "wide"
        assert (words in short, value[-1] == words, f"* {words}" in done.out) == (open_or_not,) * 3
        assert "inférieur à la marge certifiée est marqué non concluant" in page
        assert any(
            line[1] == "effet sur la valeur d'un bail de plus demandé" and line[-1] == words for line in lines
        )
        compare(made, tmp_path / name / "d")
        curve = (
            (tmp_path / name / "d" / "comparison.html")
            .read_text(encoding="utf-8")
            .partition("Coût du quota")[2]
        )
        assert "n&#39;est pas concluante" in curve.partition("<h2>")[0]
    compare(folders, tmp_path / "proved")
    proved = (tmp_path / "proved" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert words not in proved and "concluante" not in proved


def test_the_page_shows_what_is_short_first_and_leaves_rows_of_zeros_to_the_workbook(folders, tmp_path):
    compare(folders, tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert (
        page.index("<h2>L&#39;essentiel") < page.index("Parts par contingent") < page.index("<h2>Détail par")
    )
    details = page.partition("<h2>Détail par")[2]
    records = [read_record(f) for f in folders]
    keys = {k for r in records for k in r.values if k[0] in ("rule_shortfall", "rule_loss", "rule_marginal")}
    nothing = [k for k in keys if not any(r.values.get(k) for r in records)]
    assert nothing and f"laissées dans comparison.xlsx : {len(nothing)}." in details
    shown_rows = details.partition("points perdus faute")[2].partition("effet sur la valeur")[0]
    assert shown_rows.count("<tr ") < sum(k[0] == "rule_loss" for k in keys)


def test_small_and_negative_numbers_read_well():
    assert [signed(x, "months", "fr") for x in (-0.04, 0.06, -1.0)] == ["≈ 0", "+0,1", "−1"]
    assert [signed(x, "share", "fr") for x in (0.0004, -0.012)] == ["≈ 0", "−1,2\u00a0pt"]
    assert (shown(-3000.0, "points", "fr"), shown(-0.5, "points", "en")) == ("−3\u202f000", "−0.5")


def test_a_difference_of_lived_years_is_paired_replication_by_replication():
    """Two runs whose ranges overlap widely differ surely when every replication moves alike; chance is said to be enough where
    they do not move together."""
    key = ("weekly_letting_days", "", "days")

    def record(name: str, *each: float, seed: str = "s") -> Record:
        mean = sum(each) / len(each)
        return Record(
            name, name, {}, {}, {key: mean}, "optimal", "certified", (), lived={key: each}, seed=seed
        )

    base = record("a", 90.0, 100.0, 110.0)
    runs = [
        base,
        record("b", 92.0, 102.0, 112.5),
        record("c", 112.0, 90.0, 104.0),
        record("d", 92.0, 102.0, 112.5, seed="t"),
    ]
    (row,) = lived_rows(runs, "fr")
    assert [c["gap"] for c in row["cells"]] == ["", "+2,2 ± 0,2", "+2 ± 10,1", "+2,2 ± 8,3"]
    assert [c["open"] for c in row["cells"]] == ["", "", "le hasard suffit", "le hasard suffit"]
    assert row["cells"][2]["range"] == "90 – 112" and row["cells"][0]["error"] == "± 5,8"
    table = comparison_table(runs).set_index("scenario")
    assert table.loc["b", "difference_error"] == pytest.approx(1 / 6)
    assert table.loc["a", "standard_error"] == pytest.approx(10 / 3**0.5)


def test_a_record_of_another_version_is_refused_with_what_to_do(folders, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(folders[0] / "scenario.json", old / "scenario.json")
    record = json.loads((old / "scenario.json").read_text(encoding="utf-8"))
    for content in ({**record, "format": "attriflux-scenario/1"}, {"name": "x"}):
        (old / "scenario.json").write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(AttrifluxError) as caught:
            compare([folders[0], old])
        assert caught.value.code == "SCENARIO_OTHER_FORMAT"
        assert "« old »" in str(caught.value) and "scenario run" in str(caught.value)
    (old / "scenario.json").write_text("{", encoding="utf-8")
    with pytest.raises(AttrifluxError) as caught:
        read_record(old)
    assert caught.value.code == "SCENARIO_NOT_A_RUN"


def test_a_key_nobody_reads_is_said_on_the_page_and_in_the_terminal(folders, tmp_path):
    said = f"{LONELY} ne change rien : seul le mode 4 s'en sert, et flux.mode n'est pas fixé."
    compare(folders, tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert page.count(said.replace("'", "&#39;")) == 2 and "1 remarque<" in page
    done = attriflux("scenario", "compare", *folders)
    assert done.code == 0
    lines = " ".join(done.out.partition("Remarques")[2].split())
    assert lines.count(said) == 1 and f"- 2, 3 : {said}" in lines
    assert f"  2  {folders[1].name}" in done.out and f"  3  {folders[2].name}" in done.out


@pytest.mark.parametrize(
    ("changes", "negotiated", "keys"),
    [
        ({"rights.OPH.ALS.2027": 10}, {}, ["rights.OPH.ALS.2027"]),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 2}, {}, ["rights.OPH.ALS.2027"]),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 3}, {}, []),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 4}, {}, ["rights.OPH.ALS.2027"]),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 4}, {"base": 3}, []),
        ({"rights.OPH.ALS.2027": 10, "flux.mode": 4, "flux.negotiated.base": 3}, {}, []),
        ({"flux.negotiated.ALS": 0.1, "flux.mode": 3}, {}, ["flux.negotiated.ALS"]),
        ({"flux.negotiated.ALS": 0.1, "flux.counterpart.ALS": "x", "flux.mode": 4}, {}, []),
        ({"stock.OPH.*.turnover": 0.1, "flux.basis": "actual"}, {}, ["flux.basis", "stock.OPH.*.turnover"]),
        ({"stock.OPH.*.turnover": 0.1, "flux.basis": "actual", "flux.mode": 1}, {}, []),
        ({"national.prices.flux": 900, "assiette.OPH.mutation": 0}, {}, []),
        ({"national.commission.retention_months": 6}, {}, ["national.commission.retention_months"]),
        ({"national.flux.state_cap": 0.2}, {}, ["national.flux.state_cap"]),
        ({"national.flux.guarantee_cap": 0.1, "flux.mode": 1}, {}, []),
        ({"national.flux.spread_years": 10, "flux.mode": 2}, {}, ["national.flux.spread_years"]),
        ({"national.flux.spread_years": 10, "flux.mode": 3}, {}, []),
        ({"conventions.OPH.*.cap_receiver": "ALS"}, {}, ["conventions.OPH.*.cap_receiver"]),
        ({"conventions.OPH.*.cap_receiver": "ALS", "flux.mode": 1}, {}, []),
        ({"conventions.OPH.ALS.carry_over": False, "flux.mode": 1}, {}, ["conventions.OPH.ALS.carry_over"]),
        ({"national.dashboard.flux_late_share": 0.2}, {}, ["national.dashboard.flux_late_share"]),
    ],
)
def test_which_keys_a_conversion_reads(changes, negotiated, keys):
    found = unused([Run("a", "A", "s", changes)], negotiated)["a"]
    assert [f.params["key"] for f in found] == keys
    assert all(f.severity == "warning" for f in found)


def test_a_matrix_of_modes_reads_in_one_run_what_the_others_leave():
    runs = [Run(str(m), "A", "s", {"flux.mode": m, "flux.negotiated.ALS": 0.1}) for m in (1, 4)]
    assert unused(runs, {}) == {"1": (), "4": ()}


def test_the_terminal_shows_the_year_lived_week_by_week():
    rows = [
        ("a", "weekly_account_dwellings", "dwellings", 30.5, 1.0), ("a", "weekly_account_dwellings", "dwellings", 10.0, 1.0),
        ("a", "weekly_unlet", "dwellings", 3.0, 0.6), ("a", "weekly_lec_outside_qpv", "share", 0.223, 0.01),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["scenario", "indicator", "unit", "value", "standard_error"])
    lines = weekly_table(table, "fr", numbered=False).splitlines()
    assert "réplications" in lines[1] and all(len(line) <= 80 for line in lines)
    assert lines[4].split()[:4] == ["a", "40,5", "3", "–"] and "22,3" in lines[4]
    assert lines[5].split()[:2] == ["±", "0,6"] and "1,0" in lines[5]
    assert weekly_table(table[table["indicator"] == "none"], "fr", numbered=False) == ""


def test_weeks_lived_by_unfinished_runs_are_counted(tmp_path):
    for name, text in (("a", "12"), ("b", ""), ("c", "30")):
        weeks_of(tmp_path / name).write_text(text, encoding="utf-8")
    assert weeks_lived([tmp_path / name for name in "abcd"]) == 42
    sweep(tmp_path, "abc")
    assert not list(tmp_path.iterdir())


def test_a_key_without_an_area_is_said_without_one():
    assert key_words("conventions.OPH25.ALS.share", "fr", {}, {}) == "part du flux : Action Logement, OPH25"
    assert key_words("conventions.OPH25.COLL.25.share", "fr", {}, {"25": "Doubs"}).endswith(", OPH25, Doubs")


@pytest.mark.parametrize(
    ("difference", "error", "draws", "chance"),
    [
        # Student's quantiles at 95 %, from a printed table: 12.706, 4.303, 2.571, 2.093
        (12.7, 1.0, 2, True),
        (12.8, 1.0, 2, False),
        (20.0, 5.77, 3, True),  # 3.5 standard errors of three replications
        (4.31, 1.0, 3, False),
        (2.1, 1.0, 20, False),
        (2.05, 1.0, 20, True),
        (1.0, 0.0, 2, True),  # both replications moved by one: of two coins the signs agree every other time
        (1.0, 3e-17, 5, True),
        (1.0, 0.0, 6, False),
        (5.0, float("nan"), 1, True),
    ],
)
def test_few_replications_need_more_than_two_standard_errors(difference, error, draws, chance):
    assert chance_is_enough(difference, error, draws) is chance
    assert chance_is_enough(-difference, error, draws) is chance


def test_the_page_says_chance_is_enough_of_two_years_that_moved_alike_and_how_many_were_lived():
    key = ("weekly_unlet", "", "dwellings")

    def record(name: str, *each: float) -> Record:
        mean = sum(each) / len(each)
        return Record(
            name, name, {}, {}, {key: mean}, "optimal", "certified", (), lived={key: each}, seed="s", weeks=52
        )

    runs = [record("a", 3.0, 4.0), record("b", 2.0, 3.0)]
    (row,) = lived_rows(runs, "fr")
    assert row["cells"][1]["open"] == "le hasard suffit"
    page = comparison_html(runs).replace("\xa0", " ")
    assert "Réplications : 2 ; lots dans l&#39;année : 52." in page
    assert "(2)" in weekly_table(comparison_table(runs), "fr", numbered=False, replications=(2,))


def test_runs_of_one_name_stay_apart_and_another_case_is_told(folders, small, tmp_path):
    """The same scenario on two cases: one column held both, their leases added up, and nothing said that the case differed."""
    other = tmp_path / "autre"
    for folder in (folders[0], folders[2]):
        shutil.copytree(folder, other / folder.name)
        file = other / folder.name / "scenario.json"
        record = json.loads(file.read_text(encoding="utf-8")) | {"start": "another"}
        file.write_text(json.dumps(record), encoding="utf-8")
    told = "Le cas, les règles ou les options de calcul ne sont pas ceux de"
    assert told not in attriflux("scenario", "compare", *folders).out.replace("\n  ", " ")
    done = attriflux("scenario", "compare", folders[0], other / "reference", "--out", tmp_path / "c")
    names = [f"{folders[0].parent.name}/reference", "autre/reference"]
    assert told in done.out.replace("\n  ", " ") and all(name in done.out for name in names)
    table = pd.read_csv(tmp_path / "c" / "comparison.csv", sep=";", decimal=",", encoding="utf-8-sig")
    counts = table[table["indicator"] == "account_dwellings"].groupby("scenario", sort=False)["value"].sum()
    assert counts.index.tolist() == names and counts.iloc[0] == counts.iloc[1]
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "autre/reference : le cas, les règles, les options de calcul" in page.partition("<ol>")[0]
    assert page.count("Référence : le cas tel qu'il est".replace("'", "&#39;")) == 2
    book = openpyxl.load_workbook(tmp_path / "c" / "comparison.xlsx", read_only=True)
    heads = [
        line for line in book["Résultats"].iter_rows(values_only=True) if line and line[0] == "Indicateur"
    ]
    notes = [str(line) for line in book["Scénarios"].iter_rows(values_only=True)]
    book.close()
    assert list(heads[0][3:5]) == names and any(told in line for line in notes)


def test_years_lived_in_other_batches_are_told():
    one, other = (
        Record("a", "a", {}, {}, {}, "optimal", "certified", (), start="x", weeks=n) for n in (52, 10)
    )
    assert (
        apart(one, other, "fr")
        == "L'année est vécue en 10 lots, celle de « a » en 52 : les écarts viennent aussi de là."
    )
    assert apart(one, one, "fr") == ""


def test_leases_missing_do_not_compare_where_other_lines_weigh(folders, tmp_path):
    """A rule without a price misses nothing of that sum: switched off, it read as leases that were found."""
    first = read_record(folders[0])
    file = tmp_path / "off" / "scenario.json"
    shutil.copytree(folders[0], file.parent)
    record = json.loads(file.read_text(encoding="utf-8"))
    scope = next(k[1] for k, v in first.values.items() if k[0] == "rule_price" and v)
    for line in record["indicators"]:
        if line[:2] == ["rule_price", scope]:
            line[3] = 0.0
        if line[0] == "leases_missing":
            line[3] += 5.0
    file.write_text(json.dumps(record), encoding="utf-8")
    words = "d'autres lignes pèsent : sans comparaison"
    assert other_lines(first, read_record(file.parent)) and not other_lines(first, first)
    compare([folders[0], file.parent], tmp_path / "c")
    page = (tmp_path / "c" / "comparison.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert page.count(words.replace("'", "&#39;")) == 1
    book = openpyxl.load_workbook(tmp_path / "c" / "comparison.xlsx", read_only=True)
    lines = list(book["Écarts"].iter_rows(values_only=True))
    book.close()
    assert [line[1] for line in lines if line[-1] == words] == ["baux manquants, lignes qui pèsent"]


def test_many_scenarios_of_many_keys_are_told_one_by_one_in_the_terminal():
    names = ["reference", *"abcde"]
    keys = [f"national.prices.rule_{n}" for n in range(5)]
    inputs = pd.DataFrame({"key": keys, **{name: ["1000"] * 5 for name in names}})
    inputs.loc[1, "b"] = "0"
    inputs.loc[[0, 4], "c"] = "20"
    rows = [(name, "objective", 1.0, 0.0) for name in names]
    comparison = pd.DataFrame(rows, columns=["scenario", "indicator", "value", "difference"])
    lines = terminal_table(comparison, "fr", inputs).splitlines()
    told = lines[: lines.index("")]
    assert "- b : national.prices.rule_1 1000 → 0" in told and "- a : =" in told
    assert "- c : national.prices.rule_0 1000 → 20 ; national.prices.rule_4 1000 → 20" in " ".join(told)
    assert all(len(line) <= 80 for line in lines)


def test_points_of_other_prices_are_not_told_as_a_gain():
    """The value of a run whose vacant dwelling is worth 24,000 points is above that of one where it is worth 20,000: no gain."""
    fill = "national.fit.fill_value"

    def record(name: str, value: float, **changes: object) -> Record:
        values = {OBJECTIVE: value, MARGIN: 0.0}
        return Record(
            name, name, changes, {}, values, "optimal", "certified", (), before={fill: "20000", SWEPT: "0.25"},
            case="c", status="certified_optimal",
        )  # fmt: skip

    runs = [
        record("a", 100.0),
        record("b", 120.0, **{fill: 24000}),
        record("c", 90.0, **{SWEPT: 0.3}),
    ]
    assert reading_of("objective", 20.0, runs[0], runs[1]) == "COMPARISON.OTHER_SCALE"
    assert reading_of("objective", -10.0, runs[0], runs[2]) == ""
    assert reading_of("mean_months", 20.0, runs[0], runs[1]) == ""
    page = comparison_html(runs).replace("\xa0", " ")
    assert page.count("points d&#39;un autre barème") == 1
    told = terminal_table(comparison_table(runs), "fr", inputs_table(runs))
    assert "+20 °" in told and "° points d'un autre barème : ni gain ni perte." in told.replace("\xa0", " ")
    assert "−10 °" not in told


def test_many_runs_are_printed_across_and_in_tables_below_each_other():
    """Beyond what a sheet holds the last columns were not printed."""

    def record(n: int) -> Record:
        values = {OBJECTIVE: 1000.0 + n, MARGIN: 0.0}
        changes = {} if n == 1 else {SWEPT: 0.2 + n / 100}
        return Record(
            f"r{n}", f"r{n}", changes, {}, values, "optimal", "certified", (), before={SWEPT: "0.25"},
            case="c", status="certified_optimal",
        )  # fmt: skip

    across = "@page{size:A4 landscape}"
    few, more, many = (comparison_html([record(n) for n in range(1, runs + 1)]) for runs in (4, 9, 40))
    assert across not in few and across in more and across in many
    assert few.count("<table") == more.count("<table")
    for tables in ("(1–12)", "(13–24)", "(25–36)", "(37–40)"):
        assert many.count(f'{tables}"') == more.count("<table")
    headings = re.findall(r"<thead.*?</thead>", many)
    for n in range(1, 41):
        assert sum(f">{n}</th>" in heading for heading in headings) == more.count("<table")
