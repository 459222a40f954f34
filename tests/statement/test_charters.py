"""Relocation charters: offers made per household, promises kept, kept late, late and running, by programme."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from optimizer.statement import bilan
from optimizer.statement.charters import by_programme, charters
from optimizer.statement.files import write_bilan
from tests.statement.year import event, lease, year_case


def promise(who: str, offers: int, due: str, programme: str = "NPNRU Planoise") -> dict[str, object]:
    return {
        "programme": programme,
        "application_id": who,
        "offers": offers,
        "promised_on": "2026-01-01",
        "due_on": due,
    }


def promised():
    """One housed in time, one made its two offers late, one late, one running, one of another programme with an old offer."""
    return year_case(
        leases=[lease("a", "RELOGEMENT", "2026-03-01", application_id="1", relocation="npnru")],
        in_progress=[
            {"dwelling_id": "e", "landlord": "OPH25", "commune": "25056", "account": "RELOGEMENT", "application_id": "4",
             "stage": "offered", "since": "2026-06-25"},
            {"dwelling_id": "f", "landlord": "OPH25", "commune": "25056", "account": "RELOGEMENT", "application_id": "3",
             "stage": "commission", "since": "2026-06-25"},
        ],
        dwellings=[{"dwelling_id": d, "landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus"} for d in "bcd"],
        events=[
            {**event("a", "RELOGEMENT", oriented="2026-02-01", attributed="2026-02-10", signed="2026-03-01"), "application_id": "1"},
            {**event("b", "RELOGEMENT", oriented="2026-02-01", attributed="2026-02-10"), "application_id": "2"},
            {**event("c", "RELOGEMENT", oriented="2026-05-01", attributed="2026-05-10"), "application_id": "2"},
            {**event("d", "RELOGEMENT", oriented="2025-11-01", attributed="2025-12-10"), "application_id": "5"},
        ],
        charters=[
            promise("1", 3, "2026-06-30"), promise("2", 2, "2026-04-30"), promise("3", 1, "2026-06-30"),
            promise("4", 3, "2026-12-31"), promise("5", 1, "2026-06-30", "ORCOD Brûlard"),
        ],
    )  # fmt: skip


def test_offers_and_promises_household_by_household():
    table = charters(promised(), date(2026, 7, 2)).set_index("application_id")
    assert table["made"].to_dict() == {"1": 1, "2": 2, "3": 0, "4": 1, "5": 0}
    assert table["state"].to_dict() == {
        "1": "kept",
        "2": "kept_late",
        "3": "late",
        "4": "running",
        "5": "late",
    }
    assert table.loc["1", "housed_on"] == "2026-03-01" and table.loc["4", "due_on"] == "2026-12-31"
    earlier = charters(promised(), date(2026, 4, 1)).set_index("application_id")
    assert earlier["state"].to_dict() == {
        "1": "kept",
        "2": "running",
        "3": "running",
        "4": "running",
        "5": "running",
    }


def test_programmes_add_up_and_the_page_names_nobody(tmp_path: Path):
    result = bilan(promised(), 2026)
    table = by_programme(result.charters).set_index("programme")
    assert table.loc["NPNRU Planoise"].tolist() == [4, 1, 9, 4, 1, 1, 1, 1]
    assert table.loc["ORCOD Brûlard", ["households", "late"]].tolist() == [1, 1]
    write_bilan(tmp_path, result)
    page = (tmp_path / "bilan.html").read_text(encoding="utf-8")
    part = page.partition("Chartes de relogement")[2].partition("</table>")[0]
    assert "NPNRU Planoise" in part and "Engagements tenus" in part
    assert "Chartes de relogement" not in (tmp_path / "bilan-RELOGEMENT.html").read_text(encoding="utf-8")
    assert (tmp_path / "charters.csv").is_file() and (tmp_path / "charters_by_programme.csv").is_file()
