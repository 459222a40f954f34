"""The pages of docs/ say what the program does: columns, codes, rules, defaults, commands; links lead somewhere."""

from __future__ import annotations

import dataclasses
import doctest
import importlib.util
import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from optimizer import dropin, policy
from optimizer.domain import TABLES
from optimizer.eligibility.facts import CODES
from optimizer.fairness.measures import all_metrics
from optimizer.fairness.registry import all_mechanisms
from optimizer.problem import Problem, all_rules
from optimizer.problem.export import pair_columns
from optimizer.problem.model import RATE_UNIT
from optimizer.runs import Options, propose
from optimizer.simulation.registry import all_policies
from optimizer.solve.registry import all_backends
from optimizer.synth import synthesize
from tests.problem.random_cases import random_ready

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
SPECIFICATION = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")


def section(number: int) -> str:
    """The text of a numbered section of the specification."""
    found = re.search(rf"^## {number}\. .*?(?=^## |\Z)", SPECIFICATION, re.S | re.M)
    assert found is not None, number
    return found[0]


def words_in_code(text: str) -> set[str]:
    """What stands between backticks, cut at everything that is no letter, digit or underscore."""
    return {
        word for code in re.findall(r"`([^`]+)`", text) for word in re.split(r"[^A-Za-z0-9_]+", code) if word
    }


