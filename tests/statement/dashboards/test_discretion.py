"""A maire's folder holds nothing of other communes, nor a file of another account; small groups are masked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from optimizer import importers
from optimizer.domain import Case
from optimizer.statement.dashboards.run import read_run

COMMUNES = ("25056", "25388", "25462", "25031")


def text_of(folder: Path) -> str:
    """Every file of the folder as one text, the workbook unzipped."""
    parts = []
    for file in sorted(folder.iterdir()):
        if file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as book:
                parts += [book.read(name).decode("utf-8", "replace") for name in sorted(book.namelist())]
        else:
            parts.append(file.read_text(encoding="utf-8-sig"))
    return "\n".join(parts)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w:-]+", text))


@pytest.fixture(scope="module")
def tables(year) -> Case:
    """The tables of the case."""
    return importers.read(year[0], need=())


@pytest.fixture(scope="module")
def of_the_maire(put_down) -> Callable[[str], str]:
    """Every file that the maire of a commune is given as one text, made once."""
    return cache(lambda commune: text_of(put_down("maire", commune)))


@pytest.mark.parametrize("commune", COMMUNES)
def test_a_maire_reads_nothing_of_other_communes(tables, of_the_maire, commune):
    text = of_the_maire(commune)
    words = words_of(text)
    homes = pd.concat(
        [tables.table(t)[["dwelling_id", "commune"]] for t in ("dwellings", "leases", "in_progress")]
    )
    elsewhere = set(homes.loc[homes["commune"] != commune, "dwelling_id"])
    assert len(elsewhere) > 10
    assert not words & elsewhere
    other_codes = set(homes["commune"]) - {commune}
    assert not words & (other_codes | {f"COLL:{c}" for c in other_codes})
    names = {"25056": "Besançon", "25388": "Montbéliard", "25462": "Pontarlier"}
    for code, name in names.items():
        if code != commune:
            assert name not in text, name
    residences = tables.table("dwellings")
    assert not words & set(residences.loc[residences["commune"] != commune, "residence"].dropna())


@pytest.mark.parametrize("commune", COMMUNES)
def test_a_maire_reads_no_file_but_those_of_the_commune(year, tables, of_the_maire, commune):
    words = words_of(of_the_maire(commune))
    numbers = {
        n
        for t in ("applications", "leases", "in_progress")
        for n in tables.table(t)["application_id"].dropna()
    }
    proposals = read_run(year[1], tables).proposals
    account = f"COLL:{commune}"
    here = set(tables.table("dwellings").query("commune == @commune")["dwelling_id"])
    own = set(
        proposals.loc[
            (proposals["account"] == account) & proposals["dwelling_id"].isin(here), "application_id"
        ]
    )
    going = tables.table("in_progress")
    own |= set(
        going.loc[(going["account"] == account) & (going["commune"] == commune), "application_id"].dropna()
    )
    assert words & numbers == own - {""}


def test_a_commune_sees_its_own_files(year, tables, board):
    proposals = read_run(year[1], tables).proposals
    accounts = sorted(a for a in set(proposals["account"]) if len(a) == 10 and a.startswith("COLL:"))
    assert accounts, "the case must propose something on the account of a commune"
    files = board("maire", accounts[0][5:]).table("files")
    expected = proposals[(proposals["account"] == accounts[0]) & (proposals["application_id"] != "")]
    assert set(expected["application_id"]) <= set(files["application_id"])


def test_no_application_number_outside_the_prefets_decisions(tables, put_down):
    numbers = {n for t in ("applications", "leases") for n in tables.table(t)["application_id"].dropna()}
    for kind, code in (("landlord", "OPH25"), ("epci", "242500361"), ("prefet", "25")):
        allowed = set(tables.table("decisions")["application_id"].dropna()) if kind == "prefet" else set()
        assert words_of(text_of(put_down(kind, code))) & numbers == allowed, kind


def test_first_quartile_shares_of_small_groups_are_masked(board):
    view = board("epci", "242500361")
    table, lines = view.table("communes"), view.year.lines
    signed = lines[(lines["state"] == "signed") & lines["q1"].isin(["yes", "no"])]
    sizes = {
        (name, inside): len(signed[(signed["commune"] == code) & (signed["qpv"] == (inside == "en QPV"))])
        for code in set(lines["commune"]) for name in [view.year.names[code]] for inside in ("en QPV", "hors QPV")
    }  # fmt: skip
    assert min(sizes.values()) < 11 <= max(sizes.values())
    for row in table.to_dict("records"):
        assert pd.isna(row["signed_q1_share"]) == (sizes[row["commune"], row["qpv"]] < 11)


def test_a_landlord_sees_its_own_lines_only(board):
    lines = board("landlord", "OPH25").year.lines
    assert set(lines["landlord"]) == {"OPH25"} and {"signed", "progress", "proposed"} <= set(lines["state"])
