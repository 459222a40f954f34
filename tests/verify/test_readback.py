"""What a session and `why` take again from a result says what its tables say, or the result is refused."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from publish import seal

from optimizer.runs import Options, propose_to
from optimizer.verify import verify
from tests.chains.towns import town
from tests.oracle.cases import write_case

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    folder = tmp_path_factory.mktemp("week")
    case = write_case(3, folder / "case")
    propose_to(case, folder / "out", Options(accept_assumed=True, pdf=False))
    assert not verify(folder / "out", case).refused
    return case, folder / "out"


def refusals(week, tmp_path, change, name):
    case, sound = week
    out = tmp_path / "out"
    shutil.copytree(sound, out)
    if name == "why.npz":
        with np.load(out / name) as file:
            arrays = {key: file[key].copy() for key in file.files}
        change(arrays)
        np.savez(out / name, **arrays)
    else:
        content = json.loads((out / name).read_text())
        change(content)
        (out / name).write_text(json.dumps(content))
    seal(out)
    return [check.id for check in verify(out, case).checks if not check.ok]


def listed(content):
    return next(form for form in content["forms"] if len(form["candidates"]) > 1)


def exchanged(content):
    form = listed(content)
    one, two = form["candidates"][:2]
    one["rank"], two["rank"] = two["rank"], one["rank"]
    form["candidates"][:2] = [two, one]


def renamed(content):
    one, two = listed(content)["candidates"][:2]
    one["application"], two["application"] = two["application"], one["application"]


def another_number_printed(content):
    card = listed(content)["candidates"][0]
    for pair in card["lines"]["fr"][0]:
        if pair[0] == "NUR":
            pair[1] = listed(content)["candidates"][1]["application"]


def another_account(content):
    listed(content)["account"] = "ALS"


def dropped(content):
    content["forms"].remove(listed(content))


def line(key, value):
    def change(content):
        form = listed(content)
        form["households"][form["candidates"][0]["application"]][key] = value

    change.__name__ = key
    return change


def said_otherwise(content):
    listed(content)["candidates"][0]["lines"]["en"][-1][0][1] = "the best of all"


def elsewhere(content):
    listed(content)["facts"]["landlord"] = "ESHB"


def of_a_dwelling(key, value, inside=""):
    def change(content):
        form = listed(content)
        (form[inside] if inside else form)[key] = value

    change.__name__ = key
    return change


@pytest.mark.parametrize(
    "change",
    [
        of_a_dwelling("status", "no_candidate"), of_a_dwelling("reason_if_short", {"fr": "Aucune demande", "en": "Nobody"}),
        of_a_dwelling("account_label", {"fr": "Action Logement", "en": "Somebody"}), of_a_dwelling("vacancy_days", 400, "facts"),
        of_a_dwelling("rooms", 9, "facts"), of_a_dwelling("financing", "PLI", "facts"), of_a_dwelling("rent_eur", 1.0, "facts"),
        line("persons", 9), exchanged, renamed, another_number_printed, another_account, dropped, said_otherwise, elsewhere, line("score", 99.0),
        line("dalo", True), line("flags", ""), line("effort", 0.5), line("designated", True), line("q1", "yes"),
        line("reason", {"fr": "x", "en": "x"}),
    ],
)  # fmt: skip
def test_a_sheet_that_a_session_would_be_made_of(week, tmp_path, change):
    assert refusals(week, tmp_path, change, "sheets.json") == ["readback"]


@pytest.mark.parametrize("name", ["status", "state_reason", "points_needed", "nearest", "rank", "confirmed"])
def test_an_answer_that_why_would_give(week, tmp_path, name):
    def change(arrays):
        mine = arrays[name]
        mine[:] = np.where(mine == mine[0], (mine.max() + mine.min() + 1) // 2 + 1, mine[0])

    assert refusals(week, tmp_path, change, "why.npz") == ["readback"]


def test_the_account_that_why_would_name_is_that_of_the_list(week, tmp_path):
    def change(arrays):
        arrays["account"][np.flatnonzero(arrays["rank"])[0]] += 1

    assert refusals(week, tmp_path, change, "why.npz") == ["readback"]


@pytest.mark.parametrize("name", ["rules", "homes"])
def test_prices_and_dwellings_that_why_would_tell(week, tmp_path, name):
    def change(arrays):
        told = json.loads(arrays["meta"].tobytes().decode())
        if name == "rules":
            told["rules"][0][2][2] += 1
        else:
            told["homes"][0][1] += 1
        arrays["meta"] = np.frombuffer(json.dumps(told).encode(), np.uint8)

    assert refusals(week, tmp_path, change, "why.npz") == ["readback"]


@pytest.mark.parametrize("name", ["certificate.json", "run.json", "sheets.json"])
def test_a_key_that_stands_twice_is_refused(week, tmp_path, name):
    case, sound = week
    out = tmp_path / "out"
    shutil.copytree(sound, out)
    text = (out / name).read_text()
    key = {"certificate.json": "objective", "run.json": "title", "sheets.json": "on"}[name]
    assert f'"{key}":' in text
    seal(out)
    (out / name).write_text((out / name).read_text().replace(f'"{key}":', f'"{key}": "2", "{key}":', 1))
    if name != "run.json":
        seal(out)
    assert [check.id for check in verify(out, case).checks if not check.ok]


def test_a_dwelling_still_lived_in_is_said_so_to_the_session(tmp_path):
    case, out = town(tmp_path / "case", 0), tmp_path / "out"
    propose_to(case, out, Options(accept_assumed=True, price_assumed=True, pdf=False, chains=2))
    sound = json.loads((out / "sheets.json").read_text())
    linked = [i for i, form in enumerate(sound["forms"]) if "chain" in form]
    assert linked
    for i in linked:
        content = json.loads((out / "sheets.json").read_text())
        del content["forms"][i]["chain"]
        (out / "sheets.json").write_text(json.dumps(content))
        seal(out)
        assert [check.id for check in verify(out, case).checks if not check.ok] == ["readback"]
        (out / "sheets.json").write_text(json.dumps(sound))