SHOWN = [p for p in sorted((ROOT / "optimizer").rglob("*.py")) if ">>> " in p.read_text(encoding="utf-8")]
SOLVED = ("fairness/comparison.py", "runs/proposing.py", "runs/session/session.py")
"""Modules whose examples solve a case, more than a second of processor each."""


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(p, id=name, marks=[pytest.mark.soak] if name in SOLVED else [])
        for p in SHOWN
        for name in [p.relative_to(ROOT / "optimizer").as_posix()]
    ],
)
def test_examples_give_what_they_show(path: Path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    told = doctest.testmod(importlib.import_module(name))
    assert told.attempted > 0 and told.failed == 0


def test_every_section_that_code_cites_exists():
    cited = {
        int(number)
        for folder in ("optimizer", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for number in re.findall(r"design §(\d+)", path.read_text(encoding="utf-8"))
    }
    assert cited
    for number in cited:
        assert section(number)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_every_column_of_the_schema_stands_in_the_specification(table):
    text = section(2)
    named = words_in_code(text)
    missing = {column.name for column in table.columns} - named - set(re.findall(r"[a-z_0-9]+", text))
    assert missing == set(), table.name


def test_refusal_codes_are_those_of_the_specification_in_their_order():
    listed = re.findall(r"^\| `([A-Z_]+)` \|", section(4), re.M)
    assert listed == list(CODES)


def test_rules_their_order_and_prices_are_those_of_the_specification():
    rows = re.findall(r"^\| (?:▲ )?`([a-z0-9_]+)` \|.*\| (?:▲ )?([\d  ]+) \|$", section(6), re.M)
    rules = policy.load("doubs", on=date(2026, 11, 23))
    assert [name for name, _ in rows] == [rule.id for rule in all_rules()]
    for name, price in rows:
        assert rules.number(f"national.prices.{name}") == int(re.sub(r"\D", "", price)), name


def test_default_numbers_of_the_objective_are_those_of_the_specification():
    rules = policy.load("doubs", on=date(2026, 11, 23))
    text = section(5)
    assert "`fill_value` = 20 000" in text and rules.number("national.fit.fill_value") == 20_000
    assert "− 200 × max(0, min(3," in text
    assert (
        rules.number("national.lean.points_per_missing_name") == 200
        and rules.number("national.lean.names") == 3
    )
    assert "`keep_points` (50)" in text and rules.number("national.lean.keep_points") == 50
    assert "max(0, e − 0.33) / 0.17" in text
    assert (rules.number("national.burden.free_rate"), rules.number("national.burden.span")) == (0.33, 0.17)
    assert rules.number("national.burden.weight") == 0.5 and rules.number("national.rules.flux.play") == 0.5


def test_the_model_of_the_page_has_every_part_of_the_value_and_every_play():
    """Whoever wrote the model again from the page had another optimum: effort, leans, the household kept for a dwelling to come,
    the half lease of play and `flux_max` were not in it, and its bound lay below the optimum."""
    page = (ROOT / "docs" / "formulation.md").read_text(encoding="utf-8")
    value = re.search(r"^    value +=(.*)$", page, re.M)
    forecast = replace(
        random_ready(0)[4], awaited=np.zeros(len(random_ready(0)[4].application_ids), np.int64)
    )
    columns = pair_columns(forecast)
    parts = columns[columns.index("score") : columns.index("value")]
    assert value is not None and re.findall(r"(\w+)\(", value[1]) == list(parts)
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (.*?) \|.*\| (\S+) \|$", page, re.M)
    play = {name: told for names, _, told in rows for name in re.findall(r"\w+", names)}
    apart = {name for names, den, _ in rows if "seats apart" in den for name in re.findall(r"\w+", names)}
    assert set(play) == {rule.id for rule in all_rules()}
    found = [row for seed in range(12) for row in random_ready(seed)[4].rows]
    seated = {
        problem.rows[row].rule
        for problem in (random_ready(seed)[4] for seed in range(12))
        for kind in problem.seats.kind.tolist()
        for row in problem.kinds.row[problem.kinds.ptr[kind] : problem.kinds.ptr[kind + 1]].tolist()
    }
    assert seated == set(play) - apart
    half = policy.load("doubs", on=date(2026, 11, 23)).number("national.rules.flux.play")
    assert {row.rule for row in found if row.ceiling} == {k for k, v in play.items() if v == "`allowance`"}
    for row in found:
        assert row.ceiling or row.play == RATE_UNIT * float(play[row.rule]), row.rule
    assert float(play["flux"]) == half
    formulas = "\n".join(re.findall(r"^    .*$", page, re.M))
    for told in (
        "asked_k − num_k − play_k",
        "Σ_k λ_k play_k + Σ_a π_a",
        "b = rate_k n − play_k",
        "rate_k D − n − play_k",
    ):
        assert told in formulas, told


def test_commands_are_those_of_the_specification():
    from optimizer.cli.app import app

    dropin.load_all("optimizer.cli.commands")
    root = typer.main.get_command(app)
    built = set(getattr(root, "commands", {}))
    built_rows = [
        r for r in re.findall(r"^\| (.*?) \|", section(8), re.M) if not r.startswith(("◇", "command", "---"))
    ]
    told = {re.match(r"(?:▲ )?`(?:attriflux )?([a-z]+)", row)[1] for row in built_rows}  # type: ignore[index]
    later = {
        name
        for row in re.findall(r"^\| ◇ (.*?) \|", section(8), re.M)
        for name in re.findall(r"`([a-z]+)`", row)
    }
    assert built - told - {"dashboard"} == set()
    assert told - built == set()
    assert later.isdisjoint(built)


def test_every_option_of_every_command_stands_in_the_docs():
    """An option that no page names is found by nobody; one that is on unless refused (``--no-pdf``) is named by its refusal."""
    from optimizer.cli.app import app

    dropin.load_all("optimizer.cli.commands")
    told = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").rglob("*.md"))
    unsaid = []

    def walk(command: object, path: tuple[str, ...]) -> None:
        for name, inner in sorted(getattr(command, "commands", {}).items()):
            walk(inner, (*path, name))
        for parameter in command.params:
            names = [o for o in (*parameter.opts, *parameter.secondary_opts) if o.startswith("--")]
            if names and not any(re.search(rf"{re.escape(o)}(?![\w-])", told) for o in names):
                unsaid.append(" ".join((*path, *names)))

    for name, group in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        walk(group, (name,))
    assert unsaid == []


def test_columns_of_the_proposals_are_those_of_the_specification():
    found = re.search(r"`proposals\.csv`: `([^`]+)`", section(8))
    assert found is not None
    result = propose(synthesize("commission", dwellings=4, applications=60, seed=1), Options(pdf=False))
    assert found[1].split(", ") == list(result.proposals.columns)


@pytest.mark.parametrize("page", [*DOCS, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda p: p.name)
def test_links_lead_to_files_of_the_repository(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_two_readmes_open_with_a_link_to_each_other_and_name_the_same_commands():
    french = (ROOT / "README.md").read_text(encoding="utf-8")
    english = (ROOT / "docs" / "README.en.md").read_text(encoding="utf-8")
    assert "(docs/README.en.md)" in french[:200] and "(../README.md)" in english[:200]
    commands = [set(re.findall(r"`?attriflux ([a-z]+)", text)) for text in (french, english)]
    assert commands[0] == commands[1]


def test_the_example_of_the_readme_runs_and_counts_everybody_who_was_passed(
    capsys: pytest.CaptureFixture[str],
):
    """Of a week of 40 dwellings and 20,000 applications it printed 315 « passages devant, tous expliqués », of 7,356."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"^```python\n(.*?)^```$", text, re.S | re.M)[1]  # type: ignore[index]
    made: dict[str, Any] = {}
    exec(
        code.replace("dwellings=10, applications=2_000, seed=1", "dwellings=12, applications=600, seed=5"),
        made,
    )
    frame = made["result"].leapfrogs
    named = frame[frame["application_id_passed"] != ""]
    rest = frame.loc[frame["application_id_passed"] == "", "points_gap"].sum()
    last = capsys.readouterr().out.splitlines()[-1]
    assert rest > 0 and [int(x) for x in re.findall(r"\d+", last)] == [len(named), int(rest)]


COUNTED = {9: ("nine", "neuf"), 10: ("ten", "dix"), 11: ("eleven", "onze"), 12: ("twelve", "douze"), 13: ("thirteen", "treize")}  # fmt: skip


def test_every_mechanism_and_metric_of_fairness_stands_on_its_page_and_is_counted_on_the_others():
    page = (ROOT / "docs" / "fairness.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*?\| (\w+) \|", page, re.M)
    assert rows == [(m.id, m.quotas) for m in all_mechanisms()]
    metrics = words_in_code(re.search(r"^## Metrics$.*?^Intervals:", page, re.S | re.M)[0])  # type: ignore[index]
    assert {m.id for m in all_metrics()} - metrics == set()
    english, french = COUNTED[len(rows)]
    for path, words in (
        ("README.md", f"compare {french} manières de choisir"),
        ("docs/README.en.md", f"compares {english} ways of choosing"),
        ("docs/fairness.md", f"by {english} mechanisms"),
        ("docs/specification.md", f"{english} ways of choosing"),
    ):
        assert words in (ROOT / path).read_text(encoding="utf-8"), path


def test_every_backend_stands_among_the_options_of_propose():
    told = re.search(r"`--backend ([^`]+)`", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"))
    assert told is not None and set(told[1].split(r"\|")) == {"auto", *all_backends()}


def test_every_policy_of_simulated_years_stands_on_its_page():
    page = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    table = re.search(r"^\| policy \|.*?\n\n", page, re.S | re.M)
    assert table is not None
    assert re.findall(r"^\| `(\w+)` \|", table[0], re.M) == [p.id for p in all_policies()]


@cache
def site() -> Any:
    """The program that makes the site of the docs."""
    found = importlib.util.spec_from_file_location("site_of_docs", ROOT / ".ci" / "site.py")
    assert found is not None and found.loader is not None
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


def test_the_site_shows_the_code_of_notebooks_line_by_line():
    for name in site().NOTEBOOKS:
        page = site().page(ROOT / "docs" / f"{name}.ipynb")
        code = re.findall(r"^```python\n(.*?)^```$", page, re.S | re.M)
        assert code and not [cell for cell in code if "\\n', " in cell]
        for cell in code:
            compile(cell, name, "exec")


def test_pages_of_the_site_say_their_language(tmp_path: Path):
    for name in ("index", "docs/desk", "models/README", "docs/glossary", "CHANGELOG"):
        page = tmp_path / f"{name}.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text('<html lang="fr">', encoding="utf-8")
    site().say_language(tmp_path)
    english = [p for p in tmp_path.rglob("*.html") if 'lang="en"' in p.read_text(encoding="utf-8")]
    assert sorted(p.name for p in english) == ["CHANGELOG.html", "glossary.html"]


def test_the_menu_of_the_site_has_every_page():
    named = set(re.findall(r"'([\w./-]+\.md)'", str(site().NAV)))
    notebooks = {f"docs/{name}.md" for name in site().NOTEBOOKS.values()}
    assert named == {f"docs/{p.name}" for p in DOCS} | notebooks | {
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    }


DATA = r"\.(yaml|json|csv|py|md|html|npz|xlsx|pdf|parquet|log|sqlite|svg)$"


def found(name: str) -> bool:
    """Whether ``package.module.thing`` of the program is there."""
    words = ["optimizer", *name.removeprefix("optimizer.").split(".")]
    for i in range(len(words), 1, -1):
        try:
            there: Any = importlib.import_module(".".join(words[:i]))
        except ImportError:
            continue
        for word in words[i:]:
            there = getattr(there, word, None)
        return there is not None
    return False


def test_modules_that_docstrings_and_pages_name_exist():
    """A name of a file that was moved sends its reader nowhere."""
    packages = {p.parent.name for p in (ROOT / "optimizer").glob("*/__init__.py")} | {"optimizer"}
    # ``problem`` is also what a function calls its argument, and then what it holds
    held = {f.name for f in dataclasses.fields(Problem)}
    wrong = []
    for path in [*(ROOT / "optimizer").rglob("*.py"), *DOCS, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for name in re.findall(r"`([a-z_]+(?:\.[A-Za-z_]+)+)(?:\(\))?`", path.read_text(encoding="utf-8")):
            first, second = name.split(".")[:2]
            if first not in packages or re.search(DATA, name) or (first == "problem" and second in held):
                continue
            if not found(name):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == []


def test_registers_named_in_how_to_add_exist():
    text = (ROOT / "docs" / "how-to-add.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:optimizer|models|tests|docs)/[A-Za-z0-9_./-]+)`", text):
        assert (ROOT / path.rstrip("/")).exists(), path


FRAMES = (ROOT / "docs" / "frames.md").read_text(encoding="utf-8")


def rows_of_frame(name: str) -> list[list[str]]:
    """Cells of the table under a heading of the page of frames."""
    found = re.search(rf"^### {name}(?!\w).*?(?=^##|\Z)", FRAMES, re.S | re.M)
    assert found is not None, name
    rows = re.findall(r"^\| `.*$", found[0], re.M)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def test_every_column_of_every_frame_of_a_result_is_documented_in_order():
    result = propose(synthesize("commission", dwellings=4, applications=60, seed=1), Options(pdf=False))
    kinds = {"int": "iu", "float": "f", "Int64": "i", "text": "OTU"}
    for name in (
        "proposals", "applications", "dwellings", "rules", "orientation", "leapfrogs", "explanations", "scores", "changes",
        "chains", "prospects",
    ):  # fmt: skip
        frame, rows = getattr(result, name), rows_of_frame(name)
        assert [row[0].strip("`") for row in rows] == list(frame.columns), name
        for row, column in zip(rows, frame.columns, strict=True):
            assert len(row) == 4 and (frame[column].dtype.kind in kinds[row[1]] or not len(frame)), (
                name,
                column,
            )


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_every_column_of_every_table_of_a_case_is_documented_in_order(table):
    rows = rows_of_frame(rf"{table.name} \({table.alias}\)")
    told = [
        [f"`{c.name}`{' (required)' if c.required else ''}", c.alias, c.kind, c.unit or ", ".join(c.values), c.en.replace("|", "\\|")]
        for c in table.columns
    ]  # fmt: skip
    assert rows == told


def test_the_desk_and_its_page_send_to_one_address_of_the_defenseur_des_droits():
    """The screen sent who had no answer to an address where nobody answers; English had none."""
    from optimizer.errors import said
    from optimizer.web import texts  # noqa: F401

    address = "Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07"
    page = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
    assert address in page
    assert address in said("WEB.ACCESSIBILITY_TEXT_5", "fr") and address in said(
        "WEB.ACCESSIBILITY_TEXT_5", "en"
    )
