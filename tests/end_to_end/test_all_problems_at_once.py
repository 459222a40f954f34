"""A fault never hides another: settings, changes of the rules and cells of several tables are told together, in both commands."""

from __future__ import annotations

import csv
import io
import shutil
from itertools import permutations

import pytest

from optimizer import pipeline, scenario
from optimizer.errors import InputProblems
from optimizer.synth import synthesize, write_case

NEGOTIATED = (
    "negotiated: {base: 9, delta: {ALS: a}, foo: 1, counterparts: {ALS: ''}, minima: {ALS: 3, COLL:25056: x}}"
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound") / "case"
    write_case(synthesize("doubs", dwellings=6, applications=30, seed=5), folder)
    return folder


@pytest.fixture
def case(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "case")
    return tmp_path / "case"


def setting(line):
    def spoil(case):
        path = case / "case.yaml"
        name = line.partition(":")[0]
        kept = [x for x in path.read_text(encoding="utf-8").splitlines() if not x.startswith(f"{name}:")]
        path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")

    return spoil


def change(line):
    def spoil(case):
        path = case / "case.yaml"
        said = path.read_text(encoding="utf-8")
        said = said if "changes:\n" in said else f"{said}changes:\n"
        path.write_text(said.replace("changes:\n", f"changes:\n  {line}\n"), encoding="utf-8")

    return spoil


def cell(table, row, column, value):
    def spoil(case):
        path = case / f"{table}.csv"
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
        rows[row][rows[0].index(column)] = value
        sink = io.StringIO(newline="")
        csv.writer(sink, delimiter=";", lineterminator="\n").writerows(rows)
        path.write_text(sink.getvalue(), encoding="utf-8")

    return spoil


FAULTS = {
    "year": setting("year: abc"),
    "date": setting("on: 31/02/2026"),
    "shortlist": setting("shortlist_size: 0"),
    "dalo": setting('dalo: {COOP25: {"25": -3, "39": x}, ESH-FC: 4}'),
    "negotiated": setting(NEGOTIATED),
    "unknown change": change("national.prices.fluxx: 10"),
    "change out of range": change("national.prices.dalo: -5"),
    "account of a change": change("conventions.COOP25.XYZ.share: 0.2"),
    "share of a change": change("conventions.COOP25.ALS.share: 3"),
    "financing": cell("logements", 2, "financement", "PLUZ"),
    "reserved_to": cell("logements", 3, "reserve_a", "XYZ"),
    "persons": cell("demandes", 2, "personnes", "0"),
    "account of the stock": cell("stock", 1, "reservataire", "XYZ"),
    "place of the stock": cell("stock", 2, "reservataire", "COLL:99999"),
    "turnover": cell("stock", 3, "rotation", "2"),
}
OF_FLUX = [x for x in FAULTS if x != "reserved_to"]


def told(command, case):
    """Where, what and why of each error."""
    if command == "check":
        findings = pipeline.check_case(case)[1]
    else:
        try:
            findings = scenario.flux(case).findings
        except InputProblems as problems:
            findings = problems.findings
    return {(f.code, f.file, f.column, f.value) for f in findings if f.severity == "error"}


def spoiled(sound, folder, names):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sound, folder)
    for name in names:
        FAULTS[name](folder)
    return folder


@pytest.mark.parametrize("command", ["check", "flux"])
@pytest.mark.long
def test_no_fault_hides_another(sound, tmp_path, command):
    assert told(command, sound) == set()
    names = [*FAULTS] if command == "check" else OF_FLUX
    alone = {name: told(command, spoiled(sound, tmp_path / "case", [name])) for name in names}
    assert [name for name, found in alone.items() if not found] == []
    hidden = []
    for first in (
        "year",
        "date",
        "negotiated",
        "unknown change",
        "financing",
        "turnover",
        "account of the stock",
    ):
        others = [x for x in names if x != first]
        for part in (others[:5], others[5:9], others[9:]):
            if {"year", "date"} <= {first, *part}:
                part = [x for x in part if x not in ("year", "date")]  # without both there is no case
            found = told(command, spoiled(sound, tmp_path / "case", [first, *part]))
            hidden += [(first, name) for name in (first, *part) if alone[name] - found]
    assert hidden == []


def test_every_entry_of_what_is_negotiated_is_told_with_its_key(case):
    setting(NEGOTIATED)(case)
    found = {(column, value) for code, _, column, value in told("flux", case) if code == "READ_KEY_VALUE"}
    assert found == {
        ("negotiated.foo", "foo"),
        ("negotiated.base", "9"),
        ("negotiated.delta.ALS", "a"),
        ("negotiated.counterparts.ALS", ""),
        ("negotiated.minima.ALS", "3"),
        ("negotiated.minima.COLL:25056", "x"),
    }


@pytest.mark.long
def test_changes_are_told_with_key_value_and_expectation_whatever_their_order(sound, tmp_path):
    names = ("unknown change", "change out of range", "account of a change")
    for order in permutations(names):
        case = spoiled(sound, tmp_path / "case", order)
        findings = [f for f in pipeline.check_case(case)[1] if f.severity == "error"]
        assert {f.column for f in findings} == {
            "changes.national.prices.fluxx",
            "changes.national.prices.dalo",
            "changes.conventions.COOP25.XYZ.share",
        }
        assert any(f.value == "-5" and "attendu" in f.text() for f in findings)


def test_an_unknown_territory_leaves_the_changes_of_the_country_to_be_told(case):
    setting("territory: doub")(case)
    for name in ("unknown change", "change out of range"):
        FAULTS[name](case)
    codes = sorted(code for code, *_ in told("check", case))
    assert codes == ["POLICY_CHANGE_BAD_VALUE", "POLICY_CHANGE_UNKNOWN", "POLICY_UNKNOWN_TERRITORY"]
    [unknown] = [f for f in pipeline.check_case(case)[1] if f.code == "POLICY_UNKNOWN_TERRITORY"]
    assert (unknown.column, unknown.value) == ("territory", "doub") and unknown.remedy()


def test_an_account_of_the_stock_may_be_of_a_place_beyond_the_territory(case):
    cell("stock", 1, "reservataire", "COLL:75056")(case)
    assert told("check", case) == set() == told("flux", case)
