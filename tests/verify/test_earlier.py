"""``verify --keep``: the result that was kept, at hand, says which first ranks weighed and what the lists were."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil

import pytest
from publish import seal

from optimizer.runs import Options, propose, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify

BOM = b"\xef\xbb\xbf"
QUICK = Options(accept_assumed=True, pdf=False)


def table(out, name):
    text = (out / f"{name}.csv").read_bytes().removeprefix(BOM).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def checks(out, case, earlier=None):
    return {check.id: check.ok for check in verify(out, case, keep=earlier).checks}


def forged(out, folder, changed, **record):
    """A copy of a result with other files, its manifest and record made to fit."""
    shutil.copytree(out, folder)
    for name, content in changed.items():
        (folder / name).write_bytes(content)
    told = json.loads((folder / "run.json").read_text(encoding="utf-8")) | record
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    seal(folder)
    return folder


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """A week, its result, and both a week later: the first household of the first list gone, the rest kept."""
    folder = tmp_path_factory.mktemp("earlier")
    write_case(synthesize("commission", dwellings=5, applications=90, seed=4), folder / "case")
    propose_to(folder / "case", folder / "earlier", QUICK)
    gone = next(r["application_id"] for r in table(folder / "earlier", "proposals") if r["application_id"])
    shutil.copytree(folder / "case", folder / "later")
    (folder / "later" / "decisions.csv").write_text(
        f"application_id,decision,reason,author\n{gone},forbid,housed_elsewhere,s\n", encoding="utf-8"
    )
    options = Options(accept_assumed=True, pdf=False, keep=folder / "earlier")
    propose_to(folder / "later", folder / "out", options)
    return folder / "later", folder / "out", folder / "earlier"


def test_an_honest_result_holds_against_the_one_it_kept(week):
    case, out, earlier = week
    alone, beside = checks(out, case), checks(out, case, earlier)
    assert all(alone.values()) and "as_told" in alone and "earlier" not in alone
    assert all(beside.values()) and "earlier" in beside and "as_told" not in beside


def test_another_result_is_not_the_one_that_was_kept(week):
    case, out, _ = week
    assert not checks(out, case, out)["earlier"]


@pytest.mark.long
def test_a_result_kept_in_memory_is_compared_by_its_lists(week, tmp_path):
    case, _, earlier = week
    value = propose(case.parent / "case", QUICK)
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False, keep=value))
    assert checks(tmp_path / "out", case, earlier)["earlier"]


def test_nothing_was_kept_and_something_is_given(week):
    case, _, earlier = week
    assert not checks(earlier, case.parent / "case", earlier)["earlier"]


def test_a_first_rank_that_was_not_one_is_found(week, tmp_path):
    case, out, earlier = week
    raw = (out / "kept.csv").read_bytes()
    head, first, *rest = raw.splitlines(keepends=True)
    assert rest
    missing = forged(out, tmp_path / "missing", {"kept.csv": head + b"".join(rest)})
    assert not checks(missing, case, earlier)["earlier"]
    name = first.decode().strip().rpartition(";")[2]
    other = next(
        r["application_id"]
        for r in table(earlier, "proposals")
        if r["rank"] == "2" and r["application_id"] != name
    )
    assert other.encode() not in raw
    invented = raw.replace(name.encode(), other.encode())
    assert not checks(forged(out, tmp_path / "invented", {"kept.csv": invented}), case, earlier)["earlier"]


def test_the_hash_of_another_table_is_found(week, tmp_path):
    case, out, earlier = week
    wrong = forged(out, tmp_path / "out", {}, keep_sha256=hashlib.sha256(b"").hexdigest())
    assert all(checks(wrong, case).values())
    assert not checks(wrong, case, earlier)["earlier"]


def test_a_list_of_then_in_another_order_is_found(week, tmp_path):
    """Who stood behind the first rank is told nowhere else than in the earlier result."""
    case, out, earlier = week
    then = next(r["list_before"] for r in table(out, "changes") if r["list_before"].count("|") >= 2)
    first, second, third, *more = then.split("|")
    raw = (out / "changes.csv").read_bytes()
    assert raw.count(then.encode()) == 1
    turned = raw.replace(then.encode(), "|".join((first, third, second, *more)).encode())
    wrong = forged(out, tmp_path / "out", {"changes.csv": turned})
    assert checks(wrong, case)["changes"]
    assert not checks(wrong, case, earlier)["earlier"]
