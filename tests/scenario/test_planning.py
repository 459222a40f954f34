"""What a planner asks of a matrix: values and cases in memory, named variants, a plan before the runs, the right culprit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from inspect import signature
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pandas as pd
import pytest
import yaml

import optimizer as af
from optimizer import importers, policy
from optimizer.cli.commands.scenario import tornado_table
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.policy import Parameter
from optimizer.presentation.plots import Cell, heat_map, slope_chart, tornado
from optimizer.presentation.plots_stock import ends_chart
from optimizer.runs import Options
from optimizer.scenario import expand, read_scenario
from optimizer.scenario.comparison_page import comparison_html
from optimizer.scenario.files import sound_scenario
from optimizer.scenario.rates import flux_gaps
from optimizer.scenario.records import Record, comparison_table
from optimizer.scenario.running import demo_case
from optimizer.scenario.schemas import schemas
from optimizer.scenario.tornado import scenario_of, tornado_part, tornado_scenarios
from tests.cli.running import attriflux

HEAD = 'title: "T"\nwhy: "W ?"\n'
QUICK = Options(pdf=False, gap=0.01)


@pytest.fixture(scope="module")
def small():
    """A few dwellings of the small shipped case, in memory."""
    read = importers.read(demo_case(), need=("dwellings", "applications"))
    homes = read.table("dwellings").iloc[::6].reset_index(drop=True)
    return replace(read, tables={**read.tables, "dwellings": homes}, path=None, sources=())


@pytest.mark.long
def test_a_notebook_runs_scenarios_without_writing_a_file(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lec = af.Scenario("lec", changes={"national.lec.first_quartile_share": 0.5})
    ran = af.run_scenarios([lec], case=small, options=QUICK, workers=1)
    assert ran.out is None and [r.name for r in ran.runs] == ["reference", "lec"]
    assert list(tmp_path.iterdir()) == []
    table = ran.comparison
    assert af.run_scenarios(lec, case=small, options=QUICK, workers=1).comparison.equals(table)
    with pytest.raises(AttrifluxError, match="ailleurs.yaml"):
        af.run_scenarios("ailleurs.yaml", case=small)
    rates = table[(table["indicator"] == "rule_rate") & (table["rule"] == "flux")]
    assert len(rates) and rates["account"].ne("").all() and "scope" not in table.columns
    assert ran.records[1].titles == {"national.lec.first_quartile_share": lec_title()}
    assert len(repr(ran)) < 200


def test_a_scenario_of_a_notebook_is_called_by_its_title_else_by_its_name():
    change = {"national.lec.first_quartile_share": 0.5}
    named, bare = (
        sound_scenario(af.Scenario("lec", changes=change, title="LEC à 50 %")),
        af.Scenario("lec", changes=change),
    )
    assert (named.title, sound_scenario(bare).title) == ("LEC à 50 %", "lec")
    assert named.chain == ("lec",) == sound_scenario(bare).chain
    assert sound_scenario(replace(bare, chain=("base", "lec"))).chain == ("base", "lec")
    # where each key is said, for the messages about it
    assert named.lines == {"national.lec.first_quartile_share": ("lec", 1)}


def lec_title() -> str:
    return "Baux hors QPV aux ménages du premier quartile ou relogés (NPNRU, ORCOD)"


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (
            af.Scenario("a", changes={"flux.mod": 1}),
            "colonne « flux.mod » : la clé « flux.mod » est inconnue",
        ),
        (
            af.Scenario("a", changes={"case.shortlist_size": True}),
            "colonne « case.shortlist_size » : « true » ne convient pas",
        ),
        (af.Scenario("../a"), "colonne « name » : « ../a » ne convient pas"),
        (af.Scenario("a", over={"flux.mode": []}), r"colonne « flux.mode » : « \[\] » ne convient pas"),
        (
            af.Scenario("a", changes={"flux.mode": 1}, over={"flux.mode": [1]}),
            "« flux.mode » est déjà dans changes, ou dans over",
        ),
        (af.Scenario("a", changes={"national.prices.nothing": 1}), "national.prices.nothing"),
    ],
)
def test_a_scenario_made_in_python_is_checked_as_a_file_is(small, scenario, said):
    with pytest.raises(AttrifluxError, match=said):
        af.run_scenarios([scenario], case=small)


def test_a_case_in_memory_is_checked_as_the_reader_checks_files(small):
    wrong = small.table("applications").assign(persons=-2)
    with pytest.raises(InputProblems):
        af.run_scenarios(
            [af.Scenario("a")], case=replace(small, tables={**small.tables, "applications": wrong})
        )


def test_several_named_variants_stand_in_one_file(tmp_path):
    file = tmp_path / "v.yaml"
    file.write_text(
        HEAD + "changes:\n  flux.mode: 1\nover:\n  national.prices.flux: [900, 1100]\nvariants:\n"
        "  prudent:\n    national.lec.first_quartile_share: 0.2\n  hardi:\n    national.lec.first_quartile_share: 0.4\n"
        "    flux.mode: 2\n", encoding="utf-8",
    )  # fmt: skip
    runs = expand(read_scenario(file))
    assert [r.name for r in runs] == [
        "v--prudent--national.prices.flux=900", "v--prudent--national.prices.flux=1100",
        "v--hardi--national.prices.flux=900", "v--hardi--national.prices.flux=1100",
    ]  # fmt: skip
    assert runs[2].changes == {
        "flux.mode": 2, "national.lec.first_quartile_share": 0.4, "national.prices.flux": 900,
    }  # fmt: skip
    assert runs[0].title == "T (prudent, national.prices.flux = 900)" and runs[3].variant == "hardi"
    file.write_text(HEAD + "variants:\n  a:\n    flux.modes: 1\n", encoding="utf-8")
    with pytest.raises(AttrifluxError, match="ligne 5"):
        read_scenario(file)


@pytest.mark.parametrize("nothing", ["", " {}"])
@pytest.mark.long
def test_a_variant_without_keys_is_the_case_with_the_changes_of_the_file_alone(tmp_path, small, nothing):
    file = tmp_path / "v.yaml"
    file.write_text(
        HEAD + f"variants:\n  base:{nothing}\n  hardi:\n    national.lec.first_quartile_share: 0.4\n", encoding="utf-8"
    )  # fmt: skip
    runs = expand(read_scenario(file))
    assert [(r.name, dict(r.changes)) for r in runs] == [
        ("v--base", {}), ("v--hardi", {"national.lec.first_quartile_share": 0.4}),
    ]  # fmt: skip
    assert jsonschema.Draft202012Validator(schemas()["scenario"]).is_valid(
        yaml.safe_load(file.read_text("utf-8"))
    )
    table = af.run_scenarios([file], case=small, options=QUICK).comparison
    base = table[(table["scenario"] == "v--base") & table["difference"].notna()]
    assert len(base) and (base["difference"] == 0).all()  # the case as it is


def test_a_case_that_does_not_fit_is_put_on_the_key_that_causes_it(small, tmp_path):
    """The conversion fails for want of an assiette: the quota written above it has nothing to do with it."""
    tables = {name: frame for name, frame in small.tables.items() if name != "assiette"}
    stock = small.table("stock").assign(landlord="AUTRE")
    case = replace(small, tables={**tables, "stock": stock})
    scenario = af.Scenario("s", changes={"national.lec.first_quartile_share": 0.3, "flux.mode": 1})
    with pytest.raises(AttrifluxError) as caught:
        af.run_scenarios([scenario], tmp_path / "out", case=case)
    findings = getattr(caught.value, "findings", ())
    assert {f.column for f in findings} == {"flux.mode"}
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_a_dry_run_says_how_many_runs_and_how_long_and_writes_nothing(tmp_path):
    file = tmp_path / "d.yaml"
    file.write_text(HEAD + "over:\n  national.prices.flux: [900, 1000, 1100]\n", encoding="utf-8")
    done = attriflux(
        "scenario", "run", file, "--out", tmp_path / "out", "--dry-run", "--workers", 2, "--gap", 0.01
    )  # fmt: skip
    assert done.code == 0 and not (tmp_path / "out").exists()
    assert "4 calculs, 0 déjà fait, 4 à faire" in done.out and "Rien n'est écrit" in done.out
    assert "sur 2 processus" in done.out and "mesuré sur un calcul" in done.out
    assert "vérification : d--national.prices.flux=900" in done.err
    told = [line for line in done.err.splitlines() if not line.startswith("  depuis ")]  # of a slow machine
    assert told[-1] == "4/4 un calcul du cas tel qu'il est, pour en dire la durée"
    assert max(map(len, done.out.splitlines())) <= 80
    file.write_text(HEAD + "changes:\n  delivery.PERSONNE.ALS: 3\n", encoding="utf-8")
    refused = attriflux("scenario", "run", file, "--out", tmp_path / "out", "--dry-run")
    assert refused.code == 2 and "ligne 4" in refused.err


def made(name: str, values: dict[tuple[str, str, str], float], **more: object) -> Record:
    return Record(name, name, {}, {}, values, "optimal", "certified", (), status="certified_optimal", **more)  # type: ignore[arg-type]


def test_what_is_not_reserved_is_due_what_the_others_leave_once():
    """100 leases, 50 of them in Besançon: 30 % to Action Logement, 10 % there to the town; 65 are left, whatever the run's communes.

    The line's own share is the average over the communes of the run (0.6 in Besançon alone), out of which the town's is already.
    """
    lines = pd.DataFrame(
        [
            ("flux", "landlord=B;area=25;account=ALS", 0.3, False, 30, 100),
            ("flux", "landlord=B;area=25056;account=COLL:25056", 0.1, False, 5, 50),
            ("flux_max", "landlord=B;departement=25;account=BAILLEUR", 0.6, True, 65, 100),
        ],
        columns=["rule", "scope", "share", "ceiling", "num", "den"],
    ).assign(tolerance=0.0, opening=0.0)
    found = flux_gaps(lines, policy.load("doubs", date(2026, 7, 1)))
    gaps = {f.scope: f.value for f in found if f.indicator == "flux_gap"}
    assert [round(x, 6) for x in gaps.values()] == [0, 0, 0] and len(gaps) == 3
    assert {f.indicator: f.value for f in found}["flux_above"] == 0


def test_what_is_not_reserved_is_one_line_whether_an_agreement_gives_it_a_share_or_not():
    """A conversion leaves out the landlord's own line: the same account stood in two rows, neither with a difference."""
    rest = ("flux_max", "landlord=B;departement=25;account=BAILLEUR", 0.7, True, 65, 100)
    als = ("flux", "landlord=B;area=25;account=ALS", 0.3, False, 35, 100)
    own = ("flux", "landlord=B;area=25;account=BAILLEUR", 0.6, False, 65, 100)
    rules = policy.load("doubs", date(2026, 7, 1))

    def gaps(*lines: tuple[object, ...]) -> dict[str, float]:
        frame = pd.DataFrame(list(lines), columns=["rule", "scope", "share", "ceiling", "num", "den"])
        found = flux_gaps(frame.assign(tolerance=0.0, opening=0.0), rules)
        return {f.scope: round(f.value, 6) for f in found if f.indicator == "flux_gap"}

    scope = "rule=flux_max;landlord=B;departement=25;account=BAILLEUR"
    assert gaps(als, rest)[scope] == -5  # 0.7 × 100 are due
    assert gaps(als, own, rest) == {
        "rule=flux;landlord=B;area=25;account=ALS": 5,
        scope: 5,
    }  # its own 0.6 × 100


