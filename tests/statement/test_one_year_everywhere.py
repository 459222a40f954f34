"""The year of an account is one set of figures: recounted from the files, and the same on sheet, report, workbook, statement
and dashboard."""

from __future__ import annotations

import csv
import re
from html import unescape
from math import ceil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from optimizer import importers, policy
from optimizer.runs import Options, propose_to
from optimizer.statement import dashboard, ledger
from tests.end_to_end.small import agreement, dwelling
from tests.statement.followed import AGREEMENT, event, followed, lease, progress

FORECAST = (
    {
        "landlord": "BAIL",
        "departement": "25",
        "year": "2026",
        "basis": "forecast",
        "vacated": "40",
        "mutation": "4",
    },
)
OPENING = 1.5
FIGURES = ("due_to_date", "due_year", "done", "in_progress", "remaining", "late")
COUNTS_FROM = {"oriented": 0, "presented": 1, "attributed": 3, "signed": 9}
STAGES = ("oriented", "nominated", "commission", "offered")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Leases, work at several stages, an orientation come back, a balance carried over; and a proposal of that day."""
    folder = tmp_path_factory.mktemp("annee")
    leases = [lease(f"S{i}", "ALS") for i in range(3)] + [lease(f"B{i}", "BAILLEUR") for i in range(9)]
    leases += [lease(f"P{i}", "ETAT_PRIO") for i in range(5)] + [lease("M", "MUTATION", mutation="oui")]
    case = followed(
        folder / "case",
        dwellings=[dwelling("L1"), dwelling("L2"), dwelling("L3", first_letting="oui")],
        leases=leases,
        in_progress=[
            progress("Q1", "ALS", "oriented"), progress("Q2", "BAILLEUR", "offered"), progress("Q3", "ETAT_PRIO", "oriented"),
            progress("Q4", "ETAT_PRIO", "nominated"),
        ],
        events=[event("S0", "ETAT_PRIO", presented="2026-02-01")],
        conventions=[{**AGREEMENT[0], "opening_balance": str(OPENING)}, *AGREEMENT[1:]],
        assiette=FORECAST,
    )  # fmt: skip
    propose_to(case, folder / "out", Options(accept_assumed=True, pdf=False))
    return case, folder / "out"


def rows(case: Path, name: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader((case / f"{name}.csv").read_text(encoding="utf-8").splitlines(), delimiter=";")
    )


def recounted(case: Path) -> dict[str, dict[str, float]]:
    """The accounts of the département, from nothing but the files."""
    terms = {r["account"]: r for r in rows(case, "conventions")}
    signed = [r for r in rows(case, "leases") if r["account"] in terms]
    going = [(r["account"], STAGES.index(r["stage"])) for r in rows(case, "in_progress")]
    counted = [a for a, stage in going if stage >= COUNTS_FROM[terms[a]["count_rule"]]]
    # the one orientation followed was presented, on an account that counts there, and its dwelling was let on another
    back = [r["account"] for r in rows(case, "events")]
    (plan,) = rows(case, "assiette")
    flux_of_the_year = int(plan["vacated"]) - int(plan["mutation"])
    base = len(signed) + len(counted) + len(back)
    # two dwellings of the run may still be let; the first letting has its own ledger
    year = base + max(2, flux_of_the_year - len(signed) - len(counted))
    found = {}
    for account, line in terms.items():
        share, opening = float(line["share"]), float(line.get("opening_balance") or 0)
        done = sum(r["account"] == account for r in signed) + back.count(account)
        followed_here = [a for a, _ in going].count(account)
        due = share * base - opening
        found[account] = {
            "due_to_date": round(due, 2), "due_year": round(share * year - opening, 2), "done": done, "in_progress": followed_here,
            "remaining": max(0, ceil(round(share * year - opening, 6)) - done - followed_here),
            "late": max(0, ceil(round(due - done - counted.count(account), 6))),
        }  # fmt: skip
    return found


@pytest.fixture(scope="module")
def counted(year) -> dict[str, dict[str, float]]:
    return recounted(year[0])


def test_the_case_shows_late_accounts_and_accounts_ahead(counted):
    assert any(x["late"] for x in counted.values()) and any(not x["late"] for x in counted.values())
    assert any(x["remaining"] for x in counted.values()) and any(x["in_progress"] for x in counted.values())


def test_the_ledger_of_the_statement(year, counted):
    case = importers.read(year[0])
    table = ledger(case, policy.rules_of(case.settings), 2026).set_index("account")
    names = {"due_to_date": "due", "due_year": "year_due"}
    for account, figures in counted.items():
        assert {n: float(table.loc[account, names.get(n, n)]) for n in FIGURES} == figures, account


def test_the_dashboard(year, counted):
    case, out = year
    board = dashboard(case, "landlord", "BAIL", proposals=out)
    gauges = {g.title: g for g in board.gauges if g.id == "flux"}
    for account, title in (("ALS", "Action Logement"), ("ETAT_PRIO", "État (publics prioritaires)")):
        figures = counted[account]
        assert (gauges[title].missing, gauges[title].still_needed) == (
            figures["late"],
            figures["remaining"],
        ), account
    table = board.table("ledger").set_index("account")
    for account, title in (("ALS", "Action Logement"), ("ETAT_PRIO", "État (publics prioritaires)")):
        shown = table.loc[title]
        assert [float(shown[n]) for n in ("due", "year_due", "done", "in_progress", "remaining", "late")] == [
            counted[account][n] for n in FIGURES
        ]


def test_the_workbook(year, counted):
    sheet = load_workbook(year[1] / "shortlists.xlsx")["Réservataires"]
    table = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    for account, title in (("ALS", "Action Logement"), ("ETAT_PRIO", "État (publics prioritaires)")):
        figures = counted[account]
        assert [float(x) for x in table[title][3:8]] == [figures[n] for n in FIGURES[:5]], account
        assert (str(figures["late"]) in table[title][9]) == bool(figures["late"])


def french(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".").replace(".", ",")


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_report_and_the_sheets(year, counted):
    _, out = year
    report = (out / "report.html").read_text(encoding="utf-8")
    start = report.index(
        "Réservataires : dû, fait, en cours, reste".replace(" :", "\u00a0:"), report.index("</table>")
    )
    table = plain(report[start : report.index("</table>", start)])
    sheets = plain((out / "sheets.html").read_text(encoding="utf-8"))
    proposed = {
        r["account"]
        for r in csv.DictReader((out / "dwellings.csv").read_text("utf-8-sig").splitlines(), delimiter=";")
    }
    assert proposed & counted.keys()
    for account, title in (("ALS", "Action Logement"), ("ETAT_PRIO", "État (publics prioritaires)")):
        x = counted[account]
        figures = f"{french(x['due_to_date'])} {french(x['due_year'])} {x['done']} {x['in_progress']} {x['remaining']}"
        assert re.search(rf"{re.escape(title)} département 25 [\d,]+ % {figures} ", table), (account, table)
        if account in proposed:
            line = (
                f"dû à ce jour {french(x['due_to_date'])} · dû au 31/12 {french(x['due_year'])} · fait {x['done']} · "
                f"en cours {x['in_progress']} · reste {x['remaining']}"
            )
            assert line in sheets, account


def test_the_tolerance_of_the_ledger_and_of_alerts_is_that_of_the_rule(tmp_path):
    agreed = (agreement("ALS", "0.2", tolerance="0.5"), agreement("BAILLEUR", "0.8"))
    leases = [lease(f"B{n}", "BAILLEUR") for n in range(10)]
    folder = followed(tmp_path / "case", conventions=agreed, leases=leases)
    case = importers.read(folder)
    rules = policy.rules_of(case.settings)
    # a tenth of the share is all that is left of a tolerance (design §6)
    assert ledger(case, rules, 2026).set_index("account")["tolerance"].to_dict() == {
        "ALS": 0.02,
        "BAILLEUR": 0.0,
    }
    board = dashboard(folder, "landlord", "BAIL")
    assert any(a.level == "alert" and a.subject == "Action Logement" for a in board.alerts)
