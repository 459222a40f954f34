"""Envelopes of a published proof: accepted as they are, refused with any number changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify
from optimizer.verify.envelopes import EnvelopeRow, Envelopes, Hull

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """(case, result) of thirty dwellings whose proof uses envelopes."""
    folder = tmp_path_factory.mktemp("envelopes")
    write_case(synthesize("doubs", dwellings=30, applications=150, seed=3), folder / "case")
    propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False, backend="highs"))
    return folder / "case", folder / "out"


def _envelopes(content: dict[str, Any]) -> list[dict[str, Any]]:
    leaves = [node["leaf"] for node in content["nodes"] if "leaf" in node]
    return [cut for leaf in leaves for cut in leaf.get("cuts", ()) if "counts" in cut]


def test_the_proof_is_accepted(published):
    case, out = published
    content = json.loads((out / "certificate.json").read_text(encoding="utf-8"))
    rules = [{content["rows"][int(k)]["rule"] for k in cut["rows"]} for cut in _envelopes(content)]
    # what an account must have beside what another may have
    assert {"flux", "flux_max"} in rules
    assert [c.text("en") for c in verify(out, case).checks if not c.ok] == []


def _first(cut: dict[str, Any]) -> str:
    return next(k for k, weight in cut["counts"].items() if weight)


def _more(part: str, by: int) -> Change:
    def change(cut: dict[str, Any]) -> None:
        cut[part][_first(cut)] += by

    return change


def _set(part: str, value: Callable[[Any], Any]) -> Change:
    def change(cut: dict[str, Any]) -> None:
        cut[part] = value(cut[part])

    return change


def _limits(least: int, most: int) -> Change:
    def change(cut: dict[str, Any]) -> None:
        a, b = cut["num"][_first(cut)]
        cut["num"][_first(cut)] = [a + least, b + most]

    return change


CHANGES: dict[str, Change] = {
    "a heavier count": _more("counts", 10_000),
    "a lighter count": _more("counts", -1_000),
    "a heavier price": _more("rows", 10**9),
    "no price": _set("rows", lambda rows: dict.fromkeys(rows, 0)),
    "a steeper line": _set("slope", lambda slope: slope + 1_000),
    "a flatter line": _set("slope", lambda slope: slope - 1_000),
    "fewer leases than could be": _set("den", lambda den: [den[0], den[1] - 1]),
    "more leases than the path says": _set("den", lambda den: [den[0] + 1, den[1]]),
    "counts from the middle": _limits(1, 0),
    "counts to the middle": _limits(0, -1),
    "a larger multiplier": _set("nu", lambda nu: str(Decimal(nu) + 1)),
    "a negative multiplier": _set("nu", lambda nu: "-" + nu),
    "a text for a number": _set("slope", str),
    "a window upside down": _set("den", lambda den: den[::-1] if den[0] != den[1] else [1, 0]),
    "a row that is not there": _set("rows", lambda rows: {"9999": 1, **rows}),
    "a row without limits": _set("num", lambda num: {}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_envelope_is_refused(published, tmp_path, name):
    case, out = published
    shutil.copytree(out, tmp_path / "out")
    path = tmp_path / "out" / "certificate.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    cut = max(_envelopes(content), key=lambda c: Decimal(c["nu"]))
    CHANGES[name](cut)
    path.write_text(json.dumps(content), encoding="utf-8")
    assert verify(tmp_path / "out", case).refused


def test_a_row_of_another_denominator_is_refused(published, tmp_path):
    case, out = published
    shutil.copytree(out, tmp_path / "out")
    path = tmp_path / "out" / "certificate.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    cut = max(_envelopes(content), key=lambda c: Decimal(c["nu"]))
    scopes = [row["scope"] for row in content["rows"]]
    other = next(
        str(k) for k, scope in enumerate(scopes) if scope.startswith("epci=") and str(k) not in cut["rows"]
    )
    for part, value in (("rows", 0), ("counts", 1), ("num", [0, cut["den"][1]])):
        cut[part][other] = value
    path.write_text(json.dumps(content), encoding="utf-8")
    assert verify(tmp_path / "out", case).refused


@pytest.mark.parametrize(("used", "holds"), [([0], True), ([0, 1], False)])
def test_denominators_are_compared_on_the_leases_that_may_be(used, holds):
    """Two rows, outside QPV and everywhere, ask for the same share of the same leases where nothing inside QPV can be let."""
    den = np.array([[1, 0], [1, 1]])  # rows × kinds

    class Space:
        kind_ptr = np.zeros(3, np.int64)
        set_of = np.zeros(1, np.int64)
        set_kind, set_ptr = np.array(used), np.array([0, len(used)])
        seat = np.zeros((0, 3), np.int64)

        @staticmethod
        def balance(num, marks):
            return marks @ den

    asked = (EnvelopeRow(0, 100, 1, 0, 4), EnvelopeRow(1, 100, 1, 0, 4))
    hull = Hull(asked, slope=0, low=0, high=4)
    path = SimpleNamespace(low={}, high={("den", 0): 4, ("den", 1): 4})
    assert Envelopes(Space(), [None, None]).holds(hull, path) is holds