def test_plots_are_read_without_colours():
    below, above, well = (heat_map(["a"], ["x"], [[Cell("44 %", tone)]], "l") for tone in (-1.0, 1.0, 0.0))
    assert ">↓ 44 %<" in below and ">↑ 44 %<" in above and ">44 %<" in well
    lines = slope_chart({"A": [0.1, 0.2], "B": [0.3, 0.1]}, ["1", "2"], "l")
    assert lines.count("stroke-dasharray") == 1  # the second line
    assert all(f">{share} %<" in lines.replace("\xa0", " ") for share in ("0", "10", "20", "30"))
    ends = ends_chart({"A": {2030: 40}, "B": {2030: 40, 2100: 40}}, 2026, "l")
    assert ">A A<" in ends and ">B B<" in ends and ">A<" in ends and ">B<" in ends and ">≥ 2065<" in ends
    bars = tornado([("value", -1.0, 0.0, "1 / 0")], "l", ("Lowered", "Raised", "Changed"))
    assert all(f">{head}<" in bars for head in ("Lowered", "Raised", "Changed"))


def test_over_consumption_is_seen_and_nothing_is_cut_without_saying_so():
    """17 of 95 leases for 5 % and 8 of 18 for 2 %: both are far above; lines without a price are not on the map."""
    values: dict[tuple[str, str, str], float] = {}
    parts: dict[tuple[str, str, str], tuple[float, float]] = {}

    def line(scope: str, num: int, den: int, share: float, price: float) -> None:
        values["rule_rate", scope, "share"] = num / den
        values["rule_target", scope, "share"] = share
        values["rule_price", scope, "points"] = price
        if scope.startswith("rule=flux;"):
            values["flux_gap", scope, "leases"] = num - share * den
            values["flux_band", scope, "leases"] = 0.5
            parts["flux_gap", scope, "leases"] = (num, den)

    line("rule=flux;landlord=B1;area=25;account=ETAT_AGENT", 17, 95, 0.05, 1000)
    line("rule=flux;landlord=B2;area=25;account=ETAT_AGENT", 8, 18, 0.02, 1000)
    line("rule=flux;landlord=B3;area=25;account=ALS", 0, 18, 0.3, 0)
    for i in range(45):
        line(f"rule=flux;landlord=C{i:02};area=25;account=ALS", 5, 20, 0.25, 1000)
    page = comparison_html([made("reference", values, parts=parts)]).replace("\xa0", " ")
    gaps = page.partition("écart de chaque contingent à sa part</h2>")[2].partition("<h2>")[0]
    assert gaps.index("B1") < gaps.index("B2") < gaps.index("B3") < gaps.index("C00")
    assert "+12,3" in gaps and "17 sur 95" in gaps and "+7,6" in gaps and "8 sur 18" in gaps
    assert "8 autres lignes" in gaps
    heat = page.partition("Atteinte des objectifs</h2>")[2].partition("<h2>")[0]
    assert "Les 30 lignes les plus éloignées de leur objectif sur 47" in heat
    assert "B3" not in heat and "18 %" in heat and "44 %" in heat
    above = heat_map(["a"], ["x"], [[Cell("44 %", 1.0)]], "l")
    met = heat_map(["a"], ["x"], [[Cell("44 %", 0.0)]], "l")
    assert above != met


