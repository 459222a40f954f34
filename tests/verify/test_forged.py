"""What a forger may write without lying about a first rank: losses, marginal points, who was solved again, another way of writing a number."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import shutil
from fractions import Fraction

import numpy as np
import pytest
from publish import seal

import optimizer.verify as verification
from optimizer.results import rules as rules_table
from optimizer.runs import Options, propose_to
from optimizer.shortlist import explaining
from optimizer.shortlist import nearest as nearby
from optimizer.synth import synthesize, write_case
from optimizer.verify import Verdict, verify, whole
from tests.oracle.cases import write_case as oracle

BOM = b"\xef\xbb\xbf"


def propose(folder, dwellings, applications):
    write_case(
        synthesize("doubs", dwellings=dwellings, applications=applications, seed=4, tight=True),
        folder / "case",
    )
    propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False))
    return folder / "case", folder / "out"


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    return propose(tmp_path_factory.mktemp("week"), 8, 150)


@pytest.fixture
def copy(week, tmp_path):
    case, out = week
    shutil.copytree(out, tmp_path / "out")
    return case, tmp_path / "out"


def table(out, name):
    text = (out / f"{name}.csv").read_bytes().removeprefix(BOM).decode()
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def write(out, name, rows):
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=";", lineterminator="\n").writerows(rows)
    (out / f"{name}.csv").write_bytes(BOM + sink.getvalue().encode())


def failed(case, out):
    seal(out)
    return [check.id for check in verify(out, case).checks if not check.ok]


def number(cell):
    return Fraction(cell.replace(",", "."))


def text(value, places):
    return f"{float(value):.{places}f}".rstrip("0").rstrip(".").replace(".", ",")


def altered(case, out, name, i, j, cell):
    """Checks that refuse the result with one cell another; the table is put back."""
    rows = table(out, name)
    before, rows[i][j] = rows[i][j], cell
    assert cell != before
    write(out, name, rows)
    found = failed(case, out)
    rows[i][j] = before
    write(out, name, rows)
    return found


@pytest.mark.long
def test_a_loss_at_least_below_the_loss_at_most_is_refused(copy):
    case, out = copy
    assert failed(case, out) == []
    rows = table(out, "orientation")
    least, most = rows[0].index("loss_points"), rows[0].index("loss_at_most")
    tried = [i for i, row in enumerate(rows[1:], 1) if row[most] and number(row[least]) < number(row[most])]
    assert len(tried) > 2
    for i in tried[:: max(1, len(tried) // 4)]:
        low, high = number(rows[i][least]), number(rows[i][most])
        for cell in {text((low + high) / 2, 2), rows[i][most], "0"} - {rows[i][least]}:
            assert altered(case, out, "orientation", i, least, cell) == ["orientation"]


@pytest.mark.long
def test_marginal_points_by_the_multipliers_are_recomputed(tmp_path, monkeypatch):
    monkeypatch.setattr(rules_table, "SMALL", 0)
    monkeypatch.setattr(whole, "SOLVED_AGAIN", 0)
    case, out = propose(tmp_path, 8, 150)
    assert failed(case, out) == []
    rows = table(out, "rules")
    at, short = rows[0].index("marginal_points"), 0
    for i, row in enumerate(rows[1:], 1):
        if row[at] != "0":
            short += 1
            for cell in (text(number(row[at]) / 2, 6), "0"):
                assert altered(case, out, "rules", i, at, cell) == ["gauges"]
    assert short


def test_marginal_points_that_were_solved_again_are_held_by_the_leaves_of_the_proof(copy):
    case, out = copy
    rows = table(out, "rules")
    at = rows[0].index("marginal_points")
    tried = [i for i, row in enumerate(rows[1:], 1) if number(row[at]) < 0]
    assert tried
    assert any("gauges" in altered(case, out, "rules", i, at, "0") for i in tried)


@pytest.mark.long
def test_who_was_solved_again_is_a_draw(copy):
    case, out = copy
    rows = table(out, "explanations")
    said, points = rows[0].index("confirmed"), rows[0].index("points_needed")
    sure = [i for i, row in enumerate(rows[1:], 1) if row[said] == "yes"]
    lacking = [i for i, row in enumerate(rows[1:], 1) if not row[said] and row[points] not in ("", "0")]
    assert sure and lacking
    for i in sure:
        assert "explanations" in altered(case, out, "explanations", i, said, "")
    for i in lacking[:2]:
        for word in ("yes", "no"):
            assert "explanations" in altered(case, out, "explanations", i, said, word)


def test_what_is_shown_of_the_root_must_be_permitted(copy):
    case, out = copy
    path = out / "certificate.json"
    sound = json.loads(path.read_text(encoding="utf-8"))
    leaf = sound["nodes"][0].get("leaf", {})
    root = sound.get("root") or {part: leaf[part] for part in ("rows", "prices")}
    app = table(out, "applications")[1][0]
    for part, key, value in (
        ("rows", "0", "999999.000000"),
        ("rows", "0", "-1.000000"),
        ("rows", "99999", "1.000000"),
        ("prices", app, "-1.000000"),
        ("prices", "nobody", "1.000000"),
    ):
        path.write_text(json.dumps(sound | {"root": root | {part: root[part] | {key: value}}}))
        assert "multipliers" in failed(case, out)


def first_of(told):
    """The first key of an object, whatever it is."""
    return next(iter(told))


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("", lambda c: c.update(optimum="établi par un autre solveur")),
        ("stages", lambda c: c["stages"].update(remark="1")),
        ("rows[2]", lambda c: c["rows"][2].update(met="true")),
        ("nodes[0]", lambda c: c["nodes"][0].update(empty="rien")),
        ("bound", lambda c: c.update(bound=c["bound"] + "0")),
        ("gap", lambda c: c.update(gap="-" + c["gap"])),
        ("grid", lambda c: c.update(grid=c["grid"].rstrip("0"))),
        ("rows[1].rate", lambda c: c["rows"][1].update(rate="0" + c["rows"][1]["rate"])),
        ("rows[1].price", lambda c: c["rows"][1].update(price=c["rows"][1]["price"].split(".")[0])),
    ],
)
def test_a_certificate_holds_nothing_unread_and_each_number_in_one_way(copy, where, change):
    case, out = copy
    path = out / "certificate.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told))
    seal(out)
    found = {check.id: check for check in verify(out, case).checks if not check.ok}
    assert set(found) == {"form"}
    assert found["form"].detail.startswith("certificate.json" + (f", {where} :" if where else " :"))
    assert "clé inconnue" in found["form"].fr or "écrit autrement" in found["form"].fr


@pytest.mark.parametrize("spelled", ["0{}", " {}", "+{}"])
def test_a_multiplier_under_another_spelling_of_its_row_is_refused_without_its_key(copy, spelled):
    case, out = copy
    path = out / "certificate.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    shown = next(x for x in (told.get("root"), *(n.get("leaf") for n in told["nodes"])) if x and x["rows"])
    key = first_of(shown["rows"])
    shown["rows"][spelled.format(key)] = shown["rows"].pop(key)
    path.write_text(json.dumps(told))
    assert "form" in failed(case, out)


def test_a_price_written_otherwise_is_told_without_the_application(copy):
    case, out = copy
    path = out / "certificate.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    shown = next(x for x in (n.get("leaf") for n in told["nodes"]) if x and x.get("prices"))
    app = first_of(shown["prices"])
    shown["prices"][app] += "0"
    path.write_text(json.dumps(told))
    seal(out)
    (found,) = (check for check in verify(out, case).checks if not check.ok)
    assert found.id == "form" and "leaf.prices" in found.fr and app not in found.fr


@pytest.mark.long
def test_a_tree_without_what_it_shows_of_the_root_is_of_an_earlier_version(tmp_path):
    case, out = propose(tmp_path, 12, 60)
    path = out / "certificate.json"
    sound = json.loads(path.read_text(encoding="utf-8"))
    assert sound.pop("root")
    path.write_text(json.dumps(sound))
    assert "format" in failed(case, out)


@pytest.mark.parametrize(
    ("name", "column", "change"),
    [
        ("rules", "num_run", lambda x: f"{x},0"),
        ("rules", "den_run", lambda x: f"0{x}"),
        ("rules", "price", lambda x: f"+{x}"),
        ("rules", "shortfall", lambda x: f"{x}{'' if ',' in x else ','}0"),
        ("rules", "share", lambda x: x.replace(",", ".")),
        ("rules", "scope", lambda x: f"{x} "),
        ("orientation", "loss_points", lambda x: "-0" if x == "0" else f"{x} "),
        ("orientation", "chosen", lambda x: "oui" if x == "1" else "non"),
        ("proposals", "value", lambda x: f"{x}{'' if ',' in x else ','}0000001"),
        ("proposals", "score", lambda x: f"{x}e0"),
        ("proposals", "reason", lambda x: f" {x}"),
        ("proposals", "account", lambda x: f"{x} "),
        ("leapfrogs", "points_gap", lambda x: f"{x}{'' if ',' in x else ','}0"),
        ("explanations", "of", lambda x: f"{x},0" if x else " "),
        ("scores", "points", lambda x: f"{x}{'' if ',' in x else ','}0"),
        ("applications", "best_rank", lambda x: f"{x},0" if x else " "),
    ],
)  # fmt: skip
def test_a_cell_written_otherwise_is_refused_with_its_place(copy, name, column, change):
    case, out = copy
    rows = table(out, name)
    j = rows[0].index(column)
    rows[2][j] = change(rows[2][j])
    write(out, name, rows)
    seal(out)
    found = {check.id: check for check in verify(out, case).checks if not check.ok}
    assert "manifest" not in found
    assert f"{name}, ligne 3, {column}" in found["form"].fr


def test_flags_in_another_order_are_refused(week, tmp_path):
    case, sound = week
    for i, row in enumerate(table(sound, "proposals")):
        j = table(sound, "proposals")[0].index("flags")
        if "|" in row[j]:
            shutil.copytree(sound, tmp_path / "out")
            words = "|".join(reversed(row[j].split("|")))
            assert "labels" in altered(case, tmp_path / "out", "proposals", i, j, words)
            return
    raise AssertionError("no line with two flags")


@pytest.mark.parametrize("more", [".004", ".00", ".0"])
def test_the_price_of_a_rule_that_was_passed_for_is_written_in_one_way(tmp_path, more):
    case, out = oracle(11, tmp_path / "case"), tmp_path / "out"
    propose_to(case, out, Options(accept_assumed=True, price_assumed=True, pdf=False))
    rows = table(out, "leapfrogs")
    j = rows[0].index("explained_by")
    i = next(i for i, row in enumerate(rows) if "@" in row[j])
    assert "leapfrogs" in altered(case, out, "leapfrogs", i, j, rows[i][j] + more)


@pytest.mark.parametrize(
    ("seed", "said", "told"), [(1, "pin", "nomination"), (9, "places", "class"), (9, "class", "lean"), (16, "nomination", "fit")]
)  # fmt: skip
@pytest.mark.long
def test_the_first_reason_that_applies_is_the_reason(tmp_path, seed, said, told):
    """What comes after it in the order of the list holds as well, and would tell the household something else."""
    case, out = oracle(seed, tmp_path / "case"), tmp_path / "out"
    propose_to(case, out, Options(accept_assumed=True, price_assumed=seed % 4 == 3, pdf=False))
    rows = table(out, "leapfrogs")
    j = rows[0].index("explained_by")
    tried = [i for i, row in enumerate(rows) if row[j] == said]
    assert tried
    for i in tried:
        assert "leapfrogs" in altered(case, out, "leapfrogs", i, j, told)


def test_numbers_of_a_proof_are_written_in_one_way(copy):
    case, out = copy
    sound = json.loads((out / "certificate.json").read_text())
    stages = sound["stages"]
    for changed in (
        {"objective": sound["objective"].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))},
        {"stages": stages | {"seniority_days": float(stages["seniority_days"])}},
    ):
        (out / "certificate.json").write_text(json.dumps(sound | changed))
        assert failed(case, out)
    text = json.dumps(sound)
    for word in ("NaN", "Infinity"):
        (out / "certificate.json").write_text(text.replace('"stages"', f'"more": {word}, "stages"', 1))
        assert failed(case, out)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.removeprefix(BOM),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw + b"\n",
        lambda raw: raw.removesuffix(b"\n"),
        lambda raw: raw.replace(b"rule;", b'"rule";', 1),
    ],
)
def test_a_table_written_otherwise_is_refused(copy, change):
    case, out = copy
    raw = (out / "rules.csv").read_bytes()
    assert change(raw) != raw
    (out / "rules.csv").write_bytes(change(raw))
    assert "form" in failed(case, out)


@pytest.mark.long
def test_an_international_table_is_written_in_its_own_way(week, tmp_path):
    case, _ = week
    out = tmp_path / "out"
    propose_to(case, out, Options(accept_assumed=True, pdf=False, csv="international"))
    assert failed(case, out) == []
    raw = (out / "rules.csv").read_bytes()
    (out / "rules.csv").write_bytes(BOM + raw)
    assert failed(case, out) == ["form"]


def rewritten(out, folder, change):
    """A copy of a result in which rows of its explanations are other ones."""
    shutil.copytree(out, folder)
    rows = table(folder, "explanations")
    for row in rows[1:]:
        cells = dict(zip(rows[0], row, strict=True))
        change(cells)
        row[:] = [cells[name] for name in rows[0]]
    write(folder, "explanations", rows)
    return folder


def test_nobody_who_lacked_points_is_told_that_no_first_rank_was_open(week, tmp_path):
    case, sound = week

    def closed(cells):
        if cells["nearest_miss"].startswith("NOT_BY_SCORE"):
            cells |= dict.fromkeys(("dwelling_id", "best_position", "of"), "")
            cells["nearest_miss"] = (
                "recevable, mais aucun premier rang ne lui est ouvert (ordre du réservataire ou décision enregistrée)"
            )

    out = rewritten(sound, tmp_path / "out", closed)
    assert table(out, "explanations") != table(sound, "explanations")
    assert "explanations" in failed(case, out)


@pytest.mark.long
def test_a_household_is_told_of_the_dwelling_where_it_lacked_least(tmp_path, monkeypatch):
    """The same tables, each number true, of an exchange at another dwelling than the nearest."""
    case, sound = propose(tmp_path, 8, 150)
    rows = table(sound, "explanations")
    nearest = explaining.nearest_exchanges

    def farther(problem, first, counted):
        found = nearest(problem, first, counted)
        chosen = int(np.bincount(found.dwelling[found.dwelling >= 0]).argmax())
        shut = problem.must_fill.copy()
        shut[problem.klass[chosen]] = True
        other = nearest(dataclasses.replace(problem, must_fill=shut), first, counted)
        swap = (found.dwelling == chosen) & (other.dwelling >= 0) & (other.lacking > found.lacking)
        assert swap.any()
        return nearby.Nearest(
            np.where(swap, other.lacking, found.lacking), np.where(swap, other.dwelling, found.dwelling)
        )

    monkeypatch.setattr(explaining, "nearest_exchanges", farther)
    monkeypatch.setattr(verification, "verify", lambda *a, **k: Verdict("certified", ()))
    propose_to(case, tmp_path / "forged", Options(accept_assumed=True, pdf=False))
    assert table(tmp_path / "forged", "explanations") != rows
    assert failed(case, tmp_path / "forged") == ["explanations"]
