"""A new rule and a new kind of account are one file each: dropped into a folder, they are found in everything that is written.

Beside its file, a rule needs its numbers in ``models/`` and an account a line of a convention. Nothing else is edited.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from optimizer.datadirs import models_dir

RULE = '''
"""Essential workers among the leases of each landlord in each EPCI."""

from fractions import Fraction

from optimizer.problem.registry import Line, Mark, Pairs, RuleShape, exact, hundredths, match, rule


@rule(id="homes_of_workers", order=50, title_fr="Logements de travailleurs", source="convention locale")
class HomesOfWorkers(RuleShape):
    """One line per landlord and EPCI."""

    title_en = "Homes of workers"
    short = ("travailleurs du bailleur", "workers of the landlord")
    long = ("Baux du bailleur aux travailleurs essentiels.", "Leases of the landlord to essential workers.")
    group = ("Travailleurs logés", "Workers housed")
    share_key = "national.rules.homes_of_workers.share"
    reached = ("travailleurs", "workers")
    indicator = ("workers_housed", "travailleurs logés, tous bailleurs", "workers housed, all landlords")
    traits = {"worker": lambda ground, apps, epci: ground.facts.applications.essential_worker[apps]}

    def lines(self, ground):
        terms = ground.rules.rule(self.id, self.share_key)
        facts = ground.facts
        return [
            Line(
                scope=f"landlord={facts.landlords[landlord]};epci={facts.epcis[epci]}", key=(landlord, epci),
                share=exact(terms.share.value), tolerance=exact(terms.tolerance.value),
                price=hundredths(terms.price.value), status=terms.share.status, remaining=Fraction(60),
            )
            for landlord, epci in sorted({(landlord, epci) for landlord, epci, _ in ground.places_present})
        ]

    def view(self, lines, ground):
        line_of = {line.key: i for i, line in enumerate(lines)}
        return lambda place, account: [Mark(line_of[place.landlord, place.epci], "worker")]

    def counted(self, lines, ground, leases):
        lease, line = match([one.key for one in lines], (leases.landlord, leases.epci))
        return Pairs(lease, line, leases.essential[lease])
'''
ACCOUNT = '''
"""Students, named by the CROUS."""

from optimizer.domain.account import AccountKind, kind

KIND = kind(
    AccountKind(
        code="CROUS", order=50, shown=3, fr="étudiants du CROUS", en="students of the CROUS", source="convention locale",
        priority_target="line",
    )
)
'''
NUMBER = """
{name}:
  title: "{title}"
  unit: {unit}
  status: assumed
  review_every: 12 months
  values:
    2020-01-01:
      value: {value}
      source: essai
      reviewed_on: 2026-11-24
      by: attriflux