def test_assumed_targets_weigh_only_when_asked_and_every_page_says_that_they_do_not():
    record = made(
        "reference", {("objective", "", "points"): 1.0}, assumed=("flux;landlord=B;area=25;account=ALS",)
    )
    page = comparison_html([record]).replace("\xa0", " ")
    assert "1 ligne sans prix parce que l&#39;objectif est supposé" in page and "--price-assumed" in page
    assert "--price-assumed" not in comparison_html([made("reference", {("objective", "", "points"): 1.0})])


def test_a_tornado_moves_the_share_of_a_commune_too():
    key = "conventions.OPHM25.COLL:25388.25388.share"
    share = Parameter(key, "Part du flux", 0.1, "share", "assumed", "accord", "", date(2024, 1, 1), None)
    low, high = (sound_scenario(scenario_of(share, value)) for value in (0.08, 0.12))
    assert low.changes == {key: 0.08} and low.name.rpartition("--")[2] == "bas"
    assert high.name.rpartition("--")[2] == "haut"


def test_a_tornado_says_which_assumed_value_decides():
    first = {f"L{i}": "a" for i in range(10)}
    base = made("reference", {("leases_missing", "", "leases"): 2.0}, first=first)

    def moved(key: str, side: str, value: float, changed: int, missing: float) -> Record:
        marks = {d: "b" if i < changed else m for i, (d, m) in enumerate(first.items())}
        record = made(f"tornado--{key}--{side}", {("leases_missing", "", "leases"): missing}, first=marks)
        return replace(record, changes={key: value}, before={key: "100"}, titles={key: key.upper()})

    runs = [
        moved("p.idle", "bas", 80, 0, 2.0), moved("p.idle", "haut", 120, 0, 2.0), moved("p.big", "bas", 80, 4, 3.5),
        moved("p.big", "haut", 120, 1, 2.0), moved("p.small", "haut", 120, 2, 2.0),
    ]  # fmt: skip
    part = tornado_part([base, *runs], "fr")
    assert part is not None
    assert [r["key"] for r in part["rows"]] == ["p.big", "p.small"]
    assert part["rows"][0]["changed"] == "4 / 1" and part["rows"][0]["leases"] == "+1,5 / ="
    said = part["sentence"].replace("\xa0", " ")
    assert said.startswith("« P.BIG » décide le plus : bougée de 20 %, 4 premiers rangs changent sur 10.")
    assert "1 valeur sans effet" in said
    assert "marge de la preuve" not in said
    # a side that was not tried changed nothing that anybody knows of; the step told is that of the side that decides
    assert part["rows"][1]["changed"] == "– / 2" and part["rows"][1]["low"] == "–"
    uneven = [moved("p.big", "bas", 99, 1, 2.0), moved("p.big", "haut", 120, 4, 2.0)]
    told = tornado_part([base, *uneven], "fr")
    assert told is not None and "bougée de 20 %, 4 premiers" in told["sentence"].replace("\xa0", " ")
    left = replace(runs[2], status="certified_within")
    part = tornado_part([base, *runs[:2], left, *runs[3:]], "fr")
    assert part is not None
    assert "1 calcul s'arrête à une marge de la preuve : des premiers rangs" in part["sentence"]
    assert tornado_part([base], "fr") is None
    screen = tornado_table(SimpleNamespace(records=[base, *runs]), "fr").replace("\xa0", " ")
    assert "P.BIG" in screen and "4 / 1" in screen and "P.IDLE" not in screen
    assert max(map(len, screen.splitlines())) <= 80 and len(screen.splitlines()) < 20
    table = (
        comparison_table([base, *runs]).query("indicator == 'first_changed'").set_index("scenario")["value"]
    )
    assert table["reference"] == 0 and len(table) == 1 + len(runs)
    assert [table[r.name] for r in runs] == [
        sum(base.first.get(d) != r.first.get(d) for d in {*base.first, *r.first}) for r in runs
    ]


