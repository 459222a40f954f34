"""The proof on its own: what a bound may claim, runs without a tree, numbers that leave 64 bits, the product's runs."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction

import leaf as reference
import publish
import pytest

from optimizer.verify import Check, Verdict, verify
from optimizer.verify.outputs import decimal
from optimizer.verify.tree import AccountSplit, CountSplit, HouseholdSplit, Leaf, PairSplit, path_of
from optimizer.verify.verdict import decimal_text


@pytest.fixture
def result(country, tmp_path):
    """(case, private copy of the result, its certificate, a way to write it back)."""
    case, out, pub = country.solved(6)
    shutil.copytree(out, tmp_path / "out")
    certificate = json.loads((tmp_path / "out" / "certificate.json").read_text())

    def check(changed):
        (tmp_path / "out" / "certificate.json").write_text(json.dumps(changed))
        publish.seal(tmp_path / "out")
        return verify(tmp_path / "out", case, models=country.models, record=False)

    return certificate, check, pub


def test_no_tree_is_certified_within_the_trivial_bound(result):
    certificate, check, pub = result
    best = sum(max([0, *(pub.ref.value(p) for p in pub.ref.options(d))]) for d in range(pub.ref.nd))
    gap = Fraction(best, 100) - Fraction(certificate["objective"])
    certificate |= {
        "nodes": [], "status": "not_certified", "bound": decimal_text(Fraction(best, 100)), "gap": decimal_text(gap),
    }  # fmt: skip
    verdict = check(certificate)
    assert verdict.verdict in ("certified within", "certified")
    assert Fraction(verdict.bound) == Fraction(best, 100)


def test_a_bound_below_the_trivial_one_needs_a_tree(result):
    certificate, check, _ = result
    certificate |= {"nodes": [], "status": "not_certified", "bound": certificate["objective"], "gap": "0"}
    assert {"status"} == {c.id for c in check(certificate).checks if not c.ok}


def test_a_tree_is_not_said_to_prove_nothing(result):
    certificate, check, _ = result
    certificate["status"] = "not_certified"
    found = {c.id: c for c in check(certificate).checks if not c.ok}
    assert "preuve dite absente" in found["status"].fr


def test_a_weak_tree_is_certified_within(result):
    certificate, check, pub = result
    best = sum(max([0, *(pub.ref.value(p) for p in pub.ref.options(d))]) for d in range(pub.ref.nd))
    gap = Fraction(best, 100) - Fraction(certificate["objective"])
    weak = {"rows": {}, "mir": {}, "branch": {}, "prices": {}, "bound": decimal_text(Fraction(best, 100))}
    certificate |= {
        "nodes": [{"leaf": weak}], "status": "certified_within", "gap": decimal_text(gap), "bound": weak["bound"],
    }  # fmt: skip
    verdict = check(certificate)
    assert gap > 0 and verdict.verdict == "certified within" and Fraction(verdict.within) == gap
    certificate["status"] = "certified_optimal"
    assert check(certificate).refused


@pytest.mark.parametrize("seed", [4, 13])
def test_rows_on_a_nominee_and_who_comes_after_it_bound_what_the_reference_says(country, tmp_path, seed):
    """Whatever τ is: where a list names both, and nowhere where one of them alone is named."""
    case, out, pub = country.solved(seed)
    leaf = reference.Leaf(pub, ())
    use = {name: {} for name in ("rows", "mir", "branch", "prices", "cuts", "order")}
    use["after"] = {i: (i + 1) * 700 * 10**6 for i in range(len(leaf.afters))}
    bound = leaf.bound(use, {})
    ids = [[f"A{app}" for app in two] for two in leaf.afters]
    shutil.copytree(out, tmp_path / "out")
    certificate = json.loads((tmp_path / "out" / "certificate.json").read_text())
    step = Fraction(certificate["grid"]) * 10**6
    weak = {name: {} for name in ("rows", "mir", "branch", "prices")} | {
        "after": [{"application": b, "after": c, "tau": str((i + 1) * 700)} for i, (b, c) in enumerate(ids)],
        "bound": decimal_text(Fraction(-(-bound // 1), 10**6)),
    }
    whole = bound // step * step / 10**6
    certificate |= {
        "nodes": [{"leaf": weak}], "status": "certified_within", "bound": decimal_text(whole),
        "gap": decimal_text(whole - Fraction(certificate["objective"])),
    }  # fmt: skip

    def verdict() -> Verdict:
        (tmp_path / "out" / "certificate.json").write_text(json.dumps(certificate))
        publish.seal(tmp_path / "out")
        return verify(tmp_path / "out", case, models=country.models, record=False)

    found = verdict()
    assert found.verdict == "certified within" and Fraction(found.bound) == whole
    weak["after"].pop()
    assert verdict().refused
    weak["after"].append({"application": ids[-1][0], "after": ids[-1][1], "tau": "-1"})
    assert verdict().refused


@pytest.mark.parametrize("text", ["1e308", "99999999999999999", "0.0000001", "NaN", "-0.5", "", "1,5"])
def test_numbers_that_are_not_allowed(result, text):
    certificate, check, _ = result
    leaf = next(n["leaf"] for n in certificate["nodes"] if "bound" in n.get("leaf", {}))
    leaf["prices"]["A0"] = text
    assert check(certificate).refused


def test_json_numbers_are_not_exact_decimals(result):
    certificate, check, _ = result
    certificate["objective"] = float(certificate["objective"])
    assert check(certificate).refused


@pytest.mark.parametrize(
    ("text", "value"), [("0.000100", 100), ("-1.250000", -1_250_000), ("12", 12_000_000)]
)
def test_exact_decimals(text, value):
    assert decimal(text) == value


def steps(*splits):
    return path_of(Leaf(9, tuple((i, s, high) for i, (s, high) in enumerate(splits)), {}))


MOST = {("den", 0): 3, ("num", 0): 3}


@pytest.mark.parametrize(
    ("splits", "impossible"),
    [
        ([(CountSplit("num", 0, 1), True), (CountSplit("num", 0, 1), False)], True),
        ([(CountSplit("num", 0, 1), True), (CountSplit("num", 0, 2), False)], False),
        ([(CountSplit("num", 0, 2), True), (CountSplit("den", 0, 2), False)], True),
        ([(CountSplit("den", 0, 3), True)], True),
        ([(CountSplit("den", 0, -1), False)], True),
        ([(PairSplit(0, 1, "ALS"), True), (PairSplit(0, 2, "ALS"), True)], True),
        ([(PairSplit(0, 1, "ALS"), True), (PairSplit(1, 1, "ALS"), True)], True),
        ([(PairSplit(0, 1, "ALS"), True), (PairSplit(0, 1, "ALS"), False)], True),
        ([(PairSplit(0, 1, "ALS"), True), (AccountSplit(0, "ALS"), False)], True),
        ([(PairSplit(0, 1, "ALS"), True), (AccountSplit(0, "BAILLEUR"), True)], True),
        ([(PairSplit(0, 1, "ALS"), True), (AccountSplit(0, "ALS"), True)], False),
        ([(AccountSplit(0, "ALS"), True), (AccountSplit(0, "BAILLEUR"), True)], True),
        ([(PairSplit(0, -1, "ALS"), True), (PairSplit(1, -1, "ALS"), True)], False),
        ([(HouseholdSplit(1), True), (HouseholdSplit(1), False)], True),
        ([(HouseholdSplit(1), False), (PairSplit(0, 1, "ALS"), True)], True),
        ([(HouseholdSplit(1), True), (PairSplit(0, 1, "ALS"), True)], False),
        ([(HouseholdSplit(1), True), (HouseholdSplit(2), False)], False),
    ],
)  # fmt: skip
def test_contradictions_of_form(splits, impossible):
    assert steps(*splits).contradiction(MOST) is impossible


def test_sentences_in_both_languages():
    bad = Check("rows", False, 2, "flux")
    assert "2 écarts" in bad.fr and "2 differences" in bad.en
    within = Verdict("certified within", (bad,), within="12.5")
    assert "12,50 points" in within.sentence("fr") and "12.50 points" in within.sentence("en")
    assert within.to_dict()["within"] == "12.5"
    assert "1 contrôle" in Verdict("refused", (bad,)).sentence("fr")