"""


def number(name: str, title: str, unit: str, value: float, indent: str = "") -> str:
    text = NUMBER.format(name=name, title=title, unit=unit, value=value)
    return "".join(indent + line + "\n" for line in text.strip().splitlines())


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dropped")
    for name, text in (("rules/homes_of_workers.py", RULE), ("accounts/crous.py", ACCOUNT)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    shutil.copytree(models_dir(), folder / "models")
    national = folder / "models" / "national"
    with (national / "prices.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + number("homes_of_workers", "Prix d'un travailleur manquant", "points", 9000))
    with (national / "rules.yaml").open("a", encoding="utf-8") as file:
        file.write("\nhomes_of_workers:\n" + number("tolerance", "Tolérance", "share", 0, "  "))
        file.write(number("share", "Baux aux travailleurs", "share", 0.9, "  "))
    agreement = folder / "models" / "conventions" / "esh25.yaml"
    text = agreement.read_text(encoding="utf-8").replace("defaults: {", "defaults: {count_rule: presented, ")
    text += '  - {account: "CROUS", share: 0.12, management_mode: delegated}\n'
    agreement.write_text(text, encoding="utf-8")
    script = Path(__file__).parent / "dropping.py"
    done = subprocess.run(
        [sys.executable, str(script), str(folder)], capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def words_of(book: Path) -> str:
    opened = openpyxl.load_workbook(book, read_only=True)
    return "\n".join(
        str(value)
        for sheet in opened
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    )


def test_the_second_program_knows_neither(dropped: Path) -> None:
    verdict, *details = (dropped / "second.txt").read_text(encoding="utf-8").splitlines()
    assert verdict == "refused"
    assert any("règle que ce programme-ci ne compte pas : homes_of_workers" in told for told in details)
    assert any("contingent que ce programme-ci ne connaît pas : CROUS" in told for told in details)


def test_the_rule_has_its_lines_in_the_published_tables(dropped: Path) -> None:
    mine = [row for row in rows(dropped / "out" / "rules.csv") if row["rule"] == "homes_of_workers"]
    assert [row["scope"] for row in mine] == ["landlord=ESH25;epci=242500361"]
    assert mine[0]["price"].startswith("9000") and int(mine[0]["den_run"]) > 0
    because = {row["explained_by"].split("[")[0] for row in rows(dropped / "out" / "leapfrogs.csv")}
    assert "homes_of_workers" in because
    assert any("travailleurs du bailleur" in row["reason"] for row in rows(dropped / "out" / "proposals.csv"))
    assert all("travailleurs " in row["objectives"] for row in rows(dropped / "out" / "orientation.csv"))


@pytest.mark.parametrize(
    ("run", "rule", "sentence", "account"),
    [
        (
            "out",
            "travailleurs du bailleur",
            "Baux du bailleur aux travailleurs essentiels.",
            "étudiants du CROUS",
        ),
        (
            "scenarios/reference/resultat",
            "workers of the landlord",
            "Leases of the landlord to essential workers.",
            "students of the CROUS",
        ),
    ],
)
def test_pages_and_the_workbook_say_them_in_words(
    dropped: Path, run: str, rule: str, sentence: str, account: str
) -> None:
    folder = dropped / run
    page, book = (folder / "report.html").read_text(encoding="utf-8"), words_of(folder / "shortlists.xlsx")
    assert rule in page and sentence in page and account in page
    assert rule in book and account in book


def test_the_account_receives_dwellings_and_has_its_share_of_the_flux(dropped: Path) -> None:
    out = dropped / "out"
    assert any(row["account"] == "CROUS" for row in rows(out / "proposals.csv"))
    assert any(row["account"] == "CROUS" for row in rows(out / "orientation.csv"))
    scopes = {(row["rule"], row["scope"]) for row in rows(out / "rules.csv")}
    assert ("flux", "landlord=ESH25;area=25;account=CROUS") in scopes
    assert ("priority_publics", "landlord=ESH25;departement=25;account=CROUS") in scopes


@pytest.mark.parametrize("kind", ["landlord", "epci", "prefet"])
def test_dashboards_have_a_gauge_of_the_rule(dropped: Path, kind: str) -> None:
    folder = dropped / kind
    gauge = next(row for row in rows(folder / "gauges.csv") if row["gauge"] == "homes_of_workers")
    rule = next(r for r in rows(dropped / "out" / "rules.csv") if r["rule"] == "homes_of_workers")
    assert gauge["title"] == "Logements de travailleurs" and gauge["target_share"] == "0,9"
    for part in ("num", "den"):
        done = int(gauge[f"{part}_signed"]) + int(gauge[f"{part}_progress"])
        assert (done, int(gauge[f"{part}_run"])) == (int(rule[f"{part}_before"]), int(rule[f"{part}_run"]))
    assert int(gauge["den_signed"]) > int(gauge["den_progress"]) > 0
    page = (folder / "dashboard.html").read_text(encoding="utf-8")
    assert "Travailleurs logés" in page and "Logements de travailleurs" in page
    assert "Travailleurs logés" in words_of(folder / "dashboard.xlsx")


def test_the_dashboard_of_the_landlord_has_the_account(dropped: Path) -> None:
    titles = {(row["gauge"], row["title"]) for row in rows(dropped / "landlord" / "gauges.csv")}
    assert {("flux", "Étudiants du CROUS"), ("priority_publics", "Étudiants du CROUS")} <= titles
    assert any(row["account"] == "étudiants du CROUS" for row in rows(dropped / "landlord" / "ledger.csv"))


def test_a_comparison_of_scenarios_has_both(dropped: Path) -> None:
    folder = dropped / "scenarios"
    found = rows(folder / "comparison.csv")
    lines = {(r["indicator"], r["rule"], r["landlord"], r["epci"], r["account"]) for r in found}
    assert ("workers_housed", "", "", "", "") in lines
    assert ("rule_rate", "homes_of_workers", "ESH25", "242500361", "") in lines
    assert ("account_planned", "", "", "", "CROUS") in lines
    planned = {
        r["scenario"]: r["value"]
        for r in found
        if (r["indicator"], r["account"]) == ("account_planned", "CROUS")
    }
    assert planned["reference"] != planned["more"]
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    # the page speaks the language that was asked
    for words in ("workers housed, all landlords", "workers of the landlord", "students of the CROUS"):
        assert words in page
    assert "workers housed, all landlords" in words_of(folder / "comparison.xlsx")


def test_the_statement_and_the_flux_have_the_account(dropped: Path) -> None:
    assert any(row["account"] == "CROUS" for row in rows(dropped / "bilan" / "ledger.csv"))
    assert "étudiants du CROUS" in (dropped / "bilan" / "bilan.html").read_text(encoding="utf-8")
    assert json.loads((dropped / "flux" / "run.json").read_text(encoding="utf-8"))