@pytest.mark.long
def test_the_plan_of_a_folder_already_done_has_nothing_left(small, tmp_path: Path):
    scenario = af.Scenario("a", changes={"national.prices.flux": 900})
    out = tmp_path / "out"
    af.run_scenarios([scenario], out, case=small, options=QUICK, workers=1, reference=False)
    plan = af.plan_scenarios([scenario], out, case=small, options=QUICK, reference=False)
    assert (plan.done, len(plan.runs), plan.from_runs) == (1, 1, True) and plan.seconds == 0
    assert plan.seconds_each > 0


def test_a_script_needs_no_guard_unless_it_asks_for_processes():
    """Each process reads a script again: what starts one in a plain script ends in an error, so none is started unasked."""
    for command in (af.simulate, af.run_scenarios, af.plan_scenarios, af.fairness):
        assert signature(command).parameters["workers"].default == 1


@pytest.mark.long
def test_what_a_command_returns_is_a_line_in_a_notebook_and_wrong_words_are_told():
    case = af.synthesize("commission", dwellings=4, applications=40, seed=5)
    made = (af.flux(case), af.bilan(case, 2026), af.dashboard(case, "prefet", "25"))
    for one, name in zip(made, ("Flux", "Bilan", "Dashboard"), strict=True):
        assert repr(one).startswith(f"<{name} ") and len(repr(one)) < 400
    for code, call in (
        ("FLUX_UNKNOWN_MODE", lambda: af.flux(case, modes=[])),
        ("FLUX_UNKNOWN_BASIS", lambda: af.flux(case, basis="prévision")),
        ("DASHBOARD_VIEWER", lambda: af.dashboard(case, "mairie", "25056")),  # type: ignore[arg-type]
    ):
        with pytest.raises(AttrifluxError) as told:
            call()
        assert told.value.code == code


def test_every_public_name_can_be_used_twice():
    """``af.verify`` was the command at first, and a package that cannot be called once anything had imported it."""
    for name in af.__all__:
        first, again = getattr(af, name), getattr(af, name)
        assert name in ("__version__", "scenario", "statement") or (callable(first) and callable(again)), name
        if name in ("fairness", "verify"):
            assert list(signature(again).parameters) == list(signature(first).parameters)
            assert "arguments" not in signature(again).parameters


@pytest.mark.long
def test_a_tornado_lowers_each_assumed_value_as_much_as_it_raises_it():
    case = af.synthesize("commission", dwellings=2, applications=20, seed=1)
    told = {s.name: float(str(*s.changes.values())) for s in tornado_scenarios(case, step=0.1)}
    shares = {"ALS.25": 0.32, "COLL=242500361.242500361": 0.08, "COLL=25056.25056": 0.05}
    for account, share in shares.items():
        name = f"tornado--conventions.ESH25.{account}.share"
        assert told[f"{name}--bas"] == pytest.approx(0.9 * share, abs=1e-6)
        assert told[f"{name}--haut"] == pytest.approx(1.1 * share, abs=1e-6)
